"""Class methods of built-in types are bound once; those of their subclasses are bound for these."""

import traceback


class Number(int):
    pass


class Table(dict):
    pass


def case_numbers():
    raw, out = bytes(range(64)), []
    for k in range(0, 60, 3):
        out.append(int.from_bytes(raw[k : k + 4], "little"))
        out.append(int.from_bytes(bytearray(raw[k : k + 9]), "big", signed=True))
        out.append(int.from_bytes([k, 255, 254], "big", signed=k % 2 == 0))
        made = Number.from_bytes(raw[k : k + 2], "big")
        out.append((type(made).__name__, made))
    return out


def case_others():
    out = []
    for k in range(60):
        out.append(bytes.fromhex(f"{k + 16:x}"))
        out.append(bytearray.fromhex("0a 0b"))
        out.append(float.fromhex("0x1.8p3") + k)
        out.append(dict.fromkeys((k, "a"), k))
        made = Table.fromkeys([k])
        out.append((type(made).__name__, made, str.maketrans("a", "b")))
    return out


def read(kind, raw, order):
    return kind.from_bytes(raw, order)


def case_several_classes():
    out = []
    for k in range(90):
        kind = (int, bool, Number)[k % 3]
        found = read(kind, bytes([k % 2]), "little")
        out.append((type(found).__name__, found))
    return out


def case_errors():
    out = []
    for k in range(60):
        for arguments in ((b"a",), (b"a", "middle"), ("a", "little"), (k,), ([300], "big")):
            try:
                out.append(int.from_bytes(*arguments))
            except (TypeError, ValueError) as error:
                lines = [line.lineno for line in traceback.extract_tb(error.__traceback__)]
                out.append((type(error).__name__, str(error), lines))
        try:
            out.append(int.from_bytes("x", "little"))
        except TypeError as error:
            out.append(str(error))
    return out
