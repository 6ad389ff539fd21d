/* Drop stores of the running instruction that nobody can look at: only code run from here can.
 *
 * needs: reference counts inserted.  keeps: everything. */
#include "opt/opt.h"

static bool may_be_looked_at(const Ins *ins) { return ir_runs_code(ins) || ins->op == IR_decref_OP; }

void opt_lasti(Fn *fn) {
    for (int i = 0; i < fn->blocks.count; i++) {
        bool wanted = true; /* the next block may begin with a drop of a value */
        for (Ins *ins = fn->blocks.items[i]->last, *prev; ins != NULL; ins = prev) {
            prev = ins->prev;
            if (ins->op == IR_setlasti_OP) {
                if (!wanted) ir_remove(ins);
                wanted = false;
            } else if (may_be_looked_at(ins)) {
                wanted = true;
            }
        }
    }
}
