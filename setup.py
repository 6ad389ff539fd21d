"""Build dxpy: the extension dxpy._jit, the compiler worker dxpy-cc, the extension dxpy._reactor.

Everything else about the package stands in pyproject.toml.
"""

import glob
import hashlib
import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext
from setuptools.command.build_py import build_py

ROOT = Path(__file__).parent
WARNINGS = ["-Wall", "-Wextra", "-Wno-unused-parameter", "-Wno-missing-field-initializers"]
if os.environ.get("DXPY_WERROR") == "1":
    WARNINGS.append("-Werror")
DEBUG = os.environ.get("DXPY_DEBUG") == "1"
SANITIZE = os.environ.get("DXPY_SANITIZE", "")
QUICK = os.environ.get("DXPY_QUICK") == "1"
OPTIMIZE = ["-O3", "-g", "-flto=auto"]
if QUICK:
    OPTIMIZE = ["-O2", "-g"]
if DEBUG:
    OPTIMIZE = ["-O0", "-g", "-DDXPY_DEBUG"]
INSTRUMENT = [f"-fsanitize={SANITIZE}", "-fno-omit-frame-pointer"] if SANITIZE else []
CFLAGS = [
    "-std=gnu11",
    "-fvisibility=hidden",
    "-fno-strict-aliasing",
    "-fwrapv",
    "-fno-semantic-interposition",
    "-fno-tree-loop-distribute-patterns",  # clearing a few words by a string instruction takes longer than a loop
    "-fno-stack-protector",  # Debian's flags have it on; helpers are called for every other instruction
    *WARNINGS,
    *OPTIMIZE,
    *INSTRUMENT,
]

# The compiler worker has no Python in it; both sides share base/, the neutral bytecode and the IR.
WORKER_FOLDERS = ["base", "ir", "opt", "codegen", "cache", "worker"]
JIT_FOLDERS = ["base", "bytecode", "cpython", "ir", "lower", "opt", "runtime", "cache", "jit"]
# Tier 1's compiler, which the program's process has too.
QUICK_CODE = [
    "csrc/codegen/image.c",
    "csrc/codegen/object.c",
    "csrc/codegen/object_read.c",
    "csrc/codegen/x86.c",
    *sorted(glob.glob("csrc/codegen/quick*.c")),
]
REACTOR_FOLDERS = ["reactor"]


def sources(folders):
    return sorted(path for folder in folders for path in glob.glob(f"csrc/{folder}/*.c"))


def headers():
    return sorted(glob.glob("csrc/**/*.h", recursive=True) + glob.glob("csrc/**/*.def", recursive=True))


def build_id():
    """Names this state of the sources: code compiled by another one is never loaded from the cache."""
    digest = hashlib.sha256()
    for name in sorted(headers() + glob.glob("csrc/**/*.c", recursive=True)):
        digest.update(Path(name).read_bytes())
    return digest.hexdigest()[:16]


def stop(missing, package):
    sys.exit(f"dxpy: {missing} is missing; install it with: apt-get install {package}")


def compiler():
    command = (os.environ.get("CC") or sysconfig.get_config_var("CC") or "cc").split()
    if shutil.which(command[0]) is None:
        command = ["gcc"]
    if shutil.which(command[0]) is None:
        stop("a C compiler", "gcc")
    return command


def libgccjit_flags():
    """Where libgccjit's header and library are: Debian keeps both in gcc's own folder."""
    for folder in sorted(
        glob.glob("/usr/lib/gcc/*/*"), key=lambda f: int(Path(f).name.split(".")[0]), reverse=True
    ):
        if (Path(folder) / "include" / "libgccjit.h").exists():
            return [f"-I{folder}/include", f"-L{folder}"]
    if Path("/usr/include/libgccjit.h").exists():
        return []
    stop("libgccjit's header (libgccjit.h)", "libgccjit-12-dev")


class BuildExtensions(build_ext):
    def run(self):
        compiler()
        include = sysconfig.get_paths()["include"]
        if not Path(include, "Python.h").exists():
            stop("CPython's header (Python.h)", "python3-dev")
        if (
            any("_reactor" in extension.name for extension in self.extensions)
            and not Path("/usr/include/uv.h").exists()
        ):
            stop("libuv's header (uv.h)", "libuv1-dev")
        flags = libgccjit_flags()
        self.write_build_id()
        super().run()
        self.build_worker(flags)

    def write_build_id(self):
        """In a header of its own, so that a changed file makes a compiler cache miss only where it is named."""
        header = Path(self.build_temp) / "build_id.h"
        text = f'#define DXPY_BUILD_ID "{build_id()}"\n'
        header.parent.mkdir(parents=True, exist_ok=True)
        if not header.exists() or header.read_text() != text:
            header.write_text(text)
        self.include_dirs.append(self.build_temp)

    def build_worker(self, flags):
        """dxpy-cc is a program, not a module, placed in the package's bin folder."""
        package = ROOT / "dxpy" if self.inplace else Path(self.build_lib) / "dxpy"
        target = package / "bin" / "dxpy-cc"
        files = sources(WORKER_FOLDERS)
        newest = max(Path(name).stat().st_mtime for name in files + headers() + ["setup.py"])
        if target.exists() and target.stat().st_mtime > newest and not self.force:
            return
        target.parent.mkdir(parents=True, exist_ok=True)
        cflags = [flag for flag in CFLAGS if flag != "-fvisibility=hidden"]
        objects = self.compiler.compile(
            files,
            output_dir=str(Path(self.build_temp) / "worker"),
            include_dirs=["csrc"],
            extra_postargs=[*cflags, *flags],
        )
        link = [*compiler(), *cflags, *objects, *flags, "-o", str(target), "-lgccjit", "-lm", "-lpthread"]
        subprocess.run(link, check=True)


class BuildPackage(build_py):
    """Put dxpy.h where dxpy.get_include() finds it, and dxpy.pth where Python's start-up finds it."""

    def run(self):
        super().run()
        if self.editable_mode:
            return
        include = Path(self.build_lib) / "dxpy" / "include"
        include.mkdir(parents=True, exist_ok=True)
        for name in glob.glob("dxpy/include/*.h"):
            shutil.copy(name, include)
        if Path("dxpy.pth").exists():
            shutil.copy("dxpy.pth", self.build_lib)


def extensions():
    result = [
        Extension(
            "dxpy._jit",
            [*sources(JIT_FOLDERS), *QUICK_CODE, "csrc/module.c"],
            include_dirs=["csrc"],
            extra_compile_args=CFLAGS,
            extra_link_args=[*INSTRUMENT, *OPTIMIZE],
            libraries=["dl", "pthread"],
            depends=headers(),
        )
    ]
    if sources(REACTOR_FOLDERS):
        result.append(
            Extension(
                "dxpy._reactor",
                sources(REACTOR_FOLDERS),
                include_dirs=["csrc"],
                extra_compile_args=CFLAGS,
                extra_link_args=[*INSTRUMENT, *OPTIMIZE],
                libraries=["uv", "pthread"],
                depends=headers(),
            )
        )
    return result


setup(ext_modules=extensions(), cmdclass={"build_ext": BuildExtensions, "build_py": BuildPackage})
