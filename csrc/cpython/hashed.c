/* Look-ups in dicts and sets by keys whose hash and comparison run no code: str, int, what is equal to itself
 * only, and tuples of them, nested ones and named ones too. What has another key of the same hash cannot be
 * told here. */
#include "cpython/compat.h"

#include <string.h>

/* --- keys --- */

/* Classes, functions, None, objects without __eq__ and __hash__ of their own: they are equal to themselves
 * only. */
static inline bool is_identity(PyObject *key) {
    PyTypeObject *type = Py_TYPE(key);
    return type->tp_richcompare == PyBaseObject_Type.tp_richcompare &&
           type->tp_hash == PyBaseObject_Type.tp_hash;
}

static inline bool does_as_tuple(PyTypeObject *type) {
    return type->tp_hash == PyTuple_Type.tp_hash && type->tp_richcompare == PyTuple_Type.tp_richcompare;
}

/* Tuples, and objects of classes made of tuple (named ones) that are hashed and compared as tuples are. */
static inline bool is_tuple(PyObject *key) {
    PyTypeObject *type = Py_TYPE(key);
    return type == &PyTuple_Type ||
           (PyType_HasFeature(type, Py_TPFLAGS_TUPLE_SUBCLASS) && does_as_tuple(type));
}

/* Tuples in tuples are looked into so deep: no deeper than the C stack bears. */
enum { MOST_NESTED = 10 };

/* Does an object's comparison with other such ones run nobody's code? */
static bool is_plain_within(PyObject *key, int depth) {
    if (cp_is_plain_key(key) || Py_TYPE(key)->tp_richcompare == PyBaseObject_Type.tp_richcompare) return true;
    if (depth == 0 || !is_tuple(key)) return false;
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(key); i++)
        if (!is_plain_within(PyTuple_GET_ITEM(key, i), depth - 1)) return false;
    return true;
}

static bool is_plain(PyObject *key) { return is_plain_within(key, MOST_NESTED); }

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

static inline bool is_short(int64_t value) {
    const int64_t end = INT64_C(1) << (SHORT_DIGITS * PyLong_SHIFT);
    return value > -end && value < end;
}

static inline Py_hash_t hash_of_short(int64_t value) { return value == -1 ? -2 : (Py_hash_t)value; }

/* What object.__hash__ gives: addresses are multiples of 16. */
static inline Py_hash_t hash_of_address(PyObject *key) {
    uint64_t bits = (uint64_t)(uintptr_t)key, hash = bits >> 4 | bits << 60;
    return hash == UINT64_MAX ? -2 : (Py_hash_t)hash;
}

/* Hashes of parts are mixed into that of a tuple one by one, as CPython mixes them. */
#define MIX_FIRST  UINT64_C(11400714785074694791)
#define MIX_SECOND UINT64_C(14029467366897019727)
#define MIX_START  UINT64_C(2870177450012600261)
#define MIX_LENGTH UINT64_C(3527539)
enum { MIX_TURN = 31, HASH_FOR_ERROR = 1546275796 };

static inline uint64_t mix(uint64_t so_far, Py_hash_t part) {
    so_far += (uint64_t)part * MIX_SECOND;
    return (so_far << MIX_TURN | so_far >> (64 - MIX_TURN)) * MIX_FIRST;
}

static inline Py_hash_t mixed(uint64_t so_far, Py_ssize_t count) {
    uint64_t hash = so_far + ((uint64_t)count ^ (MIX_START ^ MIX_LENGTH));
    return hash == UINT64_MAX ? HASH_FOR_ERROR : (Py_hash_t)hash;
}

/* --- hashes kept in what they are of --- */

/* An object of a class that Python code makes of tuple (a named one) ends with a word that CPython leaves 0:
 * there is memory for one item more than it has. Its hash is kept there if all that it is made of will always
 * have the hash that it has now. A class may be given another `__hash__`: those of whose objects hashes are
 * kept are known here, and asked each time. */
enum { MOST_KEPT_CLASSES = 8 };

typedef struct KeptClass {
    PyTypeObject *type;  /* borrowed; a later class at its address is told by the reference */
    PyObject *reference; /* weak */
} KeptClass;

/* One table per process, like its classes; guarded by the GIL. */
static KeptClass kept_classes[MOST_KEPT_CLASSES];
static int kept_class_count;

static inline bool is_alive(const KeptClass *kept) {
    return PyWeakref_GET_OBJECT(kept->reference) == (PyObject *)kept->type;
}

