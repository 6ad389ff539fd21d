"""Generators that are closed, or dropped, before they are through."""

import sys
import weakref

LOG = []


class Told:
    def __init__(self, name):
        self.name = name

    def __del__(self):
        frame = sys._getframe(1)
        LOG.append((self.name, frame.f_code.co_name, sys.exc_info()[0]))


class Steps:
    """An iterator whose end is told."""

    def __init__(self, name):
        self.name = name

    def __iter__(self):
        return self

    def __next__(self):
        return 1

    def __del__(self):
        LOG.append(("steps", self.name, sys._getframe(1).f_code.co_name))


def plain(items):
    for item in items:
        yield item * 2


def with_told_local(name):
    told = Told(name)
    for item in range(5):
        yield item, told is None


def with_told_operand(name):
    for item in Steps(name):
        yield item


def with_finally(name):
    try:
        for item in range(5):
            yield item
    finally:
        LOG.append(("finally", name, sys.exc_info()[0]))


def with_except(name):
    try:
        yield 1
        yield 2
    except GeneratorExit as error:
        LOG.append((name, error.args, error.__traceback__ is not None, error.__context__))
        raise


def ignoring():
    try:
        yield 1
    except GeneratorExit:
        yield 2


def nested(depth):
    if depth:
        yield from nested(depth - 1)
    else:
        yield from with_finally("innermost")


def chained(items):
    return plain(plain(plain(items)))


def first_of(generator):
    for item in generator:
        return item
    return None


def logged(make):
    LOG.clear()
    result = make()
    found = list(LOG)
    LOG.clear()
    return result, found


def case_plain():
    return [
        logged(lambda: (first_of(plain([k, 2])), next(plain((3, k))), any(plain([0, k, 2]))))
        for k in range(12)
    ]


def case_told():
    makers = (with_told_local, with_told_operand, with_finally, with_except)
    return [(m.__name__, [logged(lambda m=m, k=k: next(m(f"n{k}"))) for k in range(8)]) for m in makers]


def case_nested():
    return [logged(lambda: (first_of(nested(4)), first_of(chained([k])))) for k in range(8)]


def closed_while_handling(make):
    generator = make("handling")
    next(generator)
    try:
        raise KeyError("k")
    except KeyError:
        generator.close()
        return sys.exc_info()[0], generator.gi_frame


def case_while_handling():
    makers = (with_told_local, with_told_operand, with_finally, with_except)
    return [[logged(lambda m=m: closed_while_handling(m)) for _ in range(8)] for m in makers]


def states_of(generator):
    next(generator)
    frame = generator.gi_frame
    names = sorted(frame.f_locals)
    generator.close()
    return names, generator.gi_frame, sorted(frame.f_locals), frame.f_lineno, list(generator)


def case_frames():
    return [(states_of(plain([1, 2])), states_of(with_finally("frames"))) for _ in range(8)]


def thrown(generator):
    next(generator)
    try:
        generator.throw(GeneratorExit)
    except GeneratorExit as error:
        depth, traceback = 0, error.__traceback__
        while traceback is not None:
            depth, traceback = depth + 1, traceback.tb_next
        return depth, error.args


def case_thrown():
    return [(thrown(plain([1, 2])), thrown(with_finally("thrown"))) for _ in range(8)]


def case_ignoring():
    found = []
    for _ in range(8):
        generator = ignoring()
        next(generator)
        try:
            generator.close()
        except RuntimeError as error:
            found.append(str(error))
    return found


def case_weak():
    found = []
    for _ in range(8):
        told = Told("weak")
        generator = plain([told, told]) if False else (x for x in [told])
        reference = weakref.ref(told)
        next(generator)
        del told
        alive = reference() is not None
        generator.close()
        found.append((alive, reference() is None))
    LOG.clear()
    return found


def case_not_begun():
    found = []
    for _ in range(8):
        generator = with_finally("not begun")
        generator.close()
        found.append((generator.gi_frame, list(generator)))
    return found, list(LOG)


def traced_close(generator):
    events = []

    def trace(frame, event, arg):
        if frame.f_code.co_name == "plain":
            events.append((event, frame.f_lineno - frame.f_code.co_firstlineno))
        return trace

    next(generator)
    old = sys.gettrace()
    sys.settrace(trace)
    try:
        generator.close()
    finally:
        sys.settrace(old)
    return events


def case_traced():
    return [traced_close(plain([1, 2])) for _ in range(8)]


async def waiting(name):
    told = Told(name)
    await Never()
    return told


class Never:
    def __await__(self):
        yield "never"


def closed_coroutine(name):
    coroutine = waiting(name)
    sent = coroutine.send(None)
    coroutine.close()
    return sent, coroutine.cr_frame


def case_coroutines():
    return [logged(lambda k=k: closed_coroutine(f"c{k}")) for k in range(8)]
