"""An object that a loop goes round with and that is wanted in each turn: what is read behind that is read of the object."""


class Pair:
    def __init__(self, x, y):
        self.x = x
        self.y = y


def kept(n):
    out = []
    p = Pair(0, 1)
    i = 0
    while i < n:
        i += 1
        out.append(p)
        p = Pair(p.y, p.x)
    return p.x, p.y, [(q.x, q.y) for q in out]


def kept_when_odd(n):
    out = []
    p = Pair(0, 1)
    for i in range(n):
        if i & 1:
            out.append(p)
            p = Pair(p.y, p.x)
        else:
            p = Pair(p.x + i, p.y)
    return p.x, p.y, [(q.x, q.y) for q in out]


def case_kept():
    return [kept(n) for n in [9] * 40 + [0, 1, 30]][-4:]


def case_kept_when_odd():
    return [kept_when_odd(n) for n in [9] * 40 + [0, 1, 30]][-4:]
