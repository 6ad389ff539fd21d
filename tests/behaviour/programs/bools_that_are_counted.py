"""True and False from containers and attributes are operands of arithmetic, and stay what they are."""


class Cell:
    def __init__(self, alive):
        self.alive = alive


def neighbours(grid, x, y):
    count = 0
    for dx in (-1, 0, 1):
        for dy in (-1, 0, 1):
            if dx or dy:
                count += grid[(x + dx) % len(grid)][(y + dy) % len(grid)]
    return count


def case_neighbours():
    grid = [[(x * y) % 3 == 0 for y in range(5)] for x in range(5)]
    print([[neighbours(grid, x, y) for y in range(5)] for x in range(5)])
    grid[2][2] = 7
    print([[neighbours(grid, x, y) for y in range(5)] for x in range(5)])
    grid[2][2] = 2.5
    print([[neighbours(grid, x, y) for y in range(5)] for x in range(5)])
    grid[2][2] = None
    try:
        neighbours(grid, 1, 1)
    except TypeError as error:
        print(error, error.__traceback__.tb_next.tb_lineno)


def alive(cells):
    count = 0
    for cell in cells:
        count += cell.alive
    return count


def case_attributes():
    cells = [Cell(number % 3 == 0) for number in range(20)]
    print(alive(cells), repr(alive([])), repr(alive(cells[:1])), repr(alive(cells[1:2])))
    cells[4].alive = 2**70
    print(alive(cells))
    cells[4].alive = True
    print(alive(cells), cells[4].alive, cells[5].alive)


def combined(flags, others):
    result = []
    for index in range(len(flags)):
        flag, other = flags[index], others[index]
        result.append((flag & other, flag | other, flag ^ other, flag + other, flag - other, flag * other))
        result.append((flag + 1, 1 - flag, flag * 5, 3 << other, flag, other))
    return result


def case_results():
    print(combined([True, False, True], [False, False, True]))
    print(combined([True, 4, True], [3, False, True]))
    print(combined([True, False], [1, 0]))


def kept(flags):
    total = 0
    last = None
    for index in range(len(flags)):
        flag = flags[index]
        total += flag
        if flag:
            last = flag
    return total, last, flag


def scaled(flags):
    total = 0.0
    for index in range(len(flags)):
        total += flags[index] * 0.5
    return total


def case_kept():
    print(kept([True, False, True]), kept([False, True, False]), kept([True, 1, 0]), kept([1, True]))
    print(scaled([True, False, True]), scaled([True, 2, 0.5]))
