/* The AsyncFile type: checks arguments, serves what the buffers hold at once, and leaves the rest to the
 * engine. */
#include "reactor/file.h"
#include "reactor/run.h"

#include <errno.h>
#include <structmember.h>
#include <sys/stat.h>
#include <unistd.h>

/* What async for gets when the line is there already: awaiting it returns at once. One object serves a whole
 * loop. */
typedef struct LineResult {
    PyObject_HEAD PyObject *line; // owned until it is sent
} LineResult;

static PySendResult line_send(LineResult *self, PyObject *value, PyObject **result) {
    *result = self->line;
    self->line = NULL;
    if (*result != NULL) return PYGEN_RETURN;
    PyErr_SetString(PyExc_RuntimeError, "this line was awaited already");
    return PYGEN_ERROR;
}

static PyObject *line_next(LineResult *self) {
    PyObject *line;
    if (line_send(self, Py_None, &line) == PYGEN_ERROR) return NULL;
    PyObject *stop = PyObject_CallOneArg(PyExc_StopIteration, line);
    Py_DECREF(line);
    if (stop == NULL) return NULL;
    PyErr_SetObject(PyExc_StopIteration, stop);
    Py_DECREF(stop);
    return NULL;
}

static PyObject *line_await(PyObject *self) { return Py_NewRef(self); }

static void line_dealloc(LineResult *self) {
    PyTypeObject *type = Py_TYPE(self);
    Py_XDECREF(self->line);
    type->tp_free(self);
    Py_DECREF(type);
}

static PyType_Slot line_slots[] = {
    {Py_tp_dealloc, line_dealloc}, {Py_am_await, line_await},   {Py_am_send, line_send},
    {Py_tp_iter, line_await},      {Py_tp_iternext, line_next}, {0, NULL},
};

PyType_Spec line_spec = {
    .name = "dxpy.aio.LineResult",
    .basicsize = sizeof(LineResult),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION,
    .slots = line_slots,
};

static PyObject *wrap_line_steal(File *file, PyObject *line) {
    LineResult *result = (LineResult *)file->line;
    if (result == NULL || Py_REFCNT(result) != 1) {
        result = PyObject_New(LineResult, file->state->line_type);
        if (result == NULL) {
            Py_DECREF(line);
            return NULL;
        }
        result->line = NULL;
        Py_XSETREF(file->line, (PyObject *)result);
    }
    Py_XSETREF(result->line, line);
    return Py_NewRef(result);
}

/* making one */

static PyObject *file_create(PyTypeObject *type, PyObject *arguments, PyObject *named) {
    static char *names[] = {"fd",       "name",   "mode",    "readable", "writable", "append",  "buffered",
                            "encoding", "errors", "newline", "decoder",  "encoder",  "owns_fd", NULL};
    int fd, readable, writable, append, buffered, owns_fd = 1;
    PyObject *name, *mode, *encoding, *errors, *newline, *decoder, *encoder;
    State *state = state_of_type(type);
    if (state == NULL ||
        !PyArg_ParseTupleAndKeywords(arguments, named, "iOUppppOOOOO|p:AsyncFile", names, &fd, &name, &mode,
                                     &readable, &writable, &append, &buffered, &encoding, &errors, &newline,
                                     &decoder, &encoder, &owns_fd))
        return NULL;
    Reactor *reactor = reactor_current(state); // borrowed
    struct stat status;
    if (reactor == NULL) return NULL;
    if (fstat(fd, &status) != 0) {
        raise_os_error(state, errno, name, NULL);
        return NULL;
    }
    if (S_ISDIR(status.st_mode)) {
        raise_os_error(state, EISDIR, name, NULL);
        return NULL;
    }
    File *file = (File *)type->tp_alloc(type, 0);
    if (file == NULL) return NULL;
    file->state = state;
    file->fd = fd;
    file->reactor = (Reactor *)Py_NewRef(reactor);
    file->name = Py_NewRef(name);
    file->mode = Py_NewRef(mode);
    file->readable = readable;
    file->writable = writable;
    file->append = append;
    file->buffered = buffered;
    file->owns_fd = owns_fd;
    file->is_text = encoding != Py_None;
    if (file->is_text) {
        file->encoding = Py_NewRef(encoding);
        file->errors = Py_NewRef(errors);
        file->decoder = Py_NewRef(decoder);
        file->encoder = encoder == Py_None ? NULL : Py_NewRef(encoder);
        file->newline = newline == Py_None ? NULL : Py_NewRef(newline);
    }
    int64_t place = lseek(fd, 0, append ? SEEK_END : SEEK_CUR);
    file->seekable = place >= 0;
    if (file->seekable) file->position = place;
    return (PyObject *)file;
}

