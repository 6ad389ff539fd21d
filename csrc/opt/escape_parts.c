/* What objects that come to joins are made of: the form that all of a group have, and what each way brings.
 * An object that the loop began with is taken apart where it was found to be there: its class is asked for
 * and its parts are read. While it may be the one at hand nobody else may change it. */
#include "opt/escape.h"

#include "opt/memory.h"

static Ins *anchor_of(const Block *block) {
    Ins *ins = block->last;
    while (ins != NULL && ins->op != IR_anchor_OP) ins = ins->prev;
    return ins;
}

static Block *way_block(const Join *join, int way) { return join->phi->block->preds.items[way]; }

/* --- objects that the loop began with --- */

/* `guard (not (is value null))`, with a state in which to leave. */
const Ins *escape_foreign_guard(const Ins *value) {
    if (value->op != IR_ldloc_OP) return NULL;
    const Ins *is = value->next, *not = is != NULL ? is->next : NULL,
              *guard = not != NULL ? not ->next : NULL;
    bool fits = guard != NULL && is->op == IR_is_OP && is->args[0] == value && not ->op == IR_not_OP &&
                not ->args[0] == is && guard->op == IR_guard_OP && guard->args[0] == not ;
    return fits ? guard : NULL;
}

static Foreign *foreign_of(Escape *e, Ins *value) {
    for (int i = 0; i < e->foreign.count; i++)
        if (e->foreign.items[i]->value == value) return e->foreign.items[i];
    Foreign *foreign = arena_new(fn_arena(e->fn), Foreign);
    *foreign = (Foreign){.value = value, .guard = (Ins *)escape_foreign_guard(value)};
    vec_push(fn_arena(e->fn), &e->foreign, foreign);
    return foreign;
}

/* Behind its guard, in the order in which they are asked for. */
static Ins *ask(Escape *e, Foreign *foreign, IrOp op, IrType type, int64_t imm, Ins *arg, Ins *arg2) {
    Ins *ins = ir_new_ins(e->fn, op, type, 1 + (arg2 != NULL));
    ins->args[0] = arg;
    if (arg2 != NULL) ins->args[1] = arg2;
    ins->imm = imm;
    ins->use_count = foreign->guard->use_count;
    ir_insert_after(foreign->guard, ins);
    foreign->guard = ins;
    if (ir_is(ins, OPF_LEAVES)) {
        ins->state = escape_foreign_guard(foreign->value)->state;
        escape_note_state(e, ins);
    }
    return ins;
}

/* Is it what the parts are read of? */
static void ask_for_class(Escape *e, Foreign *foreign, const Join *group) {
    if (foreign->class != NULL) return;
    Ins *value = foreign->value;
    if (group->sort == SORT_TUPLE) {
        ask(e, foreign, IR_tuple_is_OP, IR_VOID, group->count, value, NULL);
        foreign->class = ir_const(e->fn, IR_known_OP, KNOWN_tuple);
        return;
    }
    if (group->sort == SORT_COMPLEX) {
        ask(e, foreign, IR_is_type_OP, IR_VOID, KNOWN_complex, value, NULL);
        foreign->class = ir_const(e->fn, IR_known_OP, KNOWN_complex);
        return;
    }
    ask(e, foreign, IR_type_is_OP, IR_VOID, 0, value, (Ins *)group->version);
    if (group->shared != NULL) ask(e, foreign, IR_unshadowed_OP, IR_VOID, 0, value, (Ins *)group->shared);
    foreign->class = ask(e, foreign, IR_call_OP, IR_OBJ, H_rt_type_of, value, NULL);
    foreign->values = ask(e, foreign, IR_values_OP, IR_PTR, 0, value, NULL);
}

