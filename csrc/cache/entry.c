/* One entry and one object: written, read, verified. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cache/cache_internal.h"

static bool is_hash(const char *text) { return strspn(text, "0123456789abcdef") == HASH_HEX; }

bool cache_is_key(const char *key) { return is_hash(key) && key[HASH_HEX] == 0; }

void cache_object_name(char name[CACHE_NAME], const char *hash) {
    snprintf(name, CACHE_NAME, "%.64s.so", hash);
}

/* The line without its checksum; the key is part of what is summed, so that a line under a wrong name is
 * found out. */
static int write_line(char text[CACHE_ENTRY_SIZE], const char *key, const EntryLine *line,
                      char sum[HASH_HEX + 1]) {
    Hash hash;
    int length = snprintf(text, CACHE_ENTRY_SIZE, "dxpy 1 %s %d ", line->object, line->unit);
    hash_init(&hash);
    hash_update(&hash, key, HASH_HEX);
    hash_update(&hash, text, (size_t)length);
    hash_final_hex(&hash, sum);
    return length;
}

int cache_write_entry(char text[CACHE_ENTRY_SIZE], const char *key, const EntryLine *line) {
    char sum[HASH_HEX + 1];
    int length = write_line(text, key, line, sum);
    return length + snprintf(text + length, (size_t)(CACHE_ENTRY_SIZE - length), "%s\n", sum);
}

bool cache_parse_entry(const char *text, const char *key, EntryLine *line) {
    char expected[CACHE_ENTRY_SIZE];
    if (strncmp(text, "dxpy 1 ", 7) != 0 || !is_hash(text + 7)) return false;
    memcpy(line->object, text + 7, HASH_HEX);
    line->object[HASH_HEX] = 0;
    line->unit = atoi(text + 7 + HASH_HEX);
    cache_write_entry(expected, key, line);
    return strcmp(text, expected) == 0 && line->unit >= 0;
}

/* A regular file of ours; symbolic links do not open. */
static int open_file(int folder, const char *name, struct stat *about) {
    int fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0 || (fstat(fd, about) == 0 && S_ISREG(about->st_mode) && cache_is_private(about))) return fd;
    close(fd);
    errno = EPERM;
    return -1;
}

EntryState cache_read_entry(int units, const char *key, EntryLine *line) {
    char text[CACHE_ENTRY_SIZE + 1];
    struct stat about;
    int fd = open_file(units, key, &about);
    if (fd < 0) return errno == ENOENT ? ENTRY_MISSING : ENTRY_BAD;
    ssize_t length = read(fd, text, CACHE_ENTRY_SIZE);
    close(fd);
    text[length > 0 ? length : 0] = 0;
    return cache_parse_entry(text, key, line) ? ENTRY_GOOD : ENTRY_BAD;
}

/* Least recently used is by modification time: access times are often switched off. */
void cache_touch(int objects, const char *name, const struct stat *about) {
    enum { FRESH_SECONDS = 60 };
    time_t age = time(NULL) - about->st_mtime;
    if (age < 0 || age > FRESH_SECONDS) utimensat(objects, name, NULL, AT_SYMLINK_NOFOLLOW);
}

/* --- objects verified before --- */

/* An object has many units, each looked up by itself: it is not read again while the file is the same. */
typedef struct Verified {
    char hash[HASH_HEX + 1];
    struct stat about;
} Verified;

enum { VERIFIED = 16 };

static Verified verified[VERIFIED]; // a cache of the process; guarded by the flag, never waited for
static atomic_flag verified_busy = ATOMIC_FLAG_INIT;
static unsigned verified_next; // guarded likewise

static bool is_same_file(const struct stat *a, const struct stat *b) {
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size &&
           memcmp(&a->st_mtim, &b->st_mtim, sizeof a->st_mtim) == 0 &&
           memcmp(&a->st_ctim, &b->st_ctim, sizeof a->st_ctim) == 0;
}

static bool was_verified(const char *hash, const struct stat *about) {
    bool found = false;
    if (atomic_flag_test_and_set(&verified_busy)) return false;
    for (int i = 0; i < VERIFIED && !found; i++)
        found = strcmp(verified[i].hash, hash) == 0 && is_same_file(&verified[i].about, about);
    atomic_flag_clear(&verified_busy);
    return found;
}

static void note_verified(const char *hash, const struct stat *about) {
    if (atomic_flag_test_and_set(&verified_busy)) return;
    Verified *entry = &verified[verified_next++ % VERIFIED];
    memcpy(entry->hash, hash, sizeof entry->hash);
    entry->about = *about;
    atomic_flag_clear(&verified_busy);
}

EntryState cache_verify_object(int objects, const char *hash) {
    char name[CACHE_NAME], found[HASH_HEX + 1], chunk[32 << 10];
    struct stat about;
    Hash sum;
    cache_object_name(name, hash);
    int fd = open_file(objects, name, &about);
    if (fd < 0) return errno == ENOENT ? ENTRY_MISSING : ENTRY_BAD;
    if (was_verified(hash, &about)) {
        close(fd);
        return ENTRY_GOOD;
    }
    hash_init(&sum);
    ssize_t length;
    while ((length = read(fd, chunk, sizeof chunk)) > 0 || (length < 0 && errno == EINTR))
        if (length > 0) hash_update(&sum, chunk, (size_t)length);
    hash_final_hex(&sum, found);
    bool good = length == 0 && strcmp(found, hash) == 0;
    if (good) {
        cache_touch(objects, name, &about);
        if (fstat(fd, &about) == 0) note_verified(hash, &about);
    }
    close(fd);
    return good ? ENTRY_GOOD : ENTRY_BAD;
}
