/* Check what every pass relies on. Runs on what the worker reads, and after each pass in debug builds. */
#include "ir/ir.h"

#include "ir/image.h"

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

static void check_place(Fn *fn, const char *after, const Ins *ins) {
    bool reading = ins->op == IR_attr_item_OP;
    bool further = reading && (ins->args[1]->op == IR_further_OP || ins->args[1]->op == IR_dict_entry_OP);
    if (ins->args[1]->op != IR_values_OP && ins->args[1]->op != IR_itself_OP && !further)
        refuse(fn, after, ins, "the attribute's place must be values or itself");
}

static bool is_of(const Ins *value, char type) {
    switch (type) {
    case 'o': return value->type == IR_OBJ;
    case 'i': return value->type == IR_I64;
    case 'u': return value->type == IR_U64;
    case 'f': return value->type == IR_F64;
    case 'p': return value->type == IR_PTR;
    default: return value->type != IR_VOID;
    }
}

static void check_types(Fn *fn, const char *after, const Ins *ins) {
    const char *type = IR_OPS[ins->op].args;
    for (int i = 0; i < ins->arg_count; i++) {
        if (*type == '\0') refuse(fn, after, ins, "has too many arguments");
        if (!is_of(ins->args[i], *type)) refuse(fn, after, ins, "an argument has the wrong type");
        if (type[1] != '*') type++;
    }
    if (*type != '\0' && type[1] != '*') refuse(fn, after, ins, "has too few arguments");
    for (int i = 0; ins->op == IR_phi_OP && i < ins->arg_count; i++)
        if (ins->args[i]->type != ins->type) refuse(fn, after, ins, "a phi's values must have its type");
    if (ins->op == IR_call_OP) check_call(fn, after, ins);
    if (ins->op == IR_attr_item_OP || ins->op == IR_attr_set_OP || ins->op == IR_attr_set_f64_OP ||
        ins->op == IR_attr_set_i64_OP || ins->op == IR_attr_swap_OP)
        check_place(fn, after, ins);
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
               ir_gone_over((Known)ins->imm) != KNOWN_None;
        break;
    case IR_byte_next_OP: fits = ir_gone_over((Known)ins->imm) != KNOWN_None; break;
    case IR_bytes_start_OP:
    case IR_byte_get_OP:
        fits = ins->imm == KNOWN_str || ins->imm == KNOWN_bytes || ins->imm == KNOWN_bytearray;
        break;
    case IR_fdivmod_OP: fits = ins->imm == H_rt_float_rest || ins->imm == H_rt_float_floor; break;
    case IR_complex_part_OP: fits = ins->imm == 0 || ins->imm == 1; break;
    case IR_icmp_OP:
    case IR_fcmp_OP: fits = ins->imm >= 0 && ins->imm < 6; break;
    case IR_param_OP: fits = ins->imm >= 0 && ins->imm < NATIVE_MOST_ARGUMENTS; break;
    case IR_invoke_OP: fits = ins->arg_count - 2 <= NATIVE_MOST_ARGUMENTS; break;
    case IR_c_call_OP:
    case IR_quiet_call_OP:
        fits = ins->args[0]->op == IR_factptr_OP && ir_convention(ins->imm) > CONVENTION_OTHER &&
               ir_convention(ins->imm) < CONVENTION_KINDS &&
               (ir_takes_array(ins->imm) ||
                ins->arg_count == C_CALL_FIRST_ARGUMENT + (ir_convention(ins->imm) == CONVENTION_ONE));
        break;
    case IR_fmath_OP: fits = strcmp(ir_helper((int)ins->imm)->signature, "d:d") == 0; break;
    default: break;
    }
    if (!fits) refuse(fn, after, ins, "cannot be done with that");
}

/* A virtual object stands in frame states only, or is a part of another. */
static void check_virtual(Fn *fn, const char *after, const Ins *ins) {
    bool is_object = ins->op == IR_object_OP;
    if (is_object && ins->arg_count % 2 == 0) refuse(fn, after, ins, "has a place without a part");
    for (int i = 1; is_object && i < ins->arg_count; i += 2)
        if (ins->args[i]->op != IR_ki64_OP || ins->args[i]->imm < 0 || ins->args[i]->imm > OBJECT_MAX_PLACE)
            refuse(fn, after, ins, "has a part in no place");
    for (int i = 0; i < ins->arg_count; i++)
        if (ir_is(ins->args[i], OPF_VIRTUAL) && !is_object && ins->op != IR_wide_OP)
            refuse(fn, after, ins, "uses an object that is not there");
    for (int i = 1; ins->op == IR_wide_OP && i < ins->arg_count; i++)
        if (ins->args[i]->type != IR_I64 && ins->args[i]->type != IR_U64 && ins->args[i]->type != IR_WIDE)
            refuse(fn, after, ins, "is made of something that is no int");
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
