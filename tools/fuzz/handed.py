"""Cases about functions that hand on what they were called with: wrappers of random shape around functions of random
parameters, functions by themselves, methods and what makes instances, called with arguments that fit and that do not.
"""

VALUES = (
    "i",
    "i + 1",
    "2.5",
    "2**63 - i",
    "True",
    "'ab'",
    "None",
    "[i]",
    "(i, 2)",
    "-0.0",
    "10**30",
)
NAMES = ("a", "b", "c", "x", "self")

# What the wrapped function is: the attribute of a class that it becomes, and how that is called.
ROLES = {
    "function": ("", "h{name}"),
    "__init__": ("{wrapped}", "H{name}"),
    "__new__": ("{wrapped}", "H{name}"),
    "__call__": ("{wrapped}", "h{name}"),
    "m": ("{wrapped}", "h{name}.m"),
    "s": ("staticmethod({wrapped})", "H{name}.s"),
    "c": ("classmethod({wrapped})", "H{name}.c"),
    "sup": ("{wrapped}", "h{name}.sup"),
    "p": ("property({wrapped})", ""),
    "__add__": ("{wrapped}", ""),
    "__eq__": ("{wrapped}", ""),
    "__getitem__": ("{wrapped}", ""),
    "__contains__": ("{wrapped}", ""),
    "__len__": ("{wrapped}", ""),
    "__bool__": ("{wrapped}", ""),
}

# How those are used that are not called by name.
USES = {
    "p": "h{name}.p",
    "__add__": "h{name} + {value}",
    "__eq__": "h{name} == {value}",
    "__getitem__": "h{name}[{value}]",
    "__contains__": "{value} in h{name}",
    "__len__": "len(h{name})",
    "__bool__": "not h{name}",
}


