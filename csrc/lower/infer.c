/* A forward analysis over the bytecode: one guess for each local and operand where control flow arrives. */
#include "lower/infer.h"

#include <string.h>

#include "lower/demand.h"

typedef struct Guess {
    uint8_t type;
    uint8_t given;    /* number that is probably there, of a value that is not unboxed for it; see or_given */
    uint8_t builtin;  /* Builtin that it is */
    int16_t slot;     /* the local it was read from, -1: none */
    const Site *site; /* where it was read, NULL: not known */
    const Site *unbound; /* of which function it is a bound method; NULL: of none that is known */
    uint8_t truth;       /* 1: false, 2: true, by the types that the operands probably have; 0: not known */
} Guess;

enum { MAX_UNPACKED = 16 };

/* What a result depends on beside the function and its arguments. */
typedef struct Cut {
    bool too_deep;       /* calls nested so deep that they were not looked at any more */
    bool several;        /* more than one of: */
    const Instr *within; /* the code of a caller, since a call of that was not looked at; NULL: of none */
} Cut;

/* What a function returns for some types of arguments. */
struct KnownResult {
    const Callee *callee;
    const uint8_t *arguments;
    uint8_t result;
    int depth; /* how deep the call was nested */
    Cut cut;
    KnownResult *next;
};

typedef struct Infer {
    CompileContext *cx;
    const Bytecode *code;
    Inference *out;
    const Callees *callees;
    const struct Infer *caller; /* in whose course this function is looked at; NULL: none */
    KnownResult *known;         /* what holds in its course only */
    Cut cut;
    Asks *asks;           /* by instruction, of the first walk; NULL: not wanted */
    bool asked;           /* a local of which nothing was known is used as a number */
    const Demand *demand; /* of the second walk */
    bool *compared;       /* by local: it is asked with `is` whether it is another one; NULL: not noted */
    const bool *kept;     /* the same, in the second walk: such a local stays an object where ways meet */
    int *depths;          /* operand stack depth on arrival, -1: not arrived */
    bool *queued;
    int *work, work_count;
    uint8_t *locals; /* while walking */
    Guess *stack;
    int depth;
    bool goes_round;              /* by the jump at hand a loop is */
    Guess unpacked[MAX_UNPACKED]; /* items of the tuple that the next instruction takes apart */
    int unpacked_count;           /* -1: there is none */
} Infer;

static void push(Infer *f, uint8_t type) {
    if (f->depth >= f->code->stack_size) bail(f->cx, "bad_bytecode", "the operand stack overflows");
    f->stack[f->depth++] = (Guess){.type = type, .slot = -1};
}

static Guess pop(Infer *f) {
    if (f->depth == 0) bail(f->cx, "bad_bytecode", "the operand stack is empty");
    return f->stack[--f->depth];
}

static bool is_unboxed(Likely type) { return likely_number(type) || type == LIKELY_WORD; }

static void ask(Infer *f, const Instr *instr, int place, Guess guess, uint8_t type) {
    if (f->asks == NULL) return;
    Asks *asks = &f->asks[instr - f->code->instrs];
    bool known =
        type == LIKELY_UNSEEN || (is_unboxed(type) && (guess.type == LIKELY_OTHER || guess.type == type));
    asks->slot[place] = known ? guess.slot : -1;
    asks->type[place] = type;
    f->asked |= asks->slot[place] >= 0 && (f->locals[guess.slot] & ~MAY_BE_UNBOUND) == LIKELY_OTHER;
}

/* The type that the uses of a local ask for, where nothing else tells. */
static uint8_t or_demanded(uint8_t type, uint8_t demanded) {
    return (type & ~MAY_BE_UNBOUND) == LIKELY_OTHER && is_unboxed(demanded)
               ? (uint8_t)(demanded | (type & MAY_BE_UNBOUND))
               : type;
}

/* A guess that feedback makes is also one about the local it came from. */
static void refine(Infer *f, const Instr *instr, int place, Guess guess, uint8_t type) {
    ask(f, instr, place, guess, type);
    if (guess.slot < 0 || (f->locals[guess.slot] & ~MAY_BE_UNBOUND) != LIKELY_OTHER) return;
    f->locals[guess.slot] = (uint8_t)(type | (f->locals[guess.slot] & MAY_BE_UNBOUND));
}

static void note_turn(Infer *f, int head, int local) {
    bool **turns = &f->out->turns[head];
    if (*turns == NULL) *turns = arena_array(&f->cx->arena, bool, f->code->local_count);
    (*turns)[local] = true;
}

