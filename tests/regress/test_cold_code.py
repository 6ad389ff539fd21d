"""Code that had not run when its function was compiled: it is left to the interpreter, then compiled, and not for ever."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BEGIN = """
import dxpy
dxpy.enable(thresholds=(10, 40, 1000000), sync=True, max_tier=2, only=("__main__.f",))
def compiles():
    return dxpy.stats().total_compiles
"""


def run(text, cache, **more):
    env = {name: value for name, value in os.environ.items() if not name.startswith("DXPY_")}
    env.update(PYTHONPATH=str(ROOT), DXPY_CACHE_DIR=str(cache), **more)
    done = subprocess.run(
        [sys.executable, "-c", BEGIN + text],
        env=env,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def test_a_branch_that_runs_later_is_compiled(tmp_path):
    text = """
def f(a):
    if a >= 0:
        return a + 1
    return a * 2 - 0.5
for i in range(50):
    f(i)
before = compiles(), dxpy.stats().total_exits
results = {f(-7) for _ in range(20)}
after = compiles(), dxpy.stats().total_exits
print(*before, *after, *results)
"""
    compiled, exits, compiled_after, exits_after, *results = run(text, tmp_path)
    assert results == ["-14.5"]
    assert int(compiled_after) == int(compiled) + 1
    assert 1 <= int(exits_after) - int(exits) <= 4


def test_the_number_of_compiles_is_bounded(tmp_path):
    text = """
source = "def f(a):\\n    if a == 0:\\n        return a + 1\\n"
source += "".join(f"    if a == {k}:\\n        return a * {k} + {k}\\n" for k in range(1, 40))
exec(source + "    return a.missing\\n")
for i in range(50):
    f(0)
for k in range(40):
    for _ in range(400):
        assert f(k) == (k * k + k or 1)
for _ in range(1000):
    try:
        f(-1)
    except AttributeError:
        pass
print(compiles())
"""
    assert int(run(text, tmp_path)[0]) <= 2 + 6 + 12


def test_an_exception_always_comes_before_what_never_ran(tmp_path):
    text = """
def f(a, b):
    try:
        if a in b:
            return a.value + a.other
        return 1
    except TypeError:
        return len(b.name)
class B:
    name = "abc"
for i in range(60):
    f(1, (2, 3))
print(*{f(i, B()) for i in range(300)}, compiles())
"""
    result, count = run(text, tmp_path)
    assert result == "3"
    assert int(count) <= 8


@pytest.mark.parametrize("kind", ["while", "for"])
def test_the_running_loop_comes_back(kind, tmp_path):
    """What follows the inner loop has not run when that loop is entered in its middle."""
    head = "while k < 300000:" if kind == "while" else "for k in range(300000):"
    text = f"""
import time
dxpy.enable(sync=True, max_tier=2, only=("__main__.f",))
def f(n):
    total, last = 0.5, None
    for i in range(n):
        k = 0
        {head}
            total += i * k
            k += 1
        last = total * 2
        if last < 0:
            raise ValueError(last)
    return last
expected = 0.5
for i in range(12):
    for k in range(300000):
        expected += i * k
print(f(12) == expected * 2, compiles())
print(dxpy.explain(f))
"""
    same, count, *explained = run(text, tmp_path)
    assert same == "True"
    assert 1 <= int(count) <= 4
    assert "OSR" in explained


def test_a_while_loop_gets_feedback(tmp_path):
    """CPython begins to note types after 8 jumps back of a for loop; a while loop's do not count."""
    text = """
dxpy.enable(sync=True, max_tier=2, only=("__main__.f",))
def f(n):
    items, i = [0] * 10, 0
    while i < n:
        items[i % 10] = i
        i += 1
    return items[3]
print(f(3000000))
print(dxpy.dump(f, "ir").count("list_put"))
"""
    assert run(text, tmp_path) == ["2999993", "1"]


@pytest.mark.parametrize("head", ["while i < n:", "for _ in range(n):"])
def test_a_long_loop_whose_jump_has_a_prefix(head, tmp_path):
    text = f"""
dxpy.enable(sync=True, max_tier=2, only=("__main__.f",))
body = "".join("        x = (x * 3 + i) % 1000003\\n" for _ in range(80))
exec("def f(n):\\n    x = i = 0\\n    {head}\\n" + body + "        i = i + 1\\n    return x, i\\n")
names = {{}}
exec("def g(n):\\n    x = i = 0\\n    {head}\\n" + body + "        i = i + 1\\n    return x, i\\n", names)
print(f(20000) == names["g"](20000), compiles() > 0)
"""
    assert run(text, tmp_path) == ["True", "True"]


def test_a_callee_that_is_gone(tmp_path):
    """Its cold exits are counted in the caller's code, which lives on."""
    text = """
dxpy.enable(only=("__main__.f", "__main__.g"))
exec("def g(a):\\n    if a >= 0: return a + 1\\n    return a * 2")
def f(a):
    if a < 100:
        return g(a)
    return a - 1
for i in range(50):
    f(i)
exits = dxpy.stats().total_exits
f(-1), f(-1)
print(dxpy.stats().total_exits - exits)
before = compiles()
del g
results = [f(200) for _ in range(5)]
print(compiles() - before, *results)
"""
    cold_exits, compiled_after, *results = run(text, tmp_path, PYTHONMALLOC="debug")
    assert results == ["199"] * 5
    assert int(cold_exits) >= 2 and int(compiled_after) >= 1
