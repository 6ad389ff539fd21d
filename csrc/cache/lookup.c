#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "cache/cache_internal.h"

/* What fails verification is removed, so that it is compiled anew and stored well. */
static bool find(int units, int objects, const char *key, EntryLine *line) {
    char name[CACHE_NAME];
    EntryState state = cache_read_entry(units, key, line);
    if (state == ENTRY_MISSING) return false;
    if (state == ENTRY_BAD) {
        cache_note_rejected(key, "is a damaged entry");
        unlinkat(units, key, 0);
        return false;
    }
    state = cache_verify_object(objects, line->object);
    if (state == ENTRY_GOOD) return true;
    unlinkat(units, key, 0);
    if (state == ENTRY_BAD) {
        cache_object_name(name, line->object);
        cache_note_rejected(name, "is a damaged object");
        unlinkat(objects, name, 0);
    }
    return false;
}

/* Not being there is nothing remarkable. */
static int note_unless_missing(int folder, const char *name) {
    if (folder < 0 && errno != ENOENT) cache_note_rejected(name, "is not a folder of ours alone any more");
    return folder;
}

bool cache_lookup(const char *key, CacheEntry *entry) {
    EntryLine line;
    if (!cache_is_key(key)) return false;
    int root = note_unless_missing(cache_open_root(false), cache_state.directory);
    if (root < 0) return false;
    int units = note_unless_missing(cache_open_inner(root, "units", false), "units");
    int objects = units < 0 ? -1 : note_unless_missing(cache_open_inner(root, "objects", false), "objects");
    bool found = objects >= 0 && find(units, objects, key, &line);
    if (found) {
        snprintf(entry->path, sizeof entry->path, "%s/objects/%s.so", cache_state.directory, line.object);
        entry->unit = line.unit;
    }
    if (objects >= 0) close(objects);
    if (units >= 0) close(units);
    close(root);
    return found;
}
