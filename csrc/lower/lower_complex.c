/* Complex numbers: what is computed with them is computed with their parts, as CPython does it. The object of
 * the two is mostly not made (opt_escape.c). */
#include "lower/lower.h"

#include <math.h>
#include <string.h>

typedef struct Parts {
    Ins *real, *imag;
} Parts;

enum { EQUAL = 2, NOT_EQUAL = 3, GREATER_EQUAL = 5 }; /* of a comparison */

static Ins *real_number(Lowerer *l, double number) {
    int64_t bits;
    memcpy(&bits, &number, sizeof(bits));
    return lower_const(l, IR_kf64_OP, bits);
}

static bool is_complex(const Ins *value, Likely guess) {
    const ConstInfo *info = lower_const_info(value);
    if (info != NULL) guess = (Likely)info->type;
    return ir_is_complex(value) ||
           (value->type == IR_OBJ && guess == LIKELY_COMPLEX && (info != NULL || !ir_is(value, OPF_CONST)));
}

/* Is it an int or a float, whose imaginary part is 0? */
static bool is_real(const Ins *value, Likely guess) {
    const ConstInfo *info = lower_const_info(value);
    if (value->type != IR_OBJ) return value->type == IR_I64 || value->type == IR_F64;
    if (info != NULL) return likely_number((Likely)info->type);
    return likely_number(guess) && !ir_is(value, OPF_CONST) && !ir_is_complex(value) &&
           value->op != IR_mkbool_OP;
}

/* Nothing is known of it: beside a complex number it is one. */
static bool is_open(const Ins *value, Likely guess) {
    return guess == LIKELY_OTHER && value->type == IR_OBJ && !ir_is(value, OPF_CONST) &&
           value->op != IR_mkbool_OP && value->op != IR_char_OP;
}

static Parts parts_of(Lowerer *l, Ins *value, Likely guess, FrameState *state) {
    const ConstInfo *info = lower_const_info(value);
    if (value->op == IR_complex_OP) return (Parts){value->args[0], value->args[1]};
    if (value->op == IR_complex_of_OP) return (Parts){value->args[1], value->args[2]};
    if (is_real(value, guess)) return (Parts){lower_f64(l, value, guess, state), real_number(l, 0.0)};
    if (info != NULL) return (Parts){real_number(l, info->real), real_number(l, info->imag)};
    lower_guarded(INS(l, is_type, KNOWN_complex, value), state);
    return (Parts){INS(l, complex_part, 0, value), INS(l, complex_part, 1, value)};
}

static Ins *whole_of(Lowerer *l, Parts parts) { return INS(l, complex, 0, parts.real, parts.imag); }

/* --- operators --- */

static Parts product(Lowerer *l, Parts a, Parts b) {
    return (Parts){INS(l, fsub, 0, INS(l, fmul, 0, a.real, b.real), INS(l, fmul, 0, a.imag, b.imag)),
                   INS(l, fadd, 0, INS(l, fmul, 0, a.real, b.imag), INS(l, fmul, 0, a.imag, b.real))};
}

/* Smith's way: the divisor's greater part divides the other first. What is no number leaves: how that comes
 * out CPython says. */
static Parts quotient(Lowerer *l, Parts a, Parts b, FrameState *state) {
    Ins *by_real = INS(l, fcmp, GREATER_EQUAL, INS(l, fabs, 0, b.real), INS(l, fabs, 0, b.imag));
    Ins *greater = INS(l, fselect, 0, by_real, b.real, b.imag),
        *less = INS(l, fselect, 0, by_real, b.imag, b.real);
    Ins *ratio = lower_guarded(INS(l, fdiv, 0, less, greater), state);
    lower_guarded(INS(l, guard, 0, INS(l, fcmp, EQUAL, ratio, ratio)), state);
    Ins *by = INS(l, fadd, 0, greater, INS(l, fmul, 0, less, ratio));
    Ins *first = INS(l, fselect, 0, by_real, a.real, a.imag),
        *second = INS(l, fselect, 0, by_real, a.imag, a.real);
    Ins *real = INS(l, fadd, 0, first, INS(l, fmul, 0, second, ratio)), *part = INS(l, fmul, 0, first, ratio);
    Ins *imag =
        INS(l, fsub, 0, INS(l, fselect, 0, by_real, second, part), INS(l, fselect, 0, by_real, part, second));
    return (Parts){lower_guarded(INS(l, fdiv, 0, real, by), state),
                   lower_guarded(INS(l, fdiv, 0, imag, by), state)};
}