static void arrive(Infer *f, int target, int depth) {
    if (target < 0 || target >= f->code->count) return;
    Arena *arena = &f->cx->arena;
    bool changed = false;
    if (f->depths[target] < 0) {
        f->depths[target] = depth;
        f->out->locals[target] = arena_array(arena, uint8_t, f->code->local_count + 1);
        f->out->stack[target] = arena_array(arena, uint8_t, depth + 1);
        changed = true;
    }
    if (f->depths[target] != depth) bail(f->cx, "bad_bytecode", "the operand stack has two depths");
    bool boxed = f->code->instrs[target].flags & (BC_NO_SPECULATION | BC_ARRIVES_BOXED);
    const uint8_t *demanded = f->demand && !boxed ? f->demand->on_arrival[target] : NULL;
    for (int i = 0; i < f->code->local_count; i++) {
        uint8_t given = demanded != NULL ? or_demanded(f->locals[i], demanded[i]) : f->locals[i];
        if (f->kept != NULL && f->kept[i] && is_unboxed(given & ~MAY_BE_UNBOUND))
            given = LIKELY_OTHER | (given & MAY_BE_UNBOUND);
        uint8_t met = infer_meet(f->out->locals[target][i], given);
        if (f->goes_round && f->out->locals[target][i] == LIKELY_INT && met == LIKELY_OTHER)
            note_turn(f, target, i);
        changed |= met != f->out->locals[target][i];
        f->out->locals[target][i] = met;
    }
    for (int i = 0; i < depth; i++) {
        uint8_t met = infer_meet(f->out->stack[target][i], f->stack[i].type);
        changed |= met != f->out->stack[target][i];
        f->out->stack[target][i] = met;
    }
    if (changed && !f->queued[target]) {
        f->queued[target] = true;
        f->work[f->work_count++] = target;
    }
}

/* Arrive with operands of which nothing is known. */
static void arrive_unknown(Infer *f, int target, int depth) {
    Guess *saved = arena_array(&f->cx->arena, Guess, depth + 1);
    if (depth > f->code->stack_size) bail(f->cx, "bad_bytecode", "the operand stack overflows");
    memcpy(saved, f->stack, sizeof(Guess) * (size_t)depth);
    for (int i = 0; i < depth; i++) f->stack[i] = (Guess){.type = LIKELY_OTHER, .slot = -1};
    arrive(f, target, depth);
    memcpy(f->stack, saved, sizeof(Guess) * (size_t)depth);
}

/* The guess for a call's operand: 0 is the last argument, the callable lies behind them. */
static Guess operand(const Infer *f, int from_top) {
    return from_top < f->depth ? f->stack[f->depth - 1 - from_top]
                               : (Guess){.type = LIKELY_OTHER, .slot = -1};
}

/* What was noted of an operand helps where nothing else is known of it, and else what there was before. */
static uint8_t or_noted(Guess operand, uint8_t noted) {
    if (noted == LIKELY_WORD && (operand.type == LIKELY_OTHER || operand.type == LIKELY_INT)) return noted;
    if (operand.type != LIKELY_OTHER && operand.type != LIKELY_UNSEEN) return operand.type;
    if (likely_number(noted) || noted == LIKELY_DICT_LIKE) return noted;
    return noted == LIKELY_UNSEEN && likely_number(operand.given) ? operand.given : operand.type;
}

/* Beside a number there is probably one of the same kind. */
static uint8_t choice(Infer *f, const Instr *instr) {
    uint8_t all = LIKELY_OTHER;
    if (instr->flags & BC_NO_SPECULATION) return LIKELY_OTHER;
    for (int i = 0; i < instr->arg; i++) {
        uint8_t type = or_noted(operand(f, i), LIKELY_UNSEEN);
        if (all == LIKELY_OTHER) all = type;
        if (type != LIKELY_OTHER && (!likely_number(type) || all != type)) return LIKELY_OTHER;
    }
    for (int i = 0; all != LIKELY_OTHER && i < 2; i++) refine(f, instr, i, operand(f, 1 - i), all);
    return all;
}

static void compare_identity(Infer *f, const Instr *instr) {
    bool with_constant = instr > f->code->instrs && instr[-1].op == BC_LOAD_CONST;
    for (int i = 0; i < 2; i++) {
        Guess operand = pop(f);
        if (operand.slot >= 0 && !with_constant && f->compared != NULL) f->compared[operand.slot] = true;
    }
    push(f, LIKELY_BOOL);
}

static bool is_taken_apart(const Infer *f, const Instr *instr, int count) {
    bool last = instr + 1 == f->code->instrs + f->code->count;
    return !last && instr[1].op == BC_UNPACK_SEQUENCE && instr[1].arg == count;
}

static void divmod_items(Infer *f, const Instr *instr) {
    bool ints = or_noted(operand(f, 0), LIKELY_UNSEEN) == LIKELY_INT &&
                or_noted(operand(f, 1), LIKELY_UNSEEN) == LIKELY_INT;
    if (instr->arg != 2 || !ints || !is_taken_apart(f, instr, 2) || instr->flags & BC_NO_SPECULATION) return;
    f->unpacked_count = 2;
    f->unpacked[0] = f->unpacked[1] = (Guess){.type = LIKELY_INT, .slot = -1};
}

