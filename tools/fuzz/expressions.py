"""Random expressions of a wanted kind, over the variables in scope; now and then of another kind on purpose."""

INT_EDGES = [0, 1, 2, 3, 5, 7, 10, 255, 256, 1000]
for _power in (30, 31, 32, 53, 60, 62, 63, 64):
    INT_EDGES += [2**_power - 1, 2**_power, 2**_power + 1]
FLOATS = [
    "0.0",
    "-0.0",
    "1.0",
    "0.5",
    "-1.5",
    "3.25",
    "1e16",
    "1e308",
    "5e-324",
    "2.0**53",
    "2.0**63",
    "INF",
    "-INF",
    "NAN",
    "0.1",
]
TEXTS = ["''", "'a'", "'hello'", "'\\u20ac'", "'\\U0001f600x'", "'12'", "'key'"]
BYTES = ["b''", "b'ab\\x00\\xff'", "b'hello'", "bytes(range(5))"]
KINDS = ["int", "float", "str", "list", "dict", "bool", "tuple", "object", "bytes", "set", "none"]
COMPARE = ["<", "<=", "==", "!=", ">", ">="]


def name_or_number(text):
    """A leaf that may stand inside an f-string's braces, where 3.11 takes no quotes."""
    return text if "'" not in text else "7"


