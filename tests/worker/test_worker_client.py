"""What a client gets from a worker that does well."""

import os
import select
from pathlib import Path

from support.native import own_process, parent_of
from support.worker_client import key_of


@own_process
def test_compile(client, folder):
    worker = client()
    reply = worker.compile("ok first", level=3)
    assert reply.ok and not reply.cached and reply.temporary and reply.unit == 0
    assert Path(reply.path).read_text() == "0 ok first 3\n"
    queue_ms, *stages = reply.times
    assert queue_ms > 0 and stages[:3] == [1.0, 2.0, 3.0]
    assert worker.take() is None
    stats = worker.stats()
    assert (stats.jobs, stats.batches, stats.starts, stats.crashes) == (1, 1, 1, 0)
    assert stats.memory > 1 << 20 and stats.error == ""
    assert parent_of(parent_of(stats.pid)) == os.getpid()
    worker.stop()
    assert worker.notified() == 1 and worker.stats().pid == 0


@own_process
def test_jobs_that_come_together_are_one_batch(client, folder):
    worker = client()
    jobs = [worker.submit(f"ok {i}") for i in range(20)]
    replies = worker.wait_all(20)
    assert [replies[job].unit for job in jobs] == list(range(20))
    assert worker.stats().batches == 1
    worker.submit("sleep 0.3")
    assert not worker.lib.worker_wait_reply(0.1)
    for i in range(50):
        worker.submit(f"ok later {i}")
    worker.wait_all(51)
    assert worker.stats().batches == 4, "what waits for a busy worker goes to it in batches of 32"
    worker.stop()


@own_process
def test_the_most_urgent_has_its_place_in_a_full_batch(client, folder):
    """It is short, and came behind more long ones than a batch has room for."""
    worker = client()
    worker.submit("sleep 0.3", level=1)
    assert not worker.lib.worker_wait_reply(0.1)
    for i in range(40):
        worker.submit(f"ok {i} {'x' * 3000}", level=1)
    worker.submit("ok short", level=1)
    replies = worker.wait_all(42)
    assert all(reply.ok for reply in replies.values())
    assert worker.stats().batches == 3 and worker.stats().crashes == 0
    worker.stop()


@own_process
def test_none_is_started_for_a_short_program_unless_somebody_waits(client, folder):
    worker = client(patience=1000.0)
    worker.submit("ok first")
    assert not select.select([], [], [], 0.1)[0] and worker.stats().starts == 0
    assert worker.wait().ok and worker.stats().starts == 1
    worker.stop()


@own_process
def test_who_waits_without_asking_gets_one_in_the_end(client, folder):
    worker = client(patience=0.01)
    worker.submit("ok first")
    while not worker.notified():
        select.select([], [], [], 0.01)
    assert worker.take().ok
    worker.stop()


@own_process
def test_a_batch_has_one_level(client, folder):
    worker = client()
    jobs = {worker.submit(f"ok {i}", level=i % 2): i % 2 for i in range(8)}
    replies = worker.wait_all(8)
    for job, level in jobs.items():
        text = Path(replies[job].path).read_text().splitlines()[replies[job].unit]
        assert text.endswith(f" {level}")
    assert worker.stats().batches == 2
    worker.stop()


@own_process
def test_each_receiver_has_its_own_name_for_an_uncached_object(client, folder):
    worker = client()
    for i in range(3):
        worker.submit(f"ok {i}")
    replies = worker.wait_all(3)
    paths = [Path(reply.path) for reply in replies.values()]
    assert len({path.stat().st_ino for path in paths}) == 1 and len(set(paths)) == 3
    paths[0].unlink()
    assert paths[1].read_text() == paths[2].read_text()
    worker.stop()
    assert not paths[1].exists()


@own_process
def test_cached(client, folder):
    worker = client(cache=folder / "cache")
    first = worker.compile("ok 1")
    again = worker.compile("ok 1")
    assert not first.temporary and not again.temporary
    assert first.ok and not first.cached and again.ok and again.cached and again.path == first.path
    assert first.path.startswith(f"{folder}/cache/objects/")
    worker.submit("ok 1")
    worker.submit("ok 2")
    replies = worker.wait_all(2)
    assert [replies[3].cached, replies[4].cached] == [True, False]
    worker.stop()


@own_process
def test_a_cache_that_is_refused_is_done_without(client, folder):
    (folder / "cache").mkdir()
    (folder / "cache").chmod(0o777)
    worker = client(cache=folder / "cache")
    reply = worker.compile("ok")
    assert reply.ok and not reply.path.startswith(f"{folder}/cache")
    assert list((folder / "cache").iterdir()) == []
    worker.stop()


