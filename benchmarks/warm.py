"""What a warm start brings: the second run of programs against their first, against stock and against their steady state.

    python benchmarks/warm.py [--pairs 5] [--programs collatz,spectral] [--suites mpmath] [--seconds 3]

Everything runs in turn on one core (the processes that are started together use all). Besides wall time there is
the processor's, which a busy machine distorts less. Writes JSON into benchmarks/results/warm.json.
"""

import argparse
import contextlib
import json
import os
import resource
import statistics
import subprocess
import sys
import tarfile
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import many_functions
import measure

HERE = Path(__file__).resolve().parent
DXPY = [sys.executable, "-m", "dxpy"]
ENTRIES = 10_000

# Runs until all that is hot is compiled, so that what counts is compiling.
TOGETHER = """
import time
FUNCTIONS = []
for number in range(12):
    names = {}
    exec(f"def hot{number}(n):\\n    s = 0\\n    for i in range(n):\\n        s += i * {number} & 7\\n    return s", names)
    FUNCTIONS.append(names[f"hot{number}"])
until = time.monotonic() + 60
import dxpy
while time.monotonic() < until:
    for f in FUNCTIONS: f(3)
    s = dxpy.stats()
    if s.tier2_functions >= 12: break
    time.sleep(0.002)
print(s.tier2_functions, s.total_compiles)
"""
TOGETHER_OPTIONS = {"DXPY_THRESHOLDS": "50,200,1000000", "DXPY_OSR": "0", "DXPY_ONLY": "*hot*"}


@dataclass(frozen=True)
class Suite:
    """Tests of a package: paths where it is installed or, with `source`, in its source distribution."""

    tests: tuple
    source: bool = False
    needs: tuple = ()


SUITES = {
    "pyparsing": Suite(("tests/test_simple_unit.py", "tests/test_unit.py"), source=True),
    "mpmath": Suite(("mpmath/tests",), needs=("hypothesis", "pexpect")),
    "sympy": Suite(
        ("sympy/core/tests/test_arit.py", "sympy/core/tests/test_expr.py", "sympy/core/tests/test_subs.py"),
        needs=("hypothesis",),
    ),
}


def environment(cache, **extra):
    return measure.clean_environment({"PYTHONPATH": str(measure.ROOT), "DXPY_CACHE_DIR": str(cache), **extra})


def timed(command, env, pinned=True, folder=HERE):
    """Seconds of wall time and of the processor's, children included."""
    pin = {measure.core()} if pinned else os.sched_getaffinity(0)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    done = subprocess.run(
        command,
        env=env,
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: os.sched_setaffinity(0, pin),
    )
    wall = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        raise measure.Failed(f"{command}: status {done.returncode}\n{done.stderr[-1000:]}")
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def against(one, other, pairs):
    """Medians over pairs of what `one` and `other` take: wall and processor, each in seconds, and their ratios."""
    rows = [(one(), other()) for _ in range(pairs)]
    figures = {}
    for kind, name in enumerate(("wall", "processor")):
        stock, mine = [row[0][kind] for row in rows], [row[1][kind] for row in rows]
        figures[name] = {
            "stock": statistics.median(stock),
            "dxpy": statistics.median(mine),
            "ratio": statistics.median(a / b for a, b in zip(stock, mine, strict=True)),
            "difference": statistics.median(b - a for a, b in zip(stock, mine, strict=True)),
        }
    return figures


