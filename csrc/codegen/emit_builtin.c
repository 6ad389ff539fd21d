/* What built-in functions do with unboxed numbers. */
#include "codegen/emit.h"

#define CMP(name) GCC_JIT_COMPARISON_##name

static gcc_jit_rvalue *arg(Unit *u, const Ins *ins, int index) { return emit_value(u, ins->args[index]); }

static gcc_jit_rvalue *real(Unit *u, double value) {
    return gcc_jit_context_new_rvalue_from_double(u->gcc->ctx, u->gcc->f64, value);
}

static void emit_select(Unit *u, Ins *ins) {
    gcc_jit_block *first = emit_block(u), *second = emit_block(u), *done = emit_block(u);
    gcc_jit_block_end_with_conditional(
        u->block, NULL, emit_compare(u, CMP(NE), arg(u, ins, 0), emit_int(u, 0)), first, second);
    u->block = first;
    emit_set(u, ins, arg(u, ins, 1));
    gcc_jit_block_end_with_jump(u->block, NULL, done);
    u->block = second;
    emit_set(u, ins, arg(u, ins, 2));
    gcc_jit_block_end_with_jump(u->block, NULL, done);
    u->block = done;
}

void emit_iselect_OP(Unit *u, Ins *ins) { emit_select(u, ins); }
void emit_fselect_OP(Unit *u, Ins *ins) { emit_select(u, ins); }
void emit_oselect_OP(Unit *u, Ins *ins) {
    emit_select(u, ins);
    emit_incref(u, emit_value(u, ins));
}

/* Not a number fails both comparisons. */
void emit_f2i_OP(Unit *u, Ins *ins) {
    static const double LIMIT = 4611686018427387904.0; /* 2**62 */
    for (int i = 0; i < 2; i++) {
        gcc_jit_rvalue *inside =
            emit_compare(u, i ? CMP(LT) : CMP(GT), arg(u, ins, 0), real(u, i ? LIMIT : -LIMIT));
        emit_guard_fails(u, ins,
                         gcc_jit_context_new_unary_op(u->gcc->ctx, NULL, GCC_JIT_UNARY_OP_LOGICAL_NEGATE,
                                                      gcc_jit_rvalue_get_type(inside), inside));
    }
    emit_set(u, ins, gcc_jit_context_new_cast(u->gcc->ctx, NULL, arg(u, ins, 0), u->gcc->i64));
}

void emit_fabs_OP(Unit *u, Ins *ins) {
    gcc_jit_rvalue *value = arg(u, ins, 0);
    emit_set(u, ins,
             gcc_jit_context_new_call(u->gcc->ctx, NULL,
                                      gcc_jit_context_get_builtin_function(u->gcc->ctx, "__builtin_fabs"), 1,
                                      &value));
}

void emit_fbits_OP(Unit *u, Ins *ins) {
    emit_set(u, ins, gcc_jit_context_new_bitcast(u->gcc->ctx, NULL, arg(u, ins, 0), u->gcc->i64));
}

/* Neither infinite nor no number: the difference would be no number. */
static void guard_finite(Unit *u, Ins *ins) {
    gcc_jit_rvalue *result = emit_value(u, ins), *zero = gcc_jit_context_zero(u->gcc->ctx, u->gcc->f64);
    gcc_jit_rvalue *difference =
        emit_binary(u, GCC_JIT_BINARY_OP_MINUS, result, result); /* nan of inf and nan */
    emit_guard_fails(u, ins, emit_compare(u, CMP(NE), difference, zero));
}

void emit_fmath_OP(Unit *u, Ins *ins) {
    gcc_jit_rvalue *value = arg(u, ins, 0);
    if (ins->imm == H_rt_sqrt) { /* the processor's own is as exact */
        gcc_jit_function *root = gcc_jit_context_get_builtin_function(u->gcc->ctx, "__builtin_sqrt");
        emit_set(u, ins, gcc_jit_context_new_call(u->gcc->ctx, NULL, root, 1, &value));
    } else {
        emit_set(u, ins, emit_helper_call(u, (Helper)ins->imm, 1, &value));
    }
    guard_finite(u, ins);
}

void emit_fpow_OP(Unit *u, Ins *ins) {
    gcc_jit_rvalue *args[2] = {arg(u, ins, 0), arg(u, ins, 1)};
    gcc_jit_rvalue *negative =
        emit_compare(u, CMP(LT), args[0], gcc_jit_context_zero(u->gcc->ctx, u->gcc->f64));
    if (!is_whole(ins->args[1])) emit_guard_fails(u, ins, negative);
    emit_set(u, ins, emit_helper_call(u, H_rt_pow, 2, args));
    guard_finite(u, ins);
}

void emit_fhypot_OP(Unit *u, Ins *ins) {
    gcc_jit_rvalue *args[2] = {arg(u, ins, 0), arg(u, ins, 1)};
    emit_set(u, ins, emit_helper_call(u, H_rt_hypot, 2, args));
    guard_finite(u, ins);
}

void emit_fdivmod_OP(Unit *u, Ins *ins) {
    gcc_jit_rvalue *args[2] = {arg(u, ins, 0), arg(u, ins, 1)};
    emit_guard_fails(u, ins,
                     emit_compare(u, CMP(EQ), args[1], gcc_jit_context_zero(u->gcc->ctx, u->gcc->f64)));
    emit_set(u, ins, emit_helper_call(u, (Helper)ins->imm, 2, args));
}

void emit_ldnum_OP(Unit *u, Ins *ins) {
    gcc_jit_rvalue *bits = gcc_jit_lvalue_as_rvalue(gcc_jit_context_new_array_access(
        u->gcc->ctx, NULL, gcc_jit_lvalue_as_rvalue(u->outs), emit_int(u, ins->imm)));
    emit_set(u, ins, gcc_jit_context_new_bitcast(u->gcc->ctx, NULL, bits, u->gcc->i64));
}
