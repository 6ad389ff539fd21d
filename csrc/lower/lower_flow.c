/* Jumps, loops, exceptions, with, generators and coroutines. */
#include <string.h>

#include "lower/inline.h"

void lower_RESUME(Lowerer *l) {
    if (l->inlined != NULL) return;
    if (l->instr->arg < 2 && l->index + 1 < l->code->count) lower_poll(l, l->index + 1);
}

void lower_RETURN_VALUE(Lowerer *l) {
    if (l->inlined != NULL) {
        lower_inline_return(l);
        return;
    }
    Ins *value = lower_pop(l);
    lower_keep_objects(l);
    INS(l, ret, 0, value);
    lower_end(l);
}

/* Take the instruction's jump, looking at the eval breaker where CPython does. */
static void take_jump(Lowerer *l) {
    if (l->instr->flags & BC_BACKWARD) lower_poll(l, l->instr->target);
    lower_goto(l, l->instr->target);
}

void lower_JUMP(Lowerer *l) { take_jump(l); }

Fork lower_fork(Lowerer *l) {
    Arena *arena = &l->cx->arena;
    Fork fork = {.depth = l->depth,
                 .stack = arena_array(arena, Ins *, l->depth),
                 .ran_code = l->ran_code,
                 .framed = l->framed};
    memcpy(fork.stack, l->stack, sizeof(Ins *) * (size_t)l->depth);
    if (l->locals == NULL) return fork;
    fork.locals = arena_array(arena, Local, l->code->local_count);
    memcpy(fork.locals, l->locals, sizeof(Local) * (size_t)l->code->local_count);
    return fork;
}

void lower_other_way(Lowerer *l, const Fork *fork, Block *block) {
    l->block = block;
    l->depth = fork->depth;
    l->ran_code = fork->ran_code;
    l->framed = fork->framed;
    memcpy(l->stack, fork->stack, sizeof(Ins *) * (size_t)fork->depth);
    if (l->locals != NULL) memcpy(l->locals, fork->locals, sizeof(Local) * (size_t)l->code->local_count);
}

static bool has_stale_locals(const Lowerer *l) {
    if (l->locals == NULL || !l->framed) return false;
    for (int slot = 0; slot < l->code->local_count; slot++)
        if (l->locals[slot].stale) return true;
    return false;
}

static void go_to(Lowerer *l, Block *block) {
    ir_append(l->block, ir_new_ins(l->fn, IR_jump_OP, IR_VOID, 0));
    ir_set_succs(l->block, block, NULL);
}

/* An object of the user's own may look at the frame while it is asked: the numbers are put there only then.
 */
static Ins *truth_in_the_open(Lowerer *l, Ins *value) {
    Block *known = lower_new_block(l), *ask = lower_new_block(l), *join = lower_new_block(l);
    Ins *quiet = INS(l, truth_quiet, 0, value);
    Ins *runs_code = INS(l, icmp, 0 /* < */, quiet, K_INT(l, 0));
    Fork fork = lower_fork(l);
    lower_branch(l, runs_code, ask, known);
    l->block = ask;
    lower_flush(l);
    Ins *asked = INS(l, truth, 0, value);
    Block *tail = lower_new_block(l); // made last, so that it is the join's second predecessor
    go_to(l, tail);
    l->block = tail;
    go_to(l, join);
    bool ran_code = l->ran_code;
    lower_other_way(l, &fork, known);
    go_to(l, join);
    l->block = join;
    l->ran_code = ran_code;
    Ins *phi = ir_new_ins(l->fn, IR_phi_OP, IR_I64, 2);
    phi->args[0] = quiet;
    phi->args[1] = asked;
    ir_append(join, phi);
    return phi;
}

/* `state`: where to go on when asking would run code; NULL: it is asked all the same. What a
 * comparison by a helper gave is asked along with it, see opt_fold.c. */
