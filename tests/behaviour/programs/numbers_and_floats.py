"""Integers near the edges of machine words, floats bit for bit, and mixed arithmetic."""

import math
import operator
import struct

EDGES = [
    sign * (base + step)
    for base in (0, 2**15, 2**30, 2**31, 2**32, 2**53, 2**60, 2**62, 2**63, 2**64, 2**127)
    for step in (-1, 0, 1)
    for sign in (1, -1)
]
INF, NAN = float("inf"), float("nan")
FLOATS = [0.0, -0.0, 1.0, -1.5, 0.1, 1e308, -1e308, 5e-324, 2.0**53, 2.0**63, INF, -INF, NAN, 1e16, 3.5]


def bits(value):
    return struct.pack(">d", value).hex() if isinstance(value, float) else value


def attempt(function, *args):
    try:
        return bits(function(*args))
    except (ArithmeticError, ValueError, TypeError) as error:
        return f"{type(error).__name__}: {error}"


def add(a, b):
    return a + b


def sub(a, b):
    return a - b


def mul(a, b):
    return a * b


def floordiv(a, b):
    return a // b


def mod(a, b):
    return a % b


def truediv(a, b):
    return a / b


def small_power(a, b):
    return a**b


def compare(a, b):
    return a < b, a <= b, a == b, a != b, a > b, a >= b


def case_int_arithmetic():
    total = 0
    for f in (add, sub, mul, floordiv, mod):
        for a in EDGES:
            for b in EDGES:
                result = attempt(f, a, b)
                total = hash((total, result)) if isinstance(result, int) else total + len(result)
    return total


def case_int_comparison():
    return [sum(compare(a, b)[k] for a in EDGES for b in EDGES) for k in range(6)]


def case_int_bits():
    out = []
    for a in EDGES:
        out.append((a & 0xFFFFFFFF, a | 1, a ^ -1, ~a, -a, a >> 1, a >> 63, a << 1, a << 40, abs(a), +a))
    return (
        hash(tuple(map(tuple, out))),
        out[7],
        out[-1],
        [attempt(operator.lshift, 1, n) for n in (-1, 0, 62, 63, 64)],
        attempt(operator.rshift, -1, 10**30),
    )


def case_shift_loop():
    x, seen = 1, []
    for _ in range(140):
        x = (x << 1) ^ (x & 5)
        seen.append(x.bit_length())
    return x, seen[-1]


def case_overflow_in_a_loop():
    out = []
    for start in (2**31 - 5, 2**62 - 5, 2**63 - 5, -(2**63) + 5):
        x = start
        for i in range(10):
            x = x + 1 if start > 0 else x - 1
            if i % 3 == 0:
                out.append(x)
    return out


def case_product_overflows():
    def factorial(n):
        result = 1
        for k in range(2, n + 1):
            result *= k
        return result

    return [factorial(n) for n in (5, 20, 21, 25, 40)]


def case_wrap_by_mask():
    def lcg(n):
        x = 12345
        for _ in range(n):
            x = (x * 6364136223846793005 + 1442695040888963407) & 0xFFFFFFFFFFFFFFFF
        return x

    def fnv(data):
        h = 0xCBF29CE484222325
        for byte in data:
            h = ((h ^ byte) * 0x100000001B3) % 2**64
        return h

    return lcg(200), fnv(bytes(range(100)))


def case_float_arithmetic():
    out = []
    for f in (add, sub, mul, truediv, floordiv, mod):
        out.append([attempt(f, a, b) for a in FLOATS for b in FLOATS])
    out.append([attempt(small_power, a, b) for a in FLOATS[:9] for b in (0.0, 0.5, -1.0, 2.0, 3)])
    return out


def case_float_comparison():
    return [compare(a, b) for a in FLOATS for b in FLOATS]


def case_mixed():
    out = []
    for a in (3, True, 2.5, 2**53 + 1, 2**70, 10**400, -0.0, 1j):
        for b in (2, False, 0.5, 2.0**53, -7, 1 + 1j):
            for f in (add, sub, mul, truediv, floordiv, mod):
                out.append(attempt(f, a, b))
            try:
                out.append(compare(a, b))
            except TypeError as error:
                out.append(str(error))
    return out


def case_type_changes_in_a_loop():
    def run(values):
        total = 0
        kinds = []
        for value in values:
            total += value
            kinds.append(type(total).__name__)
        return total, kinds

    return (
        run([1, 2, 3]),
        run([1, 2.5, 3]),
        run([1, 2**62, 2**62, 2**62]),
        run([True, False, True]),
        run([1, 2, 1j, 0.5]),
    )


def case_negative_zero_and_nan():
    def accumulate(values):
        total = -0.0
        for value in values:
            total += value
        return bits(total)

    nan = NAN
    return (
        accumulate([]),
        accumulate([-0.0]),
        accumulate([0.0]),
        accumulate([0]),
        nan == nan,
        nan is nan,
        nan in [nan],
        [nan] == [nan],
        nan != nan,
        not nan < 1,
        min(nan, 1.0) is nan,
        max(1.0, nan),
        bits(-0.0 * 3),
        bits(0.0 * -3),
        bits(abs(-0.0)),
        bits(-(0.0)),
        bits(round(-0.4)),
    )


def case_divisions_by_zero():
    zero = [0, 0.0, False, 0j]
    return [
        attempt(f, a, z) for f in (truediv, floordiv, mod, small_power) for a in (0, 5, -5.0) for z in zero
    ]


