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


def six(a, b, c, d, e, f):
    return f, e, d, c, b, a


def eight(a, b, c, d, e, f, g, h):
    a, h = h, a
    del d
    return a, b, c, e, f, g, h


def nine(a, b, c, d, e, f, g, h, i):
    return a, b, c, d, e, f, g, h, i


def eight_with_default(a, b, c, d, e, f, g, h="default"):
    x = y = z = (a, h)
    return x, y, z, b, c, d, e, f, g


def eight_raise(a, b, c, d, e, f, g, h):
    raise ValueError(a, h, [g] * f)


def many_arguments(functions, count):
    found = []
    for function in functions:
        try:
            if count == 6:
                found.append(function(1, [2], 3.5, "d", 5, None))
            elif count == 7:
                found.append(function(1, [2], 3.5, "d", 5, 6, count))
            elif count == 8:
                found.append(function(1, [2], 3.5, "d", 5, 6, count, (8,)))
            else:
                found.append(function(1, [2], 3.5, "d", 5, 6, count, (8,), 9))
        except TypeError as error:
            found.append(str(error))
        except ValueError as error:
            entry = error.__traceback__.tb_next
            found.append((error.args, sorted(entry.tb_frame.f_locals)))
    return found


def case_more_arguments_than_registers():
    functions = [six, eight, nine, eight_with_default, eight_raise, with_rest, eight]
    return [many_arguments(functions, count) for count in (6, 7, 8, 9, 8)]


def down(functions, n, a, b, c, d, e):
    return (a, b, c, d, e) if n == 0 else functions[n & 1](functions, n - 1, b, c, d, e, a)


def down_too(functions, n, a, b, c, d, e):
    given = functions[n & 1](functions, n - 1, e, a, b, c, d) if n > 0 else (e, d, c, b, a)
    return given[::-1]


def case_many_arguments_in_recursion():
    found = []
    for depth in (0, 1, 7, 40, 5000):
        try:
            found.append(down([down, down_too], depth, 1, "b", 2.5, None, depth))
        except RecursionError as error:
            found.append(str(error))
    return found


def case_many_arguments_dropped():
    Dropped.log = []

    def last_of(a, b, c, d, e, f):
        return f.name

    def all_dropped(functions):
        return [
            function(Dropped("a"), Dropped("b"), 1, Dropped("d"), [Dropped("e")], Dropped("f"))
            for function in functions
        ]

    given = all_dropped([last_of, last_of])
    given.append([name for name, *_ in Dropped.log])
    return given


class Bound:
    def __init__(self, name):
        self.name = name

    def nothing(self):
        return self.name

    def one(self, a):
        return self.name, a

    def seven(self, a, b, c, d, e, f, g):
        return self.name, g, f, e, d, c, b, a

    def raises(self, *rest):
        raise ValueError(self.name, rest)

    def frame(self, a=None):
        return (
            sys._getframe().f_code.co_name,
            sys._getframe(1).f_code.co_name,
            sorted(sys._getframe().f_locals),
        )

    def default(self, a=1, b=2):
        return self.name, a, b


def bound_methods(count, methods, given):
    found = []
    for method in methods:
        try:
            if count == 0:
                found.append(method())
            elif count == 1:
                found.append(method(given))
            else:
                found.append(method(given, 2, 3, 4, 5, 6, 7))
        except (TypeError, ValueError) as error:
            found.append(str(error))
    return found


def case_bound_methods_by_value():
    bound = Bound("kept")
    methods = [
        bound.nothing,
        bound.one,
        bound.seven,
        bound.raises,
        bound.frame,
        bound.default,
        type(bound.one)(len, "text"),
        type(bound.one)(max, 3),
        type(bound.one)(Bound, "class"),
        type(bound.one)(bound.one, 4),
        type(bound.one)(lambda *rest: rest, 5),
        "text".upper,
        one,
    ]
    before = [sys.getrefcount(method) for method in methods], sys.getrefcount(bound)
    found = []
    for count in (0, 1, 7, 1):
        given = bound_methods(count, methods, count)
        found.append([value.name if isinstance(value, Bound) else value for value in given])
    del given
    return found, before == ([sys.getrefcount(method) for method in methods], sys.getrefcount(bound))


def taken_and_called(objects, names, argument):
    return [getattr(object, name)(argument) for object in objects for name in names]


def case_bound_methods_that_go_with_the_call():
    Dropped.log = []
    objects = [Bound(name) for name in "abc"]
    found = [taken_and_called(objects, ["one", "default", "frame"], argument) for argument in (1, "x")]

    class Only(Dropped):
        def method(self, log):
            return self.name, len(log)

    def called(method, log):
        return method(log)

    found.append([called(Only("only").method, Dropped.log) for _ in range(3)])
    methods = [Only("popped").method for _ in range(3)]
    found.append([methods.pop()(Dropped.log) for _ in range(3)])
    return found, [name for name, *_ in Dropped.log]


def case_bound_methods_too_deep():
    class Deep:
        def __init__(self):
            self.table = [self.down, self.down_too]

        def down(self, n):
            return 1 + self.table[n & 1](n + 1)

        def down_too(self, n):
            return self.table[n & 1](n + 1) + 1

    found = []
    for _ in range(3):
        try:
            Deep().down(0)
        except RecursionError as error:
            found.append(str(error))
    return found, events_of(sys.settrace, [Bound("traced").one, Bound("default").default], 3)


class Shape0:
    def area(self):
        return 0

    def __init__(self, n):
        self.n = n


def make_shapes():
    shapes = [Shape0]
    for i in range(1, 9):

        def area(self, i=i):
            self.n += i
            return self.n

        body = {"area": area} if i % 3 else {}
        shapes.append(type(f"Shape{i}", (shapes[i // 3],), body))
    return shapes


def areas(shapes):
    return [(shape.area(), shape.n) for shape in shapes]


def case_methods_of_many_classes():
    classes = make_shapes()
    shapes = [cls(7) for cls in classes]
    found = [areas(shapes) for _ in range(4)]
    shapes[4].area = lambda: "own"
    found.append(areas(shapes))
    del shapes[4].area
    classes[2].area = lambda self: ("replaced", self.n)
    found.append(areas(shapes))
    classes[5].n = property(lambda self: 1000, lambda self, value: None)
    found.append(areas(shapes))
    shapes[7].__dict__["n"] = 100
    shapes[8].__dict__ = {"n": 200}
    found.append(areas(shapes))
    del shapes[1].n
    try:
        found.append(areas(shapes))
    except AttributeError as error:
        found.append(str(error))
    return found