static int file_traverse(File *file, visitproc visit, void *arg) {
    Py_VISIT(Py_TYPE(file));
    Py_VISIT(file->reactor);
    Py_VISIT(file->name);
    Py_VISIT(file->decoder);
    Py_VISIT(file->encoder);
    return 0;
}

static int file_clear(File *file) {
    Py_CLEAR(file->reactor);
    Py_CLEAR(file->name);
    Py_CLEAR(file->mode);
    Py_CLEAR(file->encoding);
    Py_CLEAR(file->errors);
    Py_CLEAR(file->newline);
    Py_CLEAR(file->decoder);
    Py_CLEAR(file->encoder);
    Py_CLEAR(file->text);
    Py_CLEAR(file->line);
    return 0;
}

/* A file that was not closed: what was written reaches it, the descriptor is closed, and a warning says so.
 */
static void file_finalize(File *file) {
    if (file->fd < 0 || !file->owns_fd) return;
    PyObject *type, *value, *traceback;
    PyErr_Fetch(&type, &value, &traceback);
    if (PyErr_ResourceWarning((PyObject *)file, 1, "unclosed file %R", file->name) < 0)
        PyErr_WriteUnraisable((PyObject *)file);
    int64_t done = 0;
    int64_t offset = file->append || !file->seekable ? -1 : file->position;
    if (file->write_size > 0) write_fully(file->fd, file->write_buffer, file->write_size, offset, &done);
    file->write_size = 0;
    close_file(file->fd);
    file->fd = -1;
    PyErr_Restore(type, value, traceback);
}

static void file_dealloc(File *file) {
    if (PyObject_CallFinalizerFromDealloc((PyObject *)file) < 0) return;
    PyTypeObject *type = Py_TYPE(file);
    PyObject_GC_UnTrack(file);
    if (file->weakrefs != NULL) PyObject_ClearWeakRefs((PyObject *)file);
    file_clear(file);
    PyMem_RawFree(file->read_buffer);
    PyMem_RawFree(file->write_buffer);
    type->tp_free(file);
    Py_DECREF(type);
}

/* methods */

static PyObject *unsupported(const char *what) {
    PyObject *io = PyImport_ImportModule("io");
    PyObject *class = io ? PyObject_GetAttrString(io, "UnsupportedOperation") : NULL;
    if (class != NULL) PyErr_SetString(class, what);
    Py_XDECREF(class);
    Py_XDECREF(io);
    return NULL;
}

static PyObject *submit(File *file, Request *request) { return file_request_steal(file, request); }

static bool is_idle(File *file) { return file->head == NULL && !file->closing && file->fd >= 0; }

static PyObject *done_steal(File *file, PyObject *result) {
    PyObject *loop = reactor_loop(file->reactor);
    PyFuture *future = loop ? future_new(file->state, loop) : NULL;
    Py_XDECREF(loop);
    if (future == NULL) {
        Py_DECREF(result);
        return NULL;
    }
    future_settle_steal(future, result);
    return (PyObject *)future;
}

