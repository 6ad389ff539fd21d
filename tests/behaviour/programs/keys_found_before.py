"""A key is looked for again where it was found: the dict changes in between, by what is stored, taken out and put back, by
code that runs, by growing, by sharing its keys with others."""


def count(words):
    out = {}
    for word in words:
        if word in out:
            out[word] += 1
        else:
            out[word] = 1
    return out


def case_counted():
    words = [chr(97 + i * 7 % 26) * (i % 3 + 1) for i in range(400)]
    numbers = [i * i % 37 for i in range(400)]
    halves = [i % 9 / 2 for i in range(200)]
    out = [count(words), count(numbers), count(halves), count([*words, *numbers, None, True, 1, 1.0])]
    return [list(counts.items()) for counts in out]


class Meddler:
    """Changes a dict when it is asked whether it is true."""

    def __init__(self, change):
        self.change = change

    def __bool__(self):
        self.change()
        return True


def between(entries, key, meddler):
    if key in entries:
        if meddler:
            return entries[key]
    return "none"


def attempt(function, *args):
    try:
        return function(*args)
    except KeyError as error:
        return "KeyError", error.args[0], error.__traceback__.tb_next.tb_lineno


def case_changed_in_between():
    out = []
    for turn in range(400):
        key = ("k", 7, 2**40, (1, 2), 1.5, ("x", turn % 3), (1, (2, 3)), (1.5, None))[turn % 8]
        entries = {"a": 1, key: turn, "b": 2}

        def leave():
            pass

        def take(entries=entries, key=key):
            del entries[key]

        def renew(entries=entries, key=key):
            entries.pop(key)
            entries["c"] = 3
            entries[key] = "again"

        def move(entries=entries, key=key):
            items = list(entries.items())
            entries.clear()
            entries.update([(key, "moved"), *items[2:]])

        def grow(entries=entries):
            entries.update((f"n{i}", i) for i in range(100))

        def empty(entries=entries):
            entries.clear()

        def other(entries=entries, key=key):
            entries.clear()
            entries["x"] = 1
            entries["y"] = 2

        changes = (leave, take, renew, move, grow, empty, other)
        meddler = Meddler(changes[turn % 7]) if turn > 100 else 1
        out.append(attempt(between, entries, key, meddler))
    return out[:3], out[100:]


def case_equal_keys_that_are_others():
    def both(entries, one, other):
        found = one in entries
        return found and entries[one], other in entries and entries[other]

    entries = {"ab": 1, 1000: 2, 2: 3}
    out = []
    for i in range(300):
        out.append(both(entries, "".join(["a", "b"]), 10**3 + i % 2))
        out.append(both(entries, 2.0, True))
    return out[:4], out[-4:]


def case_shared_keys():
    class Thing:
        def __init__(self, a):
            self.a = a
            if a % 2:
                self.b = a

    def read(things, name):
        total = 0
        for thing in things:
            entries = thing.__dict__
            if name in entries:
                total += entries[name]
        return total

    things = [Thing(i) for i in range(40)]
    out = [read(things, "b") for _ in range(20)]
    for thing in things[::4]:
        thing.b = 100
    for thing in things[1::4]:
        del thing.b
    return out[-1], read(things, "b"), read(things, "a")


class Late(tuple):
    pass


def case_a_class_that_hashes_otherwise_then():
    def look(entries, key, change):
        if key in entries:
            change()
            return entries[key]

    def other():
        Late.__hash__ = lambda self: 12345

    out = []
    for i in range(200):
        key = Late((i, 1))
        out.append(look({key: i}, key, int))
    key = Late((5, 1))
    out.append(attempt(look, {key: 1}, key, other))
    del Late.__hash__
    return out[-3:]


def case_parts():
    """Keys that are tuples nobody makes."""

    def count(entries, a, b, meddler):
        if (a, b) in entries:
            if meddler:
                entries[(a, b)] += 1
        else:
            entries[(a, b)] = 1
        entries[a, b, 1] = entries.get((a, b, 1), 0) + entries[(a, b)]
        return entries[a, b, 1]

    out = []
    for turn in range(400):
        a, b = ((1, 2), ("a", 2), (2**70, 1), (1.0, 2), (True, 2), (None, "x"), ((1,), 2), (-1, "ab"))[
            turn % 8
        ]
        entries = {(1, 2): turn, (a, b): 5, ("z", 1): 2}

        def take(entries=entries, key=(a, b)):
            entries.pop(key)
            entries["other"] = 1
            entries[key] = 3

        def swap(entries=entries, key=(a, b)):
            items = list(entries.items())
            entries.clear()
            entries.update(reversed(items))

        meddler = Meddler((int, take, swap)[turn % 3]) if turn > 50 else 1
        out.append(attempt(count, entries, a, b, meddler))
        out.append(attempt(count, {}, a, b, meddler) if turn % 3 == 0 else list(entries.items()))
    return out[:4], out[120:]


def memo(cache, n):
    if n in cache:
        return cache[n]
    result = n if n < 2 else memo(cache, n - 1) + memo(cache, n - 2)
    cache[n] = result
    return result


def case_memo():
    out = [memo({}, i % 30) for i in range(60)]
    return out[-1], sum(out)
