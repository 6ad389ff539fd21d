"""Class bodies, attributes, descriptors, super, metaclasses, slots and operators of user classes."""

import functools


def case_body():
    class A:
        """Doc."""

        x = 1
        y = [n for n in range(x + 2)]
        if x:
            z: int = 5
        for n in range(3):
            locals()[f"m{n}"] = n
        del n

        def f(self):
            return self.x + self.z

        __hidden = 7

        def hidden(self):
            return self.__hidden

    return (
        A().f(),
        A.y,
        A.z,
        A.m2,
        A.__doc__,
        A().hidden(),
        A.__qualname__,
        A.__annotations__,
        hasattr(A, "n"),
    )


def case_super():
    class A:
        def __init__(self, log):
            log.append("A")

        def f(self):
            return ["A"]

        @classmethod
        def made(cls):
            return [cls.__name__]

    class B(A):
        def __init__(self, log):
            super().__init__(log)
            log.append("B")

        def f(self):
            return [*super().f(), "B"]

        @classmethod
        def made(cls):
            return [*super().made(), "B"]

    class C(A):
        def f(self):
            return [*super(C, self).f(), "C"]

    class D(B, C):
        def f(self):
            return [*super().f(), "D"]

        def g(self):
            return [super(type(self), self).f() for _ in range(2)]

    log = []
    d = D(log)
    return log, d.f(), D.made(), d.g(), [k.__name__ for k in D.__mro__]


def case_super_errors():
    class A:
        def f(self):
            del self
            return super().f()

        def g():
            return super()

        def h(self):
            return super().missing

    out = []
    for call in (lambda: A().f(), lambda: A.g(), lambda: A().h(), lambda: super()):
        try:
            call()
        except (RuntimeError, AttributeError) as error:
            out.append(str(error))
    return out


def case_properties_and_descriptors():
    class Typed:
        def __set_name__(self, owner, name):
            self.name = name

        def __get__(self, instance, owner):
            return self if instance is None else instance.__dict__.get(self.name, "unset")

        def __set__(self, instance, value):
            if not isinstance(value, int):
                raise TypeError(f"{self.name} is an int")
            instance.__dict__[self.name] = value

        def __delete__(self, instance):
            del instance.__dict__[self.name]

    class Lazy:
        def __init__(self, function):
            self.function = function

        def __get__(self, instance, owner):
            value = instance.__dict__[self.function.__name__] = self.function(instance)
            return value

    class A:
        n = Typed()
        calls = 0

        @property
        def double(self):
            return self.n * 2

        @double.setter
        def double(self, value):
            self.n = value // 2

        @Lazy
        def slow(self):
            A.calls += 1
            return "computed"

        @functools.cached_property
        def cached(self):
            A.calls += 1
            return "cached"

    a = A()
    out = [a.n]
    a.n = 3
    out += [a.n, a.double, type(A.n).__name__]
    a.double = 20
    out += [a.n, a.slow, a.slow, a.cached, a.cached, A.calls]
    for change in (lambda: setattr(a, "n", "x"), lambda: delattr(a, "double")):
        try:
            change()
        except (TypeError, AttributeError) as error:
            out.append(str(error))
    del a.n
    return [*out, a.n]


def case_getattr_hooks():
    class A:
        real = 1

        def __getattr__(self, name):
            if name.startswith("x"):
                return name * 2
            raise AttributeError(f"no {name}")

        def __setattr__(self, name, value):
            object.__setattr__(self, name, [value])

        def __delattr__(self, name):
            log.append(name)
            object.__delattr__(self, name)

    class B:
        def __getattribute__(self, name):
            return "always " + name

    log = []
    a = A()
    a.n = 1
    out = [a.real, a.xy, a.n, getattr(a, "missing", "default"), hasattr(a, "gone"), B().anything]
    del a.n
    try:
        a.n
    except AttributeError as error:
        out.append(str(error))
    return out, log


