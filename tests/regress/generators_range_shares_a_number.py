"""An exit took the number of a range that was part of a suspended generator for an object it had made: the loop's body had
the same number for an operand."""


def pairs(n):
    for _i in range(4):
        yield (3 & n) // 5, 2 - n


def take(n, data):
    out = []
    a = 1
    t = 0
    for _x in pairs(n + 1):
        d = data[0] * n
        t += d
    return out, t, a


def case_exit_in_the_body():
    results = []
    for k in range(30):
        data = [1, 2] if k < 15 else [1.5, 2] if k < 20 else [0, 1]
        results.append(take(k, data))
    return results
