/* Attributes of classes that are stored again and again: a count of instances, the next number.
 *
 * CPython takes a class's version away at each store, since a version promises that what its attributes were
 * found to be is still so: guards fail, caches are filled anew. A store may leave the version as it is if
 * nobody has looked the attribute up by it. Whoever does, does it by _PyType_Lookup, which notes what it
 * found in its cache of methods. So a store puts a mark where that would be noted, for the class and all
 * below it; the next store finds the marks where they were, or goes CPython's way and puts them there again.
 * What we read ourselves meanwhile is read from the class's dict, by where it stands there. */
#include "cpython/compat.h"

enum {
    MARK = UINT32_MAX, /* as a version that no class has */
    MOST_BELOW = 16,   /* classes that are marked with one */
    PATIENCE = 16,     /* stores whose marks were gone before most are not worth marks any more */
    PATIENT_AGAIN = 64
};

/* Where a class finds an attribute, as long as it has its version. */
typedef struct Restless {
    PyTypeObject *class;  // borrowed, not looked at: only to be compared
    PyObject *name;       // likewise
    PyTypeObject *holder; // borrowed from the class while it has the version
    uint32_t version;
    int32_t index; /* in the holder's dict */
    uint32_t vain; /* stores whose marks were gone, since one whose were not */
} Restless;

static Restless restless[256]; // one per process, like type versions; guarded by the GIL
static bool any;               // is anything marked at all?

static Restless *place_of(PyTypeObject *class, PyObject *name) {
    return &restless[((uintptr_t) class >> 4 ^ (uintptr_t)name >> 4) % Py_ARRAY_LENGTH(restless)];
}

/* Where _PyType_Lookup notes what it finds. */
static struct type_cache_entry *note_of(PyTypeObject *class, PyObject *name) {
    uint32_t hash = cp_type_version(class) ^ (uint32_t)((Py_ssize_t)name >> 3);
    return &_PyInterpreterState_GET()->type_cache.hashtable[hash & ((1 << MCACHE_SIZE_EXP) - 1)];
}

static bool is_marked(PyTypeObject *class, PyObject *name) {
    const struct type_cache_entry *note = note_of(class, name);
    return note->version == MARK && note->name == name && (uintptr_t)note->value == cp_type_version(class) &&
           cp_type_version(class) != 0;
}

/* Where it is not noted where it should be, there is no mark. */
static void mark(PyTypeObject *class, PyObject *name) {
    if (_PyType_Lookup(class, name) == NULL || cp_type_version(class) == 0) return;
    struct type_cache_entry *note = note_of(class, name);
    if (note->version != cp_type_version(class) || note->name != name) return;
    note->version = MARK;
    note->value =
        (PyObject *)(uintptr_t)cp_type_version(class); /* never followed: no class has the version */
}

/* Can nobody know the attribute by the version of the class or of one below it? What has no version is known
 * to nobody. With `marking` marks are put there instead. */
static bool all_marked(PyTypeObject *class, PyObject *name, bool marking, int *left) {
    if (--*left < 0) return false;
    if (marking) mark(class, name);
    else if (cp_type_version(class) != 0 && !is_marked(class, name)) return false;
    PyObject *key, *reference, *below = class->tp_subclasses;
    Py_ssize_t position = 0;
    while (below != NULL && PyDict_Next(below, &position, &key, &reference)) {
        PyObject *one = Py_NewRef(PyWeakref_GET_OBJECT(reference));
        bool all = !PyType_Check(one) || all_marked((PyTypeObject *)one, name, marking, left);
        Py_DECREF(one);
        if (!all) return false;
    }
    return true;
}

/* The first class in the order of one that has the name, and where in its dict. NULL: it cannot be told. */
static PyTypeObject *find_holder(PyTypeObject *class, PyObject *name, int32_t *index) { // borrowed
    PyObject *order = class->tp_mro;
    for (Py_ssize_t i = 0; order != NULL && i < PyTuple_GET_SIZE(order); i++) {
        PyTypeObject *holder = (PyTypeObject *)PyTuple_GET_ITEM(order, i);
        PyDictKeysObject *keys = ((PyDictObject *)holder->tp_dict)->ma_keys;
        if (!cp_keys_are_str(keys)) return NULL;
        *index = (int32_t)cp_keys_find(keys, name);
        if (*index >= 0) return holder;
    }
    return NULL;
}

PyObject *cp_restless_value(PyTypeObject *class, PyObject *name) {
    if (!any || cp_type_version(class) == 0) return NULL;
    Restless *place = place_of(class, name);
    if (place->class != class || place->name != name || place->version != cp_type_version(class)) {
        int32_t index;
        PyTypeObject *holder = is_marked(class, name) ? find_holder(class, name, &index) : NULL;
        if (holder == NULL) return NULL;
        uint32_t vain = place->class == class && place->name == name ? place->vain : 0;
        *place = (Restless){class, name, holder, cp_type_version(class), index, vain};
    }
    PyObject **value = cp_dict_entry(place->holder->tp_dict, place->index, name);
    if (value == NULL || *value == NULL) return NULL;
    const PyTypeObject *type = Py_TYPE(*value);
    return type->tp_descr_get == NULL && type->tp_descr_set == NULL ? *value : NULL;
}

/* Does a class store a name in its dict and do nothing else? */
static bool stores_plainly(PyTypeObject *class, PyObject *name) {
    PyTypeObject *meta = Py_TYPE(class);
    if (!(class->tp_flags & Py_TPFLAGS_HEAPTYPE) || class->tp_flags & Py_TPFLAGS_IMMUTABLETYPE ||
        meta->tp_setattro != PyType_Type.tp_setattro || !PyUnicode_CheckExact(name) ||
        !PyUnicode_CHECK_INTERNED(name) || PyUnicode_GET_LENGTH(name) == 0 ||
        PyUnicode_READ_CHAR(name, PyUnicode_GET_LENGTH(name) - 1) == '_') /* what slots may be made of */
        return false;
    return meta == &PyType_Type || _PyType_Lookup(meta, name) == NULL;
}

static bool replace_quietly(PyTypeObject *class, PyObject *name, PyObject *value, Restless *place) {
    int left = MOST_BELOW;
    return all_marked(class, name, false, &left) &&
           cp_dict_replace(class->tp_dict, name, value, &place->index) == 1;
}

int cp_store_in_class(PyTypeObject *class, PyObject *name, PyObject *value) {
    bool plain = stores_plainly(class, name);
    Restless *place = place_of(class, name);
    if (place->class != class || place->name != name)
        *place = (Restless){.class = class, .name = name, .index = -1};
    if (plain && is_marked(class, name) && replace_quietly(class, name, value, place)) {
        place->vain = 0;
        return 0;
    }
    if (PyObject_SetAttr((PyObject *)class, name, value) < 0) return -1;
    place = place_of(class, name);
    int left = MOST_BELOW;
    uint32_t vain = place->class == class && place->name == name ? ++place->vain : 0;
    if (!plain || (vain > PATIENCE && vain % PATIENT_AGAIN != 0)) return 0;
    any = true;
    Py_INCREF(class);
    all_marked(class, name, true, &left);
    Py_DECREF(class);
    return 0;
}
