/* Subscripts, displays, unpacking and iteration. */
#include "runtime/rt.h"

/* The index of an int that is in range of a sequence of `size` items, negative ones counted from its end. */
static inline bool index_in(PyObject *key, Py_ssize_t size, Py_ssize_t *index) {
    if (!PyLong_CheckExact(key)) return false;
    Py_ssize_t digits = Py_SIZE(key), value;
    if (digits == 1) value = ((PyLongObject *)key)->ob_digit[0];
    else if (digits == 0) value = 0;
    else if (digits == -1) value = size - (Py_ssize_t)((PyLongObject *)key)->ob_digit[0];
    else return false;
    *index = value;
    return value >= 0 && value < size;
}

static PyObject *dict_subscr(PyObject *dict, PyObject *key) {
    PyObject *value = PyDict_GetItemWithError(dict, key);
    if (value != NULL) return Py_NewRef(value);
    if (!PyErr_Occurred()) _PyErr_SetKeyError(key);
    return NULL;
}

PyObject *rt_subscr(PyObject *container, PyObject *key) {
    Py_ssize_t index;
    if (PyList_CheckExact(container)) {
        if (index_in(key, PyList_GET_SIZE(container), &index))
            return Py_NewRef(PyList_GET_ITEM(container, index));
    } else if (PyTuple_CheckExact(container)) {
        if (index_in(key, PyTuple_GET_SIZE(container), &index))
            return Py_NewRef(PyTuple_GET_ITEM(container, index));
    } else if (PyDict_CheckExact(container)) {
        return dict_subscr(container, key);
    } else if (PyUnicode_CheckExact(container)) {
        if (PyUnicode_IS_READY(container) && index_in(key, PyUnicode_GET_LENGTH(container), &index))
            return PyUnicode_FromOrdinal((int)PyUnicode_READ_CHAR(container, index));
    } else if (PyDict_Check(container)) {
        PyObject *value; /* of defaultdict and its like: what is missing is mostly theirs to give */
        if (cp_dict_like_item(container, key, &value) >= 0) return value;
    }
    PyObject *item;
    return rt_special_item(container, key, &item) ? item : PyObject_GetItem(container, key);
}

PyObject *rt_subscr_list(PyObject *container, PyObject *key) {
    Py_ssize_t index;
    if (PyList_CheckExact(container) && index_in(key, PyList_GET_SIZE(container), &index))
        return Py_NewRef(PyList_GET_ITEM(container, index));
    return rt_subscr(container, key);
}

PyObject *rt_subscr_tuple(PyObject *container, PyObject *key) {
    Py_ssize_t index;
    if (PyTuple_CheckExact(container) && index_in(key, PyTuple_GET_SIZE(container), &index))
        return Py_NewRef(PyTuple_GET_ITEM(container, index));
    return rt_subscr(container, key);
}

PyObject *rt_subscr_dict(PyObject *container, PyObject *key) {
    return PyDict_CheckExact(container) ? dict_subscr(container, key) : rt_subscr(container, key);
}

/* Is it a class whose function for an operator may be kept with a site? Others have C's. */
static inline bool may_have_function(PyTypeObject *type) {
    return (type->tp_flags & (Py_TPFLAGS_HEAPTYPE | Py_TPFLAGS_DICT_SUBCLASS)) == Py_TPFLAGS_HEAPTYPE;
}

/* The function that a container's class has for an operator, by the site's cache; NULL: none. borrowed */
static inline PyObject *function_at(RtCache *cache, PyObject *container,
                                    PyObject *(*find)(PyTypeObject *type)) {
    PyTypeObject *type = Py_TYPE(container);
    if (__builtin_expect(cache->version != 0 && cache->version == cp_type_version(type), 1))
        return cache->value;
    PyObject *function = find(type);
    rt_note_class(cache, type);
    cache->version = cp_type_version(type);
    cache->value = function;
    return function;
}

PyObject *rt_subscr_noted(PyObject *container, PyObject *key, RtCache *cache) {
    PyTypeObject *type = Py_TYPE(container);
    PyObject *item;
    if (may_have_function(type)) {
        PyObject *function = function_at(cache, container, rt_item_function);
        item =
            function != NULL ? rt_call_with_two(function, container, key) : PyObject_GetItem(container, key);
    } else {
        if (type != &PyList_Type && type != &PyDict_Type && type != &PyTuple_Type) rt_note_class(cache, type);
        item = rt_subscr(container, key);
    }
    rt_note_given(cache, item);
    return item;
}

