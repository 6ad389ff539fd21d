"""What an except* raises when it is a single exception: in a group or not, as this version of the interpreter has it."""


def all_handled():
    try:
        raise ExceptionGroup("eg", [TypeError(1), ValueError(2)])
    except* (TypeError, ValueError):
        raise KeyError(3)  # noqa: B904


def all_handled_by_two():
    try:
        raise ExceptionGroup("eg", [TypeError(1), ValueError(2)])
    except* TypeError as group:
        raise KeyError(3) from group
    except* ValueError:
        pass


def some_handled():
    try:
        raise ExceptionGroup("eg", [TypeError(1), ValueError(2)])
    except* TypeError:
        raise KeyError(3)  # noqa: B904


def a_group():
    try:
        raise ExceptionGroup("eg", [TypeError(1)])
    except* TypeError:
        raise ExceptionGroup("new", [OSError(1)])  # noqa: B904


def no_group_caught():
    try:
        raise TypeError(1)
    except* TypeError:
        raise KeyError(3)  # noqa: B904


def raised_by(function):
    try:
        function()
    except Exception as error:  # noqa: BLE001
        return repr(error), repr(error.__context__), repr(error.__cause__)


def case_star():
    return [raised_by(f) for f in (all_handled, all_handled_by_two, some_handled, a_group, no_group_caught)]