static Ins *foreign_part(Escape *e, Foreign *foreign, const Join *group, int i, IrType type) {
    ask_for_class(e, foreign, group);
    if (group->sort == SORT_COMPLEX && foreign->numbers[i] == NULL)
        foreign->numbers[i] =
            ask(e, foreign, IR_complex_part_OP, IR_F64, group->places[i], foreign->value, NULL);
    if (group->sort == SORT_COMPLEX) return foreign->numbers[i];
    if (foreign->items[i] == NULL)
        foreign->items[i] =
            group->sort == SORT_TUPLE
                ? ask(e, foreign, IR_tuple_at_OP, IR_OBJ, group->places[i], foreign->value, NULL)
                : ask(e, foreign, IR_attr_item_OP, IR_OBJ, group->places[i], foreign->value, foreign->values);
    if (type == IR_OBJ) return foreign->items[i];
    IrOp unbox = type == IR_F64 ? IR_unbox_f64_OP : IR_unbox_i64_OP;
    if (foreign->numbers[i] == NULL)
        foreign->numbers[i] = ask(e, foreign, unbox, type, 0, foreign->items[i], NULL);
    return foreign->numbers[i];
}

/* --- may somebody else change it? --- */

static void reach(const Escape *e, const Block *from, bool *reached) {
    Block **work = arena_array(fn_arena(e->fn), Block *, e->fn->blocks.count + 1);
    int count = 0;
    for (bool first = true; first || count > 0; first = false) {
        const Block *at = first ? from : work[--count];
        for (int s = 0; s < at->succ_count; s++) {
            if (reached[at->succs[s]->order]) continue;
            reached[at->succs[s]->order] = true;
            work[count++] = at->succs[s];
        }
    }
}

/* What gives an instance an attribute, but those that are left out, and what runs code. */
static bool changes_parts(const Ins *ins) {
    if (ir_runs_code(ins)) return ins->op != IR_turn_OP;
    bool store = ins->op == IR_attr_set_OP || ins->op == IR_attr_set_f64_OP ||
                 ins->op == IR_attr_set_i64_OP || ins->op == IR_attr_swap_OP;
    const Object *object = store ? escape_object(ins->args[0]) : NULL;
    return store && (object == NULL || object->escapes);
}

static bool is_reading(const Join *join, const bool *reached) {
    for (int u = 0; u < join->wanted.uses.count; u++)
        if (!join->wanted.uses.items[u].in_state && join->wanted.uses.items[u].ins->op != IR_keep_OP &&
            reached[join->wanted.uses.items[u].ins->block->order])
            return true;
    return false;
}

/* Between where an object of a loop's beginning is taken apart and a read of the group's. */
static bool may_change_between(Escape *e, const Join *group, const Ins *value) {
    Arena *arena = fn_arena(e->fn);
    bool *from_value = arena_array(arena, bool, e->fn->blocks.count + 1);
    reach(e, value->block, from_value);
    for (int i = 0; i < e->fn->blocks.count; i++) {
        const Block *block = e->fn->blocks.items[i];
        bool changes = false;
        if (from_value[block->order]) for_each_ins(ins, block) changes |= changes_parts(ins);
        if (!changes) continue;
        bool *reached = arena_array(arena, bool, e->fn->blocks.count + 1);
        reach(e, block, reached);
        reached[block->order] = true;
        for (int k = 0; k < e->joins.count; k++)
            if (escape_group(e->joins.items[k]) == group && is_reading(e->joins.items[k], reached))
                return true;
    }
    return false;
}

static bool foreign_fits(Escape *e, const Join *group) {
    if (group->sort != SORT_INSTANCE) return true; /* nobody can */
    if (group->version == NULL) return false;
    for (int i = 0; i < e->joins.count; i++) {
        const Join *join = e->joins.items[i];
        for (int way = 0; escape_group((Join *)join) == group && way < join->phi->arg_count; way++)
            if (escape_foreign_guard(join->phi->args[way]) != NULL &&
                may_change_between(e, group, join->phi->args[way]))
                return false;
    }
    return true;
}

/* --- the form of a group --- */

/* What an object is made of at the end of a block; NULL: that is not clear. */
static const Version *version_at_end(Escape *e, Object *object, const Block *block) {
    for (int s = 0; s < object->stores.count; s++) {
        const Ins *store = object->stores.items[s];
        if (escape_comes_before(store, block->last)) continue;
        if (store->block == block || escape_reached_after(e, object, store)[block->order]) return NULL;
    }
    return escape_version_at(object, block->last);
}

