"""A package of many functions of everyday kinds, written anew: what fills a code cache.

`write(folder, count)` writes it; `python folder/main.py` calls each of its functions a few times. No two are alike: names,
constants and which statements a body has come from the function's number.
"""

import random

EACH = 100  # functions a module
CALLS = 8
VERBS = ["count", "find", "price", "merge", "weigh", "update", "collect", "score"]

CLASSES = """
class Item:
    kind = "item"
    __slots__ = ("name", "weight", "price", "parts")

    def __init__(self, name, weight, price):
        self.name = name
        self.weight = weight
        self.price = price
        self.parts = []

    def value(self):
        return self.price * self.weight


class Account:
    def __init__(self, owner, balance):
        self.owner = owner
        self.balance = balance
        self.log = []

    def add(self, amount):
        self.balance += amount
        self.log.append(amount)
        return self.balance


ITEMS = [Item(f"n{i}", i + 1, i * 0.5) for i in range(9)]
ACCOUNTS = [Account(f"o{i}", i) for i in range(5)]
WORDS = "the quick brown fox jumps over the lazy dog and runs".split()
NUMBERS = [n * n % 17 for n in range(12)]
"""

STATEMENTS = [
    [
        "for {v} in NUMBERS:",
        "    if {v} % {k} == {m}:",
        "        total += {v} * {k}",
        "    else:",
        "        total -= {v}",
    ],
    [
        "for {v} in ITEMS:",
        "    total += {v}.weight * {k}",
        "    if {v}.price > {m}:",
        "        names.append({v}.name)",
    ],
    [
        "for {v} in WORDS:",
        "    counts[{v}] = counts.get({v}, 0) + {k}",
        "    if len({v}) > {m}:",
        "        names.append({v}.upper())",
    ],
    ["{v} = 0", "while {v} < {k}:", "    total += ({v} ^ {m}) & {k}", "    {v} += 1"],
    ["{v} = [number * {k} for number in NUMBERS if number > {m}]", "total += sum({v}) + len({v})"],
    ["for {v} in ACCOUNTS:", "    {v}.add({k})", "    total += {v}.balance % {m1}"],
    ["try:", "    total += counts[WORDS[{m}]]", "except KeyError:", "    total += {k}"],
    ["{v} = f'{{total}}-{k}'", "names.append({v})", "total += {v}.count('{m}')"],
    ["{v} = first * {k}.5 + second", "if {v} > {m}:", "    total += int({v})", "else:", "    total += {k}"],
    ["{v} = max(NUMBERS) - min(NUMBERS)", "total += {v} * {k} + {m}"],
    [
        "for index, {v} in enumerate(NUMBERS):",
        "    if index == {m}:",
        "        continue",
        "    total += index * {v} - {k}",
    ],
    ["{v} = ITEMS[{m}]", "total += int({v}.value() * {k})", "{v}.parts = [total & {k}]"],
]


def function(number):
    chance = random.Random(number)
    lines = [f"def {chance.choice(VERBS)}_{number}(first, second={number % 7}):"]
    lines += ["    total, names, counts = first, [], {}"]
    for place in range(chance.randint(1, 5)):
        k, m = chance.randint(2, 40), chance.randint(0, 8)
        shape = chance.choice(STATEMENTS)
        lines += ["    " + line.format(v=f"v{place}_{number % 97}", k=k, m=m, m1=m + 1) for line in shape]
    lines += [f"    return total + {number}, len(names), len(counts)"]
    return "\n".join(lines)


def write(folder, count):
    """Write modules of `count` functions and main.py, which calls each; its path."""
    modules = []
    for first in range(0, count, EACH):
        texts = [function(number) for number in range(first, min(first + EACH, count))]
        names = [text.split("(")[0][4:] for text in texts]
        modules.append(f"part{first // EACH}")
        body = [CLASSES, *texts, f"FUNCTIONS = [{', '.join(names)}]"]
        (folder / f"{modules[-1]}.py").write_text("\n\n".join(body) + "\n")
    main = ["import importlib", f"for name in {modules!r}:", "    module = importlib.import_module(name)"]
    main += [f"    for turn in range({CALLS}):", "        for function in module.FUNCTIONS: function(turn)"]
    path = folder / "main.py"
    path.write_text("\n".join(main) + "\n")
    return path
