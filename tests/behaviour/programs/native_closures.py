"""Nested functions that call themselves, each of many of one code, and functions with keyword-only parameters: they run
without frames too. What makes them leave, and what is seen of them then."""

import sys
import traceback
import types
import weakref

SEEN = []
SCALE = 3


def make_fib():
    def fib(n):
        return n if n < 2 else fib(n - 1) + fib(n - 2)

    return fib


def make_gcd():
    def gcd(a, b):
        return a if b == 0 else gcd(b, a % b)

    return gcd


def case_numbers_of_all_kinds():
    fib, gcd = make_fib(), make_gcd()
    return fib(12), fib(True), fib(2.0), fib(5.5), gcd(2**40, 12**9), gcd(2**80, 6**30), gcd(-12, 18), fib(13)


def case_each_by_its_own_cells():
    def adder(step):
        def add(value, n):
            return value if n == 0 else add(value + step, n - 1)

        return add

    functions = [adder(step) for step in (1, 2, 0.5, "x", 2**70)]
    starts = (0, 1, 1, "", 0)
    return [
        [function(start, n) for n in (0, 3, 9)] for function, start in zip(functions, starts, strict=True)
    ]


def case_many_functions_of_one_code():
    results = []
    for i in range(12):
        fib = make_fib()
        results.append(fib(i))
        del fib
    return results


def case_gone_with_the_last_reference():
    fib = make_fib()
    value = fib(11)
    reference = weakref.ref(fib)
    fib.__closure__[0].cell_contents = None
    alive = reference() is fib
    del fib
    return value, alive, reference() is None


def case_unbound_in_its_depths():
    def outer(unset_at):
        def go(n):
            nonlocal go
            if n == unset_at:
                del go
            return 0 if n == 0 else 1 + go(n - 1)

        return go

    results = []
    for unset_at in (-1, -1, -1, 5, 0, 1):
        try:
            results.append(outer(unset_at)(9))
        except NameError as error:
            rows = traceback.extract_tb(error.__traceback__)
            results.append((str(error), [(row.name, row.lineno) for row in rows]))
    return results


def case_bound_to_another_one():
    def outer(change_at):
        def other(n):
            return ("other", n)

        def go(n):
            nonlocal go
            if n == change_at:
                go = other
            return (0,) if n == 0 else (*go(n - 1), n)

        return go

    return [outer(change_at)(6) for change_at in (-1, -1, 4, -1, 1, 6)]


def divide_in(by):
    def divide(n):
        if n == 0:
            return 100 // by
        return 1 + divide(n - 1)

    return divide


def shown(error):
    rows = traceback.extract_tb(error.__traceback__)
    return type(error).__name__, str(error), [(row.name, row.lineno) for row in rows]


def case_raised_in_its_depths():
    results = [divide_in(3)(5), divide_in(3)(4)]
    for depth in (0, 1, 6):
        try:
            divide_in(0)(depth)
        except ZeroDivisionError as error:
            frames, tb = [], error.__traceback__
            while tb is not None:
                frames.append(sorted((k, v) for k, v in tb.tb_frame.f_locals.items() if isinstance(v, int)))
                tb = tb.tb_next
            results += [shown(error), frames[1:]]
    return results


def case_looked_at():
    def looks(n):
        if n == 3:
            SEEN.append([sys._getframe(i).f_code.co_name for i in range(4)])
            SEEN.append(sys._getframe(1).f_locals["n"])
            SEEN.append(sorted(sys._getframe(2).f_locals))
        return 0 if n == 0 else n + looks(n - 1)

    SEEN.clear()
    return [looks(n) for n in (2, 1, 2, 8, 9)], SEEN[:]


def case_traced():
    def trace(frame, event, argument):
        if frame.f_code.co_name == "tracing":
            SEEN.append((event, frame.f_locals.get("n"), argument if event == "return" else None))
        return trace

    def tracing(n):
        if n == 4:
            sys.settrace(trace)
        return 1 if n == 0 else 1 + tracing(n - 1)

    def quiet(n):
        return n if n < 2 else quiet(n - 1) + 1

    SEEN.clear()
    quiet(9)
    try:
        result = tracing(7)
        result += quiet(3)
    finally:
        sys.settrace(None)
    return result, SEEN[:], quiet(9)


