/* What is particular to CPython 3.11's bytecode. Included by decode.c only. */

/* How a jump is read: canonical operation, direction of its relative argument (0: it is no jump). */
typedef struct JumpRule {
    uint8_t op;
    int8_t direction;
    bool checks; /* the eval breaker is looked at when the jump is taken */
} JumpRule;

static const JumpRule JUMP_RULES[256] = {
    [JUMP_FORWARD] = {BC_JUMP, 1, false},
    [JUMP_BACKWARD] = {BC_JUMP, -1, true},
    [JUMP_BACKWARD_NO_INTERRUPT] = {BC_JUMP, -1, false},
    [POP_JUMP_FORWARD_IF_FALSE] = {BC_POP_JUMP_IF_FALSE, 1, false},
    [POP_JUMP_FORWARD_IF_TRUE] = {BC_POP_JUMP_IF_TRUE, 1, false},
    [POP_JUMP_FORWARD_IF_NONE] = {BC_POP_JUMP_IF_NONE, 1, false},
    [POP_JUMP_FORWARD_IF_NOT_NONE] = {BC_POP_JUMP_IF_NOT_NONE, 1, false},
    [POP_JUMP_BACKWARD_IF_FALSE] = {BC_POP_JUMP_IF_FALSE, -1, true},
    [POP_JUMP_BACKWARD_IF_TRUE] = {BC_POP_JUMP_IF_TRUE, -1, true},
    [POP_JUMP_BACKWARD_IF_NONE] = {BC_POP_JUMP_IF_NONE, -1, true},
    [POP_JUMP_BACKWARD_IF_NOT_NONE] = {BC_POP_JUMP_IF_NOT_NONE, -1, true},
    [JUMP_IF_FALSE_OR_POP] = {BC_JUMP_IF_FALSE_OR_POP, 1, false},
    [JUMP_IF_TRUE_OR_POP] = {BC_JUMP_IF_TRUE_OR_POP, 1, false},
    [FOR_ITER] = {BC_FOR_ITER, 1, false},
    [SEND] = {BC_SEND, 1, false},
};

/* FeedbackKind of a specialised form, as the interpreter wrote it. */
static const uint8_t FEEDBACK_OF[256] = {
    [BINARY_OP_ADD_INT] = FB_INT,
    [BINARY_OP_SUBTRACT_INT] = FB_INT,
    [BINARY_OP_MULTIPLY_INT] = FB_INT,
    [BINARY_OP_ADD_FLOAT] = FB_FLOAT,
    [BINARY_OP_SUBTRACT_FLOAT] = FB_FLOAT,
    [BINARY_OP_MULTIPLY_FLOAT] = FB_FLOAT,
    [BINARY_OP_ADD_UNICODE] = FB_STR,
    [BINARY_OP_INPLACE_ADD_UNICODE] = FB_STR,
    [COMPARE_OP_FLOAT_JUMP] = FB_FLOAT,
    [COMPARE_OP_INT_JUMP] = FB_INT,
    [COMPARE_OP_STR_JUMP] = FB_STR,
    [BINARY_SUBSCR_LIST_INT] = FB_LIST_INT,
    [BINARY_SUBSCR_TUPLE_INT] = FB_TUPLE_INT,
    [BINARY_SUBSCR_DICT] = FB_DICT,
    [STORE_SUBSCR_LIST_INT] = FB_LIST_INT,
    [STORE_SUBSCR_DICT] = FB_DICT,
    [LOAD_ATTR_INSTANCE_VALUE] = FB_INSTANCE_VALUE,
    [LOAD_ATTR_MODULE] = FB_MODULE,
    [LOAD_ATTR_WITH_HINT] = FB_WITH_HINT,
    [LOAD_ATTR_SLOT] = FB_SLOT,
    [STORE_ATTR_INSTANCE_VALUE] = FB_INSTANCE_VALUE,
    [STORE_ATTR_WITH_HINT] = FB_WITH_HINT,
    [STORE_ATTR_SLOT] = FB_SLOT,
    [LOAD_METHOD_WITH_VALUES] = FB_METHOD_VALUES,
    [LOAD_METHOD_WITH_DICT] = FB_METHOD_DICT,
    [LOAD_METHOD_NO_DICT] = FB_METHOD_NO_DICT,
    [LOAD_METHOD_MODULE] = FB_METHOD_MODULE,
    [LOAD_METHOD_CLASS] = FB_METHOD_CLASS,
    [LOAD_GLOBAL_MODULE] = FB_GLOBAL_MODULE,
    [LOAD_GLOBAL_BUILTIN] = FB_GLOBAL_BUILTIN,
    [UNPACK_SEQUENCE_TWO_TUPLE] = FB_TWO_TUPLE,
    [UNPACK_SEQUENCE_TUPLE] = FB_TUPLE,
    [UNPACK_SEQUENCE_LIST] = FB_LIST,
    [PRECALL_PYFUNC] = FB_CALL_PY,
    [PRECALL_BOUND_METHOD] = FB_CALL_BOUND,
    [PRECALL_BUILTIN_CLASS] = FB_CALL_CLASS,
    [PRECALL_NO_KW_BUILTIN_O] = FB_CALL_C,
    [PRECALL_NO_KW_BUILTIN_FAST] = FB_CALL_C,
    [PRECALL_NO_KW_METHOD_DESCRIPTOR_O] = FB_CALL_C,
    [PRECALL_NO_KW_METHOD_DESCRIPTOR_NOARGS] = FB_CALL_C,
    [PRECALL_NO_KW_METHOD_DESCRIPTOR_FAST] = FB_CALL_C,
    [PRECALL_NO_KW_LEN] = FB_CALL_LEN,
    [PRECALL_NO_KW_ISINSTANCE] = FB_CALL_ISINSTANCE,
    [PRECALL_NO_KW_LIST_APPEND] = FB_CALL_APPEND,
};

