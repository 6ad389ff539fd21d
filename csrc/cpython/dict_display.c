/* Dicts that are made of str keys which are known, and their values, at once. */
#include "cpython/compat.h"

#include <string.h>

enum { LEAST_LOG2 = 3, MOST_LOG2 = 7, GOES_EMPTY = -1 };

static inline Py_ssize_t room_of(int log2_size) { return ((Py_ssize_t)2 << log2_size) / 3; }

/* The size that CPython gives the keys of a dict whose number of keys it knows. */
static int log2_size_for(Py_ssize_t count) {
    int log2_size = LEAST_LOG2;
    while (count > room_of(LEAST_LOG2) && (Py_ssize_t)1 << log2_size < (count * 3 + 1) / 2) log2_size++;
    return log2_size;
}

/* Puts the keys where looking them up leads to. False: two of them are the same, or one has no hash. */
static bool place_keys(PyDictKeysObject *keys, PyObject *const *names, Py_ssize_t count) {
    int8_t *indices = (int8_t *)keys->dk_indices;
    size_t mask = ((size_t)1 << keys->dk_log2_size) - 1;
    memset(indices, GOES_EMPTY, mask + 1);
    for (Py_ssize_t i = 0; i < count; i++) {
        Py_hash_t hash = PyUnicode_CheckExact(names[i]) ? ((PyASCIIObject *)names[i])->hash : -1;
        if (hash == -1) return false;
        size_t perturb = (size_t)hash, place = (size_t)hash & mask;
        for (; indices[place] != GOES_EMPTY; place = (place * 5 + perturb + 1) & mask) {
            PyObject *there = names[indices[place]];
            if (there == names[i] || ((PyASCIIObject *)there)->hash == hash) return false;
            perturb >>= 5;
        }
        indices[place] = (int8_t)i;
    }
    return true;
}

PyObject *cp_dict_of(PyObject *const *names, PyObject *const *values_steal, Py_ssize_t count) {
    int log2_size = log2_size_for(count);
    if (count == 0 || log2_size > MOST_LOG2) return NULL;
    Py_ssize_t room = room_of(log2_size);
    size_t indices = (size_t)1 << log2_size, entries = sizeof(PyDictUnicodeEntry) * (size_t)room;
    PyDictKeysObject *keys = PyObject_Malloc(sizeof(*keys) + indices + entries);
    if (keys == NULL) return NULL;
    *keys = (PyDictKeysObject){.dk_refcnt = 1,
                               .dk_log2_size = (uint8_t)log2_size,
                               .dk_log2_index_bytes = (uint8_t)log2_size,
                               .dk_kind = DICT_KEYS_UNICODE,
                               .dk_usable = room - count,
                               .dk_nentries = count};
    PyDictObject *dict = place_keys(keys, names, count) ? (PyDictObject *)PyDict_New() : NULL;
    if (dict == NULL) {
        PyErr_Clear();
        PyObject_Free(keys);
        return NULL;
    }
    bool tracked = false;
    PyDictUnicodeEntry *entry = DK_UNICODE_ENTRIES(keys);
    memset(entry + count, 0, entries - sizeof(*entry) * (size_t)count);
    for (Py_ssize_t i = 0; i < count; i++, entry++) {
        *entry = (PyDictUnicodeEntry){Py_NewRef(names[i]), values_steal[i]};
        tracked |= _PyObject_GC_MAY_BE_TRACKED(values_steal[i]);
    }
    dict->ma_keys->dk_refcnt--; /* those of all empty dicts */
    dict->ma_keys = keys;
    dict->ma_used = count;
    if (tracked) _PyObject_GC_TRACK(dict);
    return (PyObject *)dict;
}
