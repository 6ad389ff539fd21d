/* Calls put in line: the callee's bytecode is lowered where the call is. At first it has no frame: its locals
 * and operands are SSA values, and an exit makes the frames there should be. So nothing may happen in it that
 * somebody could look at the frame from. Where that shows up the call is lowered anew as one that may get its
 * frame: it is made in front of the first such operation, or where control flow joins, and from there on
 * the callee is like the function itself, its locals in memory. And where that would be too much, the
 * callee's beginning alone is put in line, which may be all that runs of it, and there the call is made after
 * all. */
#include <setjmp.h>
#include <string.h>

#include "lower/inline.h"
#include "lower/peel.h"
#include "lower/stale.h"

enum { MAX_NESTED = 4, MAX_UNITS_IN_ALL = 3000, MAX_ARGUMENTS = 32 };
/* Of calls that may get a frame: they gain less. A function may take up so many code units with all of them
 * beside as many as it has itself, shared out evenly among its call sites, and so on inwards; a callee that
 * is small fits into any share. */
enum { MAX_RECURSION = 3, FRAMED_UNITS = 400, MOST_FRAMED_UNITS = 1200, SMALL_UNITS = 60 };

/* A callee that turned out to need a frame when it was called with such arguments. */
typedef struct Framed {
    const Bytecode *code;
    uint8_t *types;
} Framed;

typedef struct Budget {
    VEC(Framed) framed;
} Budget;

FrameState *lower_caller_state(const Lowerer *l) { return l->inlined->caller_state; }
Lowerer *lower_caller(const Lowerer *l) { return l->inlined->caller; }
Ins *lower_inline_function(const Lowerer *l) { return l->inlined->function; }
bool lower_is_cold(const Lowerer *l, int index) { return l->inlined->cold[index]; }

_Noreturn void lower_give_up_inlining(Lowerer *l) { longjmp(*l->inlined->given_up, 1); }

bool lower_needs_frame(IrOp op, int64_t imm) {
    switch (op) {
    case IR_ldloc_OP:
    case IR_stloc_OP:
    case IR_stboxed_OP:
    case IR_clrloc_OP:
    case IR_chkloc_OP: return true;
    case IR_call_OP: return ir_helper((int)imm)->runs_code || strchr(ir_helper((int)imm)->args, 'F') != NULL;
    default: return (IR_OPS[op].flags & OPF_RUNS_CODE) != 0;
    }
}

/* --- frames --- */

/* The caller's variables into its memory, and where it stands: it may be looked at from now on. For it
 * nothing changes, since this may be only one of several ways through the callee. `objects`: those that the
 * caller has of numbers it has given. */
static void show_caller(Lowerer *l, Ins **objects) {
    Lowerer *caller = l->inlined->caller;
    const Lowerer before = *caller;
    size_t size = sizeof(Local) * (size_t)caller->code->local_count;
    Local *locals = arena_array(&l->cx->arena, Local, caller->code->local_count + 1);
    memcpy(locals, caller->locals, size);
    caller->block = l->block;
    lower_mark_running(caller);
    lower_flush(caller);
    for (int i = 0; i < l->code->local_count; i++) {
        const Local *local = &l->locals[i];
        bool given = local->value != NULL && local->value->type != IR_OBJ && local->bound->op == IR_ki64_OP &&
                     local->bound->imm == 1;
        objects[i] = given ? lower_given_object(caller, local->value) : NULL;
    }
    l->block = caller->block;
    *caller = before;
    memcpy(caller->locals, locals, size);
}

/* What memory has now that the frame is made. */
static void move_to_memory(Local *local, const Ins *object) {
    if (local->value == NULL) *local = (Local){.bound = local->bound, .quiet = true};
    else if (local->value->type != IR_OBJ) local->quiet = true, local->stale &= object == NULL;
    else if (local->number != NULL)
        *local = (Local){.value = local->number, .bound = local->bound, .quiet = true};
    else *local = (Local){.bound = local->bound, .loaded = local->value};
}

/* --- the beginning of a callee --- */

static bool is_place(const Lowerer *l, const Block *block) {
    for (int i = 0; i < l->code->count; i++)
        if (l->places[i].block == block) return true;
    return false;
}

/* Can the callee be left where it is, and be called from its start? */
static bool can_start_anew(const Lowerer *l) {
    const Inlined *inlined = l->inlined;
    const Ins *first = inlined->before ? inlined->before->next : NULL;
    for (const Ins *ins = first; ins != NULL; ins = ins->next)
        if (ir_changes(ins)) return false;
    for (int i = inlined->first_block; i < l->fn->blocks.count; i++) {
        const Block *block = l->fn->blocks.items[i];
        if (block->last == NULL && block != l->block && block != inlined->join && !is_place(l, block))
            return false; /* the other way of a fork */
        for_each_ins(ins, block) if (ir_changes(ins)) return false;
    }
    return true;
}

