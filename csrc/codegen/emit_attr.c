/* Attributes: what an owner's type is, and where instances, modules and classes keep values. */
#include "codegen/emit.h"

#define CMP(name) GCC_JIT_COMPARISON_##name

static gcc_jit_rvalue *arg(Unit *u, const Ins *ins, int index) { return emit_value(u, ins->args[index]); }

static gcc_jit_rvalue *read_pointer(Unit *u, gcc_jit_rvalue *object, LayoutField field) {
    return emit_read(u, object, field, u->gcc->ptr_ptr);
}

void emit_type_is_OP(Unit *u, Ins *ins) {
    emit_guard_version(u, ins, read_pointer(u, arg(u, ins, 0), LAYOUT_object_type), LAYOUT_type_version);
}

/* The number is set before each comparison, so that what depends on it can be decided where it is known. */
void emit_type_index_OP(Unit *u, Ins *ins) {
    gcc_jit_lvalue *version = emit_local_i64(u, "version");
    gcc_jit_block *done = emit_block(u);
    emit_assign(u, version,
                emit_read_u32(u, read_pointer(u, arg(u, ins, 0), LAYOUT_object_type), LAYOUT_type_version));
    gcc_jit_rvalue *now = gcc_jit_lvalue_as_rvalue(version);
    for (int i = 1; i < ins->arg_count - 1; i++) {
        gcc_jit_block *next = emit_block(u);
        emit_set(u, ins, emit_int(u, i - 1));
        gcc_jit_block_end_with_conditional(u->block, NULL, emit_compare(u, CMP(EQ), now, arg(u, ins, i)),
                                           done, next);
        u->block = next;
    }
    emit_set(u, ins, emit_int(u, ins->arg_count - 2));
    emit_guard_fails(u, ins, emit_compare(u, CMP(NE), now, arg(u, ins, ins->arg_count - 1)));
    gcc_jit_block_end_with_jump(u->block, NULL, done);
    u->block = done;
}

void emit_version_is_OP(Unit *u, Ins *ins) {
    emit_guard_version(u, ins, arg(u, ins, 0), LAYOUT_type_version);
}

void emit_unshadowed_OP(Unit *u, Ins *ins) {
    gcc_jit_rvalue *object = arg(u, ins, 0);
    emit_guard_fails(u, ins,
                     emit_compare(u, CMP(EQ), read_pointer(u, object, LAYOUT_instance_values), emit_null(u)));
    gcc_jit_rvalue *keys =
        read_pointer(u, read_pointer(u, object, LAYOUT_object_type), LAYOUT_type_shared_keys);
    emit_guard_version(u, ins, keys, LAYOUT_keys_version);
}

void emit_shares_OP(Unit *u, Ins *ins) {
    emit_guard_version(u, ins, read_pointer(u, arg(u, ins, 0), LAYOUT_type_shared_keys), LAYOUT_keys_version);
}

void emit_values_OP(Unit *u, Ins *ins) {
    emit_set(u, ins, read_pointer(u, arg(u, ins, 0), LAYOUT_instance_values));
    emit_guard_fails(u, ins, emit_compare(u, CMP(EQ), emit_value(u, ins), emit_null(u)));
}

void emit_dict_entry_OP(Unit *u, Ins *ins) {
    const int64_t *layout = u->fn->layout;
    gcc_jit_rvalue *dict = read_pointer(u, arg(u, ins, 0), LAYOUT_instance_dict);
    emit_guard_fails(u, ins, emit_compare(u, CMP(EQ), dict, emit_null(u)));
    emit_set(u, ins, read_pointer(u, dict, LAYOUT_dict_keys));
    gcc_jit_rvalue *keys = emit_value(u, ins);
    emit_guard_fails(u, ins,
                     emit_compare(u, CMP(NE), emit_read_byte(u, keys, LAYOUT_keys_kind),
                                  emit_int(u, layout[LAYOUT_keys_of_str])));
    gcc_jit_rvalue *count = emit_read(u, keys, LAYOUT_keys_entry_count, u->gcc->i64_ptr);
    emit_guard_fails(u, ins, emit_compare(u, CMP(LE), count, emit_int(u, ins->imm)));
    gcc_jit_rvalue *indices = emit_binary(u, GCC_JIT_BINARY_OP_LSHIFT, emit_int(u, 1),
                                          emit_read_byte(u, keys, LAYOUT_keys_index_bytes));
    int64_t further = layout[LAYOUT_keys_indices] + ins->imm * layout[LAYOUT_keys_entry_size];
    gcc_jit_rvalue *bytes = gcc_jit_context_new_cast(u->gcc->ctx, NULL, keys, u->gcc->u8_ptr);
    gcc_jit_lvalue *at = gcc_jit_context_new_array_access(
        u->gcc->ctx, NULL, bytes, emit_binary(u, GCC_JIT_BINARY_OP_PLUS, indices, emit_int(u, further)));
    emit_set(u, ins,
             gcc_jit_context_new_cast(u->gcc->ctx, NULL, gcc_jit_lvalue_get_address(at, NULL), u->gcc->ptr));
    gcc_jit_rvalue *key = gcc_jit_lvalue_as_rvalue(emit_field(u, emit_value(u, ins), 0, u->gcc->ptr_ptr));
    emit_guard_fails(u, ins, emit_compare(u, CMP(NE), key, arg(u, ins, 1)));
}

