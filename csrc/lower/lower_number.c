/* Speculation on numbers: int and float operands are unboxed behind guards, and stay unboxed in operands and
 * local variables until something needs the object. A guard that fails does the instruction again in the
 * interpreter, so no instruction may have had an effect before its last guard. */
#include <string.h>

#include "lower/lower.h"

/* --- objects and numbers --- */

static int64_t bits_of(double number) {
    int64_t bits;
    memcpy(&bits, &number, sizeof(bits));
    return bits;
}

/* The constant that a number comes from. NULL: it is none, or made here. */
Ins *lower_constant_object(Lowerer *l, const Ins *number) {
    Likely type = lower_likely_of((IrType)number->type);
    if (number->op == IR_word_OP) number = number->args[0];
    if (number->op != IR_ki64_OP && number->op != IR_kf64_OP) return NULL;
    for (int i = 0; i < l->code->const_count; i++) {
        const ConstInfo *info = &l->code->consts[i];
        bool same = type == LIKELY_FLOAT ? info->type == LIKELY_FLOAT && bits_of(info->real) == number->imm
                                         : info->type == type && info->integer == number->imm;
        if (same) return K_CONST(l, i);
    }
    return NULL;
}

static Ins *box(Lowerer *l, Ins *value) {
    Ins *constant = lower_constant_object(l, value), *object;
    if (constant != NULL) return constant;
    switch (value->type) {
    case IR_I64: object = INS(l, box_i64, 0, value); break;
    case IR_U64: object = INS(l, box_u64, 0, value); break;
    case IR_WIDE: return lower_wide_object(l, value);
    default: object = INS(l, box_f64, 0, value);
    }
    for (int slot = 0; !l->framed && slot < l->code->local_count;
         slot++) { /* an exit hands on this very one */
        Local *local = &l->locals[slot];
        if (local->value == value) local->number = value, local->value = object;
    }
    return object;
}

/* The object that this block has made of a number already; NULL: none. */
static Ins *boxed_before(const Lowerer *l, const Ins *value) {
    for (Ins *ins = l->block->last; ins != NULL; ins = ins->prev)
        if (ir_is_box(ins) && ins->args[0] == value) return ins;
    return NULL;
}

Ins *lower_given_object(Lowerer *caller, const Ins *number) {
    if (!ir_is(number, OPF_CONST)) return lower_held_object(caller, number);
    bool is_small = number->type == IR_I64 && number->imm >= -5 && number->imm <= 256;
    return is_small ? NULL : lower_constant_object(caller, number);
}

/* The same for a call that has no frame, from whichever of its callers has it. */
static Ins *given_from_afar(Lowerer *l, const Ins *number) {
    Lowerer *in = l;
    while (!in->framed) {
        in = lower_caller(in);
        for (int slot = 0; !in->framed && slot < in->code->local_count; slot++)
            if (in->locals[slot].number == number) return in->locals[slot].value;
    }
    Block *block = in->block;
    in->block = l->block;
    Ins *object = in->locals != NULL ? lower_given_object(in, number) : NULL;
    in->block = block;
    return object;
}

/* The number of a local variable is boxed once: into the frame's memory, from where it is read. */
Ins *lower_object(Lowerer *l, Ins *value) {
    if (value->op == IR_range_OP || lower_is_iterator(value)) return lower_iterator_object(l, value);
    if (lower_is_suspended(value)) lower_give_up_steps(l);
    if (lower_likely_of((IrType)value->type) == LIKELY_OTHER) return value;
    for (int slot = 0; !l->framed && slot < l->code->local_count; slot++)
        if (l->locals[slot].number == value) return l->locals[slot].value;
    if (!l->framed) {
        Ins *before = boxed_before(l, value);
        if (before == NULL && lower_constant_object(l, value) == NULL) before = given_from_afar(l, value);
        return before != NULL ? before : box(l, value);
    }
    for (int slot = 0; l->locals != NULL && slot < l->code->local_count; slot++) {
        const Local *local = &l->locals[slot];
        if (local->value != value || local->bound->op != IR_ki64_OP || local->bound->imm == 0) continue;
        lower_flush_local(l, slot);
        Ins *object = INS0(l, ldloc, lower_slot(l, slot));
        object->nullable = false;
        return object;
    }
    return box(l, value);
}

bool lower_has_object(const Lowerer *l, const Ins *value) {
    if (value->type == IR_OBJ) return true;
    for (int slot = 0; slot < l->code->local_count; slot++) {
        const Local *local = &l->locals[slot];
        if (local->value == value && !local->stale && local->bound->op == IR_ki64_OP &&
            local->bound->imm == 1)
            return true;
    }
    return false;
}

Ins *lower_guarded(Ins *guard, FrameState *state) {
    guard->state = state;
    return guard;
}

Ins *lower_remember(Lowerer *l, const Ins *object, Ins *number) {
    for (int slot = 0; !l->framed && slot < l->code->local_count; slot++)
        if (l->locals[slot].value == object) l->locals[slot].number = number;
    if (!l->framed) return number;
    int local = lower_local_of(l, object);
    for (int i = 0; local < 0 && i < l->code->local_count; i++) /* an argument that the frame was made with */
        if (l->locals[i].loaded == object) local = i;
    if (local < 0 || l->locals[local].loaded != object) return number;
    l->locals[local] = (Local){.value = number, .bound = K_INT(l, 1), .quiet = true};
    return number;
}

