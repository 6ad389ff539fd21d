"""Recursive functions that run without frames and with numbers in registers: what makes them leave, from how
deep they leave, and what is seen of them then."""

import contextlib
import struct
import sys
import threading
import traceback

SEEN = []


def fib(n):
    if n < 2:
        return n
    return fib(n - 1) + fib(n - 2)


def power(base, exponent):
    return 1 if exponent == 0 else base * power(base, exponent - 1)


def total(value, n):
    if n == 0:
        return value
    return total(value + n, n - 1)


def case_numbers_of_all_kinds():
    warm = [fib(12), power(3, 20), total(0.5, 10)]
    return (
        warm,
        fib(True),
        fib(2.0),
        fib(5.5),
        power(3, 60),
        power(2.5, 7),
        power(-1, 3),
        total(1, 30),
        total(2**62, 9),
    )


def case_any_number_as_a_result():
    """Also those that say that a function has left, where it has not."""
    numbers = [total(-(2**31) - n * (n + 1) // 2 + 1, n) for n in (0, 1, 2, 7)]
    odd = struct.unpack("d", struct.pack("q", -(2**31) + 1))[0]
    floats = [struct.pack("d", total(value, 2)) for value in (odd, -0.0, float("inf"))]
    return numbers, floats, total(-(2**63), 3), total(2**63 - 4, 3)


def shout(text, n):
    if n == 0:
        return text
    return shout(text + "!", n - 1)


def case_objects():
    return shout("a", 4), shout("", 0), total("x" and 1, 4)


def even(n):
    return True if n == 0 else odd(n - 1)


def odd(n):
    return False if n == 0 else even(n - 1)


def case_each_other():
    return [even(n) for n in range(20)], odd(301), even(0)


class Tree:
    def __init__(self, left, right, value=1):
        self.left = left
        self.right = right
        self.value = value

    def total(self):
        if self.left is None:
            return self.value
        return self.value + self.left.total() + self.right.total()

    def depth(self, deep=0):
        return deep if self.left is None else max(self.left.depth(deep + 1), self.right.depth(deep=deep + 1))


def grow(depth):
    return Tree(None, None) if depth == 0 else Tree(grow(depth - 1), grow(depth - 1))


def count(tree):
    return 1 if tree.left is None else 1 + count(tree.left) + count(tree.right)


def case_trees():
    tree = grow(6)
    before = count(tree), tree.total(), tree.depth()
    tree.left.left.right.value = 2.5
    tree.right.left = tree.right.right = None
    return before, count(tree), tree.total(), tree.depth()


def case_other_objects_in_a_tree():
    tree = grow(4)
    count(tree)
    tree.left.right.left = type("Other", (), {"left": None, "right": 3})()
    results = [count(tree)]
    tree.left.right.left = 7
    with contextlib.suppress(AttributeError):
        results.append(count(tree))
    return results


def queens(n, row=0, columns=0, up=0, down=0):
    if row == n:
        return 1
    found = 0
    for i in range(n):
        if not (columns >> i & 1 or up >> (row + i) & 1 or down >> (row - i + n) & 1):
            found += queens(n, row + 1, columns | 1 << i, up | 1 << (row + i), down | 1 << (row - i + n))
    return found


def case_many_arguments():
    return queens(5), queens(4, 1, 1, 1, 1 << 4), queens(6)


def many(a, b, c, d, e, f, g, h, n):
    if n == 0:
        return (a - b) * c + d / e - f + g * h
    return many(b, c, d, e, f, g, h, a, n - 1)


def case_more_arguments_than_registers():
    return [many(1, 2.5, 3, 4.5, 5, 6.5, 7, 8.25, n) for n in range(9)]


def divide(n, by):
    if n == 0:
        return 100 // by
    return 1 + divide(n - 1, by)


def shown(error):
    rows = traceback.extract_tb(error.__traceback__)
    return type(error).__name__, str(error), [(row.name, row.lineno) for row in rows]


def case_raised_in_its_depths():
    results = [divide(5, 3)]
    for depth in (0, 1, 6):
        try:
            divide(depth, 0)
        except ZeroDivisionError as error:
            results.append(shown(error))
            frames = []
            tb = error.__traceback__
            while tb is not None:
                frames.append(sorted((k, v) for k, v in tb.tb_frame.f_locals.items() if isinstance(v, int)))
                tb = tb.tb_next
            results.append(frames[1:])
    return results


def caught(n, by):
    if n == 0:
        return 100 // by
    try:
        return 1 + caught(n - 1, by)
    except ZeroDivisionError:
        if n < 3:
            raise
        return -n


def case_caught_on_the_way():
    return [caught(n, by) for n in (3, 5, 9) for by in (1, 0, 7)]


def look(n):
    SEEN.append([sys._getframe(i).f_code.co_name for i in range(1, 5)])
    return n


def looks(n):
    if n == 3:
        return look(n) + sys._getframe(2).f_locals["n"] * 1000
    if n == 0:
        return 0
    return n + looks(n - 1)


def case_looked_at():
    SEEN.clear()
    return [looks(n) for n in (2, 1, 2, 8, 9)], SEEN[:]


def replaced(n):
    return 1 if n == 0 else 1 + replaced(n - 1)


def other(n):
    return 1000 * n


def case_replaced():
    global replaced
    original, code = replaced, replaced.__code__
    results = [replaced(5)]
    try:
        replaced = other
        results.append(original(5))
        replaced = original
        results.append(original(6))
        original.__code__ = other.__code__
        results.append(replaced(7))
    finally:
        original.__code__ = code
        replaced = original
    return results, replaced(4)


def defaulted(n, step=1):
    return 0 if n <= 0 else step + defaulted(n - 1)


def case_defaults_replaced():
    results = [defaulted(6)]
    defaulted.__defaults__ = (5,)
    results.append(defaulted(6))
    defaulted.__defaults__ = (2.5,)
    results.append(defaulted(6))
    defaulted.__defaults__ = (1,)
    return results, defaulted(6)


class Dropped:
    """Drops the global that leads to the function which drops it."""

    def __del__(self):
        global dropping
        SEEN.append("dropped")
        dropping = lambda n, thing: "gone"  # noqa: E731


def dropping(n, thing):
    if n == 0:
        thing.held = None
        return n
    return dropping(n - 1, thing)


class Holder:
    held = None


def case_dropped_while_it_runs():
    global dropping
    original = dropping
    SEEN.clear()
    results = []
    for i in range(4):
        holder = Holder()
        holder.held = Dropped() if i == 2 else None
        results.append(dropping(4, holder))
        results.append(dropping(2, holder))
        dropping = original
    return results, SEEN[:]


def tracing(n):
    if n == 4:
        sys.settrace(trace)
    return 1 if n == 0 else 1 + tracing(n - 1)


def trace(frame, event, argument):
    if frame.f_code.co_name == "tracing":
        SEEN.append((event, frame.f_locals.get("n"), argument if event == "return" else None))
    return trace


def traced(n):
    return n if n < 2 else traced(n - 1) + 1


def case_traced():
    SEEN.clear()
    try:
        result = tracing(7)
    finally:
        sys.settrace(None)
    return result, SEEN[:], traced(9)


def endless(n):
    return endless(n + 1) + 1


def endless_too(n, text):
    return endless_three(n, text) if n >= 0 else text


def endless_three(n, text):
    return endless_too(n + 1, text)


def case_no_end():
    results = []
    for function, arguments in ((endless, (0,)), (endless_too, (0, "a"))):
        limit = sys.getrecursionlimit()
        sys.setrecursionlimit(220)
        try:
            function(*arguments)
        except RecursionError as error:
            rows = traceback.extract_tb(error.__traceback__)
            results.append((str(error), sorted({row.name for row in rows})))
        finally:
            sys.setrecursionlimit(limit)
    return results, fib(10)


def levels(n):
    """How deep it comes: exactly as deep as with the interpreter."""
    return 0 if n == 0 else 1 + levels(n - 1)


def case_just_deep_enough():
    def possible(n):
        try:
            return levels(n)
        except RecursionError:
            return None

    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(300)
    try:
        base = max(n for n in range(150, 320) if possible(n) is not None)
        return [possible(n) is None for n in range(base - 2, base + 4)]
    finally:
        sys.setrecursionlimit(limit)


def case_references():
    thing = object()

    def held(n, thing):
        return thing if n == 0 else held(n - 1, thing)

    before = sys.getrefcount(thing)
    results = [keep(n, thing) is thing for n in range(9)]
    results.append(held(4, thing) is thing)
    return results, sys.getrefcount(thing) - before


def keep(n, thing):
    return thing if n == 0 else keep(n - 1, thing)


def case_in_threads():
    results = []

    def work(n):
        results.append([fib(n), levels(n), count(grow(5)), queens(4)])

    threads = [threading.Thread(target=work, args=(n,)) for n in (10, 12, 14)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(results)


def rarely(n):
    if n == 17:
        SEEN.append(n)
    if n == 0:
        return 0
    return 1 + rarely(n - 1)


def case_seldom_written():
    SEEN.clear()
    return [rarely(n) for n in (5, 9, 3, 20, 18, 17, 30)], SEEN[:]


def first_ints(value, n):
    return value if n == 0 else first_ints(value + value, n - 1)


def case_other_types_later():
    results = [first_ints(1, 5) for _ in range(3)]
    for value in (1.5, "ab", (1,), [2], 3, 2**70, True, 0.25, "c", b"d"):
        results += [first_ints(value, n) for n in (0, 1, 3)]
    return results


def collatz(n, steps=0):
    if n == 1:
        return steps
    return collatz(n // 2, steps + 1) if n % 2 == 0 else collatz(3 * n + 1, steps + 1)


def gcd(a, b):
    return a if b == 0 else gcd(b, a % b)


def ackermann(m, n):
    if m == 0:
        return n + 1
    if n == 0:
        return ackermann(m - 1, 1)
    return ackermann(m - 1, ackermann(m, n - 1))


def hanoi(n, source=0, target=1, spare=2):
    if n == 0:
        return 0
    return hanoi(n - 1, source, spare, target) + 1 + hanoi(n - 1, spare, target, source)


def case_usual_ones():
    return [collatz(n) for n in (1, 7, 27)], gcd(2**40, 12**9), gcd(2**80, 6**30), ackermann(2, 5), hanoi(7)
