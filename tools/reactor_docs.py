"""Write the table of operations in docs/reactor.md anew, from the module's own table."""

import re
from pathlib import Path

from dxpy import _reactor

PAGE = Path(__file__).parent.parent / "docs" / "reactor.md"
START, END = "<!-- operations -->", "<!-- end of operations -->"


def rows():
    """The lines of the table."""
    yield "| operation | lane | inline | cancelled while running | what it does |"
    yield "|---|---|---|---|---|"
    for row in _reactor._table():
        shown = row["signature"] if hasattr(_reactor, row["name"]) else row["name"]
        inline = "yes" if row["inline"] else "no"
        yield f"| `{shown}` | {row['lane']} | {inline} | {row['cancel']} | {row['doc']} |"


def main():
    """Replace what stands between the two marks."""
    text = PAGE.read_text()
    table = "\n".join([START, *rows(), END])
    PAGE.write_text(re.sub(f"{START}.*{END}", lambda _: table, text, flags=re.DOTALL))


if __name__ == "__main__":
    main()
