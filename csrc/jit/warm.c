#include <build_id.h> /* made by setup.py */
#include "cpython/compat.h"

#include "jit/warm.h"

#include <stdlib.h>
#include <time.h>

#include "base/cpu_level.h"
#include "base/hash.h"
#include "cache/cache.h"
#include "cpython/decode.h"
#include "cpython/identity.h"
#include "cpython/layout.h"
#include "cpython/version.h"
#include "jit/body.h"
#include "jit/budget.h"
#include "jit/engine.h"
#include "jit/guards.h"
#include "jit/keep.h"
#include "jit/lowering.h"
#include "jit/options.h"
#include "jit/reasons.h"
#include "jit/table.h"

/* What is kept of an instruction. */
typedef struct KeptSite {
    uint8_t feedback;                  /* FeedbackKind, and whether a guard kept failing there */
    uint8_t kind;                      /* of Instr.site, see site_kind; 0: there is none */
    uint8_t likely;                    /* what is likely there */
    uint8_t ran;                       /* bits of Instr.flags: did it run? */
    uint8_t left, right;               /* what was noted of its operands */
    uint8_t value, items[NOTED_ITEMS]; /* and of what it gives */
} KeptSite;

_Static_assert(2 * sizeof(KeptSite) >= sizeof(int32_t), "a number fits in two");

enum { SITE_FEEDBACK = 0x7f, SITE_FAILED = 0x80, RAN = BC_RAN | BC_NEVER_RAN | BC_WARM | BC_ARRIVES_BOXED };
_Static_assert(RAN < 256, "the flags that are kept fit");
_Static_assert((int)FB_MEGAMORPHIC <= (int)SITE_FEEDBACK, "a feedback kind fits");

/* Calls at which to try again what could not be had before: a class or a function was not there yet. */
static const uint32_t RETRY_AT[] = {2, 8, 32, 128};
enum { RETRIES = sizeof(RETRY_AT) / sizeof(RETRY_AT[0]) };

typedef struct Warm {
    FunctionRecord *record; // borrowed; the record owns this
    uint64_t hint, saved;
    uint8_t id[INDEX_ID];
    uint64_t owner;                      /* the program whose record was found; 0: none was */
    bool has_own;                        /* it was found under this program's own id */
    uint8_t tier;                        /* of the code published last, or 0 */
    uint8_t ran;                         /* how much it ran in an earlier run, see how_much; 0: not known */
    uint8_t facts;                       /* bit of a tier: its artifact was linked with facts */
    char keys[TIER_COUNT][HASH_HEX + 1]; /* of artifacts; "": none */
    KeptSite *sites;                     /* for each instruction; NULL: not lowered yet */
    int32_t site_count;
    KeptSite
        *inlined; /* of each function put in line: the number of its instructions in two entries, then they */
    int32_t inlined_count, inlined_at; /* how many; where the next one begins, while it is lowered */
    char *types; /* of attributes and calls: for each number of an inline cache, module and qualname, with
                    NULs */
    int32_t types_length;    /* bytes */
    uint8_t *argument_types; /* Likely; NULL: no sample */
    int32_t argument_count;
    uint8_t wanted; /* Tier to be restored, or 0; until then the index is believed, not this run */
    uint8_t tries;
    uint8_t *natives; /* for each call of what was lowered that could be one of a native function: is it? */
    int32_t native_count, asked_natives; /* of them; so many of the calls were asked about by now */
    bool identified, nameless;           /* the id is worked out; it cannot be */
    bool is_new;                         /* in the list of what the index does not say yet */
    struct Warm *next_new;
} Warm;

static void forget_snapshot(Warm *warm) {
    PyMem_RawFree(warm->sites);
    PyMem_RawFree(warm->inlined);
    PyMem_RawFree(warm->types);
    warm->types = NULL;
    warm->types_length = 0;
    PyMem_RawFree(warm->argument_types);
    PyMem_RawFree(warm->natives);
    warm->sites = warm->inlined = NULL;
    warm->argument_types = warm->natives = NULL;
    warm->site_count = warm->inlined_count = warm->inlined_at = warm->argument_count = 0;
    warm->native_count = warm->asked_natives = 0;
}

static Warm *news;       // one list per process, like the index
static bool is_on;       // one per process; the index may be read and written
static uint64_t program; // likewise; never 0
static LoopTry loop_try; // likewise; the function that is looked for has begun

enum { DAY = 24 * 3600, NANOSECONDS = 1000000000 };

/* --- the index of this world --- */

