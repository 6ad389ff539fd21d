"""Dicts and sets in loops that change under them: by keys that compare, operators that meddle, other kinds of tables."""

import collections


class K:
    def __init__(self, n, act=None):
        self.n, self.act = n, act

    def __hash__(self):
        return hash(self.n)

    def __eq__(self, o):
        if self.act:
            self.act()
        return (o.n if isinstance(o, K) else o) == self.n

    def __repr__(self):
        return f"K({self.n})"


class Num:
    def __init__(self, n, d):
        self.n, self.d = n, d

    def __add__(self, o):
        for i in range(20):
            self.d[f"x{i}"] = i
        self.d.pop("a", None)
        return 7


class SI(int):
    def __hash__(self):
        return 3

    def __eq__(self, o):
        return int(self) + 1 == o


class SS(str):
    def __hash__(self):
        return str.__hash__(self)

    def __eq__(self, o):
        return False


def count(d, keys):
    for k in keys:
        if k in d:
            d[k] = d[k] + 1
        else:
            d[k] = 1
    return d


def count2(d, keys):
    for k in keys:
        d[k] = d.get(k, 0) + 1
    return d


def case_keys_that_are_equal():
    out = []
    ks = [
        1,
        1.0,
        True,
        2,
        2.0,
        "a",
        0,
        False,
        -0.0,
        -1,
        -2,
        2**61 - 1,
        2**61,
        2**62,
        2**63,
        2**64,
        -(2**63),
        float("nan"),
        (1, 2),
        K(1),
        K(2),
        SI(1),
        SS("a"),
        None,
        10**30,
        1e30,
        b"a",
        frozenset([1]),
    ]
    for f in (count, count2):
        for sub in (ks[:4], ks[3:9], ks, ks[::-1], ks[10:17], ks[5:6] * 3, list(map(str, range(30)))):
            d = f(f({}, sub), sub)
            out.append([(repr(k), v) for k, v in d.items()])
    return out


def case_operator_changes_the_dict():
    out = []
    for r in range(12):
        d = {"a": 1, "b": 2}
        for i in range(6):
            if r > 6 and i == 3:
                d["a"] = Num(1, d)
            try:
                d["a"] = d["a"] + 1
                d["b"] += d["a"]
            except KeyError as e:
                out.append(repr(e))
        out.append(sorted(map(str, d.items())))
    return out


def case_equality_changes_the_dict():
    out = []
    for r in range(12):
        d = {}
        key = K(5, None)
        d[key] = 1
        for i in range(8):
            if r > 5 and i == 4:
                key.act = lambda: d.clear()
            try:
                out.append((5 in d, d.get(5), d[5], d.pop(5, None), d.setdefault(5, i)))
            except (KeyError, RuntimeError) as e:
                out.append(repr(e))
    return out


def walk(d, f):
    n = 0
    for k in d:
        n += f(d, k)
    return n


def walk_items(d, f):
    n = 0
    for k, v in d.items():
        n += f(d, k) + v
    return n


def walk_values(d, f):
    n = 0
    for v in d.values():
        n += f(d, v)
    return n


def case_changed_while_walked():
    def nop(d, k):
        return 1

    def same(d, k):
        d[k] = 5
        return 1

    def add(d, k):
        d[k + 100] = 1
        return 1

    def drop(d, k):
        d.pop(k, None)
        return 1

    def both(d, k):
        d.pop(k, None)
        d[k + 1000] = 2
        return 1

    def late(d, k):
        return d.pop(6, 1) if k == 5 else 1

    def clear(d, k):
        d.clear()
        return 1

    out = []
    for r in range(4):
        for f in (nop, nop, nop, same, add, drop, both, late, clear):
            for w in (walk, walk_items, walk_values):
                for d in (
                    {i: i for i in range(8)},
                    collections.OrderedDict((i, i) for i in range(8)),
                    collections.Counter(range(8)),
                ):
                    try:
                        out.append(w(d, f))
                    except RuntimeError as e:
                        out.append(str(e))
                    out.append(len(d))
    return out


