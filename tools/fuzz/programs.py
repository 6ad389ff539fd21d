"""A file of random cases: half of them plain statements, half kernels."""

from fuzz.kernels import KERNEL_PRELUDE, KernelCase
from fuzz.statements import PRELUDE, WHERE, Case


def program(random_of, names):
    """Source of one file with a case for each name; random_of(name) is the case's own random generator."""
    cases = []
    for name in names:
        random = random_of(name)
        kind = KernelCase if random.random() < 0.65 else Case
        cases.append(kind(random, name).source())
    return PRELUDE + WHERE + KERNEL_PRELUDE + "\n\n".join(cases)