def case_divmod_signs():
    return [(a // b, a % b, divmod(a, b)) for a in (-7, 7, -7.5, 7.5, 0) for b in (-3, 3, -2.5, 2.5)]


def case_powers():
    return (
        [attempt(small_power, a, b) for a in (-2, 0, 1, 2, 10, -1) for b in (-2, -1, 0, 1, 5, 63, 64)],
        pow(3, 10**6, 10007),
        pow(3, -1, 7),
        2**0.5,
        (-8) ** (1 / 3),
        0**0,
        0.0**0,
        attempt(small_power, 0, -1),
        attempt(pow, 10.0, 400),
    )


def square_and_root(x):
    return x**2, x**0.5


def case_squares_and_roots_are_libms():
    """Squares are not always x * x, nor roots math.sqrt(x): what is nearly between two floats is rounded by pow."""
    digits, bits_of_all = 12345, 0
    odd = [0.0, 1e-200, 1e-160, 1e160, INF, 5e-324, 1.7e308, 2.0, 3.0]
    for x in [attempt(square_and_root, x) for x in odd]:
        bits_of_all ^= hash(x)
    for _ in range(20_000):
        digits = (digits * 1103515245 + 12345) % 2**31
        square, root = square_and_root(digits / 1234567.0)
        bits_of_all = (bits_of_all * 3 + hash(square) + hash(root)) % 2**61
    return bits_of_all, bits((-0.0) ** 2), bits((-0.0) ** 0.5), attempt(square_and_root, -INF)


def case_conversions():
    return (
        [attempt(int, v) for v in (1.9, -1.9, 1e20, INF, NAN, "12", " -7 ", "x", b"5", True)],
        [attempt(float, v) for v in (2**53 + 1, 10**400, "1e5", "nan", "inf", "x")],
        [attempt(round, v) for v in (0.5, 1.5, 2.5, -0.5, 1e300, NAN)],
        [attempt(math.sqrt, v) for v in (2, -1, INF)],
        [attempt(math.floor, v) for v in (1.5, -1.5, NAN)],
        int(2.0**62),
        int(-(2.0**63)),
        float(2**63),
    )


def case_bool_arithmetic():
    t, f = True, False
    return (
        t + t,
        t - f,
        t * 5,
        t & f,
        t | 2,
        t ^ t,
        ~t,
        -t,
        t << 3,
        t / 2,
        t < 2,
        [1, 2][t],
        sum([t, f, t]),
        f"{t:d}",
        not t,
    )


def case_range_edges():
    out = []
    for start, stop, step in (
        (0, 10, 3),
        (10, 0, -3),
        (0, 0, 1),
        (5, 4, 1),
        (2**31 - 2, 2**31 + 2, 1),
        (2**63 - 2, 2**63 + 2, 1),
        (-(2**63) - 1, -(2**63) + 2, 2),
    ):
        total = 0
        last = None
        for n in range(start, stop, step):
            total += n
            last = n
        out.append((total, last))
    try:
        for n in range(1, 2, 0):
            pass
    except ValueError as error:
        out.append(str(error))
    try:
        for n in range(1.5):
            pass
    except TypeError as error:
        out.append(str(error))
    return out


def case_loop_variable_after_the_loop():
    def run(n):
        i = "unset"
        for i in range(n):
            i += 100
        return i

    return run(0), run(1), run(5)


def case_int_subclass():
    class Money(int):
        def __add__(self, other):
            return Money(int(self) + int(other) * 10)

        def __repr__(self):
            return f"Money({int(self)})"

    class Temp(float):
        def __lt__(self, other):
            return "less"

    total = Money(0)
    for v in (1, Money(2), 3):
        total = total + v
    return (
        total,
        1 + Money(5),
        Money(2) * 3,
        Temp(1.0) < 5,
        5 > Temp(1.0),
        Temp(1.5) + 1,
        sum([Money(1), Money(2)]),
    )


def case_numeric_kernel():
    def mandel(cx, cy):
        x = y = 0.0
        for n in range(50):
            x, y = x * x - y * y + cx, 2 * x * y + cy
            if x * x + y * y > 4.0:
                return n
        return 50

    return [mandel(-2 + i * 0.15, j * 0.2 - 1) for i in range(20) for j in range(10)]


def case_collatz():
    best = 0
    for start in range(1, 300):
        n, steps = start, 0
        while n != 1:
            n = n // 2 if n % 2 == 0 else 3 * n + 1
            steps += 1
        best = max(best, steps * 1000 + start)
    return best


def case_identity_of_small_ints():
    a = [256, -5, 0]
    return (
        [x + 0 is x for x in a],
        [int(str(x)) is x for x in a],
        (lambda n: n - n)(10**30) is 0,
        id(1 + 1) == id(2),
    )


def mixed_bits(a, b):
    return a ^ b


def halved(values):
    result = 0
    for value in values:
        result ^= value >> 1
    return result


def case_digits_of_ints():
    edges = [0, 1, -1, 2**30 - 1, 2**30, -(2**30), 2**31, 2**60 - 1, 2**60, -(2**60) + 1, -(2**60)]
    edges += [2**62, 2**63 - 1, -(2**63), 5 << 58, 2**63, -(2**64)]
    results = []
    for _ in range(60):
        results.append([mixed_bits(a, b) for a in edges for b in (3, -(2**45))])
        results.append((halved(edges[:-2]), halved(edges)))
    return results[0], all(result in results[:2] for result in results)
