/* Stream: a TCP or Unix connection, or a pipe, on a libuv handle. It reads ahead into one buffer, up to a
 * limit, and writes at once what the system takes at once. */
#include "reactor/uvhost.h"

#include <structmember.h>
#include <sys/socket.h>
#include <unistd.h>

enum { READ_CHUNK = 64 * 1024, READ_LIMIT = 256 * 1024 };

typedef enum Want { WANT_SOME, WANT_ALL, WANT_EXACTLY, WANT_UNTIL, WANT_LINE, WANT_NEXT } Want;

struct Stream {
    PyObject_HEAD State *state;
    Reactor *reactor; // owned
    PyObject *weakrefs;
    StreamHandle *handle; // NULL once closed
    char *buffer;
    size_t start, end, room;
    size_t searched;  // of a WANT_UNTIL: no separator ends before this
    PyFuture *reader; // owned: who waits to read
    PyFuture *closer; // owned: who waits for the close
    PyFuture *connecting;
    Want want;
    size_t wanted;
    PyObject *separator; // owned bytes
    int error;           // of reading, told once the buffer is empty
    bool at_end, paused, finishing;
    int writes; // under way in libuv
};

typedef struct WriteRequest {
    uv_write_t uv;
    Stream *stream;   // owned
    PyFuture *future; // owned; in the hands of libuv until the data is taken
    char data[];
} WriteRequest;

/* handles */

StreamHandle *stream_handle_new(Reactor *reactor, bool unix_socket) {
    UvHost *host = uvhost_of(reactor);
    if (host == NULL) return NULL;
    StreamHandle *handle = PyMem_RawCalloc(1, sizeof *handle);
    if (handle == NULL) {
        PyErr_NoMemory();
        return NULL;
    }
    int error = unix_socket ? uv_pipe_init(&host->loop, &handle->uv.pipe, 0)
                            : uv_tcp_init(&host->loop, &handle->uv.tcp);
    if (error == 0) return handle;
    PyMem_RawFree(handle);
    raise_os_error(reactor->state, -error, NULL, NULL);
    return NULL;
}

static void handle_closed(uv_handle_t *uv) { PyMem_RawFree(uv); }

void stream_handle_close(StreamHandle *handle) {
    if (!uv_is_closing(&handle->uv.any)) uv_close(&handle->uv.any, handle_closed);
}

void stream_handle_let_go(Reactor *reactor, StreamHandle *handle) {
    uv_os_fd_t fd;
    if (reactor->generation == fork_generation()) {
        stream_handle_close(handle);
    } else if (uv_fileno(&handle->uv.any, &fd) == 0) {
        close_descriptor(fd); // libuv would take it out of an epoll set that is the parent's too
    }
}

static int handle_fd(Stream *stream) {
    uv_os_fd_t fd = -1;
    if (stream->handle != NULL) uv_fileno(&stream->handle->uv.any, &fd);
    return fd;
}

/* reading */

static size_t ready(Stream *stream) { return stream->end - stream->start; }

static PyObject *take(Stream *stream, size_t size) {
    PyObject *bytes = PyBytes_FromStringAndSize(stream->buffer + stream->start, (Py_ssize_t)size);
    if (bytes != NULL) stream->start += size;
    if (stream->start == stream->end) stream->start = stream->end = 0;
    return bytes;
}

static PyObject *raise_incomplete(Stream *stream) {
    PyObject *module = PyImport_ImportModule("asyncio.exceptions");
    PyObject *part = take(stream, ready(stream));
    PyObject *expected =
        stream->want == WANT_EXACTLY ? PyLong_FromSize_t(stream->wanted) : Py_NewRef(Py_None);
    PyObject *error = module && part && expected
                          ? PyObject_CallMethod(module, "IncompleteReadError", "OO", part, expected)
                          : NULL;
    if (error != NULL) PyErr_SetObject((PyObject *)Py_TYPE(error), error);
    Py_XDECREF(error);
    Py_XDECREF(expected);
    Py_XDECREF(part);
    Py_XDECREF(module);
    return NULL;
}

