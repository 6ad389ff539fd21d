/* Attributes, and frames of calls put in line, in quick code: what emit_attr.c and emit_frame.c have
 * libgccjit do. */
#include "codegen/quick_code.h"

static const Ins *arg(const Ins *ins, int index) { return ins->args[index]; }

/* --- types and versions --- */

void quick_type_is_OP(Quick *q, Ins *ins) {
    quick_load(q, RDI, arg(ins, 0));
    x86_load(&q->a, RDI, quick_field(q, RDI, LAYOUT_object_type));
    quick_guard_version(q, ins, RDI, LAYOUT_type_version);
}

void quick_type_index_OP(Quick *q, Ins *ins) {
    Assembler *a = &q->a;
    int done = x86_new_label(a), last = ins->arg_count - 1;
    quick_load(q, RDI, arg(ins, 0));
    quick_forget(q);
    x86_load(a, RDI, quick_field(q, RDI, LAYOUT_object_type));
    x86_load_uint32(a, RCX, quick_field(q, RDI, LAYOUT_type_version));
    for (int i = 1; i <= last; i++) {
        x86_set(a, RAX, i - 1);
        quick_load(q, R11, arg(ins, i));
        x86_alu(a, ALU_COMPARE, RCX, R11);
        if (i < last) x86_jump_if(a, COND_EQUAL, done);
    }
    quick_leave_if(q, ins, COND_NOT_EQUAL);
    x86_place_label(a, done);
    quick_set(q, ins);
}

void quick_version_is_OP(Quick *q, Ins *ins) {
    Reg object = quick_in(q, arg(ins, 0), RDI);
    quick_guard_version(q, ins, object, LAYOUT_type_version);
}

void quick_function_is_OP(Quick *q, Ins *ins) {
    Reg object = quick_in(q, arg(ins, 0), RDI);
    quick_guard_type(q, ins, object, KNOWN_function);
    quick_guard_version(q, ins, object, LAYOUT_function_version);
}

void quick_code_is_OP(Quick *q, Ins *ins) {
    static const LayoutField FIELDS[] = {LAYOUT_function_code, LAYOUT_function_globals,
                                         LAYOUT_function_builtins};
    quick_load(q, RDI, arg(ins, 0));
    quick_guard_type(q, ins, RDI, KNOWN_function);
    for (int i = 0; i < 3; i++) {
        quick_load(q, RCX, arg(ins, i + 1));
        x86_compare(&q->a, RCX, quick_field(q, RDI, FIELDS[i]));
        quick_leave_if(q, ins, COND_NOT_EQUAL);
    }
}

void quick_calls_OP(Quick *q, Ins *ins) {
    Assembler *a = &q->a;
    int other = x86_new_label(a);
    quick_load(q, RDI, arg(ins, 0));
    quick_load(q, RSI, arg(ins, 1));
    quick_forget(q);
    x86_set(a, RAX, 0);
    if (ins->imm != 0) {
        x86_load(a, RCX, quick_link(q, LINK_KNOWN, KNOWN_method));
        x86_compare(a, RCX, quick_field(q, RDI, LAYOUT_object_type));
        x86_jump_if(a, COND_NOT_EQUAL, other);
        x86_load(a, RDI, quick_field(q, RDI, LAYOUT_method_function));
    }
    x86_load(a, RCX, quick_link(q, LINK_KNOWN, KNOWN_function));
    x86_compare(a, RCX, quick_field(q, RDI, LAYOUT_object_type));
    x86_jump_if(a, COND_NOT_EQUAL, other);
    x86_compare(a, RSI, quick_field(q, RDI, LAYOUT_function_code));
    x86_jump_if(a, COND_NOT_EQUAL, other);
    x86_set(a, RAX, 1);
    x86_place_label(a, other);
    quick_set(q, ins);
}

void quick_unshadowed_OP(Quick *q, Ins *ins) {
    Assembler *a = &q->a;
    quick_load(q, RDI, arg(ins, 0));
    x86_compare_number(a, quick_field(q, RDI, LAYOUT_instance_values), 0);
    quick_leave_if(q, ins, COND_EQUAL);
    x86_load(a, RDI, quick_field(q, RDI, LAYOUT_object_type));
    x86_load(a, RDI, quick_field(q, RDI, LAYOUT_type_shared_keys));
    quick_guard_version(q, ins, RDI, LAYOUT_keys_version);
}

