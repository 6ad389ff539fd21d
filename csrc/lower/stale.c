/* Numbers in local variables go to the frame's memory where somebody may look at it. What was stored there
 * and not assigned since need not be stored again. This foresees, before anything is lowered, what the memory
 * will lack where control flow joins; in front of a loop that somebody looks at, and that does not assign a
 * variable, it asks for the number to be stored once. */
#include "lower/stale.h"

#include <string.h>

typedef struct Loop {
    int end;        /* the last jump back to it, -1: this is no loop */
    bool looked_at; /* something in it looks at the frame */
    bool *assigned; /* by local */
    bool *accessed; /* by local: read or given a value */
    uint8_t *made;  /* by local: Made */
} Loop;

typedef struct Stale {
    CompileContext *cx;
    const Bytecode *code;
    const Inference *inference;
    const Callees *callees; /* NULL: no call is put in line */
    bool **on_arrival;
    Loop *loops; /* by instruction */
    int *work, work_count;
    bool *queued;
    bool *now; /* while walking */
} Stale;

static bool is_text(Likely type) { return type == LIKELY_STR || type == LIKELY_CHAR; }
static bool is_sequence(Likely type) {
    return is_text(type) || type == LIKELY_BYTES || type == LIKELY_BYTEARRAY;
}

static const ConstInfo *constant_at(const Stale *s, int index) {
    bool constant = index >= 0 && s->code->instrs[index].op == BC_LOAD_CONST;
    return constant ? &s->code->consts[s->code->instrs[index].arg] : NULL;
}

/* An operator that lower_complex.c does. */
static bool is_complex(const Stale *s, int index) {
    enum { EQ = 2, NE = 3 };
    const Instr *instr = &s->code->instrs[index];
    const OperandTypes *types = &s->inference->operands[index];
    Likely left = types->left, right = types->right;
    if (instr->op == BC_BINARY_OP) return infer_is_complex(instr, left, right, constant_at(s, index - 1));
    if (instr->flags & BC_NO_SPECULATION) return false;
    if (instr->op == BC_COMPARE_OP)
        return left == LIKELY_COMPLEX && right == left && (instr->arg == EQ || instr->arg == NE);
    if (instr->op == BC_LOAD_ATTR)
        return right == LIKELY_COMPLEX && s->code->name_ids[instr->arg] >= NAME_REAL;
    return instr->op == BC_UNARY_NEGATIVE && right == LIKELY_COMPLEX;
}

static bool arithmetic_looks(const Stale *s, int index) {
    const Instr *instr = &s->code->instrs[index];
    const OperandTypes *types = &s->inference->operands[index];
    Likely left = types->left, right = types->right;
    if (instr->op == BC_COMPARE_OP && is_text(left) && is_text(right)) return false;
    if (likely_int(left) && likely_int(right)) return false;
    return (instr->op == BC_BINARY_OP ? infer_arithmetic(instr, left, right)
                                      : infer_comparison(instr, left, right)) == LIKELY_OTHER;
}

static bool is_dict(Likely type) { return type == LIKELY_DICT || type == LIKELY_DICT_LIKE; }
static bool is_hashed(Likely type) { return is_dict(type) || type == LIKELY_SET; }

/* A slice that is read, or stored to a list, in one with its BUILD_SLICE. */
static bool is_quiet_slice(const Stale *s, int index) {
    if (index < 0 || index + 1 >= s->code->count || s->code->instrs[index].op != BC_BUILD_SLICE) return false;
    const Instr *next = &s->code->instrs[index + 1];
    Likely container = s->inference->operands[index + 1].left;
    if ((s->code->instrs[index].flags | next->flags) & BC_NO_SPECULATION) return false;
    return next->op == BC_STORE_SUBSCR ? container == LIKELY_LIST
                                       : next->op == BC_BINARY_SUBSCR && is_sequence(container);
}

