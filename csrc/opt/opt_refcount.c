/* Reference counts. Nothing is counted before this pass; it decides which values hold a reference of their
 * own, gives each back after its last use, takes one where a consumer needs it, and writes down for every
 * exit what must happen to the values that are alive there.
 *
 * A value read from a local slot is borrowed from it as long as the slot cannot change before the value's
 * last use; otherwise, and when it outlives its block, it takes a reference.
 *
 * needs: preds, order, no edge from a fork to a join.  makes: Ins.owned, Ins.exit, Ins.consumed, Fn.exits. */
#include "opt/opt.h"

#include <string.h>

typedef VEC(Ins *) Values;

typedef struct Refcount {
    Fn *fn;
    int words;         /* of a set of values that are used outside their block */
    uint64_t *live_in; /* by block */
    Values *uses;      /* by value id: what the exits of an instruction need */
    VEC(Ins *) across; /* those values, by number */
    VEC(Ins *) alive;  /* owned values alive at the point the walk has come to */
} Refcount;

/* While this pass runs: use_count of a value is its number in `across` (-1: local to its block), scratch its
 * place in `alive` plus one. */
static bool is_alive(const Ins *value) { return value->scratch != NULL; }

static void make_alive(Refcount *r, Ins *value) {
    if (is_alive(value)) return;
    vec_push(fn_arena(r->fn), &r->alive, value);
    value->scratch = (void *)(uintptr_t)r->alive.count;
}

static void make_dead(Refcount *r, Ins *value) {
    uintptr_t place = (uintptr_t)value->scratch;
    if (place == 0) return;
    Ins *last = r->alive.items[--r->alive.count];
    r->alive.items[place - 1] = last;
    last->scratch = (void *)place;
    value->scratch = NULL;
}

static Ins *count_ins(Refcount *r, IrOp op, Ins *value) {
    Ins *ins = ir_new_ins(r->fn, op, IR_VOID, 1);
    ins->args[0] = value;
    return ins;
}

/* How many operands of a level of a state an exit needs: for a handler only what it keeps. */
static int kept_depth(const Refcount *r, const FrameState *state, bool leaves) {
    if (leaves) return state->stack_count;
    return state->handler < 0 ? 0 : r->fn->handlers.items[state->handler].depth;
}

/* The level that an exit ends at: where an exception is handled, or the outermost. */
static const FrameState *next_level(const FrameState *state, bool leaves) {
    return !leaves && state->handler >= 0 ? NULL : state->parent;
}

/* A value that goes into a frame, or the parts of an object that the exit makes. */
static void note_value(Refcount *r, Values *uses, Ins *value) {
    if (!ir_is(value, OPF_VIRTUAL)) {
        vec_push(fn_arena(r->fn), uses, value);
        return;
    }
    for (int i = 0; i < value->arg_count; i++)
        if (value->args[i]->type == IR_OBJ) note_value(r, uses, value->args[i]);
}

/* Values that the exits of an instruction need: what goes where it raises, too, if its state says what goes
 * first, and what callers have on their stacks if it does nothing else, which goes with their frames. */
static void note_state(Refcount *r, Ins *ins) {
    Values *uses = &r->uses[ins->id];
    bool leaves = ir_leaves(ins) || (ins->state != NULL && ir_is_caught_in_line(ins->state));
    bool ends = ir_is(ins, OPF_TERMINATOR);
    for (const FrameState *state = ins->state; state != NULL; state = next_level(state, leaves)) {
        bool all = ends || state == ins->state;
        int count = all ? state->stack_count : kept_depth(r, state, leaves);
        for (int i = 0; i < count; i++) note_value(r, uses, state->stack[i]);
        for (int i = 0; i < state->local_count; i++)
            if (state->locals[i]->type == IR_OBJ) note_value(r, uses, state->locals[i]);
    }
}

