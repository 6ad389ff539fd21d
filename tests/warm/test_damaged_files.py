"""A slice of `make fuzz-cache`."""

import subprocess
import sys
from pathlib import Path

TOOL = Path(__file__).resolve().parents[2] / "tools" / "fuzz" / "cache.py"


def test_damaged_files_are_not_loaded():
    done = subprocess.run(
        [sys.executable, TOOL, "--count", "5", "--seed", "11"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
