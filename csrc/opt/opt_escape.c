/* Objects that nobody but this code can ever see are not made: instances of plain classes, tuples, complex
 * numbers, lists of one item that are repeated, dicts of keyword arguments, bound methods, and functions that
 * are called in line, whose only uses are reads and writes of their parts, tests of what they are, and frame
 * states. What is read is what was put there last; frame states name a virtual `object` of these parts, which
 * an exit makes when it is taken.
 *
 * needs: preds, order; comes before reference counts.  keeps: everything.  makes anew: dominators, use_count.
 */
#include "opt/escape.h"

#include <string.h>

enum { MAX_ROUNDS = 3, MANY_BLOCKS = 2000 };
enum { NOT_EQUAL = 3 }; /* of icmp */

/* --- which there are, and what is done with them --- */

/* The arguments of rt_make_function. */
enum { FUNCTION_CODE, FUNCTION_DEFAULTS, FUNCTION_CLOSURE = 4 };

static bool is_plain_function(const Ins *ins) {
    if (ins->imm != H_rt_make_function || ins->args[FUNCTION_CODE]->op != IR_const_OP) return false;
    for (int a = FUNCTION_DEFAULTS; a < FUNCTION_CLOSURE; a++)
        if (ins->args[a]->op != IR_null_OP) return false;
    return true;
}

/* There is one empty tuple, and it may be asked whether another is that. */
static bool is_making(const Ins *ins) {
    if (ir_is_complex(ins)) return true;
    return ins->op == IR_call_OP &&
           (is_plain_function(ins) || ins->imm == H_rt_bind || ins->imm == H_rt_new_plain ||
            ins->imm == H_rt_new_map || (ins->imm == H_rt_keyword_map && ins->arg_count <= MAX_FIELDS) ||
            (ins->imm == H_rt_build_list && ins->arg_count == 1) ||
            (ins->imm == H_rt_build_tuple && ins->arg_count > 0 && ins->arg_count <= MAX_FIELDS));
}

static Sort sort_of(const Ins *making) {
    if (ir_is_complex(making)) return SORT_COMPLEX;
    return making->imm == H_rt_new_plain       ? SORT_INSTANCE
           : making->imm == H_rt_build_tuple   ? SORT_TUPLE
           : making->imm == H_rt_build_list    ? SORT_LIST
           : making->imm == H_rt_make_function ? SORT_FUNCTION
           : making->imm == H_rt_bind          ? SORT_METHOD
                                               : SORT_DICT;
}

/* The object that a value is, or whose values it points to. */
Object *escape_object(const Ins *value) {
    if (value->op == IR_values_OP || value->op == IR_itself_OP) value = value->args[0];
    return is_making(value) ? value->scratch : NULL;
}

static bool is_store(const Ins *ins) {
    return ins->op == IR_attr_set_OP || ins->op == IR_attr_set_f64_OP || ins->op == IR_attr_swap_OP;
}

/* An item of a tuple by a constant index. */
static bool is_constant_item(const Ins *ins) {
    if (ins->op != IR_tuple_get_OP || ins->args[1]->op != IR_index_OP) return false;
    const Ins *index = ins->args[1];
    return index->args[0]->op == IR_ki64_OP && index->args[1]->op == IR_size_OP &&
           index->args[1]->args[0] == ins->args[0];
}

bool escape_is_read(const Ins *ins, int arg) {
    if (arg > 0) return ins->op == IR_attr_item_OP; /* of such values as stand in IR_values_OP */
    switch (ins->op) {
    case IR_values_OP:
    case IR_type_is_OP:
    case IR_unshadowed_OP:
    case IR_attr_item_OP:
    case IR_tuple_is_OP:
    case IR_tuple_at_OP:
    case IR_complex_part_OP:
    case IR_size_OP: return true;
    case IR_is_type_OP: return ins->imm == KNOWN_tuple || ins->imm == KNOWN_complex;
    case IR_tuple_get_OP: return is_constant_item(ins);
    default: return false;
    }
}

