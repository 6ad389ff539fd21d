"""A class whose `__init__` takes `*args` first, as a decorator's wrapper does, was put in line with the instance for the tuple."""


def checked(function):
    def wrapper(*args, **kwargs):
        if len(args) <= 3 and "size" not in kwargs:
            return function(*args, **kwargs)
        return function(*args, **kwargs)

    return wrapper


class Point:
    @checked
    def __init__(self, x, y=2, size=None):
        self.all = x, y, size


class Any:
    def __init__(*args):
        args[0].all = args[1:]


class Named:
    def __init__(*args, **kwargs):
        args[0].all = len(args), kwargs


def make(i):
    return Point(i).all, Point(i, y=3).all, Point(i, 4, size=5).all


def make_any(i):
    return Any().all, Any(i).all, Any(i, 1).all


def make_named(i):
    return Named().all, Named(i).all, Named(i, a=1).all, Named(a=i, b=2).all


def case_instances():
    for function in make, make_any, make_named:
        for i in range(60):
            result = function(i)
        print(result)
