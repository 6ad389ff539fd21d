/* Look-ups in dicts and sets by keys whose hash and comparison run no code: str, int, tuples of them, and
 * what is equal to itself only. What has another key of the same hash cannot be told here. */
#include "cpython/compat.h"

/* --- keys --- */

/* Classes, functions, None, objects without __eq__ and __hash__ of their own: they are equal to themselves
 * only. */
static bool is_identity(PyObject *key) {
    PyTypeObject *type = Py_TYPE(key);
    return type->tp_richcompare == PyBaseObject_Type.tp_richcompare &&
           type->tp_hash == PyBaseObject_Type.tp_hash;
}

/* Does an object's comparison with other such ones run nobody's code? Tuples only one deep. */
static bool is_plain(PyObject *key) {
    if (cp_is_plain_key(key) || is_identity(key)) return true;
    if (!PyTuple_CheckExact(key)) return false;
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(key); i++)
        if (!cp_is_plain_key(PyTuple_GET_ITEM(key, i)) && !is_identity(PyTuple_GET_ITEM(key, i)))
            return false;
    return true;
}

enum { SHORT_DIGITS = 2 };

/* The value of an int of few digits: its hash too, but for -1. */
static inline bool short_value(PyObject *key, int64_t *value) {
    Py_ssize_t size = Py_SIZE(key);
    const digit *digits = ((PyLongObject *)key)->ob_digit;
    if (size < -SHORT_DIGITS || size > SHORT_DIGITS) return false;
    int64_t magnitude = size == 0 ? 0 : digits[0];
    if (size == 2 || size == -2) magnitude |= (int64_t)digits[1] << PyLong_SHIFT;
    *value = size < 0 ? -magnitude : magnitude;
    return true;
}

static inline Py_hash_t hash_of_short(int64_t value) { return value == -1 ? -2 : (Py_hash_t)value; }

/* False: hashing may run code, or fail. */
static inline bool hash_of(PyObject *key, Py_hash_t *hash) {
    int64_t value;
    PyTypeObject *type = Py_TYPE(key);
    if (type == &PyUnicode_Type) {
        *hash = ((PyASCIIObject *)key)->hash;
        if (__builtin_expect(*hash == -1, 0)) *hash = type->tp_hash(key);
        return true;
    }
    if (type == &PyLong_Type && short_value(key, &value)) {
        *hash = hash_of_short(value);
        return true;
    }
    if (!is_plain(key)) return false;
    *hash = type->tp_hash(key);
    return *hash != -1;
}

/* Are two plain items certainly the same? */
static bool same_item(PyObject *a, PyObject *b) {
    int64_t one, other;
    if (a == b) return true;
    if (Py_TYPE(a) != Py_TYPE(b)) return false;
    if (PyUnicode_CheckExact(a)) return _PyUnicode_EQ(a, b);
    return PyLong_CheckExact(a) && short_value(a, &one) && short_value(b, &other) && one == other;
}

static bool same_tuple(PyObject *a, PyObject *b) {
    if (!PyTuple_CheckExact(a) || !PyTuple_CheckExact(b) || PyTuple_GET_SIZE(a) != PyTuple_GET_SIZE(b))
        return false;
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(a); i++)
        if (!same_item(PyTuple_GET_ITEM(a, i), PyTuple_GET_ITEM(b, i))) return false;
    return true;
}

/* Is a key there, of equal hash, the same as a plain one? -1: it cannot be said. */
static int same_key(PyObject *there, PyObject *key) {
    if (PyUnicode_CheckExact(there) && PyUnicode_CheckExact(key)) return _PyUnicode_EQ(there, key);
    if (same_item(there, key) || same_tuple(there, key)) return 1;
    if (!is_plain(there)) return -1;
    int same = PyObject_RichCompareBool(there, key, Py_EQ);
    if (same < 0) PyErr_Clear();
    return same;
}

/* Where an int of few digits stands, or an item that may be equal to it though it is no such int. */
static Py_ssize_t skip_other_ints(PyObject **items, Py_ssize_t size, int64_t number) {
    Py_ssize_t i = 0;
    for (int64_t there; i < size; i++)
        if (!PyLong_CheckExact(items[i]) || !short_value(items[i], &there) || there == number) break;
    return i;
}

