"""A function begins where an earlier run left it, and never where that would be wrong."""

import json
import re

import pytest


@pytest.fixture
def run(run_all_tiers):
    return run_all_tiers


ADD = """
def add(a, b):
    return a + b
result = [add(i, i) for i in range(CALLS)][-1]
"""
COLD = ADD.replace("CALLS", "20")
ONCE = ADD.replace("CALLS", "1")


def test_the_second_run_begins_warm(run):
    cold = run(COLD)
    assert (cold["result"], cold["warm"]) == (38, 0)
    assert cold["compiles"] >= 3
    again = run(ONCE)
    assert (again["result"], again["compiles"]) == (0, 0)
    assert again["warm"] == 1
    assert again["tiers"][3] == 1


@pytest.mark.parametrize("max_tier", [1, 2, 3])
def test_the_highest_tier_allowed(run, max_tier):
    run(COLD)
    again = run(ONCE, DXPY_MAX_TIER=max_tier)
    assert again["tiers"][1:] == [int(tier == max_tier) for tier in (1, 2, 3)]
    assert run(ONCE, DXPY_MAX_TIER=0)["warm"] == 0


def test_switched_off(run):
    run(COLD)
    assert run(ONCE, DXPY_WARM=0)["warm"] == 0
    assert run(ONCE, DXPY_CACHE=0)["warm"] == 0


def test_lowered_again(run):
    """What is linked with numbers of one process is found by lowering with the feedback that was kept."""
    run(COLD)
    again = run(ONCE, DXPY_WARM=2)
    assert (again["result"], again["warm"], again["compiles"], again["tiers"][3]) == (0, 1, 0, 1)


def test_feedback_is_kept_for_further_tiers(run):
    """Code that runs compiled from its first call tells the interpreter's caches nothing; what they said is kept."""
    floats = """
def f(x, n):
    s = 0.5
    for i in range(n):
        s = s + x * i
    return s
result = sum(f(0.25, 10) for i in range(CALLS))
"""
    first = run(floats.replace("CALLS", "6"), DXPY_MAX_TIER=2)
    assert first["tiers"][2] == 1
    run(floats.replace("CALLS", "20"))
    seen = run.command("cache", "list").stdout
    assert re.search(r" 3 +\d+ .* __main__\.f$", seen, re.MULTILINE)
    once = floats.replace("CALLS", "1") + "\nimport dxpy\nresult = dxpy.dump(f, 'ir')"
    assert "fmul" in run(once)["result"] or "f64" in run(once)["result"]


@pytest.mark.parametrize(
    "changed",
    [
        ADD.replace("a + b", "a - b"),
        ADD.replace("a + b", "a + b + 0"),
        ADD.replace("a, b", "b, a").replace("add(i, i)", "add(i, i)"),
        ADD.replace("def add", "def added").replace("add(i", "added(i"),
        ADD.replace("a, b)", "a, b=1)"),
    ],
)
def test_another_source(run, changed):
    run(COLD)
    first = run(changed.replace("CALLS", "20"))
    stock = {}
    exec(changed.replace("CALLS", "20"), stock)
    assert first["result"] == stock["result"]
    same_code = "b=1" in changed  # a default is the function's, not the code's
    assert first["warm"] == int(same_code)


@pytest.mark.parametrize(
    ("one", "other"),
    [("1", "2"), ("1", "1.0"), ("1", "True"), ("0.0", "-0.0"), ("10**30", "10**31"), ("'a'", "'b'"), ("'a'", "b'a'"),
     ("(1, 2)", "(1, 2.0)"), ("1j", "2j"), ("None", "...")],
)  # fmt: skip
def test_another_constant(run, one, other):
    code = "def f(x):\n    if x in {7, 8, 9}: return 0\n    return (x, CONSTANT)\nresult = repr([f(i) for i in range(20)][-1])"
    assert run(code.replace("CONSTANT", one))["warm"] == 0
    other_run = run(code.replace("CONSTANT", other))
    stock = {}
    exec(code.replace("CONSTANT", other), stock)
    assert (other_run["warm"], other_run["result"]) == (0, stock["result"])
    assert run(code.replace("CONSTANT", one))["warm"] == 1


