/* The driver: find where control flow joins, then lower each place once its operand stack is known. */
#include "lower/lower.h"

#include <string.h>

#include "lower/cold.h"
#include "lower/peel.h"
#include "lower/stale.h"

static void (*const LOWER[])(Lowerer *) = {
#define OP(name, arg, pops, pushes) lower_##name,
#include "bytecode/ops.def"
};

/* --- instructions and states --- */

/* A number that is a constant is shown as the constant itself. */
static Ins *shown(Lowerer *l, Ins *value) {
    Ins *constant = value->type == IR_OBJ ? NULL : lower_constant_object(l, value);
    return constant != NULL ? constant : lower_object_of(l, value);
}

/* Is a variable's number among the operands while the memory has its object? An exit takes that one for both.
 */
static bool is_operand_too(const Lowerer *l, const Local *local, int count) {
    if (local->value == NULL || local->stale || ir_is(local->value, OPF_CONST)) return false;
    int i = 0;
    while (i < count && l->stack[i] != local->value) i++;
    return i < count;
}

/* Each place that may be left has all variables that memory lacks: their number by that of the places has no
 * bound, though lowering runs on the user's thread. */
static void count_state_values(Lowerer *l, int count) {
    enum { MOST = 250000 };
    l->fn->state_values += count;
    if (l->fn->state_values > MOST) bail(l->cx, "too_large", "too many variables at too many places");
}

static FrameState *new_state(Lowerer *l, uint32_t offset, int32_t handler, int count) {
    Arena *arena = &l->cx->arena;
    FrameState *state = arena_new(arena, FrameState);
    state->offset = offset;
    state->lasti = l->instr->lasti;
    state->handler = handler;
    state->stack_count = count;
    state->stack = arena_array(arena, Ins *, count);
    for (int i = 0; i < count; i++) state->stack[i] = shown(l, l->stack[i]);
    state->frame = l->frame;
    if (l->inlined != NULL) state->parent = lower_caller_state(l);
    state->there = l->framed && l->frame != 0;
    int stale = !l->framed; /* the function called is kept like a local */
    for (int i = 0; l->locals != NULL && i < l->code->local_count; i++)
        stale += lower_is_lacking(&l->locals[i]) || is_operand_too(l, &l->locals[i], count);
    if (stale == 0) return state;
    count_state_values(l, stale);
    state->slots = arena_array(arena, int32_t, stale);
    state->locals = arena_array(arena, Ins *, stale);
    state->bound = arena_array(arena, Ins *, stale);
    if (!l->framed) {
        state->slots[0] = ir_function_slot(l->fn, l->frame);
        state->locals[0] = lower_inline_function(l);
        state->bound[0] = lower_const(l, IR_ki64_OP, 1);
        state->local_count = 1;
    }
    for (int i = 0; i < l->code->local_count; i++) {
        bool lacks = lower_is_lacking(&l->locals[i]);
        if (!lacks && !is_operand_too(l, &l->locals[i], count)) continue;
        state->slots[state->local_count] = ir_local_slot(l->fn, l->frame, i);
        state->bound[state->local_count] = lacks ? lower_lacks(&l->locals[i]) : K_INT(l, 0);
        state->locals[state->local_count++] = shown(l, l->locals[i].value);
    }
    return state;
}

FrameState *lower_state(Lowerer *l, uint32_t offset) { return new_state(l, offset, -1, l->depth); }

FrameState *lower_state_here(Lowerer *l) {
    const Spread *spread = l->spread;
    Ins **stack = l->stack;
    if (spread == NULL) return lower_state(l, l->instr->offset);
    l->stack = spread->stack;
    FrameState *state = new_state(l, spread->offset, -1, spread->depth);
    l->stack = stack;
    return state;
}

int lower_handler(const Lowerer *l, int bc_handler) {
    if (bc_handler < 0) return -1;
    return l->inlined != NULL ? HANDLER_INTERPRETED : l->handlers[bc_handler];
}

static FrameState *raising_state(Lowerer *l, int32_t bc_handler) {
    int kept = bc_handler < 0 ? 0 : l->code->handlers[bc_handler].depth, depth = lower_known_depth(l, kept);
    return new_state(l, l->instr->offset, lower_handler(l, bc_handler), depth);
}

/* Say which instruction runs, once for each; opt_lasti drops what nobody can see. */
void lower_mark_running(Lowerer *l) {
    if (!l->framed) return;
    if (l->marked_block == l->block && l->marked_lasti == l->instr->lasti) return;
    Ins *mark = ir_new_ins(l->fn, IR_setlasti_OP, IR_VOID, 0);
    mark->imm = l->instr->lasti;
    mark->frame = l->frame;
    ir_append(l->block, mark);
    l->marked_block = l->block;
    l->marked_lasti = l->instr->lasti;
}

