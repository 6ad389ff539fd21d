/* Unboxed numbers and the containers that are speculated on. */
#include "codegen/emit.h"

#define CMP(name)        GCC_JIT_COMPARISON_##name
#define BIN(u, op, a, b) emit_binary((u), GCC_JIT_BINARY_OP_##op, (a), (b))

gcc_jit_rvalue *emit_binary(Unit *u, enum gcc_jit_binary_op op, gcc_jit_rvalue *a, gcc_jit_rvalue *b) {
    return gcc_jit_context_new_binary_op(u->gcc->ctx, NULL, op, gcc_jit_rvalue_get_type(a), a, b);
}

static gcc_jit_rvalue *as_unsigned(Unit *u, gcc_jit_rvalue *value) {
    return gcc_jit_context_new_cast(u->gcc->ctx, NULL, value,
                                    gcc_jit_context_get_int_type(u->gcc->ctx, 8, 0));
}

static gcc_jit_rvalue *unsigned_int(Unit *u, int value) {
    return gcc_jit_context_new_rvalue_from_int(u->gcc->ctx, gcc_jit_context_get_int_type(u->gcc->ctx, 8, 0),
                                               value);
}

gcc_jit_rvalue *emit_read(Unit *u, gcc_jit_rvalue *object, LayoutField field, gcc_jit_type *pointer_type) {
    return gcc_jit_lvalue_as_rvalue(emit_field(u, object, u->fn->layout[field], pointer_type));
}

gcc_jit_rvalue *emit_read_byte(Unit *u, gcc_jit_rvalue *object, LayoutField field) {
    return gcc_jit_context_new_cast(u->gcc->ctx, NULL, emit_read(u, object, field, u->gcc->u8_ptr),
                                    u->gcc->i64);
}

/* For tests: 1 at each so-and-so-many-th visit of any guard. The number is looked up, so that the code is the
 * same for all of them. */
static gcc_jit_rvalue *is_forced(Unit *u) {
    gcc_jit_rvalue *counts = emit_link(u, LINK_VISITS, 0);
    gcc_jit_lvalue *visits = emit_field(u, counts, 0, u->gcc->i64_ptr);
    gcc_jit_block_add_assignment_op(u->block, NULL, visits, GCC_JIT_BINARY_OP_PLUS, emit_int(u, 1));
    gcc_jit_lvalue *forced = emit_field(u, counts, sizeof(int64_t), u->gcc->i64_ptr);
    gcc_jit_rvalue *rest = BIN(u, MODULO, gcc_jit_lvalue_as_rvalue(visits), gcc_jit_lvalue_as_rvalue(forced));
    return emit_compare(u, CMP(EQ), rest, emit_int(u, 0));
}

void emit_guard_fails(Unit *u, const Ins *guard, gcc_jit_rvalue *condition) {
    if (u->fn->force_exits) emit_unlikely(u, is_forced(u), u->exits[guard->exit]);
    emit_unlikely(u, condition, u->exits[guard->exit]);
}

static gcc_jit_rvalue *arg(Unit *u, const Ins *ins, int index) { return emit_value(u, ins->args[index]); }

gcc_jit_lvalue *emit_local_i64(Unit *u, const char *name) {
    return gcc_jit_function_new_local(u->function, NULL, u->gcc->i64, name);
}

void emit_guard_type(Unit *u, const Ins *ins, gcc_jit_rvalue *object, Known type) {
    emit_guard_fails(u, ins,
                     emit_compare(u, CMP(NE), emit_read(u, object, LAYOUT_object_type, u->gcc->ptr_ptr),
                                  emit_link(u, LINK_KNOWN, type)));
}

static gcc_jit_lvalue *list_place(Unit *u, Ins *ins) {
    gcc_jit_rvalue *items = gcc_jit_context_new_cast(u->gcc->ctx, NULL, arg(u, ins, 1), u->gcc->ptr_ptr);
    return gcc_jit_context_new_array_access(u->gcc->ctx, NULL, items, arg(u, ins, 2));
}

static gcc_jit_lvalue *old_item(Unit *u, gcc_jit_lvalue *place) {
    gcc_jit_lvalue *old = gcc_jit_function_new_local(u->function, NULL, u->gcc->ptr, "old");
    emit_assign(u, old, gcc_jit_lvalue_as_rvalue(place));
    return old;
}

/* --- boxes --- */

static void emit_box(Unit *u, Ins *ins, Helper helper) {
    gcc_jit_rvalue *value = arg(u, ins, 0);
    emit_set(u, ins, emit_helper_call(u, helper, 1, &value));
    emit_unlikely(u, emit_compare(u, CMP(EQ), emit_value(u, ins), emit_null(u)), u->exits[ins->exit]);
}

/* --- ints that are there already --- */

static gcc_jit_rvalue *small_index(Unit *u, gcc_jit_rvalue *value) {
    return BIN(u, PLUS, value, emit_int(u, u->fn->layout[LAYOUT_small_int_negatives]));
}

static gcc_jit_rvalue *is_small(Unit *u, gcc_jit_rvalue *value) {
    return emit_compare(u, CMP(LT), as_unsigned(u, small_index(u, value)),
                        unsigned_int(u, (int)u->fn->layout[LAYOUT_small_int_count]));
}

static gcc_jit_rvalue *small_int(Unit *u, gcc_jit_rvalue *value) {
    gcc_jit_rvalue *table = gcc_jit_context_new_cast(
        u->gcc->ctx, NULL, emit_link(u, LINK_KNOWN, KNOWN_small_ints), u->gcc->u8_ptr);
    gcc_jit_rvalue *offset =
        BIN(u, MULT, small_index(u, value), emit_int(u, u->fn->layout[LAYOUT_small_int_size]));
    gcc_jit_lvalue *at = gcc_jit_context_new_array_access(u->gcc->ctx, NULL, table, offset);
    return gcc_jit_context_new_cast(u->gcc->ctx, NULL, gcc_jit_lvalue_get_address(at, NULL), u->gcc->ptr);
}

