/* Unboxed numbers in quick code: what emit_number.c and emit_builtin.c have libgccjit do. */
#include "codegen/quick_code.h"

#include <string.h>

static const Ins *arg(const Ins *ins, int index) { return ins->args[index]; }

/* A register op= a value; uses r11. */
static void operate(Quick *q, Alu op, Reg left, const Ins *value) {
    if (quick_is_number(value)) x86_alu_number(&q->a, op, left, (int32_t)value->imm);
    else if (ir_is(value, OPF_CONST) || quick_register(q, value) >= 0)
        x86_alu(&q->a, op, left, quick_in(q, value, R11));
    else x86_alu_place(&q->a, op, left, quick_place(q, value));
}

/* --- boxes --- */

/* Flags: below, when the number in rax is one of the ints that are always there; rcx gets its index there. */
static void test_small(Quick *q) {
    const int64_t *layout = q->fn->layout;
    x86_address(&q->a, RCX, (Place){RAX, (int32_t)layout[LAYOUT_small_int_negatives]});
    x86_alu_number(&q->a, ALU_COMPARE, RCX, (int32_t)layout[LAYOUT_small_int_count]);
}

/* From its index there, in rcx, to the int itself. */
static void find_small(Quick *q) {
    x86_multiply_number(&q->a, RCX, (int32_t)q->fn->layout[LAYOUT_small_int_size]);
    x86_load(&q->a, R11, quick_link(q, LINK_KNOWN, KNOWN_small_ints));
    x86_alu(&q->a, ALU_ADD, RCX, R11);
}

void quick_box_int(Quick *q, const Ins *ins) {
    Assembler *a = &q->a;
    int other = x86_new_label(a), done = x86_new_label(a);
    quick_forget(q);
    x86_move(a, RDI, RAX);
    test_small(q);
    x86_jump_if(a, COND_ABOVE_EQUAL, other);
    find_small(q);
    x86_move(a, RAX, RCX);
    x86_add_1(a, quick_field(q, RAX, LAYOUT_object_refcnt));
    x86_jump(a, done);
    x86_place_label(a, other);
    quick_call_helper(q, H_rt_box_i64);
    x86_test(a, RAX);
    x86_jump_if(a, COND_EQUAL, q->exits[ins->exit]);
    x86_place_label(a, done);
}

void quick_box_i64_OP(Quick *q, Ins *ins) {
    quick_load(q, RAX, arg(ins, 0));
    quick_box_int(q, ins);
    quick_set(q, ins);
}

void quick_box_u64_OP(Quick *q, Ins *ins) {
    quick_load(q, RDI, arg(ins, 0));
    quick_call_helper(q, H_rt_box_u64);
    x86_test(&q->a, RAX);
    x86_jump_if(&q->a, COND_EQUAL, q->exits[ins->exit]);
    quick_set(q, ins);
}

void quick_box_f64_OP(Quick *q, Ins *ins) {
    quick_load_real(q, XMM0, arg(ins, 0));
    quick_call_helper(q, H_rt_box_f64);
    x86_test(&q->a, RAX);
    x86_jump_if(&q->a, COND_EQUAL, q->exits[ins->exit]);
    quick_set(q, ins);
}

void quick_complex_OP(Quick *q, Ins *ins) {
    quick_load_real(q, XMM0, arg(ins, 0));
    quick_load_real(q, XMM1, arg(ins, 1));
    quick_call_helper(q, H_rt_new_complex);
    x86_test(&q->a, RAX);
    x86_jump_if(&q->a, COND_EQUAL, q->exits[ins->exit]);
    quick_set(q, ins);
}

void quick_complex_of_OP(Quick *q, Ins *ins) {
    quick_load(q, RAX, arg(ins, 0));
    quick_set(q, ins);
}

void quick_complex_part_OP(Quick *q, Ins *ins) {
    Reg object = quick_in(q, arg(ins, 0), RDI);
    quick_set_from(q, ins, quick_field(q, object, ins->imm == 0 ? LAYOUT_complex_real : LAYOUT_complex_imag));
}

/* rax: what the int in rdi has, if its size in rcx is -2 or 2. */
static void unbox_two_digits(Quick *q, int is_longer, int done) {
    Assembler *a = &q->a;
    x86_address(a, RDX, (Place){RCX, 2});
    x86_alu_number(a, ALU_AND, RDX, ~4);
    x86_jump_if(a, COND_NOT_EQUAL, is_longer);
    x86_load(a, RDX, quick_field(q, RDI, LAYOUT_int_digits));
    x86_shift(a, SHIFT_RIGHT, RDX, 32);
    x86_shift(a, SHIFT_LEFT, RDX, DIGIT_BITS);
    x86_load_uint32(a, RAX, quick_field(q, RDI, LAYOUT_int_digits));
    x86_alu(a, ALU_OR, RAX, RDX);
    x86_test(a, RCX);
    x86_jump_if(a, COND_NOT_NEGATIVE, done);
    x86_negate(a, RAX);
    x86_jump(a, done);
}

