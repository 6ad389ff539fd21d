"""tools/proving/watch.py: what a child has left is read, whatever it is."""

import pytest
from proving import watch


@pytest.mark.parametrize(
    ("text", "ended", "running", "done"),
    [
        (b'{"begin": "a"}\n{"end": "a"}\n{"done": 1}\n', 1, False, True),
        (b'{"begin": "a"}\n{"end": "a"}\n{"begin": "b"}\n{"en', 1, True, False),
        (b'{"begin": "a"}\n\xff\x00{"end"\n', 0, True, False),
        (b'{"begin": "a"}\n{"end": "a", "text": "\xe9"}\n', 0, True, False),
        (b'{"begin": "a"}\n17\n', 0, True, False),
        (b"", 0, False, False),
    ],
)
def test_events(tmp_path, text, ended, running, done):
    (tmp_path / "events").write_bytes(text)
    result = watch.Watched()
    watch.read_events(tmp_path / "events", result)
    assert (len(result.ended), result.running is not None, result.done is not None) == (ended, running, done)
