/* What the files share that find out where a site leads to. For decode*.c only. */
#ifndef DXPY_CPYTHON_DECODE_SITES_H
#define DXPY_CPYTHON_DECODE_SITES_H

#include "cpython/decode.h"

/* Where a name is in a dict of str keys: how far from the start of the keys, and their version. False: it is
 * not there, or nothing can be relied on. */
bool decode_find_entry(PyObject *dict, PyObject *name, int64_t *offset, uint32_t *version, void **object);

/* The number of the inline cache (bc_cache_count) of the instruction at a code unit, and the instruction
 * itself; -1: there is none. */
int decode_find_cache(PyCodeObject *code, int32_t offset, Instr *found);

/* What a variable has in the sample; NULL: it cannot be told. borrowed */
PyObject *decode_variable(PyCodeObject *code, const Instr *load, const Surroundings *around);

/* The site of a value that is a function of this code. */
const Site *decode_code_site(CompileContext *cx, PyObject *code, PyObject *globals, PyObject *builtins);

/* Likewise of a value that is called in `code`; NULL: none. */
Site *decode_called_code_site(CompileContext *cx, PyCodeObject *code, PyObject *called, PyObject *globals,
                              PyObject *builtins);

/* Likewise of a value that is this function, class, C function or method; of functions with cells, and where
 * there were `several` of its code, any of that. NULL: none. */
Site *decode_callable_site(CompileContext *cx, PyCodeObject *code, PyObject *callable, bool several);

/* Sites of LOAD_ATTR, STORE_ATTR and LOAD_METHOD (decode_attr.c). Those of names must be there. */
void decode_attribute_sites(CompileContext *cx, PyCodeObject *code, Bytecode *out,
                            const Surroundings *around);

/* How deep an operator's operand lies whose class has the method; -1: it is no operator, or it is one of
 * which nothing is noted. */
int decode_owner_depth(const Instr *instr);

/* One more in what a cache has seen. False: there are too many. */
bool decode_add_seen(uint32_t *seen, uint32_t number);

/* --- samples (decode_sample.c): what values a function has, guessed from objects there are --- */

typedef struct Samples {
    CompileContext *cx;
    PyCodeObject *code;
    const Bytecode *out;
    const Surroundings *around;
    int *stores; /* by instruction: of a LOAD_FAST the last STORE_FAST in front of it, -1: none */
} Samples;

void sample_prepare(Samples *s);
/* What an instruction would push now, the nth from the top, as far as it can be told without running code;
 * sites in front of it must be there. NULL: it cannot be told. borrowed */
PyObject *sample_pushed(const Samples *s, int index, int nth);
/* Likewise what the operand is that lies so deep below the top before an instruction. */
PyObject *sample_operand(const Samples *s, int index, int above);
/* The instruction in front of one that made the operand so deep below the top; which of what it pushed,
 * counted from the top, in `nth`. -1: it cannot be told. */
int sample_maker(const Samples *s, int index, int above, int *nth);
/* Likewise the container that it is some item of. */
PyObject *sample_container(const Samples *s, int index, int above);
/* Keep what a CALL would pass for who decodes its callee (Surroundings.passed). */
void sample_note_call(const Samples *s, int index);
/* Likewise what an operator would pass to the method that its site leads to. */
void sample_note_operator(const Samples *s, int index);

/* --- calls (decode_called.c) --- */

/* Where a CALL leads by what was called there, a site for each; NULL: its operand tells, or nothing is known.
 * `seen`: what its inline cache has, which is added to unless it is `recalled`. */
const Site *decode_called(const Samples *s, int index, uint32_t *seen, bool recalled);

#endif
