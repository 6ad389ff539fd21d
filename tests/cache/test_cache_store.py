"""What is stored is found, by everybody at once, and never more than the limit."""

import hashlib
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from support.code_cache import Cache, key_of
from support.native import ROOT

STORE_MANY = """
import sys
from pathlib import Path
from support.code_cache import Cache, key_of
library, folder, number = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
cache = Cache(library, folder / "cache")
sys.stdin.read(1)
for i in range(60):
    name = f"object {i}"
    found = cache.lookup(key_of(name))
    if found is None:
        path = cache.store(folder / f"source-{number}", name.encode() * 1000, [key_of(name)])
        assert path, cache.info().problem
    path, unit = cache.lookup(key_of(name))
    assert unit == 0 and Path(path).read_bytes() == name.encode() * 1000
assert cache.info().rejected == 0, cache.info().problem
"""


@pytest.fixture
def cache(built, tmp_path):
    return Cache(built.library, tmp_path / "cache")


def age(path, seconds):
    then = time.time() - seconds
    os.utime(path, (then, then))


def test_store_and_find(cache, tmp_path):
    keys = [key_of("a"), None, key_of("c")]
    source = tmp_path / "source.so"
    path = cache.store(source, b"an object", keys)
    assert Path(path).read_bytes() == b"an object" and not source.exists()
    assert Path(path).name == hashlib.sha256(b"an object").hexdigest() + ".so"
    assert cache.lookup(keys[0]) == (path, 0) and cache.lookup(keys[2]) == (path, 2)
    assert cache.lookup(key_of("b")) is None
    info = cache.info()
    assert (info.entries, info.objects, info.rejected, info.failed_stores) == (2, 1, 0, 0)
    assert (info.error, info.problem, info.limit) == ("", "", 1 << 30)


@pytest.mark.parametrize("key", ["", "a", "../" * 21 + "a", "g" * 64, "A" * 64, "a" * 65, "a" * 63 + "/"])
def test_what_is_no_key_is_not_found_and_names_no_file(cache, tmp_path, key):
    assert cache.store(tmp_path / "source", b"x", [key]) is not None
    assert cache.lookup(key) is None
    assert cache.info().entries == 0


def test_modes_whatever_the_umask(built, tmp_path):
    before = os.umask(0o777)
    try:
        (tmp_path / "outer").mkdir()
        (tmp_path / "outer").chmod(0o700)
        cache = Cache(built.library, tmp_path / "outer" / "inner" / "cache")
        os.umask(0)
        path = cache.store(tmp_path / "source", b"x", [key_of("x")])
    finally:
        os.umask(before)
    assert cache.lookup(key_of("x"))
    for folder in (
        cache.directory.parent,
        cache.directory,
        *(cache.directory / name for name in ("objects", "units", "tmp")),
    ):
        assert folder.stat().st_mode & 0o7777 == 0o700, folder
    assert Path(path).stat().st_mode & 0o7777 == 0o600
    assert (cache.directory / "units" / key_of("x")).stat().st_mode & 0o7777 == 0o600