static const Version *version_on(Escape *e, const Join *join, int way) {
    Object *object = escape_object(join->phi->args[way]);
    return object != NULL ? version_at_end(e, object, way_block(join, way)) : NULL;
}

static bool same_places(Join *group, const Version *version) {
    if (group->count == 0) {
        group->count = version->count;
        for (int i = 0; i < version->count; i++) group->places[i] = version->places[i];
    }
    for (int i = 0; i < group->count; i++) {
        int at = escape_part_at(version, group->places[i]);
        if (at < 0 || ir_is(version->values[at], OPF_VIRTUAL)) return false;
    }
    return group->count == version->count;
}

static bool same_fact(const Ins **all, const Ins *ins) {
    if (*all == NULL) *all = ins;
    return *all == ins;
}

static int part_read(const Escape *e, const Join *group, const Ins *ins) {
    int64_t place = escape_place_read(e, ins, group->count);
    int i = 0;
    while (i < group->count && group->places[i] != place) i++;
    return i < group->count ? i : -1;
}

/* In which a number that is read of a part would be boxed. */
FrameState *escape_reading_state(const Ins *ins) {
    const Ins *asked = ins->op == IR_tuple_get_OP ? ins->args[1] : ins;
    if (ins->op != IR_tuple_at_OP) return asked->state;
    while (asked != NULL && (asked->op != IR_tuple_is_OP || asked->args[0] != ins->args[0]))
        asked = asked->prev;
    return asked != NULL ? asked->state : NULL;
}

static bool use_fits(const Escape *e, Join *group, const Ins *ins) {
    if (ins->op == IR_keep_OP) return true;
    if (escape_sort_read(ins) != group->sort || group->may_be_none) return false;
    switch (ins->op) {
    case IR_type_is_OP: return same_fact(&group->version, ins->args[1]);
    case IR_unshadowed_OP: return same_fact(&group->shared, ins->args[1]);
    case IR_tuple_is_OP: return ins->imm == group->count;
    case IR_complex_part_OP: return part_read(e, group, ins) >= 0;
    case IR_attr_item_OP:
    case IR_tuple_at_OP:
    case IR_tuple_get_OP: return part_read(e, group, ins) >= 0 && escape_reading_state(ins) != NULL;
    default: return true;
    }
}

static bool find_form(Escape *e, Join *group) {
    for (int i = 0; i < e->joins.count; i++) {
        Join *join = e->joins.items[i];
        for (int way = 0; escape_group(join) == group && way < join->phi->arg_count; way++) {
            const Object *object = escape_object(join->phi->args[way]);
            const Version *version = version_on(e, join, way);
            if (object == NULL) continue;
            if (version == NULL || (group->count > 0 && group->sort != object->sort)) return false;
            group->sort = object->sort;
            if (!same_places(group, version)) return false;
        }
    }
    for (int i = 0; i < e->joins.count; i++) {
        Join *join = e->joins.items[i];
        for (int u = 0; escape_group(join) == group && u < join->wanted.uses.count; u++)
            if (!join->wanted.uses.items[u].in_state && !use_fits(e, group, join->wanted.uses.items[u].ins))
                return false;
    }
    return group->count > 0;
}

/* What there may be none of is not made: who wants it may take that as well. */
static bool can_be_made(Escape *e, const Join *group) {
    for (int i = 0; i < e->joins.count; i++) {
        Join *join = e->joins.items[i];
        if (escape_group(join) != group || join->wanted.points.count == 0) continue;
        if (group->count > MOST_MADE_PARTS || group->may_be_none) return false;
    }
    return true;
}

/* --- numbers among the parts --- */

static IrType number_type(const Ins *value) {
    const Ins *number = ir_is_box(value) ? value->args[0] : value;
    return number->type == IR_I64 || number->type == IR_F64 ? (IrType)number->type : IR_OBJ;
}

/* The join of the group that a value was read of, and which part it is; not of the object that was made of
 * it. */
