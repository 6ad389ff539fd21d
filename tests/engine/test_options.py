"""The option table: keywords, environment variables and flags, and what a bad value is told."""

import json
import re

import pytest

import dxpy
from dxpy import _jit, config

NAMES = [option.name for option in config.options()]


@pytest.fixture(autouse=True)
def options_as_before():
    before = {option.name: option.value for option in config.options()}
    yield
    _jit.configure(before)


def value_of(name):
    return next(option.value for option in config.options() if option.name == name)


def test_every_option_has_one_name_in_three_places():
    for option in config.options():
        assert option.environment == "DXPY_" + option.name.upper()
        assert option.flag == "--" + option.name.replace("_", "-")
        assert option.doc.endswith(".")
        assert option.takes


def test_the_options_that_are_promised_are_there():
    promised = "thresholds max_tier sync cache cache_dir osr osr_threshold force_exits install_delay compile_timeout dump perf_map only exclude"
    assert set(promised.split()) <= set(NAMES)


def test_defaults(run_python):
    script = (
        "import json; from dxpy import config; print(json.dumps({o.name: o.value for o in config.options()}))"
    )
    assert json.loads(run_python("-c", script).stdout) == {
        "thresholds": [100, 1000, 10000],
        "max_tier": 3,
        "sync": False,
        "cache": True,
        "cache_dir": None,
        "cache_limit": 512,
        "cache_age": 90,
        "warm": 1,
        "osr": True,
        "osr_threshold": 1000,
        "force_exits": 0,
        "chance": 0,
        "install_delay": 0.0,
        "compile_timeout": 10.0,
        "niceness": 3,
        "compile_share": 10,
        "gcc_level": -1,
        "settle": 0.0,
        "dump": [],
        "perf_map": False,
        "only": [],
        "exclude": [],
    }


@pytest.mark.parametrize(
    ("name", "given", "stored"),
    [
        ("thresholds", (1, 2, 3), (1, 2, 3)),
        ("thresholds", [5, 50, 2**62], (5, 50, 2**62)),
        ("thresholds", "1, 20,300", (1, 20, 300)),
        ("max_tier", 0, 0),
        ("max_tier", dxpy.CompilationTier.OPTIMIZING_JIT, 2),
        ("max_tier", " 1 ", 1),
        ("sync", True, True),
        ("sync", "Yes", True),
        ("sync", 0, False),
        ("cache", "off", False),
        ("cache_dir", "/tmp/x y", "/tmp/x y"),
        ("cache_dir", "", None),
        ("cache_dir", None, None),
        ("force_exits", "7", 7),
        ("install_delay", 0.25, 0.25),
        ("install_delay", "1e-3", 0.001),
        ("compile_timeout", 3, 3.0),
        ("dump", "ir,asm", ("ir", "asm")),
        ("dump", "decode,lower,opt", ("bytecode", "ir", "opt")),
        ("dump", ["asm"], ("asm",)),
        ("only", "app.*, lib.parse ,", ("app.*", "lib.parse")),
        ("exclude", ("mod.λ*",), ("mod.λ*",)),
        ("exclude", None, ()),
    ],
)
def test_good_values(name, given, stored):
    config.apply({name: given})
    assert value_of(name) == stored
    assert type(value_of(name)) is type(stored)


BAD = [
    ("thresholds", (3, 2, 1), "three growing whole numbers above 0"),
    ("thresholds", (0, 2, 3), "three growing whole numbers above 0"),
    ("thresholds", (1, 2), "three growing whole numbers above 0"),
    ("thresholds", "1,2,x", "three growing whole numbers above 0"),
    ("thresholds", (1, 2, 2**63), "three growing whole numbers above 0"),
    ("thresholds", 5, "three growing whole numbers above 0"),
    ("max_tier", 4, "a whole number from 0 to 3"),
    ("max_tier", -1, "a whole number from 0 to 3"),
    ("max_tier", "two", "a whole number from 0 to 3"),
    ("max_tier", 1.5, "a whole number from 0 to 3"),
    ("max_tier", True, "a whole number from 0 to 3"),
    ("max_tier", "", "a whole number from 0 to 3"),
    ("max_tier", 10**30, "a whole number from 0 to 3"),
    ("sync", "maybe", "1 or 0"),
    ("sync", 2, "1 or 0"),
    ("sync", None, "1 or 0"),
    ("osr", "2", "1 or 0"),
    ("osr_threshold", 0, "a whole number of at least 1"),
    ("cache_dir", 3, "a path"),
    ("cache_dir", "a\0b", "a path"),
    ("force_exits", -7, "a whole number of at least 0"),
    ("install_delay", -1, "a number of seconds from 0 to 3600"),
    ("install_delay", "nan", "a number of seconds from 0 to 3600"),
    ("install_delay", "soon", "a number of seconds from 0 to 3600"),
    ("compile_timeout", 0, "a number of seconds from 0.01 to 3600"),
    ("compile_timeout", float("inf"), "a number of seconds from 0.01 to 3600"),
    ("dump", "ir,machine", "stages with commas between, of bytecode, ir, opt, asm"),
    ("only", 3, "patterns with commas between"),
    ("only", [3], "patterns with commas between"),
    ("exclude", b"x", "patterns with commas between"),
]


