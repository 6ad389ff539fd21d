/* Preloaded, lets what a process does under the folder FAULT_FOLDER fail as FAULT says:
 *
 *   full       nothing more can be written, as on a full disk
 *   readonly   nothing can be made, changed or removed
 *   nolocks    files cannot be locked
 *   norename   nothing can be renamed
 *   nofsync    the file system does not know what fsync is
 *   badfsync   what was written does not arrive on the disk
 *   noexec     mounted so that nothing there can be executed
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

static bool is_fault(const char *name) {
    const char *fault = getenv("FAULT");
    return fault && strcmp(fault, name) == 0;
}

static bool is_in_folder(const char *path) {
    const char *folder = getenv("FAULT_FOLDER");
    return folder && path && strncmp(path, folder, strlen(folder)) == 0;
}

static bool is_open_in_folder(int fd) {
    char link[64], path[PATH_MAX];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    path[length > 0 ? length : 0] = 0;
    return is_in_folder(path);
}

static bool concerns(int at, const char *path) {
    return path[0] == '/' ? is_in_folder(path) : at != AT_FDCWD && is_open_in_folder(at);
}

static int fail(int error) {
    errno = error;
    return -1;
}

#define NEXT(type, name) ((type)dlsym(RTLD_NEXT, #name))

int openat(int at, const char *path, int flags, ...) {
    va_list list;
    va_start(list, flags);
    int mode = va_arg(list, int);
    va_end(list);
    bool writes = (flags & (O_WRONLY | O_RDWR | O_CREAT)) != 0;
    if (writes && is_fault("readonly") && concerns(at, path)) return fail(EROFS);
    return NEXT(int (*)(int, const char *, int, ...), openat)(at, path, flags, mode);
}

ssize_t write(int fd, const void *data, size_t length) {
    if (is_fault("full") && is_open_in_folder(fd)) return fail(ENOSPC);
    return NEXT(ssize_t(*)(int, const void *, size_t), write)(fd, data, length);
}

int mkdirat(int at, const char *path, mode_t mode) {
    if (is_fault("readonly") && concerns(at, path)) return fail(EROFS);
    return NEXT(int (*)(int, const char *, mode_t), mkdirat)(at, path, mode);
}

int unlinkat(int at, const char *path, int flags) {
    if (is_fault("readonly") && concerns(at, path)) return fail(EROFS);
    return NEXT(int (*)(int, const char *, int), unlinkat)(at, path, flags);
}

int renameat(int from, const char *path, int to, const char *name) {
    if (is_fault("norename") && concerns(from, path)) return fail(EPERM);
    return NEXT(int (*)(int, const char *, int, const char *), renameat)(from, path, to, name);
}

int fsync(int fd) {
    if (is_fault("nofsync") && is_open_in_folder(fd)) return fail(EINVAL);
    if (is_fault("badfsync") && is_open_in_folder(fd)) return fail(EIO);
    return NEXT(int (*)(int), fsync)(fd);
}

int statvfs(const char *path, struct statvfs *about) {
    int status = NEXT(int (*)(const char *, struct statvfs *), statvfs)(path, about);
    if (status < 0 || !is_in_folder(path)) return status;
    if (is_fault("noexec")) about->f_flag |= ST_NOEXEC;
    if (is_fault("full")) about->f_bavail = 0;
    return status;
}

int flock(int fd, int operation) {
    if (is_fault("nolocks") && is_open_in_folder(fd)) return fail(ENOLCK);
    return NEXT(int (*)(int, int), flock)(fd, operation);
}
