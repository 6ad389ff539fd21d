/* The engine of an open file. Reads and writes of the file object are requests in a queue; the head is served
 * from the buffers, and by one operation at a time where these do not suffice. A read that is given up loses
 * nothing: what the system has delivered stays in the buffer, or the position goes back. */
#include "reactor/file.h"
#include "reactor/run.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

typedef enum Step { STEP_DONE, STEP_FAILED, STEP_BLOCKED } Step;

static bool is_reading(RequestKind kind) { return kind <= REQUEST_NEXT; }

/* operations of the system */

static void io_ended(Op *op) {
    File *file = op->owner;
    Request *request = file->head;
    int error = op->error;
    size_t value = (size_t)op->value;
    switch (file->io) {
    case IO_FILL:
        if (op->owns_data && error == 0) memcpy(file->read_buffer + file->read_end, op->data, value);
        if (error == 0) file->at_end = value == 0;
        file->read_end += value;
        file->position += (int64_t)value;
        break;
    case IO_DIRECT:
        if (error == 0) file->at_end = value == 0;
        request->filled += value;
        file->position += (int64_t)value;
        break;
    case IO_FLUSH:
        memmove(file->write_buffer, file->write_buffer + value, file->write_size - value);
        file->write_size -= value;
        file->position += (int64_t)value;
        break;
    case IO_WRITE:
        request->filled += value;
        file->position += (int64_t)value;
        break;
    case IO_OTHER:
    case IO_NONE: break;
    }
    file->io = IO_NONE;
    file->io_error = error;
}

static void io_finished(Op *op) {
    File *file = op->owner;
    State *state = file->state;
    Py_INCREF(file);
    io_ended(op);
    op_free(state, op);
    file_step(file);
    Py_DECREF(file);
}

/* 1: ended, the outcome is in file; 0: under way; -1 exception */
static int io_start(File *file, FileIo io, OpKind kind, char *data, size_t size, int64_t offset) {
    if (reactor_check(file->reactor) < 0) return -1;
    Op op = {
        .kind = kind, .fd = file->fd, .data = data, .size = size, .offset = offset, .finish = io_finished};
    if (kind == OP_FILE_READ && !file->seekable) {
        op.flags = OP_FLAG_STREAM;
        op.data = NULL;
    }
    op.owner = Py_NewRef(file);
    file->io = io;
    file->io_error = 0;
    int ended = reactor_start(file->reactor, &op, file->reactor->budget > 0);
    if (ended > 0) {
        io_ended(&op);
        op_release(file->state, &op);
    } else if (ended < 0) {
        file->io = IO_NONE;
    }
    return ended;
}

/* The first error of an operation is the head's; it is raised here. */
static bool io_failed(File *file) {
    if (file->io_error == 0) return false;
    raise_os_error(file->state, file->io_error, file->name, NULL);
    file->io_error = 0;
    return true;
}

static Step io_step(File *file, FileIo io, OpKind kind, char *data, size_t size, int64_t offset) {
    int ended = io_start(file, io, kind, data, size, offset);
    if (ended < 0) return STEP_FAILED;
    if (ended == 0) return STEP_BLOCKED;
    return io_failed(file) ? STEP_FAILED : STEP_DONE;
}

/* buffers */

