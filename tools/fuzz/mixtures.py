"""Cases that are plain loops over variables of any kind at all.

What the other kinds of programs leave out: variables that are now of one type, now of another; numbers at the edges of what
fits; containers changed while they are gone over; the ways out of try, with and loops; names that are unbound; parameters
of all kinds; slices, strings, arrays and patterns. A loop runs long enough to be entered at its back-edge, and its function
is called again with other values."""

from fuzz.expressions import FLOATS
from fuzz.statements import Case

MIXTURE_PRELUDE = '''
import array
import resource

resource.setrlimit(resource.RLIMIT_AS, (1 << 30, resource.getrlimit(resource.RLIMIT_AS)[1]))


class Odd:
    """Has operators that answer with what it was made of, and counts the questions."""

    asked = 0

    def __init__(self, value):
        self.value = value

    def ask(self, other=None):
        Odd.asked += 1
        return self.value

    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __mod__ = __getitem__ = __neg__ = __call__ = ask
    __and__ = __rand__ = __truediv__ = __floordiv__ = ask

    def __eq__(self, other):
        Odd.asked += 1
        return self.value == (other.value if isinstance(other, Odd) else other)

    def __lt__(self, other):
        Odd.asked += 1
        return self.value < other

    def __hash__(self):
        Odd.asked += 1
        return hash(self.value)

    def __bool__(self):
        Odd.asked += 1
        if self.value == 7:
            raise KeyError("truth")
        return bool(self.value)

    def __len__(self):
        return self.value

    def __contains__(self, other):
        return self.value

    def __iter__(self):
        return iter((self.value, 1, self.value))

    @property
    def half(self):
        return self.value / 2

    @half.setter
    def half(self, value):
        self.value = value

    def told(self):
        return "Odd", plain(self.value)


class Count(int):
    def __add__(self, other):
        return Count(int(self) + int(other))


def large(*values):
    """Going on would take for ever."""
    for value in values:
        if isinstance(value, int) and not -(1 << 2000) < value < 1 << 2000:
            return True
        if isinstance(value, (str, bytes, list, tuple)) and len(value) > 200 or deep(value, 3):
            return True
    return False


def deep(value, room):
    items = value.values() if isinstance(value, dict) else value if isinstance(value, (list, tuple)) else ()
    return room == 0 or any(deep(item, room - 1) for item in items)


def hashed(value):
    """That of a NaN is an address."""
    return 0 if value != value else hash(value)


def asked():
    count, Odd.asked = Odd.asked, 0
    return count

'''

EDGES = [
    "2**30",
    "2**31 - 1",
    "2**31",
    "2**32",
    "2**53 + 1",
    "2**62",
    "2**63 - 1",
    "2**63",
    "2**64",
    "2**200",
]
SAME = ("+", "-", "*", "//", "%", "/", "&", "|", "^", "<<", ">>")
COMPARE = ("<", "<=", "==", "!=", ">", ">=", "is", "is not", "in", "not in")
ERRORS = "(TypeError, ValueError, ArithmeticError, LookupError, AttributeError, NameError, RuntimeError)"


