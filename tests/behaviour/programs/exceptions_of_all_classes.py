"""Exceptions of all kinds of classes, raised and caught where somebody may or may not look, patched and traced."""

import sys
import traceback

log = []


class Meta(type):
    def __call__(cls, *a):
        log.append("meta")
        return super().__call__(*a)


class E0(Exception):
    pass


class E1(Exception):
    def __init__(self, *a):
        log.append(("init", a))
        super().__init__(*a)


class E2(Exception):
    def __new__(cls, *a):
        log.append("new")
        return super().__new__(cls, *a)


class E3(E0):
    def __del__(self):
        log.append("del")


class E4(Exception, metaclass=Meta):
    pass


class E5(Exception):
    __slots__ = ("x",)


class E6(ValueError):
    def __init_subclass__(cls):
        pass


def raiser(k, v=1):
    if k == 0:
        raise E0
    if k == 1:
        raise E1
    if k == 2:
        raise E2
    if k == 3:
        raise E3
    if k == 4:
        raise E4
    if k == 5:
        raise E5(v)
    if k == 6:
        raise E6(v) from None
    if k == 7:
        return int("x")
    if k == 8:
        return {}[v]
    if k == 9:
        return [][v]
    if k == 10:
        return 1 // (v - v)
    if k == 11:
        return None.foo
    if k == 12:
        return undefined_name  # noqa: F821
    if k == 13:
        raise E0(v) from ValueError(2)
    if k == 14:
        assert not v, "msg"
    if k == 15:
        next(iter(()))
    if k == 16:
        raise E1(v)
    return k


def quiet(k):
    try:
        raiser(k)
    except Exception:
        pass
    return k


def direct(k):
    n = 0
    for i in range(5):
        try:
            if k == 0:
                raise E0
            elif k == 1:
                raise E1(i)
            elif k == 2:
                raise E2
            elif k == 3:
                raise E3
            elif k == 4:
                raise E4
            else:
                int("y")
        except E3:
            n += 100
        except (E0, E1):
            n += 1
        except ValueError:
            n += 10
        except Exception:
            n += 1000
    return n


def chained(k):
    try:
        try:
            raiser(k)
        except Exception:
            raiser((k + 1) % 17)
    except Exception as e:
        return (
            type(e).__name__,
            type(e.__context__).__name__,
            type(e.__cause__).__name__,
            len(traceback.extract_tb(e.__traceback__)),
            str(e),
            str(e.__context__),
        )


def seen_later(k):
    try:
        raiser(k)
    except Exception:
        x = 1
    return sys.exc_info()[0]


def inside(k):
    try:
        raiser(k)
    except Exception:
        return sys.exc_info()[1].args


def nested_info(k):
    try:
        raise KeyError(7)
    except KeyError:
        try:
            raiser(k)
        except Exception:
            pass
        return repr(sys.exc_info()[1]), sys.exc_info()[2].tb_lineno - nested_info.__code__.co_firstlineno


def reraise(k):
    try:
        try:
            raiser(k)
        except Exception:
            raise
    except Exception as e:
        return type(e).__name__, len(traceback.extract_tb(e.__traceback__))


def fin(k):
    out = []
    try:
        try:
            raiser(k)
        finally:
            out.append("f")
    except Exception:
        out.append("c")
    else:
        out.append("e")
    return out


def gen(k):
    try:
        yield 1
        raiser(k)
    except Exception:
        yield 2
    yield 3


def looped(k):
    total = 0
    for i in range(20):
        try:
            if i % 3 == 0:
                raiser(k)
            total += i
        except LookupError:
            continue
        except ArithmeticError:
            total += 100
        except Exception:
            break
    else:
        total += 1000
    return total


class CM:
    def __init__(s, sw):
        s.sw = sw

    def __enter__(s):
        log.append("in")
        return s

    def __exit__(s, t, v, tb):
        log.append(("out", t and t.__name__, v is None, tb is None))
        return s.sw


def withs(k, sw):
    try:
        with CM(sw) as c:
            raiser(k)
        return "swallowed"
    except Exception:
        return "passed"


def case_all():
    out = []
    for k in range(18):
        for f in (quiet, chained, seen_later, inside, nested_info, reraise, fin, looped):
            log.clear()
            try:
                r = f(k)
            except BaseException as e:
                r = repr(e)
            out.append((f.__name__, k, r, list(log)))
        log.clear()
        out.append((list(gen(k)), list(log)))
        for sw in (True, False):
            log.clear()
            out.append((withs(k, sw), list(log)))
        log.clear()
        out.append((direct(k % 6), list(log)))
    return out


def case_changed():
    out = []
    for r in range(30):
        log.clear()
        out.append([direct(k) for k in range(6)])

    def other(self, *a):
        log.append("patched")

    E0.__init__ = other
    log.clear()
    out.append([direct(k) for k in range(6)])
    out.append(list(log))
    del E0.__init__
    E1.__init__ = Exception.__init__
    log.clear()
    out.append([direct(k) for k in range(6)])
    out.append(list(log))
    E1.__init__ = lambda self, *a: log.append(("init", a))
    log.clear()
    out.append([direct(k) for k in range(6)])
    out.append(list(log))
    return out[-8:]


def case_traced():
    events = []

    def t(f, e, a):
        if f.f_code.co_name in ("direct", "quiet", "raiser"):
            events.append(
                (
                    f.f_code.co_name,
                    e,
                    f.f_lineno - f.f_code.co_firstlineno,
                    a and e == "exception" and a[0].__name__,
                )
            )
        return t

    for _ in range(20):
        direct(1)
        quiet(5)
    sys.settrace(t)
    try:
        direct(1)
        quiet(5)
        quiet(0)
    finally:
        sys.settrace(None)
    return events
