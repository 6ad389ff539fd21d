/* Calls of C functions that are known: their code is called as it asks to be, with what the interpreter does
 * around such a call. */
#include "codegen/emit.h"

enum { MOST_PARAMETERS = 4 };

static gcc_jit_lvalue *levels_left(Unit *u) {
    return emit_field(u, u->tstate, u->fn->layout[LAYOUT_tstate_recursion], u->gcc->i32_ptr);
}

static void change_level(Unit *u, int by) {
    gcc_jit_block_add_assignment_op(u->block, NULL, levels_left(u), GCC_JIT_BINARY_OP_PLUS,
                                    gcc_jit_context_new_rvalue_from_int(u->gcc->ctx, u->gcc->i32, by));
}

/* One more level, where the interpreter counts one. */
static void count_level(Unit *u, const Ins *ins) {
    gcc_jit_block *deep = emit_block(u);
    change_level(u, -1);
    gcc_jit_rvalue *none = gcc_jit_context_zero(u->gcc->ctx, u->gcc->i32);
    emit_unlikely(u, emit_compare(u, GCC_JIT_COMPARISON_LT, gcc_jit_lvalue_as_rvalue(levels_left(u)), none),
                  deep);
    gcc_jit_block *next = u->block;
    u->block = deep;
    gcc_jit_rvalue *status = emit_helper_call(u, H_rt_check_depth, 1, &u->tstate);
    gcc_jit_block_end_with_conditional(u->block, NULL,
                                       emit_compare(u, GCC_JIT_COMPARISON_LT, status, emit_int(u, 0)),
                                       u->exits[ins->exit], next);
    u->block = next;
}

static gcc_jit_rvalue *self_of(Unit *u, const Ins *ins) {
    gcc_jit_rvalue *self = emit_value(u, ins->args[1]);
    return ins->imm & CONVENTION_BOUND ? emit_read(u, self, LAYOUT_function_self, u->gcc->ptr_ptr) : self;
}

static gcc_jit_rvalue *call(Unit *u, const Ins *ins) {
    Gcc *gcc = u->gcc;
    gcc_jit_rvalue *args[MOST_PARAMETERS] = {self_of(u, ins), emit_null(u)};
    gcc_jit_type *types[MOST_PARAMETERS] = {gcc->ptr, gcc->ptr, gcc->i64, gcc->ptr};
    int given = ins->arg_count - C_CALL_FIRST_ARGUMENT, count = 2;
    if (ir_takes_array(ins->imm)) {
        for (int i = 0; i < given; i++) {
            gcc_jit_lvalue *at = gcc_jit_context_new_array_access(
                gcc->ctx, NULL, gcc_jit_lvalue_as_rvalue(u->args), emit_int(u, i));
            emit_assign(u, at, emit_value(u, ins->args[C_CALL_FIRST_ARGUMENT + i]));
        }
        args[1] = emit_array_start(u, u->args, gcc->ptr);
        args[2] = emit_int(u, given);
        args[3] = emit_null(u);
        count = ir_convention(ins->imm) == CONVENTION_ARRAY ? 3 : 4;
    } else if (given == 1) {
        args[1] = emit_value(u, ins->args[C_CALL_FIRST_ARGUMENT]);
    }
    gcc_jit_type *type = gcc_jit_context_new_function_ptr_type(gcc->ctx, NULL, gcc->ptr, count, types, 0);
    gcc_jit_rvalue *code = gcc_jit_context_new_cast(gcc->ctx, NULL, emit_value(u, ins->args[0]), type);
    return gcc_jit_context_new_call_through_ptr(gcc->ctx, NULL, code, count, args);
}

static void leave_if_null(Unit *u, const Ins *ins) {
    emit_unlikely(u, emit_compare(u, GCC_JIT_COMPARISON_EQ, emit_value(u, ins), emit_null(u)),
                  u->exits[ins->exit]);
}

static void look_at_breaker(Unit *u, Ins *ins) {
    gcc_jit_block *asked = emit_block(u);
    emit_unlikely(u, emit_breaker_asks(u), asked);
    gcc_jit_block *next = u->block;
    u->block = asked;
    gcc_jit_rvalue *args[2] = {u->tstate, emit_value(u, ins)};
    emit_set(u, ins, emit_helper_call(u, H_rt_after_c_call, 2, args));
    leave_if_null(u, ins);
    gcc_jit_block_end_with_jump(u->block, NULL, next);
    u->block = next;
}

void emit_quiet_call_OP(Unit *u, Ins *ins) {
    emit_set(u, ins, call(u, ins));
    leave_if_null(u, ins);
}

void emit_function_self_OP(Unit *u, Ins *ins) {
    emit_set(u, ins, emit_read(u, emit_value(u, ins->args[0]), LAYOUT_function_self, u->gcc->ptr_ptr));
}

void emit_c_call_OP(Unit *u, Ins *ins) {
    bool counts = !ir_takes_array(ins->imm);
    if (counts) count_level(u, ins);
    emit_set(u, ins, call(u, ins));
    if (counts) change_level(u, 1);
    leave_if_null(u, ins);
    look_at_breaker(u, ins);
}
