"""Dict displays, the rest of an unpacking and the characters of a str in order have what CPython's have, memory too."""

import sys


def record(i, rest):
    return {"id": i, "name": "n" + str(i), "tags": rest, "none": None}


def same_key_twice(i):
    return {"a": i, "b": 2, "a": i + 1}  # noqa: F601


def six(i):
    return {"a": i, "b": 1, "c": 2, "d": 3, "e": 4, "f": [i]}


def eleven(i):
    return {"a": i, "b": 1, "c": 2, "d": 3, "e": 4, "f": 5, "g": 6, "h": 7, "i": 8, "j": 9, "k": i}


def of_other_keys(i):
    return {1: i, None: 2, "x": 3, 2.5: 4, (1, 2): 5}


def beyond_latin(i):
    return {"\u0142\u00f3d\u017a": i, "\u00e9": 2, "": 3}


def case_displays():
    out = []
    for i in range(40):
        for make in (same_key_twice, six, eleven, beyond_latin, of_other_keys):
            d = make(i)
            out.append((list(d.items()), sys.getsizeof(d), len(d), d == dict(d)))
            d["new"] = i
            d.pop("a", None)
            out.append((list(d), sys.getsizeof(d), "new" in d, "a" in d))
        d = record(i, [])
        d["tags"].append(d["id"])
        d["more"], d["and"] = 1, 2
        out.append((d, sys.getsizeof(d)))
    return out


def case_displays_in_rings():
    """What goes round is found by the collector."""
    import gc
    import weakref

    class Thing:
        pass

    def ring(thing):
        held = [thing]
        held.append({"thing": thing, "held": held})
        return weakref.ref(thing)

    gc.collect()
    found = [ring(Thing()) for _ in range(40)]
    gc.collect()
    return [reference() for reference in found].count(None)


def parts(row):
    first, *rest, last = row
    return first, rest, sys.getsizeof(rest), last


def beginning(row):
    first, second, *rest = row
    rest.append(first)
    return second, rest, sys.getsizeof(rest)


def case_rests():
    out = []
    for size in (0, 1, 2, 3, 4, 5, 9, 17):
        for row in (list(range(size)), tuple(range(size)), "x" * size, range(size)):
            for take in (parts, beginning):
                for _ in range(12):
                    try:
                        out.append(take(row))
                    except ValueError as error:
                        out.append(str(error))
    return out


def case_characters_in_order():
    out = []
    texts = ["", "a", "hello world", "zyx" * 40, "\u00e9\u00e8a\xff", "\u0142\u00f3d\u017a", "a\0b"]
    for _ in range(20):
        for text in texts:
            found = sorted(text)
            out.append((found, sys.getsizeof(found), sorted(text, reverse=True), "".join(sorted(text))))
            found.append("end")
            out.append(len(found))
    return out[-len(texts) * 4 :]


class Text(str):
    def __iter__(self):
        return iter(["b", "a"])


def case_characters_of_other_texts():
    return [
        (sorted(Text("xyz")), sorted("bca", key=None), sorted("bca", key=lambda c: -ord(c)))
        for _ in range(30)
    ][-1]
