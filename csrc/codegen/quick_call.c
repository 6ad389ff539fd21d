/* Calls of helpers, and of compiled functions by their way in. */
#include "codegen/quick_code.h"

static bool is_rest(char letter) { return letter == '*'; }

int quick_argument_count(const Ins *call) {
    int count = 0;
    for (const char *p = ir_helper((int)call->imm)->args; *p != '\0'; p++)
        count += is_rest(*p) ? 3 : *p != 'd';
    return count;
}

/* Arguments of a call as they come: in registers first, then on the stack. */
typedef struct Arguments {
    Quick *q;
    int count, reals; /* those that are doubles have registers of their own */
} Arguments;

static const Reg ARGUMENT_REGISTERS[QUICK_ARGUMENT_REGISTERS] = {RDI, RSI, RDX, RCX, R8, R9};

/* The register to put the next one into; `done_with` it stores those that have none of their own. */
static Reg next_register(const Arguments *arguments) {
    return arguments->count < QUICK_ARGUMENT_REGISTERS ? ARGUMENT_REGISTERS[arguments->count] : R11;
}

static void done_with(Arguments *arguments) {
    int beyond = arguments->count++ - QUICK_ARGUMENT_REGISTERS;
    if (beyond >= 0) x86_store(&arguments->q->a, quick_word(beyond), R11);
}

static void pass_value(Arguments *arguments, const Ins *value) {
    quick_load(arguments->q, next_register(arguments), value);
    done_with(arguments);
}

static void pass_address(Arguments *arguments, int32_t word) {
    x86_address(&arguments->q->a, next_register(arguments), quick_word(word));
    done_with(arguments);
}

static void pass_number(Arguments *arguments, int64_t number) {
    x86_set(&arguments->q->a, next_register(arguments), number);
    done_with(arguments);
}

static void pass_rest(Arguments *arguments, const Ins *ins, int first) {
    Quick *q = arguments->q;
    for (int i = first; i < ins->arg_count; i++) {
        quick_load(q, R11, ins->args[i]);
        x86_store(&q->a, quick_word(q->args + i - first), R11);
    }
    pass_address(arguments, q->args);
    pass_number(arguments, ins->arg_count - first);
    pass_number(arguments, (int64_t)ins->consumed);
}

static void pass_arguments(Quick *q, const Ins *ins) {
    Arguments arguments = {q, 0, 0};
    int value = 0;
    for (const char *p = ir_helper((int)ins->imm)->args; *p != '\0'; p++) {
        switch (*p) {
        case 'T':
            quick_load_tstate(q, next_register(&arguments));
            done_with(&arguments);
            break;
        case 'F':
            quick_load_frame(q, next_register(&arguments), ins->frame);
            done_with(&arguments);
            break;
        case 'd': quick_load_real(q, (Real)arguments.reals++, ins->args[value++]); break;
        case 'r': pass_address(&arguments, q->outs); break;
        case '*': pass_rest(&arguments, ins, value); break;
        default: pass_value(&arguments, ins->args[value++]);
        }
    }
}

/* --- the way in --- */

/* rax: the compiled code of the Python function in rsi, if it has a way in for so many arguments; else on at
 * `otherwise`. */
static void find_way_in(Quick *q, int arg_count, int otherwise) {
    Assembler *a = &q->a;
    x86_load(a, RAX, quick_field(q, RSI, LAYOUT_function_code));
    x86_load(a, RAX, quick_field(q, RAX, LAYOUT_code_extra));
    x86_test(a, RAX);
    x86_jump_if(a, COND_EQUAL, otherwise);
    x86_load(a, R11, quick_link(q, LINK_RECORDS, 0));
    x86_compare(a, R11, quick_field(q, RAX, LAYOUT_extra_size));
    x86_jump_if(a, COND_GREATER_EQUAL, otherwise);
    x86_load_indexed(a, RAX, RAX, R11, (int32_t)q->fn->layout[LAYOUT_extra_slots]);
    x86_test(a, RAX);
    x86_jump_if(a, COND_EQUAL, otherwise);
    x86_load(a, RAX, (Place){RAX, RECORD_COMPILED});
    x86_test(a, RAX);
    x86_jump_if(a, COND_EQUAL, otherwise);
    x86_compare_int32(a, (Place){RAX, COMPILED_WAY_IN_ARGS}, arg_count);
    x86_jump_if(a, COND_NOT_EQUAL, otherwise);
}

/* What the call does not take over gets a reference of its own. */
static void hand_over(Quick *q, const Ins *ins, int operand, Reg in) {
    if (ins->consumed >> (operand - 1) & 1) return;
    x86_add_1(&q->a, quick_field(q, in, LAYOUT_object_refcnt));
}

