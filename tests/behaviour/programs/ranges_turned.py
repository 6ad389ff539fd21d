"""reversed(range(...)) in a loop, and ranges whose loop suspends."""

import builtins
import sys


def down(n):
    seen = []
    for i in reversed(range(n)):
        seen.append(i)
    return seen


def down_between(a, b):
    total, last = 0, None
    for i in reversed(range(a, b)):
        total = total * 3 + i
        last = i
    return total, last


def down_by_three(a, b):
    return [i for i in reversed(range(a, b, 3))]


def up_again(a, b):
    seen = []
    for i in reversed(range(a, b, -2)):
        seen.append(i)
    return seen


def down_by(a, b, step):
    seen = []
    for i in reversed(range(a, b, step)):
        seen.append(i)
    return seen


def outcome(function, *args):
    try:
        return function(*args)
    except Exception as error:  # what it is, is compared
        return repr(error), error.__traceback__.tb_next.tb_lineno - function.__code__.co_firstlineno


def case_down():
    return [down(k % 9) for k in range(60)] + [down(-3)]


def case_between():
    results = []
    for k in range(60):
        results.append((down_between(k % 7 - 3, k % 5), down_by_three(k % 7 - 9, k), up_again(k, k % 5)))
    return results


def case_steps_vary():
    results = []
    for k in range(60):
        results.append(outcome(down_by, k % 9, 20 - k, 1 if k < 40 else k % 5 - 2))
    return results


def case_extremes():
    most, results = 2**63 - 1, []
    for k in range(60):
        low = k if k < 40 else most - 3 + k % 3
        results.append(down_between(low, low + 2))
        low = k if k < 40 else -most - 1 + k % 3
        results.append(down_between(low, low + 2))
        results.append(down_between(low, low - 2))
    return results


def case_other_arguments():
    results = []
    for k in range(60):
        n = 4 if k < 40 else [True, 2.5, "a", 2**70, None, -1][k % 6]
        if n != 2**70:
            results.append(outcome(down, n))
    return results


def stopped(n, at):
    for i in reversed(range(n)):
        if i == at:
            return i
        for k in reversed(range(i)):
            if k == at + 7:
                break
        else:
            continue
        return i, k
    return None


def case_stopped():
    return [stopped(k % 11, k % 4) for k in range(60)]


def given(n):
    for i in reversed(range(n)):
        yield i * 2


def given_up(n, step):
    for i in range(1, n, step):
        got = yield i
        if got:
            yield -got


def both_ways(n):
    for i in range(n):
        for k in reversed(range(i)):
            yield i * k


def case_suspended():
    results = []
    for k in range(60):
        results.append((list(given(k % 7)), list(given_up(k % 9, k % 3 + 1)), sum(both_ways(k % 6))))
        generator = given_up(9, 2)
        results.append([next(generator), generator.send(4), next(generator), list(generator)])
    return results


def case_reversed_is_another():
    results = []
    was = builtins.reversed
    for k in range(60):
        if k == 30:
            builtins.reversed = lambda items: [("mine", list(items))]
        if k == 45:
            builtins.reversed = was
        results.append(down(3))
    return results


def case_range_is_another():
    results = []
    for k in range(60):
        if k == 30:
            globals()["range"] = lambda *args: ["mine", *args]
        if k == 45:
            del globals()["range"]
        results.append((down(3), list(given(2))) if k < 30 or k >= 45 else down(3))
    return results


def case_traced():
    for _ in builtins.range(40):
        down(3)
    events = []

    def trace(frame, event, arg):
        events.append((frame.f_code.co_name, event, frame.f_lineno - frame.f_code.co_firstlineno))
        return trace

    sys.settrace(trace)
    try:
        down(2)
    finally:
        sys.settrace(None)
    return events


def numbers_around(n):
    total, factor = 0.0, 0.5
    for i in reversed(range(n)):
        factor = factor * 1.5
        total += factor * i
        for k in range(i):
            total -= k
    return total, factor


def case_numbers_around():
    return [numbers_around(k % 13) for k in range(60)]
