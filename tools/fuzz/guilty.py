"""Find the function that a script gets wrong under dxpy.

    python tools/fuzz/guilty.py [--modes tier1,tier2] script.py [-- args...]

The script is run stock and in the mode; what it prints and its exit status are compared. Then fewer and fewer
functions may be compiled (DXPY_ONLY), whole modules first, until no fewer give the wrong result.
"""

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path.insert(0, str(HERE.parent))

from proving import modes


class Bisect:
    def __init__(self, script, arguments, timeout):
        self.command = [str(Path(script).resolve()), *arguments]
        self.timeout = timeout
        self.runs = 0

    def run(self, mode, only=None):
        """(status, output, last line of stderr) of the script; `only` are patterns of functions to compile."""
        self.runs += 1
        extra = {} if only is None else {"DXPY_ONLY": ",".join(only)}
        env = modes.environment(mode, PYTHONHASHSEED="0", **extra)
        with tempfile.TemporaryDirectory(prefix="dxpy-bisect-") as folder:
            names = Path(folder, "names")
            driver = [str(HERE / "guilty_child.py"), str(names), str(ROOT)] if mode.enabled else []
            try:
                done = subprocess.run(
                    [sys.executable, *driver, *self.command],
                    env=env,
                    capture_output=True,
                    timeout=self.timeout,
                    check=False,
                )
                outcome = done.returncode, done.stdout, done.stderr.strip().splitlines()[-1:]
            except subprocess.TimeoutExpired:
                outcome = "timeout", b"", []
            self.names = (
                names.read_text(encoding="utf-8", errors="surrogatepass").split("\n")
                if names.exists()
                else []
            )
        return outcome

    def fewest(self, items, wrong):
        """The smallest sublist found for which wrong() holds, by taking away ever smaller parts."""
        parts = 2
        while len(items) > 1:
            size = -(-len(items) // parts)
            for start in range(0, len(items), size):
                rest = items[:start] + items[start + size :]
                if rest and wrong(rest):
                    items, parts = rest, max(parts - 1, 2)
                    break
            else:
                if size == 1:
                    break
                parts = min(len(items), parts * 2)
        return items

    def guilty(self, mode):
        """None when the mode agrees with stock, else the names of the functions it takes to differ."""
        stock = self.run(modes.STOCK)
        if self.run(mode) == stock:
            return None
        self.run(modes.BY_NAME["hook"])
        names = [name for name in self.names if name]
        modules = sorted({module_of(name) for name in names})

        def wrong(patterns):
            return self.run(mode, patterns) != stock

        kept = self.fewest(modules, lambda some: wrong([f"{module}.*" for module in some]))
        return self.fewest([name for name in names if module_of(name) in kept], wrong)


def module_of(name):
    """A module's name in module.qualname: up to the first part that is not a module."""
    parts = name.split(".")
    for size in range(len(parts) - 1, 0, -1):
        if ".".join(parts[:size]) in sys.modules:
            return ".".join(parts[:size])
    return parts[0]


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--modes", default="tier1,tier2,tier3,exits1,exits7,osr")
    parser.add_argument("--timeout", type=float, default=300)
    parser.add_argument("script")
    parser.add_argument("arguments", nargs="*")
    args = parser.parse_args()
    bisect = Bisect(args.script, args.arguments, args.timeout)
    status = 0
    for mode in modes.named(args.modes):
        names = bisect.guilty(mode)
        if names is None:
            print(f"{mode.name}: the same as stock")
            continue
        status = 1
        options = " ".join(f"{name}={value}" for name, value in mode.options.items())
        print(f"{mode.name}: wrong when these are compiled ({bisect.runs} runs):")
        print("\n".join(f"  {name}" for name in names))
        print(f"  {options} DXPY_ONLY='{','.join(names)}' python -m dxpy run {args.script}")
    sys.exit(status)


if __name__ == "__main__":
    main()
