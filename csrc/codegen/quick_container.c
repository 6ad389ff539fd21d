/* Containers of exact types, iterators over them and names in quick code: what emit_container.c and the
 * second half of emit_number.c have libgccjit do. */
#include "codegen/quick_code.h"

static const Ins *arg(const Ins *ins, int index) { return ins->args[index]; }

void quick_guard_type(Quick *q, const Ins *guard, Reg object, Known type) {
    x86_load(&q->a, R11, quick_link(q, LINK_KNOWN, type));
    x86_compare(&q->a, R11, quick_field(q, object, LAYOUT_object_type));
    quick_leave_if(q, guard, COND_NOT_EQUAL);
}

void quick_guard_version(Quick *q, const Ins *guard, Reg object, LayoutField field) {
    x86_load_uint32(&q->a, RCX, quick_field(q, object, field));
    quick_load(q, R11, arg(guard, 1));
    x86_alu(&q->a, ALU_COMPARE, RCX, R11);
    quick_leave_if(q, guard, COND_NOT_EQUAL);
}

void quick_is_type_OP(Quick *q, Ins *ins) {
    Reg object = quick_in(q, arg(ins, 0), RDI);
    quick_guard_type(q, ins, object, (Known)ins->imm);
}

void quick_by_identity_OP(Quick *q, Ins *ins) {
    Reg object = quick_in(q, arg(ins, 0), RDI);
    x86_load(&q->a, RCX, quick_field(q, object, LAYOUT_object_type));
    x86_load(&q->a, R11, quick_link(q, LINK_KNOWN, KNOWN_compare_by_identity));
    x86_compare(&q->a, R11, quick_field(q, RCX, LAYOUT_type_compare));
    quick_leave_if(q, ins, COND_NOT_EQUAL);
}

void quick_is_function_OP(Quick *q, Ins *ins) {
    Reg object = quick_in(q, arg(ins, 0), RDI);
    quick_guard_type(q, ins, object, KNOWN_builtin_function);
    quick_load(q, RCX, arg(ins, 1));
    x86_compare(&q->a, RCX, quick_field(q, object, LAYOUT_function_definition));
    quick_leave_if(q, ins, COND_NOT_EQUAL);
}

void quick_length_OP(Quick *q, Ins *ins) {
    LayoutField field = ins->imm == KNOWN_str    ? LAYOUT_str_length
                        : ins->imm == KNOWN_dict ? LAYOUT_dict_used
                        : ins->imm == KNOWN_set  ? LAYOUT_set_used
                                                 : LAYOUT_object_size;
    Reg object = quick_in(q, arg(ins, 0), RDI);
    quick_guard_type(q, ins, object, (Known)ins->imm);
    if (ins->imm == KNOWN_str) { /* before it is ready, it has none */
        x86_load_byte(&q->a, RDX, quick_field(q, object, LAYOUT_str_state));
        x86_alu_number(&q->a, ALU_AND, RDX, STR_STATE_READY);
        quick_leave_if(q, ins, COND_EQUAL);
    }
    quick_set_from(q, ins, quick_field(q, object, field));
}

/* --- lists and tuples --- */

void quick_size_OP(Quick *q, Ins *ins) {
    Reg object = quick_in(q, arg(ins, 0), RDI);
    quick_set_from(q, ins, quick_field(q, object, LAYOUT_object_size));
}

/* rcx: the second operand counted from the start; `size` is a register. Out of range leaves. */
static void check_index(Quick *q, Ins *ins, const Ins *given, Reg size) {
    Assembler *a = &q->a;
    int done = x86_new_label(a);
    quick_load(q, RCX, given);
    x86_alu(a, ALU_COMPARE, RCX, size);
    x86_jump_if(a, COND_BELOW, done);
    x86_alu(a, ALU_ADD, RCX, size);
    x86_alu(a, ALU_COMPARE, RCX, size);
    quick_leave_if(q, ins, COND_ABOVE_EQUAL);
    x86_place_label(a, done);
}

