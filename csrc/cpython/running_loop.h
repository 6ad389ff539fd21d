/* Which asyncio loop runs in this thread. asyncio's own function asks the kernel for the process's number
 * each time, to notice a fork, which costs more than the rest of it; who notices forks by himself can do
 * without. */
#ifndef DXPY_CPYTHON_RUNNING_LOOP_H
#define DXPY_CPYTHON_RUNNING_LOOP_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdbool.h>

// What asyncio puts into the thread's dictionary for each run of a loop.
typedef struct RunningLoop {
    PyObject_HEAD pid_t process;
    PyObject *loop;
} RunningLoop;

#define RUNNING_LOOP_KEY "__asyncio_running_event_loop__"

// Borrowed; NULL, with no exception, when there is none or it cannot be told.
static inline PyObject *running_loop_look(PyObject *key) {
    PyObject *all = PyThreadState_GetDict();
    PyObject *entry = all == NULL ? NULL : PyDict_GetItemWithError(all, key);
    if (entry == NULL) {
        PyErr_Clear();
        return NULL;
    }
    return Py_TYPE(entry)->tp_basicsize == sizeof(RunningLoop) ? ((RunningLoop *)entry)->loop : NULL;
}

// Whether that is how this interpreter's asyncio keeps it: tried with a loop of our own. -1 with an
// exception.
static inline int running_loop_is_known(PyObject *key) {
    PyObject *events = PyImport_ImportModule("asyncio.events");
    PyObject *before = events ? PyObject_CallMethod(events, "_get_running_loop", NULL) : NULL;
    PyObject *set = before ? PyObject_CallMethod(events, "_set_running_loop", "O", key) : NULL;
    int known = set == NULL ? -1 : running_loop_look(key) == key;
    PyObject *reset = set ? PyObject_CallMethod(events, "_set_running_loop", "O", before) : NULL;
    if (reset == NULL) known = -1;
    Py_XDECREF(reset);
    Py_XDECREF(set);
    Py_XDECREF(before);
    Py_XDECREF(events);
    return known;
}

#endif
