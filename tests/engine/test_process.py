"""dxpy.enable() and its kin: the process's engine, driven by the frame hook. Each test in a process of its own."""

import subprocess
import sysconfig
import textwrap
from pathlib import Path

import pytest
from engine_codes import PRELUDE, ROOT


def test_hot_functions_tier_up(check):
    check("""
    dxpy.enable(thresholds=(10, 100, 1000), sync=True)
    assert dxpy.is_enabled() and engine.is_enabled()
    calls(f, 9, 1)
    assert engine.get_tier("__main__.f") == 0
    calls(f, 1, 1)
    assert engine.get_tier("__main__.f") is CompilationTier.BASELINE_JIT
    assert engine.has_compiled("__main__.f")
    calls(f, 990, 1)
    assert engine.get_tier("__main__.f") == 3
    assert engine.profile("__main__.f").calls == 1000
    assert f(41) == 42
    """)


def test_time_spent_without_loops_is_no_loop(check):
    check("""
    from time import sleep
    def same(x): return x
    dxpy.enable(thresholds=(2, 4, 1000), sync=True, only=["__main__.same"])
    list(map(same, map(sleep, [0.02] * 10)))
    assert engine.profile("__main__.same").loop_iterations == 0
    """)


def test_time_spent_compiling_is_no_loop(check):
    check(
        """
    dxpy.enable(thresholds=(2, 4, 1000), sync=True, only=["__main__.loop"])
    calls(loop, 50, 3)
    assert engine.get_tier("__main__.loop") == 2
    assert engine.profile("__main__.loop").loop_iterations < 1000
    """,
        env={"DXPY_INSTALL_DELAY": "0.05"},
    )


def test_nothing_happens_before_enable_and_after_disable(check):
    check("""
    calls(f, 500, 1)
    assert engine.profile("__main__.f") is None and not dxpy.is_enabled()
    dxpy.enable(thresholds=(10, 20, 30), sync=True)
    calls(f, 5, 1)
    dxpy.disable()
    calls(f, 500, 1)
    assert engine.profile("__main__.f").calls == 5 and not dxpy.is_enabled()
    dxpy.enable()
    calls(f, 5, 1)
    assert engine.get_tier("__main__.f") == 1
    assert engine.thresholds == (10, 20, 30)
    """)


def test_enable_and_disable_from_threads_while_running(check):
    check("""
    import threading
    dxpy.enable(thresholds=(5, 10, 20), sync=True)
    stop = threading.Event()
    def toggle():
        while not stop.is_set():
            dxpy.disable(); dxpy.enable()
    threads = [threading.Thread(target=toggle) for _ in range(3)]
    for thread in threads: thread.start()
    assert [loop(n) for n in range(2000)] == [n * (n - 1) // 2 for n in range(2000)]
    stop.set()
    for thread in threads: thread.join()
    assert engine.is_enabled()
    """)


def test_enable_while_other_threads_begin_and_end(run_python):
    """What runs is gone over when the hook is put in: nothing there may wait, or run code."""
    program = """if 1:
    import dxpy, gc, threading
    class Ends:
        def __del__(self): threading.Thread(target=work, args=(20,)).start()
    def garbage(): held = Ends(); held.itself = held
    def work(n):
        total = 0
        for i in range(n): total += i ^ 3
        return total
    for turn in range(60):
        threads = [threading.Thread(target=eval, args=(f"work({turn} * {k} * 50)", {"work": work})) for k in range(4)]
        for thread in threads: thread.start()
        for _ in range(4): garbage()
        gc.set_threshold(1, 1, 1)
        dxpy.enable(thresholds=(2, 4, 1000), sync=True)
        gc.set_threshold(700)
        for thread in threads: thread.join()
        assert dxpy._jit.integration().is_enabled()
        dxpy.disable()
    print(work(1000))
    """
    for _ in range(2):
        run = run_python("-c", program, env={"PYTHONMALLOC": "debug", "DXPY_WARM": "1"})
        assert (run.returncode, run.stdout) == (0, "499500\n"), run.stderr


