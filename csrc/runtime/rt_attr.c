/* Names, cells and attributes, the latter by inline caches.
 *
 * A cache belongs to one site and holds what is true for one type version. It is filled from the slow way and
 * thrown over when it misses; a site that keeps missing stops refilling for a while, since filling costs more
 * than it brings. */
#include "runtime/rt.h"

/* --- globals and builtins --- */

/* A dict's entry for an interned name, by the index seen last. The key's identity is the proof: no version
 * needed. */
static inline PyObject *by_index(PyObject *dict, int32_t index, PyObject *name) {
    PyObject **value = cp_dict_entry(dict, index, name);
    return value != NULL ? *value : NULL;
}

/* Remember where the value of a name stands: it stays there while the keys have this version, as they have
 * while no key comes or goes. */
static void fill_global(PyObject *globals, PyObject *builtins, PyObject *name, RtCache *cache,
                        GlobalKind kind) {
    PyObject *home = kind == GLOBAL_OWN ? globals : builtins;
    Py_ssize_t index = cp_keys_find(((PyDictObject *)home)->ma_keys, name);
    PyObject **place = index >= 0 ? cp_dict_entry(home, index, name) : NULL;
    cache->kind = GLOBAL_UNKNOWN;
    if (place == NULL || ((PyDictObject *)home)->ma_values != NULL) return; /* keys shared with other dicts */
    PyDictKeysObject *keys = ((PyDictObject *)home)->ma_keys;
    cache->keys_version = cp_need_keys_version(((PyDictObject *)globals)->ma_keys);
    cache->spare = kind == GLOBAL_BUILTIN ? cp_need_keys_version(keys) : 0;
    cache->offset =
        (char *)place - (char *)keys; /* a copy of a dict has keys of its own, of the same version */
    if (cache->keys_version != 0 && (kind == GLOBAL_OWN || cache->spare != 0)) cache->kind = (uint16_t)kind;
}

static __attribute__((noinline)) PyObject *global_slow(Frame *frame, PyObject *name, RtCache *cache) {
    PyObject *globals = frame->f_globals, *builtins = frame->f_builtins, *value;
    if (!PyDict_CheckExact(globals) || !PyDict_CheckExact(builtins)) {
        value = PyObject_GetItem(globals, name);
        if (value != NULL || !PyErr_ExceptionMatches(PyExc_KeyError)) return value;
        PyErr_Clear();
        value = PyObject_GetItem(builtins, name);
        if (value == NULL && PyErr_ExceptionMatches(PyExc_KeyError)) rt_raise_name_error(name);
        return value;
    }
    value = PyDict_GetItemWithError(globals, name);
    if (value != NULL) {
        Py_INCREF(value);
        fill_global(globals, builtins, name, cache, GLOBAL_OWN);
        return value;
    }
    if (PyErr_Occurred()) return NULL;
    value = PyDict_GetItemWithError(builtins, name);
    if (value != NULL) {
        Py_INCREF(value);
        fill_global(globals, builtins, name, cache, GLOBAL_BUILTIN);
        return value;
    }
    if (!PyErr_Occurred()) rt_raise_name_error(name);
    return NULL;
}

PyObject *rt_load_global(PyThreadState *tstate, Frame *frame, PyObject *name, RtCache *cache) {
    if (__builtin_expect(cache->kind != GLOBAL_UNKNOWN, 1) &&
        cp_keys_version(frame->f_globals) == cache->keys_version &&
        (cache->kind == GLOBAL_OWN ||
         (PyDict_CheckExact(frame->f_builtins) && cp_keys_version(frame->f_builtins) == cache->spare))) {
        PyObject *home = cache->kind == GLOBAL_OWN ? frame->f_globals : frame->f_builtins;
        return Py_NewRef(*(PyObject **)((char *)((PyDictObject *)home)->ma_keys + cache->offset));
    }
    return global_slow(frame, name, cache);
}

/* Look a name up in the namespace of a class body or module. 1 found, 0 not there, -1 error. */
static int find_local(PyObject *locals, PyObject *name, PyObject **value) {
    if (PyDict_CheckExact(locals)) {
        *value = Py_XNewRef(PyDict_GetItemWithError(locals, name));
        return *value != NULL ? 1 : PyErr_Occurred() ? -1 : 0;
    }
    *value = PyObject_GetItem(locals, name);
    if (*value != NULL) return 1;
    if (!PyErr_ExceptionMatches(PyExc_KeyError)) return -1;
    PyErr_Clear();
    return 0;
}

PyObject *rt_load_name(PyThreadState *tstate, Frame *frame, PyObject *name) {
    PyObject *value = NULL;
    if (frame->f_locals == NULL) {
        PyErr_Format(PyExc_SystemError, "no locals when loading %R", name);
        return NULL;
    }
    if (find_local(frame->f_locals, name, &value) != 0) return value;
    if (!PyDict_CheckExact(frame->f_globals)) {
        RtCache none = {0};
        return global_slow(frame, name, &none);
    }
    value = PyDict_GetItemWithError(frame->f_globals, name);
    if (value != NULL || PyErr_Occurred()) return Py_XNewRef(value);
    if (find_local(frame->f_builtins, name, &value) == 0) rt_raise_name_error(name);
    return value;
}

