"""What a client gets from a worker that hangs, crashes, is killed, or cannot be had."""

import os
import signal
import struct
import subprocess
import sys
import time

from support.native import (
    Signal,
    assert_nothing_left,
    environment,
    has_ended,
    own_process,
    parent_of,
    processes_of,
    sanitizer,
)

# --- crashes ---


@own_process
def test_a_unit_that_crashes_twice_is_never_sent_again(client, folder):
    worker = client()
    reply = worker.compile("crash")
    assert (reply.ok, reply.reason) == (False, "worker_crashed")
    stats = worker.stats()
    assert (stats.crashes, stats.starts, stats.batches) == (2, 2, 2)
    again = worker.compile("crash")
    assert again.reason == "worker_crashed" and worker.stats().batches == 2
    assert worker.compile("ok").ok
    worker.stop()


@own_process
def test_a_crash_costs_the_others_of_the_batch_nothing(client, folder):
    worker = client()
    jobs = [worker.submit(text) for text in ("ok 1", "crash", "ok 2", "ok 3")]
    replies = worker.wait_all(4)
    assert [replies[job].ok for job in jobs] == [True, False, True, True]
    stats = worker.stats()
    assert (stats.crashes, stats.batches) == (2, 3), "the culprit was known: the others went together"
    worker.stop()


@own_process
def test_a_crash_in_the_common_part_is_found_by_trying_each_alone(client, folder):
    worker = client()
    jobs = [worker.submit(text) for text in ("ok 1", "gcc crash", "ok 2")]
    replies = worker.wait_all(3)
    assert [replies[job].ok for job in jobs] == [True, False, True]
    assert replies[jobs[1]].reason == "worker_crashed"
    stats = worker.stats()
    assert (stats.crashes, stats.batches) == (2, 4)
    worker.stop()


@own_process
def test_a_compiler_that_ends_the_process_is_a_crash_with_its_last_words(client, folder):
    worker = client()
    reply = worker.compile("say fatal_error:_cannot_find_as exit 1")
    assert reply.reason == "worker_crashed"
    assert reply.message == "the compiler worker died of it twice: fatal error: cannot find as"
    worker.stop()


@own_process
def test_words_on_the_socket_that_are_no_answer(client, folder):
    worker = client()
    reply = worker.compile("garbage")
    assert reply.reason == "worker_crashed" and worker.stats().crashes == 2
    assert worker.compile("ok").ok
    worker.stop()


@own_process
def test_restarts_back_off(client, folder):
    worker = client()
    start = time.monotonic()
    for text in ("crash 1", "crash 2"):
        assert worker.compile(text).reason == "worker_crashed"
    elapsed = time.monotonic() - start
    assert worker.stats().starts == 4
    assert elapsed >= 0.05 + 0.1 + 0.2, "each restart waits twice as long as the one before"
    times = []
    for i in range(3):
        assert worker.compile(f"ok {i}").ok
        start = time.monotonic()
        assert worker.compile(f"crash well {i}").reason == "worker_crashed"
        times.append(time.monotonic() - start)
    assert min(times) < 0.8, "a batch that went well ends the series: the next wait would be 0.8 s"
    worker.stop()


# --- time ---


@own_process
def test_a_compile_past_its_limit(client, folder):
    worker = client(timeout=1.0)
    start = time.monotonic()
    reply = worker.compile("sleep 100")
    assert reply.reason == "compile_timeout" and reply.message == "compiling took longer than 1 s"
    assert time.monotonic() - start >= 1
    assert worker.compile("ok").ok
    again = worker.compile("sleep 100")
    assert again.reason == "compile_timeout" and worker.stats().timeouts == 1
    assert worker.stats().crashes == 0
    worker.stop()


@own_process
def test_one_that_steps_back_for_others_has_longer_to_wait(client, folder):
    worker = client(timeout=0.4, niceness=7)
    assert worker.compile("ok").ok
    assert os.getpriority(os.PRIO_PROCESS, worker.stats().pid) == os.getpriority(os.PRIO_PROCESS, 0) + 7
    assert worker.compile("sleep 1").ok
    start = time.monotonic()
    assert worker.compile("sleep 100").reason == "compile_timeout"
    assert time.monotonic() - start >= 4
    worker.stop()


@own_process
def test_the_others_of_a_batch_that_took_too_long(client, folder):
    worker = client(timeout=1.0)
    jobs = [worker.submit(text) for text in ("ok 1", "sleep 100", "ok 2")]
    replies = worker.wait_all(3)
    assert [replies[job].reason for job in jobs] == ["", "compile_timeout", ""]
    stats = worker.stats()
    assert (stats.timeouts, stats.batches) == (1, 2)
    worker.stop()


@own_process
def test_too_long_in_the_common_part(client, folder):
    worker = client(timeout=1.0)
    jobs = [worker.submit(text) for text in ("ok 1", "gcc sleep 100", "ok 2")]
    replies = worker.wait_all(3)
    assert [replies[job].reason for job in jobs] == ["", "compile_timeout", ""]
    stats = worker.stats()
    assert (stats.timeouts, stats.batches) == (2, 4)
    worker.stop()


