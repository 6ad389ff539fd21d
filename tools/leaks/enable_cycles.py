"""enable() and disable() again and again, with calls between: memory, threads, files and children stay as they are."""

import os
import sys
import threading

from memory import resident, settle

import dxpy


def work(n):
    return sum(i * n for i in range(5))


def cycle(n):
    dxpy.enable()
    work(n)
    work(n + 1)
    dxpy.disable()
    work(n)


def counts():
    return threading.active_count(), len(os.listdir("/proc/self/task")), len(os.listdir("/proc/self/fd"))


def main(count):
    for n in range(count // 5):
        cycle(n)
    settle()
    before, had = resident(), counts()
    for n in range(count):
        cycle(n)
    settle()
    grown, has = resident() - before, counts()
    print(f"{count} cycles: {grown / 2**20:+.1f} MB, threads/tasks/files {had} -> {has}")
    return grown > 2**20 or any(now > then for then, now in zip(had, has, strict=True))


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])))
