"""`split` gives parts, lists and memory as CPython's does; `int` and `float` read plain text to the last bit."""

import random
import sys


def texts():
    rng = random.Random(5)
    alphabets = (" a", " ,ab", "\t\r\n\x1c\x1f\x0b\x85 ab", "abc", "\u00e9 ,a", "\u0142 a")
    for size in [*range(0, 36, 1), 100]:
        for alphabet in alphabets:
            yield "".join(rng.choice(alphabet) for _ in range(size))


class Text(str):
    pass


def split_all(text):
    return [
        *(text.split(), text.split(" "), text.split(","), text.split(None, 1), text.split(" ", 1)),
        *(text.split(",", 0), text.split(None, 3), text.split(" ", 13), text.split(None, -2)),
        *(text.split("a"), text.split("ab"), text.split(None, 0), text.split(sep=" "), text.split("\u00e9")),
    ]


def case_split():
    out = []
    for text in texts():
        for parts in split_all(text):
            out.append((parts, sys.getsizeof(parts), len(parts) == 1 and parts[0] is text))
            parts.append("end")
    for parts in split_all(Text("a b,c")):
        out.append((parts, [type(part).__name__ for part in parts]))
    return out


def case_split_refused():
    out = []
    for _ in range(30):
        for args in (("",), (1,), (" ", "1"), (" ", 2**80), (b" ",), (None, 1.5)):
            try:
                out.append("a b".split(*args))
            except (TypeError, ValueError, OverflowError) as error:
                out.append(str(error))
    return out[-6:]


def read(kind, text):
    try:
        return repr(kind(text))
    except ValueError as error:
        return str(error)


def digits(rng, count):
    return "".join(rng.choice("0123456789") for _ in range(count))


def case_numbers_in_text():
    rng = random.Random(7)
    wholes = [digits(rng, size) for size in range(25)]
    points = [digits(rng, a) + "." + digits(rng, b) for a in range(18) for b in range(18)]
    odd = [
        "+1",
        " 1",
        "1 ",
        "1_0",
        "-",
        "--1",
        "\u0661",
        "1\0",
        "007",
        "-0",
        "1e5",
        "nan",
        "-0.0",
        ".",
        "-.",
        "1.2.3",
    ]
    given = wholes + points + odd
    given += ["-" + text for text in given]
    out = []
    for _ in range(4):
        out = [(read(int, text), read(float, text)) for text in given]
    return out


def case_maps():
    out = []
    for _ in range(40):
        out = []
        for items in (["1", "2"], [1.5, "7"], ["-12", True], []):
            out.append([list(map(int, items)), sum(map(int, items)), tuple(map(float, items))])
            out.append(
                [
                    list(map(str, items)),
                    [*map(lambda x: (x,), items)],
                    list(map(lambda a, b: (a, b), items, items)),
                ]
            )
        for items in (["1", "x"], [None], ["1"]):
            try:
                a, b = map(int, items)
                out.append((a, b))
            except (TypeError, ValueError) as error:
                out.append(str(error))
    return out


class Mapped(map):
    pass


def fails(x):
    if x == 3:
        raise StopIteration("three")
    return x


def case_other_maps():
    out = []
    for _ in range(30):
        out = [
            list(Mapped(int, "123")),
            list(map(fails, [1, 2, 3, 4])),
            next(map(int, ["5"])),
            list(map(int, iter("67"))),
        ]
        each = map(int, "12")
        out.append((next(each), list(each), next(each, "none")))
        out.append(list(map(int, map(str, range(3)))))
    return out