Ins *lower_i64(Lowerer *l, Ins *value, FrameState *state) {
    const ConstInfo *info = lower_const_info(value);
    if (value->type == IR_I64) return value;
    if (value->type == IR_U64) return lower_signed(l, value, state);
    if (value->type == IR_WIDE || value->type == IR_F64)
        value = lower_object(l, value); /* a float leaves there */
    if (info != NULL && info->type == LIKELY_INT) return K_INT(l, info->integer);
    return lower_remember(l, value, lower_guarded(INS(l, unbox_i64, 0, value), state));
}

Ins *lower_f64(Lowerer *l, Ins *value, Likely type, FrameState *state) {
    const ConstInfo *info = lower_const_info(value);
    if (value->type == IR_F64) return value;
    if (value->type == IR_U64) return lower_word_as_float(l, value);
    if (value->type == IR_WIDE) return lower_guarded(INS(l, unbox_number, 0, lower_object(l, value)), state);
    if (info != NULL && info->type == LIKELY_FLOAT) return lower_const(l, IR_kf64_OP, bits_of(info->real));
    if (info != NULL && info->type == LIKELY_INT)
        return lower_const(l, IR_kf64_OP, bits_of((double)info->integer));
    if (value->type == IR_I64) return INS(l, i2f, 0, value);
    if (type == LIKELY_INT) return INS(l, i2f, 0, lower_i64(l, value, state));
    return lower_remember(l, value, lower_guarded(INS(l, unbox_f64, 0, value), state));
}

/* A value cannot be the wanted type for sure: speculating would leave each time. */
static bool excludes(const Lowerer *l, const Ins *value, Likely wanted) {
    const ConstInfo *info = lower_const_info(value);
    if (info != NULL) return info->type != LIKELY_INT && (wanted == LIKELY_INT || info->type != LIKELY_FLOAT);
    if (value->op == IR_mkbool_OP || value->op == IR_char_OP || value->op == IR_null_OP) return true;
    return wanted == LIKELY_INT && value->type != IR_I64 && value->type != IR_OBJ;
}

/* --- operators --- */

Ins *lower_int_operator(Lowerer *l, int kind, Ins *a, Ins *b, FrameState *state) {
    Ins *sure = lower_sure_to_fit(l, kind, a, b);
    if (sure != NULL) return sure;
    switch (kind) {
    case BIN_ADD: return lower_guarded(INS(l, iadd, 0, a, b), state);
    case BIN_SUBTRACT: return lower_guarded(INS(l, isub, 0, a, b), state);
    case BIN_MULTIPLY: return lower_guarded(INS(l, imul, 0, a, b), state);
    case BIN_FLOOR_DIVIDE: return lower_guarded(INS(l, ifloordiv, 0, a, b), state);
    case BIN_REMAINDER: return lower_guarded(INS(l, imod, 0, a, b), state);
    case BIN_LSHIFT: return lower_guarded(INS(l, ishl, 0, a, b), state);
    case BIN_RSHIFT: return lower_guarded(INS(l, ishr, 0, a, b), state);
    case BIN_AND: return INS(l, iand, 0, a, b);
    case BIN_OR: return INS(l, ior, 0, a, b);
    default: return INS(l, ixor, 0, a, b);
    }
}

Ins *lower_float_operator(Lowerer *l, int kind, Ins *a, Ins *b, FrameState *state) {
    switch (kind) {
    case BIN_ADD: return INS(l, fadd, 0, a, b);
    case BIN_SUBTRACT: return INS(l, fsub, 0, a, b);
    case BIN_MULTIPLY: return INS(l, fmul, 0, a, b);
    case BIN_POWER: return lower_guarded(INS(l, fpow, 0, a, b), state);
    case BIN_REMAINDER: return lower_guarded(INS(l, fdivmod, H_rt_float_rest, a, b), state);
    case BIN_FLOOR_DIVIDE: return lower_guarded(INS(l, fdivmod, H_rt_float_floor, a, b), state);
    default: return lower_guarded(INS(l, fdiv, 0, a, b), state);
    }
}

static bool is_float_kind(int kind) {
    return kind == BIN_ADD || kind == BIN_SUBTRACT || kind == BIN_MULTIPLY || kind == BIN_TRUE_DIVIDE ||
           kind == BIN_POWER || kind == BIN_REMAINDER || kind == BIN_FLOOR_DIVIDE;
}

/* Is the value certainly a float once lower_f64 has had it? Two ints must not be computed with as doubles. */
static bool becomes_float(const Lowerer *l, const Ins *value, Likely type) {
    const ConstInfo *info = lower_const_info(value);
    if (info != NULL) return info->type == LIKELY_FLOAT;
    return value->type == IR_F64 || (value->type == IR_OBJ && type != LIKELY_INT);
}

static Likely likely(const Ins *value, Likely guess) {
    return value->type != IR_OBJ ? lower_likely_of((IrType)value->type) : guess;
}

static bool is_bit_kind(int kind) { return kind == BIN_AND || kind == BIN_OR || kind == BIN_XOR; }

static Ins *number_of_bool(Ins *value) { return value->op == IR_mkbool_OP ? value->args[0] : value; }

