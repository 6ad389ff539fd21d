/* Small rewrites of single instructions: tests of values that were made from a test, comparisons that only a
 * branch looks at, or of what are numbers.
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

static bool is_truth(const Ins *value) {
    if (value->op == IR_iselect_OP) return is_truth(value->args[1]) && is_truth(value->args[2]);
    return value->op == IR_icmp_OP || (value->op == IR_ki64_OP && (value->imm == 0 || value->imm == 1));
}

static Ins *insert(Fn *fn, Ins *at, IrOp op, int64_t imm, Ins *a, Ins *b, Ins *c) {
    Ins *ins = ir_new_ins(fn, op, IR_I64, c != NULL ? 3 : 2);
    ins->imm = imm;
    ins->args[0] = a;
    ins->args[1] = b;
    if (c != NULL) ins->args[2] = c;
    ir_insert_before(at, ins);
    return ins;
}

/* Parts of tuples that are numbers: the part decides where they differ. */
static void compare_numbers(Fn *fn, Ins *call) {
    enum { A, B, COMPARISON, BEHIND };
    enum { EQ = 2, COMPARISONS = 6 };
    Ins *a = final_value(call->args[A]), *b = final_value(call->args[B]);
    const Ins *comparison = call->args[COMPARISON];
    if (a->op != IR_box_i64_OP || b->op != IR_box_i64_OP) return;
    if (comparison->op != IR_ki64_OP || comparison->imm < 0 || comparison->imm >= COMPARISONS) return;
    a = final_value(a->args[0]), b = final_value(b->args[0]);
    Ins *same = insert(fn, call, IR_icmp_OP, EQ, a, b, NULL);
    Ins *result = insert(fn, call, IR_icmp_OP, call->args[COMPARISON]->imm, a, b, NULL);
    become(call, insert(fn, call, IR_iselect_OP, 0, same, final_value(call->args[BEHIND]), result));
}

static void fold_ins(Fn *fn, Ins *ins) {
    Ins *arg = ins->arg_count ? final_value(ins->args[0]) : NULL;
    if (ins->op == IR_truth_OP && arg->op == IR_mkbool_OP) {
        become(ins, arg->args[0]);
    } else if (ins->op == IR_truth_OP && arg->op == IR_call_OP && arg->imm == H_rt_compare &&
               arg->use_count == 1 && arg->block == ins->block) {
        arg->imm = H_rt_compare_truth; /* one helper, no object in between */
        arg->type = IR_I64;
        become(ins, arg);
    } else if (ins->op == IR_call_OP && ins->imm == H_rt_compare_part) {
        compare_numbers(fn, ins);
    } else if (ins->op == IR_settled_OP && is_truth(arg)) {
        ir_remove(ins);
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
    for (int i = 0; i < fn->blocks.count; i++)
        for (Ins *ins = fn->blocks.items[i]->first, *next; ins != NULL; ins = next) {
            next = ins->next;
            fold_ins(fn, ins);
        }
    opt_replace(fn);
}
