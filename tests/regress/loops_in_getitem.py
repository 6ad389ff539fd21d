"""A subscript that is specialised for a class's __getitem__ runs it within the interpreter's own loop, where no frame hook sees
it: when it met a back-edge that another call of it had armed, what the loop had compared was the subscript's result."""


def times(n, items):
    for i in items:
        yield n * i


def merge(g, h):
    one, other = next(g), next(h)
    while 1:
        if one < other:
            yield one
            one = next(g)
        elif one > other:
            yield other
            other = next(h)
        else:
            yield one
            one, other = next(g), next(h)


def endless(kept):
    yield 1
    yield from merge(merge(times(2, kept), times(3, kept)), times(5, kept))


class Lazy:
    def __init__(self):
        self.known = []
        self.fetch = endless(self).__next__

    def __getitem__(self, i):
        known, fetch = self.known, self.fetch
        while i >= len(known):
            known.append(fetch())
        return known[i]


def look(self, i):
    known, fetch = self.known, self.fetch
    while i >= len(known):
        known.append(fetch())
    return known[i]


class Otherwise(Lazy):
    __getitem__ = look


def lazy_class():
    class Made(Lazy):
        def __getitem__(self, i):
            known, fetch = self.known, self.fetch
            while i >= len(known):
                known.append(fetch())
            return known[i]

    return Made


def rows(items):
    return [[items[j] for j in range(15 * i, 15 * (i + 1))] for i in range(3)]


def case_getitem():
    return rows(Lazy())


def case_of_another_name():
    items = Otherwise()
    return [look(items, 3), rows(items), look(items, 50)]


def case_class_made_anew():
    return [rows(lazy_class()()) for _ in range(4)]


def case_defaults_set_anew():
    found = []
    for i in range(12):
        items = Lazy()
        found.append([items[j] for j in range(i, i + 12)])
        Lazy.__getitem__.__defaults__ = (i,) if i % 2 else None
    return found
