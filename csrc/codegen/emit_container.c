/* Containers of exact types and iterators over them: guards, lengths, items. */
#include "codegen/emit.h"

#define CMP(name)        GCC_JIT_COMPARISON_##name
#define BIN(u, op, a, b) emit_binary((u), GCC_JIT_BINARY_OP_##op, (a), (b))

static gcc_jit_rvalue *arg(Unit *u, const Ins *ins, int index) { return emit_value(u, ins->args[index]); }

static gcc_jit_rvalue *read_int(Unit *u, gcc_jit_rvalue *object, LayoutField field) {
    return emit_read(u, object, field, u->gcc->i64_ptr);
}

static void set_test(Unit *u, Ins *ins, gcc_jit_rvalue *condition) {
    emit_set(u, ins, gcc_jit_context_new_cast(u->gcc->ctx, NULL, condition, u->gcc->i64));
}

static gcc_jit_rvalue *field_address(Unit *u, gcc_jit_rvalue *object, LayoutField field) {
    return gcc_jit_lvalue_get_address(emit_field(u, object, u->fn->layout[field], u->gcc->u8_ptr), NULL);
}

static gcc_jit_rvalue *byte_at(Unit *u, gcc_jit_rvalue *bytes, gcc_jit_rvalue *index) {
    return gcc_jit_context_new_cast(
        u->gcc->ctx, NULL,
        gcc_jit_lvalue_as_rvalue(gcc_jit_context_new_array_access(u->gcc->ctx, NULL, bytes, index)),
        u->gcc->i64);
}

void emit_is_type_OP(Unit *u, Ins *ins) { emit_guard_type(u, ins, arg(u, ins, 0), (Known)ins->imm); }

void emit_by_identity_OP(Unit *u, Ins *ins) {
    gcc_jit_rvalue *type = emit_read(u, arg(u, ins, 0), LAYOUT_object_type, u->gcc->ptr_ptr);
    emit_guard_fails(u, ins,
                     emit_compare(u, CMP(NE), emit_read(u, type, LAYOUT_type_compare, u->gcc->ptr_ptr),
                                  emit_link(u, LINK_KNOWN, KNOWN_compare_by_identity)));
}

void emit_settled_OP(Unit *u, Ins *ins) {
    emit_unlikely(u, emit_compare(u, CMP(LT), arg(u, ins, 0), emit_int(u, 0)), u->exits[ins->exit]);
}

void emit_is_function_OP(Unit *u, Ins *ins) {
    gcc_jit_rvalue *object = arg(u, ins, 0);
    emit_guard_type(u, ins, object, KNOWN_builtin_function);
    emit_guard_fails(
        u, ins, emit_compare(u, CMP(NE), read_int(u, object, LAYOUT_function_definition), arg(u, ins, 1)));
}

static gcc_jit_rvalue *str_state(Unit *u, gcc_jit_rvalue *text) {
    return emit_read_byte(u, text, LAYOUT_str_state);
}

void emit_length_OP(Unit *u, Ins *ins) {
    gcc_jit_rvalue *object = arg(u, ins, 0);
    LayoutField field = ins->imm == KNOWN_str    ? LAYOUT_str_length
                        : ins->imm == KNOWN_dict ? LAYOUT_dict_used
                        : ins->imm == KNOWN_set  ? LAYOUT_set_used
                                                 : LAYOUT_object_size;
    emit_guard_type(u, ins, object, (Known)ins->imm);
    if (ins->imm == KNOWN_str) { /* before it is ready, it has none */
        gcc_jit_rvalue *ready = BIN(u, BITWISE_AND, str_state(u, object), emit_int(u, STR_STATE_READY));
        emit_guard_fails(u, ins, emit_compare(u, CMP(EQ), ready, emit_int(u, 0)));
    }
    emit_set(u, ins, read_int(u, object, field));
}

/* --- str: one byte a character, or the guard fails --- */

static void guard_latin(Unit *u, Ins *ins, gcc_jit_rvalue *text) {
    gcc_jit_rvalue *bits = BIN(u, BITWISE_AND, str_state(u, text), emit_int(u, STR_STATE_MASK));
    emit_guard_fails(u, ins, emit_compare(u, CMP(NE), bits, emit_int(u, STR_STATE_LATIN)));
}

