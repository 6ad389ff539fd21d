"""C functions and methods that run no code with plain arguments: called where there is no frame, with numbers unboxed;
arguments of other types, errors, what is replaced, subclasses that look around."""

import math
import operator
import random
import struct
import sys
import time


class Index:
    """A number to C functions, which looks at who asks."""

    def __init__(self, number, seen):
        self.number, self.seen = number, seen

    def __index__(self):
        frame = sys._getframe(1)
        self.seen.append((frame.f_code.co_name, sorted(frame.f_locals.items(), key=str)[:1]))
        return self.number

    def __float__(self):
        return self.__index__() / 2


class Text(str):
    def __str__(self):
        return "own"


def attempt(function, *args):
    try:
        return function(*args)
    except (TypeError, ValueError, AttributeError, OverflowError, IndexError, KeyError, struct.error) as error:
        lines, at = [], error.__traceback__.tb_next
        while at is not None:
            lines.append(at.tb_lineno - at.tb_frame.f_code.co_firstlineno)
            at = at.tb_next
        return type(error).__name__, str(error), lines


def width(number):
    return number.bit_length()


def ones(number):
    return number.bit_count() + width(number)


def case_bits():
    out = 0
    for i in range(2000):
        out += ones(i) * 3 + width(-i) + (i << 20).bit_length()
    odd = [0, -1, 2**62, -(2**63), 2**63, 2**200, True, Index(3, []), 1.5, "text", None]
    return out, [attempt(ones, x) for x in odd * 3]


def case_whole_numbers():
    def go(a, b):
        return math.gcd(a, b) + math.lcm(a, 3) + math.isqrt(b) + operator.index(a) + math.comb(7, a % 7)

    out, seen = [], []
    for i in range(300):
        out.append(go(i, 12 * i))
    for x in [2**70, -5, 2.5, Index(8, seen), "x", True, None]:
        out.append(attempt(go, x, 8))
        out.append(attempt(go, 8, x))
    return sum(out[:300]), out[300:], seen


def case_real_numbers():
    def go(x, y):
        return math.hypot(x, y) + math.atan2(x, y) + math.log2(y) + math.copysign(x, -1.0) + math.fmod(x, y)

    total, seen = 0.0, []
    for i in range(300):
        total += go(i, 3.5 + i)
    odd = [0, 0.0, -1.0, float("inf"), float("nan"), 10**400, Index(3, seen), "x", None, True]
    return total, [repr(attempt(go, 2.0, x)) for x in odd * 2], [repr(attempt(go, x, 2)) for x in odd * 2], seen


def parts(line):
    key, _, rest = line.partition("=")
    words = rest.strip().split(",", 2)
    return key.rstrip().casefold(), words, rest.rfind("v"), line.startswith(("a", "k")), key.removeprefix("K")


def case_text():
    out = []
    for i in range(300):
        out.append(parts(f"Key{i} = v{i}, w , x,y"))
    odd = [Text("Key = a,b"), b"k=v", "", "=", None, 5, "Ä=ö,ü"]
    return out[-1], [attempt(parts, x) for x in odd * 3]


def spans(text, separator, most):
    return len(text.split(separator, most)), text.rsplit(separator, most)[-1:], text.count("a", most)


