"""Files of the code cache damaged at random: what is damaged is never loaded, and never ends the program.

    python tools/fuzz/cache.py [--count 200] [--seed 1]

A program fills a cache; then files of it are changed, cut, made longer, exchanged, removed or replaced by what is no file, and
the program is run again. What it prints, its status and that it writes nothing to stderr are compared. Exit status 1: finds.
"""

import argparse
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

PROGRAM = """
class Point:
    def __init__(self, x, y): self.x, self.y = x, y
    def dot(self, other): return self.x * other.x + self.y * other.y
def fib(n): return n if n < 2 else fib(n - 1) + fib(n - 2)
def loop(n):
    total = 0
    for i in range(n): total += Point(i, i + 0.5).dot(Point(1, i % 3))
    return total
def words(text):
    found = {}
    for word in text.split(): found[word] = found.get(word, 0) + 1
    return sorted(found.items())
def squares(n): return sum(i * i for i in range(n) if i % 2)
for turn in range(12):
    made = fib(9), loop(40), words("a b a c " * 4), squares(50)
print(made)
"""

SETTINGS = {
    "DXPY_NICENESS": "0",
    "DXPY_SYNC": "1",
    "DXPY_THRESHOLDS": "2,4,6",
    "DXPY_ONLY": "__main__.*",
    "DXPY_GCC_LEVEL": "1",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONPATH": str(ROOT),
}


class Damage:
    """One way of damaging a file, chosen at random."""

    def __init__(self, random, files):
        self.random, self.files = random, files
        self.path = random.choice(files)
        self.how = random.choice(
            [
                self.change,
                self.change,
                self.number,
                self.cut,
                self.longer,
                self.zeros,
                self.exchange,
                self.repeat,
            ]
            + [self.remove, self.folder, self.link, self.pipe, self.empty, self.shared]
        )

    def __str__(self):
        return f"{self.how.__name__} {self.path.parent.name}/{self.path.name[:20]}"

    def do(self):
        self.how(bytearray(self.path.read_bytes()))

    def at(self, data):
        return self.random.randrange(len(data)) if data else 0

    def change(self, data):
        for _ in range(self.random.choice((1, 1, 3, 30))):
            if data:
                data[self.at(data)] ^= 1 << self.random.randrange(8)
        self.path.write_bytes(data)

    def number(self, data):
        at, size = self.at(data), self.random.choice((2, 4, 8))
        data[at : at + size] = self.random.choice((b"\xff", b"\0", b"\x7f", b"\x80")) * size
        self.path.write_bytes(data)

    def cut(self, data):
        self.path.write_bytes(data[: self.at(data)])

    def longer(self, data):
        self.path.write_bytes(data + self.random.randbytes(self.random.choice((1, 64, 5000))))

    def zeros(self, data):
        at = self.at(data)
        self.path.write_bytes(data[:at] + bytes(len(data) - at))

    def exchange(self, data):
        self.path.write_bytes(self.random.choice(self.files).read_bytes())

    def repeat(self, data):
        self.path.write_bytes(data + data[self.at(data) :])

    def remove(self, data):
        self.path.unlink()

    def folder(self, data):
        self.path.unlink()
        self.path.mkdir()

    def link(self, data):
        other = self.random.choice(self.files)
        self.path.unlink()
        self.path.symlink_to(other if other != self.path else "/nowhere")

    def pipe(self, data):
        self.path.unlink()
        os.mkfifo(self.path)

    def empty(self, data):
        self.path.write_bytes(b"")

    def shared(self, data):
        self.path.chmod(0o666)


def run(folder, cache):
    environment = {name: value for name, value in os.environ.items() if not name.startswith("DXPY_")}
    environment.update(SETTINGS, DXPY_CACHE_DIR=str(cache))
    command = [sys.executable, "-m", "dxpy", "run", str(folder / "program.py")]
    try:
        done = subprocess.run(
            command, env=environment, cwd=folder, capture_output=True, text=True, timeout=120, check=False
        )
    except subprocess.TimeoutExpired:
        return "timeout", "", ""
    return done.returncode, done.stdout, done.stderr


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--count", type=int, default=200, help="damaged caches")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    finds, begin = 0, time.monotonic()
    with tempfile.TemporaryDirectory(prefix="dxpy-fuzz-cache-") as name:
        folder = Path(name)
        (folder / "program.py").write_text(PROGRAM)
        whole = folder / "whole"
        usual = [run(folder, whole) for _ in range(2)][1]
        assert usual[0] == 0, usual
        assert any((whole / "units").iterdir()) and any((whole / "index").iterdir()), (
            "there is nothing to damage"
        )
        for number in range(args.count):
            chance = random.Random(f"{args.seed}:{number}")
            cache = folder / "cache"
            shutil.copytree(whole, cache)
            done = []
            for _ in range(chance.choice((1, 1, 2, 8))):
                files = sorted(path for path in cache.rglob("*") if path.is_file() and not path.is_symlink())
                damage = Damage(chance, files)
                damage.do()
                done.append(str(damage))
            found = [run(folder, cache) for _ in range(2)]
            if found != [usual] * 2:
                finds += 1
                print(f"{number}: {', '.join(done)}\n  stock {usual}\n  here {found}", flush=True)
            shutil.rmtree(cache)
    print(f"{args.count} damaged caches of seed {args.seed}: {finds} finds, {time.monotonic() - begin:.0f} s")
    sys.exit(1 if finds else 0)


if __name__ == "__main__":
    main()
