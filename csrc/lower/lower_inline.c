/* Calls put in line: the callee's bytecode is lowered where the call is. It gets no frame: its locals and
 * operands are SSA values, and an exit makes the frames there should be. So nothing may happen in it that
 * somebody could look at the frame from; a callee in which that shows up is called after all. */
#include <setjmp.h>
#include <string.h>

#include "lower/lower.h"

enum { MAX_NESTED = 4, MAX_UNITS_IN_ALL = 3000, MAX_ARGUMENTS = 32 };

typedef struct Return {
    Block *from;
    Ins *value;
} Return;

typedef struct Inlined {
    Lowerer *caller;
    FrameState *caller_state; /* the call has returned, its result is still to be pushed */
    Ins *function;
    const Callee *callee;
    jmp_buf *given_up;
    bool *cold;  /* by instruction: ends in a raise */
    IrType type; /* of the result */
    Block *join;
    VEC(Return) returns;
} Inlined;

FrameState *lower_caller_state(const Lowerer *l) { return l->inlined->caller_state; }
Ins *lower_inline_function(const Lowerer *l) { return l->inlined->function; }
bool lower_is_cold(const Lowerer *l, int index) { return l->inlined->cold[index]; }

_Noreturn void lower_give_up_inlining(Lowerer *l) { longjmp(*l->inlined->given_up, 1); }

bool lower_needs_frame(const Ins *ins) {
    switch (ins->op) {
    case IR_ldloc_OP:
    case IR_stloc_OP:
    case IR_stboxed_OP:
    case IR_clrloc_OP:
    case IR_chkloc_OP:
    case IR_globals_OP:
    case IR_builtins_OP: return true;
    case IR_exit_OP: return false;
    case IR_call_OP: return ir_runs_code(ins) || strchr(ir_helper((int)ins->imm)->args, 'F') != NULL;
    default: return ir_runs_code(ins);
    }
}

/* --- the callee --- */

/* Straight-line code that ends in a raise runs rarely. */
static void find_cold(Lowerer *l) {
    const Bytecode *code = l->code;
    l->inlined->cold = arena_array(&l->cx->arena, bool, code->count + 1);
    for (int i = 0; i < code->count; i++) {
        if (code->instrs[i].op != BC_RAISE_VARARGS) continue;
        for (int k = i; k > 0; k--) {
            l->inlined->cold[k] = true;
            if (l->places[k].edges > 1 || code->instrs[k - 1].target >= 0) break;
        }
    }
}

/* What it has in its locals lives until it returns; dropped in their order. */
static void keep_locals(Lowerer *l) {
    Ins **values = arena_array(&l->cx->arena, Ins *, l->code->local_count + 1);
    int count = 0;
    for (int i = l->code->local_count - 1; i >= 0; i--)
        if (l->locals[i].value != NULL && l->locals[i].value->type == IR_OBJ)
            values[count++] = l->locals[i].value;
    values[count++] = l->inlined->function;
    lower_ins(l, IR_keep_OP, 0, count, values);
}

void lower_inline_return(Lowerer *l) {
    Inlined *inlined = l->inlined;
    FrameState *state = lower_state_here(l);
    Ins *value = lower_pop_any(l);
    if (inlined->type == IR_I64) value = lower_i64(l, value, state);
    else if (inlined->type == IR_F64) value = lower_f64(l, value, LIKELY_FLOAT, state);
    else value = lower_object(l, value);
    keep_locals(l);
    INS0(l, jump, 0);
    ir_set_succs(l->block, inlined->join, NULL);
    vec_push(&l->cx->arena, &inlined->returns, ((Return){l->block, value}));
    lower_end(l);
}

