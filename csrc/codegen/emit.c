/* The frame of a function's code and its blocks; emission of single operations is in emit_*.c. */
#include "codegen/emit.h"

#include <stdio.h>
#include <string.h>

static void (*const EMIT[])(Unit *, Ins *) = {
#define OP(name, result, args, imm, flags, doc) emit_##name##_OP,
#include "ir/ops.def"
};

void gcc_init(Gcc *gcc, gcc_jit_context *ctx) {
    memset(gcc, 0, sizeof(*gcc));
    gcc->ctx = ctx;
    gcc->void_type = gcc_jit_context_get_type(ctx, GCC_JIT_TYPE_VOID);
    gcc->ptr = gcc_jit_context_get_type(ctx, GCC_JIT_TYPE_VOID_PTR);
    gcc->ptr_ptr = gcc_jit_type_get_pointer(gcc->ptr);
    gcc->i64 = gcc_jit_context_get_int_type(ctx, 8, 1);
    gcc->i64_ptr = gcc_jit_type_get_pointer(gcc->i64);
    gcc->i32 = gcc_jit_context_get_int_type(ctx, 4, 1);
    gcc->i32_ptr = gcc_jit_type_get_pointer(gcc->i32);
    gcc->u8_ptr = gcc_jit_type_get_pointer(gcc_jit_context_get_int_type(ctx, 1, 0));
    gcc->f64 = gcc_jit_context_get_type(ctx, GCC_JIT_TYPE_DOUBLE);
    gcc->expect = gcc_jit_context_get_builtin_function(ctx, "__builtin_expect");
    gcc->add_overflow = gcc_jit_context_get_builtin_function(ctx, "__builtin_saddl_overflow");
    gcc->sub_overflow = gcc_jit_context_get_builtin_function(ctx, "__builtin_ssubl_overflow");
    gcc->mul_overflow = gcc_jit_context_get_builtin_function(ctx, "__builtin_smull_overflow");
}

static gcc_jit_type *type_of(Unit *u, IrType type) {
    return type == IR_I64 || type == IR_U64 ? u->gcc->i64 : type == IR_F64 ? u->gcc->f64 : u->gcc->ptr;
}

/* --- building blocks --- */

gcc_jit_rvalue *emit_int(Unit *u, int64_t value) {
    return gcc_jit_context_new_rvalue_from_long(u->gcc->ctx, u->gcc->i64, (long)value);
}

gcc_jit_rvalue *emit_null(Unit *u) { return gcc_jit_context_null(u->gcc->ctx, u->gcc->ptr); }

void emit_assign(Unit *u, gcc_jit_lvalue *to, gcc_jit_rvalue *value) {
    gcc_jit_block_add_assignment(u->block, NULL, to, value);
}

void emit_set(Unit *u, const Ins *ins, gcc_jit_rvalue *value) { emit_assign(u, u->values[ins->id], value); }

gcc_jit_block *emit_block(Unit *u) { return gcc_jit_function_new_block(u->function, NULL); }

gcc_jit_rvalue *emit_compare(Unit *u, enum gcc_jit_comparison op, gcc_jit_rvalue *a, gcc_jit_rvalue *b) {
    return gcc_jit_context_new_comparison(u->gcc->ctx, NULL, op, a, b);
}

void emit_unlikely(Unit *u, gcc_jit_rvalue *condition, gcc_jit_block *cold) {
    gcc_jit_type *long_type = gcc_jit_context_get_type(u->gcc->ctx, GCC_JIT_TYPE_LONG);
    gcc_jit_rvalue *args[2] = {gcc_jit_context_new_cast(u->gcc->ctx, NULL, condition, long_type),
                               gcc_jit_context_zero(u->gcc->ctx, long_type)};
    gcc_jit_rvalue *expected = gcc_jit_context_new_call(u->gcc->ctx, NULL, u->gcc->expect, 2, args);
    gcc_jit_block *next = emit_block(u);
    gcc_jit_block_end_with_conditional(u->block, NULL,
                                       emit_compare(u, GCC_JIT_COMPARISON_NE, expected, args[1]), cold, next);
    u->block = next;
}

