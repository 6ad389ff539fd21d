/* Items of a list that change places, as in `a[i], a[k] = a[k], a[i]`: no reference is taken or dropped for
 * that, and nothing can go wrong once both were read.
 *
 * needs: nothing; comes before reference counts.  keeps: everything.  makes anew: use_count. */
#include "opt/opt.h"

/* What neither runs code nor changes memory. What is computed twice in a row of these is the same. */
static bool is_quiet(const Ins *ins) {
    switch (ins->op) {
    case IR_ldloc_OP:
    case IR_chkloc_OP:
    case IR_is_type_OP:
    case IR_unbox_i64_OP:
    case IR_unbox_u64_OP:
    case IR_unbox_low_OP:
    case IR_size_OP:
    case IR_index_OP:
    case IR_list_items_OP:
    case IR_list_get_OP:
    case IR_iadd_OP:
    case IR_iadd_wrap_OP:
    case IR_isub_OP:
    case IR_isub_wrap_OP:
    case IR_setlasti_OP: return true;
    default: return false;
    }
}

/* Both stand in the row, or are one and the same. */
static bool same(const Ins *a, const Ins *b, const Ins *first) {
    if (a == b) return true;
    if (a->op != b->op || a->imm != b->imm || !is_quiet(a) || a->op == IR_list_get_OP) return false;
    bool in_row = a->block == first->block && b->block == first->block && a->use_count >= first->use_count &&
                  b->use_count >= first->use_count;
    if (!in_row || a->arg_count != b->arg_count) return false;
    for (int i = 0; i < a->arg_count; i++)
        if (!same(a->args[i], b->args[i], first)) return false;
    return true;
}

static const Ins *begin_of_row(const Ins *put) {
    const Ins *first = put;
    while (first->prev != NULL && is_quiet(first->prev)) first = first->prev;
    return first;
}

/* Does the value stored come from the other place, read in this row? */
static bool comes_from(const Ins *put, const Ins *other, const Ins *first) {
    const Ins *value = put->args[3];
    return value->op == IR_list_get_OP && value->block == put->block &&
           value->use_count >= first->use_count && same(value->args[0], other->args[0], first) &&
           same(value->args[2], other->args[2], first);
}

/* Asked in the same row before, with another outcome impossible. */
static bool was_asked(const Ins *ins, const Ins *first, const Ins *put) {
    for (const Ins *before = first; before != put; before = before->next)
        if (before->op == ins->op && same(before, ins, first)) return true;
    return false;
}

static Ins *second_put(const Ins *put, const Ins *first) {
    Ins *ins = put->next;
    while (ins != NULL && is_quiet(ins)) ins = ins->next;
    if (ins == NULL || ins->op != IR_list_put_OP || !same(ins->args[0], put->args[0], first)) return NULL;
    return comes_from(put, ins, first) && comes_from(ins, put, first) ? ins : NULL;
}

/* What is asked again in between goes, and with it the last use of the items. */
static void exchange(Ins *put, Ins *second, const Ins *first) {
    Ins *place = second->args[2];
    for (Ins *ins = put->next, *next; ins != second; ins = next) {
        next = ins->next;
        bool again = ins->state != NULL && (ins->type == IR_VOID || ins == place);
        if (again && was_asked(ins, first, put)) ir_remove(ins);
    }
    put->op = IR_list_swap_OP;
    put->args[3] = put->args[3]->args[2];
    put->state = NULL;
    ir_remove(second);
}

void opt_swap(Fn *fn) {
    for (int i = 0; i < fn->blocks.count; i++) {
        int position = 0;
        for_each_ins(ins, fn->blocks.items[i]) ins->use_count = position++;
        for_each_ins(ins, fn->blocks.items[i]) {
            if (ins->op != IR_list_put_OP || ins->args[3]->op != IR_list_get_OP) continue;
            const Ins *first = begin_of_row(ins);
            Ins *second = second_put(ins, first);
            if (second != NULL) exchange(ins, second, first);
        }
    }
}
