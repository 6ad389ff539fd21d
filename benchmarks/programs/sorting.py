"""Sorting by key lambdas, by attributes and tuples, and two sorts of our own."""

SIZE, QUICK = 9_000, 2_000
CHECKSUMS = {SIZE: 100977836374, QUICK: 73204180641}


class Item:
    __slots__ = ("name", "number", "weight")

    def __init__(self, number):
        self.number = number
        self.weight = number * 7919 % 1009 / 3.0
        self.name = f"item{number * 31 % 997}"

    def __lt__(self, other):
        return self.weight < other.weight


def quicksort(data, low, high):
    while low < high:
        pivot = data[(low + high) // 2]
        i, j = low, high
        while i <= j:
            while data[i] < pivot:
                i += 1
            while pivot < data[j]:
                j -= 1
            if i <= j:
                data[i], data[j] = data[j], data[i]
                i += 1
                j -= 1
        if j - low < high - i:
            quicksort(data, low, j)
            low = i
        else:
            quicksort(data, i, high)
            high = j


def merge_sort(data, key):
    if len(data) < 2:
        return data
    middle = len(data) // 2
    left, right = merge_sort(data[:middle], key), merge_sort(data[middle:], key)
    out = []
    i = j = 0
    while i < len(left) and j < len(right):
        if key(right[j]) < key(left[i]):
            out.append(right[j])
            j += 1
        else:
            out.append(left[i])
            i += 1
    return out + left[i:] + right[j:]


def setup(size=SIZE):
    return [Item(n * 7 % size) for n in range(size)]


def run(state):
    by_weight = sorted(state, key=lambda item: (item.weight, -item.number))
    by_name = sorted(state, key=lambda item: item.name, reverse=True)
    natural = sorted(state[: len(state) // 4])
    numbers = [item.number for item in state]
    quicksort(numbers, 0, len(numbers) - 1)
    merged = merge_sort([item.number for item in state[: len(state) // 4]], lambda n: n % 1000)
    return (
        by_weight[7].number * 10**8
        + by_name[5].number * 10**4
        + numbers[100]
        + merged[50]
        + natural[3].number
    )
