/* What compiled code does with objects of built-in types it knows. Where a helper cannot say without running
 * code, nothing has happened and the interpreter does the operation. */
#include <float.h>
#include <math.h>
#include <string.h>

#include "cpython/library.h"
#include "runtime/rt.h"

/* What was made, or nothing: then the interpreter does it, and raises what there is to raise. */
static i64 made(PyObject *result, PyObject **results) {
    results[0] = result;
    if (result != NULL) return 1;
    PyErr_Clear();
    return -1;
}

i64 rt_next_item(PyObject *iterator, PyObject **results) { return cp_next_item(iterator, results); }
i64 rt_next_counted(PyObject *iterator, PyObject **results) { return cp_next_counted(iterator, results); }
i64 rt_next_pair(PyObject *iterator, PyObject **results) { return cp_next_pair(iterator, results); }

i64 rt_quiet_iter(PyObject *iterable, PyObject **results) {
    PyTypeObject *type = Py_TYPE(iterable);
    bool is_built_in = type == &PyList_Type || type == &PyTuple_Type || type == &PyDict_Type ||
                       type == &PySet_Type || type == &PyUnicode_Type || type == &PyBytes_Type ||
                       type == &PyByteArray_Type || type == &PyRange_Type || type == &PyDictItems_Type ||
                       type == &PyDictKeys_Type || type == &PyDictValues_Type;
    results[0] = is_built_in ? type->tp_iter(iterable) : NULL;
    if (results[0] != NULL) return 1;
    if (is_built_in) PyErr_Clear(); /* there is no memory: it will be told again */
    return -1;
}

PyObject *rt_new_iterator(PyObject *type, PyObject *sequence, i64 index) {
    return cp_new_sequence_iterator((PyTypeObject *)type, sequence, index);
}

PyObject *rt_new_enumerate(i64 index, PyObject *last, PyObject *iterator) {
    return cp_new_enumerate(index, last, iterator);
}

PyObject *rt_new_zip(PyObject **rest, i64 count, uint64_t consumed) {
    PyObject *zip = cp_new_zip(count / 2, rest);
    rt_drop_rest(rest, count, consumed);
    return zip;
}

static void put_number(PyObject **result, i64 number) { memcpy(result, &number, sizeof(number)); }

i64 rt_take_enumerate(PyObject *object, PyObject **results) {
    i64 index;
    if (!cp_is_lone_enumerate(object, &index)) return -1;
    put_number(&results[0], index);
    return 1;
}

i64 rt_take_zip(PyObject *object, i64 count) { return cp_is_lone_zip(object, count) ? 1 : -1; }

i64 rt_take_inner(PyObject *object, i64 place, PyObject *type, PyObject **results) {
    PyObject *last, *iterator = cp_inner_iterator(object, place, &last);
    if (rt_take_iterator(iterator, type, results) < 0) return -1;
    results[2] = Py_NewRef(last);
    return 1;
}

i64 rt_begin_hashed(PyObject *object, PyObject *type, PyObject **results) {
    PyObject *container = cp_hashed_of((PyTypeObject *)type, object);
    if (container == NULL) return -1;
    put_number(&results[0], cp_hashed_size(container));
    results[1] = Py_NewRef(container);
    return 1;
}

static void put_hashed(const CpHashedIterator *parts, PyObject **results) {
    put_number(&results[0], parts->size);
    put_number(&results[1], parts->position);
    put_number(&results[2], parts->left);
    results[3] = Py_NewRef(parts->container);
}

i64 rt_take_hashed(PyObject *iterator, PyObject *type, PyObject **results) {
    CpHashedIterator parts;
    if (Py_TYPE(iterator) != (PyTypeObject *)type || !cp_hashed_parts(iterator, &parts)) return -1;
    put_hashed(&parts, results);
    results[4] = Py_NewRef(parts.key);
    results[5] = Py_NewRef(parts.value);
    return 1;
}

i64 rt_take_inner_hashed(PyObject *object, PyObject *type, PyObject **results) {
    CpHashedIterator parts;
    PyObject *last, *iterator = cp_inner_iterator(object, 0, &last);
    if (Py_TYPE(iterator) != (PyTypeObject *)type || !cp_hashed_parts(iterator, &parts)) return -1;
    put_hashed(&parts, results);
    results[4] = Py_NewRef(last);
    return 1;
}

PyObject *rt_new_hashed(PyObject *type, PyObject *container, i64 size, i64 position, i64 left) {
    return cp_new_hashed_iterator((PyTypeObject *)type,
                                  &(CpHashedIterator){container, size, position, left, Py_None, Py_None});
}

