/* What is in the cache as a whole: counted, listed, trimmed, cleared. */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "cache/cache_internal.h"

typedef struct Object {
    char name[CACHE_NAME];
    uint64_t bytes;
    struct timespec used;
} Object;

typedef void Visit(int folder, const char *name, const struct stat *about, void *argument);

/* Visit the files of an inner folder. */
static void each_file(const char *inner, Visit *visit, void *argument) {
    int root = cache_open_root(false);
    int fd = root < 0 ? -1 : cache_open_inner(root, inner, false);
    if (root >= 0) close(root);
    DIR *folder = fd < 0 ? NULL : fdopendir(fd);
    if (folder == NULL) {
        if (fd >= 0) close(fd);
        return;
    }
    struct stat about;
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        bool file = entry->d_name[0] != '.' && strlen(entry->d_name) < CACHE_NAME &&
                    fstatat(fd, entry->d_name, &about, AT_SYMLINK_NOFOLLOW) == 0 && !S_ISDIR(about.st_mode);
        if (file) visit(fd, entry->d_name, &about, argument);
    }
    closedir(folder);
}

/* --- count --- */

typedef struct Count {
    uint64_t files, bytes;
} Count;

static void count_file(int folder, const char *name, const struct stat *about, void *argument) {
    Count *count = argument;
    count->files++;
    count->bytes += (uint64_t)about->st_size;
}

void cache_get_info(CacheInfo *info) {
    Count objects = {0}, units = {0}, indexes = {0};
    each_file("objects", count_file, &objects);
    each_file("units", count_file, &units);
    each_file("index", count_file, &indexes);
    *info = (CacheInfo){.entries = units.files,
                        .objects = objects.files,
                        .bytes = objects.bytes + units.bytes + indexes.bytes,
                        .limit = cache_state.limit,
                        .rejected = cache_state.rejected,
                        .failed_stores = cache_state.failed_stores};
    memcpy(info->error, cache_state.error, sizeof info->error);
    cache_copy_problem(info->problem);
}

/* --- trim --- */

typedef struct Objects {
    Object *items;
    size_t count, room;
} Objects;

static void collect(int folder, const char *name, const struct stat *about, void *argument) {
    Objects *objects = argument;
    if (objects->count == objects->room) {
        size_t room = objects->room ? 2 * objects->room : 256;
        Object *items = realloc(objects->items, room * sizeof *items);
        if (items == NULL) return; /* trims less */
        objects->items = items, objects->room = room;
    }
    Object *object = &objects->items[objects->count++];
    snprintf(object->name, sizeof object->name, "%s", name);
    object->bytes = (uint64_t)about->st_size;
    object->used = about->st_mtim;
}

static int by_use(const void *left, const void *right) {
    const struct timespec *a = &((const Object *)left)->used, *b = &((const Object *)right)->used;
    if (a->tv_sec != b->tv_sec) return a->tv_sec < b->tv_sec ? -1 : 1;
    return (a->tv_nsec > b->tv_nsec) - (a->tv_nsec < b->tv_nsec);
}

static void drop_if_dangling(int units, const char *name, const struct stat *about, void *argument) {
    const int *objects = argument;
    char object[CACHE_NAME];
    EntryLine line;
    bool good = cache_is_key(name) && cache_read_entry(units, name, &line) == ENTRY_GOOD;
    if (good) cache_object_name(object, line.object);
    if (!good || (faccessat(*objects, object, F_OK, 0) < 0 && errno == ENOENT)) unlinkat(units, name, 0);
}

/* What a killed process left in tmp/. */
static void drop_if_old(int folder, const char *name, const struct stat *about, void *argument) {
    enum { OLD_SECONDS = 3600 };
    if (time(NULL) - about->st_mtime > OLD_SECONDS) unlinkat(folder, name, 0);
}

static bool is_older(const struct timespec *used, double max_age) {
    return max_age > 0 && difftime(time(NULL), used->tv_sec) > max_age;
}

/* An index that is not of any build in use. */
static void drop_old_index(int folder, const char *name, const struct stat *about, void *argument) {
    const double *max_age = argument;
    if (is_older(&about->st_mtim, *max_age)) unlinkat(folder, name, 0);
    else if (!cache_is_key(name)) drop_if_old(folder, name, about, NULL);
}

