"""What a program of these has seen must not keep any of its functions from being compiled at the tiers above."""

import json

import pytest
from test_regress import PROGRAMS

PROGRAM = """
import gc, importlib.util, json, sys, types
import dxpy
dxpy.enable(sync=True, thresholds=(2, 40, 10**9), cache=False)
found = {}
for path in PATHS:
    spec = importlib.util.spec_from_file_location("program", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules["program"] = module
    spec.loader.exec_module(module)
    for name, function in list(vars(module).items()):
        for _ in range(3 if name.startswith("case_") else 0):
            try:
                function()
            except Exception:
                pass
    for function in gc.get_objects():
        if isinstance(function, types.FunctionType) and function.__module__ == "program":
            told = dxpy._jit.describe(function.__code__) or {}
            if told.get("bail_reason"):
                found[f"{path}: {function.__qualname__}"] = f"{told['bail_reason']}: {told['message']}"
print(json.dumps(found))
"""


@pytest.mark.timeout(600)
def test_of_these_programs(printed):
    paths = [str(path) for path in PROGRAMS]
    assert json.loads(printed(f"PATHS = {paths!r}\n{PROGRAM}").splitlines()[-1]) == {}
