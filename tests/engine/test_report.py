"""`run --report`: one page that needs no other, says what it should, and keeps what a program says from being markup."""

import sys
import threading
import time
from html.parser import HTMLParser

import dxpy
from dxpy import report, sampling
from dxpy.sampling import Sampler

PROGRAM = """
import dxpy
def hot(n):
    total = 0
    for i in range(n):
        total += i * i % 7
    return total
@dxpy.nojit
def never():
    return 1
for i in range(400):
    hot(4000)
    never()
evil = {}
exec("def f(): pass", {"__name__": "<script>alert(1)</script>"}, evil)
evil["f"]()
cold = lambda: None
cold()
"""


class Page(HTMLParser):
    """The tags, attributes and tables of a page."""

    VOID = ("meta", "input")
    UNCLOSED = ("html", "body")

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.tags, self.attributes, self.open, self.tables = [], [], [], {}
        self.section = None
        self.feed(text)
        self.close()
        assert not self.open, self.open

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.attributes += attributes
        if tag == "section":
            self.section = dict(attributes).get("id")
        if tag == "tr":
            self.tables.setdefault(self.section, []).append([])
        if tag in ("td", "th"):
            self.tables[self.section][-1].append("")
        if tag not in self.VOID + self.UNCLOSED:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag not in self.UNCLOSED:
            assert self.open.pop() == tag

    def handle_data(self, data):
        if {"td", "th"} & set(self.open):
            self.tables[self.section][-1][-1] += data


def test_report_of_a_run(run_python, tmp_path):
    script, page_file = tmp_path / "program.py", tmp_path / "page.html"
    script.write_text(PROGRAM)
    run = run_python(
        "-m",
        "dxpy",
        "run",
        "--sync",
        "--thresholds=5,1000000,2000000",
        "--report",
        page_file,
        script,
        "<arg>",
    )
    assert (run.returncode, run.stdout, run.stderr) == (0, "", "")
    text = page_file.read_text()
    page = Page(text)
    rows = {row[0].partition(str(tmp_path))[0]: row for row in page.tables["functions"]}
    assert page.tables["functions"][0][:2] == ["function", "time"]
    hot = rows["__main__.hot"]
    assert (hot[2], hot[4]) == ("400", "tier 1")
    assert hot[8].startswith("compiled, ")
    assert rows["__main__.never"][8] == "interpreted: nojit"
    assert rows["__main__.<lambda>"][8] == "interpreted: not hot"
    assert rows["<script>alert(1)</script>.f<string>:1"]
    assert [row[1:] for row in page.tables["refusals"] if row[0].startswith("__main__.never")] == [
        ["nojit", "marked with @dxpy.nojit", "400"]
    ]
    assert page.tags.count("script") == 1
    assert "dxpy.sampling" not in text
    assert f"{script} &lt;arg&gt;" in text
    assert not {"link", "img", "iframe"} & set(page.tags)
    assert not [
        value
        for name, value in page.attributes
        if name in ("src", "srcset") or (name == "href" and value[0] != "#")
    ]
    assert "http:" not in text
    assert "https:" not in text
    assert "@import" not in text
    assert "prefers-color-scheme: dark" in text


def test_report_of_a_program_that_fails(run_python, tmp_path):
    page_file = tmp_path / "page.html"
    run = run_python("-m", "dxpy", "run", f"--report={page_file}", "-c", "def f(): 1/0\nf()")
    assert run.returncode == 1
    assert run.stderr.endswith("ZeroDivisionError: division by zero\n")
    assert "__main__.f" in page_file.read_text()


def test_report_that_cannot_be_written(run_python, tmp_path):
    run = run_python("-m", "dxpy", "run", "--report", tmp_path / "no" / "page.html", "-c", "print(1)")
    assert (run.returncode, run.stdout) == (0, "1\n")
    assert run.stderr.startswith("dxpy: the report was not written: [Errno 2]")


def test_a_forked_child_writes_no_report(run_python, tmp_path):
    page_file = tmp_path / "page.html"
    code = "import os, sys\nif os.fork() == 0:\n    def child(): pass\n    child(); sys.exit()\nos.wait()\nprint(os.path.exists(sys.argv[1]))"
    run = run_python("-m", "dxpy", "run", "--report", page_file, "-c", code, page_file)
    assert (run.stdout, run.stderr) == ("False\n", "")
    assert "__main__.child" not in page_file.read_text()


