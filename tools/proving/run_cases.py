"""Run the case_* functions of program files round after round, and note what each round gave.

    python run_cases.py EVENTS [--rounds N] [--settle SECONDS] [--heat ROUNDS] [--limit SECONDS] [--dxpy ROOT]
        [--without FILE] [--levels USUAL,SET] program.py...

An outcome is text: what was printed, then the repr of the result or the whole traceback. Rounds are the outer loop, so
that code compiled while one case runs is there when the others come round again. The events are those of watch.py; the
"end" of a case carries its outcome, or "same" when it is the previous round's.
"""

import argparse
import contextlib
import faulthandler
import gc
import importlib.util
import io
import json
import os
import re
import signal
import sys
import time
import traceback

RUNNER = os.path.abspath(__file__)
LIMIT = 20_000
ADDRESS = re.compile("at 0x[0-9a-f]{6,}")
NEVER, AT_ONCE = (10**9, 10**9 + 1, 10**9 + 2), (1, 2, 3)


def load(path):
    """A program file as a module named after it, its code's file name without the folder."""
    name = os.path.splitext(os.path.basename(path))[0]
    spec = importlib.util.spec_from_loader(name, loader=None)
    module = importlib.util.module_from_spec(spec)
    with open(path, encoding="utf-8") as file:
        source = file.read()
    module.__dict__["__file__"] = os.path.basename(path)
    sys.modules[name] = module
    import linecache

    linecache.cache[os.path.basename(path)] = (
        len(source),
        None,
        source.splitlines(True),
        os.path.basename(path),
    )
    exec(compile(source, os.path.basename(path), "exec"), module.__dict__)  # noqa: S102
    return module


def cases_of(module):
    return {
        f"{module.__name__}::{name}": function
        for name, function in list(vars(module).items())
        if name.startswith("case_") and callable(function)
    }


def settle(dxpy, seconds):
    """Wait until nothing is being compiled: what was hot in this round is met compiled in the next."""
    end = time.monotonic() + seconds
    while dxpy.stats().pending_compiles and time.monotonic() < end:
        time.sleep(0.01)


def counted(stats):
    """The whole numbers of JitStats by name."""
    values = {name: getattr(stats, name) for name in dir(stats)}
    return {
        name: value
        for name, value in values.items()
        if not name.startswith(("_", "n_")) and isinstance(value, int)
    }


def told(error):
    """The whole traceback as text; where code made by hand has no line table, what can be said without one."""
    try:
        return "".join(traceback.format_exception(error))
    except RuntimeError:
        return f"{type(error).__name__}: {error}"


def outcome(function):
    """What one run of a case printed and gave."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
        try:
            ended = repr(function())
        except BaseException as error:  # noqa: BLE001
            error.__traceback__ = error.__traceback__.tb_next if error.__traceback__ else None
            ended = told(error)
            del error
    return ADDRESS.sub("at 0x", (printed.getvalue() + "\n" + ended)[:LIMIT])


def shift_limits(usual, chosen):
    """Let the usual recursion limit, and those that the programs set, be so many levels higher than they say."""
    set_limit, get_limit = sys.setrecursionlimit, sys.getrecursionlimit
    unset = get_limit()
    set_limit(unset + usual)
    sys.getrecursionlimit = lambda: unset
    sys.setrecursionlimit = lambda limit: set_limit(limit + (usual if limit == unset else chosen))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("events")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--settle", type=float, default=0, help="longest wait for compiles after a round")
    parser.add_argument("--heat", type=int, default=0, help="rounds before anything is compiled")
    parser.add_argument(
        "--limit", type=float, default=0, help="processor time a case may take; it ends the process"
    )
    parser.add_argument("--levels", help="added to the usual recursion limit, and to those that are set")
    parser.add_argument("--dxpy")
    parser.add_argument("--without")
    parser.add_argument("programs", nargs="+")
    args = parser.parse_args()
    faulthandler.enable(all_threads=True)
    descriptor = os.open(args.events, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o644)
    process = os.getpid()

    def note(**event):
        if os.getpid() == process:
            os.write(descriptor, (json.dumps(event) + "\n").encode("ascii"))

    without = set()
    if args.without:
        with open(args.without, encoding="utf-8") as file:
            without = set(file.read().split("\n"))
    if args.levels:
        shift_limits(*map(int, args.levels.split(",")))
    dxpy = None
    if args.dxpy:
        sys.path.insert(0, args.dxpy)
        import dxpy

        dxpy.enable(**({"thresholds": NEVER} if args.heat else {}))
    cases = {}
    for path in args.programs:
        for case, function in cases_of(load(path)).items():
            if case not in without:
                cases[case] = function
    gc.collect()
    gc.freeze()
    last = {}
    for number in range(args.rounds):
        if dxpy and args.heat and number == args.heat:
            dxpy.enable(thresholds=AT_ONCE)
        for case, function in cases.items():
            note(begin=case)
            if args.limit:
                signal.setitimer(signal.ITIMER_PROF, args.limit)
            text = outcome(function)
            gc.collect()
            if args.limit:
                signal.setitimer(signal.ITIMER_PROF, 0)
            if last.get(case) == text:
                note(end=case, same=True)
            else:
                note(end=case, outcome=text)
            last[case] = text
        if dxpy and args.settle and number < args.rounds - 1:
            settle(dxpy, args.settle)
    work = counted(dxpy.stats()) if dxpy else {}
    note(done=True, work=work, enabled=bool(dxpy and dxpy.is_enabled()))


if __name__ == "__main__":
    main()
