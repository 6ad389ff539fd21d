"""Cases about objects and tuples that need not be made: small classes whose instances live for one expression, are kept now and
then, changed, compared, handed on, seen in a traceback's frames, and of which some tell of their end.
"""

UNMADE_PRELUDE = """
ENDS = []


class VPair:
    def __init__(self, x, y):
        self.x = x
        self.y = y

    def __add__(self, o):
        return VPair(self.x + o.x, self.y + o.y)

    def __sub__(self, o):
        return VPair(self.x - o.x, self.y - o.y)

    def __mul__(self, k):
        return VPair(self.x * k, self.y * k)

    def __neg__(self):
        return VPair(-self.x, -self.y)

    def __eq__(self, o):
        return self.x == o.x and self.y == o.y

    def dot(self, o):
        return self.x * o.x + self.y * o.y

    def swap(self):
        return VPair(self.y, self.x)

    def pair(self):
        return self.x, self.y

    def with_x(self, value):
        made = VPair(self.x, self.y)
        made.x = value
        return made

    def first(self):
        return self.x


class VMore(VPair):
    def __init__(self, x, y, z=0):
        VPair.__init__(self, x, y)
        self.z = z

    def dot(self, o):
        return self.x * o.x + self.z

    def grow(self):
        return VMore(self.x, self.y, self.z + 1)


class VBox:
    __slots__ = ("a", "b")

    def __init__(self, a, b):
        self.a = a
        self.b = b

    def get(self):
        return self.a

    def nest(self):
        return VBox(self.b, self)

    def flip(self):
        return VBox(self.b, self.a)


class VEnding:
    def __init__(self, n):
        self.n = n

    def __del__(self):
        ENDS.append(self.n)

    def value(self):
        return self.n


def vsum(p):
    return p.x + p.y


def vmade(a, b):
    return VPair(a, b)


def veither(t):
    return t[0] if t[0] else t[1]


def vshown(v, d=0):
    if isinstance(v, VPair):
        more = (vshown(v.z, d + 1),) if isinstance(v, VMore) else ()
        return (type(v).__name__, vshown(v.x, d + 1), vshown(v.y, d + 1)) + more
    if isinstance(v, VBox):
        return ("VBox", vshown(v.a, d + 1), vshown(v.b, d + 1)) if d < 6 else "VBox"
    if isinstance(v, VEnding):
        return ("VEnding", v.n)
    if isinstance(v, (tuple, list)):
        return tuple(vshown(x, d + 1) for x in v)
    return round(v, 6) if isinstance(v, float) else v


def vtold(error):
    tb, found = error.__traceback__, []
    while tb:
        names = sorted(tb.tb_frame.f_locals.items())
        shown = [(name, vshown(value)) for name, value in names if name not in ("keep", "error", "out")]
        found.append((tb.tb_frame.f_code.co_name, tb.tb_lineno - tb.tb_frame.f_code.co_firstlineno, shown))
        tb = tb.tb_next
    return str(error), found

"""

NUMBERS = ("t", "u", "a", "b")


