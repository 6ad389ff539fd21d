/* Arithmetic, comparisons, containers, formatting and calls. */
#include "lower/lower.h"

static void unary(Lowerer *l, Helper helper) {
    Ins *operand = lower_pop(l);
    lower_push(l, lower_call(l, helper, 1, &operand));
}

void lower_UNARY_POSITIVE(Lowerer *l) { unary(l, H_rt_positive); }
void lower_UNARY_NEGATIVE(Lowerer *l) {
    if (!l->inference || !(lower_number_unary(l, BC_UNARY_NEGATIVE) ||
                           lower_word_unary(l, BC_UNARY_NEGATIVE) || lower_complex_negative(l)))
        unary(l, H_rt_negative);
}
void lower_UNARY_INVERT(Lowerer *l) {
    if (!l->inference || !(lower_number_unary(l, BC_UNARY_INVERT) || lower_word_unary(l, BC_UNARY_INVERT)))
        unary(l, H_rt_invert);
}

void lower_UNARY_NOT(Lowerer *l) { lower_push(l, INS(l, mkbool, 0, INS(l, not, 0, lower_truth_of_top(l)))); }

/* `x += y` or `x = x + y` for a local x: a str that nobody else holds is grown in place, as CPython does it.
 */
static bool grows_local(Lowerer *l, const Ins *left, int kind) {
    Likely guess = l->locals != NULL ? l->inference->operands[l->index].left : LIKELY_OTHER;
    if (guess != LIKELY_STR && guess != LIKELY_CHAR && guess != LIKELY_OTHER && guess != LIKELY_UNSEEN)
        return false;
    if (kind != BIN_ADD || l->instr->feedback == FB_INT || l->instr->feedback == FB_FLOAT) return false;
    if (lower_local_of(l, left) < 0 || l->index + 1 >= l->code->count) return false;
    const Instr *next = &l->code->instrs[l->index + 1];
    return next->op == BC_STORE_FAST && next->arg == lower_local_of(l, left);
}

static bool is_in_loop(const Lowerer *l) {
    for (int i = l->index; i < l->code->count; i++)
        if (l->code->instrs[i].target >= 0 && l->code->instrs[i].target <= l->index) return true;
    return false;
}

/* A str grows in place in a variable only, which a call put in line has in its frame: without one a loop
 * would copy all there is so far in each turn. */
static void need_frame_to_grow(Lowerer *l) {
    if (l->inlined == NULL || l->framed || l->depth < 2 || l->index + 1 >= l->code->count) return;
    const Instr *next = &l->code->instrs[l->index + 1];
    Likely guess = l->inference->operands[l->index].left;
    bool text = guess == LIKELY_STR || guess == LIKELY_CHAR || l->instr->feedback == FB_STR;
    if (l->instr->arg != BIN_ADD || !text || next->op != BC_STORE_FAST) return;
    if (l->locals[next->arg].value == l->stack[l->depth - 2] && is_in_loop(l)) lower_need_frame(l);
}

/* Does tier 1 note what the operands are? */
static bool is_noted(const Lowerer *l) {
    return l->inference == NULL && (!bc_is_watched(l->instr->arg) || l->instr->feedback == FB_NONE);
}

/* Of what is likely, where that is said. */
static Helper helper_of(const Lowerer *l, int kind) {
    bool floats = l->instr->feedback == FB_FLOAT, texts = l->instr->feedback == FB_STR;
    switch (kind) {
    case BIN_ADD: return floats ? H_rt_add_floats : texts ? H_rt_add_texts : H_rt_add;
    case BIN_SUBTRACT: return floats ? H_rt_subtract_floats : H_rt_subtract;
    case BIN_MULTIPLY: return floats ? H_rt_multiply_floats : H_rt_multiply;
    case BIN_TRUE_DIVIDE: return H_rt_true_divide;
    case BIN_FLOOR_DIVIDE: return H_rt_floor_divide;
    case BIN_REMAINDER: return H_rt_remainder;
    default: return H_rt_binary;
    }
}

