"""A copy of a dict of globals has the version of the original's keys: a value must be looked for in the dict at hand."""

import types


def scaled():
    return factor + len("ab")  # noqa: F821


def case_two_copies():
    first = {"factor": 1, "__builtins__": __builtins__}
    here = types.FunctionType(scaled.__code__, first)
    out = {here() for _ in range(300)}
    second = dict(first)
    second["factor"] = 50
    there = types.FunctionType(scaled.__code__, second)
    return out, {there() for _ in range(300)}, here()
