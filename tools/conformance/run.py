"""Run CPython's own test package in every mode, case by case against stock.

    python tools/conformance/run.py [--modes tier1,tier2] [--modules test_dict,test_list] [--slice] [--budget 1200] [--rounds 3]

What has been run is kept and not run again until the interpreter or dxpy's build changes; --fresh forgets it. A
module that differs from stock is run once more in the mode and once more in stock, so that a case that is unsteady in
stock is told from one that dxpy breaks. With --rounds every process runs the cases so often, stock's too, and what is hot is
compiled between rounds, many functions at a time: far quicker than at their calls, and with the types that the first round
met. Exit status 1: there are differences that are not exempt.
"""

import argparse
import concurrent.futures
import glob
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path.insert(0, str(HERE.parent))

from proving import modes, watch

from conformance import report, results

DEATHS = 6
STOCK_LIMIT = 300
SETTLE_LIMIT = 600


class Runner:
    def __init__(self, args):
        self.python = args.python
        self.rounds = args.rounds
        self.stock_limit = STOCK_LIMIT * args.rounds
        self.work = Path(args.results, *([f"rounds{args.rounds}"] if args.rounds > 1 else []))
        self.deadline = time.monotonic() + args.budget if args.budget else None
        self.rules = results.exemptions()
        version = subprocess.check_output([self.python, "-VV"], text=True).strip()
        built = [
            *glob.glob(f"{ROOT}/dxpy/*.so"),
            *glob.glob(f"{ROOT}/dxpy/bin/*"),
            *glob.glob(f"{ROOT}/dxpy/*.py"),
        ]
        prints = {False: results.fingerprint(version), True: results.fingerprint(version, built)}
        self.version = version
        self.cache = Path(args.results) / "cache" / prints[True]
        self.store = results.Store(self.work, prints)
        self.lock = threading.Lock()
        self.left_out = 0

    def modules(self):
        code = "from test.libregrtest.runtest import findtests; print('\\n'.join(findtests()))"
        return subprocess.check_output([self.python, "-c", code], text=True).split()

    def once(self, module, mode, limit, hopeless=()):
        """One run of a module; the module is started anew without the case it died in, a few times at most.
        `hopeless` are (case, death) of cases that end the stock process: they are not tried again."""
        cases, details, work, deaths, enabled = dict(hopeless), {}, {}, [], False
        start = time.monotonic()
        for _ in range(DEATHS):
            watched = self.child(module, mode, limit, cases)
            for event in watched.ended:
                cases[event["end"]] = event["outcome"]
                if event["outcome"] not in ("pass", "expected failure"):
                    details[event["end"]] = event["detail"]
            if watched.done:
                work, enabled = watched.done["work"], watched.done["enabled"]
            if watched.death is None:
                break
            guilty = watched.running or f"exit {module}"
            cases[guilty], details[guilty] = watched.death, self.log_tail(module, mode)
            deaths.append([guilty, watched.death])
            if watched.running is None or guilty.startswith("import "):
                break
        seconds = round(time.monotonic() - start, 2)
        return {
            "cases": cases,
            "details": details,
            "deaths": deaths,
            "work": work,
            "enabled": enabled,
            "seconds": seconds,
        }

    def log(self, module, mode):
        path = self.work / "logs" / f"{module}.{mode.name}.log"
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def log_tail(self, module, mode):
        return self.log(module, mode).read_bytes()[-3000:].decode("utf-8", "replace")

    def child(self, module, mode, limit, known):
        """Watch one child in an empty folder of its own."""
        folder = tempfile.mkdtemp(prefix="dxpy-conformance-")
        try:
            without = Path(folder, "without")
            without.write_text("\n".join(known))
            where = Path(folder, "work")
            where.mkdir()
            command = [
                self.python,
                "-u",
                "-W",
                "default",
                str(HERE / "child.py"),
                f"{folder}/events",
                f"test.{module}",
            ]
            command += ["--without", str(without), "--rounds", str(self.rounds)]
            if mode.enabled:
                command += ["--dxpy", str(ROOT)]
            if mode.settle:
                command += ["--settle", str(SETTLE_LIMIT)]
            cache = self.cache / (mode.name if mode.warm else "shared")
            env = modes.environment(mode, cache, TMPDIR=str(where))
            return watch.run(
                command, f"{folder}/events", env=env, cwd=where, log=self.log(module, mode), timeout=limit
            )
        finally:
            subprocess.run(["chmod", "-R", "u+rwX", folder], check=False, stderr=subprocess.DEVNULL)
            shutil.rmtree(folder, ignore_errors=True)

    def run(self, module, mode):
        """The record of a module in a mode, from disk where that is still valid; None: the budget is used up."""
        record = self.store.load(module, mode)
        if record:
            return record
        if self.deadline and time.monotonic() > self.deadline:
            with self.lock:
                self.left_out += 1
            return None
        if not mode.enabled:
            first = self.once(module, mode, self.stock_limit)
            again = self.once(module, mode, self.stock_limit, first["deaths"])
            return self.store.save(module, mode, [first, again])
        stock = self.run(module, modes.STOCK)
        if stock is None:
            return None
        hopeless = stock["runs"][0]["deaths"]
        limit = 300 + 10 * min(stock["runs"][0]["seconds"], STOCK_LIMIT / 2)
        limit += SETTLE_LIMIT * mode.settle * self.rounds
        if mode.warm:
            self.once(module, mode, limit, hopeless)
        record = self.store.save(module, mode, [self.once(module, mode, limit, hopeless)])
        if any(not found.exempt for found in results.differences(stock, record, self.rules)):
            runs = [*record["runs"], self.once(module, mode, limit, hopeless)]
            third = self.once(module, modes.STOCK, self.stock_limit, hopeless)
            self.store.save(module, modes.STOCK, [*stock["runs"], third])
            record = self.store.save(module, mode, runs)
        return record

    def line(self, module, mode, record):
        if record is None:
            return
        run = record["runs"][0]
        text = f"{mode.name:10} {module:32} {len(run['cases']):5} cases {run['seconds']:7.1f} s"
        if mode.enabled:
            found = results.differences(self.store.load(module, modes.STOCK), record, self.rules)
            wrong = [item for item in found if not item.exempt]
            text += f"  {len(wrong)} differ" if wrong else "  same"
            for item in wrong[:10]:
                text += f"\n    {item.case}: {item.stock} -> {item.found} ({item.seen})"
        with self.lock:
            print(text, flush=True)

    def task(self, module, mode):
        self.line(module, mode, self.run(module, mode))


