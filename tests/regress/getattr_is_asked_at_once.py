"""A __getattr__ is asked for what is not there, and for nothing else, without an exception made for it."""


class Proxy:
    def __init__(self, of):
        self._of = of

    def __getattr__(self, name):
        asked.append(name)
        return getattr(self._of, name)


class Slotted:
    __slots__ = ("empty", "full")

    def __init__(self):
        self.full = 1

    def __getattr__(self, name):
        return "asked", name


class Lazy:
    def __getattr__(self, name):
        if name == "value":
            self.value = 5
            return "first"
        raise AttributeError(name)

    @property
    def failing(self):
        raise AttributeError("inside")


class Both(Lazy):
    def __getattribute__(self, name):
        asked.append(("all", name))
        return super().__getattribute__(name)


class OfList(list):
    def __getattr__(self, name):
        return len(self), name


class Static:
    __getattr__ = staticmethod(lambda name: ("static", name))


class Thing:
    x, y = 1, 2

    def method(self):
        return self.x


asked = []


def told(function, *args):
    try:
        return function(*args)
    except Exception as error:
        count, traceback = 0, error.__traceback__
        while traceback is not None:
            count, traceback = count + 1, traceback.tb_next
        return type(error).__name__, str(error), count, error.__context__


def read(proxy):
    return proxy.x + proxy.y, proxy.method(), told(lambda: proxy.lacking)


def case_proxies():
    asked.clear()
    proxy, dicted = Proxy(Thing()), Proxy(Proxy(Thing()))
    vars(dicted)["more"] = 1
    out = [(read(proxy), read(dicted), dicted.more) for _ in range(30)]
    vars(dicted)["x"] = 100
    proxy.y = 50
    return out, read(proxy), read(dicted), len(asked), asked[-20:]


def case_what_is_there():
    out = []
    for _ in range(30):
        slotted, lazy, both, items = Slotted(), Lazy(), Both(), OfList([1, 2])
        out.append(
            (slotted.empty, slotted.full, slotted.other, lazy.value, lazy.value, told(lambda: lazy.none))
        )
        out.append((told(lambda: lazy.failing), told(lambda: both.none), both.value, both.value))
        out.append((items.none, told(lambda: Static().none)))
        out.append([getattr(lazy, name, "lacks") for name in ("value", "none", "failing")])
        out.append([hasattr(lazy, name) for name in ("value", "none", "failing")])
    return out, asked[-4:]


def other(self, name):
    return "other", name


def case_changed_meanwhile():
    class Changing:
        def __getattr__(self, name):
            return "own", name

    out, thing = [], Changing()
    for number in range(60):
        if number == 20:
            Changing.__getattr__ = other
        if number == 40:
            Changing.late = "there"
        if number == 50:
            del Changing.__getattr__, Changing.late
        out.append(told(lambda: thing.late))
    return out


class Odd:
    def __eq__(self, name):
        compared.append(name)
        return False

    def __hash__(self):
        return hash("absent")


compared = []


def case_odd_keys():
    out = []
    for _ in range(30):
        compared.clear()
        proxy = Proxy(Thing())
        vars(proxy)[Odd()] = 1
        out.append((told(lambda: proxy.absent), compared[:]))
    return out
