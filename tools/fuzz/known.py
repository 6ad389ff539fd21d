"""Differences from stock that say nothing about compiled code."""

import re

# Near the limit a comparison or a call of a C function fails or not by how the interpreter has specialised it; so does
# one that a generator expression is given to.
AT_THE_LIMIT = re.compile("recursion depth exceeded( |[^\\n]{0,60}<genexpr>)")
# A bytearray for which there is no memory is thrown away by CPython before it has set its fields, and asks one of them.
UNSET_FIELD = "SystemError: deallocated bytearray object has exported buffers"


def is_known(difference):
    """At the recursion limit; an unbound variable, whose traceback names one of two lines; chance in CPython itself."""
    last = [text.rsplit("\n", 2)[-2:][0] for text in difference[2:]]
    unbound = last[0] == last[1] and last[0].startswith("UnboundLocalError")
    unset = any(UNSET_FIELD in text for text in difference[2:])
    return unbound or unset or any(map(AT_THE_LIMIT.search, difference[2:]))
