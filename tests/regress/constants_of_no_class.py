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


# Anew each time, since what is compiled in which tier matters.
HELD = """
class Held:
    def __init__(self, value):
        self.value = value

    @classmethod
    def made(cls, value):
        return cls(value)

    def __call__(self, value):
        return value


class Derived(Held):
    value = property(lambda self: 0, lambda self, value: None)


def property_of_what_is_made(maker):
    return maker.made(-9).value
"""


def case_property_of_a_constant_handed_back():
    found = []
    for _ in range(20):
        names = {"__name__": __name__}
        exec(HELD, names)
        maker = names["Derived"](1)
        found.append([names["property_of_what_is_made"](maker) for _ in range(7)])
    return found