Ins *lower_truth(Lowerer *l, Ins *value, FrameState *state) {
    if (value->op == IR_mkbool_OP) return value->args[0];
    if (value->type == IR_I64) return INS(l, icmp, 3 /* != */, value, K_INT(l, 0));
    if (value->type == IR_F64) return INS(l, fcmp, 3, value, lower_const(l, IR_kf64_OP, 0));
    if (value->type == IR_U64) return INS(l, icmp, 3, INS(l, bits, 0, value), K_INT(l, 0));
    if (value->type == IR_WIDE) value = lower_object(l, value);
    if (state != NULL && lower_speculates(l) && (value->op != IR_call_OP || has_stale_locals(l))) {
        Ins *truth = INS(l, truth_quiet, 0, value);
        lower_guarded(INS(l, settled, 0, truth), state);
        return truth;
    }
    if (!l->framed) lower_need_frame(l); // the frame is made without the numbers
    return has_stale_locals(l) ? truth_in_the_open(l, value) : INS(l, truth, 0, value);
}

Ins *lower_truth_of_top(Lowerer *l) {
    Ins *top = l->depth > 0 ? l->stack[l->depth - 1] : NULL;
    if (top != NULL && top->type == IR_WIDE) l->stack[l->depth - 1] = top = lower_object(l, top);
    FrameState *state =
        top != NULL && top->type == IR_OBJ && lower_speculates(l) ? lower_state_here(l) : NULL;
    return lower_truth(l, lower_pop_any(l), state);
}

/* Jump when `condition` equals `wanted`, else go on; the stack is the same both ways. */
static void conditional(Lowerer *l, Ins *condition, bool wanted) {
    Block *taken = lower_new_block(l), *next = lower_new_block(l);
    Fork fork = lower_fork(l);
    lower_branch(l, condition, wanted ? taken : next, wanted ? next : taken);
    l->block = taken;
    take_jump(l);
    lower_other_way(l, &fork, next);
    lower_goto(l, l->index + 1);
}

/* By a truth that the types inferred decide: the other way leaves. */
static void decided(Lowerer *l, bool truth, bool wanted) {
    FrameState *state = lower_state_here(l);
    Ins *condition = lower_truth_of_top(l);
    if (condition->op != IR_ki64_OP || (condition->imm != 0) != truth)
        lower_guarded(INS(l, guard, 0, truth ? condition : INS(l, not, 0, condition)), state);
    if (truth == wanted) take_jump(l);
    else lower_goto(l, l->index + 1);
}

static void jump_by_truth(Lowerer *l, bool wanted) {
    uint8_t truth = l->inference != NULL ? l->inference->operands[l->index].truth : 0;
    if (truth != 0) decided(l, truth == 2, wanted);
    else conditional(l, lower_truth_of_top(l), wanted);
}

void lower_POP_JUMP_IF_FALSE(Lowerer *l) { jump_by_truth(l, false); }
void lower_POP_JUMP_IF_TRUE(Lowerer *l) { jump_by_truth(l, true); }
void lower_POP_JUMP_IF_NONE(Lowerer *l) {
    conditional(l, INS(l, is, 0, lower_pop(l), K_KNOWN(l, None)), true);
}
void lower_POP_JUMP_IF_NOT_NONE(Lowerer *l) {
    conditional(l, INS(l, is, 0, lower_pop(l), K_KNOWN(l, None)), false);
}

static void jump_or_pop(Lowerer *l, bool wanted) {
    Block *taken = lower_new_block(l), *next = lower_new_block(l);
    Ins *value = lower_peek(l, 1);
    Ins *condition = lower_truth(l, value, lower_speculates(l) ? lower_state_here(l) : NULL);
    Fork fork = lower_fork(l);
    lower_branch(l, condition, wanted ? taken : next, wanted ? next : taken);
    l->block = taken;
    take_jump(l);
    lower_other_way(l, &fork, next);
    lower_pop(l);
    lower_goto(l, l->index + 1);
}

