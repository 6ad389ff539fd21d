"""Others who keep something on code objects are not called for code that they kept nothing on."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TEXT = """
import ctypes, gc
import dxpy
dxpy.enable()
FREED = []
free_type = ctypes.CFUNCTYPE(None, ctypes.c_void_p)
free = free_type(FREED.append)
api = ctypes.pythonapi
index = api._PyEval_RequestCodeExtraIndex(free)
set_extra = api._PyCode_SetExtra
set_extra.argtypes = (ctypes.py_object, ctypes.c_ssize_t, ctypes.c_void_p)
def function():
    return eval("lambda: 42")
for value in (None, 100, None, 200):
    f = function()
    f()
    if value:
        set_extra(f.__code__, index, value)
        f()
    del f
print(FREED)
"""


def test_free_functions_of_others(tmp_path):
    env = {name: value for name, value in os.environ.items() if not name.startswith("DXPY_")}
    env.update(PYTHONPATH=str(ROOT), DXPY_CACHE_DIR=str(tmp_path))
    done = subprocess.run([sys.executable, "-c", TEXT], env=env, capture_output=True, text=True, timeout=120)
    assert done.stdout == "[100, 200]\n", done.stderr
