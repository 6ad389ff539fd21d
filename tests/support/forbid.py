"""A program text that lets the kernel refuse its own process executable memory, as a sandbox does."""

FORBID = """
import ctypes, struct, sys

MPROTECT, MMAP = 10, 9

def forbid(*numbers):
    # From now on these system calls fail with EACCES where their third argument asks for PROT_EXEC.
    LOAD, IF_EQUAL, IF_BITS, RETURN = 0x20, 0x15, 0x45, 0x06
    rows = [(LOAD, 0, 0, 0)]
    for number in numbers:
        rows += [(IF_EQUAL, 0, 4, number), (LOAD, 0, 0, 32), (IF_BITS, 0, 1, 4), (RETURN, 0, 0, 0x5000D)]
        rows += [(LOAD, 0, 0, 0)]
    rows += [(RETURN, 0, 0, 0x7FFF0000)]
    code = ctypes.create_string_buffer(b"".join(struct.pack("<HBBI", *row) for row in rows))
    program = struct.pack("<HxxxxxxQ", len(rows), ctypes.addressof(code))
    libc = ctypes.CDLL(None, use_errno=True)
    assert libc.prctl(38, 1, 0, 0, 0) == 0
    assert libc.prctl(22, 2, ctypes.create_string_buffer(program), 0, 0) == 0
"""
