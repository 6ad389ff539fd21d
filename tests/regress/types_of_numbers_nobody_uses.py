"""A number is unboxed where ways meet, and its type is all that is asked of it there."""

INF = float("inf")


def listed(way, levels, hard):
    if way is not None:
        pass
    if isinstance(levels, int):
        levels = [levels]
    if hard and len(levels) < 2:
        raise ValueError("one level")
    return levels


def kind(way, value):
    if way:
        way = not way
    if type(value) is float:
        return "float"
    return "other"


def matched(way, value):
    if way is not None:
        pass
    match value:
        case float():
            return "float"
        case int():
            return "int"
        case _:
            return "other"


def texts(way, value):
    if way is not None:
        pass
    return str(value), repr(value), f"{value}"


def nothing(way, value):
    if way is not None:
        pass
    return value is None


def called(way, value):
    if way is not None:
        pass
    return callable(value), hash(value) is not None


def straight(value):
    kept = value
    if isinstance(kept, int):
        return "int"
    return "other"


def looped(values, first):
    kinds = []
    last = first
    for value in values:
        if isinstance(last, int):
            kinds.append("int")
        else:
            kinds.append("other")
        last = value
    return kinds


def outcomes(function, *rest):
    told = []
    for value in (-1, -1, -1, -1, [0, 1], "s", 2.5, None, INF, True, 2**70, [0]):
        for way in (None, 1):
            try:
                told.append(function(way, value, *rest))
            except (TypeError, ValueError) as error:
                told.append(str(error))
    return told


def case_ints_in_lists():
    return [outcomes(listed, hard) for hard in (False, True)]


def case_listed_by_turns():
    told = []
    for levels in (-1, [0, 1], [0, 0]):
        for _ in range(6):
            told.append(listed(None, levels, levels != -1))
    return told


def case_kinds():
    return [outcomes(kind), outcomes(matched), outcomes(texts), outcomes(nothing)]


def case_floats_first():
    told = []
    for value in (1.5, 1.5, 1.5, 1.5, 1, "s", None, [1]):
        told += [kind(None, value), matched(None, value), texts(None, value), nothing(None, value)]
        told.append(straight(value))
    return told


def case_called():
    return [called(None, value) for value in (1, 2, 3, 4, "s", len, 2.5, (1,), None)]


def case_loops():
    return [looped([1, 2, 3], 5), looped([1, "a", 2, 2.5, None], 5), looped([1, 2], "x"), looped(["y"] * 3, 1)]