/* The first character stands behind the shorter head of an ASCII str, or behind the longer one. */
static gcc_jit_rvalue *latin_start(Unit *u, gcc_jit_rvalue *text) {
    int64_t difference = u->fn->layout[LAYOUT_latin_data] - u->fn->layout[LAYOUT_ascii_data];
    gcc_jit_rvalue *ascii =
        BIN(u, BITWISE_AND, BIN(u, RSHIFT, str_state(u, text), emit_int(u, STR_ASCII_BIT)), emit_int(u, 1));
    gcc_jit_lvalue *first =
        gcc_jit_context_new_array_access(u->gcc->ctx, NULL, field_address(u, text, LAYOUT_latin_data),
                                         BIN(u, MULT, ascii, emit_int(u, -difference)));
    return gcc_jit_lvalue_get_address(first, NULL);
}

static gcc_jit_rvalue *latin_code(Unit *u, gcc_jit_rvalue *text, gcc_jit_rvalue *index) {
    return byte_at(u, latin_start(u, text), index);
}

void emit_latin_is_OP(Unit *u, Ins *ins) {
    gcc_jit_rvalue *text = arg(u, ins, 0);
    emit_guard_type(u, ins, text, KNOWN_str);
    guard_latin(u, ins, text);
}

void emit_code_of_OP(Unit *u, Ins *ins) {
    gcc_jit_rvalue *text = arg(u, ins, 0);
    emit_guard_type(u, ins, text, KNOWN_str);
    guard_latin(u, ins, text);
    emit_guard_fails(u, ins, emit_compare(u, CMP(NE), read_int(u, text, LAYOUT_str_length), emit_int(u, 1)));
    emit_set(u, ins, latin_code(u, text, emit_int(u, 0)));
}

/* On when the condition holds, else at `other`. */
static void go_on_if(Unit *u, gcc_jit_rvalue *condition, gcc_jit_block *other) {
    gcc_jit_block *next = emit_block(u);
    gcc_jit_block_end_with_conditional(u->block, NULL, condition, next, other);
    u->block = next;
}

static void end_with(Unit *u, Ins *ins, gcc_jit_rvalue *value, gcc_jit_block *done) {
    emit_set(u, ins, value);
    gcc_jit_block_end_with_jump(u->block, NULL, done);
}

static void ask_type(Unit *u, gcc_jit_rvalue *object, Known type, gcc_jit_block *other) {
    go_on_if(u,
             emit_compare(u, CMP(EQ), emit_read(u, object, LAYOUT_object_type, u->gcc->ptr_ptr),
                          emit_link(u, LINK_KNOWN, type)),
             other);
}

/* `other`: what a helper is asked of. */
static void settle(Unit *u, Ins *ins, Helper helper, gcc_jit_block *other, gcc_jit_block *done) {
    gcc_jit_rvalue *args[2] = {arg(u, ins, 0), ins->arg_count > 1 ? arg(u, ins, 1) : NULL};
    u->block = other;
    emit_set(u, ins, emit_helper_call(u, helper, ins->arg_count, args));
    emit_guard_fails(u, ins, emit_compare(u, CMP(LT), emit_value(u, ins), emit_int(u, 0)));
    gcc_jit_block_end_with_jump(u->block, NULL, done);
    u->block = done;
}

void emit_char_code_OP(Unit *u, Ins *ins) {
    gcc_jit_rvalue *text = arg(u, ins, 0);
    gcc_jit_block *longer = emit_block(u), *other = emit_block(u), *done = emit_block(u);
    ask_type(u, text, KNOWN_str, other);
    gcc_jit_rvalue *bits = BIN(u, BITWISE_AND, str_state(u, text), emit_int(u, STR_STATE_MASK));
    go_on_if(u, emit_compare(u, CMP(EQ), bits, emit_int(u, STR_STATE_LATIN)), other);
    go_on_if(u, emit_compare(u, CMP(EQ), read_int(u, text, LAYOUT_str_length), emit_int(u, 1)), longer);
    end_with(u, ins, latin_code(u, text, emit_int(u, 0)), done);
    u->block = longer;
    end_with(u, ins, emit_int(u, 256), done);
    settle(u, ins, H_rt_char_code, other, done);
}

