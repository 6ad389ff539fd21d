"""A store to a class's attribute leaves the class's version as it is only if nobody can know the value by it."""

import operator


class Base:
    count = 0
    name = "base"

    def __init__(self, v):
        Base.count += 1
        self.v = v

    def get(self):
        return self.v + self.count


class Below(Base):
    pass


class Beside(Base):
    count = 1000

    def get(self):
        return -self.v


def make(kinds, n):
    t = 0
    for i in range(n):
        t += kinds[i % len(kinds)](i).get()
    return t


def case_counted():
    Base.count = 0
    t = [make((Base,), 300), make((Base, Below), 300), make((Base, Below, Beside), 300)]
    return t, Base.count, Below.count, Beside.count


def store(class_, n):
    t = 0
    for i in range(n):
        class_.last = i * 1000
        t += class_.last
    return t


def case_read_by_others():
    class Holder:
        last = 0

    class Heir(Holder):
        pass

    read, seen = operator.attrgetter("last"), []
    for _ in range(40):
        store(Holder, 20)
        seen.append((read(Holder), read(Heir), read(Heir()), Holder.last, vars(Holder)["last"]))
    return seen


def call(class_):
    try:
        return class_.last()
    except TypeError as error:
        return str(error)


def case_called_between():
    class Holder:
        last = 0

    said = []
    for i in range(60):
        said.append(call(Holder))
        store(Holder, 20)
        Holder.last = str(i) * 3 if i % 2 else i * 700
    return said


def read_many(class_, object_, n):
    return sum(class_.last + object_.last for _ in range(n))


def case_becomes_something_else():
    class Holder:
        last = 0

    class Heir(Holder):
        pass

    heir, seen = Heir(), []
    for _ in range(5):
        seen.append((store(Holder, 100), read_many(Holder, heir, 50), read_many(Heir, heir, 50)))
        Heir.last = 7
        seen.append((store(Holder, 100), read_many(Holder, heir, 50), read_many(Heir, heir, 50)))
        Heir.last = property(lambda self: 3)
        seen.append((store(Holder, 100), read_many(Holder, heir, 50)))
        del Heir.last
        heir.last = 5
        seen.append((store(Holder, 100), read_many(Heir, heir, 50)))
        del heir.last
        seen.append((store(Heir, 100), read_many(Holder, heir, 50)))
        del Heir.last
        Heir.__bases__ = (type("Other", (Holder,), {"last": 11}),)
        seen.append((store(Holder, 100), read_many(Heir, heir, 50)))
        Heir.__bases__ = (Holder,)
    return seen


def case_deleted():
    class Holder:
        last = 0

    seen = []
    for _ in range(30):
        seen.append(store(Holder, 20))
        del Holder.last
        try:
            seen.append(Holder.last)
        except AttributeError as error:
            seen.append(str(error))
    return seen


class Meta(type):
    @property
    def last(cls):
        return cls.kept

    @last.setter
    def last(cls, value):
        cls.kept = value + 1


class OfMeta(metaclass=Meta):
    kept = 0


class Late(type):
    pass


def case_metaclass():
    class Holder(metaclass=Late):
        last = 0

    t = [store(OfMeta, 200), OfMeta.kept, store(Holder, 200)]
    Late.last = property(lambda cls: 5, lambda cls, value: None)
    t.append(store(Holder, 200))
    del Late.last
    return [*t, store(Holder, 200), Holder.last]


class Ends:
    def __init__(self, log, i):
        self.log, self.i = log, i

    def __del__(self):
        self.log.append((self.i, Owner.last.i if Owner.last is not None else None))


class Owner:
    last = None


def keep(log, n):
    for i in range(n):
        Owner.last = Ends(log, i)
    Owner.last = None


def case_ends_of_values():
    log = []
    keep(log, 200)
    return log


def replace_method(class_, functions, n):
    t = 0
    for i in range(n):
        class_.step = functions[i % 2]
        t += class_.step(1) + class_().step()
    return t


def case_methods():
    class Holder:
        pass

    return replace_method(Holder, [lambda self=1: 1, lambda self=1: 2], 300)


def hit(self, n):
    t = 0
    for _ in range(n):
        self.__class__.calls += 1
        type(self).calls = self.calls + 1
        t += self.calls
    return t


def case_through_objects():
    class Own:
        calls = 0

    class Slotted(Own):
        __slots__ = ("calls_too",)

    first, second, own = Own(), Own(), Own()
    own.calls = 5
    own.other = 1
    second.__dict__["x"] = 1
    t = [hit(x, 50) for x in (first, second, own, Slotted(), first) for _ in range(8)]
    first.calls = -1000
    return [*t, hit(first, 100), hit(second, 100), Own.calls, Slotted.calls]


class Above:
    def step(self):
        return 1


class Under(Above):
    def go(self):
        return super().step() + 10


def step_one(self):
    return 2


def step_two(self):
    return 3


def take_steps(object_, n):
    return sum(object_.go() for _ in range(n))


def set_steps(class_, functions, n):
    for i in range(n):
        class_.step = functions[i % len(functions)]


def case_behind_super():
    seen, object_ = [], Under()
    for i in range(4):
        set_steps(Above, [step_one, step_two], 3000 + i)
    for i in range(12):
        set_steps(Above, [step_one, step_two], 3000 + i)
        seen.append(take_steps(object_, 2000))
    return seen
