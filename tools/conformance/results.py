"""Outcomes of CPython's test cases, kept as one JSON file for each module and mode, and how they compare."""

import fnmatch
import hashlib
import json
import os
import re
from dataclasses import dataclass
from pathlib import Path

ABSENT = "not run"
HERE = Path(__file__).parent
ADDRESS = re.compile(r"0x[0-9a-fA-F]+")


@dataclass(frozen=True)
class Difference:
    module: str
    mode: str
    case: str
    stock: str
    found: str
    seen: str
    detail: str
    exempt: str | None


class Store:
    """A folder of results; a file is valid as long as its fingerprint is that of what would be run now."""

    def __init__(self, folder, fingerprints):
        self.folder = Path(folder)
        self.fingerprints = fingerprints

    def path(self, module, mode):
        return self.folder / mode.name / f"{module}.json"

    def load(self, module, mode):
        try:
            record = json.loads(self.path(module, mode).read_text())
        except (FileNotFoundError, json.JSONDecodeError):
            return None
        return record if record["fingerprint"] == self.fingerprints[mode.enabled] else None

    def save(self, module, mode, runs):
        path = self.path(module, mode)
        path.parent.mkdir(parents=True, exist_ok=True)
        record = {
            "module": module,
            "mode": mode.name,
            "fingerprint": self.fingerprints[mode.enabled],
            "runs": runs,
        }
        temporary = path.with_suffix(f".{os.getpid()}.part")
        temporary.write_text(json.dumps(record, indent=1))
        temporary.replace(path)
        return record


def fingerprint(version, files=()):
    digest = hashlib.sha256(version.encode())
    for path in sorted(files):
        digest.update(Path(path).read_bytes())
    return digest.hexdigest()[:16]


def without_addresses(run):
    """Case ids as they are the same in every process."""
    return {ADDRESS.sub("0x..", case): outcome for case, outcome in run["cases"].items()}


def exemptions(path=HERE / "exempt.txt"):
    result = []
    for line in path.read_text().splitlines():
        if line.strip() and not line.startswith("#"):
            pattern, reason = line.split(None, 1)
            result.append((pattern, reason))
    return result


def exempt(case, rules):
    return next((reason for pattern, reason in rules if fnmatch.fnmatchcase(case, pattern)), None)


def allowed(record):
    """case -> the outcomes seen in any of the stock runs; more than one: stock itself is not steady there."""
    runs = [without_addresses(run) for run in record["runs"]]
    cases = dict.fromkeys(case for run in runs for case in run)
    return {case: {run.get(case, ABSENT) for run in runs} for case in cases}


def unsteady(record):
    return [case for case, outcomes in allowed(record).items() if len(outcomes) > 1]


def differences(stock, record, rules):
    """What a case became in the mode's first run that no stock run had, with how many of the runs had it."""
    expected = allowed(stock)
    runs = [without_addresses(run) for run in record["runs"]]
    details = {ADDRESS.sub("0x..", case): text for case, text in record["runs"][0]["details"].items()}
    found = []
    for case in dict.fromkeys([*expected, *runs[0]]):
        usual = expected.get(case, {ABSENT})
        outcome = runs[0].get(case, ABSENT)
        if outcome in usual:
            continue
        times = sum(run.get(case, ABSENT) not in usual for run in runs)
        found.append(
            Difference(
                record["module"],
                record["mode"],
                case,
                " or ".join(sorted(usual)),
                outcome,
                f"{times} of {len(runs)}",
                details.get(case, ""),
                exempt(case, rules),
            )
        )
    return found
