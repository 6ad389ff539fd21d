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
