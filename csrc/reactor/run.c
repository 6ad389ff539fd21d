/* Operations done by a worker: blocking, through libuv's synchronous calls where it has one. */
#include "reactor/run.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
#include <uv.h>

/* libuv's synchronous calls return -errno; the request is cleaned when nothing in it is needed. */
#define UV_CALL(call, ...)                                                                                   \
    ({                                                                                                       \
        uv_fs_t request_;                                                                                    \
        ssize_t result_ = uv_fs_##call(NULL, &request_, __VA_ARGS__, NULL);                                  \
        uv_fs_req_cleanup(&request_);                                                                        \
        result_;                                                                                             \
    })

int open_path(const char *path, int flags, int mode) {
    return (int)UV_CALL(open, path, flags | O_CLOEXEC, mode);
}

void close_descriptor(int fd) { close(fd); }

int close_file(int fd) { return (int)UV_CALL(close, fd); }

ssize_t read_some(int fd, void *data, size_t size, int64_t offset) {
    uv_buf_t part = uv_buf_init(data, (unsigned)(size > READ_CAP ? READ_CAP : size));
    ssize_t got;
    do got = UV_CALL(read, fd, &part, 1, offset);
    while (got == UV_EINTR);
    return got;
}

ssize_t write_some(int fd, const void *data, size_t size, int64_t offset) {
    uv_buf_t part = uv_buf_init((char *)data, (unsigned)(size > READ_CAP ? READ_CAP : size));
    ssize_t put;
    do put = UV_CALL(write, fd, &part, 1, offset);
    while (put == UV_EINTR);
    return put;
}

/* A non-blocking descriptor in a worker: wait for it here. */
static int wait_ready(int fd, short events) {
    struct pollfd entry = {.fd = fd, .events = events};
    int ready;
    do ready = poll(&entry, 1, -1);
    while (ready < 0 && errno == EINTR);
    return ready < 0 ? -errno : 0;
}

/* Short writes are continued; *done counts what was written also when it ends in an error. */
int write_fully(int fd, const char *data, size_t size, int64_t offset, int64_t *done) {
    while ((size_t)*done < size) {
        ssize_t put = write_some(fd, data + *done, size - (size_t)*done, offset < 0 ? -1 : offset + *done);
        if (put == UV_EAGAIN) put = wait_ready(fd, POLLOUT);
        if (put < 0) return (int)put;
        *done += put;
    }
    return 0;
}

/* Short reads are continued up to the end of the file. */
int read_fully(int fd, char *data, size_t size, int64_t offset, int64_t *done) {
    while ((size_t)*done < size) {
        ssize_t got = read_some(fd, data + *done, size - (size_t)*done, offset < 0 ? -1 : offset + *done);
        if (got < 0) return (int)got;
        if (got == 0) break;
        *done += got;
    }
    return 0;
}

static void fail(Op *op, ssize_t result) {
    if (result < 0) op->error = (int)-result;
}

static void run_pread(Op *op) {
    if (op->data == NULL) {
        op->data = malloc(op->size ? op->size : 1);
        if (op->data == NULL) {
            op->error = ENOMEM;
            return;
        }
        op->owns_data = true;
    }
    fail(op, read_fully(op->fd, op->data, op->size, op->offset, &op->value));
}

static void run_read_fd(Op *op) {
    op->data = malloc(op->size ? op->size : 1);
    if (op->data == NULL) {
        op->error = ENOMEM;
        return;
    }
    op->owns_data = true;
    ssize_t got;
    do {
        got = read_some(op->fd, op->data, op->size, -1);
        if (got != UV_EAGAIN) break;
        got = wait_ready(op->fd, POLLIN);
    } while (got == 0);
    if (got < 0) fail(op, got);
    else op->value = got;
}

/* All of several buffers, one after the other. */
static void run_vectors(Op *op, int (*step)(int, char *, size_t, int64_t, int64_t *)) {
    int64_t offset = op->offset;
    for (int i = 0; i < op->vector_count; i++) {
        int64_t done = 0;
        int error = step(op->fd, op->vectors[i].iov_base, op->vectors[i].iov_len, offset, &done);
        op->value += done;
        if (offset >= 0) offset += done;
        if (error != 0) {
            fail(op, error);
            return;
        }
        if ((size_t)done < op->vectors[i].iov_len) return;
    }
}