Sort escape_sort_read(const Ins *ins) {
    switch (ins->op) {
    case IR_is_type_OP: return ins->imm == KNOWN_tuple ? SORT_TUPLE : SORT_COMPLEX;
    case IR_complex_part_OP: return SORT_COMPLEX;
    case IR_tuple_is_OP:
    case IR_tuple_at_OP:
    case IR_tuple_get_OP:
    case IR_size_OP: return SORT_TUPLE;
    default: return SORT_INSTANCE;
    }
}

static bool is_harmless(const Object *object, const Ins *ins, int arg) {
    switch (ins->op) {
    case IR_keep_OP: return true;
    case IR_is_OP: return object->made->op != IR_complex_of_OP; /* others may have the constant */
    case IR_object_OP: return arg > 0;
    case IR_values_OP:
    case IR_type_is_OP:
    case IR_unshadowed_OP: return object->sort == SORT_INSTANCE;
    case IR_attr_item_OP: return true;
    case IR_itself_OP: return object->sort == SORT_FUNCTION;
    case IR_tuple_is_OP: return object->sort == SORT_TUPLE && ins->imm == object->made->arg_count;
    case IR_is_type_OP:
    case IR_complex_part_OP:
    case IR_tuple_get_OP:
    case IR_size_OP:
    case IR_tuple_at_OP: return object->sort == escape_sort_read(ins) && escape_is_read(ins, arg);
    case IR_call_OP:
        if (object->sort == SORT_FUNCTION) return ins->imm == H_rt_closure_of;
        return object->sort == SORT_LIST && ins->imm == H_rt_repeat;
    default:
        return is_store(ins) && arg < 2 && escape_object(ins->args[1]) == object &&
               ins->args[1]->op == IR_values_OP;
    }
}

static void note_use(Escape *e, Object *object, Ins *ins, bool in_state) {
    vec_push(fn_arena(e->fn), &object->wanted.uses, ((Use){ins, in_state}));
}

/* Somebody may look at the frame, or keep it, where code runs in the middle of it. */
static bool shows_state(const Ins *ins) { return ins->op == IR_poll_OP || ins->op == IR_yield_OP; }

void escape_note_state(Escape *e, Ins *ins) {
    for (int s = 0; s < ir_state_count(ins->state); s++) {
        Object *object = escape_object(*ir_state_value(ins->state, s));
        Join *join = escape_join(*ir_state_value(ins->state, s));
        if (join != NULL) escape_name_join(e, join, ins);
        if (join != NULL && shows_state(ins)) join->escapes = true;
        if (object == NULL) continue;
        if (shows_state(ins)) object->escapes = true;
        note_use(e, object, ins, true);
    }
}

/* Does it put something into an object that may not be made itself? */
bool escape_is_part(const Ins *ins) { return is_store(ins) && escape_object(ins->args[0]) != NULL; }

/* It may be made there, and not before. */
static void note_want(Escape *e, Object *object, Ins *ins, int arg) {
    bool may_be = object->sort <= SORT_COMPLEX;
    if (!may_be || ins->args[arg] != object->made || escape_is_part(ins)) object->escapes = true;
    else vec_push(fn_arena(e->fn), &object->wanted.by, ins);
}

static void look_at(Escape *e, Ins *ins) {
    for (int a = 0; a < ins->arg_count; a++) {
        Object *object = escape_object(ins->args[a]);
        Join *join = escape_join(ins->args[a]);
        if (join != NULL) escape_use_join(e, join, ins, a);
        if (object == NULL) continue;
        if (ins->op == IR_phi_OP) object->escapes |= !escape_joins(e, object, ins);
        else if (!is_harmless(object, ins, a)) note_want(e, object, ins, a);
        else note_use(e, object, ins, false);
        if (is_store(ins) && a == 0 && !object->escapes) vec_push(fn_arena(e->fn), &object->stores, ins);
    }
    escape_note_state(e, ins);
}

static void find_objects(Escape *e) {
    Fn *fn = e->fn;
    e->objects.count = e->joins.count = e->foreign.count = 0;
    for (int i = 0; i < fn->blocks.count; i++) {
        int position = 0;
        escape_find_joins(e, fn->blocks.items[i]);
        for_each_ins(ins, fn->blocks.items[i]) {
            ins->use_count = position++;
            if (!is_making(ins)) continue;
            Object *object = arena_new(fn_arena(fn), Object);
            *object = (Object){.made = ins, .sort = sort_of(ins), .wanted = {.value = ins}};
            ins->scratch = object;
            vec_push(fn_arena(fn), &e->objects, object);
        }
    }
    if (e->objects.count == 0) return;
    for (int i = 0; i < fn->blocks.count; i++) for_each_ins(ins, fn->blocks.items[i]) look_at(e, ins);
}

