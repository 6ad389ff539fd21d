"""What programs of the kind `library` are made of: their prelude, what a kernel may have and what is done with it, what
classes are meddled with by."""

LIBRARY_PRELUDE = """
import collections
import contextlib
import dataclasses
import enum
import functools
import math
import operator
import random
import struct
import typing

rolls = random.Random(5)


@dataclasses.dataclass
class Dot:
    x: int
    y: float = 0.5
    tags: list = dataclasses.field(default_factory=list, compare=False)

    def moved(self, by):
        return Dot(self.x + by, self.y)

    @property
    def norm(self):
        return self.x * self.x + self.y

    def told(self):
        return "Dot", plain(self.x), plain(self.y), plain(self.tags)


@dataclasses.dataclass(frozen=True, order=True, slots=True)
class Fixed:
    a: int
    b: object = "b"

    def told(self):
        return "Fixed", plain(self.a), plain(self.b)


class Nt(typing.NamedTuple):
    a: object
    b: object = 5

    def both(self):
        return self.a, self.b


class Color(enum.IntEnum):
    RED = 1
    BLUE = 4

    @property
    def dark(self):
        return self.value > 2


class Flags(enum.Flag):
    A = 1
    B = 2


class Slot:
    __slots__ = ("v", "w")

    def __init__(self, v):
        self.v = v

    def twice(self):
        return self.v + self.v

    def told(self):
        return "Slot", plain(getattr(self, "v", "none")), plain(getattr(self, "w", "none"))


class Base:
    shared = 1

    def __init_subclass__(cls, tag=0, **rest):
        super().__init_subclass__(**rest)
        cls.tag = tag

    def __init__(self, n=1):
        self.n = n

    def up(self, by):
        return self.n + by

    @classmethod
    def made(cls, n):
        return cls(n)

    @staticmethod
    def still(n):
        return n, 1

    @property
    def half(self):
        return self.n / 2

    def told(self):
        return type(self).__name__, {name: plain(value) for name, value in sorted(vars(self).items())}


class Mixed:
    def up(self, by):
        return ["mixed", super().up(by)]


class Sub(Mixed, Base, tag=3):
    def __init__(self, n=2, *more):
        super().__init__(n)
        self.more = more

    def up(self, by):
        return super().up(by), self.n

    @classmethod
    def made(cls, n):
        return super().made(n)

    @property
    def half(self):
        return super().half + 1

    def __eq__(self, other):
        return isinstance(other, Base) and self.n == other.n

    def __hash__(self):
        return hash(self.n)


class Miss(dict):
    def __missing__(self, key):
        return key


class Tally(collections.Counter):
    pass


class Bag(list):
    def total(self):
        return sum(self)

    def __contains__(self, item):
        return super().__contains__(item) or item == 3


class Text(str):
    def loud(self):
        return Text(self.upper())


class Rough(int):
    def __eq__(self, other):
        return int(self) - 1 <= other <= int(self) + 1

    def __hash__(self):
        return 1


class Late:
    def __init__(self, value):
        self.value = value

    def __getattr__(self, name):
        if name == "told":
            raise AttributeError(name)
        return name, self.value

    def __iter__(self):
        yield self.value
        yield 2

    def __format__(self, spec):
        return spec + "!"


@contextlib.contextmanager
def managed(out, value):
    out.append("in")
    try:
        yield value
    except KeyError:
        out.append("swallowed")
    finally:
        out.append("out")


@functools.lru_cache(maxsize=3)
def cached(value):
    return value, 1


class Tick:
    def __await__(self):
        got = yield "tick"
        return got


class Steps:
    def __init__(self, n):
        self.n = n

    def __aiter__(self):
        return self

    async def __anext__(self):
        self.n -= 1
        if self.n < 0:
            raise StopAsyncIteration
        return await Tick() or self.n

    async def __aenter__(self):
        await Tick()
        return self

    async def __aexit__(self, kind, value, traceback):
        return await Tick() == 1 and kind is KeyError


async def stepping(n):
    try:
        for i in range(n):
            yield i
            await Tick()
    finally:
        NOTES.append("stepped")


def run(coroutine, sent=None):
    turns = 0
    try:
        while True:
            coroutine.send(None if turns == 0 else sent)
            turns += 1
    except StopIteration as end:
        return end.value, turns


LIBRARY = (Dot, Fixed, Nt, Slot, Base, Mixed, Sub, Miss, Bag, Text, Late, Steps)
LIBRARY_AS_IT_WAS = {kind: (kind.__bases__, dict(vars(kind))) for kind in LIBRARY}


def restore_library():
    cached.cache_clear()
    NOTES.clear()
    for kind, (bases, names) in LIBRARY_AS_IT_WAS.items():
        if kind.__bases__ != bases:
            kind.__bases__ = bases
        for name in [name for name in vars(kind) if name not in names]:
            delattr(kind, name)
        for name, value in names.items():
            if vars(kind).get(name, NOTES) is not value and name not in ("__dict__", "__weakref__", "__doc__"):
                setattr(kind, name, value)

"""

