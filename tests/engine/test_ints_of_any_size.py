"""Ints that outgrow 64 bits are found out about together, not one operator and one compile at a time."""

SCRIPT = """
import dxpy
dxpy.enable(cache=False, max_tier=2, sync=True, thresholds=(3, 6, 100000))
def grown(count):
    a, b, c, d, e = 1, 3, 5, 7, 9
    for i in range(count):
        a = a * 5 + b
        b = b * 7 - c * i
        c = (c + a) * 3
        d = (d << 2) + (a * b - c) // 9
        e = (e ^ d) + (c & a) + (d | b) * 2
        if a > e or b == c or d < b:
            e += d % 11 - (a + b) * (c - d)
    return a, b, c, d, e
expected = [(lambda f: f(n))(grown) for n in (2, 50)]
for _ in range(200):
    assert [grown(n) for n in (2, 50)] == expected
about = dxpy._jit.describe(grown.__code__)
assert about["tier"] == 2, about["tier"]
print(about["compiles"], about["exits"])
"""


def test_few_compiles(run_python):
    done = run_python("-c", SCRIPT)
    assert done.returncode == 0, done.stderr
    compiles, exits = map(int, done.stdout.split())
    assert 2 <= compiles <= 9 and exits <= 20