void rt_keep_entry(PyObject *iterator, PyObject *key, PyObject *value) {
    cp_keep_entry(iterator, key, value);
}

i64 rt_next_key(PyObject *dict, i64 size, i64 position, i64 left, PyObject **results) {
    PyObject *value;
    i64 next = cp_next_entry(dict, size, position, left, &results[0], &value);
    if (next > 0) Py_INCREF(results[0]);
    return next;
}

i64 rt_next_value(PyObject *dict, i64 size, i64 position, i64 left, PyObject **results) {
    PyObject *key;
    i64 next = cp_next_entry(dict, size, position, left, &key, &results[0]);
    if (next > 0) Py_INCREF(results[0]);
    return next;
}

i64 rt_next_entry(PyObject *dict, i64 size, i64 position, i64 left, PyObject **results) {
    i64 next = cp_next_entry(dict, size, position, left, &results[0], &results[1]);
    if (next <= 0) return next;
    Py_INCREF(results[0]);
    Py_INCREF(results[1]);
    return next;
}

i64 rt_next_member(PyObject *set, i64 size, i64 position, i64 left, PyObject **results) {
    i64 next = cp_next_member(set, size, position, left, &results[0]);
    if (next > 0) Py_INCREF(results[0]);
    return next;
}

static i64 range_parts(PyObject *iterator, PyObject **results) {
    i64 next, end, step;
    if (!cp_range_parts(iterator, &next, &end, &step)) return -1;
    put_number(&results[0], next);
    put_number(&results[1], end);
    put_number(&results[2], step);
    return 1;
}

i64 rt_take_inner_range(PyObject *object, i64 place, PyObject **results) {
    PyObject *last;
    return range_parts(cp_inner_iterator(object, place, &last), results);
}

i64 rt_range_parts(PyObject *range, PyObject **results) {
    PyObject *iterator = Py_TYPE(range) == &PyRange_Type ? PyRange_Type.tp_iter(range) : NULL;
    if (iterator == NULL) {
        PyErr_Clear(); /* there is no memory: it will be told again */
        return -1;
    }
    i64 found = range_parts(iterator, results);
    Py_DECREF(iterator);
    return found;
}

i64 rt_take_iterator(PyObject *iterator, PyObject *type, PyObject **results) {
    i64 index;
    PyObject *sequence = cp_iterator_sequence(iterator, (PyTypeObject *)type, &index);
    if (sequence == NULL) return -1;
    put_number(&results[0], index);
    results[1] = Py_NewRef(sequence);
    return 1;
}

i64 rt_go_quietly(PyObject **rest, i64 count, uint64_t consumed) {
    bool quietly = cp_end_quietly(rest, count);
    rt_drop_rest(rest, count, consumed);
    return quietly ? 1 : -1;
}

i64 rt_iter_over(PyObject *iterator) { return cp_is_over_unseen(iterator) ? 1 : -1; }

i64 rt_iter_end(PyThreadState *tstate, PyObject *iterator) {
    PyObject *item = Py_TYPE(iterator)->tp_iternext(iterator);
    if (item != NULL) Py_FatalError("dxpy: an exhausted iterator went on");
    return tstate->curexc_type == NULL ? 0 : -1;
}

/* --- dicts and sets --- */

i64 rt_dict_item(PyObject *dict, PyObject *key, i64 hint, PyObject **results) {
    PyObject *value = NULL;
    i64 found = cp_dict_find_at(dict, key, hint, &value);
    if (found <= 0) return -1;
    results[0] = Py_NewRef(value);
    return found;
}

i64 rt_dict_item_int(PyObject *dict, i64 key, i64 hint, PyObject **results) {
    PyObject *value = NULL;
    i64 found = cp_dict_find_int_at(dict, key, hint, &value);
    if (found <= 0) return -1;
    results[0] = Py_NewRef(value);
    return found;
}

i64 rt_dict_get(PyObject *dict, PyObject *key, PyObject *otherwise, PyObject **results) {
    PyObject *value = NULL;
    i64 found = cp_dict_find(dict, key, &value);
    if (found >= 0) results[0] = Py_NewRef(found ? value : otherwise);
    return found;
}

i64 rt_dict_get_int(PyObject *dict, i64 key, PyObject *otherwise, PyObject **results) {
    PyObject *value = NULL;
    i64 found = cp_dict_find_int(dict, key, &value);
    if (found >= 0) results[0] = Py_NewRef(found ? value : otherwise);
    return found;
}