# What a kernel may have, by name: how it is made, expressions with it, statements with it.
THINGS = {
    "dot": (
        "Dot(3, 1.5)",
        (
            "dot.x",
            "dot.norm",
            "dot.moved({a}).x",
            "(dot == Dot({a}))",
            "Dot({a}, {b})",
            "dataclasses.replace(dot, x={a}).y",
            "dot.tags",
        ),
        (
            "dot.x = {a}",
            "dot.x += {a}",
            "dot.tags.append({a})",
            "dot = dot.moved({a})",
            "del dot.y",
            "dot.late = i",
        ),
    ),
    "fixed": (
        "Fixed(2)",
        (
            "fixed.a",
            "fixed.b",
            "(fixed == Fixed({a}))",
            "(fixed < Fixed({a}))",
            "{{fixed: {a}}}[Fixed(2)]",
            "hash(fixed) == hash(Fixed({a}))",
        ),
        ("fixed = Fixed({a}, {b})", "if i == 9: fixed.a = {a}"),
    ),
    "nt": (
        "Nt(1, 2.5)",
        (
            "nt.a",
            "nt.b",
            "nt[i % 2]",
            "nt[{a}]",
            "Nt({a}, b={b})",
            "nt._replace(a={a})",
            "nt.both()",
            "(nt == (1, {a}))",
            "(nt < Nt({a}))",
            "[*nt, {a}]",
            "len(nt)",
        ),
        ("nt = Nt({a}, {b})", "{n}, {m} = nt", "nt.a = {a}", "nt = nt._replace(b={a})"),
    ),
    "slot": (
        "Slot(4)",
        (
            "slot.v",
            "slot.twice()",
            "slot.w",
            "Slot({a}).twice()",
            "getattr(slot, 'w', {a})",
            "[getattr(slot, w, {a}) for w in ('v', 'w', 'twice')]",
            "getattr(slot, 'vw'[i % 2])",
        ),
        (
            "slot.v = {a}",
            "slot.w = {a}",
            "del slot.w",
            "slot.v += {a}",
            "slot.other = i",
            "slot = Slot({a})",
            "for w in ('v', 'w'): setattr(slot, w, {a})",
            "setattr(slot, 'vwx'[i % 3], {a})",
        ),
    ),
    "sub": (
        "Sub(2)",
        (
            "sub.n",
            "sub.up({a})",
            "sub.half",
            "sub.made({a}).n",
            "Sub.made({a}).up(i)",
            "sub.still({a})",
            "sub.tag",
            "sub.shared",
            "(sub == Base({a}))",
            "super(Sub, sub).up({a})",
            "Base.up(sub, {a})",
            "getattr(sub, 'n', {a})",
            "getattr(sub, 'no', {a})",
            "isinstance(sub, ({k}, Base))",
            "sub.up",
        ),
        (
            "sub.n = {a}",
            "sub.n += {a}",
            "sub.late = {a}",
            "Sub.shared = {a}",
            "Base.shared += 1",
            "sub = Sub({a}, i)",
            "sub = Base({a})",
            "sub.up = lambda by: by",
            "sub.__class__ = {k}",
            "del sub.n",
            "for w in ('n', 'late', 'tag'): setattr(sub, w, {a})",
            "setattr(sub, ('n', 'late', 'up')[i % 3], {a})",
            "for w in ('late', 'n', 'no'): {n} = getattr(sub, w, {b})",
        ),
    ),
    "count": (
        "collections.Counter('abca')",
        (
            "count[{a}]",
            "count['a']",
            "count.most_common(1)",
            "count + collections.Counter(a={a})",
            "sum(count.values())",
            "({a} in count)",
            "count.get({a})",
            "sorted(count.items(), key=str)",
        ),
        (
            "count[{a}] += 1",
            "count.update(data)",
            "count['a'] -= {a}",
            "del count['b']",
            "count = Tally(data)",
        ),
    ),
    "groups": (
        "collections.defaultdict(list)",
        (
            "groups[{a}]",
            "len(groups)",
            "({a} in groups)",
            "groups.get({a}, {b})",
            "list(groups)",
            "groups['k']",
        ),
        (
            "groups[{a}].append({b})",
            "groups['k'].append(i)",
            "groups[i % 3].append({a})",
            "groups.default_factory = {f}",
            "groups[{a}] += [i]",
            "groups.pop({a}, None)",
        ),
    ),
    "queue": (
        "collections.deque([1, 2, 3], 5)",
        (
            "queue[0]",
            "queue[-1]",
            "queue[{a}]",
            "queue.popleft()",
            "queue.pop()",
            "({a} in queue)",
            "len(queue)",
            "sum(queue)",
            "queue.count({a})",
            "list(queue)",
        ),
        (
            "queue.append({a})",
            "queue.appendleft({a})",
            "queue.rotate(1)",
            "queue[0] = {a}",
            "queue.extend(data)",
        ),
    ),
    "order": (
        "collections.OrderedDict(a=1, b=2)",
        (
            "order[{a}]",
            "order['a']",
            "order.popitem(last=False)",
            "list(order)",
            "({a} in order)",
            "order.get({a})",
        ),
        (
            "order[{a}] = i",
            "order['a'] += 1",
            "order.move_to_end('a')",
            "del order['b']",
            "order.pop({a}, 0)",
        ),
    ),
    "miss": (
        "Miss(a=1)",
        ("miss[{a}]", "miss['a']", "miss.get({a})", "({a} in miss)", "len(miss)"),
        ("miss[{a}] = {b}", "miss['a'] += i", "miss[{a}] += 1", "miss[i] = i"),
    ),
    "bag": (
        "Bag([3, 1, 2])",
        (
            "bag[0]",
            "bag[{a}]",
            "bag.total()",
            "({a} in bag)",
            "len(bag)",
            "bag[1:]",
            "sorted(bag)",
            "bag + [{a}]",
        ),
        (
            "bag.append({a})",
            "bag[0] = {a}",
            "bag += data[:2]",
            "bag.sort()",
            "del bag[:3]",
            "bag = Bag(data)",
        ),
    ),
    "raw": (
        "bytearray(b'abcd')",
        (
            "raw[0]",
            "raw[i % 4]",
            "raw[{a}]",
            "bytes(raw)",
            "raw.find(b'c')",
            "raw[1:3]",
            "raw.count({a})",
            "(b'a' in raw)",
            "int.from_bytes(raw[:2], 'big')",
            "raw + b'x'",
            "memoryview(raw)[1]",
        ),
        (
            "raw.append(i & 255)",
            "raw[0] = {a}",
            "raw += b'xy'",
            "raw[1:2] = b'--'",
            "raw.pop()",
            "del raw[2:6]",
        ),
    ),
    "text": (
        "Text('ab')",
        (
            "text.loud()",
            "text + 'x'",
            "text[i % 2]",
            "len(text)",
            "(text == 'ab')",
            "{{'ab': {a}}}[text]",
            "text.replace('a', str({a}))",
            "text * 2",
            "','.join(text)",
            "text.split('a')",
            "('a' in text)",
            "ord(text[0])",
            "text % ()",
            "text.startswith(('a', 'q'))",
        ),
        ("text = Text({a})", "text += 'q'", "text = text[1:] + 'a'", "text = 'ab' + text"),
    ),
    "rough": (
        "Rough(3)",
        (
            "(rough == {a})",
            "rough + {a}",
            "({a} in (rough,))",
            "{{1: {a}, 3: {b}}}.get(rough)",
            "{{rough}} == {{{a}}}",
        ),
        ("rough = Rough(i)", "rough += {a}", "d[rough] = i"),
    ),
    "late": (
        "Late(4)",
        (
            "late.value",
            "late.other",
            "[*late]",
            "f'{{late:{a}}}'",
            "hasattr(late, 'q')",
            "late.other[1]",
            "next(iter(late))",
        ),
        ("late.value = {a}", "late.other = {a}", "del late.other", "{n}, {m} = late", "late.value += 1"),
    ),
    "color": (
        "Color.RED",
        (
            "color.name",
            "color.value",
            "color + {a}",
            "(color is Color.RED)",
            "(color == {a})",
            "Color({a})",
            "Color['BLUE']",
            "color.dark",
            "{{Color.RED: {a}}}.get(1)",
            "f'{{color}}'",
            "Flags.A | Flags.B",
            "(Flags.A in Flags.A | Flags.B)",
        ),
        ("color = Color({p})", "color = Color.BLUE", "d[color] = {a}"),
    ),
    "wave": (
        "1 + 2j",
        (
            "wave.imag",
            "wave * {a}",
            "abs(wave)",
            "(wave == {a})",
            "wave + {a}",
            "wave - 1j",
            "wave ** 2",
            "-wave",
        ),
        ("wave = complex({a}, 1)", "wave += {a}", "wave *= 0.5", "wave = wave.conjugate()"),
    ),
}

