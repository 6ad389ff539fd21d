/* Ints beyond 63 bits, as hash functions and generators of random numbers have them. One from 0 to 2**64 is a
 * word (IR_U64). What arithmetic gives of words, or of ints whose result was found not to fit, is wide: its
 * low 64 bits are computed, which is all that a mask or a power of two takes of it, and what else asks for it
 * has it computed as an object, of what it was made of. */
#include "lower/lower.h"

enum { WORD_BITS = 64 };

static bool is_number(const Ins *value) { return value->op == IR_ki64_OP; }

/* --- what a value is --- */

/* LIKELY_NONE: no int for sure. */
static Likely type_of(const Ins *value, Likely guess) {
    const ConstInfo *info = lower_const_info(value);
    if (value->type != IR_OBJ) return lower_likely_of((IrType)value->type);
    if (info != NULL) return info->type == LIKELY_OTHER ? LIKELY_NONE : (Likely)info->type;
    return ir_is(value, OPF_CONST) || value->op == IR_mkbool_OP || value->op == IR_char_OP ? LIKELY_NONE
                                                                                           : guess;
}

/* The constant that a value is; NULL: it is none. */
static const ConstInfo *constant_of(const Ins *value, ConstInfo *number) {
    if (is_number(value)) *number = (ConstInfo){.type = LIKELY_INT, .integer = value->imm};
    else if (value->op == IR_word_OP && is_number(value->args[0]))
        *number = (ConstInfo){.type = LIKELY_WORD, .integer = value->args[0]->imm};
    else return lower_const_info(value);
    return number;
}

/* --- how large a number is, as its operation says --- */

static int width(int64_t number) {
    return number < 0 ? WORD_BITS : WORD_BITS - __builtin_clzll((uint64_t)number | 1);
}

static int constant_of_shift(const Ins *shift) {
    const Ins *by = shift->args[1];
    return is_number(by) && by->imm >= 0 && by->imm < WORD_BITS ? (int)by->imm : -1;
}

static int width_of(const Ins *number, int depth) {
    const Ins *const *args = (const Ins *const *)number->args;
    int a = WORD_BITS, b = WORD_BITS;
    bool two = number->arg_count == 2 && args[0]->type == IR_I64 && args[1]->type == IR_I64;
    if (two && depth > 0) a = width_of(args[0], depth - 1), b = width_of(args[1], depth - 1);
    int sum = WORD_BITS, by = two ? constant_of_shift(number) : -1;
    switch (number->op) {
    case IR_ki64_OP: return width(number->imm);
    case IR_byte_get_OP:
    case IR_byte_next_OP:
    case IR_code_of_OP: return 8;
    case IR_icmp_OP:
    case IR_bit_OP: return 1;
    case IR_iand_OP: return a < b ? a : b;
    case IR_ior_OP:
    case IR_ixor_OP: return a > b ? a : b;
    case IR_imod_OP:
    case IR_umod_OP: return b;
    case IR_ushr_OP: return by < 0 ? a : a > by ? a - by : 1;
    case IR_ishr_OP: return a;
    case IR_iadd_OP:
    case IR_iadd_wrap_OP: sum = (a > b ? a : b) + 1; break;
    case IR_imul_OP:
    case IR_imul_wrap_OP: sum = a + b; break;
    case IR_ishl_OP:
    case IR_ishl_wrap_OP: sum = by < 0 ? WORD_BITS : a + by; break;
    default: break;
    }
    return sum < WORD_BITS ? sum : WORD_BITS;
}

/* Bits that a number has at most, which is not below 0; 64: nothing is known. */
static int bits_in(const Ins *number) {
    enum { DEPTH = 6 };
    return width_of(number, DEPTH);
}

Ins *lower_sure_to_fit(Lowerer *l, int kind, Ins *a, Ins *b) {
    int left = bits_in(a), right = bits_in(b), most = left > right ? left : right;
    switch (kind) {
    case BIN_ADD: return most < WORD_BITS - 1 ? INS(l, iadd_wrap, 0, a, b) : NULL;
    case BIN_SUBTRACT: return most < WORD_BITS ? INS(l, isub_wrap, 0, a, b) : NULL;
    case BIN_MULTIPLY: return left + right < WORD_BITS ? INS(l, imul_wrap, 0, a, b) : NULL;
    case BIN_LSHIFT:
        if (!is_number(b) || b->imm < 0 || b->imm >= WORD_BITS || left + b->imm >= WORD_BITS) return NULL;
        return INS(l, ishl_wrap, 0, a, b);
    default: return NULL;
    }
}

