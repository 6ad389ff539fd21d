"""Hundreds of numbers in variables of one function, which each place that may be left has to name: their number by that of the
places took minutes and gigabytes on the program's own thread. Tier 2 refuses such a function, and tier 1 keeps it."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = """
import dxpy
dxpy.enable(thresholds=(1, 2, 1000000), sync=True, only=("__main__.*",))
lines = ["def hot(a, b):"]
for i in range(100):
    lines += [f"    x{i} = a * {i}", f"    if x{i} == 7: b = not b"]
space = {"__name__": "__main__"}
exec("\\n".join([*lines, "    return " + " + ".join(f"x{i}" for i in range(100))]), space)
results = [space["hot"](i, i % 2) for i in range(8)]
before = dxpy.is_enabled()
dxpy.disable()
assert results == [space["hot"](i, i % 2) for i in range(8)] and before
print(dxpy.explain(space["hot"]))
"""


def test_long_functions(tmp_path):
    env = {name: value for name, value in os.environ.items() if not name.startswith("DXPY_")}
    env.update(PYTHONPATH=str(ROOT), DXPY_CACHE_DIR=str(tmp_path), DXPY_GCC_LEVEL="1")
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], env=env, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    assert "1 BASELINE_JIT" in done.stdout and "too many variables at too many places" in done.stdout
