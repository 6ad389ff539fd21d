"""Generators whose loop yields what another generator yields, as it is: they need not run for that, and must seem to."""

import gc
import sys
import traceback


def counted(n):
    for i in range(n):
        yield i


def passed(inner):
    for value in inner:
        yield value


def layers(inner, depth):
    for _ in range(depth):
        inner = passed(inner)
    return inner


class Tree:
    def __init__(self, key, left=None, right=None):
        self.key, self.left, self.right = key, left, right


def balanced(first, end):
    if first >= end:
        return None
    middle = (first + end) // 2
    return Tree(middle, balanced(first, middle), balanced(middle + 1, end))


def inorder(tree):
    if tree is not None:
        for key in inorder(tree.left):
            yield key
        yield tree.key
        for key in inorder(tree.right):
            yield key


def case_inorder():
    tree = balanced(0, 100)
    return [list(inorder(tree)) for _ in range(8)][-1]


def case_depths():
    return [sum(layers(counted(20), depth)) for depth in (1, 2, 5, 30, 63, 64, 65, 130) for _ in range(5)]


def case_over_other_iterators():
    def ends(kind):
        inner = kind([1, 2, 3])
        return [list(layers(inner, depth)) for depth in (1, 3) for inner in (kind([1, 2, 3]),)]

    kinds = [iter, list, lambda items: map(str, items), lambda items: (x for x in items), reversed]
    return [ends(kind) for kind in kinds for _ in range(6)]


def failing(n):
    for i in range(n):
        yield i
    raise LookupError(n)


def lines_of(error):
    return [(frame.name, frame.lineno) for frame in traceback.extract_tb(error.__traceback__)]


def case_raises():
    found = []
    for _ in range(12):
        got = []
        try:
            for value in layers(failing(30), 4):
                got.append(value)
        except LookupError as error:
            found.append((sum(got), lines_of(error), error.__context__))
    return found[::4]


def catching(inner):
    try:
        for value in inner:
            yield value
    except LookupError as error:
        yield "caught", lines_of(error)
    finally:
        yield "finally"


def case_caught_in_between():
    return [list(passed(catching(passed(failing(20))))) for _ in range(10)][::3]


def case_stops_by_stop_iteration():
    def stops():
        yield from range(20)
        raise StopIteration

    found = []
    for _ in range(10):
        try:
            found.append(list(layers(stops(), 3)))
        except RuntimeError as error:
            found.append((str(error), type(error.__cause__), lines_of(error)))
    return found[::3]


def looking(n, found):
    for i in range(n):
        frame, seen = sys._getframe(), []
        while frame is not None and not frame.f_code.co_name.startswith("case_"):
            seen.append((frame.f_code.co_name, frame.f_lineno, sorted(frame.f_locals)))
            frame = frame.f_back
        found.append(seen)
        yield i


def case_seen_from_within():
    found = []
    for _ in range(4):
        total = sum(layers(looking(20, found), 3))
    return total, found[3], found[-1], len(found)


def case_state_from_without():
    found = []
    for _ in range(4):
        outer = layers(counted(30), 3)
        for value in outer:
            frame = outer.gi_frame
            found.append((value, frame.f_lineno, frame.f_locals["value"], outer.gi_running, frame.f_lasti))
            found.append((outer.gi_yieldfrom, type(frame.f_locals["inner"]).__name__, frame.f_back))
        found.append((outer.gi_frame, outer.gi_running))
    return found


def case_runs_already():
    found = []

    def asks():
        for i in range(20):
            try:
                next(outer)
            except ValueError as error:
                found.append(str(error))
            yield i, outer.gi_running, middle.gi_running

    for _ in range(4):
        middle = passed(asks())
        outer = passed(middle)
        found.append(list(outer))
    return found


def case_sent_and_thrown():
    def receives():
        while True:
            try:
                got = yield "asks"
                if got is not None:
                    yield got
            except KeyError as error:
                yield "thrown", str(error)

    found = []
    for _ in range(6):
        outer = layers(receives(), 2)
        found += [next(outer) for _ in range(10)]
        found += [outer.send(5), next(outer)]
        try:
            outer.throw(KeyError("gone"))
        except KeyError as error:
            found.append(lines_of(error))
        found.append(list(outer))
    return found


def closing(n, found):
    try:
        for i in range(n):
            yield i
    finally:
        found.append("closed")