static int parse_size(PyObject *const *arguments, Py_ssize_t count, const char *method, Py_ssize_t *size) {
    *size = -1;
    if (count > 1) {
        PyErr_Format(PyExc_TypeError, "%s() takes at most 1 argument (%zd given)", method, count);
        return -1;
    }
    if (count == 0 || arguments[0] == Py_None) return 0;
    *size = PyNumber_AsSsize_t(arguments[0], PyExc_OverflowError);
    if (*size == -1 && PyErr_Occurred()) return -1;
    if (*size < -1) {
        PyErr_SetString(PyExc_ValueError, "read length must be non-negative or -1");
        return -1;
    }
    return 0;
}

static int check_readable(File *file) {
    if (file->readable) return 0;
    unsupported("not readable");
    return -1;
}

static PyObject *file_read(File *file, PyObject *const *arguments, Py_ssize_t count) {
    Request request = {.kind = REQUEST_READ};
    if (parse_size(arguments, count, "read", &request.size) < 0 || file_check(file, true) < 0 ||
        check_readable(file) < 0)
        return NULL;
    return submit(file, &request);
}

static PyObject *file_readinto(File *file, PyObject *buffer) {
    Request request = {.kind = REQUEST_READINTO};
    if (file->is_text) return unsupported("readinto() of a text file");
    if (file_check(file, true) < 0 || check_readable(file) < 0) return NULL;
    if (PyObject_GetBuffer(buffer, &request.view, PyBUF_WRITABLE) < 0) {
        if (PyErr_ExceptionMatches(PyExc_BufferError))
            PyErr_SetString(PyExc_TypeError, "a writable, contiguous buffer is needed");
        return NULL;
    }
    return submit(file, &request);
}

static PyObject *file_readline(File *file, PyObject *const *arguments, Py_ssize_t count) {
    Request request = {.kind = REQUEST_LINE};
    if (parse_size(arguments, count, "readline", &request.size) < 0 || check_readable(file) < 0 ||
        file_check(file, false) < 0)
        return NULL;
    if (is_idle(file) && file->write_size == 0) {
        PyObject *line = file_take_line(file, request.size, false);
        if (line != NULL) return done_steal(file, line);
        if (PyErr_Occurred()) return NULL;
    }
    return file_check(file, true) < 0 ? NULL : submit(file, &request);
}

static PyObject *file_anext(File *file) {
    Request request = {.kind = REQUEST_NEXT, .size = -1};
    if (file_check(file, false) < 0 || check_readable(file) < 0) return NULL;
    if (is_idle(file) && file->write_size == 0) {
        PyObject *line = file_take_line(file, -1, false);
        if (line != NULL) return wrap_line_steal(file, line);
        if (PyErr_Occurred()) return NULL;
    }
    return file_check(file, true) < 0 ? NULL : submit(file, &request);
}

static PyObject *file_aiter(File *file) { return Py_NewRef(file); }

static PyObject *file_write(File *file, PyObject *data) {
    Request request = {.kind = REQUEST_WRITE};
    if (file_check(file, false) < 0) return NULL;
    if (!file->writable) return unsupported("not writable");
    PyObject *bytes = NULL;
    if (file->is_text != PyUnicode_Check(data)) {
        PyErr_Format(PyExc_TypeError,
                     file->is_text ? "write() argument must be str, not %.200s"
                                   : "a bytes-like object is required, not '%.200s'",
                     Py_TYPE(data)->tp_name);
        return NULL;
    }
    if (file->is_text && (bytes = text_encode(file, data)) == NULL) return NULL;
    int result = PyObject_GetBuffer(bytes ? bytes : data, &request.view, PyBUF_SIMPLE);
    Py_XDECREF(bytes);
    if (result < 0) return NULL;
    request.size = file->is_text ? PyUnicode_GET_LENGTH(data) : request.view.len;
    size_t size = (size_t)request.view.len;
    bool fits = is_idle(file) && file->buffered && file->write_buffer != NULL &&
                file->read_start == file->read_end && size <= FILE_CHUNK - file->write_size &&
                text_ready(file) == 0;
    if (fits) {
        memcpy(file->write_buffer + file->write_size, request.view.buf, size);
        file->write_size += size;
        PyBuffer_Release(&request.view);
        PyObject *count = PyLong_FromSsize_t(request.size);
        return count == NULL ? NULL : done_steal(file, count);
    }
    if (file_check(file, true) == 0) return submit(file, &request);
    PyBuffer_Release(&request.view);
    return NULL;
}