/* Is it an operation on a built-in container that lower_container.c or lower_iter.c does without running
 * code? */
static bool is_quiet(const Stale *s, int index) {
    const Instr *instr = &s->code->instrs[index];
    const OperandTypes *types = &s->inference->operands[index];
    Likely left = types->left, right = types->right;
    if (instr->flags & BC_NO_SPECULATION) return false;
    if (is_complex(s, index)) return true;
    switch (instr->op) {
    case BC_COMPARE_OP: return instr->flags & BC_BY_IDENTITY;
    case BC_BUILD_SLICE: return is_quiet_slice(s, index);
    case BC_BINARY_SUBSCR:
        return instr->feedback == FB_DICT || is_dict(left) || left == LIKELY_STR || left == LIKELY_CHAR ||
               left == LIKELY_BYTES || left == LIKELY_BYTEARRAY || left == LIKELY_DOUBLES ||
               left == LIKELY_C_INTS;
    case BC_STORE_SUBSCR:
        return is_quiet_slice(s, index - 1) || instr->feedback == FB_DICT || is_dict(left) ||
               left == LIKELY_BYTEARRAY || left == LIKELY_DOUBLES;
    case BC_CONTAINS_OP:
        return is_hashed(right) || right == LIKELY_TUPLE || right == LIKELY_LIST || right == LIKELY_STR ||
               right == LIKELY_CHAR;
    case BC_FOR_ITER:
        return right == LIKELY_LIST_ITER || right == LIKELY_TUPLE_ITER || right == LIKELY_STR_ITER ||
               right == LIKELY_BYTES_ITER || right == LIKELY_BYTEARRAY_ITER || right == LIKELY_PLAIN_ITER ||
               right == LIKELY_ENUMERATE || right == LIKELY_ZIP || right == LIKELY_DICT_ITEMS_ITER;
    case BC_FORMAT_VALUE:
        return !(instr->arg & 4) && (right == LIKELY_INT || right == LIKELY_STR || right == LIKELY_CHAR);
    case BC_BUILD_STRING: return true;
    case BC_LOAD_METHOD: return bc_method(right, s->code->name_ids[instr->arg]) != BI_NONE;
    default: return false;
    }
}

/* A short Python function that is known is mostly put in line, and needs no frame. */
static bool is_put_in_line(const Stale *s, const Site *site) {
    enum { SHORT_UNITS = 100 };
    if (site == NULL || s->callees == NULL) return false;
    for (; site != NULL; site = site->next) {
        const Callee *callee = s->callees->find(s->callees->context, s->cx, site);
        if (callee == NULL || callee->units > SHORT_UNITS) return false;
    }
    return true;
}

/* Does an operator lead to a method of the left operand's class that is put in line? */
static bool is_method_in_line(const Stale *s, const Instr *instr) {
    bool method = instr->site != NULL && instr->site->kind == SITE_METHOD;
    return method && !(instr->flags & BC_NO_SPECULATION) && is_put_in_line(s, instr->site);
}

/* Does lower_iter.c take a list or a tuple apart? */
static bool is_unpacked(const Instr *instr) {
    return instr->feedback == FB_LIST || instr->feedback == FB_TUPLE || instr->feedback == FB_TWO_TUPLE ||
           instr->feedback == FB_LIST_OR_TUPLE;
}

static bool call_looks(const Stale *s, int index);

