/* What both emitters share: link slots, what the loader must know of the code, and how operations are done.
 */
#include "codegen/links.h"

#include <string.h>

static void add_slot(const Fn *fn, Links *links, LinkKind kind, int index) {
    vec_push(fn_arena(fn), &links->kinds, (int32_t)kind);
    vec_push(fn_arena(fn), &links->indexes, index);
}

static int64_t slot_offset(const Fn *fn, int slot) {
    return (int64_t)fn->cache_count * CACHE_BYTES + slot * 8;
}

int64_t links_offset(const Fn *fn, Links *links, LinkKind kind, int index) {
    for (int i = 0; i < links->kinds.count; i++)
        if (links->kinds.items[i] == (int32_t)kind && links->indexes.items[i] == index)
            return slot_offset(fn, i);
    add_slot(fn, links, kind, index);
    return slot_offset(fn, links->kinds.count - 1);
}

int64_t links_bool_offset(const Fn *fn, Links *links) {
    if (links->bool_slot == 0) {
        links->bool_slot = links->kinds.count + 1;
        add_slot(fn, links, LINK_KNOWN, KNOWN_False);
        add_slot(fn, links, LINK_KNOWN, KNOWN_True);
    }
    return slot_offset(fn, links->bool_slot - 1);
}

#define word(value) vec_push(arena, words, (int32_t)(value))

/* One level of an exit: how a frame is to be. */
static void write_level(Arena *arena, const Fn *fn, const FrameState *state, bool leaves, Words *words) {
    const Handler *handler = state->handler >= 0 ? &fn->handlers.items[state->handler] : NULL;
    word(state->frame);
    word(state->there || state->frame == 0);
    word(state->offset);
    word(state->lasti);
    word(leaves ? state->stack_count : handler ? handler->depth : 0);
    word(handler ? handler->lasti : state->handler); /* -1: no handler */
}

static void write_exit(Arena *arena, const Fn *fn, const Exit *exit, Words *words) {
    bool leaves = exit->kind != EXIT_RAISE && exit->kind != EXIT_RERAISE;
    int levels = 0;
    for (const FrameState *state = exit->state; state != NULL; state = state->parent) levels++;
    word(exit->kind);
    word(levels);
    for (const FrameState *state = exit->state; state != NULL; state = state->parent)
        write_level(arena, fn, state, leaves, words);
    word(exit->values.count);
    for (int i = 0; i < exit->values.count; i++) {
        word(exit->values.items[i].kind);
        word(exit->values.items[i].slot);
    }
}

void image_words(const Fn *fn, const Links *links, Words *words) {
    Arena *arena = fn_arena(fn);
    word(IMAGE_MAGIC);
    word(IMAGE_VERSION);
    word(fn->inlined.count);
    for (int i = 0; i < fn->inlined.count; i++) {
        word(fn->inlined.items[i].parent);
        word(fn->inlined.items[i].kind);
    }
    word(fn->cache_count);
    word(links->kinds.count);
    for (int i = 0; i < links->kinds.count; i++) {
        word(links->kinds.items[i]);
        word(links->indexes.items[i]);
    }
    word(fn->entries.count);
    for (int i = 0; i < fn->entries.count; i++) {
        word(fn->entries.items[i].kind);
        word(fn->entries.items[i].offset);
    }
    word(fn->exits.count);
    for (int i = 0; i < fn->exits.count; i++) write_exit(arena, fn, &fn->exits.items[i], words);
}

/* --- how an operation is done --- */

bool is_whole(const Ins *value) {
    double number;
    memcpy(&number, &value->imm, sizeof(number));
    return value->op == IR_kf64_OP && number >= -1024 && number <= 1024 && number == (double)(int)number;
}

bool divides_all(const Ins *divisor) {
    return divisor->op == IR_ki64_OP && divisor->imm != 0 && divisor->imm != -1;
}

int called_by_way_in(const Ins *call) {
    if (call->imm != H_rt_call || call->args[0]->op != IR_null_OP) return -1;
    int function = call->args[1]->op == IR_null_OP ? 2 : 1; /* behind the names of keywords */
    int given = call->arg_count - function - 1;
    return given <= WAY_IN_MOST_ARGS ? function : -1;
}

bool may_call_bound(const Fn *fn, const Ins *call) {
    int function = called_by_way_in(call), given = call->arg_count - function - 1;
    return fn->tier > 1 && function > 0 && call->args[function - 1]->op == IR_null_OP &&
           given < WAY_IN_MOST_ARGS;
}

bool yields_in_line(const Fn *fn, const Exit *exit) {
    for (int i = 0; i < exit->values.count; i++) {
        const ExitValue *row = &exit->values.items[i];
        if (row->value->type != IR_OBJ || row->kind == EXIT_IF) return false;
        if (row->kind != EXIT_DROP && row->slot < fn->local_count) return false;
    }
    return true;
}
