/* Calls of helpers, and of compiled functions by their way in. */
#include "codegen/emit.h"

static void store_rest(Unit *u, Ins *ins, int first) {
    for (int i = first; i < ins->arg_count; i++) {
        gcc_jit_lvalue *at = gcc_jit_context_new_array_access(
            u->gcc->ctx, NULL, gcc_jit_lvalue_as_rvalue(u->args), emit_int(u, i - first));
        emit_assign(u, at, emit_value(u, ins->args[i]));
    }
}

/* An item at a list's end, where there is room for it. Ends in a block for the call of the helper otherwise;
 * the result is the block behind that. */
static gcc_jit_block *append_in_line(Unit *u, Ins *ins) {
    gcc_jit_rvalue *list = emit_value(u, ins->args[0]);
    gcc_jit_lvalue *size = emit_field(u, list, u->fn->layout[LAYOUT_object_size], u->gcc->i64_ptr);
    gcc_jit_lvalue *end = emit_local_i64(u, "end");
    gcc_jit_block *fits = emit_block(u), *full = emit_block(u), *done = emit_block(u);
    emit_assign(u, end, gcc_jit_lvalue_as_rvalue(size));
    gcc_jit_rvalue *at = gcc_jit_lvalue_as_rvalue(end);
    gcc_jit_block_end_with_conditional(
        u->block, NULL,
        emit_compare(u, GCC_JIT_COMPARISON_LT, at, emit_read(u, list, LAYOUT_list_room, u->gcc->i64_ptr)),
        fits, full);
    u->block = fits;
    gcc_jit_type *items_ptr = gcc_jit_type_get_pointer(u->gcc->ptr_ptr);
    emit_assign(u,
                gcc_jit_context_new_array_access(u->gcc->ctx, NULL,
                                                 emit_read(u, list, LAYOUT_list_items, items_ptr), at),
                emit_value(u, ins->args[1]));
    emit_assign(u, size, emit_binary(u, GCC_JIT_BINARY_OP_PLUS, at, emit_int(u, 1)));
    emit_set(u, ins, emit_int(u, 0));
    gcc_jit_block_end_with_jump(u->block, NULL, done);
    u->block = full;
    return done;
}

static void call_helper(Unit *u, Ins *ins) {
    const HelperInfo *helper = ir_helper((int)ins->imm);
    gcc_jit_rvalue *args[24];
    int count = 0, value = 0;
    for (const char *p = helper->args; *p != '\0'; p++) {
        switch (*p) {
        case 'T': args[count++] = u->tstate; break;
        case 'F': args[count++] = emit_frame(u, ins->frame); break;
        case 'r': args[count++] = emit_array_start(u, u->outs, u->gcc->ptr); break;
        case '*':
            store_rest(u, ins, value);
            args[count++] = emit_array_start(u, u->args, u->gcc->ptr);
            args[count++] = emit_int(u, ins->arg_count - value);
            args[count++] = emit_int(u, (int64_t)ins->consumed);
            break;
        default: args[count++] = emit_value(u, ins->args[value++]);
        }
    }
    gcc_jit_rvalue *result = emit_helper_call(u, (Helper)ins->imm, count, args);
    if (ins->type == IR_VOID) gcc_jit_block_add_eval(u->block, NULL, result);
    else emit_set(u, ins, result);
    if (ins->exit < 0) return;
    gcc_jit_rvalue *failed = ins->type == IR_OBJ
                                 ? emit_compare(u, GCC_JIT_COMPARISON_EQ, emit_value(u, ins), emit_null(u))
                                 : emit_compare(u, GCC_JIT_COMPARISON_LT, emit_value(u, ins), emit_int(u, 0));
    emit_unlikely(u, failed, u->exits[ins->exit]);
}

/* --- the way in --- */

static gcc_jit_rvalue *read_at(Unit *u, gcc_jit_rvalue *object, int64_t offset, gcc_jit_type *pointer_type) {
    return gcc_jit_lvalue_as_rvalue(emit_field(u, object, offset, pointer_type));
}

static void leave_unless(Unit *u, enum gcc_jit_comparison op, gcc_jit_rvalue *a, gcc_jit_rvalue *b,
                         gcc_jit_block *otherwise) {
    gcc_jit_block *next = emit_block(u);
    gcc_jit_block_end_with_conditional(u->block, NULL, emit_compare(u, op, a, b), next, otherwise);
    u->block = next;
}

