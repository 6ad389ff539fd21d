"""`in`, `x[k] = v` and len() of classes put in line: what the methods give, what changes, who looks, in which order."""

import sys
import traceback

log = []


class Box:
    def __init__(self, *items):
        self.items = list(items)

    def __contains__(self, item):
        for one in self.items:
            if one == item:
                return True
        return False

    def __setitem__(self, index, value):
        self.items[index] = value

    def __getitem__(self, index):
        return self.items[index]

    def __len__(self):
        return len(self.items)

    def fill(self, n):
        for i in range(len(self)):
            self[i] = n + i
        return len(self) + (n in self)


def case_boxes():
    total = 0
    for i in range(60):
        box = Box(i, i + 1, i + 2)
        total += (i in box) + (i + 5 in box) * 10 + (i not in box) * 100
        if i + 1 in box:
            total += 1000
        if i not in box:
            total += 10000
        box[1] = i * 2.5
        box[0] = box[1]
        total += box[0] + len(box) + box.fill(i)
    return total


class Gives:
    def __init__(self, what):
        self.what = what

    def __contains__(self, item):
        return self.what

    def __len__(self):
        return self.what

    def __setitem__(self, key, value):
        return self.what

    def size(self):
        return len(self)


class NoTruth:
    def __bool__(self):
        raise KeyError("no truth")

    def __index__(self):
        return 7


def told(ask, *args):
    try:
        return ask(*args)
    except Exception as error:
        return repr(error)


def found(gives):
    return 1 in gives, 1 not in gives, "yes" if 1 in gives else "no"


def stored(gives):
    gives[1] = 2
    return "stored"


def case_results_of_all_kinds():
    out = []
    for what in (0, 5, True, False, None, "", "x", [], [0], 2.5, -3, 2**80, NoTruth(), NotImplemented):
        if what is NotImplemented:
            continue
        for _ in range(12):
            gives = Gives(what)
            result = told(found, gives), told(stored, gives), told(gives.size), told(len, gives)
        out.append(result)
    return out


def case_results_by_turns():
    out = []
    for i in range(60):
        gives = Gives((1, True, "", 2.5, None, -1)[i % 6] if i > 20 else i)
        out.append((told(found, gives), told(gives.size)))
    return out[-6:], out[18]


def fresh():
    class A:
        def __init__(self, n):
            self.n = n

        def __contains__(self, item):
            return item == self.n

        def __setitem__(self, key, value):
            self.n = key + value

        def __len__(self):
            return self.n

        def ask(self, i):
            self[i] = 1
            return i in self, i + 1 in self, len(self), self.n

    return A


def case_methods_replaced():
    A, out = fresh(), []
    for i in range(60):
        if i == 30:
            A.__contains__ = lambda self, item: ["new"]
        if i == 40:
            A.__setitem__ = lambda self, key, value: setattr(self, "n", 77)
        if i == 50:
            A.__len__ = lambda self: 99
        out.append(A(i).ask(i))
    return out[29:32], out[39:42], out[49:52]


def case_methods_deleted():
    out = []
    for name in ("__contains__", "__setitem__", "__len__"):
        A = fresh()
        for i in range(40):
            if i == 30:
                delattr(A, name)
            out.append(told(A(i).ask, i))
    return out[29:32], out[69:72], out[109:112]


def case_contains_by_items():
    A, out = fresh(), []
    for i in range(40):
        if i == 20:
            del A.__contains__
            A.__iter__ = lambda self: iter([self.n])
        if i == 30:
            A.__contains__ = None
        out.append(told(A(i).ask, i))
    return out[19:22], out[29:32]


def case_class_changes():
    A = fresh()

    class B(A):
        def __contains__(self, item):
            return "B"

        def __len__(self):
            return 5

        def __setitem__(self, key, value):
            self.n = "B"

    a, out = A(1), []
    for i in range(60):
        if i == 40:
            a.__class__ = B
        out.append(a.ask(i))
    return out[39:42]


