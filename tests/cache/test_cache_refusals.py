"""A cached object is code that will be run: what others could have written, or what is damaged, is not loaded."""

import ctypes
import errno
import os
import resource
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from support.code_cache import Cache, key_of
from support.native import ROOT, sanitizer


@pytest.fixture
def as_another_user():
    """Root may read and write anything: what permissions do is seen by another user. Others are that user already.
    The body gets a folder it may write to."""
    with tempfile.TemporaryDirectory(dir="/tmp", prefix="dxpy-test-") as public:
        os.chmod(public, 0o1777)

        def run(body):
            child = os.fork()
            if child == 0:
                try:
                    if os.geteuid() == 0:
                        os.setgroups([]), os.setgid(65534), os.setuid(65534)
                    body(Path(public))
                    os._exit(0)
                except BaseException:
                    sys.excepthook(*sys.exc_info())
                    os._exit(1)
            assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0

        yield run


@pytest.fixture
def library(built):
    return Cache(built.library)


def assert_refused(cache, directory, *words):
    assert not cache.open(directory)
    error = cache.info().error
    for word in words:
        assert word in error, error
    assert "DXPY_CACHE_DIR" in error or "chmod" in error, "an error says what to do"
    assert cache.lookup(key_of("x")) is None
    assert cache.store(Path("/tmp") / f"dxpy-test-{os.getpid()}", b"x", [key_of("x")]) is None
    os.unlink(f"/tmp/dxpy-test-{os.getpid()}")
    assert cache.info().entries == 0


# --- the folder ---


@pytest.mark.parametrize("bits", [0o777, 0o770, 0o707, 0o720, 0o702])
def test_a_folder_others_can_write_to(library, tmp_path, bits):
    folder = tmp_path / "cache"
    folder.mkdir()
    folder.chmod(bits)
    assert_refused(library, folder, str(folder), "written to by others")
    assert folder.stat().st_mode & 0o777 == bits


@pytest.mark.parametrize("bits", [0o755, 0o750, 0o701])
def test_a_folder_others_can_read_is_closed_to_them(library, tmp_path, bits):
    folder = tmp_path / "cache"
    folder.mkdir()
    folder.chmod(bits)
    assert library.open(folder)
    assert folder.stat().st_mode & 0o7777 == 0o700


def test_a_symbolic_link(library, tmp_path):
    (tmp_path / "real").mkdir(mode=0o700)
    (tmp_path / "link").symlink_to(tmp_path / "real")
    assert_refused(library, tmp_path / "link", "symbolic link")
    assert_refused(library, f"{tmp_path}/link/", "symbolic link")


def test_a_link_that_leads_nowhere(library, tmp_path):
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    assert not library.open(tmp_path / "link")
    assert not (tmp_path / "nowhere").exists()


def test_a_link_on_the_way(library, tmp_path):
    """One of ours is followed, but where it leads counts too."""
    (tmp_path / "good").mkdir()
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad").chmod(0o777)
    (tmp_path / "to_good").symlink_to(tmp_path / "good")
    (tmp_path / "to_bad").symlink_to(tmp_path / "bad")
    assert library.open(tmp_path / "to_good" / "cache")
    assert_refused(library, tmp_path / "to_bad" / "cache", str(tmp_path / "bad"), "by everybody")


def test_a_parent_everybody_can_write_to(library, tmp_path):
    parent = tmp_path / "parent"
    parent.mkdir()
    parent.chmod(0o777)
    assert_refused(library, parent / "cache", str(parent), "by everybody")
    assert_refused(library, parent / "deeper" / "cache", str(parent), "by everybody")
    parent.chmod(0o1777)
    assert library.open(parent / "other"), "as /tmp is"


def test_a_file(library, tmp_path):
    (tmp_path / "cache").write_text("x")
    assert_refused(library, tmp_path / "cache", "is not a folder")
    assert not library.open(tmp_path / "cache" / "inner")


