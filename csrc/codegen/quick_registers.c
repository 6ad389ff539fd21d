/* Which value of quick code is in which register, by linear scan.
 *
 * Each value has one place for its whole life: a register, or a word of the C stack. A life is one stretch of
 * positions in the order of emission, from where the value is made to where it is wanted last, and to the end
 * of every loop that it is made before and wanted in. That is enough whatever the graph looks like, as long
 * as what dominates a block comes before it: control that goes on beyond a life and comes back into it goes
 * over an edge backwards, and the life was stretched to where that edge leaves from.
 *
 * Where registers run out, the value that is used least for the length of its life has none. What calls do
 * not keep is saved around them by who emits the call; values that would be saved often rather have a
 * register that calls keep, or are kept in their word too, from where they are made.
 *
 * Positions: 2 * p where the p-th instruction reads its arguments and leaves, 2 * p + 1 where it sets its
 * result. So a result may have the register of an argument that ends there: no operation sets its result and
 * goes on to read arguments or to leave. Only a call leaves behind the call, at 2 * p + 1: what
 * ends at 2 * p is not saved around it. */
#include "codegen/quick_code.h"

#include <string.h>

enum { WEIGHT = 64, LOOP_BITS = 3, MOST_DEPTH = 4, MOST_WEIGHT = 1 << 28 };

/* --- the order of blocks --- */

/* Where a block would stand in the text of the program: one that a pass put on an edge, at its end. */
static int text_order(const Block *block) {
    if (block->succ_count != 1 || block->preds.count != 1) return block->order;
    bool is_between = block->order > block->succs[0]->order && block->order > block->preds.items[0]->order;
    return is_between ? block->succs[0]->order : block->order;
}

typedef struct Visit {
    Block *block;
    int done;
} Visit;

/* The i-th successor to visit; what is visited first stands last. */
static Block *to_visit(const Block *block, int i) {
    if (block->succ_count < 2) return block->succs[i];
    bool second_first = text_order(block->succs[1]) >= text_order(block->succs[0]);
    return block->succs[second_first ? 1 - i : i];
}

/* Reverse postorder, in which what follows a loop stands behind it. */
void quick_order_blocks(Quick *q) {
    Fn *fn = q->fn;
    int count = fn->blocks.count, end = count, depth = 0;
    Visit *stack = arena_array(fn_arena(fn), Visit, count + 1);
    bool *seen = arena_array(fn_arena(fn), bool, fn->next_block + 1);
    q->order = arena_array(fn_arena(fn), Block *, count + 1);
    for (int i = 0; i < count; i++) fn->blocks.items[i]->order = i;
    for (int i = 0; i < count; i++) {
        Block *root = fn->blocks.items[i];
        if (!root->is_entry || seen[root->id]) continue;
        seen[root->id] = true;
        stack[depth++] = (Visit){root, 0};
        while (depth > 0) {
            Visit *top = &stack[depth - 1];
            if (top->done == top->block->succ_count) {
                q->order[--end] = top->block;
                depth--;
                continue;
            }
            Block *succ = to_visit(top->block, top->done++);
            if (seen[succ->id]) continue;
            seen[succ->id] = true;
            stack[depth++] = (Visit){succ, 0};
        }
    }
    q->order += end;
    q->order_count = count - end;
    for (int i = 0; i < count; i++) fn->blocks.items[i]->order = -1; /* not reached */
    for (int i = 0; i < q->order_count; i++) q->order[i]->order = i;
}

/* --- positions, loops and weights --- */

/* From the first instruction of a block to the last of another one, which has an edge back to it. */
typedef struct Loop {
    int32_t start, end;
} Loop;

typedef struct Span {
    int32_t start, end; /* its first and last instruction */
    int32_t loop_end;   /* last block in the order that has an edge back to it, -1: none */
    int32_t weight;     /* of an instruction in it */
} Span;

typedef struct Scan {
    Quick *q;
    Span *spans;     /* by place in the order */
    VEC(Loop) loops; /* by their end */
    int64_t *calls;  /* by instruction: what calls before it weigh */
    const Ins *tenants[QUICK_KINDS][X86_REGISTERS];
} Scan;

static void number_instructions(Scan *scan) {
    Quick *q = scan->q;
    int32_t count = 0;
    for (int i = 0; i < q->order_count; i++) {
        Span *span = &scan->spans[i];
        *span = (Span){.start = count, .loop_end = -1};
        for_each_ins(ins, q->order[i]) count++;
        span->end = count - 1;
    }
    scan->calls = arena_array(fn_arena(q->fn), int64_t, count + 2);
}

static void find_loops(Scan *scan) {
    Quick *q = scan->q;
    for (int i = 0; i < q->order_count; i++)
        for (int s = 0; s < q->order[i]->succ_count; s++) {
            Span *head = &scan->spans[q->order[i]->succs[s]->order];
            if (q->order[i]->succs[s]->order > i) continue;
            Loop loop = {head->start, scan->spans[i].end};
            vec_push(fn_arena(q->fn), &scan->loops, loop);
            head->loop_end = i;
        }
}