PyObject *rt_load_classderef(PyThreadState *tstate, Frame *frame, PyObject *cell, i64 slot) {
    PyObject *value = NULL;
    PyObject *name = PyTuple_GET_ITEM(frame->f_code->co_localsplusnames, slot);
    if (find_local(frame->f_locals, name, &value) != 0) return value;
    return rt_load_deref(frame, cell, slot);
}

static PyObject *namespace(Frame *frame, const char *format, PyObject *name) {
    if (frame->f_locals == NULL) PyErr_Format(PyExc_SystemError, format, name);
    return frame->f_locals; // borrowed
}

i64 rt_store_name(PyThreadState *tstate, Frame *frame, PyObject *name, PyObject *value) {
    PyObject *locals = namespace(frame, "no locals found when storing %R", name);
    if (locals == NULL) return -1;
    return PyDict_CheckExact(locals) ? PyDict_SetItem(locals, name, value)
                                     : PyObject_SetItem(locals, name, value);
}

i64 rt_delete_name(PyThreadState *tstate, Frame *frame, PyObject *name) {
    PyObject *locals = namespace(frame, "no locals when deleting %R", name);
    if (locals == NULL) return -1;
    if (PyObject_DelItem(locals, name) == 0) return 0;
    rt_raise_name_error(name);
    return -1;
}

i64 rt_store_global(Frame *frame, PyObject *name, PyObject *value) {
    return PyDict_SetItem(frame->f_globals, name, value);
}

i64 rt_replace_global(Frame *frame, PyObject *name, PyObject *value, RtCache *cache) {
    PyObject *globals = frame->f_globals;
    return PyDict_CheckExact(globals) ? cp_dict_replace(globals, name, value, &cache->index) : -1;
}

i64 rt_delete_global(PyThreadState *tstate, Frame *frame, PyObject *name) {
    if (PyDict_DelItem(frame->f_globals, name) == 0) return 0;
    if (PyErr_ExceptionMatches(PyExc_KeyError)) rt_raise_name_error(name);
    return -1;
}

/* --- cells --- */

PyObject *rt_load_deref(Frame *frame, PyObject *cell, i64 slot) {
    PyObject *value = PyCell_GET(cell);
    if (value == NULL) rt_unbound_cell(frame, slot);
    return Py_XNewRef(value);
}

void rt_store_deref(PyObject *cell, PyObject *value_steal) {
    PyObject *old = PyCell_GET(cell);
    PyCell_SET(cell, value_steal);
    Py_XDECREF(old);
}

i64 rt_delete_deref(Frame *frame, PyObject *cell, i64 slot) {
    PyObject *old = PyCell_GET(cell);
    if (old == NULL) {
        rt_unbound_cell(frame, slot);
        return -1;
    }
    PyCell_SET(cell, NULL);
    Py_DECREF(old);
    return 0;
}

i64 rt_forget_slot(Frame *frame, i64 slot, i64 others) {
    PyObject *old = frame->localsplus[slot], *references[] = {old, old};
    if (Py_REFCNT(old) <= 1 + others && !cp_end_quietly(references, 1 + others)) return -1;
    frame->localsplus[slot] = NULL;
    Py_DECREF(old);
    return 1;
}

i64 rt_make_cell(Frame *frame, i64 slot) {
    PyObject *cell = PyCell_New(frame->localsplus[slot]);
    if (cell == NULL) return -1;
    Py_XSETREF(frame->localsplus[slot], cell);
    return 0;
}

PyObject *rt_new_cell(PyObject *value) { return PyCell_New(value); }

void rt_copy_free_vars(Frame *frame, i64 count) {
    PyObject *closure = frame->f_func->func_closure;
    int first = frame->f_code->co_nlocalsplus - (int)count;
    for (i64 i = 0; i < count; i++) frame->localsplus[first + i] = Py_NewRef(PyTuple_GET_ITEM(closure, i));
}

PyObject *rt_closure_of(PyObject *function) { return Py_NewRef(PyFunction_GET_CLOSURE(function)); }

/* --- attributes --- */

/* The version of a type, given one first if need be. 0: it cannot have one. */
static uint32_t version_of(PyTypeObject *type, PyObject *name) {
    if (cp_type_version(type) == 0) _PyType_Lookup(type, name);
    return cp_type_version(type);
}

/* --- what all sites know together: a class and a name that a site's own cache is not of --- */

typedef struct Shared {
    PyObject *name; // new ref: no other name may take its address
    RtCache cache;
} Shared;

typedef enum Use { USE_LOAD, USE_STORE, USE_METHOD, USE_SPECIAL, USE_OBJECT_STORE, USES } Use;

