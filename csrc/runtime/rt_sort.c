/* sorted, list.sort, and min and max with a key, as compiled code calls them: functions with keys are entered
 * at once, and keys that nobody's code is asked to compare are sorted here. All else is left to CPython's own
 * functions. */
#include "runtime/rt.h"

#include <string.h>

#include "cpython/library.h"
#include "cpython/order.h"

enum { LEVELS_OF_COMPARING = 8 }; /* of recursion that comparing items may take in CPython */
static const char CALLING[] = " while calling a Python object";

/* What is given by name. False: there is more to it. */
typedef struct Wanted {
    PyObject *key;       // borrowed; NULL: there is none
    PyObject *otherwise; // likewise: what min and max give where there is nothing
    bool reverse;
} Wanted;

static bool is_named(PyObject *name, const char *text) {
    Py_ssize_t length = (Py_ssize_t)strlen(text);
    return PyUnicode_GET_LENGTH(name) == length && PyUnicode_IS_COMPACT_ASCII(name) &&
           memcmp(PyUnicode_1BYTE_DATA(name), text, (size_t)length) == 0;
}

static bool read_names(PyObject *const *values, PyObject *names, Wanted *wanted, bool sorts) {
    *wanted = (Wanted){0};
    for (Py_ssize_t i = 0; names != NULL && i < PyTuple_GET_SIZE(names); i++) {
        PyObject *name = PyTuple_GET_ITEM(names, i);
        if (is_named(name, "key")) wanted->key = values[i] != Py_None ? values[i] : NULL;
        else if (sorts && is_named(name, "reverse") && PyBool_Check(values[i]))
            wanted->reverse = values[i] == Py_True;
        else if (!sorts && is_named(name, "default")) wanted->otherwise = values[i];
        else return false;
    }
    return true;
}

/* --- lists --- */

/* Puts items in the order of their keys. False: nothing was done. */
static bool put_in_order(PyObject **items, PyObject *const *keys, Py_ssize_t count, bool reverse) {
    return PyThreadState_Get()->recursion_remaining >= LEVELS_OF_COMPARING &&
           cp_sort(items, keys, count, reverse);
}

/* Keys that are there already, for a sort that asks for them one by one. */
typedef struct Keys {
    PyObject **keys;
    Py_ssize_t next, count;
} Keys;

static PyObject *give_key(PyObject *capsule, PyObject *item) {
    (void)item;
    Keys *keys = PyCapsule_GetPointer(capsule, NULL);
    PyObject *key = keys->keys[keys->next];
    keys->keys[keys->next++] = NULL;
    return key;
}

static PyMethodDef giving_keys = {"key", give_key, METH_O, NULL};

static PyObject *sort_as_cpython(PyObject *list, Keys *keys, bool reverse) {
    PyObject *capsule = PyCapsule_New(keys, NULL, NULL), *result = NULL;
    PyObject *function = capsule != NULL ? PyCFunction_New(&giving_keys, capsule) : NULL;
    PyObject *names = function != NULL ? Py_BuildValue("(ss)", "key", "reverse") : NULL;
    if (names != NULL) {
        PyObject *values[] = {function, reverse ? Py_True : Py_False};
        result = cp_theirs(CP_LIST_SORT)(list, values, 0, names);
    }
    Py_XDECREF(names);
    Py_XDECREF(function);
    Py_XDECREF(capsule);
    return result;
}

/* While keys are made the list is empty for all who look. */
typedef struct Hidden {
    PyObject **items;
    Py_ssize_t count, room;
} Hidden;

static Hidden hide_items(PyListObject *list) {
    Hidden hidden = {list->ob_item, Py_SIZE(list), list->allocated};
    list->ob_item = NULL;
    list->allocated = -1; /* who puts something in changes it */
    Py_SET_SIZE(list, 0);
    return hidden;
}

/* Gives what was put in meanwhile. */
static Hidden show_items(PyListObject *list, Hidden hidden) {
    Hidden between = {list->ob_item, Py_SIZE(list), list->allocated};
    list->ob_item = hidden.items;
    list->allocated = hidden.room;
    Py_SET_SIZE(list, hidden.count);
    return between;
}

static bool make_keys(PyThreadState *tstate, PyObject *function, PyObject **items, Keys *made) {
    for (Py_ssize_t i = 0; i < made->count; i++) {
        made->keys[i] = rt_call_borrowed(tstate, function, &items[i], 1);
        if (made->keys[i] != NULL) continue;
        while (i-- > 0) Py_DECREF(made->keys[i]);
        return false;
    }
    return true;
}

