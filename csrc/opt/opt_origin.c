/* A number that was unboxed is boxed again as the object it came from: who has both finds them to be one with
 * `is`, and so does a container that is asked for a NaN. Where ways meet on all of which it came from an
 * object, the objects meet too (the twin of the phi). Where one of the ways computed it, it is a new object;
 * then a NaN leaves where it is unboxed, since of all numbers it is equal to itself as an object only. But
 * where the function asks with `is` whether it is another object, what was computed is boxed at once, and
 * that meets.
 *
 * needs: phis, nothing counted.  keeps: preds, order. */
#include "opt/opt.h"

enum { PY_EQ = 2 };

typedef struct Origin {
    Fn *fn;
    bool frames;      /* some calls put in line have one */
    VEC(Ins *) joins; /* phis of numbers, and choices between two */
    bool *computed;   /* by value: a join that something else than an unboxed number comes to */
    bool *wanted;     /* by value: it may become an object */
    bool *mixed;      /* by value: as a new one */
    bool *asked;      /* by value: whether it is another object */
    bool *kept;       /* by value: a computed join that is asked so, and all of whose numbers can be boxed */
    Ins **boxes;      /* by value: of one that was computed, the object that it is from then on; NULL: none */
    Ins **twins;      /* by value: the join of the objects; NULL: there is none */
} Origin;

static bool is_number(const Ins *value) {
    return value->type == IR_I64 || value->type == IR_U64 || value->type == IR_F64;
}
/* What a number was before it was asked whether it is below 0; itself, if it was not. */
static Ins *signed_one(Ins *value) { return value->op == IR_word_OP ? value->args[0] : value; }
static bool is_unboxed(Ins *value) {
    const Ins *number = signed_one(value);
    return number->op == IR_unbox_i64_OP || value->op == IR_unbox_u64_OP || value->op == IR_unbox_f64_OP;
}
static bool is_join(const Ins *value) {
    return (value->op == IR_phi_OP && is_number(value)) || value->op == IR_iselect_OP ||
           value->op == IR_fselect_OP;
}
/* What is asked of a choice is no number that it gives. */
static int first_given(const Ins *join) { return join->op != IR_phi_OP; }

static void find_computed(Origin *o) {
    for (bool changed = true; changed;) {
        changed = false;
        for (int i = 0; i < o->joins.count; i++) {
            const Ins *join = o->joins.items[i];
            bool computed = join->op != IR_phi_OP;
            for (int a = 0; a < join->arg_count; a++) {
                Ins *arg = join->args[a];
                computed |= is_join(arg) ? o->computed[arg->id] : !is_unboxed(arg);
            }
            changed |= computed != o->computed[join->id];
            o->computed[join->id] = computed;
        }
    }
}

/* Variables that `is` is asked of, where the other object is no constant. */
static bool *find_asked_slots(Origin *o) {
    bool *slots = arena_array(fn_arena(o->fn), bool, ir_slot_count(o->fn) + 1);
    for (int i = 0; i < o->fn->blocks.count; i++) for_each_ins(ins, o->fn->blocks.items[i]) {
            for (int a = 0; ins->op == IR_is_OP && a < 2; a++)
                if (ins->args[a]->op == IR_ldloc_OP && !ir_is(ins->args[!a], OPF_CONST))
                    slots[ins->args[a]->imm] = true;
        }
    return slots;
}

/* Numbers of which `is` is asked whether they are another object, at once or when a variable has them. */
static void find_asked(Origin *o) {
    const bool *slots = find_asked_slots(o);
    for (int i = 0; i < o->fn->blocks.count; i++) for_each_ins(ins, o->fn->blocks.items[i]) {
            for (int a = 0; a < ins->arg_count; a++) {
                bool asked = (ins->op == IR_is_OP && !ir_is(ins->args[!a], OPF_CONST)) ||
                             (ins->op == IR_stboxed_OP && slots[ins->imm]);
                if (asked && ir_is_box(ins->args[a])) o->asked[ins->args[a]->args[0]->id] = true;
            }
        }
    for (bool changed = true; changed;) {
        changed = false;
        for (int i = 0; i < o->joins.count; i++) {
            const Ins *join = o->joins.items[i];
            for (int a = first_given(join); a < join->arg_count && o->asked[join->id]; a++) {
                changed |= !o->asked[join->args[a]->id];
                o->asked[join->args[a]->id] = true;
            }
        }
    }
}

