"""The page that `run --report` writes: one HTML file that needs no other."""

import os
import time
from html import escape

import dxpy
from dxpy import _jit
from dxpy._explain import TIER_NAMES, source_line, taken_exits
from dxpy.sampling import Sampler

SHOWN_FUNCTIONS = 300
PACKAGE = os.path.dirname(os.path.abspath(__file__))


class Recording:
    """Watches a program from now on; write() makes the page of what it did."""

    def __init__(self):
        self.process = os.getpid()
        self.began = time.perf_counter()
        self.sampler = Sampler()
        self.sampler.start()

    def write(self, path, title):
        """Write the page, unless this is a forked child of the program that was watched. OSError when it cannot."""
        if os.getpid() != self.process:
            return
        self.sampler.stop()
        facts = Facts(
            dxpy.integration().records(), self.sampler.seconds, time.perf_counter() - self.began, dxpy.stats()
        )
        with open(path, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.write(page(title, facts))


class Facts:
    """What a page is made of: records (see JitIntegration.records), seconds by code object, the run as a whole.

    dxpy's own functions are left out.
    """

    def __init__(self, records, seconds, duration, stats):
        self.duration, self.stats = duration, stats
        self.rows = sorted(
            (
                {**record, "seconds": seconds.get(record["code"], 0.0)}
                for record in records
                if os.path.dirname(str(record["file"])) != PACKAGE
            ),
            key=lambda row: (-row["seconds"], -row["calls"] - row["loop_iterations"], row["name"]),
        )
        self.sampled = sum(row["seconds"] for row in self.rows)


def page(title, facts):
    """The whole page as text."""
    links = "<a href=#functions>functions</a><a href=#exits>side exits</a><a href=#refusals>not compiled</a>"
    body = [
        f"<header><h1>dxpy report</h1><p class=command>{_text(title)}</p><nav>{links}</nav></header>",
        _summary(facts),
        _functions(facts),
        _exits(facts),
        _refusals(facts),
    ]
    return (
        "<!doctype html>\n<html lang=en><meta charset=utf-8>"
        "<meta name=viewport content='width=device-width, initial-scale=1'>"
        f"<title>dxpy report: {_text(title)}</title>\n<style>{STYLE}</style>\n<body>\n"
        + "\n".join(body)
        + f"\n<script>{SCRIPT}</script>\n</body></html>\n"
    )


def _text(value):
    return escape(str(value))


def _summary(facts):
    stats = facts.stats
    tiers = (stats.tier0_functions, stats.tier1_functions, stats.tier2_functions, stats.tier3_functions)
    tiles = [
        (f"{facts.duration:.2f} s", "run time"),
        (f"{stats.total_functions:,}", "functions seen"),
        (f"{stats.compiled_functions:,}", "have compiled code"),
        (f"{stats.compile_ms:,.0f} ms", f"in the compiler, {stats.total_compiles:,} compiles"),
        (f"{stats.total_exits:,}", "side exits"),
    ]
    cells = "".join(f"<div class=tile><b>{value}</b><span>{label}</span></div>" for value, label in tiles)
    total = sum(tiers) or 1
    bars = "".join(
        f"<i class=tier{tier} style='flex:{count / total:.4f}' title='{TIER_NAMES[tier]}: {count:,}'></i>"
        for tier, count in enumerate(tiers)
        if count
    )
    legend = "".join(f"<span>{_badge(tier)} {count:,}</span>" for tier, count in enumerate(tiers))
    return f"<section><div class=tiles>{cells}</div><div class=bar>{bars}</div><p class=legend>{legend}</p></section>"


def _badge(tier):
    return f"<span class='badge tier{tier}' title={TIER_NAMES[tier]}>tier {tier}</span>"


def _functions(facts):
    rows = facts.rows[:SHOWN_FUNCTIONS]
    left_out = len(facts.rows) - len(rows)
    note = (
        f"<p class=note>{left_out:,} more functions, all with less time and fewer calls.</p>"
        if left_out
        else ""
    )
    heads = (
        "function",
        "time",
        "calls",
        "loop turns",
        "tier",
        "compiles",
        "compile ms",
        "side exits",
        "state",
    )
    table = _table(heads, [_function_cells(row, facts.sampled) for row in rows], numeric=(1, 2, 3, 5, 6, 7))
    return (
        "<section id=functions><h2>Functions by time</h2><p class=note>Time is sampled: what ran innermost, while the process was busy."
        " Click a heading to sort.</p><input id=filter placeholder='filter by name or file' aria-label=filter>"
        f"{table}{note}</section>"
    )


def _function_cells(row, sampled):
    share = row["seconds"] / sampled if sampled else 0.0
    place = f"{row['file']}:{row['line']}"
    return [
        (row["name"], f"<b>{_text(row['name'])}</b><small>{_text(place)}</small>"),
        (row["seconds"], f"{row['seconds']:.2f} s<div class=share style='width:{share * 100:.1f}%'></div>"),
        (row["calls"], f"{row['calls']:,}"),
        (row["loop_iterations"], f"{row['loop_iterations']:,}"),
        (row["tier"], _badge(row["tier"])),
        (row["compiles"], f"{row['compiles']:,}"),
        (row["compile_ms"], f"{row['compile_ms']:.1f}"),
        (row["exits"], f"{row['exits']:,}"),
        (_state(row), _text(_state(row))),
    ]


def _state(row):
    if row["refusal"]:
        return f"interpreted: {row['refusal']}"
    state = f"compiled, {row['compiled']['code_size']:,} bytes" if row["compiled"] else "interpreted"
    if row["requested"]:
        return f"{state}; tier {row['requested']} under way"
    if row["bail_reason"]:
        return f"{state}; last compile failed: {row['bail_reason']}"
    return state if row["compiled"] else f"{state}: not hot"


def _exits(facts):
    cells = []
    for row in facts.rows:
        for line, _offset, reason, count in taken_exits(row):
            place = f"{row['file']}:{line}"
            source = source_line(row, line)
            cells.append(
                [
                    (count, f"{count:,}"),
                    (reason, f"{_text(reason)}<small>{_text(_meaning(reason))}</small>"),
                    (place, f"{_text(place)}<small>{_text(row['name'])}</small>"),
                    (source, f"<code>{_text(source)}</code>"),
                ]
            )
    cells.sort(key=lambda row: -row[0][0])
    intro = "Where compiled code was left because what it had assumed did not hold; the interpreter went on from there."
    if not cells:
        return f"<section id=exits><h2>Side exits by source line</h2><p class=note>{intro} None was taken.</p></section>"
    table = _table(("count", "reason", "place", "source"), cells, numeric=(0,))
    return f"<section id=exits><h2>Side exits by source line</h2><p class=note>{intro}</p>{table}</section>"


def _meaning(reason):
    return next((message for name, _kind, message in _jit.reasons() if name == reason), "")


def _refusals(facts):
    cells = [
        [
            (row["name"], f"<b>{_text(row['name'])}</b><small>{_text(row['file'])}:{row['line']}</small>"),
            (row["refusal"] or row["bail_reason"], _text(row["refusal"] or row["bail_reason"])),
            (row["message"], _text(row["message"] or "")),
            (row["calls"], f"{row['calls']:,}"),
        ]
        for row in facts.rows
        if row["refusal"] or row["bail_reason"]
    ]
    if not cells:
        return "<section id=refusals><h2>Not compiled, and why</h2><p class=note>No compile was refused.</p></section>"
    table = _table(("function", "reason", "what it means", "calls"), cells, numeric=(3,))
    return f"<section id=refusals><h2>Not compiled, and why</h2>{table}</section>"


def _table(heads, rows, numeric):
    """A sortable table; each cell is (what it sorts by, its HTML)."""
    kinds = ["number" if column in numeric else "text" for column in range(len(heads))]
    head = "".join(
        f"<th class={kind} tabindex=0>{label}</th>" for label, kind in zip(heads, kinds, strict=True)
    )
    body = "\n".join(_table_row(row, kinds) for row in rows)
    return f"<div class=scroll><table><thead><tr>{head}</tr></thead><tbody>\n{body}\n</tbody></table></div>"


def _table_row(row, kinds):
    cells = "".join(
        f"<td class={kind} data-key='{_text(key)}'>{html}</td>"
        for (key, html), kind in zip(row, kinds, strict=True)
    )
    return f"<tr>{cells}</tr>"


STYLE = """
:root { color-scheme: light dark; --back: #fbfbfa; --card: #fff; --ink: #1c1e21; --soft: #62676e; --line: #dfe1e4;
  --accent: #2f6fde; --t0: #8b9099; --t1: #b7791f; --t2: #2b7a4b; --t3: #6b46c1; }
@media (prefers-color-scheme: dark) { :root { --back: #16181c; --card: #1e2126; --ink: #e7e9ec; --soft: #9aa1ab;
  --line: #343941; --accent: #79a8ff; --t0: #8b9099; --t1: #dfa63f; --t2: #57b881; --t3: #a78bfa; } }
body { margin: 0 auto; max-width: 78rem; padding: 1.5rem; background: var(--back); color: var(--ink);
  font: 15px/1.45 system-ui, sans-serif; }
h1 { font-size: 1.5rem; margin: 0; } h2 { font-size: 1.1rem; margin: 0 0 .4rem; }
.command, code, small { font-family: ui-monospace, monospace; }
.command { color: var(--soft); margin: .2rem 0 1rem; overflow-wrap: anywhere; }
nav { display: flex; gap: 1.2rem; margin: 0 0 1rem; } a { color: var(--accent); }
section { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 1rem; margin: 0 0 1rem; }
.tiles { display: flex; flex-wrap: wrap; gap: 1rem 2.5rem; }
.tile b { display: block; font-size: 1.4rem; font-variant-numeric: tabular-nums; } .tile span, .note { color: var(--soft); }
.note { margin: 0 0 .6rem; } .bar { display: flex; height: .7rem; gap: 2px; margin: 1rem 0 .5rem; }
.bar i { border-radius: 2px; min-width: 3px; } .legend { margin: 0; display: flex; flex-wrap: wrap; gap: .3rem 1.2rem; }
i.tier0 { background: var(--t0); } i.tier1 { background: var(--t1); } i.tier2 { background: var(--t2); } i.tier3 { background: var(--t3); }
.badge { border: 1px solid; border-radius: 4px; padding: 0 .4em; font-size: .85em; white-space: nowrap; }
.badge.tier0 { color: var(--t0); } .badge.tier1 { color: var(--t1); } .badge.tier2 { color: var(--t2); } .badge.tier3 { color: var(--t3); }
.scroll { overflow: auto; max-height: 75vh; } table { border-collapse: collapse; width: 100%; font-size: .93rem; }
td:first-child { min-width: 11rem; }
th { position: sticky; top: 0; background: var(--card); text-align: left; color: var(--soft); font-weight: 600; cursor: pointer; white-space: nowrap; }
th[aria-sort]::after { content: " \\2193"; } th[aria-sort=ascending]::after { content: " \\2191"; }
th, td { padding: .35rem .6rem; border-bottom: 1px solid var(--line); vertical-align: top; }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
td b { font-weight: 600; overflow-wrap: anywhere; } small { display: block; color: var(--soft); overflow-wrap: anywhere; }
.share { height: 3px; background: var(--accent); border-radius: 2px; margin: 2px 0 0 auto; }
input { font: inherit; padding: .3rem .6rem; margin: 0 0 .6rem; border: 1px solid var(--line); border-radius: 6px;
  background: var(--back); color: inherit; width: min(24rem, 100%); box-sizing: border-box; }
"""

SCRIPT = """
document.querySelectorAll("th").forEach(head => {
  const sort = () => {
    const column = [...head.parentNode.children].indexOf(head), body = head.closest("table").tBodies[0];
    const up = head.getAttribute("aria-sort") === "descending", number = head.classList.contains("number");
    head.parentNode.querySelectorAll("th").forEach(other => other.removeAttribute("aria-sort"));
    head.setAttribute("aria-sort", up ? "ascending" : "descending");
    const key = row => row.cells[column].dataset.key;
    const order = (a, b) => number ? key(b) - key(a) : key(a).localeCompare(key(b));
    body.append(...[...body.rows].sort((a, b) => up ? order(b, a) : order(a, b)));
  };
  head.addEventListener("click", sort);
  head.addEventListener("keydown", event => { if (event.key === "Enter") sort(); });
});
document.getElementById("filter").addEventListener("input", event => {
  const wanted = event.target.value.toLowerCase();
  for (const row of document.querySelector("#functions table").tBodies[0].rows)
    row.hidden = !row.cells[0].textContent.toLowerCase().includes(wanted);
});
"""
