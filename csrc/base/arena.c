#include "base/arena.h"

#include <stdint.h>
#include <stdlib.h>

enum { CHUNK_SIZE = 64 * 1024, ALIGNMENT = 16 };

struct ArenaChunk {
    ArenaChunk *previous;
    size_t size;
};

void arena_init(Arena *arena, void (*out_of_memory)(void *), void *arg) {
    *arena = (Arena){.out_of_memory = out_of_memory, .out_of_memory_arg = arg};
}

void arena_free(Arena *arena) {
    ArenaChunk *chunk = arena->chunks;
    while (chunk != NULL) {
        ArenaChunk *previous = chunk->previous;
        free(chunk);
        chunk = previous;
    }
    arena->chunks = NULL;
    arena->next = arena->end = NULL;
}

static size_t round_up(size_t size) { return (size + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1); }

void *arena_alloc(Arena *arena, size_t size) {
    size = round_up(size ? size : 1);
    if ((size_t)(arena->end - arena->next) < size) {
        size_t header = round_up(sizeof(ArenaChunk));
        size_t body = size > CHUNK_SIZE ? size : CHUNK_SIZE;
        ArenaChunk *chunk = malloc(header + body);
        if (chunk == NULL) {
            arena->out_of_memory(arena->out_of_memory_arg);
            abort();
        }
        chunk->previous = arena->chunks;
        chunk->size = body;
        arena->chunks = chunk;
        arena->next = (char *)chunk + header;
        arena->end = arena->next + body;
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
