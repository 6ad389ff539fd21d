/* The IR's text form. ir/parse.c reads exactly what this writes. */
#include "ir/ir.h"

#include <inttypes.h>

/* A text that a number follows: what nearly all of the IR is made of. */
static inline void add(StrBuf *out, const char *text, int64_t number) {
    strbuf_add_text(out, text);
    strbuf_add_number(out, number);
}

static void add_word(StrBuf *out, const char *word) {
    strbuf_add(out, " ", 1);
    strbuf_add_text(out, word);
}

static void print_values(Ins **values, int count, StrBuf *out) {
    for (int i = 0; i < count; i++) add(out, " v", values[i]->id);
}

static void print_imm(const Ins *ins, StrBuf *out) {
    switch (IR_OPS[ins->op].imm) {
    case IMM_NONE: break;
    case IMM_HELPER: add_word(out, ir_helper((int)ins->imm)->name); break;
    case IMM_KNOWN: add_word(out, IR_KNOWN_NAMES[ins->imm]); break;
    default: add(out, " ", ins->imm);
    }
}

static void print_state(const FrameState *state, const char *before, StrBuf *out) {
    add(out, before, state->offset);
    add(out, " ", state->lasti);
    add(out, " ", state->handler);
    if (state->frame) {
        add(out, " frame ", state->frame);
        if (state->there) add_word(out, "there");
    }
    strbuf_add_text(out, " [");
    print_values(state->stack, state->stack_count, out);
    for (int i = 0; i < state->local_count; i++) {
        add(out, " ", state->slots[i]);
        add(out, "=v", state->locals[i]->id);
        add(out, " v", state->bound[i]->id);
    }
    strbuf_add_text(out, " ]");
}

static void print_result(const Ins *ins, StrBuf *out) {
    strbuf_add_text(out, "  ");
    if (ins->type == IR_VOID) return;
    add(out, "v", ins->id);
    strbuf_add_text(out, ":");
    strbuf_add_text(out, IR_TYPE_NAMES[ins->type]);
    strbuf_add_text(out, ins->nullable ? "? = " : " = ");
}

static void print_ins(const Ins *ins, StrBuf *out) {
    print_result(ins, out);
    strbuf_add_text(out, IR_OPS[ins->op].name);
    if (ins->frame) add(out, " of ", ins->frame);
    print_imm(ins, out);
    print_values(ins->args, ins->arg_count, out);
    if (ins->consumed) strbuf_addf(out, " consuming %" PRIx64, ins->consumed);
    for (const FrameState *state = ins->state; state != NULL; state = state->parent)
        print_state(state, state == ins->state ? " @" : " in @", out);
    for (int s = 0; s < ins->block->succ_count && ins == ins->block->last; s++)
        add(out, " b", ins->block->succs[s]->id);
    strbuf_add_text(out, "\n");
}

static void print_layout(const Fn *fn, StrBuf *out) {
    strbuf_add_text(out, "layout");
    for (int i = 0; i < LAYOUT_COUNT; i++) {
        strbuf_add_text(out, " ");
        strbuf_add_text(out, IR_LAYOUT_NAMES[i]);
        add(out, " ", fn->layout[i]);
    }
    strbuf_add_text(out, "\n");
}

static void print_name(const char *name, StrBuf *out) {
    for (const char *p = name; *p != '\0'; p++)
        if (*p == '"' || *p == '\\' || (unsigned char)*p < ' ') strbuf_addf(out, "_");
        else strbuf_add(out, p, 1);
}

void ir_print(const Fn *fn, StrBuf *out) {
    static const char *const KINDS[] = {"start", "resume", "handler", "osr", "native"};
    strbuf_addf(out, "fn \"");
    print_name(fn->name, out);
    strbuf_addf(out,
                "\" tier %d args %d locals %d stack %d consts %d names %d caches %d facts %d units %d "
                "generator %d force %d\n",
                fn->tier, fn->argument_count, fn->local_count, fn->stack_size, fn->const_count,
                fn->name_count, fn->cache_count, fn->fact_count, fn->unit_count, fn->is_generator,
                fn->force_exits);
    print_layout(fn, out);
    for (int i = 0; i < fn->entries.count; i++) {
        const Entry *entry = &fn->entries.items[i];
        strbuf_addf(out, "entry %s %u b%u\n", KINDS[entry->kind], entry->offset, entry->block->id);
    }
    for (int i = 0; i < fn->handlers.count; i++) {
        const Handler *handler = &fn->handlers.items[i];
        strbuf_addf(out, "handler %d %d %d\n", handler->entry, handler->depth, handler->lasti);
    }
    for (int i = 0; i < fn->inlined.count; i++) {
        const InlinedCall *call = &fn->inlined.items[i];
        strbuf_addf(out, "inlined parent %d locals %d stack %d consts %d names %d units %d kind %d\n",
                    call->parent, call->local_count, call->stack_size, call->const_count, call->name_count,
                    call->unit_count, call->kind);
    }
    for (int i = 0; i < fn->pool.count; i++) {
        const Ins *ins = fn->pool.items[i];
        add(out, "v", ins->id);
        strbuf_add_text(out, " = ");
        strbuf_add_text(out, IR_OPS[ins->op].name);
        print_imm(ins, out);
        strbuf_add_text(out, "\n");
    }
    for (int i = 0; i < fn->blocks.count; i++) {
        const Block *block = fn->blocks.items[i];
        add(out, "b", block->id);
        strbuf_add_text(out, ":\n");
        for_each_ins(ins, block) print_ins(ins, out);
    }
    strbuf_add_text(out, "end\n");
}