void quick_index_OP(Quick *q, Ins *ins) {
    const Ins *given = arg(ins, 0);
    Reg size = quick_in(q, arg(ins, 1), RDX);
    if (given->op == IR_ki64_OP && given->imm >= 0) { /* nothing to be counted from the end */
        quick_load(q, RCX, given);
        x86_alu(&q->a, ALU_COMPARE, RCX, size);
        quick_leave_if(q, ins, COND_GREATER_EQUAL);
    } else {
        check_index(q, ins, given, size);
    }
    quick_put(q, ins, RCX);
}

void quick_list_items_OP(Quick *q, Ins *ins) {
    Reg object = quick_in(q, arg(ins, 0), RDI);
    quick_set_from(q, ins, quick_field(q, object, LAYOUT_list_items));
}

static void set_item(Quick *q, Ins *ins, const Ins *items, const Ins *index, int64_t offset) {
    Reg base = quick_in(q, items, RDX), at = quick_in(q, index, RCX), out = quick_out(q, ins);
    x86_load_indexed(&q->a, out, base, at, (int32_t)offset);
    quick_put(q, ins, out);
}

void quick_list_get_OP(Quick *q, Ins *ins) { set_item(q, ins, arg(ins, 1), arg(ins, 2), 0); }
void quick_tuple_get_OP(Quick *q, Ins *ins) {
    set_item(q, ins, arg(ins, 0), arg(ins, 1), q->fn->layout[LAYOUT_tuple_items]);
}

void quick_find_item(Quick *q, const Ins *ins) {
    Reg items = quick_in(q, arg(ins, 1), RDX), index = quick_in(q, arg(ins, 2), RCX);
    x86_address_indexed(&q->a, RSI, items, index, 0);
}

/* Others hold it, or it is a number or a str. */
void quick_goes_quietly(Quick *q, const Ins *guard, int next) {
    static const Known PLAIN[3] = {KNOWN_int, KNOWN_float, KNOWN_str};
    Assembler *a = &q->a;
    x86_compare_number(a, quick_field(q, RDI, LAYOUT_object_refcnt), 1);
    x86_jump_if(a, COND_NOT_EQUAL, next);
    x86_load(a, RCX, quick_field(q, RDI, LAYOUT_object_type));
    for (int i = 0; i < 3; i++) {
        x86_compare(a, RCX, quick_link(q, LINK_KNOWN, PLAIN[i]));
        x86_jump_if(a, COND_EQUAL, next);
    }
    x86_jump(a, q->exits[guard->exit]);
}

void quick_drops_quietly_OP(Quick *q, Ins *ins) {
    int next = x86_new_label(&q->a);
    quick_load(q, RDI, arg(ins, 0));
    quick_goes_quietly(q, ins, next);
    x86_place_label(&q->a, next);
}

void quick_list_put_OP(Quick *q, Ins *ins) {
    Assembler *a = &q->a;
    int store = x86_new_label(a), done = x86_new_label(a);
    quick_find_item(q, ins);
    x86_load(a, RDI, (Place){RSI, 0});
    if (!ins->consumed && ir_is(arg(ins, 3), OPF_CONST)) { /* a flag is mostly set where it is set already */
        quick_load(q, RCX, arg(ins, 3));
        x86_alu(a, ALU_COMPARE, RCX, RDI);
        x86_jump_if(a, COND_EQUAL, done);
    }
    quick_goes_quietly(q, ins, store);
    x86_place_label(a, store);
    if (!ins->consumed) quick_add_reference(q, arg(ins, 3));
    quick_load(q, RCX, arg(ins, 3));
    x86_store(a, (Place){RSI, 0}, RCX);
    quick_drop(q, false);
    x86_place_label(a, done);
}

void quick_list_swap_OP(Quick *q, Ins *ins) {
    Assembler *a = &q->a;
    quick_find_item(q, ins);
    Reg items = quick_in(q, arg(ins, 1), RDX), other = quick_in(q, arg(ins, 3), RCX);
    x86_address_indexed(a, RDI, items, other, 0);
    x86_load(a, RCX, (Place){RSI, 0});
    x86_load(a, RDX, (Place){RDI, 0});
    x86_store(a, (Place){RSI, 0}, RDX);
    x86_store(a, (Place){RDI, 0}, RCX);
}

