/* From a code object to running code: decode and lower here, compile in the worker (or find it in the cache),
 * load, publish. */
#define _GNU_SOURCE /* dladdr */
#include <dlfcn.h>
#include <stdio.h>
#include <unistd.h>

#include <build_id.h> /* made by setup.py */
#include "base/cpu_level.h"
#include "base/files.h"
#include "base/hash.h"
#include "cache/cache.h"
#include "cpython/decode.h"
#include "cpython/layout.h"
#include "cpython/version.h"
#include "jit/budget.h"
#include "jit/engine.h"
#include "jit/feedback.h"
#include "jit/guards.h"
#include "jit/install.h"
#include "jit/keep.h"
#include "jit/lowering.h"
#include "jit/native.h"
#include "jit/options.h"
#include "jit/publish.h"
#include "jit/reasons.h"
#include "jit/sampler.h"
#include "jit/table.h"
#include "jit/warm.h"
#include "jit/worker.h"
#include "runtime/osr.h"
#include "runtime/rt.h"

/* A compile that the worker has not answered, or whose answer waits for the option install_delay. */
typedef struct Pending {
    uint64_t job;
    FunctionRecord *record; /* borrowed; compile_invalidate takes it out before the record goes */
    Tier tier;
    char key[HASH_HEX + 1]; /* the artifact's */
    Facts *facts;           /* to link it with */
    WorkerReply *reply;     /* answered, waiting */
    double due;             /* when the answer may be used */
    struct Pending *next;
} Pending;

volatile int publish_is_wanted;
bool publish_at_start;
static Pending *pending; // one list per process, like the worker; guarded by the GIL
static uint64_t last_job;

/* How hard the compiler is to try for a tier, see codegen/compile.h. Tiers 1 and 2 have quick code: what is
 * speculated on is known after a while only, and compiled several times until then. */
static int gcc_level(Tier tier) {
    if (options.gcc_level >= 0) return (int)options.gcc_level;
    return tier < TIER_AOT ? 1 : 3;
}

/* What is long is left to gcc's level 1: its level 2 takes two to three times as long for all of it, and what
 * makes a function long is not its loops but how many calls were put in line. */
static int level_of_text(Tier tier, const char *text) {
    enum { LONG_TEXT = 40 << 10 };
    int level = gcc_level(tier);
    return level > 2 && options.gcc_level < 0 && strlen(text) > LONG_TEXT ? 2 : level;
}

/* --- failures --- */

void compile_failed(FunctionRecord *record, const char *reason, const char *message) {
    const ReasonRow *row = reason_find(reason);
    record->bail_reason = row ? row->name : reason_table[REASON_gcc_failed].name;
    snprintf(record->bail_message, sizeof(record->bail_message), "%s", message);
}

/* What the artifact depends on: the text, and whatever else decides what it becomes. */
static void artifact_key(const char *text, int level, char key[HASH_HEX + 1]) {
    Hash hash;
    char settings[160];
    int length = snprintf(settings, sizeof(settings), "%s %s %d %lx\n", DXPY_BUILD_ID, cpu_level(), level,
                          dxpy_built_for);
    hash_init(&hash);
    hash_update(&hash, settings, (size_t)length);
    hash_update(&hash, text, strlen(text));
    hash_final_hex(&hash, key);
}

/* --- the worker and the cache, set up when first needed or when the options changed --- */

static void notify(void);

static int ask_to_publish(void *unused) {
    compile_publish_finished();
    return 0;
}

/* From the listener thread: no GIL here. */
static void notify(void) {
    publish_is_wanted = 1;
    cp_interrupt_main(ask_to_publish); /* else whoever makes the next call sees the flag */
}

/* dxpy-cc stands in the folder bin beside this shared object. "" when that cannot be told. */
static const char *program_path(void) {
    static char path[1024];
    Dl_info info;
    if (path[0] != '\0' || dladdr((void *)program_path, &info) == 0) return path;
    const char *slash = strrchr(info.dli_fname, '/');
    int folder = slash ? (int)(slash - info.dli_fname) : 1;
    snprintf(path, sizeof(path), "%.*s/bin/dxpy-cc", folder, slash ? info.dli_fname : ".");
    return path;
}