static void return_value(Lowerer *l, Block *block, Ins *value) {
    ir_append(block, ir_new_ins(l->fn, IR_jump_OP, IR_VOID, 0));
    ir_set_succs(block, l->inlined->join, NULL);
    vec_push(&l->cx->arena, &l->inlined->returns, ((Return){block, value}));
}

/* The call is made in the caller's name; for it nothing changes, as with show_caller. */
static Ins *call_in_caller(Lowerer *l) {
    Lowerer *caller = l->inlined->caller;
    const Lowerer before = *caller;
    size_t locals_size = sizeof(Local) * (size_t)caller->code->local_count,
           stack_size = sizeof(Ins *) * (size_t)caller->code->stack_size;
    Local *locals = arena_array(&l->cx->arena, Local, caller->code->local_count + 1);
    Ins **stack = arena_array(&l->cx->arena, Ins *, caller->code->stack_size + 1);
    memcpy(locals, caller->locals, locals_size);
    memcpy(stack, caller->stack, stack_size);
    caller->block = l->block;
    caller->depth += caller->instr->arg + 2;
    lower_general_call(caller);
    FrameState *state = lower_state(caller, caller->code->instrs[caller->index + 1].offset);
    Ins *value = lower_pop_any(caller);
    value = lower_as_type(caller, value, l->inlined->type, state);
    l->block = caller->block;
    *caller = before;
    memcpy(caller->locals, locals, locals_size);
    memcpy(caller->stack, stack, stack_size);
    return value;
}

static _Noreturn void call_after_all(Lowerer *l) {
    if (!can_start_anew(l)) lower_give_up_inlining(l);
    Ins *value = call_in_caller(l);
    return_value(l, l->block, value);
    lower_end(l);
    longjmp(*l->inlined->over, 1);
}

void lower_need_frame(Lowerer *l) {
    if (l->framed) return;
    if (l->inlined->way == WAY_BEGINNING) call_after_all(l);
    if (l->inlined->way != WAY_FRAMED) lower_give_up_inlining(l);
    int locals = l->code->local_count;
    Ins **objects = arena_array(&l->cx->arena, Ins *, locals + 1);
    show_caller(l, objects);
    Ins *push = ir_new_ins(l->fn, IR_push_OP, IR_VOID, 1 + locals);
    push->frame = l->frame;
    push->imm = l->instr->lasti;
    push->args[0] = l->inlined->function;
    for (int i = 0; i < locals; i++) {
        Local *local = &l->locals[i];
        Ins *object = local->value && local->value->type == IR_OBJ ? local->value : objects[i];
        push->args[1 + i] = object != NULL ? object : K_NULL(l);
        move_to_memory(local, object);
        local->bound = K_INT(l, 1);
    }
    ir_append(l->block, push);
    l->framed = true;
    l->marked_block = l->block;
    l->marked_lasti = l->instr->lasti;
}

void lower_need_frame_at_join(Lowerer *l) {
    if (l->inlined != NULL && l->inlined->way == WAY_FRAMED) lower_need_frame(l);
}

void lower_need_frame_before_fork(Lowerer *l) {
    if (l->inlined != NULL && l->inlined->way != WAY_FRAMELESS) lower_need_frame(l);
}

static void pop_frame(Lowerer *l) {
    Ins *pop = ir_new_ins(l->fn, IR_pop_OP, IR_VOID, 0);
    pop->frame = l->frame;
    pop->imm = l->instr->lasti;
    ir_append(l->block, pop);
}

/* --- the callee --- */

/* Where the straight-line code begins that ends in the raise at an index. */
static int begin_of_raise(const Lowerer *l, int index) {
    while (index > 1 && l->places[index].edges <= 1 && l->code->instrs[index - 1].target < 0) index--;
    return index;
}

/* Straight-line code that ends in a raise runs rarely; where it turned out to run, it is lowered like the
 * rest. */
static void find_cold(Lowerer *l) {
    const Bytecode *code = l->code;
    l->inlined->cold = arena_array(&l->cx->arena, bool, code->count + 1);
    if (l->inlined->way == WAY_FRAMED) return;
    for (int i = 1; i < code->count; i++) {
        if (code->instrs[i].op != BC_RAISE_VARARGS) continue;
        int first = begin_of_raise(l, i);
        for (int k = first; k <= i; k++) l->inlined->cold[k] = !(code->instrs[first].flags & BC_WARM);
    }
}

