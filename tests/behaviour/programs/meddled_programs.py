"""Programs whose classes, globals and containers are changed while they run hot; operators, callables and bytes of all kinds."""
import collections, contextlib, functools, gc, itertools, math, operator, random, sys, threading, traceback, types, weakref, copy

# --- descriptors given later, class attribute objects
class Plain:
    def __init__(self, v): self.v = v
class Owner:
    attr = Plain(5)
    other = Plain(6)
    def __init__(self): self.own = 1
    def read(self): return self.attr

def case_get_later():
    out = []
    o = Owner()
    def use(n, at, change):
        t = 0
        for i in range(n):
            a = o.attr
            t += a.v if isinstance(a, Plain) else a
            b = o.read()
            t += b.v if isinstance(b, Plain) else b
            c = Owner.other
            t += c.v if isinstance(c, Plain) else c
            if i == at: change()
        return t
    try:
        for _ in range(3): out.append(use(60, 99, None))
        out.append(use(60, 30, lambda: setattr(Plain, "__get__", lambda self, obj, cls=None: 100 if obj is not None else 1000)))
        out.append(use(60, 30, lambda: delattr(Plain, "__get__")))
        out.append(use(60, 30, lambda: setattr(Plain, "__set__", lambda self, obj, v: None)))
        o.attr = 3
        out.append(use(60, 30, lambda: setattr(Plain, "__get__", lambda self, obj, cls=None: 7)))
        o.__dict__["attr"] = 50
        out.append(use(60, 30, lambda: delattr(Plain, "__set__")))
        out.append(use(60, 30, lambda: delattr(Plain, "__get__")))
    finally:
        for n in ("__get__", "__set__"):
            if n in vars(Plain): delattr(Plain, n)
        o.__dict__.pop("attr", None)
    return out

# --- callables whose class gets __call__, __len__ etc later; bases changed; __class__ assigned
class A:
    def who(self): return "A"
    def __len__(self): return 3
class B:
    def who(self): return "B"
    def __len__(self): return 4
    def __bool__(self): return False
class C(A): pass

def case_classes_swapped():
    out = []
    def use(n, objs, at, change):
        s = collections.Counter()
        for i in range(n):
            o = objs[i % len(objs)]
            s[o.who()] += len(o) + (1 if o else 100) + isinstance(o, A)
            if i == at: change(o)
        return sorted(s.items())
    c, a, b = C(), A(), B()
    for r in range(3):
        out.append(use(90, [c], 99, None))
        out.append(use(90, [c, a], 40, lambda o: setattr(C, "__bases__", (B,))))
        out.append(use(90, [c, a, b], 40, lambda o: setattr(C, "__bases__", (A,))))
        out.append(use(90, [c], 40, lambda o: setattr(o, "__class__", B)))
        out.append(use(90, [c], 40, lambda o: setattr(o, "__class__", C)))
        out.append(use(90, [c], 40, lambda o: setattr(o, "who", lambda: "own")))
        out.append(use(90, [c], 40, lambda o: delattr(o, "who")))
        out.append(use(90, [c], 40, lambda o: o.__dict__.update(who=lambda: "dict")))
        out.append(use(90, [c], 40, lambda o: o.__dict__.clear()))
        out.append(use(90, [c], 40, lambda o: setattr(o, "__dict__", {"who": lambda: "new"})))
        o = c; del c.__dict__
        out.append(use(90, [c, b], 40, lambda o: None))
    return out

# --- module-level-like code through exec with global variables
SRC = '''
total = 0
for i in range(400):
    total += i * 2
    if i == 250:
        total = total / 2
squares = [i * i for i in range(50) if i % 2]
d = {}
for w in "a b c a b a".split() * 30:
    d[w] = d.get(w, 0) + 1
while total > 10:
    total = total // 2
class K:
    n = 0
    for q in range(30):
        n += q
def f(x):
    global total
    total += x
    return total
r = [f(k) for k in range(40)]
try:
    for i in range(100):
        if i == 77: raise ValueError(i)
except ValueError as e:
    err = str(e)
'''
def case_exec():
    out = []
    code = compile(SRC, "src", "exec")
    for k in range(4):
        ns = {"__name__": "m%d" % k}
        if k == 2: ns["range"] = lambda n: iter(list(__builtins__["range"](n) if isinstance(__builtins__, dict) else __builtins__.range(n)))
        exec(code, ns)
        out.append((ns["total"], ns["squares"][-1], sorted(ns["d"].items()), ns["K"].n, ns["r"][-1], ns["err"], ns["i"]))
    class D(dict):
        def __getitem__(self, k): return dict.__getitem__(self, k) if k in self else (_ for _ in ()).throw(KeyError(k))
    loc = D()
    exec("x = 0\nfor i in range(60):\n    x += i\n", {}, loc)
    out.append(loc["x"])
    return out

