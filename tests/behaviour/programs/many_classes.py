"""One attribute or method of objects of several classes, and classes that change while code for them runs."""

import sys
import traceback


class Circle:
    def __init__(self, size):
        self.size = size
        self.name = "circle"

    def area(self):
        return self.size * 3

    def scaled(self, factor, plus=0):
        return self.size * factor + plus

    def kind(self):
        return "round"


class Square:
    def __init__(self, size):
        self.name = "square"
        self.size = size

    def area(self):
        return self.size * self.size

    def scaled(self, factor, plus=1):
        return self.size * factor * factor + plus

    def kind(self):
        return "angular"


class Rectangle(Square):
    def __init__(self, size):
        super().__init__(size)
        self.height = size + 1

    def area(self):
        return self.size * self.height * 0.5


class Line:
    __slots__ = ("name", "size")

    def __init__(self, size):
        self.size = size
        self.name = "line"

    def area(self):
        return 0

    def scaled(self, factor, plus=2):
        return self.size + factor + plus

    def kind(self):
        return "flat"


class Empty:
    size = 0
    name = "empty"

    def area(self):
        return -1

    def scaled(self, factor, plus=3):
        return plus

    def kind(self):
        return "nothing"


class Lazy:
    def __init__(self, size):
        self._size = size

    @property
    def size(self):
        return self._size + 1

    @property
    def name(self):
        return "lazy"

    def area(self):
        return self.size

    def scaled(self, factor, plus=4):
        return self.size * factor - plus

    def kind(self):
        return "late"


def sizes(things):
    total = 0
    for thing in things:
        total += thing.size
    return total


def areas(things):
    total = 0
    for thing in things:
        total += thing.area()
    return total


def kinds(things):
    out = []
    for thing in things:
        out.append(thing.kind())
    return out[:6], len(out)


def scales(things, factor):
    total = 0.5
    for number, thing in enumerate(things):
        total += thing.scaled(factor, number) + thing.scaled(number)
    return total


def grow(things):
    for thing in things:
        thing.size = thing.size + 1
    return [thing.size for thing in things[:6]]


def of_classes(*classes):
    return [cls(n % 7) if cls is not Empty else Empty() for n in range(30) for cls in classes]


def case_two_classes():
    things = of_classes(Circle, Square)
    return sizes(things), areas(things), kinds(things), scales(things, 2), grow(things), sizes(things)


def case_three_classes():
    things = of_classes(Circle, Square, Rectangle)
    return sizes(things), areas(things), kinds(things), scales(things, 3), grow(things), sizes(things)


def case_more_than_a_site_keeps():
    things = of_classes(Circle, Square, Rectangle, Line, Empty, Lazy)
    return sizes(things), areas(things), kinds(things), scales(things, 1.5)


def case_one_after_the_other():
    out = []
    for cls in (Circle, Square, Rectangle, Line, Empty, Lazy, Circle, Line):
        things = of_classes(cls)
        out.append((sizes(things), areas(things), kinds(things), scales(things, 2)))
    return out


def case_slots_and_values():
    things = of_classes(Line, Circle)
    return sizes(things), areas(things), kinds(things), grow(things)


def case_classes_made_in_a_loop():
    def total(things):
        result = 0
        for thing in things:
            result += thing.x + thing.m(2)
        return result

    out = []
    for n in range(8):
        cls = type("C", (), {"m": (lambda k: lambda self, y: self.x * k + y)(n)})
        things = [cls() for _ in range(20)]
        for thing in things:
            thing.x = n
        out.append(total(things))
    return out


def case_raises_in_one_class():
    class Good:
        def work(self, n):
            return n + 1

    class Bad:
        def work(self, n):
            if n > 25:
                raise ValueError(f"too much: {n}")
            return n

    def run(workers):
        total = 1.5
        for n in range(30):
            for worker in workers:
                try:
                    total += worker.work(n)
                except ValueError as error:
                    frames = [frame.name for frame in traceback.extract_tb(error.__traceback__)]
                    total += 1000
                    last = (str(error), frames)
        return total, last

    return run([Good(), Bad()])


