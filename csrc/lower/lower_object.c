/* Objects in variables of the function's own frame. In a loop that nobody looks at, what a variable is given
 * there stays out of the frame's memory, like a number: frame states name it, and where nothing but they do,
 * opt_escape leaves it out. What the memory had before goes with the first store, which leaves to the
 * interpreter where that would run code. */
#include "lower/inline.h"
#include "lower/stale.h"

static bool is_one(const Ins *value) { return value->op == IR_ki64_OP && value->imm == 1; }
static bool is_zero(const Ins *value) { return value->op == IR_ki64_OP && value->imm == 0; }

static bool is_whole(const Lowerer *l, const Ins *value) {
    for (int slot = 0; slot < l->code->local_count; slot++)
        if (l->locals[slot].value == value && l->locals[slot].whole) return true;
    return false;
}

/* An instance, a tuple or a complex number that is made here, and nothing can tell when it ends; or what a
 * variable has that is kept out of memory already. */
static bool is_made(const Lowerer *l, const Ins *value, int depth) {
    if (value == NULL) return false;
    if (ir_is_complex(value)) return true;
    if (value->op == IR_call_OP)
        return value->imm == H_rt_new_plain || (value->imm == H_rt_build_tuple && value->arg_count > 0);
    if (is_whole(l, value)) return true;
    if (value->op != IR_phi_OP || depth == 0 || value->arg_count == 0) return false;
    for (int i = 0; i < value->arg_count; i++)
        if (!is_made(l, value->args[i], depth - 1)) return false;
    return true;
}

static bool may_have_objects(const Lowerer *l) {
    return l->framed && l->inlined == NULL && l->made != NULL && lower_speculates(l);
}

bool lower_has_made(const Lowerer *l, const Local *local) {
    return l->framed && local->value != NULL && local->value->type == IR_OBJ;
}

bool lower_is_lacking(const Local *local) { return local->stale && !is_zero(lower_lacks(local)); }

/* Nothing, or a number, is in the memory from now on. */
static void forget_slot(Lowerer *l, int slot, int others, FrameState *state) {
    Ins *old = INS0(l, ldloc, lower_slot(l, slot)), *none = INS(l, is, 0, old, K_NULL(l));
    Block *there = lower_new_block(l), *after = lower_new_block(l);
    lower_branch(l, none, after, there);
    l->block = there;
    lower_guarded(INS(l, settled, 0, EMIT_CALL(l, rt_forget_slot, K_INT(l, slot), K_INT(l, others))), state);
    ir_append(there, ir_new_ins(l->fn, IR_jump_OP, IR_VOID, 0));
    ir_set_succs(there, after, NULL);
    l->block = after;
}

bool lower_object_store(Lowerer *l, int slot, Ins *value) {
    enum { MOST_JOINS = 3 };
    Local *local = &l->locals[slot];
    if (!may_have_objects(l) || !l->made_ever[slot] || !is_made(l, value, MOST_JOINS) ||
        l->instr->flags & BC_NO_SPECULATION)
        return false;
    bool lacks = lower_has_made(l, local) && is_one(lower_lacks(local));
    if (!local->quiet && !lacks) forget_slot(l, slot, local->whole, lower_state_here(l));
    if (lower_has_made(l, local)) lower_keep(l, &local->value, 1);
    *local = (Local){.value = value, .bound = K_INT(l, 1), .stale = true, .quiet = true, .whole = true};
    lower_pop_any(l);
    return true;
}

/* Whether the memory has it, the flow knows, but not this place: it has from here on. */
void lower_object_load(Lowerer *l, int slot) {
    const Local *local = &l->locals[slot];
    if (lower_has_made(l, local) && !local->whole && !is_one(lower_lacks(local))) lower_flush_local(l, slot);
}

/* Where it may have had it before, it is read anew: of what is made then, this place knows nothing. */
void lower_object_stored(Local *local, bool certain) {
    *local = (Local){.bound = local->bound, .loaded = certain ? local->value : NULL};
}

static Made foreseen(const Lowerer *l, int target, int slot) {
    return l->made[target] != NULL ? (Made)l->made[target][slot] : MADE_NEVER;
}

/* An object that a loop goes round with: which way it came, and so whether the memory lacks it, is known only
 * while the code runs. */
bool lower_carries(const Lowerer *l, int target, int slot) {
    const Place *place = lower_place_at(l, target);
    if (!lower_has_made(l, &l->locals[slot]) || !l->locals[slot].whole) return false;
    return !place->is_loop || foreseen(l, target, slot) == MADE_CARRIED;
}

/* Are objects kept out of memory where control arrives at `target`? The first to arrive decides. */
static bool wants_object(const Lowerer *l, int target, int slot, const Place *place) {
    enum { TAKEN_AS_IT_IS = BC_NO_SPECULATION | BC_ARRIVES_BOXED };
    if (place->block != NULL) return place->locals[slot].value != NULL;
    if (!may_have_objects(l) || !lower_may_be_stale(l, target, slot)) return false;
    if (foreseen(l, target, slot) == MADE_CARRIED) return !(l->code->instrs[target].flags & TAKEN_AS_IT_IS);
    return lower_has_made(l, &l->locals[slot]) || foreseen(l, target, slot) == MADE_FIRST;
}

/* The memory's own object. */
static Local read_object(Lowerer *l, int slot, bool certain, FrameState *state) {
    Local local = {.bound = K_INT(l, 1), .stale = true, .whole = true};
    local.value = INS0(l, ldloc, lower_slot(l, slot));
    if (!certain) local.lacks = K_INT(l, 0);
    Ins *none = INS(l, is, 0, local.value, K_NULL(l));
    lower_guarded(INS(l, guard, 0, INS(l, not, 0, none)), state);
    return local;
}

bool lower_conform_object(Lowerer *l, int target, int slot, const Place *place, FrameState *state) {
    Local *local = &l->locals[slot];
    if (!wants_object(l, target, slot, place)) return false;
    const Local *met = place->block != NULL ? &place->locals[slot] : NULL;
    bool certain = met != NULL && met->lacks == NULL;
    bool whole = met != NULL ? met->whole : foreseen(l, target, slot) == MADE_CARRIED;
    bool unknown = whole ? !local->whole : certain && !is_one(lower_lacks(local));
    if (local->value != NULL && (local->value->type != IR_OBJ || unknown)) lower_flush_local(l, slot);
    if (lower_has_made(l, local)) return true;
    *local = certain || whole
                 ? read_object(l, slot, certain, state)
                 : (Local){.value = K_NULL(l), .lacks = K_INT(l, 0), .bound = K_INT(l, 1), .stale = true};
    return true;
}

/* They live as long as the frame would have them. */
void lower_keep_objects(Lowerer *l) {
    for (int slot = l->locals != NULL ? l->code->local_count - 1 : -1; slot >= 0; slot--)
        if (lower_has_made(l, &l->locals[slot])) lower_keep(l, &l->locals[slot].value, 1);
}