bool compile_prepare(void) {
    static char *configured_folder;
    static double configured_timeout = -1;
    static int configured_niceness;
    static double configured_patience;
    int niceness = options.sync ? 0 : (int)options.niceness;
    double patience = budget_patience();
    const char *folder = options_cache_folder();
    bool same = configured_timeout == options.compile_timeout && configured_niceness == niceness &&
                configured_patience == patience &&
                (folder == NULL ? configured_folder == NULL
                                : configured_folder && strcmp(folder, configured_folder) == 0);
    if (same) return folder != NULL && cache_is_open();
    free(configured_folder);
    configured_folder = folder ? strdup(folder) : NULL;
    configured_timeout = options.compile_timeout;
    configured_niceness = niceness;
    configured_patience = patience;
    uint64_t limit = (uint64_t)options.cache_limit << 20;
    WorkerSettings settings = {.program = program_path(),
                               .cache_dir = folder,
                               .cache_limit = limit,
                               .compile_timeout = options.compile_timeout,
                               .niceness = niceness,
                               .patience = patience,
                               .notify = notify};
    if (folder != NULL && cache_open(folder, limit) < 0) settings.cache_dir = NULL;
    worker_configure(&settings);
    return settings.cache_dir != NULL;
}

/* --- publishing --- */

static void finish(FunctionRecord *record, Tier tier, const char *key, const Facts *facts,
                   const WorkerReply *reply) {
    bool ok = reply->ok;
    if (ok) {
        record->compiles++;
        record->compile_ms += reply->parse_ms + reply->opt_ms + reply->emit_ms + reply->gcc_ms;
        bool late = record->compiled != NULL && record->compiled_tier > tier; /* a higher tier was quicker */
        ok = late || install_artifact(record, tier, facts, reply->path, reply->unit);
        if (reply->temporary) unlink(reply->path);
        else if (ok && !late) warm_published(record, tier, key, facts_are_any(facts));
    } else {
        compile_failed(record, reply->reason, reply->message);
    }
    engine_compile_ended(record, tier, ok);
}

static Pending **find_job(uint64_t job) {
    Pending **place = &pending;
    while (*place != NULL && (*place)->job != job) place = &(*place)->next;
    return place;
}

/* Code that the facts hold may end with them, and what is pending for it: the list is another afterwards. */
static void drop_pending(Pending **place) {
    Pending *gone = *place;
    *place = gone->next;
    if (gone->reply == NULL) worker_cancel(gone->job);
    free(gone->reply);
    facts_free(gone->facts);
    free(gone);
}

/* Answers of dump requests, by job. */
static WorkerReply *dump_reply;
static uint64_t dump_job;

static void take_replies(void) {
    WorkerReply reply;
    while (worker_take_reply(&reply)) {
        if (reply.job == dump_job && dump_reply != NULL) {
            *dump_reply = reply;
            dump_job = 0;
            continue;
        }
        free(reply.text);
        Pending **place = find_job(reply.job);
        if (*place == NULL) { /* its function is gone */
            if (reply.ok && reply.temporary) unlink(reply.path);
            continue;
        }
        (*place)->reply = malloc(sizeof(reply));
        if ((*place)->reply != NULL) *(*place)->reply = reply;
        (*place)->due = options.install_delay > 0 ? files_now() + options.install_delay : 0;
    }
}