static int make_room(File *file, size_t wanted) {
    if (file->read_start == file->read_end) file->read_start = file->read_end = 0;
    if (file->read_room - file->read_end >= wanted) return 0;
    if (file->read_start > 0) {
        memmove(file->read_buffer, file->read_buffer + file->read_start, file->read_end - file->read_start);
        file->read_end -= file->read_start;
        file->read_start = 0;
        if (file->read_room - file->read_end >= wanted) return 0;
    }
    size_t room = file->read_end + wanted;
    if (file->read_room > 0 && room < file->read_room * 2 && wanted == FILE_CHUNK) room = file->read_room * 2;
    char *buffer = PyMem_RawRealloc(file->read_buffer, room);
    if (buffer == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    file->read_buffer = buffer;
    file->read_room = room;
    return 0;
}

static Step fill(File *file, size_t wanted) {
    if (make_room(file, wanted) < 0) return STEP_FAILED;
    return io_step(file, IO_FILL, OP_FILE_READ, file->read_buffer + file->read_end, wanted, file->position);
}

/* Forget what was read ahead: the position becomes the reader's. */
void file_drop_read(File *file) {
    if (file->seekable) file->position -= (int64_t)(file->read_end - file->read_start);
    file->read_start = file->read_end = 0;
    file->at_end = false;
}

static Step flush(File *file) {
    while (file->write_size > 0) {
        int64_t offset = file->append || !file->seekable ? -1 : file->position;
        Step step = io_step(file, IO_FLUSH, OP_FILE_WRITE, file->write_buffer, file->write_size, offset);
        if (step != STEP_DONE) return step;
    }
    return STEP_DONE;
}

static size_t bytes_left(File *file) {
    struct stat status;
    if (!file->seekable || fstat(file->fd, &status) != 0 || status.st_size <= file->position) return 0;
    return (size_t)(status.st_size - file->position);
}

static size_t take_bytes(File *file, char *target, size_t wanted) {
    size_t there = file->read_end - file->read_start;
    if (wanted > there) wanted = there;
    if (wanted == 0) return 0;
    memcpy(target, file->read_buffer + file->read_start, wanted);
    file->read_start += wanted;
    return wanted;
}

/* reading */

static void trim_buffer(File *file) {
    if (file->read_start != file->read_end || file->read_room <= 16 * FILE_CHUNK) return;
    PyMem_RawFree(file->read_buffer);
    file->read_buffer = NULL;
    file->read_room = file->read_start = file->read_end = 0;
}

/* As many bytes as asked for, past the buffer where much is missing; target has room for wanted bytes. */
static Step read_into(File *file, Request *request, size_t wanted) {
    request->filled += take_bytes(file, request->target + request->filled, wanted - request->filled);
    while (request->filled < wanted && !file->at_end) {
        size_t missing = wanted - request->filled;
        Step step = missing >= FILE_CHUNK
                        ? io_step(file, IO_DIRECT, OP_FILE_READ, request->target + request->filled, missing,
                                  file->position)
                        : fill(file, FILE_CHUNK);
        if (step != STEP_DONE) return step;
        request->filled += take_bytes(file, request->target + request->filled, wanted - request->filled);
    }
    return STEP_DONE;
}

static int grow_out(Request *request, size_t room) {
    if (request->out == NULL) request->out = PyBytes_FromStringAndSize(NULL, (Py_ssize_t)room);
    else _PyBytes_Resize(&request->out, (Py_ssize_t)room);
    if (request->out == NULL) return -1;
    request->room = room;
    request->target = PyBytes_AS_STRING(request->out);
    return 0;
}

static Step step_read_seekable(File *file, Request *request) {
    bool all = request->size < 0;
    for (;;) {
        size_t there = file->read_end - file->read_start + bytes_left(file);
        size_t room = request->filled + there;
        if (!all && room > (size_t)request->size) room = (size_t)request->size;
        if (file->at_end && room == request->filled) break;
        if (room <= request->filled) room = request->filled + FILE_CHUNK; // the size is not said: look
        if (!all && room > (size_t)request->size) room = (size_t)request->size;
        if ((request->out == NULL || room > request->room) && grow_out(request, room) < 0) return STEP_FAILED;
        Step step = read_into(file, request, request->room);
        if (step != STEP_DONE) return step;
        if (file->at_end || (!all && request->filled == (size_t)request->size)) break;
        if (all && bytes_left(file) == 0 && file->read_start == file->read_end) {
            step = fill(file, FILE_CHUNK); // is this the end?
            if (step != STEP_DONE) return step;
        }
    }
    if (request->out == NULL && grow_out(request, 0) < 0) return STEP_FAILED;
    if (_PyBytes_Resize(&request->out, (Py_ssize_t)request->filled) < 0) return STEP_FAILED;
    return STEP_DONE;
}

/* Pipes and terminals: everything passes through the buffer, so that giving up loses nothing. */
static Step step_read_stream(File *file, Request *request) {
    bool all = request->size < 0;
    while (!file->at_end && (all || file->read_end - file->read_start < (size_t)request->size)) {
        Step step = fill(file, FILE_CHUNK);
        if (step != STEP_DONE) return step;
    }
    size_t size = file->read_end - file->read_start;
    if (!all && size > (size_t)request->size) size = (size_t)request->size;
    request->out = PyBytes_FromStringAndSize(file->read_buffer + file->read_start, (Py_ssize_t)size);
    if (request->out == NULL) return STEP_FAILED;
    file->read_start += size;
    file->at_end = false;
    return STEP_DONE;
}

static Step step_read_text(File *file, Request *request) {
    bool all = request->size < 0;
    while (!file->at_end && (all || text_ready(file) < request->size)) {
        size_t left = all ? bytes_left(file) + 1 : 0;
        Step step = fill(file, left > FILE_CHUNK ? left : FILE_CHUNK);
        if (step != STEP_DONE) return step;
        if (text_decode(file, file->at_end) < 0) return STEP_FAILED;
    }
    request->out = text_take(file, request->size);
    return request->out == NULL ? STEP_FAILED : STEP_DONE;
}

static Step step_read(File *file, Request *request) {
    if (file->is_text) return step_read_text(file, request);
    return file->seekable ? step_read_seekable(file, request) : step_read_stream(file, request);
}

static Step step_readinto(File *file, Request *request) {
    request->target = request->view.buf;
    size_t wanted = (size_t)request->view.len;
    if (file->seekable) return read_into(file, request, wanted);
    while (!file->at_end && file->read_end - file->read_start < wanted) {
        Step step = fill(file, FILE_CHUNK);
        if (step != STEP_DONE) return step;
    }
    request->filled = take_bytes(file, request->target, wanted);
    return STEP_DONE;
}

PyObject *file_take_line(File *file, Py_ssize_t limit, bool at_end) {
    if (file->is_text) return text_take_line(file, limit, at_end);
    size_t there = file->read_end - file->read_start;
    const char *start = file->read_buffer + file->read_start;
    const char *end = there > 0 ? memchr(start, '\n', there) : NULL;
    size_t size = end != NULL ? (size_t)(end - start) + 1 : there;
    if (limit >= 0 && size >= (size_t)limit) size = (size_t)limit;
    else if (end == NULL && !at_end) return NULL;
    PyObject *line = PyBytes_FromStringAndSize(start, (Py_ssize_t)size);
    if (line != NULL) file->read_start += size;
    return line;
}

static Step step_line(File *file, Request *request) {
    for (;;) {
        PyObject *line = file_take_line(file, request->size, file->at_end);
        if (line == NULL && PyErr_Occurred()) return STEP_FAILED;
        if (line != NULL) {
            Py_ssize_t length = file->is_text ? PyUnicode_GET_LENGTH(line) : PyBytes_GET_SIZE(line);
            request->out = line;
            if (length > 0 || request->kind == REQUEST_LINE) return STEP_DONE;
            PyErr_SetNone(PyExc_StopAsyncIteration);
            return STEP_FAILED;
        }
        Step step = fill(file, FILE_CHUNK);
        if (step != STEP_DONE) return step;
        if (file->is_text && text_decode(file, file->at_end) < 0) return STEP_FAILED;
    }
}

/* writing */

static Step step_write(File *file, Request *request) {
    size_t size = (size_t)request->view.len;
    while (request->filled < size) {
        if (file->write_size == 0 && (size - request->filled >= FILE_CHUNK || !file->buffered)) {
            int64_t offset = file->append || !file->seekable ? -1 : file->position;
            Step step = io_step(file, IO_WRITE, OP_FILE_WRITE, (char *)request->view.buf + request->filled,
                                size - request->filled, offset);
            if (step != STEP_DONE) return step;
            continue;
        }
        if (file->write_buffer == NULL && (file->write_buffer = PyMem_RawMalloc(FILE_CHUNK)) == NULL) {
            PyErr_NoMemory();
            return STEP_FAILED;
        }
        size_t rest = size - request->filled;
        if (rest <= FILE_CHUNK - file->write_size) {
            memcpy(file->write_buffer + file->write_size, (char *)request->view.buf + request->filled, rest);
            file->write_size += rest;
            request->filled += rest;
            return STEP_DONE;
        }
        Step step = flush(file);
        if (step != STEP_DONE) return step;
    }
    return STEP_DONE;
}

static Step step_seek(File *file, Request *request) {
    struct stat status;
    int64_t base = 0;
    Step step = flush(file);
    if (step != STEP_DONE) return step;
    if (request->whence == 1 && file->is_text && request->offset == 0) {
        PyObject *place = text_tell(file);
        base = place ? PyLong_AsLongLong(place) : -1;
        Py_XDECREF(place);
        if (base < 0) return STEP_FAILED;
    }
    if (request->whence == 1 && !file->is_text)
        base = file->position - (int64_t)(file->read_end - file->read_start);
    if (request->whence == 2) {
        if (fstat(file->fd, &status) != 0) {
            raise_os_error(file->state, errno, file->name, NULL);
            return STEP_FAILED;
        }
        base = status.st_size;
    }
    if (base + request->offset < 0) {
        raise_os_error(file->state, EINVAL, file->name, NULL);
        return STEP_FAILED;
    }
    file_drop_read(file);
    file->position = base + request->offset;
    if (file->is_text && text_restart(file) < 0) return STEP_FAILED;
    return STEP_DONE;
}

static Step step_own(File *file, Request *request, OpKind kind, size_t size) {
    if (request->issued) return STEP_DONE;
    request->issued = true;
    return io_step(file, IO_OTHER, kind, NULL, size, 0);
}

static Step step_truncate(File *file, Request *request) {
    Step step = flush(file);
    if (step != STEP_DONE) return step;
    if (!request->issued) {
        file_drop_read(file);
        if (request->offset < 0) request->offset = file->position;
    }
    return step_own(file, request, OP_FTRUNCATE, (size_t)request->offset);
}

static Step step_sync(File *file, Request *request) {
    Step step = flush(file);
    if (step != STEP_DONE) return step;
    return step_own(file, request, request->data_only ? OP_FDATASYNC : OP_FSYNC, 0);
}

/* The descriptor goes last, after what is under way on it; an error of the flush does not keep it open. */
static Step step_close(File *file, Request *request) {
    if (file->fd < 0) return STEP_DONE;
    if (!request->issued) {
        Step step = flush(file);
        if (step == STEP_BLOCKED) return step;
        if (step == STEP_FAILED) file->write_size = 0;
        if (file->others > 0) {
            PyErr_Clear();
            return STEP_BLOCKED;
        }
        request->issued = true;
        if (step == STEP_FAILED || !file->owns_fd) {
            if (file->owns_fd) close_file(file->fd);
            file->fd = -1;
            return step;
        }
        int ended = io_start(file, IO_OTHER, OP_FILE_CLOSE, NULL, 0, 0);
        if (ended == 0) return STEP_BLOCKED;
        if (ended < 0) close_file(file->fd);
        file->fd = -1;
        return ended < 0 || io_failed(file) ? STEP_FAILED : STEP_DONE;
    }
    file->fd = -1; // the close has come back
    return STEP_DONE;
}

static Step step_request(File *file, Request *request) {
    if (io_failed(file)) {
        if (request->kind != REQUEST_CLOSE) return STEP_FAILED;
        // The flush before the close failed: close all the same.
        if (!request->issued && file->owns_fd) close_file(file->fd);
        file->fd = -1;
        return STEP_FAILED;
    }
    if (!request->begun) {
        request->begun = true;
        request->start = file->position - (int64_t)(file->read_end - file->read_start);
        if (is_reading(request->kind)) file->at_end = false;
    }
    if (is_reading(request->kind) && file->write_size > 0) {
        Step step = flush(file);
        if (step != STEP_DONE) return step;
    }
    if (request->kind == REQUEST_WRITE && file->read_start != file->read_end) file_drop_read(file);
    switch (request->kind) {
    case REQUEST_READ: return step_read(file, request);
    case REQUEST_READINTO: return step_readinto(file, request);
    case REQUEST_LINE:
    case REQUEST_NEXT: return step_line(file, request);
    case REQUEST_WRITE: return step_write(file, request);
    case REQUEST_FLUSH: return flush(file);
    case REQUEST_SEEK: return step_seek(file, request);
    case REQUEST_TRUNCATE: return step_truncate(file, request);
    case REQUEST_SYNC: return step_sync(file, request);
    case REQUEST_CLOSE: return step_close(file, request);
    }
    Py_UNREACHABLE();
}

/* the queue */

static PyObject *request_result(File *file, Request *request) {
    switch (request->kind) {
    case REQUEST_READ:
    case REQUEST_LINE:
    case REQUEST_NEXT: return Py_NewRef(request->out);
    case REQUEST_READINTO: return PyLong_FromSize_t(request->filled);
    case REQUEST_WRITE: return PyLong_FromSsize_t(request->size);
    case REQUEST_SEEK: return PyLong_FromLongLong(file->position);
    case REQUEST_TRUNCATE: return PyLong_FromLongLong(request->offset);
    default: Py_RETURN_NONE;
    }
}

static void free_request(Request *request) {
    if (request->view.obj != NULL) PyBuffer_Release(&request->view);
    Py_XDECREF(request->out);
    Py_XDECREF((PyObject *)request->future);
    PyMem_Free(request);
}

static void pop_head(File *file) {
    Request *request = file->head;
    file->head = request->next;
    if (file->head == NULL) file->tail = NULL;
}

static void give_back(File *file, Request *request) {
    // A read nobody waits for any more: the next one begins where this one did.
    if (!is_reading(request->kind) || !file->seekable || file->is_text || request->filled == 0) return;
    file->position = request->start;
    file->read_start = file->read_end = 0;
}

static void end_request(File *file, Request *request, Step step) {
    PyFuture *future = request->future;
    pop_head(file);
    if (future == NULL) {
        give_back(file, request);
        PyErr_Clear();
    } else {
        if (step == STEP_FAILED && request->kind == REQUEST_WRITE) {
            // What reached the file of this write.
            PyObject *type, *value, *traceback, *count = PyLong_FromSize_t(request->filled);
            PyErr_Fetch(&type, &value, &traceback);
            PyErr_NormalizeException(&type, &value, &traceback);
            if (count == NULL || PyObject_SetAttr(value, file->state->names[NAME_BYTES_WRITTEN], count) < 0)
                PyErr_Clear();
            Py_XDECREF(count);
            PyErr_Restore(type, value, traceback);
        }
        future_settle_steal(future, step == STEP_DONE ? request_result(file, request) : NULL);
        reactor_ready(file->reactor, future);
    }
    free_request(request);
    trim_buffer(file);
}

void file_step(File *file) {
    if (file->stepping) return;
    file->stepping = true;
    Py_INCREF(file);
    while (file->head != NULL && file->io == IO_NONE) {
        Request *request = file->head;
        Step step = request->future == NULL && request->kind != REQUEST_CLOSE ? STEP_FAILED
                                                                              : step_request(file, request);
        if (step == STEP_BLOCKED) break;
        end_request(file, request, step);
    }
    file->stepping = false;
    Py_DECREF(file);
}

void file_other_ended(File *file) {
    file->others--;
    if (file->others == 0 && file->closing) file_step(file);
}

void file_lost(File *file) {
    Request **link = &file->head;
    Py_INCREF(file);
    while (*link != NULL) {
        Request *request = *link;
        PyFuture *future = request->future;
        request->future = NULL;
        if (future != NULL) {
            future->source = NULL;
            future->status = FUTURE_CANCELLED;
            if (future_schedule_callbacks(future) < 0) PyErr_Clear(); // the loop is closed
            Py_DECREF(future);
        }
        link = &request->next;
    }
    Py_DECREF(file);
}

static CancelAnswer cancel_request(PyFuture *future) {
    File *file = future->source;
    Request *before = NULL, *request = file->head;
    while (request != NULL && request->future != future) before = request, request = request->next;
    if (request == NULL) return CANCEL_REFUSED;
    bool running = before == NULL && file->io != IO_NONE;
    if (running || request->kind == REQUEST_CLOSE) {
        file->state->stats[OP_FILE_READ].cancelled += is_reading(request->kind);
        if (!is_reading(request->kind)) return CANCELLED_LATER;
        Py_CLEAR(request->future);
        return CANCELLED_NOW;
    }
    if (before != NULL) before->next = request->next;
    else file->head = request->next;
    if (file->tail == request) file->tail = before;
    free_request(request);
    return CANCELLED_NOW;
}

PyObject *file_request_steal(File *file, Request *model) {
    PyObject *loop = reactor_loop(file->reactor);
    PyFuture *future = loop ? future_new(file->state, loop) : NULL;
    Request *request = future ? PyMem_Malloc(sizeof *request) : NULL;
    Py_XDECREF(loop);
    if (request == NULL) {
        if (future != NULL) PyErr_NoMemory();
        Py_XDECREF(future);
        if (model->view.obj != NULL) PyBuffer_Release(&model->view);
        return NULL;
    }
    *request = *model;
    request->next = NULL;
    request->future = (PyFuture *)Py_NewRef(future);
    future->source = file;
    future->cancel_source = cancel_request;
    if (file->tail != NULL) file->tail->next = request;
    else file->head = request;
    file->tail = request;
    file_step(file);
    return (PyObject *)future;
}

int file_check(File *file, bool here) {
    if (file->fd < 0 || file->closing) {
        PyErr_SetString(PyExc_ValueError, "I/O operation on closed file.");
        return -1;
    }
    if (file->reactor->closed) {
        PyErr_SetString(PyExc_RuntimeError, "the file belongs to an event loop that was closed");
        return -1;
    }
    return here ? reactor_check_here(file->reactor, "file", true) : reactor_check(file->reactor);
}
