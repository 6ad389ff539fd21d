#include "jit/body.h"

#include <string.h>

void body_put(BodyWriter *w, const void *bytes, size_t length) {
    if ((size_t)(w->end - w->at) < length) {
        w->end = w->at; /* too long: nothing more goes in */
        return;
    }
    if (length > 0) memcpy(w->at, bytes, length); // an empty list has no items to point to
    w->at += length;
}

void body_put_list(BodyWriter *w, const void *items, int32_t count, size_t size) {
    body_put(w, &count, sizeof count);
    body_put(w, items, (size_t)count * size);
}

const void *body_get(BodyReader *r, size_t length) {
    static const uint8_t nothing[sizeof(uint64_t)];
    if ((size_t)(r->end - r->at) < length) {
        r->failed = true;
        r->at = r->end;
        return nothing;
    }
    r->at += length;
    return r->at - length;
}

void *body_get_list(BodyReader *r, int32_t *count, size_t size) {
    memcpy(count, body_get(r, sizeof *count), sizeof *count);
    if (*count < 0 || (size_t)*count > (size_t)(r->end - r->at) / size) r->failed = true;
    if (r->failed) *count = 0;
    void *items = *count > 0 ? PyMem_RawMalloc((size_t)*count * size) : NULL;
    if (items == NULL) *count = 0;
    else memcpy(items, body_get(r, (size_t)*count * size), (size_t)*count * size);
    return items;
}

void body_put_point(BodyWriter *w, const OsrPoint *point) {
    body_put(w, &point->unit, sizeof point->unit);
    body_put_list(w, point->types, point->types ? point->count : 0, 1);
}

void body_get_point(BodyReader *r, OsrPoint *point) {
    memcpy(&point->unit, body_get(r, sizeof point->unit), sizeof point->unit);
    point->types = body_get_list(r, &point->count, 1);
}