def test_disabled_and_enabled_at_once_loops_are_still_found(check):
    check("""
    import time
    dxpy.enable(thresholds=(5, 10, 10**9), sync=True)
    end = time.monotonic() + 0.1
    while time.monotonic() < end: dxpy.disable(); dxpy.enable()
    def spin(n):
        total = 0
        for i in range(n): total += i
        return total
    assert spin(5_000_000) == 5_000_000 * 4_999_999 // 2
    assert engine.profile("__main__.spin").compiled, dxpy.explain(spin)
    """)


def test_max_tier_holds_policy_and_compile_back(check):
    check("""
    dxpy.enable(thresholds=(5, 10, 20), sync=True, max_tier=1)
    calls(f, 100, 1)
    assert engine.get_tier("__main__.f") == 1
    try: engine.compile("__main__.f", 3, f.__code__)
    except dxpy.CompilationFailed as error: assert error.reason == "above_max_tier", error
    else: raise AssertionError
    dxpy.enable(max_tier=0)
    calls(loop, 100, 1)
    assert engine.get_tier("__main__.loop") == 0
    dxpy.enable(max_tier=3)
    calls(loop, 2, 1)
    assert engine.get_tier("__main__.loop") == 2
    calls(loop, 11, 1)
    assert engine.get_tier("__main__.loop") == 3
    """)


def test_equal_names_are_told_apart_by_code(check):
    check("""
    dxpy.enable(thresholds=(10, 20, 30), sync=True)
    def make(n):
        names = {}
        exec(f"def twin(): return {n}", {"__name__": "mod"}, names)
        return names["twin"]
    one, other = make(1), make(2)
    calls(one, 9); calls(other, 9)
    assert engine.get_tier("mod.twin") == 0
    assert engine.profile("mod.twin").calls == 18
    calls(one, 1)
    assert [dxpy._jit.describe(g.__code__)["tier"] for g in (one, other)] == [1, 0]
    assert engine.get_tier("mod.twin") == 1
    assert one() == 1 and other() == 2
    before = dxpy.stats()
    del one
    assert dxpy.stats().total_functions == before.total_functions
    assert dxpy.stats().total_calls >= before.total_calls
    engine.deoptimize("mod.twin")
    """)


def test_only_and_exclude(check):
    check("""
    dxpy.enable(thresholds=(5, 10, 20), sync=True, only=["__main__.*"], exclude=["*.loop"])
    import textwrap
    calls(f, 10, 1); calls(loop, 10, 1); calls(textwrap.dedent, 10, "x")
    tiers = [engine.get_tier(name) for name in ("__main__.f", "__main__.loop", "textwrap.dedent")]
    assert tiers == [2, 0, 0], tiers
    assert dxpy._jit.describe(loop.__code__)["refusal"] == "excluded"
    try: engine.compile("__main__.loop", 1, loop.__code__)
    except dxpy.CompilationFailed as error: assert error.reason == "excluded"
    else: raise AssertionError
    dxpy.enable(only=None, exclude=None)
    calls(loop, 1, 1)
    assert engine.get_tier("__main__.loop") > 0
    dxpy.enable(exclude="*.loop")
    assert engine.get_tier("__main__.loop") == 0 and not engine.has_compiled("__main__.loop")
    """)


def test_nojit(check):
    check("""
    dxpy.enable(thresholds=(5, 10, 20), sync=True)
    @dxpy.nojit
    def never(x): return x
    class C:
        @dxpy.nojit
        @staticmethod
        def static(): return 1
    calls(never, 50, 1); calls(C.static, 50)
    assert engine.get_tier("__main__.never") == engine.get_tier("__main__.C.static") == 0
    assert engine.profile("__main__.never").calls == 50
    calls(f, 50, 1)
    assert engine.get_tier("__main__.f") == 3
    assert dxpy.nojit(f) is f
    assert engine.get_tier("__main__.f") == 0 and not engine.has_compiled("__main__.f")
    for jit in (lambda: engine.compile("__main__.never", 1, never.__code__),
                lambda: dxpy.JitIntegration().compile("any", 1, never.__code__)):
        try: jit()
        except dxpy.CompilationFailed as error: assert error.reason == "nojit"
        else: raise AssertionError
    """)


