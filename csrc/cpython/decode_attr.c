/* What attribute sites lead to in the running process: the classes that owners had so far, as the
 * interpreter's inline caches, those of compiled code and a sample frame tell, and where such an owner keeps
 * the attribute.
 *
 * A cache gives a type's version, not the type: a class may have died since. Nothing but the class itself
 * says that it has not, so the versions are looked up among the classes that are alive. */
#include "cpython/library.h"
#include "cpython/decode_sites.h"

/* Set of the classes met on the walk, by address. */
typedef struct ClassSet {
    PyTypeObject **table; /* open addressing, room a power of 2 */
    size_t room, count;
} ClassSet;

struct Classes {
    CompileContext *cx;
    PyCodeObject *code;
    Bytecode *out;
    const Surroundings *around;
    OperatorMethod method;
    Samples samples;
    int start;     /* of the instructions that lead straight to the one looked at */
    bool recalled; /* the classes of the one looked at, see Surroundings */
    ClassSet met;
};

/* --- classes by version --- */

static PyTypeObject **set_place(const ClassSet *set, PyTypeObject *type) {
    size_t at = ((uintptr_t)type >> 4) * 0x9e3779b97f4a7c15u >> 20 & (set->room - 1);
    while (set->table[at] != NULL && set->table[at] != type) at = (at + 1) & (set->room - 1);
    return &set->table[at];
}

/* False: it was there. */
static bool set_add(Classes *c, PyTypeObject *type) {
    ClassSet *set = &c->met;
    if (set->count * 2 >= set->room) {
        ClassSet grown = {.room = set->room ? set->room * 2 : 1024};
        grown.table = arena_array(&c->cx->arena, PyTypeObject *, grown.room);
        for (size_t i = 0; i < set->room; i++)
            if (set->table[i] != NULL) *set_place(&grown, set->table[i]) = set->table[i];
        grown.count = set->count;
        *set = grown;
    }
    PyTypeObject **place = set_place(set, type);
    if (*place != NULL) return false;
    *place = type;
    set->count++;
    return true;
}

/* Classes met on walks before, by version: a compile asks for the same few again and again, and a program may
 * have thousands. A class may have died since, or have got another version; a version never comes back, so
 * one that no class has is known too. */
typedef struct KnownClass {
    uint32_t version;
    PyObject *reference; // new ref; a weak reference to the class, NULL: no class has this version
} KnownClass;

enum { KNOWN_CLASSES = 4096 };

static KnownClass known_classes[KNOWN_CLASSES]; // one per process, see above; guarded by the GIL

static void note_class(uint32_t version, PyObject *reference) {
    KnownClass *known = &known_classes[version % KNOWN_CLASSES];
    PyObject *old = known->reference;
    *known = (KnownClass){version, Py_XNewRef(reference)};
    Py_XDECREF(old);
}

/* The class that has this version, among all there are; NULL: none. */
static PyTypeObject *walk_classes(Classes *c, uint32_t version) { // borrowed
    VEC(PyTypeObject *) waiting = {0};
    PyTypeObject *found = NULL;
    c->met = (ClassSet){0};
    vec_push(&c->cx->arena, &waiting, &PyBaseObject_Type);
    while (waiting.count > 0) {
        PyTypeObject *type = waiting.items[--waiting.count];
        if (!set_add(c, type)) continue;
        if (cp_type_version(type) == version) found = type;
        PyObject *key, *reference, *below = type->tp_subclasses;
        Py_ssize_t position = 0;
        while (below != NULL && PyDict_Next(below, &position, &key, &reference)) {
            PyObject *class = PyWeakref_GET_OBJECT(reference);
            if (!PyType_Check(class)) continue;
            vec_push(&c->cx->arena, &waiting, (PyTypeObject *)class);
            if (cp_type_version((PyTypeObject *)class) != 0)
                note_class(cp_type_version((PyTypeObject *)class), reference);
        }
    }
    return found;
}

static PyTypeObject *class_of_version(Classes *c, uint32_t version) { // borrowed
    if (version == 0) return NULL;
    const KnownClass *known = &known_classes[version % KNOWN_CLASSES];
    if (known->version == version) {
        if (known->reference == NULL) return NULL;
        PyObject *class = PyWeakref_GET_OBJECT(known->reference);
        if (PyType_Check(class) && cp_type_version((PyTypeObject *)class) == version)
            return (PyTypeObject *)class;
    }
    PyTypeObject *found = walk_classes(c, version);
    if (found == NULL) note_class(version, NULL);
    return found;
}

static uint32_t version_of(PyTypeObject *type, PyObject *name) {
    if (cp_type_version(type) == 0) _PyType_Lookup(type, name); /* gives one */
    return cp_type_version(type);
}

/* --- where an owner keeps an attribute --- */

