"""CPython takes a dict that is emptied while a key is set for one of str keys, and puts the key there, an int too."""


class Emptying:
    def __init__(self, where):
        self.where = where

    def __hash__(self):
        return 1

    def __eq__(self, other):
        self.where.clear()
        return False


def emptied(key):
    where = {}
    where[Emptying(where)] = 1
    where[key] = 5
    found = key in where, where.get(key), where[key]
    where[key] += 1
    where[key] = where[key] + 2
    return len(where), found, list(where.items()), where.pop(key), where


def case_int():
    return emptied(1)


def case_parts():
    class Tuple(tuple):
        __slots__ = ()

        def __hash__(self):
            return 1

    return emptied(Tuple((1, 2)))


def case_counted():
    numbers = []
    for i in range(8):
        where = {}
        where[Emptying(where)] = 1
        where[1] = i
        for k in range(4):
            where[1] = where.get(1, 0) + k
            numbers.append(where[1] if 1 in where else None)
        numbers.append(len(where))
    return numbers


class Number:
    def __init__(self, where):
        self.where = where

    def __hash__(self):
        return hash((1, 2))

    __eq__ = Emptying.__eq__


def case_pairs():
    numbers = []
    for i in range(8):
        where = {}
        where[Number(where)] = 1
        a, b = 1, i // 8 + 2
        where[a, b] = i
        for k in range(4):
            if (a, b) in where:
                where[a, b] += k
            numbers.append(where.get((a, b)))
    return numbers
