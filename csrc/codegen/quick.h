/* IR to machine code by hand, for tier 1: a function in a fraction of a millisecond, where libgccjit takes
 * twenty. Knows the operations that unspeculated code is made of, on x86-64; the rest is libgccjit's. */
#ifndef DXPY_CODEGEN_QUICK_H
#define DXPY_CODEGEN_QUICK_H

#include "base/strbuf.h"
#include "ir/ir.h"

/* Has every operation of the function (after the passes) quick code? */
bool quick_can(const Fn *fn);

/* Code that may stand anywhere, and its image; bails. */
void quick_emit(Fn *fn, StrBuf *code, StrBuf *image);

#endif