void quick_shares_OP(Quick *q, Ins *ins) {
    quick_load(q, RDI, arg(ins, 0));
    x86_load(&q->a, RDI, quick_field(q, RDI, LAYOUT_type_shared_keys));
    quick_guard_version(q, ins, RDI, LAYOUT_keys_version);
}

void quick_pinned_OP(Quick *q, Ins *ins) {
    quick_load(q, RAX, arg(ins, 0));
    quick_set(q, ins);
}

/* --- where values are --- */

void quick_values_OP(Quick *q, Ins *ins) {
    Reg object = quick_in(q, arg(ins, 0), RDI);
    quick_set_there(q, ins, quick_field(q, object, LAYOUT_instance_values));
}

void quick_dict_entry_OP(Quick *q, Ins *ins) {
    Assembler *a = &q->a;
    const int64_t *layout = q->fn->layout;
    quick_load(q, RDI, arg(ins, 0));
    quick_forget(q);
    x86_load(a, RDI, quick_field(q, RDI, LAYOUT_instance_dict));
    x86_test(a, RDI);
    quick_leave_if(q, ins, COND_EQUAL);
    x86_load(a, RDI, quick_field(q, RDI, LAYOUT_dict_keys));
    x86_load_byte(a, RCX, quick_field(q, RDI, LAYOUT_keys_kind));
    x86_alu_number(a, ALU_COMPARE, RCX, (int32_t)layout[LAYOUT_keys_of_str]);
    quick_leave_if(q, ins, COND_NOT_EQUAL);
    x86_compare_number(a, quick_field(q, RDI, LAYOUT_keys_entry_count), (int32_t)ins->imm);
    quick_leave_if(q, ins, COND_LESS_EQUAL);
    x86_load_byte(a, RCX, quick_field(q, RDI, LAYOUT_keys_index_bytes));
    x86_set(a, RAX, 1);
    x86_shift_by_rcx(a, SHIFT_LEFT, RAX);
    x86_alu(a, ALU_ADD, RAX, RDI);
    x86_alu_number(a, ALU_ADD, RAX,
                   (int32_t)(layout[LAYOUT_keys_indices] + ins->imm * layout[LAYOUT_keys_entry_size]));
    quick_load(q, R11, arg(ins, 1));
    x86_compare(a, R11, (Place){RAX, 0});
    quick_leave_if(q, ins, COND_NOT_EQUAL);
    quick_set(q, ins);
}

void quick_itself_OP(Quick *q, Ins *ins) {
    quick_load(q, RAX, arg(ins, 0));
    quick_set(q, ins);
}

void quick_further_OP(Quick *q, Ins *ins) {
    quick_load(q, RCX, arg(ins, 1));
    quick_load(q, RAX, arg(ins, 0));
    x86_alu(&q->a, ALU_ADD, RAX, RCX);
    quick_set(q, ins);
}

void quick_attr_item_OP(Quick *q, Ins *ins) {
    Reg object = quick_in(q, arg(ins, 1), RDI);
    quick_set_there(q, ins, (Place){object, (int32_t)ins->imm});
}

/* Into rsi; rdi is what it holds. */
static void load_old(Quick *q, const Ins *ins) {
    quick_load(q, RSI, arg(ins, 1));
    x86_address(&q->a, RSI, (Place){RSI, (int32_t)ins->imm});
    x86_load(&q->a, RDI, (Place){RSI, 0});
}

/* Values remember in which order they came: two bytes before them stands how many there are, and before that,
 * going down, the index of each. */
static void note_insertion(Quick *q, const Ins *ins) {
    Assembler *a = &q->a;
    if (arg(ins, 1)->op != IR_values_OP) return;
    quick_load(q, RSI, arg(ins, 1));
    x86_load_byte(a, RCX, (Place){RSI, -2});
    x86_alu_number(a, ALU_ADD, RCX, 1);
    x86_set(a, RDX, -2);
    x86_alu(a, ALU_SUB, RDX, RCX);
    x86_set(a, R11, ins->imm / 8);
    x86_store_byte_indexed(a, RSI, RDX, 0, R11);
    x86_set(a, RDX, -2);
    x86_store_byte_indexed(a, RSI, RDX, 0, RCX);
}

/* Store to the place in rsi; what was there, in rdi, is dropped when it was something, else the new one is
 * noted as such. */
static void replace(Quick *q, const Ins *ins) {
    Assembler *a = &q->a;
    int there = x86_new_label(a), done = x86_new_label(a);
    quick_load(q, RCX, arg(ins, ins->arg_count - 1));
    x86_store(a, (Place){RSI, 0}, RCX);
    x86_test(a, RDI);
    x86_jump_if(a, COND_NOT_EQUAL, there);
    note_insertion(q, ins);
    x86_jump(a, done);
    x86_place_label(a, there);
    quick_drop(q, false);
    x86_place_label(a, done);
}

