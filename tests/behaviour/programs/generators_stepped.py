"""Generators that a loop goes over at once: for x in function(...), and for x in (... for ...)."""

import gc
import sys
import traceback

NUMBERS = list(range(40))


def frames():
    """Names of the functions that run, from the caller outwards to the case."""
    frame, names = sys._getframe(1), []
    while frame is not None and not frame.f_code.co_name.startswith("case_"):
        names.append((frame.f_code.co_name, frame.f_lineno - frame.f_code.co_firstlineno))
        frame = frame.f_back
    return names


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
        return repr(error), repr(error.__cause__), positions(error)[1:]


def upto(limit):
    n = 0
    while n < limit:
        yield n
        n += 1


def ranged(low, high):
    for n in range(low, high):
        yield n


def kept(items, by):
    for item in items:
        if item % by:
            yield item


def twice(items):
    for item in items:
        yield item
        yield item + item


def two_and_odd(limit):
    yield 2
    n = 3
    while n < limit:
        yield n
        n += 2


def fibonacci():
    a, b = 0, 1
    while True:
        yield a
        a, b = b, a + b


def sum_upto(limit):
    total = 0
    for n in upto(limit):
        total += n
    return total


def sum_ranged(low, high):
    total = 0
    for n in ranged(low, high):
        total += n
    return total


def sum_kept(items, by):
    total = 0
    for n in kept(items, by):
        total += n
    return total


def sum_twice(items):
    total = 0
    for n in twice(items):
        total = total * 3 + n
    return total


def sum_two(limit):
    total = 0
    for n in two_and_odd(limit):
        if n == 9:
            continue
        total += n
    return total


def below(limit):
    found = []
    for n in fibonacci():
        if n > limit:
            break
        found.append(n)
    return found


def first_above(limit):
    for n in fibonacci():
        if n > limit:
            return n, limit
    return None


def of_expression(items, by):
    total = 0
    for n in (item * by for item in items if item & 1):
        total += n
    else:
        total += 1000
    return total