void warm_world(char world[65]) {
    Hash hash;
    char settings[512];
    /* Two Pythons of one version may be built differently: the text that Python says of itself tells them
     * apart. */
    int length = snprintf(settings, sizeof settings, "warm 1 %s %s %lx %lld %s\n", DXPY_BUILD_ID, cpu_level(),
                          dxpy_built_for, (long long)options.force_exits, Py_GetVersion());
    hash_init(&hash);
    hash_update(&hash, settings, (size_t)Py_MIN(length, (int)sizeof settings - 1));
    hash_update(&hash, LAYOUT_OFFSETS, sizeof LAYOUT_OFFSETS);
    hash_final_hex(&hash, world);
}

bool warm_open(void) {
    char world[HASH_HEX + 1];
    is_on = options.warm && compile_prepare();
    index_close();
    if (!is_on) return false;
    warm_world(world);
    program = identity_of_program();
    index_open(world);
    return true;
}

/* --- a record's body --- */

/* For `dxpy cache list` alone. */
static void put_name(BodyWriter *w, PyObject *name) {
    Py_ssize_t length = 0;
    const char *text = PyUnicode_AsUTF8AndSize(name, &length);
    PyErr_Clear(); /* lone surrogates: it stays without */
    body_put_list(w, text, text ? (int32_t)Py_MIN(length, 1000) : 0, 1);
}

/* What begins a body. */
typedef struct BodyStart {
    uint8_t format, tier, ceiling, facts, keys /* bits */, reason /* 1 + its number */, recompiles,
        argument_types, ran, unused[7];
    uint64_t owner; /* the program that learned it */
} BodyStart;

enum { BODY_FORMAT = 8 };

static int reason_number(const char *name) {
    const ReasonRow *row = name ? reason_find(name) : NULL;
    return row ? 1 + (int)(row - reason_table) : 0;
}

/* The length, or 0 when it is too long. */
static size_t write_body(const Warm *warm, uint8_t *body, size_t room) {
    const FunctionRecord *record = warm->record;
    BodyWriter w = {body, body + room};
    BodyStart start = {.format = BODY_FORMAT,
                       .tier = warm->tier,
                       .ceiling = record->ceiling,
                       .facts = warm->facts,
                       .owner = program,
                       .recompiles = (uint8_t)Py_MIN(record->recompiles, UINT8_MAX),
                       .argument_types = warm->argument_types != NULL,
                       .ran = warm->ran};
    if (record->ceiling < TIER_AOT) start.reason = (uint8_t)reason_number(record->bail_reason);
    for (int tier = 0; tier < TIER_COUNT; tier++) start.keys |= (uint8_t)((warm->keys[tier][0] != 0) << tier);
    body_put(&w, &start, sizeof start);
    for (int tier = 0; tier < TIER_COUNT; tier++)
        if (warm->keys[tier][0]) body_put(&w, warm->keys[tier], HASH_HEX);
    put_name(&w, record->name);
    body_put_list(&w, warm->sites, warm->site_count, sizeof(KeptSite));
    body_put_list(&w, warm->inlined, warm->inlined_count, sizeof(KeptSite));
    body_put_list(&w, warm->types, warm->types_length, 1);
    body_put_list(&w, warm->argument_types, warm->argument_count, 1);
    body_put_list(&w, warm->natives, warm->native_count, 1);
    body_put_point(&w, &record->resumed);
    body_put(&w, &record->osr_count, sizeof record->osr_count);
    for (int32_t i = 0; i < record->osr_count; i++) body_put_point(&w, &record->osr_points[i]);
    return w.at == w.end ? 0 : (size_t)(w.at - body);
}

static bool read_start(BodyReader *r, BodyStart *start, char keys[TIER_COUNT][HASH_HEX + 1],
                       const char **name, int32_t *name_length) {
    memcpy(start, body_get(r, sizeof *start), sizeof *start);
    for (int tier = 0; tier < TIER_COUNT; tier++) {
        keys[tier][0] = 0;
        if (!(start->keys & 1 << tier) || r->failed) continue;
        const char *key = (const char *)r->at;
        body_get(r, HASH_HEX);
        if (!r->failed) memcpy(keys[tier], key, HASH_HEX);
        keys[tier][HASH_HEX] = 0;
    }
    memcpy(name_length, body_get(r, sizeof *name_length), sizeof *name_length);
    *name = (const char *)r->at;
    if (*name_length < 0) return false;
    body_get(r, (size_t)*name_length);
    return !r->failed && start->format == BODY_FORMAT && start->tier < TIER_COUNT &&
           start->ceiling < TIER_COUNT && start->reason <= REASON_COUNT;
}

