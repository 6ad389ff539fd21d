/* What operators give, by what is known and noted of their operands. */
#include "lower/infer.h"

uint8_t infer_meet(uint8_t a, uint8_t b) {
    uint8_t unbound = (a | b) & MAY_BE_UNBOUND, x = a & ~MAY_BE_UNBOUND, y = b & ~MAY_BE_UNBOUND;
    if (x == LIKELY_UNSEEN || x == y) return y | unbound;
    if (likely_int(x) && likely_int(y))
        return (x == LIKELY_BIG || y == LIKELY_BIG ? LIKELY_BIG : LIKELY_WORD) | unbound;
    return (y == LIKELY_UNSEEN ? x : LIKELY_OTHER) | unbound;
}

bool infer_is_mixed(const Instr *instr) {
    return instr->left == LIKELY_MIXED || instr->left == LIKELY_NUMBER || instr->left == LIKELY_BIG;
}

bool infer_is_big(const Instr *instr, Likely left, Likely right) {
    bool big = instr->left == LIKELY_BIG || left == LIKELY_BIG || right == LIKELY_BIG ||
               left == LIKELY_WORD || right == LIKELY_WORD;
    return big && left != LIKELY_FLOAT && right != LIKELY_FLOAT;
}

/* Of numbers of any kind: known here, or one of them is probably a float. */
static Likely mixed_result(const Instr *instr, Likely left, Likely right) {
    bool divides = instr->arg == BIN_TRUE_DIVIDE, ints = left == LIKELY_INT && right == LIKELY_INT;
    if (!divides && instr->arg != BIN_ADD && instr->arg != BIN_SUBTRACT && instr->arg != BIN_MULTIPLY)
        return LIKELY_OTHER;
    bool numbers = likely_number(left) && likely_number(right) && !ints;
    if (instr->left != LIKELY_MIXED)
        return numbers && instr->flags & BC_BY_OPERANDS ? LIKELY_FLOAT : LIKELY_OTHER;
    if ((!likely_number(left) && left != LIKELY_OTHER) || (!likely_number(right) && right != LIKELY_OTHER))
        return LIKELY_OTHER;
    return ints && !divides ? LIKELY_INT : LIKELY_FLOAT;
}

/* Bits of an int, and of something that nothing was noted of and no class has its say in: of another int. */
static bool is_beside_int(const Instr *instr, Likely left, Likely right) {
    if (instr->site != NULL) return false;
    return (left == LIKELY_INT && right == LIKELY_OTHER && instr->right == LIKELY_UNSEEN) ||
           (left == LIKELY_OTHER && right == LIKELY_INT && instr->left == LIKELY_UNSEEN);
}

Likely infer_arithmetic(const Instr *instr, Likely left, Likely right) {
    if (instr->flags & BC_NO_SPECULATION || infer_is_big(instr, left, right)) return LIKELY_OTHER;
    if (left == LIKELY_WORD) left = LIKELY_INT; /* beside a float */
    if (right == LIKELY_WORD) right = LIKELY_INT;
    if (infer_is_mixed(instr)) return mixed_result(instr, left, right);
    bool by_operands = (instr->flags & BC_BY_OPERANDS) && likely_number(left) && likely_number(right);
    if (instr->feedback == FB_INT && !by_operands) return LIKELY_INT;
    if (instr->feedback == FB_FLOAT && !by_operands) return LIKELY_FLOAT;
    if (instr->feedback == FB_STR || instr->arg == BIN_MATRIX_MULTIPLY) return LIKELY_OTHER;
    bool bools = left == LIKELY_BOOL && right == LIKELY_BOOL,
         bits = instr->arg == BIN_AND || instr->arg == BIN_OR || instr->arg == BIN_XOR;
    bool from_bool = right == LIKELY_BOOL;
    if (left == LIKELY_BOOL && !(bools && bits)) left = LIKELY_INT;
    if (right == LIKELY_BOOL && !(bools && bits)) right = LIKELY_INT;
    if (left == LIKELY_OTHER && right == LIKELY_INT && from_bool) left = LIKELY_INT; /* probably */
    bool ints = left == LIKELY_INT && right == LIKELY_INT;
    bool floats = likely_number(left) && likely_number(right) && !ints;
    switch (instr->arg) {
    case BIN_POWER: return floats ? LIKELY_FLOAT : LIKELY_OTHER;
    case BIN_ADD:
    case BIN_SUBTRACT:
    case BIN_MULTIPLY: return ints ? LIKELY_INT : floats ? LIKELY_FLOAT : LIKELY_OTHER;
    case BIN_TRUE_DIVIDE:
        return ints || floats || left == LIKELY_FLOAT || right == LIKELY_FLOAT ? LIKELY_FLOAT : LIKELY_OTHER;
    case BIN_FLOOR_DIVIDE:
    case BIN_REMAINDER:
        if (floats) return LIKELY_FLOAT;
        if (likely_str(left) || left == LIKELY_FLOAT || right == LIKELY_FLOAT) return LIKELY_OTHER;
        return left == LIKELY_INT ? LIKELY_INT : LIKELY_OTHER;
    default: return ints || is_beside_int(instr, left, right) ? LIKELY_INT : LIKELY_OTHER;
    }
}

