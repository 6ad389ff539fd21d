"""Comprehensions, lambdas and nested functions called where they are made, and all that may be different about them."""

import gc
import sys
import traceback
import types

FACTOR = 3


class Item:
    def __init__(self, value):
        self.value = value


class Cursed:
    """An iterable whose iterator looks around."""

    def __init__(self, count, look):
        self.count, self.look = count, look

    def __iter__(self):
        for i in range(self.count):
            self.look(i)
            yield i


def shown(error):
    out = []
    tb = error.__traceback__
    while tb:
        variables = {
            k: v
            for k, v in tb.tb_frame.f_locals.items()
            if not k.startswith(".") and k not in ("out", "error")
        }
        out.append((tb.tb_frame.f_code.co_name, tb.tb_lineno, sorted(map(str, variables.items()))))
        tb = tb.tb_next
    return out


def doubled(values, offset):
    return [value * 2 + offset for value in values]


def case_list_comprehension():
    out = [doubled(range(10), i) for i in range(60)]
    out.append(doubled([1, 2.5, 3], 1))
    out.append(doubled((2**70, True), 1))
    return out


def chosen(items, limit):
    return [item.value for item in items if item.value > limit]


def case_attributes():
    items = [Item(i) for i in range(10)]
    out = [chosen(items, i % 7) for i in range(60)]
    items[3].value = 7.5
    items[4] = types.SimpleNamespace(value=100)
    out.append(chosen(items, 4))
    return out


