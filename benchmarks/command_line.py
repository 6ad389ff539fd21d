"""A command-line program of about a second: reports on numbers, grids and routes, pure Python throughout.

python command_line.py [--scale 1.0]
"""

import argparse


def longest_chain(limit):
    best, start = 0, 0
    for n in range(1, limit):
        length, value = 1, n
        while value != 1:
            value = value // 2 if value % 2 == 0 else 3 * value + 1
            length += 1
        if length > best:
            best, start = length, n
    return start, best


def escape_time(x, y, limit):
    a = b = 0.0
    for turn in range(limit):
        a, b = a * a - b * b + x, 2.0 * a * b + y
        if a * a + b * b > 4.0:
            return turn
    return limit


def picture(width, height, limit):
    inside = 0
    for row in range(height):
        y = 2.4 * row / height - 1.2
        for column in range(width):
            if escape_time(3.0 * column / width - 2.2, y, limit) == limit:
                inside += 1
    return inside


def best_value(weights, values, room):
    table = [0] * (room + 1)
    for item in range(len(weights)):
        weight, value = weights[item], values[item]
        for place in range(room, weight - 1, -1):
            other = table[place - weight] + value
            if other > table[place]:
                table[place] = other
    return table[room]


def shortest_routes(count):
    far = [[(i * 7 + j * 13) % 97 + 1 for j in range(count)] for i in range(count)]
    for k in range(count):
        from_k = far[k]
        for i in range(count):
            row = far[i]
            to_k = row[k]
            for j in range(count):
                way = to_k + from_k[j]
                if way < row[j]:
                    row[j] = way
    return sum(map(sum, far))


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--scale", type=float, default=1.0)
    scale = parser.parse_args().scale
    print("longest chain", *longest_chain(int(100_000 * scale)))
    print("inside", picture(int(220 * scale), 120, 150))
    weights = [3 + i * 17 % 41 for i in range(60)]
    values = [5 + i * 29 % 83 for i in range(60)]
    print("value", best_value(weights, values, int(10_000 * scale)))
    print("routes", shortest_routes(int(110 * scale)))


if __name__ == "__main__":
    main()