/* Down to `target` bytes and nothing older than `max_age` seconds (0: any age); the bytes left. */
static uint64_t trim_objects(int objects_folder, uint64_t target, double max_age) {
    Objects objects = {0};
    Count units = {0};
    each_file("objects", collect, &objects);
    each_file("units", count_file, &units);
    uint64_t bytes = units.bytes;
    for (size_t i = 0; i < objects.count; i++) bytes += objects.items[i].bytes;
    if (objects.count) qsort(objects.items, objects.count, sizeof *objects.items, by_use);
    for (size_t i = 0; i < objects.count && (bytes > target || is_older(&objects.items[i].used, max_age));
         i++)
        if (unlinkat(objects_folder, objects.items[i].name, 0) == 0) bytes -= objects.items[i].bytes;
    free(objects.items);
    return bytes;
}

static uint64_t trim_to(uint64_t target, double max_age) {
    uint64_t bytes = 0;
    int root = cache_open_root(false);
    if (root < 0) return 0;
    int objects = cache_open_inner(root, "objects", false);
    int lock = openat(root, "lock", O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
    /* One process at a time is enough; where there are no locks, several do no harm. */
    bool mine = lock < 0 || flock(lock, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK;
    if (objects >= 0 && mine) {
        bytes = trim_objects(objects, target, max_age);
        each_file("units", drop_if_dangling, &objects);
        each_file("tmp", drop_if_old, NULL);
        each_file("claims", drop_if_old, NULL);
        each_file("index", drop_old_index, &max_age);
        if (lock >= 0) futimens(lock, NULL);
    }
    if (lock >= 0) close(lock);
    if (objects >= 0) close(objects);
    close(root);
    return bytes;
}

void cache_trim(void) { trim_to(cache_state.limit, 0); }

void cache_trim_daily(double max_age) {
    enum { DAY = 24 * 3600 };
    struct stat about;
    int root = cache_open_root(false);
    if (root < 0) return;
    int lock = openat(root, "lock", O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600); /* the first makes it */
    close(root);
    /* The clock may have been moved: a time to come says nothing. */
    double age = lock >= 0 && fstat(lock, &about) == 0 ? difftime(time(NULL), about.st_mtime) : 0;
    if (lock >= 0) close(lock);
    if (age > DAY || age < -DAY) trim_to(cache_state.limit, max_age);
}

void cache_account(uint64_t bytes) {
    enum { RECOUNT_AFTER = 256 }; /* other processes store as well */
    CacheState *state = &cache_state;
    if (state->stores++ % RECOUNT_AFTER == 0) {
        Count objects = {0}, units = {0};
        each_file("objects", count_file, &objects);
        each_file("units", count_file, &units);
        state->held = objects.bytes + units.bytes;
    } else {
        state->held += bytes;
    }
    /* Some room is made, so that not every further store must. */
    if (state->held > state->limit) state->held = trim_to(state->limit - state->limit / 8, 0);
}

/* --- clear, list --- */

static void drop(int folder, const char *name, const struct stat *about, void *argument) {
    int *failed = argument;
    if (unlinkat(folder, name, 0) < 0 && errno != ENOENT) *failed = -1;
}

int cache_clear(void) {
    int failed = cache_state.directory[0] ? 0 : -1;
    each_file("units", drop, &failed);
    each_file("objects", drop, &failed);
    each_file("tmp", drop, &failed);
    each_file("claims", drop, &failed);
    each_file("index", drop, &failed);
    return failed;
}

typedef struct Listing {
    void (*visit)(const char *key, const char *object, int unit, uint64_t bytes, double age_seconds,
                  void *arg);
    void *arg;
    int objects;
} Listing;

static void list_entry(int units, const char *name, const struct stat *about, void *argument) {
    const Listing *listing = argument;
    char object[CACHE_NAME], path[1024];
    struct stat found;
    EntryLine line;
    if (!cache_is_key(name) || cache_read_entry(units, name, &line) != ENTRY_GOOD) return;
    cache_object_name(object, line.object);
    if (fstatat(listing->objects, object, &found, AT_SYMLINK_NOFOLLOW) < 0) return;
    snprintf(path, sizeof path, "%s/objects/%s", cache_state.directory, object);
    listing->visit(name, path, line.unit, (uint64_t)found.st_size, difftime(time(NULL), found.st_mtime),
                   listing->arg);
}

void cache_each(void (*visit)(const char *key, const char *object, int unit, uint64_t bytes,
                              double age_seconds, void *arg),
                void *arg) {
    int root = cache_open_root(false);
    if (root < 0) return;
    Listing listing = {.visit = visit, .arg = arg, .objects = cache_open_inner(root, "objects", false)};
    if (listing.objects >= 0) {
        each_file("units", list_entry, &listing);
        close(listing.objects);
    }
    close(root);
}
