/* Memory that code runs in which was made in this process, or is copied from the cache. Needs the GIL. */
#ifndef DXPY_JIT_CODE_MEMORY_H
#define DXPY_JIT_CODE_MEMORY_H

#include <stddef.h>

enum { CODE_ALIGNMENT = 64 }; /* each function begins at a multiple of it */

typedef struct CodeChunk CodeChunk;

/* A copy of the code that may run; *chunk is to be given back by code_memory_release. NULL: there is none to
 * be had. */
void *code_memory_copy(const void *code, size_t length, CodeChunk **chunk);

/* Why the system makes no memory executable, as errno has it; 0: it does. */
int code_memory_problem(void);

/* Nothing will run there again. NULL is ignored. */
void code_memory_release(CodeChunk *chunk);

#endif
