/* Native functions in quick code, and calls of them: no frame, numbers in registers.
 *
 * They get (thread state, link block, arguments), each a word in the registers of the C calling convention
 * and then on the stack, doubles as their bits; the result is a word in rax. When it is quick_left_value,
 * they may have left: native_state then knows of frames that are to be made. */
#include "codegen/quick_code.h"

enum { FIRST_ARGUMENT = 2, REGISTER_ARGUMENTS = QUICK_ARGUMENT_REGISTERS - FIRST_ARGUMENT };
/* Of native_state and of NativeCell, see runtime/rt.h. */
enum { STATE_ACTIVE = 0, STATE_LEFT = 8, CELL_ENTRY = 0, CELL_LINK = 8 };

static const Reg ARGUMENTS[REGISTER_ARGUMENTS] = {RDX, RCX, R8, R9};
/* Where they are from the function's beginning to its last param: r8 and r9 may be the places of values. */
static const Reg ARRIVED[REGISTER_ARGUMENTS] = {RDX, RCX, RDI, RSI};

int32_t quick_left_value(IrType type) { return type == IR_OBJ ? 0 : NATIVE_LEFT_NUMBER; }

int quick_invoke_words(const Ins *invoke) { return invoke->arg_count - 2 - REGISTER_ARGUMENTS; }

void quick_begin_native(Quick *q) {
    Assembler *a = &q->a;
    x86_move(a, QUICK_FRAME, RDI);
    x86_move(a, QUICK_LINK, RSI);
    x86_move(a, RDI, R8);
    x86_move(a, RSI, R9);
}

void quick_end_native(Quick *q) {
    x86_add_int32(&q->a, (Place){QUICK_FRAME, (int32_t)q->fn->layout[LAYOUT_tstate_recursion]}, 1);
}

void quick_param_OP(Quick *q, Ins *ins) {
    int index = (int)ins->imm, beyond = index - REGISTER_ARGUMENTS;
    if (beyond < 0) {
        quick_put(q, ins, ARRIVED[index]);
        return;
    }
    x86_load(&q->a, RAX, (Place){R11, 8 * beyond});
    quick_set(q, ins);
}

void quick_enter_OP(Quick *q, Ins *ins) {
    Assembler *a = &q->a;
    int look = x86_new_label(a), run = x86_new_label(a);
    x86_add_int32(a, (Place){QUICK_FRAME, (int32_t)q->fn->layout[LAYOUT_tstate_recursion]}, -1);
    x86_jump_if(a, COND_NEGATIVE, q->exits[ins->exit]);
    x86_load(a, RCX, quick_link(q, LINK_FLOOR, 0));
    x86_compare_own(a, RSP, RCX);
    x86_jump_if(a, COND_BELOW, look);
    x86_load(a, RCX, quick_link(q, LINK_BREAKER, 0));
    x86_compare_int32_with_0(a, (Place){RCX, 0});
    x86_jump_if(a, COND_EQUAL, run);
    x86_place_label(a, look);
    quick_save(q, 2 * q->position);
    quick_load_tstate(q, RDI);
    quick_call_helper(q, H_rt_may_enter);
    x86_test(a, RAX);
    x86_jump_if(a, COND_EQUAL, q->exits[ins->exit]);
    x86_place_label(a, run);
}

void quick_give_OP(Quick *q, Ins *ins) {
    q->gives = (IrType)ins->args[0]->type;
    quick_load(q, RAX, ins->args[0]);
    x86_jump(&q->a, q->end);
}

/* --- calls --- */

static void pass_arguments(Quick *q, const Ins *ins) {
    int count = ins->arg_count - FIRST_ARGUMENT;
    for (int i = REGISTER_ARGUMENTS; i < count; i++) {
        quick_load(q, R11, ins->args[FIRST_ARGUMENT + i]);
        x86_store(&q->a, quick_word(i - REGISTER_ARGUMENTS), R11);
    }
    for (int i = 0; i < count && i < REGISTER_ARGUMENTS; i++)
        quick_load(q, ARGUMENTS[i], ins->args[FIRST_ARGUMENT + i]);
}

/* While native functions run, none is freed. */
static void count_activation(Quick *q, Reg through, bool begins) {
    if (q->is_native) return;
    x86_load(&q->a, through, quick_link(q, LINK_NATIVE, 0));
    if (begins) x86_add_1(&q->a, (Place){through, STATE_ACTIVE});
    else x86_take_1(&q->a, (Place){through, STATE_ACTIVE});
}

/* Calls put in line around this one that have no frame count while it runs. */
static void count_levels(Quick *q, const Ins *ins, Reg tstate, int sign) {
    int levels = ir_uncounted_levels(q->fn, ins->state);
    if (levels == 0) return;
    quick_load_tstate(q, tstate);
    x86_add_int32(&q->a, quick_field(q, tstate, LAYOUT_tstate_recursion), sign * levels);
}

static void leave_if_left(Quick *q, const Ins *ins) {
    Assembler *a = &q->a;
    int exit = q->exits[ins->exit], returned = x86_new_label(a);
    if (ins->type == IR_OBJ) {
        x86_test(a, RAX);
        x86_jump_if(a, COND_EQUAL, exit);
        return;
    }
    x86_alu_number(a, ALU_COMPARE, RAX, quick_left_value((IrType)ins->type));
    x86_jump_if(a, COND_NOT_EQUAL, returned);
    x86_load(a, RCX, quick_link(q, LINK_NATIVE, 0));
    x86_compare_number(a, (Place){RCX, STATE_LEFT}, 0);
    x86_jump_if(a, COND_NOT_EQUAL, exit);
    x86_place_label(a, returned);
}

void quick_invoke_OP(Quick *q, Ins *ins) {
    enum { REGISTERS_WITHOUT_TENANTS = 2 };
    Assembler *a = &q->a;
    quick_save(q, 2 * q->position + (ins->arg_count - FIRST_ARGUMENT <= REGISTERS_WITHOUT_TENANTS));
    pass_arguments(q, ins);
    quick_forget(q);
    count_activation(q, RAX, true);
    quick_load(q, R11, ins->args[0]);
    count_levels(q, ins, RDI, -1);
    quick_load_tstate(q, RDI);
    x86_load(a, RSI, (Place){R11, CELL_LINK});
    x86_call(a, (Place){R11, CELL_ENTRY});
    q->held = NULL;
    quick_restore(q);
    count_levels(q, ins, RCX, 1);
    count_activation(q, RCX, false);
    leave_if_left(q, ins);
    quick_set(q, ins);
}
