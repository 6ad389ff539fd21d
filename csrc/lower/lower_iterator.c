/* Iterators that are no objects: of sequences and ranges, and what enumerate and zip make of these where a
 * loop takes apart at once what they give. Their parts go through phis, and an exit makes them.
 *
 * CPython's enumerate and zip keep what they gave last in a tuple until the next step. So it is a part here,
 * which holds a reference; and a step leaves where giving that back would run code. */
#include "lower/inline.h"

/* What is gone over by what. */
static const struct {
    uint8_t likely;
    Known iterator, sequence;
} OVER[] = {
    {LIKELY_LIST, KNOWN_list_iterator, KNOWN_list},    {LIKELY_TUPLE, KNOWN_tuple_iterator, KNOWN_tuple},
    {LIKELY_STR, KNOWN_str_iterator, KNOWN_str},       {LIKELY_CHAR, KNOWN_str_iterator, KNOWN_str},
    {LIKELY_BYTES, KNOWN_bytes_iterator, KNOWN_bytes}, {LIKELY_OTHER, KNOWN_list_reverseiterator, KNOWN_list},
};
enum { OVER_COUNT = sizeof(OVER) / sizeof(OVER[0]) };

static Known sequence_of(Known iterator) {
    int row = 0;
    while (OVER[row].iterator != iterator) row++;
    return OVER[row].sequence;
}

/* Those over dicts and sets, and how they step. */
static const struct {
    Known iterator;
    Helper next;
    int items; /* that they give, and keep until the next step if these are two */
} HASHED[] = {
    {KNOWN_dict_keyiterator, H_rt_next_key, 1},
    {KNOWN_dict_valueiterator, H_rt_next_value, 1},
    {KNOWN_dict_itemiterator, H_rt_next_entry, 2},
    {KNOWN_set_iterator, H_rt_next_member, 1},
};
enum { HASHED_COUNT = sizeof(HASHED) / sizeof(HASHED[0]) };

/* The arguments of one; behind them what it gave last, and the dict or set. */
enum { HASHED_SIZE = 2, HASHED_POSITION = 4, HASHED_LEFT = 6, HASHED_LAST = 8 };

static int hashed_row(Known iterator) {
    int row = 0;
    while (row < HASHED_COUNT && HASHED[row].iterator != iterator) row++;
    return row;
}
static bool is_hashed(Known iterator) { return hashed_row(iterator) < HASHED_COUNT; }
static Ins *hashed_in(const Ins *iterator) { return iterator->args[iterator->arg_count - 1]; }

/* Does it give objects that something else than the iterator may have, or not have any more? */
static bool gives_objects(Known iterator) {
    return iterator == KNOWN_list_iterator || iterator == KNOWN_tuple_iterator ||
           iterator == KNOWN_list_reverseiterator || is_hashed(iterator);
}

static Known type_of(const Ins *iterator) {
    return iterator->op == IR_range_OP ? KNOWN_range_iterator : (Known)iterator->args[0]->imm;
}

/* --- forms --- */

static const IterForm *new_form(Lowerer *l, Known type, int64_t step) {
    IterForm *form = arena_new(&l->cx->arena, IterForm);
    form->type = type;
    form->step = step;
    return form;
}

/* The instruction that gives the last operand of the one at an index, if it comes right before it. */
static int before(const Lowerer *l, int index) {
    index--;
    while (index > 0 && l->code->instrs[index].op == BC_NOP) index--;
    return index;
}

static bool is_call_of(const Lowerer *l, int index, Builtin builtin) {
    const Instr *instr = &l->code->instrs[index];
    bool named = builtin == BI_type_enumerate && instr->arg == 2 && instr->arg2 >= 0;
    return instr->op == BC_CALL && (instr->arg2 < 0 || (named && l->code->consts[instr->arg2].is_start)) &&
           l->inference->operands[index].builtin == builtin &&
           !(instr->flags & (BC_NO_SPECULATION | BC_COLD));
}

/* Of a dict, its views, or a set; a view of keys or values is known by the call right before. */
static const IterForm *form_hashed(Lowerer *l, int gets, Likely type) {
    int made = gets > 0 ? before(l, gets) : 0;
    switch (type) {
    case LIKELY_DICT: return new_form(l, KNOWN_dict_keyiterator, 0);
    case LIKELY_SET: return new_form(l, KNOWN_set_iterator, 0);
    case LIKELY_DICT_ITEMS: return new_form(l, KNOWN_dict_itemiterator, 0);
    case LIKELY_DICT_VIEW:
        if (is_call_of(l, made, BI_dict_keys)) return new_form(l, KNOWN_dict_keyiterator, 0);
        return is_call_of(l, made, BI_dict_values) ? new_form(l, KNOWN_dict_valueiterator, 0) : NULL;
    default: return NULL;
    }
}

