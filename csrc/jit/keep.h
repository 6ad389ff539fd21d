/* Quick code made in this process, on its way into the code cache. Needs the GIL; raises nothing. */
#ifndef DXPY_JIT_KEEP_H
#define DXPY_JIT_KEEP_H

#include "jit/install.h"

/* Have it stored under `key` some time later; its buffers are taken over. */
void keep_code(const char *key, QuickCode *code);

/* It is not worth being stored. */
void keep_not(const char *key);

/* Store what has waited for two seconds. To be asked often. */
void keep_look(void);

/* Store all there is. */
void keep_all(void);

#endif
