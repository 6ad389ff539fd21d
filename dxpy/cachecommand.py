"""`python -m dxpy cache info|list|warm|export|import|clear`: the code cache on disk."""

import sys

from dxpy import _jit, config


def main(arguments):
    """The exit status: 1 when the cache cannot be used."""
    from dxpy.cli import UsageError

    commands = {
        "info": show_info,
        "list": show_list,
        "warm": warm,
        "export": export,
        "import": import_,
        "clear": clear,
    }
    command, *rest = arguments or [None]
    if command not in commands:
        wrong = f", not {command!r}" if command else ""
        raise UsageError(f"cache takes one of {', '.join(commands)}{wrong}")
    if rest and command in ("info", "list", "clear"):
        raise UsageError(f"cache {command} takes no arguments, not {rest[0]!r}")
    try:
        config.apply({})
    except ValueError as error:
        raise UsageError(str(error)) from None
    info = _jit.cache_info()
    if not info["enabled"]:
        return _complain("the code cache is switched off (DXPY_CACHE=0)")
    if info["error"]:
        return _complain(f"the code cache is not used: {info['error']}")
    return commands[command](info, rest)


def _complain(message):
    print(f"dxpy: {message}", file=sys.stderr)
    return 1


# --- looking on ---


def show_info(info, arguments):
    print(f"folder    {info['directory']}")
    print(f"artifacts {info['entries']:,}")
    print(
        f"objects   {info['objects']:,}, {info['bytes'] / 1e6:.1f} MB of at most {info['limit'] / 1e6:.0f} MB"
    )
    print(
        f"index     {info['functions']:,} functions that begin warm with this Python, {_size(info['index_bytes'])}"
    )
    if info["rejected"]:
        print(f"rejected  {info['rejected']:,} entries that failed verification")
    for problem in problems(info):
        print(f"problem   {problem}")
    return 0


def problems(info):
    """What is wrong with a cache that can be used, each with its mend behind "; "."""
    probe, _ = _jit.cache_probe()
    if probe:
        yield probe
    if info["index_damaged"]:
        yield (
            f"{info['index_damaged']} damaged places in the index are passed over"
            "; nothing, they go when it is written anew (or: python -m dxpy cache clear)"
        )
    if info["index_problem"]:
        yield f"{info['index_problem']}; python -m dxpy cache clear"


def show_list(info, arguments):
    """Artifacts, those used last first, under the names of their functions as far as the index knows them."""
    names = {}
    for name, _tier, _ceiling, _reason, keys, *_ in _jit.cache_index():
        names.update({key: (name, tier) for tier, key in enumerate(keys) if key})
    print(f"{'key':16}  {'tier':>4}  {'unit':>4}  {'object KB':>9}  {'last used':15}  function")
    for key, _path, unit, size, age in sorted(_jit.cache_entries(), key=lambda entry: entry[4]):
        name, tier = names.get(key, ("-", "-"))
        print(f"{key[:16]}  {tier:>4}  {unit:4}  {size / 1e3:9.1f}  {_ago(age):15}  {name}")
    return 0