/* Leaves, and not by a return. */
static bool is_cold(const Block *block) {
    return block->succ_count == 0 && block->last->op != IR_ret_OP && block->last->op != IR_yield_OP &&
           block->last->op != IR_give_OP;
}

static void weigh_blocks(Scan *scan) {
    Quick *q = scan->q;
    int *ends = arena_array(fn_arena(q->fn), int, q->order_count + 1), depth = 0;
    for (int i = 0; i < q->order_count; i++) {
        Span *span = &scan->spans[i];
        if (span->loop_end >= 0) {
            depth++;
            ends[span->loop_end]++;
        }
        span->weight =
            is_cold(q->order[i]) ? 1 : WEIGHT << LOOP_BITS * (depth < MOST_DEPTH ? depth : MOST_DEPTH);
        depth -= ends[i];
    }
}

/* Does it call on its usual path? What else calls is taken to do so next to never. */
static bool calls(const Ins *ins) {
    if (ins->op == IR_fmath_OP) return ins->imm != H_rt_sqrt;
    return ir_calls(ins) || ins->op == IR_box_f64_OP || ins->op == IR_complex_OP || ins->op == IR_fpow_OP ||
           ins->op == IR_fhypot_OP || ins->op == IR_fdivmod_OP;
}

/* --- lives --- */

static void want(Quick *q, const Ins *value, int32_t position, int32_t weight) {
    if (ir_is(value, OPF_CONST)) return;
    Life *life = &q->lives[value->id];
    if (life->last < position) life->last = position;
    if (life->weight < MOST_WEIGHT) life->weight += weight;
    life->uses++;
}

static void want_at_exit(Quick *q, int32_t exit, int32_t position) {
    if (exit < 0) return;
    const Exit *e = &q->fn->exits.items[exit];
    for (int i = 0; i < e->values.count; i++) want(q, e->values.items[i].value, position, 0);
}

/* What goes into a phi is read at the end of the block it comes from, and would best be where the phi is. */
static void want_for_phi(Scan *scan, const Ins *phi) {
    for (int i = 0; i < phi->arg_count; i++) {
        if (phi->block->preds.items[i]->order < 0) continue;
        const Span *span = &scan->spans[phi->block->preds.items[i]->order];
        want(scan->q, phi->args[i], 2 * span->end + 1, span->weight);
        if (!ir_is(phi->args[i], OPF_CONST)) scan->q->lives[phi->args[i]->id].phi = phi;
    }
}

/* Does code read the arguments? */
static bool is_real_use(const Ins *ins) { return ins->op != IR_keep_OP && !ir_is(ins, OPF_VIRTUAL); }

static void find_lives(Scan *scan) {
    Quick *q = scan->q;
    for (int i = 0; i < q->order_count; i++) {
        const Span *span = &scan->spans[i];
        int32_t at = span->start;
        for_each_ins(ins, q->order[i]) {
            Life *life = &q->lives[ins->id];
            bool is_phi = ins->op == IR_phi_OP;
            life->first = is_phi ? 2 * span->start : 2 * at + 1;
            if (life->last < life->first) life->last = life->first;
            if (life->weight < MOST_WEIGHT) life->weight += span->weight;
            if (is_phi) want_for_phi(scan, ins);
            for (int arg = 0; arg < ins->arg_count && !is_phi; arg++)
                want(q, ins->args[arg], 2 * at, is_real_use(ins) ? span->weight : 0);
            want_at_exit(q, ins->exit, 2 * at + ir_calls(ins));
            want_at_exit(q, ins->leave_exit, 2 * at);
            scan->calls[at + 1] = scan->calls[at] + (calls(ins) ? span->weight : 0);
            at++;
        }
    }
}

static void stretch_over_loops(const Scan *scan, Life *life) {
    for (int i = 0; i < scan->loops.count; i++) {
        const Loop *loop = &scan->loops.items[i];
        if (2 * loop->end + 1 > life->last && 2 * loop->start <= life->last && life->first < 2 * loop->start)
            life->last = 2 * loop->end + 1;
    }
}

/* --- registers --- */

/* In the order in which they are given; those that calls do not keep come first. */
static const int8_t GENERAL[] = {R8, R9, R10, RBX, R13, R14, R15};
static const int8_t REALS[] = {XMM2, XMM3,  XMM4,  XMM5,  XMM6,  XMM7,  XMM8,
                               XMM9, XMM10, XMM11, XMM12, XMM13, XMM14, XMM15};

bool quick_is_kept_by_calls(int kind, int reg) {
    return kind == QUICK_GENERAL && (reg == RBX || (reg >= R12 && reg <= R15));
}

/* What calls in the midst of a life weigh. */
static int64_t crossed(const Scan *scan, const Life *life) {
    int32_t from = (life->first + 1) / 2, to = life->last / 2 + life->last % 2;
    return to > from ? scan->calls[to] - scan->calls[from] : 0;
}

/* What is gained by a register over a word: loads and stores, without those that calls make necessary. */
static int64_t gain(const Scan *scan, const Life *life, int kind, int reg) {
    if (!quick_is_kept_by_calls(kind, reg)) return life->weight - crossed(scan, life) * 3 / 2;
    return scan->q->uses_register[reg] ? life->weight : life->weight - 3 * WEIGHT;
}