/* Names of the builtins and finalizers are left out: to begin there is too rare for a look behind each. */
static bool may_begin_tracing(const Ins *ins) {
    if (ins->op == IR_call_OP && ins->imm == H_rt_load_global) return false;
    return ir_runs_code(ins) && ins->op != IR_stloc_OP && ins->op != IR_clrloc_OP;
}

Ins *lower_ins(Lowerer *l, IrOp op, int64_t imm, int arg_count, Ins **args) {
    if (!l->framed && lower_needs_frame(op, imm)) lower_need_frame(l);
    lower_mark_running(l);
    Ins *ins = ir_new_ins(l->fn, op, IR_OBJ, arg_count);
    ins->imm = imm;
    if (arg_count) memcpy(ins->args, args, sizeof(Ins *) * (size_t)arg_count);
    if (op == IR_call_OP) {
        ins->type = (uint8_t)ir_helper((int)imm)->result;
        ins->nullable = false;
    }
    if (ir_has_frame(ins)) ins->frame = l->frame;
    if (l->locals != NULL && ir_calls(ins) && ir_runs_code(ins)) lower_flush(l);
    ir_append(l->block, ins);
    if (ir_raises(ins)) ins->state = raising_state(l, l->instr->handler);
    l->ran_code |= may_begin_tracing(ins);
    return ins;
}

Ins *lower_call(Lowerer *l, Helper helper, int arg_count, Ins **args) {
    return lower_ins(l, IR_call_OP, helper, arg_count, args);
}

Ins *lower_const(Lowerer *l, IrOp op, int64_t imm) { return ir_const(l->fn, op, imm); }

static int number_of(Lowerer *l, uint64_t kind, int64_t number) {
    Fn *fn = l->fn;
    int i = 0;
    while (i < fn->facts.count && (fn->facts.items[i] != number || fn->fact_kinds.items[i] != kind)) i++;
    if (i == fn->facts.count) {
        vec_push(&l->cx->arena, &fn->facts, number);
        vec_push(&l->cx->arena, &fn->fact_kinds, kind);
    }
    fn->fact_count = fn->facts.count;
    return i;
}

int lower_fact_number(Lowerer *l, FactKind kind, int64_t number) { return number_of(l, kind, number); }

/* Those of two dicts are equal by chance only. */
Ins *lower_fact_offset(Lowerer *l, int64_t offset, uint32_t keys_version) {
    enum { VERSION_SHIFT = 8 };
    uint64_t kind = (uint64_t)keys_version << VERSION_SHIFT | FACT_OFFSET;
    return lower_const(l, IR_fact_OP, number_of(l, kind, offset));
}

Ins *lower_fact(Lowerer *l, FactKind kind, int64_t number) {
    return lower_const(l, IR_fact_OP, lower_fact_number(l, kind, number));
}

Ins *lower_fact_place(Lowerer *l, void *place) {
    return lower_const(l, IR_factptr_OP, lower_fact_number(l, FACT_PLACE, (int64_t)(intptr_t)place));
}

int lower_cache(Lowerer *l) {
    return l->cache_numbers != NULL ? l->cache_numbers[l->index] : l->fn->cache_count++;
}

/* Leave if tracing was turned on: the interpreter goes on at instruction `next`. */
static void leave_before(Lowerer *l, int next) {
    Ins *leave = ir_new_ins(l->fn, IR_leave_OP, IR_VOID, 0);
    leave->state = lower_state(l, l->code->instrs[next].offset);
    ir_append(l->block, leave);
    l->ran_code = false;
}

void lower_leave(Lowerer *l) {
    if (!l->framed) return; /* no code ran that could have turned tracing on */
    if (l->index + 1 < l->code->count) leave_before(l, l->index + 1); // else the code ends in the middle
}

void lower_leave_here(Lowerer *l) {
    if (l->ran_code) leave_before(l, l->index);
}

/* Lines, returns and yields are events; the first that follow an operator or attribute of the user's own,
 * which may have turned tracing on, are the interpreter's to give. */
static bool is_event(const Instr *instr) {
    return instr->flags & BC_LINE || instr->op == BC_RETURN_VALUE || instr->op == BC_YIELD_VALUE;
}

void lower_poll(Lowerer *l, int target) {
    if (!l->framed) {
        INS0(l, breaker, 0)->state = lower_state(l, l->code->instrs[target].offset);
        return;
    }
    lower_mark_running(l);
    bool turn = l->inference != NULL && target < l->index;
    Ins *poll = ir_new_ins(l->fn, turn ? IR_turn_OP : IR_poll_OP, IR_VOID, 0);
    int handler = target > 0 ? l->code->instrs[target - 1].handler : -1; // where CPython looks for one
    if (handler >= 0 && l->code->handlers[handler].depth > l->depth) handler = -1;
    if (l->inlined != NULL && handler != l->instr->handler)
        lower_give_up_inlining(l); /* the interpreter would look for it at the jump */
    poll->state = lower_state(l, l->code->instrs[target].offset);
    poll->state->handler = lower_handler(l, handler);
    ir_append(l->block, poll);
}