i64 rt_dict_has(PyObject *dict, PyObject *key) {
    PyObject *value;
    return cp_dict_find(dict, key, &value);
}

i64 rt_dict_has_int(PyObject *dict, i64 key) {
    PyObject *value;
    return cp_dict_find_int(dict, key, &value);
}

i64 rt_dict_set(PyObject *dict, PyObject *key, PyObject *value, i64 hint) {
    return cp_dict_set(dict, key, value, hint);
}

i64 rt_dict_set_int(PyObject *dict, i64 key, PyObject *value, i64 hint) {
    return cp_dict_set_int(dict, key, value, hint);
}

static CpNumber number_of_bits(i64 bits, i64 is_float) {
    CpNumber number = {.is_float = is_float};
    memcpy(&number.integer, &bits, sizeof(bits)); /* or the double in its place */
    return number;
}

i64 rt_dict_put(PyObject *dict, PyObject *key, i64 bits, i64 is_float, i64 hint) {
    return cp_dict_put(dict, key, 0, number_of_bits(bits, is_float), hint);
}

i64 rt_dict_put_at_int(PyObject *dict, i64 key, i64 bits, i64 is_float, i64 hint) {
    return cp_dict_put(dict, NULL, key, number_of_bits(bits, is_float), hint);
}

i64 rt_own_dict_set(PyObject *owner, PyObject *name, PyObject *value, i64 hint) {
    PyObject *dict = *cp_managed_dict(owner);
    if (dict == NULL || !PyDict_CheckExact(dict)) return -1;
    return cp_dict_set(dict, name, value, hint);
}

i64 rt_own_lacks(PyObject *owner, PyObject *name) {
    PyObject *dict = *cp_managed_dict(owner), *value;
    if (*cp_values(owner) != NULL) return cp_keys_find(cp_shared_keys(Py_TYPE(owner)), name) < 0;
    return dict == NULL || (PyDict_CheckExact(dict) && cp_dict_find(dict, name, &value) == 0);
}

i64 rt_dict_setdefault(PyObject *dict, PyObject *key, PyObject *otherwise, PyObject **results) {
    PyObject *value = otherwise;
    i64 found = cp_dict_find(dict, key, &value);
    if (found == 0) found = cp_dict_set(dict, key, otherwise, 0);
    if (found > 0) results[0] = Py_NewRef(value);
    return found;
}

i64 rt_dict_pop(PyObject *dict, PyObject *key, PyObject *otherwise, PyObject **results) {
    PyObject *value = NULL;
    i64 found = cp_dict_find(dict, key, &value);
    if (found < 0 || (found == 0 && otherwise == NULL)) return -1;
    results[0] = found ? _PyDict_Pop(dict, key, NULL) : Py_NewRef(otherwise);
    if (results[0] != NULL) return 1;
    PyErr_Clear();
    return -1;
}

i64 rt_dict_like_item(PyObject *dict, PyObject *key, PyObject **results) {
    return cp_dict_like_item(dict, key, results);
}

i64 rt_dict_like_has(PyObject *dict, PyObject *key) { return cp_dict_like_has(dict, key); }

i64 rt_dict_like_set(PyObject *dict, PyObject *key, PyObject *value, i64 hint) {
    return cp_dict_like_set(dict, key, value, hint);
}

/* Parts of a key that is a tuple nobody made; the third may be NULL. */
#define PARTS(a, b, c) (PyObject *[]){a, b, c}, 2 + ((c) != NULL)

i64 rt_dict_item_parts(PyObject *dict, PyObject *a, PyObject *b, PyObject *c, i64 hint, PyObject **results) {
    PyObject *value = NULL;
    i64 found = cp_dict_find_parts_at(dict, PARTS(a, b, c), hint, &value);
    if (found <= 0) return -1;
    results[0] = Py_NewRef(value);
    return found;
}

i64 rt_dict_get_parts(PyObject *dict, PyObject *otherwise, PyObject *a, PyObject *b, PyObject *c,
                      PyObject **results) {
    PyObject *value = NULL;
    i64 found = cp_dict_find_parts(dict, PARTS(a, b, c), &value);
    if (found >= 0) results[0] = Py_NewRef(found ? value : otherwise);
    return found;
}

i64 rt_dict_has_parts(PyObject *dict, PyObject *a, PyObject *b, PyObject *c) {
    PyObject *value;
    return cp_dict_find_parts(dict, PARTS(a, b, c), &value);
}

i64 rt_dict_set_parts(PyObject *dict, PyObject *value, PyObject *a, PyObject *b, PyObject *c, i64 hint) {
    return cp_dict_set_parts(dict, PARTS(a, b, c), value, hint);
}