static uint8_t call_result(Infer *f, const Instr *instr) {
    Guess method = operand(f, instr->arg + 1), callable = operand(f, instr->arg);
    uint8_t builtin = method.builtin ? method.builtin : callable.builtin;
    uint8_t last = operand(f, 0).type;
    switch (builtin) {
    case BI_builtins_abs:
        return likely_number(last) ? last : last == LIKELY_COMPLEX ? LIKELY_FLOAT : LIKELY_OTHER;
    case BI_builtins_min:
    case BI_builtins_max: return instr->arg > 1 ? choice(f, instr) : LIKELY_OTHER;
    case BI_builtins_divmod: divmod_items(f, instr); return LIKELY_TUPLE;
    case BI_type_reversed: return last == LIKELY_RANGE ? LIKELY_RANGE_ITER : LIKELY_PLAIN_ITER;
    case BI_NONE: break;
    default: return (uint8_t)bc_builtin_result((Builtin)builtin);
    }
    if (callable.type == LIKELY_RANGE_TYPE) return LIKELY_RANGE;
    return instr->feedback == FB_CALL_LEN ? LIKELY_INT : LIKELY_OTHER;
}

/* --- what a Python function returns --- */

enum { MAX_NESTED = 3 };

Likely infer_return(const Inference *inference, const Bytecode *code) {
    uint8_t type = LIKELY_UNSEEN;
    for (int i = 0; i < code->count; i++) {
        if (inference->operands[i].depth <= 0) continue;
        const Instr *instr = &code->instrs[i];
        if (instr->op == BC_RETURN_VALUE && instr->flags & BC_NO_SPECULATION) return LIKELY_OTHER;
        if (instr->op == BC_RETURN_VALUE) type = infer_meet(type, inference->operands[i].right);
        else if (instr->op == BC_END_GATHER) type = infer_meet(type, infer_gathered(instr));
    }
    return type == LIKELY_UNSEEN ? LIKELY_OTHER : (Likely)type;
}

static Inference *infer_once(Infer *with);

static bool is_looked_at(const Infer *f, const Instr *instrs) {
    while (f->caller != NULL && f->code->instrs != instrs) f = f->caller;
    return f->caller != NULL;
}

/* What a call found depends on something: so does what it is found in. */
static void add_cut(Infer *f, Cut cut) {
    if (cut.within == f->code->instrs) cut.within = NULL;
    f->cut.several |= cut.several || (cut.within && f->cut.within && cut.within != f->cut.within);
    f->cut.too_deep |= cut.too_deep;
    if (cut.within != NULL) f->cut.within = cut.within;
}

static KnownResult *find_result(const Infer *f, KnownResult *known, const Callee *callee,
                                const uint8_t *arguments, int depth) {
    size_t count = (size_t)callee->code->argument_count;
    for (; known != NULL; known = known->next)
        if (known->callee == callee && memcmp(known->arguments, arguments, count) == 0 &&
            (!known->cut.too_deep || known->depth <= depth) &&
            (known->cut.within == NULL || is_looked_at(f, known->cut.within)))
            return known;
    return NULL;
}

/* Lowering asks for one function's in many places, from within many others. */
static uint8_t result_for(Infer *f, const Callee *callee, const uint8_t *arguments, int depth) {
    KnownResult **all = f->callees->results, *known = find_result(f, *all, callee, arguments, depth);
    if (known == NULL) known = find_result(f, f->known, callee, arguments, depth);
    if (known == NULL) {
        Bytecode code = *callee->code;
        code.argument_types = (uint8_t *)arguments;
        Infer inner = {.cx = f->cx, .code = &code, .callees = f->callees, .caller = f};
        uint8_t result = (uint8_t)infer_return(infer_once(&inner), &code);
        KnownResult **list = inner.cut.several ? &f->known : all;
        known = arena_new(&f->cx->arena, KnownResult);
        *known = (KnownResult){callee, arguments, result, depth, inner.cut, *list};
        *list = known;
    }
    add_cut(f, known->cut);
    return known->result;
}

static uint8_t result_of_site(Infer *f, const Site *site, const uint8_t *given, int count) {
    const Callee *callee = f->callees->find(f->callees->context, f->cx, site);
    int nested = 0;
    if (callee == NULL || callee->class_version != 0 || !callee_takes(callee, count)) return LIKELY_OTHER;
    for (const Infer *in = f; in != NULL; in = in->caller, nested++) {
        if (nested > MAX_NESTED) {
            f->cut.too_deep = true;
            return LIKELY_OTHER;
        }
        if (in->caller != NULL && in->code->instrs == callee->code->instrs) {
            add_cut(f, (Cut){.within = callee->code->instrs});
            return LIKELY_UNSEEN; /* recursion ends somewhere: its other results say what it gives */
        }
    }
    uint8_t *arguments = arena_array(&f->cx->arena, uint8_t, callee->code->argument_count + 1);
    for (int i = 0; i < callee->code->argument_count; i++)
        arguments[i] = callee_is_rest(callee, i)       ? LIKELY_TUPLE
                       : callee_is_keywords(callee, i) ? LIKELY_DICT
                       : i >= callee->positional       ? LIKELY_OTHER
                       : i < count                     ? given[i]
                                                       : callee->defaults[callee_default(callee, i)].type;
    return result_for(f, callee, arguments, nested);
}

