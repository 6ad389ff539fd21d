"""super() put in line: classes, orders, cells and names that change, odd first arguments, who is asked, errors."""

import sys


class Base:
    def __init__(self, x):
        self.x = x

    def f(self, y):
        return ("Base", self.x, y)

    def h(self):
        return "Base.h"


class Middle(Base):
    def __init__(self, x, z):
        super().__init__(x)
        self.z = z

    def f(self, y):
        return ("Middle", super().f(y + 1))


class Other(Base):
    def f(self, y):
        return ("Other", super().f(y + 2))


class Both(Middle, Other):
    def __init__(self, x):
        super().__init__(x, x)

    def f(self, y):
        return ("Both", *super().f(y))


class Leaf(Middle):
    pass


def case_constructors():
    out = 0
    for i in range(60):
        both, leaf, middle = Both(i), Leaf(i, 2), Middle(i, 3)
        out += both.x + both.z + leaf.x * leaf.z + middle.x + middle.z
    return out


def case_orders():
    return [[owner.f(i) for owner in (Both(i), Leaf(i, 1), Middle(i, 2), Other(i))] for i in range(30)][-2:]


def fresh():
    class A:
        def f(self, x):
            return ("A", x)

    class B(A):
        def f(self, x):
            return ("B", super().f(x))

    return A, B


def case_method_replaced():
    A, B = fresh()
    b, out = B(), []
    for i in range(60):
        if i == 40:
            A.f = lambda self, x: ("new", x)
        out.append(b.f(i))
    return out[38:42], out[-1]


def case_method_deleted():
    A, B = fresh()
    b, out = B(), []
    for i in range(60):
        if i == 40:
            del A.f
        try:
            out.append(b.f(i))
        except AttributeError as error:
            out.append(str(error))
    return out[38:42], out[-1]


def case_base_put_between():
    A, B = fresh()

    class Between(A):
        def f(self, x):
            return ("Between", super().f(x))

    b, out = B(), []
    for i in range(60):
        if i == 40:
            B.__bases__ = (Between,)
        out.append(b.f(i))
    return out[38:42], out[-1]


def case_becomes_other_kinds():
    out = []
    kinds = [staticmethod(lambda x: ("static", x)), classmethod(lambda cls, x: (cls.__name__, x)), len, abs]
    for kind in [*kinds, property(lambda self: lambda x: ("property", x))]:
        A, B = fresh()
        b = B()
        for i in range(40):
            if i == 30:
                A.f = kind
            try:
                result = b.f([i] if kind is len else i)
            except TypeError as error:
                result = str(error)
        out.append(result)
    return out


def case_shadowed_in_instance():
    _, B = fresh()
    b, out = B(), []
    for i in range(40):
        if i == 30:
            b.f = lambda x: ("own", x)
        out.append((b.f(i), B.f(b, i)))
    return out[29:32]


def case_class_of_self_changes():
    A, B = fresh()

    class Mixed(A):
        def f(self, x):
            return ("Mixed", super().f(x))

    class C(B, Mixed):
        pass

    b, out = B(), []
    for i in range(60):
        if i == 40:
            b.__class__ = C
        out.append(b.f(i))
    return out[38:42], out[-1]


