"""Code, defaults, classes, bases, globals, builtins and modules changed under running functions."""

import builtins
import sys
import types

scale = 2


def scaled(n):
    return n * scale


def helper(n):
    return n + 1


def uses_helper(n):
    total = 0
    for i in range(n):
        total += helper(i)
    return total


def case_global_changes():
    global scale
    out = []
    for value in (2, 3, 2.5, "x", 2**62, 2):
        scale = value
        out.append(scaled(4))
    return out


def case_global_deleted_then_builtin_shadowed():
    def f():
        return len([1, 2, 3])

    out = [f()]
    globals()["len"] = lambda thing: "shadow"
    out.append(f())
    del globals()["len"]
    out.append(f())
    return out


def case_builtin_changes():
    def f():
        return [abs(-n) for n in range(3)]

    out = [f()]
    original = builtins.abs
    builtins.abs = lambda n: "patched"
    try:
        out.append(f())
    finally:
        builtins.abs = original
    return [*out, f()]


def case_function_rebound_in_the_loop():
    global helper
    original = helper
    out = []

    def run(n):
        global helper
        total = 0
        for i in range(n):
            if i == n // 2:
                helper = lambda k: 1000
            total += helper(i)
        return total

    try:
        out.append(uses_helper(10))
        out.append(run(10))
        out.append(uses_helper(10))
    finally:
        helper = original
    return [*out, uses_helper(10)]


def case_code_swapped():
    def f(a, b=1):
        return a + b

    def g(a, b=5):
        return a * b

    out = [f(2) for _ in range(5)]
    old = f.__code__
    f.__code__ = g.__code__
    out += [f(2), f(2, 3)]
    f.__code__ = old
    out.append(f(2))
    return out


def case_code_swapped_while_running():
    def f(n):
        if n == 0:
            f.__code__ = other.__code__
            return 0
        return n + f(n - 1)

    def other(n):
        return -n if f and other else None

    old = f.__code__
    first = f(5)
    second = f(5)
    f.__code__ = old
    return first, second, f(3)


def case_defaults_swapped():
    def f(a, b=1, *, c=2):
        return a, b, c

    out = [f(0) for _ in range(4)]
    f.__defaults__ = (10, 20)
    out.append(f())
    f.__kwdefaults__ = {"c": 30}
    out.append(f())
    f.__kwdefaults__["c"] = 31
    out.append(f())
    f.__defaults__ = None
    f.__kwdefaults__ = None
    try:
        f(0)
    except TypeError as error:
        out.append(str(error))
    return out


class A:
    kind = "A"

    def __init__(self):
        self.n = 1

    def go(self):
        return self.n, self.kind


class B:
    kind = "B"

    def go(self):
        return self.n * 100, self.kind


def case_class_of_an_instance_changes():
    out = []
    things = [A() for _ in range(4)]
    for step in range(4):
        things[step].__class__ = B
        out.append([t.go() for t in things])
    return out


def case_class_changes_inside_its_own_method():
    class X:
        def __init__(self):
            self.v = 3

        def go(self):
            before = self.name()
            self.__class__ = Y
            return before, self.name(), self.v

        def name(self):
            return "X"

    class Y:
        def name(self):
            return "Y"

    return [X().go() for _ in range(5)]


def case_methods_replaced():
    class M:
        def f(self):
            return 1

        x = 5

    m = M()
    out = []
    for step in range(8):
        out.append((m.f(), m.x))
        if step == 2:
            M.f = lambda self: 2
        if step == 3:
            m.f = lambda: 3
        if step == 4:
            M.x = property(lambda self: "prop")
        if step == 5:
            del m.f
            M.f = classmethod(lambda cls: cls.__name__)
        if step == 6:
            M.f = staticmethod(len.__class__)
            M.f = staticmethod(lambda: "static")
    return out


def case_bases_change():
    class P:
        def f(self):
            return "P"

    class Q:
        def f(self):
            return "Q"

        extra = 1

    class C(P):
        pass

    c = C()
    out = [c.f() for _ in range(4)]
    C.__bases__ = (Q,)
    out += [c.f(), c.extra]
    C.__bases__ = (P,)
    out += [c.f(), hasattr(c, "extra")]
    P.f = lambda self: "new P"
    return [*out, c.f()]


def case_attribute_becomes_a_slot_of_another_kind():
    class T:
        pass

    out = []
    for n in range(12):
        t = T()
        if n % 2:
            t.a = n
        t.b = n * 1.5
        if n == 5:
            T.a = "class"
        if n == 8:
            T.b = property(lambda self: "taken", lambda self, v: None)
        out.append((getattr(t, "a", None), t.b))
    return out


def case_module_patched():
    module = types.ModuleType("patched_here")
    module.f = lambda n: n
    sys.modules["patched_here"] = module
    import patched_here

    def run(n):
        total = 0
        for i in range(n):
            if i == 5:
                patched_here.f = lambda n: n * 100
            total += patched_here.f(i)
        return total

    try:
        return run(4), run(8), run(4)
    finally:
        del sys.modules["patched_here"]


def case_operator_added_to_a_class():
    class V:
        def __init__(self, n):
            self.n = n

    def add(a, b):
        return a + b

    out = []
    for step in range(5):
        try:
            out.append(add(V(step), V(1)))
        except TypeError as error:
            out.append(str(error))
        if step == 1:
            V.__add__ = lambda self, other: self.n + other.n
        if step == 3:
            del V.__add__
    return out


def case_new_globals_for_a_function():
    source = "def f():\n    return value + len('ab')\n"
    out = []
    for n in range(4):
        scope = {"value": n, "__builtins__": {"len": lambda s: n * 10} if n % 2 else builtins}
        exec(source, scope)
        out.append(scope["f"]())
    code = scope["f"].__code__
    for value in (5, 2.5, 7):
        out.append(types.FunctionType(code, {"value": value})())
    return out


def case_missing_builtins():
    scope = {"__builtins__": {}}
    exec("def f():\n    return len\n", scope)
    try:
        scope["f"]()
    except NameError as error:
        return str(error)


def case_changes_from_a_callback():
    class Evil:
        def __init__(self, action):
            self.action = action

        def __add__(self, other):
            self.action()
            return other

        __radd__ = __add__

    box = A()

    def run(action):
        box.n = 1
        total = 0
        for i in range(4):
            total = Evil(action) + i if i == 2 else total + i
            total += box.n
        return total

    return (
        run(lambda: None),
        run(lambda: setattr(box, "n", 50)),
        run(lambda: setattr(A, "other", 1)),
        run(lambda: box.__dict__.update(n=2.5)),
    )


def case_list_changed_by_a_comparison():
    data = [3, 1, 2]

    class Sneaky:
        def __eq__(self, other):
            data.clear()
            return False

    return Sneaky() in data, data, [1, 2].count(Sneaky())


def case_local_type_flips():
    def run(n):
        x = 0
        for i in range(n):
            if i == 3:
                x = float(x)
            elif i == 6:
                x = str(x)
            elif i == 7:
                x = len(x)
            elif i == 8:
                x = [x]
            if isinstance(x, list):
                x.append(i)
            else:
                x = x + (str(i) if isinstance(x, str) else i)
        return x

    return [run(n) for n in range(12)]
