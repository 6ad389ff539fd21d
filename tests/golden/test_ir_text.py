"""The IR's text is read as it was printed; a text that is wrong is refused with a line number, and never a crash."""

import argparse
import re
import shlex
import subprocess
import textwrap
import types
from os import environ
from pathlib import Path

import pytest
from ir_text import COMPILER, ir_of

CSRC = Path(__file__).resolve().parents[2] / "csrc"
SOURCES = [
    *CSRC.glob("base/*.c"),
    *CSRC.glob("ir/*.c"),
    *CSRC.glob("opt/*.c"),
    *CSRC.glob("codegen/quick*.c"),
]
SOURCES += [CSRC / "codegen" / name for name in ("image.c", "object.c", "x86.c")]
MUTANTS = 12  # of each text; `make fuzz-ir` makes more
SEED = 20


def functions(module):
    """The code objects of a module's functions and methods."""
    for value in list(vars(module).values()):
        members = vars(value).values() if isinstance(value, type) else [value]
        yield from (one.__code__ for one in members if isinstance(one, types.FunctionType))


def clean_environment():
    """Without a sanitizer's library preloaded: the compiler and its product bring their own."""
    return {name: value for name, value in environ.items() if name != "LD_PRELOAD"}


@pytest.fixture(scope="module")
def texts(tmp_path_factory):
    folder = tmp_path_factory.mktemp("ir")
    for number, code in enumerate([*functions(textwrap), *functions(argparse)]):
        for tier in (1, 2):
            Path(folder, f"{number:04}-{tier}.ir").write_text(ir_of(code, tier))
    return sorted(folder.iterdir())


def build(target):
    """ir_mutants, with sanitizers and with the verifier after each pass."""
    flags = "-std=gnu11 -O1 -g -DDXPY_DEBUG -fsanitize=address,undefined -fno-sanitize-recover=all -fno-strict-aliasing -fwrapv"
    command = [*shlex.split(environ.get("CC", "gcc")), *flags.split(), f"-I{CSRC}", *SOURCES]
    command += [Path(__file__).with_name("ir_mutants.c"), "-o", target]
    subprocess.run(list(map(str, command)), check=True, env=clean_environment())
    return target


@pytest.fixture(scope="module")
def program(tmp_path_factory):
    return build(tmp_path_factory.mktemp("program") / "ir_mutants")


@pytest.mark.timeout(600)
def test_good_texts_are_read_as_printed_and_mutants_do_no_harm(program, texts):
    assert len(texts) > 200
    clean = clean_environment() | {
        "ASAN_OPTIONS": "detect_leaks=0"
    }  # a refusal's caller frees the arena, not the text
    done = subprocess.run(
        [program, str(SEED), str(MUTANTS), *texts],
        capture_output=True,
        text=True,
        errors="replace",
        env=clean,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    accepted, refused = map(int, re.findall(r"\d+", done.stdout))
    assert accepted > 100
    assert refused > 500


def dump(path, stage="ir"):
    return subprocess.run([COMPILER, f"--dump={stage}", path], capture_output=True, text=True, check=False)


def test_the_compiler_prints_what_it_read(tmp_path):
    def f(a, b):
        while a < b:
            a = a * 2.5 - b
        return [a, b]

    path = tmp_path / "f.ir"
    for tier in (1, 2):
        path.write_text(ir_of(f.__code__, tier))
        assert dump(path).stdout == path.read_text()


GOOD = ir_of(compile("x = 1", "<good>", "exec"), 1)


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("ret ", "rett ", r"line \d+: unknown operation"),
        ("end\n", "", "line"),
        ("jump b1", "jump b7", "a block is named and never defined"),
        ("= const 0", "= const 9", r"line \d+: a number is wrong"),
        ("b1:", "b0:", r"line \d+: a block is defined twice"),
        ("fn ", "function ", "line 1: expected 'fn"),
        ("poll @1 0 -1 [ ]", "poll", "has no frame state"),
        ("rt_store_name", "rt_nothing", r"line \d+: unknown helper"),
    ],
)
def test_what_is_wrong_is_said(tmp_path, old, new, complaint):
    assert old in GOOD
    path = tmp_path / "wrong.ir"
    path.write_text(GOOD.replace(old, new))
    done = dump(path)
    assert done.returncode == 1
    assert re.search(f"bad_ir: .*{complaint}", done.stderr)
