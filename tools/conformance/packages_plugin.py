"""pytest's side of packages.py: notes each case it begins and how it ended."""

import json
import os
import re
import sys

FILE = os.open(os.environ["PACKAGE_NOTES"], os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o644)
OWNER = os.getpid()
ONLY = os.environ.pop("PACKAGE_ONLY", None)
os.environ.pop("PACKAGE_NOTES")
worst = {}


def note(**event):
    if os.getpid() == OWNER:
        os.write(FILE, (json.dumps(event) + "\n").encode())


def pytest_configure(config):
    """Examples are the same in every run, and code that is being compiled may be late."""
    try:
        import hypothesis
    except ImportError:
        return
    hypothesis.settings.register_profile(
        "same",
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    hypothesis.settings.load_profile("same")


def pytest_collection_modifyitems(config, items):
    if ONLY:
        with open(ONLY) as file:
            wanted = set(file.read().split("\n"))
        items[:] = [item for item in items if item.nodeid in wanted]


def pytest_runtest_logstart(nodeid, location):
    worst[nodeid] = "passed"
    note(begin=nodeid)


def pytest_runtest_logreport(report):
    if report.outcome != "passed" or hasattr(report, "wasxfail"):
        kind = ""
        if report.outcome == "failed" and hasattr(report.longrepr, "reprcrash"):
            kind = ": " + report.longrepr.reprcrash.message.split("\n")[0].split(" at 0x")[0][:100]
            kind = re.sub(r"(/tmp/)\S+", r"\1...", kind)
        expected = " as expected" if hasattr(report, "wasxfail") else ""
        worst[report.nodeid] = f"{report.outcome}{expected} in {report.when}{kind}"


def pytest_runtest_logfinish(nodeid, location):
    note(end=nodeid, outcome=worst.pop(nodeid, "?"))


def pytest_sessionfinish(session, exitstatus):
    dxpy = sys.modules.get("dxpy")
    work = {}
    if dxpy is not None:
        stats = dxpy.stats()
        work = {
            name: getattr(stats, name)
            for name in ("compiled_functions", "total_compiles", "total_exits", "tier2_functions")
        }
    note(done=True, **work)
