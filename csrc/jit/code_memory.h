/* Memory that code made in this process runs in. Needs the GIL. */
#ifndef DXPY_JIT_CODE_MEMORY_H
#define DXPY_JIT_CODE_MEMORY_H

#include <stddef.h>

typedef struct CodeChunk CodeChunk;

/* A copy of the code that may run; *chunk is to be given back by code_memory_release. NULL: there is none to
 * be had. */
void *code_memory_copy(const void *code, size_t length, CodeChunk **chunk);

/* Nothing will run there again. NULL is ignored. */
void code_memory_release(CodeChunk *chunk);

#endif