/* What the waiting read can have: a new reference, NULL with an exception, or NULL with none when it must
 * wait. */
static PyObject *try_read(Stream *stream) {
    size_t there = ready(stream);
    bool over = stream->at_end || stream->error != 0;
    switch (stream->want) {
    case WANT_SOME:
        if (there > 0) return take(stream, there < stream->wanted ? there : stream->wanted);
        break;
    case WANT_ALL:
        if (stream->at_end) return take(stream, there);
        break;
    case WANT_EXACTLY:
        if (there >= stream->wanted) return take(stream, stream->wanted);
        break;
    case WANT_UNTIL:
    case WANT_LINE:
    case WANT_NEXT: {
        bool line = stream->want != WANT_UNTIL;
        const char *separator = line ? "\n" : PyBytes_AS_STRING(stream->separator);
        size_t length = line ? 1 : (size_t)PyBytes_GET_SIZE(stream->separator);
        size_t from = stream->searched >= length ? stream->searched - length + 1 : 0;
        char *found = there > from
                          ? memmem(stream->buffer + stream->start + from, there - from, separator, length)
                          : NULL;
        if (found != NULL) return take(stream, (size_t)(found - stream->buffer) - stream->start + length);
        stream->searched = there;
        if (there >= READ_LIMIT && !over) {
            PyErr_SetString(PyExc_ValueError, "no separator within the limit of 256 KiB");
            return NULL;
        }
        break;
    }
    }
    if (!over) return NULL;
    if (stream->error != 0 && (there == 0 || stream->want != WANT_SOME)) {
        raise_os_error(stream->state, stream->error, NULL, NULL);
        return NULL;
    }
    if (stream->want == WANT_SOME || stream->want == WANT_LINE || (stream->want == WANT_NEXT && there > 0))
        return take(stream, there);
    if (stream->want == WANT_NEXT) {
        PyErr_SetNone(PyExc_StopAsyncIteration);
        return NULL;
    }
    return raise_incomplete(stream);
}

static void serve_reader(Stream *stream) {
    if (stream->reader == NULL) return;
    PyObject *result = try_read(stream);
    if (result == NULL && !PyErr_Occurred()) return;
    wait_end_steal(stream->reactor, OP_STREAM_READ, &stream->reader, result);
}

static size_t read_limit(Stream *stream) {
    if (stream->reader == NULL) return READ_LIMIT;
    if (stream->want == WANT_ALL) return SIZE_MAX;
    return stream->want == WANT_EXACTLY && stream->wanted > READ_LIMIT ? stream->wanted : READ_LIMIT;
}

static void on_allocate(uv_handle_t *uv, size_t suggested, uv_buf_t *piece) {
    Stream *stream = ((StreamHandle *)uv)->owner;
    *piece = uv_buf_init(NULL, 0); // libuv reports ENOBUFS
    if (stream == NULL) return;
    if (stream->room - stream->end < READ_CHUNK && stream->start > 0) {
        memmove(stream->buffer, stream->buffer + stream->start, ready(stream));
        stream->end -= stream->start;
        stream->start = 0;
    }
    if (stream->room - stream->end < READ_CHUNK) {
        size_t room = stream->room < READ_CHUNK ? READ_CHUNK : stream->room * 2;
        if (room - stream->end < READ_CHUNK) room = stream->end + READ_CHUNK;
        char *buffer = PyMem_RawRealloc(stream->buffer, room);
        if (buffer == NULL) return;
        stream->buffer = buffer;
        stream->room = room;
    }
    *piece = uv_buf_init(stream->buffer + stream->end, (unsigned)READ_CHUNK);
}