void emit_further_OP(Unit *u, Ins *ins) {
    gcc_jit_rvalue *bytes = gcc_jit_context_new_cast(u->gcc->ctx, NULL, arg(u, ins, 0), u->gcc->u8_ptr);
    gcc_jit_lvalue *at = gcc_jit_context_new_array_access(u->gcc->ctx, NULL, bytes, arg(u, ins, 1));
    emit_set(u, ins,
             gcc_jit_context_new_cast(u->gcc->ctx, NULL, gcc_jit_lvalue_get_address(at, NULL), u->gcc->ptr));
}

void emit_itself_OP(Unit *u, Ins *ins) { emit_set(u, ins, arg(u, ins, 0)); }

static gcc_jit_lvalue *place_of(Unit *u, Ins *ins) {
    return emit_field(u, arg(u, ins, 1), ins->imm, u->gcc->ptr_ptr);
}

void emit_attr_item_OP(Unit *u, Ins *ins) {
    emit_set(u, ins, gcc_jit_lvalue_as_rvalue(place_of(u, ins)));
    emit_guard_fails(u, ins, emit_compare(u, CMP(EQ), emit_value(u, ins), emit_null(u)));
}

static gcc_jit_lvalue *old_value(Unit *u, gcc_jit_lvalue *place) {
    gcc_jit_lvalue *old = gcc_jit_function_new_local(u->function, NULL, u->gcc->ptr, "old");
    emit_assign(u, old, gcc_jit_lvalue_as_rvalue(place));
    return old;
}

/* Values remember in which order they came: two bytes before them stands how many there are, and before that,
 * going down, the index of each. */
static void note_insertion(Unit *u, Ins *ins) {
    if (ins->args[1]->op != IR_values_OP) return;
    gcc_jit_type *u8 = gcc_jit_context_get_int_type(u->gcc->ctx, 1, 0);
    gcc_jit_lvalue *count = emit_field(u, arg(u, ins, 1), -2, u->gcc->u8_ptr);
    gcc_jit_lvalue *grown = gcc_jit_function_new_local(u->function, NULL, u->gcc->i64, "grown");
    gcc_jit_rvalue *before =
        gcc_jit_context_new_cast(u->gcc->ctx, NULL, gcc_jit_lvalue_as_rvalue(count), u->gcc->i64);
    emit_assign(u, grown, emit_binary(u, GCC_JIT_BINARY_OP_PLUS, before, emit_int(u, 1)));
    gcc_jit_rvalue *now = gcc_jit_lvalue_as_rvalue(grown);
    gcc_jit_rvalue *bytes = gcc_jit_context_new_cast(u->gcc->ctx, NULL, arg(u, ins, 1), u->gcc->u8_ptr);
    gcc_jit_rvalue *at = emit_binary(u, GCC_JIT_BINARY_OP_MINUS, emit_int(u, -2), now);
    emit_assign(u, gcc_jit_context_new_array_access(u->gcc->ctx, NULL, bytes, at),
                gcc_jit_context_new_rvalue_from_int(u->gcc->ctx, u8, (int)(ins->imm / 8)));
    emit_assign(u, count, gcc_jit_context_new_cast(u->gcc->ctx, NULL, now, u8));
}

/* Store; what was there is dropped when it was something, else the new one is noted as such. */
static void replace(Unit *u, Ins *ins, gcc_jit_lvalue *place, gcc_jit_rvalue *old) {
    gcc_jit_block *is_new = emit_block(u), *drop = emit_block(u), *done = emit_block(u);
    emit_assign(u, place, arg(u, ins, ins->arg_count - 1));
    gcc_jit_block_end_with_conditional(u->block, NULL, emit_compare(u, CMP(EQ), old, emit_null(u)), is_new,
                                       drop);
    u->block = is_new;
    note_insertion(u, ins);
    gcc_jit_block_end_with_jump(u->block, NULL, done);
    u->block = drop;
    emit_decref(u, old, false);
    gcc_jit_block_end_with_jump(u->block, NULL, done);
    u->block = done;
}

void emit_attr_swap_OP(Unit *u, Ins *ins) {
    gcc_jit_lvalue *place = place_of(u, ins), *old = old_value(u, place);
    replace(u, ins, place, gcc_jit_lvalue_as_rvalue(old));
}

void emit_attr_set_OP(Unit *u, Ins *ins) {
    gcc_jit_lvalue *place = place_of(u, ins), *old = old_value(u, place);
    gcc_jit_rvalue *object = gcc_jit_lvalue_as_rvalue(old);
    gcc_jit_block *there = emit_block(u), *store = emit_block(u);
    gcc_jit_block_end_with_conditional(u->block, NULL, emit_compare(u, CMP(EQ), object, emit_null(u)), store,
                                       there);
    u->block = there;
    emit_goes_quietly(u, ins, object, store);
    u->block = store;
    if (!ins->consumed) emit_incref(u, arg(u, ins, 2));
    replace(u, ins, place, object);
}

