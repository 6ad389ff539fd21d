/* A generator put in line in the loop that goes over it. Its code is lowered where the loop's FOR_ITER is, as
 * a call that needs no frame: from where it was suspended up to its next yields, each of which goes on in the
 * loop's body. In between there is no generator: what it would be made of lies on the operand stack, and an
 * exit makes it. The first step is lowered where the generator is called, so that the loop begins at its
 * body; the loop is lowered for this alone and has places of its own (Region): what comes to it from
 * elsewhere with a generator that is an object finds another one, lowered the general way. */
#include <setjmp.h>
#include <string.h>

#include "lower/inline.h"

enum { MAX_YIELDS = 4, MAX_LOOP_INSTRUCTIONS = 200, MAX_PARTS = 60 };

/* What a generator is made of, as parts of an object: where it is suspended, then its slots. */
enum { PART_UNIT, PART_SLOTS };
static int argument_of(int part) { return 2 + 2 * part; }

/* What is the same wherever the generator is suspended. */
typedef struct Form {
    int yields[MAX_YIELDS]; /* instructions */
    int yield_count;
    int depth;      /* operands, at most */
    uint8_t *types; /* IrType by local that is given values */
    int64_t *steps; /* by operand: of a range; 0: it is an object */
    IrType given;   /* what is yielded */
} Form;

typedef struct Steps {
    Callee callee;
    Call call; /* its arguments are bound */
    Ins *function;
    Form form;
    Ins **fixed; /* by local: what it has all the time, NULL: it is given values */
    jmp_buf *given_up;
} Steps;

/* --- places --- */

static Region *region_of(const Lowerer *l, int target) {
    Region *region = l->region;
    while (region != NULL && (target < region->first || target >= region->end)) region = region->outer;
    return region;
}

Place *lower_place_at(const Lowerer *l, int target) {
    const Region *region = l->region != NULL ? region_of(l, target) : NULL;
    return region != NULL ? &region->places[target - region->first] : &l->places[target];
}

void lower_add_work(Lowerer *l, int target) {
    Region *region = region_of(l, target);
    if (region != NULL) region->work[region->work_count++] = target;
    else l->work[l->work_count++] = target;
}

bool lower_is_step(const Lowerer *l, int target) {
    const Region *region = l->region;
    return region != NULL && target == region->first + 1 && l->index == region->first;
}

_Noreturn void lower_give_up_steps(Lowerer *l) { longjmp(*l->region->steps->given_up, 1); }

bool lower_part_stays(const Lowerer *l, const Ins *generator, int argument) {
    const Region *region = l->region;
    while (region->steps->function != generator->args[0]) region = region->outer;
    const Steps *steps = region->steps;
    int slot = (argument - argument_of(PART_SLOTS)) / 2;
    if (argument == argument_of(PART_UNIT)) return steps->form.yield_count == 1;
    return slot < steps->callee.code->local_count && steps->fixed[slot] != NULL;
}

void lower_need_same_form(Lowerer *l, const Ins *there, const Ins *value) {
    if (lower_is_suspended(there) != lower_is_suspended(value)) lower_give_up_steps(l);
    if (!lower_is_suspended(there)) return;
    if (there->arg_count != value->arg_count || there->args[0] != value->args[0]) lower_give_up_steps(l);
    for (int i = 2; i < there->arg_count; i += 2) {
        const Ins *a = there->args[i], *b = value->args[i];
        if (a->type != b->type || (a->op == IR_range_OP) != (b->op == IR_range_OP) ||
            lower_is_iterator(a) != lower_is_iterator(b))
            lower_give_up_steps(l);
        if (a->op == IR_range_OP && a->args[2]->op == IR_ki64_OP && a->args[2] != b->args[2])
            lower_give_up_steps(l);
        if (lower_is_suspended(a)) lower_need_same_form(l, a, b);
    }
}

/* --- which loops, of which generators --- */

