"""try, except, else, finally, raise and exception groups, in every nesting."""


def case_order():
    def run(fail, log):
        try:
            log.append("try")
            if fail == 1:
                raise ValueError("one")
            if fail == 2:
                raise KeyError("two")
            if fail == 3:
                return "returned"
        except ValueError as error:
            log.append(f"except {error}")
        else:
            log.append("else")
        finally:
            log.append("finally")
        return "end"

    out = []
    for fail in (0, 1, 3, 2):
        log = []
        try:
            out.append((run(fail, log), log))
        except KeyError as error:
            out.append((repr(error), log))
    return out


def case_finally_overrides():
    def returns():
        try:
            return 1
        finally:
            return 2

    def swallows():
        for _ in range(3):
            try:
                raise ValueError
            finally:
                break
        return "swallowed"

    def goes_on():
        seen = []
        for n in range(4):
            try:
                seen.append(n)
                1 // (n % 2)
            except ZeroDivisionError:
                continue
            finally:
                seen.append(-n)
        return seen

    return returns(), swallows(), goes_on()


def case_name_is_deleted():
    error = "before"
    try:
        raise ValueError("x")
    except ValueError as error:
        pass
    try:
        return error
    except UnboundLocalError as unbound:
        return str(unbound)


def case_chaining():
    def chain(explicit):
        try:
            try:
                raise ValueError("inner")
            except ValueError as error:
                if explicit is None:
                    raise KeyError("outer") from None
                if explicit:
                    raise KeyError("outer") from error
                raise KeyError("outer")
        except KeyError as error:
            return repr(error.__context__), repr(error.__cause__), error.__suppress_context__

    return chain(True), chain(False), chain(None)


def case_reraise():
    def reraise():
        try:
            raise ValueError("x")
        except ValueError:
            try:
                raise KeyError("y")
            except KeyError:
                pass
            raise

    try:
        reraise()
    except ValueError as error:
        return (
            repr(error),
            repr(error.__context__),
            [error.__traceback__.tb_lineno - error.__traceback__.tb_frame.f_code.co_firstlineno],
        )


def case_bare_raise_without_one():
    try:
        raise
    except RuntimeError as error:
        return str(error)


def case_exc_info_is_restored():
    import sys

    seen = []
    try:
        raise ValueError(1)
    except ValueError:
        seen.append(repr(sys.exc_info()[1]))
        try:
            raise KeyError(2)
        except KeyError:
            seen.append(repr(sys.exc_info()[1]))
        seen.append(repr(sys.exc_info()[1]))
    seen.append(sys.exc_info())
    return seen


def case_tuple_of_types():
    kinds = (KeyError, (ValueError, TypeError))
    out = []
    for kind in (KeyError, ValueError, OSError):
        try:
            try:
                raise kind("x")
            except kinds[0] as e:
                out.append(("first", str(e)))
            except kinds[1] as e:
                out.append(("second", str(e)))
        except OSError:
            out.append("outside")
    return out


def case_not_an_exception_type():
    def catch(kind):
        try:
            raise ValueError("x")
        except kind:
            return "caught"

    out = []
    for kind in (ValueError, 3, (KeyError, "s")):
        try:
            out.append(catch(kind))
        except TypeError as error:
            out.append(str(error))
    return out


def case_raise_things():
    out = []

    class Odd(Exception):
        def __new__(cls, *args):
            return 3

    for thing in (ValueError, ValueError("v"), 3, None, Odd, "text"):
        try:
            raise thing
        except BaseException as error:
            out.append(f"{type(error).__name__}: {error}")
    try:
        raise ValueError from 3
    except TypeError as error:
        out.append(str(error))
    return out