/* Are all objects of a class made of tuple made with memory for one item more? */
static bool has_word_for_hash(PyTypeObject *type) {
    if (type->tp_alloc != PyType_GenericAlloc || !PyType_HasFeature(type, Py_TPFLAGS_BASETYPE)) return false;
    for (PyTypeObject *base = type; base != &PyTuple_Type; base = base->tp_base) {
        if (!PyType_HasFeature(base, Py_TPFLAGS_HEAPTYPE) || base->tp_dealloc != type->tp_dealloc)
            return false;
        PyObject *maker = _PyDict_GetItem_KnownHash(base->tp_dict, &_Py_ID(__new__), // borrowed
                                                    _PyASCIIObject_CAST(&_Py_ID(__new__))->hash);
        if (maker != NULL && PyCFunction_Check(maker)) return false; /* C code may make them otherwise */
    }
    return true;
}

static bool keep_hashes_of(PyTypeObject *type) {
    KeptClass *kept = kept_classes;
    while (kept < kept_classes + kept_class_count && is_alive(kept)) kept++;
    if (kept == kept_classes + MOST_KEPT_CLASSES || !has_word_for_hash(type)) return false;
    PyObject *reference = PyWeakref_NewRef((PyObject *)type, NULL);
    if (reference == NULL) {
        PyErr_Clear();
        return false;
    }
    if (kept == kept_classes + kept_class_count) kept_class_count++;
    else Py_DECREF(kept->reference);
    *kept = (KeptClass){type, reference};
    return true;
}

/* Is a class one of these, and are objects of all of them hashed and compared as tuples still? */
static inline bool keeps_hashes(PyTypeObject *type) {
    bool known = false;
    for (const KeptClass *kept = kept_classes; kept < kept_classes + kept_class_count; kept++) {
        if (!is_alive(kept)) continue;
        if (!does_as_tuple(kept->type)) return false;
        known |= kept->type == type;
    }
    return known || keep_hashes_of(type);
}

/* NULL: it has none. */
static inline Py_hash_t *word_for_hash(PyObject *key) {
    PyTypeObject *type = Py_TYPE(key);
    return keeps_hashes(type) ? (Py_hash_t *)((char *)key + _PyObject_VAR_SIZE(type, Py_SIZE(key))) : NULL;
}

static bool hash_of_other(PyObject *key, int depth, Py_hash_t *hash, bool *lasts);

/* False: hashing may run code, or fail. `*lasts` becomes false where the part may have another hash later. */
static inline bool hash_of_part(PyObject *key, int depth, Py_hash_t *hash, bool *lasts) {
    int64_t value;
    PyTypeObject *type = Py_TYPE(key);
    if (type == &PyLong_Type && short_value(key, &value)) {
        *hash = hash_of_short(value);
        return true;
    }
    if (type == &PyUnicode_Type && ((PyASCIIObject *)key)->hash != -1) {
        *hash = ((PyASCIIObject *)key)->hash;
        return true;
    }
    if (is_identity(key)) {
        *lasts &= !PyType_HasFeature(type, Py_TPFLAGS_HEAPTYPE);
        *hash = hash_of_address(key);
        return true;
    }
    return hash_of_other(key, depth, hash, lasts);
}

static inline bool hash_within(PyObject *const *parts, Py_ssize_t count, int depth, Py_hash_t *hash,
                               bool *lasts) {
    uint64_t so_far = MIX_START;
    for (Py_ssize_t i = 0; i < count; i++) {
        Py_hash_t part;
        if (!hash_of_part(parts[i], depth, &part, lasts)) return false;
        so_far = mix(so_far, part);
    }
    *hash = mixed(so_far, count);
    return true;
}

static inline bool hash_of_tuple(PyObject *key, int depth, Py_hash_t *hash, bool *lasts) {
    return depth > 0 && hash_within(&PyTuple_GET_ITEM(key, 0), PyTuple_GET_SIZE(key), depth - 1, hash, lasts);
}

static bool hash_of_named(PyObject *key, int depth, Py_hash_t *hash, bool *lasts) {
    bool parts_last = true;
    Py_hash_t *word = word_for_hash(key);
    if (word != NULL && *word != 0) {
        *hash = *word;
        return true;
    }
    if (!hash_of_tuple(key, depth, hash, &parts_last)) return false;
    if (word != NULL && parts_last) *word = *hash;
    else *lasts = false;
    return true;
}

