"""A loop that is peeled inside a loop over a generator that is put in line: its copies are elsewhere, and are gone round in
with the generator among the operands."""


def case_peeled_inside_a_loop_over_a_generator():
    def numbers(n):
        for i in range(n):
            yield i

    def walk(rows, n):
        total = 0
        seen = 0
        for i in numbers(n):
            seen += i
            for v in rows:
                total += v
                if i > 6:
                    break
        return total, seen

    return [walk([0.5, 1.5, 2.5], 9) for _ in range(30)][-1]


def case_peeled_inside_a_loop_over_a_generator_expression():
    def walk(rows, n):
        total = 0
        for i in (k * 2 for k in rows):
            for v in rows:
                total += v * 0.5
            total -= i
        return total

    return [walk([1, 2, 3], 9) for _ in range(30)][-1]
