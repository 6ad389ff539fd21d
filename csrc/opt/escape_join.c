/* Objects that come to a join of two ways, a loop's variable most of all: frame states name them, their parts
 * are read, and they end. A phi of objects becomes one for each of their parts. */
#include "opt/escape.h"

#include <string.h>

Join *escape_join(const Ins *value) {
    if (value->op == IR_values_OP) value = value->args[0];
    return value->op == IR_phi_OP ? value->scratch : NULL;
}

void escape_find_joins(Escape *e, Block *block) {
    for_each_ins(phi, block) {
        if (phi->op != IR_phi_OP) break;
        phi->scratch = NULL;
        if (phi->type != IR_OBJ) continue;
        Join *join = arena_new(fn_arena(e->fn), Join);
        *join = (Join){.phi = phi, .wanted = {.value = phi}};
        phi->scratch = join;
        vec_push(fn_arena(e->fn), &e->joins, join);
    }
}

bool escape_joins(Escape *e, Object *object, const Ins *phi) {
    Join *join = escape_join(phi);
    if (join == NULL || object->sort > SORT_COMPLEX) return false;
    vec_push(fn_arena(e->fn), &object->joins, join);
    return true;
}

void escape_name_join(Escape *e, Join *join, Ins *ins) {
    vec_push(fn_arena(e->fn), &join->wanted.uses, ((Use){ins, true}));
}

/* Its values may be read from only. */
void escape_use_join(Escape *e, Join *join, Ins *ins, int arg) {
    bool of_values = ins->args[arg]->op == IR_values_OP, reads = escape_is_read(ins, arg);
    if (of_values) {
        if (!reads) join->escapes = true;
    } else if (reads || ins->op == IR_keep_OP) {
        join->is_read |= reads;
        vec_push(fn_arena(e->fn), &join->wanted.uses, ((Use){ins, false}));
    } else if (escape_is_part(ins)) {
        join->escapes = true;
    } else {
        vec_push(fn_arena(e->fn), &join->wanted.by, ins);
    }
}

/* --- which can go --- */

Join *escape_group(Join *join) {
    while (join->group != join) join = join->group = join->group->group;
    return join;
}

static bool can_come(Escape *e, Join *join, int way) {
    const Ins *value = join->phi->args[way];
    const Object *object = escape_object(value);
    if (value->op == IR_null_OP) return true;
    if (value->op == IR_phi_OP) return escape_join(value) != NULL && !escape_join(value)->escapes;
    if (object != NULL) return value == object->made && escape_can_go(e, (Object *)object);
    return escape_foreign_guard(value) != NULL;
}

static void begin_group(Join *join) {
    join->group = join;
    join->count = 0;
    join->may_be_none = join->has_foreign = false;
    join->version = join->shared = NULL;
}

/* Joins that objects go on between have one form. */
static void find_groups(Escape *e) {
    for (int i = 0; i < e->joins.count; i++) begin_group(e->joins.items[i]);
    for (int i = 0; i < e->joins.count; i++) {
        Join *join = e->joins.items[i];
        for (int a = 0; a < join->phi->arg_count && !join->escapes; a++) {
            Join *other = escape_join(join->phi->args[a]);
            if (other != NULL) escape_group(other)->group = escape_group(join);
        }
    }
    for (int i = 0; i < e->objects.count; i++) {
        const Object *object = e->objects.items[i];
        for (int k = 1; k < object->joins.count; k++)
            escape_group(object->joins.items[k])->group = escape_group(object->joins.items[0]);
    }
    for (int i = 0; i < e->joins.count; i++) {
        Join *join = e->joins.items[i], *group = escape_group(join);
        for (int a = 0; a < join->phi->arg_count; a++) {
            const Ins *value = join->phi->args[a];
            group->may_be_none |= value->op == IR_null_OP;
            group->has_foreign |=
                value->op != IR_null_OP && value->op != IR_phi_OP && escape_object(value) == NULL;
        }
    }
}

static bool have_ways_come(Escape *e, Join *join) {
    if (join->phi->block->preds.count != join->phi->arg_count) return false;
    for (int way = 0; way < join->phi->arg_count; way++)
        if (!can_come(e, join, way)) return false;
    return true;
}

/* All of a group go, or none. True: something is known to escape that was not before. */
static bool settle_round(Escape *e) {
    bool changed = false;
    for (int i = 0; i < e->joins.count; i++) {
        Join *join = e->joins.items[i];
        if (join->escapes || (have_ways_come(e, join) && escape_can_be_made(e, &join->wanted) &&
                              escape_is_rarely_made(e, &join->wanted)))
            continue;
        join->escapes = changed = true;
    }
    find_groups(e);
    for (int i = 0; i < e->joins.count; i++)
        if (e->joins.items[i]->escapes) escape_group(e->joins.items[i])->escapes = true;
    for (int i = 0; i < e->joins.count; i++) {
        Join *join = e->joins.items[i];
        if (join->group == join && !join->escapes && !escape_find_parts(e, join)) join->escapes = true;
    }
    for (int i = 0; i < e->joins.count; i++) {
        Join *join = e->joins.items[i];
        bool escapes = escape_group(join)->escapes;
        changed |= escapes != join->escapes;
        join->escapes = escapes;
    }
    for (int i = 0; i < e->objects.count; i++) {
        Object *object = e->objects.items[i];
        for (int k = 0; k < object->joins.count && !object->escapes; k++)
            if (object->joins.items[k]->escapes) object->escapes = changed = true;
    }
    return changed;
}

void escape_settle_joins(Escape *e) {
    while (settle_round(e)) {
    }
}

/* --- doing without --- */

