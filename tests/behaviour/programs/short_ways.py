"""What calls, generators, globals and class attributes do where compiled code takes a short way to them."""

import builtins
import gc
import sys

log = []


class Tracked:
    def __init__(self, name):
        self.name = name

    def __del__(self):
        log.append(self.name)


def taken_log():
    taken = log[:]
    log.clear()
    return taken


def attempt(function, *args, **kwargs):
    try:
        return function(*args, **kwargs)
    except Exception as error:
        return f"{type(error).__name__}: {error}"


def plain(a, b=1, c=2):
    return a, b, c


def only_named(a, /, b, *, k=5, must):
    return a, b, k, must


def catch_all(a, *rest, k=1, **others):
    return a, rest, k, sorted(others.items())


def case_arguments_are_bound_as_written():
    found = []
    for _ in range(30):
        found = [
            plain(1),
            plain(1, 2),
            plain(1, c=7),
            plain(b=2, a=1),
            only_named(1, 2, must=3),
            only_named(1, b=2, must=3, k=4),
            catch_all(1),
            catch_all(1, 2, 3, k=4, z=5, y=6),
            attempt(lambda: plain()),
            attempt(lambda: plain(1, 2, 3, 4)),
            attempt(lambda: plain(1, a=2)),
            attempt(lambda: plain(1, d=2)),
            attempt(lambda: only_named(1, 2)),
            attempt(lambda: only_named(a=1, b=2, must=3)),
            attempt(lambda: catch_all(1, a=2)),
        ]
    return found


def case_defaults_change():
    def f(a, b="old", *, k="old"):
        return a, b, k

    found = []
    for i in range(60):
        if i == 20:
            f.__defaults__ = ("new",)
        if i == 30:
            f.__kwdefaults__ = {"k": "new"}
        if i == 40:
            f.__defaults__ = ("more", "than", "wanted")
        if i == 50:
            f.__defaults__ = None
        found.append(attempt(lambda: f(1)))
    return found[::5]


def case_order_of_dropped_arguments():
    for _ in range(30):
        taken_log()
        max(Tracked("a").name, Tracked("b").name)
        isinstance(Tracked("c"), (type(Tracked("d")), int))
        [].append(Tracked("g"))
        "".join([Tracked("h").name, Tracked("i").name])
    return taken_log()


class Point:
    def __init__(self, x, y=0):
        self.x, self.y = x, y


class Wrong:
    def __init__(self):
        return 3


class Made:
    def __new__(cls, value):
        return value


def case_classes_are_called():
    found = []
    for _ in range(30):
        p = Point(1, y=2)
        found = [p.x, p.y, Point(5).y, attempt(Point), attempt(Wrong), Made(4), attempt(lambda: Wrong())]
        found.append(attempt(lambda: Point(1, 2, 3)))
    return found


def case_class_changes_between_calls():
    class C:
        def __init__(self):
            self.v = 1

    def make():
        return C()

    found = []
    for i in range(40):
        if i == 15:
            C.__init__ = lambda self: setattr(self, "v", 2)
        if i == 25:
            C.__new__ = staticmethod(lambda cls: object.__new__(Point))
        found.append(getattr(make(), "v", None))
    return found


def case_init_fails():
    class C:
        def __init__(self):
            self.t = Tracked("inside")
            raise ValueError("no")

    taken_log()
    found = [attempt(lambda: C()) for _ in range(20)]
    gc.collect()
    return set(found), len(taken_log())


counted = 0


def read_global():
    return counted, len("abc")


def case_globals_come_and_go():
    global counted, len
    found = []
    for i in range(60):
        counted = i
        if i == 20:
            globals()["len"] = lambda x: "shadow"
        if i == 30:
            del globals()["len"]
        if i == 40:
            globals()["brand_new"] = 1
        if i == 45:
            del globals()["brand_new"]
        found.append(read_global())
    return found[::4], found[20:32]


def read_builtin():
    return added_builtin


def case_builtins_come_and_go():
    found = []
    for i in range(40):
        if i == 10:
            builtins.added_builtin = "one"
        if i == 20:
            builtins.added_builtin = "two"
        if i == 30:
            del builtins.added_builtin
        found.append(attempt(read_builtin))
    return found


def numbers(n):
    for i in range(n):
        got = yield i
        if got:
            yield got
    return "end"