/* A yield whose value is not asked for: behind it comes the next item. */
static bool is_plain_yield(const Bytecode *code, int index) {
    const Instr *instr = &code->instrs[index];
    return index + 3 < code->count && instr[1].op == BC_RESUME && instr[2].op == BC_POP_TOP &&
           !(instr->flags & BC_NO_SPECULATION);
}

static bool can_step(const Bytecode *code) {
    int yields = 0;
    if (code->is_coroutine || code->handler_count > 0 || code->local_count + code->stack_size > MAX_PARTS)
        return false;
    for (int i = 0; i < code->count; i++) {
        BcOp op = (BcOp)code->instrs[i].op;
        if (op == BC_SEND || op == BC_MAKE_CELL || op == BC_DELETE_FAST) return false;
        if (op == BC_YIELD_VALUE && !is_plain_yield(code, i)) return false;
        if (op == BC_RETURN_GENERATOR && (i > 1 || code->instrs[i + 1].op != BC_POP_TOP)) return false;
        yields += op == BC_YIELD_VALUE;
    }
    return yields > 0 && yields <= MAX_YIELDS;
}

static bool is_quiet(const Instr *instr) { return !(instr->flags & (BC_NO_SPECULATION | BC_COLD)); }

/* Where the function is read that is called in front of the loop, by the code alone: that ran once, and
 * inference may not come there. */
static const Site *site_of_code(const Lowerer *l, int head) {
    int index = head - 2, wanted = l->code->instrs[index].arg + 2;
    while (wanted > 0 && index > 0 && l->places[index].edges == 1 && l->code->instrs[index - 1].target < 0) {
        index--;
        wanted += bc_pops(&l->code->instrs[index]) - bc_pushes(&l->code->instrs[index]);
    }
    if (wanted == -1 && l->code->instrs[index].op == BC_LOAD_METHOD) wanted = 0;
    return wanted == 0 || l->code->instrs[index].op == BC_MAKE_FUNCTION ? l->code->instrs[index].site : NULL;
}

static const Site *site_of_loop(const Lowerer *l, int head) {
    const OperandTypes *operands = &l->inference->operands[head - 2];
    return operands->callable != NULL ? operands->callable : site_of_code(l, head);
}

/* Is all of its body between its head and its end? Copies of a loop in it that was peeled are elsewhere, and
 * are gone round in with the generator among the operands. */
static bool is_in_one_place(const Lowerer *l, int head) {
    const OperandTypes *operands = l->inference->operands;
    int end = l->code->instrs[head].target;
    for (int i = head + 1; i < end; i++) {
        int target = l->code->instrs[i].target;
        if (target >= 0 && (target < head || target >= end) && operands[i].depth >= 0 &&
            operands[target].depth >= operands[head].depth)
            return false;
    }
    return true;
}

/* Is it a loop over what a call of such a function gives? A generator that is put in line itself (BC_GIVE)
 * would be suspended in it with the loop's generator among its operands, and resumed by code that does not
 * know it. */
static bool may_step(Lowerer *l, int head) {
    const Instr *loop = &l->code->instrs[head];
    if (head < 2 || loop->op != BC_FOR_ITER || loop[-1].op != BC_GET_ITER || loop[-2].op != BC_CALL)
        return false;
    if (!is_quiet(loop) || (loop[-1].flags | loop[-2].flags) & BC_NO_SPECULATION ||
        loop->target <= head + 1 || loop->target - head > MAX_LOOP_INSTRUCTIONS ||
        l->places[head - 1].edges != 1 || !is_in_one_place(l, head))
        return false;
    const Site *site = site_of_loop(l, head);
    if (site == NULL || site->next != NULL || lower_loop_suspends(l, head) ||
        lower_loop_has(l, head, BC_GIVE))
        return false;
    const Callee *callee = l->callees->find_generator(l->callees->context, l->cx, site);
    return callee != NULL && can_step(callee->code);
}

/* Where control goes from such a loop it may come from both of them. */
static void add_edges(Lowerer *l, int head) {
    int end = l->code->instrs[head].target;
    for (int i = head; i < end; i++) {
        int target = l->code->instrs[i].target;
        if (target >= 0 && (target < head || target >= end)) l->places[target].edges += 2;
    }
    l->places[end].edges += 2;
}