/* What it has in its locals lives until it returns; dropped in their order. */
void inline_keep_locals(Lowerer *l) {
    Ins **values = arena_array(&l->cx->arena, Ins *, l->code->local_count + 1);
    int count = 0;
    for (int i = l->code->local_count - 1; i >= 0; i--) {
        Ins *value = l->locals[i].value;
        if (value != NULL && lower_is_over_sequence(value)) value = value->args[ITERATOR_SEQUENCE];
        if (value == NULL || value->type != IR_OBJ || ir_is(value, OPF_VIRTUAL) || value->op == IR_null_OP)
            continue;
        values[count++] = value;
    }
    values[count++] = l->inlined->function;
    lower_ins(l, IR_keep_OP, 0, count, values);
}

void lower_inline_return(Lowerer *l) {
    Inlined *inlined = l->inlined;
    if (inlined->steps != NULL) {
        lower_generator_return(l);
        return;
    }
    FrameState *state = lower_state_here(l);
    Ins *value = inline_returned(l, lower_pop_any(l), state);
    if (l->framed) pop_frame(l);
    else inline_keep_locals(l);
    return_value(l, l->block, value);
    inlined->ends++;
    lower_end(l);
}

Ins *inline_result(Lowerer *inner) {
    Inlined *inlined = inner->inlined;
    if (inlined->returns.count == 0 || inlined->ends == 0) lower_give_up_inlining(inner);
    if (inlined->returns.count == 1) return inlined->returns.items[0].value;
    ir_fill_preds(inner->fn);
    Ins *phi = ir_new_ins(inner->fn, IR_phi_OP, inlined->type, inlined->join->preds.count);
    for (int p = 0; p < phi->arg_count; p++)
        for (int i = 0; i < inlined->returns.count; i++)
            if (inlined->returns.items[i].from == inlined->join->preds.items[p])
                phi->args[p] = inlined->returns.items[i].value;
    for (int p = 0; p < phi->arg_count; p++) phi->nullable |= phi->args[p]->nullable;
    ir_append(inlined->join, phi);
    return phi;
}

/* --- the call --- */

static bool is_property(const Call *call) {
    return inline_is_operator(call) && call->site->kind == SITE_PROPERTY;
}

bool inline_find_call(Lowerer *l, Call *call) {
    int count = l->instr->arg;
    if (l->depth < count + 2 || count > MAX_ARGUMENTS) return false;
    Ins **at = &l->stack[l->depth - count - 2];
    bool method = at[0]->op != IR_null_OP;
    *call = (Call){.function = at[!method],
                   .args = &at[method ? 1 : 2],
                   .count = count + method,
                   .names = l->instr->arg2,
                   .named = lower_named(l)};
    if (method && inline_find_exit(l, at[0], call)) return true;
    call->site = lower_site(call->function);
    return call->site != NULL && call->function->type == IR_OBJ;
}

/* Were its handlers needed where it was put in line? They are the interpreter's then. */
static bool raises_often(const Bytecode *code) {
    for (int i = 0; i < code->count; i++)
        if (code->instrs[i].handler >= 0 && code->instrs[i].flags & BC_NO_SPECULATION) return true;
    return false;
}

/* Of calls within each other: all, or those of one function. */
static int count_nested(const Lowerer *l, const void *code_object) {
    int count = 0;
    for (const Lowerer *in = l; in->inlined != NULL; in = in->inlined->caller)
        count += code_object == NULL || in->inlined->callee->code_object == code_object;
    return count;
}

bool inline_is_affordable(const Lowerer *l, const Callee *callee, Way way) {
    int units = callee->units, in_all = units;
    for (int i = 0; i < l->fn->inlined.count; i++) in_all += l->fn->inlined.items[i].units_run;
    if (count_nested(l, NULL) >= MAX_NESTED) return false;
    int again = count_nested(l, callee->code_object);
    if (way == WAY_FRAMELESS) return again == 0 && in_all <= MAX_UNITS_IN_ALL;
    if (way == WAY_BEGINNING) return callee->class_version == 0 && in_all <= MAX_UNITS_IN_ALL;
    int share = l->units_left / (l->calls_left > 1 ? l->calls_left : 1);
    return again < MAX_RECURSION && units <= l->units_left && (units <= share || units <= SMALL_UNITS);
}

