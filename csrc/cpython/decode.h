/* CPython's bytecode -> canonical bytecode. */
#ifndef DXPY_CPYTHON_DECODE_H
#define DXPY_CPYTHON_DECODE_H

#include "base/bail.h"
#include "bytecode/bytecode.h"
#include "cpython/compat.h"

/* The dicts that the code's names are looked up in, borrowed. */
typedef struct Surroundings {
    PyObject *globals, *builtins;
} Surroundings;

/* Decode `code` into cx's arena; bails on bytecode that the compiler of this CPython could not have made and
 * that has no safe reading. Needs the GIL. Runs no Python code. */
/* `around`: NULL when it is not known. */
Bytecode *decode_code(CompileContext *cx, PyCodeObject *code, const Surroundings *around);

/* Likely of an object, by its exact type; NULL is LIKELY_OTHER. */
uint8_t decode_likely_type(PyObject *object);

#endif