static int state_uses(const Refcount *r, const Ins *ins) { return ins->state ? r->uses[ins->id].count : 0; }
static Ins *state_use(const Refcount *r, const Ins *ins, int i) { return r->uses[ins->id].items[i]; }

/* --- which values own a reference --- */

static bool slot_changes(const Fn *fn, const Ins *ins, int64_t slot) {
    if (ins->op == IR_stloc_OP || ins->op == IR_stboxed_OP || ins->op == IR_clrloc_OP)
        return ins->imm == slot;
    if (ins->op == IR_push_OP || ins->op == IR_pop_OP) return ir_frame_of_slot(fn, slot) == ins->frame;
    return ins->op == IR_call_OP && ins->imm == H_rt_make_cell &&
           ir_local_slot(fn, ins->frame, (int)ins->args[0]->imm) == slot;
}

/* Note for each value the last instruction of its own block that uses it (scratch), and whether others do. */
static void note_uses(Refcount *r) {
    Fn *fn = r->fn;
    for (int i = 0; i < fn->blocks.count; i++) for_each_ins(ins, fn->blocks.items[i]) {
            ins->scratch = NULL;
            ins->use_count = -1;
        }
    for (int i = 0; i < fn->blocks.count; i++) for_each_ins(ins, fn->blocks.items[i]) {
            int uses = state_uses(r, ins);
            for (int u = 0; u < ins->arg_count + uses; u++) {
                Ins *value = u < ins->arg_count ? ins->args[u] : state_use(r, ins, u - ins->arg_count);
                if (ir_is(value, OPF_CONST)) continue;
                bool elsewhere = value->block != ins->block || ins->op == IR_phi_OP || ins->op == IR_yield_OP;
                if (elsewhere) value->use_count = 0;
                else value->scratch = ins;
            }
        }
}

/* Where a borrowed item comes from: a slot of the frame, a container or an object, or what the frame or a
 * guard keeps alive as long as no code runs. */
typedef enum Source { SOURCE_NONE, SOURCE_SLOT, SOURCE_ITEM, SOURCE_KEPT } Source;

static Source source_of(const Ins *value) {
    switch (value->op) {
    case IR_ldloc_OP: return SOURCE_SLOT;
    case IR_list_get_OP:
    case IR_tuple_get_OP:
    case IR_tuple_at_OP:
    case IR_list_at_OP:
    case IR_item_at_OP:
    case IR_attr_item_OP:
    case IR_module_item_OP: return SOURCE_ITEM;
    case IR_keys_item_OP: /* of the frame's globals or builtins */
    case IR_pinned_OP: return SOURCE_KEPT;
    default: return SOURCE_NONE;
    }
}

/* May the last reference to something but `root` go here, and its finalizer run? A number's end runs nothing.
 */
static bool drops_something(const Ins *ins, const Ins *root) {
    for (int a = 0; a < ins->arg_count; a++) {
        const Ins *value = ins->args[a];
        bool goes = value->type == IR_OBJ && value != root && !ir_ends_quietly(value);
        if (goes && !ir_is_borrowed(value)) return true;
    }
    return false;
}

/* Do an attribute that is read and one that is stored have different places among instance values? */
static bool is_other_field(const Ins *read, const Ins *store) {
    return read->op == IR_attr_item_OP && read->args[1]->op == IR_values_OP && store->op != IR_attr_swap_OP &&
           store->args[1]->op == IR_values_OP && read->imm != store->imm;
}

/* An item of a container is safe as long as nothing can change or drop the container, which is or comes from
 * `root`. */
static bool items_may_change(const Ins *ins, const Ins *item, const Ins *root) {
    switch (ins->op) {
    case IR_call_OP:
    case IR_poll_OP:
    case IR_turn_OP:
    case IR_stloc_OP:
    case IR_clrloc_OP:
    case IR_list_put_OP:
    case IR_list_put_f64_OP:
    case IR_list_put_i64_OP:
    case IR_list_swap_OP: return true;
    case IR_attr_set_OP:
    case IR_attr_set_f64_OP:
    case IR_attr_set_i64_OP:
    case IR_attr_swap_OP:
        if (item->args[0] != root || !is_other_field(item, ins)) return true;
        break;
    default: break;
    }
    return ir_runs_code(ins) || drops_something(ins, root);
}

