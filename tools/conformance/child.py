"""Run one module of CPython's test package and note what became of each case.

    python child.py EVENTS MODULE [--dxpy ROOT] [--without FILE] [--settle SECONDS] [--rounds N]

EVENTS gets the JSON lines that proving/watch.py reads. --dxpy puts ROOT on the path for as long as it takes to import
and enable dxpy. --without names a file of case ids, one a line, that are left out. --settle is the longest wait at the end
of a round for what is still being compiled: it goes into the code cache, where the next mode finds it. With --rounds all
cases are run so often; what the first round made hot is compiled, with what the interpreter noted by then, in the second.
Nothing is waited for behind the last of several rounds.
"""

import argparse
import doctest
import faulthandler
import gc
import json
import os
import re
import sys
import time
import unittest

REPEATED = re.compile(r"#\d+$")  # what Result.number adds


class Events:
    """Appends to the events file by means that no test can have replaced, and only in the process that began."""

    def __init__(self, path):
        self._fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o644)
        self._pid = os.getpid()
        self._write, self._getpid, self._encode = os.write, os.getpid, json.JSONEncoder().encode

    def __call__(self, **event):
        if self._getpid() == self._pid:
            self._write(self._fd, (self._encode(event) + "\n").encode("ascii"))


class Result(unittest.TestResult):
    """One event as a case begins, one with its outcome as it ends; equal ids are numbered. A case may run others."""

    def __init__(self, events):
        super().__init__()
        self.events = events
        self.seen = {}
        self.around = []
        self.current = self.outcome = self.detail = None

    def number(self, name):
        count = self.seen[name] = self.seen.get(name, 0) + 1
        return name if count == 1 else f"{name}#{count}"

    def startTest(self, test):
        super().startTest(test)
        self.around.append((self.current, self.outcome, self.detail))
        self.current, self.outcome, self.detail = self.number(test.id()), None, ""
        self.events(begin=self.current)

    def stopTest(self, test):
        super().stopTest(test)
        self.events(end=self.current, outcome=self.outcome or "pass", detail=self.detail)
        self.current, self.outcome, self.detail = self.around.pop()

    def note(self, test, outcome, detail=""):
        if self.current is None:
            self.events(end=self.number(test.id()), outcome=outcome, detail=detail[-4000:])
        elif self.outcome in (None, "skip", "expected failure"):
            self.outcome, self.detail = outcome, detail[-4000:]

    def addError(self, test, err):
        self.note(test, "error", self._exc_info_to_string(err, test))

    def addFailure(self, test, err):
        self.note(test, "fail", self._exc_info_to_string(err, test))

    def addSubTest(self, test, subtest, err):
        if err is not None:
            kind = "fail" if issubclass(err[0], test.failureException) else "error"
            self.note(test, kind, f"{subtest}\n{self._exc_info_to_string(err, test)}")

    def addSkip(self, test, reason):
        self.note(test, "skip", reason)

    def addExpectedFailure(self, test, err):
        self.note(test, "expected failure")

    def addUnexpectedSuccess(self, test):
        self.note(test, "unexpected success")


def leaves(suite):
    for test in suite:
        if isinstance(test, unittest.TestSuite):
            yield from leaves(test)
        else:
            yield test


def prune(suite, without):
    """Leave out the cases named, in place, keeping suites as they are (load_tests may use its own kind)."""
    kept = []
    for test in suite:
        if isinstance(test, unittest.TestSuite):
            prune(test, without)
            kept.append(test)
        elif test.id() not in without:
            kept.append(test)
    suite._tests = kept


def install(events, without):
    """Have test.support hand its suites and doctests to us: modules with a test_main() of their own go through it."""
    from test import support

    support.use_resources = ()
    result = Result(events)

    def run_suite(suite):
        prune(suite, without)
        if any(True for _ in leaves(suite)):
            suite.run(result)

    def run_doctest(module, verbosity=None, optionflags=0):
        name = f"doctest:{module.__name__}"
        if name not in without:
            events(begin=name)
            failed, tried = doctest.testmod(module, optionflags=optionflags)
            events(end=name, outcome="fail" if failed else "pass", detail=f"{failed} of {tried} examples")
            return failed, tried

    support._run_suite = run_suite
    support.run_doctest = run_doctest
    return run_suite


def import_module(name, events):
    case = f"import {name}"
    events(begin=case)
    try:
        __import__(name)
    except unittest.SkipTest as skip:
        events(end=case, outcome="skip", detail=str(skip))
        return None
    except Exception as error:  # noqa: BLE001
        events(end=case, outcome="error", detail=f"{type(error).__name__}: {error}")
        return None
    events(end=case, outcome="pass", detail="")
    return sys.modules[name]


def run_module(module, events, run_suite):
    name = module.__name__
    main = getattr(module, "test_main", None)
    try:
        if main is not None:
            main()
        else:
            run_suite(unittest.TestLoader().loadTestsFromModule(module))
    except unittest.SkipTest as skip:
        events(end=f"main {name}", outcome="skip", detail=str(skip))
    except Exception as error:  # noqa: BLE001
        events(end=f"main {name}", outcome="error", detail=f"{type(error).__name__}: {error}")


def enable(root):
    sys.path.insert(0, root)
    import dxpy

    sys.path.remove(root)
    dxpy.enable()
    return dxpy


def settle(dxpy, seconds):
    end = time.monotonic() + seconds
    while dxpy and dxpy.stats().pending_compiles and time.monotonic() < end:
        time.sleep(0.05)


def counted(stats):
    """The whole numbers of JitStats by name."""
    values = {name: getattr(stats, name) for name in dir(stats)}
    return {
        name: value
        for name, value in values.items()
        if not name.startswith(("_", "n_")) and isinstance(value, int)
    }


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("events")
    parser.add_argument("module")
    parser.add_argument("--dxpy")
    parser.add_argument("--without")
    parser.add_argument("--settle", type=float, default=0)
    parser.add_argument("--rounds", type=int, default=1)
    args = parser.parse_args()
    sys.path[0:1] = []
    sys.argv[1:] = []
    faulthandler.enable(all_threads=True)
    events = Events(args.events)
    without = set()
    if args.without:
        with open(args.without, encoding="utf-8") as file:
            without = {REPEATED.sub("", case) for case in file.read().split("\n")}
    dxpy = enable(args.dxpy) if args.dxpy else None
    run_suite = install(events, without)
    module = import_module(args.module, events)
    for number in range(args.rounds if module else 0):
        run_module(module, events, run_suite)
        gc.collect()
        if number + 1 < args.rounds or args.rounds == 1:
            settle(dxpy, args.settle)
    # What the JIT did, so that a mode in which nothing was compiled does not look like a proof.
    events(done=True, work=counted(dxpy.stats()) if dxpy else {}, enabled=bool(dxpy and dxpy.is_enabled()))


if __name__ == "__main__":
    main()
