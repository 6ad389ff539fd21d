"""Options: keywords of `dxpy.enable`, command-line flags and environment variables, in this order of precedence.

The options themselves stand in one table, csrc/jit/options.def; the C side parses and keeps their values.
"""

import os
import sys

from dxpy import _jit

# Variables beginning with DXPY_ that are no options of the table.
OTHER_VARIABLES = {
    "DXPY_ENABLE": "dxpy.pth: enable in every Python program",
    "DXPY_DEBUG": "setup.py: build for debugging",
    "DXPY_SANITIZE": "setup.py: build with sanitizers",
    "DXPY_WERROR": "setup.py: warnings are errors",
    "DXPY_BENCH_CPU_TIME": "benchmarks/site: time programs by processor time",
}

_environment_applied = False


class Option:
    """A row of the table."""

    __slots__ = ("name", "type", "default", "environment", "flag", "doc", "takes", "value")

    def __init__(self, *row):
        for slot, value in zip(self.__slots__, row, strict=True):
            setattr(self, slot, value)

    def __repr__(self):
        return f"<option {self.name}={self.value!r}>"


def options():
    """Every option with its current value."""
    return [Option(*row) for row in _jit.options_table()]


def apply(keywords, flags=None):
    """Set options, all or nothing: `keywords` win over `flags`, and those, the first time, over the environment.

    An option that is not given keeps its value. TypeError for an unknown name, ValueError for a bad value; the
    message names the option, where its value came from and what it takes.
    """
    global _environment_applied
    values, sources = {}, {}
    if not _environment_applied:
        for option in options():
            if option.environment in os.environ:
                values[option.name] = os.environ[option.environment]
                sources[option.name] = option.environment
    for name, (flag, text) in (flags or {}).items():
        values[name] = text
        sources[name] = flag
    for name, value in keywords.items():
        values[name] = value
        sources.pop(name, None)
    if values:
        _jit.configure(values, sources)
    if not _environment_applied:
        _environment_applied = True
        _warn_of_unknown_variables()


def unknown_variables():
    """Environment variables that look like options and are none: (name, the option probably meant or None)."""
    candidates = [name for name in os.environ if name.startswith("DXPY_") and name not in OTHER_VARIABLES]
    if not candidates:
        return []
    known = [option.environment for option in options()]
    return [(name, _closest(name, known)) for name in candidates if name not in known]


def _closest(name, known):
    import difflib

    return next(iter(difflib.get_close_matches(name, [*known, *OTHER_VARIABLES], n=1)), None)


def _warn_of_unknown_variables():
    for name, meant in unknown_variables():
        import warnings

        hint = f"; did you mean {meant}?" if meant else ""
        warnings.warn(f"{name} is no option of dxpy{hint}", RuntimeWarning, stacklevel=4)


def cache_folder():
    """The user's folder for the code cache, or None where no home is known; asked for by the C side.

    What platformdirs says; for Linux it is worked out here, since that import costs more than the whole start.
    """
    if sys.platform == "linux":
        base = os.environ.get("XDG_CACHE_HOME", "").strip()
        if not os.path.isabs(base):  # such is to be passed over
            base = os.path.expanduser("~/.cache") if os.environ.get("HOME") != "" else ""
        return os.path.join(base, "dxpy") if os.path.isabs(base) else None
    import platformdirs

    return platformdirs.user_cache_dir("dxpy")