/* A slot of the type's own, not of another one's. */
static bool is_slot_member(PyTypeObject *type, PyObject *descriptor, bool writing) {
    if (!Py_IS_TYPE(descriptor, &PyMemberDescr_Type) ||
        !PyType_IsSubtype(type, ((PyMemberDescrObject *)descriptor)->d_common.d_type))
        return false;
    PyMemberDef *member = ((PyMemberDescrObject *)descriptor)->d_member;
    return member->type == T_OBJECT_EX && !(member->flags & PY_AUDIT_READ) &&
           !(writing && member->flags & READONLY);
}

static bool module_place(PyObject *module, PyObject *name, Site *site) {
    if (Py_TYPE(module)->tp_getattro != PyModule_Type.tp_getattro) return false;
    site->kind = SITE_OF_MODULE;
    return decode_find_entry(PyModule_GetDict(module), name, &site->offset, &site->keys_version,
                             &site->object);
}

/* A staticmethod, or a classmethod that is called at once. */
static bool held_place(PyTypeObject *class, PyObject *found, BcOp op, Site *site) {
    bool is_static = Py_IS_TYPE(found, &PyStaticMethod_Type);
    if (!is_static && (!Py_IS_TYPE(found, &PyClassMethod_Type) || op != BC_LOAD_METHOD)) return false;
    PyObject *held = cp_held_function(found, &site->offset);
    if (held == NULL || !Py_IS_TYPE(held, &PyFunction_Type)) return false;
    site->holder = found;
    site->object = held;
    if (!is_static) site->bound = class;
    return true;
}

/* One of a C type that lives as long as the process is bound once, for all that call it. */
static PyObject *bind_once(PyTypeObject *class, PyObject *found) { // borrowed; NULL: it is none, or too many
    enum { BOUND = 64 };
    static struct {
        PyTypeObject *class;
        PyObject *descriptor, *bound;
    } all[BOUND]; // one per process; guarded by the GIL
    int i = 0;
    if (!Py_IS_TYPE(found, &PyClassMethodDescr_Type) || class->tp_flags & Py_TPFLAGS_HEAPTYPE) return NULL;
    while (i < BOUND && all[i].bound != NULL && (all[i].class != class || all[i].descriptor != found)) i++;
    if (i == BOUND || all[i].bound != NULL) return i < BOUND ? all[i].bound : NULL;
    int collects = PyGC_Disable();
    all[i].bound = Py_TYPE(found)->tp_descr_get(found, NULL, (PyObject *)class);
    if (collects) PyGC_Enable();
    all[i].class = class;
    all[i].descriptor = found;
    if (all[i].bound == NULL) PyErr_Clear();
    return all[i].bound;
}

static bool bound_place(PyTypeObject *class, PyObject *found, BcOp op, Site *site) {
    if (op == BC_LOAD_METHOD) site->object = bind_once(class, found);
    return op == BC_LOAD_METHOD && site->object != NULL;
}

static bool property_place(PyObject *found, bool writing, Site *site) {
    if (!Py_IS_TYPE(found, &PyProperty_Type)) return false;
    PyObject *held = (writing ? cp_held_setter : cp_held_getter)(found, &site->offset);
    if (held == NULL || !Py_IS_TYPE(held, &PyFunction_Type)) return false;
    site->kind = SITE_PROPERTY;
    site->holder = found;
    site->object = held;
    return true;
}

/* Is an attribute of a class given as it is, as long as its own class keeps the version that is noted? */
static bool is_plain(PyObject *value, PyObject *name, Site *site) {
    if (Py_TYPE(value)->tp_descr_get != NULL) return false;
    if (!cp_may_become_descriptor(value)) return true;
    site->value_version = version_of(Py_TYPE(value), name);
    return site->value_version != 0;
}

static bool class_place(PyTypeObject *class, PyObject *name, BcOp op, Site *site) {
    if (cp_restless_value(class, name) != NULL) return false; /* nobody is to look it up */
    PyObject *value = _PyType_Lookup(class, name), *meta = _PyType_Lookup(Py_TYPE(class), name);
    if (value == NULL || (meta != NULL && cp_may_come_first(meta))) return false;
    site->kind = SITE_OF_CLASS;
    site->owner_version = version_of(class, name);
    site->object = value;
    if (!PyFunction_Check(value) && !is_plain(value, name, site) && !held_place(class, value, op, site) &&
        !bound_place(class, value, op, site))
        return false;
    return site->owner_version != 0;
}

/* Does an owner keep its attributes in a dict? The sample is the best witness. */
static bool has_dict(PyTypeObject *type, PyObject *sample, int entry) {
    if (!cp_has_values(type)) return false;
    return sample != NULL ? *cp_values(sample) == NULL && *cp_managed_dict(sample) != NULL : entry >= 0;
}

