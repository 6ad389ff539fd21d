"""`python -m dxpy doctor`: is everything there that compiling needs? Each problem with its mend."""

import os
import subprocess
import sys

from dxpy import _jit, config

PACKAGE = os.path.dirname(os.path.abspath(__file__))
COMPILER = os.path.join(PACKAGE, "bin", "dxpy-cc")
REINSTALL = "pip install --force-reinstall --no-cache-dir dxpy-runtime"


class Finding:
    """One thing that was looked at. `mend` is set when something is wrong with it."""

    def __init__(self, topic, text, mend=None):
        self.topic, self.text, self.mend = topic, text, mend


def main(arguments):
    """Print what was found; the exit status is 1 when something is wrong."""
    from dxpy.cli import UsageError

    if arguments:
        raise UsageError(f"doctor takes no arguments, not {arguments[0]!r}")
    findings = list(examine())
    for finding in findings:
        print(f"{'BAD' if finding.mend else 'ok ':4} {finding.topic:10} {finding.text}")
        if finding.mend:
            print(f"     {'':10} mend: {finding.mend}")
    problems = sum(finding.mend is not None for finding in findings)
    print(
        f"\n{problems} problem{'s' * (problems != 1)} found"
        if problems
        else "\neverything that compiling needs is there"
    )
    return 1 if problems else 0


def examine():
    """All findings, in the order in which a compile needs the things."""
    descriptors = _descriptors()
    yield descriptors
    if descriptors.mend:  # whatever is looked at would fail by it
        return
    options_work = True
    for finding in _options():
        options_work = options_work and finding.mend is None
        yield finding
    yield _python()
    yield _hook()
    usable = True
    for finding in _compiler():
        usable = usable and finding.mend is None
        yield finding
    if options_work:
        yield _cache()
    if not _jit.problem():
        yield _memory()
        if usable and options_work:
            yield from _trials()


def _python():
    version = ".".join(map(str, sys.version_info[:3]))
    problem = _jit.problem()
    if problem:
        text, _, mend = problem.partition("; ")
        return Finding("python", text, mend)
    return Finding("python", f"CPython {version}, the one dxpy was built for ({sys.executable})")


def _descriptors():
    """How many more files this process may open."""
    needed, opened, why = 8, [], None
    try:
        while len(opened) < needed:
            opened.append(os.open(PACKAGE, os.O_RDONLY))
    except OSError as error:
        why = error.strerror
    for descriptor in opened:
        os.close(descriptor)
    if why is None:
        return Finding("files", "as many can be opened as compiling needs")
    return Finding(
        "files",
        f"only {len(opened)} more can be opened in this process ({why}), compiling needs {needed}",
        "raise the limit on open files (ulimit -n)",
    )


def _options():
    try:
        config.apply({})
    except ValueError as error:
        yield Finding("options", str(error), "correct or unset the environment variable")
    for name, meant in config.unknown_variables():
        hint = f"rename it to {meant}, or unset it" if meant else "unset it"
        yield Finding("options", f"the environment variable {name} is no option of dxpy", hint)
    changed = [option for option in config.options() if option.environment in os.environ]
    shown = ", ".join(f"{option.environment}={os.environ[option.environment]}" for option in changed)
    yield Finding("options", f"set in the environment: {shown or 'none'}")


def _hook():
    was_enabled = _jit.is_enabled()
    if was_enabled or _jit.problem():
        return Finding("hook", "in" if was_enabled else "not tried: this is another CPython")
    try:
        _jit.enable()
    except RuntimeError as error:
        return Finding(
            "hook",
            str(error),
            "run without the tool that sets it (a debugger or another just-in-time compiler)",
        )
    _jit.disable()
    return Finding("hook", "the frame hook can be set")


def _compiler():
    if not os.access(COMPILER, os.X_OK):
        yield Finding("compiler", f"{COMPILER} is missing or cannot be run", REINSTALL)
        return
    try:
        check = subprocess.run([COMPILER, "--check"], check=False, capture_output=True, text=True, timeout=60)
    except (OSError, subprocess.TimeoutExpired) as error:
        yield Finding("compiler", f"{COMPILER} does not run: {error}", REINSTALL)
        return
    lines = [line for line in check.stdout.splitlines() if line.strip()]
    yield from map(_checked, lines)
    if check.returncode != 0 and all(line.split()[1:2] == ["ok"] for line in lines):
        said = check.stderr.strip() or f"exit status {check.returncode}"
        yield Finding("compiler", f"dxpy-cc --check fails: {said}", _mend_of(said))


def _mend_of(said):
    if "failed to map segment" in said or "allocate memory" in said:
        return "raise the limit on memory (ulimit -v)"
    if "libgccjit" in said or "shared librar" in said:
        return "apt-get install libgccjit0 binutils"
    return REINSTALL


def _checked(line):
    """A line of `dxpy-cc --check`: topic, ok or BAD, what was found; what is bad ends with "; " and its mend."""
    topic, state, text = (line.split(None, 2) + ["", ""])[:3]
    if state == "ok":
        return Finding(topic, text)
    found, _, mend = text.partition("; ")
    return Finding(topic, found, mend or "see docs/internals/worker.md")


def _cache():
    info = _jit.cache_info()
    if not info["enabled"]:
        return Finding("cache", "switched off (DXPY_CACHE=0)")
    if info["error"]:
        found, _, mend = info["error"].partition("; ")
        return Finding("cache", found, mend or "set DXPY_CACHE_DIR to a folder of your own")
    from dxpy.cachecommand import problems

    for problem in problems(info):
        found, _, mend = problem.partition("; ")
        return Finding("cache", found, mend)
    megabytes = info["bytes"] / 1e6
    _, no_locks = _jit.cache_probe()
    locks = "; files cannot be locked there, which does no harm" * no_locks
    text = f"{info['directory']}: {info['objects']} objects, {megabytes:.1f} MB, {info['functions']} functions begin warm"
    return Finding("cache", text + locks)


def _memory():
    problem = _jit.code_memory_problem()
    if problem:
        return Finding(
            "memory",
            f"no memory of this process can be made executable ({problem}): code is made by the compiler alone, if at all",
            "raise the limit on memory (ulimit -v, -d), or allow it (SELinux: execmem; systemd: MemoryDenyWriteExecute=no)",
        )
    return Finding("memory", "code can be made in this process")


def _trials():
    """Compile a function for real: here, then in the worker. What the options leave out is tried all the same, and
    no cache knows it."""
    _jit.configure({"only": None, "exclude": None, "max_tier": 3, "cache": False}, {})
    try:
        for tier in (1, 3):
            yield _trial(tier)
    finally:
        _jit.disable()


def _trial(tier):
    import time

    names = {}
    exec("def trial(a, b):\n    return a + b\n", names)
    begin = time.perf_counter()
    try:
        _jit.compile_function(names["trial"], tier)
        names["trial"](1, 2)
    except (RuntimeError, _jit.JitError) as error:
        return Finding(
            "trial", f"compiling a function failed: {error}", "see the problems above; else report this"
        )
    took = (time.perf_counter() - begin) * 1e3
    return Finding("trial", f"a function was compiled in {took:.0f} ms" + " by the worker" * (tier == 3))
