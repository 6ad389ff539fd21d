"""Coroutines that are awaited where they are called, and wait for nothing."""

import asyncio
import sys
import traceback


def frames():
    """Names of the functions that run, from the caller outwards to the case."""
    frame, names = sys._getframe(1), []
    while frame is not None and not frame.f_code.co_name.startswith("case_"):
        names.append((frame.f_code.co_name, frame.f_lineno - frame.f_code.co_firstlineno))
        frame = frame.f_back
    return names


def run(coroutine):
    """What it returns that never waits."""
    try:
        coroutine.send(None)
    except StopIteration as error:
        return error.value
    return "it waits"


def positions(error):
    tb, found = error.__traceback__, []
    while tb is not None:
        code = tb.tb_frame.f_code
        found.append((code.co_name, tb.tb_lineno - code.co_firstlineno, sorted(tb.tb_frame.f_locals)))
        tb = tb.tb_next
    return found


def outcome(function, *args):
    try:
        return run(function(*args))
    except Exception as error:  # what it is, is compared
        return repr(error), repr(error.__cause__), positions(error)[1:]


async def add(a, b):
    return a + b


async def quotient(a, b):
    return a // b


async def stops(n):
    if n > 5:
        raise StopIteration(n)
    return n


async def largest(items, least=0):
    for item in items:
        if item > least:
            least = item
    return least


async def nothing():
    pass


async def sums(count, step):
    total = 0
    for k in range(count):
        total = await add(total, k * step)
    return total


async def quotients(count, by):
    total = 0
    for k in range(count):
        total += await quotient(10, k - by)
    return total


async def caught(count, by):
    log = []
    for k in range(count):
        try:
            log.append(await quotient(10, k - by))
        except ZeroDivisionError as error:
            log.append((str(error), positions(error)))
    return log


async def stopped(count):
    total = 0
    for k in range(count):
        total += await stops(k)
    return total


async def largest_of(rows):
    found = []
    for row in rows:
        found.append((await largest(row), await largest(row, least=3), await nothing()))
    return found


def case_as_they_come():
    results = []
    for k in range(50):
        rows = [[1, 2, k], [], [k / 2, 1]]
        results.append((run(sums(k, 2)), run(quotients(9, -1)), run(largest_of(rows))))
    return results


def case_types_change():
    return [repr(run(sums(4, 1 if k < 30 else 0.5 if k < 40 else 2**62))) for k in range(50)]


def case_raised():
    results = []
    for k in range(50):
        by = -1 if k < 30 else 3
        results.append((outcome(quotients, 6, by), run(caught(6, by)), outcome(stopped, k % 9)))
        results.append(outcome(sums, 3, 1 if k < 30 else "x"))
    return results


class Loud:
    def __init__(self, seen):
        self.seen = seen

    def __radd__(self, other):
        self.seen.append(frames())
        return other

    def __rmul__(self, other):
        return self


def case_code_that_looks():
    seen = []
    for k in range(50):
        run(sums(2, 1 if k < 40 else Loud(seen)))
    return seen


class Account:
    def __init__(self, balance):
        self.balance = balance

    async def get(self):
        return self.balance

    async def put(self, amount):
        self.balance += amount

    async def move(self, other, amount):
        if await self.get() >= amount:
            await self.put(-amount)
            await other.put(amount)
            return True
        return False


def case_methods():
    results = []
    for k in range(50):
        a, b = Account(100), Account(k if k < 40 else k / 2)
        moved = [run(a.move(b, 30)) for _ in range(4)]
        results.append((moved, a.balance, b.balance))
    return results


async def waits(n):
    await asyncio.sleep(0)
    return n


async def both(count):
    total = 0
    for k in range(count):
        total += await add(k, 1) + await waits(k)
    return total


def case_with_a_loop():
    return [asyncio.run(both(k % 5)) for k in range(20)]


def case_replaced():
    global add
    was, results = add, []

    async def other(a, b):
        return ("other", a, b)

    for k in range(50):
        if k == 30:
            add = other
        if k == 35:
            add = waits
        if k == 40:
            add = was
        results.append(outcome(sums, 2, 1))
    return results


def case_traced():
    results = []
    before = sys.gettrace()
    for k in range(30):
        events = []

        def trace(frame, event, arg, events=events):
            if frame.f_code.co_filename == __file__:
                events.append((frame.f_code.co_name, event, frame.f_lineno - frame.f_code.co_firstlineno))
            return trace

        if k > 25:
            sys.settrace(trace)
        run(sums(2, 1))
        sys.settrace(before)
        results.append(events)
    return results[-5:]


def case_recursion():
    def depth(n):
        try:
            return depth(n + 1)
        except RecursionError:
            return outcome(sums, 2, 1)[0]

    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(150)
    try:
        return [depth(0) for _ in range(30)][-2:]
    except TypeError as error:
        return repr(error)
    finally:
        sys.setrecursionlimit(limit)


def case_formatted():
    for _ in range(30):
        try:
            run(quotients(5, 3))
        except ZeroDivisionError:
            text = traceback.format_exc().split("\n")[1:]
    return text