/* --- the abstract operand stack --- */

void lower_push(Lowerer *l, Ins *value) {
    if (l->depth >= l->code->stack_size)
        bail(l->cx, "bad_bytecode", "the operand stack overflows at code unit %u", l->instr->lasti);
    l->stack[l->depth++] = value;
}

Ins *lower_pop(Lowerer *l) { return lower_object(l, lower_pop_any(l)); }

Ins *lower_pop_any(Lowerer *l) {
    if (l->depth == 0)
        bail(l->cx, "bad_bytecode", "the operand stack is empty at code unit %u", l->instr->lasti);
    return l->stack[--l->depth];
}

Ins *lower_peek(Lowerer *l, int depth) {
    if (depth < 1 || depth > l->depth)
        bail(l->cx, "bad_bytecode", "the operand stack is too low at code unit %u", l->instr->lasti);
    Ins **place = &l->stack[l->depth - depth];
    return *place = lower_object(l, *place);
}

/* --- blocks and edges --- */

static void add_phi(Lowerer *l, Place *place, Ins **value) {
    Ins *phi = ir_new_ins(l->fn, IR_phi_OP, (IrType)(*value)->type, 0);
    if (place->before != NULL) {
        Ins *entering = ir_new_ins(l->fn, IR_phi_OP, (IrType)(*value)->type, 0);
        ir_append(place->before, entering);
        vec_push(&l->cx->arena, &place->entering, entering);
    }
    ir_append(place->block, phi);
    vec_push(&l->cx->arena, &place->phis, phi);
    *value = phi;
}

/* What the memory of a local lacks on the way to a place: a loop that is entered with a number of its own
 * has no look at it, so that all else in it need not ask. */
static void open_lacks(Lowerer *l, Place *place, int target, int slot, const Local *met) {
    Local *local = &place->locals[slot];
    bool certain = met->stale && met->lacks == NULL;
    local->lacks = NULL;
    if (!l->framed || !local->stale) return;
    if (certain && (place->is_loop || lower_has_made(l, met)) && !lower_carries(l, target, slot)) return;
    local->lacks = met->stale ? lower_lacks(met) : K_INT(l, 0);
    add_phi(l, place, &local->lacks);
}

static bool is_range(const Ins *value) { return value->op == IR_range_OP; }

/* Of a range's iterator the next number and the end come by phis; the step too if it varies. */
static void add_range_phis(Lowerer *l, Place *place, Ins **value, bool varies) {
    Ins *next = (*value)->args[0], *end = (*value)->args[1], *step = (*value)->args[2];
    add_phi(l, place, &next);
    add_phi(l, place, &end);
    if (varies) add_phi(l, place, &step);
    Ins *range = ir_new_ins(l->fn, IR_range_OP, IR_OBJ, 3);
    range->args[0] = next;
    range->args[1] = end;
    range->args[2] = step;
    *value = range;
}

static bool is_object(const Ins *value) { return value->op == IR_object_OP; }

/* What a generator or an iterator that is no object is made of comes by phis too, but for what stays as it
 * is. */
static void add_object_phis(Lowerer *l, Place *place, Ins **value) {
    Ins *from = *value, *object = ir_new_ins(l->fn, IR_object_OP, IR_OBJ, from->arg_count);
    memcpy(object->args, from->args, sizeof(Ins *) * (size_t)from->arg_count);
    for (int i = 2; i < from->arg_count; i += 2) {
        Ins **part = &object->args[i];
        if (is_range(*part)) add_range_phis(l, place, part, (*part)->args[2]->op != IR_ki64_OP);
        else if (is_object(*part)) add_object_phis(l, place, part);
        else if (lower_is_iterator(from) ? (*part)->op != IR_null_OP : !lower_part_stays(l, from, i))
            add_phi(l, place, part);
    }
    *value = object;
}

/* Is a part of what is no object one of the place's phis? */
static bool is_leaf(const Place *place, const Ins *part) {
    return part->op == IR_phi_OP && part->block == place->block;
}

static void append_virtual(Block *block, Ins *value) {
    for (int i = 2; is_object(value) && i < value->arg_count; i += 2)
        if (ir_is(value->args[i], OPF_VIRTUAL)) append_virtual(block, value->args[i]);
    ir_append(block, value);
}