def arguments():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--python", default=sys.executable, help="the interpreter whose test package is run")
    parser.add_argument("--modes", default="all", help="comma-separated; all: every mode that enables dxpy")
    parser.add_argument("--modules", help="comma-separated, without the package: test_dict,test_list")
    parser.add_argument("--slice", action="store_true", help="the modules of slice.txt")
    parser.add_argument("--budget", type=float, help="start nothing more after so many seconds")
    parser.add_argument("--rounds", type=int, default=1, help="how often a process runs the cases")
    parser.add_argument("--jobs", type=int, default=min(2, os.cpu_count()))
    parser.add_argument("--fresh", action="store_true", help="forget earlier results first")
    parser.add_argument("--results", default=str(ROOT / "build" / "conformance"))
    parser.add_argument("--note", default="", help="a sentence for the table: what was measured")
    parser.add_argument(
        "--table", help="write all valid results, also of earlier runs, to this Markdown file"
    )
    return parser.parse_args()


def main():
    args = arguments()
    if args.fresh:
        shutil.rmtree(args.results, ignore_errors=True)
    runner = Runner(args)
    chosen = modes.named(args.modes)
    if args.rounds > 1:
        chosen = [modes.batched(mode) for mode in chosen]
    if args.modules:
        modules = args.modules.split(",")
    elif args.slice:
        modules = (HERE / "slice.txt").read_text().split()
    else:
        modules = runner.modules()
    with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
        for mode in dict.fromkeys([modes.STOCK, *chosen]):
            list(pool.map(lambda module, mode=mode: runner.task(module, mode), modules))
    found = report.Report(runner.store, runner.version, modules, chosen, runner.rules)
    print(found.summary())
    if runner.left_out:
        print(f"{runner.left_out} module runs were left out: the budget of {args.budget:.0f} s was used up")
    if args.table:
        everything = report.Report(runner.store, runner.version, runner.modules(), modes.MODES, runner.rules)
        Path(args.table).write_text(everything.markdown(args.note))
    sys.exit(1 if found.wrong() else 0)


if __name__ == "__main__":
    main()