int64_t cp_sequence_find(PyObject *sequence, PyObject *item) {
    PyObject **items = PySequence_Fast_ITEMS(sequence);
    Py_ssize_t size = PySequence_Fast_GET_SIZE(sequence), first = 0;
    int64_t number;
    bool plain = is_plain(item);
    if (PyLong_CheckExact(item) && short_value(item, &number)) first = skip_other_ints(items, size, number);
    for (Py_ssize_t i = first; i < size; i++) {
        int same = items[i] == item ? 1 : plain ? same_key(items[i], item) : -1;
        if (same != 0) return same;
    }
    return 0;
}

/* --- dicts --- */

static inline Py_ssize_t index_at(PyDictKeysObject *keys, size_t place) {
    int log2_size = keys->dk_log2_size;
    if (log2_size < 8) return ((const int8_t *)keys->dk_indices)[place];
    if (log2_size < 16) return ((const int16_t *)keys->dk_indices)[place];
    if (log2_size < 32) return ((const int32_t *)keys->dk_indices)[place];
    return (Py_ssize_t)((const int64_t *)keys->dk_indices)[place];
}

#define EACH_INDEX(keys, hash, index)                                                                        \
    for (size_t mask = ((size_t)1 << (keys)->dk_log2_size) - 1, perturb = (size_t)(hash),                    \
                place = (size_t)(hash)&mask;                                                                 \
         ((index) = index_at((keys), place)) != DKIX_EMPTY;                                                  \
         perturb >>= 5, place = (place * 5 + perturb + 1) & mask)

static inline PyObject **value_at(PyDictObject *dict, Py_ssize_t index) {
    if (dict->ma_values != NULL) return &dict->ma_values->values[index];
    PyDictKeysObject *keys = dict->ma_keys;
    return keys->dk_kind == DICT_KEYS_GENERAL ? &DK_ENTRIES(keys)[index].me_value
                                              : &DK_UNICODE_ENTRIES(keys)[index].me_value;
}

/* Index of an entry plus one; 0: it is not there; -1: it cannot be said. */
static inline int64_t find_general(PyDictKeysObject *keys, PyObject *key, Py_hash_t hash) {
    Py_ssize_t index;
    EACH_INDEX(keys, hash, index) {
        if (index < 0 || DK_ENTRIES(keys)[index].me_hash != hash) continue;
        int same = same_key(DK_ENTRIES(keys)[index].me_key, key);
        if (same != 0) return same < 0 ? -1 : index + 1;
    }
    return 0;
}

static inline int64_t find_str(PyDictKeysObject *keys, PyObject *key, Py_hash_t hash) {
    Py_ssize_t index;
    EACH_INDEX(keys, hash, index) {
        if (index < 0) continue;
        PyObject *there = DK_UNICODE_ENTRIES(keys)[index].me_key;
        if (there == key || (((PyASCIIObject *)there)->hash == hash && _PyUnicode_EQ(there, key)))
            return index + 1;
    }
    return 0;
}

int64_t cp_dict_find(PyObject *dict, PyObject *key, PyObject **value) {
    PyDictObject *object = (PyDictObject *)dict;
    PyDictKeysObject *keys = object->ma_keys;
    Py_hash_t hash;
    if (!hash_of(key, &hash)) return -1;
    int64_t found = keys->dk_kind == DICT_KEYS_GENERAL ? find_general(keys, key, hash)
                    : PyUnicode_CheckExact(key)        ? find_str(keys, key, hash)
                                                       : 0;
    if (found <= 0) return found;
    *value = *value_at(object, found - 1);
    return *value != NULL ? found : 0;
}

int64_t cp_dict_find_int(PyObject *dict, int64_t number, PyObject **value) {
    PyDictKeysObject *keys = ((PyDictObject *)dict)->ma_keys;
    if (keys->dk_kind != DICT_KEYS_GENERAL) return 0;
    if (number <= -(INT64_C(1) << (SHORT_DIGITS * PyLong_SHIFT)) ||
        number >= INT64_C(1) << (SHORT_DIGITS * PyLong_SHIFT))
        return -1;
    Py_hash_t hash = hash_of_short(number);
    Py_ssize_t index;
    EACH_INDEX(keys, hash, index) {
        if (index < 0 || DK_ENTRIES(keys)[index].me_hash != hash) continue;
        int64_t there;
        PyObject *key = DK_ENTRIES(keys)[index].me_key;
        if (!PyLong_CheckExact(key) || !short_value(key, &there)) return -1;
        if (there != number) continue;
        *value = DK_ENTRIES(keys)[index].me_value;
        return index + 1;
    }
    return 0;
}

