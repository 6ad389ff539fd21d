"""Where a frame stood is still told when a handler's end has raised an exception again."""


def in_except(n):
    try:
        1 / n
    except:  # noqa: E722
        1 / n
        pass


def in_named_except(n):
    try:
        1 / n
    except Exception as error:  # noqa: F841
        1 / n
        pass


def in_finally(n):
    try:
        pass
    finally:
        1 / n
        pass


def behind_with(n):
    with Manager():
        1 / n
        pass


def in_exit(n):
    with Manager(n):
        pass


def other_except(n):
    try:
        1 / n
    except KeyError as error:  # noqa: F841
        pass


def raised_again(n):
    try:
        1 / n
    except ZeroDivisionError:
        try:
            raise
        finally:
            n += 1


class Manager:
    def __init__(self, n=1):
        self.n = n

    def __enter__(self):
        pass

    def __exit__(self, *exception):
        1 / self.n


def line_after(function):
    try:
        function(0)
    except ZeroDivisionError as error:
        frame = error.__traceback__.tb_next.tb_frame
        return frame.f_lineno - function.__code__.co_firstlineno, frame.f_lasti


def case_lines():
    functions = (in_except, in_named_except, in_finally, behind_with, in_exit, other_except, raised_again)
    return [line_after(function) for function in functions]