void quick_attr_swap_OP(Quick *q, Ins *ins) {
    load_old(q, ins);
    replace(q, ins);
}

void quick_attr_set_OP(Quick *q, Ins *ins) {
    Assembler *a = &q->a;
    int store = x86_new_label(a);
    load_old(q, ins);
    x86_test(a, RDI);
    x86_jump_if(a, COND_EQUAL, store);
    quick_goes_quietly(q, ins, store);
    x86_place_label(a, store);
    if (!ins->consumed) quick_add_reference(q, arg(ins, 2));
    replace(q, ins);
}

void quick_attr_set_f64_OP(Quick *q, Ins *ins) {
    load_old(q, ins);
    quick_put_f64(q, ins, arg(ins, 1)->op == IR_values_OP ? arg(ins, 1) : NULL, ins->imm / 8);
}

void quick_attr_set_i64_OP(Quick *q, Ins *ins) {
    load_old(q, ins);
    quick_put_i64(q, ins, arg(ins, 1)->op == IR_values_OP ? arg(ins, 1) : NULL, ins->imm / 8);
}

/* --- calls put in line --- */

void quick_room_OP(Quick *q, Ins *ins) {
    quick_load_tstate(q, RCX);
    x86_load_int32(&q->a, RCX, quick_field(q, RCX, LAYOUT_tstate_recursion));
    x86_alu_number(&q->a, ALU_COMPARE, RCX, (int32_t)ins->imm);
    x86_jump_if(&q->a, COND_LESS, q->exits[ins->exit]);
}

void quick_breaker_OP(Quick *q, Ins *ins) {
    int go_on = x86_new_label(&q->a);
    x86_load(&q->a, RCX, quick_link(q, LINK_BREAKER, 0));
    x86_compare_int32_with_0(&q->a, (Place){RCX, 0});
    x86_jump_if(&q->a, COND_EQUAL, go_on);
    quick_save(q, 2 * q->position);
    quick_load_tstate(q, RDI);
    x86_load(&q->a, RSI, quick_link(q, LINK_CODE, 0));
    quick_call_helper(q, H_rt_goes_on);
    x86_test(&q->a, RAX);
    x86_jump_if(&q->a, COND_EQUAL, q->exits[ins->exit]);
    x86_place_label(&q->a, go_on);
}

void quick_stack_room_OP(Quick *q, Ins *ins) {
    quick_load_tstate(q, RDX);
    x86_load(&q->a, RCX, quick_field(q, RDX, LAYOUT_stack_limit));
    x86_alu_place(&q->a, ALU_SUB, RCX, quick_field(q, RDX, LAYOUT_stack_top));
    x86_alu_number(&q->a, ALU_COMPARE, RCX, (int32_t)(8 * ins->imm));
    x86_jump_if(&q->a, COND_LESS_EQUAL, q->exits[ins->exit]);
}

/* How many calls more may be nested; uses rcx. */
static void change_depth(Quick *q, int by) {
    quick_load_tstate(q, RCX);
    x86_add_int32(&q->a, quick_field(q, RCX, LAYOUT_tstate_recursion), by);
}

/* The frame in a register becomes the running one; uses rcx. */
static void set_current(Quick *q, Reg frame) {
    quick_load_tstate(q, RCX);
    x86_load(&q->a, RCX, quick_field(q, RCX, LAYOUT_tstate_cframe));
    x86_store(&q->a, quick_field(q, RCX, LAYOUT_cframe_frame), frame);
}

static void copy_field(Quick *q, Reg to, LayoutField to_field, Reg from, LayoutField from_field) {
    x86_load(&q->a, RCX, quick_field(q, from, from_field));
    x86_store(&q->a, quick_field(q, to, to_field), RCX);
}

