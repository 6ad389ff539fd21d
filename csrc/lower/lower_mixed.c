/* Numbers that are ints and floats by turns at one place, and ints of any size: helpers compute with the
 * objects, without a look at the frame, so that nothing has to be put there. */
#include "lower/lower.h"

bool lower_any_numbers(Lowerer *l) {
    bool compares = l->instr->op == BC_COMPARE_OP;
    if (!lower_speculates(l) || l->depth < 2) return false;
    const OperandTypes *types = &l->inference->operands[l->index];
    if (!infer_is_mixed(l->instr) && !infer_is_big(l->instr, types->left, types->right)) return false;
    if (!compares && l->instr->arg == BIN_MATRIX_MULTIPLY) return false;
    FrameState *state = lower_state_here(l);
    Ins *right = lower_peek(l, 1), *left = lower_peek(l, 2), *kind = K_INT(l, l->instr->arg), *result;
    Ins *done = compares ? EMIT_CALL(l, rt_compare_numbers, left, right, kind)
                         : EMIT_CALL(l, rt_with_numbers, left, right, kind);
    lower_guarded(INS(l, settled, 0, done), state);
    if (compares) result = INS(l, mkbool, 0, done);
    else (result = INS0(l, ldout, 0))->nullable = false;
    l->depth -= 2;
    lower_push(l, result);
    return true;
}