static const IterForm *form_over(Lowerer *l, Likely type) {
    int row = 0;
    while (row < OVER_COUNT && (OVER[row].likely != type || type == LIKELY_OTHER)) row++;
    return row < OVER_COUNT ? new_form(l, OVER[row].iterator, 0) : NULL;
}

static Likely argument(const Lowerer *l, int call, int place) {
    const OperandTypes *types = &l->inference->operands[call];
    return place < types->argument_count ? (Likely)types->arguments[place] : LIKELY_OTHER;
}

/* Of what enumerate or zip is called with. A range's step is known where its call comes right before. */
static const IterForm *form_of_argument(Lowerer *l, int call, int place) {
    Likely type = argument(l, call, place);
    bool alone = l->code->instrs[call].arg == 1 && type != LIKELY_DICT_ITEMS,
         counts = l->inference->operands[call].builtin == BI_type_enumerate;
    const IterForm *hashed = alone && counts ? form_hashed(l, call, type) : NULL;
    if (hashed != NULL) return hashed;
    if (type != LIKELY_RANGE) return form_over(l, type);
    int made = before(l, call);
    bool by_one = place + 1 == l->code->instrs[call].arg && is_call_of(l, made, BI_type_range) &&
                  l->code->instrs[made].arg < 3;
    return new_form(l, KNOWN_range_iterator, by_one ? 1 : STEP_VARIES);
}

static const IterForm *form_of_call(Lowerer *l, int call) {
    int count = l->code->instrs[call].arg;
    bool counts = is_call_of(l, call, BI_type_enumerate);
    if (is_call_of(l, call, BI_type_reversed) && count == 1 && argument(l, call, 0) == LIKELY_LIST)
        return new_form(l, KNOWN_list_reverseiterator, 0);
    if (counts && (count < 1 || count > 2 || (count == 2 && argument(l, call, 1) != LIKELY_INT))) return NULL;
    if (!counts && (!is_call_of(l, call, BI_type_zip) || count < 1 || count > EXIT_MOST_ZIPPED)) return NULL;
    IterForm *form = arena_new(&l->cx->arena, IterForm);
    form->type = counts ? KNOWN_enumerate : KNOWN_zip;
    form->count = counts ? 1 : count;
    for (int i = 0; i < form->count; i++) {
        form->inner[i] = form_of_argument(l, call, i);
        if (form->inner[i] == NULL) return NULL;
    }
    return form;
}

/* Into how many what such an iterator gives has to be taken apart at once; 0: it gives single items. */
static int items_of(Known type, int inner) {
    bool pairs = type == KNOWN_enumerate || type == KNOWN_dict_itemiterator;
    return pairs ? 2 : type == KNOWN_zip ? inner : 0;
}

static bool is_taken_apart(const Lowerer *l, int head, int count) {
    const Instr *next = &l->code->instrs[head + 1];
    return head + 1 < l->code->count && l->places[head + 1].edges == 1 && next->op == BC_UNPACK_SEQUENCE &&
           next->arg == count;
}

/* Of what GET_ITER at an index makes for what comes next; where an object is gone over that is its own
 * iterator, the call that makes it stands right before. */
static const IterForm *form_of_iter(Lowerer *l, int gets) {
    Likely type = (Likely)l->inference->operands[gets].right;
    if (l->code->instrs[gets].flags & (BC_NO_SPECULATION | BC_COLD)) return NULL;
    const IterForm *hashed = form_hashed(l, gets, type);
    if (hashed != NULL) return hashed;
    if (type != LIKELY_ENUMERATE && type != LIKELY_ZIP && type != LIKELY_PLAIN_ITER)
        return form_over(l, type);
    return gets > 0 ? form_of_call(l, before(l, gets)) : NULL;
}

/* Of the iterator of the loop at `head`, which it makes in front of itself; NULL: it is an object, as it has
 * to be where the loop suspends. */
