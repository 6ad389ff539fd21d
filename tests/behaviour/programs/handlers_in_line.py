"""Functions with handlers that are put in line: what is raised in them is handled there, and the caller goes on."""

import sys
import traceback

log = []


def taken_log():
    taken = log[:]
    log.clear()
    return taken


def names_of(error):
    return [(f.name, f.lineno, f.line) for f in traceback.extract_tb(error.__traceback__)]


table = {n: n * n for n in range(100)}


def looked_up(key):
    try:
        return table[key]
    except KeyError:
        return -key


def case_a_key_that_is_missing_now_and_then():
    total, missing = 0, []
    for n in range(130):
        value = looked_up(n) + n * 0.5
        total += value
        if value < 0:
            missing.append(value)
    return total, missing


def divided(a, b):
    result = None
    try:
        result = a / b
    except ZeroDivisionError as error:
        log.append(names_of(error))
        result = "zero"
    finally:
        log.append((a, b, result))
    return result


def case_handler_and_finally():
    out = [divided(n, n % 9 - 4) for n in range(60)]
    for n in range(60):
        out.append((n, divided(n * 1.5, n % 9 - 4)))
    return out, taken_log()[-20:]


class Failure(Exception):
    pass


def fails(n):
    if n % 10 == 7:
        raise Failure(n)
    return n


def second(n):
    return fails(n) + 1


def handles_what_a_callee_raised(n):
    before = n * 2
    try:
        value = before + second(n)
    except Failure as failure:
        value = (before, str(failure), names_of(failure))
    return value


def lets_others_through(n, kind):
    try:
        return second(n)
    except kind:
        return "caught"


def case_raised_in_a_callee():
    out = []
    for n in range(70):
        x = n + 0.25
        out.append((x, handles_what_a_callee_raised(n)))
        try:
            out.append((x, lets_others_through(n, Failure if n % 20 == 7 else ValueError)))
        except Failure as failure:
            out.append((x, names_of(failure)))
    return out[-30:]


def raises_again(n):
    try:
        return fails(n)
    except Failure:
        log.append("again")
        raise


def raises_another(n):
    try:
        return fails(n)
    except Failure as failure:
        raise ValueError(n) from failure


def case_raised_again():
    out = []
    for n in range(60):
        for function in (raises_again, raises_another):
            try:
                out.append(function(n))
            except (Failure, ValueError) as error:
                cause = error.__cause__
                out.append((repr(error), names_of(error), cause and names_of(cause), repr(error.__context__)))
    return out[-30:], taken_log()


def bare(n):
    if n % 8 == 5:
        raise  # noqa: PLE0704
    return n


def bare_inside(n):
    try:
        return bare(n)
    except (Failure, RuntimeError) as error:
        return repr(error), names_of(error)


def case_bare_raise():
    out = []
    for n in range(50):
        out.append(bare_inside(n))
        try:
            raise Failure("outer")
        except Failure:
            out.append(bare_inside(n))
    return out[-12:]


class Manager:
    def __init__(self, swallows):
        self.swallows = swallows

    def __enter__(self):
        log.append("enter")
        return self

    def __exit__(self, kind, error, tb):
        log.append(("exit", kind and kind.__name__))
        return self.swallows


def within(manager, n):
    with manager as got:
        value = fails(n)
        log.append(got is manager)
        return value
    return "swallowed"


def case_with():
    out = []
    for n in range(60):
        try:
            out.append(within(Manager(n % 20 == 7), n) if n else None)
        except Failure as failure:
            out.append(names_of(failure))
    return out[-25:], taken_log()[-25:]


def looks(n):
    try:
        frame = sys._getframe()
        if n > 40:
            return sorted(frame.f_locals), sorted(frame.f_back.f_locals), frame.f_lineno
        return frame.f_code.co_name
    except ValueError:
        return None


def case_frames():
    out = None
    for n in range(60):
        y = n * 3
        out = looks(n), y
    return out


def in_a_loop(items):
    total = 0
    for item in items:
        try:
            total += table[item]
        except KeyError:
            total -= 1
        except TypeError:
            total += 1000
    return total


def case_loop_in_the_callee():
    out = []
    for n in range(40):
        out.append((n, in_a_loop([n, n + 1, -n, [] if n == 30 else 5])))
    return out[-15:]


def deep(n):
    try:
        return deep(n + 1)
    except RecursionError:
        return n > 100


def case_recursion():
    return [deep(0) for _ in range(8)]


class Tracked:
    def __init__(self, name):
        self.name = name

    def __del__(self):
        log.append("del " + self.name)


def holds(n):
    held = Tracked("held")
    try:
        fails(n)
    except Failure:
        log.append("handled")
        held = None
        log.append("dropped")
    return held is None


def case_locals_live_as_long():
    out = []
    for n in range(58):
        log.clear()
        out.append(holds(n))
        log.append("behind")
    return out[-12:], taken_log()


def trace(frame, event, argument):
    if frame.f_code.co_name in ("turns_tracing_on", "under_trace"):
        log.append((frame.f_code.co_name, event, frame.f_lineno - frame.f_code.co_firstlineno))
    return trace


def turns_tracing_on(n):
    try:
        if n == 44:
            sys._getframe(0).f_trace = sys._getframe(1).f_trace = trace
            sys.settrace(trace)
        fails(n + 3)
    except Failure:
        n += 100
    return n


def under_trace():
    out = 0
    for n in range(46):
        out += turns_tracing_on(n)
        out += 1
    sys.settrace(None)
    return out


def case_tracing():
    return [under_trace() for _ in range(2)], taken_log()


def generator_in(n):
    try:
        return sum(fails(k) for k in range(n))
    except Failure as failure:
        return [f[0] for f in names_of(failure)]


def case_raised_in_a_generator():
    return [generator_in(n % 9) for n in range(40)]