/* Hot loops of earlier runs, unless this one knows some already. */
static void read_loops(BodyReader *r, FunctionRecord *record) {
    int32_t count, room = (int32_t)Py_SIZE(record->code);
    memcpy(&count, body_get(r, sizeof count), sizeof count);
    OsrPoint *points = count > 0 && count <= room ? PyMem_RawCalloc((size_t)count, sizeof(OsrPoint)) : NULL;
    for (int32_t i = 0; points != NULL && i < count; i++) body_get_point(r, &points[i]);
    if (points == NULL) return;
    if (!r->failed && record->osr_points == NULL) {
        record->osr_points = points;
        record->osr_count = count;
        return;
    }
    for (int32_t i = 0; i < count; i++) PyMem_RawFree(points[i].types);
    PyMem_RawFree(points);
}

/* Likewise what a generator had, unless this run knows. */
static void read_resumption(BodyReader *r, FunctionRecord *record) {
    OsrPoint resumed = {0};
    body_get_point(r, &resumed);
    if (!r->failed && record->resumed.types == NULL) record->resumed = resumed;
    else PyMem_RawFree(resumed.types);
}

static bool read_body(Warm *warm, const IndexRecord *from) {
    FunctionRecord *record = warm->record;
    BodyReader r = {from->body, from->body + from->length, false};
    BodyStart start;
    const char *name;
    int32_t name_length;
    if (!read_start(&r, &start, warm->keys, &name, &name_length)) return false;
    forget_snapshot(warm);
    warm->sites = body_get_list(&r, &warm->site_count, sizeof(KeptSite));
    warm->inlined = body_get_list(&r, &warm->inlined_count, sizeof(KeptSite));
    warm->types = body_get_list(&r, &warm->types_length, 1);
    warm->argument_types = body_get_list(&r, &warm->argument_count, 1);
    warm->natives = body_get_list(&r, &warm->native_count, 1);
    read_resumption(&r, record);
    read_loops(&r, record);
    if (r.failed) return false;
    warm->tier = start.tier;
    warm->facts = start.facts;
    warm->ran = start.ran;
    warm->saved = from->saved;
    warm->owner = start.owner;
    bool own = start.owner == program;
    /* This run has chances of its own: what failed then need not be what fails now. */
    if (own) record->recompiles = Py_MAX(record->recompiles, start.recompiles / 2);
    if (start.ceiling < record->ceiling && (own || start.reason)) {
        record->ceiling = start.ceiling;
        if (start.reason) record->bail_reason = reason_table[start.reason - 1].name;
        if (start.ceiling == TIER_INTERPRETER) record->never |= NEVER_BAILED;
    }
    return true;
}

bool warm_summarize(const IndexRecord *record, WarmSummary *summary) {
    BodyReader r = {record->body, record->body + record->length, false};
    BodyStart start;
    if (!read_start(&r, &start, summary->keys, &summary->name, &summary->name_length)) return false;
    summary->tier = start.tier;
    summary->ceiling = start.ceiling;
    summary->reason = start.reason ? reason_table[start.reason - 1].name : "";
    return true;
}

/* --- a record's warm state --- */

static Warm *warm_of(FunctionRecord *record) {
    if (record->warm == NULL && is_on && record->engine->of_process) {
        record->warm = PyMem_RawCalloc(1, sizeof(Warm));
        if (record->warm != NULL) record->warm->record = record;
    }
    return record->warm;
}

void warm_forget(FunctionRecord *record) {
    Warm *warm = record->warm;
    record->warm_at = 0;
    if (warm == NULL) return;
    for (Warm **place = &news; *place != NULL; place = &(*place)->next_new) {
        if (*place != warm) continue;
        *place = warm->next_new;
        break;
    }
    forget_snapshot(warm);
    PyMem_RawFree(warm);
    record->warm = NULL;
}

static void is_news(Warm *warm) {
    if (warm->is_new) return;
    warm->is_new = true;
    warm->next_new = news;
    news = warm;
}

static bool identify(Warm *warm) {
    FunctionRecord *record = warm->record;
    if (!warm->identified && !warm->nameless) {
        warm->hint = identity_hint(record->code, record->name);
        warm->identified = identity_of_code(record->code, record->name, warm->id);
        warm->nameless = !warm->identified;
    }
    return warm->identified;
}

/* What kind of place it leads to, for how many classes of owners. */
static uint8_t site_kind(const Site *site) {
    int classes = 0;
    for (const Site *s = site->next; s != NULL; s = s->next) classes++;
    return (uint8_t)((site->kind + 1) | classes << 4);
}