/* The values that come by a place's phis for an operand, which has the form that `template` has there. */
static int add_values(const Place *place, const Ins *template, Ins *value, Ins **values) {
    int count = 0;
    if (is_range(template)) {
        values[count++] = value->args[0];
        values[count++] = value->args[1];
        if (is_leaf(place, template->args[2])) values[count++] = value->args[2];
        return count;
    }
    if (!is_object(template)) {
        values[0] = value;
        return 1;
    }
    for (int i = 2; i < template->arg_count; i += 2) {
        const Ins *part = template->args[i];
        if (ir_is(part, OPF_VIRTUAL)) count += add_values(place, part, value->args[i], values + count);
        else if (is_leaf(place, part)) values[count++] = value->args[i];
    }
    return count;
}

/* Likewise the operand that is made of the phis where its loop is entered; `*phi` is the first one's number.
 */
static Ins *entering_operand(Lowerer *l, Place *place, Ins *template, int *phi) {
    Ins **entering = place->entering.items;
    if (is_range(template)) {
        Ins *next = entering[(*phi)++], *end = entering[(*phi)++];
        Ins *step = is_leaf(place, template->args[2]) ? entering[(*phi)++] : template->args[2];
        return lower_new_range(l, place->before, next, end, step);
    }
    if (!is_object(template)) return entering[(*phi)++];
    Ins *object = ir_new_ins(l->fn, IR_object_OP, IR_OBJ, template->arg_count);
    memcpy(object->args, template->args, sizeof(Ins *) * (size_t) template->arg_count);
    for (int i = 2; i < template->arg_count; i += 2) {
        Ins *part = template->args[i];
        if (ir_is(part, OPF_VIRTUAL) || is_leaf(place, part))
            object->args[i] = entering_operand(l, place, part, phi);
    }
    ir_append(place->before, object);
    return object;
}

/* Where a loop is entered: what its first phis are there, and an anchor from where the interpreter would
 * begin it. */
static void drop_anchor(Lowerer *l, Place *place, int target) {
    Arena *arena = &l->cx->arena;
    Lowerer there = *l; /* as it stands there */
    int phi = 0;
    there.block = place->before;
    there.instr = &l->code->instrs[target];
    there.stack = arena_array(arena, Ins *, l->code->stack_size + 1);
    there.locals = arena_array(arena, Local, l->code->local_count + 1);
    memcpy(there.locals, place->locals, sizeof(Local) * (size_t)l->code->local_count);
    for (int i = 0; i < place->depth; i++) there.stack[i] = entering_operand(l, place, place->stack[i], &phi);
    for (int i = 0; i < l->code->local_count; i++) {
        if (place->locals[i].value == NULL) continue;
        if (ir_is(place->locals[i].value, OPF_VIRTUAL)) {
            int operand = 0;
            while (place->stack[operand] != place->locals[i].value) operand++;
            there.locals[i].value = there.stack[operand];
            continue;
        }
        if (!is_leaf(place, place->locals[i].value)) continue;
        there.locals[i].value = place->entering.items[phi++];
        if (place->locals[i].bound->op == IR_phi_OP) there.locals[i].bound = place->entering.items[phi++];
        if (place->locals[i].lacks != NULL) there.locals[i].lacks = place->entering.items[phi++];
    }
    there.depth = place->depth;
    if (!(there.instr->flags & BC_GUARDS_STAY)) {
        Ins *anchor = ir_new_ins(l->fn, IR_anchor_OP, IR_VOID, 0);
        anchor->state = lower_state(&there, there.instr->offset);
        ir_append(place->before, anchor);
    }
    ir_append(place->before, ir_new_ins(l->fn, IR_jump_OP, IR_VOID, 0));
    ir_set_succs(place->before, place->block, NULL);
}

/* Where an iterator that is no object lies, which a variable has too: they stay one. */
static int operand_of(Lowerer *l, const Ins *iterator) {
    int i = l->depth - 1;
    while (i >= 0 && l->stack[i] != iterator) i--;
    if (i < 0) lower_give_up_inlining(l);
    return i;
}