void emit_box_i64_OP(Unit *u, Ins *ins) {
    gcc_jit_block *small = emit_block(u), *other = emit_block(u), *done = emit_block(u);
    gcc_jit_block_end_with_conditional(u->block, NULL, is_small(u, arg(u, ins, 0)), small, other);
    u->block = small;
    emit_set(u, ins, small_int(u, arg(u, ins, 0)));
    emit_incref(u, emit_value(u, ins));
    gcc_jit_block_end_with_jump(u->block, NULL, done);
    u->block = other;
    emit_box(u, ins, H_rt_box_i64);
    gcc_jit_block_end_with_jump(u->block, NULL, done);
    u->block = done;
}

/* An int of one digit that only this place holds is written over by another one: nobody can tell. Small ones
 * are the same object everywhere. What is longer, or replaces something else, goes the general way. */
void emit_put_i64(Unit *u, Ins *ins, gcc_jit_lvalue *place, gcc_jit_rvalue *old, gcc_jit_rvalue **notes) {
    gcc_jit_rvalue *value = arg(u, ins, ins->arg_count - 1);
    gcc_jit_block *done = emit_block(u), *general = emit_block(u), *next;
    gcc_jit_rvalue *size = emit_read(u, old, LAYOUT_object_size, u->gcc->i64_ptr);
    gcc_jit_rvalue *general_when[] = {
        emit_compare(u, CMP(EQ), old, emit_null(u)),
        is_small(u, value),
        emit_compare(u, CMP(NE), emit_read(u, old, LAYOUT_object_type, u->gcc->ptr_ptr),
                     emit_link(u, LINK_KNOWN, KNOWN_int)),
        emit_compare(u, CMP(NE), emit_read(u, old, LAYOUT_object_refcnt, u->gcc->i64_ptr), emit_int(u, 1)),
        emit_compare(u, CMP(NE), size, emit_int(u, 1)),
        emit_compare(u, CMP(GE), as_unsigned(u, value), unsigned_int(u, 1 << DIGIT_BITS)),
    };
    bool may_be_new = ins->op == IR_attr_set_i64_OP;
    for (size_t i = may_be_new ? 0 : 1; i < sizeof(general_when) / sizeof(general_when[0]); i++) {
        next = emit_block(u);
        gcc_jit_block_end_with_conditional(u->block, NULL, general_when[i], general, next);
        u->block = next;
    }
    emit_assign(u, emit_field(u, old, u->fn->layout[LAYOUT_int_digits], u->gcc->i32_ptr),
                gcc_jit_context_new_cast(u->gcc->ctx, NULL, value, u->gcc->i32));
    gcc_jit_block_end_with_jump(u->block, NULL, done);
    u->block = general;
    gcc_jit_rvalue *address =
        gcc_jit_context_new_cast(u->gcc->ctx, NULL, gcc_jit_lvalue_get_address(place, NULL), u->gcc->ptr);
    gcc_jit_rvalue *args[] = {address, value, notes[0], notes[1]};
    emit_guard_fails(u, ins,
                     emit_compare(u, CMP(EQ), emit_helper_call(u, H_rt_put_i64, 4, args), emit_int(u, 0)));
    gcc_jit_block_end_with_jump(u->block, NULL, done);
    u->block = done;
}

void emit_list_put_i64_OP(Unit *u, Ins *ins) {
    gcc_jit_lvalue *place = list_place(u, ins), *old = old_item(u, place);
    gcc_jit_rvalue *notes[2] = {emit_null(u), emit_int(u, 0)};
    emit_put_i64(u, ins, place, gcc_jit_lvalue_as_rvalue(old), notes);
}

void emit_box_f64_OP(Unit *u, Ins *ins) { emit_box(u, ins, H_rt_box_f64); }

void emit_complex_OP(Unit *u, Ins *ins) {
    gcc_jit_rvalue *args[2] = {arg(u, ins, 0), arg(u, ins, 1)};
    emit_set(u, ins, emit_helper_call(u, H_rt_new_complex, 2, args));
    emit_unlikely(u, emit_compare(u, CMP(EQ), emit_value(u, ins), emit_null(u)), u->exits[ins->exit]);
}

void emit_complex_of_OP(Unit *u, Ins *ins) { emit_set(u, ins, arg(u, ins, 0)); }

void emit_complex_part_OP(Unit *u, Ins *ins) {
    int part = ins->imm == 0 ? LAYOUT_complex_real : LAYOUT_complex_imag;
    emit_set(u, ins, emit_read(u, arg(u, ins, 0), part, gcc_jit_type_get_pointer(u->gcc->f64)));
}

void emit_box_u64_OP(Unit *u, Ins *ins) { emit_box(u, ins, H_rt_box_u64); }

/* Assign what an int of two digits has, negated if its size is below 0. */
static void unbox_two_digits(Unit *u, gcc_jit_rvalue *object, gcc_jit_rvalue *size, gcc_jit_lvalue *to) {
    gcc_jit_type *u32_ptr = gcc_jit_type_get_pointer(gcc_jit_context_get_int_type(u->gcc->ctx, 4, 0));
    int64_t second = u->fn->layout[LAYOUT_int_digits] + 4;
    gcc_jit_rvalue *high = gcc_jit_context_new_cast(
        u->gcc->ctx, NULL, gcc_jit_lvalue_as_rvalue(emit_field(u, object, second, u32_ptr)), u->gcc->i64);
    gcc_jit_rvalue *magnitude = BIN(u, BITWISE_OR, BIN(u, LSHIFT, high, emit_int(u, DIGIT_BITS)),
                                    emit_read_u32(u, object, LAYOUT_int_digits));
    gcc_jit_rvalue *sign = BIN(u, RSHIFT, size, emit_int(u, 63)); /* -1 or 0 */
    emit_assign(u, to, BIN(u, MINUS, BIN(u, BITWISE_XOR, magnitude, sign), sign));
}

