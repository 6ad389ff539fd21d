"""`python -m dxpy run` against python itself: the same output, errors and exit status; and the other commands."""

import os
import py_compile
import signal
import sys
import zipfile

import pytest
from engine_codes import ROOT

import dxpy

SHOW = """
import sys
print(sys.argv, sys.path[0], __name__, __doc__, __package__)
print(sorted(name for name in globals()))
print(globals().get("__file__"), globals().get("__cached__"), __spec__ and __spec__.name, type(__loader__).__name__)
print(sys.modules["__main__"].__dict__ is globals(), getattr(__loader__, "name", None), __builtins__)
"""

FAILING = """
def inner(x):
    return 1 / x
def outer():
    try:
        inner(0)
    except ZeroDivisionError as error:
        raise ValueError("wrapped") from error
outer()
"""

PROGRAMS = {
    "show": SHOW,
    "failing": FAILING,
    "group": "raise ExceptionGroup('many', [ValueError(1), TypeError(2)])",
    "exit_3": "import sys; sys.exit(3)",
    "exit_text": "import sys; sys.exit('that is why')",
    "exit_none": "import sys; sys.exit()",
    "exit_object": "raise SystemExit(['a', 'list'])",
    "exit_nested": "def f():\n    raise SystemExit(7)\ntry:\n    f()\nfinally:\n    print('cleaned up')",
    "os_exit": "import os; os._exit(9)",
    "syntax": "x = 1\ndef f(:\n    pass\n",
    "not_utf8": "# -*- coding: ascii -*-\nx = 'é'\n",
    "latin1": "# -*- coding: latin-1 -*-\nprint('é')\n",
    "interrupt": "def f():\n    raise KeyboardInterrupt\nf()",
    "interrupt_signal": "import os, signal, time\nsignal.signal(signal.SIGINT, signal.default_int_handler)\n"
    "os.kill(os.getpid(), signal.SIGINT)\ntime.sleep(5)",
    "killed": "import os, signal; os.kill(os.getpid(), signal.SIGKILL)",
    "excepthook": "import sys\nsys.excepthook = lambda *a: print('hooked', a[0].__name__, a[2].tb_lineno, sys.last_type)\n1/0",
    "excepthook_fails": "import sys\ndef hook(*a):\n    raise OSError('hook')\nsys.excepthook = hook\n1/0",
    "excepthook_exits": "import sys\ndef hook(*a):\n    sys.exit(5)\nsys.excepthook = hook\n1/0",
    "no_excepthook": "import sys\ndel sys.excepthook\n1/0",
    "last_traceback": "import sys, atexit\natexit.register(lambda: print(sys.last_traceback.tb_frame.f_code.co_name, sys.last_traceback.tb_next))\n1/0",
    "atexit_and_threads": "import atexit, threading, time\natexit.register(print, 'atexit')\n"
    "threading.Thread(target=lambda: (time.sleep(0.1), print('thread'))).start()\nprint('main')",
    "pickle": "import pickle\nclass C: pass\nprint(type(pickle.loads(pickle.dumps(C()))) is C)",
    "annotations": "x: int = 3\nprint(__annotations__)",
    "inspect": "import inspect\ndef f():\n    return 42\nprint(inspect.getsource(f), inspect.getmodule(f))",
    "frames": "import sys\nprint(sys._getframe().f_back, len(__import__('inspect').stack()))",
    "unittest": "import unittest\nclass T(unittest.TestCase):\n    def test(self):\n        self.assertEqual(1, 1)\n"
    "if __name__ == '__main__':\n    unittest.main(argv=['x'], verbosity=0, testRunner=unittest.TextTestRunner(open('/dev/null', 'w')))",
    "warns": "import warnings\nwarnings.warn('careful')",
    "stdin": "print(input())",
    "spawn": "import multiprocessing\ndef f(x):\n    return x + 1\nif __name__ == '__main__':\n"
    "    with multiprocessing.get_context('spawn').Pool(1) as pool:\n        print(pool.map(f, [1, 2]))",
    "empty": "",
    "no_newline": "print('x')",
    "null_byte": "print(1)\0",
}


@pytest.fixture
def same(run_python, tmp_path):
    """Run a command line under python and under `dxpy run`; both must do the same."""

    def compare(*arguments, options=(), input=None, cwd=tmp_path, env=()):
        stock = run_python(*arguments, options=options, input=input, cwd=cwd, env=env)
        ours = run_python("-m", "dxpy", "run", *arguments, options=options, input=input, cwd=cwd, env=env)
        assert ours.stdout == stock.stdout
        assert ours.stderr == stock.stderr
        assert ours.returncode == stock.returncode
        return ours

    return compare