static void guard_size(Quick *q, Ins *ins, Known type) {
    Reg object = quick_in(q, arg(ins, 0), RDI);
    quick_guard_type(q, ins, object, type);
    x86_compare_number(&q->a, quick_field(q, object, LAYOUT_object_size), (int32_t)ins->imm);
    quick_leave_if(q, ins, COND_NOT_EQUAL);
}

void quick_tuple_is_OP(Quick *q, Ins *ins) { guard_size(q, ins, KNOWN_tuple); }
void quick_list_is_OP(Quick *q, Ins *ins) { guard_size(q, ins, KNOWN_list); }

void quick_tuple_at_OP(Quick *q, Ins *ins) {
    Reg object = quick_in(q, arg(ins, 0), RDI);
    Place first = quick_field(q, object, LAYOUT_tuple_items);
    quick_set_from(q, ins, (Place){object, first.offset + (int32_t)(8 * ins->imm)});
}

void quick_list_at_OP(Quick *q, Ins *ins) {
    quick_load(q, RDI, arg(ins, 0));
    x86_load(&q->a, RDI, quick_field(q, RDI, LAYOUT_list_items));
    quick_set_from(q, ins, (Place){RDI, (int32_t)(8 * ins->imm)});
}

void quick_items_of_OP(Quick *q, Ins *ins) {
    Assembler *a = &q->a;
    int found = x86_new_label(a);
    quick_load(q, RDI, arg(ins, 0));
    x86_load(a, R11, quick_link(q, LINK_KNOWN, KNOWN_tuple));
    x86_address(a, RAX, quick_field(q, RDI, LAYOUT_tuple_items));
    x86_compare(a, R11, quick_field(q, RDI, LAYOUT_object_type));
    x86_jump_if(a, COND_EQUAL, found);
    quick_guard_type(q, ins, RDI, KNOWN_list);
    x86_load(a, RAX, quick_field(q, RDI, LAYOUT_list_items));
    x86_place_label(a, found);
    x86_compare_number(a, quick_field(q, RDI, LAYOUT_object_size), (int32_t)ins->imm);
    quick_leave_if(q, ins, COND_NOT_EQUAL);
    quick_set(q, ins);
}

void quick_item_at_OP(Quick *q, Ins *ins) {
    Reg start = quick_in(q, arg(ins, 1), RDX);
    quick_set_from(q, ins, (Place){start, (int32_t)(8 * ins->imm)});
}

/* --- str: one byte a character, or the guard fails --- */

/* The str is in rsi. */
static void guard_latin(Quick *q, Ins *ins) {
    Assembler *a = &q->a;
    x86_load_byte(a, RDX, quick_field(q, RSI, LAYOUT_str_state));
    x86_alu_number(a, ALU_AND, RDX, STR_STATE_MASK);
    x86_alu_number(a, ALU_COMPARE, RDX, STR_STATE_LATIN);
    quick_leave_if(q, ins, COND_NOT_EQUAL);
}

/* rsi: from the str to its first character, behind the shorter head of an ASCII str or behind the longer one.
 */
static void find_latin(Quick *q) {
    const int64_t *layout = q->fn->layout;
    Assembler *a = &q->a;
    x86_load_byte(a, RDX, quick_field(q, RSI, LAYOUT_str_state));
    x86_shift(a, SHIFT_UNSIGNED, RDX, STR_ASCII_BIT);
    x86_alu_number(a, ALU_AND, RDX, 1);
    x86_multiply_number(a, RDX, (int32_t)(layout[LAYOUT_latin_data] - layout[LAYOUT_ascii_data]));
    x86_address(a, RSI, quick_field(q, RSI, LAYOUT_latin_data));
    x86_alu(a, ALU_SUB, RSI, RDX);
}

/* Of the str in rsi at the index in rcx. */
static void set_latin_code(Quick *q, Ins *ins) {
    find_latin(q);
    x86_load_byte_indexed(&q->a, RAX, RSI, RCX, 0);
    quick_set(q, ins);
}