static int kind_of(const Lowerer *l, const Call *call, const Callee *callee) {
    _Static_assert(INLINED_BINARY + 2 * BIN_COUNT == INLINED_COMPARE, "a kind for each operator");
    _Static_assert(INLINED_GATHER + GATHER_KINDS == INLINED_KINDS, "a kind for each way to gather");
    if (call->steps) return INLINED_STEP;
    if (call->awaits) return INLINED_AWAIT;
    if (call->taker) return INLINED_GATHER + (int)call->kind;
    if (call->object) return INLINED_OBJECT;
    if (is_property(call)) return l->instr->op == BC_STORE_ATTR ? INLINED_SETTER : INLINED_PROPERTY;
    if (!inline_is_operator(call) || call->exit != NULL)
        return callee->class_version != 0 ? INLINED_INIT : INLINED_CALL;
    switch (l->instr->op) {
    case BC_BINARY_OP: return INLINED_BINARY + 2 * l->instr->arg + (l->instr->arg2 != 0);
    case BC_COMPARE_OP: return INLINED_COMPARE + l->instr->arg;
    case BC_CONTAINS_OP: return INLINED_CONTAINS + l->instr->arg;
    case BC_STORE_SUBSCR: return INLINED_SET_ITEM;
    case BC_CALL: return INLINED_LEN;
    default: return INLINED_ITEM;
    }
}

/* Must what it gives be such that whoever asked for it has a guard there, and was it often another? */
static bool returns_otherwise(const Bytecode *code, int kind) {
    if (kind != INLINED_INIT && (kind < INLINED_CONTAINS || kind > INLINED_LEN)) return false;
    for (int i = 0; i < code->count; i++)
        if (code->instrs[i].op == BC_RETURN_VALUE && code->instrs[i].flags & BC_NO_SPECULATION) return true;
    return false;
}

static const Callee *find_callee(Lowerer *l, const Call *call) {
    const Callee *callee = l->callees->find(l->callees->context, l->cx, call->site);
    if (callee == NULL || raises_often(callee->code)) return NULL;
    return returns_otherwise(callee->code, kind_of(l, call, callee)) ? NULL : callee;
}

static int add_frame(Lowerer *l, const Call *call_made, const Callee *callee) {
    const Bytecode *code = callee->code;
    InlinedCall call = {.parent = l->frame,
                        .local_count = code->local_count,
                        .stack_size = code->stack_size,
                        .const_count = code->const_count,
                        .name_count = code->name_count,
                        .unit_count = code->unit_count,
                        .units_run = callee->units,
                        .kind = kind_of(l, call_made, callee),
                        .first_slot = ir_slot_count(l->fn),
                        .code = callee->code_object,
                        .held = callee->held};
    vec_push(&l->cx->arena, &l->fn->inlined, call);
    l->fn->const_count += code->const_count;
    l->fn->name_count += code->name_count;
    return l->fn->inlined.count;
}

static bool is_known_to_need_frame(const Lowerer *l, const Callee *callee, const uint8_t *types) {
    for (int i = 0; i < l->budget->framed.count; i++) {
        const Framed *framed = &l->budget->framed.items[i];
        if (framed->code == callee->code &&
            memcmp(framed->types, types, (size_t)callee->code->argument_count) == 0)
            return true;
    }
    return false;
}

Lowerer *inline_new_lowerer(Lowerer *l, const Call *call, const Callee *callee, Way way) {
    Arena *arena = &l->cx->arena;
    Lowerer *inner = arena_new(arena, Lowerer);
    *inner =
        (Lowerer){.cx = l->cx, .code = callee->code, .fn = l->fn, .callees = l->callees, .budget = l->budget};
    inner->native = l->native;
    inner->hints = l->hints;
    inner->inlined = arena_new(arena, Inlined);
    *inner->inlined = (Inlined){.caller = l, .callee = callee, .function = call->function, .way = way};
    callee->code->argument_types = call->types;
    inner->inference = infer_types(l->cx, callee->code, l->callees);
    inner->code = peel_loops(l->cx, callee->code, &inner->inference, l->callees);
    inner->inlined->type = lower_unboxed_type(infer_return(inner->inference, inner->code));
    int kind = kind_of(l, call, callee);
    bool object = kind == INLINED_INIT || ir_gives_nothing(kind),
         number = kind >= INLINED_CONTAINS && kind <= INLINED_LEN;
    if (object || number) inner->inlined->type = object ? IR_OBJ : IR_I64;
    inner->inlined->kind = kind;
    inner->inlined->gathers = call->taker != 0;
    inner->inlined->start = call->start;
    inner->inlined->rest_count = call->rest_count;
    inner->inlined->keyword_count = call->keyword_count;
    inner->inlined->levels = ir_levels(kind);
    if (way == WAY_FRAMED)
        inner->stale = stale_foresee(l->cx, inner->code, inner->inference, l->callees, true).stale;
    return inner;
}

static int64_t frame_words(const Lowerer *l, const Bytecode *code) {
    return l->fn->layout[LAYOUT_frame_localsplus] / (int64_t)sizeof(void *) + code->local_count +
           code->stack_size;
}