/* True and False count as 1 and 0, and stay what they are where they came from. */
static Ins *number_operand(Lowerer *l, Ins *value, bool is_bool, FrameState *state) {
    if (!is_bool) return lower_i64(l, value, state);
    Ins *is_true = INS(l, is, 0, value, K_KNOWN(l, True)),
        *is_false = INS(l, is, 0, value, K_KNOWN(l, False));
    lower_guarded(INS(l, guard, 0, INS(l, ior, 0, is_true, is_false)), state);
    return is_true;
}

/* An int to the power of a small constant is multiplied by itself. */
static bool int_power(Lowerer *l, Ins *left, const Ins *right) {
    const ConstInfo *info = lower_const_info(right);
    if (l->instr->arg != BIN_POWER || info == NULL || info->type != LIKELY_INT) return false;
    if (info->integer < 2 || info->integer > 4 || (l->instr->flags & BC_NO_SPECULATION)) return false;
    if (!lower_likely_int(l, left, l->inference->operands[l->index].left)) return false;
    FrameState *state = lower_state_here(l);
    Ins *base = lower_i64(l, left, state), *result = base;
    for (int64_t i = 1; i < info->integer; i++) result = lower_guarded(INS(l, imul, 0, result, base), state);
    l->depth -= 2;
    lower_push(l, result);
    return true;
}

/* The other operand is a float: an int will do, and gives the same. */
static Ins *beside_float(Lowerer *l, Ins *value, FrameState *state) {
    if (value->type != IR_OBJ || lower_const_info(value) != NULL)
        return lower_f64(l, value, LIKELY_FLOAT, state);
    return lower_guarded(INS(l, unbox_number, 0, value), state);
}

/* Operands of either kind, one a float: they are computed with as floats. */
static Ins *mixed_operator(Lowerer *l, int kind, Ins *left, Ins *right, FrameState *state) {
    bool left_open = left->type == IR_OBJ && lower_const_info(left) == NULL,
         right_open = right->type == IR_OBJ && lower_const_info(right) == NULL;
    bool left_float = becomes_float(l, left, LIKELY_INT), right_float = becomes_float(l, right, LIKELY_INT);
    Ins *a, *b;
    if (left_open && right_open) lower_guarded(INS(l, any_float, 0, left, right), state);
    a = left_open && (right_open || right_float) ? lower_guarded(INS(l, unbox_number, 0, left), state)
                                                 : lower_f64(l, left, LIKELY_FLOAT, state);
    b = right_open && (left_open || left_float) ? lower_guarded(INS(l, unbox_number, 0, right), state)
                                                : lower_f64(l, right, LIKELY_FLOAT, state);
    return lower_float_operator(l, kind, a, b, state);
}

static bool divides(int kind) {
    return kind == BIN_TRUE_DIVIDE || kind == BIN_FLOOR_DIVIDE || kind == BIN_REMAINDER;
}

static bool is_bool(const Ins *value, Likely type) {
    return value->op == IR_mkbool_OP || (value->type == IR_OBJ && likely(value, type) == LIKELY_BOOL);
}

bool lower_number_binary(Lowerer *l) {
    if (l->depth < 2) return false;
    if (int_power(l, l->stack[l->depth - 2], l->stack[l->depth - 1])) return true;
    Ins *left = l->stack[l->depth - 2], *right = l->stack[l->depth - 1];
    const OperandTypes *types = &l->inference->operands[l->index];
    int kind = l->instr->arg;
    if (is_bit_kind(kind) && is_bool(left, types->left) && is_bool(right, types->right)) return false;
    bool adds_bool = right->op == IR_mkbool_OP && types->left == LIKELY_OTHER && left->type == IR_OBJ &&
                     infer_arithmetic(l->instr, LIKELY_OTHER, LIKELY_BOOL) == LIKELY_INT;
    left = number_of_bool(left);
    right = number_of_bool(right);
    Likely left_type = likely(left, types->left), right_type = likely(right, types->right);
    bool left_bool = left_type == LIKELY_BOOL, right_bool = right_type == LIKELY_BOOL;
    if (adds_bool && left_type == LIKELY_OTHER) left_type = LIKELY_INT;
    Likely type = infer_arithmetic(l->instr, left_type, right_type);
    bool by_operands =
        (l->instr->flags & BC_BY_OPERANDS) && left_type != LIKELY_OTHER && right_type != LIKELY_OTHER;
    bool mixed = infer_is_mixed(l->instr) && type == LIKELY_FLOAT;
    bool any = l->instr->left == LIKELY_NUMBER || infer_is_big(l->instr, left_type, right_type);
    if (any && (left->type == IR_OBJ || right->type == IR_OBJ)) return false;
    if (l->instr->feedback == FB_FLOAT && !by_operands && !mixed) { // whatever the sample's arguments were
        if (left->type == IR_OBJ) left_type = LIKELY_FLOAT;
        if (right->type == IR_OBJ) right_type = LIKELY_FLOAT;
    }
    bool two_ints = left_type == LIKELY_INT && right_type == LIKELY_INT;
    if ((left_bool || right_bool) && (type != LIKELY_INT || l->instr->feedback != FB_NONE)) return false;
    if (type == LIKELY_OTHER || excludes(l, left, type) || excludes(l, right, type)) return false;
    if (type == LIKELY_FLOAT && !is_float_kind(kind)) return false;
    if (type == LIKELY_FLOAT && !(kind == BIN_TRUE_DIVIDE && two_ints) && !mixed &&
        !becomes_float(l, left, left_type) && !becomes_float(l, right, right_type))
        return false;
    bool jumps = divides(kind) && lower_may_catch(l, NULL);
    if (jumps) lower_leave_here(l); /* what is raised is an event */
    FrameState *state = lower_state_here(l);
    Ins *result;
    if (kind == BIN_TRUE_DIVIDE && two_ints) {
        Ins *a = lower_i64(l, left, state), *b = lower_i64(l, right, state);
        if (jumps) lower_unseen_zero(l, b, state);
        result = lower_guarded(INS(l, itruediv, 0, a, b), state);
    } else if (type == LIKELY_INT) {
        if (kind == BIN_TRUE_DIVIDE) return false;
        Ins *a = number_operand(l, left, left_bool, state), *b = number_operand(l, right, right_bool, state);
        if (jumps) lower_unseen_zero(l, b, state);
        result = lower_int_operator(l, kind, a, b, state);
    } else if (mixed) {
        result = mixed_operator(l, kind, left, right, state);
    } else {
        bool by_right = right->type == IR_F64, by_left = left->type == IR_F64;
        Ins *a = by_right ? beside_float(l, left, state) : lower_f64(l, left, left_type, state);
        Ins *b = by_left ? beside_float(l, right, state) : lower_f64(l, right, right_type, state);
        if (jumps) lower_unseen_zero(l, b, state);
        result = lower_float_operator(l, kind, a, b, state);
    }
    l->depth -= 2;
    lower_push(l, result);
    return true;
}