static uint8_t python_call(Infer *f, const Instr *instr) {
    int count = instr->arg;
    if (f->callees == NULL || instr->arg2 >= 0 || f->depth < count + 2) return LIKELY_OTHER;
    const Guess *method = &f->stack[f->depth - count - 2], *function = method + 1;
    if (method->site != NULL) { /* the object it is of is its first argument */
        function = method;
        count++;
    }
    const Site *callable = function->unbound != NULL ? function->unbound : function->site;
    const Site *noted = method->site == NULL ? bc_noted(instr, callable, true) : NULL;
    if (callable == NULL && noted == NULL) return LIKELY_OTHER;
    uint8_t *arguments = arena_array(&f->cx->arena, uint8_t, count + 2), type = LIKELY_UNSEEN;
    int selves = noted != NULL || function->unbound != NULL;
    arguments[0] = LIKELY_OTHER;
    for (int i = 0; i < count; i++) arguments[selves + i] = f->stack[f->depth - count + i].type;
    count += selves;
    OperandTypes *out = &f->out->operands[instr - f->code->instrs];
    if (noted == NULL) {
        out->callable = callable;
        out->arguments = arguments;
        out->argument_count = count;
    }
    for (const Site *site = noted ? noted : callable; site != NULL && type != LIKELY_OTHER;
         site = site->next) {
        int without = noted != NULL && site->unbound == NULL; /* a self */
        const Site *called = noted != NULL && site->unbound != NULL ? site->unbound : site;
        type = infer_meet(type, result_of_site(f, called, arguments + without, count - without));
    }
    return type;
}

/* What an operator of a class gives whose method for it is known. */
static uint8_t operator_call(Infer *f, const Instr *instr, uint8_t left, uint8_t right) {
    const uint8_t operands[] = {left, right};
    uint8_t type = LIKELY_UNSEEN;
    if (f->callees == NULL || instr->site == NULL || instr->flags & BC_NO_SPECULATION) return LIKELY_OTHER;
    for (const Site *site = instr->site; site != NULL && type != LIKELY_OTHER; site = site->next)
        type = infer_meet(type, result_of_site(f, site, operands, 2));
    return type;
}

/* What a property gives whose getter is known. */
static uint8_t property_result(Infer *f, const Instr *instr, uint8_t owner) {
    bool one = instr->site->next == NULL && !(instr->flags & BC_NO_SPECULATION);
    return f->callees != NULL && one ? result_of_site(f, instr->site, &owner, 1) : LIKELY_OTHER;
}

/* Push what tier 1 or a sample had there, where nothing else says what a site gives. A number is one to what
 * computes with it only; what is stored is for demand.c to say. */
static void push_noted(Infer *f, const Instr *instr, uint8_t type, uint8_t noted) {
    bool known = noted != LIKELY_UNSEEN && !(instr->flags & BC_NO_SPECULATION);
    bool number = likely_number(noted);
    push(f, type == LIKELY_OTHER && known && !number ? noted : type);
    if (known && number) f->stack[f->depth - 1].given = noted;
}

static void push_given(Infer *f, const Instr *instr, uint8_t type) {
    push_noted(f, instr, type, instr->value);
}

/* The right operand, where it is a constant. */
static const ConstInfo *constant_below(const Infer *f, const Instr *instr) {
    bool constant = instr > f->code->instrs && instr[-1].op == BC_LOAD_CONST;
    return constant ? &f->code->consts[instr[-1].arg] : NULL;
}

static void binary(Infer *f, const Instr *instr) {
    Guess right = pop(f), left = pop(f);
    uint8_t left_type = or_noted(left, instr->left), right_type = or_noted(right, instr->right);
    const ConstInfo *constant = constant_below(f, instr);
    if (infer_is_complex(instr, left_type, right_type, constant)) {
        push(f, LIKELY_COMPLEX);
        return;
    }
    Likely type = infer_arithmetic(instr, left_type, right_type);
    bool big = infer_is_big(instr, left_type, right_type), one_kind = !big && !infer_is_mixed(instr);
    Likely types[2] = {left_type, right_type}, word = infer_word(instr, types, constant);
    if (word != LIKELY_OTHER) {
        if (is_unboxed(types[0])) refine(f, instr, 0, left, types[0]);
        if (is_unboxed(types[1])) refine(f, instr, 1, right, types[1]);
        push(f, word);
        return;
    }
    if (one_kind && (instr->feedback == FB_INT || instr->feedback == FB_FLOAT)) left_type = right_type = type;
    if (one_kind && type == LIKELY_INT && left_type == LIKELY_OTHER) left_type = LIKELY_INT;
    if (one_kind && type == LIKELY_INT && right_type == LIKELY_OTHER) right_type = LIKELY_INT;
    if (type != LIKELY_OTHER && one_kind) {
        refine(f, instr, 0, left, left_type);
        refine(f, instr, 1, right, right_type);
    }
    if (big && !(instr->flags & BC_NO_SPECULATION))
        type = instr->arg == BIN_TRUE_DIVIDE ? LIKELY_FLOAT : LIKELY_BIG;
    if (type == LIKELY_OTHER) type = infer_joined(instr, left.type, right.type);
    if (type == LIKELY_OTHER) type = (Likely)operator_call(f, instr, left.type, right.type);
    bool unseen = left.type == LIKELY_UNSEEN || right.type == LIKELY_UNSEEN;
    push(f, instr->feedback == FB_STR ? LIKELY_STR : type == LIKELY_OTHER && unseen ? LIKELY_UNSEEN : type);
}

