/* The inline attempt of an operation whose result is built in a Python object. */
#include "reactor/reactor.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

/* Open from the caches, make room for what fstat said, read from the page cache. Whatever is not there stays
 * with the operation (descriptor, room, bytes read so far) and a lane goes on from it. */
static int start_read_file(State *state, Op *op) {
    int64_t size = 0;
    size_t limit = op->size;
    int fd = fast_open_regular(op->path, &size);
    if (fd < 0) {
        if (errno != ENOENT && errno != EACCES && errno != ENOTDIR) return 0;
        op->error = errno;
        return 1;
    }
    op->fd = fd;
    op->opened = true;
    if (size == 0) {
        // Empty, or a file of /proc that does not say its size: a lane finds out.
        close_descriptor(fd);
        op->fd = -1;
        op->opened = false;
        return 0;
    }
    size_t wanted = (size_t)size < limit ? (size_t)size : limit;
    PyObject *bytes = PyBytes_FromStringAndSize(NULL, (Py_ssize_t)wanted);
    if (bytes == NULL) {
        close_descriptor(fd);
        op->fd = -1;
        return -1;
    }
    op->content = bytes;
    op->data = PyBytes_AS_STRING(bytes);
    op->offset = (int64_t)wanted; // the room in data
    if (wanted > INLINE_LIMIT) return 0;
    ssize_t got = wanted == 0 ? 0 : fast_pread(fd, op->data, wanted, 0);
    if (got > 0) op->value = got;
    if (got != (ssize_t)wanted) return 0;
    close_descriptor(fd);
    op->fd = -1;
    op->opened = false;
    return 1;
}

int start_inline(State *state, Op *op) {
    if (op->kind == OP_READ_FILE) return start_read_file(state, op);
    if (op->kind == OP_PREAD && op->data == NULL) {
        PyObject *bytes = PyBytes_FromStringAndSize(NULL, (Py_ssize_t)op->size);
        if (bytes == NULL) return -1;
        op->content = bytes;
        op->data = PyBytes_AS_STRING(bytes);
    }
    return fast_run(op);
}
