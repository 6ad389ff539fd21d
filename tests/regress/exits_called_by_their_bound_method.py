"""A with statement calls a bound method, which goes with the call instead of with an object."""

import sys
import types
import weakref


class Plain:
    def __init__(self, seen):
        self.seen = seen

    def __enter__(self):
        return self

    def __exit__(self, kind, value, traceback):
        self.seen.append((kind, value, traceback, sys._getframe(1).f_code.co_name))


class Spread(Plain):
    def __exit__(self, *exc):
        self.seen.append(exc)


class Defaults(Plain):
    def __exit__(self, kind, value=1, traceback=2, more=3, *, name=4):
        self.seen.append((kind, value, traceback, more, name))


class OfClass(Plain):
    @classmethod
    def __exit__(cls, *exc):
        cls.last = exc


class TooFew(Plain):
    def __exit__(self, kind):
        self.seen.append("never called")


class Raises(Plain):
    def __exit__(self, *exc):
        raise ValueError(exc)


class Calls:
    def __init__(self, seen):
        self.seen = seen

    def __call__(self, *given):
        self.seen.append(given)


class Binds:
    def __get__(self, owner, kind):
        return types.MethodType(Calls(owner.seen), 5)


class OfNoFunction(Plain):
    __exit__ = Binds()


def through(manager):
    with manager as entered:
        return entered is manager


def case_of_several_classes():
    seen = []
    for kind in (Plain, Spread, Defaults, OfClass, OfNoFunction) * 3:
        seen.append(through(kind(seen)))
    return seen, OfClass.last


def case_complaints():
    seen = []
    for kind in (TooFew, Raises) * 3:
        try:
            through(kind(seen))
        except (TypeError, ValueError) as error:
            seen.append((type(error), str(error), error.__traceback__.tb_next.tb_lineno))
    return seen


class Forgets(Plain):
    def __exit__(self, *exc):
        del self.seen
        return None


def case_nobody_keeps_what_is_left():
    gone = []
    for _ in range(20):
        manager = Forgets([])
        watched = weakref.ref(manager)
        with manager:
            del manager
        gone.append(watched() is None)
    return gone