/* The first to arrive decides the form; lower_conform has seen to it that all others come in the same. */
static void open_place(Lowerer *l, Place *place, int target) {
    Arena *arena = &l->cx->arena;
    if (place->is_loop && place->edges > 1 && l->locals != NULL) place->before = ir_new_block(l->fn);
    place->block = ir_new_block(l->fn);
    place->depth = l->depth;
    place->framed = l->framed;
    place->stack = arena_array(arena, Ins *, l->depth);
    memcpy(place->stack, l->stack, sizeof(Ins *) * (size_t)l->depth);
    if (l->locals != NULL) {
        place->locals = arena_array(arena, Local, l->code->local_count);
        memcpy(place->locals, l->locals, sizeof(Local) * (size_t)l->code->local_count);
    }
    if (place->edges <= 1) return;
    for (int i = 0; i < l->depth; i++) {
        if (is_range(place->stack[i]))
            add_range_phis(l, place, &place->stack[i], place->stack[i]->args[2]->op != IR_ki64_OP);
        else if (is_object(place->stack[i])) add_object_phis(l, place, &place->stack[i]);
        else add_phi(l, place, &place->stack[i]);
    }
    for (int i = 0; place->locals != NULL && i < l->code->local_count; i++) {
        Local *local = &place->locals[i];
        local->quiet = false;
        local->loaded = local->number = NULL;
        if (local->value == NULL) continue;
        if (ir_is(local->value, OPF_VIRTUAL)) {
            local->value = place->stack[operand_of(l, local->value)];
            continue;
        }
        local->stale = lower_may_be_stale(l, target, i);
        bool made = lower_has_made(l, local);
        local->quiet = !made;
        if (lower_stays_one(l, target, i)) continue;
        add_phi(l, place, &local->value);
        if (l->inference->locals[target][i] & MAY_BE_UNBOUND && !made) add_phi(l, place, &local->bound);
        open_lacks(l, place, target, i, &l->locals[i]);
    }
    for (int i = 0; i < l->depth; i++)
        if (ir_is(place->stack[i], OPF_VIRTUAL)) append_virtual(place->block, place->stack[i]);
    if (place->before != NULL) drop_anchor(l, place, target);
}

/* Does the edge that is being made go round a loop once more? */
static bool goes_round(const Lowerer *l, int target) {
    if (lower_is_step(l, target)) return !l->region->starts;
    return !l->enters && l->instr->target == target && (l->instr->flags & BC_BACKWARD);
}

/* To which block of the place the edge is to lead. */
static Block *arrive(Lowerer *l, int target, Block *from) {
    Place *place = lower_place_at(l, target);
    if (place->block == NULL) {
        open_place(l, place, target);
        lower_add_work(l, target);
    }
    if (place->depth != l->depth)
        bail(l->cx, "bad_bytecode", "the operand stack has two depths at code unit %u",
             l->code->instrs[target].offset);
    bool enters = place->before != NULL && !goes_round(l, target);
    if (place->edges <= 1) return place->block;
    Incoming incoming = {.from = from, .values = arena_array(&l->cx->arena, Ins *, place->phis.count)};
    int count = 0;
    for (int i = 0; i < l->depth; i++) {
        lower_need_same_form(l, place->stack[i], l->stack[i]);
        count += add_values(place, place->stack[i], l->stack[i], incoming.values + count);
    }
    for (int i = 0; place->locals != NULL && i < l->code->local_count; i++) {
        if (place->locals[i].value == NULL && !l->framed && l->locals[i].value != NULL)
            lower_give_up_inlining(l); /* an exit in the loop would know nothing of it */
        if (place->locals[i].value == NULL) continue;
        if (l->locals[i].value == NULL) lower_give_up_inlining(l); /* it is unbound on one way */
        bool is_virtual = ir_is(l->locals[i].value, OPF_VIRTUAL);
        if (ir_is(place->locals[i].value, OPF_VIRTUAL) != is_virtual) lower_give_up_inlining(l);
        if (is_virtual) {
            if (place->stack[operand_of(l, l->locals[i].value)] != place->locals[i].value)
                lower_give_up_inlining(l);
            continue;
        }
        bool stays = !is_leaf(place, place->locals[i].value);
        if (stays && l->locals[i].value != place->locals[i].value) lower_give_up_inlining(l);
        if (stays) continue;
        incoming.values[count++] = l->locals[i].value;
        if (place->locals[i].bound->op == IR_phi_OP) incoming.values[count++] = l->locals[i].bound;
        if (place->locals[i].lacks != NULL)
            incoming.values[count++] = l->locals[i].stale ? lower_lacks(&l->locals[i]) : K_INT(l, 0);
    }
    if (enters) vec_push(&l->cx->arena, &place->entries, incoming);
    else vec_push(&l->cx->arena, &place->incoming, incoming);
    return enters ? place->before : place->block;
}

/* Does a place only load something and return it? */
static bool only_returns(const Lowerer *l, int target) {
    const Instr *instr = &l->code->instrs[target];
    if (instr->op == BC_LOAD_CONST ||
        (instr->op == BC_LOAD_FAST && l->locals != NULL && l->locals[instr->arg].value != NULL))
        instr++;
    return instr < &l->code->instrs[l->code->count] && instr->op == BC_RETURN_VALUE &&
           !(instr->flags & BC_COLD) && instr - l->code->instrs - target < 2;
}

