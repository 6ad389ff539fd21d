"""Generators resumed by `next` and `send` at sites that run often, and what may be otherwise there."""

import sys


def caught(function, *args):
    try:
        return function(*args)
    except BaseException as error:
        return type(error).__name__, str(error), getattr(error, "value", None)


def short(n):
    for i in range(n):
        got = yield i
        if got:
            yield got * 2
    return n


class Waits:
    def __await__(self):
        yield "waits"
        return 4


def case_resumed_at_sites():
    class Own:
        def __init__(self, n):
            self.n = n

        def __next__(self):
            if self.n == 0:
                raise StopIteration(7)
            self.n -= 1
            return self.n

        def send(self, value):
            return value, next(self, "over")

    def by_next(source, turns):
        out = []
        for _ in range(turns):
            out.append(next(source, "over"))
        return out

    def by_send(source, turns):
        out = []
        for k in range(turns):
            try:
                out.append(source.send(k if k else None))
            except StopIteration as stop:
                out.append(("stopped", stop.value))
        return out

    out = []
    for _ in range(3):
        out += [by_next(short(4), 12), by_next(iter([1, 2]), 4), by_next(Own(2), 4), caught(by_next, 5, 2)]
        out += [by_send(short(4), 12), by_send(Own(2), 4), caught(by_send, [1], 2)]
        c = Waits().__await__()
        out += [by_send(c, 2), by_next(c, 2)]
    return out


def case_last_reference_goes_in_the_call():
    log = []

    class Noisy:
        def __init__(self, k):
            self.k = k

        def __del__(self):
            log.append(("gone", self.k))

    def body(value):
        try:
            got = yield value.k
            log.append(got)
        finally:
            log.append("left")

    def run(turns):
        total = 0
        for k in range(turns):
            total += next(body(Noisy(k)))
            g = body(Noisy(-k))
            total += g.send(None)
            log.append(total)
            total += next(g, 100)
            log.append(total)
        return total

    return [run(3), run(6), log]


def case_numbers_seen_from_the_generator():
    seen = []

    def body():
        while True:
            caller = sys._getframe(1).f_locals
            got = yield caller["total"]
            seen.append((caller["k"], got))

    def run(turns):
        g = body()
        total = next(g) if turns < 0 else 0.5
        for k in range(turns):
            total += g.send(k * 2 if k else None)
            total += next(g) - k
        return total

    return [run(3), run(9), seen]


def case_site_of_another_next():
    def run(g, turns):
        return [next(g) for _ in range(turns)], [next(g)]

    out = []
    own = globals()
    try:
        for k in range(6):
            if k == 3:
                own["next"] = lambda g: ("own", g.send(None))
            if k == 5:
                del own["next"]
            out.append(run(short(20), 6))
    finally:
        own.pop("next", None)
    return out


def case_resumed_one_turns_tracing_on():
    events = []

    def trace(frame, event, arg):
        if frame.f_code.co_name in ("body", "run"):
            events.append((frame.f_code.co_name, event, frame.f_lineno - frame.f_code.co_firstlineno))
        return trace

    def body(at):
        for k in range(at + 2):
            if k == at:
                sys.settrace(trace)
            yield k
        sys.settrace(None)

    def run(at, by_send):
        g = body(at)
        total = 0
        for _ in range(at + 2):
            total += g.send(None) if by_send else next(g)
        return total + next(g, 50)

    out = []
    for at in (1, 4, 9):
        out += [run(at, False), run(at, True)]
    return out, events
