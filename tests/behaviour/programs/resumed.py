"""Generators and coroutines made, resumed and ended by calls of C functions and of methods for awaiting."""

import asyncio
import gc
import inspect
import sys
import threading
import traceback
import weakref
from contextlib import contextmanager


def caught(function, *args):
    try:
        return function(*args)
    except BaseException as error:
        return type(error).__name__, str(error), getattr(error, "value", None)


def finish(coroutine):
    out = []
    try:
        while True:
            out.append(coroutine.send(None))
    except StopIteration as stop:
        return out, stop.value


# --- made ---


def with_defaults(a, b=2, c=3):
    yield a, b, c


def keyword_only(a, *, b=5):
    yield a, b


def starred(*args, **more):
    yield args, sorted(more.items())


def with_cells(a, b=2):
    def inner():
        nonlocal b
        b += a
        return b

    yield inner()
    a = 10
    yield inner(), b


def closing(over):
    def body(more=1):
        nonlocal over
        over += more
        yield over

    return body


def case_made_of_all_arguments():
    out = []
    for _ in range(3):
        out += [list(with_defaults(1)), list(with_defaults(1, 7)), list(with_defaults(1, 7, 8))]
        out += [list(with_defaults(c=1, a=2)), list(keyword_only(1)), list(keyword_only(1, b=2))]
        out += [list(starred(1, 2, x=3)), list(starred()), list(with_cells(1)), list(with_cells(4, 5))]
        body = closing(3)
        out += [list(body()), list(body(5)), list(body())]
    return out


def case_made_of_wrong_arguments():
    out = []
    for _ in range(3):
        out += [caught(with_defaults), caught(with_defaults, 1, 2, 3, 4), caught(keyword_only, 1, 2)]
    return out


def case_defaults_changed():
    def body(a, b=1):
        yield a, b

    out = []
    for k in range(4):
        out.append(list(body(k)))
        body.__defaults__ = (k * 10,) if k % 2 else (k, k + 1)
    body.__defaults__ = None
    out.append(caught(body, 1))
    return out


def case_cells_are_shared():
    def body(items):
        yield lambda: items.append(1)
        yield items

    out = []
    for _ in range(3):
        add, items = body([])
        add()
        out.append(items)
    return out


def case_new_and_dropped():
    log = []

    class Noisy:
        def __del__(self):
            log.append("gone")

    def body(value):
        log.append("began")
        yield value

    for _ in range(4):
        body(Noisy())
        log.append("dropped")
        for _ in body(Noisy()):
            log.append("in the loop")
        log.append("looped")
    return log


# --- resumed by C functions ---


def short(n):
    for i in range(n):
        got = yield i
        if got:
            yield got * 2
    return n


def case_next_and_send():
    out = []
    for n in range(5):
        g = short(n)
        out += [caught(next, g), caught(g.send, None), caught(g.send, 5), caught(g.__next__)]
        out += [next(g, "none left"), next(g, None), caught(next, g), caught(g.send, 1)]
    return out


def case_send_kept_as_a_function():
    out = []
    for n in range(4):
        g = short(n)
        send, unbound = g.send, type(g).send
        out += [caught(send, None), caught(unbound, g, 3), caught(unbound, g, None), caught(unbound, 3, 4)]
        out += [caught(send), caught(send, 1, 2), caught(next), caught(next, 1), caught(next, g, 1, 2)]
    return out


def case_sent_to_new_ones():
    async def coroutine():
        return 5

    out = []
    for _ in range(3):
        out += [caught(short(3).send, 1), caught(short(3).send, None)]
        c = coroutine()
        out += [
            caught(c.send, 1),
            caught(c.send, None),
            caught(c.send, None),
            caught(c.throw, ValueError("x")),
        ]
    return out


def case_values_returned():
    def body(value):
        if value is None:
            return
        yield 1
        return value

    out = []
    for value in (None, 1, (1, 2), StopIteration(4), ValueError("v"), [], "s"):
        g = body(value)
        out.append([repr(caught(next, g)), repr(caught(next, g)), repr(caught(next, g))])
    return out


