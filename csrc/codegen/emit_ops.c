/* Operations: one emit_<OP> for each row of ir/ops.def. */
#include "codegen/emit.h"

/* Constants are emitted where they are used. */
void emit_null_OP(Unit *u, Ins *ins) {}
void emit_const_OP(Unit *u, Ins *ins) {}
void emit_name_OP(Unit *u, Ins *ins) {}
void emit_known_OP(Unit *u, Ins *ins) {}
void emit_fact_OP(Unit *u, Ins *ins) {}
void emit_factptr_OP(Unit *u, Ins *ins) {}
void emit_factobj_OP(Unit *u, Ins *ins) {}
void emit_keep_OP(Unit *u, Ins *ins) {} /* for the reference counts */
void emit_ki64_OP(Unit *u, Ins *ins) {}
void emit_kf64_OP(Unit *u, Ins *ins) {}
void emit_cache_OP(Unit *u, Ins *ins) {}
void emit_anchor_OP(Unit *u, Ins *ins) {} /* its exit is used by what was moved there */
void emit_range_OP(Unit *u, Ins *ins) {}  /* in frame states only */
void emit_wide_OP(Unit *u, Ins *ins) {}   /* likewise */
void emit_object_OP(Unit *u, Ins *ins) {} /* likewise */
void emit_phi_OP(Unit *u, Ins *ins) {}    /* set by its predecessors */

static gcc_jit_rvalue *read_slot(Unit *u, int64_t slot) {
    return gcc_jit_lvalue_as_rvalue(emit_slot(u, slot));
}

void emit_ldloc_OP(Unit *u, Ins *ins) { emit_set(u, ins, read_slot(u, ins->imm)); }

/* The slot is written before the old value is dropped: its finalizer may look. */
static void replace_slot(Unit *u, int64_t slot, gcc_jit_rvalue *value) {
    gcc_jit_lvalue *old = gcc_jit_function_new_local(u->function, NULL, u->gcc->ptr, "old");
    emit_assign(u, old, read_slot(u, slot));
    emit_assign(u, emit_slot(u, slot), value);
    emit_decref(u, gcc_jit_lvalue_as_rvalue(old), true);
}

void emit_stloc_OP(Unit *u, Ins *ins) { replace_slot(u, ins->imm, emit_value(u, ins->args[0])); }
void emit_stboxed_OP(Unit *u, Ins *ins) { replace_slot(u, ins->imm, emit_value(u, ins->args[0])); }
void emit_clrloc_OP(Unit *u, Ins *ins) { replace_slot(u, ins->imm, emit_null(u)); }
void emit_ldstk_OP(Unit *u, Ins *ins) { emit_set(u, ins, read_slot(u, u->fn->local_count + ins->imm)); }

void emit_ldout_OP(Unit *u, Ins *ins) {
    emit_set(u, ins,
             gcc_jit_lvalue_as_rvalue(gcc_jit_context_new_array_access(
                 u->gcc->ctx, NULL, gcc_jit_lvalue_as_rvalue(u->outs), emit_int(u, ins->imm))));
}

void emit_chkloc_OP(Unit *u, Ins *ins) {
    gcc_jit_block *unbound = emit_block(u);
    emit_unlikely(u, emit_compare(u, GCC_JIT_COMPARISON_EQ, emit_value(u, ins->args[0]), emit_null(u)),
                  unbound);
    gcc_jit_block *next = u->block;
    u->block = unbound;
    int frame = ir_frame_of_slot(u->fn, ins->imm);
    gcc_jit_rvalue *args[2] = {emit_frame(u, frame), emit_int(u, ins->imm - ir_local_slot(u->fn, frame, 0))};
    gcc_jit_block_add_eval(u->block, NULL, emit_helper_call(u, H_rt_unbound_local, 2, args));
    gcc_jit_block_end_with_jump(u->block, NULL, u->exits[ins->exit]);
    u->block = next;
}

void emit_is_bound_OP(Unit *u, Ins *ins) {
    emit_guard_fails(u, ins,
                     emit_compare(u, GCC_JIT_COMPARISON_EQ, emit_value(u, ins->args[0]), emit_null(u)));
}

static void set_test(Unit *u, Ins *ins, gcc_jit_rvalue *condition) {
    emit_set(u, ins, gcc_jit_context_new_cast(u->gcc->ctx, NULL, condition, u->gcc->i64));
}