# --- bytes, bytearray, memoryview, array
def crc(data):
    c = 0xFFFFFFFF
    for b in data:
        c ^= b
        for _ in range(8): c = (c >> 1) ^ (0xEDB88320 & -(c & 1))
    return c ^ 0xFFFFFFFF

def varint(n):
    out = bytearray()
    while n > 127:
        out.append(n & 127 | 128)
        n >>= 7
    out.append(n)
    return bytes(out)

def unvarint(data):
    n = s = 0
    it = iter(data)
    for b in it:
        n |= (b & 127) << s
        s += 7
        if b < 128: break
    return n, len(list(it))

class Sub(bytes):
    def __iter__(self): return iter([1, 2, 3])
    def __getitem__(self, i): return 7

def case_bytes():
    import array
    out = [crc(x) for x in (b"123456789", bytearray(b"abc" * 9), b"", memoryview(b"zz"), [1, 2, 255], Sub(b"qqq"), array.array("B", [9, 8]))]
    out += [unvarint(varint(n) + b"xx") for n in (0, 1, 127, 128, 300, 2**31, 2**62, 2**64, 10**30)]
    ba = bytearray(range(20))
    def change(ba):
        r = []
        for b in ba:
            r.append(b)
            if b == 5: del ba[10:]
            if b == 7: ba.extend(b"\xff\xfe")
            if len(r) > 40: break
        return r
    out += [change(bytearray(range(20))) for _ in range(30)][-1:]
    def rot(s): return bytes((c + 1) % 256 for c in s)
    out += [rot(rot(b"hello\xff")) for _ in range(30)][-1:]
    def xor(a, b): return bytes(x ^ y for x, y in zip(a, itertools.cycle(b)))
    out += [xor(xor(b"some text", b"key"), b"key") for _ in range(30)][-1:]
    def find(s, x):
        for i, c in enumerate(s):
            if c == x: return i
        return -1
    out += [find(s, x) for s in (b"abc", bytearray(b"abc"), "abc", [97, 98, 99], Sub(b"abc")) for x in (98, "b", 98.0, True) for _ in range(6)][5::6]
    def at(s, i):
        try: return s[i]
        except (IndexError, TypeError) as e: return str(e)
    out += [at(s, i) for _ in range(8) for s in (b"abc", bytearray(b"abc"), Sub(b"abc"), "abc") for i in (0, -1, 2, 3, -4, True, 2**70)][-28:]
    a = array.array("i", range(30)); d = array.array("d", [0.5] * 30)
    def arr(a, d):
        for i in range(len(a)):
            d[i] = d[i] * 2 + a[i]
            a[-i] = i
        return sum(a), sum(d)
    out += [arr(a, d) for _ in range(30)][-1:]
    for bad in (2**31, 1.5, "x"):
        try:
            for i in range(20): a[i] = bad if i == 15 else i
        except (OverflowError, TypeError) as e: out.append((str(e), a[14], a[15]))
    return out

# --- callables of every kind from variables, containers, attributes
def add(a, b=1): return a + b
class Callable:
    def __init__(self, k): self.k = k
    def __call__(self, x): return x * self.k
    def method(self, x): return x + self.k
    @staticmethod
    def stat(x): return x - 1
    @classmethod
    def cls(cls, x): return x + len(cls.__name__)
