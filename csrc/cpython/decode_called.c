/* What calls lead to whose function comes from a container, an attribute, an argument or a cell: as tier 1
 * noted it at the call, as a failed guard met it, or as a sample tells. */
#include "cpython/called.h"
#include "cpython/decode_sites.h"
#include "cpython/identity.h"

/* Is what is called known by where it was read, for certain or by a guard of its own? */
static bool is_known_by_name(const Samples *s, int index) {
    const Instr *call = &s->out->instrs[index], *instrs = s->out->instrs;
    int nth, below = sample_maker(s, index, call->arg + 1, &nth),
             made = sample_maker(s, index, call->arg, &nth);
    const Site *read = made >= 0 ? instrs[made].site : NULL;
    if (below >= 0 && instrs[below].op == BC_LOAD_METHOD)
        return instrs[below].site != NULL && bc_is_method(instrs[below].site);
    if (read == NULL) return false;
    switch (instrs[made].op) {
    case BC_LOAD_FAST: return !bc_is_called(read);
    case BC_LOAD_DEREF: return s->around->function != NULL || !bc_is_called(read);
    case BC_LOAD_ATTR: return read->object != NULL;
    default: return true;
    }
}

/* What the frame is about to call (`met`), or what a sample would; NULL: it cannot be told. borrowed */
static PyObject *sample_called(const Samples *s, int index, bool *met) {
    const Instr *call = &s->out->instrs[index];
    const Frame *frame = s->around->frame;
    int operands = frame != NULL ? frame->stacktop - s->code->co_nlocalsplus : 0;
    *met = operands >= call->arg + 2 && frame->prev_instr + 1 == cp_code_units(s->code) + call->offset;
    if (!*met) return sample_operand(s, index, call->arg);
    PyObject *const *at = &frame->localsplus[frame->stacktop - call->arg - 2];
    return at[0] == NULL ? at[1] : NULL;
}

/* All that a list, a tuple or a dict's values are, if they are so few. */
static bool add_items(uint32_t *seen, PyObject *container) {
    enum { MOST = 64 };
    uint32_t found[SEEN_TYPES] = {0};
    Py_ssize_t count = 0, position = 0;
    PyObject *key, *item;
    bool few = true, sequence = PyList_CheckExact(container) || PyTuple_CheckExact(container);
    for (; few && sequence && position < Py_SIZE(container); position++) {
        item = PyList_CheckExact(container) ? PyList_GET_ITEM(container, position)
                                            : PyTuple_GET_ITEM(container, position);
        uint32_t number = item != NULL && position < MOST ? called_number(item) : 0;
        few = number != 0 && decode_add_seen(found, number);
    }
    while (few && PyDict_CheckExact(container) && PyDict_Next(container, &position, &key, &item)) {
        uint32_t number = count++ < MOST ? called_number(item) : 0;
        few = number != 0 && decode_add_seen(found, number);
    }
    for (int i = 0; few && i < SEEN_TYPES && seen[i] != 0; i++) few = decode_add_seen(found, seen[i]);
    if (few) memcpy(seen, found, sizeof(found));
    return few;
}

/* As the container, where there is one, has them: so their order is the same in every run. One of many items
 * says nothing of the others. */
static void add_sample(const Samples *s, int index, uint32_t *seen) {
    bool met;
    PyObject *container = sample_container(s, index, s->out->instrs[index].arg), // borrowed, both
        *callable = sample_called(s, index, &met);
    bool few = container == NULL || add_items(seen, container);
    uint32_t number = callable != NULL && (few || met) ? called_number(callable) : 0;
    if (number != 0 && !decode_add_seen(seen, number)) seen[0] = SEEN_SEVERAL;
}

/* Of functions of which none is there just now; the next ones will be of that code too. */
static Site *site_of_gone(const Samples *s, uint32_t number) {
    PyObject *globals = s->around->globals, *defaults; // borrowed
    PyObject *code = called_find_code(number, globals, &defaults);
    if (code == NULL) return NULL;
    Site *site = decode_called_code_site(s->cx, s->code, code, globals, s->around->builtins);
    if (site != NULL) site->defaults = decode_constants(s->cx, defaults, &site->default_count);
    return site;
}

static Site *site_of(const Samples *s, uint32_t number) {
    bool several;
    PyObject *callable = called_find(number & ~CALLED_BOUND, &several); // borrowed
    Site *function = callable != NULL ? decode_callable_site(s->cx, s->code, callable, several)
                                      : site_of_gone(s, number & ~CALLED_BOUND);
    if (function == NULL || !(number & CALLED_BOUND)) return function;
    Site *bound = arena_new(&s->cx->arena, Site);
    *bound = (Site){.kind = SITE_CALLABLE, .likely = LIKELY_OTHER, .unbound = function};
    return bound;
}

const Site *decode_called(const Samples *s, int index, uint32_t *seen, bool recalled) {
    Site *first = NULL, *last = NULL;
    if (seen[0] == SEEN_SEVERAL || is_known_by_name(s, index)) return NULL;
    if (!recalled) add_sample(s, index, seen);
    for (int i = 0; seen[0] != SEEN_SEVERAL && i < SEEN_TYPES && seen[i] != 0; i++) {
        Site *site = site_of(s, seen[i]);
        if (site == NULL) continue;
        if (last != NULL) last->next = site;
        else first = site;
        last = site;
    }
    return first;
}

/* --- sites in the next run --- */

static const char CALLED[] = "=", BOUND[] = ".";

const char *decode_site_names(const Site *site, const char **module, const char **name) {
    if (site->type != NULL) return identity_of_type(site->type, module, name) ? "" : NULL;
    if (!bc_is_called(site)) return NULL;
    const Site *function = site->unbound != NULL ? site->unbound : site;
    PyObject *called = function->kind == SITE_CODE ? function->holder : function->object;
    bool named =
        called != NULL && (PyType_Check(called) ? identity_of_type((PyTypeObject *)called, module, name)
                           : Py_IS_TYPE(called, &PyFunction_Type) ? identity_of_function(called, module, name)
                                                                  : false);
    if (!named || strchr(*name, '<') != NULL) return NULL; /* made by a function */
    return site->unbound != NULL ? BOUND : CALLED;
}

uint32_t decode_recalled(const char *module, const char *name) {
    uint32_t bound = name[0] == BOUND[0] ? CALLED_BOUND : 0;
    if (bound == 0 && name[0] != CALLED[0]) return identity_find_type_version(module, name);
    PyObject *called = identity_find(module, name + 1); // borrowed
    uint32_t number = called != NULL ? called_number(called) : 0;
    return number != 0 ? number | bound : 0;
}
