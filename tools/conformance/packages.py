"""The test suites of packages from PyPI, case by case, stock against dxpy.

    python tools/conformance/packages.py [--packages attrs,click] [--modes default,low] [--table FILE]

Each package's source distribution is fetched into --folder, its own tests are run by pytest from there against the
installed package, in a virtual environment that knows dxpy only by dxpy.pth and DXPY_ENABLE, as a user's does.
A case that differs is run twice more, alone with those that differ, in both; it counts when each time its outcome is one
that no stock run had. Where stock runs tell different things of a case themselves (a time, a temporary name), what
counts is how it ended and with which exception.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tarfile
import time
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
ABSENT = "not run"
COMMON = "pytest pytest-timeout hypothesis setuptools wheel"


@dataclass(frozen=True)
class Package:
    """A package whose tests are run: paths within its source distribution, what they need, what pytest is told."""

    name: str
    tests: str
    needs: str = ""
    options: str = ""
    installed: bool = False  # the tests are in the package itself, run where it is installed
    version: str = ""  # this one and no later
    repository: str = ""  # where the tests are that the source distribution leaves out
    tag: str = ""  # the version's in that repository
    hides: str = ""  # files of it that would be imported in place of the installed package

    @property
    def requirement(self):
        return f"{self.name}=={self.version}" if self.version else self.name


MPMATH = (  # the others take a quarter of an hour
    "basic_ops bitwise compatibility convert diff division elliptic format functions identify interval linalg "
    "matrices ode pickle power rootfinding special str summation trig"
)

PACKAGES = [
    Package("more-itertools", "tests"),
    Package("mpmath", " ".join(f"mpmath/tests/test_{name}.py" for name in MPMATH.split()), needs="pexpect"),
    Package("pyparsing", "tests", needs="railroad-diagrams jinja2 matplotlib"),
    Package("attrs", "tests", needs="pympler cloudpickle hypothesis"),
    Package("jinja2", "tests", needs="trio"),
    Package("click", "tests"),
    Package("pyyaml", "tests"),
    Package("networkx", "networkx", needs="numpy"),
    Package("sympy", "sympy/core", needs="mpmath"),
    Package("mako", "test"),
    Package(
        "sortedcontainers",
        "tests",
        options="-c /dev/null",
        repository="https://github.com/grantjenks/python-sortedcontainers",
    ),
    Package(
        "sqlglot",
        "tests/test_parser.py tests/test_optimizer.py tests/test_transpile.py",
        needs="duckdb pandas python-dateutil",
        options="--deselect tests/test_parser.py::TestParser::test_max_nodes",
    ),
    Package("lark", "tests/test_parser.py tests/test_grammar.py tests/test_trees.py", needs="regex"),
    Package("tomlkit", "tests", needs="pyyaml"),
    Package("markdown", "tests"),
    Package("mistune", "tests"),
    Package("pygments", "tests", needs="wcag-contrast-ratio lxml"),
    Package("docutils", "test"),
    Package("beautifulsoup4", "bs4/tests", needs="html5lib lxml"),
    Package("jsonschema", "jsonschema/tests", needs="jsonpath-ng"),
    Package("marshmallow", "tests", needs="simplejson"),
    Package("werkzeug", "tests", needs="ephemeral-port-reserve watchdog cryptography"),
    Package("toolz", "toolz"),
    Package("boltons", "tests"),
    Package("pyrsistent", "tests"),
    Package("parso", "test"),
    Package("asttokens", "tests", needs="astroid"),
    Package("babel", "tests", needs="freezegun pytz"),
    Package(
        "python-dateutil",
        "tests",
        needs="freezegun six",
        options="-W ignore::pytest.PytestUnknownMarkWarning",
    ),
    Package("pytest", "testing", needs="attrs xmlschema pygments"),
    Package(
        "hypothesis",
        "hypothesis-python/tests/cover",
        needs="pexpect",
        options="--noconftest",  # which asks pytest for what it no longer has
        version="6.140.3",  # later ones need Rust
        repository="https://github.com/HypothesisWorks/hypothesis",
        tag="v6.140.3",
    ),
    Package("trio", "src/trio/_tests", needs="astor jedi pyopenssl trustme pyright mypy ruff"),
    Package("anyio", "tests", needs="psutil trio blockbuster trustme truststore exceptiongroup"),
    Package("h11", "h11/tests"),
    Package("hpack", "tests"),
    Package("pycparser", "tests"),
    Package("sqlparse", "tests"),
    Package("markdown-it-py", "tests", needs="pytest-regressions linkify-it-py commonmark"),
    Package("cattrs", "tests", needs="attrs msgspec orjson pytest-benchmark immutables"),
    Package("pyflakes", "pyflakes/test"),
    Package(
        "black",
        "tests",
        needs="aiohttp click parameterized",
        options="-W ignore::pytest.PytestRemovedIn10Warning",
    ),
    Package("jedi", "test"),
    Package("astroid", "tests"),
    Package("html5lib", "html5lib/tests", options="--noconftest"),  # likewise
    Package("tinycss2", "tests"),
    Package("ecdsa", "src/ecdsa", needs="hypothesis"),
    Package("pyasn1", "tests"),
    Package(
        "construct",
        "tests",
        needs="arrow cloudpickle numpy ruamel.yaml lz4 cryptography pytest-benchmark",
        repository="https://github.com/construct/construct",
        tag="v2.10.70",
    ),
    Package("voluptuous", "voluptuous/tests"),
    Package("sqlalchemy", "test/sql test/orm/test_query.py test/base"),
    Package("arrow", "tests", needs="dateparser pytz simplejson pytest-mock pytest-cov"),
    Package("tinydb", "tests"),
    Package("itsdangerous", "tests", needs="freezegun"),
    Package("wtforms", "tests", needs="email-validator babel"),
    Package("simplejson", "simplejson/tests"),
    Package("cachetools", "tests"),
    Package("pluggy", "testing"),
    Package("packaging", "tests", needs="pretend"),
    Package("portion", "tests", needs="pytest-benchmark"),
    Package("intervaltree", "test"),
    Package("simpy", "tests"),
    Package("isort", "tests/unit"),
    Package("dnspython", "tests"),
    Package("netaddr", "netaddr/tests"),
    Package("jsonpickle", "tests"),
    Package("dill", "dill/tests"),
    Package("humanize", "tests", needs="freezegun"),
    Package("inflect", "tests"),
    Package("tabulate", "test"),
    Package("prettytable", "tests", needs="pytest-lazy-fixtures"),
    Package("prompt-toolkit", "tests"),
    Package("mutagen", "tests"),
    Package("bitstring", "tests"),
    Package("cbor2", "tests"),
    Package("webob", "tests"),
    Package("falcon", "tests", needs="msgpack ujson pyyaml mujson"),
    Package("pyramid", "tests", needs="webtest zope.component"),
    Package("uncertainties", "tests"),
    Package("pint", "pint/testsuite", needs="pytest-subtests"),
    Package("h2", "tests"),
    Package("hyperframe", "tests"),
    Package("soupsieve", "tests", needs="html5lib lxml"),
    Package("parsimonious", "parsimonious/tests"),
    Package("traitlets", "tests", needs="pytest-mock"),
    Package("zope.interface", "src/zope/interface/tests"),
    Package("cssselect", "tests"),
    Package("chess", "test.py"),
    Package("pygal", "pygal/test"),
    Package("sphinx", "tests/test_util tests/test_domains tests/test_markup", needs="defusedxml"),
    Package("pylint", "tests/checkers tests/utils", needs="gitpython"),
    Package("scrapy", "tests/test_selector.py tests/test_http_request.py tests/test_utils_python.py"),
    Package("twisted", "src/twisted/test/test_defer.py src/twisted/test/test_task.py"),
    Package("tornado", "tornado/test", options="--log-disable=tornado.access"),
    Package(
        "numpy", "numpy", needs="numpy", options="--pyargs numpy._core numpy.lib numpy.ma", installed=True
    ),
    Package("lxml", "src/lxml/tests", needs="lxml", hides="src/lxml/__init__.py"),
    Package("pandas", "pandas", needs="pandas", options="--pyargs pandas.tests.frame", installed=True),
]
BY_NAME = {package.name: package for package in PACKAGES}

# Environment of a run; `stock` is without dxpy.
MODES = {
    "stock": {},
    "default": {"DXPY_ENABLE": "1"},
    "low": {
        "DXPY_ENABLE": "1",
        "DXPY_THRESHOLDS": "5,20,1000000",
        "DXPY_OSR_THRESHOLD": "50",
        "DXPY_GCC_LEVEL": "0",
        "DXPY_WARM": "0",
        "DXPY_COMPILE_TIMEOUT": "600",
    },
}


class Runner:
    def __init__(self, args):
        self.args = args
        self.folder = Path(args.folder).resolve()
        self.folder.mkdir(parents=True, exist_ok=True)
        self.results = self.folder / "results"
        self.results.mkdir(exist_ok=True)
        self.python = self.folder / "venv" / "bin" / "python"

    # --- setting up ---

    def pip(self, *words):
        subprocess.run([self.python, "-m", "pip", "-qq", "--disable-pip-version-check", *words], check=True)

    def set_up(self):
        if not self.python.exists():
            subprocess.run([sys.executable, "-m", "venv", self.folder / "venv"], check=True)
        ready = self.folder / "venv" / "ready"
        if not ready.exists():
            self.pip("install", *COMMON.split())
            ready.touch()
        site = next((self.folder / "venv" / "lib").glob("python3*")) / "site-packages"
        (site / "zz_dxpy_path.pth").write_text(f"{ROOT}\n{(ROOT / 'dxpy.pth').read_text()}")

    def source(self, package):
        """The unpacked source distribution, and all that the tests need installed."""
        wanted = [package.requirement, *package.needs.split()]
        noted = self.folder / "venv" / f"{package.name}.installed"
        if not noted.exists() or noted.read_text().split() != wanted:
            self.pip("install", *wanted)
            noted.write_text("\n".join(wanted))
        unpacked = self.folder / "src" / package.name
        if unpacked.exists():
            return next(unpacked.iterdir())
        store = self.folder / "sdist" / package.name
        if package.repository:
            clone = ["git", "clone", "-q", "--depth", "1", package.repository, unpacked / package.name]
            clone += ["--branch", package.tag] if package.tag else []
            subprocess.run(clone, check=True)
        elif not package.installed:
            self.pip("download", "--no-deps", "--no-binary", package.name, "-d", store, package.requirement)
            archive = next(store.glob("*.tar.gz"))
            with tarfile.open(archive) as opened:
                opened.extractall(unpacked)  # noqa: S202
        else:
            (unpacked / "empty").mkdir(parents=True)
        where = next(unpacked.iterdir())
        for path in package.hides.split():
            (where / path).unlink()
        return where

    # --- running ---

    def outcomes(self, package, mode, only=None):
        """nodeid -> outcome of every test of the package in a mode, and what else is known of the run."""
        where = self.source(package)
        notes = self.results / f"{package.name}.{mode}.notes"
        notes.unlink(missing_ok=True)
        env = {name: value for name, value in os.environ.items() if not name.startswith("DXPY_")}
        env.update(MODES[mode], PYTHONHASHSEED="0", DXPY_CACHE_DIR=str(self.folder / "cache"))
        env.update(PYTHONPATH=str(HERE), PACKAGE_NOTES=str(notes), PYTHONFAULTHANDLER="1")
        command = [
            self.python,
            "-m",
            "pytest",
            "-q",
            "-x" if self.args.first else "-q",
            "-p",
            "packages_plugin",
        ]
        command += ["-p", "no:cacheprovider", "-p", "no:randomly", "--timeout", "300"]
        command += ["--no-header", "--continue-on-collection-errors"]
        command += package.options.split()
        if only:
            listed = self.results / f"{package.name}.{mode}.only"
            listed.write_text("\n".join(only))
            env["PACKAGE_ONLY"] = str(listed)
        if not package.installed:
            command += package.tests.split()
        if package.name == "sympy":
            command += ["-m", "not slow"]
        start = time.monotonic()
        with open(self.results / f"{package.name}.{mode}.log", "wb") as log:
            try:
                status = subprocess.run(
                    command,
                    cwd=where,
                    env=env,
                    stdout=log,
                    stderr=log,
                    timeout=self.args.timeout,
                    check=False,
                ).returncode
            except subprocess.TimeoutExpired:
                status = "timeout"
        return self.read(notes, status, time.monotonic() - start)

    @staticmethod
    def read(notes, status, seconds):
        found, running = {}, None
        lines = notes.read_text(errors="replace").splitlines() if notes.exists() else []
        work = {}
        for line in lines:
            event = json.loads(line)
            if "begin" in event:
                running = event["begin"]
            elif "end" in event:
                found[event["end"]] = event["outcome"]
                running = None
            else:
                work = event
        if running:
            found[running] = f"the process ended: {status}"
        return {"cases": found, "status": status, "seconds": round(seconds, 1), "work": work}

    def package(self, package):
        stored = self.results / f"{package.name}.json"
        stock = self.outcomes(package, "stock")
        if not stock["cases"]:
            raise RuntimeError(f"no case was run; see {self.results / package.name}.stock.log")
        result = {
            "name": package.name,
            "version": self.version(package),
            "cases": len(stock["cases"]),
            "modes": {},
        }
        result["passed"] = sum(outcome == "passed" for outcome in stock["cases"].values())
        result["stock_seconds"] = stock["seconds"]
        for mode in self.args.modes.split(","):
            found = again = self.outcomes(package, mode)
            stocks = [stock]
            differing = differences(stocks, found)
            for _ in range(2):
                if not differing:
                    break
                stocks.append(self.outcomes(package, "stock", differing))
                again = self.outcomes(package, mode, differing)
                differing = [case for case in differences(stocks, again, found) if case in differing]
            result["modes"][mode] = {
                "cases": len(found["cases"]),
                "differ": {case: found["cases"].get(case, ABSENT) for case in differing},
                "seconds": found["seconds"],
                "status": found["status"],
                "work": found["work"],
            }
            print(
                f"{package.name} {result['version']}: {len(stock['cases'])} cases, {result['passed']} pass; {mode}: "
                f"{len(differing)} differ, {found['seconds']} s for {stock['seconds']} s",
                flush=True,
            )
            for case, outcome in result["modes"][mode]["differ"].items():
                print(
                    f"  {case}\n    stock: {stock['cases'].get(case, ABSENT)}\n    here:  {outcome}",
                    flush=True,
                )
        stored.write_text(json.dumps(result, indent=1))
        return result

    def version(self, package):
        ask = f"import importlib.metadata as m; print(m.version({package.name!r}))"
        return subprocess.run(
            [self.python, "-c", ask], capture_output=True, text=True, check=True
        ).stdout.strip()


def ending(outcome):
    """Of "failed in call: ValueError: the text" all but the text."""
    return ":".join(outcome.split(":")[:2])


def differs(case, stocks, runs):
    """Has each of the runs an outcome that none of stock's had, in what these agree about?"""
    usual = {run["cases"].get(case, ABSENT) for run in stocks}
    said = {run["cases"].get(case, ABSENT) for run in runs}
    if len(usual) > 1:
        usual, said = set(map(ending, usual)), set(map(ending, said))
    return not usual & said


