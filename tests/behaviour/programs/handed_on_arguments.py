"""Functions that hand on what they were called with: `f(*args)`, `f(self, *args, **kwargs)`, as decorators do."""

import functools
import sys
import traceback


def attempt(function, *args, **kwargs):
    try:
        return function(*args, **kwargs)
    except Exception as error:
        return f"{type(error).__name__}: {error}"


def handing_on(f):
    def wrapper(*args, **kwargs):
        return f(*args, **kwargs)

    return wrapper


def handing_on_items(f):
    def wrapper(*args):
        return f(*args)

    return wrapper


def with_first(f):
    def wrapper(self, *args, **kwargs):
        return f(self, *args, **kwargs)

    return wrapper


def counted(f):
    @functools.wraps(f)
    def wrapper(*args, **kwargs):
        wrapper.calls += 1
        try:
            return f(*args, **kwargs)
        finally:
            wrapper.ended += 1

    wrapper.calls = wrapper.ended = 0
    return wrapper


@handing_on
def add(a, b=1, *, c=0):
    return a + b + c


@handing_on_items
def add_items(a, b=1):
    return a - b


@with_first
def add_first(a, b=1, **more):
    return a * b + len(more)


@counted
def add_counted(a, b=2):
    return a * 2 + b


def loop(values):
    total = []
    for v in values:
        total.append((add(v), add(v, 2), add(v, b=v), add(b=v, a=1), add(v, c=v), add(v, v, c=1)))
        total.append((add_items(v), add_items(v, v), add_first(v), add_first(v, 3), add_first(v, x=1, y=v)))
        total.append((add_counted(v), add_counted(v, b=v)))
    return total


def case_numbers_of_all_kinds():
    out = [loop(range(8)) for _ in range(12)]
    out.append(loop([2**63, -(2**62), 2.5, True, 10**30]))
    out.append((add_counted.calls, add_counted.ended, add_counted.__name__))
    return out[-3:]


def wrong(v):
    return [
        attempt(lambda: add()),
        attempt(lambda: add(v, v, v)),
        attempt(lambda: add(v, a=v)),
        attempt(lambda: add(v, z=v)),
        attempt(lambda: add_items(v, v, v)),
        attempt(lambda: add_items(v, b=v)),
        attempt(lambda: add_first()),
        attempt(lambda: add_first(v, self=v)),
        attempt(lambda: add_first(v, v, v)),
    ]


def case_what_does_not_fit():
    return [wrong(v) for v in range(12)][-1]


@handing_on
def kind_of(x, /, **named):
    return x, sorted(named.items())


def case_names_in_the_dict():
    out = []
    for i in range(30):
        out.append((kind_of(i, x=i), kind_of(i, y=1, x=2), attempt(kind_of, x=i)))
        out.append(kind_of(i, **{"a b": i, "": 2, "x": 3}))
    return out[-3:]


def changing(f):
    def wrapper(*args, **kwargs):
        kwargs["seen"] = len(kwargs)
        args += (len(args),)
        return f(*args, **kwargs)

    return wrapper


def taking_out(f):
    def wrapper(*args, **kwargs):
        scale = kwargs.pop("scale", 1)
        return f(*args, **kwargs), scale

    return wrapper


def keeping(f):
    def wrapper(*args, **kwargs):
        kept.append((args, kwargs))
        return f(*args, **kwargs)

    return wrapper


kept = []


@changing
def show(*args, **kwargs):
    return args, sorted(kwargs.items())


@taking_out
def show_out(*args, **kwargs):
    return args, sorted(kwargs.items())


@keeping
def show_kept(*args, **kwargs):
    kwargs["mine"] = 1
    return args, sorted(kwargs.items())


def case_containers_that_change():
    out = []
    for i in range(40):
        out.append((show(i), show(i, a=i), show_out(i, scale=i), show_out(), show_out(i, b=2)))
        out.append((show_kept(i), show_kept(k=i), kept[-2:]))
    same = kept[0][1] is kept[1][1]
    return out[-2:], len(kept), same


def look():
    frame = sys._getframe(1)
    return frame.f_code.co_name, sorted((k, repr(v)) for k, v in frame.f_locals.items() if k != "f")


def looking(*args, **kwargs):
    return look()


def meddle():
    caller = sys._getframe(1).f_locals
    caller["kwargs"]["put"] = 7
    return len(caller["args"])


def meddled_with(f):
    def wrapper(*args, **kwargs):
        meddle()
        return f(*args, **kwargs)

    return wrapper


@meddled_with
def show_meddled(*args, **kwargs):
    return args, sorted(kwargs.items())


