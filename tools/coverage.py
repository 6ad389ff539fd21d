"""Decode and lower every code object of the standard library, at each tier: what is refused and why, and the time.

    python tools/coverage.py [--tiers 1,2] [--opt DXPY-CC] [--sample N] [folder...]

Lowering runs under the GIL in a user's program, so its 95th percentile has a bar. With --opt, the IR of a sample also
goes through the passes of that compiler; one built with DXPY_DEBUG=1 verifies the IR after each of them.
Exit status 1: something was refused, or the bar is missed.
"""

import argparse
import collections
import concurrent.futures
import os
import random
import subprocess
import sys
import sysconfig
import tempfile
import types
import warnings
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from dxpy import _jit

BAR = 1000  # microseconds, for the 95th percentile


@dataclass
class Result:
    """times: (microseconds, code units, name) of every code object; refused: (reason, message, name)."""

    tier: int
    times: list = field(default_factory=list)
    refused: list = field(default_factory=list)
    sample: list = field(default_factory=list)


def every_code(code):
    yield code
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from every_code(constant)


def codes_of(folders):
    """(name, code) of all that compiles in the folders' files; some files of the test package are wrong by intent."""
    for folder in folders:
        for path in sorted(Path(folder).rglob("*.py")):
            if "site-packages" in path.parts or "dist-packages" in path.parts:
                continue
            try:
                top = compile(path.read_bytes(), str(path), "exec", dont_inherit=True)
            except (SyntaxError, ValueError):
                continue
            for code in every_code(top):
                yield f"{path}:{code.co_firstlineno} {code.co_qualname}", code


def lower(folders, tiers, sample, seed):
    results = [Result(tier) for tier in tiers]
    chance = random.Random(seed)
    for number, (name, code) in enumerate(codes_of(folders)):
        for result in results:
            chosen = number if number < sample else chance.randrange(number + 1)
            text_wanted = chosen < sample
            reason, message, microseconds, text = _jit.lower_code(code, result.tier, text_wanted)
            result.times.append((microseconds, len(code.co_code) // 2, name))
            if reason:
                result.refused.append((reason, message, name))
            elif number < sample:
                result.sample.append((name, text))
            elif text_wanted:
                result.sample[chosen % len(result.sample)] = (name, text)
    return results


def percentile(values, share):
    return values[min(len(values) - 1, int(len(values) * share))]


def show(result):
    times = sorted(time for time, _, _ in result.times)
    print(
        f"tier {result.tier}: {len(times):,} code objects, {len(result.refused)} refused; decode and lower "
        f"p50 {percentile(times, 0.5):.0f} us, p95 {percentile(times, 0.95):.0f} us, "
        f"p99 {percentile(times, 0.99):.0f} us, longest {times[-1] / 1000:.1f} ms"
    )
    for time, units, name in sorted(result.times, reverse=True)[:3]:
        print(f"    {time / 1000:7.1f} ms  {units:6} code units  {name}")
    for reason, count in collections.Counter(reason for reason, _, _ in result.refused).most_common():
        print(f"    {count} x {reason}")
        for _, message, name in [row for row in result.refused if row[0] == reason][:10]:
            print(f"        {name}: {message}")
    return not result.refused and percentile(times, 0.95) < BAR


def optimize(compiler, result):
    """Names and messages of those of the sample that the passes fail on."""

    def one(numbered):
        number, (name, text) = numbered
        path = Path(folder, f"{number}.ir")
        path.write_text(text, encoding="utf-8", errors="surrogateescape")
        done = subprocess.run(
            [compiler, "--dump=opt", path], capture_output=True, text=True, errors="replace", check=False
        )
        path.unlink()
        return None if done.returncode == 0 else f"{name}: {done.stderr.strip()}"

    with tempfile.TemporaryDirectory(prefix="dxpy-coverage-") as folder:
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            return [message for message in pool.map(one, enumerate(result.sample)) if message]


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folders", nargs="*", default=[sysconfig.get_paths()["stdlib"]])
    parser.add_argument("--tiers", default="1,2")
    parser.add_argument("--opt", help="the dxpy-cc whose passes the sample goes through")
    parser.add_argument("--sample", type=int, default=500, help="how many code objects a tier")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    warnings.simplefilter("ignore")
    sample = args.sample if args.opt else 0
    good = True
    for result in lower(args.folders, [int(tier) for tier in args.tiers.split(",")], sample, args.seed):
        good &= show(result)
        if args.opt:
            failed = optimize(args.opt, result)
            print(
                f"    passes over {len(result.sample)} of them: {len(failed)} failed",
                *failed[:10],
                sep="\n        ",
            )
            good &= not failed
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
