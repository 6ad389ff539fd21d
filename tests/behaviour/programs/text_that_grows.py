"""Text put to the end of a variable's: in place where nobody else has it, and never where somebody could tell."""


def grown(parts):
    text = ""
    for part in parts:
        text += part
    return text


def held(parts):
    """Each turn's text is kept, so none may change."""
    text, kept = "", []
    for part in parts:
        text += part
        kept.append(text)
        text = text + "."
    return text, kept


def hashed(parts):
    text, seen = "x", {}
    for part in parts:
        text += part
        seen[text] = len(text)
    return text, sorted(seen.values())


def hashed_alone(parts):
    text, hashes = "x", []
    for part in parts:
        text += part
        hashes.append(hash(text))
    copy = "x"
    return hashes == [hash(copy := copy + part) for part in parts]


def doubled(times):
    text = "ab"
    for _ in range(times):
        text += text
    return text


def wider(parts):
    text = "begin"
    for i, part in enumerate(parts):
        text += part
        if i % 50 == 49:
            text += chr(0x40 << i // 50)
    return text


def shrunk(parts):
    text = ""
    for part in parts:
        text += part
        if len(text) > 700:
            text = text[:300]
    return text


def encoded(parts):
    text, sizes = "", []
    for part in parts:
        text += part
        sizes.append(len(text.encode()))
    return text, sizes[-1]


def wrong(parts):
    text = ""
    try:
        for part in parts:
            text += part
    except TypeError as error:
        return text, str(error)
    return text


WORDS = [str(i * 7919) for i in range(300)]


def case_grown(n=20):
    for _ in range(n):
        out = [
            grown(WORDS),
            grown("some text of letters " * 60),
            grown(["", "", "a", "", "bc", ""] * 50),
            doubled(11)[-5:],
        ]
        out.append(grown(WORDS * 30)[-1000:])
    return out


def case_held_by_others(n=20):
    for _ in range(n):
        text, kept = held(WORDS[:120])
        out = [text, len(kept), kept[::20], hashed(WORDS[:150]), hashed_alone(WORDS[:100])]
    return out


def case_of_other_characters(n=20):
    for _ in range(n):
        out = [wider(WORDS), shrunk(WORDS), encoded(WORDS[:200])]
    return out


def case_wrong(n=20):
    for _ in range(n):
        out = [wrong([*WORDS[:100], 3]), wrong(["a", None]), wrong([b"b"])]
    return out