def case_callables():
    out = []
    c = Callable(3)
    fs = [add, c, c.method, Callable.stat, Callable.cls, lambda x: x, functools.partial(add, b=5), int, float, str, abs, len, operator.neg, [].append, Callable(7), math.sqrt, {1: 2}.get, "a{}".format, type, id.__class__]
    table = dict(enumerate(fs))
    def run(f, x):
        try: return f(x)
        except TypeError as e: return "TypeError"
    for r in range(40):
        for k in range(len(fs)):
            x = run(table[k], r)
            if r in (0, 20, 39): out.append(repr(x)[:60])
    def apply(fs, x):
        for f in fs: x = f(x)
        return x
    out += [apply([c, c.method, add, Callable.stat, float, int], i) for i in range(60)][-1:]
    def higher(f, n):
        t = 0
        for i in range(n): t += f(i)
        return t
    out += [higher(f, 30) for f in (add, c, c.method, Callable.stat, Callable.cls, abs, int, float, bool, lambda v: v * 2, c.method) * 5][-11:]
    def kw(*a, x=1, **k): return len(a), x, sorted(k.items())
    calls = [((), {}), ((1, 2), {}), ((), {"x": 3}), ((1,), {"x": 2, "y": 4}), ((1, 2, 3), {"z": 1})]
    out += [kw(*a, **k) for _ in range(30) for a, k in calls][-5:]
    def err(i):
        try:
            if i % 4 == 0: add()
            elif i % 4 == 1: add(1, 2, 3)
            elif i % 4 == 2: add(1, c=2)
            else: add(1, a=2)
        except TypeError as e: return str(e)
    out += [err(i) for i in range(80)][-4:]
    return out

# --- user operators in every direction, returning odd things
class Num:
    def __init__(self, v): self.v = v
    def __add__(self, o): return Num(self.v + (o.v if isinstance(o, Num) else o)) if not isinstance(o, str) else NotImplemented
    def __radd__(self, o): return Num(o + self.v) if not isinstance(o, list) else NotImplemented
    def __iadd__(self, o):
        if isinstance(o, float): return NotImplemented
        self.v += o.v if isinstance(o, Num) else o
        return self
    def __lt__(self, o): return self.v < (o.v if isinstance(o, Num) else o)
    def __eq__(self, o): return NotImplemented if isinstance(o, str) else self.v == (o.v if isinstance(o, Num) else o)
    def __hash__(self): return hash(self.v)
    def __contains__(self, x): return x == self.v
    def __getitem__(self, i):
        if i >= 3: raise IndexError(i)
        return self.v + i
    def __neg__(self): return Num(-self.v)
    def __index__(self): return int(self.v)
    def __bool__(self): return bool(self.v % 2)
    def __repr__(self): return f"Num({self.v})"
    def __matmul__(self, o): return "mat"
    def __divmod__(self, o): return (1, 2)
    def __pow__(self, o, m=None): return (o, m)
    def __format__(self, s): return f"<{s}>"
class Big(Num):
    def __radd__(self, o): return ("big", o)
    def __rlt__(self, o): return 1
    def __gt__(self, o): return "gt"
def case_operators():
    out = []
    vals = [Num(3), Big(4), 5, 2.5, "s", [1], True, 2**63]
    ops = [operator.add, operator.iadd, operator.lt, operator.gt, operator.eq, operator.ne, operator.contains, operator.matmul, operator.getitem]
    for r in range(12):
        for a in vals:
            for b in vals:
                for op in ("+", "<", "==", "in", "+=", "@", "[]", ">=", "and", "is"):
                    try:
                        if op == "+": x = a + b
                        elif op == "<": x = a < b
                        elif op == "==": x = a == b
                        elif op == "in": x = a in b
                        elif op == "+=":
                            x = copy.copy(a); x += b
                        elif op == "@": x = a @ b
                        elif op == "[]": x = a[b]
                        elif op == ">=": x = a >= b
                        elif op == "and": x = a and b
                        else: x = a is b
                    except Exception as e: x = f"{type(e).__name__} {e}"
                    if r == 11: out.append(repr(x)[:80])
    def loop(x, k, n):
        t = x
        for i in range(n):
            t = t + k
            if t: t += 1
            if i in t: t = -t
            for y in t: pass
        return t, y, f"{t:x}", divmod(t, 2), t ** 2, [10, 20, 30, 40][t if 0 <= t.v < 4 else Num(2)], pow(t, 2, 3)
    out += [loop(Num(i), k, 20) for i in range(4) for k in (1, Num(2), 0.5, Big(1) if i > 5 else 3)]
    return out