bool lower_number_unary(Lowerer *l, BcOp op) {
    if (l->depth < 1) return false;
    Ins *operand = l->stack[l->depth - 1], *result;
    Likely guess = (Likely)l->inference->operands[l->index].right;
    if (operand->type == IR_OBJ && lower_speculates(l) && likely_number(guess) &&
        !excludes(l, operand, guess))
        operand = guess == LIKELY_INT ? lower_i64(l, operand, lower_state_here(l))
                                      : lower_f64(l, operand, guess, lower_state_here(l));
    if (operand->type == IR_I64 && op == BC_UNARY_NEGATIVE)
        result = lower_guarded(INS(l, ineg, 0, operand), lower_state_here(l));
    else if (operand->type == IR_I64) result = INS(l, iinvert, 0, operand);
    else if (operand->type == IR_F64 && op == BC_UNARY_NEGATIVE) result = INS(l, fneg, 0, operand);
    else return false;
    l->stack[l->depth - 1] = result;
    return true;
}

bool lower_number_compare(Lowerer *l) {
    if (l->depth < 2) return false;
    Ins *left = l->stack[l->depth - 2], *right = l->stack[l->depth - 1], *result;
    const OperandTypes *types = &l->inference->operands[l->index];
    Likely left_type = likely(left, types->left), right_type = likely(right, types->right);
    Likely type = infer_comparison(l->instr, left_type, right_type);
    /* An int beside a float is compared exactly by CPython: only one that is a small constant is the same as
     * a double. */
    const ConstInfo *info = lower_const_info(right);
    if (type == LIKELY_OTHER && left_type == LIKELY_FLOAT && info != NULL && info->type == LIKELY_INT &&
        !(l->instr->flags & BC_NO_SPECULATION) && info->integer >= -(1 << 30) && info->integer <= 1 << 30)
        type = right_type = LIKELY_FLOAT;
    if (type == LIKELY_OTHER || excludes(l, left, type) || excludes(l, right, type)) return false;
    if (type == LIKELY_FLOAT && (left->type == IR_I64 || right->type == IR_I64)) return false;
    FrameState *state = lower_state_here(l);
    if (type == LIKELY_INT) {
        Ins *a = lower_i64(l, left, state), *b = lower_i64(l, right, state);
        result = INS(l, icmp, l->instr->arg, a, b);
    } else {
        Ins *a = lower_f64(l, left, LIKELY_FLOAT, state), *b = lower_f64(l, right, LIKELY_FLOAT, state);
        result = INS(l, fcmp, l->instr->arg, a, b);
    }
    l->depth -= 2;
    lower_push(l, INS(l, mkbool, 0, result));
    return true;
}

/* --- containers --- */

bool lower_likely_int(const Lowerer *l, const Ins *value, Likely guess) {
    const ConstInfo *info = lower_const_info(value);
    return value->type == IR_I64 ||
           (info != NULL ? info->type == LIKELY_INT
                         : guess == LIKELY_INT && value->type == IR_OBJ && value->op != IR_mkbool_OP);
}

/* Is the key probably an int, by feedback or because it is one already? */
static bool int_key(const Lowerer *l, const Ins *key) {
    const ConstInfo *info = lower_const_info(key);
    return key->type == IR_I64 || key->type == IR_U64 ||
           (info != NULL ? info->type == LIKELY_INT : key->type == IR_OBJ);
}