void quick_latin_is_OP(Quick *q, Ins *ins) {
    quick_load(q, RSI, arg(ins, 0));
    quick_guard_type(q, ins, RSI, KNOWN_str);
    guard_latin(q, ins);
}

void quick_code_of_OP(Quick *q, Ins *ins) {
    quick_load(q, RSI, arg(ins, 0));
    quick_guard_type(q, ins, RSI, KNOWN_str);
    guard_latin(q, ins);
    x86_compare_number(&q->a, quick_field(q, RSI, LAYOUT_str_length), 1);
    quick_leave_if(q, ins, COND_NOT_EQUAL);
    x86_set(&q->a, RCX, 0);
    set_latin_code(q, ins);
}

/* Is the object in rdi an exact str that is ready? Else on at `other`; rdx: its state. */
static void ask_for_text(Quick *q, int other) {
    Assembler *a = &q->a;
    x86_load(a, R11, quick_link(q, LINK_KNOWN, KNOWN_str));
    x86_compare(a, R11, quick_field(q, RDI, LAYOUT_object_type));
    x86_jump_if(a, COND_NOT_EQUAL, other);
    x86_load_byte(a, RDX, quick_field(q, RDI, LAYOUT_str_state));
}

static void settle(Quick *q, Ins *ins, Helper helper, int done) {
    quick_call_helper(q, helper);
    x86_test(&q->a, RAX);
    quick_leave_if(q, ins, COND_NEGATIVE);
    x86_place_label(&q->a, done);
    quick_set(q, ins);
}

void quick_char_code_OP(Quick *q, Ins *ins) {
    Assembler *a = &q->a;
    int other = x86_new_label(a), done = x86_new_label(a);
    quick_load(q, RDI, arg(ins, 0));
    quick_forget(q);
    ask_for_text(q, other);
    x86_alu_number(a, ALU_AND, RDX, STR_STATE_MASK);
    x86_alu_number(a, ALU_COMPARE, RDX, STR_STATE_LATIN);
    x86_jump_if(a, COND_NOT_EQUAL, other);
    x86_set(a, RAX, 256);
    x86_compare_number(a, quick_field(q, RDI, LAYOUT_str_length), 1);
    x86_jump_if(a, COND_NOT_EQUAL, done);
    x86_move(a, RSI, RDI);
    find_latin(q);
    x86_load_byte(a, RAX, (Place){RSI, 0});
    x86_jump(a, done);
    x86_place_label(a, other);
    settle(q, ins, H_rt_char_code, done);
}

void quick_same_text_OP(Quick *q, Ins *ins) {
    Assembler *a = &q->a;
    int other = x86_new_label(a), done = x86_new_label(a);
    quick_load(q, RDI, arg(ins, 0));
    quick_load(q, RSI, arg(ins, 1));
    quick_forget(q);
    ask_for_text(q, other);
    if (ins->imm == 0) {
        x86_compare(a, R11, quick_field(q, RSI, LAYOUT_object_type));
        x86_jump_if(a, COND_NOT_EQUAL, other);
    }
    x86_set(a, RAX, 1);
    x86_alu(a, ALU_COMPARE, RDI, RSI);
    x86_jump_if(a, COND_EQUAL, done);
    x86_load_byte(a, RCX, quick_field(q, RSI, LAYOUT_str_state));
    x86_alu(a, ALU_AND, RDX, RCX);
    x86_alu_number(a, ALU_AND, RDX, STR_STATE_READY);
    x86_jump_if(a, COND_EQUAL, other);
    x86_set(a, RAX, 0);
    x86_load(a, RCX, quick_field(q, RDI, LAYOUT_str_length));
    x86_compare(a, RCX, quick_field(q, RSI, LAYOUT_str_length));
    x86_jump_if(a, COND_NOT_EQUAL, done);
    x86_place_label(a, other);
    settle(q, ins, H_rt_same_text, done);
}

void quick_char_OP(Quick *q, Ins *ins) {
    x86_load(&q->a, RDX, quick_link(q, LINK_KNOWN, KNOWN_characters));
    quick_load(q, RCX, arg(ins, 0));
    x86_load_indexed(&q->a, RAX, RDX, RCX, 0);
    quick_set(q, ins);
}

