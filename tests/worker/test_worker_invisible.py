"""The program sees nothing of the worker, and nothing the program does to its process breaks it."""

import os
import resource
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from support.native import Signal, has_ended, own_process, parent_of


def children():
    """All children of this process, also those that wait() does not see."""
    return [
        int(pid)
        for task in Path("/proc/self/task").iterdir()
        for pid in (task / "children").read_text().split()
    ]


def status(pid):
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}


def descriptors():
    return {
        fd: os.readlink(f"/proc/self/fd/{fd}")
        for fd in os.listdir("/proc/self/fd")
        if os.path.exists(f"/proc/self/fd/{fd}")
    }


# --- children and signals ---


@own_process
def test_wait_sees_no_child(client, folder):
    worker = client()
    worker.compile("ok")
    assert len(children()) == 1
    for wait in (os.wait, lambda: os.waitpid(-1, os.WNOHANG), lambda: os.waitpid(0, 0), lambda: os.wait3(0)):
        try:
            wait()
        except ChildProcessError:
            continue
        raise AssertionError("a child was seen")
    keeper = parent_of(worker.stats().pid)
    for wait in (lambda: os.waitpid(keeper, 0), lambda: os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG)):
        try:
            wait()
        except ChildProcessError:
            continue
        raise AssertionError("a child was seen")
    worker.stop()
    assert children() == []


@own_process
def test_wait_sees_no_end_of_a_worker(client, folder):
    """Waiters in other threads, blocked while workers are started, killed and replaced."""
    worker = client()
    seen = []
    own = subprocess.Popen(["sleep", "100"])
    waiter = threading.Thread(target=lambda: seen.append(os.wait()[0]))
    waiter.start()
    for i in range(3):
        worker.compile(f"ok {i}")
        os.kill(worker.stats().pid, signal.SIGKILL)
    worker.compile("crash")
    assert waiter.is_alive() and seen == []
    own.kill()
    waiter.join()
    assert seen == [own.pid]
    own.returncode = -9
    worker.stop()


@own_process
def test_no_sigchld(client, folder):
    worker = client()
    caught = []
    signal.signal(signal.SIGCHLD, lambda number, frame: caught.append(number))
    worker.compile("ok")
    os.kill(worker.stats().pid, signal.SIGKILL)
    worker.compile("crash")
    worker.stop()
    assert caught == []
    subprocess.run(["true"])
    assert caught == [signal.SIGCHLD]


@own_process
def test_sigchld_ignored(client, folder):
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    worker = client()
    assert worker.compile("ok").ok
    assert worker.compile("crash").reason == "worker_crashed"
    assert worker.compile("ok 2").ok
    worker.stop()
    assert children() == []


@own_process
def test_signals_to_the_programs_group_do_not_reach_the_worker(client, folder):
    os.setpgid(0, 0)
    worker = client()
    worker.compile("ok")
    signal.signal(signal.SIGTERM, lambda number, frame: None)
    signal.signal(signal.SIGHUP, lambda number, frame: None)
    os.killpg(0, signal.SIGTERM)
    os.killpg(0, signal.SIGHUP)
    assert worker.compile("ok 2").ok and worker.stats().starts == 1
    keeper = parent_of(worker.stats().pid)
    assert os.getsid(keeper) == keeper != os.getsid(0), "nor do those of its terminal"
    worker.stop()