/* Ints of one digit (size -1, 0 or 1: the sign times the digit) and of two in line; longer ones by a helper.
 * From rdi to rax. */
static void unbox_int(Quick *q, Ins *ins, Helper longer) {
    Assembler *a = &q->a;
    int is_long = x86_new_label(a), is_longer = x86_new_label(a), done = x86_new_label(a);
    quick_guard_type(q, ins, RDI, KNOWN_int);
    x86_load(a, RCX, quick_field(q, RDI, LAYOUT_object_size));
    if (longer == H_rt_unbox_word) {
        x86_test(a, RCX);
        quick_leave_if(q, ins, COND_NEGATIVE);
    }
    x86_address(a, RDX, (Place){RCX, 1});
    x86_alu_number(a, ALU_COMPARE, RDX, 2);
    x86_jump_if(a, COND_ABOVE, is_long);
    x86_load_uint32(a, RAX, quick_field(q, RDI, LAYOUT_int_digits));
    x86_multiply(a, RAX, RCX);
    x86_jump(a, done);
    x86_place_label(a, is_long);
    unbox_two_digits(q, is_longer, done);
    x86_place_label(a, is_longer);
    x86_address(a, RSI, quick_word(q->outs));
    quick_call_helper(q, longer);
    x86_test(a, RAX);
    quick_leave_if(q, ins, COND_EQUAL);
    x86_load(a, RAX, quick_word(q->outs));
    x86_place_label(a, done);
}

static void unbox(Quick *q, Ins *ins, Helper longer) {
    quick_load(q, RDI, arg(ins, 0));
    quick_forget(q);
    unbox_int(q, ins, longer);
    quick_set(q, ins);
}

void quick_unbox_i64_OP(Quick *q, Ins *ins) { unbox(q, ins, H_rt_unbox_long); }
void quick_unbox_u64_OP(Quick *q, Ins *ins) { unbox(q, ins, H_rt_unbox_word); }
void quick_unbox_low_OP(Quick *q, Ins *ins) { unbox(q, ins, H_rt_unbox_low); }

void quick_unbox_number_OP(Quick *q, Ins *ins) {
    Assembler *a = &q->a;
    int other = x86_new_label(a), done = x86_new_label(a);
    quick_load(q, RDI, arg(ins, 0));
    quick_forget(q);
    x86_load(a, R11, quick_link(q, LINK_KNOWN, KNOWN_float));
    x86_compare(a, R11, quick_field(q, RDI, LAYOUT_object_type));
    x86_jump_if(a, COND_NOT_EQUAL, other);
    x86_load_real(a, XMM0, quick_field(q, RDI, LAYOUT_float_value));
    x86_jump(a, done);
    x86_place_label(a, other);
    unbox_int(q, ins, H_rt_unbox_long);
    x86_real_of_int(a, XMM0, RAX);
    x86_place_label(a, done);
    quick_set_real(q, ins);
}

void quick_any_float_OP(Quick *q, Ins *ins) {
    Assembler *a = &q->a;
    int found = x86_new_label(a);
    x86_load(a, R11, quick_link(q, LINK_KNOWN, KNOWN_float));
    x86_compare(a, R11, quick_field(q, quick_in(q, arg(ins, 0), RDI), LAYOUT_object_type));
    x86_jump_if(a, COND_EQUAL, found);
    x86_compare(a, R11, quick_field(q, quick_in(q, arg(ins, 1), RDI), LAYOUT_object_type));
    quick_leave_if(q, ins, COND_NOT_EQUAL);
    x86_place_label(a, found);
}

void quick_unbox_f64_OP(Quick *q, Ins *ins) {
    Reg object = quick_in(q, arg(ins, 0), RDI);
    quick_guard_type(q, ins, object, KNOWN_float);
    quick_set_from(q, ins, quick_field(q, object, LAYOUT_float_value));
}

/* --- ints: what does not fit leaves --- */

void quick_guard_OP(Quick *q, Ins *ins) {
    quick_leave_if(q, ins, (Condition)(quick_condition(q, arg(ins, 0)) ^ 1));
}

