/* Tables and building blocks of the IR. */
#include "ir/ir.h"

#include "ir/image.h"

#include <string.h>

const char *const IR_TYPE_NAMES[] = {"void", "obj", "i64", "u64", "f64", "wide", "ptr", "any"};

const char *const IR_KNOWN_NAMES[KNOWN_COUNT] = {
#define KNOWN(name, expression) #name,
#include "ir/known.def"
};

const char *const IR_LAYOUT_NAMES[LAYOUT_COUNT] = {
#define LAYOUT(name) #name,
#include "ir/layout.def"
};

/* A flags string is turned into bits by the compiler: strchr of a literal is a constant to it. */
#define HAS(text, letter) (__builtin_strchr(text, letter) != 0)
#define FLAG_BITS(f)                                                                                         \
    ((HAS(f, 'K') ? OPF_CONST : 0) | (HAS(f, 'T') ? OPF_TERMINATOR : 0) | (HAS(f, 'E') ? OPF_RAISES : 0) |   \
     (HAS(f, 'X') ? OPF_LEAVES : 0) | (HAS(f, 'S') ? OPF_EFFECT : 0) | (HAS(f, 'M') ? OPF_CHANGES : 0) |     \
     (HAS(f, 'B') ? OPF_BORROWED : 0) | (HAS(f, 'N') ? OPF_NULLABLE : 0) |                                   \
     (HAS(f, 'R') ? OPF_RUNS_CODE : 0) | (HAS(f, 'C') ? OPF_CONSUMES : 0) | (HAS(f, 'G') ? OPF_GUARD : 0) |  \
     (HAS(f, 'V') ? OPF_VIRTUAL : 0) | (HAS(f, 'D') ? OPF_DECIDED : 0))

const OpInfo IR_OPS[IR_OP_COUNT] = {
#define OP(name, result, args, imm, flags, doc) {#name, IR_##result, args, IMM_##imm, FLAG_BITS(flags)},
#include "ir/ops.def"
};

int ir_arg_count(IrOp op) {
    size_t length = strlen(IR_OPS[op].args);
    return length > 0 && IR_OPS[op].args[length - 1] == '*' ? -1 : (int)length;
}

#define RESULT_TYPE(letter)                                                                                  \
    ((letter) == 'v'                                         ? IR_VOID                                       \
     : (letter) == 'o' || (letter) == 'O' || (letter) == 'b' ? IR_OBJ                                        \
     : (letter) == 'd'                                       ? IR_F64                                        \
                                                             : IR_I64)
#define RAISES(letter) ((letter) == 'o' || (letter) == 'i' || (letter) == 'z')

static HelperInfo HELPERS[HELPER_COUNT] = {
#define HELPER(name, sig, flags, doc)                                                                        \
    {#name,                                                                                                  \
     sig,                                                                                                    \
     sig + 2,                                                                                                \
     RAISES(sig[0]),                                                                                         \
     HAS(flags, 'R'),                                                                                        \
     HAS(flags, 'P'),                                                                                        \
     HAS(flags, 'L'),                                                                                        \
     HAS(sig, '*'),                                                                                          \
     RESULT_TYPE(sig[0]),                                                                                    \
     0},
#include "ir/helpers.def"
};

__attribute__((constructor)) static void count_value_args(void) {
    for (int i = 0; i < HELPER_COUNT; i++)
        for (const char *p = HELPERS[i].args; *p != '\0'; p++)
            if (strchr("onsxic", *p)) HELPERS[i].value_args++;
}

Known ir_gone_over(Known iterator) {
    switch (iterator) {
    case KNOWN_str_iterator: return KNOWN_str;
    case KNOWN_bytes_iterator: return KNOWN_bytes;
    case KNOWN_bytearray_iterator: return KNOWN_bytearray;
    default: return KNOWN_None;
    }
}

const HelperInfo *ir_helper(int helper) { return &HELPERS[helper]; }

int ir_helper_by_name(const char *name, size_t length) {
    for (int i = 0; i < HELPER_COUNT; i++)
        if (strncmp(HELPERS[i].name, name, length) == 0 && HELPERS[i].name[length] == '\0') return i;
    return -1;
}

Fn *ir_new_fn(CompileContext *cx) {
    Fn *fn = arena_new(&cx->arena, Fn);
    fn->cx = cx;
    return fn;
}

