"""What a call put in line raises comes to its caller's handler with the variables that are bound there, and no more."""


def fails(a):
    for k in "a":
        raise ValueError from None


def bound_behind(p, q):
    f = q
    try:
        f += fails(abs)
    except ValueError as error:
        pass
    for j in range(5):
        pass
    return f


def unbound(n):
    try:
        fails(n)
        late = n
    except ValueError:
        if n > 3:
            return late
    return n


def case_bound_behind():
    return [bound_behind(0, 0.5) for rep in range(4)]


def case_unbound():
    found = []
    for n in range(6):
        try:
            found.append(unbound(n))
        except UnboundLocalError as error:
            found.append(str(error))
    return found