def test_jit_works_without_enable(check):
    check("""
    @dxpy.jit
    def now(x): return x * 2
    assert engine.has_compiled("__main__.now") and not dxpy.is_enabled()
    assert engine.get_tier("__main__.now") == 3
    assert now(21) == 42
    @dxpy.jit(tier=1)
    def baseline(x): return x * 3
    assert engine.get_tier("__main__.baseline") == 1 and baseline(2) == 6
    class C:
        @dxpy.jit
        def method(self): return 1
        @dxpy.jit
        @classmethod
        def of_class(cls): return 2
    assert engine.has_compiled("__main__.C.method") and engine.has_compiled("__main__.C.of_class")
    calls(f, 20_000, 1)
    assert not engine.has_compiled("__main__.f")
    dxpy.enable(max_tier=1, sync=True)
    assert dxpy.jit(f) is f and engine.get_tier("__main__.f") == 1
    """)


def test_jit_that_cannot_compile_warns_and_goes_on(check):
    check("""
    bad = f.__code__.replace(co_code=bytes([255, 0]) + f.__code__.co_code)
    f.__code__ = bad
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        assert dxpy.jit(f) is f
    assert seen[0].category is RuntimeWarning and seen[0].filename == "<string>"
    assert "cannot compile '__main__.f' at BASELINE_JIT: bad_bytecode" in str(seen[0].message)
    assert "interpreted because bad_bytecode" in dxpy.explain(f)
    """)


@pytest.mark.parametrize(
    "call", ["jit(print)", "jit(3)", "nojit(print)", "nojit(C)", "dump(print, 'ir')", "explain(print)"]
)
def test_only_python_functions_will_do(check, call):
    name = call.partition("(")[0]
    assert check(f"""
    class C: pass
    try: dxpy.{call}
    except TypeError as error: print(error)
    """).startswith(f"dxpy.{name}() takes a Python function")


def test_deoptimize_and_reset_in_a_running_program(check):
    check("""
    dxpy.enable(thresholds=(5, 10, 20), sync=True)
    calls(f, 12, 1)
    assert engine.get_tier("__main__.f") == 2
    engine.deoptimize("__main__.f")
    assert engine.profile("__main__.f").calls == 0
    assert not engine.has_compiled("__main__.f") and f(1) == 2
    assert engine.get_tier("__main__.f") == 0 and engine.profile("__main__.f").calls == 1
    calls(f, 4, 1)
    assert engine.get_tier("__main__.f") == 1
    number = engine.mapper.get("__main__.f")
    dxpy.reset()
    assert engine.get_tier("__main__.f") == 0 and engine.profile("__main__.f") is None
    calls(f, 3, 1)
    assert engine.profile("__main__.f").calls == 3 and engine.mapper.get("__main__.f") == number
    """)


def test_a_code_object_has_one_name(check):
    check("""
    dxpy.enable(sync=True)
    f(1)
    try: engine.record_call("other", f.__code__)
    except ValueError as error: assert str(error) == "this code object is known as '__main__.f', not 'other'"
    else: raise AssertionError
    engine.compile("__main__.f", 1, f.__code__)
    assert engine.has_compiled("__main__.f")
    """)


def test_functions_without_a_module_name(check):
    check("""
    dxpy.enable(sync=True)
    for globals_ in ({}, {"__name__": 3}, {"__name__": None}):
        exec("def g(): pass\\ng()", globals_)
    assert engine.profile("?.g").calls == 3
    exec("def g(): pass\\ng()", {"__name__": "\\ud800"})
    assert engine.profile("\\ud800.g").calls == 1
    """)


def test_code_that_goes_away(check):
    check("""
    dxpy.enable(thresholds=(2, 4, 8), sync=True)
    for i in range(3000):
        names = {}
        exec(f"def g(x): return x + {i % 7}", names)
        for _ in range(3): assert names["g"](1) == 1 + i % 7
    stats = dxpy.stats()
    assert stats.total_functions >= 3000
    tiers = stats.tier0_functions + stats.tier1_functions + stats.tier2_functions + stats.tier3_functions
    assert tiers == stats.total_functions
    assert len(engine.records()) < 1000
    """)