def differences(stocks, *runs):
    return [
        case
        for case in dict.fromkeys([*stocks[0]["cases"], *runs[0]["cases"]])
        if differs(case, stocks, runs)
    ]


def table(results):
    """docs/conformance-packages.md."""
    lines = [
        "# The tests of well-known packages",
        "",
        "Made by `make conformance-packages`: the packages' own tests, each case stock and under dxpy. *Differ* counts",
        "cases with another outcome than stock in the run and in two more. *default* is `DXPY_ENABLE=1` and nothing else;",
        "*low* compiles after 5 and 20 calls. Where few functions were compiled, a busy machine came too late with them,",
        "and the row says little.",
        "",
        "| package | version | cases | pass in stock | mode | compiled functions | differ |",
        "|---|---|---|---|---|---|---|",
    ]
    for result in results:
        for mode, found in result["modes"].items():
            lines.append(
                f"| {result['name']} | {result['version']} | {result['cases']} | {result['passed']} | {mode} "
                f"| {found['work'].get('compiled_functions', '?')} | {len(found['differ'])} |"
            )
    return "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--packages", default=",".join(BY_NAME))
    parser.add_argument("--modes", default="default,low")
    parser.add_argument("--folder", default=str(ROOT / "build" / "packages"))
    parser.add_argument("--timeout", type=float, default=3600)
    parser.add_argument("--first", action="store_true", help="stop at a package's first failure")
    parser.add_argument("--fresh", action="store_true", help="forget earlier results")
    parser.add_argument("--table", help="write the table of all results there")
    args = parser.parse_args()
    unknown = [name for name in args.packages.split(",") if name not in BY_NAME]
    if unknown:
        raise SystemExit(f"unknown package {', '.join(unknown)}; there are: {', '.join(BY_NAME)}")
    runner = Runner(args)
    if args.fresh:
        shutil.rmtree(runner.results)
        runner.results.mkdir()
    runner.set_up()
    wrong = 0
    for name in args.packages.split(","):
        try:
            result = runner.package(BY_NAME[name])
        except (subprocess.CalledProcessError, StopIteration, RuntimeError) as error:
            print(f"{name}: cannot be run: {error}", flush=True)
            wrong += 1
            continue
        wrong += sum(len(found["differ"]) for found in result["modes"].values())
    if args.table:
        stored = [runner.results / f"{package.name}.json" for package in PACKAGES]
        results = [json.loads(path.read_text()) for path in stored if path.exists()]
        Path(args.table).write_text(table(results))
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