static bool entry_place(PyObject *sample, PyObject *name, int entry, Site *site) {
    PyObject *dict = sample != NULL ? *cp_managed_dict(sample) : NULL;
    if (dict != NULL) entry = (int)cp_keys_find(((PyDictObject *)dict)->ma_keys, name);
    PyObject *value = dict != NULL && entry >= 0 ? cp_str_entry(dict, entry) : NULL;
    if (entry < 0 || entry > SEEN_ENTRY_MOST || (dict != NULL && value == NULL)) return false;
    site->kind = SITE_ENTRY;
    site->entry = entry;
    site->offset = offsetof(PyDictUnicodeEntry, me_value);
    if (value != NULL) site->likely = decode_likely_type(value);
    return true;
}

/* Can an instance hide what its class has? keys_version is what its class's shared keys must have then. */
static bool is_unshadowed(PyTypeObject *type, PyObject *sample, PyObject *name, Site *site) {
    if (!cp_has_values(type)) return type->tp_dictoffset == 0;
    PyDictKeysObject *keys = cp_shared_keys(type);
    if (keys == NULL || cp_keys_find(keys, name) >= 0 || (sample != NULL && *cp_values(sample) == NULL))
        return false;
    site->keys_version = cp_need_keys_version(keys);
    return site->keys_version != 0;
}

/* Instances of classes made of other built-in ones than object begin without values and without a dict. */
static bool begins_bare(PyTypeObject *type) {
    const PyTypeObject *base = type;
    while (base->tp_flags & Py_TPFLAGS_HEAPTYPE && base->tp_base != NULL) base = base->tp_base;
    return cp_has_values(type) && base != &PyBaseObject_Type;
}

static bool value_place(PyTypeObject *type, PyObject *sample, PyObject *name, Site *site) {
    if (!cp_has_values(type) || cp_shared_keys(type) == NULL) return false;
    Py_ssize_t index = cp_keys_find(cp_shared_keys(type), name);
    if (index < 0) return false;
    site->kind = SITE_VALUE;
    site->offset = (char *)&((PyDictValues *)NULL)->values[index] - (char *)NULL;
    if (sample == NULL) return true;
    PyDictValues *values = *cp_values(sample);
    if (values != NULL) site->likely = decode_likely_type(values->values[index]);
    return values != NULL;
}

static bool instance_place(PyTypeObject *type, PyObject *sample, PyObject *name, int entry, BcOp op,
                           Site *site) {
    bool writing = op == BC_STORE_ATTR;
    if (writing ? type->tp_setattro != PyObject_GenericSetAttr : cp_finds_by(type) != PyObject_GenericGetAttr)
        return false;
    if (!writing && cp_restless_value(type, name) != NULL) return false; /* as in class_place */
    PyObject *found = _PyType_Lookup(type, name);
    bool in_dict = has_dict(type, sample, entry), bare = !in_dict && begins_bare(type);
    if (found == NULL)
        return in_dict ? entry_place(sample, name, entry, site) : value_place(type, sample, name, site);
    if (is_slot_member(type, found, writing)) {
        site->kind = SITE_MEMBER;
        site->offset = ((PyMemberDescrObject *)found)->d_member->offset;
        if (sample != NULL) site->likely = decode_likely_type(*(PyObject **)((char *)sample + site->offset));
        return true;
    }
    int64_t index = writing ? -1 : cp_tuple_getter_index(type, found);
    if (index >= 0) {
        site->kind = SITE_ITEM;
        site->offset = index;
        if (sample != NULL && index < PyTuple_GET_SIZE(sample))
            site->likely = decode_likely_type(PyTuple_GET_ITEM(sample, index));
        return true;
    }
    bool asks_again =
        type->tp_getattro != PyObject_GenericGetAttr; /* when a getter says that it is not there */
    if ((writing || (op == BC_LOAD_ATTR && !asks_again)) && property_place(found, writing, site)) return true;
    if (Py_TYPE(found)->tp_descr_set != NULL) return false;
    bool first = cp_may_come_first(found);
    if (in_dict && writing) return !first && entry_place(sample, name, entry, site);
    if (in_dict ? sample != NULL && entry_place(sample, name, -1, site)
                : !bare && value_place(type, sample, name, site))
        return !first;
    if (writing || !(in_dict || bare || is_unshadowed(type, sample, name, site))) return false;
    site->in_dict = in_dict || bare;
    site->object = found;
    site->kind = SITE_METHOD;
    if (op == BC_LOAD_METHOD && Py_TYPE(found)->tp_flags & Py_TPFLAGS_METHOD_DESCRIPTOR) return true;
    if (op == BC_LOAD_ATTR && (Py_IS_TYPE(found, &PyFunction_Type) || Py_IS_TYPE(found, &PyMethodDescr_Type)))
        return true;
    site->kind = SITE_CLASS_VALUE;
    return is_plain(found, name, site) || held_place(type, found, op, site);
}

