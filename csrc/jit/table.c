/* Load, link and retire compiled code. */
#define _GNU_SOURCE /* dladdr1 */
#include "jit/table.h"

#include <dlfcn.h>
#include <link.h>
#include <stdio.h>

#include "codegen/object_read.h"
#include "cpython/spare.h"
#include "ir/image.h"
#include "jit/code_memory.h"
#include "jit/options.h"
#include "runtime/rt.h"
#include "runtime/stack.h"

static void *const HELPER_ADDRESSES[HELPER_COUNT] = {
#define HELPER(name, signature, flags, doc) (void *)name,
#include "ir/helpers.def"
};

/* For the option force_exits: all compiled code of the process counts the guards it visits. */
static struct Visits { int64_t visits, forced; } guard_visits;
static CompiledCode *retired; // waiting for their last activation; one per process like the code itself

/* --- reading an image: every number is checked, an artifact may be damaged --- */

typedef struct Reader {
    const int32_t *at, *end;
    bool failed;
} Reader;

static int32_t next(Reader *r, int32_t low, int32_t high) {
    if (r->at == r->end || *r->at < low || *r->at > high) {
        r->failed = true;
        return low;
    }
    return *r->at++;
}

static void *known_object(int index) {
    static void *objects[KNOWN_COUNT]; // looked up once: the same as long as the process lives
    if (objects[0] == NULL) {
        void *const found[KNOWN_COUNT] = {
#define KNOWN(name, expression) expression,
#include "ir/known.def"
        };
        memcpy(objects, found, sizeof(objects));
    }
    return objects[index];
}

/* The constant or name of a number: those of the function come first, then those of each call put in line. */
static void *numbered(PyCodeObject *code, const Facts *facts, bool names, int32_t index) {
    for (int32_t i = 0; i <= facts->code_count; i++) {
        PyObject *tuple = names ? code->co_names : code->co_consts;
        if (index < PyTuple_GET_SIZE(tuple)) return PyTuple_GET_ITEM(tuple, index);
        index -= (int32_t)PyTuple_GET_SIZE(tuple);
        if (i < facts->code_count) code = facts->codes[i];
    }
    return NULL;
}

static void *resolve(CompiledCode *c, PyCodeObject *code, const Facts *facts, Reader *r) {
    int32_t kind = next(r, LINK_CODE, LINK_RECORDS);
    switch (kind) {
    case LINK_HELPER: return HELPER_ADDRESSES[next(r, 0, HELPER_COUNT - 1)];
    case LINK_CONST:
    case LINK_NAME: {
        void *object = numbered(code, facts, kind == LINK_NAME, next(r, 0, INT32_MAX));
        if (object == NULL) r->failed = true;
        return object;
    }
    case LINK_KNOWN: return known_object(next(r, 0, KNOWN_COUNT - 1));
    case LINK_FACT: return (void *)facts->numbers[next(r, 0, facts->count - 1)];
    case LINK_BREAKER: next(r, 0, 0); return cp_eval_breaker(PyInterpreterState_Get());
    case LINK_VISITS:
        next(r, 0, 0);
        guard_visits.forced = Py_MAX(options.force_exits, 1);
        return &guard_visits;
    case LINK_INVALID: next(r, 0, 0); return &c->invalid;
    case LINK_FLOOR:
        next(r, 0, 0);
        return (void *)((char *)&stack_floor - (char *)__builtin_thread_pointer());
    case LINK_NATIVE: next(r, 0, 0); return &native_state;
    case LINK_RECORDS: next(r, 0, 0); return (void *)table_extra_index;
    default: next(r, 0, 0); return c;
    }
}

static bool read_links(CompiledCode *c, PyCodeObject *code, const Facts *facts, Reader *r) {
    int32_t caches = next(r, 0, 1 << 20), links = next(r, 0, 1 << 20);
    c->cache_count = caches;
    c->link_count = links;
    c->link = PyMem_RawCalloc(1, (size_t)caches * CACHE_BYTES + (size_t)links * sizeof(void *) + 1);
    if (c->link == NULL) return false;
    void **slots = (void **)((char *)c->link + (size_t)caches * CACHE_BYTES);
    for (int i = 0; i < links && !r->failed; i++) slots[i] = resolve(c, code, facts, r);
    return !r->failed;
}