void lower_find_steps(Lowerer *l) {
    if (l->inference == NULL || l->callees == NULL || l->native != NULL) return;
    bool found = false;
    for (int head = 0; head < l->code->count; head++) {
        Instr *loop = &l->code->instrs[head];
        bool known = (loop->flags & BC_STEPS) != 0;
        if (loop->op != BC_FOR_ITER || (!known && !may_step(l, head))) continue;
        loop->flags |= BC_STEPS;
        found |= !known;
        add_edges(l, head);
    }
    if (found)
        l->inference = infer_types(l->cx, l->code, l->callees); /* the body is come to from two places */
}

/* What makes the generator is no part of its steps: who leaves there goes on behind it, where nothing was
 * sent. */
static void begin_behind(Bytecode *code, int index) {
    for (int i = 0; i < index; i++) {
        if (i >= index - 2) code->instrs[i].op = BC_NOP;
        code->instrs[i].offset = code->instrs[index].offset;
        code->instrs[i].lasti = code->instrs[index].lasti;
    }
}

/* Where its first loop begins. What is in front of it runs once, which is no reason to leave there, and tells
 * what the loop's variables are. */
static int first_loop(const Bytecode *code) {
    int first = code->count;
    for (int i = 0; i < code->count; i++)
        if (code->instrs[i].flags & BC_BACKWARD && code->instrs[i].target < first)
            first = code->instrs[i].target;
    return first;
}

/* The generator's code as that of a function which gives what it yields. */
static Bytecode *rewritten(Arena *arena, const Bytecode *code) {
    Bytecode *to = arena_new(arena, Bytecode);
    *to = *code;
    to->instrs = arena_array(arena, Instr, code->count + 1);
    memcpy(to->instrs, code->instrs, sizeof(Instr) * (size_t)code->count);
    to->is_generator = false;
    to->osr_sample_count = 0;
    int warm = first_loop(code);
    for (int i = 0; i < to->count; i++) {
        Instr *instr = &to->instrs[i];
        instr->flags &= (uint16_t) ~(i <= warm ? BC_OSR | BC_COLD : BC_OSR);
        if (code->instrs[i].op == BC_YIELD_VALUE) {
            instr->op = BC_GIVE;
            to->instrs[i + 2].op = BC_NOP;
        } else if (code->instrs[i].op == BC_RETURN_GENERATOR) {
            begin_behind(to, i + 2);
        }
    }
    return to;
}

/* --- the form --- */

static bool is_given_values(const Bytecode *code, int slot) {
    if (slot >= code->argument_count) return true;
    for (int i = 0; i < code->count; i++)
        if (code->instrs[i].op == BC_STORE_FAST && code->instrs[i].arg == slot) return true;
    return false;
}

static bool asks_identity(const Bytecode *code) {
    for (int i = 1; i < code->count; i++)
        if (code->instrs[i].op == BC_IS_OP && code->instrs[i - 1].op != BC_LOAD_CONST) return true;
    return false;
}

static IrType both(IrType a, IrType b) { return a == IR_VOID || a == b ? b : IR_OBJ; }

static void note_yield(const Lowerer *inner, Form *form, int index) {
    const uint8_t *locals = inner->inference->locals[index + 1];
    const OperandTypes *operands = &inner->inference->operands[index];
    form->yields[form->yield_count++] = index;
    form->given = both(form->given, lower_unboxed_type(operands->right));
    for (int slot = 0; slot < inner->code->local_count; slot++) {
        uint8_t guess = locals[slot];
        IrType type = guess & MAY_BE_UNBOUND ? IR_OBJ : lower_unboxed_type(guess);
        form->types[slot] = (uint8_t)both((IrType)form->types[slot], type);
    }
    int depth = operands->depth - 1;
    for (int i = 0; i < depth; i++) {
        int64_t step = lower_range_step(inner, index + 1, i);
        if (form->yield_count == 1) form->steps[i] = step;
        else if (i >= form->depth || form->steps[i] != step) form->steps[i] = 0;
    }
    for (int i = depth; i < form->depth; i++) form->steps[i] = 0; /* there it has no such operand */
    if (depth > form->depth) form->depth = depth;
}

