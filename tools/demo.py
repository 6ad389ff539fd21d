"""A few programs of benchmarks/programs, stock and under dxpy side by side, and what became of one function."""

import argparse
import sys
from pathlib import Path

from rich.console import Console
from rich.live import Live
from rich.table import Table

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "benchmarks"))

import measure

SHOWN = [
    "fib",
    "mandelbrot",
    "nbody_objects",
    "sieve_list",
    "levenshtein",
    "queens_bitmask",
    "scheduler",
    "generators",
    "strings",
]
EXPLAINED = ("queens_bitmask", "place")


def table(rows):
    made = Table(
        title="The same programs, the same interpreter",
        caption="median of the second half of the runs; pinned to one core, one after the other",
    )
    made.add_column("program")
    made.add_column("what it does")
    for name in ("stock", "dxpy", "speed-up", "first run", "functions at tier 1/2/3"):
        made.add_column(name, justify="right")
    for row in rows:
        made.add_row(*row)
    return made


def what(program):
    return program.read_text().split('"""')[1].split(":")[0].split(";")[0].split(",")[0]


def milliseconds(seconds):
    return f"{seconds * 1000:.1f} ms"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=2.0, help="how long each program runs on each side")
    args = parser.parse_args()
    console = Console(width=None if sys.stdout.isatty() else 140)
    rows, ratios, explained, failed = [], [], "", []
    with Live(table(rows), console=console, refresh_per_second=4, transient=False) as live:
        for name in SHOWN:
            program = ROOT / "benchmarks" / "programs" / f"{name}.py"
            stock = measure.process(measure.stock(), program, seconds=args.seconds / 2, quick=False)
            rows.append([name, what(program), milliseconds(stock.steady), "...", "", "", ""])
            live.update(table(rows))
            try:
                dxpy = measure.process(
                    measure.dxpy(), program, seconds=args.seconds, quick=False, explain=name == EXPLAINED[0]
                )
            except measure.Failed as error:
                failed.append(str(error))
                rows[-1][3] = "[red]failed"
                continue
            ratio = stock.steady / dxpy.steady
            ratios.append(ratio)
            colour = "green" if ratio > 1.05 else "red" if ratio < 0.95 else "default"
            rows[-1][3:] = [
                milliseconds(dxpy.steady),
                f"[{colour}]{ratio:.2f}x",
                f"{stock.first / dxpy.first:.2f}x",
                "/".join(map(str, dxpy.tiers[1:])),
            ]
            live.update(table(rows))
            if name == EXPLAINED[0]:
                explained = dxpy.explain.get(EXPLAINED[1], "")
    if ratios:
        console.print(f"\ngeometric mean of the speed-ups: [bold]{measure.geomean(ratios):.2f}x[/bold]\n")
    if explained:
        console.print(f"dxpy.explain({EXPLAINED[1]}) in {EXPLAINED[0]}.py:", style="bold")
        console.print(explained, highlight=False, markup=False)
    for message in failed:
        console.print(message, style="red", markup=False)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