static bool read_entries(CompiledCode *c, PyCodeObject *code, Reader *r) {
    c->entry_count = next(r, 1, 1 << 20);
    c->entries = PyMem_RawCalloc((size_t)c->entry_count, sizeof(CodeEntry));
    if (c->entries == NULL) return false;
    c->start_entry = -1;
    for (int i = 0; i < c->entry_count && !r->failed; i++) {
        c->entries[i].kind = (uint8_t)next(r, ENTRY_START, ENTRY_NATIVE);
        c->entries[i].offset = next(r, 0, (int32_t)Py_SIZE(code));
        if (c->entries[i].kind == ENTRY_START) c->start_entry = i;
    }
    c->is_native = c->entries[0].kind == ENTRY_NATIVE;
    return !r->failed;
}

static bool read_inlined(CompiledCode *c, PyCodeObject *code, const Facts *facts, Reader *r) {
    int32_t slot = code->co_nlocalsplus + code->co_stacksize;
    c->inlined_count = next(r, facts->code_count, facts->code_count);
    c->inlined = PyMem_RawCalloc((size_t)c->inlined_count + 1, sizeof(InlinedCode));
    if (c->inlined == NULL) return false;
    for (int i = 0; i < c->inlined_count && !r->failed; i++) {
        PyCodeObject *inner = facts->codes[i];
        c->inlined[i] = (InlinedCode){.parent = next(r, 0, i), .first_slot = slot, .code = inner};
        c->inlined[i].kind = next(r, 0, INLINED_KINDS - 1);
        c->inlined[i].code_ref = PyWeakref_NewRef((PyObject *)inner, NULL);
        if (c->inlined[i].code_ref == NULL) {
            PyErr_Clear();
            return false;
        }
        if (facts->held[i] && inner != code)
            c->inlined[i].held = (PyCodeObject *)Py_NewRef((PyObject *)inner);
        slot += inner->co_nlocalsplus + inlined_stack_size(&c->inlined[i]) + 1;
    }
    return !r->failed;
}

static int32_t slot_count(const CompiledCode *c, PyCodeObject *code) {
    if (c->inlined_count == 0) return code->co_nlocalsplus + code->co_stacksize;
    const InlinedCode *last = &c->inlined[c->inlined_count - 1];
    return last->first_slot + last->code->co_nlocalsplus + inlined_stack_size(last) + 1;
}

static bool read_level(const CompiledCode *c, ExitLevel *level, int32_t frame_wanted, PyCodeObject *outer,
                       Reader *r) {
    level->frame = frame_wanted < 0 ? next(r, 0, c->inlined_count) : next(r, frame_wanted, frame_wanted);
    PyCodeObject *code = level->frame ? c->inlined[level->frame - 1].code : outer;
    int32_t units = (int32_t)Py_SIZE(code) - 1;
    level->there = next(r, level->frame == 0, 1);
    level->offset = next(r, 0, units);
    level->lasti = next(r, 0, units);
    level->depth =
        next(r, 0, level->frame ? inlined_stack_size(&c->inlined[level->frame - 1]) : code->co_stacksize);
    level->lasti_pushed = (int8_t)next(r, HANDLER_INTERPRETED, level->frame ? -1 : 1);
    return !r->failed;
}