/* Emitted code has asked for what is likely. */
PyObject *rt_subscr_list_noted(PyObject *container, PyObject *key, RtCache *cache) {
    return rt_subscr_noted(container, key, cache);
}
PyObject *rt_subscr_tuple_noted(PyObject *container, PyObject *key, RtCache *cache) {
    return rt_subscr_noted(container, key, cache);
}

i64 rt_store_subscr(PyObject *container, PyObject *key, PyObject *value) {
    Py_ssize_t index;
    if (PyList_CheckExact(container)) {
        if (index_in(key, PyList_GET_SIZE(container), &index)) {
            PyObject *old = PyList_GET_ITEM(container, index);
            PyList_SET_ITEM(container, index, Py_NewRef(value));
            Py_DECREF(old);
            return 0;
        }
    } else if (PyDict_CheckExact(container)) {
        return PyDict_SetItem(container, key, value);
    } else if (PyDict_Check(container) && cp_dict_like_set(container, key, value, 0) > 0) {
        return 0;
    }
    i64 status;
    return rt_special_set_item(container, key, value, &status) ? status
                                                               : PyObject_SetItem(container, key, value);
}

i64 rt_store_subscr_list(PyObject *container, PyObject *key, PyObject *value) {
    return rt_store_subscr(container, key, value);
}

i64 rt_store_subscr_noted(PyObject *container, PyObject *key, PyObject *value, RtCache *cache) {
    PyTypeObject *type = Py_TYPE(container);
    if (!may_have_function(type)) {
        rt_note_class(cache, type);
        return rt_store_subscr(container, key, value);
    }
    PyObject *function = function_at(cache, container, rt_set_item_function);
    return function != NULL ? rt_set_item_by(function, container, key, value)
                            : PyObject_SetItem(container, key, value);
}

i64 rt_delete_subscr(PyObject *container, PyObject *key) {
    Py_ssize_t index;
    if (PyDict_CheckExact(container)) return PyDict_DelItem(container, key);
    if (PyList_CheckExact(container) && index_in(key, PyList_GET_SIZE(container), &index))
        return PyList_SetSlice(container, index, index + 1, NULL);
    return PyObject_DelItem(container, key);
}

/* --- displays --- */

PyObject *rt_build_tuple(PyObject **rest, i64 count, uint64_t consumed) {
    PyObject *tuple = PyTuple_New(count);
    if (tuple == NULL) {
        rt_drop_rest(rest, count, consumed);
        return NULL;
    }
    rt_own_rest(rest, count, consumed);
    for (i64 i = 0; i < count; i++) PyTuple_SET_ITEM(tuple, i, rest[i]);
    return tuple;
}

/* With memory for so many. */
static PyObject *new_list_with_room(Py_ssize_t count, Py_ssize_t room) {
    PyObject *list = PyList_New(0);
    PyObject **items = list != NULL && room > 0 ? PyMem_New(PyObject *, room) : NULL;
    if (list == NULL || room == 0) return list;
    if (items == NULL) {
        Py_DECREF(list);
        return PyErr_NoMemory();
    }
    ((PyListObject *)list)->ob_item = items;
    ((PyListObject *)list)->allocated = room;
    Py_SET_SIZE((PyListObject *)list, count);
    return list;
}

/* A list of so many items that are still to be put there. */
PyObject *rt_new_list(Py_ssize_t count) { return new_list_with_room(count, count); }

PyObject *rt_new_list_of_iterator(Py_ssize_t count, Py_ssize_t known) {
    return new_list_with_room(count, (known + 1) & ~(Py_ssize_t)1);
}

PyObject *rt_build_list(PyObject **rest, i64 count, uint64_t consumed) {
    PyObject *list = rt_new_list(count);
    if (list == NULL) {
        rt_drop_rest(rest, count, consumed);
        return NULL;
    }
    rt_own_rest(rest, count, consumed);
    for (i64 i = 0; i < count; i++) PyList_SET_ITEM(list, i, rest[i]);
    return list;
}

PyObject *rt_repeat(PyObject *sequence, i64 times) {
    return Py_TYPE(sequence)->tp_as_sequence->sq_repeat(sequence, times);
}

PyObject *rt_repeat_item(i64 times, PyObject *item) {
    if (times < 0) times = 0;
    PyObject *list = rt_new_list(times);
    if (list == NULL) return NULL;
    PyObject **items = PySequence_Fast_ITEMS(list);
    for (i64 i = 0; i < times; i++) items[i] = item;
    Py_SET_REFCNT(item, Py_REFCNT(item) + times);
    return list;
}

PyObject *rt_new_set(void) { return PySet_New(NULL); }
PyObject *rt_new_frozenset(void) { return PyFrozenSet_New(NULL); }
PyObject *rt_new_map(void) { return PyDict_New(); }

