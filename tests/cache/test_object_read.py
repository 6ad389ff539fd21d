"""Units of objects, found without the dynamic loader: what it would find, or nothing."""

import ctypes as c
import random
import subprocess

import pytest


class File(c.Structure):
    _fields_ = [("bytes", c.c_void_p), ("length", c.c_size_t)]


class Unit(c.Structure):
    _fields_ = [
        ("code", c.c_void_p),
        ("length", c.c_size_t),
        ("entry", c.c_size_t),
        ("entry_size", c.c_size_t),
        ("image", c.c_void_p),
        ("image_words", c.c_int32),
    ]


class Buffer(c.Structure):
    _fields_ = [("text", c.c_void_p), ("length", c.c_size_t), ("capacity", c.c_size_t), ("failed", c.c_bool)]


class Piece(c.Structure):
    _fields_ = [("name", c.c_char * 40), ("is_code", c.c_bool), ("bytes", Buffer)]


@pytest.fixture
def library(built):
    lib = c.CDLL(str(built.library))
    lib.object_open.restype = lib.object_find_unit.restype = lib.object_write.restype = c.c_bool
    lib.strbuf_add_grown.argtypes = [c.POINTER(Buffer), c.c_char_p, c.c_size_t]
    return lib


def find(library, path, unit):
    """(code, where in it the function begins, its length, image) or None."""
    file, found = File(), Unit()
    if not library.object_open(str(path).encode(), c.byref(file)):
        return None
    result = None
    if library.object_find_unit(c.byref(file), unit, c.byref(found)):
        code, image = c.string_at(found.code, found.length), c.string_at(found.image, 4 * found.image_words)
        result = code, found.entry, found.entry_size, image
    library.object_close(c.byref(file))
    return result


def compiled(tmp_path, source, *flags):
    path = tmp_path / "compiled.so"
    (tmp_path / "source.c").write_text(source)
    words = ["gcc", "-O1", "-shared", "-fPIC", "-nostdlib", *flags, tmp_path / "source.c", "-o", path]
    subprocess.run(list(map(str, words)), check=True)
    return path


UNIT = """
double dxpy_unit_0(double x) { return x * 1.5 + 0.25; }
int dxpy_image_size_0 = 3, dxpy_image_0[3] = {7, 8, 9};
"""


def pieces(library, tmp_path, count):
    """An object as the process writes it."""
    made = (Piece * (3 * count))()
    for i in range(count):
        code, image, size = (Buffer() for _ in range(3))
        library.strbuf_add_grown(c.byref(code), bytes([0xC3] * (i + 1)), i + 1)
        library.strbuf_add_grown(c.byref(image), bytes(range(4 * (i + 1))), 4 * (i + 1))
        library.object_take_unit(c.byref(made, 3 * i * c.sizeof(Piece)), i, c.byref(code), c.byref(image))
    path = tmp_path / "pieces.so"
    assert library.object_write(str(path).encode(), made, 3 * count)
    return path


def test_pieces(library, tmp_path):
    path = pieces(library, tmp_path, 20)
    for i in range(20):
        assert find(library, path, i) == (bytes([0xC3] * (i + 1)), 0, i + 1, bytes(range(4 * (i + 1))))
    assert find(library, path, 20) is None


def test_cut_short_while_it_is_open(library, tmp_path):
    file, found = File(), Unit()
    path = pieces(library, tmp_path, 3)
    assert library.object_open(str(path).encode(), c.byref(file))
    path.write_bytes(b"")
    assert library.object_find_unit(c.byref(file), 1, c.byref(found))
    assert c.string_at(found.code, found.length) == b"\xc3\xc3"
    library.object_close(c.byref(file))


def test_compiled_with_the_constants_behind_it(library, tmp_path):
    path = compiled(tmp_path, UNIT)
    code, entry, length, image = find(library, path, 0)
    assert image == b"\7\0\0\0\10\0\0\0\t\0\0\0"
    assert 0 < length <= len(code) - entry
    loaded = c.CDLL(str(path))
    assert code[entry : entry + length] == c.string_at(loaded.dxpy_unit_0, length)
    assert len(code) > entry + length, "1.5 lies behind it"


@pytest.mark.parametrize(
    "source",
    [
        "extern int other(void); int dxpy_unit_0(void) { return other(); }" + UNIT.split("\n")[2],
        "int dxpy_image_0[1], dxpy_image_size_0 = 1; int *dxpy_unit_0(void) { return dxpy_image_0; }",
        "__thread int count; int dxpy_unit_0(void) { return count++; }" + UNIT.split("\n")[2],
        "__attribute__((constructor)) void first(void) {}" + UNIT,
        "int dxpy_unit_0(void) { return 1; }",
    ],
)
def test_what_needs_the_loader(library, tmp_path, source):
    assert find(library, compiled(tmp_path, source), 0) is None


@pytest.mark.parametrize("seed", range(20))
def test_damaged(library, tmp_path, seed):
    """Nothing is read that is not there. (The cache verifies objects by their hash.)"""
    chance = random.Random(seed)
    data = (compiled(tmp_path, UNIT) if seed % 2 else pieces(library, tmp_path, 5)).read_bytes()
    path = tmp_path / "damaged.so"
    for _ in range(200):
        damaged = bytearray(data)
        for _ in range(chance.choice([1, 3, 30])):
            place = chance.randrange(chance.choice([64, 1000, len(damaged)]))
            damaged[place % len(damaged)] = chance.choice([0, 1, 0x7F, 0xFF, chance.randrange(256)])
        path.write_bytes(damaged[: chance.choice([len(data), chance.randrange(1, len(data))])])
        for unit in (0, 4):
            find(library, path, unit)
