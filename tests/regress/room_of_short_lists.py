"""A list of six items that loses four gets more room than it had."""

import heapq
import sys


def popped(count, times, more):
    data = [0] * count
    rooms = []
    for _ in range(times):
        data.pop()
    rooms.append(sys.getsizeof(data))
    for i in range(more):
        data.append(i)
    rooms.append(sys.getsizeof(data))
    return data, rooms


def case_popped():
    return [popped(count, times, 9) for count in range(20) for times in range(count + 1)]


def popped_from_heap(count, times, more):
    data = list(range(count))
    for _ in range(times):
        heapq.heappop(data)
    for i in range(more):
        heapq.heappush(data, -i)
    return data, sys.getsizeof(data)


def case_heaps():
    return [popped_from_heap(count, times, 7) for count in range(12) for times in range(count + 1)]


def case_replaced():
    seen = []
    for count in range(3, 14):
        data = list(range(count))
        for i in range(40):
            data[i:] = data[i + 1 :] + data[-2 : i + 1]
            if len(data) > 2:
                data.pop()
        seen.append((data, sys.getsizeof(data)))
    return seen