/* --- what it is made of where --- */

bool escape_comes_before(const Ins *a, const Ins *b) {
    return a->block == b->block ? a->use_count < b->use_count : ir_dominates(a->block, b->block);
}

/* It went together with an object that was looked at before. */
static bool is_gone(const Ins *ins) { return ins->block == NULL; }

/* Blocks reached from the end of the one that has the store, until the object is made anew. */
bool *escape_reached_after(Escape *e, const Object *object, const Ins *store) {
    Arena *arena = fn_arena(e->fn);
    bool *reached = arena_array(arena, bool, e->fn->blocks.count + 1);
    Block **work = arena_array(arena, Block *, e->fn->blocks.count + 1);
    const Block *from = store->block;
    int count = 0;
    for (bool first = true; first || count > 0; first = false) {
        const Block *at = first ? from : work[--count];
        for (int s = 0; s < at->succ_count; s++) {
            Block *succ = at->succs[s];
            if (reached[succ->order] || succ == object->made->block) continue;
            reached[succ->order] = true;
            work[count++] = succ;
        }
    }
    return reached;
}

/* Is it clear for each use which stores came before it? */
static bool is_in_order(Escape *e, Object *object) {
    for (int s = 0; s < object->stores.count; s++) {
        const Ins *store = object->stores.items[s];
        const bool *reached = escape_reached_after(e, object, store);
        for (int u = 0; u < object->wanted.uses.count; u++) {
            const Ins *ins = object->wanted.uses.items[u].ins;
            if (is_gone(ins)) continue;
            if (ins != store && !escape_comes_before(store, ins) && reached[ins->block->order]) return false;
            if (ins->op == IR_object_OP && !escape_comes_before(store, ins))
                return false; /* a part of another */
            if (ins == store && reached[ins->block->order]) return false;
        }
    }
    return true;
}

static void sort_stores(Object *object) {
    for (int i = 1; i < object->stores.count; i++)
        for (int k = i; k > 0 && escape_comes_before(object->stores.items[k], object->stores.items[k - 1]);
             k--) {
            Ins *store = object->stores.items[k];
            object->stores.items[k] = object->stores.items[k - 1];
            object->stores.items[k - 1] = store;
        }
}

Version *escape_version_at(const Object *object, const Ins *ins) {
    Version *found = object->versions.items[0];
    for (int i = 1; i < object->versions.count; i++)
        if (escape_comes_before(object->versions.items[i]->from, ins)) found = object->versions.items[i];
    return found;
}

int escape_part_at(const Version *version, int64_t place) {
    int i = 0;
    while (i < version->count && version->places[i] != place) i++;
    return i < version->count ? i : -1;
}

/* Its end, which comes with the store of another value in its place, runs nothing. */
bool escape_ends_quietly(const Ins *value) {
    return value->type != IR_OBJ || ir_is_box(value) || ir_is(value, OPF_CONST);
}

static Version *new_version(Escape *e, Object *object, const Ins *from, const Version *base) {
    Version *version = arena_new(fn_arena(e->fn), Version);
    if (base != NULL) *version = *base;
    version->from = from;
    version->object = NULL;
    vec_push(fn_arena(e->fn), &object->versions, version);
    return version;
}

static bool add_part(Version *version, int64_t place, Ins *value) {
    int i = escape_part_at(version, place);
    if (i < 0 && version->count == MAX_FIELDS) return false;
    if (i >= 0 && !escape_ends_quietly(version->values[i])) return false;
    if (i < 0) i = version->count++;
    version->places[i] = place;
    version->values[i] = value;
    return true;
}

