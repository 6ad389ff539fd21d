"""Make a program that differs small: take statements away, put simple expressions for large ones, as long as it differs."""

import ast
import copy
import tempfile
import time
from pathlib import Path

from proving import cases, modes

from fuzz.known import is_known

SIMPLE = [
    ast.Constant(0),
    ast.Constant(1),
    ast.Constant(1.5),
    ast.Constant("a"),
    ast.List([], ast.Load()),
    ast.Constant(None),
]
BODIES = ("body", "orelse", "finalbody", "handlers", "cases")


class Differs:
    """Whether a program's cases still come out otherwise than in stock, in time."""

    def __init__(self, mode, rounds, seconds, extra):
        self.mode, self.rounds, self.extra = mode, rounds, extra
        self.deadline = time.monotonic() + seconds
        self.tried = {}

    @property
    def time_is_up(self):
        return time.monotonic() > self.deadline

    def __call__(self, source):
        if source not in self.tried:
            self.tried[source] = not self.time_is_up and self.run(source)
        return self.tried[source]

    def run(self, source):
        try:
            compile(source, "small", "exec")
        except (SyntaxError, ValueError):
            return False
        with tempfile.TemporaryDirectory(prefix="dxpy-shrink-") as folder:
            path = Path(folder, "small.py")
            path.write_text(source)
            stock = cases.run(modes.STOCK, [path], rounds=self.rounds, timeout=20)
            if stock.deaths or not stock.rounds:
                return False
            found = cases.run(self.mode, [path], rounds=self.rounds, timeout=60, extra=self.extra)
        return not all(map(is_known, cases.differences(stock, found)))


def lists_of(tree):
    """Every list of statements in the tree, the outermost first."""
    for node in ast.walk(tree):
        for name in BODIES:
            body = getattr(node, name, None)
            if isinstance(body, list) and body:
                yield body, name


def text(tree):
    return ast.unparse(ast.fix_missing_locations(tree)) + "\n"


def without_statements(tree, differs):
    """Take away runs of statements, halves first, then single ones; put a compound statement's body in its place."""
    shorter = True
    while shorter and not differs.time_is_up:
        shorter = False
        for body, name in list(lists_of(tree)):
            size = max(1, len(body) // 2)
            while size and body:
                at = 0
                while at < len(body):
                    removed = body[at : at + size]
                    body[at : at + size] = []
                    if not body and name == "body":
                        body.append(ast.Pass())
                    if not isinstance(removed[0], ast.Pass) and differs(text(tree)):
                        shorter = True
                    else:
                        if not removed or (len(body) == 1 and isinstance(body[0], ast.Pass)):
                            body[:] = []
                        body[at:at] = removed
                        at += size
                size //= 2
            for at, statement in enumerate(list(body)):
                inner = getattr(statement, "body", None)
                if (
                    isinstance(inner, list)
                    and not isinstance(statement, ast.FunctionDef | ast.ClassDef)
                    and at < len(body)
                ):
                    kept = body[:]
                    body[at : at + 1] = inner
                    if differs(text(tree)):
                        shorter = True
                    else:
                        body[:] = kept
        if shorter:
            tree = ast.parse(text(tree))
    return tree


class Replace(ast.NodeTransformer):
    """Puts `new` in the place of the expression with number `at`."""

    def __init__(self, at, new):
        self.at, self.new, self.number, self.done = at, new, -1, False

    def visit(self, node):
        if isinstance(node, ast.expr) and isinstance(getattr(node, "ctx", ast.Load()), ast.Load):
            self.number += 1
            if self.number == self.at:
                self.done = True
                return self.new(node)
        return self.generic_visit(node)


def smaller(node):
    """Expressions to try in the place of one: its parts, then constants."""
    parts = [child for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr)]
    return [*parts, *SIMPLE] if parts else []


def with_small_expressions(tree, differs):
    at = 0
    while not differs.time_is_up:
        seen = []
        probe = Replace(at, lambda node: seen.append(node) or node)  # noqa: B023
        probe.visit(copy.deepcopy(tree))
        if not probe.done:
            break
        for new in smaller(seen[0]):
            changed = Replace(at, lambda node: copy.deepcopy(new)).visit(copy.deepcopy(tree))  # noqa: B023
            if differs(text(changed)):
                tree = changed
                break
        else:
            at += 1
    return tree


def without_unused(tree):
    """Without the top-level functions and classes, but for cases, whose name stands nowhere else."""
    while True:
        used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
        kept = [
            node
            for node in tree.body
            if not isinstance(node, ast.FunctionDef | ast.ClassDef)
            or node.name in used
            or node.name.startswith("case_")
        ]
        if len(kept) == len(tree.body):
            return tree
        tree.body = kept


def shrink(source, mode, *, rounds=6, seconds=120, extra=None):
    """The smallest program found in time that still differs, under a line that says in which mode; None when the
    program does not differ by itself."""
    differs = Differs(mode, rounds, seconds, extra)
    tree = ast.parse(source)
    if isinstance(tree.body[0], ast.Expr):
        del tree.body[0]
    if not differs(text(tree)):
        return None
    for step in (without_statements, with_small_expressions, without_statements):
        tree = step(tree, differs)
        plainer = without_unused(ast.parse(text(tree)))
        tree = plainer if differs(text(plainer)) else tree
    return f'"""Found by tools/fuzz in mode {mode.name}: differed from stock."""\n' + text(tree)
