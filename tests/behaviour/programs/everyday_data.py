"""Data that everyday programs keep: ends of deques, sums, text made of values, globals."""

import collections
import heapq
import sys


def drive(function, *arguments):
    result = None
    for _ in range(40):
        result = function(*arguments)
    return result


def outcome(function, *arguments):
    try:
        return function(*arguments)
    except Exception as error:  # noqa: BLE001
        return type(error).__name__, str(error)


def both_ends(queue, count):
    taken = []
    for i in range(count):
        queue.append(i)
        queue.appendleft(-i)
    while queue:
        taken.append(queue.popleft())
        if queue:
            taken.append(queue.pop())
    return taken


def case_deques_grow_and_shrink():
    for count in (0, 1, 2, 31, 63, 64, 65, 200):
        print(sum(both_ends(collections.deque(), count)), both_ends(collections.deque([1, 2]), count)[:5])


def case_deques_of_a_length_and_empty_ones():
    print(both_ends(collections.deque(maxlen=5), 20))
    print(drive(outcome, lambda q: q.popleft(), collections.deque()))
    print(drive(outcome, lambda q: q.pop(), collections.deque()))

    class Loud:
        def __del__(self):
            print("gone", len(bounded))

    bounded = collections.deque(maxlen=2)

    def push():
        bounded.append(Loud())

    for _ in range(6):
        push()
    bounded.clear()


class Stack(collections.deque):
    def append(self, value):
        super().append(value * 2)


def case_deques_of_other_classes():
    print(both_ends(Stack(), 5), both_ends(collections.deque("ab"), 3))


def case_a_deque_changed_while_gone_over():
    def change(queue):
        for item in queue:
            queue.append(item)

    print(drive(outcome, change, collections.deque([1, 2])))
    print(drive(outcome, change, collections.deque()))


def drain(items):
    total = 0
    while items:
        total += items.pop()
    return total


def case_lists_give_memory_back():
    print([drain(list(range(n))) for n in (0, 1, 2, 3, 5, 17, 100, 300)])
    sizes = []
    items = list(range(200))

    def pop():
        items.pop()
        sizes.append(sys.getsizeof(items))

    for _ in range(200):
        pop()
    print(sizes)
    print(drive(outcome, lambda: [].pop()))


def total(items):
    return sum(items)


def least_and_greatest(items):
    return min(items), max(items)


class Number(int):
    def __add__(self, other):
        return Number(int(self) * 10 + other)

    __radd__ = __add__

    def __lt__(self, other):
        return int(self) > int(other)

    __gt__ = __lt__


MANY = (
    [],
    [1, 2, 3],
    (4, 5),
    [True, False, True, 7],
    [2**62, 2**62, 2**62],
    [-(2**63), -1],
    [2**80, 1],
    [0.1] * 10,
    [1, 2.5, 3],
    [2**53, 1, 0.5],
    [0.5, 2**70],
    [1e308, 1e308, -1e308],
    [float("nan"), 1.0],
    [1.0, float("nan")],
    [-0.0, 0],
    [1, "a"],
    ["b", "a", "c"],
    [1j, 2],
    [Number(3), Number(4)],
    [1, Number(2), 3],
    [None],
    [[1], [2]],
)


def case_sums_and_extremes():
    for items in MANY:
        print(drive(outcome, total, items), drive(outcome, least_and_greatest, items))
    same = [1.0, 1, True, 1.0]
    print(min(same) is same[0], max(same) is same[0], drive(least_and_greatest, same))


class Base:
    kind = "base"


class Derived(Base):
    @property
    def missing(self):
        raise AttributeError("by the property")

    @property
    def wrong(self):
        raise KeyError("by the property")


class Pretending:
    __class__ = Derived


class Meta(type):
    def __instancecheck__(cls, other):
        print("asked")
        return other == 5


class Asking(metaclass=Meta):
    pass


def kinds(value):
    return isinstance(value, Base), isinstance(value, (int, Derived)), isinstance(value, (str, Asking, Base))


def case_instances():
    for value in (Base(), Derived(), 5, True, "a", Pretending(), Base, None, Number(1)):
        print(drive(outcome, kinds, value) if value != 5 else kinds(value))
    print(drive(outcome, lambda v: isinstance(v, (int, 5)), "a"))
    print(drive(outcome, lambda v: isinstance(v, int | str), 5))


def case_a_class_changes():
    class Thing:
        pass

    thing = Thing()

    def ask():
        return isinstance(thing, (Base, str)), isinstance(thing, Base)

    print(drive(ask))
    Thing.__class__ = property(lambda self: Derived)
    print(drive(ask))
    del Thing.__class__
    thing.__class__ = Derived
    print(drive(ask))


