"""`python -m dxpy cache list|info|clear` on a cache that a run has filled."""

import pytest

CODE = "import dxpy\ndef f(x): return x + 1\nfor i in range(60): f(i)\nprint(dxpy.integration().has_compiled('__main__.f'))"


@pytest.fixture
def cache(run_python, tmp_path):
    """Run `dxpy cache <command>` on a folder that has one compiled function in it."""
    environment = {
        "DXPY_CACHE_DIR": str(tmp_path / "cache"),
        "DXPY_ONLY": "__main__.f",
        "DXPY_MAX_TIER": "1",
        "DXPY_WARM": "1",
    }
    run = run_python("-m", "dxpy", "run", "--sync", "--thresholds=20,50,90", "-c", CODE, env=environment)
    assert (run.stdout, run.stderr) == ("True\n", "")
    return lambda command: run_python("-m", "dxpy", "cache", command, env=environment)


def test_list(cache):
    run = cache("list")
    head, *rows = run.stdout.splitlines()
    assert run.returncode == 0
    assert head.split() == ["key", "tier", "unit", "object", "KB", "last", "used", "function"]
    assert len(rows) == 1
    key, tier, unit, size, *age, name = rows[0].split()
    assert len(key) == 16
    assert int(key, 16) >= 0
    assert (tier, unit, name) == ("1", "0", "__main__.f")
    assert float(size) > 1
    assert age == ["just", "now"]


def test_info(cache, tmp_path):
    run = cache("info")
    assert run.returncode == 0
    lines = run.stdout.splitlines()
    assert lines[0].split() == ["folder", str(tmp_path / "cache")]
    assert lines[1].split() == ["artifacts", "1"]
    assert lines[2].startswith("objects   1, 0.0 MB of at most 5")
    assert lines[3].startswith("index     1 functions that begin warm with this Python, 0.")
    assert len(lines) == 4


def test_clear(cache):
    run = cache("clear")
    assert (run.returncode, run.stdout) == (0, "removed 1 objects, 0.0 MB\n")
    assert cache("list").stdout.count("\n") == 1
    assert cache("info").stdout.splitlines()[1].split() == ["artifacts", "0"]
    assert cache("info").stdout.splitlines()[3].startswith("index     0 functions")


def test_a_second_run_takes_what_is_there(cache, run_python, tmp_path):
    code = CODE + "\nprint(dxpy.explain(f))"
    environment = {"DXPY_CACHE_DIR": str(tmp_path / "cache"), "DXPY_ONLY": "__main__.f", "DXPY_MAX_TIER": "1"}
    run = run_python("-m", "dxpy", "run", "--sync", "--thresholds=20,50,90", "-c", code, env=environment)
    assert "compiled    taken from the code cache; in use: tier 1, " in run.stdout


def test_a_folder_that_cannot_be_used(run_python, tmp_path):
    (tmp_path / "file").write_text("")
    for command in ("list", "info", "clear"):
        run = run_python("-m", "dxpy", "cache", command, env={"DXPY_CACHE_DIR": str(tmp_path / "file")})
        assert (run.returncode, run.stdout) == (1, "")
        assert run.stderr.startswith("dxpy: the code cache is not used: ")
