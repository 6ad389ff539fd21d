/* The tiering engine: who is hot, which tier is next. JitIntegration is an Engine as a Python object;
 * the process's own one is driven by the frame hook, others by hand. Needs the GIL. */
#ifndef DXPY_JIT_ENGINE_H
#define DXPY_JIT_ENGINE_H

#include "jit/mapper.h"
#include "jit/record.h"

/* A function's heat is its calls plus its back-edges divided by this: a turn of an ordinary loop costs the
 * interpreter about a tenth of what a call and the body of a small function cost. */
enum { LOOPS_PER_CALL = 10 };

typedef struct Engine {
    bool enabled;
    bool of_process;                 /* driven by the frame hook; its tiers are those of compiled code */
    Tier max_tier;                   /* nothing is promoted above */
    uint64_t thresholds[TIER_COUNT]; /* heat at which a tier is due; [0] is 0 */
    bool own_thresholds;             /* they are not what they are unless somebody says so */
    Mapper *mapper;
    FunctionRecord **records; /* by id: chain of the name's records, or NULL */
    size_t capacity;
    /* Functions of the running program whose code objects are gone. */
    uint64_t gone_functions[TIER_COUNT], gone_calls, gone_loops, gone_exits, gone_compiles;
    double gone_compile_ms;
    uint64_t asks;        /* how often the hook asked the policy */
    uint64_t warm_starts; /* functions that began where an earlier run left them */
} Engine;

typedef struct EngineStats {
    uint64_t functions[TIER_COUNT], calls, loops, exits, compiles, compiled, pending, asks, warm_starts;
    double compile_ms;
} EngineStats;

/* --- what the frame hook calls (implemented in jit/engine.c) --- */

/* Record of a code object met for the first time by the hook: named module.qualname from `globals`'
 * __name__ and co_qualname, registered with the process's engine. NULL: out of memory, no exception set.
 * Keeps an exception that is being raised. The caller puts it into co_extra. */
FunctionRecord *engine_record_for_code(PyCodeObject *code, PyObject *globals);

/* The entry counter reached next_ask (or somebody raised the back-edge counter): decide the next tier, ask
 * for its compilation, set next_ask anew. Cheap and harmless when nothing is due. Never fails, never leaves
 * an exception, keeps one that is being raised. */
void engine_ask(FunctionRecord *record);

/* co_extra's free function: the code object is going away. NULL is ignored. */
void engine_forget_record(FunctionRecord *record);

/* --- what the publisher calls (implemented in jit/engine.c) --- */

/* A compile that compile_start began (returned 0) has ended; exactly once for each, with the GIL, whether
 * `sync` or not. ok: `compiled` and `compiled_tier` are already set; raises record->tier. Not ok:
 * record->bail_reason (and bail_message) say why; a BAIL is final, a FAULT is tried again later. */
void engine_compile_ended(FunctionRecord *record, Tier tier, bool ok);

/* --- what the engine calls (implemented in jit/compile.c) --- */

/* Start compiling record->code at `tier`; the code is published under the GIL when it is ready (before this
 * returns, with `sync`). 0: under way, or ended (see engine_compile_ended). -1: refused, with
 * record->bail_reason and bail_message set and nothing else changed; no exception set. */
int compile_start(FunctionRecord *record, Tier tier, bool sync);

/* Has its heat reached this tier, beyond the one it has, and nothing been asked for? */
bool engine_is_due(const FunctionRecord *record, Tier tier);

/* Note in the record why it was not compiled: a name of reasons.def, and a sentence for people. */
void compile_failed(FunctionRecord *record, const char *reason, const char *message);

/* Set up the worker's client and the cache as the options say. False: there is no cache. */
bool compile_prepare(void);

/* Install the artifact with this key. False: it is not in the cache, or does not load; nothing has changed.
 */
bool compile_from_cache(FunctionRecord *record, Tier tier, const char *key);

/* Likewise the one that lowering leads to. `make`: if there is none, quick code of the same text runs, and
 * the worker is asked for a tier above that. */
typedef enum Finding { NOT_FOUND, FOUND, MADE } Finding;
Finding compile_find(FunctionRecord *record, Tier tier, bool make);

/* The program ends: wait up to `seconds` for compiles under way. */
void compile_settle(double seconds);

/* Drop the record's compiled code (compiled = NULL, compiled_tier = 0): no new entry; activations on a stack
 * leave at their next exit point. A compile still under way is forgotten, engine_compile_ended not called. */
void compile_invalidate(FunctionRecord *record);

/* Publish what the worker has finished. Called under the GIL, from a pending call and from the hook. */
void compile_publish_finished(void);

/* What is known of the compiled code: new dict with tier, symbol, code_size, exits: list of (line, offset,
 * reason, count), osr_entries: list of offsets. None when nothing is compiled. NULL: exception set. */
PyObject *compile_describe(FunctionRecord *record);

