/* The code cache on disk. Used by the worker (to store) and by the user's process (to look up).
 * No Python.h. A cached object is code that will be run: the folder must be ours alone.
 * Every function but cache_open may be called from any thread at once; nothing is held between calls. */
#ifndef DXPY_CACHE_CACHE_H
#define DXPY_CACHE_CACHE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct CacheEntry {
    char path[1024]; /* the shared object, verified */
    int unit;        /* which unit of it */
} CacheEntry;

typedef struct CacheInfo {
    uint64_t entries, objects, bytes, limit;
    uint64_t rejected;      /* entries that failed verification since start; they were removed */
    uint64_t failed_stores; /* since start */
    char error[256];        /* why the cache is not used, with its mend; "" when it is */
    char problem[256];      /* the last rejection or failed store; "" when there was none */
} CacheInfo;

/* Check the folder (made with mode 0700 when missing; owner, mode, symlinks, parents) and remember
 * it. `size_limit` in bytes; 0: 1 GiB. 0, or -1 with the reason in cache_get_info's error; then
 * lookups miss and stores do nothing. */
int cache_open(const char *directory, uint64_t size_limit);
bool cache_is_open(void);

/* Find the artifact for a key (64 hex digits), checksum verified. False: not there, or refused. */
bool cache_lookup(const char *key, CacheEntry *entry);

/* Move a finished shared object into the cache and let `keys[i]` name its unit i (NULL: skip).
 * Atomic by rename, safe with other processes. 0, and `path_out` (1024 bytes) is the new path; or -1,
 * and the object stays where it is. */
int cache_store(const char *object, const char *const *keys, int count, char *path_out);

/* The same of an object that is no file yet. */
int cache_store_bytes(const void *object, size_t length, const char *const *keys, int count);

/* Say that this process compiles what `key` names, so that others need not. A claim of a process that is
 * gone, or one older than `max_age` seconds, counts for nothing. */
typedef enum ClaimState {
    CLAIM_MINE,
    CLAIM_TAKEN,
    CLAIM_IMPOSSIBLE /* a full or read-only disk: do without */
} ClaimState;
ClaimState cache_claim(const char *key, double max_age);
void cache_release(const char *key); /* one's own, when it is stored or failed */

/* Remove least recently used objects until the size limit holds. */
void cache_trim(void);
/* The same, and what was not used for `max_age` seconds (0: any age) goes too; at most once a day. */
void cache_trim_daily(double max_age);
/* Can it be stored in? "" when it can, else why not and what to do. `no_locks`: files cannot be locked there,
 * which does no harm. */
void cache_probe(char problem[256], bool *no_locks);
int cache_clear(void);
void cache_get_info(CacheInfo *info); /* reads the folders: not for every compilation */

/* Visit every entry, for `dxpy cache list`; `age_seconds` since its object was last used. */
void cache_each(void (*visit)(const char *key, const char *object, int unit, uint64_t bytes,
                              double age_seconds, void *arg),
                void *arg);

#endif