enum { SHARED = 1024, MISSES_BEFORE_REST = 16 };

static Shared shared[USES][SHARED]; // one per process, like type versions; guarded by the GIL

static inline Shared *shared_place(Use use, uint32_t version, PyObject *name) {
    return &shared[use][(version * 31 ^ (uintptr_t)name >> 4) % SHARED];
}

/* NULL: nothing is known of this class and name. */
static inline RtCache *shared_find(Use use, PyTypeObject *type, PyObject *name) {
    uint32_t version = cp_type_version(type);
    Shared *place = shared_place(use, version, name);
    return version != 0 && place->cache.version == version && place->name == name ? &place->cache : NULL;
}

/* What a site has not met before. */
void rt_note_seen(RtCache *cache, uint32_t version) {
    for (int i = 0; i < SEEN_TYPES && version != 0; i++) {
        if (cache->seen[i] == version) return;
        if (cache->seen[i] != 0) continue;
        cache->seen[i] = version;
        return;
    }
    cache->misses = MISSES_BEFORE_REST;
}

void rt_note_class(RtCache *cache, PyTypeObject *type) {
    bool tells = type->tp_flags & Py_TPFLAGS_HEAPTYPE || cp_is_dict_like(type);
    if (tells && cp_type_version(type) != 0) rt_note_seen(cache, cp_type_version(type));
}

/* To the site, as long as it has one class only or is new, and to all of them. Nothing can be said of an
 * owner whose kind is ATTR_NONE; that is kept too, or else it would be asked again each time. */
static void fill(Use use, PyTypeObject *type, PyObject *name, RtCache *cache, const RtCache *found) {
    uint32_t version = version_of(type, name);
    if (version == 0) return;
    Shared *place = shared_place(use, version, name);
    uint16_t misses = place->cache.version == version && place->name == name ? place->cache.misses : 0;
    Py_INCREF(name);
    Py_XSETREF(place->name, name); /* a str: its end runs nothing */
    place->cache = *found;
    place->cache.version = version;
    place->cache.misses = (uint16_t)Py_MIN(misses + 1, MISSES_BEFORE_REST);
    rt_note_seen(cache, version);
    if (found->kind == ATTR_NONE || cache->misses >= MISSES_BEFORE_REST) return;
    RtCache filled = *found;
    filled.version = version;
    filled.misses = (uint16_t)(cache->misses + 1);
    memcpy(filled.seen, cache->seen, sizeof(filled.seen));
    filled.gave = cache->gave;
    *cache = filled;
}

/* A site takes over what another one has found out of its class. Those with several classes stay with one
 * soon. */
static void adopt(RtCache *cache, const RtCache *known) {
    enum { MOST = 4 };
    uint32_t times = cache->version != 0 ? cache->spare : 0;
    rt_note_seen(cache, known->version);
    if (times >= MOST || known->kind == ATTR_NONE || cache->misses >= MISSES_BEFORE_REST) return;
    RtCache filled = *known;
    filled.misses = cache->misses;
    filled.spare = times + 1;
    filled.gave = cache->gave;
    memcpy(filled.seen, cache->seen, sizeof(filled.seen));
    *cache = filled;
}

/* Is it worth asking where an owner keeps the name? */
static bool may_fill(PyObject *name, const RtCache *known) {
    return PyUnicode_CHECK_INTERNED(name) && (known == NULL || known->misses < MISSES_BEFORE_REST);
}

static PyObject *instance_dict(PyObject *owner) { // borrowed, NULL: none (yet)
    PyObject **place = _PyObject_GetDictPtr(owner);
    return place ? *place : NULL;
}

/* A slot of the type's own: a class may have another one's as an attribute, which complains when it is used.
 */
static bool is_slot_member(PyTypeObject *type, PyObject *descriptor) {
    if (!Py_IS_TYPE(descriptor, &PyMemberDescr_Type) ||
        !PyType_IsSubtype(type, ((PyMemberDescrObject *)descriptor)->d_common.d_type))
        return false;
    PyMemberDef *member = ((PyMemberDescrObject *)descriptor)->d_member;
    return member->type == T_OBJECT_EX && !(member->flags & PY_AUDIT_READ);
}

/* How a class attribute that instances may shadow is found: which kind of check the instance needs. */
static AttrKind shadow_check(PyTypeObject *type, PyObject *owner, PyObject *name, RtCache *cache) {
    if (cp_has_values(type)) {
        PyDictKeysObject *keys = cp_shared_keys(type);
        if (*cp_values(owner) == NULL || keys == NULL || cp_keys_find(keys, name) >= 0)
            return ATTR_CLASS_DICT;
        cache->key_count = (int32_t)keys->dk_nentries;
        return ATTR_CLASS_KEYS;
    }
    return type->tp_dictoffset == 0 ? ATTR_CLASS : type->tp_dictoffset > 0 ? ATTR_CLASS_DICT : ATTR_NONE;
}

