/* Frames: that of the function, and those of calls put in line, which are made and dropped here. */
#include "codegen/emit.h"

static gcc_jit_lvalue *field(Unit *u, gcc_jit_rvalue *object, LayoutField name, gcc_jit_type *pointer_type) {
    return emit_field(u, object, u->fn->layout[name], pointer_type);
}

static gcc_jit_rvalue *read_pointer(Unit *u, gcc_jit_rvalue *object, LayoutField name) {
    return emit_read(u, object, name, u->gcc->ptr_ptr);
}

static void write_pointer(Unit *u, gcc_jit_rvalue *object, LayoutField name, gcc_jit_rvalue *value) {
    emit_assign(u, field(u, object, name, u->gcc->ptr_ptr), value);
}

static void write_i32(Unit *u, gcc_jit_rvalue *object, LayoutField name, int value) {
    emit_assign(u, field(u, object, name, u->gcc->i32_ptr),
                gcc_jit_context_new_rvalue_from_int(u->gcc->ctx, u->gcc->i32, value));
}

static void write_byte(Unit *u, gcc_jit_rvalue *object, LayoutField name, int value) {
    gcc_jit_type *byte = gcc_jit_context_get_int_type(u->gcc->ctx, 1, 0);
    emit_assign(u, field(u, object, name, u->gcc->u8_ptr),
                gcc_jit_context_new_rvalue_from_int(u->gcc->ctx, byte, value));
}

static gcc_jit_lvalue *frame_variable(Unit *u, int frame) {
    gcc_jit_lvalue **variable = &u->frames[frame - 1];
    if (*variable == NULL) *variable = gcc_jit_function_new_local(u->function, NULL, u->gcc->ptr, "frame");
    return *variable;
}

gcc_jit_rvalue *emit_frame(Unit *u, int frame) {
    return frame ? gcc_jit_lvalue_as_rvalue(frame_variable(u, frame)) : u->frame;
}

gcc_jit_lvalue *emit_code_units(Unit *u, int frame) {
    gcc_jit_lvalue **variable = &u->code_units[frame];
    if (*variable == NULL)
        *variable = gcc_jit_function_new_local(u->function, NULL, u->gcc->u8_ptr, "code_units");
    return *variable;
}

gcc_jit_lvalue *emit_slot(Unit *u, int64_t slot) {
    int frame = ir_frame_of_slot(u->fn, slot);
    int64_t local = slot - ir_local_slot(u->fn, frame, 0);
    return emit_field(u, emit_frame(u, frame), u->fn->layout[LAYOUT_frame_localsplus] + 8 * local,
                      u->gcc->ptr_ptr);
}

void emit_running(Unit *u, int frame, int64_t code_unit) {
    gcc_jit_rvalue *unit =
        gcc_jit_lvalue_get_address(gcc_jit_context_new_array_access(
                                       u->gcc->ctx, NULL, gcc_jit_lvalue_as_rvalue(emit_code_units(u, frame)),
                                       emit_int(u, 2 * code_unit)),
                                   NULL);
    write_pointer(u, emit_frame(u, frame), LAYOUT_frame_prev_instr,
                  gcc_jit_context_new_cast(u->gcc->ctx, NULL, unit, u->gcc->ptr));
}

/* How many calls more may be nested. */
static void change_depth(Unit *u, int by) {
    gcc_jit_block_add_assignment_op(
        u->block, NULL, field(u, u->tstate, LAYOUT_tstate_recursion, u->gcc->i32_ptr), GCC_JIT_BINARY_OP_PLUS,
        gcc_jit_context_new_rvalue_from_int(u->gcc->ctx, u->gcc->i32, by));
}

static void set_current(Unit *u, gcc_jit_rvalue *frame) {
    write_pointer(u, read_pointer(u, u->tstate, LAYOUT_tstate_cframe), LAYOUT_cframe_frame, frame);
}

void emit_stack_room_OP(Unit *u, Ins *ins) {
    gcc_jit_rvalue *bounds[2] = {read_pointer(u, u->tstate, LAYOUT_stack_limit),
                                 read_pointer(u, u->tstate, LAYOUT_stack_top)};
    for (int i = 0; i < 2; i++)
        bounds[i] = gcc_jit_context_new_bitcast(u->gcc->ctx, NULL, bounds[i], u->gcc->i64);
    gcc_jit_rvalue *left = emit_binary(u, GCC_JIT_BINARY_OP_MINUS, bounds[0], bounds[1]);
    emit_unlikely(u, emit_compare(u, GCC_JIT_COMPARISON_LE, left, emit_int(u, 8 * ins->imm)),
                  u->exits[ins->exit]);
}

