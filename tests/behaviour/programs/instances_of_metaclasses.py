"""isinstance of classes that have a class of their own, and of tuples of classes that are no literals."""

import abc
import collections.abc


class Plain(type):
    pass


class Base(metaclass=Plain):
    pass


class Derived(Base):
    pass


class Other(metaclass=Plain):
    pass


class Liar(Other):
    @property
    def __class__(self):
        return Base


class Numbered(metaclass=abc.ABCMeta):
    pass


Numbered.register(int)

KINDS = (str, Base)
MIXED = (bytes, Numbered, float)
NESTED = (str, (bytes, (Base, int)))
WRONG = (str, 5)


def count(things, kind):
    total = 0
    for thing in things:
        if isinstance(thing, kind):
            total += 1
    return total


def is_base(thing):
    return isinstance(thing, Base)


def of_kinds(thing):
    return isinstance(thing, KINDS), isinstance(thing, MIXED), isinstance(thing, NESTED)


def made():
    return [Base(), Derived(), Other(), Liar(), 5, 2.5, "text", b"bytes", None, [], True, Base, Plain]


def case_answers():
    things = made()
    kinds = [
        Base,
        Derived,
        Other,
        Plain,
        Numbered,
        KINDS,
        MIXED,
        NESTED,
        (),
        int | str,
        collections.abc.Sized,
    ]
    return [[count(things, kind) for kind in kinds] for _ in range(20)][-1]


def case_tuples():
    return [[of_kinds(thing) for thing in made()] for _ in range(20)][-1]


def case_metaclass_begins_to_ask():
    class Asking(type):
        pass

    class Asked(metaclass=Asking):
        pass

    found, asked, things = [], [], [Asked(), 5, "text"]

    def ask(thing):
        return isinstance(thing, Asked)

    def check(cls, thing):
        asked.append(type(thing).__name__)
        return thing == 5

    for turn in range(60):
        if turn == 25:
            Asking.__instancecheck__ = check
        if turn == 45:
            del Asking.__instancecheck__
        found.append([ask(thing) for thing in things])
    return found, asked


def case_class_changes():
    found = []
    thing = Other()
    for turn in range(60):
        if turn == 30:
            thing.__class__ = Derived
        found.append((is_base(thing), count([thing], KINDS), count([thing], Other)))
    return found


def case_bases_change():
    class First(metaclass=Plain):
        pass

    class Second(metaclass=Plain):
        pass

    class Third(First):
        pass

    found, thing = [], Third()
    for turn in range(60):
        if turn == 30:
            Third.__bases__ = (Second,)
        found.append((count([thing], First), count([thing], Second), count([thing], (Second, str))))
    return found


def case_what_is_no_class():
    found = []
    for turn in range(40):
        try:
            found.append(count(["text"] if turn < 20 else [b"", 5], WRONG))
        except TypeError as error:
            found.append(str(error))
    return found


def case_classes_come_and_go():
    found, thing = [], Derived()
    for turn in range(60):
        kind = Plain("Made", (Base,), {})
        found.append((count([thing, kind()], kind), count([kind()], (str, kind)), count([kind()], Base)))
        del kind
    return found