/* Where an instance keeps an attribute of its own. */
static AttrKind own_place(PyTypeObject *type, PyObject *owner, PyObject *name, RtCache *cache) {
    if (cp_has_values(type) && *cp_values(owner) != NULL) {
        cache->index = (int32_t)cp_keys_find(cp_shared_keys(type), name);
        return cache->index >= 0 ? ATTR_VALUE : ATTR_NONE;
    }
    if (type->tp_dictoffset <= 0 && !cp_has_values(type)) return ATTR_NONE;
    PyObject *dict = cp_has_values(type) ? *cp_managed_dict(owner) : instance_dict(owner);
    if (dict == NULL || !PyDict_CheckExact(dict)) return ATTR_NONE;
    cache->index = (int32_t)cp_keys_find(((PyDictObject *)dict)->ma_keys, name);
    return cache->index >= 0 ? ATTR_DICT : ATTR_NONE;
}

/* Is a type's attribute one that a C function, or CPython's knowledge of a field, gives? Where that may say
 * that there is none, a __getattr__ is asked then. */
static bool is_c_getter(PyTypeObject *type, PyObject *attribute) {
    bool getset = Py_IS_TYPE(attribute, &PyGetSetDescr_Type),
         member = Py_IS_TYPE(attribute, &PyMemberDescr_Type);
    if ((!getset && !member) || cp_finds_by(type) != type->tp_getattro ||
        !PyType_IsSubtype(type, ((PyDescrObject *)attribute)->d_type))
        return false;
    return getset ? ((PyGetSetDescrObject *)attribute)->d_getset->get != NULL
                  : !(((PyMemberDescrObject *)attribute)->d_member->flags & PY_AUDIT_READ);
}

static PyObject *get_by_c(PyObject *descriptor, PyObject *owner) {
    if (Py_IS_TYPE(descriptor, &PyMemberDescr_Type))
        return PyMember_GetOne((const char *)owner, ((PyMemberDescrObject *)descriptor)->d_member);
    const PyGetSetDef *getset = ((PyGetSetDescrObject *)descriptor)->d_getset;
    return getset->get(owner, getset->closure);
}

static AttrKind load_from_type(PyTypeObject *class, PyObject *name, RtCache *found) {
    PyObject *value = _PyType_Lookup(class, name), *meta = _PyType_Lookup(Py_TYPE(class), name);
    if (meta != NULL && is_c_getter(Py_TYPE(class), meta)) {
        found->value = meta;
        return ATTR_GETTER;
    }
    if (value == NULL || (meta != NULL && cp_may_come_first(meta))) return ATTR_NONE;
    if (Py_TYPE(value)->tp_descr_get != NULL && !PyFunction_Check(value)) return ATTR_NONE;
    found->keys_version = version_of(class, name);
    found->value = value;
    return found->keys_version != 0 ? ATTR_OF_TYPE : ATTR_NONE;
}

/* Has a property a Python function for a getter? */
static bool calls_function(PyObject *property) {
    PyObject *getter = cp_property_getter(property);
    return getter != NULL && PyFunction_Check(getter);
}

static AttrKind load_from_instance(PyTypeObject *type, PyObject *owner, PyObject *name, RtCache *found) {
    PyObject *attribute = _PyType_Lookup(type, name);
    if (attribute == NULL) return own_place(type, owner, name, found);
    if (is_slot_member(type, attribute)) {
        found->index = (int32_t)((PyMemberDescrObject *)attribute)->d_member->offset;
        return ATTR_MEMBER;
    }
    if (Py_IS_TYPE(attribute, &PyProperty_Type)) {
        bool asks_again =
            type->tp_getattro != PyObject_GenericGetAttr; /* when the getter says that it is not there */
        found->value = attribute;
        return calls_function(attribute) && !asks_again ? ATTR_PROPERTY : ATTR_NONE;
    }
    if (is_c_getter(type, attribute)) {
        found->value = attribute;
        return ATTR_GETTER;
    }
    if (Py_TYPE(attribute)->tp_descr_set != NULL) return ATTR_NONE;
    AttrKind kind = own_place(type, owner, name, found);
    if (kind != ATTR_NONE && cp_may_come_first(attribute)) return ATTR_NONE;
    if (kind != ATTR_NONE || Py_TYPE(attribute)->tp_descr_get != NULL) return kind;
    found->value = attribute;
    return shadow_check(type, owner, name, found);
}

/* Decide how owner.name is to be found next time. Runs no Python code. */
static void fill_load(PyObject *owner, PyObject *name, RtCache *cache) {
    PyTypeObject *type = Py_TYPE(owner);
    if (!may_fill(name, shared_find(USE_LOAD, type, name))) return;
    RtCache found = {0};
    AttrKind kind = ATTR_NONE;
    if (type->tp_getattro == PyModule_Type.tp_getattro && PyModule_CheckExact(owner)) {
        PyObject *dict = PyModule_GetDict(owner);
        found.index = (int32_t)cp_keys_find(((PyDictObject *)dict)->ma_keys, name);
        if (found.index >= 0) kind = ATTR_MODULE;
    } else if (cp_finds_by(type) == PyType_Type.tp_getattro) {
        kind = load_from_type((PyTypeObject *)owner, name, &found);
    } else if (cp_finds_by(type) == PyObject_GenericGetAttr) {
        kind = load_from_instance(type, owner, name, &found);
    }
    found.kind = (uint16_t)kind;
    fill(USE_LOAD, type, name, cache, &found);
}

