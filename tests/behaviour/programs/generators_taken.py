"""Generators that a built-in function or type takes the items of: any, all, sum, min, max, sorted, list, tuple,
set, dict and str.join."""

import asyncio
import builtins
import functools
import itertools
import math
import sys
import traceback

NUMBERS = list(range(40))


def frames():
    """Names of the functions that run, from the caller's caller outwards to the case."""
    frame, names = sys._getframe(2), []
    while frame is not None and not frame.f_code.co_name.startswith("case_"):
        names.append((frame.f_code.co_name, frame.f_lineno - frame.f_code.co_firstlineno))
        frame = frame.f_back
    return names


def any_below(items, limit):
    return any(item < limit for item in items)


def all_below(items, limit):
    return all(item < limit for item in items)


def any_true(items):
    return any(item for item in items)


def sum_of_twice(items):
    return sum(item * 2 for item in items)


def sum_of(items):
    return sum(item for item in items)


def count_even(items):
    return sum(item % 2 == 0 for item in items)


def sorted_rest(items, by):
    return sorted(item % by for item in items)


def joined(items):
    return ", ".join(item for item in items)


def listed(items):
    return list(item + 1 for item in items)


def tupled(items):
    return tuple((item, item + 1) for item in items)


def case_as_they_come():
    results = []
    for _ in range(30):
        results = [
            any_below(NUMBERS, 0),
            any_below(NUMBERS, 5),
            all_below(NUMBERS, 100),
            all_below(NUMBERS, 20),
            sum_of_twice(NUMBERS),
            count_even(NUMBERS),
            sorted_rest(NUMBERS, 7),
            joined(["a", "b", "c"]),
            listed(NUMBERS[:5]),
            tupled(range(3)),
        ]
    return results


def case_nothing():
    results = []
    for _ in range(30):
        results = [
            any_below([], 0),
            all_below([], 0),
            sum_of([]),
            count_even([]),
            joined([]),
            listed([]),
            tupled([]),
        ]
    return results


def case_types_change():
    results = []
    for k in range(60):
        items = [1, 2, 3] if k < 40 else [1, 2.5, True] if k < 50 else [1, 2**80, 3]
        results.append(
            (any_below(items, 0), all_below(items, 9), sum_of(items), sum_of_twice(items), listed(items))
        )
    return results[-30:]


def case_big_sums():
    results = []
    for k in range(60):
        results.append(sum_of_twice([2**61, 2**61, k]) if k > 40 else sum_of_twice([k, 1]))
    return results[-25:]


def case_floats():
    results = []
    for k in range(60):
        items = (
            [0.5, k / 3, 1e16, -1e16] if k < 40 else [] if k < 45 else [-0.0, -0.0] if k < 50 else [1.5, -1.5]
        )
        results.append(repr(sum_of(items)))
    return results[-30:]


def case_floats_and_ints():
    results = []
    for k in range(60):
        results.append(repr(sum_of([0.5, 1, True, 2.5, 2**70] if k > 40 else [1.0, 2.0])))
    return results[-25:]


class Loud:
    def __init__(self, value, seen):
        self.value = value
        self.seen = seen

    def __lt__(self, other):
        self.seen.append(("lt", frames()))
        return self.value < other

    def __bool__(self):
        self.seen.append(("bool", frames()))
        return self.value > 2

    def __radd__(self, other):
        self.seen.append(("radd", other, frames()))
        return other + self.value

    def __mul__(self, other):
        self.seen.append(("mul", frames()))
        return self.value * other


def case_code_that_looks():
    seen = []
    for k in range(50):
        items = [1, 2, 3] if k < 40 else [1, Loud(2, seen), 3, Loud(4, seen)]
        seen.append(
            (any_below(items, 0), all_below(items, 4), any_true(items), sum_of(items), sum_of_twice(items))
        )
    return seen[-40:]


def positions(error):
    tb, found = error.__traceback__, []
    while tb is not None:
        code = tb.tb_frame.f_code
        found.append((code.co_name, tb.tb_lineno - code.co_firstlineno, sorted(tb.tb_frame.f_locals)))
        tb = tb.tb_next
    return found