counter = 0
last = None
gone = 0


class Ends:
    def __del__(self):
        global gone
        gone += 1


def count_up(steps):
    global counter
    for i in range(steps):
        counter += i
    return counter


def keep(value):
    global last
    last = value


def keep_new():
    keep(Ends())
    return gone


def case_globals_are_stored():
    global counter, last, gone
    counter, gone = 0, 0
    print(drive(count_up, 100))
    counter = 2**63 - 10
    print(drive(count_up, 5), counter)
    counter = "text"
    print(outcome(count_up, 3))
    for value in (1, 2.5, "a", [1], None):
        drive(keep, value)
        print(last)
    print([keep_new() for _ in range(10)])
    last = None
    print(gone)
    del globals()["last"]
    drive(keep, 5)
    print(last)
    del globals()["counter"]
    print(drive(outcome, count_up, 3))
    counter = 0


def case_globals_of_another_dict():
    text = "total = 0\ndef add(n):\n    global total\n    total += n\n    return total\n"
    spaces = [{}, {}]
    for space in spaces:
        exec(text, space)
    for _ in range(30):
        print(spaces[0]["add"](1), spaces[1]["add"](2), end=" ")
    spaces[0]["other"] = 1
    print(drive(spaces[0]["add"], 1), spaces[0]["total"], spaces[1]["total"])


VALUES = (
    0,
    -7,
    123456,
    2**40,
    -(2**63),
    2**63 - 1,
    2**63,
    -(2**70),
    True,
    1.5,
    -0.0,
    1e16,
    1e-7,
    123456.789,
    float("inf"),
    float("nan"),
    "",
    "a",
    "text",
    "n\u00e4me",
    None,
    (1, 2),
    (3,),
    {"a": 1},
    Number(5),
    1j,
)

SPECS = (
    "",
    "5",
    "05",
    "<6",
    ">6",
    "^7",
    "*^9",
    "d",
    "s",
    ".2f",
    "8.3f",
    "08.3f",
    "x",
    ",",
    "+",
    "-<4d",
    "200",
    ".3",
    "f",
    "^06",
)


def fields(value):
    return f"{value:5}|{value:>8}|{value}|{value!r:>6}"


def case_fields_of_f_strings():
    for value in VALUES:
        print(drive(outcome, fields, value))
        for spec in SPECS:
            print(drive(outcome, lambda v, s: f"{v:{s}}", value, spec), end=" ")
        print(drive(outcome, lambda v: f"{v:.2f} {v:06} {v:d}", value))


def formats(value):
    return "{} {}".format(value, 1) + "{0:>5} {1}{0}".format(value, 2) + "{{{:^9}}}".format(value)


def percents(value):
    return "%s and %d%%" % (value, 3) + "%5s|%-5s|" % (value, value) + "%s" % (value,)


def one_percent(value):
    return "<%s>" % value


def numbers(value):
    return "%d %5d %-5d %05d" % (value, value, value, value) + "%.2f %8.3f %f" % (value, value, value)


def case_text_of_values():
    for value in VALUES:
        print(drive(outcome, formats, value), drive(outcome, percents, value))
        print(drive(outcome, one_percent, value), drive(outcome, numbers, value))


def wrong(which, value):
    if which == 0:
        return "{} {}".format(value)
    if which == 1:
        return "{} {0}".format(value)
    if which == 2:
        return "{".format(value)
    if which == 3:
        return "%d %d" % (value,)
    if which == 4:
        return "%d" % (value, value)
    if which == 5:
        return "%" % value
    if which == 6:
        return "{:}>5} {".format(value)
    if which == 7:
        return "{} {name}".format(value)
    if which == 8:
        return "none" % value
    return "{:{}} {!r} {0[0]}".format(value, 5)


def case_texts_that_are_wrong():
    for which in range(10):
        for value in (1, "a", {}, ()):
            print(drive(outcome, wrong, which, value), end=" ")
        print()


class Formatted:
    def __format__(self, spec):
        return "formatted " + spec

    def __str__(self):
        return "of str"

    def __rmod__(self, other):
        return "by rmod"


class Subtext(str):
    def __rmod__(self, other):
        return "rmod of a text"


def case_values_with_their_own_ways():
    for value in (Formatted(), Subtext("sub")):
        print(
            drive(outcome, formats, value),
            drive(outcome, percents, value),
            drive(outcome, one_percent, value),
        )
        print(drive(outcome, fields, value))


