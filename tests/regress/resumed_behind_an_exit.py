"""A generator is resumed in compiled code behind a yield that the interpreter came to by a way that is not compiled: what
is bound at the yield in compiled code need not be bound then."""


def bound_in_some_turns(n):
    for i in range(n):
        if i == 2:
            x = i
        if i == 5:
            del x
        try:
            x += 1
        except UnboundLocalError as error:
            text = str(error)
            yield text
        else:
            yield x


def case_unbound_behind_a_handler():
    return list(bound_in_some_turns(8))


def deleted_seldom(n, argument):
    for i in range(n):
        if i == 7:
            del argument
        yield i
        try:
            yield argument
        except UnboundLocalError as error:
            yield type(error).__name__
            return


def case_deleted_where_nothing_is_compiled():
    return list(deleted_seldom(5, "a")), list(deleted_seldom(9, [1]))


def assigned_always_so_far(n, rare):
    i = 0
    while i < n:
        if i != rare:
            x = [i]
        i += 1
        yield i
        yield x
        del x


def case_assigned_on_the_common_way():
    out = list(assigned_always_so_far(6, -1))
    try:
        for item in assigned_always_so_far(6, 4):
            out.append(item)
    except UnboundLocalError as error:
        out.append(str(error))
    return out
