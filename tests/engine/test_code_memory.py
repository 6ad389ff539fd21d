"""Memory that code is to run in cannot be had: the program is right and runs on."""

import pytest
from support.forbid import FORBID

PROGRAM = """
def first(x): return x + 1
def second(x): return x * 3
def third(x): return x - 3
assert [first(i) for i in range(50)][-1] == 50
before = engine.get_tier("__main__.first")
FAULT
for i in range(50): assert (first(i), second(i), third(i)) == (i + 1, i * 3, i - 3)
print(before, engine.get_tier("__main__.second"))
"""

# What makes it happen; the tiers reached before and after, and what is said, where that is the same at any time.
FAULTS = {
    "refused from some time on": (FORBID + "forbid(MPROTECT)", "1 1\n", ""),
    "and files cannot be loaded either": (FORBID + "forbid(MPROTECT, MMAP)", "1 0\n", "functions stay at the tier they are at"),
    "no address space": ("import resource; resource.setrlimit(resource.RLIMIT_AS, (1 << 20, 1 << 20))", None, ""),
    "no data": ("import resource; resource.setrlimit(resource.RLIMIT_DATA, (1 << 20, 1 << 20))", None, ""),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_no_memory_for_code(run_python, name):
    fault, tiers, said = FAULTS[name]
    code = "import dxpy\ndxpy.enable()\nengine = dxpy.integration()\n" + PROGRAM.replace("FAULT", fault)
    options = {
        "DXPY_CACHE": "0",
        "DXPY_SYNC": "1",
        "DXPY_THRESHOLDS": "3,1000000,2000000",
        "DXPY_ONLY": "__main__.*",
    }
    run = run_python("-c", code, env=options)
    assert run.returncode == 0, run.stderr
    assert run.stdout == tiers or (tiers is None and run.stdout in ("1 1\n", "1 0\n"))
    assert said in run.stderr
    assert run.stderr.count("\n") <= 1