PyObject *rt_build_set(PyObject **rest, i64 count, uint64_t consumed) {
    PyObject *set = PySet_New(NULL);
    for (i64 i = 0; set != NULL && i < count; i++)
        if (PySet_Add(set, rest[i]) < 0) Py_CLEAR(set);
    rt_drop_rest(rest, count, consumed);
    return set;
}

PyObject *rt_build_map(PyObject **rest, i64 count, uint64_t consumed) {
    PyObject *dict = PyDict_New();
    for (i64 i = 0; dict != NULL && i < count; i += 2)
        if (PyDict_SetItem(dict, rest[i], rest[i + 1]) < 0) Py_CLEAR(dict);
    rt_drop_rest(rest, count, consumed);
    return dict;
}

/* Into a dict that is being made. */
static int put_first(PyObject *dict, PyObject *key, PyObject *value) {
    return cp_dict_set(dict, key, value, 0) > 0 ? 0 : PyDict_SetItem(dict, key, value);
}

PyObject *rt_build_const_map(PyObject *keys, PyObject **rest, i64 count, uint64_t consumed) {
    PyObject *dict = NULL;
    if (!PyTuple_CheckExact(keys) || PyTuple_GET_SIZE(keys) != count) {
        PyErr_SetString(PyExc_SystemError, "bad BUILD_CONST_KEY_MAP keys argument");
    } else {
        rt_own_rest(rest, count, consumed);
        consumed = ALL_OF_REST;
        dict = cp_dict_of(&PyTuple_GET_ITEM(keys, 0), rest, count);
        if (dict != NULL) return dict;
        dict = PyDict_New();
    }
    for (i64 i = 0; dict != NULL && i < count; i++)
        if (put_first(dict, PyTuple_GET_ITEM(keys, i), rest[i]) < 0) Py_CLEAR(dict);
    rt_drop_rest(rest, count, consumed);
    return dict;
}

PyObject *rt_keyword_map(PyObject *names, PyObject **rest, i64 count, uint64_t consumed) {
    return rt_build_const_map(names, rest, count, consumed);
}

PyObject *rt_build_slice(PyObject *start, PyObject *stop, PyObject *step) {
    return PySlice_New(start, stop, step);
}

i64 rt_list_append(PyObject *list, PyObject *value_steal) {
    PyListObject *object = (PyListObject *)list;
    Py_ssize_t size = Py_SIZE(object);
    if (size < object->allocated) {
        PyList_SET_ITEM(list, size, value_steal);
        Py_SET_SIZE(object, size + 1);
        return 0;
    }
    int status = PyList_Append(list, value_steal);
    Py_DECREF(value_steal);
    return status;
}

i64 rt_set_add(PyObject *set, PyObject *value) { return PySet_Add(set, value); }
i64 rt_map_add(PyObject *dict, PyObject *key, PyObject *value) { return put_first(dict, key, value); }
i64 rt_set_update(PyObject *set, PyObject *iterable) { return _PySet_Update(set, iterable); }
PyObject *rt_list_to_tuple(PyObject *list) { return PyList_AsTuple(list); }

i64 rt_list_extend(PyObject *list, PyObject *iterable) {
    PyObject *none = _PyList_Extend((PyListObject *)list, iterable);
    if (none != NULL) {
        Py_DECREF(none);
        return 0;
    }
    if (PyErr_ExceptionMatches(PyExc_TypeError) && Py_TYPE(iterable)->tp_iter == NULL &&
        !PySequence_Check(iterable))
        PyErr_Format(PyExc_TypeError, "Value after * must be an iterable, not %.200s",
                     Py_TYPE(iterable)->tp_name);
    return -1;
}

i64 rt_dict_update(PyObject *dict, PyObject *mapping) {
    if (PyDict_Update(dict, mapping) == 0) return 0;
    if (PyErr_ExceptionMatches(PyExc_AttributeError))
        PyErr_Format(PyExc_TypeError, "'%.200s' object is not a mapping", Py_TYPE(mapping)->tp_name);
    return -1;
}

/* --- unpacking --- */

static i64 drop_results(PyObject **results, i64 count) {
    for (i64 i = 0; i < count; i++) Py_DECREF(results[i]);
    return -1;
}

static PyObject *unpack_iter(PyObject *iterable) {
    PyObject *iterator = PyObject_GetIter(iterable);
    if (iterator == NULL && PyErr_ExceptionMatches(PyExc_TypeError) && Py_TYPE(iterable)->tp_iter == NULL &&
        !PySequence_Check(iterable))
        PyErr_Format(PyExc_TypeError, "cannot unpack non-iterable %.200s object", Py_TYPE(iterable)->tp_name);
    return iterator;
}

