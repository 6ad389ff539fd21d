"""Generators and coroutines that wait for others, many deep: what is sent through, raised through, seen on the way."""

import sys
import types

log = []


def leaf(name, count):
    total = 0
    for k in range(count):
        sent = yield (name, k)
        total += sent or 1
    return total


def through(depth, name, count):
    if depth == 0:
        return (yield from leaf(name, count))
    got = yield from through(depth - 1, name, count)
    more = yield from leaf((name, depth), 2)
    return got + more


def outcome(f, *args):
    try:
        return f(*args)
    except Exception as error:
        return type(error).__name__, str(error)


def case_values_come_out_and_back():
    result = []

    def top():
        result.append((yield from through(6, "a", 5)))

    return list(top()), result


def case_sent_all_the_way():
    generator = through(5, "s", 4)
    seen = [next(generator)]
    try:
        for k in range(100):
            seen.append(generator.send(k * 10))
    except StopIteration as stop:
        return seen, stop.value


def case_deeper_than_the_table():
    return [len(list(through(depth, depth, 3))) for depth in (10, 62, 63, 64, 65, 66, 130)]


def endless(depth):
    if depth % 7 == 3:
        yield depth
    yield from endless(depth + 1)


def case_recursion_limit():
    seen = []
    try:
        for depth in endless(0):
            seen.append(depth)
    except RecursionError as error:
        return len(seen) > 50, str(error)[:40]


class Tree:
    def __init__(self, low, high):
        middle = (low + high) // 2
        self.value = middle
        self.left = Tree(low, middle) if low < middle else None
        self.right = Tree(middle + 1, high) if middle + 1 < high else None

    def __iter__(self):
        if self.left is not None:
            yield from self.left
        yield self.value
        if self.right is not None:
            yield from self.right


def case_a_tree():
    return list(Tree(0, 100)), sum(Tree(0, 500))


def raises_at(n):
    for k in range(n):
        yield k
    raise KeyError(n)


def catching(n, depth, at):
    try:
        if depth == 0:
            yield from raises_at(n)
        else:
            yield from catching(n, depth - 1, at)
    except KeyError as error:
        if depth != at:
            raise
        yield ("caught", depth, error.args)
        raise ValueError("next") from error
    finally:
        log.append(("finally", depth))


def lines(error):
    chain = []
    while error is not None:
        place, steps = error.__traceback__, []
        while place is not None:
            steps.append(
                (place.tb_frame.f_code.co_name, place.tb_lineno - place.tb_frame.f_code.co_firstlineno)
            )
            place = place.tb_next
        chain.append((type(error).__name__, steps))
        error = error.__cause__ or error.__context__
    return chain


def case_raised_through():
    del log[:]
    results = []
    for at in (0, 2, 4, 9):
        seen = []
        try:
            for item in catching(3, 4, at):
                seen.append(item)
        except Exception as error:
            results.append((seen, lines(error)))
    return results, log


def stops(n):
    yield n
    raise StopIteration("by hand")


def waits_for_stop():
    yield from stops(1)


def case_stop_iteration_raised_inside():
    return outcome(list, waits_for_stop())


def looks():
    for _ in range(3):
        frame, names = sys._getframe(), []
        while frame is not None and frame.f_code.co_name not in ("case_frames_on_the_way", "drive"):
            names.append((frame.f_code.co_name, frame.f_lineno - frame.f_code.co_firstlineno, frame.f_lasti))
            frame = frame.f_back
        yield names


def middle():
    local = "seen"
    yield from looks()
    yield local


def outside():
    yield from middle()


def case_frames_on_the_way():
    return list(outside())


def state(generator):
    inner = generator.gi_yieldfrom
    return (
        generator.gi_running,
        inner and inner.__name__,
        generator.gi_frame and generator.gi_frame.f_lineno > 0,
    )


def self_looking(outer):
    for _ in range(3):
        yield [state(generator) for generator in outer], outcome(next, outer[0]), outcome(outer[-1].close)


def wrap(inner):
    yield from inner


def case_running_on_the_way():
    outer = []
    inner = self_looking(outer)
    for _ in range(3):
        inner = wrap(inner)
        outer.append(inner)
    seen = []
    for item in inner:
        seen.append((item, [state(generator) for generator in outer]))
    return seen


def case_locals_on_the_way():
    seen = []

    def inner():
        for _ in range(3):
            frame = sys._getframe().f_back
            seen.append((frame.f_code.co_name, sorted(frame.f_locals)))
            yield

    def one(a, b=2):
        c = a + b
        yield from inner()
        return c

    def two():
        got = yield from one(1)
        seen.append(got)

    return list(two()), seen


