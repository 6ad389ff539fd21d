"""Objects that only the code that makes them can see are not made, and are there when somebody looks after all."""

import re
from pathlib import Path

import pytest

PROGRAM = """
import dxpy
dxpy.enable(sync=True, max_tier=2, cache=False)

class Pair:
    def __init__(self, a, b):
        self.a = a
        self.b = b
    def sum(self):
        return self.a + self.b

class Loud(Pair):
    def __del__(self):
        pass

def both(a, b):
    return b, a

def instances(n):
    total = 0
    for i in range(n):
        total += Pair(i * 0.5, 0.5).sum()
    return total

def tuples(n):
    total = 0
    for i in range(n):
        a, b = both(i, 1.5)
        total += a * b
    return total

def nested(n):
    total = 0
    for i in range(n):
        total += Pair(Pair(i, 1), 2).a.sum()
    return total

def with_finalizer(n):
    total = 0
    for i in range(n):
        total += Loud(i * 0.5, 0.5).sum()
    return total

def carried(n):
    pair = Pair(0.0, 1.0)
    for i in range(n):
        pair = Pair(pair.a + pair.b, pair.b)
    return pair.sum()

def carried_tuple(n):
    state = (0, 1)
    while state[0] < n:
        state = (state[0] + 1, state[1] + 5)
    return state

for i in range(30):
    f = FUNCTION
    f(3000)
text = dxpy.dump(f, "opt")
print(text.count("call rt_new_"), text.count("call rt_build_tuple"), f(10))
"""


NAMES = """
import dxpy
dxpy.enable(sync=True, max_tier=2, cache=False)
import boxed_beside_an_object as program
for i in range(30):
    program.sums(3000)
print(dxpy.dump(program.sums, "opt"))
"""


SHORT = """
import dxpy
dxpy.enable(sync=True, max_tier=2, cache=False)

class Pair:
    def __init__(self, a, b):
        self.a = a
        self.b = b
    def __add__(self, other):
        return Pair(self.a + other.a, self.b + other.b)

def walk(n):
    pair, step = Pair(0, 0), Pair(1, 2)
    for i in range(n):
        pair = pair + step
    return pair.a, pair.b

for i in range(3000):
    walk(3)
print(dxpy.dump(walk, "opt").count("rt_add"), walk(7))
"""


def test_a_sum_in_a_short_loop_knows_its_class(printed):
    """No frame that stands in the loop tells it: tier 1 notes it, though a text would grow in its variable."""
    assert printed(SHORT) == "0 (7, 14)"


@pytest.mark.parametrize(
    ("function", "made"),
    [
        ("instances", "0 0 27.5"),
        ("tuples", "0 0 67.5"),
        ("nested", "0 0 55"),
        ("with_finalizer", "2 0 27.5"),
        ("carried", "0 0 11.0"),
        ("carried_tuple", "0 0 (10, 51)"),
    ],
)
def test_what_is_made(function, made, printed):
    """How many places make an instance, how many a tuple; and the function's result. The loop is there twice: its
    total is an int in its first turn."""
    assert printed(PROGRAM.replace("FUNCTION", function)) == made


def test_frame_states_name_what_is_there(printed):
    """What a number is boxed for names the objects that go later, too: none that is gone is named."""
    text = printed(NAMES, str(Path(__file__).parent))
    made = set(re.findall(r"^ *(v[0-9]+)(?::[a-z0-9]+\??)? = ", text, re.MULTILINE))
    assert " object v" in text
    assert set(re.findall(r"\bv[0-9]+\b", text)) - made == set()
