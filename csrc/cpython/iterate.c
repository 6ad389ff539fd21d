/* The next item of iterators over built-in containers, where it comes without running code. */
#include "cpython/compat.h"

/* --- dicts --- */

/* The first entry at or behind a position that has a value; false: there is none. */
static inline bool dict_entry_from(PyDictObject *dict, Py_ssize_t *position, PyObject **key,
                                   PyObject **value) {
    PyDictKeysObject *keys = dict->ma_keys;
    for (Py_ssize_t i = *position; i < keys->dk_nentries; i++) {
        if (keys->dk_kind == DICT_KEYS_GENERAL) {
            *key = DK_ENTRIES(keys)[i].me_key;
            *value = DK_ENTRIES(keys)[i].me_value;
        } else {
            *key = DK_UNICODE_ENTRIES(keys)[i].me_key;
            *value = DK_UNICODE_ENTRIES(keys)[i].me_value;
        }
        *position = i;
        if (*value != NULL) return true;
    }
    return false;
}

/* As cp_next_item, borrowed; `position` is that of the entry found. */
static inline int dict_next(CpDictIterator *iterator, Py_ssize_t *position, PyObject **key,
                            PyObject **value) {
    PyDictObject *dict = iterator->dict;
    if (dict == NULL) return 0;
    if (iterator->used != dict->ma_used || dict->ma_values != NULL) return -1;
    *position = iterator->position;
    if (!dict_entry_from(dict, position, key, value)) return 0;
    return iterator->left == 0 ? -1 : 1;
}

static void dict_step(CpDictIterator *iterator, Py_ssize_t position) {
    iterator->position = position + 1;
    iterator->left--;
}

/* --- iterators --- */

PyTypeObject *cp_ascii_iterator_type(void) { // borrowed
    static void *type; /* one per process, like all static types; CPython does not export it */
    if (type != NULL) return type;
    PyObject *text = PyUnicode_FromString("ab"), *iterator = text != NULL ? PyObject_GetIter(text) : NULL;
    Py_XDECREF(text);
    if (iterator == NULL) {
        PyErr_Clear(); /* no memory: asked again the next time */
        return &PyUnicodeIter_Type;
    }
    type = Py_TYPE(iterator);
    Py_DECREF(iterator);
    return type;
}

static bool goes_over_str(PyTypeObject *type) {
    return type == &PyUnicodeIter_Type || type == cp_ascii_iterator_type();
}

/* Is there a next item? As cp_next_item. */
static int has_next(PyObject *iterator) {
    PyTypeObject *type = Py_TYPE(iterator);
    CpSequenceIterator *s = (CpSequenceIterator *)iterator;
    if (type == &PyListIter_Type || type == &PyTupleIter_Type || type == &PyListRevIter_Type ||
        type == &PyBytesIter_Type || type == &PyByteArrayIter_Type) {
        if (s->sequence == NULL) return 0;
        return s->index >= 0 && s->index < Py_SIZE(s->sequence);
    }
    if (goes_over_str(type)) return s->sequence != NULL && s->index < PyUnicode_GET_LENGTH(s->sequence);
    if (type == &PyRangeIter_Type) {
        CpRangeIterator *range = (CpRangeIterator *)iterator;
        return range->index < range->length;
    }
    if (type == &PyDictIterKey_Type || type == &PyDictIterValue_Type) {
        Py_ssize_t position;
        PyObject *key, *value;
        return dict_next((CpDictIterator *)iterator, &position, &key, &value);
    }
    return -1;
}