@pytest.mark.parametrize(("name", "given", "takes"), BAD, ids=range(len(BAD)))
def test_bad_values_name_the_option_and_what_it_takes(name, given, takes):
    before = value_of(name)
    with pytest.raises(ValueError, match=re.escape(f"{name} takes {takes}")) as failure:
        dxpy.enable(**{name: given})
    assert repr(given)[:50] in str(failure.value)
    assert value_of(name) == before
    assert not dxpy.is_enabled()


def test_unknown_option_names_itself_and_the_known():
    with pytest.raises(
        TypeError, match=r"no option is called 'treshold'; there are: thresholds, max_tier, sync"
    ):
        dxpy.enable(treshold=3)


def test_all_or_nothing():
    with pytest.raises(ValueError, match="max_tier"):
        config.apply({"sync": True, "only": ["a"], "max_tier": 9, "exclude": ["b"]})
    assert value_of("sync") is False
    assert value_of("only") == ()
    assert value_of("exclude") == ()


SHOW = "import dxpy; from dxpy import config; dxpy.enable({}); print({{o.name: o.value for o in config.options()}}[{!r}])"


@pytest.mark.parametrize(
    ("environment", "name", "shown"),
    [
        ({"DXPY_THRESHOLDS": "5,50,500"}, "thresholds", "(5, 50, 500)"),
        ({"DXPY_MAX_TIER": "1"}, "max_tier", "1"),
        ({"DXPY_SYNC": "1"}, "sync", "True"),
        ({"DXPY_CACHE": "0"}, "cache", "False"),
        ({"DXPY_EXCLUDE": "a.*,b.*"}, "exclude", "('a.*', 'b.*')"),
        ({"DXPY_FORCE_EXITS": "7"}, "force_exits", "7"),
    ],
)
def test_environment(run_python, environment, name, shown):
    run = run_python("-c", SHOW.format("", name), env=environment)
    assert (run.stdout, run.stderr) == (shown + "\n", "")


def test_keyword_wins_over_environment(run_python):
    run = run_python("-c", SHOW.format("max_tier=2", "max_tier"), env={"DXPY_MAX_TIER": "1"})
    assert run.stdout == "2\n"


def test_an_option_not_given_keeps_its_value(run_python):
    script = "import dxpy; from dxpy import config; dxpy.enable(max_tier=1); dxpy.enable(sync=True); print(config.options()[1].value)"
    assert run_python("-c", script, env={"DXPY_MAX_TIER": "2"}).stdout == "1\n"


def test_bad_environment_names_the_variable(run_python):
    run = run_python("-c", "import dxpy; dxpy.enable()", env={"DXPY_MAX_TIER": "9"})
    assert "ValueError: DXPY_MAX_TIER: max_tier takes a whole number from 0 to 3, not '9'" in run.stderr
    assert run.returncode == 1


def test_unknown_variable_is_pointed_out(run_python):
    run = run_python(
        "-c", "import dxpy; dxpy.enable(); print(dxpy.is_enabled())", env={"DXPY_TRESHOLDS": "1,2,3"}
    )
    assert "RuntimeWarning: DXPY_TRESHOLDS is no option of dxpy; did you mean DXPY_THRESHOLDS?" in run.stderr
    assert run.stdout == "True\n"


def test_cache_folder_is_the_user_s(run_python, tmp_path):
    script = "from dxpy import _jit; print(_jit.cache_info()['directory'])"
    run = run_python("-c", script, env={"XDG_CACHE_HOME": str(tmp_path), "DXPY_CACHE_DIR": ""})
    assert run.stdout == f"{tmp_path}/dxpy\n"
