"""An argument that was an int when its function got hot failed one guard after the other, wherever ways meet, until nothing was speculated."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = """
import dxpy

def kind(value, level):
    known = isinstance(value, int)
    if known and level > 100:
        return "deep"
    if isinstance(value, str) and level > 50:
        return "text"
    if isinstance(value, list) and level > 40:
        return "list"
    if isinstance(value, tuple) and level > 40:
        return "tuple"
    if not value:
        return "nothing"
    if level > 30 and value - 1 > 5:
        return "number"
    return "other"

dxpy.enable(sync=True, cache=False, gcc_level=0)
values = [5, "a", [1], (2,), None, 3.5, {}, 7]
for i in range(1_100):
    kind(5, i % 5)
for i in range(12_000):
    kind(values[i % 8], i % 5)
print(dxpy.explain(kind))
"""


def test_it_stays_compiled_for_what_is_known():
    out = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    lines = {line.split()[0]: line.split() for line in out.splitlines() if line.startswith("  ")}
    assert lines["tier"][1] in ("2", "3"), out
    assert int(lines["compiled"][1]) <= 6, out
