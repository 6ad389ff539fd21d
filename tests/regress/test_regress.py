"""Every program that ever differed from stock, in every mode, the same as stock."""

import functools
from pathlib import Path

import pytest
from proving import cases, modes

PROGRAMS = sorted(path for path in Path(__file__).parent.glob("*.py") if path.stem not in ("conftest", "test_regress"))


@functools.cache
def outcomes(name):
    return cases.run(modes.BY_NAME[name], PROGRAMS)


@pytest.mark.timeout(1200)
@pytest.mark.parametrize("mode", [mode.name for mode in modes.MODES if mode.enabled])
def test_same_as_stock(mode):
    stock = outcomes("stock")
    assert len({case.split("::")[0] for case in stock.rounds}) == len(PROGRAMS)
    assert cases.differences(stock, outcomes(mode)) == []
