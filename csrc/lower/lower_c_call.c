/* Calls of C functions by their code: those that run nobody's code, which nobody looks at a frame from, and
 * the rest, of which nothing more is known. */
#include "lower/lower.h"

/* A call of C code. */
typedef struct CCall {
    const CCode *code;
    const Site *site; /* NULL: a method of a built-in type, which was asked for */
    Builtin builtin;
    Ins *callable, *self; /* the former NULL: it is a method, and self was given */
    int count;
    Ins **args;
} CCall;

static bool find_c_code(const Lowerer *l, CCall *call) {
    Ins *method = call->args[-2], *second = call->args[-1];
    call->callable = method->op == IR_null_OP ? second : NULL;
    call->self = second;
    call->site = lower_site(call->callable != NULL ? second : method);
    call->code = lower_method_code(l, method, &call->builtin);
    if (call->site == NULL) return call->code != NULL;
    call->code = &call->site->c_code;
    call->builtin = (Builtin)(call->site->builtin != BI_NONE ? call->site->builtin : call->site->method);
    if (second->type != IR_OBJ) return false;
    return call->callable != NULL ? call->code->address != NULL
                                  : call->site->kind == SITE_METHOD && call->site->definition == NULL;
}

static Ins *type_called(Lowerer *l, Builtin builtin) {
    return lower_const(l, IR_known_OP, builtin == BI_type_int ? KNOWN_int : KNOWN_float);
}

static void guard_callable(Lowerer *l, const CCall *call, FrameState *state) {
    if (call->site == NULL) return;
    if (call->callable == NULL)
        lower_guarded(INS(l, type_is, 0, call->self, K_FACT(l, TYPE, call->site->type_version)), state);
    else if (call->site->definition != NULL)
        lower_guarded(INS(l, is_function, 0, call->callable, K_FACT(l, OBJECT, call->site->definition)),
                      state);
    else lower_guarded(INS(l, guard, 0, INS(l, is, 0, call->callable, type_called(l, call->builtin))), state);
}

static bool takes(int convention, int count) {
    return convention == CONVENTION_NOTHING ? count == 0 : convention != CONVENTION_ONE || count == 1;
}

/* --- those that run no code --- */

/* Is it an object that such a function may have, for all that is known? */
static bool may_be_quiet(const Lowerer *l, const Ins *value, Likely guess, char letter) {
    if (letter == 'a' || value->type != IR_OBJ || value->op == IR_mkbool_OP || value->op == IR_char_OP)
        return true;
    const ConstInfo *info = lower_const_info(value);
    if (info != NULL) guess = (Likely)info->type;
    switch (guess) {
    case LIKELY_INT:
    case LIKELY_FLOAT:
    case LIKELY_BOOL:
    case LIKELY_STR:
    case LIKELY_CHAR:
    case LIKELY_NONE:
    case LIKELY_BYTES:
    case LIKELY_NUMBER:
    case LIKELY_MIXED:
    case LIKELY_BIG: return true;
    case LIKELY_LIST:
    case LIKELY_TUPLE: return letter == 'i';
    case LIKELY_OTHER: return lower_hinted(l, value) == 0;
    default: return false;
    }
}

/* Is it one for sure? */
static bool is_plain(const Ins *value) {
    const ConstInfo *info = lower_const_info(value);
    return value->type != IR_OBJ || value->op == IR_mkbool_OP || value->op == IR_char_OP ||
           (info != NULL && info->type != LIKELY_OTHER && info->type != LIKELY_TUPLE);
}

static Likely guess_of(const Lowerer *l, const CCall *call, int i) {
    const OperandTypes *types = &l->inference->operands[l->index];
    return i == call->count - 1   ? (Likely)types->right
           : i == call->count - 2 ? (Likely)types->left
                                  : LIKELY_OTHER;
}