/* The class attribute in the cache, if the instance does not have its own. */
static inline bool class_value_holds(PyTypeObject *type, PyObject *owner, PyObject *name, RtCache *cache) {
    if (__builtin_expect(cache->kind == ATTR_CLASS_KEYS, 1))
        return *cp_values(owner) != NULL && cp_shared_keys(type)->dk_nentries == cache->key_count;
    switch (cache->kind) {
    case ATTR_CLASS: return true;
    case ATTR_CLASS_DICT: {
        if (cp_has_values(type) && *cp_values(owner) != NULL) return false;
        PyObject *dict = cp_has_values(type) ? *cp_managed_dict(owner) : instance_dict(owner);
        return dict == NULL || (PyDict_CheckExact(dict) && cp_keys_are_str(((PyDictObject *)dict)->ma_keys) &&
                                PyDict_Contains(dict, name) == 0);
    }
    default: return false;
    }
}

/* An attribute of a class; NULL: its own class has been given __get__ since it was noted. borrowed */
static inline PyObject *if_plain(PyObject *value) {
    return Py_TYPE(value)->tp_descr_get == NULL || Py_IS_TYPE(value, &PyFunction_Type) ? value : NULL;
}

/* By a cache of the owner's class. False: it does not say. */
static inline bool load_by(RtCache *cache, PyTypeObject *type, PyObject *owner, PyObject *name,
                           PyObject **result) {
    PyObject *value = NULL;
    if (__builtin_expect(cache->kind == ATTR_VALUE, 1)) {
        PyDictValues *values = *cp_values(owner);
        if (values == NULL || (value = values->values[cache->index]) == NULL) return false;
        *result = Py_NewRef(value);
        return true;
    }
    switch (cache->kind) {
    case ATTR_NONE: break;
    case ATTR_DICT: {
        PyObject *dict = cp_has_values(type) ? *cp_managed_dict(owner) : instance_dict(owner);
        if (dict != NULL && !(cp_has_values(type) && *cp_values(owner) != NULL))
            value = by_index(dict, cache->index, name);
        break;
    }
    case ATTR_MEMBER: value = *(PyObject **)((char *)owner + cache->index); break;
    case ATTR_PROPERTY: {
        if (!calls_function(cache->value)) break;
        PyObject *getter = Py_NewRef(cp_property_getter(cache->value));
        *result = cp_asked_for(owner, name, rt_call_borrowed(PyThreadState_Get(), getter, &owner, 1));
        Py_DECREF(getter);
        return true;
    }
    case ATTR_GETTER: *result = cp_asked_for(owner, name, get_by_c(cache->value, owner)); return true;
    case ATTR_MODULE: value = by_index(((PyModuleObject *)owner)->md_dict, cache->index, name); break;
    case ATTR_OF_TYPE:
        if (cp_type_version((PyTypeObject *)owner) == cache->keys_version) value = if_plain(cache->value);
        break;
    default:
        if (class_value_holds(type, owner, name, cache)) value = if_plain(cache->value);
    }
    *result = Py_XNewRef(value);
    return value != NULL;
}

/* As PyObject_GetAttr; no exception is made for a __getattr__ to be asked. */
static PyObject *get_attr(PyObject *owner, PyObject *name) {
    PyObject *function = cp_asked_instead(owner, name), *args[] = {owner, name};
    if (function == NULL) return PyObject_GetAttr(owner, name);
    Py_INCREF(function);
    PyObject *result = rt_call_borrowed(PyThreadState_Get(), function, args, 2);
    Py_DECREF(function);
    return cp_asked_for(owner, name, result);
}

static __attribute__((noinline)) PyObject *load_other(PyObject *owner, PyObject *name, RtCache *cache) {
    PyTypeObject *type = Py_TYPE(owner);
    RtCache *known = shared_find(USE_LOAD, type, name);
    PyObject *result;
    if (known != NULL) {
        adopt(cache, known);
        if (load_by(known, type, owner, name, &result)) return result;
    }
    if ((result = rt_restless_attr(owner, name)) != NULL) return Py_NewRef(result);
    result = get_attr(owner, name);
    if (result != NULL) fill_load(owner, name, cache);
    return result;
}

static __attribute__((noinline)) PyObject *load_by_any(PyObject *owner, PyObject *name, RtCache *cache) {
    PyTypeObject *type = Py_TYPE(owner);
    PyObject *result;
    if (cache->version == 0 || cp_type_version(type) != cache->version ||
        !load_by(cache, type, owner, name, &result))
        result = load_other(owner, name, cache);
    rt_note_given(cache, result);
    return result;
}

