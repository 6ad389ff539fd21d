"""Arithmetic of ints where floats came first, and the other way round: an int result stays an int."""

INTS = [-1, 0, 3, 2**31, 2**62, 2**63 - 1, -(2**63), 2**70]
FLOATS = [0.5, -0.0, 2.0**63, 1e308]


def operators():
    """Fresh functions, so that each case has them meet their operands in its own order."""
    space = {}
    exec(
        "def add(a, b): return a + b\ndef subtract(a, b): return a - b\ndef multiply(a, b): return a * b\n",
        space,
    )
    exec("def scale(a, b): return (a + 1) * (b + 1)\n", space)  # noqa: S102
    return [space[name] for name in ("add", "subtract", "multiply", "scale")]


def results(*pools):
    found = []
    for function in operators():
        for _ in range(3):
            for pool in pools:
                found += [function(a, b) for a in pool for b in pool]
    return found


def case_ints_first():
    return results(INTS, FLOATS, INTS)


def case_floats_first():
    return results(FLOATS, INTS, FLOATS)


def case_mixed():
    return results([1, 2.5], [3, True, 2**70], [2**53 + 1, 0.5, 7])
