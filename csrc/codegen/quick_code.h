/* Quick code in the making; for quick.c and quick_ops.c. */
#ifndef DXPY_CODEGEN_QUICK_CODE_H
#define DXPY_CODEGEN_QUICK_CODE_H

#include "codegen/links.h"
#include "codegen/quick.h"
#include "codegen/x86.h"

/* Kept by calls, and by all code. A native function has the thread state where others have their frame. */
#define QUICK_FRAME RBP
#define QUICK_LINK  R12

enum { QUICK_ARGUMENT_REGISTERS = 6 };

/* As comparisons have them in their imm. */
enum { PY_EQ = 2, PY_NE = 3 };

/* Kinds of registers. */
enum { QUICK_GENERAL, QUICK_REAL, QUICK_KINDS };
static inline int quick_kind(const Ins *value) { return value->type == IR_F64 ? QUICK_REAL : QUICK_GENERAL; }

/* Where a value is, and how long: see quick_registers.c. */
typedef struct Life {
    int32_t place;       /* word of the C stack, -1: none */
    int32_t first, last; /* positions where it is made and where it is wanted last */
    int32_t uses;        /* those of exits included */
    int32_t weight;      /* of making and using it */
    int8_t reg;          /* -1: none, it is in its word */
    bool kept;      /* it has a register that calls do not keep, and is stored to its word when it is made */
    const Ins *phi; /* that it goes into */
    const Ins *next_ending;
} Life;

/* What exits that leave the function have in common: calling the helper of their kind. */
enum { TAIL_LEAVE, TAIL_CATCH, TAIL_NATIVE, TAIL_RAISE, QUICK_TAILS };

/* For debug builds: the values that registers and words were given to last, where a block begins. */
typedef struct Heads {
    int32_t position;
    const Ins **tenants;
} Heads;

typedef struct Quick {
    Fn *fn;
    Assembler a;
    Links links;
    int *blocks, *exits; /* labels, by block id and by exit */
    int end, tails[QUICK_TAILS];
    Block **order; /* in which blocks are emitted */
    int order_count;
    const Block *next;                 /* the one that comes behind */
    Life *lives;                       /* by value id */
    int32_t words;                     /* of the C stack, so far */
    int32_t args, outs, spill, copies; /* words at which these begin */
    /* Likewise, two for each frame: where it is, its code units. The function's own has a register, and its
     * first word the thread state. */
    int32_t frames;
    bool uses_register[X86_REGISTERS];              /* of those that calls keep */
    const Ins *tenants[QUICK_KINDS][X86_REGISTERS]; /* the values that registers were given to last */
    const Ins **held_by; /* for debug builds: by place, registers of both kinds before the words */
    Heads *heads;        /* in the order of blocks */
    int32_t position;    /* of what is emitted; beyond all lives outside of blocks */
    bool is_native;      /* ir_is_native */
    IrType gives;        /* if so, the type of its result */
    bool is_saved;       /* for the call about to come values are in their words that it does not keep, */
    int32_t saved_from;  /* of those that are wanted at this position or later */
    const Ins *held;     /* value that rax holds, or NULL */
    int32_t frame_at, frame_end_at; /* where the size of the frame goes in */
} Quick;

/* --- places --- */
Place quick_word(int32_t word); /* of the C stack */
Place quick_place(const Quick *q, const Ins *value);
Place quick_field(const Quick *q, Reg object, LayoutField field);
Place quick_link(Quick *q, LinkKind kind, int index);
/* A field of a site's inline cache, by its offset there. */
static inline Place quick_cache(const Ins *cache, int64_t field) {
    return (Place){QUICK_LINK, (int32_t)(cache->imm * CACHE_BYTES + field)};
}
/* A field of the frame of this number, and a slot of the frame that it is of; either may load r10. */
Place quick_frame(Quick *q, int frame, LayoutField field);
Place quick_slot(Quick *q, int64_t slot);

void quick_load_frame(Quick *q, Reg to, int frame);

/* --- values --- */
/* The register that holds a value, -1: none does. */
static inline int quick_register(const Quick *q, const Ins *value) { return q->lives[value->id].reg; }
/* A value into a register, a double as its bits; rax, unless it is that, keeps what it holds. */
void quick_load(Quick *q, Reg to, const Ins *value);
void quick_load_real(Quick *q, Real to, const Ins *value);
/* The result of an operation, from rax or xmm0. */
void quick_set(Quick *q, const Ins *ins);
void quick_set_real(Quick *q, const Ins *ins);
/* The register that a value is in: its own, or `scratch`, into which it is loaded. Not to be written to. */
Reg quick_in(Quick *q, const Ins *value, Reg scratch);
Real quick_real_in(Quick *q, const Ins *value, Real scratch);
/* The register to make a result in, rax or xmm0 where it has none of its own; then quick_put. It may be that
 * of an argument. */