static const IterForm *form_of_loop(Lowerer *l, int head) {
    const Instr *loop = &l->code->instrs[head];
    if (head >= l->code->count || loop->op != BC_FOR_ITER) return NULL;
    int gets = bc_first(l->code, head) - 1;
    if (gets < 0 || l->code->instrs[gets].op != BC_GET_ITER || loop->flags & (BC_NO_SPECULATION | BC_COLD) ||
        lower_loop_suspends(l, head) || (l->inlined != NULL && l->inlined->steps != NULL))
        return NULL;
    const IterForm *form = form_of_iter(l, gets);
    int items = form != NULL ? items_of(form->type, form->count) : 0;
    return items == 0 || is_taken_apart(l, head, items) ? form : NULL;
}

const IterForm *lower_form_at(Lowerer *l, int target, int place) {
    uint8_t guess = l->inference->stack[target] != NULL ? l->inference->stack[target][place] : LIKELY_OTHER;
    if (guess == LIKELY_OTHER || guess == LIKELY_RANGE_ITER) return NULL;
    int head = lower_loop_over(l, target, place);
    return head >= 0 ? form_of_loop(l, head) : NULL;
}

const IterForm *lower_form_of(Lowerer *l, const Ins *iterator) {
    if (iterator->op == IR_range_OP)
        return new_form(l, KNOWN_range_iterator,
                        iterator->args[2]->op == IR_ki64_OP ? iterator->args[2]->imm : STEP_VARIES);
    IterForm *form = arena_new(&l->cx->arena, IterForm);
    form->type = type_of(iterator);
    form->count = lower_inner_count(iterator);
    for (int i = 0; i < form->count; i++) form->inner[i] = lower_form_of(l, lower_inner(iterator, i));
    return form;
}

bool lower_has_form(const Ins *value, const IterForm *form) {
    if (value->op != IR_range_OP && !lower_is_iterator(value)) return false;
    if (type_of(value) != form->type) return false;
    if (value->op == IR_range_OP)
        return form->step == (value->args[2]->op == IR_ki64_OP ? value->args[2]->imm : STEP_VARIES);
    if (lower_inner_count(value) != form->count) return false;
    for (int i = 0; i < form->count; i++)
        if (!lower_has_form(lower_inner(value, i), form->inner[i])) return false;
    return true;
}

/* --- making them --- */

static Ins *new_iterator(Lowerer *l, Known type, int parts, Ins *const *values) {
    Ins *iterator = ir_new_ins(l->fn, IR_object_OP, IR_OBJ, 1 + 2 * parts);
    iterator->args[0] = lower_const(l, IR_known_OP, type);
    for (int i = 0; i < parts; i++) {
        iterator->args[1 + 2 * i] = K_INT(l, i);
        iterator->args[2 + 2 * i] = values[i];
    }
    ir_append(l->block, iterator);
    return iterator;
}

static Ins *over_hashed(Lowerer *l, Known type, Ins *const numbers[3], Ins *const *lasts, Ins *container) {
    Ins *parts[6] = {numbers[0], numbers[1], numbers[2]};
    int count = 3;
    for (int i = 0; i < 2 && HASHED[hashed_row(type)].items == 2; i++) parts[count++] = lasts[i];
    parts[count++] = container;
    return new_iterator(l, type, count, parts);
}

/* An enumerate or a zip of such iterators, and what they gave last; `number`: NULL of a zip. */
static Ins *over_iterators(Lowerer *l, Ins *number, int count, Ins *const *inner, Ins *const *lasts) {
    Ins *parts[2 * EXIT_MOST_ZIPPED + 1];
    int first = number != NULL;
    parts[0] = number;
    for (int i = 0; i < count; i++) {
        parts[first + i] = lasts[i];
        parts[first + count + i] = inner[i];
    }
    return new_iterator(l, number != NULL ? KNOWN_enumerate : KNOWN_zip, first + 2 * count, parts);
}

static Ins *over_sequence(Lowerer *l, Known type, Ins *sequence, Ins *index) {
    return new_iterator(l, type, 2, (Ins *[]){index, sequence});
}

static Ins *size_of(Lowerer *l, Known sequence_type, Ins *sequence, FrameState *state) {
    if (sequence_type == KNOWN_list || sequence_type == KNOWN_tuple) return INS(l, size, 0, sequence);
    return lower_guarded(INS(l, length, sequence_type, sequence), state);
}

static void guard_step(Lowerer *l, int64_t step, Ins *found, FrameState *state) {
    enum { LT = 0, EQ = 2, GE = 5 };
    if (step != STEP_VARIES) {
        lower_guarded(INS(l, guard, 0, INS(l, icmp, EQ, found, K_INT(l, step))), state);
        return;
    }
    lower_guarded(INS(l, guard, 0, INS(l, icmp, GE, found, K_INT(l, 1))), state);
    lower_guarded(INS(l, guard, 0, INS(l, icmp, LT, found, K_INT(l, INT32_MAX))), state);
}