@pytest.mark.parametrize("name", PROGRAMS)
def test_scripts(same, tmp_path, name):
    script = tmp_path / f"{name}.py"
    script.write_text(PROGRAMS[name], encoding="latin-1" if name == "latin1" else "utf-8")
    same(f"{name}.py", "one", "--two", "-m", input="typed\n")


@pytest.mark.parametrize("name", ["show", "failing", "exit_3", "syntax", "interrupt", "annotations"])
def test_modules(same, tmp_path, name):
    (tmp_path / "package").mkdir()
    (tmp_path / "package" / "__init__.py").write_text("")
    for path in (tmp_path / f"{name}.py", tmp_path / "package" / "__main__.py"):
        path.write_text(PROGRAMS[name])
    same("-m", name, "one", "-c", "--two")
    same(f"-m{name}")
    same("-m", "package", "one")


@pytest.mark.parametrize("name", ["show", "failing", "exit_text", "syntax", "interrupt", "empty"])
def test_commands(same, name):
    same("-c", PROGRAMS[name], "one", "-m", "--two")
    same("-c" + (PROGRAMS[name] or "pass"))


def test_exit_status_of_an_interrupt_is_the_signal(same, tmp_path):
    (tmp_path / "script.py").write_text("raise KeyboardInterrupt")
    assert same("script.py").returncode == -signal.SIGINT


@pytest.mark.parametrize(
    "arguments",
    [
        ["missing.py"],
        ["folder/missing.py"],
        ["-m", "missing"],
        ["-m", "folder"],
        ["-m", "os.missing"],
        ["folder"],
        ["-m", ""],
    ],
)
def test_what_is_not_there(same, tmp_path, arguments):
    (tmp_path / "folder").mkdir()
    assert same(*arguments).returncode != 0


def test_folder_and_zip(same, tmp_path):
    folder = tmp_path / "app"
    folder.mkdir()
    (folder / "__main__.py").write_text(SHOW + "import helper\nhelper.fail()\n")
    (folder / "helper.py").write_text("def fail():\n    raise ValueError('helper')\n")
    with zipfile.ZipFile(tmp_path / "app.zip", "w") as archive:
        for name in ("__main__.py", "helper.py"):
            archive.write(folder / name, name)
    same("app", "one")
    same("app.zip", "one")
    same("app", options=["-P"])


def test_compiled_script(same, tmp_path):
    (tmp_path / "script.py").write_text(SHOW + FAILING)
    py_compile.compile(tmp_path / "script.py", cfile=tmp_path / "script.pyc")
    same("script.pyc", "one")


def test_script_behind_a_symbolic_link(same, tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "script.py").write_text(SHOW + "import beside")
    (tmp_path / "real" / "beside.py").write_text("print('beside')")
    os.symlink("real/script.py", tmp_path / "link.py")
    same("link.py")
    same(tmp_path / "link.py")


def test_script_from_stdin(same):
    same("-", "one", input=SHOW)
    same("-", input=FAILING)


def test_interpreter_options(same, tmp_path):
    (tmp_path / "script.py").write_text(SHOW)
    same("script.py", options=["-P"])
    same("script.py", options=["-O", "-B", "-u"])
    same("script.py", options=["-X", "dev", "-W", "error"])


def test_a_program_is_compiled(run_python, tmp_path):
    (tmp_path / "script.py").write_text(
        "def f(x): return x\nfor i in range(60): f(i)\nimport dxpy\nprint(dxpy.explain(f))"
    )
    run = run_python("-m", "dxpy", "run", "--sync", "--thresholds", "10,50,90", tmp_path / "script.py")
    assert "  tier        2 OPTIMIZING_JIT\n" in run.stdout
    run = run_python(
        "-m", "dxpy", "run", "--sync", "--thresholds=10,50,90", "--max-tier=1", tmp_path / "script.py"
    )
    assert "  tier        1 BASELINE_JIT\n" in run.stdout
    run = run_python(
        "-m", "dxpy", "run", "--no-cache", "--thresholds=10,50,90", "--only", "x", tmp_path / "script.py"
    )
    assert "interpreted because excluded" in run.stdout


def test_flag_wins_over_environment(run_python):
    code = "from dxpy import config; print(config.options()[1].value)"
    assert (
        run_python("-m", "dxpy", "run", "--max-tier=2", "-c", code, env={"DXPY_MAX_TIER": "1"}).stdout
        == "2\n"
    )
    assert run_python("-m", "dxpy", "run", "-c", code, env={"DXPY_MAX_TIER": "1"}).stdout == "1\n"


