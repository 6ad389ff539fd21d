"""Run a child that notes each case it begins and ends, and learn what became of every case.

The child appends JSON lines to a file: {"begin": id}, {"end": id, ...}, and {"done": ...} as the last thing. Whatever
happens to the child, the case that was running is known: begun and not ended.
"""

import ctypes
import json
import os
import signal
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

GRACE = 5
LIBC = ctypes.CDLL(None)
PR_SET_PDEATHSIG = 1


@dataclass
class Watched:
    """ended: every {"end"} event in order; running: the case the child died in, or None; done: the last event, or None."""

    ended: list = field(default_factory=list)
    running: str | None = None
    done: dict | None = None
    returncode: int | None = None
    timed_out: bool = False
    seconds: float = 0.0

    @property
    def death(self):
        """How the child ended, when it did not end as it should; else None."""
        if self.timed_out:
            return "timeout"
        if self.returncode is not None and self.returncode < 0:
            return "crash " + signal_name(-self.returncode)
        if self.returncode or self.done is None:
            return f"exit {self.returncode}"
        return None


def signal_name(number):
    try:
        return signal.Signals(number).name
    except ValueError:
        return str(number)


def run(command, events, *, env=None, cwd=None, log=None, timeout=600):
    """Run `command` in a session of its own until it ends or `timeout` seconds pass; read its events file."""
    events = Path(events)
    events.unlink(missing_ok=True)
    result = Watched()
    start = time.monotonic()
    with open(log or os.devnull, "wb") as output:
        child = subprocess.Popen(
            command,
            env=env,
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            preexec_fn=die_with_parent,  # noqa: PLW1509
        )
        try:
            result.returncode = child.wait(timeout)
        except subprocess.TimeoutExpired:
            result.timed_out = True
            end(child)
        finally:
            kill_group(child.pid)
    result.seconds = time.monotonic() - start
    read_events(events, result)
    return result


def die_with_parent():
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def end(child):
    """SIGABRT first: faulthandler then writes where every thread stood into the log."""
    child.send_signal(signal.SIGABRT)
    try:
        child.wait(GRACE)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


def kill_group(pid):
    try:
        os.killpg(pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


def read_events(path, result):
    if not path.exists():
        return
    for line in path.read_bytes().splitlines():
        event = parse_event(line)
        if "begin" in event:
            result.running = event["begin"]
        elif "end" in event:
            result.ended.append(event)
            if event["end"] == result.running:
                result.running = None
        elif "done" in event:
            result.done = event


def parse_event(line):
    """{} for what a dying or corrupted child wrote half or wrong: the case that it is about has not ended."""
    try:
        event = json.loads(line)
    except ValueError:
        return {}
    return event if isinstance(event, dict) else {}
