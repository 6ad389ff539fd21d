"""Errors of operators that are jumps to behind the clause that catches them, and clauses that fill containers."""

import sys

log = []
ROUNDS = 300


class Own(Exception):
    pass


def handled():
    kind, value, traceback = sys.exc_info()
    lines = []
    while traceback is not None:
        lines.append(traceback.tb_lineno - traceback.tb_frame.f_code.co_firstlineno)
        traceback = traceback.tb_next
    return kind and kind.__name__, repr(value), lines


class Ends:
    def __init__(self, name):
        self.name = name

    def __del__(self):
        log.append((self.name, handled()))


class Key:
    def __init__(self, number):
        self.number = number

    def __hash__(self):
        return self.number

    def __eq__(self, other):
        log.append("compared")
        return self.number == other.number


def taken_log():
    taken = log[-40:], len(log)
    log.clear()
    return taken


def attempt(function, *given):
    try:
        return function(*given)
    except BaseException as error:
        lines = handled()[2]
        return type(error).__name__, str(error), lines, repr(error.__context__)


def counted(table, keys):
    hits = missing = 0
    value = 0
    for key in keys:
        try:
            value = table[key]
            hits += 1
        except KeyError:
            missing += 1
    return hits, missing, value


def defaulted(table, keys):
    result = []
    for key in keys:
        try:
            value = table[key]
        except KeyError:
            value = None
        result.append(value)
    return result[-6:]


def looked_up(table, key):
    return table[key]


def through_a_call(table, keys):
    missing = 0
    for key in keys:
        try:
            looked_up(table, key)
        except KeyError:
            missing += 1
    return missing


class Giving(dict):
    def __missing__(self, key):
        log.append(("asked for", key))
        raise KeyError(key)


def one_of_several(count):
    found = other = 0
    for i in range(count):
        try:
            if i % 4 == 0:
                raise KeyError(i)
            if i % 4 == 1:
                raise Raised
            check(i)
        except (IndexError, KeyError):
            found += 1
        except (Own, Caught, ValueError):
            other += 1
    return found, other


def case_one_of_several():
    global Raised, Caught
    result = []
    for Raised, Caught in [
        (ValueError, ValueError),
        (Own, 5),
        (TypeError, Own),
        (Making, Making),
        (Own, Own),
    ]:
        result.append((attempt(one_of_several, 6), attempt(one_of_several, ROUNDS), taken_log()))
    return result


def raises_after_tracing_began(count):
    events = []

    class Turns:
        def __eq__(self, other):
            if other == count - 1:
                sys.settrace(lambda frame, event, arg: events.append((frame.f_code.co_name, event)))
                sys._getframe(1).f_trace = lambda frame, event, arg: events.append(("f", event, str(arg)))
            return True

    found, turns = 0, Turns()
    for i in range(count):
        try:
            if turns == i:
                raise Own
        except Own:
            found += 1
    sys.settrace(None)
    return found, events


def case_tracing_begins():
    return raises_after_tracing_began(80)


def case_missing():
    table = {i: str(i) for i in range(0, 100, 2)}
    words = {str(i): i for i in range(0, 100, 3)}
    keys = [str(i) for i in range(100)] * 3
    result = [
        counted(table, list(range(100)) * 3),
        counted(words, keys),
        defaulted(table, list(range(100)) * 3),
        defaulted(words, keys),
        through_a_call(table, list(range(100)) * 3),
        through_a_call(words, keys),
        attempt(counted, table, [1, [], 2]),
        attempt(counted, Giving(table), [1, 2, 3]),
        attempt(counted, {Key(1): 1}, [Key(1), Key(2), 3.0, (1, 2), Key(1)]),
        attempt(counted, [1, 2], [0, 1, 2]),
        attempt(counted, None, [0]),
        taken_log(),
    ]
    return result


def listed(table, keys):
    missing, last = [], None
    for key in keys:
        try:
            table[key]
        except KeyError:
            missing.append(key)
            last = key
    return missing[-5:], len(missing), last


def grouped(keys, make):
    groups = make()
    for key in keys:
        try:
            groups[key % 7].append(key)
        except KeyError:
            groups[key % 7] = [key]
    return list(groups.items())[-2:]


def numbered(words):
    counts = {}
    for word in words:
        try:
            counts[word] += 1
        except KeyError:
            counts[word] = 1
    return counts


def memo(count):
    known, hits = {}, 0
    for i in range(count):
        try:
            value = known[i % 30]
            hits += 1
        except KeyError:
            known[i % 30] = i
            value = None
    return hits, value, len(known)