/* Is an owned value surely there until `last` is done, since that or what comes soon after it needs it? */
static bool is_needed_from(const Refcount *r, const Ins *last, const Ins *value) {
    enum { FAR = 32 };
    const Ins *ins = last;
    for (int i = 0; ins != NULL && i < FAR; i++, ins = ins->next) {
        for (int u = 0; u < state_uses(r, ins); u++)
            if (state_use(r, ins, u) == value) return true;
        for (int a = 0; a < ins->arg_count; a++)
            if (ins->args[a] == value && (ins != last || !ir_consumes(ins, a))) return true;
    }
    return false;
}

/* An item of an item that nothing changed meanwhile is as safe as the first one. */
static const Ins *first_item(const Ins *item) {
    const Ins *from = item->args[0];
    return source_of(from) == SOURCE_ITEM && from->block == item->block ? first_item(from) : item;
}

static bool must_own(const Refcount *r, const Ins *value) {
    const Fn *fn = r->fn;
    const Ins *last = value->scratch, *first = value, *root = value, *from = value;
    Source source = source_of(value);
    if (value->use_count >= 0) return true;       /* used outside its block */
    if (value->op == IR_seq_item_OP) return true; /* the iterator, and what it goes over, may go at once */
    if (source == SOURCE_NONE || last == NULL) return false;
    if (source == SOURCE_ITEM) {
        first = first_item(value);
        root = first->args[0];
        bool in_slot = root->op == IR_ldloc_OP && root->block == value->block;
        if (in_slot) from = root;
        else if (root->owned && is_needed_from(r, last, root)) from = first;
        else return true; /* the container may be dropped at once */
    }
    if (source != SOURCE_SLOT && ir_runs_code(last)) return true;
    bool may_change = source == SOURCE_KEPT || (source == SOURCE_ITEM && from == first);
    for (const Ins *ins = from->next; ins != last; ins = ins->next) {
        if (from == root && source != SOURCE_KEPT && slot_changes(fn, ins, root->imm)) return true;
        if (may_change && items_may_change(ins, value, root)) return true;
        may_change |= source != SOURCE_SLOT && ins == first;
    }
    return false;
}

/* As seen from here: a native function's caller keeps what it has given. */
static bool lives_for_ever(const Ins *value) {
    return value->op == IR_mkbool_OP || value->op == IR_char_OP || value->op == IR_param_OP;
}

static void choose_owned(Refcount *r) {
    Fn *fn = r->fn;
    note_uses(r);
    for (int i = 0; i < fn->blocks.count; i++)
        for (Ins *ins = fn->blocks.items[i]->first, *next; ins != NULL; ins = next) {
            next = ins->next;
            if (ins->type != IR_OBJ) continue;
            ins->owned = !ir_is_borrowed(ins);
            if (ins->owned || ir_is(ins, OPF_CONST | OPF_VIRTUAL) || lives_for_ever(ins) || !must_own(r, ins))
                continue;
            ins->owned = true;
            bool checked = next->op == IR_chkloc_OP && next->args[0] == ins;
            ir_insert_after(checked ? next : ins, count_ins(r, IR_incref_OP, ins));
            if (checked) ins->nullable = false;
        }
    for (int i = 0; i < fn->blocks.count; i++) for_each_ins(ins, fn->blocks.items[i]) {
            ins->scratch = NULL;
            if (!ins->owned) ins->use_count = -1;
            if (ins->use_count < 0) continue;
            ins->use_count = r->across.count;
            vec_push(fn_arena(fn), &r->across, ins);
        }
}

/* --- liveness of the values used outside their block --- */

