"""Texts of IR with things wrong in them: the parser, the passes and quick code, with sanitizers and the verifier after each pass.

    python tools/fuzz/ir.py [--count 300] [--seed 1] [--modules argparse,textwrap]

`count` mutants of each function's text, of tiers 1 and 2: bytes, numbers and lines changed, and words exchanged for others of
their kind, which makes good texts that say something else. A text may be refused with a reason; a crash, a report of a
sanitizer, a text that is not printed as it was read and one that takes half a minute are finds. Exit status 1: a find.
"""

import argparse
import importlib
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "golden")]

from ir_text import ir_of
from test_ir_text import build, clean_environment, functions

MODULES = (
    "textwrap,argparse,heapq,statistics,json.decoder,tokenize,random,difflib,collections,asyncio.streams"
)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--count", type=int, default=300, help="mutants of each text")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--modules", default=MODULES, help="whose functions' texts are changed")
    args = parser.parse_args()
    environment = clean_environment() | {"ASAN_OPTIONS": "detect_leaks=0:handle_abort=0:abort_on_error=1"}
    tried, finds, begin = 0, 0, time.monotonic()
    with tempfile.TemporaryDirectory(prefix="dxpy-fuzz-ir-") as folder:
        program = build(Path(folder, "ir_mutants"))
        for name in args.modules.split(","):
            for number, code in enumerate(functions(importlib.import_module(name))):
                for tier in (1, 2):
                    path = Path(folder, f"{name}-{number}-{tier}.ir")
                    path.write_text(ir_of(code, tier))
                    command = [program, str(args.seed + 1000 * tried), str(args.count), path]
                    done = subprocess.run(command, capture_output=True, env=environment, check=False)
                    tried += 1
                    if done.returncode != 0:
                        finds += 1
                        print(f"{name}.{code.co_qualname}, tier {tier}: status {done.returncode}")
                        print(
                            (done.stdout[-6000:] + done.stderr[-4000:]).decode(errors="replace"), flush=True
                        )
    seconds = time.monotonic() - begin
    print(
        f"{args.count} mutants each of {tried} texts, seed {args.seed}: {finds} texts with finds, {seconds:.0f} s"
    )
    sys.exit(1 if finds else 0)


if __name__ == "__main__":
    os.chdir(ROOT)
    main()
