"""Loops over enumerate, zip, reversed, text and bytes, whose iterators are no objects while they run."""

import gc
import sys


class Noisy:
    def __init__(self, name, log):
        self.name, self.log = name, log

    def __del__(self):
        self.log.append(f"end {self.name}")


def sums(xs, ys):
    total = 0
    for i, x in enumerate(xs):
        total += i * x
    for x, y in zip(xs, ys):
        total += x * y
    for i, x in enumerate(xs, 7):
        total -= i * x
    for x, i in zip(xs, range(3, 1000)):
        total += x * i
    for i, x in enumerate(range(5, 50, 3)):
        total += x * i
    for x in reversed(xs):
        total = total * 3 + x
        total %= 1000003
    return total


def case_sums():
    lists = [sums(list(range(n)), list(range(n, 0, -1))) for n in range(40)]
    tuples = [sums(tuple(range(n)), list(range(n, 0, -1))) for n in range(40)]
    return lists, tuples, [sums([1.5, 2.5, n], (n, 3.5, 2)) for n in range(30)]


def case_types_change():
    out = []
    for things in ([1, 2, 3], [1, "a", 2.5], [2**70, 1, None], [1.5, 2, True]) * 12:
        row = []
        for i, thing in enumerate(things):
            row.append((i, type(thing).__name__))
            if isinstance(thing, (int, float)):
                row.append(thing * i)
        for i, (a, b) in enumerate(zip(things, things)):
            row.append((i, a is b))
        for a, b in zip(things, "xyz"):
            row.append((a, b))
        out.append(row)
    return out


def case_what_is_gone_over_changes_its_type():
    out = []
    for things in (
        [1, 2],
        (3, 4),
        "ab",
        b"cd",
        range(2),
        {5: 6, 7: 8},
        {9},
        iter([1, 2]),
        "a\u0416b",
        bytearray(b"xy"),
    ) * 10:
        row = []
        for i, thing in enumerate(things):
            row.append((i, thing))
        out.append(row)
    for a, b in (
        ([1, 2], "ab"),
        ((1, 2), b"ab"),
        ("xy", range(5)),
        ([], [1]),
        ([1], []),
        ("\u0416", [1]),
    ) * 10:
        row = []
        for x, y in zip(a, b):
            row.append((x, y))
        out.append(row)
    return out


def case_lists_change():
    out = []
    for n in range(30):
        xs = list(range(n % 7))
        for i, x in enumerate(xs):
            if i < 9:
                xs.append(x + i)
            if i % 4 == 3:
                xs.pop()
            out.append(x)
        ys = [1, 2, 3, 4]
        for a, b in zip(xs, ys):
            out.append((a, b))
            if a == 1:
                ys.clear()
        zs = [1, 2, 3, 4, 5]
        for z in reversed(zs):
            out.append(z)
            if z == 4:
                del zs[1:]
    return out


def ends(log):
    things = [Noisy(i, log) for i in range(4)]
    for i, thing in enumerate(things):
        log.append(f"{i} {thing.name}")
        things[i] = None
        del thing
        log.append("gone?")
    log.append("over")


def ends_zipped(log):
    things, others = [Noisy(i, log) for i in range(4)], [Noisy(i + 10, log) for i in range(3)]
    for thing, other in zip(things, others):
        log.append(f"{thing.name} {other.name}")
        things[thing.name] = None
        others.pop(0)
        thing = other = None
        log.append("gone?")
    log.append("over")


def ends_unnamed(log, stop):
    for i, thing in enumerate([Noisy(i, log) for i in range(4)]):
        log.append(f"{i} {thing.name}")
        if i == stop:
            break
    log.append("over")


def ends_handed(log):
    for a, b in zip([Noisy(1, log), Noisy(2, log)], (Noisy(3, log), Noisy(4, log), Noisy(5, log))):
        log.append(f"{a.name} {b.name}")
    log.append("over")
    del a, b
    log.append("end of function")


def case_ends():
    out = []
    for n in range(40):
        log = []
        ends(log)
        ends_zipped(log)
        ends_unnamed(log, n % 5)
        ends_handed(log)
        out.append(log)
    return out


