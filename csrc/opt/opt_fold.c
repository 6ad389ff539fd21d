/* Small rewrites of single instructions: tests of values that were made from a test, comparisons that only a
 * branch looks at.
 *
 * needs: nothing.  keeps: everything.  makes anew: use_count. */
#include "opt/opt.h"

void opt_count_uses(Fn *fn) {
    for (int i = 0; i < fn->blocks.count; i++) for_each_ins(ins, fn->blocks.items[i]) ins->use_count = 0;
    for (int i = 0; i < fn->pool.count; i++) fn->pool.items[i]->use_count = 0;
    for (int i = 0; i < fn->blocks.count; i++) for_each_ins(ins, fn->blocks.items[i]) {
            for (int a = 0; a < ins->arg_count; a++) ins->args[a]->use_count++;
            for (int s = 0; s < ir_state_count(ins->state); s++)
                (*ir_state_value(ins->state, s))->use_count++;
        }
}

static void become(Ins *ins, Ins *value) { ins->scratch = value; }

static Ins *final_value(Ins *value) {
    while (value->scratch != NULL) value = value->scratch;
    return value;
}

static void fold_ins(Ins *ins) {
    Ins *arg = ins->arg_count ? final_value(ins->args[0]) : NULL;
    if (ins->op == IR_truth_OP && arg->op == IR_mkbool_OP) {
        become(ins, arg->args[0]);
    } else if (ins->op == IR_truth_OP && arg->op == IR_call_OP && arg->imm == H_rt_compare &&
               arg->use_count == 1 && arg->block == ins->block) {
        arg->imm = H_rt_compare_truth; /* one helper, no object in between */
        arg->type = IR_I64;
        become(ins, arg);
    }
}

void opt_replace(Fn *fn) {
    for (int i = 0; i < fn->blocks.count; i++)
        for (Ins *ins = fn->blocks.items[i]->first, *next; ins != NULL; ins = next) {
            next = ins->next;
            for (int a = 0; a < ins->arg_count; a++) ins->args[a] = final_value(ins->args[a]);
            for (int s = 0; s < ir_state_count(ins->state); s++)
                *ir_state_value(ins->state, s) = final_value(*ir_state_value(ins->state, s));
            if (ins->scratch != NULL) ir_remove(ins);
        }
}

void opt_fold(Fn *fn) {
    opt_count_uses(fn);
    for (int i = 0; i < fn->blocks.count; i++) for_each_ins(ins, fn->blocks.items[i]) ins->scratch = NULL;
    for (int i = 0; i < fn->pool.count; i++) fn->pool.items[i]->scratch = NULL;
    for (int i = 0; i < fn->blocks.count; i++) for_each_ins(ins, fn->blocks.items[i]) fold_ins(ins);
    opt_replace(fn);
}
