"""A number that is chosen, by a conditional expression, a jump, `max`, `min` or `abs`, is the one it was chosen from,
where the function or one put in line asks with `is`."""


def same(one, other):
    return 1 if one is other else 2


def clip(value, low, high):
    return min(max(value, low), high)


def case_extremes():
    seen = 0
    for i in range(300):
        x = i * 1000.5
        y = i * 900.5 + 1000.0
        z = max(x, y)
        seen = seen * 5 % 1000003 + same(x, z) + same(z, y)
        seen = seen * 5 % 1000003 + same(min(x, y), y) + same(x, min(x, y, z))
        c = clip(x, y - 300.25, y)
        seen = seen * 5 % 1000003 + same(c, x) + same(c, y)
    return seen


def case_absolute():
    seen = 0
    for i in range(300):
        x = i * 1000 - 150070
        y = abs(x)
        seen = seen * 3 % 1000003 + same(x, y) + (y is x)
    return seen


def case_conditional():
    seen = 0
    for i in range(300):
        x = i * 1000.5
        y = i * 900.5 + 1000.0
        z = x if x > y else y
        v = (y if i & 1 else 0.0) or x
        seen = seen * 3 % 1000003 + same(x, z) + same(z, y) + same(v, x)
    return seen


def case_jumps():
    seen = 0
    for i in range(300):
        x = i * 1000.5
        y = i * 900.5 + 1000.0
        if i & 1:
            z = x
        elif i % 3:
            z = y
        else:
            z = x + y
        seen = seen * 3 % 1000003 + same(x, z) + same(z, y)
    return seen


def case_greatest_so_far():
    best = high = before = seen = 0
    for i in range(300):
        value = i * 7919 % 1009 + 300
        if value > best:
            best = value
        high = max(high, value)
        seen = seen * 3 % 1000003 + same(best, value) + same(high, best) + same(before, best)
        before = best
    return seen


def case_parts():
    seen = 0
    for i in range(300):
        x = i * 1000.5
        y = i * 900.5 + 1000.0
        three = (x, max(x, y), y)
        seen = seen * 3 % 1000003 + same(three[0], three[1]) + same(three[1], three[2])
    return seen


def case_left_in_the_middle():
    seen = 0
    for i in range(300):
        x = i * 1000.5
        y = i * 900.5 + 1000.0
        z = max(x, y)
        step = 1 if i % 50 else True
        seen += step
        seen = seen * 3 % 1000003 + same(x, z) + (z is y)
    return seen


def case_with_a_frame():
    seen = 0
    for i in range(300):
        x = i * 1000.5
        y = i * 900.5 + 1000.0
        z = x if x > y else y
        seen = seen * 3 % 1000003 + int(str(same(x, z))) + ask(z, y)
    return seen


def ask(one, other):
    text = "%s" % same(one, other)
    return len(text) + same(other, one)