static int write_step(int fd, char *data, size_t size, int64_t offset, int64_t *done) {
    return write_fully(fd, data, size, offset, done);
}

static void run_sendfile(Op *op) {
    while (op->value < (int64_t)op->size) {
        size_t rest = op->size - (size_t)op->value;
        ssize_t sent =
            UV_CALL(sendfile, op->fd, op->fd2, op->offset + op->value, rest > READ_CAP ? READ_CAP : rest);
        if (sent == UV_EINTR) continue;
        if (sent == UV_EAGAIN) {
            sent = wait_ready(op->fd, POLLOUT);
            if (sent == 0) continue;
        }
        if (sent < 0) {
            fail(op, sent);
            return;
        }
        if (sent == 0) return;
        op->value += sent;
    }
}

static void run_stat(Op *op) {
    struct stat *status = malloc(sizeof *status);
    if (status == NULL) {
        op->error = ENOMEM;
        return;
    }
    int result;
    if (op->kind == OP_FSTAT) result = fstat(op->fd, status);
    else if (op->kind == OP_LSTAT || !(op->flags & 1)) result = lstat(op->path, status);
    else result = stat(op->path, status);
    if (result != 0) {
        op->error = errno;
        free(status);
    } else {
        op->extra = status;
    }
}

static void run_access(Op *op) {
    ssize_t result = UV_CALL(access, op->path, op->flags);
    op->value = result == 0;
    if (result == UV_ENOMEM || result == UV_EINVAL) fail(op, result);
}

static void run_readlink(Op *op) {
    uv_fs_t request;
    int result = op->kind == OP_READLINK ? uv_fs_readlink(NULL, &request, op->path, NULL)
                                         : uv_fs_realpath(NULL, &request, op->path, NULL);
    if (result == 0 && (op->extra = strdup(request.ptr)) == NULL) result = UV_ENOMEM;
    uv_fs_req_cleanup(&request);
    fail(op, result);
}

static void run_utime(Op *op) {
    if (op->flags & 1) fail(op, utimensat(AT_FDCWD, op->path, NULL, 0) == 0 ? 0 : -errno);
    else fail(op, UV_CALL(utime, op->path, op->times[0], op->times[1]));
}

static void run_getaddrinfo(Op *op) {
    struct addrinfo hints = {
        .ai_family = op->fd, .ai_socktype = op->fd2, .ai_protocol = op->flags, .ai_flags = op->mode};
    struct addrinfo *list = NULL;
    int error = getaddrinfo(op->path, op->path2, &hints, &list);
    if (error == EAI_SYSTEM) {
        op->error = errno;
    } else if (error != 0) {
        op->error = error;
        op->dns_error = true;
    } else {
        op->extra = list;
    }
}

static void run_getnameinfo(Op *op) {
    char *text = malloc(NI_MAXHOST + NI_MAXSERV);
    if (text == NULL) {
        op->error = ENOMEM;
        return;
    }
    int error = getnameinfo((struct sockaddr *)op->data, (socklen_t)op->size, text, NI_MAXHOST,
                            text + NI_MAXHOST, NI_MAXSERV, op->flags);
    if (error == 0) {
        op->extra = text;
        return;
    }
    free(text);
    op->error = error == EAI_SYSTEM ? errno : error;
    op->dns_error = error != EAI_SYSTEM;
}

