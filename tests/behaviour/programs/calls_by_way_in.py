"""Calls of functions that nobody knows when the call is compiled: each finds the way into its code by itself. Whatever is
not plain about one of them, or happens while it runs, must come out as in the interpreter."""

import gc
import sys
import threading
import time
import weakref


def one(a):
    return a


def two(a, b):
    c = (a, b)
    return c


def none():
    return "none"


def four(a, b, c, d):
    a, d = d, a
    del b
    return a, c, d


def five(a, b, c, d, e):
    return a, b, c, d, e


def with_default(a, b="default"):
    return a, b


def with_keyword(a, *, b="keyword"):
    return a, b


def with_rest(*rest):
    return rest


def a_generator(a):
    yield a
    yield a


async def a_coroutine(a):
    return a


def with_cell(a):
    def inner():
        return a

    return inner


class Called:
    def __init__(self, a):
        self.a = a

    def __call__(self, a):
        return "called", a

    def method(self, a):
        return "method", self.a, a

    @classmethod
    def of_class(cls, a):
        return cls.__name__, a

    @staticmethod
    def of_nobody(a):
        return "static", a


def shown(value):
    if type(value).__name__ == "generator":
        return list(value)
    if type(value).__name__ == "coroutine":
        try:
            value.send(None)
        except StopIteration as end:
            return "awaited", end.value
    if type(value).__name__ == "function":
        return value()
    return value.a if isinstance(value, Called) else value


def with_one(functions, argument):
    return [shown(function(argument)) for function in functions]


def case_anything_called_with_one():
    known = Called(7)
    functions = [
        one,
        with_default,
        with_keyword,
        with_rest,
        a_generator,
        a_coroutine,
        with_cell,
        Called,
        known,
    ]
    functions += [
        known.method,
        Called.of_class,
        Called.of_nobody,
        str,
        [].append,
        known.of_class,
        lambda a: a,
    ]
    return [with_one(functions, argument) for argument in (1, "x", None, 2.5)]


def with_counts(functions, count):
    found = []
    for function in functions:
        try:
            if count == 0:
                found.append(function())
            elif count == 1:
                found.append(function(1))
            elif count == 2:
                found.append(function(1, [2]))
            elif count == 4:
                found.append(function(1, [2], 3, "d"))
            else:
                found.append(function(1, [2], 3, "d", 5))
        except TypeError as error:
            found.append(str(error))
    return found


def case_numbers_of_arguments():
    functions = [none, two, four, five, with_rest, with_keyword]
    return [with_counts(functions, count) for count in (0, 1, 2, 4, 5)]


class Dropped:
    log = []

    def __init__(self, name):
        self.name = name

    def __del__(self):
        caller = sys._getframe(1)
        self.log.append((self.name, caller.f_code.co_name, caller.f_lineno - caller.f_code.co_firstlineno))


def drops_its_own(a, b):
    c = Dropped("c of " + b.name)
    return c.name


def drops_all(a, b):
    c, d = b, Dropped("d")
    return None


def drops_in_error(a, b):
    c = Dropped("c")
    raise LookupError(c.name)


def dropping(functions):
    given = []
    for function in functions:
        try:
            given.append(function(Dropped("a"), Dropped("b")))
        except LookupError:
            given.append("error")
        given.append(sorted(Dropped.log))
        Dropped.log.clear()
    return given


def case_what_is_dropped_when():
    Dropped.log = []
    return dropping([drops_its_own, drops_all, drops_in_error, drops_all, drops_in_error, drops_its_own])


def deeper(functions, depth):
    return 1 + functions[depth & 1](functions, depth + 1)


def deeper_too(functions, depth):
    wide = [depth]
    return functions[depth & 1](functions, wide[0] + 1) + 1


def case_too_deep():
    found = []
    for base in range(4):
        try:
            deeper([deeper, deeper_too], base)
        except RecursionError as error:
            lines, entry = [], error.__traceback__
            while entry is not None:
                lines.append(entry.tb_lineno - entry.tb_frame.f_code.co_firstlineno)
                entry = entry.tb_next
            found.append((str(error), len(lines), set(lines)))
    return found


def wanted(functions, depth):
    return functions[depth & 1](functions, depth - 1) if depth > 0 else 0


def wanted_too(functions, depth):
    a = b = c = d = e = f = g = h = depth
    return (
        functions[depth & 1](functions, depth - 1) + (a + b + c + d + e + f + g + h) // 8 if depth > 0 else 0
    )


def case_more_frames_than_a_chunk_holds():
    return [wanted([wanted, wanted_too], depth) for depth in (10, 300, 301, 900, 20)]


def raises(a):
    if a == 3:
        raise ValueError(a)
    return a


def raises_below(a):
    return raises(a) + 1


def catches(a):
    try:
        return raises(a)
    except ValueError as error:
        return error.args, error.__traceback__.tb_next.tb_lineno - raises.__code__.co_firstlineno
    finally:
        a = None


def all_of(functions, argument):
    found = []
    for function in functions:
        try:
            found.append(function(argument))
        except ValueError as error:
            entry, lines = error.__traceback__, []
            while entry is not None:
                code = entry.tb_frame.f_code
                lines.append(
                    (code.co_name, entry.tb_lineno - code.co_firstlineno, sorted(entry.tb_frame.f_locals))
                )
                entry = entry.tb_next
            found.append(lines)
    return found


def case_raised():
    return [all_of([raises, raises_below, catches, raises], argument) for argument in (1, 2, 3, 4, 3)]


def looks(a):
    frame = sys._getframe()
    return (
        frame.f_code.co_name,
        frame.f_back.f_code.co_name,
        sorted(frame.f_locals),
        frame.f_back.f_lineno > 0,
    )


