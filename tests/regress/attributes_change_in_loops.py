"""Attributes that were found in line change under a loop that is running: the class of the object, its dict, the class
itself, a module; floats that are written in place stay what they were for all who hold them."""

import types

MM = types.ModuleType("m")


class CC:
    k = 3

    @staticmethod
    def s(x):
        return x + 1

    @classmethod
    def c(cls, x):
        return x + cls.k

    def m(self):
        return 1


def case_class_assign():
    class A:
        def __init__(self):
            self.v = 1

        def m(self):
            return self.v

    class B:
        def __init__(self):
            self.w = 5
            self.v = 2

        def m(self):
            return -self.v

    def loop(a, n, at):
        s = 0
        for i in range(n):
            if i == at:
                a.__class__ = B
            s += a.v + a.m()
        return s

    for _ in range(60):
        loop(A(), 5, 99)
    return [loop(A(), 10, 5) for _ in range(6)]


def case_del_attr():
    class A:
        v = 10

        def __init__(self):
            self.v = 1

    def loop(a, n, at):
        s = 0
        for i in range(n):
            if i == at:
                del a.v
            s += a.v
        return s

    for _ in range(60):
        loop(A(), 5, 99)
    return [loop(A(), 10, 5) for _ in range(6)]


def case_dict_materialise():
    class A:
        def __init__(self):
            self.v = 1
            self.f = 1.0

        def m(self):
            return 1

    def loop(a, n, at):
        s = 0
        for i in range(n):
            if i == at:
                a.__dict__["m"] = lambda: 100
            a.f += 1.5
            s += a.v + a.m()
        return s, a.f, a.__dict__.get("f")

    for _ in range(60):
        loop(A(), 5, 99)
    return [loop(A(), 10, 5) for _ in range(6)]


def case_shadow_method():
    class A:
        def __init__(self):
            self.v = 1

        def m(self):
            return 1

        c = 3

    def loop(a, n, at):
        s = 0
        for i in range(n):
            if i == at:
                a.m = lambda: 50
                a.c = 7
            s += a.m() + a.c
        return s

    for _ in range(60):
        loop(A(), 5, 99)
    return [loop(A(), 10, 5) for _ in range(6)]


def case_replace_method():
    class A:
        def m(self):
            return 1

        c = 3

    def loop(a, n, at):
        s = 0
        for i in range(n):
            if i == at:
                A.m = lambda self: 50
                A.c = "x"
            s += a.m() + (a.c if a.c != "x" else 1000)
        return s

    for _ in range(60):
        loop(A(), 5, 99)
    r = [loop(A(), 10, 5)]
    return r + [loop(A(), 3, 9)]


def case_prop():
    class A:
        def __init__(self):
            self.v = 1

    def loop(a, n, at):
        s = 0
        for i in range(n):
            if i == at:
                A.v = property(lambda self: 77)
            s += a.v
        return s

    for _ in range(60):
        loop(A(), 5, 99)
    return [loop(A(), 10, 5)]


def case_getattr():
    class A:
        def __init__(self):
            self.v = 1

        def __getattr__(self, name):
            return 5 if name == "z" else 99

    def loop(a, n, at):
        s = 0
        for i in range(n):
            if i == at:
                del a.v
            s += a.v + a.z
        return s

    for _ in range(60):
        loop(A(), 5, 99)
    return [loop(A(), 10, 5) for _ in range(5)]


def case_setattr_added():
    class A:
        def __init__(self):
            self.v = 1

    log = []

    def loop(a, n, at):
        for i in range(n):
            if i == at:
                A.__setattr__ = lambda self, k, v: log.append((k, v))
            a.v = i
        return a.v

    for _ in range(60):
        loop(A(), 5, 99)
    return loop(A(), 10, 5), log


def case_float_alias():
    class A:
        def __init__(self, x):
            self.x = x

    def loop(a, n):
        out = []
        for _ in range(n):
            old = a.x
            a.x += 1.0
            out.append(old)
            out.append(a.x)
            a.x = a.x * 2.0
        return out

    for _ in range(60):
        loop(A(1.0), 5)
    c = 1.5
    a = A(c)
    r = loop(a, 4)
    return r, c


def case_float_stack():
    class A:
        def __init__(self, x):
            self.x = x
            self.y = 0.5

        def bump(self):
            self.x += 1.0
            return self.x

    def f(a):
        return a.x - a.bump() + a.x

    def g(a):
        t = (a.x, a.bump(), a.x, a.bump())
        return t

    def h(a):
        items = [a.x, a.bump(), a.x]
        a.x = a.y * 3.0
        return items, a.x

    for _ in range(60):
        f(A(1.0))
        g(A(1.0))
        h(A(1.0))
    return f(A(2.5)), g(A(2.5)), h(A(2.5))


