"""The modes dxpy is proven in: one row each. Whoever proves something runs it in every row, against `stock`.

Adding a mode is adding a row; the conformance run, the behaviour suite and the fuzzer then have it.
"""

import os
from dataclasses import dataclass, replace

NEVER = "1000000000,1500000000,2000000000"
AT_ONCE = {"DXPY_SYNC": "1", "DXPY_THRESHOLDS": "1,2,3"}
TIER_2 = {**AT_ONCE, "DXPY_MAX_TIER": "2"}

# What the caller's environment may say of every mode: how compiling is done, not what is compiled when.
KEPT = ("DXPY_GCC_LEVEL", "DXPY_COMPILE_TIMEOUT")


@dataclass(frozen=True, eq=False)
class Mode:
    """One way to run a program.

    options  environment of the run (all other DXPY_* variables are removed, but for KEPT)
    enabled  whether the run calls dxpy.enable()
    warm     the run that counts is the second one on a code cache of its own
    settle   code is compiled beside the program; the next round waits until all that is hot is compiled
    levels   "usual,set": added to the usual recursion limit, and to those that a program sets
    heat     rounds that are interpreted before the options hold: what is compiled then, is compiled knowing its types
    """

    name: str
    what: str
    options: dict
    enabled: bool = True
    warm: bool = False
    settle: bool = False
    levels: str = ""
    heat: int = 0


MODES = [
    Mode("stock", "CPython without dxpy", {}, enabled=False),
    Mode("hook", "hook only, nothing gets hot", {"DXPY_THRESHOLDS": NEVER, "DXPY_OSR": "0"}),
    Mode(
        "beside",
        "tier 1 compiled beside the program",
        {"DXPY_THRESHOLDS": "1,2,3", "DXPY_SYNC": "0", "DXPY_MAX_TIER": "1"},
        settle=True,
    ),
    Mode("tier1", "tier 1 at the first call", {**AT_ONCE, "DXPY_MAX_TIER": "1"}),
    Mode("tier2", "tiers 1 and 2 at the first calls", TIER_2),
    Mode(
        "heated",
        "tier 2 straight from code that has run interpreted",
        {**TIER_2, "DXPY_SYNC": "0"},
        settle=True,
        heat=2,
    ),
    Mode("tier3", "tiers 1 to 3 at the first calls", {**AT_ONCE, "DXPY_MAX_TIER": "3"}),
    Mode(
        "chance",
        "tiers 1 and 2, one of four compiles that are due, so that code of all tiers meets",
        {**TIER_2, "DXPY_CHANCE": "26"},
    ),
    # Code that was never interpreted from its start is not specialised by the interpreter either, where exits leave it:
    # its comparisons then count as a level of recursion.
    Mode("exits1", "tier 2, every guard fails at each visit", {**TIER_2, "DXPY_FORCE_EXITS": "1"}, heat=1),
    Mode(
        "exits7", "tier 2, every guard fails at each 7th visit", {**TIER_2, "DXPY_FORCE_EXITS": "7"}, heat=1
    ),
    Mode(
        "osr",
        "entered at the first back-edge, never at a call",
        {"DXPY_SYNC": "1", "DXPY_THRESHOLDS": NEVER, "DXPY_OSR": "1", "DXPY_OSR_THRESHOLD": "1"},
    ),
    Mode(
        "cold",
        "entered at back-edges and starts from the second call on; what did not run in the first is left out",
        {"DXPY_SYNC": "1", "DXPY_THRESHOLDS": NEVER, "DXPY_OSR": "1", "DXPY_OSR_THRESHOLD": "2"},
    ),
    Mode(
        "background",
        "compiled beside the program, installed late",
        {"DXPY_THRESHOLDS": "1,2,3", "DXPY_SYNC": "0", "DXPY_INSTALL_DELAY": "0.02"},
        settle=True,
    ),
    Mode(
        "warm", "tier 3, code from the cache of an earlier run", {**AT_ONCE, "DXPY_MAX_TIER": "3"}, warm=True
    ),
    Mode(
        "relowered",
        "tier 2, begun where an earlier run left off, lowered again",
        {**TIER_2, "DXPY_WARM": "2"},
        warm=True,
    ),
]

BY_NAME = {mode.name: mode for mode in MODES}
STOCK = BY_NAME["stock"]


def named(names):
    """The modes of a comma-separated list of names; "all" are all that enable dxpy."""
    if names == "all":
        return [mode for mode in MODES if mode.enabled]
    unknown = [name for name in names.split(",") if name not in BY_NAME]
    if unknown:
        raise SystemExit(f"unknown mode {', '.join(unknown)}; there are: all, {', '.join(BY_NAME)}")
    return [BY_NAME[name] for name in names.split(",")]


def batched(mode):
    """The mode with its functions compiled many at a time between rounds, not each at its call: far quicker."""
    if mode.options.get("DXPY_SYNC") != "1" or "DXPY_OSR_THRESHOLD" in mode.options:
        return mode
    return replace(mode, options={**mode.options, "DXPY_SYNC": "0"}, settle=True)


def environment(mode, cache_dir=None, **extra):
    """os.environ for a run in `mode`. Without `cache_dir` the code cache is off."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("DXPY_") or name in KEPT}
    env.update(mode.options)
    if mode.enabled:
        env.update(
            {"DXPY_CACHE": "0"}
            if cache_dir is None
            else {"DXPY_CACHE": "1", "DXPY_CACHE_DIR": str(cache_dir)}
        )
        # Modes share a cache; only those that are about it begin where others left off.
        env.setdefault("DXPY_WARM", "1" if mode.warm else "0")
        env.setdefault("DXPY_NICENESS", "0")  # what is waited for is not to step back
    env.update(extra)
    return env
