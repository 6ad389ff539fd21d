/* What is raised and caught in compiled code where nobody sees it: the clause that catches it does not name
 * it, and its body does nothing but compute numbers and store values, so that until it is through nobody can
 * ask what is handled. There is no exception then: the raise is a jump behind the clause, and the body is
 * done on the way. Nothing of that can be noticed before the body is done, so whatever does not go as
 * foreseen leaves in front of the raise, and the interpreter does all of it. Who raises may be a call put in
 * line that has no frame. */
#include <string.h>

#include "lower/inline.h"

enum { MOST_STEPS = 12, MOST_EFFECTS = 4, MOST_CLAUSES = 4, MOST_NAMES = 4, CLAUSE_REST = 3 };

/* --- clauses --- */

static bool is_name(const Instr *instr) {
    return instr->op == BC_LOAD_GLOBAL && !instr->arg2 && instr->site != NULL &&
           !(instr->flags & BC_NO_SPECULATION);
}

/* `except Name:` or `except (Name, Name):` with nothing to name the exception. The index of its
 * CHECK_EXC_MATCH; 0: it is none. */
static int match_of(const Bytecode *code, int index) {
    int names = 0;
    while (index + CLAUSE_REST < code->count && names < MOST_NAMES && is_name(&code->instrs[index]))
        index++, names++;
    const Instr *at = &code->instrs[index];
    if (names > 0 && at->op == BC_BUILD_TUPLE && at->arg == names) at = &code->instrs[++index];
    else if (names != 1) return 0;
    if (index + CLAUSE_REST >= code->count) return 0;
    bool unnamed =
        at[0].op == BC_CHECK_EXC_MATCH && at[1].op == BC_POP_JUMP_IF_FALSE && at[2].op == BC_POP_TOP;
    return unnamed ? index : 0;
}

static bool is_plain_step(const Bytecode *code, const Instr *instr) {
    switch (instr->op) {
    case BC_NOP:
    case BC_POP_TOP:
    case BC_STORE_SUBSCR:
    case BC_LOAD_CONST: return true;
    case BC_BUILD_LIST: return instr->arg <= 2;
    case BC_CALL: return instr->arg == 1 && instr->arg2 < 0;
    case BC_LOAD_METHOD: return bc_method(LIKELY_LIST, code->name_ids[instr->arg]) == BI_list_append;
    case BC_LOAD_FAST:
    case BC_STORE_FAST: return instr->arg < code->plain_local_count;
    case BC_BINARY_OP:
        return instr->arg == BIN_ADD || instr->arg == BIN_SUBTRACT || instr->arg == BIN_AND ||
               instr->arg == BIN_OR || instr->arg == BIN_XOR;
    default: return false;
    }
}

/* The POP_EXCEPT that such a body ends with; -1: it is none. */
static int body_end(const Bytecode *code, int first) {
    for (int i = first; i + 1 < code->count && i < first + MOST_STEPS; i++) {
        if (code->instrs[i].op == BC_POP_EXCEPT) return i;
        if (!is_plain_step(code, &code->instrs[i])) return -1;
    }
    return -1;
}

/* Where control goes on behind a body. */
static int behind(const Bytecode *code, int end) {
    const Instr *next = &code->instrs[end + 1];
    return next->op == BC_JUMP ? next->target : end + 1;
}

static int first_clause(const Bytecode *code, int handler) {
    const BcHandler *bc = &code->handlers[handler];
    return bc->lasti || code->instrs[bc->target].op != BC_PUSH_EXC_INFO ? -1 : bc->target + 1;
}

void lower_find_unseen(const Bytecode *code, void (*found)(void *context, int behind), void *context) {
    for (int i = 0; i < code->handler_count; i++) {
        int clause = first_clause(code, i), earlier = 0;
        while (code->handlers[earlier].target != code->handlers[i].target) earlier++;
        if (clause < 0 || earlier < i) continue;
        for (int k = 0, match; k < MOST_CLAUSES; k++, clause = code->instrs[match + 1].target) {
            match = match_of(code, clause);
            if (match == 0) break;
            int end = body_end(code, match + CLAUSE_REST);
            if (end >= 0) found(context, behind(code, end));
        }
    }
}