/* What a program learned of a function that others use too is under an id of its own, unless it was the
 * first: they may call it with other types. */
static void own_id(const Warm *warm, uint8_t id[INDEX_ID]) {
    uint64_t part;
    memcpy(id, warm->id, INDEX_ID);
    memcpy(&part, id, sizeof part);
    part ^= program;
    memcpy(id, &part, sizeof part);
}

static bool is_foreign(const Warm *warm) { return warm->owner != 0 && warm->owner != program; }

/* Where a site leads to is this process's business; that it led there, and to what, made the artifact. */
static const Site *believed(CompileContext *cx, const Site *site, const KeptSite *kept) {
    if (site == NULL || kept->kind == 0) return NULL;
    if (site_kind(site) != kept->kind || site->likely == kept->likely) return site;
    Site *copy = arena_new(&cx->arena, Site);
    *copy = *site;
    copy->likely = kept->likely;
    return copy;
}

/* Where speculation failed in another program it may do here. */
static void overlay(CompileContext *cx, const Warm *warm, Bytecode *code, const KeptSite *kept,
                    bool believe) {
    for (int i = 0; i < code->count; i++) {
        Instr *instr = &code->instrs[i];
        if (believe || instr->feedback == FB_NONE) instr->feedback = kept[i].feedback & SITE_FEEDBACK;
        if (believe) instr->site = believed(cx, instr->site, &kept[i]);
        if (kept[i].feedback & SITE_FAILED && (believe || !is_foreign(warm)))
            instr->flags |= BC_NO_SPECULATION;
        if (believe) instr->flags = (uint16_t)((instr->flags & ~RAN) | kept[i].ran);
        else if (kept[i].ran & (BC_RAN | BC_WARM)) instr->flags |= BC_WARM;
        if (!believe) continue;
        instr->left = kept[i].left;
        instr->right = kept[i].right;
        instr->value = kept[i].value;
        memcpy(instr->items, kept[i].items, NOTED_ITEMS);
    }
}

void warm_overlay(FunctionRecord *record, CompileContext *cx, Bytecode *code) {
    Warm *warm = record->warm;
    if (warm == NULL) return;
    warm->inlined_at = warm->asked_natives = 0;
    if (warm->argument_types != NULL && warm->argument_count == code->argument_count &&
        (warm->wanted || code->argument_types == NULL)) {
        code->argument_types = arena_array(&cx->arena, uint8_t, code->argument_count + 1);
        memcpy(code->argument_types, warm->argument_types, (size_t)code->argument_count);
    }
    if (warm->site_count == code->count) overlay(cx, warm, code, warm->sites, warm->wanted != 0);
}

static KeptSite kept_site(const Instr *instr) {
    KeptSite kept = {.feedback = instr->feedback,
                     .ran = (uint8_t)(instr->flags & RAN),
                     .left = instr->left,
                     .right = instr->right,
                     .value = instr->value};
    memcpy(kept.items, instr->items, NOTED_ITEMS);
    if (instr->flags & BC_NO_SPECULATION) kept.feedback |= SITE_FAILED;
    if (instr->site != NULL) {
        kept.kind = site_kind(instr->site);
        kept.likely = instr->site->likely;
    }
    return kept;
}

static void keep_names(Warm *warm, int32_t cache, const Site *site) {
    const char *module, *name, *mark = decode_site_names(site, &module, &name);
    if (mark == NULL) return;
    size_t before = (size_t)warm->types_length, a = strlen(module) + 1, b = strlen(mark),
           c = strlen(name) + 1;
    char *grown = PyMem_RawRealloc(warm->types, before + sizeof(cache) + a + b + c);
    if (grown == NULL) return;
    warm->types = grown;
    warm->types_length += (int32_t)(sizeof(cache) + a + b + c);
    grown += before;
    memcpy(grown, &cache, sizeof(cache));
    memcpy(grown + sizeof(cache), module, a);
    memcpy(grown + sizeof(cache) + a, mark, b);
    memcpy(grown + sizeof(cache) + a + b, name, c);
}

static void add_seen(uint32_t *seen, uint32_t version) {
    int count = 0;
    while (count < SEEN_TYPES && seen[count] != 0 && seen[count] != version) count++;
    if (count < SEEN_TYPES) seen[count] = version;
}

/* Inline caches are numbered by function: those of the one that was put in line when so much had been kept of
 * others begin there. */
