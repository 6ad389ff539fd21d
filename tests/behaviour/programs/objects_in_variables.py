"""Objects that a loop makes for its variables, which nobody sees until somebody does: an exception, a frame's locals, a
finalizer, a break, another loop, an assignment of something else."""

import gc
import signal
import sys
import weakref


class P:
    def __init__(self, x, y):
        self.x = x
        self.y = y

    def __add__(self, other):
        return P(self.x + other.x, self.y + other.y)

    def dot(self, other):
        return self.x * other.x + self.y * other.y


class Tells:
    def __init__(self, name):
        self.name = name

    def __del__(self):
        print("end of", self.name, end="; ")


def shown(value):
    return (value.x, value.y) if type(value) is P else value


def plain(n):
    total = 0.0
    for i in range(n):
        p = P(i * 0.5, 2.0)
        total += p.x * p.y
    return total, shown(p)


def pairs(n):
    total = 0
    for i in range(n):
        a = (i, i + 1)
        x, y = a
        total += x * y + a[0] - a[-1]
    return total, a


def two(n):
    total = 0
    for i in range(n):
        p = P(i, 1)
        q = P(1, i)
        r = p + q
        total += r.dot(p)
    return total, shown(p), shown(q), shown(r), r is p


def same(n):
    for i in range(n):
        p = P(i, 1)
        q = p
    q.x = -1
    return p is q, shown(p)


def changed(n):
    total = 0
    for i in range(n):
        p = P(i, 1)
        p.x += 5
        p.y = p.x * 2
        total += p.y
    return total, shown(p)


def left(n, at):
    for i in range(n):
        p = P(i, i + 1)
        if i == at:
            break
        t = (i, p.x)
    return shown(p), i, t


def sometimes(n):
    p = None
    total = 0
    for i in range(n):
        if i % 3 == 1:
            p = P(i, 0)
            total += p.x
        elif i % 7 == 2:
            p = (i, 1)
            total += p[0]
    return total, shown(p)


def nested(n):
    total = 0
    for i in range(n):
        p = P(i, 2)
        for k in range(4):
            q = (k, p.x)
            total += q[0] * q[1]
        total += p.y
    return total, shown(p), q


def read_later(n):
    total = 0
    for i in range(n):
        p = P(i, 3)
        total += p.x
    for i in range(n):
        total += p.y
        p = P(p.y + 1, i)
    return total, shown(p)


def carried(n):
    p, step = P(0, 0), P(1, 2)
    for i in range(n):
        p = p + step
    return shown(p)


def raises(n, at):
    values = [1] * n
    values[at] = None
    for i in range(n):
        p = P(i, values[i])
        t = (p, i)
        p.x + p.y
    return shown(p)


def unbound(n):
    for i in range(n):
        p = P(i, 1)
        del p
    try:
        return p
    except UnboundLocalError as error:
        return str(error)


def over(n, step):
    total = 0
    for i in range(n):
        p = P(total, i)
        total = p.x + step
    return total, shown(p)


def looked_at(n):
    for i in range(n):
        p = P(i, 1)
        q = (p.x, i)
        if i == n - 2:
            seen = sys._getframe().f_locals
            kept = shown(seen["p"]), seen["q"], seen["p"] is p
    return kept, shown(p), q


def called(n):
    def look():
        values = sys._getframe(1).f_locals
        return shown(values["p"]), values["q"]

    kept = []
    for i in range(n):
        p = P(i, 1)
        q = (p.x, i)
        if i % (n // 2) == 1:
            kept.append(look())
    return kept


def finalized(n):
    p = Tells("the first")
    for i in range(n):
        p = P(i, Tells(i) if i == n - 2 else None)
    print("behind the loop", end="; ")
    p = None
    return p


def held(n):
    part = Tells("part")
    total = 0
    for i in range(n):
        p = P(i, part)
        total += p.x
    del part
    print("deleted", end="; ")
    return total


def returned(n, at):
    for i in range(n):
        p = P(i, 0)
        q = (p, i)
        if i == at:
            return q[0] is p, shown(p)
    return None


def weak(n):
    refs = []
    for i in range(n):
        p = P(i, 0)
        if i % 50 == 7:
            refs.append(weakref.ref(p))
    return [r() is p for r in refs], len(refs)


def collected(n):
    total = 0
    for i in range(n):
        p = P(i, None)
        if i == n // 2:
            p.y = p
            gc.collect()
        total += p.x
    return total, shown(p)[0]


def text(n):
    total = ""
    for i in range(n):
        t = ("a", "b" if i % 2 else "c")
        total = t[1] + t[0]
    return total, t


def traced(n):
    lines = []

    def trace(frame, event, arg):
        if event == "line" and "p" in frame.f_locals:
            lines.append(shown(frame.f_locals["p"]))
        return trace

    for i in range(n):
        p = P(i, 1)
        if i == n - 3:
            sys.settrace(trace)
            sys._getframe().f_trace = trace
        p.x
    sys.settrace(None)
    return lines


def caught(n):
    total = 0
    for i in range(n):
        p = P(i, 1)
        try:
            q = (i, 10 // (i % 5))
            total += q[1]
        except ZeroDivisionError as error:
            total -= p.x
            q = (str(error), p.y)
    return total, shown(p), q


def failing(i):
    if i % 50 == 49:
        raise KeyError(i)
    return i


def caught_from_call(n):
    kept = []
    for i in range(n):
        p = P(i, 1)
        q = (p.x, i)
        try:
            failing(i)
        except KeyError:
            kept.append((shown(p), q))
    return kept


def interrupted(seconds):
    seen = []

    def handler(number, frame):
        while frame is not None and "steps" not in frame.f_locals:
            frame = frame.f_back
        values = dict(frame.f_locals)
        seen.append(values["p"].x in (values["steps"], values["steps"] - 1, 19999) and values["q"][1] == 7)

    p, q, steps = P(0, 1), (0, 7), 0
    before = signal.signal(signal.SIGALRM, handler)
    signal.setitimer(signal.ITIMER_REAL, seconds, seconds)
    try:
        while len(seen) < 5:
            for steps in range(20000):
                p = P(steps, 1)
                q = (p.x, 7)
                if q[0] != p.x:
                    print("wrong")
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    return set(seen)


N = 300


def case_caught():
    print(caught(N), caught_from_call(N))


def case_interrupted():
    print(interrupted(0.004))


def case_numbers_of_objects():
    print(plain(N), pairs(N), two(N), same(N), changed(N))


def case_left_and_joined():
    print(left(N, N // 2), left(N, -1), sometimes(N), returned(N, N - 1), returned(N, N))


def case_loops():
    print(nested(N), read_later(N), carried(N), unbound(N))


def case_other_numbers():
    for step in (1, 1 << 61, 0.5, 1):
        print(over(N, step), text(N))


def case_looked_at():
    print(looked_at(N), called(N))


def case_traced():
    print(traced(N))


def case_told_of():
    print(weak(N), collected(N))


def case_finalizers():
    print(finalized(N), held(N))


def case_raised():
    try:
        raises(N, N - 5)
    except TypeError as error:
        trace = error.__traceback__.tb_next
        seen = trace.tb_frame.f_locals
        print(
            error,
            trace.tb_lineno,
            shown(seen["p"]),
            seen["i"],
            shown(seen["t"][0]),
            seen["t"][0] is seen["p"],
        )
