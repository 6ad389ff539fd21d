"""A property's getter is replaced, and goes: the class keeps its version, since it still has the same property."""


def values(items):
    total = []
    for item in items:
        total.append(item.value)
    return total


def case_getter_replaced():
    out = []
    for _ in range(4):

        class Owner:
            value = property(lambda self: 1)

        items = [Owner(), Owner()]
        for i in range(20):
            if i == 12:
                Owner.__dict__["value"].__init__(lambda self: "other")
            if i == 16:
                Owner.__dict__["value"].__init__(len)
            try:
                out.append(values(items))
            except TypeError as error:
                out.append(str(error))
    return out