/* What an exit makes a function of: see runtime/exit_objects.c. */
static void add_function_parts(Escape *e, Version *first, const Ins *made) {
    enum { PLACE_CODE, PLACE_FRAME };
    add_part(first, PLACE_CODE, made->args[FUNCTION_CODE]);
    add_part(first, PLACE_FRAME, ir_const(e->fn, IR_ki64_OP, made->frame));
    add_part(first, e->fn->layout[LAYOUT_function_closure], made->args[FUNCTION_CLOSURE]);
}

int64_t escape_place_read(const Escape *e, const Ins *ins, int count) {
    if (ins->op == IR_attr_item_OP || ins->op == IR_tuple_at_OP || ins->op == IR_complex_part_OP)
        return ins->imm;
    if (ins->op == IR_tuple_get_OP && is_constant_item(ins)) {
        int64_t index = ins->args[1]->args[0]->imm;
        return index < 0 ? index + count : index;
    }
    bool closure = ins->op == IR_call_OP && ins->imm == H_rt_closure_of;
    return closure ? e->fn->layout[LAYOUT_function_closure] : NOT_READ;
}

static bool find_versions(Escape *e, Object *object) {
    Version *first = new_version(e, object, object->made, NULL);
    bool has_args = object->sort != SORT_INSTANCE && object->sort != SORT_FUNCTION;
    int from = object->made->op == IR_complex_of_OP; /* behind the object itself */
    for (int i = from; has_args && i < object->made->arg_count; i++)
        add_part(first, i - from, object->made->args[i]);
    if (object->sort == SORT_FUNCTION) add_function_parts(e, first, object->made);
    for (int i = 0; i < object->stores.count; i++) {
        Ins *store = object->stores.items[i];
        Version *version = new_version(e, object, store, escape_version_at(object, store));
        if (!add_part(version, store->imm, store->args[2])) return false;
    }
    for (int u = 0; u < object->wanted.uses.count; u++) {
        const Ins *ins = object->wanted.uses.items[u].ins;
        if (is_gone(ins)) continue;
        const Version *version = escape_version_at(object, ins);
        int64_t place = escape_place_read(e, ins, version->count);
        if (place != NOT_READ && !object->wanted.uses.items[u].in_state && escape_part_at(version, place) < 0)
            return false;
    }
    return true;
}

static bool is_there(const Ins *value) {
    bool joined = escape_join(value) != NULL && !escape_join(value)->escapes;
    return escape_object(value) == NULL && !joined && !ir_is(value, OPF_VIRTUAL);
}

/* Where it is made none of its parts is left out, and nothing is stored to it later. */
static bool parts_are_there(const Object *object) {
    for (int p = 0; p < object->wanted.points.count; p++) {
        const Point *point = &object->wanted.points.items[p];
        const Version *version = escape_version_at(object, point->at);
        if (version->count > MOST_MADE_PARTS) return false;
        for (int i = 0; i < version->count; i++)
            if (!is_there(version->values[i])) return false;
        for (int s = 0; s < object->stores.count; s++)
            if (!escape_comes_before(object->stores.items[s], point->at)) return false;
    }
    return true;
}

bool escape_can_go(Escape *e, Object *object) {
    if (object->escapes) return false;
    if (object->looked_at) return object->can_go;
    object->looked_at = true;
    if (!escape_can_be_made(e, &object->wanted) || !escape_is_rarely_made(e, &object->wanted)) return false;
    if (!is_in_order(e, object)) return false;
    sort_stores(object);
    return object->can_go = find_versions(e, object) && parts_are_there(object);
}

/* --- doing without --- */

Ins *escape_class(Escape *e, const Object *object) {
    if (object->made->op == IR_complex_of_OP) return object->made->args[0];
    Known class = object->sort == SORT_TUPLE     ? KNOWN_tuple
                  : object->sort == SORT_COMPLEX ? KNOWN_complex
                  : object->sort == SORT_LIST    ? KNOWN_list
                  : object->sort == SORT_DICT    ? KNOWN_dict
                  : object->sort == SORT_METHOD  ? KNOWN_method
                                                 : KNOWN_function;
    return object->sort == SORT_INSTANCE ? object->made->args[0] : ir_const(e->fn, IR_known_OP, class);
}

