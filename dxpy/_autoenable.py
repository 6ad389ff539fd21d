"""Imported by dxpy.pth at Python's start-up when DXPY_ENABLE is set: enable, or say in one line why not."""

import os
import sys


def _enable():
    wanted = os.environ["DXPY_ENABLE"].strip().lower()
    if wanted in ("0", "false", "no", "off"):
        return
    try:
        if wanted not in ("1", "true", "yes", "on"):
            raise ValueError(f"DXPY_ENABLE takes 1 or 0, not {wanted!r}")
        import dxpy

        dxpy.enable()
    except Exception as error:
        print(f"dxpy: not enabled: {error}", file=sys.stderr)


_enable()
