"""The first argument that super() is for was pushed on an operand stack that was full: tier 2 refused the function."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = """
import dxpy
dxpy.enable(thresholds=(1, 2, 1000000), sync=True, only=("__main__.*",))
class A:
    def __init__(self):
        super().__init__()
class B(A):
    def __init__(self):
        super(B, self).__init__()
for _ in range(8):
    A(), B()
print(dxpy.explain(A.__init__), dxpy.explain(B.__init__))
"""


def test_super_on_a_full_stack(tmp_path):
    env = {name: value for name, value in os.environ.items() if not name.startswith("DXPY_")}
    env.update(PYTHONPATH=str(ROOT), DXPY_CACHE_DIR=str(tmp_path), DXPY_GCC_LEVEL="1")
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], env=env, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("2 OPTIMIZING_JIT") == 2 and "failed" not in done.stdout