void compile_publish_finished(void) {
    PyObject *type, *value, *traceback;
    publish_is_wanted = 0;
    PyErr_Fetch(&type, &value, &traceback);
    take_replies();
    bool waiting = false;
    for (Pending **place = &pending; *place != NULL;) {
        Pending *p = *place;
        if (p->reply == NULL || (p->due > 0 && p->due > files_now())) {
            waiting |= p->reply != NULL;
            place = &p->next;
            continue;
        }
        FunctionRecord *record = p->record;
        Tier tier = p->tier;
        WorkerReply reply = *p->reply;
        char key[HASH_HEX + 1];
        memcpy(key, p->key, sizeof key);
        Facts *facts = p->facts;
        p->facts = NULL;
        drop_pending(place);
        /* Loading makes objects, and may so end others: not this function. */
        PyCodeObject *code = (PyCodeObject *)Py_NewRef((PyObject *)record->code);
        record_pin(record);
        finish(record, tier, key, facts, &reply);
        facts_free(facts);
        record_unpin(record);
        Py_DECREF(code);
        place = &pending; /* finish may have changed the list */
    }
    table_sweep();
    warm_save();
    if (waiting) publish_is_wanted = 1;
    PyErr_Restore(type, value, traceback);
}

/* --- what the engine calls --- */

static bool is_pending(uint64_t job) { return *find_job(job) != NULL; }

static void wait_for(uint64_t job) {
    while (is_pending(job)) {
        Py_BEGIN_ALLOW_THREADS worker_wait_reply(1.0);
        Py_END_ALLOW_THREADS compile_publish_finished();
    }
}

void compile_settle(double seconds) {
    for (double until = files_now() + seconds; pending != NULL && files_now() < until;) {
        Py_BEGIN_ALLOW_THREADS worker_wait_reply(0.1);
        Py_END_ALLOW_THREADS compile_publish_finished();
    }
    /* What is not finished is known to be worth it: the next run asks for it at the first call. */
    for (Pending *p = pending; p != NULL; p = p->next)
        warm_published(p->record, p->tier, p->key, facts_are_any(p->facts));
}

static char *dump_in_worker(FunctionRecord *record, Tier tier, const char *text, const char *stage) {
    WorkerReply reply = {0};
    compile_prepare();
    dump_job = ++last_job;
    dump_reply = &reply;
    int status = worker_submit_dump(dump_job, text, strlen(text), stage, gcc_level(tier));
    while (status == 0 && dump_job != 0) {
        Py_BEGIN_ALLOW_THREADS worker_wait_reply(1.0);
        Py_END_ALLOW_THREADS compile_publish_finished();
    }
    dump_reply = NULL;
    dump_job = 0;
    if (status < 0) compile_failed(record, "worker_unusable", "no compiler can be had");
    else if (!reply.ok) compile_failed(record, reply.reason, reply.message);
    return reply.text;
}

static bool dump_wanted(const char *stage) {
    for (char **s = options.dump; s != NULL && *s != NULL; s++)
        if (strcmp(*s, stage) == 0) return true;
    return false;
}

static void print_dumps(FunctionRecord *record, Tier tier, const Surroundings *around, const char *text) {
    static const char *const FROM_WORKER[] = {"opt", "asm"};
    char *bytecode = dump_wanted("bytecode") ? lowering_bytecode(record, tier, around) : NULL;
    if (bytecode != NULL) fputs(bytecode, stderr);
    free(bytecode);
    if (dump_wanted("ir")) fputs(text, stderr);
    for (size_t i = 0; i < Py_ARRAY_LENGTH(FROM_WORKER); i++) {
        char *made = dump_wanted(FROM_WORKER[i]) ? dump_in_worker(record, tier, text, FROM_WORKER[i]) : NULL;
        if (made != NULL) fputs(made, stderr);
        free(made);
    }
}

/* Code units beyond which a function is left to the interpreter: it would be compiled for tens of seconds. */
enum { MAX_UNITS = 20000 };

/* Beyond these the user's thread is not held up: making code takes up to three microseconds a unit, and more
 * where there are many handlers or variables. */
enum { MOST_UNITS_HERE = 8000 };

static bool from_cache(FunctionRecord *record, Tier tier, const Facts *facts, const char *key) {
    CacheEntry entry;
    if (!compile_prepare() || !cache_lookup(key, &entry) ||
        !install_artifact(record, tier, facts, entry.path, entry.unit))
        return false;
    warm_published(record, tier, key, facts_are_any(facts));
    engine_compile_ended(record, tier, true);
    return true;
}

