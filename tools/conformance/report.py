"""The table of a conformance run, for the terminal and as docs/conformance.md."""

from proving import modes

from conformance import results


class Report:
    def __init__(self, store, version, modules, chosen, rules):
        self.version = version
        self.stock = {}
        self.records = {}
        self.found = []
        for module in modules:
            stock = store.load(module, modes.STOCK)
            if stock is None:
                continue
            self.stock[module] = stock
            for mode in chosen:
                record = store.load(module, mode) if mode.enabled else None
                if record:
                    self.records[module, mode.name] = record
                    self.found += results.differences(stock, record, rules)
        self.modes = [mode for mode in chosen if mode.enabled]

    def wrong(self):
        return [item for item in self.found if not item.exempt]

    def rows(self):
        for mode in self.modes:
            records = [record for (_, name), record in self.records.items() if name == mode.name]
            if not records:
                continue  # not run yet
            runs = [record["runs"][0] for record in records]
            found = [item for item in self.found if item.mode == mode.name]
            exempt = sum(bool(item.exempt) for item in found)
            yield {
                "mode": mode.name,
                "what": mode.what,
                "modules": len(runs),
                "cases": sum(len(run["cases"]) for run in runs),
                "exempt": exempt,
                "differ": len(found) - exempt,
                "stayed on": sum(run["enabled"] for run in runs),
                "compiled": sum(compiled(run["work"]) for run in runs),
                "minutes": round(sum(run["seconds"] for run in runs) / 60, 1),
            }

    def stock_line(self):
        cases = sum(len(record["runs"][0]["cases"]) for record in self.stock.values())
        shaky = sum(len(results.unsteady(record)) for record in self.stock.values())
        return f"stock: {len(self.stock)} modules, {cases} cases, {shaky} of them not steady from one stock run to the next"

    def summary(self):
        lines = [self.stock_line()]
        for row in self.rows():
            lines.append(
                f"{row['mode']:10} {row['modules']:4} modules {row['cases']:6} cases: {row['differ']} differ, "
                f"{row['exempt']} exempt; {row['compiled']} functions compiled; {row['minutes']} min"
            )
        return "\n".join(lines)

    def markdown(self, note=""):
        lines = [
            "# CPython's own tests under dxpy",
            "",
            "Written by `make conformance`. Every case of CPython's `test` package, run stock and in each mode on the same",
            "interpreter; a case *differs* when its outcome (pass, fail, error, skip, crash, timeout) is one that no stock",
            "run had. Exempt cases and their reasons are the lines of `tools/conformance/exempt.txt`.",
            "",
            f"Interpreter: {self.version}. {self.stock_line().capitalize()}.",
            *([note] if note else []),
            "",
        ]
        rows = list(self.rows())
        names = ["mode", "what", "modules", "cases", "differ", "exempt", "stayed on", "compiled", "minutes"]
        lines += table(names, [[row[name] for name in names] for row in rows])
        lines += [
            "",
            "*Stayed on*: modules after which dxpy was still enabled. *Compiled*: functions above tier 0, summed.",
            "",
        ]
        for row in rows:
            ran = sorted(module.removeprefix("test_") for module, name in self.records if name == row["mode"])
            lines += [f"Modules run in {row['mode']}: {', '.join(ran)}.", ""]
        for title, items in (
            ("Differences", self.wrong()),
            ("Exempt", [item for item in self.found if item.exempt]),
        ):
            if items:
                lines += [f"## {title}", ""]
                lines += table(
                    ["mode", "case", "stock", "found", "seen"],
                    [[item.mode, f"`{item.case}`", item.stock, item.found, item.seen] for item in items],
                )
                lines.append("")
        return "\n".join(lines)


def compiled(work):
    return sum(int(work.get(f"tier{tier}_functions", 0)) for tier in (1, 2, 3))


def table(names, rows):
    cells = [[str(value).replace("|", "\\|").replace("\n", " ") for value in row] for row in rows]
    return ["| " + " | ".join(row) + " |" for row in [names, ["---"] * len(names), *cells]]