void quick_settled_OP(Quick *q, Ins *ins) {
    quick_load(q, RCX, arg(ins, 0));
    x86_test(&q->a, RCX);
    quick_leave_if(q, ins, COND_NEGATIVE);
}

static void set_operation(Quick *q, Ins *ins, Alu op) {
    Reg out = quick_out(q, ins);
    bool swaps = quick_register(q, arg(ins, 1)) == (int)out; /* which all of these allow */
    quick_load(q, out, arg(ins, swaps ? 1 : 0));
    quick_forget(q);
    operate(q, op, out, arg(ins, swaps ? 0 : 1));
    quick_put(q, ins, out);
}

static void set_checked(Quick *q, Ins *ins, Alu op) {
    Reg out = quick_out_before_exit(q, ins);
    quick_load(q, out, arg(ins, 0));
    quick_forget(q);
    operate(q, op, out, arg(ins, 1));
    quick_leave_if(q, ins, COND_OVERFLOW);
    quick_put(q, ins, out);
}

void quick_iadd_wrap_OP(Quick *q, Ins *ins) { set_operation(q, ins, ALU_ADD); }
void quick_isub_wrap_OP(Quick *q, Ins *ins) {
    Reg out = quick_out_before_exit(q, ins);
    quick_load(q, out, arg(ins, 0));
    quick_forget(q);
    operate(q, ALU_SUB, out, arg(ins, 1));
    quick_put(q, ins, out);
}
void quick_iand_OP(Quick *q, Ins *ins) { set_operation(q, ins, ALU_AND); }
void quick_ior_OP(Quick *q, Ins *ins) { set_operation(q, ins, ALU_OR); }
void quick_ixor_OP(Quick *q, Ins *ins) { set_operation(q, ins, ALU_XOR); }
void quick_iadd_OP(Quick *q, Ins *ins) { set_checked(q, ins, ALU_ADD); }
void quick_isub_OP(Quick *q, Ins *ins) { set_checked(q, ins, ALU_SUB); }

static Reg multiply(Quick *q, Ins *ins) {
    Reg out = quick_out_before_exit(q, ins);
    quick_load(q, out, arg(ins, 0));
    quick_forget(q);
    if (quick_is_number(arg(ins, 1))) x86_multiply_number(&q->a, out, (int32_t)arg(ins, 1)->imm);
    else x86_multiply(&q->a, out, quick_in(q, arg(ins, 1), RCX));
    return out;
}

void quick_imul_wrap_OP(Quick *q, Ins *ins) { quick_put(q, ins, multiply(q, ins)); }
void quick_imul_OP(Quick *q, Ins *ins) {
    Reg out = multiply(q, ins);
    quick_leave_if(q, ins, COND_OVERFLOW);
    quick_put(q, ins, out);
}

/* Into rcx. 0 divides nothing, and the smallest number divided by -1 does not fit. */
static void load_divisor(Quick *q, Ins *ins) {
    const Ins *divisor = arg(ins, 1);
    quick_load(q, RCX, divisor);
    if (divides_all(divisor)) return;
    x86_test(&q->a, RCX);
    quick_leave_if(q, ins, COND_EQUAL);
    x86_alu_number(&q->a, ALU_COMPARE, RCX, -1);
    quick_leave_if(q, ins, COND_EQUAL);
}

/* rax and rdx by rcx; to `done` when quotient and rest need no correction towards the floor. */
static void divide(Quick *q, Ins *ins, int done) {
    Assembler *a = &q->a;
    load_divisor(q, ins);
    quick_load(q, RAX, arg(ins, 0));
    quick_forget(q);
    x86_divide(a, RCX);
    x86_test(a, RDX);
    x86_jump_if(a, COND_EQUAL, done);
    x86_move(a, RSI, RDX);
    x86_alu(a, ALU_XOR, RSI, RCX);
    x86_jump_if(a, COND_NOT_NEGATIVE, done);
}

/* To rax and rdx likewise, both without a sign. */
static void divide_unsigned(Quick *q, Ins *ins) {
    quick_load(q, RCX, arg(ins, 1));
    x86_test(&q->a, RCX);
    quick_leave_if(q, ins, COND_EQUAL);
    quick_load(q, RAX, arg(ins, 0));
    quick_forget(q);
    x86_set(&q->a, RDX, 0);
    x86_divide_unsigned(&q->a, RCX);
}

void quick_udiv_OP(Quick *q, Ins *ins) {
    divide_unsigned(q, ins);
    quick_set(q, ins);
}

void quick_umod_OP(Quick *q, Ins *ins) {
    divide_unsigned(q, ins);
    quick_put(q, ins, RDX);
}

