/* Objects in variables of the function's own frame. In a loop that nobody looks at, what a variable is given
 * there stays out of the frame's memory, like a number: frame states name it, and where nothing but they do,
 * opt_escape leaves it out. What the memory had before goes with the first store, which leaves to the
 * interpreter where that would run code. */
#include "lower/inline.h"

static bool is_one(const Ins *value) { return value->op == IR_ki64_OP && value->imm == 1; }
static bool is_zero(const Ins *value) { return value->op == IR_ki64_OP && value->imm == 0; }

/* An instance or a tuple that is made here, and nothing can tell when it ends. */
static bool is_made(const Ins *value) {
    return value->op == IR_call_OP &&
           (value->imm == H_rt_new_plain || (value->imm == H_rt_build_tuple && value->arg_count > 0));
}

static bool may_have_objects(const Lowerer *l) {
    return l->framed && l->inlined == NULL && l->made != NULL && lower_speculates(l);
}

bool lower_has_made(const Lowerer *l, const Local *local) {
    return l->framed && local->value != NULL && local->value->type == IR_OBJ;
}

bool lower_is_lacking(const Local *local) { return local->stale && !is_zero(lower_lacks(local)); }

/* Nothing, or a number, is in the memory from now on. */
static void forget_slot(Lowerer *l, int slot, FrameState *state) {
    Ins *old = INS0(l, ldloc, lower_slot(l, slot)), *none = INS(l, is, 0, old, K_NULL(l));
    Block *there = lower_new_block(l), *after = lower_new_block(l);
    lower_branch(l, none, after, there);
    l->block = there;
    lower_guarded(INS(l, settled, 0, EMIT_CALL(l, rt_forget_slot, K_INT(l, slot))), state);
    ir_append(there, ir_new_ins(l->fn, IR_jump_OP, IR_VOID, 0));
    ir_set_succs(there, after, NULL);
    l->block = after;
}

bool lower_object_store(Lowerer *l, int slot, Ins *value) {
    Local *local = &l->locals[slot];
    if (!may_have_objects(l) || !l->made_ever[slot] || !is_made(value) || l->instr->flags & BC_NO_SPECULATION)
        return false;
    bool lacks = lower_has_made(l, local) && is_one(lower_lacks(local));
    if (!local->quiet && !lacks) forget_slot(l, slot, lower_state_here(l));
    if (lower_has_made(l, local)) lower_keep(l, &local->value, 1);
    *local = (Local){.value = value, .bound = K_INT(l, 1), .stale = true, .quiet = true};
    lower_pop_any(l);
    return true;
}

/* Whether the memory has it, the flow knows, but not this place: it has from here on. */
void lower_object_load(Lowerer *l, int slot) {
    const Local *local = &l->locals[slot];
    if (lower_has_made(l, local) && !is_one(lower_lacks(local))) lower_flush_local(l, slot);
}

/* The memory has the object now. */
void lower_object_stored(Local *local) { *local = (Local){.bound = local->bound, .loaded = local->value}; }

/* Are objects kept out of memory where control arrives at `target`? The first to arrive decides. */
static bool wants_object(const Lowerer *l, int target, int slot, const Place *place) {
    if (place->block != NULL) return place->locals[slot].value != NULL;
    if (!may_have_objects(l) || !lower_may_be_stale(l, target, slot)) return false;
    return lower_has_made(l, &l->locals[slot]) || (l->made[target] != NULL && l->made[target][slot]);
}

bool lower_conform_object(Lowerer *l, int target, int slot, const Place *place, FrameState *state) {
    Local *local = &l->locals[slot];
    if (!wants_object(l, target, slot, place)) return false;
    const Local *met = place->block != NULL ? &place->locals[slot] : NULL;
    bool certain = met != NULL && met->lacks == NULL;
    if (local->value != NULL && (local->value->type != IR_OBJ || (certain && !is_one(lower_lacks(local)))))
        lower_flush_local(l, slot);
    if (lower_has_made(l, local)) return true;
    *local = (Local){.bound = K_INT(l, 1), .stale = true};
    if (!certain) {
        local->value = K_NULL(l);
        local->lacks = K_INT(l, 0);
        return true;
    }
    local->value = INS0(l, ldloc, lower_slot(l, slot));
    Ins *none = INS(l, is, 0, local->value, K_NULL(l));
    lower_guarded(INS(l, guard, 0, INS(l, not, 0, none)), state);
    return true;
}

/* They live as long as the frame would have them. */
void lower_keep_objects(Lowerer *l) {
    for (int slot = l->locals != NULL ? l->code->local_count - 1 : -1; slot >= 0; slot--)
        if (lower_has_made(l, &l->locals[slot])) lower_keep(l, &l->locals[slot].value, 1);
}