static Ins *guard_sign(Lowerer *l, Ins *number, FrameState *state) {
    if (bits_in(number) == WORD_BITS)
        lower_guarded(INS(l, guard, 0, INS(l, icmp, 5 /* >= */, number, K_INT(l, 0))), state);
    return number;
}

Ins *lower_word(Lowerer *l, Ins *value, FrameState *state) {
    const ConstInfo *info = lower_const_info(value);
    if (value->type == IR_U64) return value;
    if (info != NULL && (info->type == LIKELY_WORD || (info->type == LIKELY_INT && info->integer >= 0)))
        return INS(l, word, 0, K_INT(l, info->integer));
    if (value->type == IR_I64) return INS(l, word, 0, guard_sign(l, value, state));
    value = lower_object(l, value);
    return lower_remember(l, value, lower_guarded(INS(l, unbox_u64, 0, value), state));
}

static Ins *bits_of(Lowerer *l, Ins *word) {
    return word->op == IR_word_OP ? word->args[0] : INS(l, bits, 0, word);
}

Ins *lower_signed(Lowerer *l, Ins *word, FrameState *state) { return guard_sign(l, bits_of(l, word), state); }

/* As int + float does: the last bit of a number halved says whether something was cut off. */
Ins *lower_word_as_float(Lowerer *l, Ins *word) {
    Ins *bits = bits_of(l, word), *one = K_INT(l, 1);
    Ins *half = INS(l, i2f, 0, INS(l, ior, 0, INS(l, ushr, 0, bits, one), INS(l, iand, 0, bits, one)));
    Ins *small = INS(l, icmp, 5, bits, K_INT(l, 0));
    return INS(l, fselect, 0, small, INS(l, i2f, 0, bits), INS(l, fadd, 0, half, half));
}

/* What this block has made of it already, and was not given up since; NULL: nothing. */
static Ins *made_before(const Lowerer *l, const Ins *wide) {
    const Ins *ins = wide->scratch != NULL ? l->block->last : NULL;
    while (ins != NULL && ins != wide->scratch) ins = ins->prev;
    return ins != NULL ? wide->scratch : NULL;
}

/* It is one object, whoever has it. */
Ins *lower_wide_object(Lowerer *l, Ins *wide) {
    Ins *object = made_before(l, wide);
    if (object != NULL) return object;
    Ins *left = lower_object(l, wide->args[1]), *right = lower_object(l, wide->args[2]);
    wide->scratch = object = EMIT_CALL(l, rt_with_ints, left, right, K_INT(l, wide->imm));
    for (int slot = 0; !l->framed && slot < l->code->local_count; slot++)
        if (l->locals[slot].value == wide) l->locals[slot].value = object;
    for (int i = 0; !l->framed && i < l->depth; i++)
        if (l->stack[i] == wide) l->stack[i] = object;
    return object;
}

/* An operand of what is wide, and its low bits. */
static Ins *part(Lowerer *l, Ins *value, Likely type, FrameState *state) {
    if (type == LIKELY_INT) return lower_i64(l, value, state);
    return type == LIKELY_WORD ? lower_word(l, value, state) : value;
}

static Ins *low_bits(Lowerer *l, Ins *value) {
    if (value->type == IR_WIDE) return value->args[0];
    if (value->type == IR_OBJ) return INS(l, unbox_low, 0, value);
    return value->type == IR_U64 ? bits_of(l, value) : value;
}

/* Of an object of any size, too. */
static Ins *any_bits(Lowerer *l, Ins *value, Likely type, FrameState *state) {
    Ins *number = part(l, value, type, state), *bits = low_bits(l, number);
    return number->type == IR_OBJ ? lower_guarded(bits, state) : bits;
}

/* --- operators --- */

