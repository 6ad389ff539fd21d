"""Built-in containers, iterators and functions whose types, contents or names change under compiled loops."""

import builtins
import math

log = []


class Loud:
    """Says when it goes."""

    def __init__(self, name):
        self.name = name

    def __del__(self):
        log.append(self.name)


class OddList(list):
    def __getitem__(self, index):
        return ("odd", index)

    def __iter__(self):
        return iter(["odd"])

    def __len__(self):
        return 42


class OddDict(dict):
    def __missing__(self, key):
        return ("missing", key)

    def get(self, key, default=None):
        return ("got", key)


class OddStr(str):
    def __eq__(self, other):
        return "odd"

    def __ne__(self, other):
        return "odd too"

    __hash__ = str.__hash__

    def __getitem__(self, index):
        return "?"

    def __contains__(self, item):
        return True


class OddKey:
    """Equal to every int of its hash."""

    def __init__(self, value):
        self.value = value

    def __hash__(self):
        return hash(self.value)

    def __eq__(self, other):
        log.append(("eq", self.value, other))
        return self.value == other


def text_of(function, *args):
    try:
        return repr(function(*args))
    except Exception as error:
        return f"{type(error).__name__}: {error}"


def tried(function, *many):
    """The first one often, so that it is what the function is compiled for; then all."""
    out = [text_of(function, *many[0]) for _ in range(6)][-1:]
    out += [text_of(function, *args) for args in many]
    return out


# --- iteration ---


def total_of(items):
    total = 0
    for item in items:
        total += item
    return total


def case_other_iterables():
    return tried(
        total_of,
        ([1, 2, 3],),
        ((1, 2, 3),),
        ({1: 2, 3: 4},),
        (b"abc",),
        (bytearray(b"xyz"),),
        (range(5),),
        (OddList([1, 2]),),
        ([1, 2.5, 3],),
        ([1, "x"],),
        ([2**70, 1],),
        (None,),
        ({1, 2},),
        (reversed([1, 2]),),
        ((n for n in [4, 5]),),
        ({3: 1}.keys(),),
        ({3: 1}.values(),),
    )


def grow_while(items, limit):
    seen = []
    for item in items:
        seen.append(item)
        if len(items) < limit:
            items.append(item + 10)
    return seen


def shrink_while(items):
    seen = []
    for item in items:
        seen.append(item)
        if item % 2:
            items.pop()
    return seen, items


def clear_while(items):
    seen = []
    for item in items:
        seen.append(item)
        if item == 2:
            items.clear()
    items.append(7)
    return seen, items


def case_list_changes_while_iterated():
    out = []
    for _ in range(6):
        out.append(grow_while([1, 2], 9))
        out.append(shrink_while([1, 2, 3, 4, 5, 6, 7]))
        out.append(clear_while([1, 2, 3]))
    return out


def two_loops(iterator):
    first = []
    for item in iterator:
        first.append(item)
        if len(first) == 2:
            break
    second = [item for item in iterator]
    third = [item for item in iterator]
    return first, second, third


def case_iterators_go_on_and_stay_exhausted():
    out = []
    for _ in range(5):
        out.append(two_loops(iter([1, 2, 3, 4])))
        out.append(two_loops(iter((1, 2, 3, 4))))
        out.append(two_loops(iter("abcd")))
        out.append(two_loops(iter({1: 2, 3: 4, 5: 6})))
        out.append(two_loops(enumerate("abcd")))
        out.append(two_loops(zip("abcd", range(9))))
    late = [1, 2]
    iterator = iter(late)
    for item in iterator:
        pass
    late.append(3)
    out.append(list(iterator))
    return out


def pairs_of(pairs):
    out = []
    for a, b in pairs:
        out.append((a, b))
    return out


def enumerated(items, start=0):
    total = 0
    out = []
    for i, item in enumerate(items, start):
        total += i
        out.append((i, item))
    return total, out


def zipped(a, b, strict=False):
    out = []
    for x, y in zip(a, b, strict=strict):
        out.append((x, y))
    return out


def items_of(table):
    out = []
    for key, value in table.items():
        out.append((key, value))
    return out