gcc_jit_lvalue *emit_field(Unit *u, gcc_jit_rvalue *object, int64_t offset, gcc_jit_type *pointer_type) {
    gcc_jit_rvalue *bytes = gcc_jit_context_new_cast(u->gcc->ctx, NULL, object, u->gcc->u8_ptr);
    gcc_jit_rvalue *at = gcc_jit_lvalue_get_address(
        gcc_jit_context_new_array_access(u->gcc->ctx, NULL, bytes, emit_int(u, offset)), NULL);
    return gcc_jit_rvalue_dereference(gcc_jit_context_new_cast(u->gcc->ctx, NULL, at, pointer_type), NULL);
}

gcc_jit_rvalue *emit_array_start(Unit *u, gcc_jit_lvalue *array, gcc_jit_type *pointer_type) {
    gcc_jit_lvalue *first =
        gcc_jit_context_new_array_access(u->gcc->ctx, NULL, gcc_jit_lvalue_as_rvalue(array), emit_int(u, 0));
    return gcc_jit_context_new_cast(u->gcc->ctx, NULL, gcc_jit_lvalue_get_address(first, NULL), pointer_type);
}

/* --- the link block --- */

gcc_jit_rvalue *emit_link(Unit *u, LinkKind kind, int index) {
    return gcc_jit_lvalue_as_rvalue(
        emit_field(u, u->link, links_offset(u->fn, &u->links, kind, index), u->gcc->ptr_ptr));
}

void emit_mkbool_OP(Unit *u, Ins *ins) {
    gcc_jit_rvalue *pair = gcc_jit_lvalue_get_address(
        emit_field(u, u->link, links_bool_offset(u->fn, &u->links), u->gcc->ptr_ptr), NULL);
    emit_set(u, ins,
             gcc_jit_lvalue_as_rvalue(
                 gcc_jit_context_new_array_access(u->gcc->ctx, NULL, pair, emit_value(u, ins->args[0]))));
}

gcc_jit_rvalue *emit_value(Unit *u, const Ins *value) {
    switch (value->op) {
    case IR_null_OP: return emit_null(u);
    case IR_const_OP: return emit_link(u, LINK_CONST, (int)value->imm);
    case IR_name_OP: return emit_link(u, LINK_NAME, (int)value->imm);
    case IR_known_OP: return emit_link(u, LINK_KNOWN, (int)value->imm);
    case IR_factobj_OP:
    case IR_factptr_OP: return emit_link(u, LINK_FACT, (int)value->imm);
    case IR_fact_OP:
        return gcc_jit_context_new_bitcast(u->gcc->ctx, NULL, emit_link(u, LINK_FACT, (int)value->imm),
                                           u->gcc->i64);
    case IR_ki64_OP: return emit_int(u, value->imm);
    case IR_kf64_OP: {
        double number;
        memcpy(&number, &value->imm, sizeof(number));
        return gcc_jit_context_new_rvalue_from_double(u->gcc->ctx, u->gcc->f64, number);
    }
    case IR_cache_OP: {
        gcc_jit_lvalue *at = emit_field(u, u->link, value->imm * CACHE_BYTES, u->gcc->ptr_ptr);
        return gcc_jit_context_new_cast(u->gcc->ctx, NULL, gcc_jit_lvalue_get_address(at, NULL), u->gcc->ptr);
    }
    default: return gcc_jit_lvalue_as_rvalue(u->values[value->id]);
    }
}

/* --- helpers --- */

static gcc_jit_type *param_type(Gcc *gcc, char letter) {
    switch (letter) {
    case 'i': return gcc->i64;
    case 'd': return gcc->f64;
    default: return gcc->ptr;
    }
}

static gcc_jit_type *helper_type(Gcc *gcc, Helper helper) {
    if (gcc->helper_types[helper] != NULL) return gcc->helper_types[helper];
    const HelperInfo *info = ir_helper(helper);
    gcc_jit_type *params[24];
    int count = 0;
    for (const char *p = info->args; *p != '\0'; p++) {
        params[count++] = param_type(gcc, *p);
        if (*p == '*') {
            params[count++] = gcc->i64;
            params[count++] = gcc->i64;
        }
    }
    gcc_jit_type *result = info->result == IR_VOID  ? gcc->void_type
                           : info->result == IR_OBJ ? gcc->ptr
                           : info->result == IR_F64 ? gcc->f64
                                                    : gcc->i64;
    gcc->helper_types[helper] =
        gcc_jit_context_new_function_ptr_type(gcc->ctx, NULL, result, count, params, 0);
    return gcc->helper_types[helper];
}

