/* Drop instructions without effect whose result nobody uses.
 *
 * needs: nothing.  keeps: everything.  makes anew: use_count. */
#include "opt/opt.h"

typedef VEC(Ins *) Unused;

static void add_uses(Ins *ins, int by) {
    for (int a = 0; a < ins->arg_count; a++) ins->args[a]->use_count += by;
    for (int s = 0; s < ir_state_count(ins->state); s++) (*ir_state_value(ins->state, s))->use_count += by;
}

static bool is_unused(const Ins *ins) {
    return ins->block != NULL && ins->use_count == 0 && ins->type != IR_VOID && !ir_has_effect(ins);
}

/* What nobody uses any more without it is unused as well. */
static void drop(Ins *ins, Fn *fn, Unused *unused) {
    add_uses(ins, -1);
    for (int a = 0; a < ins->arg_count; a++)
        if (is_unused(ins->args[a])) vec_push(fn_arena(fn), unused, ins->args[a]);
    for (int s = 0; s < ir_state_count(ins->state); s++)
        if (is_unused(*ir_state_value(ins->state, s)))
            vec_push(fn_arena(fn), unused, *ir_state_value(ins->state, s));
    ir_remove(ins);
}

void opt_dce(Fn *fn) {
    Unused unused = {0};
    for (int i = 0; i < fn->pool.count; i++) fn->pool.items[i]->use_count = 0;
    for (int i = 0; i < fn->blocks.count; i++) for_each_ins(ins, fn->blocks.items[i]) ins->use_count = 0;
    for (int i = 0; i < fn->blocks.count; i++) for_each_ins(ins, fn->blocks.items[i]) add_uses(ins, 1);
    for (int i = 0; i < fn->blocks.count; i++)
        for_each_ins(ins, fn->blocks.items[i]) if (is_unused(ins)) vec_push(fn_arena(fn), &unused, ins);
    while (unused.count > 0) {
        Ins *ins = unused.items[--unused.count];
        if (ins->block != NULL) drop(ins, fn, &unused); /* else it was there twice */
    }
}
