/* Tidy the control-flow graph: drop blocks that nothing reaches, replace phis that join one value, merge a
 * block into its only predecessor, and put a block on each edge from a fork to a join, so that later passes
 * have a place there.
 *
 * needs: preds.  makes anew: preds, order.  breaks: dominators. */
#include "opt/opt.h"

static void mark(Block *block, Block **stack, int *depth) {
    if (block->scratch != NULL) return;
    block->scratch = block;
    stack[(*depth)++] = block;
}

static void drop_phi_args(Block *succ, const Block *pred) {
    int index = 0;
    while (succ->preds.items[index] != pred) index++;
    for (Ins *phi = succ->first; phi != NULL && phi->op == IR_phi_OP; phi = phi->next) {
        for (int i = index; i + 1 < phi->arg_count; i++) phi->args[i] = phi->args[i + 1];
        phi->arg_count--;
    }
    for (int i = index; i + 1 < succ->preds.count; i++) succ->preds.items[i] = succ->preds.items[i + 1];
    succ->preds.count--;
}

static void drop_unreachable(Fn *fn) {
    Block **stack = arena_array(fn_arena(fn), Block *, fn->blocks.count + 1);
    int depth = 0, kept = 0;
    for (int i = 0; i < fn->blocks.count; i++) fn->blocks.items[i]->scratch = NULL;
    for (int i = 0; i < fn->entries.count; i++) mark(fn->entries.items[i].block, stack, &depth);
    while (depth > 0) {
        Block *block = stack[--depth];
        for (int s = 0; s < block->succ_count; s++) mark(block->succs[s], stack, &depth);
    }
    for (int i = 0; i < fn->blocks.count; i++) {
        Block *block = fn->blocks.items[i];
        if (block->scratch != NULL) continue;
        for (int s = 0; s < block->succ_count; s++) drop_phi_args(block->succs[s], block);
    }
    for (int i = 0; i < fn->blocks.count; i++)
        if (fn->blocks.items[i]->scratch != NULL) fn->blocks.items[kept++] = fn->blocks.items[i];
    fn->blocks.count = kept;
}

/* --- phis of one value: `scratch` of a value leads to what replaces it --- */

static Ins *replacement(Ins *value) {
    while (value->scratch != NULL) value = value->scratch;
    return value;
}

static Ins *only_value(Ins *phi) {
    Ins *only = NULL;
    for (int i = 0; i < phi->arg_count; i++) {
        Ins *value = replacement(phi->args[i]);
        if (value == phi || value == only) continue;
        if (only != NULL) return NULL;
        only = value;
    }
    return only;
}

static void replace_trivial_phis(Fn *fn) {
    bool found = false;
    for (int i = 0; i < fn->blocks.count; i++) for_each_ins(ins, fn->blocks.items[i]) ins->scratch = NULL;
    for (int i = 0; i < fn->pool.count; i++) fn->pool.items[i]->scratch = NULL;
    for (bool changed = true; changed;) {
        changed = false;
        for (int i = 0; i < fn->blocks.count; i++)
            for (Ins *phi = fn->blocks.items[i]->first; phi != NULL && phi->op == IR_phi_OP;
                 phi = phi->next) {
                if (phi->scratch != NULL) continue;
                phi->scratch = only_value(phi);
                found |= phi->scratch != NULL;
                changed |= phi->scratch != NULL;
            }
    }
    if (!found) return;
    for (int i = 0; i < fn->blocks.count; i++)
        for (Ins *ins = fn->blocks.items[i]->first, *next; ins != NULL; ins = next) {
            next = ins->next;
            if (ins->op == IR_phi_OP && ins->scratch != NULL) {
                ir_remove(ins);
                continue;
            }
            for (int a = 0; a < ins->arg_count; a++) ins->args[a] = replacement(ins->args[a]);
            for (int s = 0; s < ir_state_count(ins->state); s++)
                *ir_state_value(ins->state, s) = replacement(*ir_state_value(ins->state, s));
        }
}

/* Of a loop that does not go round: nothing may be moved there out of what comes behind. */
static void remove_anchor(Block *block) {
    Ins *ins = block->last->prev;
    if (ins != NULL && ins->op == IR_anchor_OP) ir_remove(ins);
}

static void merge_straight_lines(Fn *fn) {
    int kept = 0;
    for (int i = 0; i < fn->blocks.count; i++) fn->blocks.items[i]->scratch = NULL;
    for (int i = 0; i < fn->blocks.count; i++) {
        Block *block = fn->blocks.items[i];
        if (block->scratch != NULL) continue; /* went into another block */
        while (block->succ_count == 1) {
            Block *succ = block->succs[0];
            if (succ == block || succ->is_entry || succ->preds.count != 1 || succ->first->op == IR_phi_OP)
                break;
            remove_anchor(block);
            ir_remove(block->last);
            for (Ins *ins = succ->first, *next; ins != NULL; ins = next) {
                next = ins->next;
                ir_append(block, ins);
            }
            succ->first = succ->last = NULL;
            succ->scratch = block;
            ir_set_succs(block, succ->succs[0], succ->succs[1]);
            for (int s = 0; s < block->succ_count; s++) {
                Block *after = block->succs[s];
                for (int p = 0; p < after->preds.count; p++)
                    if (after->preds.items[p] == succ) after->preds.items[p] = block;
            }
        }
    }
    for (int i = 0; i < fn->blocks.count; i++)
        if (fn->blocks.items[i]->scratch == NULL) fn->blocks.items[kept++] = fn->blocks.items[i];
    fn->blocks.count = kept;
}

static void split_critical_edges(Fn *fn) {
    int count = fn->blocks.count;
    for (int i = 0; i < count; i++) {
        Block *block = fn->blocks.items[i];
        for (int s = 0; s < block->succ_count && block->succ_count > 1; s++) {
            Block *succ = block->succs[s];
            if (succ->preds.count < 2) continue;
            Block *between = ir_new_block(fn);
            ir_append(between, ir_new_ins(fn, IR_jump_OP, IR_VOID, 0));
            ir_set_succs(between, succ, NULL);
            vec_push(fn_arena(fn), &between->preds, block);
            block->succs[s] = between;
            int p = 0;
            while (succ->preds.items[p] != block) p++;
            succ->preds.items[p] = between;
        }
    }
}

/* Preds were kept right by hand, since phis go by their order; only `order` is made anew. */
static void number_blocks(Fn *fn) {
    for (int i = 0; i < fn->blocks.count; i++) fn->blocks.items[i]->order = i;
}

void opt_cfg(Fn *fn) {
    drop_unreachable(fn);
    replace_trivial_phis(fn);
    merge_straight_lines(fn);
    split_critical_edges(fn);
    number_blocks(fn);
}
