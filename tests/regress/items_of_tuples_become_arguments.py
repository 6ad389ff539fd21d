"""`f(*pair)` with a function that is known: as many items as it has parameters without a default, or else a general call."""


def add(a, b):
    return a + b


def add_more(a, b, c=10, *rest, d=1):
    return a + b + c + sum(rest) + d


class Point:
    def __init__(self, x, y):
        self.x, self.y = x, y

    def moved(self, dx, dy):
        return Point(self.x + dx, self.y + dy)

    def __repr__(self):
        return f"Point({self.x}, {self.y})"


class Told:
    def __init__(self, name):
        self.name = name

    def __del__(self):
        ends.append(self.name)


ends = []


def told(function):
    try:
        return function()
    except Exception as error:
        return type(error).__name__, str(error)


def sums(pairs):
    total = 0
    for pair in pairs:
        total += add(*pair)
    return total


def case_pairs():
    pairs = [(n, n + 1) for n in range(60)]
    out = [sums(pairs)]
    for odd in ((1,), (1, 2, 3), [4, 5], (6, 7.5), ("a", "b"), {8: 1, 9: 2}, iter([1, 2]), (), 5):
        out.append(told(lambda: sums([*pairs[:3], odd])))
    return out, sums(pairs), told(lambda: sums([("x", "y")]))


def more(items):
    return [add_more(*item) for item in items], [add_more(1, *item) for item in items]


def case_defaults():
    items = [(n, 2) for n in range(40)]
    return more(items), more([(1, 2, 3), (1, 2, 3, 4, 5)]), told(lambda: more([(1,)])), more(items)


def points(pairs):
    point, out = Point(0, 0), []
    for pair in pairs:
        point = point.moved(*pair)
        out.append(repr((point, Point(*pair))))
    return out


def case_methods_and_classes():
    return points([(n, -n) for n in range(40)]), told(lambda: points([(1, 2, 3)])), points([(1, 2)])


def call_changed(pairs):
    global add
    before, out = add, []
    for number, pair in enumerate(pairs):
        if number == 30:
            add = max
        out.append(add(*pair))
    add = before
    return out


def case_function_changes():
    return call_changed([(n, 20) for n in range(40)])


def drop(first, second):
    del first
    ends.append("in")
    return second.name


def dropped():
    return drop(*(Told("first"), Told("second"))), drop(*tuple([Told("third"), Told("fourth")]))


def case_tuple_keeps_its_items():
    out = []
    for _ in range(40):
        ends.clear()
        out.append((dropped(), ends[:]))
    return out


def fail(a, b):
    if b == 25:
        raise ValueError(a)
    return a


def caught(pairs):
    out = []
    for pair in pairs:
        try:
            out.append(fail(*pair))
        except ValueError as error:
            out.append((str(error), error.__traceback__.tb_next.tb_frame.f_locals))
    return out


def case_raises():
    return caught([(n, n) for n in range(40)])
