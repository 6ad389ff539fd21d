"""`python -m dxpy`, and the command `dxpy`."""

import sys

from dxpy.cli import main

if __name__ == "__main__":
    sys.exit(main())
