"""Objects that a loop goes round with, and what breaks that."""

import sys
import weakref


class Vec:
    def __init__(self, x, y):
        self.x = x
        self.y = y

    def __add__(self, other):
        return Vec(self.x + other.x, self.y + other.y)


class Other:
    def __init__(self, x, y):
        self.y = y
        self.x = x

    def __add__(self, other):
        return Vec(self.x * other.x, self.y - other.y)


class Loud(Vec):
    gone = []

    def __del__(self):
        Loud.gone.append((self.x, self.y))


def walk(p, step, n):
    for _ in range(n):
        p = p + step
    return p


def case_kept_when_no_turn():
    p = Vec(1, 2)
    return [walk(p, p, 0) is p for _ in range(60)], p.x, p.y


def case_identity_of_numbers():
    a, b = 1e300, 12345678901
    p = Vec(a, b)
    out = []
    for _ in range(60):
        q = walk(p, p, 0)
        out.append((q.x is a, q.y is b))
    return all(x and y for x, y in out)


def case_types_change():
    out = []
    for _ in range(80):
        out.append(walk(Vec(0, 0), Vec(1, 2), 20).__dict__)
    for _ in range(80):
        out.append(walk(Vec(0, 0), Vec(0.5, 2), 20).__dict__)
    for _ in range(80):
        out.append(walk(Vec("a", [1]), Vec("b", [2]), 3).__dict__)
    for _ in range(80):
        out.append(walk(Other(3, 4), Vec(2, 2), 3).__dict__)
    for _ in range(80):
        out.append(walk(Vec(2**62, 0.0), Vec(2**61, 1), 5).__dict__)
    return [sorted(o.items(), key=str) for o in out[::20]]


def attr_order(n):
    p = Other(1, 2)
    for _ in range(n):
        p = Other(p.x + 1, p.y + 2)
    return list(p.__dict__.items())


def case_attr_order():
    return [attr_order(n) for n in (0, 1, 2, 50) for _ in range(30)][::15]


def trace_it(n, at):
    p = Vec(0, 0)
    seen = None
    for i in range(n):
        p = Vec(p.x + 1, p.y + i)
        if i == at:
            seen = sys._getframe().f_locals["p"]
    return p.x, p.y, seen and (seen.x, seen.y), seen is p


def case_frame_looked_at():
    return [trace_it(50, a) for a in [99] * 60 + [20, 49, 99, 3]]