/* Take `count` items; at_least: more may follow, which changes the message. */
static i64 take_items(PyObject *iterator, i64 count, bool at_least, i64 wanted, PyObject **results) {
    for (i64 i = 0; i < count; i++) {
        results[i] = PyIter_Next(iterator);
        if (results[i] != NULL) continue;
        if (!PyErr_Occurred())
            PyErr_Format(PyExc_ValueError,
                         at_least ? "not enough values to unpack (expected at least %d, got %d)"
                                  : "not enough values to unpack (expected %d, got %d)",
                         (int)wanted, (int)i);
        return drop_results(results, i);
    }
    return 0;
}

void rt_note_item(PyObject *item, RtCache *cache) { rt_note_given(cache, item); }

i64 rt_unpack(PyThreadState *tstate, PyObject *iterable, i64 count, PyObject **results) {
    PyObject **items = NULL;
    bool tuple = PyTuple_Check(iterable) && Py_TYPE(iterable)->tp_iter == PyTuple_Type.tp_iter,
         list = PyList_Check(iterable) && Py_TYPE(iterable)->tp_iter == PyList_Type.tp_iter;
    if (tuple) items = &PyTuple_GET_ITEM(iterable, 0);
    if (list) items = ((PyListObject *)iterable)->ob_item;
    if ((tuple || list) && Py_SIZE(iterable) == count) {
        for (i64 i = 0; i < count; i++) results[i] = Py_NewRef(items[i]);
        return 0;
    }
    PyObject *iterator = unpack_iter(iterable);
    if (iterator == NULL) return -1;
    i64 status = take_items(iterator, count, false, count, results);
    if (status == 0) {
        PyObject *extra = PyIter_Next(iterator);
        if (extra != NULL) {
            Py_DECREF(extra);
            PyErr_Format(PyExc_ValueError, "too many values to unpack (expected %d)", (int)count);
        }
        if (PyErr_Occurred()) status = drop_results(results, count);
    }
    Py_DECREF(iterator);
    return status;
}

/* Of a list or tuple that has enough items. False: nothing was done. */
static bool unpack_row(PyObject *row, i64 before, i64 after, PyObject **results) {
    if (!PyList_CheckExact(row) && !PyTuple_CheckExact(row)) return false;
    Py_ssize_t size = Py_SIZE(row), middle = size - before - after;
    PyObject *list = middle >= 0 ? rt_new_list_of_iterator(middle, middle + after) : NULL;
    if (list == NULL || Py_SIZE(row) != size) { /* making one may have run finalizers */
        if (list != NULL) Py_SET_SIZE((PyListObject *)list, 0);
        Py_XDECREF(list);
        PyErr_Clear();
        return false;
    }
    PyObject **items = PySequence_Fast_ITEMS(row), **results_behind = results + before + 1;
    for (i64 i = 0; i < before; i++) results[i] = Py_NewRef(items[i]);
    for (i64 i = 0; i < middle; i++) PyList_SET_ITEM(list, i, Py_NewRef(items[before + i]));
    for (i64 i = 0; i < after; i++) results_behind[i] = Py_NewRef(items[before + middle + i]);
    results[before] = list;
    return true;
}

i64 rt_unpack_ex(PyThreadState *tstate, PyObject *iterable, i64 before, i64 after, PyObject **results) {
    if (unpack_row(iterable, before, after, results)) return 0;
    PyObject *iterator = unpack_iter(iterable), *list = NULL;
    if (iterator == NULL) return -1;
    if (take_items(iterator, before, true, before + after, results) < 0) {
        Py_DECREF(iterator);
        return -1;
    }
    list = PySequence_List(iterator);
    Py_DECREF(iterator);
    if (list == NULL) return drop_results(results, before);
    Py_ssize_t size = PyList_GET_SIZE(list);
    if (size < after) {
        PyErr_Format(PyExc_ValueError, "not enough values to unpack (expected at least %d, got %zd)",
                     (int)(before + after), before + size);
        Py_DECREF(list);
        return drop_results(results, before);
    }
    for (i64 i = 0; i < after; i++) // the list's own references move out
        results[before + 1 + i] = PyList_GET_ITEM(list, size - after + i);
    Py_SET_SIZE(list, size - after);
    results[before] = list;
    return 0;
}

/* --- iteration --- */

PyObject *rt_get_iter(PyObject *iterable) { return PyObject_GetIter(iterable); }

PyObject *rt_get_len(PyObject *object) {
    Py_ssize_t length = PyObject_Length(object);
    return length < 0 ? NULL : PyLong_FromSsize_t(length);
}
