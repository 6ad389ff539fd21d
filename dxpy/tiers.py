"""The tiers, as an enumeration: a module of its own so that `import dxpy` need not import enum."""

from enum import IntEnum


class CompilationTier(IntEnum):
    """How far a function is compiled; higher is faster."""

    INTERPRETER = 0  # CPython's own interpreter
    BASELINE_JIT = 1  # compiled, nothing speculated
    OPTIMIZING_JIT = 2  # compiled for the types that were seen, with side exits
    AOT_OPTIMIZED = 3  # tier 2 with the widest budget, kept on disk for the next process
