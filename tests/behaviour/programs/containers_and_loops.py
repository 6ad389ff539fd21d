"""Lists, dicts, sets, bytes, iterators and the loops over them, changed while they run."""

import array
import collections
import itertools


def attempt(function):
    try:
        return function()
    except Exception as error:
        return f"{type(error).__name__}: {error}"


def case_list_edges():
    data = [1, 2, 3]
    return [
        attempt(f)
        for f in (
            lambda: data[3],
            lambda: data[-3],
            lambda: data[-4],
            lambda: data[True],
            lambda: data[2**70],
            lambda: data["1"],
            lambda: data[None],
            lambda: data.pop(5),
            lambda: [].pop(),
            lambda: data.index(9),
            lambda: data.remove(9),
            lambda: data[0:2],
            lambda: data * 2,
            lambda: data + (1,),
            lambda: data.__setitem__(7, 1),
            lambda: sorted([1, "a"]),
            lambda: [*data, *data].count(2),
            lambda: data > [1, 2],
        )
    ]


def case_list_grows_while_looped():
    data = [1]
    for item in data:
        if len(data) < 20:
            data.append(item * 2 % 7)
            data.append(item + 1)
    return data


def case_list_shrinks_while_looped():
    data = list(range(20))
    seen = []
    for item in data:
        seen.append(item)
        if item % 3 == 0:
            data.remove(item)
        if item == 14:
            data.clear()
    return seen, data


def case_dict_changed_while_looped():
    out = []
    d = {n: n for n in range(5)}
    try:
        for k in d:
            d[k + 10] = 1
    except RuntimeError as error:
        out.append(str(error))
    d = {n: n for n in range(5)}
    try:
        for k in d:
            del d[k]
    except RuntimeError as error:
        out.append(str(error))
    d = {n: n for n in range(5)}
    for k, v in d.items():
        d[k] = v + 1
    return out, d, [k for k in list(d) if d.pop(k) % 2]


def case_dict_edges():
    d = collections.defaultdict(list, {1: [1]})
    d[2].append(3)
    e = {1: "int", 1.0: "float", True: "bool"}
    return (
        d,
        e,
        attempt(lambda: {}["x"]),
        attempt(lambda: {}[[]]),
        attempt(lambda: e.pop("none")),
        e.get(2, "d"),
        e.setdefault(3, []),
        {**e, "z": 1} | {"z": 2},
        list({"b": 1, "a": 2}),
        (1, 1) in {1: 1}.items(),
        {1: 2}.keys() & {1, 3},
        {1: 2} == {1.0: 2.0},
        dict(zip("ab", (1, 2), strict=True)),
    )


def case_dict_with_odd_keys():
    class Key:
        def __init__(self, n):
            self.n = n

        def __hash__(self):
            return self.n % 3

        def __eq__(self, other):
            log.append((self.n, getattr(other, "n", other)))
            return self.n == getattr(other, "n", None)

    log = []
    d = {}
    for n in range(7):
        d[Key(n)] = n
    return [d[Key(n)] for n in range(7)], Key(9) in d, len(log)


def case_counting():
    counts = {}
    for word in ("the quick brown the lazy dog the end " * 20).split():
        counts[word] = counts.get(word, 0) + 1
    return counts, collections.Counter("mississippi").most_common(2)


def case_nested_lists():
    n = 12
    a = [[i * j % 7 for j in range(n)] for i in range(n)]
    b = [[i + j for j in range(n)] for i in range(n)]
    c = [[0] * n for _ in range(n)]
    for i in range(n):
        for j in range(n):
            total = 0
            for k in range(n):
                total += a[i][k] * b[k][j]
            c[i][j] = total
    return c[3], sum(map(sum, c))


def case_sieve():
    def on_list(n):
        flags = [True] * (n + 1)
        flags[0:2] = [False, False]
        i = 2
        while i * i <= n:
            if flags[i]:
                for k in range(i * i, n + 1, i):
                    flags[k] = False
            i += 1
        return [i for i, flag in enumerate(flags) if flag]

    def on_bytes(n):
        flags = bytearray([1]) * (n + 1)
        flags[0] = flags[1] = 0
        for i in range(2, int(n**0.5) + 1):
            if flags[i]:
                flags[i * i :: i] = bytes(len(range(i * i, n + 1, i)))
        return sum(flags)

    return on_list(100), on_bytes(5000)


def case_bytes_and_arrays():
    b = bytearray(b"hello")
    m = memoryview(b)
    a = array.array("d", [1.0, 2.0])
    for i in range(len(b)):
        b[i] ^= 0x20
    a[0] += 0.5
    out = [bytes(b), m[1], b[-1], b"xyz"[0], a.tolist(), sum(m), list(b"\x00\xff")]
    for f in (
        lambda: b.__setitem__(0, 256),
        lambda: b[9],
        lambda: b"a"[5],
        lambda: b.append("x"),
        lambda: m.__setitem__(0, -1),
        lambda: b.__setitem__(0, 1.5),
    ):
        out.append(attempt(f))
    m.release()
    return out