def case_text_by_turns():
    seen = []
    kinds = [(" ", 1), (None, -1), ("a", 2), (Text("a"), 1), (" ", Index(1, seen)), ("", 1), (5, 1), (" ", None), (" ", True)]
    out = []
    for turn in range(40):
        for separator, most in kinds[: 2 + turn // 4]:
            out.append(attempt(spans, "a b ca da", separator, most))
    return out[:4], out[-9:], seen[:2]


def case_joined():
    def join(texts, by):
        return by.join(texts), ",".join(texts)

    class Many(list):
        def __iter__(self):
            seen.append(sys._getframe(1).f_code.co_name)
            return iter(["own"])

    seen, out = [], []
    for _ in range(100):
        out.append(join(["a", "b"], "-"))
    for texts in [("x", "y"), ["a", 1], [], {"k": 1}, Many(["z"]), "abc", iter("pq"), None, [Text("t"), "u"]]:
        out.append(attempt(join, texts, "+"))
        out.append(attempt(join, texts, Text("+")))
    return out[0], out[100:], seen


def case_bytes_of_numbers():
    def go(number, size, order):
        data = number.to_bytes(size, order)
        return data.hex(), struct.unpack("<I", data[:4].ljust(4, b"\0")), data.rfind(b"\1"), struct.pack(">i", number)

    out = []
    for i in range(300):
        out.append(go(i * 77, 4, "little"))
    odd = [(300, 1, "big"), (-1, 4, "big"), (5, 4, "none"), (2**70, 16, "big"), (5, -1, "big"), (True, 4, "big")]
    return out[-1], [attempt(go, *args) for args in odd * 3]


def case_numbers_of_text():
    def go(text, base):
        return int(text, base) + int(text, 16)

    out = []
    for i in range(300):
        out.append(go(str(i % 7), 8))
    seen = []
    odd = [("z", 36), ("11", 2), ("9", 8), (Text("7"), 8), ("7", Index(8, seen)), (7, 8), (b"7", 8), ("7" * 40, 8), ("7", 1)]
    return sum(out), [attempt(go, *args) for args in odd * 3], seen[:3]


def case_lists():
    def go(items, i):
        items.insert(0, i)
        items.insert(i, "x")
        items.extend((i, i + 1))
        items.reverse()
        last = items.pop(0)
        return items.copy(), last

    out = []
    for i in range(100):
        out.append(go([], i))
    seen = []
    for i in [2**70, Index(1, seen), "x", None, -1]:
        items = []
        out.append((attempt(go, items, i), items))
    return out[0], out[99], out[100:], len(seen)


class Dice(random.Random):
    def throw(self):
        return 1 + self.getrandbits(3), self.random() < 0.5


class Loaded(Dice):
    def getrandbits(self, k):
        return sys._getframe(1).f_code.co_name

    def throw(self):
        return self.getrandbits(3), self.random()


def case_random_numbers():
    out, dice = [], Dice(5)
    for _ in range(300):
        out.append(dice.throw())
    loaded = Loaded(5)
    for _ in range(30):
        out.append(loaded.throw())
    bits = dice.getrandbits
    for k in [1, 7, 63, 64, 65, 200] * 10:
        out.append(bits(k))
    out += [attempt(bits, k) for k in [-1, 0, 2.0, "x", Index(3, []), True]]
    return out[:3], out[299:302], out[330:342], out[-6:], dice.random()


def case_numbers_drawn_from_the_module():
    def draw():
        return random.random() + random.getrandbits(4)

    random.seed(11)
    total = 0.0
    for i in range(500):
        total += draw()
        if i == 400:
            kept, random.random = random.random, lambda: 100.0
        if i == 410:
            random.random = kept
    return total, random.randrange(10), random.choice("abc"), random.randint(1, 6), random.uniform(1, 2)


def case_drawn_in_every_way():
    random.seed(3)
    out = []
    for i in range(400):
        items = list(range(i % 9 + 1))
        random.shuffle(items)
        out.append((random.randrange(i + 1), random.randint(-3, 3), random.choice(items), random.sample(items, 1)))
    out.append(attempt(random.randrange, 0))
    out.append(attempt(random.choice, []))
    return out[-5:], hash(str(out))  == hash(str(out)), len(str(out))


def case_replaced():
    def common(a, b):
        return math.gcd(a, b) + math.isqrt(a)

    kept, out = math.gcd, []
    for i in range(200):
        if i == 150:
            math.gcd = lambda a, b: sys._getframe(1).f_locals["a"] * 1000
        if i == 160:
            math.gcd = math.lcm
        if i == 170:
            math.gcd = kept
        out.append(common(i, 12))
    return out[145:175]


def case_caught_where_it_is_raised():
    def number(text):
        try:
            return int(text, 10)
        except ValueError as error:
            return str(error), error.__traceback__.tb_lineno

    def whole(texts):
        out = []
        for i, text in enumerate(texts):
            place = i * 2
            try:
                out.append((number(text), text.index("1"), place))
            except ValueError as error:
                out.append((str(error), place, error.__traceback__.tb_next))
        return out

    return [whole(["1", "21", "x", "3", "y1", "1"] * 5)[:7] for _ in range(20)][-1]


def case_time_goes_on():
    before = time.perf_counter(), time.monotonic(), time.time()
    steps = 0
    for _ in range(300):
        now = time.perf_counter(), time.monotonic(), time.time_ns()
        steps += now[0] >= before[0] and now[1] >= before[1] and now[2] > 0
    return steps, type(now[2])


def depth(n):
    return 0 if n.bit_length() == 0 else 1 + depth(n - 1) + math.gcd(n, 0) * 0


def case_called_in_depth():
    out = [depth(40) for _ in range(100)][-1]
    try:
        depth(10**6)
    except RecursionError as error:
        return out, type(error).__name__


def case_with_frames_of_own():
    def show(n):
        total = 0
        for i in range(n):
            total += i.bit_length() + math.gcd(total, 6)
            if i % 10 == 9:
                names = sorted(sys._getframe().f_locals)
                values = sys._getframe().f_locals["total"], locals()["i"]
        return total, names, values

    return [show(40) for _ in range(30)][-1]