static bool read_exit(const CompiledCode *c, ExitRecord *exit, PyCodeObject *code, Reader *r) {
    exit->kind = (uint8_t)next(r, EXIT_RAISE, EXIT_CALLEE);
    exit->level_count = next(r, 1, Py_MIN(c->inlined_count + 1, EXIT_MAX_LEVELS));
    if (r->failed) return false;
    exit->levels = PyMem_RawCalloc((size_t)exit->level_count, sizeof(ExitLevel));
    if (exit->levels == NULL) return false;
    int32_t wanted = -1; /* the next level is of the caller */
    for (int i = 0; i < exit->level_count; i++) {
        if (!read_level(c, &exit->levels[i], wanted, code, r)) return false;
        int32_t frame = exit->levels[i].frame;
        wanted = frame ? c->inlined[frame - 1].parent : -1;
        bool outermost = c->is_native ? wanted == 0 : frame == 0;
        if (outermost != (i == exit->level_count - 1) || (c->is_native && frame == 0)) return false;
    }
    exit->value_count = next(r, 0, 1 << 20);
    if (r->failed) return false;
    exit->values = PyMem_RawCalloc((size_t)exit->value_count + 1, sizeof(ExitSlot));
    if (exit->values == NULL) return false;
    for (int i = 0, parts = 0; i < exit->value_count && !r->failed; i++) {
        ExitSlot *row = &exit->values[i];
        row->kind = (uint8_t)next(r, EXIT_OWNED, EXIT_MADE);
        int32_t most = row->kind == EXIT_SAME               ? i - 1
                       : row->kind == EXIT_NEW || parts > 0 ? OBJECT_MAX_PLACE
                                                            : slot_count(c, code);
        row->slot = next(r, 0, most);
        parts = row->kind == EXIT_NEW ? row->slot : parts > 0 ? parts - 1 : 0;
        if (i + exit_parts(row->kind, row->slot) >= exit->value_count) return false;
    }
    return !r->failed;
}

static bool read_image(CompiledCode *c, PyCodeObject *code, const Facts *facts, const int32_t *words,
                       int32_t count) {
    Reader reader = {words, words + count, false}, *r = &reader;
    next(r, IMAGE_MAGIC, IMAGE_MAGIC);
    next(r, IMAGE_VERSION, IMAGE_VERSION);
    if (r->failed || !read_inlined(c, code, facts, r) || !read_links(c, code, facts, r) ||
        !read_entries(c, code, r))
        return false;
    c->exit_count = next(r, 0, 1 << 24);
    c->exits = PyMem_RawCalloc((size_t)c->exit_count + 1, sizeof(ExitRecord));
    if (c->exits == NULL) return false;
    spare_fill();
    for (int i = 0; i < c->exit_count; i++)
        if (!read_exit(c, &c->exits[i], code, r)) return false;
    return r->at == r->end;
}

/* --- loading --- */

/* What a caller must know of the code, so that it need not look at it. */
static void describe_call(CompiledCode *c, PyCodeObject *code) {
    c->plain_args = c->start_entry >= 0 ? cp_plain_args(code) : -1;
    c->frame_words = cp_frame_words(code);
    c->local_count = code->co_nlocalsplus;
    c->way_in_args = NO_WAY_IN;
}

static void free_code(CompiledCode *c) {
    for (int i = 0; c->exits != NULL && i < c->exit_count; i++) {
        PyMem_RawFree(c->exits[i].values);
        PyMem_RawFree(c->exits[i].levels);
    }
    for (int i = 0; c->inlined != NULL && i < c->inlined_count; i++) {
        Py_XDECREF(c->inlined[i].code_ref);
        Py_XDECREF(c->inlined[i].held);
    }
    PyMem_RawFree(c->inlined);
    PyMem_RawFree(c->exits);
    PyMem_RawFree(c->entries);
    PyMem_RawFree(c->link);
    if (c->library != NULL) dlclose(c->library);
    code_memory_release(c->chunk);
    code_memory_release(c->way_in_chunk);
    PyMem_RawFree(c);
}

static void *unit_symbol(void *library, const char *what, int unit) {
    char name[48];
    snprintf(name, sizeof(name), "dxpy_%s_%d", what, unit);
    return dlsym(library, name);
}

static size_t symbol_size(void *address) {
    Dl_info info;
    ElfW(Sym) *symbol = NULL;
    bool known = dladdr1(address, &info, (void **)&symbol, RTLD_DL_SYMENT) != 0 && symbol != NULL;
    return known ? symbol->st_size : 0;
}