void emit_same_text_OP(Unit *u, Ins *ins) {
    gcc_jit_rvalue *left = arg(u, ins, 0), *right = arg(u, ins, 1);
    gcc_jit_block *differ = emit_block(u), *equal = emit_block(u), *other = emit_block(u),
                  *done = emit_block(u);
    ask_type(u, left, KNOWN_str, other);
    if (ins->imm == 0) ask_type(u, right, KNOWN_str, other);
    go_on_if(u, emit_compare(u, CMP(NE), left, right), equal);
    gcc_jit_rvalue *bits = BIN(u, BITWISE_AND, str_state(u, left), str_state(u, right));
    bits = BIN(u, BITWISE_AND, bits, emit_int(u, STR_STATE_READY));
    go_on_if(u, emit_compare(u, CMP(NE), bits, emit_int(u, 0)), other);
    go_on_if(
        u,
        emit_compare(u, CMP(EQ), read_int(u, left, LAYOUT_str_length), read_int(u, right, LAYOUT_str_length)),
        differ);
    gcc_jit_block_end_with_jump(u->block, NULL, other);
    u->block = differ;
    end_with(u, ins, emit_int(u, 0), done);
    u->block = equal;
    end_with(u, ins, emit_int(u, 1), done);
    settle(u, ins, H_rt_same_text, other, done);
}

void emit_char_OP(Unit *u, Ins *ins) {
    gcc_jit_rvalue *table = gcc_jit_context_new_cast(
        u->gcc->ctx, NULL, emit_link(u, LINK_KNOWN, KNOWN_characters), u->gcc->ptr_ptr);
    emit_set(
        u, ins,
        gcc_jit_lvalue_as_rvalue(gcc_jit_context_new_array_access(u->gcc->ctx, NULL, table, arg(u, ins, 0))));
}

/* --- bytes of str, bytes and bytearray --- */

static gcc_jit_rvalue *as_bytes(Unit *u, gcc_jit_rvalue *address) {
    return gcc_jit_context_new_cast(u->gcc->ctx, NULL, address, u->gcc->u8_ptr);
}

static gcc_jit_rvalue *bytes_start(Unit *u, gcc_jit_rvalue *object, Known type) {
    if (type == KNOWN_str) return latin_start(u, object);
    if (type == KNOWN_bytes) return field_address(u, object, LAYOUT_bytes_data);
    return emit_read(u, object, LAYOUT_bytearray_data, gcc_jit_type_get_pointer(u->gcc->u8_ptr));
}

void emit_bytes_start_OP(Unit *u, Ins *ins) {
    gcc_jit_rvalue *start = bytes_start(u, arg(u, ins, 0), (Known)ins->imm);
    emit_set(u, ins, gcc_jit_context_new_cast(u->gcc->ctx, NULL, start, u->gcc->ptr));
}

void emit_byte_get_OP(Unit *u, Ins *ins) {
    emit_set(u, ins, byte_at(u, as_bytes(u, arg(u, ins, 1)), arg(u, ins, 2)));
}

void emit_byte_put_OP(Unit *u, Ins *ins) {
    gcc_jit_type *u8 = gcc_jit_context_get_int_type(u->gcc->ctx, 1, 0);
    gcc_jit_lvalue *place =
        gcc_jit_context_new_array_access(u->gcc->ctx, NULL, as_bytes(u, arg(u, ins, 1)), arg(u, ins, 2));
    gcc_jit_block_add_assignment(u->block, NULL, place,
                                 gcc_jit_context_new_cast(u->gcc->ctx, NULL, arg(u, ins, 3), u8));
}

/* --- arrays --- */

void emit_array_is_OP(Unit *u, Ins *ins) {
    gcc_jit_rvalue *object = arg(u, ins, 0);
    emit_guard_fails(u, ins,
                     emit_compare(u, CMP(NE), read_int(u, object, LAYOUT_object_type), arg(u, ins, 1)));
    gcc_jit_rvalue *kind = emit_read(u, object, LAYOUT_array_kind, u->gcc->ptr_ptr);
    gcc_jit_rvalue *letter = gcc_jit_lvalue_as_rvalue(emit_field(u, kind, 0, u->gcc->u8_ptr));
    emit_guard_fails(u, ins,
                     emit_compare(u, CMP(NE),
                                  gcc_jit_context_new_cast(u->gcc->ctx, NULL, letter, u->gcc->i64),
                                  emit_int(u, ins->imm)));
}

