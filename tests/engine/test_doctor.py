"""`python -m dxpy doctor`: each problem with its mend."""

import re
import shutil

import pytest
from support.forbid import FORBID


def test_all_is_well(run_python):
    run = run_python("-m", "dxpy", "doctor")
    assert run.returncode == 0, run.stdout
    assert run.stderr == ""
    assert "BAD" not in run.stdout
    for where in ("", " by the worker"):
        assert re.search(
            rf"^ok   trial      a function was compiled in \d+ ms{where}$", run.stdout, re.MULTILINE
        )
    assert run.stdout.endswith("\neverything that compiling needs is there\n")
    for topic in ("options", "python", "hook", "cache", "memory"):
        assert re.search(rf"^ok   {topic} +\S", run.stdout, re.MULTILINE)


# Python's own arguments run under a limit that cannot be raised.
LIMITED = """
import os, resource, sys
which, limit = getattr(resource, sys.argv[1]), int(sys.argv[2])
resource.setrlimit(which, (limit, limit))
os.execv(sys.executable, [sys.executable, *sys.argv[3:]])
"""


def descriptors(run_python, *words, **environment):
    """Runs with ever more descriptors, of which three are in use."""
    limits = (5, 7, 9, 11)
    return [run_python("-c", LIMITED, "RLIMIT_NOFILE", n, *words, env=environment, input="") for n in limits]


def test_few_descriptors(run_python):
    *few, enough = descriptors(run_python, "-m", "dxpy", "doctor")
    for run, left in zip(few, (2, 4, 6), strict=True):
        assert (run.returncode, "1 problem found" in run.stdout) == (1, True), run.stdout + run.stderr
        assert (
            f"BAD  files      only {left} more can be opened in this process (Too many open files)"
            in run.stdout
        )
        assert "mend: raise the limit on open files (ulimit -n)" in run.stdout
    assert enough.returncode == 0, enough.stdout


def test_few_descriptors_for_the_worker(run_python, tmp_path):
    """What it is started with are closed first."""
    (tmp_path / "program.py").write_text(
        "def f(x): return x + 1\nfor i in range(40): f(i)\nimport dxpy\nprint(dxpy.stats().tier3_functions)"
    )
    options = {"DXPY_SYNC": "1", "DXPY_ONLY": "__main__.*", "DXPY_THRESHOLDS": "3,6,9", "DXPY_CACHE": "0"}
    words = ["-m", "dxpy", "run", tmp_path / "program.py"]
    none, less, some, enough = descriptors(run_python, *words, **options)
    assert (some.stdout, enough.stdout) == ("1\n", "1\n"), some.stderr
    assert "no folder for temporary files can be made in /dev/shm: Too many open files" in none.stderr
    assert "cannot start the compiler worker: socketpair: Too many open files" in less.stderr
    assert (none.stdout, less.stdout) == ("0\n", "0\n")


@pytest.mark.parametrize(("megabytes", "found"), [(70, None), (40, "failed to map segment")])
def test_little_memory_for_the_worker(run_python, megabytes, found):
    words = ("-m", "dxpy", "doctor")
    run = run_python("-c", LIMITED, "RLIMIT_AS", megabytes << 20, *words, env={"DXPY_CACHE": "0"})
    assert run.returncode == (0 if found is None else 1), run.stdout
    assert found is None or found in run.stdout
    assert found is None or "mend: raise the limit on memory (ulimit -v)" in run.stdout


def test_compiler_missing(run_python, broken_package):
    shutil.rmtree(broken_package / "dxpy" / "bin", ignore_errors=True)
    run = run_python("-m", "dxpy", "doctor", env={"PYTHONPATH": str(broken_package)}, cwd=broken_package)
    assert run.returncode == 1
    assert "BAD  compiler" in run.stdout
    assert "dxpy-cc is missing or cannot be run\n" in run.stdout
    assert "mend: pip install --force-reinstall --no-cache-dir dxpy-runtime" in run.stdout
    assert "1 problem found" in run.stdout
    assert "trial" not in run.stdout


