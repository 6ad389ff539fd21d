"""Tuples that are keys only: their parts of every kind, keys of equal hash, containers that have a say of their own."""

from collections import OrderedDict, defaultdict

log = []


class Same:
    """Equal to a number, and says what it was compared with."""

    def __init__(self, number):
        self.number = number

    def __hash__(self):
        return hash(self.number)

    def __eq__(self, other):
        log.append(("eq", self.number, repr(other)))
        return other == self.number


class Breaks:
    def __hash__(self):
        return 1

    def __eq__(self, other):
        raise ZeroDivisionError("compared")


class Changes:
    """Changes what it is looked for in."""

    def __init__(self, container):
        self.container = container

    def __hash__(self):
        return 7

    def __eq__(self, other):
        self.container.clear()
        return NotImplemented


class Text(str):
    def __eq__(self, other):
        log.append(("text", str(self)))
        return str.__eq__(self, other)

    __hash__ = str.__hash__


class Pair(tuple):
    def __eq__(self, other):
        log.append(("pair", len(self)))
        return tuple.__eq__(self, other)

    __hash__ = tuple.__hash__


class OddDict(dict):
    def __getitem__(self, key):
        return ("odd", key)

    def __contains__(self, key):
        return key == (1, 2)


class OddSet(set):
    def add(self, item):
        log.append(item)


NAN = float("nan")
PARTS = [
    0,
    1,
    -1,
    -2,
    2**30,
    -(2**60),
    2**61 - 1,
    2**64,
    True,
    1.0,
    -0.0,
    NAN,
    None,
    "a",
    "\xe9",
    "\u4e2d",
    "a" * 40,
    b"a",
    int,
    (1, 2),
]


def outcome(f, *args):
    try:
        return f(*args)
    except Exception as error:
        return type(error).__name__, str(error)


def in_dict(d, a, b):
    return (a, b) in d


def in_set(s, a, b):
    return (a, b) not in s


def of_three(d, a, b, c):
    return d[a, b, c]


def look(d, a, b):
    return d[a, b]


def get(d, a, b):
    return d.get((a, b)), d.get((b, a), "else")


def put(d, a, b, value):
    d[a, b] = value


def count(d, a, b):
    d[a, b] = d.get((a, b), 0) + 1
    d[a, b] += 1
    return d[a, b]


def change(s, a, b):
    s.add((a, b))
    s.discard((b, a))
    return len(s)


def all_of(d, s, a, b):
    return [
        outcome(f, *args)
        for f, args in (
            (in_dict, (d, a, b)),
            (in_set, (s, a, b)),
            (look, (d, a, b)),
            (get, (d, a, b)),
            (put, (d, a, b, 1)),
            (count, (d, a, b)),
            (change, (s, a, b)),
            (of_three, (d, a, b, a)),
        )
    ]


def case_parts():
    out = []
    for a in PARTS:
        d, s = {}, set()
        for b in PARTS:
            out.append(repr(all_of(d, s, a, b)))
        out.append((len(d), len(s)))
        out.append(repr(list(d)))
    return out


def case_equal_parts():
    d, s = {(1, 2): "ints", (1.5, "a"): "mixed"}, {(1, 2), (None, "b")}
    pairs = [(1, 2), (1.0, 2), (True, 2.0), (1, 3), (1.5, "a"), (None, "b"), (NAN, NAN)]
    return [
        (pair[0].__class__.__name__, in_dict(d, *pair), in_set(s, *pair), get(d, *pair))
        for pair in pairs * 40
    ]


def case_three():
    d = {(1, 2, 3): "a", ("x", 1, None): "b"}
    return [outcome(of_three, d, *key) for key in [(1, 2, 3), ("x", 1, None), (1, 2, 4), (1.0, 2, 3)] * 30]