/* --- what a site has seen --- */

/* The instruction that made the operand that lies so deep below the top before an instruction; -1: it cannot
 * be told. Those before `c->start` are not on the way for certain. */
static int producer(const Classes *c, int index, int above) {
    for (int i = index - 1; i >= c->start; i--) {
        int pops = bc_pops(&c->out->instrs[i]), pushes = bc_pushes(&c->out->instrs[i]);
        if (pushes > above) return pushes == 1 ? i : -1;
        above += pops - pushes;
    }
    return -1;
}

/* The object that is the owner now, as far as it can be told: of the instruction that the frame is about to
 * do again, or what the instruction before it leads to. borrowed */
static PyObject *sample_owner(const Classes *c, int index, bool *met) {
    const Instr *instr = &c->out->instrs[index];
    Frame *frame = c->around->frame;
    *met = frame != NULL && frame->stacktop > c->code->co_nlocalsplus &&
           frame->prev_instr + 1 == cp_code_units(c->code) + instr->offset;
    return *met ? frame->localsplus[frame->stacktop - 1] : sample_operand(&c->samples, index, 0);
}

typedef enum CacheOf { CACHE_EMPTY, CACHE_OF_INSTANCE, CACHE_OF_CLASS, CACHE_OF_DICT } CacheOf;

/* What kind of owner the interpreter specialised for, and the version its cache has. */
static CacheOf interpreter_cache(const Classes *c, const Instr *instr, uint32_t *version) {
    const _Py_CODEUNIT *unit = cp_code_units(c->code) + instr->lasti;
    memcpy(version, unit + 2, sizeof(*version)); /* behind the opcode and the counter */
    switch (_Py_OPCODE(*unit)) {
    case LOAD_ATTR_INSTANCE_VALUE:
    case LOAD_ATTR_SLOT:
    case STORE_ATTR_INSTANCE_VALUE:
    case STORE_ATTR_SLOT:
    case LOAD_METHOD_WITH_VALUES:
    case LOAD_METHOD_NO_DICT: return CACHE_OF_INSTANCE;
    case LOAD_METHOD_CLASS: return CACHE_OF_CLASS;
    case LOAD_ATTR_WITH_HINT:
    case STORE_ATTR_WITH_HINT:
    case LOAD_METHOD_WITH_DICT: return CACHE_OF_DICT;
    default: return CACHE_EMPTY;
    }
}

/* The classes that owners had. */
typedef struct Owners {
    PyTypeObject *types[SEEN_TYPES];
    int count;
    bool guessed;     /* the last one is of an object that may become an owner */
    PyObject *sample; // one of them, borrowed; NULL: there is none
    int entry;        /* of the owners' dicts; -1: it is not known that they have any */
} Owners;

/* False: there are too many. */
static bool add_type(Owners *owners, PyTypeObject *type) {
    for (int i = 0; i < owners->count; i++)
        if (owners->types[i] == type) return true;
    if (owners->count == SEEN_TYPES) return false;
    owners->types[owners->count++] = type;
    return true;
}

static void note_types(uint32_t *seen, const Owners *owners, PyObject *name) {
    uint32_t last = seen[SEEN_TYPES - 1];
    for (int i = 0; i < SEEN_TYPES; i++) seen[i] = i < owners->count ? version_of(owners->types[i], name) : 0;
    if (last >= SEEN_ENTRY && owners->count < SEEN_TYPES) seen[SEEN_TYPES - 1] = last;
}

/* What caches and compiled code have seen; classes that are gone are left out. */
static bool find_seen(Classes *c, CacheOf kind, uint32_t version, const uint32_t *seen, Owners *owners) {
    PyTypeObject *cached = kind != CACHE_EMPTY ? class_of_version(c, version) : NULL;
    if (kind == CACHE_OF_CLASS && cached != NULL) {
        if (owners->sample == NULL) owners->sample = (PyObject *)cached;
        cached = Py_TYPE(cached);
    }
    if (cached != NULL && !c->recalled) add_type(owners, cached);
    for (int i = 0; i < SEEN_TYPES && seen[i] != 0 && seen[i] < SEEN_ENTRY; i++) {
        PyTypeObject *type = class_of_version(c, seen[i]);
        if (type != NULL && !add_type(owners, type)) return false;
    }
    return true;
}