/* The range whose parts the helper just called has given. */
static Ins *range_of_parts(Lowerer *l, int64_t step, FrameState *state) {
    Ins *next = INS0(l, ldnum, 0), *end = INS0(l, ldnum, 1), *by = INS0(l, ldnum, 2);
    guard_step(l, step, by, state);
    return lower_new_range(l, l->block, next, end, step == STEP_VARIES ? by : K_INT(l, step));
}

static Ins *begin_hashed(Lowerer *l, Known type, Ins *object, FrameState *state) {
    Ins *found = EMIT_CALL(l, rt_begin_hashed, object, lower_const(l, IR_known_OP, type));
    lower_guarded(INS(l, settled, 0, found), state);
    Ins *size = INS0(l, ldnum, 0), *container = INS0(l, ldout, 1), *none = K_KNOWN(l, None);
    container->nullable = false;
    return over_hashed(l, type, (Ins *[]){size, K_INT(l, 0), size}, (Ins *[]){none, none}, container);
}

/* The iterator of an object. */
static Ins *begin_over(Lowerer *l, const IterForm *form, Ins *object, FrameState *state) {
    if (is_hashed(form->type)) return begin_hashed(l, form->type, object, state);
    if (form->type == KNOWN_range_iterator) {
        lower_guarded(INS(l, settled, 0, EMIT_CALL(l, rt_range_parts, object)), state);
        return range_of_parts(l, form->step, state);
    }
    Known type = sequence_of(form->type);
    if (type == KNOWN_str) lower_guarded(INS(l, latin_is, 0, object), state);
    else lower_guard_type(l, object, type, state);
    bool turned = form->type == KNOWN_list_reverseiterator;
    Ins *index = turned ? INS(l, iadd_wrap, 0, INS(l, size, 0, object), K_INT(l, -1)) : K_INT(l, 0);
    return over_sequence(l, form->type, object, index);
}

/* Where the numbers of enumerate begin: far from where they would not be of one word any more. */
static Ins *first_number(Lowerer *l, Ins *start, FrameState *state) {
    enum { LT = 0 };
    Ins *number = lower_i64(l, start, state);
    if (number->op != IR_ki64_OP || number->imm > INT32_MAX)
        lower_guarded(INS(l, guard, 0, INS(l, icmp, LT, number, K_INT(l, INT64_MAX / 2))), state);
    return number;
}

static Ins *begin_pairs(Lowerer *l, const IterForm *form, Ins **args, int count, FrameState *state) {
    Ins *inner[EXIT_MOST_ZIPPED], *lasts[EXIT_MOST_ZIPPED], *number = NULL;
    if (form->type == KNOWN_enumerate) number = count > 1 ? first_number(l, args[1], state) : K_INT(l, 0);
    for (int i = 0; i < form->count; i++) {
        inner[i] = begin_over(l, form->inner[i], args[i], state);
        lasts[i] = gives_objects(form->inner[i]->type) ? K_KNOWN(l, None) : K_NULL(l);
    }
    return over_iterators(l, number, form->count, inner, lasts);
}

/* The form of what is made at an index for what comes right after: a loop, or the call of a function that was
 * made for it, of a comprehension or a generator expression. */
static const IterForm *form_made_at(Lowerer *l, int gets, const Ins *below) {
    const IterForm *form = form_of_loop(l, gets + 1);
    bool calls = form == NULL && below != NULL && lower_is_made_function(below);
    return calls ? form_of_iter(l, gets) : form;
}

bool lower_get_iterator(Lowerer *l) {
    Ins *object = l->depth > 0 ? l->stack[l->depth - 1] : NULL;
    if (!lower_speculates(l) || object == NULL || object->type != IR_OBJ || ir_is(object, OPF_VIRTUAL))
        return false;
    bool calls = l->depth > 1 && lower_next_call(l, 0) > 0;
    const IterForm *form = form_made_at(l, l->index, calls ? l->stack[l->depth - 2] : NULL);
    if (form == NULL || form->count > 0 || form->type == KNOWN_list_reverseiterator) return false;
    l->stack[l->depth - 1] = begin_over(l, form, object, lower_state_here(l));
    return true;
}

