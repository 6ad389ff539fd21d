/* What is the same in every turn of a loop is done once, where the loop is entered: guards, reads of memory
 * that the loop does not change, arithmetic. What may leave there leaves with the state of the loop's anchor:
 * the interpreter goes on at the loop's beginning, when nothing of it has been done. So only what is done in
 * every turn is moved; else a guard could fail for a turn that never comes. A guard that reads an object at a
 * constant address stays behind those that say that it is alive. Innermost loops first: what was
 * moved out of one may be moved out of the next.
 *
 * needs: reference counts inserted, preds.  keeps: everything.  makes anew: dominators. */
#include "opt/memory.h"
#include "opt/opt.h"

#include <stdlib.h>
#include <string.h>

typedef struct Loop {
    Block *head;
    Ins *anchor; /* where it is entered; NULL: nothing can be moved there */
    VEC(Block *) body;
    VEC(Block *) latches;
} Loop;

typedef struct Hoist {
    Fn *fn;
    const Numbers *numbers;
    Loop *loop;
    uint64_t changed; /* kinds of memory that the loop changes */
    bool asked;       /* a question that an object's life may hang on has stayed in the loop */
    bool *in_loop;    /* by block */
} Hoist;

/* --- loops --- */

static Ins *find_anchor(const Block *block) {
    for (Ins *ins = block->last; ins != NULL; ins = ins->prev)
        if (ins->op == IR_anchor_OP) return ins;
    return NULL;
}

/* All blocks that reach a latch without passing the head. False: the loop can be entered elsewhere. */
static bool find_body(Hoist *h, Loop *loop) {
    memset(h->in_loop, 0, sizeof(bool) * (size_t)h->fn->blocks.count);
    vec_push(fn_arena(h->fn), &loop->body, loop->head);
    h->in_loop[loop->head->order] = true;
    for (int i = 0; i < loop->latches.count; i++) {
        if (h->in_loop[loop->latches.items[i]->order]) continue;
        h->in_loop[loop->latches.items[i]->order] = true;
        vec_push(fn_arena(h->fn), &loop->body, loop->latches.items[i]);
    }
    for (int i = 1; i < loop->body.count; i++) {
        const Block *block = loop->body.items[i];
        if (!ir_dominates(loop->head, block)) return false;
        for (int p = 0; p < block->preds.count; p++) {
            Block *pred = block->preds.items[p];
            if (h->in_loop[pred->order]) continue;
            h->in_loop[pred->order] = true;
            vec_push(fn_arena(h->fn), &loop->body, pred);
        }
    }
    return true;
}

/* The loop that a block heads: one block leads into it, all others come from inside. */
static bool find_loop(Hoist *h, Block *head, Loop *loop) {
    const Block *before = NULL;
    *loop = (Loop){.head = head};
    for (int p = 0; p < head->preds.count; p++) {
        Block *pred = head->preds.items[p];
        if (ir_dominates(head, pred)) vec_push(fn_arena(h->fn), &loop->latches, pred);
        else if (before == NULL) before = pred;
        else return false;
    }
    if (before == NULL || before->succ_count != 1 || loop->latches.count == 0) return false;
    loop->anchor = find_anchor(before);
    return loop->anchor != NULL && find_body(h, loop);
}

/* --- what can be moved --- */

static bool is_movable(const Ins *ins) {
    switch (ins->op) {
    case IR_iadd_wrap_OP:
    case IR_word_OP:
    case IR_bits_OP:
    case IR_iselect_OP:
    case IR_fselect_OP:
    case IR_f2i_OP:
    case IR_code_of_OP:
    case IR_char_code_OP: return false;
    default: return memory_decides(ins);
    }
}

/* What leaves when the object is not what it should be; what reads from it may do so behind that only. */
static bool asks(const Ins *ins) { return ir_leaves(ins) || ins->op == IR_chkloc_OP; }

/* What stands at a constant address is alive because of a class, function or module that was asked about in
 * front of it. */
static bool keeps_alive(const Ins *ins) {
    return ins->op == IR_guard_OP || (asks(ins) && (memory_read(ins) & MEM_TYPES) != 0);
}

static bool reads_constant(const Ins *ins) {
    if (ins->arg_count == 0 || memory_read(ins) == 0) return false;
    const Ins *object = ins->args[0]->op == IR_pinned_OP ? ins->args[0]->args[0] : ins->args[0];
    return object->op == IR_factobj_OP || object->op == IR_factptr_OP || object->op == IR_fact_OP;
}

