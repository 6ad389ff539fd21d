"""What single members do, and what they say when they refuse."""

import re
from types import SimpleNamespace

import pytest
from engine_codes import ADD, TOTAL, UNUSABLE

import dxpy
from dxpy import CompilationTier, JitIntegration


def test_defaults():
    engine = JitIntegration()
    assert engine.is_enabled()
    assert engine.thresholds == (100, 1000, 10000)
    reached = {n: tier for n in range(1, 10_001) if (tier := engine.record_call("f", ADD)) is not None}
    assert reached == {
        100: CompilationTier.BASELINE_JIT,
        1000: CompilationTier.OPTIMIZING_JIT,
        10000: CompilationTier.AOT_OPTIMIZED,
    }
    assert isinstance(engine.get_tier("f"), CompilationTier)


def test_tiers_are_ordered():
    assert list(CompilationTier) == [0, 1, 2, 3]
    names = ["INTERPRETER", "BASELINE_JIT", "OPTIMIZING_JIT", "AOT_OPTIMIZED"]
    assert [tier.name for tier in CompilationTier] == names


def test_a_jump_over_two_thresholds_returns_the_higher():
    engine = JitIntegration.with_thresholds(10, 20, 1000)
    assert engine.record_loops("f", TOTAL, 250) is CompilationTier.OPTIMIZING_JIT
    assert engine.record_loops("f", TOTAL, 10) is None


def test_asking_registers_nothing():
    engine = JitIntegration()
    assert engine.get_tier("f") is CompilationTier.INTERPRETER
    assert engine.has_compiled("f") is False
    assert engine.profile("f") is None
    assert engine.osr_entries("f") == []
    assert engine.can_osr("f", 0) is False
    assert engine.stats().total_functions == 0
    assert len(engine.mapper) == 0


def test_disabled_counts_and_compiles_nothing():
    engine = JitIntegration.with_thresholds(1, 2, 3)
    engine.disable()
    assert engine.record_call("f", ADD) is None
    assert engine.record_loops("f", ADD, 1000) is None
    with pytest.raises(
        dxpy.JitDisabled, match=r"cannot compile 'f' at BASELINE_JIT: this JitIntegration is disabled"
    ):
        engine.compile("f", CompilationTier.BASELINE_JIT, ADD)
    assert engine.stats().total_functions == 0
    engine.enable()
    assert engine.record_call("f", ADD) is CompilationTier.BASELINE_JIT


def test_deoptimize_starts_counting_anew():
    engine = JitIntegration.with_thresholds(3, 6, 9)
    engine.compile("f", 2, ADD)
    for _ in range(5):
        engine.record_call("f", ADD)
    engine.deoptimize("f")
    assert engine.get_tier("f") is CompilationTier.INTERPRETER
    assert not engine.has_compiled("f")
    assert [engine.record_call("f", ADD) for _ in range(3)] == [None, None, CompilationTier.BASELINE_JIT]


def test_deoptimized_function_stays_known():
    engine = JitIntegration()
    engine.record_call("f", ADD)
    engine.deoptimize("f")
    assert engine.stats().total_functions == 1
    assert engine.profile("f").calls == 0
    engine.deoptimize("f")


def test_compile_never_lowers():
    engine = JitIntegration()
    engine.compile("f", 3, ADD)
    engine.compile("f", 1, ADD)
    assert engine.get_tier("f") is CompilationTier.AOT_OPTIMIZED


def test_a_failed_compile_is_not_tried_again_until_the_code_changes():
    engine = JitIntegration()
    engine.record_call("f", UNUSABLE)
    for _ in range(2):
        with pytest.raises(dxpy.CompilationFailed) as failure:
            engine.compile("f", 1, UNUSABLE)
    assert failure.value.reason == "bad_bytecode"
    [record] = engine.records()
    assert (record["refusal"], record["bail_reason"], record["compiles"]) == (
        "bad_bytecode",
        "bad_bytecode",
        0,
    )
    engine.compile("f", 1, ADD)
    assert engine.has_compiled("f")
    assert engine.records()[0]["refusal"] is None