i64 rt_set_has_parts(PyObject *set, PyObject *a, PyObject *b, PyObject *c) {
    return cp_set_find_parts(set, PARTS(a, b, c));
}

i64 rt_set_put_parts(PyObject *set, PyObject *a, PyObject *b, PyObject *c) {
    return cp_set_change_parts(set, PARTS(a, b, c), true);
}

i64 rt_set_discard_parts(PyObject *set, PyObject *a, PyObject *b, PyObject *c) {
    return cp_set_change_parts(set, PARTS(a, b, c), false);
}

i64 rt_quiet_has(PyObject *container, PyObject *item) {
    PyTypeObject *type = Py_TYPE(container);
    if (type == &PyList_Type || type == &PyTuple_Type) return cp_sequence_find(container, item);
    if (type == &PyDict_Type) {
        i64 found = rt_dict_has(container, item);
        return found > 0 ? 1 : found;
    }
    if (type == &PySet_Type || type == &PyFrozenSet_Type) return cp_set_find(container, item);
    if (type == &PyUnicode_Type) return PyUnicode_CheckExact(item) ? rt_str_has(container, item) : -1;
    return cp_dict_like_has(container, item);
}

i64 rt_sequence_has(PyObject *sequence, PyObject *item) { return cp_sequence_find(sequence, item); }
i64 rt_set_has(PyObject *set, PyObject *key) { return cp_set_find(set, key); }
i64 rt_set_put(PyObject *set, PyObject *key) { return cp_set_change(set, key, true); }
i64 rt_set_discard(PyObject *set, PyObject *key) { return cp_set_change(set, key, false); }

/* --- str --- */

static PyObject
    *characters[256]; // CPython's own single characters: static objects, one process has them once

void *rt_small_ints(void) { return cp_small_ints(); }

PyObject **rt_characters(void) {
    for (int code = 0; characters[255] == NULL && code < 256; code++)
        characters[code] = PyUnicode_FromOrdinal(code);
    return characters;
}

i64 rt_str_affix(PyObject *text, PyObject *affix, i64 start, i64 end) {
    if (!PyUnicode_IS_READY(text) || !PyUnicode_IS_READY(affix)) return -1;
    return PyUnicode_Tailmatch(text, affix, start, PY_SSIZE_T_MAX, end ? 1 : -1);
}

i64 rt_str_has(PyObject *container, PyObject *item) {
    i64 found = PyUnicode_Contains(container, item);
    if (found < 0) PyErr_Clear();
    return found;
}

i64 rt_str_order(PyObject *a, PyObject *b) {
    if (a == b) return 0;
    if (PyUnicode_IS_COMPACT_ASCII(a) && PyUnicode_IS_COMPACT_ASCII(b)) {
        Py_ssize_t size = PyUnicode_GET_LENGTH(a), other = PyUnicode_GET_LENGTH(b);
        const Py_UCS1 *one = PyUnicode_1BYTE_DATA(a), *two = PyUnicode_1BYTE_DATA(b);
        if (size > 0 && other > 0 && *one != *two) return *one < *two ? -1 : 1;
        int order = memcmp(one, two, (size_t)(size < other ? size : other));
        return order != 0 ? order : size < other ? -1 : size > other;
    }
    int order = PyUnicode_Compare(a, b);
    if (order == -1 && PyErr_Occurred()) PyErr_Clear(); /* no memory to make one ready */
    return order;
}

i64 rt_str_find(PyObject *text, PyObject *part, i64 from_right) {
    if (!PyUnicode_IS_READY(text) || !PyUnicode_IS_READY(part)) return -2;
    i64 found = PyUnicode_Find(text, part, 0, PY_SSIZE_T_MAX, from_right ? -1 : 1);
    if (found < -1) PyErr_Clear();
    return found < -1 ? -2 : found;
}

i64 rt_str_count(PyObject *text, PyObject *part) {
    i64 count = PyUnicode_Count(text, part, 0, PY_SSIZE_T_MAX);
    if (count < 0) PyErr_Clear();
    return count;
}

/* --- lists --- */

i64 rt_list_pop(PyObject *list, PyObject **results) {
    Py_ssize_t size = PyList_GET_SIZE(list) - 1;
    if (size < 0) return -1;
    results[0] = PyList_GET_ITEM(list, size);
    return cp_list_cut((PyListObject *)list, size) ? 1 : -1;
}

