"""House rules that a program can check: who may include what, where versions and reference counts may stand, sizes.

Each rule is a function from a file's path and text to the list of what is wrong, so that the rules themselves are
tested too, on text that breaks them.
"""

import functools
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
C_FILES = sorted([*ROOT.glob("csrc/**/*.[ch]"), *ROOT.glob("csrc/**/*.def")])
PYTHON_FILES = sorted(
    path for folder in ("dxpy", "tests", "tools", "benchmarks") for path in (ROOT / folder).glob("**/*.py")
)
LINES = 800

# Data flows from left to right through the folders, includes point from right to left.
MAY_INCLUDE = {
    "base": (),
    "bytecode": ("base",),
    "ir": ("base", "bytecode"),
    "cpython": ("base", "bytecode", "ir"),
    "lower": ("base", "bytecode", "ir"),
    "opt": ("base", "bytecode", "ir"),
    "codegen": ("base", "bytecode", "ir", "opt"),
    "cache": ("base",),
    "worker": ("base", "bytecode", "ir", "opt", "codegen", "cache"),
    "runtime": ("base", "bytecode", "ir", "cpython"),
    "jit": ("base", "bytecode", "ir", "cpython", "lower", "cache", "runtime"),
    "reactor": ("base",),
}
EXCEPTIONS = {
    # The hook reads a record's counters and enters compiled code with no call between.
    "cpython/hook.c": ("jit/", "runtime/"),
    "cpython/due.h": ("jit/publish.h", "jit/sampler.h", "runtime/osr.h"),
    # Helpers and exits work on the code table's entries.
    "runtime/rt.h": ("jit/table.h",),
    "runtime/osr.h": ("jit/table.h",),
    # A guard that keeps failing is reported to who compiled it; a native function's exit may have no code to be of.
    "runtime/exit.c": ("jit/guards.h", "jit/native.h"),
    # A loop that is not compiled yet is reported likewise, with a sample of its values.
    "runtime/osr.c": ("jit/guards.h", "jit/feedback.h"),
    # Tier 1 is compiled in the program's process too.
    "jit/install.c": ("codegen/quick.h", "opt/opt.h"),
    "jit/way_in.c": ("codegen/quick.h", "codegen/quick_way_in.h"),
    "jit/keep.c": ("codegen/object.h",),
    "jit/table.c": ("codegen/object_read.h",),
    # Both ends of the pipe speak one protocol.
    "jit/keeper.c": ("worker/protocol.h",),
    "jit/worker_client.h": ("worker/protocol.h",),
    "jit/worker_process.c": ("worker/protocol.h",),
    # The reactor shares what is known of CPython's version, and of asyncio's in it, and nothing else.
    "reactor/": ("cpython/compat.h", "cpython/running_loop.h"),
}
WITHOUT_PYTHON = ("base", "bytecode", "ir", "opt", "codegen", "cache", "worker")  # dxpy-cc is made of these


def folder_of(name):
    return name.partition("/")[0]


def without_comments(text):
    """C text with comments blanked, lines kept."""

    def blank(match):
        return "\n" * match.group().count("\n") or " "

    return re.sub(r"/\*.*?\*/|//[^\n]*", blank, text, flags=re.DOTALL)


def allowed_by_exception(name, included):
    return any(name.startswith(file) and included.startswith(headers) for file, headers in EXCEPTIONS.items())


def wrong_includes(name, text):
    """Includes that point from left to right."""
    wrong = []
    for included in re.findall(r'^\s*#\s*include\s+"([^"]+)"', text, re.MULTILINE):
        if "/" not in name:
            continue  # csrc/module.c may see everything
        own, other = folder_of(name), folder_of(included)
        if "/" not in included:
            wrong.append(f'{name} includes "{included}" without its folder')
        elif other != own and other not in MAY_INCLUDE[own] and not allowed_by_exception(name, included):
            if not included.startswith("../dxpy/include/"):
                wrong.append(f"{name} includes {included}")
    return wrong


def python_in_the_worker(name, text):
    """Python.h in what the compiler program is made of."""
    if folder_of(name) not in WITHOUT_PYTHON:
        return []
    return [
        f"{name} includes {h}" for h in re.findall(r'#\s*include\s+[<"](Python\.h|cpython/[^">]*)[>"]', text)
    ]


def version_outside_its_folder(name, text):
    """Knowledge of a CPython version outside csrc/cpython."""
    if name.startswith("cpython/"):
        return []
    found = re.findall(
        r"\bpycore_\w+|\bPY_(?:VERSION_HEX|MAJOR_VERSION|MINOR_VERSION|MICRO_VERSION)\b",
        without_comments(text),
    )
    return [f"{name} has {word}" for word in found]


