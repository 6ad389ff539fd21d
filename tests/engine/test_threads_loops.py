"""Loops that run in other threads while the main one waits."""

SCRIPT = """
import threading
import dxpy

dxpy.enable(cache=False, max_tier=2)

def count(turns, into):
    total = 0
    for i in range(turns):
        total += i % 7
    into.append(total)

totals = []
threads = [threading.Thread(target=count, args=(turns, totals)) for turns in (9_000_000, 9_000_001)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
assert sorted(totals) == [26999995, 26999997], totals
about = dxpy._jit.describe(count.__code__)
print(about["tier"])
"""


def test_a_loop_that_is_called_once_in_each_thread_is_entered(run_python):
    done = run_python("-c", SCRIPT)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) == 2