/* Ints of one digit (size -1, 0 or 1: the sign times the digit) and of two in line; longer ones by a helper.
 */
static void unbox_int(Unit *u, Ins *ins, gcc_jit_rvalue *object, gcc_jit_lvalue *to, Helper longer) {
    emit_guard_type(u, ins, object, KNOWN_int);
    gcc_jit_lvalue *size = emit_local_i64(u, "size");
    emit_assign(u, size, emit_read(u, object, LAYOUT_object_size, u->gcc->i64_ptr));
    gcc_jit_rvalue *s = gcc_jit_lvalue_as_rvalue(size);
    if (longer == H_rt_unbox_word) emit_guard_fails(u, ins, emit_compare(u, CMP(LT), s, emit_int(u, 0)));
    gcc_jit_block *is_long = emit_block(u), *done = emit_block(u);
    gcc_jit_type *u64 = gcc_jit_context_get_int_type(u->gcc->ctx, 8, 0);
    gcc_jit_rvalue *shifted =
        gcc_jit_context_new_cast(u->gcc->ctx, NULL, BIN(u, PLUS, s, emit_int(u, 1)), u64);
    emit_unlikely(u,
                  emit_compare(u, CMP(GT), shifted, gcc_jit_context_new_rvalue_from_int(u->gcc->ctx, u64, 2)),
                  is_long);
    emit_assign(u, to, BIN(u, MULT, s, emit_read_u32(u, object, LAYOUT_int_digits)));
    gcc_jit_block_end_with_jump(u->block, NULL, done);
    u->block = is_long;
    gcc_jit_block *two = emit_block(u), *is_longer = emit_block(u);
    gcc_jit_rvalue *rest = BIN(u, BITWISE_AND, BIN(u, PLUS, s, emit_int(u, 2)), emit_int(u, ~4));
    gcc_jit_block_end_with_conditional(u->block, NULL, emit_compare(u, CMP(EQ), rest, emit_int(u, 0)), two,
                                       is_longer);
    u->block = two;
    unbox_two_digits(u, object, s, to);
    gcc_jit_block_end_with_jump(u->block, NULL, done);
    u->block = is_longer;
    gcc_jit_rvalue *args[2] = {object, emit_array_start(u, u->outs, u->gcc->ptr)};
    gcc_jit_rvalue *fits = emit_helper_call(u, longer, 2, args);
    emit_guard_fails(u, ins, emit_compare(u, CMP(EQ), fits, emit_int(u, 0)));
    gcc_jit_rvalue *bits = gcc_jit_lvalue_as_rvalue(gcc_jit_context_new_array_access(
        u->gcc->ctx, NULL, gcc_jit_lvalue_as_rvalue(u->outs), emit_int(u, 0)));
    emit_assign(u, to, gcc_jit_context_new_bitcast(u->gcc->ctx, NULL, bits, u->gcc->i64));
    gcc_jit_block_end_with_jump(u->block, NULL, done);
    u->block = done;
}

static void unbox_into(Unit *u, Ins *ins, Helper longer) {
    unbox_int(u, ins, arg(u, ins, 0), u->values[ins->id], longer);
}

void emit_unbox_i64_OP(Unit *u, Ins *ins) { unbox_into(u, ins, H_rt_unbox_long); }
void emit_unbox_u64_OP(Unit *u, Ins *ins) { unbox_into(u, ins, H_rt_unbox_word); }
void emit_unbox_low_OP(Unit *u, Ins *ins) { unbox_into(u, ins, H_rt_unbox_low); }

static void read_float(Unit *u, Ins *ins, gcc_jit_rvalue *object) {
    emit_set(u, ins, emit_read(u, object, LAYOUT_float_value, gcc_jit_type_get_pointer(u->gcc->f64)));
}

void emit_unbox_f64_OP(Unit *u, Ins *ins) {
    gcc_jit_rvalue *object = arg(u, ins, 0);
    emit_guard_type(u, ins, object, KNOWN_float);
    read_float(u, ins, object);
}

void emit_unbox_number_OP(Unit *u, Ins *ins) {
    gcc_jit_rvalue *object = arg(u, ins, 0);
    gcc_jit_block *is_float = emit_block(u), *other = emit_block(u), *done = emit_block(u);
    gcc_jit_block_end_with_conditional(u->block, NULL,
                                       emit_compare(u, CMP(EQ),
                                                    emit_read(u, object, LAYOUT_object_type, u->gcc->ptr_ptr),
                                                    emit_link(u, LINK_KNOWN, KNOWN_float)),
                                       is_float, other);
    u->block = is_float;
    read_float(u, ins, object);
    gcc_jit_block_end_with_jump(u->block, NULL, done);
    u->block = other;
    gcc_jit_lvalue *integer = emit_local_i64(u, "integer");
    unbox_int(u, ins, object, integer, H_rt_unbox_long);
    emit_set(u, ins,
             gcc_jit_context_new_cast(u->gcc->ctx, NULL, gcc_jit_lvalue_as_rvalue(integer), u->gcc->f64));
    gcc_jit_block_end_with_jump(u->block, NULL, done);
    u->block = done;
}