def case_del_in_store():
    log = []

    class D:
        def __init__(self, o, k):
            self.o = o
            self.k = k

        def __del__(self):
            log.append((self.k, type(self.o.child).__name__))
            if self.k == 3:
                self.o.__class__ = B

    class A:
        def __init__(self):
            self.child = None
            self.n = 1
            self.q = 2

    class B:
        def __init__(self):
            self.q = 2
            self.n = 100
            self.child = None

    def f(o, k):
        o.child = D(o, k)
        o.n += 1
        o.child = None
        o.n += 1
        return o.n + o.q

    for _ in range(60):
        f(A(), 0)
    log.clear()
    return f(A(), 1), f(A(), 3), f(A(), 2), log


def case_order():
    class A:
        def __init__(self, k):
            if k:
                self.a = 1
                self.b = 2.0
                self.c = "x"
            else:
                self.c = "y"
                self.a = 1.5
                self.b = 3

    for _ in range(60):
        A(0)
        A(1)
    return [list(A(i % 2).__dict__.items()) for i in range(4)]


def case_slots():
    class S:
        __slots__ = ("a", "b")

        def __init__(self):
            self.a = 1.0
            self.b = [1]

        def go(self):
            self.a = self.a + 1.0
            self.b = [self.a]
            return self.a

    def f(s, n, at):
        t = 0
        for i in range(n):
            if i == at:
                del s.a
            try:
                t += s.go()
            except AttributeError:
                t += 1000
                s.a = 0.0
        return t

    for _ in range(60):
        f(S(), 4, 99)
    return [f(S(), 8, 3) for _ in range(6)]


def case_module():
    m = MM
    m.v = 1
    m.f = lambda x: x
    vars(m).pop("__getattr__", None)

    def f(n, at):
        s = 0
        for i in range(n):
            if i == at:
                m.v = 10
            if i == at + 1:
                del m.f
                m.f = lambda x: -x
            if i == at + 2:
                del m.v
                m.__getattr__ = lambda name: 500
            s += MM.v + MM.f(i)
        m.v = 1
        m.f = lambda x: x
        return s

    for _ in range(60):
        f(4, 99)
    return [f(8, 3) for _ in range(10)]


def case_classattr():
    first = CC.__dict__["s"]

    def f(n, at):
        t = 0
        for i in range(n):
            if i == at:
                CC.k = 30
            if i == at + 1:
                CC.s = staticmethod(lambda x: x * 100)
            t += CC.k + CC.s(i) + CC.c(i) + CC.m(None)
        CC.k = 3
        CC.s = first
        return t

    for _ in range(60):
        f(4, 99)
    return [f(8, 3) for _ in range(10)]


def case_borrow_c_call():
    # a C function runs code that replaces the attribute it was given
    class A:
        def __init__(self):
            self.l = [3, 1, 2]

        def cmp(self, x):
            self.l = None
            return x

    def f(a):
        return sorted(a.l, key=a.cmp)

    for _ in range(60):
        f(A())
    return f(A())


def case_str_mod():
    class K:
        def __init__(self, o):
            self.o = o

        def __str__(self):
            self.o.fmt = None
            return "k"

    class A:
        def __init__(self):
            self.fmt = "".join(["%s", "-%s"])

    def f(a):
        return a.fmt % (K(a), 2)

    for _ in range(60):
        f(A())
    return f(A())


def case_list_old():
    # an item of a list that is rebound before it is read
    def f(a, b, i):
        return a[i if (a := b) else 0]

    def g(a):
        return a[0] if a else None

    for _ in range(60):
        f([[1], [2]], [[3]], 1)
    return f([[1], [2]], [[3]], 1)


def case_float_items_in_place():
    def scale(items, by):
        kept = []
        for i in range(len(items)):
            kept.append(items[i])
            items[i] = items[i] * by
            items[i] = items[i] + 0.5
        return kept, items

    def swap(items, i):
        items[i] = items[i] - items[i - 1]
        first = items[i]
        items[i] = first * 2.0
        return first, items[i]

    for _ in range(60):
        scale([1.0, 2.0, 3.0], 2.0)
        swap([1.0, 2.0], 1)
    same = 1.5
    shared = [same, same, same]
    return scale([1.0, 2.0, 3.0], 3.0), scale(shared, 2.0), same, swap([1.0, 2.0], 1), scale([1, "a", []], 1)
