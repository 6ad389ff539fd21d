"""Tracing or profiling is turned on in a call that then raises: the events of the frames that the exception leaves
or that handle it."""

import sys

log = []


def record(frame, what, arg):
    if what == "exception":
        arg = arg[0].__name__
    elif what.startswith("c_"):
        arg = arg.__name__
    log.append((frame.f_code.co_name, frame.f_lineno - frame.f_code.co_firstlineno, what, arg))


def trace(frame, what, arg):
    record(frame, what, arg)
    return trace


def start(kind):
    frame = sys._getframe(1) if kind in ("trace", "both") else None
    while frame is not None and "main" not in frame.f_code.co_name:
        frame.f_trace = trace
        frame = frame.f_back
    if kind in ("trace", "both"):
        sys.settrace(trace)
    if kind in ("profile", "both"):
        sys.setprofile(record)


def stop():
    sys.settrace(None)
    sys.setprofile(None)


def raises(kind):
    start(kind)
    raise ValueError("x")


class Raises:
    def __init__(self, kind):
        self.kind = kind

    def __add__(self, other):
        start(self.kind)
        raise KeyError(1)


class Manager:
    def __enter__(self):
        return self

    def __exit__(self, *args):
        return True


def handled(kind):
    try:
        raises(kind)
    except ValueError:
        len([])
    return 3


def unhandled(kind):
    Raises(kind) + 1
    return 4


def managed(kind):
    with Manager():
        Raises(kind) + 1
    return 5


def cleaned_up(kind):
    try:
        unhandled(kind)
    finally:
        len([])


def numbers(kind):
    try:
        yield raises(kind)
    except ValueError:
        yield 7
    raise IndexError


def generator(kind):
    try:
        for _ in numbers(kind):
            pass
    except IndexError:
        return 8


def main(kind):
    before = sys.gettrace(), sys.getprofile()
    result = []
    try:
        for function in (handled, unhandled, managed, cleaned_up, generator):
            try:
                function(kind)
            except Exception:
                pass
            stop()
            result.append(tuple(log))
            log.clear()
    finally:
        sys.settrace(before[0])
        sys.setprofile(before[1])
    return result


def case_trace():
    return main("trace")


def case_profile():
    return main("profile")


def case_both():
    return main("both")
