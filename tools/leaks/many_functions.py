"""Functions made by exec, called until they are compiled, and dropped: memory must stay where it is."""

import gc
import sys

from memory import resident, settle

import dxpy

SOURCE = """
def f{n}(a, b):
    total = {n}
    for i in range(4):
        total += a * i - b
    def inner(x):
        return x + total
    return inner(total)
"""


def make_and_drop(n):
    scope = {}
    exec(SOURCE.format(n=n), scope)  # noqa: S102
    for turn in range(4):
        scope[f"f{n}"](turn, n)


def main(count):
    dxpy.enable()
    warm = count // 5
    for n in range(warm):
        make_and_drop(n % 50)
    settle()
    before = resident()
    for n in range(count - warm):
        make_and_drop(n % 50)
    settle()
    grown = resident() - before
    alive = dxpy.stats().compiled_functions
    print(
        f"{count} functions, {dxpy.stats().total_compiles} compiles, {alive} still compiled, {grown / 2**20:+.1f} MB"
    )
    gc.collect()
    return grown > 3 * 2**20


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])))
