"""A value made at a loop's entrance by OSR was used in blocks that stand in front of it, where it had no place yet."""


def summed(value, items):
    total = 0
    for _ in enumerate(items):
        if isinstance:
            value &= 4611686018427387903
        total += value and value
    return total


def case_value_of_the_entrance():
    return [summed(start, list(range(12))) for start in (11, 6, 18, 11, 6, 18)]