static void guard_argument(Lowerer *l, const CCall *call, int i, FrameState *state) {
    Ins *value = call->args[i];
    char letter = bc_quiet_argument(call->builtin, i);
    Known type = lower_exact_type(guess_of(l, call, i));
    if (letter == 'a' || is_plain(value)) return;
    if (type == KNOWN_int || type == KNOWN_float || type == KNOWN_str || type == KNOWN_bytes ||
        type == KNOWN_list || type == KNOWN_tuple) {
        lower_guard_type(l, value, type, state);
        return;
    }
    Ins *plain = letter == 'i' ? EMIT_CALL(l, rt_is_plain_or_items, value) : EMIT_CALL(l, rt_is_plain, value);
    lower_guarded(INS(l, guard, 0, plain), state);
}

static bool is_quiet(const Lowerer *l, const CCall *call) {
    if (!bc_is_quiet(call->builtin, call->count)) return false;
    if (call->code->takes_tuple ? call->count == 0 : !takes(call->code->convention, call->count))
        return false;
    for (int i = 0; i < call->count; i++)
        if (!may_be_quiet(l, call->args[i], guess_of(l, call, i), bc_quiet_argument(call->builtin, i)))
            return false;
    return call->code->takes_tuple || call->code->convention != CONVENTION_OTHER;
}

static Ins **arguments(Lowerer *l, const CCall *call, Ins *self) {
    Ins **args = arena_array(&l->cx->arena, Ins *, C_CALL_FIRST_ARGUMENT + call->count);
    args[0] = K_PLACE(l, call->code->address);
    args[1] = self;
    for (int i = 0; i < call->count; i++) args[C_CALL_FIRST_ARGUMENT + i] = lower_object(l, call->args[i]);
    return args;
}

/* What its code is called with beside the arguments: of a type the type. */
static Ins *self_of(Lowerer *l, const CCall *call) {
    bool held = call->callable != NULL && call->site->definition != NULL;
    return held ? INS(l, function_self, 0, call->callable) : lower_object(l, call->self);
}

static Ins *quiet_call(Lowerer *l, const CCall *call, FrameState *state) {
    bool is_type = call->callable != NULL && call->site->definition == NULL;
    int convention = call->code->convention, count = call->count;
    if (!is_type && !ir_takes_array(convention)) lower_guard_room(l, 1, state);
    for (int i = 0; i < count; i++) guard_argument(l, call, i, state);
    Ins **args = arguments(l, call, self_of(l, call));
    if (call->code->takes_tuple) {
        args[C_CALL_FIRST_ARGUMENT] = lower_call(l, H_rt_build_tuple, count, args + C_CALL_FIRST_ARGUMENT);
        convention = CONVENTION_ONE;
        count = 1;
    }
    if (bc_keeps_memory(call->builtin)) convention |= CONVENTION_KEEPS;
    return lower_ins(l, IR_quiet_call_OP, convention, C_CALL_FIRST_ARGUMENT + count, args);
}

/* --- the rest --- */

/* Of recursion, that comparing items takes in CPython: see cpython/order.h. */
enum { LEVELS_OF_COMPARING = 4 };

static Ins *heap_call(Lowerer *l, const CCall *call, bool push, FrameState *state) {
    Ins **args = call->args;
    if (call->count != 1 + push || args[0]->type != IR_OBJ) return NULL;
    lower_guard_type(l, args[0], KNOWN_list, state);
    lower_guard_room(l, LEVELS_OF_COMPARING + !push, state);
    if (!push) return EMIT_CALL(l, rt_heap_pop, args[0]);
    args[1] = lower_object(l, args[1]);
    EMIT_CALL(l, rt_heap_push, args[0], args[1]);
    return K_KNOWN(l, None);
}