def case_frames_that_are_looked_at():
    out = []
    handed = handing_on(look)
    inner = handing_on(looking)
    for i in range(40):
        out.append((handed(), inner(i, "x"), inner(i, x=i), show_meddled(i), show_meddled(i, k=1)))
    return out[-1]


@handing_on
def fail(n, by=0):
    if by:
        return n // (by - 1)
    raise ValueError(n)


def lines_of(*args, **kwargs):
    try:
        return fail(*args, **kwargs)
    except Exception as error:
        return [(f.name, f.line) for f in traceback.extract_tb(error.__traceback__)], str(error)


def failing(n):
    out = []
    for i in range(n):
        try:
            out.append(fail(i, 1))
        except ArithmeticError as error:
            out.append([f.lineno for f in traceback.extract_tb(error.__traceback__)])
        try:
            out.append(fail(i, by=3))
            out.append(fail(i))
        except ValueError as error:
            out.append([f.lineno for f in traceback.extract_tb(error.__traceback__)])
    return out


def case_tracebacks_through_wrappers():
    return [(lines_of(i), lines_of(i, by=1), lines_of(i, 2)) for i in range(20)][-1], failing(25)[-6:]


class Base:
    def __init__(self, size, *, name="base"):
        self.size, self.name = size, name

    def grown(self, by=1, **more):
        return self.size + by + sum(more.values())


class Middle(Base):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.middle = True

    def grown(self, *args, **kwargs):
        return super().grown(*args, **kwargs) * 2


class Leaf(Middle):
    def __init__(self, size, **kwargs):
        super().__init__(size, **kwargs)

    @with_first
    def twice(self, n, m=0):
        return self.size * n + m


def case_methods_and_constructors():
    out = []
    for i in range(40):
        leaf, middle = Leaf(i, name=str(i)), Middle(i)
        out.append(
            (leaf.grown(), leaf.grown(2), middle.grown(by=i), middle.grown(a=1, b=2), leaf.name, middle.name)
        )
        out.append((leaf.twice(i), leaf.twice(i, m=2), attempt(Leaf), attempt(Middle, 1, 2)))
    return out[-4:]


def case_lengths_by_turns():
    def total(*numbers, **named):
        return sum(numbers) + len(named)

    handed = handing_on(total)
    items = handing_on_items(total)
    out = []
    for i in range(60):
        arguments = range(i % 7)
        out.append(
            (handed(*arguments), items(*arguments), handed(*arguments, **{"k": 1} if i % 5 == 0 else {}))
        )
    return out


def case_the_function_changes():
    def make():
        def f(*args):
            return "first", args

        def wrapper(*args, **kwargs):
            return f(*args, **kwargs)

        def change(to):
            nonlocal f
            f = to

        return wrapper, change

    wrapper, change = make()
    out = [wrapper(i) for i in range(30)]
    change(lambda *args, **kwargs: ("second", args, kwargs))
    out += [wrapper(i, k=i) for i in range(30)]
    change(max)
    out += [wrapper(i, 3) for i in range(30)]
    change(dict)
    out += [wrapper(a=i) for i in range(30)]
    change(5)
    out += [attempt(wrapper, 1)]
    return out[28:31] + out[58:61] + out[88:91] + out[118:]


ended = []


class Noisy:
    def __init__(self, n):
        self.n = n

    def __del__(self):
        ended.append((self.n, sys._getframe(1).f_code.co_name))


@handing_on
def take(a, b=None):
    ended.append(("in", a.n))
    return a.n


def case_when_arguments_end():
    out = []
    for i in range(40):
        take(Noisy(i))
        take(Noisy(i), b=Noisy(-i))
        take(a=Noisy(i), b=Noisy(-i))
        ended.append("next")
        out.append(tuple(ended))
        ended.clear()
    return out[0], out[-1], len(set(map(len, out)))


def case_generators_behind_wrappers():
    @handing_on
    def count(n, step=1):
        yield from range(0, n, step)

    return [(list(count(i)), sum(count(i, step=2)), list(count(i, 3))) for i in range(30)][-2:]


@handing_on
def depth(n):
    return 0 if n == 0 else 1 + depth(n - 1)


def case_recursion_through_wrappers():
    return [depth(20) for _ in range(20)], attempt(depth, 10**6)[:40]


def case_identity_of_what_is_handed_on():
    same = handing_on(lambda *args, **kwargs: (args, kwargs))
    value, text = [1], "text"
    out = []
    for _ in range(30):
        args, kwargs = same(value, text, k=value)
        out.append((args[0] is value, args[1] is text, kwargs["k"] is value, type(args), type(kwargs)))
    return out[-1], all(o == out[0] for o in out)
