/* IR to machine code by hand: a function in a fraction of a millisecond, where libgccjit takes twenty and
 * more. On x86-64 only. */
#ifndef DXPY_CODEGEN_QUICK_H
#define DXPY_CODEGEN_QUICK_H

#include "base/strbuf.h"
#include "ir/ir.h"

/* Is there quick code for this machine? */
bool quick_can(void);

/* Code of a function after the passes, which may stand anywhere, and its image. False: it would take too much
 * of the C stack, or of memory. */
bool quick_emit(Fn *fn, StrBuf *code, StrBuf *image);

#endif
