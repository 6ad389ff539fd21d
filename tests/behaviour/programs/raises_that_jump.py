"""Raises that are jumps to behind the clause that catches them, and all that may make them real ones."""

import sys

log = []
ROUNDS = 300


class Own(Exception):
    pass


class Narrow(Own):
    pass


class Making(Exception):
    def __init__(self, *given):
        log.append(("made", given))
        super().__init__(*given)


class Ending(Exception):
    def __del__(self):
        log.append("exception ends")


class Meta(type):
    def __call__(cls, *given):
        log.append(("called", given))
        return super().__call__(*given)


class OfMeta(Exception, metaclass=Meta):
    pass


class Other:
    def __new__(cls):
        return ValueError("of another class")


def handled():
    kind, value, traceback = sys.exc_info()
    lines = []
    while traceback is not None:
        lines.append(traceback.tb_lineno - traceback.tb_frame.f_code.co_firstlineno)
        traceback = traceback.tb_next
    return kind and kind.__name__, repr(value), lines


class Ends:
    def __init__(self, name):
        self.name = name

    def __del__(self):
        log.append((self.name, handled()))


class Key:
    def __init__(self, number):
        self.number = number

    def __hash__(self):
        return self.number

    def __eq__(self, other):
        log.append("compared")
        return self.number == other.number


def taken_log():
    taken = log[-40:], len(log)
    log.clear()
    return taken


# --- in the function itself ---


def in_place(count, start, kind=Own):
    found = start
    for i in range(count):
        try:
            if i % 3 == 0:
                raise Own
            if i % 3 == 1:
                raise Narrow("narrow", i)
            found += 1
        except Narrow:
            found += 10
        except Own:
            found += 100
    return found


def case_in_place():
    return [in_place(ROUNDS, 0), in_place(ROUNDS, 0.5), in_place(ROUNDS, True)]


def case_body_overflows():
    return in_place(ROUNDS, 2**63 - 2000), in_place(ROUNDS, -(2**63)), in_place(9, 2**63 - 100)


def several_stores(count):
    a, b, c = 0, 1.5, 7
    seen = []
    for i in range(count):
        try:
            if i & 1:
                raise ValueError("no")
            a += 1
        except ValueError:
            a, b = a + 2, b - 0.5
            c = a ^ c
            last = None
        else:
            last = i
        seen.append(last)
    return a, b, c, seen[-6:], last


def swapped(count):
    a, b = 1, 2
    for i in range(count):
        try:
            if i % 3:
                raise LookupError
        except LookupError:
            a, b = b, a
    return a, b


def case_stores():
    return several_stores(ROUNDS), swapped(ROUNDS), swapped(ROUNDS + 1)


def ends_in_body(count):
    kept = None
    for i in range(count):
        kept = Ends(i)
        try:
            if i & 1:
                raise ValueError
        except ValueError:
            kept = None
    return kept


def shared_in_body(count):
    kept, all_of_them = None, []
    for i in range(count):
        kept = [i]
        if i % 5 == 0:
            all_of_them.append(kept)
        try:
            if i & 1:
                raise ValueError
        except ValueError:
            kept = "gone"
        all_of_them.append(kept)
    return all_of_them[-8:]


def case_old_values_end():
    ends_in_body(ROUNDS)
    return taken_log(), shared_in_body(ROUNDS)


def unbound(count):
    result = []
    for i in range(count):
        try:
            if i > 2:
                raise Own
        except Own:
            late = i
        if i > 1:
            try:
                result.append(late)
            except UnboundLocalError as error:
                result.append(str(error))
    return result[:4], result[-1]


def case_unbound():
    return unbound(ROUNDS)


def leaves_by(count, way):
    for i in range(count):
        try:
            if i > count - 5:
                raise Own(i)
        except Own:
            if way == "break":
                break
            return "body"
    return "end", i


def returns(value):
    try:
        if value & 1:
            raise Own
        return "plain"
    except Own:
        return None


def breaks(count):
    i = 0
    while True:
        i += 1
        try:
            if i > count:
                raise StopIteration
        except StopIteration:
            break
    return i


def continues(count):
    total = 0
    for i in range(count):
        try:
            if i % 7:
                raise ArithmeticError("arithmetic")
        except ArithmeticError:
            continue
        total += i
    return total


def case_ways_out():
    return (
        leaves_by(ROUNDS, "break"),
        leaves_by(ROUNDS, ""),
        [returns(i) for i in range(ROUNDS)][-4:],
        [breaks(i) for i in range(60)][-2:],
        continues(ROUNDS),
    )


# --- out of calls ---


def check(value):
    if value % 2:
        raise ValueError("odd")
    return value


def deeper(value):
    return check(value + 1) - 1


def caught_further_out(count):
    total = missed = 0
    for i in range(count):
        try:
            total += deeper(i)
        except ValueError:
            missed += 1
        try:
            total += check(i)
        except (KeyError, ValueError):
            missed += 1
    return total, missed


