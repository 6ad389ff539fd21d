/* Numbers that are computed for an attribute or a value of a dict are written into the object that is there,
 * if nobody else holds it: their own objects, of which nobody but the store knows, are not made. States up to
 * there name the number itself.
 *
 * needs: nothing; comes before reference counts.  keeps: everything.  makes anew: use_count. */
#include "opt/opt.h"

enum { VALUE = 2, HINT };

static void store_to_attribute(Ins *store) {
    Ins *box = store->args[VALUE];
    if (box->op != IR_box_i64_OP || box->use_count != 1) return;
    store->op = IR_attr_set_i64_OP;
    store->args[VALUE] = box->args[0];
    ir_remove(box);
}

/* --- dicts --- */

static bool is_dict_store(const Ins *ins) {
    return ins->op == IR_call_OP && (ins->imm == H_rt_dict_set || ins->imm == H_rt_dict_set_int);
}

/* The guard of what a store to a dict says, which comes behind it at once. NULL: there is none. */
static Ins *guard_of(const Ins *store) {
    Ins *next = store->next;
    return next != NULL && next->op == IR_settled_OP && next->args[0] == store ? next : NULL;
}

/* How often states name it up to the guard, in the block that makes it. */
static int times_named(const Ins *box, const Ins *guard) {
    int times = 0;
    for (const Ins *ins = box; ins != guard->next; ins = ins->next)
        for (int s = 0; s < ir_state_count(ins->state); s++) times += *ir_state_value(ins->state, s) == box;
    return times;
}

static void name_number(Ins *box, const Ins *guard) {
    for (Ins *ins = box; ins != guard->next; ins = ins->next)
        for (int s = 0; s < ir_state_count(ins->state); s++) {
            Ins **value = ir_state_value(ins->state, s);
            if (*value == box) *value = box->args[0];
        }
}

static Ins *bits_of(Fn *fn, Ins *store, Ins *number) {
    if (number->type != IR_F64) return number;
    Ins *bits = ir_new_ins(fn, IR_fbits_OP, IR_I64, 1);
    bits->args[0] = number;
    ir_insert_before(store, bits);
    return bits;
}

static void store_to_dict(Fn *fn, Ins *store) {
    Ins *box = store->args[VALUE], *guard = guard_of(store);
    bool number = box->op == IR_box_i64_OP || box->op == IR_box_f64_OP;
    if (!number || guard == NULL || box->block != guard->block) return;
    if (box->use_count != 1 + times_named(box, guard)) return;
    Ins **args = arena_array(fn_arena(fn), Ins *, HINT + 2);
    args[0] = store->args[0];
    args[1] = store->args[1];
    args[VALUE] = bits_of(fn, store, box->args[0]);
    args[HINT] = ir_const(fn, IR_ki64_OP, box->op == IR_box_f64_OP);
    args[HINT + 1] = store->args[HINT];
    store->imm = store->imm == H_rt_dict_set ? H_rt_dict_put : H_rt_dict_put_at_int;
    store->args = args;
    store->arg_count = HINT + 2;
    name_number(box, guard);
    ir_remove(box);
}

void opt_place(Fn *fn) {
    opt_count_uses(fn);
    for (int i = 0; i < fn->blocks.count; i++) for_each_ins(ins, fn->blocks.items[i]) {
            if (ins->op == IR_attr_set_OP) store_to_attribute(ins);
            else if (is_dict_store(ins)) store_to_dict(fn, ins);
        }
}
