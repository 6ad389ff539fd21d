/* A generator put in line where a built-in function takes its items: any, all, sum, min and max of a
 * generator expression, sets and dicts made of one, and those that first make a list of the items. There is
 * no generator: its code is rewritten as that of a function that does itself with each item what the built-in
 * one would do, and is put in line like the call of one that needs no frame. An exit makes the generator, and
 * goes over what is left of it (runtime/rt_gather.c). */
#include <math.h>
#include <string.h>

#include "lower/inline.h"

/* --- the code of a generator as one that gathers --- */

/* A yield whose value is not asked for: behind it comes the next item. */
static bool is_plain_yield(const Bytecode *code, int index) {
    const Instr *instr = &code->instrs[index];
    return index + 2 < code->count && instr[1].op == BC_RESUME && instr[2].op == BC_POP_TOP &&
           !(instr->flags & BC_NO_SPECULATION);
}

static bool can_gather(const Bytecode *code) {
    if (code->is_coroutine || code->handler_count > 0) return false;
    for (int i = 0; i < code->count; i++) {
        BcOp op = (BcOp)code->instrs[i].op;
        if (op == BC_SEND || op == BC_MAKE_CELL || op == BC_RAISE_VARARGS) return false;
        if (op == BC_YIELD_VALUE && !is_plain_yield(code, i)) return false;
        if (op == BC_RETURN_GENERATOR && (i > 1 || code->instrs[i + 1].op != BC_POP_TOP)) return false;
        if (op == BC_RETURN_VALUE && code->instrs[i].flags & BC_NO_SPECULATION) return false;
    }
    return true;
}

static Bytecode *rewritten(Arena *arena, const Bytecode *code, GatherKind kind) {
    Bytecode *to = arena_new(arena, Bytecode);
    *to = *code;
    to->instrs = arena_array(arena, Instr, code->count + 1);
    memcpy(to->instrs, code->instrs, sizeof(Instr) * (size_t)code->count);
    to->is_generator = false;
    to->stack_size = code->stack_size + 1;
    to->osr_sample_count = 0;
    if (to->sample_count > code->local_count)
        to->sample_count = code->local_count; /* operands lie higher now */
    for (int i = 0; i < to->count; i++) {
        Instr *instr = &to->instrs[i];
        instr->flags &= (uint16_t)~BC_OSR;
        BcOp op = (BcOp)code->instrs[i].op, before = i > 0 ? (BcOp)code->instrs[i - 1].op : BC_NOP;
        if (op == BC_RETURN_GENERATOR) instr->op = BC_NOP;
        else if (op == BC_POP_TOP && before == BC_RETURN_GENERATOR) instr->op = BC_BEGIN_GATHER;
        else if (op == BC_YIELD_VALUE) instr->op = BC_GATHER;
        else if (op == BC_POP_TOP && before == BC_RESUME && i > 1 && code->instrs[i - 2].op == BC_YIELD_VALUE)
            instr->op = BC_NOP;
        else if (op == BC_RETURN_VALUE) instr->op = BC_END_GATHER;
        if (instr->op != op && instr->op != BC_NOP) instr->arg = (int32_t)kind;
    }
    return to;
}

/* What an item probably is: what its site gave, where nothing else says it. */
static uint8_t item_type(const Bytecode *code, const Inference *inference, int index) {
    uint8_t type = inference->operands[index].right;
    return type == LIKELY_OTHER && index > 0 && code->instrs[index - 1].value != LIKELY_UNSEEN
               ? code->instrs[index - 1].value
               : type;
}

/* Do sums go over floats, or over ints for all that is known? GATHER_KINDS: over neither. */
static GatherKind kind_of_sum(Lowerer *l, const Bytecode *code) {
    const Inference *inference = infer_types(l->cx, code, l->callees);
    bool floats = false, others = false;
    for (int i = 0; i < code->count; i++) {
        if (code->instrs[i].op != BC_GATHER || inference->operands[i].depth < 0) continue;
        uint8_t type = item_type(code, inference, i);
        floats |= type == LIKELY_FLOAT;
        others |= type != LIKELY_FLOAT && type != LIKELY_INT && type != LIKELY_BOOL && type != LIKELY_OTHER;
    }
    return others ? GATHER_KINDS : floats ? GATHER_FLOATS : GATHER_INTS;
}

Bytecode *lower_gathering(Lowerer *l, const Bytecode *code, uint8_t *argument_types, GatherKind *kind) {
    if (!can_gather(code)) return NULL;
    Bytecode *gathering = rewritten(&l->cx->arena, code, *kind);
    gathering->argument_types = argument_types;
    if (*kind != GATHER_INTS) return gathering;
    *kind = kind_of_sum(l, gathering);
    if (*kind == GATHER_KINDS) return NULL;
    return *kind == GATHER_INTS ? gathering : rewritten(&l->cx->arena, code, *kind);
}

