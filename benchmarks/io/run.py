"""All programs with all participants, side by side: a table, a plot, and JSON in benchmarks/results.

    python benchmarks/io/run.py [--rounds 2] [--only WORDS]

Each measurement is a process of its own that repeats a fixed number of operations; rounds alternate between
participants, and the best of each counts. Programs of short calls that are held to a bar have all rounds, the others
one. Beside the time that passes stands the processor's, which a busy machine changes less. Takes some four minutes.
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
    try:
        result = subprocess.run(
            [sys.executable, str(HERE / "one.py"), program, name],
            capture_output=True,
            text=True,
            env=environment,
            timeout=120,
            check=False,
        )
    except subprocess.TimeoutExpired:
        print(f"{program}, {name}: not done within two minutes", file=sys.stderr)
        return None
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
    text = f"{figures['seconds'] * 1e6:9.1f} µs {figures['cpu'] * 1e6:9.1f} µs of the processor"
    for key in ("turn", "longest turn", "lag", "lag with pauses", "idle lag"):
        if key in figures:
            text += f", {key} {figures[key] * 1e3:.1f} ms"
    return text


HOT, WIDE, STAT, WRITE = (
    "read_file 4 KiB, 1 at a time",
    "read_file 4 KiB, 100 in flight",
    "stat",
    "write_file 64 KiB",
)
LINES, COLD, ECHO, MEMORY = (
    "10,000 lines",
    "cold reads, 64 in flight",
    "echo 1 KiB",
    "memory of 100,000 operations",
)
OTHERS = "the best other"

# What the reactor is held to, in times faster than somebody: (program, than whom, at least).
SPEED_BARS = (
    (HOT, "aiofiles", 25),
    (HOT, OTHERS, 3),
    (HOT, "plain", 1 / 2.5),
    (WIDE, "aiofiles", 10),
    (WIDE, OTHERS, 2),
    (LINES, "aiofiles", 50),
    (LINES, "plain", 1 / 4),
    (STAT, "aiofiles", 15),
    (COLD, OTHERS, 1),
    (WRITE, "aiofiles", 3),
    (ECHO, "asyncio streams", 1.5),
    (ECHO, "uvloop streams", 0.9),
)
# And in figures of its own: (program, figure, what it is, how many of a unit at most).
OWN_BARS = (
    (COLD, "turn", "p99.9 of the loop's turns, ms of the processor", 1e3, 5),
    (COLD, "lag", "p99.9 lag without the machine's pauses, ms", 1e3, 5),
    (MEMORY, "bytes", "bytes an operation", 1, 1024),
)
TWICE = (HOT, WIDE, STAT, WRITE, ECHO)


def figure_of(measured, name, key):
    """A participant's figure, the best other's for OTHERS; None when it was not measured."""
    names = [name] if name != OTHERS else [one for one in measured if not one.startswith(("plain", "dxpy"))]
    figures = [measured[one][key] for one in names if measured.get(one) is not None and key in measured[one]]
    return min(figures, default=None)


def bars(found):
    """What was reached: (what, measured, the same in time of the processor or None, bar, reached)."""
    rows = []
    for program, name, least in SPEED_BARS:
        ratios = []
        for key in ("seconds", "cpu"):
            theirs = figure_of(found.get(program, {}), name, key)
            ours = figure_of(found.get(program, {}), "dxpy", key)
            ratios.append(theirs / ours if theirs and ours else None)
        if ratios[0] is not None:
            rows.append((f"{program}, over {name}", *ratios, f">= {least:g}", ratios[0] >= least))
    for program, key, what, unit, most in OWN_BARS:
        ours = figure_of(found.get(program, {}), "dxpy", key)
        if ours is not None:
            rows.append((f"{program}, {what}", ours * unit, None, f"<= {most}", ours * unit <= most))
    return rows


def readme_table(found):
    """The table for README.md: microseconds an operation."""
    lines = [
        "| µs an operation | plain calls | dxpy | aiofiles | the best other | |",
        "|---|---|---|---|---|---|",
    ]
    for program, measured in found.items():
        if program == MEMORY or not measured.get("dxpy"):
            continue
        first, second = (
            ("asyncio streams", "uvloop streams") if program.startswith("echo") else ("aiofiles", OTHERS)
        )
        names = ("plain", "dxpy", first, second)
        figures = [figure_of(measured, name, "seconds") for name in names]
        cells = ["" if one is None else f"{one * 1e6:,.1f}" for one in figures]
        gain = f"{figures[2] / figures[1]:.1f}x" if figures[2] else ""
        lines.append(f"| {program} | {' | '.join(cells)} | {gain} |")
    lines.append("")
    lines.append(
        "For echo the last two are asyncio's and uvloop's streams; the factor is dxpy over the third column."
    )
    return "\n".join(lines)


def write_readme(found):
    """Put the table where README.md has its place for it."""
    path = ROOT / "README.md"
    before, rest = path.read_text().split("<!-- io figures -->\n")
    _, after = rest.split("<!-- end of io figures -->")
    path.write_text(f"{before}<!-- io figures -->\n{readme_table(found)}\n<!-- end of io figures -->{after}")


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
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--only", default="")
    options = parser.parse_args()
    found = {}
    for program in PROGRAMS:
        if options.only not in program:
            continue
        rounds = {name: [] for name in participants(program)}
        for _ in range(options.rounds if program in TWICE else 1):
            for name in rounds:
                rounds[name].append(measure(program, name))
        found[program] = {name: best(figures) for name, figures in rounds.items()}
        print(f"\n{program}")
        for name, figures in found[program].items():
            print(f"  {name:18} {shown(figures)}", flush=True)
    checks = bars(found)
    print(f"\n{'bar':72} measured      cpu")
    for what, figure, processor, bar, reached in checks:
        cpu = "" if processor is None else f"{processor:8.2f}"
        print(f"{what:72} {figure:8.2f} {cpu:8} {bar:8} {'reached' if reached else 'MISSED'}")
    machine = {"python": platform.python_version(), "kernel": platform.release(), "cpus": os.cpu_count()}
    RESULTS.mkdir(exist_ok=True)
    report = {
        "machine": machine,
        "rounds": options.rounds,
        "programs": found,
        "bars": [
            dict(zip(("what", "measured", "cpu", "bar", "reached"), row, strict=True)) for row in checks
        ],
    }
    if not options.only:
        (RESULTS / "io.json").write_text(json.dumps(report, indent=1) + "\n")
        plot(found, RESULTS / "io.svg")
        write_readme(found)


if __name__ == "__main__":
    main()
