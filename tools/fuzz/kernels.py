"""Cases that are about calls, objects and what changes under code already compiled.

A kernel is a loop over small functions and objects of a few classes, called with many arguments. From round TURN on,
when it is long compiled, it meets other kinds of arguments and other classes, and *meddlers* are called from its
middle: they replace functions, methods, attributes and classes, look at the frames below them, raise, trace.
"""

from fuzz.expressions import INT_EDGES
from fuzz.statements import Case

TURN = 4

KERNEL_PRELUDE = '''
import gc
import weakref


def stack():
    """Names and lines of the frames up to the case's."""
    found, frame = [], sys._getframe(1)
    while frame and not frame.f_code.co_name.startswith("case_") and len(found) < 12:
        found.append((frame.f_code.co_name, frame.f_lineno - frame.f_code.co_firstlineno))
        frame = frame.f_back
    return found


def around(depth=2):
    """The plain locals of the frames below the caller."""
    found, frame = [], sys._getframe(depth)
    while frame and not frame.f_code.co_name.startswith("case_") and len(found) < 4:
        names = sorted(name for name in frame.f_locals if name not in ("out", "held", "self"))
        found.append((frame.f_code.co_name, {name: plain(frame.f_locals[name]) for name in names}))
        frame = frame.f_back
    return found


class Watch:
    """Traces or profiles what is called until it is turned off again."""

    def __init__(self, setter):
        self.setter, self.seen = setter, []

    def on(self):
        self.setter(self.trace)

    def off(self):
        self.setter(None)
        seen, self.seen = self.seen, []
        return seen[:40]

    def trace(self, frame, event, arg):
        code = frame.f_code
        if code.co_name in ("on", "off", "plain", "stack", "around", "__del__"):
            return None
        if event.startswith("c_"):
            self.seen.append((event, arg.__name__))
        else:
            self.seen.append((event, code.co_name, frame.f_lineno - code.co_firstlineno))
        return self.trace


TRACER, PROFILER = Watch(sys.settrace), Watch(sys.setprofile)

'''

BASE = """
class {name}:
    {slots}
    m = {m}
    kind = {number}

    def __init__(self, n, x={x}):
        self.n = n
        self.x = x
        {more}

    def step(self, by):
        {note}
        return {step}

    def both(self, by, *, scale=2):
        return self.step(by) {operator} scale

    @property
    def prop(self):
        return {prop}

    @staticmethod
    def fixed(a, b=3):
        return {fixed}

    @classmethod
    def made(cls, n):
        return cls(n)

    def __add__(self, other):
        return {name}(self.n + (other.n if isinstance(other, {name}) else other))

    def __radd__(self, other):
        return other + self.n

    def __iadd__(self, other):
        self.n = {iadd}
        return self

    def __lt__(self, other):
        return self.n < (other.n if isinstance(other, {name}) else other)

    def __eq__(self, other):
        return isinstance(other, {name}) and self.n == other.n

    def __hash__(self):
        return hash(self.n)

    def __len__(self):
        return {length}

    def __bool__(self):
        return {truth}

    def __getitem__(self, at):
        {getitem}

    def __contains__(self, value):
        return value == self.n

    def __call__(self, a):
        return {call}

    def __iter__(self):
        {iterate}

    def told(self):
        return "{name}", plain(self.n), plain(self.x), sorted(getattr(self, "__dict__", ()))

    def __repr__(self):
        return type(self).__name__ + "()"
"""

SUBCLASS = """
class {name}({base}):
    kind = {kind}
    {extra}
"""