i64 rt_deque_append(PyObject *deque, PyObject *value, i64 left) {
    return cp_deque_append(deque, value, left);
}

i64 rt_deque_pop(PyObject *deque, i64 left, PyObject **results) { return cp_deque_pop(deque, left, results); }

/* Of what the numbers and str among the items are, without code. -1: it is none of these. */
static inline i64 comes_before(PyObject *a, PyObject *b, int op) {
    i64 one, other;
    if (PyLong_CheckExact(a) && PyLong_CheckExact(b) && rt_digit_int(a, &one) && rt_digit_int(b, &other))
        return op == Py_LT ? one < other : one > other;
    if (PyFloat_CheckExact(a) && PyFloat_CheckExact(b))
        return op == Py_LT ? PyFloat_AS_DOUBLE(a) < PyFloat_AS_DOUBLE(b)
                           : PyFloat_AS_DOUBLE(a) > PyFloat_AS_DOUBLE(b);
    bool text = PyUnicode_CheckExact(a) && PyUnicode_CheckExact(b);
    bool numbers =
        (PyLong_CheckExact(a) || PyFloat_CheckExact(a)) && (PyLong_CheckExact(b) || PyFloat_CheckExact(b));
    if (!text && !numbers) return -1;
    i64 before = PyObject_RichCompareBool(a, b, op);
    if (before < 0) PyErr_Clear();
    return before;
}

i64 rt_extreme_of_two(PyObject *first, PyObject *second, i64 greatest, PyObject **results) {
    i64 before = comes_before(second, first, greatest ? Py_GT : Py_LT);
    if (before < 0) return -1;
    results[0] = Py_NewRef(before ? second : first);
    return 1;
}

i64 rt_further_of(PyObject *best, PyObject *item, i64 greatest, PyObject **results) {
    if (best != Py_None) return rt_extreme_of_two(best, item, greatest, results);
    if (!PyLong_CheckExact(item) && !PyFloat_CheckExact(item) && !PyUnicode_CheckExact(item)) return -1;
    results[0] = Py_NewRef(item);
    return 1;
}

PyObject *rt_list_of(PyObject *items) { return PySequence_List(items); }
PyObject *rt_tuple_of(PyObject *items) { return PySequence_Tuple(items); }

i64 rt_extreme_of(PyObject *sequence, i64 greatest, PyObject **results) {
    bool is_sequence = PyList_CheckExact(sequence) || PyTuple_CheckExact(sequence);
    Py_ssize_t size = is_sequence ? PySequence_Fast_GET_SIZE(sequence) : 0;
    if (size == 0) return -1;
    PyObject **items = PySequence_Fast_ITEMS(sequence), *best = items[0];
    for (Py_ssize_t i = 1; i < size; i++) {
        i64 before = comes_before(items[i], best, greatest ? Py_GT : Py_LT);
        if (before < 0) return -1;
        if (before) best = items[i];
    }
    results[0] = Py_NewRef(best);
    return 1;
}

/* Ints one by one as long as their sum fits: where it ends; -1: at something else. */
static Py_ssize_t sum_of_ints(PyObject **items, Py_ssize_t size, i64 *sum) {
    Py_ssize_t i = 0;
    for (; i < size; i++) {
        int overflow;
        if (!PyLong_CheckExact(items[i]) && !PyBool_Check(items[i])) return i;
        i64 item;
        overflow = 0;
        if (!rt_digit_int(items[i], &item)) item = PyLong_AsLongAndOverflow(items[i], &overflow);
        if (overflow || __builtin_add_overflow(*sum, item, sum)) return i;
    }
    return i;
}

/* What is left: floats and ints to a float, as `sum` adds them. False: at something else. */
static bool sum_of_floats(PyObject **items, Py_ssize_t size, double *sum) {
    for (Py_ssize_t i = 0; i < size; i++) {
        int overflow = 0;
        if (PyFloat_CheckExact(items[i])) {
            *sum += PyFloat_AS_DOUBLE(items[i]);
            continue;
        }
        if (!PyLong_CheckExact(items[i]) && !PyBool_Check(items[i])) return false;
        *sum += (double)PyLong_AsLongAndOverflow(items[i], &overflow);
        if (overflow) return false;
    }
    return true;
}