/* All that is in the frame in r8 but its slots. */
static void fill_frame(Quick *q, const Ins *push) {
    Assembler *a = &q->a;
    quick_load(q, RDX, push->args[0]);
    x86_load(a, RSI, quick_field(q, RDX, LAYOUT_function_code));
    x86_address(a, RCX, quick_field(q, RSI, LAYOUT_code_units));
    x86_store(a, quick_word(q->frames + 2 * push->frame + 1), RCX);
    x86_add_1(a, quick_field(q, RSI, LAYOUT_object_refcnt));
    x86_store(a, quick_field(q, RDI, LAYOUT_frame_function), RDX);
    copy_field(q, RDI, LAYOUT_frame_globals, RDX, LAYOUT_function_globals);
    copy_field(q, RDI, LAYOUT_frame_builtins, RDX, LAYOUT_function_builtins);
    x86_set(a, RCX, 0);
    x86_store(a, quick_field(q, RDI, LAYOUT_frame_locals), RCX);
    x86_store(a, quick_field(q, RDI, LAYOUT_frame_object), RCX);
    x86_store(a, quick_field(q, RDI, LAYOUT_frame_code), RSI);
    quick_load_frame(q, RCX, q->fn->inlined.items[push->frame - 1].parent);
    x86_store(a, quick_field(q, RDI, LAYOUT_frame_previous), RCX);
    quick_set_running(q, push->frame, push->imm);
    x86_store_int32(a, quick_field(q, RDI, LAYOUT_frame_stacktop),
                    -1); /* the operand stack is not to be looked at */
    x86_store_byte(a, quick_field(q, RDI, LAYOUT_frame_is_entry), 1);
    x86_store_byte(a, quick_field(q, RDI, LAYOUT_frame_owner),
                   (uint8_t)q->fn->layout[LAYOUT_owned_by_thread]);
}

void quick_push_OP(Quick *q, Ins *ins) {
    Assembler *a = &q->a;
    const InlinedCall *call = &q->fn->inlined.items[ins->frame - 1];
    int64_t words = q->fn->layout[LAYOUT_frame_localsplus] / 8 + call->local_count + call->stack_size;
    quick_load_tstate(q, RDX);
    x86_load(a, RDI, quick_field(q, RDX, LAYOUT_stack_top));
    x86_store(a, quick_word(q->frames + 2 * ins->frame), RDI);
    x86_address(a, RCX, (Place){RDI, (int32_t)(8 * words)});
    x86_store(a, quick_field(q, RDX, LAYOUT_stack_top), RCX);
    fill_frame(q, ins);
    for (int i = 1; i < ins->arg_count; i++) {
        quick_load(q, RCX, ins->args[i]);
        Place first = quick_field(q, RDI, LAYOUT_frame_localsplus);
        x86_store(a, (Place){RDI, first.offset + 8 * (i - 1)}, RCX);
    }
    change_depth(q, -ir_levels(call->kind));
    set_current(q, RDI);
}

/* Nobody asked for the frame: what it holds is dropped, the locals in their order. */
static void drop_contents(Quick *q, const Ins *pop, const InlinedCall *call) {
    static const LayoutField OWNED[2] = {LAYOUT_frame_function, LAYOUT_frame_code};
    for (int i = 0; i < call->local_count; i++) {
        x86_load(&q->a, RDI, quick_slot(q, call->first_slot + i));
        quick_drop(q, true);
    }
    for (int i = 0; i < 2; i++) {
        x86_load(&q->a, RDI, quick_frame(q, pop->frame, OWNED[i]));
        quick_drop(q, false);
    }
}

static void drop_by_helper(Quick *q, const Ins *pop, int local_count) {
    quick_set_running(q, pop->frame, pop->imm);
    x86_store_int32(&q->a, quick_frame(q, pop->frame, LAYOUT_frame_stacktop), local_count);
    quick_load_tstate(q, RDI);
    quick_load_frame(q, RSI, pop->frame);
    quick_call_helper(q, H_rt_clear_frame);
}

void quick_pop_OP(Quick *q, Ins *ins) {
    Assembler *a = &q->a;
    const InlinedCall *call = &q->fn->inlined.items[ins->frame - 1];
    int by_helper = x86_new_label(a), done = x86_new_label(a);
    quick_load_frame(q, RDX, call->parent);
    set_current(q, RDX);
    if (call->local_count <= MOST_DROPPED_IN_LINE) {
        x86_load(a, RCX, quick_frame(q, ins->frame, LAYOUT_frame_object));
        x86_alu_place(a, ALU_OR, RCX, quick_frame(q, ins->frame, LAYOUT_frame_locals));
        x86_jump_if(a, COND_NOT_EQUAL, by_helper);
        drop_contents(q, ins, call);
        x86_jump(a, done);
    }
    x86_place_label(a, by_helper);
    drop_by_helper(q, ins, call->local_count);
    x86_place_label(a, done);
    quick_load_frame(q, RDX, ins->frame);
    quick_load_tstate(q, RCX);
    x86_store(a, quick_field(q, RCX, LAYOUT_stack_top), RDX);
    change_depth(q, ir_levels(call->kind));
}
