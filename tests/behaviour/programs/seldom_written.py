"""What the compiler writes seldom: opcodes that the other programs have no reason for."""


class Holder:
    pass


def case_class_with_free_variable():
    x = "outer"

    class A:
        y = x

        def f(self):
            return x

    class B:
        x = x + "!" if False else "own"
        z = x

    return A.y, A().f(), B.z


def case_load_classderef():
    def make():
        value = "cell"

        class A:
            if True:
                seen = value

            def f(self):
                return value

        return A

    return make().seen, make()().f()


def case_nested_except_star():
    try:
        raise ExceptionGroup("g", [ValueError(1), OSError(2)])
    except* ValueError as e:
        first = len(e.exceptions)
    except* OSError as e:
        second = repr(e.exceptions[0])
    return first, second


def case_print_expression():
    exec(compile("3 + 4\nNone\n'text'", "<single>", "exec"))
    exec(compile("3 + 4", "<single>", "single"))


def case_delete_of_every_kind():
    h = Holder()
    h.a = h.b = 1
    d = {1: 2, 3: 4}
    items = [1, 2, 3]
    cell = 5

    def inner():
        return cell

    seen = inner()
    del h.a, d[1], items[::2], cell
    return vars(h), d, items, seen


def case_unary():
    return [(-x, +x, ~x, not x) for x in (0, 1, -1, True, 2**63, -(2**63))], [
        (-x, +x, not x) for x in (0.0, -0.0, 2.5, 1j)
    ]


def case_is_and_in():
    a = [1]
    return (
        a is a,
        a is not [1],
        1 in a,
        2 not in a,
        None is None,
        "b" in "abc",
        b"b" in b"abc",
        3 in range(5),
        3.5 in range(5),
        "k" in {"k": 1},
    )


def case_build_everything():
    a, b = 1, 2
    return (
        (a, b),
        [a, b],
        {a, b},
        {a: b},
        {"x": a, "y": b},
        slice(a, b),
        [1, 2, 3],
        (1, 2, 3),
        {1, 2, 3},
        f"{a}{b}",
        [*"ab", a],
        {**{"q": 1}, "r": b},
        (*[], a),
    )


def case_global_in_a_class_body():
    scope = {}
    exec("class A:\n    global made\n    made = 5\n    del_me = 1\n    del del_me\n", scope)
    return scope["made"], hasattr(scope["A"], "del_me")


def case_delete_name_and_global():
    scope = {}
    exec(
        "x = 1\ny = 2\ndef f():\n    global y\n    del y\nf()\ndel x\nfound = [n for n in ('x', 'y') if n in globals()]",
        scope,
    )
    return scope["found"]


def case_loop_jumps():
    out = []
    x = None
    for n in range(8):
        if x is None:
            x = n
        elif x is not None and n > 6:
            x = None
        while x is not None and x < 3:
            x += 1
        while x is None:
            x = 1
            if n:
                break
        do = n
        while do:
            do -= 1
            if not do:
                break
        out.append((x, do))
    return out


def backward_jumps(values):
    """A loop for each way a condition can jump back."""
    out, n = [], 0
    while values[n] is None:
        n += 1
    out.append(n)
    while values[n] is not None:
        n += 1
    out.append(n)
    while not values[n]:
        n += 1
    out.append(n)
    while values[n]:
        n += 1
    out.append(n)
    return out


def case_backward_jumps():
    return backward_jumps([None, None, 1, 2, None, 0, "", 3, 4, 0])


def case_long_jumps():
    body = "\n".join(f"  total += {n}\n  if total > {10**9 + n}: break" for n in range(120))
    scope = {}
    exec(f"def f(n):\n total = 0\n while n:\n  n -= 1\n{body}\n return total", scope)
    return scope["f"](3)


def case_chained_comparison_in_conditions():
    return [n for n in range(-2, 12) if 0 < n < 10 != n + 1 and not 3 <= n <= 5]


async def agen():
    yield 1
    yield 2


def case_async_opcodes():
    async def body():
        total = 0
        async for x in agen():
            total += x
        return [total, [y async for y in agen()], [z async for z in agen() if z > 1]]

    try:
        body().send(None)
    except StopIteration as stop:
        return stop.value


def case_yield_in_odd_places():
    def g():
        x = [(yield 1), (yield 2)]
        y = {(yield 3): (yield 4)}
        z = f"{(yield 5)}"
        try:
            w = (yield 6) or (yield 7)
        finally:
            yield 8
        return x, y, z, w

    it = g()
    out = [next(it)]
    try:
        for n in range(20):
            out.append(it.send(n if n != 5 else 0))
    except StopIteration as stop:
        return out, stop.value


def case_import_from_and_star():
    scope = {}
    exec(
        "from os.path import join as j, split\nimport os.path as p\nimport os.path\nfrom math import *", scope
    )
    return scope["j"]("a", "b"), scope["split"]("a/b"), scope["p"] is scope["os"].path, scope["sqrt"](4.0)


def case_keyword_calls():
    def f(a, b, c=3, **more):
        return a, b, c, more

    return (
        f(a=1, b=2),
        f(1, b=2, z=4),
        f(*(1,), b=2, **{"c": 9}),
        "{x}-{y}".format(x=1, y=2),
        dict(f(1, 2)[3], k=1),
        max([1, 5], key=lambda v: -v),
    )


def case_match_opcodes():
    out = []
    for v in ({"a": 1, "b": 2}, [1, 2, 3], (1,), "text", 5, Holder()):
        match v:
            case {"a": a, **rest}:
                out.append((a, rest))
            case [first, *mid, last]:
                out.append((first, mid, last))
            case Holder():
                out.append("holder")
            case str(s) | [s]:
                out.append(s)
            case _:
                out.append("none")
    return out
