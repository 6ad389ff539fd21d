"""Comprehensions, generator expressions and loops whose iterators and functions are no objects: what somebody sees of
them all the same."""

import gc
import sys

GLOBAL = 3
log = []


class Ends:
    def __init__(self, name):
        self.name = name

    def __del__(self):
        log.append(self.name)


def below(numbers, limit):
    return [x for x in numbers if x < limit]


def case_types_change():
    out = [below([float(k) for k in range(9)], 4.0) for _ in range(12)]
    out.append(below([1, 2.5, 3], 3))
    out.append(below((1, 2, 3), 3))
    out.append(below({1: 2, 5: 6}, 3))
    try:
        below([1, "2"], 3)
    except TypeError as error:
        out.append(str(error))
    return out[-5:], below([True, 0], 1)


def ranges(n, step):
    return (
        [k * k for k in range(n)],
        {k % 3 for k in range(1, n)},
        {k: -k for k in range(n, 0, -1)},
        [k for k in range(0, n, step)],
        sum(k for k in range(n)),
        [k for k in reversed(range(n))],
    )


def case_ranges():
    out = [ranges(n, 1 + n % 3) for n in range(12)]
    out.append(ranges(True, 2))
    try:
        ranges(2.5, 1)
    except TypeError as error:
        out.append(str(error))
    return out


def seen_by_a_frame(numbers):
    def look(x):
        caller = sys._getframe(1)
        return (
            caller.f_code.co_name,
            sorted(caller.f_locals),
            x,
            caller.f_lineno - caller.f_code.co_firstlineno,
        )

    return [look(x) if x == 2 else x for x in numbers]


def iterator_in_the_frame(numbers):
    def look():
        iterator = sys._getframe(1).f_locals[".0"]
        return type(iterator).__name__, iterator.__length_hint__()

    return [look() if x % 3 == 2 else x for x in numbers]


def case_frames():
    return [
        (seen_by_a_frame([1, 2, 3]), iterator_in_the_frame([1, 2, 3, 5]), iterator_in_the_frame((2, 1)), k)
        for k in range(8)
    ]


def advanced_by_another(numbers):
    def skip():
        return next(sys._getframe(1).f_locals[".0"], None)

    return [(x, skip() if x % 2 else x) for x in numbers]


def case_advanced():
    return [advanced_by_another(list(range(k))) for k in range(9)]


def names(words):
    return [len(w) + GLOBAL for w in words], [int(w) if w.isdigit() else len(w) for w in words]


def case_names():
    global GLOBAL, len
    out = [names(["a", "22", "ccc"]) for _ in range(8)]
    GLOBAL = 10
    out.append(names(["a", "22"]))
    GLOBAL = 3
    len = lambda word: 100
    out.append(names(["a", "22"]))
    del len
    out.append(names(["a", "22"]))
    return out[-4:]


def case_other_builtins():
    source = "def f(xs):\n    return [str(x) for x in xs], sum(abs(x) for x in xs)\n"
    space = {}
    exec(source, space)
    out = [space["f"]([1, -2]) for _ in range(8)]
    builtins = dict(
        vars(space["__builtins__"]) if not isinstance(space["__builtins__"], dict) else space["__builtins__"]
    )
    builtins["str"] = lambda x: f"<{x}>"
    builtins["abs"] = lambda x: 1000
    space["__builtins__"] = builtins
    out.append(space["f"]([1, -2]))
    return out[-2:]


def changing(items):
    seen = []
    for x in items:
        seen.append(x)
        if x == 1:
            items.append(50)
        if x == 3:
            del items[0]
        if x == 50:
            items.clear()
    return seen, items


def case_changed_meanwhile():
    return [changing([1, 2, 3, 4]) for _ in range(8)], changing([3, 3, 3]), changing([])


def grows(items):
    return [items.append(x) or x for x in items if len(items) < 12]


def case_grows():
    return [grows([1, 2]) for _ in range(6)]


def temporary(count):
    n = 0
    for item in [Ends(f"t{k}") for k in range(count)]:
        n += len(item.name)
    log.append(("after", n))
    item = None
    for item in [Ends("a"), Ends("b")]:
        n += 1
        if n % 2:
            break
    log.append(("broken", n))
    return n


def case_ends():
    log.clear()
    for k in range(6):
        temporary(k)
    return list(log)


def looked_at_from_an_end(count):
    class Looks:
        def __del__(self):
            frame = sys._getframe(1)
            log.append(
                (
                    frame.f_code.co_name,
                    frame.f_locals.get("total"),
                    frame.f_lineno - frame.f_code.co_firstlineno,
                )
            )

    total = 0
    for k, x in enumerate([1, 2]):
        total += k + x
    for _ in [Looks() for _ in range(count)]:
        total += 10
        _ = None
    return total


def case_looked_at_from_an_end():
    log.clear()
    return [looked_at_from_an_end(k % 3) for k in range(9)], list(log)


def raises_inside(items):
    try:
        return [10 // x for x in items]
    except ZeroDivisionError as error:
        trace, lines = error.__traceback__, []
        while trace is not None:
            frame = trace.tb_frame
            lines.append(
                (frame.f_code.co_name, trace.tb_lineno - frame.f_code.co_firstlineno, sorted(frame.f_locals))
            )
            trace = trace.tb_next
        return lines


def case_raises():
    return [raises_inside(items) for items in ([1, 2], [1, 0, 3], (5, 0), [2]) * 4]


def rest_after(items):
    rest = []
    for x in items:
        try:
            rest.append(7 // x)
        except ZeroDivisionError:
            for y in items:
                if y:
                    continue
                rest.append(-1)
    else:
        rest.append("end")
    return rest


def case_handlers_in_loops():
    return [rest_after(items) for items in ([1, 2], [1, 0, 3, 0], (5, 0), [2], ()) * 4]


def nested(rows):
    return [[x + y for x in row if x] for y, row in enumerate(rows)], [
        x for row in rows for x in row if x % 2
    ]


def case_nested():
    return [nested([[1, 2], [3, 0], [], [5]]) for _ in range(8)], nested([(1, 2.5), [True]])


def counted(items):
    base = sys.getrefcount(items)
    for x in items:
        held = sys.getrefcount(items) - base
    return held, x


def case_collected():
    out = []
    for _ in range(8):
        xs = [[k] for k in range(4)]
        for x in xs:
            x.append(xs)
            gc.collect()
            out.append(len(x))
        xs[0].clear()
    return out, [counted([1, 2, 3])[1] for _ in range(4)]


def closures(items, n):
    added = [lambda x, k=k: x + k + n for k in items]
    return [f(1) for f in added], [(lambda: x * n)() for x in items]


def case_closures():
    return [closures([1, 2, 3], k) for k in range(8)], closures((4,), 2.5)


def unbound(flag):
    if flag:
        limit = 3
    try:
        return [x for x in (1, 2, 3, 4) if x < limit]
    except NameError as error:
        return str(error)


def case_unbound():
    return [unbound(k % 4) for k in range(12)]
