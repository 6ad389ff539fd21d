"""A variable that is carried round a loop as its parts may have nothing yet where the loop is entered again: what
takes it there, a way out to another loop, takes that too."""


class Pair:
    def __init__(self, x, y):
        self.x = x
        self.y = y

    def dot(self, other):
        return self.x * other.x + self.y * other.y

    def first(self):
        return self.x

    def parts(self):
        return self.x, self.y

    def __mul__(self, number):
        return Pair(self.x * number, self.y * number)


class More(Pair):
    def __init__(self, x, y, z=0):
        Pair.__init__(self, x, y)
        self.z = z

    def dot(self, other):
        return self.x * other.x + self.z

    def grow(self):
        return More(self.x, self.y, self.z + 1)


class Ending:
    def __init__(self, number):
        self.number = number

    def __del__(self):
        ENDS.append(self.number)

    def value(self):
        return self.number


ENDS = []


def total(pair):
    return pair.x + pair.y


def either(pair):
    return pair[0] if pair[0] else pair[1]


def walk(n, p, q):
    t = u = a = b = 0
    for i in range(n):
        t = ((Pair(1.5, i), t)[0] * either((q.x, i))).dot(
            More(More(i, 2).dot(More(i, 2)), q.dot(More(i, 2))).grow()
        )
        h = p
        for j in range(5):
            r = Pair((t + u), Pair(i, 1).first())
            s = ((i + 0), r.x)
            r = Pair(r.y, Pair(i, 1).dot(p))
            a, b = s[0], p.parts()[0]
            t -= s[1]
            u += total(q)
        p = h
        u += s[0]
        h = p
        for j in range(3):
            r = Pair(Pair(i, 1).parts()[0], p.parts()[0])
            s = (Ending(a).value(), r.x)
            r = Pair(r.y, total(p))
            r.x = r.x + 0
            t -= s[0]
        if abs(t) > 1e9 or abs(u) > 1e9:
            t = u = a = b = 1
            p = Pair(1, 2)
            q = Pair(3, 4)
    return round(t, 6), u, a, b, p.parts(), q.parts()


def case_of_several_classes():
    ENDS.clear()
    given = ((Pair(1, 2), More(3, 4)), (Pair(1.5, 2), Pair(2, 3)), (More(1, 2.5), Pair(0, 0)))
    return [walk(40, p, q) for p, q in given], ENDS[:400], len(ENDS)
