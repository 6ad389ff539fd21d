/* Operators, `in`, len and stores of items as calls of methods that are put in line: which method it is, what
 * the operator gives once that has returned, and which operands go then. */
#include "lower/inline.h"

/* Can a value not be NotImplemented? */
static bool is_surely_implemented(const Ins *value, int depth) {
    const ConstInfo *constant = lower_const_info(value);
    if (value->type != IR_OBJ || constant != NULL) return true;
    if (ir_is_box(value) || value->op == IR_mkbool_OP) return true;
    if (value->op == IR_call_OP)
        return value->imm == H_rt_new_instance || value->imm == H_rt_new_plain ||
               value->imm == H_rt_build_tuple || value->imm == H_rt_build_list ||
               value->imm == H_rt_build_map || value->imm == H_rt_new_map || value->imm == H_rt_new_set ||
               value->imm == H_rt_build_string;
    if (value->op != IR_phi_OP || depth == 0) return false;
    for (int i = 0; i < value->arg_count; i++)
        if (value->args[i] == NULL || !is_surely_implemented(value->args[i], depth - 1)) return false;
    return true;
}

Ins *lower_implemented(Lowerer *l, Ins *value) {
    if (is_surely_implemented(value, 3)) return value;
    lower_need_frame(l);
    Ins **operands = &l->stack[l->depth - 2];
    Ins *left = lower_object(l, operands[0]), *right = lower_object(l, operands[1]);
    Block *asked = lower_new_block(l), *known = lower_new_block(l), *join = lower_new_block(l);
    Fork fork = lower_fork(l);
    lower_branch(l, INS(l, is, 0, value, K_KNOWN(l, NotImplemented)), asked, known);
    l->block = asked;
    Ins *kind = K_INT(l, l->instr->arg);
    Ins *other = l->instr->op == BC_COMPARE_OP
                     ? EMIT_CALL(l, rt_not_compared, left, right, kind)
                     : EMIT_CALL(l, rt_not_implemented, left, right, kind, K_INT(l, l->instr->arg2 != 0));
    INS0(l, jump, 0);
    ir_set_succs(l->block, join, NULL);
    lower_other_way(l, &fork, known);
    INS0(l, jump, 0);
    ir_set_succs(l->block, join, NULL);
    ir_fill_preds(l->fn);
    Ins *phi = ir_new_ins(l->fn, IR_phi_OP, IR_OBJ, join->preds.count);
    for (int p = 0; p < phi->arg_count; p++) phi->args[p] = join->preds.items[p] == known ? value : other;
    ir_append(join, phi);
    lower_other_way(l, &fork, join);
    l->ran_code = true;
    return phi;
}

/* An __init__ gives None, or the interpreter complains. */
static Ins *returned_none(Lowerer *l, Ins *value, FrameState *state) {
    const ConstInfo *info = lower_const_info(value);
    Ins *none = K_KNOWN(l, None);
    if (info == NULL || info->type != LIKELY_NONE)
        lower_guarded(INS(l, guard, 0, INS(l, is, 0, lower_object(l, value), none)), state);
    return none;
}

/* What __contains__ gives is asked whether it is true; a number and a bool are so here. */
static Ins *returned_truth(Lowerer *l, Ins *value, FrameState *state) {
    enum { NE = 3 };
    const ConstInfo *info = lower_const_info(value);
    if (value->op == IR_mkbool_OP) return value->args[0];
    if (value->type == IR_I64) return INS(l, icmp, NE, value, K_INT(l, 0));
    Ins *object = lower_object(l, value), *is_true = INS(l, is, 0, object, K_KNOWN(l, True));
    if (info == NULL || info->type != LIKELY_BOOL) {
        Ins *is_bool = INS(l, ior, 0, is_true, INS(l, is, 0, object, K_KNOWN(l, False)));
        lower_guarded(INS(l, guard, 0, is_bool), state);
    }
    return is_true;
}

