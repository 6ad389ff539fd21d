"""Programs run one after the other, or at once, on one code cache."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))

from support import native

# What a program ends with: what it found, and what dxpy did for it.
REPORT = """
import dxpy as _dxpy, json as _json
_stats = _dxpy.stats()
print(_json.dumps({"result": result, "warm": _stats.warm_functions, "compiles": _stats.total_compiles,
                   "ms": _stats.compile_ms, "tiers": list(_stats[2:6])}))
"""

SETTINGS = {"DXPY_NICENESS": "0", "DXPY_SYNC": "1", "DXPY_OSR": "0", "DXPY_ONLY": "__main__.*"}
ONE_TIER = {"DXPY_THRESHOLDS": "3,1000000,2000000"}
ALL_TIERS = {"DXPY_THRESHOLDS": "3,6,9"}


@pytest.fixture(scope="session")
def built(tmp_path_factory):
    return native.build(tmp_path_factory.getbasetemp() / "built")


class Runner:
    def __init__(self, folder, settings):
        self.folder = folder
        self.settings = {**SETTINGS, **settings}
        self.cache = folder / "cache"
        self.script = "program.py"

    def environment(self, extra):
        env = {name: value for name, value in os.environ.items() if not name.startswith("DXPY_")}
        env.update(
            PYTHONPATH=str(ROOT), DXPY_CACHE_DIR=str(self.cache), PYTHONDONTWRITEBYTECODE="1", **self.settings
        )
        env.update({name: str(value) for name, value in extra.items()})
        return env

    def start(self, code, **extra):
        path = self.folder / self.script
        # In place at once: processes that were started before may not have read theirs yet.
        written = path.with_suffix(".new")
        written.write_text(code + REPORT)
        written.rename(path)
        return subprocess.Popen(
            [sys.executable, "-m", "dxpy", "run", str(path)],
            env=self.environment(extra),
            cwd=self.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def finish(self, process):
        out, errors = process.communicate(timeout=60)
        assert (process.returncode, errors) == (0, ""), errors
        return json.loads(out.splitlines()[-1])

    def __call__(self, code, **extra):
        """Run a program that leaves its `result`; what REPORT prints, as a dict."""
        return self.finish(self.start(code, **extra))

    def command(self, *words, **extra):
        return subprocess.run(
            [sys.executable, "-m", "dxpy", *map(str, words)],
            env=self.environment(extra),
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    @property
    def index(self):
        (path,) = (self.cache / "index").iterdir()
        return path


@pytest.fixture
def run(tmp_path):
    """Tier 1 alone, which is quick."""
    return Runner(tmp_path, ONE_TIER)


@pytest.fixture
def run_all_tiers(tmp_path):
    return Runner(tmp_path, ALL_TIERS)