def case_many_classes():
    A = fresh()
    kinds = [type(f"K{k}", (A,), {}) for k in range(8)]
    return [kinds[i % (i // 10 + 1)](i).ask(i % 3) for i in range(80)][-4:]


def case_instance_has_its_own():
    A, out = fresh(), []
    for i in range(40):
        a = A(i)
        a.__len__ = lambda: 1000
        a.__contains__ = lambda item: "own"
        out.append(a.ask(i))
    return out[-1]


class Words(dict):
    def __setitem__(self, key, value):
        super().__setitem__(key, [value])

    def __contains__(self, key):
        return super().__contains__(key.lower())

    def __len__(self):
        return super().__len__() + 100


class Rows(list):
    def __setitem__(self, index, value):
        super().__setitem__(index, value + 1)

    def __contains__(self, item):
        return not super().__contains__(item)


def case_classes_made_of_built_in_ones():
    out = []
    for i in range(40):
        words, rows = Words(), Rows([1, 2, 3])
        words["a"] = i
        rows[0] = i
        rows[1:2] = Rows([i]) if i % 9 else [] if i % 2 else ()
        out.append((words, "A" in words, "b" in words, len(words), rows, i in rows, 2 in rows, len(rows)))
    return out[-2:]


def slices_told():
    return case_classes_made_of_built_in_ones()


def case_slices():
    return told(slices_told)


def case_errors_and_lines():
    class A:
        def __contains__(self, item):
            return 10 // item

        def __setitem__(self, key, value):
            raise KeyError(key)

        def __len__(self):
            return 10 // self.n

        def ask(self, i):
            self.n = i % 5
            return len(self)

    first = case_errors_and_lines.__code__.co_firstlineno

    def lines(ask):
        try:
            return ask()
        except Exception as error:
            steps = traceback.extract_tb(error.__traceback__)[1:]
            return repr(error), [(step.name, step.lineno - first) for step in steps]

    def store(a):
        a[3] = 4

    out = []
    for i in range(40):
        a = A()
        out.append(
            (
                lines(lambda a=a, i=i: i % 5 in a),
                lines(lambda a=a: store(a)),
                lines(lambda a=a, i=i: a.ask(i)),
            )
        )
    return out[-5:]


class Looks:
    def __contains__(self, item):
        return self.seen()

    def __len__(self):
        return len(self.seen())

    def __setitem__(self, key, value):
        log.append(self.seen())

    def seen(self):
        frame = sys._getframe(1)
        back = frame.f_back
        return [
            frame.f_code.co_name,
            back.f_code.co_name,
            sorted(back.f_locals),
            back.f_lineno - frame.f_lineno,
        ]


def ask_looks(looks, number):
    number += 1
    looks[number] = number
    return number in looks, len(looks)


def case_frames_seen():
    log.clear()
    return [ask_looks(Looks(), i) for i in range(40)][-1], log[-1]


class Ends:
    def __init__(self, name):
        self.name = name

    def __contains__(self, item):
        log.append("asked")
        return True

    def __setitem__(self, key, value):
        log.append("stored")

    def __len__(self):
        log.append("counted")
        return 3

    def __del__(self):
        log.append(f"end of {self.name}")


def case_ends_of_operands():
    log.clear()
    for _ in range(30):
        if 1 in Ends("container"):
            log.append("then")
        Ends("container")[1] = 2
        log.append("after")
        log.append(len(Ends("counted")))
    return log[-9:]


def case_recursion():
    class Deep:
        def __init__(self, inner):
            self.inner = inner

        def __contains__(self, item):
            return item in self.inner

        def __len__(self):
            return 1 + len(self.inner)

        def __setitem__(self, key, value):
            self.inner[key] = value

    deep = []
    for _ in range(30):
        deep = Deep(deep)
    out = [(1 in deep, len(deep), told(stored, deep)) for _ in range(20)][-1]
    deep.inner.inner = deep
    return out, told(found, deep), told(len, deep), told(stored, deep)


def case_names_rebound():
    A, out = fresh(), []
    for i in range(40):
        if i == 20:
            globals()["len"] = lambda a: ("mine", a.n)
        if i == 30:
            del globals()["len"]
        out.append(A(i).ask(i))
    return out[18:22], out[28:32]


def case_generators_inside():
    class A:
        def __init__(self, items):
            self.items = items

        def __contains__(self, item):
            return any(item == one for one in self.items)

        def __len__(self):
            return sum(1 for one in self.items if one)

        def ask(self, i):
            return i in self, len(self)

    return [A([0, 1, i]).ask(i % 4) for i in range(40)][-4:]


def case_handlers_inside():
    class A:
        def __contains__(self, item):
            try:
                return 10 // item
            except ZeroDivisionError:
                return "none"

        def ask(self, i):
            return i in self

    return [A().ask(i % 3) for i in range(60)][-6:]


def case_tracing_begins():
    seen = []

    def trace(frame, event, arg):
        if frame.f_code.co_name in ("__contains__", "__len__", "__setitem__"):
            seen.append((frame.f_code.co_name, event))
        return trace

    A = fresh()
    for i in range(40):
        if i == 30:
            sys.settrace(trace)
        if i == 32:
            sys.settrace(None)
        A(i).ask(i)
    return seen