void lower_BINARY_OP(Lowerer *l) {
    if (l->inference &&
        (lower_complex_binary(l) || lower_word_binary(l) || lower_number_binary(l) || lower_any_numbers(l)))
        return;
    if (l->inference) need_frame_to_grow(l);
    if (l->depth >= 2 && !grows_local(l, l->stack[l->depth - 2], l->instr->arg) && lower_known_binary(l))
        return;
    if (l->inference && lower_percent(l)) return;
    if (l->inference && lower_inline_operator(l)) return;
    Ins *right = lower_pop(l), *left = lower_pop(l);
    int kind = l->instr->arg;
    if (grows_local(l, left, kind)) {
        if (is_noted(l)) EMIT_CALL(l, rt_note_left, left, K_CACHE(l));
        lower_push(l, EMIT_CALL(l, rt_add_local, left, right, K_INT(l, lower_local_of(l, left)),
                                K_INT(l, l->instr->arg2)));
        return;
    }
    bool in_place = l->instr->arg2;
    Ins *result;
    if (is_noted(l))
        result = EMIT_CALL(l, rt_binary_noted, left, right, K_INT(l, kind), K_INT(l, in_place), K_CACHE(l));
    else if (in_place) result = EMIT_CALL(l, rt_inplace, left, right, K_INT(l, kind));
    else if (helper_of(l, kind) == H_rt_binary) result = EMIT_CALL(l, rt_binary, left, right, K_INT(l, kind));
    else result = lower_call(l, helper_of(l, kind), 2, (Ins *[]){left, right});
    lower_push(l, result);
}

void lower_COMPARE_OP(Lowerer *l) {
    if (l->inference && (lower_complex_compare(l) || lower_known_compare(l) || lower_word_compare(l) ||
                         lower_number_compare(l) || lower_any_numbers(l) || lower_inline_operator(l)))
        return;
    if (lower_quiet_compare(l)) return;
    Ins *right = lower_pop(l), *left = lower_pop(l), *kind = K_INT(l, l->instr->arg);
    bool noted = l->inference == NULL && l->instr->feedback == FB_NONE;
    lower_push(l, noted ? EMIT_CALL(l, rt_compare_noted, left, right, kind, K_CACHE(l))
                        : EMIT_CALL(l, rt_compare, left, right, kind));
}

void lower_IS_OP(Lowerer *l) {
    Ins *right = lower_pop(l), *left = lower_pop(l);
    Ins *same = INS(l, is, 0, left, right);
    if (l->instr->arg) same = INS(l, not, 0, same);
    lower_push(l, INS(l, mkbool, 0, same));
}

void lower_CONTAINS_OP(Lowerer *l) {
    if (lower_known_contains(l)) return;
    if (l->inference && (lower_inline_contains(l) || lower_quiet_contains(l))) return;
    Ins *container = lower_pop(l), *item = lower_pop(l);
    Ins *found = l->inference == NULL ? EMIT_CALL(l, rt_contains_noted, container, item, K_CACHE(l))
                                      : EMIT_CALL(l, rt_contains, container, item);
    if (l->instr->arg) found = INS(l, not, 0, found);
    lower_push(l, INS(l, mkbool, 0, found));
}

void lower_BINARY_SUBSCR(Lowerer *l) {
    if (l->inference && (lower_number_subscr(l) || lower_known_subscr(l) || lower_inline_operator(l))) return;
    Ins *key = lower_pop(l), *container = lower_pop(l);
    Helper helper = l->instr->feedback == FB_LIST_INT    ? H_rt_subscr_list
                    : l->instr->feedback == FB_TUPLE_INT ? H_rt_subscr_tuple
                    : l->instr->feedback == FB_DICT      ? H_rt_subscr_dict
                                                         : H_rt_subscr;
    if (l->inference == NULL && l->instr->feedback == FB_LIST_INT)
        lower_push(l, EMIT_CALL(l, rt_subscr_list_noted, container, key, K_CACHE(l)));
    else if (l->inference == NULL && l->instr->feedback == FB_TUPLE_INT)
        lower_push(l, EMIT_CALL(l, rt_subscr_tuple_noted, container, key, K_CACHE(l)));
    else if (l->inference == NULL) lower_push(l, EMIT_CALL(l, rt_subscr_noted, container, key, K_CACHE(l)));
    else lower_push(l, lower_call(l, helper, 2, (Ins *[]){container, key}));
}

void lower_STORE_SUBSCR(Lowerer *l) {
    if (l->inference &&
        (lower_known_store_subscr(l) || lower_number_store_subscr(l) || lower_inline_store_subscr(l)))
        return;
    Ins *key = lower_pop(l), *container = lower_pop(l), *value = lower_pop(l);
    bool noted = l->inference == NULL && l->instr->feedback == FB_NONE;
    if (noted) EMIT_CALL(l, rt_store_subscr_noted, container, key, value, K_CACHE(l));
    else if (l->instr->feedback == FB_LIST_INT) EMIT_CALL(l, rt_store_subscr_list, container, key, value);
    else EMIT_CALL(l, rt_store_subscr, container, key, value);
}

void lower_DELETE_SUBSCR(Lowerer *l) {
    Ins *key = lower_pop(l), *container = lower_pop(l);
    EMIT_CALL(l, rt_delete_subscr, container, key);
}

