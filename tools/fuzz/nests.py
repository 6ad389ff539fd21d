"""Cases about calls within calls: small functions, methods of several classes, constructors, closures and recursion, put in
line in each other, that raise, look at frames, keep objects, change containers and overflow in their depths.

Their functions are small, so that many are compiled in little time; what meddlers do is as in kernels.
"""

from fuzz.kernels import TURN, KernelCase

NEST_PRELUDE = '''
import threading


class Trouble(Exception):
    pass


def left(error):
    """The frames an exception went through, with what their variables still hold."""
    found, tb = [], error.__traceback__
    while tb:
        frame = tb.tb_frame
        if not frame.f_code.co_name.startswith("case_"):
            names = sorted(name for name in frame.f_locals if name not in ("error", "objects", "held", "self", "o"))
            found.append((frame.f_code.co_name, {name: plain(frame.f_locals[name]) for name in names}))
        tb = tb.tb_next
    return found[-3:]


def depth():
    count, frame = 0, sys._getframe(1)
    while frame:
        count, frame = count + 1, frame.f_back
    return count


def limited(room, function, *arguments):
    """What a function gives where only so many more calls fit within each other."""
    usual = sys.getrecursionlimit()
    sys.setrecursionlimit(depth() + room)
    try:
        return function(*arguments)
    except RecursionError as error:
        tb, lines = error.__traceback__, []
        while tb:
            lines.append((tb.tb_frame.f_code.co_name, tb.tb_lineno - tb.tb_frame.f_code.co_firstlineno))
            tb = tb.tb_next
        return str(error), len(lines), lines[-3:], hash(tuple(map(str, lines))) and len(set(lines))
    finally:
        sys.setrecursionlimit(usual)


def in_threads(function, *arguments):
    """The same in three threads at once that are often interrupted."""
    found, usual = [None] * 3, sys.getswitchinterval()

    def body(at):
        try:
            found[at] = plain(function(*arguments))
        except Exception as error:
            found[at] = type(error).__name__, str(error)[:60], where(error)

    sys.setswitchinterval(1e-5)
    try:
        threads = [threading.Thread(target=body, args=(at,)) for at in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(usual)
    return found

'''

ACCUMULATE = ("+=", "-=", "^=", "+=", "|=", "-=")


