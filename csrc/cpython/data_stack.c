/* Chunks of a thread's data stack. CPython makes one where a frame does not fit, and gives it back with that
 * frame: a program that goes up and down there maps and unmaps memory in each call. */
#include "cpython/compat.h"

enum {
    CHUNK_SIZE = 64 * 1024,
    CHUNK_MARGIN = 64 /* words beyond the frame, for callers that look with `<` */
};

static _PyStackChunk *spare; // one per process, of CHUNK_SIZE; guarded by the GIL

static _PyStackChunk *new_chunk(size_t size) {
    PyObjectArenaAllocator arenas;
    _PyStackChunk *chunk = size == CHUNK_SIZE ? spare : NULL;
    if (chunk != NULL) {
        spare = NULL;
        return chunk;
    }
    PyObject_GetArenaAllocator(&arenas); /* CPython frees by it what is left when a thread ends */
    chunk = arenas.alloc(arenas.ctx, size);
    if (chunk != NULL) chunk->size = size;
    return chunk;
}

static void free_chunk(_PyStackChunk *chunk) {
    PyObjectArenaAllocator arenas;
    if (chunk->size == CHUNK_SIZE && spare == NULL) {
        spare = chunk;
        return;
    }
    PyObject_GetArenaAllocator(&arenas);
    arenas.free(arenas.ctx, chunk, chunk->size);
}

bool cp_push_chunk(PyThreadState *tstate, int words) {
    _PyStackChunk *below = tstate->datastack_chunk;
    size_t size = CHUNK_SIZE;
    if (below == NULL) return false; /* a thread's first one is CPython's to make */
    while (size < sizeof(_PyStackChunk) + ((size_t)words + CHUNK_MARGIN) * sizeof(PyObject *)) size *= 2;
    _PyStackChunk *chunk = new_chunk(size);
    if (chunk == NULL) return false;
    below->top = (size_t)(tstate->datastack_top - below->data);
    chunk->previous = below;
    chunk->top = 0;
    tstate->datastack_chunk = chunk;
    tstate->datastack_limit = (PyObject **)((char *)chunk + size);
    tstate->datastack_top = &chunk->data[1]; /* CPython gives a chunk back with the frame at data[0] */
    return true;
}

void cp_pop_chunk(PyThreadState *tstate) {
    _PyStackChunk *chunk = tstate->datastack_chunk, *below = chunk->previous;
    assert(tstate->datastack_top == &chunk->data[1]);
    tstate->datastack_chunk = below;
    tstate->datastack_limit = (PyObject **)((char *)below + below->size);
    tstate->datastack_top = &below->data[below->top];
    free_chunk(chunk);
}