void emit_not_OP(Unit *u, Ins *ins) {
    set_test(u, ins, emit_compare(u, GCC_JIT_COMPARISON_EQ, emit_value(u, ins->args[0]), emit_int(u, 0)));
}

void emit_is_OP(Unit *u, Ins *ins) {
    set_test(
        u, ins,
        emit_compare(u, GCC_JIT_COMPARISON_EQ, emit_value(u, ins->args[0]), emit_value(u, ins->args[1])));
}

/* True, False and None are told by their address; `helper` is asked of the rest. */
static void emit_truth(Unit *u, Ins *ins, Helper helper) {
    static const struct {
        Known known;
        int truth;
    } SINGLES[] = {{KNOWN_True, 1}, {KNOWN_False, 0}, {KNOWN_None, 0}};
    gcc_jit_rvalue *object = emit_value(u, ins->args[0]);
    gcc_jit_block *done = emit_block(u);
    for (int i = 0; i < 3; i++) {
        gcc_jit_block *found = emit_block(u), *next = emit_block(u);
        gcc_jit_rvalue *single = emit_link(u, LINK_KNOWN, SINGLES[i].known);
        gcc_jit_block_end_with_conditional(
            u->block, NULL, emit_compare(u, GCC_JIT_COMPARISON_EQ, object, single), found, next);
        u->block = found;
        emit_set(u, ins, emit_int(u, SINGLES[i].truth));
        gcc_jit_block_end_with_jump(u->block, NULL, done);
        u->block = next;
    }
    emit_set(u, ins, emit_helper_call(u, helper, 1, &object));
    if (ir_raises(ins))
        emit_unlikely(u, emit_compare(u, GCC_JIT_COMPARISON_LT, emit_value(u, ins), emit_int(u, 0)),
                      u->exits[ins->exit]);
    gcc_jit_block_end_with_jump(u->block, NULL, done);
    u->block = done;
}

void emit_truth_OP(Unit *u, Ins *ins) { emit_truth(u, ins, H_rt_is_true); }
void emit_truth_quiet_OP(Unit *u, Ins *ins) { emit_truth(u, ins, H_rt_is_true_quiet); }

/* --- counts and bookkeeping --- */

static void emit_incref_ins(Unit *u, const Ins *value) {
    gcc_jit_rvalue *object = emit_value(u, value);
    if (!value->nullable) {
        emit_incref(u, object);
        return;
    }
    gcc_jit_block *there = emit_block(u), *done = emit_block(u);
    gcc_jit_block_end_with_conditional(
        u->block, NULL, emit_compare(u, GCC_JIT_COMPARISON_EQ, object, emit_null(u)), done, there);
    u->block = there;
    emit_incref(u, object);
    gcc_jit_block_end_with_jump(u->block, NULL, done);
    u->block = done;
}

void emit_setlasti_OP(Unit *u, Ins *ins) { emit_running(u, ins->frame, ins->imm); }

void emit_leave_OP(Unit *u, Ins *ins) {
    const int64_t *layout = u->fn->layout;
    gcc_jit_rvalue *cframe =
        gcc_jit_lvalue_as_rvalue(emit_field(u, u->tstate, layout[LAYOUT_tstate_cframe], u->gcc->ptr_ptr));
    gcc_jit_rvalue *tracing =
        gcc_jit_lvalue_as_rvalue(emit_field(u, cframe, layout[LAYOUT_cframe_use_tracing], u->gcc->u8_ptr));
    gcc_jit_rvalue *invalid =
        gcc_jit_lvalue_as_rvalue(emit_field(u, emit_link(u, LINK_INVALID, 0), 0, u->gcc->u8_ptr));
    gcc_jit_rvalue *either = gcc_jit_context_new_binary_op(
        u->gcc->ctx, NULL, GCC_JIT_BINARY_OP_BITWISE_OR, gcc_jit_rvalue_get_type(tracing), tracing, invalid);
    emit_unlikely(u,
                  emit_compare(u, GCC_JIT_COMPARISON_NE, either,
                               gcc_jit_context_zero(u->gcc->ctx, gcc_jit_rvalue_get_type(either))),
                  u->exits[ins->exit]);
}

/* --- ends of blocks --- */

void emit_br_OP(Unit *u, Ins *ins) {
    gcc_jit_rvalue *taken =
        emit_compare(u, GCC_JIT_COMPARISON_NE, emit_value(u, ins->args[0]), emit_int(u, 0));
    gcc_jit_block_end_with_conditional(u->block, NULL, taken, u->blocks[ins->block->succs[0]->id],
                                       u->blocks[ins->block->succs[1]->id]);
}

