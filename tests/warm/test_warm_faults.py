"""Whatever happens to the cache, the program is right and runs on, and doctor says in a line what is the matter."""

import os
import shutil
import time

import pytest
from support.native import sanitizer
from test_warm import ADD, COLD, ONCE

LATER = """
def first(x):
    return x + 1
def second(x):
    return x * 3
result = [first(i) for i in range(COUNT)]
DAMAGE
result = [result[-1], [second(i) for i in range(COUNT)][-1]]
"""


def doctor(run, **extra):
    """Exit status, and the line about the cache with the one behind it."""
    done = run.command("doctor", DXPY_ONLY="*", **extra)
    lines = done.stdout.splitlines()
    place = next(i for i, line in enumerate(lines) if " cache " in line)
    return done.returncode, " ".join(" ".join(lines[place : place + 2]).split())


def fault(run, built, name):
    return {"FAULT": name, "FAULT_FOLDER": run.cache, **sanitizer(built.faults)}


def test_doctor_of_a_good_cache(run):
    run(COLD)
    status, line = doctor(run)
    assert status == 0
    assert line.startswith(f"ok cache {run.cache}: ")
    assert " 1 functions begin warm " in line


@pytest.mark.parametrize("filled", [True, False])
def test_a_full_disk(run, built, filled):
    if filled:
        run(COLD)
    full = fault(run, built, "full")
    got = run(COLD, **full)
    assert (got["result"], got["warm"]) == (38, int(filled))
    new = run(COLD.replace("a + b", "a - b"), **full)
    assert (new["result"], new["warm"], new["tiers"][1]) == (0, 0, 1), "compiled for this run alone"
    status, line = doctor(run, **full)
    assert status == 1
    assert f"BAD cache {run.cache} cannot be written to: No space left on device" in line
    assert "mend: free some space there" in line
    assert run(COLD)["result"] == 38


@pytest.mark.parametrize("filled", [True, False])
def test_a_read_only_disk(run, built, filled):
    if filled:
        run(COLD)
    else:
        run.cache.mkdir(mode=0o700)
    readonly = fault(run, built, "readonly")
    got = run(COLD, **readonly)
    assert (got["result"], got["warm"]) == (38, int(filled))
    new = run(COLD.replace("a + b", "a - b"), **readonly)
    assert (new["result"], new["warm"], new["tiers"][1]) == (0, 0, 1)
    status, line = doctor(run, **readonly)
    assert status == 1
    assert "cannot be written to: Read-only file system mend: set DXPY_CACHE_DIR" in line


def test_no_locks(run, built):
    nolocks = fault(run, built, "nolocks")
    assert run(COLD, **nolocks)["result"] == 38
    assert run(ONCE, **nolocks)["warm"] == 1
    status, line = doctor(run, **nolocks)
    assert status == 0
    assert "files cannot be locked there, which does no harm" in line


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("norename", "BAD cache {} cannot be written to: Operation not permitted mend: set DXPY_CACHE_DIR"),
        ("badfsync", "BAD cache {} cannot be written to: Input/output error mend: set DXPY_CACHE_DIR"),
        ("nofsync", "ok cache {}: "),
    ],
)
def test_a_file_system_that_lacks_something(run, built, name, said):
    odd = fault(run, built, name)
    for _ in range(2):
        assert run(COLD, **odd)["result"] == 38
    status, line = doctor(run, **odd)
    assert (status, said.format(run.cache) in line) == (int("BAD" in said), True), line
    assert not list((run.cache / "tmp").iterdir()), "nothing is left there"


def test_temporary_files_where_nothing_can_be_locked(run_all_tiers, built):
    run = run_all_tiers
    there = run.folder / "there"
    there.mkdir()
    nolocks = {**fault(run, built, "nolocks"), "FAULT_FOLDER": there, "TMPDIR": there, "DXPY_CACHE": 0}
    got = run(COLD, **nolocks)
    assert (got["result"], got["tiers"][3]) == (38, 1)
    assert not list(there.iterdir())


