"""Every program of programs/, in every mode, round for round the same as stock.

A mode is a row in tools/proving/modes.py; it runs once, all programs in one process, when its first test asks for it.
"""

import dis
import functools
import types
from pathlib import Path

import pytest
from proving import cases, modes

PROGRAMS = sorted(Path(__file__).with_name("programs").glob("*.py"))

# CACHE and DO_TRACING are the interpreter's own; the other two are met in text that programs hand to exec.
NOT_IN_FILES = {"CACHE", "DO_TRACING", "IMPORT_STAR", "PRINT_EXPR"}


@functools.cache
def outcomes(name):
    return cases.run(modes.BY_NAME[name], PROGRAMS)


@functools.cache
def stock_again():
    return cases.run(modes.STOCK, PROGRAMS)


def of_program(result, program):
    prefix = f"{program.stem}::"
    kept = {case: rounds for case, rounds in result.rounds.items() if case.startswith(prefix)}
    return cases.Outcomes(rounds=kept)


def explain(differences):
    return "\n".join(
        f"{case}, round {number}\n--- stock\n{one}\n--- here\n{two}" for case, number, one, two in differences
    )


@pytest.mark.timeout(1200)
@pytest.mark.parametrize("program", PROGRAMS, ids=lambda path: path.stem)
@pytest.mark.parametrize("mode", [mode.name for mode in modes.MODES])
def test_programs(mode, program):
    here = stock_again() if mode == "stock" else outcomes(mode)
    stock = of_program(outcomes("stock"), program)
    assert stock.rounds, f"{program.stem} has no case_ function"
    assert not explain(cases.differences(stock, of_program(here, program)))


@pytest.mark.timeout(1200)
@pytest.mark.parametrize("mode", [mode.name for mode in modes.MODES if mode.enabled])
def test_the_mode_did_its_work(mode):
    """Equal results prove nothing when nothing was compiled, or when the JIT turned itself off on the way."""
    result = outcomes(mode)
    assert not result.deaths
    assert result.enabled
    if mode == "hook":
        assert result.work["tier1"] == result.work["tier2"] == result.work["tier3"] == 0
        assert result.work["tier0"] > 100
    else:
        assert result.work["tier1"] + result.work["tier2"] + result.work["tier3"] > (20 if mode == "osr" else 100)


def every_code(code):
    yield code
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from every_code(constant)


@pytest.mark.filterwarnings("ignore::SyntaxWarning")
def test_every_opcode_is_in_a_program():
    written = set()
    for program in PROGRAMS:
        for code in every_code(compile(program.read_text(), program.name, "exec")):
            written.update(instruction.opname for instruction in dis.get_instructions(code))
    assert sorted(set(dis.opmap) - NOT_IN_FILES - written) == []
