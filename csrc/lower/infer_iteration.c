/* What built-in types are gone over by, and what their iterators give. */
#include "lower/infer.h"

uint8_t infer_iterator_of(Likely type) {
    switch (type) {
    case LIKELY_RANGE: return LIKELY_RANGE_ITER;
    case LIKELY_LIST: return LIKELY_LIST_ITER;
    case LIKELY_TUPLE: return LIKELY_TUPLE_ITER;
    case LIKELY_CHAR:
    case LIKELY_STR: return LIKELY_STR_ITER;
    case LIKELY_DICT_ITEMS: return LIKELY_DICT_ITEMS_ITER;
    case LIKELY_BYTES: return LIKELY_BYTES_ITER;
    case LIKELY_BYTEARRAY: return LIKELY_BYTEARRAY_ITER;
    case LIKELY_DICT:
    case LIKELY_SET:
    case LIKELY_DICT_VIEW: return LIKELY_PLAIN_ITER;
    case LIKELY_ENUMERATE:
    case LIKELY_ZIP:
    case LIKELY_PLAIN_ITER:
    case LIKELY_LIST_ITER:
    case LIKELY_TUPLE_ITER:
    case LIKELY_STR_ITER:
    case LIKELY_BYTES_ITER:
    case LIKELY_BYTEARRAY_ITER:
    case LIKELY_DICT_ITEMS_ITER:
    case LIKELY_RANGE_ITER: return type; /* its own iterator */
    default: return LIKELY_OTHER;
    }
}

bool infer_iterates_quietly(Likely type) {
    switch (type) {
    case LIKELY_LIST:
    case LIKELY_TUPLE:
    case LIKELY_DICT:
    case LIKELY_SET:
    case LIKELY_CHAR:
    case LIKELY_STR:
    case LIKELY_BYTES:
    case LIKELY_BYTEARRAY:
    case LIKELY_RANGE:
    case LIKELY_DICT_ITEMS:
    case LIKELY_DICT_VIEW: return true;
    default: return false;
    }
}

uint8_t infer_item_of(Likely iterator) {
    switch (iterator) {
    case LIKELY_RANGE_ITER:
    case LIKELY_BYTES_ITER:
    case LIKELY_BYTEARRAY_ITER: return LIKELY_INT;
    case LIKELY_STR_ITER: return LIKELY_CHAR;
    case LIKELY_ENUMERATE:
    case LIKELY_ZIP:
    case LIKELY_DICT_ITEMS_ITER: return LIKELY_TUPLE;
    default: return LIKELY_OTHER;
    }
}

/* The CALL that makes what the loop goes over, in front of it; NULL: there is none. */
static const Instr *call_before_loop(const Bytecode *code, const Instr *loop) {
    loop = &code->instrs[bc_first(code, (int)(loop - code->instrs))];
    if (loop < code->instrs + 2 || loop[-1].op != BC_GET_ITER) return NULL;
    const Instr *call = loop - 2;
    while (call > code->instrs && call->op == BC_NOP) call--;
    return call->op == BC_CALL ? call : NULL;
}

bool infer_items_of_loop(const Inference *inference, const Bytecode *code, const Instr *unpack,
                         Likely iterator, uint8_t *items) {
    bool counts = iterator == LIKELY_ENUMERATE;
    if (unpack == code->instrs || unpack[-1].op != BC_FOR_ITER || (!counts && iterator != LIKELY_ZIP) ||
        (counts && unpack->arg != 2))
        return false;
    const Instr *call = call_before_loop(code, unpack - 1);
    const OperandTypes *made = call != NULL ? &inference->operands[call - code->instrs] : NULL;
    bool known = made != NULL && made->builtin == (counts ? BI_type_enumerate : BI_type_zip) &&
                 made->argument_count >= unpack->arg - counts;
    if (counts) items[0] = LIKELY_INT;
    for (int i = counts; i < unpack->arg; i++)
        items[i] = known ? infer_item_of((Likely)infer_iterator_of((Likely)made->arguments[i - counts]))
                         : LIKELY_OTHER;
    return true;
}

uint8_t infer_subscript(Likely container, Likely key) {
    if (container == LIKELY_CHAR) container = LIKELY_STR;
    if (key == LIKELY_SLICE) return infer_is_sequence(container) ? container : LIKELY_OTHER;
    if (container == LIKELY_STR) return LIKELY_CHAR;
    if (container == LIKELY_DOUBLES) return LIKELY_FLOAT;
    if (container == LIKELY_C_INTS) return LIKELY_INT;
    return container == LIKELY_BYTES || container == LIKELY_BYTEARRAY ? LIKELY_INT : LIKELY_OTHER;
}

uint8_t infer_gathered(const Instr *instr) {
    return instr->arg == GATHER_INTS     ? LIKELY_INT
           : instr->arg == GATHER_FLOATS ? LIKELY_FLOAT
           : instr->arg == GATHER_LIST   ? LIKELY_LIST
           : instr->arg == GATHER_SET    ? LIKELY_SET
           : instr->arg == GATHER_DICT   ? LIKELY_DICT
           : instr->arg == GATHER_MIN    ? LIKELY_OTHER
           : instr->arg == GATHER_MAX    ? LIKELY_OTHER
                                         : LIKELY_BOOL;
}
