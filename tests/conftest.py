"""Options of the test run."""

SHORT = "stock,hook,tier1,tier2"


def pytest_addoption(parser):
    group = parser.getgroup("dxpy")
    group.addoption(
        "--modes",
        default=SHORT,
        help=f"modes of tools/proving/modes.py for the behaviour programs, or all; default {SHORT}",
    )
    group.addoption(
        "--whole",
        action="store_true",
        help="in the behaviour programs compile everything, not only the programs' own functions",
    )
    group.addoption("--update-golden", action="store_true", help="rewrite the golden cases' expected text")
