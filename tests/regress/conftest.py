"""What the tests of this folder share."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def printed(tmp_path):
    """printed(program, *folders): what a program prints that imports dxpy, and modules in these folders."""

    def run(program, *folders):
        env = {name: value for name, value in os.environ.items() if not name.startswith("DXPY_")}
        done = subprocess.run(
            [sys.executable, "-c", program],
            env={
                **env,
                "PYTHONPATH": os.pathsep.join([str(ROOT), *folders]),
                "DXPY_CACHE_DIR": str(tmp_path),
            },
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    return run
