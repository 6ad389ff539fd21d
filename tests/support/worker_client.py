"""The compiler worker's client and the code cache, as built for the tests: ctypes over worker.h and cache.h."""

import ctypes as c
import hashlib
import os
from dataclasses import dataclass
from types import SimpleNamespace


class Settings(c.Structure):
    _fields_ = [
        ("program", c.c_char_p),
        ("cache_dir", c.c_char_p),
        ("cache_limit", c.c_uint64),
        ("idle_timeout", c.c_double),
        ("compile_timeout", c.c_double),
        ("niceness", c.c_int),
        ("notify", c.c_void_p),
        ("patience", c.c_double),
    ]


class RawReply(c.Structure):
    _fields_ = [
        ("job", c.c_uint64),
        ("ok", c.c_bool),
        ("cached", c.c_bool),
        ("temporary", c.c_bool),
        ("path", c.c_char * 1024),
        ("unit", c.c_int),
        ("reason", c.c_char * 48),
        ("message", c.c_char * 208),
        ("queue_ms", c.c_double),
        ("parse_ms", c.c_double),
        ("opt_ms", c.c_double),
        ("emit_ms", c.c_double),
        ("gcc_ms", c.c_double),
        ("text", c.c_void_p),
    ]


class Stats(c.Structure):
    _fields_ = [
        ("jobs", c.c_uint64),
        ("batches", c.c_uint64),
        ("starts", c.c_uint64),
        ("crashes", c.c_uint64),
        ("timeouts", c.c_uint64),
        ("memory_restarts", c.c_uint64),
        ("memory", c.c_size_t),
        ("pid", c.c_int),
        ("error", c.c_char * 256),
    ]


@dataclass
class Reply:
    job: int
    ok: bool
    cached: bool
    temporary: bool
    path: str
    unit: int
    reason: str
    message: str
    times: tuple
    text: str | None


def key_of(text):
    return hashlib.sha256(text.encode()).hexdigest()


class Client:
    """One process's client. `library` and `program` are what native.py built."""

    def __init__(self, library, program, cache=None, **settings):
        self.lib = c.CDLL(library, use_errno=True)
        self.lib.worker_take_reply.restype = c.c_bool
        self.lib.worker_wait_reply.restype = c.c_bool
        self.lib.worker_wait_reply.argtypes = [c.c_double]
        self.lib.worker_submit.argtypes = [c.c_uint64, c.c_char_p, c.c_char_p, c.c_size_t, c.c_int]
        self.lib.worker_submit_dump.argtypes = [c.c_uint64, c.c_char_p, c.c_size_t, c.c_char_p, c.c_int]
        self.jobs = 0
        self.configure(program, cache, **settings)

    def configure(self, program, cache=None, timeout=10.0, idle=0.0, cache_limit=0, niceness=0, patience=0.0):
        settings = Settings(
            os.fsencode(program),
            os.fsencode(cache) if cache else None,
            cache_limit,
            idle,
            timeout,
            niceness,
            c.cast(self.lib.shim_notify, c.c_void_p),
            patience,
        )
        assert self.lib.worker_configure(c.byref(settings)) == 0

    def submit(self, text, level=2, key=None):
        self.jobs += 1
        data = text.encode()
        done = self.lib.worker_submit(self.jobs, (key or key_of(text)).encode(), data, len(data), level)
        return self.jobs if done == 0 else None

    def submit_dump(self, text, stage="opt"):
        self.jobs += 1
        data = text.encode()
        assert self.lib.worker_submit_dump(self.jobs, data, len(data), stage.encode(), 2) == 0
        return self.jobs

    def take(self):
        raw = RawReply()
        if not self.lib.worker_take_reply(c.byref(raw)):
            return None
        text = c.string_at(raw.text).decode() if raw.text else None
        times = (raw.queue_ms, raw.parse_ms, raw.opt_ms, raw.emit_ms, raw.gcc_ms)
        words = [field.decode() for field in (raw.path, raw.reason, raw.message)]
        return Reply(
            raw.job, raw.ok, raw.cached, raw.temporary, words[0], raw.unit, words[1], words[2], times, text
        )

    def wait(self, seconds=30.0):
        assert self.lib.worker_wait_reply(seconds), f"no reply within {seconds} s: {self.stats().error}"
        return self.take()

    def wait_all(self, count, seconds=30.0):
        replies = [self.wait(seconds) for _ in range(count)]
        return {reply.job: reply for reply in replies}

    def compile(self, text, level=2):
        job = self.submit(text, level)
        assert job is not None, self.stats().error
        while True:
            reply = self.wait()
            if reply.job == job:
                return reply
            assert reply.reason == "worker_forked", reply

    def stats(self):
        stats = Stats()
        self.lib.worker_get_stats(c.byref(stats))
        result = {name: getattr(stats, name) for name, _ in Stats._fields_}
        return SimpleNamespace(**{**result, "error": stats.error.decode()})

    def notified(self):
        return self.lib.shim_notified()

    def stop(self):
        self.lib.worker_stop()


def square(arguments):
    """Work for multiprocessing, whose children import this module: compiles something in between."""
    library, program, cache, number = arguments
    worker = Client(library, program, cache=cache)
    reply = worker.compile(f"ok {number % 4}")
    return number * number if reply.ok else None