/* A pointer in a local of its own, from where it is read, if it is one; else on at `otherwise`. */
static gcc_jit_rvalue *follow(Unit *u, gcc_jit_rvalue *object, int64_t offset, gcc_jit_block *otherwise) {
    gcc_jit_lvalue *found = gcc_jit_function_new_local(u->function, NULL, u->gcc->ptr, "found");
    emit_assign(u, found, read_at(u, object, offset, u->gcc->ptr_ptr));
    leave_unless(u, GCC_JIT_COMPARISON_NE, gcc_jit_lvalue_as_rvalue(found), emit_null(u), otherwise);
    return gcc_jit_lvalue_as_rvalue(found);
}

/* The compiled code of a Python function, if it has a way in for so many arguments; else on at `otherwise`.
 */
static gcc_jit_rvalue *find_way_in(Unit *u, gcc_jit_rvalue *function, int arg_count,
                                   gcc_jit_block *otherwise) {
    Gcc *gcc = u->gcc;
    const int64_t *layout = u->fn->layout;
    gcc_jit_rvalue *code = emit_read(u, function, LAYOUT_function_code, gcc->ptr_ptr);
    gcc_jit_rvalue *extra = follow(u, code, layout[LAYOUT_code_extra], otherwise);
    gcc_jit_rvalue *index =
        gcc_jit_context_new_bitcast(gcc->ctx, NULL, emit_link(u, LINK_RECORDS, 0), gcc->i64);
    leave_unless(u, GCC_JIT_COMPARISON_LT, index, emit_read(u, extra, LAYOUT_extra_size, gcc->i64_ptr),
                 otherwise);
    gcc_jit_rvalue *offset =
        emit_binary(u, GCC_JIT_BINARY_OP_PLUS, emit_int(u, layout[LAYOUT_extra_slots] / 8), index);
    gcc_jit_rvalue *words = gcc_jit_context_new_cast(gcc->ctx, NULL, extra, gcc->ptr_ptr);
    gcc_jit_lvalue *slot = gcc_jit_function_new_local(u->function, NULL, gcc->ptr, "record");
    emit_assign(u, slot,
                gcc_jit_lvalue_as_rvalue(gcc_jit_context_new_array_access(gcc->ctx, NULL, words, offset)));
    gcc_jit_rvalue *record = gcc_jit_lvalue_as_rvalue(slot);
    leave_unless(u, GCC_JIT_COMPARISON_NE, record, emit_null(u), otherwise);
    gcc_jit_rvalue *compiled = follow(u, record, RECORD_COMPILED, otherwise);
    leave_unless(u, GCC_JIT_COMPARISON_EQ, read_at(u, compiled, COMPILED_WAY_IN_ARGS, gcc->i32_ptr),
                 gcc_jit_context_new_rvalue_from_int(gcc->ctx, gcc->i32, arg_count), otherwise);
    return compiled;
}

/* What the call does not take over gets a reference of its own. */
static gcc_jit_rvalue *handed_over(Unit *u, const Ins *ins, int operand) {
    gcc_jit_rvalue *value = emit_value(u, ins->args[operand]);
    if (!(ins->consumed >> (operand - 1) & 1)) emit_incref(u, value);
    return value;
}

/* Ends at `done`. */
static void call_way_in(Unit *u, Ins *ins, gcc_jit_rvalue *compiled, int count, gcc_jit_rvalue **args,
                        gcc_jit_block *done) {
    Gcc *gcc = u->gcc;
    gcc_jit_type *types[2 + WAY_IN_MOST_ARGS];
    for (int i = 0; i < count; i++) types[i] = gcc->ptr;
    gcc_jit_type *type = gcc_jit_context_new_function_ptr_type(gcc->ctx, NULL, gcc->ptr, count, types, 0);
    gcc_jit_rvalue *way_in =
        gcc_jit_context_new_cast(gcc->ctx, NULL, read_at(u, compiled, COMPILED_WAY_IN, gcc->ptr_ptr), type);
    emit_set(u, ins, gcc_jit_context_new_call_through_ptr(gcc->ctx, NULL, way_in, count, args));
    emit_unlikely(u, emit_compare(u, GCC_JIT_COMPARISON_EQ, emit_value(u, ins), emit_null(u)),
                  u->exits[ins->exit]);
    gcc_jit_block_end_with_jump(u->block, NULL, done);
}

static void leave_unless_of(Unit *u, gcc_jit_rvalue *object, Known type, gcc_jit_block *otherwise) {
    leave_unless(u, GCC_JIT_COMPARISON_EQ, emit_read(u, object, LAYOUT_object_type, u->gcc->ptr_ptr),
                 emit_link(u, LINK_KNOWN, type), otherwise);
}

