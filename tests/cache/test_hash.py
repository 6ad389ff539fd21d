"""SHA-256 against hashlib's, in plain C and with the processor's instructions."""

import ctypes
import hashlib
import random

import pytest
from support.code_cache import Cache


class Hash(ctypes.Structure):
    _fields_ = [("state", ctypes.c_uint32 * 8), ("length", ctypes.c_uint64), ("block", ctypes.c_uint8 * 64)]


@pytest.fixture(scope="module")
def library(built):
    return Cache(built.library).lib


def digest(library, *parts):
    hash, text = Hash(), ctypes.create_string_buffer(65)
    library.hash_init(ctypes.byref(hash))
    for part in parts:
        library.hash_update(ctypes.byref(hash), part, ctypes.c_size_t(len(part)))
    library.hash_final_hex(ctypes.byref(hash), text)
    return text.value.decode()


def test_every_length_up_to_some_blocks(library):
    data = random.Random(1).randbytes(300)
    for length in range(300):
        assert digest(library, data[:length]) == hashlib.sha256(data[:length]).hexdigest(), length


def test_in_parts(library):
    source = random.Random(2)
    for _ in range(300):
        parts = [
            source.randbytes(source.choice((0, 1, 5, 63, 64, 65, 128, 1000)))
            for _ in range(source.randrange(8))
        ]
        assert digest(library, *parts) == hashlib.sha256(b"".join(parts)).hexdigest(), list(map(len, parts))


def test_both_ways_agree(library):
    """On a processor without the instructions the fast way is not taken; there both are the plain one."""
    data = random.Random(3).randbytes(64 * 50)
    library.hash_has_instructions.restype = ctypes.c_bool
    fast = (
        library.hash_take_blocks_fast if library.hash_has_instructions() else library.hash_take_blocks_plain
    )
    for blocks in (0, 1, 2, 50):
        states = [(ctypes.c_uint32 * 8)(*range(8)) for _ in range(2)]
        library.hash_take_blocks_plain(states[0], data, ctypes.c_size_t(blocks))
        fast(states[1], data, ctypes.c_size_t(blocks))
        assert list(states[0]) == list(states[1]) and (blocks == 0 or list(states[0]) != list(range(8)))