@pytest.mark.parametrize("path", ["", "/", "//", "x" * 5000, "/" + "y/" * 600])
def test_no_path_for_a_cache(library, path):
    assert not library.open(path)
    assert "DXPY_CACHE_DIR" in library.info().error


def test_a_folder_of_somebody_else(built, tmp_path):
    """Seen from the other side: this user's folder, opened by another; or by root's rules, another's by us."""
    if os.geteuid() == 0:
        folder = tmp_path / "cache"
        folder.mkdir(mode=0o700)
        os.chown(folder, 65534, 65534)
        assert_refused(Cache(built.library), folder, "belongs to another user")
        os.chown(folder, 0, 0)
        parent = tmp_path / "parent"
        parent.mkdir()
        os.chown(parent, 65534, 65534)
        assert_refused(Cache(built.library), parent / "cache", str(parent), "belongs to another user")
    else:
        assert_refused(
            Cache(built.library), "/root/.cache" if os.access("/root", os.X_OK) else "/etc", "another user"
        )


def test_noexec(built, tmp_path):
    text = """
import sys
from support.code_cache import Cache
cache = Cache(sys.argv[1])
assert not cache.open(sys.argv[2])
assert "noexec" in cache.info().error and "DXPY_CACHE_DIR" in cache.info().error
"""
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "tests"), **sanitizer(built.noexec)}
    subprocess.run(
        [sys.executable, "-c", text, built.library, tmp_path / "cache"], check=True, env=environment
    )


# --- what is in it ---


@pytest.fixture
def stored(built, tmp_path):
    cache = Cache(built.library, tmp_path / "cache")
    cache.object = Path(cache.store(tmp_path / "source", b"good code" * 1000, [key_of("x")]))
    cache.entry = cache.directory / "units" / key_of("x")
    assert cache.lookup(key_of("x"))
    return cache


def flip(path, at):
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    path.write_bytes(data)


def replace_by_link(path):
    target = path.parent.parent / "target"
    path.rename(target)
    path.symlink_to(target)


def replace_by_folder(path):
    path.unlink()
    path.mkdir()


def replace_by_fifo(path):
    path.unlink()
    os.mkfifo(path)


DAMAGE = {
    "first byte": lambda path: flip(path, 0),
    "last byte": lambda path: flip(path, -1),
    "cut": lambda path: os.truncate(path, path.stat().st_size - 1),
    "empty": lambda path: os.truncate(path, 0),
    "longer": lambda path: path.write_bytes(path.read_bytes() + b"x"),
    "zeros": lambda path: path.write_bytes(bytes(path.stat().st_size)),
    "group may write": lambda path: path.chmod(0o660),
    "all may write": lambda path: path.chmod(0o602),
    "link": replace_by_link,
    "fifo": replace_by_fifo,
}


@pytest.mark.parametrize("which", ["object", "entry"])
@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_damage(stored, tmp_path, which, damage):
    path = getattr(stored, which)
    damage(path)
    assert stored.lookup(key_of("x")) is None
    info = stored.info()
    assert info.rejected == 1 and "damaged" in info.problem and path.name[:60] in info.problem
    assert not os.path.lexists(path) and not stored.entry.exists(), "what is bad is removed"
    assert stored.lookup(key_of("x")) is None and stored.info().rejected == 1
    again = stored.store(tmp_path / "source", b"good code" * 1000, [key_of("x")])
    assert stored.lookup(key_of("x")) == (again, 0)


@pytest.mark.parametrize("which", ["object", "entry"])
def test_a_folder_in_a_files_place(stored, which):
    replace_by_folder(getattr(stored, which))
    assert stored.lookup(key_of("x")) is None and stored.info().rejected == 1


def test_a_damaged_object_is_replaced_by_a_store(stored, tmp_path):
    flip(stored.object, 5)
    assert stored.store(tmp_path / "source", b"good code" * 1000, [key_of("y")]) == str(stored.object)
    assert stored.lookup(key_of("y")) and stored.lookup(key_of("x"))


