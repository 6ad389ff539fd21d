"""On the path of benchmark processes: enables dxpy in each of them, the workers that pyperf starts included."""

import os

if os.environ.get("DXPY_ENABLE") == "1":
    import dxpy

    if not dxpy.is_enabled():
        dxpy.enable()