void op_run(Op *op) {
    op->error = 0;
    switch ((OpKind)op->kind) {
    case OP_READ_FILE: run_read_file(op); break;
    case OP_WRITE_FILE: run_write_file(op); break;
    case OP_OPEN_FD:
        op->value = open_path(op->path, op->flags, op->mode);
        fail(op, op->value);
        break;
    case OP_CLOSE_FD:
    case OP_FILE_CLOSE: fail(op, close_file(op->fd)); break;
    case OP_PREAD:
    case OP_PREAD_INTO:
    case OP_FILE_READ:
        if (op->flags & OP_FLAG_STREAM) run_read_fd(op);
        else run_pread(op);
        break;
    case OP_READ_FD: run_read_fd(op); break;
    case OP_PREADV: run_vectors(op, read_fully); break;
    case OP_PWRITEV: run_vectors(op, write_step); break;
    case OP_PWRITE:
    case OP_WRITE_FD:
    case OP_FILE_WRITE: fail(op, write_fully(op->fd, op->data, op->size, op->offset, &op->value)); break;
    case OP_FSYNC: fail(op, UV_CALL(fsync, op->fd)); break;
    case OP_FDATASYNC: fail(op, UV_CALL(fdatasync, op->fd)); break;
    case OP_FTRUNCATE: fail(op, UV_CALL(ftruncate, op->fd, (int64_t)op->size)); break;
    case OP_COPYFILE:
        fail(op, UV_CALL(copyfile, op->path, op->path2, op->flags & 1 ? UV_FS_COPYFILE_EXCL : 0));
        break;
    case OP_SENDFILE: run_sendfile(op); break;
    case OP_STAT:
    case OP_LSTAT:
    case OP_FSTAT: run_stat(op); break;
    case OP_ACCESS: run_access(op); break;
    case OP_SCANDIR: run_scandir(op); break;
    case OP_MKDIR: fail(op, UV_CALL(mkdir, op->path, op->mode)); break;
    case OP_MKDTEMP_AT: fail(op, UV_CALL(mkdir, op->path, 0700)); break;
    case OP_MAKEDIRS: fail(op, run_makedirs(op->path, op->mode, op->flags & 1)); break;
    case OP_RENAME:
    case OP_REPLACE: fail(op, UV_CALL(rename, op->path, op->path2)); break;
    case OP_UNLINK: fail(op, UV_CALL(unlink, op->path)); break;
    case OP_RMDIR: fail(op, UV_CALL(rmdir, op->path)); break;
    case OP_RMTREE: fail(op, run_rmtree(op->path)); break;
    case OP_LINK: fail(op, UV_CALL(link, op->path, op->path2)); break;
    case OP_SYMLINK: fail(op, UV_CALL(symlink, op->path, op->path2, 0)); break;
    case OP_READLINK:
    case OP_REALPATH: run_readlink(op); break;
    case OP_CHMOD: fail(op, UV_CALL(chmod, op->path, op->mode)); break;
    case OP_CHOWN: fail(op, UV_CALL(chown, op->path, (uv_uid_t)op->fd, (uv_gid_t)op->fd2)); break;
    case OP_UTIME: run_utime(op); break;
    case OP_TRUNCATE: fail(op, truncate(op->path, (off_t)op->size) == 0 ? 0 : -errno); break;
    case OP_MKSTEMP_AT:
        op->value = open_path(op->path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, 0600);
        fail(op, op->value);
        break;
    case OP_GETADDRINFO: run_getaddrinfo(op); break;
    case OP_GETNAMEINFO: run_getnameinfo(op); break;
    case OP_CONNECT:
    case OP_ACCEPT:
    case OP_STREAM_READ:
    case OP_STREAM_WRITE:
    case OP_WATCH:
    case OP_POOL_SEND:
    case OP_POOL_PROXY:
    case OP_COUNT: op->error = ENOSYS; break;
    }
}

void op_dispose_result(Op *op) {
    if (op->error != 0 || op->state != OP_DONE) return;
    if (op->kind == OP_OPEN_FD || op->kind == OP_MKSTEMP_AT) close_file((int)op->value);
    if (op->kind == OP_MKSTEMP_AT) unlink(op->path);
    if (op->kind == OP_MKDTEMP_AT) rmdir(op->path);
}

void free_extra(Op *op) {
    if (op->extra == NULL) return;
    if (op->kind == OP_GETADDRINFO) freeaddrinfo(op->extra);
    else free(op->extra);
    op->extra = NULL;
}
