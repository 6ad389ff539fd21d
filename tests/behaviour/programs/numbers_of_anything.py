"""abs, int and float of what may be an int, a float, a str, or something else by and by."""

from fractions import Fraction


class Own:
    def __abs__(self):
        return "own abs"

    def __int__(self):
        return 7

    def __float__(self):
        return 7.5


class Text(str):
    def __int__(self):
        return 99


def told(value):
    return type(value).__name__, repr(value)


def of_each(value):
    out = []
    for kind in range(3):
        try:
            if kind == 0:
                out.append(told(abs(value)))
            elif kind == 1:
                out.append(told(int(value)))
            else:
                out.append(told(float(value)))
        except (TypeError, ValueError, OverflowError) as error:
            out.append((type(error).__name__, str(error)))
    return out


def over(values, times=30):
    out = []
    for _ in range(times):
        out = [of_each(value) for value in values]
    return out


def case_numbers():
    return over([1, -2, 2.5, -0.0, 0.0, -7.9, 10**30, -(10**30), 2**63, 1e300, True, False])


def case_numbers_that_have_no_int():
    return over([1, 2.5, float("inf"), float("nan"), -float("inf"), 10**400])


def case_text():
    return over(["12", " -3 ", "1_000", "2.5", "", "x", "nan", "\u0663", "1" * 50, b"12", Text("5")])


def case_others():
    return over([1, 2.5]) + over([Own(), Fraction(7, 2), None, [], 1j, 3, 4.5])


def total(words):
    out = 0
    for word in words:
        out += int(word)
    return out


def case_sums_of_words():
    out = [total(["1", "22", "333"]) for _ in range(40)]
    for words in (["1", "x"], ["1", 2.9], ["9" * 30, "1"], [None]):
        try:
            out.append(total(words))
        except (ValueError, TypeError) as error:
            out.append(str(error))
    return out


def same(value):
    return int(value) is value, float(value) is value


def case_the_number_itself():
    return [same(value) for _ in range(20) for value in (10**20, 2.5, 12345)]