def test_the_same_further_down(run):
    """Lines move with every edit above; code does not depend on them, and tracebacks have the new ones."""
    code = """
def f(x):
    return 10 // x
def where(x):
    try:
        f(x)
    except ZeroDivisionError as error:
        return error.__traceback__.tb_next.tb_lineno
[f(i + 1) for i in range(20)]
result = where(0)
"""
    assert run(code)["result"] == 3
    moved = run("# more\n# lines\n" + code.replace("range(20)", "range(2)"))
    assert moved["result"] == 5
    assert moved["warm"] >= 1


def test_order_of_a_set_does_not_matter(run):
    code = "def f(x):\n    return x in {'a', 'b', 'c', 'd', 'e'}\nresult = [f('c') for i in range(20)][-1]"
    assert run(code, PYTHONHASHSEED=1)["warm"] == 0
    for seed in (2, 3, 4):
        assert run(code, PYTHONHASHSEED=seed)["warm"] == 1


def test_other_types_than_before(run):
    """A guard that fails sends the call back; what failed is not tried in later runs."""
    code = "def f(a, b):\n    return a * b\nresult = [f(VALUES) for i in range(COUNT)][-1]"
    ints = code.replace("VALUES", "i, 2")
    strings = code.replace("VALUES", "'ab', 2")
    assert run(ints.replace("COUNT", "20"))["result"] == 38
    mixed = run(strings.replace("COUNT", "60"))
    assert (mixed["result"], mixed["warm"]) == ("abab", 1)
    assert mixed["compiles"] >= 1, "it was compiled again, without the speculation that failed"
    later = run(strings.replace("COUNT", "60"))
    assert (later["result"], later["warm"], later["compiles"]) == ("abab", 1, 0)
    assert run(ints.replace("COUNT", "20"))["result"] == 38


RECORDS = "import dxpy._jit as j, json; print(json.dumps([[row[0], row[4]] for row in j.cache_index()]))"


def test_two_programs_share_a_function(run):
    """Each goes on with what it learned itself: a guard that fails in one does not unlearn what the other knows."""
    only = {"DXPY_ONLY": "shared.*"}
    (run.folder / "shared.py").write_text("def f(a, b):\n    return a * b\n")
    code = "from shared import f\nresult = [f(VALUES) for i in range(60)][-1]"

    def other():
        run.script = "other.py"
        got = run(code.replace("VALUES", "'ab', 2"), **only)
        run.script = "program.py"
        return got

    def records():
        return json.loads(run.command("run", "-c", "import dxpy; dxpy.enable(); " + RECORDS).stdout)

    ints = code.replace("VALUES", "i, 2")
    assert run(ints, **only)["result"] == 118
    (before,) = records()
    first = other()
    assert (first["result"], first["warm"]) == ("abab", 1)
    assert first["compiles"] >= 1
    assert len(records()) == 2
    assert before in records()
    for again, result in ((run(ints, **only), 118), (other(), "abab")):
        assert (again["result"], again["warm"], again["compiles"]) == (result, 1, 0)


def test_generators_and_closures(run):
    code = """
def numbers(n):
    for i in range(n):
        yield i * 2
def outer(k):
    def inner(x):
        return x + k
    return inner
result = 0
for i in range(COUNT):
    result += sum(numbers(10)) + outer(i)(1)
"""
    assert run(code.replace("COUNT", "40"))["result"] == 40 * 90 + sum(range(1, 41))
    again = run(code.replace("COUNT", "2"))
    assert again["result"] == 2 * 90 + 1 + 2
    assert again["warm"] >= 2