/* The power of two that a constant is, which shifts and masks round towards the floor; -1: none. */
static int power_of_two(const Ins *value) {
    int power = 0;
    if (value->op != IR_ki64_OP || value->imm <= 0 || value->imm > INT32_MAX) return -1;
    while (INT64_C(1) << power < value->imm) power++;
    return INT64_C(1) << power == value->imm ? power : -1;
}

void quick_ifloordiv_OP(Quick *q, Ins *ins) {
    int power = power_of_two(arg(ins, 1));
    if (power >= 0) {
        Reg out = quick_out(q, ins);
        quick_load(q, out, arg(ins, 0));
        quick_forget(q);
        x86_shift(&q->a, SHIFT_RIGHT, out, power);
        quick_put(q, ins, out);
        return;
    }
    int done = x86_new_label(&q->a);
    divide(q, ins, done);
    x86_alu_number(&q->a, ALU_SUB, RAX, 1);
    x86_place_label(&q->a, done);
    quick_set(q, ins);
}

void quick_imod_OP(Quick *q, Ins *ins) {
    if (power_of_two(arg(ins, 1)) >= 0) {
        Reg out = quick_out(q, ins);
        quick_load(q, out, arg(ins, 0));
        quick_forget(q);
        x86_alu_number(&q->a, ALU_AND, out, (int32_t)(arg(ins, 1)->imm - 1));
        quick_put(q, ins, out);
        return;
    }
    int done = x86_new_label(&q->a);
    divide(q, ins, done);
    x86_alu(&q->a, ALU_ADD, RDX, RCX);
    x86_place_label(&q->a, done);
    quick_put(q, ins, RDX);
}

/* The number of bits into rcx. */
static void load_bits(Quick *q, Ins *ins, int32_t most) {
    quick_load(q, RCX, arg(ins, 1));
    x86_alu_number(&q->a, ALU_COMPARE, RCX, most);
    quick_leave_if(q, ins, COND_ABOVE);
    quick_load(q, RAX, arg(ins, 0));
    quick_forget(q);
}

static void shift(Quick *q, Shift op, Reg reg, const Ins *bits) {
    if (bits->op == IR_ki64_OP) x86_shift(&q->a, op, reg, (int)bits->imm);
    else x86_shift_by_rcx(&q->a, op, reg);
}

void quick_ishl_OP(Quick *q, Ins *ins) {
    Assembler *a = &q->a;
    const Ins *bits = arg(ins, 1);
    if (bits->op == IR_ki64_OP && bits->imm >= 0 && bits->imm <= 62) {
        quick_load(q, RAX, arg(ins, 0));
        quick_forget(q);
    } else {
        load_bits(q, ins, 62);
        bits = ins;
    }
    x86_move(a, RSI, RAX);
    shift(q, SHIFT_LEFT, RAX, bits);
    x86_move(a, RDX, RAX);
    shift(q, SHIFT_RIGHT, RDX, bits);
    x86_alu(a, ALU_COMPARE, RDX, RSI);
    quick_leave_if(q, ins, COND_NOT_EQUAL);
    quick_set(q, ins);
}

void quick_ishr_OP(Quick *q, Ins *ins) {
    const Ins *bits = arg(ins, 1);
    if (bits->op == IR_ki64_OP && bits->imm >= 0 && bits->imm <= 63) {
        Reg out = quick_out(q, ins);
        quick_load(q, out, arg(ins, 0));
        quick_forget(q);
        x86_shift(&q->a, SHIFT_RIGHT, out, (int)bits->imm);
        quick_put(q, ins, out);
        return;
    }
    load_bits(q, ins, 63);
    x86_shift_by_rcx(&q->a, SHIFT_RIGHT, RAX);
    quick_set(q, ins);
}

/* By the low 6 bits of the second number, which is all that the machine looks at. */
static void shift_wrapping(Quick *q, Ins *ins, Shift op) {
    const Ins *bits = arg(ins, 1);
    if (bits->op == IR_ki64_OP) {
        Reg out = quick_out(q, ins);
        quick_load(q, out, arg(ins, 0));
        quick_forget(q);
        x86_shift(&q->a, op, out, (int)bits->imm & 63);
        quick_put(q, ins, out);
        return;
    }
    quick_load(q, RCX, bits);
    quick_load(q, RAX, arg(ins, 0));
    quick_forget(q);
    x86_shift_by_rcx(&q->a, op, RAX);
    quick_set(q, ins);
}

void quick_ishl_wrap_OP(Quick *q, Ins *ins) { shift_wrapping(q, ins, SHIFT_LEFT); }
void quick_ushr_OP(Quick *q, Ins *ins) { shift_wrapping(q, ins, SHIFT_UNSIGNED); }

