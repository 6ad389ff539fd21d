"""Tier 1's code is made in the program's own process, where it can be."""

import platform
import textwrap

import pytest

pytestmark = pytest.mark.timeout(120)
HERE = platform.machine() == "x86_64"
PRELUDE = """
import dxpy, gc, os, sys
def made(number):
    names = {}
    exec(f"def f(a, b=2):\\n    return [a + b * i + {number} for i in range(3)]", names)
    return names["f"]
def right(f, number):
    return [f(1) for _ in range(12)] == [[1 + number, 3 + number, 5 + number]] * 12
def tier(f):
    return dxpy._jit.describe(f.__code__)["tier"]
"""


@pytest.fixture
def check(run_python):
    def run(script, **env):
        done = run_python("-c", PRELUDE + textwrap.dedent(script), env=env)
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


def test_it_is_there_at_once(check):
    """Nobody waits for the worker, though nothing is synchronous."""
    out = check("""
    dxpy.enable(thresholds=(5, 1000000, 2000000), cache=False)
    f = made(7)
    assert right(f, 7)
    print(tier(f), dxpy._jit.describe(f.__code__)["compiled"]["code_size"] > 0)
    """)
    assert not HERE or out == "1 True\n"


def test_what_is_long_is_left_to_the_worker(check):
    out = check("""
    dxpy.enable(thresholds=(5, 1000000, 2000000), cache=False, sync=True)
    names = {}
    lines = "".join(f"    if a > {i}: x = x * 3 + a\\n" for i in range(400))
    exec(f"def f(a):\\n    x = 0\\n{lines}    return x % 1000003", names)
    f = names["f"]
    plain = [f(i) for i in range(4)]
    assert len(f.__code__.co_code) // 2 > 2000
    calls = [f(i) for i in range(12)]
    assert calls[:4] == plain
    print(tier(f))
    """)
    assert not HERE or out == "1\n"


def test_functions_that_come_and_go(check):
    """Their code's memory is used by others, or given back."""
    check("""
    dxpy.enable(thresholds=(5, 1000000, 2000000), cache=False)
    def size():
        with open("/proc/self/statm") as file: return int(file.read().split()[0])
    kept = []
    for number in range(300):
        f = made(number)
        assert right(f, number)
        if number % 50 == 0: kept.append(f)
    before = size()
    for number in range(1500):
        assert right(made(number), number)
    gc.collect()
    assert (size() - before) * 4096 < 32 << 20, (before, size())
    assert all(right(f, 50 * i) for i, f in enumerate(kept))
    """)


def test_a_forked_process_has_its_own(check):
    check("""
    dxpy.enable(thresholds=(5, 1000000, 2000000), cache=False)
    first = made(1)
    assert right(first, 1)
    pid = os.fork()
    others = [made(number) for number in (range(100, 140) if pid else range(200, 240))]
    start = 100 if pid else 200
    good = all(right(f, start + i) for i, f in enumerate(others)) and right(first, 1)
    if not pid: os._exit(0 if good else 1)
    assert os.waitpid(pid, 0)[1] == 0 and good
    assert all(right(f, start + i) for i, f in enumerate(others)) and right(first, 1)
    """)