/* Call a helper that takes the `count` topmost operands as its rest, behind `fixed` other arguments. */
static Ins *call_rest(Lowerer *l, Helper helper, int fixed, Ins **first, int count) {
    Ins **args = arena_array(&l->cx->arena, Ins *, fixed + count);
    for (int i = 0; i < fixed; i++) args[i] = first[i];
    for (int i = count - 1; i >= 0; i--) args[fixed + i] = lower_pop(l);
    return lower_call(l, helper, fixed + count, args);
}

static void build(Lowerer *l, Helper helper, int count) {
    lower_push(l, call_rest(l, helper, 0, NULL, count));
}

void lower_BUILD_TUPLE(Lowerer *l) {
    if (!lower_unpack_at_once(l)) build(l, H_rt_build_tuple, l->instr->arg);
}
void lower_BUILD_LIST(Lowerer *l) {
    if (!lower_spread_call(l)) build(l, H_rt_build_list, l->instr->arg);
}

void lower_BUILD_SET(Lowerer *l) {
    build(l, l->instr->arg > 0 ? H_rt_build_set : H_rt_new_set, l->instr->arg);
}
void lower_BUILD_STRING(Lowerer *l) { build(l, H_rt_build_string, l->instr->arg); }

void lower_BUILD_MAP(Lowerer *l) {
    if (lower_spread_call(l)) return;
    if (l->instr->arg > l->depth) lower_peek(l, l->depth + 1);
    build(l, l->instr->arg > 0 ? H_rt_build_map : H_rt_new_map, 2 * l->instr->arg);
}

void lower_BUILD_CONST_KEY_MAP(Lowerer *l) {
    Ins *keys = lower_pop(l);
    lower_push(l, call_rest(l, H_rt_build_const_map, 1, &keys, l->instr->arg));
}

void lower_BUILD_SLICE(Lowerer *l) {
    if (lower_known_slice(l)) return;
    Ins *step = l->instr->arg == 3 ? lower_pop(l) : K_NULL(l), *stop = lower_pop(l), *start = lower_pop(l);
    lower_push(l, EMIT_CALL(l, rt_build_slice, start, stop, step));
}

void lower_FORMAT_VALUE(Lowerer *l) {
    if (lower_known_format(l) || lower_plain_format(l)) return;
    Ins *spec = l->instr->arg & 4 ? lower_pop(l) : K_NULL(l), *value = lower_pop(l);
    lower_push(l, EMIT_CALL(l, rt_format_value, value, spec, K_INT(l, l->instr->arg & 3)));
}

/* Pop a value and hand it to the container that lies `arg` deep: list.append and its like. */
static void add_to(Lowerer *l, Helper helper) {
    Ins *value = lower_pop(l), *container = lower_peek(l, l->instr->arg);
    lower_call(l, helper, 2, (Ins *[]){container, value});
}

void lower_LIST_APPEND(Lowerer *l) { add_to(l, H_rt_list_append); }
void lower_SET_ADD(Lowerer *l) {
    if (!lower_known_add(l)) add_to(l, H_rt_set_add);
}
void lower_LIST_EXTEND(Lowerer *l) { add_to(l, H_rt_list_extend); }
void lower_SET_UPDATE(Lowerer *l) { add_to(l, H_rt_set_update); }
void lower_DICT_UPDATE(Lowerer *l) { add_to(l, H_rt_dict_update); }

void lower_MAP_ADD(Lowerer *l) {
    if (lower_known_add(l)) return;
    Ins *value = lower_pop(l), *key = lower_pop(l);
    EMIT_CALL(l, rt_map_add, lower_peek(l, l->instr->arg), key, value);
}

void lower_DICT_MERGE(Lowerer *l) {
    Ins *update = lower_pop(l), *dict = lower_peek(l, l->instr->arg),
        *function = lower_peek(l, l->instr->arg + 2);
    EMIT_CALL(l, rt_dict_merge, dict, update, function);
}

void lower_LIST_TO_TUPLE(Lowerer *l) { unary(l, H_rt_list_to_tuple); }

/* Push the further results of the helper just called, the first one on top. */
static void push_outs(Lowerer *l, int count) {
    Ins **outs = arena_array(&l->cx->arena, Ins *, count);
    for (int i = 0; i < count; i++) {
        outs[i] = INS0(l, ldout, i);
        outs[i]->nullable = false;
    }
    for (int i = count - 1; i >= 0; i--) lower_push(l, outs[i]);
}

static void note_item(Lowerer *l, Ins *value, int nth) {
    if (l->inference != NULL) return;
    EMIT_CALL(l, rt_note_item, value, lower_const(l, IR_cache_OP, lower_cache(l) + nth));
}

void lower_note_given(Lowerer *l, Ins *value) { note_item(l, value, 0); }