/* Of which the flow says nothing, a frame seen at a back-edge may: slots are locals, then operands. */
static uint8_t sampled(const Infer *f, int slot, uint8_t type) {
    if (type != LIKELY_OTHER || f->code->sample_types == NULL || slot >= f->code->sample_count) return type;
    return f->code->sample_types[slot] == LIKELY_UNSEEN ? type : f->code->sample_types[slot];
}

static void unpack(Infer *f, const Instr *instr) {
    uint8_t items[MAX_UNPACKED];
    pop(f);
    bool looped = instr->arg <= MAX_UNPACKED && f->depth > 0 &&
                  infer_items_of_loop(f->out, f->code, instr, (Likely)operand(f, 0).type, items);
    for (int i = instr->arg - 1; i >= 0; i--) {
        bool item = f->unpacked_count == instr->arg;
        uint8_t type = looped ? items[i] : LIKELY_OTHER;
        push_noted(f, instr, item ? f->unpacked[i].type : type,
                   i < NOTED_ITEMS ? instr->items[i] : LIKELY_UNSEEN);
        if (item) f->stack[f->depth - 1].slot = f->unpacked[i].slot;
    }
    f->unpacked_count = -1;
}

/* A tuple that is taken apart at once: its items keep their guesses. */
static void build_tuple(Infer *f, const Instr *instr) {
    bool at_once = instr->arg <= MAX_UNPACKED && is_taken_apart(f, instr, instr->arg);
    f->unpacked_count = at_once ? instr->arg : -1;
    for (int i = instr->arg - 1; i >= 0; i--) {
        Guess item = pop(f);
        if (at_once) f->unpacked[i] = item;
    }
    push(f, LIKELY_TUPLE);
}

/* What lies so deep was read at a site. */
static void read_at(Infer *f, int depth, const Site *site) {
    Guess *guess = &f->stack[f->depth - depth];
    guess->site = site;
    guess->unbound = site != NULL && bc_leads_to_one(site) ? site->unbound : NULL;
    guess->builtin = site == NULL || !bc_leads_to_one(site) ? BI_NONE
                     : site->builtin != BI_NONE             ? site->builtin
                                                            : site->method;
}

/* Operands go, one result of a known type comes. */
static void gives(Infer *f, const Instr *instr, Likely type) {
    for (int i = bc_pops(instr); i > 0; i--) pop(f);
    push(f, type);
}

/* A guess about an operand is one about all that came from the same local. */
static void spread(Infer *f, const Instr *instr, Guess guess, uint8_t type) {
    if (guess.slot < 0 || guess.type != LIKELY_OTHER || (instr->flags & BC_NO_SPECULATION)) return;
    refine(f, instr, 0, guess, type);
    for (int i = 0; i < f->depth; i++)
        if (f->stack[i].slot == guess.slot && f->stack[i].type == LIKELY_OTHER) f->stack[i].type = type;
}

/* What is given to those whose result tells nothing of it. */
static void note_arguments(Infer *f, const Instr *instr) {
    OperandTypes *out = &f->out->operands[instr - f->code->instrs];
    if (out->builtin != BI_type_enumerate && out->builtin != BI_type_zip && out->builtin != BI_type_reversed)
        return;
    out->arguments = arena_array(&f->cx->arena, uint8_t, instr->arg + 1);
    for (int i = 0; i < instr->arg; i++)
        out->arguments[i] = or_noted(operand(f, instr->arg - 1 - i), LIKELY_UNSEEN);
    out->argument_count = instr->arg;
}

