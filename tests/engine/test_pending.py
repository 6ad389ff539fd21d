"""What waits for the worker when its function goes."""

import pytest

pytestmark = pytest.mark.timeout(120)

SCRIPT = """
import dxpy, time
dxpy.enable(thresholds=(2, 6, 1000), cache=False, only=["*inner", "*outer"])
names = {}
exec('''
def inner(n):
    return n + 1
def outer(n):
    return inner(n) + 1 if n else 0
''', names)
def compiled():
    return [dxpy._jit.describe(f.__code__)["tier"] for f in (names["outer"], names["inner"])]
def call(*numbers):
    for number in numbers:
        names["outer"](number)
call(1, 1)
for _ in range(2000):
    if compiled() == [1, 1]:
        break
    time.sleep(0.01)
before = compiled()
call(0, 0, 1, 1, 1, 1)  # `outer` is asked for first
waiting = dxpy.stats().pending_compiles
del names["inner"]
del names["outer"]
print(before, waiting)
"""


def test_a_function_goes_with_the_last_of_another(run_python):
    """The request for `outer` holds the code of `inner`, for which there is a request too; `make asan` sees what is used behind its end."""
    done = run_python("-c", SCRIPT, env={"DXPY_GCC_LEVEL": "2"})
    assert done.returncode == 0, done.stderr
    assert done.stdout == "[1, 1] 2\n"
