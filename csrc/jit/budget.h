/* How much of the program's own processor time compiling on its threads may take (the option compile_share).
 * All of it needs the GIL. */
#ifndef DXPY_JIT_BUDGET_H
#define DXPY_JIT_BUDGET_H

#include <stdbool.h>

#include "jit/record.h"

/* Is there a limit? Not where runs are to be alike, nor where somebody has said when to compile. */
bool budget_is_limited(const struct Engine *engine);

/* Seconds of processor time that the process is to have had before a worker is started for it. */
double budget_patience(void);

/* May something be compiled at this tier now? */
bool budget_allows(const struct Engine *engine, Tier tier);

/* Has it run for as long as tier 3 takes, tens of milliseconds of another processor, if there is one? */
bool budget_is_for_optimizing(const FunctionRecord *record);

/* Around a compile: what it took is booked, for its function too if its code is there now. */
double budget_begin(void);
void budget_end(double begun, FunctionRecord *record, bool runs);

#endif
