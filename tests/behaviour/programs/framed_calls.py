"""Calls put in line of functions that need a frame: they call others, raise, and are looked at from inside."""

import gc
import signal
import sys
import threading
import traceback

SEEN = []


class Noisy:
    def __init__(self, name):
        self.name = name

    def __del__(self):
        frame = sys._getframe(1)
        SEEN.append((self.name, frame.f_code.co_name, frame.f_lineno))


class Adder:
    """Its operator is a function, so that a plain + calls code."""

    def __init__(self, value):
        self.value = value

    def __add__(self, other):
        return look(self.value) + other


def look(value):
    return value


def looking(value):
    frame = sys._getframe()
    chain = []
    while frame is not None and frame.f_code.co_name != "case_chains":
        named = {k: v for k, v in frame.f_locals.items() if isinstance(v, (int, float, str))}
        chain.append((frame.f_code.co_name, frame.f_lineno, sorted(named.items())))
        frame = frame.f_back
    SEEN.append(chain)
    return value


def fib(n):
    if n < 2:
        return n
    return fib(n - 1) + fib(n - 2)


def ackermann(m, n):
    if m == 0:
        return n + 1
    if n == 0:
        return ackermann(m - 1, 1)
    return ackermann(m - 1, ackermann(m, n - 1))


def inner(a, b):
    c = a * 2
    d = look(c + b)
    c = d - a
    return look(c)


def middle(a, b):
    total = 0
    for i in range(3):
        total += inner(a + i, b)
    return total + inner(total, a)


def outer(count, factor):
    result = 0
    for i in range(count):
        result += middle(i, factor) * 1
    return result


def case_recursion():
    return [fib(n) for n in range(15)], [ackermann(2, n) for n in range(5)]


def case_numbers_cross():
    return [outer(20, 3), outer(20, 2.5), outer(20, 2**70), outer(20, True)]


def swap(function):
    global look
    before = look
    look = function
    return before


def case_chains():
    SEEN.clear()
    outer(6, 3)
    before = swap(looking)
    try:
        outer(2, 3)
        outer(1, 1.5)
    finally:
        swap(before)
    return list(SEEN)


def fails_at(value):
    if value > 20:
        raise ValueError(f"{value} is too much")
    return value


def handler_in_caller(count):
    out = []
    total = 0
    for i in range(count):
        try:
            total += middle(i, 2)
        except ValueError as error:
            tb = error.__traceback__
            frames = [(f.f_code.co_name, line) for f, line in traceback.walk_tb(tb)]
            inside = []
            while tb is not None:
                numbers = {k: v for k, v in tb.tb_frame.f_locals.items() if isinstance(v, int)}
                inside.append(sorted(numbers.items()))
                tb = tb.tb_next
            out.append((str(error), frames, inside, total, i))
    return out, total


def case_exceptions_cross():
    handler_in_caller(4)
    before = swap(fails_at)
    try:
        return handler_in_caller(8)
    finally:
        swap(before)


def deep(n):
    return deep(n - 1) + 1 if n else 1


def deeper(n):
    return deep(n)


def depth_reached():
    try:
        count_down()
    except RecursionError as error:
        return str(error)


LEVELS = [0]


def count_down():
    LEVELS[0] += 1
    return look(count_down())


def names_seen(count):
    out = []
    for i in range(count):
        try:
            middle(i, 2)
        except ValueError as error:
            out.append(sorted(error.__traceback__.tb_next.tb_frame.f_locals))
    return out


def case_loop_variables_of_calls_in_line():
    """Known where the call ends by an exception behind the loop that assigns them."""
    names_seen(4), names_seen(4)
    before = swap(fails_at)
    try:
        return names_seen(8)
    finally:
        swap(before)


def case_recursion_limit():
    limit = sys.getrecursionlimit()
    out = [deeper(50) for _ in range(5)]
    out.append(fib(12))
    sys.setrecursionlimit(150)
    try:
        for n in range(80, 150, 3):
            try:
                out.append(deeper(n))
            except RecursionError as error:
                out.append(str(error))
        LEVELS[0] = 0
        out.append((depth_reached(), LEVELS[0]))
    finally:
        sys.setrecursionlimit(limit)
    return out


def starts_tracing(value):
    def trace(frame, event, arg):
        SEEN.append((frame.f_code.co_name, event, frame.f_lineno))
        return trace

    sys.settrace(trace)
    return value


def starts_profiling(value):
    sys.setprofile(lambda frame, event, arg: SEEN.append((frame.f_code.co_name, event, frame.f_lineno)))
    return value


def starts_tracing_and_fails(value):
    starts_tracing(value)
    raise ValueError(value)


def once(function):
    SEEN.clear()
    before = swap(function)
    try:
        middle(2, 3)
    except ValueError as error:
        SEEN.append(str(error))
    finally:
        sys.settrace(None)
        sys.setprofile(None)
        swap(before)
    return [event for event in SEEN if isinstance(event, str) or event[0] not in ("once", "swap")]


def case_tracing_begins_inside():
    outer(10, 3)
    return [once(starts_tracing), once(starts_profiling), once(starts_tracing_and_fails)]


def held(value):
    SEEN.append(sys._getframe(1))
    return value


def case_frames_are_kept():
    SEEN.clear()
    outer(8, 3)
    before = swap(held)
    try:
        outer(2, 5)
    finally:
        swap(before)
    out = [(f.f_code.co_name, f.f_lineno, sorted(f.f_locals.items()), f.f_back is None) for f in SEEN]
    SEEN.clear()
    return out


