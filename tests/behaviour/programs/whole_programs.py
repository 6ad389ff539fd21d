"""Programs as people write them: a cache, a bank, a parser, a simulation, a game, graphs, decorators, dataclasses."""
import collections
import copy
import dataclasses
import decimal
import enum
import fractions
import functools
import heapq
import itertools
import operator
import pickle
import random
import re
import sys
import traceback
import weakref

# --- LRU cache with linked nodes and __slots__
class Node:
    __slots__ = ("key", "value", "prev", "next", "__weakref__")

    def __init__(self, key, value):
        self.key = key
        self.value = value
        self.prev = self.next = None

class LRU:
    def __init__(self, capacity):
        self.capacity = capacity
        self.table = {}
        self.head = Node(None, None)
        self.tail = Node(None, None)
        self.head.next = self.tail
        self.tail.prev = self.head
        self.hits = self.misses = 0

    def _unlink(self, node):
        node.prev.next = node.next
        node.next.prev = node.prev

    def _front(self, node):
        node.next = self.head.next
        node.prev = self.head
        self.head.next.prev = node
        self.head.next = node

    def get(self, key, default=None):
        node = self.table.get(key)
        if node is None:
            self.misses += 1
            return default
        self.hits += 1
        self._unlink(node)
        self._front(node)
        return node.value

    def put(self, key, value):
        node = self.table.get(key)
        if node is not None:
            node.value = value
            self._unlink(node)
            self._front(node)
            return
        if len(self.table) >= self.capacity:
            old = self.tail.prev
            self._unlink(old)
            del self.table[old.key]
        node = Node(key, value)
        self.table[key] = node
        self._front(node)

    def __len__(self):
        return len(self.table)

    def __contains__(self, key):
        return key in self.table

    def __iter__(self):
        node = self.head.next
        while node is not self.tail:
            yield node.key, node.value
            node = node.next

def case_lru():
    cache = LRU(17)
    rng = random.Random(5)
    total = 0
    for i in range(3000):
        k = rng.randrange(40)
        if i % 3 == 0:
            cache.put(k, i)
        elif i % 701 == 0:
            cache.put(str(k), i * 0.5)
        else:
            v = cache.get(k, -1)
            total += v
    died = []
    refs = [weakref.ref(n, lambda r: died.append(1)) for n in cache.table.values()]
    out = list(cache)[:5], total, cache.hits, cache.misses, len(cache), 3 in cache
    cache.head.next = cache.tail.prev = None
    for n in list(cache.table.values()):
        n.prev = n.next = None
    n = None
    cache.table.clear()
    return out, len(died), len(refs)

# --- bank with properties and exceptions
class InsufficientFunds(Exception):
    def __init__(self, need, have):
        super().__init__(f"need {need}, have {have}")
        self.need, self.have = need, have

class Account:
    interest = 0.01

    def __init__(self, owner, balance=0):
        self.owner = owner
        self._balance = balance
        self.log = []

    @property
    def balance(self):
        return self._balance

    @balance.setter
    def balance(self, value):
        if value < 0:
            raise InsufficientFunds(-value, self._balance)
        self.log.append(value - self._balance)
        self._balance = value

    def withdraw(self, n):
        self.balance -= n

    def deposit(self, n):
        self.balance += n

class Savings(Account):
    def accrue(self):
        self.balance += self.balance * self.interest

    @Account.balance.setter
    def balance(self, value):
        if value > 10_000:
            raise OverflowError("too rich")
        Account.balance.fset(self, value)

