/* The frame of quick code, where its values are, its blocks and exits; operations are in quick_ops.c.
 *
 * Each value has one place for its whole life, a register or a word of the C stack (quick_registers.c); rax
 * holds the value made last as well, as long as nothing else wants it. */
#include "codegen/quick_code.h"

#include <string.h>

static void (*const EMIT[IR_OP_COUNT])(Quick *q, Ins *ins) = {
#define OP(name, result, args, imm, flags, doc) [IR_##name##_OP] = quick_##name##_OP,
#include "ir/ops.def"
};

enum { MOST_BYTES = 4096, MOST_CODE = 1 << 20, NOWHERE = INT32_MAX / 4 };

bool quick_can(void) {
#if defined(__x86_64__)
    return true;
#else
    return false;
#endif
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
            bool enters = ins->op == IR_call_OP && called_by_way_in(ins) >= 0;
            int passed = enters ? WAY_IN_MOST_ARGS - WAY_IN_REGISTER_ARGS : 0;
            if (passed > beyond) beyond = passed;
            if (ins->op == IR_invoke_OP && quick_invoke_words(ins) > beyond) beyond = quick_invoke_words(ins);
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
    q->words = q->frames + (q->is_native ? 0 : 2 * (q->fn->inlined.count + 1));
}

/* --- blocks and exits --- */

static void prologue(Quick *q) {
    Assembler *a = &q->a;
    if (q->is_native) x86_address(a, R11, (Place){RSP, sizeof(void *)}); /* arguments without registers */
    for (int reg = 0; reg < X86_REGISTERS; reg++)
        if (q->uses_register[reg]) x86_push(a, (Reg)reg);
    q->frame_at = a->code.count;
    x86_move_stack(a, 0); /* how much is known at the end */
    if (q->is_native) {
        quick_begin_native(q);
        return;
    }
    x86_store(a, quick_word(q->frames), RDI);
    x86_move(a, QUICK_FRAME, RSI);
    x86_move(a, QUICK_LINK, RDX);
    x86_load(a, RAX, quick_frame(q, 0, LAYOUT_frame_code));
    x86_address(a, RAX, quick_field(q, RAX, LAYOUT_code_units));
    x86_store(a, quick_word(q->frames + 1), RAX);
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
    Assembler *a = &q->a;
    x86_place_label(a, q->end);
    if (q->is_native) quick_end_native(q);
    q->frame_end_at = a->code.count;
    x86_move_stack(a, 0);
    for (int reg = X86_REGISTERS - 1; reg >= 0; reg--)
        if (q->uses_register[reg]) x86_pop(a, (Reg)reg);
    x86_return(a);
}