/* The arguments behind a function, as the way in takes them; `before` of them are there already. */
static void pass_to_way_in(Quick *q, const Ins *ins, int function, int before) {
    static const Reg REGISTERS[WAY_IN_REGISTER_ARGS] = {RDX, RCX, R8, R9};
    int given = ins->arg_count - function - 1;
    for (int i = given - 1; i >= 0; i--) {
        int beyond = before + i - WAY_IN_REGISTER_ARGS;
        Reg to = beyond >= 0 ? R11 : REGISTERS[before + i];
        quick_load(q, to, ins->args[function + 1 + i]);
        hand_over(q, ins, function + 1 + i, to);
        if (beyond >= 0) x86_store(&q->a, quick_word(beyond), R11);
    }
    quick_load_tstate(q, RDI);
    x86_call(&q->a, (Place){RAX, COMPILED_WAY_IN});
}

/* The same for a bound method in rsi, of a Python function: its self comes first. One that goes with the call
 * goes on at `otherwise`. */
static void call_bound_by_way_in(Quick *q, const Ins *ins, int function, int done, int otherwise) {
    Assembler *a = &q->a;
    bool consumed = ins->consumed >> (function - 1) & 1;
    int given = ins->arg_count - function - 1;
    x86_load(a, R11, quick_link(q, LINK_KNOWN, KNOWN_method));
    x86_compare(a, R11, quick_field(q, RSI, LAYOUT_object_type));
    x86_jump_if(a, COND_NOT_EQUAL, otherwise);
    if (consumed) {
        x86_compare_number(a, quick_field(q, RSI, LAYOUT_object_refcnt), 1);
        x86_jump_if(a, COND_EQUAL, otherwise);
    }
    x86_move(a, RDI, RSI);
    x86_load(a, RSI, quick_field(q, RDI, LAYOUT_method_function));
    x86_load(a, R11, quick_link(q, LINK_KNOWN, KNOWN_function));
    x86_compare(a, R11, quick_field(q, RSI, LAYOUT_object_type));
    x86_jump_if(a, COND_NOT_EQUAL, otherwise);
    find_way_in(q, given + 1, otherwise);
    x86_load(a, RDX, quick_field(q, RDI, LAYOUT_method_self));
    x86_add_1(a, quick_field(q, RSI, LAYOUT_object_refcnt));
    x86_add_1(a, quick_field(q, RDX, LAYOUT_object_refcnt));
    if (consumed) x86_take_1(a, quick_field(q, RDI, LAYOUT_object_refcnt));
    pass_to_way_in(q, ins, function, 1);
    x86_jump(a, done);
}

static void call_by_way_in(Quick *q, const Ins *ins, int function, int done) {
    Assembler *a = &q->a;
    int otherwise = x86_new_label(a), bound = x86_new_label(a), given = ins->arg_count - function - 1;
    bool may_be_bound = may_call_bound(q->fn, ins);
    quick_forget(q);
    quick_load(q, RSI, ins->args[function]);
    if (ins->args[function]->nullable) {
        x86_test(a, RSI);
        x86_jump_if(a, COND_EQUAL, otherwise);
    }
    x86_load(a, R11, quick_link(q, LINK_KNOWN, KNOWN_function));
    x86_compare(a, R11, quick_field(q, RSI, LAYOUT_object_type));
    x86_jump_if(a, COND_NOT_EQUAL, may_be_bound ? bound : otherwise);
    find_way_in(q, given, otherwise);
    hand_over(q, ins, function, RSI);
    pass_to_way_in(q, ins, function, 0);
    x86_jump(a, done);
    x86_place_label(a, bound);
    if (may_be_bound) call_bound_by_way_in(q, ins, function, done, otherwise);
    x86_place_label(a, otherwise);
}

void quick_call_OP(Quick *q, Ins *ins) {
    enum { REGISTERS_WITHOUT_TENANTS = 4 };
    int function = called_by_way_in(ins), done = x86_new_label(&q->a), all_done = x86_new_label(&q->a);
    quick_begin_in_line(q, ins, all_done);
    quick_save(q, 2 * q->position + (quick_argument_count(ins) <= REGISTERS_WITHOUT_TENANTS));
    if (function >= 0) call_by_way_in(q, ins, function, done);
    pass_arguments(q, ins);
    x86_call(&q->a, quick_link(q, LINK_HELPER, (int)ins->imm));
    x86_place_label(&q->a, done);
    quick_forget(q);
    q->saved_from = 2 * q->position + 1; /* what it took is not wanted any more */
    quick_restore(q);
    if (ins->exit >= 0) {
        x86_test(&q->a, RAX);
        x86_jump_if(&q->a, ins->type == IR_OBJ ? COND_EQUAL : COND_NEGATIVE, q->exits[ins->exit]);
    }
    x86_place_label(&q->a, all_done);
    if (ins->type == IR_F64) quick_set_real(q, ins);
    else if (ins->type != IR_VOID) quick_set(q, ins);
}