static void step(Infer *f, const Instr *instr) {
    switch (instr->op) {
    case BC_LOAD_CONST: push(f, f->code->consts[instr->arg].type); break;
    case BC_MAKE_FUNCTION:
        gives(f, instr, LIKELY_OTHER);
        read_at(f, 1, instr->site);
        break;
    case BC_LOAD_DEREF:
        push_given(f, instr, LIKELY_OTHER);
        read_at(f, 1, instr->site);
        break;
    case BC_LOAD_FAST:
        push(f, sampled(f, instr->arg, f->locals[instr->arg] & (uint8_t)~MAY_BE_UNBOUND));
        read_at(f, 1, instr->site);
        f->stack[f->depth - 1].slot = (int16_t)(instr->arg < INT16_MAX ? instr->arg : -1);
        break;
    case BC_STORE_FAST: {
        Guess stored = pop(f);
        ask(f, instr, 0, stored, LIKELY_UNSEEN);
        if (f->demand != NULL && !(instr->flags & BC_NO_SPECULATION))
            stored.type = or_demanded(stored.type, f->demand->stored[instr - f->code->instrs]);
        f->out->operands[instr - f->code->instrs].stored = stored.type;
        f->locals[instr->arg] = stored.type;
        for (int i = 0; i < f->depth; i++)
            if (f->stack[i].slot == instr->arg) f->stack[i].slot = -1;
        break;
    }
    case BC_DELETE_FAST: f->locals[instr->arg] = LIKELY_UNSEEN | MAY_BE_UNBOUND; break;
    case BC_MAKE_CELL: f->locals[instr->arg] = LIKELY_OTHER; break;
    case BC_COPY_FREE_VARS:
        memset(f->locals + f->code->local_count - instr->arg, LIKELY_OTHER, (size_t)instr->arg);
        break;
    case BC_LOAD_GLOBAL:
        if (instr->arg2) push(f, LIKELY_OTHER);
        push(f, instr->site                           ? instr->site->likely
                : instr->feedback == FB_GLOBAL_MODULE ? LIKELY_OTHER
                                                      : f->code->name_types[instr->arg]);
        read_at(f, 1, instr->site);
        break;
    case BC_LOAD_ATTR:
        if (instr->site != NULL && instr->site->kind == SITE_PROPERTY) {
            push(f, property_result(f, instr, pop(f).type));
            break;
        }
        if (pop(f).type == LIKELY_COMPLEX && f->code->name_ids[instr->arg] >= NAME_REAL) {
            push(f, LIKELY_FLOAT);
            break;
        }
        if (instr->site != NULL && !(instr->flags & BC_NO_SPECULATION))
            push_given(f, instr, instr->site->likely);
        else push(f, LIKELY_OTHER);
        read_at(f, 1, instr->site);
        if (instr->site != NULL && instr->site->kind == SITE_METHOD) {
            f->stack[f->depth - 1].unbound = instr->site;
            f->stack[f->depth - 1].site = NULL;
        }
        break;
    case BC_LOAD_METHOD: {
        uint8_t owner = pop(f).type;
        bool method = instr->site != NULL && bc_is_method(instr->site);
        Builtin builtin = bc_method((Likely)owner, f->code->name_ids[instr->arg]);
        push(f, LIKELY_OTHER);
        bool bound = method && instr->site->bound != NULL;
        push(f, (method || builtin != BI_NONE) && !bound ? owner : LIKELY_OTHER);
        read_at(f, method ? 2 : 1, instr->site);
        if (builtin != BI_NONE) f->stack[f->depth - 2].builtin = builtin;
        break;
    }
    case BC_COPY:
    case BC_SWAP: {
        if (instr->arg < 1 || instr->arg > f->depth)
            bail(f->cx, "bad_bytecode", "the operand stack is too low");
        Guess *other = &f->stack[f->depth - instr->arg], *top = &f->stack[f->depth - 1], copy = *other;
        if (instr->op == BC_SWAP) {
            *other = *top;
            *top = copy;
        } else {
            push(f, copy.type);
            f->stack[f->depth - 1] = copy;
        }
        break;
    }
    case BC_BINARY_OP: binary(f, instr); break;
    case BC_COMPARE_OP: {
        Guess right = pop(f), left = pop(f);
        uint8_t type = instr->feedback == FB_INT     ? LIKELY_INT
                       : instr->feedback == FB_FLOAT ? LIKELY_FLOAT
                                                     : infer_unwatched(instr, left.type, right.type);
        if (infer_is_big(instr, left.type, right.type)) type = LIKELY_OTHER;
        if (likely_number(type) && !(instr->flags & BC_NO_SPECULATION) && !infer_is_mixed(instr)) {
            refine(f, instr, 0, left, type);
            refine(f, instr, 1, right, type);
        }
        push(f, instr->site != NULL ? operator_call(f, instr, left.type, right.type) : LIKELY_BOOL);
        break;
    }
    case BC_UNARY_NEGATIVE:
    case BC_UNARY_INVERT: {
        Guess operand = pop(f);
        bool speculates = !(instr->flags & BC_NO_SPECULATION);
        uint8_t type = speculates ? or_noted(operand, LIKELY_UNSEEN) : operand.type;
        bool big = type == LIKELY_BIG || type == LIKELY_WORD, number = likely_number(type);
        if (speculates && number) refine(f, instr, 0, operand, type);
        push(f, big ? LIKELY_BIG : number || type == LIKELY_COMPLEX ? type : LIKELY_OTHER);
        break;
    }
    case BC_IS_OP: compare_identity(f, instr); break;
    case BC_CONTAINS_OP:
        pop(f);
        pop(f);
        push(f, LIKELY_BOOL);
        break;
    case BC_UNARY_NOT:
        pop(f);
        push(f, LIKELY_BOOL);
        break;
    case BC_BUILD_TUPLE: build_tuple(f, instr); break;
    case BC_UNPACK_SEQUENCE: unpack(f, instr); break;
    case BC_BUILD_LIST: gives(f, instr, LIKELY_LIST); break;
    case BC_BUILD_SET: gives(f, instr, LIKELY_SET); break;
    case BC_BUILD_MAP:
    case BC_BUILD_CONST_KEY_MAP: gives(f, instr, LIKELY_DICT); break;
    case BC_BUILD_STRING:
    case BC_FORMAT_VALUE: gives(f, instr, LIKELY_STR); break;
    case BC_BUILD_SLICE: gives(f, instr, LIKELY_SLICE); break;
    case BC_LIST_TO_TUPLE: gives(f, instr, LIKELY_TUPLE); break;
    case BC_BINARY_SUBSCR: {
        Guess key = pop(f), container = pop(f);
        if (instr->left == LIKELY_DICT_LIKE) spread(f, instr, container, LIKELY_DICT_LIKE);
        if (instr->feedback == FB_LIST_INT || instr->feedback == FB_TUPLE_INT)
            refine(f, instr, 0, key, LIKELY_INT);
        uint8_t type = infer_subscript((Likely)container.type, (Likely)key.type);
        if (type == LIKELY_OTHER) type = operator_call(f, instr, container.type, key.type);
        push_given(f, instr, type);
        break;
    }
    case BC_BEGIN_GATHER: push(f, infer_gathered(instr)); break;
    case BC_GET_ITER: push(f, infer_iterator_of((Likely)pop(f).type)); break;
    case BC_CALL: {
        Guess method = operand(f, instr->arg + 1), callable = operand(f, instr->arg);
        f->out->operands[instr - f->code->instrs].builtin = callable.type == LIKELY_RANGE_TYPE ? BI_type_range
                                                            : method.builtin ? method.builtin
                                                                             : callable.builtin;
        uint8_t type = call_result(f, instr), truth = 0;
        note_arguments(f, instr);
        if (type == LIKELY_OTHER) type = python_call(f, instr);
        if (callable.builtin == BI_builtins_isinstance && instr->arg == 2)
            truth = infer_is_instance((Likely)operand(f, 1).type, operand(f, 0).builtin);
        for (int i = 0; i < instr->arg + 2; i++) pop(f);
        push_given(f, instr, type);
        f->stack[f->depth - 1].truth = truth;
        break;
    }
    default: {
        int pops = bc_pops(instr), pushes = bc_pushes(instr);
        for (int i = 0; i < pops; i++) pop(f);
        for (int i = 0; i < pushes; i++) push(f, LIKELY_OTHER);
    }
    }
}

