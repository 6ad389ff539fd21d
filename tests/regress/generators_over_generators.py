"""A generator that goes over another one and yields in that loop, where it is put in line itself."""


def count_down(n):
    while n:
        yield n
        n -= 1


def passed_on(n):
    for item in count_down(n):
        yield item


def until(n, last):
    for item in count_down(n):
        yield item
        if item == last:
            break
    yield -last


def third(n):
    for item in passed_on(n):
        yield item * 0.5


class Node:
    def __init__(self, value, *children):
        self.value = value
        self.children = children

    def walk(self):
        yield self
        for child in self.children:
            for node in child.walk():
                yield node

    def above(self, least):
        for node in self.walk():
            if node.value >= least:
                yield node


def total(items):
    result = 0
    for item in items:
        result += item
    return result


def sum_of(n):
    result = 0
    for item in passed_on(n):
        result += item
    return result


def left_early(n):
    for item in until(n, 2):
        if item == 3:
            return item
    return n


def to_the_end(n):
    seen = []
    for item in until(n, 2):
        seen.append(item)
    return seen


def three_deep(n):
    result = 0.0
    for item in third(n):
        result += item
    return result


def raised_within(n):
    try:
        for item in passed_on(n):
            if item == 2:
                raise KeyError(item)
    except KeyError as error:
        return error.args, error.__traceback__.tb_lineno - raised_within.__code__.co_firstlineno
    return n


def case_one_over_the_other():
    return [
        (sum_of(n % 7), left_early(n % 7 + 1), to_the_end(n % 5 + 1), three_deep(n % 6)) for n in range(60)
    ]


def case_raised_in_the_body():
    return [raised_within(n % 5) for n in range(60)]


def case_a_tree():
    tree = Node(1, Node(2, Node(3), Node(4)), Node(5, Node(6, Node(7))))
    found = []
    for least in range(40):
        values = []
        for node in tree.above(least % 8):
            values.append(node.value)
        found.append(values)
    return found


def case_in_calls():
    return [
        (any(item > 3 for item in passed_on(n % 6)), total(passed_on(n % 6)), sum(third(n % 4)))
        for n in range(60)
    ]
