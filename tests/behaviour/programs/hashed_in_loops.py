"""Loops over dicts, their views and sets, whose iterators are no objects while they run."""

import sys


class Noisy:
    def __init__(self, name, log):
        self.name, self.log = name, log

    def __del__(self):
        self.log.append(f"end {self.name}")


class Looking:
    def __init__(self, log):
        self.log = log

    def __del__(self):
        self.log.append(sys._getframe(1).f_locals.get("count"))


def goes_over(d, s):
    total = 0
    for k in d:
        total += k
    for k, v in d.items():
        total += k * v
    for v in d.values():
        total -= v
    for k in d.keys():
        total ^= k
    for x in s:
        total += x
    return total


def case_sums():
    out = []
    for n in range(40):
        d = {i: i * 2 for i in range(n)}
        for i in range(0, n, 3):
            del d[i]
        s = set(range(n))
        s.discard(n // 2)
        out.append(goes_over(d, s))
    return out


def case_keys_of_all_kinds():
    out = []
    dicts = {"a": 1, "b": 2.5}, {1: "x", "y": None}, {}, {(1, 2): [3]}, {None: True}, {"\u0416": 1}
    for d in dicts * 8:
        row = []
        for k, v in d.items():
            row.append((k, v))
        for k in d:
            row.append(k)
        for v in d.values():
            row.append(v)
        for k in d.keys():
            row.append(d[k])
        out.append(row)
    return out


def changes(d, s, how):
    out = []
    try:
        for k, v in d.items():
            out.append((k, v))
            if how == 1:
                d[k + 100] = 1
            if how == 2:
                d[k] = v + 1
            if how == 3:
                del d[k]
            if how == 4:
                del d[k]
                d[k + 50] = 1
            if how == 5:
                d.clear()
                d[1] = 2
    except RuntimeError as error:
        out.append((str(error), error.__traceback__.tb_lineno - changes.__code__.co_firstlineno))
    try:
        for k in d:
            out.append(k)
            if how == 6:
                d.pop(k)
    except RuntimeError as error:
        out.append(str(error))
    try:
        for x in s:
            out.append(x)
            if how == 7:
                s.add(x + 1000)
            if how == 8:
                s.discard(x)
                s.add(x + 1000)
            if how == 9 and len(out) > 2:
                s.clear()
    except RuntimeError as error:
        out.append(str(error))
    return out, list(d), sorted(s)


def case_changes():
    return [changes({1: 2, 3: 4, 5: 6}, {7, 8, 9}, n % 10) for n in range(100)]


def ends(log):
    d = {i: Noisy(i, log) for i in range(4)}
    for k, v in d.items():
        log.append(f"{k} {v.name}")
        d[k] = None
        del v
        log.append("gone?")
    log.append("over")
    for k, v in {i: Noisy(i + 10, log) for i in range(3)}.items():
        log.append(f"{k} {v.name}")
    log.append("over")
    for v in {i: Noisy(i + 20, log) for i in range(3)}.values():
        log.append(f"{v.name}")
        if v.name == 21:
            break
    log.append("over")
    for v in {Noisy(30, log)}:
        del v
        log.append("still there")
    log.append("over")


def case_ends():
    out = []
    for _ in range(40):
        log = []
        ends(log)
        out.append(log)
    return out


def looked_at(log):
    count = 0
    for k, v in {1: Looking(log), 2: Looking(log)}.items():
        count += k
        del v
    for v in {Looking(log)}:
        count += 1
        del v
    things = {1: Looking(log), 2: Looking(log)}
    for k, v in things.items():
        count += 1
        things[k] = None
        del v
    return count


def case_looked_at():
    out = []
    for _ in range(30):
        log = []
        out.append((looked_at(log), log))
    return out


def case_counts_of_references():
    out = []
    d = {object(): object() for _ in range(4)}
    for _ in range(30):
        row = []
        for k, v in d.items():
            row.append((sys.getrefcount(k), sys.getrefcount(v)))
        for k in d:
            row.append(sys.getrefcount(k))
        for v in d.values():
            row.append(sys.getrefcount(v))
        out.append(row)
    return out


def raises(d):
    out = []
    for k, v in d.items():
        try:
            out.append(k // v)
        except ZeroDivisionError:
            out.append(k)
    for v in d.values():
        out.append(10 // v)
    return out


def case_raises():
    out = []
    for n in range(40):
        try:
            out.append(raises({1: 2, 3: n % 4, 5: 6}))
        except ZeroDivisionError as error:
            out.append(error.__traceback__.tb_next.tb_lineno - raises.__code__.co_firstlineno)
    return out


class Attributes:
    def __init__(self, n):
        self.a, self.b, self.c = n, n * 2, "x"


def case_attributes():
    out = []
    for n in range(40):
        thing = Attributes(n)
        row = []
        for k, v in thing.__dict__.items():
            row.append((k, v))
        for k in vars(thing):
            row.append(k)
        thing.__dict__["d"] = 5
        for v in vars(thing).values():
            row.append(v)
        out.append(row)
    return out


class OwnDict(dict):
    def __iter__(self):
        return iter([7, 8])

    def items(self):
        return [(1, 2), (3, 4)]


class OwnSet(set):
    def __iter__(self):
        return iter([9])


def any_of(d, s):
    out = []
    for k in d:
        out.append(k)
    for k, v in d.items():
        out.append((k, v))
    for x in s:
        out.append(x)
    return out


def case_classes_of_their_own():
    out = []
    for n in range(60):
        way = n % 5 == 4
        out.append(any_of(OwnDict({1: 1}) if way else {n: 2}, OwnSet() if way else {n}))
        out.append(any_of({n: 5}, frozenset([n]) if n % 3 else {n}))
    return out


def case_comprehensions():
    out = []
    for n in range(40):
        d = {i: i * 1.5 for i in range(n % 9)}
        out.append([k for k in d])
        out.append([k * v for k, v in d.items()])
        out.append({v: k for k, v in d.items()})
        out.append({k: v + 1 for k, v in d.items() if k % 2})
        out.append([v for v in d.values()])
        out.append(sorted({x + 1 for x in set(d)}))
        out.append(sum(v for v in d.values()))
        out.append(any(k == 5 for k, v in d.items()))
        out.append([pair for pair in d.items()])
        out.append([(str(k), v) for k, v in d.items()])
        out.append([(k, j) for k in d for j in d if j < k])
    return out


def stops(d, way):
    for k, v in d.items():
        for j, w in d.items():
            if k + j == way:
                return k, j, v, w
            if j > way:
                break
        else:
            continue
    return None


def case_stops():
    return [stops({i: -i for i in range(n % 8)}, n % 11) for n in range(80)]


def long_loop(d, s):
    total, seen = 0, []
    for k, v in d.items():
        total += k * v
        for x in s:
            total += x
        if k % 100 == 99:
            seen.append((total, sorted(sys._getframe().f_locals)))
    for v in d.values():
        total += v
    return total, seen


def case_long_loop():
    return long_loop({i: i % 7 for i in range(900)}, {1, 2, 3})


def stepped(d):
    for k, v in d.items():
        yield k
        yield v
    for k in d:
        yield k


def case_generators():
    return [list(stepped({i: "x" for i in range(n % 6)})) for n in range(40)]


def case_exhausted_and_shared():
    out = []
    for n in range(30):
        it = iter({1: 2, 3: 4, 5: 6}.items())
        for k, v in it:
            out.append((k, v, next(it, None)))
        for k, v in it:
            out.append("more")
        it = iter({n})
        for x in it:
            out.append(x)
        out.append(list(it))
    return out


def counted(d, s):
    out = []
    for i, k in enumerate(d):
        out.append((i, k))
    for i, v in enumerate(d.values(), 3):
        out.append((i, v))
    for i, v in enumerate(d.values()):
        out.append((i, v))
    for i, x in enumerate(s):
        out.append((i, x))
    for i, x in enumerate(s, start=2):
        out.append((i, x))
    for i, (k, v) in enumerate(d.items()):
        out.append((i, k, v))
    return out


def case_counted():
    return [counted({i: str(i) for i in range(n % 7)}, {n, n + 1}) for n in range(60)]


def counted_and_changed(how):
    out, log = [], []
    d = {i: Noisy(i, log) for i in range(4)}
    try:
        for i, k in enumerate(d):
            out.append((i, k))
            if how == 1:
                d[9] = 1
            if how == 2 and i == 2:
                raise ValueError
            if how == 3 and i == 1:
                break
        for i, v in enumerate(d.values()):
            out.append((i, v.name, sys.getrefcount(v)))
            if i == 0:
                d[1] = None
            if i == 1:
                break
            v = None
    except (RuntimeError, ValueError, AttributeError) as error:
        out.append(str(error))
    d = None
    return out, log


def case_counted_and_changed():
    return [counted_and_changed(n % 4) for n in range(60)]
