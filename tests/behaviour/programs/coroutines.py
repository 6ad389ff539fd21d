"""Coroutines, async generators, async for and async with, driven by hand and by asyncio."""

import asyncio
import types


class Wait:
    def __init__(self, value):
        self.value = value

    def __await__(self):
        got = yield self.value
        return got


def drive(coroutine, *answers):
    log = []
    answers = list(answers)
    try:
        log.append(("yield", coroutine.send(None)))
        while True:
            answer = answers.pop(0) if answers else None
            log.append(
                (
                    "yield",
                    coroutine.throw(answer) if isinstance(answer, Exception) else coroutine.send(answer),
                )
            )
    except StopIteration as stop:
        log.append(("return", stop.value))
    except Exception as error:
        log.append(("raise", repr(error)))
    return log


def case_await():
    async def inner(x):
        got = await Wait(x)
        return got * 2

    async def outer():
        a = await inner(1)
        b = await inner(a)
        return a, b

    return drive(outer(), 10, 20)


def case_throw_into():
    async def inner():
        try:
            await Wait("in")
        except ValueError as error:
            return await Wait(f"caught {error}")

    async def outer():
        try:
            return await inner()
        finally:
            await Wait("finally")

    return drive(outer(), ValueError("v"), 5), drive(outer(), KeyError("k"), 1)


def case_not_awaitable():
    async def outer(thing):
        await thing

    class Bad:
        def __await__(self):
            return 3

    return drive(outer(3)), drive(outer(Bad())), drive(outer([]))


def case_awaited_twice():
    async def inner():
        return 1

    async def outer():
        c = inner()
        first = await c
        try:
            await c
        except RuntimeError as error:
            return first, str(error)

    return drive(outer())


def case_closed():
    log = []

    async def body():
        try:
            await Wait(1)
        finally:
            log.append("closed")

    c = body()
    c.send(None)
    c.close()
    return log, c.cr_frame


def case_types_coroutine():
    @types.coroutine
    def old(x):
        got = yield x
        return got + 1

    async def new():
        return await old(3)

    return drive(new(), 41)


class Manager:
    def __init__(self, log, swallow):
        self.log, self.swallow = log, swallow

    async def __aenter__(self):
        await Wait("enter")
        self.log.append("enter")
        return self

    async def __aexit__(self, kind, value, traceback):
        await Wait("exit")
        self.log.append(f"exit {kind and kind.__name__}")
        return self.swallow


def case_async_with():
    log = []

    async def body(swallow, fail):
        async with Manager(log, swallow) as m:
            log.append(m is not None)
            if fail:
                raise ValueError("x")
            await Wait("body")
        return "end"

    return [drive(body(s, f)) for s in (False, True) for f in (False, True)], log


def case_async_with_missing():
    async def body(thing):
        async with thing:
            pass

    return drive(body(3))


class Ticker:
    def __init__(self, n):
        self.n = n

    def __aiter__(self):
        return self

    async def __anext__(self):
        if self.n == 0:
            raise StopAsyncIteration
        self.n -= 1
        return await Wait(self.n)


def case_async_for():
    async def body(n):
        total = []
        async for x in Ticker(n):
            if x == 1:
                continue
            total.append(x)
        else:
            total.append("else")
        return total

    return drive(body(4), 4, 1, 2, 3)


def case_async_for_over_wrong_things():
    class NoNext:
        def __aiter__(self):
            return self

    class BadNext(NoNext):
        def __anext__(self):
            return 3

    async def body(thing):
        async for _ in thing:
            pass

    return [drive(body(thing)) for thing in (3, NoNext(), BadNext(), [1])]


def case_async_generator():
    async def produce(n):
        try:
            for i in range(n):
                got = yield i
                await Wait(f"got {got}")
        finally:
            await Wait("cleanup")

    async def consume():
        out = []
        g = produce(3)
        async for x in g:
            out.append(x)
        h = produce(3)
        out.append(await h.asend(None))
        out.append(await h.asend("sent"))
        try:
            await h.athrow(ValueError("t"))
        except ValueError as error:
            out.append(str(error))
        k = produce(2)
        await k.__anext__()
        await k.aclose()
        return out

    return drive(consume())


def case_async_generator_return_and_stop():
    async def empty():
        return
        yield

    async def leaks():
        yield 1
        raise StopAsyncIteration

    async def body():
        out = [x async for x in empty()]
        try:
            async for x in leaks():
                out.append(x)
        except RuntimeError as error:
            out.append(str(error))
        return out

    return drive(body())


def case_async_comprehensions():
    async def produce(n):
        for i in range(n):
            await Wait(i)
            yield i

    async def double(x):
        return x * 2

    async def body():
        a = [x async for x in produce(3)]
        b = {x: await double(x) async for x in produce(4) if x % 2}
        c = {await double(x) for x in range(3)}
        d = [x + y for x in range(2) async for y in produce(2)]
        g = (x async for x in produce(2))
        return a, b, sorted(c), d, [x async for x in g]

    return drive(body())[-1]


def case_asyncio_tasks():
    async def worker(name, queue, log):
        while True:
            item = await queue.get()
            if item is None:
                return name
            log.append(item)
            await asyncio.sleep(0)

    async def main():
        queue, log = asyncio.Queue(), []
        tasks = [asyncio.create_task(worker(n, queue, log)) for n in range(3)]
        for item in range(30):
            await queue.put(item)
        for _ in tasks:
            await queue.put(None)
        return await asyncio.gather(*tasks), sorted(log)

    return asyncio.run(main())


def case_asyncio_cancel_and_timeout():
    async def forever(log):
        try:
            while True:
                await asyncio.sleep(3600)
        except asyncio.CancelledError:
            log.append("cancelled")
            raise

    async def main():
        log = []
        task = asyncio.create_task(forever(log))
        await asyncio.sleep(0)
        task.cancel()
        try:
            await task
        except asyncio.CancelledError:
            log.append("seen")
        try:
            async with asyncio.timeout(0.001):
                await forever(log)
        except TimeoutError:
            log.append("timeout")
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(forever(log))
                group.create_task(asyncio.wait_for(forever(log), 0.001))
        except* TimeoutError as errors:
            log.append(len(errors.exceptions))
        return log

    return asyncio.run(main())


def case_coroutine_traceback():
    async def inner():
        await Wait(1)
        raise ValueError("deep")

    async def outer():
        await inner()

    c = outer()
    c.send(None)
    try:
        c.send(None)
    except ValueError as error:
        names, tb = [], error.__traceback__
        while tb:
            names.append((tb.tb_frame.f_code.co_name, tb.tb_lineno))
            tb = tb.tb_next
        return names


def case_deep_awaits():
    async def down(n):
        if n == 0:
            return await Wait("bottom")
        return 1 + await down(n - 1)

    return drive(down(50), 7)
