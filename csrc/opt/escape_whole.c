/* Where an object is wanted itself after all, behind a loop or on a rare way, it is made there; all that
 * comes later has that one. */
#include "opt/escape.h"

enum { PLACE_BITS = 5 };

static Point point_at(Escape *e, const Wanted *wanted, Ins *at) {
    Arena *arena = fn_arena(e->fn);
    Point point = {at, arena_array(arena, bool, e->fn->blocks.count + 1)};
    Block **work = arena_array(arena, Block *, e->fn->blocks.count + 1);
    int count = 0;
    for (bool first = true; first || count > 0; first = false) {
        const Block *block = first ? at->block : work[--count];
        for (int s = 0; s < block->succ_count; s++) {
            Block *succ = block->succs[s];
            if (point.reached[succ->order] || succ == wanted->value->block) continue;
            point.reached[succ->order] = true;
            work[count++] = succ;
        }
    }
    return point;
}

static bool is_behind(const Point *point, const Ins *use) {
    return use == point->at || escape_comes_before(point->at, use);
}

/* Is it clear whether a use comes behind it? */
static bool is_clear(const Point *point, const Ins *use) {
    return is_behind(point, use) || !point->reached[use->block->order];
}

/* A phi that goes takes no object that is made. */
static bool is_wanted_by_phi(const Ins *phi) { return escape_join(phi) == NULL || escape_join(phi)->escapes; }

/* The uses by a phi are at the ends of the blocks they come from. */
static bool phi_is_clear(const Wanted *wanted, const Point *point, const Ins *phi) {
    for (int way = 0; way < phi->arg_count; way++) {
        const Ins *end = phi->block->preds.items[way]->last;
        if (phi->args[way] != wanted->value) continue;
        if (!is_clear(point, end) || (!is_wanted_by_phi(phi) && is_behind(point, end))) return false;
    }
    return true;
}

/* What is read by way of an object's values is read of one object. */
static bool is_one_read(const Point *point, const Ins *ins) {
    return ins->op != IR_attr_item_OP || is_behind(point, ins) == is_behind(point, ins->args[1]);
}

static bool covers(const Wanted *wanted, const Point *point) {
    for (int u = 0; u < wanted->uses.count; u++) {
        const Ins *ins = wanted->uses.items[u].ins;
        if (ins->block != NULL && (!is_clear(point, ins) || !is_one_read(point, ins))) return false;
    }
    for (int u = 0; u < wanted->by.count; u++) {
        const Ins *ins = wanted->by.items[u];
        if (ins->op == IR_phi_OP ? !phi_is_clear(wanted, point, ins) : !is_clear(point, ins)) return false;
    }
    return true;
}

/* In front of where it is wanted, or further up, but not where the loop goes on. */
static bool add_point(Escape *e, Wanted *wanted, Ins *where) {
    const Block *made = wanted->value->block;
    for (int i = 0; i < wanted->points.count; i++)
        if (is_behind(&wanted->points.items[i], where)) return true;
    Point point = point_at(e, wanted, where);
    while (!covers(wanted, &point)) {
        Block *above = point.at->block->idom;
        if (above == NULL || above == made || !ir_dominates(made, above)) return false;
        point = point_at(e, wanted, above->last);
        for (int p = 0; p < made->preds.count; p++)
            if (point.reached[made->preds.items[p]->order]) return false;
    }
    int kept = 0;
    for (int i = 0; i < wanted->points.count; i++)
        if (!is_behind(&point, wanted->points.items[i].at))
            wanted->points.items[kept++] = wanted->points.items[i];
    wanted->points.count = kept;
    vec_push(fn_arena(e->fn), &wanted->points, point);
    return true;
}

bool escape_can_be_made(Escape *e, Wanted *wanted) {
    enum { MOST_WANTS = 12 };
    wanted->points.count = 0;
    if (wanted->by.count > MOST_WANTS) return false;
    for (int u = 0; u < wanted->by.count; u++) {
        Ins *ins = wanted->by.items[u];
        Object *whole = escape_object(ins); /* that it is to be a part of */
        if (ins->op == IR_object_OP || (whole != NULL && whole->made == ins && escape_can_go(e, whole)))
            return false;
        if (ins->op != IR_phi_OP && !add_point(e, wanted, ins)) return false;
        for (int way = 0; ins->op == IR_phi_OP && way < ins->arg_count; way++)
            if (ins->args[way] == wanted->value && is_wanted_by_phi(ins) &&
                !add_point(e, wanted, ins->block->preds.items[way]->last))
                return false;
    }
    return true;
}

bool escape_is_made_before(const Wanted *wanted, const Ins *use) {
    for (int p = 0; p < wanted->points.count; p++)
        if (is_behind(&wanted->points.items[p], use)) return true;
    return false;
}

static bool is_point(const Wanted *wanted, const Block *block) {
    for (int p = 0; p < wanted->points.count; p++)
        if (wanted->points.items[p].at->block == block) return true;
    return false;
}