@own_process
def test_a_unit_that_fails_harms_no_other(client, folder):
    worker = client()
    jobs = [worker.submit(text) for text in ("ok", "fail unknown_op", "ok 2")]
    replies = worker.wait_all(3)
    assert [replies[job].ok for job in jobs] == [True, False, True]
    refused = replies[jobs[1]]
    assert (refused.reason, refused.message, refused.path) == ("unknown_op", "told to fail: unknown_op", "")
    assert worker.stats().batches == 1
    worker.stop()


@own_process
def test_what_fails_as_a_whole_is_compiled_one_by_one(client, folder):
    worker = client()
    jobs = [worker.submit(text) for text in ("ok", "gcc whole", "ok 2")]
    replies = worker.wait_all(3)
    assert [replies[job].ok for job in jobs] == [True, False, True]
    assert [replies[job].unit for job in jobs] == [0, 0, 0]
    assert replies[jobs[1]].reason == "whole_batch"
    worker.stop()


@own_process
def test_dump(client, folder):
    worker = client()
    job = worker.submit_dump("ok fn", "asm")
    reply = worker.wait()
    assert reply.job == job and reply.ok and reply.text.startswith("asm of ok fn for ")
    worker.submit_dump("fail no_such_stage")
    reply = worker.wait()
    assert not reply.ok and reply.reason == "no_such_stage" and reply.text is None
    worker.stop()


@own_process
def test_large_and_many(client, folder):
    worker = client()
    large = "ok " + "x" * (8 << 20)
    reply = worker.compile(large)
    assert reply.ok and Path(reply.path).stat().st_size > 8 << 20
    for i in range(2000):
        worker.submit(f"ok {i}")
    assert all(reply.ok for reply in worker.wait_all(2000).values())
    worker.stop()


@own_process
def test_stop_and_start_again(client, folder):
    worker = client()
    worker.compile("ok")
    pid = worker.stats().pid
    worker.submit("sleep 100")
    worker.submit("ok 2", level=1)
    worker.stop()
    assert not Path(f"/proc/{pid}").exists()
    assert [worker.take().reason, worker.take().reason, worker.take()] == [
        "worker_stopped",
        "worker_stopped",
        None,
    ]
    worker.stop()
    assert worker.compile("ok 3").ok and worker.stats().starts == 2
    worker.stop()


@own_process
def test_other_settings_reach_the_worker(client, folder):
    worker = client(cache=folder / "one")
    assert f"{folder}/one/" in worker.compile("ok").path
    worker.configure(client.built.program, folder / "two")
    assert f"{folder}/two/" in worker.compile("ok").path
    worker.stop()


@own_process
def test_an_idle_worker_is_ended(client, folder):
    worker = client(idle=0.2)
    reply = worker.compile("ok")
    fd = os.pidfd_open(worker.stats().pid)
    assert select.select([fd], [], [], 5)[0]
    assert Path(reply.path).exists(), "the reply's object outlives the worker"
    assert worker.compile("ok 2").ok and worker.stats().starts == 2 and worker.stats().crashes == 0
    worker.stop()


@own_process
def test_a_worker_that_has_grown_is_replaced(client, folder):
    worker = client()
    worker.compile("ok")
    first = worker.stats().pid
    assert worker.compile("grow 150").ok and worker.stats().pid == first
    assert worker.compile("grow 160").ok
    assert worker.compile("ok 2").ok
    stats = worker.stats()
    assert (
        stats.pid != first and stats.memory_restarts == 1 and stats.crashes == 0 and stats.memory < 100 << 20
    )
    worker.stop()


@own_process
def test_keys_are_the_units_identity(client, folder):
    worker = client(cache=folder / "cache")
    worker.submit("ok one", key=key_of("same"))
    assert not worker.wait().cached
    worker.submit("ok other", key=key_of("same"))
    assert worker.wait().cached
    worker.submit("ok third", key="no key at all")
    reply = worker.wait()
    assert reply.ok and not reply.cached
    worker.stop()


@own_process
def test_a_folder_that_is_tidied_away_is_made_again(client, folder):
    worker = client()
    first = worker.compile("ok")
    os.system(f"rm -r {Path(first.path).parent}")
    again = worker.compile("ok 2")
    assert again.ok and Path(again.path).exists() and worker.stats().crashes == 0
    worker.stop()
