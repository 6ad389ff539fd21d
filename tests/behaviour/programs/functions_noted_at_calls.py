"""Calls of what containers, attributes and arguments have: a few functions by turns, then others, and changed ones."""

import functools
import operator
import sys
import traceback
import types


def add(a, b):
    return a + b


def sub(a, b):
    return a - b


def mul(a, b):
    return a * b


def power(a, b):
    return (a**b) % 1009


def exclusive(a, b):
    return a ^ b


TABLE = {"+": add, "-": sub, "*": mul}
SIGNS = ["+", "-", "*", "+", "-"] * 6


def by_table(table, signs, value):
    for sign in signs:
        value = table[sign](value, 3) % 1000
    return value


def case_a_table():
    return [by_table(TABLE, SIGNS, i) for i in range(40)]


def case_a_table_that_grows():
    out = []
    table = dict(TABLE)
    signs = list(SIGNS)
    for i in range(50):
        if i == 20:
            table["^"] = exclusive
            signs += ["^", "^"]
        if i == 30:
            table["p"] = power
            table["o"] = operator.add
            signs += ["p", "o", "p"]
        if i == 40:
            table["+"] = lambda a, b: a + b + 1
        out.append(by_table(table, signs, i))
    out.append(by_table(table, signs, 0.5))
    return out


def case_a_table_lacks_one():
    out = []
    for i in range(40):
        try:
            out.append(by_table(TABLE, SIGNS + (["/"] if i > 30 else []), i))
        except KeyError as error:
            out.append(repr(error))
    return out


class Machine:
    def __init__(self, step):
        self.value = 0
        self.trace = []
        self.handlers = [self.up, self.down, self.twice]
        self.handler = step
        self.own = self.up

    def up(self, by):
        self.value += by

    def down(self, by):
        self.value -= by

    def twice(self, by):
        self.value = self.value * 2 % 977 + by

    def run(self, count):
        for i in range(count):
            self.handlers[i % len(self.handlers)](i)
        return self.value

    def handle(self, count):
        for i in range(count):
            self.value += self.handler(i)
        return self.value

    def call_own(self, count):
        for i in range(count):
            self.own(i)
        return self.value


def triple(x):
    return x * 3


def case_bound_methods():
    out = []
    for i in range(40):
        machine = Machine(triple)
        if i > 30:
            machine.handlers.append(Machine(triple).up)
        if i == 35:
            machine.handlers.insert(0, machine.trace.append)
        if i == 37:
            machine.handlers[1] = types.MethodType(lambda self, by: setattr(self, "value", by), machine)
        out.append((machine.run(30), machine.trace))
    return out


def case_own_attributes():
    out = []
    for i in range(40):
        machine = Machine(triple if i < 30 else (lambda x, i=i: x + i))
        out.append(machine.handle(20))
        if i > 33:
            machine.own = Machine(abs).up
        out.append(machine.call_own(20))
        if i == 36:
            machine.handler = str
            try:
                machine.handle(3)
            except TypeError as error:
                out.append(str(error))
    return out


def adder(by):
    def add_it(value):
        return value + by

    return add_it


def counter():
    count = 0

    def step(value):
        nonlocal count
        count += value
        return count

    return step


def through(functions, value):
    for function in functions:
        value = function(value)
    return value


def case_closures_in_a_list():
    functions = [adder(i) for i in range(6)]
    out = [through(functions, i) for i in range(40)]
    functions.insert(2, counter())
    out += [through(functions, i) for i in range(10)]
    functions.append(adder(0.5))
    out += [through(functions, i) for i in range(10)]
    functions[0] = adder("x")
    try:
        through(functions, 1)
    except TypeError as error:
        out.append((str(error), [(f.name, f.lineno) for f in traceback.extract_tb(error.__traceback__)]))
    return out


def case_code_and_defaults_change():
    def first(value):
        return value + 1

    def second(value, by=2):
        return value * by % 1000

    out = []
    for i in range(40):
        out.append(through((first, second) * 5, i))
        if i == 25:
            second.__defaults__ = (3,)
        if i == 30:
            first.__code__ = (lambda value: value - 1).__code__
        if i == 35:
            second.__defaults__ = None
            try:
                out.append(through((first, second), 1))
            except TypeError as error:
                out.append(str(error))
            second.__defaults__ = (5,)
    return out


