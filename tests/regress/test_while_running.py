"""What is done to dxpy while compiled code is on the stack, each in a process of its own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BEGIN = """
import dxpy
dxpy.enable(thresholds=(1, 2, 1000000), sync=True, max_tier={tier}, only=("__main__.*",))
def deep(n, call):
    return call() if n == 0 else deep(n - 1, call)
for _ in range(4):
    deep(5, int)
"""


def run(text, tier, cache):
    env = {name: value for name, value in os.environ.items() if not name.startswith("DXPY_")}
    env.update(PYTHONPATH=str(ROOT), DXPY_CACHE_DIR=str(cache))
    code = BEGIN.format(tier=tier) + text
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


@pytest.fixture(params=[1, 2])
def tier(request):
    return request.param


def test_disable_then_call(tier, tmp_path):
    text = """
def off():
    dxpy.disable()
    return deep(3, lambda: 7)
print(deep(20, off), dxpy.is_enabled(), deep(5, off))
"""
    assert run(text, tier, tmp_path) == ["7", "False", "7"]


def test_reset_then_call(tier, tmp_path):
    text = """
def again():
    dxpy.reset()
    return deep(3, lambda: 7)
for _ in range(3):
    print(deep(100, again), deep(100, lambda: dxpy.disable() or dxpy.enable()), dxpy.is_enabled())
"""
    assert run(text, tier, tmp_path) == ["7", "None", "True"] * 3


def test_deoptimized_then_called(tier, tmp_path):
    text = """
import sys
integration = sys.modules["dxpy"]
def back():
    dxpy.nojit(deep)
    return deep(3, lambda: 7)
print(deep(100, back), deep(100, int))
"""
    assert run(text, tier, tmp_path) == ["7", "0"]


def test_guards_fail_on_every_level(tier, tmp_path):
    text = """
def add(n, x):
    y = x + x
    for _ in range(2):
        y = y + x
    return y if n == 0 else add(n - 1, x)
for _ in range(9):
    add(3, 1)
print(add(300, 1.5), add(300, 2**70) == 2**72, add(300, "a"), add(300, 1))
"""
    assert run(text, tier, tmp_path) == ["6.0", "True", "aaaa", "4"]


def test_code_has_a_size(tier, tmp_path):
    text = """
print([row["compiled"]["code_size"] > 50 for row in dxpy.integration().records() if row["compiled"]][:1])
"""
    assert run(text, tier, tmp_path) == ["[True]"]


def test_interrupt_meets_the_first_compile(tmp_path):
    text = """
import os, signal, subprocess, sys
code = '''
import dxpy, signal, sys, types
module = types.ModuleType("dxpy.config")
def cache_folder():
    signal.raise_signal(signal.SIGINT)
import dxpy.config
dxpy.config.cache_folder = cache_folder
dxpy.enable(thresholds=(1, 2, 1000000), sync=True, warm=0, only=("__main__.f",))
def f():
    for _ in range(1000):
        pass
try:
    f()
    f()
    print("lost")
except KeyboardInterrupt:
    print("met")
'''
print(subprocess.run([sys.executable, "-c", code], env={k: v for k, v in os.environ.items() if k != "DXPY_CACHE_DIR"},
                     capture_output=True, text=True).stdout)
"""
    assert run(text, 1, tmp_path) == ["met"]


def test_a_guard_that_keeps_failing_leaves_tier_1s_code(tmp_path):
    text = """
def f(a, b):
    return a * b + a
only = dict(thresholds=(10, 50, 10**9), only=("__main__.f",))
dxpy.enable(**only, sync=True, max_tier=2)
for i in range(200):
    f(i, 3)
dxpy.enable(**only, sync=False, max_tier=2, install_delay=3600)
answers = {f(1.5, 2) for _ in range(2000)}
told = str(dxpy.explain(f))
print(*answers, "in use: tier 1," in told, "being compiled at tier 2" in told)
dxpy.enable(**only, sync=True, max_tier=2, install_delay=0)
dxpy.reset()
print(f(2, 2), "in use" in str(dxpy.explain(f)))
"""
    assert run(text, 2, tmp_path) == ["4.5", "True", "True", "6", "False"]


def test_enabled_after_items_were_got(tmp_path):
    text = """
dxpy.disable()
class Steps:
    def __init__(self):
        self.known = []
    def __getitem__(self, i):
        while i >= len(self.known):
            self.known.append(self.at(len(self.known)))
        return self.known[i]
    def at(self, i):
        return (other.__getitem__(9), other.__getitem__(8), i)[2] if ready and type(self) is Steps else i
class Other(Steps):
    pass
def first(items, n):
    return [items[i] for i in range(n)] + [items[n + 20]]
ready, other = False, Other()
for _ in range(20):
    first(Steps(), 9)
ready = True
dxpy.enable(thresholds=(10**9, 10**9 + 1, 10**9 + 2), osr_threshold=2, sync=True, only=("__main__.*",))
for _ in range(6):
    print(*[first(Steps(), 9)[k] for k in (0, 8, 9)])
"""
    assert run(text, 2, tmp_path) == ["0", "8", "29"] * 6