static PyObject *sort_by(PyListObject *list, PyObject *function, bool reverse) {
    Keys keys = {PyMem_New(PyObject *, Py_SIZE(list) + 1), 0, Py_SIZE(list)};
    if (keys.keys == NULL) return PyErr_NoMemory();
    Hidden hidden = hide_items(list), between = {NULL};
    bool made = make_keys(PyThreadState_Get(), function, hidden.items, &keys), changed = false;
    PyObject *result = NULL;
    if (made && put_in_order(hidden.items, keys.keys, keys.count, reverse)) {
        for (Py_ssize_t i = 0; i < keys.count; i++) Py_DECREF(keys.keys[i]);
        changed = list->allocated != -1;
        between = show_items(list, hidden);
        if (!changed) result = Py_NewRef(Py_None);
    } else {
        changed = list->allocated != -1;
        between = show_items(list, hidden);
        if (made) {
            result = sort_as_cpython((PyObject *)list, &keys, reverse);
            for (Py_ssize_t i = 0; i < keys.count; i++) Py_XDECREF(keys.keys[i]);
        }
    }
    if (changed && made && (result != NULL || !PyErr_Occurred())) {
        Py_CLEAR(result);
        PyErr_SetString(PyExc_ValueError, "list modified during sort");
    }
    while (between.items != NULL && between.count-- > 0) Py_XDECREF(between.items[between.count]);
    PyMem_Free(between.items);
    PyMem_Free(keys.keys);
    return result;
}

PyObject *rt_list_sort(PyObject *list, PyObject *const *args, Py_ssize_t count, PyObject *names) {
    Wanted wanted;
    if (count == 0 && read_names(args, names, &wanted, true)) {
        PyListObject *of = (PyListObject *)list;
        if (wanted.key != NULL) return sort_by(of, wanted.key, wanted.reverse);
        if (put_in_order(of->ob_item, of->ob_item, Py_SIZE(list), wanted.reverse)) Py_RETURN_NONE;
    }
    return cp_theirs(CP_LIST_SORT)(list, args, count, names);
}

enum { FEW_CHARACTERS = 64 };

static void sort_few(unsigned char *codes, Py_ssize_t count) {
    for (Py_ssize_t i = 1; i < count; i++) {
        unsigned char code = codes[i];
        Py_ssize_t at = i;
        for (; at > 0 && codes[at - 1] > code; at--) codes[at] = codes[at - 1];
        codes[at] = code;
    }
}

static void sort_many(unsigned char *codes, Py_ssize_t count) {
    Py_ssize_t counts[256] = {0};
    for (Py_ssize_t i = 0; i < count; i++) counts[codes[i]]++;
    for (int code = 0; code < 256; codes += counts[code++]) memset(codes, code, (size_t)counts[code]);
}

/* A list of the characters of a str in their order: all are below 256. NULL: nothing was done. */
static PyObject *sorted_characters(PyObject *text, bool reverse) {
    if (!PyUnicode_CheckExact(text) || !PyUnicode_IS_READY(text) ||
        PyUnicode_KIND(text) != PyUnicode_1BYTE_KIND)
        return NULL;
    Py_ssize_t count = PyUnicode_GET_LENGTH(text);
    unsigned char few[FEW_CHARACTERS], *codes = count <= FEW_CHARACTERS ? few : PyMem_Malloc((size_t)count);
    PyObject *list = codes != NULL ? rt_new_list_of_iterator(count, count) : NULL;
    if (list == NULL) PyErr_Clear();
    else {
        memcpy(codes, PyUnicode_1BYTE_DATA(text), (size_t)count);
        (count <= FEW_CHARACTERS ? sort_few : sort_many)(codes, count);
        for (Py_ssize_t i = 0; i < count; i++)
            PyList_SET_ITEM(list, i, Py_NewRef(rt_characters()[codes[reverse ? count - 1 - i : i]]));
    }
    if (codes != few) PyMem_Free(codes);
    return list;
}

PyObject *rt_sorted(PyObject *self, PyObject *const *args, Py_ssize_t count, PyObject *names) {
    Wanted wanted;
    if (count != 1 || !read_names(args + 1, names, &wanted, true))
        return cp_theirs(CP_SORTED)(self, args, count, names);
    PyThreadState *tstate = PyThreadState_Get();
    bool may_compare = wanted.key == NULL && tstate->recursion_remaining > LEVELS_OF_COMPARING;
    PyObject *list = may_compare ? sorted_characters(args[0], wanted.reverse) : NULL, *none = NULL;
    if (list != NULL) return list;
    list = PySequence_List(args[0]);
    if (list != NULL && cp_enter_recursive(tstate, CALLING)) { /* CPython calls the list's method */
        none = rt_list_sort(list, args + 1, 0, names);
        cp_leave_recursive(tstate);
    }
    if (none == NULL) Py_CLEAR(list);
    Py_XDECREF(none);
    return list;
}

