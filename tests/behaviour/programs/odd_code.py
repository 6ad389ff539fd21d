"""Huge functions, deep nesting, code objects changed or made by hand, exec and compile."""

import dis
import functools
import types


@functools.cache
def huge():
    """A function of more than 50,000 instructions, with jumps over most of it."""
    lines = ["def f(a, n):", "    total = 0", "    while n:", "        n -= 1"]
    for k in range(7000):
        lines.append(
            f"        total += a * {k % 11} - {k}"
            if k % 3
            else f"        if total & {1 << k % 20}: total ^= {k}"
        )
    lines.append("    return total")
    scope = {}
    exec("\n".join(lines), scope)
    return scope["f"]


def case_huge_function():
    f = huge()
    return len(f.__code__.co_code) // 2 > 50000, f(3, 1), f(5, 2)


@functools.cache
def many_locals():
    names = [f"v{n}" for n in range(600)]
    source = (
        "def f(x):\n"
        + "".join(f"    {name} = x + {n}\n" for n, name in enumerate(names))
        + "    return "
        + " + ".join(names)
    )
    scope = {}
    exec(source, scope)
    return scope["f"]


def case_many_locals():
    return many_locals()(1), many_locals()(1.5), many_locals()(2**62)


@functools.cache
def deep_nesting():
    lines = ["def f(x):", "    out = 0"]
    for depth in range(19):
        lines.append("    " * (depth + 1) + f"for i{depth} in range(1):")
    lines.append("    " * 20 + "out += x")
    lines.append("    return out")
    nested_if = (
        ["def g(x):"]
        + [" " * (d + 1) + f"if x != {d}:" for d in range(95)]
        + [" " * 97 + "return 'deep'", " return 'shallow'"]
    )
    expression = "def h(x):\n return " + "(" * 90 + "x" + " + 1)" * 90
    data = "k = " + "[" * 90 + "1" + "]" * 90
    long_chain = "def m(x):\n return " + "+".join(["x"] * 3000 if False else ["x"] * 900)
    conditional = "def c(x):\n return " + "".join(f"{n} if x == {n} else " for n in range(80)) + "-1"
    scope = {}
    for source in ("\n".join(lines), "\n".join(nested_if), expression, data, long_chain, conditional):
        exec(source, scope)
    return scope


def case_deep_nesting():
    s = deep_nesting()
    return (
        s["f"](3),
        s["g"](500),
        s["g"](50),
        s["h"](1),
        repr(s["k"])[:5],
        s["m"](2),
        [s["c"](n) for n in (0, 79, 80)],
    )


@functools.cache
def tries(depth):
    """`depth` try statements inside each other, made of functions where the compiler's limit of 20 blocks would be met."""
    lines = ["def f(n):", " log = []"]
    indent = 1
    for level in range(depth):
        lines.append(" " * indent + "try:")
        indent += 1
    lines.append(" " * indent + "log.append(1 // n)")
    for level in reversed(range(depth)):
        indent -= 1
        lines.append(
            " " * indent
            + (
                "except ZeroDivisionError: log.append('z'); raise ValueError"
                if level % 2
                else f"finally: log.append({level})"
            )
        )
    lines.insert(2, " outer = log")
    source = "\n".join(lines) + "\n return log"
    scope = {}
    exec(source, scope)
    return scope["f"]


def case_nested_tries():
    out = [tries(10)(1)]
    try:
        tries(10)(0)
    except (ValueError, ZeroDivisionError) as error:
        out.append((type(error).__name__, error.__traceback__.tb_next.tb_frame.f_locals["log"]))
    return out


def case_two_hundred_functions_deep():
    source = ""
    for depth in range(90):
        source += " " * depth + f"def f{depth}(x):\n"
    source += " " * 90 + "return x + 1\n"
    for depth in reversed(range(89)):
        source += " " * (depth + 1) + f"return f{depth + 1}(x)\n"
    try:
        scope = {}
        exec(source, scope)
        return scope["f0"](5)
    except (IndentationError, SyntaxError, MemoryError, RecursionError) as error:
        return type(error).__name__


def case_two_hundred_lambdas():
    f = lambda x: x
    for _ in range(200):
        f = (lambda g: lambda x: g(x) + 1)(f)
    data = []
    for _ in range(200):
        data = [data]
    depth = 0
    while data:
        data, depth = data[0], depth + 1
    return f(0), depth


def case_code_replace():
    def f(a, b=2):
        c = a + b
        return c * 10

    consts = tuple(99 if c == 10 else c for c in f.__code__.co_consts)
    out = [f(1)]
    f.__code__ = f.__code__.replace(co_consts=consts)
    out.append(f(1))
    g = types.FunctionType(
        f.__code__.replace(co_name="renamed", co_filename="elsewhere", co_firstlineno=1000), {}
    )
    try:
        g("x", 1)
    except TypeError as error:
        tb = error.__traceback__.tb_next
        out.append((tb.tb_frame.f_code.co_name, tb.tb_frame.f_code.co_filename, tb.tb_lineno))
    h = types.FunctionType(f.__code__.replace(co_linetable=b"", co_varnames=("x", "y", "z")), {})
    out.append(h(y=1, x=5) if False else h(5, 1))
    return out


def code(
    *instructions,
    consts=(None,),
    names=(),
    varnames=("x",),
    argcount=1,
    stack=10,
    flags=3,
    table=b"",
    cells=(),
    free=(),
):
    body = bytearray()
    for name, *arg in instructions:
        number = dis.opmap[name]
        value = arg[0] if arg else 0
        body += bytes([number, value & 255]) + bytes(2 * dis._inline_cache_entries[number])
    made = types.CodeType(
        argcount,
        0,
        0,
        len(varnames),
        stack,
        flags,
        bytes(body),
        consts,
        names,
        varnames,
        "made.py",
        "made",
        "made",
        10,
        b"",
        table,
        free,
        cells,
    )
    return types.FunctionType(made, {"__builtins__": {}}, closure=())


