"""The recursion limit, signals, KeyboardInterrupt and threads, inside hot loops."""

import _thread
import signal
import sys
import threading
import time


def down(n):
    return 0 if n == 0 else 1 + down(n - 1)


def endless(n):
    return endless(n + 1) + 1


def even(n):
    return True if n == 0 else odd(n - 1)


def odd(n):
    return False if n == 0 else even(n - 1)


def case_recursion_limit():
    out = []
    for f in (endless, lambda n: endless(n)):
        try:
            f(0)
        except RecursionError as error:
            out.append(str(error))
    return out, down(500)


def case_recursion_limit_is_where_it_says():
    def depth():
        frame, n = sys._getframe(), 0
        while frame:
            frame, n = frame.f_back, n + 1
        return n

    old = sys.getrecursionlimit()
    sys.setrecursionlimit(depth() + 100)
    try:
        deepest = 0
        for n in range(60, 120):
            try:
                down(n)
                deepest = n
            except RecursionError:
                break
        try:
            even(1000)
        except RecursionError as error:
            return deepest, str(error)
    finally:
        sys.setrecursionlimit(old)


def case_recursion_through_every_kind_of_call():
    class R:
        def __init__(self, n):
            self.inner = R(n - 1) if n else None

        def __add__(self, other):
            return self + other

        def __getattr__(self, name):
            return getattr(self, name + "x")

        def __call__(self):
            return self()

        @property
        def p(self):
            return self.p

        def __eq__(self, other):
            return self == other

        def __repr__(self):
            return repr(self)

        def __iter__(self):
            return iter(self)

    r = R(3)
    old = sys.getrecursionlimit()
    sys.setrecursionlimit(300)
    out = []
    try:
        for attempt in (
            lambda: r + 1,
            lambda: r.missing,
            lambda: r(),
            lambda: r.p,
            lambda: r == 1,
            lambda: repr(r),
            lambda: list(r),
            lambda: R(10**6),
            lambda: sorted([1, 2], key=lambda k: endless(k)),
            lambda: list(map(endless, [1])),
        ):
            try:
                attempt()
            except RecursionError as error:
                out.append(str(error).split(" in ")[0].split(" while")[0])
    finally:
        sys.setrecursionlimit(old)
    return out


def case_recursion_caught_deep_and_gone_on():
    def deep(n):
        try:
            return deep(n + 1)
        except RecursionError:
            return sum(range(3))

    return deep(0), deep(0), down(200)


def case_deep_when_the_limit_is_raised():
    old = sys.getrecursionlimit()
    sys.setrecursionlimit(20000)
    result = []

    def body():
        result.append(down(8000))

    size = threading.stack_size(256 * 1024 * 1024)
    try:
        thread = threading.Thread(target=body)
        thread.start()
        thread.join()
    finally:
        threading.stack_size(size)
        sys.setrecursionlimit(old)
    return result


def spin_ints():
    n = 0
    while True:
        n += 1


def spin_range():
    for _ in range(10**12):
        pass


def spin_calls():
    while True:
        down(3)


def spin_floats():
    x = 0.0
    while x >= 0.0:
        x += 1e-9


def spin_generator():
    def produce():
        while True:
            yield 1

    for _ in produce():
        pass


def spin_inside_try():
    while True:
        try:
            pass
        finally:
            pass


SPINS = [spin_ints, spin_range, spin_calls, spin_floats, spin_generator, spin_inside_try]


def case_alarm_interrupts_every_hot_loop():
    class Alarm(Exception):
        pass

    def handler(number, frame):
        raise Alarm(frame.f_code.co_name)

    old = signal.signal(signal.SIGALRM, handler)
    out = []
    try:
        for spin in SPINS:
            signal.setitimer(signal.ITIMER_REAL, 0.03)
            try:
                spin()
            except Alarm as alarm:
                inside = str(alarm) in (spin.__name__, "down", "produce")
                out.append((spin.__name__, inside))
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, old)
    return out


def case_keyboard_interrupt():
    out = []
    for spin in (spin_ints, spin_calls, spin_range):
        timer = threading.Timer(0.03, _thread.interrupt_main)
        timer.start()
        try:
            spin()
        except KeyboardInterrupt:
            out.append("interrupted")
        timer.join()
    return out


def case_handler_sees_the_loop_and_changes_it():
    box = {"go": True, "seen": 0}

    def handler(number, frame):
        box["go"] = False
        box["seen"] += frame.f_code is run.__code__ and frame.f_locals.get("n", 1) > 0

    def run():
        n = 0
        while box["go"]:
            n += 1
        return n >= 0

    old = signal.signal(signal.SIGALRM, handler)
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.03)
        return run(), box
    finally:
        signal.signal(signal.SIGALRM, old)


def case_many_signals_while_counting():
    ticks = []
    old = signal.signal(signal.SIGALRM, lambda number, frame: ticks.append(1))
    signal.setitimer(signal.ITIMER_REAL, 0.002, 0.002)
    try:
        total = 0
        for n in range(150000):
            total += n & 3
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, old)
    return total


def case_threads_switch_in_hot_loops():
    flag, started = [], threading.Event()

    def spin():
        n = 0
        started.set()
        while not flag:
            n += 1
        return n

    threads = [threading.Thread(target=spin) for _ in range(3)]
    for thread in threads:
        thread.start()
    started.wait()
    time.sleep(0.02)
    flag.append(1)
    for thread in threads:
        thread.join(10)
    return [thread.is_alive() for thread in threads]


def case_threads_share_functions_and_data():
    lock, box, parts = threading.Lock(), {"n": 0}, [0] * 4

    def work(k):
        mine = 0
        for i in range(3000):
            mine += down(i % 5) + k
            if i % 100 == 0:
                with lock:
                    box["n"] += 1
        parts[k] = mine

    old = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        threads = [threading.Thread(target=work, args=(k,)) for k in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(old)
    return parts, box


def case_async_exception_from_another_thread():
    import ctypes

    class Stop(Exception):
        pass

    caught, started = [], threading.Event()

    def body():
        started.set()
        try:
            spin_ints()
        except Stop:
            caught.append("stopped")

    thread = threading.Thread(target=body)
    thread.start()
    started.wait()
    time.sleep(0.01)
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread.ident), ctypes.py_object(Stop))
    thread.join(10)
    return caught, thread.is_alive()


def case_exit_from_deep_inside():
    def work(n):
        for i in range(10):
            if n == 0 and i == 5:
                sys.exit(f"left with {i}")
            if n:
                work(n - 1)

    try:
        work(5)
    except SystemExit as left:
        return left.code
