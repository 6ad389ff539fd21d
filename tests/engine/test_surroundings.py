"""What a program, or who starts it, does to its process: it is right, runs on, and finds no descriptor of ours where it
looks for its own."""

import pytest

PROGRAM = """
import os, sys
out = os.open(os.environ["OUT"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
def f(x): return x + 1
def g(n):
    total = 0
    for i in range(n): total += f(i)
    return total
def work(): return sum(g(i) for i in range(40))
result = [work()]
exec(os.environ["FAULT"])
def g(n):
    total = 1
    for i in range(n): total += f(i) * 2
    return total
result += [work(), work()]
import dxpy
low = sum(os.path.exists(f"/proc/self/fd/{n}") for n in range(400))
os.write(out, f"{result} {dxpy.stats().tier3_functions > 0} {low}".encode())
"""

# What the program does to itself, and how many descriptors below 400 are open then: its own. None: any.
ROWS = {
    "standard streams closed": ("os.closerange(0, 3)", 1),
    "all closed, as by a daemon": ("os.dup2(out, 400); os.closerange(0, 400); os.closerange(401, 5000); out = 400", 0),
    "no more descriptors": ("import resource; resource.setrlimit(resource.RLIMIT_NOFILE, (5, 5))", None),
    "no larger files": ("import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (512, 512))", 4),
    "a folder that is gone": ("os.mkdir('gone'); os.chdir('gone'); os.rmdir('../gone')", 4),
    "nothing for anybody": ("os.umask(0o777)", 4),
    "an empty environment": ("os.environ.clear()", 4),
}  # fmt: skip


@pytest.mark.parametrize("name", ROWS)
def test_what_a_program_does_to_its_process(run_python, tmp_path, name):
    fault, descriptors = ROWS[name]
    environment = {"OUT": str(tmp_path / "out"), "FAULT": fault, "DXPY_CACHE_DIR": str(tmp_path / "cache")}
    environment |= {"DXPY_SYNC": "1", "DXPY_ONLY": "__main__.*", "DXPY_THRESHOLDS": "3,6,9"}
    (tmp_path / "program.py").write_text(PROGRAM)
    run = run_python("-m", "dxpy", "run", "program.py", env=environment, cwd=tmp_path, input="")
    assert run.returncode == 0, run.stderr
    *result, compiled, low = (tmp_path / "out").read_text().split()
    assert (result, compiled) == (["[10660,", "21360,", "21360]"], "True")
    assert descriptors is None or int(low) == descriptors
