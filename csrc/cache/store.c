#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/files.h"
#include "cache/cache_internal.h"

typedef struct Folders {
    int root, objects, units, tmp;
} Folders;

static bool open_folders(Folders *folders) {
    folders->objects = folders->units = folders->tmp = -1;
    folders->root = cache_open_root(true);
    if (folders->root < 0) return false;
    folders->objects = cache_open_inner(folders->root, "objects", true);
    folders->units = folders->objects < 0 ? -1 : cache_open_inner(folders->root, "units", true);
    folders->tmp = folders->units < 0 ? -1 : cache_open_inner(folders->root, "tmp", true);
    return folders->tmp >= 0;
}

static void close_folders(const Folders *folders) {
    int error = errno;
    const int all[] = {folders->tmp, folders->units, folders->objects, folders->root};
    for (int i = 0; i < 4; i++)
        if (all[i] >= 0) close(all[i]);
    errno = error;
}

/* A new file in tmp/, under a name no other process or thread has. */
static int make_temporary(const Folders *folders, char name[CACHE_NAME]) {
    static _Atomic unsigned serial; /* names differ within the process by it, between processes by the pid */
    for (int attempt = 0; attempt < 100; attempt++) {
        snprintf(name, CACHE_NAME, "%d-%u", (int)getpid(), serial++);
        int fd = openat(folders->tmp, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
        if (fd >= 0 || errno != EEXIST) return fd;
    }
    return -1;
}

/* Close the file and rename it into place, or remove it. */
static bool put_in_place(const Folders *folders, int fd, bool written, const char *temporary, int folder,
                         const char *name) {
    /* The umask may have taken the owner's own bits. */
    bool good = written && fchmod(fd, 0600) == 0;
    int error = errno;
    good = close(fd) == 0 && good;
    if (good && renameat(folders->tmp, temporary, folder, name) == 0) return true;
    if (good) error = errno;
    unlinkat(folders->tmp, temporary, 0);
    errno = error;
    return false;
}

static bool copy_and_sum(int from, int to, char hash[HASH_HEX + 1], uint64_t *bytes) {
    char chunk[32 << 10];
    Hash sum;
    hash_init(&sum);
    *bytes = 0;
    for (;;) {
        ssize_t length = read(from, chunk, sizeof chunk);
        if (length < 0 && errno == EINTR) continue;
        if (length < 0) return false;
        if (length == 0) break;
        if (!files_write_all(to, chunk, (size_t)length)) return false;
        hash_update(&sum, chunk, (size_t)length);
        *bytes += (uint64_t)length;
    }
    hash_final_hex(&sum, hash);
    return *bytes > 0;
}

static bool store_object(const Folders *folders, const char *object, char hash[HASH_HEX + 1],
                         uint64_t *bytes) {
    char temporary[CACHE_NAME], name[CACHE_NAME];
    int from = open(object, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    if (from < 0) return false;
    int to = make_temporary(folders, temporary);
    bool copied = to >= 0 && copy_and_sum(from, to, hash, bytes);
    int error = errno;
    close(from);
    errno = error;
    if (to < 0) return false;
    if (copied && cache_verify_object(folders->objects, hash) == ENTRY_GOOD) {
        close(to);
        unlinkat(folders->tmp, temporary, 0);
        *bytes = 0;
        return true;
    }
    if (copied) cache_object_name(name, hash);
    return put_in_place(folders, to, copied, temporary, folders->objects, name);
}

static bool store_entry(const Folders *folders, const char *key, const EntryLine *line) {
    char temporary[CACHE_NAME], text[CACHE_ENTRY_SIZE];
    int length = cache_write_entry(text, key, line);
    int fd = make_temporary(folders, temporary);
    if (fd < 0) return false;
    return put_in_place(folders, fd, files_write_all(fd, text, (size_t)length), temporary, folders->units,
                        key);
}

static bool store_bytes(const Folders *folders, const void *object, size_t length, char hash[HASH_HEX + 1],
                        uint64_t *bytes) {
    char temporary[CACHE_NAME], name[CACHE_NAME];
    Hash sum;
    hash_init(&sum);
    hash_update(&sum, object, length);
    hash_final_hex(&sum, hash);
    if (cache_verify_object(folders->objects, hash) == ENTRY_GOOD) return true;
    int fd = make_temporary(folders, temporary);
    if (fd < 0) return false;
    *bytes = length;
    cache_object_name(name, hash);
    return put_in_place(folders, fd, files_write_all(fd, object, length), temporary, folders->objects, name);
}

/* An object whose entry cannot be written can still be loaded: its path is known. */
static void store_entries(const Folders *folders, const char *const *keys, int count, const char *hash,
                          uint64_t *bytes) {
    for (int i = 0; i < count; i++) {
        EntryLine line = {.unit = i};
        memcpy(line.object, hash, sizeof line.object);
        if (keys[i] == NULL || !cache_is_key(keys[i])) continue;
        if (store_entry(folders, keys[i], &line)) *bytes += CACHE_ENTRY_SIZE;
        else cache_note_failed_store(keys[i]);
    }
}

/* What is not written yet may find the disk full later: asked where the file system can tell. */
static bool is_on_disk(int fd) {
    return fsync(fd) == 0 || errno == EINVAL || errno == ENOSYS || errno == EOPNOTSUPP;
}

void cache_probe(char problem[256], bool *no_locks) {
    Folders folders;
    char name[CACHE_NAME], page[4096] = "";
    problem[0] = 0;
    *no_locks = false;
    int fd = open_folders(&folders) ? make_temporary(&folders, name) : -1;
    bool written = fd >= 0 && files_write_all(fd, page, sizeof page) && is_on_disk(fd);
    if (written) *no_locks = flock(fd, LOCK_EX | LOCK_NB) < 0 && errno != EWOULDBLOCK;
    bool stored = fd >= 0 && put_in_place(&folders, fd, written, name, folders.tmp, "probe");
    bool full = errno == ENOSPC || errno == EDQUOT;
    if (!stored)
        snprintf(problem, 256, "%.100s cannot be written to: %.60s; %s", cache_state.directory,
                 strerror(errno),
                 full ? "free some space there, or set DXPY_CACHE_DIR to another folder"
                      : "set DXPY_CACHE_DIR to a folder that can");
    if (stored) unlinkat(folders.tmp, "probe", 0);
    close_folders(&folders);
}

int cache_store(const char *object, const char *const *keys, int count, char *path_out) {
    Folders folders;
    char hash[HASH_HEX + 1];
    uint64_t bytes = 0;
    if (cache_state.directory[0] == 0) return -1;
    bool stored = open_folders(&folders) && store_object(&folders, object, hash, &bytes);
    if (stored) {
        store_entries(&folders, keys, count, hash, &bytes);
        snprintf(path_out, 1024, "%s/objects/%s.so", cache_state.directory, hash);
        unlink(object);
    } else {
        cache_note_failed_store("object");
    }
    close_folders(&folders);
    if (stored) cache_account(bytes);
    return stored ? 0 : -1;
}

int cache_store_bytes(const void *object, size_t length, const char *const *keys, int count) {
    Folders folders;
    char hash[HASH_HEX + 1];
    uint64_t bytes = 0;
    if (cache_state.directory[0] == 0) return -1;
    bool stored = open_folders(&folders) && store_bytes(&folders, object, length, hash, &bytes);
    if (stored) store_entries(&folders, keys, count, hash, &bytes);
    else cache_note_failed_store("object");
    close_folders(&folders);
    if (stored) cache_account(bytes);
    return stored ? 0 : -1;
}