def case_bank():
    accounts = [Account("a", 100), Savings("b", 50), Account("c")]
    failed = collections.Counter()
    rng = random.Random(9)
    for i in range(2500):
        a, b = rng.sample(accounts, 2)
        n = rng.randrange(1, 80)
        try:
            a.withdraw(n)
            try:
                b.deposit(n if i % 5 else n + 0.25)
            except OverflowError as e:
                a.deposit(n)
                failed[str(e)] += 1
        except InsufficientFunds as e:
            failed[type(e).__name__, e.have == a.balance] += 1
            if i % 50 == 0:
                a.deposit(200)
        if i == 1800:
            Account.interest = 0.5
        if isinstance(a, Savings) and i % 10 == 0:
            try:
                a.accrue()
            except OverflowError:
                failed["accrue"] += 1
        if i == 2000:
            a.extra = 1
    Account.interest = 0.01
    return [(a.owner, a.balance, len(a.log), a.log[-3:]) for a in accounts], sorted(map(str, failed.items()))

# --- matrix class
class Matrix:
    def __init__(self, rows):
        self.rows = [list(r) for r in rows]
        self.n, self.m = len(rows), len(rows[0])

    @classmethod
    def identity(cls, n):
        return cls([[1 if i == j else 0 for j in range(n)] for i in range(n)])

    def __matmul__(self, other):
        if self.m != other.n:
            return NotImplemented
        return Matrix([[sum(self.rows[i][k] * other.rows[k][j] for k in range(self.m)) for j in range(other.m)] for i in range(self.n)])

    def __add__(self, other):
        if isinstance(other, (int, float)):
            return Matrix([[x + other for x in r] for r in self.rows])
        return Matrix([[x + y for x, y in zip(a, b, strict=True)] for a, b in zip(self.rows, other.rows)])

    __radd__ = __add__

    def __mul__(self, k):
        return Matrix([[x * k for x in r] for r in self.rows])

    def __getitem__(self, ij):
        i, j = ij
        return self.rows[i][j]

    def __setitem__(self, ij, v):
        i, j = ij
        self.rows[i][j] = v

    def __eq__(self, other):
        return self.rows == other.rows

    def __neg__(self):
        return self * -1

    def __pow__(self, e):
        r, b = Matrix.identity(self.n), self
        while e:
            if e & 1:
                r = r @ b
            b = b @ b
            e >>= 1
        return r

    def trace(self):
        t = 0
        for i in range(self.n):
            t += self[i, i]
        return t

def case_matrix():
    f = Matrix([[1, 1], [1, 0]])
    out = []
    for e in (1, 5, 30, 62, 63, 90, 91, 92, 93, 100, 200):
        out.append((f**e)[0, 1])
    a = Matrix([[i * j % 7 for j in range(6)] for i in range(6)])
    for i in range(60):
        a = (a @ a + i) * (1 if i % 9 else 0.5)
        if a.trace() > 1e12:
            a = Matrix([[x % 11 for x in r] for r in a.rows])
        a[i % 6, (i * 5) % 6] = i
    try:
        a @ f
    except TypeError as e:
        out.append(str(e))
    try:
        a + Matrix([[1, 2], [3, 4]])
    except ValueError as e:
        out.append(str(e))
    return out, a.rows, (-a).trace(), (3 + a).trace(), sum([f, f], 0).rows

# --- tokenizer and recursive descent parser, evaluator with visitors
TOKEN = re.compile(r"\s*(?:(\d+\.\d*|\d+)|([A-Za-z_]\w*)|(\*\*|<=|>=|==|!=|[-+*/%()<>=,]))")

class Token(collections.namedtuple("Token", "kind text pos")):
    __slots__ = ()

def tokens(text):
    pos = 0
    text = text.rstrip()
    while pos < len(text):
        m = TOKEN.match(text, pos)
        if not m:
            raise SyntaxError(f"bad character {text[pos]!r} at {pos}")
        pos = m.end()
        number, name, op = m.groups()
        if number:
            yield Token("num", number, m.start(1))
        elif name:
            yield Token("name", name, m.start(2))
        else:
            yield Token("op", op, m.start(3))
    yield Token("end", "", pos)