Ins *inline_pinned(Lowerer *l, void *object) {
    return INS(l, pinned, 0, K_FACT(l, OBJECT, (intptr_t)object));
}

/* Does the class of the right operand certainly leave it to that of the left to begin? */
static bool yields_for_certain(const Lowerer *l, const Ins *right) {
    if (l->instr->op != BC_BINARY_OP && l->instr->op != BC_COMPARE_OP) return true;
    const ConstInfo *constant = lower_const_info(right);
    return right->type != IR_OBJ ||
           (constant != NULL && (constant->type == LIKELY_INT || constant->type == LIKELY_FLOAT ||
                                 constant->type == LIKELY_NONE));
}

static void guard_yields(Lowerer *l, const Call *call, FrameState *state) {
    Ins *right = call->args[1];
    uint32_t version = call->site->type_version;
    Helper yields = l->instr->op == BC_COMPARE_OP ? H_rt_yields_compared : H_rt_yields;
    if (lower_hinted(l, right) == version) {
        lower_guarded(INS(l, type_is, 0, right, K_FACT(l, TYPE, version)), state);
        return;
    }
    Ins *operands[] = {inline_pinned(l, call->site->type), lower_object(l, right)};
    lower_guarded(INS(l, guard, 0, lower_call(l, yields, 2, operands)), state);
}

/* What a property has for a getter now. */
static Ins *getter_of(Lowerer *l, const Site *site, FrameState *state) {
    Ins *property = inline_pinned(l, site->holder);
    return lower_guarded(INS(l, attr_item, site->offset, property, INS(l, itself, 0, property)), state);
}

/* In the globals or the builtins. */
static bool looks_up_names(const Bytecode *code) {
    for (int i = 0; i < code->count; i++) switch (code->instrs[i].op) {
        case BC_LOAD_CLASSDEREF:
        case BC_LOAD_NAME:
        case BC_STORE_NAME:
        case BC_DELETE_NAME:
        case BC_LOAD_GLOBAL:
        case BC_STORE_GLOBAL:
        case BC_DELETE_GLOBAL:
        case BC_MAKE_FUNCTION:
        case BC_LOAD_BUILD_CLASS:
        case BC_SETUP_ANNOTATIONS:
        case BC_IMPORT_NAME: return true;
        default: break;
        }
    return false;
}

/* Is the frame that a function was made in one of those around the call at hand, and there? */
static bool is_made_around(const Lowerer *l, const Ins *function) {
    if (!lower_is_made_function(function)) return false;
    while (l->frame != function->frame && l->inlined != NULL) l = l->inlined->caller;
    return l->frame == function->frame && l->framed;
}

/* A function that is made here has the code that it had, and looks names up in the dicts that the frame it
 * was made in has its own from. */
static void guard_names(Lowerer *l, const Callee *callee, const Ins *function, FrameState *state) {
    if (!looks_up_names(callee->code)) return;
    Ins *dicts[] = {inline_pinned(l, callee->globals), inline_pinned(l, callee->builtins)};
    Ins *same = ir_new_ins(l->fn, IR_call_OP, IR_I64, 2);
    same->imm = H_rt_makes_with;
    same->frame = function->frame;
    memcpy(same->args, dicts, sizeof(dicts));
    ir_append(l->block, same);
    lower_guarded(INS(l, guard, 0, same), state);
}

void inline_guard_function(Lowerer *l, const Callee *callee, Ins *function, FrameState *state) {
    if (is_made_around(l, function)) guard_names(l, callee, function, state);
    else if (callee->globals != NULL)
        lower_guarded(INS(l, code_is, 0, function, K_PLACE(l, callee->code_object),
                          K_PLACE(l, callee->globals), K_PLACE(l, callee->builtins)),
                      state);
    else lower_guarded(INS(l, function_is, 0, function, K_FACT(l, FUNCTION, callee->version)), state);
}

/* Is it still what was found when this was compiled? */
void inline_guard_callee(Lowerer *l, Inlined *inlined, const Call *call, FrameState *state) {
    const Callee *callee = inlined->callee;
    if (inline_is_operator(call)) {
        lower_guarded(INS(l, type_is, 0, call->args[0], K_FACT(l, TYPE, call->site->type_version)), state);
        lower_hint(l, call->args[0], call->site->type_version);
        if (!is_property(call) && !yields_for_certain(l, call->args[1])) guard_yields(l, call, state);
        inlined->function =
            is_property(call) ? getter_of(l, call->site, state) : inline_pinned(l, callee->function);
    }
    if (callee->class_version != 0) {
        lower_guarded(INS(l, is_type, KNOWN_type, inlined->function), state);
        lower_guarded(INS(l, version_is, 0, inlined->function, K_FACT(l, TYPE, callee->class_version)),
                      state);
        inlined->class = inlined->function;
        inlined->function = inline_pinned(l, callee->function);
    }
    inline_guard_function(l, callee, inlined->function, state);
}

