"""Attributes that are read after they, their neighbours or those of another object were stored."""


class Ball:
    def __init__(self, x, y, dx, dy):
        self.x = x
        self.y = y
        self.dx = dx
        self.dy = dy

    def step(self, limit):
        bounced = False
        self.x += self.dx
        self.y += self.dy
        if self.x > limit:
            self.x = limit
            self.dx = -abs(self.dx)
            bounced = True
        if self.x < 0:
            self.x = 0
            self.dx = abs(self.dx)
            bounced = True
        if self.y > limit:
            self.y = limit
            self.dy = -self.dy
            bounced = True
        return bounced


def run_balls(balls, turns):
    bounces = 0
    for _ in range(turns):
        for ball in balls:
            if ball.step(500):
                bounces += 1
    return bounces, [(b.x, b.y, b.dx, b.dy) for b in balls]


def case_ints():
    return run_balls([Ball(i * 37 % 500, i * 91 % 500, i % 13 - 6, i % 7 + 1) for i in range(9)], 60)


def case_floats():
    return run_balls([Ball(i * 37.5, i * 9.25, i - 3.5, 1.5) for i in range(9)], 60)


def case_mixed_numbers_and_large_ones():
    balls = [Ball(1, 2.5, 3, 4), Ball(2**62, 1, 2**61, 1), Ball(0, 2**30 - 2, 1, 1), Ball(-5, 0.0, -1, 2)]
    return run_balls(balls, 40)


class Wide:
    def __init__(self):
        self.a = self.b = self.c = self.d = self.e = self.f = self.g = self.h = self.i = self.j = 0

    def turn(self, other):
        self.a += 1
        other.i += 2  # eight places behind a
        self.b = self.a + other.i
        other.j = self.b
        other.b = self.j + 1
        return self.a, self.b, self.i, self.j


def case_one_object_by_two_names():
    one, two = Wide(), Wide()
    told = []
    for i in range(60):
        told.append(one.turn(one if i % 3 == 0 else two))
    return told[-6:], vars(one), vars(two)


def swap(a, b):
    a.x, b.x = b.x, a.x
    a.y = b.x
    b.y = a.x
    a.x += b.y
    return a.x, a.y, b.x, b.y


def case_stores_through_another_name():
    p, q = Ball(1, 2, 3, 4), Ball(5, 6, 7, 8)
    return [swap(p, q if i % 4 else p) for i in range(50)][-5:]


class Loud:
    told = []

    def __init__(self, name):
        self.name = name

    def __del__(self):
        Loud.told.append((self.name, self.owner.x if hasattr(self, "owner") else None))


def replace(owner, i):
    owner.x = i
    owner.y = Loud(i)
    owner.y.owner = owner
    owner.x = i + 1
    owner.y = None
    return owner.x


def case_what_was_there_tells_of_its_end():
    Loud.told.clear()
    owner = Ball(0, 0, 0, 0)
    total = sum(replace(owner, i) for i in range(40))
    return total, Loud.told[-3:], len(Loud.told)


class Watching:
    def __init__(self):
        self.x = 0
        self.log = []

    def __setattr__(self, name, value):
        object.__setattr__(self, name, value)
        if name == "y":
            object.__setattr__(self, "x", value * 100)


def through_setattr(w, i):
    w.x = i
    w.y = i
    return w.x


def case_a_store_that_stores_more():
    w = Watching()
    return [through_setattr(w, i) for i in range(40)][-3:]


def grow(b, i):
    b.x = i
    if i == 30:
        b.__dict__["x"] = "from the dict"
    if i == 35:
        del b.x
        b.x = "anew"
    return b.x


def case_through_the_dict():
    b = Ball(0, 0, 0, 0)
    return [grow(b, i) for i in range(50)]


def count_names(b, names):
    for name in names:
        b.x = b.x + 1
        setattr(b, name, b.x * 2)
        b.dx = b.x
    return b.x, b.y, b.dx


def case_a_store_by_name():
    return [count_names(Ball(1, 2, 3, 4), ["y", "dx", "x"] * 10) for _ in range(10)][-1]


class Slots:
    __slots__ = ("n", "m")

    def __init__(self):
        self.n = 0
        self.m = 0.5

    def turn(self, other):
        self.n += 3
        self.m += self.n
        other.n -= 1
        return self.n + self.m


def case_slots():
    a, b = Slots(), Slots()
    return [a.turn(a if i % 5 == 0 else b) for i in range(40)][-3:], a.n, a.m, b.n, b.m


def kept(b, values):
    out = []
    for value in values:
        before = b.x
        b.x = value
        after = b.x
        b.x = value + 1
        out.append((before, after, b.x))
    return out


def case_what_was_read_stays_what_it_was():
    b = Ball(1.5, 0, 0, 0)
    return kept(b, [i * 1.25 for i in range(40)])[-3:], kept(b, list(range(990, 1040)))[-3:], b.x


def fails_in_the_middle(b, items):
    for item in items:
        b.x += 1
        b.y += b.x
        b.dx = item + b.y
        b.dy = b.dx


def case_state_after_an_error():
    b = Ball(1, 2, 3, 4)
    try:
        fails_in_the_middle(b, [1] * 50 + ["x"])
    except TypeError as error:
        return str(error), vars(b)
