"""A str made by the old part of the C API has no length and no characters before someone asks for them."""

import _testcapi


def made(text):
    return _testcapi.unicode_legacy_string(text)


def is_one_of(value, values):
    return value in values


def same(a, b):
    return a == b, a != b


def chosen(value):
    if value == "up":
        return 1
    return 2 if value != "down" else 3


def length(value):
    return len(value)


def truth(value):
    return "full" if value else "empty"


def part(value):
    return value[1:3]


def at(value, index):
    return value[index]


def counted(value):
    found = 0
    for index in range(len(value)):
        found += ord(value[index])
    return found


def case_not_ready():
    out = []
    for make in (str, str, str, made, str, made):
        for text in ("up", "down", "w\xf6rter"):
            out.append(is_one_of(make(text), ("down", "up", "left")))
            out.append(same(make(text), text))
            out.append(same(make(text), make(text)))
            out.append(chosen(make(text)))
            out.append(length(make(text)))
            out.append(truth(make(text)))
            out.append(part(make(text)))
            out.append(at(make(text), 1))
            out.append(counted(make(text)))
            out.append({make(text): 1}.get(make(text)))
            out.append([make(text), "b"] == ["up", make("b")])
    return out
