"""Loops whose guards, reads and iterators the compiler moves or leaves out, and what breaks each of these moves."""

import sys

TURNS = 40


class Told:
    """Says when it goes."""

    def __init__(self, name):
        self.name = name

    def __del__(self):
        print("gone", self.name)


def total(numbers, count):
    result = 0
    for i in range(count):
        result += numbers[i]
    return result


def case_list_is_no_list():
    print([total(list(range(9)), 9) for _ in range(TURNS)][-1])
    for other in ((1, 2, 3), {0: 5, 1: 6, 2: 7}, range(4), b"abc", "abc", None):
        try:
            print(total(other, 3))
        except TypeError as error:
            print(error)
    print(total(None, 0), total([1, 2, 3], -4))


def shrinks(numbers, at):
    seen = []
    for i in range(len(numbers)):
        seen.append(numbers[i])
        if i == at:
            del numbers[-2:]
    return seen


def case_list_shrinks_in_the_loop():
    for at in (100, 100, 100, 100, 8, 7, 3, 0):
        try:
            print(shrinks(list(range(10)), at))
        except IndexError as error:
            print(at, error)


def grows(numbers):
    i = 0
    while i < len(numbers):
        if numbers[i] % 3 == 0 and len(numbers) < 50:
            numbers.append(numbers[i] + 1)
            numbers.append(numbers[i] + 3)
        i += 1
    return i, numbers[-1]


def case_list_grows_in_the_loop():
    for _ in range(6):
        print(grows([0, 3, 5]))


def by_type(numbers):
    result = numbers[0]
    for i in range(1, len(numbers)):
        result = result + numbers[i]
    return result


def case_element_changes_type():
    for _ in range(6):
        print(by_type([1, 2, 3]), by_type([1.5, 2.5]), by_type([1, 2.5, 3]), by_type(["a", "b"]))
        print(by_type([1, 2**70, -(2**70), 4]), by_type([True, False, 7]), by_type([2**62, 2**62, 2**62]))
        try:
            by_type([1, 2, "x"])
        except TypeError as error:
            print(error)


def overflows(start, step, count):
    n = start
    for _ in range(count):
        n += step
    return n


def case_overflow_in_the_last_turn():
    for count in (1, 2, 3, 9):
        print(overflows(2**63 - 8, 4, count), overflows(-(2**63) + 8, -4, count), overflows(2**62, 2**62, count))


def products(count):
    n = 1
    for i in range(1, count):
        n *= i
        if n % 7 == 3:
            n -= 1
    return n


def case_int_becomes_long():
    for count in (5, 20, 22, 30, 5, 60):
        print(products(count))


def first_effect_then_error(numbers, key, log):
    for i in range(3):
        log.append(i)
        numbers[key] = i
    return numbers


def case_order_of_effect_and_error():
    for _ in range(5):
        log = []
        print(first_effect_then_error([0, 0], 1, log), log)
    for numbers, key in (([0], 3), ((0, 0), 0), (None, 0), ({}, 5), ([1, 2], 1.0)):
        log = []
        try:
            print(first_effect_then_error(numbers, key, log))
        except (IndexError, TypeError) as error:
            print(type(error), error)
        print(log)


def unbound_after_one_turn(items):
    for i in range(4):
        if i == 2:
            del items
        if i < 3:
            total = items[i]
    return total


def case_local_deleted_in_the_loop():
    for _ in range(5):
        try:
            unbound_after_one_turn([1, 2, 3, 4])
        except UnboundLocalError as error:
            print(error)


def never_bound(count):
    for i in range(count):
        if i > 100:
            late = i
        if i == 5:
            return late
    return -1


def case_local_never_bound():
    for count in (0, 3, 5, 6, 3):
        try:
            print(never_bound(count))
        except UnboundLocalError as error:
            print(error)


def rebinds(n):
    seen = []
    for i in range(n):
        seen.append(i)
        i = "x" if i % 2 else i * 10
        seen.append(i)
    return seen, i


def case_loop_variable_is_rebound():
    for _ in range(5):
        print(rebinds(5))


def stop_changes(n):
    count = 0
    for i in range(n):
        n = 2
        count += i
    return count, n


def case_bounds_are_read_once():
    for _ in range(5):
        print(stop_changes(6), stop_changes(0))


def case_odd_ranges():
    def walk(*bounds):
        seen = []
        for i in range(*bounds):
            seen.append(i)
            if len(seen) > 5:
                break
        else:
            seen.append("else")
        return seen

    def stepped(start, stop):
        seen = [[], [], []]
        for i in range(start, stop, 3):
            seen[0].append(i)
        for i in range(stop, start, -2):
            seen[1].append(i)
        for i in range(start, stop, -1):
            seen[2].append(i)
            if len(seen[2]) > 3:
                break
        return seen

    def far(start, stop):
        count = 0
        for i in range(start, stop):
            count += 1
            if count > 3:
                return i
        return count

    limit = 2**63 - 1
    for _ in range(4):
        print(walk(3), walk(2, 5), walk(5, 2, -1), walk(0, 10, 4), walk(0), walk(-3))
        print(stepped(0, 7), stepped(7, 0), stepped(-1, -1))
        print(far(limit - 2, limit), far(-limit - 1, limit), far(limit, -limit), far(2**70, 2**70 + 2))
        print(far(True, False), far(False, True))
        for bad in (1.0, "a", None):
            try:
                far(0, bad)
            except TypeError as error:
                print(error)


