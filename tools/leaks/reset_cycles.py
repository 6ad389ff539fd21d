"""Functions compiled anew after each reset(): memory must stay where it is."""

import sys

from memory import resident, settle

import dxpy


def numbers(n):
    total = 0.0
    for i in range(n):
        total += i * 1.5
    return total


class Thing:
    def __init__(self, n):
        self.n = n

    def twice(self):
        return self.n * 2


def cycle(n):
    for _ in range(4):
        numbers(n % 7)
        Thing(n).twice()
    dxpy.reset()


def main(count):
    dxpy.enable()
    for n in range(count // 3):
        cycle(n)
    settle()
    before = resident()
    for n in range(count):
        cycle(n)
    settle()
    grown = resident() - before
    print(f"{count} resets: {grown / 2**20:+.1f} MB")
    return grown > 2 * 2**20


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])))