def test_failure_with_other_code_keeps_what_was_compiled():
    engine = JitIntegration()
    engine.compile("f", 1, ADD)
    with pytest.raises(dxpy.CompilationFailed):
        engine.compile("f", 2, UNUSABLE)
    assert engine.has_compiled("f")
    assert engine.get_tier("f") is CompilationTier.BASELINE_JIT
    assert engine.records()[0]["code"] is ADD
    engine.compile("f", 2, TOTAL)
    assert engine.records()[0]["code"] is TOTAL


def test_compile_with_other_code_keeps_the_counts():
    engine = JitIntegration.with_thresholds(5, 10, 20)
    engine.compile("f", 1, ADD)
    for _ in range(12):
        engine.record_call("f", ADD)
    engine.compile("f", 1, TOTAL)
    assert engine.profile("f").calls == 12
    assert engine.get_tier("f") is CompilationTier.OPTIMIZING_JIT
    assert engine.stats().total_functions == 1


def test_ids_outlive_reset():
    engine = JitIntegration()
    engine.record_call("f", ADD)
    engine.record_call("g", ADD)
    ids = engine.mapper.get("f"), engine.mapper.get("g")
    engine.reset()
    assert engine.stats().total_functions == 0
    engine.record_call("h", ADD)
    assert (engine.mapper.get("f"), engine.mapper.get("g"), engine.mapper.get("h")) == (*ids, 2)


@pytest.mark.parametrize(
    "name", ["", "f", "naïve.Ωmega.<locals>.<lambda>", "\ud800\udc00", "\udfff", "x" * 2**20, "a\0b"]
)
def test_any_name_will_do(name):
    engine = JitIntegration()
    engine.compile(name, 1, ADD)
    engine.record_call(name, ADD)
    assert engine.get_tier(name) is CompilationTier.BASELINE_JIT
    assert engine.mapper.name_of(engine.mapper.get(name)) == name
    assert engine.records()[0]["name"] == name
    with pytest.raises(dxpy.DeoptFailed) as failure:
        engine.deoptimize(name + "!")
    assert len(str(failure.value)) < 400


def test_names_that_encode_alike_are_told_apart():
    mapper = dxpy.FunctionIdMapper()
    names = ["\U00010000", "\ud800\udc00", "\ud800", "\udc00", "", "\0", "\0\0", "é", "e\u0301"]
    assert [mapper.get_or_create(name) for name in names] == list(range(len(names)))
    assert [mapper.name_of(number) for number in range(len(names))] == names
    assert "\ud800" in mapper
    assert "x" not in mapper
    assert 3 not in mapper


def test_mapper_lives_on_without_its_engine():
    mapper = JitIntegration().mapper
    assert mapper.get_or_create("f") == 0
    assert repr(mapper) == "<dxpy.FunctionIdMapper of 1 names>"


def test_subclasses_work():
    class Mine(JitIntegration):
        pass

    engine = Mine.with_thresholds(1, 2, 3)
    assert type(engine) is Mine
    assert engine.record_call("f", ADD) is CompilationTier.BASELINE_JIT
    assert isinstance(engine.stats(), dxpy.JitStats)


def test_what_is_shown_is_readable():
    engine = JitIntegration.with_thresholds(1, 2, 3)
    engine.record_call("f", ADD)
    assert repr(engine) == "<dxpy.JitIntegration enabled, thresholds 1/2/3, 1 functions>"
    assert repr(engine.stats()).startswith(
        "dxpy.JitStats(total_functions=1, total_calls=1, tier0_functions=0, "
    )
    shown = repr(engine.profile("f"))
    assert shown.startswith(
        "dxpy.FunctionProfile(calls=1, loop_iterations=0, tier=<CompilationTier.BASELINE_JIT: 1>, compiled=False"
    )
    for member in ("record_call", "compile", "deoptimize", "profile", "osr_entries", "with_thresholds"):
        assert getattr(JitIntegration, member).__doc__
        assert getattr(JitIntegration, member).__text_signature__