static Ins *new_phi(Escape *e, Join *join, IrType type) {
    Ins *phi = ir_new_ins(e->fn, IR_phi_OP, type, join->phi->arg_count);
    phi->nullable = type == IR_OBJ;
    phi->use_count = join->phi->use_count;
    ir_insert_before(join->phi, phi);
    return phi;
}

/* Phis for the parts, which have no arguments yet. */
static void open_join(Escape *e, Join *join) {
    const Join *group = escape_group(join);
    Ins *last = join->phi;
    while (last->next != NULL && last->next->op == IR_phi_OP) last = last->next;
    join->whole = join->class = new_phi(e, join, IR_OBJ);
    if (group->has_foreign && group->sort == SORT_INSTANCE) join->class = new_phi(e, join, IR_OBJ);
    join->object = ir_new_ins(e->fn, IR_object_OP, IR_OBJ, 1 + 2 * group->count);
    join->object->args[0] = join->whole;
    for (int i = 0; i < group->count; i++) {
        join->parts[i] = new_phi(e, join, escape_type(join, i));
        join->object->args[1 + 2 * i] = ir_const(e->fn, IR_ki64_OP, group->places[i]);
        join->object->args[2 + 2 * i] = join->parts[i];
    }
    ir_insert_after(last, join->object);
    join->object->use_count = join->phi->use_count;
}

static void fill_way(Escape *e, Join *join, int way) {
    join->whole->args[way] = escape_whole_for(e, join, way);
    if (join->class != join->whole) join->class->args[way] = escape_class_for(e, join, way);
    for (int i = 0; i < escape_group(join)->count; i++)
        join->parts[i]->args[way] = escape_part_for(e, join, way, i);
}

static void replace_state(Escape *e, const Join *join, Ins *ins) {
    ins->state = escape_copy_state(e, ins->state);
    for (int s = 0; s < ir_state_count(ins->state); s++) {
        Ins **value = ir_state_value(ins->state, s);
        if (*value == join->phi) *value = join->object;
    }
}

/* The last value named is dropped first: a tuple ends with its last item, an instance with its first. */
static void replace_kept(Escape *e, Join *join, Ins *keep) {
    const Join *group = escape_group(join);
    bool from_last = group->sort == SORT_TUPLE;
    Ins **args = arena_array(fn_arena(e->fn), Ins *, keep->arg_count + group->count + 2);
    int count = 0;
    for (int a = 0; a < keep->arg_count; a++) {
        if (keep->args[a] != join->phi) args[count++] = keep->args[a];
        for (int i = 0; i < group->count && keep->args[a] == join->phi; i++) {
            int part = from_last ? i : group->count - 1 - i;
            if (escape_type(join, part) == IR_OBJ) args[count++] = join->parts[part];
        }
        if (keep->args[a] == join->phi && group->has_foreign) args[count++] = join->whole;
    }
    keep->args = args;
    keep->arg_count = count;
}

static void replace_read(Escape *e, Join *join, Ins *ins) {
    const Join *group = escape_group(join);
    int i = 0, count = group->count;
    while (i < count && group->places[i] != escape_place_read(e, ins, count)) i++;
    Ins *part = join->parts[i];
    if (part->type != IR_OBJ && ins->type == IR_OBJ)
        part = escape_box(e, ins, part, escape_reading_state(ins));
    escape_become(e, ins, part);
}

static void replace_use(Escape *e, Join *join, Ins *ins) {
    switch (ins->op) {
    case IR_keep_OP: replace_kept(e, join, ins); return;
    case IR_type_is_OP:
    case IR_unshadowed_OP:
        ins->op = ins->op == IR_type_is_OP ? IR_version_is_OP : IR_shares_OP;
        ins->args[0] = join->class;
        return;
    case IR_attr_item_OP:
    case IR_tuple_get_OP:
    case IR_complex_part_OP:
    case IR_tuple_at_OP: replace_read(e, join, ins); break;
    case IR_size_OP: escape_become(e, ins, ir_const(e->fn, IR_ki64_OP, escape_group(join)->count)); break;
    default: break; /* it goes */
    }
}

static bool stays(const Ins *ins) {
    return ins->op == IR_keep_OP || ins->op == IR_version_is_OP || ins->op == IR_shares_OP;
}

/* Reads and states, in this order: what a number that is read is boxed with names others. */
static void replace_uses(Escape *e, Join *join, bool in_states) {
    for (int u = 0; u < join->wanted.uses.count; u++) {
        const Use *use = &join->wanted.uses.items[u];
        if (use->in_state != in_states || use->ins->block == NULL) continue;
        if (in_states) replace_state(e, join, use->ins);
        else replace_use(e, join, use->ins);
    }
    for (int u = 0; u < join->wanted.uses.count && !in_states; u++) {
        Ins *ins = join->wanted.uses.items[u].ins;
        if (!join->wanted.uses.items[u].in_state && !stays(ins) && ins->block != NULL) ir_remove(ins);
    }
}

bool escape_without_joins(Escape *e) {
    VEC(Join *) going = {0};
    for (int i = 0; i < e->joins.count; i++)
        if (!e->joins.items[i]->escapes) vec_push(fn_arena(e->fn), &going, e->joins.items[i]);
    for (int i = 0; i < going.count; i++) open_join(e, going.items[i]);
    for (int i = 0; i < going.count; i++) escape_make_join(e, going.items[i]);
    for (int i = 0; i < going.count; i++)
        for (int way = 0; way < going.items[i]->phi->arg_count; way++) fill_way(e, going.items[i], way);
    for (int i = 0; i < going.count; i++) replace_uses(e, going.items[i], false);
    for (int i = 0; i < going.count; i++) replace_uses(e, going.items[i], true);
    for (int i = 0; i < going.count; i++) ir_remove(going.items[i]->phi);
    return going.count > 0;
}
