"""Functions of functools.lru_cache: what they keep, count and order is CPython's, whoever calls them."""

import functools
import sys


class Key:
    def __init__(self, number):
        self.number = number

    def __eq__(self, other):
        return isinstance(other, Key) and self.number == other.number

    def __hash__(self):
        return hash(self.number)


def case_all_kept():
    calls = []

    @functools.lru_cache(maxsize=None)
    def f(*args):
        calls.append(args)
        return len(calls)

    given = []
    for _ in range(3000):
        for args in ((), (1,), (True,), (1.0,), ("1",), (1, 2), (1.0, 2), ((1, 2),), (Key(1),), (Key(1), 3)):
            given.append(f(*args))
        given += [f(1), f(True), f(1.0), f("1"), f(1, 2), f((1, 2)), f(Key(1)), f(-1), f(-2), f(2**70)]
        given.append(f())
    return sum(given), calls == list(dict.fromkeys(calls)), len(calls), f.cache_info()


def case_so_many_kept():
    calls = 0

    @functools.lru_cache(maxsize=3)
    def f(a, b=0):
        nonlocal calls
        calls += 1
        return a * 10 + b

    total = 0
    for i in range(5000):
        total += f(i % 3) + f(i % 3) + f(0, i % 4) + f(1)
        total += f(a=i % 2)
    return total, calls, f.cache_info()


def case_none_kept_and_typed():
    @functools.lru_cache(maxsize=0)
    def none(a):
        return [a]

    @functools.lru_cache(maxsize=None, typed=True)
    def typed(a):
        return type(a).__name__

    different = 0
    for i in range(3000):
        different += none(1) is not none(1)
        different += typed(1) + typed(1.0) + typed(True) == "intfloatbool"
    return different, none.cache_info(), typed.cache_info()


def case_error_is_not_kept():
    tries = 0

    @functools.cache
    def f(a):
        nonlocal tries
        tries += 1
        if tries % 3:
            raise ValueError(a)
        return tries

    caught = 0
    for i in range(4000):
        try:
            caught += f(i // 5)
        except ValueError as error:
            caught += error.args[0]
    return caught, tries, f.cache_info()


def case_unhashable():
    @functools.cache
    def f(a, b=None):
        return 1

    texts = set()
    for i in range(2000):
        try:
            f([i])
        except TypeError as error:
            texts.add(str(error))
        try:
            f(i, {})
        except TypeError as error:
            texts.add(str(error))
    return sorted(texts), f.cache_info()


def case_emptied_meanwhile():
    @functools.cache
    def f(n):
        if n % 7 == 0:
            f.cache_clear()
        return n if n < 2 else f(n - 1) + f(n - 2)

    total = 0
    for i in range(400):
        total += f(i % 40)
    return total, f.cache_info()


def case_forgotten_while_it_runs():
    def made(n):
        if n == 5:
            names.clear()
        return n + len(names)

    names = {}
    total = 0
    for i in range(4000):
        names["f"] = functools.cache(made)
        total += names["f"](i % 10)
    return total


class Of:
    made = 0

    @functools.lru_cache(maxsize=None)
    def squared(self, n):
        Of.made += 1
        return n * n


def case_method():
    Of.made = 0
    one, other = Of(), Of()
    total = 0
    for i in range(3000):
        total += one.squared(i % 10) + other.squared(i % 5)
    return total, Of.made


def case_depth():
    @functools.cache
    def deep(n):
        return 0 if n == 0 else 1 + deep(n - 1)

    depths = []
    for _ in range(300):
        deep.cache_clear()
        depths.append(deep(100))
    reached = []
    for _ in range(5):
        deep.cache_clear()
        try:
            deep(10 * sys.getrecursionlimit())
        except RecursionError:
            reached.append(deep.cache_info().currsize)
    return set(depths), reached
