/* Definite assignment: drop the checks of local variables that are certainly bound.
 *
 * A forward analysis over sets of slots. A handler begins with what held at each instruction that raises into
 * it. At a resume point and at an entry in a loop nothing is known: the interpreter may have come there by
 * ways that are not in this function, such as one behind an exit.
 *
 * needs: preds, order.  keeps: everything. */
#include "opt/opt.h"

#include <string.h>

typedef struct Assigned {
    Fn *fn;
    int words;
    uint64_t *in;  /* by block: slots bound on arrival */
    uint64_t *now; /* while walking a block */
    bool *stale;   /* by block: to be walked, since what is bound on arrival has changed */
    bool changed;
} Assigned;

static uint64_t *facts_of(Assigned *a, const Block *block) {
    return a->in + (size_t)block->order * (size_t)a->words;
}

static void meet(Assigned *a, const Block *block) {
    uint64_t *facts = facts_of(a, block);
    for (int w = 0; w < a->words; w++) {
        uint64_t both = facts[w] & a->now[w];
        if (both != facts[w]) a->changed = a->stale[block->order] = true;
        facts[w] = both;
    }
}

static bool bound(const Assigned *a, int64_t slot) { return a->now[slot / 64] >> (slot % 64) & 1; }
static void bind(Assigned *a, int64_t slot) { a->now[slot / 64] |= UINT64_C(1) << (slot % 64); }
static void unbind(Assigned *a, int64_t slot) { a->now[slot / 64] &= ~(UINT64_C(1) << (slot % 64)); }

static int local_count(const Assigned *a, const Ins *ins) {
    return ins->frame ? a->fn->inlined.items[ins->frame - 1].local_count : a->fn->local_count;
}

static bool names_local(const Assigned *a, const Ins *ins, int64_t local) {
    return local >= 0 && local < local_count(a, ins);
}

static void step(Assigned *a, const Ins *ins) {
    if (ins->op == IR_call_OP && ins->imm == H_rt_add_local && names_local(a, ins, ins->args[2]->imm))
        unbind(a, ir_local_slot(a->fn, ins->frame, (int)ins->args[2]->imm)); /* until the result is stored */
    for (const FrameState *state = ir_raises(ins) ? ins->state : NULL; state != NULL; state = state->parent)
        if (state->handler >= 0)
            meet(a, a->fn->entries.items[a->fn->handlers.items[state->handler].entry].block);
    if (ins->op == IR_stloc_OP || ins->op == IR_stboxed_OP || ins->op == IR_chkloc_OP) bind(a, ins->imm);
    if (ins->op == IR_clrloc_OP) unbind(a, ins->imm);
    for (int i = 1; ins->op == IR_push_OP && i < ins->arg_count; i++) {
        int slot = ir_local_slot(a->fn, ins->frame, i - 1);
        if (ins->args[i]->op != IR_null_OP) bind(a, slot);
        else unbind(a, slot);
    }
    if (ins->op != IR_call_OP) return;
    if (ins->imm == H_rt_make_cell && names_local(a, ins, ins->args[0]->imm))
        bind(a, ir_local_slot(a->fn, ins->frame, (int)ins->args[0]->imm));
    if (ins->imm == H_rt_copy_free_vars)
        for (int i = 0; i < ins->args[0]->imm && i < local_count(a, ins); i++)
            bind(a, ir_stack_slot(a->fn, ins->frame, 0) - 1 - i);
}

static void walk(Assigned *a, Block *block) {
    a->stale[block->order] = false;
    memcpy(a->now, facts_of(a, block), sizeof(uint64_t) * (size_t)a->words);
    for_each_ins(ins, block) step(a, ins);
    for (int s = 0; s < block->succ_count; s++) meet(a, block->succs[s]);
}

static void drop_checks(Assigned *a, Block *block) {
    memcpy(a->now, facts_of(a, block), sizeof(uint64_t) * (size_t)a->words);
    for (Ins *ins = block->first, *next; ins != NULL; ins = next) {
        next = ins->next;
        if (ins->op == IR_ldloc_OP && bound(a, ins->imm)) ins->nullable = false;
        if (ins->op == IR_chkloc_OP && bound(a, ins->imm)) ir_remove(ins);
        else step(a, ins);
    }
}

/* What holds at the entries that control does not reach from inside: only the arguments are bound. */
static void start_facts(Assigned *a) {
    memset(a->now, 0, sizeof(uint64_t) * (size_t)a->words);
    for (int i = 0; i < a->fn->argument_count && i < a->fn->local_count; i++) bind(a, i);
    for (int i = 0; i < a->fn->entries.count; i++) {
        const Entry *entry = &a->fn->entries.items[i];
        if (entry->kind == ENTRY_START) meet(a, entry->block);
        else if (entry->kind == ENTRY_RESUME || entry->kind == ENTRY_OSR)
            memset(facts_of(a, entry->block), 0, sizeof(uint64_t) * (size_t)a->words);
    }
}

void opt_assigned(Fn *fn) {
    Assigned a = {.fn = fn, .words = (ir_slot_count(fn) + 63) / 64};
    if (a.words == 0) return;
    size_t size = (size_t)fn->blocks.count * (size_t)a.words;
    a.in = arena_array(fn_arena(fn), uint64_t, size);
    a.now = arena_array(fn_arena(fn), uint64_t, a.words);
    a.stale = arena_array(fn_arena(fn), bool, fn->blocks.count);
    memset(a.in, 0xff, sizeof(uint64_t) * size);
    memset(a.stale, true, sizeof(bool) * (size_t)fn->blocks.count);
    start_facts(&a);
    do {
        a.changed = false;
        for (int i = 0; i < fn->blocks.count; i++)
            if (a.stale[i]) walk(&a, fn->blocks.items[i]);
    } while (a.changed);
    for (int i = 0; i < fn->blocks.count; i++) drop_checks(&a, fn->blocks.items[i]);
}
