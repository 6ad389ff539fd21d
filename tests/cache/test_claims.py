"""Who compiles what: one of those who ask, and never nobody."""

import multiprocessing
import os
import signal
import time

import pytest
from support.code_cache import Cache, key_of

MINE, TAKEN, IMPOSSIBLE = range(3)
KEY = key_of("a unit")


@pytest.fixture
def cache(built, tmp_path):
    return Cache(built.library, tmp_path / "cache")


def claim(cache, key=KEY, max_age=60.0):
    import ctypes

    cache.lib.cache_claim.argtypes = [ctypes.c_char_p, ctypes.c_double]
    return cache.lib.cache_claim(key.encode(), max_age)


def elsewhere(function, *arguments):
    """The result of the function in another process."""
    context = multiprocessing.get_context("fork")
    receiver, sender = context.Pipe(False)
    process = context.Process(target=lambda: sender.send(function(*arguments)))
    process.start()
    result = receiver.recv()
    process.join()
    return result


def test_one_of_two(cache):
    assert claim(cache) == MINE
    assert claim(cache) == TAKEN and elsewhere(claim, cache) == TAKEN
    assert claim(cache, key_of("another")) == MINE
    cache.lib.cache_release(KEY.encode())
    assert claim(cache) == MINE


def test_what_an_ended_process_left(cache):
    assert elsewhere(claim, cache) == MINE
    assert claim(cache) == MINE


def test_what_a_killed_process_left(cache):
    context = multiprocessing.get_context("fork")
    receiver, sender = context.Pipe(False)

    def claim_and_wait():
        sender.send(claim(cache))
        time.sleep(60)

    process = context.Process(target=claim_and_wait)
    process.start()
    assert receiver.recv() == MINE and claim(cache) == TAKEN
    os.kill(process.pid, signal.SIGKILL)
    process.join()
    assert claim(cache) == MINE


@pytest.mark.parametrize("offset", [-3600, 3600])
def test_too_old_or_from_the_future(cache, offset, tmp_path):
    assert claim(cache) == MINE
    path = tmp_path / "cache" / "claims" / KEY
    os.utime(path, (time.time() + offset,) * 2)
    assert claim(cache) == MINE
    os.utime(path, (time.time() + offset / 100,) * 2)
    assert claim(cache) == TAKEN


@pytest.mark.parametrize("content", [b"", b"nonsense", b"1 1 elsewhere/pid\n", b"\xff" * 300])
def test_of_a_process_that_cannot_be_asked(cache, content, tmp_path):
    """One on another machine, or one that had no room to say who it is: its age counts."""
    claim(cache)
    path = tmp_path / "cache" / "claims" / KEY
    path.write_bytes(content)
    assert claim(cache) == TAKEN
    os.utime(path, (0, 0))
    assert claim(cache) == MINE


def test_not_a_key(cache):
    assert claim(cache, "../../etc/passwd") == IMPOSSIBLE
    assert claim(cache, "") == IMPOSSIBLE


def test_no_folder(built, tmp_path):
    (tmp_path / "file").write_text("")
    cache = Cache(built.library)
    assert not cache.open(tmp_path / "file")
    assert claim(cache) == IMPOSSIBLE


def race(cache, start, results):
    start.wait()
    results.put(sum(claim(cache, key_of(str(i))) == MINE for i in range(100)))
    start.wait()  # a claim ends with its process


def test_eight_processes_at_once(cache):
    context = multiprocessing.get_context("fork")
    start, results = context.Barrier(8), context.Queue()
    processes = [context.Process(target=race, args=(cache, start, results)) for _ in range(8)]
    for process in processes:
        process.start()
    assert sum(results.get() for _ in processes) == 100
    for process in processes:
        process.join()