def quotients(items, by):
    return [by // item.value for item in items]


def case_raises_inside():
    items = [Item(i) for i in (4, 3, 2)]
    out = []
    for i in range(40):
        out.append(quotients(items, i))
    items.append(Item(0))
    for _ in range(4):
        try:
            quotients(items, 12)
        except ZeroDivisionError as error:
            out.append([line[:2] for line in shown(error)])
            out.append([(f.name, f.lineno) for f in traceback.extract_tb(error.__traceback__)])
            tb = error.__traceback__
            while tb.tb_next:
                tb = tb.tb_next
            out.append(tb.tb_frame.f_locals["item"].value)
            out.append(tb.tb_frame.f_back.f_code.co_name)
    return out


def grid(rows, columns):
    return [[row * columns + column for column in range(columns)] for row in range(rows)]


def case_nested():
    return [grid(3, i % 4) for i in range(50)]


def tables(values):
    return {value: value * FACTOR for value in values}, {value % 4 for value in values}


class Key:
    log = []

    def __init__(self, number):
        self.number = number

    def __hash__(self):
        self.log.append(sys._getframe(1).f_code.co_name)
        return hash(self.number % 3)

    def __eq__(self, other):
        self.log.append(sys._getframe(1).f_code.co_name)
        return self.number == other.number

    def __mul__(self, other):
        return self.number * other

    def __mod__(self, other):
        return self


def case_dicts_and_sets():
    out = []
    for i in range(50):
        table, rests = tables(list(range(i % 9)))
        out.append((sorted(table.items()), sorted(rests)))
    table, rests = tables([Key(1), Key(4), Key(1)])
    out.append(([key.number for key in table], len(rests), Key.log))
    table, rests = tables([(1 if i % 2 else 1.0) for i in range(4)])
    out.append((table, rests))
    try:
        tables([[1]])
    except TypeError as error:
        out.append(str(error))
        out.append(traceback.extract_tb(error.__traceback__)[-1].name)
    return out


def multiplied(values):
    return [value * FACTOR for value in values]


def case_globals_change():
    global FACTOR
    out = []
    for i in range(60):
        if i % 20 == 19:
            FACTOR += 1
        out.append(multiplied([i, i + 1]))
    FACTOR = 3
    other = types.FunctionType(multiplied.__code__, {"FACTOR": 100, "__builtins__": __builtins__})
    for i in range(10):
        out.append((multiplied([i]), other([i])))
    return out


def from_iterator(iterator):
    first = [value for value in iterator]
    return first, [value for value in iterator]


def case_iterators_others_hold():
    out = []
    for _ in range(40):
        values = [1, 2]
        iterator = iter(values)
        got = from_iterator(iterator)
        values.append(3)
        out.append((got, list(iterator)))
        pairs = enumerate(iterator)
        out.append(([(a, b) for a, b in pairs], list(pairs)))
        left, right = iter([1, 2, 3]), iter([4])
        out.append(([a + b for a, b in zip(left, right)], list(left)))
        try:
            out.append([a + b for a, b in zip([1, 2], [3], strict=True)])
        except ValueError as error:
            out.append(str(error))
    return out


def swept(table):
    return [table.pop(key) for key in table]


def case_changed_while_gone_over():
    out = []
    for _ in range(40):
        try:
            swept({1: 2, 3: 4})
        except RuntimeError as error:
            out.append((str(error), [f.name for f in traceback.extract_tb(error.__traceback__)]))
        values = [1, 2, 3]
        out.append([values.append(value) for value in values if len(values) < 9])
    return out


def looked_at(count):
    seen = []

    def look(i):
        frame = sys._getframe(2)
        seen.append(
            (frame.f_code.co_name, frame.f_lineno - frame.f_code.co_firstlineno, frame.f_locals.get("value"))
        )

    result = [value + count for value in Cursed(count, look)]
    return result, seen


def case_looked_at():
    return [looked_at(i % 5) for i in range(40)]


def frames_inside(values):
    return [
        (sys._getframe().f_code.co_name, sys._getframe(1).f_code.co_name, sorted(locals()))
        for value in values
    ]


def case_frames():
    return [frames_inside([1, 2]) for _ in range(40)]


def adder_of(i):
    return lambda a, b=5: a + b * i


def case_lambdas():
    out = []
    for i in range(60):
        scale = lambda value: value * i  # noqa: E731
        out.append(scale(2) + scale(3.5))
        out.append(adder_of(i)(1, 2) + adder_of(i)(1))
        out.append((lambda *rest, key=1: (rest, key))(i, key=2))
    return out


def counted(count):
    total = 0

    def step(by):
        nonlocal total
        total += by
        return total

    for i in range(count):
        step(i)
    return total, step(1.5), total


def case_nonlocal():
    return [counted(i) for i in range(50)]


def rebound(count):
    value = 1

    def read():
        return value

    out = []
    for i in range(count):
        out.append(read())
        value = value + i if i % 3 else str(i)
        out.append(read())
        if not i % 3:
            value = i
    del value
    try:
        read()
    except NameError as error:
        out.append((str(error), [f.name for f in traceback.extract_tb(error.__traceback__)]))
    return out


def case_cells_rebound():
    return [rebound(i) for i in range(30)]


def replaced(change):
    def inner(a, b=1):
        return a + b

    out = []
    for i in range(30):
        if i == 20:
            change(inner)
        try:
            out.append(inner(i, 2))
            out.append(inner(i))
        except TypeError as error:
            out.append(str(error))
    return out


def new_code(function):
    function.__code__ = (lambda a, b=1: (a, b)).__code__


def new_defaults(function):
    function.__defaults__ = (100,)


def no_defaults(function):
    function.__defaults__ = None


def case_functions_change():
    out = []
    for _ in range(8):
        out.append([replaced(change) for change in (lambda f: None, new_code, new_defaults, no_defaults)])
    return out


def found_by_collector(count):
    """The function of a comprehension gets another code while its iterable is asked for an iterator."""

    class Changing:
        def __iter__(self):
            for function in gc.get_referrers(mine):
                if isinstance(function, types.FunctionType):
                    function.__code__ = other
            return iter([1, 2])

    mine = next(c for c in found_by_collector.__code__.co_consts if getattr(c, "co_name", "") == "<listcomp>")
    other = (lambda values: ["changed", *values]).__code__
    return [value for value in (Changing() if count == 25 else [1, count])]


def case_function_changed_by_iterable():
    return [found_by_collector(i) for i in range(30)]


def loops_over(count):
    """Each turn's functions see the variable, not its value then."""
    functions = [lambda: i for i in range(count)]
    late = [f() for f in functions]
    early = [f() for f in [lambda i=i: i for i in range(count)]]
    return late, early


def case_closures_over_loop_variables():
    return [loops_over(i % 6) for i in range(40)]


def make_class(count):
    class Made:
        size = count
        values = [i * count for i in range(count)]
        pairs = {str(i): i for i in values}

    return Made.values, Made.pairs


def case_class_bodies():
    out = [make_class(i % 5) for i in range(30)]
    try:

        class Wrong:
            size = 3
            values = [size for _ in range(2)]

    except NameError as error:
        out.append(str(error))
    return out


class Dropped:
    log = []

    def __init__(self, name):
        self.name = name

    def __del__(self):
        self.log.append(self.name)


def dropping(count):
    Dropped.log.clear()
    names = [item.name for item in [Dropped(i) for i in range(count)]]
    Dropped.log.append("done")
    return names, list(Dropped.log)


def case_items_dropped():
    return [dropping(i % 4) for i in range(40)]


def last_of(values):
    for value in values:
        if value > 5:
            break
    return value


def never_bound(values):
    for value in values:
        pass
    try:
        return value
    except UnboundLocalError as error:
        return str(error)


def all_last(lists):
    return [last_of(values) for values in lists]


def case_loop_variables_of_callees():
    out = []
    for i in range(50):
        out.append(all_last([[1, 2, 7, 8], [i], (2.5, "x", 9)[:1], range(i + 1)]))
        out.append(never_bound([i]))
    out.append(never_bound([]))
    try:
        all_last([[1], []])
    except UnboundLocalError as error:
        out.append((str(error), [f.name for f in traceback.extract_tb(error.__traceback__)]))
    return out


def recursive(n):
    def down(k):
        return k if k < 2 else down(k - 1) + down(k - 2)

    return down(n)


def too_deep():
    def down(k):
        return 0 if k == 0 else 1 + down(k - 1)

    out = []
    for depth in (10, 50, 10**6):
        try:
            out.append(down(depth))
        except RecursionError as error:
            out.append(type(error).__name__)
    return out


def case_recursion():
    return [recursive(i % 9) for i in range(40)], [too_deep() for _ in range(3)]


def handled(values):
    def safe(value):
        try:
            return 10 // value
        except ZeroDivisionError:
            return None

    return [safe(value) for value in values]


def case_handlers():
    return [handled([1, 2, i % 3]) for i in range(60)]


def suspended(count):
    for i in range(count):
        got = yield [i + k for k in range(3)]
        if got:
            yield [got for _ in range(2)]


def case_in_generators():
    out = []
    for i in range(30):
        g = suspended(4)
        out.append((next(g), g.send(i), next(g)))
        g.close()
    return out


def traced(values):
    return [value + 1 for value in values]


def case_traced():
    for _ in range(30):
        traced([1, 2])
    events = []

    def tracer(frame, event, arg):
        if frame.f_code.co_name in ("traced", "<listcomp>"):
            events.append((frame.f_code.co_name, event))
        return tracer

    sys.settrace(tracer)
    traced([1, 2])
    sys.settrace(None)
    return events