static Ins *virtual_of(Escape *e, const Object *object, Version *version) {
    if (version->object != NULL) return version->object;
    Ins *made = ir_new_ins(e->fn, IR_object_OP, IR_OBJ, 1 + 2 * version->count);
    made->args[0] = escape_class(e, object);
    for (int i = 0; i < version->count; i++) {
        made->args[1 + 2 * i] = ir_const(e->fn, IR_ki64_OP, version->places[i]);
        made->args[2 + 2 * i] = version->values[i];
    }
    ir_insert_after((Ins *)version->from, made);
    made->use_count = version->from->use_count;
    return version->object = made;
}

FrameState *escape_copy_state(Escape *e, const FrameState *state) {
    Arena *arena = fn_arena(e->fn);
    if (state == NULL) return NULL;
    FrameState *copy = arena_new(arena, FrameState);
    *copy = *state;
    copy->parent = escape_copy_state(e, state->parent);
    copy->stack = arena_array(arena, Ins *, state->stack_count + 1);
    copy->locals = arena_array(arena, Ins *, state->local_count + 1);
    copy->bound = arena_array(arena, Ins *, state->local_count + 1);
    for (int i = 0; i < state->stack_count; i++) copy->stack[i] = state->stack[i];
    for (int i = 0; i < state->local_count; i++) copy->locals[i] = state->locals[i];
    for (int i = 0; i < state->local_count; i++) copy->bound[i] = state->bound[i];
    return copy;
}

static void replace_in_state(Escape *e, const Object *object, Ins *ins) {
    Version *version = escape_version_at(object, ins);
    ins->state = escape_copy_state(e, ins->state);
    for (int s = 0; s < ir_state_count(ins->state); s++) {
        Ins **value = ir_state_value(ins->state, s);
        if (*value == object->made) *value = virtual_of(e, object, version);
    }
}

void escape_become(Escape *e, const Ins *ins, Ins *value) { e->become[ins->id] = value; }

/* Other objects that its state names may go after this one: it is a use of theirs. */
Ins *escape_box(Escape *e, Ins *before, Ins *number, FrameState *state) {
    IrOp op = number->type == IR_F64 ? IR_box_f64_OP : IR_box_i64_OP;
    Ins *box = ir_new_ins(e->fn, op, IR_OBJ, 1);
    box->args[0] = number;
    box->state = state;
    box->use_count = before->use_count;
    ir_insert_before(before, box);
    escape_note_state(e, box);
    return box;
}

/* What is read of it: a number that has no object yet gets one, which goes when nobody wants it. */
static void replace_read(Escape *e, const Object *object, Ins *ins) {
    const Version *version = escape_version_at(object, ins);
    Ins *value = version->values[escape_part_at(version, escape_place_read(e, ins, version->count))];
    if (value->type == IR_F64 && ins->type == IR_OBJ) value = escape_box(e, ins, value, ins->state);
    escape_become(e, ins, value);
}

/* The last value named is dropped first: a tuple or a list ends with its last item, others with their first
 * one. */
static int kept_parts(const Object *object, const Version *version, Ins **kept) {
    bool from_last = object->sort == SORT_TUPLE || object->sort == SORT_LIST;
    int count = 0, first = from_last ? 0 : version->count - 1, step = from_last ? 1 : -1;
    for (int i = first; i >= 0 && i < version->count; i += step)
        if (!escape_ends_quietly(version->values[i])) kept[count++] = version->values[i];
    return count;
}

/* The parts live until where the whole did. */
static void replace_kept(Escape *e, const Object *object, Ins *keep) {
    const Version *version = escape_version_at(object, keep);
    Ins **args = arena_array(fn_arena(e->fn), Ins *, keep->arg_count + version->count + 1);
    int count = 0;
    for (int a = 0; a < keep->arg_count; a++)
        if (keep->args[a] != object->made) args[count++] = keep->args[a];
        else count += kept_parts(object, version, args + count);
    keep->args = args;
    keep->arg_count = count;
}

/* The item is repeated instead of the list. */
static void repeat_item(const Object *object, Ins *call) {
    call->imm = H_rt_repeat_item;
    call->args[0] = call->args[1];
    call->args[1] = object->made->args[0];
}