/* To where it comes again, or the function ends. */
bool escape_is_rarely_made(Escape *e, const Wanted *wanted) {
    const Block *made = wanted->value->block;
    if (wanted->points.count == 0) return true;
    if (is_point(wanted, made)) return false;
    bool *reached = arena_array(fn_arena(e->fn), bool, e->fn->blocks.count + 1);
    const Block **work = arena_array(fn_arena(e->fn), const Block *, e->fn->blocks.count + 1);
    int count = 0;
    for (bool first = true; first || count > 0; first = false) {
        const Block *block = first ? made : work[--count];
        if (block->last->op == IR_ret_OP || block->last->op == IR_give_OP) return true;
        for (int s = 0; s < block->succ_count; s++) {
            const Block *succ = block->succs[s];
            if (succ == made) return true;
            if (reached[succ->order] || is_point(wanted, succ)) continue;
            reached[succ->order] = true;
            work[count++] = succ;
        }
    }
    return false;
}

/* --- making it --- */

static Ins *call_before(Escape *e, Ins *at, Helper helper, int count) {
    Ins *call = ir_new_ins(e->fn, IR_call_OP, IR_OBJ, count);
    call->imm = helper;
    call->use_count = at->use_count;
    ir_insert_before(at, call);
    return call;
}

static Ins *bits_before(Escape *e, Ins *at, Ins *number) {
    if (number->type != IR_F64) return number;
    Ins *bits = ir_new_ins(e->fn, IR_fbits_OP, IR_I64, 1);
    bits->args[0] = number;
    bits->use_count = at->use_count;
    ir_insert_before(at, bits);
    return bits;
}

Ins *escape_object_before(Escape *e, Ins *at, Ins *part) {
    if (part->type == IR_OBJ) return part;
    Ins *bits = bits_before(e, at, part);
    Ins *object = call_before(e, at, part->type == IR_F64 ? H_rt_float_of_bits : H_rt_int_of_bits, 1);
    object->args[0] = bits;
    return object;
}

static Ins *make_complex_before(Escape *e, Ins *at, Ins *whole, Ins *const *values) {
    Ins *parts[] = {bits_before(e, at, values[0]), bits_before(e, at, values[1])};
    Ins *made = call_before(e, at, H_rt_whole_complex, 3);
    made->args[0] = whole;
    made->args[1] = parts[0];
    made->args[2] = parts[1];
    return made;
}

static Ins *make_before(Escape *e, Ins *at, Sort sort, Ins *whole, int count, const int64_t *places,
                        Ins *const *values) {
    if (sort == SORT_COMPLEX) return make_complex_before(e, at, whole, values);
    int unit = sort == SORT_INSTANCE ? (int)sizeof(int64_t) : 1;
    Ins *parts[MOST_MADE_PARTS];
    int64_t bits = 0;
    for (int i = 0; i < count; i++) {
        parts[i] = escape_object_before(e, at, values[i]);
        bits |= places[i] / unit << PLACE_BITS * i;
    }
    Ins *made = call_before(e, at, H_rt_whole, 2 + count);
    made->args[0] = whole;
    made->args[1] = ir_const(e->fn, IR_ki64_OP, bits);
    for (int i = 0; i < count; i++) made->args[2 + i] = parts[i];
    return made;
}

static void put_in_state(Escape *e, const Ins *value, Ins *ins, Ins *made) {
    ins->state = escape_copy_state(e, ins->state);
    for (int s = 0; s < ir_state_count(ins->state); s++) {
        Ins **named = ir_state_value(ins->state, s);
        if (*named == value) *named = made;
    }
}

static void put_in_args(const Ins *value, const Point *point, Ins *ins, Ins *made) {
    for (int a = 0; a < ins->arg_count; a++) {
        const Ins *use = ins->op == IR_phi_OP ? ins->block->preds.items[a]->last : ins;
        if (ins->args[a] == value && is_behind(point, use)) ins->args[a] = made;
    }
}

/* All that comes behind the point has what was made there. */
static void put_in(Escape *e, Wanted *wanted, const Point *point, Ins *made) {
    int kept = 0;
    for (int u = 0; u < wanted->uses.count; u++) {
        Use use = wanted->uses.items[u];
        if (use.ins->block == NULL) continue;
        if (!is_behind(point, use.ins)) wanted->uses.items[kept++] = use;
        else if (use.in_state) put_in_state(e, wanted->value, use.ins, made);
        else put_in_args(wanted->value, point, use.ins, made);
    }
    wanted->uses.count = kept;
    for (int u = 0; u < wanted->by.count; u++) put_in_args(wanted->value, point, wanted->by.items[u], made);
}

void escape_make_join(Escape *e, Join *join) {
    const Join *group = escape_group(join);
    for (int p = 0; p < join->wanted.points.count; p++) {
        const Point *point = &join->wanted.points.items[p];
        put_in(e, &join->wanted, point,
               make_before(e, point->at, group->sort, join->whole, group->count, group->places, join->parts));
    }
}

void escape_make_object(Escape *e, Object *object) {
    for (int p = 0; p < object->wanted.points.count; p++) {
        const Point *point = &object->wanted.points.items[p];
        const Version *version = escape_version_at(object, point->at);
        put_in(e, &object->wanted, point,
               make_before(e, point->at, object->sort, escape_class(e, object), version->count,
                           version->places, version->values));
    }
}