def test_what_bailed_is_not_tried_again(run):
    lines = "\n".join(f"    x = x + {i} * y" for i in range(4200))
    code = f"def huge(x, y):\n{lines}\n    return x\nresult = [huge(1, 2) for i in range(20)][-1]"
    code += "\nimport dxpy\nresult = [result, 'too large' in str(dxpy.explain(huge))]"
    first = run(code)
    assert first["result"][1]
    assert run.index.stat().st_size > 0
    again = run(code.replace("range(20)", "range(1)"))
    assert again["result"] == first["result"], "the reason is known at the first call"


def test_a_loop_that_was_entered_in_its_middle(run):
    code = """
def f(n):
    s = 0
    for i in range(n):
        s += i & 3
    return s
result = f(N)
"""
    osr = {
        "DXPY_OSR": 1,
        "DXPY_OSR_THRESHOLD": 100,
        "DXPY_THRESHOLDS": "100,1000,10000",
        "DXPY_SYNC": 0,
        "DXPY_SETTLE": 20,
    }
    cold = run(code.replace("N", "3000000"), **osr)
    again = run(code.replace("N", "1000"), **osr)
    assert cold["result"] == 4500000
    assert (again["result"], again["warm"], again["tiers"][2]) == (1500, 1, 1)


def test_reset_starts_anew(run):
    run(COLD)
    code = ONCE + "\nimport dxpy\ndxpy.reset()\nresult = [add(1, 2), list(dxpy.stats()[2:6])]"
    assert run(code)["result"][0] == 3
    assert run(code)["result"][1][1:] == [0, 0, 0]


def test_processes_that_end_without_notice(run):
    """What is compiled is kept at once, not at exit."""
    killed = COLD + "\nimport os\nprint('{}', flush=True)\nos._exit(0)"
    process = run.start(killed)
    process.communicate(timeout=60)
    assert run(ONCE)["warm"] == 1


SHORT = {"DXPY_SYNC": 0, "DXPY_MAX_TIER": 2}


def test_a_short_program(run):
    """Its code is kept though it is over before a worker would have been started, many functions in one object."""
    many = "".join(f"def f{i}(x): return x + {i}\n" for i in range(100))
    names = ", ".join(f"f{i}" for i in range(100))
    call = f"result = 0\nfor i in range(COUNT):\n    for f in [{names}]: result += f(i)\n"
    code = many + call
    first = run(code.replace("COUNT", "20"), **SHORT)
    assert (first["warm"], first["tiers"][2]) == (0, 100)
    assert len(list((run.cache / "objects").iterdir())) < 8
    again = run(code.replace("COUNT", "2"), **SHORT)
    assert (again["result"], again["tiers"][2]) == (10000, 100)
    assert (again["warm"], again["compiles"]) == (100, 0), "loaded, not made anew"


def test_code_is_kept_while_the_program_runs(run):
    """A second later, for programs that are killed."""
    slow = (
        COLD
        + "import os, time\nuntil = time.monotonic() + 30\nunits = os.environ['DXPY_CACHE_DIR'] + '/units'\n"
    )
    slow += "while time.monotonic() < until and not os.path.isdir(units): add(1, 2)\nos._exit(0)"
    run.start(slow, **SHORT).communicate(timeout=60)
    assert len(list((run.cache / "units").iterdir())) > 0
    assert run(ONCE)["warm"] == 1


def test_a_child_of_fork(run):
    code = (
        COLD
        + """
import os, sys
def late(x):
    return x * 3
pid = os.fork()
if pid == 0:
    for i in range(20): late(i)
    os._exit(0)
os.waitpid(pid, 0)
result = [late(1), add(2, 3)]
"""
    )
    assert run(code)["result"] == [3, 5]
    again = run(code.replace("range(20)", "range(1)"))
    assert (again["result"], again["warm"]) == ([3, 5], 2)


def test_what_is_not_there_is_asked_for_at_once(run):
    """The index remembers what was hot when the artifacts are gone."""
    run(COLD)
    for path in (run.cache / "objects").iterdir():
        path.unlink()
    again = run(ONCE)
    assert (again["result"], again["warm"], again["tiers"][3]) == (0, 0, 1)
    assert again["compiles"] == 1
    assert run(ONCE)["warm"] == 1


