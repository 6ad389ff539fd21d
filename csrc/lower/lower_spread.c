/* Calls whose arguments come in a tuple or a dict: `f(*args)`, `f(first, *args, **keywords)`. Where the tuple
 * is known to have so many items, and the dict to be empty or made of parts that are known, such a call is
 * one with the items as its arguments, and the containers need not be made. The bytecode puts them together
 * in front of the call: all of it is done at once, and what leaves in between begins again in front of it. */
#include "lower/inline.h"

#include <string.h>

/* The instructions of such a call, from the first one that puts its arguments together. */
typedef struct Pattern {
    int fixed;      /* arguments that lie on the operand stack, in front of the tuple's */
    int tuple_load; /* the instruction that loads it; -1: it lies on the stack */
    int keywords;   /* likewise the dict; -1: there is none */
    int call;
} Pattern;

/* Is the instruction at an index of this kind, and come to from the one before it only? */
static bool follows(const Lowerer *l, int index, BcOp op, int arg) {
    if (index >= l->code->count || l->places[index].edges > 1) return false;
    const Instr *instr = &l->code->instrs[index];
    return instr->op == op && (arg < 0 || instr->arg == arg);
}

static bool find_pattern(const Lowerer *l, Pattern *pattern) {
    int at = l->index;
    *pattern = (Pattern){.tuple_load = -1, .keywords = -1};
    if (l->instr->op == BC_BUILD_LIST) {
        pattern->fixed = l->instr->arg;
        pattern->tuple_load = at + 1;
        if (!follows(l, at + 1, BC_LOAD_FAST, -1) || !follows(l, at + 2, BC_LIST_EXTEND, 1) ||
            !follows(l, at + 3, BC_LIST_TO_TUPLE, -1))
            return false;
        at += 4;
    }
    if (at < l->code->count && l->code->instrs[at].op == BC_BUILD_MAP) {
        pattern->keywords = at + 1;
        if ((at != l->index && !follows(l, at, BC_BUILD_MAP, 0)) || l->code->instrs[at].arg != 0 ||
            !follows(l, at + 1, BC_LOAD_FAST, -1) || !follows(l, at + 2, BC_DICT_MERGE, 1))
            return false;
        at += 3;
    }
    pattern->call = at;
    return (at == l->index || follows(l, at, BC_CALL_FUNCTION_EX, -1)) &&
           l->code->instrs[at].arg == (pattern->keywords >= 0) && at + 1 < l->code->count;
}

/* Is the local that an instruction loads this code's own *args, or its **kwargs, and does the code do nothing
 * with it but hand it on like that? Then it is what the call made. */
static bool is_handed_on(const Lowerer *l, int load, int parameter) {
    if (parameter < 0 || l->code->instrs[load].arg != parameter) return false;
    for (int i = 0; i < l->code->count; i++) {
        const Instr *instr = &l->code->instrs[i];
        bool names_it = instr->op == BC_LOAD_FAST || instr->op == BC_STORE_FAST ||
                        instr->op == BC_DELETE_FAST || instr->op == BC_LOAD_CLOSURE ||
                        instr->op == BC_MAKE_CELL;
        if (!names_it || instr->arg != parameter) continue;
        if (instr->op != BC_LOAD_FAST || i + 1 == l->code->count) return false;
        BcOp next = l->code->instrs[i + 1].op;
        if (next != BC_DICT_MERGE && next != BC_LIST_EXTEND && next != BC_CALL_FUNCTION_EX) return false;
    }
    return true;
}

static Ins *loaded(Lowerer *l, int index) {
    const Instr *instr = l->instr;
    l->instr = &l->code->instrs[index];
    Ins *value = lower_object(l, lower_load_local(l, l->instr->arg)); /* the operand stack may be full */
    l->instr = instr;
    return value;
}

/* How many items *args probably has, no **kwargs beside it; -1: it is not known. */
static int likely_count(const Lowerer *l, const Pattern *pattern) {
    const Inlined *inlined = l->inlined;
    if (inlined != NULL) return inlined->keyword_count == 0 ? inlined->rest_count : -1;
    return l->code->instrs[pattern->call].arg2 - 1;
}

/* Is the tuple the code's own *args? */
static bool is_own_rest(const Lowerer *l, const Pattern *pattern) {
    int load = pattern->tuple_load >= 0 ? pattern->tuple_load : l->index - 1;
    return load >= 0 && l->code->instrs[load].op == BC_LOAD_FAST &&
           l->code->instrs[load].arg == l->code->rest_parameter;
}

/* How many items fill the parameters of the function called that have no default; -1: it is not known. */
static int taken_count(const Lowerer *l, const Pattern *pattern, const Ins *function) {
    const Site *site = function->type == IR_OBJ ? lower_site(function) : NULL;
    if (site != NULL && site->unbound != NULL) site = site->unbound;
    if (site == NULL || l->callees == NULL) return -1;
    const Callee *callee = l->callees->find(l->callees->context, l->cx, site);
    if (callee == NULL) return -1;
    bool has_self = callee->class_version != 0 || lower_site(function) != site;
    return callee->positional - callee->default_count - pattern->fixed - has_self;
}

/* Where a guard of the containers leaves to: the load in front, if there is one, so that its failures are
 * told from those of guards of the function called. NULL: it failed too often. */
static FrameState *state_in_front(Lowerer *l) {
    const Instr *begin = l->instr, *load = begin - 1;
    bool loads = l->index > 0 && l->places[l->index].edges <= 1 && l->depth > 0 &&
                 (load->op == BC_LOAD_FAST || load->op == BC_LOAD_CONST);
    if ((loads ? load : begin)->flags & BC_NO_SPECULATION) return NULL;
    l->depth -= loads;
    FrameState *state = lower_state(l, (loads ? load : begin)->offset);
    l->depth += loads;
    return state;
}

