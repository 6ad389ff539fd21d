"""The index behind the last item of a slice by a step near the largest integer is none that C can count to."""

import sys


def by(items, start, step):
    return items[start::step]


def case_slices_by_the_longest_step():
    steps = (sys.maxsize, -sys.maxsize, -sys.maxsize - 1, 2)
    return [
        by(items, start, step)
        for items in ("abcdef", list(range(9)), (1, 2, 3, 4), b"bytes")
        for start in (1, 3, None)
        for step in steps * 10
    ]