static uint64_t *live_in(Refcount *r, const Block *block) {
    return r->live_in + (size_t)block->order * (size_t)r->words;
}
static bool has(const uint64_t *set, int i) { return set[i / 64] >> (i % 64) & 1; }
static void put(uint64_t *set, int i) { set[i / 64] |= UINT64_C(1) << (i % 64); }

static void use_across(uint64_t *set, const Ins *value) {
    if (value->owned && value->use_count >= 0) put(set, value->use_count);
}

static int pred_index(const Block *succ, const Block *pred) {
    int index = 0;
    while (succ->preds.items[index] != pred) index++;
    return index;
}

static void live_out(Refcount *r, const Block *block, uint64_t *set) {
    memset(set, 0, sizeof(uint64_t) * (size_t)r->words);
    for (int s = 0; s < block->succ_count; s++)
        for (int w = 0; w < r->words; w++) set[w] |= live_in(r, block->succs[s])[w];
}

static void fill_liveness(Refcount *r) {
    Fn *fn = r->fn;
    r->words = (r->across.count + 63) / 64;
    r->live_in = arena_array(fn_arena(fn), uint64_t, (size_t)r->words * (size_t)fn->blocks.count);
    uint64_t *now = arena_array(fn_arena(fn), uint64_t, r->words);
    for (bool changed = r->words > 0; changed;) {
        changed = false;
        for (int i = fn->blocks.count - 1; i >= 0; i--) {
            Block *block = fn->blocks.items[i];
            live_out(r, block, now);
            for (int s = 0; s < block->succ_count; s++)
                for (Ins *phi = block->succs[s]->first; phi && phi->op == IR_phi_OP; phi = phi->next)
                    use_across(now, phi->args[pred_index(block->succs[s], block)]);
            for (Ins *ins = block->last; ins != NULL; ins = ins->prev) {
                if (ins->use_count >= 0) now[ins->use_count / 64] &= ~(UINT64_C(1) << (ins->use_count % 64));
                if (ins->op == IR_phi_OP) continue;
                for (int a = 0; a < ins->arg_count; a++) use_across(now, ins->args[a]);
                for (int u = 0; u < state_uses(r, ins); u++) use_across(now, state_use(r, ins, u));
            }
            if (memcmp(now, live_in(r, block), sizeof(uint64_t) * (size_t)r->words) == 0) continue;
            memcpy(live_in(r, block), now, sizeof(uint64_t) * (size_t)r->words);
            changed = true;
        }
    }
}

/* --- exits --- */

static uint8_t exit_kind_of(const Ins *value, bool owned) {
    if (value->type == IR_I64) return EXIT_I64;
    if (value->type == IR_U64) return EXIT_U64;
    if (value->type == IR_F64) return EXIT_F64;
    return owned ? EXIT_OWNED : EXIT_BORROWED;
}

/* An object that is made, and the row of the exit that makes it. */
typedef struct MadeObject {
    const Ins *object;
    int row;
} MadeObject;

typedef struct NewExit {
    Exit exit;
    VEC(MadeObject) objects;
    bool *placed; /* by place in `alive` plus one: it has gone into a frame */
} NewExit;

static void add_row(Refcount *r, NewExit *n, ExitValueKind kind, int slot, Ins *value) {
    ExitValue row = {.kind = (uint8_t)kind, .slot = slot, .value = value};
    vec_push(fn_arena(r->fn), &n->exit.values, row);
}

/* The row that makes an object, -1: there is none yet. */
static int row_of(const NewExit *n, const Ins *object) {
    for (int i = 0; i < n->objects.count; i++)
        if (n->objects.items[i].object == object) return n->objects.items[i].row;
    return -1;
}

/* A range iterator that the exit makes. */
static void place_range(Refcount *r, NewExit *n, const Ins *value, int slot) {
    for (int i = 0; i < value->arg_count; i++)
        add_row(r, n, i ? EXIT_PART : EXIT_RANGE, slot, value->args[i]);
}

