"""What became of one function, as text."""

from dxpy import _jit

STAGES = ("bytecode", "ir", "opt", "asm")
TIER_NAMES = ("INTERPRETER", "BASELINE_JIT", "OPTIMIZING_JIT", "AOT_OPTIMIZED")


def explain(function):
    """Tier, calls, compile times, why it is not compiled, side exits by reason with their source lines."""
    code = code_of(function)
    record = _jit.describe(code)
    if record is None:
        return f"{code.co_qualname} ({code.co_filename}:{code.co_firstlineno})\n  not seen yet: never called while dxpy was enabled"
    return "\n".join([*_lines(record), *_site_lines(code)])


def code_of(function):
    """The code object of a function, method, classmethod, staticmethod or code object."""
    plain = getattr(function, "__func__", function)
    code = getattr(plain, "__code__", plain)
    if not isinstance(code, type(code_of.__code__)):
        raise TypeError(
            f"dxpy.explain() takes a Python function or code object, not {type(function).__name__}"
        )
    return code


def _lines(record):
    yield f"{record['name']} ({record['file']}:{record['line']})"
    yield f"  tier        {record['tier']} {TIER_NAMES[record['tier']]}{_under_way(record)}"
    yield f"  calls       {record['calls']:,}"
    if record["loop_iterations"]:
        yield f"  loops       {record['loop_iterations']:,} iterations"
    yield f"  compiled    {_compiled(record)}"
    if record["refusal"]:
        yield f"  interpreted because {record['refusal']}: {record['message']}"
    elif record["bail_reason"]:
        yield f"  last compile failed: {record['bail_reason']}: {record['message']}"
    yield f"  side exits  {record['exits']:,}"
    yield from _exit_lines(record)


def _site_lines(code):
    """What attributes were taken for, by line: the classes their owners had, or why that is not gone by."""
    rows = [(line, name, tuple(classes), state) for line, name, classes, state in _jit.sites(code)]
    if rows:
        yield "  attributes of"
    for line, name, classes, state in dict.fromkeys(rows):
        told = " | ".join(classes)
        reason = f"{'; ' if told else ''}general: {state}" if state else ""
        yield f"    line {line:<6} .{name}  {told}{reason}"


def _under_way(record):
    return f", being compiled at tier {record['requested']}" if record["requested"] else ""


def _compiled(record):
    count, compiled = record["compiles"], record["compiled"]
    if not count and compiled is None:
        return "never"
    text = "taken from the code cache"
    if count:
        times = "once" if count == 1 else f"{count:,} times"
        text = f"{times}, {record['compile_ms']:.1f} ms in the compiler"
    if compiled is None:
        return f"{text}; not in use now"
    text += f"; in use: tier {compiled['tier']}, {compiled['code_size']:,} bytes"
    entries = compiled["osr_entries"]
    return f"{text}, OSR entries at offset {', '.join(map(str, entries))}" if entries else text


def taken_exits(record):
    """The side exits that were taken, most frequent first: (line, offset, reason, count)."""
    exits = record["compiled"]["exits"] if record["compiled"] else ()
    return sorted((row for row in exits if row[3]), key=lambda row: (-row[3], row[1]))


def source_line(record, line):
    """The text of a line of the function's file, "" when it is not to be had."""
    import linecache

    return linecache.getline(record["file"], line).strip() if isinstance(record["file"], str) else ""


def _exit_lines(record):
    for line, offset, reason, count in taken_exits(record):
        yield f"    {count:>10,} x {reason} at line {line} (offset {offset})  {source_line(record, line)}".rstrip()