i64 rt_sum_of(PyObject *sequence, PyObject **results) {
    bool is_sequence = PyList_CheckExact(sequence) || PyTuple_CheckExact(sequence);
    if (!is_sequence) return -1;
    Py_ssize_t size = PySequence_Fast_GET_SIZE(sequence);
    PyObject **items = PySequence_Fast_ITEMS(sequence);
    i64 integer = 0;
    Py_ssize_t done = sum_of_ints(items, size, &integer);
    if (done == size) return made(PyLong_FromLongLong(integer), results);
    if (!PyFloat_CheckExact(items[done])) return -1;
    double sum = (double)integer;
    return sum_of_floats(items + done, size - done, &sum) ? made(PyFloat_FromDouble(sum), results) : -1;
}

PyObject *rt_slice(PyObject *sequence, i64 start, i64 stop) {
    bool is_str = PyUnicode_CheckExact(sequence);
    if (is_str && PyUnicode_READY(sequence) < 0) return NULL;
    Py_ssize_t size = is_str ? PyUnicode_GET_LENGTH(sequence) : Py_SIZE(sequence), first = start, last = stop;
    Py_ssize_t count = PySlice_AdjustIndices(size, &first, &last, 1);
    if (is_str) return PyUnicode_Substring(sequence, first, first + count);
    if (PyList_CheckExact(sequence)) return PyList_GetSlice(sequence, first, first + count);
    if (PyTuple_CheckExact(sequence)) return PyTuple_GetSlice(sequence, first, first + count);
    if (PyByteArray_CheckExact(sequence))
        return PyByteArray_FromStringAndSize(PyByteArray_AS_STRING(sequence) + first, count);
    if (count == size) return Py_NewRef(sequence);
    return PyBytes_FromStringAndSize(PyBytes_AS_STRING(sequence) + first, count);
}

/* How many items a slice has; its bounds as indices. */
static inline Py_ssize_t adjust(Py_ssize_t size, Py_ssize_t *start, Py_ssize_t *stop, i64 step) {
    bool inside = *start >= 0 && *start < size && *stop >= 0 && *stop <= size;
    if (inside && step == 1) return *stop > *start ? *stop - *start : 0;
    return PySlice_AdjustIndices(size, start, stop, step);
}

/* Of text whose characters are a byte each. */
static PyObject *slice_of_ascii(PyObject *text, i64 start, i64 stop, i64 step) {
    Py_ssize_t first = start, last = stop;
    Py_ssize_t count = adjust(PyUnicode_GET_LENGTH(text), &first, &last, step);
    if (step == 1) return PyUnicode_Substring(text, first, first + count);
    PyObject *result = PyUnicode_New(count, 127);
    if (result == NULL) return NULL;
    const Py_UCS1 *from = PyUnicode_1BYTE_DATA(text);
    Py_UCS1 *to = PyUnicode_1BYTE_DATA(result);
    for (Py_ssize_t i = 0; i < count; i++) to[i] = from[first + i * step];
    return result;
}

/* Of other text and of bytes the type's own way, which is asked for nothing but ints. */
static PyObject *slice_of_text(PyObject *sequence, i64 start, i64 stop, i64 step) {
    PyObject *bounds[3] = {PyLong_FromLongLong(start), PyLong_FromLongLong(stop), PyLong_FromLongLong(step)};
    PyObject *slice = NULL, *result = NULL;
    if (bounds[0] != NULL && bounds[1] != NULL && bounds[2] != NULL)
        slice = PySlice_New(bounds[0], bounds[1], bounds[2]);
    for (int i = 0; i < 3; i++) Py_XDECREF(bounds[i]);
    if (slice != NULL) result = PyObject_GetItem(sequence, slice);
    Py_XDECREF(slice);
    return result;
}

PyObject *rt_slice_by(PyObject *sequence, i64 start, i64 stop, i64 step) {
    bool list = PyList_CheckExact(sequence);
    if (step < -PY_SSIZE_T_MAX) step = -PY_SSIZE_T_MAX;
    if (PyUnicode_CheckExact(sequence) && PyUnicode_IS_COMPACT_ASCII(sequence))
        return slice_of_ascii(sequence, start, stop, step);
    if (!list && !PyTuple_CheckExact(sequence)) return slice_of_text(sequence, start, stop, step);
    Py_ssize_t size = Py_SIZE(sequence), first = start, last = stop;
    Py_ssize_t count = adjust(size, &first, &last, step);
    if (!list && step == 1 && count == size) return Py_NewRef(sequence);
    PyObject *result = list ? rt_new_list(count) : PyTuple_New(count);
    if (result == NULL) return NULL;
    PyObject **from = PySequence_Fast_ITEMS(sequence), **to = PySequence_Fast_ITEMS(result);
    for (Py_ssize_t i = 0; i < count; i++) to[i] = Py_NewRef(from[first + i * step]);
    return result;
}