void emit_any_float_OP(Unit *u, Ins *ins) {
    gcc_jit_rvalue *is_other[2];
    for (int i = 0; i < 2; i++)
        is_other[i] =
            emit_compare(u, CMP(NE), emit_read(u, arg(u, ins, i), LAYOUT_object_type, u->gcc->ptr_ptr),
                         emit_link(u, LINK_KNOWN, KNOWN_float));
    emit_guard_fails(u, ins, BIN(u, LOGICAL_AND, is_other[0], is_other[1]));
}

void emit_i2f_OP(Unit *u, Ins *ins) {
    emit_set(u, ins, gcc_jit_context_new_cast(u->gcc->ctx, NULL, arg(u, ins, 0), u->gcc->f64));
}

void emit_guard_OP(Unit *u, Ins *ins) {
    emit_guard_fails(u, ins, emit_compare(u, CMP(EQ), arg(u, ins, 0), emit_int(u, 0)));
}

/* --- int arithmetic: what does not fit leaves --- */

static void emit_overflowing(Unit *u, Ins *ins, gcc_jit_function *builtin) {
    gcc_jit_type *long_type = gcc_jit_context_get_type(u->gcc->ctx, GCC_JIT_TYPE_LONG);
    gcc_jit_lvalue *result = gcc_jit_function_new_local(u->function, NULL, long_type, "result");
    gcc_jit_rvalue *args[3] = {gcc_jit_context_new_cast(u->gcc->ctx, NULL, arg(u, ins, 0), long_type),
                               gcc_jit_context_new_cast(u->gcc->ctx, NULL, arg(u, ins, 1), long_type),
                               gcc_jit_lvalue_get_address(result, NULL)};
    gcc_jit_rvalue *overflow = gcc_jit_context_new_call(u->gcc->ctx, NULL, builtin, 3, args);
    gcc_jit_rvalue *flag = gcc_jit_context_new_cast(u->gcc->ctx, NULL, overflow, u->gcc->i64);
    emit_guard_fails(u, ins, emit_compare(u, CMP(NE), flag, emit_int(u, 0)));
    emit_set(u, ins,
             gcc_jit_context_new_cast(u->gcc->ctx, NULL, gcc_jit_lvalue_as_rvalue(result), u->gcc->i64));
}

/* In numbers without a sign, which wrap around. */
static void emit_wrapping(Unit *u, Ins *ins, enum gcc_jit_binary_op op, gcc_jit_rvalue *right) {
    gcc_jit_rvalue *result = emit_binary(u, op, as_unsigned(u, arg(u, ins, 0)), as_unsigned(u, right));
    emit_set(u, ins, gcc_jit_context_new_cast(u->gcc->ctx, NULL, result, u->gcc->i64));
}

static void emit_wrapping_shift(Unit *u, Ins *ins, enum gcc_jit_binary_op op) {
    emit_wrapping(u, ins, op, BIN(u, BITWISE_AND, arg(u, ins, 1), emit_int(u, 63)));
}

static void emit_unsigned_division(Unit *u, Ins *ins, enum gcc_jit_binary_op op) {
    emit_guard_fails(u, ins, emit_compare(u, CMP(EQ), arg(u, ins, 1), emit_int(u, 0)));
    emit_wrapping(u, ins, op, arg(u, ins, 1));
}

void emit_iadd_wrap_OP(Unit *u, Ins *ins) { emit_wrapping(u, ins, GCC_JIT_BINARY_OP_PLUS, arg(u, ins, 1)); }
void emit_isub_wrap_OP(Unit *u, Ins *ins) { emit_wrapping(u, ins, GCC_JIT_BINARY_OP_MINUS, arg(u, ins, 1)); }
void emit_imul_wrap_OP(Unit *u, Ins *ins) { emit_wrapping(u, ins, GCC_JIT_BINARY_OP_MULT, arg(u, ins, 1)); }
void emit_ishl_wrap_OP(Unit *u, Ins *ins) { emit_wrapping_shift(u, ins, GCC_JIT_BINARY_OP_LSHIFT); }
void emit_ushr_OP(Unit *u, Ins *ins) { emit_wrapping_shift(u, ins, GCC_JIT_BINARY_OP_RSHIFT); }
void emit_udiv_OP(Unit *u, Ins *ins) { emit_unsigned_division(u, ins, GCC_JIT_BINARY_OP_DIVIDE); }
void emit_umod_OP(Unit *u, Ins *ins) { emit_unsigned_division(u, ins, GCC_JIT_BINARY_OP_MODULO); }
void emit_word_OP(Unit *u, Ins *ins) { emit_set(u, ins, arg(u, ins, 0)); }
void emit_bits_OP(Unit *u, Ins *ins) { emit_set(u, ins, arg(u, ins, 0)); }
void emit_iadd_OP(Unit *u, Ins *ins) { emit_overflowing(u, ins, u->gcc->add_overflow); }
void emit_isub_OP(Unit *u, Ins *ins) { emit_overflowing(u, ins, u->gcc->sub_overflow); }
void emit_imul_OP(Unit *u, Ins *ins) { emit_overflowing(u, ins, u->gcc->mul_overflow); }

/* 0 divides nothing, and the smallest number divided by -1 does not fit. */
static void guard_divisor(Unit *u, Ins *ins) {
    const Ins *divisor = ins->args[1];
    if (divides_all(divisor)) return;
    emit_guard_fails(u, ins, emit_compare(u, CMP(EQ), arg(u, ins, 1), emit_int(u, 0)));
    emit_guard_fails(u, ins, emit_compare(u, CMP(EQ), arg(u, ins, 1), emit_int(u, -1)));
}

