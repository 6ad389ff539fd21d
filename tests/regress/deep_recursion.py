"""Recursion as deep as the recursion limit allows, far deeper than the C stack would hold frame by frame."""

import contextlib
import sys
import threading


@contextlib.contextmanager
def limit(depth):
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(depth)
    try:
        yield
    finally:
        sys.setrecursionlimit(before)


def down(n):
    return 0 if n == 0 else 1 + down(n - 1)


def for_ever():
    return for_ever()


class Linked:
    def walk(self, n):
        for _ in range(2):
            pass
        return n and self.walk(n - 1)


def tree(n, deeper):
    if deeper:
        return tree(n, deeper - 1)
    return n if n < 2 else tree(n - 1, 0) + tree(n - 2, 0)


def case_deep():
    with limit(1_000_000):
        return [down(n) for n in (10, 1000, 10_000, 100_000, 10)], Linked().walk(50_000)


def case_back_and_forth():
    with limit(1_000_000):
        return [tree(10, depth) for depth in range(2000, 9000, 1000)]


def case_thread():
    results = []
    with limit(1_000_000):
        thread = threading.Thread(target=lambda: results.append(down(50_000)))
        thread.start()
        thread.join()
    return results


def case_no_end():
    with limit(200_000):
        try:
            for_ever()
        except RecursionError as error:
            return str(error)