gcc_jit_rvalue *emit_helper_call(Unit *u, Helper helper, int count, gcc_jit_rvalue **args) {
    gcc_jit_rvalue *function = gcc_jit_context_new_cast(u->gcc->ctx, NULL, emit_link(u, LINK_HELPER, helper),
                                                        helper_type(u->gcc, helper));
    return gcc_jit_context_new_call_through_ptr(u->gcc->ctx, NULL, function, count, args);
}

/* --- reference counts --- */

static gcc_jit_lvalue *refcount(Unit *u, gcc_jit_rvalue *object) {
    return emit_field(u, object, u->fn->layout[LAYOUT_object_refcnt], u->gcc->i64_ptr);
}

void emit_incref(Unit *u, gcc_jit_rvalue *object) {
    gcc_jit_block_add_assignment_op(u->block, NULL, refcount(u, object), GCC_JIT_BINARY_OP_PLUS,
                                    emit_int(u, 1));
}

/* Drop a reference; `dealloc` is the helper. Ends in a new block, or in a return. */
static void drop(Unit *u, gcc_jit_rvalue *object, gcc_jit_rvalue *dealloc) {
    Gcc *gcc = u->gcc;
    gcc_jit_block *last = emit_block(u), *done = emit_block(u);
    gcc_jit_block_add_assignment_op(u->block, NULL, refcount(u, object), GCC_JIT_BINARY_OP_MINUS,
                                    emit_int(u, 1));
    gcc_jit_rvalue *count = gcc_jit_lvalue_as_rvalue(refcount(u, object));
    gcc_jit_block_end_with_conditional(
        u->block, NULL, emit_compare(u, GCC_JIT_COMPARISON_EQ, count, emit_int(u, 0)), last, done);
    gcc_jit_rvalue *function =
        gcc_jit_context_new_cast(gcc->ctx, NULL, dealloc, helper_type(gcc, H_rt_dealloc));
    gcc_jit_block_add_eval(last, NULL,
                           gcc_jit_context_new_call_through_ptr(gcc->ctx, NULL, function, 1, &object));
    gcc_jit_block_end_with_jump(last, NULL, done);
    u->block = done;
}

/* void drop(object, dealloc): one for the context. Out of line, it keeps code small and quick to compile. */
static gcc_jit_function *drop_function(Unit *u) {
    Gcc *gcc = u->gcc;
    if (gcc->drop != NULL) return gcc->drop;
    gcc_jit_param *params[2] = {gcc_jit_context_new_param(gcc->ctx, NULL, gcc->ptr, "object"),
                                gcc_jit_context_new_param(gcc->ctx, NULL, gcc->ptr, "dealloc")};
    gcc->drop = gcc_jit_context_new_function(gcc->ctx, NULL, GCC_JIT_FUNCTION_INTERNAL, gcc->void_type,
                                             "dxpy_drop", 2, params, 0);
    Unit inner = *u;
    inner.function = gcc->drop;
    inner.block = gcc_jit_function_new_block(gcc->drop, "start");
    drop(&inner, gcc_jit_param_as_rvalue(params[0]), gcc_jit_param_as_rvalue(params[1]));
    gcc_jit_block_end_with_void_return(inner.block, NULL);
    return gcc->drop;
}

void emit_decref(Unit *u, gcc_jit_rvalue *object, bool nullable) {
    gcc_jit_block *done = NULL;
    if (nullable) {
        gcc_jit_block *there = emit_block(u);
        done = emit_block(u);
        gcc_jit_block_end_with_conditional(
            u->block, NULL, emit_compare(u, GCC_JIT_COMPARISON_EQ, object, emit_null(u)), done, there);
        u->block = there;
    }
    gcc_jit_rvalue *args[2] = {object, emit_link(u, LINK_HELPER, H_rt_dealloc)};
    if (u->fn->tier >
        1) /* where speed counts more; not by gcc, which gives up on a function it cannot inline */
        drop(u, args[0], args[1]);
    else
        gcc_jit_block_add_eval(u->block, NULL,
                               gcc_jit_context_new_call(u->gcc->ctx, NULL, drop_function(u), 2, args));
    if (done == NULL) return;
    gcc_jit_block_end_with_jump(u->block, NULL, done);
    u->block = done;
}

