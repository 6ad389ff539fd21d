/* Exits that do the same become one (guards of one instruction fail alike), those that nothing leads to any
 * more go. Fewer cold blocks make code that is compiled sooner, and less to load.
 *
 * needs: exits, which opt_refcount makes.  keeps: everything but the numbers of exits. */
#include "opt/opt.h"

#include <string.h>

static bool same_state(const FrameState *a, const FrameState *b) {
    for (; a != NULL && b != NULL && a != b; a = a->parent, b = b->parent)
        if (a->frame != b->frame || a->there != b->there || a->offset != b->offset || a->lasti != b->lasti ||
            a->handler != b->handler || a->stack_count != b->stack_count)
            return false;
    return a == b;
}

static bool same_exit(const Exit *a, const Exit *b) {
    if (a->kind != b->kind || a->kind == EXIT_YIELD || a->values.count != b->values.count) return false;
    for (int i = 0; i < a->values.count; i++) {
        const ExitValue *one = &a->values.items[i], *other = &b->values.items[i];
        if (one->kind != other->kind || one->slot != other->slot || one->value != other->value) return false;
    }
    return same_state(a->state, b->state);
}

static uint32_t hash_exit(const Exit *exit) {
    uint32_t hash = (uint32_t)exit->kind * 31 + exit->state->offset * 131 + exit->state->lasti;
    for (int i = 0; i < exit->values.count; i++)
        hash = hash * 33 + (uint32_t)exit->values.items[i].slot * 8 + exit->values.items[i].value->id;
    return hash * UINT32_C(2654435761);
}

typedef struct Kept {
    Fn *fn;
    const Exit *before; /* as they were numbered */
    int32_t *table;     /* 1 + number of an exit that is kept, by what it does */
    uint32_t mask;
} Kept;

/* The number of one that does the same, which this becomes when there is none yet. */
static int32_t number_of(Kept *kept, const Exit *exit) {
    for (uint32_t at = hash_exit(exit);; at++) {
        int32_t *place = &kept->table[at & kept->mask];
        if (*place != 0 && same_exit(&kept->fn->exits.items[*place - 1], exit)) return *place - 1;
        if (*place != 0) continue;
        vec_push(fn_arena(kept->fn), &kept->fn->exits, *exit);
        *place = kept->fn->exits.count;
        return *place - 1;
    }
}

static void renumber(Kept *kept, int32_t *exit) {
    if (*exit >= 0) *exit = number_of(kept, &kept->before[*exit]);
}

void opt_exits(Fn *fn) {
    Kept kept = {.fn = fn, .before = fn->exits.items, .mask = 15};
    while (kept.mask < (uint32_t)fn->exits.count * 2) kept.mask = kept.mask * 2 + 1;
    kept.table = arena_array(fn_arena(fn), int32_t, kept.mask + 1);
    memset(&fn->exits, 0, sizeof(fn->exits));
    for (int i = 0; i < fn->blocks.count; i++) for_each_ins(ins, fn->blocks.items[i]) {
            renumber(&kept, &ins->exit);
            renumber(&kept, &ins->leave_exit);
        }
}
