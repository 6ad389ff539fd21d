"""Stock CPython against dxpy, and against what else is installed: benchmarks/programs and pyperformance.

    python benchmarks/run.py [--quick] [--pairs 5] [--seconds 3] [--programs fib,md5_pure] [--pyperformance [chaos,go]]

Both sides run on the same interpreter, in turn, pinned to one core (the compiler worker may use the others), each
process from cold with an empty code cache. A program's figure is the median over its processes; a process's steady time is the median of
the second half of its runs, its first-run time is that of the first. Writes JSON and a plot into benchmarks/results/.
"""

import argparse
import json
import platform
import shutil
import statistics
import sys
import time
from pathlib import Path

import measure
import packaged
from rich.console import Console
from rich.table import Table

HERE = Path(__file__).resolve().parent
CONSOLE = Console(width=None if sys.stdout.isatty() else 130)
STARTUPS = {
    "python -c pass": ["-c", "pass"],
    "import of 20 modules": [
        "-c",
        "import json, re, argparse, logging, unittest, http.client, email.message, asyncio",
    ],
}


def engines(args):
    """Every engine that is there; stock first, dxpy second."""
    options = dict(pair.split("=", 1) for pair in args.option)
    found = [measure.stock(), measure.dxpy(environment=options)]
    if args.quick:
        return found
    if pypy := shutil.which("pypy3"):
        found.append(measure.Engine("pypy", pypy))
    if measure.installed(sys.executable, "numba"):
        found.append(measure.Engine("numba", sys.executable, ("--numba",), needs="NUMBA"))
    if measure.installed(sys.executable, "Cython"):
        found.append(measure.Engine("cython", sys.executable, ("--cython",)))
    return found


def figures(processes):
    return {
        "steady": statistics.median(p.steady for p in processes),
        "first": statistics.median(p.first for p in processes),
        "memory": statistics.median(p.memory for p in processes),
        "spread": max(p.steady for p in processes) / min(p.steady for p in processes),
        "tiers": processes[-1].tiers,
        "times": [p.times for p in processes],
    }


def measure_program(program, columns, args):
    """name of engine -> figures, or {"failed": why}; the engines take turns."""
    runs = {engine.name: [] for engine in columns}
    failed = {}
    for _ in range(args.pairs):
        for engine in columns:
            if engine.name in failed or not engine.fits(program):
                continue
            try:
                runs[engine.name].append(
                    measure.process(engine, program, seconds=args.seconds, quick=args.quick)
                )
            except measure.Failed as error:
                failed[engine.name] = str(error)
    result = {
        name: figures(processes) for name, processes in runs.items() if processes and name not in failed
    }
    result.update({name: {"failed": why} for name, why in failed.items()})
    return result


def measure_startup(columns, args):
    result = {}
    for name, command in STARTUPS.items():
        times = {engine.name: [] for engine in columns[:2]}
        for _ in range(2 * args.pairs + 1):
            for engine in columns[:2]:
                run = ["-m", "dxpy", "run"] if engine.name == "dxpy" else []
                extra = {"PYTHONPATH": str(measure.ROOT), **engine.environment} if run else {}
                env = measure.clean_environment(extra)
                try:
                    times[engine.name].append(measure.run([engine.python, *run, *command], env))
                except measure.Failed as error:
                    print(error, file=sys.stderr)
        result[name] = {engine: statistics.median(seconds) for engine, seconds in times.items() if seconds}
    return result


def ratio(program, kind="steady", engine="dxpy"):
    one, two = program.get("stock", {}).get(kind), program.get(engine, {}).get(kind)
    return one / two if one and two else None


def summary(programs):
    ratios = {name: ratio(program) for name, program in programs.items()}
    good = {name: value for name, value in ratios.items() if value}
    slowest = min(good, key=good.get) if good else None
    return {
        "geomean": measure.geomean(good.values()) if good else None,
        "slowest": slowest,
        "slowest ratio": good.get(slowest),
        "first-run geomean": measure.geomean(filter(None, (ratio(p, "first") for p in programs.values())))
        if good
        else None,
        "programs": len(good),
        "failed": [
            name for name, program in programs.items() if any("failed" in f for f in program.values())
        ],
    }


def text(value, form):
    return "-" if value is None else form.format(value)


def show(title, programs, columns):
    table = Table(title=title)
    table.add_column("program")
    others = [engine.name for engine in columns[2:]]
    for name in ("stock ms", "dxpy ms", "ratio", "first run", "memory", "tiers 0/1/2/3", *others):
        table.add_column(name, justify="right")
    for name, program in programs.items():
        one, two = program.get("stock", {}), program.get("dxpy", {})
        more = (two["memory"] - one["memory"]) / 2**20 if "memory" in one and "memory" in two else None
        table.add_row(
            name,
            text(one.get("steady") and one["steady"] * 1000, "{:.2f}"),
            "failed" if "failed" in two else text(two.get("steady") and two["steady"] * 1000, "{:.2f}"),
            text(ratio(program), "{:.2f}x"),
            text(ratio(program, "first"), "{:.2f}x"),
            text(more, "{:+.1f} MB"),
            "/".join(map(str, two.get("tiers") or ["-"])),
            *[text(ratio(program, engine=other), "{:.1f}x") for other in others],
        )
    CONSOLE.print(table)


