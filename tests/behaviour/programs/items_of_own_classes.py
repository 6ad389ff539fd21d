"""Classes whose __getitem__ and __setitem__ look at the type of the key and hand on to a container."""

from array import array


class Rows:
    def __init__(self, width, height):
        self.width = width
        self.height = height
        self.rows = [array("d", [0.0]) * width for _ in range(height)]

    def __getitem__(self, key):
        if isinstance(key, tuple):
            return self.rows[key[1]][key[0]]
        else:
            return self.rows[key]

    def __setitem__(self, key, value):
        if isinstance(key, tuple):
            self.rows[key[1]][key[0]] = value
        else:
            self.rows[key] = value


class Flat:
    def __init__(self, width, height):
        self.width = width
        self.height = height
        self.items = array("d", [0.0]) * (width * height)

    def index(self, x, y):
        if 0 <= x < self.width and 0 <= y < self.height:
            return y * self.width + x
        raise IndexError(x, y)

    def __getitem__(self, place):
        x, y = place
        return self.items[self.index(x, y)]

    def __setitem__(self, place, value):
        x, y = place
        self.items[self.index(x, y)] = value


def outcome(function, *args):
    try:
        return function(*args)
    except Exception as error:  # what it is, is compared
        return repr(error)


def smoothed(grid, times):
    for _ in range(times):
        for y in range(1, grid.height - 1):
            for x in range(1, grid.width - 1):
                grid[x, y] = (grid[x, y - 1] + grid[x, y + 1] + grid[x - 1, y] + grid[x + 1, y]) * 0.25 + 0.5
    return grid


def total(grid):
    result = 0.0
    for y in range(grid.height):
        for x in range(grid.width):
            result += grid[x, y]
    return result


def reduced(rows, size):
    for j in range(size - 1):
        rows[j], rows[j + 1] = rows[j + 1], rows[j]
        for i in range(j + 1, size):
            for k in range(j + 1, size):
                rows[i][k] -= rows[i][j] * rows[j][k] - 1.0
    return rows


def case_flat():
    return [total(smoothed(Flat(7, 6), 3)) for _ in range(20)]


def case_rows():
    return [total(smoothed(Rows(7, 6), 3)) for _ in range(20)]


def case_rows_by_one_key():
    return [[list(row) for row in reduced(Rows(5, 5), 5).rows] for _ in range(30)]


def case_both_kinds():
    return [total(smoothed((Flat if k % 3 else Rows)(6, 5), 2)) for k in range(40)]


def case_other_items():
    results = []
    for k in range(40):
        grid = Flat(5, 5)
        if k > 20:
            grid.items = [k] * 25 if k < 30 else array("i", [k] * 25)
        results.append(outcome(lambda g: total(smoothed(g, 2)), grid))
    return results


def case_out_of_range():
    results = []
    for k in range(40):
        grid = Flat(5, 5)
        if k > 25:
            grid.height = 7
        results.append(outcome(total, grid))
    return results


def kind_of(value):
    if isinstance(value, int):
        return "int"
    if isinstance(value, float):
        return "float"
    if isinstance(value, (list, tuple)):
        return "items"
    if isinstance(value, str):
        return "str"
    return "other"


class Meta(type):
    def __instancecheck__(cls, instance):
        return instance == 3


class Asked(metaclass=Meta):
    pass


class Liar:
    __class__ = int


class Small(int):
    pass


def asked(value):
    return isinstance(value, Asked), isinstance(value, object), isinstance(value, Small)


def kinds_of(n, text):
    return (
        kind_of(n),
        kind_of(n * 0.5),
        kind_of((n, n)),
        kind_of([n]),
        kind_of(text),
        kind_of(n == 3),
        kind_of(None),
    )


def case_kinds():
    results = []
    for k in range(60):
        n = k if k < 40 else [True, 2.5, "a", None, Small(4), 2**80, Liar(), (1,)][k % 8]
        results.append(outcome(kinds_of, n, "ab") if not isinstance(n, (str, Liar)) else kind_of(n))
        results.append(asked(n))
        results.append(kind_of(n))
    return results


def case_isinstance_is_another():
    results = []
    for k in range(50):
        if k == 30:
            globals()["isinstance"] = lambda value, kind: kind is float
        if k == 40:
            del globals()["isinstance"]
        results.append(kinds_of(k, "ab"))
    return results


def case_types_are_others():
    results = []
    for k in range(50):
        if k == 30:
            globals()["int"] = float
        if k == 40:
            del globals()["int"]
        results.append(kinds_of(k, "ab"))
    return results


def case_no_class():
    return [
        outcome(lambda v, c: isinstance(v, c), k, int if k < 30 else (int, str) if k < 40 else 5)
        for k in range(45)
    ]