static void on_read(uv_stream_t *uv, ssize_t count, const uv_buf_t *piece) {
    Stream *stream = ((StreamHandle *)uv)->owner;
    if (stream == NULL || count == 0) return;
    Py_INCREF(stream);
    if (count > 0) {
        stream->end += (size_t)count;
    } else {
        uv_read_stop(uv);
        if (count == UV_EOF) stream->at_end = true;
        else stream->error = (int)-count;
    }
    serve_reader(stream);
    if (stream->handle != NULL && ready(stream) >= read_limit(stream) && !stream->at_end &&
        stream->error == 0) {
        uv_read_stop(uv);
        stream->paused = true;
    }
    Py_DECREF(stream);
}

static int resume(Stream *stream) {
    if (!stream->paused || stream->handle == NULL || ready(stream) >= read_limit(stream)) return 0;
    stream->paused = false;
    uv_read_start(&stream->handle->uv.stream, on_allocate, on_read);
    return uvhost_kick(stream->reactor);
}

int stream_begin(Stream *stream) {
    stream->paused = true;
    return resume(stream);
}

static PyObject *done_steal(Stream *stream, PyObject *result) {
    PyObject *loop = reactor_loop(stream->reactor);
    PyFuture *future = loop ? future_new(stream->state, loop) : NULL;
    Py_XDECREF(loop);
    if (future == NULL) {
        Py_XDECREF(result);
        return NULL;
    }
    future_settle_steal(future, result);
    return (PyObject *)future;
}

static int check(Stream *stream) {
    if (stream->handle == NULL || stream->finishing) {
        PyErr_SetString(PyExc_ValueError, "the stream is closed");
        return -1;
    }
    return reactor_check_here(stream->reactor, "stream", true);
}

static PyObject *begin_read(Stream *stream, Want want, size_t wanted) {
    if (check(stream) < 0) return NULL;
    if (stream->reader != NULL) {
        PyErr_SetString(PyExc_RuntimeError, "another task is already reading this stream");
        return NULL;
    }
    stream->want = want;
    stream->wanted = wanted;
    stream->searched = 0;
    PyObject *result = try_read(stream);
    if (result != NULL || PyErr_Occurred()) {
        OpStats *stats = &stream->state->stats[OP_STREAM_READ];
        stats->submitted++;
        stats->inlined++;
        stats->completed++;
        if (result != NULL && resume(stream) < 0) Py_CLEAR(result);
        return done_steal(stream, result);
    }
    PyFuture *future = wait_begin(stream->reactor, OP_STREAM_READ, stream, &stream->reader);
    if (future == NULL || resume(stream) < 0) {
        Py_XDECREF(future);
        return NULL;
    }
    return (PyObject *)future;
}

static int parse_count(PyObject *value, Py_ssize_t *count) {
    *count = PyNumber_AsSsize_t(value, PyExc_OverflowError);
    return *count == -1 && PyErr_Occurred() ? -1 : 0;
}

static PyObject *stream_read(Stream *stream, PyObject *const *arguments, Py_ssize_t count) {
    Py_ssize_t size = -1;
    if (count > 1) {
        PyErr_SetString(PyExc_TypeError, "read(size=-1)");
        return NULL;
    }
    if (count == 1 && parse_count(arguments[0], &size) < 0) return NULL;
    if (size < -1) {
        PyErr_SetString(PyExc_ValueError, "size must be non-negative or -1");
        return NULL;
    }
    if (size == 0) return check(stream) < 0 ? NULL : done_steal(stream, PyBytes_FromStringAndSize(NULL, 0));
    return size < 0 ? begin_read(stream, WANT_ALL, 0) : begin_read(stream, WANT_SOME, (size_t)size);
}

static PyObject *stream_readexactly(Stream *stream, PyObject *value) {
    Py_ssize_t size;
    if (parse_count(value, &size) < 0) return NULL;
    if (size < 0) {
        PyErr_SetString(PyExc_ValueError, "size must not be negative");
        return NULL;
    }
    return begin_read(stream, WANT_EXACTLY, (size_t)size);
}

