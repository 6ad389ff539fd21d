"""Processes in turn on one core: the only way figures are made here."""

import contextlib
import glob
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
LOOK_SECONDS = 0.002  # between looks for a compiler worker that was just started


@dataclass(frozen=True)
class Engine:
    """A way to run a program: its column's name, the interpreter, child.py's arguments, environment on top."""

    name: str
    python: str
    arguments: tuple = ()
    environment: dict = field(default_factory=dict)
    needs: str = ""

    def fits(self, program):
        return not self.needs or f"\n{self.needs} = " in program.read_text()


@dataclass
class Process:
    """One process's run of a program: seconds of each run() in order, by the clock and of its thread on the processor,
    peak memory, functions in each tier."""

    times: list
    processor: list
    memory: int
    before: float
    wall: float
    tiers: list
    explain: dict

    @property
    def first(self):
        return self.times[0]

    @property
    def steady(self):
        """Median of the second half of the runs."""
        return statistics.median(self.times[len(self.times) // 2 :])


class Failed(Exception):
    """A process ended badly; the message has its last words."""


def core():
    """The core everything is pinned to: the last one that this process may use."""
    return max(os.sched_getaffinity(0))


def clean_environment(extra):
    env = {name: value for name, value in os.environ.items() if not name.startswith(("DXPY_", "PYTHON"))}
    return {**env, "PYTHONHASHSEED": "0", **extra}


def children(pid):
    """Pids of the processes that any thread of `pid` started and that live."""
    found = []
    for path in glob.glob(f"/proc/{pid}/task/*/children"):
        with contextlib.suppress(OSError):
            found += map(int, Path(path).read_text(encoding="ascii").split())
    return found


def name_of(pid):
    try:
        return Path(f"/proc/{pid}/comm").read_text(encoding="ascii").strip()
    except OSError:
        return ""


def free_workers(pid, freed):
    """Let compiler workers below `pid` onto every core from their start: only the program is to be pinned."""
    for child in children(pid):
        free_workers(child, freed)
        if child not in freed and name_of(child) in ("dxpy-keeper", "dxpy-cc"):
            with contextlib.suppress(OSError):
                os.sched_setaffinity(child, range(os.cpu_count()))
                freed.add(child)


def run(command, env=None, timeout=600):
    """Seconds the command took, pinned; Failed when it does not end with status 0."""
    pin = core()
    begin = time.perf_counter()
    freed = set()
    with tempfile.TemporaryFile("w+") as errors:
        process = subprocess.Popen(
            command,
            env=env,
            stdout=subprocess.DEVNULL,
            stderr=errors,
            preexec_fn=lambda: os.sched_setaffinity(0, {pin}),
        )
        while process.poll() is None:
            free_workers(process.pid, freed)
            if time.perf_counter() - begin > timeout:
                process.kill()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(LOOK_SECONDS)
        wall = time.perf_counter() - begin
        errors.seek(0)
        if process.returncode:
            raise Failed(
                f"{' '.join(map(str, command))}: status {process.returncode}\n{errors.read()[-1500:]}"
            )
    return wall


def process(engine, program, *, seconds, quick, explain=False):
    """One pinned process of `engine` running `program` for `seconds`."""
    with tempfile.TemporaryDirectory(prefix="dxpy-bench-") as folder:
        out = Path(folder, "out.json")
        command = [engine.python, str(HERE / "child.py"), str(out), str(program), "--seconds", str(seconds)]
        command += [*engine.arguments, *(["--quick"] if quick else []), *(["--explain"] if explain else [])]
        env = clean_environment({"DXPY_CACHE_DIR": folder, **engine.environment})
        wall = run(command, env)
        report = json.loads(out.read_text())
    return Process(
        report["times"],
        report["processor"],
        report["memory"],
        report["before"],
        wall,
        report.get("tiers", []),
        report.get("explain", {}),
    )


def installed(python, module):
    probe = [python, "-c", f"import {module}"]
    return subprocess.run(probe, capture_output=True, check=False, env=clean_environment({})).returncode == 0


def stock(python=sys.executable):
    return Engine("stock", python)


def dxpy(python=sys.executable, environment=None):
    return Engine("dxpy", python, ("--dxpy", str(ROOT)), environment or {})


def geomean(values):
    values = list(values)
    return statistics.geometric_mean(values) if values else float("nan")
