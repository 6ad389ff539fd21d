/* Iteration and unpacking: iterators over built-in types step on in line, or by a helper that runs no code.
 * Asking whether there is a next item has no effect, so that the guards before it may leave. */
#include "lower/inline.h"

const Instr *lower_next(const Lowerer *l) {
    int next = l->index + 1;
    return next < l->code->count && l->places[next].edges == 1 ? &l->code->instrs[next] : NULL;
}

int lower_call_behind(const Lowerer *l, int index, int argument_count) {
    index++;
    while (index < l->code->count && l->places[index].edges == 1 && l->code->instrs[index].op == BC_NOP)
        index++;
    if (index >= l->code->count || l->places[index].edges != 1) return 0;
    const Instr *next = &l->code->instrs[index];
    return next->op == BC_CALL && next->arg == argument_count && next->arg2 < 0 &&
                   !(next->flags & (BC_NO_SPECULATION | BC_COLD))
               ? index
               : 0;
}

int lower_next_call(const Lowerer *l, int argument_count) {
    return lower_call_behind(l, l->index, argument_count);
}

/* The loop around `target` that the operand `place` is the iterator of; -1: of none. */
int lower_loop_over(const Lowerer *l, int target, int place) {
    for (int head = target; head >= 0; head--) {
        const Instr *loop = &l->code->instrs[head];
        if (loop->op == BC_FOR_ITER && loop->target > target &&
            l->inference->operands[head].depth == place + 1)
            return head;
    }
    return -1;
}

static bool known_iterable(Lowerer *l) {
    const Ins *iterable = l->depth > 0 ? l->stack[l->depth - 1] : NULL;
    if (!lower_speculates(l) || iterable == NULL || iterable->type != IR_OBJ || iterable->op == IR_range_OP ||
        !infer_iterates_quietly((Likely)l->inference->operands[l->index].right))
        return false;
    FrameState *state = lower_state_here(l);
    Ins *made = EMIT_CALL(l, rt_quiet_iter, l->stack[l->depth - 1]);
    lower_guarded(INS(l, settled, 0, made), state);
    lower_pop(l);
    Ins *iterator = INS0(l, ldout, 0);
    iterator->nullable = false;
    lower_push(l, iterator);
    return true;
}

void lower_GET_ITER(Lowerer *l) {
    if (lower_get_iterator(l) || known_iterable(l)) return;
    Ins *iterable = lower_pop(l);
    lower_push(l, EMIT_CALL(l, rt_get_iter, iterable));
}

/* How the next item comes. */
typedef enum IterKind { ITER_ANY, ITER_RANGE, ITER_SEQUENCE, ITER_BYTES, ITER_PLAIN, ITER_PAIR } IterKind;

typedef struct IterWay {
    IterKind kind;
    Known type;  /* of the iterator, for ITER_SEQUENCE and ITER_BYTES */
    bool counts; /* enumerate: the first of the pair is a number */
} IterWay;

static IterWay choose_way(const Lowerer *l) {
    if (!lower_speculates(l)) return (IterWay){ITER_ANY};
    const Instr *next = lower_next(l);
    bool unpacked = next != NULL && next->op == BC_UNPACK_SEQUENCE && next->arg == 2;
    switch (l->inference->operands[l->index].right) {
    case LIKELY_RANGE_ITER: return (IterWay){ITER_RANGE};
    case LIKELY_LIST_ITER: return (IterWay){ITER_SEQUENCE, KNOWN_list_iterator};
    case LIKELY_TUPLE_ITER: return (IterWay){ITER_SEQUENCE, KNOWN_tuple_iterator};
    case LIKELY_STR_ITER: return (IterWay){ITER_BYTES, KNOWN_str_iterator};
    case LIKELY_BYTES_ITER: return (IterWay){ITER_BYTES, KNOWN_bytes_iterator};
    case LIKELY_BYTEARRAY_ITER: return (IterWay){ITER_BYTES, KNOWN_bytearray_iterator};
    case LIKELY_PLAIN_ITER: return (IterWay){ITER_PLAIN};
    case LIKELY_ENUMERATE: return (IterWay){unpacked ? ITER_PAIR : ITER_ANY, KNOWN_None, true};
    case LIKELY_ZIP:
    case LIKELY_DICT_ITEMS_ITER: return (IterWay){unpacked ? ITER_PAIR : ITER_ANY};
    default: return (IterWay){ITER_ANY};
    }
}

