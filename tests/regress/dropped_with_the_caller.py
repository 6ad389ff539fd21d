"""What callers had on their operand stacks when a call put in line raised went before that call's frame did."""

import sys

GONE, KEPT = [], []


class Noted:
    def __init__(self, name):
        self.name = name

    def __del__(self):
        GONE.append((self.name, sys._getframe(1).f_code.co_name))


class Truth:
    def __len__(self):
        return 2.5

    def __iter__(self):
        yield self


def stubborn():
    for number in range(5):
        try:
            yield number
        except GeneratorExit:
            pass


def listed(value):
    for _ in stubborn():
        value = [item for item in value if item]
    return value


def mapped(value):
    for _ in (number >> 1 for number in stubborn()):
        value = {item: 1 for item in value if item}
    return value


def innermost(a, b):
    kept = Noted("local")
    return a // b, kept


def middle(a, b):
    return Noted("middle"), innermost(a, b), Noted("never")


def outer(a, b):
    return Noted("first"), Noted("second"), middle(a, b), Noted("never")


def caught(a, b):
    for _ in (Noted("kept"),):
        try:
            KEPT[:] = outer(a, b)
            KEPT.clear()
        except ZeroDivisionError as error:
            names = []
            while error.__traceback__:
                names.append(error.__traceback__.tb_frame.f_code.co_name)
                error.__traceback__ = error.__traceback__.tb_next
            GONE.append(names)


def unseen(a, b):
    try:
        KEPT[:] = outer(a, b)
        KEPT.clear()
    except ZeroDivisionError:
        pass
    GONE.append("unseen")


def outcome(function, *arguments):
    try:
        return function(*arguments)
    except TypeError as error:
        return str(error)


def gone():
    found, GONE[:] = GONE[:], []
    return found


def case_iterators():
    return [outcome(listed, Truth()) for _ in range(4)], [outcome(mapped, Truth()) for _ in range(4)]


def case_operands():
    out = []
    for divisor in (1, 1, 2, 0, 1, 0, 0):
        caught(7, divisor)
        out.append(gone())
    for divisor in (1, 1, 2, 0, 1, 0, 0):
        unseen(7, divisor)
        out.append(gone())
    return out


def case_traced():
    out = []
    for divisor in (1, 0, 2, 0):
        sys.settrace(lambda frame, event, arg: None)
        try:
            caught(7, divisor)
            unseen(7, divisor)
        finally:
            sys.settrace(None)
        out.append(gone())
    return out