static __attribute__((noinline)) bool hash_of_other(PyObject *key, int depth, Py_hash_t *hash, bool *lasts) {
    if (PyTuple_CheckExact(key)) return hash_of_tuple(key, depth, hash, lasts);
    if (is_tuple(key)) return hash_of_named(key, depth, hash, lasts);
    if (!cp_is_plain_key(key)) {
        *lasts = false;
        return cp_hash_of_member(key, hash);
    }
    *hash = Py_TYPE(key)->tp_hash(key);
    return *hash != -1;
}

static inline bool hash_of_parts(PyObject *const *parts, Py_ssize_t count, Py_hash_t *hash) {
    bool lasts = true;
    return hash_within(parts, count, MOST_NESTED - 1, hash, &lasts);
}

static inline bool hash_of(PyObject *key, Py_hash_t *hash) {
    bool lasts = true;
    if (PyTuple_CheckExact(key)) return hash_of_parts(&PyTuple_GET_ITEM(key, 0), PyTuple_GET_SIZE(key), hash);
    return hash_of_part(key, MOST_NESTED, hash, &lasts);
}

int64_t cp_hash_parts(PyObject *const *parts, Py_ssize_t count) {
    Py_hash_t hash;
    bool known = count > 1 ? hash_of_parts(parts, count, &hash) : hash_of(parts[0], &hash);
    return known ? hash : -1;
}

/* Are so many bytes the same? Few, most often. */
static inline bool same_bytes(const char *a, const char *b, Py_ssize_t size) {
    if (size >= 8) {
        uint64_t one, other;
        for (Py_ssize_t i = 0; i + 8 < size; i += 8) {
            memcpy(&one, a + i, 8);
            memcpy(&other, b + i, 8);
            if (one != other) return false;
        }
        memcpy(&one, a + size - 8, 8);
        memcpy(&other, b + size - 8, 8);
        return one == other;
    }
    for (Py_ssize_t i = 0; i < size; i++)
        if (a[i] != b[i]) return false;
    return true;
}

/* Are two exact str equal? */
static inline bool same_text(PyObject *a, PyObject *b) {
    if (PyUnicode_IS_COMPACT_ASCII(a) && PyUnicode_IS_COMPACT_ASCII(b)) {
        Py_ssize_t size = ((PyASCIIObject *)a)->length;
        return size == ((PyASCIIObject *)b)->length &&
               same_bytes((char *)((PyASCIIObject *)a + 1), (char *)((PyASCIIObject *)b + 1), size);
    }
    if (PyUnicode_READY(a) == 0 && PyUnicode_READY(b) == 0) return _PyUnicode_EQ(a, b);
    PyErr_Clear();
    return false;
}

bool cp_same_text(PyObject *a, PyObject *b) { return same_text(a, b); }

static bool same_tuple(PyObject *a, PyObject *b, int depth);

/* Are two plain items certainly the same? */
static inline bool same_item(PyObject *a, PyObject *b, int depth) {
    int64_t one, other;
    if (a == b) return true;
    if (PyUnicode_CheckExact(a)) return PyUnicode_CheckExact(b) && same_text(a, b);
    if (PyLong_CheckExact(a))
        return PyLong_CheckExact(b) && short_value(a, &one) && short_value(b, &other) && one == other;
    return depth > 0 && same_tuple(a, b, depth - 1);
}

static inline bool same_items(PyObject *const *a, PyObject *const *b, Py_ssize_t count, int depth) {
    for (Py_ssize_t i = 0; i < count; i++)
        if (!same_item(a[i], b[i], depth)) return false;
    return true;
}

static bool same_tuple(PyObject *a, PyObject *b, int depth) {
    return is_tuple(a) && is_tuple(b) && PyTuple_GET_SIZE(a) == PyTuple_GET_SIZE(b) &&
           same_items(&PyTuple_GET_ITEM(a, 0), &PyTuple_GET_ITEM(b, 0), PyTuple_GET_SIZE(a), depth);
}

/* Is a key there, of equal hash, the same as a plain one? -1: it cannot be said. */
static int same_key(PyObject *there, PyObject *key) {
    if (PyUnicode_CheckExact(there) && PyUnicode_CheckExact(key)) return same_text(there, key);
    if (same_item(there, key, MOST_NESTED)) return 1;
    if (!is_plain(there)) return -1;
    int same = PyObject_RichCompareBool(there, key, Py_EQ);
    if (same < 0) PyErr_Clear();
    return same;
}

/* Likewise as a tuple of plain parts that is not made. */
static int same_parts(PyObject *there, PyObject *const *parts, Py_ssize_t count) {
    bool fits = is_tuple(there) && PyTuple_GET_SIZE(there) == count;
    if (fits && same_items(&PyTuple_GET_ITEM(there, 0), parts, count, MOST_NESTED)) return 1;
    if (!is_plain(there)) return -1;
    for (Py_ssize_t i = 0; fits && i < count; i++) {
        int same = PyObject_RichCompareBool(PyTuple_GET_ITEM(there, i), parts[i], Py_EQ);
        if (same < 0) PyErr_Clear();
        if (same <= 0) return same;
    }
    return fits;
}

