"""Functions made anew in each call: what one site knows of the defaults of one that is gone, another site replaces."""


def made(low, high=3):
    kept = high
    return lambda a, b=low: kept + a + b


def hot(number, other, high):
    total = 0
    tool = made(number, high)
    for i in range(2):
        total += [tool, abs][i](number)
        total += tool(7)
        number ^= other
    return total


def case_one_in_a_list():
    seen = []
    for number in range(6):
        seen.append(hot(number, 3, 0.5))
        try:
            hot(number, made, 0.5)
        except TypeError as error:
            seen.append(str(error))
    return seen


def by_turns(number, tools, high):
    tool = made(number * 1000, high)
    other = made(number * 1.5)
    return tools[number % 2](number), tool(1), other(2), [other, tool][number % 2](3), tool(4, 5)


def case_in_lists_and_variables():
    return [by_turns(number, [made(1), abs], number / 2) for number in range(12)]
