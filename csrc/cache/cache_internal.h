/* Shared by the cache's files. On disk:
 *
 *   <cache>/objects/<SHA-256 of its bytes>.so   a shared object with one or more units; its name is its
 * checksum <cache>/units/<key>                         one line: which object, which unit of it, checksum of
 * the line <cache>/tmp/                                what is being written; comes into place by rename
 *   <cache>/claims/<key>                        who compiles that key just now
 *   <cache>/index/<world>                       what earlier runs learned (index.h)
 *   <cache>/lock                                held while trimming
 */
#ifndef DXPY_CACHE_INTERNAL_H
#define DXPY_CACHE_INTERNAL_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

#include "base/hash.h"
#include "cache/cache.h"

enum { CACHE_ENTRY_SIZE = 256, CACHE_NAME = 72 };

typedef struct CacheState {
    char directory[900]; /* "" : not used */
    uint64_t limit;
    char error[256];
    char problem[256];
    atomic_flag problem_busy; /* somebody writes or copies it; the others do without */
    _Atomic uint64_t rejected, failed_stores;
    _Atomic uint64_t held, stores; /* bytes when last counted and what was stored since; how often */
} CacheState;

/* The one cache of the process: where it is, and what went wrong there. */
extern CacheState cache_state;

/* --- folder.c --- */

/* Whether the folder is fit for code, making it when `make`; `error` (256 bytes) says why not. */
bool cache_check_folder(const char *directory, bool make, char *error);

/* Open the cache's folder, or a folder in it ("objects", "units", "tmp"), making it when `make`. -1 with
 * errno. */
int cache_open_root(bool make);
int cache_open_inner(int root, const char *name, bool make);

/* Ours, and nobody else may write to it. */
bool cache_is_private(const struct stat *about);

void cache_copy_problem(char problem[256]);
void cache_note_rejected(const char *name, const char *why);
void cache_note_failed_store(const char *what);

/* --- entry.c --- */

typedef struct EntryLine {
    char object[HASH_HEX + 1];
    int unit;
} EntryLine;

bool cache_is_key(const char *key);
int cache_write_entry(char text[CACHE_ENTRY_SIZE], const char *key, const EntryLine *line);
bool cache_parse_entry(const char *text, const char *key, EntryLine *line);

typedef enum EntryState { ENTRY_GOOD, ENTRY_MISSING, ENTRY_BAD } EntryState;

EntryState cache_read_entry(int units, const char *key, EntryLine *line);

/* Read the object and compare it with its name. */
EntryState cache_verify_object(int objects, const char *hash);
void cache_object_name(char name[CACHE_NAME], const char *hash);
void cache_touch(int objects, const char *name, const struct stat *about);

/* --- trim.c --- */

/* After a store of `bytes`: trim when the limit may have been passed. */
void cache_account(uint64_t bytes);

#endif
