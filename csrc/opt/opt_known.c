/* Leave out guards that ask what an earlier one has asked of the same value: an object's type, its values,
 * the keys of a dict. What is known is forgotten where code may run, since it may change any of this;
 * dropping a reference runs code too, so the pass comes when the drops can be seen.
 *
 * needs: reference counts inserted, preds.  keeps: everything. */
#include "opt/opt.h"

typedef struct Asked {
    Fn *fn;
    VEC(Ins *) asked;   /* guards that hold here */
    VEC(Ins *) numbers; /* what unboxes a value: that is a number for sure, its end runs nothing */
} Asked;

/* What holds at the end of a block; by Block.scratch. */
typedef struct Memory {
    int asked_count, number_count;
    Ins **asked, **numbers;
} Memory;

static bool is_question(const Ins *ins) {
    switch (ins->op) {
    case IR_type_is_OP:
    case IR_version_is_OP:
    case IR_unshadowed_OP:
    case IR_module_is_OP:
    case IR_values_OP:
    case IR_keys_are_OP: return true;
    default: return false;
    }
}

static Ins *asked_before(const Asked *k, const Ins *ins) {
    for (int i = 0; i < k->asked.count; i++) {
        Ins *earlier = k->asked.items[i];
        if (earlier->op == ins->op && earlier->args[0] == ins->args[0] &&
            (ins->arg_count < 2 || earlier->args[1] == ins->args[1]))
            return earlier;
    }
    return NULL;
}

static bool is_number(const Asked *k, const Ins *value) {
    if (value->op == IR_box_i64_OP || value->op == IR_box_f64_OP) return true;
    for (int i = 0; i < k->numbers.count; i++)
        if (k->numbers.items[i]->args[0] == value) return true;
    return false;
}

static Ins *unboxed_before(const Asked *k, const Ins *ins) {
    for (int i = 0; i < k->numbers.count; i++)
        if (k->numbers.items[i]->op == ins->op && k->numbers.items[i]->args[0] == ins->args[0])
            return k->numbers.items[i];
    return NULL;
}

/* A call that runs no code of its own may still collect garbage. */
static bool may_run_code(const Asked *k, const Ins *ins) {
    if (ins->op == IR_decref_OP) return !is_number(k, ins->args[0]);
    return ins->op == IR_call_OP || ins->op == IR_poll_OP || ir_runs_code(ins); // a turn leaves then
}

/* The same dict of names has one value only. */
static Ins *same_value(const Asked *k, Ins *value) {
    if (value->op != IR_globals_OP && value->op != IR_builtins_OP)
        return value->scratch ? value->scratch : value;
    for (int i = 0; i < k->asked.count; i++)
        if (k->asked.items[i]->args[0]->op == value->op) return k->asked.items[i]->args[0];
    return value;
}

static void walk_ins(Asked *k, Ins *ins) {
    Arena *arena = fn_arena(k->fn);
    for (int a = 0; a < ins->arg_count; a++) ins->args[a] = same_value(k, ins->args[a]);
    if (is_question(ins)) {
        Ins *earlier = asked_before(k, ins);
        if (earlier != NULL) {
            ins->scratch = earlier;
            ir_remove(ins);
        } else {
            vec_push(arena, &k->asked, ins);
        }
        return;
    }
    if (ins->op == IR_unbox_i64_OP || ins->op == IR_unbox_f64_OP) {
        Ins *earlier = unboxed_before(k, ins);
        if (earlier == NULL) {
            vec_push(arena, &k->numbers, ins);
            return;
        }
        ins->scratch = earlier;
        ir_remove(ins);
        return;
    }
    if (may_run_code(k, ins)) k->asked.count = 0;
}

static void remember(Asked *k, Block *block) {
    Memory *memory = arena_new(fn_arena(k->fn), Memory);
    memory->asked_count = k->asked.count;
    memory->number_count = k->numbers.count;
    memory->asked = arena_array(fn_arena(k->fn), Ins *, k->asked.count + 1);
    memory->numbers = arena_array(fn_arena(k->fn), Ins *, k->numbers.count + 1);
    for (int i = 0; i < k->asked.count; i++) memory->asked[i] = k->asked.items[i];
    for (int i = 0; i < k->numbers.count; i++) memory->numbers[i] = k->numbers.items[i];
    block->scratch = memory;
}

/* With what held at the end of the only block that leads here. */
static void begin(Asked *k, const Block *block) {
    const Memory *memory = block->preds.count == 1 ? block->preds.items[0]->scratch : NULL;
    k->asked.count = k->numbers.count = 0;
    for (int i = 0; memory != NULL && i < memory->asked_count; i++)
        vec_push(fn_arena(k->fn), &k->asked, memory->asked[i]);
    for (int i = 0; memory != NULL && i < memory->number_count; i++)
        vec_push(fn_arena(k->fn), &k->numbers, memory->numbers[i]);
}

static void replace(Ins **value) {
    if ((*value)->scratch != NULL) *value = (*value)->scratch;
}

/* Numbers stand in phis, states and exits too. */
static void replace_all(Fn *fn) {
    for (int i = 0; i < fn->blocks.count; i++) for_each_ins(ins, fn->blocks.items[i]) {
            for (int a = 0; a < ins->arg_count; a++) replace(&ins->args[a]);
            for (int s = 0; s < ir_state_count(ins->state); s++) replace(ir_state_value(ins->state, s));
        }
    for (int i = 0; i < fn->exits.count; i++)
        for (int k = 0; k < fn->exits.items[i].values.count; k++)
            replace(&fn->exits.items[i].values.items[k].value);
}

void opt_known(Fn *fn) {
    Asked known = {.fn = fn}, *k = &known;
    for (int i = 0; i < fn->pool.count; i++) fn->pool.items[i]->scratch = NULL;
    for (int i = 0; i < fn->blocks.count; i++) {
        fn->blocks.items[i]->scratch = NULL;
        for_each_ins(ins, fn->blocks.items[i]) ins->scratch = NULL;
    }
    for (int i = 0; i < fn->blocks.count; i++) {
        Block *block = fn->blocks.items[i];
        begin(k, block);
        for (Ins *ins = block->first, *next; ins != NULL; ins = next) {
            next = ins->next;
            walk_ins(k, ins);
        }
        remember(k, block);
    }
    replace_all(fn);
}