/* 1 when there is a next item; helpers have it in their results then. */
static Ins *has_next(Lowerer *l, IterWay way, Ins *iterator) {
    FrameState *state = lower_state_here(l);
    Ins *found;
    switch (way.kind) {
    case ITER_RANGE: return lower_guarded(INS(l, range_has, 0, iterator), state);
    case ITER_SEQUENCE:
    case ITER_BYTES: return lower_guarded(INS(l, seq_has, way.type, iterator), state);
    case ITER_ANY: return EMIT_CALL(l, rt_for_iter, iterator);
    case ITER_PLAIN: found = EMIT_CALL(l, rt_next_item, iterator); break;
    default:
        found = way.counts ? EMIT_CALL(l, rt_next_counted, iterator) : EMIT_CALL(l, rt_next_pair, iterator);
    }
    lower_guarded(INS(l, settled, 0, found), state);
    return found;
}

static Ins *result_object(Lowerer *l, int place) {
    Ins *item = INS0(l, ldout, place);
    item->nullable = false;
    return item;
}

static Ins *next_item(Lowerer *l, IterWay way, Ins *iterator) {
    switch (way.kind) {
    case ITER_RANGE: return INS(l, range_item, 0, iterator);
    case ITER_SEQUENCE: return INS(l, seq_item, way.type, iterator);
    case ITER_BYTES: {
        Ins *byte = INS(l, byte_next, way.type, iterator);
        return way.type == KNOWN_str_iterator ? INS(l, char, 0, byte) : byte;
    }
    default: return result_object(l, 0);
    }
}

/* --- ranges whose iterator is no object --- */

bool lower_loop_has(const Lowerer *l, int head, BcOp op) {
    for (int i = head; i < l->code->instrs[head].target; i++)
        if (l->code->instrs[i].op == op) return true;
    return false;
}

bool lower_loop_suspends(const Lowerer *l, int head) {
    return lower_loop_has(l, head, BC_YIELD_VALUE) || lower_loop_has(l, head, BC_SEND);
}

/* What takes the iterator that is made in front of it: a loop, or the call of a function made for this, of a
 * comprehension or a generator expression. */
static bool takes_iterator(const Instr *instr) {
    return instr->op == BC_FOR_ITER || (instr->op == BC_CALL && instr->arg == 0 && instr->arg2 < 0);
}

/* The call of range that what is at `head` goes over, from its end if it is reversed. NULL: it is not known.
 */
static const Instr *range_of_loop(const Lowerer *l, int head, bool *reversed) {
    const Instr *loop = &l->code->instrs[head];
    int at = bc_first(l->code, head) - 1;
    if (at < 2) return NULL;
    while (loop->op == BC_CALL && at > 1 && l->code->instrs[at].op == BC_NOP) at--;
    const Instr *gets = &l->code->instrs[at], *call = gets - 1;
    *reversed = call->op == BC_CALL && call->arg == 1 && call->arg2 < 0 &&
                l->inference->operands[call - l->code->instrs].builtin == BI_type_reversed;
    if (*reversed && call->flags & (BC_NO_SPECULATION | BC_COLD)) return NULL;
    if (*reversed) call--;
    while (*reversed && call > l->code->instrs && call->op == BC_NOP) call--;
    if (!takes_iterator(loop) || gets->op != BC_GET_ITER || call->op != BC_CALL) return NULL;
    if (call->arg < 1 || call->arg > 3 || call->arg2 >= 0) return NULL;
    if ((loop->flags | gets->flags | call->flags) & (BC_NO_SPECULATION | BC_COLD)) return NULL;
    return l->inference->operands[call + 1 - l->code->instrs].right == LIKELY_RANGE ? call : NULL;
}

