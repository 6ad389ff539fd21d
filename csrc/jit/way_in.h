/* The way into compiled code: see codegen/quick_way_in.h. */
#ifndef DXPY_JIT_WAY_IN_H
#define DXPY_JIT_WAY_IN_H

#include "jit/table.h"

/* Make it for code that has its record, if the function takes few enough arguments, and those as they come.
 * There is none where there is no memory for it. */
void way_in_make(CompiledCode *compiled);

#endif
