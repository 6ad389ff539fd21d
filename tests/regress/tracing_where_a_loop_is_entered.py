"""A back-edge at which compiled code is to be entered looks like a return: nobody may be told of that."""
import sys
import threading


def tracer(events):
    def trace(frame, event, arg):
        if frame.f_code.co_name in ("called", "itself", "in_a_branch", "elsewhere"):
            events.append((frame.f_code.co_name, event, frame.f_lineno - frame.f_code.co_firstlineno, frame.f_locals.get("t")))
        return trace

    return trace


def called(n, f):
    t = 0
    for i in range(n):
        t += i
        f(i)
    return t, i


def case_in_a_call():
    out = []
    for number in range(4):
        events = []
        trace = tracer(events)

        def f(i):
            if i == 5:
                sys._getframe(1).f_trace = trace
                sys.settrace(trace)
            if i == 8:
                sys.settrace(None)

        try:
            out.append(called(12, f if number > 1 else lambda i: None))
        finally:
            sys.settrace(None)
        out.append(events)
    return out


def itself(n, at, trace):
    t = 0
    for i in range(n):
        t += i
        if i >= at:
            sys._getframe().f_trace = trace; sys.settrace(trace)
    return t, i


def case_by_itself():
    out = []
    for at in (99, 99, 30, 30, 45):
        events = []
        try:
            out.append(itself(50, at, tracer(events)))
        finally:
            sys.settrace(None)
        out.append(events[:30])
    return out


def stop(trace):
    sys._getframe(1).f_trace = trace
    sys.settrace(trace)


def in_a_branch(n, at, trace):
    t = 0
    for i in range(n):
        t += i
        if i == at: stop(trace)
    return t, i


def case_in_a_branch():
    out = []
    for at in (99, 99, 30, 31, 45, 2.5, 7.0):
        events = []
        try:
            out.append(in_a_branch(50, at, tracer(events)))
        finally:
            sys.settrace(None)
        out.append(events[:30])
    return out


def case_profiled():
    out = []
    for number in range(5):
        events = []

        def f(i):
            if i == 5 and number > 1:
                sys.setprofile(lambda frame, event, arg: events.append((frame.f_code.co_name, event)))
            if i == 8:
                sys.setprofile(None)

        try:
            out.append(called(12, f))
        finally:
            sys.setprofile(None)
        out.append(events)
    return out


def elsewhere(n):
    t = 0
    while t < n:
        t += 1
    return t


def case_in_another_thread():
    out = []
    for number in range(3):
        events, results = [], []
        trace = tracer(events)

        def run():
            sys.settrace(trace)
            results.append(elsewhere(20))
            sys.settrace(None)

        thread = threading.Thread(target=run)
        thread.start()
        results.append(elsewhere(2000))
        thread.join()
        out.append((sorted(results), len(events), events[-3:]))
    return out
