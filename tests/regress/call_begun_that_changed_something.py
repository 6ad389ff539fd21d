"""A call whose beginning was put in line is made after all: not when the beginning has changed something."""

import random


def taken(items, size):
    out = b""
    while items and len(out) < size:
        out += items.pop(0)
    return out


def drawn(source, text):
    number = source.random()
    return str(number) + text.upper().lower() + repr([text])


def swapped(items, text):
    items[0], items[1] = items[1], items[0]
    return repr([text]) + text * 2


class Counter:
    def __init__(self):
        self.count = 0

    def step(self):
        self.count += 1
        return self.count if self.count < 10**9 else self.step()


def stepped(counter, text):
    number = counter.step()
    return repr([number, text])


def all_taken(items):
    sizes = []
    while True:
        part = taken(items, 50)
        sizes.append((len(part), [len(item) for item in items]))
        if not part:
            return sizes


def drawn_twice(source):
    return drawn(source, "a"), drawn(source, "b")


def swapped_once(items):
    return swapped(items, "a"), list(items)


def stepped_once(counter):
    return stepped(counter, "a"), counter.count


def case_items_are_taken_once():
    return [all_taken([b"x" * 100, b"a", b"b", b"y" * 100]) for _ in range(8)]


def case_numbers_are_drawn_once():
    source = random.Random(7)
    return [drawn_twice(source) for _ in range(8)]


def case_items_change_places_once():
    items = [1, 2]
    return [swapped_once(items) for _ in range(8)]


def case_native_calls_are_made_once():
    counter = Counter()
    return [stepped_once(counter) for _ in range(8)]