ENGINE = JitIntegration()
MAPPER = dxpy.FunctionIdMapper()
refusals = [
    (lambda: JitIntegration(1), TypeError, "JitIntegration"),
    (lambda: JitIntegration.with_thresholds(5, 3, 9), ValueError, "baseline=5, optimizing=3, aot=9"),
    (lambda: JitIntegration.with_thresholds(0, 3, 9), ValueError, "0 < baseline < optimizing < aot"),
    (lambda: JitIntegration.with_thresholds(3, 3, 9), ValueError, "baseline=3, optimizing=3"),
    (lambda: JitIntegration.with_thresholds(-1, 3, 9), ValueError, "baseline=-1"),
    (lambda: JitIntegration.with_thresholds(1, 2, 10**30), ValueError, "aot=1000000000000000000000000000000"),
    (lambda: JitIntegration.with_thresholds(1, 2), TypeError, "aot"),
    (lambda: JitIntegration.with_thresholds(1.0, 2, 3), TypeError, "threshold must be int, not float"),
    (lambda: JitIntegration.with_thresholds(True, 2, 3), TypeError, "threshold must be int, not bool"),
    (
        lambda: ENGINE.record_call(b"f", ADD),
        TypeError,
        r"record_call\(\): a function's name must be str, not bytes",
    ),
    (lambda: ENGINE.record_call("f", _function), TypeError, "must be code, not function"),
    (lambda: ENGINE.record_call("f"), TypeError, "code"),
    (lambda: ENGINE.record_loops("f", ADD, -1), ValueError, "iterations must be 0 to"),
    (lambda: ENGINE.record_loops("f", ADD, 2**63), OverflowError, "int too"),
    (lambda: ENGINE.compile("f", 4, ADD), ValueError, "CompilationTier, 0 to 3, not 4"),
    (lambda: ENGINE.compile("f", -1, ADD), ValueError, "0 to 3, not -1"),
    (lambda: ENGINE.compile("f", 10**40, ADD), ValueError, "0 to 3, not 1000"),
    (lambda: ENGINE.compile("f", "1", ADD), TypeError, "CompilationTier, not str"),
    (lambda: ENGINE.compile("f", True, ADD), TypeError, "CompilationTier, not bool"),
    (
        lambda: ENGINE.compile("f", 0, ADD),
        ValueError,
        "BASELINE_JIT, OPTIMIZING_JIT or AOT_OPTIMIZED, not INTERPRETER",
    ),
    (lambda: ENGINE.compile(None, 1, ADD), TypeError, "name must be str, not NoneType"),
    (lambda: ENGINE.compile("f", 1, None), TypeError, "must be code, not None"),
    (
        lambda: ENGINE.compile("f", 1, UNUSABLE),
        dxpy.CompilationFailed,
        "cannot compile 'f' at BASELINE_JIT: bad_bytecode: ",
    ),
    (lambda: ENGINE.get_tier(1), TypeError, r"get_tier\(\): a function's name must be str, not int"),
    (lambda: ENGINE.has_compiled(1), TypeError, r"has_compiled\(\): a function's name must be str"),
    (lambda: ENGINE.profile(1), TypeError, r"profile\(\): a function's name must be str"),
    (lambda: ENGINE.osr_entries(1), TypeError, r"osr_entries\(\): a function's name must be str"),
    (lambda: ENGINE.deoptimize(1), TypeError, r"deoptimize\(\): a function's name must be str"),
    (
        lambda: ENGINE.deoptimize("nobody"),
        dxpy.DeoptFailed,
        "cannot deoptimize 'nobody': no function of this name was seen",
    ),
    (
        lambda: ENGINE.do_osr("nobody", 8),
        dxpy.OsrFailed,
        "cannot enter 'nobody' at bytecode offset 8: no compiled OSR entry",
    ),
    (lambda: ENGINE.can_osr("f", "8"), TypeError, "integer"),
    (lambda: ENGINE.can_osr("f", 2**40), OverflowError, "signed integer is greater"),
    (
        lambda: MAPPER.get_or_create(1),
        TypeError,
        r"get_or_create\(\): a function's name must be str, not int",
    ),
    (lambda: MAPPER.get(None), TypeError, r"get\(\): a function's name must be str, not NoneType"),
    (lambda: MAPPER.name_of("f"), TypeError, "an id must be int, not str"),
    (lambda: MAPPER.name_of(0), KeyError, "no function has the id 0; ids given out: 0"),
    (lambda: MAPPER.name_of(-1), KeyError, "no function has the id -1"),
    (lambda: MAPPER.name_of(2**70), KeyError, "no function has the id 1180591620717411303424"),
]


