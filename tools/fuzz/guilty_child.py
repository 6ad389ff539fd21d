"""Run a script under dxpy, then write the name of every function that was called.

python guilty_child.py NAMES ROOT script.py args...
"""

import atexit
import runpy
import sys

NAMES, ROOT = sys.argv[1:3]
sys.argv[:] = sys.argv[3:]
sys.path.insert(0, ROOT)
import dxpy

sys.path.remove(ROOT)


def write():
    with open(NAMES, "w", encoding="utf-8", errors="surrogatepass") as file:
        file.write("\n".join(sorted({record["name"] for record in dxpy.integration().records()})))


atexit.register(write)
dxpy.enable()
runpy.run_path(sys.argv[0], run_name="__main__")
