"""Exceptions caught where nobody sees them, and everything that may see them after all."""

import gc
import sys
import weakref

log = []


def taken_log():
    taken = log[:]
    log.clear()
    return taken


def handled():
    kind, value, traceback = sys.exc_info()
    lines = []
    while traceback is not None:
        lines.append(traceback.tb_lineno - traceback.tb_frame.f_code.co_firstlineno)
        traceback = traceback.tb_next
    return kind and kind.__name__, repr(value), lines, repr(value and value.__context__)


class Ends:
    """Says what is handled when it goes."""

    def __init__(self, name):
        self.name = name

    def __del__(self):
        log.append((self.name, handled()))


class Adds:
    """Says what is handled when it is added to."""

    def __init__(self, value):
        self.value = value

    def __add__(self, other):
        log.append(("adds", handled()))
        return self.value + other

    __iadd__ = __add__


class Plain(Exception):
    pass


class Carrying(Exception):
    def __init__(self, carried):
        super().__init__(carried)
        self.carried = carried


class WithEnd(Exception):
    def __del__(self):
        log.append(("exception ends", handled()))


class WithSlots(Exception):
    __slots__ = ("carried",)

    def __init__(self, carried):
        self.carried = carried


def counted(table, keys):
    missing = 0
    for key in keys:
        try:
            table[key]
        except KeyError:
            missing += 1
    return missing


def case_counting():
    table = {n: n for n in range(0, 300, 3)}
    return counted(table, range(300)), counted(table, range(300)), counted([1] * 9, range(9))


def sum_of(items, start):
    total = start
    for item in items:
        try:
            total = total + int(item)
        except ValueError:
            total += 1
        except TypeError:
            total -= 1
    return total


def case_body_computes_with_anything():
    items = ["1", "x", None, "5", ""] * 30
    out = [sum_of(items, 0), sum_of(items, 2**62 - 20), sum_of(items, 2**63 - 20), sum_of(items, 0.5)]
    for _ in range(30):
        out.append(sum_of(["x"], Adds(3)))
    out.append(sum_of(items, True))
    return out, taken_log()


def variable_is_replaced(n, make):
    for k in range(n):
        kept = make(k)
        try:
            raise ValueError
        except ValueError:
            kept = None
    return kept


def case_end_of_what_a_variable_had():
    variable_is_replaced(60, str)
    variable_is_replaced(5, lambda k: Ends(k))
    variable_is_replaced(60, lambda k: [Ends(k)] if k % 20 == 7 else k)
    return taken_log()


def raise_with(n, make):
    caught = 0
    for k in range(n):
        try:
            raise make(k)
        except Plain:
            caught += 1
        except Carrying:
            caught += 100
        except WithEnd:
            caught += 10000
        except WithSlots:
            caught += 1000000
        log.append(caught)
    return caught


def case_end_of_what_is_raised():
    out = [raise_with(30, Plain)]
    out.append(raise_with(20, lambda k: Plain(Ends(k))))
    out.append(raise_with(20, lambda k: Carrying(k)))
    out.append(raise_with(20, lambda k: Carrying(Ends(k))))
    out.append(raise_with(20, WithEnd))
    out.append(raise_with(20, lambda k: WithSlots(Ends(k))))
    return out, taken_log()


def key_goes(n):
    caught = 0
    for k in range(n):
        try:
            {}[Ends(k) if k % 7 == 6 else k]
        except KeyError:
            caught += 1
        log.append(caught)
    return caught


def owner_goes(n):
    caught = 0
    for k in range(n):
        try:
            Ends(k).missing
        except AttributeError:
            caught += 1
        log.append(caught)
    return caught


def returned(value):
    return value
    yield


def value_goes(n):
    caught = 0
    for k in range(n):
        try:
            next(returned(Ends(k) if k % 5 == 4 else k))
        except StopIteration:
            caught += 1
        log.append(caught)
    return caught


def case_what_the_exception_holds_goes():
    return key_goes(60), owner_goes(40), value_goes(40), taken_log()


def raises_below(k):
    local = Ends(k) if k % 9 == 8 else k
    if k % 3 == 2:
        raise Plain(k)
    return local


def calls_what_raises(n):
    caught = 0
    for k in range(n):
        try:
            raises_below(k)
        except Plain:
            caught += 1
        log.append(caught)
    return caught


def case_variables_of_a_function_that_raises():
    return calls_what_raises(60), calls_what_raises(60), taken_log()


def unbound(n, missing):
    caught = 0
    for k in range(n):
        if k == missing:
            del caught
        try:
            raise KeyError(k)
        except KeyError:
            caught += 1
    return caught


def case_variable_without_a_value():
    out = [unbound(50, -1)]
    for _ in range(3):
        try:
            unbound(50, 40)
        except UnboundLocalError as error:
            out.append((str(error), repr(error.__context__), error.__context__.__traceback__.tb_lineno))
    return out


def kept_elsewhere(n):
    error, caught = Plain("kept"), 0
    for _ in range(n):
        try:
            raise error
        except Plain:
            caught += 1
    count, traceback = 0, error.__traceback__
    while traceback is not None:
        count, traceback = count + 1, traceback.tb_next
    return caught, count


def seen_weakly(n):
    out = 0
    for _ in range(n):
        error = Plain()
        seen = weakref.ref(error, lambda _: log.append(("gone", handled())))
        try:
            try:
                raise error
            finally:
                del error
        except Plain:
            out += 1
        log.append((out, seen() is None))
    return out


def case_somebody_else_has_it():
    return kept_elsewhere(50), seen_weakly(20), taken_log()


