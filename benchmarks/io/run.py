"""All programs with all participants, side by side: a table, a plot, and JSON in benchmarks/results.

    python benchmarks/io/run.py [--rounds 3] [--only WORDS]

Each measurement is a process of its own with a fixed number of operations; rounds alternate between participants, and
the best of each counts.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
from pathlib import Path

from one import PROGRAMS, participants
from participants import FILES

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
RESULTS = ROOT / "benchmarks" / "results"


def measure(program, name):
    """The figures of one process, or None when the participant cannot do it."""
    extra = FILES[name][1] if name in FILES else {}
    environment = {
        **os.environ,
        **extra,
        "PYTHONPATH": f"{ROOT}{os.pathsep}{os.environ.get('PYTHONPATH', '')}",
    }
    result = subprocess.run(
        [sys.executable, str(HERE / "one.py"), program, name],
        capture_output=True,
        text=True,
        env=environment,
        timeout=300,
        check=False,
    )
    if result.returncode:
        print(f"{program}, {name}: {result.stderr.strip().splitlines()[-1]}", file=sys.stderr)
        return None
    return json.loads(result.stdout)


def best(rounds):
    """The smallest of each figure."""
    rounds = [one for one in rounds if one is not None]
    return {key: min(one[key] for one in rounds) for key in rounds[0]} if rounds else None


def shown(figures):
    """A figure as text."""
    if figures is None:
        return "-"
    if "bytes" in figures:
        return f"{figures['bytes']:.0f} bytes, {figures['threads']} threads"
    text = f"{figures['seconds'] * 1e6:.1f} µs"
    if "lag" in figures:
        text += f" (lag {figures['lag'] * 1e3:.1f} ms, {figures['lag with pauses'] * 1e3:.1f} ms with the machine's pauses)"
    return text


def bars(found):
    """The bars the reactor is held to: (what, figure, bar, reached)."""

    def seconds(program, name):
        return found[program][name]["seconds"]

    def others(program):
        return min(
            figures["seconds"]
            for name, figures in found[program].items()
            if name not in ("plain", "dxpy") and figures is not None
        )

    hot, wide, stat, write = (
        "read_file 4 KiB, 1 at a time",
        "read_file 4 KiB, 100 in flight",
        "stat",
        "write_file 64 KiB",
    )
    lines, cold, echo, memory = (
        "10,000 lines",
        "cold reads, 64 in flight",
        "echo 1 KiB",
        "memory of 100,000 operations",
    )
    rows = []

    def at_least(what, program, ratio, bar):
        if program in found:
            rows.append((what, ratio(), f">= {bar}", ratio() >= bar))

    def at_most(what, program, ratio, bar):
        if program in found:
            rows.append((what, ratio(), f"<= {bar}", ratio() <= bar))

    at_least("hot read, over aiofiles", hot, lambda: seconds(hot, "aiofiles") / seconds(hot, "dxpy"), 25)
    at_least("hot read, over the best other", hot, lambda: others(hot) / seconds(hot, "dxpy"), 3)
    at_most(
        "hot read, of plain open/read/close", hot, lambda: seconds(hot, "dxpy") / seconds(hot, "plain"), 2.5
    )
    at_least(
        "100 in flight, over aiofiles", wide, lambda: seconds(wide, "aiofiles") / seconds(wide, "dxpy"), 10
    )
    at_least("100 in flight, over the best other", wide, lambda: others(wide) / seconds(wide, "dxpy"), 2)
    at_least(
        "10,000 lines, over aiofiles", lines, lambda: seconds(lines, "aiofiles") / seconds(lines, "dxpy"), 50
    )
    at_most(
        "10,000 lines, of a plain loop", lines, lambda: seconds(lines, "dxpy") / seconds(lines, "plain"), 4
    )
    at_least("stat, over aiofiles.os", stat, lambda: seconds(stat, "aiofiles") / seconds(stat, "dxpy"), 15)
    at_least("cold reads, over the best other", cold, lambda: others(cold) / seconds(cold, "dxpy"), 1)
    at_most("cold reads, p99.9 lag in ms", cold, lambda: found[cold]["dxpy"]["lag"] * 1e3, 5)
    at_least(
        "write_file, over aiofiles", write, lambda: seconds(write, "aiofiles") / seconds(write, "dxpy"), 3
    )
    at_least(
        "echo, over asyncio streams",
        echo,
        lambda: seconds(echo, "asyncio streams") / seconds(echo, "dxpy"),
        1.5,
    )
    at_least(
        "echo, over uvloop streams",
        echo,
        lambda: seconds(echo, "uvloop streams") / seconds(echo, "dxpy"),
        0.9,
    )
    at_most("memory, bytes an operation", memory, lambda: found[memory]["dxpy"]["bytes"], 1024)
    return rows


def plot(found, path):
    """Speed relative to aiofiles (asyncio's streams for echo), one panel a program."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    programs = [program for program in found if "memory" not in program]
    figure, axes = pyplot.subplots(len(programs), 1, figsize=(9, 1.7 * len(programs)), squeeze=False)
    for axis, program in zip(axes[:, 0], programs, strict=True):
        measured = {name: one["seconds"] * 1e6 for name, one in found[program].items() if one is not None}
        colours = [
            "#c44" if name.startswith("dxpy") else "#888" if name == "plain" else "#48c" for name in measured
        ]
        axis.barh(list(measured), list(measured.values()), color=colours)
        axis.set_xscale("log")
        axis.invert_yaxis()
        axis.set_title(f"{program} (µs an operation, less is better)", fontsize=9, loc="left")
        axis.tick_params(labelsize=7)
    figure.tight_layout()
    figure.savefig(path, dpi=110)


def main():
    """Measure, print, write."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", default="")
    options = parser.parse_args()
    found = {}
    for program in PROGRAMS:
        if options.only not in program:
            continue
        rounds = {name: [] for name in participants(program)}
        for _ in range(options.rounds):
            for name in rounds:
                rounds[name].append(measure(program, name))
        found[program] = {name: best(figures) for name, figures in rounds.items()}
        print(f"\n{program}")
        for name, figures in found[program].items():
            print(f"  {name:18} {shown(figures)}", flush=True)
    checks = bars(found)
    print("\nbar                                    measured")
    for what, figure, bar, reached in checks:
        print(f"{what:38} {figure:8.2f}  {bar:9} {'reached' if reached else 'MISSED'}")
    machine = {"python": platform.python_version(), "kernel": platform.release(), "cpus": os.cpu_count()}
    RESULTS.mkdir(exist_ok=True)
    report = {
        "machine": machine,
        "rounds": options.rounds,
        "programs": found,
        "bars": [dict(zip(("what", "measured", "bar", "reached"), row, strict=True)) for row in checks],
    }
    if not options.only:
        (RESULTS / "io.json").write_text(json.dumps(report, indent=1) + "\n")
        plot(found, RESULTS / "io.png")


if __name__ == "__main__":
    main()