void emit_ret_OP(Unit *u, Ins *ins) {
    emit_assign(u, emit_field(u, u->frame, u->fn->layout[LAYOUT_frame_stacktop], u->gcc->i32_ptr),
                gcc_jit_context_new_rvalue_from_int(u->gcc->ctx, u->gcc->i32, u->fn->local_count));
    gcc_jit_block_end_with_return(u->block, NULL, emit_value(u, ins->args[0]));
}

static void to_exit(Unit *u, Ins *ins) { gcc_jit_block_end_with_jump(u->block, NULL, u->exits[ins->exit]); }
void emit_throw_OP(Unit *u, Ins *ins) { to_exit(u, ins); }
void emit_rethrow_OP(Unit *u, Ins *ins) { to_exit(u, ins); }
void emit_exit_OP(Unit *u, Ins *ins) { to_exit(u, ins); }
void emit_cold_OP(Unit *u, Ins *ins) { to_exit(u, ins); }

void emit_incref_OP(Unit *u, Ins *ins) { emit_incref_ins(u, ins->args[0]); }
void emit_decref_OP(Unit *u, Ins *ins) {
    emit_decref(u, emit_value(u, ins->args[0]), ins->args[0]->nullable);
}

/* --- exits, out of the way behind everything else --- */

static void fill_spill(Unit *u, const Exit *exit) {
    for (int i = 0; i < exit->values.count; i++) {
        gcc_jit_rvalue *value = emit_value(u, exit->values.items[i].value);
        if (exit->values.items[i].value->type != IR_OBJ)
            value = gcc_jit_context_new_bitcast(u->gcc->ctx, NULL, value, u->gcc->ptr);
        gcc_jit_lvalue *at = gcc_jit_context_new_array_access(
            u->gcc->ctx, NULL, gcc_jit_lvalue_as_rvalue(u->spill), emit_int(u, i));
        emit_assign(u, at, value);
    }
}

static gcc_jit_rvalue *call_exit(Unit *u, Helper helper, int index) {
    gcc_jit_rvalue *args[5] = {u->tstate, u->frame, emit_link(u, LINK_CODE, 0), emit_int(u, index),
                               emit_array_start(u, u->spill, u->gcc->ptr)};
    return emit_helper_call(u, helper, 5, args);
}

/* Volatile: the loop around may have nothing else that writes memory, and others set it meanwhile. */
gcc_jit_rvalue *emit_breaker_asks(Unit *u) {
    gcc_jit_type *set_by_others = gcc_jit_type_get_pointer(gcc_jit_type_get_volatile(u->gcc->i32));
    gcc_jit_lvalue *flag = emit_field(u, emit_link(u, LINK_BREAKER, 0), 0, set_by_others);
    return emit_compare(u, GCC_JIT_COMPARISON_NE, gcc_jit_lvalue_as_rvalue(flag),
                        gcc_jit_context_zero(u->gcc->ctx, u->gcc->i32));
}

/* Mostly a look at the eval breaker. When it asks for something, the exit's values tell what the frame must
 * show. */
static void poll(Unit *u, Ins *ins, Helper helper) {
    gcc_jit_block *asked = emit_block(u), *leaving = emit_block(u);
    emit_unlikely(u, emit_breaker_asks(u), asked);
    gcc_jit_block *next = u->block;
    u->block = asked;
    fill_spill(u, &u->fn->exits.items[ins->leave_exit]);
    gcc_jit_lvalue *status = gcc_jit_function_new_local(u->function, NULL, u->gcc->i64, "status");
    emit_assign(u, status, call_exit(u, helper, ins->leave_exit));
    emit_unlikely(u, emit_compare(u, GCC_JIT_COMPARISON_LT, gcc_jit_lvalue_as_rvalue(status), emit_int(u, 0)),
                  u->exits[ins->exit]);
    emit_unlikely(u, emit_compare(u, GCC_JIT_COMPARISON_NE, gcc_jit_lvalue_as_rvalue(status), emit_int(u, 0)),
                  leaving);
    gcc_jit_block_end_with_jump(u->block, NULL, next);
    gcc_jit_block_end_with_jump(leaving, NULL, u->exits[ins->leave_exit]);
    u->block = next;
}

