"""Functions that are made for a call or two and gone: their memory is used again, and nothing of them may stay."""

import gc
import types
import weakref

NOTES = []


class Ends:
    def __init__(self, name):
        self.name = name

    def __del__(self):
        NOTES.append(self.name)


def squares(numbers, add):
    return [add(number * number) for number in numbers]


def nested(rows, scale):
    return sum(sum(scale(item) for item in row) for row in rows)


def case_comprehensions():
    found = []
    for turn in range(60):
        found.append(
            (squares(range(turn % 7), lambda n: n + turn), nested([[1, 2], [turn]], lambda n: n * 2))
        )
    return found[-5:]


def with_everything(value, default=3, *, named=4):
    """What it is for."""

    def made(a: int = value, *, b=default) -> str:
        "made here"
        return a, b, value, named

    return made


def case_what_functions_have():
    found = []
    for turn in range(30):
        made = with_everything(turn)
        plain = lambda: turn  # noqa: E731
        made.extra = turn
        found.append((made(), made.__name__, made.__qualname__, made.__doc__, made.__module__, made.__dict__))
        found.append((made.__defaults__, made.__kwdefaults__, made.__annotations__, len(made.__closure__)))
        found.append(
            (plain(), plain.__name__, plain.__doc__, plain.__dict__, plain.__defaults__, plain.__kwdefaults__)
        )
        found.append(
            (
                plain.__annotations__,
                plain.__closure__[0].cell_contents,
                plain.__builtins__ is made.__builtins__,
            )
        )
        del made, plain
    return found[-8:]


def holds(name):
    ended = Ends(name)
    function = lambda: ended  # noqa: E731
    function.held = Ends(name + " held")
    return function()


def case_ends():
    NOTES.clear()
    for turn in range(30):
        holds(f"in turn {turn}")
        NOTES.append("next")
    return NOTES[-8:], len(NOTES)


def case_weak_references():
    NOTES.clear()
    found = []
    for turn in range(30):
        function = lambda: turn  # noqa: E731
        reference = weakref.ref(function, lambda _, turn=turn: NOTES.append(turn))
        found.append(reference() is function)
        del function
        found.append(reference() is None)
    return found[-4:], NOTES[-4:], len(NOTES)


def case_cycles():
    NOTES.clear()
    gc.collect()

    def cycle(turn):
        ended = Ends(turn)

        def again():
            return again, ended

        return again

    for turn in range(20):
        cycle(turn)()
    gc.collect()
    return sorted(NOTES)


SOURCE = """
def make():
    return lambda: (len("abc"), __name__)

def make_many():
    return [make()() for _ in range(20)][-1]
"""


def case_other_modules():
    found = []
    for turn in range(12):
        names = {"__name__": f"module{turn}"}
        if turn % 3 == 1:
            names["__builtins__"] = {"len": lambda text: -len(text), "range": range, "__import__": __import__}
        if turn % 3 == 2:
            names = {f"name{i}": i for i in range(30)}
            names["__name__"] = "last"
        exec(SOURCE, names)
        found.append((names["make_many"](), names["make"]().__module__))
        del names["__name__"]
        found.append(names["make"]().__module__)
        names["__name__"] = 5
        found.append((names["make"]().__module__, names["make_many"]()))
    return found


def case_types_of_functions():
    found = []
    for turn in range(30):
        made = types.FunctionType((lambda: turn).__code__, globals(), "named", None, (types.CellType(turn),))
        found.append((made(), made.__name__))
    return found[-3:]
