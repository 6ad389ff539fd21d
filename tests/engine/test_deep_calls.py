"""Calls at whose depth CPython takes another chunk of memory for frames."""

SCRIPT = """
import time
import dxpy

dxpy.enable(cache=False, max_tier=2, sync=True)

def go_down(levels, functions):
    if levels == 0:
        return 0
    return functions[0](levels - 1, functions) + 1

def time_of(levels):
    start = time.process_time()
    for _ in range(30):
        assert go_down(levels, functions) == levels
    return (time.process_time() - start) / levels

functions = [go_down]
for _ in range(300):
    go_down(20, functions)
fastest = min(time_of(20) for _ in range(5))
slowest = max(min(time_of(levels) for _ in range(3)) for levels in range(20, 400, 7))
print(slowest / fastest)
"""


def test_no_depth_is_much_slower_than_others(run_python):
    done = run_python("-c", SCRIPT)
    assert done.returncode == 0, done.stderr
    assert float(done.stdout) < 15  # tried again and again until the stack was low: 100 to 400