void emit_poll_OP(Unit *u, Ins *ins) { poll(u, ins, H_rt_exit_poll); }
void emit_turn_OP(Unit *u, Ins *ins) { poll(u, ins, H_rt_exit_turn); }

static void suspend_in_line(Unit *u, const Exit *exit) {
    const int64_t *layout = u->fn->layout;
    for (int i = 0; i < exit->values.count; i++) {
        const ExitValue *row = &exit->values.items[i];
        if (row->kind == EXIT_DROP) continue;
        if (row->kind == EXIT_BORROWED) emit_incref_ins(u, row->value);
        emit_assign(u, emit_slot(u, row->slot), emit_value(u, row->value));
    }
    for (int i = exit->values.count - 1; i >= 0; i--) {
        const ExitValue *row = &exit->values.items[i];
        if (row->kind == EXIT_DROP) emit_decref(u, emit_value(u, row->value), row->value->nullable);
    }
    int depth = u->fn->local_count + exit->state->stack_count;
    emit_assign(u, emit_field(u, u->frame, layout[LAYOUT_frame_stacktop], u->gcc->i32_ptr),
                gcc_jit_context_new_rvalue_from_int(u->gcc->ctx, u->gcc->i32, depth));
    emit_running(u, 0, exit->state->lasti);
    gcc_jit_type *byte = gcc_jit_context_get_int_type(u->gcc->ctx, 1, 0);
    emit_assign(
        u, emit_field(u, u->frame, layout[LAYOUT_generator_state], u->gcc->u8_ptr),
        gcc_jit_context_new_rvalue_from_int(u->gcc->ctx, byte, (int)(layout[LAYOUT_suspended] & 0xff)));
}

void emit_yield_OP(Unit *u, Ins *ins) {
    const Exit *exit = &u->fn->exits.items[ins->exit];
    if (yields_in_line(u->fn, exit)) {
        suspend_in_line(u, exit);
        gcc_jit_block_end_with_return(u->block, NULL, emit_value(u, ins->args[0]));
        return;
    }
    fill_spill(u, &u->fn->exits.items[ins->exit]);
    gcc_jit_block_add_eval(u->block, NULL, call_exit(u, H_rt_exit_yield, ins->exit));
    gcc_jit_block_end_with_return(u->block, NULL, emit_value(u, ins->args[0]));
}

/* On to the handler, or out: with what the interpreter made of it when it took over. */
static void emit_raise(Unit *u, const Exit *exit, gcc_jit_rvalue *status) {
    gcc_jit_rvalue *first = gcc_jit_lvalue_as_rvalue(gcc_jit_context_new_array_access(
        u->gcc->ctx, NULL, gcc_jit_lvalue_as_rvalue(u->spill), emit_int(u, 0)));
    const FrameState *state = exit->state;
    while (state->handler < 0 && state->parent != NULL) state = state->parent;
    int handler = state->handler;
    if (handler < 0) {
        gcc_jit_block_add_eval(u->block, NULL, status);
        gcc_jit_block_end_with_return(u->block, NULL, first);
        return;
    }
    gcc_jit_block *done = emit_block(u);
    const Entry *entry = &u->fn->entries.items[u->fn->handlers.items[handler].entry];
    gcc_jit_block_end_with_conditional(u->block, NULL,
                                       emit_compare(u, GCC_JIT_COMPARISON_NE, status, emit_int(u, 0)),
                                       u->blocks[entry->block->id], done);
    gcc_jit_block_end_with_return(done, NULL, first);
}

void emit_exits(Unit *u) {
    for (int i = 0; i < u->fn->exits.count; i++) {
        const Exit *exit = &u->fn->exits.items[i];
        u->block = u->exits[i];
        if (exit->kind == EXIT_YIELD) { /* done in line; the block is not reached */
            gcc_jit_block_end_with_return(u->block, NULL, emit_null(u));
            continue;
        }
        fill_spill(u, exit);
        if (exit->kind == EXIT_LEAVE || exit->kind == EXIT_GUARD || exit->kind == EXIT_COLD ||
            exit->kind == EXIT_LOOP || exit->kind == EXIT_CALLEE) {
            gcc_jit_block_end_with_return(u->block, NULL, call_exit(u, H_rt_exit_leave, i));
            continue;
        }
        if (exit->kind == EXIT_CATCH)
            gcc_jit_block_end_with_return(u->block, NULL, call_exit(u, H_rt_exit_catch, i));
        else emit_raise(u, exit, call_exit(u, H_rt_exit_raise, i));
    }
}