/* --- bytes of str, bytes and bytearray --- */

/* rsi: from the object to its first byte. */
static void find_bytes(Quick *q, Known type) {
    Assembler *a = &q->a;
    if (type == KNOWN_str) find_latin(q);
    else if (type == KNOWN_bytes) x86_address(a, RSI, quick_field(q, RSI, LAYOUT_bytes_data));
    else x86_load(a, RSI, quick_field(q, RSI, LAYOUT_bytearray_data));
}

void quick_bytes_start_OP(Quick *q, Ins *ins) {
    quick_load(q, RSI, arg(ins, 0));
    find_bytes(q, (Known)ins->imm);
    x86_move(&q->a, RAX, RSI);
    quick_set(q, ins);
}

void quick_byte_get_OP(Quick *q, Ins *ins) {
    Reg start = quick_in(q, arg(ins, 1), RDX), index = quick_in(q, arg(ins, 2), RCX), out = quick_out(q, ins);
    x86_load_byte_indexed(&q->a, out, start, index, 0);
    quick_put(q, ins, out);
}

void quick_byte_put_OP(Quick *q, Ins *ins) {
    Reg start = quick_in(q, arg(ins, 1), RDX), index = quick_in(q, arg(ins, 2), RCX);
    x86_store_byte_indexed(&q->a, start, index, 0, quick_in(q, arg(ins, 3), RSI));
}

/* --- arrays --- */

void quick_array_is_OP(Quick *q, Ins *ins) {
    Assembler *a = &q->a;
    quick_load(q, RDI, arg(ins, 0));
    quick_load(q, RCX, arg(ins, 1));
    x86_compare(a, RCX, quick_field(q, RDI, LAYOUT_object_type));
    quick_leave_if(q, ins, COND_NOT_EQUAL);
    x86_load(a, RDI, quick_field(q, RDI, LAYOUT_array_kind));
    x86_load_byte(a, RCX, (Place){RDI, 0});
    x86_alu_number(a, ALU_COMPARE, RCX, (int32_t)ins->imm);
    quick_leave_if(q, ins, COND_NOT_EQUAL);
}

void quick_array_start_OP(Quick *q, Ins *ins) {
    Reg object = quick_in(q, arg(ins, 0), RDI);
    quick_set_from(q, ins, quick_field(q, object, LAYOUT_array_items));
}

/* Doubles are moved as their bits. */
void quick_array_f64_OP(Quick *q, Ins *ins) { set_item(q, ins, arg(ins, 1), arg(ins, 2), 0); }

void quick_array_i32_OP(Quick *q, Ins *ins) {
    Assembler *a = &q->a;
    quick_load(q, RDX, arg(ins, 1));
    quick_load(q, RCX, arg(ins, 2));
    x86_alu(a, ALU_ADD, RCX, RCX);
    x86_alu(a, ALU_ADD, RCX, RCX);
    x86_alu(a, ALU_ADD, RDX, RCX);
    x86_load_int32(a, RAX, (Place){RDX, 0});
    quick_set(q, ins);
}

void quick_array_put_f64_OP(Quick *q, Ins *ins) {
    quick_find_item(q, ins);
    x86_store(&q->a, (Place){RSI, 0}, quick_in(q, arg(ins, 3), RCX));
}

/* --- iterators --- */

/* An ASCII str has another iterator than a wider one. */
static void guard_str_iterator(Quick *q, const Ins *guard, Reg object) {
    Assembler *a = &q->a;
    int ascii = x86_new_label(a);
    x86_load(a, R11, quick_link(q, LINK_KNOWN, KNOWN_str_iterator));
    x86_compare(a, R11, quick_field(q, object, LAYOUT_object_type));
    x86_jump_if(a, COND_EQUAL, ascii);
    quick_guard_type(q, guard, object, KNOWN_wide_str_iterator);
    x86_place_label(a, ascii);
}

