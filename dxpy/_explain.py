"""What became of one function, as text."""

from dxpy import _jit

STAGES = ("bytecode", "ir", "opt", "asm")
TIER_NAMES = ("INTERPRETER", "BASELINE_JIT", "OPTIMIZING_JIT", "AOT_OPTIMIZED")


def explain(function):
    """What became of a function, and what would help it, as text for people.

    Tier, calls, compile times (ms), why it is not compiled; side exits by reason, with their source lines and how often they
    were taken; by line the types that are assumed, the calls that were put in line and those that stay calls; why functions
    are never put in line. Takes a Python function, method, classmethod, staticmethod or code object, else TypeError.
    """
    code = code_of(function)
    record = _jit.describe(code)
    if record is None:
        return f"{code.co_qualname} ({code.co_filename}:{code.co_firstlineno})\n  not seen yet: never called while dxpy was enabled"
    return "\n".join(
        [*_lines(record), *_site_lines(code), *_source_lines(code, record, function_of(function))]
    )


def code_of(function):
    """The code object of a function, method, classmethod, staticmethod or code object."""
    plain = getattr(function, "__func__", function)
    code = getattr(plain, "__code__", plain)
    if not isinstance(code, type(code_of.__code__)):
        raise TypeError(
            f"dxpy.explain() takes a Python function or code object, not {type(function).__name__}"
        )
    return code


def function_of(function):
    """The function itself; one that has a code object; None: there is none any more."""
    import gc
    from types import FunctionType

    plain = getattr(function, "__func__", function)
    if isinstance(plain, FunctionType):
        return plain
    owners = (thing for thing in gc.get_referrers(plain) if isinstance(thing, FunctionType))
    return next((owner for owner in owners if owner.__code__ is plain), None)


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


def _source_lines(code, record, function):
    """What is assumed by line, what was put in line, and which calls stay calls."""
    rows, refused = _jit.lines(code, function)
    places = [place for place in code.co_positions()]
    told = {}
    for offset, kind, name in rows:
        place = places[offset // 2]
        if place[0] is not None:
            kinds = told.setdefault(place[0], {"type": [], "inlined": [], "call": []})[kind]
            text = _segment(record, place) if kind == "call" else name
            if text not in kinds:
                kinds.append(text)
    if told:
        yield "  line by line"
    for line, kinds in sorted(told.items()):
        parts = [
            *([" | ".join(kinds["type"])] if kinds["type"] else ()),
            *(f"{name} in line" for name in kinds["inlined"]),
            *(f"stays a call: {text}" if text else "stays a call" for text in kinds["call"]),
        ]
        source = source_line(record, line)
        yield f"    line {line:<6} {source or '; '.join(parts)}"
        if source:
            yield f"                {'; '.join(parts)}"
    if refused:
        yield "  never put in line"
    for name, reason in refused.items():
        yield f"    {name}: {reason}"


def _segment(record, place):
    """The source of one call; of one that goes over lines its first."""
    import linecache

    first, last, start, end = place
    if not isinstance(record["file"], str) or start is None:
        return ""
    line = linecache.getline(record["file"], first).encode()
    text = line[start : end if last == first else None].decode(errors="replace").strip()
    return f"{text} ..." if text and last != first else text


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