Block *ir_new_block(Fn *fn) {
    Block *block = arena_new(fn_arena(fn), Block);
    block->id = fn->next_block++;
    block->order = fn->blocks.count;
    vec_push(fn_arena(fn), &fn->blocks, block);
    return block;
}

Ins *ir_new_ins(Fn *fn, IrOp op, IrType type, int arg_count) {
    Ins *ins = arena_new(fn_arena(fn), Ins);
    ins->op = (uint16_t)op;
    ins->type = (uint8_t)(IR_OPS[op].result == IR_ANY ? type : IR_OPS[op].result);
    ins->nullable = (IR_OPS[op].flags & OPF_NULLABLE) != 0;
    ins->arg_count = arg_count;
    ins->args = arg_count ? arena_array(fn_arena(fn), Ins *, arg_count) : NULL;
    ins->id = fn->next_value++;
    ins->exit = ins->leave_exit = -1;
    return ins;
}

void ir_append(Block *block, Ins *ins) {
    ins->block = block;
    ins->prev = block->last;
    ins->next = NULL;
    *(block->last ? &block->last->next : &block->first) = ins;
    block->last = ins;
}

void ir_insert_before(Ins *at, Ins *ins) {
    ins->block = at->block;
    ins->prev = at->prev;
    ins->next = at;
    *(at->prev ? &at->prev->next : &at->block->first) = ins;
    at->prev = ins;
}

void ir_insert_after(Ins *at, Ins *ins) {
    if (at->next != NULL) ir_insert_before(at->next, ins);
    else ir_append(at->block, ins);
}

void ir_remove(Ins *ins) {
    *(ins->prev ? &ins->prev->next : &ins->block->first) = ins->next;
    *(ins->next ? &ins->next->prev : &ins->block->last) = ins->prev;
    ins->prev = ins->next = NULL;
    ins->block = NULL;
}

void ir_set_succs(Block *block, Block *first, Block *second) {
    block->succs[0] = first;
    block->succs[1] = second;
    block->succ_count = second ? 2 : first ? 1 : 0;
}

/* Where a constant stands in the table, or would stand. */
static Ins **pool_place(Fn *fn, int op, int64_t imm) {
    uint64_t hash = ((uint64_t)imm + (uint64_t)op * 0x9e3779b97f4a7c15u) * 0x9e3779b97f4a7c15u;
    uint32_t at = (uint32_t)(hash >> 32) & (fn->pool_room - 1);
    while (fn->pool_table[at] && (fn->pool_table[at]->op != op || fn->pool_table[at]->imm != imm))
        at = (at + 1) & (fn->pool_room - 1);
    return &fn->pool_table[at];
}

Ins *ir_const(Fn *fn, IrOp op, int64_t imm) {
    if ((uint32_t)fn->pool.count * 2 >= fn->pool_room) {
        fn->pool_room = fn->pool_room ? fn->pool_room * 2 : 64;
        while (fn->pool_room <= (uint32_t)fn->pool.count * 2)
            fn->pool_room *= 2; /* the parser fills the pool itself */
        fn->pool_table = arena_array(fn_arena(fn), Ins *, fn->pool_room);
        for (int i = 0; i < fn->pool.count; i++)
            *pool_place(fn, fn->pool.items[i]->op, fn->pool.items[i]->imm) = fn->pool.items[i];
    }
    Ins **place = pool_place(fn, op, imm);
    if (*place == NULL) {
        *place = ir_new_ins(fn, op, IR_ANY, 0);
        (*place)->imm = imm;
        vec_push(fn_arena(fn), &fn->pool, *place);
    }
    return *place;
}

void ir_fill_preds(Fn *fn) {
    for (int i = 0; i < fn->blocks.count; i++) {
        fn->blocks.items[i]->preds.count = 0;
        fn->blocks.items[i]->order = i;
    }
    for (int i = 0; i < fn->blocks.count; i++) {
        Block *block = fn->blocks.items[i];
        for (int s = 0; s < block->succ_count; s++) vec_push(fn_arena(fn), &block->succs[s]->preds, block);
    }
}

bool ir_raises(const Ins *ins) {
    return ins->op == IR_call_OP ? ir_helper((int)ins->imm)->raises : ir_is(ins, OPF_RAISES);
}

bool ir_leaves(const Ins *ins) { return ir_is(ins, OPF_LEAVES); }