Ins *lower_item(Lowerer *l, Ins *container, Ins *index, bool list, FrameState *state) {
    lower_guard_type(l, container, list ? KNOWN_list : KNOWN_tuple, state);
    index = lower_guarded(INS(l, index, 0, index, INS(l, size, 0, container)), state);
    Ins *item = list ? INS(l, list_get, 0, container, INS(l, list_items, 0, container), index)
                     : INS(l, tuple_get, 0, container, index);
    item->nullable = false;
    return item;
}

bool lower_number_subscr(Lowerer *l) {
    if (l->depth < 2 || (l->instr->flags & BC_NO_SPECULATION)) return false;
    Ins *container = l->stack[l->depth - 2], *key = l->stack[l->depth - 1];
    if (lower_item_made(l, container, key)) return true;
    bool list = l->instr->feedback == FB_LIST_INT, tuple = l->instr->feedback == FB_TUPLE_INT;
    if ((!list && !tuple) || container->type != IR_OBJ || ir_is(container, OPF_CONST) || !int_key(l, key))
        return false;
    bool jumps = lower_may_catch(l, NULL);
    if (jumps) lower_leave_here(l); /* what is raised is an event */
    FrameState *state = lower_state_here(l);
    Ins *index = lower_i64(l, key, state);
    if (jumps) lower_unseen_outside(l, container, index, list ? KNOWN_list : KNOWN_tuple, state);
    Ins *item = lower_item(l, container, index, list, state);
    l->depth -= 2;
    lower_push(l, item);
    return true;
}

bool lower_number_store_subscr(Lowerer *l) {
    if (l->depth < 3 || l->instr->feedback != FB_LIST_INT || (l->instr->flags & BC_NO_SPECULATION))
        return false;
    Ins *value = l->stack[l->depth - 3], *container = l->stack[l->depth - 2], *key = l->stack[l->depth - 1];
    if (container->type != IR_OBJ || ir_is(container, OPF_CONST) || !int_key(l, key)) return false;
    bool number = (value->type == IR_I64 || value->type == IR_F64) && !lower_has_object(l, value);
    if (!number) l->stack[l->depth - 3] = value = lower_object(l, value);
    FrameState *state = lower_state_here(l);
    Ins *index = lower_i64(l, key, state);
    lower_guard_type(l, container, KNOWN_list, state);
    index = lower_guarded(INS(l, index, 0, index, INS(l, size, 0, container)), state);
    Ins *items = INS(l, list_items, 0, container);
    Ins *put = !number                 ? INS(l, list_put, 0, container, items, index, value)
               : value->type == IR_F64 ? INS(l, list_put_f64, 0, container, items, index, value)
                                       : INS(l, list_put_i64, 0, container, items, index, value);
    lower_guarded(put, state);
    l->depth -= 3;
    return true;
}

/* --- local variables --- */

Ins *lower_lacks(const Local *local) { return local->lacks != NULL ? local->lacks : local->bound; }

static bool is_one(const Ins *value) { return value->op == IR_ki64_OP && value->imm == 1; }

Ins *lower_number_load(Lowerer *l, int slot) {
    Local *local = &l->locals[slot];
    lower_object_load(l, slot);
    if (local->value == NULL) return NULL;
    if (!is_one(local->bound)) {
        lower_guarded(INS(l, guard, 0, local->bound), lower_state_here(l));
        local->bound = K_INT(l, 1); /* from here on */
    }
    return !l->framed && local->number ? local->number : local->value;
}

Ins *lower_held_object(Lowerer *l, const Ins *number) {
    if (ir_is(number, OPF_CONST)) return NULL; // made from the constant
    for (int slot = 0; slot < l->code->local_count; slot++) {
        const Local *local = &l->locals[slot];
        if (local->value != number || local->stale || !is_one(local->bound)) continue;
        Ins *object = INS0(l, ldloc, lower_slot(l, slot));
        object->nullable = false;
        return object;
    }
    return NULL;
}

/* An object of which the uses of the variable ask for a number: the variable has both. */
static bool store_and_unbox(Lowerer *l, int slot, Ins *value) {
    Likely wanted = (Likely)l->inference->operands[l->index].stored;
    IrType type = lower_unboxed_type(wanted);
    if (type == IR_OBJ || !lower_speculates(l) || value->type != IR_OBJ || excludes(l, value, wanted))
        return false;
    if (lower_const_info(value) != NULL || ir_is(value, OPF_CONST)) return false;
    FrameState *state = lower_state_here(l);
    Ins *unboxed = lower_as_type(l, value, type, state);
    lower_pop_any(l);
    if (!l->framed) {
        if (l->locals[slot].value != NULL && l->locals[slot].value->type == IR_OBJ)
            INS(l, keep, 0, l->locals[slot].value);
        l->locals[slot] =
            (Local){.number = unboxed, .value = value, .bound = K_INT(l, 1), .stale = true, .quiet = true};
        return true;
    }
    INS(l, stloc, lower_slot(l, slot), value);
    l->locals[slot] = (Local){.value = unboxed, .bound = K_INT(l, 1), .quiet = true};
    return true;
}

Ins *lower_object_of(const Lowerer *l, Ins *number) {
    for (int slot = 0; !l->framed && slot < l->code->local_count; slot++)
        if (l->locals[slot].number == number) return l->locals[slot].value;
    return number;
}

/* The number of a constant; the constant itself where its object could not be told from the number again: it
 * is the caller's. NULL: no value. */