/* -1 when quotient and rest of C's division must be corrected towards the floor, else 0. */
static gcc_jit_rvalue *floor_correction(Unit *u, gcc_jit_rvalue *rest, gcc_jit_rvalue *divisor) {
    gcc_jit_rvalue *apart = emit_compare(u, CMP(LT), BIN(u, BITWISE_XOR, rest, divisor), emit_int(u, 0));
    gcc_jit_rvalue *there = emit_compare(u, CMP(NE), rest, emit_int(u, 0));
    gcc_jit_rvalue *both =
        BIN(u, BITWISE_AND, gcc_jit_context_new_cast(u->gcc->ctx, NULL, apart, u->gcc->i64),
            gcc_jit_context_new_cast(u->gcc->ctx, NULL, there, u->gcc->i64));
    return gcc_jit_context_new_unary_op(u->gcc->ctx, NULL, GCC_JIT_UNARY_OP_MINUS, u->gcc->i64, both);
}

void emit_ifloordiv_OP(Unit *u, Ins *ins) {
    guard_divisor(u, ins);
    gcc_jit_lvalue *rest = emit_local_i64(u, "rest");
    emit_assign(u, rest, BIN(u, MODULO, arg(u, ins, 0), arg(u, ins, 1)));
    gcc_jit_rvalue *quotient = BIN(u, DIVIDE, arg(u, ins, 0), arg(u, ins, 1));
    emit_set(u, ins,
             BIN(u, PLUS, quotient, floor_correction(u, gcc_jit_lvalue_as_rvalue(rest), arg(u, ins, 1))));
}

void emit_imod_OP(Unit *u, Ins *ins) {
    guard_divisor(u, ins);
    gcc_jit_lvalue *rest = emit_local_i64(u, "rest");
    emit_assign(u, rest, BIN(u, MODULO, arg(u, ins, 0), arg(u, ins, 1)));
    gcc_jit_rvalue *r = gcc_jit_lvalue_as_rvalue(rest);
    emit_set(u, ins,
             BIN(u, PLUS, r, BIN(u, BITWISE_AND, floor_correction(u, r, arg(u, ins, 1)), arg(u, ins, 1))));
}

void emit_iand_OP(Unit *u, Ins *ins) {
    emit_set(u, ins, BIN(u, BITWISE_AND, arg(u, ins, 0), arg(u, ins, 1)));
}
void emit_ior_OP(Unit *u, Ins *ins) { emit_set(u, ins, BIN(u, BITWISE_OR, arg(u, ins, 0), arg(u, ins, 1))); }
void emit_ixor_OP(Unit *u, Ins *ins) {
    emit_set(u, ins, BIN(u, BITWISE_XOR, arg(u, ins, 0), arg(u, ins, 1)));
}

void emit_ishl_OP(Unit *u, Ins *ins) {
    gcc_jit_rvalue *value = arg(u, ins, 0), *by = arg(u, ins, 1);
    emit_guard_fails(u, ins, emit_compare(u, CMP(GT), as_unsigned(u, by), unsigned_int(u, 62)));
    emit_set(u, ins,
             gcc_jit_context_new_cast(
                 u->gcc->ctx, NULL, BIN(u, LSHIFT, as_unsigned(u, value), as_unsigned(u, by)), u->gcc->i64));
    emit_guard_fails(u, ins, emit_compare(u, CMP(NE), BIN(u, RSHIFT, emit_value(u, ins), by), value));
}

void emit_ishr_OP(Unit *u, Ins *ins) {
    gcc_jit_rvalue *by = arg(u, ins, 1);
    emit_guard_fails(u, ins, emit_compare(u, CMP(GT), as_unsigned(u, by), unsigned_int(u, 63)));
    emit_set(u, ins, BIN(u, RSHIFT, arg(u, ins, 0), by));
}

void emit_bit_OP(Unit *u, Ins *ins) {
    gcc_jit_rvalue *place = BIN(u, BITWISE_AND, arg(u, ins, 1), emit_int(u, 63));
    emit_set(u, ins, BIN(u, BITWISE_AND, BIN(u, RSHIFT, arg(u, ins, 0), place), emit_int(u, 1)));
}

void emit_ineg_OP(Unit *u, Ins *ins) {
    emit_guard_fails(u, ins, emit_compare(u, CMP(EQ), arg(u, ins, 0), emit_int(u, INT64_MIN)));
    emit_set(
        u, ins,
        gcc_jit_context_new_unary_op(u->gcc->ctx, NULL, GCC_JIT_UNARY_OP_MINUS, u->gcc->i64, arg(u, ins, 0)));
}

void emit_iinvert_OP(Unit *u, Ins *ins) {
    emit_set(u, ins,
             gcc_jit_context_new_unary_op(u->gcc->ctx, NULL, GCC_JIT_UNARY_OP_BITWISE_NEGATE, u->gcc->i64,
                                          arg(u, ins, 0)));
}

/* Both must be exact as doubles, or the quotient would be rounded twice. */
void emit_itruediv_OP(Unit *u, Ins *ins) {
    gcc_jit_rvalue *limit = gcc_jit_context_new_rvalue_from_long(
        u->gcc->ctx, gcc_jit_context_get_int_type(u->gcc->ctx, 8, 0), 1L << 54);
    for (int i = 0; i < 2; i++) {
        gcc_jit_rvalue *shifted = as_unsigned(u, BIN(u, PLUS, arg(u, ins, i), emit_int(u, INT64_C(1) << 53)));
        emit_guard_fails(u, ins, emit_compare(u, CMP(GT), shifted, limit));
    }
    emit_guard_fails(u, ins, emit_compare(u, CMP(EQ), arg(u, ins, 1), emit_int(u, 0)));
    gcc_jit_rvalue *a = gcc_jit_context_new_cast(u->gcc->ctx, NULL, arg(u, ins, 0), u->gcc->f64);
    gcc_jit_rvalue *b = gcc_jit_context_new_cast(u->gcc->ctx, NULL, arg(u, ins, 1), u->gcc->f64);
    emit_set(u, ins, BIN(u, DIVIDE, a, b));
}

