/* Function names to ids: dense from 0, unique for ever. Safe to call from any thread, with or without
 * the GIL. A name is the str in UTF-8 with lone surrogates passed through, so that every str has one. */
#ifndef DXPY_JIT_MAPPER_H
#define DXPY_JIT_MAPPER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct Mapper Mapper;

Mapper *mapper_new(void); /* NULL: out of memory */
void mapper_free(Mapper *mapper);

/* The name's id, given out now if it has none. -1: out of memory. */
int64_t mapper_get_or_create(Mapper *mapper, const char *name, size_t length);

/* The name's id, or -1 when it has none. */
int64_t mapper_get(Mapper *mapper, const char *name, size_t length);

/* The name of an id; false when the id was never given out. The bytes live as long as the mapper and
 * end with a NUL that is not counted. */
bool mapper_name_of(Mapper *mapper, int64_t id, const char **name, size_t *length);

int64_t mapper_count(Mapper *mapper);

#endif
