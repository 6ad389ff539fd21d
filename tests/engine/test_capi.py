"""dxpy.h and its capsule, by an extension that is built here."""

import importlib.util
import shutil
import subprocess
import sysconfig
from pathlib import Path

import pytest
from engine_codes import ADD

import dxpy

SOURCE = Path(__file__).with_name("capi_user.c")


def build(source, target):
    flags = [
        "-std=c99",
        "-Wall",
        "-Wextra",
        "-Werror",
        "-Wno-unused-parameter",
        "-Wno-missing-field-initializers",
    ]
    include = [f"-I{sysconfig.get_paths()['include']}", f"-I{dxpy.get_include()}"]
    command = [
        shutil.which("gcc"),
        *flags,
        *include,
        "-shared",
        "-fPIC",
        str(source),
        "-o",
        str(target),
        "-lpthread",
    ]
    subprocess.run(command, check=True)


@pytest.fixture(scope="module")
def user(tmp_path_factory):
    target = tmp_path_factory.mktemp("capi") / f"capi_user{sysconfig.get_config_var('EXT_SUFFIX')}"
    build(SOURCE, target)
    spec = importlib.util.spec_from_file_location("capi_user", target)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_include_folder_has_the_header():
    assert (Path(dxpy.get_include()) / "dxpy.h").is_file()


def test_version_is_the_header_s(user):
    header = (Path(dxpy.get_include()) / "dxpy.h").read_text()
    assert f"#define DXPY_API_VERSION {user.version()}\n" in header


def test_mapper(user):
    mapper = dxpy.FunctionIdMapper()
    assert user.get(mapper, b"f") == -1
    assert user.get_or_create(mapper, b"f") == 0
    assert mapper.get_or_create("é") == 1
    assert user.get_or_create(mapper, "é".encode()) == 1
    assert user.get(mapper, "\ud800".encode("utf-8", "surrogatepass")) == -1
    assert mapper.get_or_create("\ud800") == user.get_or_create(mapper, b"\xed\xa0\x80") == 2
    assert [user.name_of(mapper, number) for number in range(3)] == ["f", "é", "\ud800"]
    with pytest.raises(KeyError, match="no function has the id 3"):
        user.name_of(mapper, 3)


def test_mapper_without_the_gil(user):
    mapper = dxpy.FunctionIdMapper()
    count = 20_000
    assert user.hammer(mapper, count) == [count * (count - 1) // 2] * 8
    assert len(mapper) == count
    assert {mapper.name_of(number) for number in range(count)} == {f"name {i}" for i in range(count)}


def test_engine_by_hand(user):
    engine = dxpy.JitIntegration.with_thresholds(2, 3, 4)
    assert user.get_tier(engine, "f") == 0
    assert [user.record_call(engine, "f", ADD) for _ in range(5)] == [0, 1, 2, 3, 0]
    assert user.get_tier(engine, "f") == engine.get_tier("f") == 3
    assert user.stats(engine) == tuple(engine.stats())[:-1], "warm starts are not in the C API"
    engine.disable()
    assert user.record_call(engine, "f", ADD) == 0
    assert engine.profile("f").calls == 5


def test_engine_of_the_process(user):
    assert user.integration() is dxpy.integration()
    assert user.stats(None) == tuple(dxpy.stats())[:12]  # the C struct keeps its size
    installed, functions, calls, loops, _asks = user.hook_counters()
    assert installed == 0
    assert (functions, calls, loops) == (dxpy.stats()[0], dxpy.stats()[1], dxpy.stats().total_loop_iterations)


def test_hook_counters_count(user, run_python):
    script = f"""
import importlib.util, dxpy
spec = importlib.util.spec_from_file_location("capi_user", {user.__file__!r})
user = importlib.util.module_from_spec(spec); spec.loader.exec_module(user)
def f(): pass
dxpy.enable(thresholds=(10, 20, 30), max_tier=0)
for _ in range(50): f()
print(user.hook_counters()[0], user.hook_counters()[2] >= 50, user.get_tier(None, "__main__.f"))
dxpy.disable()
print(user.hook_counters()[0])
"""
    run = run_python("-c", script)
    assert (run.stdout, run.stderr) == ("1 True 0\n0\n", "")


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda user: user.get(object(), b"f"), "FunctionIdMapper, not object"),
        (lambda user: user.get(dxpy.JitIntegration(), b"f"), "FunctionIdMapper, not dxpy.JitIntegration"),
        (lambda user: user.stats(dxpy.FunctionIdMapper()), "JitIntegration, not dxpy.FunctionIdMapper"),
        (lambda user: user.get_tier(3, "f"), "JitIntegration, not int"),
        (lambda user: user.get_tier(dxpy.JitIntegration(), 3), "name must be str, not int"),
        (lambda user: user.record_call(dxpy.JitIntegration(), "f", 3), "code must be a code object, not int"),
    ],
    ids=range(6),
)
def test_wrong_objects_are_type_errors(user, call, message):
    with pytest.raises(TypeError, match=message):
        call(user)


def test_a_newer_header_refuses_this_dxpy(user, tmp_path, run_python):
    header = (Path(dxpy.get_include()) / "dxpy.h").read_text()
    version = f"#define DXPY_API_VERSION {user.version()}\n"
    (tmp_path / "dxpy.h").write_text(header.replace(version, "#define DXPY_API_VERSION 99\n"))
    source = tmp_path / "capi_user.c"
    source.write_text(SOURCE.read_text().replace("#include <dxpy.h>", '#include "dxpy.h"'))
    build(source, tmp_path / "capi_user.so")
    run = run_python("-c", "import capi_user", cwd=tmp_path)
    assert (
        f"ImportError: dxpy's C API has version {user.version()}; this extension was built for version 99"
        in run.stderr
    )
