"""A loop that is entered in its middle goes over a list's iterator that a class made of list gave by an `__iter__` of its
own. Where compiled code leaves, the iterator is made again: by list's own, not by the class's."""

SCRIPT = """
import dxpy
dxpy.enable(cache=False, max_tier=2)
calls = []
class Told(list):
    def __iter__(self):
        calls.append(len(self))
        return list.__iter__(self)
def gone_over(items):
    total = 0
    for x in items:
        total += x
        if total == 3500000:
            total += 0.5
    return total
print(gone_over([1] * 4000000), gone_over(Told([1] * 4000000)), len(calls))
about = dxpy._jit.describe(gone_over.__code__)
print(about["tier"] == 2, about["exits"] > 0)
"""


def test_the_class_is_asked_once(run_python):
    done = run_python("-c", SCRIPT)
    assert done.returncode == 0, done.stderr
    assert done.stdout == "4000000.5 4000000.5 1\nTrue True\n"