class Parser:
    LEVELS = [{"==", "!=", "<", ">", "<=", ">="}, {"+", "-"}, {"*", "/", "%"}]

    def __init__(self, text):
        self.stream = tokens(text)
        self.token = next(self.stream)

    def advance(self):
        token = self.token
        self.token = next(self.stream, None)
        return token

    def accept(self, text):
        if self.token.text == text and self.token.kind == "op":
            return self.advance()

    def parse(self):
        tree = self.binary(0)
        if self.token.kind != "end":
            raise SyntaxError(f"unexpected {self.token.text!r}")
        return tree

    def binary(self, level):
        if level == len(self.LEVELS):
            return self.unary()
        left = self.binary(level + 1)
        while self.token.kind == "op" and self.token.text in self.LEVELS[level]:
            op = self.advance().text
            left = (op, left, self.binary(level + 1))
        return left

    def unary(self):
        if self.accept("-"):
            return ("neg", self.unary())
        return self.power()

    def power(self):
        base = self.atom()
        if self.accept("**"):
            return ("**", base, self.unary())
        return base

    def atom(self):
        if self.accept("("):
            tree = self.binary(0)
            if not self.accept(")"):
                raise SyntaxError("missing )")
            return tree
        token = self.advance()
        match token:
            case Token(kind="num", text=t) if "." in t:
                return float(t)
            case Token(kind="num", text=t):
                return int(t)
            case Token(kind="name", text=n):
                if self.accept("("):
                    args = []
                    while not self.accept(")"):
                        args.append(self.binary(0))
                        self.accept(",")
                    return ("call", n, *args)
                return n
            case _:
                raise SyntaxError(f"unexpected {token.text!r} at {token.pos}")

OPS = {"+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv, "%": operator.mod, "**": operator.pow,
       "==": operator.eq, "!=": operator.ne, "<": operator.lt, ">": operator.gt, "<=": operator.le, ">=": operator.ge}

def evaluate(tree, env):
    match tree:
        case int() | float():
            return tree
        case str():
            return env[tree]
        case ("neg", x):
            return -evaluate(x, env)
        case ("call", name, *args):
            return env[name](*[evaluate(a, env) for a in args])
        case (op, a, b):
            return OPS[op](evaluate(a, env), evaluate(b, env))

def case_parser():
    texts = ["1 + 2*3 - x", "-(x ** 2) + 3.5*y/(1+1)", "max(x, y, 3) % 4 == 1", "2 ** 64 - 1 + x", "x*y*z", "1 +", "(1", "$", "a b", "1/0", "f(f(f(2)))",
             "min()", "7 % -3 * - 2 <= 1.5"]
    env = {"x": 7, "y": 2.5, "z": 2**62, "max": max, "min": min, "f": lambda v: v * v + 1}
    out = []
    for i in range(60):
        env["x"] = i if i % 7 else i * 1.0
        for t in texts:
            try:
                r = evaluate(Parser(t).parse(), env)
            except (SyntaxError, KeyError, ZeroDivisionError, TypeError) as e:
                r = f"{type(e).__name__}: {e}"
            if i in (0, 7, 31, 59):
                out.append(r)
    return out

# --- event simulation with heapq
@dataclasses.dataclass(order=True)
class Event:
    time: float
    seq: int
    action: object = dataclasses.field(compare=False)
    args: tuple = dataclasses.field(default=(), compare=False)

class Simulation:
    def __init__(self):
        self.queue, self.now, self.seq = [], 0, itertools.count()
        self.stats = collections.defaultdict(float)

    def at(self, delay, action, *args):
        heapq.heappush(self.queue, Event(self.now + delay, next(self.seq), action, args))

    def run(self, until):
        n = 0
        while self.queue and self.queue[0].time <= until:
            e = heapq.heappop(self.queue)
            self.now = e.time
            e.action(*e.args)
            n += 1
        return n