class HandedCase:
    def __init__(self, random, name):
        self.random, self.name = random, name
        self.role = self.pick("function", "function", "function", "__init__", "__init__", *ROLES)

    def pick(self, *choices):
        return self.random.choice(choices)

    def chance(self, of):
        return self.random.random() < of

    # --- functions ---

    def parameters(self):
        """A list of parameters, and what the function does with them."""
        plain = ["a", "b", "c"][: self.random.randrange(4)]
        defaults = self.random.randrange(len(plain) + 1)
        shown = [f"{p}={self.pick('1', '0.5', 'None')}" if k >= defaults else p for k, p in enumerate(plain)]
        if plain and self.chance(0.2):
            shown.insert(self.random.randrange(1, len(plain) + 1), "/")
        used = list(plain)
        if self.chance(0.4):
            shown.append("*rest")
            used.append("rest")
        if self.chance(0.3):
            if "*rest" not in shown:
                shown.append("*")
            shown.append(self.pick("x", "x=3"))
            used.append("x")
        if self.chance(0.4):
            shown.append("**more")
            used.append("more")
        return ", ".join(shown), used

    def target(self):
        shown, used = self.parameters()
        lines = [f"def t{self.name}({shown}):"]
        if self.chance(0.2):
            lines.append("    NOTES.append(stack())")
        if self.chance(0.2) and "a" in used:
            lines.append("    if a == 5:\n        raise ValueError(a)")
        if "more" in used and self.chance(0.3):
            lines.append("    more['z'] = len(more)")
        result = self.pick(
            f"[{', '.join(used)}]",
            f"[{', '.join(used)}]",
            " + ".join(u if u not in ("rest", "more") else f"len({u})" for u in used) or "7",
            used[-1] if used else "7",
        )
        if self.role == "__init__":
            lines.append(f"    NOTES.append(plain({result}))")
        else:
            lines.append(f"    return {result}")
        return "\n".join(lines)

    def handing(self, parameters, function):
        """A call of a function with what the wrapper has."""
        args = []
        if "first" in parameters:
            args.append("first")
        if self.chance(0.1):
            args.append(self.pick("1", "'w'"))
        if "args" in parameters:
            args.append("*args")
        if "kwargs" in parameters:
            args.append("**kwargs")
        return f"{function}({', '.join(args)})"

    def wrapper(self, number):
        parameters = self.pick(
            ("args", "kwargs"),
            ("args", "kwargs"),
            ("args",),
            ("kwargs",),
            ("first", "args", "kwargs"),
            ("first", "args"),
        )
        signs = {"args": "*args", "kwargs": "**kwargs", "first": "first"}
        lines = [
            f"def d{self.name}_{number}(f):",
            f"    def wrapper({', '.join(signs[p] for p in parameters)}):",
        ]
        add = lines.append
        for _ in range(self.random.randrange(3)):
            if self.chance(0.5):
                add(
                    "        "
                    + self.pick(
                        "NOTES.append(len(NOTES))",
                        "NOTES.append(stack())",
                        "NOTES.append(around())",
                        "wrapper.calls = getattr(wrapper, 'calls', 0) + 1",
                        "args = args + (1,)" if "args" in parameters else "pass",
                        "args = list(args)" if "args" in parameters else "pass",
                        "kwargs['x'] = 9" if "kwargs" in parameters else "pass",
                        "kwargs.pop('b', None)" if "kwargs" in parameters else "pass",
                        "NOTES.append(plain(args))" if "args" in parameters else "pass",
                        "NOTES.append(plain(sorted(kwargs)))" if "kwargs" in parameters else "pass",
                        "if not args: return 'none'" if "args" in parameters else "pass",
                    )
                )
        call = self.handing(parameters, "f")
        if self.chance(0.2):
            add("        try:")
            add(f"            return {call}")
            add(
                f"        {self.pick('except ValueError as error', 'except (TypeError, ValueError) as error')}:"
            )
            add("            return where(error)")
        elif self.chance(0.2):
            add(f"        result = {call}")
            add("        return (result, result)")
        else:
            add(f"        return {call}")
        add("    return wrapper")
        return "\n".join(lines)

    # --- calls ---

    def arguments(self):
        args = [self.pick(*VALUES) for _ in range(self.pick(0, 1, 1, 2, 2, 3, 4))]
        names = self.random.sample(NAMES, self.pick(0, 0, 0, 1, 1, 2))
        if self.chance(0.15):
            args.append("*some")
        args += [f"{n}={self.pick(*VALUES)}" for n in names]
        if self.chance(0.15):
            args.append("**named")
        return ", ".join(args)

    def call(self):
        if self.role in USES:
            return USES[self.role].format(name=self.name, value=self.pick(*VALUES))
        return f"{ROLES[self.role][1].format(name=self.name)}({self.arguments()})"

    def source(self):
        name = self.name
        count = self.pick(1, 1, 2, 3)
        wrappers = "\n\n".join(self.wrapper(k) for k in range(count))
        wrapped = f"t{name}"
        for k in range(count):
            wrapped = f"d{name}_{k}({wrapped})"
        attribute = ROLES[self.role][0].format(wrapped=f"w{name}")
        calls = "\n".join(
            f"        try:\n            out.append(plain({self.call()}))\n"
            f"        except Exception as error:\n"
            f"            out.append((type(error).__name__, str(error)[:90], where(error)))"
            for _ in range(self.random.randrange(1, 5))
        )
        made = f"class H{name}:\n    {self.role} = {attribute}\n\nh{name} = H{name}.__new__(H{name})"
        place = f"H{name}.{self.role}"
        if self.role == "sup":
            below = "def sup(self, *p, **q):\n        return super().sup(*p, **q)"
            made = f"class H{name}b:\n    sup = w{name}\n\nclass H{name}(H{name}b):\n    {below}\n\nh{name} = H{name}()"
        if self.role == "__new__":
            made = made.replace(f"H{name}.__new__(H{name})", "None")
        if self.role == "function":
            made, place = f"h{name} = w{name}", f"h{name}"
        kept = place if self.role == "function" else f"vars(H{name})['{self.role}']"
        change = self.pick("pass", "pass", f"{place} = d{name}_0(len)", f"{place} = d{name}_0(t{name})")
        return f"""
{self.target()}

{wrappers}

w{name} = {wrapped}
{made}

def calls{name}(out, rounds, some, named):
    for i in range(rounds):
{calls}

def case_{name}():
    global h{name}
    out, kept = [], {kept}
    for some, named in (((), {{}}), ((1,), {{}}), ((), {{"b": 2}}), ((1, 2), {{"x": 1, "y": 2}})):
        calls{name}(out, {self.random.randrange(2, 9)}, some, named)
    {change}
    calls{name}(out, 6, (), {{}})
    {place} = kept
    notes, NOTES[:] = NOTES[:60], []
    return out, notes
"""
