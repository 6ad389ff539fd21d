"""Options of the test run, and the runs of programs in a mode that several suites share."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tools"))

from proving import cases, modes

SHORT = "stock,hook,tier1,tier2,tier3"


def pytest_addoption(parser):
    group = parser.getgroup("dxpy")
    group.addoption(
        "--modes",
        default=SHORT,
        help=f"modes the programs are run in, comma-separated, or all; default {SHORT}",
    )
    group.addoption(
        "--whole", action="store_true", help="compile everything, not only the programs' own functions"
    )
    group.addoption("--update-golden", action="store_true", help="rewrite the golden cases' expected text")


def pytest_generate_tests(metafunc):
    """A test with an argument in_any_mode or in_enabled_mode is run once for each mode chosen."""
    chosen = metafunc.config.getoption("modes")
    rows = modes.MODES if chosen == "all" else modes.named(chosen)
    if "in_any_mode" in metafunc.fixturenames:
        metafunc.parametrize("in_any_mode", [row.name for row in rows])
    if "in_enabled_mode" in metafunc.fixturenames:
        metafunc.parametrize("in_enabled_mode", [row.name for row in rows if row.enabled])


@pytest.fixture(scope="session")
def run_in_mode(pytestconfig, tmp_path_factory):
    """run(mode, programs) gives the Outcomes of program files, run once; all runs share a code cache."""
    shared = str(tmp_path_factory.mktemp("code") / "cache")

    known = {}

    def run(name, programs, again=False):
        if (name, programs, again) not in known:
            known[name, programs, again] = once(name, programs)
        return known[name, programs, again]

    def once(name, programs):
        mode, extra = modes.BY_NAME[name], {}
        if mode.enabled and not mode.warm:
            extra.update(DXPY_CACHE="1", DXPY_CACHE_DIR=shared)
        if mode.enabled and not pytestconfig.getoption("whole"):
            extra["DXPY_ONLY"] = ",".join(f"{program.stem}.*" for program in programs)
        return cases.run(modes.batched(mode), programs, extra=extra)

    return run
