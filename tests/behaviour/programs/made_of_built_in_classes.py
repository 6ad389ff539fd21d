"""Methods and attributes of classes made of list, dict and exceptions, whose instances begin with nothing of their own."""


class Stack(list):
    size = 3

    def push(self, item):
        self.append(item)
        return self

    def last(self):
        return self[-1] if self else None


class Deeper(Stack):
    def last(self):
        return ("deeper", super().last())


class Counts(dict):
    def add(self, key):
        self[key] = self.get(key, 0) + 1
        return self.total()

    def total(self):
        return sum(self.values())


class Failed(Exception):
    code = 4

    def told(self):
        return (self.code, self.args)


class Text(str):
    def twice(self):
        return self + self


class Small(int):
    def plus(self, n):
        return self + n


def case_methods():
    out = []
    for i in range(60):
        stack, counts = Stack(), Counts()
        stack.push(i).push(i + 1)
        out.append((stack.last(), stack.size, counts.add("a"), counts.add("b"), Failed(i).told()))
        out.append((Text("ab").twice(), Small(i).plus(2), Deeper([i]).last()))
    return out[-4:]


def case_attributes_come():
    out = []
    for i in range(80):
        stack, failed = Stack([i]), Failed(i)
        if i > 30:
            stack.extra = i
            failed.code = i
        if i > 50:
            stack.last = lambda: "own"
            stack.size = "mine"
            failed.told = lambda: "told"
        if i > 70:
            del stack.last
            stack.__dict__["push"] = lambda item: ("pushed", item)
        out.append((stack.last(), stack.size, failed.told(), failed.code, stack.push(1) if i > 70 else None))
    return out[29:33], out[49:53], out[69:73], out[-1]


def case_by_turns():
    out = []
    kept = Stack([1])
    for i in range(60):
        owner = (Stack([i]), Deeper([i]), kept)[i % 3]
        if i == 40:
            kept.last = lambda: "kept"
        out.append(owner.last())
    return out[36:48]


def case_classes_change():
    class Own(list):
        def f(self):
            return "f"

    out = []
    for i in range(60):
        own = Own()
        if i == 20:
            Own.f = lambda self: "new"
        if i == 30:
            Own.f = 5
        if i == 40:
            Own.__getattribute__ = lambda self, name: lambda: "got"
        if i == 50:
            del Own.__getattribute__
            del Own.f
        try:
            out.append(own.f())
        except (AttributeError, TypeError) as error:
            out.append(str(error))
    return out[19:22], out[29:32], out[39:42], out[50:52]


def case_slots_and_mixed():
    class Slotted(list):
        __slots__ = ("a",)

        def f(self):
            return getattr(self, "a", "none")

    class Both(Slotted, Stack):
        pass

    out = []
    for i in range(40):
        slotted, both = Slotted(), Both([i])
        if i % 2:
            slotted.a = i
            both.a = i
            both.b = i
        out.append((slotted.f(), both.f(), both.last(), both.push(2).size))
    return out[-2:]


def case_raised():
    out = []
    for i in range(40):
        try:
            raise Failed(i)
        except Failed as failed:
            if i % 2:
                failed.code = i
            out.append((failed.told(), str(failed)))
    return out[-2:]
