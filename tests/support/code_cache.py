"""The code cache as built for the tests: ctypes over cache.h."""

import ctypes as c
import hashlib
import os
from pathlib import Path
from types import SimpleNamespace


class Entry(c.Structure):
    _fields_ = [("path", c.c_char * 1024), ("unit", c.c_int)]


class Info(c.Structure):
    _fields_ = [
        ("entries", c.c_uint64),
        ("objects", c.c_uint64),
        ("bytes", c.c_uint64),
        ("limit", c.c_uint64),
        ("rejected", c.c_uint64),
        ("failed_stores", c.c_uint64),
        ("error", c.c_char * 256),
        ("problem", c.c_char * 256),
    ]


VISIT = c.CFUNCTYPE(None, c.c_char_p, c.c_char_p, c.c_int, c.c_uint64, c.c_double, c.c_void_p)


def key_of(name):
    return hashlib.sha256(name.encode()).hexdigest()


class Cache:
    def __init__(self, library, directory=None, limit=0):
        self.lib = c.CDLL(str(library), use_errno=True)
        self.lib.cache_lookup.restype = c.c_bool
        self.lib.cache_open.argtypes = [c.c_char_p, c.c_uint64]
        self.directory = directory
        self.before = SimpleNamespace(rejected=0, failed_stores=0)
        self.before = self.info()
        if directory is not None:
            assert self.open(directory, limit), self.info().error

    def open(self, directory, limit=0):
        return self.lib.cache_open(os.fsencode(directory), limit) == 0

    def lookup(self, key):
        """(path, unit), or None."""
        entry = Entry()
        if not self.lib.cache_lookup(key.encode(), c.byref(entry)):
            return None
        return entry.path.decode(), entry.unit

    def store(self, source, content, keys):
        """Write the content to `source` and store that; the path in the cache, or None."""
        Path(source).write_bytes(content)
        names = (c.c_char_p * len(keys))(*[None if key is None else key.encode() for key in keys])
        path = c.create_string_buffer(1024)
        if self.lib.cache_store(os.fsencode(source), names, len(keys), path) != 0:
            return None
        return path.value.decode()

    def info(self):
        info = Info()
        self.lib.cache_get_info(c.byref(info))
        values = {name: getattr(info, name) for name, _ in Info._fields_}
        for name in ("rejected", "failed_stores"):  # they count in the process, whatever the folder
            values[name] -= getattr(self.before, name)
        return SimpleNamespace(**{**values, "error": info.error.decode(), "problem": info.problem.decode()})

    def list(self):
        rows = []

        def visit(key, path, unit, size, age, _):
            rows.append((key.decode(), path.decode(), unit, size, age))

        self.lib.cache_each(VISIT(visit), None)
        return rows

    def trim(self):
        self.lib.cache_trim()

    def clear(self):
        return self.lib.cache_clear()