int infer_bits_of_rest(const ConstInfo *by) {
    if (by == NULL) return 0;
    if (by->is_2_64) return 64;
    bool one_bit = by->integer != 0 && (by->integer & (by->integer - 1)) == 0;
    if (by->type == LIKELY_INT && by->integer < 0) return 0;
    return (by->type == LIKELY_INT || by->type == LIKELY_WORD) && one_bit
               ? __builtin_ctzll((uint64_t)by->integer)
               : 0;
}

/* The right operand is the mask most likely, which is not below 0. */
static Likely and_of_words(Likely left, Likely right, const ConstInfo *constant) {
    bool negative = constant != NULL && constant->type == LIKELY_INT && constant->integer < 0;
    if (right == LIKELY_WORD || (left == LIKELY_WORD && (right == LIKELY_BIG || negative)))
        return LIKELY_WORD;
    return negative || left == right ? LIKELY_OTHER : LIKELY_INT;
}

/* Beside a word there is another int, unless the interpreter saw something else. Of what the bits are taken
 * there was one of any size where ints did not fit. */
static void take_for_ints(const Instr *instr, Likely types[2], bool takes_bits) {
    bool ints = instr->site == NULL && instr->feedback != FB_FLOAT && instr->feedback != FB_STR;
    for (int i = 0; i < 2; i++) {
        if (types[i] != LIKELY_OTHER) continue;
        if (instr->left == LIKELY_BIG && takes_bits) types[i] = LIKELY_BIG;
        else if (ints && (types[!i] == LIKELY_WORD || instr->flags & BC_OVERFLOWS) &&
                 instr->left != LIKELY_BIG)
            types[i] = LIKELY_INT;
    }
}

Likely infer_word(const Instr *instr, Likely types[2], const ConstInfo *constant) {
    if (instr->flags & BC_NO_SPECULATION || instr->left == LIKELY_NUMBER || instr->left == LIKELY_MIXED)
        return LIKELY_OTHER;
    int rest = instr->arg == BIN_REMAINDER ? infer_bits_of_rest(constant) : 0;
    take_for_ints(instr, types, instr->arg == BIN_AND || rest > 0);
    Likely left = types[0], right = types[1];
    if (rest == 64 && likely_int(left)) return LIKELY_WORD;
    if (!likely_int(left) || !likely_int(right)) return LIKELY_OTHER;
    bool big = left == LIKELY_BIG || right == LIKELY_BIG, ints = left == LIKELY_INT && right == LIKELY_INT;
    bool above_1 = constant != NULL && (constant->type == LIKELY_WORD || constant->integer > 1);
    if (ints && !(instr->flags & BC_OVERFLOWS)) return LIKELY_OTHER;
    switch (instr->arg) {
    case BIN_ADD:
    case BIN_SUBTRACT:
    case BIN_MULTIPLY: return LIKELY_BIG;
    case BIN_LSHIFT: return right == LIKELY_INT && instr->left != LIKELY_BIG ? LIKELY_BIG : LIKELY_OTHER;
    case BIN_AND: return and_of_words(left, right, constant);
    case BIN_OR:
    case BIN_XOR: return big ? LIKELY_BIG : LIKELY_WORD;
    case BIN_RSHIFT:
        if (left != LIKELY_WORD || right != LIKELY_INT) return LIKELY_OTHER;
        return constant != NULL && constant->integer > 0 ? LIKELY_INT : LIKELY_WORD;
    case BIN_REMAINDER:
        if (rest > 0) return LIKELY_INT;
        return left == LIKELY_WORD && !big ? right : LIKELY_OTHER;
    case BIN_FLOOR_DIVIDE:
        if (left != LIKELY_WORD || big) return LIKELY_OTHER;
        return above_1 ? LIKELY_INT : LIKELY_WORD;
    default: return LIKELY_OTHER;
    }
}

/* The interpreter has specialised forms of comparisons that a jump follows only. Of the others, what is asked
 * whether it is less than a number is most likely one of its type. */
Likely infer_unwatched(const Instr *instr, Likely left, Likely right) {
    enum { EQ = 2, NE = 3 };
    BcOp next = (BcOp)instr[1].op;
    if (instr->feedback != FB_NONE || instr->arg == EQ || instr->arg == NE || next == BC_POP_JUMP_IF_FALSE ||
        next == BC_POP_JUMP_IF_TRUE)
        return LIKELY_OTHER;
    if (left == LIKELY_OTHER && likely_number(right)) return right;
    return right == LIKELY_OTHER && likely_number(left) ? left : LIKELY_OTHER;
}

