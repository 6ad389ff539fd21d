/* What the files share that find out where a site leads to. For decode*.c only. */
#ifndef DXPY_CPYTHON_DECODE_SITES_H
#define DXPY_CPYTHON_DECODE_SITES_H

#include "cpython/decode.h"

/* Where a name is in a dict of str keys: how far from the start of the keys, and their version. False: it is
 * not there, or nothing can be relied on. */
bool decode_find_entry(PyObject *dict, PyObject *name, int64_t *offset, uint32_t *version, void **object);

/* What a variable has in the sample; NULL: it cannot be told. borrowed */
PyObject *decode_variable(PyCodeObject *code, const Instr *load, const Surroundings *around);

/* The site of a value that is a function of this code. */
const Site *decode_code_site(CompileContext *cx, PyObject *code, PyObject *globals, PyObject *builtins);

/* Sites of LOAD_ATTR, STORE_ATTR and LOAD_METHOD (decode_attr.c). Those of names must be there. */
void decode_attribute_sites(CompileContext *cx, PyCodeObject *code, Bytecode *out,
                            const Surroundings *around);

#endif
