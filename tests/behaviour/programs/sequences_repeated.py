"""Sequences times numbers: what they give, which objects, what goes when, and what comes out of the way."""

import sys


class Ends:
    def __init__(self, name, out):
        self.name = name
        self.out = out

    def __del__(self):
        self.out.append(self.name)


class Times:
    def __init__(self, count):
        self.count = count

    def __index__(self):
        return self.count


class Own(list):
    def __mul__(self, count):
        return ["own", type(count).__name__]

    def __rmul__(self, count):
        return [type(count).__name__, "own"]


class Right:
    def __rmul__(self, other):
        return ("right", type(other).__name__)


class Looks:
    """Looks at the frame of the function that lets go of it."""

    def __init__(self, out):
        self.out = out

    def __del__(self):
        frame = sys._getframe(1)
        line = frame.f_lineno - frame.f_code.co_firstlineno
        self.out.append((frame.f_code.co_name, line, frame.f_back.f_code.co_name, frame.f_locals["step"]))


def dropped(out, count, step):
    total = count * 3
    half = total * 0.5
    for turn in range(step):
        total += turn
        half += 0.5
        [Looks(out)] * (turn - step)
        [Looks(out), total] * -turn
    return total, half


def dropped_within(out, count, step):
    first, second = dropped(out, count, step), step + count
    return first, second


def displays(count, item):
    return [item] * count, [item, count] * count, count * [item], [None] * 3, [0] * count


def others(count, text, row, raw):
    return text * count, count * row, raw * count, "-" * count, (1, 2) * count, bytearray(raw) * count


def repeated(sequence, count):
    return sequence * count


def in_place(sequence, count):
    same = sequence
    sequence *= count
    return sequence, same is sequence


def failing(count, table, key):
    return [count, table[key]] * count


def late(item, count):
    return [item] * (count // (count - 3))


def case_displays():
    for i in range(200):
        got = displays(i % 5 - 1, "x")
    print(got, displays(0, 1.5), displays(-3, None), displays(2, []))
    rows = displays(3, [])
    print(rows[0][0] is rows[0][2], rows[1][0] is rows[0][0], rows[0] is rows[2])


def case_item_counts():
    item = object()
    before = sys.getrefcount(item)
    for i in range(100):
        kept = displays(4, item)
    print(sys.getrefcount(item) - before)
    del kept
    print(sys.getrefcount(item) - before)
    for i in range(100):
        displays(-1, item)
    print(sys.getrefcount(item) - before)


def case_others():
    for i in range(200):
        got = others(i % 4, "ab", (i, 2), b"xy")
    print(got)
    print(others(True, "é€", (), b""), others(-1, "é", (1,), b"z"))
    row, text, raw = (1, 2, 3), "some text", b"some bytes"
    print(repeated(row, 1) is row, repeated(text, 1) is text, repeated(raw, 1) is raw)


def case_kinds_by_turns():
    for i in range(100):
        repeated([i], 2)
    for sequence in [[1, 2], (1,), "ab", b"c", bytearray(b"d"), range(2), Own([1]), {1}, 4, 1.5, None]:
        for count in [2, True, Times(3), 1.5, "n", Right(), None]:
            try:
                print(repeated(sequence, count), end=" ")
            except TypeError as error:
                print(error, end=" ")
        print()


def case_too_many():
    for i in range(100):
        displays(3, 1)
    for count in [1 << 62, 1 << 61, (1 << 63) - 1, 1 << 63, -(1 << 70)]:
        try:
            print(displays(count, 1))
        except (MemoryError, OverflowError) as error:
            print(type(error).__name__, error, error.__traceback__.tb_next.tb_lineno)
        try:
            print(repeated("ab", count) == "")
        except (MemoryError, OverflowError) as error:
            print(type(error).__name__, error)


def case_in_place():
    for i in range(100):
        in_place([i], 2)
    print(in_place([1, 2], 3), in_place((1,), 1), in_place("ab", 2))


def case_what_ends():
    out = []
    for i in range(60):
        [Ends(i, out), Ends(-i, out)] * (i % 3 - 1)
        out.append("line")
    print(out[-12:])
    kept = [Ends("kept", out)] * 2
    del kept[0]
    out.append("one left")
    del kept
    print(out[-2:])


def case_what_raises():
    table = {"k": 1}
    for i in range(100):
        failing(2, table, "k")
    try:
        failing(2, table, "z")
    except KeyError as error:
        print(error, error.__traceback__.tb_next.tb_lineno)
    for i in range(100):
        late("x", 5 + i % 2)
    out = []
    try:
        late(Ends("gone", out), 3)
    except ZeroDivisionError as error:
        print(error, error.__traceback__.tb_next.tb_lineno, out)
        error = error.with_traceback(None)
    print(out)


def case_list_comes_back():
    def mixed(item, count):
        return [item, item] * (count + 1)

    for i in range(200):
        mixed(i, i % 4)
    print(mixed("x", 1), mixed(1, True), mixed(1, Times(0).count))
    try:
        mixed("x", "y")
    except TypeError as error:
        print(error)
    try:
        mixed("x", 1.5)
    except TypeError as error:
        print(error)


def case_grids():
    def grid(width, height):
        rows = [[0] * width for _ in range(height)]
        for y in range(height):
            for x in range(width):
                rows[y][x] = x * y
        return rows

    for i in range(60):
        got = grid(i % 5, 3)
    print(got, grid(2, 2))


def case_in_generators():
    def lines(counts):
        for count in counts:
            yield [count] * (yield count) + ["-"] * count

    out = []
    for i in range(60):
        it = lines([2, 3])
        next(it)
        out = [it.send(2), next(it)]
    print(out)


def case_trees():
    def tree(depth):
        if depth == 1:
            return [None] * (depth + 2)
        rows = [None] * 3
        for i in range(3):
            rows[i] = tree(depth - 1)
        return rows

    for _ in range(20):
        got = tree(4)
    print(got)


def case_kept_in_variables():
    def twice(item, count):
        row = [item]
        both = row * count
        return both, row

    def short(item, count):
        row = [item, count]
        return row * count

    def caller(item, count):
        return short(item, count) + short(count, count)

    for i in range(100):
        got = twice(i, 2), caller(i, 2)
    print(got, caller("x", 0))
    try:
        caller("x", "y")
    except TypeError as error:
        print(error)


def case_frames_when_items_end():
    for i in range(60):
        out = []
        got = dropped(out, i, 3), dropped_within(out, i, 2)
    print(got)
    for line in out:
        print(line)