/* Those that control comes to. */
static void find_form(Lowerer *l, Lowerer *inner, Form *form) {
    *form = (Form){.given = IR_VOID};
    form->types = arena_array(&l->cx->arena, uint8_t, inner->code->local_count + 1);
    form->steps = arena_array(&l->cx->arena, int64_t, MAX_PARTS);
    for (int i = 0; i < inner->code->count; i++)
        if (inner->code->instrs[i].op == BC_GIVE && inner->inference->locals[i + 1] != NULL)
            note_yield(inner, form, i);
    if (form->yield_count == 0) lower_give_up_inlining(inner);
    if (asks_identity(l->code)) form->given = IR_OBJ;
}

/* --- a yield --- */

static Ins *slot_part(Lowerer *inner, const Steps *steps, int slot, FrameState *state) {
    const Local *local = &inner->locals[slot];
    if (steps->fixed[slot] != NULL) return steps->fixed[slot];
    IrType type = (IrType)steps->form.types[slot];
    if (local->value == NULL || (local->bound->op == IR_ki64_OP && local->bound->imm == 0)) {
        if (type != IR_OBJ) lower_give_up_inlining(inner);
        return K_NULL(inner);
    }
    if (local->bound->op != IR_ki64_OP) lower_give_up_inlining(inner);
    return lower_as_type(inner, local->value, type, state);
}

static Ins *operand_part(Lowerer *inner, const Steps *steps, int place) {
    if (place >= inner->depth) return K_NULL(inner);
    Ins *operand = inner->stack[place];
    int64_t step = steps->form.steps[place];
    if (step != 0 && operand->op != IR_range_OP) lower_give_up_inlining(inner);
    return step != 0 || lower_is_suspended(operand) ? operand : lower_object(inner, operand);
}

/* A generator of these parts, which is no object. */
static Ins *new_generator(Lowerer *inner, const Steps *steps, int index, FrameState *state) {
    int locals = inner->code->local_count, parts = PART_SLOTS + locals + steps->form.depth;
    Ins **values = arena_array(&inner->cx->arena, Ins *, parts);
    values[PART_UNIT] = K_INT(inner, inner->code->instrs[index].lasti);
    for (int slot = 0; slot < locals; slot++)
        values[PART_SLOTS + slot] = slot_part(inner, steps, slot, state);
    for (int i = 0; i < steps->form.depth; i++)
        values[PART_SLOTS + locals + i] = operand_part(inner, steps, i);
    Ins *generator = ir_new_ins(inner->fn, IR_object_OP, IR_OBJ, 1 + 2 * parts);
    generator->args[0] = steps->function;
    for (int i = 0; i < parts; i++) {
        generator->args[argument_of(i) - 1] = K_INT(inner, i);
        generator->args[argument_of(i)] = values[i];
    }
    ir_append(inner->block, generator);
    return generator;
}

/* A small int is one object wherever it comes from. */
static bool is_small_int(const Ins *value) {
    enum { LEAST = -5, MOST = 256 };
    const ConstInfo *info = lower_const_info(value);
    return info != NULL && info->type == LIKELY_INT && info->integer >= LEAST && info->integer <= MOST;
}

/* What is an object already stays the one it is. */
static Ins *given(Lowerer *inner, const Form *form, Ins *value) {
    if (ir_is(value, OPF_VIRTUAL)) lower_give_up_inlining(inner);
    if (form->given == IR_OBJ) return lower_object(inner, value);
    if (ir_is_box(value)) value = value->args[0];
    if (form->given == IR_I64 && is_small_int(value)) return K_INT(inner, lower_const_info(value)->integer);
    return value->type == IR_OBJ || (IrType)value->type == form->given ? value : lower_object(inner, value);
}

