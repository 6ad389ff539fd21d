"""Items of heaps are compared without running code only where nobody's code would be asked."""

import heapq

NAN = float("nan")


class Upside:
    def __init__(self, value):
        self.value = value

    def __lt__(self, other):
        return self.value > other.value

    def __repr__(self):
        return f"Upside({self.value})"


class Number(int):
    def __lt__(self, other):
        return int(self) % 3 < int(other) % 3


class Text(str):
    def __lt__(self, other):
        return str(self)[::-1] < str(other)[::-1]


def through(items):
    heap, out = [], []
    for item in items:
        heapq.heappush(heap, item)
    while heap:
        out.append(heapq.heappop(heap))
    return out


def drive(items):
    seen = []
    for _ in range(60):
        try:
            seen.append(repr(through(items)))
        except (TypeError, RecursionError) as error:
            seen.append(f"{type(error).__name__}: {error}")
    return seen[0], len(set(seen))


PLAIN = [
    [("b", 1), ("a", 2), ("ab", 0), ("", 4), ("a", 1), ("\u00e4", 1), ("\u4e00", 2), ("\U0001f600", 1), ("\uffff", 1)],
    ["b\0c", "b", "b\0", "", "\u00ff", "\u0100"],
    [(3, (2, 1)), (3, (1, 9)), (3, (1, 9, 0)), (2, ()), (3, ())],
    [[3, ["x", ""]], [3, ["a", "b"]], [2, ["z", "z"]], [3, []], [3]],
    [(1, (2, (3, (4, (5, 6))))), (1, (2, (3, (4, (5, 5))))), (1, (2, (3, (4, (4, 9)))))],
    [2**60, -(2**60), 2**100, -(2**100), 2**30, -(2**30), 2**100 + 1, 0],
    [1, 1.5, 0.5, True, False, -0.0, 0, 2**53, float(2**53), 2**53 + 1, 2**70, 1e300, float("-inf")],
    [(True, 2), (1, 1), (1.0, 0), (False, 3)],
]
ODD = [
    [(NAN, 2), (NAN, 1), (NAN, 3)],
    [(NAN, 2), (float("nan"), 1), (float("nan"), 3), (1.0, 0)],
    [[1, NAN], [1, float("nan")], [1, 0.5], [1, NAN, 3]],
    [(1, Upside(1)), (1, Upside(2)), (1, Upside(3)), (0, Upside(9))],
    [(Number(4), 1), (Number(5), 2), (Number(3), 1), (Number(9), 0)],
    [(Text("az"), 1), (Text("ba"), 2), (Text("ca"), 3)],
    [(1, None), (1, None), (0, None)],
    [(1, None), (1, 2)],
    [(1, {}), (1, {}), (0, 1)],
    [(1, "a"), (1, b"a")],
    [(1, [1]), (1, (1,))],
    [1, "a", (1,)],
]


def case_plain():
    return [drive(items) for items in PLAIN]


def case_odd():
    return [drive(items) for items in ODD]


def case_mixed():
    """What is compared changes after the code was made."""
    return [drive(items) for items in PLAIN + ODD + PLAIN[::-1]]


def case_itself():
    itself, other = [1], [1]
    itself.append(itself)
    other.append(other)
    return drive([itself, other]), drive([(1, itself), (1, other)])


def case_list_that_is_sorted():
    """A list is empty while it is sorted, also where it is one of its own items."""
    seen = []
    for _ in range(60):
        data = [(1, []), (1, [0])]
        data.append((1, data))
        data.sort()
        seen.append([len(item[1]) for item in data])
    return seen[-1], [seen.count(one) for one in seen]