void emit_array_start_OP(Unit *u, Ins *ins) {
    emit_set(u, ins, emit_read(u, arg(u, ins, 0), LAYOUT_array_items, u->gcc->ptr_ptr));
}

static gcc_jit_lvalue *array_place(Unit *u, Ins *ins, gcc_jit_type *item) {
    gcc_jit_rvalue *items =
        gcc_jit_context_new_cast(u->gcc->ctx, NULL, arg(u, ins, 1), gcc_jit_type_get_pointer(item));
    return gcc_jit_context_new_array_access(u->gcc->ctx, NULL, items, arg(u, ins, 2));
}

void emit_array_f64_OP(Unit *u, Ins *ins) {
    emit_set(u, ins, gcc_jit_lvalue_as_rvalue(array_place(u, ins, u->gcc->f64)));
}

void emit_array_i32_OP(Unit *u, Ins *ins) {
    emit_set(u, ins,
             gcc_jit_context_new_cast(
                 u->gcc->ctx, NULL, gcc_jit_lvalue_as_rvalue(array_place(u, ins, u->gcc->i32)), u->gcc->i64));
}

void emit_array_put_f64_OP(Unit *u, Ins *ins) {
    emit_assign(u, array_place(u, ins, u->gcc->f64), arg(u, ins, 3));
}

/* --- lists and tuples of a known length --- */

static void guard_size(Unit *u, Ins *ins, Known type) {
    gcc_jit_rvalue *object = arg(u, ins, 0);
    emit_guard_type(u, ins, object, type);
    emit_guard_fails(
        u, ins, emit_compare(u, CMP(NE), read_int(u, object, LAYOUT_object_size), emit_int(u, ins->imm)));
}

void emit_tuple_is_OP(Unit *u, Ins *ins) { guard_size(u, ins, KNOWN_tuple); }
void emit_list_is_OP(Unit *u, Ins *ins) { guard_size(u, ins, KNOWN_list); }

void emit_tuple_at_OP(Unit *u, Ins *ins) {
    int64_t offset = u->fn->layout[LAYOUT_tuple_items] + 8 * ins->imm;
    emit_set(u, ins, gcc_jit_lvalue_as_rvalue(emit_field(u, arg(u, ins, 0), offset, u->gcc->ptr_ptr)));
}

void emit_list_at_OP(Unit *u, Ins *ins) {
    gcc_jit_rvalue *items = emit_read(u, arg(u, ins, 0), LAYOUT_list_items, u->gcc->ptr_ptr);
    emit_set(u, ins, gcc_jit_lvalue_as_rvalue(emit_field(u, items, 8 * ins->imm, u->gcc->ptr_ptr)));
}

void emit_items_of_OP(Unit *u, Ins *ins) {
    gcc_jit_rvalue *object = arg(u, ins, 0);
    gcc_jit_lvalue *items = gcc_jit_function_new_local(u->function, NULL, u->gcc->ptr, "items");
    gcc_jit_block *is_list = emit_block(u), *found = emit_block(u);
    gcc_jit_lvalue *first = emit_field(u, object, u->fn->layout[LAYOUT_tuple_items], u->gcc->ptr_ptr);
    emit_unlikely(u,
                  emit_compare(u, CMP(NE), emit_read(u, object, LAYOUT_object_type, u->gcc->ptr_ptr),
                               emit_link(u, LINK_KNOWN, KNOWN_tuple)),
                  is_list);
    emit_assign(
        u, items,
        gcc_jit_context_new_cast(u->gcc->ctx, NULL, gcc_jit_lvalue_get_address(first, NULL), u->gcc->ptr));
    gcc_jit_block_end_with_jump(u->block, NULL, found);
    u->block = is_list;
    emit_guard_type(u, ins, object, KNOWN_list);
    emit_assign(u, items, emit_read(u, object, LAYOUT_list_items, u->gcc->ptr_ptr));
    gcc_jit_block_end_with_jump(u->block, NULL, found);
    u->block = found;
    emit_guard_fails(
        u, ins, emit_compare(u, CMP(NE), read_int(u, object, LAYOUT_object_size), emit_int(u, ins->imm)));
    emit_set(u, ins, gcc_jit_lvalue_as_rvalue(items));
}

void emit_item_at_OP(Unit *u, Ins *ins) {
    emit_set(u, ins, gcc_jit_lvalue_as_rvalue(emit_field(u, arg(u, ins, 1), 8 * ins->imm, u->gcc->ptr_ptr)));
}

