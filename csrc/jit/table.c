/* Load, link and retire compiled code. */
#define _GNU_SOURCE /* dladdr1 */
#include "jit/table.h"

#include <dlfcn.h>
#include <link.h>
#include <stdio.h>

#include "ir/image.h"
#include "runtime/rt.h"

static void *const HELPER_ADDRESSES[HELPER_COUNT] = {
#define HELPER(name, signature, flags, doc) (void *)name,
#include "ir/helpers.def"
};

static int64_t guard_visits;  // of all compiled code of the process, for the option force_exits
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
    void *const KNOWN_OBJECTS[KNOWN_COUNT] = {
#define KNOWN(name, expression) expression,
#include "ir/known.def"
    };
    return KNOWN_OBJECTS[index];
}

static void *resolve(CompiledCode *c, PyCodeObject *code, Reader *r) {
    int32_t kind = next(r, LINK_CODE, LINK_KNOWN);
    switch (kind) {
    case LINK_HELPER: return HELPER_ADDRESSES[next(r, 0, HELPER_COUNT - 1)];
    case LINK_CONST:
        return PyTuple_GET_ITEM(code->co_consts, next(r, 0, (int32_t)PyTuple_GET_SIZE(code->co_consts) - 1));
    case LINK_NAME:
        return PyTuple_GET_ITEM(code->co_names, next(r, 0, (int32_t)PyTuple_GET_SIZE(code->co_names) - 1));
    case LINK_KNOWN: return known_object(next(r, 0, KNOWN_COUNT - 1));
    case LINK_BREAKER: next(r, 0, 0); return cp_eval_breaker(PyInterpreterState_Get());
    case LINK_VISITS: next(r, 0, 0); return &guard_visits;
    case LINK_INVALID: next(r, 0, 0); return &c->invalid;
    default: next(r, 0, 0); return c;
    }
}

static bool read_links(CompiledCode *c, PyCodeObject *code, Reader *r) {
    int32_t caches = next(r, 0, 1 << 20), links = next(r, 0, 1 << 20);
    c->cache_count = caches;
    c->link_count = links;
    c->link = PyMem_Calloc(1, (size_t)caches * CACHE_BYTES + (size_t)links * sizeof(void *) + 1);
    if (c->link == NULL) return false;
    void **slots = (void **)((char *)c->link + (size_t)caches * CACHE_BYTES);
    for (int i = 0; i < links && !r->failed; i++) slots[i] = resolve(c, code, r);
    return !r->failed;
}

static bool read_entries(CompiledCode *c, PyCodeObject *code, Reader *r) {
    c->entry_count = next(r, 1, 1 << 20);
    c->entries = PyMem_Calloc((size_t)c->entry_count, sizeof(CodeEntry));
    if (c->entries == NULL) return false;
    c->start_entry = -1;
    for (int i = 0; i < c->entry_count && !r->failed; i++) {
        c->entries[i].kind = (uint8_t)next(r, ENTRY_START, ENTRY_OSR);
        c->entries[i].offset = next(r, 0, (int32_t)Py_SIZE(code));
        if (c->entries[i].kind == ENTRY_START) c->start_entry = i;
    }
    return !r->failed;
}

static bool read_exit(ExitRecord *exit, PyCodeObject *code, Reader *r) {
    int32_t units = (int32_t)Py_SIZE(code) - 1;
    exit->kind = (uint8_t)next(r, EXIT_RAISE, EXIT_COLD);
    exit->offset = next(r, 0, units);
    exit->lasti = next(r, 0, units);
    exit->depth = next(r, 0, code->co_stacksize);
    exit->lasti_pushed = (int8_t)next(r, -1, 1);
    exit->value_count = next(r, 0, 1 << 20);
    if (r->failed) return false;
    exit->values = PyMem_Calloc((size_t)exit->value_count + 1, sizeof(ExitSlot));
    if (exit->values == NULL) return false;
    for (int i = 0; i < exit->value_count && !r->failed; i++) {
        exit->values[i].kind = (uint8_t)next(r, EXIT_OWNED, EXIT_IF);
        exit->values[i].slot = next(r, 0, code->co_nlocalsplus + code->co_stacksize);
    }
    return !r->failed;
}

static bool read_image(CompiledCode *c, PyCodeObject *code, const int32_t *words, int32_t count) {
    Reader reader = {words, words + count, false}, *r = &reader;
    next(r, IMAGE_MAGIC, IMAGE_MAGIC);
    next(r, IMAGE_VERSION, IMAGE_VERSION);
    if (r->failed || !read_links(c, code, r) || !read_entries(c, code, r)) return false;
    c->exit_count = next(r, 0, 1 << 24);
    c->exits = PyMem_Calloc((size_t)c->exit_count + 1, sizeof(ExitRecord));
    if (c->exits == NULL) return false;
    for (int i = 0; i < c->exit_count; i++)
        if (!read_exit(&c->exits[i], code, r)) return false;
    return r->at == r->end;
}

/* --- loading --- */

static void free_code(CompiledCode *c) {
    for (int i = 0; c->exits != NULL && i < c->exit_count; i++) PyMem_Free(c->exits[i].values);
    PyMem_Free(c->exits);
    PyMem_Free(c->entries);
    PyMem_Free(c->link);
    if (c->library != NULL) dlclose(c->library);
    PyMem_Free(c);
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

CompiledCode *table_load(PyCodeObject *code, const char *path, int unit, char *message, size_t message_size) {
    CompiledCode *c = PyMem_Calloc(1, sizeof(*c));
    if (c == NULL) {
        snprintf(message, message_size, "memory ran out");
        return NULL;
    }
    c->library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (c->library == NULL) {
        snprintf(message, message_size, "%s", dlerror());
        free_code(c);
        return NULL;
    }
    c->entry = (CompiledEntry)unit_symbol(c->library, "unit", unit);
    const int32_t *image = unit_symbol(c->library, "image", unit),
                  *size = unit_symbol(c->library, "image_size", unit);
    if (c->entry == NULL || image == NULL || size == NULL || !read_image(c, code, image, *size)) {
        snprintf(message, message_size, "%s is no artifact for this code", path);
        free_code(c);
        return NULL;
    }
    c->code_size = symbol_size((void *)c->entry);
    return c;
}

/* --- the end of compiled code --- */

void table_sweep(void) {
    for (CompiledCode **place = &retired; *place != NULL;) {
        CompiledCode *c = *place;
        if (c->active > 0) {
            place = &c->next_dead;
            continue;
        }
        *place = c->next_dead;
        free_code(c);
    }
}

void table_retire(CompiledCode *compiled) {
    compiled->invalid = 1;
    compiled->record = NULL;
    compiled->next_dead = retired;
    retired = compiled;
    table_sweep();
}
