"""Cases that compute with the low bits of ints: masks, powers of two, shifts and rotations near 2**31, 2**32, 2**63 and
2**64, and all that is done with what comes of it: kept, compared, divided, shown, handed on, left behind by an error."""

from fuzz.statements import Case

EDGES = ["2**31", "2**32", "2**53", "2**62", "2**63", "2**64", "2**65"]
WIDTHS = [
    "M64",
    "M64",
    "M64",
    "0xFFFFFFFFFFFFFFFF",
    "0xFFFFFFFF",
    "M32",
    "2**63 - 1",
    "0xFF",
    "2**63",
    "2**65 - 1",
]
RESTS = ["2**64", "2**64", "2**32", "2**63", "2**7", "1", "2**65", "1000003", "M64", "m"]
ODD = ["-1", "0", "~7", "-2**63", "2**64 + 5", "0.5", "True"]


class WordCase(Case):
    def source(self):
        self.names = ["x", "y", "z"]
        for name, value in (("M64", "2**64 - 1"), ("M32", "2**32 - 1")):
            self.add(0, f"{name} = {value}")
        self.add(0, f"\ndef r{self.name}(v, k):")
        self.add(
            1,
            f"return {self.pick('((v << k) | (v >> (64 - k))) & M64', '(v ^ (v >> k)) * 3 & M64', 'v >> k')}",
        )
        self.add(0, f"\nclass K{self.name}:")
        self.add(1, "def __init__(self, state):")
        self.add(2, "self.state = state")
        self.add(1, "def step(self, m):")
        self.add(2, "x = y = z = self.state")
        self.add(2, "i = 1")
        self.add(2, f"self.state = {self.masked(2)}")
        self.add(2, f"return {self.pick('self.state', 'x', self.anything(1))}")
        self.add_kernel()
        self.add_driver()
        return "\n".join(self.lines) + "\n"

    # --- numbers ---

    def number(self):
        edge = f"{self.pick(*EDGES)} {self.pick('- 1', '+ 0', '+ 1', f'- {self.random.randrange(1 << 20)}')}"
        return self.pick(
            str(self.random.randrange(9)), f"({edge})", f"({edge})", hex(self.random.getrandbits(64))
        )

    def operand(self):
        return self.pick(*self.names, *self.names, "i", "m", self.number(), self.number())

    def bits(self):
        return self.pick(
            "1",
            "7",
            "13",
            "31",
            "32",
            "33",
            "59",
            "63",
            "64",
            "i",
            "(i & 63)",
            "(-i & 31)",
            "(i * 5)",
            "(m % 70)",
        )

    def anything(self, depth):
        """Of any size."""
        if depth <= 0:
            return self.operand()
        form = self.random.randrange(12)
        a = self.anything(depth - 1)
        if form < 6:
            return f"({a} {self.pick('+', '-', '*', '*', '^', '|', '&')} {self.anything(depth - 1)})"
        if form < 8:
            return f"({a} << {self.bits()})"
        if form < 10:
            return f"({a} >> {self.bits()})"
        if form == 10:
            return f"({self.pick('~', '-')}{a})"
        return self.masked(depth - 1)

    def masked(self, depth):
        form = self.random.randrange(10)
        a = self.anything(depth)
        if form < 6:
            return f"({a} & {self.pick(*WIDTHS)})"
        if form == 6:
            return f"({self.pick(*WIDTHS)} & {a})"
        if form == 7:
            return f"({a} % {self.pick(*RESTS)})"
        if form == 8:
            return f"(({a} & M64) // {self.pick('3', '2**32', 'm', '2**63')})"
        return f"r{self.name}({a} & M64, {self.pick('1', '7', '63', 'i & 63')})"

    # --- statements ---

    def add_statement(self, indent):
        name = self.pick(*self.names)
        form = self.random.randrange(16)
        if form < 5:
            self.add(indent, f"{name} = {self.masked(self.random.randrange(1, 4))}")
        elif form < 7:
            self.add(indent, f"{name} {self.pick('^', '+', '*', '-', '|')}= {self.anything(1)}")
            self.add(indent, f"{name} &= {self.pick(*WIDTHS)}")
        elif form == 7:
            self.add(
                indent,
                f"if {self.anything(1)} {self.pick('<', '<=', '==', '!=', '>', '>=')} {self.operand()}:",
            )
            self.add(indent + 1, f"{name} = {self.masked(1)}")
        elif form == 8:
            self.add(indent, f"out.append({self.pick(name, self.anything(2), self.masked(2))})")
        elif form == 9:
            self.add(indent, f"data[{self.pick('i % 5', f'{name} % 5', f'{name} & 3')}] = {self.masked(1)}")
        elif form == 10:
            self.add(
                indent, f"{name} = data[{self.pick('i % 5', f'{name} % 5', f'({name} >> 7) & 3')}] & M64"
            )
        elif form == 11:
            self.add(indent, f"{name} ^= thing.step(m) & M64")
        elif form == 12:
            use = self.pick(
                "str({})", "'%d %x' % ({}, {})", "hash({})", "bool({})", "float({})", "{} * 0.5", "{} / 7"
            )
            use = self.pick(
                use, use, "{} / 2**64", "({},)", "[{}, {}]", "seen.get({})", "seen.setdefault({}, i)"
            )
            use = self.pick(
                use, use, "min({}, y)", "divmod({}, 10)", "{} is x", "f'{{{}:x}}'", "({}).bit_length()"
            )
            self.add(
                indent, f"out.append({use.replace('{}', self.pick(name, self.anything(1), self.masked(1)))})"
            )
        elif form == 13:
            self.add(
                indent, f"if i == {self.random.randrange(3, 12)}: {name} = {self.pick(*ODD, self.number())}"
            )
        elif form == 14:
            self.add(indent, "try:")
            self.add(indent + 1, f"{name} = {self.anything(2)} % ({self.pick('i - 3', name, 'm')}) & M64")
            self.add(indent, f"except ZeroDivisionError: {name} = i")
        else:
            self.add(indent, f"while {name} {self.pick('> M32', '& 1', '!= 0')} and i < 9:")
            self.add(indent + 1, f"{name} {self.pick('>>= 1', '//= 3', '= (' + name + ' - 1) & M64')}")
            self.add(indent + 1, "i += 1")

    def add_kernel(self):
        self.add(0, f"\ndef k{self.name}(x, y, z, m, data, out):")
        self.add(1, f"thing, seen = K{self.name}(x), {{}}")
        if self.chance(0.3):
            self.add(1, f"{self.pick(*self.names)} = {self.number()}")
        self.add(1, "for i in range(14):")
        for _ in range(self.random.randrange(2, 7)):
            self.add_statement(2)
        self.add(1, "return x, y, z, thing.state, data, sorted(seen)")

    def add_driver(self):
        self.add(0, f"\nS{self.name} = [0]")
        self.add(0, f"\ndef case_{self.name}():")
        self.add(1, f"turn = S{self.name}[0] = S{self.name}[0] + 1")
        self.add(1, "found = []")
        rows = []
        for late in (False, False, False, True, True):
            values = [self.pick(*ODD) if late and self.chance(0.3) else self.number() for _ in range(4)]
            rows.append(f"({', '.join(values)})")
        self.add(1, f"rows = [{', '.join(rows)}]")
        self.add(1, "for x, y, z, m in rows if turn > 3 else rows[:3] * 2:")
        self.add(2, "out, data = [], [1, 2**63, 3, 2**64 - 5, 0]")
        self.add(2, "try:")
        self.add(3, f"found.append(k{self.name}(x, y, z, m, data, out))")
        self.add(2, "except Exception as error:")
        self.add(3, "found.append((type(error).__name__, str(error)[:80], where(error)))")
        self.add(2, "found.append(plain(out[:60]))")
        self.add(1, "return plain(found)")