bool compile_from_cache(FunctionRecord *record, Tier tier, const char *key) {
    int64_t nothing = 0;
    const Facts none = {.numbers = &nothing};
    return from_cache(record, tier, &none, key);
}

/* The function's text and its artifact's key. */
static bool lower(FunctionRecord *record, Tier tier, Lowered *lowered, char key[HASH_HEX + 1]) {
    Surroundings around;
    const Surroundings *names = lowering_surroundings(record->code, &around);
    if (!lowering_do(record, tier, names, lowered)) return false;
    if (options.dump != NULL) print_dumps(record, tier, names, lowered->text);
    lowered->level = level_of_text(tier, lowered->text);
    artifact_key(lowered->text, lowered->level, key);
    return true;
}

static bool submit(FunctionRecord *record, Tier tier, const char *key, Lowered *lowered) {
    const char *text = lowered->text;
    Pending *p = calloc(1, sizeof(*p));
    uint64_t job = ++last_job;
    if (p == NULL || worker_submit(job, key, text, strlen(text), lowered->level) < 0) {
        free(p);
        return false;
    }
    *p = (Pending){.job = job, .record = record, .tier = tier, .facts = lowered->facts, .next = pending};
    lowered->facts = NULL;
    memcpy(p->key, key, sizeof p->key);
    pending = p;
    return true;
}

/* Known to be hot, but what was made of it in an earlier run is of another text: quick code of this one runs
 * at once, whatever the worker is to make of it. */
static bool make_meanwhile(FunctionRecord *record, Tier tier, const char *key, Lowered *lowered) {
    QuickCode code = {0};
    char quick_key[HASH_HEX + 1];
    if (gcc_level(TIER_OPTIMIZING) > 1 || Py_SIZE(record->code) > MOST_UNITS_HERE) return false;
    double took = lowering_quick_code(lowered, TIER_OPTIMIZING, &code);
    bool ok = install_quick_code(record, TIER_OPTIMIZING, lowered->facts, &code);
    if (ok) {
        record->compiles++;
        record->compile_ms += took;
        warm_give_up(record);
        artifact_key(lowered->text, gcc_level(TIER_OPTIMIZING), quick_key);
        if (tier == TIER_OPTIMIZING) {
            warm_published(record, tier, quick_key, facts_are_any(lowered->facts));
            if (compile_prepare()) keep_code(quick_key, &code);
        }
        engine_compile_ended(record, TIER_OPTIMIZING, true);
        if (tier > TIER_OPTIMIZING && submit(record, tier, key, lowered)) record->requested = (uint8_t)tier;
    }
    quick_code_free(&code);
    return ok;
}

Finding compile_find(FunctionRecord *record, Tier tier, bool make) {
    char key[HASH_HEX + 1];
    Lowered lowered = {0};
    Finding finding = NOT_FOUND;
    double begun = budget_begin();
    if (lower(record, tier, &lowered, key)) {
        if (from_cache(record, tier, lowered.facts, key)) finding = FOUND;
        else if (make && make_meanwhile(record, tier, key, &lowered)) finding = MADE;
    }
    lowered_free(&lowered);
    budget_end(begun, record, finding == MADE);
    return finding;
}

static int start_worker_compile(FunctionRecord *record, Tier tier, const char *key, Lowered *lowered) {
    if (submit(record, tier, key, lowered)) return 0;
    WorkerStats stats;
    worker_get_stats(&stats);
    compile_failed(record, "worker_unusable", stats.error);
    return -1;
}