void lower_guard_room(Lowerer *l, int levels, FrameState *state) {
    for (const Lowerer *in = l; !in->framed; in = in->inlined->caller) levels += in->inlined->levels;
    INS0(l, room, levels)->state = state;
}

static void guard_room(Lowerer *l, const Lowerer *inner, FrameState *state) {
    lower_guard_room(l, inner->inlined->levels, state);
    if (inner->inlined->way == WAY_FRAMED) INS0(l, stack_room, frame_words(l, inner->code))->state = state;
}

/* The call has returned, and its operands are gone, its result still to be pushed. Where a built-in function
 * takes what a generator yields, its call is what runs meanwhile. */
static FrameState *state_behind(Lowerer *l, const Call *call) {
    const Instr *at = l->instr;
    if (call->awaits) return lower_state_awaited(l);
    if (call->taker) l->instr = &l->code->instrs[call->taker];
    if (call->taker && !call->stays) {
        l->depth -= 2;
        l->index = call->taker;
    }
    FrameState *state = lower_state(l, call->stays ? l->instr->offset : l->code->instrs[l->index + 1].offset);
    state->handler = lower_handler(l, l->instr->handler);
    if (call->stays) l->instr = at;
    return state;
}

/* Its code comes where the caller's is. */
void inline_begin(Lowerer *l, Lowerer *inner, const Call *call) {
    inner->first_const = l->fn->const_count;
    inner->first_name = l->fn->name_count;
    inner->frame = add_frame(l, call, inner->inlined->callee);
    if (!call->steps) inner->inlined->join = lower_new_block(l);
    lower_prepare(inner);
    find_cold(inner);
    inner->inlined->first_block = l->fn->blocks.count;
    inner->inlined->before = l->block->last;
    inner->block = l->block;
}

static void enter(Lowerer *l, Lowerer *inner, const Call *call) {
    FrameState *state = lower_state_here(l);
    inline_guard_callee(l, inner->inlined, call, state);
    guard_room(l, inner, state);
    inline_fill_locals(l, inner, call);
    if (call->exit != NULL) inline_push_exit(l, call);
    else if (!inline_is_operator(call)) l->depth -= l->instr->arg + 2;
    if (inner->inlined->callee->class_version != 0) lower_push(l, inner->locals[0].value);
    inner->inlined->caller_state = state_behind(l, call);
    inline_begin(l, inner, call);
    lower_goto(inner, 0);
}

Before inline_remember(Lowerer *l) {
    Arena *arena = &l->cx->arena;
    Before before = {.lowerer = *l, .last = l->block->last, .blocks = l->fn->blocks.count};
    before.inlined = l->fn->inlined.count;
    before.const_count = l->fn->const_count;
    before.name_count = l->fn->name_count;
    before.pool = l->fn->pool.count;
    before.facts = l->fn->facts.count;
    before.caches = l->fn->cache_count;
    before.hints = l->hints->count;
    if (l->inlined != NULL) {
        before.returns = l->inlined->returns.count;
        before.ends = l->inlined->ends;
        before.gives = l->inlined->gives.count;
        before.raised = l->inlined->raised.count;
    }
    before.stack = arena_array(arena, Ins *, l->depth + 1);
    memcpy(before.stack, l->stack, sizeof(Ins *) * (size_t)l->depth);
    before.locals = arena_array(arena, Local, l->code->local_count + 1);
    memcpy(before.locals, l->locals, sizeof(Local) * (size_t)l->code->local_count);
    return before;
}

void inline_go_back(Lowerer *l, const Before *before) {
    *l = before->lowerer;
    memcpy(l->stack, before->stack, sizeof(Ins *) * (size_t)l->depth);
    memcpy(l->locals, before->locals, sizeof(Local) * (size_t)l->code->local_count);
    l->block->last = before->last;
    *(before->last ? &before->last->next : &l->block->first) = NULL;
    l->block->succ_count = 0;
    l->fn->blocks.count = before->blocks;
    l->fn->inlined.count = before->inlined;
    l->fn->const_count = before->const_count;
    l->fn->name_count = before->name_count;
    l->fn->pool.count = before->pool;
    l->fn->pool_room = 0; /* its table is made anew */
    l->fn->facts.count = l->fn->fact_kinds.count = l->fn->fact_count = before->facts;
    l->fn->cache_count = before->caches;
    l->hints->count = before->hints;
    if (l->inlined == NULL) return;
    l->inlined->returns.count = before->returns;
    l->inlined->ends = before->ends;
    l->inlined->gives.count = before->gives;
    l->inlined->raised.count = before->raised;
}