/* The item that has_next saw, a new reference. NULL: no memory; nothing has happened and no error is set. */
static PyObject *take_next(PyObject *iterator) {
    PyTypeObject *type = Py_TYPE(iterator);
    CpSequenceIterator *s = (CpSequenceIterator *)iterator;
    PyObject *item;
    if (type == &PyDictIterKey_Type || type == &PyDictIterValue_Type) {
        Py_ssize_t position;
        PyObject *key, *value;
        dict_next((CpDictIterator *)iterator, &position, &key, &value);
        dict_step((CpDictIterator *)iterator, position);
        return Py_NewRef(type == &PyDictIterKey_Type ? key : value);
    }
    if (type == &PyListIter_Type) item = Py_NewRef(PyList_GET_ITEM(s->sequence, s->index));
    else if (type == &PyTupleIter_Type) item = Py_NewRef(PyTuple_GET_ITEM(s->sequence, s->index));
    else if (type == &PyListRevIter_Type) {
        item = PyList_GET_ITEM(s->sequence, s->index);
        s->index--;
        return Py_NewRef(item);
    } else if (type == &PyBytesIter_Type) {
        item = PyLong_FromLong((unsigned char)PyBytes_AS_STRING(s->sequence)[s->index]);
    } else if (type == &PyByteArrayIter_Type) {
        item = PyLong_FromLong((unsigned char)PyByteArray_AS_STRING(s->sequence)[s->index]);
    } else if (goes_over_str(type)) {
        item = PyUnicode_FromOrdinal((int)PyUnicode_READ_CHAR(s->sequence, s->index));
    } else {
        CpRangeIterator *range = (CpRangeIterator *)iterator;
        item = PyLong_FromLong(
            (long)((unsigned long)range->start + (unsigned long)range->index * (unsigned long)range->step));
    }
    if (item != NULL) s->index++; /* a range's index stands in the same place */
    else PyErr_Clear();
    return item;
}
_Static_assert(offsetof(CpRangeIterator, index) == offsetof(CpSequenceIterator, index), "see take_next");

/* Its items are objects that have to be made. */
static bool makes_items(PyObject *iterator) {
    PyTypeObject *type = Py_TYPE(iterator);
    return type == &PyBytesIter_Type || type == &PyByteArrayIter_Type || type == &PyRangeIter_Type ||
           goes_over_str(type);
}

static int next_of_dict(CpDictIterator *iterator, bool keys, PyObject **items) {
    Py_ssize_t position;
    PyObject *key, *value;
    int there = dict_next(iterator, &position, &key, &value);
    if (there <= 0) return there;
    dict_step(iterator, position);
    items[0] = Py_NewRef(keys ? key : value);
    return 1;
}

static int next_of_set(CpSetIterator *iterator, PyObject **items) {
    PySetObject *set = iterator->set;
    if (set == NULL) return 0;
    if (iterator->used != set->used) return -1;
    for (Py_ssize_t i = iterator->position; i <= set->mask; i++) {
        PyObject *key = set->table[i].key;
        if (key == NULL || key == _PySet_Dummy) continue;
        iterator->position = i + 1;
        iterator->left--;
        items[0] = Py_NewRef(key);
        return 1;
    }
    return 0;
}

int cp_next_item(PyObject *iterator, PyObject **items) {
    PyTypeObject *type = Py_TYPE(iterator);
    if (type == &PyDictIterKey_Type || type == &PyDictIterValue_Type)
        return next_of_dict((CpDictIterator *)iterator, type == &PyDictIterKey_Type, items);
    if (type == &PySetIter_Type) return next_of_set((CpSetIterator *)iterator, items);
    int there = has_next(iterator);
    if (there <= 0) return there;
    items[0] = take_next(iterator);
    return items[0] != NULL ? 1 : -1;
}

/* enumerate and its like keep the items they gave last in a tuple: until the next step they stay alive. May
 * the one in a place be replaced without running code? */
static bool can_keep(PyObject *result, int place) {
    if (Py_REFCNT(result) != 1) return true; /* somebody has the tuple: the next one will be another */
    PyObject *old = PyTuple_GET_ITEM(result, place);
    return Py_REFCNT(old) > 1 || cp_is_plain_key(old);
}

static void keep(PyObject *result, int place, PyObject *item) {
    if (Py_REFCNT(result) != 1) return;
    PyObject *old = PyTuple_GET_ITEM(result, place);
    PyTuple_SET_ITEM(result, place, Py_NewRef(item));
    Py_DECREF(old);
    if (!_PyObject_GC_IS_TRACKED(result)) _PyObject_GC_TRACK(result);
}

