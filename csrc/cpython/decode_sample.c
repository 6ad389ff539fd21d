/* Samples: what values a function's instructions give, guessed by following what they load through objects
 * that there are: the frame that made it hot, what a caller passes, attributes, items of containers. No code
 * runs, and nothing is relied on: guards look at what comes. */
#include "cpython/decode_sites.h"

void sample_prepare(Samples *s) {
    int *last = arena_array(&s->cx->arena, int, s->out->local_count + 1);
    s->stores = arena_array(&s->cx->arena, int, s->out->count + 1);
    for (int i = 0; i < s->out->local_count; i++) last[i] = -1;
    for (int i = 0; i < s->out->count; i++) {
        const Instr *instr = &s->out->instrs[i];
        if (instr->op == BC_STORE_FAST) last[instr->arg] = i;
        s->stores[i] = instr->op == BC_LOAD_FAST ? last[instr->arg] : -1;
    }
}

int sample_maker(const Samples *s, int index, int above, int *nth) {
    for (int i = index - 1; i >= 0; i--) {
        const Instr *instr = &s->out->instrs[i];
        bool jumps = instr->target >= 0;
        if (jumps && (instr->op != BC_FOR_ITER || above > 0)) return -1;
        int pops = bc_pops(instr), pushes = bc_pushes(instr);
        *nth = above;
        if (pushes > above) return i;
        above += pops - pushes;
    }
    return -1;
}

PyObject *sample_operand(const Samples *s, int index, int above) {
    int nth, made = sample_maker(s, index, above, &nth);
    return made >= 0 ? sample_pushed(s, made, nth) : NULL;
}

/* Where a site of an attribute leads in an object of its class; NULL: nothing is there. borrowed */
static PyObject *value_at(const Site *site, PyObject *owner) {
    for (; site != NULL; site = site->next) {
        if (site->type != Py_TYPE(owner)) continue;
        if (site->kind == SITE_PROPERTY || site->kind == SITE_METHOD) return NULL;
        if (site->object != NULL) return site->object;
        if (site->kind == SITE_MEMBER) return *(PyObject **)((char *)owner + site->offset);
        if (site->kind == SITE_ENTRY) {
            PyObject *dict = *cp_managed_dict(owner);
            return dict != NULL && PyDict_CheckExact(dict) ? cp_str_entry(dict, site->entry) : NULL;
        }
        PyDictValues *values = site->kind == SITE_VALUE ? *cp_values(owner) : NULL;
        return values != NULL ? *(PyObject **)((char *)values + site->offset) : NULL;
    }
    return NULL;
}

/* One item of a sequence; NULL: it has none, or is none. borrowed */
static PyObject *first_item(PyObject *sequence) {
    if (PyList_CheckExact(sequence))
        return PyList_GET_SIZE(sequence) > 0 ? PyList_GET_ITEM(sequence, 0) : NULL;
    if (PyTuple_CheckExact(sequence))
        return PyTuple_GET_SIZE(sequence) > 0 ? PyTuple_GET_ITEM(sequence, 0) : NULL;
    return NULL;
}

/* What a subscript gives, by a constant key if it is one into a tuple, and else any item. borrowed */
static PyObject *item_of(const Samples *s, const Instr *key, PyObject *container) {
    PyObject *first, *value;
    Py_ssize_t position = 0;
    if (PyDict_CheckExact(container)) return PyDict_Next(container, &position, &first, &value) ? value : NULL;
    PyObject *constant = key->op == BC_LOAD_CONST ? PyTuple_GET_ITEM(s->code->co_consts, key->arg) : NULL;
    if (constant == NULL || !PyLong_CheckExact(constant) || !PyTuple_CheckExact(container))
        return first_item(container);
    Py_ssize_t index = PyLong_AsSsize_t(constant), size = PyTuple_GET_SIZE(container);
    if (index == -1 && PyErr_Occurred()) PyErr_Clear();
    if (index < 0) index += size;
    return index >= 0 && index < size ? PyTuple_GET_ITEM(container, index) : NULL;
}

/* What a loop begins with. borrowed */
static PyObject *turned_over(const Samples *s, int loop) {
    bool begins = loop > 0 && s->out->instrs[loop - 1].op == BC_GET_ITER;
    PyObject *container = begins ? sample_operand(s, loop - 1, 0) : NULL, *item = NULL, *value;
    Py_ssize_t position = 0;
    Py_hash_t hash;
    if (container == NULL) return NULL;
    if (PyDict_CheckExact(container)) return PyDict_Next(container, &position, &item, &value) ? item : NULL;
    if (PyAnySet_CheckExact(container))
        return _PySet_NextEntry(container, &position, &item, &hash) ? item : NULL;
    return first_item(container);
}

static PyObject *unpacked(const Samples *s, int index, int nth) {
    PyObject *sequence = sample_operand(s, index, 0);
    if (sequence == NULL || !PyTuple_CheckExact(sequence)) return NULL;
    return nth < PyTuple_GET_SIZE(sequence) ? PyTuple_GET_ITEM(sequence, nth) : NULL;
}