/* A call put in line that has no frame yet returns where it is: to meet other ways it would need one. */
static bool return_at_once(Lowerer *l, int target) {
    if (l->framed || lower_place_at(l, target)->edges <= 1 || !only_returns(l, target)) return false;
    int index = l->index;
    const Instr *instr = l->instr;
    for (l->index = target; l->block != NULL; l->index++) {
        l->instr = &l->code->instrs[l->index];
        LOWER[l->instr->op](l);
    }
    l->index = index;
    l->instr = instr;
    return true;
}

void lower_goto(Lowerer *l, int target) {
    if (target < 0 || target >= l->code->count) bail(l->cx, "bad_bytecode", "the code ends without a return");
    if (l->ran_code) leave_before(l, target);
    if (return_at_once(l, target)) return;
    bool joins = lower_place_at(l, target)->edges > 1;
    if (joins) lower_need_frame_at_join(l);
    if (joins && l->locals != NULL) lower_conform(l, target);
    Block *from = l->block;
    ir_append(from, ir_new_ins(l->fn, IR_jump_OP, IR_VOID, 0));
    ir_set_succs(from, arrive(l, target, from), NULL);
    lower_end(l);
}

void lower_branch(Lowerer *l, Ins *condition, Block *if_true, Block *if_false) {
    INS(l, br, 0, condition);
    ir_set_succs(l->block, if_true, if_false);
    lower_end(l);
}

/* --- entries --- */

Local *lower_empty_locals(Lowerer *l) {
    Local *locals = arena_array(&l->cx->arena, Local, l->code->local_count + 1);
    for (int i = 0; i < l->code->local_count; i++)
        locals[i] = (Local){.bound = lower_const(l, IR_ki64_OP, 0)};
    return locals;
}

/* All in memory. At the start those that are no arguments are empty. */
static Local *fresh_locals(Lowerer *l, bool at_start) {
    Local *locals = arena_array(&l->cx->arena, Local, l->code->local_count + 1);
    for (int i = 0; i < l->code->local_count; i++)
        locals[i] = (Local){.bound = lower_const(l, IR_ki64_OP, 1),
                            .quiet = at_start && i >= l->code->argument_count};
    return locals;
}

/* An entry before a back-edge: it is taken here, so that the loop itself has one block where it is entered.
 */
static void lower_back_edge(Lowerer *l, int index) {
    l->index = index;
    l->enters = true;
    LOWER[l->instr->op](l);
    l->enters = false;
}

/* A block that takes `depth` operands over from the frame and goes on at `target`. */
static int new_entry(Lowerer *l, EntryKind kind, uint32_t offset, int target, int depth) {
    Entry entry = {.kind = kind, .offset = offset, .block = ir_new_block(l->fn)};
    if (depth > l->code->stack_size)
        bail(l->cx, "bad_bytecode", "an entry has more operands than the frame holds");
    entry.block->is_entry = true;
    vec_push(&l->cx->arena, &l->fn->entries, entry);
    Block *resumed = l->block;
    const Instr *instr = l->instr;
    int index = l->index, saved_depth = l->depth;
    Ins **saved = arena_array(&l->cx->arena, Ins *, saved_depth);
    memcpy(saved, l->stack, sizeof(Ins *) * (size_t)saved_depth);
    Local *saved_locals = l->locals;
    if (l->locals != NULL) l->locals = fresh_locals(l, kind == ENTRY_START);
    l->block = entry.block;
    l->instr = &l->code->instrs[target];
    l->depth = 0;
    for (int slot = 0; slot < depth; slot++) {
        Ins *found = ir_new_ins(l->fn, IR_ldstk_OP, IR_OBJ, 0);
        found->imm = slot;
        ir_append(l->block, found);
        lower_push(l, found);
    }
    if (kind == ENTRY_OSR) lower_back_edge(l, target);
    else lower_goto(l, target);
    l->block = resumed;
    l->instr = instr;
    l->index = index;
    l->depth = saved_depth;
    memcpy(l->stack, saved, sizeof(Ins *) * (size_t)saved_depth);
    l->locals = saved_locals;
    return l->fn->entries.count - 1;
}

void lower_resume_entry(Lowerer *l, uint32_t offset, int target, int depth) {
    if (target >= l->code->count) bail(l->cx, "bad_bytecode", "the code ends behind a yield");
    new_entry(l, ENTRY_RESUME, offset, target, depth);
}