def case_long_texts():
    for size in (10, 500, 511, 512, 513, 2000):
        text = "x" * size
        print(len(drive(formats, text)), len(drive(percents, text)), len(drive(fields, text)))


def case_sets_and_dicts_grow():
    def grow(count):
        seen, table, again = set(), {}, 0
        for i in range(count):
            key = (i * 7) % 50
            if key in seen:
                again += 1
            seen.add(key)
            seen.add((key, i % 3))
            table[key] = table.get(key, 0) + 1
            table[str(i)] = i
            table[key, i] = [i]
        for i in range(0, count, 2):
            seen.discard(i)
            table.pop(str(i))
            seen.add(str(i))
            table[i, "new"] = i
        return again, sorted(map(str, seen)), list(table.items())

    for count in (0, 1, 4, 5, 6, 10, 90):
        print(drive(grow, count))


def case_a_dict_that_is_gone_over_grows():
    def change(table):
        for key in table:
            table[key + 100] = key

    print(drive(outcome, change, {1: 2}), outcome(change, {i: i for i in range(3)}))


class Same:
    def __init__(self, value):
        self.value = value

    def __hash__(self):
        print("hash", end=" ")
        return self.value % 2

    def __eq__(self, other):
        print("eq", end=" ")
        return self.value == other.value


def case_keys_that_run_code():
    def fill():
        seen, table = set(), {}
        for i in (1, 2, 1, 3):
            seen.add(Same(i))
            table[Same(i)] = i
            table[1] = i
        return len(seen), len(table)

    print(fill(), fill(), fill())


def sorted_by_heap(items):
    heap, out = [], []
    for item in items:
        heapq.heappush(heap, item)
    shape = list(heap)
    while heap:
        out.append(heapq.heappop(heap))
    return shape, out


HEAPS = (
    [],
    [3, 1, 2],
    [5, -5, 0, 2**40, -(2**40), 2**70, 2**30, -(2**30), 1 - 2**30],
    [0.5, -1.5, 3, 2, float("inf"), True],
    [float("nan"), 1.0, 2.0, 0.5],
    [(1, "b"), (1, "a"), (0, "c"), (1,), ()],
    [(i * 7 % 10, -i, "x") for i in range(30)],
    [(0.5, (1, 2)), (0.5, (1, 1)), (0.25, None)],
    [(1, [2]), (1, [1]), (0, [3])],
    ["b", "a", "c"],
    [[2], [1]],
    [(1, None), (1, None)],
    [(float("nan"), 1), (float("nan"), 0), (1.0, 2)],
    [1, "a"],
    [Number(1), Number(5), Number(3)],
)


def case_heaps():
    for items in HEAPS:
        print(drive(outcome, sorted_by_heap, items))
    print(drive(outcome, lambda: heapq.heappop([])), drive(outcome, lambda: heapq.heappush((), 1)))
    print(drive(outcome, lambda h: heapq.heappush(h, 2), collections.UserList()))


class Changing:
    def __init__(self, value, heap, how):
        self.value, self.heap, self.how = value, heap, how

    def __lt__(self, other):
        if self.how == "error":
            raise KeyError(self.value)
        if self.how == "grow":
            self.heap.append(self)
        if self.how == "shrink":
            self.heap.clear()
        if self.how == "replace":
            self.heap[:] = [Changing(i, self.heap, "") for i in range(len(self.heap))]
        return self.value < other.value


def case_heaps_that_change_while_compared():
    def run(how):
        heap = []
        for i in (3, 1, 2):
            heapq.heappush(heap, Changing(i, heap, ""))
        for item in list(heap):
            item.how = how
        first = outcome(lambda: heapq.heappush(heap, Changing(0, heap, how)))
        second = outcome(lambda: heapq.heappop(heap).value)
        return first, second, [item.value for item in heap]

    for how in ("", "error", "grow", "shrink", "replace"):
        print([run(how) for _ in range(6)])


def finds(text, part):
    return text.find(part), text.rfind(part), text.count(part), text.index(part)


def case_text_is_looked_for():
    for text in ("", "a", "hello, world", "n\u00e4n\u00e4", "\u4e00" * 3, Text("kind")):
        for part in ("", "a", "o", "hello, world!", "n\u00e4", "\u4e00", Text("n"), 5):
            print(drive(outcome, finds, text, part), end=" ")
        print()


def joined(a, b):
    return a + b + a + "!", a + b


def case_text_is_joined():
    for a in ("", "a", "hello", "n\u00e4", "\u4e00", Text("kind")):
        for b in ("", "b", "world" * 30, "\u00e4", "\U0001f600", b"b"):
            print(drive(outcome, joined, a, b), end=" ")
        print()


