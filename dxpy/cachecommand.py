"""`python -m dxpy cache list|clear|info`: the code cache on disk."""

import sys

from dxpy import _jit, config


def main(arguments):
    """The exit status: 1 when the cache cannot be used."""
    from dxpy.cli import UsageError

    commands = {"list": show_list, "clear": clear, "info": show_info}
    if len(arguments) != 1 or arguments[0] not in commands:
        raise UsageError(f"cache takes one of list, clear, info, not {' '.join(arguments) or 'nothing'!r}")
    try:
        config.apply({})
    except ValueError as error:
        raise UsageError(str(error)) from None
    info = _jit.cache_info()
    if not info["enabled"]:
        print("dxpy: the code cache is switched off (DXPY_CACHE=0)", file=sys.stderr)
        return 1
    if info["error"]:
        print(f"dxpy: the code cache is not used: {info['error']}", file=sys.stderr)
        return 1
    return commands[arguments[0]](info)


def show_info(info):
    print(f"folder    {info['directory']}")
    print(f"functions {info['entries']:,}")
    print(
        f"objects   {info['objects']:,}, {info['bytes'] / 1e6:.1f} MB of at most {info['limit'] / 1e6:.0f} MB"
    )
    if info["rejected"]:
        print(f"rejected  {info['rejected']:,} entries that failed verification")
    return 0


def show_list(info):
    print(f"{'key':16}  {'unit':>4}  {'object KB':>9}  last used")
    for key, _path, unit, size, age in sorted(_jit.cache_entries(), key=lambda entry: entry[4]):
        print(f"{key[:16]}  {unit:4}  {size / 1e3:9.1f}  {_ago(age)}")
    return 0


def _ago(seconds):
    for unit, length in (("day", 86400), ("hour", 3600), ("minute", 60)):
        if seconds >= length:
            count = int(seconds // length)
            return f"{count} {unit}{'s' * (count != 1)} ago"
    return "just now"


def clear(info):
    if not _jit.cache_clear():
        print(f"dxpy: not all of {info['directory']} could be removed", file=sys.stderr)
        return 1
    print(f"removed {info['objects']:,} objects, {info['bytes'] / 1e6:.1f} MB")
    return 0
