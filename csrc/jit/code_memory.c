/* Code of many functions shares a chunk: what begins at pages of its own would compete for the same places of
 * the processor's caches. No page is ever writable while code may run in it: whoever runs compiled code has
 * the GIL, and so does whoever writes here. Private memory, so that a forked process has its own. */
#include "jit/code_memory.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

struct CodeChunk {
    char *start;
    size_t size, used;
    int refs; /* functions in it */
};

enum { CHUNK = 64 << 10 };

static CodeChunk *filling; // takes what comes next; one per process, guarded by the GIL

static size_t page_size(void) { return (size_t)sysconf(_SC_PAGESIZE); }

static size_t round_up(size_t size, size_t to) { return (size + to - 1) / to * to; }

static void free_chunk(CodeChunk *chunk) {
    munmap(chunk->start, chunk->size);
    free(chunk);
}

static CodeChunk *new_chunk(size_t length) {
    CodeChunk *chunk = calloc(1, sizeof(*chunk));
    if (chunk == NULL) return NULL;
    chunk->size = round_up(length > CHUNK ? length : CHUNK, page_size());
    chunk->start = mmap(NULL, chunk->size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (chunk->start != MAP_FAILED) return chunk;
    free(chunk);
    return NULL;
}

static bool make_room(size_t length) {
    if (filling != NULL && filling->size - filling->used >= length) return true;
    CodeChunk *chunk = new_chunk(length);
    if (chunk == NULL) return false;
    if (filling != NULL && filling->refs == 0) free_chunk(filling);
    filling = chunk;
    return true;
}

/* Asked with a page of its own: a program may forbid itself at any time that more becomes executable
 * (seccomp, PR_SET_MDWE), and where that is refused to a page that was made writable, the code on it is lost.
 */
static bool may_be_executable(void) {
    static char *page; // one per process, guarded by the GIL
    if (page == NULL) {
        void *made = mmap(NULL, page_size(), PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (made == MAP_FAILED) return false;
        page = made;
    }
    return mprotect(page, page_size(), PROT_READ | PROT_WRITE) == 0 &&
           mprotect(page, page_size(), PROT_READ | PROT_EXEC) == 0;
}

int code_memory_problem(void) { return may_be_executable() ? 0 : errno; }

void *code_memory_copy(const void *code, size_t length, CodeChunk **chunk) {
    if (!may_be_executable() || !make_room(length)) return NULL;
    size_t page = page_size(), first = filling->used / page * page;
    char *at = filling->start + filling->used, *pages = filling->start + first;
    size_t touched = round_up(filling->used + length, page) - first;
    if (mprotect(pages, touched, PROT_READ | PROT_WRITE) < 0) return NULL;
    memcpy(at, code, length);
    if (mprotect(pages, touched, PROT_READ | PROT_EXEC) < 0) {
        filling = NULL; /* what is on its last page cannot run any more */
        return NULL;
    }
    filling->used = round_up(filling->used + length, CODE_ALIGNMENT);
    if (filling->used > filling->size) filling->used = filling->size;
    filling->refs++;
    *chunk = filling;
    return at;
}

void code_memory_release(CodeChunk *chunk) {
    if (chunk != NULL && --chunk->refs == 0 && chunk != filling) free_chunk(chunk);
}