void quick_seq_has_OP(Quick *q, Ins *ins) {
    Assembler *a = &q->a;
    bool is_str = ins->imm == KNOWN_str_iterator;
    int done = x86_new_label(a);
    Reg object = quick_in(q, arg(ins, 0), RDI);
    quick_forget(q);
    if (is_str) guard_str_iterator(q, ins, object);
    else quick_guard_type(q, ins, object, (Known)ins->imm);
    x86_load(a, RSI, quick_field(q, object, LAYOUT_iterator_sequence));
    x86_set(a, RAX, 0);
    x86_test(a, RSI);
    x86_jump_if(a, COND_EQUAL, done); /* exhausted */
    if (is_str) guard_latin(q, ins);
    x86_load(a, RCX, quick_field(q, object, LAYOUT_iterator_index));
    x86_compare(a, RCX, quick_field(q, RSI, is_str ? LAYOUT_str_length : LAYOUT_object_size));
    x86_set_if(a, COND_LESS, RAX);
    x86_place_label(a, done);
    quick_set(q, ins);
}

/* rsi: what is gone over, rcx: the place of the next item; the iterator steps on. */
static void step(Quick *q, const Ins *iterator) {
    quick_load(q, RDI, iterator);
    x86_load(&q->a, RCX, quick_field(q, RDI, LAYOUT_iterator_index));
    x86_add_1(&q->a, quick_field(q, RDI, LAYOUT_iterator_index));
    x86_load(&q->a, RSI, quick_field(q, RDI, LAYOUT_iterator_sequence));
}

void quick_seq_item_OP(Quick *q, Ins *ins) {
    int64_t offset = 0;
    step(q, arg(ins, 0));
    if (ins->imm == KNOWN_list_iterator) x86_load(&q->a, RSI, quick_field(q, RSI, LAYOUT_list_items));
    else offset = q->fn->layout[LAYOUT_tuple_items];
    x86_load_indexed(&q->a, RAX, RSI, RCX, (int32_t)offset);
    quick_set(q, ins);
}

void quick_byte_next_OP(Quick *q, Ins *ins) {
    step(q, arg(ins, 0));
    find_bytes(q, ir_gone_over((Known)ins->imm));
    x86_load_byte_indexed(&q->a, RAX, RSI, RCX, 0);
    quick_set(q, ins);
}

/* --- names --- */

void quick_globals_OP(Quick *q, Ins *ins) { quick_set_from(q, ins, quick_frame(q, 0, LAYOUT_frame_globals)); }
void quick_builtins_OP(Quick *q, Ins *ins) {
    quick_set_from(q, ins, quick_frame(q, 0, LAYOUT_frame_builtins));
}

void quick_keys_are_OP(Quick *q, Ins *ins) {
    quick_load(q, RDI, arg(ins, 0));
    x86_load(&q->a, RDI, quick_field(q, RDI, LAYOUT_dict_keys));
    quick_guard_version(q, ins, RDI, LAYOUT_keys_version);
}

/* The value so many bytes from rdi. */
static void item_at(Quick *q, const Ins *ins, const Ins *offset) {
    quick_load(q, RCX, offset);
    x86_alu(&q->a, ALU_ADD, RDI, RCX);
    quick_set_there(q, ins, (Place){RDI, 0});
}

void quick_keys_item_OP(Quick *q, Ins *ins) {
    quick_load(q, RDI, arg(ins, 0));
    x86_load(&q->a, RDI, quick_field(q, RDI, LAYOUT_dict_keys));
    item_at(q, ins, arg(ins, 1));
}

/* The keys of the dict of the module in rdi. */
static void load_module_keys(Quick *q, const Ins *module) {
    quick_load(q, RDI, module);
    x86_load(&q->a, RDI, quick_field(q, RDI, LAYOUT_module_dict));
    x86_load(&q->a, RDI, quick_field(q, RDI, LAYOUT_dict_keys));
}

void quick_module_is_OP(Quick *q, Ins *ins) {
    load_module_keys(q, arg(ins, 0));
    quick_guard_version(q, ins, RDI, LAYOUT_keys_version);
}

void quick_module_item_OP(Quick *q, Ins *ins) {
    load_module_keys(q, arg(ins, 0));
    item_at(q, ins, arg(ins, 1));
}