void lower_GIVE(Lowerer *l) {
    Steps *steps = l->inlined->steps;
    FrameState *state = lower_state_here(l);
    Ins *value = given(l, &steps->form, lower_pop_any(l));
    Ins *generator = new_generator(l, steps, l->index, state);
    vec_push(&l->cx->arena, &l->inlined->gives, ((Give){l->block, value, generator}));
    lower_end(l);
}

void lower_generator_return(Lowerer *l) {
    lower_pop_any(l);
    inline_keep_locals(l);
    vec_push(&l->cx->arena, &l->inlined->returns, ((Return){l->block, NULL}));
    lower_end(l);
}

/* --- a step --- */

/* The FOR_ITER has no iterator now: it is the generator that runs. */
static Lowerer *new_step(Lowerer *l, const Steps *steps) {
    Lowerer *inner = inline_new_lowerer(l, &steps->call, &steps->callee, WAY_FRAMELESS);
    inner->inlined->given_up = steps->given_up;
    if (steps->function != NULL) inner->inlined->function = steps->function;
    return inner;
}

static void begin_step(Lowerer *l, Lowerer *inner, Steps *steps) {
    FrameState *state = lower_state(l, l->code->instrs[l->instr->target].offset);
    state->handler = lower_handler(l, l->instr->handler);
    inner->inlined->caller_state = state;
    inner->inlined->steps = steps;
    inline_begin(l, inner, &steps->call);
}

/* On in the loop with what was yielded, and behind it where the generator has returned. */
static void end_step(Lowerer *l, Lowerer *inner) {
    Inlined *step = inner->inlined;
    Fork fork = lower_fork(l);
    int body = l->index + 1;
    lower_all_places(inner);
    l->hints->count = inner->first_hint;
    for (int i = 0; i < step->gives.count; i++) {
        const Give *give = &step->gives.items[i];
        const Place *place = lower_place_at(l, body);
        lower_other_way(l, &fork, give->from);
        bool boxed = place->block != NULL && place->stack[l->depth + 1]->type != IR_OBJ;
        if (boxed && give->value->type == IR_OBJ) lower_give_up_steps(l);
        lower_push(l, give->generator);
        lower_push(l, give->value);
        lower_goto(l, body);
    }
    for (int i = 0; i < step->returns.count; i++) {
        lower_other_way(l, &fork, step->returns.items[i].from);
        lower_goto(l, l->instr->target);
    }
    lower_end(l);
}

/* Go on where it was suspended at a yield. */
static void resume_at(Lowerer *inner, const Steps *steps, const Ins *generator, int index) {
    const uint8_t *guesses = inner->inference->locals[index + 1];
    inner->instr = &inner->code->instrs[index];
    inner->index = index;
    inner->depth = 0;
    inner->locals = lower_empty_locals(inner);
    for (int slot = 0; slot < inner->code->local_count; slot++) {
        Ins *value = generator->args[argument_of(PART_SLOTS + slot)];
        if (value->op == IR_null_OP || guesses[slot] == (LIKELY_UNSEEN | MAY_BE_UNBOUND)) continue;
        inner->locals[slot] = (Local){.value = value, .bound = K_INT(inner, 1), .stale = true, .quiet = true};
    }
    int depth = inner->inference->operands[index].depth - 1;
    for (int i = 0; i < depth; i++)
        lower_push(inner, generator->args[argument_of(PART_SLOTS + inner->code->local_count + i)]);
    lower_goto(inner, index + 3);
}

static void resume(Lowerer *inner, const Steps *steps, const Ins *generator) {
    enum { EQ = 2 };
    const Form *form = &steps->form;
    for (int i = 0; i + 1 < form->yield_count; i++) {
        Block *here = lower_new_block(inner), *elsewhere = lower_new_block(inner);
        int index = form->yields[i];
        Ins *unit = K_INT(inner, inner->code->instrs[index].lasti);
        lower_branch(inner, INS(inner, icmp, EQ, generator->args[argument_of(PART_UNIT)], unit), here,
                     elsewhere);
        inner->block = here;
        resume_at(inner, steps, generator, index);
        inner->block = elsewhere;
    }
    resume_at(inner, steps, generator, form->yields[form->yield_count - 1]);
}

