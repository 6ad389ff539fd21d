"""What an inner loop reads was moved to where an outer loop begins that never comes to its second turn: the frame of the function
put in line, which the inner loop is in, was not made yet there."""


def shifted(a, b=1):
    return [a << 1 for k in range(3)]


def nothing(a, b):
    pass


def third(a, b):
    return a // 3 + a


def added(p, q):
    i = 0
    while i < 16 and i < 40:
        p += third(b=nothing(a=i, b=2), a=i // p)
        p += shifted(abs(q), 9223372036854775807)


TURNS = [0]


def case_left_at_once():
    TURNS[0] += 1
    out = []
    for turn in range(4):
        try:
            out.append(added(2**63 - 1 if TURNS[0] >= 4 and turn == 2 else turn, 0.5))
        except (TypeError, ZeroDivisionError) as error:
            out.append((type(error).__name__, str(error)))
    return out
