#include "cpython/kept.h"

#include "cpython/functions.h"
#include "cpython/generators.h"

CpKept cp_kept;

/* --- instances --- */

/* Instances of one class, with the memory of their values: as CPython itself keeps frames and small tuples.
 */
enum { KEPT_OF_CLASS = 24, CLASSES = 256, NESTED = 4 };
typedef struct KeptClass {
    PyTypeObject *type; // not held: its version says whether it is this class still
    uint32_t version;   // 0: no class yet
    bool is_plain;
    int count;
    PyObject *instances[KEPT_OF_CLASS];
} KeptClass;
static KeptClass kept_classes[CLASSES]; // one per process, guarded by the GIL

static inline KeptClass *place_of(PyTypeObject *type) {
    uintptr_t bits = (uintptr_t)type >> 4;
    return &kept_classes[(bits ^ bits >> 8) % CLASSES];
}

static void free_memory(PyObject *instance) {
    PyDictValues *values = *cp_values(instance);
    PyMem_Free((char *)values - ((uint8_t *)values)[-1]);
    PyObject_Free((char *)instance + CP_VALUES_OFFSET);
}

static void free_kept(KeptClass *kept) {
    while (kept->count > 0) free_memory(kept->instances[--kept->count]);
}

/* NULL: nothing is to be kept of the class. */
static inline KeptClass *kept_of(PyTypeObject *type) {
    KeptClass *kept = place_of(type);
    if (__builtin_expect(kept->type != type || kept->version != type->tp_version_tag, 0)) {
        free_kept(kept);
        *kept = (KeptClass){.type = type, .version = type->tp_version_tag};
        kept->is_plain = cp_is_plain_class(type) && type->tp_free == PyObject_GC_Del;
    }
    return kept->is_plain && kept->version != 0 && !_Py_tracemalloc_config.tracing ? kept : NULL;
}

static bool keep_within(PyObject *object, int depth);

static inline void drop_value(PyObject *value, int depth) {
    if (value == NULL || --value->ob_refcnt != 0) return;
    if (PyLong_CheckExact(value) && cp_keep_int(value)) return;
    if (depth == 0 || !cp_has_values(Py_TYPE(value)) || !keep_within(value, depth - 1)) _Py_Dealloc(value);
}

static bool keep_within(PyObject *object, int depth) {
    PyTypeObject *type = Py_TYPE(object);
    KeptClass *kept = kept_of(type);
    PyDictValues *values = *cp_values(object);
    if (kept == NULL || kept->count == KEPT_OF_CLASS || values == NULL || cp_has_weakrefs(object))
        return false;
    if (_PyObject_GC_IS_TRACKED(object)) _PyObject_GC_UNTRACK(object);
    PyDictKeysObject *keys = cp_shared_keys(type);
    for (Py_ssize_t i = 0; i < keys->dk_nentries; i++) drop_value(values->values[i], depth);
    struct _gc_runtime_state *collector = &_PyInterpreterState_GET()->gc;
    if (collector->generations[0].count > 0) collector->generations[0].count--;
    kept = kept_of(type); /* what went with the values may have run code */
    if (kept != NULL && kept->count < KEPT_OF_CLASS) kept->instances[kept->count++] = object;
    else free_memory(object);
    Py_DECREF(type);
    return true;
}

bool cp_keep_instance(PyObject *object) {
#ifdef Py_REF_DEBUG
    return false; /* the debug build keeps account of what goes */
#endif
    return keep_within(object, NESTED);
}

/* Memory for an instance and its values, as CPython lays it out; NULL: there is none. */
static PyObject *new_memory(PyTypeObject *type, size_t count) {
#ifdef Py_REF_DEBUG
    return NULL; /* the debug build keeps account of what comes */
#endif
    size_t front = _Py_SIZE_ROUND_UP(count + 2, sizeof(PyObject *));
    uint8_t *values = PyMem_Malloc(front + count * sizeof(PyObject *));
    char *memory = values != NULL ? PyObject_Malloc((size_t)type->tp_basicsize - CP_VALUES_OFFSET) : NULL;
    if (memory == NULL) {
        PyMem_Free(values);
        return NULL;
    }
    PyObject *object = (PyObject *)(memory - CP_VALUES_OFFSET);
    Py_SET_TYPE(object, type);
    values[front - 1] = (uint8_t)front;
    *cp_values(object) = (PyDictValues *)(values + front);
    if (type->tp_weaklistoffset > 0) *(PyObject **)((char *)object + type->tp_weaklistoffset) = NULL;
    return object;
}

PyObject *cp_plain_instance(PyTypeObject *type) {
    if (!cp_has_values(type) || type->tp_flags & Py_TPFLAGS_IS_ABSTRACT) return NULL;
    KeptClass *kept = kept_of(type);
    PyDictKeysObject *keys = cp_shared_keys(type);
    struct _gc_runtime_state *collector = &_PyInterpreterState_GET()->gc;
    if (kept == NULL || keys->dk_usable > 1 || cp_would_collect(collector)) return NULL;
    Py_ssize_t count = keys->dk_nentries + keys->dk_usable;
    PyObject *object = kept->count > 0 ? kept->instances[--kept->count] : new_memory(type, (size_t)count);
    if (object == NULL) return NULL;
    collector->generations[0].count++;
    PyDictValues *values = *cp_values(object);
    ((uint8_t *)values)[-2] = 0; /* no attribute was put there yet */
    for (Py_ssize_t i = 0; i < count; i++) values->values[i] = NULL;
    *cp_managed_dict(object) = NULL;
    Py_SET_REFCNT(object, 1);
    Py_INCREF(type);
    *_Py_AS_GC(object) = (PyGC_Head){0};
    _PyObject_GC_TRACK(object);
    return object;
}

static __attribute__((noinline)) void dealloc_any(PyObject *object) {
    if (cp_has_values(Py_TYPE(object)) && cp_keep_instance(object)) return;
    if (__builtin_expect(cp_is_finished_generator(object), 0)) cp_free_generator((PyGenObject *)object);
    else _Py_Dealloc(object);
}

/* A list is gone: so are the ints at its end that nobody else has. */
static void keep_ints(PyListObject *list) {
    PyObject **items = list->ob_item;
    for (Py_ssize_t i = Py_SIZE(list) - 1; i >= 0 && items[i] != NULL && PyLong_CheckExact(items[i]); i--)
        if (Py_REFCNT(items[i]) == 1) {
            if (!cp_keep_int(items[i])) return;
            items[i] = NULL;
        }
}

/* Most are ints, or of other types whose end is theirs alone: nothing is saved for them. */
void cp_dealloc(PyObject *object) {
    PyTypeObject *type = Py_TYPE(object);
    if (type == &PyLong_Type && cp_keep_int(object)) return;
    if (type == &PyList_Type) keep_ints((PyListObject *)object);
    if (type == &PyFunction_Type && cp_keep_function(object)) return;
#ifndef Py_REF_DEBUG
    if (!cp_has_values(type) && type != &PyGen_Type && type != &PyCoro_Type) {
        type->tp_dealloc(object);
        return;
    }
#endif
    dealloc_any(object);
}