static PyObject *stream_readuntil(Stream *stream, PyObject *const *arguments, Py_ssize_t count) {
    PyObject *separator = count == 1 ? Py_NewRef(arguments[0]) : count == 0 ? PyBytes_FromString("\n") : NULL;
    if (separator == NULL || !PyBytes_Check(separator) || PyBytes_GET_SIZE(separator) == 0) {
        if (separator != NULL && PyBytes_Check(separator))
            PyErr_SetString(PyExc_ValueError, "the separator must not be empty");
        else if (!PyErr_Occurred())
            PyErr_SetString(PyExc_TypeError, "readuntil(separator=b\"\\n\"): the separator must be bytes");
        Py_XDECREF(separator);
        return NULL;
    }
    Py_XSETREF(stream->separator, separator);
    return begin_read(stream, WANT_UNTIL, 0);
}

static PyObject *stream_readline(Stream *stream, PyObject *unused) {
    return begin_read(stream, WANT_LINE, 0);
}

static PyObject *stream_anext(Stream *stream) { return begin_read(stream, WANT_NEXT, 0); }

static PyObject *stream_aiter(Stream *stream) { return Py_NewRef(stream); }

static PyObject *stream_aenter(Stream *stream, PyObject *unused) {
    return check(stream) < 0 ? NULL : done_steal(stream, Py_NewRef(stream));
}

/* writing */

static void on_written(uv_write_t *uv, int status) {
    WriteRequest *request = (WriteRequest *)uv;
    Stream *stream = request->stream;
    stream->writes--;
    if (status < 0) raise_os_error(stream->state, -status, NULL, NULL);
    PyFuture *future = request->future;
    OpStats *stats = &stream->state->stats[OP_STREAM_WRITE];
    stats->completed++;
    stats->errors += status < 0;
    future_settle_steal(future, status < 0 ? NULL : Py_NewRef(Py_None));
    if (status < 0) future->log_exception = false; // the reader is told as well
    reactor_ready(stream->reactor, future);
    Py_DECREF(future);
    PyMem_RawFree(request);
    Py_DECREF(stream);
}

static CancelAnswer cancel_write(PyFuture *future) { return CANCELLED_NOW; }

static PyObject *queue_write(Stream *stream, const char *data, size_t size) {
    PyObject *loop = reactor_loop(stream->reactor);
    PyFuture *future = loop ? future_new(stream->state, loop) : NULL;
    Py_XDECREF(loop);
    WriteRequest *request = future ? PyMem_RawMalloc(sizeof *request + size) : NULL;
    if (request == NULL) {
        if (future != NULL) PyErr_NoMemory();
        Py_XDECREF(future);
        return NULL;
    }
    memcpy(request->data, data, size);
    uv_buf_t piece = {.base = request->data, .len = size}; // uv_buf_init takes 32 bits
    int error = uv_write(&request->uv, &stream->handle->uv.stream, &piece, 1, on_written);
    if (error != 0) {
        PyMem_RawFree(request);
        raise_os_error(stream->state, -error, NULL, NULL);
        future_settle_steal(future, NULL);
        return (PyObject *)future;
    }
    request->stream = (Stream *)Py_NewRef(stream);
    request->future = (PyFuture *)Py_NewRef(future);
    future->source = stream;
    future->cancel_source = cancel_write;
    stream->writes++;
    stream->state->stats[OP_STREAM_WRITE].queued++;
    if (uvhost_kick(stream->reactor) < 0) Py_CLEAR(future);
    return (PyObject *)future;
}