def case_slots():
    class A:
        __slots__ = ("x", "y")

        def __init__(self, x):
            self.x = x

    class B(A):
        pass

    out = []
    for thing in [A(n) for n in range(3)] + [B(9)]:
        thing.y = thing.x * 2
        out.append(thing.x + thing.y)
        try:
            thing.z = 1
            out.append(thing.z)
        except AttributeError as error:
            out.append(str(error))
        del thing.x
        try:
            thing.x
        except AttributeError as error:
            out.append(str(error))
    return out


class Number:
    """Says which operator was asked, and hands some back."""

    def __init__(self, value):
        self.value = value

    def __repr__(self):
        return f"N({self.value})"


def binary(name):
    def forward(self, other):
        if isinstance(other, str):
            return NotImplemented
        return Number(f"{name} {self.value} {getattr(other, 'value', other)}")

    return forward


for operator in "add sub mul truediv floordiv mod pow lshift rshift and or xor matmul".split():
    setattr(Number, f"__{operator}__", binary(operator))
    setattr(Number, f"__r{operator}__", binary("r" + operator))
for operator in ("add", "or", "matmul"):
    setattr(Number, f"__i{operator}__", binary("i" + operator))
for operator in ("lt", "le", "gt", "ge"):
    setattr(Number, f"__{operator}__", binary(operator))


def case_operators():
    a, b = Number("a"), Number("b")
    return [
        a + b,
        a - b,
        a * b,
        a / b,
        a // b,
        a % b,
        a**b,
        a << b,
        a >> b,
        a & b,
        a | b,
        a ^ b,
        a @ b,
        1 + a,
        2 - a,
        3 * a,
        4 / a,
        5 // a,
        6 % a,
        7**a,
        8 << a,
        9 >> a,
        1 & a,
        2 | a,
        3 ^ a,
        4 @ a,
        a + 1,
        a * 2.5,
        a < b,
        a <= 1,
        a > b,
        a >= 2,
        1 < a,
        a == b,
        a != b,
        a == a,
    ]


def case_inplace_operators():
    a = Number("a")
    b = a
    a += 1
    a -= 2
    a @= 3
    a |= 4
    a **= 5
    a //= 6
    a >>= 7
    c = [1]
    d = c
    c += (2,)
    c *= 2
    s = {1}
    s |= {2}
    s &= {2, 3}
    s ^= {9}
    n = 7
    n += 1
    n -= 3
    n *= 4
    n //= 3
    n %= 4
    n <<= 3
    n |= 1
    n ^= 3
    n &= 14
    n >>= 1
    n **= 2
    n /= 4
    return a, b, c is d, c, sorted(s), n


def case_operator_errors():
    out = []
    a = Number("a")
    for attempt in (
        lambda: a + "s",
        lambda: "s" - a,
        lambda: a < "s",
        lambda: {} + 1,
        lambda: [] < 3,
        lambda: -a,
        lambda: ~1.5,
        lambda: a[0],
        lambda: 3[0],
        lambda: len(a),
        lambda: 1 @ 2,
        lambda: "a" + 1,
        lambda: 1 in a,
        lambda: 1 in 2,
    ):
        try:
            out.append(attempt())
        except TypeError as error:
            out.append(str(error))
    return out


def case_container_protocol():
    class Bag:
        def __init__(self):
            self.items, self.log = {}, []

        def __getitem__(self, key):
            self.log.append(("get", key))
            return self.items.get(str(key), "none")

        def __setitem__(self, key, value):
            self.items[str(key)] = value

        def __delitem__(self, key):
            del self.items[str(key)]

        def __contains__(self, key):
            return str(key) in self.items

        def __len__(self):
            return len(self.items)

        def __bool__(self):
            return len(self.items) > 1

        def __iter__(self):
            return iter(sorted(self.items))

        def __missing__(self, key):
            return key

    bag = Bag()
    out = [bool(bag)]
    bag[1] = "one"
    bag[1:2] = "slice"
    bag[1, 2] = "tuple"
    bag[...] = "dots"
    out += [bag[1], bag[1:2], bag[1, 2], bag[::3], len(bag), bool(bag), 1 in bag, 2 not in bag, list(bag)]
    del bag[1:2]
    bag["x"] = "a"
    bag["x"] += "b"
    return out, bag["x"], bag.log


