/* Quick code in the making; for quick.c and quick_ops.c. */
#ifndef DXPY_CODEGEN_QUICK_CODE_H
#define DXPY_CODEGEN_QUICK_CODE_H

#include "codegen/links.h"
#include "codegen/quick.h"
#include "codegen/x86.h"

/* Kept by calls. */
#define QUICK_TSTATE RBX
#define QUICK_FRAME  RBP
#define QUICK_LINK   R12
#define QUICK_UNITS  R13

enum { QUICK_ARGUMENT_REGISTERS = 6 };

/* Where a value is, and how long. */
typedef struct Life {
    int32_t place; /* word of the C stack, -1: none yet */
    int32_t last;  /* position in its block after which it is not wanted */
    bool ended;
} Life;

/* What exits that leave the function have in common: calling the helper of their kind. */
enum { TAIL_LEAVE, TAIL_RAISE, QUICK_TAILS };

typedef struct Quick {
    Fn *fn;
    Assembler a;
    Links links;
    int *blocks, *exits; /* labels, by block id and by exit */
    int end, tails[QUICK_TAILS];
    const Block *next;                 /* the one that comes behind */
    Life *lives;                       /* by value id */
    int32_t words;                     /* of the C stack, so far */
    int32_t args, outs, spill, copies; /* words at which these begin */
    VEC(int32_t) free_words;
    const Ins *held;                /* value that rax holds, or NULL */
    int32_t frame_at, frame_end_at; /* where the size of the frame goes in */
} Quick;

Place quick_frame_field(const Quick *q, LayoutField field);
int quick_argument_count(const Ins *call);
void quick_exit(Quick *q, int exit);
void quick_tails(Quick *q);

#define QUICK(name) void quick_##name##_OP(Quick *q, Ins *ins);
#include "codegen/quick_ops.def"

#endif
