"""Tables of one operation each: warmed with one kind of operands, then given all others; stock against a mode.

    python tools/fuzz/tables.py [--modes heated,tier2] [--only math]

What a function of one expression gives for every pair of values finds a missing guard sooner than random programs.
"""

import argparse
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from proving import cases, modes

EXTRA = {"DXPY_GCC_LEVEL": "0", "DXPY_COMPILE_TIMEOUT": "600", "DXPY_ONLY": "tables.*"}

EXPRESSIONS = [
    *(
        f"a {sign} b"
        for sign in ("+", "-", "*", "/", "//", "%", "&", "|", "^", "<", "<=", "==", "!=", "is", "and", "or")
    ),
    *(f"{sign}a" for sign in ("-", "+", "~", "not ")),
    *(
        f"a {sign} {value}"
        for sign in ("+", "-", "*", "//", "%", "<", "==")
        for value in ("1", "-1", "0.5", "2**62")
    ),
    *(f"{value} {sign} a" for sign in ("-", "/", "%") for value in ("1", "0.0")),
    *(f"a {sign} {value}" for sign in ("<<", ">>") for value in (1, 31, 62, 63)),
    *(
        f"{name}(a)"
        for name in ("abs", "int", "float", "bool", "str", "repr", "len", "ord", "chr", "round", "type")
    ),
    *(f"math.{name}(a)" for name in ("floor", "ceil", "trunc", "fabs", "sqrt", "sin", "exp", "log", "isnan")),
    *(
        "min(a, b)",
        "max(a, b)",
        "divmod(a, b)",
        "a ** 2",
        "pow(a, 2)",
        "a < b < a",
        "a if a else b",
        "(a, b)",
    ),
    *("a + b + a", "a * b - b", "isinstance(a, int)", "a[0]", "a[-1]", "a[b]", "a[1:]", "a[:b]", "b in a"),
    *("[v for v in a]", "list(a)", "f'{a}{b}'", "a.get(b, 7)", "a.append(b)", "a.pop()", "{b: a}", "[*a, b]"),
]
WARM = ["3, 5", "2.5, 0.5", "'ab', 'a'", "[1, 2, 3], 1", "{1: 2}, 1", "(1, 2), 0"]

PROGRAM = """
import math
import zlib

ROUND = [0]


class Own:
    def answer(self, *others):
        LOG.append(len(others))
        return 1

    __add__ = __radd__ = __sub__ = __mul__ = __lt__ = __gt__ = __eq__ = __neg__ = __float__ = answer
    __getitem__ = __contains__ = __len__ = __bool__ = __floor__ = __ceil__ = __abs__ = __int__ = answer
    __hash__ = None

    def __repr__(self):
        return "Own()"


LOG = []


class Sub(int):
    pass


def values():
    powers = [sign * 2**power + by for power in (30, 31, 53, 62, 63) for sign in (1, -1) for by in (-1, 0, 1)]
    floats = [0.0, -0.0, 1.5, -2.5, 1e308, 5e-324, float("inf"), float("nan"), 2.0**62, 2.0**63]
    others = ["", "a", "hello", "\\u20ac1", [], [1, 2, 3], (), (1, "b"), {{}}, {{1: 2, "a": 3}}, b"ab", {{1}}, range(3)]
    return [0, 1, -1, 3, True, False, None, Own(), Sub(4), *powers, *floats, *others]


def told(function, *arguments):
    try:
        result = repr(function(*arguments))
    except Exception as error:
        result = repr(error)
    found, LOG[:] = (result, LOG[:]), []
    return found


def case_00_round():
    ROUND[0] += 1
"""

CASE = '''

def op_{number}(a, b):
    return {expression}


def unused_{number}(a, b):
    {expression}


def case_{number:05}():
    """{title}"""
    for function in (op_{number}, unused_{number}):
        for _ in range(12):
            told(function, {warm})
    if ROUND[0] < 4:
        return None
    count = len(values())
    pairs = [(i, j) for i in range(count) for j in range(i % 4, count, 4)]
    rows = {{}}
    for i, j in pairs[ROUND[0] % 3 :: 3]:
        for function in (op_{number}, unused_{number}):
            rows[i] = zlib.crc32(repr(told(function, values()[i], values()[j])).encode(), rows.get(i, 0))
    return {{repr(values()[i]): row for i, row in rows.items()}}
'''


def program(only):
    text, number = [PROGRAM.format()], 0
    for expression in EXPRESSIONS:
        for warm in WARM:
            number += 1
            if only in expression:
                title = f"{expression} after {warm}"
                text.append(CASE.format(number=number, expression=expression, warm=warm, title=title))
    return "".join(text)


def rows_that_differ(usual, seen):
    """The values of `a` in whose row something differs."""
    one, two = (text.strip().strip("{}").split(", '") for text in (usual, seen))
    return [row for row in one if row not in two] or [usual[-300:], seen[-300:]]


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--modes", default="heated")
    parser.add_argument("--only", default="", help="expressions that contain this")
    args = parser.parse_args()
    wrong = 0
    with tempfile.TemporaryDirectory(prefix="dxpy-tables-") as folder:
        path = Path(folder, "tables.py")
        path.write_text(program(args.only))
        stock = cases.run(modes.STOCK, [path], rounds=6)
        for mode in map(modes.batched, modes.named(args.modes)):
            found = cases.run(mode, [path], rounds=6, timeout=7200, extra=EXTRA)
            for case, _, usual, seen in cases.differences(stock, found):
                wrong += 1
                print(f"differs in {mode.name}: {case}: {rows_that_differ(usual, seen)}")
            compiled = found.work.get("compiled_functions")
            print(f"{mode.name}: {len(found.rounds) - 1} tables, {compiled} functions compiled", flush=True)
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
