/* Calls of functions that functools.lru_cache made, without a tuple of the arguments. */
#include "runtime/rt.h"

#include "cpython/library.h"

/* What has not been kept, of one that keeps all: by its function, and kept from then on. */
static PyObject *call_to_keep(PyThreadState *tstate, PyObject *memo, PyObject **args, i64 count) {
    PyObject *key = cp_memo_key(args, count);
    if (key == NULL) return NULL;
    Py_INCREF(memo);
    PyObject *result = rt_call_borrowed(tstate, cp_memo_missed(memo), args, count);
    if (result != NULL && !cp_memo_keep(memo, key, result)) Py_CLEAR(result);
    Py_DECREF(memo);
    Py_DECREF(key);
    return result;
}

bool rt_call_memo(PyThreadState *tstate, PyObject *memo, PyObject **args, i64 count, PyObject **result) {
    if (!cp_may_recurse(tstate)) return false;
    int64_t found = cp_memo_find(memo, args, count, result);
    if (found != 0) return found > 0;
    tstate->recursion_remaining--;
    *result = call_to_keep(tstate, memo, args, count);
    cp_leave_recursive(tstate);
    return true;
}
