"""Text that a call put in line puts together in a loop: without a frame, and so without a variable to grow it in, each turn
copied all there was so far."""

import time


def shifted(text):
    out = ""
    for c in text:
        out += chr(ord(c) + 1)
    return out


def several(text, times):
    return sum(len(shifted(text)) for _ in range(times)) + len(shifted(text))


def run(text):
    made = shifted(text)
    return len(made), made[:3], made[-3:]


def case_text_grown_in_line():
    short = [run("abc" * 10) for _ in range(60)]
    began = time.process_time()
    long = run("abc" * 400_000)
    quick = time.process_time() - began < 20
    return short[-1], long, quick, several("xyz", 40)
