/* Ints that are computed for an attribute are written into the object that is there, if nobody else holds it:
 * their own objects, of which nobody but the store knows, are not made.
 *
 * needs: nothing; comes before reference counts.  keeps: everything.  makes anew: use_count. */
#include "opt/opt.h"

void opt_place(Fn *fn) {
    opt_count_uses(fn);
    for (int i = 0; i < fn->blocks.count; i++) for_each_ins(ins, fn->blocks.items[i]) {
            Ins *box = ins->op == IR_attr_set_OP ? ins->args[2] : NULL;
            if (box == NULL || box->op != IR_box_i64_OP || box->use_count != 1) continue;
            ins->op = IR_attr_set_i64_OP;
            ins->args[2] = box->args[0];
            ir_remove(box);
        }
}
