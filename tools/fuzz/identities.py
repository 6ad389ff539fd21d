"""Programs that ask of two numbers whether they are equal where they asked whether they are the same object."""

import ast

ASKED = """

def _same_number(a, b):
    if type(a) is type(b) and type(a) in (int, float, complex):
        return repr(a) == repr(b)
    return a is b
"""


class Asked(ast.NodeTransformer):
    def __init__(self):
        self.changed = False

    def visit_Compare(self, node):
        self.generic_visit(node)
        if len(node.ops) != 1 or not isinstance(node.ops[0], (ast.Is, ast.IsNot)):
            return node
        if isinstance(node.comparators[0], ast.Constant):
            return node
        self.changed = True
        called = ast.Call(ast.Name("_same_number", ast.Load()), [node.left, node.comparators[0]], [])
        return called if isinstance(node.ops[0], ast.Is) else ast.UnaryOp(ast.Not(), called)


def by_value(source):
    """The program with `is` between numbers told by type and value, on lines of its own; None where nothing asks so.

    Numbers are boxed anew by compiled code where they are no longer known to come from an object, which CPython's reference leaves
    open; all else that an object's identity tells has to be as in stock.
    """
    asked = Asked()
    tree = ast.fix_missing_locations(asked.visit(ast.parse(source)))
    return ast.unparse(tree) + ASKED if asked.changed else None