/* What there is to go by for an owner: the site's own cache, or where that is of another class and the site
 * has met several, what all sites know. */
static inline const RtCache *cache_of(Use use, PyTypeObject *type, PyObject *name, const RtCache *cache) {
    if (__builtin_expect(cp_type_version(type) == cache->version || cache->misses < MISSES_BEFORE_REST, 1))
        return cache;
    const Shared *place = shared_place(use, cp_type_version(type), name);
    return place->name == name ? &place->cache : cache;
}

/* Most attributes are values of instances: that way calls nothing and saves no register. */
PyObject *rt_load_attr(PyObject *owner, PyObject *name, RtCache *cache) {
    PyTypeObject *type = Py_TYPE(owner);
    const RtCache *known = cache_of(USE_LOAD, type, name, cache);
    /* A cache of that kind has a version, which is never 0. */
    if (known->kind == ATTR_VALUE && cp_type_version(type) == known->version) {
        PyDictValues *values = *cp_values(owner);
        PyObject *value = values != NULL ? values->values[known->index] : NULL;
        if (__builtin_expect(value != NULL, 1)) {
            rt_note_given(cache, value);
            return Py_NewRef(value);
        }
    }
    return load_by_any(owner, name, cache);
}

static void fill_store(Use use, PyObject *owner, PyObject *name, RtCache *cache) {
    PyTypeObject *type = Py_TYPE(owner);
    if (!may_fill(name, shared_find(use, type, name))) return;
    RtCache filled = {0};
    AttrKind kind = ATTR_NONE;
    if (use == USE_OBJECT_STORE || type->tp_setattro == PyObject_GenericSetAttr) {
        PyObject *found = _PyType_Lookup(type, name);
        if (found != NULL && is_slot_member(type, found)) {
            PyMemberDef *member = ((PyMemberDescrObject *)found)->d_member;
            filled.index = (int32_t)member->offset;
            if (!(member->flags & READONLY)) kind = ATTR_MEMBER;
        } else if (found == NULL || !cp_may_come_first(found)) {
            kind = own_place(type, owner, name, &filled);
            if (kind == ATTR_DICT) kind = ATTR_NONE; /* a dict has versions and watchers to keep */
        }
    }
    filled.kind = (uint16_t)kind;
    fill(use, type, name, cache, &filled);
}

static inline bool store_by(const RtCache *cache, PyObject *owner, PyObject *value) {
    PyObject **place;
    if (__builtin_expect(cache->kind == ATTR_VALUE, 1)) {
        PyDictValues *values = *cp_values(owner);
        if (values == NULL) return false;
        place = &values->values[cache->index];
        if (*place == NULL) cp_note_insertion(values, cache->index);
    } else if (cache->kind == ATTR_MEMBER) {
        place = (PyObject **)((char *)owner + cache->index);
    } else {
        return false;
    }
    PyObject *old = *place;
    *place = Py_NewRef(value);
    Py_XDECREF(old);
    return true;
}

static __attribute__((noinline)) i64 store_other(PyObject *owner, PyObject *name, PyObject *value,
                                                 RtCache *cache) {
    PyTypeObject *type = Py_TYPE(owner);
    RtCache *known = shared_find(USE_STORE, type, name);
    if (known != NULL) {
        adopt(cache, known);
        if (store_by(known, owner, value)) return 0;
    }
    if (PyType_Check(owner)) return cp_store_in_class((PyTypeObject *)owner, name, value);
    if (PyObject_SetAttr(owner, name, value) < 0) return -1;
    if (Py_TYPE(owner) == type) fill_store(USE_STORE, owner, name, cache);
    return 0;
}

static __attribute__((noinline)) i64 store_by_any(PyObject *owner, PyObject *name, PyObject *value,
                                                  RtCache *cache) {
    if (cache->version != 0 && cp_type_version(Py_TYPE(owner)) == cache->version &&
        store_by(cache, owner, value))
        return 0;
    return store_other(owner, name, value, cache);
}

/* As rt_load_attr: a value of an instance that has one there. */
i64 rt_store_attr(PyObject *owner, PyObject *name, PyObject *value, RtCache *cache) {
    PyTypeObject *type = Py_TYPE(owner);
    const RtCache *known = cache_of(USE_STORE, type, name, cache);
    if (known->kind == ATTR_VALUE && cp_type_version(type) == known->version) {
        PyDictValues *values = *cp_values(owner);
        PyObject *old = values != NULL ? values->values[known->index] : NULL;
        if (__builtin_expect(old != NULL, 1)) {
            values->values[known->index] = Py_NewRef(value);
            if (__builtin_expect(--old->ob_refcnt != 0, 1)) return 0;
            _Py_Dealloc(old);
            return 0;
        }
    }
    return store_by_any(owner, name, value, cache);
}

