"""Lists, dicts, sets and heaps of all small sizes that grow and shrink in turn; the memory they say they have is CPython's."""

import heapq
import random
import sys


def change_list(chosen, count):
    items, sizes = [0] * count, []
    for i in range(60):
        kind = int(chosen() * 12)
        try:
            if kind < 2:
                items.append(i)
            elif kind < 5:
                items.pop()
            elif kind == 5:
                items.pop(int(chosen() * 5) - 2)
            elif kind == 6:
                items += [i, i + 1]
            elif kind == 7:
                items = items[1:] + [i]
            elif kind == 8:
                items[1:3] = [i] * int(chosen() * 4)
            elif kind == 9:
                del items[int(chosen() * 6) :]
            elif kind == 10:
                items.extend(range(int(chosen() * 7)))
            else:
                items = [item for item in items if item % 2 == i % 2] + items[-2:]
        except IndexError as error:
            sizes.append(str(error)[:4])
        if i % 5 == 0:
            sizes.append(sys.getsizeof(items))
    return items, sizes


def case_lists():
    return [change_list(random.Random(seed).random, seed % 11) for seed in range(33)]


KEYS = (1, "a", 2.0, (1, 2), None, True, "b", 2**70, (1, 2.5), -1, "key", 7, 8, 9, "", b"x", 1.5, -0.0, 0)


def change_dict(chosen):
    items, sizes = {}, []
    for i in range(60):
        kind, key = int(chosen() * 9), KEYS[int(chosen() * len(KEYS))]
        try:
            if kind < 3:
                items[key] = i
            elif kind == 3:
                del items[key]
            elif kind == 4:
                items.pop(key)
            elif kind == 5:
                items.popitem()
            elif kind == 6:
                items.setdefault(key, i)
            elif kind == 7:
                items[key] = items[key] + 1 if key in items else 0
            else:
                items.update({key: i, i % 5: i})
        except KeyError as error:
            sizes.append(str(error)[:8])
        if i % 10 == 0:
            sizes.append(sys.getsizeof(items))
    return items, sizes


def case_dicts():
    return [change_dict(random.Random(seed).random) for seed in range(16)]


def change_set(chosen):
    items, sizes = set(), []
    for i in range(60):
        kind, key = int(chosen() * 7), int(chosen() * 15) * (1 if i % 4 else 2**33)
        try:
            if kind < 3:
                items.add(key)
            elif kind == 3:
                items.remove(key)
            elif kind == 4:
                items.pop()
            elif kind == 5:
                items |= {key, key + 1}
            else:
                items = {item for item in items if item % 3 != i % 3}
        except KeyError as error:
            sizes.append(str(error)[:8])
        if i % 10 == 0:
            sizes.append(sys.getsizeof(items))
    return sorted(items), sizes


def case_sets():
    return [change_set(random.Random(seed).random) for seed in range(20)]


def change_heap(chosen, count):
    items, sizes = list(range(count)), []
    for i in range(40):
        if chosen() < 0.5 or not items:
            heapq.heappush(items, int(chosen() * 50))
        else:
            sizes.append((heapq.heappop(items), sys.getsizeof(items)))
    return items, sizes


def case_heaps():
    return [change_heap(random.Random(seed).random, seed % 9) for seed in range(18)]