def test_no_execution(run, built):
    noexec = fault(run, built, "noexec")
    got = run(COLD, **noexec)
    assert (got["result"], got["warm"]) == (38, 0)
    status, line = doctor(run, **noexec)
    assert status == 1
    assert "is on a file system mounted noexec mend: set DXPY_CACHE_DIR to one that is not" in line


@pytest.mark.parametrize(("name", "why"), [("full", "is full"), ("noexec", "is mounted noexec")])
def test_a_folder_for_temporary_files_that_will_not_do(run_all_tiers, built, name, why):
    run = run_all_tiers
    there = run.folder / "there"
    there.mkdir()
    elsewhere = {**fault(run, built, name), "FAULT_FOLDER": there, "TMPDIR": there, "DXPY_CACHE": 0}
    got = run(COLD, **elsewhere)
    assert (got["result"], got["tiers"][3]) == (38, 1), "another one is taken"
    done = run.command("doctor", **elsewhere)
    assert (done.returncode, f"(TMPDIR is not used: {there} {why})" in done.stdout) == (0, True), done.stdout


@pytest.mark.parametrize(
    ("home", "cache", "said"),
    [
        ("", "", "BAD cache no folder for it is known mend: set DXPY_CACHE_DIR"),
        ("relative", "", "BAD cache no folder for it is known mend: set DXPY_CACHE_DIR"),
        ("/proc/nothing", "", "BAD cache /proc/nothing cannot be made: No such file or directory mend: set DXPY_CACHE_DIR to a folder of your own"),
        ("/proc/nothing", "relative", "BAD cache /proc/nothing cannot be made"),
    ],
)  # fmt: skip
def test_no_home(run, home, cache, said):
    """Nothing is made where the program happens to stand."""
    homeless = {"DXPY_CACHE_DIR": "", "HOME": home, "XDG_CACHE_HOME": cache}
    before = set(run.folder.iterdir())
    assert run(COLD, **homeless)["result"] == 38
    status, line = doctor(run, **homeless)
    assert (status, said in line) == (1, True), line
    assert set(run.folder.iterdir()) - before <= {run.folder / run.script}


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: b"",
        lambda data: data[: len(data) // 2],
        lambda data: data[:-1],
        lambda data: data[1:],
        lambda data: os.urandom(len(data)),
        lambda data: bytes(len(data)),
        lambda data: bytes(byte ^ 1 if i == 70 else byte for i, byte in enumerate(data)),
        lambda data: bytes(byte ^ 1 if i > 20 else byte for i, byte in enumerate(data)),
        lambda data: data * 50,
    ],
)
def test_a_damaged_index(run, damage):
    run(COLD)
    run.index.write_bytes(damage(run.index.read_bytes()))
    assert run(ONCE)["result"] == 0
    assert run(COLD)["result"] == 38
    assert run(ONCE)["warm"] == 1
    assert doctor(run)[0] == 0, "it was written anew"


def test_doctor_of_a_damaged_index(run):
    run(COLD)
    run.index.write_bytes(run.index.read_bytes() + b"dxpywrm1" + bytes(200) + b"dxpywrm1")
    status, line = doctor(run)
    assert status == 1
    assert "BAD cache 1 damaged places in the index are passed over mend: nothing" in line


