"""An iterator that `break` or `return` drops says the line of that where its end is reported, not the one before."""

import sys


def stubborn():
    for k in range(3):
        try:
            yield k
        except GeneratorExit:
            pass


def left_at_once(count):
    total = 0
    for _ in range(count):
        for value in stubborn():
            total += value
            if not 0:
                break
    return total


def left_by_chance(count):
    total = 0
    for i in range(count):
        for value in stubborn():
            total += value
            if value >= i % 3:
                break
    return total


def given(count):
    for value in stubborn():
        count += value
        if value:
            return count


def lines_of(function):
    lines = []

    def note(unraisable):
        lines.append(unraisable.exc_traceback.tb_lineno - function.__code__.co_firstlineno)

    sys.unraisablehook = note
    try:
        return [function(9) for _ in range(20)], lines
    finally:
        sys.unraisablehook = sys.__unraisablehook__


def case_left_at_once():
    return lines_of(left_at_once)


def case_left_by_chance():
    return lines_of(left_by_chance)


def case_given():
    return lines_of(given)