class Server:
    def __init__(self, sim, name, rate):
        self.sim, self.name, self.rate, self.waiting, self.busy = sim, name, rate, collections.deque(), None

    def arrive(self, job):
        if self.busy is None:
            self.begin(job)
        else:
            self.waiting.append(job)

    def begin(self, job):
        self.busy = job
        self.sim.at(self.rate * (1 + job % 3), self.finish)

    def finish(self):
        self.sim.stats[self.name] += self.sim.now
        self.busy = None
        if self.waiting:
            self.begin(self.waiting.popleft())

def case_simulation():
    sim = Simulation()
    servers = [Server(sim, n, r) for n, r in (("s", 1), ("t", 0.75), ("u", 2))]

    def source(n):
        servers[n % 3].arrive(n)
        if n < 700:
            sim.at(1 if n % 2 else 0.5, source, n + 1)

    sim.at(0, source, 0)
    n = sim.run(400)
    m = sim.run(2000)
    return n, m, sim.now, sorted(sim.stats.items()), [len(s.waiting) for s in servers]

# --- text adventure state machine with enums
class State(enum.Enum):
    HALL = "hall"
    CAVE = "cave"
    ROOF = "roof"
    DEAD = "dead"

class Item(enum.IntFlag):
    LAMP = 1
    KEY = 2
    ROPE = 4

class Game:
    moves = {(State.HALL, "down"): State.CAVE, (State.HALL, "up"): State.ROOF, (State.CAVE, "up"): State.HALL, (State.ROOF, "down"): State.HALL,
             (State.ROOF, "jump"): State.DEAD}

    def __init__(self):
        self.state = State.HALL
        self.items = Item(0)
        self.turns = 0

    def do(self, command):
        self.turns += 1
        method = getattr(self, "do_" + command.split()[0], None)
        if method is not None:
            return method(*command.split()[1:])
        new = self.moves.get((self.state, command))
        if new is None:
            return f"cannot {command}"
        if new is State.CAVE and not self.items & Item.LAMP:
            return "too dark"
        if new is State.DEAD and Item.ROPE in self.items:
            new = State.HALL
        self.state = new
        return f"at {new.value}"

    def do_take(self, what):
        try:
            item = Item[what.upper()]
        except KeyError as e:
            return f"no {e}"
        if item in self.items:
            return "again"
        self.items |= item
        return repr(self.items)

    def do_drop(self, what="lamp"):
        self.items &= ~Item[what.upper()]
        return str(int(self.items))

def case_adventure():
    rng = random.Random(3)
    commands = ["up", "down", "jump", "take lamp", "take rope", "take sword", "drop", "drop rope", "dance"]
    game, seen, deaths = Game(), collections.Counter(), 0
    for _ in range(1500):
        seen[game.do(rng.choice(commands))] += 1
        if game.state is State.DEAD:
            deaths += 1
            game = Game()
    return sorted(seen.items()), deaths, game.turns

# --- graph algorithms
def dijkstra(graph, source):
    dist = {source: 0}
    heap = [(0, source)]
    prev = {}
    while heap:
        d, u = heapq.heappop(heap)
        if d > dist[u]:
            continue
        for v, w in graph[u].items():
            nd = d + w
            if nd < dist.get(v, float("inf")):
                dist[v] = nd
                prev[v] = u
                heapq.heappush(heap, (nd, v))
    return dist, prev

def tarjan(graph):
    index, low, on, stack, out, counter = {}, {}, set(), [], [], 0

    def visit(v):
        nonlocal counter
        index[v] = low[v] = counter
        counter += 1
        stack.append(v)
        on.add(v)
        for w in graph[v]:
            if w not in index:
                visit(w)
                low[v] = min(low[v], low[w])
            elif w in on:
                low[v] = min(low[v], index[w])
        if low[v] == index[v]:
            part = []
            while True:
                w = stack.pop()
                on.discard(w)
                part.append(w)
                if w == v:
                    break
            out.append(sorted(part))

    for v in graph:
        if v not in index:
            visit(v)
    return out

