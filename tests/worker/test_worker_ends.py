"""However the program ends, the worker, what it started and its files are gone within a second."""

import fcntl
import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest
from support import native
from support.native import (
    Signal,
    after_deletions,
    assert_nothing_left,
    environment,
    has_ended,
    is_emptied,
    own_process,
    parent_of,
    processes_of,
)

START = """
    import os, signal, sys, threading
    from pathlib import Path
    from support.worker_client import Client
    built, folder = map(Path, sys.argv[1:3])
    worker = Client(str(built / "libworker.so"), str(built / "dxpy-cc-stub"))
"""
BUSY = f"{START}    worker.submit(f'spawn signal {{folder}}/signal sleep 100')\n"
STOPPED = f"{START}    worker.submit(f'signal {{folder}}/signal stop')\n"
IDLE = f"{START}    worker.compile(f'ok')\n    worker.compile('signal {{}}/signal'.format(folder))\n"


def start(built, folder, text):
    command = [sys.executable, "-c", textwrap.dedent(text), built.folder, folder]
    return subprocess.Popen(list(map(str, command)), env=environment(folder), stdin=subprocess.PIPE)


def workers_and_keepers(folder):
    workers = processes_of(folder / "tmp")
    keepers = [parent_of(pid) for pid in workers]
    return workers + [pid for pid in keepers if pid]


def assert_all_gone(folder, pids):
    deadline = time.monotonic() + 1.0
    for pid in pids:
        assert has_ended(pid, max(0, deadline - time.monotonic())), f"process {pid} is left"
    assert_nothing_left(folder)


@pytest.mark.parametrize("state", [BUSY, IDLE], ids=["busy", "idle"])
@pytest.mark.parametrize(
    "end",
    [
        "os.kill(os.getpid(), signal.SIGKILL)",
        "os.kill(os.getpid(), signal.SIGTERM)",
        "os.abort()",
        "os._exit(3)",
        "sys.exit(0)",
        "raise ValueError",
        "os.execv('/bin/sleep', ['sleep', '100'])",
        "threading.Thread(target=os._exit, args=(3,)).start()",
        "worker.stop()",
    ],
    ids=["kill", "term", "abort", "_exit", "exit", "raise", "exec", "thread", "stop"],
)
def test_program_ends(built, tmp_path, state, end):
    busy = Signal(tmp_path)
    process = start(built, tmp_path, f"{state}    sys.stdin.read()\n    {end}\n")
    busy.wait()
    pids = workers_and_keepers(tmp_path)
    assert len(pids) >= 2
    process.stdin.close()
    if "exec" not in end:
        process.wait()
    if end in ("sys.exit(0)", "raise ValueError", "worker.stop()"):
        assert not any(Path(f"/proc/{pid}").exists() for pid in pids), (
            "not even a zombie, whoever process 1 is"
        )
    assert_all_gone(tmp_path, pids)
    process.kill()
    process.wait()


@pytest.mark.parametrize("state", [BUSY, IDLE, STOPPED], ids=["busy", "idle", "stopped"])
def test_program_is_killed_from_outside(built, tmp_path, state):
    busy = Signal(tmp_path)
    process = start(built, tmp_path, f"{state}    sys.stdin.read()\n")
    busy.wait()
    pids = workers_and_keepers(tmp_path)
    assert len(pids) >= 2
    process.kill()
    process.wait()
    assert_all_gone(tmp_path, pids)


@pytest.mark.parametrize("milliseconds", [0, 1, 2, 5, 10, 20])
def test_program_is_killed_while_the_worker_starts(built, tmp_path, milliseconds):
    """Some of these moments are before the fork, some between it and exec, some before the first frame."""
    text = f"{START}    worker.submit('ok')\n    worker.lib.usleep({milliseconds * 1000})\n    os.kill(os.getpid(), signal.SIGKILL)\n"
    process = start(built, tmp_path, text)
    process.wait()
    for pid in workers_and_keepers(tmp_path):
        assert has_ended(pid)
    if not is_emptied(tmp_path / "tmp"):
        [left] = (tmp_path / "tmp").iterdir()
        make_old(left)  # from before there was a process that could remove it
        native.run_apart(__file__, "tidy_up", built, tmp_path)
    assert_nothing_left(tmp_path)


def make_old(path):
    os.utime(path, (0, 0))


def test_program_and_worker_are_killed_together(built, tmp_path):
    """As a container's or the kernel's end of a group does: the next program tidies up."""
    busy = Signal(tmp_path)
    process = start(built, tmp_path, f"{BUSY}    sys.stdin.read()\n")
    busy.wait()
    pids = workers_and_keepers(tmp_path)
    for pid in [*pids, process.pid]:
        os.kill(pid, signal.SIGSTOP)
    for pid in [*pids, process.pid]:
        os.kill(pid, signal.SIGKILL)
    process.wait()
    for pid in pids:
        assert has_ended(pid)
    [left] = (tmp_path / "tmp").iterdir()
    make_old(left)
    native.run_apart(__file__, "tidy_up", built, tmp_path)
    assert_nothing_left(tmp_path)


def tidy_up(client, folder):
    """The folder that is left goes; those of the living, the young and strangers stay."""
    temporary = folder / "tmp"
    [left] = temporary.iterdir()
    mine = f"{temporary}/dxpy-{os.geteuid()}-"
    living, young, others = (
        Path(f"{mine}living"),
        Path(f"{mine}young_"),
        [Path(f"{mine}abcdefg"), temporary / "dxpy-mine"],
    )
    for path in (living, young, *others):
        path.mkdir()
    for path in (living, *others):
        make_old(path)
    lock = os.open(living, os.O_RDONLY)
    fcntl.flock(lock, fcntl.LOCK_EX)
    worker = client()
    worker.compile("ok")
    assert after_deletions(temporary, lambda: not left.exists(), 5), "nothing was tidied up"
    worker.stop()
    os.close(lock)
    for path in (living, young, *others):
        path.rmdir()


tidy_up.body = tidy_up


@own_process
def test_stop_does_not_wait_for_a_keeper_that_was_stopped(client, folder):
    worker = client()
    worker.compile("ok")
    pid = worker.stats().pid
    keeper = parent_of(pid)
    os.kill(keeper, signal.SIGSTOP)
    start = time.monotonic()
    worker.stop()
    assert time.monotonic() - start < 4.5
    assert has_ended(pid) and has_ended(keeper)


@own_process
def test_stop_without_anything(client, folder):
    worker = client()
    worker.stop()
    worker.stop()
    assert worker.compile("ok").ok
    worker.stop()


@own_process
def test_stop_removes_objects_of_a_worker_that_is_gone(client, folder):
    worker = client(idle=0.05)
    worker.compile("ok")
    pid = worker.stats().pid
    assert pid == 0 or has_ended(pid)
    assert len(list(folder.glob("tmp/dxpy-*/*.so"))) == 1
    worker.stop()
    assert list((folder / "tmp").iterdir()) == []
