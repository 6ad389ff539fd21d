"""After a fork both sides have a working client: the parent its own, the child a fresh one."""

import multiprocessing
import os
import signal
import sys
import threading
from pathlib import Path

from support.native import Signal, own_process, parent_of
from support.worker_client import square


def in_child(body):
    """Run in a fork's child; its exit status."""
    pid = os.fork()
    if pid:
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    try:
        signal.alarm(20)
        body()
        os._exit(0)
    except BaseException:
        sys.excepthook(*sys.exc_info())
        sys.stderr.flush()
        os._exit(1)


@own_process
def test_the_child_has_a_worker_of_its_own(client, folder):
    worker = client()
    worker.compile("ok")
    parents = worker.stats().pid
    reader, writer = os.pipe()

    def body():
        assert worker.stats().pid == 0 and worker.stats().jobs == 0
        assert worker.compile("ok in the child").ok
        own = worker.stats().pid
        assert own != parents and parent_of(parent_of(own)) == os.getpid()
        os.write(writer, str(own).encode())
        worker.stop()

    assert in_child(body) == 0
    assert not Path(f"/proc/{os.read(reader, 20).decode()}").exists()
    assert worker.compile("ok again").ok and worker.stats().pid == parents and worker.stats().starts == 1
    worker.stop()


@own_process
def test_the_parents_jobs_stay_the_parents(client, folder):
    worker = client()
    busy = Signal(folder)
    jobs = [worker.submit(f"signal {busy.path} sleep 0.5"), worker.submit("ok", level=1)]
    busy.wait()

    def body():
        assert worker.lib.worker_wait_reply(0.0)
        replies = {reply.job: reply.reason for reply in (worker.take(), worker.take())}
        assert replies == {job: "worker_forked" for job in jobs} and worker.take() is None
        assert worker.compile("ok").ok
        worker.stop()

    assert in_child(body) == 0
    replies = worker.wait_all(2)
    assert [replies[job].ok for job in jobs] == [True, True] and worker.stats().crashes == 0
    worker.stop()


@own_process
def test_replies_not_taken(client, folder):
    """What lies in the cache both can load; what one of them will remove is the parent's."""
    for cache, reason in ((folder / "cache", ""), (None, "worker_forked")):
        worker = client(cache=cache)
        job = worker.submit("ok")
        assert worker.lib.worker_wait_reply(10.0)

        def body():
            reply = worker.take()
            assert reply.job == job and reply.reason == reason and (reply.ok == (reason == "")), reply

        assert in_child(body) == 0
        assert worker.take().ok
        worker.stop()


@own_process
def test_a_child_that_does_nothing_changes_nothing(client, folder):
    worker = client()
    worker.compile("ok")
    for _ in range(5):
        assert in_child(lambda: None) == 0
        assert in_child(worker.stop) == 0
    assert worker.compile("ok 2").ok and worker.stats().starts == 1
    worker.stop()


@own_process
def test_the_child_holds_nothing_of_the_parents(client, folder):
    """A child that lives on keeps neither the socket nor the lock: the worker's end is seen at once."""
    worker = client()
    worker.compile("ok")
    reader, writer = os.pipe()
    listing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(writer)
        links = [
            os.readlink(f"/proc/self/fd/{fd}")
            for fd in os.listdir("/proc/self/fd")
            if os.path.exists(f"/proc/self/fd/{fd}")
        ]
        os.write(listing[1], "\n".join(links).encode())
        os.read(reader, 1)
        os._exit(0)
    text = os.read(listing[0], 10000).decode()
    assert "pipe" in text and "dxpy-" not in text and text.count("socket") == 0
    os.kill(worker.stats().pid, signal.SIGKILL)
    assert worker.compile("ok 2").ok and worker.stats().crashes == 1
    worker.stop()
    os.close(writer)
    os.waitpid(child, 0)


@own_process(limit=60)
def test_fork_storm(client, folder):
    """Forks from several threads while jobs flow and workers die: every child's client works, no job is lost."""
    worker = client()
    failures, done = [], threading.Event()

    def fork():
        for i in range(10):
            if in_child(lambda: worker.compile(f"ok {os.getpid()}") if i % 3 == 0 else worker.stop()) != 0:
                failures.append(i)

    def disturb():
        while not done.wait(0.05):
            pid = worker.stats().pid
            if pid:
                os.kill(pid, signal.SIGKILL)

    threads = [threading.Thread(target=fork) for _ in range(3)]
    disturber = threading.Thread(target=disturb)
    for thread in [*threads, disturber]:
        thread.start()
    answered = 0
    for i in range(300):
        worker.submit(f"ok {i}", level=i % 4)
        if worker.lib.worker_wait_reply(0.005):
            answered += worker.take() is not None
    for thread in threads:
        thread.join()
    done.set()
    disturber.join()
    worker.wait_all(300 - answered)
    assert failures == []
    worker.stop()


@own_process
def test_a_daemon(client, folder):
    """The usual double fork, the first parent leaving at once."""
    worker = client()
    worker.compile("ok")
    reader, writer = os.pipe()

    def body():
        os.setsid()
        if os.fork():
            os._exit(0)
        answer = worker.compile("ok in the daemon").ok
        worker.stop()
        os.write(writer, b"well" if answer else b"ill")
        os._exit(0)

    assert in_child(body) == 0
    assert os.read(reader, 10) == b"well"
    worker.stop()


# --- multiprocessing ---


def check_multiprocessing(client, folder, method):
    worker = client(cache=folder / "cache")
    worker.compile("ok")
    library, program = str(client.built.library), str(client.built.program)
    work = [(library, program, str(folder / "cache"), number) for number in range(12)]
    with multiprocessing.get_context(method).Pool(4) as pool:
        assert pool.map(square, work, chunksize=1) == [number * number for number in range(12)]
    assert worker.compile("ok 77").ok
    worker.stop()


@own_process
def test_multiprocessing_fork(client, folder):
    check_multiprocessing(client, folder, "fork")


@own_process
def test_multiprocessing_spawn(client, folder):
    check_multiprocessing(client, folder, "spawn")


@own_process
def test_multiprocessing_forkserver(client, folder):
    check_multiprocessing(client, folder, "forkserver")