def test_damaged_objects(run):
    run(COLD)
    for path in (run.cache / "objects").iterdir():
        data = bytearray(path.read_bytes())
        data[len(data) // 2] ^= 0xFF
        path.write_bytes(data)
    got = run(COLD)
    assert (got["result"], got["warm"]) == (38, 0)
    assert run(ONCE)["warm"] == 1


@pytest.mark.parametrize("what", ["objects", "units", "index", ""])
def test_deleted_under_a_running_process(run, what):
    run(LATER.replace("COUNT", "20").replace("DAMAGE", ""))
    damage = f"import shutil; shutil.rmtree({str(run.cache / what)!r})"
    got = run(LATER.replace("COUNT", "20").replace("DAMAGE", damage))
    assert got["result"] == [20, 57]
    assert got["warm"] >= 1
    assert run(LATER.replace("COUNT", "20").replace("DAMAGE", ""))["result"] == [20, 57]
    assert run(LATER.replace("COUNT", "1").replace("DAMAGE", ""))["warm"] == 2


def test_cut_short_under_a_running_process(run):
    run(LATER.replace("COUNT", "20").replace("DAMAGE", ""))
    damage = f"import os; os.truncate({str(run.index)!r}, 0)"
    got = run(LATER.replace("COUNT", "20").replace("DAMAGE", damage))
    assert (got["result"], got["warm"]) == ([20, 57], 2)


def test_the_folder_becomes_a_file(run):
    run(COLD)
    shutil.rmtree(run.cache / "index")
    (run.cache / "index").write_text("")
    assert run(COLD)["result"] == 38
    assert "index" in doctor(run)[1]


@pytest.mark.parametrize("years", [-30, 30])
def test_a_clock_that_was_moved(run, years):
    """Every file of another time: what is there is used or made again, and nothing is kept for ever."""
    run(COLD)
    then = time.time() + years * 365 * 86400
    for path in run.cache.rglob("*"):
        os.utime(path, (then, then))
    assert run(ONCE)["result"] == 0
    assert run(COLD)["result"] == 38
    assert run(ONCE)["warm"] == 1
    assert doctor(run)[0] == 0


def test_two_versions_side_by_side(run):
    """Options that change the code stand for another build: each has its own index, and neither disturbs the other."""
    other = {"DXPY_FORCE_EXITS": 3}
    assert run(COLD)["warm"] == 0
    assert run(COLD, **other)["warm"] == 0
    assert len(list((run.cache / "index").iterdir())) == 2
    for _ in range(2):
        assert run(ONCE)["warm"] == 1
        assert run(ONCE, **other)["warm"] == 1


def test_another_builds_index_under_this_name(run):
    run(COLD)
    name = run.index.name
    run.index.rename(run.index.with_name("0" * 64))
    assert run(ONCE)["warm"] == 0
    shutil.copy(run.cache / "index" / ("0" * 64), run.cache / "index" / ("1" * 64))
    (run.cache / "index" / ("1" * 64)).rename(run.cache / "index" / name)
    assert run(ONCE)["warm"] == 1, "of the same world it is the same"


def test_old_code_goes(run):
    run(COLD)
    old = time.time() - 100 * 86400
    for path in [*(run.cache / "objects").iterdir(), run.cache / "lock"]:
        os.utime(path, (old, old))
    stranger = run.cache / "index" / ("0" * 64)
    stranger.write_bytes(b"of a build long gone")
    os.utime(stranger, (old, old))
    assert run("result = 1")["result"] == 1
    assert list((run.cache / "objects").iterdir()) == []
    assert list((run.cache / "units").iterdir()) == []
    assert not stranger.exists()
    assert run(COLD)["result"] == 38


def test_old_code_stays_without_a_limit(run):
    run(COLD, DXPY_CACHE_AGE=0)
    old = time.time() - 10000 * 86400
    for path in [*(run.cache / "objects").iterdir(), run.cache / "lock"]:
        os.utime(path, (old, old))
    run("result = 1", DXPY_CACHE_AGE=0)
    assert run(ONCE, DXPY_CACHE_AGE=0)["warm"] == 1


def test_a_cache_that_is_too_small(run):
    many = "\n".join(f"def f{i}(x): return x + {i}" for i in range(60))
    code = f"{many}\nresult = sum(f(i) for f in list(globals().values()) if callable(f) and hasattr(f, '__code__') for i in range(20))"
    limited = {"DXPY_CACHE_LIMIT": 1}
    want = sum(20 * i + 190 for i in range(60))
    assert run(code, **limited)["result"] == want
    assert run(code, **limited)["result"] == want
    assert sum(path.stat().st_size for path in run.cache.rglob("*") if path.is_file()) < 1.2e6


def test_edited_between_two_runs(run):
    for operator, want in (("+", 38), ("-", 0), ("*", 361), ("+", 38)):
        assert run(ADD.replace("CALLS", "20").replace("a + b", f"a {operator} b"))["result"] == want
