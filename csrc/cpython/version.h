/* Which CPython this was built for, and whether it is the one that runs: frames, code objects and inline
 * caches may change with a micro version. */
#ifndef DXPY_CPYTHON_VERSION_H
#define DXPY_CPYTHON_VERSION_H

#include <stdbool.h>
#include <stddef.h>

/* PY_VERSION_HEX at build time. Visible and writable so that a test can act as if built for another. */
extern unsigned long dxpy_built_for;

/* False when another version runs than was built for; `message` then says which, and what to do. */
bool version_check(char *message, size_t size);

#endif
