#define _GNU_SOURCE /* MAP_POPULATE */
#include "base/arena.h"

#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>

enum { CHUNK_SIZE = 64 * 1024, MOST_SPARE = 16, ALIGNMENT = 16 };

struct ArenaChunk {
    ArenaChunk *previous;
    size_t size;
};

/* What arenas left for the next one, of any thread: getting pages from the kernel and giving them back takes
 * as long as much of what is done with them. They are no part of the heap, which could not shrink then. */
static _Atomic(ArenaChunk *) spare_chunks; // one list per process

void arena_init(Arena *arena, void (*out_of_memory)(void *), void *arg) {
    *arena = (Arena){.out_of_memory = out_of_memory, .out_of_memory_arg = arg};
}

static size_t round_up(size_t size) { return (size + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1); }

static size_t body_of_chunk(void) { return CHUNK_SIZE - round_up(sizeof(ArenaChunk)); }

/* Put up to `room` of them in front of a list, and free the others. Gives the list, and what room is left. */
static ArenaChunk *keep_some(ArenaChunk *chunks, ArenaChunk *list, int *room) {
    while (chunks != NULL) {
        ArenaChunk *chunk = chunks;
        chunks = chunk->previous;
        if (chunk->size != body_of_chunk()) {
            free(chunk);
        } else if (*room > 0) {
            --*room;
            chunk->previous = list;
            list = chunk;
        } else {
            munmap(chunk, CHUNK_SIZE);
        }
    }
    return list;
}

void arena_free(Arena *arena) {
    int room = MOST_SPARE, none = 0;
    if (arena->chunks != NULL || arena->spare != NULL) {
        ArenaChunk *list = keep_some(arena->spare, NULL, &room);
        list = keep_some(arena->chunks, list, &room);
        keep_some(atomic_exchange(&spare_chunks, list), NULL, &none);
    }
    arena->chunks = arena->spare = NULL;
    arena->next = arena->end = NULL;
}

static ArenaChunk *new_chunk(Arena *arena, size_t size) {
    ArenaChunk *chunk;
    if (size > body_of_chunk()) {
        chunk = malloc(round_up(sizeof(ArenaChunk)) + size);
        if (chunk != NULL) chunk->size = size;
        return chunk;
    }
    if (arena->spare == NULL) arena->spare = atomic_exchange(&spare_chunks, NULL);
    chunk = arena->spare;
    if (chunk != NULL) {
        arena->spare = chunk->previous;
        return chunk;
    }
    chunk = mmap(NULL, CHUNK_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
    if (chunk == MAP_FAILED) return NULL;
    chunk->size = body_of_chunk();
    return chunk;
}

void *arena_alloc(Arena *arena, size_t size) {
    size = round_up(size ? size : 1);
    if ((size_t)(arena->end - arena->next) < size) {
        ArenaChunk *chunk = new_chunk(arena, size);
        if (chunk == NULL) {
            arena->out_of_memory(arena->out_of_memory_arg);
            abort();
        }
        chunk->previous = arena->chunks;
        arena->chunks = chunk;
        arena->next = (char *)chunk + round_up(sizeof(ArenaChunk));
        arena->end = arena->next + chunk->size;
    }
    void *result = arena->next;
    arena->next += size;
    return memset(result, 0, size);
}

char *arena_strndup(Arena *arena, const char *text, size_t length) {
    char *copy = arena_alloc(arena, length + 1);
    memcpy(copy, text, length);
    return copy;
}

void *arena_grow(Arena *arena, void *items, int *capacity, size_t item_size) {
    int grown = *capacity ? *capacity * 2 : 8;
    void *copy = arena_alloc(arena, item_size * (size_t)grown);
    if (*capacity) memcpy(copy, items, item_size * (size_t)*capacity);
    *capacity = grown;
    return copy;
}