/* What attributes' owners were, as far as it is known: new list of (line, name, names of classes, state), the
 * last "" where that is speculated on. NULL: exception set. */
PyObject *compile_describe_sites(FunctionRecord *record);

/* What is assumed where: new tuple of a list of (offset, "type" | "inlined" | "call", name), a call being one
 * that stays one, and a dict qualname -> why calls of it are not put in line. `function`: one of that code,
 * or None. NULL: exception set. */
PyObject *compile_describe_lines(FunctionRecord *record, PyObject *function);

/* New dict bytecode offset -> tuple of type names seen there by the inline caches. NULL: exception set. */
PyObject *compile_observed_types(PyCodeObject *code);

/* Enter the OSR entry at `offset` at the next back-edge. false: there is none; no exception set. */
bool compile_arm_osr(FunctionRecord *record, int offset);

/* Text of a stage, "bytecode", "ir", "opt" or "asm", at the record's tier (or the best one allowed when it
 * has none): new str. NULL: ValueError, or no exception and bail_reason and bail_message set. */
PyObject *compile_dump(FunctionRecord *record, PyObject *function, const char *stage);

/* Decode and lower without a record, for tools and tests: (reason or None, message, microseconds taken, text
 * of the IR or None). */
PyObject *compile_lower(PyCodeObject *code, Tier tier, bool with_text);

/* --- what the Python surface calls (implemented in jit/engine.c) --- */

Engine *engine_new(void); /* by hand: enabled, default thresholds. NULL: MemoryError set */
void engine_free(Engine *engine);

/* The engine of the process, made at the first call, never freed: co_extra's free function is called late in
 * shutdown. Not enabled at first. NULL: MemoryError set. */
Engine *engine_of_process(void);

/* False unless 0 < baseline < optimizing < aot; no exception set. */
bool engine_set_thresholds(Engine *engine, uint64_t baseline, uint64_t optimizing, uint64_t aot);

/* The process's engine takes over the options (thresholds, max_tier, only, exclude), for functions already
 * seen too. */
void engine_apply_options(Engine *engine);

/* The process's engine puts the frame hook in or takes it out. -1: RuntimeError set, nothing changed. */
int engine_set_enabled(Engine *engine, bool enabled);

/* First record of a name; NULL when it has none, or with MemoryError set. Registers nothing. */
FunctionRecord *engine_find(Engine *engine, PyObject *name);

/* The record that counts for `name` and `code`, made when there is none. In the process's engine it is the
 * code object's; ValueError when that one has another name. NULL: exception set. */
FunctionRecord *engine_obtain(Engine *engine, PyObject *name, PyCodeObject *code);

/* The process's record of a function's code, named after its module and qualname. NULL: MemoryError set. */
FunctionRecord *engine_obtain_for_function(PyObject *function);

/* Count calls or back-edges; the tier just reached, or TIER_INTERPRETER when none was. */
Tier engine_record_calls(FunctionRecord *record, uint64_t calls);
Tier engine_record_loops(FunctionRecord *record, uint64_t loops);

/* What an earlier run made of it is looked for again after so many calls. */
void engine_retry_after(FunctionRecord *record, uint32_t calls);

/* Its loops were counted by other means: the policy is asked at the next call when a tier is due that makes
 * loops quicker. */
void engine_loops_ran(FunctionRecord *record);

typedef struct Refusal {
    const char *reason; /* name from jit/reasons.def */
    char message[256];
} Refusal;

/* Compile `code` now, in the place of what is compiled for the record. false: `refusal` is filled and
 * everything else is as it was. No exception set. The record may be gone afterwards, unless it is pinned. */
bool engine_compile(FunctionRecord *record, Tier tier, PyCodeObject *code, Refusal *refusal);

void engine_deoptimize(FunctionRecord *record); /* this one; not those chained to it */
void engine_reset(Engine *engine);
void engine_set_nojit(FunctionRecord *record);

/* A pinned record is not freed when it is dropped (reset, code object gone) while Python code may run. */
void record_pin(FunctionRecord *record);
/* What a record has for jit/native.h; NULL is allowed. */
void native_free(struct Native *native);

void record_unpin(FunctionRecord *record);

bool record_is_known(const FunctionRecord *record); /* stats() counts it */
uint64_t record_calls(const FunctionRecord *record);
uint64_t record_loops(const FunctionRecord *record);
Tier record_chain_tier(const FunctionRecord *first); /* highest of the name's records; INTERPRETER for NULL */

/* Why a function stays interpreted: a name from jit/reasons.def; NULL when it may be compiled. */
const char *record_refusal(const FunctionRecord *record);

void engine_get_stats(const Engine *engine, EngineStats *stats);

/* Visit every known record; ends with -1 when `visit` returns -1. */
int engine_each(const Engine *engine, int (*visit)(FunctionRecord *record, void *arg), void *arg);

#endif
