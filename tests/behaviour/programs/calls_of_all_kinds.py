"""Calls that do what seldom calls do: constructors that change, super, bare raise, who called, closures, descriptors."""

import sys, abc, functools, logging, io, warnings, inspect, traceback, gc, weakref


def exc():
    return sys.exc_info()[0]


def again(x):
    if x == 3:
        raise
    return x


def nested(x):
    if x > 100:
        return again(3)
    return again(x) + (exc() is not None)


def case_bare_raise_in_a_callee():
    out = []
    for i in range(20):
        try:
            try:
                if i % 2:
                    raise KeyError(i)
                out.append(nested(i if i != 3 else 4))
            except KeyError:
                out.append((nested(i % 6), exc().__name__))
                if i > 14:
                    nested(101)
        except Exception as e:
            out.append(
                (
                    repr(e),
                    repr(e.__context__),
                    len(traceback.extract_tb(e.__traceback__)),
                    [f.name for f in traceback.extract_tb(e.__traceback__)],
                )
            )
        try:
            nested(101) if i == 16 else None
        except RuntimeError as e:
            out.append(str(e))
    return out


def boom(x, y):
    a = x * 2
    b = [a]
    if x == 7:
        c = a / y
    return a + y


def mid(x, y):
    z = x + 1.5
    w = boom(x, y)
    return w + z


def outer(n, y):
    t = 0
    for i in range(n):
        t += mid(i, y)
    return t


def case_locals_of_a_traceback():
    out = []
    for y in (1, 1, 2, 0, 0, 3, "s", 0):
        try:
            out.append(outer(12, y))
        except Exception as e:
            tb = e.__traceback__
            while tb:
                out.append(
                    (
                        tb.tb_frame.f_code.co_name,
                        tb.tb_lineno - tb.tb_frame.f_code.co_firstlineno,
                        sorted(
                            (k, repr(v))
                            for k, v in tb.tb_frame.f_locals.items()
                            if k not in ("out", "tb", "e")
                        ),
                    )
                )
                tb = tb.tb_next
    return out


class Base:
    def __init__(self, a):
        self.a = a

    def f(self, x):
        return x + self.a

    def who(self):
        return type(self).__name__


class D1(Base):
    def __init__(self, a, b=2):
        super().__init__(a)
        self.b = b

    def f(self, x):
        return super().f(x) * self.b


class D2(D1):
    def f(self, x):
        if x == 13:
            del self
        elif x == 14:
            self = Base(100)
        return super().f(x) + 1

    def __init__(self, *a, **k):
        super().__init__(*a, **k)
        self.c = len(a)


def case_super():
    out = []
    for i in range(20):
        for K in (Base, D1, D2):
            try:
                o = K(i)
                out.append((o.f(i), o.who(), sorted(vars(o).items())))
            except Exception as e:
                out.append((type(e).__name__, str(e)))
    return out


class Ab(abc.ABC):
    def __init__(self, n=1):
        self.n = n

    def go(self):
        return self.n


class Meta(type):
    def __call__(cls, *a):
        return super().__call__(*a) if a != (5,) else "five"


class M(metaclass=Meta):
    def __init__(self, n):
        self.n = n


class Sl:
    __slots__ = "n", "m"

    def __init__(self, n, m=None):
        self.n = n


class Pl:
    def __init__(self, n, *, k=3):
        self.n, self.k = n, k


class NoInit:
    n = 5


class Ret:
    def __init__(self, n):
        self.n = n
        if n == 11:
            return n


class Li(list):
    def __init__(self, n):
        super().__init__([n])
        self.n = n


class In(int):
    def __init__(self, n):
        self.n = n


class Er(Exception):
    def __init__(self, n):
        self.n = n


def make(K, i):
    o = K(i) if K is not NoInit else K()
    return o.n if not isinstance(o, str) else o


def loop(K, n):
    out = []
    for i in range(n):
        try:
            out.append(make(K, i))
        except Exception as e:
            out.append((type(e).__name__, str(e)))
    return out


