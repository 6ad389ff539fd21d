/* Drop instructions without effect whose result nobody uses.
 *
 * needs: nothing.  keeps: everything.  makes anew: use_count. */
#include "opt/opt.h"

static void add_uses(Ins *ins, int by) {
    for (int a = 0; a < ins->arg_count; a++) ins->args[a]->use_count += by;
    for (int s = 0; s < ir_state_count(ins->state); s++) (*ir_state_value(ins->state, s))->use_count += by;
}

void opt_dce(Fn *fn) {
    for (int i = 0; i < fn->pool.count; i++) fn->pool.items[i]->use_count = 0;
    for (int i = 0; i < fn->blocks.count; i++) for_each_ins(ins, fn->blocks.items[i]) ins->use_count = 0;
    for (int i = 0; i < fn->blocks.count; i++) for_each_ins(ins, fn->blocks.items[i]) add_uses(ins, 1);
    for (bool changed = true; changed;) {
        changed = false;
        for (int i = fn->blocks.count - 1; i >= 0; i--)
            for (Ins *ins = fn->blocks.items[i]->last, *prev; ins != NULL; ins = prev) {
                prev = ins->prev;
                if (ins->use_count > 0 || ir_has_effect(ins) || ins->type == IR_VOID) continue;
                add_uses(ins, -1);
                ir_remove(ins);
                changed = true;
            }
    }
}