/* Make its code on this thread, and let it run. False: that is for the worker. */
static bool compile_here(FunctionRecord *record, Tier tier, const char *key, Lowered *lowered) {
    QuickCode code = {0};
    if (gcc_level(tier) > 1 || Py_SIZE(record->code) > MOST_UNITS_HERE || options.install_delay) return false;
    double took = lowering_quick_code(lowered, tier, &code);
    bool ok = install_quick_code(record, tier, lowered->facts, &code);
    if (ok) {
        record->compiles++;
        record->compile_ms += took;
        warm_published(record, tier, key, facts_are_any(lowered->facts));
        if (warm_is_worth_keeping(record, tier) && compile_prepare()) keep_code(key, &code);
        engine_compile_ended(record, tier, true);
    }
    quick_code_free(&code);
    return ok;
}

/* What is made here is not looked for in the cache where time counts: that takes half as long as making it.
 */
static bool get_code(FunctionRecord *record, Tier tier, const char *key, Lowered *lowered) {
    bool hurried = budget_is_limited(record->engine);
    if (hurried && compile_here(record, tier, key, lowered)) return true;
    if (from_cache(record, tier, lowered->facts, key)) return true;
    return !hurried && compile_here(record, tier, key, lowered);
}

int compile_start(FunctionRecord *record, Tier tier, bool sync) {
    if (Py_SIZE(record->code) > MAX_UNITS) {
        compile_failed(record, "too_large", "it has more than 20,000 code units");
        return -1;
    }
    char key[HASH_HEX + 1];
    Lowered lowered = {0};
    int status = -1;
    bool runs = false;
    double begun = budget_begin();
    if (lower(record, tier, &lowered, key)) {
        runs = get_code(record, tier, key, &lowered);
        status = runs ? 0 : start_worker_compile(record, tier, key, &lowered);
    }
    lowered_free(&lowered);
    budget_end(begun, record, runs);
    if (status == 0 && sync) {
        wait_for(last_job);
        keep_all();
    }
    keep_look();
    sampler_skip();
    return status;
}

/* What is being compiled for it is not wanted any more, nor what it runs: back to tier 1's code, if there is
 * any. */
static void fall_back(FunctionRecord *record) {
    CompiledCode *compiled = record->compiled;
    for (Pending **place = &pending; *place != NULL;) {
        if ((*place)->record != record) {
            place = &(*place)->next;
            continue;
        }
        drop_pending(place);
        place = &pending;
    }
    osr_disarm(record->code);
    record->compiled = record->baseline;
    record->compiled_tier = record->baseline != NULL ? TIER_BASELINE : 0;
    if (record->baseline != NULL) record->baseline->invalid = 0;
    record->baseline = NULL;
    if (compiled != NULL) table_retire(compiled);
}

void compile_invalidate(FunctionRecord *record) {
    native_drop(record->native);
    fall_back(record);
    if (record->compiled != NULL) fall_back(record);
}

/* --- guards that keep failing --- */

/* A longer function has more places to find out about, one compile at a time. */
static bool is_given_up(const FunctionRecord *record) {
    enum { MAX_RECOMPILES = 12, UNITS_FOR_ONE = 12 };
    return record->recompiles > MAX_RECOMPILES + Py_SIZE(record->code) / UNITS_FOR_ONE;
}

bool compile_note_failed_guard(FunctionRecord *record, int32_t offset) {
    int32_t *grown =
        PyMem_RawRealloc(record->failed_guards, sizeof(int32_t) * (size_t)(record->failed_guard_count + 1));
    if (grown == NULL) return false;
    record->failed_guards = grown;
    grown[record->failed_guard_count++] = offset;
    return true;
}

/* Is there an operator whose result does not fit? */
static bool may_overflow(int64_t left, int64_t right) {
    int64_t result;
    if (__builtin_add_overflow(left, right, &result) || __builtin_sub_overflow(left, right, &result) ||
        __builtin_mul_overflow(left, right, &result))
        return true;
    return right > 0 && right < 64 && (right == 63 || left >> (63 - right) != (left < 0 ? -1 : 0));
}