/* What a call of enumerate, zip or reversed has for arguments: all of it is gone over, the first number of
 * enumerate apart. */
static bool has_arguments(const IterForm *form, Ins **args, int count) {
    for (int i = 0; i < count; i++) {
        bool number = i > 0 && form->type == KNOWN_enumerate;
        if (ir_is(args[i], OPF_VIRTUAL) || (args[i]->type != IR_OBJ && !number)) return false;
    }
    return true;
}

bool lower_iterator_call(Lowerer *l) {
    int count = l->instr->arg, gets = l->index + 1;
    while (gets < l->code->count && l->code->instrs[gets].op == BC_NOP && l->places[gets].edges == 1) gets++;
    if (!lower_speculates(l) || gets + 1 >= l->code->count || l->depth < count + 2 ||
        l->code->instrs[gets].op != BC_GET_ITER || l->places[gets].edges != 1)
        return false;
    Ins **args = &l->stack[l->depth - count];
    bool calls = l->depth > count + 2 && lower_call_behind(l, gets, 0) > 0;
    const IterForm *form = form_made_at(l, gets, calls ? args[-3] : NULL);
    Likely made = (Likely)l->inference->operands[gets].right;
    bool by_call = made == LIKELY_ENUMERATE || made == LIKELY_ZIP || made == LIKELY_PLAIN_ITER;
    if (form == NULL || !by_call || !has_arguments(form, args, count)) return false;
    if (lower_builtin_at(args - 2) != l->inference->operands[l->index].builtin) return false;
    FrameState *state = lower_state_here(l);
    lower_guard_builtin(l, args - 2);
    Ins *iterator =
        form->count == 0 ? begin_over(l, form, args[0], state) : begin_pairs(l, form, args, count, state);
    l->depth -= count + 2;
    lower_push(l, iterator);
    l->index = gets; /* it is its own iterator */
    return true;
}

/* --- of objects, and objects of them --- */

/* Of an object that goes over other iterators, one of these, and the item it gave last. */
static Ins *take_inner(Lowerer *l, const IterForm *form, Ins *object, int place, Ins **last,
                       FrameState *state) {
    *last = K_NULL(l);
    if (form->type == KNOWN_range_iterator) {
        Ins *found = EMIT_CALL(l, rt_take_inner_range, object, K_INT(l, place));
        lower_guarded(INS(l, settled, 0, found), state);
        return range_of_parts(l, form->step, state);
    }
    Ins *type = lower_const(l, IR_known_OP, form->type);
    if (is_hashed(form->type)) {
        Ins *found = EMIT_CALL(l, rt_take_inner_hashed, object, type), *numbers[3];
        lower_guarded(INS(l, settled, 0, found), state);
        for (int i = 0; i < 3; i++) numbers[i] = INS0(l, ldnum, i);
        Ins *container = INS0(l, ldout, 3);
        *last = INS0(l, ldout, 4);
        container->nullable = (*last)->nullable = false;
        return over_hashed(l, form->type, numbers, NULL, container);
    }
    Ins *found = EMIT_CALL(l, rt_take_inner, object, K_INT(l, place), type);
    lower_guarded(INS(l, settled, 0, found), state);
    Ins *index = INS0(l, ldnum, 0), *sequence = INS0(l, ldout, 1), *kept = INS0(l, ldout, 2);
    sequence->nullable = kept->nullable = false;
    if (gives_objects(form->type)) *last = kept;
    return over_sequence(l, form->type, sequence, index);
}

/* An enumerate or a zip. */
static Ins *take_pairs(Lowerer *l, Ins *object, const IterForm *form, FrameState *state) {
    Ins *inner[EXIT_MOST_ZIPPED], *lasts[EXIT_MOST_ZIPPED], *number = NULL;
    bool counts = form->type == KNOWN_enumerate;
    Ins *found = counts ? EMIT_CALL(l, rt_take_enumerate, object)
                        : EMIT_CALL(l, rt_take_zip, object, K_INT(l, form->count));
    lower_guarded(INS(l, settled, 0, found), state);
    if (counts) number = INS0(l, ldnum, 0);
    for (int i = 0; i < form->count; i++)
        inner[i] = take_inner(l, form->inner[i], object, i, &lasts[i], state);
    return over_iterators(l, number, form->count, inner, lasts);
}

