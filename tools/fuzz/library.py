"""Cases that use what programs of every day use: dataclasses, named tuples, enums, slots, properties, `super()`, deques,
counters and other dicts, classes made of dict, list and str, bytes, complex numbers, formats, context managers made of
generators, generators with try in their loops, coroutines, patterns with classes, functions made by exec. In the middle classes are
meddled with; `restore_library` puts them back."""

from fuzz.library_things import MEDDLING, PATTERNS, SPECS, THINGS
from fuzz.mixtures import ERRORS, MixtureCase


class LibraryCase(MixtureCase):
    things = ()

    def filled(self, text):
        return text.format(
            a=self.operand(),
            b=self.operand(),
            n=self.pick(*self.names),
            m=self.pick(*self.names),
            k=self.pick("Base", "Sub", "Dot", "Slot"),
            f=self.pick("int", "None", "list", "lambda: 1", "dict", "tuple"),
            p=self.pick("1", "4", "i", "2"),
        )

    def term(self, depth=2):
        if depth <= 0 or self.chance(0.45):
            return super().term(depth)
        if self.things and self.chance(0.6):
            return self.filled(self.pick(*THINGS[self.pick(*self.things)][1]))
        return self.of_builtins()

    def of_c_code(self, a, b):
        """Of functions and methods that run no code with plain arguments: here they may get anything."""
        return self.pick(
            f"math.{self.pick('gcd', 'lcm', 'hypot', 'atan2', 'copysign', 'fmod', 'isclose')}({a}, {b})",
            f"math.{self.pick('isqrt', 'log2', 'degrees', 'trunc', 'isfinite', 'frexp', 'asin')}({a})",
            f"operator.{self.pick('index', 'neg')}({a})",
            f"operator.{self.pick('add', 'sub', 'mul')}({a}, {b})",
            f"({a}).{self.pick('bit_length', 'bit_count', 'is_integer', 'hex', 'casefold', 'isascii')}()",
            f"({a}).{self.pick('split', 'partition', 'strip', 'rfind', 'join', 'insert', 'pop', 'zfill')}({b})",
            f"({a}).to_bytes(8, 'big')",
            f"str({a}).{self.pick('split', 'startswith', 'count', 'rindex', 'join', 'removesuffix')}({b})",
            f"int({a}, {self.pick('10', '16', 'i', b)})",
            f"round({a}, {self.pick('1', 'i', b)})",
            f"struct.{self.pick('pack', 'unpack')}('<i', {a})",
            f"rolls.{self.pick('getrandbits(5)', 'random()', 'randrange(9)', 'choice(data)', f'getrandbits({a})')}",
        )

    def source_of_items(self):
        own = [
            name for name in self.things if name in ("nt", "queue", "bag", "text", "raw", "count", "order")
        ]
        return self.pick("data", "data", "range(4)", "'abc'", "d", "{1, 2}", f"g{self.name}(3)", *own)

    def of_builtins(self):
        a, b, items = self.operand(), self.operand(), self.source_of_items()
        return self.pick(
            f"f'{{{a}:{self.pick(*SPECS)}}}'".replace(":!", "!"),
            f"f'{{{a}!r:>{{i}}}}|{{i:03}}'",
            f"'{{}}:{{!r:>5}}'.format({a}, {b})",
            f"'%5s|%r' % ({a}, {b})",
            f"sorted({items}, key=str, reverse=True)",
            f"list(enumerate({items}, {self.pick('0', 'i', '5')}))",
            f"list(zip({items}, data))",
            f"list(zip({items}, 'abcde', strict={self.pick('True', 'False')}))",
            f"dict(zip('abc', {items}))",
            "list(reversed(data))",
            f"max({items}, key=lambda v: (str(v), {b}))",
            f"min({items}, default={b})",
            f"sum({items}, {b})",
            f"list(map({self.pick('str', 'type', 'max', 'lambda v: v', self.helpers[0])}, {items}))",
            f"list(filter({self.pick('None', 'lambda v: v != ' + b)}, {items}))",
            f"all(v is not None for v in {items})",
            f"any(map(lambda v: v == {b}, {items}))",
            f"pow({a}, 3, 7)",
            self.of_c_code(a, b),
            f"hasattr({a}, 'real')",
            f"callable({a})",
            f"type({a})({b})",
            f"(type({a}) is {self.pick('int', 'float', 'str', 'list')})",
            f"isinstance({a}, {self.pick('int', '(str, Dot)', 'int | float', 'typing.Hashable')})",
            f"{{**d, 'z': {a}}}",
            f"[*data, *{items}]",
            f"{{*data, {a}}}",
            f"(lambda *p, **q: (p, q))({a}, *data, k={b})",
            f"functools.partial({self.pick(*self.helpers)}, {a})({b})",
            f"functools.reduce(lambda p, q: (p, q), {items}, {a})",
            f"cached({a})",
            f"bytes([i & 255, 7]) + bytes({a} if isinstance({a}, list) else 2)",
            f"int.from_bytes(b'\\x01' * {self.pick('2', '9')}, 'little') + {a}",
            "chr(97 + i % 26)",
            f"eval('p + i', {{'p': {a}, 'i': {b}}})",
            f"list(g{self.name}({self.pick('2', '5', a)}))",
            f"run(c{self.name}({a}, {b}), {self.pick('None', '1', b)})",
            f"m{self.name}({a}, {b})",
            f"[(p, q) for p, q in zip(data, {items}) if p != {b}]",
            f"{{p: q for q, p in enumerate({items})}}",
            f"next((p for p in {items} if p == {b}), {a})",
            f"({a} + 2j)",
            f"str({a}).rjust(6, '*')",
            f"str({a}).partition('.')",
            f"data[slice({self.pick('0', 'i', 'None')}, {self.pick('2', '-1', a)})]",
        )

    def statement_of(self, indent):
        if indent < 4 and self.chance(0.3):
            self.add(indent, "try:")
            self.statement_of(indent + 1)
            self.add(indent, "except Exception as error:")
            self.add(indent + 1, "out.append((type(error).__name__, str(error)[:40]))")
            return
        if self.chance(0.5) or indent > 4:
            super().statement_of(indent)
            return
        form = self.random.randrange(13)
        name = self.pick(*self.names)
        if form < 4 and self.things:
            self.add(indent, self.filled(self.pick(*THINGS[self.pick(*self.things)][2])))
        elif form == 12:
            bound = (
                "data.append",
                "data.pop",
                "data.index",
                "d.get",
                "rolls.getrandbits",
                "'a,b'.split",
                "', '.join",
            )
            self.add(indent, f"put = {self.pick(*bound, 'Dot(i).moved', 'Slot(i).told', 'Nt(i).both')}")
            self.add(indent, f"for w in range({self.pick('2', '3', 'i % 4')}):")
            self.add(indent + 1, f"{name} = put({self.pick('', 'w', self.operand(), self.operand())})")
            self.add(indent + 1, "if len(data) > 12: break")
        elif form == 4:
            self.add(indent, f"if i == {self.random.randrange(12)}:")
            self.add(indent + 1, self.pick(*MEDDLING))
        elif form == 5:
            self.add(
                indent,
                self.pick(
                    f"for w in {self.source_of_items()}:",
                    f"for j, w in enumerate({self.source_of_items()}, i):",
                    f"for j, w in zip(range(5), {self.source_of_items()}):",
                    "for w in reversed(data):",
                    f"for w in map(str, {self.source_of_items()}):",
                    "for j, w in enumerate(data, i):",
                    "for w, j in zip(data, data):",
                    f"for j, w, k in zip({self.pick('data', 'range(i)', '[Dot(1), Dot(2)]')}, data, 'abcd'):",
                    f"for w, j in {self.pick('d', '{i: Dot(i), 7: 8}', 'dict(d)')}.items():",
                    f"for w in {self.pick('d', 'd.keys()', 'd.values()', '{1, i, 5}')}:",
                ),
            )
            self.add(indent + 1, "if len(out) > 60 or len(data) > 12 or len(d) > 12: break")
            self.add(indent + 1, self.pick("out.append(plain(w))", f"{name} = w", f"{name} += w", "d[w] = i"))
            if self.chance(0.2):
                self.add(
                    indent + 1,
                    self.pick("data.append(w)", "data[-1:] = []", "d.pop(w, None)", "del w", "w = None"),
                )
            self.statement_of(indent + 1)
        elif form == 6:
            self.add(indent, f"with managed(out, {self.operand()}) as {name}:")
            self.statement_of(indent + 1)
            self.add(indent + 1, self.leave_by(name))
        elif form == 7:
            self.add(indent, f"match {self.pick(*self.things, self.term(1))}:")
            for pattern in self.random.sample(PATTERNS, 3):
                self.add(indent + 1, f"case {pattern}:")
                self.add(indent + 2, self.pick(f"{name} = {self.term(1)}", f"out.append({pattern!r})"))
            if self.chance(0.5):
                self.add(indent + 1, "case _:")
                self.statement_of(indent + 2)
        elif form == 8:
            self.add(indent, f"made = g{self.name}({self.pick('3', '6', 'i')})")
            self.add(indent, "try:")
            for _ in range(self.random.randrange(1, 4)):
                self.add(
                    indent + 1,
                    self.pick(
                        "out.append(plain(next(made)))",
                        f"{name} = made.send({self.operand()})",
                        "out.append(plain(made.throw(KeyError(i))))",
                        "made.close()",
                        "out.append(plain(next(made, None)))",
                        "out.append(plain([*made]))",
                    ),
                )
            self.add(indent, f"except {self.pick('StopIteration', 'Exception', 'KeyError')} as error:")
            self.add(indent + 1, "out.append((type(error).__name__, str(error)[:40]))")
        elif form == 9:
            self.add(indent, f"{name} = {self.of_builtins()}")
        elif form == 10:
            self.add(indent, f"out.append(plain({self.of_builtins()}))")
        else:
            self.add(indent, f"{name}, *{self.pick(*self.names)} = {self.source_of_items()}")

    # --- functions beside the kernel ---

    def add_helper(self, number):
        if number == 0:
            self.things = ()
            self.helpers = ["max"]
            self.names = ["a", "b"]
            self.add_made()
            self.add_generator()
            self.add_coroutine()
            self.helpers = []
        super().add_helper(number)

    def add_kernel(self):
        self.things = self.random.sample(sorted(THINGS), self.random.randrange(2, 6))
        first = len(self.lines)
        super().add_kernel()
        at = next(k for k in range(first, len(self.lines)) if self.lines[k].startswith("    d, odd, t"))
        self.lines[at + 1 : at + 1] = [f"    {name} = {THINGS[name][0]}" for name in self.things]
        told = ", ".join(f"plain({name})" for name in self.things)
        self.lines[-1] += f", ({told},)"

    def add_made(self):
        """A function made by exec, whose text is no file's."""
        self.add(0, "")
        self.add(0, f"M{self.name} = {{}}")
        text = f"def m{self.name}(a, b=1, *rest, i=3, data=(1, 2), d={{1: 2}}, odd=4):\n    return {self.pick('a', 'b', 'a, b', 'a + b', 'a == b', '[a for _ in (1, 2)]', 'i * a', 'rest or data')}\n"
        self.add(0, f"exec({text!r}, globals(), M{self.name})")
        self.add(0, f"m{self.name} = M{self.name}['m{self.name}']")

    def within(self, indent):
        """Statements of a generator or coroutine, which has what terms need."""
        self.add(indent, "data, d, odd, out = [a, 2, 3], {1: b}, Odd(2), []")

    def add_generator(self):
        self.add(0, "")
        self.add(0, f"def g{self.name}(a, b=2):")
        self.within(1)
        self.add(1, "for i in range(a if isinstance(a, int) and a < 9 else 4):")
        self.add(2, "try:")
        self.add(
            3, self.pick("b = yield i", f"yield {self.simple()}", f"a = yield {self.simple()}", "yield a, b")
        )
        self.add(3, f"if i == {self.random.randrange(5)}: {self.way('i')}")
        self.add(2, f"except {self.pick('KeyError', 'Exception', ERRORS)} as error:")
        self.add(3, self.pick("yield str(error)", "pass", "raise", "return 3", "a = 5", "continue"))
        self.add(2, "finally:")
        self.add(3, self.pick("NOTES.append(i)", "b = i", f"a = {self.simple()}", "NOTES.append(('f', b))"))
        if self.chance(0.5):
            self.add(
                1,
                self.pick(
                    "yield from data", "return (yield b)", "a = yield from (i for i in (1, 2))", "yield d"
                ),
            )

    def add_coroutine(self):
        self.add(0, "")
        self.add(0, f"async def c{self.name}(a, b):")
        self.within(1)
        self.add(1, "i = 0")
        for _ in range(self.random.randrange(1, 4)):
            i = self.random.randrange(5)
            if i == 0:
                self.add(1, f"async for i in {self.pick('Steps(3)', 'stepping(3)')}:")
                self.add(2, self.pick("out.append(i)", f"a = {self.simple()}", "if i == 1: break"))
            elif i == 1:
                self.add(1, f"async with Steps({self.pick('2', 'i')}) as b:")
                self.add(
                    2, self.pick("raise KeyError(i)", f"a = {self.simple()}", "await Tick()", "return a")
                )
            elif i == 2:
                self.add(
                    1,
                    self.pick(
                        "a = await Tick() or a", "out += [w async for w in stepping(2)]", "b = await Tick()"
                    ),
                )
            elif i == 3:
                self.add(1, "try:")
                self.add(2, self.pick("await Tick()", "a = a + b"))
                self.add(2, self.way("a"))
                self.add(1, "except Exception as error: out.append(type(error).__name__)")
                self.add(1, f"finally: {self.pick('await Tick()', 'i = 4')}")
            else:
                self.add(1, "while i < 4:")
                self.add(2, "i += 1")
                self.add(2, self.pick("await Tick()", f"a = {self.simple()}"))
        self.add(1, "return plain(a), plain(b), out")

    def simple(self):
        return f"{self.pick('a', 'b', 'i')} {self.pick('+', '-', '*', '==', '<', 'or', 'and')} {self.pick('a', 'b', 'i', '1', '2.5')}"

    def way(self, value):
        return self.pick(
            "raise KeyError(i)", f"raise ValueError({value})", "1 // 0", "pass", f"a = {self.simple()}"
        )

    def add_driver(self):
        super().add_driver()
        at = max(k for k, line in enumerate(self.lines) if line.startswith("    rows = ["))
        self.lines.insert(at, "    restore_library()")
        self.lines[-1] = "    restore_library()\n    return found"