void lower_generator_next(Lowerer *l) {
    const Region *region = region_of(l, l->index);
    if (region == NULL || region->first != l->index || region != l->region) lower_give_up_steps(l);
    Steps *steps = region->steps;
    lower_guard_room(l, 1, lower_state_here(l));
    const Ins *generator = l->stack[--l->depth];
    if (generator->args[0] != steps->function) lower_give_up_steps(l);
    Lowerer *inner = new_step(l, steps);
    begin_step(l, inner, steps);
    resume(inner, steps, generator);
    end_step(l, inner);
}

/* The loop is left: what the generator has goes, as its frame would, the first one first. */
void lower_drop_generator(Lowerer *l, const Ins *generator) {
    for (int i = generator->arg_count - 1; i >= 0; i--)
        if (lower_is_suspended(generator->args[i])) lower_drop_generator(l, generator->args[i]);
    lower_keep(l, generator->args, generator->arg_count);
}

/* --- the loop --- */

/* The places outside the loop, which may be come to from it. */
typedef struct Outside {
    Place *places;
    int *work;
    int work_count;
} Outside;

static Outside copy_places(Lowerer *l, const Place *places, const int *work, int work_count, int count) {
    Arena *arena = &l->cx->arena;
    Outside copy = {arena_array(arena, Place, count + 1), arena_array(arena, int, count + 1), work_count};
    memcpy(copy.places, places, sizeof(Place) * (size_t)count);
    memcpy(copy.work, work, sizeof(int) * (size_t)work_count);
    return copy;
}

enum { MAX_REGIONS = 4 };

static int count_regions(const Lowerer *l) {
    int count = 0;
    for (const Region *region = l->region; region != NULL; region = region->outer) count++;
    return count;
}

/* The function's first, then those of the loops around. */
static void remember_places(Lowerer *l, Outside *outside) {
    *outside++ = copy_places(l, l->places, l->work, l->work_count, l->code->count);
    for (const Region *r = l->region; r != NULL; r = r->outer)
        *outside++ = copy_places(l, r->places, r->work, r->work_count, r->end - r->first);
}

static void put_places_back(Lowerer *l, const Outside *outside) {
    memcpy(l->places, outside->places, sizeof(Place) * (size_t)l->code->count);
    memcpy(l->work, outside->work, sizeof(int) * (size_t)outside->work_count);
    l->work_count = outside->work_count;
    for (Region *r = l->region; r != NULL; r = r->outer) {
        outside++;
        memcpy(r->places, outside->places, sizeof(Place) * (size_t)(r->end - r->first));
        memcpy(r->work, outside->work, sizeof(int) * (size_t)outside->work_count);
        r->work_count = outside->work_count;
    }
}

static Region *new_region(Lowerer *l, int head) {
    Arena *arena = &l->cx->arena;
    Region *region = arena_new(arena, Region);
    *region = (Region){.first = head, .end = l->code->instrs[head].target, .outer = l->region};
    int count = region->end - head;
    region->places = arena_array(arena, Place, count + 1);
    region->work = arena_array(arena, int, count + 1);
    region->steps = arena_new(arena, Steps);
    for (int i = 0; i < count; i++)
        region->places[i] =
            (Place){.edges = l->places[head + i].edges, .is_loop = l->places[head + i].is_loop};
    region->places[0].is_loop = false; /* it begins at its body */
    region->places[1].is_loop = true;
    region->places[1].edges += 2;
    return region;
}