i64 rt_store_quietly(PyObject *owner, PyObject *name, PyObject *value) {
    PyTypeObject *type = Py_TYPE(owner);
    RtCache *known = shared_find(USE_STORE, type, name), none = {0};
    if (known == NULL) {
        fill_store(USE_STORE, owner, name, &none);
        known = shared_find(USE_STORE, type, name);
    }
    if (known == NULL || (known->kind != ATTR_VALUE && known->kind != ATTR_MEMBER)) return -1;
    PyDictValues *values = known->kind == ATTR_VALUE ? *cp_values(owner) : NULL;
    if (known->kind == ATTR_VALUE && values == NULL) return -1;
    PyObject *old =
        values != NULL ? values->values[known->index] : *(PyObject **)((char *)owner + known->index);
    if (old != NULL && Py_REFCNT(old) == 1 && !cp_end_quietly(&old, 1)) return -1;
    return store_by(known, owner, value) ? 1 : -1;
}

bool rt_object_setattr(PyThreadState *tstate, PyObject *const *args, PyObject **result) {
    PyObject *owner = args[0], *name = args[1], *value = args[2];
    PyTypeObject *type = Py_TYPE(owner);
    if (!PyUnicode_CheckExact(name) || !PyUnicode_CHECK_INTERNED(name) || !cp_may_recurse(tstate))
        return false;
    const RtCache *known = shared_find(USE_OBJECT_STORE, type, name);
    if (known == NULL && !cp_object_may_store(type)) return false;
    tstate->recursion_remaining--; /* the call's own level: what a store drops may run code */
    RtCache none = {0};
    bool stored = known != NULL && store_by(known, owner, value);
    if (!stored && (stored = PyObject_GenericSetAttr(owner, name, value) == 0) && Py_TYPE(owner) == type)
        fill_store(USE_OBJECT_STORE, owner, name, &none);
    cp_leave_recursive(tstate);
    *result = stored ? Py_NewRef(Py_None) : NULL;
    return true;
}

void rt_seen_types(const RtCache *cache, uint32_t seen[SEEN_TYPES]) {
    bool by_dict = cache->kind == ATTR_DICT || cache->kind == ATTR_CLASS_DICT;
    memcpy(seen, cache->seen, sizeof(cache->seen));
    if (cache->misses >= MISSES_BEFORE_REST) seen[0] = SEEN_SEVERAL;
    if (cache->version == 0 || !by_dict) return;
    if (seen[SEEN_TYPES - 1] != 0 || cache->index > SEEN_ENTRY_MOST) seen[0] = SEEN_SEVERAL;
    else seen[SEEN_TYPES - 1] = SEEN_ENTRY | (uint32_t)cache->index;
}

i64 rt_delete_attr(PyObject *owner, PyObject *name) { return PyObject_SetAttr(owner, name, NULL); }

/* --- methods --- */

static void fill_method(PyObject *owner, PyObject *name, RtCache *cache) {
    PyTypeObject *type = Py_TYPE(owner);
    if (!may_fill(name, shared_find(USE_METHOD, type, name))) return;
    RtCache filled = {0};
    PyObject *found = _PyType_Lookup(type, name);
    if (found != NULL && Py_TYPE(found)->tp_flags & Py_TPFLAGS_METHOD_DESCRIPTOR) {
        filled.value = found;
        filled.kind = (uint16_t)shadow_check(type, owner, name, &filled);
    }
    fill(USE_METHOD, type, name, cache, &filled);
}

static __attribute__((noinline)) i64 other_method(PyObject *owner, PyObject *name, RtCache *cache,
                                                  PyObject **results) {
    PyTypeObject *type = Py_TYPE(owner);
    RtCache *known =
        shared_find(USE_METHOD, type, name); /* of classes that are asked for attributes plainly */
    if (__builtin_expect(known != NULL, 1)) {
        if (cache->misses < MISSES_BEFORE_REST) adopt(cache, known);
        if (class_value_holds(type, owner, name, known)) {
            results[0] = Py_NewRef(known->value);
            results[1] = Py_NewRef(owner);
            return 0;
        }
    }
    if (type == &PySuper_Type) { /* what it is of decides */
        if (version_of(type, name) != 0) rt_note_seen(cache, version_of(type, name));
        if (cp_super_self(owner) != NULL) rt_note_class(cache, Py_TYPE(cp_super_self(owner)));
        results[0] = NULL;
        results[1] = PyObject_GetAttr(owner, name);
        return results[1] != NULL ? 0 : -1;
    }
    if (cp_finds_by(type) !=
        PyObject_GenericGetAttr) { /* a module's function, a class's method: plain attributes */
        results[0] = NULL;
        results[1] = rt_load_attr(owner, name, cache);
        return results[1] != NULL ? 0 : -1;
    }
    PyObject *method = NULL;
    int unbound = _PyObject_GetMethod(owner, name, &method);
    if (method == NULL) return -1;
    results[0] = unbound ? method : NULL;
    results[1] = unbound ? Py_NewRef(owner) : method;
    fill_method(owner, name, cache);
    return 0;
}

