"""Every program that ever differed from stock, in every mode, the same as stock."""

from pathlib import Path

import pytest
from proving import cases

PROGRAMS = tuple(
    sorted(
        path for path in Path(__file__).parent.glob("*.py") if not path.stem.startswith(("conftest", "test_"))
    )
)


@pytest.mark.timeout(1200)
def test_same_as_stock(in_enabled_mode, run_in_mode):
    stock = run_in_mode("stock", PROGRAMS)
    assert len({case.split("::")[0] for case in stock.rounds}) == len(PROGRAMS)
    assert cases.differences(stock, run_in_mode(in_enabled_mode, PROGRAMS)) == []
