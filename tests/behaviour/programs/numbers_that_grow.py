"""Ints that begin small and become of any size, in variables that stay so."""


def digits_of_pi(count):
    q, r, t, k, n, last = 1, 0, 1, 1, 3, 3
    out = []
    while len(out) < count:
        if 4 * q + r - t < n * t:
            out.append(n)
            following = 10 * (r - n * t)
            n = ((10 * (3 * q + r)) // t) - 10 * n
            q *= 10
            r = following
        else:
            following = (2 * q + r) * last
            n = (q * (7 * k) + 2 + (r * last)) // (t * last)
            q *= k
            t *= last
            last += 2
            k += 1
            r = following
    return out


def factorial(n):
    product = 1
    for i in range(2, n + 1):
        product *= i
    return product


def fibonacci(n):
    a, b = 0, 1
    for _ in range(n):
        a, b = b, a + b
    return a


def power(base, exponent, modulus):
    result = 1
    while exponent > 0:
        if exponent & 1:
            result = result * base % modulus
        base = base * base % modulus
        exponent >>= 1
    return result


def ratio(n):
    a = b = 1
    for i in range(n):
        a, b = a * (i + 3) + b, a
    return a / b, -a < b, a == b, a > 1.5, a * 0.5 > b


def bits(n):
    word = 1
    for i in range(n):
        word = (word << 3 | i) ^ (word >> 2)
    return word, ~word, word & -word, abs(-word) == word


def with_something_else(n, last):
    value = 3
    for i in range(n):
        value = value * value if i < 6 else value + 1
    try:
        return value + last
    except TypeError as error:
        return str(error)


class Counted:
    def __init__(self, value):
        self.value = value

    def __radd__(self, other):
        return "counted", other.bit_length(), self.value


def small_again(n):
    value = 1
    for i in range(n):
        value = value * 1000003 + i
        if value > 10**40:
            value %= 97
    return value


def case_digits_of_pi():
    return [digits_of_pi(count) for count in (5, 12, 40, 60, 3, 60)]


def case_products():
    return [(factorial(n), fibonacci(n)) for n in (5, 10, 20, 21, 25, 60, 93, 94, 3, 70)]


def case_powers():
    return [power(3, n, m) for n in (5, 65537, 2**70 + 1) for m in (97, 2**31 - 1, 2**61 - 1, 2**127 - 1, 7)]


def case_ratios():
    return [(ratio(n), bits(n)) for n in (1, 5, 15, 20, 25, 60, 2)]


def case_something_else():
    return [
        with_something_else(n, last)
        for n in (2, 5, 8, 30)
        for last in (1, 0.5, "text", Counted(n), 10**30, True, None)
    ]


def case_small_again():
    return [small_again(n) for n in (3, 10, 50, 200)]
