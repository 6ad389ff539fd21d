"""Differences from stock that say nothing about compiled code."""

import re

# Near the limit a comparison or a call of a C function fails or not by how the interpreter has specialised it; so does
# one that a generator expression is given to.
AT_THE_LIMIT = re.compile("recursion depth exceeded( |[^\\n]{0,60}<genexpr>)")
# A C function that calls back takes a level more before the call is specialised, so that nothing but the place differs.
LIMIT = "recursion depth exceeded"
REPEATED = re.compile(r"\[Previous line repeated \d+ more times?\](?=\n\w*RecursionError)")
# A bytearray for which there is no memory is thrown away by CPython before it has set its fields, and asks one of them.
# CPython runs a store and a load behind it as one once they have run often, and where the load fails it names the store's line.
UNBOUND = re.compile(r'  File "[^"\n]*", line \d+, in [^\n]*\n(?:    [^\n]*\n)*(?=UnboundLocalError)')
UNSET_FIELD = "SystemError: deallocated bytearray object has exported buffers"


def without_places(text):
    """The text without what comes behind a limit's message in the same parentheses: how many calls fitted, and which."""
    parts, begin, text = [], 0, REPEATED.sub("", text)
    while (at := text.find(LIMIT, begin)) >= 0:
        end, depth = at, 1
        while end < len(text) and depth:
            depth += (text[end] in "([") - (text[end] in ")]")
            end += 1
        parts.append(text[begin:at])
        begin = end
    return "".join(parts) + text[begin:]


def is_known(difference):
    """At the recursion limit; an unbound variable, whose traceback names one of two lines; chance in CPython itself."""
    usual, seen = (UNBOUND.sub("", text) for text in difference[2:])
    unbound = usual == seen
    unset = any(UNSET_FIELD in text for text in difference[2:])
    both = all(LIMIT in text for text in difference[2:])
    place = both and without_places(difference[2]) == without_places(difference[3])
    return unbound or unset or place or any(map(AT_THE_LIMIT.search, difference[2:]))
