/* Code that has not run, by what the interpreter noted. */
#ifndef DXPY_LOWER_COLD_H
#define DXPY_LOWER_COLD_H

#include "base/bail.h"
#include "bytecode/bytecode.h"

/* Set BC_COLD where control flow comes into code that never ran. */
void cold_mark(CompileContext *cx, Bytecode *code);
/* How many code units are left then, handlers not counted. */
int cold_units_left(CompileContext *cx, const Bytecode *code);

#endif
