#include "opt/memory.h"

static uint64_t slot_bit(int64_t slot) {
    int64_t bit = MEM_FIRST_SLOT + slot;
    return UINT64_C(1) << (bit < MEM_KINDS - 1 ? bit : MEM_KINDS - 1);
}

static bool changes_length(Known type) {
    return type == KNOWN_list || type == KNOWN_dict || type == KNOWN_set || type == KNOWN_bytearray;
}

/* Where an attribute is kept. */
static uint64_t field_bits(const Ins *access) {
    const Ins *base = access->args[1];
    if (base->op == IR_values_OP)
        return (uint64_t)MEM_FIRST_FIELD << (size_t)access->imm / sizeof(void *) % MEM_FIELD_KINDS;
    return base->op == IR_itself_OP || base->op == IR_dict_entry_OP ? MEM_ATTRIBUTES
                                                                    : MEM_ATTRIBUTES | MEM_FIELDS;
}

/* What is borrowed is the same while it is there. */
bool memory_decides(const Ins *ins) { return ir_is(ins, OPF_DECIDED) && !ins->owned; }

uint64_t memory_read(const Ins *ins) {
    switch (ins->op) {
    case IR_ldloc_OP: return slot_bit(ins->imm);
    case IR_type_is_OP:
    case IR_by_identity_OP:
    case IR_char_code_OP:
    case IR_type_index_OP:
    case IR_version_is_OP:
    case IR_unshadowed_OP:
    case IR_shares_OP:
    case IR_module_is_OP:
    case IR_values_OP:
    case IR_dict_entry_OP:
    case IR_keys_are_OP:
    case IR_calls_OP:
    case IR_code_is_OP:
    case IR_function_is_OP: return MEM_TYPES;
    case IR_attr_item_OP: return MEM_TYPES | field_bits(ins);
    case IR_module_item_OP:
    case IR_keys_item_OP: return MEM_TYPES | MEM_ATTRIBUTES;
    case IR_size_OP:
    case IR_list_items_OP:
    case IR_list_is_OP:
    case IR_items_of_OP: return MEM_SIZES;
    case IR_length_OP: return changes_length((Known)ins->imm) ? MEM_SIZES : 0;
    case IR_list_get_OP: return MEM_ITEMS | MEM_SIZES;
    case IR_list_at_OP:
    case IR_item_at_OP: return MEM_ITEMS | MEM_SIZES;
    case IR_bytes_start_OP: return changes_length((Known)ins->imm) ? MEM_SIZES : 0;
    case IR_array_start_OP: return MEM_SIZES;
    case IR_array_f64_OP:
    case IR_array_i32_OP: return MEM_BYTES | MEM_SIZES;
    case IR_byte_get_OP: return changes_length((Known)ins->imm) ? MEM_BYTES | MEM_SIZES : 0;
    default: return 0;
    }
}

/* --- values that are numbers --- */

/* The unboxings of a value, one after the other. */
typedef struct Unboxing {
    const Ins *ins;
    struct Unboxing *next;
} Unboxing;

struct Numbers {
    Unboxing **of; /* by value */
    uint32_t count;
};

static bool tells_number(const Ins *ins) {
    switch (ins->op) {
    case IR_unbox_i64_OP:
    case IR_unbox_u64_OP:
    case IR_unbox_low_OP:
    case IR_unbox_f64_OP:
    case IR_unbox_number_OP: return true;
    default: break;
    }
    return ins->op == IR_is_type_OP && (ins->imm == KNOWN_int || ins->imm == KNOWN_float ||
                                        ins->imm == KNOWN_complex || ins->imm == KNOWN_str);
}

Numbers *memory_find_numbers(Fn *fn) {
    Numbers *numbers = arena_new(fn_arena(fn), Numbers);
    numbers->count = fn->next_value;
    numbers->of = arena_array(fn_arena(fn), Unboxing *, fn->next_value + 1);
    for (int i = 0; i < fn->blocks.count; i++) {
        int position = 0;
        for_each_ins(ins, fn->blocks.items[i]) {
            ins->use_count = position++; /* its place in its block */
            if (!tells_number(ins)) continue;
            Unboxing *unboxing = arena_new(fn_arena(fn), Unboxing), **of = &numbers->of[ins->args[0]->id];
            *unboxing = (Unboxing){ins, *of};
            *of = unboxing;
        }
    }
    return numbers;
}

/* Its end runs nothing. */
static bool is_quiet(const Numbers *numbers, const Ins *value, const Ins *at) {
    if (ir_ends_quietly(value)) return true;
    if (value->op == IR_char_OP || value->id >= numbers->count) return value->op == IR_char_OP;
    for (const Unboxing *u = numbers->of[value->id]; u != NULL; u = u->next)
        if (u->ins->block == at->block ? u->ins->use_count < at->use_count
                                       : u->ins->block != NULL && ir_dominates(u->ins->block, at->block))
            return true;
    return false;
}

/* Helpers that look into a dict, or compute with numbers: what they give has one more reference, or is new.
 */
static bool only_looks(const Ins *call) {
    return call->imm == H_rt_with_numbers || call->imm == H_rt_dict_item || call->imm == H_rt_dict_item_int ||
           call->imm == H_rt_dict_get || call->imm == H_rt_dict_get_int ||
           call->imm == H_rt_dict_item_parts || call->imm == H_rt_dict_get_parts;
}

uint64_t memory_changed(const Numbers *numbers, const Ins *ins) {
    switch (ins->op) {
    case IR_stboxed_OP: return slot_bit(ins->imm);
    case IR_stloc_OP:
    case IR_clrloc_OP: return MEM_SHARED | slot_bit(ins->imm); /* what it held goes */
    case IR_decref_OP: return is_quiet(numbers, ins->args[0], ins) ? 0 : MEM_SHARED;
    case IR_list_put_OP:
    case IR_list_put_f64_OP:
    case IR_list_put_i64_OP:
    case IR_list_swap_OP: return MEM_ITEMS;
    case IR_attr_set_OP:
    case IR_attr_set_i64_OP:
    case IR_attr_set_f64_OP: return field_bits(ins);
    case IR_attr_swap_OP: return MEM_SHARED;
    case IR_array_put_f64_OP:
    case IR_byte_put_OP: return MEM_BYTES;
    case IR_range_item_OP:
    case IR_seq_item_OP:
    case IR_byte_next_OP: return MEM_ITERATORS;
    case IR_call_OP:
        if (ins->imm == H_rt_forget_slot) return slot_bit(ins->args[0]->imm);
        if (ins->imm == H_rt_list_append || ins->imm == H_rt_set_slice) return MEM_SIZES | MEM_ITEMS;
        if (only_looks(ins)) return 0;
        if (ins->imm == H_rt_replace_global) return MEM_ATTRIBUTES;
        if (ins->imm == H_rt_make_cell || ins->imm == H_rt_copy_free_vars) return UINT64_MAX;
        return ir_has_effect(ins) ? MEM_SHARED : 0; /* what allocates may collect garbage */
    case IR_push_OP:
    case IR_pop_OP: return UINT64_MAX; /* its slots are memory between these only */
    case IR_quiet_call_OP: return ins->imm & CONVENTION_KEEPS ? 0 : MEM_SHARED;
    case IR_turn_OP: return 0; /* it goes on only when no code ran */
    case IR_poll_OP: return MEM_SHARED;
    default: return ir_runs_code(ins) ? MEM_SHARED : 0;
    }
}

uint64_t memory_changed_in(const Numbers *numbers, const Block *block) {
    uint64_t changed = 0;
    for_each_ins(ins, block) changed |= memory_changed(numbers, ins);
    return changed;
}
