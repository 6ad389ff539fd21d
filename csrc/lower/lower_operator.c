/* What an operator gives whose method was put in line and may have given NotImplemented. */
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

/* The operands go when the method has returned, the left one first. */
static void keep_operands(Lowerer *l, int operands) {
    Ins *values[2];
    int count = 0;
    for (int i = 1; i <= operands; i++)
        if (l->stack[l->depth - i]->type == IR_OBJ) values[count++] = l->stack[l->depth - i];
    if (count > 0) lower_ins(l, IR_keep_OP, 0, count, values);
}

void inline_operator_result(Lowerer *l, int operands, Ins *value) {
    if (l->instr->op == BC_BINARY_OP || l->instr->op == BC_COMPARE_OP) value = lower_implemented(l, value);
    keep_operands(l, operands);
    l->depth -= operands;
    lower_push(l, value);
}