def counts_outside_their_place(name, text):
    """A reference count taken in ir/, opt/ or lower/, where only opt_refcount's IR may say so."""
    if folder_of(name) not in ("ir", "opt", "lower"):
        return []
    pattern = r"\bPy_X?(?:INCREF|DECREF|NewRef|CLEAR|SETREF)\b|\b_Py_(?:INCREF|DECREF)\w*"
    return [f"{name} has {word}" for word in re.findall(pattern, without_comments(text))]


def too_long(name, text):
    count = text.count("\n")
    return [f"{name} has {count} lines"] if count > LINES else []


def unfinished(name, text):
    words = "|".join(["TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK"])
    return [f"{name} has {word}" for word in re.findall(rf"\b(?:{words})\b", text)]


def static_python_state(name, text):
    """Python objects and types that belong to the process and not to the module."""
    wrong = []
    for line in without_comments(text).splitlines():
        if re.match(r"(?:static )?PyTypeObject \w+(?:\[\d*\])? =", line):
            wrong.append(f"{name} has a static type: {line}")
        if re.match(
            r"\s*static (?!const\b|inline\b)(?:PyObject|PyTypeObject|PyCodeObject) \*+\w+(?: = [^()]*)?;",
            line,
        ):
            wrong.append(f"{name} has a static object: {line.strip()}")
        if "PyModule_Create(" in line or re.search(r"\.m_size = -1\b", line):
            wrong.append(f"{name} is not initialised in several phases: {line.strip()}")
    return wrong


def memory_that_pins_arenas(name, text):
    """What lives as long as functions do, taken from where small Python objects are."""
    if folder_of(name) != "jit":
        return []
    return [f"{name} has {word}" for word in re.findall(r"\bPyMem_(?!Raw)\w+", without_comments(text))]


TABLES_OF_CPYTHON = r"PyMethodDef|PyGetSetDef|PyMemberDef|PyType_Slot|PyType_Spec|PyModuleDef_Slot|PyStructSequence_\w+|struct PyModuleDef|PyBufferProcs"


@functools.cache
def explained_in_headers():
    """Variables that a header declares for other files, with what they are for."""
    headers = (path.read_text(encoding="utf-8") for path in C_FILES if path.suffix == ".h")
    pattern = r"(?:\*/\n|//[^\n]*\n)?extern [\w ]+?[ *](\w+);([^\n]*)"
    found = (match for text in headers for match in re.finditer(pattern, text))
    return {match[1] for match in found if "*/" in match[0] or "//" in match[0]}


def globals_without_reason(name, text):
    """Mutable variables at file scope with no comment on their line, on the one before, or in a header."""
    if not name.endswith(".c"):
        return []
    wrong, before = [], ""
    code = without_comments(text).splitlines()
    for line, bare in zip(text.splitlines(), code, strict=True):
        variable = re.match(
            r"(?:static )?(?!typedef|extern|return|enum|#)\w[\w ]*[ *](\w+)(?:\[[^]]*\])*(?: = .*)?;", bare
        )
        known = re.search(rf"\bconst\b(?![^=]*\*(?!const\b)\w+[ =;\[])|\b(?:{TABLES_OF_CPYTHON})\b", bare)
        if variable and not known and "(" not in bare.partition("=")[0]:
            if variable.group(1) in explained_in_headers():
                continue
            if "/*" not in line and "//" not in line and not re.search(r"\*/\s*$|^\s*//|^\s*/?\*", before):
                wrong.append(f"{name} has a global without a reason: {line}")
            else:
                line = "//"  # one comment speaks for the variables on the lines after it too
        before = line
    return wrong


def reasons_that_no_table_has(name, text):
    """Bails with a name that jit/reasons.def does not have."""
    known = set(re.findall(r"^REASON\((\w+),", (ROOT / "csrc/jit/reasons.def").read_text(), re.MULTILINE))
    used = re.findall(r'\b(?:bail|set_failure|jobs_fail|jobs_fail_all|condemn)\([^";]*?"(\w+)"', text)
    return [f"{name} bails with {reason}" for reason in used if reason not in known]


def skipping(name, text):
    pattern = r"pytest\.mark\.(?:skip|skipif|xfail)\b|pytest\.(?:skip|xfail|importorskip)\(|unittest\.skip"
    return [f"{name} has {found}" for found in re.findall(pattern, text)]


def places_of_one_machine(name, text):
    return [f"{name} has {found}" for found in re.findall(r"(?<![\w.])/(?:work|root|home)/\w+", text)]


C_RULES = [
    wrong_includes,
    python_in_the_worker,
    version_outside_its_folder,
    counts_outside_their_place,
    too_long,
    unfinished,
    static_python_state,
    globals_without_reason,
    reasons_that_no_table_has,
    places_of_one_machine,
    memory_that_pins_arenas,
]
PYTHON_RULES = [too_long, unfinished, skipping, places_of_one_machine]


