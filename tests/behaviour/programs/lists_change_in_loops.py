"""Loops that are changed in their middle: lists, attributes, built-ins, numbers that grow too large, ranges at the edges."""

import sys, math, threading, time, signal, builtins


class Box:
    def __init__(s, n):
        s.n = n
        s.items = list(range(n))
        s.done = False
        s.k = 1

    def size(s):
        return len(s.items)

    def at(s, i):
        return s.items[i]

    def take(s):
        return s.items.pop()

    def put(s, v):
        s.items.append(v)


def shrink(b, f):
    t = 0
    for i in range(len(b.items)):
        t += b.items[i]
        f(b, i)
    return t


def grow(b, f):
    t = 0
    i = 0
    while i < len(b.items) and i < 60:
        t += b.items[i] * b.k
        i += 1
        f(b, i)
    return t, i


def each(b, f):
    t = 0
    for v in b.items:
        t += v
        f(b, v)
        if t > 2000:
            break
    return t


def idx(b, f):
    t = 0
    n = b.size()
    for i in range(n):
        t += b.at(i)
        f(b, i)
    return t


def case_lists_change():
    def nop(b, i):
        pass

    def pop(b, i):
        b.take() if i > 3 else None

    def put(b, i):
        b.put(i) if i % 2 and len(b.items) < 60 else None

    def clear(b, i):
        b.items.clear() if i == 5 else None

    def new(b, i):
        if i == 4:
            b.items = [9] * 7

    def tup(b, i):
        if i == 4:
            b.items = tuple(b.items)

    def types(b, i):
        if i < len(b.items):
            b.items[i] = 1.5

    def big(b, i):
        if i == 3:
            b.items[-1] = 2**63

    def ins(b, i):
        b.items.insert(0, i) if len(b.items) < 30 else None

    def bad(b, i):
        if i == 5:
            b.items[6] = "s"

    def attr(b, i):
        if i == 6:
            b.k = 2.5
        if i == 7:
            del b.k

    def none(b, i):
        if i == 5:
            b.items = None

    def rev(b, i):
        b.items.reverse()

    def sl(b, i):
        b.items[2:4] = [i]

    out = []
    for r in range(3):
        for f in (nop, nop, pop, put, clear, new, tup, types, big, ins, bad, attr, none, rev, sl):
            for w in (shrink, grow, each, idx):
                b = Box(12)
                try:
                    out.append((f.__name__, w.__name__, w(b, f)))
                except Exception as e:
                    out.append((f.__name__, w.__name__, type(e).__name__, str(e)))
    return out


def poly(n, a, b):
    t = 0
    for i in range(n):
        t += a * b + i * a - (b << 2)
    return t


def powsum(n, x):
    t = 0
    for i in range(n):
        t = t * x + i
    return t


def nested(n, m, k):
    t = 0
    for i in range(n):
        for j in range(m):
            t += i * m + j * k
        t ^= k * k
    return t


def invdiv(n, z):
    t = 0
    for i in range(n):
        t += 100 // z + i % z
    return t


def flo(n, z):
    t = 0.0
    for i in range(n):
        t += 1.0 / z + i / (z + 1)
    return t


def case_overflow():
    out = []
    E = [0, 1, -1, 3037000500, 2**62, 2**63 - 1, -(2**63), 2**64, 1.5, True]
    for a in E:
        for b in E:
            for f in (
                (poly, 5, a, b),
                (poly, 0, a, b),
                (nested, 3, 3, a),
                (invdiv, 3, a),
                (invdiv, 0, a),
                (flo, 3, a),
                (powsum, 12, a),
                (nested, 0, 2, a),
            ):
                try:
                    out.append(f[0](*f[1:]))
                except Exception as e:
                    out.append((type(e).__name__, str(e)))
    return hash(tuple(map(repr, out))) and [repr(x) for x in out[::37]], sum(map(len, map(repr, out)))


def rng(*a):
    last = None
    n = 0
    t = 0
    for i in range(*a):
        n += 1
        last = i
        t ^= i
        if n == 3:
            i = "x"
        if n > 20:
            break
    else:
        n += 1000
    return last, n, t


