"""with: what is entered, left, swallowed, and in which order."""

import contextlib


class Manager:
    def __init__(self, name, log, swallow=False, fail=None):
        self.name, self.log, self.swallow, self.fail = name, log, swallow, fail

    def __enter__(self):
        self.log.append(f"enter {self.name}")
        if self.fail == "enter":
            raise RuntimeError(f"enter {self.name}")
        return self.name

    def __exit__(self, kind, value, traceback):
        self.log.append(f"exit {self.name} {kind.__name__ if kind else None} {value} {traceback is not None}")
        if self.fail == "exit":
            raise RuntimeError(f"exit {self.name}")
        return self.swallow


def case_plain():
    log = []
    with Manager("a", log) as a, Manager("b", log) as b:
        log.append(a + b)
    return log


def case_swallows():
    log = []
    with Manager("a", log), Manager("b", log, swallow=True):
        raise ValueError("x")
    log.append("after")
    return log


def case_propagates():
    log = []
    try:
        with Manager("a", log), Manager("b", log):
            raise ValueError("x")
    except ValueError as error:
        log.append(str(error))
    return log


def case_failing_managers():
    out = []
    for fail in ("enter", "exit"):
        log = []
        try:
            with Manager("a", log, swallow=True), Manager("b", log, fail=fail):
                log.append("body")
        except RuntimeError as error:
            log.append(str(error))
        out.append(log)
    return out


def case_exit_raises_while_unwinding():
    log = []
    try:
        with Manager("a", log, fail="exit"):
            raise ValueError("first")
    except RuntimeError as error:
        return str(error), repr(error.__context__), log


def case_return_break_continue():
    log = []

    def returns():
        with Manager("r", log):
            return "value"

    for n in range(3):
        with Manager(n, log):
            if n == 0:
                continue
            break
    return returns(), log


def case_not_a_manager():
    out = []
    for thing in (3, object()):
        try:
            with thing:
                pass
        except TypeError as error:
            out.append(str(error))

    class Half:
        def __enter__(self):
            return 1

    try:
        with Half():
            pass
    except TypeError as error:
        out.append(str(error))
    return out


def case_unpacking_target():
    class Pair:
        def __enter__(self):
            return 1, [2, 3]

        def __exit__(self, *args):
            pass

    with Pair() as (a, [b, *c]):
        return a, b, c


def case_contextmanager():
    log = []

    @contextlib.contextmanager
    def managed(name):
        log.append("in " + name)
        try:
            yield name
        except KeyError as error:
            log.append(f"caught {error}")
        finally:
            log.append("out " + name)

    with managed("a"):
        with managed("b"):
            raise KeyError("k")
        log.append("between")
    with contextlib.ExitStack() as stack:
        for n in range(3):
            stack.enter_context(managed(str(n)))
        stack.callback(log.append, "callback")
    with contextlib.suppress(ZeroDivisionError):
        1 / 0
    return log


def case_hot():
    log = []
    total = 0
    for n in range(300):
        with Manager(n, log, swallow=n % 3 == 0):
            total += n
            if n % 3 == 0:
                raise ValueError(n)
            total += 1
    return total, len(log), log[-2:]


def case_nested_in_try_finally():
    log = []

    def run():
        for n in range(3):
            try:
                with Manager(n, log):
                    if n == 1:
                        return "left"
            finally:
                log.append(f"finally {n}")

    return run(), log
