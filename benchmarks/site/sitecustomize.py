"""On the path of benchmark processes: enables dxpy in each of them, the workers that pyperf starts included.

With DXPY_BENCH_CPU_TIME=1 the clock that programs are timed with counts processor time only, so that others' load on
the machine distorts less; what a program waits for does not count then.
"""

import os
import threading
import time

if os.environ.get("DXPY_BENCH_CPU_TIME") == "1":
    time.perf_counter = time.process_time


def _children(pid):
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
        return [int(child) for child in file.read().split()]


def _free_worker():
    """Let the compiler worker, which inherits the one core this process is pinned to, onto the others; then end."""
    for _ in range(100):
        time.sleep(0.05)
        for thread in os.listdir(f"/proc/{os.getpid()}/task"):
            with open(f"/proc/{os.getpid()}/task/{thread}/children", encoding="ascii") as file:
                keepers = [int(child) for child in file.read().split()]
            for keeper in keepers:
                try:
                    compilers = _children(keeper)
                    for pid in (keeper, *compilers):
                        os.sched_setaffinity(pid, range(os.cpu_count()))
                except OSError:
                    continue
                if compilers:
                    return


if os.environ.get("DXPY_ENABLE") == "1":
    import dxpy

    if not dxpy.is_enabled():
        dxpy.enable()
    if len(os.sched_getaffinity(0)) < os.cpu_count():
        threading.Thread(target=_free_worker, daemon=True).start()
