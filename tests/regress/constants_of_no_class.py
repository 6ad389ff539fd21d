"""A comparison whose left operand is a constant was made for a class of Python's that was met there: its guard was put on a
number, where the constant had become one."""


class Odd:
    def __init__(self, value):
        self.value = value

    def __eq__(self, other):
        return self.value == other

    def __ne__(self, other):
        return self.value != other


def compared(thing, count):
    found = []
    for i in range(count):
        both = i > 3
        both &= 7 == thing != thing
        found.append(both)
    return found


def case_constant_on_the_left():
    found = []
    for _ in range(40):
        for thing in (-(2**30), 1e308, Odd(3), Odd(7), 7):
            found.append(compared(thing, 25))
    return found