static Ins *take_hashed(Lowerer *l, Ins *object, Known type, FrameState *state) {
    Ins *found = EMIT_CALL(l, rt_take_hashed, object, lower_const(l, IR_known_OP, type)), *numbers[3];
    lower_guarded(INS(l, settled, 0, found), state);
    for (int i = 0; i < 3; i++) numbers[i] = INS0(l, ldnum, i);
    Ins *container = INS0(l, ldout, 3), *lasts[2] = {INS0(l, ldout, 4), INS0(l, ldout, 5)};
    container->nullable = lasts[0]->nullable = lasts[1]->nullable = false;
    return over_hashed(l, type, numbers, lasts, container);
}

Ins *lower_taken_iterator(Lowerer *l, Ins *object, const IterForm *form, FrameState *state) {
    object = lower_object(l, object);
    if (form->type == KNOWN_range_iterator) return lower_range_of(l, object, form->step, state);
    if (form->count > 0) return take_pairs(l, object, form, state);
    if (is_hashed(form->type)) return take_hashed(l, object, form->type, state);
    Ins *taken = EMIT_CALL(l, rt_take_iterator, object, lower_const(l, IR_known_OP, form->type));
    lower_guarded(INS(l, settled, 0, taken), state);
    Ins *index = INS0(l, ldnum, 0), *sequence = INS0(l, ldout, 1);
    sequence->nullable = false;
    return over_sequence(l, form->type, sequence, index);
}

static Ins *hashed_object(Lowerer *l, Ins *iterator) {
    Ins *object =
        EMIT_CALL(l, rt_new_hashed, iterator->args[0], hashed_in(iterator), iterator->args[HASHED_SIZE],
                  iterator->args[HASHED_POSITION], iterator->args[HASHED_LEFT]);
    if (HASHED[hashed_row(type_of(iterator))].items == 2)
        EMIT_CALL(l, rt_keep_entry, object, iterator->args[HASHED_LAST], iterator->args[HASHED_LAST + 2]);
    return object;
}

Ins *lower_iterator_object(Lowerer *l, Ins *iterator) {
    Known type = type_of(iterator);
    int count = lower_inner_count(iterator);
    if (is_hashed(type)) return hashed_object(l, iterator);
    if (type == KNOWN_range_iterator)
        return EMIT_CALL(l, rt_new_range, iterator->args[0], iterator->args[1], iterator->args[2]);
    if (count == 0) {
        if (iterator->args[ITERATOR_SEQUENCE]->op == IR_null_OP) lower_give_up_inlining(l);
        return EMIT_CALL(l, rt_new_iterator, iterator->args[0], iterator->args[ITERATOR_SEQUENCE],
                         iterator->args[ITERATOR_INDEX]);
    }
    Ins *parts[2 * EXIT_MOST_ZIPPED];
    for (int i = 0; i < count; i++) {
        Ins *last = lower_last_item(iterator, i);
        parts[i] = last->op == IR_null_OP ? K_KNOWN(l, None) : last;
        parts[count + i] = lower_iterator_object(l, lower_inner(iterator, i));
    }
    if (type == KNOWN_zip) return lower_call(l, H_rt_new_zip, 2 * count, parts);
    return EMIT_CALL(l, rt_new_enumerate, iterator->args[ENUMERATE_NUMBER], parts[0], parts[1]);
}

/* --- going over --- */

/* The variable that an iterator was handed in by goes on with it. */
static void replace_in_locals(Lowerer *l, const Ins *iterator, Ins *by) {
    for (int slot = 0; !l->framed && slot < l->code->local_count; slot++)
        if (l->locals[slot].value == iterator) l->locals[slot].value = by;
}

/* The helper that was called has the items already. */
static Ins *has_next_hashed(Lowerer *l, const Ins *iterator, FrameState *state) {
    Ins *args[] = {hashed_in(iterator), iterator->args[HASHED_SIZE], iterator->args[HASHED_POSITION],
                   iterator->args[HASHED_LEFT]};
    Ins *found = lower_call(l, HASHED[hashed_row(type_of(iterator))].next, 4, args);
    return lower_guarded(INS(l, settled, 0, found), state)->args[0];
}

