/* Which folder may hold code that this process will run: one that nobody else can have written to. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "cache/cache_internal.h"

CacheState cache_state = {.problem_busy = ATOMIC_FLAG_INIT};

bool cache_is_private(const struct stat *about) {
    return about->st_uid == geteuid() && (about->st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

static bool refuse(char *error, const char *path, const char *why) {
    snprintf(error, 256, "%.140s %s", path, why);
    return false;
}

static bool refuse_for_errno(char *error, const char *path, const char *what) {
    snprintf(error, 256, "%.120s %s: %.40s; set DXPY_CACHE_DIR to a folder of your own", path, what,
             strerror(errno));
    return false;
}

/* A parent others can write to lets them put a folder of theirs in place of ours; where the sticky bit is
 * set, as in /tmp, they cannot. Its owner could in any case. */
static bool check_parent(const char *path, char *error) {
    struct stat about;
    if (lstat(path, &about) < 0) return refuse_for_errno(error, path, "cannot be looked at");
    if (about.st_uid != geteuid() && about.st_uid != 0)
        return refuse(error, path, "belongs to another user; set DXPY_CACHE_DIR to a folder of your own");
    if (S_ISLNK(about.st_mode)) return true; /* where it leads is checked as well */
    if (!S_ISDIR(about.st_mode))
        return refuse(error, path, "is not a folder; set DXPY_CACHE_DIR to another path");
    if (about.st_mode & S_IWOTH && !(about.st_mode & S_ISVTX))
        return refuse(error, path,
                      "can be written to by everybody; chmod o-w it, or set DXPY_CACHE_DIR to another path");
    return true;
}

/* Each prefix of an absolute path that ends before its last component. */
static bool check_parents(const char *path, char *error) {
    char prefix[PATH_MAX];
    for (const char *slash = path; slash; slash = strchr(slash + 1, '/')) {
        snprintf(prefix, sizeof prefix, "%.*s", (int)(slash == path ? 1 : slash - path), path);
        if (!check_parent(prefix, error)) return false;
    }
    return true;
}

/* The path as written may lead over symbolic links of root's or ours; then what they lead to counts too. */
static bool check_both_ways(const char *directory, char *error) {
    char parent[PATH_MAX], real[PATH_MAX + 2];
    if (!check_parents(directory, error)) return false;
    const char *slash = strrchr(directory, '/');
    snprintf(parent, sizeof parent, "%.*s", (int)(slash == directory ? 1 : slash - directory), directory);
    if (realpath(parent, real) == NULL) return refuse_for_errno(error, parent, "cannot be followed");
    strcat(real, "/x");
    return check_parents(real, error);
}

static bool make_folder(const char *path) {
    /* The umask may have taken the owner's own bits. */
    return mkdir(path, 0700) == 0 ? chmod(path, 0700) == 0 : errno == EEXIST;
}

static bool make_with_parents(const char *directory, char *error) {
    char prefix[PATH_MAX];
    struct stat about;
    for (const char *slash = strchr(directory + 1, '/');; slash = strchr(slash + 1, '/')) {
        snprintf(prefix, sizeof prefix, "%.*s", slash ? (int)(slash - directory) : (int)strlen(directory),
                 directory);
        if (stat(prefix, &about) < 0 && !make_folder(prefix))
            return refuse_for_errno(error, prefix, "cannot be made");
        if (slash == NULL) return true;
    }
}

static bool check_itself(const char *directory, char *error) {
    struct stat about;
    struct statvfs system;
    if (lstat(directory, &about) < 0) return refuse_for_errno(error, directory, "cannot be looked at");
    if (S_ISLNK(about.st_mode))
        return refuse(error, directory, "is a symbolic link; set DXPY_CACHE_DIR to the folder itself");
    if (!S_ISDIR(about.st_mode))
        return refuse(error, directory, "is not a folder; set DXPY_CACHE_DIR to another path");
    if (about.st_uid != geteuid())
        return refuse(error, directory,
                      "belongs to another user; set DXPY_CACHE_DIR to a folder of your own");
    if (!cache_is_private(&about))
        return refuse(error, directory,
                      "could be written to by others; remove it, or set DXPY_CACHE_DIR to another path");
    /* Others could only read it until now. */
    if (about.st_mode & 077 && chmod(directory, 0700) < 0)
        return refuse_for_errno(error, directory, "cannot be given mode 0700");
    if (statvfs(directory, &system) == 0 && system.f_flag & ST_NOEXEC)
        return refuse(error, directory,
                      "is on a file system mounted noexec; set DXPY_CACHE_DIR to one that is not");
    return true;
}

