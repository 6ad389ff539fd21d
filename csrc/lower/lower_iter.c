/* Iteration and unpacking: iterators over built-in types step on in line, or by a helper that runs no code.
 * Asking whether there is a next item has no effect, so that the guards before it may leave. */
#include "lower/lower.h"

const Instr *lower_next(const Lowerer *l) {
    int next = l->index + 1;
    return next < l->code->count && l->places[next].edges == 1 ? &l->code->instrs[next] : NULL;
}

void lower_GET_ITER(Lowerer *l) {
    Ins *iterable = lower_pop(l);
    lower_push(l, EMIT_CALL(l, rt_get_iter, iterable));
}

/* How the next item comes. */
typedef enum IterKind { ITER_ANY, ITER_RANGE, ITER_SEQUENCE, ITER_STR, ITER_PLAIN, ITER_PAIR } IterKind;

typedef struct IterWay {
    IterKind kind;
    Known type;  /* of the iterator, for ITER_SEQUENCE and ITER_STR */
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
    case LIKELY_STR_ITER: return (IterWay){ITER_STR, KNOWN_str_iterator};
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
    case ITER_STR: return lower_guarded(INS(l, seq_has, way.type, iterator), state);
    case ITER_ANY: return EMIT_CALL(l, rt_for_iter, iterator);
    case ITER_PLAIN: found = EMIT_CALL(l, rt_next_item, iterator); break;
    default: found = EMIT_CALL(l, rt_next_pair, iterator); break;
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
    case ITER_STR: return INS(l, char, 0, INS(l, str_next, 0, iterator));
    default: return result_object(l, 0);
    }
}

void lower_FOR_ITER(Lowerer *l) {
    IterWay way = choose_way(l);
    Ins *iterator = lower_peek(l, 1);
    Ins *found = has_next(l, way, iterator);
    Block *next = lower_new_block(l), *done = lower_new_block(l);
    Fork fork = lower_fork(l);
    lower_branch(l, found, next, done);
    l->block = done;
    if (way.kind != ITER_RANGE && way.kind != ITER_ANY) EMIT_CALL(l, rt_iter_end, iterator);
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

bool lower_known_unpack(Lowerer *l) {
    if (!lower_speculates(l) || l->depth < 1) return false;
    Ins *sequence = l->stack[l->depth - 1];
    Likely type = l->inference->operands[l->index].right;
    int feedback = l->instr->feedback, count = l->instr->arg;
    bool list = feedback == FB_LIST || (feedback == FB_NONE && type == LIKELY_LIST);
    bool tuple =
        feedback == FB_TUPLE || feedback == FB_TWO_TUPLE || (feedback == FB_NONE && type == LIKELY_TUPLE);
    if (sequence->type != IR_OBJ || (!list && !tuple)) return false;
    FrameState *state = lower_state_here(l);
    lower_guarded(list ? INS(l, list_is, count, sequence) : INS(l, tuple_is, count, sequence), state);
    Ins **items = arena_array(&l->cx->arena, Ins *, count + 1);
    for (int i = 0; i < count; i++)
        items[i] = list ? INS(l, list_at, i, sequence) : INS(l, tuple_at, i, sequence);
    l->depth--;
    for (int i = count - 1; i >= 0; i--) lower_push(l, items[i]);
    return true;
}