def test_explain(check):
    out = check("""
    print(dxpy.explain(f))
    dxpy.enable(thresholds=(10, 1000, 10000), sync=True)
    calls(f, 1234, 1)
    print(dxpy.explain(f))
    print(dxpy.explain(f.__code__) == dxpy.explain(f))
    dxpy.nojit(f)
    print(dxpy.explain(f))
    class C:
        def method(self): return 1
    C().method()
    print(dxpy.explain(C().method))
    """)
    assert out.startswith(
        "f (<string>:4)\n  not seen yet: never called while dxpy was enabled\n__main__.f (<string>:4)\n"
    )
    assert "  tier        2 OPTIMIZING_JIT\n  calls       1,234\n  compiled    " in out
    assert "in use: tier 2, " in out
    assert "\nTrue\n" in out
    assert "  interpreted because nojit: marked with @dxpy.nojit\n" in out
    assert (
        "__main__.C.method (<string>:24)\n  tier        0 INTERPRETER\n  calls       1\n  compiled    never\n"
        in out
    )


def test_dump(check):
    out = check("""
    for stage in ("bytecode", "ir", "opt", "asm"):
        text = dxpy.dump(f, stage)
        assert isinstance(text, str) and text.endswith("\\n"), text
    assert dxpy.dump(f, "ir") == dxpy.dump(f, "ir")
    try: dxpy.dump(f, "llvm")
    except ValueError as error: print(error)
    """)
    assert out == "stage must be one of bytecode, ir, opt, asm, not 'llvm'\n"


@pytest.mark.parametrize(
    ("stage", "sign"),
    [("bytecode", "RETURN_VALUE"), ("ir", 'fn "f" tier 1'), ("opt", "ret v"), ("asm", "Disassembly")],
)
def test_each_compile_is_printed(run_python, stage, sign):
    script = "import dxpy\ndef f(x):\n    return x\ndxpy.enable(thresholds=(5, 99, 999), only='*.f')\nfor i in range(9): f(i)"
    done = run_python("-c", script, env=[("DXPY_DUMP", stage), ("DXPY_SYNC", "1")])
    assert done.returncode == 0 and sign in done.stderr, done.stderr


def test_the_table_of_reasons_covers_what_records_say(check):
    check("""
    kinds = {kind for _, kind, _ in dxpy._jit.reasons()}
    assert kinds <= {"bail", "fault", "exit"}
    names = [name for name, _, _ in dxpy._jit.reasons()]
    assert len(set(names)) == len(names) and "nojit" in names
    assert all(message for _, _, message in dxpy._jit.reasons())
    """)


def test_stats_add_up_while_everything_runs(check):
    check("""
    import json
    dxpy.enable(thresholds=(3, 30, 300), sync=True, only=["json.*", "__main__.*"])
    for i in range(400):
        json.loads(json.dumps({"a": [i, None, "x" * (i % 7)]}))
        f(loop(i % 7))
    dxpy.disable()
    stats = dxpy.stats()
    assert stats.tier0_functions + stats.tier1_functions + stats.tier2_functions + stats.tier3_functions == stats.total_functions
    assert stats.compiled_functions >= 5 and stats.total_calls > 2000
    assert stats.pending_compiles == 0
    """)


def test_background_compiles_arrive(check):
    check("""
    import time
    dxpy.enable(thresholds=(10, 1000000, 2000000))
    deadline = time.monotonic() + 30
    while not engine.has_compiled("__main__.f") and time.monotonic() < deadline:
        assert f(1) == 2
    assert engine.get_tier("__main__.f") == 1
    """)


def test_a_loop_entered_with_less_than_the_sample_had_is_still_known(check):
    check(
        """
    pairs = [(n + 0.5, n + 1.5) for n in range(20)]
    def drift(places, speeds, turns):
        for _ in range(turns):
            for a, b in pairs:
                places[0] += a - b
            for speed in speeds:  # unbound in the first turn
                places[1] += speed * 0.5
    dxpy.enable(gcc_level=0, cache=False, only=["__main__.drift"])
    for turns in (100_000, 1000, 1000, 1000):
        drift([0.0, 0.0], [1.0], turns)
    text = dxpy.dump(drift, "ir")
    assert "rt_for_iter" not in text and "seq_has" not in text and text.count("call rt_go_quietly") == 2, text
    """
    )