/* The step of that range; 0: it cannot be said. */
static int64_t step_of_range(const Lowerer *l, const Instr *call) {
    if (call->arg < 3) return 1;
    const Instr *last = call - 1;
    while (last > l->code->instrs && last->op == BC_NOP) last--;
    int index = (int)(call - l->code->instrs);
    bool varies = last->op != BC_LOAD_CONST && l->inference->operands[index].right == LIKELY_INT;
    if (varies) return STEP_VARIES;
    const ConstInfo *step = last->op == BC_LOAD_CONST ? &l->code->consts[last->arg] : NULL;
    bool fits = step != NULL && step->type == LIKELY_INT && step->integer > INT32_MIN &&
                step->integer < INT32_MAX; /* a count of steps is not wrapped around then */
    return fits ? step->integer : 0;
}

/* By which the loop at `head` steps over one that it makes; 0: it cannot be said. */
static int64_t step_of_loop(const Lowerer *l, int head) {
    bool reversed = false;
    const Instr *call = range_of_loop(l, head, &reversed);
    int64_t step = call != NULL ? step_of_range(l, call) : 0;
    if (!reversed) return step;
    return step == STEP_VARIES ? 0 : -step;
}

int64_t lower_range_step(const Lowerer *l, int target, int place) {
    if (l->inference->stack[target] == NULL || l->inference->stack[target][place] != LIKELY_RANGE_ITER)
        return 0;
    int head = lower_loop_over(l, target, place);
    return head < 0 || lower_loop_suspends(l, head) ? 0 : step_of_loop(l, head);
}

Ins *lower_new_range(Lowerer *l, Block *block, Ins *next, Ins *end, Ins *step) {
    Ins *range = ir_new_ins(l->fn, IR_range_OP, IR_OBJ, 3);
    range->args[0] = next;
    range->args[1] = end;
    range->args[2] = step;
    ir_append(block, range);
    return range;
}

static Ins *varying_step(Lowerer *l, Ins *value, FrameState *state) {
    enum { GE = 5, LT = 0 };
    Ins *step = lower_i64(l, value, state);
    lower_guarded(INS(l, guard, 0, INS(l, icmp, GE, step, K_INT(l, 1))), state);
    lower_guarded(INS(l, guard, 0, INS(l, icmp, LT, step, K_INT(l, INT32_MAX))), state);
    return step;
}

/* Where a range ends that begins at `start`: exactly where its steps lead to. */
static Ins *end_of_range(Lowerer *l, Ins *start, Ins *stop, int64_t step, Ins *by, FrameState *state) {
    if (step == STEP_VARIES) {
        lower_guarded(INS(l, isub, 0, stop, start), state);
        return EMIT_CALL(l, rt_range_end, start, stop, by);
    }
    if (step != 1 && step != -1) {
        lower_guarded(step > 0 ? INS(l, isub, 0, stop, start) : INS(l, isub, 0, start, stop), state);
        return EMIT_CALL(l, rt_range_end, start, stop, K_INT(l, step));
    }
    Ins *empty = step > 0 ? INS(l, icmp, 0 /* < */, stop, start) : INS(l, icmp, 4 /* > */, stop, start);
    Ins *end = INS(l, iselect, 0, empty, start, stop);
    lower_guarded(step > 0 ? INS(l, isub, 0, end, start) : INS(l, isub, 0, start, end),
                  state); /* an iterator holds the length */
    return end;
}

/* What a range is gone over by; where the loop suspends it is an object. */
typedef struct Steps {
    Ins *next, *end, *by;
} Steps;

