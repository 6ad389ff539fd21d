"""dxpy makes unmodified Python programs faster: a tiered just-in-time compiler for the CPython you already have.

    import dxpy
    dxpy.enable()          # from now on: count calls, compile what is hot
    print(dxpy.explain(f)) # what became of a function, and why

`python -m dxpy run script.py` does the same for a whole program; `python -m dxpy doctor` says what is amiss.
"""

import atexit
import sys

# What comes with the engine, which is loaded when the first of these, or anything below, is asked for: `import dxpy.aio`
# needs none of it.
_ENGINE = frozenset(
    (
        "CompilationFailed",
        "DeoptFailed",
        "FunctionIdMapper",
        "FunctionProfile",
        "JitDisabled",
        "JitError",
        "JitIntegration",
        "JitStats",
        "OsrFailed",
        "integration",
        "is_enabled",
    )
)

__all__ = [
    "CompilationFailed",
    "CompilationTier",
    "DeoptFailed",
    "FunctionIdMapper",
    "FunctionProfile",
    "JitDisabled",
    "JitError",
    "JitIntegration",
    "JitStats",
    "OsrFailed",
    "disable",
    "dump",
    "enable",
    "explain",
    "get_include",
    "integration",
    "is_enabled",
    "jit",
    "nojit",
    "reset",
    "stats",
]


def __getattr__(name):
    """What costs an import of its own comes when it is asked for."""
    if name in _ENGINE:
        from dxpy import _jit

        value = getattr(_jit, name)
    elif name == "CompilationTier":
        from dxpy.tiers import CompilationTier as value
    elif name in ("aio", "_jit"):
        __import__(f"dxpy.{name}")
        value = sys.modules[f"dxpy.{name}"]
    elif name == "__version__":
        from importlib.metadata import PackageNotFoundError, version

        try:
            value = version("dxpy-runtime")
        except PackageNotFoundError:
            value = "not installed"  # used from its source tree
    else:
        raise AttributeError(f"module 'dxpy' has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__():
    return sorted({*globals(), *__all__, "aio"})


def _stop():
    # The worker ends before the interpreter does, and while its threads still may use the GIL.
    engine = sys.modules.get("dxpy._jit")
    if engine is not None:
        engine.stop()


atexit.register(_stop)


def enable(**options):
    """Count calls and compile what is hot, from now on and in all threads.

    Each option may be given as a keyword, else its environment variable counts (`python -m dxpy run --help` lists
    them). An unknown option is a TypeError, a bad value a ValueError, and RuntimeError says that another frame
    hook is set: then nothing has changed. With another CPython than the one dxpy was built for it warns and stays off.
    """
    from dxpy import _jit, config

    config.apply(options)
    if problem := _jit.problem():
        _warn(f"dxpy stays disabled: {problem}")
    else:
        _jit.enable()


def disable():
    """Count and compile nothing from now on; calls go to the interpreter. What was compiled is kept for enable()."""
    from dxpy import _jit

    _jit.disable()


def jit(function=None, *, tier=None):
    """Compile a function now, at `tier` or the best one allowed; works without enable(). A decorator.

    The function is returned as it is. Where it cannot be compiled a RuntimeWarning says why, and it runs interpreted.
    """
    if function is None:
        return lambda decorated: jit(decorated, tier=tier)
    from dxpy import _jit, config

    config.apply({})
    plain = _plain_function(function, "jit")
    try:
        _jit.compile_function(plain, 0 if tier is None else tier)
    except (_jit.JitError, RuntimeError) as error:
        _warn(f"dxpy.jit: {error}")
    return function


def nojit(function):
    """Never compile this function. A decorator; returns it as it is."""
    from dxpy import _jit

    _jit.set_nojit(_plain_function(function, "nojit"))
    return function


def stats():
    """What the process's engine counted, as JitStats."""
    from dxpy import _jit

    return _jit.integration().stats()


def reset():
    """Forget all counts, tiers and compiled code; functions start anew."""
    from dxpy import _jit

    _jit.integration().reset()


def explain(function):
    """What became of a function (or code object): tier, calls, compile times, why not compiled, side exits by line."""
    from dxpy._explain import explain as explain_function

    return explain_function(function)


def dump(function, stage):
    """The text of a compile stage of a function: "bytecode", "ir" (as lowered), "opt" (after the passes) or "asm"."""
    from dxpy._explain import STAGES

    if stage not in STAGES:
        raise ValueError(f"stage must be one of {', '.join(STAGES)}, not {stage!r}")
    from dxpy import _jit, config

    config.apply({})
    return _jit.dump(_plain_function(function, "dump"), stage)


def get_include():
    """The folder of dxpy.h, for building extensions that use dxpy's C API."""
    import os

    return os.path.join(os.path.dirname(os.path.abspath(__file__)), "include")


def _plain_function(function, what):
    """The Python function behind a method, classmethod or staticmethod."""
    plain = getattr(function, "__func__", function)
    if not hasattr(plain, "__code__"):
        raise TypeError(f"dxpy.{what}() takes a Python function or method, not {type(function).__name__}")
    return plain


def _warn(message):
    import warnings

    warnings.warn(message, RuntimeWarning, stacklevel=3)