@pytest.fixture(scope="module")
def other_hook(tmp_path_factory):
    """The folder of an extension that sets a frame hook."""
    folder = tmp_path_factory.mktemp("hook")
    include = f"-I{sysconfig.get_paths()['include']}"
    source = Path(__file__).with_name("other_hook.c")
    subprocess.run(["gcc", "-shared", "-fPIC", include, source, "-o", folder / "other_hook.so"], check=True)
    return folder


def test_another_hook_is_left_alone(check, other_hook):
    check(f"""
    sys.path.append({str(other_hook)!r})
    import other_hook
    other_hook.set()
    for enable in (dxpy.enable, engine.enable):
        try: enable()
        except RuntimeError as error: assert "another" in str(error) and "PEP 523" in str(error), error
        else: raise AssertionError
        assert not dxpy.is_enabled() and other_hook.is_set()
    dxpy.disable()
    assert other_hook.is_set()
    calls(f, 500, 1)
    assert engine.profile("__main__.f") is None
    """)


def test_a_hook_set_later_is_left_alone(check, other_hook):
    check(f"""
    sys.path.append({str(other_hook)!r})
    import other_hook
    dxpy.enable()
    other_hook.set()
    dxpy.disable()
    assert other_hook.is_set() and not dxpy.is_enabled()
    """)


def test_run_says_in_a_line_that_another_hook_is_set(run_python, other_hook):
    (other_hook / "sitecustomize.py").write_text("import other_hook; other_hook.set()")
    path = f"{other_hook}:{ROOT}"
    run = run_python("-m", "dxpy", "run", "-c", "print(42)", env={"PYTHONPATH": path})
    (other_hook / "sitecustomize.py").unlink()
    assert (run.stdout, run.returncode) == ("42\n", 0)
    assert run.stderr.startswith("dxpy: not enabled: another ")
    assert "PEP 523" in run.stderr
    assert run.stderr.count("\n") == 1


def test_fork_gives_the_child_a_working_engine(check):
    check("""
    import os
    dxpy.enable(thresholds=(10, 100, 1000), sync=True)
    calls(f, 50, 1)
    child = os.fork()
    if child == 0:
        calls(loop, 50, 10)
        ok = engine.get_tier("__main__.loop") == 1 and engine.get_tier("__main__.f") == 1 and loop(10) == 45
        os._exit(0 if ok else 1)
    assert os.waitpid(child, 0)[1] == 0
    """)


def test_long_loops_are_found_in_the_child_of_a_fork(check):
    check("""
    import os
    dxpy.enable(thresholds=(5, 10, 10**9), sync=True)
    def spin(n):
        total = 0
        for i in range(n): total += i
        return total
    pid = os.fork()
    if pid == 0:
        spin(5_000_000)
        os._exit(0 if engine.profile("__main__.spin").compiled else 1)
    assert os.waitpid(pid, 0)[1] == 0
    """)


def test_exceptions_pass_through_the_policy(check):
    check("""
    dxpy.enable(thresholds=(2, 4, 8), sync=True)
    def generator():
        try: yield 1
        except ValueError as error: yield str(error)
    for i in range(20):
        g = generator()
        next(g)
        assert g.throw(ValueError(f"thrown {i}")) == f"thrown {i}"
    def fails(i): raise KeyError(i)
    for i in range(20):
        try: fails(i)
        except KeyError as error: assert error.args == (i,)
    """)


@pytest.mark.parametrize("sync", ["0", "1"])
def test_without_a_compiler_the_program_runs_and_one_line_says_so(run_python, broken_package, sync):
    (broken_package / "dxpy" / "bin" / "dxpy-cc").unlink()
    script = """
    dxpy.enable(thresholds=(5, 10, 20))
    for _ in range(200): assert f(1) == 2 and loop(10) == 45
    import time
    time.sleep(0.2)
    calls(f, 2000, 1)
    assert engine.get_tier("__main__.f") <= 2 # which the process itself compiles, where it can
    assert engine.profile("__main__.f").calls == 2200
    print(dxpy._jit.describe(f.__code__)["bail_reason"])
    try: engine.compile("__main__.f", 3, f.__code__)
    except dxpy.CompilationFailed as error: print(error.reason)
    """
    environment = {"PYTHONPATH": str(broken_package), "DXPY_SYNC": sync, "DXPY_CACHE": "0"}
    run = run_python("-c", PRELUDE + textwrap.dedent(script), env=environment, cwd=broken_package)
    assert run.returncode == 0, run.stderr
    assert run.stdout == "worker_unusable\nworker_unusable\n"
    assert run.stderr.count("\n") == 1
    assert run.stderr.startswith("dxpy: ")
    assert run.stderr.endswith(
        "; functions stay at the tier they are at (python -m dxpy doctor tells more)\n"
    )
    assert "dxpy-cc" in run.stderr