static Ins *low_result(Lowerer *l, int kind, Ins *a, Ins *b) {
    switch (kind) {
    case BIN_ADD: return INS(l, iadd_wrap, 0, a, b);
    case BIN_SUBTRACT: return INS(l, isub_wrap, 0, a, b);
    case BIN_MULTIPLY: return INS(l, imul_wrap, 0, a, b);
    case BIN_LSHIFT: return INS(l, ishl_wrap, 0, a, b);
    case BIN_AND: return INS(l, iand, 0, a, b);
    case BIN_OR: return INS(l, ior, 0, a, b);
    default: return INS(l, ixor, 0, a, b);
    }
}

static Ins *wide(Lowerer *l, int kind, Ins *a, Ins *b) {
    return INS(l, wide, kind, low_result(l, kind, low_bits(l, a), low_bits(l, b)), a, b);
}

static void guard_distance(Lowerer *l, Ins *by, FrameState *state) {
    if (is_number(by)) return;
    Ins *beyond = INS(l, iand, 0, by, K_INT(l, ~(int64_t)(WORD_BITS - 1)));
    lower_guarded(INS(l, guard, 0, INS(l, icmp, 2 /* == */, beyond, K_INT(l, 0))), state);
}

static void guard_above_zero(Lowerer *l, Ins *divisor, FrameState *state) {
    if (is_number(divisor) && divisor->imm > 0) return;
    lower_guarded(INS(l, guard, 0, INS(l, icmp, 4 /* > */, divisor, K_INT(l, 0))), state);
}

/* --- the result, an int64 or a word as `type` says --- */

static Ins *as_type(Lowerer *l, Ins *bits, Likely type) {
    return type == LIKELY_INT ? bits : INS(l, word, 0, bits);
}

/* An int that decides the type is not below 0. */
static Ins *masked(Lowerer *l, Likely type, Ins *values[2], const Likely types[2], FrameState *state) {
    Ins *bits[2];
    for (int i = 0; i < 2; i++) bits[i] = any_bits(l, values[i], types[i], state);
    if (type == LIKELY_INT) guard_sign(l, bits[types[1] == LIKELY_INT], state);
    return as_type(l, INS(l, iand, 0, bits[0], bits[1]), type);
}

static Ins *of_words(Lowerer *l, Likely type, int kind, Ins *values[2], FrameState *state) {
    Ins *a = bits_of(l, lower_word(l, values[0], state)), *b = bits_of(l, lower_word(l, values[1], state));
    return as_type(l, low_result(l, kind, a, b), type);
}

static Ins *shifted_right(Lowerer *l, Likely type, Ins *values[2], FrameState *state) {
    Ins *bits = bits_of(l, lower_word(l, values[0], state)), *by = lower_i64(l, values[1], state);
    guard_distance(l, by, state);
    if (is_number(by) && by->imm >= WORD_BITS) return K_INT(l, 0);
    return as_type(l, INS(l, ushr, 0, bits, by), type);
}

static Ins *divided(Lowerer *l, Likely type, Ins *values[2], Likely of_divisor, FrameState *state) {
    bool rest = l->instr->arg == BIN_REMAINDER;
    Ins *bits = bits_of(l, lower_word(l, values[0], state)), *by = part(l, values[1], of_divisor, state);
    if (of_divisor == LIKELY_INT) guard_above_zero(l, by, state);
    by = low_bits(l, by);
    return as_type(l, lower_guarded(rest ? INS(l, umod, 0, bits, by) : INS(l, udiv, 0, bits, by), state),
                   type);
}

/* By 2**64 too: what is below 0 is another number then, not the object that its bits came from. */
static Ins *low_rest(Lowerer *l, Likely type, Ins *value, Likely of_value, const ConstInfo *by,
                     FrameState *state) {
    Ins *bits = any_bits(l, value, of_value, state);
    return as_type(l, INS(l, iand, 0, bits, K_INT(l, by->is_2_64 ? -1 : by->integer - 1)), type);
}

/* Does a number of bits, or a divisor, that is a constant make a case of its own? */
static bool is_odd_constant(int kind, const ConstInfo *constant) {
    if (constant == NULL || constant->type != LIKELY_INT) return false;
    if (kind == BIN_LSHIFT) return constant->integer < 0 || constant->integer >= WORD_BITS;
    return constant->integer < (kind != BIN_RSHIFT) &&
           (kind == BIN_RSHIFT || kind == BIN_FLOOR_DIVIDE || kind == BIN_REMAINDER);
}