static PyObject *file_flush(File *file, PyObject *unused) {
    Request request = {.kind = REQUEST_FLUSH};
    return file_check(file, true) < 0 ? NULL : submit(file, &request);
}

static PyObject *file_seek(File *file, PyObject *arguments) {
    Request request = {.kind = REQUEST_SEEK};
    long long offset;
    if (!PyArg_ParseTuple(arguments, "L|i:seek", &offset, &request.whence) || file_check(file, true) < 0)
        return NULL;
    if (!file->seekable) return unsupported("the file has no positions");
    if (request.whence < 0 || request.whence > 2) {
        PyErr_Format(PyExc_ValueError, "invalid whence (%d, should be 0, 1 or 2)", request.whence);
        return NULL;
    }
    if (request.whence == 0 && offset < 0) {
        PyErr_Format(PyExc_ValueError, "negative seek position %lld", offset);
        return NULL;
    }
    if (file->is_text && request.whence != 0 && offset != 0)
        return unsupported("text can only seek relatively by 0");
    request.offset = offset;
    return submit(file, &request);
}

static PyObject *file_tell(File *file, PyObject *unused) {
    if (file_check(file, false) < 0) return NULL;
    if (!file->seekable) return unsupported("the file has no positions");
    PyObject *place = file->is_text && file->write_size == 0
                          ? text_tell(file)
                          : PyLong_FromLongLong(file->position + (int64_t)file->write_size -
                                                (int64_t)(file->read_end - file->read_start));
    return place == NULL ? NULL : done_steal(file, place);
}

static PyObject *file_truncate(File *file, PyObject *const *arguments, Py_ssize_t count) {
    Request request = {.kind = REQUEST_TRUNCATE, .offset = -1};
    if (file_check(file, true) < 0) return NULL;
    if (!file->writable) return unsupported("not writable");
    if (count > 0 && arguments[0] != Py_None) {
        request.offset = PyLong_AsLongLong(arguments[0]);
        if (request.offset == -1 && PyErr_Occurred()) return NULL;
        if (request.offset < 0) {
            PyErr_SetString(PyExc_ValueError, "the size must not be negative");
            return NULL;
        }
    }
    return submit(file, &request);
}

static PyObject *sync_method(File *file, bool data_only) {
    Request request = {.kind = REQUEST_SYNC, .data_only = data_only};
    return file_check(file, true) < 0 ? NULL : submit(file, &request);
}

static PyObject *file_fsync(File *file, PyObject *unused) { return sync_method(file, false); }

static PyObject *file_fdatasync(File *file, PyObject *unused) { return sync_method(file, true); }

static PyObject *file_close(File *file, PyObject *unused) {
    Request request = {.kind = REQUEST_CLOSE};
    if (file->fd < 0) return done_steal(file, Py_NewRef(Py_None));
    bool again = file->closing;
    file->closing = false; // a second close waits for the first
    PyObject *future = file_check(file, true) < 0 ? NULL : submit(file, &request);
    file->closing = again || future != NULL;
    return future;
}

