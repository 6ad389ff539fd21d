"""str, repr, fields of f-strings and truth of objects whose classes have Python methods for them."""

import sys
import traceback


class Both:
    def __init__(self, name):
        self.name = name

    def __str__(self):
        return f"{self.name} called by {sys._getframe().f_back.f_code.co_name}"

    def __repr__(self):
        return f"Both({self.name!r})"


class OnlyRepr:
    def __init__(self, part):
        self.part = part

    def __repr__(self):
        return f"OnlyRepr({self.part})"


class Formats(Both):
    def __format__(self, spec):
        return f"<{self.name}:{spec}>"


class Bare:
    __slots__ = ()


class SubText(str):
    pass


class Wrong:
    def __init__(self, text, representation):
        self.text, self.representation = text, representation

    def __str__(self):
        return self.text

    def __repr__(self):
        return self.representation


class Raises:
    def __str__(self):
        raise ValueError("no text")

    __repr__ = None


class InList(list):
    def __str__(self):
        return "in list " + list.__str__(self)


class True_:
    def __init__(self, value):
        self.value = value

    def __bool__(self):
        return self.value


class Sized:
    def __init__(self, size):
        self.size = size

    def __len__(self):
        return self.size


def tried(function, *args):
    try:
        text = function(*args)
        return text, type(text).__name__
    except Exception as error:
        lines = [line.name for line in traceback.extract_tb(error.__traceback__)]
        return type(error).__name__, str(error), lines


def by_str(thing):
    return str(thing)


def by_field(thing):
    return f"{thing}"


def by_repr_field(thing):
    return f"{thing!r}"


def by_str_field(thing):
    return f"{thing!s:>30}"


def by_repr(thing):
    return repr(thing)


WAYS = [by_str, by_field, by_repr_field, by_str_field, by_repr]


def things():
    return [
        Both("b"),
        OnlyRepr(OnlyRepr(1)),
        Formats("f"),
        SubText("sub"),
        Wrong(SubText("text"), SubText("repr")),
        Wrong(1, 2),
        Raises(),
        InList([1, Both("i")]),
        ValueError("error"),
        Both,
    ]


def case_one_class_after_the_other():
    out = []
    for way in WAYS:
        for thing in things():
            for _ in range(25):
                found = tried(way, thing)
            out.append((way.__name__, found))
    return out


def case_all_in_turn(n=10):
    return [tried(way, thing) for _ in range(n) for thing in things() for way in WAYS]


def case_bare_objects(n=30):
    thing = Bare()
    return all(f"{thing}" == str(thing) == repr(thing) == object.__repr__(thing) for _ in range(n))


def case_class_changes(n=120):
    class Late:
        pass

    one, out = Late(), []
    for k in range(n):
        text = f"{one}", str(one), f"{one!r}", bool(one)
        out.append(text if k > 20 else None)
        if k == 20:
            Late.__repr__ = lambda self: "given repr"
        elif k == 40:
            Late.__str__ = lambda self: "given str"
        elif k == 60:
            Late.__format__ = lambda self, spec: "given format"
        elif k == 80:
            del Late.__str__
            Late.__bool__ = lambda self: False
        elif k == 100:
            del Late.__format__
            Late.__str__ = staticmethod(lambda: "static")
    return out


def case_recursion_ends():
    class Deep:
        def __init__(self):
            self.depth = 0

        def __str__(self):
            self.depth += 1
            return f"({self})"

    class DeepRepr:
        def __init__(self):
            self.depth = 0

        def __repr__(self):
            self.depth += 1
            return str(self)

    out = []
    for kind in (Deep, DeepRepr):
        for _ in range(12):
            one = kind()
            try:
                str(one)
            except RecursionError:
                out.append(one.depth > 50)
    return out


def case_truth(n=60):
    out = []
    for thing in (
        True_(True),
        True_(False),
        True_(1),
        True_("yes"),
        Sized(0),
        Sized(3),
        Sized(-1),
        Bare(),
        Both("b"),
    ):
        for _ in range(n):
            found = tried(lambda thing=thing: "yes" if thing else "no")
            other = tried(lambda thing=thing: not thing)
        out.append((found, other, tried(bool, thing)))
    return out


class Text(str):
    def __len__(self):
        return 99


class Index:
    def __index__(self):
        return 12


def case_length(n=40):
    out, items = (
        [],
        [Sized(0), Sized(3), Sized(-1), Sized("x"), Sized(2.0), Sized(True), Sized(10**30), Sized(Index())],
    )
    for thing in [*items, Text("abc"), InList([1, 2]), Bare(), Both("b"), None]:
        for _ in range(n):
            found = tried(lambda thing=thing: len(thing) + 1)
        out.append(found)
    return out + [tried(lambda thing=thing: len(thing)) for thing in items * 5][-8:]


def case_truth_while_it_changes(n=90):
    one, out = True_(True), []
    for k in range(n):
        out.append("yes" if one and k % 2 else "no")
        one.value = k % 3 == 0
    return out