def case_pairs():
    out = tried(
        enumerated, ([5, 6, 7],), ("abc",), ((1, 2),), ([1], 2**63 - 2), ([1, 2], 2**63 - 2), ([1], 2**70)
    )
    out += tried(enumerated, ([5, 6, 7], 3), ({1: 2},), ((x for x in "ab"),), (3,))
    out += tried(
        zipped,
        ([1, 2, 3], [4, 5, 6]),
        ([1, 2], [4]),
        ([1], [4, 5]),
        ("ab", range(3)),
        ((1, 2), {3: 4}),
        (b"ab", bytearray(b"cd")),
        ([1, 2], [4], True),
        ([1], [4, 5], True),
        ([1], 5),
    )
    out += tried(items_of, ({1: 2, "x": 3},), (OddDict(a=1),), ([1],), ({},))
    out += tried(
        pairs_of, ([(1, 2), (3, 4)],), ([[1, 2], (3, 4)],), (["ab"],), ([(1, 2, 3)],), ([(1,)],), ([5],)
    )
    shared = iter([1, 2, 3, 4, 5])
    out.append(zipped(shared, shared))
    left, right = iter([1, 2, 3]), iter([1])
    out += [zipped(left, right), list(left)]
    left, right = iter([1]), iter([1, 2, 3])
    out += [zipped(left, right), list(right)]
    return out


def change_size(table):
    out = []
    for key, value in table.items():
        out.append(key)
        if key == 2:
            table[99] = value
    return out


def change_key(table):
    out = []
    for key in table:
        out.append(key)
        if key == 2:
            del table[2]
            table[77] = 1
    return out


def case_dict_changes_while_iterated():
    out = tried(change_size, ({1: 1, 3: 3},), ({1: 1, 2: 2, 3: 3},))
    out += tried(change_key, ({1: 1, 3: 3},), ({1: 1, 2: 2, 3: 3},), ({2: 1},))
    return out


def watch(pairs):
    for i, item in pairs:
        log.append(("body", i))
        del item
        log.append("deleted")
    log.append("over")


def case_items_go_when_they_did():
    for _ in range(5):
        log.clear()
        watch(enumerate([Loud("a"), Loud("b")]))
        watch(zip(range(2), [Loud("c"), Loud("d")]))
        watch({1: Loud("e"), 2: Loud("f")}.items())
        watch([(1, Loud("g")), (2, Loud("h"))])
        watch((1, Loud(name)) for name in "ij")
        watch(enumerate(map(Loud, "kl")))
    return list(log)


def temporary(names):
    for item in [Loud(name) for name in names]:
        log.append(item.name + " seen")
    log.append("behind")


def broken_off(names):
    for item in [Loud(name) for name in names]:
        return item.name


def case_temporary_lists():
    for _ in range(5):
        log.clear()
        temporary("abc")
        log.append(broken_off("de"))
    return list(log)


# --- unpacking ---


def unpacked(pair):
    a, b = pair
    return b, a


def rotated(a, b, c, d):
    a, b, c, d = d, a, b, c
    a, b = (b, a)
    return a, b, c, d


def numbers_rotated(n):
    a, b, c, d = 1, 2, 3, 4
    for i in range(n):
        a, b, c, d = d + i, a, b * 1.5, c
    return a, b, c, d


def case_unpacking():
    out = tried(
        unpacked,
        ((1, 2),),
        ([1, 2],),
        ("ab",),
        ((1, 2, 3),),
        ([1],),
        (iter([1, 2]),),
        (5,),
        (OddList([1, 2]),),
    )
    out += tried(unpacked, ([1, 2],), ((3, 4),), ([1, 2, 3],))
    out += tried(rotated, (1, 2, 3, 4), ("a", 2.5, None, []))
    return out + [numbers_rotated(n) for n in range(9)]


# --- subscripts ---


def item_of(container, key):
    return container[key]


def character(text, index):
    letter = text[index]
    return letter, letter == "b", letter < "c", ord(letter), letter + letter


def case_characters():
    out = tried(
        character,
        ("abc", 1),
        ("abc", -3),
        ("abc", 3),
        ("abc", -4),
        ("gr\xfc\xdfe", 2),
        ("\u03b1\u03b2", 1),
        ("a\U0001f600", -1),
        (OddStr("abc"), 0),
        (["a", "b"], 0),
        ("abc", True),
        ("abc", 2**70),
        ("abc", slice(1, 2)),
        ("", 0),
    )
    return out


def crossed_out(array, index, value):
    array[index] = value
    return array[index], array[-1], array


def case_bytes():
    out = tried(
        crossed_out,
        (bytearray(b"abc"), 1, 7),
        (bytearray(b"abc"), -3, 255),
        (bytearray(b"abc"), 3, 7),
        (bytearray(b"abc"), 0, 256),
        (bytearray(b"abc"), 0, -1),
        (bytearray(b"abc"), 0, "x"),
        (bytearray(b"abc"), 0, True),
        (bytearray(b"abc"), 1.0, 7),
        (bytearray(b"abc"), slice(0, 1), b"zz"),
        (bytearray(b""), 0, 7),
        ([1, 2, 3], 1, 7),
        (b"abc", 1, 7),
    )
    out += tried(
        item_of, (b"abc", 1), (b"abc", -1), (b"abc", 9), (bytearray(b"abc"), 1), ("abc", 1), ([1], 0)
    )
    out += tried(item_of, (bytearray(b"abc"), 1), (bytearray(b"abc"), -4), ((1, 2), 1), ({1: 2}, 1))
    return out