def _ago(seconds):
    for unit, length in (("day", 86400), ("hour", 3600), ("minute", 60)):
        if seconds >= length:
            count = int(seconds // length)
            return f"{count} {unit}{'s' * (count != 1)} ago"
    return "just now"


def _size(count):
    return f"{count / 1e6:.1f} MB" if count >= 1e5 else f"{count / 1e3:.1f} KB"


def clear(info, arguments):
    if not _jit.cache_clear():
        return _complain(f"not all of {info['directory']} could be removed")
    print(f"removed {info['objects']:,} objects, {info['bytes'] / 1e6:.1f} MB")
    return 0


# --- warm ---


def warm(info, arguments):
    """Run a program as `dxpy run` does and wait at its end for what is being compiled. Its own exit status."""
    import subprocess

    from dxpy.cli import UsageError, parse_run

    parse_run(arguments, config.options())  # a wrong command line is refused here
    if not arguments:
        raise UsageError("cache warm takes a program, as run does")
    flags = subprocess._args_from_interpreter_flags()
    status = subprocess.call([sys.executable, *flags, "-m", "dxpy", "run", "--settle=600", *arguments])
    after = _jit.cache_info()
    print(
        f"dxpy: {max(0, after['entries'] - info['entries'])} artifacts made; "
        f"{after['functions']} functions begin warm",
        file=sys.stderr,
    )
    return status if status >= 0 else 128 - status


# --- export and import: one file ---
#
#   a line that says what it is, a line of JSON, the objects one behind the other, SHA-256 of all of that

TITLE = b"dxpy code cache 1\n"


def export(info, arguments):
    from dxpy.cli import UsageError

    if len(arguments) != 1:
        raise UsageError("cache export takes the file to write")
    header, objects = _collect()
    if not header["functions"]:
        return _complain("there is nothing to export: no function begins warm with this Python")
    try:
        size = _write(arguments[0], header, objects)
    except OSError as error:
        return _complain(f"cannot export: {error}")
    print(f"exported {len(header['functions']):,} functions, {len(objects):,} objects, {_size(size)}")
    return 0


def _collect():
    """What this world's index leads to: the header, and the objects' bytes."""
    import hashlib
    import os

    records = _jit.cache_index()
    wanted = {key for record in records for key in record[4] if key}
    units = {}
    for key, path, unit, _size, _age in _jit.cache_entries():
        units.setdefault(path, {})[key] = unit
    listed, objects = [], []
    for path, keys in sorted(units.items()):
        if wanted.isdisjoint(keys):
            continue
        try:
            with open(path, "rb") as file:
                content = file.read()
        except FileNotFoundError:  # it was trimmed meanwhile
            continue
        digest = hashlib.sha256(content).hexdigest()
        if digest != os.path.basename(path).removesuffix(".so"):
            continue  # damaged
        listed.append({"hash": digest, "size": len(content), "keys": keys})
        objects.append(content)
    functions = [
        {"name": record[0], "hint": record[6], "id": record[7].hex(), "body": record[8].hex()}
        for record in records
    ]
    return {"world": _jit.cache_world(), "objects": listed, "functions": functions}, objects


def _write(path, header, objects):
    import hashlib
    import json
    import os

    data = b"".join([TITLE, json.dumps(header).encode(), b"\n", *objects])
    temporary = f"{path}.{os.getpid()}"
    try:
        with open(temporary, "wb") as file:
            file.write(data + hashlib.sha256(data).digest())
        os.replace(temporary, path)
    except OSError:
        if os.path.exists(temporary):
            os.remove(temporary)
        raise
    return len(data) + 32


class Refused(Exception):
    """The file is not to be imported; the message says why."""


def import_(info, arguments):
    from dxpy.cli import UsageError

    files = [word for word in arguments if word != "--trust"]
    if len(files) != 1 or files[0].startswith("-"):
        raise UsageError("cache import takes one file, and --trust")
    try:
        header, content = _read(files[0])
    except (OSError, Refused) as error:
        return _complain(f"cannot import {files[0]}: {error}")
    if "--trust" not in arguments:
        return _complain(
            f"{files[0]} holds machine code of {len(header['functions'])} functions, which your programs will run; "
            "if you trust whoever made it, say so with --trust"
        )
    try:
        count = _store(header, content)
    except Refused as error:
        return _complain(f"cannot import {files[0]}: {error}")
    print(f"imported {count:,} functions, {len(header['objects']):,} objects")
    return 0


def _read(path):
    """The header and the objects' bytes, verified: whole, unchanged, and for this Python on this machine."""
    import hashlib
    import json

    with open(path, "rb") as file:
        data = file.read()
    if not data.startswith(TITLE):
        raise Refused("it is no export of dxpy's code cache")
    if hashlib.sha256(data[:-32]).digest() != data[-32:]:
        raise Refused("its checksum is wrong: it is damaged, or not all of it is there")
    try:
        line, _, content = data[len(TITLE) : -32].partition(b"\n")
        header = json.loads(line)
        theirs, ours = header["world"], _jit.cache_world()
        sizes = [entry["size"] for entry in header["objects"]]
        names = ["build", "python", "cpu", "name"]
        differing = [name for name in names if theirs[name] != ours[name]]
    except (ValueError, KeyError, TypeError):
        raise Refused("its header makes no sense") from None
    if differing:
        name = differing[0]
        what = {"build": "build of dxpy", "python": "Python", "cpu": "CPU level", "name": "set of options"}[
            name
        ]
        raise Refused(f"it was made for another {what} ({theirs[name]}; here it is {ours[name]})")
    if sum(sizes) != len(content):
        raise Refused("its objects are not all there")
    return header, content


def _store(header, content):
    """Objects first, so that no function is promised what is not there."""
    import hashlib
    import os
    import tempfile

    with tempfile.TemporaryDirectory(prefix="dxpy-import-") as folder:
        start = 0
        for entry in header["objects"]:
            data = content[start : start + entry["size"]]
            start += entry["size"]
            if hashlib.sha256(data).hexdigest() != entry["hash"]:
                raise Refused("an object in it is not what its name says")
            path = os.path.join(folder, "object.so")
            with open(path, "wb") as file:
                file.write(data)
            keys = [None] * (1 + max(entry["keys"].values()))
            for key, unit in entry["keys"].items():
                keys[unit] = key
            if not _jit.cache_add(path, tuple(keys)):
                raise Refused(_jit.cache_info()["problem"] or "the cache takes no more")
    known = {record[7] for record in _jit.cache_index()}
    count = 0
    for function in header["functions"]:
        identity = bytes.fromhex(function["id"])
        if identity not in known:
            count += _jit.cache_index_add(function["hint"], identity, bytes.fromhex(function["body"]))
    return count