def case_in_the_middle_of_a_loop():
    data = [3, 1, 0, "x", None, 2.0, [], 5]
    good, bad = [], []
    for position, item in enumerate(data):
        try:
            good.append(12 // item)
        except ZeroDivisionError:
            bad.append((position, "zero"))
        except TypeError as error:
            bad.append((position, str(error)))
    return good, bad


def case_loop_left_by_exception():
    def find(table, key):
        for number, row in enumerate(table):
            for column in range(10):
                if row[column] == key:
                    return number, column

    table = [[1, 2, 3], [4, 5, 6]]
    try:
        return find(table, 9)
    except IndexError as error:
        frame = error.__traceback__.tb_next.tb_frame
        return str(error), frame.f_locals["number"], frame.f_locals["column"]


def case_deep_unwind():
    def down(n):
        try:
            if n == 0:
                raise ValueError("bottom")
            return down(n - 1)
        finally:
            trail.append(n)

    trail = []
    try:
        down(30)
    except ValueError as error:
        depth, tb = 0, error.__traceback__
        while tb:
            depth, tb = depth + 1, tb.tb_next
        return trail, depth


def case_nested_handlers():
    def run(n):
        try:
            try:
                if n & 1:
                    raise ValueError
                try:
                    if n & 2:
                        raise KeyError
                finally:
                    if n & 4:
                        raise TypeError
            except KeyError:
                if n & 8:
                    raise OSError from None
                return "key"
        except (ValueError, TypeError) as error:
            return type(error).__name__
        except OSError as error:
            return "os", error.__context__ is not None
        return "none"

    return [run(n) for n in range(16)]


def case_groups():
    def split(errors):
        log = []
        try:
            raise ExceptionGroup("all", errors)
        except* ValueError as group:
            log.append(("value", [str(e) for e in group.exceptions]))
        except* (KeyError, TypeError) as group:
            log.append(("key or type", len(group.exceptions)))
        else:
            log.append("else")
        finally:
            log.append("finally")
        return log

    out = [split([ValueError("a"), KeyError("b"), ValueError("c")])]
    try:
        split([OSError("left"), ValueError("v")])
    except ExceptionGroup as group:
        out.append((str(group), [repr(e) for e in group.exceptions]))
    return out


def case_nested_groups():
    inner = ExceptionGroup("in", [ValueError(1), ExceptionGroup("deep", [TypeError(2), ValueError(3)])])
    caught = []
    try:
        try:
            raise ExceptionGroup("out", [inner, OSError(4)])
        except* ValueError as group:
            caught.append(repr(group))
            raise KeyError("new")
        except* OSError as group:
            caught.append(repr(group))
    except ExceptionGroup as group:
        caught.append(repr(group))
    return caught


def case_except_star_on_a_plain_exception():
    try:
        raise ValueError("plain")
    except* ValueError as group:
        seen = repr(group)
    try:
        try:
            raise ValueError("x")
        except* 3:
            pass
    except TypeError as error:
        return seen, str(error)


def case_except_star_reraise():
    try:
        try:
            raise ExceptionGroup("g", [ValueError(1), TypeError(2)])
        except* ValueError:
            raise
    except ExceptionGroup as group:
        return repr(group)


def case_own_exception_class():
    class Mine(LookupError):
        def __init__(self, code, **more):
            super().__init__(code)
            self.code, self.more = code, more

        def __str__(self):
            return f"<{self.code} {self.more}>"

    out = []
    for n in range(5):
        try:
            raise Mine(n, extra=n * 2)
        except LookupError as error:
            error.add_note(f"note {n}")
            out.append((str(error), error.args, error.__notes__))
    return out


def case_assertions():
    out = []
    for value in (1, 0, [], "x"):
        try:
            assert value, f"no {value!r}"
            assert value != "x"
            out.append("fine")
        except AssertionError as error:
            out.append(error.args)
    return out


def case_generator_in_finally():
    log = []

    def produce():
        try:
            for n in range(5):
                yield n
        finally:
            log.append("closed")

    for value in produce():
        if value == 2:
            break
        log.append(value)
    return log


def case_handler_in_a_hot_loop():
    count = 0
    for n in range(2000):
        try:
            if n % 7 == 0:
                raise ValueError(n)
            if n % 11 == 0:
                {}[n]
            count += 1
        except ValueError as error:
            count += error.args[0] % 3
        except KeyError:
            count -= 1
    return count