static void begin_loop(Lowerer *l, Region *region) {
    Steps *steps = region->steps;
    FrameState *state = lower_state_here(l);
    Lowerer *inner = new_step(l, steps);
    inline_guard_callee(l, inner->inlined, &steps->call, state);
    lower_guard_room(l, 1, state);
    inline_fill_locals(l, inner, &steps->call);
    steps->function = inner->inlined->function;
    steps->fixed = arena_array(&l->cx->arena, Ins *, inner->code->local_count + 1);
    for (int i = 0; i < inner->code->local_count; i++)
        if (!is_given_values(inner->code, i)) steps->fixed[i] = inner->locals[i].value;
    find_form(l, inner, &steps->form);
    l->depth -= l->instr->arg + 2;
    l->index = region->first;
    l->instr = &l->code->instrs[l->index];
    region->starts = true;
    l->region = region;
    begin_step(l, inner, steps);
    lower_goto(inner, 0);
    end_step(l, inner);
    region->starts = false;
}

/* --- a loop that is come to with a generator that is an object --- */

/* The generator that lies on top, if nobody else holds it, comes to its end here: what it has goes on in no
 * object. */
static Ins *take_apart(Lowerer *l, Steps *steps, const Lowerer *inner) {
    Ins *iterator = l->stack[l->depth - 1];
    int slots = inner->code->local_count + steps->form.depth;
    Ins **values = arena_array(&l->cx->arena, Ins *, slots + 1);
    for (int i = 0; i < slots; i++) {
        EMIT_CALL(l, rt_take_slot, iterator, K_INT(l, i));
        values[i] = INS0(l, ldout, 0);
    }
    EMIT_CALL(l, rt_end_taken, iterator);
    Ins *generator = ir_new_ins(l->fn, IR_object_OP, IR_OBJ, 1 + 2 * (PART_SLOTS + slots));
    generator->args[0] = steps->function;
    for (int i = 0; i < PART_SLOTS + slots; i++) {
        generator->args[argument_of(i) - 1] = K_INT(l, i);
        generator->args[argument_of(i)] = i == PART_UNIT ? NULL : values[i - PART_SLOTS];
    }
    return generator;
}

/* Likewise in the form that the loop wants. */
static Ins *in_form(Lowerer *l, Steps *steps, const Lowerer *inner, const Ins *taken) {
    FrameState *state = lower_state_here(l);
    int locals = inner->code->local_count;
    Ins *generator = ir_new_ins(l->fn, IR_object_OP, IR_OBJ, taken->arg_count);
    memcpy(generator->args, taken->args, sizeof(Ins *) * (size_t)taken->arg_count);
    for (int slot = 0; slot < locals; slot++) {
        Ins **value = &generator->args[argument_of(PART_SLOTS + slot)];
        if (!is_given_values(inner->code, slot)) steps->fixed[slot] = *value;
        else *value = lower_as_type(l, *value, (IrType)steps->form.types[slot], state);
    }
    for (int i = 0; i < steps->form.depth; i++) {
        Ins **value = &generator->args[argument_of(PART_SLOTS + locals + i)];
        if (steps->form.steps[i] != 0) *value = lower_range_of(l, *value, steps->form.steps[i], state);
    }
    ir_append(l->block, generator);
    return generator;
}

static Ins *is_one_of(Lowerer *l, const Lowerer *inner, const Form *form, Ins *unit) {
    enum { EQ = 2 };
    Ins *found = NULL;
    for (int i = 0; i < form->yield_count; i++) {
        Ins *same = INS(l, icmp, EQ, unit, K_INT(l, inner->code->instrs[form->yields[i]].lasti));
        found = found == NULL ? same : INS(l, ior, 0, found, same);
    }
    return found;
}

