"""Exceptions raised and caught near and far, finally, context managers."""

SIZE, QUICK = 25_000, 8_000
CHECKSUMS = {SIZE: 221409898519, QUICK: 22717034766}


class Refused(Exception):
    def __init__(self, code):
        super().__init__(code)
        self.code = code


class Guard:
    def __init__(self, log):
        self.log = log

    def __enter__(self):
        self.log[0] += 1
        return self

    def __exit__(self, kind, value, traceback):
        self.log[1] += kind is not None
        return kind is Refused and value.code % 2 == 0


def check(n):
    if n % 7 == 3:
        raise Refused(n)
    if n % 11 == 5:
        return {}[n]
    return n


def through(n, depth):
    if depth == 0:
        return check(n)
    try:
        return through(n, depth - 1)
    finally:
        counts[depth] += 1


counts = [0] * 8


def setup(size=SIZE):
    return size


def run(state):
    log = [0, 0]
    total = 0
    for n in range(state):
        try:
            with Guard(log):
                total += through(n, n % 4)
        except Refused as error:
            total -= error.code
        except KeyError as error:
            total += error.args[0] & 1
        else:
            total += 1
        try:
            total += int("12" if n % 3 else "x")
        except ValueError:
            total ^= 1
    return total * 1000 + log[1] % 1000
