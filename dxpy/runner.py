"""Run a program as `python` would: the same sys.argv, sys.path, __main__, tracebacks and exit codes."""

import sys

_Module = type(sys)


class NoSuchScript(Exception):
    """The script cannot be read; says so in python's own words."""


def run_script(path, arguments):
    """`python path arguments...`: a file of source or bytecode, "-" for stdin, or a folder or zip file with __main__."""
    import os

    sys.argv[:] = [path, *arguments]
    if path == "-":
        _set_first_path("")
        return _run_code(lambda: compile(sys.stdin.buffer.read(), "<stdin>", "exec", dont_inherit=True), {})
    full = os.path.abspath(path)
    if os.path.isdir(full) or _is_zip(full):
        _insert_container(full)
        return _run_main_module("__main__", alter_argv=False)
    try:
        with open(full, "rb") as file:
            source = file.read()
    except OSError as error:
        reason = f"[Errno {error.errno}] {error.strerror}"
        raise NoSuchScript(f"{sys.executable}: can't open file {full!r}: {reason}") from None
    _set_first_path(os.path.dirname(os.path.realpath(full)))
    return _run_code(*_load_script(full, source))


def run_module(name, arguments):
    """`python -m name arguments...`."""
    import os

    sys.argv[:] = ["-m", *arguments]
    _set_first_path(os.getcwd())
    return _run_main_module(name, alter_argv=True)


def run_command(code, arguments):
    """`python -c code arguments...`."""
    sys.argv[:] = ["-c", *arguments]
    _set_first_path("")
    return _run_code(lambda: compile(code + "\n", "<string>", "exec", dont_inherit=True), {})


def _set_first_path(path):
    """Put `path` where `python -m dxpy` has its own first entry; -P and -I have none."""
    if not sys.flags.safe_path:
        sys.path[0] = path


def _insert_container(path):
    """A folder or zip file is importable itself, with -P too."""
    if sys.flags.safe_path:
        sys.path.insert(0, path)
    else:
        sys.path[0] = path


def _is_zip(path):
    from zipimport import ZipImportError, zipimporter

    try:
        zipimporter(path)
    except ZipImportError:
        return False
    return True


def _load_script(full, source):
    """How to get a script's code, and the names that python gives its module."""
    from importlib._bootstrap_external import SourceFileLoader, SourcelessFileLoader
    from importlib.util import MAGIC_NUMBER

    if full.endswith(".pyc") and source[:4] == MAGIC_NUMBER:
        loader = SourcelessFileLoader("__main__", full)
        return (lambda: loader.get_code("__main__")), {
            "__file__": full,
            "__cached__": None,
            "__loader__": loader,
        }
    names = {"__file__": full, "__cached__": None, "__loader__": SourceFileLoader("__main__", full)}
    return (lambda: compile(source, full, "exec", dont_inherit=True)), names


def _new_main():
    """A fresh __main__ in the place of dxpy's own."""
    import builtins
    from _frozen_importlib import BuiltinImporter

    module = _Module("__main__")
    module.__dict__.update(__annotations__={}, __builtins__=builtins, __loader__=BuiltinImporter)
    sys.modules["__main__"] = module
    return module


def _run_code(get_code, names):
    module = _new_main()
    module.__dict__.update(names)
    return _run(lambda: exec(get_code(), module.__dict__))


def _run_main_module(name, alter_argv):
    import runpy

    _new_main()
    return _run(lambda: runpy._run_module_as_main(name, alter_argv))


def _run(program):
    """Run it to its end; what it raises is shown without dxpy's own frames. The exit status, or SystemExit goes on."""
    try:
        program()
    except SystemExit as stop:
        stop.__traceback__ = None
        raise
    except BaseException as error:
        error.__traceback__ = _without_own_frames(error.__traceback__)
        _show(error)
        if isinstance(error, KeyboardInterrupt):
            sys.excepthook = _say_nothing  # python then ends itself by the signal, as it does for a script
            raise
        return 1
    return 0


def _without_own_frames(traceback):
    while traceback is not None and traceback.tb_frame.f_code.co_filename == __file__:
        traceback = traceback.tb_next
    return traceback


def _show(error):
    """Hand an exception to sys.excepthook, as python does at the end of a program."""
    sys.last_type, sys.last_value, sys.last_traceback = type(error), error, error.__traceback__
    try:
        sys.excepthook(type(error), error, error.__traceback__)
    except SystemExit:
        raise
    except BaseException as failure:
        failure.__traceback__ = _without_own_frames(failure.__traceback__)
        failure.__context__ = None
        print("Error in sys.excepthook:", file=sys.stderr)
        sys.__excepthook__(type(failure), failure, failure.__traceback__)
        print("\nOriginal exception was:", file=sys.stderr)
        sys.__excepthook__(type(error), error, error.__traceback__)


def _say_nothing(kind, error, traceback):
    pass
