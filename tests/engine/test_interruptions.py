"""What dxpy itself wants of the main thread now and then does not cost compiled loops anything."""

import textwrap

import pytest

pytestmark = pytest.mark.timeout(120)

SCRIPT = """
import time, dxpy
dxpy.enable(cache=False)
class Part:
    def __init__(self, weight): self.weight = weight
def heaviest(parts):
    best = 0
    for part in parts:
        if part.weight > best:
            best = part.weight
    return best
def run(groups, seconds):
    end = time.monotonic() + seconds
    total = 0
    while time.monotonic() < end:
        for parts in groups:
            total += heaviest(parts)
    return total
groups = [[Part(k * 7 % 97) for k in range(60)] for _ in range(30)]
run(groups, 1)
before = dxpy.stats().total_exits
run(groups, 1)
print(dxpy.stats().total_exits - before)
"""


def test_sampled_loops_of_calls_in_line_go_on(run_python):
    """The sampler looks every few milliseconds: leaving for it would be some 80 exits or more in a second."""
    done = run_python("-c", textwrap.dedent(SCRIPT))
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) < 40
