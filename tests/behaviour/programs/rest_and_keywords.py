"""Functions with keyword-only parameters and *args that are put in line: what is given, left out, changed."""

import sys


def attempt(function, *args, **kwargs):
    try:
        return function(*args, **kwargs)
    except Exception as error:
        return f"{type(error).__name__}: {error}"


def scale(x, *, by=2, plus=1):
    return x * by + plus


def scale_all(numbers):
    total = 0
    for n in numbers:
        total += scale(n) + scale(n, by=3) + scale(n, plus=n, by=n) + scale(x=n, plus=0)
    return total


def case_keyword_only():
    return [scale_all(list(range(30))) for _ in range(10)], scale_all([1.5, 2, 10**30])


def case_defaults_changed_in_place():
    def run(kind):
        return [kind(n) for n in range(20)]

    def kind(x, *, factor=3):
        return x * factor

    def loop(count):
        return sum([kind(n) for n in range(count)])

    out = [loop(20) for _ in range(30)]
    kind.__kwdefaults__["factor"] = 5
    out += [loop(20) for _ in range(30)]
    kind.__kwdefaults__["factor"] = 2.5
    out += [loop(20) for _ in range(30)]
    kind.__kwdefaults__["another"] = 7
    out += [loop(20) for _ in range(30)]
    kind.__kwdefaults__ = {"factor": -1}
    out += [loop(20) for _ in range(30)]
    del kind.__kwdefaults__["factor"]
    out += [attempt(loop, 20), attempt(run, kind)]
    kind.__kwdefaults__ = None
    out.append(attempt(loop, 20))
    return out


class Box:
    def __init__(self, value, *rest, scale=1):
        self.value = value * scale
        self.rest = rest

    def add(self, *values):
        total = self.value
        for value in values:
            total += value
        return total

    def pick(self, first, *rest, last=None):
        return first, rest, last


def boxes(n):
    out = 0
    for i in range(n):
        box = Box(i, 1, 2, scale=2)
        out += box.add() + box.add(i) + box.add(i, 1, 2) + box.add(*box.rest) + len(box.rest)
    return out


def case_methods_and_constructors():
    box = Box(5, "a", "b")
    return [boxes(30) for _ in range(10)], [box.pick(1), box.pick(1, 2), box.pick(1, 2, 3, last=4)] * 2


def first(*values):
    return values[0]


def names(*values):
    return values


def same(n):
    out = []
    for i in range(n):
        whole = names(i, 1.5, "x")
        out.append((whole, names() is names(), first(i, 2), len(names(i, i)), names(*whole) == whole))
    return out


def case_the_tuple():
    return [same(20) for _ in range(10)][-1]


def too_few(n):
    return sum([first() for _ in range(n)])


def wrong_names(n):
    return [scale(i, bi=3) for i in range(n)]


def too_many(n):
    return [scale(i, 3) for i in range(n)]


def twice(n):
    return [scale(i, x=3) for i in range(n)]


def case_errors():
    return [[attempt(f, 5) for _ in range(10)][-1] for f in (too_few, wrong_names, too_many, twice)]


def look(*values, depth=0):
    frame = sys._getframe()
    return frame.f_locals["values"], frame.f_locals["depth"], frame.f_back.f_code.co_name


def raise_at(i, *values, when=7):
    if i == when:
        raise ValueError(values)
    return len(values)


def looks(n):
    out = []
    for i in range(n):
        out.append(look(i, i + 0.5, depth=i))
    return out


def raises(n):
    total = 0
    for i in range(n):
        total += raise_at(i, i, total)
    return total


def case_frames_and_tracebacks():
    out = [looks(10) for _ in range(10)][-1]
    for _ in range(10):
        try:
            raises(20)
        except ValueError as error:
            inner = error.__traceback__.tb_next.tb_next
            out.append((str(error), sorted(inner.tb_frame.f_locals.items()), inner.tb_lineno))
    return out


class Loud:
    def __init__(self, name, log):
        self.name, self.log = name, log

    def __del__(self):
        self.log.append((self.name, sys._getframe(1).f_code.co_name))


def drop(*values):
    return None


def keep_last(*values):
    return values[-1]


def dropping(log):
    for i in range(20):
        drop(Loud((i, 1), log), i, i + 1)
        kept = keep_last(Loud((i, 3), log), Loud((i, 4), log))
    log.append(kept.name)
    return log[:]


def case_what_the_tuple_held_is_dropped():
    return [dropping([]) for _ in range(10)][-1]


def deep(n, *rest, step=1):
    return len(rest) if n == 0 else deep(n - step, n, *rest[:2])


def case_recursion():
    return [deep(50) for _ in range(20)], attempt(lambda: deep(10**6)).split(":")[0]


def swap(n):
    global scale
    kept, out = scale, []
    for turn in range(n):
        if turn == n // 2:
            scale = lambda x, *, by=7, plus=0: (x, by, plus)  # noqa: E731
        out.append(scale(turn))
    scale = kept
    return out


def case_function_replaced():
    return [swap(40) for _ in range(5)]


class Joined:
    def __init__(self, *parts):
        self.parts = parts

    def joined(self, *others):
        return Joined(*self.parts, *others)

    __truediv__ = joined

    def __getitem__(*operands):
        return len(operands), operands[0].parts, operands[1]

    @property
    def all(*owners):
        return len(owners), owners[0].parts


def case_operators_take_rests():
    def run(n):
        found = []
        for i in range(n):
            path = Joined("a") / "b" / i
            found.append((path.parts, path[i], path.all))
        return found[-1]

    return [run(3), run(5)]