def record(**changes):
    row = {
        "name": "m.f", "code": test_report_of_a_run.__code__, "file": __file__, "line": 10, "id": 0, "calls": 5,
        "loop_iterations": 0, "tier": 2, "requested": 0, "refusal": None, "bail_reason": None, "message": None,
        "exits": 0, "compiles": 1, "compile_ms": 2.5, "compiled": None,
    }  # fmt: skip
    return row | changes


def page_of(*records, seconds=()):
    return Page(
        report.page("title", report.Facts(list(records), dict(seconds), 1.0, dxpy.JitIntegration().stats()))
    )


def test_side_exits_stand_by_source_line():
    line = record.__code__.co_firstlineno
    compiled = {
        "tier": 2,
        "code_size": 1234,
        "exits": [(line, 8, "odd<reason", 3), (line + 1, 2, "nojit", 70), (1, 0, "x", 0)],
    }
    page = page_of(record(compiled=compiled, exits=73))
    exits = page.tables["exits"]
    assert [row[0] for row in exits] == ["count", "70", "3"]
    assert exits[1][1] == "nojit" + "marked with @dxpy.nojit"
    assert exits[2][1] == "odd<reason"
    assert exits[2][2] == f"{__file__}:{line}m.f"
    assert exits[2][3] == "def record(**changes):"
    assert page.tables["functions"][1][8] == "compiled, 1,234 bytes"


def test_states_and_refusals():
    page = page_of(
        record(name="a", requested=3),
        record(name="b", bail_reason="bad_ir", message="why & how"),
        record(name="c", refusal="too_large", bail_reason="too_large", message="large"),
        record(name="d", requested=2, compiled={"tier": 1, "code_size": 2048, "exits": []}),
    )
    states = {row[0].split("/")[0]: row[8] for row in page.tables["functions"][1:]}
    assert states == {
        "a": "interpreted; tier 3 under way",
        "b": "interpreted; last compile failed: bad_ir",
        "c": "interpreted: too_large",
        "d": "compiled, 2,048 bytes; tier 2 under way",
    }
    assert [row[1:3] for row in page.tables["refusals"][1:]] == [
        ["bad_ir", "why & how"],
        ["too_large", "large"],
    ]


def test_functions_stand_by_time_then_calls():
    other = page_of.__code__
    page = page_of(
        record(name="idle"),
        record(name="called", calls=9),
        record(name="slow", code=other),
        seconds={other: 0.5},
    )
    assert [row[0].split("/")[0] for row in page.tables["functions"][1:]] == ["slow", "called", "idle"]
    assert page.tables["functions"][1][1] == "0.50 s"


def test_an_empty_run_has_a_page():
    page = page_of()
    assert page.tables["functions"] == [
        ["function", "time", "calls", "loop turns", "tier", "compiles", "compile ms", "side exits", "state"]
    ]
    assert "exits" not in page.tables


class Clock:
    """Goes on by what its user sleeps, however busy the machine is; the process works all the time."""

    def __init__(self):
        self.now = 0.0

    def sleep(self, seconds):
        time.sleep(seconds)
        self.now += seconds

    def perf_counter(self):
        return self.now

    process_time = perf_counter


def test_the_sampler_finds_what_is_busy(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(sampling, "time", clock)

    def busy(until):
        while clock.now < until:
            pass

    sampler = Sampler()
    sampler.start()
    busy(0.4)
    sampler.stop()
    seen = sampler.seconds[busy.__code__]
    assert 0.1 < seen < 0.8
    others = {
        frame.f_code for thread, frame in sys._current_frames().items() if thread != threading.get_ident()
    }
    assert seen == max(count for code, count in sampler.seconds.items() if code not in others)
    before, ended = dict(sampler.seconds), clock.now
    time.sleep(0.05)
    assert (sampler.seconds, clock.now) == (before, ended), "its thread has ended"
    sampler.stop()


def test_waiting_is_not_counted():
    sampler = Sampler()
    sampler.start()
    time.sleep(0.3)
    sampler.stop()
    assert sum(sampler.seconds.values()) < 0.1