def case_iterators():
    class Up:
        def __init__(self, n):
            self.i, self.n = 0, n

        def __iter__(self):
            return self

        def __next__(self):
            if self.i >= self.n:
                raise StopIteration
            self.i += 1
            return self.i

    it = Up(5)
    first = next(it)
    return (
        first,
        list(it),
        list(it),
        sum(Up(100)),
        [*zip(Up(3), "abcd", strict=False)],
        list(map(lambda a, b: a * b, Up(3), Up(4))),
        next(iter([]), "default"),
        list(iter(iter([3, 2, 0, 1]).__next__, 0)),
        list(enumerate("ab", 5)),
        list(reversed([1, 2])),
        list(itertools.chain(Up(2), [9])),
        attempt(lambda: next(Up(0))),
    )


def case_loop_over_a_wrong_iterator():
    class NoNext:
        def __iter__(self):
            return 5

    class Raises:
        def __iter__(self):
            return self

        def __next__(self):
            raise KeyError("in next")

    def loop(thing):
        for _ in thing:
            pass

    return [attempt(lambda thing=thing: loop(thing)) for thing in (NoNext(), Raises(), 5, None, NoNext)]


def case_sequence_of_types_at_one_site():
    def total(items):
        t = 0
        for item in items:
            t += item
        return t

    def first(items):
        return items[0]

    many = [
        [1, 2],
        (1.5, 2),
        {3: 1, 4: 2},
        {5, 6},
        range(4),
        b"ab",
        iter([7]),
        {1: 2}.values(),
        (n for n in range(3)),
        array.array("i", [8]),
    ]
    return [total(m) for m in many * 5][:10], [
        first(m) for m in ([1], (2,), "3", b"4", {0: 5}, range(6, 9), bytearray(b"7")) * 3
    ]


def case_sets():
    s = set()
    for n in range(50):
        s.add(n * n % 13)
    return (
        sorted(s),
        sorted(s & {1, 2, 3}),
        s - {1} < s,
        attempt(lambda: s.add([])),
        frozenset([1]) in {frozenset([1])},
        {1, 1.0, True},
    )


def case_tuple_keys_and_swaps():
    grid = {(x, y): x * y for x in range(6) for y in range(6)}
    data = [5, 2, 9, 1, 7]
    for i in range(len(data)):
        for j in range(len(data) - 1 - i):
            if data[j] > data[j + 1]:
                data[j], data[j + 1] = data[j + 1], data[j]
    return sum(grid[k, k] for k in range(6)), (2, 3) in grid, data, min(grid, key=lambda p: (grid[p], p))


def case_sort_that_misbehaves():
    class Odd:
        def __init__(self, n):
            self.n = n

        def __lt__(self, other):
            if self.n == 3:
                raise ValueError("three")
            return self.n < other.n

    data = [5, 1, 4]
    data.sort(key=lambda x: data.append(x) or x) if False else data.sort(key=lambda x: (x % 2, x))
    return attempt(lambda: sorted([Odd(n) for n in (1, 3, 2)])), data, attempt(lambda: grows().sort(key=None))


def grows():
    return [3, 2, 1]


def case_while_loops():
    out, n, lo, hi = [], 0, 0, 1000
    while True:
        n += 1
        if n % 2:
            continue
        if n > 20:
            break
        out.append(n)
    while lo < hi:
        mid = (lo + hi) // 2
        lo, hi = (mid + 1, hi) if mid * mid < 777 else (lo, mid)
    return out, lo


def case_deep_loops_with_exits():
    hits = []
    for a in range(5):
        for b in range(5):
            for c in range(5):
                if a * b * c == 6:
                    hits.append((a, b, c))
                    break
                if a + b + c == 9:
                    continue
            else:
                hits.append((a, b))
                continue
            if b == 3:
                break
    return hits


def case_long_module_like_loop():
    total = 0
    for i in range(20000):
        total = (total * 31 + i) % 1000003
        if total % 5000 == 0:
            total += 1
    return total


def case_collections():
    Point = collections.namedtuple("Point", "x y")
    d = collections.deque(maxlen=3)
    od = collections.OrderedDict()
    chain = collections.ChainMap({1: 2}, {3: 4})
    for n in range(6):
        d.append(Point(n, n * n))
        od[n] = d[-1].y
    od.move_to_end(0)
    return list(d), d[0].x, od, chain[3], Point(1, 2)._replace(y=9)
