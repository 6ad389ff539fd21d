"""How much of the program's time compiling may take."""

import platform

import pytest

pytestmark = pytest.mark.timeout(120)
HERE = platform.machine() == "x86_64"  # elsewhere the worker makes all code

# More functions than can be compiled in what a program may spend before it has earned anything.
SCRIPT = """
import dxpy
dxpy.enable(cache=False, **{options})
lines = "".join(f"    x = [x * {{i}} + a, x - a][i % 2] if a > {{i}} else (x, a)[i % 2]\\n" for i in range(20))
functions = []
for number in range(600):
    names = {{}}
    exec(f"def f(a, i={{number}}):\\n    x = i\\n{{lines}}    return x", names)
    functions.append(names["f"])
plain = [f(3) for f in functions]
for _ in range({calls}):
    assert [f(3) for f in functions] == plain
print(sum(dxpy._jit.describe(f.__code__)["tier"] > 0 for f in functions))
"""


@pytest.fixture
def compiled(run_python):
    """How many of 600 functions are compiled after so many calls."""

    def run(calls, **options):
        done = run_python("-c", SCRIPT.format(options=options, calls=calls))
        assert done.returncode == 0, done.stderr
        return int(done.stdout)

    return run


def test_what_does_not_fit_waits(compiled):
    assert not HERE or 0 < compiled(110, compile_share=0) < 600


def test_all_it_likes(compiled):
    assert not HERE or compiled(110, compile_share=100) == 600


def test_who_says_when_is_obeyed(compiled):
    assert not HERE or compiled(10, compile_share=0, thresholds=(9, 1000000, 2000000)) == 600
    assert compiled(110, compile_share=0, sync=True) == 600


RARE = """
import dxpy, time
dxpy.enable(cache=False, max_tier=2)
def f(a):
    return a + a
def state():
    about = dxpy._jit.describe(f.__code__)
    return about["compiles"], about["exits"]
for i in range(3000):
    f(i)
before = state()
for _ in range(16):
    assert f("x") == "xx"
    time.sleep(0.16)
seldom = state()
for _ in range(20000):
    f("x")
often = state()
print(*before, *seldom, *often)
"""


def test_a_guard_that_fails_seldom_stays(run_python):
    """Eight times within a second are often enough, eight times within more are not."""
    done = run_python("-c", RARE)
    assert done.returncode == 0, done.stderr
    compiles, exits, compiles_seldom, exits_seldom, compiles_often, exits_often = map(
        int, done.stdout.split()
    )
    assert (compiles_seldom, exits_seldom) == (compiles, exits + 16)
    assert compiles_often > compiles and exits_often < 10000


FOR_LONG = """
import dxpy, time
dxpy.enable(cache=False)
def f(a):
    return [a, a + 1]
def state():
    about = dxpy.stats()
    return about.tier2_functions, about.tier3_functions, about.pending_compiles
for i in range(20000):
    f(i)
short = state()
end = time.monotonic() + 60
while dxpy.stats().tier3_functions == 0 and time.monotonic() < end:
    for i in range(100000):
        f(i)
print(*short, dxpy._jit.describe(f.__code__)["tier"])
"""


def test_tier_three_is_for_what_ran_for_long(run_python):
    """20,000 calls take less time than libgccjit would, many more do not."""
    done = run_python("-c", FOR_LONG)
    assert done.returncode == 0, done.stderr
    tier2, tier3, waiting, tier = map(int, done.stdout.split())
    assert not HERE or (tier2 > 0 and tier3 == waiting == 0)
    assert tier == 3