def case_closed_and_dropped():
    found = []
    for turn in range(6):
        outer = layers(closing(20, found), 3)
        for value in outer:
            if value == 10:
                break
        found.append(value)
        if turn % 2:
            outer.close()
            found.append(list(outer))
        del outer
        found.append("gone")
    return found


class Ends:
    def __init__(self, number, found):
        self.number, self.found = number, found

    def __del__(self):
        frame, lines = sys._getframe(1), []
        while frame is not None and not frame.f_code.co_name.startswith("case_"):
            lines.append((frame.f_code.co_name, frame.f_lineno))
            frame = frame.f_back
        self.found.append((self.number, lines))


def case_values_end_where_they_are_replaced():
    found = []

    def made(n):
        for i in range(n):
            yield Ends(i, found)

    for _ in range(3):
        for value in layers(made(12), 2):
            found.append(("has", value.number))
        del value
    return found


def case_exceptions_handled_around():
    def asks(n):
        for _ in range(n):
            yield repr(sys.exc_info()[1])

    def within():
        try:
            raise ValueError("around")
        except ValueError:
            for value in asks(20):
                yield value

    found = []
    for _ in range(4):
        try:
            raise KeyError("outside")
        except KeyError:
            found.append(list(passed(within())))
        found.append(list(layers(asks(15), 2)))
    return found


def mixed(inner):
    yield from inner
    for value in inner:
        yield value
    return 5


def case_mixed_with_yield_from():
    def both(n):
        got = yield from passed(mixed(passed(counted(n))))
        yield got
        for value in mixed(counted(n)):
            yield value

    return [list(both(25)) for _ in range(8)][-1]


def case_recursion_limit():
    usual = sys.getrecursionlimit()
    found = []
    try:
        for depth in (30, 60, 100):
            for _ in range(4):
                outer = layers(counted(12), depth)
                for value in outer:
                    sys.setrecursionlimit(10000 if value < 8 else usual)
                found.append(value)
        sys.setrecursionlimit(usual)
        outer = layers(counted(12), usual * 2)
        try:
            next(outer)
        except RecursionError:
            found.append("too deep")
    finally:
        sys.setrecursionlimit(usual)
    return found


def traced_from_within(begins, layer_count):
    events = []

    def trace(frame, event, argument):
        if frame.f_code.co_name in ("passed", "begins_late", "counted"):
            events.append((event, frame.f_code.co_name, frame.f_lineno - frame.f_code.co_firstlineno))
        return trace

    def begins_late(n):
        for i in range(n):
            if i == begins:
                sys.settrace(trace)
            yield i

    try:
        total = sum(layers(begins_late(20), layer_count))
    finally:
        sys.settrace(None)
    return total, events


def case_traced_from_within():
    return [traced_from_within(12, depth) for depth in (1, 3) for _ in range(6)][::3]


def case_profiled_from_within():
    found = []
    for _ in range(6):
        events = []

        def profile(frame, event, argument, events=events):
            if frame.f_code.co_name in ("passed", "begins"):
                events.append((event, frame.f_code.co_name, frame.f_lineno, argument))

        def begins(n):
            for i in range(n):
                if i == 9:
                    sys.setprofile(profile)
                if i == 14:
                    sys.setprofile(None)
                yield i

        found.append((list(layers(begins(20), 3)), events))
    return found[::2]


def case_variable_deleted_and_changed():
    def stores(inner):
        value = "none"
        for value in inner:
            yield value
        yield "last", value

    def nested(rows):
        for row in rows:
            for value in row:
                yield value
            del value

    found = [list(stores(counted(30))) for _ in range(4)]
    found += [list(nested([counted(4), counted(3), counted(2)])) for _ in range(20)]
    try:
        list(nested([counted(3), counted(0), counted(2)]))
    except UnboundLocalError as error:
        found += [str(error), lines_of(error)]
    found.append(list(nested([counted(0) for _ in ()])))
    return found


def case_finished_elsewhere():
    found = []
    for _ in range(6):
        inner = counted(30)
        outer = layers(inner, 2)
        got = [next(outer) for _ in range(12)]
        got += list(inner)
        got.append("rest")
        got += list(outer)
        found.append(got)
    return found


def case_collected():
    found = []

    def collects(n):
        for i in range(n):
            if i % 7 == 0:
                gc.collect()
            yield [i]

    for _ in range(3):
        found.append([value for [value] in layers(collects(25), 4)])
    return found