class MixtureCase(Case):
    def source(self):
        self.globals = [f"G{self.name}"]
        self.names, self.depth, self.inner, self.counters = [], 0, 0, 0
        self.helpers = []
        self.add(0, f"{self.globals[0]} = {self.value()}")
        for number in range(self.random.randrange(1, 3)):
            self.add_helper(number)
        self.add_kernel()
        self.add_driver()
        return "\n".join(self.lines) + "\n"

    # --- values ---

    def number(self):
        edge = self.pick("", "-") + self.pick(*EDGES)
        return self.pick(
            str(self.random.randrange(-3, 9)), str(self.random.randrange(40)), f"({edge})", self.pick(*FLOATS)
        )

    def value(self):
        return self.pick(
            self.number(),
            self.number(),
            self.number(),
            self.pick("True", "False", "None"),
            self.pick("''", "'ab'", "'\\u20ac1'", "b'xy'"),
            self.pick("[1, 2, 3]", "(1, 2.5)", "{1: 2, 'a': 3}", "{1, 2}", "[]", "range(5)"),
            self.pick("Odd(3)", "Odd(0)", "Odd(7)", "Odd(2.5)", "Count(4)", "bytearray(b'abc')"),
            self.pick("array.array('d', [1, 2.5])", "array.array('i', [3, 4])", "memoryview(b'abcd')"),
        )

    def operand(self):
        return self.pick(*self.names, *self.names, "i", self.number(), self.number(), self.globals[0])

    def term(self, depth=2):
        a = self.operand() if depth <= 0 else self.term(depth - 1)
        b = self.operand()
        form = self.random.randrange(30)
        if depth <= 0 or form < 4:
            return a
        if form < 10:
            return f"({a} {self.pick('+', '-', '*', '+', '-', *SAME[:9])} {b})"
        if form == 10:
            return f"({a} {self.pick('<<', '>>')} {self.pick('1', '3', '31', '40', '63', '64', '-1')})"
        if form == 11:
            return f"({a} {self.pick(*COMPARE)} {b})"
        if form == 12:
            return f"({a} {self.pick(*COMPARE[:6])} {b} {self.pick(*COMPARE[:6])} {self.operand()})"
        if form == 13:
            return f"({a} {self.pick('and', 'or')} {b})"
        if form == 14:
            return f"({a} if {self.term(0)} {self.pick(*COMPARE[:6])} {b} else {self.operand()})"
        if form == 15:
            return f"({self.pick('-', '~', 'not ', '+')}{a})"
        if form == 16:
            names = (
                "abs",
                "int",
                "float",
                "bool",
                "str",
                "len",
                "list",
                "sum",
                "round",
                "hashed",
                "type",
                "repr",
            )
            return f"{self.pick(*names)}({a})"
        if form == 17:
            return f"{self.pick('min', 'max', 'divmod')}({a}, {b})"
        if form == 18:
            return f"data[{self.pick('i', '-1', '-i', a, 'i % 3', 'i & 3', 'len(data) - 1', 'True')}]"
        if form == 19:
            part = self.pick(":", "1:", ":-1", "::2", "::-1", "-2::-1", "i:i + 3", ":0", f"{b}:", "5:1:-2")
            return f"{self.pick('data', 'data', a)}[{part}]"
        if form == 20:
            return f"{self.pick(*self.helpers)}({self.arguments(a, b)})"
        if form == 21:
            return f"({self.fresh_name()} := {a})"
        if form == 22:
            return self.pick(
                f"[v for v in data if v {self.pick('<', '!=', 'is not')} {b}]",
                f"[u + w for u in (1, {b}) for w in ({a}, i)]",
                f"{{v: i for v in (1, {b})}}",
                f"sum(v for v in ({a}, {b}))",
                f"any(v == {b} for v in data)",
                f"{self.pick('min', 'max', 'set')}(v for v in ({a}, {b}, i))",
                f"{self.pick('min', 'max', 'set')}(v for v in data)",
                f"dict((v, {a}) for v in ({b}, i))",
                f"isinstance({a}, {self.pick('int', 'str', 'float', 'tuple', '(int, str)')})",
                f"sorted(data, key=lambda v: (str(v), {self.operand()}))[:3]",
            )
        if form == 23:
            return self.pick(
                f"f'{{{a}}}|{{{b}!r:>6}}'",
                f"'%s %s' % ({a}, {b})",
                f"str({a}) + str({b})",
                f"'ab'.join(map(str, ({a}, {b})))",
            )
        if form == 24:
            return self.pick(f"({a}, {b})", f"[{a}, *data[:2], {b}]", f"{{{b}: {a}}}", f"(*data, {a})")
        if form == 25:
            return self.pick(
                f"d.get({a}, {b})", f"d[{a}]", f"({a} in d)", f"d.setdefault({a}, {b})", f"d.pop({a}, {b})"
            )
        if form == 26:
            return self.pick(
                f"({a}).half",
                "odd.half",
                f"odd[{a}]",
                f"(odd + {a})",
                f"({a} < odd)",
                f"odd({a})",
                f"({a} - odd)",
            )
        if form == 27:
            return (
                self.pick("isinstance", "issubclass")
                + f"({a}, {self.pick('int', 'float', '(int, str)', 'Odd')})"
            )
        if form == 28:
            return f"({a} ** {self.pick('2', '3', '0', '-1', '0.5', '1')})"
        return f"{self.pick('real', 'plus')}({a}, {b})".replace("real", self.pick(*self.helpers)).replace(
            "plus", "max"
        )

    def fresh_name(self):
        return self.pick(*self.names)

    def arguments(self, a, b):
        return self.pick(
            f"{a}, {b}",
            f"{a}",
            f"{a}, b={b}",
            f"*({a}, {b})",
            f"{a}, c={b}",
            f"{a}, {b}, {b}, k={a}",
            f"**{{'a': {a}, 'b': {b}}}",
            f"b={b}, a={a}",
        )

    # --- functions ---

    def add_helper(self, number):
        name = f"h{self.name}_{number}"
        form = self.pick(
            "a, b=2",
            "a, *b, c=1",
            "a=1, /, b=2, *, c=3",
            "a, b=1, **c",
            "a, b=None, c=()",
            "a, b=0, *rest, k=1",
        )
        self.add(0, "")
        self.add(0, f"def {name}({form}):")
        self.names, self.helpers = ["a", "b"], self.helpers or ["max"]
        scope = self.names
        self.add(1, "i, data, d, odd, out = 2, [a, b, 3], {1: a}, Odd(2), []")
        for _ in range(self.random.randrange(0, 3)):
            self.statement_of(1)
        self.add(1, f"return {self.term(2)}")
        self.names = scope
        self.helpers = [name for name in self.helpers if name != "max"] + [name]

    def add_kernel(self):
        self.add(0, "")
        self.add(0, f"def k{self.name}(x, y, z, data, out):")
        if self.chance(0.4):
            self.add(1, f"global {self.globals[0]}")
        self.names = ["x", "y", "z", "t"]
        self.add(1, f"d, odd, t = {{1: 2, 'a': 3}}, Odd({self.pick('3', '0', '1.5')}), {self.number()}")
        if self.chance(0.25):
            self.names.append("held")
            self.add(1, f"held = {self.value()}")
            self.add(1, "def inner(a, b=1):")
            self.add(2, "nonlocal held")
            self.add(2, f"held = {self.pick('a', 'held + 1', 'b', 'a + b')}")
            self.add(2, "return held")
            self.helpers = [*self.helpers, "inner"]
        many = self.random.randrange(6, 24)
        self.add(
            1,
            self.pick(
                f"for i in range({many}):",
                f"for i in range({many}, 0, -1):",
                f"for i, item in enumerate(list(data) * {many // 3 + 1}):",
                "while True:",
                f"for i in range(2**62, 2**62 + {many}):"
                if self.chance(0.2)
                else f"for i in range(-3, {many}):",
            ),
        )
        self.depth = 1
        if self.lines[-1].strip() == "while True:":
            self.lines[-1] = f"    i = {self.pick('0', '-5', '2**31 - 4', '2**63 - 5', '0.0')}"
            self.add(1, "turns = 0")
            self.add(1, f"while turns < {many}:")
            self.add(2, "turns += 1")
            self.add(2, "i += 1")
        for _ in range(self.random.randrange(2, 7)):
            self.statement_of(2)
        if self.chance(0.5):
            self.add(2, "out.append(plain(t))")
        self.add(2, f"if large({', '.join(self.names)}, data, d): break")
        if self.chance(0.15):
            self.add(1, "else:")
            self.add(2, "out.append('else')")
        self.depth = 0
        self.add(1, f"return {', '.join(f'plain({name})' for name in self.names)}, plain(d), plain(data)")

    def statement_of(self, indent):
        name = self.pick(*self.names)
        form = self.random.randrange(34)
        deep = indent > 4
        if form < 6:
            self.add(indent, f"{name} = {self.term()}")
        elif form < 12:
            self.add(
                indent,
                f"{name} {self.pick('+=', '-=', '*=', '+=', '//=', '%=', '&=', '^=', '|=', '>>=', '/=')} {self.term(1)}",
            )
        elif form == 12:
            other = self.pick(*self.names)
            self.add(
                indent,
                self.pick(
                    f"{name}, {other} = {other}, {name}",
                    f"{name}, {other} = {self.term(1)}, {name}",
                    f"{name}, *{other} = data",
                    f"({name}, {other}) = {self.term(1)}",
                    f"{name} = {other} = {self.term(1)}",
                ),
            )
        elif form == 13:
            self.add(
                indent,
                self.pick(
                    f"data.append({self.term(1)})",
                    "data.pop()",
                    "del data[0]",
                    f"data[{self.pick('0', '-1', 'i', 'i % 3')}] = {self.term(1)}",
                    f"data[1:2] = [{self.term(0)}]",
                    "data[::2] = data[::2]",
                    "data[:3] = data[2::-1]",
                    f"data[i:] = data[i + 1 :] + data[{self.pick('i', '-2')}:i + 1]",
                    f"data[{self.pick('', '1', 'i')}:{self.pick('', '2', 'i', '-1')}] = {self.pick('data[::-1]', f'({self.term(0)},)', f'[{self.term(0)}] * 2', self.term(0))}",
                    "data.reverse()",
                    f"data.insert(1, {self.term(0)})",
                    "del data[1:]",
                    "data += data[:2]",
                ),
            )
        elif form == 14:
            self.add(
                indent,
                self.pick(
                    f"d[{self.operand()}] = {self.term(1)}",
                    f"d['k'] = d.get('k', 0) + {self.operand()}",
                    f"d[i] = {self.operand()}",
                    "d.clear()",
                    f"del d[{self.operand()}]",
                    f"d.update({{'a': {self.operand()}}})",
                ),
            )
        elif form == 15:
            self.add(
                indent,
                self.pick(
                    f"odd.half = {self.operand()}",
                    "odd.value += 1",
                    f"odd.value = {self.operand()}",
                    f"odd = Odd({self.operand()})",
                    f"odd.new{self.random.randrange(3)} = i",
                    "Odd.kind = i",
                ),
            )
        elif form == 16:
            self.add(indent, f"out.append(plain({self.term()}))")
        elif form == 17:
            self.add(indent, self.term())
        elif form == 18:
            self.add(indent, f"del {name}")
            if self.chance(0.8):
                self.add(indent, f"{name} = {self.term(0) if name not in 'xyzt' else self.number()}")
        elif form == 19 and self.globals:
            self.add(indent, f"out.append(plain({self.globals[0]}))")
        elif form == 20:
            self.add(
                indent,
                f"if i == {self.random.randrange(9)}: {self.pick('raise ValueError(i)', 'raise KeyError', 'assert not i, i', '1 // 0', 'None.x', 'out.append(seen())', f'{name} = {self.value()}', f'{name} = {self.value()}', f'{name} = {self.value()}')}",
            )
        elif form == 21:
            self.add(
                indent,
                f"for w in {self.pick('data', 'd', 'odd', 'range(3)', name, 'list(d.items())', 'zip(data, range(4))', 'reversed(data)', 'reversed(range(i))', 'map(str, data)')}:",
            )
            self.add(
                indent + 1,
                f"{self.pick('out.append(plain(w))', f'{name} = w', f'{name} += w', 'd[w] = i', 'data.append(w)', 'd.pop(w)', 'continue')}",
            )
            self.add(indent + 1, "if len(out) > 60 or len(data) > 12 or len(d) > 12: break")
        elif deep:
            self.add(indent, f"{name} = {self.term(1)}")
        elif form < 25:
            self.add(
                indent,
                f"if {self.term(1)} {self.pick(*COMPARE[:6])} {self.operand()}:"
                if self.chance(0.6)
                else f"if {self.term(1)}:",
            )
            self.statement_of(indent + 1)
            if self.chance(0.5):
                self.add(indent, "else:")
                self.statement_of(indent + 1)
        elif form < 28:
            self.add(indent, "try:")
            self.statement_of(indent + 1)
            if self.chance(0.4):
                self.add(indent + 1, self.leave_by(name))
            form = self.random.randrange(4)
            if form < 3:
                self.add(
                    indent,
                    f"except {self.pick('Exception', 'TypeError', ERRORS, 'KeyError', 'ZeroDivisionError')} as error:",
                )
                self.add(
                    indent + 1,
                    self.pick(
                        "out.append((type(error).__name__, str(error)[:40], where(error)))",
                        "pass",
                        f"{name} = {self.number()}",
                        "raise",
                        self.leave_by(name),
                    ),
                )
                if self.chance(0.2):
                    self.add(indent, "else:")
                    self.statement_of(indent + 1)
            if form > 1:
                self.add(indent, "finally:")
                self.add(
                    indent + 1,
                    self.pick(
                        "out.append('f')",
                        f"{name} = {self.number()}",
                        self.leave_by(name),
                        f"{name} = {self.term(1)}",
                    ),
                )
        elif form == 28:
            self.add(indent, f"with Guard(out, {self.pick('True', 'False')}):")
            self.statement_of(indent + 1)
            self.add(indent + 1, self.leave_by(name))
        elif form == 29:
            self.add(indent, f"match {self.term(1)}:")
            self.add(
                indent + 1,
                f"case {self.pick('0 | 1', '[first, *_]', 'float()', 'str()', '(first, second)', 'Odd(value=3)', '{1: first}', 'None')}: {name} = {self.number()}",
            )
            self.add(
                indent + 1,
                f"case {self.pick('int(q) if q > 5', 'bool()', '[]', 'True')}:",
            )
            self.add(indent + 2, self.leave_by(name))
            self.add(indent + 1, f"case {self.pick('_', 'q')}: out.append(plain({name}))")
        elif form == 30:
            self.counters += 1
            counter = f"n{self.counters}"
            self.add(indent, f"{counter} = 0")
            self.add(indent, f"while {counter} < {self.random.randrange(2, 6)}:")
            self.add(indent + 1, f"{counter} += 1")
            self.statement_of(indent + 1)
            if self.chance(0.3):
                self.add(
                    indent + 1,
                    f"if {self.operand()} {self.pick(*COMPARE[:6])} {counter}: {self.pick('break', 'continue')}",
                )
        elif form == 31:
            self.add(indent, f"step = lambda a, b=1: a {self.pick('+', '*', '<')} {self.operand()}")
            self.add(indent, f"{name} = step({self.operand()})")
        elif form == 32:
            self.add(indent, f"made = (v {self.pick('+', '*', 'or')} {self.operand()} for v in data)")
            self.add(
                indent, f"{name} = {self.pick('next(made, None)', 'list(made)', 'sum(made)', 'max(made)')}"
            )
        else:
            self.add(
                indent,
                self.pick(
                    "out.append(seen())",
                    f"out.append(plain(locals().get('{name}')))",
                    "out.append(sys._getframe().f_lineno)",
                    "out.append(asked())",
                ),
            )

    def leave_by(self, name):
        """A way out of where the statement stands."""
        ways = ["pass", f"{name} = i", "out.append(i)", "raise ValueError(i)", "1 // 0"]
        if self.depth:
            ways += [
                "continue",
                f"if i == {self.random.randrange(9)}: break",
                f"if i == {self.random.randrange(9)}: continue",
                f"if i == {self.random.randrange(4, 12)}: return {name}",
            ]
        return self.pick(*ways)

    # --- the case ---

    def add_driver(self):
        self.add(0, f"\nS{self.name} = [0]")
        self.add(0, f"\ndef case_{self.name}():")
        self.add(1, f"global {self.globals[0]}")
        self.add(1, f"turn = S{self.name}[0] = S{self.name}[0] + 1")
        self.add(1, f"{self.globals[0]}, found, Odd.asked, Odd.kind = {self.value()}, [], 0, 0")
        rows = []
        usual = [self.number() for _ in range(3)]
        for late in (False, False, False, True, True, True):
            values = [
                self.value() if late and self.chance(0.6) else self.number() if self.chance(0.25) else own
                for own in usual
            ]
            data = (
                self.pick(
                    "[3, 1, 4, 1, 5]",
                    "[1.5, 2, 0.25]",
                    "[1, 'a', None]",
                    "[2**62, 2**63, -1]",
                    "[True, 2, 3.5, 4]",
                )
                if late
                else "[3, 1, 4, 1, 5]"
            )
            rows.append(f"({', '.join(values)}, {data})")
        self.add(1, f"rows = [{', '.join(rows)}]")
        self.add(1, "for x, y, z, data in rows if turn > 3 else rows[:3] * 2:")
        self.add(2, "out = []")
        self.add(2, "try:")
        self.add(3, f"found.append(k{self.name}(x, y, z, data, out))")
        self.add(2, "except Exception as error:")
        self.add(3, "found.append((type(error).__name__, str(error)[:80], where(error)))")
        self.add(2, "found.append((out[:40], plain(data), asked()))")
        self.add(1, "return found")