def test_what_was_not_finished_is_asked_for_at_once(run):
    """A program that is over before its code is compiled has it in time when it runs again."""
    late = {"DXPY_SYNC": 0, "DXPY_INSTALL_DELAY": 60}
    first = run(COLD, **late)
    assert (first["warm"], first["compiles"], first["tiers"][0] > 0) == (0, 0, True)
    again = run(ONCE)
    assert (again["result"], again["tiers"][1]) == (0, 1)


FACTS = """
class Point:
    def __init__(self, x):
        self.x = x
    def twice(self):
        return self.x * 2
def double(n):
    return n + n
def f(items):
    total = 0
    for i in range(len(items)):
        total += items[i].twice() + double(items[i].x)
    return total
points = [Point(i) for i in range(10)]
result = [f(points) for i in range(COUNT)][-1]
"""


def test_what_only_a_process_knows_is_found_again(run):
    """Versions of classes and functions differ in each run; the artifact is the same."""
    kept = {"DXPY_MAX_TIER": 2, "DXPY_ONLY": "__main__.f"}
    assert run(FACTS.replace("COUNT", "20"), **kept)["result"] == 180
    for _ in range(2):
        again = run("type('Other', (), {})().x = 1\n" + FACTS.replace("COUNT", "2"), **kept)
        assert (again["result"], again["compiles"], again["warm"]) == (180, 0, 1)
    seen = run.command("cache", "list").stdout
    assert re.search(r" 2 +\d+ .* __main__\.f$", seen, re.MULTILINE)


def test_where_a_global_stands_does_not_matter(run):
    """Another line in the program puts it elsewhere in the module's dict."""
    kept = {"DXPY_MAX_TIER": 2, "DXPY_ONLY": "__main__.f"}
    assert run(FACTS.replace("COUNT", "20"), **kept)["result"] == 180
    again = run("more = other = 1\n" + FACTS.replace("COUNT", "2"), **kept)
    assert (again["result"], again["compiles"], again["warm"]) == (180, 0, 1)


def test_what_is_not_there_yet_at_the_first_call(run):
    kept = {"DXPY_MAX_TIER": 2, "DXPY_ONLY": "__main__.f"}
    late = FACTS.replace("def double(n):\n    return n + n\n", "").replace(
        "points =", "f([])\ndef double(n):\n    return n + n\npoints ="
    )
    assert run(FACTS.replace("COUNT", "20"), **kept)["result"] == 180
    assert run(late.replace("COUNT", "20"), **kept)["result"] == 180
    assert run(late.replace("COUNT", "20").replace("n + n", "n - n"), **kept)["result"] == 90


def test_a_loop_whose_objects_are_made_in_it(run):
    """What an earlier run made of it fits in the loop's first turn at the earliest."""
    code = """
class Item:
    def __init__(self, n):
        self.n = n
    def step(self):
        self.n = self.n * 5 + 1 & 1023
def work(turns):
    items = [Item(i) for i in range(5)]
    for _ in range(turns):
        for item in items:
            item.step()
    return [item.n for item in items]
result = work(TURNS)
"""
    usual = {"DXPY_OSR": 1, "DXPY_THRESHOLDS": "100,1000,10000", "DXPY_SYNC": 0, "DXPY_SETTLE": 20}
    for turns in (150_000, 150_000, 20):
        stock = {}
        exec(code.replace("TURNS", str(turns)), stock)
        ran = run(code.replace("TURNS", str(turns)), **usual)
        assert ran["result"] == stock["result"]
        assert turns < 100 or ran["tiers"][2] + ran["tiers"][3] > 0


