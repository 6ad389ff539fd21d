"""A list that ends with its loop holds an object twice: each reference alone may go without running code, both may not.

The end of the object saw its caller's number as it was when that was last put into the frame.
"""

import sys


class Looking:
    def __init__(self, seen):
        self.seen = seen

    def __del__(self):
        self.seen.append(sys._getframe(1).f_locals["count"])


def twice(seen, n):
    count = 0
    one = Looking(seen)
    things = [one, one]
    one = None
    for thing in [*things, things.clear()]:
        count += n
        thing = None
    return count


def case_end_of_what_a_list_holds_twice():
    seen = []
    counts = [twice(seen, n) for n in range(30)]
    return counts, seen