static void copy(Quick *q, Ins *ins) {
    quick_load(q, RAX, arg(ins, 0));
    quick_set(q, ins);
}

void quick_word_OP(Quick *q, Ins *ins) { copy(q, ins); }
void quick_bits_OP(Quick *q, Ins *ins) { copy(q, ins); }

void quick_bit_OP(Quick *q, Ins *ins) {
    quick_load(q, RCX, arg(ins, 1));
    quick_load(q, RAX, arg(ins, 0));
    quick_forget(q);
    x86_shift_by_rcx(&q->a, SHIFT_RIGHT, RAX);
    x86_alu_number(&q->a, ALU_AND, RAX, 1);
    quick_set(q, ins);
}

void quick_ineg_OP(Quick *q, Ins *ins) {
    quick_load(q, RAX, arg(ins, 0));
    quick_forget(q);
    x86_negate(&q->a, RAX);
    quick_leave_if(q, ins, COND_OVERFLOW);
    quick_set(q, ins);
}

void quick_iinvert_OP(Quick *q, Ins *ins) {
    quick_load(q, RAX, arg(ins, 0));
    x86_invert(&q->a, RAX);
    quick_set(q, ins);
}

/* Py_LT, Py_LE, Py_EQ, Py_NE, Py_GT, Py_GE. */
static const Condition OF_INTS[6] = {COND_LESS,      COND_LESS_EQUAL, COND_EQUAL,
                                     COND_NOT_EQUAL, COND_GREATER,    COND_GREATER_EQUAL};

Condition quick_compare_ints(Quick *q, const Ins *ins) {
    operate(q, ALU_COMPARE, quick_in(q, arg(ins, 0), RCX), arg(ins, 1));
    return OF_INTS[ins->imm];
}

void quick_icmp_OP(Quick *q, Ins *ins) {
    if (!quick_is_fused(q, ins)) quick_set_test(q, ins, quick_compare_ints(q, ins));
}

/* --- doubles --- */

void quick_i2f_OP(Quick *q, Ins *ins) {
    Real out = quick_real_out(q, ins);
    x86_clear_real(&q->a, out); /* or it would be waited for */
    x86_real_of_int(&q->a, out, quick_in(q, arg(ins, 0), RCX));
    quick_put_real(q, ins, out);
}

static void set_real_operation(Quick *q, Ins *ins, RealOp op) {
    const Ins *left = arg(ins, 0), *right = arg(ins, 1);
    Real out = quick_real_out(q, ins);
    if (quick_register(q, right) == (int)out && (op == REAL_ADD || op == REAL_MUL))
        right = left, left = arg(ins, 1);
    if (ir_is(right, OPF_CONST) || quick_register(q, right) >= 0) {
        Real other = quick_real_in(q, right, XMM1);
        if (other == out && left != right) x86_move_real(&q->a, XMM1, other), other = XMM1;
        quick_load_real(q, out, left);
        x86_real(&q->a, op, out, other);
    } else {
        quick_load_real(q, out, left);
        x86_real_place(&q->a, op, out, quick_place(q, right));
    }
    quick_put_real(q, ins, out);
}

void quick_fadd_OP(Quick *q, Ins *ins) { set_real_operation(q, ins, REAL_ADD); }
void quick_fsub_OP(Quick *q, Ins *ins) { set_real_operation(q, ins, REAL_SUB); }
void quick_fmul_OP(Quick *q, Ins *ins) { set_real_operation(q, ins, REAL_MUL); }

static void guard_divisor(Quick *q, Ins *ins) {
    quick_load(q, RCX, arg(ins, 1));
    x86_alu(&q->a, ALU_ADD, RCX, RCX); /* without the sign */
    quick_leave_if(q, ins, COND_EQUAL);
}

void quick_fdiv_OP(Quick *q, Ins *ins) {
    guard_divisor(q, ins);
    set_real_operation(q, ins, REAL_DIV);
}

void quick_fdivmod_OP(Quick *q, Ins *ins) {
    guard_divisor(q, ins);
    quick_load_real(q, XMM0, arg(ins, 0));
    quick_load_real(q, XMM1, arg(ins, 1));
    quick_call_helper(q, (Helper)ins->imm);
    quick_set_real(q, ins);
}

