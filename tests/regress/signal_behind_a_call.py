"""A signal that arrives during a call of a C function is handled before the next operation."""

import signal


def handle(number, frame):
    raise KeyError(number)


def once():
    log = []
    before = signal.signal(signal.SIGUSR1, handle)
    try:
        signal.raise_signal(signal.SIGUSR1)
        log.append("late")
    except KeyError as error:
        log.append(error.__traceback__.tb_lineno - once.__code__.co_firstlineno)
    try:
        signal.raise_signal(*[signal.SIGUSR1])
        log.append("late")
    except KeyError as error:
        log.append(error.__traceback__.tb_lineno - once.__code__.co_firstlineno)
    signal.signal(signal.SIGUSR1, before)
    return log


def case_signal():
    return once()