/* --- the function --- */

static gcc_jit_lvalue *new_array(Unit *u, gcc_jit_type *item, int length, const char *name) {
    gcc_jit_type *type = gcc_jit_context_new_array_type(u->gcc->ctx, NULL, item, length > 0 ? length : 1);
    return gcc_jit_function_new_local(u->function, NULL, type, name);
}

static void declare(Unit *u) {
    int longest_rest = 0, outs = 0, spill = 0;
    for (int i = 0; i < u->fn->blocks.count; i++) {
        Block *block = u->fn->blocks.items[i];
        u->blocks[block->id] = emit_block(u);
        for_each_ins(ins, block) {
            int rest = ins->arg_count - ir_rest_index(ins);
            if (rest > longest_rest) longest_rest = rest;
            if ((ins->op == IR_ldout_OP || ins->op == IR_ldnum_OP) && ins->imm >= outs)
                outs = (int)ins->imm + 1;
            if (ins->type == IR_VOID) continue;
            char name[24];
            snprintf(name, sizeof(name), "v%u", ins->id);
            u->values[ins->id] =
                gcc_jit_function_new_local(u->function, NULL, type_of(u, (IrType)ins->type), name);
        }
    }
    for (int i = 0; i < u->fn->exits.count; i++)
        if (u->fn->exits.items[i].values.count > spill) spill = u->fn->exits.items[i].values.count;
    u->args = new_array(u, u->gcc->ptr, longest_rest, "args");
    u->outs = new_array(u, u->gcc->ptr, outs, "outs");
    u->spill = new_array(u, u->gcc->ptr, spill, "spill");
}

/* Find the code, mark the operand stack as not to be looked at, go to the entry asked for. */
static void emit_prologue(Unit *u, gcc_jit_rvalue *entry) {
    const int64_t *layout = u->fn->layout;
    gcc_jit_rvalue *code =
        gcc_jit_lvalue_as_rvalue(emit_field(u, u->frame, layout[LAYOUT_frame_code], u->gcc->ptr_ptr));
    gcc_jit_lvalue *units = emit_field(u, code, layout[LAYOUT_code_units], u->gcc->u8_ptr);
    emit_assign(
        u, emit_code_units(u, 0),
        gcc_jit_context_new_cast(u->gcc->ctx, NULL, gcc_jit_lvalue_get_address(units, NULL), u->gcc->u8_ptr));
    emit_assign(u, emit_field(u, u->frame, layout[LAYOUT_frame_stacktop], u->gcc->i32_ptr),
                gcc_jit_context_new_rvalue_from_int(u->gcc->ctx, u->gcc->i32, -1));
    int count = u->fn->entries.count;
    gcc_jit_block *first = u->blocks[u->fn->entries.items[0].block->id];
    if (count == 1) {
        gcc_jit_block_end_with_jump(u->block, NULL, first);
        return;
    }
    gcc_jit_case **cases = arena_array(fn_arena(u->fn), gcc_jit_case *, count);
    int case_count = 0;
    for (int i = 0; i < count; i++) {
        if (u->fn->entries.items[i].kind == ENTRY_HANDLER) continue;
        cases[case_count++] = gcc_jit_context_new_case(u->gcc->ctx, emit_int(u, i), emit_int(u, i),
                                                       u->blocks[u->fn->entries.items[i].block->id]);
    }
    gcc_jit_block_end_with_switch(u->block, NULL, entry, first, case_count, cases);
}

