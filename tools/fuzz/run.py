"""Random programs, stock against every mode: output, exceptions with their lines, final state.

    python tools/fuzz/run.py [--count 2000] [--seed 1] [--modes all] [--mix] [--kinds nests] [--batch 50] [--rounds 6]

A batch of cases is one file and, in each mode, one process; with --mix each batch is run in one mode, by turns.
libgccjit runs at --level 0 unless told otherwise: the IR is the same, and compiling is what takes the time. A case that differs is made small (statements and
expressions are taken away as long as it still differs) and filed under tests/regress/. Exit status 1: finds.
"""

import argparse
import concurrent.futures
import itertools
import random
import sys
import tempfile
import threading
import time
from dataclasses import replace
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path.insert(0, str(HERE.parent))

from proving import cases, modes

from fuzz import identities, known, programs, shrink

WHOLE = 8  # of so many batches one is compiled as a whole
GUARDED = 3  # of so many one has memory whose ends are looked at
ENDLESS = 0.7  # seconds of processor time; a case that takes more in stock is left out
# What is added to the usual recursion limit and to those that are set, to find out whether that is all that differs.
LEVELS = sorted(itertools.product(range(-2, 3), repeat=2), key=lambda levels: sum(map(abs, levels)))[1:]
COMMON = [
    "left",
    "case_*",
    "restore*",
    "plain",
    "seen",
    "died",
    "where",
    "stack",
    "around",
    "Watch.*",
    "Noted.*",
    "limited",
    "depth",
    "vshown",
    "vtold",
    "drive*",
]


def around(text, other):
    """What is before and behind the first difference."""
    at = next(
        (i for i, (a, b) in enumerate(zip(text, other, strict=False)) if a != b), min(len(text), len(other))
    )
    return text[max(0, at - 300) : at + 300]


def is_python(source):
    try:
        compile(source, "fuzz", "exec")
    except SyntaxError:
        return False
    return True


def is_one_of(case, found, *runs):
    """Whether each round of a case went as it did in one of some other runs."""
    usual = [run.rounds.get(case, []) for run in runs]
    seen = found.rounds.get(case, [])
    whole = all(len(outcomes) == len(seen) for outcomes in usual)
    return whole and all(outcome in others for outcome, *others in zip(seen, *usual, strict=True))