/* CPython multiplies 1 by the number, and by its squares; an infinite result is an error. */
static Parts power(Lowerer *l, Parts base, int64_t exponent, FrameState *state) {
    Parts result = {real_number(l, 1.0), real_number(l, 0.0)};
    for (;;) {
        if (exponent & 1) result = product(l, result, base);
        exponent >>= 1;
        if (exponent == 0) break;
        base = product(l, base, base);
    }
    Ins *infinite = real_number(l, INFINITY);
    lower_guarded(INS(l, guard, 0, INS(l, fcmp, NOT_EQUAL, INS(l, fabs, 0, result.real), infinite)), state);
    lower_guarded(INS(l, guard, 0, INS(l, fcmp, NOT_EQUAL, INS(l, fabs, 0, result.imag), infinite)), state);
    return result;
}

static Parts operation(Lowerer *l, int kind, Parts a, Parts b, FrameState *state) {
    switch (kind) {
    case BIN_ADD: return (Parts){INS(l, fadd, 0, a.real, b.real), INS(l, fadd, 0, a.imag, b.imag)};
    case BIN_SUBTRACT: return (Parts){INS(l, fsub, 0, a.real, b.real), INS(l, fsub, 0, a.imag, b.imag)};
    case BIN_MULTIPLY: return product(l, a, b);
    default: return quotient(l, a, b, state);
    }
}

/* What an operand is taken for. LIKELY_UNSEEN: for nothing of use. */
static Likely operand_type(const Lowerer *l, const Ins *value, Likely guess, bool beside_complex) {
    if (is_complex(value, guess)) return LIKELY_COMPLEX;
    if (is_real(value, guess)) return value->type == IR_I64 ? LIKELY_INT : guess;
    bool complex = beside_complex || l->instr->left == LIKELY_COMPLEX;
    return complex && is_open(value, guess) ? LIKELY_COMPLEX : LIKELY_UNSEEN;
}

/* The operands' types; false: they are not computed with here. */
static bool find_operands(const Lowerer *l, Likely types[2]) {
    const OperandTypes *guesses = &l->inference->operands[l->index];
    Ins *const *operands = &l->stack[l->depth - 2];
    Likely given[2] = {(Likely)guesses->left, (Likely)guesses->right};
    for (int i = 0; i < 2; i++)
        types[i] = operand_type(l, operands[i], given[i], is_complex(operands[!i], given[!i]));
    return types[0] != LIKELY_UNSEEN && types[1] != LIKELY_UNSEEN &&
           (types[0] == LIKELY_COMPLEX || types[1] == LIKELY_COMPLEX);
}

bool lower_complex_binary(Lowerer *l) {
    Likely types[2];
    if (l->depth < 2 || !lower_speculates(l) || !find_operands(l, types)) return false;
    Ins *left = l->stack[l->depth - 2], *right = l->stack[l->depth - 1];
    int kind = l->instr->arg;
    int64_t exponent = kind == BIN_POWER ? infer_exponent(lower_const_info(right)) : 0;
    if (!infer_is_complex(l->instr, types[0], types[1], lower_const_info(right))) return false;
    FrameState *state = lower_state_here(l);
    Parts a = parts_of(l, left, types[0], state);
    Parts result = exponent > 0 ? power(l, a, exponent, state)
                                : operation(l, kind, a, parts_of(l, right, types[1], state), state);
    l->depth -= 2;
    lower_push(l, whole_of(l, result));
    return true;
}

bool lower_complex_negative(Lowerer *l) {
    if (l->depth < 1 || !lower_speculates(l)) return false;
    Ins *value = l->stack[l->depth - 1];
    Likely guess = (Likely)l->inference->operands[l->index].right;
    if (!is_complex(value, guess)) return false;
    Parts parts = parts_of(l, value, guess, lower_state_here(l));
    l->stack[l->depth - 1] = whole_of(l, (Parts){INS(l, fneg, 0, parts.real), INS(l, fneg, 0, parts.imag)});
    return true;
}