class Expressions:
    """random: the case's own generator; scope: name -> kind of every variable that may be read."""

    def __init__(self, random):
        self.random = random
        self.scope = {}
        self.functions = []
        self.classes = []
        self.wrong = random.choice([0, 0, 0.01, 0.05])

    def pick(self, *choices):
        return self.random.choice(choices)

    def chance(self, share):
        return self.random.random() < share

    def variables(self, kind):
        return [name for name, known in self.scope.items() if known == kind]

    def variable(self, kind):
        names = self.variables(kind)
        return self.random.choice(names) if names else None

    def expression(self, kind=None, depth=2):
        if kind is None or self.chance(self.wrong):
            kind = self.random.choice(KINDS)
        if depth <= 0 or self.chance(0.2):
            return self.leaf(kind)
        return getattr(self, f"make_{kind}")(depth - 1)

    def leaf(self, kind):
        name = self.variable(kind)
        if name and self.chance(0.75):
            return name
        if kind == "int":
            value = self.random.choice(INT_EDGES) if self.chance(0.5) else self.random.randrange(12)
            return f"({-value})" if self.chance(0.25) else str(value)
        if kind == "float":
            return f"({self.random.choice(FLOATS)})"
        if kind == "str":
            return self.random.choice(TEXTS)
        if kind == "list":
            return f"[{self.leaf('int')}, {self.leaf('int')}]"
        if kind == "dict":
            return f"{{{self.leaf('str')}: {self.leaf('int')}}}"
        if kind == "bytes":
            return self.random.choice(BYTES)
        if kind == "set":
            return f"{{{self.leaf('int')}, {self.leaf('int')}}}"
        if kind == "bool":
            return self.pick("True", "False")
        if kind == "tuple":
            return f"({self.leaf('int')}, {self.leaf('float')})"
        if kind == "object" and self.classes:
            return f"{self.random.choice(self.classes)}({self.leaf('int')})"
        return "None"

    def condition(self, depth=1):
        return self.expression("bool", depth)

    def call(self, depth):
        if not self.functions:
            return self.leaf("int")
        name, kinds = self.random.choice(self.functions)
        arguments = [self.expression(kind, depth) for kind in kinds]
        return f"{name}({', '.join(arguments)})"

    def gathered(self):
        """A number that a built-in function makes of the items of a generator that calls a function."""
        if not self.functions:
            return self.leaf("int")
        name, kinds = self.random.choice(self.functions)
        arguments = [self.pick("w", "w", str(self.random.choice(INT_EDGES)), "w * 0.5") for _ in kinds]
        items = self.pick(f"range({self.random.randrange(6)})", f"{self.leaf('list')}[:4]")
        item = f"{name}({', '.join(arguments)})"
        item = self.pick(item, item, f"{item} {self.pick('+', '-', '>', '^')} w")
        each = f"{item} for w in {items}{self.pick('', '', f' if {name}({chr(44).join(arguments)})')}"
        return self.pick(
            f"sum({each})",
            f"any({each})",
            f"all({each})",
            f"max(({each}), default=7)",
            f"min([0, *({each})])",
        )

    def make_int(self, depth):
        a, b = self.expression("int", depth), self.expression("int", depth)
        choice = self.random.randrange(24)
        if choice < 4:
            return f"({a} {self.pick('+', '-', '+', '-', '&', '|', '^')} {b})"
        if choice == 4:
            return f"({a} * {self.random.choice(INT_EDGES)})"
        if choice == 5:
            return f"({a} * {b} % {self.pick(97, 2**31 - 1, 2**61 - 1, 2**64)})"
        if choice == 6:
            return f"({a} {self.pick('//', '%')} {b})"
        if choice == 7:
            return f"({a} {self.pick('<<', '>>')} {self.random.randrange(70)})"
        if choice == 8:
            return f"({self.pick('-', '~', '+')}{a})"
        if choice == 9:
            return self.pick(f"abs({a})", f"min({a}, {b})", f"max({a}, {b})", f"int({a})")
        if choice == 10:
            return f"len({self.expression(self.pick('list', 'str', 'dict'), depth)})"
        if choice == 11:
            return f"int({self.expression('float', depth)})"
        if choice == 12:
            return f"({a} if {self.condition(depth)} else {b})"
        if choice == 13 and self.variables("object"):
            return f"{self.variable('object')}.{self.pick('n', 'n', 'm', 'prop', 'method()', 'grow(1)')}"
        if choice == 14 and self.variables("list"):
            return f"{self.variable('list')}[{self.pick('0', '-1', '1', a)}]"
        if choice == 15 and self.variables("dict"):
            return f"{self.variable('dict')}.get({self.expression('str', 0)}, {a})"
        if choice == 16:
            return self.pick(
                f"({a}).bit_length()",
                f"pow({a}, 3, 97)",
                f"divmod({a}, {b})[1]",
                f"hash(0 + {a})",  # not of a tuple that has got there: a NaN's hash is an address
                f"({a} % 1000) ** 2",
            )
        if choice == 17:
            return self.pick(
                f"sum({self.expression('list', depth)})",
                f"len({self.expression(self.pick('set', 'bytes', 'tuple'), depth)})",
                f"ord({self.leaf('str')}[:1])",
                f"{self.leaf('bytes')}[{self.pick('0', '1', '-1', a)}]",
                f"max({self.leaf('list')}, default={a})",
                f"{self.leaf('list')}.index({a})",
                f"{self.leaf('str')}.find({self.leaf('str')})",
                f"{self.leaf('list')}.count({a})",
            )
        if choice == 18:
            return self.pick(
                f"(t := {a}) + t",
                f"math.{self.pick('floor', 'ceil', 'trunc')}({self.expression(self.pick('int', 'float'), depth)})",
                f"(lambda q, r=2: q {self.pick('+', '-', '^')} r)({a})",
                f"({a} {self.pick('and', 'or')} {b})",
                f"({self.condition(depth)} + {a})",
                f"int({self.leaf('bool')})",
                f"[{a}, {b}][{self.pick(0, 1, -1)}]",
                f"sum(w for w in {self.leaf('list')}[:5])",
                self.gathered(),
                f"int(str({a})[:4])" if self.chance(0.3) else f"({a} == {b})",
            )
        if choice == 19 and self.variables("object"):
            thing = self.variable("object")
            return self.pick(
                f"{thing}.kind", f"{thing}.m", f"({thing} + {a}).n", f"{thing}.n", f"getattr({thing}, 'n', 3)"
            )
        return self.call(depth)

    def make_bytes(self, depth):
        name = self.leaf("bytes")
        k = self.random.randrange(5)
        return self.pick(
            f"{name}[{k}:]",
            f"({name}[:9] + {self.leaf('bytes')})",
            f"bytes(v & 255 for v in {self.leaf('list')}[:5])",
            f"{self.leaf('str')}[:5].encode()",
            f"bytes(bytearray({name})[::-1])",
            f"({name}[:3] * {k})",
        )

    def make_set(self, depth):
        name = self.leaf("set")
        return self.pick(
            f"{{{self.expression('int', depth)}, {self.expression('int', depth)}}}",
            f"({name} {self.pick('|', '&', '-', '^')} {self.leaf('set')})",
            f"set({self.leaf('list')}[:6])",
            f"{{v % 5 for v in {self.leaf('list')}[:6]}}",
        )

    def make_float(self, depth):
        a = self.expression("float", depth)
        b = self.expression(self.pick("float", "float", "int"), depth)
        choice = self.random.randrange(9)
        if choice < 4:
            return f"({a} {self.pick('+', '-', '*')} {b})"
        if choice == 4:
            return f"({a} {self.pick('/', '//', '%')} {b})"
        if choice == 5:
            return f"({self.expression('int', depth)} / {self.expression('int', depth)})"
        if choice == 6:
            return self.pick(
                f"-{a}",
                f"abs({a})",
                f"float({self.expression('int', depth)})",
                f"math.sqrt({a})",
                f"math.floor({a})",
                f"round({a}, 2)",
                f"math.{self.pick('fabs', 'sin', 'exp', 'log', 'atan')}({a})",
                f"float({self.pick(a, self.leaf('str'))})",
                f"max({a}, {b})",
                f"sum([{a}, {b}])",
                f"(float({a}) ** 2)",
                f"divmod({a}, {b})[0]",
            )
        if choice == 7 and self.variables("object"):
            return f"{self.variable('object')}.x"
        return f"({b} if {self.condition(depth)} else {a})"

    def make_str(self, depth):
        name = self.variable("str") or self.leaf("str")
        return self.pick(
            f"'%s:%.3g' % ({self.expression('int', depth)}, {self.leaf('float')})",
            f"f'{{{name_or_number(self.leaf('int'))}}}:{{{name_or_number(self.leaf('float'))}:.3g}}'",
            f"({name}[:8] + {self.random.choice(TEXTS)})",
            f"{name}[{self.random.randrange(-2, 3)}]",
            f"{name}[{self.random.randrange(3)}:{self.random.randrange(6)}]",
            f"str({self.expression('int', depth)})",
            f"{name}[:9].upper()",
            f"'-'.join([{name}[:5], {self.leaf('str')}])",
            f"{name}[:6].replace('a', {self.leaf('str')})",
            f"chr({self.expression('int', depth)} % 900)",
            f"({name}[:4] * {self.random.randrange(4)})",
            f"repr({self.expression(self.pick('int', 'float', 'tuple'), depth)})[:30]",
            f"{name}[::-1]",
        )

    def make_list(self, depth):
        k = self.random.randrange(6)
        return self.pick(
            f"[{self.expression('int', depth)}, {self.expression('int', depth)}]",
            f"[v + {self.expression('int', 0)} for v in range({k})]",
            f"[v for v in {self.leaf('list')}[:6] if v != {self.expression('int', 0)}]",
            f"{self.leaf('list')}[{k % 3}:{k + 2}]",
            f"list(range({k}))",
            f"sorted({self.leaf('list')}[:6], key=lambda v: -v)",
            f"[*{self.leaf('list')}[:4], {self.expression('int', depth)}]",
        )

    def make_dict(self, depth):
        return self.pick(
            f"{{{self.expression('str', depth)}: {self.expression('int', depth)}}}",
            f"{{str(v): v * {self.random.randrange(5)} for v in range({self.random.randrange(5)})}}",
            f"{{**{self.leaf('dict')}, 'z': {self.expression('int', depth)}}}",
        )

    def make_bool(self, depth):
        kind = self.pick("int", "int", "float", "str")
        a, b = self.expression(kind, depth), self.expression(kind, depth)
        return self.pick(
            f"({a} {self.random.choice(COMPARE)} {b})",
            f"({a} {self.random.choice(COMPARE)} {b})",
            f"({a} {self.random.choice(COMPARE)} {b} {self.random.choice(COMPARE)} {self.leaf(kind)})",
            f"(not {self.leaf('bool')})",
            f"({self.leaf('bool')} {self.pick('and', 'or')} {a} == {b})",
            f"isinstance({a}, {self.pick('int', 'float', '(str, int)', 'bool')})",
            f"({self.leaf('int')} in {self.leaf(self.pick('list', 'set', 'dict', 'tuple'))})",
            f"({self.leaf('str')} in {self.leaf(self.pick('str', 'dict'))})",
            f"({self.leaf('list')} {self.pick('==', '<', '!=')} {self.leaf('list')})",
            self.tuples_compared(a, b),
            self.tuples_compared(a, b),
            f"bool({self.leaf(self.pick('int', 'float', 'str', 'list', 'object'))})",
            f"({self.leaf('object')} is {self.pick('', 'not ')}None)",
        )

    def tuples_compared(self, a, b):
        equality, number = self.pick("==", "!="), lambda: self.random.choice(INT_EDGES)
        return self.pick(
            f"(({a}, {self.leaf('int')}) {self.random.choice(COMPARE)} ({b}, {self.leaf('int')}))",
            f"(({self.leaf('int')}, {self.leaf('int')}) {self.random.choice(COMPARE)} ({number()}, {number()}))",
            f"(({number()}, {number()}) {equality} ({self.leaf(None)}, {self.leaf('int')}))",
            f"({self.leaf('tuple')} {equality} ({self.leaf('int')}, {self.leaf('float')}, {self.leaf(None)}))",
            f"({self.leaf('tuple')} {equality} ({number()}, {number()}, 3))",
        )

    def make_tuple(self, depth):
        return f"({self.expression('int', depth)}, {self.expression('float', depth)}, {self.expression(None, 0)})"

    def make_object(self, depth):
        if not self.classes:
            return "None"
        return f"{self.random.choice(self.classes)}({self.expression(self.pick('int', 'float'), depth)})"

    def make_none(self, depth):
        return "None"