bool ir_is_caught_in_line(const FrameState *state) {
    while (state != NULL && state->handler == -1) state = state->parent;
    return state != NULL && state->handler == HANDLER_INTERPRETED;
}

bool ir_calls(const Ins *ins) {
    return ins->op == IR_call_OP || ins->op == IR_invoke_OP || ins->op == IR_c_call_OP ||
           ins->op == IR_quiet_call_OP;
}

bool ir_runs_code(const Ins *ins) {
    return ins->op == IR_call_OP ? ir_helper((int)ins->imm)->runs_code : ir_is(ins, OPF_RUNS_CODE);
}

bool ir_has_effect(const Ins *ins) {
    if (ins->op == IR_call_OP) return !ir_helper((int)ins->imm)->pure;
    return ir_is(ins, OPF_EFFECT);
}

bool ir_changes(const Ins *ins) {
    return ins->op == IR_call_OP ? ir_has_effect(ins) : ir_is(ins, OPF_CHANGES);
}

bool ir_is_borrowed(const Ins *ins) {
    if (ins->op == IR_call_OP) return ir_helper((int)ins->imm)->signature[0] == 'b';
    return ir_is(ins, OPF_BORROWED);
}

int ir_rest_index(const Ins *ins) {
    bool c_call = ins->op == IR_c_call_OP || ins->op == IR_quiet_call_OP;
    if (c_call && ir_takes_array(ins->imm)) return C_CALL_FIRST_ARGUMENT;
    if (ins->op != IR_call_OP || !ir_helper((int)ins->imm)->variadic) return ins->arg_count;
    return ir_helper((int)ins->imm)->value_args;
}

bool ir_consumes(const Ins *ins, int arg) {
    if (ins->args[arg]->type != IR_OBJ) return false;
    if (ins->op == IR_attr_set_OP || ins->op == IR_attr_swap_OP) return arg == 2;
    if (ins->op == IR_list_put_OP) return arg == 3;
    if (ins->op != IR_call_OP) return ir_is(ins, OPF_CONSUMES);
    if (arg >= ir_rest_index(ins)) return false;
    int index = 0;
    for (const char *p = ir_helper((int)ins->imm)->args; *p != '\0'; p++) {
        if (strchr("onsxic", *p) == NULL) continue;
        if (index++ == arg) return *p == 's' || *p == 'x';
    }
    return false;
}

/* --- frames --- */

static int own_count(const FrameState *state) { return state->stack_count + 2 * state->local_count; }

int ir_state_count(const FrameState *state) {
    int count = 0;
    for (; state != NULL; state = state->parent) count += own_count(state);
    return count;
}

Ins **ir_state_value(FrameState *state, int i) {
    for (; i >= own_count(state); state = state->parent) i -= own_count(state);
    if (i < state->stack_count) return &state->stack[i];
    i -= state->stack_count;
    return i < state->local_count ? &state->locals[i] : &state->bound[i - state->local_count];
}

int ir_slot_count(const Fn *fn) {
    int count = fn->local_count + fn->stack_size;
    for (int i = 0; i < fn->inlined.count; i++)
        count += fn->inlined.items[i].local_count + fn->inlined.items[i].stack_size + 1;
    return count;
}

int ir_local_slot(const Fn *fn, int frame, int local) {
    return frame ? fn->inlined.items[frame - 1].first_slot + local : local;
}

int ir_stack_slot(const Fn *fn, int frame, int place) {
    return ir_local_slot(fn, frame, frame ? fn->inlined.items[frame - 1].local_count : fn->local_count) +
           place;
}

int ir_frame_of_slot(const Fn *fn, int64_t slot) {
    int frame = fn->inlined.count;
    while (frame > 0 && slot < fn->inlined.items[frame - 1].first_slot) frame--;
    return frame;
}

bool ir_has_frame(const Ins *ins) {
    switch (ins->op) {
    case IR_setlasti_OP:
    case IR_push_OP:
    case IR_pop_OP: return true;
    case IR_call_OP: return strchr(ir_helper((int)ins->imm)->args, 'F') != NULL;
    default: return false;
    }
}

int exit_parts(int kind, int32_t slot) {
    return kind == EXIT_NEW ? slot : kind == EXIT_RANGE ? RANGE_PARTS : 0;
}

int ir_function_slot(const Fn *fn, int frame) {
    return ir_stack_slot(fn, frame, fn->inlined.items[frame - 1].stack_size);
}
