"""Code objects, name strategies and places for the engine's tests."""

from pathlib import Path

from hypothesis import strategies as st

import dxpy

ROOT = Path(__file__).resolve().parents[2]

# What the `check` fixture runs in front of a test's statements.
PRELUDE = """
import dxpy, sys, warnings
from dxpy import CompilationTier
def f(x):
    return x + 1
def loop(n):
    total = 0
    for i in range(n):
        total += i
    return total
def calls(function, count, *arguments):
    for _ in range(count):
        function(*arguments)
engine = dxpy.integration()
"""


def _add(a, b):
    return a + b


def _total(n):
    total = 0
    for i in range(n):
        total += i
    return total


ADD = _add.__code__
TOTAL = _total.__code__  # has a loop, so perhaps OSR entries
UNUSABLE = ADD.replace(co_code=bytes([255, 0]) + ADD.co_code)  # 255 is no opcode that a compiler writes

COMPILED_TIERS = [
    dxpy.CompilationTier.BASELINE_JIT,
    dxpy.CompilationTier.OPTIMIZING_JIT,
    dxpy.CompilationTier.AOT_OPTIMIZED,
]

any_text = st.text(st.characters(exclude_categories=()))  # lone surrogates too
