"""What is taken apart is a list here and a tuple there, then something else, or of another length."""

log = []


def sums(rows):
    total = 0
    for row in rows:
        a, b = row
        c, d = row
        total += a * b + c - d
    return total


def taken_apart_often(row, count):
    out = []
    for _ in range(count):
        a, b, c = row
        out.append(a)
        c, a, b = row
        out.append(b)
        b, c, a = row
        out.append(c)
    return out


def given_another(row, other, count):
    """The variable gets another value in between."""
    out = []
    for _ in range(count):
        value = row
        a, b = value
        c, d = value
        value = other
        e, f = value
        out.append((a, b, c, d, e, f))
    return out[-2:]


def empties(rows):
    count = 0
    for row in rows:
        [] = row
        count += 1
    return count


class Dropped:
    def __init__(self, owner):
        self.owner = owner

    def __del__(self):
        log.append(len(self.owner))
        self.owner.clear()


def dropped_while_stored(count):
    """The end of what a variable had empties the list that is taken apart."""
    out = []
    for i in range(count):
        row = [[i], [i + 1], [i + 2]] if i % 2 else ([i], [i + 1], [i + 2])
        a = b = c = Dropped(row) if i % 2 else None
        b = c = None
        a, b, c = row
        out.append((a, b, c, len(row)))
    return out[-3:]


def outcome(function, *args):
    try:
        return function(*args)
    except Exception as error:
        return type(error).__name__, str(error), error.__traceback__.tb_next.tb_lineno


def case_lists_and_tuples():
    rows = [(i, 2) if i % 3 else [i, 3] for i in range(60)]
    return [sums(rows), sums(rows[::3]), sums([row for row in rows if type(row) is tuple])]


def case_other_things_later():
    rows = [(i, 2) if i % 3 else [i, 3] for i in range(60)]
    return [
        outcome(sums, rows + other)
        for other in (
            [range(2)],
            [{1: 2, 3: 4}],
            ["ab"],
            [(1, 2, 3)],
            [[1]],
            [iter([5, 6])],
            [None],
            [7],
            [b"xy"],
        )
    ]


def case_one_value_for_all():
    class Row(tuple):
        __slots__ = ()

    rows = [(1, 2, 3), ["x", "y", "z"], range(3), "abc", Row((4, 5, 6)), (1.5, None, [])]
    return [outcome(taken_apart_often, row, 20)[-5:] for row in rows * 2] + [
        outcome(taken_apart_often, row, 20) for row in ((1, 2), [1, 2, 3, 4], ())
    ]


def case_variable_given_another():
    pairs = [((1, 2), (3, 4)), ([1, 2], (3, 4)), ((1, 2), [3, 4]), ([5, 6], [7, 8]), ((1, 2), "ab")]
    return [outcome(given_another, *pair, 20) for pair in pairs * 2]


def case_empty():
    return [outcome(empties, rows) for rows in ([()] * 20, [[], ()] * 20, [[], (), ""] * 9, [(), [1]])]


def case_dropped_while_stored():
    log.clear()
    return [outcome(dropped_while_stored, 20) for _ in range(3)], len(log), log[-3:]
