"""What variables, loops and arguments hold is guessed from the objects at hand when a function is compiled: later ones differ."""


class Node:
    def __init__(self, value, near=None):
        self.value = value
        self.near = near


class Other:
    def __init__(self, value, near=()):
        self.near = near
        self.value = value


class Counting(list):
    def __iter__(self):
        yield from (1, 2)


def weigh(node):
    total = 0
    for other in node.near:
        total += other.value
    return total


def weigh_all(nodes):
    return [weigh(node) for node in nodes]


def plain(count=12):
    nodes = [Node(i) for i in range(count)]
    for i, node in enumerate(nodes):
        node.near = [nodes[(i + 1) % count], nodes[(i + 5) % count]]
    return nodes


def case_containers_of_other_kinds():
    nodes = plain()
    seen = [sum(weigh_all(nodes)) for _ in range(30)]
    nodes[3].near = tuple(nodes[3].near)
    seen.append(weigh_all(nodes))
    nodes[4].near = {nodes[4]: 1, nodes[5]: 2}
    seen.append(weigh_all(nodes))
    nodes[5].near = {nodes[6]}
    nodes[6].near = (node for node in nodes[:3])
    nodes[7].near = iter(nodes[:2])
    seen.append(weigh_all(nodes))
    seen.append(weigh_all(nodes))
    nodes[8].near = Counting(nodes)
    try:
        seen.append(weigh_all(nodes))
    except AttributeError as error:
        seen.append(str(error))
    nodes[8].near = None
    try:
        weigh_all(nodes)
    except TypeError as error:
        seen.append(str(error))
    return seen


def case_owners_of_other_classes():
    nodes = plain()
    seen = [sum(weigh_all(nodes)) for _ in range(30)]
    nodes[2] = Other(2.5, [Node(1), Other(3.5)])
    seen.append(weigh_all(nodes))
    nodes[1].near = [Other(True), Other(2**70), Node("text")]
    try:
        seen.append(weigh_all(nodes))
    except TypeError as error:
        seen.append(str(error))
    nodes[1].near.pop()
    seen.append(weigh_all(nodes))
    del nodes[2].near
    try:
        weigh_all(nodes)
    except AttributeError as error:
        seen.append(str(error))
    return seen


def first_of(pair):
    left, right = pair
    part = left.near[0]
    for inner in part.near:
        left = inner
    return left.value + right.value


def case_variables_stored_before():
    nodes = plain()
    pairs = list(zip(nodes, nodes[1:]))
    seen = [sum(map(first_of, pairs)) for _ in range(40)]
    nodes[1].near = []
    for bad in (nodes[1], None):
        pairs[0] = (bad, nodes[2])
        try:
            seen.append(first_of(pairs[0]))
        except (IndexError, AttributeError) as error:
            seen.append(f"{type(error).__name__}: {error}")
    pairs[0] = [Other(1, [Other(1, "")]), Other(0.5)]
    seen.append(first_of(pairs[0]))
    return seen


def pick(table, key):
    row = table[key]
    return row[0] + row[-1]


def from_lists(table):
    return sum(pick(table, key) for key in table)


def from_texts(table):
    return [pick(table, key) for key in table]


def case_callees_called_from_elsewhere():
    numbers = {i: [i, i + 1] for i in range(9)}
    seen = [from_lists(numbers) for _ in range(40)]
    seen.append(from_texts({"a": "abc", "b": ("x", "y"), 3: [1.5, 2]}))
    seen += [from_texts({"a": "abc"}) for _ in range(40)][-1:]
    numbers[4] = (2**80, 1)
    seen.append(from_lists(numbers))
    seen.append(from_lists({1: range(3, 9), 2: b"ab", 3: memoryview(b"xyz")}))
    return seen


def keys_of(mapping):
    found = []
    for key in mapping:
        size = len(key)
        found.append(size + mapping[key])
    return found


def case_keys_of_dicts_and_sets():
    mapping = {"one": 1, "three": 3}
    seen = [keys_of(mapping) for _ in range(40)][-1:]
    seen.append(keys_of({(1, 2): 5, "four": 4, b"x": 2.5}))
    try:
        keys_of({"a": 1, 7: 2})
    except TypeError as error:
        seen.append(str(error))
    try:
        keys_of({"alpha", "beta"})
    except TypeError as error:
        seen.append(str(error))
    mapping[frozenset({1})] = 2**63
    seen.append(keys_of(mapping))
    return seen


class Held:
    __slots__ = ("parts", "best")

    def __init__(self, parts):
        self.parts = parts
        self.best = None

    def choose(self):
        for part in self.parts:
            if self.best is None or part.value > self.best.value:
                self.best = part
        return self.best

    def again(self):
        self.best = None
        return self.choose().value


def case_none_until_later():
    held = [Held([Node(i * j % 7) for i in range(6)]) for j in range(5)]
    seen = [[one.again() for one in held] for _ in range(30)][-1:]
    held[0].parts = ()
    try:
        held[0].again()
    except AttributeError as error:
        seen.append(str(error))
    held[1].parts = [Other(1.5), Node(2**65), Other(-1)]
    seen.append(held[1].again())
    held[2].best = 0
    held[2].parts = [Node(3)]
    try:
        held[2].choose()
    except AttributeError as error:
        seen.append(str(error))
    return seen
