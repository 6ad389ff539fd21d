"""When objects die: __del__ order, reference counts, weak references, the cycle collector."""

import gc
import sys
import weakref


class Loud:
    log = []

    def __init__(self, name):
        self.name = name

    def __del__(self):
        Loud.log.append(f"del {self.name}")


def taken():
    log, Loud.log = Loud.log, []
    return log


def case_rebinding_and_return():
    taken()

    def run():
        x = Loud("a")
        Loud.log.append("made a")
        x = Loud("b")
        Loud.log.append("rebound")
        y = x
        del x
        Loud.log.append("deleted x")
        return "result"

    run()
    Loud.log.append("returned")
    return taken()


def case_order_of_locals_at_return():
    taken()

    def run(a, b):
        c, d = Loud("c"), Loud("d")
        return None if c is d else 1

    run(Loud("a"), Loud("b"))
    return taken()


def case_temporaries():
    taken()

    def make(name):
        return Loud(name)

    make("1").name
    Loud.log.append("after attribute")
    [make("2"), make("3")][0]
    Loud.log.append("after subscript")
    str(make("4").name + make("5").name)
    Loud.log.append("after call")
    for thing in [make("6"), make("7")]:
        Loud.log.append("loop " + thing.name)
    Loud.log.append("after loop")
    del thing
    return taken()


def case_loop_variable_dies_at_the_next_round():
    taken()
    for n in range(3):
        item = Loud(str(n))
        Loud.log.append(f"body {n}")
    del item
    return taken()


def case_exception_keeps_and_frees():
    taken()

    def fail():
        x = Loud("local")
        raise ValueError("x")

    try:
        fail()
    except ValueError as error:
        Loud.log.append("handling")
        kept = error
    Loud.log.append("handled")
    del kept
    Loud.log.append("dropped")
    return taken()


def case_container_frees_in_order():
    taken()
    data = [Loud(str(n)) for n in range(4)]
    data[1] = None
    Loud.log.append("item")
    del data[0]
    Loud.log.append("del")
    data.clear()
    d = {n: Loud(f"d{n}") for n in range(3)}
    d[1] = 5
    d = None
    t = (Loud("t1"), Loud("t2"))
    t = None
    return taken()


def case_attribute_overwritten():
    taken()

    class Box:
        pass

    box = Box()
    box.x = Loud("x1")
    box.x = Loud("x2")
    Loud.log.append("overwritten")
    box.y = Loud("y")
    box = None
    Loud.log.append("box gone")
    return taken()


def case_del_runs_code_that_looks():
    seen = []

    class Looks:
        def __del__(self):
            frame = sys._getframe(1)
            seen.append((frame.f_code.co_name, frame.f_lineno - frame.f_code.co_firstlineno))

    def run():
        x = Looks()
        y = 1
        x = None
        y += 1
        return y

    return run(), seen


def case_del_changes_what_is_running():
    state = {"n": 1}

    class Changes:
        def __del__(self):
            state["n"] += 100

    def run():
        total = 0
        for i in range(4):
            thing = Changes()
            total += state["n"]
            if i == 2:
                thing = None
            total += state["n"]
        del thing
        return total

    return run(), state


def case_resurrection():
    kept = []

    class Again:
        def __del__(self):
            kept.append(self)

    def run():
        Again()
        return len(kept)

    return run(), run(), len(kept)


def case_refcounts_seen():
    def run():
        thing = object()
        alias = thing
        counts = [sys.getrefcount(thing)]
        holder = [thing] * 3
        counts.append(sys.getrefcount(thing))
        del holder
        counts.append(sys.getrefcount(thing))
        return [count - counts[0] for count in counts], alias is thing

    return run()


def case_refcounts_do_not_drift():
    marker = object()
    before = sys.getrefcount(marker)

    def churn(thing, n):
        data = []
        for i in range(n):
            data.append(thing)
            pair = (thing, i)
            d = {i: pair[0]}
            if i % 3 == 0:
                try:
                    raise ValueError(thing)
                except ValueError as error:
                    data[-1] = error.args[0]
            elif i % 5 == 0:
                data.pop()
            del d
        return len(data)

    churn(marker, 200)
    gc.collect()
    return sys.getrefcount(marker) - before


def case_weakref():
    class T:
        pass

    died = []

    def run():
        t = T()
        ref = weakref.ref(t, lambda r: died.append("died"))
        alive = ref() is t
        del t
        return alive, ref() is None

    result = run()
    table = weakref.WeakValueDictionary()
    keep = T()
    table["k"] = keep
    table["gone"] = T()
    return result, died, sorted(table)


def case_cycles():
    taken()

    class Node(Loud):
        pass

    def run():
        a, b = Node("a"), Node("b")
        a.other, b.other = b, a

    run()
    before = taken()
    gc.collect()
    return before, sorted(taken())


def case_gc_callback_in_a_loop():
    taken()
    threshold = gc.get_threshold()
    gc.set_threshold(50)
    try:
        total = 0
        for n in range(500):
            node = [n]
            node.append(node)
            total += len(node)
        del node
        return total
    finally:
        gc.set_threshold(*threshold)


def case_generator_frees():
    taken()

    def produce():
        held = Loud("in generator")
        yield 1
        yield 2

    g = produce()
    next(g)
    Loud.log.append("suspended")
    del g
    Loud.log.append("dropped")
    return taken()


def case_argument_outlives_the_call():
    taken()

    def callee(x):
        x = None
        Loud.log.append("cleared in callee")

    callee(Loud("argument"))
    Loud.log.append("after")
    return taken()


def case_del_raises():
    caught = []
    old = sys.unraisablehook
    sys.unraisablehook = lambda info: caught.append(
        (type(info.exc_value).__name__, info.object.__qualname__.split(".")[-1])
    )

    class Bad:
        def __del__(self):
            raise ValueError("in del")

    def run():
        Bad()
        return "fine"

    try:
        return run(), caught
    finally:
        sys.unraisablehook = old


def case_closure_frees_its_cell():
    taken()

    def outer():
        thing = Loud("cell")

        def inner():
            return thing.name

        return inner

    f = outer()
    f()
    Loud.log.append("alive")
    del f
    return taken()