/* Will the instruction probably be a call of a helper that runs code? */
static bool looks(const Stale *s, int index) {
    const Instr *instr = &s->code->instrs[index];
    if (is_quiet(s, index)) return false;
    uint8_t top = s->inference->operands[index].right;
    switch (instr->op) {
    case BC_BINARY_OP:
    case BC_COMPARE_OP: return arithmetic_looks(s, index) && !is_method_in_line(s, instr);
    case BC_BINARY_SUBSCR:
        if (is_method_in_line(s, instr) || s->inference->operands[index].left == LIKELY_TUPLE) return false;
        return instr->feedback != FB_LIST_INT && instr->feedback != FB_TUPLE_INT &&
               !is_sequence(s->inference->operands[index].left);
    case BC_STORE_SUBSCR: return instr->feedback != FB_LIST_INT;
    case BC_UNPACK_SEQUENCE:
        if (instr->feedback == FB_NONE) return top != LIKELY_TUPLE && top != LIKELY_LIST;
        return !is_unpacked(instr);
    case BC_UNARY_NEGATIVE:
    case BC_UNARY_INVERT: return !likely_number(top) && top != LIKELY_WORD;
    case BC_CALL: return call_looks(s, index);
    case BC_GET_ITER: return top != LIKELY_RANGE && top != LIKELY_RANGE_ITER && !infer_iterates_quietly(top);
    case BC_FOR_ITER: return top != LIKELY_RANGE_ITER;
    case BC_LOAD_ATTR:
        if (instr->site != NULL && instr->site->kind == SITE_PROPERTY) return true;
        return instr->site == NULL || (instr->flags & BC_NO_SPECULATION);
    case BC_LOAD_GLOBAL:
    case BC_LOAD_METHOD: return instr->site == NULL || (instr->flags & BC_NO_SPECULATION);
    case BC_NOP:
    case BC_RESUME:
    case BC_POP_TOP:
    case BC_PUSH_NULL:
    case BC_COPY:
    case BC_SWAP:
    case BC_LOAD_CONST:
    case BC_LOAD_FAST:
    case BC_STORE_FAST:
    case BC_LOAD_CLOSURE:
    case BC_LOAD_DEREF:
    case BC_UNARY_NOT:
    case BC_IS_OP:
    case BC_BUILD_TUPLE:
    case BC_BUILD_LIST:
    case BC_LIST_APPEND:
    case BC_RETURN_VALUE: return false;
    default: return instr->target < 0 || instr->op == BC_SEND;
    }
}

static bool is_gone_over(const Stale *s, int index) {
    return index < s->code->count && s->code->instrs[index].op == BC_GET_ITER;
}

/* Does enumerate or zip go over what has iterators that are no objects? */
static bool goes_over_quietly(const Stale *s, int index, int next) {
    const OperandTypes *types = &s->inference->operands[index];
    if (!is_gone_over(s, next) || types->arguments == NULL) return false;
    for (int i = 0; i < types->argument_count; i++)
        if (!infer_iterates_quietly((Likely)types->arguments[i])) return false;
    return true;
}

static bool is_reversed(const Stale *s, int index) {
    return index < s->code->count && s->code->instrs[index].op == BC_CALL &&
           s->inference->operands[index].builtin == BI_type_reversed;
}

/* Calls of built-in functions are mostly done in line, and those of range that a loop goes over. */
static bool call_looks(const Stale *s, int index) {
    const Instr *instr = &s->code->instrs[index];
    if (instr->flags & BC_NO_SPECULATION) return true;
    if (is_put_in_line(s, s->inference->operands[index].callable)) return false;
    if (instr->arg2 >= 0) return true;
    int next = index + 1;
    while (next < s->code->count && s->code->instrs[next].op == BC_NOP) next++;
    switch (s->inference->operands[index].builtin) {
    case BI_type_range: return !is_gone_over(s, next) && !(is_reversed(s, next) && is_gone_over(s, next + 1));
    case BI_type_reversed:
        return s->inference->operands[index].right != LIKELY_RANGE || !is_gone_over(s, next);
    case BI_type_enumerate:
    case BI_type_zip: return !goes_over_quietly(s, index, next);
    case BI_builtins_len:
    case BI_builtins_ord:
    case BI_builtins_chr:
    case BI_builtins_abs:
    case BI_math_sqrt:
    case BI_math_sin:
    case BI_math_cos:
    case BI_math_exp:
    case BI_math_log:
    case BI_math_fabs:
    case BI_math_floor:
    case BI_math_ceil:
    case BI_type_type:
    case BI_list_append:
    case BI_list_pop: return false;
    case BI_type_str: return s->inference->operands[index].right != LIKELY_INT;
    case BI_builtins_min:
    case BI_builtins_max: return instr->arg < 2;
    default: return !bc_is_quiet((Builtin)s->inference->operands[index].builtin, instr->arg);
    }
}

