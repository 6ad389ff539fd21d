/* Loop peeling. In `total = 0` in front of `for x in xs: total += x` the variable is an int where the loop is
 * entered and a float from its first turn on: what is both can only be an object. So the loop is there three
 * times: as it stands, until the variable is stored to; the rest of that turn; and the loop that all further
 * turns are in. Inner loops around the store have the last two for themselves, which lead to what is behind
 * them in the rest of the outer one's turn. So each copy of a loop is entered at its head only. */
#include "lower/peel.h"

#include <string.h>

enum { MOST_INSTRUCTIONS = 160, MOST_LOOPS = 6, MOST_COPIES = 1 + 2 * MOST_LOOPS, MOST_REGIONS = 4 };
enum { LAID = -1 };                   /* Point.copy, where `index` is of the new code */
enum { UNREACHED = 0, REACHED = -1 }; /* of Peel.copies; else one more than where it is */

/* From its head to its last instruction. */
typedef struct Loop {
    int head, end;
} Loop;

typedef struct Point {
    int copy, index;
} Point;

typedef struct Jump {
    int at; /* in the new code */
    Point to;
} Jump;

typedef struct Peel {
    CompileContext *cx;
    const Bytecode *code;
    const bool *turns;      /* by local: it is an int where the region is entered and a float later */
    Loop loops[MOST_LOOPS]; /* the region first, outer ones before inner ones */
    int loop_count;
    /* By copy, then by instruction: where it is there; NULL: there is no such copy. Copy 0 is what stands
     * there, and all around it; of the loop number n, 2n + 1 is the rest of a turn and 2n + 2 what is gone
     * round in from then on. */
    int *copies[MOST_COPIES];
    VEC(Point) work;
    VEC(Instr) instrs;
    VEC(int32_t) firsts; /* see Bytecode.firsts, in the old code */
    VEC(Jump) jumps;
} Peel;

/* --- which loops --- */

static bool is_within(const Loop *loop, int index) { return index >= loop->head && index <= loop->end; }

/* What suspends has entries of its own, and generators that loops go over are put in line in one loop. */
static bool may_be_copied(const Bytecode *code, const Inference *inference, int index) {
    const Instr *instr = &code->instrs[index];
    switch (instr->op) {
    case BC_YIELD_VALUE:
    case BC_SEND:
    case BC_GIVE:
    case BC_BEGIN_GATHER:
    case BC_GATHER:
    case BC_END_GATHER:
    case BC_RETURN_GENERATOR: return false;
    case BC_FOR_ITER:
        return !(instr->flags & BC_STEPS) && index > 1 &&
               (instr[-1].op != BC_GET_ITER || instr[-2].op != BC_CALL ||
                inference->operands[index].right != LIKELY_OTHER);
    default: return true;
    }
}

/* Is a loop come into at its head only, and by no handler? */
static bool has_one_entrance(const Bytecode *code, const Loop *loop) {
    for (int i = 0; i < code->count; i++) {
        int target = code->instrs[i].target;
        if (!is_within(loop, i) && target != loop->head && is_within(loop, target)) return false;
    }
    for (int i = 0; i < code->handler_count; i++)
        if (is_within(loop, code->handlers[i].target)) return false;
    return true;
}

static Loop loop_at(const Bytecode *code, int head) {
    Loop loop = {head, -1};
    for (int i = head; i < code->count; i++)
        if (code->instrs[i].target == head) loop.end = i;
    return loop;
}

/* Is each number that the loop stores in a variable a float? */
static bool stores_floats(const Bytecode *code, const Inference *inference, const Loop *loop, int local) {
    bool stores = false;
    for (int i = loop->head; i <= loop->end; i++) {
        const Instr *instr = &code->instrs[i];
        if (instr->arg != local || inference->operands[i].depth < 0) continue;
        if (instr->op == BC_DELETE_FAST) return false;
        if (instr->op != BC_STORE_FAST || instr->flags & BC_COLD) continue;
        if (inference->operands[i].stored != LIKELY_FLOAT) return false;
        stores = true;
    }
    return stores;
}

/* For which variables the loop at `head` is worth it; NULL: for none. */
static const bool *find_turns(CompileContext *cx, const Bytecode *code, const Inference *inference,
                              const Loop *loop) {
    const bool *noted = inference->turns[loop->head];
    if (noted == NULL || loop->end - loop->head >= MOST_INSTRUCTIONS || !has_one_entrance(code, loop) ||
        code->instrs[loop->head].flags & (BC_ARRIVES_BOXED | BC_NO_SPECULATION))
        return NULL;
    for (int i = loop->head; i <= loop->end; i++)
        if (!may_be_copied(code, inference, i)) return NULL;
    bool *turns = arena_array(&cx->arena, bool, code->local_count + 1), any = false;
    for (int i = 0; i < code->plain_local_count; i++)
        any |= turns[i] = noted[i] && stores_floats(code, inference, loop, i);
    return any ? turns : NULL;
}

