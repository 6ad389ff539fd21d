"""Bound methods in variables, attributes and modules: called as what they are of, unmade where nobody sees them, replaced
in the middle, bound to other objects, seen in frames, kept, raising."""

import collections
import random
import sys


class Counter:
    def __init__(self, step):
        self.total, self.step = 0, step

    def add(self, n):
        self.total += n * self.step
        return self.total

    def twice(self, n):
        add = self.add
        add(n)
        return add(n)

    def many(self, n):
        add, total = self.add, 0
        while n > 0:
            total += add(n)
            n -= 1
        return total

    def seen(self, n):
        add = self.add
        add(n)
        return sys._getframe().f_locals["add"].__self__ is self, add == self.add, add is self.add

    def kept(self, n):
        add = self.add
        if n % 7 == 0:
            return add
        return add(n)

    def fails(self, n):
        add = self.add
        return add(n, n) if n % 40 == 39 else add(n)


class Other(Counter):
    def add(self, n):
        self.total -= n
        return sys._getframe(1).f_code.co_name


def attempt(function, *args):
    try:
        return function(*args)
    except (TypeError, ValueError, AttributeError) as error:
        lines, at = [], error.__traceback__.tb_next
        while at is not None:
            lines.append(at.tb_lineno - at.tb_frame.f_code.co_firstlineno)
            at = at.tb_next
        return type(error).__name__, str(error), lines


def case_of_python_functions():
    counter, other, out = Counter(2), Other(1), 0
    for i in range(300):
        out += counter.twice(i) + counter.many(i % 5)
    names = [(other.twice(i), attempt(other.many, i % 2)) for i in range(40)]
    return out, counter.total, names[-2:], other.total


def case_seen_and_kept():
    counter, out = Counter(1), []
    for i in range(200):
        out.append(counter.seen(i))
        kept = counter.kept(i)
        out.append(kept(1) if callable(kept) else kept)
    return out[:4], out[-4:], counter.total


def case_wrong_calls():
    counter = Counter(3)
    return [attempt(counter.fails, i) for i in range(200)][-45::7], counter.total


def case_the_class_changes():
    def go(counter, n):
        add = counter.add
        return add(n) + add(1)

    class Own(Counter):
        pass

    own, out = Own(1), []
    for i in range(300):
        if i == 200:
            Own.add = lambda self, n: 1000 + n
        if i == 220:
            own.add = lambda n: 5000 + n
        if i == 240:
            del own.add
        if i == 260:
            del Own.add
        out.append(go(own, i))
    return out[195:205], out[218:222], out[238:242], out[258:]


def draw(getrandbits, n):
    total = 0
    for _ in range(n):
        total += getrandbits(5)
    return total


class Below(random.Random):
    def below(self, n):
        getrandbits = self.getrandbits
        k = n.bit_length()
        r = getrandbits(k)
        while r >= n:
            r = getrandbits(k)
        return r

    def shown(self, n):
        getrandbits = self.getrandbits
        r = getrandbits(n)
        bound = sys._getframe().f_locals["getrandbits"]
        return r, bound.__self__ is self, type(bound).__name__


class Steady(Below):
    def getrandbits(self, k):
        return k


def case_of_c_methods():
    below, out = Below(3), []
    for i in range(400):
        out.append(below.below(i % 50 + 1))
    out += [below.shown(4) for _ in range(60)][-2:]
    out += [attempt(below.below, n) for n in (2**70, 2.5, "x", None, True)]
    steady = Steady(3)
    out += [steady.below(100) for _ in range(50)][-1:]
    bound = below.getrandbits
    out += [draw(bound, 30) for _ in range(30)][-1:]
    out += [draw(steady.getrandbits, 30), draw(random.Random(1).getrandbits, 30), draw(lambda k: 1, 3)]
    return sum(out[:400]), out[400:]


def case_methods_of_lists():
    def gather(items, n):
        out, seen = [], set()
        append, add, extend = out.append, seen.add, out.extend
        for i in range(n):
            append(i)
            add(i % 7)
            if i % 5 == 0:
                extend(items)
        return len(out), out[-1], sorted(seen)

    def by(append, n):
        for i in range(n):
            append(i)

    class Loud(list):
        def append(self, item):
            list.append(self, item * 2)

    class Mute(list):
        pass

    result = [gather("ab", 40) for _ in range(30)][-1]
    lists = [[], Loud(), Mute(), collections.deque(), []]
    for _ in range(20):
        for kind in lists:
            by(kind.append, 12)
    return result, [(len(kind), sum(kind)) for kind in lists]


def case_a_variable_that_becomes_another():
    out, first, second = [], [], []

    def go(n):
        put = first.append
        for i in range(n):
            if i == n // 2:
                put = second.append
            if i == n - 2:
                put = out.append
            put(i)

    for _ in range(20):
        go(40)
    return len(first), len(second), out[-4:]


def case_of_the_module():
    def throw(n):
        return random.randint(1, n) + random.randrange(n) + random.randrange(2, 9, 3)

    random.seed(23)
    total = 0
    for i in range(400):
        total += throw(i % 9 + 1)
        if i == 300:
            kept, random.randint = random.randint, random.Random(4).randint
        if i == 320:
            random.randint = lambda a, b: 100
        if i == 340:
            random.randint = kept
    errors = [attempt(random.randrange, n) for n in (0, 2.5, "x", None)]
    return total, errors, attempt(random.randint, 2, 1), random.random()


def case_callbacks_in_attributes():
    class Bell:
        def __init__(self, ring):
            self.ring = ring

        def go(self, n):
            return self.ring(n)

    counters = [Counter(1), Counter(2), Other(1)]
    bells, out = [Bell(counter.add) for counter in counters], []
    for i in range(300):
        out.append(bells[i % 2].go(i))
        if i > 250:
            out.append(bells[2].go(i))
    bells[0].ring = bells[1].ring
    return sum(x for x in out if isinstance(x, int)), out[-3:], bells[0].go(1)


class Dying:
    log = []

    def __init__(self, name):
        self.name = name

    def say(self, n):
        return n + 1

    def __del__(self):
        Dying.log.append((self.name, sys._getframe(1).f_code.co_name))


def case_what_it_is_bound_to_ends():
    def go(name):
        say = Dying(name).say
        n = say(1)
        say = None
        Dying.log.append(("behind", n))
        return Dying(name + "!").say(2)

    def short(name):
        say = Dying(name).say
        return say(1)

    Dying.log.clear()
    for i in range(60):
        go(str(i))
        short(f"s{i}")
    return Dying.log[:4], Dying.log[-4:], len(Dying.log)


def case_replaced_while_it_runs():
    holder = {}

    class Thing:
        def __init__(self, n):
            self.n = n

        def run(self, change):
            if change:
                holder["run"] = Thing(self.n + 1).run
            return self.n

    holder["run"] = Thing(0).run
    out = []
    for i in range(200):
        out.append(holder["run"](i % 20 == 19))
    return out[-1], sum(out)


run_it = Counter(4).add


def case_a_global_replaced_while_it_runs():
    global run_it

    class Swap:
        def __init__(self, n):
            self.n = n

        def go(self, n):
            global run_it
            if n % 50 == 49:
                run_it = Swap(self.n + 1).go
            return self.n * 1000 + n

    def call(n):
        return run_it(n)

    kept, run_it = run_it, Swap(1).go
    out = [call(i) for i in range(300)]
    run_it = kept
    return out[45:55], out[-1], call(1) - call(0)
