"""Ranges whose step is a variable, truth of objects that may run code, bytes of strings and byte arrays in loops."""

import sys


def crossed(limit, step, start=0):
    marks = bytearray(limit)
    for place in range(start, limit, step):
        marks[place] = 1
    return bytes(marks)


def case_step_is_a_variable():
    out = [crossed(20, 3) for _ in range(20)]
    out += [crossed(20, step) for step in (1, 2, 7, 19, 20, 21, 2**31 - 1, 2**31, 2**40, 2**70)]
    out.append(crossed(20, True))
    for odd in (0, 1.0, "x", None):
        try:
            out.append(crossed(20, odd))
        except (TypeError, ValueError) as error:
            out.append(str(error))
    return out


def down(first, step, last):
    seen = []
    for number in range(first, last, step):
        seen.append(number)
    return seen


def case_step_below_zero_comes_late():
    out = [down(0, 4, 17) for _ in range(20)]
    out += [down(17, -4, 0), down(17, -1, 20), down(5, 3, 5), down(6, 3, 5)]
    top = sys.maxsize
    out.append(down(top - 10, 3, top))
    out.append(down(top - 10, 2**30, top))
    out.append(down(-top - 1, 2**62, top))
    out.append(down(top - 2, 1, top + 5))
    return out


def nested(count):
    total = 0
    for outer in range(1, count):
        for inner in range(outer * outer, count * 4, outer):
            if inner == 17:
                break
            total += inner
        else:
            total += 1000
    return total


def case_nested_with_the_outer_as_step():
    return [nested(count) for count in (3, 9, 15, 2, 1, 0, 15)]


def left_in_the_middle(count, step):
    for number in range(1, count, step):
        if number > 10:
            value = yield_like(number)
            if value is None:
                return number
    return -1


def yield_like(number):
    return None if number % 4 == 1 else number


def case_return_from_the_middle():
    return [left_in_the_middle(50, step) for step in (3, 4, 5, 7, 50) for _ in range(6)]


class Counted:
    def __init__(self, length):
        self.length = length

    def __len__(self):
        caller = sys._getframe(1)
        self.length = max(self.length - 1, 0)
        return self.length + caller.f_locals["turns"] * 0


class Wrong:
    def __bool__(self):
        raise ValueError("no truth")


def turns_while(thing):
    turns = 0
    while thing:
        turns += 1
        if turns == 5:
            break
    return turns, not thing, bool(thing)


def case_truth_that_runs_code():
    out = [turns_while(thing) for thing in ([1], [], "a", "", 1, 0, 0.0, (), {}, {1: 2}, None, True) * 4]
    out += [turns_while(Counted(3)), turns_while(Counted(9)), turns_while(Counted(30))]
    for _ in range(3):
        try:
            turns_while(Wrong())
        except ValueError as error:
            out.append(str(error))
    return [*out, turns_while([1]), turns_while(object)]


def either(first, second):
    count = 0
    for _ in range(4):
        count += 1
        found = first or second
        both = first and second
    return found, both, count


def case_or_and_with_objects():
    things = [0, 1, "", "x", [], [0], None, 2.5, Counted]
    return [repr(either(a, b)) for a in things for b in things]


def spelled(text, places):
    out = []
    for place in places:
        out.append(text[place])
    return out


def case_bytes_and_characters():
    places = [0, 1, 2, -1, -3, 1, 0]
    out = [spelled("abc", places) for _ in range(20)]
    out += [spelled("ä\xff\x80", places), spelled("a€c", places), spelled(b"abc", places)]
    out += [spelled(bytearray(b"xyz"), places), spelled([1, 2, 3], places), spelled((1, 2, 3), places)]
    for text in ("", "ab", b"", bytearray()):
        try:
            out.append(spelled(text, places))
        except IndexError as error:
            out.append(str(error))
    return out


def added_up(data, grow):
    total = 0
    for turn in range(12):
        total += data[turn % 4] * 2 + data[-1]
        data[turn % 4] = (total + turn) & 255
        if turn == grow:
            data.extend(b"0123456789" * 50)
            data[-1] = 7
    return total, bytes(data[:6]), len(data)


def case_bytearray_grows_in_the_loop():
    out = [added_up(bytearray(b"abcd"), -1) for _ in range(20)]
    out += [added_up(bytearray(b"abcd"), grow) for grow in (0, 3, 11)]
    for item in (256, -1, 2**70, "x", 1.0, True):
        data = bytearray(b"abcd")
        try:
            put_all(data, item)
        except (ValueError, TypeError) as error:
            out.append(str(error))
        out.append(bytes(data))
    return out


def put_all(data, item):
    for place in range(len(data)):
        data[place] = 65
        data[place] = item


def flags(count, value, other):
    marks = [value] * count
    for place in range(count):
        marks[place] = False
        marks[place - 1] = False
    marks[0] = other
    kept = marks[0] is other
    for place in range(count):
        marks[place] = None
    return marks, kept


class Loud:
    def __init__(self, said):
        self.said = said

    def __del__(self):
        self.said.append("gone")


def case_flags_set_again():
    out = [flags(4, True, False) for _ in range(20)]
    said = []
    out.append(flags(3, Loud(said), 1))
    return [*out, said, flags(3, 1.5, None), flags(3, False, False)]
