"""A generator put in line that is left to the interpreter at its very start has nothing on its stack: nothing was sent."""

LIMIT = 2


def fails():
    yield 1
    raise KeyError("k")


def enclosed(limit):
    def gives():
        yield limit
        raise KeyError(limit + LIMIT)

    return gives


def drive(make):
    got = []
    for value in make():
        got.append(value)
    return got


def drive_known():
    for _ in fails():
        pass


def case_never_gone_through():
    found = []
    inner = enclosed(2**40)

    def drive_inner():
        for value in inner():
            found.append(value)

    for _ in range(12):
        for run in (drive_known, drive_inner, lambda: drive(fails), lambda: drive(inner)):
            try:
                run()
            except KeyError as error:
                found.append(error.args)
    return found


def loops_over(inner):
    def until(last):
        for value in inner():
            if value >= last:
                break

    return until


def three(limit):
    def gives():
        yield 1
        yield 2
        raise KeyError(limit)

    return gives


def case_cell_of_a_generator_resumed_where_nothing_ran():
    found = []
    for inner in (enclosed(2**40), three(2**41)):
        until = loops_over(inner)
        for turn in range(40):
            try:
                until(2**50 if turn % 8 == 7 else turn % 2)
            except KeyError as error:
                found.append(error.args)
    return found