/* Two ints that are not too large to go without objects: what was. */
static bool note_words(FunctionRecord *record, PyObject *left, PyObject *right, int32_t offset) {
    if (left == NULL || right == NULL) return false;
    PyObject *operands[] = {left, right};
    int64_t numbers[2] = {0};
    bool words = false;
    for (int i = 0; i < 2; i++) {
        int overflow = 0;
        uint8_t type = decode_likely_type(operands[i]);
        if (type != LIKELY_INT && type != LIKELY_WORD) return false;
        if (type == LIKELY_INT) numbers[i] = PyLong_AsLongLongAndOverflow(operands[i], &overflow);
        else words |= compile_note_failed_guard(record, guards_wide_unit(offset, WIDE_LEFT + i));
        if (overflow) return false;
    }
    if (words || !may_overflow(numbers[0], numbers[1])) return words;
    bool far = numbers[1] < 0 || numbers[1] > 63;
    return compile_note_failed_guard(record, guards_wide_unit(offset, far ? WIDE_FAR : WIDE_RESULT));
}

/* The two topmost operands, where they are numbers: what an operator's guard met. */
static void note_numbers(FunctionRecord *record, const Frame *frame, int32_t offset) {
    if (offset < 0 || frame->stacktop - frame->f_code->co_nlocalsplus < 2) return;
    PyObject *right = frame->localsplus[frame->stacktop - 1], *left = frame->localsplus[frame->stacktop - 2];
    bool left_float = left && PyFloat_CheckExact(left), right_float = right && PyFloat_CheckExact(right);
    if (note_words(record, left, right, offset)) return;
    if ((left_float || (left && PyLong_CheckExact(left))) &&
        (right_float || (right && PyLong_CheckExact(right))))
        compile_note_failed_guard(record, guards_number_unit(offset, left_float || right_float));
}

bool compile_note_failure(Frame *innermost, int32_t offset) {
    FunctionRecord *failed = table_record(innermost->f_code);
    if (failed == NULL || options.force_exits) return false; /* it failed because it was told to */
    note_numbers(failed, innermost, offset);
    feedback_widen(failed, innermost);
    lowering_make_room(failed);
    return compile_note_failed_guard(failed, offset);
}

void compile_guard_failed(FunctionRecord *record, Frame *frame, Frame *innermost) {
    PyObject *type, *value, *traceback;
    if (record->requested && record->compiled == NULL) return;
    Tier tier = (Tier)Py_MAX(record->compiled_tier, record->requested);
    if (!options.sync) tier = Py_MIN(tier, TIER_OPTIMIZING); /* tier 3 is for what has settled */
    PyErr_Fetch(&type, &value, &traceback);
    record->recompiles++;
    if (is_given_up(record)) {
        record->ceiling = TIER_BASELINE; /* speculation does not pay here: tier 1 is where it rests */
        tier = TIER_BASELINE;
    }
    record_pin(record);
    fall_back(record);
    record->tier = (uint8_t)Py_MIN(record->tier, tier);
    record->requested = (uint8_t)tier;
    publish_frame = frame;
    lowering_met_frame = innermost;
    if (record->compiled_tier == tier) engine_compile_ended(record, tier, true);
    else if (compile_start(record, tier, options.sync) < 0) engine_compile_ended(record, tier, false);
    publish_frame = lowering_met_frame = NULL;
    record_unpin(record);
    PyErr_Restore(type, value, traceback);
}

/* --- code that had not run when it was compiled --- */

enum {
    COLD_EXITS = 3,       /* before it is compiled again; doubled each time, since what is rare earns less */
    MAX_COLD_COMPILES = 6 /* afterwards all of it is compiled, whether it ran or not */
};

static void start_again(FunctionRecord *record, Frame *frame, Tier tier) {
    PyObject *type, *value, *traceback;
    PyErr_Fetch(&type, &value, &traceback);
    record_pin(record);
    publish_frame = frame;
    record->requested = (uint8_t)tier;
    if (compile_start(record, tier, options.sync) < 0) engine_compile_ended(record, tier, false);
    publish_frame = NULL;
    record_unpin(record);
    PyErr_Restore(type, value, traceback);
}

