"""Calls of objects whose class has a Python function for that, lengths and truths of such objects, and classes that
only make instances: put in line by a sample, left where something else comes, and what can be seen meanwhile."""

import sys
import traceback


class Scale:
    def __init__(self, factor):
        self.factor = factor

    def __call__(self, value, extra=0):
        return self.factor * value + extra


class Shift:
    def __init__(self, by):
        self.by = by

    def __call__(self, value, extra=1):
        return self.by + value - extra


class Any:
    def __call__(self, *values, **named):
        return len(values), sorted(named)


class Sized:
    def __init__(self, length):
        self.length = length

    def __len__(self):
        return self.length


class Doubtful(Sized):
    def __bool__(self):
        return self.length != 2


class Plain:
    pass


def apply_all(objects, value):
    total = 0
    for each in objects:
        total += each(value)
    return total


def apply_named(objects, value):
    total = 0
    for each in objects:
        total += each(value, extra=2) + each(extra=value, value=3)
    return total


def case_one_class_then_another():
    scales, mixed = [Scale(i) for i in range(30)], [Scale(2), Shift(3), lambda value: value, abs, Scale(5)] * 8
    results = [apply_all(scales, i) for i in range(40)]
    results += [apply_all(mixed, i) for i in range(-20, 20)]
    results += [apply_all(scales, i * 0.5) for i in range(20)]
    return results + [apply_named(scales, i) for i in range(30)]


def case_rest_and_keywords():
    found = []
    for each in [Any() for _ in range(60)]:
        found.append((each(), each(1, 2), each(1, b=2), each(*found[-1:], c=3)))
    return found[:2] + found[-2:]


def case_wrong_arguments():
    texts = []
    for each in [Scale(i) for i in range(60)]:
        for arguments in ((), (1, 2, 3)):
            try:
                texts.append(each(*arguments))
            except TypeError as error:
                texts.append(str(error))
        try:
            texts.append(each())
        except TypeError as error:
            texts.append((str(error), error.__traceback__.tb_next is None))
    return texts[-6:]


def case_class_changes_meanwhile():
    class Turning:
        def __init__(self, number):
            self.number = number

        def __call__(self, value):
            if self.number == 70 and value == 7:
                Turning.__call__ = lambda self, value: -value
            return value

        def __len__(self):
            if self.number == 75:
                Turning.__len__ = lambda self: 5
            return 1

    objects = [Turning(i) for i in range(100)]

    def run(value):
        total = 0
        for each in objects:
            total += each(value) * 3 + len(each)
        return total

    return [run(i) for i in range(12)]


