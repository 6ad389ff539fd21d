#include "jit/mapper.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

typedef struct Name {
    uint64_t hash;
    size_t length;
    char *bytes;
} Name;

struct Mapper {
    Name *names; /* by id */
    int64_t count, capacity;
    int64_t *slots; /* open addressing; an id, or -1 */
    size_t mask;    /* number of slots less one */
};

/* One lock for all mappers, because a fork must find it free: pthread_atfork takes no argument and cannot
 * be undone. Nothing is called with it held, so it is taken with and without the GIL. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void acquire(void) { pthread_mutex_lock(&lock); }
static void release(void) { pthread_mutex_unlock(&lock); }
static void survive_fork(void) { pthread_atfork(acquire, release, release); }

static uint64_t hash_bytes(const char *bytes, size_t length) {
    uint64_t hash = 0xcbf29ce484222325u ^ length;
    for (; length >= 8; bytes += 8, length -= 8) {
        uint64_t word;
        memcpy(&word, bytes, 8);
        hash = (hash ^ word) * 0x9e3779b97f4a7c15u;
        hash ^= hash >> 29;
    }
    for (; length > 0; bytes++, length--) hash = (hash ^ (unsigned char)*bytes) * 0x100000001b3u;
    hash *= 0xff51afd7ed558ccdu;
    return hash ^ (hash >> 32);
}

/* The slot that holds the name, or the free one where it belongs. */
static size_t find_slot(const Mapper *mapper, uint64_t hash, const char *bytes, size_t length) {
    size_t slot = hash & mapper->mask;
    while (mapper->slots[slot] >= 0) {
        const Name *name = &mapper->names[mapper->slots[slot]];
        if (name->hash == hash && name->length == length && memcmp(name->bytes, bytes, length) == 0) break;
        slot = (slot + 1) & mapper->mask;
    }
    return slot;
}

static bool grow(Mapper *mapper) {
    int64_t capacity = mapper->capacity * 2;
    size_t slot_count = (size_t)capacity * 2;
    Name *names = realloc(mapper->names, (size_t)capacity * sizeof *names);
    if (!names) return false;
    mapper->names = names;
    int64_t *slots = malloc(slot_count * sizeof *slots);
    if (!slots) return false;
    free(mapper->slots);
    mapper->slots = slots;
    mapper->mask = slot_count - 1;
    mapper->capacity = capacity;
    memset(slots, 0xff, slot_count * sizeof *slots);
    for (int64_t id = 0; id < mapper->count; id++) {
        size_t slot = names[id].hash & mapper->mask;
        while (slots[slot] >= 0) slot = (slot + 1) & mapper->mask;
        slots[slot] = id;
    }
    return true;
}

static int64_t insert(Mapper *mapper, uint64_t hash, const char *bytes, size_t length) {
    if (mapper->count == mapper->capacity && !grow(mapper)) return -1;
    char *copy = malloc(length + 1);
    if (!copy) return -1;
    memcpy(copy, bytes, length);
    copy[length] = '\0';
    int64_t id = mapper->count++;
    mapper->names[id] = (Name){hash, length, copy};
    mapper->slots[find_slot(mapper, hash, bytes, length)] = id;
    return id;
}

Mapper *mapper_new(void) {
    pthread_once(&once, survive_fork);
    Mapper *mapper = calloc(1, sizeof *mapper);
    if (!mapper) return NULL;
    mapper->capacity = 32;
    if (!grow(mapper)) {
        mapper_free(mapper);
        return NULL;
    }
    return mapper;
}

void mapper_free(Mapper *mapper) {
    if (!mapper) return;
    for (int64_t id = 0; id < mapper->count; id++) free(mapper->names[id].bytes);
    free(mapper->names);
    free(mapper->slots);
    free(mapper);
}

int64_t mapper_get_or_create(Mapper *mapper, const char *name, size_t length) {
    uint64_t hash = hash_bytes(name, length);
    acquire();
    int64_t id = mapper->slots[find_slot(mapper, hash, name, length)];
    if (id < 0) id = insert(mapper, hash, name, length);
    release();
    return id;
}

int64_t mapper_get(Mapper *mapper, const char *name, size_t length) {
    uint64_t hash = hash_bytes(name, length);
    acquire();
    int64_t id = mapper->slots[find_slot(mapper, hash, name, length)];
    release();
    return id;
}

bool mapper_name_of(Mapper *mapper, int64_t id, const char **name, size_t *length) {
    acquire();
    bool known = id >= 0 && id < mapper->count;
    if (known) {
        *name = mapper->names[id].bytes;
        *length = mapper->names[id].length;
    }
    release();
    return known;
}

int64_t mapper_count(Mapper *mapper) {
    acquire();
    int64_t count = mapper->count;
    release();
    return count;
}
