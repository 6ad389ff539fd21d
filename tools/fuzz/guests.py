"""Cases about what is put in line besides plain calls: comprehensions, closures, generators, and what classes define of their
own: properties, comparisons, lengths, membership, items, iteration, calls and `super()`.

They fail, look at frames, change cells and classes, are left in the middle and meet other types, as nests do.
"""

from fuzz.nests import ACCUMULATE, NestCase

COMPARISONS = {"lt": "<", "le": "<=", "eq": "==", "ne": "!=", "gt": ">", "ge": ">="}

GUEST_PRELUDE = '''
def each(function, values, limit=8):
    """Calls what it is given, which no site can know."""
    total = 0
    for value in values:
        total += function(value)
        limit -= 1
        if not limit:
            break
    return total


def pull(source, count=3):
    """The next few of an iterator, by its own loop."""
    found = []
    for value in source:
        found.append(value)
        if len(found) >= count:
            break
    return found


def first_of(source, usual=0):
    return next(source, usual)


def made_by(maker, value):
    """A closure for all rounds, whatever the maker does."""
    try:
        return maker(value)
    except Exception:
        return lambda a, b=1: a


def keyed(*values, **named):
    return len(values) + len(named) * 10


def ended(generator):
    """What can be told of a generator without running it."""
    frame = generator.gi_frame
    return frame and (frame.f_lineno - frame.f_code.co_firstlineno, sorted(frame.f_locals)), generator.gi_running

'''


