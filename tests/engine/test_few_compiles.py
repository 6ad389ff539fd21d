"""A function whose guards fail at many places, or for many classes, is compiled a few times and not once for each."""

import pytest

BEGINNING = """
import dxpy
dxpy.enable(cache=False, max_tier=2, sync=True, thresholds=(199, 200, 1000000), osr=False)
def settle(function, arguments, rounds=400):
    function(arguments[0])
    for _ in range(210):
        function(arguments[0])
    for _ in range(rounds):
        for argument in arguments:
            assert function(argument) == expected(argument), argument
    about = dxpy._jit.describe(function.__code__)
    assert about["tier"] in (1, 2), about
    print(about["compiles"], about["exits"])
"""

CLASSES_MET_ONE_AFTER_THE_OTHER = """
class Base:
    def __init__(self, n):
        self.n = n
objects = [type(f"C{i}", (Base,), {})(i) for i in range(COUNT)]
def f(thing):
    return thing.n + 1
def expected(thing):
    return objects.index(thing) + 1
settle(f, objects)
"""

CONTAINS_THAT_GIVES_NO_BOOL = """
class Odd:
    def __init__(self, found):
        self.found = found
    def __contains__(self, item):
        return self.found
def f(odd):
    return 1 in odd
def expected(odd):
    return bool(odd.found)
settle(f, [Odd(True), Odd([1]), Odd(()), Odd(False), Odd("text")])
"""

ARRIVES_UNBOUND = """
def f(kind):
    total = 0
    if kind > 2:
        number = kind * 3
    for i in range(3):
        if kind == 1:
            number = 7
            total += i
        elif i > 5:
            total += number
        else:
            total += 1
    return total + (number if kind else 0)
def expected(kind):
    return {0: 3, 1: 10, 2: 3, 3: 12, 5: 18}[kind]
settle(f, [5, 3, 0, 1])
"""


@pytest.mark.parametrize(
    "program, most",
    [
        (CLASSES_MET_ONE_AFTER_THE_OTHER.replace("COUNT", "7"), 3),
        (CLASSES_MET_ONE_AFTER_THE_OTHER.replace("COUNT", "20"), 3),
        (CONTAINS_THAT_GIVES_NO_BOOL, 4),
        (ARRIVES_UNBOUND, 5),
    ],
    ids=["seven_classes", "twenty_classes", "contains", "unbound"],
)
def test_few_compiles(run_python, program, most):
    done = run_python("-c", BEGINNING + program)
    assert done.returncode == 0, done.stderr
    compiles, exits = map(int, done.stdout.split())
    assert 1 <= compiles <= most and exits <= 100, (compiles, exits)
