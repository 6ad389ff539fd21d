"""Instances that keep their attributes in a dict of their own, and what may happen to such a dict meanwhile."""


class Square:
    def __init__(self, number):
        self.number = number

    def find(self, update=False):
        found = self.reference
        if found.number != self.number:
            found = found.find(update)
            if update:
                self.reference = found
        return found

    def kind(self):
        return "method"


def make(count):
    """More attributes than their class made room for by the time the first instances were there."""
    squares = [Square(number) for number in range(count)]
    for square in squares:
        square.count = 0
        square.share = 0.5
        square.reference = squares[square.number // 2]
        square.label = str(square.number)
    return squares


def count(squares):
    total = 0
    for square in squares:
        square.count += 1
        square.share = square.share * 0.5 + 1.0
        total += square.count + square.find().number
    return total


def kinds(squares):
    return [square.kind() for square in squares]


def labels(squares):
    text = ""
    for square in squares:
        text += square.label
    return text


def attempt(function, *args):
    try:
        return function(*args)
    except Exception as error:
        return f"{type(error).__name__}: {error}"


def warm(squares):
    for _ in range(60):
        count(squares)
        kinds(squares)
        labels(squares)
    return [count(squares), labels(squares)[:20], squares[3].share, squares[3].__dict__]


def case_read_and_written():
    squares = make(40)
    squares[7].find(True)
    return warm(squares)[:3], squares[7].reference.number


def case_deleted():
    squares = make(40)
    warm(squares)
    del squares[20].label
    first = attempt(labels, squares)
    squares[20].label = "again"
    del squares[30].count
    return first, labels(squares), attempt(count, squares), list(squares[20].__dict__)


def case_shadowed():
    squares = make(40)
    warm(squares)
    squares[5].kind = lambda: "own"
    found = kinds(squares)
    del squares[5].kind
    return found, kinds(squares)


def case_other_order():
    squares = make(40)
    warm(squares)
    values = dict(squares[9].__dict__)
    squares[9].__dict__ = dict(sorted(values.items(), reverse=True))
    squares[10].__dict__ = {**values, 5: "an int", "number": 10}
    squares[11].__dict__ = values
    return warm(squares)[:3], list(squares[9].__dict__), list(squares[10].__dict__)


def case_dict_subclass():
    class Loud(dict):
        def __getitem__(self, key):
            print("asked", key)
            return super().__getitem__(key)

        def __setitem__(self, key, value):
            print("set", key)
            super().__setitem__(key, value)

    squares = make(40)
    warm(squares)
    squares[12].__dict__ = Loud(squares[12].__dict__)
    return count(squares), labels(squares), kinds(squares)[12], squares[12].count


def case_emptied():
    squares = make(40)
    warm(squares)
    squares[4].__dict__.clear()
    squares[5].__dict__ = {}
    first = attempt(count, squares), attempt(labels, squares)
    squares[4].__dict__.update(number=4, count=7, share=1.0, reference=squares[0], label="four")
    squares[5].__dict__.update(squares[6].__dict__)
    return first, count(squares), labels(squares), kinds(squares)


def case_both_kinds():
    """Those made later have their values in place until their dict is asked for."""
    squares = make(40)
    warm(squares)
    late = [Square(number) for number in range(3)]
    for square in late:
        square.reference, square.count, square.share, square.label = squares[0], 1, 2.0, "late"
    late[1].__dict__["more"] = 1
    return attempt(count, squares + late), labels(late), kinds(late)


def case_class_changes():
    squares = make(40)
    before = warm(squares)[0]
    Square.label = property(lambda self: "property")
    try:
        with_property = labels(squares)
    finally:
        del Square.label
    Square.count = 100
    try:
        with_default = count(squares)
        del squares[2].count
        with_one_default = count(squares), squares[2].count
    finally:
        del Square.count
    return before, with_property, with_default, with_one_default, labels(squares)


class Watched:
    def __init__(self, log, name):
        self.log, self.name = log, name

    def __del__(self):
        self.log.append(self.name)


def put(squares, log, turn):
    for square in squares:
        square.held = Watched(log, (turn, square.number))
        log.append("put")


def case_what_was_there_goes():
    squares, log = make(12), []
    for turn in range(30):
        put(squares, log, turn)
    return len(log), log[-30:]


def swap(square, values):
    seen = []
    for value in values:
        square.label = value
        seen.append(square.label)
    return seen


def case_types_change():
    squares = make(30)
    for _ in range(50):
        swap(squares[3], ["a", "b", "c"])
    return swap(squares[3], ["a", 1, 2.5, None, [1], 2**70]), squares[3].__dict__["label"]


def case_collected():
    """A dict of numbers only is no matter of the collector's until something else is put there."""
    import gc

    squares = make(30)
    for square in squares:
        square.reference = None
        square.__dict__ = {"number": square.number, "count": 0, "label": "x"}
    for _ in range(60):
        for square in squares:
            swap(square, ["a", 1])
    for square in squares:
        swap(square, [[square]])
    tracked = [gc.is_tracked(square.__dict__) for square in squares]
    del square, squares
    return set(tracked), gc.collect() >= 30


def add_all(squares):
    for square in squares:
        square.extra = square.number
        square.extra += 1
    return [list(square.__dict__)[-1] for square in squares], sum(square.extra for square in squares)


def case_added_in_loop():
    found = []
    for _ in range(60):
        squares = make(8)
        found = add_all(squares)
    return found