/* The entry of their dicts that owners were found to have the attribute at; of a method any number. */
static int entry_seen(const Classes *c, int index, CacheOf kind, const uint32_t *seen) {
    uint32_t last = seen[SEEN_TYPES - 1];
    const _Py_CODEUNIT *unit = cp_code_units(c->code) + c->out->instrs[index].lasti;
    if (kind == CACHE_OF_DICT) return unit[4]; /* behind the version */
    return last >= SEEN_ENTRY && last != SEEN_SEVERAL ? (int)(last & SEEN_ENTRY_MOST) : -1;
}

/* False: too many classes, or none is known. */
static bool find_owners(Classes *c, int index, uint32_t *seen, PyObject *name, Owners *owners) {
    uint32_t version;
    bool met; /* it is the owner of this very instruction */
    CacheOf kind = interpreter_cache(c, &c->out->instrs[index], &version);
    *owners = (Owners){.sample = sample_owner(c, index, &met), .entry = entry_seen(c, index, kind, seen)};
    if (seen[0] == SEEN_SEVERAL) return false;
    PyObject *sample = owners->sample;
    bool few = find_seen(c, kind, version, seen, owners);
    int known = owners->count;
    if (few && sample != NULL && !c->recalled) few = add_type(owners, Py_TYPE(sample)) || !met;
    owners->guessed = !met && known > 0 && owners->count > known;
    if (!few) seen[0] = SEEN_SEVERAL;
    return few && owners->count > 0;
}

static bool find_place(PyTypeObject *type, PyObject *sample, PyObject *name, int entry, BcOp op, Site *site) {
    bool reading = op != BC_STORE_ATTR;
    *site = (Site){.likely = LIKELY_OTHER, .type_version = version_of(type, name), .type = type};
    if (site->type_version == 0) return false;
    if (sample != NULL && PyModule_CheckExact(sample)) return reading && module_place(sample, name, site);
    if (cp_finds_by(type) == PyType_Type.tp_getattro)
        return reading && sample != NULL && class_place((PyTypeObject *)sample, name, op, site);
    return instance_place(type, sample, name, entry, op, site);
}

/* Can one access serve owners of both classes? */
static bool is_alike(const Site *a, const Site *b) {
    return a->kind == b->kind && (a->keys_version == 0) == (b->keys_version == 0) &&
           (a->holder == NULL) == (b->holder == NULL) && (a->bound == NULL) == (b->bound == NULL) &&
           (a->value_version == 0) == (b->value_version == 0) && a->in_dict == b->in_dict &&
           (a->kind != SITE_ENTRY || a->entry == b->entry) && a->kind != SITE_OF_CLASS &&
           a->kind != SITE_OF_MODULE;
}

/* Does its inline cache tell what it gave? */
static bool is_noted(uint8_t op) {
    return op == BC_LOAD_ATTR || op == BC_BINARY_SUBSCR || op == BC_LOAD_DEREF || op == BC_FOR_ITER ||
           op == BC_CALL;
}

/* What a sample has there is kept for compiles that have none, such as where the function is put in line. */
static void recall_value(const Classes *c, int index, uint8_t *value) {
    Instr *instr = &c->out->instrs[index];
    const Site *site = instr->site;
    bool read = instr->op == BC_LOAD_DEREF || instr->op == BC_FOR_ITER;
    if (read || (instr->op == BC_BINARY_SUBSCR && *value == LIKELY_UNSEEN)) {
        PyObject *item = sample_pushed(&c->samples, index, 0);
        if (item != NULL) *value = decode_likely_type(item);
    }
    if (instr->op == BC_LOAD_ATTR && site != NULL && site->object == NULL && site->likely != LIKELY_OTHER)
        *value = site->likely;
    instr->value = *value;
}

/* Where the interpreter has seen no two numbers of one kind, but tier 1 floats or complex numbers coming of
 * it, or several types. */
static void recall_numbers(Instr *instr, uint8_t given) {
    if (!bc_is_watched(instr->arg) || instr->feedback != FB_NONE || instr->site != NULL ||
        instr->left != LIKELY_UNSEEN)
        return;
    if (given == LIKELY_FLOAT) instr->left = instr->right = LIKELY_MIXED;
    if (given == LIKELY_COMPLEX) instr->left = instr->right = LIKELY_COMPLEX;
    if (given == LIKELY_OTHER) instr->left = instr->right = LIKELY_NUMBER;
}

