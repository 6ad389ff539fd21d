"""Calls of small functions in hot loops: what they raise, leave and show, and what happens when they are changed."""

import sys
import traceback

LIMIT = 40


def plus(a, b):
    return a + b


def checked(a, limit):
    doubled = a * 2
    if doubled > limit:
        raise ValueError(f"{a} is over {limit}")
    return doubled + LIMIT


def outer(a, limit):
    return plus(checked(a, limit), 1)


def either(a):
    if a > 3:
        return a
    return 0.5


def nothing(a):
    a + 1


def divide(a, b):
    return a / b


def total(n, limit):
    result = 0
    for i in range(n):
        result = plus(result, outer(i, limit))
    return result


def case_plain():
    return [total(200, 1000) for _ in range(5)]


def case_raises_in_the_innermost():
    out = []
    for _ in range(4):
        try:
            total(100, 120)
        except ValueError:
            kind, error, tb = sys.exc_info()
            out.append([(f.name, f.lineno) for f in traceback.extract_tb(tb)])
            while tb.tb_next:
                tb = tb.tb_next
            out.append(sorted(tb.tb_frame.f_locals.items()))
            out.append([f.f_code.co_name for f in frames_of(tb.tb_frame)][:3])
    return out


def frames_of(frame):
    while frame:
        yield frame
        frame = frame.f_back


def case_division_by_zero_is_caught_outside():
    out = []
    for n in range(300):
        try:
            out.append(divide(n, n % 7))
        except ZeroDivisionError as error:
            out.append(str(error))
    return out[:20], len(out)


def case_overflow_in_the_callee():
    def grow(n):
        value = 2**61
        for _ in range(n):
            value = plus(value, value)
        return value

    return [grow(n) for n in (1, 2, 3, 70, 2, 300)]


def case_types_change():
    def fold(items):
        result = items[0]
        for item in items[1:]:
            result = plus(result, item)
        return result

    return [
        fold(items)
        for _ in range(40)
        for items in ([1, 2, 3], [1.5, 2.5], ["a", "b"], [(1,), (2,)], [True, False], [1, 2.5, 3], [2**63, 1])
    ][-14:]


def case_result_of_two_types():
    def sums(n):
        result = 0
        for i in range(n):
            result += either(i)
        return result

    return [sums(n) for n in (1, 4, 10, 100, 1000)]


def case_no_result():
    def run(n):
        got = None
        for i in range(n):
            got = nothing(i)
        return got

    return [run(500) for _ in range(3)]


def case_redefined_in_mid_loop():
    global plus
    old = plus
    out = []

    def run(n):
        global plus
        result = 0
        for i in range(n):
            if i == n // 2:
                plus = lambda a, b: a + 2 * b  # noqa: E731
            result = plus(result, i)
        return result

    try:
        for _ in range(6):
            out.append(run(400))
            plus = old
    finally:
        plus = old
    return out


def case_code_replaced_in_mid_loop():
    def add(a, b):
        return a + b

    def sub(a, b):
        return a - b

    globals()["swapped"] = add
    out = []

    def run(n):
        result = 0
        for i in range(n):
            if i == n // 2:
                swapped.__code__ = sub.__code__  # noqa: F821
            result = swapped(result, i)  # noqa: F821
        return result

    code = add.__code__
    for _ in range(6):
        out.append(run(300))
        add.__code__ = code
    return out


def case_global_of_the_callee_changes():
    global LIMIT
    out = []
    try:
        for value in (40, 41, 2.5, 40, 2**70):
            LIMIT = value
            out.append(total(100, 1000))
    finally:
        LIMIT = 40
    return out


class Noisy:
    def __init__(self, log, name):
        self.log, self.name = log, name

    def __del__(self):
        self.log.append("end of " + self.name)


def swap(a, b):
    c = a
    a = b
    return b


def case_arguments_die_when_the_call_ends():
    log = []

    def run(n):
        for i in range(n):
            kept = swap(Noisy(log, "first"), Noisy(log, "second"))
            log.append("between")
            del kept
            log.append("after")

    run(60)
    return log[:8], log[-8:], len(log)


def case_wrong_number_of_arguments():
    out = []

    def run(n):
        for i in range(n):
            if i == n - 1:
                plus(i)
            plus(i, i)

    for _ in range(4):
        try:
            run(200)
        except TypeError as error:
            out.append(str(error))
    return out


def depth(n):
    return plus(n, 0) if n == 0 else depth(n - 1) + 1


def case_recursion_around_a_call_put_in_line():
    out = [depth(50) for _ in range(30)]
    try:
        depth(100_000)
    except RecursionError as error:
        out.append(str(error)[:32])
    return out[-2:]


def case_frames_seen_from_a_loop():
    def run(n):
        names = []
        for i in range(n):
            plus(i, i)
            if i == n - 1:
                names = [f.f_code.co_name for f in frames_of(sys._getframe())][:2]
        return names

    return [run(300) for _ in range(3)]


def spin(n):
    i = 0
    while i < n:
        i = i + 1
    return i


def case_loop_in_the_callee():
    def run(n):
        result = 0
        for i in range(n):
            result = plus(result, spin(i))
        return result

    return [run(60) for _ in range(5)]


def case_constants_called():
    def run(n):
        out = []
        for call in (lambda: None(n), lambda: "text"(n, n), lambda: (2.5)(), lambda: ...(n)):
            for _ in range(n):
                try:
                    call()
                except TypeError as error:
                    out.append(str(error))
        return out[:: n - 1]

    return [run(20) for _ in range(3)]