def case_sets_change_while_gone_over():
    def change(size, step):
        numbers, met = set(range(size)), []
        try:
            for number in numbers:
                met.append(number)
                numbers.discard(number)
                numbers.add(number + step)
                if len(met) > 40:
                    break
        except RuntimeError as error:
            met.append(str(error))
        return met, sorted(numbers)

    for size in (1, 3, 6, 20):
        for step in (1, 7, 8, 32, 64):
            print(drive(change, size, step))


Point = collections.namedtuple("Point", "x y")


class Named(Point):
    def __getattribute__(self, name):
        return 7 if name == "y" else super().__getattribute__(name)


class Longer(Point):
    extra = 5

    @property
    def total(self):
        return self.x + self.y


def fields_of(point):
    return point.x + point.y, point.x, point.y


def case_named_tuples():
    for point in (Point(1, 2), Point(1.5, 2**70), Longer("a", "b"), Named(1, 2), Point([], [1])):
        print(drive(outcome, fields_of, point))
    print(drive(outcome, lambda p: p.total + p.extra, Longer(3, 4)))
    short, long = tuple.__new__(Point, (1,)), tuple.__new__(Point, (1, 2, 3))
    print(
        drive(outcome, fields_of, long), drive(outcome, fields_of, short), drive(outcome, fields_of, (1, 2))
    )

    def store(point):
        point.x = 5

    print(drive(outcome, store, Point(1, 2)))
    points = [Point(i, -i) if i % 3 else Longer(i, "x" * i) for i in range(40)]
    print([outcome(fields_of, point) for point in points])


def case_a_field_is_replaced():
    Pair = collections.namedtuple("Pair", "first second")
    pair, other = Pair(1, 2), Pair("a", "b")
    print(drive(outcome, lambda: (pair.first, other.second)))
    Pair.first = Pair.second
    print(drive(outcome, lambda: (pair.first, other.second)))
    Pair.second = 9
    print(drive(outcome, lambda: (pair.first, other.second)))
    del Pair.second
    print(drive(outcome, lambda: (pair.first, other.second)))


def complex_steps(z, c):
    for _ in range(3):
        z = z * z + c
    return z, z - c, c - z, z * 2, abs(z), -0.0 + z


def case_complex_numbers():
    inf, nan = float("inf"), float("nan")
    values = (
        0j,
        1 + 2j,
        complex(-0.0, -0.0),
        complex(inf, nan),
        1.5,
        3,
        True,
        2**60,
        2**80,
        10**400,
        "a",
        None,
    )
    for z in values:
        for c in (1j, 0.5, complex(0.0, -0.0), 2**60 + 1):
            print(drive(outcome, complex_steps, z, c))
    print(drive(outcome, abs, complex(1e308, 1e308)), drive(outcome, lambda z: abs(z) > 2, 3 + 4j))


def case_items_are_deleted():
    def delete(container, key):
        del container[key]
        return container

    for key in (0, -1, 1, 5, -5, True, slice(0, 2), "a", None, 2**70):
        print(drive(outcome, lambda k: delete(list("abc"), k), key))
        print(drive(outcome, lambda k: delete({0: 1, "a": 2, None: 3}, k), key))
        print(drive(outcome, lambda k: delete(collections.Counter("a"), k), key))
    holder = []

    class Ends:
        def __del__(self):
            holder.append(len(items))

    items = []

    def run():
        items[:] = [Ends(), Ends(), 1]
        del items[0]
        del items[-1]
        del items[0]

    for _ in range(8):
        run()
    print(holder)


class Visitor:
    def __init__(self):
        self.seen = []

    def visit(self, node):
        return getattr(self, "visit_" + type(node).__name__, self.other)(node)

    def visit_int(self, node):
        self.seen.append(node)
        return node

    @staticmethod
    def visit_str(node):
        return node + "!"

    @classmethod
    def visit_float(cls, node):
        return cls.__name__, node

    def other(self, node):
        return "other"


def case_visitors():
    visitor = Visitor()
    nodes = (1, "a", 2.5, None)
    print([drive(outcome, visitor.visit, node) for node in nodes], len(visitor.seen))
    visitor.visit_int = lambda node: "own"
    print([drive(outcome, visitor.visit, node) for node in nodes])
    del visitor.visit_int
    Visitor.visit_int = lambda self, node: "of the class"
    Visitor.visit_NoneType = Visitor.visit_str
    print([drive(outcome, visitor.visit, node) for node in nodes])
    bound = getattr(visitor, "vis" + "it")
    print(bound.__self__ is visitor, bound.__func__ is Visitor.visit, bound(3))
