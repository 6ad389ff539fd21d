"""array.array of doubles and ints: read, written, grown in a loop, and other containers in their place."""

import math
from array import array


def smoothed(data, rounds):
    total = 0.0
    for turn in range(rounds):
        for place in range(1, len(data) - 1):
            data[place] = (data[place - 1] + data[place] * 2 + data[place + 1]) * 0.25
            total += data[place] - data[-1]
        data[0] += turn
    return total, data.tolist() if hasattr(data, "tolist") else data


def case_doubles():
    out = [smoothed(array("d", [1, 5.5, -2, 8, 0.25]), 4) for _ in range(20)]
    out.append(smoothed(array("d"), 0))
    out.append(smoothed(array("f", [1, 5.5, -2, 8, 0.25]), 4))
    out.append(smoothed([1, 5.5, -2, 8, 0.25], 4))
    out.append(smoothed(array("d", [math.inf, -math.inf, 0.0, math.nan, 1]), 2)[0] != 0)
    try:
        smoothed(array("i", [1, 5, 2, 8]), 4)
    except TypeError as error:
        out.append(str(error))
    return out


class Counted(array):
    def __getitem__(self, key):
        return super().__getitem__(key) + 1


def case_subclass():
    out = [smoothed(array("d", [1, 2, 3]), 3) for _ in range(20)]
    return [*out, smoothed(Counted("d", [1, 2, 3]), 3)]


def picked(values, places):
    total = 0
    for k in range(len(places)):
        total += values[places[k]]
    return total


def case_ints_as_places():
    values = array("d", [0.5, 1.5, 2.5, 3.5])
    out = [picked(values, array("i", [3, 0, -1, 2])) for _ in range(20)]
    for kind in "bBhHIlLqQ":
        places = [3, 0, 1, 2]
        out.append(picked(values, array(kind, places)))
        out.append(picked(array(kind, [7, 1, 2, 3]), array("i", places)))
    out.append(picked(array("i", [2**31 - 1, -(2**31)]), array("i", [0, 0, 1])))
    for odd in (array("i", [4]), array("i", [-5]), array("d", [1.0]), ["x"]):
        try:
            out.append(picked(values, odd))
        except (IndexError, TypeError) as error:
            out.append(str(error))
    return out


def put_everywhere(data, value):
    for place in range(len(data)):
        data[place] = 0.0
        data[place] = value
    return data


class Real:
    def __float__(self):
        return 7.25

    def __index__(self):
        return 3


def case_all_that_can_be_stored():
    out = [put_everywhere(array("d", [1, 2]), 1.5) for _ in range(20)]
    out += [put_everywhere(array("d", [1, 2]), value) for value in (3, True, 2**70, -0.0, 2**53 + 1, Real())]
    for value in ("x", None, 10**400, 1j):
        data = array("d", [1, 2])
        try:
            put_everywhere(data, value)
        except (TypeError, OverflowError) as error:
            out.append((str(error), data))
    try:
        put_everywhere(array("i", [1, 2]), 1)
    except TypeError as error:
        out.append(str(error))
    return out


def grown(data, when):
    total = 0.0
    for turn in range(10):
        total += data[turn % 3] + data[-1]
        if turn == when:
            data.extend([0.5] * 1000)
        if turn == when + 2:
            del data[5:]
        data[-1] = total
    return total, len(data)


def case_size_changes_in_the_loop():
    out = [grown(array("d", [1, 2, 3]), 99) for _ in range(20)]
    return out + [grown(array("d", [1, 2, 3]), when) for when in (0, 4, 8)]


def emptied(data, when):
    try:
        for turn in range(10):
            data[turn % 3] = turn * 0.5
            if turn == when:
                del data[:]
    except IndexError as error:
        return str(error), len(data)
    return list(data)


def case_emptied_in_the_loop():
    out = [emptied(array("d", [1, 2, 3]), 99) for _ in range(20)]
    return out + [emptied(array("d", [1, 2, 3]), when) for when in (0, 4, 9)]


def transformed(data, direction):
    """A Fourier transform in place: real and imaginary parts in turn, a power of 2 of both."""
    count = len(data) // 2
    dual = 1
    while dual < count:
        w_real, w_imaginary = 1.0, 0.0
        angle = direction * math.pi / dual
        step_real, step_imaginary = math.cos(angle), math.sin(angle)
        for a in range(dual):
            for b in range(0, count, 2 * dual):
                i, j = 2 * (b + a), 2 * (b + a + dual)
                real = w_real * data[j] - w_imaginary * data[j + 1]
                imaginary = w_real * data[j + 1] + w_imaginary * data[j]
                data[j] = data[i] - real
                data[j + 1] = data[i + 1] - imaginary
                data[i] += real
                data[i + 1] += imaginary
            w_real, w_imaginary = (
                w_real * step_real - w_imaginary * step_imaginary,
                w_real * step_imaginary + w_imaginary * step_real,
            )
        dual *= 2
    return data


def case_fourier():
    out = []
    for turn in range(6):
        data = array("d", [math.sin(k * k + turn) for k in range(32)])
        out.append(transformed(data, 1).tolist())
        out.append(transformed(out[-1][:], -1))
    return out