/* On in the general way where it is another generator, or somebody else holds it. */
static void begin_taken(Lowerer *l, Region *region, Fork *fork, Block **general) {
    Steps *steps = region->steps;
    Lowerer *inner = new_step(l, steps);
    FrameState *state = lower_state_here(l);
    find_form(l, inner, &steps->form);
    Ins *unit = EMIT_CALL(l, rt_suspended_at, l->stack[l->depth - 1]);
    Block *taken = lower_new_block(l);
    *general = lower_new_block(l);
    *fork = lower_fork(l);
    lower_branch(l, is_one_of(l, inner, &steps->form, unit), taken, *general);
    l->block = taken;
    steps->function = EMIT_CALL(l, rt_function_of, l->stack[l->depth - 1]);
    inner->inlined->function = steps->call.function = steps->function;
    inline_guard_callee(l, inner->inlined, &steps->call, state);
    steps->fixed = arena_array(&l->cx->arena, Ins *, inner->code->local_count + 1);
    Ins *generator = take_apart(l, steps, inner);
    bool one = steps->form.yield_count == 1;
    generator->args[argument_of(PART_UNIT)] =
        one ? K_INT(l, inner->code->instrs[steps->form.yields[0]].lasti) : unit;
    ir_append(l->block, generator);
    l->stack[l->depth - 1] = generator;
    l->stack[l->depth - 1] = in_form(l, steps, inner, generator);
    region->starts = true;
    l->region = region;
    lower_generator_next(l);
    region->starts = false;
}

static bool try_loop(Lowerer *l, Region *region, bool called) {
    jmp_buf given_up;
    Fork fork;
    Block *general = NULL;
    Outside outside[MAX_REGIONS + 1];
    const Before before = inline_remember(l);
    remember_places(l, outside);
    region->steps->given_up = &given_up;
    if (setjmp(given_up)) {
        inline_go_back(l, &before);
        put_places_back(l, outside);
        return false;
    }
    if (called) begin_loop(l, region);
    else begin_taken(l, region, &fork, &general);
    while (region->work_count > 0) lower_place(l, region->work[--region->work_count]);
    lower_fill_phis(l, region->places, region->end - region->first);
    l->region = region->outer;
    lower_end(l);
    if (called) return true;
    l->index = region->first;
    l->instr = &l->code->instrs[l->index];
    lower_other_way(l, &fork, general);
    return true;
}

static Region *loop_of(Lowerer *l, int head, const Call *call, const Callee *found) {
    Region *region = new_region(l, head);
    region->steps->call = *call;
    region->steps->call.steps = true;
    region->steps->callee = *found;
    region->steps->callee.code = rewritten(&l->cx->arena, found->code);
    return region;
}

void lower_take_generator(Lowerer *l) {
    int head = l->index;
    if (!(l->instr->flags & BC_STEPS) || !l->framed || !lower_speculates(l) || region_of(l, head) != NULL ||
        l->region != NULL || l->depth == 0 || l->stack[l->depth - 1]->type != IR_OBJ)
        return;
    const OperandTypes *operands = &l->inference->operands[head - 2];
    const Callee *found = l->callees->find_generator(l->callees->context, l->cx, site_of_loop(l, head));
    if (found == NULL || !can_step(found->code)) return;
    int count = found->code->argument_count;
    Call call = {.names = -1, .types = arena_array(&l->cx->arena, uint8_t, count + 1)};
    memset(call.types, LIKELY_OTHER, (size_t)count);
    if (operands->argument_count == count) memcpy(call.types, operands->arguments, (size_t)count);
    Region *region = loop_of(l, head, &call, found);
    if (inline_is_affordable(l, &region->steps->callee, WAY_FRAMELESS)) try_loop(l, region, false);
}

bool lower_generator_loop(Lowerer *l) {
    Call call;
    int head = l->index + 2;
    if (head >= l->code->count || !(l->code->instrs[head].flags & BC_STEPS) || !lower_speculates(l))
        return false;
    if (!inline_may(l) || l->spread != NULL || count_regions(l) == MAX_REGIONS ||
        !inline_find_call(l, &call) || (l->inlined != NULL && l->inlined->way == WAY_BEGINNING))
        return false;
    const Callee *found = l->callees->find_generator(l->callees->context, l->cx, call.site);
    if (found == NULL || !can_step(found->code)) return false;
    for (int i = 0; i < call.count; i++) inline_as_object(l, call.args[i]);
    if (!inline_bind(l, &call, found)) return false;
    Region *region = loop_of(l, head, &call, found);
    if (!inline_is_affordable(l, &region->steps->callee, WAY_FRAMELESS)) return false;
    lower_leave_here(l);
    if (!try_loop(l, region, true)) return false;
    l->calls_left--;
    return true;
}
