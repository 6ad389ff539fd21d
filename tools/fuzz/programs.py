"""A file of random cases: plain statements, kernels, calls within calls, mixtures of types, objects that
need not be made, recursion, arguments handed on, low bits of ints."""

from fuzz.guests import GUEST_PRELUDE, GuestCase
from fuzz.handed import HandedCase
from fuzz.kernels import KERNEL_PRELUDE, KernelCase
from fuzz.library import LibraryCase
from fuzz.library_things import LIBRARY_PRELUDE
from fuzz.mixtures import MIXTURE_PRELUDE, MixtureCase
from fuzz.nests import NEST_PRELUDE, NestCase
from fuzz.recursions import RecursionCase
from fuzz.statements import PRELUDE, WHERE, Case
from fuzz.unmade import UNMADE_PRELUDE, UnmadeCase
from fuzz.words import WordCase

KINDS = {
    "statements": Case,
    "kernels": KernelCase,
    "nests": NestCase,
    "mixtures": MixtureCase,
    "guests": GuestCase,
    "unmade": UnmadeCase,
    "recursions": RecursionCase,
    "handed": HandedCase,
    "library": LibraryCase,
    "words": WordCase,
}


def program(random_of, names, kinds=tuple(KINDS)):
    """Source of one file with a case for each name; random_of(name) is the case's own random generator."""
    cases = []
    for name in names:
        random = random_of(name)
        kind = kinds[random.randrange(len(kinds))]
        cases.append(KINDS[kind](random, name).source())
    return (
        PRELUDE
        + WHERE
        + KERNEL_PRELUDE
        + NEST_PRELUDE
        + MIXTURE_PRELUDE
        + GUEST_PRELUDE
        + UNMADE_PRELUDE
        + LIBRARY_PRELUDE
        + "\n\n".join(cases)
    )