/* Is it an object that may be an int of any size? */
static bool is_big_object(const Lowerer *l, const Ins *value, Likely type) {
    return value->type == IR_OBJ &&
           (type == LIKELY_BIG || (l->instr->left == LIKELY_BIG && lower_const_info(value) == NULL));
}

bool lower_word_binary(Lowerer *l) {
    if (l->depth < 2 || !lower_speculates(l)) return false;
    const OperandTypes *guesses = &l->inference->operands[l->index];
    Ins *values[2] = {l->stack[l->depth - 2], l->stack[l->depth - 1]}, *result;
    Likely types[2] = {type_of(values[0], guesses->left), type_of(values[1], guesses->right)};
    ConstInfo number;
    const ConstInfo *constant = constant_of(values[1], &number);
    int kind = l->instr->arg;
    Likely type = infer_word(l->instr, types, constant);
    bool takes_bits = kind == BIN_AND || (kind == BIN_REMAINDER && types[0] != LIKELY_WORD);
    for (int i = 0; i < 2; i++)
        if (!takes_bits && is_big_object(l, values[i], types[i])) return false;
    if (type == LIKELY_OTHER || is_odd_constant(kind, constant)) return false;
    FrameState *state = lower_state_here(l);
    if (type == LIKELY_BIG) {
        Ins *a = part(l, values[0], types[0], state), *b = part(l, values[1], types[1], state);
        if (kind == BIN_LSHIFT) guard_distance(l, b, state);
        result = wide(l, kind, a, b);
    } else if (kind == BIN_AND) {
        result = masked(l, type, values, types, state);
    } else if (kind == BIN_RSHIFT) {
        result = shifted_right(l, type, values, state);
    } else if (infer_bits_of_rest(constant) > 0 && kind == BIN_REMAINDER) {
        result = low_rest(l, type, values[0], types[0], constant, state);
    } else if (kind == BIN_REMAINDER || kind == BIN_FLOOR_DIVIDE) {
        result = divided(l, type, values, types[1], state);
    } else {
        result = of_words(l, type, kind, values, state);
    }
    l->depth -= 2;
    lower_push(l, result);
    return true;
}

/* ~x is -1 - x. */
bool lower_word_unary(Lowerer *l, BcOp op) {
    Ins *operand = l->depth > 0 ? l->stack[l->depth - 1] : NULL;
    if (operand == NULL || (operand->type != IR_U64 && operand->type != IR_WIDE)) return false;
    l->stack[l->depth - 1] = wide(l, BIN_SUBTRACT, K_INT(l, op == BC_UNARY_INVERT ? -1 : 0), operand);
    return true;
}

/* Words are compared as numbers with a sign, from which half of their range was taken. */
bool lower_word_compare(Lowerer *l) {
    enum { EQ = 2, NE = 3 };
    if (l->depth < 2 || !lower_speculates(l)) return false;
    const OperandTypes *guesses = &l->inference->operands[l->index];
    Ins *values[2] = {l->stack[l->depth - 2], l->stack[l->depth - 1]};
    Likely types[2] = {type_of(values[0], guesses->left), type_of(values[1], guesses->right)};
    ConstInfo number;
    for (int i = 0; i < 2; i++) {
        const ConstInfo *constant = constant_of(values[i], &number);
        if (types[i] != LIKELY_INT && types[i] != LIKELY_WORD) return false;
        if (constant != NULL && types[i] == LIKELY_INT && constant->integer < 0) return false;
    }
    if (types[0] == types[1] && types[0] == LIKELY_INT) return false;
    FrameState *state = lower_state_here(l);
    bool equality = l->instr->arg == EQ || l->instr->arg == NE;
    for (int i = 0; i < 2; i++) {
        Ins *bits = bits_of(l, lower_word(l, values[i], state));
        values[i] = equality          ? bits
                    : is_number(bits) ? K_INT(l, bits->imm ^ INT64_MIN)
                                      : INS(l, ixor, 0, bits, K_INT(l, INT64_MIN));
    }
    l->depth -= 2;
    lower_push(l, INS(l, mkbool, 0, INS(l, icmp, l->instr->arg, values[0], values[1])));
    return true;
}
