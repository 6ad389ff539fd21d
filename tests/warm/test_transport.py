"""`dxpy cache warm`, `export`, `import`: trained here, run there."""

import json
import shutil

import pytest
from test_warm import COLD, ONCE


def there(run):
    """The same program on a machine with an empty cache."""
    shutil.rmtree(run.cache)


@pytest.fixture
def exported(run, tmp_path):
    run(COLD)
    done = run.command("cache", "export", tmp_path / "code")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("exported 1 functions, ")
    there(run)
    return tmp_path / "code"


def test_warm(run, tmp_path):
    (tmp_path / "program.py").write_text(COLD + "\nimport sys\nprint(sys.argv[1:])\nsys.exit(7)")
    done = run.command("cache", "warm", "--", "program.py", "one", "--two", DXPY_SYNC=0)
    assert (done.returncode, done.stdout) == (7, "['one', '--two']\n")
    assert done.stderr == "dxpy: 1 artifacts made; 1 functions begin warm\n"
    (tmp_path / "program.py").write_text(ONCE)
    assert run(ONCE)["warm"] == 1


def test_warm_of_nothing(run):
    assert run.command("cache", "warm").returncode == 2
    assert run.command("cache", "warm", "--wrong", "x.py").returncode == 2
    done = run.command("cache", "warm", "nowhere.py")
    assert done.returncode == 2
    assert "can't open file" in done.stderr


def test_import(run, exported):
    done = run.command("cache", "import", exported, "--trust")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("imported 1 functions, ")
    got = run(ONCE)
    assert (got["warm"], got["compiles"], got["tiers"][1]) == (1, 0, 1)
    again = run.command("cache", "import", exported, "--trust")
    assert again.stdout.startswith("imported 0 functions, "), "what is there already is newer"


def test_import_asks_for_trust(run, exported):
    done = run.command("cache", "import", exported)
    assert (done.returncode, done.stdout) == (1, "")
    assert "holds machine code of 1 functions" in done.stderr
    assert "--trust" in done.stderr
    assert run(ONCE)["warm"] == 0


@pytest.mark.parametrize("place", [0, 20, 300, -33, -1])
def test_import_of_a_damaged_file(run, exported, place):
    data = bytearray(exported.read_bytes())
    data[place] ^= 1
    exported.write_bytes(data)
    done = run.command("cache", "import", exported, "--trust")
    assert done.returncode == 1
    assert "it is no export of dxpy's code cache" in done.stderr or "its checksum is wrong" in done.stderr
    assert run(ONCE)["warm"] == 0


@pytest.mark.parametrize("length", [0, 10, 100, -1])
def test_import_of_half_a_file(run, exported, length):
    exported.write_bytes(exported.read_bytes()[:length])
    assert run.command("cache", "import", exported, "--trust").returncode == 1
    assert run(ONCE)["warm"] == 0


def altered(path, change):
    """The file with a changed header and a right checksum."""
    import hashlib

    title, line, content = path.read_bytes()[:-32].split(b"\n", 2)
    header = json.loads(line)
    change(header)
    data = b"\n".join([title, json.dumps(header).encode(), content])
    path.write_bytes(data + hashlib.sha256(data).digest())


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("build", "another build of dxpy (other; here"),
        ("python", "another Python (other; here"),
        ("cpu", "another CPU level (other; here"),
        ("name", "another set of options (other; here"),
    ],
)
def test_import_from_elsewhere(run, exported, name, words):
    altered(exported, lambda header: header["world"].update({name: "other"}))
    done = run.command("cache", "import", exported, "--trust")
    assert done.returncode == 1
    assert words in done.stderr
    assert run(ONCE)["warm"] == 0


def test_import_of_an_object_under_a_wrong_name(run, exported):
    altered(exported, lambda header: header["objects"][0].update(hash="0" * 64))
    done = run.command("cache", "import", exported, "--trust")
    assert done.returncode == 1
    assert "is not what its name says" in done.stderr
    assert run(ONCE)["warm"] == 0


def test_import_of_functions_that_make_no_sense(run, exported):
    altered(exported, lambda header: header["functions"][0].update(body="ff" * 40))
    assert run.command("cache", "import", exported, "--trust").stdout.startswith("imported 0 functions")
    assert run(ONCE)["result"] == 0


def test_nothing_to_export(run, tmp_path):
    run("result = 0")
    done = run.command("cache", "export", tmp_path / "code")
    assert done.returncode == 1
    assert "nothing to export" in done.stderr
    run(COLD)
    done = run.command("cache", "export", tmp_path / "no" / "folder")
    assert done.returncode == 1
    assert "cannot export" in done.stderr


@pytest.mark.parametrize(
    "words", [["export"], ["export", "a", "b"], ["import"], ["import", "--trust"], ["list", "x"]]
)
def test_wrong_command_lines(run, words):
    assert run.command("cache", *words).returncode == 2
