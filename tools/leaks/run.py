"""Every leak script in a process of its own; exit status 1 when one of them grows.

    python tools/leaks/run.py [--quick] [--debug-python /usr/bin/python3.11-dbg]

The reference runs need a debug build of CPython with dxpy built for it (`setup.py build_ext --inplace` with that
interpreter); they are left out, and said to be, where there is none.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path.insert(0, str(HERE.parent))

from proving import modes

SCRIPTS = [
    ("many_functions.py", 10_000, 1_000),
    ("enable_cycles.py", 1_000, 200),
    ("reset_cycles.py", 300, 60),
]
MODULES = [
    "test_generators",
    "test_exceptions",
    "test_scope",
    "test_list",
    "test_dict",
    "test_descr",
    "test_with",
    "test_patma",
]
MODES = ["tier1", "tier2"]


def run(title, command, mode):
    start = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="dxpy-leaks-") as cache:
        env = modes.environment(mode, cache, PYTHONPATH=str(ROOT))
        done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    said = (done.stdout or done.stderr).strip().splitlines()[-1:] or ["nothing"]
    verdict = (
        "flat"
        if done.returncode == 0
        else "GROWS"
        if done.returncode == 1 and done.stdout
        else f"status {done.returncode}"
    )
    print(f"{title:36} {verdict:10} {time.monotonic() - start:6.1f} s  {said[0]}", flush=True)
    return done.returncode != 0


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--debug-python", default=shutil.which("python3.11-dbg"))
    args = parser.parse_args()
    failed = 0
    for name in MODES:
        mode = modes.BY_NAME[name]
        for script, count, few in SCRIPTS:
            command = [sys.executable, str(HERE / script), str(few if args.quick else count)]
            failed += run(f"{script} in {name}", command, mode)
    if args.debug_python and not args.quick:
        for name in MODES:
            for module in MODULES:
                command = [args.debug_python, str(HERE / "references.py"), module, "30", "5", "--dxpy"]
                failed += run(f"references of {module} in {name}", command, modes.BY_NAME[name])
    else:
        print("reference runs left out: " + ("--quick" if args.quick else "no python3.11-dbg here"))
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