/* Both must be exact as doubles, or the quotient would be rounded twice. */
void quick_itruediv_OP(Quick *q, Ins *ins) {
    Assembler *a = &q->a;
    for (int i = 0; i < 2; i++) {
        quick_load(q, RCX, arg(ins, i));
        x86_set(a, RDX, INT64_C(1) << 53);
        x86_alu(a, ALU_ADD, RDX, RCX);
        x86_set(a, RSI, INT64_C(1) << 54);
        x86_alu(a, ALU_COMPARE, RDX, RSI);
        quick_leave_if(q, ins, COND_ABOVE);
        x86_real_of_int(a, i ? XMM1 : XMM0, RCX);
    }
    x86_test(a, RCX);
    quick_leave_if(q, ins, COND_EQUAL);
    x86_real(a, REAL_DIV, XMM0, XMM1);
    quick_set_real(q, ins);
}

static void set_bits(Quick *q, Ins *ins, Alu op, int64_t bits) {
    quick_load(q, RAX, arg(ins, 0));
    x86_set(&q->a, RCX, bits);
    x86_alu(&q->a, op, RAX, RCX);
    quick_set(q, ins);
}

void quick_fneg_OP(Quick *q, Ins *ins) { set_bits(q, ins, ALU_XOR, INT64_MIN); }
void quick_fabs_OP(Quick *q, Ins *ins) { set_bits(q, ins, ALU_AND, INT64_MAX); }

void quick_fbits_OP(Quick *q, Ins *ins) {
    quick_load(q, RAX, arg(ins, 0));
    quick_set(q, ins);
}

/* What is no number is neither less nor greater: it counts as below, so `above` is asked with the operands in
 * that order. */
Condition quick_compare_reals(Quick *q, const Ins *ins) {
    static const Condition CONDITIONS[6] = {COND_ABOVE,     COND_ABOVE_EQUAL, COND_EQUAL,
                                            COND_NOT_EQUAL, COND_ABOVE,       COND_ABOVE_EQUAL};
    bool swaps = ins->imm < PY_EQ;
    Real left = quick_real_in(q, arg(ins, swaps ? 1 : 0), XMM0);
    x86_compare_real(&q->a, left, quick_real_in(q, arg(ins, swaps ? 0 : 1), XMM1));
    return CONDITIONS[ins->imm];
}

void quick_fcmp_OP(Quick *q, Ins *ins) {
    if (quick_is_fused(q, ins)) return;
    Assembler *a = &q->a;
    bool is_equality = ins->imm == PY_EQ || ins->imm == PY_NE;
    Condition condition = quick_compare_reals(q, ins);
    x86_set(a, RDX, 0);
    if (is_equality) x86_set_if(a, ins->imm == PY_EQ ? COND_NO_PARITY : COND_PARITY, RDX);
    x86_set(a, RCX, 0);
    x86_set_if(a, condition, RCX);
    if (is_equality) x86_alu(a, ins->imm == PY_EQ ? ALU_AND : ALU_OR, RCX, RDX);
    quick_put(q, ins, RCX);
}

/* Not a number fails both comparisons. */
void quick_f2i_OP(Quick *q, Ins *ins) {
    static const double LIMIT = 4611686018427387904.0; /* 2**62 */
    Assembler *a = &q->a;
    quick_load_real(q, XMM0, arg(ins, 0));
    for (int i = 0; i < 2; i++) {
        double limit = i ? LIMIT : -LIMIT;
        int64_t bits;
        memcpy(&bits, &limit, sizeof(bits));
        x86_set(a, RCX, bits);
        x86_real_of_bits(a, XMM1, RCX);
        x86_compare_real(a, i ? XMM1 : XMM0, i ? XMM0 : XMM1);
        quick_leave_if(q, ins, COND_BELOW_EQUAL);
    }
    x86_int_of_real(a, RAX, XMM0);
    quick_set(q, ins);
}

/* xmm0 is the result, unless it is infinite or no number: then all bits of its exponent are set. */
static void set_finite(Quick *q, Ins *ins) {
    Assembler *a = &q->a;
    x86_bits_of_real(a, RCX, XMM0);
    x86_alu(a, ALU_ADD, RCX, RCX);
    x86_set(a, RDX, (int64_t)(UINT64_C(0x7ff) << 53));
    x86_alu(a, ALU_COMPARE, RCX, RDX);
    quick_leave_if(q, ins, COND_ABOVE_EQUAL);
    quick_set_real(q, ins);
}

void quick_fmath_OP(Quick *q, Ins *ins) {
    quick_load_real(q, XMM0, arg(ins, 0));
    if (ins->imm == H_rt_sqrt) x86_real(&q->a, REAL_ROOT, XMM0, XMM0);
    else quick_call_helper(q, (Helper)ins->imm);
    set_finite(q, ins);
}