/* A value that goes into a slot of a frame or into an object: with its reference, if it has one left. */
static void place(Refcount *r, NewExit *n, Ins *value, int slot) {
    if (value->op == IR_range_OP && row_of(n, value) < 0) {
        place_range(r, n, value, slot);
        return;
    }
    if (ir_is(value, OPF_VIRTUAL)) {
        add_row(r, n, EXIT_MADE, slot, ir_const(r->fn, IR_ki64_OP, row_of(n, value)));
        return;
    }
    uintptr_t alive = value->owned ? (uintptr_t)value->scratch : 0;
    bool owned = alive > 0 && !n->placed[alive];
    if (owned) n->placed[alive] = true;
    add_row(r, n, exit_kind_of(value, owned), slot, value);
}

/* A range iterator that is part of an object. */
static void make_range(Refcount *r, NewExit *n, Ins *value) {
    if (row_of(n, value) >= 0) return;
    vec_push(fn_arena(r->fn), &n->objects, ((MadeObject){value, n->exit.values.count}));
    add_row(r, n, EXIT_NEW, value->arg_count, ir_const(r->fn, IR_known_OP, KNOWN_range_iterator));
    for (int i = 0; i < value->arg_count; i++) add_row(r, n, EXIT_PART, i, value->args[i]);
}

/* Has an object a part that is a number and will be no object: an iterator's index, a function's frame? */
static bool has_bare_numbers(const Ins *value) {
    const Ins *class = value->args[0];
    return class->op == IR_known_OP && class->imm != KNOWN_tuple && class->imm != KNOWN_list &&
           class->imm != KNOWN_dict;
}

/* An int that is made of what it was computed of, behind those that are. */
static void make_wide(Refcount *r, NewExit *n, Ins *value) {
    if (row_of(n, value) >= 0) return;
    for (int i = 1; i < value->arg_count; i++)
        if (value->args[i]->op == IR_wide_OP) make_wide(r, n, value->args[i]);
    vec_push(fn_arena(r->fn), &n->objects, ((MadeObject){value, n->exit.values.count}));
    add_row(r, n, EXIT_NEW, value->arg_count, ir_const(r->fn, IR_known_OP, KNOWN_int));
    add_row(r, n, EXIT_PART, 0, ir_const(r->fn, IR_ki64_OP, value->imm));
    for (int i = 1; i < value->arg_count; i++) place(r, n, value->args[i], i);
}

/* Make an object, behind those that are parts of it. */
static void make_object(Refcount *r, NewExit *n, Ins *value) {
    if (value->op == IR_wide_OP) make_wide(r, n, value);
    if (value->op != IR_object_OP || row_of(n, value) >= 0) return;
    for (int i = 2; i < value->arg_count; i += 2) {
        if (value->args[i]->op == IR_range_OP) make_range(r, n, value->args[i]);
        else make_object(r, n, value->args[i]);
    }
    vec_push(fn_arena(r->fn), &n->objects, ((MadeObject){value, n->exit.values.count}));
    add_row(r, n, EXIT_NEW, value->arg_count / 2, value->args[0]);
    for (int i = 2; i < value->arg_count; i += 2) {
        int at = (int)value->args[i - 1]->imm;
        if (has_bare_numbers(value) && value->args[i]->type == IR_I64)
            add_row(r, n, EXIT_PART, at, value->args[i]);
        else place(r, n, value->args[i], at);
    }
}

static void make_objects(Refcount *r, NewExit *n, const FrameState *state, bool leaves) {
    for (; state != NULL; state = next_level(state, leaves)) {
        for (int i = 0; i < state->local_count; i++) { /* which an operand may be, too */
            if (state->locals[i]->op == IR_range_OP) make_range(r, n, state->locals[i]);
            else make_object(r, n, state->locals[i]);
        }
        for (int i = 0; i < kept_depth(r, state, leaves); i++) make_object(r, n, state->stack[i]);
    }
}

