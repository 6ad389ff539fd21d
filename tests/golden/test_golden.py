"""Golden cases: Python source, and the text that a stage of the compiler makes of its function f.

A case file holds cases of this form, one after the other:

    [case name]
    def f(a, b): ...
    [warm f(1, 2)]          optional: evaluated 60 times before, so that the inline caches say something
    [lower 2]               the stage, bytecode, lower or opt; for the latter two the tier
    expected text: without the line `layout`, the constants on one line, and in lower without setlasti

`pytest tests/golden --update-golden` (make golden UPDATE=1) writes what comes out now; read the difference.
"""

import functools
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest
from ir_text import COMPILER, ir_of

from dxpy import _jit

HERE = Path(__file__).parent
FILES = sorted(HERE.glob("*/*.txt"))
LINES = 50  # most have under 30; what CPython puts around one try alone takes 40, a loop over a range 48
WARM_CALLS = 60


@dataclass
class Case:
    file: Path
    name: str
    source: str
    warm: str
    stages: dict  # "lower 1" -> expected text

    def text(self):
        warm = f"[warm {self.warm}]\n" if self.warm else ""
        return f"[case {self.name}]\n{self.source}{warm}" + "".join(
            f"[{s}]\n{t}" for s, t in self.stages.items()
        )


@functools.cache
def cases_in(file):
    found = []
    for part in re.split(r"^\[case ", file.read_text(), flags=re.MULTILINE)[1:]:
        name, rest = part.split("]\n", 1)
        source, *sections = re.split(r"^\[((?:warm|bytecode|lower|opt)[^\n]*)\]\n", rest, flags=re.MULTILINE)
        stages = dict(zip(sections[::2], sections[1::2], strict=True))
        warm = next((stage for stage in stages if stage.startswith("warm ")), "")
        stages.pop(warm, None)
        found.append(
            Case(
                file,
                name,
                source,
                warm.removeprefix("warm "),
                {s: t.rstrip("\n") + "\n" for s, t in stages.items()},
            )
        )
    return found


def function_of(case):
    namespace = {"__name__": "case"}
    exec(compile(case.source, f"<{case.name}>", "exec"), namespace)  # noqa: S102
    if case.warm:
        call = compile(case.warm, "<warm>", "eval")
        for _ in range(WARM_CALLS):
            eval(call, namespace)
    return namespace["f"]


def shortened(text):
    lines = [line.rstrip() for line in text.splitlines() if not line.startswith("layout ")]
    constants = [line for line in lines if re.match(r"v\d+ = ", line)]
    blocks = [number for number, line in enumerate(lines) if re.match(r"b\d+:", line)]
    before = [line for line in lines[: blocks[0]] if line not in constants]
    return "\n".join([*before, *(["; ".join(constants)] if constants else []), *lines[blocks[0] : -1]]) + "\n"


def produce(function, stage, folder):
    kind, _, tier = stage.partition(" ")
    if kind == "bytecode":
        return re.sub(r" +\n", "\n", _jit.dump(function, "bytecode"))
    text = ir_of(function.__code__, int(tier))
    if kind == "opt":
        path = folder / "case.ir"
        path.write_text(text)
        text = subprocess.run(
            [COMPILER, "--dump=opt", path], capture_output=True, text=True, check=True
        ).stdout
    text = shortened(text)
    return text if kind == "opt" else re.sub(r"  setlasti \d+\n", "", text)


CASES = [case for file in FILES for case in cases_in(file)]


@pytest.mark.parametrize(
    "case", CASES, ids=[f"{case.file.parent.name}/{case.file.stem}/{case.name}" for case in CASES]
)
def test_case(case, tmp_path, pytestconfig):
    function = function_of(case)
    made = {stage: produce(function, stage, tmp_path) for stage in case.stages}
    if pytestconfig.getoption("update_golden"):
        case.stages = made
        case.file.write_text("\n".join(one.text() for one in cases_in(case.file)))
    assert made == case.stages


def test_cases_are_small_and_named_once():
    names = [(case.file, case.name) for case in CASES]
    assert len(set(names)) == len(names) >= 40
    long = {f"{case.file.name} {case.name}": case.text().count("\n") for case in CASES}
    assert {name: lines for name, lines in long.items() if lines > LINES} == {}


def test_every_folder_has_cases_of_its_stage():
    kinds = {"decode": "bytecode", "lower": "lower 1", "speculate": "lower 2", "opt": "opt"}
    for case in CASES:
        assert all(stage.startswith(kinds[case.file.parent.name]) for stage in case.stages), case.name
        assert case.stages, case.name
    assert {case.file.parent.name for case in CASES} == set(kinds)
