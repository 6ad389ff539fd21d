"""A partial object's keywords are a dict that the program can put anything into: what is no str is an error as in a call."""

import functools


def told(*args, **keywords):
    return args, keywords


def plain(function):
    return function()


def with_more(function):
    return function(1, z=2)


def case_partial_with_keywords_that_are_no_names():
    out = []
    for i in range(8):
        function = functools.partial(told, i, a=1)
        if i % 2:
            function.keywords[1234] = "value"
        for call in (plain, with_more):
            try:
                out.append(call(function))
            except TypeError as error:
                out.append(str(error))
    return out


def case_partial_of_a_class():
    out = []
    for i in range(6):
        function = functools.partial(dict)
        function.keywords[i if i % 2 else str(i)] = i
        try:
            out.append(function())
        except TypeError as error:
            out.append(str(error))
    return out