/* One number in several places is one object. */
static void note_same(Refcount *r, NewExit *n, Ins *value) {
    if (value->type == IR_OBJ) return;
    for (int i = 0; i < n->exit.values.count; i++) {
        const ExitValue *row = &n->exit.values.items[i];
        if (row->kind == EXIT_NEW && row->value->op == IR_known_OP && row->value->imm == KNOWN_int) {
            i += row->slot; /* an int does not keep what it was made of */
            continue;
        }
        if (row->value != value || row->kind < EXIT_I64 || row->kind > EXIT_F64) continue;
        add_row(r, n, EXIT_SAME, i, value);
        return;
    }
}

static void place_level(Refcount *r, NewExit *n, const FrameState *state, bool leaves) {
    for (int i = 0; i < state->local_count; i++) {
        Ins *bound = state->bound[i];
        note_same(r, n, state->locals[i]);
        if (bound->op != IR_ki64_OP || bound->imm == 0) add_row(r, n, EXIT_IF, 0, bound);
        place(r, n, state->locals[i], state->slots[i]);
    }
    for (int i = 0; i < kept_depth(r, state, leaves);
         i++) { /* behind the locals, which may have the object */
        note_same(r, n, state->stack[i]);
        place(r, n, state->stack[i], ir_stack_slot(r->fn, state->frame, i));
    }
}

/* A value, or the parts of one that is no object: it goes when its level is left, unless a frame has it. */
static void drop(Refcount *r, NewExit *n, int level, Ins *value) {
    if (ir_is(value, OPF_VIRTUAL))
        for (int i = 0; i < value->arg_count; i++) drop(r, n, level, value->args[i]);
    if (!value->owned || !is_alive(value) || n->placed[(uintptr_t)value->scratch]) return;
    n->placed[(uintptr_t)value->scratch] = true;
    add_row(r, n, EXIT_DROP, level, value);
}

/* What the outer levels have on their operand stacks, which no frame is to hold: the outermost that has a
 * value has it longest. The last row of a level goes first. */
static void drop_stacks(Refcount *r, NewExit *n, const FrameState *state, bool leaves, int level) {
    if (state == NULL) return;
    drop_stacks(r, n, next_level(state, leaves), leaves, level + 1);
    for (int i = kept_depth(r, state, leaves); i < state->stack_count; i++)
        drop(r, n, level, state->stack[i]);
}

/* Values the frames are to hold come first, frame by frame; whatever else is alive is dropped. */
static int new_exit(Refcount *r, const Ins *ins, ExitKind kind) {
    Arena *arena = fn_arena(r->fn);
    NewExit n = {.exit = {.kind = kind, .state = ins->state},
                 .placed = arena_array(arena, bool, r->alive.count + 1)};
    bool leaves = kind != EXIT_RAISE && kind != EXIT_RERAISE;
    make_objects(r, &n, ins->state, leaves);
    for (const FrameState *state = ins->state; state != NULL; state = next_level(state, leaves))
        place_level(r, &n, state, leaves);
    if (is_alive(ins)) n.placed[(uintptr_t)ins->scratch] = true; /* there is none */
    drop_stacks(r, &n, ins->state, leaves, 0);
    for (int i = 0; i < r->alive.count; i++) drop(r, &n, 0, r->alive.items[i]);
    vec_push(arena, &r->fn->exits, n.exit);
    return r->fn->exits.count - 1;
}

