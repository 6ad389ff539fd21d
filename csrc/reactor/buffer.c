/* IoBuffer: memory for reads and writes that is used again. Released memory goes to a pool by size, so that a
 * program that reads in pieces allocates once; a slice of it (memoryview) is handed on without a copy. */
#include "reactor/reactor.h"

#include <structmember.h>

typedef struct IoBuffer {
    PyObject_HEAD char *data;
    Py_ssize_t size;
    Py_ssize_t exports;
    State *state;
} IoBuffer;

static PyObject *buffer_create(PyTypeObject *type, PyObject *arguments, PyObject *named) {
    static char *names[] = {"size", NULL};
    Py_ssize_t size = 64 * 1024;
    State *state = state_of_type(type);
    if (state == NULL || !PyArg_ParseTupleAndKeywords(arguments, named, "|n:IoBuffer", names, &size))
        return NULL;
    if (size <= 0) {
        PyErr_SetString(PyExc_ValueError, "size must be positive");
        return NULL;
    }
    IoBuffer *buffer = (IoBuffer *)type->tp_alloc(type, 0);
    if (buffer == NULL) return NULL;
    buffer->state = state;
    for (int i = 0; i < state->pooled; i++) {
        if (state->pool[i].size != size) continue;
        buffer->data = state->pool[i].data;
        state->pool[i] = state->pool[--state->pooled];
        buffer->size = size;
        return (PyObject *)buffer;
    }
    buffer->data = PyMem_RawCalloc(1, (size_t)size);
    buffer->size = size;
    if (buffer->data != NULL) return (PyObject *)buffer;
    Py_DECREF(buffer);
    return PyErr_NoMemory();
}

static void give_to_pool(IoBuffer *buffer) {
    State *state = buffer->state;
    if (buffer->data == NULL) return;
    if (state->pooled < BUFFER_POOL && buffer->size <= BUFFER_POOL_SIZE) {
        // Nothing of one use is seen by the next.
        memset(buffer->data, 0, (size_t)buffer->size);
        state->pool[state->pooled].data = buffer->data;
        state->pool[state->pooled++].size = buffer->size;
    } else {
        PyMem_RawFree(buffer->data);
    }
    buffer->data = NULL;
    buffer->size = 0;
}

static void buffer_dealloc(IoBuffer *buffer) {
    PyTypeObject *type = Py_TYPE(buffer);
    give_to_pool(buffer);
    type->tp_free(buffer);
    Py_DECREF(type);
}

static int buffer_get(IoBuffer *buffer, Py_buffer *view, int flags) {
    if (buffer->data == NULL) {
        PyErr_SetString(PyExc_ValueError, "the buffer was released");
        view->obj = NULL;
        return -1;
    }
    if (PyBuffer_FillInfo(view, (PyObject *)buffer, buffer->data, buffer->size, 0, flags) < 0) return -1;
    buffer->exports++;
    return 0;
}

static void buffer_give_back(IoBuffer *buffer, Py_buffer *view) { buffer->exports--; }

static PyObject *buffer_release(IoBuffer *buffer, PyObject *unused) {
    if (buffer->exports > 0) {
        PyErr_SetString(PyExc_BufferError, "the buffer is in use: an operation or a memoryview holds it");
        return NULL;
    }
    give_to_pool(buffer);
    Py_RETURN_NONE;
}

static PyObject *buffer_view(IoBuffer *buffer, PyObject *const *arguments, Py_ssize_t count) {
    Py_ssize_t start = 0, end = PY_SSIZE_T_MAX;
    if (count > 2) {
        PyErr_SetString(PyExc_TypeError, "view(start=0, end=None)");
        return NULL;
    }
    if (count > 0 && (start = PyNumber_AsSsize_t(arguments[0], PyExc_IndexError)) == -1 && PyErr_Occurred())
        return NULL;
    if (count > 1 && (end = PyNumber_AsSsize_t(arguments[1], PyExc_IndexError)) == -1 && PyErr_Occurred())
        return NULL;
    PyObject *whole = PyMemoryView_FromObject((PyObject *)buffer);
    PyObject *part = whole ? PySequence_GetSlice(whole, start, end) : NULL;
    Py_XDECREF(whole);
    return part;
}

static PyObject *buffer_enter(IoBuffer *buffer, PyObject *unused) { return Py_NewRef(buffer); }

static PyObject *buffer_exit(IoBuffer *buffer, PyObject *const *arguments, Py_ssize_t count) {
    return buffer_release(buffer, NULL);
}

static Py_ssize_t buffer_length(IoBuffer *buffer) { return buffer->size; }

static PyObject *get_released(IoBuffer *buffer, void *unused) {
    return PyBool_FromLong(buffer->data == NULL);
}

static PyObject *buffer_repr(IoBuffer *buffer) {
    return PyUnicode_FromFormat("<dxpy.aio.IoBuffer %s%zd bytes>", buffer->data ? "" : "released, ",
                                buffer->size);
}

static PyMethodDef buffer_methods[] = {
    {"release", (PyCFunction)buffer_release, METH_NOARGS,
     "Give the memory back; BufferError while an operation or a memoryview holds it. Idempotent."},
    {"view", (PyCFunction)(void (*)(void))buffer_view, METH_FASTCALL,
     "view(start=0, end=None): a memoryview of a part, without a copy."},
    {"__enter__", (PyCFunction)buffer_enter, METH_NOARGS, NULL},
    {"__exit__", (PyCFunction)(void (*)(void))buffer_exit, METH_FASTCALL, NULL},
    {NULL},
};

static PyGetSetDef buffer_getset[] = {
    {"released", (getter)get_released, NULL, "Whether release() was called.", NULL},
    {NULL},
};

static PyType_Slot buffer_slots[] = {
    {Py_tp_doc, "IoBuffer(size=65536)\n\nMemory of size bytes, zeroed, for readinto(), pread_into() and "
                "writes; its memory is used again after release()."},
    {Py_tp_new, buffer_create},
    {Py_tp_dealloc, buffer_dealloc},
    {Py_tp_repr, buffer_repr},
    {Py_bf_getbuffer, buffer_get},
    {Py_bf_releasebuffer, buffer_give_back},
    {Py_sq_length, buffer_length},
    {Py_tp_methods, buffer_methods},
    {Py_tp_getset, buffer_getset},
    {0, NULL},
};

PyType_Spec buffer_spec = {
    .name = "dxpy.aio.IoBuffer",
    .basicsize = sizeof(IoBuffer),
    .flags = Py_TPFLAGS_DEFAULT,
    .slots = buffer_slots,
};