def handled_inside(n):
    out = []
    for k in range(n):
        try:
            raise Plain(k)
        except Plain:
            inner = 0
            try:
                {}[k]
            except KeyError:
                inner += 1
            out.append((handled(), inner))
            try:
                [][k]
            except IndexError:
                out.append(handled())
    out.append(handled())
    return out


def context_of(n):
    contexts = []
    for k in range(n):
        try:
            try:
                {}[k]
            except KeyError:
                k += 1
                raise
        except KeyError as error:
            contexts.append((repr(error), repr(error.__context__)))
        try:
            try:
                {}[k]
            except KeyError:
                k -= 1
            raise Plain(k)
        except Plain as error:
            contexts.append((k, repr(error.__context__)))
    return contexts


def again_without_any(n):
    out = []
    for k in range(n):
        try:
            try:
                int("no")
            except ValueError:
                k += 1
            raise
        except RuntimeError as error:
            out.append((str(error), repr(error.__context__), k))
    return out


def case_handlers_within_each_other():
    return handled_inside(40), context_of(40), again_without_any(40)


Caught = KeyError


def by_a_global(n, change):
    global Caught
    caught = 0
    Caught = KeyError
    for k in range(n):
        if k == change:
            Caught = IndexError
        try:
            {}[k]
        except Caught:
            caught += 1
    return caught


def case_class_that_a_variable_has():
    out = [by_a_global(60, 100)]
    for change in (50, 3):
        try:
            by_a_global(60, change)
        except KeyError as error:
            out.append(
                (repr(error), error.__traceback__.tb_next.tb_lineno - by_a_global.__code__.co_firstlineno)
            )
    return out


def by_several(makers):
    a = b = c = 0
    for make in makers:
        try:
            raise make
        except (KeyError, IndexError):
            a += 1
        except (ValueError, Plain, LookupError):
            b += 1
        except:  # noqa: E722
            c += 1
    return a, b, c


def case_several_clauses():
    makers = [
        KeyError,
        IndexError("x"),
        ValueError,
        UnicodeError("u"),
        LookupError,
        TypeError(),
        Plain,
        WithEnd,
    ]
    return (
        by_several(makers * 20),
        by_several([UnicodeDecodeError, StopIteration, GeneratorExit] * 10),
        taken_log(),
    )


class Odd(dict):
    def __setitem__(self, key, value):
        log.append(("stores", handled()))
        dict.__setitem__(self, key, value)


class Key:
    def __init__(self, value):
        self.value = value

    def __hash__(self):
        return hash(self.value)

    def __eq__(self, other):
        log.append(("equal", handled()))
        return False


def filled(table, keys):
    for key in keys:
        try:
            table[key]
        except KeyError:
            table[key] = 0
    return len(table)


def case_stores_in_handlers():
    out = [filled({}, [n % 7 for n in range(50)]), filled({}, list("abcabcxyz" * 5))]
    out.append(filled(Odd(), [n % 7 for n in range(50)]))
    taken = taken_log()
    out.append(filled({Key(3): 1, Key("b"): 2}, [1, 2, 3, 3, "a", "b", "b"] * 4))
    return out, taken, taken_log()


def generated(n):
    caught = 0
    for k in range(n):
        try:
            yield {}[k]
        except KeyError:
            caught += 1
        yield caught, handled()[0]


def case_in_generators():
    out = list(generated(40))
    try:
        raise Plain("outside")
    except Plain:
        out += list(generated(20))
    return out


def deep(n):
    try:
        return deep(n + 1)
    except RecursionError:
        n += 1
    return n


def case_recursion_is_caught():
    return [deep(0) > 100 for _ in range(3)]


def events_of(n):
    events = []

    def trace(frame, event, argument):
        if frame.f_code is counted.__code__ and event == "exception":
            events.append(
                (argument[0].__name__, repr(argument[1]), frame.f_lineno - frame.f_code.co_firstlineno)
            )
        return trace

    counted({}, range(n))
    sys.settrace(trace)
    try:
        counted({}, range(3))
    finally:
        sys.settrace(None)
    return events


def case_while_somebody_traces():
    return events_of(60)


def instances_alive():
    gc.collect()
    return sum(isinstance(thing, Plain) for thing in gc.get_objects())


def case_nothing_stays():
    before = instances_alive()
    raise_with(50, Plain)
    taken_log()
    return instances_alive() - before, sys.exc_info()


def numbers_of(texts, make):
    good = bad = 0
    for text in texts:
        try:
            good += make(text)
        except ValueError:
            bad += 1
    return good, bad


def number_or_text(text, make):
    try:
        return make(text)
    except ValueError as error:
        return str(error)


def number_or_replaced(text, kept):
    held = Ends(kept)
    try:
        held = int(text)
    except ValueError:
        held = None
    return held


def number_or_unbound(text, remove):
    bad = 0
    if remove:
        del bad
    try:
        return int(text)
    except ValueError:
        bad += 1
    return bad


def case_no_numbers():
    texts = [
        "1",
        "x",
        "",
        "12a",
        " 7 ",
        "1_0",
        "_1",
        "é",
        "٣",
        "1.5",
        "nan",
        "inf",
        "1e3",
        "--1",
        "0x10",
        "\t",
        "a\0",
    ]
    out = [numbers_of(texts[:9] * 5, int), numbers_of([t for t in texts if t != "nan"] * 5, float)]
    out += [[number_or_text(text, make) for text in texts] for make in (int, float) for _ in range(3)]
    out.append([number_or_replaced(text, text) for text in ["x", "3", "y"] * 9])
    for n in range(40):
        try:
            out.append(number_or_unbound("x1"[n % 2], n > 35))
        except UnboundLocalError as error:
            out.append((str(error), repr(error.__context__)))
    return out, taken_log()