/* From the end: the last number first. */
static void turn_around(Lowerer *l, Steps *steps, FrameState *state) {
    Ins *start = steps->next;
    int64_t step = -steps->by->imm;
    Ins *by = K_INT(l, step);
    steps->next = lower_guarded(INS(l, isub, 0, steps->end, by), state);
    steps->end = lower_guarded(INS(l, isub, 0, start, by), state);
}

static bool are_likely_ints(const Lowerer *l, Ins **args, int count) {
    const OperandTypes *types = &l->inference->operands[l->index];
    Likely guesses[3] = {LIKELY_INT, LIKELY_INT, LIKELY_INT};
    guesses[count - 1] = (Likely)types->right;
    if (count > 1) guesses[count - 2] = (Likely)types->left;
    for (int i = 0; i < count && i < 2; i++) {
        bool known = guesses[i] != LIKELY_OTHER;
        if (!lower_likely_int(l, args[i], known ? guesses[i] : LIKELY_INT)) return false;
    }
    return true;
}

/* The instruction behind this one and as many more, where no other edge comes in between. */
static bool comes_straight(const Lowerer *l, int last) {
    for (int i = l->index + 1; i <= last; i++)
        if (i >= l->code->count || l->places[i].edges != 1) return false;
    return true;
}

bool lower_range_loop(Lowerer *l) {
    int count = l->instr->arg, next = l->index + 1;
    while (next < l->code->count && l->code->instrs[next].op == BC_NOP) next++;
    if (!lower_speculates(l) || next + 2 >= l->code->count || l->depth < count + 2) return false;
    int head = next + 1 + (l->code->instrs[next].op == BC_CALL);
    while (head < l->code->count && l->code->instrs[head].op == BC_NOP) head++;
    if (head >= l->code->count) return false;
    bool calls = l->code->instrs[head].op == BC_CALL;
    bool reversed = false;
    if (!comes_straight(l, head - 1) || range_of_loop(l, head, &reversed) != l->instr) return false;
    int64_t step = step_of_range(l, l->instr);
    int operands = count + 2 + (reversed ? 2 : 0);
    if (step == 0 || l->depth < operands || (reversed && step == STEP_VARIES)) return false;
    Ins **args = &l->stack[l->depth - count], *callable = args[-1];
    if (args[-2]->op != IR_null_OP || callable->type != IR_OBJ || !are_likely_ints(l, args, count))
        return false;
    if (reversed && lower_builtin_at(&args[-4]) != BI_type_reversed) return false;
    if (calls && (l->depth <= operands || !lower_is_made_function(l->stack[l->depth - operands - 1])))
        return false;
    FrameState *state = lower_state_here(l);
    lower_guarded(INS(l, guard, 0, INS(l, is, 0, callable, K_KNOWN(l, range))), state);
    if (reversed) lower_guard_builtin(l, &args[-4]);
    Ins *start = count > 1 ? lower_i64(l, args[0], state) : K_INT(l, 0);
    Ins *stop = lower_i64(l, args[count > 1], state);
    Ins *by = step == STEP_VARIES ? varying_step(l, args[2], state) : K_INT(l, reversed ? -step : step);
    Steps steps = {start, end_of_range(l, start, stop, step, by, state), by};
    if (reversed) turn_around(l, &steps, state);
    l->depth -= operands;
    bool suspends = !calls && lower_loop_suspends(l, head);
    if (suspends) lower_guard_room(l, 1, state); /* its ends are compared, a level deeper */
    if (suspends) lower_push(l, EMIT_CALL(l, rt_new_range, steps.next, steps.end, by));
    else lower_push(l, lower_new_range(l, l->block, steps.next, steps.end, by));
    l->index = head - 1; /* the call's result is its own iterator */
    return true;
}

/* What an exhausted iterator went over is dropped now; in a call without a frame along with the iterator,
 * which then nobody else may have. */
static void end_iterator(Lowerer *l, Ins *iterator) {
    if (l->framed) EMIT_CALL(l, rt_iter_end, iterator);
    else lower_guarded(INS(l, settled, 0, EMIT_CALL(l, rt_iter_over, iterator)), lower_state_here(l));
}