enum { CACHES_EACH = 1 << 16, MOST_KEPT = INT32_MAX / CACHES_EACH - 1 };
static int32_t first_cache(int32_t kept) { return kept < MOST_KEPT ? (kept + 1) * CACHES_EACH : -1; }

/* What this run has found out of a site is not what made the text: neither its classes nor their order. */
static void forget_seen(uint32_t *seen) {
    uint32_t entry = seen[SEEN_TYPES - 1];
    memset(seen, 0, sizeof(uint32_t) * SEEN_TYPES);
    if (entry >= SEEN_ENTRY && entry != SEEN_SEVERAL) seen[SEEN_TYPES - 1] = entry;
}

/* Of `code`, the caches of which begin at `first`. What is recalled is known from then on, whatever becomes
 * of the text. */
static void recall_types(const Warm *warm, CompileContext *cx, int32_t first, PyCodeObject *code,
                         Surroundings *around) {
    if (warm == NULL || !warm->wanted || warm->types == NULL || first < 0) return;
    FunctionRecord *record = table_record(code);
    int most = (int)Py_SIZE(code); /* there is at most one cache to an instruction */
    uint32_t *seen = arena_array(&cx->arena, uint32_t, most * SEEN_TYPES);
    bool *recalled = arena_array(&cx->arena, bool, most);
    int count = Py_MIN(around->seen_count, most);
    if (count > 0) memcpy(seen, around->seen, sizeof(uint32_t) * SEEN_TYPES * (size_t)count);
    if (record != NULL) lowering_make_room(record);
    const char *at = warm->types, *end = at + warm->types_length;
    while (end - at > (ptrdiff_t)sizeof(int32_t)) {
        int32_t cache;
        memcpy(&cache, at, sizeof(cache));
        const char *module = at + sizeof(cache), *name = memchr(module, 0, (size_t)(end - module));
        if (name == NULL || memchr(name + 1, 0, (size_t)(end - name - 1)) == NULL) break;
        name++;
        at = name + strlen(name) + 1;
        cache -= first;
        if (cache < 0 || cache >= most) continue;
        uint32_t version = decode_recalled(module, name);
        if (!recalled[cache]) forget_seen(&seen[cache * SEEN_TYPES]);
        recalled[cache] = true;
        count = Py_MAX(count, cache + 1);
        if (version == 0) continue;
        add_seen(&seen[cache * SEEN_TYPES], version);
        if (record != NULL && cache < record->seen_count)
            add_seen(&record->seen_types[cache * SEEN_TYPES], version);
    }
    around->seen = seen;
    around->seen_count = count;
    around->recalled = recalled;
}

void warm_recall_types(const FunctionRecord *record, CompileContext *cx, Surroundings *around) {
    recall_types(record->warm, cx, 0, record->code, around);
}

void warm_recall_callee_types(const FunctionRecord *record, CompileContext *cx, PyCodeObject *callee,
                              Surroundings *around) {
    const Warm *warm = record->warm;
    if (warm != NULL) recall_types(warm, cx, first_cache(warm->inlined_at), callee, around);
}

/* `cache`: the number in front of its first one. */
static void keep_types(Warm *warm, const Bytecode *code, int32_t cache) {
    for (const Instr *instr = code->instrs; instr < code->instrs + code->count; instr++) {
        const Site *site = bc_cache_count(instr->op) > 0 ? instr->site : NULL;
        cache += bc_cache_count(instr->op);
        for (; site != NULL; site = site->next)
            if ((instr->op == BC_CALL) == bc_is_called(site)) keep_names(warm, cache, site);
    }
}

void warm_lowered(FunctionRecord *record, const Bytecode *code) {
    Warm *warm = warm_of(record);
    if (warm == NULL || warm->wanted) return;
    forget_snapshot(warm);
    warm->sites = PyMem_RawMalloc(sizeof(KeptSite) * (size_t)code->count + 1);
    warm->site_count = warm->sites ? code->count : 0;
    for (int i = 0; i < warm->site_count; i++) warm->sites[i] = kept_site(&code->instrs[i]);
    keep_types(warm, code, -1);
    size_t arguments = code->argument_types ? (size_t)code->argument_count : 0;
    warm->argument_types = arguments ? PyMem_RawMalloc(arguments) : NULL;
    warm->argument_count = warm->argument_types ? (int32_t)arguments : 0;
    if (warm->argument_types) memcpy(warm->argument_types, code->argument_types, arguments);
}

/* Those of the function that was put in line next; NULL: it is another one. */
static const KeptSite *next_inlined(const Warm *warm, int count) {
    int32_t there, at = warm->inlined_at;
    if (warm->inlined_count - at < 2) return NULL;
    memcpy(&there, &warm->inlined[at], sizeof(there));
    if (there != count || there > warm->inlined_count - at - 2) return NULL;
    return &warm->inlined[at + 2];
}

