"""Where a program spends its time: a thread of its own looks at what runs, every few milliseconds."""

import _thread
import sys
import time

INTERVAL = 0.005
IDLE = 0.2  # below this share of a processor the process is taken to wait, and nothing is counted


class Sampler:
    """Counts seconds by code object, for the innermost Python frame of each thread, from start() to stop().

    The thread is not one of `threading`'s, so that the program's own look at its threads stays as it is.
    """

    def __init__(self):
        self.seconds = {}  # code object -> seconds; keeps the code objects alive
        self._running = False
        self._ended = _thread.allocate_lock()

    def start(self):
        self._running = True
        self._ended.acquire()
        _thread.start_new_thread(self._loop, ())

    def stop(self):
        """End the thread, and wait until it has."""
        if self._running:
            self._running = False
            self._ended.acquire()
            self._ended.release()

    def _loop(self):
        own = _thread.get_ident()
        wall, used = time.perf_counter(), time.process_time()
        try:
            while self._running:
                time.sleep(INTERVAL)
                wall_now, used_now = time.perf_counter(), time.process_time()
                if used_now - used > IDLE * (wall_now - wall):
                    self._count(own, wall_now - wall)
                wall, used = wall_now, used_now
        finally:
            self._ended.release()

    def _count(self, own, elapsed):
        for thread, frame in sys._current_frames().items():
            if thread != own:
                self.seconds[frame.f_code] = self.seconds.get(frame.f_code, 0.0) + elapsed
