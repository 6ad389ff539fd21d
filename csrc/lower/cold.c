/* Code that has not run: it has no feedback, and its guesses would spoil those where it joins other code.
 * Nothing is lowered for it but an exit; when it is taken, the interpreter learns, and the function is
 * compiled again. */
#include "lower/cold.h"

#include "bytecode/bytecode.h"

static bool ends_block(const Instr *instr) {
    switch (instr->op) {
    case BC_RETURN_VALUE:
    case BC_RAISE_VARARGS:
    case BC_RERAISE:
    case BC_YIELD_VALUE:
    case BC_RETURN_GENERATOR: return true;
    default: return instr->target >= 0;
    }
}

/* One basic block. What runs in it is known from its first watched instruction on; if that one never ran,
 * nothing of the block did. Where a later one never ran, control got stuck before: by an exception, or in a
 * call. */
static void mark_block(Instr *instrs, int first, int end) {
    for (int i = first, from = first; i < end; i++) {
        if (instrs[i].flags & BC_RAN) from = -1;
        if (!(instrs[i].flags & BC_NEVER_RAN)) continue;
        Instr *place = &instrs[from < 0 ? i : from];
        if (!(place->flags & BC_WARM)) place->flags |= BC_COLD;
        return;
    }
}

void cold_mark(CompileContext *cx, Bytecode *code) {
    bool *begins = arena_array(&cx->arena, bool, code->count + 1);
    for (int i = 0; i < code->count; i++) {
        if (code->instrs[i].target >= 0) begins[code->instrs[i].target] = true;
        if (ends_block(&code->instrs[i])) begins[i + 1] = true;
    }
    for (int i = 0; i < code->handler_count; i++) begins[code->handlers[i].target] = true;
    for (int first = 0, end; first < code->count; first = end) {
        for (end = first + 1; end < code->count && !begins[end]; end++) {
        }
        mark_block(code->instrs, first, end);
    }
}

int cold_units_left(CompileContext *cx, const Bytecode *code) {
    bool *met = arena_array(&cx->arena, bool, code->count + 1);
    int *work = arena_array(&cx->arena, int, code->count + 1), count = 0, units = 0;
    for (int start = 0; start >= 0; start = count > 0 ? work[--count] : -1)
        for (int i = start; i < code->count && !met[i] && !(code->instrs[i].flags & BC_COLD); i++) {
            const Instr *instr = &code->instrs[i];
            met[i] = true;
            units += (int)((i + 1 < code->count ? code->instrs[i + 1].offset : (uint32_t)code->unit_count) -
                           instr->offset);
            if (instr->target >= 0 && !met[instr->target]) work[count++] = instr->target;
            if (bc_is_last(instr)) break;
        }
    return units;
}
