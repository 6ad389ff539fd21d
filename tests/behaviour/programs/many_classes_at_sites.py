"""Sites that meet more classes than two or three: all that are told apart, one more, and classes that change."""

import gc
import weakref


class Shape:
    sides = 0

    def __init__(self, size, name="shape"):
        self.size = size
        self.name = name

    def area(self):
        return self.size

    def told(self):
        return f"{self.name} {self.area()} {self.sides}"


def make_class(number):
    def area(self):
        return self.size * number + self.sides

    return type(f"Shape{number}", (Shape,), {"area": area, "sides": number})


def total(shapes):
    found = 0
    for shape in shapes:
        found += shape.area() + shape.size
    return found


def told(shapes):
    return [shape.told() for shape in shapes]


def call_all(functions, value):
    return [function(value) for function in functions]


def adder(number):
    return eval(f"lambda value: value + {number}")


class Slotted:
    __slots__ = ("size",)
    sides = 3

    def __init__(self, size):
        self.size = size

    def area(self):
        return -self.size


class Plain:
    def __init__(self, first, second=None):
        self.first = first
        if second is not None:
            self.second = second


def made(count):
    kept = [Plain(number, number if number % 3 else None) for number in range(count)]
    for item in kept[::5]:
        item.later = item.first
    return [sorted(vars(item).items()) for item in kept[-4:]], sum(item.first for item in kept)


def case_sites():
    classes = [make_class(number) for number in range(12)]
    for count in (3, 5, 7, 8, 9, 12):
        shapes = [cls(size) for size in range(9) for cls in classes[:count]]
        for _ in range(30):
            result = total(shapes)
        print(count, result, told(shapes)[-3:])

    mixed = [cls(3) for cls in classes[:5]] + [Slotted(3)]
    for _ in range(40):
        result = total(mixed)
    print(result)

    classes[2].area = lambda self: 1000
    classes[4].sides = 77
    shapes = [cls(size) for size in range(9) for cls in classes[:8]]
    for _ in range(30):
        result = total(shapes)
    print(result, told(shapes[:8]))

    shapes[3].__class__ = classes[11]
    shapes[5].area = lambda: -5
    for _ in range(30):
        result = total(shapes)
    print(result)

    for count in (2, 6, 8, 9, 11):
        functions = [adder(number) for number in range(count)]
        for _ in range(40):
            result = call_all(functions, 1)
        print(count, result)

    for _ in range(30):
        result = made(50)
    print(result)

    gc.collect()
    held = [Plain(number) for number in range(300)]
    found = sum(type(item) is Plain for item in gc.get_objects())
    print(found, all(gc.is_tracked(item) for item in held))
    references = [weakref.ref(item) for item in held[:3]]
    del held
    print([reference() for reference in references])
    for _ in range(20):
        cycle = made(30), Plain(None)
        cycle[1].first = cycle[1]
    del cycle
    gc.collect()
    print(sum(type(item) is Plain for item in gc.get_objects()))