/* --- min and max --- */

/* 1: the key is further out than the best one, 0: it is not, -1: raised. */
static int is_further(PyObject *key, PyObject *best, bool greatest) {
    int order = cp_order_of(key, best);
    if (order == ORDER_UNKNOWN) return PyObject_RichCompareBool(key, best, greatest ? Py_GT : Py_LT);
    return greatest ? order > 0 : order < 0;
}

/* What an iterator has that is furthest out by its key, if there is a function for it; NULL: an error, or
 * there is nothing. */
static PyObject *furthest(PyThreadState *tstate, PyObject *iterator, PyObject *function, bool greatest) {
    PyObject *best = NULL, *best_key = NULL, *item;
    while ((item = Py_TYPE(iterator)->tp_iternext(iterator)) != NULL) {
        PyObject *key = function == NULL ? Py_NewRef(item) : rt_call_borrowed(tstate, function, &item, 1);
        int further = key == NULL ? -1 : best == NULL ? 1 : is_further(key, best_key, greatest);
        if (further > 0) {
            Py_XDECREF(best_key);
            Py_XDECREF(best);
            best_key = key;
            best = item;
            continue;
        }
        if (further < 0) {
            Py_XDECREF(key);
            Py_DECREF(item);
            break;
        }
        Py_DECREF(item);
        Py_DECREF(key);
    }
    if (PyErr_Occurred() && PyErr_ExceptionMatches(PyExc_StopIteration) && item == NULL) PyErr_Clear();
    Py_XDECREF(best_key);
    if (PyErr_Occurred()) Py_CLEAR(best);
    return best;
}

/* With a key, what to give for nothing, or both by name. False: nothing was done. */
static bool find_furthest(PyThreadState *tstate, PyObject *const *args, Py_ssize_t count, PyObject *names,
                          bool greatest, PyObject **result) {
    Wanted wanted;
    if (count != 1 || !read_names(args + 1, names, &wanted, false)) return false;
    *result = NULL;
    if (!cp_enter_recursive(tstate, CALLING)) return true;
    PyObject *iterator = PyObject_GetIter(args[0]);
    if (iterator != NULL) *result = furthest(tstate, iterator, wanted.key, greatest);
    if (*result == NULL && wanted.otherwise != NULL && !PyErr_Occurred())
        *result = Py_NewRef(wanted.otherwise);
    if (*result == NULL && !PyErr_Occurred())
        PyErr_Format(PyExc_ValueError, "%s() arg is an empty sequence", greatest ? "max" : "min");
    Py_XDECREF(iterator);
    cp_leave_recursive(tstate);
    return true;
}

bool rt_call_replaced(PyThreadState *tstate, PyObject *callable, PyObject *const *args, i64 count,
                      PyObject *names, PyObject **result) {
    if (Py_IS_TYPE(callable, &PyMethodDescr_Type)) {
        PyCFunction method = ((PyMethodDescrObject *)callable)->d_method->ml_meth;
        if (cp_replaced(method) != CP_LIST_SORT || count == 0 || !PyList_Check(args[0])) return false;
        *result = rt_list_sort(args[0], args + 1, count - 1, names);
        return true;
    }
    if (!Py_IS_TYPE(callable, &PyCFunction_Type)) return false;
    PyObject *self = PyCFunction_GET_SELF(callable);
    CpReplaced which = cp_replaced(PyCFunction_GET_FUNCTION(callable));
    if (which == CP_MIN || which == CP_MAX)
        return find_furthest(tstate, args, count, names, which == CP_MAX, result);
    if (which != CP_SORTED && which != CP_LIST_SORT) return false;
    *result = (which == CP_SORTED ? rt_sorted : rt_list_sort)(self, args, count, names);
    return true;
}

void rt_prepare_replaced(void) {
    const PyCFunction ours[CP_REPLACED_COUNT] = {
        [CP_SORTED] = (PyCFunction)(void (*)(void))rt_sorted,
        [CP_LIST_SORT] = (PyCFunction)(void (*)(void))rt_list_sort,
        [CP_COUNT_ELEMENTS] = (PyCFunction)(void (*)(void))rt_count_elements,
    };
    cp_find_replaced(ours);
}
