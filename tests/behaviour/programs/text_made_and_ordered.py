"""Text that formats make of plain values and of others by turns, text in order, slices of text by steps, and lists
that are joined."""


class Loud:
    def __str__(self):
        return "LOUD"

    def __format__(self, spec):
        return f"<{spec}>"

    def __lt__(self, other):
        return "less"

    def __radd__(self, other):
        return ("added to", other)

    def __add__(self, other):
        return ("added", other)


class Text(str):
    def __format__(self, spec):
        return "T" + spec

    def __str__(self):
        return "own"

    def __lt__(self, other):
        return "never"


VALUES = [1, -5, 2**70, 1.5, float("nan"), "abc", "\u00e9\u20ac", True, None, (1, 2), Loud(), Text("t"), [1]]


def percent(value):
    return "<%s>" % value


def percent_pair(a, b):
    return "%s=%s;" % (a, b)


def percent_number(a, b):
    return "%d:%5.2f" % (a, b)


def formatted(value):
    return f"[{value:>6}]"


def rounded(value):
    return f"{value:.2f}"


def tried(function, *args):
    try:
        return function(*args)
    except Exception as error:
        return type(error).__name__, str(error), error.__traceback__.tb_next.tb_lineno


def case_percent():
    made = [tried(percent, value) for value in VALUES for _ in range(5)]
    made += [tried(percent_pair, value, other) for value in VALUES for other in VALUES]
    return made + [tried(percent_number, value, other) for value in VALUES for other in VALUES[:4]]


def case_formats():
    made = [tried(formatted, value) for value in VALUES for _ in range(5)]
    return made + [tried(rounded, value) for value in VALUES for _ in range(5)]


def joined(pairs):
    return ",".join("%s=%d" % (name, number) for name, number in pairs)


def fields(pairs):
    return ",".join(f"{name:<4}|{number:03d}" for name, number in pairs)


def case_joined_generators():
    pairs = [("n%d" % i, i) for i in range(30)]
    made = [joined(pairs) for _ in range(20)] + [fields(pairs) for _ in range(20)]
    odd = pairs[:5] + [(Loud(), 3), ("x", True), ("y", 1.5)] + pairs[5:8]
    made += [tried(joined, odd), tried(fields, odd)]
    return made + [tried(joined, pairs[:3] + [("bad", "text")]), tried(fields, pairs[:3] + [("bad", "text")])]


def orders(a, b):
    return a < b, a <= b, a > b, a >= b


def before(word):
    return word < "m", "m" <= word


TEXTS = [
    "",
    "a",
    "ab",
    "abc",
    "b",
    "\u00e9",
    "a\u00e9",
    "\u20ac",
    "a\u20ac",
    "\U0001f600",
    "A",
    "a\0",
    "a\0b",
]


def case_order():
    made = [orders(a, b) for a in TEXTS for b in TEXTS for _ in range(2)]
    made += [before(text) for text in TEXTS]
    return made + [tried(before, value) for value in VALUES]


def by_steps(sequence, start, stop):
    return (
        sequence[::-1],
        sequence[::2],
        sequence[start:stop:-1],
        sequence[start:stop:3],
        sequence[stop:start:-2],
    )


def case_slices():
    made = []
    for text in [*TEXTS, "hello world", "h\u00e9llo", b"bytes", (1, 2, 3), [1, 2, 3, 4]]:
        for start in (-100, -3, -1, 0, 1, 2, 5, 100):
            made += [by_steps(text, start, stop) for stop in (-100, -2, 0, 1, 4, 100)]
    whole = "whole"
    return made, [whole[::1] is whole, whole[0:5:1] is whole, whole[::-1][::-1] == whole, ""[::-1]]


def in_front(item, items):
    return [item] + items


def behind(items, item):
    return items + [item]


def without(items, i):
    return items[:i] + items[i + 1 :]


def case_lists_joined():
    items = [1, "two", 3.0]
    made = [in_front(i, items) for i in range(30)] + [behind(items, i) for i in range(30)]
    made += [without(items, i) for i in range(-3, 4)]
    made += [in_front(1, []), behind([], 1), [] + [], [1] + [1] + [1]]
    made += [tried(in_front, 1, other)[:2] for other in ((1,), 5, None)]
    made += [str(in_front(1, Loud())[0]), behind(Loud(), 2), items]
    return made


def count(words):
    counts = {}
    for word in words:
        counts[word] = counts.get(word, 0) + 1
    for word in words:
        if word in counts:
            counts[word] += 1
    return counts


def case_words_counted():
    line = "the quick brown fox the lazy dog the end \u00e9t\u00e9 \u00e9t\u00e9 " * 9
    counts = [count(line.split()) for _ in range(10)]
    mixed = count([*line.split(), 1, True, 1.0, (1, 2), (1, 2), None, Text("the"), Text("new")])
    many = count([f"word{i % 300}" for i in range(900)])
    return counts[-1], [(str(key), value) for key, value in mixed.items()], list(many.items())[::37]


def meddled(words):
    counts = {}
    for i, word in enumerate(words):
        counts[word] = counts.get(word, 0) + 1
        if i % 7 == 0:
            del counts[word]
        if i % 11 == 0:
            counts.clear()
        if word in counts:
            counts.pop(word)
            counts[word] = i
    return counts


def case_keys_that_go():
    words = [("w%d" % (i % 13))[:2] + "x" * (i % 3) for i in range(200)]
    return [sorted(meddled(words).items()) for _ in range(10)][-1]


def least_of(a, b, c):
    return min(a, b, c), max(a, b, c)


def least_step(row, i, cost):
    return min(row[i] + 1, row[i - 1] + 1, row[i - 2] + cost)


def greatest_of_five(a, b, c, d):
    return max(a, b, 2, c, d)


def case_least_of_three():
    row = list(range(10, 40))
    made = [least_step(row, i, i % 2) for i in range(2, 30)]
    made += [least_of(i % 5, i % 3, i % 7) for i in range(40)]
    one = 1.0
    made += [least_of(one, 2.5, 1.0)[0] is one for _ in range(60)]
    made += [least_of(one, 2.5, 1.0), least_of(1, 1.0, True), least_of(2.5, 1, 0.5)]
    made += [
        str(least_of(float("nan"), 1.0, 2.0)),
        str(least_of(1.0, float("nan"), 2.0)),
        least_of(2**80, 1, -(2**70)),
    ]
    made += [greatest_of_five(i, -i, i % 3, 3) for i in range(20)]
    made += [greatest_of_five(1, 2.5, True, 2), least_of("b", "a", "c")]
    return made + [tried(least_of, 1, "a", 2)[:2], tried(least_of, 1, None, 2)[:2]]


def record(i, name):
    return {"id": i, "name": name, "tags": [i], "none": None}


def case_records_made():
    made = [record(i, Text("x") if i % 9 == 0 else "y") for i in range(30)]
    return (
        [(str(one["name"]), sorted(one)) for one in made],
        made[1],
        {i: str(i) for i in range(20)},
        list(made[2].items()),
    )
