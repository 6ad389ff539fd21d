"""Threads at the mapper and at one engine."""

import sys
import threading

import pytest
from engine_codes import ADD, TOTAL, UNUSABLE

import dxpy

THREADS = 8


@pytest.fixture(autouse=True)
def switch_often():
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def run_threads(work):
    """work(number) in THREADS threads at once; their results."""
    barrier, results = threading.Barrier(THREADS), [None] * THREADS

    def run(number):
        barrier.wait()
        try:
            results[number] = work(number)
        except BaseException as error:
            results[number] = error

    threads = [threading.Thread(target=run, args=(number,)) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for result in results:
        if isinstance(result, BaseException):
            raise result
    return results


def test_a_new_name_asked_for_at_once_has_one_id():
    mapper = dxpy.FunctionIdMapper()
    names = [f"module.function_{i}é" for i in range(3000)]
    results = run_threads(lambda number: [mapper.get_or_create(name) for name in names])
    assert all(result == results[0] for result in results)
    assert sorted(results[0]) == list(range(len(names)))
    assert len(mapper) == len(names)


def test_no_call_is_lost_and_each_threshold_is_reached_once():
    engine = dxpy.JitIntegration.with_thresholds(100, 1000, 5000)
    reached = run_threads(lambda number: [engine.record_call("f", ADD) for _ in range(1000)])
    tiers = [tier for result in reached for tier in result if tier is not None]
    assert sorted(tiers) == [1, 2, 3]
    assert engine.profile("f").calls == THREADS * 1000


def test_everything_at_once():
    engine = dxpy.JitIntegration.with_thresholds(3, 30, 300)

    def work(number):
        for i in range(150):
            name = f"f{i % 3}"
            engine.record_call(name, ADD)
            try:
                engine.compile(name, 1 + i % 3, (ADD, TOTAL, UNUSABLE)[(i + number) % 3])
            except dxpy.CompilationFailed as error:
                assert error.reason in ("bad_bytecode", "worker_stopped"), (
                    error
                )  # the latter: dropped meanwhile
            try:
                engine.deoptimize(name)
            except dxpy.DeoptFailed:
                pass
            engine.stats(), engine.profile(name), engine.records(), engine.osr_entries(name)
            if i % 50 == number:
                engine.reset()

    run_threads(work)
    engine.reset()
    assert engine.stats().total_functions == 0
    assert len(engine.mapper) == 3