bool warm_is_restoring(const FunctionRecord *record) { return record->warm != NULL && record->warm->wanted; }

bool warm_may_call_native(FunctionRecord *record) {
    Warm *warm = record->warm;
    if (!warm_is_restoring(record)) return true;
    return warm->asked_natives < warm->native_count && warm->natives[warm->asked_natives++];
}

void warm_calls_native(FunctionRecord *record, bool calls) {
    Warm *warm = record->warm;
    if (warm == NULL || warm->wanted) return;
    uint8_t *grown = PyMem_RawRealloc(warm->natives, (size_t)warm->native_count + 1);
    if (grown == NULL) return;
    warm->natives = grown;
    grown[warm->native_count++] = calls;
}

bool warm_had_in_line(const FunctionRecord *record, int count) {
    return next_inlined(record->warm, count) != NULL;
}

static void keep_inlined(Warm *warm, const Bytecode *code) {
    size_t count = (size_t)warm->inlined_count;
    KeptSite *grown = PyMem_RawRealloc(warm->inlined, sizeof(KeptSite) * (count + 2 + (size_t)code->count));
    if (grown == NULL) return;
    memcpy(&grown[count], &code->count, sizeof(int32_t));
    if (first_cache(warm->inlined_count) > 0) keep_types(warm, code, first_cache(warm->inlined_count) - 1);
    for (int i = 0; i < code->count; i++) grown[count + 2 + (size_t)i] = kept_site(&code->instrs[i]);
    warm->inlined = grown;
    warm->inlined_count += 2 + code->count;
}

void warm_overlay_callee(FunctionRecord *record, const FunctionRecord *callee, CompileContext *cx,
                         Bytecode *code) {
    Warm *warm = record ? record->warm : NULL;
    const KeptSite *kept = warm && warm->wanted ? next_inlined(warm, code->count) : NULL;
    const Warm *own = callee ? callee->warm : NULL;
    if (kept != NULL) warm->inlined_at += 2 + code->count;
    if (kept != NULL) overlay(cx, warm, code, kept, true);
    else if (own && own->site_count == code->count) overlay(cx, own, code, own->sites, false);
    if (warm && !warm->wanted) keep_inlined(warm, code);
}

bool warm_is_worth_keeping(const FunctionRecord *record, Tier tier) {
    return tier > TIER_BASELINE || !budget_is_limited(record->engine);
}

void warm_published(FunctionRecord *record, Tier tier, const char *key, bool facts) {
    Warm *warm = warm_is_worth_keeping(record, tier) ? warm_of(record) : NULL;
    if (warm == NULL) return;
    bool known = strcmp(warm->keys[tier], key) == 0 && warm->tier >= tier;
    memcpy(warm->keys[tier], key, sizeof warm->keys[tier]);
    warm->facts = (uint8_t)((warm->facts & ~(1 << tier)) | facts << tier);
    if (known || warm->wanted) return;
    warm->tier = (uint8_t)tier;
    is_news(warm);
}

void warm_failed(FunctionRecord *record) {
    Warm *warm = warm_of(record);
    if (warm == NULL) return;
    warm->tier = (uint8_t)Py_MIN(warm->tier, record->ceiling);
    is_news(warm);
}

/* --- looking up --- */

static Tier allowed(const FunctionRecord *record, int tier) {
    if (record->never) return TIER_INTERPRETER;
    return Py_MIN((Tier)tier, Py_MIN(record->engine->max_tier, (Tier)record->ceiling));
}

/* The index's record of the function, taken over: this program's own, or else the shared one. */
static bool look_up(FunctionRecord *record) {
    IndexRecord found;
    uint8_t own[INDEX_ID];
    Warm *warm = warm_of(record);
    if (warm == NULL || !identify(warm)) return false;
    own_id(warm, own);
    warm->has_own = index_find(warm->hint, own, &found);
    return (warm->has_own || index_find(warm->hint, warm->id, &found)) && read_body(warm, &found);
}

/* Find the artifact of a tier and let it run. `make`: if there is none, make something that does for now. */
static Finding install(FunctionRecord *record, Tier tier, bool make) {
    const Warm *warm = record->warm;
    bool by_name = options.warm == 1 && options.dump == NULL && !(warm->facts & 1 << tier);
    char key[HASH_HEX + 1];
    memcpy(key, warm->keys[tier], sizeof key);
    if (by_name && key[0] && compile_from_cache(record, tier, key)) return FOUND;
    return make || !by_name ? compile_find(record, tier, make) : NOT_FOUND;
}