void lower_FOR_ITER(Lowerer *l) {
    if (lower_go_over(l)) return;
    if (l->depth > 0 && lower_is_suspended(l->stack[l->depth - 1])) {
        lower_generator_next(l);
        return;
    }
    lower_take_generator(l);
    IterWay way = choose_way(l);
    Ins *iterator = lower_peek(l, 1);
    Ins *found = has_next(l, way, iterator);
    Block *next = lower_new_block(l), *done = lower_new_block(l);
    Fork fork = lower_fork(l);
    lower_branch(l, found, next, done);
    l->block = done;
    if (way.kind != ITER_RANGE && way.kind != ITER_ANY) end_iterator(l, iterator);
    lower_pop(l);
    lower_goto(l, l->instr->target);
    lower_other_way(l, &fork, next);
    if (way.kind == ITER_PAIR) { /* the next instruction would take the pair apart */
        Ins *first = way.counts ? INS0(l, ldnum, 0) : result_object(l, 0), *second = result_object(l, 1);
        lower_push(l, second);
        lower_push(l, first);
        lower_goto(l, l->index + 2);
        return;
    }
    lower_push(l, next_item(l, way, iterator));
    lower_note_given(l, l->stack[l->depth - 1]);
    if (way.kind == ITER_ANY) lower_leave(l);
    lower_goto(l, l->index + 1);
}

/* --- unpacking --- */

bool lower_unpack_at_once(Lowerer *l) {
    const Instr *next = lower_next(l);
    int count = l->instr->arg;
    if (next == NULL || next->op != BC_UNPACK_SEQUENCE || next->arg != count || count > l->depth)
        return false;
    Ins **items = &l->stack[l->depth - count];
    for (int i = 0, k = count - 1; i < k; i++, k--) {
        Ins *item = items[i];
        items[i] = items[k];
        items[k] = item;
    }
    l->index++;
    return true;
}

/* A tuple that was made for this: its items as they were before, numbers as such. */
static void push_made(Lowerer *l, const Ins *tuple) {
    l->depth--;
    for (int i = tuple->arg_count - 1; i >= 0; i--) {
        Ins *item = tuple->args[i];
        lower_push(l, ir_is_box(item) ? item->args[0] : item);
    }
}

bool lower_known_unpack(Lowerer *l) {
    if (!lower_speculates(l) || l->depth < 1) return false;
    Ins *sequence = l->stack[l->depth - 1];
    if (sequence->op == IR_call_OP && sequence->imm == H_rt_build_tuple &&
        sequence->arg_count == l->instr->arg) {
        push_made(l, sequence);
        return true;
    }
    Likely type = l->inference->operands[l->index].right;
    int feedback = l->instr->feedback, count = l->instr->arg;
    bool list = feedback == FB_LIST || (feedback == FB_NONE && type == LIKELY_LIST);
    bool tuple =
        feedback == FB_TUPLE || feedback == FB_TWO_TUPLE || (feedback == FB_NONE && type == LIKELY_TUPLE);
    bool either = feedback == FB_LIST_OR_TUPLE;
    if (sequence->type != IR_OBJ || (!list && !tuple && !either)) return false;
    FrameState *state = lower_state_here(l);
    Ins *start = lower_guarded(either ? INS(l, items_of, count, sequence)
                               : list ? INS(l, list_is, count, sequence)
                                      : INS(l, tuple_is, count, sequence),
                               state);
    Ins **items = arena_array(&l->cx->arena, Ins *, count + 1);
    for (int i = 0; i < count; i++)
        items[i] = either ? INS(l, item_at, i, sequence, start)
                   : list ? INS(l, list_at, i, sequence)
                          : INS(l, tuple_at, i, sequence);
    l->depth--;
    for (int i = count - 1; i >= 0; i--) lower_push(l, items[i]);
    return true;
}