def case_next_with_another_value():
    def raising(kind):
        yield 1
        raise kind("raised")

    out = []
    for kind in (ValueError, StopIteration, GeneratorExit, KeyError):
        g = raising(kind)
        out += [next(g, 0), caught(next, g, 0), caught(next, g, 0)]
    return out


def case_already_executing():
    out = []

    def body():
        out.append(caught(next, g))
        out.append(caught(next, g, 5))
        out.append(caught(g.send, None))
        yield 1
        out.append(caught(list, g))

    for _ in range(3):
        g = body()
        out += [next(g), next(g, "over")]
    return out


def case_exceptions_being_handled():
    def body():
        out = []
        for _ in range(3):
            try:
                raise KeyError("inner")
            except KeyError:
                out.append(repr(sys.exc_info()[1]))
                yield
                out.append(repr(sys.exc_info()[1]))
            out.append(repr(sys.exc_info()[1]))
            yield
        return out

    g = body()
    seen = []
    while True:
        try:
            raise ValueError(len(seen))
        except ValueError:
            try:
                g.send(None)
            except StopIteration as stop:
                return seen, stop.value, repr(stop.__context__)
            seen.append(repr(sys.exc_info()[1]))
        seen.append(repr(sys.exc_info()[1]))


def case_traceback_through_next():
    def body(n):
        yield n
        raise ValueError(n)

    def drive(g):
        next(g)
        return next(g)

    def drive_by_send(g):
        g.send(None)
        return g.send(None)

    out = []
    for n in range(4):
        for function in (drive, drive_by_send):
            try:
                function(body(n))
            except ValueError as error:
                out.append([(f.name, f.line) for f in traceback.extract_tb(error.__traceback__)])
    return out


def case_frames_and_states():
    def body():
        yield sys._getframe().f_back.f_code.co_name
        yield g.gi_running, g.gi_frame.f_lineno - body.__code__.co_firstlineno, inspect.getgeneratorstate(g)

    out = []
    for _ in range(3):
        g = body()
        out += [inspect.getgeneratorstate(g), g.gi_frame.f_lasti, next(g), g.gi_frame.f_lasti]
        out += [g.send(None), g.gi_yieldfrom, next(g, 0), g.gi_frame, inspect.getgeneratorstate(g)]
    return out


def case_recursion_limit():
    def body(n):
        if n:
            yield next(body(n - 1)) + 1
        yield 0

    def depth(limit):
        low, high = 0, limit
        while low < high:
            middle = (low + high + 1) // 2
            try:
                next(body(middle))
                low = middle
            except RecursionError:
                high = middle - 1
        return low

    for _ in range(3):
        list(body(3))
    before = sys.getrecursionlimit()
    try:
        sys.setrecursionlimit(300)
        return depth(300) > 50
    finally:
        sys.setrecursionlimit(before)


def case_traced_while_suspended():
    def body():
        x = 1
        yield x
        x += 1
        yield x

    out = []
    for _ in range(4):
        g = body()
        next(g)
        events = []

        def trace(frame, event, arg, events=events):
            if frame.f_code is body.__code__:
                events.append((event, frame.f_lineno - body.__code__.co_firstlineno, arg))
            return trace

        sys.settrace(trace)
        try:
            value = next(g)
            last = next(g, None)
        finally:
            sys.settrace(None)
        out.append((value, last, events))
    return out


def case_weakly_referenced():
    out = []
    for _ in range(3):
        g = short(2)
        reference = weakref.ref(g, lambda _: out.append("told"))
        out += [list(g), reference() is g]
        del g
        out.append(reference() is None)
    return out


def case_collected_in_a_cycle():
    log = []

    def body(box):
        try:
            while True:
                yield box
        finally:
            log.append("closed")

    for _ in range(4):
        box = []
        g = body(box)
        box.append(g)
        next(g)
        del g, box
        gc.collect()
        log.append("collected")
    return log