def floyd(n, edges):
    inf = float("inf")
    d = [[inf] * n for _ in range(n)]
    for i in range(n):
        d[i][i] = 0
    for (a, b), w in edges.items():
        d[a][b] = min(d[a][b], w)
    for k in range(n):
        dk = d[k]
        for i in range(n):
            di = d[i]
            x = di[k]
            if x == inf:
                continue
            for j in range(n):
                if x + dk[j] < di[j]:
                    di[j] = x + dk[j]
    return d

def case_graphs():
    rng = random.Random(11)
    n = 40
    graph = {i: {} for i in range(n)}
    edges = {}
    for _ in range(120):
        a, b = rng.randrange(n), rng.randrange(n)
        w = rng.randrange(1, 9) if rng.random() < 0.8 else rng.random() * 5
        graph[a][b] = w
        edges[a, b] = w
    dist, prev = dijkstra(graph, 0)
    d = floyd(n, edges)
    topo = []
    ins = collections.Counter(b for a in graph for b in graph[a])
    ready = [v for v in graph if not ins[v]]
    while ready:
        v = ready.pop()
        topo.append(v)
        for w in graph[v]:
            ins[w] -= 1
            if ins[w] == 0:
                ready.append(w)
    return sorted(dist.items()), sorted(prev.items())[:10], tarjan(graph), [round(x, 6) for x in d[0] if x != float("inf")], topo, all(
        abs(d[0][k] - v) < 1e-9 for k, v in dist.items())