static void note_operands(Infer *f, int index) {
    OperandTypes *types = &f->out->operands[index];
    types->depth = f->depth;
    types->right =
        f->depth > 0 ? or_noted(f->stack[f->depth - 1], f->code->instrs[index].right) : LIKELY_OTHER;
    types->left = f->depth > 1 ? or_noted(f->stack[f->depth - 2], f->code->instrs[index].left) : LIKELY_OTHER;
}

/* One instruction and where control goes from it; false: it does not go on to the next. */
static bool walk_instr(Infer *f, int index) {
    const Instr *instr = &f->code->instrs[index];
    note_operands(f, index);
    f->goes_round = (instr->flags & BC_BACKWARD) != 0;
    if (instr->flags & BC_COLD) return false;
    if (instr->handler >= 0) {
        const BcHandler *handler = &f->code->handlers[instr->handler];
        arrive_unknown(f, handler->target, handler->depth + handler->lasti + 1);
    }
    switch (instr->op) {
    case BC_JUMP: arrive(f, instr->target, f->depth); return false;
    case BC_FOR_ITER: {
        Guess iterator = pop(f);
        iterator.type = sampled(f, f->code->local_count + f->depth, iterator.type);
        f->out->operands[index].right = iterator.type;
        arrive(f, instr->target, f->depth);
        f->stack[f->depth++] = iterator;
        push_given(f, instr, infer_item_of((Likely)iterator.type));
        return true;
    }
    case BC_SEND:
        pop(f);
        arrive_unknown(f, instr->target, f->depth);
        push(f, LIKELY_OTHER);
        return true;
    case BC_JUMP_IF_FALSE_OR_POP:
    case BC_JUMP_IF_TRUE_OR_POP:
        arrive(f, instr->target, f->depth);
        pop(f);
        return true;
    case BC_POP_JUMP_IF_FALSE:
    case BC_POP_JUMP_IF_TRUE: {
        bool decides = instr->flags & BC_BY_OPERANDS && !(instr->flags & BC_NO_SPECULATION);
        uint8_t truth = decides ? operand(f, 0).truth : 0;
        bool jumps = truth == (instr->op == BC_POP_JUMP_IF_FALSE ? 1 : 2);
        f->out->operands[index].truth = truth;
        pop(f);
        if (truth == 0 || jumps) arrive(f, instr->target, f->depth);
        return !jumps;
    }
    case BC_POP_JUMP_IF_NONE:
    case BC_POP_JUMP_IF_NOT_NONE:
        pop(f);
        arrive(f, instr->target, f->depth);
        return true;
    case BC_YIELD_VALUE:
    case BC_RETURN_GENERATOR:
        if (instr->op == BC_YIELD_VALUE) pop(f);
        arrive_unknown(f, index + 1, f->depth + 1);
        return false;
    case BC_GIVE:
        pop(f);
        arrive(f, index + 1, f->depth);
        return false;
    case BC_RETURN_VALUE:
    case BC_END_GATHER:
    case BC_RAISE_VARARGS:
    case BC_RERAISE: return false;
    default: step(f, instr); return true;
    }
}