typedef void PutNumber(Unit *u, Ins *guard, gcc_jit_lvalue *place, gcc_jit_rvalue *old,
                       gcc_jit_rvalue **notes);

static void set_number(Unit *u, Ins *ins, PutNumber *put) {
    gcc_jit_lvalue *place = place_of(u, ins), *old = old_value(u, place);
    bool in_values = ins->args[1]->op == IR_values_OP;
    gcc_jit_rvalue *notes[2] = {in_values ? arg(u, ins, 1) : emit_null(u), emit_int(u, ins->imm / 8)};
    put(u, ins, place, gcc_jit_lvalue_as_rvalue(old), notes);
}

void emit_attr_set_f64_OP(Unit *u, Ins *ins) { set_number(u, ins, emit_put_f64); }
void emit_attr_set_i64_OP(Unit *u, Ins *ins) { set_number(u, ins, emit_put_i64); }

/* A float that only this place holds is written over: nobody can tell. */
void emit_put_f64(Unit *u, Ins *ins, gcc_jit_lvalue *place, gcc_jit_rvalue *old, gcc_jit_rvalue **notes) {
    gcc_jit_block *there = emit_block(u), *is_float = emit_block(u), *alone = emit_block(u),
                  *other = emit_block(u), *done = emit_block(u);
    gcc_jit_block_end_with_conditional(u->block, NULL, emit_compare(u, CMP(EQ), old, emit_null(u)), other,
                                       there);
    gcc_jit_rvalue *type = read_pointer(u, old, LAYOUT_object_type);
    gcc_jit_block_end_with_conditional(
        there, NULL, emit_compare(u, CMP(EQ), type, emit_link(u, LINK_KNOWN, KNOWN_float)), is_float, other);
    gcc_jit_rvalue *count = emit_read(u, old, LAYOUT_object_refcnt, u->gcc->i64_ptr);
    gcc_jit_block_end_with_conditional(is_float, NULL, emit_compare(u, CMP(EQ), count, emit_int(u, 1)), alone,
                                       other);
    u->block = alone;
    emit_assign(u,
                emit_field(u, old, u->fn->layout[LAYOUT_float_value], gcc_jit_type_get_pointer(u->gcc->f64)),
                arg(u, ins, ins->arg_count - 1));
    gcc_jit_block_end_with_jump(u->block, NULL, done);
    u->block = other;
    gcc_jit_rvalue *at =
        gcc_jit_context_new_cast(u->gcc->ctx, NULL, gcc_jit_lvalue_get_address(place, NULL), u->gcc->ptr);
    gcc_jit_rvalue *args[4] = {at, arg(u, ins, ins->arg_count - 1), notes[0], notes[1]};
    gcc_jit_rvalue *stored = emit_helper_call(u, H_rt_put_f64, 4, args);
    emit_guard_fails(u, ins, emit_compare(u, CMP(EQ), stored, emit_int(u, 0)));
    gcc_jit_block_end_with_jump(u->block, NULL, done);
    u->block = done;
}

void emit_module_is_OP(Unit *u, Ins *ins) {
    gcc_jit_rvalue *dict = read_pointer(u, arg(u, ins, 0), LAYOUT_module_dict);
    emit_guard_version(u, ins, read_pointer(u, dict, LAYOUT_dict_keys), LAYOUT_keys_version);
}

void emit_item_of_keys(Unit *u, Ins *ins, gcc_jit_rvalue *keys) {
    gcc_jit_rvalue *bytes = gcc_jit_context_new_cast(u->gcc->ctx, NULL, keys, u->gcc->u8_ptr);
    gcc_jit_rvalue *at = gcc_jit_lvalue_get_address(
        gcc_jit_context_new_array_access(u->gcc->ctx, NULL, bytes, arg(u, ins, 1)), NULL);
    emit_set(u, ins,
             gcc_jit_lvalue_as_rvalue(gcc_jit_rvalue_dereference(
                 gcc_jit_context_new_cast(u->gcc->ctx, NULL, at, u->gcc->ptr_ptr), NULL)));
    emit_guard_fails(u, ins, emit_compare(u, CMP(EQ), emit_value(u, ins), emit_null(u)));
}

void emit_module_item_OP(Unit *u, Ins *ins) {
    gcc_jit_rvalue *dict = read_pointer(u, arg(u, ins, 0), LAYOUT_module_dict);
    emit_item_of_keys(u, ins, read_pointer(u, dict, LAYOUT_dict_keys));
}

void emit_pinned_OP(Unit *u, Ins *ins) {
    emit_set(u, ins, gcc_jit_context_new_bitcast(u->gcc->ctx, NULL, arg(u, ins, 0), u->gcc->ptr));
}