@own_process
def test_the_programs_signals_are_its_own(client, folder):
    """Ignored and blocked signals are not inherited, and the listener thread takes none."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.signal(signal.SIGUSR1, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))
    worker = client()
    worker.compile("ok")
    found = status(worker.stats().pid)
    assert int(found["SigBlk"], 16) == 0
    assert int(found["SigIgn"], 16) == 1 << (signal.SIGPIPE - 1), "dxpy-cc itself ignores SIGPIPE"
    signal.pthread_sigmask(signal.SIG_UNBLOCK, range(1, 65))
    listeners = [
        task for task in Path("/proc/self/task").iterdir() if (task / "comm").read_text() == "dxpy-listener\n"
    ]
    blocked = dict(line.split(":\t") for line in (listeners[0] / "status").read_text().splitlines())["SigBlk"]
    every = sum(1 << (number - 1) for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP})
    assert int(blocked, 16) & every == every
    worker.stop()


@own_process
def test_subprocesses_are_as_ever(client, folder):
    os.environ.pop("LD_PRELOAD", None)  # a sanitizer's, for this process alone
    worker = client()
    busy = Signal(folder)
    job = worker.submit(f"signal {busy.path} sleep 0.3")
    busy.wait()
    for code in (0, 3):
        assert subprocess.run(["sh", "-c", f"exit {code}"]).returncode == code
    assert os.waitstatus_to_exitcode(os.system("exit 4")) == 4
    with os.popen("echo out") as output:
        assert output.read() == "out\n"
    pid = os.posix_spawn("/bin/sh", ["sh", "-c", "exit 5"], os.environ)
    assert os.waitstatus_to_exitcode(os.waitpid(-1, 0)[1]) == 5 and pid
    assert worker.wait().job == job
    worker.stop()


@own_process
def test_a_program_that_adopts_orphans(client, folder):
    """As process 1 of a container does: not even what the worker leaves behind becomes its child."""
    import ctypes

    assert ctypes.CDLL(None).prctl(36, 1, 0, 0, 0) == 0  # PR_SET_CHILD_SUBREAPER
    worker = client(timeout=1.0)
    assert worker.compile("spawn sleep 100").reason == "compile_timeout"
    worker.stop()
    worker = client()
    assert worker.compile("spawn crash").reason == "worker_crashed"
    assert worker.compile("ok").ok
    os.kill(worker.stats().pid, signal.SIGKILL)
    assert worker.compile("spawn ok").ok
    worker.stop()
    assert children() == []
    try:
        found = os.waitpid(-1, os.WNOHANG)
    except ChildProcessError:
        return
    raise AssertionError(f"a child was seen: {found}")


# --- descriptors, memory ---


@own_process
def test_children_inherit_no_descriptor(client, folder):
    worker = client()
    worker.compile("ok")
    listing = subprocess.run(
        ["ls", "-l", "/proc/self/fd"], close_fds=False, capture_output=True, text=True
    ).stdout
    assert "socket" not in listing and "dxpy" not in listing
    ours = descriptors().values()
    assert any("socket" in target for target in ours) and any("dxpy-" in target for target in ours)
    worker.stop()


@own_process
def test_numbers_of_descriptors_are_the_programs(client, folder):
    """What opens files one after the other gets the numbers it would get without dxpy."""
    before = set(descriptors())
    free = os.dup(0)
    os.close(free)
    worker = client()
    worker.compile("ok")
    assert all(int(number) >= 512 for number in set(descriptors()) - before)
    first, second = os.dup(0), os.dup(0)
    assert (first, second) == (free, free + 1)
    os.close(first)
    os.close(second)
    worker.stop()
    assert set(descriptors()) == before


@own_process
def test_the_worker_inherits_no_descriptor(client, folder):
    reader, writer = os.pipe()
    os.set_inheritable(writer, True)
    os.dup2(writer, 900)
    worker = client()
    worker.compile("ok")
    pid = worker.stats().pid
    assert sorted(map(int, os.listdir(f"/proc/{pid}/fd"))) == [0, 1, 2, 3]
    assert os.listdir(f"/proc/{parent_of(pid)}/fd") == []
    os.close(writer)
    os.close(900)
    assert os.read(reader, 1) == b"", "nobody else holds the pipe"
    worker.stop()


@own_process
def test_nothing_is_left_open_or_running(client, folder):
    worker = client()
    worker.compile("ok")
    worker.stop()
    before, threads = descriptors(), len(os.listdir("/proc/self/task"))
    for i in range(5):
        worker.compile(f"ok {i}")
        if i % 2:
            os.kill(worker.stats().pid, signal.SIGKILL)
        worker.stop()
    while len(os.listdir("/proc/self/task")) != threads:
        os.sched_yield()  # who joined a thread may run before the kernel has put it away; one too many stays for ever
    assert descriptors() == before
    assert children() == []


@own_process
def test_the_keeper_takes_next_to_no_memory(client, folder):
    ballast = b"x" * (100 << 20)
    worker = client()
    worker.compile("ok")
    found = status(parent_of(worker.stats().pid))
    assert found["Name"] == "dxpy-keeper"
    assert int(found["VmRSS"].split()[0]) < 100 and int(found["VmSize"].split()[0]) < 1000
    assert len(ballast)
    worker.stop()


@own_process
def test_descriptors_closed_under_us(client, folder):
    worker = client()
    worker.compile("ok")
    pid = worker.stats().pid
    os.closerange(3, 1000)
    assert worker.compile("ok 2").ok
    assert has_ended(pid) and worker.stats().pid != pid
    worker.stop()


@own_process
def test_numbers_closed_under_us_are_anothers(client, folder):
    worker = client()
    worker.compile("ok")
    taken = [number for number in map(int, descriptors()) if number >= 512]
    assert len(taken) == 5, "two to wake the listener, one to the worker, its log, and the folder's lock"
    pid = worker.stats().pid
    os.closerange(3, 4096)
    pairs = []
    for number in taken:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
        os.dup2(theirs.fileno(), number)
        pairs.append(ours)
    assert worker.compile("ok 2").ok
    assert has_ended(pid) and worker.stats().pid != pid
    worker.stop()
    for ours, number in zip(pairs, taken, strict=True):
        assert os.fstat(number), "it is not ours to close"
        with pytest.raises(BlockingIOError):
            ours.recv(1, socket.MSG_DONTWAIT)
        os.write(number, b"x")
        assert ours.recv(2) == b"x"


# --- what the program changes ---


@own_process
def test_environment(client, folder):
    os.environ |= {
        "PATH": "/nowhere",
        "LD_PRELOAD": "/nowhere/lib.so",
        "LANG": "xx_XX.UTF-8",
        "SECRET": "word",
    }
    worker = client()
    assert worker.compile("ok").ok
    pairs = Path(f"/proc/{worker.stats().pid}/environ").read_text().rstrip("\0").split("\0")
    found = dict(pair.split("=", 1) for pair in pairs)
    assert found.keys() == {"PATH", "LC_ALL", "TMPDIR"}
    assert found["PATH"] == "/usr/bin:/bin" and found["TMPDIR"].startswith(f"{folder}/tmp/dxpy-")
    worker.stop()


@own_process
def test_tmpdir_of_no_use(client, folder):
    for value in ("/nowhere/at/all", "relative", "", "/proc"):
        os.environ["TMPDIR"] = value
        worker = client()
        reply = worker.compile(f"ok {value}")
        assert reply.ok and reply.path.startswith("/tmp/dxpy-"), value
        worker.stop()


@own_process
def test_umask_and_working_folder(client, folder):
    gone = folder / "gone"
    gone.mkdir()
    os.chdir(gone)
    gone.rmdir()
    os.umask(0o777)
    worker = client(cache=folder / "cache")
    reply = worker.compile("ok")
    assert reply.ok and reply.path.startswith(str(folder / "cache"))
    pid = worker.stats().pid
    assert os.readlink(f"/proc/{pid}/cwd") == "/" and status(pid)["Umask"] == "0077"
    assert worker.compile("crash").reason == "worker_crashed"
    assert worker.compile("ok").cached
    worker.stop()
    os.umask(0o77)


@own_process
def test_limits(client, folder):
    resource.setrlimit(resource.RLIMIT_CORE, (resource.getrlimit(resource.RLIMIT_CORE)[1],) * 2)
    for which, soft in [
        (resource.RLIMIT_FSIZE, 1),
        (resource.RLIMIT_STACK, 256 << 10),
        (resource.RLIMIT_CPU, 60),
        (resource.RLIMIT_NOFILE, 24),
    ]:
        resource.setrlimit(which, (soft, resource.getrlimit(which)[1]))
    worker = client()
    reply = worker.compile("ok and many bytes")
    assert reply.ok, reply
    limits = {}
    for line in Path(f"/proc/{worker.stats().pid}/limits").read_text().splitlines()[1:]:
        limits[line[:26].strip()] = line[26:].split()[0]
    assert limits["Max file size"] != "1" and limits["Max cpu time"] != "60"
    assert int(limits["Max open files"]) > 24 and int(limits["Max stack size"]) > 256 << 10
    assert limits["Max core file size"] in ("0", "1"), "1 stops a core even into a pipe; a sanitizer sets 0"
    worker.stop()


@own_process
def test_a_crash_leaves_no_core(client, folder):
    os.chdir(folder)
    hard = resource.getrlimit(resource.RLIMIT_CORE)[1]
    resource.setrlimit(resource.RLIMIT_CORE, (hard, hard))
    worker = client()
    before = set(os.listdir("/")) | set(os.listdir(folder))
    worker.compile("crash")
    assert (set(os.listdir("/")) | set(os.listdir(folder))) - before <= {"tmp"}
    worker.stop()


@own_process
def test_many_threads(client, folder):
    """Submitting, waiting and taking from several threads at once loses and doubles nothing."""
    worker = client()
    taken, lock = [], threading.Lock()
    total = 8 * 50

    def submit(start):
        for i in range(start, start + 50):
            text = f"ok {i}".encode()
            assert worker.lib.worker_submit(i, b"%064d" % i, text, len(text), 2) == 0

    def take():
        while True:
            worker.lib.worker_wait_reply(0.05)
            reply = worker.take()
            with lock:
                if reply:
                    taken.append(reply)
                if len(taken) == total:
                    return

    threads = [threading.Thread(target=submit, args=(i * 50,)) for i in range(8)]
    threads += [threading.Thread(target=take) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(reply.job for reply in taken) == list(range(total)) and all(reply.ok for reply in taken)
    worker.stop()


@own_process
def test_asyncio_children(client, folder):
    import asyncio

    worker = client()

    async def main():
        worker.compile("ok")
        process = await asyncio.create_subprocess_exec(sys.executable, "-c", "import sys; sys.exit(7)")
        os.kill(worker.stats().pid, signal.SIGKILL)
        assert await process.wait() == 7

    asyncio.run(main())
    assert worker.compile("ok 2").ok
    worker.stop()