def test_stats_at_the_end(run_python):
    run = run_python(
        "-m", "dxpy", "run", "--stats", "-c", "def f(): pass\nfor _ in range(7): f()\nraise SystemExit(4)"
    )
    assert run.returncode == 4
    assert "dxpy: total_functions        " in run.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["run"], "what is to be run is missing"),
        (["run", "--max-tier"], "--max-tier takes a whole number from 0 to 3, and nothing follows"),
        (["run", "--max-tier=9", "x.py"], "--max-tier: max_tier takes a whole number from 0 to 3, not '9'"),
        (
            ["run", "--thresholds", "3,2,1", "x.py"],
            "--thresholds: thresholds takes three growing whole numbers",
        ),
        (["run", "--no-max-tier", "x.py"], "run has no option --no-max-tier"),
        (["run", "--fast", "x.py"], "run has no option --fast; it takes --thresholds, --max-tier"),
        (["run", "-m"], "-m takes a module"),
        (["run", "-c"], "-c takes code"),
        (["run", "--report"], "--report takes a file name"),
        (["walk"], "no command is called 'walk'; there are: run, doctor, cache"),
        (["cache"], "cache takes one of info, list, warm, export, import, clear"),
        (["cache", "eat"], "cache takes one of info, list, warm, export, import, clear, not 'eat'"),
        (["doctor", "please"], "doctor takes no arguments, not 'please'"),
    ],
)
def test_wrong_usage(run_python, arguments, message):
    run = run_python("-m", "dxpy", *arguments)
    assert run.returncode == 2
    assert message in run.stderr
    assert "usage: python -m dxpy run" in run.stderr
    assert run.stdout == ""


def test_bad_environment_under_run(run_python):
    run = run_python("-m", "dxpy", "run", "-c", "pass", env={"DXPY_SYNC": "perhaps"})
    assert run.returncode == 2
    assert "dxpy: DXPY_SYNC: sync takes 1 or 0, not 'perhaps'" in run.stderr


def test_help(run_python):
    for arguments in ([], ["--help"], ["-h"], ["help"]):
        run = run_python("-m", "dxpy", *arguments)
        assert (run.returncode, run.stderr) == (0, "")
        assert "python -m dxpy cache info|list|clear" in run.stdout
    text = run_python("-m", "dxpy", "run", "--help").stdout
    from dxpy import config

    for option in config.options():
        assert option.flag in text
        assert option.environment in text


def test_version(run_python):
    run = run_python("-m", "dxpy", "--version")
    assert (run.returncode, run.stderr) == (0, "")
    assert run.stdout in (f"dxpy {dxpy.__version__}\n", "dxpy not installed\n")


def test_cache_switched_off(run_python):
    run = run_python("-m", "dxpy", "cache", "list", env={"DXPY_CACHE": "0"})
    assert (run.returncode, run.stdout) == (1, "")
    assert run.stderr == "dxpy: the code cache is switched off (DXPY_CACHE=0)\n"


PTH = "import site; site.addsitedir({!r}); import sys; print('dxpy' in sys.modules and sys.modules['dxpy'].is_enabled())"


@pytest.mark.parametrize(
    ("value", "shown", "said"),
    [
        (None, "False", ""),
        ("", "False", ""),
        ("0", "False", ""),
        ("1", "True", ""),
        ("yes", "True", ""),
        ("please", "False", "dxpy: not enabled: DXPY_ENABLE takes 1 or 0, not 'please'\n"),
    ],
)
def test_pth(run_python, tmp_path, value, shown, said):
    (tmp_path / "dxpy.pth").write_text((ROOT / "dxpy.pth").read_text())
    run = run_python("-c", PTH.format(str(tmp_path)), env={} if value is None else {"DXPY_ENABLE": value})
    assert (run.stdout, run.stderr) == (shown + "\n", said)


def test_pth_with_a_bad_option_says_so_and_goes_on(run_python, tmp_path):
    (tmp_path / "dxpy.pth").write_text((ROOT / "dxpy.pth").read_text())
    run = run_python("-c", PTH.format(str(tmp_path)), env={"DXPY_ENABLE": "1", "DXPY_MAX_TIER": "x"})
    assert run.stdout == "False\n"
    assert (
        run.stderr == "dxpy: not enabled: DXPY_MAX_TIER: max_tier takes a whole number from 0 to 3, not 'x'\n"
    )


def test_pth_is_one_line_that_imports_nothing_new():
    lines = (ROOT / "dxpy.pth").read_text().splitlines()
    assert len(lines) == 1
    assert lines[0].startswith("import os; ")
    assert "os" in sys.modules
