/* Whole files, read and written by a worker. */
#include "reactor/run.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FIRST_READ = 16 * 1024 };

static bool grow(Op *op, size_t *capacity, size_t wanted) {
    char *data = op->owns_data ? realloc(op->data, wanted) : malloc(wanted);
    if (data == NULL) {
        op->error = ENOMEM;
        return false;
    }
    if (!op->owns_data && op->value > 0) memcpy(data, op->data, (size_t)op->value);
    op->data = data;
    op->owns_data = true;
    *capacity = wanted;
    return true;
}

/* Reads until the end of the file or the limit (in op->size; SIZE_MAX: none), whatever the size was said to
 * be. */
static void read_to_end(Op *op, size_t capacity) {
    for (;;) {
        size_t room = capacity - (size_t)op->value;
        size_t left = op->size - (size_t)op->value;
        if (left == 0) return;
        if (room == 0) {
            // Full: often the end has come as well, so ask with a byte on the side before growing.
            char probe;
            ssize_t got = read_some(op->fd, &probe, 1, -1);
            if (got < 0) op->error = (int)-got;
            if (got <= 0) return;
            size_t wanted = capacity < FIRST_READ ? FIRST_READ : capacity * 2;
            if (!grow(op, &capacity, wanted)) return;
            op->data[op->value++] = probe;
            continue;
        }
        ssize_t got = read_some(op->fd, op->data + op->value, room < left ? room : left, -1);
        if (got < 0) op->error = (int)-got;
        if (got <= 0) return;
        op->value += got;
    }
}

/* With fd >= 0 the calling thread has opened the file, made room for what fstat said, and read op->value
 * bytes. */
void run_read_file(Op *op) {
    size_t capacity = (size_t)op->offset; // the room in op->data
    if (op->fd < 0) {
        int fd = open_path(op->path, O_RDONLY, 0);
        if (fd < 0) {
            op->error = -fd;
            return;
        }
        op->fd = fd;
        op->opened = true;
        struct stat status;
        if (fstat(fd, &status) != 0) {
            op->error = errno;
        } else {
            size_t wanted =
                S_ISREG(status.st_mode) && status.st_size > 0 ? (size_t)status.st_size : FIRST_READ;
            grow(op, &capacity, wanted < op->size || op->size == 0 ? wanted : op->size);
        }
    } else if (op->value > 0 && lseek(op->fd, op->value, SEEK_SET) < 0) {
        op->error = errno;
    }
    if (op->error == 0) read_to_end(op, capacity);
    close_file(op->fd);
    op->fd = -1;
    op->opened = false;
}

static int sync_directory_of(const char *path) {
    char folder[PATH_MAX];
    const char *slash = strrchr(path, '/');
    if (slash == NULL) snprintf(folder, sizeof folder, ".");
    else snprintf(folder, sizeof folder, "%.*s", slash == path ? 1 : (int)(slash - path), path);
    int fd = open_path(folder, O_RDONLY | O_DIRECTORY, 0);
    if (fd < 0) return fd;
    int error = fsync(fd) == 0 || errno == EINVAL ? 0 : -errno;
    close_file(fd);
    return error;
}

/* A new file beside the target, with the target's permissions when there is one. */
static int open_beside(const char *path, char *name, size_t size, int mode) {
    for (int attempt = 0; attempt < 100; attempt++) {
        uint64_t number;
        if (getrandom(&number, sizeof number, 0) != sizeof number) return -errno;
        if ((size_t)snprintf(name, size, "%s.%016llx.tmp", path, (unsigned long long)number) >= size)
            return -ENAMETOOLONG;
        int fd = open_path(name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode);
        if (fd == -EEXIST) continue;
        struct stat status;
        if (fd >= 0 && stat(path, &status) == 0 && fchmod(fd, status.st_mode & 07777) != 0) {
            int error = -errno;
            close_file(fd);
            unlink(name);
            return error;
        }
        return fd;
    }
    return -EEXIST;
}

static int write_atomic(Op *op) {
    char resolved[PATH_MAX], name[PATH_MAX];
    // A link stays a link: what it points to is replaced.
    const char *target = realpath(op->path, resolved) != NULL ? resolved : op->path;
    int fd = open_beside(target, name, sizeof name, op->mode);
    if (fd < 0) return fd;
    int error = write_fully(fd, op->data, op->size, -1, &op->value);
    if (error == 0 && fsync(fd) != 0) error = -errno;
    int closed = close_file(fd);
    if (error == 0) error = closed;
    if (error == 0 && rename(name, target) != 0) error = -errno;
    if (error != 0) unlink(name);
    else if (op->flags & 4) error = sync_directory_of(target);
    return error;
}

static bool change_peer(Op *op, uint8_t from, uint8_t to) {
    return atomic_compare_exchange_strong(&op->peer, &from, to);
}

/* Where it takes a peer who may never come, who waits for us may leave meanwhile: nothing is written then. */
static int open_for_writing(Op *op, int flags) {
    int fd = open_path(op->path, flags | O_NONBLOCK, op->mode);
    if (fd != -ENXIO && fd != -EAGAIN) return fd;
    if (!change_peer(op, PEER_NONE, PEER_AWAITED)) return -ECANCELED;
    fd = open_path(op->path, flags, op->mode);
    if (change_peer(op, PEER_AWAITED, PEER_NONE) || fd < 0) return fd;
    close_file(fd);
    return -ECANCELED;
}

static int write_plain(Op *op) {
    int fd = open_for_writing(op, O_WRONLY | O_CREAT | (op->flags & 2 ? O_APPEND : O_TRUNC));
    if (fd < 0) return fd;
    int error = write_fully(fd, op->data, op->size, -1, &op->value);
    if (error == 0 && (op->flags & 4) && fsync(fd) != 0) error = -errno;
    int closed = close_file(fd);
    return error != 0 ? error : closed;
}

void run_write_file(Op *op) {
    int error = op->flags & 1 ? write_atomic(op) : write_plain(op);
    if (error < 0) op->error = -error;
}