/* Control comes there from one more place. */
static void count_edge(void *l, int behind) { ((Lowerer *)l)->places[behind].edges += 2; }

void lower_count_unseen(Lowerer *l) {
    if (l->inference != NULL && l->native == NULL) lower_find_unseen(l->code, count_edge, l);
}

/* --- bodies --- */

/* What somebody may find later: a variable gets a value, or a list's end or a dict's key does. */
typedef struct Effect {
    enum { STORE, APPEND, SET } kind;
    int slot;
    Ins *container, *key, *value;
} Effect;

/* A body while it is walked through. What it effects is done when it is through. */
typedef struct Body {
    Lowerer *l;
    FrameState *state; /* NULL: nothing is lowered yet, and what is computed is not there */
    Ins *stack[MOST_STEPS];
    int depth;
    Effect effects[MOST_EFFECTS];
    int count;
} Body;

static bool is_one(const Ins *value) { return value->op == IR_ki64_OP && value->imm == 1; }
static bool is_number(const Ins *value) { return value->type != IR_OBJ && value->type != IR_WIDE; }

static bool was_stored(const Body *body, int slot) {
    for (int i = 0; i < body->count; i++)
        if (body->effects[i].kind == STORE && body->effects[i].slot == slot) return true;
    return false;
}

static void push(Body *body, Ins *value) { body->stack[body->depth++] = value; }

/* A variable in memory, which may lack a value. */
static Ins *load_memory(Body *body, int slot) {
    Lowerer *l = body->l;
    if (body->state == NULL) return K_NULL(l);
    Ins *value = INS0(l, ldloc, lower_slot(l, slot));
    lower_guarded(INS(l, settled, 0, EMIT_CALL(l, rt_is_there, value)), body->state);
    return value;
}

static bool load(Body *body, int slot) {
    const Local *local = &body->l->locals[slot];
    if (was_stored(body, slot) || !is_one(local->bound)) return false;
    if (local->value == NULL && !body->l->framed) return false;
    if (local->value != NULL && ir_is(local->value, OPF_VIRTUAL)) return false;
    push(body, local->value != NULL ? local->value : load_memory(body, slot));
    return true;
}

static void load_const(Body *body, int index) {
    Lowerer *l = body->l;
    ConstInfo *info = &l->code->consts[index];
    Ins *value = K_CONST(l, index);
    value->scratch = info;
    bool small = info->type == LIKELY_INT && info->integer >= 0 && info->integer <= 256; /* one object */
    push(body, small ? K_INT(l, info->integer) : value);
}

/* Is a variable's object among the operands that go first? One more holds it until they are gone. */
static bool goes_first(const Lowerer *l, int slot) {
    for (int i = l->code->handlers[l->instr->handler].depth; i < l->depth; i++) {
        const Ins *value = l->stack[i];
        if (lower_is_over_sequence(value)) value = value->args[ITERATOR_SEQUENCE];
        if (value == l->locals[slot].loaded) return true;
    }
    return false;
}

/* Where the old value's end runs nothing. */
static bool store(Body *body, int slot) {
    Lowerer *l = body->l;
    const Local *local = &l->locals[slot];
    if (body->count == MOST_EFFECTS || body->depth == 0 || was_stored(body, slot)) return false;
    Ins *value = body->stack[--body->depth];
    bool in_memory = local->value == NULL && !local->quiet;
    if (local->value != NULL && !is_number(local->value)) return false;
    if (!l->framed && local->value == NULL) return false;
    if (in_memory && body->state == NULL && goes_first(l, slot)) return false;
    body->effects[body->count++] = (Effect){.kind = STORE, .slot = slot, .value = value};
    if (in_memory && body->state != NULL) {
        Ins *old = INS0(l, ldloc, lower_slot(l, slot));
        lower_guarded(INS(l, settled, 0, EMIT_CALL(l, rt_goes_unnoticed, old)), body->state);
    }
    return true;
}

