"""isinstance with abstract base classes, which remember what they answered, and are asked in Python."""

import abc
import collections.abc
import numbers

ASKED = []


class Shape(abc.ABC):
    @abc.abstractmethod
    def area(self):
        """Its area."""


class Square(Shape):
    def area(self):
        return 1


class Loose:
    def area(self):
        return 2


class Tight:
    pass


class HasArea(metaclass=abc.ABCMeta):
    @classmethod
    def __subclasshook__(cls, other):
        if cls is HasArea:
            ASKED.append(other.__name__)
            return any("area" in kind.__dict__ for kind in other.__mro__)
        return NotImplemented


class Liar:
    @property
    def __class__(self):
        return Square


class Meta(abc.ABCMeta):
    def __instancecheck__(cls, thing):
        ASKED.append(type(thing).__name__)
        return super().__instancecheck__(thing)


class Watched(metaclass=Meta):
    pass


class Quiet(abc.ABCMeta):
    pass


class Calm(metaclass=Quiet):
    pass


THINGS = [Square(), Loose(), Tight(), Liar(), 5, 2.5, "text", [], {}, (), None]


def is_shape(thing):
    return isinstance(thing, Shape)


def answers(kind):
    found = []
    for thing in THINGS:
        if isinstance(thing, kind):
            found.append(type(thing).__name__)
    return found


def case_answers():
    kinds = (Shape, HasArea, Watched, Calm, numbers.Number, collections.abc.Mapping, collections.abc.Sequence)
    ASKED.clear()
    return [[answers(kind) for kind in kinds] for _ in range(25)][-1], ASKED[:40]


def case_registered_later():
    class Base(abc.ABC):
        pass

    class Other(abc.ABC):
        pass

    found = []
    for turn in range(60):
        if turn == 20:
            Other.register(Loose)
        if turn == 35:
            Base.register(Tight)
        if turn == 45:
            Base.register(int)
        found.append((answers(Base), answers((Other, str))))
    return found


def case_hook_is_asked_once():
    class Hooked(abc.ABC):
        @classmethod
        def __subclasshook__(cls, other):
            ASKED.append(other.__name__)
            return other in (int, Loose)

    ASKED.clear()
    found = [answers(Hooked) for _ in range(30)]
    return found[-1], ASKED


def case_what_a_class_can_changes():
    class Able:
        pass

    found, thing = [], Able()
    for turn in range(60):
        if turn == 25:
            Able.area = lambda self: 3
        if turn == 40:
            HasArea.register(str)
        found.append((isinstance(thing, HasArea), isinstance(thing, Shape)))
    return found


def case_class_changes():
    found, thing = [], Tight()
    for turn in range(60):
        if turn == 20:
            thing.__class__ = Loose
        if turn == 40:
            thing.__class__ = Square
        found.append((is_shape(thing), isinstance(thing, HasArea)))
    return found


def case_bases_change():
    class First(Loose):
        pass

    class Mixed(First):
        pass

    found, thing = [], Mixed()
    for turn in range(60):
        if turn == 30:
            Mixed.__bases__ = (Square, First)
        found.append(is_shape(thing))
    return found


def case_metaclass_begins_to_ask():
    ASKED.clear()
    found = []

    def check(cls, thing):
        ASKED.append(type(thing).__name__)
        return thing == 5

    for turn in range(60):
        if turn == 25:
            Quiet.__instancecheck__ = check
        if turn == 30:
            del Quiet.__instancecheck__
        if turn == 40:
            Quiet.__subclasscheck__ = lambda cls, other: other is str
        if turn == 50:
            del Quiet.__subclasscheck__
        found.append(answers(Calm))
    return found, len(ASKED)


def case_classes_come_and_go():
    found, thing = [], Loose()
    for turn in range(80):

        class Passing(abc.ABC):
            @classmethod
            def __subclasshook__(cls, other, turn=turn):
                return turn % 2 == 0 and other is Loose

        found.append((isinstance(thing, Passing), isinstance(5, Passing), answers(Passing)))
        del Passing
    return found


def case_raises():
    class Raises(abc.ABC):
        @classmethod
        def __subclasshook__(cls, other):
            raise LookupError(other.__name__)

    found = []
    for _ in range(30):
        try:
            found.append(answers(Raises))
        except LookupError as error:
            found.append(str(error))
    return found
