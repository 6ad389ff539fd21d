"""Generators: driven, thrown into, closed, abandoned, delegated to."""

import inspect


def count(n):
    for i in range(n):
        yield i


def case_driven():
    return list(count(10)), sum(count(1000)), [x for x in count(5) if x % 2], max(count(7), default=None)


def case_send():
    def averager():
        total, number, average = 0.0, 0, None
        while True:
            value = yield average
            if value is None:
                return total, number
            total += value
            number += 1
            average = total / number

    g = averager()
    out = [next(g)]
    for value in (10, 20, 60):
        out.append(g.send(value))
    try:
        g.send(None)
    except StopIteration as stop:
        out.append(stop.value)
    return out


def case_throw():
    log = []

    def body():
        while True:
            try:
                value = yield len(log)
                log.append(value)
            except ValueError as error:
                log.append(f"caught {error}")
            except KeyError:
                return "done"
            finally:
                log.append("finally")

    g = body()
    next(g)
    g.send("a")
    g.throw(ValueError("b"))
    g.throw(ValueError, "c")
    try:
        g.throw(KeyError)
    except StopIteration as stop:
        log.append(stop.value)
    try:
        g.throw(TypeError("late"))
    except TypeError as error:
        log.append(str(error))
    return log


def case_close():
    log = []

    def body(stubborn):
        try:
            yield 1
            yield 2
        except GeneratorExit:
            log.append("exit")
            if stubborn:
                yield 3
            raise

    g = body(False)
    next(g)
    g.close()
    g.close()
    h = body(True)
    next(h)
    try:
        h.close()
    except RuntimeError as error:
        log.append(str(error))
    fresh = body(False)
    fresh.close()
    return log, list(fresh)


def case_delegation():
    def inner(tag):
        received = []
        try:
            while True:
                got = yield f"{tag}{len(received)}"
                if got is None:
                    continue
                if got == "stop":
                    return received
                received.append(got)
        except ValueError as error:
            yield f"inner caught {error}"
            return "thrown"

    def outer():
        first = yield from inner("a")
        yield first
        second = yield from inner("b")
        yield second
        third = yield from [1, 2]
        return third

    g = outer()
    out = [next(g), g.send("x"), g.send("y"), g.send("stop"), next(g), g.throw(ValueError("v"))]
    return out + list(g)


def case_delegation_to_odd_things():
    class Sub:
        def __init__(self):
            self.n = 0

        def __iter__(self):
            return self

        def __next__(self):
            self.n += 1
            if self.n > 3:
                raise StopIteration("value")
            return self.n

    def outer(thing):
        result = yield from thing
        yield ("result", result)

    out = [list(outer(Sub())), list(outer("ab")), list(outer({1: 2}))]
    try:
        list(outer(3))
    except TypeError as error:
        out.append(str(error))
    g = outer(Sub())
    next(g)
    try:
        g.send(1)
    except AttributeError as error:
        out.append(str(error))
    return out


def case_stop_iteration_inside():
    def body():
        yield 1
        raise StopIteration("leaked")

    g = body()
    next(g)
    try:
        next(g)
    except RuntimeError as error:
        return str(error), repr(error.__cause__)


def case_already_running():
    def body():
        yield next(me)

    me = body()
    try:
        next(me)
    except ValueError as error:
        return str(error)


def case_send_to_a_fresh_one():
    try:
        count(3).send(1)
    except TypeError as error:
        return str(error)


def case_states():
    seen = []

    def body():
        seen.append(inspect.getgeneratorstate(g))
        x = 5
        yield x
        y = x + 1
        yield y

    g = body()
    seen.append(inspect.getgeneratorstate(g))
    next(g)
    seen.append(
        (
            inspect.getgeneratorstate(g),
            inspect.getgeneratorlocals(g)["x"],
            g.gi_frame.f_lineno - g.gi_code.co_firstlineno,
        )
    )
    next(g)
    seen.append((inspect.getgeneratorlocals(g)["y"], g.gi_yieldfrom, g.gi_running))
    list(g)
    seen.append((inspect.getgeneratorstate(g), g.gi_frame))
    return seen


def case_tree_walk():
    class Node:
        def __init__(self, value, left=None, right=None):
            self.value, self.left, self.right = value, left, right

        def __iter__(self):
            if self.left:
                yield from self.left
            yield self.value
            if self.right:
                yield from self.right

    def build(lo, hi):
        if lo >= hi:
            return None
        mid = (lo + hi) // 2
        return Node(mid, build(lo, mid), build(mid + 1, hi))

    return list(build(0, 40))


def case_pipeline():
    def evens(items):
        for item in items:
            if item % 2 == 0:
                yield item

    def squares(items):
        for item in items:
            yield item * item

    return sum(squares(evens(count(500)))), list(zip(count(3), squares(count(5)), strict=False))


def case_exception_goes_through():
    def body(n):
        for i in range(n):
            yield 10 // (3 - i)

    out = []
    g = body(6)
    try:
        for value in g:
            out.append(value)
    except ZeroDivisionError as error:
        out.append(error.__traceback__.tb_next.tb_lineno - body.__code__.co_firstlineno)
    return out, list(g)


def case_abandoned_in_try():
    log = []

    def body():
        try:
            yield 1
        finally:
            log.append("cleanup")

    def use():
        g = body()
        next(g)

    use()
    for _ in zip(body(), [1], strict=False):
        log.append("in")
    return log


def case_generator_expressions():
    n = 3
    g = (i * n for i in range(5))
    n = 100
    out = [next(g), list(g)]
    try:
        (x for x in 3)
    except TypeError as error:
        out.append(str(error))
    return (
        out,
        sum(x * y for x in range(10) for y in range(x) if y % 2),
        any(x > 3 for x in range(10)),
        dict((k, k * k) for k in range(4)),
    )


def case_throw_into_delegate():
    log = []

    def inner():
        try:
            yield 1
        except ValueError:
            log.append("inner")
            raise KeyError("changed") from None

    def outer():
        try:
            yield from inner()
        except KeyError as error:
            log.append(repr(error))
            yield "handled"

    g = outer()
    next(g)
    return g.throw(ValueError("v")), log


def case_many_suspended():
    gens = [count(k) for k in range(20)]
    out = []
    while gens:
        alive = []
        for g in gens:
            value = next(g, None)
            if value is not None:
                out.append(value)
                alive.append(g)
        gens = alive
    return len(out), sum(out)


def case_deep_delegation():
    def down(n):
        if n:
            yield n
            yield from down(n - 1)

    return sum(down(60))


def case_many_yields_in_turn():
    """More places to go on at than are remembered, of two bodies by turns."""

    def places(k):
        while k < 40:
            got = yield k
            yield k + 1, got
            try:
                yield k + 2
                yield k + 3
            finally:
                k += 1
            yield k + 4
            for i in range(2):
                yield k * i
            yield [k, k]
            yield -k
            yield k + 7
            yield str(k)
            yield k + 9
            yield k + 10

    first, second, out = places(0), places(20), []
    next(first), next(second)
    for turn in range(240):
        out.append(first.send(turn))
        if turn % 3 == 0:
            out.append(second.send(-turn))
    return out
