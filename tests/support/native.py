"""Build the worker's client and dxpy-cc for tests, and run a test's body in a process of its own.

python native.py MODULE.py TEST BUILT FOLDER      what own_process runs
"""

import ctypes
import functools
import importlib.util
import os
import select
import shlex
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
CSRC = ROOT / "csrc"
SUPPORT = Path(__file__).parent
IN_DELETE = 0x200
SANITIZE = os.environ.get("DXPY_SANITIZE", "")


@dataclass
class Built:
    folder: Path

    @property
    def library(self):
        return self.folder / "libworker.so"

    @property
    def program(self):
        """dxpy-cc with a compiler that does what the text tells it."""
        return self.folder / "dxpy-cc-stub"

    @property
    def program_without_tools(self):
        """The same, looking for `as` where there is none."""
        return self.folder / "dxpy-cc-no-tools"

    @property
    def noexec(self):
        """To be preloaded: no file system allows execution."""
        return self.folder / "libnoexec.so"

    @property
    def faults(self):
        """To be preloaded: what FAULT says goes wrong in FAULT_FOLDER."""
        return self.folder / "libfaults.so"


@functools.cache
def build(folder):
    """Compile the sources as they are, never an installed build. Once in a test run."""
    folder.mkdir()
    folders = sorted(Path("/usr/lib/gcc").glob("*/*/include/libgccjit.h"))
    gcc = [f"-I{folders[-1].parent}", f"-L{folders[-1].parent.parent}"] if folders else []
    flags = "-std=gnu11 -O1 -g -Wall -Wextra -Wno-unused-parameter -Wno-missing-field-initializers -Werror"
    flags = [*flags.split(), f"-I{CSRC}"]
    sanitize = [f"-fsanitize={SANITIZE}"] if SANITIZE else []
    compiler = shlex.split(os.environ.get("CC", "gcc"))
    common = [*CSRC.glob("base/*.c"), *CSRC.glob("cache/*.c")]
    client = [*common, *CSRC.glob("jit/worker*.c"), CSRC / "jit/keeper.c", SUPPORT / "shim.c"]
    client += [CSRC / "codegen/object.c", CSRC / "codegen/object_read.c"]
    worker = [*common, *CSRC.glob("worker/*.c"), SUPPORT / "stub_compile.c", *gcc, "-lgccjit"]
    built = Built(Path(folder))
    no_tools = ['-DWORKER_TOOL_PATH="/nowhere"', *worker]
    jobs = [
        [*compiler, *flags, *sanitize, "-fPIC", "-shared", *client, "-o", built.library, "-lpthread"],
        [
            *compiler,
            *flags,
            *(sanitize if SANITIZE == "address" else []),
            *worker,
            "-o",
            built.program,
            "-lpthread",
        ],
        [*compiler, *flags, *no_tools, "-o", built.program_without_tools, "-lpthread"],
        [*compiler, "-fPIC", "-shared", SUPPORT / "noexec.c", "-o", built.noexec],
        [*compiler, "-fPIC", "-shared", SUPPORT / "faults.c", "-o", built.faults, "-ldl"],
    ]
    running = [subprocess.Popen(list(map(str, job)), stderr=subprocess.PIPE, text=True) for job in jobs]
    for process in running:
        _, errors = process.communicate()
        assert process.returncode == 0, errors
    return built


def environment(folder):
    """The worker's temporary files go where the test can see that none is left."""
    temporary = folder / "tmp"
    temporary.mkdir(exist_ok=True)
    path = os.pathsep.join([str(SUPPORT.parent), os.environ.get("PYTHONPATH", "")])
    result = {**os.environ, "TMPDIR": str(temporary), "PYTHONPATH": path, "PYTHONFAULTHANDLER": "1"}
    return result | sanitizer()