/* --- float arithmetic --- */

void emit_fadd_OP(Unit *u, Ins *ins) { emit_set(u, ins, BIN(u, PLUS, arg(u, ins, 0), arg(u, ins, 1))); }
void emit_fsub_OP(Unit *u, Ins *ins) { emit_set(u, ins, BIN(u, MINUS, arg(u, ins, 0), arg(u, ins, 1))); }
void emit_fmul_OP(Unit *u, Ins *ins) { emit_set(u, ins, BIN(u, MULT, arg(u, ins, 0), arg(u, ins, 1))); }

void emit_fdiv_OP(Unit *u, Ins *ins) {
    gcc_jit_rvalue *zero = gcc_jit_context_zero(u->gcc->ctx, u->gcc->f64);
    emit_guard_fails(u, ins, emit_compare(u, CMP(EQ), arg(u, ins, 1), zero));
    emit_set(u, ins, BIN(u, DIVIDE, arg(u, ins, 0), arg(u, ins, 1)));
}

void emit_fneg_OP(Unit *u, Ins *ins) {
    emit_set(
        u, ins,
        gcc_jit_context_new_unary_op(u->gcc->ctx, NULL, GCC_JIT_UNARY_OP_MINUS, u->gcc->f64, arg(u, ins, 0)));
}

/* In CPython's order: Py_LT, Py_LE, Py_EQ, Py_NE, Py_GT, Py_GE. */
static void emit_comparison(Unit *u, Ins *ins) {
    static const enum gcc_jit_comparison OPS[6] = {CMP(LT), CMP(LE), CMP(EQ), CMP(NE), CMP(GT), CMP(GE)};
    gcc_jit_rvalue *truth = emit_compare(u, OPS[ins->imm], arg(u, ins, 0), arg(u, ins, 1));
    emit_set(u, ins, gcc_jit_context_new_cast(u->gcc->ctx, NULL, truth, u->gcc->i64));
}

void emit_icmp_OP(Unit *u, Ins *ins) { emit_comparison(u, ins); }
void emit_fcmp_OP(Unit *u, Ins *ins) { emit_comparison(u, ins); }

/* --- range iterators: index, start, step and length are C longs --- */

void emit_range_has_OP(Unit *u, Ins *ins) {
    gcc_jit_rvalue *iterator = arg(u, ins, 0);
    emit_guard_type(u, ins, iterator, KNOWN_range_iterator);
    gcc_jit_rvalue *truth =
        emit_compare(u, CMP(LT), emit_read(u, iterator, LAYOUT_range_index, u->gcc->i64_ptr),
                     emit_read(u, iterator, LAYOUT_range_length, u->gcc->i64_ptr));
    emit_set(u, ins, gcc_jit_context_new_cast(u->gcc->ctx, NULL, truth, u->gcc->i64));
}

void emit_range_is_OP(Unit *u, Ins *ins) {
    gcc_jit_rvalue *iterator = arg(u, ins, 0);
    emit_guard_type(u, ins, iterator, KNOWN_range_iterator);
    emit_guard_fails(u, ins,
                     emit_compare(u, CMP(NE), emit_read(u, iterator, LAYOUT_object_refcnt, u->gcc->i64_ptr),
                                  emit_int(u, 1)));
    gcc_jit_rvalue *step = emit_read(u, iterator, LAYOUT_range_step, u->gcc->i64_ptr);
    gcc_jit_type *u64 = gcc_jit_context_get_int_type(u->gcc->ctx, 8, 0);
    gcc_jit_rvalue *limit = gcc_jit_context_new_rvalue_from_long(u->gcc->ctx, u64, 1L << 31);
    gcc_jit_rvalue *other =
        ins->imm != 0 ? emit_compare(u, CMP(NE), step, emit_int(u, ins->imm))
                      : emit_compare(u, CMP(GE), as_unsigned(u, BIN(u, MINUS, step, emit_int(u, 1))), limit);
    emit_guard_fails(u, ins, other);
}

/* The number that a range iterator has so many steps from its start. */
static void range_number(Unit *u, Ins *ins, LayoutField steps) {
    gcc_jit_rvalue *iterator = arg(u, ins, 0);
    gcc_jit_rvalue *distance = BIN(u, MULT, emit_read(u, iterator, steps, u->gcc->i64_ptr),
                                   emit_read(u, iterator, LAYOUT_range_step, u->gcc->i64_ptr));
    emit_set(u, ins, BIN(u, PLUS, emit_read(u, iterator, LAYOUT_range_start, u->gcc->i64_ptr), distance));
}

void emit_range_next_OP(Unit *u, Ins *ins) { range_number(u, ins, LAYOUT_range_index); }
void emit_range_end_OP(Unit *u, Ins *ins) { range_number(u, ins, LAYOUT_range_length); }
void emit_range_step_OP(Unit *u, Ins *ins) {
    emit_set(u, ins, emit_read(u, arg(u, ins, 0), LAYOUT_range_step, u->gcc->i64_ptr));
}

void emit_range_item_OP(Unit *u, Ins *ins) {
    gcc_jit_rvalue *iterator = arg(u, ins, 0);
    gcc_jit_lvalue *index = emit_local_i64(u, "index");
    emit_assign(u, index, emit_read(u, iterator, LAYOUT_range_index, u->gcc->i64_ptr));
    gcc_jit_rvalue *i = gcc_jit_lvalue_as_rvalue(index);
    emit_assign(u, emit_field(u, iterator, u->fn->layout[LAYOUT_range_index], u->gcc->i64_ptr),
                BIN(u, PLUS, i, emit_int(u, 1)));
    gcc_jit_rvalue *distance = BIN(u, MULT, i, emit_read(u, iterator, LAYOUT_range_step, u->gcc->i64_ptr));
    emit_set(u, ins, BIN(u, PLUS, emit_read(u, iterator, LAYOUT_range_start, u->gcc->i64_ptr), distance));
}

