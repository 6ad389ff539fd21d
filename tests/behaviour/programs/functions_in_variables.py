"""Functions called through arguments, variables, cells and closures: the same one again and again, then another."""

import gc
import sys
import traceback
import types
import weakref


def total(function, count):
    result = 0
    for i in range(count):
        result += function(i)
    return result


def double(value):
    return value * 2


def adder(by):
    def add(value):
        return value + by

    return add


def case_other_functions():
    out = []
    for i in range(40):
        out.append(total(double, 20))
        if i > 25:
            out.append(total(adder(i), 20))
            out.append(total(lambda value: -value, 20))
            out.append(total(abs, 3))
            out.append(total(int, 3))
    return out


def case_closures_of_one_code():
    out = [total(adder(i), 20) for i in range(40)]
    out.append(total(adder(0.5), 20))
    try:
        total(adder("x"), 20)
    except TypeError as error:
        out.append((str(error), [(f.name, f.lineno) for f in traceback.extract_tb(error.__traceback__)]))
        tb = error.__traceback__
        while tb.tb_next:
            tb = tb.tb_next
        out.append(sorted(tb.tb_frame.f_locals.items()))
    return out


def case_code_swapped():
    out = []
    for i in range(40):
        function = adder(i)
        if i % 10 == 9:
            function.__code__ = adder_of_more().__code__
        out.append(total(function, 20))
    return out


def adder_of_more():
    by = 0

    def more(value):
        return value + by + 1000

    return more


def fibonacci():
    def number(k):
        return k if k < 2 else number(k - 1) + number(k - 2)

    return number


def case_nested_recursion():
    out = []
    for i in range(20):
        number = fibonacci()
        out.append(number(i % 11))
    return out


def case_recursion_through_another():
    def even(n):
        return True if n == 0 else odd(n - 1)

    def odd(n):
        return False if n == 0 else even(n - 1)

    out = [(even(i), odd(i)) for i in range(40)]

    def odd(n):  # noqa: F811
        return "another"

    out.append([even(i) for i in range(4)])
    try:
        deep = fibonacci_like(10**6)
    except RecursionError:
        deep = "deep"
    return out, deep


def fibonacci_like(n):
    def down(k):
        return 0 if k == 0 else 1 + down(k - 1)

    return down(n)


def memo(function):
    known = {}

    def ask(key):
        if key not in known:
            known[key] = function(key)
        return known[key]

    return ask


def square(key):
    return key * key


def case_wrappers():
    out = []
    asked = memo(square)
    for i in range(60):
        out.append(asked(i % 7))
    other = memo(double)
    for i in range(30):
        out.append((asked(i % 9), other(i % 9)))
    return out


def in_globals(globals_, count):
    code = compile(
        "def outer(by):\n    def inner(x): return x * FACTOR + by\n    return inner\n", "made", "exec"
    )
    out = []
    for i in range(count):
        names = {"FACTOR": i, **globals_}
        exec(code, names)
        out.append(total(names["outer"](i), 12))
    return out


def case_one_code_in_many_globals():
    return in_globals({}, 30)


def fresh(i):
    """Code that dies, and may lie where the last one lay."""
    names = {}
    exec(f"def outer(by):\n    def inner(x): return x * {i} + by\n    return inner\n", names)
    return names["outer"](i)


def case_code_dies():
    out = []
    for i in range(40):
        out.append(total(fresh(i), 12))
        gc.collect()
    function = fresh(1)
    gone = weakref.ref(function)
    total(function, 12)
    del function
    return out, gone() is None


class Holder:
    def __init__(self, function):
        self.function = function

    def run(self, count):
        return sum(self.function(i) for i in range(count)), [self.function(i) for i in range(count)]


def case_attributes():
    return [Holder(adder(i) if i % 3 else double).run(5) for i in range(30)]


def looker():
    name = "looker's"

    def look(value):
        frame = sys._getframe()
        return (name, frame.f_code.co_name, frame.f_back.f_code.co_name, sorted(frame.f_locals), value)

    return look


def called(function, count):
    return [function(i) for i in range(count)]


def case_frames():
    return [called(looker(), 3) for _ in range(30)]


def case_defaults():
    def shift(value, by=1):
        return value + by

    out = []
    for i in range(40):
        if i == 25:
            shift.__defaults__ = (10,)
        out.append(total(shift, 10))
    return out


def case_bound_and_others():
    out = []
    for i in range(30):
        out.append(total([1, 2, 3].__getitem__, 3))
        out.append(total(types.MethodType(lambda self, value: self + value, i), 3))
    return out
