"""Cases about functions that call themselves and each other: numbers that outgrow a register, other types halfway down,
exceptions and frames looked at in the depth, functions replaced meanwhile, and no more room.
"""

VALUES = (
    "3",
    "7",
    "-2",
    "1.5",
    "0.0",
    "2**62",
    "2**63 - 1",
    "-(2**63)",
    "10**30",
    "True",
    "'ab'",
    "None",
    "float('inf')",
)


class RecursionCase:
    def __init__(self, random, name):
        self.random, self.name = random, name

    def pick(self, *choices):
        return self.random.choice(choices)

    def value(self, names, deep=2):
        if deep == 0 or self.random.random() < 0.25:
            return self.pick(*names, *names, "1", "2", "0.5", "3", "1 << 40")
        one, two = self.value(names, deep - 1), self.value(names, deep - 1)
        return self.pick(
            f"({one} {self.pick('+', '-', '*')} {two})",
            f"({one} {self.pick('+', '-')} {two})",
            f"({one} {self.pick('&', '|', '^', '>>', '//', '%')} {self.pick('3', '7', '60', 'n')})",
            f"(-{one})",
            f"abs({one})",
            f"({one} if {two} {self.pick('<', '>=', '==', '!=')} {self.pick('0', 'n', one)} else {two})",
            f"min({one}, {two})",
            f"({one} and {two})",
        )

    def call(self, names, extra):
        target = self.pick(f"r{self.name}_0", f"r{self.name}_1", "same")
        if target == "same":
            target = f"r{self.name}_{extra}"
        return f"{target}({self.pick('n - 1', 'n - 1', 'n - 2', 'n // 2')}, {self.value(names, 1)})"

    def function(self, number):
        lines, names = [f"def r{self.name}_{number}(n, a{self.pick('', '', ', b=1')}):"], ("n", "a")
        add = lines.append
        add(f"    if n <= {self.pick('0', '1', '2')}:")
        add(f"        return {self.pick('a', 'n', '1', self.value(names), self.value(names))}")
        if self.random.random() < 0.3:
            add(f"    if n == DEPTHS{self.name}[0]:")
            add(
                "        "
                + self.pick(
                    f"raise ValueError(n, {self.value(names, 1)})",
                    "NOTES.append(stack())",
                    "NOTES.append(around())",
                    "a = float(a)",
                    "a = str(a)",
                    f"return r{self.name}_{number}(n - 1, None)",
                    f"meddle{self.name}()",
                )
            )
        guarded = self.random.random() < 0.25
        if guarded:
            add("    try:")
        pad = "        " if guarded else "    "
        for _ in range(self.random.randrange(3)):
            add(f"{pad}{self.pick('a', 'c')} = {self.value(names)}")
            if lines[-1].strip().startswith("c"):
                names = ("n", "a", "c")
        add(pad + f"d = {self.call(names, number)}")
        if self.random.random() < 0.35:
            add(pad + f"d = d {self.pick('+', '-', '*')} {self.call(names, number)}")
        if guarded:
            kind = self.pick("ValueError", "TypeError", "(TypeError, OverflowError)", "RecursionError")
            add(f"    except {kind} as error:")
            add(
                self.pick(
                    "        NOTES.append(str(error)); return len(error.args)",
                    "        NOTES.append((str(error)[:60], where(error))); d = 1",
                    "        raise",
                )
            )
        add(
            f"    return {self.pick('d', 'd + 1', 'd + a', 'd - n', '-d', 'a + d * 3', 'd % 1000007', 'n * d')}"
        )
        return "\n".join(lines)

    def source(self):
        name = self.name
        values = [self.pick(*VALUES) for _ in range(4)]
        arguments = [
            f"({self.random.randrange(2, 12)}, {value})" for value in ("2", self.pick("3", "1.5"), *values)
        ]
        late = self.pick(f"r{name}_1", "lambda n, a: a", "lambda n, a: n / 2", "None")
        return f"""
DEPTHS{name} = [-1]
{self.function(0)}

{self.function(1)}

KEPT{name} = r{name}_0, r{name}_1

def meddle{name}():
    global r{name}_0
    r{name}_0 = {late}

def drive{name}(out, n, a):
    global r{name}_0, r{name}_1
    try:
        out.append(plain(r{name}_0(n, a)))
    except Exception as error:
        out.append((type(error).__name__, str(error)[:80], where(error)))
    r{name}_0, r{name}_1 = KEPT{name}

def case_{name}():
    out, DEPTHS{name}[0] = [], -1
    for n, a in ({", ".join(arguments)}):
        drive{name}(out, n, a)
    for at in range(1, 7):
        DEPTHS{name}[0] = at
        drive{name}(out, 8, {self.pick("2", *values)})
    DEPTHS{name}[0] = -1
    out.append(limited({self.random.randrange(15, 60)}, r{name}_{self.pick(0, 1)}, 90, {self.pick("2", "1.5")}))
    notes, NOTES[:] = NOTES[:60], []
    return out, notes
"""