/* The opcode that a specialised one stands for; pycore_opcode.h's table is static data, so this file
 * gets its own copy of it. */
#define NEED_OPCODE_TABLES
#include <internal/pycore_opcode.h>

static inline int plain_opcode(_Py_CODEUNIT unit) { return _PyOpcode_Deopt[_Py_OPCODE(unit)]; }
static inline int cache_units(int opcode) { return _PyOpcode_Caches[opcode]; }

/* Did a watched instruction run? The interpreter makes it adaptive, with a counter of 0, when it begins to
 * watch; the first run specialises it, sets the counter, or writes the plain operation back. */
static uint8_t has_run(PyCodeObject *code, int unit) {
    const _Py_CODEUNIT *units = cp_code_units(code);
    if (!cp_is_watched(code) || cache_units(plain_opcode(units[unit])) == 0) return 0;
    return cp_is_adaptive(_Py_OPCODE(units[unit])) && units[unit + 1] == 0 ? BC_NEVER_RAN : BC_RAN;
}

static uint8_t noted(unsigned bits) {
    bits &= CP_INT | CP_FLOAT | CP_OTHER;
    return bits == 0          ? LIKELY_UNSEEN
           : bits == CP_INT   ? LIKELY_INT
           : bits == CP_FLOAT ? LIKELY_FLOAT
                              : LIKELY_OTHER;
}

/* See cp_note_operands. */
static void read_notes(PyCodeObject *code, int unit, Instr *instr) {
    const _Py_CODEUNIT *units = cp_code_units(code);
    if (!cp_is_watched(code) || _Py_OPCODE(units[unit]) != BINARY_OP) return;
    instr->left = noted(units[unit + 1]);
    instr->right = noted(units[unit + 1] >> CP_RIGHT);
}

/* Decode the operations that are not in opmap_311.h and are no jumps; false: unknown opcode. */
static bool decode_by_rule(Decoder *d, Instr *instr, int opcode, int oparg) {
    switch (opcode) {
    case LOAD_GLOBAL:
        instr->op = BC_LOAD_GLOBAL;
        instr->arg = oparg >> 1;
        instr->arg2 = oparg & 1;
        return true;
    case BINARY_OP:
        instr->op = BC_BINARY_OP;
        instr->arg = oparg % BIN_COUNT;
        instr->arg2 = oparg >= BIN_COUNT;
        read_notes(d->code, (int)instr->lasti, instr);
        return oparg < 2 * BIN_COUNT;
    case UNPACK_EX:
        instr->op = BC_UNPACK_EX;
        instr->arg = oparg & 0xff;
        instr->arg2 = oparg >> 8;
        return true;
    case CALL_FUNCTION_EX:
        instr->op = BC_CALL_FUNCTION_EX;
        instr->arg = oparg & 1;
        return true;
    case KW_NAMES: /* joined with the CALL that follows */
        if (d->pending_offset < 0) d->pending_offset = (int)instr->offset;
        d->pending_names = oparg;
        instr->op = BC_NOP;
        return true;
    case PRECALL:
        if (d->pending_offset < 0) d->pending_offset = (int)instr->offset;
        d->pending_feedback = instr->feedback;
        d->pending_flags = instr->flags;
        instr->op = BC_NOP;
        instr->flags = 0;
        return true;
    case CALL:
        instr->op = BC_CALL;
        instr->arg = oparg;
        instr->arg2 = d->pending_names;
        if (d->pending_offset >= 0) instr->offset = (uint32_t)d->pending_offset;
        instr->feedback = d->pending_feedback;
        instr->flags = d->pending_flags; // a specialised PRECALL does what CALL would
        d->pending_offset = d->pending_names = -1;
        d->pending_feedback = FB_NONE;
        d->pending_flags = 0;
        return true;
    default: return false;
    }
}
