/* The frame of quick code, where its values are, its blocks and exits; operations are in quick_ops.c.
 *
 * Each value has a place on the C stack, from where it is made to where it is used last. Registers that calls
 * keep hold what all code needs; rax holds the value made last, as long as nothing else wants it. */
#include "codegen/quick_code.h"

static void (*const EMIT[IR_OP_COUNT])(Quick *q, Ins *ins) = {
#define OP(name, result, args, imm, flags, doc) [IR_##name##_OP] = quick_##name##_OP,
#include "ir/ops.def"
};

enum { MOST_BYTES = 4096, FOR_GOOD = INT32_MAX };

bool quick_can(void) {
#if defined(__x86_64__)
    return true;
#else
    return false;
#endif
}

/* --- where values are --- */

typedef struct Uses {
    Quick *q;
    Block *block;
    int position;
} Uses;

static void use(Uses *uses, const Ins *value) {
    if (ir_is(value, OPF_CONST)) return;
    Life *life = &uses->q->lives[value->id];
    if (value->block != uses->block) life->last = FOR_GOOD;
    else if (life->last < uses->position) life->last = uses->position;
}

static void use_exit(Uses *uses, int32_t exit) {
    if (exit < 0) return;
    const Exit *e = &uses->q->fn->exits.items[exit];
    for (int i = 0; i < e->values.count; i++) use(uses, e->values.items[i].value);
}

static void keep_for_phi(Quick *q, const Ins *phi) {
    q->lives[phi->id].last = FOR_GOOD;
    for (int i = 0; i < phi->arg_count; i++)
        if (!ir_is(phi->args[i], OPF_CONST)) q->lives[phi->args[i]->id].last = FOR_GOOD;
}

/* What is used beyond its own block is kept for good. */
static void find_lives(Quick *q) {
    for (int i = 0; i < q->fn->blocks.count; i++) {
        Uses uses = {q, q->fn->blocks.items[i], 0};
        for_each_ins(ins, uses.block) {
            uses.position++;
            if (ins->op == IR_phi_OP) keep_for_phi(q, ins);
            for (int arg = 0; arg < ins->arg_count && ins->op != IR_phi_OP; arg++) use(&uses, ins->args[arg]);
            use_exit(&uses, ins->exit);
            use_exit(&uses, ins->leave_exit);
        }
    }
}

static void give_place(Quick *q, const Ins *value) {
    Life *life = &q->lives[value->id];
    if (life->place >= 0) return;
    life->place = life->last != FOR_GOOD && q->free_words.count > 0
                      ? q->free_words.items[--q->free_words.count]
                      : q->words++;
}

/* Blocks are not always behind those that dominate them: a loop's body is in front of the entrance at its
 * back-edge. */
static void place_what_stays(Quick *q) {
    for (int i = 0; i < q->fn->blocks.count; i++)
        for_each_ins(ins, q->fn->blocks.items[i]) if (ins->type != IR_VOID &&
                                                      q->lives[ins->id].last == FOR_GOOD) give_place(q, ins);
}

static void end_life(Quick *q, const Ins *value, int position) {
    if (ir_is(value, OPF_CONST)) return;
    Life *life = &q->lives[value->id];
    if (life->last > position || life->ended || life->place < 0) return;
    life->ended = true;
    vec_push(fn_arena(q->fn), &q->free_words, life->place);
}

static void end_lives_at_exit(Quick *q, int32_t exit, int position) {
    if (exit < 0) return;
    const Exit *e = &q->fn->exits.items[exit];
    for (int i = 0; i < e->values.count; i++) end_life(q, e->values.items[i].value, position);
}

static void end_lives(Quick *q, const Ins *ins, int position) {
    for (int i = 0; i < ins->arg_count && ins->op != IR_phi_OP; i++) end_life(q, ins->args[i], position);
    end_lives_at_exit(q, ins->exit, position);
    end_lives_at_exit(q, ins->leave_exit, position);
    if (ins->type != IR_VOID) end_life(q, ins, position); /* without a use */
}

/* What code needs on the C stack, from below: arguments that find no register, arrays, values. */
static void plan_frame(Quick *q) {
    int rest = 0, outs = 1, spill = 0, beyond = 0, phis = 0;
    for (int i = 0; i < q->fn->blocks.count; i++) {
        int count = 0;
        for_each_ins(ins, q->fn->blocks.items[i]) {
            if (ins->arg_count - ir_rest_index(ins) > rest) rest = ins->arg_count - ir_rest_index(ins);
            if ((ins->op == IR_ldout_OP || ins->op == IR_ldnum_OP) && ins->imm >= outs)
                outs = (int)ins->imm + 1;
            if (ins->op == IR_call_OP && quick_argument_count(ins) - QUICK_ARGUMENT_REGISTERS > beyond)
                beyond = quick_argument_count(ins) - QUICK_ARGUMENT_REGISTERS;
            count += ins->op == IR_phi_OP;
        }
        if (count > phis) phis = count;
    }
    for (int i = 0; i < q->fn->exits.count; i++)
        if (q->fn->exits.items[i].values.count > spill) spill = q->fn->exits.items[i].values.count;
    q->args = beyond;
    q->outs = q->args + rest;
    q->spill = q->outs + outs;
    q->copies = q->spill + (spill > 0 ? spill : 1);
    q->frames = q->copies + phis;
    q->words = q->frames + 2 * q->fn->inlined.count;
}

/* --- blocks and exits --- */

