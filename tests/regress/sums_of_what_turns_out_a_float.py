"""A sum over a generator's items that is begun with an int, where an item is known to be a float only when it is lowered:
what a built-in function in a variable gives."""


def over(function, n):
    h = 1 / n
    return sum(function(h * i) for i in range(n))


def mean(function, a, b, n):
    h = (b - a) / n
    return h * sum(function(a + h * (i + 0.5)) for i in range(n))


def case_absolute_values():
    return [over(abs, 5) for _ in range(6)]


def case_several_functions():
    return [mean(abs, 0, 1, 20), mean(lambda x: x * x, 0, 3, 10), mean(abs, -1, 1, 8), mean(int, 0, 9, 9)]