static void set_frame_size(Quick *q) {
    int32_t pushed = 1; /* where to return to */
    for (int reg = 0; reg < X86_REGISTERS; reg++) pushed += q->uses_register[reg];
    int32_t bytes = 8 * (q->words + (q->words + pushed) % 2); /* calls find rsp even to 16 */
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

/* --- in debug builds: is each value where it is looked for? --- */

#ifdef DXPY_DEBUG
/* Registers of both kinds, then words. */
static int place_index(const Quick *q, const Ins *value) {
    const Life *life = &q->lives[value->id];
    if (life->reg >= 0) return quick_kind(value) * X86_REGISTERS + life->reg;
    return life->place < 0 ? -1 : QUICK_KINDS * X86_REGISTERS + life->place;
}

static int place_count(const Quick *q) { return QUICK_KINDS * X86_REGISTERS + q->words; }

static void note_place(Quick *q, const Ins *value) {
    if (place_index(q, value) >= 0) q->held_by[place_index(q, value)] = value;
}

static void check_value(const Quick *q, const Ins *value) {
    int index = ir_is(value, OPF_CONST) ? -1 : place_index(q, value);
    if (index >= 0 && q->held_by[index] != value)
        bail(q->fn->cx, "bad_ir", "quick code: the place of v%u is another's", value->id);
}

static void check_exit(const Quick *q, int32_t exit) {
    for (int i = 0; exit >= 0 && i < q->fn->exits.items[exit].values.count; i++)
        check_value(q, q->fn->exits.items[exit].values.items[i].value);
}

static void check_arguments(const Quick *q, const Ins *ins) {
    for (int i = 0; ins->op != IR_phi_OP && !ir_is(ins, OPF_VIRTUAL) && i < ins->arg_count; i++)
        check_value(q, ins->args[i]);
    check_exit(q, ins->exit);
    check_exit(q, ins->leave_exit);
}

/* What a loop finds when it is entered it finds after each turn. */
static void check_loops(const Quick *q, const Block *block) {
    for (int s = 0; s < block->succ_count; s++) {
        const Heads *head = &q->heads[block->succs[s]->order];
        for (int i = 0; block->succs[s]->order <= block->order && i < place_count(q); i++) {
            const Ins *value = head->tenants[i];
            if (value != NULL && q->lives[value->id].last >= 2 * head->position && q->held_by[i] != value)
                bail(q->fn->cx, "bad_ir", "quick code: a loop takes the place of v%u", value->id);
        }
    }
}

static void note_head(Quick *q, const Block *block) {
    Arena *arena = fn_arena(q->fn);
    if (q->heads == NULL) q->heads = arena_array(arena, Heads, q->order_count);
    if (q->held_by == NULL) q->held_by = arena_array(arena, const Ins *, place_count(q));
    Heads *head = &q->heads[block->order];
    *head = (Heads){q->position, arena_array(arena, const Ins *, place_count(q))};
    memcpy(head->tenants, q->held_by, sizeof(*head->tenants) * (size_t)place_count(q));
}
#else
#define check_arguments(q, ins)
#define check_loops(q, block)
#define note_head(q, block)
#define note_place(q, value)
#endif

/* The register of a result is that of what it held before until the operation is done. */
static void emit_block(Quick *q, Block *block) {
    x86_place_label(&q->a, q->blocks[block->id]);
    q->held = NULL;
    note_head(q, block);
    for_each_ins(ins, block) {
        check_arguments(q, ins);
        if (q->fn->force_exits && ir_is(ins, OPF_GUARD) && ins->op != IR_settled_OP) leave_if_forced(q, ins);
        EMIT[ins->op](q, ins);
        if (quick_register(q, ins) >= 0) q->tenants[quick_kind(ins)][quick_register(q, ins)] = ins;
        note_place(q, ins);
        q->position++;
    }
    check_loops(q, block);
}

static void emit_exits(Quick *q) {
    q->position = NOWHERE;
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
    Quick quick = {.fn = fn, .a = {.arena = fn_arena(fn)}, .is_native = ir_is_native(fn)}, *q = &quick;
    q->lives = arena_array(fn_arena(fn), Life, fn->next_value + 1);
    for (uint32_t i = 0; i < fn->next_value; i++) q->lives[i].place = q->lives[i].reg = -1;
    q->uses_register[QUICK_FRAME] = q->uses_register[QUICK_LINK] = true;
    new_labels(q);
    plan_frame(q);
    quick_order_blocks(q);
    quick_give_places(q);
    prologue(q);
    for (int i = 0; i < q->order_count; i++) {
        q->next = i + 1 < q->order_count ? q->order[i + 1] : NULL;
        emit_block(q, q->order[i]);
    }
    emit_exits(q);
    quick_tails(q);
    epilogue(q);
    if (q->is_native && q->gives == IR_VOID) return false; /* it never returns */
    if (q->words * 8 > MOST_BYTES || q->a.code.count > MOST_CODE) return false;
    set_frame_size(q);
    x86_resolve(&q->a);
    Words words = {0};
    image_words(fn, &q->links, &words);
    strbuf_add(code, (const char *)q->a.code.items, (size_t)q->a.code.count);
    strbuf_add(image, (const char *)words.items, sizeof(int32_t) * (size_t)words.count);
    return true;
}