/* The record of the code that an exit's innermost level is in; NULL: there is none, or the code is gone. */
static FunctionRecord *innermost_record(FunctionRecord *record, const CompiledCode *c,
                                        const ExitLevel *level) {
    if (level->frame == 0) return record;
    PyObject *code = PyWeakref_GET_OBJECT(c->inlined[level->frame - 1].code_ref); // borrowed
    return code != Py_None ? table_record((PyCodeObject *)code) : NULL;
}

static void note_warm(FunctionRecord *record, const CompiledCode *c, const ExitRecord *exit) {
    const ExitLevel *level = &exit->levels[0];
    FunctionRecord *inner = innermost_record(record, c, level);
    if (exit->kind == EXIT_COLD && exit->count > 0 && inner != NULL)
        feedback_note_unit(&inner->warm_units, &inner->warm_count, level->offset);
}

void compile_cold_taken(FunctionRecord *record, Frame *frame) {
    const CompiledCode *c = record->compiled;
    if (record->cold_exits < UINT16_MAX) record->cold_exits++;
    if (record->cold_exits < COLD_EXITS << record->cold_compiles || record->requested || c == NULL) return;
    if (!budget_is_worth_it(record, record->cold_exits, budget_now())) return;
    for (int i = 0; i < c->exit_count; i++) note_warm(record, c, &c->exits[i]);
    record->cold_exits = 0;
    if (++record->cold_compiles >= MAX_COLD_COMPILES) record->cold_off = 1;
    start_again(record, frame, (Tier)record->compiled_tier); /* what there is runs on meanwhile */
}

/* --- OSR --- */

static bool has_osr_entry(const FunctionRecord *record, int32_t unit) {
    for (int i = 0; record->compiled != NULL && i < record->compiled->entry_count; i++)
        if (record->compiled->entries[i].kind == ENTRY_OSR && record->compiled->entries[i].offset == unit)
            return true;
    return false;
}

bool compile_arm_osr(FunctionRecord *record, int offset) {
    int32_t unit = offset / (int32_t)sizeof(_Py_CODEUNIT);
    return has_osr_entry(record, unit) && !record->osr_never && osr_arm(record->code, unit);
}

void compile_loop_on(FunctionRecord *record, Frame *frame) {
    if (record->osr_count > 0 && engine_is_due(record, TIER_AOT)) start_again(record, frame, TIER_AOT);
}

static Tier osr_tier(const FunctionRecord *record) {
    if (record->never || record->osr_never) return TIER_INTERPRETER;
    return Py_MIN(Py_MIN(record->engine->max_tier, (Tier)record->ceiling), TIER_OPTIMIZING);
}

void compile_hot_loop(FunctionRecord *record, int32_t unit) {
    if (osr_tier(record) == TIER_INTERPRETER) return;
    warm_wake(record);
    bool known = !warm_is_restoring(record) && feedback_find_loop(record, unit) != NULL;
    if (!has_osr_entry(record, unit) && (record->requested || known)) return;
    osr_disarm(NULL); /* whatever was armed was not met */
    osr_arm(record->code, unit);
}

/* Where an earlier run entered a loop, this one looks in its first turn for what was made of it: some classes
 * and attributes are not there when the function begins. */
void compile_watch_loop(FunctionRecord *record) {
    if (publish_frame == NULL || publish_frame->f_code != record->code || record->osr_count == 0) return;
    if (!options.osr || record->osr_never) return;
    cp_watch(record->code);
    osr_disarm(NULL);
    osr_arm(record->code, record->osr_points[0].unit);
}

static bool restored_at(FunctionRecord *record, Frame *frame, int32_t unit) {
    publish_frame = frame;
    warm_retry_in_loop(record, record->osr_seen == 0 ? FIRST_TURN : LATER_TURN);
    publish_frame = NULL;
    return has_osr_entry(record, unit);
}

