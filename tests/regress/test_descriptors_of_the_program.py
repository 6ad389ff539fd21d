"""A program that closes what it did not open, as those do that become daemons, and has files of its own under the numbers
then: dxpy closes none of them, sends nothing to them, and goes on compiling."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = """
import os, socket, sys, time
import dxpy
dxpy.enable(thresholds=(1, 2, 3), sync=True, only=("__main__.*",))
def make(number):
    space = {}
    exec(f"def hot(n):\\n    total = {number}\\n    for i in range(n): total += i\\n    return total", {"__name__": "__main__"}, space)
    return space["hot"]
def heat(number):
    hot = make(number)
    for _ in range(8):
        assert hot(50) == number + 1225
    return dxpy.explain(hot)
assert "tier 3" in heat(1), heat(1)
os.closerange(3, 4096)
files = [open("/dev/null", "rb") for _ in range(300)]
pairs = [socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM) for _ in range(300)]
own = [file.fileno() for file in files] + [end.fileno() for pair in pairs for end in pair]
before = {fd: os.readlink(f"/proc/self/fd/{fd}") for fd in own}
for number in range(2, 6):
    assert "tier 3" in heat(number), heat(number)
dxpy.reset()
assert {fd: os.readlink(f"/proc/self/fd/{fd}") for fd in own} == before
for one, other in pairs:
    for end in (one, other):
        try:
            raise SystemExit(f"something came: {end.recv(10, socket.MSG_DONTWAIT)}")
        except BlockingIOError:
            pass
print("well")
"""


def test_descriptors_of_the_program(tmp_path):
    env = {name: value for name, value in os.environ.items() if not name.startswith("DXPY_")}
    env.update(PYTHONPATH=str(ROOT), DXPY_CACHE_DIR=str(tmp_path))
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], env=env, capture_output=True, text=True, timeout=120
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "well\n", "")
