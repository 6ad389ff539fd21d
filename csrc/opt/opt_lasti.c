/* Drop stores of the running instruction that nobody can look at: only code run from here can. Each frame has
 * its own.
 *
 * needs: reference counts inserted.  keeps: everything. */
#include "opt/opt.h"

#include <string.h>

static bool may_be_looked_at(const Ins *ins) { return ir_runs_code(ins) || ins->op == IR_decref_OP; }

void opt_lasti(Fn *fn) {
    size_t frames = (size_t)fn->inlined.count + 1;
    bool *wanted = arena_array(fn_arena(fn), bool, frames);
    for (int i = 0; i < fn->blocks.count; i++) {
        memset(wanted, true, frames); /* the next block may begin with a drop of a value */
        for (Ins *ins = fn->blocks.items[i]->last, *prev; ins != NULL; ins = prev) {
            prev = ins->prev;
            if (ins->op == IR_setlasti_OP) {
                if (!wanted[ins->frame]) ir_remove(ins);
                wanted[ins->frame] = false;
            } else if (may_be_looked_at(ins)) {
                memset(wanted, true, frames);
                if (ins->op == IR_pop_OP) wanted[ins->frame] = false; /* it says itself where it returned */
            }
        }
    }
}