/* --- its instructions --- */

static Ins *minus_zero(Lowerer *l) { return lower_const(l, IR_kf64_OP, INT64_MIN); }
static Ins *zero(Lowerer *l) { return lower_const(l, IR_kf64_OP, 0); }

/* From 0 on a sum of nothing is an int. */
static Ins *start_of_floats(Lowerer *l, const ConstInfo *start) {
    int64_t bits;
    if (start == NULL || start->type == LIKELY_INT) return minus_zero(l);
    memcpy(&bits, &start->real, sizeof(bits));
    return lower_const(l, IR_kf64_OP, bits);
}

bool lower_can_start(GatherKind kind, const ConstInfo *start) {
    if (start == NULL) return true;
    if (kind == GATHER_INTS) return start->type == LIKELY_INT;
    return kind == GATHER_FLOATS && ((start->type == LIKELY_INT && start->integer == 0) ||
                                     (start->type == LIKELY_FLOAT && !signbit(start->real)));
}

void lower_BEGIN_GATHER(Lowerer *l) {
    const ConstInfo *start = l->inlined->start;
    switch (l->instr->arg) {
    case GATHER_INTS: lower_push(l, K_INT(l, start != NULL ? start->integer : 0)); break;
    case GATHER_FLOATS: lower_push(l, start_of_floats(l, start)); break;
    case GATHER_LIST: lower_push(l, lower_call(l, H_rt_build_list, 0, NULL)); break;
    case GATHER_SET: lower_push(l, lower_call(l, H_rt_new_set, 0, NULL)); break;
    case GATHER_FROZEN: lower_push(l, lower_call(l, H_rt_new_frozenset, 0, NULL)); break;
    case GATHER_DICT: lower_push(l, lower_call(l, H_rt_new_map, 0, NULL)); break;
    default: lower_push(l, K_KNOWN(l, None));
    }
}

/* The built-in function returns, whatever else there may be. */
static void return_early(Lowerer *l, bool truth) {
    l->depth = 0;
    lower_push(l, truth ? K_KNOWN(l, True) : K_KNOWN(l, False));
    lower_inline_return(l);
}

static void gather_truth(Lowerer *l, bool wanted) {
    Ins *truth = lower_truth_of_top(l);
    Block *found = lower_new_block(l), *next = lower_new_block(l);
    Fork fork = lower_fork(l);
    lower_branch(l, truth, wanted ? found : next, wanted ? next : found);
    l->block = found;
    return_early(l, wanted);
    lower_other_way(l, &fork, next);
}

static void gather_int(Lowerer *l) {
    FrameState *state = lower_state_here(l);
    Ins *item = l->stack[l->depth - 1];
    if (item->type == IR_F64) lower_give_up_inlining(l); /* what gave it was not known to before */
    Ins *number = item->op == IR_mkbool_OP ? item->args[0] : lower_i64(l, item, state);
    Ins *sum = lower_i64(l, l->stack[0], state); /* an object, where all arrive as such */
    l->depth--;
    l->stack[0] = lower_guarded(INS(l, iadd, 0, sum, number), state);
}

/* To a number that is not -0.0 nothing that is not adds up to it. */
static void gather_float(Lowerer *l) {
    FrameState *state = lower_state_here(l);
    Ins *item = lower_f64(l, l->stack[l->depth - 1], LIKELY_FLOAT, state);
    Ins *sum = lower_f64(l, l->stack[0], LIKELY_FLOAT, state); /* an object, where all arrive as such */
    l->depth--;
    l->stack[0] = INS(l, fadd, 0, sum, INS(l, fadd, 0, item, zero(l)));
}

/* As long as there is none the first is the least, and the greatest. */
static void gather_extreme(Lowerer *l, bool greatest) {
    FrameState *state = lower_state_here(l);
    Ins *item = lower_peek(l, 1);
    Ins *found = EMIT_CALL(l, rt_further_of, l->stack[0], item, K_INT(l, greatest));
    lower_guarded(INS(l, settled, 0, found), state);
    l->depth--;
    l->stack[0] = INS0(l, ldout, 0);
    l->stack[0]->nullable = false;
}

static void gather_key(Lowerer *l) {
    FrameState *state = lower_state_here(l);
    Ins *key = lower_peek(l, 1), *parts[3], *set = l->stack[0];
    Ins *done = lower_key_parts(l, key, parts)
                    ? EMIT_CALL(l, rt_set_put_parts, set, parts[0], parts[1], lower_last_part(l, parts))
                    : EMIT_CALL(l, rt_set_put, set, key);
    lower_guarded(INS(l, settled, 0, done), state);
    l->depth--;
}