int cp_next_counted(PyObject *iterator, PyObject **items) {
    CpEnumerate *enumerate = (CpEnumerate *)iterator;
    if (!Py_IS_TYPE(iterator, &PyEnum_Type) || enumerate->index == PY_SSIZE_T_MAX ||
        enumerate->long_index != NULL || !can_keep(enumerate->result, 1))
        return -1;
    int there = cp_next_item(enumerate->iterator, &items[1]);
    if (there <= 0) return there;
    items[0] = (PyObject *)enumerate->index++;
    keep(enumerate->result, 1, items[1]);
    return 1;
}

/* The next item of a list's or a tuple's iterator; NULL: it is none, or there is none. borrowed */
static inline PyObject *next_of_row(PyObject *iterator) {
    const CpSequenceIterator *s = (CpSequenceIterator *)iterator;
    bool list = Py_IS_TYPE(iterator, &PyListIter_Type);
    if (!list && !Py_IS_TYPE(iterator, &PyTupleIter_Type)) return NULL;
    if (s->sequence == NULL || s->index >= Py_SIZE(s->sequence)) return NULL;
    return list ? PyList_GET_ITEM(s->sequence, s->index) : PyTuple_GET_ITEM(s->sequence, s->index);
}

/* Of two lists or tuples, the most frequent ones. False: nothing was done. */
static inline bool next_of_rows(CpZip *zip, PyObject **items) {
    PyObject *first = PyTuple_GET_ITEM(zip->iterators, 0), *second = PyTuple_GET_ITEM(zip->iterators, 1);
    PyObject *one = next_of_row(first), *other = next_of_row(second);
    if (one == NULL || other == NULL || first == second) return false;
    items[0] = Py_NewRef(one);
    items[1] = Py_NewRef(other);
    ((CpSequenceIterator *)first)->index++;
    ((CpSequenceIterator *)second)->index++;
    keep(zip->result, 0, one);
    keep(zip->result, 1, other);
    return true;
}

static int next_zipped(CpZip *zip, PyObject **items) {
    if (zip->count != 2 || !can_keep(zip->result, 0) || !can_keep(zip->result, 1)) return -1;
    if (next_of_rows(zip, items)) return 1;
    PyObject *first = PyTuple_GET_ITEM(zip->iterators, 0), *second = PyTuple_GET_ITEM(zip->iterators, 1);
    int there = has_next(first), both = has_next(second);
    if (first == second || there < 0 || both < 0) return -1;
    if (!there || !both) return 0;
    int early = makes_items(second) && !makes_items(first); /* the one that may fail comes first */
    PyObject *iterators[2] = {first, second};
    items[early] = take_next(iterators[early]);
    if (items[early] == NULL) return -1;
    items[!early] = take_next(iterators[!early]);
    if (items[!early] == NULL) { /* then both make their items, and step by their index */
        ((CpSequenceIterator *)iterators[early])->index--;
        Py_DECREF(items[early]);
        return -1;
    }
    keep(zip->result, 0, items[0]);
    keep(zip->result, 1, items[1]);
    return 1;
}

static int next_dict_item(CpDictIterator *iterator, PyObject **items) {
    Py_ssize_t position;
    if (!can_keep(iterator->result, 0) || !can_keep(iterator->result, 1)) return -1;
    int there = dict_next(iterator, &position, &items[0], &items[1]);
    if (there <= 0) return there;
    dict_step(iterator, position);
    for (int i = 0; i < 2; i++) keep(iterator->result, i, Py_NewRef(items[i]));
    return 1;
}

int cp_next_pair(PyObject *iterator, PyObject **items) {
    PyTypeObject *type = Py_TYPE(iterator);
    if (type == &PyZip_Type) return next_zipped((CpZip *)iterator, items);
    return type == &PyDictIterItem_Type ? next_dict_item((CpDictIterator *)iterator, items) : -1;
}