static const Site *attribute_site(Classes *c, int index, uint32_t *seen) {
    const Instr *instr = &c->out->instrs[index];
    PyObject *name = PyTuple_GET_ITEM(c->code->co_names, instr->arg);
    Owners owners;
    if (!PyUnicode_CheckExact(name) || !PyUnicode_CHECK_INTERNED(name) ||
        !find_owners(c, index, seen, name, &owners))
        return NULL;
    Site *first = NULL, *last = NULL;
    uint8_t likely = LIKELY_UNSEEN; /* of those of which something is known */
    for (int i = 0; i < owners.count; i++) {
        PyTypeObject *type = owners.types[i];
        PyObject *sample = owners.sample != NULL && Py_TYPE(owners.sample) == type ? owners.sample : NULL;
        Site *site = arena_new(&c->cx->arena, Site);
        bool fits = find_place(type, sample, name, owners.entry, instr->op, site) &&
                    (last == NULL || is_alike(last, site));
        if (!fits && !(owners.guessed && i == owners.count - 1)) return NULL;
        if (!fits) {
            owners.count--;
            break;
        }
        if (site->object != NULL) site->likely = decode_likely_type(site->object);
        if (sample != NULL || site->object != NULL)
            likely = likely == LIKELY_UNSEEN || likely == site->likely ? site->likely : LIKELY_OTHER;
        if (last != NULL) last->next = site;
        else first = site;
        last = site;
    }
    note_types(seen, &owners, name);
    if (likely != LIKELY_UNSEEN) first->likely = likely;
    return first;
}

/* --- super().method --- */

/* The slot of the cell of __class__; -1: the code has none. */
static int32_t class_cell(PyCodeObject *code) {
    for (int i = code->co_nlocalsplus - code->co_nfreevars; i < code->co_nlocalsplus; i++)
        if (_PyUnicode_EqualToASCIIString(PyTuple_GET_ITEM(code->co_localsplusnames, i), "__class__"))
            return i;
    return -1;
}

/* Does the code have its first argument in its first slot, as the caller gave it or anew? */
static bool keeps_first_argument(const Classes *c) {
    if (c->code->co_argcount == 0 || cp_is_cell(c->code, 0)) return false;
    for (int i = 0; i < c->out->count; i++)
        if (c->out->instrs[i].op == BC_DELETE_FAST && c->out->instrs[i].arg == 0) return false;
    return true;
}

/* The instruction in front of one, NOPs left out; -1: there is none. */
static int before(const Classes *c, int index) {
    do index--;
    while (index >= 0 && c->out->instrs[index].op == BC_NOP);
    return index;
}

/* Is the instruction at an index a LOAD_METHOD behind `super()` or `super(class, object)`? */
static bool is_behind_super(const Classes *c, int index) {
    const Instr *instrs = c->out->instrs, *call = &instrs[index - 1];
    if (index < 2 || instrs[index].op != BC_LOAD_METHOD || call->op != BC_CALL || call->arg2 >= 0 ||
        (call->arg != 0 && call->arg != 2))
        return false;
    int callee = before(c, index - 1);
    if (call->arg == 2) callee = before(c, producer(c, index - 1, 1));
    return callee >= 0 && instrs[callee].op == BC_LOAD_GLOBAL && instrs[callee].site != NULL &&
           instrs[callee].site->object == (void *)&PySuper_Type;
}

/* The class whose turn is over, and the slot of the cell that has it, -1: it is an operand. NULL: it cannot
 * be told. borrowed */
static PyObject *class_so_far(const Classes *c, int index, int32_t *cell) {
    *cell = -1;
    if (c->out->instrs[index - 1].arg == 2) return sample_operand(&c->samples, index - 1, 1);
    *cell = class_cell(c->code);
    const Instr load = {.op = BC_LOAD_DEREF, .arg = *cell};
    return *cell >= 0 && keeps_first_argument(c) ? decode_variable(c->code, &load, c->around) : NULL;
}

/* What it asks for; NULL: it cannot be told. */
static const SuperCall *find_super(const Classes *c, int index) {
    PyObject *name = PyTuple_GET_ITEM(c->code->co_names, c->out->instrs[index].arg);
    int32_t cell;
    PyObject *class = class_so_far(c, index, &cell);
    if (class == NULL || !PyType_Check(class) || !PyUnicode_CheckExact(name) ||
        !PyUnicode_CHECK_INTERNED(name) || _PyUnicode_EqualToASCIIString(name, "__class__"))
        return NULL;
    SuperCall *found = arena_new(&c->cx->arena, SuperCall);
    *found = (SuperCall){.class = class, .name = name, .cell = cell};
    return found;
}

/* A method of the classes behind another one in the order of a class; NULL: it cannot be told. */
static PyObject *method_above(PyTypeObject *type, const SuperCall *above) { // borrowed
    PyObject *order = type->tp_mro;
    Py_ssize_t i = 0, count = order != NULL ? PyTuple_GET_SIZE(order) : 0;
    while (i < count && PyTuple_GET_ITEM(order, i) != (PyObject *)above->class) i++;
    for (i++; i < count; i++) {
        PyObject *dict = ((PyTypeObject *)PyTuple_GET_ITEM(order, i))->tp_dict;
        if (!cp_keys_are_str(((PyDictObject *)dict)->ma_keys)) return NULL;
        PyObject *found = PyDict_GetItemWithError(dict, above->name);
        if (found != NULL) return found;
    }
    return NULL;
}