def case_constructors():
    out = [loop(K, 12) for K in (Ab, M, Sl, Pl, NoInit, Ret, Li, In, Er)]
    Ab.__abstractmethods__ = frozenset({"go"})
    try:
        out.append(loop(Ab, 3))
    finally:
        Ab.__abstractmethods__ = frozenset()
    out.append(loop(Ab, 3))

    def new(cls, *a):
        o = object.__new__(cls)
        o.extra = a
        return o

    for K in (Pl, Ab):
        K.__new__ = new
        try:
            out.append(loop(K, 3))
            out.append(getattr(K(4), "extra", None))
        finally:
            del K.__new__
        try:
            out.append(loop(K, 3))
        except TypeError as e:
            out.append(str(e))
    Pl.__setattr__ = lambda s, n, v: object.__setattr__(s, n, v + 1)
    out.append(loop(Pl, 3))
    del Pl.__setattr__
    out.append(loop(Pl, 3))
    old = Pl.__init__
    Pl.__init__ = lambda s, n: setattr(s, "n", -n)
    out.append(loop(Pl, 3))
    Pl.__init__ = old
    out.append(loop(Pl, 3))
    return out


def case_constructor_arguments():
    out = []
    for i in range(10):
        for f in (
            lambda: Pl(i).k,
            lambda: Pl(i, k=i).k,
            lambda: Pl(n=i).n,
            lambda: Pl(k=1, n=i).n,
            lambda: Pl(),
            lambda: Pl(1, 2),
            lambda: Pl(1, z=2),
            lambda: Sl(i, i).n,
            lambda: Sl(i, m=2).m,
            lambda: Pl(*[i]).n,
            lambda: Pl(**{"n": i}).n,
            lambda: Ab().n,
            lambda: Ab(n=i).n,
        ):
            try:
                out.append(f())
            except Exception as e:
                out.append((type(e).__name__, str(e)))
    return out


def tell(x):
    if x % 5 == 0:
        logging.getLogger("t").warning("at %d", x)
    if x % 7 == 0:
        warnings.warn("w%d" % x, stacklevel=2)
    return x + 1


def teller(x):
    return tell(x) + tell(x + 1)


def case_who_called():
    s = io.StringIO()
    h = logging.StreamHandler(s)
    h.setFormatter(logging.Formatter("%(funcName)s %(message)s"))
    lg = logging.getLogger("t")
    lg.addHandler(h)
    lg.propagate = False
    out = []
    try:
        with warnings.catch_warnings(record=True) as ws:
            warnings.simplefilter("always")
            for i in range(25):
                out.append(teller(i))
        first = teller.__code__.co_firstlineno
        return out, s.getvalue(), [(str(w.message), w.lineno - first) for w in ws]
    finally:
        lg.removeHandler(h)


def loc(x, y=3):
    z = x + y
    if x > 15:
        z = sorted(locals().items())
    if x == 18:
        z = eval("x * y")
    if x == 19:
        z = dir()
    if x == 20:
        z = sorted(vars())
    return z


def case_locals_seen():
    out = []
    for i in range(23):
        out.append(loc(i))
        out.append(loc(i, y=1.5))
    return out


def make_counter(n):
    def inc(k=1):
        nonlocal n
        n += k
        return n

    def get():
        return n

    def drop():
        nonlocal n
        del n

    return inc, get, drop


def case_closures():
    out = []
    for r in range(4):
        inc, get, drop = make_counter(r)
        for i in range(12):
            inc()
            inc(i)
            out.append(get()) if i % 4 == 0 else None
        inc(0.5)
        out.append(get())
        drop()
        for f in (get, inc):
            try:
                out.append(f())
            except NameError as e:
                out.append(str(e))
    return out


class Del:
    def __init__(self, n, log):
        self.n, self.log = n, log

    def __del__(self):
        self.log.append(
            (
                self.n,
                sys._getframe(1).f_code.co_name,
                sys._getframe(1).f_lineno - sys._getframe(1).f_code.co_firstlineno,
            )
        )


def d1(o):
    return o.n


def d2(n, log):
    o = Del(n, log)
    p = Del(-n, log)
    x = d1(o) + d1(p) + d1(Del(n + 100, log))
    if n == 9:
        raise ValueError(n)
    return x


def case_finalizers():
    out = []
    for i in range(12):
        log = []
        try:
            r = d2(i, log)
            log.append(r)
        except ValueError as e:
            log.append("caught")
        log.append("after")
        out.append(log)
    return out


def mv(ba):
    m = memoryview(ba)
    k = m[1:3]
    return k[0] + len(m)


