"""Lists and heaps that lose their last items one by one, and what room they keep for more."""

import heapq
import sys


def popped(size):
    items = list(range(size))
    sizes = []
    while items:
        items.pop()
        sizes.append(sys.getsizeof(items))
    items.append(1)
    items.append(2)
    return sizes, items, sys.getsizeof(items)


def popped_from_heap(size):
    items = []
    for k in range(size):
        heapq.heappush(items, (k * 7919) % 101)
    sizes, out = [], []
    while items:
        out.append(heapq.heappop(items))
        sizes.append(sys.getsizeof(items))
    heapq.heappush(items, 3)
    return sizes, out, items


def up_and_down(turns):
    stack, out = [], []
    for k in range(turns):
        stack.append([k])
        if k % 3 == 2:
            out.append((stack.pop(), len(stack), sys.getsizeof(stack)))
        if k % 7 == 6:
            stack.pop()
            stack.pop()
    return out, stack


def pop_of_none(items):
    try:
        return items.pop()
    except IndexError as error:
        return str(error)


def case_popped():
    return [popped(size) for size in (0, 1, 2, 3, 4, 5, 9, 17, 40, 100, 1000)]


def case_popped_from_heap():
    return [popped_from_heap(size) for size in (1, 2, 3, 8, 33, 100)]


def case_up_and_down():
    return [up_and_down(turns) for turns in (1, 5, 20, 200)]


def case_of_none():
    return [pop_of_none(items) for items in ([1], [], [1, 2], [], [[]])]
