"""A property or an operator turns tracing on, for its caller too: the caller's next lines and its return are events."""

import sys

EVENTS = []


def note(frame, event, _):
    EVENTS.append((frame.f_code.co_name, event, frame.f_lineno - frame.f_code.co_firstlineno))
    return note


def begin():
    sys.settrace(note)
    sys._getframe(2).f_trace = note
    return 1


class Begins:
    def __add__(self, other):
        return begin()

    def __getitem__(self, key):
        return begin()

    def __setitem__(self, key, value):
        begin()

    def __delitem__(self, key):
        begin()

    def __lt__(self, other):
        return begin()

    def __contains__(self, item):
        return begin()

    def __bool__(self):
        return begin() == 1

    def __neg__(self):
        return begin()

    def __iter__(self):
        begin()
        return iter([1, 2])

    def __format__(self, spec):
        begin()
        return "formatted"

    def __hash__(self):
        return begin()

    @property
    def name(self):
        return begin()

    @name.setter
    def name(self, value):
        begin()


def add(x):
    return x + 1


def item(x):
    y = x[1]
    z = y
    return z


def set_item(x):
    x[1] = 2
    return 3


def delete_item(x):
    del x[1]
    return 3


def less(x):
    if x < 1:
        y = 2
    else:
        y = 3
    return y


def within(x):
    if 1 not in x:
        return 1
    return 2


def truth(x):
    while x:
        y = 1
        break
    return y


def truth_of_either(x):
    y = x and 3
    return y or 4


def negative(x):
    y = [
        -x,
        2,
    ]
    return y


def loop(x):
    y = 0
    for i in x:
        y = i
    return y


def text(x):
    y = f"{x}"
    return y


def attribute(x):
    y = x.name
    return y


def set_attribute(x):
    x.name = 1
    return 1


def key(x):
    y = {x: 1}
    return len(y)


def unpacked(x):
    a, b = x
    return a + b


def yielded(x):
    yield x.name
    yield 2


def raised(x):
    try:
        y = x.name
        raise KeyError(y)
    except KeyError:
        y = 2
    return y


def events_of(function):
    EVENTS.clear()
    x = Begins()
    try:
        result = function(x)
    finally:
        sys.settrace(None)
    return function.__name__, result, [event for event in EVENTS if event[0] == function.__name__]


def in_list(x):
    return list(yielded(x))


def case_operators():
    return "\n".join(
        str(events_of(function))
        for function in (
            add,
            item,
            set_item,
            delete_item,
            less,
            within,
            truth,
            truth_of_either,
            negative,
            loop,
        )
    )


def case_attributes_and_others():
    return "\n".join(
        str(events_of(function))
        for function in (text, attribute, set_attribute, key, unpacked, raised, in_list)
    )