void lower_UNPACK_SEQUENCE(Lowerer *l) {
    if (lower_known_unpack(l)) return;
    Ins *sequence = lower_pop(l);
    int count = l->instr->arg;
    EMIT_CALL(l, rt_unpack, sequence, K_INT(l, count));
    push_outs(l, count);
    for (int i = 0; i < count && i < NOTED_ITEMS; i++) note_item(l, l->stack[l->depth - 1 - i], i);
}

void lower_UNPACK_EX(Lowerer *l) {
    Ins *sequence = lower_pop(l);
    EMIT_CALL(l, rt_unpack_ex, sequence, K_INT(l, l->instr->arg), K_INT(l, l->instr->arg2));
    push_outs(l, l->instr->arg + 1 + l->instr->arg2);
}

void lower_general_call(Lowerer *l) {
    Ins *names = l->instr->arg2 >= 0 ? K_CONST(lower_named(l), l->instr->arg2) : K_NULL(l);
    lower_push(l, call_rest(l, H_rt_call, 1, &names, l->instr->arg + 2));
    lower_note_given(l, l->stack[l->depth - 1]);
    lower_leave(l);
}

void lower_call_operands(Lowerer *l) {
    if (l->inference && (lower_inline_len(l) || lower_inline_object(l) || lower_complex_call(l) ||
                         lower_builtin_call(l) || lower_inline_call(l) || lower_c_call(l)))
        return;
    lower_general_call(l);
}

/* Tier 1: what a call is of that no name tells. */
static void note_called(Lowerer *l) {
    Ins *method = lower_peek(l, l->instr->arg + 2), *callable = lower_peek(l, l->instr->arg + 1);
    bool named = callable->op == IR_call_OP && callable->imm == H_rt_load_global;
    if (!named) EMIT_CALL(l, rt_note_called, method, callable, K_CACHE(l));
}

void lower_CALL(Lowerer *l) {
    if (l->inference == NULL) note_called(l);
    lower_note_called(l);
    lower_unbind(l);
    if (lower_unseen_call(l)) return;
    if (l->inference && (lower_range_loop(l) || lower_iterator_call(l) || lower_gather_call(l) ||
                         lower_generator_loop(l) || lower_awaited_call(l) || lower_super_method(l)))
        return;
    if (!lower_choice_call(l)) lower_call_operands(l);
}

void lower_CALL_FUNCTION_EX(Lowerer *l) {
    if (lower_spread_call(l)) return;
    Ins *keywords = l->instr->arg ? lower_pop(l) : K_NULL(l), *args = lower_pop(l), *callable = lower_pop(l);
    lower_pop(l); // the NULL below a callable
    lower_push(l, EMIT_CALL(l, rt_call_ex, callable, args, keywords));
    lower_leave(l);
}

void lower_MAKE_FUNCTION(Lowerer *l) {
    Ins *code = lower_pop(l), *parts[4];
    for (int bit = 3; bit >= 0; bit--) parts[bit] = l->instr->arg & (1 << bit) ? lower_pop(l) : K_NULL(l);
    lower_push(l, EMIT_CALL(l, rt_make_function, code, parts[0], parts[1], parts[2], parts[3]));
    lower_note_site(l);
}

void lower_GET_LEN(Lowerer *l) { lower_push(l, EMIT_CALL(l, rt_get_len, lower_peek(l, 1))); }

void lower_MATCH_MAPPING(Lowerer *l) {
    lower_push(l, INS(l, mkbool, 0, EMIT_CALL(l, rt_match_mapping, lower_peek(l, 1))));
}

void lower_MATCH_SEQUENCE(Lowerer *l) {
    lower_push(l, INS(l, mkbool, 0, EMIT_CALL(l, rt_match_sequence, lower_peek(l, 1))));
}

void lower_MATCH_KEYS(Lowerer *l) {
    lower_push(l, EMIT_CALL(l, rt_match_keys, lower_peek(l, 2), lower_peek(l, 1)));
}

void lower_MATCH_CLASS(Lowerer *l) {
    Ins *names = lower_pop(l), *type = lower_pop(l), *subject = lower_pop(l);
    lower_push(l, EMIT_CALL(l, rt_match_class, subject, type, names, K_INT(l, l->instr->arg)));
}

void lower_keep(Lowerer *l, Ins *const *values, int count) {
    Ins **kept = arena_array(&l->cx->arena, Ins *, count + 1);
    int kept_count = 0;
    for (int i = count - 1; i >= 0; i--)
        if (values[i]->type == IR_OBJ && values[i]->op != IR_null_OP && !ir_is(values[i], OPF_VIRTUAL))
            kept[kept_count++] = values[i];
    if (kept_count > 0) lower_ins(l, IR_keep_OP, 0, kept_count, kept);
}
