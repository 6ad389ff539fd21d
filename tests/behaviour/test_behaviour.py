"""Every program of programs/, in every mode, round for round the same as stock.

A mode is a row in tools/proving/modes.py; it runs once, all programs in one process, when its first test asks for it.
"""

import dis
import types
from pathlib import Path

import pytest
from proving import cases, modes

PROGRAMS = tuple(sorted(Path(__file__).with_name("programs").glob("*.py")))

# CACHE and DO_TRACING are the interpreter's own; the other two are met in text that programs hand to exec.
NOT_IN_FILES = {"CACHE", "DO_TRACING", "IMPORT_STAR", "PRINT_EXPR"}

# Where any frame evaluation function is set, be it an empty one, CPython's interpreter keeps the arguments of a call until
# the call has returned. Compiled callers hand them over. Both outcomes are right.
ARGUMENTS_KEPT = {
    "lifetimes::case_order_of_locals_at_return": "\n['del c', 'del d', 'del a', 'del b']",
    "lifetimes::case_argument_outlives_the_call": "\n['cleared in callee', 'del argument', 'after']",
}


def same_arguments(stock, here):
    """The outcomes, with those of ARGUMENTS_KEPT as stock has them."""
    for case, kept in ARGUMENTS_KEPT.items():
        if case in here.rounds:
            here.rounds[case] = [
                stock.rounds[case][0] if text == kept else text for text in here.rounds[case]
            ]
    return here


def of_program(result, program):
    prefix = f"{program.stem}::"
    return cases.Outcomes(
        rounds={case: rounds for case, rounds in result.rounds.items() if case.startswith(prefix)}
    )


def explain(differences):
    return "\n".join(
        f"{case}, round {number}\n--- stock\n{one}\n--- here\n{two}" for case, number, one, two in differences
    )


@pytest.mark.timeout(1200)
@pytest.mark.parametrize("program", PROGRAMS, ids=lambda path: path.stem)
def test_programs(in_any_mode, program, run_in_mode):
    stock = of_program(run_in_mode("stock", PROGRAMS), program)
    here = of_program(run_in_mode(in_any_mode, PROGRAMS, again=in_any_mode == "stock"), program)
    assert stock.rounds, f"{program.stem} has no case_ function"
    if in_any_mode != "stock":
        same_arguments(stock, here)
    assert not explain(cases.differences(stock, here))


@pytest.mark.timeout(1200)
def test_the_mode_did_its_work(in_enabled_mode, run_in_mode):
    """Equal results prove nothing when nothing was compiled, or when the JIT turned itself off on the way."""
    mode, result = in_enabled_mode, run_in_mode(in_enabled_mode, PROGRAMS)
    assert not result.deaths
    assert result.enabled
    above = sum(result.work[f"tier{tier}_functions"] for tier in (1, 2, 3))
    if mode == "hook":
        assert above == result.work["total_compiles"] == 0
        assert result.work["tier0_functions"] > 100
    elif modes.BY_NAME[mode].warm:
        assert result.work["warm_functions"] > 100
    else:  # modes share their code: another one may have compiled it
        assert max(result.work["total_compiles"], above) > (20 if mode in ("osr", "cold") else 100)
    if mode.startswith("exits"):
        assert result.work["total_exits"] > 1000
    if mode == "cold":
        assert result.work["total_exits"] > 20


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
