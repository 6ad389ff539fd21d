/* Operations that end in the calling thread because everything they need is in memory already: names from the
 * dentry cache (RESOLVE_CACHED), bytes from the page cache (RWF_NOWAIT). What cannot be known not to wait is
 * left to a lane. */
#include "reactor/op.h"
#include "reactor/run.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* No openat2 here (an old kernel, a seccomp filter): found once, then not asked again. Process-wide as the
 * kernel is. */
static atomic_bool openat2_missing;

static int open_cached(const char *path, int flags) {
    struct open_how how = {.flags = (uint64_t)(flags | O_CLOEXEC), .resolve = RESOLVE_CACHED};
    if (atomic_load_explicit(&openat2_missing, memory_order_relaxed)) {
        errno = EAGAIN;
        return -1;
    }
    int fd = (int)syscall(SYS_openat2, AT_FDCWD, path, &how, sizeof how);
    if (fd < 0 && (errno == ENOSYS || errno == EPERM || errno == EINVAL || errno == E2BIG)) {
        if (errno != EPERM) atomic_store(&openat2_missing, true);
        errno = EAGAIN;
    }
    return fd;
}

/* The answers of a cached look-up that a lane would give as well. */
static bool is_final(int error) {
    return error == ENOENT || error == EACCES || error == ENOTDIR || error == ELOOP || error == ENAMETOOLONG;
}

static bool name_failed(Op *op) {
    if (!is_final(errno)) return false;
    op->error = errno;
    return true;
}

/* The C library's fstat takes the way by an empty path, which costs a fifth more. */
static int fast_fstat(int fd, struct stat *status) {
#ifdef __x86_64__ // where the C library's structure is the kernel's
    return (int)syscall(SYS_fstat, fd, status);
#else
    return fstat(fd, status);
#endif
}

static bool is_regular(int fd, int64_t *size) {
    struct stat status;
    if (fast_fstat(fd, &status) != 0 || !S_ISREG(status.st_mode)) return false;
    *size = status.st_size;
    return true;
}

int fast_open_regular(const char *path, int64_t *size) {
    // Opening a FIFO has effects and may wait, so look first without opening.
    int look = open_cached(path, O_PATH);
    if (look < 0) return -1;
    bool regular = is_regular(look, size);
    close_descriptor(look);
    int fd = regular ? open_cached(path, O_RDONLY | O_NONBLOCK | O_NOCTTY) : -1;
    if (fd >= 0 && is_regular(fd, size)) return fd;
    if (fd >= 0) {
        close_descriptor(fd);
        errno = EAGAIN;
    } else if (!regular) {
        errno = EAGAIN;
    }
    return -1;
}

/* cachestat(2), which the C library's headers may be too old to know. */
enum { SYS_CACHESTAT = 451, LOOK_FROM = 16 * 1024 };

typedef struct CacheRange {
    uint64_t offset, length;
} CacheRange;

typedef struct CacheStat {
    uint64_t cached, dirty, writeback, evicted, recently_evicted;
} CacheStat;

/* No cachestat here: found once, then not asked again. Process-wide as the kernel is. */
static atomic_bool cachestat_missing;

/* A read with RWF_NOWAIT of what is not cached has the kernel make pages and start the device, here and now:
 * 100 microseconds of the loop's time that a worker can spend as well. So where it is more than a few pages
 * ask first; where that is not possible, they are taken to be there. */
static bool may_be_cached(int fd, size_t size, int64_t offset) {
    CacheRange range = {.offset = (uint64_t)offset, .length = size};
    CacheStat found;
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    int64_t length;
    if (size < LOOK_FROM || atomic_load_explicit(&cachestat_missing, memory_order_relaxed)) return true;
    if (syscall(SYS_CACHESTAT, fd, &range, &found, 0u) != 0) {
        if (errno == ENOSYS) atomic_store(&cachestat_missing, true);
        return true;
    }
    if (found.cached >= size / page) return true;
    // What lies behind the end of the file is never there.
    if (!is_regular(fd, &length) || length <= offset) return true;
    return length - offset < (int64_t)size && found.cached >= (size_t)(length - offset) / page;
}

ssize_t fast_pread(int fd, void *data, size_t size, int64_t offset) {
    struct iovec part = {.iov_base = data, .iov_len = size};
    if (!may_be_cached(fd, size, offset)) {
        errno = EAGAIN;
        return -1;
    }
    return preadv2(fd, &part, 1, offset, RWF_NOWAIT);
}