def test_an_entry_under_another_name(stored):
    """Moved by hand, or by who would have one function run in place of another."""
    stored.entry.rename(stored.entry.parent / key_of("y"))
    assert stored.lookup(key_of("y")) is None and stored.info().rejected == 1


def test_an_object_under_another_name(stored, tmp_path):
    other = Path(stored.store(tmp_path / "source", b"other", [key_of("y")]))
    other.replace(stored.object)
    assert stored.lookup(key_of("x")) is None and stored.info().rejected == 1


def test_a_missing_object_is_no_damage(stored):
    stored.object.unlink()
    assert stored.lookup(key_of("x")) is None
    assert stored.info().rejected == 0 and not stored.entry.exists()


@pytest.mark.parametrize("inner", ["", "objects", "units"])
def test_a_folder_opened_to_others_later(stored, inner):
    (stored.directory / inner).chmod(0o777)
    assert stored.lookup(key_of("x")) is None and stored.info().rejected == 1


@pytest.mark.parametrize("inner", ["objects", "units"])
def test_an_inner_folder_that_is_a_link(stored, tmp_path, inner):
    (stored.directory / inner).rename(tmp_path / "moved")
    (stored.directory / inner).symlink_to(tmp_path / "moved")
    assert stored.lookup(key_of("x")) is None
    assert stored.store(tmp_path / "source", b"new", [key_of("y")]) is None
    assert (tmp_path / "source").exists(), "what is not stored stays where it is"


# --- the disk ---


def test_deleted_under_us(stored, tmp_path):
    os.system(f"rm -r {stored.directory}")
    assert stored.lookup(key_of("x")) is None and stored.info().entries == 0
    assert stored.store(tmp_path / "source", b"again", [key_of("x")])
    assert stored.lookup(key_of("x")) and stored.directory.stat().st_mode & 0o777 == 0o700


def test_replaced_under_us_by_a_link(stored, tmp_path):
    stored.directory.rename(tmp_path / "moved")
    stored.directory.symlink_to(tmp_path / "moved")
    assert stored.lookup(key_of("x")) is None
    assert stored.store(tmp_path / "source", b"new", [key_of("y")]) is None


def test_a_full_disk(stored, tmp_path):
    """RLIMIT_FSIZE fails a write as a full disk does."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    (tmp_path / "large").write_bytes(b"x" * 100_000)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    names = (ctypes.c_char_p * 1)(key_of("y").encode())
    path = ctypes.create_string_buffer(1024)
    resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, before[1]))
    done = stored.lib.cache_store(os.fsencode(tmp_path / "large"), names, 1, path)
    resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert done == -1
    info = stored.info()
    assert info.failed_stores == 1 and os.strerror(errno.EFBIG) in info.problem and info.error == ""
    assert list((stored.directory / "tmp").iterdir()) == [] and (tmp_path / "large").exists()
    assert stored.lookup(key_of("x")) and stored.lookup(key_of("y")) is None


def test_a_read_only_cache_is_still_read(library, as_another_user):
    def body(folder):
        folder = folder / "made"
        folder.mkdir()
        assert library.open(folder / "cache")
        path = library.store(folder / "source", b"x", [key_of("x")])
        inner = [folder / "cache", *(folder / "cache" / name for name in ("objects", "units", "tmp"))]
        for each in inner:
            each.chmod(0o500)
        assert library.open(folder / "cache"), library.info().error
        assert library.lookup(key_of("x")) == (path, 0)
        assert library.store(folder / "source", b"y", [key_of("y")]) is None
        info = library.info()
        assert info.failed_stores == 1 and "Permission denied" in info.problem and info.error == "", info
        library.trim()
        assert library.clear() == -1 and library.lookup(key_of("x"))
        for each in inner:
            each.chmod(0o700)

    as_another_user(body)


def test_a_folder_that_cannot_be_made(library, as_another_user):
    def body(folder):
        assert not library.open("/usr/no/cache/here")
        assert "cannot be made: Permission denied" in library.info().error, library.info().error

    as_another_user(body)
