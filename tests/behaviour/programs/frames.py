"""Looking at frames and being called back: _getframe, f_locals, settrace, setprofile, frame jumps."""

import sys
import threading


def case_getframe():
    def caller():
        secret = "mine"
        return callee()

    def callee():
        frame = sys._getframe(1)
        return (
            frame.f_code.co_name,
            frame.f_locals["secret"],
            frame.f_lineno - frame.f_code.co_firstlineno,
            frame.f_back.f_code.co_name,
        )

    return caller()


def case_frame_kept_after_return():
    def make(n):
        total = 0
        for i in range(n):
            total += i
        return sys._getframe()

    frame = make(10)
    return frame.f_locals, frame.f_back is sys._getframe(), frame.f_lineno - frame.f_code.co_firstlineno


def case_locals_in_a_loop():
    def run():
        seen = []
        for i in range(4):
            square = i * i
            seen.append(dict(locals()))
            if i % 2:
                odd = square
        return [{k: v for k, v in s.items() if k != "seen"} for s in seen], odd

    return run()


def case_frame_seen_while_it_runs():
    def watch():
        return {k: v for k, v in sys._getframe(1).f_locals.items() if isinstance(v, (int, float))}

    def run():
        out = []
        x, y = 0, 1.5
        for i in range(3):
            x += i
            y *= 2
            out.append(watch())
        return out

    return run()


def case_writing_f_locals_changes_nothing():
    def run():
        x = 1
        sys._getframe().f_locals["x"] = 99
        locals()["x"] = 98
        return x

    return run()


def case_depth_of_the_stack():
    def depth():
        frame, n = sys._getframe(), 0
        while frame:
            frame, n = frame.f_back, n + 1
        return n

    def down(k):
        return depth() if k == 0 else down(k - 1)

    here = depth()
    return [down(k) - here for k in range(6)]


def case_settrace():
    def work(n):
        total = 0
        for i in range(n):
            if i % 2:
                total += i
            else:
                total -= 1
        return total

    events = []

    def tracer(frame, event, arg):
        if frame.f_code is not work.__code__:
            return None
        events.append((event, frame.f_lineno - work.__code__.co_firstlineno, arg))
        return tracer

    before = work(5)
    sys.settrace(tracer)
    try:
        traced = work(3)
    finally:
        sys.settrace(None)
    return before, traced, events, work(5)


def case_settrace_in_the_middle():
    events = []

    def tracer(frame, event, arg):
        events.append((event, frame.f_code.co_name))
        return tracer

    def inner(n):
        return n + 1

    def run():
        total = 0
        for i in range(6):
            if i == 2:
                sys.settrace(tracer)
            if i == 4:
                sys.settrace(None)
            total += inner(i)
        return total

    return run(), events


def case_local_tracing_switched_on_from_a_callee():
    events = []

    def tracer(frame, event, arg):
        events.append((event, frame.f_lineno - frame.f_code.co_firstlineno))
        return tracer

    def switch_on():
        sys.settrace(tracer)
        sys._getframe(1).f_trace = tracer

    def run():
        a = 1
        switch_on()
        a += 1
        a += 2
        sys.settrace(None)
        return a

    return run(), events


def case_trace_opcodes_and_exceptions():
    def work():
        try:
            return [][0]
        except IndexError:
            return "caught"

    events = []

    def tracer(frame, event, arg):
        frame.f_trace_opcodes = True
        line = frame.f_lineno and frame.f_lineno - frame.f_code.co_firstlineno
        events.append((event, line, arg[0].__name__ if event == "exception" else None))
        return tracer

    sys.settrace(tracer)
    try:
        work()
    finally:
        sys.settrace(None)
    return [e for e in events if e[0] != "opcode"], sum(e[0] == "opcode" for e in events)


def case_jump():
    def work():
        out = []
        out.append(1)
        out.append(2)
        out.append(3)
        return out

    start = work.__code__.co_firstlineno

    def tracer(frame, event, arg):
        if frame.f_code is not work.__code__:
            return None
        if event == "line" and frame.f_lineno == start + 3:
            frame.f_lineno = start + 4
        return tracer

    plain = work()
    sys.settrace(tracer)
    try:
        jumped = work()
    finally:
        sys.settrace(None)
    return plain, jumped, work()


def case_setprofile():
    def leaf(n):
        return len([n])

    def work(n):
        return [leaf(i) for i in range(n)]

    events = []

    def profiler(frame, event, arg):
        name = arg.__name__ if event.startswith("c_") else frame.f_code.co_name
        events.append((event, name))

    work(3)
    sys.setprofile(profiler)
    try:
        work(2)
    finally:
        sys.setprofile(None)
    return events


def case_tracer_raises():
    def work():
        x = 1
        return x

    def tracer(frame, event, arg):
        if event == "line":
            raise ValueError("from the tracer")
        return tracer

    sys.settrace(tracer)
    try:
        work()
    except ValueError as error:
        return str(error), sys.gettrace()
    finally:
        sys.settrace(None)


def case_trace_in_a_thread():
    seen = []

    def work():
        return sum(range(10))

    def tracer(frame, event, arg):
        if frame.f_code is work.__code__:
            seen.append(event)
        return tracer

    def body():
        work()
        sys.settrace(tracer)
        work()
        sys.settrace(None)

    thread = threading.Thread(target=body)
    thread.start()
    thread.join()
    return seen, sys.gettrace()


def case_bdb():
    import bdb

    class Stepper(bdb.Bdb):
        def __init__(self):
            super().__init__()
            self.lines = []

        def user_line(self, frame):
            self.lines.append((frame.f_code.co_name, frame.f_lineno - frame.f_code.co_firstlineno))
            self.set_step()

    def inner(x):
        return x * 2

    def work():
        a = inner(1)
        b = inner(a)
        return b

    stepper = Stepper()
    result = stepper.runcall(work)
    return result, [line for line in stepper.lines if line[0] in ("work", "inner")]


def case_frame_clear_and_generators():
    def produce():
        local = [1]
        yield local
        yield 2

    g = produce()
    first = next(g)
    frame = g.gi_frame
    out = [frame.f_locals, frame.f_lineno - frame.f_code.co_firstlineno]
    frame.clear()
    out.append(list(g))
    try:
        sys._getframe().clear()
    except RuntimeError as error:
        out.append(str(error))
    return out, first


def case_f_builtins_and_globals():
    def f():
        frame = sys._getframe()
        return (
            frame.f_globals is globals(),
            frame.f_builtins["len"] is len,
            frame.f_code is f.__code__,
            frame.f_lasti > 0,
        )

    return f()


def case_eval_and_exec_see_the_frame():
    def run(a):
        b = a + 1
        return eval("a * b"), exec("a = 50"), a, sorted(dir())

    return run(3)