def test_other_classes_in_the_loop_than_before(run):
    code = """
class Item:
    def __init__(self, n):
        self.n = n
    def step(self):
        self.n = self.n * 5 + 1 & 1023
class Other(Item):
    def step(self):
        self.n = str(self.n)[-3:]
        self.n = int(self.n) + 1
def work(turns, kind):
    items = [kind(i) for i in range(5)]
    for _ in range(turns):
        for item in items:
            item.step()
    return [item.n for item in items]
result = work(TURNS, KIND)
"""
    usual = {"DXPY_OSR": 1, "DXPY_THRESHOLDS": "100,1000,10000", "DXPY_SYNC": 0, "DXPY_SETTLE": 20}
    for kind in ("Item", "Other", "Item"):
        text = code.replace("TURNS", "60_000").replace("KIND", kind)
        stock = {}
        exec(text, stock)
        assert run(text, **usual)["result"] == stock["result"]


def test_native_functions_that_did_not_do(run):
    """Where what is called raises, a call of a native function ends in failing guards, and what has been found out by that
    is not found out again."""
    code = """
class Refused(Exception):
    pass
def check(n):
    if n % 7 == 3:
        raise Refused(n)
    if n % 11 == 5:
        return {}[n]
    return n
def through(n, depth):
    if depth == 0:
        return check(n)
    return through(n, depth - 1)
result = refused = missing = 0
for i in range(CALLS):
    try:
        result += through(i, 3)
    except Refused:
        refused += 1
    except KeyError:
        missing += 1
result = [result, refused, missing]
""".replace("CALLS", "2000")
    stock = {}
    exec(code, stock)
    first, _, third = run(code), run(code), run(code)
    assert first["result"] == third["result"] == stock["result"]
    assert third["compiles"] == 0


def test_functions_that_calls_met(run):
    """Which functions a call was of is kept by their names; others that are called in the next run make code of their own."""
    code = """
class Counter:
    def __init__(self):
        self.count = 0
    def up(self, by):
        self.count += by
    def twice(self, by):
        self.count = self.count * 2 % 1009 + by
def double(x):
    return x * 2
def half(x):
    return x // 2
def less(x):
    return x - 1
def each(functions, value):
    for function in functions:
        value = function(value)
    return value
def tell(calls, value):
    for call in calls:
        call(value)
counter = Counter()
result = []
for i in range(CALLS):
    result.append(each(FUNCTIONS, i))
    tell([counter.up, counter.twice], i)
result = (result[-1], counter.count)
"""
    for functions in ("[double, half, double]", "[double, half, double]", "[less, half, less]"):
        for calls in (40, 3):
            text = code.replace("CALLS", str(calls)).replace("FUNCTIONS", functions)
            stock = {}
            exec(text, stock)
            got = run(text, DXPY_WARM=2)
            assert tuple(got["result"]) == stock["result"]
            if calls == 3 and "double" in functions:
                assert got["compiles"] == 0 and got["warm"] >= 2


FOR_LITTLE = """
class Thing:
    def __init__(self, value):
        self.value = value
def f(thing):
    return thing.value + 1
thing = Thing(4)
result = 0
for _ in range({calls}):
    result += f(thing)
"""


def test_what_was_made_for_little_rests(run):
    """1,200 calls do not pay for finding the code again; a run with more of them comes to it all the same."""
    usual = {"DXPY_THRESHOLDS": "100,1000,10000", "DXPY_SYNC": 0, "DXPY_ONLY": "__main__.f"}
    first = run(FOR_LITTLE.format(calls=1200), **usual)
    rests = run(FOR_LITTLE.format(calls=1200), **usual)
    assert first["tiers"][2] == 1
    assert (rests["warm"], rests["compiles"]) == (0, 0)
    wakes = run(FOR_LITTLE.format(calls=9000), **usual)
    assert wakes["tiers"][2] == 1
    assert wakes["warm"] + wakes["compiles"] == 1
    again = run(FOR_LITTLE.format(calls=1200), **usual)
    assert again["warm"] == 1
    assert first["result"] == rests["result"] == again["result"] == 6000
