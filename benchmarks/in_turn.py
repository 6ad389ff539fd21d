"""Stock and dxpy in turn within one process: ratios that hold where one process is much faster than the next.

    python benchmarks/in_turn.py [--tier N] [--warm S] [--seconds S] [NAME ...]

NAME is a program of benchmarks/programs, one of pyperformance's (packaged.py has the names), or a file of Python, whose
functions that are called case_... and take nothing are run. Without names all of pyperformance's are run. Each program
has a process. It warms up under dxpy for --warm seconds; then rounds follow of one turn under dxpy and one with dxpy disabled, for
--seconds. What is printed is the median of the rounds' ratios, stock's time to dxpy's: 2.0 is twice as fast.
--tier: the highest tier that functions reach (0: the frame hook alone).
"""

import argparse
import asyncio
import importlib.util
import inspect
import json
import runpy
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
sys.path.insert(0, str(HERE))

import measure  # noqa: E402
import packaged  # noqa: E402

TURN = 0.05  # seconds that one turn takes at least


class Rounds:
    """Measures things to time: `once(loops)` does one `loops` times and gives the seconds they took."""

    def __init__(self, engine, warm, seconds):
        self.engine, self.warm, self.seconds = engine, warm, seconds
        self.found = {}

    def measure(self, name, once):
        begin, loops = time.perf_counter(), 1
        while (taken := time.perf_counter() - begin) < self.warm:
            if once(loops) < TURN and taken < self.warm / 2:
                loops *= 2
        ratios = []
        begin = time.perf_counter()
        while len(ratios) < 3 or time.perf_counter() - begin < self.seconds:
            ours = once(loops)
            self.engine.disable()
            stock = once(loops)
            self.engine.enable()
            ratios.append(stock / ours)
        self.found[name] = statistics.median(ratios)


def times_of(function, arguments):
    def once(loops):
        begin = time.perf_counter()
        for _ in range(loops):
            function(*arguments)
        return time.perf_counter() - begin

    return once


class Runner:
    """What pyperformance's programs use of pyperf.Runner, measuring in turn."""

    rounds = None  # set before a program is run

    def __init__(self, *_, **options):
        self.metadata = {}
        self.argparser = argparse.ArgumentParser()
        self.prepare = options.get("add_cmdline_args")

    def parse_args(self, args=None):
        self.args = self.argparser.parse_args(args)
        return self.args

    def bench_func(self, name, function, *arguments, inner_loops=1, metadata=None):
        self.rounds.measure(name, times_of(function, arguments))

    def bench_time_func(self, name, function, *arguments, inner_loops=1, metadata=None):
        self.rounds.measure(name, lambda loops: function(loops, *arguments))

    def bench_async_func(self, name, function, *arguments, inner_loops=1, metadata=None, loop_factory=None):
        self.rounds.measure(name, times_of(lambda: asyncio.run(function(*arguments)), ()))

    def bench_command(self, name, command):
        print(f"{name}: left out, it is a process of its own", file=sys.stderr)


def load(path):
    spec = importlib.util.spec_from_file_location(Path(path).stem, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def measure_file(rounds, path):
    sys.path.insert(0, str(Path(path).parent))
    for name, function in vars(load(path)).copy().items():
        if name.startswith("case_") and inspect.isfunction(function):
            rounds.measure(name, times_of(function, ()))


def measure_own(rounds, path):
    program = load(path)
    state = program.setup(program.SIZE)
    rounds.measure(path.stem, times_of(program.run, (state,)))


def measure_packaged(rounds, name):
    import pyperf

    Runner.rounds = rounds
    pyperf.Runner = Runner
    rows = {row[0]: row for row in packaged.PROGRAMS}
    if name not in rows:
        sys.exit(
            f"no program {name!r}: it is none of benchmarks/programs, none of {', '.join(rows)}, and no file"
        )
    _, place, arguments = rows[name]
    script = packaged.folder(sys.executable) / place / "run_benchmark.py"
    sys.path.insert(0, str(script.parent))
    sys.argv = [str(script), *arguments]
    runpy.run_path(str(script), run_name="__main__")


def child(args):
    """One program in this process; its ratios as JSON to args.child."""
    sys.path.insert(0, str(args.root))
    import dxpy

    dxpy.enable()
    rounds = Rounds(dxpy, args.warm, args.seconds)
    name = args.names[0]
    own = HERE / "programs" / f"{name}.py"
    if name.endswith(".py"):
        measure_file(rounds, name)
    elif own.exists():
        measure_own(rounds, own)
    else:
        measure_packaged(rounds, name)
    Path(args.child).write_text(json.dumps(rounds.found), encoding="utf-8")


def program(args, name):
    """Ratios of one program, measured in a process of its own."""
    with tempfile.TemporaryDirectory(prefix="dxpy-bench-") as work:
        out = Path(work, "out.json")
        extra = {"DXPY_CACHE_DIR": work} | ({} if args.tier is None else {"DXPY_MAX_TIER": str(args.tier)})
        options = [f"--warm={args.warm}", f"--seconds={args.seconds}", f"--root={args.root}"]
        command = [sys.executable, __file__, *options, "--child", str(out), name]
        done = subprocess.run(
            command, env=measure.clean_environment(extra), check=False, capture_output=True, text=True
        )
        if not out.exists():
            print(f"{name}: {packaged.why(done.stderr)}", file=sys.stderr)
            return {}
        return json.loads(out.read_text(encoding="utf-8"))


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--tier", type=int, help="highest tier")
    parser.add_argument("--warm", type=float, default=4.0, help="seconds under dxpy before the first round")
    parser.add_argument("--seconds", type=float, default=4.0, help="seconds of rounds")
    parser.add_argument("--root", type=Path, default=ROOT, help="the built tree to import dxpy from")
    parser.add_argument("--child", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.child:
        child(args)
        return
    ratios = {}
    for name in args.names or [row[0] for row in packaged.PROGRAMS]:
        for case, ratio in program(args, name).items():
            ratios[case] = ratio
            print(f"{case:28} {ratio:6.3f}x", flush=True)
    if ratios:
        print(
            f"{len(ratios)} figures, geomean {statistics.geometric_mean(ratios.values()):.3f}x, "
            f"lowest {min(ratios, key=ratios.get)} {min(ratios.values()):.3f}x"
        )


if __name__ == "__main__":
    main()