/* What an instruction gives, is it made for who stores it? */
static bool makes(const Stale *s, int index) {
    const Instr *instr = &s->code->instrs[index];
    switch (instr->op) {
    case BC_BUILD_TUPLE: return instr->arg > 0;
    case BC_CALL:
        return s->inference->operands[index].builtin == BI_type_complex ||
               is_put_in_line(s, s->inference->operands[index].callable);
    case BC_BINARY_OP: return is_complex(s, index) || is_method_in_line(s, instr);
    case BC_UNARY_NEGATIVE: return is_complex(s, index);
    case BC_LOAD_CONST: return constant_at(s, index)->type == LIKELY_COMPLEX;
    default: return false;
    }
}

/* What is read in the loop before it is given anything there comes from memory. */
static void note_access(const Stale *s, Loop *loop, int head, int index) {
    const Instr *instr = &s->code->instrs[index];
    bool first = (instr->op == BC_LOAD_FAST || instr->op == BC_STORE_FAST || instr->op == BC_DELETE_FAST) &&
                 !loop->accessed[instr->arg];
    if (instr->op == BC_STORE_FAST || instr->op == BC_DELETE_FAST) {
        bool made = instr->op == BC_STORE_FAST && index > head && makes(s, index - 1);
        uint8_t before = loop->assigned[instr->arg] ? loop->made[instr->arg]
                         : first                    ? MADE_FIRST
                                                    : MADE_CARRIED;
        loop->made[instr->arg] = made ? before : MADE_NEVER;
        loop->assigned[instr->arg] = true;
    }
    if (first) loop->accessed[instr->arg] = true;
}

/* What is made for a variable in a loop around it, and not given to it in this one, comes with it. */
static void bring_from_outside(const Stale *s, int head) {
    Loop *loop = &s->loops[head];
    for (int outer = 0; outer < head; outer++) {
        const Loop *around = &s->loops[outer];
        if (around->end < loop->end || around->looked_at) continue;
        for (int i = 0; i < s->code->local_count; i++)
            if (!loop->assigned[i] && around->made[i] != MADE_NEVER) loop->made[i] = MADE_CARRIED;
    }
}

static void find_loops(Stale *s) {
    const Bytecode *code = s->code;
    s->loops = arena_array(&s->cx->arena, Loop, code->count + 1);
    for (int i = 0; i < code->count; i++) s->loops[i].end = -1;
    for (int i = 0; i < code->count; i++)
        if (code->instrs[i].target >= 0 && code->instrs[i].target <= i)
            s->loops[code->instrs[i].target].end = i;
    for (int head = 0; head < code->count; head++) {
        Loop *loop = &s->loops[head];
        if (loop->end < 0) continue;
        loop->assigned = arena_array(&s->cx->arena, bool, code->local_count + 1);
        loop->accessed = arena_array(&s->cx->arena, bool, code->local_count + 1);
        loop->made = arena_array(&s->cx->arena, uint8_t, code->local_count + 1);
        for (int i = head; i <= loop->end; i++) {
            const Instr *instr = &code->instrs[i];
            if (s->inference->operands[i].depth < 0 || (instr->flags & BC_COLD)) continue;
            loop->looked_at |= looks(s, i);
            note_access(s, loop, head, i);
        }
        if (!loop->looked_at) bring_from_outside(s, head);
    }
}