/* A variable: what the sample frame has in it, what it gets from the caller, or what was stored last. */
static PyObject *variable(const Samples *s, int index) {
    const Instr *load = &s->out->instrs[index];
    const Passed *arrived = s->around->arrived;
    PyObject *value = decode_variable(s->code, load, s->around);
    if (value != NULL || load->op != BC_LOAD_FAST) return value;
    if (s->stores[index] >= 0) return sample_operand(s, s->stores[index], 0);
    bool passed = arrived != NULL && load->arg < arrived->count && load->arg < s->code->co_argcount;
    return passed ? arrived->values[load->arg] : NULL;
}

PyObject *sample_pushed(const Samples *s, int index, int nth) {
    const Instr *instr = &s->out->instrs[index];
    switch (instr->op) {
    case BC_LOAD_FAST:
    case BC_LOAD_DEREF: return variable(s, index);
    case BC_LOAD_CONST: return PyTuple_GET_ITEM(s->code->co_consts, instr->arg);
    case BC_FOR_ITER: return turned_over(s, index);
    case BC_UNPACK_SEQUENCE: return unpacked(s, index, nth);
    case BC_BINARY_SUBSCR: {
        PyObject *container = sample_operand(s, index, 1);
        return container != NULL ? item_of(s, instr - 1, container) : NULL;
    }
    case BC_LOAD_GLOBAL: return nth == 0 && instr->site != NULL ? instr->site->object : NULL;
    case BC_LOAD_METHOD: {
        PyObject *owner = sample_operand(s, index, 0);
        if (instr->site != NULL && !bc_is_method(instr->site))
            return nth == 0 && owner != NULL ? value_at(instr->site, owner) : NULL;
        if (nth == 0) return owner;
        return instr->site != NULL && bc_leads_to_one(instr->site) ? instr->site->object : NULL;
    }
    case BC_LOAD_ATTR: {
        PyObject *owner = instr->site != NULL ? sample_operand(s, index, 0) : NULL;
        return owner != NULL ? value_at(instr->site, owner) : NULL;
    }
    default: return NULL;
    }
}

PyObject *sample_container(const Samples *s, int index, int above) {
    const Instr *instrs = s->out->instrs;
    int nth, made = sample_maker(s, index, above, &nth);
    if (made >= 0 && instrs[made].op == BC_LOAD_FAST && s->stores[made] >= 0)
        made = sample_maker(s, s->stores[made], 0, &nth);
    if (made < 1) return NULL;
    if (instrs[made].op == BC_BINARY_SUBSCR) return sample_operand(s, made, 1);
    bool begins = instrs[made].op == BC_FOR_ITER && instrs[made - 1].op == BC_GET_ITER;
    return begins ? sample_operand(s, made - 1, 0) : NULL;
}

static void note(const Samples *s, PyObject *callee, PyObject **values, int count) {
    Passed *passed = arena_new(&s->cx->arena, Passed);
    *passed = (Passed){callee, values, count, *s->around->passed};
    *s->around->passed = passed;
}

void sample_note_operator(const Samples *s, int index) {
    const Instr *instr = &s->out->instrs[index];
    const Site *site = instr->site;
    if (s->around->passed == NULL || site == NULL || site->kind != SITE_METHOD) return;
    bool in = instr->op == BC_CONTAINS_OP;
    int count = instr->op == BC_STORE_SUBSCR ? 3 : 2;
    PyObject **values = arena_array(&s->cx->arena, PyObject *, count);
    values[0] = sample_operand(s, index, in ? 0 : 1);
    values[1] = sample_operand(s, index, in ? 1 : 0);
    if (count == 3) values[2] = sample_operand(s, index, 2);
    while (site != NULL && values[0] != NULL && site->type != Py_TYPE(values[0])) site = site->next;
    if (site != NULL && values[0] != NULL) note(s, site->object, values, count);
}

void sample_note_call(const Samples *s, int index) {
    const Instr *call = &s->out->instrs[index];
    int count = call->arg, known = 0;
    if (s->around->passed == NULL || call->arg2 >= 0) return;
    PyObject *callee = sample_operand(s, index, count + 1), *self = sample_operand(s, index, count);
    if (callee == NULL) { /* no method: the first operand is what is called */
        callee = self;
        self = NULL;
    }
    if (callee != NULL && self == NULL && Py_IS_TYPE(callee, &PyMethod_Type)) {
        self = PyMethod_GET_SELF(callee);
        callee = PyMethod_GET_FUNCTION(callee);
    }
    if (callee == NULL || !(Py_IS_TYPE(callee, &PyFunction_Type) || PyType_Check(callee))) return;
    PyObject **values = arena_array(&s->cx->arena, PyObject *, count + 1);
    int first = self != NULL || PyType_Check(callee);
    values[0] = self;
    for (int i = 0; i < count; i++) {
        values[first + i] = sample_operand(s, index, count - 1 - i);
        known += values[first + i] != NULL;
    }
    if (known == 0 && self == NULL) return;
    note(s, callee, values, count + first);
}