bool cp_is_over_unseen(PyObject *iterator) {
    if (Py_REFCNT(iterator) != 1) return false;
    if (Py_IS_TYPE(iterator, &PyEnum_Type)) return cp_is_over_unseen(((CpEnumerate *)iterator)->iterator);
    if (!Py_IS_TYPE(iterator, &PyZip_Type)) return true;
    const CpZip *zip = (CpZip *)iterator;
    for (Py_ssize_t i = 0; i < zip->count && !zip->strict; i++)
        if (!cp_is_over_unseen(PyTuple_GET_ITEM(zip->iterators, i))) return false;
    return !zip->strict;
}

/* --- lists and tuples --- */

/* A class made of list may have an __iter__ of its own, which has given list's iterator. */
PyObject *cp_new_sequence_iterator(PyTypeObject *type, PyObject *sequence, Py_ssize_t index) {
    CpSequenceIterator *iterator = PyObject_GC_New(CpSequenceIterator, type);
    if (iterator == NULL) return NULL;
    cp_set_sequence_iterator((PyObject *)iterator, sequence, index);
    PyObject_GC_Track(iterator);
    return (PyObject *)iterator;
}

/* There are two types for str, of which only one goes over ASCII. */
void cp_set_sequence_iterator(PyObject *object, PyObject *sequence, Py_ssize_t index) {
    CpSequenceIterator *iterator = (CpSequenceIterator *)object;
    if (Py_TYPE(object) == cp_ascii_iterator_type() && sequence != NULL && !PyUnicode_IS_ASCII(sequence))
        Py_SET_TYPE(object, &PyUnicodeIter_Type);
    iterator->index = index;
    iterator->sequence = Py_XNewRef(sequence);
}

/* What an iterator of such a type goes over; of a str only one whose characters are below 256. NULL: it is no
 * such one, or others have it. borrowed */
PyObject *cp_iterator_sequence(PyObject *iterator, PyTypeObject *type, int64_t *index) {
    const CpSequenceIterator *s = (CpSequenceIterator *)iterator;
    bool text = goes_over_str(type);
    if (Py_REFCNT(iterator) != 1 || (text ? !goes_over_str(Py_TYPE(iterator)) : Py_TYPE(iterator) != type) ||
        s->sequence == NULL || (text && PyUnicode_KIND(s->sequence) != PyUnicode_1BYTE_KIND))
        return NULL;
    *index = s->index;
    return s->sequence;
}

/* --- enumerate and zip, with the items that they gave last --- */

/* Nobody can tell its number from the index of the next one. */
PyObject *cp_new_enumerate(int64_t index, PyObject *last, PyObject *iterator) {
    PyObject *result = PyTuple_Pack(2, Py_None, last);
    CpEnumerate *enumerate = result != NULL ? (CpEnumerate *)PyEnum_Type.tp_alloc(&PyEnum_Type, 0) : NULL;
    if (enumerate == NULL) {
        Py_XDECREF(result);
        return NULL;
    }
    enumerate->index = (Py_ssize_t)index;
    enumerate->iterator = Py_NewRef(iterator);
    enumerate->result = result;
    return (PyObject *)enumerate;
}

PyObject *cp_new_zip(Py_ssize_t count, PyObject *const *lasts_and_iterators) {
    PyObject *iterators = PyTuple_New(count), *result = PyTuple_New(count);
    CpZip *zip = iterators != NULL && result != NULL ? (CpZip *)PyZip_Type.tp_alloc(&PyZip_Type, 0) : NULL;
    if (zip == NULL) {
        Py_XDECREF(iterators);
        Py_XDECREF(result);
        return NULL;
    }
    for (Py_ssize_t i = 0; i < count; i++) {
        PyTuple_SET_ITEM(iterators, i, Py_NewRef(lasts_and_iterators[count + i]));
        PyTuple_SET_ITEM(result, i, Py_NewRef(lasts_and_iterators[i]));
    }
    zip->count = count;
    zip->iterators = iterators;
    zip->result = result;
    zip->strict = 0;
    return (PyObject *)zip;
}