class Fuzzer:
    def __init__(self, args):
        self.args = args
        self.modes = [mode if args.sync else modes.batched(mode) for mode in modes.named(args.modes)]
        self.kinds = tuple(args.kinds.split(","))
        self.lock = threading.Lock()
        self.finds = []
        self.tried = 0
        self.unusable = 0
        self.compiled = 0
        self.levels = 0
        self.identities = 0
        self.begin = time.monotonic()

    def source(self, names):
        return programs.program(lambda name: random.Random(f"{self.args.seed}:{name}"), names, self.kinds)

    def extra(self, mode, number):
        """Most batches leave interpreted what all programs have, and what is run once a round: it takes most of the time."""
        options = {
            "DXPY_GCC_LEVEL": self.args.level,
            "DXPY_COMPILE_TIMEOUT": "600",
            "DXPY_ONLY": "fuzz_batch.*,small.*",
        }
        if number % WHOLE != 0:
            options["DXPY_EXCLUDE"] = ",".join(
                f"{module}.{name}" for module in ("fuzz_batch", "small") for name in COMMON
            )
        if number % GUARDED == 0:
            options["PYTHONMALLOC"] = "debug"
        if "DXPY_CHANCE" in mode.options:
            options["DXPY_CHANCE"] = str(number + 1)
        return options

    def outcomes(self, mode, source, folder, timeout, number, limit=0):
        path = Path(folder, "fuzz_batch.py")
        path.write_text(source)
        rounds = self.args.rounds
        return cases.run(
            mode, [path], rounds=rounds, timeout=timeout, extra=self.extra(mode, number), limit=limit
        )

    def batch(self, number):
        names = [f"{number * self.args.batch + k:06}" for k in range(self.args.batch)]
        source = self.source(names)
        if not is_python(source):
            kept = [name for name in names if is_python(self.source([name]))]
            with self.lock:
                self.unusable += len(names) - len(kept)
            names, source = kept, self.source(kept)
        with tempfile.TemporaryDirectory(prefix="dxpy-fuzz-") as folder:
            stock = self.outcomes(modes.STOCK, source, folder, 40, number, ENDLESS)
            if stock.deaths:
                with self.lock:
                    self.unusable += len(stock.deaths)
                dead = {case.rpartition("case_")[2] for case, _, _ in stock.deaths}
                names = [name for name in names if name not in dead]
                source = self.source(names)
                stock = self.outcomes(modes.STOCK, source, folder, 40, number)
            for mode in [self.modes[number % len(self.modes)]] if self.args.mix else self.modes:
                found = self.outcomes(mode, source, folder, 600 + 20 * stock.seconds, number)
                for case, death, log in found.deaths:
                    print(f"{case} ended by {death} in {mode.name}:\n{log[-1500:]}", flush=True)
                with self.lock:
                    self.compiled += sum(found.work.get(f"tier{tier}_functions", 0) for tier in (1, 2, 3))
                for difference in cases.differences(stock, found):
                    if known.is_known(difference) or self.is_a_race(difference):
                        continue
                    if not self.explained(mode, difference[0], found, stock, source, folder, number):
                        self.find(mode, difference, source, number)
        with self.lock:
            self.tried += len(names)
            self.progress()

    def explained(self, mode, case, found, stock, source, folder, number):
        """Whether CPython itself may run a case so: it has to do with addresses; any frame evaluation function lets an
        interpreted caller keep the arguments of a call until it returns; or the recursion limit is met a level or two earlier
        or later, as it is by how the interpreter has specialised the calls of C functions there. These are counted, and so is
        what differs only by whether two equal numbers are one object."""

        def run(mode, source=source):
            return self.outcomes(mode, source, folder, 600, number)

        def differs(one, other):
            return case in [name for name, *_ in cases.differences(one, other)]

        again = run(modes.STOCK)
        if differs(stock, again):
            return True
        died = case in [name for name, *_ in found.deaths]
        asked = None if died else identities.by_value(source)
        if asked and not differs(run(modes.STOCK, asked), run(mode, asked)) and differs(again, run(mode)):
            print(f"{case} differs in {mode.name} by which numbers are one object", flush=True)
            with self.lock:
                self.identities += 1
            return True
        hook = run(modes.BY_NAME["hook"])
        if is_one_of(case, found, stock, hook):
            return True
        runs = [stock, hook]
        for usual, chosen in LEVELS:
            runs.append(run(replace(modes.STOCK, levels=f"{usual},{chosen}")))
            if is_one_of(case, found, *runs):
                with self.lock:
                    self.levels += 1
                return True
        return False

    def is_a_race(self, difference):
        """Threads of a case that share a global come out by how they are interrupted: of them only crashes count."""
        case, _, _, seen = difference
        name = case.rpartition("case_")[2]
        return name.isdigit() and seen.startswith("\n") and "in_threads(k" in self.source([name])

    def find(self, mode, difference, batch, number):
        case, at, usual, seen = difference
        with self.lock:
            self.finds.append((mode.name, case))
            enough = len(self.finds) > self.args.finds
        print(
            f"differs in {mode.name}: {case}, round {at}\n--- stock\n{around(usual, seen)}\n--- here\n{around(seen, usual)}",
            flush=True,
        )
        if enough or "case_" not in case:
            return
        name = case.rpartition("case_")[2]
        small = shrink.shrink(
            self.source([name]),
            mode,
            rounds=self.args.rounds,
            seconds=self.args.shrink,
            extra=self.extra(mode, number),
        )
        path = ROOT / "tests" / "regress" / f"fuzz_{mode.name}_{self.args.seed}_{name}.py"
        if small is None:
            path = ROOT / "build" / "fuzz" / path.name
            path.parent.mkdir(parents=True, exist_ok=True)
            print("it does not differ by itself; the whole batch is kept")
        path.write_text(small or batch)
        print(f"filed as {path.relative_to(ROOT)}", flush=True)

    def progress(self):
        rate = self.tried / (time.monotonic() - self.begin)
        print(
            f"{self.tried} programs, {rate:.1f} a second, {len(self.finds)} differ",
            file=sys.stderr,
            flush=True,
        )


def arguments():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--modes", default="heated,tier2,exits7,osr,cold,exits1,chance,background,tier1,relowered"
    )
    parser.add_argument("--kinds", default=",".join(programs.KINDS), help="of programs")
    parser.add_argument("--mix", action="store_true", help="each batch in one of the modes, by turns")
    parser.add_argument("--level", default="0", help="libgccjit's optimisation level; -1: the tier's own")
    parser.add_argument("--batch", type=int, default=50)
    parser.add_argument("--rounds", type=int, default=8)
    parser.add_argument("--finds", type=int, default=5, help="how many finds are made small and filed")
    parser.add_argument("--shrink", type=float, default=180, help="seconds a find may take to be made small")
    parser.add_argument("--sync", action="store_true", help="compile each function at its call, one by one")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--show", help="print the program of this case, as 000123, and stop")
    return parser.parse_args()


def main():
    args = arguments()
    fuzzer = Fuzzer(args)
    if args.show:
        print(fuzzer.source([args.show]))
        return
    with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
        list(pool.map(fuzzer.batch, range(-(-args.count // args.batch))))
    fuzzer.progress()
    print(
        f"{fuzzer.tried} programs of seed {args.seed} in {', '.join(mode.name for mode in fuzzer.modes)}: "
        f"{len(fuzzer.finds)} differ, {fuzzer.levels} meet the recursion limit a level or two off, "
        f"{fuzzer.identities} differ by which numbers are one object, {fuzzer.unusable} left out (they end the stock process, take too long or are no Python), "
        f"{fuzzer.compiled} functions compiled, {time.monotonic() - fuzzer.begin:.0f} s"
    )
    sys.exit(1 if fuzzer.finds else 0)


if __name__ == "__main__":
    main()
