"""except* in loops and with groups of the user's own, import *, and expressions as the interactive prompt shows them."""

import builtins
import sys
import traceback
import types


class Kept(ExceptionGroup):
    """Its parts are of its own class, with a mark."""

    def derive(self, parts):
        made = Kept(self.message, parts)
        made.mark = getattr(self, "mark", 0) + 1
        return made


class Odd(ExceptionGroup):
    def split(self, condition):
        parts = ExceptionGroup.split(self, condition)
        return parts[1], parts[0]


def shape(error):
    if not isinstance(error, BaseExceptionGroup):
        return repr(error)
    return type(error).__name__, error.message, getattr(error, "mark", None), [shape(e) for e in error.exceptions]


def nest(n):
    inner = ExceptionGroup("inner", [ValueError(n), KeyError(n)])
    return ExceptionGroup("outer", [OSError(n), inner, TypeError(n)])


def sort_out(error, handled):
    try:
        raise error
    except* ValueError as group:
        handled.append(("value", shape(group), shape(sys.exception())))
    except* (KeyError, ZeroDivisionError) as group:
        handled.append(("key", shape(group)))
        raise
    except* TypeError as group:
        handled.append(("type", shape(group)))
        raise RuntimeError("anew") from group
    else:
        handled.append("nothing")


def outcome(error):
    handled = []
    try:
        sort_out(error, handled)
    except BaseException as raised:
        return handled, shape(raised), shape(raised.__cause__), shape(raised.__context__)
    return handled


def case_parts():
    return [
        outcome(error)
        for n in range(4)
        for error in (
            nest(n),
            ValueError(n),
            KeyError(n),
            TypeError(n),
            OSError(n),
            KeyboardInterrupt(n),
            BaseExceptionGroup("base", [KeyboardInterrupt(n), ValueError(n)]),
            Kept("kept", [ValueError(n), Kept("deep", [KeyError(n), OSError(n)])]),
            Odd("odd", [ValueError(n), OSError(n)]),
        )
    ]


def case_notes_and_tracebacks():
    texts = []
    for n in range(3):
        error = nest(n)
        error.add_note(f"note {n}")
        if n == 2:
            error.__notes__ = 3
        try:
            sort_out(error, [])
        except BaseException as raised:
            texts.append("".join(traceback.format_exception(raised)))
    return texts


def count(errors):
    totals = {"value": 0, "key": 0, "turns": 0}
    for error in errors:
        try:
            if error is not None:
                raise error
        except* ValueError as group:
            totals["value"] += len(group.exceptions)
        except* KeyError as group:
            totals["key"] += len(group.exceptions)
        finally:
            totals["turns"] += 1
    return totals


def case_in_loops():
    group = ExceptionGroup("both", [ValueError(1), KeyError(2), ValueError(3)])
    return count([group, None, ValueError(4), KeyError(5), group] * 40)


def refuse(what):
    try:
        raise ValueError("refused")
    except* what:
        pass
    return "caught"


def case_refused():
    results = []
    for what in (3, ExceptionGroup, (ValueError, BaseExceptionGroup), (ValueError, 4), OSError):
        try:
            results.append(refuse(what))
        except BaseException as error:
            results.append((shape(error), shape(error.__context__)))
    return results


def in_generator():
    for n in range(3):
        try:
            yield n
        except* ValueError as group:
            yield shape(group)
            yield shape(sys.exception())


def case_in_generators():
    results = []
    for error in (ValueError(1), ExceptionGroup("g", [ValueError(2)])):
        generator = in_generator()
        results += [next(generator), generator.throw(error), sys.exception(), *generator]
    return results


class Given:
    __name__ = "given"

    def __init__(self, names, **values):
        self.__all__ = names
        self.__dict__.update(values)


class Names:
    def __getitem__(self, i):
        if i < 2:
            return ("one", "two")[i]
        raise (IndexError if self.ends else ValueError)("end")


class Namespace(dict):
    def __setitem__(self, name, value):
        print("set", name, value)
        super().__setitem__(name, value)


STAR = compile("from made_up import *\nlast = one", "<star>", "exec")


def star(module, namespace):
    sys.modules["made_up"] = module
    try:
        exec(STAR, namespace)
    except BaseException as error:
        print(type(error).__name__, error)
    finally:
        del sys.modules["made_up"]
    return sorted(name for name in namespace if name != "__builtins__")


def case_import_star():
    plain = types.ModuleType("plain")
    plain.one, plain._hidden, plain.two = 1, 2, 3
    listed = types.ModuleType("listed")
    listed.__all__, listed.one, listed._shown, listed.two = ["one", "_shown"], 1, 2, 3
    keyed = types.ModuleType("keyed")
    keyed.__dict__[4] = keyed.one = 5
    ending, failing = Names(), Names()
    ending.ends, failing.ends = True, False
    modules = [
        plain,
        listed,
        keyed,
        Given(["one", "missing"], one=1),
        Given(["one", 7], one=1),
        Given(ending, one=1, two=2),
        Given(failing, one=1, two=2),
        Given(3, one=1),
        Given(["one"], one=1, __name__=9),
        object(),
    ]
    results = [star(module, {}) for _ in range(3) for module in modules]
    results.append(star(plain, Namespace()))
    return results



def interactive(source):
    return [compile(line + "\n", "<prompt>", "single") for line in source]


PROMPT = interactive(["x", "x + 1; x * 2", "None", "for i in range(3): i", "if x: 'yes'", "1 / 0"])


def case_prompt():
    results = []
    before = sys.displayhook
    try:
        sys.displayhook = results.append
        for x in range(4):
            for code in PROMPT:
                try:
                    exec(code, {"x": x})
                except ZeroDivisionError as error:
                    results.append(str(error))
        del sys.displayhook
        for code in PROMPT[:2]:
            try:
                exec(code, {"x": 1})
            except RuntimeError as error:
                results.append(str(error))
    finally:
        sys.displayhook = before
    return results


def case_prompt_shows():
    for code in PROMPT[:5]:
        exec(code, {"x": "text"})
    shown = builtins._
    del builtins._
    return shown