static bool operate(Body *body, int kind) {
    Lowerer *l = body->l;
    if (body->depth < 2) return false;
    Ins *b = body->stack[--body->depth], *a = body->stack[--body->depth];
    bool floats = a->type == IR_F64 && b->type == IR_F64 && (kind == BIN_ADD || kind == BIN_SUBTRACT);
    if (!floats && (a->type != IR_I64 || b->type != IR_I64)) return false;
    Ins *result = a;
    if (body->state != NULL)
        result = floats ? lower_float_operator(l, kind, a, b, body->state)
                        : lower_int_operator(l, kind, a, b, body->state);
    push(body, result);
    return true;
}

/* The list that something is appended to; below it stands what the method would be. */
static bool load_append(Body *body) {
    if (body->depth == 0 || body->stack[body->depth - 1]->type != IR_OBJ) return false;
    Ins *list = body->stack[body->depth - 1];
    if (body->state != NULL) lower_guard_type(body->l, list, KNOWN_list, body->state);
    body->stack[body->depth - 1] = K_NULL(body->l);
    push(body, list);
    return true;
}

static bool append(Body *body) {
    if (body->depth < 3 || body->count == MOST_EFFECTS) return false;
    Ins *value = body->stack[--body->depth], *list = body->stack[--body->depth];
    body->effects[body->count++] = (Effect){.kind = APPEND, .container = list, .value = value};
    body->stack[body->depth - 1] = K_KNOWN(body->l, None);
    return true;
}

/* It may turn out not to be possible, so nothing may be done before. */
static bool set_item(Body *body) {
    if (body->depth < 3 || body->count > 0) return false;
    Ins *key = body->stack[--body->depth], *dict = body->stack[--body->depth];
    Ins *value = body->stack[--body->depth];
    if (dict->type != IR_OBJ) return false;
    if (body->state != NULL) lower_guard_type(body->l, dict, KNOWN_dict, body->state);
    body->effects[body->count++] = (Effect){.kind = SET, .container = dict, .key = key, .value = value};
    return true;
}

static bool build_list(Body *body, int count) {
    Lowerer *l = body->l;
    Ins *values[2], *list = K_NULL(l);
    if (body->depth < count) return false;
    body->depth -= count;
    for (int i = 0; body->state != NULL && i < count; i++)
        values[i] = lower_object(l, body->stack[body->depth + i]);
    if (body->state != NULL) list = lower_call(l, H_rt_build_list, count, values);
    push(body, list);
    return true;
}

static bool step(Body *body, const Instr *instr) {
    switch (instr->op) {
    case BC_LOAD_CONST: load_const(body, instr->arg); return true;
    case BC_LOAD_FAST: return load(body, instr->arg);
    case BC_STORE_FAST: return store(body, instr->arg);
    case BC_BINARY_OP: return operate(body, instr->arg);
    case BC_LOAD_METHOD: return load_append(body);
    case BC_CALL: return append(body);
    case BC_STORE_SUBSCR: return set_item(body);
    case BC_BUILD_LIST: return build_list(body, instr->arg);
    case BC_POP_TOP: return body->depth-- > 0;
    default: return true;
    }
}

/* False: it is not what can be done here. */
static bool walk(Body *body, int first, int end) {
    for (int i = first; i < end; i++)
        if (!step(body, &body->l->code->instrs[i])) return false;
    return body->depth == 0;
}

static void effect(Body *body, const Effect *effect) {
    Lowerer *l = body->l;
    if (effect->kind == STORE) {
        lower_push(l, effect->value);
        if (!lower_number_store(l, effect->slot)) INS(l, stloc, lower_slot(l, effect->slot), lower_pop(l));
        return;
    }
    Ins *value = lower_object(l, effect->value), *list = effect->container, *key = effect->key;
    if (effect->kind == APPEND) {
        EMIT_CALL(l, rt_list_append, list, value);
        return;
    }
    Ins *done = key->type == IR_I64
                    ? EMIT_CALL(l, rt_dict_set_int, list, key, value, K_INT(l, 0))
                    : EMIT_CALL(l, rt_dict_set, list, lower_object(l, key), value, K_INT(l, 0));
    lower_guarded(INS(l, settled, 0, done), body->state);
}