static Site *super_of(const Classes *c, const SuperCall *above, PyTypeObject *type) {
    bool is_class = PyType_IsSubtype(type, &PyType_Type); /* whose methods super() would look for */
    _PyType_Lookup(type, above->name);                    /* so that a store knows of it, see restless.c */
    PyObject *method = is_class ? NULL : method_above(type, above);
    if (method == NULL || !(Py_TYPE(method)->tp_flags & Py_TPFLAGS_METHOD_DESCRIPTOR) ||
        version_of(type, above->name) == 0)
        return NULL;
    Site *site = arena_new(&c->cx->arena, Site);
    *site = (Site){.kind = SITE_METHOD, .likely = LIKELY_OTHER, .type = type, .object = method};
    site->type_version = cp_type_version(type);
    site->above = above;
    return site;
}

/* By the classes that the object had. */
static const Site *super_site(Classes *c, int index, uint32_t *seen) {
    const SuperCall *above = find_super(c, index);
    if (above == NULL) return NULL;
    const Instr argument = {.op = BC_LOAD_FAST, .arg = 0};
    PyObject *sample = above->cell < 0 ? sample_operand(&c->samples, index - 1, 0)
                                       : decode_variable(c->code, &argument, c->around);
    Owners owners = {0};
    bool few = seen[0] != SEEN_SEVERAL && find_seen(c, CACHE_EMPTY, 0, seen, &owners);
    if (few && sample != NULL && !c->recalled) few = add_type(&owners, Py_TYPE(sample));
    Site *first = NULL, *last = NULL;
    int count = 0;
    for (int i = 0; few && i < owners.count; i++) {
        Site *site = super_of(c, above, owners.types[i]);
        if (site == NULL) continue;
        if (last != NULL) last->next = site;
        else first = site;
        last = site;
        owners.types[count++] = owners.types[i];
    }
    owners.count = count;
    if (few) note_types(seen, &owners, above->name);
    else seen[0] = SEEN_SEVERAL;
    if (first == NULL) {
        first = arena_new(&c->cx->arena, Site);
        *first = (Site){.kind = SITE_SUPER, .likely = LIKELY_OTHER, .above = above};
    }
    c->out->instrs[index - 1].site = first;
    return first->kind == SITE_METHOD ? first : NULL;
}

/* --- operators --- */

/* What a class calls for an operator; NULL: nothing that is known. */
static Site *operator_of(const Classes *c, const Instr *instr, PyTypeObject *type) {
    PyObject *function = c->method != NULL ? c->method(type, instr) : NULL; // borrowed
    if (function == NULL || cp_type_version(type) == 0) return NULL;
    Site *site = arena_new(&c->cx->arena, Site);
    *site = (Site){.kind = SITE_METHOD, .likely = LIKELY_OTHER, .type = type, .object = function};
    site->type_version = cp_type_version(type);
    return site;
}

/* An operator, by the classes that its left operand had. */
static const Site *operator_site(Classes *c, const Instr *instr, uint32_t *seen, PyObject *sample) {
    Owners owners = {0};
    const Site *first = NULL;
    if (instr->feedback != FB_NONE || seen[0] == SEEN_SEVERAL || !find_seen(c, CACHE_EMPTY, 0, seen, &owners))
        return NULL;
    if (sample != NULL && Py_TYPE(sample)->tp_flags & Py_TPFLAGS_HEAPTYPE && !c->recalled)
        add_type(&owners, Py_TYPE(sample));
    while (owners.count > 0) {
        Site *site = operator_of(c, instr, owners.types[--owners.count]);
        if (site == NULL) return NULL;
        seen[owners.count] = site->type_version;
        site->next = first;
        first = site;
    }
    return first;
}

/* What len asks of a sample's class, or what the class of an object that is called has for that. */
static const Site *called_site(const Classes *c, int index) {
    const Instr *call = &c->out->instrs[index], calling = {.op = BC_CALL_FUNCTION_EX};
    PyObject *callee = sample_operand(&c->samples, index, call->arg), *object = callee; // borrowed
    bool length = callee != NULL && Py_IS_TYPE(callee, &PyCFunction_Type) && call->arg == 1;
    if (length) object = sample_operand(&c->samples, index, 0);
    if (object == NULL || !PyType_HasFeature(Py_TYPE(object), Py_TPFLAGS_HEAPTYPE)) return NULL;
    Site *site = operator_of(c, length ? call : &calling, Py_TYPE(object));
    if (site != NULL) site->called = !length;
    return site;
}