bool cache_check_folder(const char *directory, bool make, char *error) {
    if (make && access(directory, F_OK) < 0 && errno == ENOENT && !make_with_parents(directory, error))
        return false;
    return check_both_ways(directory, error) && check_itself(directory, error);
}

int cache_open(const char *directory, uint64_t size_limit) {
    enum { DEFAULT_LIMIT = 1 << 30 };
    CacheState *state = &cache_state;
    char path[PATH_MAX] = "", here[PATH_MAX];
    state->directory[0] = state->error[0] = state->problem[0] = 0;
    state->limit = size_limit ? size_limit : DEFAULT_LIMIT;
    state->stores = 0;
    if (directory[0] == '/') snprintf(path, sizeof path, "%s", directory);
    else if (directory[0] && getcwd(here, sizeof here))
        snprintf(path, sizeof path, "%.3000s/%.1000s", here, directory);
    size_t length = strlen(path);
    while (length > 1 && path[length - 1] == '/') path[--length] = 0;
    if (length < 2 || length >= sizeof state->directory) {
        snprintf(state->error, sizeof state->error,
                 "%.100s is no path for a cache; set DXPY_CACHE_DIR to another", directory);
        return -1;
    }
    if (!cache_check_folder(path, true, state->error)) return -1;
    memcpy(state->directory, path, length + 1);
    return 0;
}

bool cache_is_open(void) { return cache_state.directory[0] != 0; }

static int open_private(int at, const char *name) {
    struct stat about;
    int fd = openat(at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0 || (fstat(fd, &about) == 0 && cache_is_private(&about))) return fd;
    close(fd);
    errno = EPERM;
    return -1;
}

int cache_open_root(bool make) {
    const char *directory = cache_state.directory;
    char error[256];
    if (directory[0] == 0) {
        errno = ENOENT;
        return -1;
    }
    int root = open_private(AT_FDCWD, directory);
    if (root >= 0 || errno != ENOENT || !make) return root;
    /* It was removed under us. */
    if (cache_check_folder(directory, true, error)) return open_private(AT_FDCWD, directory);
    errno = EPERM;
    return -1;
}

int cache_open_inner(int root, const char *name, bool make) {
    int inner = open_private(root, name);
    if (inner >= 0 || errno != ENOENT || !make) return inner;
    if (mkdirat(root, name, 0700) < 0 && errno != EEXIST) return -1;
    if (fchmodat(root, name, 0700, 0) < 0) return -1;
    return open_private(root, name);
}

/* Never waited for: a fork may have copied the flag as set. */
static void set_problem(const char *text) {
    if (atomic_flag_test_and_set(&cache_state.problem_busy)) return;
    snprintf(cache_state.problem, sizeof cache_state.problem, "%s", text);
    atomic_flag_clear(&cache_state.problem_busy);
}

void cache_copy_problem(char problem[256]) {
    problem[0] = 0;
    if (atomic_flag_test_and_set(&cache_state.problem_busy)) return;
    memcpy(problem, cache_state.problem, sizeof cache_state.problem);
    atomic_flag_clear(&cache_state.problem_busy);
}

void cache_note_rejected(const char *name, const char *why) {
    char text[256];
    cache_state.rejected++;
    snprintf(text, sizeof text, "%.100s %s", name, why);
    set_problem(text);
}

void cache_note_failed_store(const char *what) {
    char text[256];
    const char *error = strerror(errno);
    cache_state.failed_stores++;
    snprintf(text, sizeof text, "cannot store in %.120s: %.70s: %s", cache_state.directory, what, error);
    set_problem(text);
}
