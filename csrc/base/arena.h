/* Memory for one compilation: allocate as you go, free all at once. */
#ifndef DXPY_BASE_ARENA_H
#define DXPY_BASE_ARENA_H

#include <stddef.h>
#include <string.h>

typedef struct ArenaChunk ArenaChunk;
typedef struct Arena {
    ArenaChunk *chunks, *spare;
    char *next, *end;
    void (*out_of_memory)(void *arg); /* must not return */
    void *out_of_memory_arg;
} Arena;

void arena_init(Arena *arena, void (*out_of_memory)(void *), void *arg);
void arena_free(Arena *arena);

/* Zeroed memory, aligned for any type. */
void *arena_alloc(Arena *arena, size_t size);
char *arena_strndup(Arena *arena, const char *text, size_t length);

#define arena_new(arena, type)          ((type *)arena_alloc((arena), sizeof(type)))
#define arena_array(arena, type, count) ((type *)arena_alloc((arena), sizeof(type) * (size_t)(count)))

/* Growable array in an arena: items, count, capacity. The old items stay behind in the arena. */
#define VEC(type)                                                                                            \
    struct {                                                                                                 \
        type *items;                                                                                         \
        int count, capacity;                                                                                 \
    }

#define vec_push(arena, vec, value)                                                                          \
    do {                                                                                                     \
        if ((vec)->count == (vec)->capacity)                                                                 \
            (vec)->items = arena_grow((arena), (vec)->items, &(vec)->capacity, sizeof(*(vec)->items));       \
        (vec)->items[(vec)->count++] = (value);                                                              \
    } while (0)

void *arena_grow(Arena *arena, void *items, int *capacity, size_t item_size);

#endif
