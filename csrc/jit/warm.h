/* Warm start: a function begins where earlier runs left it.
 *
 * What a run learns of a function (tier reached, what its inline caches saw, where speculation failed, hot
 * loops, names of artifacts) is kept in the index of the code cache under the identity of its code object.
 * The hook looks a code object up when it first meets it. Needs the GIL; raises nothing. */
#ifndef DXPY_JIT_WARM_H
#define DXPY_JIT_WARM_H

#include "base/bail.h"
#include "bytecode/bytecode.h"
#include "cache/index.h"
#include "jit/record.h"

/* Read the index, with the options as they are now. Called when dxpy is enabled. False: they, or the cache,
 * allow none. */
bool warm_open(void);

/* The name of the index: 64 digits for this build, this Python, this machine's instruction set, these
 * options. */
void warm_world(char world[65]);

/* A code object is met for the first time: install what is there. */
void warm_meet(FunctionRecord *record);

/* record->warm_at was reached: what was not to be had at the first call may be now. */
void warm_retry(FunctionRecord *record);

/* Likewise in a loop of it: in the first turn, when some of what it needs may not be there yet, or when it
 * has run for a while. */
typedef enum LoopTry { NOT_IN_LOOP, FIRST_TURN, LATER_TURN } LoopTry;
void warm_retry_in_loop(FunctionRecord *record, LoopTry turn);

/* It rested, since earlier runs made code of it for little, and is seen in a loop: it is tried soon. */
void warm_wake(FunctionRecord *record);

/* It is not tried again. */
void warm_give_up(FunctionRecord *record);

/* About to be compiled at `tier`: another process may have done so meanwhile. True: installed. */
bool warm_learn(FunctionRecord *record, Tier tier);

/* The classes that attributes were of in earlier runs, where this one has seen none yet. Before decoding. */
struct Surroundings; /* cpython/decode.h */
void warm_recall_types(const FunctionRecord *record, CompileContext *cx, struct Surroundings *around);
/* The same for the function that is put in line next. */
void warm_recall_callee_types(const FunctionRecord *record, CompileContext *cx, PyCodeObject *callee,
                              struct Surroundings *around);

/* What was seen by earlier runs, where this one has seen nothing yet. */
void warm_overlay(FunctionRecord *record, CompileContext *cx, Bytecode *code);

/* What is restored must become the text it was: what was put in line then, and nothing else, whatever is
 * known of the callees by now. False: `count` instructions were not put in line next. */
bool warm_is_restoring(const FunctionRecord *record);
bool warm_had_in_line(const FunctionRecord *record, int count);
/* Likewise: native functions are called where that was done, since which of them do is found out while they
 * run. Asked, and told whether one is called, in the order in which such calls are met. */
bool warm_may_call_native(FunctionRecord *record);
void warm_calls_native(FunctionRecord *record, bool calls);

/* The same for a function that is put in line; `callee`: its own record, or NULL; `record` NULL: a native
 * function is lowered, which is not kept. Called in the order in which they are found, after warm_lowered. */
void warm_overlay_callee(FunctionRecord *record, const FunctionRecord *callee, CompileContext *cx,
                         Bytecode *code);

/* The bytecode that is lowered, with all that is known of it, is what the index is to say. */
void warm_lowered(FunctionRecord *record, const Bytecode *code);

/* Is code of this tier stored and found again? Tier 1's gains less than finding it takes, unless nobody
 * counts the time. */
bool warm_is_worth_keeping(const FunctionRecord *record, Tier tier);

/* Published: the artifact is `key`. `facts`: it was linked with what only this process knows, and is found
 * again by lowering, not by its name. */
void warm_published(FunctionRecord *record, Tier tier, const char *key, bool facts);

void warm_failed(FunctionRecord *record); /* for good: not to be tried again */
void warm_forget(FunctionRecord *record); /* start anew, or the record goes */

/* Write what is new: after each batch of compiles, since a process may end without notice, and at the end. */
void warm_save(void);
void warm_stop(void); /* the program ends */

/* A record of the index for people. False: it makes no sense. */
typedef struct WarmSummary {
    const char *name; /* UTF-8, in the record; not NUL-terminated */
    int32_t name_length;
    int tier, ceiling;
    const char *reason;        /* for the ceiling; "": none */
    char keys[TIER_COUNT][65]; /* "": none */
} WarmSummary;
bool warm_summarize(const IndexRecord *record, WarmSummary *summary);

#endif