def case_method_replaced_by_an_argument():
    class A:
        def m(self, value):
            return ("A", value)

    class B:
        def m(self, value):
            return ("B", value)

    count = 0

    def argument(cls):
        nonlocal count
        count += 1
        if count % 20 == 0:
            cls.m = (lambda k: lambda self, value: (cls.__name__, k, value))(count)
        return count

    def run(things):
        out = []
        for thing in things:
            out.append(thing.m(argument(type(thing))))
        return out

    return run([A(), B()] * 40)


def case_patched_in_the_loop():
    class A:
        limit = 1

        def m(self):
            return 1

    class B(A):
        def m(self):
            return 2

    def run(things):
        out = []
        for n, thing in enumerate(things):
            out.append(thing.m() + thing.limit)
            if n == 50:
                A.m = lambda self: 10
            if n == 60:
                B.m = lambda self: 20
            if n == 70:
                del B.m
            if n == 80:
                A.limit = 5
            if n == 90:
                B.limit = property(lambda self: 7)
        return out

    return run([A(), B()] * 60)


def case_class_assigned():
    class A:
        def __init__(self):
            self.x, self.y = 1, 2

        def m(self):
            return self.x

    class B:
        def __init__(self):
            self.y, self.x = 3, 4

        def m(self):
            return -self.x

    def run(things):
        out = []
        for n, thing in enumerate(things):
            out.append((thing.x, thing.m(), thing.y))
            if n % 10 == 9:
                thing.__class__ = A if type(thing) is B else B
        return out

    things = [A() for _ in range(20)] + [B() for _ in range(20)]
    return run(things), run(things), run(things)


def case_bases_assigned():
    class Base:
        def m(self):
            return "base"

    class Other:
        def m(self):
            return "other"

        x = "from other"

    class C(Base):
        pass

    class D(Base):
        x = "own"

    def run(things):
        out = []
        for n, thing in enumerate(things):
            out.append((thing.m(), getattr(thing, "x", None)))
            if n == 30:
                C.__bases__ = (Other,)
            if n == 40:
                D.__bases__ = (Other, Base)
        return out

    return run([C(), D()] * 40)


def case_descriptor_added_to_a_base():
    class Base:
        pass

    class C(Base):
        def __init__(self):
            self.x = 1

    class D(Base):
        def __init__(self):
            self.y = 0
            self.x = 2

    class Watch:
        def __get__(self, owner, cls):
            return ("watched", owner.__dict__["x"])

        def __set__(self, owner, value):
            owner.__dict__["x"] = ("set", value)

    def run(things):
        out = []
        for n, thing in enumerate(things):
            thing.x = n
            out.append(thing.x)
            if n == 40:
                Base.x = Watch()
            if n == 60:
                del Base.x
        return out

    return run([C(), D()] * 40)


def case_attribute_deleted():
    class C:
        def __init__(self):
            self.x, self.y = 1, 2

    class D(C):
        x = "of the class"

    def run(things):
        out = []
        for n, thing in enumerate(things):
            if n in {50, 51, 70, 71}:
                del thing.x
            try:
                out.append(thing.x)
            except AttributeError as error:
                out.append(str(error))
            thing.y = n
            if n % 9 == 0:
                del thing.y
                thing.y = 3
        return out, [list(vars(thing)) for thing in things[:12]]

    return run([cls() for _ in range(40) for cls in (C, D)])


def case_dict_materialised():
    class C:
        def __init__(self):
            self.x, self.y = 1, 2

        def m(self):
            return self.x

    class D:
        def __init__(self):
            self.y, self.x = 1, 2

        def m(self):
            return self.y

    def run(things):
        total = 0
        for n, thing in enumerate(things):
            if n > 40 and n % 3 == 0:
                thing.__dict__["x"] = 100
            if n > 50 and n % 7 == 0:
                thing.__dict__["m"] = lambda: 1000
            total += thing.x + thing.m()
            thing.x = total & 15
        return total, sorted(vars(things[45]).items(), key=lambda item: item[0])

    return run([cls() for _ in range(40) for cls in (C, D)])[0]


