/* C parts of the standard library. */
#ifndef DXPY_CPYTHON_LIBRARY_H
#define DXPY_CPYTHON_LIBRARY_H

#include "cpython/compat.h"

/* Functions and methods that compiled code calls others of ours in place of. */
typedef enum CpReplaced {
    CP_SORTED,
    CP_LIST_SORT,
    CP_MIN,
    CP_MAX,

    CP_COUNT_ELEMENTS,
    CP_REPLACED_COUNT
} CpReplaced;

/* Once, with ours by CpReplaced; NULL: it is called by name only. */
void cp_find_replaced(const PyCFunction *ours);

/* Which one a function of C is; CP_REPLACED_COUNT: none. */
CpReplaced cp_replaced(PyCFunction theirs);
PyCFunction cp_original(CpReplaced which);
typedef PyObject *(*CpKeywordFunction)(PyObject *, PyObject *const *, Py_ssize_t, PyObject *);
static inline CpKeywordFunction cp_theirs(CpReplaced which) {
    return (CpKeywordFunction)(void (*)(void))cp_original(which);
}
PyCFunction cp_replacement(PyCFunction theirs); /* NULL: there is none */

/* What a C function is known to do, beside how it is called. */
uint8_t cp_known_code(void *address);

/* Which item a field of a named tuple is, by what the class has under its name; -1: it is no field, or the
 * class is not made of tuple. */
int64_t cp_tuple_getter_index(PyTypeObject *type, PyObject *found);

/* Is a type the one of that name in builtins.def, which a C module has? */
bool cp_is_library_type(const PyTypeObject *type, const char *name);

bool cp_is_deque(PyObject *object);

/* Methods of a deque, where no code can run: 1; -1: nothing was done. */
int64_t cp_deque_append(PyObject *deque, PyObject *value, bool left);
int64_t cp_deque_pop(PyObject *deque, bool left, PyObject **result);

/* Does `collections._count_elements` look keys up and put numbers by dict's own functions? */
bool cp_counts_as_dict(PyTypeObject *type);

/* What map makes. */
typedef struct CpMap {
    PyObject_HEAD PyObject *iterators, *function;
} CpMap;

/* Is it a function that functools.lru_cache made? */
bool cp_is_memo(PyObject *object);

/* What such a function has kept for these positional arguments. 1, the call counted; 0: nothing, and it keeps
 * all that it gives; -1: it cannot be said without running code, or not here. */
int64_t cp_memo_find(PyObject *memo, PyObject *const *args, Py_ssize_t count, PyObject **result);

/* By what it is kept; new ref. */
PyObject *cp_memo_key(PyObject *const *args, Py_ssize_t count);

/* Count such a call, and say what is called then; borrowed. */
PyObject *cp_memo_missed(PyObject *memo);

/* What an object of functools.partial is made of; borrowed. False: it is none. */
typedef struct CpPartial {
    PyObject *function, *args, *keywords;
} CpPartial;
bool cp_find_partial(PyObject *object, CpPartial *parts);

/* False: an error. */
bool cp_memo_keep(PyObject *memo, PyObject *key, PyObject *result);

#endif
