/* A backward analysis over the bytecode, to a fixed point. */
#include "lower/demand.h"

#include <string.h>

typedef struct Walk {
    const Bytecode *code;
    const Inference *inference;
    const Asks *asks;
    Demand *out;
    uint8_t *now; /* by local */
    bool changed;
} Walk;

static uint8_t both(uint8_t a, uint8_t b) {
    if (a == LIKELY_UNSEEN || a == b) return b;
    if ((a == LIKELY_INT && b == LIKELY_WORD) || (a == LIKELY_WORD && b == LIKELY_INT)) return LIKELY_WORD;
    return b == LIKELY_UNSEEN ? a : LIKELY_OTHER;
}

static void forget(Walk *w) { memset(w->now, LIKELY_UNSEEN, (size_t)w->code->local_count); }

static void add_target(Walk *w, int target) {
    const uint8_t *there = w->out->on_arrival[target];
    for (int i = 0; there != NULL && i < w->code->local_count; i++) w->now[i] = both(w->now[i], there[i]);
}

static void note_arrival(Walk *w, int index) {
    uint8_t *there = w->out->on_arrival[index];
    if (there == NULL || memcmp(there, w->now, (size_t)w->code->local_count) == 0) return;
    memcpy(there, w->now, (size_t)w->code->local_count);
    w->changed = true;
}

/* What comes first counts: a later use may be one of another kind that is never come to. */
static void note_asks(Walk *w, int index, uint8_t of_stored) {
    const Asks *asks = &w->asks[index];
    for (int i = 0; i < 2; i++) {
        if (asks->slot[i] < 0) continue;
        uint8_t *now = &w->now[asks->slot[i]];
        if (asks->type[i] == LIKELY_UNSEEN) *now = both(*now, of_stored);
        else *now = asks->type[i];
    }
}

static void walk_back(Walk *w, int index) {
    const Instr *instr = &w->code->instrs[index];
    uint8_t of_stored = LIKELY_UNSEEN;
    switch (instr->op) {
    case BC_RETURN_VALUE:
    case BC_END_GATHER:
    case BC_RAISE_VARARGS:
    case BC_RERAISE:
    case BC_JUMP: forget(w); break;
    default: break;
    }
    if (instr->target >= 0) add_target(w, instr->target);
    if (instr->op == BC_STORE_FAST || instr->op == BC_DELETE_FAST) {
        of_stored = w->now[instr->arg];
        w->out->stored[index] = of_stored;
        w->now[instr->arg] = LIKELY_UNSEEN;
    }
    note_asks(w, index, of_stored);
    if (instr->flags & BC_COLD || w->inference->operands[index].depth < 0) forget(w);
    note_arrival(w, index);
}

Demand *demand_find(CompileContext *cx, const Bytecode *code, const Inference *inference, const Asks *asks) {
    Arena *arena = &cx->arena;
    Demand *out = arena_new(arena, Demand);
    Walk walk = {.code = code, .inference = inference, .asks = asks, .out = out};
    out->on_arrival = arena_array(arena, uint8_t *, code->count + 1);
    out->stored = arena_array(arena, uint8_t, code->count + 1);
    walk.now = arena_array(arena, uint8_t, code->local_count + 1);
    for (int i = 0; i < code->count; i++) {
        if (inference->locals[i] == NULL) continue;
        out->on_arrival[i] = arena_array(arena, uint8_t, code->local_count + 1);
        memset(out->on_arrival[i], LIKELY_UNSEEN, (size_t)code->local_count);
    }
    do {
        walk.changed = false;
        forget(&walk);
        for (int i = code->count - 1; i >= 0; i--) walk_back(&walk, i);
    } while (walk.changed);
    return out;
}