class UnmadeCase:
    def __init__(self, random, name):
        self.random, self.name = random, name

    def pick(self, *choices):
        return self.random.choice(choices)

    def number(self, deep, names=NUMBERS):
        if deep <= 0:
            return self.pick(*names, "1", "2", "0.5", "i", "i")
        kind, n, o = (
            self.random.randrange(13),
            lambda: self.number(deep - 1, names),
            lambda: self.made(deep - 1, names),
        )
        made = {
            0: lambda: f"({n()} {self.pick('+', '-', '*')} {n()})",
            1: lambda: f"{o()}.x",
            2: lambda: f"{o()}.dot({o()})",
            3: lambda: f"vsum({o()})",
            4: lambda: f"{self.several(deep - 1, names)}[{self.random.randrange(2)}]",
            5: lambda: f"{o()}.first()",
            6: lambda: f"{self.box(deep - 1, names)}.get()",
            7: lambda: f"{o()}.pair()[{self.random.randrange(2)}]",
            8: lambda: f"({o()} == {o()})",
            9: lambda: f"VEnding({n()}).value()",
            10: lambda: f"veither({self.several(deep - 1, names)})",
            11: lambda: f"({n()} if {n()} {self.pick('<', '==', '>=')} {n()} else {n()})",
            12: lambda: f"({n()} + 0)",
        }
        return made[kind]()

    def made(self, deep, names=NUMBERS):
        if deep <= 0:
            return self.pick("p", "q", "VPair(i, 1)", "VPair(1.5, i)", "VMore(i, 2)")
        n, o = lambda: self.number(deep - 1, names), lambda: self.made(deep - 1, names)
        made = [
            lambda: f"VPair({n()}, {n()})",
            lambda: f"VPair({n()}, {n()})",
            lambda: f"VMore({n()}, {n()}, {n()})",
            lambda: f"({o()} {self.pick('+', '-')} {o()})",
            lambda: f"({o()} * {n()})",
            lambda: f"(-{o()})",
            lambda: f"{o()}.swap()",
            lambda: f"{o()}.with_x({n()})",
            lambda: f"vmade({n()}, {n()})",
            lambda: f"VMore({n()}, {n()}).grow()",
            lambda: f"VBox({o()}, {n()}).get()",
            lambda: f"({o()}, {n()})[0]",
        ]
        return self.random.choice(made)()

    def box(self, deep, names=NUMBERS):
        n = lambda: self.number(deep - 1, names)  # noqa: E731
        if deep <= 0:
            return f"VBox({n()}, {n()})"
        return self.random.choice(
            [
                lambda: f"VBox({n()}, {n()})",
                lambda: f"{self.box(deep - 1, names)}.flip()",
                lambda: f"VBox({n()}, {n()}).nest().flip().get().flip()",
                lambda: f"VBox({n()}, VEnding({n()}))",
            ]
        )()

    def several(self, deep, names=NUMBERS):
        n, o = lambda: self.number(deep - 1, names), lambda: self.made(deep - 1, names)
        return self.random.choice(
            [
                lambda: f"({n()}, {n()})",
                lambda: f"({n()}, {n()}, {o()})",
                lambda: f"{o()}.pair()",
                lambda: f"({o()}.x, i)",
                lambda: f"([{n()}, {o()}] * {self.pick('1', '2', '(i % 3 + 1)')})",
                lambda: f"([{o()}] * (i % 3 + 2))",
            ]
        )()

    def statements(self, depth, indent, names=NUMBERS):
        lines, pad = [], "    " * indent
        for _ in range(self.random.randrange(1, 4)):
            lines += (
                [pad + line for line in self.simple(names)] if self.random.random() < 0.7 or not depth else []
            )
            if depth and self.random.random() < 0.3:
                lines += self.compound(depth - 1, indent, names)
        return lines or [pad + "u = " + self.number(2, names)]

    def simple(self, names):
        n, o = self.number(2, names), self.made(2, names)
        return self.random.choice(
            [
                [f"{self.pick('t', 'u')} {self.pick('=', '+=', '-=')} {self.number(3, names)}"],
                [f"a, b = ({n}, {self.number(2, names)})"],
                [f"p = {o}"],
                [f"q = {o}"],
                [f"p.{self.pick('x', 'y')} = {n}"],
                [
                    f"keep.append({self.pick(n, o, self.box(2, names), self.several(2, names))})",
                    "if len(keep) > 5: del keep[0]",
                ],
                ["ENDS.append('m')", f"t += {self.box(2, names)}.get()"],
                [f"h = VBox(p, {n})", "q = h.get() if i % 3 else h.a + p"],
            ]
        )

    def compound(self, depth, indent, names):
        pad, body = "    " * indent, lambda more=(): self.statements(depth, indent + 1, names + more)
        kind, turn = self.random.randrange(6), self.random.randrange(40)
        if kind == 0:
            sign = self.pick("<", ">", "==")
            return [f"{pad}if {self.number(2, names)} {sign} {self.number(1, names)}:", *body()]
        if kind == 1:
            return [f"{pad}if i == {turn}:", *body(), f"{pad}else:", *body()]
        if kind == 2:
            return [f"{pad}for j in range({self.random.randrange(1, 4)}):", *body(("j",))]
        if kind > 3:
            return [pad + line for line in self.fresh(turn, (*names, "j"))]
        fails = f"{pad}    t += {self.made(2, names)}.dot(w if i == {turn} else p)"
        handler = [
            f"{pad}except (TypeError, AttributeError) as error:",
            f"{pad}    ENDS.append(vtold(error))",
        ]
        return [f"{pad}try:", *body(), fails, *handler]

    def fresh(self, turn, names):
        """A loop in which nobody looks, with a new object for its variables in each turn."""
        n = lambda: self.number(1, names)  # noqa: E731
        inside = (*names, "r.x", "r.y", "s[0]")
        use = lambda: self.number(1, inside)  # noqa: E731
        made = [
            f"r = VPair({n()}, {n()})",
            f"r = VPair({n()}, j) + VPair(1, {n()})",
            f"r = vmade({n()}, p.x)",
        ]
        more = [
            f"r.x = {use()}",
            f"r.x += {use()}",
            "h = r",
            f"r = VPair(r.y, {use()})",
            f"if j == {turn % 7}: {self.pick('break', 'continue', 'keep.append(r)', 'h = s')}",
            f"if i == {turn}: r = {self.pick('q', 'VMore(1, 2)', 'VPair(w, 1)')}",
            f"if r.x < {n()}: s = ({use()}, 1)",
            f"t -= s[{self.pick('0', '-1', '1')}]",
            f"a, b = s[0], {use()}",
        ]
        behind = ["t += r.x", "q = r", "keep.append(s)", "keep.append((r, s, h))", "u += s[0]", "p = h"]
        return [
            "h = p",
            f"for j in range({self.pick('3', '5', 'i % 4 + 1')}):",
            f"    {self.random.choice(made)}",
            f"    s = ({self.number(1, (*names, 'r.x', 'r.y'))}, {self.pick('r.x', 'j', '(j, 1)', 'r')})",
            *(f"    {line}" for line in self.random.sample(more, self.random.randrange(4))),
            f"    {self.pick('t', 'u')} {self.pick('=', '+=')} {use()}",
            *self.random.sample(behind, self.random.randrange(3)),
        ]

    def source(self):
        name = self.name
        body = self.statements(2, 2) + self.statements(2, 2)
        large = " or ".join(f"abs({what}) > 1e9" for what in ("t", "u", "p.x", "p.y", "q.x", "q.y"))
        return "\n".join(
            [
                f"def v{name}(n, p, q, w, keep):",
                "    t = u = a = b = 0",
                "    for i in range(n):",
                *body,
                f"        if {large}: t = u = a = b = 1; p = VPair(1, 2); q = VPair(3, 4)",
                "    return vshown((t, u, a, b, p, q, keep))",
                "",
                f"def case_{name}():",
                "    ENDS.clear()",
                "    out = []",
                "    for a, b in ((VPair(1, 2), VMore(3, 4)), (VPair(1.5, 2), VPair(2, 3)), (VMore(1, 2.5), VPair(0, 0))):",
                "        try:",
                f"            out.append(v{name}(40, a, b, 'w', []))",
                "        except Exception as error:",
                "            out.append(vtold(error))",
                "    return out, ENDS[:400], len(ENDS)",
                "",
            ]
        )