/* == and != of two complex numbers. */
bool lower_complex_compare(Lowerer *l) {
    bool equal = l->instr->arg == EQUAL;
    if (l->depth < 2 || !lower_speculates(l) || !(equal || l->instr->arg == NOT_EQUAL)) return false;
    const OperandTypes *guesses = &l->inference->operands[l->index];
    Ins *left = l->stack[l->depth - 2], *right = l->stack[l->depth - 1];
    if (!is_complex(left, (Likely)guesses->left) || !is_complex(right, (Likely)guesses->right)) return false;
    FrameState *state = lower_state_here(l);
    Parts a = parts_of(l, left, LIKELY_COMPLEX, state), b = parts_of(l, right, LIKELY_COMPLEX, state);
    Ins *same = INS(l, iand, 0, INS(l, fcmp, EQUAL, a.real, b.real), INS(l, fcmp, EQUAL, a.imag, b.imag));
    l->depth -= 2;
    lower_push(l, INS(l, mkbool, 0, equal ? same : INS(l, not, 0, same)));
    return true;
}

/* --- parts, and what is made of parts --- */

bool lower_complex_attr(Lowerer *l) {
    uint8_t name = l->code->name_ids[l->instr->arg];
    if (l->depth < 1 || !lower_speculates(l) || (name != NAME_REAL && name != NAME_IMAG)) return false;
    Ins *value = l->stack[l->depth - 1];
    Likely guess = (Likely)l->inference->operands[l->index].right;
    if (!is_complex(value, guess)) return false;
    Parts parts = parts_of(l, value, guess, lower_state_here(l));
    l->stack[l->depth - 1] = name == NAME_REAL ? parts.real : parts.imag;
    return true;
}

/* complex(...) of ints and floats. */
static Ins *call_type(Lowerer *l, Ins **args, int count, const Likely *guesses) {
    for (int i = 0; i < count; i++)
        if (!is_real(args[i], guesses[i])) return NULL;
    lower_guard_builtin(l, args - 2);
    FrameState *state = lower_state_here(l);
    Parts made = {real_number(l, 0.0), real_number(l, 0.0)};
    if (count > 0) made.real = lower_f64(l, args[0], guesses[0], state);
    if (count > 1) made.imag = lower_f64(l, args[1], guesses[1], state);
    return whole_of(l, made);
}

static Ins *call_abs(Lowerer *l, Ins **args, Likely guess) {
    if (!is_complex(args[0], guess)) return NULL;
    lower_guard_builtin(l, args - 2);
    FrameState *state = lower_state_here(l);
    Parts parts = parts_of(l, args[0], guess, state);
    return lower_guarded(INS(l, fhypot, 0, parts.real, parts.imag), state);
}

static Ins *call_conjugate(Lowerer *l, Ins **args) {
    FrameState *state = lower_state_here(l);
    Parts parts = parts_of(l, args[-1], LIKELY_COMPLEX, state);
    return whole_of(l, (Parts){parts.real, INS(l, fneg, 0, parts.imag)});
}

bool lower_complex_call(Lowerer *l) {
    enum { MOST = 2 };
    int count = l->instr->arg;
    if (!lower_speculates(l) || count > MOST || l->depth < count + 2) return false;
    const OperandTypes *types = &l->inference->operands[l->index];
    Ins **args = &l->stack[l->depth - count], *result = NULL;
    Likely guesses[MOST] = {(Likely)(count == 1 ? types->right : types->left), (Likely)types->right};
    switch (lower_builtin_at(args - 2)) {
    case BI_type_complex: result = call_type(l, args, count, guesses); break;
    case BI_builtins_abs: result = count == 1 ? call_abs(l, args, guesses[0]) : NULL; break;
    case BI_complex_conjugate: result = count == 0 ? call_conjugate(l, args) : NULL; break;
    default: break;
    }
    if (result == NULL) return false;
    l->depth -= count + 2;
    lower_push(l, result);
    return true;
}

Ins *lower_complex_constant(Lowerer *l, Ins *value) {
    const ConstInfo *info = lower_const_info(value);
    if (info == NULL || info->type != LIKELY_COMPLEX || !lower_speculates(l)) return value;
    return INS(l, complex_of, 0, value, real_number(l, info->real), real_number(l, info->imag));
}