def once(function, value):
    return function(value)


def case_callbacks():
    out = []
    for i in range(60):
        out.append(once(triple, i) + once(abs, -i) + once(int, i) + once(lambda x: x - 1, i))
        if i > 40:
            out.append(once(str, i))
            out.append(once(functools.partial(add, 1), i))
        if i > 50:
            out.append(list(once(range, 3)))
    return out


def gives(value):
    yield value
    yield value + 1


def case_generators_and_classes():
    class Pair:
        def __init__(self, value):
            self.value = value

        def __eq__(self, other):
            return self.value == other.value

    class Other:
        def __init__(self, value):
            self.value = -value

    makers = [Pair, Other, gives, Pair]
    out = []
    for i in range(40):
        for maker in makers:
            made = maker(i)
            out.append(list(made) if maker is gives else made.value)
        if i == 30:
            Pair.__init__ = Other.__init__
    return out


def named(first, second=2, *, third=3):
    return (first, second, third)


def named_too(first, third, second=0):
    return [first, second, third]


def case_keywords():
    out = []
    for i in range(40):
        for function in (named, named_too):
            out.append(function(i, third=i + 1))
            out.append(function(first=i, second=i + 1, third=1.5))
        if i > 30:
            try:
                for function in (named, named_too):
                    function(i, fourth=1)
            except TypeError as error:
                out.append(str(error))
    return out


def looks(value):
    frame = sys._getframe(1)
    return (frame.f_code.co_name, sorted(frame.f_locals), frame.f_locals.get("total"), value)


def walk(functions, count):
    total = 0
    seen = []
    for i in range(count):
        for function in functions:
            result = function(i)
            if isinstance(result, tuple):
                seen.append(result)
            else:
                total += result
    return total, seen


def case_somebody_looks():
    out = [walk((triple, abs), 10) for _ in range(30)]
    return [*out, walk((triple, looks, abs), 3), walk((looks, triple), 3)]


def fails(value):
    if value > 5:
        raise ValueError(value)
    return value


def case_one_of_them_raises():
    out = []
    for i in range(40):
        try:
            out.append(walk((triple, fails, abs), 4 + i % 4))
        except ValueError as error:
            lines = [(f.name, f.lineno) for f in traceback.extract_tb(error.__traceback__)]
            out.append((str(error), lines))
    return out


class Node:
    def __init__(self, *parts):
        self.parts = parts


class Leaf(Node):
    pass


class Visitor:
    def visit(self, node):
        return getattr(self, "visit_" + type(node).__name__)(node)

    def visit_Node(self, node):
        return sum([self.visit(part) for part in node.parts])

    def visit_Leaf(self, node):
        return len(node.parts)


def case_visitors():
    tree = Node(Node(Leaf(1), Leaf(), Node(Leaf(2, 3))), Leaf(1, 2, 3))
    out = [Visitor().visit(tree) for _ in range(40)]
    Visitor.visit_Leaf = lambda self, node: 10
    out.append(Visitor().visit(tree))
    del Visitor.visit_Leaf
    try:
        Visitor().visit(tree)
    except AttributeError as error:
        out.append(str(error))
    Visitor.visit_Leaf = Visitor.visit_Node
    return out


def case_recursion_through_a_table():
    def even(n):
        return table[1](n - 1) if n else True

    def odd(n):
        return table[0](n - 1) if n else False

    table = [even, odd]
    out = [table[i % 2](i) for i in range(60)]
    try:
        table[0](10**6)
    except RecursionError as error:
        out.append(type(error).__name__)
    return out


def decorated(function):
    def wrapper(*args):
        return function(*args) + 1

    return wrapper


def case_decorated_by_one():
    @decorated
    def one(x):
        return x * 2

    @decorated
    def two(x):
        return x * 3

    out = [one(i) + two(i) for i in range(40)]
    out.append(one(0.5))
    one.__closure__[0].cell_contents = triple
    return [*out, *(one(i) + two(i) for i in range(5))]