static void replace_use(Escape *e, const Object *object, Ins *ins) {
    Fn *fn = e->fn;
    switch (ins->op) {
    case IR_keep_OP: replace_kept(e, object, ins); break;
    case IR_is_OP: escape_become(e, ins, ir_const(fn, IR_ki64_OP, ins->args[0] == ins->args[1])); break;
    case IR_object_OP:
        for (int a = 1; a < ins->arg_count; a++)
            if (ins->args[a] == object->made)
                ins->args[a] = virtual_of(e, object, escape_version_at(object, ins));
        break;
    case IR_type_is_OP:
        ins->op = IR_version_is_OP;
        ins->args[0] = object->made->args[0];
        break;
    case IR_unshadowed_OP:
        ins->op = IR_shares_OP;
        ins->args[0] = object->made->args[0];
        break;
    case IR_size_OP: escape_become(e, ins, ir_const(fn, IR_ki64_OP, object->made->arg_count)); break;
    case IR_attr_item_OP:
    case IR_tuple_get_OP:
    case IR_complex_part_OP:
    case IR_tuple_at_OP: replace_read(e, object, ins); break;
    case IR_call_OP:
        if (object->sort == SORT_FUNCTION) replace_read(e, object, ins);
        else repeat_item(object, ins);
        break;
    default: break; /* it goes */
    }
}

static bool stays(const Ins *ins) {
    return ins->op == IR_keep_OP || ins->op == IR_object_OP || ins->op == IR_version_is_OP ||
           ins->op == IR_shares_OP || (ins->op == IR_call_OP && ins->imm == H_rt_repeat_item);
}

static void do_without(Escape *e, Object *object) {
    escape_make_object(e, object);
    for (int u = 0; u < object->wanted.uses.count; u++) {
        Use *use = &object->wanted.uses.items[u];
        if (use->in_state && !is_gone(use->ins)) replace_in_state(e, object, use->ins);
    }
    for (int u = 0; u < object->wanted.uses.count; u++) {
        Use *use = &object->wanted.uses.items[u];
        if (use->in_state || is_gone(use->ins)) continue; /* one in a state may be new */
        if (e->become[use->ins->id] == NULL) replace_use(e, object, use->ins);
    }
    for (int u = 0; u < object->wanted.uses.count; u++) {
        Ins *ins = object->wanted.uses.items[u].ins;
        if (!object->wanted.uses.items[u].in_state && !stays(ins) && !is_gone(ins)) ir_remove(ins);
    }
    ir_remove(object->made);
}

/* --- putting in what stands for what went --- */

static Ins *final_value(const Escape *e, Ins *value) {
    while (value->id < e->become_count && e->become[value->id] != NULL) value = e->become[value->id];
    return value;
}

/* That of an item of a tuple that is known. */
static void fold_index(Escape *e, Ins *ins, const Ins *index, const Ins *size) {
    if (index->op != IR_ki64_OP || size->op != IR_ki64_OP) return;
    int64_t from_start = index->imm < 0 ? index->imm + size->imm : index->imm;
    if (from_start < 0 || from_start >= size->imm) return;
    escape_become(e, ins, ir_const(e->fn, IR_ki64_OP, from_start));
    ir_remove(ins);
}

static void fold_truth(Escape *e, Ins *ins, const Ins *arg) {
    if (arg->op != IR_box_i64_OP) return;
    Ins *truth = ir_new_ins(e->fn, IR_icmp_OP, IR_I64, 2);
    truth->imm = NOT_EQUAL;
    truth->args[0] = arg->args[0];
    truth->args[1] = ir_const(e->fn, IR_ki64_OP, 0);
    ir_insert_before(ins, truth);
    escape_become(e, ins, truth);
    ir_remove(ins);
}