def case_ranges():
    out = []
    M = sys.maxsize
    for r in range(3):
        for a in (
            (5,),
            (0,),
            (-3,),
            (M - 2, M),
            (M - 2, M + 3),
            (-M - 1, -M + 2),
            (-M + 1, -M - 4, -1),
            (2**70, 2**70 + 3),
            (0, 2**64, 2**62),
            (10, 0, -3),
            (10, 0),
            (0, 10, 3),
            (True,),
            (M, M - 30, -7),
            (0, M, M // 2),
            (0, -M, -M),
            (1, 2, 0),
            (1.5,),
            ("a",),
            (M, 0, M),
            (5, M, M),
        ):
            try:
                out.append(rng(*a))
            except Exception as e:
                out.append((type(e).__name__, str(e)))
    return out


def after(n):
    for i in range(n):
        pass
    return i


def case_after_the_loop():
    out = []
    for n in (3, 1, 0, 5, 0, 2**0):
        try:
            out.append(after(n))
        except UnboundLocalError as e:
            out.append(str(e))
    return out


def spin(b):
    n = 0
    while not b.done:
        n += 1
    return n >= 0


def spin_list(l):
    n = 0
    while l[0] == 0:
        n += 1
    return n >= 0


def spin_len(l):
    n = 0
    while len(l) == 0:
        n += 1
    return n >= 0


def spin_dict(d):
    n = 0
    while "stop" not in d:
        n += 1
    return n >= 0


STOP = False


def spin_global():
    n = 0
    while not STOP:
        n += 1
    return n >= 0


def spin_method(b):
    n = 0
    while b.size() == 3:
        n += b.at(0) + 1
    return n >= 0


def case_other_threads_end_loops():
    global STOP
    out = []
    for r in range(2):
        b = Box(3)
        l = [0]
        e = []
        d = {}
        c = Box(3)
        STOP = False
        for f, a, stop in (
            (spin, (b,), lambda: setattr(b, "done", True)),
            (spin_list, (l,), lambda: l.__setitem__(0, 1)),
            (spin_len, (e,), lambda: e.append(1)),
            (spin_dict, (d,), lambda: d.update(stop=1)),
            (spin_global, (), lambda: globals().__setitem__("STOP", True)),
            (spin_method, (c,), lambda: c.put(1)),
        ):
            t = threading.Timer(0.01, stop)
            t.start()
            out.append(f(*a))
            t.join()
    return out


class Late(Exception):
    pass


def count_forever(l):
    n = 0
    while True:
        l.append(n)
        n += 1
        len(l)


def inc(x):
    return x + 1


def count_calls(l):
    n = 0
    while True:
        n = inc(n)
        l[0] = n


def case_signal_raises():
    def h(s, f):
        raise Late

    old = signal.signal(signal.SIGALRM, h)
    out = []
    try:
        for r in range(3):
            l = []
            signal.setitimer(signal.ITIMER_REAL, 0.01)
            try:
                count_forever(l)
            except Late as e:
                out.append((l == list(range(len(l))), len(l) >= 0))
            l = [0]
            signal.setitimer(signal.ITIMER_REAL, 0.01)
            try:
                count_calls(l)
            except Late:
                out.append(l[0] >= 0)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, old)
    return out


def uses(n, f):
    t = 0
    for i in range(n):
        t += len("abc") + abs(-i) + math.floor(i + 0.5) + ord("a") + max(i, 3)
        if i == 10:
            f()
    return t


def case_builtins_replaced():
    out = []
    L, A, F = len, abs, math.floor

    def none():
        pass

    def g():
        globals()["len"] = lambda x: 100

    def b():
        builtins.abs = lambda x: 1000

    def m():
        math.floor = lambda x: 0.5

    def d():
        globals()["max"] = min

    for r in range(3):
        for f in (none, none, g, b, m, d):
            try:
                out.append(uses(20, f))
            finally:
                globals().pop("len", None)
                globals().pop("max", None)
                builtins.abs = A
                math.floor = F
    return out


def tr_write(n, f):
    t = 0
    for i in range(n):
        t += i
        f(i)
    return t, i


def case_tracer_writes_locals():
    out = []

    def tracer(frame, event, arg):
        if event == "line" and "t" in frame.f_locals and frame.f_code is tr_write.__code__:
            if frame.f_locals.get("i") == 6:
                frame.f_locals["t"] = 1000
        return tracer

    def f(i):
        if i == 5:
            sys._getframe(1).f_trace = tracer
            sys.settrace(tracer)
        if i == 8:
            sys.settrace(None)

    for r in range(4):
        try:
            out.append(tr_write(12, (lambda i: None) if r < 2 else f))
        finally:
            sys.settrace(None)
    return out


def gens(n):
    def g(k):
        for j in range(k):
            x = yield j
            if x:
                k += x

    t = 0
    for i in range(n):
        it = g(i % 4)
        for v in it:
            t += v
        it = g(3)
        next(it)
        try:
            t += it.send(i)
        except StopIteration:
            pass
        t += sum(g(i)) + max(g(2))
    return t


def case_generators_in_loops():
    return [gens(12) for _ in range(4)]


def strs(s, n):
    out = []
    t = ""
    for i in range(n):
        t += s[i % len(s)]
        if t.endswith(s):
            out.append(len(t))
        if s[i % len(s)] == "é":
            t = t[:-1]
        out.append(ord(s[-1]) + (s[i % len(s)] in "abc") + (t[-1:] < "m"))
    return out, t


def case_strings():
    return [strs(s, 15) for s in ("abc", "xyz", "é", "aé€", "😀b", "a", "\x00\xff", "Ā")] * 2


def fib_memo(n, memo={}):
    if n in memo:
        return memo[n]
    if n < 2:
        return n
    memo[n] = fib_memo(n - 1) + fib_memo(n - 2)
    return memo[n]


def case_memo():
    fib_memo.__defaults__[0].clear()
    return [fib_memo(i) for i in range(0, 100, 7)]


def unpack(rows):
    t = 0
    for a, (b, *c), d in rows:
        t += a + b + len(c)
        a, d = d, a
        t -= d if d else a
    return t


def case_unpacking():
    out = []
    for r in range(3):
        for rows in (
            [(1, (2, 3), 4)] * 5,
            [[1, [2], 3]] * 3,
            [(1.5, (2, 3), 0)],
            [(1, (2,), None)],
            [(1, (), 2)],
            [(1, 2, 3)],
            [(1, "ab", 2)],
            [(1, 2)],
            [],
        ):
            try:
                out.append(unpack(rows))
            except Exception as e:
                out.append((type(e).__name__, str(e)))
    return out