@pytest.mark.parametrize(
    ("script", "found", "mend"),
    [
        ("#!/bin/sh\necho 'as        BAD  not in /usr/bin:/bin; install binutils'\nexit 1", "BAD  as         not in /usr/bin:/bin\n", "mend: install binutils"),
        ("#!/bin/sh\necho 'ld        ok   GNU ld'\nexit 1", "BAD  compiler   dxpy-cc --check fails: exit status 1\n", "mend: pip install"),
        ("#!/bin/sh\necho 'x: error while loading shared libraries: libgccjit.so.0' >&2\nexit 127", "libgccjit.so.0\n", "mend: apt-get install libgccjit0 binutils"),
        ("#!/nowhere/sh\n", "does not run: ", "mend: pip install"),
    ],
)  # fmt: skip
def test_compiler_that_does_not_work(run_python, broken_package, script, found, mend):
    compiler = broken_package / "dxpy" / "bin" / "dxpy-cc"
    compiler.parent.mkdir(exist_ok=True)
    compiler.unlink(missing_ok=True)
    compiler.write_text(script)
    compiler.chmod(0o755)
    run = run_python("-m", "dxpy", "doctor", env={"PYTHONPATH": str(broken_package)}, cwd=broken_package)
    assert run.returncode == 1
    assert found in run.stdout
    assert mend in run.stdout
    assert "trial" not in run.stdout


def test_bad_environment(run_python):
    run = run_python("-m", "dxpy", "doctor", env={"DXPY_MAX_TIER": "high", "DXPY_CACHEDIR": "/x"})
    assert run.returncode == 1
    assert (
        "BAD  options    DXPY_MAX_TIER: max_tier takes a whole number from 0 to 3, not 'high'\n" in run.stdout
    )
    assert "mend: correct or unset the environment variable" in run.stdout
    assert "BAD  options    the environment variable DXPY_CACHEDIR is no option of dxpy\n" in run.stdout
    assert "mend: rename it to DXPY_CACHE_DIR, or unset it" in run.stdout


def test_another_version(run_python):
    from test_module import FAKE_BUILD

    run = run_python("-c", FAKE_BUILD + "import sys; from dxpy.cli import main; sys.exit(main(['doctor']))")
    assert run.returncode == 1
    assert "BAD  python     built for CPython 3.11.15, but this is " in run.stdout
    assert "mend: build it again with this Python: pip install" in run.stdout


def test_cache_folder_that_is_a_file(run_python, tmp_path):
    (tmp_path / "file").write_text("")
    run = run_python("-m", "dxpy", "doctor", env={"DXPY_CACHE_DIR": str(tmp_path / "file")})
    assert run.returncode == 1
    assert re.search(r"^BAD  cache +.*file", run.stdout, re.MULTILINE), run.stdout
    assert "mend: " in run.stdout


@pytest.mark.parametrize(
    "options", [{"DXPY_ONLY": "app.*"}, {"DXPY_EXCLUDE": "*"}, {"DXPY_MAX_TIER": "0"}, {"DXPY_CACHE": "0"}]
)
def test_options_that_leave_functions_out_are_no_fault(run_python, options):
    run = run_python("-m", "dxpy", "doctor", env=options)
    assert run.returncode == 0, run.stdout
    assert "compiled in" in run.stdout


def test_memory_that_cannot_be_made_executable(run_python):
    run = run_python(
        "-c", FORBID + "from dxpy import _jit, cli\nforbid(MPROTECT)\nsys.exit(cli.main(['doctor']))"
    )
    assert run.returncode == 1, run.stderr
    assert (
        "BAD  memory     no memory of this process can be made executable (Permission denied)" in run.stdout
    )
    assert "mend: raise the limit on memory (ulimit -v, -d), or allow it (SELinux" in run.stdout
    assert "1 problem found" in run.stdout, "the worker's code is loaded all the same"


@pytest.mark.parametrize("folder", ["/proc", "/nowhere/at/all", "relative"])
def test_folders_for_temporary_files(run_python, folder):
    """One that does not do is passed over, as the worker does."""
    run = run_python("-m", "dxpy", "doctor", env={"TMPDIR": folder})
    assert run.returncode == 0, run.stdout
    assert f"(TMPDIR is not used: {folder} " in run.stdout