/* --- what catches --- */

/* How many of the handler's first clauses have bodies that can be done here. */
static int count_clauses(Lowerer *l) {
    const Bytecode *code = l->code;
    int clause = first_clause(code, l->instr->handler), count = 0;
    for (; clause >= 0 && count < MOST_CLAUSES; count++) {
        Body body = {.l = l};
        int match = match_of(code, clause), first = match + CLAUSE_REST;
        int end = match > 0 ? body_end(code, first) : -1;
        int to = end >= 0 ? behind(code, end) : -1;
        if (end < 0 || l->inference->locals[to] == NULL || l->places[to].edges < 2 ||
            !walk(&body, first, end))
            break;
        clause = code->instrs[match + 1].target;
    }
    return count;
}

/* Has no code run since a global variable was read? */
static bool is_global_still(const Lowerer *l, const Ins *value) {
    if (value->block != l->block) return false;
    for (const Ins *ins = value->next; ins != NULL; ins = ins->next)
        if (ir_runs_code(ins)) return false;
    return true;
}

/* Does a variable hold what an operand does, so that nobody notices when the operand goes? The states in
 * front of the raise keep it until they are behind. */
static bool can_drop(const Lowerer *l, const Ins *value) {
    if (lower_is_over_sequence(value)) value = value->args[ITERATOR_SEQUENCE];
    if (value->type != IR_OBJ || value->op == IR_range_OP || ir_is(value, OPF_CONST)) return true;
    if (ir_is(value, OPF_VIRTUAL)) return false;
    if (value->op == IR_keys_item_OP) return is_global_still(l, value);
    for (int i = 0; i < l->code->local_count; i++)
        if (l->locals[i].value == value || l->locals[i].loaded == value) return true;
    return false;
}

static bool can_drop_from(const Lowerer *l, int first, const Ins *kept) {
    for (int i = first; i < l->depth; i++)
        if (l->stack[i] != kept && !can_drop(l, l->stack[i])) return false;
    return true;
}

static bool can_keep_locals(const Lowerer *l) {
    for (int i = 0; i < l->code->local_count; i++) {
        const Ins *value = l->locals[i].value;
        if (value != NULL && ir_is(value, OPF_VIRTUAL) && !lower_is_over_sequence(value) &&
            value->op != IR_range_OP)
            return false;
    }
    return true;
}

/* Who catches what is raised at hand, unseen; `kept` goes with the exception. */
static bool find_catcher(Lowerer *l, const Ins *kept, Raised *raised) {
    Lowerer *in = l;
    for (; in->instr->handler < 0; in = in->inlined->caller, kept = NULL) {
        if (in->inlined == NULL || in->framed || in->inlined->way != WAY_FRAMELESS ||
            in->inlined->kind != INLINED_CALL || in->region != NULL || !can_drop_from(in, 0, kept) ||
            !can_keep_locals(in))
            return false;
    }
    if (in->region != NULL || in->native != NULL || in->locals == NULL) return false;
    if (in->inlined != NULL && (in->inlined->way != WAY_FRAMELESS || in->inlined->kind != INLINED_CALL))
        return false;
    if (!can_drop_from(in, in->code->handlers[in->instr->handler].depth, kept)) return false;
    raised->catcher = in;
    raised->clauses = count_clauses(in);
    return raised->clauses > 0;
}

/* The value of the name that a clause has. */
static Ins *load_class(Lowerer *l, const Instr *instr, FrameState *state) {
    const Site *site = instr->site;
    Ins *dict = l->inlined ? K_PLACE(l, site->globals) : INS0(l, globals, 0);
    INS(l, keys_are, 0, dict, K_FACT(l, KEYS, site->keys_version))->state = state;
    uint32_t version = site->keys_version;
    if (site->kind == SITE_BUILTIN) {
        version = site->builtin_version;
        dict = l->inlined ? K_PLACE(l, site->builtins) : INS0(l, builtins, 0);
        INS(l, keys_are, 0, dict, K_FACT(l, KEYS, version))->state = state;
    }
    Ins *value = INS(l, keys_item, 0, dict, lower_fact_offset(l, site->offset, version));
    value->state = state;
    return value;
}