static void gather_pair(Lowerer *l) {
    FrameState *state = lower_state_here(l);
    Ins *pair = l->stack[l->depth - 1], *parts[3];
    if (!lower_is_made_tuple(pair) || pair->arg_count != 2) lower_give_up_inlining(l);
    Ins *dict = l->stack[0], *key = pair->args[0], *value = pair->args[1];
    Ins *done = lower_key_parts(l, key, parts) ? EMIT_CALL(l, rt_dict_set_parts, dict, value, parts[0],
                                                           parts[1], lower_last_part(l, parts), K_INT(l, 0))
                                               : EMIT_CALL(l, rt_dict_set, dict, key, value, K_INT(l, 0));
    lower_guarded(INS(l, settled, 0, done), state);
    l->depth--;
}

void lower_GATHER(Lowerer *l) {
    if (!lower_speculates(l) || l->depth < 2) lower_give_up_inlining(l);
    switch (l->instr->arg) {
    case GATHER_INTS: gather_int(l); break;
    case GATHER_FLOATS: gather_float(l); break;
    case GATHER_LIST: {
        Ins *item = lower_pop(l);
        EMIT_CALL(l, rt_list_append, l->stack[0], item);
        break;
    }
    case GATHER_FROZEN:
    case GATHER_SET: gather_key(l); break;
    case GATHER_DICT: gather_pair(l); break;
    case GATHER_MIN:
    case GATHER_MAX: gather_extreme(l, l->instr->arg == GATHER_MAX); break;
    default: gather_truth(l, l->instr->arg == GATHER_ANY);
    }
}

void lower_END_GATHER(Lowerer *l) {
    enum { NE = 3 };
    if (l->depth != 2) lower_give_up_inlining(l);
    if (l->instr->arg == GATHER_ANY || l->instr->arg == GATHER_ALL) {
        return_early(l, l->instr->arg == GATHER_ALL);
        return;
    }
    if (l->instr->arg == GATHER_FLOATS) { /* there may have been no item: the sum is an int then */
        FrameState *state = lower_state_here(l);
        Ins *sum = lower_f64(l, l->stack[0], LIKELY_FLOAT, state);
        Ins *any = INS(l, icmp, NE, INS(l, fbits, 0, sum), K_INT(l, INT64_MIN));
        lower_guarded(INS(l, guard, 0, any), state);
        l->stack[0] = sum;
    }
    if (l->instr->arg == GATHER_MIN || l->instr->arg == GATHER_MAX) { /* of nothing: an error */
        Ins *none = INS(l, is, 0, l->stack[0], K_KNOWN(l, None));
        lower_guarded(INS(l, guard, 0, INS(l, not, 0, none)), lower_state_here(l));
    }
    lower_pop_any(l);
    lower_inline_return(l);
}

/* --- the call --- */

static const struct {
    uint8_t builtin, kind;
} TAKERS[] = {
    {BI_builtins_any, GATHER_ANY},     {BI_builtins_all, GATHER_ALL}, {BI_builtins_sum, GATHER_INTS},
    {BI_builtins_sorted, GATHER_LIST}, {BI_type_list, GATHER_LIST},   {BI_type_tuple, GATHER_LIST},
    {BI_str_join, GATHER_LIST},        {BI_type_set, GATHER_SET},     {BI_type_dict, GATHER_DICT},
    {BI_builtins_min, GATHER_MIN},     {BI_builtins_max, GATHER_MAX}, {BI_type_frozenset, GATHER_FROZEN},
};
enum { TAKER_COUNT = sizeof(TAKERS) / sizeof(TAKERS[0]) };

/* The call that takes the items: of the generator alone, or of a number that a sum begins with too. 0: there
 * is none. */
static int find_taker(const Lowerer *l, const ConstInfo **start) {
    int taker = lower_next_call(l, 1), next = l->index + 1;
    *start = NULL;
    if (taker > 0) return taker;
    while (next < l->code->count && l->places[next].edges == 1 && l->code->instrs[next].op == BC_NOP) next++;
    if (next >= l->code->count || l->places[next].edges != 1 || l->code->instrs[next].op != BC_LOAD_CONST)
        return 0;
    *start = &l->code->consts[l->code->instrs[next].arg];
    return lower_call_behind(l, next, 2);
}

bool lower_gather_call(Lowerer *l) {
    const ConstInfo *start;
    int under = l->depth - l->instr->arg - 4, row = 0, taker = find_taker(l, &start);
    if (!lower_speculates(l) || taker == 0 || under < 0) return false;
    Builtin builtin = lower_builtin_at(&l->stack[under]);
    while (row < TAKER_COUNT && TAKERS[row].builtin != builtin) row++;
    if (row == TAKER_COUNT || (start != NULL && TAKERS[row].kind != GATHER_INTS)) return false;
    lower_guard_builtin(l, &l->stack[under]);
    GatherKind kind = (GatherKind)TAKERS[row].kind;
    if (!lower_inline_generator(l, kind, taker, start)) return false;
    if (kind == GATHER_LIST) l->listed = l->stack[l->depth - 1];
    return true;
}
