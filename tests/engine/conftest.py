"""What the engine's tests share."""

import os
import shutil
import subprocess
import sys
import textwrap

import pytest
from engine_codes import PRELUDE, ROOT


@pytest.fixture(scope="session", autouse=True)
def own_cache(tmp_path_factory):
    """The tests' compiled code goes into a cache of their own."""
    from dxpy import config

    folder = tmp_path_factory.mktemp("cache") / "dxpy"
    os.environ["DXPY_CACHE_DIR"] = str(folder)
    os.environ["DXPY_NICENESS"] = "0"  # tests wait for what is compiled
    config.apply({"cache_dir": str(folder), "warm": 0})  # what a test counts, no earlier one may have done


@pytest.fixture
def run_python():
    """Run this Python with arguments; returns the CompletedProcess, its output as text."""

    def run(*arguments, env=(), cwd=None, input=None, options=()):
        environment = {name: value for name, value in os.environ.items() if not name.startswith("DXPY_")}
        environment.update(
            PYTHONPATH=str(ROOT),
            DXPY_CACHE_DIR=os.environ["DXPY_CACHE_DIR"],
            DXPY_WARM="0",
            PYTHONDONTWRITEBYTECODE="1",
        )
        environment.update(env)
        return subprocess.run(
            [sys.executable, *options, *map(str, arguments)],
            env=environment,
            cwd=cwd,
            input=input,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    return run


@pytest.fixture
def check(run_python):
    """Run Python statements after PRELUDE; they must end well and print nothing to stderr but `stderr`."""

    def run(script, *, env=(), stderr=""):
        done = run_python("-c", PRELUDE + textwrap.dedent(script), env=env)
        assert done.returncode == 0, done.stderr
        assert done.stderr == stderr
        return done.stdout

    return run


@pytest.fixture
def broken_package(tmp_path):
    """A copy of the package that a test may damage; the folder to start Python in."""
    shutil.copytree(ROOT / "dxpy", tmp_path / "dxpy", ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path
