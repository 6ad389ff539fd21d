"""Tier 1's code is made without libgccjit: for everything it compiles, in objects that the loader takes."""

import asyncio.tasks
import ctypes
import heapq
import inspect
import json.decoder
import json.encoder
import struct
import subprocess
import textwrap
import types

import pytest
from ir_text import COMPILER, ir_of

MODULES = (heapq, textwrap, json.decoder, json.encoder, asyncio.tasks)


def functions():
    for module in MODULES:
        for owner in (module, *(value for value in vars(module).values() if inspect.isclass(value))):
            for value in vars(owner).values():
                if isinstance(value, types.FunctionType) and value.__module__ == module.__name__:
                    yield value


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Objects of many functions: qualname -> path."""
    folder = tmp_path_factory.mktemp("quick")
    found = {}
    for number, function in enumerate(functions()):
        source, target = folder / f"{number}.ir", folder / f"{number}.so"
        source.write_text(ir_of(function.__code__, 1))
        subprocess.run([COMPILER, source, "-o", target, "-O1"], check=True)
        found[function.__qualname__] = target
    return found


def test_all_that_tier_1_compiles_is_made_by_hand(made):
    assert len(made) > 50
    sections = {name: struct.unpack_from("<H", path.read_bytes(), 60)[0] for name, path in made.items()}
    assert [name for name, count in sections.items() if count > 0] == []  # a linker would have made some


def test_the_loader_finds_what_is_in_them(made):
    for path in made.values():
        library = ctypes.CDLL(str(path))
        size = ctypes.c_int32.in_dll(library, "dxpy_image_size_0").value
        image = (ctypes.c_int32 * size).in_dll(library, "dxpy_image_0")
        assert image[0] == int.from_bytes(b"dpxi", "little") and size > 8
        assert ctypes.cast(library.dxpy_unit_0, ctypes.c_void_p).value % 16 == 0
        with pytest.raises(AttributeError):
            _ = library.dxpy_unit_1


def test_every_instruction_is_one(tmp_path):
    # None has handlers, and with them a table of entries, whose numbers are no instructions.
    for function in (heapq._siftup, textwrap.dedent, textwrap.TextWrapper._wrap_chunks):
        source = tmp_path / "function.ir"
        source.write_text(ir_of(function.__code__, 1))
        done = subprocess.run(
            [COMPILER, "--dump=asm", "-O1", source], capture_output=True, text=True, check=True
        )
        assert "(bad)" not in done.stdout
        assert done.stdout.count("ret") >= 1 and done.stdout.count("call") > 10