int decode_owner_depth(const Instr *instr) {
    switch (instr->op) {
    case BC_BINARY_OP:
    case BC_BINARY_SUBSCR:
    case BC_COMPARE_OP:
    case BC_STORE_SUBSCR: return 1;
    case BC_CONTAINS_OP: return 0;
    default: return -1;
    }
}

Classes *decode_new_classes(CompileContext *cx, OperatorMethod method) {
    Classes *c = arena_new(&cx->arena, Classes);
    c->cx = cx;
    c->method = method;
    return c;
}

const Site *decode_operator(Classes *c, const Instr *instr, uint32_t type_version) {
    PyTypeObject *type = class_of_version(c, type_version);
    if (type == NULL) return NULL;
    bool super = instr->op == BC_CALL && instr->site != NULL && instr->site->above != NULL;
    return super ? super_of(c, instr->site->above, type) : operator_of(c, instr, type);
}

/* Are all classes that were seen, if any, such? */
static bool all_seen_are(Classes *c, const uint32_t *seen, bool (*such)(PyTypeObject *type)) {
    for (int i = 0; i < SEEN_TYPES && seen[i] != 0; i++) {
        PyTypeObject *type = seen[i] < SEEN_ENTRY ? class_of_version(c, seen[i]) : NULL;
        if (type == NULL || !such(type)) return false;
    }
    return true;
}

/* What is subscripted was of classes made of dict whenever tier 1 saw it. */
static void recall_container(Classes *c, Instr *instr, const uint32_t *seen) {
    if (instr->feedback != FB_NONE || instr->site != NULL || seen[0] == 0) return;
    if (all_seen_are(c, seen, cp_is_dict_like)) instr->left = LIKELY_DICT_LIKE;
}

/* Were the classes of what is compared all such that == and != ask for identity? */
static void recall_compared(Classes *c, Instr *instr, const uint32_t *seen, PyObject *sample) {
    bool asks = instr->op == BC_COMPARE_OP && (instr->arg == Py_EQ || instr->arg == Py_NE);
    if (c->recalled) sample = NULL;
    if (!asks || instr->feedback != FB_NONE || instr->site != NULL || (seen[0] == 0 && sample == NULL))
        return;
    if (sample != NULL && !cp_compares_by_identity(Py_TYPE(sample))) return;
    if (all_seen_are(c, seen, cp_compares_by_identity)) instr->flags |= BC_BY_IDENTITY;
}

void decode_attribute_sites(CompileContext *cx, PyCodeObject *code, Bytecode *out,
                            const Surroundings *around) {
    Classes c = {.cx = cx, .code = code, .out = out, .around = around, .method = around->method};
    c.samples = (Samples){.cx = cx, .code = code, .out = out, .around = around};
    sample_prepare(&c.samples);
    int cache = -1;
    for (int i = 0; i < out->count; i++) {
        Instr *instr = &out->instrs[i];
        if (i > 0 && out->instrs[i - 1].target >= 0) c.start = i;
        cache += bc_cache_count(instr->op);
        uint32_t nothing[SEEN_TYPES] = {0};
        bool known = cache >= 0 && cache < around->seen_count;
        uint32_t *seen = known ? &around->seen[cache * SEEN_TYPES] : nothing;
        c.recalled = known && around->recalled != NULL && around->recalled[cache];
        uint8_t no_value = LIKELY_UNSEEN, *value = &no_value;
        if (cache >= 0 && cache < around->value_count) value = &around->values[cache];
        if (decode_owner_depth(instr) >= 0) {
            PyObject *sample = sample_operand(&c.samples, i, decode_owner_depth(instr)); // borrowed
            instr->site = operator_site(&c, instr, seen, sample);
            recall_compared(&c, instr, seen, sample);
            sample_note_operator(&c.samples, i);
        } else if (instr->op == BC_BEFORE_WITH)
            instr->site = operator_site(&c, instr, seen, sample_operand(&c.samples, i, 0));
        else if (is_behind_super(&c, i)) instr->site = super_site(&c, i, seen);
        else if (instr->op == BC_LOAD_ATTR || instr->op == BC_STORE_ATTR || instr->op == BC_LOAD_METHOD)
            instr->site = attribute_site(&c, i, seen);
        if (instr->op == BC_BINARY_SUBSCR) recall_container(&c, instr, seen);
        if (instr->op == BC_CALL) {
            instr->site = called_site(&c, i);
            if (instr->site == NULL) instr->site = decode_called(&c.samples, i, seen, c.recalled);
            sample_note_call(&c.samples, i);
        }
        if (is_noted(instr->op)) recall_value(&c, i, value);
        if (instr->op == BC_UNPACK_SEQUENCE && cache < around->value_count)
            memcpy(instr->items, &around->values[cache - NOTED_ITEMS + 1], NOTED_ITEMS);
        if (instr->op == BC_BINARY_OP) recall_numbers(instr, *value);
    }
}
