"""The index of the code cache, as built for the tests: ctypes over index.h."""

import ctypes as c
import hashlib
from types import SimpleNamespace


class Record(c.Structure):
    _fields_ = [
        ("hint", c.c_uint64),
        ("id", c.c_uint8 * 32),
        ("saved", c.c_uint64),
        ("body", c.c_void_p),
        ("length", c.c_size_t),
    ]


class Info(c.Structure):
    _fields_ = [
        ("functions", c.c_uint64),
        ("bytes", c.c_uint64),
        ("damaged", c.c_uint64),
        ("problem", c.c_char * 256),
    ]


WORLD = hashlib.sha256(b"world").hexdigest()


def id_of(name):
    return hashlib.sha256(name.encode()).digest()


class Index:
    """The cache must be open; names stand for ids, their lengths for hints."""

    def __init__(self, cache, world=WORLD):
        self.lib = cache.lib
        for name in ("index_open", "index_has", "index_find", "index_append"):
            getattr(self.lib, name).restype = c.c_bool
        self.lib.index_has.argtypes = [c.c_uint64]
        self.lib.index_find.argtypes = [c.c_uint64, c.c_char_p, c.POINTER(Record)]
        self.lib.index_append.argtypes = [c.POINTER(Record), c.c_int]
        self.lib.index_tidy.argtypes = [c.c_uint64, c.c_bool]
        self.path = cache.directory / "index" / world
        self.world = world
        self.open()

    def open(self):
        return self.lib.index_open(self.world.encode())

    def has(self, hint):
        return self.lib.index_has(hint)

    def find(self, name):
        record = Record()
        if not self.lib.index_find(len(name), id_of(name), c.byref(record)):
            return None
        return c.string_at(record.body, record.length)

    def append(self, **bodies):
        records = (Record * len(bodies))()
        kept = []
        for record, (name, body) in zip(records, bodies.items(), strict=True):
            buffer = c.create_string_buffer(body, len(body))
            kept.append(buffer)
            record.hint, record.length = len(name), len(body)
            record.id[:] = id_of(name)
            record.body = c.addressof(buffer)
        return self.lib.index_append(records, len(bodies))

    def refresh(self):
        self.lib.index_refresh()

    def tidy(self, age=0, force=True):
        self.lib.index_tidy(age, force)

    def info(self):
        info = Info()
        self.lib.index_get_info(c.byref(info))
        return SimpleNamespace(**{name: getattr(info, name) for name, _ in Info._fields_})