static void add_exit(Refcount *r, Ins *ins) {
    if (ins->state == NULL) return;
    ExitKind raised = ir_is_caught_in_line(ins->state) ? EXIT_CATCH
                      : ins->op == IR_rethrow_OP       ? EXIT_RERAISE
                                                       : EXIT_RAISE;
    if (ir_raises(ins)) ins->exit = new_exit(r, ins, raised);
    if (!ir_leaves(ins)) return;
    ExitKind kind = ins->op == IR_yield_OP    ? EXIT_YIELD
                    : ins->op == IR_cold_OP   ? EXIT_COLD
                    : ins->op == IR_anchor_OP ? EXIT_LOOP
                    : ins->op == IR_invoke_OP ? EXIT_CALLEE
                    : ir_is(ins, OPF_GUARD)   ? EXIT_GUARD
                                              : EXIT_LEAVE;
    *(ir_raises(ins) ? &ins->leave_exit : &ins->exit) = new_exit(r, ins, kind);
}

/* --- the walk --- */

static void drop_after(Refcount *r, Ins *at, Ins *value) {
    if (at->next != NULL && at->next->op == IR_incref_OP && at->next->args[0] == at)
        at = at->next; /* an item is saved first */
    ir_insert_after(at, count_ins(r, IR_decref_OP, value));
}
static void take_before(Refcount *r, Ins *at, Ins *value) {
    ir_insert_before(at, count_ins(r, IR_incref_OP, value));
}

/* A use that leaves the reference where it is: when it is the last one, the value is dropped behind it. */
static void borrow(Refcount *r, Ins *ins, Ins *value) {
    if (!value->owned || is_alive(value)) return;
    if (!ir_is(ins, OPF_TERMINATOR)) drop_after(r, ins, value);
    make_alive(r, value);
}

static void consume(Refcount *r, Ins *ins, Ins *value, Values *given) {
    if (value->op == IR_null_OP) return;
    if (!value->owned || is_alive(value)) {
        take_before(r, ins, value);
        return;
    }
    for (int i = 0; i < given->count; i++)
        if (given->items[i] == value) {
            take_before(r, ins, value);
            return;
        }
    vec_push(fn_arena(r->fn), given, value);
}

enum { MASK_BITS = 64 };

/* The rest of a call: the mask says which references the helper may have. Too long for a mask: all of them.
 */
static void give_rest(Refcount *r, Ins *ins, Values *given) {
    int first = ir_rest_index(ins), count = ins->arg_count - first;
    if (count > MASK_BITS) {
        for (int i = first; i < ins->arg_count; i++) consume(r, ins, ins->args[i], given);
        ins->consumed = UINT64_MAX;
        return;
    }
    for (int i = 0; i < count; i++) {
        Ins *value = ins->args[first + i];
        bool again = !value->owned || is_alive(value);
        for (int g = 0; g < given->count && !again; g++) again = given->items[g] == value;
        if (again) continue;
        ins->consumed |= UINT64_C(1) << i;
        vec_push(fn_arena(r->fn), given, value);
    }
}

/* An operation that leaves before it consumes anything: what it consumes is there still when it leaves. If it
 * has no reference to give, the operation takes one itself, when it does not leave any more. */
static void give_before_leaving(Refcount *r, Ins *ins) {
    for (int a = 0; a < ins->arg_count; a++) {
        Ins *value = ins->args[a];
        if (!ir_consumes(ins, a) || !value->owned || is_alive(value)) continue;
        ins->consumed = 1;
        make_alive(r, value);
    }
}

/* Of the first `count` operands that end here, the lowest on the interpreter's stack goes first: each is
 * dropped in front of those before. */
static void borrow_operands(Refcount *r, Ins *ins, int count) {
    int last = count - 1;
    if (ins->op == IR_keep_OP) { /* says the order itself */
        for (int a = 0; a < count; a++) borrow(r, ins, ins->args[a]);
        return;
    }
    bool last_goes_first = ins->op == IR_call_OP && ir_helper((int)ins->imm)->last_goes_first;
    while (last > 0 && ins->args[last]->type != IR_OBJ) last--;
    for (int a = last_goes_first ? last - 1 : count - 1; a >= 0; a--)
        if (!ir_consumes(ins, a)) borrow(r, ins, ins->args[a]);
    if (last_goes_first && !ir_consumes(ins, last)) borrow(r, ins, ins->args[last]);
}