/* Is there a next item? A number, not 0 if there is; asking has no effect. */
static Ins *has_next(Lowerer *l, const Ins *iterator, FrameState *state) {
    enum { LT = 0, NE = 3, GT = 4, GE = 5 };
    if (iterator->op == IR_range_OP) {
        const Ins *step = iterator->args[2];
        int64_t by = step->op == IR_ki64_OP ? step->imm : STEP_VARIES;
        return INS(l, icmp, by == 1 ? LT : by == -1 ? GT : NE, iterator->args[0], iterator->args[1]);
    }
    int count = lower_inner_count(iterator);
    if (is_hashed(type_of(iterator))) return has_next_hashed(l, iterator, state);
    if (count == 0) {
        Known type = type_of(iterator);
        Ins *index = iterator->args[ITERATOR_INDEX];
        Ins *size = size_of(l, sequence_of(type), iterator->args[ITERATOR_SEQUENCE], state);
        Ins *there = INS(l, icmp, LT, index, size);
        if (type != KNOWN_list_reverseiterator) return there;
        return INS(l, iand, 0, there, INS(l, icmp, GE, index, K_INT(l, 0)));
    }
    Ins *all = has_next(l, lower_inner(iterator, 0), state);
    for (int i = 1; i < count; i++) all = INS(l, iand, 0, all, has_next(l, lower_inner(iterator, i), state));
    return all;
}

static Ins *item_of(Lowerer *l, const Ins *iterator) {
    Ins *index = iterator->args[ITERATOR_INDEX], *sequence = iterator->args[ITERATOR_SEQUENCE], *item;
    Known type = sequence_of(type_of(iterator));
    if (type == KNOWN_list) item = INS(l, list_get, 0, sequence, INS(l, list_items, 0, sequence), index);
    else if (type == KNOWN_tuple) item = INS(l, tuple_get, 0, sequence, index);
    else {
        Ins *byte = INS(l, byte_get, type, sequence, INS(l, bytes_start, type, sequence), index);
        return type == KNOWN_str ? INS(l, char, 0, byte) : byte;
    }
    item->nullable = false;
    return item;
}

/* `found` is what the helper gave. */
static Ins *step_hashed(Lowerer *l, const Ins *iterator, Ins *found, Ins **items) {
    Known type = type_of(iterator);
    for (int i = 0; i < HASHED[hashed_row(type)].items; i++) {
        items[i] = INS0(l, ldout, i);
        items[i]->nullable = false;
    }
    Ins *left = INS(l, iadd_wrap, 0, iterator->args[HASHED_LEFT], K_INT(l, -1));
    return over_hashed(l, type, (Ins *[]){iterator->args[HASHED_SIZE], found, left}, items,
                       hashed_in(iterator));
}

/* The iterator behind its next item, which there is. Of several in one each gives an item. */
static Ins *step_on(Lowerer *l, Ins *iterator, Ins *found, Ins **items) {
    if (iterator->op != IR_range_OP && is_hashed(type_of(iterator)))
        return step_hashed(l, iterator, found, items);
    if (iterator->op == IR_range_OP) {
        items[0] = iterator->args[0];
        Ins *next = INS(l, iadd_wrap, 0, iterator->args[0], iterator->args[2]);
        return lower_new_range(l, l->block, next, iterator->args[1], iterator->args[2]);
    }
    int count = lower_inner_count(iterator), counts = type_of(iterator) == KNOWN_enumerate;
    if (count == 0) {
        items[0] = item_of(l, iterator);
        Ins *by = K_INT(l, type_of(iterator) == KNOWN_list_reverseiterator ? -1 : 1);
        Ins *index = INS(l, iadd_wrap, 0, iterator->args[ITERATOR_INDEX], by);
        return over_sequence(l, type_of(iterator), iterator->args[ITERATOR_SEQUENCE], index);
    }
    Ins *inner[EXIT_MOST_ZIPPED], *lasts[EXIT_MOST_ZIPPED], *number = NULL;
    if (counts) {
        items[0] = iterator->args[ENUMERATE_NUMBER];
        number = INS(l, iadd_wrap, 0, items[0], K_INT(l, 1));
    }
    for (int i = 0; i < count; i++) {
        inner[i] = step_on(l, lower_inner(iterator, i), found, &items[counts + i]);
        lasts[i] = lower_last_item(iterator, i);
        if (lasts[i]->op != IR_null_OP) lasts[i] = items[counts + i];
    }
    return over_iterators(l, number, count, inner, lasts);
}

/* The items that an iterator gave last and keeps until it steps on. */
static int lasts_of(const Ins *iterator, Ins **lasts) {
    int count = 0;
    for (int i = 0; i < lower_inner_count(iterator); i++) lasts[count++] = lower_last_item(iterator, i);
    for (int i = HASHED_LAST; is_hashed(type_of(iterator)) && i < iterator->arg_count - 1; i += 2)
        lasts[count++] = iterator->args[i];
    return count;
}