static void restored(FunctionRecord *record) {
    record->warm->wanted = 0;
    record->warm_at = 0;
    record->engine->warm_starts++;
    /* Kept by use, not only by being made; what another program learned, by its own use. */
    uint64_t now = (uint64_t)time(NULL), saved = record->warm->saved;
    if (!is_foreign(record->warm) && (saved > now || now - saved > DAY)) is_news(record->warm);
}

void warm_give_up(FunctionRecord *record) {
    record->warm_at = record->rests_until = 0;
    if (record->warm != NULL) record->warm->wanted = 0;
}

/* Known to be hot, and its artifact is not there: have it made. */
static void ask_for_it(FunctionRecord *record, Tier tier) {
    warm_give_up(record);
    record->requested = (uint8_t)tier;
    if (compile_start(record, tier, options.sync) < 0) engine_compile_ended(record, tier, false);
}

/* Where time counts, the text is worked out when it is likely to be what it was, and what it costs may be
 * spent. A function without loops is called a few times first, so that classes and attributes are there; a
 * loop that was entered while it ran is begun. */
static bool is_too_early(const FunctionRecord *record) {
    return record->warm->tries == 0 && (record->loopless || record->osr_count > 0);
}

static bool may_be_looked_for(const FunctionRecord *record) {
    if (!budget_is_limited(record->engine)) return true;
    if (is_too_early(record)) return false;
    return loop_try != NOT_IN_LOOP || budget_allows(record->engine, TIER_OPTIMIZING);
}

/* Nobody waits for a second try where time counts. */
static bool is_last_try(const FunctionRecord *record) {
    const Warm *warm = record->warm;
    if (!budget_is_limited(record->engine)) return warm->tries == RETRIES;
    return warm->tries > 0 && loop_try != FIRST_TURN;
}

static void look_later(FunctionRecord *record) {
    enum { CALLS_TO_SETTLE = 12 };
    Warm *warm = record->warm;
    uint32_t at = budget_is_limited(record->engine) ? record->calls + CALLS_TO_SETTLE : RETRY_AT[warm->tries];
    if (warm->tries == 0) compile_watch_loop(record);
    engine_retry_after(record, at > record->calls ? at - record->calls : 1);
    if (warm->tries < RETRIES) warm->tries++;
    for (int lower = warm->wanted - 1; lower > record->compiled_tier; lower--)
        if (warm->keys[lower][0] && !(warm->facts & 1 << lower) && install(record, (Tier)lower, false)) break;
}

static void restore(FunctionRecord *record) {
    Warm *warm = record->warm;
    Tier tier = allowed(record, warm->wanted);
    bool by_text = warm->facts & 1 << tier, last = is_last_try(record);
    if (tier == TIER_INTERPRETER || record->requested) {
        warm_give_up(record);
    } else if (by_text && !may_be_looked_for(record)) {
        look_later(record);
    } else {
        bool make = budget_is_limited(record->engine) && (last || !by_text);
        Finding finding = install(record, tier, make);
        if (finding == FOUND) restored(record);
        else if (finding == NOT_FOUND && (!by_text || last)) ask_for_it(record, tier);
        else if (finding == NOT_FOUND) look_later(record);
    }
}

static void restore_safely(FunctionRecord *record) {
    PyObject *type, *value, *traceback;
    PyErr_Fetch(&type, &value, &traceback);
    record_pin(record);
    restore(record);
    record_unpin(record);
    PyErr_Restore(type, value, traceback);
}

/* --- functions that earlier runs made code of for little --- */

/* Calls and turns of loops, also those that a look of the sampler's stands for, in powers of two. */
static uint8_t how_much(const FunctionRecord *record) {
    return (uint8_t)(64 - __builtin_clzll(1 + record_calls(record) + record_loops(record)));
}

/* Lowering it again costs what some hundred calls gain, and guards that fail cost more. */
static bool was_worth_it(uint8_t ran) {
    enum { ENOUGH = 12 }; /* 2,048 */
    return ran == 0 || ran >= ENOUGH;
}

static bool is_by_text(const Warm *warm) { return warm->facts & 1 << warm->tier; }
static bool may_rest(const FunctionRecord *record) {
    return budget_is_limited(record->engine) && options.warm == 1;
}