bool inline_may_be_operator(const Instr *instr) {
    if (instr->site == NULL) return false;
    return instr->site->kind == SITE_PROPERTY || instr->op == BC_BINARY_OP || instr->op == BC_BINARY_SUBSCR ||
           instr->op == BC_COMPARE_OP || instr->op == BC_CONTAINS_OP || instr->op == BC_STORE_SUBSCR ||
           instr->op == BC_BEFORE_WITH;
}

/* What is left to be shared among the call sites that have not been lowered yet. */
static void share_out(Lowerer *l, int units) {
    l->units_left = units;
    l->calls_left = 0;
    for (int i = 0; i < l->code->count; i++) {
        const Instr *instr = &l->code->instrs[i];
        l->calls_left += (instr->op == BC_CALL || inline_may_be_operator(instr)) && !(instr->flags & BC_COLD);
    }
}

bool inline_try(Lowerer *l, const Call *call, const Callee *callee, Way way) {
    jmp_buf given_up, over;
    const Before before = inline_remember(l);
    Lowerer *inner = inline_new_lowerer(l, call, callee, way);
    inner->inlined->given_up = &given_up;
    inner->inlined->over = &over;
    if (setjmp(given_up)) {
        inline_go_back(l, &before);
        return false;
    }
    int share = l->units_left / (l->calls_left > 1 ? l->calls_left : 1), units = callee->units;
    share_out(inner, (share > units ? share : units) - units);
    int given = inner->units_left;
    enter(l, inner, call);
    Ins **stack = inner->stack;
    if (setjmp(over)) { /* on with the next place, whatever was being handed on in this one */
        inner->stack = stack;
        inner->spread = NULL;
    }
    lower_all_places(inner);
    Ins *result = inline_result(inner);
    uint32_t result_class = lower_hinted(l, result);
    l->hints->count = inner->first_hint;
    if (result_class != 0) lower_hint(l, result, result_class);
    if (way == WAY_FRAMED) l->units_left -= units;
    l->units_left -= given - inner->units_left;
    inline_catch(l, inner);
    l->block = inner->inlined->join;
    if (inline_is_operator(call)) inline_give(l, inner->inlined->kind, result);
    else if (callee->class_version == 0) lower_push(l, result);
    return true;
}

Ins *inline_as_object(Lowerer *l, Ins *value) {
    if (value == NULL || !ir_is(value, OPF_VIRTUAL) || lower_is_suspended(value)) return value;
    Ins *object = lower_object(l, value);
    for (int i = 0; i < l->depth; i++)
        if (l->stack[i] == value) l->stack[i] = object;
    return object;
}

bool inline_all_ways(Lowerer *l, Call *call) {
    const Callee *callee = find_callee(l, call);
    if (callee == NULL || !inline_bind(l, call, callee)) return false;
    if (inline_is_operator(call) && !inline_is_affordable(l, callee, WAY_FRAMELESS)) return false;
    lower_leave_here(l); /* the call is an event */
    if (callee->has_finalizer) lower_need_frame(l);
    if (!is_known_to_need_frame(l, callee, call->types)) {
        if (inline_is_affordable(l, callee, WAY_FRAMELESS) && inline_try(l, call, callee, WAY_FRAMELESS))
            return true;
        vec_push(&l->cx->arena, &l->budget->framed, ((Framed){callee->code, call->types}));
    }
    for (int i = 0; i < call->count; i++) call->args[i] = inline_as_object(l, call->args[i]);
    if (!inline_is_operator(call) && !call->object && lower_native_call(l, call, callee)) return true;
    lower_need_frame(l); /* for the call in either way */
    if (inline_is_affordable(l, callee, WAY_FRAMED)) return inline_try(l, call, callee, WAY_FRAMED);
    return !inline_is_operator(call) && inline_is_affordable(l, callee, WAY_BEGINNING) &&
           inline_try(l, call, callee, WAY_BEGINNING);
}

static bool may_but_for_guards(const Lowerer *l) {
    return l->callees != NULL && l->index + 1 < l->code->count;
}

bool inline_may(const Lowerer *l) { return may_but_for_guards(l) && !(l->instr->flags & BC_NO_SPECULATION); }

bool inline_call(Lowerer *l, Call *call) {
    bool done = inline_may(l) && call->site != NULL && inline_all_ways(l, call);
    l->calls_left -= inline_may_be_operator(l->instr);
    return done;
}

