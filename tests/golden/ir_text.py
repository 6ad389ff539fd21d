"""What the tests of the IR's text share."""

from pathlib import Path

import dxpy
from dxpy import _jit

COMPILER = Path(dxpy.__file__).parent / "bin" / "dxpy-cc"


def ir_of(code, tier):
    """The IR of a code object as it goes to the compiler worker."""
    reason, message, _, text = _jit.lower_code(code, tier, True)
    assert reason is None, f"{reason}: {message}"
    return text