void quick_fpow_OP(Quick *q, Ins *ins) {
    Assembler *a = &q->a;
    quick_load_real(q, XMM0, arg(ins, 0));
    if (!is_whole(arg(ins, 1))) {
        x86_set(a, RCX, 0);
        x86_real_of_bits(a, XMM1, RCX);
        x86_compare_real(a, XMM1, XMM0);
        quick_leave_if(q, ins, COND_ABOVE);
    }
    quick_load_real(q, XMM1, arg(ins, 1));
    quick_call_helper(q, H_rt_pow);
    set_finite(q, ins);
}

void quick_fhypot_OP(Quick *q, Ins *ins) {
    quick_load_real(q, XMM0, arg(ins, 0));
    quick_load_real(q, XMM1, arg(ins, 1));
    quick_call_helper(q, H_rt_hypot);
    set_finite(q, ins);
}

/* --- what built-in functions do with them --- */

static void select_one(Quick *q, Ins *ins) {
    Assembler *a = &q->a;
    int done = x86_new_label(a);
    quick_load(q, RCX, arg(ins, 0));
    quick_load(q, RAX, arg(ins, 1));
    quick_forget(q);
    x86_test(a, RCX);
    x86_jump_if(a, COND_NOT_EQUAL, done);
    quick_load(q, RAX, arg(ins, 2));
    x86_place_label(a, done);
    quick_set(q, ins);
}

void quick_iselect_OP(Quick *q, Ins *ins) { select_one(q, ins); }
void quick_fselect_OP(Quick *q, Ins *ins) { select_one(q, ins); }
void quick_oselect_OP(Quick *q, Ins *ins) {
    select_one(q, ins);
    x86_add_1(&q->a, quick_field(q, RAX, LAYOUT_object_refcnt));
}

void quick_ldnum_OP(Quick *q, Ins *ins) { quick_set_from(q, ins, quick_word(q->outs + (int32_t)ins->imm)); }

/* --- range iterators: index, start, step and length are C longs --- */

void quick_range_has_OP(Quick *q, Ins *ins) {
    Assembler *a = &q->a;
    Reg object = quick_in(q, arg(ins, 0), RDI);
    quick_guard_type(q, ins, object, KNOWN_range_iterator);
    x86_load(a, RDX, quick_field(q, object, LAYOUT_range_index));
    x86_compare(a, RDX, quick_field(q, object, LAYOUT_range_length));
    quick_set_test(q, ins, COND_LESS);
}

void quick_range_is_OP(Quick *q, Ins *ins) {
    Assembler *a = &q->a;
    Reg object = quick_in(q, arg(ins, 0), RDI);
    quick_guard_type(q, ins, object, KNOWN_range_iterator);
    x86_compare_number(a, quick_field(q, object, LAYOUT_object_refcnt), 1);
    quick_leave_if(q, ins, COND_NOT_EQUAL);
    x86_load(a, RCX, quick_field(q, object, LAYOUT_range_step));
    if (ins->imm != 0) {
        x86_set(a, RDX, ins->imm);
        x86_alu(a, ALU_COMPARE, RCX, RDX);
        quick_leave_if(q, ins, COND_NOT_EQUAL);
    } else {
        x86_alu_number(a, ALU_SUB, RCX, 1);
        x86_alu_number(a, ALU_COMPARE, RCX, INT32_MAX);
        quick_leave_if(q, ins, COND_ABOVE);
    }
}

void quick_range_step_OP(Quick *q, Ins *ins) {
    Reg object = quick_in(q, arg(ins, 0), RDI);
    quick_set_from(q, ins, quick_field(q, object, LAYOUT_range_step));
}

/* rdi is the iterator, rax how many steps from its start. */
static void set_range_number(Quick *q, Ins *ins) {
    x86_multiply_place(&q->a, RAX, quick_field(q, RDI, LAYOUT_range_step));
    x86_alu_place(&q->a, ALU_ADD, RAX, quick_field(q, RDI, LAYOUT_range_start));
    quick_set(q, ins);
}

static void range_number(Quick *q, Ins *ins, LayoutField steps) {
    quick_load(q, RDI, arg(ins, 0));
    x86_load(&q->a, RAX, quick_field(q, RDI, steps));
    set_range_number(q, ins);
}

void quick_range_next_OP(Quick *q, Ins *ins) { range_number(q, ins, LAYOUT_range_index); }
void quick_range_end_OP(Quick *q, Ins *ins) { range_number(q, ins, LAYOUT_range_length); }

