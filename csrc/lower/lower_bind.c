/* The arguments of a call put in line: which parameter each is for, and what the others get. */
#include "lower/inline.h"

static uint8_t likely_of(const Ins *value) {
    const ConstInfo *constant = lower_const_info(value);
    if (constant != NULL) return constant->type;
    return lower_likely_of((IrType)value->type);
}

/* Numbers that are constants cross unboxed. */
static Ins *argument(Lowerer *l, Ins *value) {
    const ConstInfo *info = lower_const_info(value);
    return info != NULL && info->type == LIKELY_INT ? K_INT(l, info->integer) : value;
}

static Ins *default_argument(Lowerer *l, const Callee *callee, int parameter) {
    const ConstInfo *info = &callee->defaults[callee_default(callee, parameter)];
    return callee->default_objects == NULL ? NULL
           : info->type == LIKELY_INT      ? K_INT(l, info->integer)
           : info->type == LIKELY_NONE     ? K_KNOWN(l, None)
                                           : NULL;
}

/* What an argument probably is; the two topmost operands are foreseen, in whatever order they are given. */
static uint8_t argument_type(const Lowerer *l, const Call *call, int i) {
    const OperandTypes *types = &l->inference->operands[l->index];
    uint8_t type = likely_of(call->args[i]);
    if (type != LIKELY_OTHER || call->args[i]->type != IR_OBJ || l->spread != NULL) return type;
    return call->args[i] == l->stack[l->depth - 1]   ? types->right
           : call->args[i] == l->stack[l->depth - 2] ? types->left
                                                     : LIKELY_OTHER;
}

/* A parameter without an argument: what it gets, NULL where that is made or read when it is called. False: it
 * must have one. */
static bool leave_out(Lowerer *l, const Callee *callee, int parameter, Ins **value, uint8_t *type) {
    int keyword = parameter - callee->positional;
    if (callee_is_rest(callee, parameter) || callee_is_keywords(callee, parameter)) {
        *type = callee_is_rest(callee, parameter) ? LIKELY_TUPLE : LIKELY_DICT;
    } else if (keyword >= 0) {
        if (callee->keyword_defaults == NULL || callee->keyword_defaults[keyword].keys_version == 0)
            return false;
        *type = callee->keyword_defaults[keyword].likely;
    } else {
        if (callee_default(callee, parameter) < 0) return false;
        *value = default_argument(l, callee, parameter);
        *type = *value != NULL ? likely_of(*value)
                : callee->default_objects == NULL
                    ? lower_likely_of(
                          lower_unboxed_type(callee->defaults[callee_default(callee, parameter)].type))
                    : LIKELY_OTHER;
    }
    return true;
}

/* The parameter that a keyword argument is for; -1: none. */
static int parameter_of(const Call *call, const Callees *callees, int keyword, const Callee *callee) {
    const Inlined *in = call->named->inlined;
    return callees->parameter(callees->context, in != NULL ? in->callee->code_object : NULL, call->names,
                              keyword, callee);
}

/* Arguments to parameters. False: they do not fit, or it cannot be said. */
bool inline_bind(Lowerer *l, Call *call, const Callee *callee) {
    int count = callee->code->argument_count, first = callee->class_version != 0, extra = 0, extra_named = 0;
    int keywords = call->names >= 0 ? call->named->code->consts[call->names].length : 0;
    bool has_rest = callee->code->rest_parameter >= 0, has_keywords = callee->code->keywords_parameter >= 0;
    int positional = call->count - keywords;
    Ins **args = arena_array(&l->cx->arena, Ins *, count + 1);
    bool *given = arena_array(&l->cx->arena, bool, count + 1);
    uint8_t *types = arena_array(&l->cx->arena, uint8_t, count + 1);
    if (first > callee->positional) return false; /* the instance would be one of *args */
    if (first + positional > callee->positional && !has_rest) return false;
    if (inline_is_operator(call) && (has_rest || has_keywords))
        return false; /* both operands are asked for */
    if (first) given[0] = true;
    call->rest = arena_array(&l->cx->arena, Ins *, call->count + 1);
    types[0] = LIKELY_OTHER;
    for (int i = 0; i < call->count; i++) {
        int to = first + i;
        if (i < positional && to >= callee->positional) {
            call->rest[extra++] = call->args[i];
            continue;
        }
        if (i >= positional) to = parameter_of(call, l->callees, i - positional, callee);
        if (to < 0 && has_keywords) {
            extra_named++;
            continue;
        }
        if (to < 0 || given[to]) return false;
        given[to] = true;
        types[to] = argument_type(l, call, i);
        args[to] = argument(l, call->args[i]);
    }
    if (inline_is_operator(call) && args[0]->type != IR_OBJ) return false; /* of no class that has a method */
    for (int i = 0; i < count; i++) {
        if (!given[i] && !leave_out(l, callee, i, &args[i], &types[i])) return false;
    }
    if (extra_named != 0 && extra_named != keywords) return false;
    call->rest_count = extra;
    call->keywords = call->args + positional;
    call->keyword_count = extra_named;
    call->types = types;
    call->args = args;
    call->count = count;
    return true;
}

