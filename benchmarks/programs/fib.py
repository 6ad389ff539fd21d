"""Doubly recursive Fibonacci: calls and small ints."""

SIZE, QUICK = 27, 24
CHECKSUMS = {SIZE: 196418, QUICK: 46368}
NUMBA = ("fib",)


def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)


def setup(size=SIZE):
    return size


def run(state):
    return fib(state)
