/* The body of a record of the code cache's index: written into memory of a given size, and read back without
 * trust. */
#ifndef DXPY_JIT_BODY_H
#define DXPY_JIT_BODY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "jit/record.h"

typedef struct BodyWriter {
    uint8_t *at, *end; /* equal: it was too long */
} BodyWriter;

typedef struct BodyReader {
    const uint8_t *at, *end;
    bool failed;
} BodyReader;

void body_put(BodyWriter *w, const void *bytes, size_t length);
void body_put_list(BodyWriter *w, const void *items, int32_t count, size_t size);

/* What is not there is zeros, eight bytes at most, and `failed`. */
const void *body_get(BodyReader *r, size_t length);
/* NULL with *count 0 when there are none; else PyMem_RawFree. */
void *body_get_list(BodyReader *r, int32_t *count, size_t size);

void body_put_point(BodyWriter *w, const OsrPoint *point);
void body_get_point(BodyReader *r, OsrPoint *point);

#endif