class Appending(list):
    def append(self, item):
        log.append(("appended", item, handled()))
        super().append(item)


class Storing(dict):
    def __setitem__(self, key, value):
        log.append(("stored", key, handled()))
        super().__setitem__(key, value)


def appended(out, count):
    for i in range(count):
        try:
            if i & 1:
                raise Own
        except Own:
            out.append(i)
    return out[-2:]


def maybe_unbound(count):
    if count < 0:
        out = []
    for i in range(count):
        try:
            if i > count - 2:
                raise Own
        except Own:
            out.append(i)
    return out


def stored_over(count):
    table = {}
    for i in range(count):
        try:
            raise Own(i)
        except Own:
            table[i % 9] = [i]
        if i == count - 9:
            table = {k: Ends(k) for k in range(9)}
    return table


def by_key(count):
    table = {}
    for i in range(count):
        try:
            table[Key(i)]
        except KeyError:
            table[i] = i
    return len(table)


def case_bodies_with_containers():
    keys = list(range(100)) * 2
    table = {i: i for i in range(0, 100, 3)}
    words = [str(i % 17) for i in range(300)]
    result = [listed(table, keys), grouped(keys, dict), numbered(words), memo(ROUNDS)]
    result.append(attempt(grouped, keys, Storing))
    result.append(attempt(grouped, keys, lambda: Giving()))
    result.append(attempt(appended, [], ROUNDS))
    result.append((attempt(appended, Appending(), 9), taken_log()))
    result.append(attempt(appended, (), 9))
    result.append(attempt(maybe_unbound, 40))
    result.append((attempt(stored_over, 60), taken_log()))
    result.append((attempt(by_key, 60), taken_log()))
    big = 10**6
    out = []
    for i in range(3):
        try:
            raise Own
        except Own:
            out.append(big)
    result.append([item is big for item in out])
    return result


def identical(count):
    same = 0
    for i in range(1000, 1000 + count):
        last = None
        try:
            if i & 1:
                raise Own
        except Own:
            last = i
        same += last is i
    return same


def case_identity():
    return identical(ROUNDS)


def divided(pairs, kind):
    total, failed = 0, 0
    for a, b in pairs:
        try:
            if kind == 0:
                total += a / b
            elif kind == 1:
                total += a // b
            else:
                total += a % b
        except ZeroDivisionError:
            failed += 1
    return total, failed


def quotient(a, b):
    return a / b


def quotients(count):
    total = failed = 0
    for i in range(count):
        try:
            total += quotient(i, i % 3)
        except ZeroDivisionError:
            failed += 1
        try:
            total += i // ((i % 4) * 0.5)
        except (KeyError, ArithmeticError):
            failed += 100
    return total, failed


def indexed(items, count):
    total = outside = 0
    for i in range(-count, count):
        try:
            total += items[i]
        except IndexError:
            outside += 1
    return total, outside


def caught_within(i):
    try:
        if i % 2:
            raise Own
        return i
    except Own:
        return -1


def caught_in_the_callee(count):
    total = 0
    for i in range(count):
        total += caught_within(i)
    return total


def last_of(items, otherwise):
    try:
        return items[-1]
    except IndexError:
        return otherwise


def lasts(count):
    given = [[], [1], [1, 2], ()]
    return [last_of(given[i % 4], i) for i in range(count)][-6:]


def case_errors_of_operators():
    ints = [(i, i % 3) for i in range(100)]
    floats = [(float(i), float(i % 3)) for i in range(100)]
    odd = [(1, 0), (2.5, 0), (True, False), (5, -0.0), (2**70, 0), (0, 2**70), (-(2**63), -1), (1, "a")]
    result = []
    for kind in range(3):
        result += [divided(ints, kind), divided(floats, kind), attempt(divided, odd, kind)]
        result += [divided(ints, kind), divided(floats, kind), attempt(divided, odd[:-1], kind)]
    result += [quotients(ROUNDS), indexed([1, 2, 3], 60), indexed((1, 2, 3), 60), indexed([], 9)]
    result += [
        attempt(indexed, {1: 1}, 9),
        attempt(indexed, "abc", 9),
        caught_in_the_callee(ROUNDS),
        lasts(60),
    ]
    return result


def wrong_clause(table, keys):
    found = 0
    for key in keys:
        try:
            found += table[key]
        except IndexError:
            found += 1
    return found


def case_not_caught():
    table = {i: i for i in range(50)}
    return [attempt(wrong_clause, table, range(50)) for _ in range(20)][-1], [
        attempt(wrong_clause, table, range(52)) for _ in range(20)
    ][-1]
