"""Many processes at once on a cold cache: each function is compiled once."""

import os
import signal

PROGRAM = """
import time
def a(x): return x + 1
def b(x): return x - 2
def c(x): return x * 3
def d(x): return x ^ 4
for i in range(500):
    a(i), b(i), c(i), d(i)
import dxpy
until = time.monotonic() + 30
while dxpy.stats().pending_compiles and time.monotonic() < until: time.sleep(0.002)
result = a(1) + b(2) + c(3) + d(4)
"""
TOGETHER = {"DXPY_SYNC": 0, "DXPY_SETTLE": 60, "DXPY_THRESHOLDS": "50,1000000,2000000"}


def test_each_function_once(run):
    processes = [run.start(PROGRAM, **TOGETHER) for _ in range(8)]
    results = [run.finish(process) for process in processes]
    assert [result["result"] for result in results] == [11] * 8
    assert [result["tiers"][1] for result in results] == [4] * 8
    assert len(list((run.cache / "units").iterdir())) == 4
    objects = sum(path.stat().st_size for path in (run.cache / "objects").iterdir())
    assert objects < 5 * 20_000, "no function is in two objects"
    assert list((run.cache / "claims").iterdir()) == []


def test_one_is_killed(run):
    processes = [run.start(PROGRAM, **TOGETHER) for _ in range(4)]
    os.kill(processes[0].pid, signal.SIGKILL)
    processes[0].wait()
    processes[0].communicate()
    assert [run.finish(process)["result"] for process in processes[1:]] == [11] * 3
    assert run(PROGRAM, **TOGETHER)["result"] == 11


def test_a_claim_of_nobody(run):
    """One that was left by a process that no longer is does not keep others from compiling."""
    run(PROGRAM, **TOGETHER)
    keys = [path.name for path in (run.cache / "units").iterdir()]
    for path in (run.cache / "units").iterdir():
        path.unlink()
    for key in keys:
        (run.cache / "claims" / key).write_text("1 1 x/y\n")
        os.utime(run.cache / "claims" / key, (0, 0))
    got = run(PROGRAM, **TOGETHER)
    assert (got["result"], got["tiers"][1]) == (11, 4)
    assert len(list((run.cache / "units").iterdir())) == 4