/* --- iterators --- */

static gcc_jit_rvalue *sequence_of(Unit *u, gcc_jit_rvalue *iterator) {
    return emit_read(u, iterator, LAYOUT_iterator_sequence, u->gcc->ptr_ptr);
}

/* The place of the next item; the iterator steps on. */
static gcc_jit_rvalue *step(Unit *u, gcc_jit_rvalue *iterator) {
    gcc_jit_lvalue *index = emit_local_i64(u, "index");
    emit_assign(u, index, read_int(u, iterator, LAYOUT_iterator_index));
    gcc_jit_rvalue *i = gcc_jit_lvalue_as_rvalue(index);
    emit_assign(u, emit_field(u, iterator, u->fn->layout[LAYOUT_iterator_index], u->gcc->i64_ptr),
                BIN(u, PLUS, i, emit_int(u, 1)));
    return i;
}

/* An ASCII str has another iterator than a wider one. */
static void guard_str_iterator(Unit *u, Ins *ins, gcc_jit_rvalue *iterator) {
    gcc_jit_block *wide = emit_block(u), *known = emit_block(u);
    gcc_jit_rvalue *other =
        emit_compare(u, CMP(NE), emit_read(u, iterator, LAYOUT_object_type, u->gcc->ptr_ptr),
                     emit_link(u, LINK_KNOWN, KNOWN_str_iterator));
    gcc_jit_block_end_with_conditional(u->block, NULL, other, wide, known);
    u->block = wide;
    emit_guard_type(u, ins, iterator, KNOWN_wide_str_iterator);
    gcc_jit_block_end_with_jump(u->block, NULL, known);
    u->block = known;
}

void emit_seq_has_OP(Unit *u, Ins *ins) {
    gcc_jit_rvalue *iterator = arg(u, ins, 0);
    bool is_str = ins->imm == KNOWN_str_iterator;
    if (is_str) guard_str_iterator(u, ins, iterator);
    else emit_guard_type(u, ins, iterator, (Known)ins->imm);
    gcc_jit_block *there = emit_block(u), *exhausted = emit_block(u), *done = emit_block(u);
    gcc_jit_lvalue *sequence = gcc_jit_function_new_local(u->function, NULL, u->gcc->ptr, "sequence");
    emit_assign(u, sequence, sequence_of(u, iterator));
    gcc_jit_rvalue *object = gcc_jit_lvalue_as_rvalue(sequence);
    gcc_jit_block_end_with_conditional(u->block, NULL, emit_compare(u, CMP(NE), object, emit_null(u)), there,
                                       exhausted);
    u->block = exhausted;
    emit_set(u, ins, emit_int(u, 0));
    gcc_jit_block_end_with_jump(u->block, NULL, done);
    u->block = there;
    if (is_str) guard_latin(u, ins, object);
    set_test(u, ins,
             emit_compare(u, CMP(LT), read_int(u, iterator, LAYOUT_iterator_index),
                          read_int(u, object, is_str ? LAYOUT_str_length : LAYOUT_object_size)));
    gcc_jit_block_end_with_jump(u->block, NULL, done);
    u->block = done;
}

void emit_seq_item_OP(Unit *u, Ins *ins) {
    gcc_jit_rvalue *iterator = arg(u, ins, 0), *index = step(u, iterator),
                   *sequence = sequence_of(u, iterator);
    gcc_jit_rvalue *items =
        ins->imm == KNOWN_list_iterator
            ? emit_read(u, sequence, LAYOUT_list_items, gcc_jit_type_get_pointer(u->gcc->ptr_ptr))
            : gcc_jit_lvalue_get_address(
                  emit_field(u, sequence, u->fn->layout[LAYOUT_tuple_items], u->gcc->ptr_ptr), NULL);
    emit_set(u, ins,
             gcc_jit_lvalue_as_rvalue(gcc_jit_context_new_array_access(u->gcc->ctx, NULL, items, index)));
}

void emit_byte_next_OP(Unit *u, Ins *ins) {
    gcc_jit_rvalue *iterator = arg(u, ins, 0), *index = step(u, iterator);
    gcc_jit_rvalue *start = bytes_start(u, sequence_of(u, iterator), ir_gone_over((Known)ins->imm));
    emit_set(u, ins, byte_at(u, start, index));
}
