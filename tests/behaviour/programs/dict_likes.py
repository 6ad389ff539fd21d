"""Classes made of dict: defaultdict, Counter, OrderedDict and users' own, whose items are found as dict's, or not."""

from collections import ChainMap, Counter, OrderedDict, UserDict, defaultdict

log = []


class Zero(dict):
    def __missing__(self, key):
        return 0


class Says(dict):
    def __missing__(self, key):
        log.append(key)
        return 0


class Lists(defaultdict):
    def __missing__(self, key):
        self[key] = value = ["own"]
        return value


class Reads(dict):
    def __getitem__(self, key):
        return ("read", key)


class Writes(dict):
    def __setitem__(self, key, value):
        dict.__setitem__(self, key, ("written", value))


class Has(dict):
    def __contains__(self, key):
        return key == "always"


class Deletes(dict):
    def __delitem__(self, key):
        log.append(("del", key))
        dict.__delitem__(self, key)


class Key:
    def __init__(self, name):
        self.name = name

    def __hash__(self):
        return 3

    def __eq__(self, other):
        log.append(("eq", self.name))
        return isinstance(other, Key) and self.name == other.name


def outcome(f, *args):
    try:
        return f(*args)
    except Exception as error:
        return type(error).__name__, str(error)


def count(d, keys):
    for key in keys:
        d[key] += 1
    return dict(d)


def group(d, items):
    for item in items:
        d[len(str(item))].append(item)
    return list(d.items())


def read(d, key):
    return d[key]


def write(d, key, value):
    d[key] = value


def has(d, key):
    return key in d, key not in d


def drop(d, key):
    del d[key]


WORDS = "the quick brown fox jumps over the lazy dog and the cat".split() * 4
FACTORIES = [
    int,
    list,
    dict,
    set,
    float,
    str,
    tuple,
    frozenset,
    bool,
    None,
    lambda: "made",
    lambda: 1 / 0,
    object,
]


def case_counting():
    return [
        outcome(count, d, WORDS)
        for d in (
            Counter(),
            defaultdict(int),
            Zero(),
            Says(),
            Zero(the=1),
            {},
            OrderedDict(),
            Counter(cat=5),
            defaultdict(float),
        )
        * 3
    ]


def case_grouping():
    return [
        outcome(group, d, WORDS + [1, 22, 333])
        for d in (defaultdict(list), defaultdict(set), Lists(), {}, Counter()) * 4
    ]


def case_what_is_missing():
    out = []
    for factory in FACTORIES * 3:
        d = defaultdict(factory)
        for key in (1, "a", (1, 2), None, 1.5, 2**70):
            value = outcome(read, d, key)
            out.append((type(value).__name__, value == outcome(read, d, key), len(d), key in d))
        out.append(outcome(read, d, []))
    return out


def case_factory_replaced():
    d, out = defaultdict(list), []
    for number in range(60):
        if number == 30:
            d.default_factory = int
        if number == 45:
            d.default_factory = None
        out.append(outcome(read, d, number % 50 + number // 50))
    return out


def case_own_ways():
    dicts = [
        Reads(a=1),
        Writes(a=1),
        Has(a=1),
        Deletes(a=1),
        Zero(a=1),
        Counter("aab"),
        OrderedDict(a=1),
        UserDict(a=1),
        ChainMap({"a": 1}),
    ]
    out = []
    for d in dicts * 8:
        out.append((type(d).__name__, outcome(read, d, "a"), outcome(has, d, "a"), outcome(has, d, "always")))
        out.append(
            (outcome(write, d, "b", 2), outcome(read, d, "b"), outcome(read, d, "c"), outcome(drop, d, "b"))
        )
        out.append((outcome(write, d, "b", 3), repr(d)))
    return out, log[-6:]


def case_class_changed():
    class Changing(dict):
        def __missing__(self, key):
            return 7

    d, out = Changing(a=1), []
    for number in range(120):
        if number == 40:
            Changing.__missing__ = lambda self, key: ("missing", key)
        if number == 60:
            Changing.__getitem__ = lambda self, key: "got"
        if number == 80:
            del Changing.__getitem__
            Changing.__setitem__ = lambda self, key, value: log.append(value)
        if number == 100:
            Changing.__contains__ = lambda self, key: True
            del Changing.__setitem__
        out.append(
            (
                outcome(read, d, "a"),
                outcome(read, d, number),
                outcome(write, d, "b", number),
                len(d),
                outcome(has, d, "zz"),
            )
        )
    return out


def missing_code_changed(d, key):
    return d[key]


def case_code_changed():
    class Constant(dict):
        def __missing__(self, key):
            return 5

    def other(self, key):
        return ("other", key)

    d, out = Constant(), []
    for number in range(80):
        if number == 40:
            Constant.__missing__.__code__ = other.__code__
        out.append(missing_code_changed(d, number))
    return out


def case_keys_that_run_code():
    del log[:]
    counter, default = Counter(), defaultdict(list)
    for number in range(40):
        counter[Key(number % 3)] += 1
        default[Key(number % 2)].append(number)
    return sorted(counter.values()), sorted(map(len, default.values())), len(log) > 40


def case_order_kept():
    ordered = OrderedDict()
    for number in range(60):
        write(ordered, number % 7, number)
        if number % 5 == 0 and number % 7 in ordered:
            ordered.move_to_end(number % 7)
    return list(ordered.items()), list(reversed(ordered))


def changed_while_gone_over(d):
    for key in d:
        d[key + 1000] += 1


def case_changed_while_gone_over():
    return [
        outcome(changed_while_gone_over, d)
        for d in [defaultdict(int, {n: n for n in range(5)}), Counter(range(4)), Zero({1: 1})] * 6
    ]


def nested(d, words):
    for word in words:
        d[word[0]][word] += 1
    return {key: dict(value) for key, value in d.items()}


def case_nested():
    return [
        nested(defaultdict(Counter), WORDS),
        nested(defaultdict(lambda: defaultdict(int)), WORDS),
        outcome(nested, defaultdict(dict), WORDS),
    ]


def case_limits():
    def deep(n, d):
        return d["missing"] + (deep(n - 1, d) if n else 0)

    return [deep(200, Zero()), deep(100, Counter()), deep(50, defaultdict(int))]