static void walk_ins(Refcount *r, Ins *ins) {
    Values given = {0};
    bool leaves_first = ir_leaves(ins) && !ir_raises(ins) && !ir_is(ins, OPF_TERMINATOR);
    if (ins->op == IR_incref_OP || ins->op == IR_decref_OP) return;
    if (ins->owned) {
        if (!is_alive(ins)) drop_after(r, ins, ins);
        make_dead(r, ins);
    }
    if (leaves_first) give_before_leaving(r, ins);
    for (int u = state_uses(r, ins) - 1; u >= 0; u--) borrow(r, ins, state_use(r, ins, u));
    bool c_call = ins->op == IR_c_call_OP || ins->op == IR_quiet_call_OP;
    int rest = c_call ? ins->arg_count : ir_rest_index(ins);
    borrow_operands(r, ins, rest);
    add_exit(r, ins);
    for (int a = 0; a < rest; a++)
        if (ir_consumes(ins, a) && !leaves_first) consume(r, ins, ins->args[a], &given);
    if (ins->op == IR_call_OP) give_rest(r, ins, &given);
    for (int i = 0; i < given.count; i++) make_alive(r, given.items[i]);
}

/* What a fork keeps for one way only is dropped at the start of the other. */
static void drop_on_arrival(Refcount *r, Block *block, uint64_t *scratch) {
    if (block->preds.count != 1) return;
    live_out(r, block->preds.items[0], scratch);
    for (int i = 0; i < r->across.count; i++)
        if (has(scratch, i) && !has(live_in(r, block), i))
            ir_insert_before(block->first, count_ins(r, IR_decref_OP, r->across.items[i]));
}

static void walk_block(Refcount *r, Block *block, uint64_t *scratch) {
    while (r->alive.count > 0) make_dead(r, r->alive.items[r->alive.count - 1]);
    live_out(r, block, scratch);
    for (int i = 0; i < r->across.count; i++)
        if (has(scratch, i)) make_alive(r, r->across.items[i]);
    for (int s = 0; s < block->succ_count; s++)
        for (Ins *phi = block->succs[s]->first; phi && phi->op == IR_phi_OP; phi = phi->next) {
            Ins *value = phi->args[pred_index(block->succs[s], block)];
            if (phi->type != IR_OBJ || value->op == IR_null_OP) continue;
            if (!value->owned || is_alive(value)) take_before(r, block->last, value);
            else make_alive(r, value);
        }
    Ins *prev;
    for (Ins *ins = block->last; ins != NULL && ins->op != IR_phi_OP; ins = prev) {
        prev = ins->prev;
        walk_ins(r, ins);
    }
    Ins *first = block->first;
    while (first->op == IR_phi_OP) first = first->next;
    for (Ins *phi = block->first; phi->op == IR_phi_OP; phi = phi->next)
        if (phi->owned && !is_alive(phi)) ir_insert_before(first, count_ins(r, IR_decref_OP, phi));
}

void opt_refcount(Fn *fn) {
    Refcount r = {.fn = fn, .uses = arena_array(fn_arena(fn), Values, fn->next_value)};
    for (int i = 0; i < fn->blocks.count; i++) for_each_ins(ins, fn->blocks.items[i]) note_state(&r, ins);
    choose_owned(&r);
    fill_liveness(&r);
    for (int i = 0; i < fn->blocks.count; i++) for_each_ins(ins, fn->blocks.items[i]) ins->scratch = NULL;
    uint64_t *scratch = arena_array(fn_arena(fn), uint64_t, r.words + 1);
    for (int i = 0; i < fn->blocks.count; i++) walk_block(&r, fn->blocks.items[i], scratch);
    for (int i = 0; i < fn->blocks.count; i++) drop_on_arrival(&r, fn->blocks.items[i], scratch);
}