/* The value that the call has given; the join's block is empty still. */
static Ins *result_of(Lowerer *inner) {
    Inlined *inlined = inner->inlined;
    if (inlined->returns.count == 0) lower_give_up_inlining(inner);
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

/* The function and its arguments, as they lie on the operand stack. */
typedef struct Call {
    Ins *function;
    Ins **args;
    int count;
} Call;

static uint8_t likely_of(const Ins *value) {
    const ConstInfo *constant = lower_const_info(value);
    if (constant != NULL) return constant->type;
    return value->type == IR_I64 ? LIKELY_INT : value->type == IR_F64 ? LIKELY_FLOAT : LIKELY_OTHER;
}

static bool find_call(Lowerer *l, Call *call) {
    int count = l->instr->arg;
    if (l->instr->arg2 >= 0 || l->depth < count + 2 || count > MAX_ARGUMENTS) return false;
    Ins **at = &l->stack[l->depth - count - 2];
    bool method = at[0]->op != IR_null_OP;
    *call = (Call){at[!method], &at[method ? 1 : 2], count + method};
    return lower_site(call->function) != NULL && call->function->type == IR_OBJ;
}

static const Callee *find_callee(Lowerer *l, const Call *call) {
    const Site *site = lower_site(call->function);
    const Callee *callee = l->callees->find(l->callees->context, l->cx, site->object);
    if (callee == NULL || callee->code->argument_count != call->count || callee->code->handler_count > 0)
        return NULL;
    int nested = 0, units = 0;
    for (const Lowerer *in = l; in->inlined != NULL; in = in->inlined->caller) {
        if (in->inlined->callee->code_object == callee->code_object) return NULL;
        nested++;
    }
    for (int i = 0; i < l->fn->inlined.count; i++) units += l->fn->inlined.items[i].unit_count;
    return nested < MAX_NESTED && units + callee->code->unit_count <= MAX_UNITS_IN_ALL ? callee : NULL;
}

static int add_frame(Lowerer *l, const Callee *callee) {
    const Bytecode *code = callee->code;
    InlinedCall call = {.parent = l->frame,
                        .local_count = code->local_count,
                        .stack_size = code->stack_size,
                        .const_count = code->const_count,
                        .name_count = code->name_count,
                        .unit_count = code->unit_count,
                        .first_slot = ir_slot_count(l->fn),
                        .code = callee->code_object};
    vec_push(&l->cx->arena, &l->fn->inlined, call);
    l->fn->const_count += code->const_count;
    l->fn->name_count += code->name_count;
    return l->fn->inlined.count;
}

static Lowerer *new_lowerer(Lowerer *l, const Call *call, const Callee *callee) {
    Arena *arena = &l->cx->arena;
    Lowerer *inner = arena_new(arena, Lowerer);
    *inner = (Lowerer){.cx = l->cx, .code = callee->code, .fn = l->fn, .callees = l->callees};
    inner->inlined = arena_new(arena, Inlined);
    *inner->inlined = (Inlined){.caller = l, .callee = callee, .function = call->function};
    callee->code->argument_types = arena_array(arena, uint8_t, call->count + 1);
    for (int i = 0; i < call->count; i++) callee->code->argument_types[i] = likely_of(call->args[i]);
    inner->inference = infer_types(l->cx, callee->code, l->callees);
    Likely result = infer_return(inner->inference, callee->code);
    inner->inlined->type = result == LIKELY_INT ? IR_I64 : result == LIKELY_FLOAT ? IR_F64 : IR_OBJ;
    inner->locals = lower_empty_locals(inner);
    for (int i = 0; i < call->count; i++)
        inner->locals[i] =
            (Local){.value = call->args[i], .bound = K_INT(l, 1), .stale = true, .quiet = true};
    return inner;
}

static void enter(Lowerer *l, Lowerer *inner, const Call *call) {
    FrameState *state = lower_state_here(l);
    INS(l, function_is, 0, call->function, K_FACT(l, FUNCTION, inner->inlined->callee->version))->state =
        state;
    INS0(l, room, 1)->state = state;
    l->depth -= l->instr->arg + 2;
    inner->inlined->caller_state = lower_state(l, l->code->instrs[l->index + 1].offset);
    inner->first_const = l->fn->const_count;
    inner->first_name = l->fn->name_count;
    inner->frame = add_frame(l, inner->inlined->callee);
    inner->inlined->join = lower_new_block(l);
    lower_prepare(inner);
    find_cold(inner);
    inner->block = l->block;
    lower_goto(inner, 0);
}

/* What must be as it was when the callee turns out to need a frame. */
typedef struct Before {
    Lowerer lowerer;
    Ins **stack;
    Local *locals;
    Ins *last;
    int blocks, inlined, const_count, name_count, pool, facts, caches;
} Before;

static Before remember_all(Lowerer *l) {
    Arena *arena = &l->cx->arena;
    Before before = {.lowerer = *l, .last = l->block->last, .blocks = l->fn->blocks.count};
    before.inlined = l->fn->inlined.count;
    before.const_count = l->fn->const_count;
    before.name_count = l->fn->name_count;
    before.pool = l->fn->pool.count;
    before.facts = l->fn->facts.count;
    before.caches = l->fn->cache_count;
    before.stack = arena_array(arena, Ins *, l->depth + 1);
    memcpy(before.stack, l->stack, sizeof(Ins *) * (size_t)l->depth);
    before.locals = arena_array(arena, Local, l->code->local_count + 1);
    memcpy(before.locals, l->locals, sizeof(Local) * (size_t)l->code->local_count);
    return before;
}

static void go_back(Lowerer *l, const Before *before) {
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
}

static bool try_inline(Lowerer *l, const Call *call, const Callee *callee) {
    jmp_buf given_up;
    const Before before = remember_all(l);
    Lowerer *inner = new_lowerer(l, call, callee);
    inner->inlined->given_up = &given_up;
    if (setjmp(given_up)) {
        go_back(l, &before);
        return false;
    }
    enter(l, inner, call);
    lower_all_places(inner);
    Ins *result = result_of(inner);
    l->block = inner->inlined->join;
    lower_push(l, result);
    return true;
}

bool lower_inline_call(Lowerer *l) {
    Call call;
    if (l->callees == NULL || (l->instr->flags & BC_NO_SPECULATION) || l->index + 1 >= l->code->count)
        return false;
    if (!find_call(l, &call)) return false;
    const Callee *callee = find_callee(l, &call);
    return callee != NULL && try_inline(l, &call, callee);
}