def case_dict_items():
    odd = {OddKey(1): "odd", 5: "five"}
    log.clear()
    out = tried(
        item_of,
        ({1: 2, "a": 3}, 1),
        ({1: 2, "a": 3}, "a"),
        ({1: 2}, 9),
        ({1: 2}, 1.0),
        ({1: 2}, True),
        ({1.0: 2}, 1),
        ({True: 2}, 1),
        ({"a": 1}, 1),
        ({"a": 1}, []),
        ({2**70: 5}, 2**70),
        ({-1: "x", -2: "y"}, -2),
        ({-2: "y", -1: "x"}, -1),
        (OddDict({1: 2}), 9),
        (odd, 1),
        (odd, 5),
        ([5, 6], 1),
    )
    return out, list(log)


def got(table, key):
    return table.get(key), table.get(key, "none"), key in table, key not in table


def case_dict_get():
    log.clear()
    odd = {OddKey(1): "odd"}
    out = tried(
        got, ({1: 2}, 1), ({1: 2}, 3), ({"a": 2}, "a"), ({1: 2}, 1.0), (OddDict(), 1), (odd, 1), ({1: 2}, [])
    )
    out += tried(got, ({"a": 2}, "a"), ({"a": 2}, "b"), ({"a": 2}, OddStr("a")), ({}, "a"), ([], 1))
    return out, list(log)


def sliced(container, start, stop):
    return container[start:stop], container[:stop], container[start:], container[:]


def case_slices():
    out = []
    for container in ([1, 2, 3, 4], (1, 2, 3, 4), "abcd", b"abcd", bytearray(b"abcd"), "gr\xfc\u03b1"):
        out += tried(
            sliced,
            (container, 1, 3),
            (container, -3, -1),
            (container, 3, 1),
            (container, -99, 99),
            (container, None, 2),
            (container, 2**70, -(2**70)),
            (container, "x", 1),
        )
    out += tried(sliced, ([1, 2, 3], 1, 2), (OddList([1, 2]), 0, 1), (5, 1, 2))
    whole = "abcd"
    return out, whole[:] is whole


# --- lists ---


def pushed(items, value):
    items.append(value)
    items.append(value)
    return items.pop(), len(items), items


def emptied(items):
    out = []
    while items:
        out.append(items.pop())
    return out


class Appender:
    def __init__(self):
        self.seen = []

    def __repr__(self):
        return "Appender"

    def append(self, value):
        self.seen.append(value)

    def pop(self):
        return "popped"

    def __repr__(self):
        return "Appender()"

    def __len__(self):
        return len(self.seen)

    def __repr__(self):
        return "Appender"


def case_append_and_pop():
    out = tried(pushed, ([], 1), ([1.5], "x"), (OddList(), 1), (Appender(), 3), (bytearray(), 65), (None, 1))
    out += tried(emptied, (list(range(40)),), ([],), (bytearray(b"ab"),))
    items = []
    for n in range(1000):
        items.append(n)
    out.append((len(items), sum(items), items.pop(), items.pop(0)))
    return out


# --- comparison and joining ---


def compared(a, b):
    return a == b, a != b, "branch" if a == b else "other", b"".join([b""]) == b""


def joined(a, b):
    return a + b


def contained(item, container):
    return item in container, item not in container


def case_strings():
    long = "x" * 50
    out = tried(
        compared,
        ("ab", "ab"),
        ("ab", "ac"),
        (long, "x" * 50),
        ("ab", "\u03b1\u03b2"),
        (OddStr("a"), "a"),
        ("a", OddStr("a")),
        ("a", 1),
        ("a", b"a"),
        (1, 1.0),
    )
    out += tried(
        joined, ("a", "b"), ("a", 1), (OddStr("a"), "b"), ([1], [2]), ("\u03b1", "x"), (1, 2), ((1,), (2,))
    )
    out += tried(joined, ([1], [2]), ([1], (2,)), (OddList([1]), [2]))
    out += tried(
        contained,
        ("a", "abc"),
        ("", "abc"),
        ("x", "abc"),
        (1, "abc"),
        ("a", OddStr("x")),
        ("a", ["a"]),
        ("a", 1),
    )
    out += tried(
        contained, (1, {1: 2}), (1.0, {1: 2}), ([], {1: 2}), (OddKey(1), {1: 2}), (1, {OddKey(1): 1})
    )
    return out


