"""Text gone over character by character, built up and looked at, and values whose types were noted where an attribute or an item
was read."""


def counted(text, wanted):
    found = 0
    for c in text:
        if "a" <= c <= "m":
            found += 1
        if c == wanted:
            found += 100
    return found


def shifted(text):
    out = ""
    for c in text:
        if c < "\x80":
            out += chr(ord(c) ^ 1)
        else:
            out += c
    return out


class Text(str):
    def __iter__(self):
        return iter(str(self)[::-1])


def case_every_width():
    texts = ["abcxyz" * 5, "é" * 7 + "abc", "añb" * 4, "a€b" * 3, "\U0001f40d snake", "", "z", Text("abcé")]
    return [[counted(text, "b") for text in texts] + [shifted(text) for text in texts] for _ in range(30)][-1]


def case_width_changes():
    results = []
    for turn in range(60):
        text = "hello world" if turn < 45 else "hällo wörld" if turn < 52 else "h€llo"
        results.append((counted(text, "l"), shifted(text)))
    return results[::9]


def case_iterator_goes_on_elsewhere():
    results = []
    for turn in range(40):
        it = iter("abcdef" if turn % 3 else "ab€def")
        head = []
        for c in it:
            head.append(c)
            if c == "c" or len(head) == 3:
                break
        results.append("".join(head) + "|" + "".join(it))
    return results[-4:]


def grown(parts, text):
    kept = []
    for part in parts:
        text += part
        if len(kept) < 3:
            kept.append(text)
    return text, kept


class Adds:
    def __init__(self, text):
        self.text = text

    def __add__(self, other):
        return Adds(self.text + "+" + other)

    def __radd__(self, other):
        return Adds(other + "~" + self.text)

    def __len__(self):
        return 1

    def __repr__(self):
        return f"<{self.text}>"


def case_grown_in_place():
    def over(parts, start, turns):
        result = None
        for _ in range(turns):
            result = grown(parts, start)
        return result

    results = [over(["a", "b", "c", "d"], "", 60)]
    for parts, start in (
        (["é", "€"], "x"),
        ([[1], [2]], [0]),
        ([1, 2], 5),
        (["q", "r"], Adds("s")),
        (["a", Adds("t"), "b"], "u"),
    ):
        results.append(
            over(parts, start, 3) if not isinstance(start, (list, int)) else str(grown_any(parts, start))
        )
    return results


def grown_any(parts, value):
    for part in parts:
        value = value + part
    return value


def double(text):
    text += text
    return text


def case_grown_by_itself():
    text = ""
    for turn in range(50):
        text = double("ab" * (turn % 5))
    aliased = []
    out = "x"
    for turn in range(40):
        aliased.append(out)
        out += "y"
    return text, aliased[5], aliased[39], out


class Reader:
    def __init__(self, text):
        self.text = text
        self.at = 0
        self.items = [text, text]

    def next(self):
        c = self.text[self.at]
        self.at += 1
        return c

    def blanks(self):
        while self.at < len(self.text) and self.text[self.at] in " \t":
            self.at += 1

    def first(self):
        return self.items[0][1:]


def read_all(reader):
    out = []
    while True:
        reader.blanks()
        if reader.at >= len(reader.text):
            return out
        out.append(reader.next())


def case_noted_values_change():
    results = []
    for turn in range(40):
        results.append(read_all(Reader("a b  c\td" * 2)))
    tricky = [
        Reader("äö ü"),
        Reader("€ x"),
        Reader(["a", " ", "bc"]),
        Reader(b"a b"),
        Reader(("q", "  ", "\t")),
    ]
    for reader in tricky:
        try:
            results.append(read_all(reader))
        except TypeError as error:
            results.append(str(error))
        results.append(reader.first())
    reader = Reader("abc")
    reader.at = True
    results.append(read_all(reader))
    reader = Reader("abc")
    reader.at = 1.0
    try:
        read_all(reader)
    except TypeError as error:
        results.append(str(error))
    return results[38:]


def heads(rows):
    out = []
    for row in rows:
        name = row["name"]
        out.append(name[0] + name[-1:] + str(len(name)))
    return out


def case_noted_items_change():
    rows = [{"name": "ab"}, {"name": "cde"}] * 20
    results = [heads(rows) for _ in range(30)][-1][:3]
    results.append(heads([{"name": "é€"}, {"name": ["x", "y"]}][:1]))
    try:
        heads([{"name": ["x", "y"]}])
    except TypeError as error:
        results.append(str(error))
    try:
        heads([{"name": ""}])
    except IndexError as error:
        results.append(str(error))
    return results


def kinds(text):
    found = [0] * 9
    for c in text:
        found[0] += c in "+-.eE0123456789"
        found[1] += c not in " \n\t\x7f\x80ÿ"
        found[2] += c.isdigit()
        found[3] += c.isalpha() + 2 * c.isalnum()
        found[4] += c.isspace()
        found[5] += c.isupper() + 2 * c.islower()
        found[6] += c in ""
        found[7] += c in "a€"
        found[8] += c in "?"
    return found


def case_kinds_of_characters():
    latin = "".join(chr(code) for code in range(256))
    results = [kinds(latin) for _ in range(20)][-1:]
    results.append([kinds(chr(code)) for code in range(256)])
    results.append(kinds("٣αΩ\u2003²\U0001d7d8"))
    return results


def token_of(text, at):
    c = text[at : at + 1]
    if c in "0123456789":
        return "number" if c else "end"
    return "space" if c.isspace() else "other"


def case_no_or_several_characters():
    results = [[token_of("a 1", at) for at in range(4)] for _ in range(30)][-1:]

    def look(c):
        return c in "abc", c.isdigit(), c.isupper()

    for _ in range(30):
        results.append(look("b"))
    for c in ("", "bc", "cb", "12", "1x", "AB", "é", "€"):
        results.append(look(c))
    try:
        look(1)
    except (TypeError, AttributeError) as error:
        results.append(str(error))
    return results[0], results[-10:]


def words_at(text, words):
    found = []
    for at in range(-2, len(text) + 2):
        for word in words:
            if text.startswith(word, at):
                found.append((at, word))
    return (
        found,
        [word for word in words if text.startswith(word)],
        [word for word in words if text.endswith(word)],
    )


def case_beginnings_and_ends():
    results = []
    for text in ["abcab"] * 20 + ["", "ñab", "ab€", "\U0001f40dab"]:
        results.append(words_at(text, ["ab", "", "b", "abcab", "abcabc", "€"]))
    for odd in (("a", "b"), 1, None):
        try:
            results.append(words_at("abc", ["a", odd]))
        except TypeError as error:
            results.append(str(error))
    return results[19:]