class KernelCase(Case):
    def source(self):
        self.meddlers = []
        self.helpers = []
        self.family = []
        self.small = []
        self.state = f"S{self.name}"
        self.globals = [f"G{self.name}_{n}" for n in range(2)]
        self.add(0, f"{self.state} = [0]")
        for name in self.globals:
            self.add(0, f"{name} = {self.random.randrange(9)}")
        self.add_family()
        for number in range(self.random.randrange(1, 5)):
            self.add_helper(number)
        if self.chance(0.5):
            self.add_generator_helper()
        for number in range(self.random.randrange(1, 4)):
            self.add_meddler(number)
        for number in range(self.random.randrange(1, 3)):
            self.add_kernel(number)
        self.add_restore()
        self.add_driver()
        return "\n".join(self.lines) + "\n"

    # --- classes ---

    def add_family(self):
        base = f"K{self.name}"
        slots = self.chance(0.2)
        text = BASE.format(
            name=base,
            number=self.random.randrange(4),
            slots='__slots__ = ("n", "x", "y", "__weakref__")' if slots else "pass",
            m=self.random.randrange(9),
            x=self.pick("1.5", "0.0", "2", "-0.0"),
            more=self.pick("pass", "self.y = n", "self.y = self.x", "if n == 3: self.y = 1")
            if slots
            else self.pick(
                "pass", "self.y = n", "self.tail = [n]", "if n == 3: self.odd = n", "self.z, self.y = n, x"
            ),
            note=self.pick("pass", "pass", "pass", "if by == 5: NOTES.append(stack())", "by = by or 1"),
            step=self.pick(
                "self.n + by",
                "self.n * 2 - by",
                "self.n ^ by",
                "self.x + by",
                "self.m + by",
                "(self.n, by)[0]",
            ),
            operator=self.pick("+", "*", "-", "//"),
            prop=self.pick("self.n", "self.x", "self.n + 1", "self.step(1)"),
            fixed=self.pick("a + b", "a * b", "b - a", "a if b else 0"),
            iadd=self.pick("self.n + other", "other", "self.n ^ other"),
            length=self.pick("3", "abs(self.n) % 7", "self.kind"),
            truth=self.pick("True", "self.n != 0", "bool(self.n % 3)"),
            getitem=self.pick("return self.n + at", "if at > 4: raise IndexError(at)\n        return at * 2"),
            call=self.pick("a + self.n", "self.step(a)", "a"),
            iterate=self.pick(
                "return iter((self.n, 1, 2))",
                "yield self.n\n        yield from (1, 2)",
                "return iter([1, self.n])",
            ),
        )
        self.lines += text.splitlines()
        self.classes, self.family = [base], [base]
        for number in range(self.random.randrange(3)):
            name = f"{base}_{number}"
            extra = [
                "pass",
                f"def step(self, by):\n        return {self.pick('by - self.n', 'super().step(by) + 1', 'self.x', 'by')}",
                f"m = {self.pick('7', '2.5', repr('s'))}",
                "n = property(lambda self: self._n, lambda self, v: setattr(self, '_n', v))"
                if not slots
                else "__slots__ = ()",
                "def __getattr__(self, name):\n        return len(name) if name != '__dict__' and name[0] != '_' else super().__getattribute__(name)",
                "def __add__(self, other):\n        return other",
                "__slots__ = ('w',)",
                "def __init__(self, n, x=1):\n        super().__init__(n, x)\n        self.first = n"
                if not slots
                else "pass",
            ]
            text = SUBCLASS.format(
                name=name,
                base=self.random.choice(self.family),
                kind=number + 5,
                extra=self.random.choice(extra),
            )
            self.lines += text.splitlines()
            self.family.append(name)
        if self.chance(0.6):
            name = f"P{self.name}"
            slots = self.pick("__slots__ = ('a', 'b')", "pass")
            self.add(
                0,
                f"\nclass {name}:\n    {slots}\n    def __init__(self, a, b=1):\n        self.a = a\n        self.b = b",
            )
            self.add(1, f"def sum(self):\n        return self.a {self.pick('+', '-', '*')} self.b")
            if self.chance(0.3):
                self.add(1, "def __del__(self):\n        NOTES.append(('gone', plain(self.a)))")
            self.small.append(name)

    # --- functions ---

    def open_function(self, name, kinds, form):
        """`def` line with parameters of these kinds; notes how it is to be called."""
        names = self.begin_function(kinds)
        self.loops = 1
        parameters = list(names)
        call = list(range(len(names)))
        style = self.random.randrange(6)
        if style == 1:
            parameters[-1] += f"={self.literal(kinds[-1])}"
        elif style == 2 and len(names) > 1:
            parameters.insert(len(names) - 1, "*")
        elif style == 3:
            parameters.append("*rest")
        elif style == 4:
            parameters.append("**more")
        self.add(0, "")
        self.add(0, f"{form} {name}({', '.join(parameters)}):")
        self.add(1, f"global {self.globals[0]}")
        self.scope[self.globals[0]] = "int"
        self.scope[self.globals[1]] = "int"
        return names, style, call

    def literal(self, kind):
        scope, self.scope = self.scope, {}
        text = self.leaf(kind)
        self.scope = scope
        return text

    def make_call(self, name, names, kinds, style):
        """A function that writes a call of a helper."""

        def write(depth):
            values = [self.expression(kind, depth) for kind in kinds]
            if style == 1 and self.chance(0.4):
                values.pop()
            elif (style == 2 and len(names) > 1) or (style == 1 and self.chance(0.3)):
                values[-1] = f"{names[-1]}={values[-1]}"
            elif style == 3 and self.chance(0.5):
                values.append(f"*{self.leaf('tuple')}")
            elif style == 4 and self.chance(0.5):
                values.append(f"k={self.leaf('int')}")
            elif style == 5 and self.chance(0.2):
                values = [f"{n}={v}" for n, v in zip(names, values, strict=False)]
                self.random.shuffle(values)
            return f"{name}({', '.join(values)})"

        return write

    def call(self, depth):
        if not self.helpers:
            return self.leaf("int")
        return self.random.choice(self.helpers)(depth)

    def add_helper(self, number):
        name = f"h{self.name}_{number}"
        kinds = [
            self.pick("int", "int", "int", "float", "list", "object", "str")
            for _ in range(self.random.randrange(1, 4))
        ]
        names, style, _ = self.open_function(name, kinds, "def")
        form = self.random.randrange(9)
        result = self.pick("int", "int", "int", "float")
        if form < 3:
            if self.chance(0.3):
                self.add(
                    1, self.meddling(2) if self.chance(0.5) else f"{self.globals[0]} = {self.globals[0]} + 1"
                )
            self.add(1, f"return {self.expression(result, 2)}")
        elif form == 3:
            self.add(1, f"if {self.condition(1)}:")
            self.add(
                2,
                self.pick(
                    f"return {self.expression(result, 1)}",
                    f"raise ValueError({self.leaf('int')})",
                    self.look_at(),
                ),
            )
            self.add(1, f"return {self.expression(result, 2)}")
        elif form == 4:
            self.add(1, "total = 0")
            self.scope["total"] = "int"
            self.add(1, f"for k in range({self.random.randrange(2, 6)}):")
            self.scope["k"] = "int"
            self.add(2, f"total {self.pick('+=', '^=', '-=')} {self.expression('int', 1)}")
            self.add(1, "return total")
        elif form == 5:
            self.add(1, "try:")
            self.add(2, f"return {self.expression(result, 2)}")
            self.add(
                1,
                f"except {self.pick('Exception', 'TypeError', 'ZeroDivisionError', '(LookupError, ValueError)')} as error:",
            )
            self.add(
                2, self.pick("return -1", "raise", "return len(where(error))", "raise KeyError(7) from error")
            )
            if self.chance(0.4):
                self.add(1, "finally:")
                self.add(2, self.pick(f"{self.globals[0]} = 5", "NOTES.append('f')", self.look_at()))
        elif form == 6:
            self.add(1, f"inner = lambda q: q + {self.expression('int', 1)}")
            self.add(1, f"return inner({self.expression('int', 1)})")
        elif form == 7:
            for _ in range(self.random.randrange(1, 4)):
                self.assign(1)
            self.add(1, self.look_at())
            self.add(1, f"return {self.expression(result, 2)}")
        else:
            self.room = 5
            self.add(1, "out = []")
            self.block(1, 3)
            self.add(1, f"return {self.expression(result, 1)}")
        self.helpers.append(self.make_call(name, names, kinds, style))
        self.functions.append((name, kinds))
        self.plain_names = [*getattr(self, "plain_names", []), name]

    def add_generator_helper(self):
        name = f"y{self.name}"
        names, style, _ = self.open_function(name, ["int", "int"], "def")
        self.add(1, "got = None")
        self.add(1, self.pick("try:", "with Guard(NOTES, False):", "if True:"))
        opened = self.lines[-1].strip()
        self.add(2, f"for k in range({self.random.randrange(2, 8)}):")
        self.scope["k"] = "int"
        self.add(3, f"got = yield {self.expression('int', 2)}")
        if self.chance(0.4):
            self.add(3, "if got: NOTES.append(got)")
        if self.chance(0.3):
            self.add(3, f"yield from ({self.leaf('int')}, k)")
        if opened == "try:":
            self.add(1, self.pick("except ValueError as error:", "except GeneratorExit:", "finally:"))
            self.add(2, self.pick("NOTES.append(stack())", "NOTES.append('end')"))
            if "finally" not in self.lines[-2]:
                self.add(2, self.pick("raise", "return 3", "pass"))
        self.generators = [name]
        a, b = self.pick("1", "2"), self.pick("2", "3")
        drive = f"d{self.name}"
        self.add(0, "")
        self.add(0, f"def {drive}(n):")
        self.add(
            1, f"g = {name}({a}, {'p=' if style == 9 else ''}{names[-1] + '=' if style == 2 else ''}{b})"
        )
        self.add(1, "found = [next(g, None)]")
        for _ in range(self.random.randrange(1, 4)):
            self.add(
                1,
                self.pick(
                    "found.append(g.send(n))",
                    "found.append(g.throw(ValueError(n)))",
                    "found.append(next(g, 9))",
                    "found.append(g.gi_frame and sorted(g.gi_frame.f_locals))",
                    "found.append(g.close())",
                    "found += list(g)[:3]",
                ),
            )
        self.add(
            1,
            self.pick(
                "return sum(v for v in found if isinstance(v, int))", "return len(found)", "del g; return n"
            ),
        )
        self.functions.append((drive, ["int"]))
        self.helpers.append(lambda depth: f"{drive}({self.expression('int', 0)})")
        self.helpers.append(
            lambda depth: (
                f"sum({name}({self.expression('int', 0)}, {names[-1] + '=' if style == 2 else ''}{self.leaf('int')}))"
            )
        )

    # --- meddling ---

    def look_at(self):
        return self.pick(
            "NOTES.append(stack())",
            "NOTES.append(around(1))",
            "NOTES.append(seen())",
            "NOTES.append(plain(locals()))",
            "NOTES.append(sys._getframe(1).f_lineno)",
        )

    def acts(self):
        kind = self.random.choice(self.family)
        other = self.random.choice(self.family)
        functions = getattr(self, "plain_names", [None])
        one, two = self.random.choice(functions), self.random.choice(functions)
        value = self.literal(self.pick("int", "float", "str", "int"))
        return self.pick(
            f"{kind}.step = lambda self, by: {self.pick('by', 'self.n', value)}",
            f"{kind}.m = {value}",
            f"{kind}.step = {other}.step",
            f"{kind}.prop = {value}",
            f"{kind}.__add__ = lambda self, other: {value}",
            f"{kind}.__len__ = lambda self: 2",
            f"{kind}.__call__ = lambda self, a: {value}",
            f"{kind}.__getattr__ = lambda self, name: {value}",
            f"{kind}.extra = {value}",
            f"{kind}.n = property(lambda self: 4, lambda self, v: None)",
            f"del {kind}.step",
            f"del {kind}.m",
            f"one.__class__ = {other}",
            f"one.step = lambda by: {value}",
            f"one.m = {value}",
            f"one.n = {value}",
            f"one.x = {value}",
            "one.__dict__ = {'n': 1, 'x': 2.5}",
            "one.__dict__['n'] = 77",
            "one.__dict__.clear()",
            "del one.n",
            "del one.x",
            "one.late = 1",
            f"{self.random.choice(self.globals)} = {value}",
            f"del {self.globals[1]}",
            f"{one} = {two}",
            f"{one} = lambda *a, **k: {value}",
            f"{one}.__code__ = {two}.__code__",
            f"{one}.__defaults__ = ({value},)",
            f"{one}.__kwdefaults__ = {{'a': 1}}",
            f"items.append({value})",
            "items.clear()",
            f"items[:] = [{value}] * 3",
            "items.insert(0, 2**70)",
            "NOTES.append(around(2))",
            "NOTES.append(stack())",
            "NOTES.append(stack())",
            "NOTES.append(around(2))",
            f"raise {self.pick('ValueError', 'KeyError', 'StopIteration', 'OverflowError', 'GeneratorExit')}({self.literal('int')})",
            "gc.collect()",
            "TRACER.on()",
            "NOTES.append(TRACER.off())",
            "PROFILER.on()",
            "NOTES.append(PROFILER.off())",
            "sys._getframe(1).f_trace = TRACER.trace",
            "NOTES.append(died())",
        )

    def add_meddler(self, number):
        name = f"s{self.name}_{number}"
        self.add(0, "")
        self.add(0, f"def {name}(one=None, items=None):")
        functions = getattr(self, "plain_names", [])
        self.add(1, f"global {', '.join([*self.globals, *functions])}")
        acts = [self.acts() for _ in range(self.pick(1, 1, 2))]
        if self.chance(0.3):
            self.add(1, "try:")
            for act in acts:
                self.add(2, act)
            self.add(1, "except Exception as error:")
            self.add(2, "NOTES.append(type(error).__name__)")
        else:
            for act in acts:
                self.add(1, act)
        self.add(1, f"return {self.pick('None', '1', '0', '2.5', '2**63')}")
        self.meddlers.append(name)

    def meddling(self, start):
        """A statement that calls a meddler, in later rounds only or in each."""
        one = self.variable("object") or "None"
        items = self.variable("list") or "None"
        if not self.meddlers:
            return self.look_at()
        call = f"{self.random.choice(self.meddlers)}({one}, {items})"
        when = f"{self.state}[0] == {TURN + self.random.randrange(3)}"
        counter = self.variable("int") or "3"
        return self.pick(
            f"if {when} and {counter} == {self.random.randrange(start, 9)}: {call}",
            f"if {when} and {counter} == {self.random.randrange(start, 9)}: {call}",
            f"if {counter} == {self.random.randrange(start, 9)}: {call}",
            f"if {when}: {call}",
        )

    # --- kernels ---

    def add_kernel(self, number):
        name = f"k{self.name}_{number}"
        kinds = ["int", "object", "list", self.pick("float", "int", "str", "dict", "bytes", "set")]
        names = self.begin_function(kinds)
        self.room = self.random.randrange(3, 9)
        self.add(0, "")
        self.add(0, f"def {name}({', '.join(names)}):")
        self.add(1, f"global {self.globals[0]}")
        self.scope[self.globals[0]] = "int"
        self.scope[self.globals[1]] = "int"
        self.add(1, "out = []")
        for kind in ("int", "int", "float"):
            total = self.new(kind)
            self.add(
                1,
                f"{total} = {self.literal(kind) if self.chance(0.4) else ('0' if kind == 'int' else '0.0')}",
            )
            self.scope[total] = kind
        if self.chance(0.3):
            self.add(1, f"bound = {names[1]}.step")
            self.helpers.append(
                lambda depth: f"bound({self.expression('int', 0)})" if "bound" in self.scope else "1"
            )
            self.scope["bound"] = "callable"
        if self.chance(0.25):
            self.add_closure(1)
            closure = self.functions.pop()[0]
            self.scope[closure] = "callable"
            self.helpers.append(
                lambda depth: f"{closure}({self.expression('int', depth)})" if closure in self.scope else "2"
            )
        form = self.random.randrange(6)
        many = self.random.randrange(8, 30)
        self.scope["i"] = "int"
        if form < 2:
            self.add(
                1, f"for i in range({self.pick(str(many), f'{many}, 0, -1', f'abs({names[0]}) % 23 + 3')}):"
            )
        elif form == 2:
            self.add(1, "i = 0")
            self.add(1, f"while i < {many}{self.pick('', f' and {self.condition()}')}:")
            self.add(2, "i += 1")
        elif form == 3:
            self.add(1, f"for i, item in enumerate({names[2]}[:25]):")
            self.scope["item"] = "int"
        elif form == 4:
            self.add(
                1,
                f"for i, other in enumerate([{names[1]}, {self.make_object(0)}, {self.make_object(0)}] * {many // 3}):",
            )
            self.scope["other"] = "object"
        else:
            self.add(1, f"for i in {names[2]}[:25]:")
        self.loops = 1
        where = self.random.randrange(3)
        for at in range(self.random.randrange(2, 6)):
            if at == where and self.chance(0.7):
                self.add(2, self.meddling(0))
            self.work(2)
        if self.chance(0.15):
            self.add(1, "else:")
            self.add(2, "out.append('else')")
        self.loops = 0
        totals = [n for n, kind in self.scope.items() if kind in ("int", "float") and n != "i"][:6]
        self.scope = {n: k for n, k in self.scope.items()}
        self.add(1, f"return out, {', '.join(f'plain({n})' for n in totals) or 'None'}")
        self.kernel_kinds = [*getattr(self, "kernel_kinds", []), (name, kinds)]

    def work(self, indent):
        """One statement of a loop's body."""
        ints = [n for n in self.variables("int") if n not in ("i", "k", "turn", *self.globals)]
        floats = self.variables("float")
        objects = self.variables("object")
        total = self.random.choice(ints) if ints else "i"
        form = self.random.randrange(15)
        if form < 4 and ints:
            self.add(
                indent,
                f"{total} {self.pick('+=', '-=', '^=', '+=')} {self.call(1) if self.chance(0.6) else self.expression('int', 2)}",
            )
        elif form < 5 and floats:
            self.add(
                indent,
                f"{self.random.choice(floats)} {self.pick('+=', '-=')} {self.expression(self.pick('float', 'int'), 2)}",
            )
        elif form < 7 and objects:
            owner = self.random.choice(objects)
            self.add(
                indent,
                self.pick(
                    f"{total} += {owner}.step({self.expression('int', 1)})",
                    f"{owner}.n {self.pick('=', '+=')} {self.expression('int', 1)}",
                    f"{owner}.x = {self.expression('float', 1)}",
                    f"{total} = {owner}.prop",
                    f"{total} += {owner}.both({self.leaf('int')}{self.pick('', ', scale=3')})",
                    f"{total} += {owner}({self.leaf('int')})",
                    f"{total} += {owner}[{self.random.randrange(6)}]",
                    f"{owner} += {self.leaf('int')}",
                    f"{total} += ({owner} + {self.leaf('int')}).n",
                    f"{total} += len({owner}) + ({self.leaf('int')} in {owner})",
                    f"for v in {owner}: {total} += v",
                    f"if {owner}: {total} += 1",
                    f"{total} = {total} + {owner}.fixed({self.leaf('int')})",
                    f"{total} = {total} + {owner}.made({self.leaf('int')}).n",
                    f"out.append(weakref.ref({owner})() is {owner})",
                ),
            )
        elif form == 7 and self.small:
            kind = self.small[0]
            temporary = self.new("point")
            self.add(
                indent,
                f"{temporary} = {kind}({self.expression('int', 1)}, {self.leaf(self.pick('int', 'float'))})",
            )
            self.add(
                indent,
                self.pick(
                    f"{total} += {temporary}.a",
                    f"{total} += {temporary}.sum()",
                    f"{temporary}.b = {self.leaf('int')}; {total} += {temporary}.sum()",
                    f"if i == 5: out.append({temporary})",
                    f"{total} += {kind}({temporary}.b, i).sum()",
                ),
            )
        elif form == 8:
            self.add(indent, f"if {self.condition(1)}:")
            self.add(
                indent + 1,
                self.pick("continue", "break", "pass")
                if self.chance(0.3)
                else f"{total} = {self.expression('int', 2)}",
            )
        elif form == 9:
            self.add(indent, "try:")
            self.add(indent + 1, f"{total} += {self.call(1)}")
            self.add(
                indent,
                f"except {self.pick('Exception', 'ValueError', '(TypeError, ArithmeticError)')} as error:",
            )
            self.add(
                indent + 1, self.pick("out.append((type(error).__name__, where(error)))", "continue", "pass")
            )
            if self.chance(0.3):
                self.add(indent, "finally:")
                self.add(indent + 1, self.pick(self.look_at(), "out.append(i)", f"{total} = 1"))
        elif form == 10:
            self.add(indent, self.meddling(0) if self.chance(0.7) else self.expression(None, 2))
        elif form == 11:
            self.add(indent, f"out.append(plain({self.expression(None, 2)}))")
        elif form == 12 and len(ints) > 1:
            a, b = self.random.sample(ints, 2)
            self.add(
                indent,
                self.pick(
                    f"{a}, {b} = {b}, {a}", f"{a}, {b} = ({b} & 255, {a})", f"({a}, ({b}, *_)) = 1, (i, 2)"
                ),
            )
        elif form == 13:
            self.add(
                indent,
                self.pick(
                    "held = Noted(str(i))",
                    "held = None",
                    f"if i % 3 == 0: {self.look_at()}",
                    f"if i > 6: {self.look_at()}",
                ),
            )
        else:
            self.room = max(self.room, 1)
            self.statement(indent)
        if ints and self.chance(0.5):
            self.add(
                indent,
                f"if isinstance({total}, int): {total} &= {self.pick(2**30 - 1, 2**62 - 1, 2**63 - 1, 2**64 - 1)}",
            )

    # --- the case ---

    def add_restore(self):
        """Undo what meddlers did to classes, functions and globals."""
        functions = getattr(self, "plain_names", [])
        self.add(0, f"\nSAVED{self.name} = [(k, dict(vars(k))) for k in ({', '.join(self.family)},)]")
        self.add(
            0,
            f"CODES{self.name} = [(f, f.__code__, f.__defaults__, f.__kwdefaults__) for f in ({', '.join(functions)},)]",
        )
        self.add(0, f"NAMES{self.name} = {{n: globals()[n] for n in {[*self.globals, *functions]}}}")
        self.add(0, f"\ndef restore{self.name}():")
        self.add(1, f"for k, names in SAVED{self.name}:")
        self.add(2, "for n in [n for n in vars(k) if n not in names]: delattr(k, n)")
        self.add(2, "for n, v in names.items():")
        self.add(3, "if vars(k).get(n) is not v: setattr(k, n, v)")
        self.add(1, f"for f, code, defaults, keywords in CODES{self.name}:")
        self.add(2, "if f.__code__ is not code: f.__code__ = code")
        self.add(2, "if f.__defaults__ is not defaults: f.__defaults__ = defaults")
        self.add(2, "if f.__kwdefaults__ is not keywords: f.__kwdefaults__ = keywords")
        self.add(1, f"for n, v in NAMES{self.name}.items():")
        self.add(2, "if globals().get(n) is not v: globals()[n] = v")

    def values(self, kind, late):
        """A few expressions of a kind for the driver."""
        scope, self.scope = self.scope, {}
        if kind == "object":
            names = self.family if late or self.chance(0.4) else self.family[:1]
            found = [f"{self.random.choice(names)}({self.literal('int')})" for _ in range(3)]
        elif kind == "list" and not late:
            found = ["list(range(12))", "[3, 1, 4, 1, 5, 9, 2, 6]", "[7] * 9"]
        elif kind == "int" and not late:
            found = [str(self.random.randrange(20)) for _ in range(3)]
        elif kind == "int":
            found = [str(self.random.choice(INT_EDGES) * self.pick(1, -1)) for _ in range(3)]
        elif kind == "list":
            found = ["[2**62, 1, 2**63]", "[1, 2.5, 3, None]", "[True, 0, -1] * 4", "['a', 'b']", "[]"]
        else:
            found = [self.leaf(kind) for _ in range(3)]
        if late and self.chance(0.3):
            found.append(self.expression(None, 1))
        self.scope = scope
        return found

    def add_driver(self):
        self.scope = {}
        self.add(0, f"\ndef case_{self.name}():")
        self.add(1, f"turn = {self.state}[0] = {self.state}[0] + 1")
        self.add(1, "out = []")
        if self.chance(0.7):
            self.add(1, f"restore{self.name}()")
        self.add(1, "try:")
        for name, kinds in self.kernel_kinds:
            pools = []
            for kind in kinds:
                early, late = self.values(kind, False), self.values(kind, True)
                parameter = self.new(kind)
                self.add(2, f"{parameter} = [{', '.join(early)}]")
                self.add(
                    2,
                    f"if turn >= {TURN + self.random.randrange(2)}: {parameter} {self.pick('=', '+=')} [{', '.join(late)}]",
                )
                pools.append(parameter)
            self.add(2, f"for rep in range({self.random.randrange(4, 9)}):")
            self.add(3, "try:")
            arguments = ", ".join(f"{p}[(rep * {self.pick(1, 2, 3)} + turn) % len({p})]" for p in pools)
            self.add(4, f"out.append(plain({name}({arguments})))")
            self.add(
                3, "except BaseException as error:" if self.chance(0.5) else "except Exception as error:"
            )
            self.add(4, "out.append((type(error).__name__, str(error)[:80], where(error)))")
            for parameter in pools:
                if parameter[0] in "ol":
                    self.add(3, f"out.append(plain({parameter}))") if self.chance(0.3) else None
        self.add(1, "finally:")
        self.add(2, "sys.settrace(None); sys.setprofile(None); TRACER.seen.clear(); PROFILER.seen.clear()")
        self.add(1, "notes, NOTES[:] = NOTES[:60], []")
        self.add(1, "return out[:200], notes, died()")
