"""Methods of C types and C functions called directly: what they are changes, they raise, run code, are traced."""

import collections
import functools
import itertools
import math
import operator
import sys


def fill_and_empty(queue, count):
    total = 0
    for i in range(count):
        queue.append(i)
        queue.appendleft(i * 2)
        queue.rotate(1)
    while queue:
        total = total * 3 + queue.popleft() - queue.pop()
        total %= 1000003
    return total


class Loud(collections.deque):
    def popleft(self):
        return super().popleft() + 1


class Quiet(collections.deque):
    pass


def case_subclasses_with_and_without_a_method_of_their_own():
    kinds = [collections.deque, Quiet, Loud, collections.deque]
    return [fill_and_empty(kind(), 30) for kind in kinds for _ in range(30)]


def case_a_method_is_given_in_the_middle():
    class Own(collections.deque):
        pass

    def pop(self):
        return -5

    own, out = Own(range(40)), []
    for i in range(40):
        if i == 20:
            Own.popleft = pop
        if i == 30:
            del Own.popleft
        out.append(own.popleft())
    return out


class Changing:
    """A number that changes the class of the queue when it is asked for as an argument."""

    def __init__(self, queue, other):
        self.queue, self.other = queue, other

    @property
    def value(self):
        self.queue.__class__ = self.other
        return 7


class Deaf(collections.deque):
    def append(self, item):
        collections.deque.append(self, -item)


def append_all(queue, things):
    for thing in things:
        queue.append(thing.value)
    return list(queue)


def case_an_argument_changes_the_class():
    class Value:
        value = 3

    out = []
    for _ in range(20):
        queue = Quiet()
        out.append(append_all(queue, [Value()] * 30 + [Changing(queue, Deaf)] + [Value()] * 3))
        queue.__class__ = Quiet
    return out[0], out[-1]


def ordered(count):
    entries = collections.OrderedDict()
    for i in range(count):
        entries[i % 7] = i
        entries.move_to_end(i % 3, False) if i % 3 in entries else None
        if len(entries) > 5:
            entries.popitem()
    return list(entries.items())


def case_ordered_dict():
    return [ordered(40) for _ in range(20)]


def wrong(queue, i):
    if i == 1:
        return queue.popleft(1)
    if i == 2:
        return queue.append()
    if i == 3:
        return queue.rotate(1, 2, 3)
    if i == 4:
        return queue.index("nothing")
    if i == 5:
        return math.gcd(1, "x")
    if i == 6:
        return "text".replace("t", 5)
    if i == 7:
        return queue.remove(queue)
    return queue.copy()


def case_errors():
    out = []
    for _ in range(30):
        for i in range(9):
            try:
                out.append(repr(wrong(collections.deque([1]), i)))
            except (TypeError, ValueError, IndexError) as error:
                out.append(f"{type(error).__name__} {error} {error.__traceback__.tb_next.tb_lineno}")
    return out[:9], out[-9:]


def case_empty_raises_at_its_line():
    def drain(queue):
        count = 0
        try:
            while True:
                queue.pop()
                count += 1
        except IndexError as error:
            return count, str(error), error.__traceback__.tb_lineno

    return [drain(collections.deque(range(20))) for _ in range(20)]


class Dropped:
    def __init__(self, name, log):
        self.name, self.log = name, log

    def __del__(self):
        frame = sys._getframe(1)
        self.log.append((self.name, frame.f_code.co_name, frame.f_locals.get("i")))


def drop_all(queue, log):
    for i in range(30):
        queue.append(Dropped(i, log))
        queue.count(Dropped(-i, log))
        math.isclose(i, i + 1)
        "text".replace("t", str(i))
    return log


def case_what_is_dropped_sees_the_frame():
    return [drop_all(collections.deque(maxlen=2), []) for _ in range(5)][-1]


def order(pair, log):
    for i in range(25):
        operator.is_(Dropped((i, "left"), log), Dropped((i, "right"), log))
        pair.insert(0, Dropped((i, "item"), log))
        pair.clear()
    return log


def case_arguments_are_dropped_in_their_order():
    return [order(collections.deque(), []) for _ in range(5)][-1]


def local_names(n):
    seen = []
    for i in range(n):
        total = i * 2
        seen.append(sorted(locals().items())[0])
        seen.append(sys._getframe().f_locals["total"])
    return total, seen[-2:]


def case_functions_that_look_at_the_frame():
    return [local_names(30) for _ in range(10)]


def case_functions_replaced():
    def common(pairs):
        total = 0
        for a, b in pairs:
            total += math.gcd(a, b) + operator.add(a, b)
        return total

    pairs, out, kept = [(i, 12) for i in range(30)], [], math.gcd
    for turn in range(20):
        if turn == 10:
            math.gcd = lambda a, b: 1000
        if turn == 12:
            math.gcd = math.lcm
        if turn == 15:
            math.gcd = kept
        out.append(common(pairs))
    return out


def case_bound_methods_in_variables():
    def fill(append, pop, n):
        total = 0
        for i in range(n):
            append(i)
            append(i + 1)
            total += pop()
        return total

    out = []
    for _ in range(10):
        queue, other = collections.deque(), []
        out.append(fill(queue.append, queue.popleft, 30))
        out.append(fill(other.append, other.pop, 30))
        out.append(fill(queue.append, other.pop, 30))
    return out


def deep(queue, n):
    queue.append(n)
    return 0 if n == 0 else 1 + deep(queue, n - 1)


def case_called_in_depth():
    for _ in range(20):
        queue = collections.deque()
        result = deep(queue, 50), len(queue)
    try:
        deep(collections.deque(), 10**6)
    except RecursionError as error:
        return result, type(error).__name__


def profiled(queue, events):
    def profile(frame, event, argument):
        if event.startswith("c_"):
            events.append((event, argument.__name__, frame.f_lineno - frame.f_code.co_firstlineno))

    for i in range(40):
        queue.append(i)
        if i == 35:
            sys.setprofile(profile)
        queue.rotate(2)
    sys.setprofile(None)
    return events


def case_profiled_from_the_middle():
    return [profiled(collections.deque(), []) for _ in range(5)]


def case_iterators_and_partials():
    def go(n):
        counter, total = itertools.count(3), 0
        add = functools.partial(operator.add, 5)
        for _i in range(n):
            total += next(counter) + add(2) + counter.__next__() + (1).__add__(2)
        return total

    return [go(30) for _ in range(10)]


def case_text_that_is_now_another_type():
    def join(texts):
        return [
            text.upper().strip().replace(b"E", b"e")
            if isinstance(text, bytes)
            else text.upper().strip().replace("E", "e")
            for text in texts
        ]

    class Text(str):
        def upper(self):
            return Text("own " + str.upper(self))

    out = []
    for texts in (["the ", " bee"], ["a", Text("bee")], [b"the", " e "], [Text("e")]):
        out.extend(join(texts * 10) for _ in range(4))
    return out[0], out[5], out[9], out[-1]