def case_handmade_code():
    plain = code(("RESUME", 0), ("LOAD_FAST", 0), ("LOAD_FAST", 0), ("BINARY_OP", 0), ("RETURN_VALUE",))
    no_resume = code(("LOAD_FAST", 0), ("RETURN_VALUE",))
    swaps = code(
        ("RESUME", 0),
        ("LOAD_FAST", 0),
        ("LOAD_CONST", 0),
        ("LOAD_CONST", 1),
        ("SWAP", 3),
        ("COPY", 1),
        ("BUILD_TUPLE", 4),
        ("RETURN_VALUE",),
        consts=("a", "b"),
    )
    nops = code(
        ("NOP",),
        ("RESUME", 0),
        ("NOP",),
        ("LOAD_CONST", 0),
        ("POP_TOP",),
        ("NOP",),
        ("LOAD_FAST", 0),
        ("NOP",),
        ("RETURN_VALUE",),
    )
    dead = code(
        ("RESUME", 0),
        ("LOAD_FAST", 0),
        ("RETURN_VALUE",),
        ("LOAD_CONST", 0),
        ("POP_TOP",),
        ("JUMP_BACKWARD", 3),
    )
    jumps = code(
        ("RESUME", 0),
        ("JUMP_FORWARD", 2),
        ("LOAD_CONST", 0),
        ("RETURN_VALUE",),
        ("LOAD_FAST", 0),
        ("POP_JUMP_FORWARD_IF_TRUE", 2),
        ("LOAD_CONST", 1),
        ("RETURN_VALUE",),
        ("LOAD_CONST", 2),
        ("RETURN_VALUE",),
        consts=("skipped", "false", "true"),
    )
    into_loop = code(
        ("RESUME", 0),
        ("LOAD_CONST", 0),
        ("LOAD_FAST", 0),
        ("JUMP_FORWARD", 5),
        ("SWAP", 2),
        ("LOAD_CONST", 1),
        ("BINARY_OP", 0),
        ("SWAP", 2),
        ("COPY", 1),
        ("LOAD_CONST", 1),
        ("BINARY_OP", 10),
        ("COPY", 1),
        ("STORE_FAST", 0),
        ("SWAP", 2),
        ("POP_TOP",),
        ("LOAD_FAST", 0),
        ("POP_JUMP_BACKWARD_IF_TRUE", 0),
        ("RETURN_VALUE",),
        consts=(0, 1),
    )
    unbound = code(("RESUME", 0), ("DELETE_FAST", 0), ("LOAD_FAST", 0), ("RETURN_VALUE",))
    out = [
        plain(3),
        plain("ab"),
        no_resume(4),
        swaps(1),
        nops(5),
        dead(6),
        jumps(0),
        jumps(1),
        len(into_loop.__code__.co_code),
    ]
    try:
        unbound(1)
    except UnboundLocalError as error:
        out.append(str(error))
    return out


def case_every_stack_shuffle():
    out = []
    for count in range(2, 9):
        loads = [("LOAD_CONST", n) for n in range(count)]
        for swap in range(1, count + 1):
            f = code(
                ("RESUME", 0),
                *loads,
                ("SWAP", swap),
                ("COPY", swap),
                ("BUILD_LIST", count + 1),
                ("RETURN_VALUE",),
                consts=tuple(range(count)),
            )
            out.append(f(0))
    return out


def case_extended_arguments():
    body = []
    for n in range(300):
        body.append(f"    x{n} = {n + 10**6}")
    source = "def f(n):\n    total = 0\n    for i in range(n):\n" + "\n".join("    " + line for line in body)
    source += "\n        total += x299 + x0 + x257\n    return total"
    scope = {}
    exec(source, scope)
    return scope["f"](3), scope["f"](0)


def case_same_code_in_two_functions():
    def make(n):
        def f(x):
            return x * n

        return f

    fs = [make(n) for n in (2, 2.5, "a", [1])]
    return [f(3) for f in fs for _ in range(4)]


def case_compile_modes():
    tree = compile("x = 1\nx + 2", "<t>", "exec", flags=__import__("ast").PyCF_ONLY_AST)
    scope = {}
    exec(compile(tree, "<t>", "exec"), scope)
    return (
        scope["x"],
        eval(compile("[n for n in range(y)]", "<t>", "eval"), {"y": 3}),
        [eval("a + b", {"a": n}, {"b": n * 2}) for n in range(4)],
    )


def case_code_objects_are_as_compiled():
    def f(x):
        total = 0
        for i in range(x):
            total += i
        return total

    before = f.__code__.co_code
    for n in range(20):
        f(n)
    listing = [(i.opname, i.argval if i.opname != "LOAD_CONST" else None) for i in dis.get_instructions(f)]
    return (
        before == f.__code__.co_code,
        len(listing),
        listing[:4],
        f.__code__ == f.__code__.replace(),
        hash(f.__code__) == hash(f.__code__.replace()),
    )


def case_function_attributes_survive():
    def f(x: int = 1, *, y=2) -> str:
        """Doc."""
        return x, y

    f.tag = "t"
    for _ in range(10):
        f()
    import inspect
    import pickle

    return (
        f.__name__,
        f.__qualname__,
        f.__doc__,
        f.tag,
        str(inspect.signature(f)),
        f.__kwdefaults__,
        pickle.loads(pickle.dumps(helper))(4),
        f.__code__.co_argcount,
    )


def helper(n):
    return n + 1