static bool fast_stat(Op *op) {
    struct stat *status = malloc(sizeof *status);
    if (status == NULL) return false;
    op->extra = status;
    if (op->kind == OP_FSTAT) {
        if (fast_fstat(op->fd, status) == 0) return true;
        op->error = errno;
        free_extra(op);
        return true;
    }
    bool follow = op->kind == OP_STAT && (op->flags & 1);
    int fd = open_cached(op->path, O_PATH | (follow ? 0 : O_NOFOLLOW));
    if (fd < 0) {
        free_extra(op);
        return name_failed(op);
    }
    bool ok = fast_fstat(fd, status) == 0;
    close_descriptor(fd);
    if (!ok) free_extra(op);
    return ok;
}

static bool fast_access(Op *op) {
    int fd = open_cached(op->path, O_PATH);
    if (fd < 0) {
        if (!is_final(errno)) return false;
        op->value = 0;
        return true;
    }
    int result = op->flags == F_OK ? 0 : (int)syscall(SYS_faccessat2, fd, "", op->flags, AT_EMPTY_PATH);
    int error = errno;
    close_descriptor(fd);
    op->value = result == 0;
    return result == 0 || error == EACCES || error == EROFS;
}

static bool fast_readlink(Op *op) {
    char text[4096];
    int fd = open_cached(op->path, O_PATH | O_NOFOLLOW);
    if (fd < 0) return name_failed(op);
    ssize_t length = readlinkat(fd, "", text, sizeof text);
    close_descriptor(fd);
    if (length < 0 || (size_t)length >= sizeof text) return false;
    op->extra = strndup(text, (size_t)length);
    return op->extra != NULL;
}

static bool fast_open(Op *op) {
    int64_t size;
    if (op->flags & ~(O_CLOEXEC | O_LARGEFILE | O_NOCTTY))
        return false; // only plain reading cannot wait or change
    int fd = fast_open_regular(op->path, &size);
    if (fd < 0) return name_failed(op);
    if (fcntl(fd, F_SETFL, op->flags & ~O_CLOEXEC) != 0) {
        close_descriptor(fd);
        return false;
    }
    op->value = fd;
    return true;
}

static bool fast_close(Op *op) {
    int64_t size;
    int flags = fcntl(op->fd, F_GETFL);
    if (flags < 0 || (flags & O_ACCMODE) != O_RDONLY || !is_regular(op->fd, &size)) return false;
    int result = close_file(op->fd);
    if (result < 0) op->error = -result;
    return true;
}

/* For PREAD the caller has made room in data; less than asked for is left to a lane, which knows the end. */
static bool fast_read_at(Op *op) {
    if (op->size > INLINE_LIMIT || op->data == NULL || (op->flags & OP_FLAG_STREAM)) return false;
    ssize_t got = fast_pread(op->fd, op->data, op->size, op->offset);
    if (got < 0) return false;
    if ((size_t)got == op->size || got == 0) {
        op->value = got;
        return true;
    }
    // Short: the end of the file, or the page after it is not cached.
    int64_t size;
    if (!is_regular(op->fd, &size) || op->offset + got < size) return false;
    op->value = got;
    return true;
}

static bool fast_getaddrinfo(Op *op) {
    struct addrinfo hints = {.ai_family = op->fd,
                             .ai_socktype = op->fd2,
                             .ai_protocol = op->flags,
                             .ai_flags = op->mode | AI_NUMERICHOST};
    bool numeric_port = op->path2 == NULL || strspn(op->path2, "0123456789") == strlen(op->path2);
    if (op->path == NULL || !numeric_port || strspn(op->path, "0123456789.abcdefABCDEF:") != strlen(op->path))
        return false;
    struct addrinfo *list = NULL;
    if (getaddrinfo(op->path, op->path2, &hints, &list) != 0) return false;
    op->extra = list;
    return true;
}

bool fast_run(Op *op) {
    switch ((OpKind)op->kind) {
    case OP_STAT:
    case OP_LSTAT:
    case OP_FSTAT: return fast_stat(op);
    case OP_ACCESS: return fast_access(op);
    case OP_READLINK: return fast_readlink(op);
    case OP_OPEN_FD: return fast_open(op);
    case OP_CLOSE_FD:
    case OP_FILE_CLOSE: return fast_close(op);
    case OP_PREAD:
    case OP_PREAD_INTO:
    case OP_FILE_READ: return fast_read_at(op);
    case OP_GETADDRINFO: return fast_getaddrinfo(op);
    default: return false;
    }
}