static bool is_made(const Ins *value, Helper helper) {
    return value->op == IR_call_OP && value->imm == helper;
}

/* How many items a tuple has, and those that are known; -1: nobody knows. */
static int items_of(Lowerer *l, const Pattern *pattern, const Ins *function, Ins *tuple, Ins ***items) {
    const ConstInfo *constant = lower_const_info(tuple);
    if (constant != NULL && constant->type == LIKELY_TUPLE && constant->length == 0) return 0;
    if (is_made(tuple, H_rt_build_tuple)) {
        *items = tuple->args;
        return tuple->arg_count;
    }
    int count = is_own_rest(l, pattern) ? likely_count(l, pattern) : taken_count(l, pattern, function);
    if (count < 0 || tuple->type != IR_OBJ || constant != NULL) return -1;
    FrameState *state = state_in_front(l);
    if (state == NULL) return -1;
    lower_guarded(INS(l, tuple_is, count, tuple), state);
    *items = arena_array(&l->cx->arena, Ins *, count + 1);
    for (int i = 0; i < count; i++) (*items)[i] = INS(l, tuple_at, i, tuple);
    return count;
}

/* The parts of a dict of keyword arguments; -1: they are not known. */
static int keywords_of(Lowerer *l, const Pattern *pattern, Ins **names, Ins ***values) {
    if (!is_handed_on(l, pattern->keywords, l->code->keywords_parameter)) return -1;
    Ins *dict = loaded(l, pattern->keywords);
    if (is_made(dict, H_rt_new_map)) return 0;
    if (is_made(dict, H_rt_keyword_map) && !l->framed) {
        *names = dict->args[0];
        *values = dict->args + 1;
        return dict->arg_count - 1;
    }
    FrameState *state = state_in_front(l);
    if (likely_count(l, pattern) < 0 || state == NULL) return -1;
    Ins *size = lower_guarded(INS(l, length, KNOWN_dict, dict), state);
    lower_guarded(INS(l, guard, 0, INS(l, icmp, 2 /* == */, size, K_INT(l, 0))), state);
    return 0;
}

/* The function whose constants a constant is among. */
static Lowerer *owner_of(Lowerer *l, const Ins *constant) {
    while (constant->imm < l->first_const || constant->imm >= l->first_const + l->code->const_count)
        l = lower_caller(l);
    return l;
}

/* Numbers that were boxed for a container go on as such. */
static Ins *as_number(Ins *item) { return ir_is_box(item) ? item->args[0] : item; }

/* The call's operands as those of a CALL, on a stack that has room for them. */
static void lay_out(Lowerer *l, const Pattern *pattern, int below, Ins **items, int item_count, Ins **values,
                    int value_count) {
    int fixed = pattern->fixed, first = below + 2;
    Ins **stack =
        arena_array(&l->cx->arena, Ins *, l->code->stack_size + first + fixed + item_count + value_count + 1);
    memcpy(stack, l->stack, sizeof(Ins *) * (size_t)(first + fixed));
    for (int i = 0; i < item_count; i++) stack[first + fixed + i] = as_number(items[i]);
    for (int i = 0; i < value_count; i++) stack[first + fixed + item_count + i] = as_number(values[i]);
    l->stack = stack;
    l->depth = first + fixed + item_count + value_count;
}

static void call_spread(Lowerer *l, const Pattern *pattern, Ins *names, int arg_count) {
    Instr call = l->code->instrs[pattern->call];
    call.op = BC_CALL;
    call.flags |= l->instr->flags;
    call.arg = arg_count;
    call.arg2 = names != NULL ? (int)names->imm - l->spread->named->first_const : -1;
    l->instr = arena_new(&l->cx->arena, Instr);
    *(Instr *)l->instr = call;
    l->index = pattern->call;
    l->calls_left++;
    lower_unbind(l);
    if (!lower_inline_call(l) && !lower_c_call(l)) lower_general_call(l);
}

bool lower_spread_call(Lowerer *l) {
    Pattern pattern;
    Ins **items = NULL, **values = NULL, *names = NULL;
    if (l->inference == NULL || !find_pattern(l, &pattern)) return false;
    int below = l->depth - pattern.fixed - 2 - (pattern.tuple_load < 0);
    if (below < 0 || l->stack[below]->op != IR_null_OP) return false;
    lower_leave_here(l);
    if (pattern.tuple_load >= 0 && !is_handed_on(l, pattern.tuple_load, l->code->rest_parameter))
        return false;
    int value_count = pattern.keywords >= 0 ? keywords_of(l, &pattern, &names, &values) : 0;
    if (value_count < 0) return false;
    Ins *tuple = pattern.tuple_load >= 0 ? loaded(l, pattern.tuple_load) : l->stack[l->depth - 1];
    int item_count = items_of(l, &pattern, l->stack[below + 1], tuple, &items);
    if (item_count < 0) return false;
    const Instr *begin = l->instr;
    Spread spread = {.stack = l->stack, .depth = l->depth, .offset = begin->offset};
    if (names != NULL) spread.named = owner_of(l, names);
    lay_out(l, &pattern, below, items, item_count, values, value_count);
    l->spread = &spread;
    call_spread(l, &pattern, names, pattern.fixed + item_count + value_count);
    Ins *result = l->stack[below];
    l->stack = spread.stack;
    l->depth = below;
    l->spread = NULL;
    l->instr = &l->code->instrs[l->index];
    if (pattern.tuple_load < 0 && item_count > 0) lower_keep(l, &tuple, 1); /* it holds its items meanwhile */
    lower_push(l, result);
    return true;
}
