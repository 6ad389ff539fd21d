"""The keeper: what its code may not do, and that it works also when it keeps its memory."""

import ctypes
import os
import re
import subprocess
from pathlib import Path

import pytest
from support.native import CSRC, has_ended, own_process, parent_of


@pytest.mark.parametrize("level", ["-O0", "-O1", "-O2", "-O3", "-Os"])
def test_its_code_refers_to_nothing_outside(tmp_path, level):
    """The C library and all constant data are gone when it runs."""
    made = tmp_path / "keeper.o"
    flags = ["-std=gnu11", "-fPIC", "-fstack-protector-all", f"-I{CSRC}", level]
    subprocess.run(["gcc", *flags, "-c", CSRC / "jit/keeper.c", "-o", made], check=True)
    listing = subprocess.run(
        ["objdump", "-dr", "-j", "dxpy_keeper", made], capture_output=True, text=True, check=True
    )
    assert "syscall" in listing.stdout or "svc" in listing.stdout
    references = re.findall(r"R_\w+\s+(\S+)", listing.stdout)
    assert [name for name in references if not name.startswith("dxpy_keeper")] == []


class Order(ctypes.Structure):
    _fields_ = [
        ("program", ctypes.c_char_p),
        ("scratch", ctypes.c_char_p),
        ("folder", ctypes.c_char_p),
        ("cache_dir", ctypes.c_char_p),
        ("cache_limit", ctypes.c_uint64),
        ("niceness", ctypes.c_int),
        ("socket", ctypes.c_int),
        ("log", ctypes.c_int),
        ("keep_memory", ctypes.c_bool),
    ]


WCLONE = 0x80000000 - (1 << 32)


def start(client, folder, program, **settings):
    library = ctypes.CDLL(str(client.built.library))
    log = os.open(folder / "log", os.O_RDWR | os.O_CREAT)
    order = Order(program=program, scratch=b"/scratch", folder=b"/folder", socket=log, log=log, **settings)
    return library.keeper_start(ctypes.byref(order))


@own_process
def test_it_passes_arguments_and_status_on(client, folder):
    program = folder / "program"
    program.write_text('#!/bin/sh\necho "$@"; echo "$PATH $LC_ALL $TMPDIR"; pwd; umask; exit 42\n')
    program.chmod(0o755)
    for keep in (False, True):
        pid = start(
            client, folder, os.fsencode(program), keep_memory=keep, cache_dir=b"/cache", cache_limit=77
        )
        assert os.waitstatus_to_exitcode(os.waitpid(pid, WCLONE)[1]) == 42
        lines = (folder / "log").read_text().splitlines()
        assert lines == ["--serve /scratch /folder /cache 77", "/usr/bin:/bin C /scratch", "/", "0077"]
        os.truncate(folder / "log", 0)


@own_process
def test_it_says_when_the_program_cannot_be_executed(client, folder):
    pid = start(client, folder, b"/nowhere")
    assert os.waitstatus_to_exitcode(os.waitpid(pid, WCLONE)[1]) == 125


def crash(pid):
    """Have the process go on at address 0; a signal would be blocked."""
    attach, poke, detach, wait_all = 16, 6, 17, 0x40000000
    instruction_pointer, system_call = 16 * 8, 15 * 8  # in x86-64's struct user
    libc = ctypes.CDLL(None, use_errno=True)
    libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p]
    assert libc.ptrace(attach, pid, None, None) == 0, os.strerror(ctypes.get_errno())
    os.waitpid(pid, wait_all)
    assert (
        libc.ptrace(poke, pid, system_call, -1) == 0 and libc.ptrace(poke, pid, instruction_pointer, 0) == 0
    )
    assert libc.ptrace(detach, pid, None, None) == 0


@own_process
def test_after_a_crash_of_its_own_the_next_keeps_its_memory(client, folder):
    """It may be that this system needs some of what was given back."""
    worker = client()
    for small in (True, False):
        assert worker.compile("ok").ok
        keeper = parent_of(worker.stats().pid)
        size = int(re.search(r"VmSize:\s+(\d+)", Path(f"/proc/{keeper}/status").read_text())[1])
        assert (size < 1000) == small
        crash(keeper)
        assert has_ended(keeper)
    worker.stop()