def has_locals(a):
    b = a
    return sorted(locals()), b


def keeps_frame(a):
    b = [a]
    KEPT.append(sys._getframe())
    return b


def shows_frame_of(a):
    return sorted(KEPT[-1].f_locals.items()), KEPT[-1].f_back is None


KEPT = []


def case_frames():
    KEPT.clear()
    return [all_of([looks, has_locals, keeps_frame, shows_frame_of], argument) for argument in (1, 2, 3)]


def events_of(tool, functions, argument):
    seen = []

    def note(frame, event, extra):
        if frame.f_code.co_name not in ("note", "events_of"):
            seen.append((frame.f_code.co_name, event, frame.f_lineno - frame.f_code.co_firstlineno))
        return note

    tool(note)
    try:
        given = all_of(functions, argument)
    finally:
        tool(None)
    return given, seen


def turns_on(a):
    sys.setprofile(lambda frame, event, extra: EVENTS.append((frame.f_code.co_name, event)))
    return a


def turns_off(a):
    sys.setprofile(None)
    return a


EVENTS = []


def case_traced():
    EVENTS.clear()
    found = [
        events_of(tool, [one, raises], argument)
        for tool in (sys.settrace, sys.setprofile)
        for argument in (1, 3)
    ]
    found.append(all_of([one, turns_on, one, raises, turns_off, one], 3))
    return found, [event for event in EVENTS if event[0] != "case_traced"]


def changes_itself(a):
    changes_itself.__code__, LATER[0] = LATER[0], changes_itself.__code__
    return a, "first"


def later(a):
    b = a
    changes_itself.__code__, LATER[0] = LATER[0], changes_itself.__code__
    return b, "later"


LATER = [later.__code__]


def case_code_that_changes():
    return [
        all_of([changes_itself, one, changes_itself, changes_itself], argument) for argument in (1, 2, 3, 5)
    ]


def made(number):
    names = {"gc": gc}
    text = f"def made(a, functions):\n    functions.clear()\n    gc.collect()\n    return a, {number}, a"
    exec(text, names)
    return names.pop("made")


def of_first(functions, argument):
    return functions[0](argument, functions)


def case_functions_that_go_while_they_run():
    return [of_first([made(number)], [number]) for number in range(12)]


def case_goes_with_its_last_argument():
    def only(a, functions):
        return functions.pop() is not None, type(a)

    functions, argument = [only], Dropped("argument")
    alive = weakref.ref(argument)
    code = weakref.ref(only.__code__)
    del only
    Dropped.log = []
    first = of_first(functions, argument)
    del argument
    return first, alive() is None, code() is not None, [name for name, *_ in Dropped.log], functions


def waits(a):
    time.sleep(0)
    return a + 1


def counts(a):
    for _ in range(30):
        a += 1
    return a


def in_thread(functions, given):
    total = 0
    for turn in range(40):
        total = functions[turn & 1](total)
    given.append(total)


def case_threads():
    given = []
    threads = [threading.Thread(target=in_thread, args=([waits, counts], given)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return given


class Node:
    def __init__(self, *children):
        self.children = children

    def visit(self, visitor, depth):
        return sum(child.visit(visitor, depth + 1) for child in self.children) + visitor(self, depth)


class Mul(Node):
    def visit(self, visitor, depth):
        product = 1
        for child in self.children:
            product *= child.visit(visitor, depth + 1)
        return product


class Leaf(Node):
    def visit(self, visitor, depth):
        return visitor(self, depth)


class Named:
    def __getattr__(self, name):
        if name != "visit":
            raise AttributeError(name)
        return lambda visitor, depth: visitor(self, depth) * 2


class Slotted:
    __slots__ = ("visit",)

    def __init__(self):
        self.visit = lambda visitor, depth: visitor(None, depth) * 3


def kinds():
    made_here = []
    for number in range(6):
        body = {"visit": eval(f"lambda self, visitor, depth: visitor(self, depth) + {number}")}
        made_here.append(type(f"Kind{number}", (Node,), body))
    return made_here


def visited(nodes, depth):
    return [node.visit(lambda node, depth: depth + 1, depth) for node in nodes]


def case_many_classes():
    made_here = kinds()
    nodes = [kind() for kind in made_here] + [
        Mul(Leaf(), Leaf()),
        Node(Leaf(), Mul(Leaf())),
        Named(),
        Slotted(),
    ]
    found = [visited(nodes, depth) for depth in range(3)]
    made_here[2].visit = lambda self, visitor, depth: "changed"
    nodes[3].visit = lambda visitor, depth: "of its own"
    found.append(visited(nodes, 1))
    del made_here[4].visit
    nodes[5].__class__ = made_here[0]
    return found, visited(nodes, 2)


class Visitor:
    def visit(self, node):
        return getattr(self, "visit_" + type(node).__name__, self.other)(node)

    def other(self, node):
        return "other"

    def visit_int(self, node):
        return node + 1

    def visit_str(self, node):
        return node.upper()

    def visit_list(self, node):
        return [self.visit(item) for item in node]

    def visit_tuple(self, node):
        return tuple(map(self.visit, node))

    @staticmethod
    def visit_float(node):
        return -node

    @classmethod
    def visit_dict(cls, node):
        return cls.__name__, len(node)


def case_method_by_name():
    class Own(Visitor):
        pass

    visitor = Own()
    found = [visitor.visit([1, "a", 2.5, (3, [4]), {}, None, b"c"]) for _ in range(3)]
    visitor.visit_int = lambda node: "own"
    Own.visit_str = lambda self, node: "new"
    return found, visitor.visit([1, "a", (3,)])
