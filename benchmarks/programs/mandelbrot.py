"""Escape times over a grid of the complex plane, in floats."""

SIZE, QUICK = 140, 60
CHECKSUMS = {SIZE: 334592, QUICK: 61662}
NUMBA = ("count_inside",)


def count_inside(size, limit):
    total = 0
    for row in range(size):
        ci = 2.4 * row / size - 1.2
        for column in range(size):
            cr = 3.0 * column / size - 2.1
            zr = zi = 0.0
            step = 0
            while step < limit and zr * zr + zi * zi <= 4.0:
                zr, zi = zr * zr - zi * zi + cr, 2.0 * zr * zi + ci
                step += 1
            total += step
    return total


def setup(size=SIZE):
    return size


def run(state):
    return count_inside(state, 60)
