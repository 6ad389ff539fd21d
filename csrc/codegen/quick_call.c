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

/* Where a list has room a value goes there, and nothing is called; then on at the label. */
static void append_in_line(Quick *q, const Ins *ins, int done) {
    Assembler *a = &q->a;
    int full = x86_new_label(a);
    quick_forget(q);
    quick_load(q, RDI, ins->args[0]);
    x86_load(a, RCX, quick_field(q, RDI, LAYOUT_object_size));
    x86_compare(a, RCX, quick_field(q, RDI, LAYOUT_list_room));
    x86_jump_if(a, COND_GREATER_EQUAL, full);
    x86_load(a, RDX, quick_field(q, RDI, LAYOUT_list_items));
    x86_address_indexed(a, RDX, RDX, RCX, 0);
    quick_load(q, RSI, ins->args[1]);
    x86_store(a, (Place){RDX, 0}, RSI);
    x86_add_1(a, quick_field(q, RDI, LAYOUT_object_size));
    x86_set(a, RAX, 0);
    x86_jump(a, done);
    x86_place_label(a, full);
}

/* rax: where the key of the entry that rsi is the number of lies, of the keys in rdi; else on at the label.
 */
static void find_entry(Quick *q, int otherwise) {
    Assembler *a = &q->a;
    const int64_t *layout = q->fn->layout;
    int of_any = x86_new_label(a), found = x86_new_label(a);
    x86_compare(a, RSI, quick_field(q, RDI, LAYOUT_keys_entry_count));
    x86_jump_if(a, COND_GREATER_EQUAL, otherwise);
    x86_load_byte(a, RCX, quick_field(q, RDI, LAYOUT_keys_index_bytes));
    x86_set(a, RAX, 1);
    x86_shift_by_rcx(a, SHIFT_LEFT, RAX);
    x86_alu(a, ALU_ADD, RAX, RDI);
    x86_load_byte(a, RCX, quick_field(q, RDI, LAYOUT_keys_kind));
    x86_move(a, RDX, RSI);
    x86_alu_number(a, ALU_COMPARE, RCX, (int32_t)layout[LAYOUT_keys_of_str]);
    x86_jump_if(a, COND_NOT_EQUAL, of_any);
    x86_multiply_number(a, RDX, (int32_t)layout[LAYOUT_keys_entry_size]);
    x86_jump(a, found);
    x86_place_label(a, of_any);
    x86_alu_number(a, ALU_COMPARE, RCX, (int32_t)layout[LAYOUT_keys_of_any]);
    x86_jump_if(a, COND_NOT_EQUAL, otherwise);
    x86_multiply_number(a, RDX, (int32_t)layout[LAYOUT_keys_any_size]);
    x86_alu_number(a, ALU_ADD, RDX, (int32_t)(layout[LAYOUT_keys_any_size] - layout[LAYOUT_keys_entry_size]));
    x86_place_label(a, found);
    x86_alu(a, ALU_ADD, RAX, RDX);
    x86_alu_number(a, ALU_ADD, RAX, (int32_t)layout[LAYOUT_keys_indices]);
}

/* From a place, with a reference of its own. */
static void give_result(Quick *q, int32_t number, Place from) {
    x86_load(&q->a, RCX, from);
    x86_add_1(&q->a, quick_field(q, RCX, LAYOUT_object_refcnt));
    x86_store(&q->a, quick_word(q->outs + number), RCX);
}

/* Where a dict did not change, and the entry at the position has a value, nothing is called; then on at the
 * label. */
static void next_entry_in_line(Quick *q, const Ins *ins, int done) {
    enum { DICT, SIZE, POSITION, LEFT };
    Assembler *a = &q->a;
    int otherwise = x86_new_label(a), values = 0;
    int32_t value_at = (int32_t)q->fn->layout[LAYOUT_keys_entry_size] / 2;
    quick_forget(q);
    quick_load(q, RDI, ins->args[DICT]);
    quick_load(q, RSI, ins->args[POSITION]);
    quick_load(q, RCX, ins->args[SIZE]);
    x86_compare(a, RCX, quick_field(q, RDI, LAYOUT_dict_used));
    x86_jump_if(a, COND_NOT_EQUAL, otherwise);
    x86_load(a, RDI, quick_field(q, RDI, LAYOUT_dict_keys));
    find_entry(q, otherwise);
    x86_compare_number(a, (Place){RAX, value_at}, 0);
    x86_jump_if(a, COND_EQUAL, otherwise);
    quick_load(q, RCX, ins->args[LEFT]);
    x86_test(a, RCX);
    x86_jump_if(a, COND_EQUAL, otherwise);
    if (ins->imm != H_rt_next_value) give_result(q, values++, (Place){RAX, 0});
    if (ins->imm != H_rt_next_key) give_result(q, values, (Place){RAX, value_at});
    x86_move(a, RAX, RSI);
    x86_alu_number(a, ALU_ADD, RAX, 1);
    x86_jump(a, done);
    x86_place_label(a, otherwise);
}

/* An object of the class itself is an instance of it, whatever the class says: nothing is called; then on at
 * the label. */
static void same_class_in_line(Quick *q, const Ins *ins, int done) {
    enum { OBJECT, CLASS, BEFORE };
    Assembler *a = &q->a;
    int other = x86_new_label(a);
    if (ins->args[BEFORE]->op != IR_ki64_OP || ins->args[BEFORE]->imm != 0) return;
    quick_forget(q);
    quick_load(q, RDI, ins->args[OBJECT]);
    quick_load(q, RSI, ins->args[CLASS]);
    x86_compare(a, RSI, quick_field(q, RDI, LAYOUT_object_type));
    x86_jump_if(a, COND_NOT_EQUAL, other);
    x86_set(a, RAX, 1);
    x86_jump(a, done);
    x86_place_label(a, other);
}

static void begin_in_line(Quick *q, const Ins *ins, int done) {
    switch (ins->imm) {
    case H_rt_is_or_isinstance: same_class_in_line(q, ins, done); break;
    case H_rt_list_append: append_in_line(q, ins, done); break;
    case H_rt_next_key:
    case H_rt_next_value:
    case H_rt_next_entry: next_entry_in_line(q, ins, done); break;
    default: break;
    }
}

void quick_call_OP(Quick *q, Ins *ins) {
    enum { REGISTERS_WITHOUT_TENANTS = 4 };
    int function = called_by_way_in(ins), done = x86_new_label(&q->a), all_done = x86_new_label(&q->a);
    if (q->fn->tier > 1) begin_in_line(q, ins, all_done);
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
