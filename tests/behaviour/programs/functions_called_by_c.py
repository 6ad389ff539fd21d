"""Python functions that C code calls: keys of sorts, what map, filter and reduce apply, callbacks."""

import bisect
import functools
import itertools
import re
import sys
import traceback

PAIRS = [(i * 7919 % 101, i) for i in range(30)]
WORDS = ["pear", "Fig", "apple", "kiwi", "Date", "banana"]


def first(pair):
    return pair[0]


def case_keys():
    out = []
    for i in range(40):
        pairs = PAIRS if i < 30 else [*PAIRS, (2.5, i), (-1.5, None)]
        out.append(sorted(pairs, key=first)[:3])
        out.append(max(pairs, key=lambda p: p[0] * 2 + i))
        out.append(min(pairs, key=lambda p: -p[0]))
        copy = pairs[:]
        copy.sort(key=lambda p: p[0] % 7, reverse=True)
        out.append(copy[:4])
        out.append(sorted(WORDS, key=lambda w: w.lower()))
        out.append(bisect.bisect([1, 2, 5], 3, key=lambda x: x + 1))
    return out


def case_applied():
    out = []
    for i in range(40):
        data = list(range(i)) if i < 30 else [0.5, i, True, 10**20, -(2**63)]
        out.append(list(map(lambda x: x * 2 + 1, data)))
        out.append(list(filter(lambda x: x % 3, data)))
        out.append(functools.reduce(lambda a, b: (a * 31 + b) % 1000003, data, 7))
        out.append(sum(map(lambda x, y: x - y, data, data[1:])))
        out.append(list(itertools.takewhile(lambda x: x < 5, data)))
        out.append([k for k, _ in itertools.groupby(data, lambda x: x // 4)])
        out.append(list(itertools.accumulate(data, lambda a, b: a + b)))
    return out


def case_the_same_object():
    big, real = [2**70, 5000, -70000], [0.5, 1e300, float("nan")]
    out = []
    for _ in range(40):
        for values in (big, real, WORDS):
            same = list(map(lambda x: x, values))
            out.append([a is b for a, b in zip(same, values)])
            out.append(functools.reduce(lambda a, b: a if len(str(a)) > 2 else b, values) is values[0])
            picked = list(map(lambda x: x if x == x else None, values))
            out.append([a is b for a, b in zip(picked, values)])
    return out


def divide(x):
    return 100 // x


def case_raised():
    out = []
    for i in range(60):
        data = [3, 2, 1] if i % 3 else [2, 0, 1]
        try:
            out.append(sorted(data, key=divide))
        except ZeroDivisionError as error:
            lines = [(f.name, f.lineno) for f in traceback.extract_tb(error.__traceback__)]
            out.append((str(error), lines))
        try:
            out.append(list(map(lambda p: p[2], [PAIRS[0]] if i > 50 else [(1, 2, 3)])))
        except IndexError as error:
            lines = [(f.name, f.lineno) for f in traceback.extract_tb(error.__traceback__)]
            out.append((str(error), lines))
        try:
            out.append(list(map(divide, [1, "x"] if i > 50 else [1, 2])))
        except TypeError as error:
            out.append(str(error))
    return out


def case_list_changed_by_its_key():
    out = []
    for i in range(40):
        items = [3, 1, 2]

        def key(x, items=items, i=i):
            if i > 30:
                items.append(x)
            return -x

        try:
            items.sort(key=key)
        except ValueError as error:
            out.append(str(error))
        out.append(items)
    return out


def case_code_changes_on_the_way():
    def key(x):
        return x if x < limit[0] else change(x)

    def change(x):
        key.__code__ = (lambda x: -x).__code__ if not key.__code__.co_freevars else other.__code__
        return x

    def other(x):
        return -x if limit else change(x)

    limit = [1000]
    out = []
    for i in range(40):
        if i == 35:
            limit[0] = 5
        out.append(list(map(key, range(10))))
    return out


class Word:
    __slots__ = ("text", "seen")

    def __init__(self, text):
        self.text = text
        self.seen = 0

    def size(self):
        self.seen += 1
        return len(self.text)


def case_methods_as_keys():
    words = [Word(w) for w in WORDS]
    out = []
    for i in range(40):
        out.append([w.text for w in sorted(words, key=Word.size)])
        out.append([w.seen for w in words])
        out.append(max(WORDS, key=words[0].text.count))
        if i == 35:
            words[0].text = words[1].text * 2
        if i == 38:
            words[0].text = None
            try:
                sorted(words, key=Word.size)
            except TypeError as error:
                out.append(str(error))
            words[0].text = "x"
    return out


def case_replaced_in_text():
    out = []
    for i in range(40):
        out.append(re.sub(r"\d+", lambda m: str(int(m.group()) * 2), f"a{i}b{i + 1}"))
    return out


def case_frames():
    def deep(x):
        return sys._getframe(1).f_code.co_name if x > limit else "near"

    limit = 1000
    out = []
    for i in range(40):
        if i > 35:
            limit = 2
        out.append(list(map(deep, range(5))))
    return out


def case_traced():
    events = []

    def tracer(frame, event, argument):
        if frame.f_code.co_name == "first":
            events.append((event, frame.f_lineno - first.__code__.co_firstlineno))
        return tracer

    out = []
    for i in range(40):
        if i == 35:
            sys.settrace(tracer)
        out.append(sorted(PAIRS[:3], key=first))
        if i == 37:
            sys.settrace(None)
    return out, events


def depth(x):
    return max(map(depth, x)) + 1 if isinstance(x, list) and x else 0


def case_recursion():
    nested = []
    for _ in range(30):
        nested = [nested, []]
    out = [depth(nested) for _ in range(40)]
    for _ in range(5000):
        nested = [nested]
    try:
        depth(nested)
    except RecursionError as error:
        out.append(type(error).__name__)
    while nested:
        nested = nested[0]
    return out


def plus(a, b=10):
    return a + b


def case_defaults():
    out = []
    for i in range(40):
        out.append(list(map(plus, [1, 2, 3])))
        out.append(list(map(plus, [1, 2, 3], [4, 5, 6])))
        if i == 30:
            plus.__defaults__ = (20,)
    plus.__defaults__ = (10,)
    return out


def case_globals_that_change():
    global OFFSET
    out = []
    for i in range(40):
        OFFSET = i if i < 35 else 0.5
        out.append(list(map(lambda x: x + OFFSET, [1, 2])))
    return out