def outcome(function, *args):
    try:
        return function(*args)
    except Exception as error:  # what it is, is compared
        return repr(error), positions(error)[1:], traceback.format_exc().split("\n")[3:]


def quotients(items, by):
    return sum(item // by for item in items)


def stopping(items):
    return list(next(iter(())) if item > 2 else item for item in items)


def raising(items):
    return all(item < 3 or items[99] for item in items)


def case_raised():
    results = []
    for k in range(50):
        by = 1 if k < 40 else 0
        text = ["a", "b"] if k < 40 else ["a", None]
        items = [1, 2] if k < 40 else [1, 2, 3, 4]
        results.append(outcome(quotients, NUMBERS, by))
        results.append(outcome(joined, text))
        results.append(outcome(raising, items))
        results.append(outcome(stopping, items))
        results.append(outcome(sum_of, [1, 2] if k < 40 else [1, "2"]))
        results.append(outcome(all_below, [1, 2] if k < 40 else [1, "2"], 5))
    return results[-30:]


def numbers(limit):
    n = 0
    while n < limit:
        yield n
        n += 1
        if n == 17:
            return


def halves(low, high):
    for n in range(low, high):
        yield n * 2
        yield n * 2 + 1


def of_functions(limit):
    return (
        list(numbers(limit)),
        sum(numbers(limit)),
        any(n > 3 for n in numbers(limit)),
        tuple(halves(1, limit)),
        all(halves(1, limit)),
        sorted(numbers(limit), reverse=True),
        ",".join(str(n) for n in numbers(3)),
    )


def case_generator_functions():
    results = []
    for k in range(40):
        results.append(of_functions(k % 25))
    return results[-26:]


def nested(rows):
    return sum(sum(item for item in row if item & 1) for row in rows if any(item > 3 for item in row))


def pairs(size):
    return sum(x * y for x in range(size) for y in range(size) if (x ^ y) & 1)


def from_dict(table):
    return sum(value for key, value in table.items() if key != "b"), any(key == "c" for key in table)


def caller(items):
    return any_below(items, 3), sum_of_twice(items)


def case_nested():
    results = []
    for k in range(40):
        rows = [[1, 2, 3, k], [5, 6, 7], []]
        results.append((nested(rows), pairs(k % 9), from_dict({"a": 1, "b": 2, "c": k}), caller(rows[0])))
    return results[-20:]


def case_functions_replaced():
    results = []
    was = builtins.any
    for k in range(50):
        if k == 30:
            builtins.any = lambda items: ["mine", *items]
        if k == 40:
            builtins.any = was
        results.append(any_below([1, 2], 2))
    return results[-25:]


class Dying:
    def __init__(self, name, log):
        self.name = name
        self.log = log
        self.value = len(name)

    def __del__(self):
        self.log.append(self.name)


def any_long(log):
    result = any(thing.value > 2 for thing in [Dying("a", log), Dying("bcd", log), Dying("e", log)])
    log.append("found")
    return result


def case_ends():
    log = []
    for _ in range(30):
        log = []
        any_long(log)
    return log


def deep(n):
    return n == 0 or all(deep(n - k) for k in (1,))


def shallow(n, items):
    return sum(item for item in items) if n == 0 else shallow(n - 1, items)


def deepest(items):
    low, high = 1, 2000
    while low < high:
        middle = (low + high + 1) // 2
        try:
            shallow(middle, items)
            low = middle
        except RecursionError:
            high = middle - 1
    return low


def case_recursion():
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(200)
    try:
        for _ in range(30):
            result = deep(20), deepest(NUMBERS) == deepest([])
    finally:
        sys.setrecursionlimit(limit)
    return result


def with_closure(items, limit, step):
    low = limit - 3
    return any(low <= item < limit for item in items), sum(item + step for item in items)


def case_closures():
    results = []
    for k in range(40):
        results.append(with_closure(NUMBERS, k % 5, 1 if k < 30 else 0.5))
    return results[-20:]


def changing(items):
    return sum(items.pop() for _ in items)


def case_lists_change():
    results = []
    for k in range(40):
        results.append(changing(list(range(k % 8))))
    return results


def events_of(function, items):
    events = []

    def trace(frame, event, arg):
        events.append((frame.f_code.co_name, event, frame.f_lineno - frame.f_code.co_firstlineno))
        return trace

    sys.settrace(trace)
    try:
        function(items)
    finally:
        sys.settrace(None)
    return events


def traced(items):
    return sum(item for item in items)


def case_traced():
    for _ in range(40):
        traced(NUMBERS)
    return events_of(traced, [1, 2])


class Turning:
    def __init__(self, events):
        self.events = events

    def __radd__(self, other):
        sys.setprofile(lambda frame, event, arg: self.events.append((frame.f_code.co_name, event)))
        return other


def case_profile_turned_on_inside():
    events = []
    for k in range(40):
        sum_of([1, 2, 3] if k < 39 else [1, Turning(events), 3])
    sys.setprofile(None)
    return events


def marked(items, log):
    try:
        for item in items:
            got = yield item * 2
            log.append(got)
    finally:
        log.append("closed")
    return "end"


async def waiting(items):
    total = 0
    for item in items:
        await asyncio.sleep(0)
        total += item
    return total


async def all_waiting():
    return await asyncio.gather(*[waiting(range(n)) for n in range(6)])


def itself(log):
    try:
        yield next(log[0])
    except ValueError as error:
        yield repr(error)


def case_resumed_by_c_code():
    results = []
    for _ in range(30):
        log = []
        chained = itertools.chain(marked([1, 2], log), marked([3], log))
        firsts = itertools.islice(marked([4, 5, 6], log), 2)
        results = [
            max(marked([1, 5, 2], log)),
            set(marked([1, 1], log)),
            list(map(str, chained)),
            list(firsts),
            log,
        ]
        running = []
        running.append(itself(running))
        results.append([list(running[0]), list(running[0])])
        results.append(dict(zip(marked([1, 2, 3], log), marked([4], log), strict=False)))
        results.append(functools.reduce(lambda a, b: a * 3 + b, marked([1, 2, 3], log)))
    return results


def case_tasks():
    return [asyncio.run(all_waiting()) for _ in range(5)][-1]


def keys_of(items):
    return set(item % 7 for item in items)


def pair_keys(items):
    return set((item, item + 1) for item in items)


def table_of(items):
    return dict((item, item * 2) for item in items)


def table_by_pairs(items):
    return dict(((item, 1), [item]) for item in items)


def least(items):
    return min(item for item in items)


def greatest(items):
    return max(item for item in items)


def least_square(items):
    return min(item * item for item in items)


def case_sets_and_dicts():
    results = []
    for k in range(50):
        items = NUMBERS[k % 5 : 20] if k < 40 else [1, "a", 1.0, True, None, 2**80, (1,)][: k - 40]
        results.append(outcome(keys_of, items))
        results.append(outcome(pair_keys, items))
        results.append(outcome(table_of, items))
        results.append(outcome(table_by_pairs, items))
    return results[-60:]


def case_order_of_sets():
    results = []
    for k in range(40):
        results.append(list(keys_of(range(k))))
        results.append(list(pair_keys(range(k % 5))) and len(pair_keys(range(k))))
        results.append(list(table_of(range(k, 0, -1))))
    return results


def case_extremes():
    results = []
    for k in range(60):
        items = (
            [3, 1, k]
            if k < 40
            else [[2.5, k], ["b", "a"], [1, 2.0, 1.0, True], [None], [float("nan"), 1.0], []][k % 6]
        )
        for function in (least, greatest, least_square):
            results.append(repr(outcome(function, items)))
    return results[-90:]


def case_extremes_of_nothing():
    results = []
    for k in range(40):
        results.append(outcome(least, [1] if k < 30 else []))
        results.append(outcome(greatest, [k, 1] if k < 30 else ()))
    return results[-22:]


def case_first_of_equals():
    results = []
    for k in range(40):
        one, other = 10**20 + k, 10**20 + k + 0
        results.append((least([one, other]) is one, greatest([one, other]) is one))
        results.append((repr(least([1, 1.0])), repr(greatest([0.0, -0.0])), repr(least([0, -0.0, False]))))
    return results


class Hashed:
    def __init__(self, value, log):
        self.value = value
        self.log = log

    def __hash__(self):
        self.log.append(("hash", self.value, frames()))
        return self.value

    def __eq__(self, other):
        self.log.append(("eq", frames()))
        return self.value == getattr(other, "value", None)

    def __mod__(self, by):
        return self

    def __add__(self, other):
        return other

    def __mul__(self, other):
        return [self.value]


def case_keys_that_run_code():
    log = []
    for k in range(50):
        items = [1, 2, 3] if k < 40 else [1, Hashed(1, log), 3, Hashed(1, log), Hashed(4, log)]
        log.append(
            (len(keys_of(items)), len(pair_keys(items)), len(table_of(items)), len(table_by_pairs(items)))
        )
    return log[-60:]


class Ordered(Loud):
    def __lt__(self, other):
        self.seen.append(("lt", frames()))
        return self.value < other.value

    def __gt__(self, other):
        self.seen.append(("gt", frames()))
        return self.value > other.value


def case_extremes_that_run_code():
    seen = []
    for k in range(50):
        items = [1, 2, 3] if k < 40 else [Ordered(5, seen), Ordered(2, seen), Ordered(7, seen)]
        seen.append(getattr(least(items), "value", 0))
        seen.append(getattr(greatest(items), "value", 0))
    return seen[-70:]


def unhashable(items):
    return set([item] if item > 2 else item for item in items)


def dividing(items):
    return dict((item, 6 // item) for item in items)


def least_quotient(items):
    return min(6 // item for item in items)


def case_raised_in_sets():
    results = []
    for k in range(50):
        items = [1, 2] if k < 40 else [1, 2, 0, 3] if k < 45 else [2, 3]
        for function in (unhashable, dividing, least_quotient):
            results.append(outcome(function, items))
    return results[-40:]


def odd_pairs(items):
    return dict(item for item in items)


def case_pairs_of_all_kinds():
    results = []
    for k in range(50):
        items = [(1, 2), (3, 4)] if k < 40 else [["a", 1], "bc", (5, 6, 7)][: k - 39]
        results.append(outcome(odd_pairs, items))
    return results[-15:]


def last_of(items, log):
    return dict((item.value, item) for item in items)


def case_values_end():
    log = []
    for k in range(40):
        table = last_of([Dying("ab", log), Dying("xy", log), Dying("pqr", log)], log)
        log.append(("made", sorted(table)))
        del table
    return log[-12:]


def at_most(items):
    return (
        max(item for item in items),
        len(set(item & 3 for item in items)),
        min(len(str(item)) for item in items),
    )


def case_several_in_a_row():
    return [at_most(list(range(k, k + 9))) for k in range(60)]


def traced_set(items):
    return set(item for item in items), max(item for item in items)


def case_sets_traced():
    for _ in range(40):
        traced_set(NUMBERS)
    return events_of(traced_set, [1, 2])


def set_replaced(items):
    return set(item for item in items)


def case_set_is_another():
    results = []
    for k in range(50):
        if k == 30:
            globals()["set"] = lambda items: ["mine", *items]
        if k == 40:
            del globals()["set"]
        results.append(set_replaced([1, 2]))
    return results


def sum_of_multiples(items, factor):
    return sum(item * factor for item in items)


def sums_of(lists, factor):
    return [repr(sum(item * factor for item in items)) for items in lists]


def case_sums_that_are_zero():
    """A sum of floats is 0.0 of zeros of either sign, and the int 0 of nothing."""
    lists = [[0.0], [-0.0], [-0.0, -0.0], [1.5, -1.5], [0.0] * 4, [5e-324], [math.nan, 0.0], [math.inf]]
    out = [[repr(sum_of_multiples(items, 1.0)) for items in lists * 4] for _ in range(3)]
    out.append([repr(sum_of_multiples(items, 0.0)) for items in [*lists, [], *lists, []]])
    out.extend((sums_of(lists * 3, -1.0), sums_of([[], *lists, [], [], [2], [2, 0.5]], 0.5)))
    return out
