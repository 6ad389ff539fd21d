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


def fill_and_tidy(index):
    """The same, in a file that begins with a directory, with some behind it."""
    names = fill(index)
    index.open()
    index.tidy()
    assert index.path.read_bytes().startswith(b"dxpydir1")
    index.append(n000=b"n000" * 5, more=b"more" * 5)
    return [*names, "more"]


def test_directory(index):
    names = fill_and_tidy(index)
    assert check(index, names) == 101 and index.info().damaged == 0
    assert index.info().functions == 101
    index.append(n050=b"anew")
    index.refresh()
    assert index.find("n050") == b"anew", "what is behind the directory counts"
    index.tidy()
    assert index.find("n050") == b"anew" and index.info().functions == 101
    index.open()
    assert index.find("n050") == b"anew" and index.find("n051") == b"n051" * 5


def test_records_are_read_when_they_are_wanted(index):
    bodies = {f"n{i:03}": os.urandom(1000) for i in range(400)}
    index.append(**bodies)
    index.open()
    index.tidy()
    index.open()
    data = index.path.read_bytes()
    index.path.write_bytes(data[: len(data) // 2] + bytes(len(data) - len(data) // 2))
    found = {name: index.find(name) for name in bodies}
    assert all(found[name] in (None, body) for name, body in bodies.items())
    assert 100 < sum(body is not None for body in found.values()) < 300
    assert index.info().damaged > 100
    index.tidy(force=False)
    assert index.info().damaged == 0 or (index.open() and index.info().damaged == 0)


@pytest.mark.parametrize("how", ["anew", "cut", "gone", "another's"])
def test_file_replaced_before_a_record_is_read(built, index, how, tmp_path):
    bodies = {f"n{i:03}": os.urandom(1000) for i in range(400)}
    index.append(**bodies)
    index.open()
    index.tidy()
    index.open()
    match how:
        case "anew":  # as another process tidies: other places
            data = index.path.read_bytes()
            other = Index(Cache(built.library, tmp_path / "other"))
            other.append(new=b"new", **dict(reversed(bodies.items())))
            other.open()
            other.tidy()
            Index(Cache(built.library, tmp_path / "cache"))
            assert other.path.read_bytes() != data
            other.path.rename(index.path)
        case "cut":
            os.truncate(index.path, 200_000)
        case "gone":
            index.path.unlink()
        case "another's":
            index.path.chmod(0o666)
    found = [index.find(name) for name in bodies]
    assert all(body in (None, bodies[name]) for name, body in zip(bodies, found, strict=True))
    if how == "anew":
        assert None not in found and index.find("new") == b"new"


def test_a_long_tail_is_taken_into_the_directory(index):
    for i in range(20):
        index.append(**{f"n{i:03}": os.urandom(60_000)})
    index.open()
    index.tidy(force=False)
    assert not index.path.read_bytes().startswith(b"dxpydir1"), "that is for who adds to it"
    index.append(last=b"last")
    index.tidy(force=False)
    assert index.path.read_bytes().startswith(b"dxpydir1")
    index.open()
    assert index.find("last") == b"last" and len(index.find("n007")) == 60_000


@pytest.mark.parametrize("length", [0, 1, 23, 24, 100, 1623, 1624, 1625, 4000, 10_024, 10_100])
def test_cut_short_with_a_directory(index, length):
    names = fill_and_tidy(index)
    os.truncate(index.path, length)
    found = check(index, names)
    assert found == (100 if length >= 10_024 else max(0, (length - 1624) // 84))
    assert index.append(later=b"later")
    index.open()
    assert index.find("later") == b"later"


@pytest.mark.parametrize("length", [0, 1, 63, 64, 100, 4000, 4001])
def test_cut_short(index, length):
    names = fill(index)
    os.truncate(index.path, length)
    assert check(index, names) == length // 84
    assert index.append(later=b"later")
    index.open()
    assert index.find("later") == b"later", "what is cut short does not swallow what comes after it"


@pytest.mark.parametrize("filled", [fill, fill_and_tidy])
@pytest.mark.parametrize("seed", range(60))
def test_damaged(index, seed, filled):
    names = filled(index)
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
