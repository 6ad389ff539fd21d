/* Watcher: changes of several paths, through libuv's fs_event. dxpy/aio/watch.py makes it recursive. */
#include "reactor/uvhost.h"

#include <stdio.h>
#include <structmember.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>

enum { EVENT_LIMIT = 16384 };

typedef struct Watcher {
    PyObject_HEAD State *state;
    Reactor *reactor;  // owned
    PyFuture *waiting; // owned
    PyObject *events;  // owned list of (id, name, flags) not yet taken
    PyObject *handles; // owned dict: id -> address of the Watch
    long next_id;
    bool closed;
    struct Watcher *next, *previous; // in the host's list, until it is closed
} Watcher;

typedef struct Watch {
    uv_fs_event_t uv;
    Watcher *watcher; // borrowed; NULL once it has let go
    long id;
} Watch;

static void deliver(Watcher *watcher) {
    if (watcher->waiting == NULL || PyList_GET_SIZE(watcher->events) == 0) return;
    PyObject *events = watcher->events, *fresh = PyList_New(0);
    if (fresh == NULL) {
        PyErr_Clear(); // they stay for the next time
        return;
    }
    watcher->events = fresh;
    wait_end_steal(watcher->reactor, OP_WATCH, &watcher->waiting, events);
}

static void append(Watcher *watcher, PyObject *event) {
    if (event == NULL || PyList_Append(watcher->events, event) < 0)
        PyErr_WriteUnraisable((PyObject *)watcher);
    Py_XDECREF(event);
    deliver(watcher);
}

/* How many changes the kernel keeps for one descriptor; 0 when it does not say. */
static long queue_length(void) {
    long length = 0;
    FILE *file = fopen("/proc/sys/fs/inotify/max_queued_events", "re");
    if (file == NULL) return 0;
    if (fscanf(file, "%ld", &length) != 1) length = 0;
    fclose(file);
    return length;
}

/* libuv drops the kernel's word that changes were lost, so the length of what is queued is looked at instead:
 * a full queue is never shorter than so many events without a name. A long one that was not full is taken for
 * it.
 */
bool changes_overflow(UvHost *host) {
    int bytes = 0;
    if (host->loop.inotify_fd < 0 || ioctl(host->loop.inotify_fd, FIONREAD, &bytes) != 0) return false;
    if ((size_t)bytes < 1024 * sizeof(struct inotify_event)) return false;
    return (size_t)bytes >= (size_t)queue_length() * sizeof(struct inotify_event);
}

void tell_changes_lost(UvHost *host) {
    for (Watcher *watcher = host->watchers, *next; watcher != NULL; watcher = next) {
        Py_INCREF(watcher);
        append(watcher, Py_BuildValue("(lOi)", 0L, Py_None, -1));
        next = watcher->next;
        Py_DECREF(watcher);
    }
}

static void join_host(Watcher *watcher, UvHost *host) {
    watcher->next = host->watchers;
    if (watcher->next != NULL) watcher->next->previous = watcher;
    host->watchers = watcher;
}

static void leave_host(Watcher *watcher) {
    UvHost *host = watcher->reactor->uv;
    if (host == NULL) return;
    if (watcher->previous != NULL) watcher->previous->next = watcher->next;
    else if (host->watchers == watcher) host->watchers = watcher->next;
    if (watcher->next != NULL) watcher->next->previous = watcher->previous;
    watcher->next = watcher->previous = NULL;
}

/* What happens to a watched path itself has no name in the kernel's words: libuv takes the end of the path it
 * keeps, which an entry may be called as well. */
static bool is_of_the_path(uv_fs_event_t *uv, const char *name) {
    return uv->path != NULL && name >= uv->path && name <= uv->path + strlen(uv->path);
}

static void on_event(uv_fs_event_t *uv, const char *name, int events, int status) {
    Watch *watch = (Watch *)uv;
    Watcher *watcher = watch->watcher;
    if (watcher == NULL || PyList_GET_SIZE(watcher->events) > EVENT_LIMIT) return;
    // The last one says that some were lost.
    int flags = PyList_GET_SIZE(watcher->events) == EVENT_LIMIT ? -1 : status < 0 ? status : events;
    bool named = name != NULL && !is_of_the_path(uv, name);
    PyObject *text = named ? PyUnicode_DecodeFSDefault(name) : Py_NewRef(Py_None);
    append(watcher, text ? Py_BuildValue("(lNi)", watch->id, text, flags) : NULL);
}

