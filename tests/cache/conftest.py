import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent.parent))

from support import native


@pytest.fixture(scope="session")
def built(tmp_path_factory):
    return native.build(tmp_path_factory.getbasetemp() / "built")