def case_resumed_by_other_threads():
    g = short(12)
    out = []

    def take():
        out.append(next(g, None))

    for _ in range(14):
        thread = threading.Thread(target=take)
        thread.start()
        thread.join()
        take()
    return out


# --- awaiting ---


class Turn:
    def __init__(self, value):
        self.value = value

    def __await__(self):
        got = yield self.value
        return got, self.value


class Odd:
    def __init__(self, kind):
        self.kind = kind

    def __await__(self):
        if self.kind == "raises":
            raise ValueError("awaited")
        if self.kind == "list":
            return iter([1, 2])
        if self.kind == "coroutine":
            return nothing()
        return 5


async def nothing():
    return None


class OfInstance:
    pass


def case_awaitables_of_our_own():
    async def main(things):
        out = []
        for thing in things:
            try:
                out.append(await thing)
            except (TypeError, ValueError) as error:
                out.append(str(error))
        return out

    out = []
    for _ in range(4):
        on_instance = OfInstance()
        on_instance.__await__ = lambda: iter(())
        things = [Turn(1), Odd("raises"), Odd("list"), Odd("coroutine"), Odd("number"), on_instance, Turn(2)]
        out.append(finish(main(things)))
    return out


def case_await_method_is_changed():
    class Changing:
        def __await__(self):
            yield 1
            return "first"

    def other(self):
        yield 2
        return "second"

    async def main(thing):
        return await thing

    out = []
    for k in range(6):
        out.append(finish(main(Changing())))
        if k == 2:
            Changing.__await__ = other
        if k == 4:
            del Changing.__await__
            out.append(caught(finish, main(Changing())))
            Changing.__await__ = other
    return out


class Count:
    def __init__(self, n, wait=False):
        self.n, self.wait = n, wait

    def __aiter__(self):
        return self

    async def __anext__(self):
        if self.n == 0:
            raise StopAsyncIteration
        self.n -= 1
        if self.wait:
            await Turn(self.n)
        return self.n


class OddIterator:
    def __init__(self, kind):
        self.kind = kind

    def __aiter__(self):
        return self if self.kind != "no iterator" else 5

    def __anext__(self):
        if self.kind == "raises":
            raise ValueError("next")
        return 5 if self.kind == "number" else Turn(3)


def case_async_for_of_our_own():
    async def main(items, most):
        out = []
        try:
            async for item in items:
                out.append(item)
                if len(out) == most:
                    break
            else:
                out.append("all")
        except (TypeError, ValueError) as error:
            out.append((str(error), repr(error.__cause__)))
        return out

    out = []
    for _ in range(3):
        out += [finish(main(Count(3), 9)), finish(main(Count(3, True), 9)), finish(main(Count(3, True), 2))]
        for kind in ("no iterator", "raises", "number", "awaitable"):
            out.append(finish(main(OddIterator(kind), 2)))
    return out


async def agen(n, wait=False):
    got = None
    try:
        for i in range(n):
            if wait:
                await Turn(-i)
            got = yield i, got
    finally:
        if wait:
            await Turn("last")


def case_async_generators():
    async def main(n, wait):
        out = [item async for item in agen(n, wait)]
        g = agen(n, wait)
        for value in (None, 1, 2):
            try:
                out.append(await g.asend(value))
            except StopAsyncIteration as stop:
                out.append(("over", stop.args))
        await g.aclose()
        try:
            await g.__anext__()
        except StopAsyncIteration:
            out.append("closed")
        return out

    return [finish(main(n, wait)) for n in range(4) for wait in (False, True) for _ in range(2)]


def case_async_generators_misused():
    async def main():
        out = []
        g = agen(3)
        one = g.__anext__()
        out.append(await one)
        try:
            await one
        except RuntimeError as error:
            out.append(str(error))
        try:
            await agen(2).asend(5)
        except TypeError as error:
            out.append(str(error))
        waiting = agen(3, True)
        first, second = waiting.__anext__(), waiting.__anext__()
        out.append(first.send(None))
        try:
            second.send(None)
        except RuntimeError as error:
            out.append((str(error), waiting.ag_running))
        try:
            first.send("got")
        except StopIteration as stop:
            out.append((stop.value, waiting.ag_running))
        return out

    return [finish(main()) for _ in range(4)]