static __attribute__((noinline)) i64 method_by_any(PyObject *owner, PyObject *name, RtCache *cache,
                                                   PyObject **results) {
    PyTypeObject *type = Py_TYPE(owner);
    if (cache->version == 0 || cp_type_version(type) != cache->version ||
        !class_value_holds(type, owner, name, cache))
        return other_method(owner, name, cache, results);
    results[0] = Py_NewRef(cache->value);
    results[1] = Py_NewRef(owner);
    return 0;
}

/* As rt_load_attr: instances of a class of their program's, and of C types that have no dict. */
i64 rt_load_method(PyObject *owner, PyObject *name, RtCache *cache, PyObject **results) {
    PyTypeObject *type = Py_TYPE(owner);
    const RtCache *known = cache_of(USE_METHOD, type, name, cache);
    bool holds = cp_type_version(type) == known->version;
    if (known->kind == ATTR_CLASS_KEYS)
        holds = holds && *cp_values(owner) != NULL && cp_shared_keys(type)->dk_nentries == known->key_count;
    else holds = holds && known->kind == ATTR_CLASS;
    if (__builtin_expect(!holds, 0)) return method_by_any(owner, name, cache, results);
    results[0] = Py_NewRef(known->value);
    results[1] = Py_NewRef(owner);
    return 0;
}

/* --- attributes by names that come at run time --- */

/* False: nothing is known of the owner's class and this name, which is interned. */
static bool getattr_known(PyObject *owner, PyObject *name, PyObject **result) {
    RtCache *known = shared_find(USE_LOAD, Py_TYPE(owner), name);
    return known != NULL && load_by(known, Py_TYPE(owner), owner, name, result);
}

/* A method of the class that the owner has none of its own for, bound. False likewise. */
static bool getattr_method(PyObject *owner, PyObject *name, PyObject **result) {
    PyTypeObject *type = Py_TYPE(owner);
    if (cp_finds_by(type) != PyObject_GenericGetAttr) return false;
    RtCache *known = shared_find(USE_METHOD, type, name);
    if (known == NULL) {
        RtCache none = {0};
        fill_method(owner, name, &none);
        known = shared_find(USE_METHOD, type, name);
    }
    if (known == NULL || known->value == NULL || !Py_IS_TYPE(known->value, &PyFunction_Type) ||
        !class_value_holds(type, owner, name, known))
        return false;
    *result = PyMethod_New(known->value, owner);
    return true;
}

PyObject *rt_getattr_interned(PyObject *owner, PyObject *name, bool may_lack) {
    PyObject *result = NULL;
    if (getattr_method(owner, name, &result)) return result;
    if (getattr_known(owner, name, &result)) {
        if (result == NULL && may_lack && PyErr_ExceptionMatches(PyExc_AttributeError)) PyErr_Clear();
        return result;
    }
    if (may_lack) _PyObject_LookupAttr(owner, name, &result);
    else result = get_attr(owner, name);
    RtCache none = {0};
    if (result != NULL) fill_load(owner, name, &none);
    return result;
}

PyObject *rt_getattr(PyObject *owner, PyObject *name, PyObject *otherwise) {
    Py_INCREF(name);
    PyUnicode_InternInPlace(&name);
    PyObject *result = rt_getattr_interned(owner, name, otherwise != NULL);
    Py_DECREF(name);
    return result != NULL || PyErr_Occurred() ? result : Py_XNewRef(otherwise);
}

i64 rt_hasattr(PyObject *owner, PyObject *name) {
    Py_INCREF(name);
    PyUnicode_InternInPlace(&name);
    PyObject *found = rt_getattr_interned(owner, name, true);
    Py_DECREF(name);
    if (found == NULL) return PyErr_Occurred() ? -1 : 0;
    Py_DECREF(found);
    return 1;
}

i64 rt_setattr(PyObject *owner, PyObject *name, PyObject *value) {
    RtCache none = {0}; // the name may be another one each time: only what all sites know holds
    Py_INCREF(name);
    PyUnicode_InternInPlace(&name);
    i64 failed = store_other(owner, name, value, &none);
    Py_DECREF(name);
    return failed;
}

/* --- methods that operators stand for --- */

PyObject *rt_special_function(PyTypeObject *type, PyObject *name) {
    RtCache *known = shared_find(USE_SPECIAL, type, name);
    if (__builtin_expect(known != NULL, 1)) return known->value;
    PyObject *found = _PyType_Lookup(type, name); // borrowed
    if (found != NULL && !Py_IS_TYPE(found, &PyFunction_Type)) found = NULL;
    uint32_t version = cp_type_version(type);
    if (version == 0) return found;
    Shared *place = shared_place(USE_SPECIAL, version, name);
    Py_INCREF(name);
    Py_XSETREF(place->name, name);
    place->cache = (RtCache){.version = version, .value = found};
    return found;
}