_Static_assert(CODE_ALIGNMENT % OBJECT_ALIGNMENT == 0, "units run where they are copied to");

typedef enum Loading { NOT_LOADED, NO_ARTIFACT, LOADED } Loading;

/* As memory of ours. NOT_LOADED: it is for the dynamic loader. */
static Loading load_copy(CompiledCode *c, PyCodeObject *code, const Facts *facts, const char *path,
                         int unit) {
    ObjectFile file;
    ObjectUnit found;
    Loading loading = NOT_LOADED;
    void *copy = NULL;
    if (object_open(path, &file) && object_find_unit(&file, unit, &found))
        copy = code_memory_copy(found.code, found.length, &c->chunk);
    if (copy != NULL) {
        bool good = read_image(c, code, facts, found.image, found.image_words);
        c->entry = (CompiledEntry)((char *)copy + found.entry);
        c->code_size = found.entry_size;
        loading = good ? LOADED : NO_ARTIFACT;
    }
    object_close(&file);
    return loading;
}

static Loading load_library(CompiledCode *c, PyCodeObject *code, const Facts *facts, const char *path,
                            int unit) {
    c->library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (c->library == NULL) return NOT_LOADED;
    c->entry = (CompiledEntry)unit_symbol(c->library, "unit", unit);
    const int32_t *image = unit_symbol(c->library, "image", unit),
                  *size = unit_symbol(c->library, "image_size", unit);
    if (c->entry == NULL || image == NULL || size == NULL || !read_image(c, code, facts, image, *size))
        return NO_ARTIFACT;
    c->code_size = symbol_size((void *)c->entry);
    return LOADED;
}

CompiledCode *table_load(PyCodeObject *code, const Facts *facts, const char *path, int unit, char *message,
                         size_t message_size) {
    CompiledCode *c = PyMem_RawCalloc(1, sizeof(*c));
    if (c == NULL) {
        snprintf(message, message_size, "memory ran out");
        return NULL;
    }
    Loading loading = load_copy(c, code, facts, path, unit);
    if (loading == NOT_LOADED) loading = load_library(c, code, facts, path, unit);
    if (loading != LOADED) {
        if (loading == NOT_LOADED) snprintf(message, message_size, "%s", dlerror());
        else snprintf(message, message_size, "%s is no artifact for this code", path);
        free_code(c);
        return NULL;
    }
    describe_call(c, code);
    return c;
}

CompiledCode *table_take(PyCodeObject *code, const Facts *facts, const StrBuf *bytes, const StrBuf *image) {
    CompiledCode *c = PyMem_RawCalloc(1, sizeof(*c));
    if (c == NULL) return NULL;
    void *entry = code_memory_copy(bytes->text, bytes->length, &c->chunk);
    const int32_t *words = (const int32_t *)image->text;
    if (entry == NULL || !read_image(c, code, facts, words, (int32_t)(image->length / sizeof(*words)))) {
        free_code(c);
        return NULL;
    }
    c->entry = (CompiledEntry)entry;
    c->code_size = bytes->length;
    describe_call(c, code);
    return c;
}

/* --- the end of compiled code --- */

void table_sweep(void) {
    for (CompiledCode **place = &retired; *place != NULL;) {
        CompiledCode *c = *place;
        if (c->active > 0 || (c->is_native && native_state.active > 0)) {
            place = &c->next_dead;
            continue;
        }
        *place = c->next_dead;
        free_code(c);
    }
}

ResumePoint table_resume_points[RESUME_POINTS]; // see table.h

void table_forget_points(const CompiledCode *compiled) {
    for (int i = 0; i < RESUME_POINTS; i++)
        if (table_resume_points[i].compiled == compiled) table_resume_points[i] = (ResumePoint){0};
}

void table_retire(CompiledCode *compiled) {
    table_forget_points(compiled);
    compiled->invalid = 1;
    compiled->record = NULL;
    compiled->next_dead = retired;
    retired = compiled;
    table_sweep();
}