def case_many_classes():
    _, B = fresh()
    kinds = [type(f"K{k}", (B,), {}) for k in range(9)]
    return [kinds[i % (i // 10 + 1)]().f(i) for i in range(80)][-3:]


def case_cell_changes():
    A, B = fresh()

    class C(B):
        def f(self, x):
            return ("C", super().f(x))

    cell = C.f.__closure__[0]
    c, out = C(), []
    for i in range(80):
        if i == 30:
            cell.cell_contents = B
        if i == 40:
            cell.cell_contents = A
        if i == 50:
            cell.cell_contents = 7
        if i == 60:
            del cell.cell_contents
        if i == 70:
            cell.cell_contents = C
        try:
            out.append(c.f(i))
        except (AttributeError, RuntimeError, TypeError) as error:
            out.append((type(error).__name__, str(error)))
    return out[29:32], out[39:42], out[50:52], out[60:62], out[-1]


def case_first_argument_is_other():
    A, B = fresh()

    class C(B):
        def f(self, x):
            if x % 7 == 3:
                self = other
            elif x % 7 == 4:
                self = 3
            return ("C", super().f(x))

    class D(C):
        pass

    other, c, out = D(), C(), []
    for i in range(60):
        try:
            out.append(c.f(i))
        except TypeError as error:
            out.append(str(error))
    return out[-9:]


def case_first_argument_deleted():
    _, B = fresh()

    class C(B):
        def f(self, x):
            if x % 10 == 3:
                del self
            return super().f(x)

    c, out = C(), []
    for i in range(40):
        try:
            out.append(c.f(i))
        except RuntimeError as error:
            out.append(str(error))
    return out[-10:]


def case_first_argument_in_a_cell():
    _, B = fresh()

    class C(B):
        def f(self, x):
            def seen():
                return type(self).__name__

            return (seen(), super().f(x))

    c = C()
    return [c.f(i) for i in range(40)][-1]


def case_called_with_another_class():
    _, B = fresh()
    out = []
    for i in range(40):
        try:
            out.append(B.f(B() if i % 5 else 5, i))
        except TypeError as error:
            out.append(str(error))
    return out[-6:]


def case_class_methods():
    class A:
        @classmethod
        def made(cls, x):
            return (cls.__name__, x)

        def __new__(cls, *args):
            return super().__new__(cls)

    class B(A):
        @classmethod
        def made(cls, x):
            return ("B", super().made(x))

        def __new__(cls, *args):
            self = super().__new__(cls)
            self.args = args
            return self

    return [(B.made(i), B().made(i), B(i).args) for i in range(40)][-1]


def case_methods_of_classes():
    class Meta(type):
        def __call__(cls, *args):
            return ("made", super().__call__(*args).x)

        def f(cls, x):
            return ("Meta.f", x)

    class Sub(Meta):
        def f(cls, x):
            return ("Sub.f", super().f(x))

    class A(metaclass=Sub):
        def __init__(self, x):
            self.x = x

    return [(A(i), A.f(i)) for i in range(40)][-1]


def case_name_rebound():
    _, B = fresh()
    b, out = B(), []

    class Fake:
        def f(self, x):
            return ("fake", x)

    for i in range(60):
        if i == 30:
            globals()["super"] = Fake
        if i == 45:
            del globals()["super"]
        out.append(b.f(i))
    return out[29:32], out[44:47]


def case_c_methods():
    class Words(dict):
        def __getitem__(self, key):
            return super().__getitem__(key) + 1

        def get(self, key, other=None):
            return super().get(key, other)

        def __setitem__(self, key, value):
            super().__setitem__(key, value * 2)

        def pop(self, key):
            return super().pop(key)

    class Rows(list):
        def append(self, x):
            super().append(x * 3)

        def __init__(self):
            super().__init__([1])

    class Failed(ValueError):
        def __init__(self, x):
            super().__init__(x, "more")
            self.x = x

    out = []
    for i in range(40):
        words, rows = Words(), Rows()
        words["a"] = i
        rows.append(i)
        try:
            words.pop("b")
        except KeyError as error:
            out.append((words["a"], words.get("b", i), rows, str(error), Failed(i).args))
    return out[-1]


def case_errors_and_lines():
    class A:
        def f(self, x):
            return 10 // x

    class B(A):
        def f(self, x):
            return super().f(x)

        def g(self):
            return super().missing()

    out = []
    for i in range(30):
        for call in (lambda i=i: B().f(i % 5), lambda: B().g()):
            try:
                out.append(call())
            except (ZeroDivisionError, AttributeError) as error:
                lines, at = [], error.__traceback__
                while at is not None:
                    lines.append(at.tb_lineno - case_errors_and_lines.__code__.co_firstlineno)
                    at = at.tb_next
                out.append((str(error), lines))
    return out[-8:]


def case_frames_seen():
    class A:
        def f(self, x):
            frame = sys._getframe()
            return (frame.f_code.co_name, frame.f_back.f_code.co_name, sorted(frame.f_back.f_locals))

    class B(A):
        def f(self, x):
            return super().f(x)

    return [B().f(i) for i in range(40)][-1]


def case_properties_and_values():
    class A:
        value = 3

        @property
        def p(self):
            return self.q + 1

        def __len__(self):
            return 5

    class B(A):
        q = 4

        @property
        def p(self):
            return super().p * 10

        def get(self):
            return super().value

        def __len__(self):
            return super().__len__() + 1

    b = B()
    return [(b.p, b.get(), len(b)) for _ in range(40)][-1]


def case_class_attribute_of_instances():
    class A:
        def f(self, x):
            return ("A", x)

    class B(A):
        @property
        def __class__(self):
            return int

        def f(self, x):
            return ("B", super().f(x))

    b = B()
    return [b.f(i) for i in range(40)][-1]


def case_written_out():
    class A:
        def f(self, x):
            return ("A", x)

    class B(A):
        def f(self, x):
            return ("B", super(B, self).f(x))

    class C(B):
        def f(self, x):
            asked = super()
            return ("C", asked.f(x), asked.f(x + 1))

    return [C().f(i) for i in range(40)][-1]


def case_generators():
    class A:
        def items(self, n):
            yield from range(n)

    class B(A):
        def items(self, n):
            for item in super().items(n):
                yield item * 2

    return [list(B().items(i % 4)) for i in range(40)][-3:]


def case_numbers_through():
    class A:
        def area(self, w, h):
            return w * h

    class B(A):
        def area(self, w, h):
            return super().area(w, h) + 1

    total = 0
    for i in range(60):
        total += B().area(i, 1.5 if i > 50 else 2)
    return total


class Old(Base):
    def __init__(self, x):
        super(Old, self).__init__(x)  # noqa: UP008
        self.old = True

    def f(self, y):
        return ("Old", super(Old, self).f(y))  # noqa: UP008


class Older(Old):
    def f(self, y, other=None):
        return ("Older", super(Older, other or self).f(y))

    def of(self, kind, y):
        return super(kind, self).f(y)


def case_class_and_object_given():
    out = []
    for i in range(80):
        older, old = Older(i), Old(i + 1)
        other = (None, older, Both(i), 5)[i % 4] if i > 40 else None
        kind = (Older, Old, Base, Both, 7)[i % 5] if i > 60 else Older
        try:
            out.append((older.f(1, other), old.f(2), older.of(kind, 3)))
        except (TypeError, AttributeError) as error:
            out.append(str(error))
    return out[-20:], out[40:48]


def case_class_given_is_rebound():
    global Older
    older, out, kept = Older(1), [], Older
    for i in range(60):
        if i == 30:
            Older = Old  # noqa: F811
        if i == 40:
            Older = Both
        if i == 50:
            Older = kept
        try:
            out.append(older.f(i))
        except TypeError as error:
            out.append(str(error))
    return out[29:32], out[39:42], out[49:52]


def case_classes_given():
    class A:
        def __new__(cls, *args):
            return super(A, cls).__new__(cls)  # noqa: UP008

        @classmethod
        def made(cls, x):
            return ("A", cls.__name__, x)

    class B(A):
        @classmethod
        def made(cls, x):
            return super(B, cls).made(x)  # noqa: UP008

        def half(self):
            return super(B).__init__

    return [(B.made(i), B(i).made(i), type(B().half()).__name__) for i in range(40)][-1]


class Empty:
    def __init__(self, *more):
        if len(more) < 9:
            super().__init__()
        else:
            super().__init__(*more)
        self.more = more


class WithNew:
    def __new__(cls, *args):
        return super().__new__(cls)

    def __init__(self, *args):
        self.given = super().__init__()
        if args:
            super().__init__(args[0])


def case_object_init():
    out = []
    for i in range(60):
        try:
            out.append((Empty(i).more, WithNew().given, WithNew(*range(i % 2)).given))
            Empty(*range(i % 10))
        except TypeError as error:
            out.append(str(error))
    return out[-10:]


def case_object_init_hidden():
    out = []

    class Mixed:
        def __init__(self):
            self.mixed = True

    class Both(Empty, Mixed):
        pass

    for i in range(60):
        made = Both() if i % 3 == 2 else Empty()
        out.append(sorted(vars(made)))
        if i == 40:
            Both.__bases__ = (Empty,)
    return out[-3:], out[35:38]
