"""The extension module: what its import costs, where it refuses to work, and what its state is."""

import gc
import importlib.util
import sys
import weakref
from pathlib import Path

import dxpy
from dxpy import _jit

FAKE_BUILD = """
import ctypes, glob, os, importlib.util
folder = importlib.util.find_spec("dxpy").submodule_search_locations[0]
library = ctypes.CDLL(glob.glob(os.path.join(folder, "_jit.*.so"))[0])
ctypes.c_ulong.in_dll(library, "dxpy_built_for").value = 0x030B0FF0
"""


def test_import_is_light(run_python):
    """Modules that cost a short program time are not imported before they are needed."""
    script = "import sys; before = set(sys.modules); import dxpy; print(*sorted(set(sys.modules) - before))"
    # -S: whatever the site's own .pth files import must not hide what dxpy does.
    run = run_python("-S", "-c", script)
    assert run.stderr == ""
    assert run.stdout.split() == ["atexit", "dxpy"]  # atexit is built in


def test_enable_is_light(run_python):
    script = "import sys, os, dxpy; before = set(sys.modules); dxpy.enable(); print(*sorted(set(sys.modules) - before))"
    run = run_python("-S", "-c", script)
    assert run.stderr == ""
    assert run.stdout.split() == ["dxpy._jit", "dxpy.config"]


def test_sub_interpreters_are_refused(run_python):
    script = """
import _xxsubinterpreters as interpreters
def attempt():
    try: interpreters.run_string(interpreters.create(), "from dxpy import _jit")
    except interpreters.RunFailedError as error: print(error)
attempt()
import dxpy
dxpy.enable()
attempt()
print(dxpy.is_enabled())
"""
    run = run_python("-c", script)
    message = "<class 'ImportError'>: dxpy works in the main interpreter only: its frame hook and compiled code are one per process"
    assert run.stdout.splitlines() == [message, message, "True"]
    assert run.returncode == 0


def test_another_micro_version_stays_disabled_and_says_why(run_python):
    script = (
        FAKE_BUILD
        + """
import dxpy
dxpy.enable()
print(dxpy.is_enabled(), dxpy._jit.problem())
def f(): return 1
for _ in range(200): f()
print(dxpy.stats().total_functions)
assert dxpy.jit(f) is f
"""
    )
    run = run_python("-c", script)
    version = ".".join(map(str, sys.version_info[:3]))
    problem = (
        f"built for CPython 3.11.15, but this is {version}; build it again with this Python: pip install"
    )
    assert run.stdout.startswith(f"False {problem}")
    assert run.stdout.endswith("\n0\n")
    assert f"RuntimeWarning: dxpy stays disabled: {problem}" in run.stderr
    assert f"RuntimeWarning: dxpy.jit: {problem}" in run.stderr
    assert run.returncode == 0


def test_the_build_s_own_version_is_no_problem():
    assert _jit.problem() == ""


def test_state_is_the_module_s_own():
    """A second module object has types and errors of its own, and both go away with it."""
    spec = importlib.util.find_spec("dxpy._jit")
    second = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(second)
    for name in (
        "JitIntegration",
        "FunctionIdMapper",
        "JitStats",
        "FunctionProfile",
        "JitError",
        "OsrFailed",
    ):
        assert getattr(second, name) is not getattr(_jit, name)
    engine = second.JitIntegration()
    assert type(engine.stats()) is second.JitStats
    assert isinstance(second.integration(), second.JitIntegration)
    assert second.integration().mapper.get_or_create("shared") == dxpy.integration().mapper.get_or_create(
        "shared"
    )
    kind = weakref.ref(second.JitIntegration)
    del second, engine, spec
    gc.collect()
    assert kind() is None


def test_types_are_heap_types_that_cannot_be_changed():
    heap_type = 1 << 9
    for kind in (dxpy.JitIntegration, dxpy.FunctionIdMapper, dxpy.JitStats, dxpy.FunctionProfile):
        assert kind.__flags__ & heap_type
        assert kind.__module__ == "dxpy"
    for kind in (dxpy.JitIntegration, dxpy.FunctionIdMapper):
        try:
            kind.record_call = None
        except TypeError as error:
            assert "immutable" in str(error)
        else:
            raise AssertionError(kind)


def test_everything_promised_is_there():
    for name in dxpy.__all__:
        assert getattr(dxpy, name) is not None
    assert set(dxpy.__all__) <= set(dir(dxpy))
    try:
        dxpy.nothing
    except AttributeError as error:
        assert str(error) == "module 'dxpy' has no attribute 'nothing'"
    else:
        raise AssertionError


def test_stubs_name_what_the_module_has():
    stub = Path(_jit.__file__).with_name("_jit.pyi").read_text()
    public = [name for name in dir(_jit) if not name.startswith("_")]
    assert [name for name in public if f"def {name}(" not in stub and f"class {name}" not in stub] == []
    for kind in (dxpy.JitIntegration, dxpy.FunctionIdMapper):
        members = [name for name in vars(kind) if not name.startswith("_")]
        assert [name for name in members if f"def {name}(" not in stub] == []
    for kind in (dxpy.JitStats, dxpy.FunctionProfile):
        assert [name for name in kind.__match_args__ if f"    {name}: " not in stub] == []


def test_module_survives_the_end_of_the_process(run_python):
    script = """
import dxpy, atexit, sys, threading, time
dxpy.enable(thresholds=(2, 4, 8), sync=True)
class Late:
    def __del__(self, f=lambda x: x + 1):
        for i in range(20): f(i)
late = Late()
sys.late = Late()
atexit.register(lambda: [None for _ in range(20)])
def forever():
    while True:
        sum(x for x in range(100))
threading.Thread(target=forever, daemon=True).start()
time.sleep(0.05)
"""
    for _ in range(3):
        run = run_python("-c", script)
        assert (run.returncode, run.stdout, run.stderr) == (0, "", "")
