"""Memory runs out in compiled code, at each of its first allocations."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(("tier", "force_exits"), [(1, 0), (2, 0), (2, 3)])
def test_memory_error_or_result(tier, force_exits):
    env = {name: value for name, value in os.environ.items() if not name.startswith("DXPY_")}
    env["PYTHONPATH"] = str(ROOT)
    program = str(ROOT / "tests" / "support" / "no_memory.py")
    command = [sys.executable, "-X", "faulthandler", program, str(tier), str(force_exits)]
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=300)
    assert (done.returncode, done.stdout) == (0, "True True\n"), done.stdout + done.stderr[-2000:]