static Ins *returned_length(Lowerer *l, Ins *value, FrameState *state) {
    enum { GE = 5 };
    Ins *length = lower_as_type(l, value, IR_I64, state);
    if (length->op != IR_ki64_OP || length->imm < 0)
        lower_guarded(INS(l, guard, 0, INS(l, icmp, GE, length, K_INT(l, 0))), state);
    return length;
}

Ins *inline_returned(Lowerer *l, Ins *value, FrameState *state) {
    switch (l->inlined->kind) {
    case INLINED_INIT: return returned_none(l, value, state);
    case INLINED_CONTAINS:
    case INLINED_CONTAINS + 1: return returned_truth(l, value, state);
    case INLINED_LEN: return returned_length(l, value, state);
    case INLINED_SET_ITEM:
    case INLINED_SETTER: return value->type == IR_OBJ ? lower_object(l, value) : K_KNOWN(l, None);
    default: return lower_as_type(l, value, l->inlined->type, state);
    }
}

void inline_give(Lowerer *l, int kind, Ins *value) {
    int operands = ir_operands(kind);
    if (kind >= INLINED_BINARY && kind < INLINED_CONTAINS) value = lower_implemented(l, value);
    if (kind == INLINED_CONTAINS + 1) value = INS(l, not, 0, value);
    if (kind == INLINED_CONTAINS || kind == INLINED_CONTAINS + 1) value = INS(l, mkbool, 0, value);
    if (ir_gives_nothing(kind) && !ir_is(value, OPF_CONST)) lower_keep(l, &value, 1);
    lower_keep(l, &l->stack[l->depth - operands], operands); /* they go when the method has returned */
    l->depth -= operands;
    if (!ir_gives_nothing(kind)) lower_push(l, value);
}

/* --- which method it is --- */

/* The method that an operator calls, if its left operand is of one class only. */
static const Site *find_operator(Lowerer *l, const Ins *left) {
    const Site *site = lower_site_of(l, left);
    uint32_t version = lower_hinted(l, left);
    bool fits = site != NULL && site->next == NULL && !site->called;
    if (fits && (version == 0 || version == site->type_version)) return site;
    return version != 0 ? l->callees->operator(l->callees->context, l->cx, l->instr, version) : NULL;
}

/* An operator whose method takes so many operands, the first of which is of the class that has it. */
static bool inline_method(Lowerer *l, Ins **operands, int count) {
    Call call = {.args = operands, .count = count, .names = -1};
    if (l->callees != NULL && operands[0]->type == IR_OBJ) call.site = find_operator(l, operands[0]);
    return inline_call(l, &call);
}

bool lower_inline_operator(Lowerer *l) {
    return l->depth >= 2 && inline_method(l, &l->stack[l->depth - 2], 2);
}

bool lower_inline_contains(Lowerer *l) {
    if (l->depth < 2) return false;
    Ins **top = &l->stack[l->depth - 1], *operands[] = {top[0], top[-1]};
    return inline_method(l, operands, 2);
}

bool lower_inline_store_subscr(Lowerer *l) {
    if (l->depth < 3) return false;
    Ins **top = &l->stack[l->depth - 1], *operands[] = {top[-1], top[0], top[-2]};
    return inline_method(l, operands, 3);
}

bool lower_inline_len(Lowerer *l) {
    if (!inline_may(l) || l->depth < 3 || l->instr->arg != 1 || l->instr->arg2 >= 0) return false;
    Ins **operands = &l->stack[l->depth - 3];
    if (operands[2]->type != IR_OBJ ||
        (lower_hinted(l, operands[2]) == 0 && (l->instr->site == NULL || l->instr->site->called)) ||
        lower_builtin_at(operands) != BI_builtins_len || operands[0]->op != IR_null_OP)
        return false;
    lower_guard_builtin(l, operands);
    bool done = inline_method(l, &operands[2], 1);
    l->calls_left -= done;
    return done;
}
