/* Reverse postorder and dominators, after Cooper, Harvey and Kennedy. All entries hang below one root that is
 * no block, so a block that two entries reach is dominated by neither. */
#include "ir/ir.h"

typedef struct Visit {
    Block *block;
    int next;
} Visit;

static int number_postorder(Fn *fn, Block **postorder) {
    int count = 0, depth = 0;
    Visit *stack = arena_array(fn_arena(fn), Visit, fn->blocks.count + 1);
    for (int i = 0; i < fn->blocks.count; i++) fn->blocks.items[i]->rpo = -1;
    for (int i = fn->blocks.count - 1; i >= 0; i--) {
        Block *root = fn->blocks.items[i];
        if (!root->is_entry || root->rpo >= 0) continue;
        root->rpo = 0;
        stack[depth++] = (Visit){root, 0};
        while (depth > 0) {
            Visit *top = &stack[depth - 1];
            if (top->next < top->block->succ_count) {
                Block *succ = top->block->succs[top->next++];
                if (succ->rpo >= 0) continue;
                succ->rpo = 0;
                stack[depth++] = (Visit){succ, 0};
            } else {
                postorder[count++] = top->block;
                depth--;
            }
        }
    }
    for (int i = 0; i < count; i++) postorder[i]->rpo = count - 1 - i;
    return count;
}

/* The nearest block that dominates both; NULL: only the root does. */
static Block *common(Block *a, Block *b) {
    while (a != b && a != NULL && b != NULL) {
        if (a->rpo > b->rpo) a = a->idom;
        else b = b->idom;
    }
    return a == b ? a : NULL;
}

void ir_fill_dominators(Fn *fn) {
    Block **postorder = arena_array(fn_arena(fn), Block *, fn->blocks.count + 1);
    bool *known = arena_array(fn_arena(fn), bool, fn->blocks.count + 1);
    int count = number_postorder(fn, postorder);
    for (int i = 0; i < count; i++) {
        postorder[i]->idom = NULL;
        known[postorder[i]->rpo] = postorder[i]->is_entry;
    }
    for (bool changed = true; changed;) {
        changed = false;
        for (int i = count - 1; i >= 0; i--) {
            Block *block = postorder[i], *best = NULL;
            bool first = true;
            if (block->is_entry) continue;
            for (int p = 0; p < block->preds.count; p++) {
                Block *pred = block->preds.items[p];
                if (pred->rpo < 0 || !known[pred->rpo]) continue;
                best = first ? pred : common(best, pred);
                first = false;
            }
            if (!known[block->rpo] || block->idom != best) {
                known[block->rpo] = changed = true;
                block->idom = best;
            }
        }
    }
}

bool ir_dominates(const Block *a, const Block *b) {
    while (b != NULL && b != a) b = b->idom;
    return b == a;
}