/* A key that is looked for: an object, or the parts of a tuple that is not made (key is NULL). */
typedef struct Wanted {
    PyObject *key;
    PyObject *const *parts;
    Py_ssize_t count;
    Py_hash_t hash;
} Wanted;

static inline int same_as_wanted(PyObject *there, const Wanted *wanted) {
    if (wanted->key == NULL) return same_parts(there, wanted->parts, wanted->count);
    return there == wanted->key ? 1 : same_key(there, wanted->key);
}

static PyObject *tuple_of(PyObject *const *parts, Py_ssize_t count) {
    PyObject *tuple = PyTuple_New(count);
    for (Py_ssize_t i = 0; tuple != NULL && i < count; i++) PyTuple_SET_ITEM(tuple, i, Py_NewRef(parts[i]));
    return tuple;
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

#define EACH_INDEX(keys, hash, index)                                                                        \
    for (size_t mask = ((size_t)1 << (keys)->dk_log2_size) - 1, perturb = (size_t)(hash),                    \
                place = (size_t)(hash)&mask;                                                                 \
         ((index) = cp_index_at((keys), place)) != DKIX_EMPTY;                                               \
         perturb >>= 5, place = (place * 5 + perturb + 1) & mask)

static inline PyObject **value_at(PyDictObject *dict, Py_ssize_t index) {
    if (dict->ma_values != NULL) return &dict->ma_values->values[index];
    PyDictKeysObject *keys = dict->ma_keys;
    return keys->dk_kind == DICT_KEYS_GENERAL ? &DK_ENTRIES(keys)[index].me_value
                                              : &DK_UNICODE_ENTRIES(keys)[index].me_value;
}

/* Index of an entry plus one; 0: it is not there; -1: it cannot be said. */
static inline int64_t find_general(PyDictKeysObject *keys, const Wanted *wanted) {
    Py_ssize_t index;
    EACH_INDEX(keys, wanted->hash, index) {
        if (index < 0 || DK_ENTRIES(keys)[index].me_hash != wanted->hash) continue;
        int same = same_as_wanted(DK_ENTRIES(keys)[index].me_key, wanted);
        if (same != 0) return same < 0 ? -1 : index + 1;
    }
    return 0;
}

/* An entry of a dict of str keys only: has it a key that is this str, or one of the same text? */
static inline bool is_str_there(PyDictKeysObject *keys, Py_ssize_t index, PyObject *key, Py_hash_t hash) {
    PyObject *there = DK_UNICODE_ENTRIES(keys)[index].me_key;
    return there == key || (((PyASCIIObject *)there)->hash == hash && same_text(there, key));
}

static __attribute__((noinline)) int64_t probe_str(PyDictKeysObject *keys, PyObject *key, Py_hash_t hash) {
    Py_ssize_t index;
    EACH_INDEX(keys, hash, index) {
        if (index >= 0 && is_str_there(keys, index, key, hash)) return index + 1;
    }
    return 0;
}

/* Mostly there are few keys, and the first place that the hash leads to has it or is empty. */
static inline int64_t find_str(PyDictKeysObject *keys, PyObject *key, Py_hash_t hash) {
    if (keys->dk_log2_size >= 8) return probe_str(keys, key, hash);
    Py_ssize_t index =
        ((const int8_t *)keys->dk_indices)[(size_t)hash & (((size_t)1 << keys->dk_log2_size) - 1)];
    if (index == DKIX_EMPTY) return 0;
    return index >= 0 && is_str_there(keys, index, key, hash) ? index + 1 : probe_str(keys, key, hash);
}

/* What is no str, among str keys: CPython puts one there where comparing it emptied the dict. */
static __attribute__((noinline)) int64_t find_among_str(PyDictKeysObject *keys, Py_hash_t hash) {
    Py_ssize_t index;
    EACH_INDEX(keys, hash, index) {
        if (index >= 0 && !PyUnicode_CheckExact(DK_UNICODE_ENTRIES(keys)[index].me_key)) return -1;
    }
    return 0;
}

static inline int64_t find_wanted(PyDictObject *dict, const Wanted *wanted, PyObject **value) {
    PyDictKeysObject *keys = dict->ma_keys;
    int64_t found = keys->dk_kind == DICT_KEYS_GENERAL ? find_general(keys, wanted)
                    : wanted->key != NULL && PyUnicode_CheckExact(wanted->key)
                        ? find_str(keys, wanted->key, wanted->hash)
                        : find_among_str(keys, wanted->hash);
    if (found <= 0) return found;
    PyObject *there = *value_at(dict, found - 1);
    if (there == NULL) return 0; /* only other dicts that share the keys have it */
    *value = there;
    return found;
}

static __attribute__((noinline)) int64_t find_any(PyObject *dict, PyObject *key, PyObject **value) {
    Wanted wanted = {.key = key};
    return hash_of(key, &wanted.hash) ? find_wanted((PyDictObject *)dict, &wanted, value) : -1;
}

/* An int of few digits, whose object may be at hand. */
static __attribute__((noinline)) int64_t find_int(PyDictKeysObject *keys, int64_t number, PyObject *key,
                                                  PyObject **value) {
    Py_hash_t hash = hash_of_short(number);
    if (keys->dk_kind != DICT_KEYS_GENERAL) return find_among_str(keys, hash);
    Py_ssize_t index;
    EACH_INDEX(keys, hash, index) {
        if (index < 0) continue;
        const PyDictKeyEntry *entry = &DK_ENTRIES(keys)[index];
        if (entry->me_hash != hash) continue;
        int64_t there;
        if (entry->me_key != key) {
            if (!PyLong_CheckExact(entry->me_key) || !short_value(entry->me_key, &there)) return -1;
            if (there != number) continue;
        }
        *value = entry->me_value;
        return index + 1;
    }
    return 0;
}

/* Where a str is found without being hashed anew, and its dict has str keys of its own only: nothing else. */
static inline bool is_short_way(PyDictObject *dict, PyObject *key) {
    return PyUnicode_CheckExact(key) && ((PyASCIIObject *)key)->hash != -1 && dict->ma_values == NULL &&
           dict->ma_keys->dk_kind != DICT_KEYS_GENERAL;
}

int64_t cp_dict_find(PyObject *dict, PyObject *key, PyObject **value) {
    PyDictObject *object = (PyDictObject *)dict;
    int64_t number;
    if (PyLong_CheckExact(key) && short_value(key, &number)) {
        int64_t found = find_int(object->ma_keys, number, key, value);
        return found >= 0 ? found : find_any(dict, key, value);
    }
    if (!is_short_way(object, key)) return find_any(dict, key, value);
    int64_t found = find_str(object->ma_keys, key, ((PyASCIIObject *)key)->hash);
    if (found > 0) *value = DK_UNICODE_ENTRIES(object->ma_keys)[found - 1].me_value;
    return found;
}

int64_t cp_dict_find_parts(PyObject *dict, PyObject *const *parts, Py_ssize_t count, PyObject **value) {
    Wanted wanted = {.parts = parts, .count = count};
    return hash_of_parts(parts, count, &wanted.hash) ? find_wanted((PyDictObject *)dict, &wanted, value) : -1;
}

int64_t cp_dict_find_int(PyObject *dict, int64_t number, PyObject **value) {
    if (!is_short(number))
        return -1; /* also where no int is there: its hash is not known, who adds it asks */
    return find_int(((PyDictObject *)dict)->ma_keys, number, NULL, value);
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

/* Is it the same int or text? Their hashes are the same for ever; of a wide int only the object itself is. */
static inline bool is_same_plainly(PyObject *there, PyObject *key) {
    int64_t one, other;
    if (PyUnicode_CheckExact(key))
        return there == key || (PyUnicode_CheckExact(there) && same_text(there, key));
    if (!PyLong_CheckExact(key)) return false;
    return there == key ||
           (PyLong_CheckExact(there) && short_value(there, &one) && short_value(key, &other) && one == other);
}

/* Has an entry a tuple of just such parts? */
static bool are_parts_at(PyDictObject *dict, Py_ssize_t index, PyObject *const *parts, Py_ssize_t count) {
    PyDictKeysObject *keys = dict->ma_keys;
    if (index < 0 || index >= keys->dk_nentries || keys->dk_kind != DICT_KEYS_GENERAL) return false;
    PyObject *there = DK_ENTRIES(keys)[index].me_key;
    if (there == NULL || !PyTuple_CheckExact(there) || PyTuple_GET_SIZE(there) != count) return false;
    for (Py_ssize_t i = 0; i < count; i++)
        if (!is_same_plainly(PyTuple_GET_ITEM(there, i), parts[i])) return false;
    return true;
}

/* Has an entry a key that is one of these? */
static bool is_same_key_at(PyDictObject *dict, Py_ssize_t index, PyObject *key) {
    PyDictKeysObject *keys = dict->ma_keys;
    if (PyTuple_CheckExact(key))
        return are_parts_at(dict, index, &PyTuple_GET_ITEM(key, 0), PyTuple_GET_SIZE(key));
    if (index < 0 || index >= keys->dk_nentries) return false;
    bool general = keys->dk_kind == DICT_KEYS_GENERAL;
    PyObject *there = general ? DK_ENTRIES(keys)[index].me_key : DK_UNICODE_ENTRIES(keys)[index].me_key;
    return there != NULL && is_same_plainly(there, key);
}

static bool is_int_at(PyDictObject *dict, Py_ssize_t index, int64_t number) {
    PyDictKeysObject *keys = dict->ma_keys;
    int64_t there;
    if (index < 0 || index >= keys->dk_nentries || keys->dk_kind != DICT_KEYS_GENERAL) return false;
    PyObject *key = DK_ENTRIES(keys)[index].me_key;
    return key != NULL && PyLong_CheckExact(key) && short_value(key, &there) && there == number;
}

int64_t cp_dict_find_at(PyObject *dict, PyObject *key, int64_t hint, PyObject **value) {
    PyDictObject *object = (PyDictObject *)dict;
    bool found = hint != 0 && is_same_key_at(object, hint - 1, key);
    PyObject *there = found ? *value_at(object, hint - 1) : NULL;
    if (there == NULL) return cp_dict_find(dict, key, value);
    *value = there;
    return hint;
}

int64_t cp_dict_find_parts_at(PyObject *dict, PyObject *const *parts, Py_ssize_t count, int64_t hint,
                              PyObject **value) {
    PyDictObject *object = (PyDictObject *)dict;
    if (!are_parts_at(object, hint - 1, parts, count)) return cp_dict_find_parts(dict, parts, count, value);
    *value = *value_at(object, hint - 1);
    return hint;
}

int64_t cp_dict_find_int_at(PyObject *dict, int64_t number, int64_t hint, PyObject **value) {
    PyDictObject *object = (PyDictObject *)dict;
    if (!is_int_at(object, hint - 1, number)) return cp_dict_find_int(dict, number, value);
    *value = *value_at(object, hint - 1);
    return hint;
}

/* Nothing was done where there is no memory: it will be told again. */
static int64_t done(int status) {
    if (status >= 0) return 1;
    PyErr_Clear();
    return -1;
}

/* A key that is not there, where there is room for it and the collector need not be told. False: nothing was
 * done. */
static bool put_where_room(PyDictObject *dict, PyObject *key, Py_hash_t hash, PyObject *value) {
    PyDictKeysObject *keys = dict->ma_keys;
    bool general = keys->dk_kind == DICT_KEYS_GENERAL;
    if (dict->ma_values != NULL || keys->dk_usable <= 0 || (!general && !PyUnicode_CheckExact(key)) ||
        !(_PyObject_GC_IS_TRACKED(dict) ||
          !(_PyObject_GC_MAY_BE_TRACKED(key) || _PyObject_GC_MAY_BE_TRACKED(value))))
        return false;
    size_t mask = ((size_t)1 << keys->dk_log2_size) - 1, perturb = (size_t)hash, place = (size_t)hash & mask;
    for (; cp_index_at(keys, place) >= 0; place = (place * 5 + perturb + 1) & mask) perturb >>= 5;
    Py_ssize_t entry = keys->dk_nentries++;
    keys->dk_version = 0;
    keys->dk_usable--;
    cp_set_index_at(keys, place, entry);
    Py_INCREF(key);
    Py_INCREF(value);
    if (general) DK_ENTRIES(keys)[entry] = (PyDictKeyEntry){hash, key, value};
    else DK_UNICODE_ENTRIES(keys)[entry] = (PyDictUnicodeEntry){key, value};
    dict->ma_used++;
    dict->ma_version_tag = new_version();
    return true;
}

static int64_t put_new(PyObject *dict, PyObject *key, Py_hash_t hash, PyObject *value) {
    if (put_where_room((PyDictObject *)dict, key, hash, value)) return 1;
    return done(_PyDict_SetItem_KnownHash(dict, key, value, hash));
}

static __attribute__((noinline)) int64_t set_any(PyObject *dict, PyObject *key, PyObject *value) {
    PyDictObject *object = (PyDictObject *)dict;
    Wanted wanted = {.key = key};
    PyObject *there;
    if (!hash_of(key, &wanted.hash)) return -1;
    int64_t found = find_wanted(object, &wanted, &there);
    if (found > 0) return replace(object, found - 1, value) ? 1 : -1;
    return found < 0 ? -1 : put_new(dict, key, wanted.hash, value);
}

int64_t cp_dict_set(PyObject *dict, PyObject *key, PyObject *value, int64_t hint) {
    PyDictObject *object = (PyDictObject *)dict;
    if (hint > 0 && is_same_key_at(object, hint - 1, key)) return replace(object, hint - 1, value) ? 1 : -1;
    if (!is_short_way(object, key)) return set_any(dict, key, value);
    Py_hash_t hash = ((PyASCIIObject *)key)->hash;
    int64_t found = find_str(object->ma_keys, key, hash);
    if (found > 0) return replace(object, found - 1, value) ? 1 : -1;
    return put_new(dict, key, hash, value);
}

int64_t cp_dict_count(PyObject *dict, PyObject *key) {
    PyDictObject *object = (PyDictObject *)dict;
    Wanted wanted = {.key = key};
    PyObject *there;
    int64_t number = 0;
    if (!hash_of(key, &wanted.hash)) return -1;
    int64_t found = find_wanted(object, &wanted, &there);
    if (found < 0 || (found > 0 && (!PyLong_CheckExact(there) || !short_value(there, &number)))) return -1;
    PyObject *more = PyLong_FromLongLong(number + 1);
    if (more == NULL) return done(-1);
    int64_t status = found == 0                         ? put_new(dict, key, wanted.hash, more)
                     : replace(object, found - 1, more) ? 1
                                                        : -1;
    Py_DECREF(more);
    return status;
}

int64_t cp_dict_replace(PyObject *dict, PyObject *name, PyObject *value, int32_t *index) {
    PyDictObject *object = (PyDictObject *)dict;
    PyObject *there;
    if (!is_key_at(object, *index, name)) {
        int64_t found = cp_dict_find(dict, name, &there);
        if (found <= 0 || found > INT32_MAX) return -1;
        *index = (int32_t)(found - 1);
    }
    return replace(object, *index, value) ? 1 : -1;
}

int64_t cp_dict_set_parts(PyObject *dict, PyObject *const *parts, Py_ssize_t count, PyObject *value,
                          int64_t hint) {
    PyDictObject *object = (PyDictObject *)dict;
    if (are_parts_at(object, hint - 1, parts, count)) return replace(object, hint - 1, value) ? 1 : -1;
    Wanted wanted = {.parts = parts, .count = count};
    PyObject *there;
    if (!hash_of_parts(parts, count, &wanted.hash)) return -1;
    int64_t found = find_wanted(object, &wanted, &there);
    if (found > 0) return replace(object, found - 1, value) ? 1 : -1;
    if (found < 0) return -1;
    PyObject *key = tuple_of(parts, count);
    int64_t status = key != NULL ? put_new(dict, key, wanted.hash, value) : done(-1);
    Py_XDECREF(key);
    return status;
}

int64_t cp_dict_set_int(PyObject *dict, int64_t number, PyObject *value, int64_t hint) {
    PyDictObject *object = (PyDictObject *)dict;
    PyObject *there;
    if (is_int_at(object, hint - 1, number)) return replace(object, hint - 1, value) ? 1 : -1;
    int64_t found = cp_dict_find_int(dict, number, &there);
    if (found > 0) return replace(object, found - 1, value) ? 1 : -1;
    if (found < 0) return -1;
    PyObject *key = PyLong_FromLongLong(number);
    int64_t status = key != NULL ? put_new(dict, key, hash_of_short(number), value) : done(-1);
    Py_XDECREF(key);
    return status;
}

/* Ints of one digit that have an object each, and floats. */
static inline bool may_write(CpNumber number) {
    int64_t integer = number.integer;
    return number.is_float ||
           (Py_ABS(integer) < PyLong_BASE && (integer >= _PY_NSMALLPOSINTS || integer < -_PY_NSMALLNEGINTS));
}

/* Into a number that only the dict has. */
static bool write_number(PyDictObject *dict, Py_ssize_t index, CpNumber number) {
    PyObject *there = dict->ma_values == NULL ? *value_at(dict, index) : NULL;
    PyTypeObject *type = number.is_float ? &PyFloat_Type : &PyLong_Type;
    if (there == NULL || Py_REFCNT(there) != 1 || !Py_IS_TYPE(there, type)) return false;
    if (number.is_float) {
        ((PyFloatObject *)there)->ob_fval = number.real;
    } else {
        ((PyLongObject *)there)->ob_digit[0] = (digit)Py_ABS(number.integer);
        Py_SET_SIZE((PyVarObject *)there, number.integer < 0 ? -1 : 1);
    }
    dict->ma_version_tag = new_version();
    return true;
}

int64_t cp_dict_put(PyObject *dict, PyObject *key, int64_t int_key, CpNumber number, int64_t hint) {
    PyDictObject *object = (PyDictObject *)dict;
    bool there = hint > 0 && may_write(number) &&
                 (key != NULL ? is_same_key_at(object, hint - 1, key) : is_int_at(object, hint - 1, int_key));
    if (there && write_number(object, hint - 1, number)) return 1;
    PyObject *value = number.is_float ? PyFloat_FromDouble(number.real) : PyLong_FromLongLong(number.integer);
    if (value == NULL) return done(-1);
    int64_t status =
        key != NULL ? cp_dict_set(dict, key, value, hint) : cp_dict_set_int(dict, int_key, value, hint);
    Py_DECREF(value);
    return status;
}

/* --- sets --- */

enum { LINEAR_PROBES = 9, SET_PERTURB = 5 }; /* as in CPython's setobject.c */

/* Where it is not there `*unused` is the entry for it; NULL: it may go where something was taken out. */
static inline int64_t find_in_set(PySetObject *set, const Wanted *wanted, setentry **unused) {
    size_t mask = (size_t)set->mask, perturb = (size_t)wanted->hash, place = perturb & mask;
    bool reuses = false;
    for (;;) {
        size_t end = place + LINEAR_PROBES <= mask ? place + LINEAR_PROBES : place;
        for (size_t i = place; i <= end; i++) {
            setentry *entry = &set->table[i];
            if (entry->key == NULL) {
                *unused = reuses ? NULL : entry;
                return 0;
            }
            reuses |= entry->hash == -1;
            if (entry->hash != wanted->hash) continue;
            int same = same_as_wanted(entry->key, wanted);
            if (same != 0) return same;
        }
        perturb >>= SET_PERTURB;
        place = (place * 5 + 1 + perturb) & mask;
    }
}

int64_t cp_set_find(PyObject *set, PyObject *key) {
    Wanted wanted = {.key = key};
    setentry *unused;
    return hash_of(key, &wanted.hash) ? find_in_set((PySetObject *)set, &wanted, &unused) : -1;
}

int64_t cp_set_find_parts(PyObject *set, PyObject *const *parts, Py_ssize_t count) {
    Wanted wanted = {.parts = parts, .count = count};
    setentry *unused;
    return hash_of_parts(parts, count, &wanted.hash) ? find_in_set((PySetObject *)set, &wanted, &unused) : -1;
}

/* False: the set has to grow for it. */
static bool put_into_set(PySetObject *set, setentry *unused, PyObject *key, Py_hash_t hash) {
    enum { OF_FIVE = 3 }; /* as much of the table may be in use, as in CPython's setobject.c */
    if (unused == NULL || (size_t)(set->fill + 1) * 5 >= (size_t)set->mask * OF_FIVE) return false;
    *unused = (setentry){Py_NewRef(key), hash};
    set->fill++;
    set->used++;
    return true;
}

static int64_t change_set(PyObject *set, PyObject *key, bool add, Py_hash_t hash, setentry *unused) {
    if (add && put_into_set((PySetObject *)set, unused, key, hash)) return 1;
    return done(add ? PySet_Add(set, key) : PySet_Discard(set, key));
}

int64_t cp_set_change(PyObject *set, PyObject *key, bool add) {
    Wanted wanted = {.key = key};
    setentry *unused = NULL;
    if (!hash_of(key, &wanted.hash)) return -1;
    int64_t found = find_in_set((PySetObject *)set, &wanted, &unused);
    if (found < 0 || found == add) return found < 0 ? -1 : 1;
    return change_set(set, key, add, wanted.hash, unused);
}

int64_t cp_set_change_parts(PyObject *set, PyObject *const *parts, Py_ssize_t count, bool add) {
    Wanted wanted = {.parts = parts, .count = count};
    setentry *unused = NULL;
    if (!hash_of_parts(parts, count, &wanted.hash)) return -1;
    int64_t found = find_in_set((PySetObject *)set, &wanted, &unused);
    if (found < 0 || found == add) return found < 0 ? -1 : 1;
    PyObject *key = tuple_of(parts, count);
    int64_t changed = key != NULL ? change_set(set, key, add, wanted.hash, unused) : done(-1);
    Py_XDECREF(key);
    return changed;
}
