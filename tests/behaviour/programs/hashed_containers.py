"""Dicts and sets found by keys that run no code, beside those that do: odd keys, odd ends, changes while in use."""

import gc
from collections import Counter, OrderedDict, defaultdict, deque

log = []


class Loud:
    """Says when it goes."""

    def __init__(self, name):
        self.name = name

    def __del__(self):
        log.append(self.name)


class Collides:
    """Has the hash of a number and says what it was compared with."""

    def __init__(self, number):
        self.number = number

    def __hash__(self):
        return hash(self.number)

    def __eq__(self, other):
        log.append(("eq", self.number, repr(other)))
        return False


class Explodes:
    def __hash__(self):
        return 5

    def __eq__(self, other):
        raise ZeroDivisionError("compared")


class OddDict(dict):
    def __getitem__(self, key):
        return ("odd", key)

    def __setitem__(self, key, value):
        dict.__setitem__(self, key, ("set", value))

    def __contains__(self, key):
        return key == "always"

    def setdefault(self, key, default=None):
        return ("default", key)

    def pop(self, key, *rest):
        return ("popped", key, rest)


class OddSet(set):
    def add(self, item):
        set.add(self, ("odd", item))

    def __contains__(self, item):
        return item == 3


class Missing(dict):
    def __missing__(self, key):
        return ("missing", key)


KEYS = [0, 1, -1, -2, 2**30, -(2**30), 2**60 - 1, 2**60, -(2**60), 2**61 - 1, 2**61, 2**63, 2**64, 10**30]
KEYS += ["a", "\xe9", "\u4e2d", "\U0001f600", "", "key", (1, 2), (1, "a"), (), (None, True), ((1,), 2)]
KEYS += [1.0, -0.0, 1.5, True, None, frozenset({1}), b"a"]


def outcome(f, *args):
    try:
        return f(*args)
    except Exception as error:
        return type(error).__name__, str(error)


def fill(target, keys):
    for key in keys:
        target[key] = key
    return target


def count(target, keys):
    for key in keys:
        target[key] = target.get(key, 0) + 1
    return target


def add_one(target, key):
    target[key] += 1
    return target[key]


def put(target, key, value):
    target[key] = value


def get(target, key):
    return target[key]


def has(target, key):
    return key in target, key not in target


def case_all_kinds_of_keys():
    filled = fill({}, KEYS)
    print([(key, repr(filled[key]), key in filled) for key in KEYS])
    print(list(count({}, KEYS * 3).items()))
    return len(filled), [has(filled, key) for key in KEYS]


def case_numbers_near_the_limits():
    target = {}
    for shift in (0, 29, 30, 31, 59, 60, 61, 62, 63, 64):
        for number in (2**shift, -(2**shift), 2**shift - 1, 1 - 2**shift):
            target[number] = shift
            target[number % 37] = number
    return sorted(target.items())


def int_loop(target, n):
    total = 0
    for i in range(-n, n):
        target[i] = i * i
        if i in target:
            total += target[i] + target.get(i + 1, 7)
    return total


def case_unboxed_keys():
    print(int_loop({}, 20), int_loop({"a": 1}, 20), int_loop(defaultdict(int), 3))
    return int_loop({-1: "x", -2: "y", 1.0: "z", True: 3}, 3)


def case_unboxed_keys_beside_others():
    return [
        outcome(int_loop, {key: 1 for key in odd}, 6) for odd in (["1"], [2.0], [Collides(3)], [Explodes()])
    ]


def case_collisions_run_code():
    del log[:]
    target = {Collides(5): "odd", 5: "five"}
    found = [outcome(get, target, 5), outcome(has, target, 5), outcome(add_one, {Collides(5): 1}, 5)]
    put(target, 5, "six")
    keyed = {(Collides(1), 2): 1}
    put(keyed, (1, 2), 2)
    return found, len(target), len(keyed), log


def case_comparisons_that_raise():
    target = {Explodes(): 1}
    results = [outcome(f, target, 5) for f in (get, has, add_one)]
    results += [outcome(put, target, 5, 1), outcome(count, target, [5]), outcome(int_loop, target, 6)]
    return results, len(target)


def case_unhashable_keys():
    return [
        outcome(f, target, key)
        for f in (get, has, add_one)
        for target in ({}, {1: 2})
        for key in ([], {}, ([],))
    ]


def case_missing_keys_raise():
    return [outcome(f, {"a": 1}, key) for f in (get, add_one) for key in ("b", 1, (1, 2), 2**70)]


def case_subclasses():
    results = []
    for make in (OddDict, Missing, OrderedDict, lambda: defaultdict(int), Counter):
        target = make()
        for key in ("always", 1, (1, 2)):
            results.append(
                [outcome(put, target, key, 3), outcome(get, target, key), outcome(has, target, key)]
            )
            results.append([outcome(add_one, target, key), outcome(get, target, "none")])
        results.append(sorted(map(repr, target.items())))
    return results


def grouped(target, words):
    for word in words:
        target[len(word)].append(word)
    return dict(target)


def case_default_dict_in_a_loop():
    words = ["a", "bb", "c", "dddd", "ee", "f"] * 3
    print(grouped(defaultdict(list), words))
    return outcome(grouped, {1: []}, words)


def replace_all(target, keys, make):
    for key in keys:
        target[key] = make(key)


def case_old_values_say_when_they_go():
    del log[:]
    target = {key: Loud(key) for key in ("a", "b", 3)}
    replace_all(target, ["a", "b", 3, "a"], lambda key: Loud(("again", key)))
    log.append("replaced")
    replace_all(target, ["a", "b", 3], lambda key: key)
    return log


