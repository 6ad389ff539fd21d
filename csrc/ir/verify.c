/* Check what every pass relies on. Runs on what the worker reads, and after each pass in debug builds. */
#include "ir/ir.h"

#include <string.h>

static _Noreturn void refuse(Fn *fn, const char *after, const Ins *ins, const char *what) {
    bail(fn->cx, "bad_ir", "after %s: v%u (%s): %s", after, ins->id, IR_OPS[ins->op].name, what);
}

static void check_call(Fn *fn, const char *after, const Ins *ins) {
    const HelperInfo *helper = ir_helper((int)ins->imm);
    int arg = 0;
    for (const char *p = helper->args; *p != '\0'; p++) {
        if (strchr("onsxic", *p) == NULL) continue;
        IrType wanted = *p == 'i' ? IR_I64 : *p == 'c' ? IR_PTR : IR_OBJ;
        if (ins->args[arg]->type != wanted) refuse(fn, after, ins, "an argument has the wrong type");
        arg++;
    }
    for (; arg < ins->arg_count; arg++)
        if (ins->args[arg]->type != IR_OBJ) refuse(fn, after, ins, "the rest must be objects");
}

static void check_attr(Fn *fn, const char *after, const Ins *ins) {
    IrType value = ins->op == IR_attr_set_f64_OP ? IR_F64 : IR_OBJ;
    if (ins->args[0]->type != IR_OBJ || (ins->arg_count > 2 && ins->args[2]->type != value))
        refuse(fn, after, ins, "an argument has the wrong type");
    bool reading = ins->op == IR_attr_item_OP;
    bool further = reading && (ins->args[1]->op == IR_further_OP || ins->args[1]->op == IR_dict_entry_OP);
    if (ins->args[1]->op != IR_values_OP && ins->args[1]->op != IR_itself_OP && !further)
        refuse(fn, after, ins, "the attribute's place must be values or itself");
}

static void check_item(Fn *fn, const char *after, const Ins *ins) {
    bool list = ins->op != IR_tuple_get_OP;
    const Ins *index = ins->args[list ? 2 : 1], *value = ins->args[ins->arg_count - 1];
    IrType wanted = ins->op == IR_list_put_f64_OP                                 ? IR_F64
                    : ins->op == IR_list_put_i64_OP || ins->op == IR_list_swap_OP ? IR_I64
                    : ins->op == IR_list_put_OP                                   ? IR_OBJ
                                                                                  : (IrType)value->type;
    if (ins->args[0]->type != IR_OBJ || index->type != IR_I64 || value->type != wanted)
        refuse(fn, after, ins, "an argument has the wrong type");
    if (list && ins->args[1]->type != IR_PTR) refuse(fn, after, ins, "the items must be a pointer");
}

static void check_array(Fn *fn, const char *after, const Ins *ins) {
    static const IrType TYPES[] = {IR_OBJ, IR_PTR, IR_I64, IR_F64};
    for (int i = 0; i < ins->arg_count; i++)
        if ((IrType)ins->args[i]->type != TYPES[i]) refuse(fn, after, ins, "an argument has the wrong type");
}