def show_summary(found, startup):
    if found["geomean"]:
        CONSOLE.print(
            f"geomean {found['geomean']:.2f}x over {found['programs']} programs, slowest {found['slowest']} "
            f"{found['slowest ratio']:.2f}x; first run {found['first-run geomean']:.2f}x"
        )
    for name, times in startup.items():
        line = ", ".join(f"{engine} {seconds * 1000:.1f} ms" for engine, seconds in times.items())
        CONSOLE.print(f"start-up, {name}: {line}")
    if found["failed"]:
        CONSOLE.print(f"[red]failed: {', '.join(found['failed'])}")


def plot(path, programs):
    import matplotlib as mpl

    mpl.use("Agg")
    import matplotlib.pyplot as plt

    ratios = sorted((value, name) for name, program in programs.items() if (value := ratio(program)))
    if not ratios:
        return
    figure, axes = plt.subplots(figsize=(8, 1.2 + 0.26 * len(ratios)))
    axes.barh([name for _, name in ratios], [value for value, _ in ratios], color="#3b6ea5")
    axes.axvline(1, color="black", linewidth=0.8)
    axes.set_xscale("log")
    ticks = [
        tick
        for tick in (0.25, 0.5, 1, 2, 5, 10, 20, 50, 100)
        if tick <= 2 * ratios[-1][0] and tick >= ratios[0][0] / 2
    ]
    axes.set_xticks(ticks, [f"{tick:g}x" for tick in ticks])
    axes.minorticks_off()
    axes.set_xlabel("times as fast as stock CPython (steady state, median)")
    figure.tight_layout()
    figure.savefig(path)


def arguments():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--quick", action="store_true", help="small sizes, one pair, about a second each: a minute in all"
    )
    parser.add_argument("--pairs", type=int)
    parser.add_argument("--seconds", type=float, help="how long a process runs its program")
    parser.add_argument("--programs", help="comma-separated names; all without")
    parser.add_argument(
        "--pyperformance",
        nargs="?",
        const="all",
        metavar="NAMES",
        help="its pure-Python programs too, or only those named, with commas between",
    )
    parser.add_argument("--option", action="append", default=[], help="DXPY_NAME=value for the dxpy side")
    parser.add_argument("--out", default=str(HERE / "results"))
    parser.add_argument("--name", help="name of the files written; default: full or quick")
    args = parser.parse_args()
    args.pairs = args.pairs or (1 if args.quick else 5)
    args.seconds = args.seconds or (0.9 if args.quick else 3.0)
    args.name = args.name or ("quick" if args.quick else "full")
    return args


def main():
    args = arguments()
    columns = engines(args)
    wanted = args.programs.split(",") if args.programs else None
    programs = {}
    begin = time.perf_counter()
    for path in sorted((HERE / "programs").glob("*.py")):
        if wanted is None or path.stem in wanted:
            programs[path.stem] = measure_program(path, columns, args)
            print(
                f"{path.stem:20} {text(ratio(programs[path.stem]), '{:6.2f}x')}", file=sys.stderr, flush=True
            )
    startup = measure_startup(columns, args)
    found = summary(programs)
    result = {
        "command": " ".join(sys.argv),
        "python": sys.version,
        "machine": platform.platform(),
        "pairs": args.pairs,
        "seconds": args.seconds,
        "summary": found,
        "startup": startup,
        "programs": programs,
    }
    show("benchmarks/programs", programs, columns)
    show_summary(found, startup)
    if args.pyperformance:
        names = None if args.pyperformance == "all" else args.pyperformance.split(",")
        result["pyperformance"] = packaged.measure_all(columns[:2], args, names)
        result["pyperformance summary"] = summary(result["pyperformance"])
        show("pyperformance", result["pyperformance"], columns[:2])
        show_summary(result["pyperformance summary"], {})
    out = Path(args.out)
    out.mkdir(parents=True, exist_ok=True)
    (out / f"{args.name}.json").write_text(json.dumps(result, indent=1))
    plot(out / f"{args.name}.svg", {**programs, **result.get("pyperformance", {})})
    print(f"{time.perf_counter() - begin:.0f} s; written to {out}/{args.name}.json and .svg")
    sys.exit(1 if found["failed"] else 0)


if __name__ == "__main__":
    main()