/* All that is in a frame but its slots. */
static void fill_frame(Unit *u, const Ins *push, gcc_jit_rvalue *frame) {
    gcc_jit_rvalue *function = emit_value(u, push->args[0]);
    gcc_jit_rvalue *code = read_pointer(u, function, LAYOUT_function_code);
    gcc_jit_lvalue *units = emit_code_units(u, push->frame);
    gcc_jit_rvalue *first =
        gcc_jit_lvalue_get_address(field(u, code, LAYOUT_code_units, u->gcc->u8_ptr), NULL);
    emit_assign(u, units, gcc_jit_context_new_cast(u->gcc->ctx, NULL, first, u->gcc->u8_ptr));
    emit_incref(u, code);
    write_pointer(u, frame, LAYOUT_frame_function, function);
    write_pointer(u, frame, LAYOUT_frame_globals, read_pointer(u, function, LAYOUT_function_globals));
    write_pointer(u, frame, LAYOUT_frame_builtins, read_pointer(u, function, LAYOUT_function_builtins));
    write_pointer(u, frame, LAYOUT_frame_locals, emit_null(u));
    write_pointer(u, frame, LAYOUT_frame_code, code);
    write_pointer(u, frame, LAYOUT_frame_object, emit_null(u));
    write_pointer(u, frame, LAYOUT_frame_previous,
                  emit_frame(u, u->fn->inlined.items[push->frame - 1].parent));
    emit_running(u, push->frame, push->imm);
    write_i32(u, frame, LAYOUT_frame_stacktop, -1); /* the operand stack is not to be looked at */
    write_byte(u, frame, LAYOUT_frame_is_entry, 1);
    write_byte(u, frame, LAYOUT_frame_owner, (int)u->fn->layout[LAYOUT_owned_by_thread]);
}

void emit_push_OP(Unit *u, Ins *ins) {
    const InlinedCall *call = &u->fn->inlined.items[ins->frame - 1];
    int64_t words = u->fn->layout[LAYOUT_frame_localsplus] / 8 + call->local_count + call->stack_size;
    gcc_jit_lvalue *top = field(u, u->tstate, LAYOUT_stack_top, u->gcc->ptr_ptr);
    emit_assign(u, frame_variable(u, ins->frame), gcc_jit_lvalue_as_rvalue(top));
    gcc_jit_rvalue *frame = emit_frame(u, ins->frame);
    gcc_jit_rvalue *end = gcc_jit_lvalue_get_address(emit_field(u, frame, 8 * words, u->gcc->ptr_ptr), NULL);
    emit_assign(u, top, gcc_jit_context_new_cast(u->gcc->ctx, NULL, end, u->gcc->ptr));
    fill_frame(u, ins, frame);
    for (int i = 1; i < ins->arg_count; i++)
        emit_assign(u, emit_slot(u, call->first_slot + i - 1), emit_value(u, ins->args[i]));
    change_depth(u, -ir_levels(call->kind));
    set_current(u, frame);
}

/* Goes to `asked_for` where the frame or its variables as a dict were asked for. */
static void leave_if_asked(Unit *u, gcc_jit_rvalue *frame, gcc_jit_block *asked_for) {
    static const LayoutField FIELDS[] = {LAYOUT_frame_object, LAYOUT_frame_locals};
    for (int i = 0; i < 2; i++) {
        gcc_jit_rvalue *made = read_pointer(u, frame, FIELDS[i]);
        emit_unlikely(u, emit_compare(u, GCC_JIT_COMPARISON_NE, made, emit_null(u)), asked_for);
    }
}

/* Nobody asked for the frame: what it holds is dropped, the locals in their order. */
static void drop_contents(Unit *u, const InlinedCall *call, gcc_jit_rvalue *frame) {
    for (int i = 0; i < call->local_count; i++) {
        gcc_jit_lvalue *old = gcc_jit_function_new_local(u->function, NULL, u->gcc->ptr, "old");
        emit_assign(u, old, gcc_jit_lvalue_as_rvalue(emit_slot(u, call->first_slot + i)));
        emit_decref(u, gcc_jit_lvalue_as_rvalue(old), true);
    }
    emit_decref(u, read_pointer(u, frame, LAYOUT_frame_function), false);
    emit_decref(u, read_pointer(u, frame, LAYOUT_frame_code), false);
}

static void drop_by_helper(Unit *u, const Ins *pop, gcc_jit_rvalue *frame, int local_count) {
    gcc_jit_rvalue *args[2] = {u->tstate, frame};
    emit_running(u, pop->frame, pop->imm);
    write_i32(u, frame, LAYOUT_frame_stacktop, local_count);
    gcc_jit_block_add_eval(u->block, NULL, emit_helper_call(u, H_rt_clear_frame, 2, args));
}

void emit_pop_OP(Unit *u, Ins *ins) {
    const InlinedCall *call = &u->fn->inlined.items[ins->frame - 1];
    gcc_jit_rvalue *frame = emit_frame(u, ins->frame);
    set_current(u, emit_frame(u, call->parent));
    if (call->local_count <= MOST_DROPPED_IN_LINE) {
        gcc_jit_block *asked_for = emit_block(u), *done = emit_block(u);
        leave_if_asked(u, frame, asked_for);
        drop_contents(u, call, frame);
        gcc_jit_block_end_with_jump(u->block, NULL, done);
        u->block = asked_for;
        drop_by_helper(u, ins, frame, call->local_count);
        gcc_jit_block_end_with_jump(u->block, NULL, done);
        u->block = done;
    } else {
        drop_by_helper(u, ins, frame, call->local_count);
    }
    write_pointer(u, u->tstate, LAYOUT_stack_top, frame);
    change_depth(u, ir_levels(call->kind));
}
