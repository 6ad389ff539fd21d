/* Objects that come to a join of two ways, a loop's variable most of all, and are not asked there: frame
 * states name them, and they end. A phi of objects becomes one for each of their parts. */
#include "opt/escape.h"

#include <string.h>

Join *escape_join(const Ins *value) { return value->op == IR_phi_OP ? value->scratch : NULL; }

void escape_find_joins(Escape *e, Block *block) {
    for_each_ins(phi, block) {
        if (phi->op != IR_phi_OP) break;
        phi->scratch = NULL;
        if (phi->type != IR_OBJ) continue;
        Join *join = arena_new(fn_arena(e->fn), Join);
        *join = (Join){.phi = phi};
        join->group = join;
        phi->scratch = join;
        vec_push(fn_arena(e->fn), &e->joins, join);
    }
}

bool escape_joins(Escape *e, Object *object, const Ins *phi) {
    Join *join = escape_join(phi);
    if (join == NULL || (object->sort != SORT_INSTANCE && object->sort != SORT_TUPLE)) return false;
    vec_push(fn_arena(e->fn), &object->joins, join);
    return true;
}

void escape_use_join(Escape *e, Join *join, Ins *ins, bool in_state) {
    if (!in_state && ins->op != IR_keep_OP && ins->op != IR_phi_OP) join->escapes = true;
    if (in_state || ins->op == IR_keep_OP) vec_push(fn_arena(e->fn), &join->uses, ((Use){ins, in_state}));
}

/* --- which can go --- */

static Join *group_of(Join *join) {
    while (join->group != join) join = join->group = join->group->group;
    return join;
}

/* What an object is made of at the end of a block; NULL: that is not clear. */
static const Version *version_at_end(Escape *e, Object *object, const Block *block) {
    for (int s = 0; s < object->stores.count; s++) {
        const Ins *store = object->stores.items[s];
        if (escape_comes_before(store, block->last)) continue;
        if (store->block == block || escape_reached_after(e, object, store)[block->order]) return NULL;
    }
    return escape_version_at(object, block->last);
}

/* Of a part's phi: numbers stay unboxed but for such as an exit could not make where there is none. */
static IrType type_of(const Ins *value) {
    const Ins *number = ir_is_box(value) ? value->args[0] : value;
    return number->type == IR_I64 || number->type == IR_F64 ? (IrType)number->type : IR_OBJ;
}

/* Has the object the parts that all others of the group have? Where one has a number that is no object yet,
 * all have one of its kind. */
static bool fits(Escape *e, Join *group, Object *object, const Block *from) {
    const Version *version = escape_can_go(e, object) ? version_at_end(e, object, from) : NULL;
    if (version == NULL || version->count == 0 || (group->count > 0 && group->sort != object->sort))
        return false;
    bool first = group->count == 0;
    if (!first && group->count != version->count) return false;
    group->sort = object->sort;
    group->count = version->count;
    for (int i = 0; i < version->count; i++) {
        int at = first ? i : escape_part_at(version, group->places[i]);
        if (at < 0 || ir_is(version->values[at], OPF_VIRTUAL)) return false;
        IrType type = type_of(version->values[at]);
        if (type == IR_OBJ && version->values[at]->type != IR_OBJ) return false;
        if (first) {
            group->places[i] = version->places[i];
            group->types[i] = type;
        } else if (group->types[i] != type) {
            return false;
        }
    }
    return true;
}

static bool can_come(Escape *e, Join *join, int way) {
    Ins *value = join->phi->args[way];
    Object *object = escape_object(value);
    if (value->op == IR_null_OP) return true;
    if (escape_join(value) != NULL) return !escape_join(value)->escapes;
    return object != NULL && value == object->made &&
           fits(e, group_of(join), object, join->phi->block->preds.items[way]);
}

/* Joins that objects go on between have one form. */
static void find_groups(Escape *e) {
    for (int i = 0; i < e->joins.count; i++) {
        const Ins *phi = e->joins.items[i]->phi;
        for (int a = 0; a < phi->arg_count; a++) {
            Join *other = escape_join(phi->args[a]);
            if (other != NULL) group_of(other)->group = group_of(e->joins.items[i]);
        }
    }
    for (int i = 0; i < e->objects.count; i++) {
        const Object *object = e->objects.items[i];
        for (int k = 1; k < object->joins.count; k++)
            group_of(object->joins.items[k])->group = group_of(object->joins.items[0]);
    }
}