static bool is_free(const Scan *scan, int kind, int reg, const Life *life) {
    const Ins *tenant = scan->tenants[kind][reg];
    return tenant == NULL || scan->q->lives[tenant->id].last < life->first;
}

/* The register of the phi that the value goes into, or one that a phi's first values have. -1: none. */
static int wished(const Scan *scan, const Ins *value, const Life *life, int kind) {
    const Life *lives = scan->q->lives;
    if (life->phi != NULL && lives[life->phi->id].reg >= 0 &&
        is_free(scan, kind, lives[life->phi->id].reg, life))
        return lives[life->phi->id].reg;
    for (int i = 0; i < value->arg_count && value->op == IR_phi_OP; i++) {
        int reg = lives[value->args[i]->id].reg;
        if (reg >= 0 && is_free(scan, kind, reg, life)) return reg;
    }
    return -1;
}

/* Per position, in which all that has been seen is. */
static double density(const Scan *scan, const Ins *value, int kind, int reg) {
    const Life *life = &scan->q->lives[value->id];
    return (double)gain(scan, life, kind, reg) / (life->last - life->first + 1);
}

static void give_register(Scan *scan, const Ins *value) {
    Quick *q = scan->q;
    Life *life = &q->lives[value->id];
    int kind = quick_kind(value), best = -1;
    const int8_t *registers = kind == QUICK_GENERAL ? GENERAL : REALS;
    int count = kind == QUICK_GENERAL ? (int)sizeof(GENERAL) : (int)sizeof(REALS);
    int64_t most = 0;
    int wish = wished(scan, value, life, kind);
    if (wish >= 0) most = gain(scan, life, kind, wish), best = most > 0 ? wish : -1;
    for (int i = 0; i < count; i++) {
        int64_t gained = gain(scan, life, kind, registers[i]);
        if (gained > most && is_free(scan, kind, registers[i], life)) most = gained, best = registers[i];
    }
    double least = 1e300;
    int victim = -1;
    for (int i = 0; i < count && best < 0; i++) {
        int reg = registers[i];
        if (gain(scan, life, kind, reg) <= 0) continue;
        double lost = density(scan, scan->tenants[kind][reg], kind, reg);
        if (lost < least && lost < density(scan, value, kind, reg)) least = lost, victim = reg;
    }
    if (victim >= 0) q->lives[scan->tenants[kind][victim]->id].reg = -1;
    life->reg = (int8_t)(best >= 0 ? best : victim);
    if (life->reg < 0) return;
    scan->tenants[kind][life->reg] = value;
    if (quick_is_kept_by_calls(kind, life->reg)) q->uses_register[life->reg] = true;
    else life->kept = crossed(scan, life) > 0;
}

/* A value that nobody wants has none. */
static void give_registers(Scan *scan) {
    Quick *q = scan->q;
    for (int i = 0; i < q->order_count; i++) for_each_ins(ins, q->order[i]) {
            Life *life = &q->lives[ins->id];
            if (ins->type == IR_VOID || life->uses == 0 || ir_is(ins, OPF_VIRTUAL)) continue;
            if (life->last > 2 * scan->spans[i].end + 1) stretch_over_loops(scan, life);
            give_register(scan, ins);
        }
}

/* --- words --- */

/* Of all that calls may have to save, too. A word is free again behind its value's last position: unlike a
 * register it may be written before an operation's last exit. */
static void give_words(Scan *scan) {
    Quick *q = scan->q;
    Arena *arena = fn_arena(q->fn);
    int32_t count = q->order_count > 0 ? scan->spans[q->order_count - 1].end + 1 : 0, at = 0;
    const Ins **ending = arena_array(arena, const Ins *, count + 1); /* by instruction, a list */
    VEC(int32_t) free_words = {0};
    for (int i = 0; i < q->order_count; i++) for_each_ins(ins, q->order[i]) {
            Life *life = &q->lives[ins->id];
            bool is_nowhere =
                ir_is(ins, OPF_VIRTUAL) || ins->type == IR_VOID || (ins->op == IR_phi_OP && life->uses == 0);
            if (!is_nowhere && (life->reg < 0 || !quick_is_kept_by_calls(quick_kind(ins), life->reg))) {
                life->place = free_words.count > 0 ? free_words.items[--free_words.count] : q->words++;
                life->next_ending = ending[life->last / 2];
                ending[life->last / 2] = ins;
            }
            for (const Ins *ended = ending[at]; ended != NULL; ended = q->lives[ended->id].next_ending)
                vec_push(arena, &free_words, q->lives[ended->id].place);
            at++;
        }
}

void quick_give_places(Quick *q) {
    Scan scan = {.q = q};
    scan.spans = arena_array(fn_arena(q->fn), Span, q->order_count + 1);
    number_instructions(&scan);
    find_loops(&scan);
    weigh_blocks(&scan);
    find_lives(&scan);
    give_registers(&scan);
    give_words(&scan);
}
