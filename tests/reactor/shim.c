/* An LD_PRELOAD library that makes reads and writes misbehave, as DXPY_SHIM says:
 *   short   at most 7 bytes a call            eio     every 3rd call fails with EIO
 *   eintr   every 2nd call fails with EINTR   slow    every call takes 2 ms first
 * Only regular files are touched, and only while DXPY_SHIM_ON is set. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

static int calls;

/* Only regular files: pipes and eventfds are the test's own machinery. */
static int bent(int fd) {
    struct stat status;
    return fd > 2 && fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && getenv("DXPY_SHIM_ON") != NULL;
}

static size_t bend(size_t size, int *error) {
    const char *how = getenv("DXPY_SHIM");
    int number = __atomic_add_fetch(&calls, 1, __ATOMIC_RELAXED);
    *error = 0;
    if (how == NULL) return size;
    if (strcmp(how, "short") == 0 && size > 7) return 7;
    if (strcmp(how, "eio") == 0 && number % 3 == 0) *error = EIO;
    if (strcmp(how, "eintr") == 0 && number % 2 == 0) *error = EINTR;
    if (strcmp(how, "slow") == 0) usleep(2000);
    return size;
}

#define REAL(name) ((__typeof__(name) *)dlsym(RTLD_NEXT, #name))

#define BENT                                                                                                 \
    if (bent(fd)) {                                                                                          \
        int error;                                                                                           \
        size = bend(size, &error);                                                                           \
        if (error != 0) {                                                                                    \
            errno = error;                                                                                   \
            return -1;                                                                                       \
        }                                                                                                    \
    }

ssize_t read(int fd, void *data, size_t size) {
    BENT
    return REAL(read)(fd, data, size);
}

ssize_t write(int fd, const void *data, size_t size) {
    BENT
    return REAL(write)(fd, data, size);
}

ssize_t pread(int fd, void *data, size_t size, off_t offset) {
    BENT
    return REAL(pread)(fd, data, size, offset);
}

ssize_t pread64(int fd, void *data, size_t size, off64_t offset) {
    BENT
    return REAL(pread64)(fd, data, size, offset);
}

ssize_t pwrite(int fd, const void *data, size_t size, off_t offset) {
    BENT
    return REAL(pwrite)(fd, data, size, offset);
}

ssize_t pwrite64(int fd, const void *data, size_t size, off64_t offset) {
    BENT
    return REAL(pwrite64)(fd, data, size, offset);
}

/* The page cache never has it: everything goes to a lane. */
ssize_t preadv2(int fd, const struct iovec *parts, int count, off_t offset, int flags) {
    if (getenv("DXPY_SHIM") != NULL) {
        errno = EAGAIN;
        return -1;
    }
    return REAL(preadv2)(fd, parts, count, offset, flags);
}

ssize_t preadv64v2(int fd, const struct iovec *parts, int count, off64_t offset, int flags) {
    if (getenv("DXPY_SHIM") != NULL) {
        errno = EAGAIN;
        return -1;
    }
    return REAL(preadv64v2)(fd, parts, count, offset, flags);
}