/* A helper does it. NULL: there is none for it. */
static Ins *known_code_call(Lowerer *l, const CCall *call, FrameState *state) {
    KnownCode code = (KnownCode)call->code->known;
    bool heap = code == CODE_HEAP_PUSH || code == CODE_HEAP_POP;
    if (code == CODE_UNKNOWN || heap != (call->callable != NULL)) return NULL;
    if (heap) return heap_call(l, call, code == CODE_HEAP_PUSH, state);
    Ins *left = K_INT(l, code == CODE_DEQUE_APPENDLEFT || code == CODE_DEQUE_POPLEFT);
    lower_guard_room(l, 1, state);
    if (code == CODE_DEQUE_POP || code == CODE_DEQUE_POPLEFT)
        return lower_settled_result(l, EMIT_CALL(l, rt_deque_pop, call->self, left), state);
    Ins *value = lower_object(l, call->args[0]);
    lower_guarded(INS(l, settled, 0, EMIT_CALL(l, rt_deque_append, call->self, value, left)), state);
    return K_KNOWN(l, None);
}

bool lower_c_call(Lowerer *l) {
    int count = l->instr->arg;
    CCall call = {.count = count, .args = &l->stack[l->depth - count]};
    if (!lower_speculates(l) || l->instr->arg2 >= 0 || l->depth < count + 2 ||
        l->index + 1 >= l->code->count || !find_c_code(l, &call))
        return false;
    bool quiet = is_quiet(l, &call);
    if (!quiet && (call.code->convention == CONVENTION_OTHER || !takes(call.code->convention, count) ||
                   call.self->type != IR_OBJ || (call.callable != NULL && call.site->definition == NULL)))
        return false;
    FrameState *state = lower_state_here(l);
    guard_callable(l, &call, state);
    Ins *result = known_code_call(l, &call, state);
    if (result == NULL && quiet) result = quiet_call(l, &call, state);
    if (result != NULL) {
        l->depth -= count + 2;
        lower_push(l, result);
        return true;
    }
    Ins **args = arguments(l, &call, call.self);
    int64_t convention = call.code->convention | (call.callable != NULL ? CONVENTION_BOUND : 0);
    l->depth -= count + 2;
    lower_push(l, lower_ins(l, IR_c_call_OP, convention, C_CALL_FIRST_ARGUMENT + count, args));
    lower_leave(l);
    return true;
}

/* --- bound methods --- */

/* Of a Python function: whatever it is bound to, it is of that function, which is asked when it is put in
 * line. */
static void unbind_function(Lowerer *l, Ins **operands, const Site *site, FrameState *state) {
    Ins *bound = operands[1], *from = INS(l, itself, 0, bound);
    lower_guarded(INS(l, is_type, KNOWN_method, bound), state);
    operands[0] = lower_guarded(INS(l, attr_item, l->fn->layout[LAYOUT_method_function], bound, from), state);
    operands[0]->nullable = false;
    operands[0]->scratch = (void *)site->unbound;
    operands[1] = lower_guarded(INS(l, attr_item, l->fn->layout[LAYOUT_method_self], bound, from), state);
    operands[1]->nullable = false;
}

/* Of a built-in type. */
static void unbind_builtin(Lowerer *l, Ins **operands, const Site *site, FrameState *state) {
    Ins *method = lower_named_method(l, (Builtin)site->method), *bound = operands[1];
    Likely type = bc_method_type((Builtin)site->method);
    if (method == NULL) return;
    lower_guarded(INS(l, is_function, 0, bound, K_FACT(l, OBJECT, site->definition)), state);
    Ins *self = INS(l, function_self, 0, bound);
    lower_guard_type(l, self, lower_exact_type(type), state);
    operands[0] = method;
    operands[1] = self;
}

void lower_unbind(Lowerer *l) {
    int count = l->instr->arg;
    if (!lower_speculates(l) || l->depth < count + 2) return;
    Ins **operands = &l->stack[l->depth - count - 2], *bound = operands[1];
    if (operands[0]->op != IR_null_OP || bound->type != IR_OBJ) return;
    const Site *site = lower_site(bound);
    if (bound->op == IR_call_OP && bound->imm == H_rt_bind) {
        operands[0] = bound->args[0];
        operands[1] = bound->args[1];
    } else if (site != NULL && site->unbound != NULL) {
        unbind_function(l, operands, site, lower_state_here(l));
    } else if (site != NULL && site->method != BI_NONE) {
        unbind_builtin(l, operands, site, lower_state_here(l));
    }
}