def latter(times):
    """Median of the second half: what is hot is compiled by then."""
    return statistics.median(times[len(times) // 2 :])


def first_iterations(programs, args):
    """For each program: its first run() in a second process against the steady state of that process."""
    result = {}
    for program in programs:
        with tempfile.TemporaryDirectory(prefix="dxpy-warm-") as cache:
            engine = measure.dxpy(environment={"DXPY_CACHE_DIR": cache, "DXPY_SETTLE": "60"})
            stock = measure.process(measure.stock(), program, seconds=0.5, quick=False)
            cold = measure.process(engine, program, seconds=args.seconds, quick=False)
            warm = [
                measure.process(engine, program, seconds=args.seconds / 2, quick=False)
                for _ in range(args.pairs)
            ]
        figures = result[program.stem] = {}
        for kind, times in (("wall", lambda run: run.times), ("processor", lambda run: run.processor)):
            steady = statistics.median(latter(times(run)) for run in warm)
            first = statistics.median(times(run)[0] for run in warm)
            figures[kind] = {
                "stock": latter(times(stock)),
                "cold first": times(cold)[0],
                "warm first": first,
                "steady": steady,
                "ratio": first / steady,
            }
        print(
            f"{program.stem:20}"
            + "; ".join(
                f" {kind}: cold {row['cold first'] * 1e3:7.1f} ms, warm {row['warm first'] * 1e3:7.1f} ms, "
                f"steady {row['steady'] * 1e3:7.1f} ms, warm to steady {row['ratio']:5.2f}"
                for kind, row in figures.items()
            ),
            flush=True,
        )
    return result


def suites_folder(suites):
    """Where the packages are installed, with the sources of those whose tests are not in them."""
    folder = measure.ROOT / "build" / "warm-suites"
    python = folder / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    pip = [str(python), "-m", "pip", "-q"]
    needs = {need for suite in suites.values() for need in suite.needs}
    subprocess.run([*pip, "install", "pytest", *sorted(needs | set(suites))], check=True)
    for name, suite in suites.items():
        if suite.source and not any(folder.glob(f"{name}-*/")):
            download = [*pip, "download", "--no-deps", "--no-binary", ":all:", "-d", str(folder), name]
            subprocess.run(download, check=True)
            with tarfile.open(next(folder.glob(f"{name}-*.tar.gz"))) as archive:
                archive.extractall(folder)
    return folder, python


def pytest_suites(suites, args):
    """The tests of packages by pytest: their second run with dxpy against stock."""
    folder, python = suites_folder(suites)
    result = {}
    for name, suite in suites.items():
        place = next(folder.glob(f"{name}-*/") if suite.source else folder.glob("lib/python*/site-packages"))
        words = ["-m", "pytest", "-q", "-p", "no:cacheprovider", *suite.tests]
        with tempfile.TemporaryDirectory(prefix="dxpy-warm-") as cache:
            env = environment(cache)
            dxpy = [str(python), "-m", "dxpy", "run"]
            cold = timed([*dxpy, "--settle=120", *words], env, folder=place)
            result[name] = against(
                lambda command=[str(python), *words], place=place: timed(command, env, folder=place),
                lambda command=[*dxpy, *words], place=place: timed(command, env, folder=place),
                max(1, args.pairs // 2),
            )
            result[name]["cold and settled"] = cold[0]
    return result


def command_line(args):
    """A program of a second: its second run with dxpy against stock."""
    program = str(HERE / "command_line.py")
    with tempfile.TemporaryDirectory(prefix="dxpy-warm-") as cache:
        env = environment(cache)
        cold = timed([*DXPY, "run", "--settle=60", program], env)
        figures = against(
            lambda: timed([sys.executable, program], env),
            lambda: timed([*DXPY, "run", program], env),
            args.pairs,
        )
    return {**figures, "cold and settled": cold[0]}


def nothing_to_do(args):
    """`dxpy run -c pass` against `python -c pass`, with a cache that ENTRIES functions and more were compiled into."""
    with tempfile.TemporaryDirectory(prefix="dxpy-warm-") as folder:
        cache = Path(folder, "cache")
        program = str(many_functions.write(Path(folder), ENTRIES))
        timed([*DXPY, "run", program], environment(cache, DXPY_THRESHOLDS="2,5,1000000"))
        env = environment(cache)
        command = [*DXPY, "run", "-c", "from dxpy import _jit; print(_jit.cache_info()['functions'])"]
        done = subprocess.run(command, env=env, capture_output=True, text=True, check=True)
        figures = against(
            lambda: timed([sys.executable, "-c", "pass"], env),
            lambda: timed([*DXPY, "run", "-c", "pass"], env),
            4 * args.pairs + 1,
        )
        return {**figures, "kept": int(done.stdout)}


def started_together(count, settle="0"):
    """`count` processes at once on a cold cache: wall time, what they left in the cache, functions ready in the slowest."""
    with tempfile.TemporaryDirectory(prefix="dxpy-warm-") as folder:
        cache = Path(folder, "cache")
        program = Path(folder, "together.py")
        program.write_text(TOGETHER)
        env = environment(cache, DXPY_SETTLE=settle, **TOGETHER_OPTIONS)
        units = cache / "units"
        start = time.perf_counter()
        processes = [
            subprocess.Popen(
                [*DXPY, "run", str(program)], env=env, cwd=folder, stdout=subprocess.PIPE, text=True
            )
            for _ in range(count)
        ]
        ready = [int(process.communicate()[0].split()[0]) for process in processes]
        wall = time.perf_counter() - start
        return {
            "wall": wall,
            "kept": len(list(units.iterdir())) if units.is_dir() else 0,
            "ready": min(ready),
        }


def together(args):
    rows = [(started_together(1), started_together(8)) for _ in range(args.pairs)]
    kept = [started_together(count, settle="60")["kept"] for count in (1, 8)]
    return {
        "one": statistics.median(one["wall"] for one, _ in rows),
        "eight": statistics.median(eight["wall"] for _, eight in rows),
        "ratio": statistics.median(eight["wall"] / one["wall"] for one, eight in rows),
        "kept of one": kept[0],
        "kept of eight": kept[1],
        "ready": min(eight["ready"] for _, eight in rows),
    }


def show(result):
    if programs := result["programs"]:
        means = result["first against steady"] = {
            kind: measure.geomean(program[kind]["ratio"] for program in programs.values())
            for kind in ("wall", "processor")
        }
        print(
            f"second run, first iteration against steady (geomean of {len(programs)}, bar 1.3): "
            + ", ".join(f"{kind} {mean:.2f}" for kind, mean in means.items())
        )
    suites = {f"pytest of {name}": figures for name, figures in result["suites"].items()}
    for name, both in {
        "command line (bar 3x)": result["command line"],
        f"nothing to do, {result['nothing to do']['kept']} functions kept (bar +20 ms)": result[
            "nothing to do"
        ],
        **{f"{name} (bar 1.3x)": figures for name, figures in suites.items()},
    }.items():
        for kind in ("wall", "processor"):
            figures = both[kind]
            print(
                f"{name}, {kind}: stock {figures['stock'] * 1e3:.1f} ms, dxpy {figures['dxpy'] * 1e3:.1f} ms, "
                f"{figures['ratio']:.2f}x, {figures['difference'] * 1e3:+.1f} ms"
            )
    figures = result["together"]
    print(
        f"8 processes at once (bar 1.3x): {figures['eight']:.2f} s, one {figures['one']:.2f} s, {figures['ratio']:.2f}x; "
        f"in the cache {figures['kept of eight']} units, of one {figures['kept of one']}"
    )


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=3.0, help="how long a process runs its program")
    parser.add_argument("--programs", help="comma-separated names, or none; all without")
    parser.add_argument("--suites", help="comma-separated names, or none; all without")
    parser.add_argument("--out", default=str(HERE / "results"))
    args = parser.parse_args()
    wanted = args.programs.split(",") if args.programs else None
    programs = [p for p in sorted((HERE / "programs").glob("*.py")) if wanted is None or p.stem in wanted]
    suites = {n: s for n, s in SUITES.items() if args.suites is None or n in args.suites.split(",")}
    result = {
        "command line": command_line(args),
        "nothing to do": nothing_to_do(args),
        "together": together(args),
        "programs": first_iterations(programs, args),
        "suites": pytest_suites(suites, args) if suites else {},
    }
    show(result)
    out = Path(args.out)
    with contextlib.suppress(FileExistsError):
        out.mkdir(parents=True)
    (out / "warm.json").write_text(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