/* Operations at a place of their own: beside the queue when nothing written waits in the buffer. */
static PyObject *direct(File *file, OpKind kind, PyObject *first, PyObject *offset) {
    PyObject *fd = PyLong_FromLong(file->fd);
    PyObject *arguments[] = {fd, first, offset};
    Op op = {.kind = kind};
    PyObject *future = NULL;
    if (fd != NULL && params_parse(file->state, &op, arguments, 3, NULL) == 0) {
        op.owner = Py_NewRef(file);
        op.beside = true;
        file->others++;
        if (op_table[kind].cancel == CANCEL_WAIT && file->head == NULL) file_drop_read(file);
        future = reactor_submit_steal(file->reactor, &op);
    }
    Py_XDECREF(fd);
    return future;
}

static PyObject *at_place(File *file, OpKind kind, PyObject *const *arguments, Py_ssize_t count,
                          const char *method) {
    if (count != 2) {
        PyErr_Format(PyExc_TypeError, "%s() takes 2 arguments (%zd given)", method, count);
        return NULL;
    }
    if (file->is_text) return unsupported("only binary files are read and written by position");
    if (file_check(file, true) < 0) return NULL;
    bool writes = op_table[kind].cancel == CANCEL_WAIT;
    if (!writes && check_readable(file) < 0) return NULL;
    if (writes && !file->writable) return unsupported("not writable");
    if (file->write_size > 0) {
        PyErr_Format(PyExc_ValueError, "%s() with written data in the buffer: flush() first", method);
        return NULL;
    }
    return direct(file, kind, arguments[0], arguments[1]);
}

#define AT_PLACE(METHOD, KIND)                                                                               \
    static PyObject *file_##METHOD(File *file, PyObject *const *arguments, Py_ssize_t count) {               \
        return at_place(file, KIND, arguments, count, #METHOD);                                              \
    }

AT_PLACE(pread, OP_PREAD)
AT_PLACE(pread_into, OP_PREAD_INTO)
AT_PLACE(pwrite, OP_PWRITE)
AT_PLACE(readv, OP_PREADV)
AT_PLACE(writev, OP_PWRITEV)

static PyObject *file_fileno(File *file, PyObject *unused) {
    if (file->fd >= 0) return PyLong_FromLong(file->fd);
    PyErr_SetString(PyExc_ValueError, "I/O operation on closed file.");
    return NULL;
}

static PyObject *file_readable(File *file, PyObject *unused) { return PyBool_FromLong(file->readable); }
static PyObject *file_writable(File *file, PyObject *unused) { return PyBool_FromLong(file->writable); }
static PyObject *file_seekable(File *file, PyObject *unused) { return PyBool_FromLong(file->seekable); }

static PyObject *file_aenter(File *file, PyObject *unused) {
    return file_check(file, true) < 0 ? NULL : done_steal(file, Py_NewRef(file));
}

static PyObject *file_aexit(File *file, PyObject *const *arguments, Py_ssize_t count) {
    return file_close(file, NULL);
}

static PyObject *file_repr(File *file) {
    return PyUnicode_FromFormat("<dxpy.aio.AsyncFile name=%R mode=%R%s>", file->name, file->mode,
                                file->fd < 0 ? " closed" : "");
}

static PyObject *get_closed(File *file, void *unused) {
    return PyBool_FromLong(file->fd < 0 || file->closing);
}

