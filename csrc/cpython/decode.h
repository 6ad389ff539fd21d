/* CPython's bytecode -> canonical bytecode. */
#ifndef DXPY_CPYTHON_DECODE_H
#define DXPY_CPYTHON_DECODE_H

#include "base/bail.h"
#include "bytecode/bytecode.h"
#include "cpython/compat.h"

/* The function that a class has for an operator whose left operand is of it; NULL: none that is known.
 * borrowed */
typedef PyObject *(*OperatorMethod)(PyTypeObject *type, const Instr *instr);

/* What is known of the process around the code; all borrowed, each may be NULL. */
/* What a call passes to a function, as a sample. */
typedef struct Passed {
    void *callee;      // borrowed; a function or a class
    PyObject **values; /* borrowed; of each argument by position, NULL: it cannot be told */
    int count;
    struct Passed *next;
} Passed;

typedef struct Surroundings {
    PyObject *globals, *builtins; /* the dicts that the code's names are looked up in */
    Frame *frame;                 /* a frame that runs it, between two instructions or before the first */
    uint32_t *seen; /* by inline cache (bc_cache_count), SEEN_TYPES for each: versions of the types owners
                       had, 0 behind the last; the first is SEEN_SEVERAL where there were more. Decoding may
                       find out too */
    int seen_count; /* caches */
    const bool *recalled; /* by inline cache: `seen` has the classes of an earlier run in their order, which
                             nothing of this one is to add to; NULL: nowhere */
    uint8_t *values; /* by inline cache: Likely of what the site gives, LIKELY_UNSEEN: not known. Decoding may
                        find out too */
    int value_count;
    OperatorMethod method;
    Passed **passed;            /* what calls met while decoding pass is added here; NULL: nobody wants it */
    const Passed *arrived;      /* what the code gets as arguments; NULL: not known */
    PyFunctionObject *function; /* one that has the code; NULL: the frame's, if there is a frame */
} Surroundings;

enum { SEEN_TYPES = 8 };
#define SEEN_SEVERAL UINT32_MAX
/* In place of the last version, which it is greater than: owners have a dict, this entry of it. */
#define SEEN_ENTRY      UINT32_C(0x80000000)
#define SEEN_ENTRY_MOST 0xffff

/* Decode `code` into cx's arena; bails on bytecode that the compiler of this CPython could not have made and
 * that has no safe reading. Needs the GIL. Runs no Python code. `around`: NULL where nothing will be
 * speculated on. */
Bytecode *decode_code(CompileContext *cx, PyCodeObject *code, const Surroundings *around);

/* How many inline caches (bc_cache_count) code has. */
int decode_cache_count(PyCodeObject *code);

/* Add what the instruction at a code unit, before which a frame stands, has as its owner or calls to what its
 * cache has in `seen` (see Surroundings). Runs no Python code. */
void decode_note_met(const Frame *frame, int32_t offset, uint32_t *seen, int seen_count);

/* Add what a cache has seen elsewhere to what it has in `seen`. */
void decode_merge_seen(uint32_t *seen, const uint32_t *more);

/* The classes that are alive, found when first needed, while no Python code runs. */
typedef struct Classes Classes;
Classes *decode_new_classes(CompileContext *cx, OperatorMethod method);
/* Where an operator leads for a left operand whose class has this version, or a CALL of super() with a site
 * for such a first argument; NULL: it cannot be told. */
const Site *decode_operator(Classes *classes, const Instr *instr, uint32_t type_version);

/* By which names a site is known again in the next run, and what stands in front of the second; NULL: by
 * none. And what `Surroundings.seen` has of it then; 0: it is not there. */
const char *decode_site_names(const Site *site, const char **module, const char **name);
uint32_t decode_recalled(const char *module, const char *marked_name);

/* Likely of an object, by its exact type; NULL is LIKELY_OTHER. */
uint8_t decode_likely_type(PyObject *object);
/* Likewise of a type that may be gone: it is not looked into. */
uint8_t decode_likely_of(const void *type);
/* What the lowering may know of an object that does not change. */
void decode_constant(PyObject *object, ConstInfo *info);
/* The same for the items of a tuple, in cx's arena: it may go. `tuple` NULL: it has none. */
ConstInfo *decode_constants(CompileContext *cx, PyObject *tuple, int *count);

#endif