static Ins *number_of_constant(Lowerer *l, Ins *given) {
    const ConstInfo *info = given != NULL ? lower_const_info(given) : NULL;
    if (info != NULL && info->type == LIKELY_WORD) return l->framed ? lower_word(l, given, NULL) : given;
    if (info == NULL || (info->type != LIKELY_INT && info->type != LIKELY_FLOAT)) return given;
    bool integer = info->type == LIKELY_INT;
    Ins *number = integer ? K_INT(l, info->integer) : lower_const(l, IR_kf64_OP, bits_of(info->real));
    bool one_object = integer && info->integer >= 0 && info->integer <= 256;
    return one_object || !l->framed || lower_constant_object(l, number) == given ? number : given;
}

bool lower_number_store(Lowerer *l, int slot) {
    Local *local = &l->locals[slot];
    if (l->depth > 0) l->stack[l->depth - 1] = lower_complex_constant(l, l->stack[l->depth - 1]);
    Ins *given = l->depth > 0 ? l->stack[l->depth - 1] : NULL, *value = number_of_constant(l, given);
    if (value != NULL && store_and_unbox(l, slot, value)) return true;
    if (!l->framed && value != NULL) { /* what it held lives until now */
        if (local->value != NULL && local->value->type == IR_OBJ) INS(l, keep, 0, local->value);
        Ins *object = given->type == IR_OBJ ? given : lower_object_of(l, value);
        *local =
            (Local){.number = object != value ? value : NULL, .value = object, .stale = true, .quiet = true};
        local->bound = K_INT(l, 1);
        lower_pop_any(l);
        return true;
    }
    if (value == NULL || value->type == IR_OBJ) {
        if (value != NULL && lower_object_store(l, slot, value)) return true;
        if (lower_has_made(l, local)) lower_keep(l, &local->value, 1);
        *local = (Local){.bound = K_INT(l, 1)};
        return false;
    }
    Ins *held = lower_held_object(l, value);
    if (held != NULL) { // an assignment hands it on
        lower_pop_any(l);
        INS(l, stloc, lower_slot(l, slot), held);
        *local = (Local){.value = value, .bound = K_INT(l, 1), .quiet = true};
        return true;
    }
    if (!local->quiet && local->value == NULL)
        INS0(l, clrloc, lower_slot(l, slot)); // what it held goes now, as it would in the interpreter
    *local = (Local){.value = value, .bound = K_INT(l, 1), .stale = true, .quiet = true};
    lower_pop_any(l);
    return true;
}

void lower_number_delete(Lowerer *l, int slot) {
    lower_need_frame(l);
    Local *local = &l->locals[slot];
    if (local->value != NULL) lower_flush(l);
    *local = (Local){.bound = K_INT(l, 1)};
}

/* Where the memory holds a number or nothing. */
static void store_object(Lowerer *l, int slot, Ins *object) {
    Ins *store = ir_new_ins(l->fn, IR_stboxed_OP, IR_VOID, 1);
    store->imm = lower_slot(l, slot);
    store->args[0] = object;
    ir_append(l->block, store);
}

/* Variables with one and the same number get one object, so that `is` finds them the same. */
static void share(Lowerer *l, int from, Ins *object) {
    for (int slot = 0; slot < l->code->local_count; slot++) {
        Local *local = &l->locals[slot];
        if (slot == from || !local->stale || local->value != l->locals[from].value) continue;
        if (!is_one(lower_lacks(local))) continue;
        store_object(l, slot, object);
        local->stale = false;
        local->lacks = NULL;
        if (lower_has_made(l, local)) lower_object_stored(local, true);
    }
}

void lower_flush_local(Lowerer *l, int slot) {
    Local *local = &l->locals[slot];
    if (!local->stale) return;
    local->stale = false; // before the box: it has a frame state of its own
    Ins *lacks = lower_lacks(local);
    bool certain = is_one(lacks);
    Block *after = NULL;
    if (!certain) {
        Block *bound = lower_new_block(l);
        after = lower_new_block(l);
        lower_branch(l, lacks, bound, after);
        l->block = bound;
    }
    local->stale = true;
    Ins *object = local->value->type == IR_OBJ ? local->value : box(l, local->value);
    local->stale = false;
    store_object(l, slot, object);
    local->lacks = NULL;
    if (certain && !ir_is(object, OPF_CONST)) share(l, slot, object);
    if (lower_has_made(l, local)) lower_object_stored(local, certain);
    if (certain) return;
    ir_append(l->block, ir_new_ins(l->fn, IR_jump_OP, IR_VOID, 0));
    ir_set_succs(l->block, after, NULL);
    l->block = after;
}

void lower_flush(Lowerer *l) {
    for (int slot = 0; slot < l->code->local_count; slot++) lower_flush_local(l, slot);
}

/* --- joins --- */

static IrType wanted_type(Lowerer *l, int target, uint8_t guess) {
    if (l->code->instrs[target].flags & (BC_NO_SPECULATION | BC_ARRIVES_BOXED)) return IR_OBJ;
    return lower_unboxed_type(guess & ~MAY_BE_UNBOUND);
}