static PyMethodDef file_methods[] = {
    {"read", (PyCFunction)(void (*)(void))file_read, METH_FASTCALL,
     "read(size=-1): bytes, or str of a text file: size of them, fewer only at the end; all that is left "
     "with -1."},
    {"readinto", (PyCFunction)file_readinto, METH_O,
     "readinto(buffer): fill a writable buffer, which is held meanwhile; the number of bytes, fewer only at "
     "the end."},
    {"readline", (PyCFunction)(void (*)(void))file_readline, METH_FASTCALL,
     "readline(size=-1): one line with its end, at most size of it; empty at the end of the file."},
    {"write", (PyCFunction)file_write, METH_O,
     "write(data): bytes-like, or str for a text file; returns how much it was. Kept in a buffer of 64 KiB "
     "until flush(), close() or until it is full."},
    {"flush", (PyCFunction)file_flush, METH_NOARGS, "Hand what was written to the system."},
    {"seek", (PyCFunction)file_seek, METH_VARARGS,
     "seek(offset, whence=0): move, and return the new position in bytes."},
    {"tell", (PyCFunction)file_tell, METH_NOARGS, "The position in bytes."},
    {"truncate", (PyCFunction)(void (*)(void))file_truncate, METH_FASTCALL,
     "truncate(size=None): cut or extend to size bytes, the position without; returns the size."},
    {"fsync", (PyCFunction)file_fsync, METH_NOARGS,
     "Flush, and have data and metadata written to the device."},
    {"fdatasync", (PyCFunction)file_fdatasync, METH_NOARGS,
     "Flush, and have the data written to the device."},
    {"pread", (PyCFunction)(void (*)(void))file_pread, METH_FASTCALL,
     "pread(size, offset): bytes at a place, without moving; several may be under way at once."},
    {"pread_into", (PyCFunction)(void (*)(void))file_pread_into, METH_FASTCALL,
     "pread_into(buffer, offset): fill a buffer from a place, without moving; the number of bytes."},
    {"pwrite", (PyCFunction)(void (*)(void))file_pwrite, METH_FASTCALL,
     "pwrite(data, offset): write at a place, without moving."},
    {"readv", (PyCFunction)(void (*)(void))file_readv, METH_FASTCALL,
     "readv(buffers, offset): fill several buffers from a place."},
    {"writev", (PyCFunction)(void (*)(void))file_writev, METH_FASTCALL,
     "writev(buffers, offset): write several buffers at a place."},
    {"close", (PyCFunction)file_close, METH_NOARGS,
     "Flush, wait for what is under way, close. Idempotent. Cancelling does not stop it."},
    {"fileno", (PyCFunction)file_fileno, METH_NOARGS, "The descriptor."},
    {"readable", (PyCFunction)file_readable, METH_NOARGS, NULL},
    {"writable", (PyCFunction)file_writable, METH_NOARGS, NULL},
    {"seekable", (PyCFunction)file_seekable, METH_NOARGS, NULL},
    {"__aenter__", (PyCFunction)file_aenter, METH_NOARGS, NULL},
    {"__aexit__", (PyCFunction)(void (*)(void))file_aexit, METH_FASTCALL, NULL},
    {NULL},
};

static PyGetSetDef file_getset[] = {
    {"closed", (getter)get_closed, NULL, "Whether close() was called.", NULL},
    {NULL},
};

static PyMemberDef file_members[] = {
    {"name", T_OBJECT, offsetof(File, name), READONLY, "The path as given to open()."},
    {"mode", T_OBJECT, offsetof(File, mode), READONLY, "The mode as given to open()."},
    {"encoding", T_OBJECT, offsetof(File, encoding), READONLY, "The encoding of a text file, else None."},
    {"errors", T_OBJECT, offsetof(File, errors), READONLY, "The error handler of a text file, else None."},
    {"__weaklistoffset__", T_PYSSIZET, offsetof(File, weakrefs), READONLY, NULL},
    {NULL},
};

static PyType_Slot file_slots[] = {
    {Py_tp_doc, "An open file; made by dxpy.aio.open()."},
    {Py_tp_new, file_create},
    {Py_tp_dealloc, file_dealloc},
    {Py_tp_finalize, file_finalize},
    {Py_tp_traverse, file_traverse},
    {Py_tp_clear, file_clear},
    {Py_tp_repr, file_repr},
    {Py_am_aiter, file_aiter},
    {Py_am_anext, file_anext},
    {Py_tp_methods, file_methods},
    {Py_tp_getset, file_getset},
    {Py_tp_members, file_members},
    {0, NULL},
};

PyType_Spec file_spec = {
    .name = "dxpy.aio.AsyncFile",
    .basicsize = sizeof(File),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC,
    .slots = file_slots,
};
