"""Loops over bytes and bytearrays, which may change meanwhile; numbers that only a sample told of."""


def total(data):
    result = 0
    for byte in data:
        result += byte
    return result


def case_bytes():
    return [total(bytes(range(n % 256))) for n in range(300)], total(b"")


def case_kinds_change():
    kinds = [b"abc", bytearray(b"xyz"), [1, 2], (3, 2**70), "", memoryview(b"12"), range(3), b"\xff" * 3]
    return [total(kinds[i % len(kinds)]) for i in range(240)]


def growing(data, until):
    seen = 0
    for byte in data:
        seen += byte
        if len(data) < until:
            data.append((byte + 1) & 255)
    return seen, len(data)


def shrinking(data):
    seen = []
    for byte in data:
        seen.append(byte)
        del data[-1:]
    return seen, bytes(data)


def case_bytearray_changes():
    results = [growing(bytearray(b"abc"), n) for n in range(40)]
    results += [shrinking(bytearray(range(n))) for n in range(40)]
    return results


def from_the_middle(iterator, limit):
    found = []
    for byte in iterator:
        if byte >= limit:
            break
        found.append(byte)
    return found, next(iterator, None)


def case_iterators():
    results = []
    for n in range(60):
        for kind in (bytes, bytearray):
            iterator = iter(kind(range(20)))
            results.append((from_the_middle(iterator, n % 25), list(iterator), next(iterator, "over")))
    return results


class Odd(bytes):
    def __iter__(self):
        yield from (300, -1, "x"[:0] or 7)


def case_subclass():
    return [total(Odd(b"abc") if i == 150 else b"abc") for i in range(200)]


def checksum(data, table):
    value = 0xFFFFFFFF
    for byte in data:
        value = table[(value ^ byte) & 255] ^ (value >> 8)
    return value


class Mask:
    def __init__(self, bits):
        self.bits = bits

    def __rxor__(self, other):
        return self.bits ^ other

    def __xor__(self, other):
        return self.bits & other

    def __rand__(self, other):
        return 5


def case_items_that_are_numbers():
    table = [(i * 2654435761) & 0xFFFFFFFF for i in range(256)]
    results = [checksum(bytes([i & 255, 3, 7]), table) for i in range(200)]
    table[17] = Mask(99)
    results += [checksum(bytes(range(i)), table) for i in range(60)]
    table[17] = 2**80 + 1
    results += [checksum(bytes(range(i)), table) for i in range(60)]
    table[17] = True
    results += [checksum(bytes(range(i)), table) for i in range(60)]
    table[17] = 1.5
    try:
        checksum(bytes(range(256)) * 4, table)
    except TypeError as error:
        results.append(str(error))
    return results


def masked(values, mask):
    result = 0
    for value in values:
        result |= value & mask
        result ^= value << 1
    return result


def case_bits_of_something():
    values = [1, 2, 3]
    results = [masked(values, i) for i in range(150)]
    for odd in (True, 2**65, Mask(3)):
        try:
            results.append(masked([1, odd, 2], 255))
        except TypeError as error:
            results.append(str(error))
    return results


def make_counter(start):
    step = start

    def count(n):
        nonlocal step
        result = 0
        for _ in range(n):
            result += step & 7
            step = step + 1
        return result

    def change(value):
        nonlocal step
        step = value

    return count, change


def case_cells_of_numbers():
    count, change = make_counter(1)
    results = [count(i % 9) for i in range(200)]
    for value in (2**63 - 2, 2**64, True, Mask(1)):
        change(value)
        try:
            results.append(count(5))
        except TypeError as error:
            results.append(str(error))
    return results


def make_points():
    class Point:
        def __init__(self, x, y=2):
            self.x = x
            self.y = y

        def twice(self):
            return Point(self.x * 2, self.y)

    def other_class():
        nonlocal Point

        class Point:
            def __init__(self, x, y=3):
                self.sum = self.x = x + y

            def twice(self):
                return "other"

    def not_a_class():
        nonlocal Point
        Point = [].append

    def points(n):
        made = [Point(i).twice() for i in range(n)]
        return [getattr(point, "x", point) for point in made]

    return Point, points, other_class, not_a_class


def case_classes_in_cells():
    results = []
    for _ in range(3):
        point, points, other_class, not_a_class = make_points()
        results += [points(i % 7) for i in range(60)]
        point.__init__ = lambda self, x, y=9: self.__dict__.update(x=-x, y=y)
        results += [points(i % 7) for i in range(60)]
        other_class()
        results += [points(i % 7) for i in range(60)]
        not_a_class()
        try:
            points(3)
        except (TypeError, AttributeError) as error:
            results.append(str(error))
    return results


def made_by(kind, n):
    made = []
    for i in range(n):
        made.append(kind(i))
    return made


def case_classes_from_arguments():
    class Own:
        def __init__(self, n):
            self.n = n

        def __repr__(self):
            return f"Own({self.n})"

    class Meta(type):
        def __call__(cls, n):
            return ("meta", n)

    class WithMeta(metaclass=Meta):
        pass

    results = [repr(made_by(Own, i % 5)) for i in range(120)]
    for kind in (int, float, WithMeta, len, str, abs, lambda n: n, Own):
        try:
            results.append(repr(made_by(kind, 4)))
        except TypeError as error:
            results.append(str(error))
    return results