def case_slot_unset():
    class C:
        __slots__ = ("x",)

    class D:
        __slots__ = ("y", "x")

    def run(things):
        out = []
        for n, thing in enumerate(things):
            if n != 44 and n != 45:
                thing.x = n
            try:
                out.append(thing.x)
            except AttributeError as error:
                out.append(str(error))
        return out

    return run([cls() for _ in range(30) for cls in (C, D)])


def case_getattribute_and_getattr():
    class Plain:
        def __init__(self):
            self.x = 1

    class Asked:
        def __init__(self):
            self.x = 2

        def __getattribute__(self, name):
            return ("asked", name, object.__getattribute__(self, name))

    class Missing:
        def __getattr__(self, name):
            return ("missing", name)

    def run(things):
        out = []
        for thing in things:
            out.append(thing.x)
        return out

    out = run([Plain()] * 20 + [Asked()] * 20 + [Plain(), Asked(), Missing()] * 20)
    Plain.__getattribute__ = lambda self, name: ("now", name)
    out += run([Plain()] * 10)
    return out


def case_getattribute_added_while_it_runs():
    class C:
        def __init__(self):
            self.x = 1

        def m(self):
            return "m"

    def run(things):
        out = []
        for n, thing in enumerate(things):
            out.append((thing.x, thing.m()))
            if n == 40:
                C.__getattr__ = lambda self, name: name
            if n == 50:
                C.__getattribute__ = lambda self, name: lambda: name
            if n == 60:
                del C.__getattribute__
        return [entry if not callable(entry[0]) else entry[1] for entry in out]

    return run([C() for _ in range(80)])


def case_attributes_of_classes():
    class Meta(type):
        @property
        def shown(cls):
            return f"meta {cls.__name__}"

        def of_meta(cls):
            return cls.value

        common = "meta common"

    class A(metaclass=Meta):
        value = 1
        shown = "hidden by the metaclass"
        common = "own"

        @staticmethod
        def static(n):
            return n + 1

        @classmethod
        def of_class(cls, n):
            return cls.value + n

    class B(A):
        value = 2

    class C(metaclass=Meta):
        value = 3

        @staticmethod
        def static(n):
            return n * 2

        @classmethod
        def of_class(cls, n):
            return cls.value * n

    def run(classes):
        out = []
        for n, cls in enumerate(classes):
            out.append((cls.value, cls.shown, cls.of_meta(), cls.common, cls.static(n), cls.of_class(n)))
            if n == 40:
                B.value = 20
            if n == 50:
                Meta.common = property(lambda cls: "now data")
        return out

    return run([A, B, C] * 30), run([A] * 20)


def case_static_and_class_methods_of_instances():
    class A:
        base = 1

        @staticmethod
        def static(n):
            return n + 1

        @classmethod
        def of_class(cls, n):
            return cls.base + n

    class B(A):
        base = 2

        @staticmethod
        def static(n):
            return n * 2

    def run(things):
        out = []
        for n, thing in enumerate(things):
            out.append((thing.static(n), thing.of_class(n)))
            if n == 50:
                A.of_class = classmethod(lambda cls, n: (cls.__name__, n))
            if n == 60:
                B.static = staticmethod(lambda n: -n)
        return out

    return run([A(), B()] * 40)


def case_property_raises():
    class A:
        def __init__(self):
            self.n = 0

        @property
        def x(self):
            self.n += 1
            if self.n % 17 == 0:
                raise KeyError(self.n)
            if self.n % 13 == 0:
                return self.nothing
            return self.n

    class B:
        x = 5

    def run(things):
        out = []
        for thing in things:
            try:
                out.append(thing.x)
            except (KeyError, AttributeError) as error:
                frames = [frame.name for frame in traceback.extract_tb(error.__traceback__)]
                out.append((str(error), frames))
        return out

    return run([A()] * 50 + [A(), B()] * 20)