def case_old_style_iteration():
    class Seq:
        def __getitem__(self, n):
            if n > 4:
                raise IndexError
            return n * n

    return list(Seq()), 9 in Seq(), [*reversed([*Seq()])], dict(enumerate(Seq()))


def case_metaclass():
    class Meta(type):
        @classmethod
        def __prepare__(mcs, name, bases, **options):
            return {"prepared": options}

        def __new__(mcs, name, bases, body, **options):
            body["made"] = sorted(key for key in body if not key.startswith("__"))
            return super().__new__(mcs, name, bases, body)

        def __init__(cls, name, bases, body, **options):
            super().__init__(name, bases, body)

        def __call__(cls, *args):
            return ("called", super().__call__(*args).args)

        def __instancecheck__(cls, thing):
            return thing == 3

        def __len__(cls):
            return 42

    class A(metaclass=Meta, option=1):
        x = 1

        def __init__(self, *args):
            self.args = args

    return A.prepared, A.made, A(1, 2), isinstance(3, A), isinstance(4, A), len(A), type(A).__name__


def case_init_subclass_and_class_getitem():
    class Base:
        known = []

        def __init_subclass__(cls, tag="none", **more):
            super().__init_subclass__(**more)
            Base.known.append((cls.__name__, tag))

        def __class_getitem__(cls, item):
            return cls.__name__, item

    class A(Base, tag="a"):
        pass

    class B(A):
        pass

    return Base.known, A[int], B["x", 1]


def case_new_and_init():
    class One:
        made = 0

        def __new__(cls, *args):
            cls.made += 1
            return super().__new__(cls) if args else 5

        def __init__(self, *args):
            self.args = args

    class Bad:
        def __init__(self):
            return 3

    try:
        Bad()
    except TypeError as error:
        return One(), One(1).args, One.made, str(error)


def case_comparison_and_hash():
    @functools.total_ordering
    class V:
        def __init__(self, n):
            self.n = n

        def __eq__(self, other):
            return isinstance(other, V) and self.n % 10 == other.n % 10

        def __lt__(self, other):
            return self.n % 10 < other.n % 10

        def __hash__(self):
            return hash(self.n % 10)

        def __repr__(self):
            return f"V{self.n}"

    values = [V(n) for n in (31, 2, 13, 22, 5, 41)]
    return (
        sorted(values),
        max(values),
        len(set(values)),
        V(12) in {V(2): 1},
        V(1) == 1,
        V(1) != V(11),
        values.index(V(15)),
        V(3) >= V(2),
    )


def case_instance_dict():
    class A:
        def __init__(self, n):
            self.a, self.b = n, n + 1

    out = []
    for n in range(20):
        a = A(n)
        if n % 3 == 0:
            a.__dict__["c"] = n
        if n % 5 == 0:
            a.__dict__ = {"a": "x", "b": "y"}
        if n % 7 == 0:
            del a.a
            a.a = "again"
        out.append((a.a, a.b, sorted(vars(a))))
    return out


def case_accumulate_in_attributes():
    class Body:
        def __init__(self):
            self.x = self.v = 0.0
            self.n = 0

        def step(self, dt):
            self.v += 1.5 * dt
            self.x += self.v * dt
            self.n += 1

    b = Body()
    for _ in range(500):
        b.step(0.01)
    return b.x, b.v, b.n


def case_classes_come_and_go():
    """Versions that were met belong to classes that are gone, or that have another one now."""

    def read(owner):
        return owner.value + owner.step()

    def one_round(number):
        class Base:
            def step(self):
                return number

        class Owner(Base):
            def __init__(self):
                self.value = 10 * number

        total = sum(read(Owner()) for _ in range(40))
        Base.step = lambda self: -number
        return total + sum(read(Owner()) for _ in range(40))

    return [one_round(number) for number in range(12)]
