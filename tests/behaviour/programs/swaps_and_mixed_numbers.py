"""Items that change places in lists, and numbers that are now an int, now a float beside a float."""


def turned(items, low, high):
    while low < high:
        items[low], items[high] = items[high], items[low]
        low += 1
        high -= 1
    return items


class Listed(list):
    def __setitem__(self, key, value):
        super().__setitem__(key, (value, len(self)))


class Loud:
    def __init__(self, name, said):
        self.name = name
        self.said = said

    def __del__(self):
        self.said.append(self.name)


def case_turned_around():
    out = [turned([1, 2, 3, 4, 5], 0, 4) for _ in range(20)]
    out.append(turned([1.5, "x", None, [], 10**20], 0, 4))
    out.append(turned([1, 2, 3, 4, 5], -5, -1))
    out.append(turned([1, 2, 3, 4, 5], -3, 2))
    out.append(turned([1], 0, 0))
    out.append(turned(Listed([1, 2, 3, 4]), 0, 3))
    out.append(turned({0: 1, 1: 2, 2: 3, 3: 4}, 0, 3))
    for items, low, high in (([1, 2, 3], 0, 3), ([1, 2, 3], -4, 0), ((1, 2, 3), 0, 2), ("abc", 0, 2)):
        try:
            turned(items, low, high)
        except (IndexError, TypeError) as error:
            out.append((str(error), items))
    return out


def case_objects_that_go_when_the_list_goes():
    said = []
    for _ in range(10):
        items = turned([Loud(k, said) for k in range(4)], 0, 3)
        order = [item.name for item in items]
        del items
        said.append(order)
    return said


def sorted_by_exchange(items):
    count = len(items)
    for end in range(count - 1, 0, -1):
        for place in range(end):
            if items[place] > items[place + 1]:
                items[place], items[place + 1] = items[place + 1], items[place]
    return items


def case_neighbours_change_places():
    out = [sorted_by_exchange([5, 3, 8, 1, 9, 2]) for _ in range(12)]
    out.append(sorted_by_exchange([2.5, -1.0, 7.25, 0.0]))
    out.append(sorted_by_exchange(["b", "c", "a"]))
    out.append(sorted_by_exchange([3, 2.5, True, 10**30, -4]))
    return out


def rolled(items, count):
    for k in range(count):
        first = items[k]
        items[k] = items[-1]
        items[-1] = first
        items[k], items[k] = items[k], items[k]
        items[0], items[1], items[2] = items[2], items[0], items[1]
    return items


def case_other_ways_to_exchange():
    out = [rolled([1, 2, 3, 4, 5], 5) for _ in range(20)]
    return [*out, rolled(["a", 1, None, 2.5], 4), rolled([[], {}, 0], 3)]


def across(one, other, count):
    for k in range(count):
        one[k], other[k] = other[k], one[k]
    return one, other


def case_between_two_lists():
    out = [across([1, 2, 3], [4, 5, 6], 3) for _ in range(20)]
    same = [1, 2, 3]
    return [*out, across(same, same, 3), across([1.5], ["x"], 1)]


def weighed(values, weight):
    total = 0.0
    scaled = []
    for value in values:
        total += value * weight
        scaled.append(weight - value)
        scaled.append(value / weight)
    return total, scaled


class Tenfold:
    def __init__(self, number):
        self.number = number

    def __mul__(self, other):
        return 10 * self.number * other

    def __rmul__(self, other):
        return 20 * self.number * other

    def __rsub__(self, other):
        return other - self.number

    def __truediv__(self, other):
        return -1


def case_ints_beside_floats():
    floats, ints = [0.5, 1.25, -0.0, 3.0], [1, 0, -7, 10**12]
    out = [weighed(floats, 1.5) for _ in range(20)]
    out += [weighed(ints, 1.5), weighed([1, 2.5, 3, -0.0], 1.5), weighed(floats, 2)]
    out.append(weighed([2**53 + 1, 2**62 + 1, -(2**63), 2**63 - 1], 1.0))
    out.append(weighed([2**64 + 1, 3**70], 1.0))
    out.append(weighed([True, False], 2.5))
    out.append(weighed([Tenfold(3), 1], 2.5))
    out.append(weighed([1e308, 10], 1e308))
    for odd in ([10**400], ["x"], [None]):
        try:
            out.append(weighed(odd, 1.5))
        except (OverflowError, TypeError) as error:
            out.append(str(error))
    try:
        weighed([1], 0.0)
    except ZeroDivisionError as error:
        out.append(str(error))
    return out


def begun_with(start, values):
    total = start
    for value in values:
        total += value * 0.5
    return total


def case_sum_that_begins_with_an_int():
    out = [begun_with(0, [1.0, 2.0]) for _ in range(20)]
    return [*out, begun_with(0, []), begun_with(2**60, [1, 2.5]), begun_with(0, [-0.0]), begun_with(-0.0, [0])]