def case_instance_hides_a_method():
    class A:
        def m(self):
            return "A"

    class B:
        def m(self):
            return "B"

    def run(things):
        out = []
        for n, thing in enumerate(things):
            if n % 25 == 24:
                thing.m = lambda: "hidden"
            out.append(thing.m())
        return out

    return run([cls() for _ in range(40) for cls in (A, B)])


def case_results_of_several_kinds():
    class I:
        def value(self, n):
            return n

    class F:
        def value(self, n):
            return n * 0.5

    class S:
        def value(self, n):
            return str(n)

    def numbers(things):
        total = 0
        for n, thing in enumerate(things):
            total = total + thing.value(n)
        return total

    def texts(things):
        return [thing.value(n) for n, thing in enumerate(things)]

    return (
        numbers([I(), F()] * 30),
        numbers([I()] * 30),
        texts([I(), F(), S()] * 20),
        repr(numbers([F()] * 9)),
    )


def case_first_stores():
    class A:
        def __init__(self, n):
            self.a = n
            self.b = n + 1

    class B:
        def __init__(self, n):
            self.b = n
            self.a = n + 2

    def fill(things):
        for n, thing in enumerate(things):
            thing.late = n
            thing.later = thing
        return [list(vars(thing)) for thing in things[-4:]]

    out = fill([cls(n) for n in range(30) for cls in (A, B)])
    return out


def case_old_value_is_dropped():
    log = []

    class Noisy:
        def __init__(self, n):
            self.n = n

        def __del__(self):
            log.append(self.n)

    class A:
        def __init__(self):
            self.held = None

    class B:
        def __init__(self):
            self.other = 0
            self.held = None

    def run(things):
        for n, thing in enumerate(things):
            thing.held = Noisy(n)
            thing.held = n if n % 2 else 1.5
            if n % 3 == 0:
                thing.held = None
        return len(log)

    return run([A(), B()] * 40), log[:10], log[-10:]


def case_finalizer_changes_the_owner():
    class Trap:
        def __init__(self, owner):
            self.owner = owner

        def __del__(self):
            self.owner.__dict__["x"] = "from the end"
            del self.owner.__dict__["y"]

    class A:
        def __init__(self):
            self.x, self.y = 1, 2

    def run(things):
        out = []
        for n, thing in enumerate(things):
            if n == 50:
                thing.y = Trap(thing)
            thing.y = n
            out.append((thing.x, getattr(thing, "y", "gone")))
        return out

    things = [A() for _ in range(60)]
    result = run(things)
    for thing in things:
        thing.__dict__.clear()
    return result


def case_deep_polymorphism():
    class Leaf:
        def __init__(self, value):
            self.value = value

        def total(self, depth):
            return self.value

    class Pair:
        def __init__(self, left, right):
            self.left, self.right = left, right

        def total(self, depth):
            return self.left.total(depth + 1) + self.right.total(depth + 1)

    class Twice:
        def __init__(self, inner):
            self.inner = inner

        def total(self, depth):
            return self.inner.total(depth) * 2

    tree = Leaf(1)
    for n in range(40):
        tree = Pair(tree, Leaf(n)) if n % 3 else Twice(Pair(Leaf(0.5), tree))
    return tree.total(0), [tree.total(n) for n in range(5)]


def case_recursion_limit():
    class A:
        def __init__(self):
            self.next = None

        def go(self, n):
            return self.next.go(n + 1) if self.next else n

    class B(A):
        def go(self, n):
            return self.next.go(n + 2) if self.next else -n

    first = A()
    for n in range(60):
        other = B() if n % 2 else A()
        other.next, first = first, other
    out = [first.go(0) for _ in range(5)]
    last = first
    while last.next:
        last = last.next
    last.next = first
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(300)
    try:
        first.go(0)
    except RecursionError as error:
        out.append(str(error))
    finally:
        sys.setrecursionlimit(limit)
        last.next = None
    return out
