"""min and max of one iterable, with a key and with what to give where there is nothing."""


class Ordered:
    def __init__(self, rank):
        self.rank = rank

    def __lt__(self, other):
        return self.rank < other.rank

    def __gt__(self, other):
        return self.rank > other.rank

    def __repr__(self):
        return f"<{self.rank}>"


class Fails:
    def __lt__(self, other):
        raise LookupError("compared")

    __gt__ = __lt__


class Node:
    def __init__(self, *children):
        self.children = children

    def depth(self):
        return 1 + max((child.depth() for child in self.children), default=0)

    def leaves(self):
        return 1 if not self.children else min([child.leaves() for child in self.children], default=0)


def failing(n):
    yield from range(n)
    raise KeyError(n)


def stopping():
    raise StopIteration
    yield


def greatest(items, otherwise):
    return max(items, default=otherwise)


def least(items, otherwise):
    return min(items, default=otherwise)


def by_key(items, key, otherwise):
    return max(items, key=key, default=otherwise), min(items, default=otherwise, key=key)


def told(function, *args):
    try:
        return function(*args)
    except Exception as error:
        return type(error).__name__, str(error)


def tree(depth):
    return Node(*[tree(depth - 1 - i % 2) for i in range(depth)])


def case_depths():
    return [(tree(5).depth(), tree(4).leaves()) for _ in range(6)]


def case_defaults():
    found = []
    for _ in range(15):
        found = []
        for items in (
            [],
            [3, 1, 2],
            (),
            (2.5, 1),
            "",
            "text",
            {},
            {5: 1, 7: 2},
            range(0),
            range(3),
            [Ordered(2), Ordered(5)],
        ):
            found.append((told(greatest, items, None), told(least, items, -1)))
    return repr(found)


def case_keys():
    keys = [None, len, lambda text: text[-1], str.upper, lambda text: Ordered(len(text))]
    return repr(
        [
            [told(by_key, items, key, "none") for key in keys for items in (["one", "three", "to"], [])]
            for _ in range(12)
        ][-1]
    )


def case_errors():
    found = []
    for _ in range(12):
        found = [
            told(greatest, failing(3), 0),
            told(least, stopping(), 0),
            told(greatest, 5, 0),
            told(least, [1, "a"], 0),
            told(greatest, [Fails(), Fails()], 0),
            told(by_key, [1, 2], lambda item: 1 // 0, 0),
            told(by_key, [1], lambda: 1, 0),
            told(lambda: max(1, 2, default=3)),
            told(lambda: max([1], other=3)),
            told(lambda: min(default=3)),
            told(lambda: max([], key=None)),
            told(lambda: max([2, 3], key=None, default=1)),
        ]
    return found