static PyObject *stream_write(Stream *stream, PyObject *data) {
    Py_buffer view;
    if (check(stream) < 0 || PyObject_GetBuffer(data, &view, PyBUF_SIMPLE) < 0) return NULL;
    OpStats *stats = &stream->state->stats[OP_STREAM_WRITE];
    size_t done = 0, size = (size_t)view.len;
    PyObject *result = NULL;
    int error = 0;
    stats->submitted++;
    while (stream->writes == 0 && done < size) {
        size_t rest = size - done;
        uv_buf_t piece = uv_buf_init((char *)view.buf + done, (unsigned)(rest > 1 << 30 ? 1 << 30 : rest));
        int put = uv_try_write(&stream->handle->uv.stream, &piece, 1);
        if (put < 0 && put != UV_EAGAIN) error = -put;
        if (put <= 0) break;
        done += (size_t)put;
    }
    if (error != 0) {
        raise_os_error(stream->state, error, NULL, NULL);
        stats->errors++;
    }
    if (error != 0 || done == size) {
        stats->inlined++;
        stats->completed++;
        result = done_steal(stream, error ? NULL : Py_NewRef(Py_None));
    } else {
        result = queue_write(stream, (char *)view.buf + done, size - done);
    }
    PyBuffer_Release(&view);
    return result;
}

bool stream_is_sending(State *state, PyObject *object) {
    return PyObject_TypeCheck(object, state->stream_type) && ((Stream *)object)->writes > 0;
}

/* the end */

static void let_go(Stream *stream) {
    reactor_notice_end(stream->reactor);
    StreamHandle *handle = stream->handle;
    if (handle == NULL) return;
    stream->handle = NULL;
    handle->owner = NULL;
    stream_handle_let_go(stream->reactor, handle);
    if (uvhost_kick(stream->reactor) < 0) PyErr_WriteUnraisable((PyObject *)stream);
    if (stream->reader != NULL) {
        raise_os_error(stream->state, ECONNABORTED, NULL, NULL);
        wait_end_steal(stream->reactor, OP_STREAM_READ, &stream->reader, NULL);
    }
}

static void on_shutdown(uv_shutdown_t *uv, int status) {
    Stream *stream = uv->data; // the reference is ours
    PyMem_RawFree(uv);
    if (stream->finishing) let_go(stream);
    if (stream->closer != NULL)
        wait_end_steal(stream->reactor, OP_STREAM_WRITE, &stream->closer, Py_NewRef(Py_None));
    Py_DECREF(stream);
}