/* The loops of the region, which loops[0] is. False: too many. */
static bool find_loops(Peel *p) {
    p->loop_count = 1;
    for (int head = p->loops[0].head + 1; head <= p->loops[0].end; head++) {
        Loop loop = loop_at(p->code, head);
        bool backward = false;
        for (int i = head; i <= loop.end; i++)
            backward |= p->code->instrs[i].target == head && p->code->instrs[i].flags & BC_BACKWARD;
        if (!backward) continue;
        if (p->loop_count == MOST_LOOPS || !has_one_entrance(p->code, &loop)) return false;
        p->loops[p->loop_count++] = loop;
    }
    return true;
}

/* --- where control goes --- */

static int innermost(const Peel *p, int index) {
    int found = 0;
    for (int i = 0; i < p->loop_count; i++)
        if (is_within(&p->loops[i], index)) found = i;
    return found;
}

static bool is_turn(const Peel *p, int copy, int index) {
    const Instr *instr = &p->code->instrs[index];
    return copy == 0 && is_within(&p->loops[0], index) && instr->op == BC_STORE_FAST &&
           p->turns[instr->arg] && !(instr->flags & BC_COLD);
}

/* From an instruction of a copy to another instruction: in which copy that is. */
static Point go_to(const Peel *p, Point from, int index) {
    if (!is_within(&p->loops[0], index)) return (Point){0, index};
    int copy = is_turn(p, from.copy, from.index) ? 2 * innermost(p, from.index) + 1 : from.copy;
    if (copy == 0) return (Point){0, index};
    int loop = (copy - 1) / 2;
    for (; !is_within(&p->loops[loop], index); copy = 2 * loop + 1) do
            loop--;
        while (!is_within(&p->loops[loop], from.index));
    if (index == p->loops[loop].head) copy = 2 * loop + 2;
    return (Point){copy, index};
}

static void reach(Peel *p, Point point) {
    if (point.copy <= 0) return;
    int **places = &p->copies[point.copy];
    if (*places == NULL) *places = arena_array(&p->cx->arena, int, p->code->count);
    if ((*places)[point.index] != UNREACHED) return;
    (*places)[point.index] = REACHED;
    vec_push(&p->cx->arena, &p->work, point);
}

static void reach_from(Peel *p, Point from) {
    const Instr *instr = &p->code->instrs[from.index];
    if (instr->flags & BC_COLD) return;
    if (instr->target >= 0) reach(p, go_to(p, from, instr->target));
    if (!bc_is_last(instr)) reach(p, go_to(p, from, from.index + 1));
}

static void reach_all(Peel *p) {
    for (int i = p->loops[0].head; i <= p->loops[0].end; i++)
        if (is_turn(p, 0, i)) reach_from(p, (Point){0, i});
    while (p->work.count > 0) reach_from(p, p->work.items[--p->work.count]);
}

/* --- the new code --- */

static int emit(Peel *p, Instr instr, int first) {
    vec_push(&p->cx->arena, &p->instrs, instr);
    vec_push(&p->cx->arena, &p->firsts, first);
    return p->instrs.count - 1;
}

static void jump_later(Peel *p, int at, Point to) {
    Jump jump = {at, to};
    vec_push(&p->cx->arena, &p->jumps, jump);
}

/* A jump that stands nowhere in the program: the interpreter would just go on. */
static void emit_jump(Peel *p, int from, Point to) {
    const Instr *before = &p->code->instrs[from], *target = &p->code->instrs[to.index];
    Instr jump = {
        .op = BC_JUMP, .handler = before->handler, .lasti = before->lasti, .offset = target->offset};
    jump_later(p, emit(p, jump, to.index), to);
}

/* A loop is entered by OSR in the copy that its variables have the types of in the sample, or else in the one
 * that it is gone round in from its first turns on. */
static int entered_copy(const Peel *p, int index) {
    const int *last = p->copies[2];
    if (last == NULL || last[index] == UNREACHED) return 0;
    for (int i = 0; i < p->code->osr_sample_count; i++) {
        const OsrSample *sample = &p->code->osr_samples[i];
        for (int k = 0; sample->index == index && k < p->code->plain_local_count; k++)
            if (p->turns[k] && sample->types[k] == LIKELY_INT) return 0;
    }
    return 2;
}

