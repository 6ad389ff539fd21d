"""Sorting by ranks gives what list.sort gives: stable, in both directions, and CPython's way where code may run."""

import operator
import random

TEXTS = ["", "a", "a\0", "a\0\0", "ab", "abcdefgh", "abcdefghi", "abcdefgh\0", "é", "éa", "ÿÿ", "zz"]
WIDE = [*TEXTS, "中", "中文", "a中", "\U0001f600", "abcdefgh中"]
NUMBERS = [0, 1, -1, 2**30, -(2**30), 2**31, 2**53, -(2**53), 2**62, -(2**63), 2**63 - 1, True, False, 5]
FLOATS = [0.0, -0.0, 1.5, -1.5, 1e300, -1e300, float("inf"), float("-inf"), 5e-324, -5e-324]


class Text(str):
    def __lt__(self, other):
        return str.__gt__(self, other)


class Number:
    def __init__(self, value):
        self.value = value

    def __lt__(self, other):
        asked.append((self.value, other.value))
        return self.value < other.value

    def __repr__(self):
        return f"Number({self.value})"


asked = []


def drawn(values, count, seed):
    source = random.Random(seed)
    return [source.choice(values) for _ in range(count)]


def told(function):
    try:
        return function()
    except Exception as error:
        return type(error).__name__, str(error)


def sort_all(items):
    kept = items[:]
    kept.sort(reverse=True)
    by_place = sorted(range(len(items)), key=lambda place: items[place])
    backwards = sorted(range(len(items)), key=items.__getitem__, reverse=True)
    return sorted(items), kept, by_place, backwards


def case_kinds():
    out = []
    for seed, values in enumerate((TEXTS, WIDE, NUMBERS, FLOATS, NUMBERS[:4] + FLOATS, [b"b", b"a"], [None])):
        for count in (0, 1, 2, 7, 8, 9, 40, 49, 300):
            out.append(repr(told(lambda: sort_all(drawn(values, count, seed)))))
    return out


def case_tuples():
    out = []
    for seed, values in enumerate((TEXTS, WIDE, NUMBERS, FLOATS)):
        firsts, seconds = drawn(values, 200, seed), drawn([0, 1, 2], 200, seed)
        out.append(repr(sort_all(list(zip(firsts, seconds)))))
        out.append(repr(sort_all(list(zip(seconds, firsts)))))
        out.append(repr(sort_all([(a, (b,)) for a, b in zip(seconds, firsts)])))
    out.append(sorted([(1, 2), (1,), (), (1, 2, 3), (0, 9)] * 20))
    out.append(repr(sorted([(1, None), (0, None), (1, None)] * 5)))
    return out


def case_what_raises():
    nan = float("nan")
    return [
        repr(told(lambda: sorted(items)))
        for items in (
            [1, "a"],
            [(1, "a"), (1, 2)],
            [(1, "a"), (2, 2), (0, None)],
            [(1, None), (1, 2)],
            [3.0, nan, 1.0, 2, nan],
            [(nan, 1), (1, 2), (0, 3)],
            [(1, nan, 2), (1, nan, 1)] * 3,
            [2**70, 1, -(2**80), 5],
            [Text("a"), Text("b"), "c"],
            [2.5, 2**60 + 1, 2**60, 1.0],
        )
    ]


def case_whose_code_runs():
    asked.clear()
    numbers = [Number(value) for value in (3, 1, 2, 1)]
    out = [repr(sorted(numbers)), repr(sorted(numbers, key=lambda n: (1, n))), repr(asked)]
    asked.clear()
    out.append(repr(sorted(numbers, key=lambda n: n, reverse=True)))
    out.append(repr((max(numbers, key=lambda n: n), min(numbers, key=lambda n: n), asked)))
    return out


def change(items, how):
    def key(item):
        if len(seen) == 2:
            how(items)
        seen.append((item, len(items)))
        return -item

    seen = []
    result = told(lambda: items.sort(key=key))
    return repr((result, items, seen))


def fail(items):
    raise KeyError("no key")


def case_keys_that_change_the_list():
    hows = (fail, lambda items: items.append(9), lambda items: items.clear(), lambda items: items.sort(), len)
    return [change([3, 1, 2, 5][:count], how) for how in hows for count in (1, 3, 4)]


def case_keys_that_change_it_and_run_code():
    items = [3, 1, 2]

    def key(item):
        items.append(item)
        return Number(item)

    return repr((told(lambda: items.sort(key=key)), items))


def case_calls():
    words = ["bb", "A", "ccc", "a", "BB"]
    pairs = [(2, "x"), (1, "y"), (2, "a")]
    return [
        sorted(words, key=str.lower),
        sorted(words, key=None),
        sorted(words, key=len, reverse=True),
        sorted(pairs, key=operator.itemgetter(0)),
        sorted({"b": 1, "a": 2}),
        sorted("hello"),
        sorted(x * 7 % 5 for x in range(9)),
        told(lambda: sorted(words, reverse=2)),
        told(lambda: sorted(words, reverse=None)),
        told(lambda: sorted(words, kee=1)),
        told(lambda: sorted(words, len)),
        told(lambda: sorted()),
        told(lambda: sorted(5)),
        told(lambda: words.sort(len)),
        told(lambda: sorted(words, key=5)),
        told(lambda: list.sort((1, 2), key=len)),
        list.sort(words, key=len),
        words,
    ]


def case_extremes():
    words = ["bb", "A", "ccc", "a", "BB"]
    nan = float("nan")
    stopped = iter([1, 2])
    return repr(
        [
            max(words, key=len),
            min(words, key=len),
            max(words, key=None),
            min({3: 1, 2: 5}, key=lambda k: (k % 2, k)),
            max((x for x in words), key=str.lower),
            told(lambda: max([], key=len)),
            told(lambda: min((), key=lambda x: x)),
            max([], key=len, default=7),
            told(lambda: max([1, "a"], key=lambda x: x)),
            max([1, 2], 3 * [1], key=len),
            max([nan, 1.0, 2.0], key=lambda x: x),
            min([1, nan, 0], key=lambda x: x),
            told(lambda: max([1, 2, 3], key=lambda x: next(stopped))),
            told(lambda: max(5, key=len)),
        ]
    )


def case_nearly_in_order():
    items, out = [], []
    for value in drawn(range(1000), 70, 5):
        items.append(value)
        items.sort()
        out.append(sum(place * item for place, item in enumerate(items)))
    return out


def case_keys_are_dropped_before_the_list_is_back():
    class Key(int):
        def __del__(self):
            lengths.append(len(items))

    lengths, items = [], [3, 1, 2]
    items.sort(key=Key)
    return lengths, items


def case_what_is_not_furthest_goes_before_its_key():
    class Key(int):
        def __del__(self):
            gone.append(f"key {int(self)}")

    class Item:
        def __init__(self, number):
            self.number = number

        def __del__(self):
            gone.append(f"item {self.number}")

    gone = []
    found = [
        choose((Item(n) for n in (2, 1, 3, 3, 0)), key=lambda item: Key(item.number)).number
        for choose in (max, min)
    ]
    return found, gone
