"""Operators of classes whose methods are put in line: what the method and its caller show, and what changes on the way."""

import sys
import traceback

log = []


def taken_log():
    taken = log[:]
    log.clear()
    return taken


class Pair:
    def __init__(self, a, b):
        self.a = a
        self.b = b

    def __add__(self, other):
        return Pair(self.a + other.a, self.b + other.b)

    def __sub__(self, other):
        return self + other * -1

    def __mul__(self, factor):
        return Pair(self.a * factor, self.b * factor)

    def __getitem__(self, index):
        if index == 0:
            return self.a
        if index == 1:
            return self.b
        raise IndexError(index)

    def show(self):
        return self.a, self.b


def case_a_loop_over_pairs():
    total, step, sums = Pair(0.0, 0.0), Pair(0.5, 0.25), 0.0
    for n in range(300):
        total = total + step * 2.0 - step
        sums += total[0] - total[1]
        if n == 250:
            step = Pair(1, 2)
    return total.show(), sums


class Seen:
    def __init__(self, depth):
        self.depth = depth

    def __add__(self, other):
        frame, names = sys._getframe(), []
        while frame is not None and not frame.f_code.co_name.startswith("case_"):
            names.append((frame.f_code.co_name, frame.f_lineno - frame.f_code.co_firstlineno))
            frame = frame.f_back
        return names, sorted(frame.f_locals) if self.depth > 40 else other

    def __getitem__(self, index):
        frame = sys._getframe(1)
        return frame.f_code.co_name, frame.f_locals.get("n"), index


def adds(seen, n):
    n += 1
    return seen + n, seen[n]


def case_frames_of_the_method():
    found = []
    for n in range(60):
        found = adds(Seen(n), n)
    return found


class Raises:
    def __init__(self, limit):
        self.limit = limit

    def __add__(self, n):
        if n > self.limit:
            raise ValueError(n)
        return n

    __sub__ = __add__

    def __getitem__(self, n):
        return [1, 2, 3][n]


def guarded(raises, n):
    try:
        return raises + n
    except ValueError as error:
        return "caught", str(error), [f.name for f in traceback.extract_tb(error.__traceback__)]


def unguarded(raises, n):
    return raises - n, raises[n]


def case_exceptions_of_the_method():
    raises, out = Raises(50), []
    for n in range(60):
        out.append(guarded(raises, n))
        try:
            out.append(unguarded(raises, n % 4 if n < 55 else n))
        except (IndexError, ValueError) as error:
            lines = traceback.extract_tb(error.__traceback__)
            out.append((str(error), [(f.name, f.line) for f in lines]))
    return out[-16:]


class Unsure:
    """Its method calls what may give NotImplemented, sometimes from within code that is left."""

    def __init__(self, value):
        self.value = value

    def __add__(self, other):
        return answer(self.value, other)

    def __sub__(self, other):
        here = sys._getframe()
        return answer(self.value, other) if here else None

    def __iadd__(self, other):
        return answer(self.value, other)


class Reflects:
    def __radd__(self, other):
        return "radd", type(other).__name__

    def __rsub__(self, other):
        return "rsub", type(other).__name__


def answer(value, other):
    return NotImplemented if value % 7 == 3 else value


def plus(a, b):
    return a + b


def minus(a, b):
    return a - b


def in_place(a, b):
    a += b
    return a


def case_not_implemented_after_all():
    out, reflects = [], Reflects()
    for n in range(60):
        for function in (plus, minus, in_place):
            for other in (reflects, n, Unsure(n)):
                try:
                    out.append(function(Unsure(n), other))
                except TypeError as error:
                    out.append(str(error))
    return [str(item) if isinstance(item, Unsure) else item for item in out[-90:]]


class Tracked:
    def __init__(self, name):
        self.name = name

    def __add__(self, other):
        local = Tracked("local of " + self.name)
        log.append("in method")
        return other if local else None

    def __getitem__(self, index):
        log.append(index)
        return self.name

    def __del__(self):
        log.append("del " + self.name)


def case_operands_live_until_the_method_has_returned():
    for n in range(40):
        log.clear()
        Tracked("left") + Tracked("right")
        log.append("behind")
        name = Tracked("container")[n]
        log.append(name)
    return taken_log()


class Changing:
    def __init__(self, value):
        self.value = value

    def __add__(self, other):
        meddle(self.value)
        return self.value + other

    def __getitem__(self, index):
        return self.value + index


def other_add(self, other):
    return "other", self.value, other


def other_item(self, index):
    return "item", index


changes = {}


def meddle(value):
    if value in changes:
        changes.pop(value)()


def case_methods_change_in_the_loop():
    add, item, code = Changing.__add__, Changing.__getitem__, Changing.__getitem__.__code__
    changes.update(
        {
            60: lambda: setattr(Changing, "__add__", other_add),
            30: lambda: setattr(Changing, "__getitem__", other_item),
            45: lambda: setattr(item, "__code__", other_item.__code__),
        }
    )
    out = []
    try:
        for n in range(80):
            changing = Changing(n)
            out.append((changing + 1, changing[n]))
            if n == 40:
                Changing.__getitem__ = item
    finally:
        item.__code__ = code
        Changing.__add__, Changing.__getitem__ = add, item
        changes.clear()
    return out[25:65]


class Derived(Pair):
    def __radd__(self, other):
        return "radd of the subclass", other.show()

    def __add__(self, other):
        return Pair(100, 100)


def case_a_subclass_turns_up_on_the_right():
    pairs = [Pair(1, 2)] * 50 + [Derived(3, 4)] + [Pair(5, 6)] * 10 + [7]
    left, out = Pair(1, 1), []
    for right in pairs:
        try:
            result = left + right
        except AttributeError as error:
            result = str(error)
        out.append(result.show() if isinstance(result, Pair) else result)
    return out[45:]


class Deep:
    def __init__(self, depth):
        self.depth = depth

    def __add__(self, other):
        return self.depth if self.depth == 0 else Deep(self.depth - 1) + other

    def __getitem__(self, index):
        return index if index == 0 else self[index - 1]


def case_recursion():
    out = []
    for _ in range(20):
        out = [Deep(5) + 1, Deep(1)[50]]
    for operation in (lambda: Deep(10**6) + 1, lambda: Deep(1)[10**6]):
        try:
            operation()
        except RecursionError as error:
            out.append(str(error))
    return out


def trace(frame, event, argument):
    if frame.f_code.co_name in ("__add__", "traced"):
        log.append((frame.f_code.co_name, event, frame.f_lineno - frame.f_code.co_firstlineno))
    return trace


class TurnsOn:
    def __init__(self, when):
        self.when = when

    def __add__(self, n):
        if n == self.when:
            sys.settrace(trace)
            sys._getframe(1).f_trace = trace
        return n


def traced(turns_on):
    total = 0
    for n in range(50):
        total += turns_on + n
        total += 1
    sys.settrace(None)
    return total


def case_tracing_is_turned_on_in_the_method():
    out = []
    for when in (99, 99, 99, 48):
        out.append(traced(TurnsOn(when)))
    return out, taken_log()


def numbers(pair, n):
    """The caller's numbers are unboxed while the method looks at them."""
    x = n * 2 + 1
    y = x * 0.5
    got = pair + x
    return x, y, got


class Looks:
    def __init__(self, when):
        self.when = when

    def __add__(self, x):
        caller = sys._getframe(1)
        return dict(caller.f_locals, pair=None) if x > self.when else x


def case_numbers_of_the_caller():
    out = []
    for n in range(60):
        out.append(numbers(Looks(100), n))
    return out[-12:]