def case_as_they_come():
    results = []
    for k in range(60):
        results.append(
            (
                sum_upto(k),
                sum_ranged(k // 2, k),
                sum_kept(NUMBERS, k % 5 + 1),
                sum_twice(NUMBERS[: k % 7]),
                sum_two(k),
                below(k * 7),
                first_above(k),
                of_expression(NUMBERS, k),
            )
        )
    return results


def case_types_change():
    results = []
    for k in range(70):
        items = [1, 2, 3] if k < 40 else [1, 2.5, True, 7] if k < 55 else [1, 2**80, 3, 2**62]
        results.append((sum_kept(items, 2), repr(sum_twice(items)), of_expression([1, k, 2**62 + k], k)))
        results.append((outcome(sum_upto, k if k < 50 else k + 0.5), outcome(sum_ranged, 1, k)))
    return results[-50:]


def floats(start, step, count):
    x = start
    for _ in range(count):
        yield x
        x += step


def sum_floats(start, step, count):
    total = 0.0
    for x in floats(start, step, count):
        total += x * x
    return total


def case_floats():
    results = []
    for k in range(60):
        results.append(repr(sum_floats(0.5 if k < 40 else k, 0.25 if k < 50 else 1, k)))
    return results


class Loud:
    def __init__(self, value, seen):
        self.value = value
        self.seen = seen

    def __mod__(self, other):
        self.seen.append(("mod", other, frames()))
        return self.value % other

    def __add__(self, other):
        self.seen.append(("add", frames()))
        return self.value + (other.value if isinstance(other, Loud) else other)

    def __radd__(self, other):
        self.seen.append(("radd", other, frames()))
        return other + self.value


def case_code_that_looks():
    seen = []
    for k in range(50):
        items = [1, 2, 3] if k < 40 else [1, Loud(2, seen), 3, Loud(4, seen)]
        seen.append((sum_kept(items, 3), sum_twice(items)))
    return seen[-60:]


def looking(limit):
    seen = []
    for n in upto(limit):
        here = sys._getframe()
        seen.append((n, frames(), here.f_lineno - here.f_code.co_firstlineno, sorted(here.f_locals)))
    return seen


def case_looking_at_frames():
    results = []
    for k in range(30):
        results.append(looking(k % 4))
    return results[-4:]


def quotients(items, by):
    for item in items:
        yield 12 // (item - by)


def sum_quotients(items, by):
    total = 0
    for n in quotients(items, by):
        total += n
    return total


def raising(limit):
    n = 0
    while True:
        if n == limit:
            raise StopIteration(n)
        yield n
        n += 1


def sum_raising(limit):
    total = 0
    for n in raising(limit):
        total += n
    return total


def raised_outside(limit, at):
    total = 0
    for n in upto(limit):
        total += 10 // (n - at)
    return total


def caught_within(limit, at):
    log = []
    for n in upto(limit):
        try:
            log.append(10 // (n - at))
        except ZeroDivisionError as error:
            log.append(str(error))
    return log


def caught_around(items, by):
    log = []
    try:
        for n in quotients(items, by):
            log.append(n)
    except ZeroDivisionError as error:
        log.append((str(error), positions(error)))
    return log


def case_raised():
    results = []
    for k in range(50):
        results.append(outcome(sum_quotients, NUMBERS[:9], -1 if k < 40 else 5))
        results.append(outcome(sum_raising, 7))
        results.append(outcome(raised_outside, 9, -1 if k < 40 else 5))
        results.append(caught_within(9, -1 if k < 40 else 5))
        results.append(caught_around(NUMBERS[:9], -1 if k < 40 else 5))
        results.append(caught_around(NUMBERS[:9], 3))
    return results[-60:]


class Dying:
    def __init__(self, name, log):
        self.name = name
        self.log = log

    def __del__(self):
        self.log.append(self.name)


def things(log, count):
    first = Dying("first", log)
    for k in range(count):
        last = Dying(k, log)
        yield last


def go_over(log, count, stop):
    for thing in things(log, count):
        log.append(("got", thing.name))
        if thing.name == stop:
            break
        thing = None
    log.append("behind")


def case_ends():
    results = []
    for k in range(40):
        log = []
        go_over(log, 3, k % 5)
        log.append("over")
        results.append(log)
    return results[-5:]


def numbered(items):
    place = 0
    for item in items:
        yield place, item
        place += 1


def sum_numbered(items):
    total = 0
    for place, item in numbered(items):
        total += place * item
    return total


def products(rows, columns):
    for row in range(rows):
        for column in range(columns):
            yield row * 10 + column


def sum_products(rows, columns):
    total = 0
    for product in products(rows, columns):
        for n in ranged(0, product & 3):
            total += product * n
    return total


def joined(items, by):
    total = 0
    for outer in kept(items, by):
        for inner in upto(outer):
            if inner == 7:
                break
            if inner == 2:
                continue
            total += outer * inner
        else:
            total += 1
    return total


def case_nested():
    results = []
    for k in range(50):
        results.append((sum_numbered(NUMBERS[:k]), sum_products(k % 7, k % 11), joined(NUMBERS, k % 5 + 1)))
    return results


class Walker:
    def __init__(self, step):
        self.step = step

    def walk(self, low, high=20):
        while low < high:
            yield low
            low += self.step

    def total(self, low):
        total = 0
        for n in self.walk(low):
            total += n
        return total


def case_methods():
    results = []
    walkers = [Walker(1), Walker(3)]
    for k in range(60):
        if k == 40:
            walkers.append(Walker(0.5))
        results.append(repr([walker.total(k) for walker in walkers]))
    return results


def with_closure(limit, by):
    def scaled():
        for n in range(limit):
            yield n * by

    total = 0
    for n in scaled():
        total += n
    return total


def from_here(n):
    for k in upto(n):
        yield k * 2
        for i in (k + j for j in range(2)):
            yield i


def defaulted(limit, start=3, *rest):
    for n in range(start, limit):
        yield n


def sum_defaulted(limit):
    total = 0
    for n in defaulted(limit):
        total += n
    for n in defaulted(start=1, limit=limit):
        total += n
    return total


def case_closures_and_callers():
    return [(with_closure(k, k % 3), list(from_here(k % 5)), sum_defaulted(k)) for k in range(50)]


def same(items):
    for item in items:
        yield item


def identical(items):
    found = []
    for place, item in enumerate(items):
        for other in same(items):
            found.append(other is item)
    kept_items = []
    for other in same(items):
        kept_items.append(other)
    return found, [a is b for a, b in zip(items, kept_items, strict=True)]


def case_identity():
    results = []
    for k in range(40):
        results.append(identical([1000 + k, 2.5 + k, "a", 10**20]))
    return results[-3:]


def replaced(limit):
    return [n for n in (n + 1 for n in upto(limit))], sum_upto(limit)


def case_functions_replaced():
    global upto
    was, results = upto, []

    def other(limit):
        yield from ("x", limit)

    for k in range(60):
        if k == 30:
            upto = other
        if k == 35:
            upto = lambda limit: [1, 2, limit]
        if k == 40:
            upto = was
        results.append(outcome(replaced, k % 9))
    return results


def traced(limit):
    events = []

    def trace(frame, event, arg):
        if frame.f_code.co_filename == __file__:
            events.append((frame.f_code.co_name, event, frame.f_lineno - frame.f_code.co_firstlineno))
        return trace

    total = 0
    for n in upto(limit):
        if n == 2:
            sys.settrace(trace)
            sys._getframe().f_trace = trace
        total += n
        if n == 4:
            sys.settrace(None)
    return total, events


def case_traced():
    results = []
    before = sys.gettrace()
    for _ in range(30):
        results.append(traced(7))
    sys.settrace(before)
    return results[-2:]


def deepest(n):
    for k in upto(1):
        return deepest(n + 1) + k
    return 0


def depth(n):
    try:
        return depth(n + 1)
    except RecursionError:
        pass
    low = 0
    try:
        for k in upto(2):
            low += k
    except RecursionError:
        return "no room"
    return low


def case_recursion():
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(120)
    try:
        results = [(outcome(deepest, 0)[0], depth(0)) for _ in range(30)]
    finally:
        sys.setrecursionlimit(limit)
    return results


def collected(limit):
    found = []
    for n in upto(limit):
        if n == 3:
            gc.collect()
            found.append([type(thing).__name__ for thing in gc.get_objects() if type(thing) is Dying])
        found.append(n)
    return found


def case_collected():
    return [collected(k % 6) for k in range(30)]


def suspended(limit):
    for n in upto(limit):
        got = yield n
        if got:
            return got
    return "end"


def drive(limit):
    generator, log = suspended(limit), []
    try:
        log.append(next(generator))
        while True:
            log.append(generator.send(None if len(log) < 5 else "stop"))
    except StopIteration as error:
        log.append(error.value)
    return log


def case_in_generators():
    return [drive(k % 8) for k in range(40)]


def locals_of(limit):
    if limit < 0:
        missing = 1
    n = 0
    while n < limit:
        if n > 2:
            late = n
        yield n
        n += 1
    yield late, missing


def sum_locals(limit):
    found = []
    for n in locals_of(limit):
        found.append(n)
    return found


def case_unbound():
    return [outcome(sum_locals, k % 7) for k in range(40)]


def long_loop(limit):
    total = 0
    for n in upto(limit):
        total = (total * 31 + n) % 1000003
    return total


def case_long():
    return [long_loop(50), long_loop(30000), long_loop(7), outcome(long_loop, "x")]


def formatted(limit):
    try:
        for n in quotients(NUMBERS[:limit], limit - 1):
            last = n
    except ZeroDivisionError:
        return traceback.format_exc().split("\n")[1:], last
    return None


def case_formatted():
    return [formatted(5) for _ in range(30)][-1:]