static bool has_frames(const Fn *fn) {
    bool found = false;
    for (int i = 0; i < fn->blocks.count && !found; i++)
        for_each_ins(ins, fn->blocks.items[i]) found |= ins->op == IR_push_OP;
    return found;
}

/* A state to box with behind an instruction: one that went before, with the same frames there. NULL: none. */
static FrameState *state_behind(const Origin *o, Ins *at) {
    for (Block *block = at->block; block != NULL;) {
        for (; at != NULL; at = at->prev) {
            if (at->op == IR_push_OP || at->op == IR_pop_OP) return NULL;
            if (at->state != NULL) return at->state;
        }
        bool only = block->preds.count == 1 && !block->is_entry;
        block = only ? block->preds.items[0] : o->frames ? NULL : block->idom;
        at = block != NULL ? block->last : NULL;
    }
    return NULL;
}

/* Where the object of a join's argument is made: behind this. */
static Ins *made_behind(Ins *join, int a) {
    if (!ir_is(join->args[a], OPF_CONST)) return join->args[a];
    return join->op == IR_phi_OP ? join->block->preds.items[a]->last : join;
}

static bool has_object(const Origin *o, Ins *join, int a) {
    Ins *arg = join->args[a];
    if (is_join(arg)) return o->kept[arg->id] || !o->computed[arg->id];
    return is_unboxed(arg) || state_behind(o, made_behind(join, a)) != NULL;
}

static void find_kept(Origin *o) {
    bool any = false;
    for (int i = 0; i < o->joins.count; i++) {
        const Ins *join = o->joins.items[i];
        any |= o->kept[join->id] = o->computed[join->id] && o->asked[join->id];
    }
    if (any) {
        o->frames = has_frames(o->fn);
        ir_fill_dominators(o->fn);
    }
    for (bool changed = any; changed;) {
        changed = false;
        for (int i = 0; i < o->joins.count; i++) {
            Ins *join = o->joins.items[i];
            for (int a = first_given(join); a < join->arg_count && o->kept[join->id]; a++) {
                o->kept[join->id] = has_object(o, join, a);
                changed |= !o->kept[join->id];
            }
        }
    }
}

/* Does an instruction put its argument, a number, into an object or hand it to code that does? */
static bool makes_new(const Ins *ins) {
    switch (ins->op) {
    case IR_list_put_f64_OP:
    case IR_attr_set_f64_OP:
    case IR_invoke_OP:
    case IR_ret_OP: return true;
    default: return false;
    }
}

static void want_all(Origin *o, Ins *ins) {
    for (int a = 0; a < ins->arg_count; a++) {
        o->wanted[ins->args[a]->id] |= ir_is_box(ins) && is_join(ins->args[a]);
        o->mixed[ins->args[a]->id] |= makes_new(ins);
    }
    for (int s = 0; s < ir_state_count(ins->state); s++) {
        const Ins *value = *ir_state_value(ins->state, s);
        o->wanted[value->id] |= is_join(value);
    }
}

/* What a join is wanted for, its arguments are: they stand before it, but for those of a loop. */
static void find_uses(Origin *o) {
    for (int i = 0; i < o->fn->blocks.count; i++) for_each_ins(ins, o->fn->blocks.items[i]) want_all(o, ins);
    for (bool changed = true; changed;) {
        changed = false;
        for (int i = o->joins.count - 1; i >= 0; i--) {
            const Ins *join = o->joins.items[i];
            bool wanted = o->wanted[join->id],
                 mixed = o->mixed[join->id] || (wanted && o->computed[join->id] && !o->kept[join->id]);
            if (!wanted && !mixed) continue;
            for (int a = first_given(join); a < join->arg_count; a++) {
                uint32_t arg = join->args[a]->id;
                changed |= (wanted && !o->wanted[arg]) || (mixed && !o->mixed[arg]);
                o->wanted[arg] |= wanted;
                o->mixed[arg] |= mixed;
            }
        }
    }
}

static Ins *object_of(const Origin *o, Ins *value) {
    if (is_unboxed(value)) return signed_one(value)->args[0];
    return is_join(value) ? o->twins[value->id] : o->boxes[value->id];
}

static bool is_further_result(const Ins *ins) {
    return ins->op == IR_ldnum_OP || ins->op == IR_ldout_OP || ins->op == IR_param_OP;
}

