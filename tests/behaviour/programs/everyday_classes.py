"""Classes as every day has them: operators, super, decorators in layers, dataclasses, context managers, and what changes them."""

import contextlib
import copy
import dataclasses
import functools
import operator
import pickle

log = []


@dataclasses.dataclass(order=True)
class P:
    x: int
    y: float = 0.0


@dataclasses.dataclass(frozen=True)
class F:
    a: int
    b: str


class V:
    def __init__(s, v):
        s.v = v

    def __eq__(s, o):
        return NotImplemented if not isinstance(o, V) else s.v == o.v

    def __lt__(s, o):
        return s.v < o.v if isinstance(o, V) else NotImplemented

    def __hash__(s):
        return hash(s.v)

    def __contains__(s, x):
        return x == s.v

    def __len__(s):
        return s.v if isinstance(s.v, int) else -1

    def __getitem__(s, i):
        return (s.v, i)

    def __setitem__(s, i, x):
        log.append((s.v, i, x))

    def __call__(s, *a, **k):
        return (s.v, a, k)

    def __bool__(s):
        return s.v != 0


class W(V):
    def __eq__(s, o):
        log.append("W.eq")
        return super().__eq__(o)

    def __lt__(s, o):
        return super().__lt__(o)

    def __hash__(s):
        return 7

    def __init__(s, *a, **k):
        super().__init__(*a, **k)
        s.extra = len(a)


class A:
    def f(s, *a, **k):
        return ["A", *a, *sorted(k)]


class B(A):
    def f(s, *a, **k):
        return ["B"] + super().f(*a, **k)


class C(A):
    def f(s, *a, **k):
        return ["C"] + super().f(*a, z=1, **k)


class D(B, C):
    def f(s, *a, **k):
        return ["D"] + super().f(*a, **k)


def use(a, b):
    out = []
    for op in (operator.eq, operator.lt, operator.gt, operator.ne, operator.le):
        try:
            out.append(op(a, b))
        except TypeError as e:
            out.append(str(e))
    try:
        out.append(a == b)
        out.append(a < b)
        out.append(a != b)
        out.append(a > b)
    except TypeError as e:
        out.append(str(e)[:60])
    try:
        out.append(3 in a)
        out.append(len(a))
        out.append(a[2])
        a[1] = 5
        out.append(a(1, k=2))
        out.append(bool(a))
    except (TypeError, ValueError) as e:
        out.append(f"{type(e).__name__} {e}")
    return out


def case_ops():
    out = []
    vals = [V(3), V(4), W(3), W(0), V(2.5), V("s"), V(True), 3, None]
    for _ in range(25):
        log.clear()
        out = [use(a, b) for a in vals for b in vals]
    return out, log[:50]


def case_super_changes():
    out = []
    d, b, c = D(), B(), C()
    for i in range(40):
        r = [d.f(i), b.f(i, q=1), c.f()]
    out.append(r)
    A.f = lambda s, *a, **k: "patched"
    try:
        out.append([d.f(1)])
    except TypeError as e:
        out.append(str(e))

    def orig(s, *a, **k):
        return ["A2", *a, *sorted(k)]

    A.f = orig
    for i in range(40):
        r = [d.f(i), b.f(i, q=1), c.f()]
    out.append(r)
    B.__bases__ = (C,)
    out.append([d.f(1, y=2), b.f(3)])
    d.__class__ = B
    out.append([d.f(1, y=2)])
    d.f = lambda *a: "inst"
    out.append(d.f(1))
    B.__bases__ = (A,)
    return out


def dec(n):
    def outer(f):
        @functools.wraps(f)
        def inner(*args, **kwargs):
            log.append((n, len(args), sorted(kwargs)))
            return f(*args, **kwargs)

        return inner

    return outer


class K:
    @dec(1)
    @dec(2)
    def m(self, a, b=2, *c, d=4, **e):
        return (a, b, c, d, sorted(e))

    @classmethod
    @dec(3)
    def cm(cls, *a, **k):
        return cls.__name__, a, k

    @staticmethod
    @dec(4)
    def sm(*a, **k):
        return a, k

    @property
    @dec(5)
    def p(self):
        return 9

    @functools.lru_cache
    def cached(self, x):
        return x * 2

    @functools.singledispatchmethod
    def sd(self, x):
        return "obj"

    @sd.register
    def _(self, x: int):
        return "int"


def case_decorated():
    out = []
    k = K()
    for i in range(30):
        log.clear()
        r = [
            k.m(i),
            k.m(i, 2, 3, 4),
            k.m(a=1, b=i),
            k.m(i, d=5, z=6),
            K.cm(i, q=2),
            k.sm(i),
            K.sm(),
            k.p,
            k.cached(i % 3),
            k.sd(i),
            k.sd(""),
        ]
        for bad in (lambda: k.m(), lambda: k.m(1, a=2), lambda: k.sm(**{"a": 1}, **{"b": 2})):
            try:
                r.append(bad())
            except TypeError as e:
                r.append(str(e))
        out.append((r, list(log)))
    return out[0], out[-1]


def case_data():
    out = []
    for i in range(40):
        a, b = P(i, i / 2), P(i % 3, 1.0)
        f, g = F(i, "x"), F(i, "y")
        out.append(
            (
                a == b,
                a < b,
                a <= b,
                max(a, b),
                sorted([a, b, P(1)])[0],
                f == g,
                hash(f) == hash(F(i, "x")),
                {f: 1}.get(F(i, "x")),
                dataclasses.replace(a, y=3.0),
                pickle.loads(pickle.dumps(a)) == a,
                copy.copy(f) == f,
            )
        )
        try:
            f.a = 3
        except Exception as e:
            out.append(str(e))
    return out[-3:]


@contextlib.contextmanager
def cm(n):
    log.append(("enter", n))
    try:
        yield n
    except ValueError:
        log.append("caught")
    finally:
        log.append(("exit", n))


def case_contexts():
    out = []
    for i in range(40):
        log.clear()
        with cm(i) as a, contextlib.suppress(KeyError), contextlib.ExitStack() as st:
            st.enter_context(cm("s"))
            if i % 3 == 0:
                raise ValueError(i)
            if i % 3 == 1:
                {}[i]
            out.append(a)
        out.append(list(log))
    return out[-6:]
