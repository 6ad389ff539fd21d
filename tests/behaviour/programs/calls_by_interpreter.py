"""Plain functions called by the interpreter and by C code: the way in must not show, whatever is done to the
function between its calls."""

import gc
import sys
import types


def pair(a, b=2):
    return (a, b)


def names_first(a, b=2):
    return sorted(locals().items())


def caller_name():
    return sys._getframe(1).f_code.co_name


def asks():
    return caller_name()


class Noisy:
    def __init__(self, log, name):
        self.log = log
        self.name = name

    def __del__(self):
        self.log.append(self.name)


def case_wrong_numbers_of_arguments():
    texts = []
    for arguments in [(), (1,), (1, 2), (1, 2, 3)] * 3:
        try:
            texts.append(pair(*arguments))
        except TypeError as error:
            texts.append(str(error))
    for _ in range(3):
        try:
            pair(1, c=3)
        except TypeError as error:
            texts.append(str(error))
    return texts


def case_defaults_change():
    def f(a, b=1, c=2):
        return (a, b, c)

    seen = []
    for value in [(5, 6), (7,), None, (8, 9, 10)] * 2:
        seen.append(f(0, 1, 2))
        f.__defaults__ = value
        try:
            seen.append(f(0))
        except TypeError as error:
            seen.append(str(error))
    return seen


def case_code_changes():
    def f(a):
        return a

    def g(a):
        return [a]

    seen = []
    for other in [g, pair, g, names_first]:
        seen.append([f(n) for n in range(3)])
        f.__code__ = other.__code__
        f.__defaults__ = other.__defaults__
        seen.append([f(n) for n in range(3)])
    return seen


def case_called_by_c():
    made = [(lambda n: lambda x: x * n)(n) for n in range(4)]
    total = [list(map(f, range(5))) for f in made]
    return total, sorted(range(9), key=lambda x: -x % 4), list(map(pair, "ab", "cd")), list(map(pair, "ab"))


def case_frames_are_linked():
    return [asks() for _ in range(3)], list(map(lambda _: caller_name(), range(2))), [names_first(1) for _ in "ab"]


def case_frames_outlive_their_calls():
    def keeps(a):
        b = a + 1
        return sys._getframe()

    frames = [keeps(n) for n in range(4)]
    return [sorted(f.f_locals.items()) for f in frames], [f.f_code.co_name for f in frames]


def case_arguments_end_with_the_call():
    log = []

    def take(a, b=None):
        log.append("in")

    for n in range(4):
        take(Noisy(log, f"a{n}"))
        take(Noisy(log, f"b{n}"), Noisy(log, f"c{n}"))
        log.append("out")
    gc.collect()
    return log


def case_raising():
    def fails(n):
        return 1 // n

    lines = []
    for n in (1, 0, 0, 2, 0):
        try:
            lines.append(fails(n))
        except ZeroDivisionError as error:
            entry = error.__traceback__
            while entry:
                lines.append((entry.tb_frame.f_code.co_name, entry.tb_lineno))
                entry = entry.tb_next
    return lines


def case_recursion_limit():
    def down(n):
        return down(n + 1)

    texts = []
    for _ in range(3):
        try:
            down(0)
        except RecursionError as error:
            texts.append(str(error))
    return texts


def case_traced():
    events = []

    def trace(frame, event, argument):
        events.append((frame.f_code.co_name, event))
        return trace

    def work():
        return [pair(n) for n in range(2)], names_first(3)

    for _ in range(3):
        sys.settrace(trace)
        try:
            work()
        finally:
            sys.settrace(None)
    return events


def case_copies_of_a_function():
    copies = [types.FunctionType(pair.__code__, globals(), argdefs=(n,)) for n in range(5)]
    return [f(1) for f in copies for _ in range(3)]


def case_generators_and_others():
    def counts(n):
        yield from range(n)

    def gathers(*args, **names):
        return args, names

    def only(*, a=1):
        return a

    return [list(counts(3)) for _ in "abc"], [gathers(1, b=2) for _ in "abc"], [only(a=n) for n in range(3)]
