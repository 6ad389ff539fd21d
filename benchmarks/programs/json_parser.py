"""A recursive-descent parser and writer of JSON-like text: characters, strings, dicts, recursion."""

SIZE, QUICK = 1_000, 300
CHECKSUMS = {SIZE: 110949501501, QUICK: 32899045451}


class Parser:
    def __init__(self, text):
        self.text = text
        self.at = 0

    def blanks(self):
        while self.at < len(self.text) and self.text[self.at] in " \n\t":
            self.at += 1

    def value(self):
        self.blanks()
        c = self.text[self.at]
        if c == "{":
            return self.mapping()
        if c == "[":
            return self.sequence()
        if c == '"':
            return self.string()
        if c.isdigit() or c == "-":
            return self.number()
        for word, meaning in (("true", True), ("false", False), ("null", None)):
            if self.text.startswith(word, self.at):
                self.at += len(word)
                return meaning
        raise ValueError(f"unexpected {c!r} at {self.at}")

    def mapping(self):
        out = {}
        self.at += 1
        self.blanks()
        while self.text[self.at] != "}":
            self.blanks()
            key = self.string()
            self.blanks()
            self.at += 1
            out[key] = self.value()
            self.blanks()
            if self.text[self.at] == ",":
                self.at += 1
        self.at += 1
        return out

    def sequence(self):
        out = []
        self.at += 1
        self.blanks()
        while self.text[self.at] != "]":
            out.append(self.value())
            self.blanks()
            if self.text[self.at] == ",":
                self.at += 1
                self.blanks()
        self.at += 1
        return out

    def string(self):
        self.at += 1
        parts = []
        while True:
            c = self.text[self.at]
            self.at += 1
            if c == '"':
                return "".join(parts)
            if c == "\\":
                c = {"n": "\n", "t": "\t"}.get(self.text[self.at], self.text[self.at])
                self.at += 1
            parts.append(c)

    def number(self):
        start = self.at
        while self.at < len(self.text) and self.text[self.at] in "+-.eE0123456789":
            self.at += 1
        text = self.text[start : self.at]
        return float(text) if "." in text or "e" in text else int(text)


def written(value):
    if isinstance(value, dict):
        return "{" + ", ".join(f"{written(k)}: {written(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join([written(item) for item in value]) + "]"
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'
    if value is True or value is False or value is None:
        return {True: "true", False: "false", None: "null"}[value]
    return repr(value)


def setup(size=SIZE):
    data = [
        {
            "id": n,
            "name": f"name {n}\n",
            "tags": ["a", "b" * (n % 5), None, True],
            "at": {"x": n * 0.5, "y": -n},
            "ok": n % 2 == 0,
        }
        for n in range(size)
    ]
    return written(data)


def run(state):
    data = Parser(state).value()
    again = written(data)
    return len(again) * 10**6 + sum(len(item["tags"][1]) + item["id"] for item in data) + (again == state)
