"""Slices with a step, and stores to slices of lists: in line, and where they cannot be."""

import gc
import sys


def outcome(function, *args):
    try:
        return function(*args)
    except Exception as error:  # what it is, is compared
        return repr(error), error.__traceback__.tb_next.tb_lineno - function.__code__.co_firstlineno


def turned(items, k):
    return items[::-1], items[k::-1], items[:k:-1], items[-2::-2]


def stepped(items, a, b, c):
    return (
        items[a:b:2],
        items[a:b:-3],
        items[a:b:c],
        items[::3],
        items[a::2],
        items[:b:2],
        items[a:b:None],
    )


def reversed_front(items, k):
    items[: k + 1] = items[k::-1]
    return items


def rotated(items, k):
    items[k:] = items[k + 1 :] + items[k : k + 1]
    return items


def stored(items, a, b, given):
    items[a:b] = given
    return items


KINDS = [
    list(range(9)),
    tuple(range(9)),
    "abcdefghi",
    b"abcdefghi",
    bytearray(b"abcdefghi"),
    "a\u0416\u20ac\U0001f600b",
]


def turned_list(k):
    return turned(list(range(9)), k)


def case_turned():
    results = []
    for k in range(60):
        items = KINDS[0] if k < 40 else KINDS[k % len(KINDS)]
        results.append(turned(items, k % 12 - 3))
    return results


def case_every_kind():
    results = []
    for kind in KINDS:
        for k in range(20):
            results.append((turned(kind, k - 10), stepped(kind, k % 7 - 3, k % 11 - 2, k % 5 - 2 or 1)))
    return results


def of_text(text, k):
    return text[k::2], text[::-1], text[1:k:3]


def of_bytes(text, k):
    return text[k::2], text[::-1], text[1:k:3]


def of_tuple(items, k):
    return items[k::2], items[::-1], items[1:k:3], items[::1] is items


def case_texts():
    return [
        (of_text("abcdefgh", k % 9), of_bytes(b"abcdefgh", k % 9), of_tuple((1, 2, 3, 4), k % 5))
        for k in range(60)
    ]


def case_step_of_nothing():
    results = []
    for k in range(60):
        results.append(outcome(stepped, [1, 2, 3, 4, 5], 1, 4, 2 if k < 40 else 0))
    return results[-25:]


class Index:
    def __init__(self, value, log):
        self.value = value
        self.log = log

    def __index__(self):
        self.log.append(self.value)
        return self.value


def case_bounds_of_other_types():
    log, results = [], []
    bounds = [1, True, None, 2**70, -(2**70), Index(2, log), 1.5, "1"]
    for k in range(80):
        bound = bounds[0] if k < 40 else bounds[k % len(bounds)]
        results.append(outcome(stepped, [1, 2, 3, 4, 5], bound, 4, 2))
        results.append(outcome(stepped, [1, 2, 3, 4, 5], 0, 4, bound))
        results.append(outcome(stored, [1, 2, 3], bound, 2, [7, 8]))
    return results[-100:], log


def case_extremes():
    results = []
    for k in range(50):
        big = 2**62 if k % 2 else -(2**62)
        results.append(stepped(list(range(7)), big, -big, 2**62 + k))
        results.append(stepped(list(range(7)), -big, big, -(2**63)))
        results.append(stored([1, 2, 3], big, -big, [k]))
    return results


def case_front_reversed():
    results = []
    for k in range(60):
        results.append(reversed_front(list(range(8)), k % 10 - 1)[:])
    return results


def case_rotated():
    items = list(range(7))
    return [rotated(items, k % 9 - 1)[:] for k in range(60)]


def case_lengths_differ():
    results = []
    for k in range(60):
        results.append(stored(list(range(6)), k % 7 - 2, k % 5, [k] * (k % 4)))
        results.append(stored(list(range(6)), k % 7 - 2, k % 5, (k, k)))
    return results


def case_stored_of_other_types():
    results = []
    given = [[1], (2, 3), "ab", {4: 5}, range(3), None, 7, iter([8, 9]), {6}, (n for n in range(2))]
    for k in range(90):
        value = [1, 2] if k < 50 else given[k % len(given)]
        results.append(outcome(stored, list(range(4)), 1, 3, value))
    return results[-45:]


class Named(list):
    pass


class Own:
    def __init__(self):
        self.log = []

    def __setitem__(self, key, value):
        self.log.append((key, value))

    def __getitem__(self, key):
        return key


def case_containers_of_other_types():
    results = []
    for k in range(80):
        container = (
            list(range(5)) if k < 40 else [Named(range(5)), Own(), bytearray(b"abcde"), (1, 2), None][k % 5]
        )
        got = outcome(stored, container, 1, 3, [9, 8, 7])
        results.append(got.log if isinstance(got, Own) else got)
        results.append(outcome(turned, container, 2))
    return results[-80:]


def to_itself(items):
    items[1:2] = items
    items[:0] = items
    return items


def case_to_itself():
    return [to_itself([1, 2, k]) for k in range(40)]


class Dying:
    def __init__(self, name, log, items=None):
        self.name = name
        self.log = log
        self.items = items

    def __del__(self):
        frame = sys._getframe(1)
        self.log.append((self.name, frame.f_code.co_name, frame.f_lineno - frame.f_code.co_firstlineno))
        if self.items is not None:
            self.log.append(len(self.items))
            self.items.append(self.name)


def replaced(items, count, log):
    items[0:2] = [count, count + 1]
    log.append(("replaced", len(items)))
    items[1:] = ()
    log.append(("cut", len(items)))
    return count


def case_ends():
    log = []
    for k in range(60):
        items = [1, 2, 3, 4]
        if k > 40:
            items = [Dying(("a", k), log), Dying(("b", k), log), 3, Dying(("c", k), log, items)]
        replaced(items, k, log)
    return log


def doubled(items, log):
    items[:] = [0]
    log.append("stored")


def case_one_object_several_times():
    log = []
    for k in range(60):
        thing = Dying(k, log) if k > 40 else k
        items = [thing, thing, thing]
        del thing
        doubled(items, log)
    return log


def counted(items, k):
    total = 0
    for i in range(len(items)):
        items[i:] = items[i + 1 :] + items[i : i + 1]
        total += items[i] * k
        items[:2] = items[1::-1]
    return total, items


def case_numbers_around():
    return [counted(list(range(6)), k if k < 30 else k / 2) for k in range(50)]


def shared(rows):
    first = rows[0]
    rows[:] = rows[::-1]
    return first, rows


def case_nested_lists():
    results = []
    for k in range(40):
        rows = [[k], [k, k], []]
        first, rows = shared(rows)
        results.append((first is rows[2], rows))
    gc.collect()
    return results


def gone_over(items):
    seen = []
    for item in items:
        seen.append(item)
        if item == 2:
            items[3:] = [item] * 2
        if item == 1:
            items[0:1] = ()
    return seen, items


def case_changed_while_gone_over():
    return [gone_over([0, 1, 2, 3, 4, 5, k]) for k in range(40)]


def copies(items):
    return list(items), tuple(items), list(items) is items, tuple(items) is items


def case_copies():
    results = []
    for k in range(60):
        kinds = [
            [1, k],
            (1, k),
            {1: 2, k: 3},
            {k},
            "ab",
            b"ab",
            bytearray(b"c"),
            range(3),
            iter([k]),
            None,
            5,
        ]
        results.append(outcome(copies, kinds[0] if k < 30 else kinds[k % len(kinds)]))
    return results