class Changes:
    """Its end changes the dict that it was in."""

    def __init__(self, target):
        self.target = target

    def __del__(self):
        self.target["from the end"] = len(self.target)


def case_an_end_changes_the_dict():
    target = {}
    for turn in range(4):
        put(target, "it", Changes(target))
        put(target, turn, turn)
        put(target, "it", turn)
    return list(target.items())


def defaults(target, keys):
    return [target.setdefault(key, [index]) for index, key in enumerate(keys)]


def pops(target, keys):
    return [target.pop(key, "none") for key in keys], [outcome(target.pop, key) for key in keys]


def case_setdefault_and_pop():
    print(defaults({}, KEYS), defaults({"a": 1}, ["a", "b", "a"]), defaults(OddDict(), ["a"]))
    print(pops(dict.fromkeys(KEYS, 1), KEYS[:20] + ["not"]), pops(OddDict(a=1), ["a", 2]))
    plain = {"a": 1}
    return (
        plain.setdefault("b"),
        plain.pop("a"),
        plain,
        outcome(plain.pop, "a"),
        outcome(plain.setdefault, [], 1),
    )


def case_pop_says_when_it_goes():
    del log[:]
    target = {key: Loud(key) for key in range(4)}
    for key in (1, 3, 0):
        target.pop(key, None)
        log.append(("popped", key))
    return log, list(target)


def set_loop(target, items):
    found = 0
    for item in items:
        if item in target:
            found += 1
            target.discard(item)
        else:
            target.add(item)
        if item not in target:
            found += 100
    return found, len(target)


def case_sets():
    print(
        set_loop(set(), KEYS), set_loop(set(KEYS), KEYS), set_loop(set(range(100)), list(range(50, 150)) * 3)
    )
    print([outcome(set_loop, {odd}, [5, "a", 5]) for odd in (Collides(5), Explodes())])
    return outcome(set_loop, OddSet(), [1, 2, 3, 3]), outcome(set_loop, set(), [[]]), len(log)


def case_sets_with_gaps():
    target = set()
    for turn in range(300):
        target.add(turn * 7 % 64)
        target.discard(turn * 5 % 64)
        target.add(str(turn % 9))
    return sorted(map(repr, target))


def change_while(target, change):
    seen = []
    for key in target:
        seen.append(key)
        change(target, key)
    return seen


def case_changed_while_gone_over():
    changes = [
        lambda target, key: put(target, key, "new"),
        lambda target, key: put(target, ("new", len(target)), 1),
        lambda target, key: target.pop(key),
        lambda target, key: target.setdefault("more", 1),
    ]
    results = [outcome(change_while, dict.fromkeys("abc"), change) for change in changes]
    adds = [lambda target, key: target.add("more"), lambda target, key: target.discard(key)]
    return results, [outcome(change_while, {"a"}, change) for change in adds]


def case_a_dict_that_the_collector_does_not_know_yet():
    target = {"a": 1}
    put(target, "a", (1, 2))
    before = gc.is_tracked(target)
    put(target, "a", [])
    put(target, "b", target)
    return before, gc.is_tracked(target)


class Plain:
    def __init__(self):
        self.one = 1
        self.two = 2


def case_dicts_of_instances():
    thing = Plain()
    names = vars(thing)
    put(names, "one", 10)
    put(names, "three", 3)
    add_one(names, "two")
    return (
        thing.one,
        thing.two,
        thing.three,
        names.pop("one"),
        outcome(getattr, thing, "one"),
        has(names, "one"),
    )


COUNT = 0


def case_globals_as_a_dict():
    names = globals()
    put(names, "COUNT", 5)
    first = COUNT
    add_one(names, "COUNT")
    names["LATER"] = 1
    second = COUNT, LATER  # noqa: F821
    names.pop("LATER")
    return first, second, outcome(lambda: LATER)  # noqa: F821


def case_the_hint_is_only_one():
    def turn(target, key, change):
        old = target[key]
        change(target)
        target[key] = old + 1
        return list(target.items())

    changes = [
        lambda t: None,
        lambda t: t.clear(),
        lambda t: t.pop("a"),
        lambda t: t.update(dict.fromkeys(range(50))),
    ]
    return [turn({"a": 1, "b": 2}, "a", change) for change in changes]


def chars(text):
    counts = {}
    for c in text:
        counts[c] = counts.get(c, 0) + 1
        if c in counts:
            counts[c + c] = counts[c]
    return counts


def case_characters_as_keys():
    return chars("hello w\xf6rld"), chars("\u4e2d\u6587\u4e2d"), chars("\ud800a")


def case_deques():
    queue = deque()
    for turn in range(20):
        queue.append(turn)
        if len(queue) > 3:
            queue.popleft()
        queue.appendleft(queue.pop())
    return list(queue), outcome(deque().popleft)


def case_strings_in_lists_and_tuples():
    """Equal strings that are other objects, strings of other kinds and of a class with its own comparison."""

    class Odd(str):
        def __eq__(self, other):
            return len(self) == len(other)

        __hash__ = str.__hash__

    names = ["alpha", "be" + "ta" * len(["x"]), "g\xe4mma", "delt\u0394", Odd("epsi")]
    words = ["".join(list("beta")), "gamma", "g\xe4mma", "delt\u0394", "delta", "four", Odd("sixsix"), "no"]

    def found(container):
        return [word in container for word in words]

    return [(found(names), found(tuple(names)), found(names[:4])) for _ in range(60)][-1]