static void walk_from(Infer *f, int index) {
    memcpy(f->locals, f->out->locals[index], (size_t)f->code->local_count);
    f->depth = f->depths[index];
    f->unpacked_count = -1;
    for (int i = 0; i < f->depth; i++) f->stack[i] = (Guess){.type = f->out->stack[index][i], .slot = -1};
    while (index < f->code->count && walk_instr(f, index)) {
        index++;
        if (index < f->code->count && f->depths[index] != -1) { /* others come here too */
            arrive(f, index, f->depth);
            return;
        }
    }
}

static void walk_all(Infer *f) {
    while (f->work_count > 0) {
        int index = f->work[--f->work_count];
        f->queued[index] = false;
        walk_from(f, index);
    }
}

/* The sample's frame can come from code that is not lowered, so this is a beginning like the start. */
static void arrive_by_osr(Infer *f, const OsrSample *sample) {
    int locals = f->code->local_count;
    for (int i = 0; i < locals; i++)
        f->locals[i] = (uint8_t)(sample->types[i] | (sample->types[i] == LIKELY_UNSEEN ? MAY_BE_UNBOUND : 0));
    for (f->depth = 0; f->depth < sample->depth;) push(f, sample->types[locals + f->depth]);
    arrive(f, sample->index, f->depth);
}

static void note_join(void *depths, int index) {
    int *depth = &((int *)depths)[index];
    if (*depth == -1) *depth = -2;
}

/* One walk over the whole function, to the fixed point. */
static Inference *infer_once(Infer *with) {
    CompileContext *cx = with->cx;
    const Bytecode *code = with->code;
    Arena *arena = &cx->arena;
    Inference *out = arena_new(arena, Inference);
    out->operands = arena_array(arena, OperandTypes, code->count + 1);
    out->locals = arena_array(arena, uint8_t *, code->count + 1);
    out->stack = arena_array(arena, uint8_t *, code->count + 1);
    out->turns = arena_array(arena, bool *, code->count + 1);
    Infer f = *with;
    f.out = out;
    f.work_count = 0;
    f.depths = arena_array(arena, int, code->count + 1);
    for (int i = 0; i <= code->count; i++) f.depths[i] = -1;
    f.queued = arena_array(arena, bool, code->count + 1);
    f.work = arena_array(arena, int, code->count + 1);
    f.locals = arena_array(arena, uint8_t, code->local_count + 1);
    f.stack = arena_array(arena, Guess, code->stack_size + 1);
    for (int i = 0; i < code->local_count; i++)
        f.locals[i] = i >= code->argument_count ? LIKELY_UNSEEN | MAY_BE_UNBOUND
                      : code->argument_types    ? code->argument_types[i]
                                                : LIKELY_OTHER;
    /* Where control flow joins must be known before the walk, or a loop's head would be passed through. */
    for (int i = 0; i < code->count; i++) {
        out->operands[i].depth = -1;
        if (!(code->instrs[i].flags & BC_OSR)) continue;
        f.depths[i] = -2;
        if (i + 1 < code->count) f.depths[i + 1] = -2; /* an entry takes its back-edge by itself */
    }
    for (int i = 0; i < code->count; i++) {
        int target = code->instrs[i].target;
        if (target >= 0) note_join(f.depths, target);
        if (code->instrs[i].flags & BC_STEPS) note_join(f.depths, i + 1);
    }
    lower_find_unseen(code, note_join, f.depths);
    arrive(&f, 0, 0);
    walk_all(&f);
    for (int i = 0; i < code->osr_sample_count; i++) arrive_by_osr(&f, &code->osr_samples[i]);
    walk_all(&f);
    for (int i = 0; i < code->handler_count; i++) { /* those that guard nothing are lowered all the same */
        const BcHandler *handler = &code->handlers[i];
        if (out->locals[handler->target] != NULL) continue;
        memset(f.locals, LIKELY_OTHER | MAY_BE_UNBOUND, (size_t)code->local_count);
        arrive_unknown(&f, handler->target, handler->depth + handler->lasti + 1);
        walk_all(&f);
    }
    with->known = f.known;
    with->cut = f.cut;
    with->asked = f.asked;
    return out;
}

Inference *infer_types(CompileContext *cx, const Bytecode *code, const Callees *callees) {
    Infer f = {.cx = cx, .code = code, .callees = callees};
    f.asks = arena_array(&cx->arena, Asks, code->count + 1);
    for (int i = 0; i < code->count; i++) f.asks[i].slot[0] = f.asks[i].slot[1] = -1;
    f.compared = arena_array(&cx->arena, bool, code->local_count + 1);
    Inference *out = infer_once(&f);
    bool compares = memchr(f.compared, true, (size_t)code->local_count) != NULL;
    f.kept = f.compared;
    if (f.asked) f.demand = demand_find(cx, code, out, f.asks);
    f.asks = NULL;
    f.compared = NULL;
    if (f.asked || compares) out = infer_once(&f);
    out->compared = f.kept;
    return out;
}