/* What is asked of a number that was boxed just for its place in an object is known. */
static void fold(Escape *e, Ins *ins) {
    const Ins *arg = ins->arg_count > 0 ? final_value(e, ins->args[0]) : NULL;
    bool known = false;
    switch (ins->op) {
    case IR_unbox_i64_OP: known = arg->op == IR_box_i64_OP; break;
    case IR_unbox_u64_OP: known = arg->op == IR_box_u64_OP; break;
    case IR_unbox_f64_OP:
    case IR_unbox_number_OP: known = arg->op == IR_box_f64_OP; break;
    case IR_is_type_OP:
        if ((arg->op == IR_box_i64_OP && ins->imm == KNOWN_int) ||
            (arg->op == IR_box_f64_OP && ins->imm == KNOWN_float))
            ir_remove(ins);
        return;
    case IR_guard_OP:
        if (arg->op == IR_ki64_OP && arg->imm != 0) ir_remove(ins);
        return;
    case IR_truth_quiet_OP: fold_truth(e, ins, arg); return;
    case IR_settled_OP:
        if (arg->op == IR_icmp_OP) ir_remove(ins);
        return;
    case IR_index_OP: fold_index(e, ins, arg, final_value(e, ins->args[1])); return;
    default: return;
    }
    if (!known) return;
    escape_become(e, ins, arg->args[0]);
    ir_remove(ins);
}

static void put_in(Escape *e) {
    Fn *fn = e->fn;
    for (int i = 0; i < fn->blocks.count; i++)
        for (Ins *ins = fn->blocks.items[i]->first, *next; ins != NULL; ins = next) {
            next = ins->next;
            if (ins->id < e->become_count) fold(e, ins);
        }
    for (int i = 0; i < fn->blocks.count; i++) for_each_ins(ins, fn->blocks.items[i]) {
            for (int a = 0; a < ins->arg_count; a++) ins->args[a] = final_value(e, ins->args[a]);
            for (int s = 0; s < ir_state_count(ins->state); s++)
                *ir_state_value(ins->state, s) = final_value(e, *ir_state_value(ins->state, s));
        }
}

/* --- numbers that only such objects and frame states have --- */

static bool is_whole(const Ins *ins) { return ins->op == IR_call_OP && ins->imm == H_rt_whole; }

/* Has it a number as well without its object? */
static bool is_content(const Ins *ins) {
    return ins->op == IR_object_OP || ins->op == IR_keep_OP || is_whole(ins);
}

/* use_count of a value: how often it is wanted by more than frame states. */
static void count_uses(Fn *fn) {
    for (int i = 0; i < fn->blocks.count; i++) for_each_ins(ins, fn->blocks.items[i]) ins->use_count = 0;
    for (int i = 0; i < fn->blocks.count; i++) for_each_ins(ins, fn->blocks.items[i]) {
            if (is_content(ins)) continue;
            for (int a = 0; a < ins->arg_count; a++) ins->args[a]->use_count++;
        }
}

static Ins *unboxed(Ins *value) { return ir_is_box(value) && value->use_count == 0 ? value->args[0] : value; }

static void unbox_parts(Escape *e) {
    Fn *fn = e->fn;
    count_uses(fn);
    for (int i = 0; i < fn->blocks.count; i++) for_each_ins(ins, fn->blocks.items[i]) {
            for (int a = 0; a < ins->arg_count; a++) {
                if (!is_whole(ins)) ins->args[a] = unboxed(ins->args[a]);
                else if (a > 1 && ins->args[a]->op != IR_box_u64_OP)
                    ins->args[a] = escape_object_before(e, ins, unboxed(ins->args[a]));
            }
            for (int s = 0; s < ir_state_count(ins->state); s++)
                *ir_state_value(ins->state, s) = unboxed(*ir_state_value(ins->state, s));
        }
}

void opt_escape(Fn *fn) {
    Escape e = {.fn = fn};
    if (fn->blocks.count > MANY_BLOCKS) return;
    bool any = false, changed = true;
    for (int round = 0; round < MAX_ROUNDS && changed; round++) {
        find_objects(&e);
        if (e.objects.count == 0) break;
        if (round == 0) ir_fill_dominators(fn);
        e.become_count = fn->next_value;
        e.become = arena_array(fn_arena(fn), Ins *, e.become_count + 1);
        escape_settle_joins(&e);
        changed = escape_without_joins(&e);
        any |= changed;
        for (int i = 0; i < e.objects.count; i++) {
            if (!escape_can_go(&e, e.objects.items[i])) continue;
            do_without(&e, e.objects.items[i]);
            changed = any = true;
        }
        if (changed) put_in(&e);
    }
    if (!any) return;
    unbox_parts(&e);
    opt_dce(fn);
}