void lower_JUMP_IF_FALSE_OR_POP(Lowerer *l) { jump_or_pop(l, false); }
void lower_JUMP_IF_TRUE_OR_POP(Lowerer *l) { jump_or_pop(l, true); }

/* What no compiler writes: the interpreter does it, and the rest of the call. */
void lower_leave_to_interpreter(Lowerer *l) {
    INS0(l, exit, 0)->state = lower_state(l, l->instr->offset);
    lower_end(l);
}

void lower_RETURN_GENERATOR(Lowerer *l) {
    lower_leave_to_interpreter(l);
} /* in the middle of hand-made code */

/* --- exceptions --- */

/* Operands above those that a handler has go from the top down, behind the raise: they are no part of its
 * state. */
static void keep_until_raised(Lowerer *l) {
    int handler = l->instr->handler, first = handler >= 0 ? l->code->handlers[handler].depth : 0;
    for (int i = l->depth - 1; i >= first; i--) lower_keep(l, &l->stack[i], 1);
}

void lower_RAISE_VARARGS(Lowerer *l) {
    if (lower_unseen_raise(l)) return;
    if (l->inlined != NULL && l->instr->arg == 0) { /* its frame is not added to the traceback again */
        lower_leave_to_interpreter(l);
        return;
    }
    Ins *cause = l->instr->arg == 2 ? lower_pop(l) : K_NULL(l);
    Ins *exception = l->instr->arg >= 1 ? lower_pop(l) : K_NULL(l);
    Ins *again = EMIT_CALL(l, rt_raise, exception, cause);
    if (l->instr->arg == 0) {
        Block *raised_again = lower_new_block(l), *raised = lower_new_block(l);
        lower_branch(l, again, raised_again, raised);
        l->block = raised_again;
        INS0(l, rethrow, 0);
        l->block = raised;
    }
    keep_until_raised(l);
    INS0(l, throw, 0);
    lower_end(l);
}

void lower_RERAISE(Lowerer *l) {
    Ins *lasti = l->instr->arg ? lower_peek(l, l->instr->arg + 1) : K_NULL(l);
    EMIT_CALL(l, rt_reraise, lower_pop(l), lasti);
    keep_until_raised(l);
    INS0(l, rethrow, 0);
    lower_end(l);
}

void lower_PUSH_EXC_INFO(Lowerer *l) {
    Ins *exception = lower_pop(l);
    lower_push(l, EMIT_CALL(l, rt_push_exc_info, exception));
    lower_push(l, exception);
}

/* What a loop goes over, where a handler leaves it, is dropped afterwards: its end may look at what is
 * handled. */
void lower_POP_EXCEPT(Lowerer *l) {
    EMIT_CALL(l, rt_pop_except, lower_pop(l));
    lower_keep(l, l->stack, l->depth);
}

void lower_CHECK_EXC_MATCH(Lowerer *l) {
    Ins *type = lower_pop(l);
    lower_push(l, INS(l, mkbool, 0, EMIT_CALL(l, rt_exc_match, lower_peek(l, 1), type)));
}

/* An except* clause: the exception becomes what is left of it, and what the clause handles. */
void lower_CHECK_EG_MATCH(Lowerer *l) {
    Ins *type = lower_pop(l), *exception = lower_pop(l);
    EMIT_CALL(l, rt_group_match, exception, type);
    Ins *rest = INS0(l, ldout, 0), *match = INS0(l, ldout, 1);
    rest->nullable = match->nullable = false;
    lower_push(l, rest);
    lower_push(l, match);
}

void lower_PREP_RERAISE_STAR(Lowerer *l) {
    Ins *exceptions = lower_pop(l), *original = lower_pop(l);
    lower_push(l, EMIT_CALL(l, rt_group_to_raise, original, exceptions));
}

/* with and async with: the manager, which a helper has been given, becomes its exit method and what its enter
 * method gave. */