/* What is replaced must go without running code, also where one object is there several times. */
i64 rt_set_slice(PyObject *list, i64 start, i64 stop, PyObject *items) {
    if (items == list || (!PyList_CheckExact(items) && !PyTuple_CheckExact(items))) return -1;
    Py_ssize_t first = start, last = stop, given = Py_SIZE(items);
    Py_ssize_t count = adjust(PyList_GET_SIZE(list), &first, &last, 1);
    PyObject **to = PySequence_Fast_ITEMS(list) + first, **from = PySequence_Fast_ITEMS(items);
    for (Py_ssize_t i = 0; i < count; i++)
        if (Py_REFCNT(to[i]) <= count && !rt_ends_quietly(to[i])) return -1;
    if (given != count) {
        if (PyList_SetSlice(list, first, first + count, items) == 0) return 1;
        PyErr_Clear(); /* no memory: the interpreter will find that out by itself */
        return -1;
    }
    for (Py_ssize_t i = 0; i < count; i++) {
        PyObject *old = to[i];
        to[i] = Py_NewRef(from[i]);
        Py_DECREF(old);
    }
    return 1;
}

/* The items of a list that goes, or that others hold too. */
static void hand_over(PyObject *list_steal, PyObject **to) {
    Py_ssize_t count = PyList_GET_SIZE(list_steal);
    PyObject **from = PySequence_Fast_ITEMS(list_steal);
    if (count > 0 && Py_REFCNT(list_steal) == 1) {
        memcpy(to, from, sizeof(PyObject *) * (size_t)count);
        Py_SET_SIZE((PyListObject *)list_steal, 0);
    } else {
        for (Py_ssize_t i = 0; i < count; i++) to[i] = Py_NewRef(from[i]);
    }
    Py_DECREF(list_steal);
}

/* A list that nobody else holds gets room for so many items, which it does not have yet. False: it has not.
 */
static bool has_grown(PyListObject *list, Py_ssize_t count) {
    if (Py_REFCNT(list) != 1 || count > PY_SSIZE_T_MAX / (Py_ssize_t)sizeof(PyObject *)) return false;
    if (count == list->allocated) return true;
    PyObject **items = PyMem_Realloc(list->ob_item, sizeof(PyObject *) * (size_t)count);
    if (items == NULL) return false;
    list->ob_item = items;
    list->allocated = count;
    return true;
}

PyObject *rt_list_concat(PyObject *a_steal, PyObject *b_steal) {
    Py_ssize_t first = PyList_GET_SIZE(a_steal), count = first + PyList_GET_SIZE(b_steal);
    if (count > first && a_steal != b_steal && has_grown((PyListObject *)a_steal, count)) {
        hand_over(b_steal, PySequence_Fast_ITEMS(a_steal) + first);
        Py_SET_SIZE((PyListObject *)a_steal, count);
        return a_steal;
    }
    PyObject *list = rt_new_list(count);
    if (list == NULL) {
        Py_DECREF(a_steal);
        Py_DECREF(b_steal);
        return NULL;
    }
    PyObject **items = PySequence_Fast_ITEMS(list);
    hand_over(a_steal, items);
    hand_over(b_steal, items + first);
    return list;
}

/* --- any object --- */

i64 rt_size(PyObject *object) {
    i64 length;
    return rt_special_length(object, &length) ? length : PyObject_Size(object);
}

i64 rt_abs_of(PyObject *object, PyObject **results) {
    if (PyFloat_CheckExact(object)) return made(PyFloat_FromDouble(fabs(PyFloat_AS_DOUBLE(object))), results);
    return PyLong_CheckExact(object) || PyComplex_CheckExact(object)
               ? made(PyNumber_Absolute(object), results)
               : -1;
}

i64 rt_int_of(PyObject *object, PyObject **results) {
    if (PyLong_CheckExact(object)) return made(Py_NewRef(object), results);
    if (PyFloat_CheckExact(object)) return made(PyLong_FromDouble(PyFloat_AS_DOUBLE(object)), results);
    i64 number;
    if (!PyUnicode_CheckExact(object)) return -1;
    return made(rt_int_in_text(object, &number) ? PyLong_FromLongLong(number)
                                                : PyLong_FromUnicodeObject(object, 10),
                results);
}

i64 rt_str_of(PyObject *object, PyObject **results) {
    bool is_plain = PyLong_CheckExact(object) || PyFloat_CheckExact(object) || PyUnicode_CheckExact(object) ||
                    PyBool_Check(object) || object == Py_None;
    return is_plain ? made(PyObject_Str(object), results) : -1;
}