def case_range_is_something_else():
    namespace = {}
    source = "def f(n):\n    t = []\n    for i in range(n):\n        t.append(i)\n    return t\n"
    exec(source, namespace)
    for _ in range(TURNS):
        namespace["f"](5)
    print(namespace["f"](3))
    namespace["range"] = lambda n: ["a", "b", n]
    print(namespace["f"](3))
    del namespace["range"]
    print(namespace["f"](2))


def case_shared_range_iterator():
    def takes(n):
        iterator = iter(range(n))
        seen = []
        for i in iterator:
            seen.append((i, next(iterator, None)))
        return seen

    for _ in range(8):
        print(takes(5))


def case_error_in_nested_ranges():
    def f(n):
        seen = []
        for i in range(n):
            try:
                for k in range(i, -1, -1):
                    if k == 2:
                        raise ValueError(k)
                    seen.append(k)
            except ValueError as error:
                seen.append(str(error))
                continue
            finally:
                seen.append("f")
        return seen

    for _ in range(6):
        print(f(5))


def swaps(items):
    low, high = 0, len(items) - 1
    while low < high:
        items[low], items[high] = items[high], items[low]
        low += 1
        high -= 1
    items[0], items[0] = items[-1], items[1]
    for i in range(len(items)):
        items[i] = items[i]
    return items


def case_swapped_items():
    for _ in range(6):
        print(swaps(list(range(7))), swaps([1.5, "a", None, (1,)]))
    told = [Told("a"), Told("b"), Told("c")]
    held = told[:]
    swaps(told)
    print([one.name for one in told])
    del held
    print("only one list")
    del told
    told = swaps([Told("a"), Told("b"), Told("c")])
    print([one.name for one in told])
    del told


def overwrites(items, value):
    for i in range(len(items)):
        items[i] = value
    return items


def case_item_with_a_finalizer_is_replaced():
    for value in (1, 300, 2.5, "x", 1, 300):
        overwrites([1, 2, 3], value)
    print(overwrites([Told("x"), 5, Told("y")], 1))
    print(overwrites([Told("x"), 5.5, Told("y")], 2.5))


def case_numbers_written_over_are_nobody_elses():
    def f(n):
        a = [1000 + k for k in range(n)]
        b = a[:]
        kept = a[1]
        for i in range(n):
            a[i] = a[i] * 2 - 5
        same = a
        for i in range(n):
            same[i] = a[i] + i * 10**8
        return a, b, kept

    def g(n):
        a = [0.5 * k for k in range(n)]
        b = a[:]
        first = a[0]
        for i in range(n):
            a[i] = a[i] + 1.0
            b[i] = a[i]
            a[i] = 7.0 * a[i]
        return a, b, first

    def h():
        a = [0]
        for i in range(-7, 300, 7):
            a[0] = i
            yield a[0], a[0] is i or i > 256 or i < -5

    for _ in range(5):
        print(f(4), g(4), [value for value, same in h() if not same])


def aliased(a, b):
    for i in range(len(a)):
        b[i] = a[i] + b[-1]
        a[0] = b[i]
    return a, b


def case_two_names_of_one_list():
    for _ in range(5):
        one = [1, 2, 3]
        print(aliased(one, one), aliased([1, 2], [3, 4]), aliased([1.5, 2.5], [0.25, 4.0]))


def case_own_methods_change_the_list():
    class Sly(int):
        def __add__(self, other):
            items.clear()
            return 10

        __radd__ = __add__

    def f():
        total = 0
        for i in range(len(items)):
            total = items[i] + total
        return total

    for _ in range(6):
        items = [1, 2, 3, 4]
        print(f())
    items = [1, Sly(2), 3]
    try:
        f()
    except IndexError as error:
        print(error, items)


def floats(values):
    low = high = values[0]
    for value in values:
        if value < low:
            low = value
        if not value <= high:
            high = value
    return low, high


def case_odd_floats():
    nan, inf = float("nan"), float("inf")
    for values in ([1.0, 2.0], [-0.0, 0.0], [nan, 1.0], [1.0, nan, 2.0], [inf, -inf], [0.0, -0.0]):
        for _ in range(4):
            print(floats(values))


def powers(x, y):
    total = 0.0
    for _ in range(3):
        total += x**2 + x**3
    return total, x**y


def case_powers():
    values = (2.0, -3.5, 0.0, -0.0, 1e200, 1e-200, float("inf"), float("nan"), -1.0, 3, -2)
    for _ in range(3):
        for x in values:
            for y in (2.0, 0.5, -1.0, 3, 0, float("inf")):
                try:
                    print(powers(x, y))
                except (ZeroDivisionError, OverflowError) as error:
                    print(type(error).__name__)


def case_break_else_and_while_true():
    def f(n):
        i = 0
        while True:
            for k in range(n):
                if k * i == 12:
                    break
            else:
                i += 1
                if i > 20:
                    return i, "none"
                continue
            return i, k

    for n in (0, 1, 5, 7, 13, 3):
        print(f(n))


def case_iterator_left_in_the_middle():
    def f(n):
        out = []
        for i in range(n):
            for k in range(n):
                if k == 3:
                    out.append(sys._getframe().f_lineno - f.__code__.co_firstlineno)
                    break
                if i == 2 and k == 1:
                    return out, locals()["i"], locals()["k"]
        return out, locals()["i"]

    for n in (2, 6, 4, 6):
        print(f(n))


def case_loop_entered_with_other_types():
    def f(start, values):
        total = start
        for value in values:
            total += value
        return total

    for start, values in ((0, [1, 2]), (0.0, [1.5]), (0, [1.5, 2]), (1, [2**65]), ("a", ["b"]), ((), [(1,)])):
        for _ in range(5):
            print(f(start, values))