static void arrive(Stale *s, int from, int target) {
    if (target < 0 || target >= s->code->count) return;
    const Loop *loop = &s->loops[target];
    bool enters = from < target || from > loop->end, changed = s->on_arrival[target] == NULL;
    int locals = s->code->local_count;
    if (changed) s->on_arrival[target] = arena_array(&s->cx->arena, bool, locals + 1);
    for (int i = 0; i < locals; i++) {
        if (!s->now[i] || s->on_arrival[target][i]) continue;
        if (enters && loop->end >= 0 && loop->looked_at && !loop->assigned[i]) continue;
        s->on_arrival[target][i] = changed = true;
    }
    if (!changed || s->queued[target]) return;
    s->queued[target] = true;
    s->work[s->work_count++] = target;
}

/* One instruction; false: control does not go on to the next. */
static bool walk_instr(Stale *s, int index) {
    const Instr *instr = &s->code->instrs[index];
    if (instr->flags & BC_COLD) return false;
    if (looks(s, index)) memset(s->now, 0, (size_t)s->code->local_count);
    switch (instr->op) {
    case BC_STORE_FAST: s->now[instr->arg] = true; return true;
    case BC_RETURN_VALUE:
    case BC_END_GATHER:
    case BC_RAISE_VARARGS:
    case BC_RERAISE:
    case BC_YIELD_VALUE:
    case BC_RETURN_GENERATOR: return false;
    default:
        if (instr->target >= 0) arrive(s, index, instr->target);
        return instr->op != BC_JUMP;
    }
}

static void walk_from(Stale *s, int index) {
    memcpy(s->now, s->on_arrival[index], (size_t)s->code->local_count);
    while (index < s->code->count && walk_instr(s, index)) {
        index++;
        if (index >= s->code->count || s->inference->locals[index] == NULL) continue;
        arrive(s, index - 1, index); /* others come here too */
        return;
    }
}

static Foreseen foreseen(const Stale *s) {
    Arena *arena = &s->cx->arena;
    Foreseen all = {.stale = s->on_arrival,
                    .made = arena_array(arena, uint8_t *, s->code->count + 1),
                    .made_ever = arena_array(arena, bool, s->code->local_count + 1)};
    for (int head = 0; head < s->code->count; head++) {
        const Loop *loop = &s->loops[head];
        if (loop->end < 0 || loop->looked_at) continue;
        all.made[head] = loop->made;
        for (int i = 0; i < s->code->plain_local_count; i++) all.made_ever[i] |= loop->made[i] != MADE_NEVER;
    }
    return all;
}

Foreseen stale_foresee(CompileContext *cx, const Bytecode *code, const Inference *inference,
                       const Callees *callees, bool arguments) {
    Arena *arena = &cx->arena;
    Stale s = {.cx = cx, .code = code, .inference = inference, .callees = callees};
    s.on_arrival = arena_array(arena, bool *, code->count + 1);
    s.work = arena_array(arena, int, code->count + 1);
    s.queued = arena_array(arena, bool, code->count + 1);
    s.now = arena_array(arena, bool, code->local_count + 1);
    find_loops(&s);
    for (int i = 0; i < code->count; i++) { /* entries find all in memory; others come by the walk */
        bool entry = i == 0 || (code->instrs[i].flags & BC_OSR);
        bool behind_yield = i > 0 && (code->instrs[i - 1].op == BC_YIELD_VALUE ||
                                      code->instrs[i - 1].op == BC_RETURN_GENERATOR);
        memset(s.now, 0, (size_t)code->local_count);
        if (i == 0) memset(s.now, arguments, (size_t)code->argument_count);
        if (entry || behind_yield) arrive(&s, i - 1, i);
    }
    for (int i = 0; i < code->handler_count; i++) arrive(&s, -1, code->handlers[i].target);
    while (s.work_count > 0) {
        int index = s.work[--s.work_count];
        s.queued[index] = false;
        walk_from(&s, index);
    }
    return foreseen(&s);
}