/* It is left alone until it has run some more than it did: by then it is worth what it was not before. */
static bool rests(FunctionRecord *record) {
    const Warm *warm = record->warm;
    if (is_by_text(warm) && !was_worth_it(warm->ran) && may_rest(record))
        record->rests_until = 1U << warm->ran;
    return record->rests_until > 0;
}

void warm_wake(FunctionRecord *record) {
    if (record->rests_until == 0) return;
    record->rests_until = 0;
    record->warm->wanted = record->warm->tier;
    record->warm->tries = 1;
    engine_retry_after(record, 1);
}

static bool woken(FunctionRecord *record) {
    warm_wake(record);
    Finding finding = install(record, allowed(record, record->warm->wanted), true);
    if (finding == FOUND) restored(record);
    else warm_give_up(record);
    return finding != NOT_FOUND;
}

static int note_how_much(FunctionRecord *record, void *unused) {
    Warm *warm = record->warm;
    uint8_t ran = how_much(record);
    if (warm == NULL || warm->tier == 0 || !may_rest(record)) return 0;
    if (!was_worth_it(ran) && is_by_text(warm)) keep_not(warm->keys[warm->tier]);
    if (record->compiled == NULL && record->compiles == 0 && ran <= warm->ran) return 0;
    if (warm->ran > 0 && was_worth_it(ran) == was_worth_it(warm->ran)) return 0;
    warm->ran = ran;
    is_news(warm);
    return 0;
}

void warm_meet(FunctionRecord *record) {
    if (!is_on || record->never || !index_has(identity_hint(record->code, record->name))) return;
    if (look_up(record) && record->warm->tier > 0 &&
        warm_is_worth_keeping(record, (Tier)record->warm->tier) && !rests(record)) {
        record->warm->wanted = record->warm->tier;
        restore_safely(record);
    }
}

void warm_retry(FunctionRecord *record) {
    record->warm_at = 0;
    if (record->warm != NULL && record->warm->wanted) restore_safely(record);
}

void warm_retry_in_loop(FunctionRecord *record, LoopTry turn) {
    loop_try = turn;
    warm_retry(record);
    loop_try = NOT_IN_LOOP;
}

/* What other processes have written meanwhile. Looking takes as long as some compiles do. */
static void refresh_sometimes(void) {
    static int64_t last; // one per process, like the index
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
    int64_t tick = (int64_t)now.tv_sec * 20 + now.tv_nsec / (NANOSECONDS / 20);
    if (tick == last && !options.sync) return;
    last = tick;
    index_refresh();
}

bool warm_learn(FunctionRecord *record, Tier tier) {
    Warm *warm = warm_is_worth_keeping(record, tier) ? warm_of(record) : NULL;
    if (warm != NULL && record->rests_until > 0) return woken(record);
    if (warm == NULL || warm->keys[tier][0]) return false;
    refresh_sometimes();
    if (!identify(warm) || !index_has(warm->hint) || !look_up(record)) return false;
    if (warm->tier < tier || allowed(record, tier) < tier) return false;
    warm->wanted = (uint8_t)tier;
    bool found = install(record, tier, false);
    warm->wanted = 0;
    return found;
}

/* --- writing --- */

/* Write up to `count` of the news. */
static void save_some(Warm **some, int count, uint8_t *room) {
    IndexRecord records[32];
    int filled = 0;
    for (int i = 0; i < count; i++) {
        size_t length = identify(some[i]) ? write_body(some[i], room, INDEX_BODY) : 0;
        if (length == 0) continue;
        IndexRecord *to = &records[filled++];
        *to = (IndexRecord){.hint = some[i]->hint, .body = room, .length = length};
        if (some[i]->has_own || is_foreign(some[i])) own_id(some[i], to->id);
        else memcpy(to->id, some[i]->id, INDEX_ID);
        room += length;
    }
    index_append(records, filled);
}

void warm_save(void) {
    enum { AT_ONCE = 4 };
    if (news == NULL) return;
    uint8_t *room = is_on ? malloc((size_t)AT_ONCE * INDEX_BODY) : NULL;
    while (news != NULL) {
        Warm *some[AT_ONCE];
        int count = 0;
        for (; news != NULL && count < AT_ONCE; news = news->next_new) {
            news->is_new = false;
            some[count++] = news;
        }
        if (room != NULL) save_some(some, count, room);
    }
    free(room);
}

void warm_stop(void) {
    if (is_on) engine_each(engine_of_process(), note_how_much, NULL);
    keep_all();
    compile_settle(options.settle);
    warm_save();
    if (!is_on) return;
    cache_trim_daily((double)options.cache_age * DAY);
    index_tidy((uint64_t)options.cache_age * DAY, false);
}
