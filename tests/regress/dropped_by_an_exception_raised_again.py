"""What a loop goes over is dropped when the exception that leaves the loop is raised again, at the line that says so."""

import sys


class Trouble(Exception):
    pass


def stubborn():
    for k in range(5):
        try:
            yield k
        except GeneratorExit:
            pass


def leave(make):
    for item in make():
        try:
            unknown += item  # noqa: F821, F841
        except Trouble:
            pass


def leave_named(make):
    for item in (one for one in make()):
        try:
            len(item)
        except Trouble as error:
            print(error)


def leave_finally(make):
    for item in make():
        for other in make():
            try:
                item.nothing = other
            finally:
                item = other


def leave_with(make, manager):
    for item in make():
        with manager:
            item.nothing = 1


class Manager:
    def __enter__(self):
        return self

    def __exit__(self, *told):
        return False


def lines_of(function, *more):
    lines = []
    first = function.__code__.co_firstlineno

    def note(unraisable):
        traceback = unraisable.exc_traceback
        name = traceback.tb_frame.f_code.co_name
        lines.append((name, traceback.tb_lineno - first if name == function.__name__ else None))

    usual, sys.unraisablehook = sys.unraisablehook, note
    try:
        function(stubborn, *more)
    except Exception as error:
        lines.append((type(error).__name__, error.__traceback__.tb_next.tb_lineno - first))
    finally:
        sys.unraisablehook = usual
    return lines


def case_handler():
    return [lines_of(leave)[:-1] for _ in range(3)]


def case_named():
    return [lines_of(leave_named) for _ in range(3)]


def case_finally():
    return [lines_of(leave_finally) for _ in range(3)]


def case_with():
    return [lines_of(leave_with, Manager()) for _ in range(3)]