bool cp_is_lone_enumerate(PyObject *object, int64_t *index) {
    const CpEnumerate *enumerate = (CpEnumerate *)object;
    if (Py_TYPE(object) != &PyEnum_Type || Py_REFCNT(object) != 1 || enumerate->long_index != NULL ||
        enumerate->index > PY_SSIZE_T_MAX / 2 || Py_REFCNT(enumerate->result) != 1)
        return false;
    *index = enumerate->index;
    return true;
}

bool cp_is_lone_zip(PyObject *object, Py_ssize_t count) {
    const CpZip *zip = (CpZip *)object;
    return Py_TYPE(object) == &PyZip_Type && Py_REFCNT(object) == 1 && zip->count == count && !zip->strict &&
           Py_REFCNT(zip->iterators) == 1 && Py_REFCNT(zip->result) == 1;
}

PyObject *cp_inner_iterator(PyObject *object, Py_ssize_t place, PyObject **last) {
    if (Py_TYPE(object) == &PyEnum_Type) {
        const CpEnumerate *enumerate = (CpEnumerate *)object;
        *last = PyTuple_GET_ITEM(enumerate->result, 1);
        return enumerate->iterator;
    }
    const CpZip *zip = (CpZip *)object;
    *last = PyTuple_GET_ITEM(zip->result, place);
    return PyTuple_GET_ITEM(zip->iterators, place);
}

/* --- dicts and sets --- */

bool cp_is_hashed_iterator(const PyTypeObject *type) {
    return type == &PyDictIterKey_Type || type == &PyDictIterValue_Type || type == &PyDictIterItem_Type ||
           type == &PySetIter_Type;
}

/* But for what it gave last. */
void cp_set_hashed_iterator(PyObject *object, const CpHashedIterator *parts) {
    CpDictIterator *iterator = (CpDictIterator *)object;
    iterator->dict = (PyDictObject *)Py_XNewRef(parts->container);
    iterator->used = (Py_ssize_t)parts->size;
    iterator->position = (Py_ssize_t)parts->position;
    if (Py_IS_TYPE(object, &PySetIter_Type)) ((CpSetIterator *)object)->left = (Py_ssize_t)parts->left;
    else iterator->left = (Py_ssize_t)parts->left;
}
_Static_assert(offsetof(CpSetIterator, set) == offsetof(CpDictIterator, dict) &&
                   offsetof(CpSetIterator, used) == offsetof(CpDictIterator, used) &&
                   offsetof(CpSetIterator, position) == offsetof(CpDictIterator, position),
               "see cp_set_hashed_iterator");

static PyObject *new_set_iterator(const CpHashedIterator *parts) { // new ref
    CpSetIterator *iterator = PyObject_GC_New(CpSetIterator, &PySetIter_Type);
    if (iterator == NULL) return NULL;
    cp_set_hashed_iterator((PyObject *)iterator, parts);
    PyObject_GC_Track(iterator);
    return (PyObject *)iterator;
}

PyObject *cp_new_hashed_iterator(PyTypeObject *type, const CpHashedIterator *parts) {
    if (type == &PySetIter_Type) return new_set_iterator(parts);
    bool pairs = type == &PyDictIterItem_Type;
    PyObject *result = pairs ? PyTuple_Pack(2, parts->key, parts->value) : NULL;
    CpDictIterator *iterator = pairs && result == NULL ? NULL : PyObject_GC_New(CpDictIterator, type);
    if (iterator == NULL) {
        Py_XDECREF(result);
        return NULL;
    }
    cp_set_hashed_iterator((PyObject *)iterator, parts);
    iterator->result = result;
    PyObject_GC_Track(iterator);
    return (PyObject *)iterator;
}

static bool set_parts(const CpSetIterator *iterator, CpHashedIterator *parts) {
    if (Py_REFCNT(iterator) != 1 || iterator->set == NULL) return false;
    *parts = (CpHashedIterator){
        (PyObject *)iterator->set, iterator->used, iterator->position, iterator->left, Py_None, Py_None};
    return true;
}

