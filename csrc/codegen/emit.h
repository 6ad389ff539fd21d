/* IR -> libgccjit. One Unit is one function in the shared object being made. */
#ifndef DXPY_CODEGEN_EMIT_H
#define DXPY_CODEGEN_EMIT_H

#include <libgccjit.h>

#include "codegen/links.h"

/* Types and builtins, made once a context. */
typedef struct Gcc {
    gcc_jit_context *ctx;
    gcc_jit_type *void_type, *ptr, *ptr_ptr, *i64, *i64_ptr, *i32, *i32_ptr, *u8_ptr, *f64;
    gcc_jit_function *expect, *add_overflow, *sub_overflow, *mul_overflow;
    gcc_jit_type *helper_types[HELPER_COUNT]; /* made when first called */
    gcc_jit_function *drop;                   /* drops a reference, out of line; likewise */
} Gcc;

typedef struct Unit {
    Gcc *gcc;
    Fn *fn;
    gcc_jit_function *function;
    gcc_jit_rvalue *tstate, *frame, *link; /* parameters; frame and link as arrays of pointers */
    gcc_jit_lvalue **frames;               /* of calls put in line, by their number; made when needed */
    gcc_jit_lvalue **code_units;           /* by frame: first code unit of its code; likewise */
    gcc_jit_lvalue *args, *outs, *spill;   /* arrays: rest of a call, further results, values at an exit */
    gcc_jit_lvalue **values;               /* by value id */
    gcc_jit_block **blocks;                /* by block id */
    gcc_jit_block **exits;                 /* by exit: where it is done */
    gcc_jit_block *block;                  /* where instructions go */
    Links links;
} Unit;

void gcc_init(Gcc *gcc, gcc_jit_context *ctx);

/* Emit a function as `dxpy_unit_<index>` with its image; bails. */
void emit_unit(Gcc *gcc, Fn *fn, int index);

/* --- for codegen/ only --- */
gcc_jit_rvalue *emit_value(Unit *u, const Ins *value);
void emit_set(Unit *u, const Ins *ins, gcc_jit_rvalue *value);
gcc_jit_rvalue *emit_int(Unit *u, int64_t value);
gcc_jit_rvalue *emit_null(Unit *u);
gcc_jit_rvalue *emit_link(Unit *u, LinkKind kind, int index); /* contents of a link slot */
gcc_jit_lvalue *emit_field(Unit *u, gcc_jit_rvalue *object, int64_t offset, gcc_jit_type *pointer_type);
gcc_jit_rvalue *emit_helper_call(Unit *u, Helper helper, int count, gcc_jit_rvalue **args);
gcc_jit_rvalue *emit_array_start(Unit *u, gcc_jit_lvalue *array, gcc_jit_type *pointer_type);
gcc_jit_rvalue *emit_compare(Unit *u, enum gcc_jit_comparison op, gcc_jit_rvalue *a, gcc_jit_rvalue *b);
gcc_jit_block *emit_block(Unit *u);
/* Go to `cold` when the condition holds, which is unlikely; else go on in a new block. */
void emit_unlikely(Unit *u, gcc_jit_rvalue *condition, gcc_jit_block *cold);
void emit_incref(Unit *u, gcc_jit_rvalue *object);
void emit_decref(Unit *u, gcc_jit_rvalue *object, bool nullable);
void emit_assign(Unit *u, gcc_jit_lvalue *to, gcc_jit_rvalue *value);

#define OP(name, result, args, imm, flags, doc) void emit_##name##_OP(Unit *u, Ins *ins);
#include "ir/ops.def"
void emit_exits(Unit *u);
/* Leave by the guard's exit when the condition holds. */
void emit_guard_fails(Unit *u, const Ins *guard, gcc_jit_rvalue *condition);
gcc_jit_rvalue *emit_binary(Unit *u, enum gcc_jit_binary_op op, gcc_jit_rvalue *a, gcc_jit_rvalue *b);
gcc_jit_rvalue *emit_read(Unit *u, gcc_jit_rvalue *object, LayoutField field, gcc_jit_type *pointer_type);
/* The value that an instruction of a dict's keys gives, so many bytes from their start as its second argument
 * says. */
void emit_item_of_keys(Unit *u, Ins *ins, gcc_jit_rvalue *keys);
gcc_jit_rvalue *emit_read_byte(Unit *u, gcc_jit_rvalue *object, LayoutField field); // as i64
/* An unsigned 32-bit field as an int64. */
gcc_jit_rvalue *emit_read_u32(Unit *u, gcc_jit_rvalue *object, LayoutField field);
/* Does the eval breaker ask for something? Read anew each time. */
gcc_jit_rvalue *emit_breaker_asks(Unit *u);
/* Leave unless a 32-bit version is the one that the guard's second argument gives. */
void emit_guard_version(Unit *u, const Ins *guard, gcc_jit_rvalue *object, LayoutField field);

gcc_jit_lvalue *emit_local_i64(Unit *u, const char *name);
/* Leave unless the object is exactly of the type. */
void emit_guard_type(Unit *u, const Ins *guard, gcc_jit_rvalue *object, Known type);
/* The index that is ins' second argument, counted from the start; out of range leaves. */
gcc_jit_rvalue *emit_checked_index(Unit *u, Ins *ins, gcc_jit_rvalue *length_now);
/* On to `next` with an object whose end runs no code; any other leaves by the guard's exit. */
void emit_goes_quietly(Unit *u, const Ins *guard, gcc_jit_rvalue *object, gcc_jit_block *next);
/* Put the number that is the guard's last argument to a place that holds `old`; notes: the values that it may
 * be new in or NULL, its index there. */
void emit_put_i64(Unit *u, Ins *guard, gcc_jit_lvalue *place, gcc_jit_rvalue *old, gcc_jit_rvalue **notes);
void emit_put_f64(Unit *u, Ins *guard, gcc_jit_lvalue *place, gcc_jit_rvalue *old, gcc_jit_rvalue **notes);

/* The frame of this number, as in FrameState. */
gcc_jit_rvalue *emit_frame(Unit *u, int frame);
gcc_jit_lvalue *emit_code_units(Unit *u, int frame);
/* A slot of the frame that it is of. */
gcc_jit_lvalue *emit_slot(Unit *u, int64_t slot);
/* prev_instr of a frame. */
void emit_running(Unit *u, int frame, int64_t code_unit);

#endif