@own_process
def test_a_worker_that_was_stopped_with_a_signal(client, folder):
    worker = client(timeout=1.0)
    worker.compile("ok")
    pid = worker.stats().pid
    assert worker.compile("stop").reason == "compile_timeout"
    assert has_ended(pid)
    assert worker.compile("ok 2").ok
    worker.stop()


@own_process
def test_what_a_killed_compiler_started_goes_with_it(client, folder):
    worker = client(timeout=1.0)
    assert worker.compile("spawn sleep 100").reason == "compile_timeout"
    assert processes_of(folder / "tmp") == []
    worker.stop()


# --- killed from outside ---


@own_process
def test_killed_while_idle(client, folder):
    worker = client()
    worker.compile("ok")
    for _ in range(3):
        pid = worker.stats().pid
        os.kill(pid, signal.SIGKILL)
        assert has_ended(pid)
        assert worker.compile("ok").ok
    assert worker.stats().starts == 4
    worker.stop()


@own_process
def test_killed_while_busy(client, folder):
    worker = client()
    busy = Signal(folder)
    job = worker.submit(f"signal {busy.path} sleep 0.5")
    busy.wait()
    os.kill(worker.stats().pid, signal.SIGKILL)
    reply = worker.wait()
    assert reply.job == job and reply.ok and worker.stats().crashes == 1
    worker.stop()


@own_process
def test_the_keeper_is_killed(client, folder):
    worker = client()
    worker.compile("ok")
    pid = worker.stats().pid
    os.kill(parent_of(pid), signal.SIGKILL)
    assert has_ended(pid), "the worker goes with its keeper"
    assert worker.compile("ok 2").ok and worker.stats().crashes == 1
    worker.stop()


@own_process
def test_killed_at_any_moment(client, folder):
    """A killer shoots the worker whenever it sees one; all jobs are answered all the same."""
    worker = client()
    jobs = {worker.submit(f"sleep 0.00{i % 10}\n{i}", level=i % 4) for i in range(40)}
    answered = {}
    for _round in range(6):
        pid = worker.stats().pid
        if pid:
            os.kill(pid, signal.SIGKILL)
            has_ended(pid)
        while worker.lib.worker_wait_reply(0.02):
            reply = worker.take()
            answered[reply.job] = reply
    for reply in worker.wait_all(len(jobs) - len(answered)).values():
        answered[reply.job] = reply
    assert answered.keys() == jobs
    assert all(reply.ok or reply.reason == "worker_crashed" for reply in answered.values())
    worker.stop()


# --- no worker to be had ---


def assert_unusable(worker, *words):
    job = worker.submit("ok")
    reply = worker.wait()
    assert reply.job == job and reply.reason == "worker_unusable"
    for word in words:
        assert word in reply.message and word in worker.stats().error, reply.message
    assert worker.submit("ok 2") is None, "for a while nothing is even tried"


def program(folder, text, mode=0o755):
    path = folder / "program"
    path.write_text(text)
    path.chmod(mode)
    return path


@own_process
def test_no_such_program(client, folder):
    assert_unusable(client(folder / "missing"), f"{folder}/missing", "No such file")


@own_process
def test_no_program_at_all(client, folder):
    worker = client(program(folder, "this is neither a script nor an executable\n"))
    assert_unusable(worker, "cannot be executed", str(folder))


@own_process
def test_a_program_that_cannot_start(client, folder):
    """As when libgccjit's library is missing."""
    text = "#!/bin/sh\necho 'error while loading shared libraries: libgccjit.so.0' >&2\nexit 127\n"
    worker = client(program(folder, text))
    assert_unusable(worker, "libgccjit.so.0", "doctor")
    assert worker.stats().starts == 3


@own_process
def test_a_program_of_another_build(client, folder):
    hello = struct.pack("<IIiiQ256s", 1, 272, 999, 1, 0, b"")
    (folder / "hello").write_bytes(hello)
    worker = client(program(folder, f"#!/bin/sh\ncat {folder}/hello >&3\nread wait <&3\n"))
    assert_unusable(worker, "of another dxpy")


@own_process
def test_no_assembler(client, folder):
    worker = client(client.built.program_without_tools)
    assert_unusable(worker, "as is not in /nowhere", "install binutils")


@own_process
def test_a_program_that_comes_back(client, folder):
    worker = client(folder / "missing")
    assert_unusable(worker, "missing")
    worker.configure(client.built.program)
    assert worker.compile("ok").ok and worker.stats().error == ""
    worker.stop()


def test_no_folder_that_allows_execution(built, tmp_path):
    text = f"""
from support.worker_client import Client
worker = Client({str(built.library)!r}, {str(built.program)!r})
worker.submit("ok")
reply = worker.wait()
assert reply.reason == "worker_unusable" and "set TMPDIR" in reply.message, reply
worker.stop()
"""
    surroundings = environment(tmp_path) | sanitizer(built.noexec)
    subprocess.run([sys.executable, "-c", text], check=True, env=surroundings)
    assert_nothing_left(tmp_path)