static void check_types(Fn *fn, const char *after, const Ins *ins) {
    IrType wanted = IR_ANY;
    switch (ins->op) {
    case IR_call_OP: check_call(fn, after, ins); break;
    case IR_mkbool_OP:
    case IR_guard_OP:
    case IR_settled_OP:
    case IR_not_OP:
    case IR_br_OP:
    case IR_box_i64_OP:
    case IR_char_OP:
    case IR_iselect_OP:
    case IR_i2f_OP:
    case IR_iadd_wrap_OP:
    case IR_index_OP:
    case IR_range_OP:
    case IR_iadd_OP:
    case IR_isub_OP:
    case IR_imul_OP:
    case IR_ifloordiv_OP:
    case IR_imod_OP:
    case IR_iand_OP:
    case IR_ior_OP:
    case IR_ixor_OP:
    case IR_ishl_OP:
    case IR_ishr_OP:
    case IR_ineg_OP:
    case IR_iinvert_OP:
    case IR_icmp_OP:
    case IR_itruediv_OP: wanted = IR_I64; break;
    case IR_box_f64_OP:
    case IR_f2i_OP:
    case IR_fabs_OP:
    case IR_fmath_OP:
    case IR_fadd_OP:
    case IR_fsub_OP:
    case IR_fmul_OP:
    case IR_fdiv_OP:
    case IR_fpow_OP:
    case IR_fneg_OP:
    case IR_fcmp_OP: wanted = IR_F64; break;
    case IR_byte_get_OP:
    case IR_byte_put_OP:
        for (int i = 0; i < ins->arg_count; i++)
            if (ins->args[i]->type != (i == 0 ? IR_OBJ : i == 1 ? IR_PTR : IR_I64))
                refuse(fn, after, ins, "an argument has the wrong type");
        break;
    case IR_array_f64_OP:
    case IR_array_i32_OP:
    case IR_array_put_f64_OP: check_array(fn, after, ins); break;
    case IR_array_is_OP:
    case IR_is_function_OP:
        if (ins->args[0]->type != IR_OBJ || ins->args[1]->type != IR_I64)
            refuse(fn, after, ins, "an argument has the wrong type");
        break;
    case IR_fselect_OP:
    case IR_oselect_OP:
        for (int i = 0; i < 3; i++)
            if ((IrType)ins->args[i]->type != (i == 0 ? IR_I64 : IR_OPS[ins->op].result))
                refuse(fn, after, ins, "an argument has the wrong type");
        break;
    case IR_keys_are_OP:
        if (ins->args[1]->type != IR_I64) refuse(fn, after, ins, "the version must be an integer");
        if (ins->args[0]->type != IR_PTR) refuse(fn, after, ins, "an argument has the wrong type");
        break;
    case IR_function_is_OP:
        if (ins->args[1]->type != IR_I64) refuse(fn, after, ins, "the version must be an integer");
        if (ins->args[0]->type != IR_OBJ) refuse(fn, after, ins, "an argument has the wrong type");
        break;
    case IR_keep_OP: break;
    case IR_list_get_OP:
    case IR_list_put_OP:
    case IR_list_put_f64_OP:
    case IR_list_put_i64_OP:
    case IR_list_swap_OP:
    case IR_tuple_get_OP: check_item(fn, after, ins); break;
    case IR_keys_item_OP: wanted = IR_PTR; break;
    case IR_type_is_OP:
    case IR_version_is_OP:
    case IR_unshadowed_OP:
    case IR_module_is_OP:
        if (ins->args[1]->type != IR_I64) refuse(fn, after, ins, "the version must be an integer");
        if (ins->args[0]->type != IR_OBJ) refuse(fn, after, ins, "an argument has the wrong type");
        break;
    case IR_type_index_OP:
        for (int i = 0; i < ins->arg_count; i++)
            if (ins->args[i]->type != (i == 0 ? IR_OBJ : IR_I64))
                refuse(fn, after, ins, "an argument has the wrong type");
        if (ins->arg_count < 2) refuse(fn, after, ins, "there is no version");
        break;
    case IR_further_OP:
        if (ins->args[1]->type != IR_I64) refuse(fn, after, ins, "the distance must be an integer");
        if (ins->args[0]->type != IR_PTR) refuse(fn, after, ins, "an argument has the wrong type");
        break;
    case IR_attr_item_OP:
    case IR_attr_set_OP:
    case IR_attr_set_f64_OP:
    case IR_attr_swap_OP: check_attr(fn, after, ins); break;
    case IR_pinned_OP: wanted = IR_I64; break;
    case IR_phi_OP: wanted = (IrType)ins->type; break;
    default: wanted = IR_OBJ;
    }
    for (int i = 0; i < ins->arg_count && wanted != IR_ANY; i++)
        if (ins->args[i]->type != wanted) refuse(fn, after, ins, "an argument has the wrong type");
}

/* Operations that emitted code has for some known types, or some helpers, only. */
static void check_imm(Fn *fn, const char *after, const Ins *ins) {
    bool fits = true;
    switch (ins->op) {
    case IR_length_OP:
        fits = ins->imm == KNOWN_list || ins->imm == KNOWN_tuple || ins->imm == KNOWN_str ||
               ins->imm == KNOWN_dict || ins->imm == KNOWN_set || ins->imm == KNOWN_bytes ||
               ins->imm == KNOWN_bytearray;
        break;
    case IR_seq_item_OP: fits = ins->imm == KNOWN_list_iterator || ins->imm == KNOWN_tuple_iterator; break;
    case IR_seq_has_OP:
        fits = ins->imm == KNOWN_list_iterator || ins->imm == KNOWN_tuple_iterator ||
               ins->imm == KNOWN_str_iterator;
        break;
    case IR_bytes_start_OP:
    case IR_byte_get_OP:
        fits = ins->imm == KNOWN_str || ins->imm == KNOWN_bytes || ins->imm == KNOWN_bytearray;
        break;
    case IR_fmath_OP: fits = strcmp(ir_helper((int)ins->imm)->signature, "d:d") == 0; break;
    default: break;
    }
    if (!fits) refuse(fn, after, ins, "cannot be done with that");
}