static Join *read_of(const Escape *e, const Join *group, const Ins *value, int *part) {
    Join *join = value->arg_count > 0 ? escape_join(value->args[0]) : NULL;
    if (join == NULL || join->escapes || escape_group(join) != group || !escape_is_read(value, 0))
        return NULL;
    *part = part_read(e, group, value);
    return *part >= 0 && !escape_is_made_before(&join->wanted, value) ? join : NULL;
}

/* What the ways say of a part: a number of which type, or an object that no guard can be put behind. */
typedef struct Evidence {
    bool is_i64, is_f64, is_object;
} Evidence;

/* An object may be unboxed where the loop is entered, and stay one on the way there. */
static bool is_entering(const Join *join, int way) {
    return anchor_of(way_block(join, way)) != NULL || anchor_of(join->phi->block) != NULL;
}

static bool add_evidence(Evidence *to, Evidence more) {
    Evidence before = *to;
    to->is_i64 |= more.is_i64;
    to->is_f64 |= more.is_f64;
    to->is_object |= more.is_object;
    return before.is_i64 != to->is_i64 || before.is_f64 != to->is_f64 || before.is_object != to->is_object;
}

static IrType decided(Evidence evidence) {
    if (evidence.is_object || evidence.is_i64 == evidence.is_f64) return IR_OBJ;
    return evidence.is_f64 ? IR_F64 : IR_I64;
}

static bool look_at_value(Escape *e, const Join *join, int way, Evidence *all, int i, const Ins *value) {
    const Join *group = escape_group((Join *)join);
    int part;
    IrType type = number_type(value);
    bool entering = is_entering(join, way);
    if (read_of(e, group, value, &part) != NULL) {
        Evidence more = all[part];
        more.is_object =
            !entering && (more.is_object || (decided(more) == IR_OBJ && decided(all[i]) != IR_OBJ));
        return add_evidence(&all[i], more);
    }
    return add_evidence(&all[i], (Evidence){.is_i64 = type == IR_I64,
                                            .is_f64 = type == IR_F64,
                                            .is_object = type == IR_OBJ && !entering});
}

static bool find_types_round(Escape *e, Join *group, Evidence *all) {
    bool changed = false;
    for (int k = 0; k < e->joins.count; k++) {
        const Join *join = e->joins.items[k];
        for (int way = 0; escape_group((Join *)join) == group && way < join->phi->arg_count; way++) {
            const Version *version = version_on(e, join, way);
            for (int i = 0; version != NULL && i < group->count; i++)
                changed |= look_at_value(e, join, way, all, i,
                                         version->values[escape_part_at(version, group->places[i])]);
        }
    }
    return changed;
}

IrType escape_type(Join *join, int part) {
    return join->boxed >> part & 1 ? IR_OBJ : escape_group(join)->types[part];
}

static IrType type_on(Escape *e, Join *join, int way, int i) {
    const Join *group = escape_group(join);
    Join *other = escape_join(join->phi->args[way]);
    const Version *version = version_on(e, join, way);
    int part;
    if (other != NULL) return escape_type(other, i);
    if (version == NULL) return IR_ANY; /* as it is wanted */
    const Ins *value = version->values[escape_part_at(version, group->places[i])];
    Join *from = read_of(e, group, value, &part);
    return from != NULL ? escape_type(from, part) : number_type(value);
}

/* Which parts are objects still where the loop is entered. */
static void find_boxed(Escape *e, const Join *group) {
    for (int k = 0; k < e->joins.count; k++)
        if (escape_group(e->joins.items[k]) == group) e->joins.items[k]->boxed = 0;
    for (bool changed = true; changed;) {
        changed = false;
        for (int k = 0; k < e->joins.count; k++) {
            Join *join = e->joins.items[k];
            for (int way = 0; escape_group(join) == group && way < join->phi->arg_count; way++)
                for (int i = 0; i < group->count; i++) {
                    if (escape_type(join, i) == IR_OBJ || anchor_of(way_block(join, way)) != NULL) continue;
                    if (type_on(e, join, way, i) != IR_OBJ) continue;
                    join->boxed |= UINT32_C(1) << i;
                    changed = true;
                }
        }
    }
}