Likely infer_comparison(const Instr *instr, Likely left, Likely right) {
    if (instr->flags & BC_NO_SPECULATION || infer_is_big(instr, left, right)) return LIKELY_OTHER;
    if (left == LIKELY_WORD || right == LIKELY_WORD) return LIKELY_OTHER;
    bool known = likely_number(left) && left == right && instr->flags & BC_BY_OPERANDS;
    if (infer_is_mixed(instr)) return known ? left : LIKELY_OTHER;
    bool by_operands = (instr->flags & BC_BY_OPERANDS) && likely_number(left) && likely_number(right);
    if ((instr->feedback == FB_INT && !by_operands) || (left == LIKELY_INT && right == LIKELY_INT))
        return LIKELY_INT;
    if ((instr->feedback == FB_FLOAT && !by_operands) || (left == LIKELY_FLOAT && right == LIKELY_FLOAT))
        return LIKELY_FLOAT;
    return infer_unwatched(instr, left, right);
}

int64_t infer_exponent(const ConstInfo *exponent) {
    enum { LEAST = 2, MOST = 4 };
    bool fits = exponent != NULL && exponent->type == LIKELY_INT && exponent->integer >= LEAST &&
                exponent->integer <= MOST;
    return fits ? exponent->integer : 0;
}

bool infer_is_complex(const Instr *instr, Likely left, Likely right, const ConstInfo *right_constant) {
    if (instr->flags & BC_NO_SPECULATION || instr->site != NULL || instr->feedback != FB_NONE) return false;
    if (instr->arg == BIN_POWER) return left == LIKELY_COMPLEX && infer_exponent(right_constant) > 0;
    if (instr->arg != BIN_ADD && instr->arg != BIN_SUBTRACT && instr->arg != BIN_MULTIPLY &&
        instr->arg != BIN_TRUE_DIVIDE)
        return false;
    bool noted = instr->left == LIKELY_COMPLEX;
    bool left_may = left == LIKELY_COMPLEX || left == LIKELY_OTHER,
         right_may = right == LIKELY_COMPLEX || right == LIKELY_OTHER;
    if (left == LIKELY_COMPLEX || (noted && left_may)) return right_may || likely_number(right);
    return (right == LIKELY_COMPLEX || (noted && right_may)) && (left_may || likely_number(left));
}

bool infer_is_sequence(Likely type) {
    return likely_str(type) || type == LIKELY_LIST || type == LIKELY_TUPLE || type == LIKELY_BYTES ||
           type == LIKELY_BYTEARRAY;
}

uint8_t infer_joined(const Instr *instr, Likely left, Likely right) {
    bool unknown = right == LIKELY_OTHER; /* what it can be but its like would raise, or have its own say */
    if (likely_str(left) &&
        (instr->arg == BIN_REMAINDER || (instr->arg == BIN_ADD && (unknown || likely_str(right)))))
        return LIKELY_STR;
    if (instr->arg == BIN_ADD && (left == right || unknown) && infer_is_sequence(left)) return left;
    if (instr->arg != BIN_MULTIPLY) return LIKELY_OTHER;
    if (infer_is_sequence(left)) return left == LIKELY_CHAR ? LIKELY_STR : left;
    return infer_is_sequence(right) && left == LIKELY_INT ? (right == LIKELY_CHAR ? LIKELY_STR : right)
                                                          : LIKELY_OTHER;
}

uint8_t infer_is_instance(Likely type, uint8_t class) {
    static const struct {
        uint8_t type, class;
    } EXACT[] = {{LIKELY_INT, BI_type_int},     {LIKELY_FLOAT, BI_type_float},
                 {LIKELY_STR, BI_type_str},     {LIKELY_CHAR, BI_type_str},
                 {LIKELY_LIST, BI_type_list},   {LIKELY_TUPLE, BI_type_tuple},
                 {LIKELY_DICT, BI_type_dict},   {LIKELY_SET, BI_type_set},
                 {LIKELY_BYTES, BI_type_bytes}, {LIKELY_BYTEARRAY, BI_type_bytearray}};
    enum { ROWS = sizeof(EXACT) / sizeof(EXACT[0]) };
    int of_type = 0, of_class = 0;
    while (of_type < ROWS && EXACT[of_type].type != type) of_type++;
    while (of_class < ROWS && EXACT[of_class].class != class) of_class++;
    if (of_type == ROWS || of_class == ROWS) return 0;
    return EXACT[of_type].class == class ? 2 : 1;
}