/* A virtual object stands in frame states only. */
static void check_virtual(Fn *fn, const char *after, const Ins *ins) {
    for (int i = 0; i < ins->arg_count; i++)
        if (ir_is(ins->args[i], OPF_VIRTUAL)) refuse(fn, after, ins, "uses an object that is not there");
}

static void check_ins(Fn *fn, const char *after, Block *block, Ins *ins) {
    if (ins->block != block) refuse(fn, after, ins, "does not know its block");
    if (ir_is(ins, OPF_TERMINATOR) != (ins == block->last))
        refuse(fn, after, ins, "a block's end is not its last");
    if ((ir_raises(ins) || ir_leaves(ins)) && ins->state == NULL)
        refuse(fn, after, ins, "has no frame state");
    if (ins->op == IR_phi_OP && ins->arg_count != block->preds.count)
        refuse(fn, after, ins, "a phi needs one value per predecessor");
    if (ins->op == IR_phi_OP && ins->prev != NULL && ins->prev->op != IR_phi_OP)
        refuse(fn, after, ins, "phis come first");
    if (ins->state)
        for (int i = 0; i < ir_state_count(ins->state); i++)
            if ((*ir_state_value(ins->state, i))->type == IR_VOID)
                refuse(fn, after, ins, "a frame state has a value without type");
    if (ins->state && ins->state->handler >= 0 && ir_raises(ins) &&
        ins->state->stack_count < fn->handlers.items[ins->state->handler].depth)
        refuse(fn, after, ins, "its handler keeps more than the operand stack has");
    check_virtual(fn, after, ins);
    check_types(fn, after, ins);
    check_imm(fn, after, ins);
}

/* While this runs, use_count is an instruction's position in its block. */
static void check_use(Fn *fn, const char *after, Ins *user, Ins *value, Block *at) {
    if (ir_is(value, OPF_CONST)) return;
    if (value->block == NULL) refuse(fn, after, user, "uses a value that was removed");
    if (value->block == user->block && user->op != IR_phi_OP) {
        if (value->use_count < user->use_count) return;
        refuse(fn, after, user, "uses a value before it is there");
    }
    if (!ir_dominates(value->block, at)) refuse(fn, after, user, "uses a value that may not be there");
}

/* Passes and emission keep what they know of an instruction by its number. */
static void check_numbers(Fn *fn, const char *after) {
    bool *taken = arena_array(&fn->cx->arena, bool, fn->next_value + 1);
    for (int i = 0; i < fn->blocks.count; i++) for_each_ins(ins, fn->blocks.items[i]) {
            if (ins->id >= fn->next_value || taken[ins->id])
                refuse(fn, after, ins, "has no number of its own");
            taken[ins->id] = true;
        }
}

void ir_verify(Fn *fn, const char *after) {
    if (fn->blocks.count == 0) bail(fn->cx, "bad_ir", "after %s: no blocks", after);
    check_numbers(fn, after);
    for (int i = 0; i < fn->blocks.count; i++) {
        Block *block = fn->blocks.items[i];
        if (block->last == NULL) bail(fn->cx, "bad_ir", "after %s: b%u is empty", after, block->id);
        if (block->is_entry && block->preds.count)
            bail(fn->cx, "bad_ir", "after %s: entry b%u is jumped to", after, block->id);
        int position = 0;
        for_each_ins(ins, block) {
            check_ins(fn, after, block, ins);
            ins->use_count = position++;
        }
    }
    ir_fill_dominators(fn);
    for (int i = 0; i < fn->blocks.count; i++) {
        Block *block = fn->blocks.items[i];
        if (block->rpo < 0) continue; /* not reached from any entry */
        for_each_ins(ins, block) {
            for (int a = 0; a < ins->arg_count; a++)
                check_use(fn, after, ins, ins->args[a], ins->op == IR_phi_OP ? block->preds.items[a] : block);
            for (int s = 0; s < ir_state_count(ins->state); s++)
                check_use(fn, after, ins, *ir_state_value(ins->state, s), block);
        }
    }
}