def sanitizer(*preload):
    """Environment variables for a process that loads what was built, and preloads more."""
    result = {}
    libraries = [str(library) for library in preload]
    if SANITIZE:
        name = {"address": "libasan.so", "thread": "libtsan.so"}[SANITIZE]
        found = subprocess.run(["gcc", f"-print-file-name={name}"], capture_output=True, text=True)
        libraries.insert(0, found.stdout.strip())
        result = {"ASAN_OPTIONS": "detect_leaks=0", "TSAN_OPTIONS": "die_after_fork=0"}
    return result | ({"LD_PRELOAD": ":".join(libraries)} if libraries else {})


def processes_of(folder):
    """Pids of the workers, and of what they started, whose folder is in `folder`."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            words = (entry / "cmdline").read_bytes() + (entry / "environ").read_bytes()
            if f"{folder}/dxpy-".encode() in words and "State:\tZ" not in (entry / "status").read_text():
                found.append(int(entry.name))
        except OSError:
            continue
    return found


def has_ended(pid, seconds=1.0):
    """Wait for the end of any process, ours or not."""
    try:
        fd = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    ended = bool(select.select([fd], [], [], seconds)[0])
    os.close(fd)
    return ended


class Signal:
    """A FIFO that a unit's text `signal PATH` writes to when the compiler gets there."""

    def __init__(self, folder):
        self.path = folder / "signal"
        os.mkfifo(self.path)
        self.fd = os.open(self.path, os.O_RDONLY | os.O_NONBLOCK)

    def wait(self, seconds=10.0):
        assert select.select([self.fd], [], [], seconds)[0], "the unit was not reached"
        os.read(self.fd, 1)


def parent_of(pid):
    """None when the process has ended."""
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except (FileNotFoundError, ProcessLookupError):
        return None


def run_apart(module, name, built, folder, limit=30):
    """Run body `name` of the test file `module` in its own process; it must succeed and leave nothing behind."""
    command = [sys.executable, "-X", "dev", __file__, module, name, built.folder, folder]
    process = subprocess.run(
        list(map(str, command)), env=environment(folder), timeout=limit, capture_output=True, text=True
    )
    output = process.stdout + process.stderr
    assert process.returncode == 0 and "Sanitizer" not in output, output
    return output


def after_deletions(folder, condition, seconds=1.0):
    """Whether the condition holds, at once or after things in the folder were deleted."""
    libc = ctypes.CDLL(None, use_errno=True)
    watch = libc.inotify_init1(os.O_CLOEXEC)
    assert watch >= 0 and libc.inotify_add_watch(watch, os.fsencode(folder), IN_DELETE) >= 0
    deadline = time.monotonic() + seconds
    while not condition():
        left = deadline - time.monotonic()
        if left <= 0 or not select.select([watch], [], [], left)[0]:
            break
        os.read(watch, 4096)
    os.close(watch)
    return condition()


def is_emptied(folder, seconds=1.0):
    return after_deletions(folder, lambda: not any(folder.iterdir()), seconds)


def assert_nothing_left(folder):
    temporary = folder / "tmp"
    for pid in processes_of(temporary):
        assert has_ended(pid), f"process {pid} is left: {Path(f'/proc/{pid}/cmdline').read_bytes()}"
    assert is_emptied(temporary), [str(path) for path in temporary.rglob("*")]


def own_process(body=None, *, limit=30):
    """A test whose body(client, folder) runs in a process of its own, where `client(**settings)` makes a Client.
    When that process has ended, no process and no file of the worker may be left."""
    if body is None:
        return functools.partial(own_process, limit=limit)

    def test(built, tmp_path):
        run_apart(body.__code__.co_filename, body.__name__, built, tmp_path, limit)
        assert_nothing_left(tmp_path)

    test.__name__, test.__doc__, test.body = body.__name__, body.__doc__, body
    return test


def load(path):
    spec = importlib.util.spec_from_file_location(Path(path).stem, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # multiprocessing finds the functions of its children by it
    spec.loader.exec_module(module)
    return module


def main(path, name, built, folder):
    from support.worker_client import Client

    built = Built(Path(built))

    def client(program=built.program, **settings):
        return Client(str(built.library), str(program), **settings)

    client.built = built
    getattr(load(path), name).body(client, Path(folder))


if __name__ == "__main__":
    main(*sys.argv[1:])