Reg quick_out(Quick *q, const Ins *ins);
Real quick_real_out(const Quick *q, const Ins *ins);
/* Likewise where an exit may yet follow: never that of an argument. */
Reg quick_out_before_exit(Quick *q, const Ins *ins);
/* The same from any register. */
void quick_put(Quick *q, const Ins *ins, Reg from);
void quick_put_real(Quick *q, const Ins *ins, Real from);
/* What a place holds; of `there` NULL leaves. */
void quick_set_from(Quick *q, const Ins *ins, Place place);
void quick_set_there(Quick *q, const Ins *ins, Place place);
/* 1 when the condition holds, else 0; clears rcx. */
void quick_set_test(Quick *q, Ins *ins, Condition condition);
/* rax is about to hold something else. */
static inline void quick_forget(Quick *q) { q->held = NULL; }

void quick_load_tstate(Quick *q, Reg to);

/* --- which value is where: quick_registers.c --- */
void quick_order_blocks(Quick *q);
void quick_give_places(Quick *q);
bool quick_is_kept_by_calls(int kind, int reg);

/* --- code --- */
/* Store what the call about to come does not keep, and is wanted at the position or later. From here to the
 * call that is loaded from its words: registers may be written that arguments are passed in. */
void quick_save(Quick *q, int32_t wanted);
void quick_call_helper(Quick *q, Helper helper);
/* Likewise behind a call that is none of a helper. */
void quick_restore(Quick *q);
int quick_argument_count(const Ins *call);
/* The common case of a helper, if it has one that is done in line; then on at the label, with the result in
 * rax. */
void quick_begin_in_line(Quick *q, const Ins *ins, int done);
/* rax: the int object of the number in rax; where there is no memory for it, by the exit of what makes it. */
void quick_box_int(Quick *q, const Ins *ins);
/* Of a native function: what its code begins and ends with, see quick_native.c. */
void quick_begin_native(Quick *q);
void quick_end_native(Quick *q);
/* Words of the stack that arguments of an invoke have that have no register. */
int quick_invoke_words(const Ins *invoke);
/* What a native function gives when it has left. */
int32_t quick_left_value(IrType type);
void quick_drop(Quick *q, bool nullable); /* the reference in rdi */
void quick_drop_value(Quick *q, const Ins *value);
void quick_add_reference(Quick *q, const Ins *value);
/* prev_instr of a frame. */
void quick_set_running(Quick *q, int frame, int64_t code_unit);
/* Leave by the guard's exit when the condition holds. */
static inline void quick_leave_if(Quick *q, const Ins *guard, Condition condition) {
    x86_jump_if(&q->a, condition, q->exits[guard->exit]);
}
/* Leave unless the object in a register is exactly of the type; uses r11. */
void quick_guard_type(Quick *q, const Ins *guard, Reg object, Known type);
/* Leave unless a 32-bit version is the guard's second argument; uses rcx and r11. */
void quick_guard_version(Quick *q, const Ins *guard, Reg object, LayoutField field);
/* rsi: the address of the item that the third argument is the index of, the second where items begin; uses
 * rdx and rcx. */
void quick_find_item(Quick *q, const Ins *ins);
/* On to `next` when the end of the object in rdi runs no code, else leave. */
void quick_goes_quietly(Quick *q, const Ins *guard, int next);
/* Put the number that is the guard's last argument to the place in rsi, which holds what is in rdi. `values`:
 * the instance values that it may be new in, at that index; NULL: none. */
void quick_put_i64(Quick *q, const Ins *guard, const Ins *values, int64_t index);
void quick_put_f64(Quick *q, const Ins *guard, const Ins *values, int64_t index);
/* The condition under which a value is not 0, from flags that are set here. */
Condition quick_condition(Quick *q, const Ins *value);
/* Is a comparison made where the next instruction branches on it? */
bool quick_is_fused(const Quick *q, const Ins *ins);
/* Flags of a comparison, and the condition that it asks for. */
Condition quick_compare_ints(Quick *q, const Ins *ins);
Condition quick_compare_reals(Quick *q, const Ins *ins);
/* Is it a constant that instructions can hold? */
static inline bool quick_is_number(const Ins *value) {
    return value->op == IR_ki64_OP && value->imm >= INT32_MIN && value->imm <= INT32_MAX;
}

void quick_exit(Quick *q, int exit);
void quick_tails(Quick *q);

#define OP(name, result, args, imm, flags, doc) void quick_##name##_OP(Quick *q, Ins *ins);
#include "ir/ops.def"

#endif