def case_no_end():
    def endless(n):
        return endless(n + 1) + 1

    def endless_with(n, *, text):
        return text if n < 0 else endless_with(n + 1, text=text)

    results = []
    limit = sys.getrecursionlimit()
    for call in (lambda: endless(0), lambda: endless_with(0, text="a")):
        sys.setrecursionlimit(220)
        try:
            call()
        except RecursionError as error:
            rows = traceback.extract_tb(error.__traceback__)
            results.append((str(error), sorted({row.name for row in rows})))
        finally:
            sys.setrecursionlimit(limit)
    return results, make_fib()(10)


def case_looked_up_in_other_globals():
    def outer():
        def scaled(n):
            return SCALE if n == 0 else scaled(n - 1) + SCALE

        return scaled

    results = [outer()(n) for n in (3, 4, 5)]
    elsewhere = types.FunctionType(outer.__code__, {"SCALE": 1000, "__builtins__": __builtins__})
    results += [elsewhere()(n) for n in (3, 4)]
    moved = types.FunctionType(
        outer().__code__, {"SCALE": 0.5, "__builtins__": __builtins__}, "moved", None, outer().__closure__
    )
    return [*results, moved(3), outer()(6)]


def case_another_code():
    def outer():
        def go(n):
            return 0 if n == 0 else 1 + go(n - 1)

        return go

    def other():
        def go(n):
            return 0 if n == 0 else 100 + go(n - 1)

        return go

    go = outer()
    results = [go(8), go(9)]
    go.__code__ = other().__code__
    results.append(go(4))
    return results, outer()(5)


def case_references():
    thing = object()

    def held(n, thing):
        return thing if n == 0 else held(n - 1, thing)

    before = sys.getrefcount(thing), sys.getrefcount(held)
    results = [held(n, thing) is thing for n in range(9)]
    return results, sys.getrefcount(thing) - before[0], sys.getrefcount(held) - before[1]


def case_deep_search():
    edges = {0: [1, 2], 1: [3], 2: [3, 4], 3: [5], 4: [5, 0], 5: []}

    def search(start):
        seen, order = set(), []

        def visit(node):
            if node in seen:
                return
            seen.add(node)
            for other in edges[node]:
                visit(other)
            order.append(node)

        visit(start)
        return order

    return [search(node) for node in edges]


def counted(n, *, total, step):
    return total if n <= 0 else counted(n - step, total=total + n, step=step)


def count_down(n, *, step=1, seen=()):
    return seen if n <= 0 else count_down(n - step, seen=(*seen, n), step=step)


def case_keyword_only():
    results = [
        counted(20, total=0, step=1),
        counted(9, step=2, total=0.5),
        counted(5, total="a" and 1, step=1),
    ]
    try:
        counted(3, total="a", step=1)
    except TypeError as error:
        results.append(shown(error))
    return results, count_down(4), count_down(5, step=2), counted(2**62, total=1, step=2**61)


def case_keyword_defaults_replaced():
    def down(n, *, step=1):
        return 0 if n <= 0 else step + down(n - 1)

    results = [down(6), down(5, step=7)]
    down.__kwdefaults__["step"] = 5
    results.append(down(6))
    down.__kwdefaults__ = {"step": 2.5}
    results.append(down(6))
    down.__kwdefaults__ = None
    try:
        down(2)
    except TypeError as error:
        results.append(shown(error))
    return results


def case_more_arguments_than_registers():
    def many(a, b, c, d, e, f, g, *, h, n):
        if n == 0:
            return (a - b) * c + d / e - f + g * h
        return many(b, c, d, e, f, g, h, n=n - 1, h=a)

    return [many(1, 2.5, 3, 4.5, 5, 6.5, 7, h=8.25, n=n) for n in range(9)]
