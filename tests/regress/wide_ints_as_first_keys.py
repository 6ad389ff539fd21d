"""An int of more than sixty bits, put into a dict that had no int yet, got the hash of a short one."""


def first_key(wide, turns):
    found = []
    for n in range(turns):
        table = {}
        key = wide + n
        table[key] = n
        found.append((key in table, table.get(key, "none"), table[key], table[wide + n]))
    return found


def beside_texts(wide, turns):
    found = []
    for n in range(turns):
        table = {"a": 1, "b": 2}
        key = wide - n
        table[key] = table.get(key, 0) + n
        found.append((list(table), table[int(str(key))]))
    return found


def case_first_key():
    return [
        first_key(wide, 12)
        for wide in (1 << 60, (1 << 60) - 6, 1 << 61, (1 << 61) - 7, 1 << 62, -(1 << 62), 5)
    ]


def case_beside_texts():
    return [
        beside_texts(wide, 12)
        for wide in (1 << 60, (1 << 60) + 6, (1 << 61) + 4, 1 << 62, -(1 << 60), -(1 << 61))
    ]
