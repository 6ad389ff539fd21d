"""Run program files in a mode and collect every case's outcome in every round; compare two such runs."""

import shutil
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from proving import modes, watch

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
DEATHS = 12
UNKNOWN = "the process, between two cases"


@dataclass
class Outcomes:
    """rounds: case -> outcome of each round; a case the process died in has the death as its only outcome."""

    rounds: dict = field(default_factory=dict)
    deaths: list = field(default_factory=list)
    work: dict = field(default_factory=dict)
    enabled: bool = False
    seconds: float = 0.0


def run(mode, programs, *, python=sys.executable, rounds=5, timeout=900, extra=None, limit=0):
    """Outcomes of the case_* functions of the program files in `mode`. A process that dies is started anew without
    the case that it died in, and so is one in which a case takes more than `limit` seconds of processor time."""
    result = Outcomes()
    folder = tempfile.mkdtemp(prefix="dxpy-cases-")
    try:
        cache = Path(folder, "cache")
        if mode.warm:
            one_process(mode, programs, result, python, rounds, timeout, folder, cache, extra, limit)
            result = Outcomes()
        for _ in range(DEATHS):
            watched = one_process(
                mode, programs, result, python, rounds, timeout, folder, cache, extra, limit
            )
            result.seconds += watched.seconds
            if watched.death is None:
                break
            guilty = watched.running or UNKNOWN
            result.rounds[guilty] = [watched.death]
            log = Path(folder, "log").read_bytes()[-3000:].decode("utf-8", "replace")
            result.deaths.append((guilty, watched.death, log))
            if watched.running is None:
                break
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return result


def one_process(mode, programs, result, python, rounds, timeout, folder, cache, extra, limit):
    dead = [case for case, death, _ in result.deaths]
    without = Path(folder, "without")
    without.write_text("\n".join(dead))
    command = [python, "-u", str(HERE / "run_cases.py"), f"{folder}/events", "--rounds", str(rounds)]
    command += ["--without", str(without), "--limit", str(limit)]
    if mode.enabled:
        command += ["--dxpy", str(ROOT)]
    if mode.settle:
        command += ["--settle", "60"]
    if mode.levels:
        command += [f"--levels={mode.levels}"]
    if mode.heat:
        command += ["--heat", str(mode.heat)]
    env = modes.environment(mode, cache, PYTHONHASHSEED="0", **(extra or {}))
    watched = watch.run(
        [*command, *map(str, programs)],
        f"{folder}/events",
        env=env,
        cwd=folder,
        log=f"{folder}/log",
        timeout=timeout,
    )
    fresh = {}
    for event in watched.ended:
        outcomes = fresh.setdefault(event["end"], [])
        outcomes.append(outcomes[-1] if event.get("same") else event["outcome"])
    result.rounds.update(fresh)
    if watched.done:
        result.work, result.enabled = watched.done["work"], watched.done["enabled"]
    return watched


def differences(stock, other):
    """(case, round, stock's outcome, the other's outcome): the first round in which a case differs. Rounds that a
    process which died between two cases did not come to are one difference: its death."""
    found = []
    short = any(case == UNKNOWN for case, _, _ in other.deaths)
    for case in dict.fromkeys([*stock.rounds, *other.rounds]):
        usual, seen = stock.rounds.get(case, []), other.rounds.get(case, [])
        if short and case != UNKNOWN:
            usual = usual[: len(seen)]
        for number in range(max(len(usual), len(seen))):
            one = usual[number] if number < len(usual) else "(not run)"
            two = seen[number] if number < len(seen) else "(not run)"
            if one != two:
                found.append((case, number, one, two))
                break
    return found
