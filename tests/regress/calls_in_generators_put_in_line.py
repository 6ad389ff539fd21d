"""Functions called by a generator expression that a built-in function takes the items of: the generator is a generator
wherever one of them is left, also where that is seen from within, raises or is of another type."""

import sys
import traceback


def entry(i, j):
    return 1.0 / ((i + j) * (i + j + 1) // 2 + i + 1)


def odd(x):
    return x % 2 == 1


def half(x):
    if x > 1000:
        raise ValueError(x)
    return x * 3 + 1


class P:
    def __init__(self, x):
        self.x = x

    def good(self, y):
        return self.x > y

    def __add__(self, o):
        return P(self.x + o.x)

    def __lt__(self, o):
        return self.x < o.x


def case_sum_calls(n=60):
    return [round(sum(entry(j, i) * 2.0 for j in range(n)), 9) for i in range(n)]


def case_sum_ints():
    return [sum(half(x) for x in range(k)) for k in range(80)]


def case_any_calls():
    return [any(odd(x) and x > k for x in range(100)) for k in range(120)]


def case_all_methods():
    ps = [P(k) for k in range(50)]
    return [all(p.good(k) for p in ps[k:]) for k in range(50)]


def case_nested():
    rows = [[(a * b) % 7 for a in range(12)] for b in range(12)]
    return [
        sum(sum(half(c) for c in row) for row in rows),
        any(all(odd(c) for c in row) for row in rows),
        max(max(half(c) for c in row) for row in rows),
        min(sum(c for c in row) for row in rows),
    ]


def case_raises():
    out = []
    for k in range(990, 1010):
        try:
            out.append(sum(half(x) for x in range(k - 20, k)))
        except ValueError as e:
            out.append((str(e), [(f.name, f.lineno) for f in traceback.extract_tb(e.__traceback__)]))
    return out


def case_types():
    out = []
    for xs in ([1, 2, 3], [1.5, 2], [2**70, 1], [True, 2], [3, 2**62, 2**62, 5], [1, 2]):
        out.append(sum(half(x) if x < 1000 else x for x in xs))
        out.append(any(odd(x) for x in xs))
        out.append(sorted(entry(x, 1) for x in xs))
        out.append(max(half(x) if x < 1000 else x for x in xs))
        out.append({half(x) if x < 1000 else x for x in xs})
        out.append(dict((half(x) if x < 1000 else x, x) for x in xs))
    return out


def look(x):
    f = sys._getframe()
    return [f.f_code.co_name, f.f_back.f_code.co_name, f.f_back.f_back.f_code.co_name, x]


def peek(x):
    if x == 7:
        return look(x)
    return x


def case_frames():
    return [str(max((str(peek(x)) for x in range(k)), default=0)) for k in range(1, 20)], [
        list(peek(x) for x in range(k)) for k in range(20)
    ]


def case_objects():
    ps = [P(k) for k in range(20)]
    return [(max(p + q for q in ps)).x for p in ps], any((p + p).x == 10 for p in ps)