class GuestCase(NestCase):
    def source(self):
        self.meddlers, self.helpers, self.family, self.small, self.plain_names = [], [], [], [], []
        self.calls, self.closures, self.sources, self.kernel_kinds = [], [], [], []
        self.quiet = False
        self.state = f"S{self.name}"
        self.globals = [f"G{self.name}_{n}" for n in range(2)]
        self.dict, self.set, self.list, self.last = (f"{letter}{self.name}" for letter in "DTLB")
        self.add(0, f"{self.state} = [0]")
        for name in self.globals:
            self.add(0, f"{name} = {self.random.randrange(9)}")
        self.add(0, f"{self.dict}, {self.set}, {self.list}, {self.last} = {{}}, set(), [], [None]")
        self.add_nested_function(0)
        self.add_guest_family()
        if self.chance(0.5):
            self.add_meddler(0)
        for number in range(self.random.randrange(1, 4)):
            self.pick(self.add_closure_maker, self.add_source, self.add_gathering, self.add_source)(number)
        self.add_meddler(1)
        for number in range(4, 4 + self.random.randrange(1, 4)):
            self.pick(self.add_closure_maker, self.add_source, self.add_gathering)(number)
        for number in range(self.random.randrange(1, 3)):
            self.add_guest_loop(number)
        self.add_restore()
        self.add_nest_driver()
        return "\n".join(self.lines) + "\n"

    def acts(self):
        if self.chance(0.6):
            return super().acts()
        kind, value = self.random.choice(self.family), self.literal(self.pick("int", "float", "str", "int"))
        closure = self.pick(*self.closures, "None")
        operator = self.pick(*COMPARISONS)
        return self.pick(
            f"{kind}.__{operator}__ = lambda self, a: {self.pick(value, 'self.n', 'NotImplemented', '[]')}",
            f"del {kind}.__{operator}__",
            f"{kind}.__len__ = lambda self: {self.pick('2', value, '-1')}",
            f"del {kind}.__len__",
            f"{kind}.prop = property(lambda self: {value})",
            f"{kind}.__getitem__ = lambda self, a: (a, 1, 2)[a]",
            f"{kind}.__contains__ = None",
            f"{kind}.__iter__ = lambda self: iter([self.n, {value}])",
            f"{kind}.__hash__ = None",
            f"{closure}.__closure__[0].cell_contents = {value}",
            f"del {closure}.__closure__[0].cell_contents",
            f"{self.last}[0].close()",
            f"NOTES.append(next({self.last}[0]))",
            f"NOTES.append(ended({self.last}[0]))",
            f"{self.last}[0].throw(Trouble(1))",
            f"{self.last}[0] = None",
        )

    # --- classes ---

    def add_guest_family(self):
        base, slots = f"K{self.name}", self.chance(0.2)
        for number in range(self.random.randrange(1, 4)):
            name = f"{base}_{number}" if number else base
            parent = self.random.choice(self.family) if self.family and self.chance(0.7) else None
            self.add(0, f"\nclass {name}({parent or ''}):")
            if slots:
                self.add(1, "__slots__ = ('n', 'x', '__weakref__')" if parent is None else "__slots__ = ()")
            self.add(1, f"kind = {number}")
            self.add(1, f"m = {self.pick('1', '2.5', '7')}")
            if parent is None or self.chance(0.3):
                self.add(1, "def __init__(self, n, x=1):")
                if parent and self.chance(0.7):
                    self.add(2, self.pick("super().__init__(n, x)", "super().__init__(n, x=n)"))
                else:
                    self.add(2, "self.n, self.x = n, x")
            for method in ("step", "far"):
                if parent is None or self.chance(0.5):
                    self.add_guest_method(method, parent)
            if parent is None or self.chance(0.4):
                self.add_property()
            for operator, sign in COMPARISONS.items():
                if self.chance(0.35 if parent is None else 0.15):
                    self.add_comparison(operator, sign, base)
            for operator in ("len", "bool", "contains", "getitem", "setitem", "call", "iter", "hash"):
                if self.chance(0.5 if parent is None else 0.2):
                    self.add_special(operator)
            if parent is None:
                self.add(1, "def told(self):")
                self.add(2, "return plain(self.n), plain(self.x), sorted(getattr(self, '__dict__', ()))")
                self.add(1, "def __repr__(self):")
                self.add(2, "return type(self).__name__ + '()'")
            if self.chance(0.1):
                self.add(1, "def __del__(self):")
                self.add(2, "NOTES.append((type(self).__name__, sys._getframe(1).f_code.co_name))")
            self.family.append(name)
        self.classes = self.family
        self.calls.append(lambda use, depth: f"{self.made(use)}.{self.pick('n', 'm', 'prop', 'n')}")
        self.calls.append(lambda use, depth: self.asked_of(self.made(use), use))

    def add_guest_method(self, name, parent):
        self.add(1, f"def {name}(self, a{self.pick('', ', b=2', ', *rest', ', *, b=1', ', **more')}):")
        if self.chance(0.2):
            self.add(2, self.glance(["a"]))
        own = ["a", "self.n"]
        if parent and self.chance(0.6):
            again = self.pick(
                f"super().{name}(a)", f"super().{name}({self.small_value(own, 1)})", "super().prop"
            )
            self.add(2, f"return {again} {self.pick('+', '-', 'or')} {self.atom(own)}")
        else:
            self.add(2, f"return {self.pick(self.small_value(own, 2), 'self.prop', 'self.n', 'self.m')}")

    def add_property(self):
        self.add(1, "@property")
        self.add(1, "def prop(self):")
        if self.chance(0.25):
            self.add(2, self.glance(["self.n"]).replace("Noted('self.n')", "Noted('p')"))
        self.add(2, f"return {self.pick('self.n', 'self.n', 'self.x', 'self.n + 1', 'self.m', 'self.none')}")
        if self.chance(0.7):
            self.add(1, "@prop.setter")
            self.add(1, "def prop(self, a):")
            if self.chance(0.25):
                self.add(2, self.glance(["a"]))
            self.add(
                2, self.pick("self.n = a", "self.n = a & 255", "self.x = a", "self.n, self.x = a, self.n")
            )

    def add_comparison(self, name, sign, base):
        self.add(1, f"def __{name}__(self, a):")
        if self.chance(0.15):
            self.add(2, self.glance(["a"]))
        if self.chance(0.2):
            self.add(2, f"if isinstance(a, {self.pick('float', 'int', 'str')}): return NotImplemented")
        other = f"(a.n if isinstance(a, {base}) else a)"
        self.add(
            2,
            f"return {self.pick(f'self.n {sign} {other}', f'self.n {sign} {other}', 'self.n', '[a]', 'NotImplemented', 'True')}",
        )

    def add_special(self, name):
        if name == "hash":
            self.add(1, "def __hash__(self): return 7")
            return
        form = {"len": "self", "bool": "self", "iter": "self", "setitem": "self, a, v"}.get(name, "self, a")
        self.add(1, f"def __{name}__({form}):")
        if self.chance(0.15):
            self.add(2, self.glance(["self.n"]).replace("Noted('self.n')", "Noted('s')"))
        forms = {
            "len": ("3", "self.n & 7", "self.n", "self.kind", "True", "2.5"),
            "bool": ("True", "self.n != 0", "self.n > 3", "self.n", "len(self) > 1"),
            "contains": ("a == self.n", "a", "[]", "self.n", "self.n < a"),
            "getitem": ("a", "self.n + a", "(self.n, 1, 2)[a]", "self.x"),
            "setitem": ("setattr(self, 'n', v)", "None", "self.step(v)"),
            "call": ("a", "self.n + a", "self.step(a)", "self.x"),
            "iter": ("iter((self.n, 1, 2))", "(k + 1 for k in (self.n, 2))", "iter([self.x])"),
        }
        if name == "iter" and self.chance(0.5):
            self.add(2, "for k in (self.n, self.x, 3):")
            self.add(3, f"yield {self.pick('k', 'self', 'k if k else self.n')}")
            return
        if name == "getitem":
            self.add(2, "if isinstance(a, int) and not -9 < a < 6: raise IndexError(a)")
        self.add(2, f"return {self.pick(*forms[name])}")

    def asked_of(self, owner, names):
        """An expression that has an object answer."""
        a, sign = self.atom(names), self.pick(*COMPARISONS.values())
        return self.pick(
            f"{owner}.prop",
            f"{owner}.prop",
            f"({owner} {sign} {a})",
            f"({owner} {sign} {a})",
            f"({a} {sign} {owner})",
            f"({owner} < {a} <= {owner})",
            f"len({owner})",
            f"({a} in {owner})",
            f"({a} not in {owner})",
            f"{owner}[{self.pick('1', a)}]",
            f"{owner}({a})",
            f"{owner}.step({a})",
            f"{owner}.far({a})",
            f"(not {owner})",
            f"sum(1 for v in {owner})",
            f"({a} if {owner} else 2)",
            f"keyed(*{owner}, k={a})",
        )

    # --- closures ---

    def add_closure_maker(self, number):
        name, inner = f"m{self.name}_{number}", f"c{self.name}_{number}"
        self.add(0, f"\ndef {name}(p, q=3):")
        form = self.random.randrange(6)
        if form == 0:
            self.add(1, f"if {self.test(['p', 'q'])}: late = q")
            self.add(1, f"return lambda a, b=p: {self.small_value(['a', 'b', 'q'], 1)} + late")
        elif form == 1:
            self.add(1, f"tools = [lambda a: {self.small_value(['a', 'p', 'k'], 1)} for k in (1, 2.5, q)]")
            self.add(1, f"return tools[{self.pick('0', '-1', '1')}]")
        elif form == 2:
            self.add(1, "def inner(a):")
            self.add(2, "a = a % 7 if isinstance(a, int) else 1")
            self.add(2, f"if {self.pick('a < 1', 'not a')}: return {self.atom(['p', 'q'])}")
            self.add(2, f"return inner(a - 1) + {self.small_value(['a', 'p'], 1)}")
            self.add(1, "return inner")
        else:
            self.add(1, f"count = {self.pick('0', 'p', '0.5')}")
            self.add(1, f"def inner(a, b={self.pick('1', 'p', 'q')}{self.pick('', ', *rest')}):")
            if self.chance(0.7):
                self.add(2, f"nonlocal {self.pick('count', 'count, q')}")
                self.add(2, f"count {self.pick('+= 1', '+= a', '= b', '^= 1', '= a + count')}")
            if self.chance(0.3):
                self.add(2, self.glance(["a", "count"]))
            self.body(2, ["a", "b", "p", "count"], "inner")
            if form == 3:
                self.add(1, f"inner({self.pick('1', 'p')})")
                self.add(1, f"q = {self.small_value(['p', 'q'], 1)}")
            self.add(1, "return inner")
        self.add(0, f"\n{inner} = made_by({name}, {self.random.randrange(5)})")
        self.plain_names.append(name)
        self.closures.append(inner)
        self.calls.append(lambda use, depth: f"{inner}({self.small_value(use, depth)})")
        self.calls.append(lambda use, depth: f"{name}({self.atom(use)})({self.small_value(use, depth)})")
        self.calls.append(
            lambda use, depth: (
                f"each({self.pick(inner, f'{name}({self.atom(use)})')}, ({self.atom(use)}, 1, 2))"
            )
        )

    # --- generators ---

    def add_source(self, number):
        name = f"y{self.name}_{number}"
        self.add(0, f"\ndef {name}(a, b=2):")
        names, form = ["a", "b", "k"], self.random.randrange(9)
        many = self.random.randrange(1, 6)
        if form == 0:
            self.add(1, "a = a % 5 if isinstance(a, int) else 1")
            self.add(1, "if a > 0:")
            self.add(2, f"{self.pick('yield from', 'b = yield from')} {name}(a - 1, b)")
            self.add(1, f"yield {self.small_value(['a', 'b'], 1)}")
        elif form == 1:
            self.add(1, f"for k in range({many}):")
            self.add(2, "try:")
            self.add(3, f"{self.pick('', 'b = ')}yield {self.value_or_call(names)}")
            self.add(2, f"except {self.pick('Trouble', 'GeneratorExit', 'Exception')}:")
            self.add(3, self.pick("NOTES.append(k)", "return 5", "raise", self.glance(names)))
            if self.chance(0.4):
                self.add(2, "finally:")
                self.add(3, self.pick("NOTES.append('f')", self.change(names), self.glance(names)))
        elif form == 2:
            self.add(1, f"t = {self.atom(['a', 'b'])}")
            self.add(1, f"for k in {self.pick(f'range({many})', self.list, '(a, b, 1)')}:")
            self.add(2, f"got = yield {self.pick('t', 'k', 'a')}")
            self.add(
                2, f"t {self.pick(*ACCUMULATE)} {self.pick('got or 1', 'k', self.small_value(['k', 'a'], 1))}"
            )
            self.add(1, "return t")
        elif form == 3 and self.sources:
            self.add(1, f"t = yield from {self.random.choice(self.sources)}({self.atom(['a', 'b'])})")
            self.add(1, "yield t")
        elif form == 4:
            self.add(1, f"yield from {self.gathered(['a', 'b'])}")
        elif form in (5, 6) and self.sources:
            if self.chance(0.3):
                self.add(1, f"a = {self.small_value(['a', 'b'], 1)}")
            self.add(1, f"for k in {self.random.choice(self.sources)}({self.atom(['a', 'b'])}):")
            if self.chance(0.3):
                self.add(2, f"if {self.test(['a', 'k'])}: {self.pick('return', 'break', 'continue')}")
            self.add(2, f"yield {self.pick('k', 'k', self.value_or_call(names))}")
            if self.chance(0.3):
                self.add(2, f"if {self.test(['a', 'k'])}: {self.pick('return', 'break', 'raise Trouble(k)')}")
            if self.chance(0.3):
                self.add(1, f"yield {self.small_value(['a', 'b'], 1)}")
        else:
            self.add(1, f"for k in range({many}):")
            if self.chance(0.3):
                self.add(2, self.glance(names))
            self.add(2, f"yield {self.value_or_call(names)}")
            if self.chance(0.3):
                self.add(2, f"if {self.test(['a', 'k'])}: {self.pick('return', 'break', 'raise Trouble(k)')}")
        self.plain_names.append(name)
        self.sources.append(name)
        self.calls.append(lambda use, depth: self.drawn(f"{name}({self.small_value(use, depth)})", use))
        if self.chance(0.6):
            self.add_consumer(number)

    def add_consumer(self, number):
        """A function with a loop over what a source gives."""
        name = f"u{self.name}_{number}"
        self.add(0, f"\ndef {name}(a, b=1):")
        self.add(1, "t = 0")
        self.add(
            1, f"for k in {self.random.choice(self.sources)}({self.pick('a', 'b', self.atom(['a', 'b']))}):"
        )
        if self.chance(0.3):
            self.add(2, f"if {self.test(['a', 'k', 't'])}: {self.pick('break', 'continue', 'return t')}")
        self.add(2, f"t {self.pick(*ACCUMULATE)} {self.pick('k', 'k', self.small_value(['a', 'k'], 1))}")
        self.add(1, "return t")
        self.plain_names.append(name)
        self.calls.append(lambda use, depth: f"{name}({self.small_value(use, depth)})")

    def drawn(self, source, names):
        """A number out of an iterator."""
        return self.pick(
            f"sum({source})",
            f"next({source})",
            f"next({source}, 2)",
            f"first_of({source})",
            f"len([*{source}])",
            f"len(pull({source}, {self.random.randrange(1, 4)}))",
            f"max({source}, default=2)",
            f"sum(v for v in {source} if v)",
            f"len([v for v in {source}])",
            f"({self.atom(names)} in {source})",
            f"each(lambda v: v, {source})",
            f"sum(u for u, w in zip({source}, {source}))",
            f"sum(map(abs, {source}))",
        )

    # --- comprehensions ---

    def gathered(self, names):
        """A comprehension, a generator expression, or one within another."""
        over = self.pick(
            "(3, 1, 2)",
            f"({self.atom(names)}, 1)",
            "range(4)",
            self.list,
            f"{self.dict}.values()",
            f"sorted({self.list}, key=str)[:4]",
        )
        if self.sources and self.chance(0.3):
            over = f"{self.random.choice(self.sources)}({self.atom(names)})"
        elif self.chance(0.1):
            over = self.made(names)
        inside = [*names, "v"]
        value = self.pick(
            self.small_value(inside, 1), self.inner_call(inside, 0), self.small_value(inside, 2)
        )
        test = f" if {self.pick(self.test(inside), 'v')}" if self.chance(0.4) else ""
        second = (
            f" for w in {self.pick('(v, 1)', 'range(2)', over, '((1, 2) if v else ())')}"
            if self.chance(0.25)
            else ""
        )
        if second and self.chance(0.7):
            value = f"w + {value}"
        if self.chance(0.1):
            value = self.pick(
                f"[{value} for v in (v, 2)][0]", f"(lambda a: a + v)({value})", f"(v, {value})[1]"
            )
        tail = f"for v in {over}{test}{second}"
        return self.pick(
            f"[{value} {tail}]",
            f"[{value} {tail}]",
            f"({value} {tail})",
            f"{{v: {value} {tail}}}",
            f"{{{value} {tail}}}",
        )

    def add_gathering(self, number):
        name = f"g{self.name}_{number}"
        self.add(0, f"\ndef {name}(a, b=1):")
        if self.chance(0.3):
            self.add(1, "held = Noted('g')")
        if self.chance(0.3):
            self.add(1, "try:")
            self.add(2, f"found = {self.gathered(['a', 'b'])}")
            self.add(1, "except Exception as error:")
            self.add(
                2,
                self.pick(
                    "NOTES.append(where(error))", "NOTES.append(left(error))", "raise Trouble from error"
                ),
            )
            self.add(2, "return 1")
        else:
            self.add(1, f"found = {self.gathered(['a', 'b'])}")
        if self.chance(0.3):
            self.add(1, self.pick("a = b", self.glance(["a", "b"]), "b = len(NOTES)"))
        self.add(
            1,
            f"return {self.pick('sum(found)', 'len([*found])', 'sum(v for v in found if v)', 'max(found, default=a)')}",
        )
        self.plain_names.append(name)
        self.calls.append(lambda use, depth: f"{name}({self.small_value(use, depth)})")

    # --- loops ---

    def add_guest_loop(self, number):
        name = f"k{self.name}_{number}"
        self.add(0, f"\ndef {name}(p, objects, items, q):")
        self.add(1, f"global {self.globals[0]}")
        self.add(1, f"total, f, o = {self.pick('0', 'p')}, {self.pick('0.0', 'q')}, objects[0]")
        self.scope = {"o": "object", "items": "list", "i": "int", "total": "int", "p": "int"}
        names = ["p", "q", "total", "i"]
        maker = self.pick(*[m for m in self.plain_names if m.startswith("m")], None)
        plain = f"lambda a, b=p: {self.small_value(['a', 'b', 'q'], 1)}"
        self.add(1, f"tool = {f'{maker}(q)' if maker else plain}")
        source = (
            f"{self.random.choice(self.sources)}(p)"
            if self.sources
            else f"({self.atom(names[:2])} for v in items)"
        )
        self.add(1, f"g = {source}; {self.last}[0] = {self.pick('g', 'None', f'iter({source})')}; i = 0")
        many = self.random.randrange(6, 24)
        self.add(
            1,
            self.pick(
                f"for i in range({many}):",
                f"for i, o in enumerate(objects * {self.random.randrange(2, 6)}):",
                f"for i in {source}:",
                f"for i in [*{source}] * 3:",
                "for i in o:",
                f"for i in {self.gathered(['p', 'q'])}:",
                f"for o in objects * {self.random.randrange(3, 6)}:",
            ),
        )
        for _ in range(self.random.randrange(2, 6)):
            self.guest_turn(2, names)
        self.add(2, f"if isinstance(total, int): total &= {self.pick(2**20 - 1, 2**62 - 1, 2**64 - 1)}")
        self.add(
            1,
            self.pick(
                "return plain((total, f, i))", "return total, plain(o), f", "return plain((total, ended(g)))"
            ),
        )
        self.kernel_kinds.append(name)

    def guest_turn(self, indent, names):
        form, target = self.random.randrange(12), self.pick("total", "total", "f", "p")
        if form < 3:
            self.add(indent, f"{target} {self.pick(*ACCUMULATE)} {self.asked_of('o', names)}")
        elif form == 3:
            self.add(
                indent,
                self.pick(
                    f"o.prop = {self.small_value(names, 1)}",
                    f"o.prop {self.pick('+=', '^=')} {self.atom(names)}",
                    f"o[{self.atom(names)}] = {self.atom(names)}",
                    f"if o < objects[-1]: {target} += 1",
                    f"while o.n < {self.random.randrange(9)}: o.n += 2",
                    f"{target} += max(objects, key=lambda v: v.n).n",
                    "objects.sort(key=lambda v: v.n)",
                    f"{target} += objects.index(o) + objects.count(o)",
                ),
            )
        elif form == 4:
            self.add(
                indent,
                self.pick(
                    f"{target} += tool({self.atom(names)})",
                    f"{target} += each(tool, items)",
                    f"tool = lambda a, b={self.atom(names)}: {self.small_value(['a', 'b', 'total'], 1)}",
                    f"{target} += (lambda a: a + {self.atom(names)})({self.atom(names)})",
                    f"{target} += sum(map(tool, items[:3]))",
                    f"{target} += [tool, abs][i % 2]({self.atom(names)})",
                ),
            )
        elif form == 5:
            self.add(
                indent,
                self.pick(
                    f"{target} += next(g, 0)",
                    f"{target} += next(g)",
                    f"{target} += g.send(i or None)",
                    "NOTES.append(ended(g))",
                    "g.close()",
                    f"{target} += g.throw(Trouble(i))",
                    "g = iter(items)"
                    if self.chance(0.3)
                    else f"g = {self.gathered(['p', 'q'])}; g = iter(g)",
                    f"for v in g: {target} += v; break",
                    f"{target} += sum(pull(g))",
                    f"{self.last}[0] = g",
                ),
            )
        elif form == 6:
            self.add(
                indent,
                f"{target} {self.pick(*ACCUMULATE)} {self.pick('sum', 'len')}([*{self.gathered(names)}])",
            )
        elif form == 7:
            self.add(indent, f"for v in {self.gathered(names)}:")
            self.add(indent + 1, f"{target} += {self.pick('v', 'v', self.asked_of('o', [*names, 'v']))}")
            if self.chance(0.5):
                self.add(
                    indent + 1,
                    self.pick(
                        f"if {self.test([*names, 'v'])}: break", self.glance(["v", "i"]), "if v: continue"
                    ),
                )
        elif form == 8:
            self.add(indent, self.meddling(0))
        elif form == 9:
            self.add(indent, "try:")
            self.add(
                indent + 1, f"{target} += {self.pick(self.inner_call(names), self.asked_of('o', names))}"
            )
            self.add(
                indent, f"except {self.pick('Exception', 'Trouble', '(TypeError, StopIteration)')} as error:"
            )
            self.add(
                indent + 1,
                self.pick("NOTES.append(where(error))", "NOTES.append(left(error))", "continue", "pass"),
            )
        else:
            self.turn(indent, names)
