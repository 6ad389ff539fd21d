/* What exit.c and exit_objects.c share: the rows of an exit, and the frames that they go into. */
#ifndef DXPY_RUNTIME_EXIT_H
#define DXPY_RUNTIME_EXIT_H

#include <string.h>

#include "runtime/rt.h"

/* The frames of an exit, by level: innermost first, the one that the code runs on last. */
typedef struct Frames {
    Frame *at[EXIT_MAX_LEVELS];
    PyObject *gathered[EXIT_MAX_LEVELS]; /* what a function that takes a generator's items has so far */
    const CompiledCode *compiled;
    const ExitRecord *record;
    PyObject **spill; /* the values, by row */
    bool has_objects; /* those are made that the exit makes */
    int objects_end;  /* rows from there on are none of these and no parts of them */
} Frames;

/* The next row that is no part of what this one makes. */
static inline int exit_next_row(const ExitRecord *record, int row) {
    return row + 1 + exit_parts(record->values[row].kind, record->values[row].slot);
}

static inline i64 exit_bits(PyObject *value) {
    i64 bits;
    memcpy(&bits, &value, sizeof(bits));
    return bits;
}

/* A number from its bits. There is no way to report that memory ran out: the frame would be lost. */
PyObject *exit_boxed(int kind, PyObject *bits); // new ref
/* The range iterator of three numbers. */
PyObject *exit_range(PyObject **parts); // new ref
/* Make the objects whose rows come first, once: each row has its object then. The frames that functions are
 * made in are there. */
void exit_make_objects(Frames *f, PyObject **spill);
/* They are where they should be. */
void exit_forget_objects(const Frames *f);

#endif
