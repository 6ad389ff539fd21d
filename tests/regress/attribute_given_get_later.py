"""The class of an object that is a class's attribute may be given `__get__` when code is compiled that reads it."""


class Plain:
    def __init__(self, v):
        self.v = v


class Meta(type):
    pass


class Owner:
    attr = Plain(5)
    other = Plain(6)
    inner = Meta("inner", (), {"v": 7})

    def __init__(self):
        self.own = 1

    def read(self):
        return self.attr


class Second(Owner):
    attr = Plain(8)


class WithMeta(metaclass=Meta):
    attr = Plain(9)


def value(x):
    return x if isinstance(x, int) else x.v


def use(owners, n, at, change):
    t = 0
    for i in range(n):
        o = owners[i % len(owners)]
        t += value(o.attr)
        t += value(o.read())
        t += value(Owner.other)
        t += value(WithMeta.attr)
        t += value(o.inner)
        if i == at:
            change()
    return t


def case_get_later():
    out = []
    one = Owner()

    def get(owner, gives):
        return lambda: setattr(owner, "__get__", lambda self, obj, cls=None: gives if obj is not None else 10 * gives)

    try:
        for owners in ([one], [one, Second()]):
            for _ in range(3):
                out.append(use(owners, 60, 99, None))
            out.append(use(owners, 60, 30, get(Plain, 100)))
            out.append(use(owners, 60, 30, lambda: delattr(Plain, "__get__")))
            out.append(use(owners, 60, 30, get(Meta, 50)))
            out.append(use(owners, 60, 30, lambda: delattr(Meta, "__get__")))
            out.append(use(owners, 60, 30, lambda: setattr(Plain, "__set__", lambda self, obj, v: None)))
            one.attr = 3
            out.append(use(owners, 60, 30, get(Plain, 7)))
            one.__dict__["attr"] = 50
            out.append(use(owners, 60, 30, lambda: delattr(Plain, "__set__")))
            out.append(use(owners, 60, 30, lambda: delattr(Plain, "__get__")))
            one.__dict__.clear()
    finally:
        for cls in (Plain, Meta):
            for name in ("__get__", "__set__"):
                if name in vars(cls):
                    delattr(cls, name)
        one.__dict__.clear()
    return out