def test_a_relative_path_stays_where_it_was(built, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    cache = Cache(built.library, "here")
    monkeypatch.chdir("/")
    path = cache.store(tmp_path / "source", b"x", [key_of("x")])
    assert path.startswith(f"{tmp_path}/here/") and cache.lookup(key_of("x"))


def test_the_same_object_is_kept_once(cache, tmp_path):
    first = cache.store(tmp_path / "source", b"same", [key_of("a")])
    inode = Path(first).stat().st_ino
    assert cache.store(tmp_path / "source", b"same", [key_of("b"), key_of("c")]) == first
    assert Path(first).stat().st_ino == inode and not (tmp_path / "source").exists()
    assert cache.lookup(key_of("b")) == (first, 0) and cache.lookup(key_of("c")) == (first, 1)
    assert list((cache.directory / "tmp").iterdir()) == []


def test_a_key_stored_again_names_the_new_object(cache, tmp_path):
    cache.store(tmp_path / "source", b"old", [key_of("a")])
    new = cache.store(tmp_path / "source", b"new", [key_of("other"), key_of("a")])
    assert cache.lookup(key_of("a")) == (new, 1)


def test_another_file_system(built, tmp_path):
    """The worker's folder and the cache need not be on the same one."""
    cache = Cache(built.library, tmp_path / "cache")
    source = Path(f"/dev/shm/dxpy-test-{os.getpid()}")
    assert os.stat("/dev/shm").st_dev != os.stat(tmp_path).st_dev
    assert cache.lookup(key_of("x")) is None
    path = cache.store(source, b"x" * 100_000, [key_of("x")])
    assert Path(path).read_bytes() == b"x" * 100_000 and not source.exists()


# --- limit ---


def test_least_recently_used_goes_first(built, tmp_path):
    cache = Cache(built.library, tmp_path / "cache", limit=50_000)
    paths = [Path(cache.store(tmp_path / "source", bytes([i]) * 10_000, [key_of(str(i))])) for i in range(4)]
    for i, path in enumerate(paths):
        age(path, 1000 - 100 * i)
    assert cache.lookup(key_of("0")), "a use makes it young"
    assert cache.open(cache.directory, 25_000)
    cache.trim()
    assert [path.exists() for path in paths] == [True, False, False, True]
    info = cache.info()
    assert info.entries == 2 and info.bytes <= 25_000, "entries go with their objects"
    assert cache.lookup(key_of("1")) is None and cache.lookup(key_of("3")) and cache.info().rejected == 0


def test_storing_keeps_to_the_limit(built, tmp_path):
    cache = Cache(built.library, tmp_path / "cache", limit=100_000)
    for i in range(40):
        assert cache.store(tmp_path / "source", bytes([i]) * 10_000, [key_of(str(i))])
        assert cache.info().bytes <= 100_000
    assert cache.lookup(key_of("39")) and cache.info().objects >= 5


def test_two_processes_keep_to_the_limit(built, tmp_path):
    """A process counts what others have stored."""
    one = Cache(built.library, tmp_path / "cache", limit=3_000_000)
    text = f"""
from support.code_cache import Cache, key_of
cache = Cache({str(built.library)!r}, {str(tmp_path / "cache")!r}, limit=3_000_000)
for i in range(280):
    assert cache.store({str(tmp_path / "source2")!r}, b"two %d" % i * 3000, [key_of("two %d" % i)])
"""
    one.store(tmp_path / "source", b"one", [key_of("one")])
    subprocess.run(
        [sys.executable, "-c", text], check=True, env={**os.environ, "PYTHONPATH": str(ROOT / "tests")}
    )
    for i in range(300):
        assert one.store(tmp_path / "source", b"one %d" % i * 1000, [key_of(f"one {i}")])
    assert one.info().bytes <= 3_000_000


def test_what_killed_processes_left_is_removed_when_it_is_old(cache, tmp_path):
    cache.store(tmp_path / "source", b"x", [key_of("x")])
    old, young = cache.directory / "tmp" / "old", cache.directory / "tmp" / "young"
    old.write_bytes(b"x"), young.write_bytes(b"x")
    age(old, 7200)
    cache.trim()
    assert not old.exists() and young.exists() and cache.lookup(key_of("x"))


def test_a_use_is_noted_even_when_the_clock_was_set_back(cache, tmp_path):
    path = Path(cache.store(tmp_path / "source", b"x", [key_of("x")]))
    for offset in (-3600, 3600):
        age(path, offset)
        assert cache.lookup(key_of("x"))
        assert abs(path.stat().st_mtime - time.time()) < 60


# --- list, clear ---


def test_list(cache, tmp_path):
    path = cache.store(tmp_path / "source", b"x" * 100, [key_of("a"), key_of("b")])
    age(path, 500)
    rows = sorted(cache.list(), key=lambda row: row[2])
    assert [row[:4] for row in rows] == [(key_of("a"), path, 0, 100), (key_of("b"), path, 1, 100)]
    assert all(499 <= row[4] < 560 for row in rows)
    Path(path).unlink()
    assert cache.list() == []


def test_clear(cache, tmp_path):
    cache.store(tmp_path / "source", b"x", [key_of("a")])
    assert cache.clear() == 0
    info = cache.info()
    assert (info.entries, info.objects, info.bytes) == (0, 0, 0) and cache.lookup(key_of("a")) is None
    assert cache.store(tmp_path / "source", b"x", [key_of("a")]) and cache.lookup(key_of("a"))


# --- several at once ---


def test_four_processes_and_a_cold_cache(built, tmp_path):
    path = {**os.environ, "PYTHONPATH": str(ROOT / "tests")}
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", STORE_MANY, str(built.library), str(tmp_path), str(number)],
            env=path,
            stdin=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        for number in range(4)
    ]
    for process in processes:
        process.stdin.write(b"x")
        process.stdin.flush()
    for process in processes:
        _, errors = process.communicate(timeout=60)
        assert process.returncode == 0, errors.decode()
    cache = Cache(built.library, tmp_path / "cache")
    info = cache.info()
    assert (info.entries, info.objects) == (60, 60)
    assert list((cache.directory / "tmp").iterdir()) == []
    assert len(list(tmp_path.glob("source-*"))) == 0


def test_a_writer_killed_at_any_moment_leaves_nothing_broken(built, tmp_path):
    text = f"""
import itertools
from support.code_cache import Cache, key_of
cache = Cache({str(built.library)!r}, {str(tmp_path / "cache")!r})
for i in itertools.count():
    cache.store({str(tmp_path / "source")!r}, b"%d" % (i % 50) * 20000, [key_of(str(i % 50))])
    print(i, flush=True)
"""
    cache = Cache(built.library, tmp_path / "cache")
    for stores in (1, 2, 5, 10, 30):
        process = subprocess.Popen(
            [sys.executable, "-c", text],
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": str(ROOT / "tests")},
        )
        for _ in range(stores):
            process.stdout.readline()
        process.kill()
        process.communicate()
    found = 0
    for i in range(50):
        entry = cache.lookup(key_of(str(i)))
        if entry:
            found += 1
            assert Path(entry[0]).read_bytes() == b"%d" % i * 20000
    assert found >= 30 and cache.info().rejected == 0, cache.info().problem
