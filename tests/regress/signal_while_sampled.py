"""A signal that arrives while another thread of dxpy's asks for a look at the running loop is handled at once."""

import ctypes
import signal

SEEN = []


def note(number, frame):
    SEEN.append(number)


def case_no_signal_is_late():
    raise_signal = ctypes.PyDLL(None)["raise"]  # not signal.raise_signal, which looks for signals itself
    before = signal.signal(signal.SIGUSR1, note)
    late = 0
    try:
        for _ in range(200):
            SEEN.clear()
            for count in range(1, 1001):
                raise_signal(signal.SIGUSR1)
                late += len(SEEN) != count
    finally:
        signal.signal(signal.SIGUSR1, before)
    return late
