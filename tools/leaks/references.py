"""Run a module of CPython's tests again and again in one process and see whether references or blocks grow.

    python3.11-dbg tools/leaks/references.py MODULE [WARMUPS REPEATS]

Like `-R 30:5` of CPython's own runner: a JIT changes what it holds for many runs, so the first ones do not count.
Needs a debug build, which counts every reference.
"""

import gc
import io
import sys
import unittest
import warnings


def counts():
    gc.collect()
    gc.collect()
    return sys.gettotalrefcount(), sys.getallocatedblocks()


def clear():
    from test.libregrtest.utils import clear_caches

    sys._clear_type_cache()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        clear_caches()


def run(module):
    suite = unittest.TestLoader().loadTestsFromModule(module)
    unittest.TextTestRunner(stream=io.StringIO()).run(suite)


def main(name, warmups=30, repeats=5):
    from test import support

    support.use_resources = ()
    module = __import__(f"test.{name}", fromlist=["x"])
    deltas, before = [], counts()
    for number in range(warmups + repeats):
        run(module)
        clear()
        now = counts()
        if number >= warmups:
            deltas.append((now[0] - before[0], now[1] - before[1]))
        before = now
    print(f"{name}: references {[d[0] for d in deltas]}, blocks {[d[1] for d in deltas]}")
    return any(min(column) >= 1 and sum(column) >= len(column) * 2 for column in zip(*deltas, strict=True))


if __name__ == "__main__":
    if "--dxpy" in sys.argv:
        sys.argv.remove("--dxpy")
        import dxpy

        dxpy.enable()
    sys.exit(main(sys.argv[1], *map(int, sys.argv[2:])))