# --- numbers kept through try/finally/with, loops with else
def mixed(n, bad):
    t, f, s, last = 0, 0.0, "", None
    for i in range(n):
        try:
            t += i
            f += 1 / (i - bad if i != bad else bad - i)
            s += chr(97 + i % 26)
        except ZeroDivisionError:
            last = (t, f, len(s))
            t = t * 1.0
            continue
        finally:
            t += 1
        if t > 3000: break
    else:
        return "else", t, round(f, 9), s[-5:], last
    return t, round(f, 9), s[-5:], last, i
def typeflip(n):
    x = 0
    out = []
    for i in range(n):
        if i == 30: x = 1.5
        elif i == 60: x = "a"
        elif i == 90: x = [1]
        elif i == 120: x = 2**63 - 5
        elif i == 150: x = None
        elif i == 170: x = True
        try: x = x + (1 if not isinstance(x, (str, list)) else x[:1])
        except TypeError as e: x = 0
        if i % 25 == 24: out.append(x)
    return out, x
def case_mixed():
    return [mixed(90, b) for b in (5, 200, 40, 0)] * 1, [typeflip(200) for _ in range(4)][-1], [mixed(40, 3.0), mixed(60, True)]

# --- sorting, bisect, heap with user comparisons; nested functions as keys
class Task:
    n = 0
    def __init__(self, p, name): self.p, self.name = p, name
    def __lt__(self, o): Task.n += 1; return (self.p, self.name) < (o.p, o.name)
    def __repr__(self): return f"{self.name}{self.p}"
def qsort(l, key=lambda x: x):
    if len(l) < 2: return l
    p, *rest = l
    return qsort([x for x in rest if key(x) < key(p)], key) + [p] + qsort([x for x in rest if not key(x) < key(p)], key)
def msort(l):
    if len(l) < 2: return l
    m = len(l) // 2
    a, b, out = msort(l[:m]), msort(l[m:]), []
    i = j = 0
    while i < len(a) and j < len(b):
        if b[j] < a[i]: out.append(b[j]); j += 1
        else: out.append(a[i]); i += 1
    return out + a[i:] + b[j:]
def case_sorting():
    import heapq, bisect
    rng = random.Random(4)
    Task.n = 0
    ts = [Task(rng.randrange(20), c) for c in "abcdefghij" * 6]
    out = [sorted(ts)[:5], Task.n, heapq.nsmallest(4, ts), msort(ts)[:5], qsort(ts, lambda t: t.p)[-4:]]
    nums = [rng.choice([rng.randrange(100), rng.random() * 100]) for _ in range(120)]
    out += [qsort(nums) == sorted(nums), msort(nums) == sorted(nums), msort(["b", "a", "c"] * 5)]
    l = []
    for x in nums: bisect.insort(l, x)
    out.append(l == sorted(nums))
    try: msort([1, "a", 2])
    except TypeError as e: out.append(str(e))
    return out

# --- bits: game of life, sieve, nqueens bits, mandelbrot, nbody, collatz, knapsack
def life(cells, n):
    for _ in range(n):
        c = collections.Counter((x + dx, y + dy) for x, y in cells for dx in (-1, 0, 1) for dy in (-1, 0, 1) if dx or dy)
        cells = {p for p, k in c.items() if k == 3 or (k == 2 and p in cells)}
    return cells
def sieve(n):
    s = bytearray([1]) * (n + 1)
    s[0] = s[1] = 0
    for i in range(2, int(n**0.5) + 1):
        if s[i]: s[i * i::i] = bytes(len(range(i * i, n + 1, i)))
    return sum(s), [i for i, x in enumerate(s) if x][-3:]