bool cp_hashed_parts(PyObject *object, CpHashedIterator *parts) {
    if (Py_IS_TYPE(object, &PySetIter_Type)) return set_parts((CpSetIterator *)object, parts);
    const CpDictIterator *iterator = (CpDictIterator *)object;
    PyObject *result = iterator->result;
    if (Py_REFCNT(object) != 1 || iterator->dict == NULL || iterator->dict->ma_values != NULL ||
        (result != NULL && Py_REFCNT(result) != 1))
        return false;
    *parts = (CpHashedIterator){
        (PyObject *)iterator->dict, iterator->used, iterator->position, iterator->left, Py_None, Py_None};
    if (result == NULL) return true;
    parts->key = PyTuple_GET_ITEM(result, 0);
    parts->value = PyTuple_GET_ITEM(result, 1);
    return true;
}

void cp_keep_entry(PyObject *iterator, PyObject *key, PyObject *value) {
    PyObject *result = ((CpDictIterator *)iterator)->result;
    Py_SETREF(((PyTupleObject *)result)->ob_item[0], Py_NewRef(key));
    Py_SETREF(((PyTupleObject *)result)->ob_item[1], Py_NewRef(value));
}

static PyObject *dict_of_view(PyObject *view, PyTypeObject *type) { // borrowed
    PyObject *dict = Py_IS_TYPE(view, type) ? (PyObject *)((_PyDictViewObject *)view)->dv_dict : NULL;
    return dict != NULL && PyDict_CheckExact(dict) ? dict : NULL;
}

PyObject *cp_hashed_of(PyTypeObject *type, PyObject *object) {
    if (type == &PySetIter_Type) return PySet_CheckExact(object) ? object : NULL;
    PyObject *dict = type == &PyDictIterItem_Type    ? dict_of_view(object, &PyDictItems_Type)
                     : type == &PyDictIterValue_Type ? dict_of_view(object, &PyDictValues_Type)
                     : PyDict_CheckExact(object)     ? object
                                                     : dict_of_view(object, &PyDictKeys_Type);
    return dict != NULL && ((PyDictObject *)dict)->ma_values == NULL ? dict : NULL;
}

Py_ssize_t cp_hashed_size(PyObject *container) {
    return PyDict_CheckExact(container) ? ((PyDictObject *)container)->ma_used
                                        : ((PySetObject *)container)->used;
}

int64_t cp_next_entry(PyObject *object, int64_t size, int64_t position, int64_t left, PyObject **key,
                      PyObject **value) {
    PyDictObject *dict = (PyDictObject *)object;
    Py_ssize_t at = (Py_ssize_t)position;
    if (dict->ma_used != size || dict->ma_values != NULL) return -1;
    if (!dict_entry_from(dict, &at, key, value)) return 0;
    return left == 0 ? -1 : at + 1;
}

int64_t cp_next_member(PyObject *object, int64_t size, int64_t position, int64_t left, PyObject **key) {
    PySetObject *set = (PySetObject *)object;
    if (set->used != size) return -1;
    for (Py_ssize_t i = (Py_ssize_t)position; i <= set->mask; i++) {
        *key = set->table[i].key;
        if (*key == NULL || *key == _PySet_Dummy) continue;
        return left == 0 ? -1 : i + 1;
    }
    return 0;
}

/* --- what ends without running code --- */

/* References that are taken away on trial, and of what then has none left those to what it has. What was
 * looked into is listed, so that exactly that is given back. */
typedef struct Trial {
    PyObject **looked_into; // borrowed; `first`, or from the heap
    Py_ssize_t count, room;
    bool quietly;
    PyObject *first[32];
} Trial;

/* Go on with what a list, a tuple, a dict, a set or a plain instance has. False: it is none, or others may be
 * told of its end.
 */