def generate(count, factor):
    for i in range(count):
        yield middle(i, factor)
        yield i


def case_generator_as_caller():
    list(generate(10, 3))
    out = [sum(generate(9, 2))]
    SEEN.clear()
    before = swap(looking)
    try:
        out.append(list(generate(2, 4)))
    finally:
        swap(before)
    out.append(len(SEEN))
    before = swap(fails_at)
    try:
        out.append(list(generate(12, 4)))
    except ValueError as error:
        out.append([f.name for f in traceback.extract_tb(error.__traceback__)])
    finally:
        swap(before)
    return out


def makes_garbage(i):
    first = Noisy(f"first {i}")
    second = Noisy(f"second {i}")
    look(i)
    first = Noisy(f"third {i}")
    return second.name + first.name


def collects(count):
    out = []
    for i in range(count):
        out.append(makes_garbage(i))
    return out


def case_finalizers_in_order():
    SEEN.clear()
    for _ in range(3):
        out = collects(4)
    result = out, list(SEEN)
    SEEN.clear()
    return result


def makes_garbage_and_fails(i):
    first = Noisy(f"first {i}")
    second = Noisy(f"second {i}")
    if i == 6:
        raise ValueError(second.name + first.name)
    return look(i)


def fails_with_garbage():
    out = []
    for i in range(8):
        try:
            makes_garbage_and_fails(i)
        except ValueError as error:
            out.append(str(error))
            del error
        out.append(len(SEEN))
    return out


def case_finalizers_and_exceptions():
    SEEN.clear()
    out = [fails_with_garbage() for _ in range(2)]
    result = out, list(SEEN)
    SEEN.clear()
    return result


def other_look(value):
    return value + 100


def changes_itself(value):
    if value > 30:
        swap(other_look)
    return value


def case_callee_is_patched():
    outer(10, 2)
    before = swap(changes_itself)
    try:
        out = [outer(9, 2)]
    finally:
        swap(before)
    return out, outer(9, 2)


def replaced(a, b):
    return look(a) + b


def replacement(a, b):
    return look(b) - a


def uses_replaced(count, at):
    out = []
    for i in range(count):
        if i == at:
            replaced.__code__ = replacement.__code__
        out.append(replaced(i, 10))
    return out


def case_code_is_assigned():
    code = replaced.__code__
    try:
        return uses_replaced(12, 100), uses_replaced(12, 6)
    finally:
        replaced.__code__ = code


def replaces_while_running(value):
    if value == 7:
        replaced.__code__ = replacement.__code__
        gc.collect()
    return value


def case_code_is_assigned_inside():
    code = replaced.__code__
    uses_replaced(12, 100)
    before = swap(replaces_while_running)
    try:
        return uses_replaced(12, 100)
    finally:
        swap(before)
        replaced.__code__ = code


def with_operator(a, b):
    c = a + b
    return c * 2


def uses_operator(items):
    return [with_operator(item, 1) for item in items], sum_operators(items)


def sum_operators(items):
    total = 0
    for item in items:
        total += with_operator(item, 2)
    return total


def case_operands_change():
    out = [uses_operator(list(range(20)))]
    out.append(uses_operator([1, 2.5, Adder(3), 4, True]))
    out.append(uses_operator([Adder(2)] * 3))
    try:
        uses_operator([1, "a"])
    except TypeError as error:
        out.append([f.name for f in traceback.extract_tb(error.__traceback__)])
    return out


def maybe_unbound(flag, value):
    if flag:
        found = look(value)
    value += 1
    return found + value


def case_unbound_inside():
    out = []
    for i in range(12):
        try:
            out.append(maybe_unbound(i % 5 != 4, i))
        except UnboundLocalError as error:
            out.append(str(error))
    return out


def deletes(value):
    kept = look(value)
    if value % 3 == 0:
        del kept
    value = look(value)
    del value
    return kept


def case_deleted_inside():
    out = []
    for i in range(10):
        try:
            out.append(deletes(i))
        except UnboundLocalError as error:
            out.append(str(error))
    return out


def loops_inside(n, seen):
    total = 0
    while n > 0:
        total += look(n)
        n -= 1
        if n == 3:
            seen.append(total)
    return total


def runs_loops(count):
    seen = []
    return [loops_inside(i, seen) for i in range(count)], seen


def case_loops_inside():
    return [runs_loops(12) for _ in range(3)]


def cells_inside(a, b):
    def add(c):
        return a + b + c

    a = look(a) + 1
    return add(1) + add(b)


def case_cells_inside():
    return [cells_inside(i, 2) for i in range(10)], [cells_inside(i, 0.5) for i in range(3)]


def case_signals():
    handled = []

    def handler(number, frame):
        handled.append(number)

    before = signal.signal(signal.SIGUSR1, handler)
    try:
        total = 0
        for i in range(60):
            if i % 20 == 5:
                signal.raise_signal(signal.SIGUSR1)
            total += outer(2, i)
        return total, len(handled)
    finally:
        signal.signal(signal.SIGUSR1, before)


def case_threads():
    results = []

    def work(factor):
        results.append(sum(outer(10, factor) + fib(9) for _ in range(30)))

    threads = [threading.Thread(target=work, args=(n,)) for n in (2, 3)]
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(interval)
    return sorted(results)
