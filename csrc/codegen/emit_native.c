/* Calls of native functions. These themselves are quick code (quick_native.c). */
#include "codegen/emit.h"

enum { FIRST_ARGUMENT = 2 };

static _Noreturn void refuse(Unit *u) {
    bail(u->fn->cx, "bad_ir", "a native function is no work for libgccjit");
}

void emit_param_OP(Unit *u, Ins *ins) { refuse(u); }
void emit_enter_OP(Unit *u, Ins *ins) { refuse(u); }
void emit_give_OP(Unit *u, Ins *ins) { refuse(u); }

static gcc_jit_rvalue *as(Unit *u, gcc_jit_rvalue *value, gcc_jit_type *type) {
    return gcc_jit_context_new_bitcast(u->gcc->ctx, NULL, value, type);
}

static void count_activation(Unit *u, enum gcc_jit_binary_op op) {
    gcc_jit_block_add_assignment_op(
        u->block, NULL, emit_field(u, emit_link(u, LINK_NATIVE, 0), 0, u->gcc->i64_ptr), op, emit_int(u, 1));
}

/* Calls put in line around this one that have no frame count while it runs. */
static void count_levels(Unit *u, const Ins *ins, int sign) {
    int levels = ir_uncounted_levels(u->fn, ins->state);
    if (levels == 0) return;
    gcc_jit_lvalue *left = emit_field(u, u->tstate, u->fn->layout[LAYOUT_tstate_recursion], u->gcc->i32_ptr);
    gcc_jit_block_add_assignment_op(
        u->block, NULL, left, GCC_JIT_BINARY_OP_PLUS,
        gcc_jit_context_new_rvalue_from_int(u->gcc->ctx, u->gcc->i32, sign * levels));
}

static gcc_jit_rvalue *call(Unit *u, const Ins *ins) {
    Gcc *gcc = u->gcc;
    gcc_jit_type *types[FIRST_ARGUMENT + NATIVE_MOST_ARGUMENTS] = {gcc->ptr, gcc->ptr};
    gcc_jit_rvalue *args[FIRST_ARGUMENT + NATIVE_MOST_ARGUMENTS], *cell = emit_value(u, ins->args[0]);
    args[0] = u->tstate;
    args[1] = gcc_jit_lvalue_as_rvalue(emit_field(u, cell, sizeof(void *), gcc->ptr_ptr));
    for (int i = FIRST_ARGUMENT; i < ins->arg_count; i++) {
        types[i] = gcc->i64;
        args[i] = emit_value(u, ins->args[i]);
        if (ins->args[i]->type != IR_I64 && ins->args[i]->type != IR_U64) args[i] = as(u, args[i], gcc->i64);
    }
    gcc_jit_type *type =
        gcc_jit_context_new_function_ptr_type(gcc->ctx, NULL, gcc->i64, ins->arg_count, types, 0);
    gcc_jit_rvalue *entry = gcc_jit_lvalue_as_rvalue(emit_field(u, cell, 0, gcc->ptr_ptr));
    return gcc_jit_context_new_call_through_ptr(
        gcc->ctx, NULL, gcc_jit_context_new_cast(gcc->ctx, NULL, entry, type), ins->arg_count, args);
}

void emit_invoke_OP(Unit *u, Ins *ins) {
    gcc_jit_lvalue *result = emit_local_i64(u, "given");
    count_activation(u, GCC_JIT_BINARY_OP_PLUS);
    count_levels(u, ins, -1);
    emit_assign(u, result, call(u, ins));
    count_levels(u, ins, 1);
    count_activation(u, GCC_JIT_BINARY_OP_MINUS);
    gcc_jit_rvalue *given = gcc_jit_lvalue_as_rvalue(result);
    if (ins->type == IR_OBJ) {
        emit_unlikely(u, emit_compare(u, GCC_JIT_COMPARISON_EQ, given, emit_int(u, 0)), u->exits[ins->exit]);
        emit_set(u, ins, as(u, given, u->gcc->ptr));
        return;
    }
    gcc_jit_block *look = emit_block(u), *returned = emit_block(u);
    emit_unlikely(u, emit_compare(u, GCC_JIT_COMPARISON_EQ, given, emit_int(u, NATIVE_LEFT_NUMBER)), look);
    gcc_jit_block_end_with_jump(u->block, NULL, returned);
    u->block = look;
    gcc_jit_rvalue *left =
        gcc_jit_lvalue_as_rvalue(emit_field(u, emit_link(u, LINK_NATIVE, 0), 8, u->gcc->ptr_ptr));
    emit_unlikely(u, emit_compare(u, GCC_JIT_COMPARISON_NE, left, emit_null(u)), u->exits[ins->exit]);
    gcc_jit_block_end_with_jump(u->block, NULL, returned);
    u->block = returned;
    emit_set(u, ins, ins->type == IR_F64 ? as(u, given, u->gcc->f64) : given);
}
