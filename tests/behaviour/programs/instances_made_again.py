"""Instances that compiled code makes and lets go of by the thousand, and all that may happen to such an object."""

import gc
import weakref

log = []


class Vector:
    def __init__(self, x, y):
        self.x = x
        self.y = y

    def __add__(self, other):
        return Vector(self.x + other.x, self.y + other.y)


class Holder:
    def __init__(self, inner, number):
        self.inner = inner
        self.number = number


class Tells:
    def __init__(self, name):
        self.name = name

    def __del__(self):
        log.append(self.name)


class Node:
    def __init__(self, value, next):
        self.value = value
        self.next = next


class Slots:
    __slots__ = ("x", "__weakref__")

    def __init__(self, x):
        self.x = x


class Late:
    pass


class Child(Vector):
    def __init__(self, x, y, z):
        super().__init__(x, y)
        self.z = z


kept = []


def added(count, keep=0):
    total = Vector(0, 0)
    for i in range(count):
        step = Vector(i, i * 0.5)
        if keep and i % keep == 0:
            kept.append(step)
        total = total + step
    return total.x, total.y


def case_many():
    return added(100), added(50, 7), [(vector.x, vector.y) for vector in kept], kept.clear()


def held(count):
    out = 0
    for i in range(count):
        holder = Holder(Holder(Vector(i, None), 1 << i), [i])
        out += holder.inner.inner.x + len(holder.number)
        holder = None
    return out


def case_nested():
    return held(60)


def chain(count):
    first = None
    for i in range(count):
        first = Node(i, first)
    return first


def case_chains():
    total = 0
    for count in (1, 3, 5, 8, 60, 20_000):
        first = chain(count)
        total += first.value
        first = None
    return total


def finalized(count):
    for i in range(count):
        holder = Holder(Tells(("inner", i)), Tells(("number", i)))
        log.append(("made", i))
        holder = None
        log.append(("gone", i))


def case_finalizers():
    log.clear()
    finalized(6)
    return list(log)


def referred(count):
    out = []
    for i in range(count):
        vector = Vector(i, i)
        if i % 3 == 0:
            ref = weakref.ref(vector, lambda ref, i=i: out.append(("ended", i)))
            out.append(ref() is vector)
        vector = None
        if i % 3 == 0:
            out.append(ref())
    return out


def case_weak_references():
    return referred(12)


def with_dicts(count):
    out = []
    for i in range(count):
        vector = Vector(i, i)
        if i % 4 == 1:
            vector.__dict__["z"] = i
        if i % 4 == 2:
            vector.w = i
        if i % 4 == 3:
            del vector.x
        out.append(sorted(vector.__dict__.items()) if i % 2 else hasattr(vector, "w") or hasattr(vector, "z"))
    return out


def case_attributes_of_new_ones():
    return with_dicts(16), [vars(Vector(1, 2)) for _ in range(3)]


def late(count):
    out = []
    for i in range(count):
        one = Late()
        out.append(len(vars(one)))
        setattr(one, "a%d" % (i % 5), i)
        other = Late()
        out.append(getattr(other, "a%d" % (i % 5), None))
        one = other = None
    return out


def case_without_attributes():
    return late(40)


def order(count):
    out = []
    for i in range(count):
        vector = Vector(1, 2)
        if i % 2:
            del vector.x
            vector.x = 3
        out.append(list(vars(vector)))
    return out


def case_order_of_attributes():
    return order(8)


def case_collected():
    """What is made of an old object is known to the collector."""
    gc.disable()
    try:
        for _ in range(30):
            added(5)
        node = Node(Tells("cycle"), None)
        node.next = node
        tracked = gc.is_tracked(node)
        ref = weakref.ref(node)
        node = None
        log.clear()
        before = ref() is None
        gc.collect()
        return tracked, before, ref() is None, list(log)
    finally:
        gc.enable()


def counted_young(count):
    gc.collect()
    gc.disable()
    try:
        before = gc.get_count()[0]
        made = [Vector(i, i) for i in range(count)]
        after = gc.get_count()[0]
        made = None
        return after - before, gc.get_count()[0] - before <= 4
    finally:
        gc.enable()


def case_counted_by_the_collector():
    return [counted_young(50)[1] for _ in range(5)]


def case_class_gets_a_finalizer():
    class Plain:
        def __init__(self, x):
            self.x = x

    def make(count):
        total = 0
        for i in range(count):
            total += Plain(i).x
        return total

    out = [make(20)]
    log.clear()
    Plain.__del__ = lambda self: log.append(self.x)
    out.append(make(5))
    out.append(list(log))
    del Plain.__del__
    out.append(make(5))
    out.append(len(log))
    return out


def case_classes_come_and_go():
    out = []
    for i in range(40):

        class Local:
            def __init__(self, x):
                self.x = x
                if i % 3 == 0:
                    self.y = self.z = x

        total = 0
        for j in range(6):
            one = Local(j)
            total += one.x + len(vars(one))
            one = Local(j)
        out.append(total)
    return out


def case_subclasses():
    out = []
    for i in range(30):
        one = Child(i, 1, 2) if i % 3 else Vector(i, 1)
        out.append((type(one).__name__, (one + one).x, len(vars(one))))
    return out


def case_class_assigned():
    out = []
    for i in range(20):
        one = Vector(i, 1)
        if i % 4 == 0:
            one.__class__ = Holder
            out.append((type(one).__name__, vars(one)))
        one = None
    return out


def case_slots():
    total = 0
    for i in range(40):
        total += Slots(i).x
    return total


def case_class_that_is_changed_by_what_goes():
    class Changing:
        def __init__(self, x):
            self.x = x

    class Changes:
        def __del__(self):
            Changing.extra = len(log)
            log.append(Changing(1).x)

    log.clear()
    out = []
    for i in range(12):
        one = Changing(Changes() if i % 3 == 0 else i)
        two = Changing(i)
        one = two = None
        out.append(getattr(Changing, "extra", None))
    return out, list(log)