static gcc_jit_rvalue *read_once(Unit *u, gcc_jit_rvalue *object, LayoutField field) {
    gcc_jit_lvalue *found = gcc_jit_function_new_local(u->function, NULL, u->gcc->ptr, "part");
    emit_assign(u, found, emit_read(u, object, field, u->gcc->ptr_ptr));
    return gcc_jit_lvalue_as_rvalue(found);
}

/* The same for a bound method of a Python function: its self comes first. One that goes with the call goes on
 * at `otherwise`. */
static void call_bound_by_way_in(Unit *u, Ins *ins, int function, gcc_jit_block *done,
                                 gcc_jit_block *otherwise) {
    gcc_jit_rvalue *args[2 + WAY_IN_MOST_ARGS] = {u->tstate}, *method = emit_value(u, ins->args[function]);
    bool consumed = ins->consumed >> (function - 1) & 1;
    int count = 3, given = ins->arg_count - function - 1;
    gcc_jit_lvalue *references = emit_field(u, method, u->fn->layout[LAYOUT_object_refcnt], u->gcc->i64_ptr);
    leave_unless_of(u, method, KNOWN_method, otherwise);
    if (consumed)
        leave_unless(u, GCC_JIT_COMPARISON_NE, gcc_jit_lvalue_as_rvalue(references), emit_int(u, 1),
                     otherwise);
    args[1] = read_once(u, method, LAYOUT_method_function);
    args[2] = read_once(u, method, LAYOUT_method_self);
    leave_unless_of(u, args[1], KNOWN_function, otherwise);
    gcc_jit_rvalue *compiled = find_way_in(u, args[1], given + 1, otherwise);
    emit_incref(u, args[1]);
    emit_incref(u, args[2]);
    if (consumed)
        gcc_jit_block_add_assignment_op(u->block, NULL, references, GCC_JIT_BINARY_OP_MINUS, emit_int(u, 1));
    for (int i = function + 1; i < ins->arg_count; i++) args[count++] = handed_over(u, ins, i);
    call_way_in(u, ins, compiled, count, args, done);
}

void emit_calls_OP(Unit *u, Ins *ins) {
    gcc_jit_block *other = emit_block(u);
    gcc_jit_rvalue *function = emit_value(u, ins->args[0]);
    emit_set(u, ins, emit_int(u, 0));
    if (ins->imm != 0) {
        leave_unless_of(u, function, KNOWN_method, other);
        function = read_once(u, function, LAYOUT_method_function);
    }
    leave_unless_of(u, function, KNOWN_function, other);
    leave_unless(u, GCC_JIT_COMPARISON_EQ, emit_read(u, function, LAYOUT_function_code, u->gcc->ptr_ptr),
                 emit_value(u, ins->args[1]), other);
    emit_set(u, ins, emit_int(u, 1));
    gcc_jit_block_end_with_jump(u->block, NULL, other);
    u->block = other;
}

/* Ends in a block for the call of the helper otherwise; the result is the block behind that. */
static gcc_jit_block *call_by_way_in(Unit *u, Ins *ins, int function) {
    bool may_be_bound = may_call_bound(u->fn, ins);
    gcc_jit_block *otherwise = emit_block(u), *done = emit_block(u),
                  *bound = may_be_bound ? emit_block(u) : otherwise;
    gcc_jit_rvalue *args[2 + WAY_IN_MOST_ARGS] = {u->tstate}, *callee = emit_value(u, ins->args[function]);
    if (ins->args[function]->nullable)
        leave_unless(u, GCC_JIT_COMPARISON_NE, callee, emit_null(u), otherwise);
    leave_unless_of(u, callee, KNOWN_function, bound);
    gcc_jit_rvalue *compiled = find_way_in(u, callee, ins->arg_count - function - 1, otherwise);
    int count = 1;
    for (int i = function; i < ins->arg_count; i++) args[count++] = handed_over(u, ins, i);
    call_way_in(u, ins, compiled, count, args, done);
    if (may_be_bound) {
        u->block = bound;
        call_bound_by_way_in(u, ins, function, done, otherwise);
    }
    u->block = otherwise;
    return done;
}

void emit_call_OP(Unit *u, Ins *ins) {
    int function = called_by_way_in(ins);
    gcc_jit_block *done = NULL;
    if (u->fn->tier > 1 && function >= 0) done = call_by_way_in(u, ins, function);
    else if (u->fn->tier > 1 && ins->imm == H_rt_list_append) done = append_in_line(u, ins);
    call_helper(u, ins);
    if (done == NULL) return;
    gcc_jit_block_end_with_jump(u->block, NULL, done);
    u->block = done;
}
