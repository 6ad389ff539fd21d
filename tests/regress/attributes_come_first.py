"""A class's attribute was taken to be no descriptor for good, where its own class may be given `__get__` and `__set__` later; and a slot
of another class, borrowed as an attribute, was written to as if the instance had it: it has less memory."""


def read(o):
    return o.x


def write(o, value):
    o.x = value


def of_class(c):
    return c.x


def tried(function, *arguments):
    try:
        return function(*arguments)
    except (TypeError, AttributeError) as error:
        return str(error)


def case_of_an_instance():
    class Descriptor:
        pass

    class Owner:
        x = Descriptor()

        def __init__(self):
            self.x = 1

    owner, log = Owner(), []
    for n in range(20):
        write(owner, n)
    found = [read(owner) for _ in range(20)]
    Descriptor.__get__ = lambda self, instance, kind: 2
    Descriptor.__set__ = lambda self, instance, value: log.append(value)
    write(owner, 3)
    return found, read(owner), log


def case_of_a_class():
    class Descriptor:
        pass

    class Meta(type):
        x = Descriptor()

    class Owner(metaclass=Meta):
        x = True

    found = [of_class(Owner) for _ in range(20)]
    Descriptor.__get__ = lambda self, instance, kind: 2
    Descriptor.__set__ = lambda self, instance, value: None
    return found, of_class(Owner)


def case_borrowed_slot():
    class Lender:
        __slots__ = ("x",)

    class Borrower:
        x = Lender.x

    class Without:
        __slots__ = ()
        x = Lender.x

    owners = [Borrower(), Without(), Lender()]
    return [(tried(write, o, n), tried(read, o)) for o in owners for n in range(20)]
