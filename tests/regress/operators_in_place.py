"""The message of an in-place operator names it; a str that grows in place may be its own right operand."""


def add(x, y):
    x += y
    return x


def subtract(x, y):
    x -= y
    return x


def attempt(function, *args):
    try:
        return function(*args)
    except (TypeError, ZeroDivisionError) as error:
        return str(error)


def case_message():
    pairs = [(1, "a"), (1.5, []), (2, 3), (2, 0.5), ([], 1), ("a", 1), (1, None)]
    return [attempt(function, *pair) for pair in pairs for function in (add, subtract)]


def case_doubled():
    x = "ab" * 300_000
    x += x
    y = x
    x = x + x
    return len(x), x.count("ab"), x[-3:], len(y)