i64 rt_str_of_int(PyThreadState *tstate, i64 number, PyObject **results) {
    enum { MOST_DIGITS = 20 };
    char text[MOST_DIGITS + 1], *first = text + sizeof(text);
    uint64_t rest = number < 0 ? -(uint64_t)number : (uint64_t)number;
    if (!cp_may_recurse(tstate)) return -1; /* PyObject_Str asks for a level */
    do *--first = (char)('0' + rest % 10);
    while ((rest /= 10) > 0);
    if (number < 0) *--first = '-';
    Py_ssize_t size = text + sizeof(text) - first;
    PyObject *result = PyUnicode_New(size, 127);
    if (result != NULL) memcpy(PyUnicode_1BYTE_DATA(result), first, (size_t)size);
    return made(result, results);
}

PyObject *rt_type_of(PyObject *object) { return Py_NewRef(Py_TYPE(object)); }

i64 rt_float_of(PyObject *object, PyObject **results) {
    if (PyFloat_CheckExact(object)) return made(Py_NewRef(object), results);
    if (PyLong_CheckExact(object)) return made(PyNumber_Float(object), results);
    double number;
    if (!PyUnicode_CheckExact(object)) return -1;
    return made(rt_float_in_text(object, &number) ? PyFloat_FromDouble(number) : PyFloat_FromString(object),
                results);
}

i64 rt_is_plain(PyObject *object) {
    const PyTypeObject *type = Py_TYPE(object);
    return type == &PyLong_Type || type == &PyFloat_Type || type == &PyUnicode_Type || type == &PyBool_Type ||
           type == &PyBytes_Type || object == Py_None;
}

i64 rt_is_plain_or_items(PyObject *object) {
    return PyList_CheckExact(object) || PyTuple_CheckExact(object) || rt_is_plain(object);
}

PyObject *rt_method(const char *type, const char *name) {
#define TYPE(row, expression, result, quiet)                                                                 \
    if (strcmp(type, #row) == 0) return PyDict_GetItemString((expression)->tp_dict, name);
#include "bytecode/builtins.def"
    Py_FatalError("dxpy: a method of a type without a row in builtins.def");
}

/* --- libm --- */

double rt_floor(double x) { return floor(x); }
double rt_ceil(double x) { return ceil(x); }
double rt_sqrt(double x) { return sqrt(x); }
double rt_hypot(double x, double y) { return hypot(x, y); }

/* Squares and roots are most of the powers there are. What libm's pow gives is less than 0.55 units of the
 * last place off the true result, so that it is the nearest number where that is less than 0.4 units off:
 * then it need not be called, and neither difference is out of a double's range for these. */
#define LEAST_BASE 1e-140
#define MOST_BASE  1e+140
#define CLEARLY    0.4

static inline double unit_of_last_place(double x) {
    uint64_t bits;
    memcpy(&bits, &x, sizeof(bits));
    bits &= UINT64_C(0x7ff) << 52;
    memcpy(&x, &bits, sizeof(bits));
    return x * DBL_EPSILON;
}

double rt_pow(double x, double y) {
    double size = fabs(x);
    if (size > LEAST_BASE && size < MOST_BASE) {
        if (y == 2.0) {
            double square = x * x;
            if (fabs(fma(x, x, -square)) < CLEARLY * unit_of_last_place(square)) return square;
        } else if (y == 0.5 && x > 0) {
            double root = sqrt(x);
            if (fabs(fma(-root, root, x)) < CLEARLY * unit_of_last_place(root) * 2 * root) return root;
        }
    }
    return pow(x, y);
}

/* The rest has the divisor's sign, a rest of 0 as well. */
double rt_float_rest(double x, double y) {
    double rest = fmod(x, y);
    if (rest == 0) return copysign(0, y);
    return (rest < 0) == (y < 0) ? rest : rest + y;
}

double rt_float_floor(double x, double y) {
    double rest = fmod(x, y), quotient = (x - rest) / y;
    if (rest != 0 && (rest < 0) != (y < 0)) quotient -= 1;
    if (quotient == 0) return copysign(0, x / y);
    double whole = floor(quotient);
    return quotient - whole > 0.5 ? whole + 1 : whole; /* it was rounded */
}

double rt_sin(double x) { return sin(x); }
double rt_cos(double x) { return cos(x); }
double rt_tan(double x) { return tan(x); }
double rt_atan(double x) { return atan(x); }
double rt_exp(double x) { return exp(x); }
double rt_log(double x) { return x > 0 ? log(x) : NAN; }