def case_counts_of_references():
    out = []
    things = [object() for _ in range(5)]
    for _ in range(40):
        row = []
        for i, thing in enumerate(things):
            row.append(sys.getrefcount(thing))
        for a, b in zip(things, tuple(things)):
            row.append(sys.getrefcount(a))
        for thing in reversed(things):
            row.append(sys.getrefcount(thing))
        out.append(row)
    return out


def raising(xs, ys):
    out = []
    for i, x in enumerate(xs):
        try:
            out.append(10 // x + i)
        except ZeroDivisionError as error:
            out.append(str(error))
    try:
        for a, b in zip(xs, ys):
            out.append(a // b)
    except ZeroDivisionError as error:
        out.append((str(error), error.__traceback__.tb_lineno - raising.__code__.co_firstlineno))
    return out


def case_raising():
    return [raising([1, 2, 0, n, 4], [3, 2, 1, n % 3, 1]) for n in range(40)]


def leaving(xs):
    for i, x in enumerate(xs):
        for j, y in zip(range(100), xs):
            if x * y == 42:
                return i, j, x, y
            if j > 8:
                break
        else:
            continue
        if i > 20:
            break
    else:
        return "all"
    return i


def case_leaving():
    return [leaving(list(range(n))) for n in range(40)]


def nested(rows):
    total = 0
    for i, row in enumerate(rows):
        for j, (a, b) in enumerate(row):
            for k, c in zip(a, b):
                total += i * j + len(k) * len(c)
        for a, b in row:
            for x, y, z, w in zip(a, b, a, range(9)):
                total += (x == y) + (z == y) + w
    return total


def case_nested():
    rows = [[("abc", "axc"), ("", "b"), ("hello", "help")] for _ in range(6)]
    return [nested(rows) for _ in range(40)]


def case_comprehensions():
    out = []
    for n in range(40):
        xs, ys = list(range(n)), [2.5] * n
        out.append([x * i for i, x in enumerate(xs)])
        out.append([x * y for x, y in zip(xs, ys)])
        out.append({x: i for i, x in enumerate(xs, n)})
        out.append({x + y for x, y in zip(xs, ys) if x % 2})
        out.append(sum(x * y for x, y in zip(xs, ys)))
        out.append(any(x == 7 for i, x in enumerate(xs)))
        out.append([pair for pair in zip(xs, ys)])
        out.append([pair for pair in enumerate(xs)])
        out.append([x for x in reversed(xs)])
        out.append([c for c in "text"])
        out.append([str(x) + str(i) for i, x in enumerate(xs)])
        out.append([i for i, x in enumerate(xs) for j, y in enumerate(ys) if i == j])
    return out


def case_starts():
    out = []
    for start in (0, 1, -3, 2**31, 2**62, 2**63 - 2, 2**63, 2**70, True) * 10:
        row = []
        for i, x in enumerate([1, 2, 3], start):
            row.append((i, x))
        for i, x in enumerate("ab", start=start):
            row.append((i, x))
        out.append(row)
    return out


def case_not_taken_apart():
    out = []
    for n in range(40):
        pairs, last = [], None
        for pair in enumerate([n, n + 1, n + 2]):
            pairs.append(pair)
            last = pair
        for pair in zip([1, 2], "ab"):
            pairs.append(pair)
        for (pair,) in zip([1, 2]):
            pairs.append(pair)
        for i, (a, b) in enumerate(zip([1, 2], [3, 4])):
            pairs.append((i, a, b))
        for a, *b in zip([1, 2], [3, 4], [5, 6]):
            pairs.append((a, b))
        out.append((pairs, last))
    return out


def looks(xs, ys):
    out = []
    for i, x in enumerate(xs):
        names = sorted(sys._getframe().f_locals)
        out.append((i, x, names, sys._getframe().f_locals["i"]))
    for a, b in zip(xs, ys):
        gc.collect(0)
        out.append((a, b, locals()["a"]))
    return out


def case_looks():
    return [looks([n, 2], "ab") for n in range(40)]


def case_same_iterator():
    out = []
    for n in range(30):
        it = iter(range(n))
        for a, b in zip(it, it):
            out.append((a, b))
        it = iter([1, 2, 3, 4, 5])
        for a, b, c in zip(it, it, it):
            out.append((a, b, c))
        out.append(list(it))
        for i, x in enumerate(e := enumerate([1, 2, 3, 4])):
            out.append((i, x, next(e, None)))
    return out


def stepped(xs):
    for i, x in enumerate(xs):
        yield i, x
    for a, b in zip(xs, xs):
        got = yield a, b
        if got:
            yield got


def case_generators():
    return [list(stepped(list(range(n)))) for n in range(40)]


def long_loop(xs):
    total, names = 0, []
    for i, x in enumerate(xs):
        for a, b in zip(xs, range(3)):
            total += a * b + i
        if i % 50 == 49:
            names.append((total, x))
    return total, names


def case_long_loop():
    return long_loop(list(range(700)))


def case_strings():
    out = []
    for text in ("", "a", "hello world", "\xe9\xe8", "\u0416a", "x" * 50) * 12:
        row = []
        for c in text:
            row.append(ord(c))
        for i, c in enumerate(text):
            if c == "o":
                row.append(i)
        for a, b in zip(text, text[1:]):
            row.append(a == b)
        for c in text.encode():
            row.append(c)
        out.append(row)
    return out


def case_built_ins_replaced():
    out = []

    def other(*things):
        return [(1, 2), (3, 4)]

    def loop():
        row = []
        for i, x in enumerate([5, 6]):
            row.append((i, x))
        for a, b in zip([5], [6]):
            row.append((a, b))
        return row

    for n in range(40):
        out.append(loop())
    globals()["enumerate"] = globals()["zip"] = other
    try:
        out.append(loop())
    finally:
        del globals()["enumerate"], globals()["zip"]
    out.append(loop())
    return out


class Looking:
    def __init__(self, log):
        self.log = log

    def __del__(self):
        self.log.append(sys._getframe(1).f_locals.get("count"))


def held_twice(log):
    count = 0
    for thing in [Looking(log)] * 2:
        count += 1
        del thing
    for thing in ([Looking(log)] * 2, [Looking(log)]):
        count += 1
        del thing
    return count


def held_by_pairs(log):
    count = 0
    for i, thing in enumerate([Looking(log)]):
        count += 1 + i
        del thing
    for thing, other in zip([Looking(log), Looking(log)], (Looking(log),)):
        count += 1
        del thing, other
    for thing, other in zip(things := [Looking(log), Looking(log)], things):
        count += 1
        del thing, other
    things = None
    return count


def case_what_ends_with_a_loop_sees_numbers():
    out = []
    for _ in range(30):
        log = []
        out.append((held_twice(log), held_by_pairs(log), log))
    return out


def left_early(log, way):
    try:
        for a, b in zip([Noisy("a", log), Noisy("b", log)], [Noisy("c", log), Noisy("d", log)]):
            log.append(a.name + b.name)
            a = b = None
            if way == 1:
                break
            if way == 2:
                return
            if way == 3:
                raise ValueError
        log.append("behind")
        for i, a in enumerate([Noisy("e", log), Noisy("f", log)]):
            log.append(a.name)
            a = None
            if way == 4:
                break
            if way == 5:
                return
            if way == 6:
                raise ValueError
    except ValueError:
        log.append("caught")
    log.append("end")


def case_left_early():
    out = []
    for n in range(70):
        log = []
        left_early(log, n % 7)
        out.append(log)
    return out


def named_start(xs, wrong):
    out = []
    for i, x in enumerate(xs, start=5):
        out.append((i, x))
    for i, x in enumerate(xs, start=len(xs)):
        out.append((i, x))
    try:
        for i, x in enumerate(xs, begin=wrong):
            out.append((i, x))
    except TypeError as error:
        out.append(str(error))
    return out


def case_named_start():
    return [named_start([n, "a"], n) for n in range(40)]