# --- built-in functions ---


def lengths(thing):
    return len(thing) + 1


def case_len():
    out = []
    for thing in ([1], (1, 2), "abc", {1: 2}, {1, 2}, b"ab", bytearray(5), OddList(), OddStr("ab"), range(7)):
        out += tried(lengths, (thing,), ([1, 2],), ("x",), (5,), (Loud,))
    return out


def smaller(a, b):
    return min(a, b), max(a, b), abs(a)


def case_min_max_abs():
    nan, zero = float("nan"), -0.0
    out = tried(
        smaller, (1, 2), (2, 1), (1, 2.5), (2**63, 1), (-(2**63), 1), (True, False), ("a", "b"), (1, "x")
    )
    out += tried(smaller, (1.0, 2.0), (nan, 1.0), (1.0, nan), (0.0, zero), (zero, 0.0), (1, 1.0), (1.0, 1))
    return out


def converted(x):
    return int(x), float(x), bool(x)


def case_conversions():
    out = tried(
        converted,
        (2.7,),
        (-2.7,),
        (1e300,),
        (float("inf"),),
        (float("nan"),),
        ("12",),
        (True,),
        (2**62 * 1.0,),
    )
    out += tried(converted, (5,), (2**70,), (2**53 + 1,), (0,), ("x",), (10**400,), (None,))
    return out


def codes(letter, number):
    return ord(letter), chr(number), chr(number) == letter


def case_ord_chr():
    return tried(
        codes,
        ("a", 97),
        ("\xfc", 252),
        ("\u03b1", 945),
        ("ab", 97),
        ("", 0),
        ("a", -1),
        ("a", 2**21),
        (b"a", 97),
        ("a", "x"),
    )


def calculated(x):
    return math.sqrt(x), math.sin(x), math.cos(x), math.atan(x), math.floor(x), math.ceil(x), math.fabs(x)


def raised(x):
    return math.exp(x), math.log(x), math.tan(x)


def case_math():
    inf = float("inf")
    out = tried(
        calculated,
        (2.5,),
        (-2.5,),
        (0.0,),
        (inf,),
        (-inf,),
        (float("nan"),),
        (4,),
        (2**70,),
        ("x",),
        (1e300,),
    )
    return out + tried(raised, (2.5,), (0.0,), (-1.0,), (1e5,), (-1e5,), (inf,), (3,), (10**400,), (None,))


def kinds(x, wanted):
    return isinstance(x, wanted), isinstance(x, (int, str))


class Pretender:
    __class__ = int


def case_isinstance():
    return tried(
        kinds,
        (1, int),
        (True, int),
        ("a", int),
        (Pretender(), int),
        (1, (str, float)),
        (1, 5),
        (1, int | str),
    )


def uses_len(thing):
    return len(thing)


def uses_sqrt(x):
    return math.sqrt(x)


def case_names_change():
    out = [uses_len([1, 2]) for _ in range(6)]
    builtins_len = builtins.len
    try:
        builtins.len = lambda thing: "builtin"
        out.append(uses_len([1]))
        globals()["len"] = lambda thing: "global"
        out.append(uses_len([1]))
    finally:
        builtins.len = builtins_len
        globals().pop("len", None)
    out += [uses_len([1, 2, 3]) for _ in range(3)]
    out += [uses_sqrt(4.0) for _ in range(6)]
    kept = math.sqrt
    try:
        math.sqrt = lambda x: "sqrt"
        out.append(uses_sqrt(4.0))
        math.sqrt = math.sin
        out.append(uses_sqrt(0.0))
    finally:
        math.sqrt = kept
    return out + [uses_sqrt(9)]


def case_types_change_in_the_middle():
    out = []
    for _ in range(3):
        for container in ("abc", [1, 2, 3], (4, 5, 6), b"xyz", {0: 1, 1: 2, 2: 3}, bytearray(b"123")):
            n = 0
            for i in range(3):
                item = container[i]
                n += item if isinstance(item, int) else ord(item)
            out.append(n)
            for item in container:
                out.append(item)
    return out


def caesar(text, by):
    out = ""
    for letter in text:
        if "a" <= letter <= "z":
            out += chr((ord(letter) - 97 + by) % 26 + 97)
        else:
            out += letter
    return out


def case_caesar():
    return tried(
        caesar,
        ("hello, world", 3),
        ("gr\xfc\xdfe", 3),
        ("\u03b1lpha", 3),
        (["a", "bc"], 1),
        ("", 1),
        ("z", 1),
    )