def mandel(w, h, m):
    rows = []
    for y in range(h):
        row = ""
        for x in range(w):
            z, c = 0j, complex(3.0 * x / w - 2, 2.0 * y / h - 1)
            for k in range(m):
                if abs(z) > 2: break
                z = z * z + c
            row += " .:-=+*#%@"[k * 9 // m]
        rows.append(row)
    return rows
def nbody(n):
    b = [[0.0, 0.0, 0.0, 0.0, 10.0], [1.0, 0.0, 0.0, 3.0, 1.0], [0.0, 2.0, -2.0, 0.0, 0.5]]
    for _ in range(n):
        for i, p in enumerate(b):
            for q in b[i + 1:]:
                dx, dy = p[0] - q[0], p[1] - q[1]
                d = 0.001 / (dx * dx + dy * dy) ** 1.5
                p[2] -= dx * q[4] * d; p[3] -= dy * q[4] * d; q[2] += dx * p[4] * d; q[3] += dy * p[4] * d
        for p in b: p[0] += 0.001 * p[2]; p[1] += 0.001 * p[3]
    return b
def collatz(n):
    best = (0, 0)
    cache = {1: 1}
    for i in range(1, n):
        k, path = i, []
        while k not in cache:
            path.append(k)
            k = k // 2 if k % 2 == 0 else 3 * k + 1
        d = cache[k]
        for p in reversed(path): d += 1; cache[p] = d
        best = max(best, (cache[i], i))
    return best
def knapsack(items, cap):
    t = [0] * (cap + 1)
    for w, v in items:
        for c in range(cap, w - 1, -1):
            if t[c - w] + v > t[c]: t[c] = t[c - w] + v
    return t[-1]
def lcs(a, b):
    t = [[0] * (len(b) + 1) for _ in range(len(a) + 1)]
    for i in range(len(a)):
        for j in range(len(b)):
            t[i + 1][j + 1] = t[i][j] + 1 if a[i] == b[j] else max(t[i][j + 1], t[i + 1][j])
    i, j, out = len(a), len(b), []
    while i and j:
        if a[i - 1] == b[j - 1]: out.append(a[i - 1]); i -= 1; j -= 1
        elif t[i - 1][j] >= t[i][j - 1]: i -= 1
        else: j -= 1
    return "".join(out[::-1])
def brainfuck(src, inp=""):
    jump, stack = {}, []
    for i, c in enumerate(src):
        if c == "[": stack.append(i)
        elif c == "]": j = stack.pop(); jump[i], jump[j] = j, i
    tape, p, i, out, it = collections.defaultdict(int), 0, 0, [], iter(inp)
    while i < len(src):
        c = src[i]
        if c == ">": p += 1
        elif c == "<": p -= 1
        elif c == "+": tape[p] = (tape[p] + 1) % 256
        elif c == "-": tape[p] = (tape[p] - 1) % 256
        elif c == ".": out.append(chr(tape[p]))
        elif c == ",": tape[p] = ord(next(it, "\0"))
        elif c == "[" and not tape[p]: i = jump[i]
        elif c == "]" and tape[p]: i = jump[i]
        i += 1
    return "".join(out)
def case_kernels():
    return (sorted(life({(1, 0), (2, 1), (0, 2), (1, 2), (2, 2), (10, 10), (10, 11), (10, 12)}, 12)), sieve(2000), mandel(24, 10, 30), nbody(120), collatz(400),
            knapsack([(3, 4), (4, 5.5), (2, 3), (7, 11)] * 5, 40), lcs("ACCGGTCGAGTGCGCGGAAGCCGGCCGAA", "GTCGTTCGGAATGCCGTTGCTCTGTAAA"),
            brainfuck("++++++++[>++++[>++>+++>+++>+<<<<-]>+>+>->>+[<]<-]>>.>---.+++++++..+++.>>.<-.<.+++.------.--------.>>+.>++."))

# --- attribute storms: many attrs, deletion, __dict__ growth, slots+dict, class attr shadow
class Bag: pass
class Slotted(Bag):
    __slots__ = ("s",)
def case_attributes():
    out = []
    def storm(n):
        b, t = Bag(), 0
        for i in range(n):
            setattr(b, "a%d" % (i % 40), i)
            b.x = i
            t += b.x + getattr(b, "a%d" % (i % 7), 0)
            if i % 9 == 0: del b.x
            try: t += b.x
            except AttributeError: t -= 1
            if i == 50: Bag.x = 1000
            if i == 80: del Bag.x
            if i == 60: b.__dict__["x"] = 0.5
            if i == 70: b.__dict__.pop("a3")
            if i % 31 == 30: b = Slotted(); b.s = i; t += b.s
        return t, len(vars(b)), list(vars(b))[:4]
    for _ in range(8): out.append(storm(130))
    return out