def walk(width, height):
    seen, order, waiting = set(), [], [(0, 0)]
    seen.add((0, 0))
    while waiting:
        x, y = waiting.pop()
        order.append((x, y))
        for dx, dy in ((1, 0), (0, 1), (-1, 0), (0, -1)):
            if 0 <= x + dx < width and 0 <= y + dy < height and (x + dx, y + dy) not in seen:
                seen.add((x + dx, y + dy))
                waiting.append((x + dx, y + dy))
    return order, sorted(seen) == sorted(order)


def case_walk():
    return walk(12, 9), walk(3, 40)


def case_keys_that_run_code():
    del log[:]
    d, s = {}, set()
    for number in range(60):
        put(d, number, 1, number)
        s.add((number, 1))
    out = [all_of(d, s, 5, 1)]
    for odd in (Same(5), Text("a"), Breaks()):
        d[odd, 1] = "odd"
        s.add((odd, 1))
        out.append(repr(all_of(d, s, 5, 1)))
        out.append(repr(all_of(d, s, "a", 1)))
        out.append([outcome(f, d, 1, 1) for f in (in_dict, look)])
        out.append(outcome(in_set, s, 1, 1))
        out.append(len(log))
    out.append(outcome(look, d, Same(7), 1))
    out.append(outcome(in_dict, {(1, 1): 1}, Breaks(), 1))
    return [
        repr(o).replace(hex(0), "")
        for o in out
        if "Same object" not in repr(o) and "Breaks object" not in repr(o)
    ], [entry[0] for entry in log]


def case_container_changed_by_a_key():
    out = []
    for _ in range(30):
        d, s = {}, set()
        for number in range(10):
            put(d, number, 1, number)
            s.add((number, 1))
        d[Changes(d), 2] = "gone"
        s.add((Changes(s), 2))
        out.append((outcome(in_dict, d, 7, 2), outcome(in_set, s, 7, 2), len(d), len(s)))
    return out


def case_tuples_of_another_class():
    d, out = {Pair((1, 2)): "pair"}, []
    for _ in range(40):
        out.append((in_dict(d, 1, 2), look(d, 1, 2), get(d, 1, 2), outcome(look, d, 2, 1)))
    return out, len(log) > 0


def case_other_containers():
    containers = [OddDict({(1, 2): 3}), defaultdict(list), OrderedDict({(1, 2): 5}), {(1, 2): 4}]
    return [
        (
            type(c).__name__,
            outcome(in_dict, c, 1, 2),
            outcome(look, c, 1, 2),
            outcome(get, c, 1, 2),
            outcome(put, c, 2, 1, 9),
            repr(c),
        )
        for c in containers * 12
    ], [outcome(change, s, 1, 2) for s in [OddSet(), {(2, 1)}, frozenset()] * 12]


def case_unhashable():
    return [outcome(f, {}, [], 1) for f in (in_dict, look, get)] + [
        outcome(change, set(), 1, {}),
        outcome(put, {}, [], 1, 2),
    ]


def keep(d, a, b):
    key = (a, b)
    if key in d:
        d[key] += 1
    else:
        d[key] = 1
    return key


def case_kept():
    d, keys = {}, []
    for number in range(200):
        keys.append(keep(d, number & 3, str(number & 1)))
    return d, keys[-1], [key is keys[0] for key in d][:1], len({id(key) for key in keys})


class Grid:
    def __init__(self):
        self.cells = {}

    def __getitem__(self, place):
        return self.cells[place]

    def __setitem__(self, place, value):
        self.cells[place] = value

    def near(self, x, y):
        return sum(
            1 for dx in (-1, 0, 1) for dy in (-1, 0, 1) if (dx or dy) and (x + dx, y + dy) in self.cells
        )


def case_grid():
    grid = Grid()
    for x in range(9):
        for y in range(9):
            if (x * y + x) % 3:
                grid[x, y] = x - y
    return [grid.near(x, y) for x in range(9) for y in range(9)], [
        outcome(grid.__getitem__, (x, 1)) for x in range(9)
    ]