def raises(n, at):
    p = Vec(0, 0)
    try:
        for i in range(n):
            p = Vec(p.x + 1, p.y + 10 // (at - i))
    except ZeroDivisionError as e:
        f = e.__traceback__.tb_frame.f_locals["p"]
        return (f.x, f.y, f is p)
    return p.x, p.y


def case_raised():
    return [raises(40, a) for a in [99] * 60 + [20, 39, 0, 1]]


def finalizers(n):
    Loud.gone.clear()
    p = Loud(1, 2)
    step = Vec(1, 1)
    for _ in range(n):
        p = p + step
    return p.x, p.y, list(Loud.gone)


def case_finalizers():
    return [finalizers(n) for n in [30] * 40 + [0, 1, 2]]


def changed_class(n, at):
    p = Vec(0, 0)
    step = Vec(1, 1)
    for i in range(n):
        p = p + step
        if i == at:
            Vec.z = i
    return p.x, p.y


def case_class_changes():
    out = [changed_class(40, a) for a in [99] * 60 + [10, 39, 0]]
    del Vec.z
    return out


def aliased(n):
    p = q = Vec(0, 0)
    out = []
    for i in range(n):
        q.x = i * 10
        p = Vec(p.x + 1, p.y + 1)
        out.append(p.x)
    return out, q.x, p is q


def case_aliased():
    return [aliased(n) for n in [30] * 60 + [0, 1, 2]][-5:]


def aliased_by_call(n, change):
    q = Vec(0, 0)
    p = q
    out = []
    for i in range(n):
        change(q, i)
        p = Vec(p.x + 1, p.y + 1)
        out.append(p.x)
    return out, q.x


def setter(q, i):
    q.x += 100 + i


def case_aliased_by_call():
    return [aliased_by_call(n, c) for c in (setter, lambda q, i: None) for n in [30] * 60 + [0, 1, 2]][-5::2]


def tuples(n, start):
    state = start
    for _ in range(n):
        a, b = state
        state = (b, a + b)
    return state


def case_tuples():
    t = (1, 1)
    out = [tuples(n, t) for n in [30] * 60 + [0, 1, 90, 100]]
    same = [tuples(0, t) is t for _ in range(5)]
    try:
        tuples(3, (1, 2, 3))
    except ValueError as e:
        out.append(str(e))
    out.append(tuples(3, [1.5, 2]))
    out.append(tuples(4, ("a", "b")))
    return out[-8:], same


def indexed(n):
    state = (0, 1)
    for _ in range(n):
        state = (state[-1], state[0] + state[1])
    return state


def case_indexed():
    return [indexed(n) for n in [40] * 60 + [0, 1, 95, 200]][-5:]


def breaks(n, at):
    p = Vec(0, 0.0)
    for i in range(n):
        if i == at:
            break
        p = Vec(p.x + 1, p.y + 0.5)
    else:
        p = Vec(p.x, -p.y)
    print_me = [p]
    return print_me[0].x, print_me[0].y, print_me[0] is p


def case_breaks():
    return [breaks(40, a) for a in [99] * 60 + [10, 0, 39]][-5:]


def kept_inside(n, every):
    p = Vec(0, 0)
    kept = []
    for i in range(n):
        p = Vec(p.x + 1, p.y + 2)
        if i % every == 0:
            kept.append(p)
    return [(k.x, k.y, k is p) for k in kept], p.x


def case_kept_inside():
    return [kept_inside(40, e) for e in [50] * 60 + [7, 1, 39]][-4:]


def nested(n, m):
    p = Vec(0.0, 0)
    for _ in range(n):
        for j in range(m):
            p = Vec(p.x + 0.5, p.y + j)
        p = Vec(p.x - 1, p.y)
    return p.x, p.y


def case_nested():
    return [nested(n, m) for n, m in [(5, 6)] * 60 + [(0, 3), (3, 0), (1, 1)]][-4:]


def two(n):
    p, q = Vec(1, 2), Vec(3, 4)
    for _ in range(n):
        p, q = Vec(q.x, p.y + 1), Vec(p.x, q.y - 1)
    return p.x, p.y, q.x, q.y


def case_two():
    return [two(n) for n in [30] * 60 + [0, 1, 7]][-4:]


def swapped(n):
    p, q = Vec(1, 2), Vec(3, 4)
    for _ in range(n):
        p, q = q, Vec(p.x + 1, p.y)
    return p.x, p.y, q.x, q.y, p is q


def case_swapped():
    return [swapped(n) for n in [30] * 60 + [0, 1, 7]][-4:]


def weak(n):
    p = Vec(1, 2)
    r = weakref.ref(p)
    for _ in range(n):
        p = Vec(p.x + 1, p.y)
    return r() is None, p.x


def case_weak():
    return [weak(n) for n in [30] * 60 + [0, 1, 7]][-4:]


def conditional(n):
    p = Vec(0, 0)
    for i in range(n):
        if i % 3:
            p = Vec(p.x + i, p.y)
    return p.x, p.y


def case_conditional():
    return [conditional(n) for n in [30] * 60 + [0, 1, 7]][-4:]


def whiles(n):
    p = Vec(0, n)
    while p.y > 0:
        p = Vec(p.x + p.y, p.y - 1)
    return p.x, p.y


def case_whiles():
    return [whiles(n) for n in [30] * 60 + [0, 1, 7]][-4:]


def mixed(n):
    p = Vec(0, 0)
    for i in range(n):
        p = Vec(p.x + (i if i % 2 else i * 0.5), p.y + 1)
    return p.x, p.y


def case_mixed():
    return [mixed(n) for n in [30] * 60 + [0, 1, 7]][-4:]


def overflow(n):
    p = Vec(1, 0)
    for _ in range(n):
        p = Vec(p.x * 3, p.y + 1)
    return p.x, p.y


def case_overflow():
    return [overflow(n) for n in [30] * 60 + [50, 41, 39]][-4:]


def deleted(n, at):
    p = Vec(1, 0)
    for i in range(n):
        p = Vec(p.x + 1, p.y)
        if i == at:
            del p.y
    return p.x


def case_deleted():
    out = []
    for a in [99] * 60 + [5, 29]:
        try:
            out.append(deleted(30, a))
        except AttributeError as e:
            out.append(str(e))
    return out[-3:]


def printed(n):
    p = Vec(1, 0)
    for _ in range(n):
        p = Vec(p.x + 1, p.y)
    text = repr([p.x, p.y])
    q = p
    q.x = -1
    return text, p.x, sorted(vars(p).items())


def case_printed():
    return [printed(n) for n in [30] * 60 + [0, 1, 7]][-4:]
