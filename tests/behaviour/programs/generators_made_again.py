"""Generators and coroutines that are made of the memory of earlier ones, and what is seen of them."""

import gc
import inspect
import sys
import weakref


def numbers(n, step=1):
    i = 0
    while i < n:
        yield i
        i += step


def names(text):
    for c in text:
        yield c


def echo(value):
    got = None
    while value:
        got = yield got
        value -= 1
    return got


async def answer(a, b):
    return a, b


class Turn:
    def __await__(self):
        return (yield "turn")


async def waits(n):
    got = []
    for _ in range(n):
        got.append(await Turn())
    return got


def finish(coroutine, sent=None):
    out = []
    try:
        while True:
            out.append(coroutine.send(sent if out else None))
    except StopIteration as stop:
        return out, stop.value


def what_it_is(generator):
    prefix = "cr" if inspect.iscoroutine(generator) else "gi"
    frame = getattr(generator, prefix + "_frame")
    return (
        type(generator).__name__,
        generator.__name__,
        generator.__qualname__,
        getattr(generator, prefix + "_code").co_name,
        getattr(generator, prefix + "_running"),
        frame is not None and (frame.f_lineno - frame.f_code.co_firstlineno, sorted(frame.f_locals)),
    )


def case_state_after_others():
    out = []
    for turn in range(20):
        for make in (lambda: numbers(3), lambda: names("abc"), lambda: echo(2)):
            list(make())
            generator = make()
            out.append(what_it_is(generator))
            next(generator)
            out.append(what_it_is(generator))
            list(generator)
            out.append(what_it_is(generator))
        coroutine = answer(turn, 1)
        out.append(what_it_is(coroutine))
        out.append(finish(coroutine))
        out.append(what_it_is(coroutine))
    return out[:12], out[-12:], len(out)


def case_values_do_not_stay():
    class Big:
        pass

    def holds(thing):
        yield 1
        yield thing

    gone = []
    for i in range(30):
        thing = Big()
        weakref.finalize(thing, gone.append, i)
        generator = holds(thing)
        next(generator)
        del thing
        out = len(gone)
        del generator
        assert len(gone) == out + 1
        list(holds(None))
    return gone


def case_weak_references_to_generators():
    died = []
    for i in range(20):
        generator = numbers(2)
        reference = weakref.ref(generator, lambda _, i=i: died.append(i))
        assert list(generator) == [0, 1]
        assert reference() is generator
        del generator
        assert reference() is None
    return died


def case_finalizers_of_unfinished():
    ended = []

    def guarded(i):
        try:
            yield i
            yield i + 1
        finally:
            ended.append(i)

    for i in range(20):
        generator = guarded(i)
        next(generator)
        if i % 3 == 0:
            list(generator)
        del generator
        for _ in numbers(2):
            pass
    return ended


def case_sent_to_new_ones():
    out = []
    for _ in range(12):
        generator = echo(3)
        try:
            generator.send(5)
        except TypeError as error:
            out.append(str(error))
        next(generator)
        out.append(generator.send(7))
        coroutine = waits(2)
        try:
            coroutine.send(1)
        except TypeError as error:
            out.append(str(error))
        out.append(finish(coroutine, 4))
    return out


def case_resumed_while_running():
    out = []

    def itself():
        yield 1
        try:
            next(generator)
        except ValueError as error:
            yield str(error)
        yield 2

    for _ in range(10):
        generator = itself()
        out.append(list(generator))
    return out


def case_after_the_end():
    out = []
    for _ in range(40):
        generator = numbers(2)
        out.append([*generator, *generator, next(generator, "over")])
        generator = numbers(5)
        next(generator)
        generator.close()
        out.append([next(generator, "closed"), inspect.getgeneratorstate(generator)])
        generator = numbers(5)
        next(generator)
        try:
            generator.throw(KeyError("k"))
        except KeyError as error:
            out.append([repr(error), next(generator, "raised"), inspect.getgeneratorstate(generator)])
    return out[:3], out[-3:]


def case_traced_while_resumed():
    lines = []

    def trace(frame, event, argument):
        if frame.f_code is numbers.__code__:
            lines.append((event, frame.f_lineno - frame.f_code.co_firstlineno))
        return trace

    for _ in range(4):
        generator = numbers(60)
        for _ in range(50):
            next(generator)
        before = sys.gettrace()
        sys.settrace(trace)
        next(generator)
        sys.settrace(before)
        assert sum(1 for _ in generator) == 9
    return lines


def case_levels_of_recursion():
    def deep(n):
        yield n
        if n:
            yield from deep(n - 1)

    def deepest_first(n):
        if n:
            yield from deepest_first(n - 1)
        yield n

    out = []
    limit = sys.getrecursionlimit()
    for n in (10, 70):
        out.append(sum(deep(n)))
    try:
        sum(deepest_first(limit + 50))
    except RecursionError as error:
        out.append(str(error))
    return out


def case_collected_in_cycles():
    references = []

    def cycle(held):
        yield held

    for _ in range(5):
        for _ in range(20):
            held = []
            generator = cycle(held)
            held.append(generator)
            next(generator)
            references.append(weakref.ref(generator))
        list(numbers(3))
    del held, generator
    gc.collect()
    return [reference() is None for reference in references].count(True)


def case_code_changed_between():
    def first(n):
        yield n
        yield n + 1

    def second(n):
        yield -n

    def changing(n):
        yield n
        yield n + 1

    out = []
    for i in range(30):
        if i % 7 == 3:
            changing.__code__ = second.__code__ if i % 2 else first.__code__
        out.append(list(changing(i)))
    return out


def case_handled_exceptions_inside():
    def asks():
        while True:
            yield sys.exc_info()[0]

    def handles():
        try:
            raise KeyError
        except KeyError:
            yield sys.exc_info()[0]
            yield sys.exc_info()[0]
        yield sys.exc_info()[0]

    out = []
    for _ in range(10):
        generator = asks()
        out.append(next(generator))
        try:
            raise ValueError
        except ValueError:
            out += [next(generator), *handles()]
        out.append(next(generator))
    return [kind and kind.__name__ for kind in out]
