"""Where exceptions say they come from: lines, carets, frames, chained and in generators."""

import inspect
import sys
import traceback


def divide(a, b):
    return a / b


def text_of(function, *args):
    try:
        function(*args)
    except BaseException as error:
        error.__traceback__ = error.__traceback__.tb_next
        return "".join(traceback.format_exception(error))
    return "nothing raised"


def case_carets():
    def one(x):
        return x.a.b.c + x["k"]["j"]

    def two(x):
        return (1 + x) * (2 + x + "s") / 3

    def three(f, x):
        return f(1)(x)(2, 3)

    def four(x):
        y = [x[0] + x[1], x[9]]
        return y

    class Box:
        pass

    box = Box()
    box.a = Box()
    return "\n".join(
        [text_of(one, box), text_of(two, 1), text_of(three, lambda n: lambda m: 3, 1), text_of(four, [1, 2])]
    )


def case_plain():
    def middle(n):
        total = 0
        for k in range(n, -2, -1):
            total += divide(1, k)
        return total

    return text_of(middle, 3)


def case_multi_line_call():
    def build(**kwargs):
        return divide(
            kwargs["a"],
            kwargs["b"],
        )

    return text_of(
        lambda: build(
            a=1,
            b=0,
        )
    )


def case_chained():
    def cause():
        try:
            divide(1, 0)
        except ZeroDivisionError as error:
            raise ValueError("from it") from error

    def context():
        try:
            {}["missing"]
        except KeyError:
            divide(1, 0)

    return text_of(cause) + text_of(context)


def case_in_a_generator():
    def produce():
        yield 1
        yield divide(1, 0)

    def consume():
        return [value + 1 for value in produce()]

    return text_of(consume)


def case_in_finally_and_with():
    class Manager:
        def __enter__(self):
            return self

        def __exit__(self, *info):
            divide(2, 0)

    def left():
        with Manager():
            try:
                raise KeyError("first")
            finally:
                divide(1, 0)

    return text_of(left)


def case_every_instruction_that_raises():
    out = []
    for source in (
        "x = y",
        "x = 1\ndel x, x",
        "import nowhere_at_all",
        "from sys import nowhere",
        "a, b = 1,",
        "a, *b, c = 1,",
        "for x in 3: pass",
        "with 3: pass",
        "[].x = 1",
        "del [].x",
        "[][0]",
        "[][0] = 1",
        "del [][0]",
        "{}[[]]",
        "{[]: 1}",
        "{[]}",
        "-'a'",
        "1 + 'a'",
        "1 < 'a'",
        "1 in 2",
        "3()",
        "print(*3)",
        "print(**3)",
        "f'{1:zz}'",
        "raise 3",
        "assert 0, 'said'",
        "class A(3): pass",
        "class A(metaclass=3): pass",
        "def f(): return g()\nf()",
        "x = [1 for y in 3]",
        "x = {1: 2 for y in [1] if y()}",
        "async def f(): await 3\nf().send(None)",
        "def f(): yield from 3\nnext(f())",
        "match [1]:\n  case 3(x): pass" if False else "match 1:\n  case x.y: pass",
        "lambda: 0\n(lambda: 1/0)()",
        "@3\ndef f(): pass",
        "x: y = 1",
        "global z\nz += 1",
        "try: 1/0\nexcept 3: pass",
        "try: 1/0\nexcept* 3: pass",
    ):

        def run():
            exec(compile(source, "<snippet>", "exec"), {"__name__": "snippet"})

        text = text_of(run)
        out.append(
            f"{source!r}: {text.splitlines()[-1]} @ {[l.strip() for l in text.splitlines() if '<snippet>' in l]}"
        )
    return "\n".join(out)


def case_positions():
    def f(x):
        a = x + 1
        b = a[0]
        return b

    try:
        f(1)
    except TypeError as error:
        tb = error.__traceback__.tb_next
        position = list(tb.tb_frame.f_code.co_positions())[tb.tb_lasti // 2]
        return tb.tb_lasti, tb.tb_lineno - f.__code__.co_firstlineno, position[2:]


def case_locals_of_every_frame():
    def inner(depth, **kw):
        here = depth * 2
        if depth == 0:
            return divide(here, 0)
        value = inner(depth - 1, d=depth)
        return value

    try:
        inner(3)
    except ZeroDivisionError as error:
        out, tb = [], error.__traceback__.tb_next
        while tb:
            out.append(
                (
                    tb.tb_frame.f_code.co_name,
                    tb.tb_lineno,
                    sorted((k, repr(v)) for k, v in tb.tb_frame.f_locals.items() if k != "inner"),
                )
            )
            tb = tb.tb_next
        return out


def case_loop_variable_at_the_time():
    def work():
        total = 0.0
        for outer in range(10):
            for inner in range(10):
                total += outer * inner
                if outer == 7 and inner == 3:
                    raise ValueError(total)

    try:
        work()
    except ValueError as error:
        tb = error.__traceback__.tb_next
        return tb.tb_frame.f_locals, tb.tb_lineno - work.__code__.co_firstlineno


def case_reused_exception_grows():
    kept = ValueError("kept")

    def throw():
        raise kept

    counts = []
    for _ in range(3):
        try:
            throw()
        except ValueError as error:
            counts.append(len(traceback.extract_tb(error.__traceback__)))
    return counts


def case_traceback_module():
    def a():
        return b()

    def b():
        return traceback.format_stack(limit=2)

    def c():
        return [(f.name, f.lineno) for f in traceback.extract_stack(limit=3)]

    def d():
        return c()

    return a(), d(), inspect.stack()[0].function, inspect.currentframe().f_lineno


def case_warnings_point_at_the_line():
    import warnings

    def old():
        warnings.warn("old", DeprecationWarning, stacklevel=2)

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for _ in range(3):
            old()
        old()
    return [(str(w.message), w.lineno) for w in caught]


def case_recursion_error_traceback():
    def down(n):
        return down(n + 1)

    try:
        down(0)
    except RecursionError as error:
        tb, depth = error.__traceback__, 0
        lines = set()
        while tb:
            depth, tb = depth + 1, tb.tb_next
            if tb:
                lines.add((tb.tb_lineno, tb.tb_frame.f_code.co_name))
        return str(error), depth > sys.getrecursionlimit() * 0.9, sorted(lines)
