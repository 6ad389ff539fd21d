"""A call with ** of what is no mapping, where the callee has no name of its own."""


def call(function, keywords):
    try:
        return function(**keywords)
    except TypeError as error:
        return str(error)


def case_callee_without_a_name():
    return [
        call(function, keywords)
        for function in (None, 3, len, [].append)
        for keywords in (call, 5, None, {1: 2})
    ]