def walk_set(s, f):
    n = 0
    for k in s:
        n += f(s, k)
    return n


def case_sets_while_walked():
    def nop(s, k):
        return k in s

    def add(s, k):
        s.add(k + 100)
        return 1

    def drop(s, k):
        s.discard(k)
        return 1

    def same(s, k):
        s.add(k)
        return k in s

    def swap(s, k):
        s.discard(k)
        s.add(k)
        return 1

    out = []
    for r in range(3):
        for f in (nop, nop, same, add, drop, swap):
            for s in (set(range(8)), set("abc") if f is nop else {1}, {1, 2, 3}):
                try:
                    out.append(walk_set(s, f))
                except RuntimeError as e:
                    out.append(str(e))
                out.append(len(s))
    return out


class O:
    pass


def fill(d, n):
    for i in range(n):
        d["k%d" % (i % 12)] = i
        d["k0"] = d["k%d" % (i % 12)] + 1
    return len(d)


def read(d, ks):
    t = 0
    for k in ks:
        t += d[k]
    return t


def case_kinds_of_tables():
    out = []
    for r in range(5):
        o = O()
        o.k1 = 1
        o.k0 = 2
        p = O()
        p.k1 = 5
        p.k0 = 3
        for d in ({}, o.__dict__, p.__dict__, {1: 2}, {"z": 1, 2: 3}):
            out.append(fill(d, 30))
            out.append(read(d, ["k0", "k1", "k3"]))
            d[5] = 6
            out.append(read(d, [5, "k0", 5]))
            del d["k0"]
            try:
                read(d, ["k1", "k0"])
            except KeyError as e:
                out.append(repr(e))
            d["k0"] = 9
            out.append((list(d)[-1], getattr(o, "k0", None), getattr(p, "k3", None)))
            out.append(read(d, ["k0"] * 3))
        o.k1 = "x"
        try:
            out.append(read(o.__dict__, ["k1"]))
        except TypeError as e:
            out.append(str(e))
    return out


class Miss(dict):
    def __missing__(self, k):
        self[k] = len(self)
        return self[k]


class Own(dict):
    def __getitem__(self, k):
        return 42

    def __contains__(self, k):
        return True

    def __setitem__(self, k, v):
        super().__setitem__(k, v * 2)

    def get(self, k, d=None):
        return -1


def case_subclasses():
    out = []
    for d in (
        {1: 1},
        Miss(),
        Own(),
        collections.defaultdict(int),
        {2: 2},
        collections.Counter(),
        Miss({1: 5}),
    ):
        for i in range(8):
            try:
                count(d, [i % 3, 1])
                count2(d, [i % 3])
                out.append(read(d, [0, 1, 2]))
            except KeyError as e:
                out.append(repr(e))
        out.append(sorted(d.items()))
    return out


def insert(d, s, n):
    for i in range(n):
        d[i] = i
        s.add(i)
        if i % 3 == 0:
            del d[i]
            s.remove(i)
        if i - 7 in d:
            d[i - 7] += 1
        if i - 5 in s:
            s.discard(i - 5)
    return len(d), len(s), sum(d), sum(s), sum(d.values())


def case_many():
    return [insert({}, set(), n) for n in (5, 50, 500)]


def case_unhashable():
    out = []
    d = {}
    s = set()
    for k in [1, 2, [3], {}, set(), (1, [2]), slice(1), 4]:
        for f in (
            lambda: k in d,
            lambda: d.get(k),
            lambda: d.setdefault(k, 1),
            lambda: s.add(k),
            lambda: k in s,
            lambda: d.__setitem__(k, 1),
            lambda: d.pop(k, 0),
            lambda: s.discard(k),
        ):
            try:
                out.append(f())
            except TypeError as e:
                out.append(str(e))
        try:
            d[k] = d[k] + 1
        except (TypeError, KeyError) as e:
            out.append(repr(e))
    return out