class NestCase(KernelCase):
    def source(self):
        self.meddlers, self.helpers, self.family, self.small, self.plain_names = [], [], [], [], []
        self.calls = []
        self.quiet = self.chance(0.08)
        self.state = f"S{self.name}"
        self.globals = [f"G{self.name}_{n}" for n in range(2)]
        self.dict, self.set, self.list, self.last = (f"{letter}{self.name}" for letter in "DTLB")
        self.add(0, f"{self.state} = [0]")
        for name in self.globals:
            self.add(0, f"{name} = {self.random.randrange(9)}")
        self.add(0, f"{self.dict}, {self.set}, {self.list}, {self.last} = {{}}, set(), [], [None]")
        for number in range(self.random.randrange(2)):
            self.add_nested_function(number)
        self.add_nested_family()
        for number in range(2, self.random.randrange(3, 7)):
            self.add_nested_function(number)
        for number in range(self.random.randrange(1, 3)):
            self.add_meddler(number)
        if not self.quiet and self.chance(0.5):
            self.add_nested_function(8)
        self.kernel_kinds = []
        for number in range(self.random.randrange(1, 3)):
            self.add_nest(number)
        self.add_restore()
        self.add_nest_driver()
        return "\n".join(self.lines) + "\n"

    # --- small expressions ---

    def atom(self, names):
        if names and self.chance(0.75):
            return self.random.choice(names)
        return self.pick(
            "0",
            "1",
            "2",
            "3",
            "-1",
            "7",
            "1.5",
            "255",
            str(2**30),
            str(2**62),
            str(2**63 - 1),
            self.globals[0],
        )

    def test(self, names):
        a, b, c = self.atom(names), self.atom(names), self.random.choice(names)
        return self.pick(
            f"{a} < {b}",
            f"{a} == {self.random.randrange(9)}",
            f"{a} > {self.random.randrange(9)}",
            f"{a} & 1" if not self.chance(0.1) else f"{a} % 3 == 1",
            f"{a} != {b}",
            f"{c} is {self.random.choice(names)}",
            f"{c} is not {self.random.choice(names)}",
            f"not {a}",
            f"isinstance({a}, int)",
            f"{a} in ({b}, 2)",
        )

    def small_value(self, names, depth=2):
        if depth <= 0 or self.chance(0.2):
            return self.atom(names)
        a = self.small_value(names, depth - 1)
        b = self.small_value(names, depth - 1) if self.chance(0.4) else self.atom(names)
        return self.pick(
            f"({a} + {b})",
            f"({a} + {b})",
            f"({a} - {b})",
            f"({a} * {self.atom([n for n in names if n in 'ijk'])})",
            f"({a} & {self.pick(7, 255, 2**31 - 1)})",
            f"({a} ^ {b})",
            f"({a} % {self.pick(3, 7, 97)})",
            f"({a} // {self.pick(2, 3, self.atom(names))})",
            f"({a} << {self.pick(1, 3, 40)})",
            f"({a} >> {self.pick(1, 2)})",
            f"-{a}",
            f"({a} if {self.test(names)} else {b})",
            f"min({a}, {b})",
            f"abs({a})",
            f"(({self.test(names)}) + {b})",
        )

    def inner_call(self, names, depth=1):
        """A call of something written before, or an expression where there is nothing yet."""
        if not self.calls:
            return self.small_value(names)
        return self.random.choice(self.calls)(names, depth)

    def value_or_call(self, names):
        return self.inner_call(names) if self.chance(0.6) else self.small_value(names)

    # --- functions ---

    def signature(self, first=()):
        """Parameters as written, and a function that writes the arguments of a call."""
        names = [*first, "a", *self.pick([], ["b"], ["b"], ["b", "c"])]
        own = names[len(first) :]
        style = self.random.randrange(8)
        written = list(names)
        default = self.pick("1", "None", "2.5", "(1, 2)", "0", self.globals[0])
        if style in (1, 2) and len(own) > 1:
            written[-1] += f"={default}"
        elif style == 3 and len(own) > 1:
            written.insert(len(written) - 1, "*")
            written[-1] += self.pick("", f"={default}")
        elif style == 4 and self.chance(0.4):
            written.append(self.pick("*rest", "**more"))

        def arguments(use, depth):
            values = [
                self.small_value(use, depth)
                if depth <= 0 or self.chance(0.8)
                else self.inner_call(use, depth - 1)
                for _ in own
            ]
            if style in (1, 2) and len(own) > 1:
                form = self.random.randrange(3)
                values = (
                    values[:-1]
                    if form == 0
                    else [*values[:-1], f"{own[-1]}={values[-1]}"]
                    if form == 1
                    else values
                )
            elif style == 3 and len(own) > 1:
                values[-1] = f"{own[-1]}={values[-1]}"
            elif style == 5:
                values = [f"{name}={value}" for name, value in zip(own, values, strict=True)]
                self.random.shuffle(values)
            if self.chance(0.01):
                values.insert(0, "1")
            return ", ".join(values)

        return names, ", ".join(written), arguments

    def add_nested_function(self, number):
        name = f"h{self.name}_{number}"
        names, written, arguments = self.signature()
        self.add(0, f"\ndef {name}({written}):")
        if self.chance(0.3):
            self.add(1, f"global {self.globals[0]}")
        self.body(1, names, name)
        self.calls.append(lambda use, depth: f"{name}({arguments(use, depth)})")
        self.plain_names.append(name)
        if self.chance(0.15):
            self.add_maker(number)
        if self.chance(0.15):
            self.add_nest_generator(number)

    def add_maker(self, number):
        name, inner = f"m{self.name}_{number}", f"c{self.name}_{number}"
        self.add(0, f"\ndef {name}(p, q=3):")
        self.add(1, f"def inner(a, b={self.pick('p', '1', 'q')}):")
        if self.chance(0.5):
            self.add(2, f"nonlocal {self.pick('q', 'p', 'p, q')}")
            self.add(2, f"{self.lines[-1].split()[-1]} = {self.small_value(['p', 'q', 'a'], 1)}")
        self.body(2, ["a", "b", "p", "q"], "inner")
        self.add(1, "return inner")
        self.add(0, f"\n{inner} = {name}({self.random.randrange(5)})")
        self.calls.append(lambda use, depth: f"{inner}({self.small_value(use, depth)})")
        self.calls.append(lambda use, depth: f"{name}({self.atom(use)})({self.small_value(use, depth)})")

    def add_nest_generator(self, number):
        name = f"y{self.name}_{number}"
        self.add(0, f"\ndef {name}(a, b=2):")
        self.add(1, f"for k in range({self.random.randrange(1, 5)}):")
        if self.chance(0.3):
            self.add(2, self.glance(["a", "k"]))
        self.add(2, f"{self.pick('yield', 'yield', 'b = yield')} {self.value_or_call(['a', 'b', 'k'])}")
        if self.chance(0.3):
            self.add(2, f"if {self.test(['a', 'k'])}: {self.pick('return', 'break', 'raise Trouble(k)')}")
        self.calls.append(
            lambda use, depth: self.pick(
                f"sum({name}({self.small_value(use, depth)}))",
                f"next({name}({self.small_value(use, depth)}))",
                f"len([*{name}({self.small_value(use, depth)})])",
                f"max({name}({self.small_value(use, depth)}), default=2)",
            )
        )

    def glance(self, names):
        """Something that sees where it is or what there is."""
        if self.quiet:
            return "pass"
        return self.pick(
            f"if {self.test(names)}: {self.look_at()}",
            f"if {self.test(names)}: NOTES.append(stack())",
            f"if {self.test(names)}: raise Trouble({self.atom(names)})",
            f"if {self.test(names)}: raise ValueError({self.atom(names)}) from None",
            self.meddling_here(names) if self.meddlers else "NOTES.append(around(1))",
            f"NOTES.append(Noted({names[0]!r}).name)",
            f"NOTES.append(sorted(sys._getframe({self.pick(0, 1, 2)}).f_locals)[:5])",
            f"if {self.test(names)}: NOTES.append(died())",
        )

    def meddling_here(self, names):
        """In later rounds only: a meddler."""
        name = self.random.choice(self.meddlers)
        when = f"{self.state}[0] {self.pick('==', '>=')} {TURN + self.random.randrange(3)}"
        return f"if {when} and {self.test(names)}: {name}({self.atom(names)}, {self.list})"

    def change(self, names):
        """A change of a container that all functions share."""
        if self.quiet:
            return "pass"
        a, b, d, s, w = self.atom(names), self.small_value(names, 1), self.dict, self.set, self.list
        return self.pick(
            f"{d}[{a}] = {b}",
            f"{d}[{a}] = {d}.get({a}, 0) + 1",
            f"{d}.pop({a}, None)",
            f"{d}.setdefault({a}, {b})",
            f"{s}.add({a})",
            f"{s}.discard({a})",
            f"{w}.append({b})",
            f"if {w}: {w}.pop()",
            f"if len({w}) > 5: del {w}[2:]",
            f"{w}.insert(0, {a})",
            f"{w}.append({a}); {w}[0] = {b}",
            f"{self.last}[0] = {a}",
            f"if len({d}) > 9: {d}.clear()",
            f"{self.globals[0]} = {a}",
        )

    def asked(self, names):
        """A value from a shared container."""
        if self.quiet:
            return self.small_value(names)
        a, d, s, w = self.atom(names), self.dict, self.set, self.list
        one, other = self.random.choice(names), self.random.choice(names)
        return self.pick(
            f"{d}.get({a}, 1)",
            f"({a} in {d})",
            f"({a} in {s})",
            f"len({self.pick(d, s, w)})",
            f"{w}[{self.pick(0, -1, a)}]",
            f"{d}[{a}]",
            f"sum(v for v in {w} if isinstance(v, int))",
            f"({self.last}[0] is {one})",
            f"({one} is {other}) * 2",
            f"len([k for k in {d} if k is not {one}])",
        )

    def body(self, indent, names, own):
        """The statements of a small function of these parameters; it returns on all ways that end."""
        value, call = self.small_value, self.value_or_call
        first, last = names[0] if names[0] != "self" else names[1], names[-1]
        form = self.random.randrange(19)
        if form == 0:
            self.add(indent, f"return {value(names, 3)}")
        elif form == 1:
            self.add(indent, f"if {self.test(names)}:")
            self.add(indent + 1, f"return {value(names)}")
            self.add(indent, f"return {call(names)}")
        elif form == 2:
            self.add(indent, f"if {self.test(names)}:")
            self.add(
                indent + 1, self.pick(self.change(names), self.glance(names), f"{first} = {value(names)}")
            )
            self.add(indent, f"return {call(names)}")
        elif form == 3:
            self.add(indent, f"t = {self.pick('0', '0.0', first, value(names))}")
            self.add(indent, f"for k in range({self.pick('3', '2', '3', '5', f'{first} & 3')}):")
            inside = [*names, "k", "t"]
            if self.chance(0.4):
                self.add(indent + 1, f"if {self.test(inside)}:")
                self.add(indent + 2, self.pick("continue", "break", self.change(inside), "return t"))
            self.add(indent + 1, f"t {self.random.choice(ACCUMULATE)} {call(inside)}")
            if self.chance(0.3):
                self.add(indent + 1, self.pick(self.change(inside), self.glance(inside)))
            self.add(indent, "return t")
        elif form == 4:
            self.add(indent, self.glance(names))
            self.add(indent, f"return {call(names)}")
        elif form == 5:
            self.add(indent, "try:")
            self.add(indent + 1, f"{first} = {call(names)}")
            self.add(
                indent, f"except {self.pick('Exception', 'Trouble', '(TypeError, ValueError)')} as error:"
            )
            self.add(
                indent + 1,
                self.pick(
                    "NOTES.append(where(error))",
                    "NOTES.append(left(error))",
                    "raise",
                    "return -1",
                    "raise Trouble from error",
                ),
            )
            if self.chance(0.4):
                self.add(indent, "finally:")
                self.add(indent + 1, self.pick(self.change(names), self.glance(names)))
            self.add(indent, f"return {value([*names], 1)}")
        elif form == 6:
            self.add(indent, f"t = {first}")
            self.add(indent, f"{first} = {value(names)}")
            self.add(indent, f"u = {call([*names, 't'])}")
            self.add(
                indent, self.pick("del t", f"if {self.test(['t', 'u'])}: del t", "pass", f"t, u = u, {last}")
            )
            self.add(indent, f"return {self.pick('u', 'u', 't')} {self.pick('+', '-', '^')} {last}")
        elif form == 7:
            held = self.pick("Noted('h')", "Noted(str(a))", f"[{first}]", "Noted('i')")
            self.add(indent, f"held = {held}")
            self.add(indent, f"t = {call(names)}")
            self.add(indent, self.pick("held = None", "pass", "del held", self.glance(names)))
            self.add(
                indent,
                f"return {self.pick('t', '(t, held)[0]' if self.chance(0.3) else 't', value([*names, 't']))}",
            )
        elif form == 8 and own.startswith("h"):
            self.recursion(indent, names, own)
        elif form == 9:
            self.add(
                indent,
                f"return {self.pick('sum', 'len', 'max', 'sum')}([{call([*names, 'k'])} for k in {self.pick('(0, 1, 2)', 'range(3)')}])",
            )
        elif form == 10:
            self.add(indent, f"inner = lambda q, r={first}: {value(['q', 'r', last])}")
            self.add(indent, f"return inner({call(names)})")
        elif form == 11 and self.family:
            self.add(indent, f"o = {self.made(names)}")
            self.add(
                indent,
                f"return {self.pick('o.n', 'o.prop', f'o.step({value(names, 1)})', f'o.far({first})')} {self.pick('+', '-')} {last}",
            )
        elif form in (12, 13):
            self.add(indent, self.change(names))
            self.add(indent, f"return {self.pick(self.asked(names), call(names))}")
        elif form == 14:
            self.add(indent, f"x = {self.pick(first, value(names), self.asked(names))}")
            self.add(indent, f"y = {self.pick('x', 'x + 0', first, value(names), '-(-x)')}")
            self.add(
                indent, f"return (x is y) + 2 * (x is {first}) + 4 * (y is {self.pick('x', first, 'None')})"
            )
        elif form == 15:
            self.add(indent, f"if {self.test(names)}: v = {value(names)}")
            self.add(indent, f"return v + {call(names)}")
        elif form == 16:
            self.add(indent, f"t = {self.pick('str', 'repr', 'hex')}({value(names, 1)} & 4095)")
            self.add(
                indent,
                f"return len(t) + {self.pick('ord(t[0])', 'len(t + t)', 't.count(t[-1])', call(names))}",
            )
        elif form == 17:
            self.add(indent, f"while {first} < {self.random.randrange(3, 20)}:")
            self.add(indent + 1, f"{first} += {self.pick('1', '2', '1.5')}")
            self.add(
                indent + 1,
                self.pick(
                    f"{last if last != first else 't'} = {call(names)}",
                    self.change(names),
                    self.glance(names),
                ),
            )
            self.add(indent + 1, f"if {self.test(names)}: break")
            self.add(indent, f"return {self.pick(first, last)}")
        else:
            self.add(
                indent, f"return {call(names)} {self.pick('+', '-', '^', 'or', 'and', '<')} {call(names)}"
            )

    def recursion(self, indent, names, own):
        """Over `a`, which gets smaller."""
        rest = [f"{n}={self.small_value([n, 'a'], 1)}" if n != "a" else "" for n in names if n != "a"]
        end = self.pick(
            "a", "1", "0.5", self.asked(names), self.inner_call(["a"], 0), "stack() and 1", "1 // 0", "[].x"
        )
        if self.quiet:
            end = "1"

        def again(less):
            return f"{own}({', '.join([f'a - {less}', *rest])})"

        self.add(indent, "if not isinstance(a, int): return 1")
        self.add(indent, f"a = a % {self.pick(7, 9, 12)} if a > 20 or a < 0 else a")
        self.add(indent, f"if a <= {self.pick('0', '1')}:")
        self.add(indent + 1, f"return {end}")
        form = self.random.randrange(5)
        if form == 0:
            self.add(
                indent, f"return {again(1)} {self.pick('+', '-', '^', '*')} {self.pick('a', '1', names[-1])}"
            )
        elif form == 1:
            self.add(indent, "if a > 8: a = 8")
            self.add(indent, f"return {again(1)} + {again(2)}")
        elif form == 2:
            self.add(indent, f"t = {again(1)}")
            self.add(indent, self.glance(["a", "t"]))
            self.add(indent, "return t")
        elif form == 3:
            self.add(indent, f"return {again(2)} if {self.test(names)} else {again(1)}")
        else:
            self.add(indent, "held = Noted(str(a))")
            self.add(indent, f"return {again(1)}")

    # --- classes ---

    def made(self, names):
        kind = self.random.choice(self.family + self.small)
        return self.pick(
            f"{kind}({self.atom(names)})",
            f"{kind}({self.small_value(names, 1)}, {self.atom(names)})",
            f"{kind}({self.atom(names)}, x={self.atom(names)})",
            f"{kind}(x={self.atom(names)}, n={self.atom(names)})",
            f"{kind}(n={self.atom(names)})",
        )

    def add_nested_family(self):
        base = f"K{self.name}"
        slots = self.chance(0.2)
        for number in range(self.random.randrange(1, 5)):
            name = f"{base}_{number}" if number else base
            parent = self.random.choice(self.family) if self.family and self.chance(0.6) else None
            self.add(0, f"\nclass {name}({parent or ''}):")
            if slots:
                self.add(1, "__slots__ = ('n', 'x', '__weakref__')" if parent is None else "__slots__ = ()")
            self.add(1, f"kind = {number}")
            self.add(1, f"m = {self.pick('1', '2.5', '7')}")
            if parent is None or self.chance(0.4):
                default = self.pick("1", "2.5", "None", "0", "'s'")
                self.add(1, f"def __init__(self, n{self.pick('', '', '=4')}, x={default}):")
                if parent is not None and self.chance(0.6):
                    self.add(2, self.pick("super().__init__(n, x)", f"{parent}.__init__(self, n, x=x)"))
                    self.add(2, self.pick("self.n = n", "pass", f"self.x = {self.value_or_call(['n', 'x'])}"))
                else:
                    self.add(2, f"self.n = {self.pick('n', 'n', 'n', self.value_or_call(['n']))}")
                    if self.chance(0.3):
                        self.add(2, self.glance(["n", "x"]))
                    self.add(2, "self.x = x")
                if not slots and self.chance(0.3):
                    self.add(2, self.pick("self.y = n", "if n == 3: self.y = 1", "self.tail = [x]"))
            if parent is None or self.chance(0.7):
                self.method("step", slots)
            if parent is None or self.chance(0.4):
                self.method("far", slots)
            if parent is None:
                self.add(1, "@property")
                self.add(1, "def prop(self):")
                self.add(2, f"return {self.pick('self.n', 'self.m', 'self.n + 1', 'self.step(1)')}")
                self.add(1, "def told(self):")
                self.add(2, "return plain(self.n), plain(self.x), sorted(getattr(self, '__dict__', ()))")
                self.add(1, "def __repr__(self):")
                self.add(2, "return type(self).__name__ + '()'")
                for operator in (
                    "add",
                    "radd",
                    "lt",
                    "eq",
                    "getitem",
                    "len",
                    "bool",
                    "hash",
                    "call",
                    "contains",
                ):
                    if self.chance(0.25):
                        self.operator(operator)
            if self.chance(0.1):
                self.add(1, "def __del__(self):")
                self.add(2, "NOTES.append((type(self).__name__, sys._getframe(1).f_code.co_name))")
            self.family.append(name)
        self.classes = self.family
        self.calls.append(
            lambda use, depth: f"{self.made(use)}.{self.pick('step', 'far')}({self.small_value(use, depth)})"
        )
        self.calls.append(lambda use, depth: f"{self.made(use)}.{self.pick('n', 'm', 'prop', 'n')}")

    def operator(self, name):
        arguments = "self" if name in ("len", "bool", "hash") else "self, a"
        self.add(1, f"def __{name}__({arguments}):")
        if name in ("len", "hash"):
            self.add(2, self.pick("return 3", "return abs(hash(self.n)) % 7", "return self.kind"))
        elif name in ("bool", "lt", "eq", "contains"):
            self.add(
                2,
                f"return {self.pick('True', 'self.n == a' if 'a' in arguments.split(', ') else 'self.n != 0', 'self.kind > 1')}",
            )
        else:
            self.body(2, ["self.n", "a"] if self.chance(0.01) else ["a"], "operator")

    def method(self, name, slots):
        names, written, _ = ["self", "a"], "self, a", None
        if self.chance(0.3):
            written += self.pick(", b=2", ", *, b=1", ", b=None")
        self.add(1, f"def {name}({written}):")
        self.add_about_self(2)
        if self.chance(0.5):
            own = [*names[1:], *self.pick(["self.n"], ["self.n", "self.x"], ["self.m"], [])]
            self.add(
                2,
                f"return {self.pick(self.small_value(own, 2), self.value_or_call(own), 'self.n', 'self.m')}",
            )
        else:
            self.body(2, ["a"], "method")

    def add_about_self(self, indent):
        if self.chance(0.5):
            return
        self.add(
            indent,
            self.pick(
                "self.n += 1",
                "self.n = a",
                "self.x = self.n",
                f"if {self.test(['a', 'self.n'])}: self.n = {self.small_value(['a', 'self.n'], 1)}",
                f"if {self.test(['a'])}: return self.far(a)"
                if self.chance(0.2)
                else "n = self.n; self.n = a; a = n",
                self.glance(["a"]),
            ),
        )

    # --- loops ---

    def add_nest(self, number):
        name = f"k{self.name}_{number}"
        self.add(0, f"\ndef {name}(p, objects, items, q):")
        self.add(1, f"global {self.globals[0]}")
        self.add(1, f"total, f, o = {self.pick('0', 'p')}, {self.pick('0.0', 'q')}, objects[0]")
        self.scope = {"o": "object", "items": "list", "i": "int", "total": "int", "p": "int"}
        names = ["p", "q", "total", "i"]
        many = self.random.randrange(6, 24)
        form = self.random.randrange(8)
        self.add(1, "i = 0")
        if form < 2:
            self.add(1, f"for i in range({self.pick(str(many), f'{many}, 0, -1', 'len(items)')}):")
        elif form == 2:
            self.add(1, f"for i, o in enumerate(objects * {self.random.randrange(2, 6)}):")
        elif form == 3:
            self.add(1, f"while i < {self.pick(str(many), 'len(items)', 'o.n + 9')} and i < 40:")
            self.add(2, "i += 1")
        elif form == 4:
            self.add(1, "for i in items[:30]:")
        elif form == 5:
            self.add(1, f"for o in objects * {self.random.randrange(2, 6)}:")
            self.add(2, "i += 1")
        elif form == 6:
            self.add(1, "for i, v in zip(range(30), items):")
            names.append("v")
        else:
            self.add(1, f"{self.dict}.update(zip(items[:5], items))" if not self.quiet else "pass")
            self.add(
                1,
                f"for i in {self.pick(f'list({self.dict})', self.dict, f'{self.dict}.values()', f'sorted(map(str, {self.set}))', f'list({self.dict}.items())')}:",
            )
        for _ in range(self.random.randrange(2, 6)):
            self.turn(2, names)
        self.add(1, self.pick("return plain((total, f, i))", "return total, plain(o), f", "return total"))
        self.kernel_kinds.append(name)

    def turn(self, indent, names):
        form = self.random.randrange(16)
        target = self.pick("total", "total", "f", "p")
        if form < 4:
            self.add(indent, f"{target} {self.random.choice(ACCUMULATE)} {self.inner_call(names)}")
            if self.chance(0.5):
                self.add(
                    indent,
                    f"if isinstance({target}, int): {target} &= {self.pick(2**20 - 1, 2**62 - 1, 2**64 - 1)}",
                )
        elif form < 7:
            self.add(
                indent,
                self.pick(
                    f"{target} += o.step({self.small_value(names, 1)})",
                    f"{target} += o.far({self.atom(names)})",
                    f"{target} += o.n",
                    f"{target} = o.step(o.far({self.atom(names)}))",
                    f"o.n = {self.small_value(names, 1)}",
                    f"o = objects[i % len(objects)]; {target} += o.step(i)",
                    f"{target} = o.m + {target}",
                    f"o = {self.made(names)}; {target} += o.n",
                    f"bound = o.step; {target} += bound(i)",
                    f"{target} += o.prop",
                    f"{target} += o + {self.atom(names)}" if self.chance(0.2) else f"{target} += o.x",
                ),
            )
        elif form == 7:
            self.add(
                indent,
                self.pick(
                    f"{target} += items[i]",
                    "items[i % 3] = total",
                    f"{target} = items[-1]",
                    f"if i < len(items): {target} += items[i]",
                    "items.append(total)" if self.chance(0.3) else f"{target} += len(items)",
                    f"if items: {target} += items.pop()" if self.chance(0.3) else "items[0] += 1",
                ),
            )
        elif form == 8:
            self.add(indent, self.meddling(0))
        elif form == 9:
            self.add(indent, f"if {self.test(names)}:")
            self.add(
                indent + 1,
                self.pick(
                    "continue",
                    "break",
                    f"{target} = {self.value_or_call(names)}",
                    self.change(names),
                    self.glance(names),
                ),
            )
        elif form == 10:
            self.add(indent, "try:")
            self.add(indent + 1, f"{target} += {self.inner_call(names)}")
            self.add(
                indent, f"except {self.pick('Exception', 'Trouble', '(TypeError, ValueError)')} as error:"
            )
            self.add(
                indent + 1,
                self.pick(
                    "NOTES.append(where(error))",
                    "NOTES.append(left(error))",
                    "continue",
                    "pass",
                    "NOTES.append(stack())",
                ),
            )
        elif form == 11:
            self.add(
                indent, f"for j in range({self.pick('3', '2', '4', 'i % 4' if self.chance(0.3) else '5')}):"
            )
            self.add(
                indent + 1,
                f"{target} {self.random.choice(ACCUMULATE)} {self.pick(self.inner_call([*names, 'j']), 'p + j', 'o.n', 'o.step(j)', 'items[j]')}",
            )
            if self.chance(0.4):
                self.add(
                    indent + 1,
                    self.pick(
                        self.change([*names, "j"]),
                        self.glance([*names, "j"]),
                        f"if {self.test([*names, 'j'])}: break",
                    ),
                )
        elif form == 12:
            self.add(indent, self.change(names))
        elif form == 13:
            self.add(indent, f"{target} += {self.asked(names)}")
        elif form == 14:
            self.add(
                indent,
                self.pick(
                    f"{self.last}[0] = {target}",
                    "kept = total",
                    f"total += {self.last}[0] is {target}",
                    "q = total; total += q is total",
                ),
            )
        else:
            self.add(indent, self.glance(names))

    # --- the case ---

    def add_nest_driver(self):
        self.scope = {}
        function = self.random.choice(self.plain_names)
        self.add(0, f"\ndef case_{self.name}():")
        self.add(1, f"turn = {self.state}[0] = {self.state}[0] + 1")
        if self.chance(0.8):
            self.add(1, f"restore{self.name}()")
        self.add(
            1, f"{self.dict}.clear(); {self.set}.clear(); {self.list}[:] = [1, 2, 3]; {self.last}[0] = None"
        )
        self.add(1, "out = []")
        few = self.random.sample(self.family, min(len(self.family), self.pick(1, 2, 2, 4)))
        for name in self.kernel_kinds:
            self.add(1, f"objects = [{', '.join(f'{kind}({self.random.randrange(6)})' for kind in few)}]")
            self.add(1, "items = [3, 1, 4, 1, 5, 9, 2, 6]")
            self.add(1, f"late = turn >= {TURN + self.random.randrange(2)}")
            if self.chance(0.5):
                late = self.random.choice(self.family)
                self.add(1, f"if late: objects.append({late}({self.pick('2.5', '2**62', '3', repr('t'))}))")
            if self.chance(0.5):
                self.add(1, f"if late: items += [{self.pick('2.5', '2**63', 'None', '2**62')}]")
            usual = self.pick("rep", "rep + 1", "7")
            odd = self.pick("2**62 + rep", "2.5", "True", "2**63 - 1", "-rep", "'s'", usual)
            call = f"{name}({odd} if late and rep == 2 else {usual}, objects, items, {self.pick('0.5', '1', 'rep')})"
            self.add(1, "for rep in range(4):")
            self.add(2, "try:")
            self.add(3, f"out.append(plain({call}))")
            self.add(2, "except Exception as error:")
            self.add(3, "out.append((type(error).__name__, str(error)[:80], where(error), left(error)))")
            self.add(1, "out.append(plain((items, objects)))")
            if self.quiet:
                self.add(1, f"out.append(in_threads({name}, 3, objects[:], [5, 6, 7], 1))")
        if self.chance(0.35):
            self.add(1, f"for room in ({self.random.randrange(30, 50)}, {self.random.randrange(50, 90)}):")
            self.add(2, "try:")
            self.add(3, f"out.append(plain(limited(room, {self.deep(function)})))")
            self.add(2, "except Exception as error:")
            self.add(3, "out.append((type(error).__name__, str(error)[:80]))")
        self.add(1, f"out.append(plain(({self.dict}, {self.set}, {self.list})))")
        self.add(1, "sys.settrace(None); sys.setprofile(None); TRACER.seen.clear(); PROFILER.seen.clear()")
        self.add(1, "notes, NOTES[:] = NOTES[:60], []")
        self.add(1, "return out[:200], notes, died()")

    def deep(self, function):
        """A function that calls itself until no call fits, and how it is called; it stands before the case."""
        name = f"d{self.name}"
        kind = self.random.choice(self.family)
        body = self.pick(
            [f"return {name}(n + 1)"],
            [f"return {name}(n + 1) + {function}(n)"],
            [f"{function}(n)", f"return {name}(n + 1)"],
            ["try:", f"    return {name}(n + 1)", "finally:", "    NOTES and NOTES.pop()"],
            [f"o = {kind}(n)", f"return {name}(n + 1)"],
            [f"return {self.made(['n'])}.step({name}(n + 1))"],
            [f"return max({name}(n + 1), n)"],
            [f"if n % 3: return {name}(n + 1)", f"return 1 + {name}(n + 2)"],
            [f"return sum({name}(k) for k in (n, n + 1))"],
            [f"return [{name}(k) for k in (n, n + 1)]"],
        )
        at = next(i for i, line in enumerate(self.lines) if line.startswith(f"\ndef case_{self.name}"))
        self.lines[at:at] = [f"\ndef {name}(n):", *("    " + line for line in body)]
        return f"{name}, 0"