def _function():
    pass


@pytest.mark.parametrize(("call", "error", "message"), refusals, ids=range(len(refusals)))
def test_refusals_say_what_and_why(call, error, message):
    before = ENGINE.stats()
    with pytest.raises(error, match=message) as failure:
        call()
    assert failure.type is error
    assert ENGINE.stats() == before


def test_errors_are_a_family():
    for error in (dxpy.JitDisabled, dxpy.CompilationFailed, dxpy.DeoptFailed, dxpy.OsrFailed):
        assert issubclass(error, dxpy.JitError)
        assert error.__module__ == "dxpy"
        assert error.__doc__
    assert dxpy.JitError.__mro__[1] is Exception


def test_loop_headers_are_osr_entries_only_while_compiled():
    engine = JitIntegration()
    engine.record_call("f", TOTAL)
    assert engine.osr_entries("f") == []
    engine.compile("f", 2, TOTAL)
    for offset in engine.osr_entries("f"):
        assert engine.can_osr("f", offset)
        assert engine.do_osr(func_name="f", bytecode_offset=offset) is None
    assert not engine.can_osr("f", 2)
    engine.deoptimize("f")
    assert engine.osr_entries("f") == []


def test_engines_keep_apart():
    one, other = JitIntegration(), JitIntegration()
    one.compile("f", 1, ADD)
    assert other.get_tier("f") is CompilationTier.INTERPRETER
    assert other.stats().total_functions == 0


def test_nothing_leaks(run_python):
    script = """
import sys, dxpy
def f(): return 1
def once(i):
    engine = dxpy.JitIntegration.with_thresholds(1, 2, 3)
    for name in ("f", "\\u0394elta", "\\ud800", "x" * 1000):
        engine.record_call(name, f.__code__)
        engine.record_loops(name, f.__code__, 100)
        engine.stats(), engine.profile(name), engine.records(), repr(engine)
        engine.mapper.get_or_create(name + "!"), engine.mapper.get(name), engine.mapper.name_of(0)
        for call in (engine.deoptimize, lambda name: engine.do_osr(name, 2), lambda name: engine.compile(name, 9, f.__code__)):
            try: call(name + "?")
            except (dxpy.JitError, ValueError): pass
    engine.reset()
    try: dxpy.enable(max_tier=9, only=["a", "b"], dump="ir", cache_dir="/nowhere")
    except ValueError: pass
    dxpy._jit.options_table(), dxpy._jit.reasons(), dxpy._jit.describe(f.__code__)
for i in range(20): once(i)
before, references = sys.getallocatedblocks(), sys.getrefcount(f.__code__)
for i in range(200): once(i)
print(sys.getallocatedblocks() - before, sys.getrefcount(f.__code__) - references)
"""
    run = run_python("-c", script)
    assert run.returncode == 0, run.stderr
    blocks, references = map(int, run.stdout.split())
    assert references == 0
    assert blocks < 50


def test_text_signatures_name_the_arguments():
    wanted = SimpleNamespace(
        record_call="(func_name, code)", compile="(func_name, tier, code)", get_tier="(func_name)"
    )
    for member, signature in vars(wanted).items():
        assert re.sub(r"\$self, ", "", getattr(JitIntegration, member).__text_signature__) == signature