static void add_handlers(Lowerer *l) {
    const Bytecode *code = l->code;
    l->handlers = arena_array(&l->cx->arena, int, code->handler_count + 1);
    for (int i = 0; i < code->handler_count; i++) {
        const BcHandler *bc = &code->handlers[i];
        int same = 0;
        while (same < i &&
               (code->handlers[same].target != bc->target || code->handlers[same].depth != bc->depth ||
                code->handlers[same].lasti != bc->lasti))
            same++;
        if (same < i) {
            l->handlers[i] = l->handlers[same];
            continue;
        }
        int entry = new_entry(l, ENTRY_HANDLER, code->instrs[bc->target].offset, bc->target,
                              bc->depth + bc->lasti + 1);
        Handler handler = {.entry = entry, .depth = bc->depth, .lasti = bc->lasti};
        l->handlers[i] = l->fn->handlers.count;
        vec_push(&l->cx->arena, &l->fn->handlers, handler);
    }
}

/* --- the walk --- */

static bool ends_flow(BcOp op) {
    return op == BC_JUMP || op == BC_RETURN_VALUE || op == BC_END_GATHER || op == BC_RAISE_VARARGS ||
           op == BC_RERAISE || op == BC_YIELD_VALUE || op == BC_GIVE || op == BC_RETURN_GENERATOR;
}

/* Count the edges into each instruction; unreached code counts too, which only costs a phi. */
static void count_edges(Lowerer *l) {
    const Bytecode *code = l->code;
    l->places[0].edges += 1 + code->is_generator;
    for (int i = 0; i < code->count; i++) {
        const Instr *instr = &code->instrs[i];
        int osr = (instr->flags & BC_OSR) != 0;
        if (instr->target >= 0) l->places[instr->target].edges += 1 + osr;
        if (instr->target >= 0 && (instr->flags & BC_BACKWARD)) l->places[instr->target].is_loop = true;
        if (osr && !ends_flow(instr->op) && i + 1 < code->count) l->places[i + 1].edges++;
        if (!ends_flow(instr->op) && i + 1 < code->count) l->places[i + 1].edges++;
        if ((instr->op == BC_YIELD_VALUE || instr->op == BC_RETURN_GENERATOR || instr->op == BC_GIVE) &&
            i + 1 < code->count)
            l->places[i + 1].edges++;
    }
    for (int i = 0; i < code->handler_count; i++) l->places[code->handlers[i].target].edges++;
}

/* Does a place begin a block? All others are just the next instruction of one. */
static bool is_leader(const Lowerer *l, int index) {
    if (lower_place_at(l, index)->edges > 1 || index == 0) return true;
    const Instr *before = &l->code->instrs[index - 1];
    return ends_flow(before->op);
}

void lower_place(Lowerer *l, int index) {
    Place *place = lower_place_at(l, index);
    l->ran_code = false;
    l->hints->count = l->first_hint;
    l->block = place->block;
    l->depth = place->depth;
    l->framed = place->framed;
    memcpy(l->stack, place->stack, sizeof(Ins *) * (size_t)place->depth);
    if (l->locals != NULL) memcpy(l->locals, place->locals, sizeof(Local) * (size_t)l->code->local_count);
    for (l->index = index; l->block != NULL; l->index++) {
        if (l->index >= l->code->count) bail(l->cx, "bad_bytecode", "the code ends without a return");
        if (l->index != index && is_leader(l, l->index)) {
            lower_goto(l, l->index); /* the instruction in front of it is the one that runs still */
            return;
        }
        l->instr = &l->code->instrs[l->index];
        if (l->ran_code && is_event(l->instr)) leave_before(l, l->index);
        if ((l->instr->flags & BC_COLD) || (l->inlined != NULL && lower_is_cold(l, l->index))) {
            INS0(l, cold, 0)->state = lower_state_here(l);
            lower_end(l);
            return;
        }
        LOWER[l->instr->op](l);
    }
}

/* A phi may be NULL when one of its values may be. True: it was not known before. */
static bool make_nullable(Ins *phi) {
    bool before = phi->nullable;
    for (int p = 0; p < phi->arg_count; p++) phi->nullable |= phi->args[p]->nullable;
    return phi->nullable != before;
}

static void fill_phi(Lowerer *l, Ins *phi, int number, const Incoming *incoming, int count) {
    const Block *block = phi->block;
    phi->arg_count = block->preds.count;
    phi->args = arena_array(&l->cx->arena, Ins *, phi->arg_count);
    for (int p = 0; p < phi->arg_count; p++)
        for (int k = 0; k < count; k++)
            if (incoming[k].from == block->preds.items[p]) phi->args[p] = incoming[k].values[number];
}

/* A loop's block is also come to from where the loop is entered. */
static void come_from_before(Lowerer *l, Place *place) {
    vec_push(&l->cx->arena, &place->incoming, ((Incoming){place->before, place->entering.items}));
}