def case_exports_dropped():
    ba = bytearray(b"abcdef")
    out = []
    for i in range(20):
        out.append(mv(ba))
        ba.append(i)
        ba += b"x"
        del ba[0]
    return out, bytes(ba)


class Pw:
    def __init__(self, n):
        self.n = n


def weak(o):
    return weakref.ref(o)


def case_weak():
    out = []
    for i in range(15):
        o = Pw(i)
        w = weak(o)
        out.append(w() is o)
        o = None
        out.append(w() is None)
        out.append(weak(Pw(i))() is None)
    return out


class Desc:
    def __get__(self, o, t):
        return 5 if o is None else o.n + 1


class DataDesc(Desc):
    def __set__(self, o, v):
        o.n = v * 2


class Has:
    d = Desc()
    e = DataDesc()

    def __init__(self, n):
        self.n = n

    @functools.cached_property
    def c(self):
        return self.n * 10

    @functools.lru_cache(maxsize=None)
    def l(self, k):
        return self.n + k

    @property
    def p(self):
        return self.n

    @p.setter
    def p(self, v):
        self.n = v

    @functools.singledispatchmethod
    def s(self, a):
        return "o"

    @s.register
    def _(self, a: int):
        return "i"


def case_descriptors():
    out = []
    for i in range(14):
        h = Has(i)
        h.e = i
        h.p += 1
        out.append((h.d, h.e, h.c, h.c, h.l(2), h.l(2), h.p, Has.d, h.s(1), h.s("a")))
        if i == 8:
            h.__dict__["d"] = 77
            out.append(h.d)
            h.__dict__["e"] = 78
            out.append(h.e)
    return out


class R1:
    def __init__(s, v):
        s.v = v

    def __add__(s, o):
        return ("add", s.v) if not isinstance(o, str) else NotImplemented

    def __radd__(s, o):
        return "radd", s.v

    def __eq__(s, o):
        return NotImplemented

    def __lt__(s, o):
        return s.v < 3

    __hash__ = None


class R2(R1):
    def __radd__(s, o):
        return "radd2", s.v


def op(a, b):
    return a + b


def lt(a, b):
    return a < b, a == b, a != b


def case_reflected():
    out = []
    for i in range(6):
        vs = [i, i + 0.5, R1(i), R2(i), "s", True, I2(i)]
        for a in vs:
            for b in vs:
                for f in (op, lt):
                    try:
                        out.append(str(f(a, b)) if not isinstance(f(a, b), tuple) else f(a, b))
                    except TypeError as e:
                        out.append(str(e))
    return out


class I2(int):
    def __radd__(s, o):
        return "i2", o


def code_swap(n):
    t = 0
    for i in range(n):
        t += victim(i)
        if i == 20:
            victim.__code__ = (lambda x: x * 1000).__code__
        if i == 25:
            victim.__defaults__ = (7,)
            t += victim()
    return t


def victim(x):
    return x + 1


def case_code_swapped():
    out = []
    for r in range(5):
        out.append(code_swap(30))
        victim.__code__ = (lambda x: x + 1).__code__
        victim.__defaults__ = None
    return out


def star(*a, **k):
    return len(a) + sum(k.values())


def kwonly(a, *, b=2, c):
    return a + b * c


def many(a, b=1, c=2, d=3, e=4):
    return a + 10 * b + 100 * c + 1000 * d + 10000 * e


def posonly(a, b=5, /, c=6):
    return a * b - c


def case_arguments():
    out = []
    for i in range(10):
        for f in (
            lambda: star(),
            lambda: star(i, i, x=i),
            lambda: star(*range(i), **{"y": i}),
            lambda: kwonly(i, c=2),
            lambda: kwonly(i, c=i, b=3),
            lambda: kwonly(i),
            lambda: kwonly(i, 2, c=1),
            lambda: many(i),
            lambda: many(i, e=i),
            lambda: many(c=i, a=1),
            lambda: many(i, a=1),
            lambda: many(1, 2, 3, 4, 5, 6),
            lambda: many(*[1, 2], d=i),
            lambda: posonly(i),
            lambda: posonly(i, c=1),
            lambda: posonly(a=1),
            lambda: posonly(1, b=2),
            lambda: many(),
            lambda: many(1, zz=3),
        ):
            try:
                out.append(f())
            except TypeError as e:
                out.append(str(e))
    return out