def delegating(n):
    result = yield from numbers(n)
    yield result


def case_generators_end_in_every_way():
    def stops():
        yield 1
        raise StopIteration("inside")

    def fails():
        yield 1
        raise KeyError("k")

    found = []
    for _ in range(70):
        found = [list(numbers(3)), list(delegating(2))]
        for make in (stops, fails):
            items = []
            try:
                for item in make():
                    items.append(item)
            except Exception as error:
                items.append(f"{type(error).__name__}: {error} {error.__cause__!r}")
            found.append(items)
        g = numbers(3)
        found.append([next(g), g.send("sent"), g.gi_frame is not None, attempt(g.throw, ValueError("thrown"))])
        found.append([g.gi_frame, g.gi_running, next(g, "over")])
        found.append(attempt(numbers(1).send, 1))
    return found


def case_frames_of_ended_generators():
    def fails():
        yield 1
        raise KeyError("k")

    def drive():
        for _ in fails():
            pass

    found = []
    for _ in range(40):
        try:
            drive()
        except KeyError as error:
            tb = error.__traceback__
            names = []
            while tb:
                frame = tb.tb_frame
                names.append((frame.f_code.co_name, frame.f_back and frame.f_back.f_code.co_name))
                tb = tb.tb_next
            found.append(names)
    return found[0] == found[-1], found[-1]


def case_generator_that_resumes_itself():
    def g():
        yield attempt(next, me)
        yield 2

    found = []
    for _ in range(40):
        me = g()
        found.append([x for x in me])
    return found[-1]


def case_closures_of_generators():
    def outer(k):
        return list(x * k for x in range(4)), [y for y in (z + k for z in range(3))]

    return [outer(k) for k in range(30)][-2:]


def case_exceptions_handled_in_generators():
    def g():
        try:
            raise KeyError("inner")
        except KeyError:
            yield sys.exc_info()[0]
        yield sys.exc_info()[0]

    found = []
    for _ in range(40):
        try:
            raise ValueError("outer")
        except ValueError:
            found.append([x.__name__ for x in g()] + [sys.exc_info()[0].__name__])
    return found[-1]


async def add(n):
    return n if n < 2 else await add(n - 1) + await add(n - 2)


def run(coroutine):
    try:
        coroutine.send(None)
    except StopIteration as stop:
        return stop.value


def case_coroutines():
    twice = add(1)
    found = [run(add(8)), run(twice), attempt(twice.send, None)]
    sys.set_coroutine_origin_tracking_depth(1)
    try:
        origin = add(3)
        found.append(origin.cr_origin[0][2])
    finally:
        sys.set_coroutine_origin_tracking_depth(0)
    origin.close()
    return found


class Meta(type):
    @property
    def made(cls):
        return "by the metaclass"

    def helper(cls):
        return cls.__name__


class Classy(metaclass=Meta):
    level = 1
    made = "by the class"
    helper = "hidden"


def read_class(cls):
    return cls.level, cls.made, cls.helper


def case_attributes_of_classes_with_a_metaclass():
    found = []
    for i in range(60):
        if i == 20:
            Classy.level = 2
        if i == 30:
            Meta.level = property(lambda cls: "data descriptor")
        if i == 40:
            del Meta.level
        found.append(read_class(Classy))
    Classy.level = 1
    return found[::5]


class Manager:
    def __enter__(self):
        return "entered"

    def __exit__(self, *error):
        return error[0] is KeyError


class Half:
    def __enter__(self):
        return None


def use(manager, error):
    with manager as value:
        if error:
            raise error
        return value
    return "swallowed"


def case_with():
    found = []
    for _ in range(30):
        found = [use(Manager(), None), use(Manager(), KeyError()), attempt(use, Manager(), ValueError("v"))]
        found += [attempt(use, Half(), None), attempt(use, 3, None)]
    return found


def deep(n):
    return 0 if n == 0 else 1 + deep(n - 1)


class Nested:
    def __init__(self, n):
        self.inner = Nested(n - 1) if n else None


def deep_generator(n):
    if n:
        yield from deep_generator(n - 1)
    yield n


def case_recursion_limit():
    found = []
    for _ in range(6):
        found = [deep(300), attempt(deep, 10**6), attempt(Nested, 10**6), sum(deep_generator(100))]
    return found
