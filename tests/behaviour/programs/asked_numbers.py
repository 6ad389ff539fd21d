"""Variables unboxed for what is done with them later: what they hold turns out to be something else."""

ITEMS = [1, 2, 3, 4, 5, 6, 7, 8]


def rotate_words(start, rounds):
    a, b, c = start
    for k in range(rounds):
        a, b, c = (b + c + k) & 0xFFFF, a, b ^ k
    return a, b, c


def case_unpacked_then_rotated():
    out = [rotate_words([1, 2, 3], 40), rotate_words((7, 2**40, 5), 40)]
    out.append(rotate_words([2**70, 2, 3], 40))
    for odd in ([1.5, 2, 3], [True, 2, 3], ["x", 2, 3], [None, 2, 3]):
        try:
            out.append(rotate_words(odd, 40))
        except TypeError as error:
            out.append(str(error))
    return out


def flips(stack):
    count = 0
    top = stack[0]
    while top:
        low, high = 0, top
        while low < high:
            stack[low], stack[high] = stack[high], stack[low]
            low += 1
            high -= 1
        top = stack[0]
        count += 1
    return count


class Falsy:
    def __bool__(self):
        return False


def case_item_that_is_asked_for_truth_and_order():
    out = [flips([3, 1, 4, 2, 0]) for _ in range(20)]
    out.append(flips([0, 1]))
    out.append(flips([False, 1]))
    out.append(flips([True, 0]))
    out.append(flips([None, 1]))
    out.append(flips([Falsy(), 1]))
    for odd in ([1.0, 0], ["ab", 0], [2**70, 0]):
        try:
            out.append(flips(odd))
        except (TypeError, IndexError) as error:
            out.append(str(error))
    return out


def total_from(start, items):
    total = start
    for item in items:
        total += item
    return total


def case_sum_that_begins_as_something_else():
    out = [total_from(1, ITEMS) for _ in range(20)]
    out += [total_from(1.5, ITEMS), total_from(True, ITEMS), total_from(2**80, ITEMS)]
    out.append(total_from(1, [1, 2.5, 3]))
    try:
        out.append(total_from("", ITEMS))
    except TypeError as error:
        out.append(str(error))
    return out


def keep_first(items):
    try:
        first = items[0]
    except IndexError:
        return None
    kept = first
    for k in range(3):
        first = first + k
        if first < 0:
            break
    return kept, first


def case_object_is_kept():
    big, real = 10**15, 2.5
    out = []
    for items in ([big], [real], [-1000], [True], [7], [2**90]):
        for _ in range(8):
            kept, first = keep_first(items)
            out.append((kept is items[0], first))
    return out


def maybe_unbound(items, give):
    if give:
        last = items[0]
    for k in range(4):
        if k:
            last = last + k
    return last


def case_unbound_on_one_way():
    out = [maybe_unbound(ITEMS, True) for _ in range(20)]
    try:
        maybe_unbound(ITEMS, False)
    except UnboundLocalError as error:
        out.append(str(error))
    return [*out, maybe_unbound([1.5], True), maybe_unbound([2**65], True)]


def seen_by_caller(items, look):
    value = items[0]
    for k in range(6):
        value = value * 3 + k
        if k == 4:
            look()
    return value


def case_frame_is_looked_at():
    import sys

    seen = []

    def look():
        seen.append(sys._getframe(1).f_locals["value"])

    for items in ([1], [5], [2.5], [2**62], [True], [1]):
        seen.append(seen_by_caller(items, look))
    return seen
