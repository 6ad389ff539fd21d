"""What callers have on their operand stacks when a call put in line raises goes when its frame has gone, and with the
caller running: it went while the function that raised was."""

import sys

gone = []


class Ends:
    def __init__(self, name):
        self.name = name

    def __del__(self):
        gone.append((self.name, sys._getframe(1).f_code.co_name))


class Raises:
    def __init__(self, number, odd=False):
        self.number = number
        if number & 1:
            raise ValueError(number) from None
        self.odd = odd


def raises(number):
    held = Ends(-number)
    if number & 1:
        raise KeyError(number)
    return held


def cleans(number):
    try:
        return 10 // (number & 1)
    finally:
        gone.append("cleaned")


def between(number):
    return [Ends("between"), raises(number)]


def constructed(number):
    return [Ends(number), Raises(number)]


def nested(number):
    return [Ends(number), between(number)]


def cleaned(number):
    return (Ends(number), cleans(number))


def caught(number):
    try:
        return [Ends(number), Raises(number)]
    except ValueError as error:
        gone.append(str(error))
        return None


def caught_above(number):
    for name in (Ends("sequence"), "b"):
        try:
            return [name, between(number)]
        except KeyError as error:
            gone.append((error.args, name is not None))
    return None


def told(function):
    for number in range(14):
        try:
            kept = function(number)
        except Exception as error:
            lines = []
            tb = error.__traceback__.tb_next
            while tb:
                lines.append(tb.tb_frame.f_code.co_name)
                tb = tb.tb_next
            gone.append((type(error).__name__, lines))
        kept = None
    result = gone[:]
    gone.clear()
    return result


def case_of_a_constructor():
    return told(constructed)


def case_of_calls_in_calls():
    return told(nested)


def case_of_a_finally():
    return told(cleaned)


def case_caught_by_the_caller():
    return told(caught)


def case_caught_further_up():
    return told(caught_above)