void quick_range_item_OP(Quick *q, Ins *ins) {
    quick_load(q, RDI, arg(ins, 0));
    x86_load(&q->a, RAX, quick_field(q, RDI, LAYOUT_range_index));
    x86_add_1(&q->a, quick_field(q, RDI, LAYOUT_range_index));
    set_range_number(q, ins);
}

/* --- numbers that are items of lists --- */

/* Put an int, the last argument, where rsi says; rdi is what stands there. One of one digit that only this
 * place holds is written over by another one: nobody can tell. Small ones are the same object everywhere.
 * What is longer, or replaces something else, goes the general way. */
void quick_put_i64(Quick *q, const Ins *guard, const Ins *values, int64_t index) {
    Assembler *a = &q->a;
    int large = x86_new_label(a), general = x86_new_label(a), done = x86_new_label(a);
    quick_load(q, RAX, guard->args[guard->arg_count - 1]);
    quick_forget(q);
    if (guard->op == IR_attr_set_i64_OP) {
        x86_test(a, RDI);
        x86_jump_if(a, COND_EQUAL, general);
    }
    x86_load(a, R11, quick_link(q, LINK_KNOWN, KNOWN_int));
    x86_compare(a, R11, quick_field(q, RDI, LAYOUT_object_type));
    x86_jump_if(a, COND_NOT_EQUAL, general);
    test_small(q);
    x86_jump_if(a, COND_ABOVE_EQUAL, large);
    find_small(q);
    x86_add_1(a, quick_field(q, RCX, LAYOUT_object_refcnt));
    x86_store(a, (Place){RSI, 0}, RCX);
    quick_drop(q, false);
    x86_jump(a, done);
    x86_place_label(a, large);
    x86_compare_number(a, quick_field(q, RDI, LAYOUT_object_refcnt), 1);
    x86_jump_if(a, COND_NOT_EQUAL, general);
    x86_compare_number(a, quick_field(q, RDI, LAYOUT_object_size), 1);
    x86_jump_if(a, COND_NOT_EQUAL, general);
    x86_alu_number(a, ALU_COMPARE, RAX, 1 << DIGIT_BITS);
    x86_jump_if(a, COND_ABOVE_EQUAL, general);
    x86_store_half(a, quick_field(q, RDI, LAYOUT_int_digits), RAX);
    x86_jump(a, done);
    x86_place_label(a, general);
    x86_move(a, RDI, RSI);
    if (values != NULL) quick_load(q, RDX, values);
    else x86_set(a, RDX, 0);
    x86_move(a, RSI, RAX);
    x86_set(a, RCX, index);
    quick_call_helper(q, H_rt_put_i64);
    x86_test(a, RAX);
    quick_leave_if(q, guard, COND_EQUAL);
    x86_place_label(a, done);
}

void quick_list_put_i64_OP(Quick *q, Ins *ins) {
    quick_find_item(q, ins);
    x86_load(&q->a, RDI, (Place){RSI, 0});
    quick_put_i64(q, ins, NULL, 0);
}

/* A float that only this place holds is written over: nobody can tell. */
void quick_put_f64(Quick *q, const Ins *guard, const Ins *values, int64_t index) {
    const Ins *number = guard->args[guard->arg_count - 1];
    Assembler *a = &q->a;
    int other = x86_new_label(a), done = x86_new_label(a);
    x86_test(a, RDI);
    x86_jump_if(a, COND_EQUAL, other);
    x86_load(a, R11, quick_link(q, LINK_KNOWN, KNOWN_float));
    x86_compare(a, R11, quick_field(q, RDI, LAYOUT_object_type));
    x86_jump_if(a, COND_NOT_EQUAL, other);
    x86_compare_number(a, quick_field(q, RDI, LAYOUT_object_refcnt), 1);
    x86_jump_if(a, COND_NOT_EQUAL, other);
    quick_load(q, RCX, number);
    x86_store(a, quick_field(q, RDI, LAYOUT_float_value), RCX);
    x86_jump(a, done);
    x86_place_label(a, other);
    x86_move(a, RDI, RSI);
    quick_load_real(q, XMM0, number);
    if (values != NULL) quick_load(q, RSI, values);
    else x86_set(a, RSI, 0);
    x86_set(a, RDX, index);
    quick_call_helper(q, H_rt_put_f64);
    x86_test(a, RAX);
    quick_leave_if(q, guard, COND_EQUAL);
    x86_place_label(a, done);
}

void quick_list_put_f64_OP(Quick *q, Ins *ins) {
    quick_find_item(q, ins);
    x86_load(&q->a, RDI, (Place){RSI, 0});
    quick_put_f64(q, ins, NULL, 0);
}