def test_explain_says_what_is_assumed_and_put_in_line(check):
    out = check("""
    dxpy.enable(thresholds=(10, 20, 100000), sync=True, only=["__main__.*"])
    def double(x): return x + x
    def any_of(*them, **more): return them[0]
    def halves(x): sent = yield x / 2
    def work(n):
        total = 0
        for i in range(n):
            total += double(i)
        for half in halves(n): total += half
        return any_of(total, n)
    calls(work, 60, 100)
    text = dxpy.explain(work)
    print(text)
    assert dxpy.explain(work.__code__) == text
    del double, any_of, halves
    dxpy.explain(work)
    """)
    told = dict(row.split(maxsplit=2)[1:] for row in out.splitlines() if row.startswith("    line "))
    assert told == {"22": "int", "23": "double in line", "24": "stays a call", "25": "any_of in line"}
    assert (
        "    halves: it is a generator or a coroutine; only loops, any, all, sum, min, max, sorted, list, tuple, set, dict and str.join"
        in out
    )


def test_generators_are_put_in_line_where_a_built_in_function_takes_their_items(check):
    check("""
    dxpy.enable(thresholds=(10, 20, 100000), sync=True, osr=False, only=["__main__.*"])
    def below(items): return any(item < 0 for item in items)
    def total(items): return sum(item * 0.5 for item in items)
    def letters(text):
        for letter in text: yield letter
    def joined(text): return "-".join(letters(text))
    def text_of(item): return str(item)
    def called(items): return [*(text_of(item) for item in items)]
    for _ in range(60):
        assert not below([1, 2, 3]) and total([1.0, 3.0]) == 2.0 and joined("abc") == "a-b-c"
        assert called([1]) == ["1"]
    assert "<genexpr> in line" in dxpy.explain(below)
    assert "<genexpr> in line" in dxpy.explain(total)
    assert "letters in line" in dxpy.explain(joined)
    assert "<genexpr> in line" not in dxpy.explain(called)
    """)


def test_quick_code_calls_loops_that_libgccjit_has_compiled(check):
    check("""
    dxpy.enable(thresholds=(10, 20, 40), sync=True, osr=False, only=["__main__.hot", "__main__.early", "__main__.late"])
    def hot(n):
        total = 0
        for i in range(n): total += i
        return total
    def early(n): return hot(n) + 1
    def late(n): return hot(n) + 1
    for _ in range(25): assert early(5) == 11
    assert engine.get_tier("__main__.early") == 2 and engine.get_tier("__main__.hot") < 3
    assert "hot in line" in dxpy.explain(early)
    calls(hot, 100, 5)
    assert engine.get_tier("__main__.hot") == 3
    for _ in range(25): assert late(5) == 11
    assert engine.get_tier("__main__.late") == 2 and "hot in line" not in dxpy.explain(late)
    """)


def test_room_for_descriptors_is_made_before_there_are_threads(check):
    """The kernel lets a process with threads wait for it."""
    check("""
    import resource
    def size():
        with open("/proc/self/status") as file:
            return next(int(line.split()[1]) for line in file if line.startswith("FDSize"))
    dxpy.enable(cache=False)
    assert size() > 512 or resource.getrlimit(resource.RLIMIT_NOFILE)[0] <= 512
    """)


def test_a_short_program_starts_no_worker(check):
    """What is due at tier 3 goes there after a while only."""
    check("""
    dxpy.enable(cache=False)
    calls(f, 12000, 1)
    assert engine.get_tier("__main__.f") == 2
    from pathlib import Path
    assert not any(Path(path).read_text() for path in Path("/proc/self/task").glob("*/children"))
    """)