/* Set the phis of the successor. All are read before any is written: one may be another's value. */
static void emit_phis(Unit *u, Block *block) {
    if (block->succ_count != 1) return;
    Block *succ = block->succs[0];
    int index = 0;
    while (succ->preds.items[index] != block) index++;
    int count = 0;
    for (Ins *phi = succ->first; phi->op == IR_phi_OP; phi = phi->next) count++;
    gcc_jit_rvalue **read = arena_array(fn_arena(u->fn), gcc_jit_rvalue *, count + 1);
    int i = 0;
    for (Ins *phi = succ->first; phi->op == IR_phi_OP; phi = phi->next, i++) {
        const Ins *value = phi->args[index];
        read[i] = emit_value(u, value);
        if (value->op != IR_phi_OP || value->block != succ || count == 1) continue;
        gcc_jit_lvalue *copy =
            gcc_jit_function_new_local(u->function, NULL, type_of(u, (IrType)phi->type), "copy");
        emit_assign(u, copy, read[i]);
        read[i] = gcc_jit_lvalue_as_rvalue(copy);
    }
    i = 0;
    for (Ins *phi = succ->first; phi->op == IR_phi_OP; phi = phi->next, i++) emit_set(u, phi, read[i]);
}

/* What the loader must know, as exported constants beside the code. */
static void export_words(Gcc *gcc, const char *name, const Words *words) {
    gcc_jit_type *type = gcc_jit_context_new_array_type(gcc->ctx, NULL, gcc->i32, words->count);
    gcc_jit_lvalue *global = gcc_jit_context_new_global(gcc->ctx, NULL, GCC_JIT_GLOBAL_EXPORTED, type, name);
    gcc_jit_global_set_initializer(global, words->items, sizeof(int32_t) * (size_t)words->count);
}

static void emit_image(Unit *u, int index) {
    Words words = {0}, size = {0};
    char name[40];
    image_words(u->fn, &u->links, &words);
    snprintf(name, sizeof(name), "dxpy_image_%d", index);
    export_words(u->gcc, name, &words);
    vec_push(fn_arena(u->fn), &size, (int32_t)words.count);
    snprintf(name, sizeof(name), "dxpy_image_size_%d", index);
    export_words(u->gcc, name, &size);
}

void emit_unit(Gcc *gcc, Fn *fn, int index) {
    Unit unit = {.gcc = gcc, .fn = fn}, *u = &unit;
    char name[32];
    snprintf(name, sizeof(name), "dxpy_unit_%d", index);
    gcc_jit_param *params[4] = {
        gcc_jit_context_new_param(gcc->ctx, NULL, gcc->ptr, "tstate"),
        gcc_jit_context_new_param(gcc->ctx, NULL, gcc->ptr, "frame"),
        gcc_jit_context_new_param(gcc->ctx, NULL, gcc->ptr, "link"),
        gcc_jit_context_new_param(gcc->ctx, NULL, gcc->i64, "entry"),
    };
    u->function =
        gcc_jit_context_new_function(gcc->ctx, NULL, GCC_JIT_FUNCTION_EXPORTED, gcc->ptr, name, 4, params, 0);
    u->tstate = gcc_jit_param_as_rvalue(params[0]);
    u->frame = gcc_jit_param_as_rvalue(params[1]);
    u->link = gcc_jit_param_as_rvalue(params[2]);
    u->values = arena_array(fn_arena(fn), gcc_jit_lvalue *, fn->next_value);
    u->frames = arena_array(fn_arena(fn), gcc_jit_lvalue *, fn->inlined.count + 1);
    u->code_units = arena_array(fn_arena(fn), gcc_jit_lvalue *, fn->inlined.count + 1);
    u->blocks = arena_array(fn_arena(fn), gcc_jit_block *, fn->next_block);
    u->exits = arena_array(fn_arena(fn), gcc_jit_block *, fn->exits.count + 1);
    u->block = emit_block(u); /* the first block made is where the function begins */
    declare(u);
    for (int i = 0; i < fn->exits.count; i++) u->exits[i] = emit_block(u);
    emit_prologue(u, gcc_jit_param_as_rvalue(params[3]));
    for (int i = 0; i < fn->blocks.count; i++) {
        Block *block = fn->blocks.items[i];
        u->block = u->blocks[block->id];
        for_each_ins(ins, block) EMIT[ins->op](u, ins);
    }
    emit_exits(u);
    emit_image(u, index);
}

void emit_jump_OP(Unit *u, Ins *ins) {
    emit_phis(u, ins->block);
    gcc_jit_block_end_with_jump(u->block, NULL, u->blocks[ins->block->succs[0]->id]);
}