static bool is_outside(const Hoist *h, const Ins *value) {
    return ir_is(value, OPF_CONST) || !h->in_loop[value->block->order];
}

static bool is_invariant(const Hoist *h, const Ins *ins) {
    if (!is_movable(ins) || (memory_read(ins) & h->changed)) return false;
    if (h->asked && reads_constant(ins)) return false;
    for (int a = 0; a < ins->arg_count; a++)
        if (!is_outside(h, ins->args[a]) || ins->args[a]->scratch == h->loop) return false;
    return true;
}

static void move(Hoist *h, Ins *ins) {
    Ins *anchor = h->loop->anchor;
    bool leaves = asks(ins);
    ir_remove(ins);
    if (ins->op == IR_chkloc_OP) {
        ins->op = IR_is_bound_OP;
        ins->imm = 0;
    }
    ir_insert_before(anchor, ins);
    if (!leaves) return;
    ins->state = anchor->state;
    ins->exit = anchor->exit;
}

/* A value that something asks about in the loop itself is not read from where the loop is entered: its mark
 * is the loop. */
static void keep_in_loop(Hoist *h, Ins *ins) {
    if (!asks(ins)) return;
    for (int a = 0; a < ins->arg_count; a++)
        if (ins->args[a]->type == IR_OBJ || ins->args[a]->type == IR_PTR) ins->args[a]->scratch = h->loop;
}

static bool is_done_each_turn(const Loop *loop, const Block *block) {
    for (int i = 0; i < loop->latches.count; i++)
        if (!ir_dominates(block, loop->latches.items[i])) return false;
    return true;
}

static int by_rpo(const void *a, const void *b) {
    return (*(Block *const *)a)->rpo - (*(Block *const *)b)->rpo;
}

static void hoist_from(Hoist *h, Loop *loop) {
    Fn *fn = h->fn;
    h->loop = loop;
    h->changed = 0;
    h->asked = false;
    for (int i = 0; i < loop->body.count; i++)
        h->changed |= memory_changed_in(h->numbers, loop->body.items[i]);
    qsort(loop->body.items, (size_t)loop->body.count, sizeof(Block *), by_rpo);
    for (int i = 0; i < fn->pool.count; i++) fn->pool.items[i]->scratch = NULL;
    for (int i = 0; i < fn->blocks.count; i++) for_each_ins(ins, fn->blocks.items[i]) ins->scratch = NULL;
    for (int i = 0; i < loop->body.count; i++) {
        if (!is_done_each_turn(loop, loop->body.items[i])) continue;
        for (Ins *ins = loop->body.items[i]->first, *next; ins != NULL; ins = next) {
            next = ins->next;
            if (is_invariant(h, ins)) {
                move(h, ins);
                continue;
            }
            keep_in_loop(h, ins);
            h->asked |= keeps_alive(ins);
        }
    }
}

void opt_hoist(Fn *fn) {
    Hoist hoist = {.fn = fn}, *h = &hoist;
    Arena *arena = fn_arena(fn);
    VEC(Loop *) loops = {0};
    ir_fill_dominators(fn);
    h->numbers = memory_find_numbers(fn);
    h->in_loop = arena_array(arena, bool, fn->blocks.count + 1);
    for (int i = 0; i < fn->blocks.count; i++) {
        Loop *loop = arena_new(arena, Loop);
        if (fn->blocks.items[i]->rpo >= 0 && find_loop(h, fn->blocks.items[i], loop))
            vec_push(arena, &loops, loop);
    }
    /* An inner loop's head comes later than the outer one's. */
    for (bool sorted = false; !sorted;) {
        sorted = true;
        for (int i = 0; i + 1 < loops.count; i++) {
            if (loops.items[i]->head->rpo >= loops.items[i + 1]->head->rpo) continue;
            Loop *loop = loops.items[i];
            loops.items[i] = loops.items[i + 1];
            loops.items[i + 1] = loop;
            sorted = false;
        }
    }
    for (int i = 0; i < loops.count; i++) {
        memset(h->in_loop, 0, sizeof(bool) * (size_t)fn->blocks.count);
        for (int b = 0; b < loops.items[i]->body.count; b++)
            h->in_loop[loops.items[i]->body.items[b]->order] = true;
        hoist_from(h, loops.items[i]);
    }
}
