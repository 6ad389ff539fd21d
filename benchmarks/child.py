"""Run one program in this process again and again, and write what it took as JSON to the file given.

    python child.py OUT PROGRAM [--quick] [--seconds S] [--dxpy ROOT] [--numba] [--cython]

Times are of whole run() calls, in order, from a cold start; each result is checked against the program's checksum. Whoever
pins this process to a core lets its compiler worker onto the others (measure.py).
"""

import argparse
import importlib.util
import json
import resource
import shutil
import subprocess
import sys
import time
from pathlib import Path

BEGIN = time.perf_counter()


def compiled(path):
    """The program built by Cython, unchanged, in the folder that OUT is in."""
    folder = Path(sys.argv[1]).parent
    source = folder / "benchmark_program.py"
    shutil.copy(path, source)
    subprocess.run(
        [sys.executable, "-m", "Cython.Build.Cythonize", "-q", "-i", "-3", str(source)],
        check=True,
        capture_output=True,
    )
    return str(next(folder.glob("benchmark_program.*.so")))


def load(path, cython):
    if cython:
        path = compiled(path)
    spec = importlib.util.spec_from_file_location("benchmark_program", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def with_numba(program):
    import numba

    for name in program.NUMBA:
        setattr(program, name, numba.njit(getattr(program, name)))


def memory():
    """Most memory this process had resident, in bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("out")
    parser.add_argument("program")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--dxpy")
    parser.add_argument("--numba", action="store_true")
    parser.add_argument("--cython", action="store_true")
    parser.add_argument("--explain", action="store_true")
    args = parser.parse_args()
    dxpy = None
    if args.dxpy:
        sys.path.insert(0, args.dxpy)
        import dxpy

        dxpy.enable()
    program = load(args.program, args.cython)
    if args.numba:
        with_numba(program)
    size = program.QUICK if args.quick else program.SIZE
    state = program.setup(size)
    begin = time.perf_counter()
    times, processor = [], []
    while not times or time.perf_counter() - begin < args.seconds:
        start, worked = time.perf_counter(), time.thread_time()
        result = program.run(state)
        times.append(time.perf_counter() - start)
        processor.append(time.thread_time() - worked)
        if result != program.CHECKSUMS[size]:
            sys.exit(f"{args.program}: run {len(times)} gave {result!r}, not {program.CHECKSUMS[size]!r}")
    report = {"times": times, "processor": processor, "memory": memory(), "before": begin - BEGIN}
    if dxpy:
        stats = dxpy.stats()
        report["tiers"] = [getattr(stats, f"tier{tier}_functions") for tier in range(4)]
    if args.explain:
        report["explain"] = {
            name: str(dxpy.explain(value))
            for name, value in vars(program).items()
            if callable(value)
            and getattr(value, "__module__", "") == program.__name__
            and hasattr(value, "__code__")
        }
    with open(args.out, "w", encoding="utf-8") as file:
        json.dump(report, file)


if __name__ == "__main__":
    main()