/* --- lists and tuples --- */

/* The index counted from the start; out of range leaves. */
gcc_jit_rvalue *emit_checked_index(Unit *u, Ins *ins, gcc_jit_rvalue *length_now) {
    gcc_jit_lvalue *index = emit_local_i64(u, "index"), *length = emit_local_i64(u, "length");
    emit_assign(u, length, length_now);
    gcc_jit_rvalue *given = arg(u, ins, 1), *end = gcc_jit_lvalue_as_rvalue(length);
    gcc_jit_rvalue *negative = BIN(u, RSHIFT, given, emit_int(u, 63)); /* all bits set, or none */
    emit_assign(u, index, BIN(u, PLUS, given, BIN(u, BITWISE_AND, negative, end)));
    gcc_jit_rvalue *i = gcc_jit_lvalue_as_rvalue(index);
    emit_guard_fails(u, ins, emit_compare(u, CMP(GE), as_unsigned(u, i), as_unsigned(u, end)));
    return i;
}

void emit_size_OP(Unit *u, Ins *ins) {
    emit_set(u, ins, emit_read(u, arg(u, ins, 0), LAYOUT_object_size, u->gcc->i64_ptr));
}

void emit_index_OP(Unit *u, Ins *ins) {
    gcc_jit_rvalue *given = arg(u, ins, 0), *size = arg(u, ins, 1);
    const Ins *constant = ins->args[0];
    if (constant->op == IR_ki64_OP && constant->imm >= 0) { /* nothing to be counted from the end */
        emit_guard_fails(u, ins, emit_compare(u, CMP(GE), given, size));
        emit_set(u, ins, given);
        return;
    }
    gcc_jit_rvalue *negative = BIN(u, RSHIFT, given, emit_int(u, 63)); /* all bits set, or none */
    emit_set(u, ins, BIN(u, PLUS, given, BIN(u, BITWISE_AND, negative, size)));
    emit_guard_fails(u, ins,
                     emit_compare(u, CMP(GE), as_unsigned(u, emit_value(u, ins)), as_unsigned(u, size)));
}

void emit_list_items_OP(Unit *u, Ins *ins) {
    emit_set(u, ins, emit_read(u, arg(u, ins, 0), LAYOUT_list_items, u->gcc->ptr_ptr));
}

void emit_list_get_OP(Unit *u, Ins *ins) { emit_set(u, ins, gcc_jit_lvalue_as_rvalue(list_place(u, ins))); }

void emit_tuple_get_OP(Unit *u, Ins *ins) {
    gcc_jit_rvalue *items = gcc_jit_lvalue_get_address(
        emit_field(u, arg(u, ins, 0), u->fn->layout[LAYOUT_tuple_items], u->gcc->ptr_ptr), NULL);
    emit_set(
        u, ins,
        gcc_jit_lvalue_as_rvalue(gcc_jit_context_new_array_access(u->gcc->ctx, NULL, items, arg(u, ins, 1))));
}

/* On to `next` with an object whose end runs no code: others hold it, or it is a number or a str. Any other
 * leaves. */
void emit_goes_quietly(Unit *u, const Ins *guard, gcc_jit_rvalue *object, gcc_jit_block *next) {
    static const Known PLAIN[3] = {KNOWN_int, KNOWN_float, KNOWN_str};
    gcc_jit_block *last = emit_block(u);
    gcc_jit_rvalue *count = emit_read(u, object, LAYOUT_object_refcnt, u->gcc->i64_ptr);
    gcc_jit_block_end_with_conditional(u->block, NULL, emit_compare(u, CMP(NE), count, emit_int(u, 1)), next,
                                       last);
    u->block = last;
    gcc_jit_rvalue *type = emit_read(u, object, LAYOUT_object_type, u->gcc->ptr_ptr);
    for (int i = 0; i < 3; i++) {
        gcc_jit_block *other = emit_block(u);
        gcc_jit_block_end_with_conditional(
            u->block, NULL, emit_compare(u, CMP(EQ), type, emit_link(u, LINK_KNOWN, PLAIN[i])), next, other);
        u->block = other;
    }
    gcc_jit_block_end_with_jump(u->block, NULL, u->exits[guard->exit]);
}

void emit_drops_quietly_OP(Unit *u, Ins *ins) {
    gcc_jit_block *next = emit_block(u);
    emit_goes_quietly(u, ins, arg(u, ins, 0), next);
    u->block = next;
}

void emit_list_put_f64_OP(Unit *u, Ins *ins) {
    gcc_jit_lvalue *place = list_place(u, ins), *old = old_item(u, place);
    gcc_jit_rvalue *notes[2] = {emit_null(u), emit_int(u, 0)};
    emit_put_f64(u, ins, place, gcc_jit_lvalue_as_rvalue(old), notes);
}

void emit_list_swap_OP(Unit *u, Ins *ins) {
    gcc_jit_lvalue *one = list_place(u, ins);
    gcc_jit_rvalue *items = gcc_jit_context_new_cast(u->gcc->ctx, NULL, arg(u, ins, 1), u->gcc->ptr_ptr);
    gcc_jit_lvalue *other = gcc_jit_context_new_array_access(u->gcc->ctx, NULL, items, arg(u, ins, 3));
    gcc_jit_lvalue *old = old_item(u, one);
    emit_assign(u, one, gcc_jit_lvalue_as_rvalue(other));
    emit_assign(u, other, gcc_jit_lvalue_as_rvalue(old));
}

