"""del, global, nonlocal, imports, annotations, f-strings, and the smaller statements."""

import importlib
import sys
import types

counter = 0


def case_global():
    global counter, fresh
    counter += 1
    fresh = counter * 2
    out = [fresh]
    del fresh
    try:
        fresh
    except NameError as error:
        out.append(str(error))
    return out


def case_unbound_local():
    def f(flag):
        if flag:
            x = 1
        return x

    out = []
    for flag in (1, 0, 1):
        try:
            out.append(f(flag))
        except UnboundLocalError as error:
            out.append(str(error))
    return out


def case_del():
    a, b, c = 1, [1, 2, 3, 4], {"k": 1, "j": 2}
    del a, b[0], b[1:], c["k"]
    out = [b, c]
    for attempt in (lambda: a, lambda: c["k"]):
        try:
            attempt()
        except (NameError, KeyError) as error:
            out.append(repr(error))
    try:
        del b[9]
    except IndexError as error:
        out.append(str(error))
    return out


def case_del_local_twice():
    x = 1
    del x
    try:
        del x
    except UnboundLocalError as error:
        return str(error)


def case_del_missing_global():
    scope = {}
    try:
        exec("def f():\n    global zz\n    del zz\nf()", scope)
    except NameError as error:
        return str(error)


def case_imports():
    import os.path
    import collections as c
    from math import floor as down, pi
    from os import path

    out = [os.path is path, c.__name__, down(pi)]
    try:
        import no_such_module_here
    except ImportError as error:
        out.append(str(error))
    try:
        from math import no_such_name
    except ImportError as error:
        out.append(str(error).split(" (")[0])
    scope = {}
    exec("from math import *", scope)
    out.append("sin" in scope)
    return out


def case_relative_import_fails():
    try:
        exec("from . import x", {"__name__": "alone"})
    except ImportError as error:
        return str(error)


def case_made_module():
    module = types.ModuleType("made_here")
    module.value = 5
    module.__getattr__ = lambda name: name * 2
    sys.modules["made_here"] = module
    try:
        import made_here
        from made_here import value, other

        return made_here.value, value, other, made_here.ab, importlib.import_module("made_here") is module
    finally:
        del sys.modules["made_here"]


def case_annotations():
    x: int = 3
    y: "no such thing"

    def f(a: int, *b: str, c: float = 1.0, **d: bool) -> None:
        z: list = []
        return z

    class A:
        m: int
        n: str = "n"

    scope = {}
    exec("q: int = 1\nr: str", scope)
    return x, f.__annotations__, A.__annotations__, f(1), scope["__annotations__"]


def case_fstrings():
    x, y, name, d = 3.14159, 42, "w\u00f6rld", {"k": [1, 2]}
    width, digits = 10, 2
    return [
        f"{x}",
        f"{x:.2f}",
        f"{y:>5}|{y:<5}|{y:^5}",
        f"{y:#x} {y:08b}",
        f"{name!r} {name!s} {name!a}",
        f"{x:{width}.{digits}f}",
        f"{d['k'][1]} {{literal}}",
        f"{y=} {x=:.1f} {name = }",
        f"{'a' if y else 'b'}{y}{''}",
        f"a{1}b{2}c{3}",
        f"{lambda_(2)}",
        f"{[n for n in range(3)]}",
        f"{y}tail",
        f"{None} {True} {...}",
        "%s is %d and %.1f" % (name, y, x),
        "{0}-{k}".format(1, k=2),
    ]


def lambda_(n):
    return (lambda v: v * 2)(n)


def case_fstring_errors():
    class Bad:
        def __format__(self, spec):
            if spec == "no":
                return 3
            raise ValueError(spec)

    out = []
    for attempt in (
        lambda: f"{Bad():x}",
        lambda: f"{Bad():no}",
        lambda: f"{3:zz}",
        lambda: f"{[]:3}",
        lambda: f"{missing}",
    ):
        try:
            attempt()
        except (ValueError, TypeError, NameError) as error:
            out.append(str(error))
    return out


def case_string_building():
    text = ""
    for n in range(200):
        text += chr(97 + n % 26)
        if n % 50 == 49:
            text = text[:-1] + "|"
    parts = [str(n) for n in range(30)]
    return (
        text,
        ",".join(parts),
        text[::-7],
        text.count("a"),
        "x" * 3 + "y",
        text < "b",
        "cd" in text,
        text[5],
        text[-1],
    )


def case_strings_of_all_kinds():
    out = []
    for s in ("ascii", "latin-\u00e9", "bmp-\u20ac", "astral-\U0001f600", "", "\ud800"):
        t = s + "!" + s
        out.append(
            (
                len(t),
                t[0:3].encode("utf-8", "backslashreplace"),
                t.find("!"),
                s == s[:],
                hash(s) == hash(s + ""),
                s[::-1] == s,
                s.upper() == s,
            )
        )
    for bad in (
        lambda: "abc"[5],
        lambda: "abc"["x"],
        lambda: "a" * "b",
        lambda: "a" < 1,
        lambda: "".join([1]),
    ):
        try:
            bad()
        except (IndexError, TypeError) as error:
            out.append(str(error))
    return out


def case_slices():
    data = list(range(10))
    out = [
        data[2:5],
        data[:3],
        data[-3:],
        data[::-2],
        data[5:2],
        data[100:],
        data[slice(1, 9, 3)],
        "abcdef"[1:-1],
        (1, 2, 3)[1:],
        b"xyz"[1:],
    ]
    data[2:5] = "ab"
    data[::3] = [0] * len(data[::3])
    del data[1::4]
    out.append(data)
    for bad in (lambda: data[::0], lambda: data["a"], lambda: data[1.0], lambda: data[99]):
        try:
            bad()
        except (ValueError, TypeError, IndexError) as error:
            out.append(str(error))
    return out


def case_conditions():
    class T:
        def __init__(self, value):
            self.value = value

        def __bool__(self):
            log.append(self.value)
            if self.value is None:
                raise ValueError("no truth")
            return self.value

    log = []
    t, f, n = T(True), T(False), T(None)
    out = [bool(t and f), bool(f or t), not t, 1 if f else 2, (f and n) is f, (t or n) is t]
    try:
        if t and n:
            pass
    except ValueError as error:
        out.append(str(error))
    x = None
    out += [x is None, x is not None, [] or 0 or "last", 1 and [] and 2]
    while not out[0]:
        out[0] = 1
    return out, log


def case_loops_with_else():
    out = []
    for limit in (3, 10):
        for n in range(5):
            if n == limit:
                out.append("broke")
                break
        else:
            out.append("else")
        k = 0
        while k < 4:
            k += 1
            if k == limit:
                break
        else:
            out.append("while else")
    return out


def case_star_and_print():
    print(1, 2, sep="-", end=";")
    print(*range(3), file=sys.stdout)
    return eval("1 + 2"), exec("a = 1"), eval(compile("3 * 4", "<text>", "eval"))


def case_setup_annotations_and_names_in_exec():
    scope = {"given": 2}
    exec(
        "a: int = given\n"
        "b = a + 1\n"
        "del given\n"
        "def f():\n    return b\n"
        "class C:\n    b = b * 2\n"
        "r = [b for _ in range(2)], f(), C.b\n"
        "import math as m\n"
        "try:\n    given\nexcept NameError as e:\n    s = str(e)\n",
        scope,
    )
    return scope["r"], scope["s"], scope["m"].__name__