/* Give the phis their values, one per predecessor, in the predecessors' order. */
void lower_fill_phis(Lowerer *l, Place *places, int place_count) {
    ir_fill_preds(l->fn);
    for (int i = 0; i < place_count; i++) {
        Place *place = &places[i];
        if (place->before != NULL) come_from_before(l, place);
        for (int k = 0; k < place->phis.count; k++)
            fill_phi(l, place->phis.items[k], k, place->incoming.items, place->incoming.count);
        for (int k = 0; k < place->entering.count; k++)
            fill_phi(l, place->entering.items[k], k, place->entries.items, place->entries.count);
    }
    for (bool changed = true; changed;) {
        changed = false;
        for (int i = 0; i < place_count; i++)
            for (int k = 0; k < places[i].phis.count; k++) {
                changed |= make_nullable(places[i].phis.items[k]);
                if (places[i].before != NULL) changed |= make_nullable(places[i].entering.items[k]);
            }
    }
}

static bool has_osr(const Bytecode *code) {
    for (int i = 0; i < code->count; i++)
        if (code->instrs[i].flags & BC_OSR) return true;
    return false;
}

static void add_osr_entries(Lowerer *l, const Inference *inference) {
    for (int i = 0; i < l->code->count; i++) {
        const Instr *instr = &l->code->instrs[i];
        if (!(instr->flags & BC_OSR) || inference->operands[i].depth < 0) continue;
        new_entry(l, ENTRY_OSR, instr->lasti, i, inference->operands[i].depth);
    }
}

static void number_caches(Lowerer *l) {
    l->cache_numbers = arena_array(&l->cx->arena, int, l->code->count + 1);
    for (int i = 0; i < l->code->count; i++) {
        l->cache_numbers[i] = l->fn->cache_count;
        l->fn->cache_count += bc_cache_count(l->code->instrs[i].op);
    }
}

void lower_prepare(Lowerer *l) {
    Arena *arena = &l->cx->arena;
    l->stack = arena_array(arena, Ins *, l->code->stack_size + 1);
    l->places = arena_array(arena, Place, l->code->count + 1);
    l->work = arena_array(arena, int, l->code->count + 1);
    l->first_hint = l->hints->count;
    count_edges(l);
    lower_count_unseen(l);
    lower_find_steps(l);
    l->instr = &l->code->instrs[0];
}

void lower_all_places(Lowerer *l) {
    while (l->work_count > 0) lower_place(l, l->work[--l->work_count]);
    lower_fill_phis(l, l->places, l->code->count);
}

Fn *lower_new_fn(CompileContext *cx, const Bytecode *code, int tier, const int64_t layout[LAYOUT_COUNT]) {
    Fn *fn = ir_new_fn(cx);
    fn->name = code->name;
    fn->tier = tier;
    fn->argument_count = code->argument_count;
    fn->local_count = code->local_count;
    fn->stack_size = code->stack_size;
    fn->const_count = code->const_count;
    fn->name_count = code->name_count;
    fn->unit_count = code->unit_count;
    fn->is_generator = code->is_generator;
    memcpy(fn->layout, layout, sizeof(fn->layout));
    return fn;
}

Fn *lower_code(CompileContext *cx, Bytecode *code, int tier, const int64_t layout[LAYOUT_COUNT],
               const Callees *callees) {
    Fn *fn = lower_new_fn(cx, code, tier, layout);
    if (code->count == 0) bail(cx, "bad_bytecode", "there is no code");
    if (tier > 1) cold_mark(cx, code);
    const Inference *inference = tier > 1 || has_osr(code) ? infer_types(cx, code, callees) : NULL;
    if (tier > 1) code = peel_loops(cx, code, &inference, callees);
    Lowerer l = {.cx = cx, .code = code, .fn = fn, .callees = callees, .framed = true};
    l.hints = arena_new(&cx->arena, Hints);
    if (tier > 1) l.inference = inference;
    lower_prepare(&l);
    if (callees != NULL) lower_begin_inlining(&l);
    if (tier > 1) {
        inference = l.inference;
        l.locals = fresh_locals(&l, true);
        Foreseen foreseen = stale_foresee(cx, code, inference, callees, false);
        l.stale = foreseen.stale;
        if (!code->is_generator) l.made = foreseen.made, l.made_ever = foreseen.made_ever;
    } else {
        number_caches(&l);
    }
    if (!code->is_generator) new_entry(&l, ENTRY_START, 0, 0, 0);
    else
        for (int i = 0; i < code->count; i++)
            if (code->instrs[i].op == BC_RETURN_GENERATOR)
                lower_resume_entry(&l, code->instrs[i].lasti + 1, i + 1, 1);
    add_handlers(&l);
    add_osr_entries(&l, inference);
    if (fn->entries.count == 0) bail(cx, "bad_bytecode", "there is nowhere to begin");
    lower_all_places(&l);
    return fn;
}
