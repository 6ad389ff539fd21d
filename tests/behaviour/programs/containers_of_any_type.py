"""`in` where nothing says what the container is: built-in ones of every type, and classes that have a say."""

import collections

log = []


class Says:
    def __init__(self, answer):
        self.answer = answer

    def __contains__(self, item):
        log.append(item)
        return self.answer


class Goes:
    """Gone over, item by item."""

    def __init__(self, *items):
        self.items = items

    def __iter__(self):
        log.append("iter")
        return iter(self.items)


class OwnList(list):
    def __contains__(self, item):
        log.append(("own", item))
        return not list.__contains__(self, item)


class OwnDict(dict):
    def __contains__(self, item):
        log.append(("dict", item))
        return True


class Equal:
    def __init__(self, number):
        self.number = number

    def __eq__(self, other):
        log.append(("eq", self.number))
        return self.number == other

    def __hash__(self):
        return hash(self.number)


def having(item, containers):
    return sum(1 if item in container else 0 for container in containers)


def lacking(item, containers):
    count = 0
    for container in containers:
        if item not in container:
            count += 1
    return count


def any_has(item, containers):
    return any(item in container for container in containers)


def asked(item, *containers):
    log.clear()
    out = []
    for ask in (having, lacking, any_has):
        try:
            out.append(ask(item, containers))
        except Exception as error:
            out.append((type(error).__name__, str(error)))
    return out, list(log)


def case_lists():
    return [asked(item, [1, 2, 3], [3, 4], [], (3, "3"), [3.0]) for item in (3, 4, "3", None, 2.5, (1, 2))]


def case_hashed():
    containers = {1: 2}, {1, 2}, frozenset((1, 3)), collections.Counter((1,)), collections.OrderedDict({2: 1})
    return [asked(item, *containers) for item in (1, 2, "1", None, 1.0, True, (1, (2,)))]


def case_text():
    return [asked(item, "text", "ex", "") for item in ("x", "ex", "", "q")]


def case_text_asked_for_others():
    return [asked(item, "text") for item in (1, None, b"x")] + [
        asked("x", b"x"),
        asked(120, b"x", bytearray(b"ax")),
    ]


def case_ranges_and_views():
    views = {1: 2, 3: 4}
    containers = range(4), views.keys(), views.values(), views.items(), collections.deque((1, 3))
    return [asked(item, *containers) for item in (1, 3, (3, 4), "a", 2.0)]


def own():
    for item in (1, 2):
        yield asked(item, Says(True), Says(0), Says([1]), Goes(1, 3))
        yield asked(item, OwnList((1, 2)), OwnDict(), [Equal(1)], (Equal(2), 1), {Equal(1): 1})
    yield asked(Equal(2), [1, 2, 3], (2,), {2}, {1: 1})


def case_own():
    return list(own())


def case_all_in_turn():
    out = []
    for _ in range(3):
        out.append(asked(1, [1], [2], {1: 1}))
        out.append(asked(1, Says(True), [1], OwnList((2,))))
        out.append(asked(1, [0, 1], iter((2, 1)), 5))
    return out


def case_unhashable():
    return [asked([], [[]], {1: 1}), asked({}, ({},), {1}), asked([], [1, 2])]