# --- decimals, fractions, mixed numbers
def case_numbers_mixed():
    total = 0
    out = []
    values = [1, 2.5, fractions.Fraction(1, 3), True, 2**62, -(2**63), 3 + 4j, 10**30, 0.1, 7]
    for i in range(400):
        v = values[i % len(values)]
        try:
            total = total + v * (i % 5)
        except Exception as e:
            out.append(type(e).__name__)
        if i % 40 == 39:
            out.append(repr(total))
            total = values[(i // 40) % 3]
    with decimal.localcontext() as ctx:
        ctx.prec = 30
        e = decimal.Decimal(0)
        f = decimal.Decimal(1)
        for i in range(1, 40):
            e += 1 / f
            f *= i
        out.append(str(e))
    for a, b in itertools.product(values, repeat=2):
        for op in (operator.floordiv, operator.mod, operator.lt, operator.eq, operator.truediv):
            try:
                r = op(a, b)
            except Exception as e:
                r = type(e).__name__
            out.append(repr(r))
    return out

def overflow_loop(start, step, n):
    x = start
    seen = []
    for i in range(n):
        x += step
        if i % 16 == 0:
            seen.append(x)
        y = x * 3 - x
        z = -x
        if y != 2 * x or z + x != 0:
            seen.append("wrong")
    return seen, x

def case_overflow():
    out = []
    for edge in (2**31, 2**32, 2**62, 2**63, 2**64, 2**30, 2**15):
        for sign in (1, -1):
            out.append(overflow_loop(sign * (edge - 40), sign, 90))
    x = 1
    shifts = []
    for i in range(140):
        x = (x << 1) ^ (i & 1)
        if i % 7 == 0:
            shifts.append((x, x >> 3, x & 0xFFFF, ~x, x | 5, -x >> 2, x % 1000, -x // 7, x // 3, -x % 7))
    h = 14695981039346656037
    for c in b"the quick brown fox" * 30:
        h = ((h ^ c) * 1099511628211) & 0xFFFFFFFFFFFFFFFF
    k = 0
    for i in range(1000):
        k = (k * 31 + i) % 4294967291
    s = 0
    for i in range(500):
        s = (s * 1103515245 + 12345) & 0x7FFFFFFF
    return out, shifts, h, k, s, abs(-(2**63)), divmod(-(2**63), -1), divmod(2**62, -3), pow(3, 50), pow(2, -3), pow(7, 100, 13)

# --- dataclasses, replace, frozen, slots, post_init
@dataclasses.dataclass(frozen=True)
class Point:
    x: float
    y: float = 0

    def __add__(self, other):
        return Point(self.x + other.x, self.y + other.y)

    def __sub__(self, other):
        return dataclasses.replace(self, x=self.x - other.x, y=self.y - other.y)

    def __abs__(self):
        return (self.x**2 + self.y**2) ** 0.5

    def __bool__(self):
        return self.x != 0 or self.y != 0

@dataclasses.dataclass(slots=True)
class Particle:
    pos: Point
    vel: Point
    mass: float = 1.0
    trail: list = dataclasses.field(default_factory=list)

    def __post_init__(self):
        if self.mass <= 0:
            raise ValueError(f"mass {self.mass}")

    def step(self, dt):
        self.pos = self.pos + Point(self.vel.x * dt, self.vel.y * dt)
        if abs(self.pos) > 10:
            self.vel = Point(0) - self.vel
            self.trail.append(self.pos)

def case_dataclasses():
    ps = [Particle(Point(i, i / 2), Point(1, -i), i + 1) for i in range(5)]
    errors = []
    for t in range(400):
        for p in ps:
            p.step(0.125 if t % 2 else 1)
        if t % 100 == 50:
            try:
                ps[0].pos.x = 3
            except dataclasses.FrozenInstanceError as e:
                errors.append(str(e))
            try:
                ps[0].other = 3
            except AttributeError as e:
                errors.append(str(e))
            try:
                Particle(Point(1), Point(2), 0)
            except ValueError as e:
                errors.append(str(e))
    ps2 = pickle.loads(pickle.dumps(ps))
    ps3 = copy.deepcopy(ps)
    return [(p.pos, p.vel, len(p.trail), p.trail[-1:]) for p in ps], errors, ps2 == ps, ps3 == ps, bool(Point(0)), hash(Point(1, 2)) == hash(Point(1.0, 2.0))

# --- decorators with closures
def counted(f):
    calls = 0

    @functools.wraps(f)
    def wrapper(*args, **kwargs):
        nonlocal calls
        calls += 1
        wrapper.calls = calls
        return f(*args, **kwargs)

    return wrapper

def retry(times, errors=(Exception,)):
    def decorate(f):
        def wrapper(*args):
            last = None
            for attempt in range(times):
                try:
                    return f(attempt, *args)
                except errors as e:
                    last = e
            raise RuntimeError(f"gave up after {times}") from last

        return wrapper

    return decorate

def memo(f):
    table = {}

    def inner(n):
        if n not in table:
            table[n] = f(n)
        return table[n]

    inner.table = table
    return inner

@counted
@memo
def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)

@retry(3, (ValueError, KeyError))
def flaky(attempt, n):
    if n % 4 > attempt:
        raise ValueError(n, attempt) if n % 2 else KeyError(n)
    return n * 10 + attempt

def compose(*fs):
    def run(x):
        for f in fs:
            x = f(x)
        return x

    return run

def case_decorators():
    fib.__wrapped__.table.clear() if hasattr(fib.__wrapped__, "table") else None
    out = [fib(k) for k in (5, 30, 90, 100)]
    for n in range(300):
        try:
            r = flaky(n)
        except RuntimeError as e:
            r = f"{e} {e.__cause__!r} {e.__context__ is e.__cause__}"
        if n % 37 == 0 or n > 296:
            out.append(r)
    adders = [lambda x, k=k: x + k for k in range(4)]
    late = [lambda x: x + k for k in range(4)]
    f = compose(*adders, *late, abs, str, len)
    for i in range(500):
        out.append(f(i * 37)) if i % 60 == 0 else f(i)
    make = [(lambda n: (lambda: n * 2))(i) for i in range(300)]
    out.append(sum(m() for m in make))
    return out