static int shut_down(Stream *stream) {
    uv_shutdown_t *uv = PyMem_RawMalloc(sizeof *uv);
    if (uv == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    uv->data = Py_NewRef(stream);
    int error = uv_shutdown(uv, &stream->handle->uv.stream, on_shutdown);
    if (error == 0) return uvhost_kick(stream->reactor) < 0 ? -1 : 1;
    PyMem_RawFree(uv);
    Py_DECREF(stream);
    return 0;
}

static PyObject *stream_write_eof(Stream *stream, PyObject *unused) {
    if (check(stream) < 0) return NULL;
    if (shut_down(stream) < 0) return NULL;
    return done_steal(stream, Py_NewRef(Py_None));
}

static PyObject *stream_close(Stream *stream, PyObject *unused) {
    if (stream->handle == NULL || stream->finishing) return done_steal(stream, Py_NewRef(Py_None));
    if (reactor_check(stream->reactor) < 0) return NULL;
    if (stream->writes > 0) {
        int begun = shut_down(stream);
        if (begun < 0) return NULL;
        if (begun > 0) {
            stream->finishing = true;
            return (PyObject *)wait_begin(stream->reactor, OP_STREAM_WRITE, stream, &stream->closer);
        }
    }
    let_go(stream);
    return done_steal(stream, Py_NewRef(Py_None));
}

static PyObject *stream_aexit(Stream *stream, PyObject *const *arguments, Py_ssize_t count) {
    bool failed = count > 0 && arguments[0] != Py_None;
    if (!failed || stream->handle == NULL || reactor_check(stream->reactor) < 0) {
        if (PyErr_Occurred()) return NULL;
        return stream_close(stream, NULL);
    }
    // What is left to be sent may never be taken: after a timeout, for one.
    let_go(stream);
    return done_steal(stream, Py_NewRef(Py_None));
}

static PyObject *stream_abort(Stream *stream, PyObject *unused) {
    if (stream->handle != NULL && reactor_check(stream->reactor) < 0) return NULL;
    let_go(stream);
    Py_RETURN_NONE;
}

/* The loop is closed under the stream. */
static void stream_lost(uv_handle_t *uv) {
    Stream *stream = ((StreamHandle *)uv)->owner;
    if (stream == NULL) return;
    Py_INCREF(stream);
    ((StreamHandle *)uv)->owner = NULL;
    stream->handle = NULL;
    wait_lost(&stream->reader);
    wait_lost(&stream->closer);
    wait_lost(&stream->connecting);
    Py_DECREF(stream);
}

/* making one */

PyObject *stream_from_handle_steal(State *state, Reactor *reactor, StreamHandle *handle) {
    Stream *stream = (Stream *)state->stream_type->tp_alloc(state->stream_type, 0);
    if (stream == NULL) {
        stream_handle_close(handle);
        return NULL;
    }
    stream->state = state;
    stream->reactor = (Reactor *)Py_NewRef(reactor);
    stream->handle = handle;
    handle->owner = stream;
    handle->uv.any.data = (void *)stream_lost;
    return (PyObject *)stream;
}

static void on_connected(uv_connect_t *uv, int status) {
    Stream *stream = uv->data; // the reference is ours
    PyObject *path = NULL;
    PyMem_RawFree(uv);
    if (stream->connecting == NULL) {
        let_go(stream); // given up meanwhile
    } else if (status < 0) {
        let_go(stream);
        raise_os_error(stream->state, -status, path, NULL);
        wait_end_steal(stream->reactor, OP_CONNECT, &stream->connecting, NULL);
    } else {
        int begun = stream_begin(stream);
        wait_end_steal(stream->reactor, OP_CONNECT, &stream->connecting,
                       begun < 0 ? NULL : Py_NewRef(stream));
    }
    Py_DECREF(stream);
}

static PyObject *connect_begin(Stream *stream, const char *path, const struct sockaddr *address) {
    uv_connect_t *uv = PyMem_RawMalloc(sizeof *uv);
    if (uv == NULL) return PyErr_NoMemory();
    uv->data = Py_NewRef(stream);
    PyFuture *future = wait_begin(stream->reactor, OP_CONNECT, stream, &stream->connecting);
    int error = 0;
    if (future == NULL) error = UV_ENOMEM;
    else if (address != NULL) error = uv_tcp_connect(uv, &stream->handle->uv.tcp, address, on_connected);
    else uv_pipe_connect(uv, &stream->handle->uv.pipe, path, on_connected);
    if (error != 0) {
        PyMem_RawFree(uv);
        if (future != NULL) {
            let_go(stream);
            raise_os_error(stream->state, -error, NULL, NULL);
            wait_end_steal(stream->reactor, OP_CONNECT, &stream->connecting, NULL);
        }
        Py_DECREF(stream);
    } else if (uvhost_kick(stream->reactor) < 0) {
        Py_CLEAR(future);
    }
    return (PyObject *)future;
}

int parse_address(const char *host, int port, int scope, struct sockaddr_storage *address) {
    if (uv_ip4_addr(host, port, (struct sockaddr_in *)address) == 0) return 0;
    if (uv_ip6_addr(host, port, (struct sockaddr_in6 *)address) == 0) {
        if (scope != 0) ((struct sockaddr_in6 *)address)->sin6_scope_id = (uint32_t)scope;
        return 0;
    }
    PyErr_Format(PyExc_ValueError, "not a numeric address: %s", host);
    return -1;
}

PyObject *connect_tcp(PyObject *module, PyObject *arguments) {
    const char *host;
    int port, scope = 0;
    struct sockaddr_storage address;
    if (!PyArg_ParseTuple(arguments, "si|i:_connect_tcp", &host, &port, &scope)) return NULL;
    State *state = state_of_module(module);
    Reactor *reactor = parse_address(host, port, scope, &address) < 0 ? NULL : reactor_current(state);
    StreamHandle *handle = reactor ? stream_handle_new(reactor, false) : NULL;
    if (handle == NULL) return NULL;
    uv_tcp_nodelay(&handle->uv.tcp, 1);
    PyObject *stream = stream_from_handle_steal(state, reactor, handle);
    PyObject *future = stream ? connect_begin((Stream *)stream, NULL, (struct sockaddr *)&address) : NULL;
    Py_XDECREF(stream);
    return future;
}

PyObject *connect_unix(PyObject *module, PyObject *arguments) {
    const char *path;
    State *state = state_of_module(module);
    if (!PyArg_ParseTuple(arguments, "y:_connect_unix", &path)) return NULL;
    Reactor *reactor = reactor_current(state);
    StreamHandle *handle = reactor ? stream_handle_new(reactor, true) : NULL;
    PyObject *stream = handle ? stream_from_handle_steal(state, reactor, handle) : NULL;
    PyObject *future = stream ? connect_begin((Stream *)stream, path, NULL) : NULL;
    Py_XDECREF(stream);
    return future;
}

/* A stream over a descriptor that is its own from now on; closed when that fails. */
PyObject *stream_open(PyObject *module, PyObject *arguments) {
    int fd, tcp, reads;
    State *state = state_of_module(module);
    if (!PyArg_ParseTuple(arguments, "ipp:_stream_open", &fd, &tcp, &reads)) return NULL;
    Reactor *reactor = reactor_current(state);
    StreamHandle *handle = reactor ? stream_handle_new(reactor, !tcp) : NULL;
    if (handle == NULL) {
        close_descriptor(fd);
        return NULL;
    }
    int error = tcp ? uv_tcp_open(&handle->uv.tcp, fd) : uv_pipe_open(&handle->uv.pipe, fd);
    if (error != 0) {
        close_descriptor(fd);
        stream_handle_close(handle);
        raise_os_error(state, -error, NULL, NULL);
        return NULL;
    }
    PyObject *stream = stream_from_handle_steal(state, reactor, handle);
    if (stream != NULL && reads && stream_begin((Stream *)stream) < 0) Py_CLEAR(stream);
    return stream;
}

static int stream_traverse(Stream *stream, visitproc visit, void *arg) {
    Py_VISIT(Py_TYPE(stream));
    Py_VISIT(stream->reactor);
    Py_VISIT(stream->reader);
    Py_VISIT(stream->closer);
    Py_VISIT(stream->connecting);
    return 0;
}

static int stream_clear(Stream *stream) {
    Py_CLEAR(stream->reader);
    Py_CLEAR(stream->closer);
    Py_CLEAR(stream->connecting);
    return 0;
}

static void stream_finalize(Stream *stream) {
    if (stream->handle == NULL) return;
    PyObject *type, *value, *traceback;
    PyErr_Fetch(&type, &value, &traceback);
    if (!stream->reactor->closed && stream->connecting == NULL &&
        PyErr_ResourceWarning((PyObject *)stream, 1, "unclosed stream %R", stream) < 0)
        PyErr_WriteUnraisable((PyObject *)stream);
    let_go(stream);
    PyErr_Restore(type, value, traceback);
}

static void stream_dealloc(Stream *stream) {
    if (PyObject_CallFinalizerFromDealloc((PyObject *)stream) < 0) return;
    PyTypeObject *type = Py_TYPE(stream);
    PyObject_GC_UnTrack(stream);
    if (stream->weakrefs != NULL) PyObject_ClearWeakRefs((PyObject *)stream);
    stream_clear(stream);
    Py_CLEAR(stream->separator);
    Py_CLEAR(stream->reactor);
    PyMem_RawFree(stream->buffer);
    type->tp_free(stream);
    Py_DECREF(type);
}

static PyObject *stream_fileno(Stream *stream, PyObject *unused) {
    if (check(stream) < 0) return NULL;
    return PyLong_FromLong(handle_fd(stream));
}

static PyObject *get_peer(Stream *stream, void *unused) { return address_of_fd(handle_fd(stream), true); }
static PyObject *get_own(Stream *stream, void *unused) { return address_of_fd(handle_fd(stream), false); }

static PyObject *stream_repr(Stream *stream) {
    if (stream->handle == NULL || stream->finishing) return PyUnicode_FromString("<dxpy.aio.Stream closed>");
    PyObject *own = get_own(stream, NULL), *peer = own ? get_peer(stream, NULL) : NULL;
    PyObject *text = peer ? PyUnicode_FromFormat("<dxpy.aio.Stream %R to %R>", own, peer) : NULL;
    Py_XDECREF(own);
    Py_XDECREF(peer);
    return text;
}

static PyObject *get_closed(Stream *stream, void *unused) {
    return PyBool_FromLong(stream->handle == NULL || stream->finishing);
}

static PyMethodDef stream_methods[] = {
    {"read", (PyCFunction)(void (*)(void))stream_read, METH_FASTCALL,
     "read(size=-1): what is there, up to size bytes, waiting for at least one; b\"\" at the end. -1: all up "
     "to the end."},
    {"readexactly", (PyCFunction)stream_readexactly, METH_O,
     "readexactly(size): size bytes; asyncio.IncompleteReadError when the end comes before."},
    {"readuntil", (PyCFunction)(void (*)(void))stream_readuntil, METH_FASTCALL,
     "readuntil(separator=b\"\\n\"): up to and with the separator, within 256 KiB (else ValueError)."},
    {"readline", (PyCFunction)stream_readline, METH_NOARGS,
     "One line with its end; what is left, or nothing, at the end."},
    {"write", (PyCFunction)stream_write, METH_O,
     "write(data): send bytes-like data; done when the system has taken all of it. Cancelling does not "
     "unsend it."},
    {"write_eof", (PyCFunction)stream_write_eof, METH_NOARGS, "Say that nothing more will be sent."},
    {"close", (PyCFunction)stream_close, METH_NOARGS, "Send what waits to be sent, and close. Idempotent."},
    {"abort", (PyCFunction)stream_abort, METH_NOARGS, "Close at once, whatever waits."},
    {"__aenter__", (PyCFunction)stream_aenter, METH_NOARGS, NULL},
    {"__aexit__", (PyCFunction)(void (*)(void))stream_aexit, METH_FASTCALL, NULL},
    {"fileno", (PyCFunction)stream_fileno, METH_NOARGS, "The descriptor, which stays the stream's."},
    {NULL},
};

static PyGetSetDef stream_getset[] = {
    {"peername", (getter)get_peer, NULL, "The other side's address, or None.", NULL},
    {"sockname", (getter)get_own, NULL, "This side's address, or None.", NULL},
    {"closed", (getter)get_closed, NULL, "Whether it was closed from this side.", NULL},
    {NULL},
};

static PyMemberDef stream_members[] = {
    {"__weaklistoffset__", T_PYSSIZET, offsetof(Stream, weakrefs), READONLY, NULL},
    {NULL},
};

static PyType_Slot stream_slots[] = {
    {Py_tp_doc, "A connection or pipe, as libuv drives it."},
    {Py_tp_dealloc, stream_dealloc},
    {Py_tp_finalize, stream_finalize},
    {Py_tp_traverse, stream_traverse},
    {Py_tp_clear, stream_clear},
    {Py_tp_repr, stream_repr},
    {Py_am_aiter, stream_aiter},
    {Py_am_anext, stream_anext},
    {Py_tp_methods, stream_methods},
    {Py_tp_getset, stream_getset},
    {Py_tp_members, stream_members},
    {0, NULL},
};

PyType_Spec stream_spec = {
    .name = "dxpy.aio.Stream",
    .basicsize = sizeof(Stream),
    .flags =
        Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_DISALLOW_INSTANTIATION,
    .slots = stream_slots,
};