/* One instruction, and the jump that it needs to go on where control goes from its copy. What a loop is left
 * for lies behind the loop. */
static void lay(Peel *p, Point point) {
    const Instr *from = &p->code->instrs[point.index];
    Instr instr = *from;
    bool inside = is_within(&p->loops[0], point.index);
    if (inside && point.copy != entered_copy(p, point.index)) instr.flags &= (uint16_t)~BC_OSR;
    Point target = go_to(p, point, from->target), next = go_to(p, point, point.index + 1);
    if (target.copy > 0 && target.copy != point.copy) instr.flags &= (uint16_t)~BC_BACKWARD; /* it enters */
    int at = emit(p, instr, point.index);
    if (from->target >= 0) jump_later(p, at, target);
    p->copies[point.copy][point.index] = at + 1;
    if (bc_is_last(from) || from->flags & BC_COLD || next.copy == point.copy) return;
    emit_jump(p, point.index, next);
}

/* The loops' ends in a copy: FOR_ITER leads behind its loop, wherever it goes from there. */
static void lay_ends(Peel *p, int first, int copy) {
    int count = p->jumps.count;
    for (int i = first; i < count; i++) {
        Jump jump = p->jumps.items[i];
        const Instr *loop = &p->instrs.items[jump.at];
        if (loop->op != BC_FOR_ITER || jump.to.copy == copy) continue;
        int from = p->firsts.items[jump.at];
        p->jumps.items[i].to = (Point){LAID, p->instrs.count};
        emit_jump(p, from, jump.to);
    }
}

static void lay_copy(Peel *p, int copy) {
    int first = p->jumps.count;
    for (int i = p->loops[0].head; i <= p->loops[0].end; i++)
        if (p->copies[copy][i] != UNREACHED) lay(p, (Point){copy, i});
    lay_ends(p, first, copy);
}

static int place_of(const Peel *p, Point point) {
    return point.copy == LAID ? point.index : p->copies[point.copy][point.index] - 1;
}

static Bytecode *assembled(Peel *p) {
    Arena *arena = &p->cx->arena;
    Bytecode *out = arena_new(arena, Bytecode);
    *out = *p->code;
    out->instrs = p->instrs.items;
    out->count = p->instrs.count;
    for (int i = 0; i < p->jumps.count; i++)
        out->instrs[p->jumps.items[i].at].target = place_of(p, p->jumps.items[i].to);
    out->firsts = p->firsts.items;
    for (int i = 0; i < out->count; i++)
        out->firsts[i] = place_of(p, (Point){0, bc_first(p->code, out->firsts[i])});
    out->handlers = arena_array(arena, BcHandler, out->handler_count + 1);
    for (int i = 0; i < out->handler_count; i++) {
        out->handlers[i] = p->code->handlers[i];
        out->handlers[i].target = place_of(p, (Point){0, out->handlers[i].target});
    }
    out->osr_samples = arena_array(arena, OsrSample, out->osr_sample_count + 1);
    for (int i = 0; i < out->osr_sample_count; i++) {
        OsrSample *sample = &out->osr_samples[i];
        *sample = p->code->osr_samples[i];
        bool inside = is_within(&p->loops[0], sample->index);
        sample->index = place_of(p, (Point){inside ? entered_copy(p, sample->index) : 0, sample->index});
    }
    return out;
}

static Bytecode *peel(Peel *p) {
    if (!find_loops(p)) return NULL;
    p->copies[0] = arena_array(&p->cx->arena, int, p->code->count);
    reach_all(p);
    for (int i = 0; i < p->code->count; i++) lay(p, (Point){0, i});
    for (int copy = 1; copy < MOST_COPIES; copy++)
        if (p->copies[copy] != NULL) lay_copy(p, copy);
    return assembled(p);
}

static Bytecode *peel_one(CompileContext *cx, const Bytecode *code, const Inference *inference) {
    for (int head = 0; head < code->count; head++) {
        if (inference->turns[head] == NULL) continue;
        Peel p = {.cx = cx, .code = code, .loops = {loop_at(code, head)}};
        p.turns = find_turns(cx, code, inference, &p.loops[0]);
        Bytecode *peeled = p.turns != NULL ? peel(&p) : NULL;
        if (peeled != NULL) return peeled;
    }
    return NULL;
}

Bytecode *peel_loops(CompileContext *cx, Bytecode *code, const Inference **inference,
                     const Callees *callees) {
    for (int i = 0; i < MOST_REGIONS; i++) {
        Bytecode *peeled = peel_one(cx, code, *inference);
        if (peeled == NULL) break;
        code = peeled;
        *inference = infer_types(cx, code, callees);
    }
    return code;
}
