/* Guards that keep failing. */
#ifndef DXPY_JIT_GUARDS_H
#define DXPY_JIT_GUARDS_H

#include "jit/record.h"

/* A guard may fail now and then; each time it has failed this often, its speculation is reconsidered. */
enum { EXITS_BEFORE_GIVING_UP = 8 };

/* The guard of the instruction at this code unit of an exit's innermost frame keeps failing: the next compile
 * does not speculate there, whatever it is made for. False: there is nothing, or no room, to note it in.
 * (jit/compile.c) */
bool compile_note_failure(struct _PyInterpreterFrame *innermost, int32_t offset);

/* A guard of which that was noted failed again in the innermost of an exit's frames, which is that of the
 * function or of one put in line in it: the function is dropped, and compiled anew. Keeps the exception that
 * is set. (jit/compile.c) */
void compile_guard_failed(FunctionRecord *record, struct _PyInterpreterFrame *frame,
                          struct _PyInterpreterFrame *innermost);

/* The guard of the instruction before which an exit's innermost frame stands failed: what it met is known to
 * the next compile, whatever that is made for. (jit/feedback.c) */
void feedback_note_met(struct _PyInterpreterFrame *innermost, int32_t offset);

/* Nanoseconds of a coarse clock. (jit/budget.c) */
int64_t budget_now(void);

/* Was it left more often than now and then since this time of that clock? (jit/budget.c) */
bool budget_is_often(int64_t since);

/* Compiled code was left so many times, since the time `since` of that clock lately: is it worth its
 * function's being compiled again? (jit/budget.c) */
bool budget_is_worth_it(const FunctionRecord *record, uint64_t exits, int64_t since);

/* Note that of a function. False: no memory. (jit/compile.c) */
bool compile_note_failed_guard(FunctionRecord *record, int32_t offset);

/* As which code unit it is noted that what was moved out of the loop at one keeps failing: none that is
 * there. */
static inline int32_t guards_loop_unit(int32_t unit) { return -1 - unit; }

/* Likewise that the operands of the operator at one were numbers, not of the kinds it was made for. */
static inline int32_t guards_number_unit(int32_t unit, bool any_float) {
    return INT32_MIN + unit * 2 + any_float;
}

/* Likewise that these were ints from -2**63 to 2**64, and what did not fit in an int64: an operand, or else
 * the result, the right operand being from 0 to 63 or not. */
enum { WIDE_RESULT, WIDE_LEFT, WIDE_RIGHT, WIDE_FAR };
static inline int32_t guards_wide_unit(int32_t unit, int what) { return INT32_MIN / 8 * 3 + unit * 4 + what; }

/* Likewise that something arrived at one, where ways meet, that was not the number that was guessed. */
static inline int32_t guards_arrival_unit(int32_t unit) { return INT32_MIN / 2 + unit; }

/* Likewise by a jump back: where a loop was entered with what the sample did not have, say. */
static inline int32_t guards_entry_unit(int32_t unit) { return INT32_MIN / 4 + unit; }

/* Compiled code left where it had not run before. (jit/compile.c) */
void compile_cold_taken(FunctionRecord *record, struct _PyInterpreterFrame *frame);

/* Compiled code left at this code unit: enter it again at the next back-edge that can be met and has an
 * entry. (jit/compile.c) */
void compile_rearm(FunctionRecord *record, int32_t unit);

/* Likewise at a turn of the loop whose back-edge is given; has it compiled with an entry there if it has
 * none. (jit/compile.c) */
void compile_back_soon(FunctionRecord *record, int32_t unit, int32_t back_edge);

/* A function that was hot in an earlier run begins, and what was made of it then cannot be found yet: look
 * again in the first turn of its loop. (jit/compile.c) */
void compile_watch_loop(FunctionRecord *record);

/* A frame stands before an armed back-edge at which there is no entry: have its function compiled with one.
 * True: it is there now. (jit/compile.c) */
bool compile_at_back_edge(FunctionRecord *record, struct _PyInterpreterFrame *frame);

#endif