static int check(Watcher *watcher) {
    if (!watcher->closed) return reactor_check_here(watcher->reactor, "watch", true);
    PyErr_SetString(PyExc_ValueError, "the watcher is closed");
    return -1;
}

static void watch_lost(uv_handle_t *uv);

static PyObject *watcher_add(Watcher *watcher, PyObject *path) {
    PyObject *bytes = NULL;
    UvHost *host = check(watcher) < 0 ? NULL : uvhost_of(watcher->reactor);
    if (host == NULL || !PyUnicode_FSConverter(path, &bytes)) return NULL;
    Watch *watch = PyMem_RawCalloc(1, sizeof *watch);
    PyObject *id = NULL, *address = NULL;
    if (watch == NULL) {
        Py_DECREF(bytes);
        return PyErr_NoMemory();
    }
    uv_fs_event_init(&host->loop, &watch->uv);
    int error = uv_fs_event_start(&watch->uv, on_event, PyBytes_AS_STRING(bytes), 0);
    Py_DECREF(bytes);
    if (error != 0) goto error;
    watch->id = ++watcher->next_id;
    watch->watcher = watcher;
    watch->uv.data = (void *)watch_lost;
    id = PyLong_FromLong(watch->id);
    address = PyLong_FromVoidPtr(watch);
    if (id == NULL || address == NULL || PyDict_SetItem(watcher->handles, id, address) < 0) goto error;
    Py_DECREF(address);
    if (uvhost_kick(watcher->reactor) < 0) Py_CLEAR(id);
    return id;
error:
    Py_XDECREF(id);
    Py_XDECREF(address);
    watch->watcher = NULL;
    uv_close((uv_handle_t *)&watch->uv, (uv_close_cb)PyMem_RawFree);
    PyErr_Clear();
    // Before the error is raised: the loop is asked for a turn, in which the handle goes.
    if (uvhost_kick(watcher->reactor) < 0) return NULL;
    if (error != 0) raise_os_error(watcher->state, -error, path, NULL);
    else PyErr_NoMemory();
    return NULL;
}

static void close_watch(Watcher *watcher, PyObject *address) {
    Watch *watch = PyLong_AsVoidPtr(address);
    watch->watcher = NULL;
    if (watcher->reactor->generation == fork_generation())
        uv_close((uv_handle_t *)&watch->uv, (uv_close_cb)PyMem_RawFree);
}

static PyObject *watcher_remove(Watcher *watcher, PyObject *id) {
    if (check(watcher) < 0) return NULL;
    PyObject *address = PyDict_GetItemWithError(watcher->handles, id); // borrowed
    if (address == NULL) {
        if (!PyErr_Occurred()) PyErr_SetObject(PyExc_KeyError, id);
        return NULL;
    }
    close_watch(watcher, address);
    if (PyDict_DelItem(watcher->handles, id) < 0 || uvhost_kick(watcher->reactor) < 0) return NULL;
    Py_RETURN_NONE;
}

static PyObject *watcher_next(Watcher *watcher, PyObject *unused) {
    if (check(watcher) < 0) return NULL;
    if (watcher->waiting != NULL) {
        PyErr_SetString(PyExc_RuntimeError, "another task is already waiting for events");
        return NULL;
    }
    PyFuture *future = wait_begin(watcher->reactor, OP_WATCH, watcher, &watcher->waiting);
    if (future != NULL) deliver(watcher);
    return (PyObject *)future;
}