/* Can each way bring what is wanted of it? A number that is nowhere an object cannot become one. */
static bool all_fit(Escape *e, const Join *group) {
    for (int k = 0; k < e->joins.count; k++) {
        Join *join = e->joins.items[k];
        for (int way = 0; escape_group(join) == group && way < join->phi->arg_count; way++) {
            const Version *version = version_on(e, join, way);
            const Join *other = escape_join(join->phi->args[way]);
            for (int i = 0; i < group->count; i++) {
                if (escape_type(join, i) != IR_OBJ) continue;
                if (other != NULL && type_on(e, join, way, i) != IR_OBJ) return false;
                if (version == NULL) continue;
                const Ins *value = version->values[escape_part_at(version, group->places[i])];
                if (value->type != IR_OBJ) return false;
            }
        }
    }
    return true;
}

bool escape_find_parts(Escape *e, Join *group) {
    Evidence all[MAX_FIELDS] = {0};
    if (!find_form(e, group) || !can_be_made(e, group) || (group->has_foreign && !foreign_fits(e, group)))
        return false;
    while (find_types_round(e, group, all)) {
    }
    for (int i = 0; i < group->count; i++) group->types[i] = decided(all[i]);
    find_boxed(e, group);
    return all_fit(e, group);
}

/* --- what a way brings --- */

static Ins *nothing(Escape *e, IrType type) {
    return ir_const(e->fn, type == IR_OBJ ? IR_null_OP : type == IR_F64 ? IR_kf64_OP : IR_ki64_OP, 0);
}

/* Where the loop is entered. */
static Ins *unbox_at(Escape *e, Ins *anchor, Ins *value, IrType type) {
    Ins *number = ir_new_ins(e->fn, type == IR_F64 ? IR_unbox_f64_OP : IR_unbox_i64_OP, type, 1);
    number->args[0] = value;
    number->state = anchor->state;
    number->use_count = anchor->use_count;
    ir_insert_before(anchor, number);
    escape_note_state(e, number);
    return number;
}

static Ins *as_type(Escape *e, const Join *join, int way, Ins *value, IrType type) {
    if (type == IR_OBJ || (IrType)value->type == type) return value;
    if (ir_is_box(value) && (IrType)value->args[0]->type == type) return value->args[0];
    return unbox_at(e, anchor_of(way_block(join, way)), value, type);
}

Ins *escape_part_for(Escape *e, Join *join, int way, int i) {
    const Join *group = escape_group(join);
    Ins *value = join->phi->args[way];
    IrType type = escape_type(join, i);
    if (value->op == IR_null_OP) return nothing(e, type);
    if (escape_join(value) != NULL) return as_type(e, join, way, escape_join(value)->parts[i], type);
    const Version *version = version_on(e, join, way);
    if (version == NULL) return foreign_part(e, foreign_of(e, value), group, i, type);
    value = version->values[escape_part_at(version, group->places[i])];
    int part;
    Join *from = type != IR_OBJ ? read_of(e, group, value, &part) : NULL;
    return as_type(e, join, way, from != NULL ? from->parts[part] : value, type);
}

Ins *escape_whole_for(Escape *e, Join *join, int way) {
    Ins *value = join->phi->args[way];
    if (value->op == IR_null_OP) return value;
    if (escape_join(value) != NULL) return escape_join(value)->whole;
    const Object *object = escape_object(value);
    return object != NULL ? escape_class(e, object) : value;
}

Ins *escape_class_for(Escape *e, Join *join, int way) {
    Ins *value = join->phi->args[way];
    if (value->op == IR_null_OP) return value;
    if (escape_join(value) != NULL) return escape_join(value)->class;
    const Object *object = escape_object(value);
    if (object != NULL) return escape_class(e, object);
    Foreign *foreign = foreign_of(e, value);
    ask_for_class(e, foreign, escape_group(join));
    return foreign->class;
}
