"""A guard that reads an object at a constant address stays behind the guard of the class that keeps it alive."""

PROGRAM = """
import dxpy
dxpy.enable(sync=True, max_tier=2, cache=False)

class Row:
    def __init__(self, x):
        self.x = x
    def __getitem__(self, i):
        return self.x + i

def sums(rows):
    total = i = 0
    while i < 10:
        total += rows[i][1]
        i += 1
    return total

rows = [Row(i) for i in range(10)]
for i in range(2500):
    sums(rows)
print(dxpy.dump(sums, "opt"))
Row.__getitem__ = lambda self, i: 1
assert sums(rows) == 10
"""


def test_class_is_asked_first(printed):
    text = printed(PROGRAM)
    assert text.count("function_is ") == 1
    assert text.index(" anchor ") < text.index(" type_is ") < text.index("function_is ")