def case_async_generators_that_raise():
    async def body(kind):
        yield 1
        await Turn(2)
        raise kind("raised")

    async def main(kind):
        out = []
        g = body(kind)
        try:
            async for item in g:
                out.append(item)
            out.append("over")
        except BaseException as error:
            out.append((repr(error), repr(error.__cause__)))
        try:
            await g.__anext__()
        except StopAsyncIteration:
            out.append("still over")
        return out

    kinds = (ValueError, StopAsyncIteration, StopIteration, GeneratorExit)
    return [finish(main(kind)) for kind in kinds for _ in range(3)]


def case_async_generator_frames():
    async def body():
        yield sys._getframe().f_back.f_code.co_name
        await Turn(1)
        yield g.ag_running

    async def main():
        return [item async for item in g], g.ag_running, g.ag_frame

    out = []
    for _ in range(3):
        g = body()
        c = main()
        out += [c.send(None), g.ag_await is not None, g.ag_running, c.cr_await is not None]
        out.append(caught(c.send, None))
    return out


def case_what_a_chain_awaits():
    async def inner(kind):
        if kind == "raise":
            raise ValueError(kind)
        got = await Turn(kind)
        return got

    async def middle(kind):
        return await inner(kind), kind

    async def outer(kind):
        try:
            return await middle(kind)
        except ValueError as error:
            return [f.name for f in traceback.extract_tb(error.__traceback__)]

    out = []
    for kind in ("raise", "a", "b") * 3:
        c = outer(kind)
        first = caught(c.send, None)
        awaited = c.cr_await
        out += [first, awaited and awaited.cr_code.co_name, awaited and awaited.cr_await.cr_code.co_name]
        if awaited:
            out.append(caught(c.throw, ValueError("thrown")) if kind == "b" else caught(c.send, 7))
    return out


# --- context managers and tasks ---


@contextmanager
def managed(log, value, swallow=False):
    log.append("enter")
    try:
        yield value
    except ValueError as error:
        log.append(repr(error))
        if not swallow:
            raise
    finally:
        log.append("exit")


def case_context_managers():
    log = []
    for k in range(4):
        with managed(log, k) as value:
            log.append(value)
        with managed(log, k, swallow=True):
            raise ValueError(k)
        try:
            with managed(log, k):
                raise ValueError(k)
        except ValueError as error:
            log.append([f.name for f in traceback.extract_tb(error.__traceback__)])
        with managed(log, k), managed(log, value=-k) as value:
            log.append(value)
    return log


def case_called_with_stars():
    def body(a, b=2, *rest):
        yield a, b, rest

    def plain(a, b=4):
        return a, b

    class Made:
        def __init__(self, a, b=5):
            self.a, self.b = a, b

    out = []
    for args in ((), (1,), (1, 2), (1, 2, 3), [7, 8]):
        for function in (body, plain, Made):
            for more in ({}, {"b": 9}, {"c": 1}, {"b": 1, 3: 4}):
                result = caught(lambda f, a, m: f(*a, **m), function, args, more)
                out.append(list(result) if function is body else getattr(result, "b", result))
    return out


def case_tasks():
    async def leaf(n):
        await asyncio.sleep(0)
        if n == 3:
            raise ValueError(n)
        return n

    async def node(n):
        if n == 0:
            return await leaf(1)
        return sum(await asyncio.gather(*[node(n - 1) for _ in range(3)]))

    async def main():
        out = [await node(3)]
        out += [repr(x) for x in await asyncio.gather(*map(leaf, range(5)), return_exceptions=True)]
        queue = asyncio.Queue(2)

        async def put():
            for i in range(6):
                await queue.put(i)

        task = asyncio.create_task(put())
        out += [await queue.get() for _ in range(6)]
        await task
        return out

    return [asyncio.run(main()) for _ in range(2)]