/* All of a group go, or none. */
void escape_settle_joins(Escape *e) {
    find_groups(e);
    for (int i = 0; i < e->joins.count; i++) {
        Join *join = e->joins.items[i];
        for (int way = 0; way < join->phi->arg_count && !join->escapes; way++)
            join->escapes = !can_come(e, join, way);
        group_of(join)->escapes |= join->escapes || join->phi->block->preds.count != join->phi->arg_count;
    }
    for (int i = 0; i < e->joins.count; i++) {
        Join *join = e->joins.items[i];
        join->escapes = group_of(join)->escapes || group_of(join)->count == 0;
    }
    for (int i = 0; i < e->objects.count; i++) {
        Object *object = e->objects.items[i];
        for (int k = 0; k < object->joins.count; k++) object->escapes |= object->joins.items[k]->escapes;
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
    const Join *group = group_of(join);
    Ins *last = join->phi;
    while (last->next != NULL && last->next->op == IR_phi_OP) last = last->next;
    join->class = new_phi(e, join, IR_OBJ);
    join->object = ir_new_ins(e->fn, IR_object_OP, IR_OBJ, 1 + 2 * group->count);
    join->object->args[0] = join->class;
    for (int i = 0; i < group->count; i++) {
        join->parts[i] = new_phi(e, join, group->types[i]);
        join->object->args[1 + 2 * i] = ir_const(e->fn, IR_ki64_OP, group->places[i]);
        join->object->args[2 + 2 * i] = join->parts[i];
    }
    ir_insert_after(last, join->object);
    join->object->use_count = join->phi->use_count;
}

static Ins *nothing(Escape *e, IrType type) {
    return ir_const(e->fn, type == IR_OBJ ? IR_null_OP : type == IR_F64 ? IR_kf64_OP : IR_ki64_OP, 0);
}

static void fill_way(Escape *e, Join *join, int way) {
    const Join *group = group_of(join), *other = escape_join(join->phi->args[way]);
    const Object *object = escape_object(join->phi->args[way]);
    const Version *version =
        object != NULL ? escape_version_at(object, join->phi->block->preds.items[way]->last) : NULL;
    join->class->args[way] = other != NULL    ? other->class
                             : object != NULL ? escape_class(e, object)
                                              : nothing(e, IR_OBJ);
    for (int i = 0; i < group->count; i++) {
        Ins *value = other != NULL     ? other->parts[i]
                     : version != NULL ? version->values[escape_part_at(version, group->places[i])]
                                       : nothing(e, group->types[i]);
        bool number = group->types[i] != IR_OBJ;
        join->parts[i]->args[way] = number && ir_is_box(value) ? value->args[0] : value;
    }
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
    const Join *group = group_of(join);
    bool from_last = group->sort == SORT_TUPLE;
    Ins **args = arena_array(fn_arena(e->fn), Ins *, keep->arg_count + group->count + 1);
    int count = 0;
    for (int a = 0; a < keep->arg_count; a++) {
        if (keep->args[a] != join->phi) args[count++] = keep->args[a];
        for (int i = 0; i < group->count && keep->args[a] == join->phi; i++) {
            int part = from_last ? i : group->count - 1 - i;
            if (group->types[part] == IR_OBJ) args[count++] = join->parts[part];
        }
    }
    keep->args = args;
    keep->arg_count = count;
}

bool escape_without_joins(Escape *e) {
    bool any = false;
    for (int i = 0; i < e->joins.count; i++)
        if (!e->joins.items[i]->escapes) open_join(e, e->joins.items[i]);
    for (int i = 0; i < e->joins.count; i++) {
        Join *join = e->joins.items[i];
        if (join->escapes) continue;
        any = true;
        for (int way = 0; way < join->phi->arg_count; way++) fill_way(e, join, way);
        for (int u = 0; u < join->uses.count; u++)
            if (join->uses.items[u].in_state) replace_state(e, join, join->uses.items[u].ins);
            else replace_kept(e, join, join->uses.items[u].ins);
    }
    for (int i = 0; i < e->joins.count; i++)
        if (!e->joins.items[i]->escapes) ir_remove(e->joins.items[i]->phi);
    return any;
}