def handling(depth):
    try:
        raise KeyError(depth)
    except KeyError:
        if depth:
            yield from handling(depth - 1)
        else:
            for _ in range(3):
                yield repr(sys.exc_info()[1]), repr(sys.exc_info()[1].__context__)
        yield depth, repr(sys.exc_info()[1])


def case_exceptions_being_handled():
    try:
        raise ValueError("outermost")
    except ValueError:
        return list(handling(3)), repr(sys.exc_info()[1])


def closing(name):
    try:
        yield 1
        yield 2
        yield 3
    except GeneratorExit:
        log.append(("exit", name))
        raise
    finally:
        log.append(("finally", name))


def around(depth):
    try:
        if depth == 0:
            yield from closing("leaf")
        else:
            yield from around(depth - 1)
    finally:
        log.append(("around", depth))


def case_closed_and_thrown_into():
    del log[:]
    results = []
    for turns in range(4):
        generator = around(3)
        for _ in range(turns):
            next(generator)
        generator.close()
        generator = around(2)
        for _ in range(turns):
            next(generator)
        results.append(outcome(generator.throw, KeyError(turns)))
        generator = around(2)
        for _ in range(turns):
            next(generator)
        del generator
        log.append("gone")
    return results, log


def case_other_iterators():
    class Own:
        def __init__(self):
            self.left = 3

        def __iter__(self):
            return self

        def __next__(self):
            self.left -= 1
            if self.left < 0:
                raise StopIteration("own value")
            return self.left, sys._getframe().f_back.f_code.co_name

    def inner():
        one = yield from Own()
        two = yield from [1, 2, 3]
        three = yield from range(3)
        return one, two, three

    def outer():
        result = yield from inner()
        yield result

    return list(wrap(outer()))


def traced(seen):
    for k in range(4):
        if k == 1:
            sys.setprofile(lambda frame, event, arg: seen.append((event, frame.f_code.co_name)))
        if k == 3:
            sys.setprofile(None)
        yield k


def case_profiling_begins_inside():
    seen = []
    items = list(wrap(wrap(wrap(traced(seen)))))
    return items, [event for event in seen if event[1] in ("wrap", "traced")]


def case_two_chains_share_their_end():
    shared = leaf("shared", 6)
    one, two = wrap(wrap(shared)), wrap(wrap(wrap(shared)))
    seen = []
    for _ in range(4):
        seen.append((outcome(next, one), outcome(next, two)))
    return seen


class Turn:
    def __init__(self, name):
        self.name = name

    def __await__(self):
        return (yield self.name)


async def worker(name, count):
    total = 0
    for k in range(count):
        total += (await Turn((name, k))) or 1
        if total % 5 == 4:
            try:
                await failing(name)
            except ValueError as error:
                total += len(str(error))
    return total


async def failing(name):
    await Turn((name, "fails"))
    raise ValueError(name)


async def manager(depth, name, count):
    if depth == 0:
        return await worker(name, count)
    return depth + await manager(depth - 1, name, count)


@types.coroutine
def old_style(coroutine):
    return (yield from coroutine)


def drive(coroutine):
    seen = []
    try:
        sent = None
        while True:
            seen.append(coroutine.send(sent))
            sent = len(seen)
    except StopIteration as stop:
        return seen, stop.value


def case_coroutines():
    async def main():
        one = await manager(3, "a", 6)
        two = await old_style(manager(2, "b", 4))
        return one, two

    return drive(main()), drive(manager(5, "c", 3))


async def ticks(count):
    for k in range(count):
        await Turn(("tick", k))
        yield k


def case_async_generators():
    async def inner():
        return [k * 2 async for k in ticks(4)]

    async def main():
        return await inner(), await inner()

    return drive(main())


def numbers_across(n):
    total = 0.5
    for k in range(n):
        got = yield from leaf(k, 2)
        total += got * 1.5
        k += 1000
    return total


def case_numbers_across_the_wait():
    def top():
        result = yield from numbers_across(5)
        yield result

    return list(top())


def growing(limit):
    count = 0
    while count < limit:
        value = yield from leaf(count, 1 if count % 2 else 3)
        count += value
        if count > 5:
            count = count * 1.0
    return count


def case_types_that_change_across_the_wait():
    def top():
        yield (yield from growing(12))

    return list(top())
