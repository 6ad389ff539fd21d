"""Arguments being handed on at a place of a call put in line that is made as a call after all: the next place begins anew."""

CALLED = []


def memoized(function):
    kept = {}

    def inner(*arguments):
        if arguments in kept:
            return kept[arguments]
        result = function(*arguments)
        if result is None:
            CALLED.append(arguments)
            return -1
        kept[arguments] = result
        return result

    return inner


def guarded(function):
    def inner(*arguments, **keywords):
        if len(arguments) > 3:
            return None
        try:
            return function(*arguments, **keywords)
        except ValueError as error:
            CALLED.append(str(error))
        return function(0, **keywords)

    return inner


@memoized
def power(base, exponent):
    CALLED.append((base, exponent))
    total = 1
    for _ in range(exponent):
        total *= base
    return total if total < 10**30 else None


@guarded
def checked(value, scale=2):
    if value < 0:
        raise ValueError(value)
    return [value] * scale


def case_memoized():
    found = []
    for turn in range(60):
        found.append(power(turn % 5, turn % 7) + power(2**40, 1 + turn % 3))
    calls, CALLED[:] = CALLED[:], []
    return found, calls


def case_guarded():
    found = []
    for turn in range(60):
        found += [checked(turn % 9 - 2), checked(turn % 3, scale=3), checked(1, 2, 3, 4)]
    calls, CALLED[:] = CALLED[:], []
    return found, calls


def drive(function, *arguments):
    result = None
    for _ in range(40):
        result = function(*arguments)
    return result


def outcome(function, *arguments):
    try:
        return function(*arguments)
    except Exception as error:
        return type(error).__name__, str(error)


class Visitor:
    def __init__(self):
        self.seen = []

    def visit(self, node):
        return getattr(self, "visit_" + type(node).__name__, self.other)(node)

    def visit_int(self, node):
        self.seen.append(node)
        return node

    @staticmethod
    def visit_str(node):
        return node + "!"

    def other(self, node):
        return "other"


def case_outcomes():
    visitor, found = Visitor(), []
    for node in (1, "a", 2.5, None):
        found.append(drive(outcome, visitor.visit, node))
    visitor.visit_int = lambda node: "own"
    found += [drive(outcome, visitor.visit, node) for node in (1, "a", 2.5)]
    del visitor.visit_int
    Visitor.visit_str = 5
    found += [drive(outcome, visitor.visit, node) for node in (1, "a", 2.5)]
    Visitor.visit_str = staticmethod(lambda node: node + "!")
    return found, len(visitor.seen)
