"""with statements over objects of classes whose __enter__ and __exit__ are put in line, and what breaks that."""

import sys
import traceback

log = []


def taken_log():
    taken = log[:]
    log.clear()
    return taken


def lines_of(error):
    first = error.__traceback__.tb_frame.f_code.co_firstlineno
    return [(f.name, f.lineno - first) for f in traceback.extract_tb(error.__traceback__)]


class Counter:
    def __init__(self):
        self.entered = self.left = 0

    def __enter__(self):
        self.entered += 1
        return self

    def __exit__(self, kind, value, trace):
        self.left += 1 if kind is None else 100
        return kind is KeyError


def counts(n):
    counter = Counter()
    for _ in range(n):
        with counter:
            pass
        with counter as same:
            same.entered += 10
    return counter.entered, counter.left


def case_counts():
    return counts(100), counts(100)


def ways_out(n):
    counter, out = Counter(), []
    for k in range(n):
        with counter:
            if k % 5 == 1:
                continue
            if k % 7 == 3:
                raise KeyError(k)
            out.append(k)
            if k == n - 2:
                break
    else:
        out.append("through")
    return out, counter.entered, counter.left


def returns_from(k):
    counter = Counter()
    with counter:
        if k % 2:
            return counter.entered, counter.left
        with counter:
            k += 1
    return k, counter.entered, counter.left


def case_ways_out():
    return ways_out(60), ways_out(61), [returns_from(k) for k in range(60)]


class Number:
    def __init__(self, value):
        self.value = value

    def __enter__(self):
        return self.value + 1

    def __exit__(self, *info):
        self.value = info


def entered_numbers(n, start):
    total = 0
    for k in range(n):
        number = Number(start + k)
        with number as value:
            total += value
        total += number.value == (None, None, None)
    return total


def case_numbers():
    return (
        entered_numbers(60, 0),
        entered_numbers(60, 0.5),
        entered_numbers(60, 2**62 - 30),
        entered_numbers(60, 2**63),
    )


class Looks:
    def __init__(self, name):
        self.name = name

    def __enter__(self):
        frame = sys._getframe()
        caller = frame.f_back
        log.append(
            (frame.f_code.co_name, caller.f_code.co_name, caller.f_lineno - caller.f_code.co_firstlineno)
        )
        log.append(sorted(caller.f_locals))
        return self.name

    def __exit__(self, kind, value, trace):
        frame = sys._getframe()
        caller = frame.f_back
        log.append(
            (frame.f_code.co_name, caller.f_code.co_name, caller.f_lineno - caller.f_code.co_firstlineno)
        )
        log.append((kind and kind.__name__, repr(value), sys.exc_info()[0] is kind))
        return True


def looked_at(n):
    for k in range(n):
        with Looks(k) as name:
            inner = name + 1
            if k % 9 == 8:
                raise ValueError(inner)
        with Looks("second"), Looks("third"):
            pass


def case_frames():
    looked_at(40)
    return taken_log()[-60:], looked_at(10), taken_log()


class Fails:
    def __init__(self, k):
        self.k = k

    def __enter__(self):
        if self.k % 10 == 4:
            raise LookupError(self.k)
        return self.k

    def __exit__(self, kind, value, trace):
        if self.k % 10 == 7:
            raise OverflowError(self.k)
        return False


def failing(n):
    out = []
    for k in range(n):
        try:
            with Fails(k) as value:
                if value % 10 in (6, 7):
                    raise ValueError(value)
        except Exception as error:
            context = error.__context__
            out.append((repr(error), lines_of(error), repr(context), context and lines_of(context)))
    return out


def case_failing():
    return failing(60)


class Ends:
    def __init__(self, k):
        self.k = k

    def __enter__(self):
        log.append(("enter", self.k))
        return [self.k]

    def __exit__(self, kind, value, trace):
        log.append(("exit", self.k))

    def __del__(self):
        log.append(("del", self.k, sys._getframe(1).f_lineno - sys._getframe(1).f_code.co_firstlineno))


def ended(n):
    for k in range(n):
        with Ends(k) as items:
            items.append(k)
        log.append(("behind", items))


def case_end_of_the_manager():
    ended(40)
    return taken_log()


class Base:
    def __enter__(self):
        return "base"

    def __exit__(self, *info):
        log.append("base exit")


class Derived(Base):
    def __enter__(self):
        return "derived"


class Slotted(Base):
    __slots__ = ()

    @staticmethod
    def __exit__(*info):
        log.append(len(info))


def used(manager):
    with manager as name:
        log.append(name)
    return len(log)


def case_several_classes():
    managers = [Base()] * 20 + [Derived(), Base(), Slotted()] * 10
    out = [used(manager) for manager in managers]
    try:
        used(object())
    except TypeError as error:
        out.append(str(error))
    return out, taken_log()


def changed(n, at, change):
    class Local:
        def __enter__(self):
            log.append("entered")
            return 1

        def __exit__(self, *info):
            log.append("left")

    local = Local()
    for k in range(n):
        with local:
            if k == at:
                change(Local)
    return taken_log()


def new_exit(cls):
    cls.__exit__ = lambda self, *info: log.append("new exit")


def new_enter(cls):
    cls.__enter__ = lambda self: log.append("new enter")


def new_code(cls):
    cls.__exit__.__code__ = (lambda self, *info: log.append("new code")).__code__


def no_exit(cls):
    del cls.__exit__


def case_methods_change():
    out = [changed(50, 45, change) for change in (new_exit, new_enter, new_code)]
    try:
        changed(50, 45, no_exit)
    except TypeError as error:
        out.append((str(error), taken_log()[-3:]))
    return out


def generated(n):
    counter = Counter()
    for k in range(n):
        with counter as inner:
            yield k, inner.entered, counter.left


def case_in_generators():
    out = list(generated(40))
    generator = generated(5)
    next(generator)
    generator.close()
    try:
        generator = generated(5)
        next(generator)
        generator.throw(KeyError("thrown"))
    except StopIteration:
        out.append("over")
    return out


def deep(n, counter):
    with counter:
        return deep(n - 1, counter) + 1 if n else 0


def case_recursion():
    counter, out = Counter(), []
    out.append([deep(n, counter) for n in range(40)])
    try:
        deep(10**6, counter)
    except RecursionError:
        out.append("too deep")
    out.append(counter.entered == counter.left % 100 + counter.left // 100)
    return out


def case_tracing():
    events = []

    def trace(frame, event, argument):
        name = frame.f_code.co_name
        if name in ("counts", "__enter__", "__exit__"):
            events.append((name, event, frame.f_lineno - frame.f_code.co_firstlineno))
        return trace

    counts(60)
    sys.settrace(trace)
    try:
        counts(2)
    finally:
        sys.settrace(None)
    return events