static Ins *new_instance(Lowerer *l, const Inlined *inlined) {
    return inlined->callee->plain ? EMIT_CALL(l, rt_new_plain, inlined->class)
                                  : EMIT_CALL(l, rt_new_instance, inlined->class);
}

static Ins *rest_tuple(Lowerer *l, const Call *call) {
    Ins **items = arena_array(&l->cx->arena, Ins *, call->rest_count + 1);
    for (int i = 0; i < call->rest_count; i++) items[i] = lower_object(l, call->rest[i]);
    return lower_call(l, H_rt_build_tuple, call->rest_count, items);
}

static Ins *keyword_map(Lowerer *l, const Call *call) {
    if (call->keyword_count == 0) return lower_call(l, H_rt_new_map, 0, NULL);
    Ins **args = arena_array(&l->cx->arena, Ins *, 1 + call->keyword_count);
    args[0] = K_CONST(call->named, call->names);
    for (int i = 0; i < call->keyword_count; i++) args[1 + i] = lower_object(l, call->keywords[i]);
    return lower_call(l, H_rt_keyword_map, 1 + call->keyword_count, args);
}

/* An attribute of a function that something must be in. */
static Ins *held_by(Lowerer *l, Ins *function, int64_t offset, FrameState *state) {
    Ins *held = lower_guarded(INS(l, attr_item, offset, function, INS(l, itself, 0, function)), state);
    held->nullable = false;
    return held;
}

/* A function of which the code alone is known has the tuple of its defaults read. */
static Ins *positional_default(Lowerer *l, const Callee *callee, Ins *function, int parameter) {
    int index = callee_default(callee, parameter);
    if (callee->default_objects != NULL) return inline_pinned(l, callee->default_objects[index]);
    FrameState *state = lower_state_here(l);
    Ins *tuple = held_by(l, function, l->fn->layout[LAYOUT_function_defaults], state);
    lower_guarded(INS(l, tuple_is, callee->default_count, tuple), state);
    return INS(l, tuple_at, index, tuple);
}

Ins *inline_default(Lowerer *l, const Callee *callee, Ins *function, int parameter) {
    if (parameter < callee->positional) return positional_default(l, callee, function, parameter);
    const KeywordDefault *place = &callee->keyword_defaults[parameter - callee->positional];
    FrameState *state = lower_state_here(l);
    Ins *held = held_by(l, function, l->fn->layout[LAYOUT_function_keyword_defaults], state);
    Ins *dict = INS(l, itself, 0, held);
    lower_guarded(INS(l, keys_are, 0, dict, K_FACT(l, KEYS, place->keys_version)), state);
    Ins *value = lower_guarded(
        INS(l, keys_item, 0, dict, lower_fact_offset(l, place->offset, place->keys_version)), state);
    value->nullable = false;
    return value;
}

void inline_fill_locals(Lowerer *l, Lowerer *inner, const Call *call) {
    const Callee *callee = inner->inlined->callee;
    inner->locals = lower_empty_locals(inner);
    for (int i = 0; i < call->count; i++) {
        Ins *value = call->args[i];
        if (value == NULL && i == 0 && callee->class_version != 0)
            lower_hint(l, value = new_instance(l, inner->inlined), callee->class_version);
        else if (value == NULL && callee_is_rest(callee, i)) value = rest_tuple(l, call);
        else if (value == NULL && callee_is_keywords(callee, i)) value = keyword_map(l, call);
        else if (value == NULL) value = inline_default(l, callee, inner->inlined->function, i);
        else if (inner->inference->compared[i]) value = lower_object(l, value);
        inner->locals[i] = (Local){.value = value, .bound = K_INT(l, 1), .stale = true, .quiet = true};
    }
}
