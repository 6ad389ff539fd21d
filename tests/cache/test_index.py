"""The index: what is appended is found, whatever has happened to the file meanwhile."""

import multiprocessing
import os
import random
import time

import pytest
from support.cache_index import Index
from support.code_cache import Cache


@pytest.fixture
def index(built, tmp_path):
    return Index(Cache(built.library, tmp_path / "cache"))


def test_append_and_find(index):
    assert not index.has(3) and index.find("one") is None
    assert index.append(one=b"1", three=b"33", four="é".encode() * 1000)
    assert index.find("one") is None, "what is appended is seen when the file is read again"
    assert index.open()
    assert index.has(3) and index.has(5) and not index.has(6)
    assert (index.find("one"), index.find("three"), index.find("two")) == (b"1", b"33", None)
    assert index.find("four") == "é".encode() * 1000
    assert index.info().functions == 3


def test_the_last_record_counts(index):
    for i in range(50):
        index.append(one=b"%d" % i, two=b"other")
    index.open()
    assert (index.find("one"), index.find("two")) == (b"49", b"other")
    assert index.info().functions == 2
    before = index.info().bytes
    index.tidy()
    assert (index.find("one"), index.find("two")) == (b"49", b"other")
    assert index.info().bytes < before / 20


def test_many(index):
    names = [f"name{i}" for i in range(5000)]
    for start in range(0, 5000, 500):
        index.append(**{name: name.encode() for name in names[start : start + 500]})
    index.open()
    assert all(index.find(name) == name.encode() for name in names)


def test_what_another_process_appends(built, index):
    index.append(one=b"1")
    index.open()
    other = Index(Cache(built.library, index.path.parent.parent))  # the library is one: so is what is open
    assert other.append(two=b"2", one=b"new")
    index.refresh()
    assert (index.find("one"), index.find("two")) == (b"new", b"2")


def append_many(library, directory, number):
    index = Index(Cache(library, directory))
    for i in range(200):
        assert index.append(**{f"p{number}x{i}": os.urandom(random.randrange(400)) + b"%d" % i})


def test_eight_processes_at_once(built, index, tmp_path):
    context = multiprocessing.get_context("fork")
    processes = [
        context.Process(target=append_many, args=(built.library, tmp_path / "cache", i)) for i in range(8)
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
        assert process.exitcode == 0
    index.open()
    assert index.info().functions == 1600 and index.info().damaged == 0
    assert all(index.find(f"p{p}x{i}").endswith(b"%d" % i) for p in range(8) for i in range(200))


def fill(index):
    names = [f"n{i:03}" for i in range(100)]
    index.append(**{name: name.encode() * 5 for name in names})
    return names


def check(index, names):
    """Each record is found as it was written, or not at all. How many are."""
    index.open()
    found = [index.find(name) for name in names]
    assert all(body in (None, name.encode() * 5) for name, body in zip(names, found, strict=True))
    return sum(body is not None for body in found)


@pytest.mark.parametrize("length", [0, 1, 63, 64, 100, 4000, 4001])
def test_cut_short(index, length):
    names = fill(index)
    os.truncate(index.path, length)
    assert check(index, names) == length // 84
    assert index.append(later=b"later")
    index.open()
    assert index.find("later") == b"later", "what is cut short does not swallow what comes after it"


@pytest.mark.parametrize("seed", range(60))
def test_damaged(index, seed):
    names = fill(index)
    chance = random.Random(seed)
    data = bytearray(index.path.read_bytes())
    for _ in range(chance.choice([1, 5, 200])):
        place = chance.randrange(len(data))
        match chance.randrange(3):
            case 0:
                data[place] ^= 1 << chance.randrange(8)
            case 1:
                del data[place : place + chance.randrange(300)]
            case 2:
                data[place:place] = chance.randbytes(chance.randrange(300))
        if not data:
            break
    index.path.write_bytes(data)
    check(index, names)
    index.append(later=b"later")
    index.open()
    assert index.find("later") == b"later"
    index.tidy()
    assert index.find("later") == b"later"
    assert index.info().damaged == 0 or index.open() and index.info().damaged == 0


def test_of_another_world(built, index):
    """Neither a file of another name nor the records of another world under this name."""
    names = fill(index)
    other = Index(Cache(built.library, index.path.parent.parent), "f" * 64)
    assert check(other, names) == 0
    index.path.rename(other.path)
    assert check(other, names) == 0


def test_far_too_large(index):
    fill(index)
    os.truncate(index.path, 1 << 40)
    assert not index.open() and not index.append(more=b"1")
    index.tidy(force=False)
    assert index.path.stat().st_size == 0
    assert index.append(more=b"1") and index.open() and index.find("more") == b"1"


def test_age(index):
    names = fill(index)
    index.open()
    data = bytearray(index.path.read_bytes())
    assert len(data) == 84 * 100
    index.tidy(age=3600)
    assert check(index, names) == 100
    time.sleep(2.1)
    index.append(n000=b"n000" * 5)
    index.open()
    index.tidy(age=1)
    assert check(index, names) == 1, "all but what was saved since"


def test_while_it_is_open(index):
    names = fill(index)
    index.open()
    index.path.write_bytes(b"")
    assert index.find(names[0]) == names[0].encode() * 5, "what was read is not lost with the file"
    index.path.unlink()
    assert index.find(names[1]) == names[1].encode() * 5
    assert index.append(later=b"1")
    index.refresh()
    assert index.find("later") == b"1"


def test_not_a_file_of_ours(index, tmp_path):
    names = fill(index)
    index.path.rename(tmp_path / "elsewhere")
    index.path.symlink_to(tmp_path / "elsewhere")
    assert check(index, names) == 0 and not index.append(more=b"1")
    index.path.unlink()
    os.mkfifo(index.path)
    assert check(index, names) == 0
    index.path.unlink()
    (tmp_path / "elsewhere").rename(index.path)
    index.path.chmod(0o666)
    assert check(index, names) == 0
    index.path.chmod(0o600)
    assert check(index, names) == 100
