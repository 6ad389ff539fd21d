"""== and != where neither operand's class has a say, and where one comes to have one."""

import enum


class Plain:
    def __init__(self, number):
        self.number = number


class Other:
    pass


class ByNumber:
    def __init__(self, number):
        self.number = number

    def __eq__(self, other):
        return getattr(other, "number", None) == self.number


class Below(Plain):
    def __eq__(self, other):
        return "below"

    def __ne__(self, other):
        return "not below"


class Color(enum.Enum):
    RED = 1
    GREEN = 2


def count_equal(items, wanted):
    equal = unequal = 0
    for item in items:
        if item == wanted:
            equal += 1
        if wanted != item:
            unequal += 1
    return equal, unequal


def case_objects_of_plain_classes():
    items = [Plain(i % 3) for i in range(50)] + [Other() for i in range(5)]
    return [count_equal(items, items[i]) for i in (0, 7, 52)]


def length(node):
    count = 0
    while not node == None:  # noqa: E711
        count += 1
        node = node.next
    return count


def case_none_on_either_side():
    class Node:
        def __init__(self, following):
            self.next = following

    node = None
    for _ in range(40):
        node = Node(node)
    nothing = None
    left = sum(1 for item in [None, node, None, 3, "x", 2.5, (1,), [], Node] if nothing == item)
    return length(node), length(None), left, count_equal([None] * 30 + [node], None)


def same(a, b):
    return a == b, a != b


def case_operands_of_other_kinds():
    plain = Plain(1)
    told = [same(plain, plain) for _ in range(40)]
    for other in (
        3,
        2.5,
        "text",
        None,
        ByNumber(1),
        ByNumber(2),
        Below(1),
        (plain,),
        float("nan"),
        Plain,
        len,
    ):
        told.append((same(plain, other), same(other, plain), same(other, other)))
    return [str(t) for t in told[38:]]


def case_class_gets_a_say():
    class Late:
        pass

    a, b = Late(), Late()
    told = []
    for i in range(60):
        if i == 40:
            Late.__eq__ = lambda self, other: i % 2 == 0
        if i == 55:
            del Late.__eq__
        told.append(same(a, b))
    return told


def case_class_is_changed_under_an_object():
    a, b = Plain(1), Plain(1)
    told = []
    for i in range(50):
        if i == 30:
            b.__class__ = ByNumber
        if i == 40:
            a.__class__ = ByNumber
        told.append(same(a, b))
    return told


def case_members_of_an_enum():
    counts = {}
    for i in range(60):
        color = Color.RED if i % 3 else Color.GREEN
        if color == Color.RED:
            counts["red"] = counts.get("red", 0) + 1
        elif color != Color.RED:
            counts["other"] = counts.get("other", 0) + 1
    return counts


def case_functions_modules_and_types():
    things = [len, enum, Plain, case_members_of_an_enum, Color, Ellipsis, NotImplemented, object()]
    return [[a == b for b in things] for a in things for _ in range(6)][::6]


def case_numbers_live_over_a_comparison():
    items = [Plain(i) for i in range(30)]
    total, step = 0, 0.5
    for i, item in enumerate(items):
        if item == items[29 - i] or item == items[i]:
            total += i
            step *= 1.5
    return total, step