/* A version that no other state of a dict has or gets: CPython counts its own up from 1. */
static uint64_t new_version(void) {
    static uint64_t last = UINT64_C(1) << 63; /* one per process, like CPython's; guarded by the GIL */
    return ++last;
}

/* Does the old value go without running code, and is the dict what the collector is to know it is? */
static bool may_replace(PyDictObject *dict, PyObject *old, PyObject *value) {
    if (dict->ma_values != NULL || old == NULL) return false;
    if (Py_REFCNT(old) == 1 && !cp_is_plain_key(old)) return false;
    return _PyObject_GC_IS_TRACKED(dict) || !_PyObject_GC_MAY_BE_TRACKED(value);
}

static bool replace(PyDictObject *dict, Py_ssize_t index, PyObject *value) {
    PyObject **place = value_at(dict, index), *old = *place;
    if (!may_replace(dict, old, value)) return false;
    if (old == value) return true;
    *place = Py_NewRef(value);
    dict->ma_version_tag = new_version();
    Py_DECREF(old);
    return true;
}

static bool is_key_at(PyDictObject *dict, Py_ssize_t index, PyObject *key) {
    PyDictKeysObject *keys = dict->ma_keys;
    if (index < 0 || index >= keys->dk_nentries) return false;
    return (keys->dk_kind == DICT_KEYS_GENERAL ? DK_ENTRIES(keys)[index].me_key
                                               : DK_UNICODE_ENTRIES(keys)[index].me_key) == key;
}

int64_t cp_dict_set(PyObject *dict, PyObject *key, PyObject *value, int64_t hint) {
    PyDictObject *object = (PyDictObject *)dict;
    PyObject *there;
    if (is_key_at(object, hint - 1, key)) return replace(object, hint - 1, value) ? 1 : -1;
    int64_t found = cp_dict_find(dict, key, &there);
    if (found > 0) return replace(object, found - 1, value) ? 1 : -1;
    if (found < 0) return -1;
    Py_hash_t hash = -1;
    if (!hash_of(key, &hash)) return -1;
    if (_PyDict_SetItem_KnownHash(dict, key, value, hash) == 0) return 1;
    PyErr_Clear(); /* there is no memory: it will be told again */
    return -1;
}

int64_t cp_dict_set_int(PyObject *dict, int64_t number, PyObject *value, int64_t hint) {
    PyDictObject *object = (PyDictObject *)dict;
    PyObject *there;
    int64_t at;
    if (hint > 0 && hint <= object->ma_keys->dk_nentries && object->ma_keys->dk_kind == DICT_KEYS_GENERAL) {
        PyObject *key = DK_ENTRIES(object->ma_keys)[hint - 1].me_key;
        if (key != NULL && PyLong_CheckExact(key) && short_value(key, &at) && at == number)
            return replace(object, hint - 1, value) ? 1 : -1;
    }
    int64_t found = cp_dict_find_int(dict, number, &there);
    if (found > 0) return replace(object, found - 1, value) ? 1 : -1;
    if (found < 0) return -1;
    PyObject *key = PyLong_FromLongLong(number);
    int status = key ? _PyDict_SetItem_KnownHash(dict, key, value, hash_of_short(number)) : -1;
    Py_XDECREF(key);
    if (status == 0) return 1;
    PyErr_Clear();
    return -1;
}

/* --- sets --- */

enum { LINEAR_PROBES = 9, SET_PERTURB = 5 }; /* as in CPython's setobject.c */

int64_t cp_set_find(PyObject *set, PyObject *key) {
    PySetObject *object = (PySetObject *)set;
    Py_hash_t hash;
    if (!hash_of(key, &hash)) return -1;
    size_t mask = (size_t)object->mask, perturb = (size_t)hash, place = (size_t)hash & mask;
    for (;;) {
        size_t end = place + LINEAR_PROBES <= mask ? place + LINEAR_PROBES : place;
        for (size_t i = place; i <= end; i++) {
            setentry *entry = &object->table[i];
            if (entry->key == NULL) return 0;
            if (entry->hash != hash) continue;
            int same = same_key(entry->key, key);
            if (same != 0) return same;
        }
        perturb >>= SET_PERTURB;
        place = (place * 5 + 1 + perturb) & mask;
    }
}

int64_t cp_set_change(PyObject *set, PyObject *key, bool add) {
    int64_t found = cp_set_find(set, key);
    if (found < 0 || found == add) return found < 0 ? -1 : 1;
    if ((add ? PySet_Add(set, key) : PySet_Discard(set, key)) >= 0) return 1;
    PyErr_Clear();
    return -1;
}
