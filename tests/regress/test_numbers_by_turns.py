"""Operators that meet ints and floats by turns need neither a call that may look at the frame, nor a frame."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = """
import dxpy
dxpy.enable(sync=True, max_tier=2, cache=False)

def operate(a, b):
    if a OPERATOR b:
        return a
    return b

def meet(pairs):
    for a, b in pairs:
        operate(a, b)

for _ in range(40):
    for pair in PAIRS:
        meet([pair] * 10)
print(dxpy.dump(operate, "opt"))
"""


@pytest.mark.parametrize(
    ("operator", "pairs", "wanted"),
    [
        ("*", "[(1, 2.5), (0.5, 2), (1.5, 2.5)]", ("any_float", "fmul")),
        ("*", "[(1, 2.5), (0.5, 2), (1, 2)]", ("call rt_with_numbers",)),
        ("+", "[(1, 2), (10**30, 2)] * 2", ("call rt_with_numbers",)),
        ("<", "[(1.5, 2.5)] * 3 if _ < 37 else [(0.5, 2)] * 3", ("call rt_compare_numbers",)),
    ],
)
def test_what_they_become(operator, pairs, wanted):
    program = PROGRAM.replace("OPERATOR", operator).replace("PAIRS", pairs)
    out = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    for word in wanted:
        assert word in out
