"""Documentation that is made from tables, or names files, agrees with them."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])


def test_the_readme_has_the_options_of_the_table():
    done = subprocess.run(
        [sys.executable, ROOT / "tools/readme_options.py", "--check"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_every_source_folder_has_a_page():
    folders = {path.name for path in (ROOT / "csrc").iterdir() if path.is_dir()}
    assert folders - {path.stem for path in (ROOT / "docs/internals").glob("*.md")} == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page):
    for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text()):
        assert (page.parent / target).exists(), target


def test_make_targets_that_pages_name_exist():
    makefiles = [ROOT / "Makefile", *(ROOT / "tools").glob("*.mk")]
    targets = {
        name
        for file in makefiles
        for line in re.findall(r"^([\w -]+):(?!=)", file.read_text(), re.MULTILINE)
        for name in line.split()
    }
    named = {
        name
        for page in PAGES
        for name in re.findall(r"(?:^ +|`)make ([a-z][\w-]*)", page.read_text(), re.MULTILINE)
    }
    assert named - targets == set()
    assert len(named) > 8
