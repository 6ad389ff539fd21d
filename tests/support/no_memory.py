"""Call compiled functions while the N-th allocation, or it and all behind it, fails.

    python no_memory.py TIER FORCE_EXITS

Each call gives what it gives otherwise or a MemoryError, and the process lives. Prints what is not so.
"""

import _testcapi
import contextlib
import sys
import time

import dxpy

NEVER, AT_ONCE = (10**9, 10**9 + 1, 10**9 + 2), (1, 2, 3)
ALLOCATIONS = 60


class Point:
    def __init__(self, x, y):
        self.x, self.y = x, y

    def __add__(self, other):
        return Point(self.x + other.x, self.y + other.y)

    @property
    def size(self):
        return self.x * self.x + self.y * self.y

    def told(self, *rest, scale=2, **more):
        return (self.x, self.y, rest, scale, more)


class Slots:
    __slots__ = ("a", "b")

    def __init__(self, a):
        self.a = a


def big(n):
    return n * n + 2**70


def floats(n):
    x = n / 3
    return x * 2.5 + x


def small(n):
    return n + 100000


def text(n):
    return f"{n}:{n * 2.5:.2f}" + str(n) + "x"


def lists(n):
    found = [n + 1000, n * 2.5]
    for k in range(5):
        found.append(k + n)
    return found[1:3] + found


def dicts(n):
    d = {"a": n + 1000, n: 5.5}
    d["b"] = n * 2
    d[n + 500] = [n]
    return {**d, "z": 1}, list(d.items()), d.get("a"), n in d


def sets(n):
    return {n + 1, n * 1000, "a"} | {5}


def tuples(n):
    a, b = n + 300, n * 1.5
    a, b = b, a
    return a, b, (a, n)


def inner(a, b=3, *, c=4):
    return a + b + c + 1000


def calls(n):
    return inner(n), inner(n, c=2000), inner(n, 5), inner(*[n, 2], **{"c": 9})


def objects(n):
    p = Point(n + 1000, 2.5)
    q = p + Point(1, n)
    p.extra = n
    return q.size, p.told(n, 5, scale=n, k=1), vars(p)["extra"]


def slots(n):
    s = Slots(n + 999)
    s.b = s.a * 2.5
    return s.a, s.b


def generators(n):
    def give(k):
        for i in range(k):
            yield i + 1000

    return list(give(4)), sum(i * 1.5 for i in range(n))


def closures(n):
    total = n

    def add(k):
        nonlocal total
        total += k + 1000
        return total

    add(1)
    return add(2), (lambda q: q + total)(5)


def raising(n):
    try:
        return [n][5]
    except IndexError as error:
        return str(error), n + 5000
    finally:
        n += 1


def deep(n):
    return 0 if n < 1 else deep(n - 1) + 1000


def slices(n):
    return "hello world"[n : n + 3], b"hello"[1:3], [1, 2, 3][::-1], (1, 2, 3)[1:]


def comps(n):
    return [k * 1000 for k in range(n)], {k: k * 1.5 for k in range(n)}, {k for k in range(n)}


def unpack(n):
    a, *b = range(n + 2)
    return [*b, a], (*b, a)


def classes(n):
    class Local:
        value = n + 1000

        def get(self):
            return self.value

    return Local().get()


def imports(n):
    import math
    from os import path

    return math.sqrt(n), path.sep


def matches(n):
    match {"a": n, "b": [n, 5]}:
        case {"a": x, **rest}:
            return x, rest


def withs(n):

    with contextlib.suppress(ValueError):
        raise ValueError(n)
    return n + 700


def while_loop(n):
    x, f = 2**29, 1.0
    while x < 2**33 + n:
        x += x // 2
        f = f * 1.1
    return x, f


def chars(n):
    out = ""
    for c in "abcdefgh":
        out += chr(ord(c) + n)
    return out, max(n, 1000), min(2.5, n * 1.0), abs(-n * 1000), int(n * 2.6), float(n), round(n * 1.5)


def pairs(n):
    out, names = [], ["a", "b", "c"]
    for i, name in enumerate(names, n):
        out.append((i, name))
    for i, name, k in zip(range(n), names, (5, 6, 7)):  # noqa: B905
        out.append(f"{i}{name}{k}")
    for name in reversed(names):
        out.append(name + "x")
    for i, name in enumerate({n: 5, 7: 8}):
        out.append([i, name])
    return out


def entries(n):
    out, d = [], {"a": n, "b": n + 1000}
    for k, v in d.items():
        out.append((k, v))
    for k in d:
        out.append(k + "x")
    for v in d.values():
        out.append([v])
    for k in {n, n + 1}:
        out.append((k,))
    return out


FUNCTIONS = [
    value
    for value in list(globals().values())
    if callable(value) and getattr(value, "__module__", "") == __name__ and not isinstance(value, type)
]


def attempt(function, usual, start, stop):
    """Whether memory ran out; says so when it gave anything else."""
    _testcapi.set_nomemory(start, stop)
    try:
        result = function(4)
        _testcapi.remove_mem_hooks()
        if repr(result) != usual:
            print(function.__name__, start, stop, "gave", result, "for", usual)
    except MemoryError:
        return True
    except BaseException as error:  # noqa: BLE001
        _testcapi.remove_mem_hooks()
        print(function.__name__, start, stop, "raised", repr(error))
    finally:
        _testcapi.remove_mem_hooks()
    return False


def main():
    tier, force_exits = map(int, sys.argv[1:])
    dxpy.enable(thresholds=NEVER, cache=False, gcc_level=0, force_exits=force_exits, only="__main__.*")
    usual = {function: [repr(function(4)) for _ in range(20)][0] for function in FUNCTIONS}
    dxpy.enable(thresholds=AT_ONCE, max_tier=tier)
    for _ in range(4):
        for function in FUNCTIONS:
            function(4)
        while dxpy.stats().pending_compiles:
            time.sleep(0.01)
    failed = 0
    for function, text in usual.items():
        for start in range(1, ALLOCATIONS):
            failed += attempt(function, text, start, start + 1)
            failed += attempt(function, text, start, 0)
        if repr(function(4)) != text:
            print(function.__name__, "gives another result afterwards")
    print(dxpy.stats().compiled_functions > len(FUNCTIONS), failed > len(FUNCTIONS))


main()
