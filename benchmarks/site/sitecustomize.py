"""On the path of benchmark processes: enables dxpy in each of them, the workers that pyperf starts included.

With DXPY_BENCH_CPU_TIME=1 the clock that programs are timed with counts processor time only, so that others' load on
the machine distorts less; what a program waits for does not count then.
"""

import os
import time

if os.environ.get("DXPY_BENCH_CPU_TIME") == "1":
    time.perf_counter = time.process_time


if os.environ.get("DXPY_ENABLE") == "1":
    import dxpy

    if not dxpy.is_enabled():
        dxpy.enable()
