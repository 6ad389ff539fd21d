"""The frame of a call put in line was made by the check of where a function that it calls looks names up: behind the
state that the check leaves with, so that leaving made it once more."""


def divide(a, b):
    return a / b


def text_of(function):
    try:
        function()
    except ArithmeticError as error:
        return str(error)
    return "nothing raised"


def handed_on():
    return text_of(lambda: divide(1, 0))


def case_names_of_what_is_handed_on():
    return [handed_on() for _ in range(30)]