static void close_all(Watcher *watcher) {
    PyObject *key, *address;
    Py_ssize_t position = 0;
    if (!watcher->closed) reactor_notice_end(watcher->reactor);
    if (watcher->closed) return;
    watcher->closed = true;
    leave_host(watcher);
    while (PyDict_Next(watcher->handles, &position, &key, &address)) close_watch(watcher, address);
    PyDict_Clear(watcher->handles);
    if (uvhost_kick(watcher->reactor) < 0) PyErr_WriteUnraisable((PyObject *)watcher);
    if (watcher->waiting == NULL) return;
    PyErr_SetNone(PyExc_StopAsyncIteration);
    wait_end_steal(watcher->reactor, OP_WATCH, &watcher->waiting, NULL);
}

static void watch_lost(uv_handle_t *uv) { ((Watch *)uv)->watcher = NULL; }

void watchers_lost(UvHost *host) {
    Watcher *watcher;
    while ((watcher = host->watchers) != NULL) {
        Py_INCREF(watcher);
        watcher->closed = true;
        leave_host(watcher);
        wait_lost(&watcher->waiting);
        Py_DECREF(watcher);
    }
}

static PyObject *watcher_close(Watcher *watcher, PyObject *unused) {
    if (!watcher->closed && !watcher->reactor->closed && reactor_check(watcher->reactor) < 0) return NULL;
    close_all(watcher);
    Py_RETURN_NONE;
}

static PyObject *watcher_create(PyTypeObject *type, PyObject *arguments, PyObject *named) {
    State *state = state_of_type(type);
    Reactor *reactor = state ? reactor_current(state) : NULL; // borrowed
    UvHost *host = reactor ? uvhost_of(reactor) : NULL;
    if (host == NULL) return NULL;
    Watcher *watcher = (Watcher *)type->tp_alloc(type, 0);
    if (watcher == NULL) return NULL;
    watcher->state = state;
    watcher->reactor = (Reactor *)Py_NewRef(reactor);
    join_host(watcher, host);
    watcher->events = PyList_New(0);
    watcher->handles = PyDict_New();
    if (watcher->events == NULL || watcher->handles == NULL) Py_CLEAR(watcher);
    return (PyObject *)watcher;
}

static int watcher_traverse(Watcher *watcher, visitproc visit, void *arg) {
    Py_VISIT(Py_TYPE(watcher));
    Py_VISIT(watcher->reactor);
    Py_VISIT(watcher->waiting);
    Py_VISIT(watcher->events);
    return 0;
}

static int watcher_clear(Watcher *watcher) {
    Py_CLEAR(watcher->waiting);
    return 0;
}

static void watcher_finalize(Watcher *watcher) {
    if (watcher->handles != NULL) close_all(watcher);
}

static void watcher_dealloc(Watcher *watcher) {
    if (PyObject_CallFinalizerFromDealloc((PyObject *)watcher) < 0) return;
    PyTypeObject *type = Py_TYPE(watcher);
    PyObject_GC_UnTrack(watcher);
    watcher_clear(watcher);
    Py_CLEAR(watcher->events);
    Py_CLEAR(watcher->handles);
    Py_CLEAR(watcher->reactor);
    type->tp_free(watcher);
    Py_DECREF(type);
}

static PyMethodDef watcher_methods[] = {
    {"add", (PyCFunction)watcher_add, METH_O, "add(path): watch a file or a directory; returns its id."},
    {"remove", (PyCFunction)watcher_remove, METH_O, "remove(id): stop watching it."},
    {"next", (PyCFunction)watcher_next, METH_NOARGS,
     "The next events: a list of (id, name, flags), flags 1 for renamed, 2 for changed, -1 when events were "
     "lost."},
    {"close", (PyCFunction)watcher_close, METH_NOARGS, "Stop watching. Idempotent."},
    {NULL},
};

static PyType_Slot watcher_slots[] = {
    {Py_tp_doc, "Changes of several paths; dxpy.aio.watch() is made of it."},
    {Py_tp_new, watcher_create},
    {Py_tp_dealloc, watcher_dealloc},
    {Py_tp_finalize, watcher_finalize},
    {Py_tp_traverse, watcher_traverse},
    {Py_tp_clear, watcher_clear},
    {Py_tp_methods, watcher_methods},
    {0, NULL},
};

PyType_Spec watcher_spec = {
    .name = "dxpy.aio.Watcher",
    .basicsize = sizeof(Watcher),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC,
    .slots = watcher_slots,
};