Ins *lower_as_type(Lowerer *l, Ins *value, IrType type, FrameState *state) {
    if (type == IR_OBJ) return lower_object(l, value);
    if ((IrType)value->type == type) return value;
    if (type == IR_U64) return lower_word(l, value, state);
    if (value->type == IR_U64 && type == IR_I64) return lower_signed(l, value, state);
    if (value->type != IR_OBJ)
        value = lower_object(l, value); // a guess that went wrong: the guard will leave
    const ConstInfo *info = lower_const_info(value);
    if (type == IR_F64 && info != NULL && info->type == LIKELY_INT) /* which is no float of that value */
        return lower_guarded(INS(l, unbox_f64, 0, value), state);
    return type == IR_I64 ? lower_i64(l, value, state) : lower_f64(l, value, LIKELY_FLOAT, state);
}

bool lower_may_be_stale(const Lowerer *l, int target, int slot) {
    return !l->framed || lower_place_at(l, target) != &l->places[target] || l->stale[target] == NULL ||
           l->stale[target][slot];
}

/* Of a variable without a value. */
static Ins *number_of_nothing(Lowerer *l, IrType type) {
    if (type == IR_F64) return lower_const(l, IR_kf64_OP, 0);
    return type == IR_I64 ? K_INT(l, 0) : INS(l, word, 0, K_INT(l, 0));
}

/* What an entry finds in the memory of a local that may be unbound. */
static void unbox_if_bound(Lowerer *l, Local *local, Ins *object, Ins *is_null, IrType type,
                           FrameState *state) {
    Ins *none = number_of_nothing(l, type);
    Block *bound = lower_new_block(l), *join = lower_new_block(l);
    Block *unbound = lower_new_block(l);
    Ins *is_bound = INS(l, not, 0, is_null);
    lower_branch(l, is_null, unbound, bound);
    l->block = bound;
    Ins *number = lower_as_type(l, object, type, state);
    bound = l->block;
    Ins *phi = ir_new_ins(l->fn, IR_phi_OP, type, 2);
    ir_append(join, phi);
    ir_append(bound, ir_new_ins(l->fn, IR_jump_OP, IR_VOID, 0));
    ir_set_succs(bound, join, NULL);
    ir_append(unbound, ir_new_ins(l->fn, IR_jump_OP, IR_VOID, 0));
    ir_set_succs(unbound, join, NULL);
    bool first = bound->order < unbound->order; // the values stand in the order of the predecessors
    phi->args[!first] = number;
    phi->args[first] = none;
    l->block = join;
    *local = (Local){.value = phi, .bound = is_bound};
}

/* A local of a call without a frame that has no value yet, and gets one in the loop that begins here. */
static Local unbound(Lowerer *l, IrType type) {
    Ins *none = type == IR_OBJ ? K_NULL(l) : number_of_nothing(l, type);
    return (Local){.value = none, .bound = K_INT(l, 0), .stale = true, .quiet = true};
}

static void conform_local(Lowerer *l, int target, int slot, IrType type, bool may_be_unbound,
                          FrameState *state) {
    const Place *place = lower_place_at(l, target);
    Local *local = &l->locals[slot];
    if (!l->framed) {
        if (local->value != NULL && ir_is(local->value, OPF_VIRTUAL) && local->value->type == IR_OBJ) return;
        bool known = local->number != NULL && (IrType)local->number->type == type;
        if (local->value != NULL)
            local->value = known ? local->number : lower_as_type(l, local->value, type, state);
        else if (may_be_unbound) *local = unbound(l, type);
        return;
    }
    if (type == IR_OBJ && lower_conform_object(l, target, slot, place, state)) return;
    if (type == IR_OBJ) {
        lower_flush_local(l, slot);
        local->value = NULL;
        return;
    }
    bool widens = type == IR_U64 && local->value != NULL && local->value->type == IR_I64;
    if (widens) local->value = lower_word(l, local->value, state);
    if (local->value != NULL && (IrType)local->value->type == type) {
        if (may_be_unbound || local->bound->op == IR_ki64_OP) return;
        lower_guarded(INS(l, guard, 0, local->bound), state);
        local->bound = K_INT(l, 1);
        return;
    }
    if (local->value == NULL && local->quiet && may_be_unbound &&
        !local->stale) { /* nothing was stored there yet */
        local->value = number_of_nothing(l, type);
        local->bound = K_INT(l, 0);
        local->stale = false; /* memory has nothing too */
        return;
    }
    lower_flush_local(l, slot);
    Ins *object = INS0(l, ldloc, lower_slot(l, slot));
    Ins *is_null = INS(l, is, 0, object, K_NULL(l));
    if (may_be_unbound) {
        unbox_if_bound(l, local, object, is_null, type, state);
        return;
    }
    lower_guarded(INS(l, guard, 0, INS(l, not, 0, is_null)), state);
    local->value = lower_as_type(l, object, type, state);
    local->bound = K_INT(l, 1);
    local->stale = false;
}

Ins *lower_range_of(Lowerer *l, Ins *iterator, int64_t step, FrameState *state) {
    iterator = lower_object(l, iterator);
    bool varies = step == STEP_VARIES;
    lower_guarded(INS(l, range_is, varies ? 0 : step, iterator), state);
    Ins *next = INS(l, range_next, 0, iterator), *end = INS(l, range_end, 0, iterator);
    Ins *by = varies ? INS(l, range_step, 0, iterator) : K_INT(l, step);
    return lower_new_range(l, l->block, next, end, by);
}