/* What others hold too is only counted down. */
void emit_list_put_OP(Unit *u, Ins *ins) {
    gcc_jit_lvalue *place = list_place(u, ins), *old = old_item(u, place);
    gcc_jit_block *shared = emit_block(u), *alone = emit_block(u), *last = emit_block(u),
                  *done = emit_block(u);
    gcc_jit_rvalue *object = gcc_jit_lvalue_as_rvalue(old);
    gcc_jit_rvalue *count = emit_read(u, object, LAYOUT_object_refcnt, u->gcc->i64_ptr);
    if (!ins->consumed && ir_is(ins->args[3], OPF_CONST)) { /* a flag is mostly set where it is set already */
        gcc_jit_block *other = emit_block(u);
        gcc_jit_block_end_with_conditional(u->block, NULL, emit_compare(u, CMP(EQ), object, arg(u, ins, 3)),
                                           done, other);
        u->block = other;
    }
    if (u->fn->layout[LAYOUT_count_refs]) gcc_jit_block_end_with_jump(u->block, NULL, alone);
    else
        gcc_jit_block_end_with_conditional(u->block, NULL, emit_compare(u, CMP(NE), count, emit_int(u, 1)),
                                           shared, alone);
    u->block = shared;
    if (!ins->consumed) emit_incref(u, arg(u, ins, 3));
    emit_assign(u, place, arg(u, ins, 3));
    gcc_jit_lvalue *counted = emit_field(u, object, u->fn->layout[LAYOUT_object_refcnt], u->gcc->i64_ptr);
    gcc_jit_block_add_assignment_op(u->block, NULL, counted, GCC_JIT_BINARY_OP_MINUS, emit_int(u, 1));
    gcc_jit_block_end_with_jump(u->block, NULL, done);
    u->block = alone;
    emit_goes_quietly(u, ins, object, last);
    u->block = last;
    if (!ins->consumed) emit_incref(u, arg(u, ins, 3));
    emit_assign(u, place, arg(u, ins, 3));
    emit_decref(u, object, false);
    gcc_jit_block_end_with_jump(u->block, NULL, done);
    u->block = done;
}

/* --- names --- */

gcc_jit_rvalue *emit_read_u32(Unit *u, gcc_jit_rvalue *object, LayoutField field) {
    gcc_jit_type *u32_ptr = gcc_jit_type_get_pointer(gcc_jit_context_get_int_type(u->gcc->ctx, 4, 0));
    return gcc_jit_context_new_cast(u->gcc->ctx, NULL, emit_read(u, object, field, u32_ptr), u->gcc->i64);
}

void emit_guard_version(Unit *u, const Ins *guard, gcc_jit_rvalue *object, LayoutField field) {
    emit_guard_fails(
        u, guard, emit_compare(u, CMP(NE), emit_read_u32(u, object, field), emit_value(u, guard->args[1])));
}

static void emit_frame_field(Unit *u, Ins *ins, LayoutField field) {
    emit_set(u, ins, emit_read(u, u->frame, field, u->gcc->ptr_ptr));
}
void emit_globals_OP(Unit *u, Ins *ins) { emit_frame_field(u, ins, LAYOUT_frame_globals); }
void emit_builtins_OP(Unit *u, Ins *ins) { emit_frame_field(u, ins, LAYOUT_frame_builtins); }

void emit_keys_are_OP(Unit *u, Ins *ins) {
    gcc_jit_rvalue *keys = emit_read(u, arg(u, ins, 0), LAYOUT_dict_keys, u->gcc->ptr_ptr);
    emit_guard_version(u, ins, keys, LAYOUT_keys_version);
}

void emit_keys_item_OP(Unit *u, Ins *ins) {
    emit_item_of_keys(u, ins, emit_read(u, arg(u, ins, 0), LAYOUT_dict_keys, u->gcc->ptr_ptr));
}

/* --- calls put in line --- */

void emit_function_is_OP(Unit *u, Ins *ins) {
    gcc_jit_rvalue *function = arg(u, ins, 0);
    emit_guard_type(u, ins, function, KNOWN_function);
    emit_guard_version(u, ins, function, LAYOUT_function_version);
}

void emit_code_is_OP(Unit *u, Ins *ins) {
    static const LayoutField FIELDS[] = {LAYOUT_function_code, LAYOUT_function_globals,
                                         LAYOUT_function_builtins};
    gcc_jit_rvalue *function = arg(u, ins, 0);
    emit_guard_type(u, ins, function, KNOWN_function);
    for (int i = 0; i < 3; i++)
        emit_guard_fails(
            u, ins,
            emit_compare(u, CMP(NE), emit_read(u, function, FIELDS[i], u->gcc->ptr_ptr), arg(u, ins, i + 1)));
}

void emit_room_OP(Unit *u, Ins *ins) {
    gcc_jit_rvalue *left = gcc_jit_context_new_cast(
        u->gcc->ctx, NULL, emit_read(u, u->tstate, LAYOUT_tstate_recursion, u->gcc->i32_ptr), u->gcc->i64);
    emit_unlikely(u, emit_compare(u, CMP(LT), left, emit_int(u, ins->imm)), u->exits[ins->exit]);
}

void emit_breaker_OP(Unit *u, Ins *ins) {
    gcc_jit_block *asked = emit_block(u), *next;
    emit_unlikely(u, emit_breaker_asks(u), asked);
    next = u->block;
    u->block = asked;
    gcc_jit_rvalue *args[2] = {u->tstate, emit_link(u, LINK_CODE, 0)};
    gcc_jit_rvalue *goes_on = emit_helper_call(u, H_rt_goes_on, 2, args);
    emit_unlikely(u, emit_compare(u, GCC_JIT_COMPARISON_EQ, goes_on, emit_int(u, 0)), u->exits[ins->exit]);
    gcc_jit_block_end_with_jump(u->block, NULL, next);
    u->block = next;
}
