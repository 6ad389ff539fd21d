/* Calls of C functions that are known: their code is called as it asks to be, with what the interpreter does
 * around such a call. */
#include "codegen/quick_code.h"

/* One more level, where the interpreter counts one. */
static void count_level(Quick *q, const Ins *ins) {
    Assembler *a = &q->a;
    int fits = x86_new_label(a);
    quick_load_tstate(q, RCX);
    x86_add_int32(a, quick_field(q, RCX, LAYOUT_tstate_recursion), -1);
    x86_jump_if(a, COND_NOT_NEGATIVE, fits);
    quick_load_tstate(q, RDI);
    quick_call_helper(q, H_rt_check_depth);
    x86_test(a, RAX);
    x86_jump_if(a, COND_NEGATIVE, q->exits[ins->exit]);
    x86_place_label(a, fits);
}

/* Arguments are stored to the array, or passed. */
static void pass_arguments(Quick *q, const Ins *ins) {
    Assembler *a = &q->a;
    int count = ins->arg_count - C_CALL_FIRST_ARGUMENT;
    if (ir_takes_array(ins->imm)) {
        for (int i = 0; i < count; i++) {
            quick_load(q, R11, ins->args[C_CALL_FIRST_ARGUMENT + i]);
            x86_store(a, quick_word(q->args + i), R11);
        }
        x86_address(a, RSI, quick_word(q->args));
        x86_set(a, RDX, count);
        x86_set(a, RCX, 0);
    } else if (count == 1) {
        quick_load(q, RSI, ins->args[C_CALL_FIRST_ARGUMENT]);
    } else {
        x86_set(a, RSI, 0);
    }
    quick_load(q, RDI, ins->args[1]);
    if (ins->imm & CONVENTION_BOUND) x86_load(a, RDI, quick_field(q, RDI, LAYOUT_function_self));
}

static void look_at_breaker(Quick *q, const Ins *ins) {
    Assembler *a = &q->a;
    int done = x86_new_label(a);
    x86_load(a, RCX, quick_link(q, LINK_BREAKER, 0));
    x86_compare_int32_with_0(a, (Place){RCX, 0});
    x86_jump_if(a, COND_EQUAL, done);
    x86_move(a, RSI, RAX);
    quick_load_tstate(q, RDI);
    quick_call_helper(q, H_rt_after_c_call);
    x86_test(a, RAX);
    x86_jump_if(a, COND_EQUAL, q->exits[ins->exit]);
    x86_place_label(a, done);
}

static void call(Quick *q, const Ins *ins) {
    quick_save(q, 2 * q->position + 1);
    pass_arguments(q, ins);
    x86_call(&q->a, quick_link(q, LINK_FACT, (int)ins->args[0]->imm));
    quick_forget(q);
    quick_restore(q);
}

void quick_quiet_call_OP(Quick *q, Ins *ins) {
    call(q, ins);
    x86_test(&q->a, RAX);
    x86_jump_if(&q->a, COND_EQUAL, q->exits[ins->exit]);
    quick_set(q, ins);
}

void quick_function_self_OP(Quick *q, Ins *ins) {
    Reg object = quick_in(q, ins->args[0], RDI);
    quick_set_from(q, ins, quick_field(q, object, LAYOUT_function_self));
}

void quick_c_call_OP(Quick *q, Ins *ins) {
    Assembler *a = &q->a;
    bool counts = !ir_takes_array(ins->imm);
    if (counts) count_level(q, ins);
    call(q, ins);
    if (counts) {
        quick_load_tstate(q, RCX);
        x86_add_int32(a, quick_field(q, RCX, LAYOUT_tstate_recursion), 1);
    }
    x86_test(a, RAX);
    x86_jump_if(a, COND_EQUAL, q->exits[ins->exit]);
    look_at_breaker(q, ins);
    quick_set(q, ins);
}