def check(rule, files, base):
    """All that a rule finds in the files, itself left out."""
    found = []
    for path in files:
        if path != Path(__file__).resolve():
            found += rule(path.relative_to(base).as_posix(), path.read_text(encoding="utf-8"))
    return found


@pytest.mark.parametrize("rule", C_RULES, ids=lambda rule: rule.__name__)
def test_c_sources(rule):
    assert C_FILES
    assert check(rule, C_FILES, ROOT / "csrc") == []


@pytest.mark.parametrize("rule", PYTHON_RULES, ids=lambda rule: rule.__name__)
def test_python_sources(rule):
    assert PYTHON_FILES
    assert check(rule, PYTHON_FILES, ROOT) == []


BROKEN = [
    (wrong_includes, "ir/a.c", '#include "lower/lower.h"'),
    (wrong_includes, "bytecode/a.h", '#include "cpython/compat.h"'),
    (wrong_includes, "cpython/decode.c", '#include "jit/engine.h"'),
    (wrong_includes, "runtime/rt_list.c", '#include "jit/engine.h"'),
    (wrong_includes, "reactor/a.c", '#include "cpython/hook.h"'),
    (wrong_includes, "jit/a.c", '#include "worker/worker.h"'),
    (wrong_includes, "jit/a.c", '#include "engine.h"'),
    (python_in_the_worker, "opt/a.c", "#include <Python.h>"),
    (python_in_the_worker, "cache/a.c", '#include "cpython/compat.h"'),
    (version_outside_its_folder, "jit/a.c", '#include "internal/pycore_frame.h"'),
    (version_outside_its_folder, "runtime/a.c", "#if PY_VERSION_HEX >= 0x030c0000"),
    (counts_outside_their_place, "lower/a.c", "    Py_INCREF(x);"),
    (counts_outside_their_place, "opt/a.c", "x = Py_NewRef(y);"),
    (too_long, "jit/a.c", "\n" * (LINES + 1)),
    (unfinished, "jit/a.c", "/* TO" + "DO: all of it */"),
    (static_python_state, "jit/a.c", "static PyTypeObject Thing = {"),
    (static_python_state, "jit/a.c", "static PyObject *cached;"),
    (static_python_state, "jit/a.c", "    static PyObject *name = NULL;"),
    (static_python_state, "reactor/a.c", "    return PyModule_Create(&definition);"),
    (globals_without_reason, "jit/a.c", "static int count;"),
    (globals_without_reason, "jit/a.c", "\nuint64_t last_job = 0;"),
    (globals_without_reason, "jit/a.c", "static const char *names[4];"),
    (reasons_that_no_table_has, "lower/a.c", 'bail(l->cx, "because", "x");'),
    (memory_that_pins_arenas, "jit/a.c", "p = PyMem_Calloc(1, 8);"),
    (skipping, "tests/a.py", '@pytest.mark.skip("later")'),
    (places_of_one_machine, "dxpy/a.py", 'open("/work/main/x")'),
]


@pytest.mark.parametrize(("rule", "name", "text"), BROKEN, ids=range(len(BROKEN)))
def test_rules_find_what_breaks_them(rule, name, text):
    assert len(rule(name, text)) == 1


KEPT = [
    (wrong_includes, "jit/a.c", '#include "cpython/hook.h"\n#include "lower/lower.h"\n#include <stdio.h>'),
    (wrong_includes, "cpython/hook.c", '#include "jit/engine.h"'),
    (wrong_includes, "module.c", '#include "jit/state.h"'),
    (wrong_includes, "reactor/a.c", '#include "cpython/compat.h"'),
    (version_outside_its_folder, "cpython/v311.h", "#if PY_VERSION_HEX >= 0x030b0000"),
    (version_outside_its_folder, "jit/a.c", "/* like pycore_frame.h */"),
    (static_python_state, "jit/a.c", "static PyObject *make(void) {\nstatic PyObject *find(int a);"),
    (globals_without_reason, "jit/a.c", "/* One per process. */\nstatic int count;"),
    (globals_without_reason, "jit/a.c", "static int count; // one per process"),
    (
        globals_without_reason,
        "jit/a.c",
        "static const int table[] = {1};\nstatic PyMethodDef methods[] = {{0}};",
    ),
    (
        globals_without_reason,
        "jit/a.c",
        "static int add(int a);\nenum { A, B };\n    int local;\ntypedef int Number;",
    ),
    (reasons_that_no_table_has, "lower/a.c", 'bail(cx, "bad_bytecode", "x");'),
    (memory_that_pins_arenas, "jit/a.c", "p = PyMem_RawCalloc(1, 8);"),
    (memory_that_pins_arenas, "runtime/a.c", "p = PyMem_Malloc(8);"),
]


@pytest.mark.parametrize(("rule", "name", "text"), KEPT, ids=range(len(KEPT)))
def test_rules_let_pass_what_keeps_them(rule, name, text):
    assert rule(name, text) == []
