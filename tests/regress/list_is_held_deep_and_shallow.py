"""A list that ends with its loop has another one twice, once deeper than was looked and once where that was looked into.

References were taken away on trial at one place and not given back at the other: what the inner list had lost one at
the end of each loop, or gained one.
"""

import sys


def over(inner, first_deep):
    pair = [[[inner[0]]], inner[0]] if first_deep else [inner[0], [[inner[0]]]]
    inner.clear()
    count = 0
    for thing in [*pair, pair.clear()]:
        count += 1
        thing = None
    return count


def changes(first_deep):
    item = "what is %s" % first_deep
    before = sys.getrefcount(item)
    counts = [over([[item]], first_deep) for _ in range(40)]
    return set(counts), sys.getrefcount(item) - before


def case_deep_first():
    return changes(True)


def case_shallow_first():
    return changes(False)