/* Operands go where the handler is found, from the top down. */
static void drop_operands(Lowerer *l, Ins *const *operands, int count) {
    for (int i = count - 1; i >= 0; i--) {
        if (lower_is_iterator(operands[i])) lower_drop_iterator(l, operands[i]);
        else lower_keep(l, &operands[i], 1);
    }
}

static void do_body(Lowerer *l, const Raised *raised, int first) {
    int end = body_end(l->code, first);
    const Instr *at = l->instr, *next = &l->code->instrs[end + 1];
    int index = l->index, depth = l->code->handlers[l->instr->handler].depth;
    Body body = {.l = l, .state = raised->state};
    drop_operands(l, raised->operands.items, raised->operands.count);
    drop_operands(l, l->stack + depth, l->depth - depth);
    l->depth = depth;
    walk(&body, first, end);
    for (int i = 0; i < body.count; i++) effect(&body, &body.effects[i]);
    lower_keep(l, raised->kept.items, raised->kept.count);
    l->index = end + (next->op == BC_JUMP);
    l->instr = &l->code->instrs[l->index];
    if (next->op == BC_JUMP) lower_JUMP(l);
    else lower_goto(l, end + 1);
    l->instr = at;
    l->index = index;
}

/* 1 or 0: is one of a clause's classes the raised one's, or a base of it? */
static Ins *catches(Lowerer *l, const Raised *raised, int clause, int match) {
    Ins *any = NULL;
    for (int i = clause; i < match && l->code->instrs[i].op == BC_LOAD_GLOBAL; i++) {
        Ins *class = load_class(l, &l->code->instrs[i], raised->state);
        Ins *caught = EMIT_CALL(l, rt_catches, raised->class, class);
        lower_guarded(INS(l, settled, 0, caught), raised->state);
        any = any == NULL ? caught : INS(l, ior, 0, any, caught);
    }
    return any;
}

/* Go on where it is caught. */
static void land(Lowerer *l, const Raised *raised) {
    int count = raised->clauses, clause = first_clause(l->code, l->instr->handler);
    Fork fork = lower_fork(l);
    l->block = raised->from;
    for (int i = 0; i < count; i++) {
        int match = match_of(l->code, clause), first = match + CLAUSE_REST;
        Ins *caught = catches(l, raised, clause, match);
        clause = l->code->instrs[match + 1].target;
        if (i + 1 == count) {
            lower_guarded(INS(l, guard, 0, caught), raised->state);
            do_body(l, raised, first);
            break;
        }
        Block *here = lower_new_block(l), *others = lower_new_block(l);
        lower_branch(l, caught, here, others);
        l->block = here;
        do_body(l, raised, first);
        lower_other_way(l, &fork, others);
    }
    lower_other_way(l, &fork, NULL);
}

/* What a call put in line has that goes with the traceback. */
static void add_frame(Lowerer *l, Raised *raised) {
    Arena *arena = &l->cx->arena;
    for (int i = l->depth - 1; i >= 0; i--) vec_push(arena, &raised->operands, l->stack[i]);
    vec_push(arena, &raised->kept, l->inlined->function);
    for (int i = 0; i < l->code->local_count; i++) {
        Ins *value = l->locals[i].value;
        if (value != NULL && lower_is_over_sequence(value)) value = value->args[ITERATOR_SEQUENCE];
        if (value != NULL && value->type == IR_OBJ && !ir_is(value, OPF_VIRTUAL))
            vec_push(arena, &raised->kept, value);
    }
}

void inline_catch(Lowerer *l, Lowerer *inner) {
    for (int i = 0; i < inner->inlined->raised.count; i++) {
        Raised *raised = &inner->inlined->raised.items[i];
        if (raised->catcher == l) {
            land(l, raised);
            continue;
        }
        add_frame(l, raised);
        vec_push(&l->cx->arena, &l->inlined->raised, *raised);
    }
}

