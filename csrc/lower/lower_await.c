/* A coroutine put in line where it is awaited at once, which waits for nothing itself: there is no coroutine,
 * and its code is a call that needs no frame. Its caller is the SEND of the await, where an exit makes the
 * coroutine, running (runtime/rt_step.c). */
#include <string.h>

#include "lower/inline.h"

enum { AWAIT = 1, SENT, SEND }; /* the instructions behind the CALL */

static bool never_waits(const Bytecode *code) {
    if (!code->is_coroutine || code->handler_count > 0) return false;
    for (int i = 0; i < code->count; i++) {
        BcOp op = (BcOp)code->instrs[i].op;
        if (op == BC_SEND || op == BC_YIELD_VALUE || op == BC_MAKE_CELL) return false;
        if (op == BC_RETURN_GENERATOR && (i > 1 || code->instrs[i + 1].op != BC_POP_TOP)) return false;
    }
    return true;
}

static Bytecode *as_function(Arena *arena, const Bytecode *code) {
    Bytecode *to = arena_new(arena, Bytecode);
    *to = *code;
    to->instrs = arena_array(arena, Instr, code->count + 1);
    memcpy(to->instrs, code->instrs, sizeof(Instr) * (size_t)code->count);
    to->is_generator = to->is_coroutine = false;
    for (int i = 0; i < to->count; i++) {
        if (code->instrs[i].op != BC_RETURN_GENERATOR) continue;
        to->instrs[i].op = BC_NOP;
        to->instrs[i + 1].op = BC_NOP;
    }
    return to;
}

static bool is_awaited(const Lowerer *l) {
    const Instr *call = l->instr;
    if (l->index + SEND >= l->code->count || !l->code->is_coroutine || l->inlined != NULL) return false;
    if (call[AWAIT].op != BC_GET_AWAITABLE || call[AWAIT].arg != 0 || call[SENT].op != BC_LOAD_CONST ||
        call[SEND].op != BC_SEND || l->places[l->index + AWAIT].edges != 1 ||
        l->places[l->index + SENT].edges != 1)
        return false;
    return !((call->flags | call[AWAIT].flags | call[SEND].flags) & BC_NO_SPECULATION);
}

FrameState *lower_state_awaited(Lowerer *l) {
    const Instr *at = l->instr;
    l->instr += SEND;
    FrameState *state = lower_state(l, l->code->instrs[l->instr->target].offset);
    state->handler = lower_handler(l, l->instr->handler);
    l->instr = at;
    return state;
}

bool lower_awaited_call(Lowerer *l) {
    Call call;
    if (!lower_speculates(l) || !is_awaited(l) || !inline_may(l) || !inline_find_call(l, &call)) return false;
    const Callee *found = l->callees->find_generator(l->callees->context, l->cx, call.site);
    if (found == NULL || !never_waits(found->code) || !inline_bind(l, &call, found)) return false;
    Callee *callee = arena_new(&l->cx->arena, Callee);
    *callee = *found;
    callee->code = as_function(&l->cx->arena, found->code);
    call.awaits = true;
    if (!inline_is_affordable(l, callee, WAY_FRAMELESS)) return false;
    lower_leave_here(l);
    if (!inline_try(l, &call, callee, WAY_FRAMELESS)) return false;
    l->calls_left--;
    lower_goto(l, l->instr[SEND].target);
    return true;
}