/* Does the instruction store an item of a list or a tuple that is gone over? */
static bool gets_item(const Lowerer *l, int index) {
    if (index == 0 || l->code->instrs[index - 1].op != BC_FOR_ITER) return false;
    uint8_t iterator = l->inference->operands[index - 1].right;
    return iterator == LIKELY_LIST_ITER || iterator == LIKELY_TUPLE_ITER;
}

/* A variable of a call without a frame that is only given one value: the object is kept as it is, since there
 * is no memory that would have it beside the number. */
static bool keeps_object(const Lowerer *l, int slot) {
    const Local *local = &l->locals[slot];
    if (l->framed || (local->value != NULL && local->value->type != IR_OBJ)) return false;
    int given = slot < l->code->argument_count, last = 0;
    for (int i = 0; i < l->code->count; i++)
        if (l->code->instrs[i].op == BC_STORE_FAST && l->code->instrs[i].arg == slot) given++, last = i;
    return given <= 1 && (local->value != NULL || gets_item(l, last));
}

/* 0: the value is no range's iterator that is no object. */
static int64_t step_of(const Ins *value) {
    if (value->op != IR_range_OP) return 0;
    return value->args[2]->op == IR_ki64_OP ? value->args[2]->imm : STEP_VARIES;
}

/* Of an operand that is an iterator but no object at a place; NULL: it is none. */
static const IterForm *form_wanted(Lowerer *l, int target, const Place *place, int operand) {
    const Ins *there = place->block != NULL ? place->stack[operand] : l->stack[operand];
    if (lower_is_iterator(there)) return lower_form_of(l, there);
    return place->block == NULL ? lower_form_at(l, target, operand) : NULL;
}

/* As what a local arrives; an object, or nothing, where it has no number. */
static IrType type_at(Lowerer *l, int target, int slot) {
    const Place *place = lower_place_at(l, target);
    if (place->block != NULL)
        return place->locals[slot].value != NULL ? (IrType)place->locals[slot].value->type : IR_OBJ;
    IrType type = wanted_type(l, target, l->inference->locals[target][slot]);
    return slot >= l->code->plain_local_count || (type != IR_OBJ && keeps_object(l, slot)) ? IR_OBJ : type;
}

static void conform_slot(Lowerer *l, int target, int slot) {
    const Place *place = lower_place_at(l, target);
    uint8_t guess = l->inference->locals[target][slot];
    bool may_be_unbound = guess & MAY_BE_UNBOUND && guess != (LIKELY_UNSEEN | MAY_BE_UNBOUND);
    if (place->block != NULL) {
        const Local *met = &place->locals[slot];
        may_be_unbound = met->value && met->bound->op == IR_phi_OP;
    }
    conform_local(l, target, slot, type_at(l, target, slot), may_be_unbound,
                  lower_state(l, l->code->instrs[target].offset));
    if (l->locals[slot].value != NULL && !lower_may_be_stale(l, target, slot)) lower_flush_local(l, slot);
}

void lower_conform(Lowerer *l, int target) {
    const uint8_t *locals = l->inference->locals[target], *stack = l->inference->stack[target];
    if (locals == NULL) bail(l->cx, "bad_bytecode", "control flow that was not foreseen");
    FrameState *state = NULL;
    Place *place = lower_place_at(l, target);
    for (int i = 0; i < l->depth; i++) {
        if (lower_is_suspended(l->stack[i])) continue;
        if (place->block == NULL && i + 1 == l->depth && lower_is_step(l, target)) continue;
        int64_t step = place->block != NULL             ? step_of(place->stack[i])
                       : l->stack[i]->op == IR_range_OP ? step_of(l->stack[i])
                                                        : lower_range_step(l, target, i);
        if (step != 0 && l->stack[i]->op != IR_range_OP) {
            if (state == NULL) state = lower_state(l, l->code->instrs[target].offset);
            l->stack[i] = lower_range_of(l, l->stack[i], step, state);
        }
        if (step != 0) continue;
        const IterForm *form = form_wanted(l, target, place, i);
        if (form != NULL && !lower_has_form(l->stack[i], form)) {
            if (state == NULL) state = lower_state(l, l->code->instrs[target].offset);
            l->stack[i] = lower_taken_iterator(l, l->stack[i], form, state);
        }
        if (form != NULL) continue;
        if (ir_is(l->stack[i], OPF_VIRTUAL)) l->stack[i] = lower_object(l, l->stack[i]);
        IrType type = wanted_type(l, target, stack[i]);
        if (place->block != NULL && i < place->depth) type = (IrType)place->stack[i]->type;
        if ((IrType)l->stack[i]->type == type) continue;
        if (state == NULL || type != IR_OBJ) state = lower_state(l, l->code->instrs[target].offset);
        l->stack[i] = lower_as_type(l, l->stack[i], type, state);
    }
    /* Without a frame a number that is boxed for one local becomes that object in others that have it. */
    for (int slot = 0; !l->framed && slot < l->code->local_count; slot++)
        if (type_at(l, target, slot) == IR_OBJ) conform_slot(l, target, slot);
    for (int slot = 0; slot < l->code->local_count; slot++) conform_slot(l, target, slot);
}
