"""Run a program as `python` would: the same sys.argv, sys.path, __main__, frames, tracebacks and exit status.

What python's own main program does with its arguments is done here; running, and printing what the program raises,
is left to the same functions of CPython that it uses (csrc/cpython/top.c).
"""

import sys

from dxpy import _jit

_Module = type(sys)


class NoSuchScript(Exception):
    """The script cannot be read; says so in python's own words."""


def run_script(path, arguments):
    """`python path arguments...`: a file of source or bytecode, "-" for stdin, a folder or zip file with __main__."""
    import os

    sys.argv[:] = [path, *arguments]
    if path == "-":
        _set_first_path("")
        _new_main()
        return _jit.run_stdin()
    full = os.path.abspath(path)
    if os.path.isdir(full) or _is_zip(full):
        _insert_container(full)
        return _run_main_module("__main__", alter_argv=False)
    _set_first_path(os.path.dirname(os.path.realpath(full)))
    _new_main()
    try:
        return _jit.run_file(full)
    except OSError as error:
        reason = f"[Errno {error.errno}] {error.strerror}"
        raise NoSuchScript(f"{sys.executable}: can't open file {full!r}: {reason}") from None


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
    _new_main()
    return _jit.run_string(code + "\n")


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


def _new_main():
    """A fresh __main__ in the place of dxpy's own, as python makes it."""
    import builtins
    from _frozen_importlib import BuiltinImporter

    module = _Module("__main__")
    module.__dict__.update(__annotations__={}, __builtins__=builtins, __loader__=BuiltinImporter)
    sys.modules["__main__"] = module


def _run_main_module(name, alter_argv):
    import runpy

    _new_main()
    status = _jit.run_call(runpy._run_module_as_main, (name, alter_argv))
    if status is None:
        sys.excepthook = _say_nothing  # it is printed already; python now ends itself by the signal
        raise KeyboardInterrupt
    return status


def _say_nothing(kind, error, traceback):
    pass
