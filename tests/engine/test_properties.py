"""The four properties of the tiering engine, over examples that hypothesis finds."""

import random
import threading

import pytest
from engine_codes import ADD, COMPILED_TIERS, TOTAL, UNUSABLE, any_text
from hypothesis import given, settings
from hypothesis import strategies as st

import dxpy
from dxpy import CompilationTier, JitIntegration

many = settings(max_examples=250, deadline=None)
names = st.sampled_from(["f", "module.Class.method", "", "naïve.λ", "\ud800"])
thresholds = st.lists(st.integers(1, 30), min_size=3, max_size=3, unique=True).map(sorted)


def run_threads(workers):
    """Start all at one moment; an exception in one is raised here."""
    barrier, failures = threading.Barrier(len(workers)), []

    def run(work):
        barrier.wait()
        try:
            work()
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=run, args=(work,)) for work in workers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]


@many
@given(
    given_names=st.lists(any_text, max_size=40), thread_count=st.integers(1, 4), seed=st.integers(0, 2**32)
)
def test_equal_names_have_equal_ids_and_others_others(given_names, thread_count, seed):
    mapper = dxpy.FunctionIdMapper()
    order = random.Random(seed)
    seen = [{} for _ in range(thread_count)]

    def work(results, mine):
        for name in mine:
            results[name] = mapper.get_or_create(name)

    run_threads(
        [
            lambda results=results, mine=order.sample(given_names, len(given_names)): work(results, mine)
            for results in seen
        ]
    )
    ids = seen[0]
    assert all(results == ids for results in seen)
    assert sorted(ids.values()) == list(range(len(set(given_names))))
    assert len(mapper) == len(ids)
    for name, number in ids.items():
        assert mapper.get(name) == number
        assert mapper.name_of(number) == name


steps = st.one_of(
    st.tuples(st.just("call"), names),
    st.tuples(st.just("loops"), names),
    st.tuples(
        st.just("compile"), names, st.sampled_from(COMPILED_TIERS), st.sampled_from([ADD, TOTAL, UNUSABLE])
    ),
    st.tuples(st.just("look"), names),
)
lowering_steps = st.one_of(st.tuples(st.just("deoptimize"), names), st.tuples(st.just("reset")))


def take(engine, step):
    """Carry out a step; the tier that it promoted its function to, or None."""
    match step:
        case "call", name:
            return engine.record_call(name, ADD)
        case "loops", name:
            return engine.record_loops(name, ADD, 55)
        case "compile", name, tier, code:
            before = engine.get_tier(name), engine.has_compiled(name), engine.profile(name), engine.stats()
            try:
                engine.compile(name, tier, code)
            except dxpy.CompilationFailed:
                assert (
                    engine.get_tier(name),
                    engine.has_compiled(name),
                    engine.profile(name),
                    engine.stats(),
                ) == before
                assert code is UNUSABLE
                return None
            assert code is not UNUSABLE
            assert engine.get_tier(name) >= tier
            assert engine.has_compiled(name)
            return engine.get_tier(name)
        case "look", name:
            engine.stats(), engine.profile(name), engine.has_compiled(name), engine.osr_entries(name)
        case "deoptimize", name:
            try:
                engine.deoptimize(name)
            except dxpy.DeoptFailed:
                assert engine.profile(name) is None
        case ("reset",):
            engine.reset()
    return None


@many
@given(limits=thresholds, taken=st.lists(st.one_of(steps, lowering_steps), max_size=60))
def test_a_tier_stays_until_promoted_or_deoptimized(limits, taken):
    engine = JitIntegration.with_thresholds(*limits)
    expected = {}
    for step in taken:
        reached = take(engine, step)
        if step[0] == "reset":
            expected.clear()
        elif step[0] == "deoptimize":
            expected.pop(step[1], None)
        elif reached is not None:
            assert reached > expected.get(step[1], 0) or step[0] == "compile"
            expected[step[1]] = reached
        for name in ["f", "module.Class.method", "", "naïve.λ", "\ud800"]:
            assert engine.get_tier(name) == expected.get(name, CompilationTier.INTERPRETER)


@many
@given(limits=thresholds, taken=st.lists(steps, max_size=80))
def test_no_tier_falls(limits, taken):
    engine = JitIntegration.with_thresholds(*limits)
    before = {}
    for step in taken:
        take(engine, step)
        for name in ["f", "module.Class.method", "", "naïve.λ", "\ud800"]:
            tier = engine.get_tier(name)
            assert tier >= before.get(name, CompilationTier.INTERPRETER)
            before[name] = tier


@many
@given(
    name=any_text,
    calls=st.integers(0, 40),
    tier=st.sampled_from(COMPILED_TIERS),
    code=st.sampled_from([ADD, TOTAL, UNUSABLE]),
    limits=thresholds,
)
def test_compiling_sets_the_tier_or_changes_nothing(name, calls, tier, code, limits):
    engine = JitIntegration.with_thresholds(*limits)
    for _ in range(calls):
        engine.record_call(name, ADD)
    earlier = engine.get_tier(name)
    before = engine.stats()
    if code is UNUSABLE:
        with pytest.raises(dxpy.CompilationFailed) as failure:
            engine.compile(name, tier, code)
        assert failure.value.function == name
        assert failure.value.reason in {row[0] for row in dxpy._jit.reasons() if row[1] == "bail"}
        assert failure.value.reason in str(failure.value)
        assert engine.get_tier(name) == earlier
        assert not engine.has_compiled(name)
        assert engine.stats() == before
        assert (engine.profile(name) is None) == (calls == 0)
    else:
        engine.compile(name, tier, code)
        assert engine.get_tier(name) == max(tier, earlier)
        assert engine.has_compiled(name)
        assert engine.stats().total_functions == 1
        assert engine.stats().total_calls == calls


@many
@given(limits=thresholds, calls=st.integers(1, 35), loops=st.integers(0, 400))
def test_promotion_follows_calls_and_a_tenth_of_the_loop_turns(limits, calls, loops):
    engine = JitIntegration.with_thresholds(*limits)
    reached = [engine.record_call("f", ADD) for _ in range(calls)]
    expected = [CompilationTier(1 + limits.index(n)) if n in limits else None for n in range(1, calls + 1)]
    assert reached == expected
    due = sum(limit <= calls + loops // 10 for limit in limits)
    jump = engine.record_loops("f", ADD, loops)
    assert jump == (due if due > sum(limit <= calls for limit in limits) else None)
    assert engine.get_tier("f") == due
