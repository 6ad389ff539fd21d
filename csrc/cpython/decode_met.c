/* What an instruction meets whose guard failed, noted at once: when the function is compiled again, all its
 * sites are to know what they met, and not only the one that it is compiled again for. */
#include "cpython/called.h"
#include "cpython/decode_sites.h"

bool decode_add_seen(uint32_t *seen, uint32_t number) {
    int count = 0;
    while (count < SEEN_TYPES && seen[count] != 0 && seen[count] != number) count++;
    if (count < SEEN_TYPES) seen[count] = number;
    return count < SEEN_TYPES;
}

void decode_merge_seen(uint32_t *seen, const uint32_t *more) {
    bool few = more[0] != SEEN_SEVERAL;
    if (seen[0] == SEEN_SEVERAL) return;
    for (int i = 0; few && i < SEEN_TYPES && more[i] != 0 && more[i] < SEEN_ENTRY; i++)
        few = decode_add_seen(seen, more[i]);
    if (few && more[SEEN_TYPES - 1] >= SEEN_ENTRY && seen[SEEN_TYPES - 1] == 0)
        seen[SEEN_TYPES - 1] = more[SEEN_TYPES - 1];
    if (!few) seen[0] = SEEN_SEVERAL;
}

/* The operand that lies so deep below the top; NULL: there is none. */
static PyObject *operand(const Frame *frame, int depth) { // borrowed
    bool there = frame->stacktop - frame->f_code->co_nlocalsplus > depth;
    return there ? frame->localsplus[frame->stacktop - 1 - depth] : NULL;
}

static uint32_t version_of(PyObject *object) {
    PyTypeObject *type = object != NULL ? Py_TYPE(object) : NULL;
    if (type != NULL && cp_type_version(type) == 0) _PyType_Lookup(type, cp_name_init()); /* gives one */
    return type != NULL ? cp_type_version(type) : 0;
}

/* As Surroundings.seen has it; 0: nothing that is noted of such an instruction. */
static uint32_t number_met(const Frame *frame, const Instr *instr) {
    int depth = instr->op == BC_CALL ? instr->arg : decode_owner_depth(instr);
    PyObject *object = depth >= 0 ? operand(frame, depth) : NULL; // borrowed
    switch (instr->op) {
    case BC_LOAD_ATTR:
    case BC_STORE_ATTR:
    case BC_LOAD_METHOD: return version_of(operand(frame, 0));
    case BC_CALL:
        if (operand(frame, depth + 1) != NULL) return 0; /* a method, which the site in front knows */
        return object != NULL ? called_number(object) : 0;
    default:
        return object != NULL && Py_TYPE(object)->tp_flags & Py_TPFLAGS_HEAPTYPE ? version_of(object) : 0;
    }
}

void decode_note_met(const Frame *frame, int32_t offset, uint32_t *seen, int seen_count) {
    Instr instr;
    int cache = decode_find_cache(frame->f_code, offset, &instr);
    if (cache < 0 || cache >= seen_count || frame->prev_instr + 1 != cp_code_units(frame->f_code) + offset)
        return;
    uint32_t *met = &seen[cache * SEEN_TYPES], number = number_met(frame, &instr);
    if (met[0] != SEEN_SEVERAL && number != 0 && !decode_add_seen(met, number)) met[0] = SEEN_SEVERAL;
}
