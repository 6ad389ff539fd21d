/* What earlier runs learned of each function, in one file a world (build, Python, CPU level):
 *
 *   <cache>/index/<world>      records, one behind the other; the last of an id counts
 *
 * The file grows by appending. One that was written anew begins with a directory, which is read when it is
 * opened with all that was appended since; records are read when they are wanted. It is not mapped: a file
 * that is cut short under a mapping would kill the program. What a record says is not known here. Of one
 * process, guarded by its caller; not for the worker. No Python.h. */
#ifndef DXPY_CACHE_INDEX_H
#define DXPY_CACHE_INDEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { INDEX_ID = 32, INDEX_BODY = 1 << 18 /* bytes of a record's body, at most */ };

typedef struct IndexRecord {
    uint64_t hint; /* few ids share one: asked for before the id is worked out */
    uint8_t id[INDEX_ID];
    uint64_t saved; /* seconds since 1970; set when it is appended */
    const uint8_t *body;
    size_t length;
} IndexRecord;

typedef struct IndexInfo {
    uint64_t functions, bytes;
    uint64_t damaged;  /* records or gaps that failed verification since it was opened */
    char problem[256]; /* the last record that could not be written or read; "" when there was none */
} IndexInfo;

/* Read the index of `world` (64 hex digits) in the open cache. False: there is none yet, or it cannot be
 * read; it can be appended to all the same. */
bool index_open(const char *world);
void index_close(void);
bool index_is_open(void);

bool index_has(uint64_t hint);

/* The newest record, verified. Its body is good until the next call of a function here. */
bool index_find(uint64_t hint, const uint8_t id[INDEX_ID], IndexRecord *record);

/* Read what other processes have appended since. */
void index_refresh(void);

/* Append records in one write, so that those of several processes stay whole. False: the disk is full, or it
 * may not be written to. */
bool index_append(IndexRecord *records, int count);

/* Write the file anew without what is superseded, damaged or older than `max_age` seconds (0: any age), when
 * that is worth it or `force` is set. */
void index_tidy(uint64_t max_age, bool force);

void index_each(void (*visit)(const IndexRecord *record, void *arg), void *arg);
void index_get_info(IndexInfo *info);

#endif