/* --- what raises --- */

static void raise(Lowerer *l, Raised *raised) {
    raised->from = l->block;
    if (raised->catcher == l) {
        land(l, raised);
    } else {
        add_frame(l, raised);
        vec_push(&l->cx->arena, &l->inlined->raised, *raised);
    }
    lower_end(l);
}

/* Such a class is raised with so many arguments, which are the operands on top, above the class. */
static bool raise_class(Lowerer *l, int count, int operands) {
    Ins *class = l->stack[l->depth - count - 1];
    if (class->type != IR_OBJ || class->op != IR_keys_item_OP) return false;
    for (int i = l->depth - count; i < l->depth; i++)
        if (ir_is(l->stack[i], OPF_VIRTUAL)) return false;
    Raised raised = {.class = class};
    l->depth -= operands;
    bool found = find_catcher(l, NULL, &raised);
    l->depth += operands;
    if (!found) return false;
    lower_leave_here(l); /* it is an event */
    raised.state = lower_state_here(l);
    for (int i = l->depth - count; i < l->depth; i++) vec_push(&l->cx->arena, &raised.kept, l->stack[i]);
    lower_guarded(INS(l, settled, 0, EMIT_CALL(l, rt_raises_plainly, class)), raised.state);
    l->depth -= operands;
    raise(l, &raised);
    return true;
}

bool lower_unseen_call(Lowerer *l) {
    const Instr *next = lower_next(l);
    int count = l->instr->arg;
    if (!lower_speculates(l) || next == NULL || next->op != BC_RAISE_VARARGS || next->arg != 1) return false;
    if (l->instr->arg2 >= 0 || l->spread != NULL || l->depth < count + 2) return false;
    return l->stack[l->depth - count - 2]->op == IR_null_OP && raise_class(l, count, count + 2);
}

bool lower_unseen_raise(Lowerer *l) {
    return lower_speculates(l) && l->instr->arg == 1 && l->depth > 0 && raise_class(l, 0, 1);
}

bool lower_may_catch(Lowerer *l, const Ins *kept) {
    Raised raised;
    return lower_speculates(l) && l->spread == NULL && find_catcher(l, kept, &raised);
}

void lower_unseen_unless(Lowerer *l, Ins *condition, Ins *class, Ins *kept, int operands, FrameState *state) {
    Block *there = lower_new_block(l), *here = lower_new_block(l);
    Raised raised = {.class = class, .state = state};
    bool found = find_catcher(l, kept, &raised);
    Fork fork = lower_fork(l);
    if (kept != NULL) vec_push(&l->cx->arena, &raised.kept, kept);
    lower_branch(l, condition, there, here);
    l->block = here;
    l->depth -= operands;
    if (found) raise(l, &raised);
    else INS0(l, exit, 0)->state = state;
    lower_other_way(l, &fork, there);
}

void lower_unseen_zero(Lowerer *l, Ins *divisor, FrameState *state) {
    if (ir_is(divisor, OPF_CONST) && divisor->imm != 0) return;
    Ins *fine = divisor->type == IR_F64
                    ? INS(l, fcmp, 3 /* != */, divisor, lower_const(l, IR_kf64_OP, 0 /* bits of 0.0 */))
                    : INS(l, icmp, 3, divisor, K_INT(l, 0));
    lower_unseen_unless(l, fine, K_KNOWN(l, ZeroDivisionError), NULL, 2, state);
}

void lower_unseen_outside(Lowerer *l, Ins *container, Ins *index, Known type, FrameState *state) {
    lower_guard_type(l, container, type, state);
    Ins *size = INS(l, size, 0, container);
    Ins *least = lower_guarded(INS(l, isub, 0, K_INT(l, 0), size), state);
    Ins *within =
        INS(l, iand, 0, INS(l, icmp, 0 /* < */, index, size), INS(l, icmp, 5 /* >= */, index, least));
    lower_unseen_unless(l, within, K_KNOWN(l, IndexError), NULL, 2, state);
}