def case_what_is_raised():
    class Fails:
        def __init__(self, at):
            self.at = at

        def __call__(self, value):
            if value == self.at:
                raise ValueError(value)
            return value

        def __len__(self):
            return -1 if self.at == 3 else 1

    def run(objects, value):
        total = 0
        for each in objects:
            total += each(value)
            total += len(each)
        return total

    found = []
    for i in range(60):
        try:
            found.append(run([Fails(55), Fails(3 + i // 50)] * 4, i))
        except ValueError as error:
            lines = [(entry.name, entry.line) for entry in traceback.extract_tb(error.__traceback__)]
            found.append((str(error), lines))
    return found


def case_recursion_counts_both():
    class Deeper:
        def __call__(self, depth):
            if depth == 0:
                return 0
            return self(depth - 1) + 1

    class Self:
        def __call__(self, depth):
            return self(depth + 1) + 1

    def deepest(limit):
        low = 0
        while True:
            try:
                Deeper()(low)
            except RecursionError:
                return low
            low += 1

    for _ in range(300):
        Deeper()(5)
    before = sys.getrecursionlimit()
    frame, here = sys._getframe(), 0
    while frame is not None:
        frame, here = frame.f_back, here + 1
    sys.setrecursionlimit(here + 120)
    try:
        first = deepest(120)
        text = ""
        try:
            Self()(0)
        except RecursionError as error:
            text = str(error)
    finally:
        sys.setrecursionlimit(before)
    return 40 < first < 62, text


def case_frames_seen():
    class Looks:
        def __call__(self, value):
            if value == 50:
                frame = sys._getframe()
                return frame.f_code.co_name, frame.f_back.f_code.co_name, sorted(frame.f_locals)
            return value

    def run(looks):
        found = []
        for i in range(60):
            found.append(looks(i))
        return found[50]

    return [run(Looks()) for _ in range(40)][-1]


def case_ends_of_objects():
    ends = []

    class Ends:
        def __init__(self, name):
            self.name = name

        def __call__(self, other):
            ends.append("called " + self.name)
            own, other = Ends("own"), None
            ends.append("gone?")
            return own.name

        def __len__(self):
            ends.append("asked " + self.name)
            return 2

        def __del__(self):
            ends.append("ended " + self.name)

    def run(i):
        total = 0
        for each in [Ends("a")]:
            total += len(each)
        each = None
        Ends("b")(Ends("c"))
        total += len(Ends("d"))
        ends.append(i)
        return total

    for i in range(60):
        run(i)
    return ends[:14], ends[-14:]


def case_lengths_and_truths():
    def lengths(objects):
        total = 0
        for each in objects:
            total += len(each)
        return total

    def truths(objects):
        return [bool(each) for each in objects], sum(1 if each else 0 for each in objects)

    def asked(objects):
        count = 0
        for each in objects:
            if each:
                count += 1
            if not each and each is not None:
                count += 10
        return count

    sized = [Sized(i % 3) for i in range(30)]
    others = [[1, 2], "abc", (), {1: 2}, Doubtful(2), Sized(7)]
    results = [lengths(sized) for _ in range(30)]
    results += [lengths(others) for _ in range(30)]
    mixed = [*sized, *others, None, Plain(), Doubtful(0), Doubtful(2), Doubtful(3), 0, 0.0, ""]
    return results, truths(mixed), [asked(mixed) for _ in range(60)][-1]


def case_lengths_that_are_none():
    def length(value):
        return len(value)

    def truth(value):
        return 1 if value else 0

    texts = []
    for i in range(60):
        for bad in (-1, 1.5, 1 << 70, None, "x", True):
            for function in (length, truth):
                try:
                    texts.append(function(Sized(bad if i % 3 == 0 else 2)))
                except (TypeError, ValueError, OverflowError) as error:
                    texts.append(type(error).__name__ + str(error))
    return texts[-36:]


def case_classes_that_only_make():
    made, class_of = [], {}

    class Empty:
        pass

    class Slots:
        __slots__ = ("a",)

    class Late:
        pass

    for i in range(80):
        one, other, late = Empty(), Slots(), Late()
        one.number = i
        other.a = i
        class_of[type(one).__name__, type(late).__name__] = one.number + other.a
        if i == 50:
            Late.__init__ = lambda self: made.append(i)
        try:
            Empty(1)
        except TypeError as error:
            text = str(error)
    return made[:2], len(made), class_of, text


def case_defaults_of_named_parameters():
    def outer(base):
        def inner(value, *, times=2, plus=base):
            return value * times + plus

        found = [inner(1), inner(2, times=3), inner(3, plus=4), inner(4, plus=1, times=1)]
        inner.__kwdefaults__["times"] = 7
        found.append(inner(1))
        inner.__kwdefaults__ = None
        try:
            found.append(inner(1))
        except TypeError as error:
            found.append(str(error))
        return found

    return [outer(i) for i in range(60)][-2:]


def case_metaclass_calls():
    class Meta(type):
        def __call__(cls, *values):
            return cls.__name__, values

    class One(metaclass=Meta):
        pass

    class Two(metaclass=Meta):
        pass

    return [[each(i) for each in (One, Two) * 20][:3] for i in range(40)][-1]
