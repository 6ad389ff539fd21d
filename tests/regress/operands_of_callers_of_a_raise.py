"""Operands of the caller of a call put in line that raises went from the lowest up, and in front of the raise."""

gone = []


class Ends:
    def __init__(self, name):
        self.name = name

    def __del__(self):
        gone.append(self.name)


def iterated(number):
    for item in [Ends("item"), 5]:
        if number & 1:
            raise ValueError
    return item


def called(count):
    for number in range(count):
        try:
            for _ in [Ends(number), Ends(-number), iterated(number)]:
                pass
        except ValueError:
            number += 2
        gone.append("behind")


def case_operands_of_callers_go_from_the_top_down():
    for _ in range(8):
        called(12)
    result = list(gone)
    gone.clear()
    return result