static void prologue(Quick *q) {
    static const Reg KEPT[] = {RBX, RBP, R12, R13};
    Assembler *a = &q->a;
    for (int i = 0; i < 4; i++) x86_push(a, KEPT[i]);
    q->frame_at = a->code.count;
    x86_move_stack(a, 0); /* how much is known at the end */
    x86_move(a, QUICK_TSTATE, RDI);
    x86_move(a, QUICK_FRAME, RSI);
    x86_move(a, QUICK_LINK, RDX);
    x86_load(a, QUICK_UNITS, quick_frame(q, 0, LAYOUT_frame_code));
    x86_address(a, QUICK_UNITS, (Place){QUICK_UNITS, (int32_t)q->fn->layout[LAYOUT_code_units]});
    x86_store_int32(a, quick_frame(q, 0, LAYOUT_frame_stacktop), -1);
    int count = q->fn->entries.count, first = q->blocks[q->fn->entries.items[0].block->id];
    if (count == 1) {
        x86_jump(a, first);
        return;
    }
    int *labels = arena_array(fn_arena(q->fn), int, count);
    for (int i = 0; i < count; i++) {
        const Entry *entry = &q->fn->entries.items[i];
        labels[i] = entry->kind == ENTRY_HANDLER ? first : q->blocks[entry->block->id];
    }
    x86_switch(a, RCX, RAX, labels, count);
}

static void epilogue(Quick *q) {
    static const Reg KEPT[] = {R13, R12, RBP, RBX};
    Assembler *a = &q->a;
    x86_place_label(a, q->end);
    q->frame_end_at = a->code.count;
    x86_move_stack(a, 0);
    for (int i = 0; i < 4; i++) x86_pop(a, KEPT[i]);
    x86_return(a);
}

static void set_frame_size(Quick *q) {
    int32_t bytes = (q->words * 8 + 15) / 16 * 16 + 8; /* with what was pushed, calls find rsp even to 16 */
    int end = q->a.code.count;
    q->a.code.count = q->frame_at;
    x86_move_stack(&q->a, -bytes);
    q->a.code.count = q->frame_end_at;
    x86_move_stack(&q->a, bytes);
    q->a.code.count = end;
}

/* For tests: each so-and-so-many-th visit of any guard leaves, before anything is done. The number is looked
 * up, so that the code is the same for all of them. */
static void leave_if_forced(Quick *q, const Ins *guard) {
    Assembler *a = &q->a;
    quick_forget(q);
    x86_load(a, RDI, quick_link(q, LINK_VISITS, 0));
    x86_add_1(a, (Place){RDI, 0});
    x86_load(a, RAX, (Place){RDI, 0});
    x86_load(a, RCX, (Place){RDI, sizeof(int64_t)});
    x86_divide(a, RCX);
    x86_test(a, RDX);
    quick_leave_if(q, guard, COND_EQUAL);
}

/* Operations have places before they are emitted, and give up those of values used up only afterwards: an
 * exit of theirs finds all that it wants. */
static void emit_block(Quick *q, Block *block) {
    int position = 0;
    x86_place_label(&q->a, q->blocks[block->id]);
    q->held = NULL;
    for_each_ins(ins, block) {
        position++;
        if (ins->type != IR_VOID) give_place(q, ins);
        if (q->fn->force_exits && ir_is(ins, OPF_GUARD) && ins->op != IR_settled_OP) leave_if_forced(q, ins);
        EMIT[ins->op](q, ins);
        end_lives(q, ins, position);
    }
}

static void emit_exits(Quick *q) {
    for (int i = 0; i < q->fn->exits.count; i++) {
        x86_place_label(&q->a, q->exits[i]);
        q->held = NULL;
        quick_exit(q, i);
    }
}

static void new_labels(Quick *q) {
    q->blocks = arena_array(fn_arena(q->fn), int, q->fn->next_block + 1);
    q->exits = arena_array(fn_arena(q->fn), int, q->fn->exits.count + 1);
    for (int i = 0; i < q->fn->blocks.count; i++)
        q->blocks[q->fn->blocks.items[i]->id] = x86_new_label(&q->a);
    for (int i = 0; i < q->fn->exits.count; i++) q->exits[i] = x86_new_label(&q->a);
    q->end = x86_new_label(&q->a);
    for (int i = 0; i < QUICK_TAILS; i++) q->tails[i] = x86_new_label(&q->a);
}

bool quick_emit(Fn *fn, StrBuf *code, StrBuf *image) {
    Quick quick = {.fn = fn, .a = {.arena = fn_arena(fn)}}, *q = &quick;
    q->lives = arena_array(fn_arena(fn), Life, fn->next_value + 1);
    for (uint32_t i = 0; i < fn->next_value; i++) q->lives[i].place = -1;
    new_labels(q);
    find_lives(q);
    plan_frame(q);
    place_what_stays(q);
    prologue(q);
    for (int i = 0; i < fn->blocks.count; i++) {
        q->next = i + 1 < fn->blocks.count ? fn->blocks.items[i + 1] : NULL;
        emit_block(q, fn->blocks.items[i]);
    }
    emit_exits(q);
    quick_tails(q);
    epilogue(q);
    if (q->words * 8 > MOST_BYTES) return false;
    set_frame_size(q);
    x86_resolve(&q->a);
    Words words = {0};
    image_words(fn, &q->links, &words);
    strbuf_add(code, (const char *)q->a.code.items, (size_t)q->a.code.count);
    strbuf_add(image, (const char *)words.items, sizeof(int32_t) * (size_t)words.count);
    return true;
}
