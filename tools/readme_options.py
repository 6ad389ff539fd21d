"""Write the table of options, made from csrc/jit/options.def, into README.md; --check only compares."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from dxpy import _jit

BEGIN, END = "<!-- options -->\n", "<!-- end of options -->\n"


def table():
    rows = ["| keyword | environment | flag of `dxpy run` | default | what |", "|---|---|---|---|---|"]
    for name, _, default, environment, flag, doc, *_ in _jit.options_table():
        rows.append(f"| `{name}` | `{environment}` | `{flag}` | {default or '-'} | {doc} |")
    return "\n".join(rows) + "\n"


def main():
    readme = ROOT / "README.md"
    text = readme.read_text()
    before, rest = text.split(BEGIN)
    wanted = f"{before}{BEGIN}{table()}{END}{rest.split(END)[1]}"
    if "--check" in sys.argv[1:]:
        sys.exit(0 if wanted == text else "README.md: run python tools/readme_options.py")
    readme.write_text(wanted)


if __name__ == "__main__":
    main()