/* What an iterator that is over, or steps on, gives back. */
static void guard_lasts(Lowerer *l, Ins *iterator, FrameState *state) {
    Ins *lasts[EXIT_MOST_ZIPPED];
    int count = lasts_of(iterator, lasts);
    for (int i = 0; i < count; i++)
        if (!ir_is(lasts[i], OPF_CONST)) lower_guarded(INS(l, drops_quietly, 0, lasts[i]), state);
}

/* What goes with an iterator and may run code then, in the order in which it goes. */
static int dropped_with(const Ins *iterator, Ins **dropped) {
    Ins *lasts[EXIT_MOST_ZIPPED];
    int inner = lower_inner_count(iterator), count = 0, kept = 0;
    if (iterator->op == IR_range_OP) return 0;
    if (is_hashed(type_of(iterator))) dropped[count++] = hashed_in(iterator);
    else if (inner == 0 && gives_objects(type_of(iterator)) &&
             iterator->args[ITERATOR_SEQUENCE]->op != IR_const_OP)
        dropped[count++] = iterator->args[ITERATOR_SEQUENCE];
    for (int i = inner - 1; i >= 0; i--) count += dropped_with(lower_inner(iterator, i), dropped + count);
    kept = lasts_of(iterator, lasts);
    for (int i = kept - 1; i >= 0; i--)
        if (!ir_is(lasts[i], OPF_CONST)) dropped[count++] = lasts[i];
    return count;
}

/* Leave where that would run code: the numbers of variables are not in memory. */
static void guard_end(Lowerer *l, const Ins *iterator) {
    Ins *dropped[2 * EXIT_MOST_ZIPPED];
    int count = dropped_with(iterator, dropped);
    if (count == 0) return;
    Ins *quiet = lower_call(l, H_rt_go_quietly, count, dropped);
    lower_guarded(INS(l, settled, 0, quiet), lower_state_here(l));
}

int lower_known_depth(const Lowerer *l, int kept) {
    for (int depth = l->depth; depth > kept; depth--) {
        const Ins *operand = l->stack[depth - 1];
        if (lower_is_iterator(operand) && !lower_is_over_sequence(operand)) return depth;
    }
    return kept;
}

void lower_drop_iterator(Lowerer *l, const Ins *iterator) {
    Ins *dropped[2 * EXIT_MOST_ZIPPED];
    int count = dropped_with(iterator, dropped);
    if (count > 0) lower_keep(l, dropped, count);
}

/* An exhausted one drops what it went over. */
static void end_iterator(Lowerer *l, const Ins *iterator) {
    if (l->framed || !lower_is_over_sequence(iterator)) guard_end(l, iterator);
    else replace_in_locals(l, iterator, over_sequence(l, type_of(iterator), K_NULL(l), K_INT(l, 0)));
}

bool lower_go_over(Lowerer *l) {
    Ins *iterator = l->depth > 0 ? l->stack[l->depth - 1] : NULL;
    if (iterator == NULL || (iterator->op != IR_range_OP && !lower_is_iterator(iterator))) return false;
    bool guards = iterator->op != IR_range_OP && !lower_is_over_sequence(iterator);
    int count = guards ? items_of(type_of(iterator), lower_inner_count(iterator)) : 0;
    if ((guards && !lower_speculates(l)) || (count > 0 && !is_taken_apart(l, l->index, count))) {
        l->stack[l->depth - 1] = lower_object(l, iterator);
        replace_in_locals(l, iterator, l->stack[l->depth - 1]);
        return false;
    }
    FrameState *state = lower_state_here(l);
    if (guards) guard_lasts(l, iterator, state);
    Ins *there = has_next(l, iterator, state);
    Block *next = lower_new_block(l), *done = lower_new_block(l);
    Fork fork = lower_fork(l);
    lower_branch(l, there, next, done);
    l->block = done;
    end_iterator(l, iterator);
    lower_pop_any(l);
    lower_goto(l, l->instr->target);
    lower_other_way(l, &fork, next);
    Ins *items[EXIT_MOST_ZIPPED + 1];
    Ins *stepped = l->stack[l->depth - 1] = step_on(l, iterator, there, items);
    replace_in_locals(l, iterator, stepped);
    if (count == 0) lower_push(l, items[0]);
    for (int i = count - 1; i >= 0; i--)
        lower_push(l, items[i]); /* the next instruction would take them apart */
    lower_goto(l, l->index + 1 + (count > 0));
    return true;
}