bool compile_at_back_edge(FunctionRecord *record, Frame *frame) {
    int32_t unit = cp_frame_lasti(frame);
    Tier tier = osr_tier(record);
    bool restoring = warm_is_restoring(record);
    if (restoring && (restored_at(record, frame, unit) || record->osr_seen == 0 || record->requested))
        return has_osr_entry(record, unit);
    bool known = !restoring && feedback_find_loop(record, unit) != NULL;
    if (tier == TIER_INTERPRETER || (!known && record->requested)) return false;
    if (!feedback_sample_loop(record, frame) || known) return false;
    warm_give_up(record); /* what is known by now is as good as what was known then */
    start_again(record, frame, Py_MAX(tier, (Tier)record->compiled_tier));
    return has_osr_entry(record, unit);
}

void compile_rearm(FunctionRecord *record, int32_t unit) {
    const CompiledCode *c = record->compiled;
    enum { PREFIXES = 4 }; /* an instruction and what may stand before it */
    int32_t best = -1;
    if (c == NULL || !options.osr || osr_tier(record) == TIER_INTERPRETER) return;
    for (int i = 0; i < c->entry_count; i++) {
        int32_t back_edge = c->entries[i].offset;
        if (c->entries[i].kind != ENTRY_OSR) continue;
        if (back_edge >= unit && back_edge - unit < PREFIXES &&
            cp_first_unit(record->code, back_edge) == unit)
            continue; /* it left there, before it did anything */
        if (back_edge >= unit ? best < unit || back_edge < best : back_edge > best && best < unit)
            best = back_edge;
    }
    if (best < 0) return;
    osr_disarm(NULL);
    osr_arm(record->code, best);
}

void compile_back_soon(FunctionRecord *record, int32_t unit, int32_t back_edge) {
    compile_rearm(record, unit);
    if (!osr_is_armed) compile_hot_loop(record, back_edge);
}

/* Which back-edge it is to be entered at this time; -1: none, at its start. */
static int32_t next_back_edge(FunctionRecord *record) {
    int32_t units[64];
    int count = options.osr_threshold > 1 ? 1 : 0;
    units[0] = -1;
    for (int32_t unit = -1; (unit = cp_next_back_edge(record->code, unit)) >= 0 && count < 64;)
        units[count++] = unit;
    return count > 0 ? units[record->osr_seen++ % count] : -1;
}

bool compile_osr_at_once(FunctionRecord *record) {
    if (options.osr_threshold > 1 && !cp_is_watched(record->code)) {
        cp_watch(record->code);
        return true;
    }
    int32_t unit = next_back_edge(record);
    if (unit >= 0 && osr_tier(record) != TIER_INTERPRETER) osr_arm(record->code, unit);
    return unit >= 0 || record->compiled == NULL;
}

/* --- looking on --- */

PyObject *compile_dump(FunctionRecord *record, PyObject *function, const char *stage) {
    Surroundings names = {((PyFunctionObject *)function)->func_globals,
                          ((PyFunctionObject *)function)->func_builtins,
                          .function = (PyFunctionObject *)function};
    const Surroundings *around = &names;
    Tier tier = record->tier ? (Tier)record->tier : Py_MAX(TIER_BASELINE, record->engine->max_tier);
    char *text;
    bool in_worker = strcmp(stage, "opt") == 0 || strcmp(stage, "asm") == 0;
    if (strcmp(stage, "bytecode") == 0) text = lowering_bytecode(record, tier, around);
    else if (in_worker || strcmp(stage, "ir") == 0) text = lowering_text(record, tier, around);
    else
        return PyErr_Format(PyExc_ValueError, "stage must be 'bytecode', 'ir', 'opt' or 'asm', not '%.100s'",
                            stage);
    if (in_worker && text != NULL) {
        char *lowered = text;
        text = dump_in_worker(record, tier, lowered, stage);
        free(lowered);
    }
    PyObject *result = text ? PyUnicode_DecodeUTF8(text, (Py_ssize_t)strlen(text), "replace") : NULL;
    free(text);
    return result;
}