MEDDLING = [
    "Dot.moved = lambda self, by: self",
    "Dot.norm = 7",
    "Dot.x = property(lambda self: 3)",
    "Dot.__eq__ = lambda self, other: 'same'",
    "Nt.a = 5",
    "Nt.both = property(lambda self: (lambda: 9))",
    "Slot.v = 4",
    "Slot.twice = lambda self: -1",
    "Slot.twice = staticmethod(lambda: 'still')",
    "Base.up = lambda self, by: ('new', by)",
    "Mixed.up = Base.up",
    "Sub.up = Base.up",
    "del Sub.up",
    "del Mixed.up",
    "Base.half = 4",
    "Sub.n = property(lambda self: 'n')",
    "Sub.made = lambda *given: Base(5)",
    "Sub.__getattr__ = lambda self, name: name",
    "Sub.__getattribute__ = lambda self, name: object.__getattribute__(self, name) if name != 'n' else 6",
    "Sub.__setattr__ = lambda self, name, value: object.__setattr__(self, name, (value,))",
    "Base.__init__ = lambda self, n=1: setattr(self, 'n', 8)",
    "Sub.__bases__ = (Base,)",
    "Sub.__eq__ = Base.__eq__",
    "Miss.__missing__ = lambda self, key: 5",
    "del Miss.__missing__",
    "Miss.__getitem__ = lambda self, key: 'got'",
    "Miss.__setitem__ = lambda self, key, value: dict.__setitem__(self, key, [value])",
    "Bag.__getitem__ = lambda self, key: key",
    "Bag.__len__ = lambda self: 9",
    "Bag.__iter__ = lambda self: iter((1, 2))",
    "Bag.__bool__ = lambda self: False",
    "Text.__eq__ = lambda self, other: True",
    "Text.__len__ = lambda self: 40",
    "Text.__getitem__ = lambda self, key: 'g'",
    "Late.__getattr__ = lambda self, name: 'later'",
    "Late.other = 3",
    "Late.__iter__ = None",
    "Steps.__anext__ = Late.__getattr__",
]

PATTERNS = (
    "Dot(x=3)",
    "Dot(q, 1.5)",
    "Fixed(a=q)",
    "Nt(q, _)",
    "(q, 2.5)",
    "Color.RED",
    "Base(n=2 | 3)",
    "{'a': q, **rest}",
    "[Dot() as q, *_]",
    "[q, *rest]",
    "complex() | float()",
    "str() | bytes()",
    "Text()",
    "int(q) if q > 2",
    "Late(value=q)",
    "Slot(v=[q])",
    "None | True",
    "-1 | 2.5 | 1+2j",
    "{}",
)

SPECS = (">8", ".2f", "x", ",", "+.1e", "08b", "<5", "^7", "!r", "!s:>4", "_", "%", "", "c")