/* The object of a number that was computed, made once. */
static Ins *made_of(Origin *o, Ins *join, int a) {
    Ins *number = join->args[a], *at = made_behind(join, a);
    IrOp op = number->type == IR_F64 ? IR_box_f64_OP : number->type == IR_U64 ? IR_box_u64_OP : IR_box_i64_OP;
    Ins *box = ir_new_ins(o->fn, op, IR_OBJ, 1);
    box->args[0] = number;
    box->state = state_behind(o, at);
    if (at != number) {
        ir_insert_before(at == join ? o->twins[join->id] : at, box);
        return box;
    }
    while (at->next != NULL && is_further_result(at->next)) at = at->next;
    ir_insert_after(at, box);
    return o->boxes[number->id] = box;
}

static void make_twins(Origin *o) {
    for (int i = 0; i < o->joins.count; i++) {
        Ins *join = o->joins.items[i];
        if (!o->wanted[join->id] || (o->computed[join->id] && !o->kept[join->id])) continue;
        Ins *twin =
            ir_new_ins(o->fn, join->op == IR_phi_OP ? IR_phi_OP : IR_oselect_OP, IR_OBJ, join->arg_count);
        if (join->op == IR_phi_OP) twin->imm = PHI_OF_NUMBERS;
        else twin->args[0] = join->args[0];
        ir_insert_before(join, twin);
        o->twins[join->id] = twin;
    }
    for (int i = 0; i < o->joins.count; i++) {
        Ins *join = o->joins.items[i], *twin = o->twins[join->id];
        for (int a = first_given(join); twin != NULL && a < join->arg_count; a++) {
            Ins *object = object_of(o, join->args[a]);
            twin->args[a] = object != NULL ? object : made_of(o, join, a);
        }
    }
}

static void refuse_nan(Origin *o, Ins *number) {
    Ins *same = ir_new_ins(o->fn, IR_fcmp_OP, IR_I64, 2), *guard = ir_new_ins(o->fn, IR_guard_OP, IR_VOID, 1);
    same->imm = PY_EQ;
    same->args[0] = same->args[1] = number;
    guard->args[0] = same;
    guard->state = number->state;
    ir_insert_after(number, guard);
    ir_insert_after(number, same);
}

/* Frames get the objects of joins; the code goes on with their numbers. */
static void put_into_frames(const Origin *o, FrameState *state) {
    for (int s = 0; s < ir_state_count(state); s++) {
        Ins **value = ir_state_value(state, s);
        Ins *object = is_number(*value) && !is_unboxed(*value) ? object_of(o, *value) : NULL;
        if (object != NULL) *value = object;
    }
}

static void use_objects(Origin *o) {
    Fn *fn = o->fn;
    for (int i = 0; i < fn->pool.count; i++) fn->pool.items[i]->scratch = NULL;
    for (int i = 0; i < fn->blocks.count; i++)
        for (Ins *ins = fn->blocks.items[i]->first, *next; ins != NULL; ins = next) {
            next = ins->next;
            ins->scratch = ir_is_box(ins) ? object_of(o, ins->args[0]) : NULL;
            if (ins->scratch == ins) ins->scratch = NULL;
            put_into_frames(o, ins->state);
            if (ins->op == IR_unbox_f64_OP && o->mixed[ins->id]) refuse_nan(o, ins);
        }
    opt_replace(fn);
}

void opt_origin(Fn *fn) {
    Arena *arena = fn_arena(fn);
    Origin origin = {.fn = fn}, *o = &origin;
    for (int i = 0; i < fn->blocks.count; i++)
        for_each_ins(ins, fn->blocks.items[i]) if (is_join(ins)) vec_push(arena, &o->joins, ins);
    o->computed = arena_array(arena, bool, fn->next_value + 1);
    o->wanted = arena_array(arena, bool, fn->next_value + 1);
    o->mixed = arena_array(arena, bool, fn->next_value + 1);
    o->twins = arena_array(arena, Ins *, fn->next_value + 1);
    find_computed(o);
    o->asked = arena_array(arena, bool, fn->next_value + 1);
    o->kept = arena_array(arena, bool, fn->next_value + 1);
    o->boxes = arena_array(arena, Ins *, fn->next_value + 1);
    find_asked(o);
    find_kept(o);
    find_uses(o);
    make_twins(o);
    use_objects(o);
}