static bool for_all(PyObject *object, void (*visit)(Trial *trial, PyObject *object), Trial *trial) {
    PyObject *key, *value;
    Py_ssize_t at = 0;
    if (PyList_CheckExact(object) || PyTuple_CheckExact(object)) {
        PyObject **items = PySequence_Fast_ITEMS(object);
        for (Py_ssize_t i = 0; i < Py_SIZE(object); i++)
            if (items[i] != NULL) visit(trial, items[i]);
    } else if (PyDict_CheckExact(object) && ((PyDictObject *)object)->ma_values == NULL) {
        for (; dict_entry_from((PyDictObject *)object, &at, &key, &value); at++) {
            visit(trial, key);
            visit(trial, value);
        }
    } else if (PySet_CheckExact(object) && ((PySetObject *)object)->weakreflist == NULL) {
        int64_t next = 0;
        Py_ssize_t size = ((PySetObject *)object)->used;
        while ((next = cp_next_member(object, size, next, 1, &key)) > 0) visit(trial, key);
    } else if (cp_is_plain_class(Py_TYPE(object)) && *cp_values(object) != NULL && !cp_has_weakrefs(object)) {
        PyDictValues *values = *cp_values(object);
        for (Py_ssize_t i = 0; i < cp_shared_keys(Py_TYPE(object))->dk_nentries; i++)
            if (values->values[i] != NULL) visit(trial, values->values[i]);
    } else return false;
    return true;
}

/* False: there is no memory. */
static bool make_room(Trial *trial) {
    if (trial->count < trial->room) return true;
    bool is_first = trial->looked_into == trial->first;
    size_t size = (size_t)trial->room * sizeof(PyObject *);
    PyObject **grown = PyMem_RawRealloc(is_first ? NULL : trial->looked_into, 2 * size);
    if (grown == NULL) return false;
    if (is_first) memcpy(grown, trial->first, size);
    trial->looked_into = grown;
    trial->room *= 2;
    return true;
}

static void take(Trial *trial, PyObject *object) {
    object->ob_refcnt--;
    if (object->ob_refcnt > 0 || cp_is_plain_key(object) || PyBytes_CheckExact(object)) return;
    if (make_room(trial)) trial->looked_into[trial->count++] = object;
    else trial->quietly = false;
}

static void give_back(Trial *trial, PyObject *object) { object->ob_refcnt++; }

bool cp_end_quietly(PyObject *const *objects, Py_ssize_t count) {
    Trial trial;
    trial.looked_into = trial.first;
    trial.room = Py_ARRAY_LENGTH(trial.first);
    trial.count = 0;
    trial.quietly = true;
    for (Py_ssize_t i = 0; i < count; i++) take(&trial, objects[i]);
    Py_ssize_t done = 0;
    while (trial.quietly && done < trial.count)
        if (!for_all(trial.looked_into[done++], take, &trial)) trial.quietly = false;
    for (Py_ssize_t i = 0; i < done; i++) for_all(trial.looked_into[i], give_back, &trial);
    for (Py_ssize_t i = 0; i < count; i++) give_back(&trial, objects[i]);
    if (trial.looked_into != trial.first) PyMem_RawFree(trial.looked_into);
    return trial.quietly;
}

/* --- ranges --- */

void cp_set_range(PyObject *object, int64_t next, int64_t end, int64_t step) {
    CpRangeIterator *iterator = (CpRangeIterator *)object;
    uint64_t distance = step > 0 ? (uint64_t)end - (uint64_t)next : (uint64_t)next - (uint64_t)end,
             by = step > 0 ? (uint64_t)step : -(uint64_t)step;
    iterator->index = 0;
    iterator->start = next;
    iterator->step = step;
    iterator->length = (long)(distance / by);
}

bool cp_range_parts(PyObject *iterator, int64_t *next, int64_t *end, int64_t *step) {
    const CpRangeIterator *range = (CpRangeIterator *)iterator;
    if (Py_TYPE(iterator) != &PyRangeIter_Type || Py_REFCNT(iterator) != 1) return false;
    *step = range->step;
    *next = (int64_t)((uint64_t)range->start + (uint64_t)range->index * (uint64_t)range->step);
    *end = (int64_t)((uint64_t)range->start + (uint64_t)range->length * (uint64_t)range->step);
    return true;
}

PyObject *cp_new_range_iterator(int64_t next, int64_t end, int64_t step) {
    PyObject *iterator = (PyObject *)PyObject_New(CpRangeIterator, &PyRangeIter_Type);
    if (iterator != NULL) cp_set_range(iterator, next, end, step);
    return iterator;
}