/* Whatever was called here by others: this one is made here, for certain. */
static bool calls_made_function(const Lowerer *l) {
    Ins **operands = &l->stack[l->depth - l->instr->arg - 2];
    return operands[0]->op == IR_null_OP && lower_is_made_function(operands[1]);
}

bool lower_inline_call(Lowerer *l) {
    Call call;
    bool made = l->depth >= l->instr->arg + 2 && calls_made_function(l);
    bool may = made ? may_but_for_guards(l) : inline_may(l);
    bool done = may && inline_find_call(l, &call) && inline_all_ways(l, &call);
    l->calls_left--;
    return done;
}

/* A call of an object whose class was found to have a Python function for that. */
bool lower_inline_object(Lowerer *l) {
    const Site *site = l->instr->site;
    int count = l->instr->arg;
    if (!inline_may(l) || site == NULL || !site->called || l->depth < count + 2 || count >= MAX_ARGUMENTS)
        return false;
    Ins **operands = &l->stack[l->depth - count - 2], *object = operands[1];
    uint32_t known = lower_hinted(l, object);
    if (operands[0]->op != IR_null_OP || object->type != IR_OBJ || lower_is_made_function(object) ||
        (known != 0 && known != site->type_version))
        return false;
    const Before before = inline_remember(l);
    lower_guarded(INS(l, type_is, 0, object, K_FACT(l, TYPE, site->type_version)), lower_state_here(l));
    lower_hint(l, object, site->type_version);
    Call call = {.function = inline_pinned(l, site->object),
                 .site = site,
                 .args = &operands[1],
                 .count = count + 1,
                 .names = l->instr->arg2,
                 .named = lower_named(l),
                 .object = true};
    Ins **kept = arena_array(&l->cx->arena, Ins *, count + 1); /* as the interpreter keeps them */
    memcpy(kept, call.args, sizeof(Ins *) * ((size_t)count + 1));
    bool done = inline_all_ways(l, &call);
    if (done) lower_keep(l, kept, count + 1);
    else inline_go_back(l, &before);
    l->calls_left -= done;
    return done;
}

bool lower_inline_generator(Lowerer *l, GatherKind kind, int taker, const ConstInfo *start) {
    Call call;
    if (!inline_may(l) || l->native != NULL || taker + 1 >= l->code->count || !inline_find_call(l, &call))
        return false;
    const Callee *found = l->callees->find_generator(l->callees->context, l->cx, call.site);
    if (found == NULL || !inline_bind(l, &call, found)) return false;
    Callee *callee = arena_new(&l->cx->arena, Callee);
    *callee = *found;
    callee->code = lower_gathering(l, found->code, call.types, &kind);
    call.taker = taker;
    call.stays = kind == GATHER_LIST;
    call.kind = kind;
    call.start = start;
    if (callee->code == NULL || !lower_can_start(kind, start) ||
        !inline_is_affordable(l, callee, WAY_FRAMELESS))
        return false;
    lower_leave_here(l);
    if (!inline_try(l, &call, callee, WAY_FRAMELESS)) return false;
    l->calls_left -= 2 - call.stays;
    return true;
}

bool lower_inline_property(Lowerer *l, const Site *site) {
    if (!inline_may(l)) return false;
    bool writing = l->instr->op == BC_STORE_ATTR;
    Ins **args = arena_array(&l->cx->arena, Ins *, 2);
    args[0] = l->stack[l->depth - 1];
    if (writing) args[1] = l->stack[l->depth - 2];
    Call call = {.site = site, .args = args, .count = 1 + writing, .names = -1};
    bool done = inline_all_ways(l, &call);
    l->calls_left--;
    return done;
}

bool lower_stays_one(const Lowerer *l, int target, int slot) {
    const Ins *value = l->locals[slot].value;
    int stores = 0;
    if (l->framed || value->type != IR_OBJ || l->inference->locals[target][slot] & MAY_BE_UNBOUND)
        return false;
    for (int i = 0; i < l->code->count; i++) {
        const Instr *instr = &l->code->instrs[i];
        stores += (instr->op == BC_STORE_FAST || instr->op == BC_DELETE_FAST) && instr->arg == slot;
    }
    bool is_method = value->op == IR_call_OP && value->imm == H_rt_bind;
    return stores == 0 ? l->inlined->steps == NULL : stores == 1 && is_method;
}

void lower_begin_inlining(Lowerer *l) {
    int units = FRAMED_UNITS + l->code->unit_count;
    l->budget = arena_new(&l->cx->arena, Budget);
    share_out(l, units < MOST_FRAMED_UNITS ? units : MOST_FRAMED_UNITS);
}
