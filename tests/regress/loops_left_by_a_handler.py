"""A handler that leaves a loop dropped what the loop goes over while it still handled its exception, which a generator's end met."""

import sys

log = []


def keys(d):
    try:
        yield from list(d)
    finally:
        log.append(repr(sys.exc_info()[1]))


class Ends:
    def __init__(self, items):
        self.items = iter(items)

    def __iter__(self):
        return self

    def __next__(self):
        return next(self.items)

    def __del__(self):
        log.append(("gone", repr(sys.exc_info()[1])))


def plain(d):
    for key in list(d):
        yield key


def same(make, a, b):
    for key in make(a):
        try:
            if b[key] != a[key]:
                return False
        except KeyError:
            return False
    return True


def nested(make, a, b):
    for key in make(a):
        for other in make(b):
            try:
                if b[key] != other:
                    break
            except KeyError:
                return key, other
    return None


def seen(make, a, b):
    for key in make(a):
        try:
            b[key]
        except KeyError as error:
            return repr(error)
    return None


def case_handlers():
    log.clear()
    for function in same, nested, seen:
        for make in plain, keys, Ends:
            for b in {"a": 1, "b": 2}, {"a": 1, "c": 2}, {}:
                for _ in range(12):
                    result = function(make, {"a": 1, "b": 2}, b)
                print(function.__name__, make.__name__, result, log[-3:])
