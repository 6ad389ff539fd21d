"""A tuple made on one way to a join was taken for what the variable has behind it, which was lowered before the other ways came."""


def left_by_break(n, goal):
    pair = (0, 0)
    for i in range(n):
        pair = (i, i + 1)
        if i == goal:
            break
        if i > n - 2:
            pair = (1, 2)
    return pair == (7, 8), (i, 2) == pair, pair


def one_way_or_another(a, b):
    pair = (a, b)
    if a > b:
        pair = (b, a)
        while b > 3:
            b -= 1
            if b == 5:
                pair = (b, a)
    elif a == b:
        wave = complex(a, b)
        pair = (a, wave)
        try:
            a // (b - 2)
        except ZeroDivisionError:
            pair = (a, 0)
    return pair == (a, b), pair != (1, 2), pair


def case_left_by_break():
    return [left_by_break(n, goal) for _ in range(20) for n in (3, 9, 12) for goal in (7, 100)]


def case_one_way_or_another():
    return [one_way_or_another(a, b) for _ in range(10) for a in range(9) for b in range(9)]