static void entered_with(Lowerer *l) {
    Ins *exit = INS0(l, ldout, 0), *entered = INS0(l, ldout, 1);
    exit->nullable = entered->nullable = false;
    lower_push(l, exit);
    lower_push(l, entered);
    lower_leave(l);
}

void lower_BEFORE_WITH(Lowerer *l) {
    if (lower_inline_with(l)) return;
    Ins *manager = lower_pop(l);
    if (l->inference == NULL) EMIT_CALL(l, rt_with_noted, manager, K_CACHE(l));
    else EMIT_CALL(l, rt_before_with, manager);
    entered_with(l);
}

void lower_BEFORE_ASYNC_WITH(Lowerer *l) {
    Ins *manager = lower_pop(l);
    EMIT_CALL(l, rt_before_async_with, manager);
    entered_with(l);
}

void lower_WITH_EXCEPT_START(Lowerer *l) {
    lower_push(l, EMIT_CALL(l, rt_with_except_start, lower_peek(l, 4), lower_peek(l, 1)));
    lower_leave(l);
}

/* --- generators and coroutines --- */

void lower_YIELD_VALUE(Lowerer *l) {
    if (!l->code->is_generator) bail(l->cx, "bad_bytecode", "a yield outside a generator");
    Ins *value = lower_pop(l);
    if (l->locals != NULL) lower_flush(l);
    for (int i = 1; i <= l->depth; i++) lower_peek(l, i); // a suspended frame holds objects
    INS(l, yield, l->instr->lasti, value)->state = lower_state(l, l->instr->offset);
    int depth = l->depth;
    lower_end(l);
    lower_resume_entry(l, l->instr->lasti + 1, l->index + 1, depth + 1);
}

void lower_ASYNC_GEN_WRAP(Lowerer *l) {
    Ins *value = lower_pop(l);
    lower_push(l, EMIT_CALL(l, rt_async_gen_wrap, value));
}

void lower_SEND(Lowerer *l) {
    Ins *value = lower_pop(l), *receiver = lower_peek(l, 1);
    Block *returned = lower_new_block(l), *yielded = lower_new_block(l);
    Ins *status = EMIT_CALL(l, rt_send, receiver, value);
    Ins *result = INS0(l, ldout, 0);
    result->nullable = false;
    Fork fork = lower_fork(l);
    lower_branch(l, status, returned, yielded);
    l->block = returned;
    lower_pop(l);
    lower_push(l, result);
    lower_goto(l, l->instr->target);
    lower_other_way(l, &fork, yielded);
    lower_push(l, result);
    lower_leave(l);
    lower_goto(l, l->index + 1);
}

void lower_GET_YIELD_FROM_ITER(Lowerer *l) {
    Ins *iterable = lower_pop(l);
    lower_push(l, EMIT_CALL(l, rt_yield_from_iter, iterable, K_INT(l, l->code->is_coroutine)));
}

void lower_GET_AWAITABLE(Lowerer *l) {
    Ins *awaited = lower_pop(l);
    lower_push(l, EMIT_CALL(l, rt_get_awaitable, awaited, K_INT(l, l->instr->arg)));
}

void lower_GET_AITER(Lowerer *l) {
    Ins *iterable = lower_pop(l);
    lower_push(l, EMIT_CALL(l, rt_get_aiter, iterable));
}

void lower_GET_ANEXT(Lowerer *l) { lower_push(l, EMIT_CALL(l, rt_get_anext, lower_peek(l, 1))); }

void lower_END_ASYNC_FOR(Lowerer *l) {
    Ins *exception = lower_pop(l);
    Block *ended = lower_new_block(l), *raised = lower_new_block(l);
    Ins *status = EMIT_CALL(l, rt_end_async_for, exception);
    lower_branch(l, status, ended, raised);
    l->block = raised;
    INS0(l, rethrow, 0);
    l->block = ended;
    lower_pop(l);
    lower_goto(l, l->index + 1);
}
