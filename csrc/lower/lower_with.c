/* with statements over objects of user classes: __enter__ and __exit__ are put in line, like calls. While the
 * body runs the operand stack has the bound method __exit__, as the interpreter's has: a handler and whoever
 * the frame is left to call that. Where control comes to the body's end on one way, it is known what it is.
 */
#include "lower/inline.h"

/* What a class has for an operation of with statements; NULL: it cannot be told. */
static const Site *method_of(Lowerer *l, BcOp op, uint32_t type_version) {
    const Instr instr = {.op = (uint8_t)op, .handler = -1, .target = -1};
    return l->callees->operator(l->callees->context, l->cx, &instr, type_version);
}

static uint32_t manager_class(Lowerer *l, const Ins *manager) {
    uint32_t version = lower_hinted(l, manager);
    const Site *site = l->instr->site;
    return version != 0 || site == NULL || site->next != NULL ? version : site->type_version;
}

bool lower_inline_with(Lowerer *l) {
    if (!lower_speculates(l) || l->callees == NULL || l->stack[l->depth - 1]->type != IR_OBJ) return false;
    Ins **manager = &l->stack[l->depth - 1];
    uint32_t version = manager_class(l, *manager);
    if (version == 0) return false;
    Call call = {.args = manager, .count = 1, .names = -1};
    call.site = method_of(l, BC_BEFORE_WITH, version);
    call.exit = method_of(l, BC_WITH_EXCEPT_START, version);
    return call.site != NULL && call.exit != NULL && inline_call(l, &call);
}

void inline_push_exit(Lowerer *l, const Call *call) {
    Ins *manager = l->stack[l->depth - 1], *function = inline_pinned(l, call->exit->object);
    function->scratch = (void *)call->exit;
    Ins *exit = EMIT_CALL(l, rt_bind, function, manager);
    l->depth--;
    lower_push(l, exit);
}

bool inline_find_exit(Lowerer *l, Ins *method, Call *call) {
    if (method->op != IR_call_OP || method->imm != H_rt_bind || call->names >= 0) return false;
    Ins **args = arena_array(&l->cx->arena, Ins *, call->count + 1);
    args[0] = method->args[1];
    for (int i = 0; i < call->count; i++) args[1 + i] = call->args[i];
    call->function = method->args[0];
    call->site = lower_site(call->function);
    call->args = args;
    call->count++;
    return call->site != NULL;
}