def search(rows, wanted):
    for row in rows:
        for item in row:
            if item == wanted:
                raise Own(wanted)
    return -1


def searched(count):
    found = 0
    rows = [[1, 2], [3, 4], [5, 6]]
    for i in range(count):
        try:
            found += search(rows, i % 9)
        except Own:
            found += 1000
    return found


def case_out_of_calls():
    return caught_further_out(ROUNDS), searched(ROUNDS)


def with_objects(i):
    first, second = Ends(("first", i)), Ends(("second", i))
    if i & 1:
        raise ValueError(first, i)
    return second


def objects_go(count):
    for i in range(count):
        try:
            with_objects(i)
        except ValueError:
            pass


def takes(item, i):
    if i & 1:
        raise ValueError(item)
    return 1


def given_objects(count):
    total = 0
    for i in range(count):
        try:
            total += takes(Ends(i), i)
        except ValueError:
            total += 5
        log.append("behind")
    return total


def operand_goes(count):
    for i in range(count):
        try:
            [Ends(i), check(i)]
        except ValueError:
            i += 1
        log.append(i)


def iterated(i):
    for item in [Ends(("item", i)), 5]:
        if i & 1:
            raise ValueError
    return item


def iterators_go(count):
    for i in range(count):
        try:
            for j in [Ends(i), Ends(-i), iterated(i)]:
                if i & 2:
                    raise Own
        except Own:
            i += 1
        except ValueError:
            i += 2
        log.append(i)


def case_what_goes():
    objects_go(40)
    result = [taken_log()]
    result.append((given_objects(40), taken_log()))
    operand_goes(40)
    result.append(taken_log())
    iterators_go(40)
    result.append(taken_log())
    return result


def raises_class(kind, i):
    if i & 1:
        raise kind
    return 2


def raises_global(i):
    if i & 1:
        raise Raised(i)
    return 2


Raised = ValueError
Caught = ValueError


def all_kinds(count):
    total = 0
    for i in range(count):
        try:
            total += raises_global(i)
        except Caught:
            total += 1
    return total


def attempt(function, *given):
    try:
        return function(*given)
    except BaseException as error:
        lines = handled()[2]
        return type(error).__name__, str(error), lines, repr(error.__context__)


def case_classes_change():
    global Raised, Caught
    result = [attempt(all_kinds, ROUNDS)]
    pairs = [
        (Narrow, Own),
        (Own, Narrow),
        (Making, Making),
        (Ending, Exception),
        (OfMeta, OfMeta),
        (Other, ValueError),
        (int, ValueError),
        (3, ValueError),
        (StopIteration, StopIteration),
        (OSError, OSError),
        (KeyError, LookupError),
        (KeyError, (LookupError, ValueError)),
        (KeyError, (LookupError, 4)),
        (KeyError, int),
        (KeyError, 4),
        (UnicodeDecodeError, ValueError),
        (KeyboardInterrupt, BaseException),
        (ValueError, ValueError),
    ]
    for Raised, Caught in pairs:
        result.append((attempt(all_kinds, 7), taken_log()))
        result.append((attempt(all_kinds, ROUNDS), taken_log()))
    return result


def case_name_shadowed():
    result = [caught_further_out(20)]
    globals()["ValueError"] = TypeError
    try:
        result.append(attempt(caught_further_out, 20))
        globals()["ValueError"] = 5
        result.append(attempt(caught_further_out, 20))
    finally:
        del globals()["ValueError"]
    result.append(caught_further_out(20))
    return result


def outer_handled(count):
    seen = []
    for i in range(count):
        try:
            raise TypeError(i)
        except TypeError:
            seen.append(returns(i))
            seen.append(handled())
            try:
                check(1)
            except ValueError:
                i += 1
            seen.append(handled())
    return seen[-3:], handled()


def case_within_a_handler():
    return outer_handled(60)


def from_generator(count):
    for i in range(count):
        try:
            if check(i):
                yield i
        except ValueError:
            i = -1
        yield i


def case_in_generators():
    return list(from_generator(ROUNDS))[-9:], sum(from_generator(ROUNDS)), list(from_generator(5))


def traced(count):
    events = []

    def trace(frame, event, arg):
        if event == "exception":
            events.append((frame.f_code.co_name, arg[0].__name__))
        return trace

    total = 0
    for i in range(count):
        if i == count - 2:
            sys.settrace(trace)
        total += caught_further_out(3)[1]
    sys.settrace(None)
    return total, events


def case_traced():
    return traced(60)


def locals_seen(count):
    result = []
    note = 0
    for i in range(count):
        try:
            if i & 1:
                raise Own
        except Own:
            note = i
        if i > count - 4:
            result.append(sorted((k, v) for k, v in sys._getframe().f_locals.items() if k != "result"))
    return result


def case_locals():
    return locals_seen(ROUNDS)
