"""A loop in the interpreter whose time goes into what it calls is found and entered all the same."""

PROGRAM = """
import dxpy
dxpy.enable(max_tier=2, cache=False)

def echo(count):
    got = 0
    while got < count:
        got = yield got + 1

def relay(count):
    yield from echo(count)

def drive(generator):
    value = next(generator)
    while True:
        try:
            value = generator.send(value)
        except StopIteration:
            return value

assert drive(relay(2_000_000)) == 2_000_000
print(dxpy.explain(drive))
"""


def test_entered_from_its_calls(printed):
    assert "OSR entries" in printed(PROGRAM)
