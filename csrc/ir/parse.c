/* Read the IR's text form. Any input that ir/print.c could not have written is refused (bad_ir), never a
 * crash: the worker reads what a pipe brings, and fuzzers feed it garbage. */
#include "ir/ir.h"

#include <string.h>

enum { MAX_VALUES = 4 * 1000 * 1000, MAX_SLOTS = 1 << 20 };

typedef struct Parser {
    CompileContext *cx;
    Fn *fn;
    const char *at, *end;
    int line;
    Ins **values; /* by id, while lines refer to values by number */
    uint32_t value_capacity;
    Block **blocks;
    uint32_t block_capacity;
    uint16_t operations[256], helpers[256]; /* 1 + number of the last name with this hash */
} Parser;

static _Noreturn void fail(Parser *p, const char *what) {
    bail(p->cx, "bad_ir", "line %d: %s", p->line, what);
}

static void skip_spaces(Parser *p) {
    while (p->at < p->end && *p->at == ' ') p->at++;
}

static bool at_end_of_line(Parser *p) {
    skip_spaces(p);
    return p->at == p->end || *p->at == '\n';
}

static void end_line(Parser *p) {
    if (!at_end_of_line(p)) fail(p, "something left over at the end");
    if (p->at < p->end) p->at++;
    p->line++;
}

static inline bool try_text(Parser *p, const char *text) {
    skip_spaces(p);
    size_t length = strlen(text);
    if ((size_t)(p->end - p->at) < length || memcmp(p->at, text, length) != 0) return false;
    p->at += length;
    return true;
}

static void expect(Parser *p, const char *text) {
    if (!try_text(p, text)) bail(p->cx, "bad_ir", "line %d: expected '%s'", p->line, text);
}

static int64_t number(Parser *p, int64_t low, int64_t high) {
    skip_spaces(p);
    enum { MOST_DIGITS = 19 };
    bool negative = p->at < p->end && *p->at == '-';
    const char *first = p->at + negative;
    uint64_t size = 0;
    for (p->at = first; p->at < p->end && *p->at >= '0' && *p->at <= '9' && p->at - first <= MOST_DIGITS;
         p->at++)
        size = size * 10 + (uint64_t)(*p->at - '0'); /* of 19 digits it does not overflow */
    bool fits = p->at > first && p->at - first <= MOST_DIGITS && size <= (uint64_t)INT64_MAX + negative;
    int64_t value = (int64_t)(negative ? 0 - size : size);
    if (!fits || value < low || value > high) fail(p, "a number is wrong");
    return value;
}

static size_t word(Parser *p, const char **start) {
    skip_spaces(p);
    *start = p->at;
    while (p->at < p->end && (*p->at == '_' || (*p->at >= 'a' && *p->at <= 'z') ||
                              (*p->at >= 'A' && *p->at <= 'Z') || (*p->at >= '0' && *p->at <= '9')))
        p->at++;
    if (p->at == *start) fail(p, "expected a word");
    return (size_t)(p->at - *start);
}

static bool same(const char *start, size_t length, const char *text) {
    return *start == *text && strncmp(start, text, length) == 0 && text[length] == '\0';
}

/* Names are looked for one by one, but most of a text is made of few. */
static uint8_t hash_of(const char *name, size_t length) {
    uint8_t hash = 0;
    for (size_t i = 0; i < length; i++) hash = (uint8_t)(hash * 7 + (uint8_t)name[i]);
    return hash;
}

static int helper_number(Parser *p) {
    const char *start;
    size_t length = word(p, &start);
    uint16_t *known = &p->helpers[hash_of(start, length)];
    if (*known != 0 && same(start, length, ir_helper(*known - 1)->name)) return *known - 1;
    int helper = ir_helper_by_name(start, length);
    if (helper < 0) fail(p, "unknown helper");
    *known = (uint16_t)(1 + helper);
    return helper;
}

static Block *block_ref(Parser *p) {
    expect(p, "b");
    uint32_t id = (uint32_t)number(p, 0, MAX_VALUES);
    if (id >= p->block_capacity) {
        uint32_t capacity = p->block_capacity ? p->block_capacity : 64;
        while (capacity <= id) capacity *= 2;
        Block **grown = arena_array(&p->cx->arena, Block *, capacity);
        if (p->block_capacity) memcpy(grown, p->blocks, sizeof(*grown) * p->block_capacity);
        p->blocks = grown;
        p->block_capacity = capacity;
    }
    if (p->blocks[id] == NULL) {
        p->blocks[id] = arena_new(&p->cx->arena, Block);
        p->blocks[id]->id = id;
        p->blocks[id]->order = -1; /* named, not met yet */
        if (id >= p->fn->next_block) p->fn->next_block = id + 1;
    }
    return p->blocks[id];
}

static uint32_t value_id(Parser *p) {
    expect(p, "v");
    return (uint32_t)number(p, 0, MAX_VALUES);
}

/* Until resolve() a value is named by its id + 1 in the pointer's place. */
static Ins *value_ref(Parser *p) { return (Ins *)(uintptr_t)(value_id(p) + 1); }

static void define(Parser *p, uint32_t id, Ins *ins) {
    if (id >= p->value_capacity) {
        uint32_t capacity = p->value_capacity ? p->value_capacity : 256;
        while (capacity <= id) capacity *= 2;
        Ins **grown = arena_array(&p->cx->arena, Ins *, capacity);
        if (p->value_capacity) memcpy(grown, p->values, sizeof(*grown) * p->value_capacity);
        p->values = grown;
        p->value_capacity = capacity;
    }
    if (p->values[id] != NULL) fail(p, "a value is defined twice");
    p->values[id] = ins;
    ins->id = id;
    if (id >= p->fn->next_value) p->fn->next_value = id + 1;
}

static const InlinedCall *inlined_call(Parser *p, int32_t frame) {
    return frame ? &p->fn->inlined.items[frame - 1] : NULL;
}

static int64_t imm_limit(Parser *p, ImmKind kind, int32_t frame) {
    switch (kind) {
    case IMM_LOCAL: return ir_slot_count(p->fn) - 1;
    case IMM_SLOT: return p->fn->stack_size - 1;
    case IMM_CONST: return p->fn->const_count - 1;
    case IMM_NAME: return p->fn->name_count - 1;
    case IMM_FACT: return p->fn->fact_count - 1;
    case IMM_CACHE: return p->fn->cache_count - 1;
    case IMM_OUT: return MAX_SLOTS;
    case IMM_UNIT: return (frame ? inlined_call(p, frame)->unit_count : p->fn->unit_count) - 1;
    default: return INT64_MAX;
    }
}

/* A local of one of the frames. */
static int64_t checked_local(Parser *p, int64_t slot) {
    int frame = ir_frame_of_slot(p->fn, slot);
    if (slot >= ir_stack_slot(p->fn, frame, 0)) fail(p, "not a local variable");
    return slot;
}

static int64_t imm(Parser *p, ImmKind kind, int32_t frame) {
    const char *start;
    if (kind == IMM_NONE) return 0;
    if (kind == IMM_HELPER) return helper_number(p);
    if (kind == IMM_KNOWN) {
        size_t length = word(p, &start);
        for (int i = 0; i < KNOWN_COUNT; i++)
            if (same(start, length, IR_KNOWN_NAMES[i])) return i;
        fail(p, "unknown object");
    }
    int64_t found = number(p, kind == IMM_INT || kind == IMM_BITS ? INT64_MIN : 0, imm_limit(p, kind, frame));
    return kind == IMM_LOCAL ? checked_local(p, found) : found;
}

static IrOp operation(Parser *p) {
    const char *start;
    size_t length = word(p, &start);
    uint16_t *known = &p->operations[hash_of(start, length)];
    if (*known != 0 && same(start, length, IR_OPS[*known - 1].name)) return (IrOp)(*known - 1);
    for (int op = 0; op < IR_OP_COUNT; op++) {
        if (!same(start, length, IR_OPS[op].name)) continue;
        *known = (uint16_t)(1 + op);
        return (IrOp)op;
    }
    fail(p, "unknown operation");
}

static IrType type_name(Parser *p) {
    const char *start;
    size_t length = word(p, &start);
    for (int type = IR_OBJ; type <= IR_PTR; type++)
        if (same(start, length, IR_TYPE_NAMES[type])) return (IrType)type;
    fail(p, "unknown type");
}

typedef VEC(Ins *) Values;

static Values value_list(Parser *p) {
    Values values = {0};
    for (skip_spaces(p); p->at < p->end && *p->at == 'v'; skip_spaces(p))
        vec_push(&p->cx->arena, &values, value_ref(p));
    return values;
}

static FrameState *state_of(Parser *p, int frame_wanted) {
    FrameState *state = arena_new(&p->cx->arena, FrameState);
    state->offset = (uint32_t)number(p, 0, MAX_SLOTS);
    state->lasti = (uint32_t)number(p, 0, MAX_SLOTS);
    state->handler = (int32_t)number(p, HANDLER_INTERPRETED, p->fn->handlers.count - 1);
    if (try_text(p, "frame")) {
        state->frame = (int32_t)number(p, 1, p->fn->inlined.count);
        state->there = try_text(p, "there");
    }
    if (frame_wanted >= 0 && state->frame != frame_wanted) fail(p, "a state of another caller");
    const InlinedCall *call = inlined_call(p, state->frame);
    uint32_t units = (uint32_t)(call ? call->unit_count : p->fn->unit_count);
    if (state->offset >= units || state->lasti >= units) fail(p, "behind the end of the code");
    if (call != NULL && state->handler >= 0) fail(p, "a handler in a call put in line");
    if (call == NULL && state->handler == HANDLER_INTERPRETED) fail(p, "no call put in line");
    expect(p, "[");
    Values stack = value_list(p), locals = {0}, bound = {0};
    VEC(int32_t) slots = {0};
    while (!try_text(p, "]")) {
        vec_push(&p->cx->arena, &slots, (int32_t)number(p, 0, ir_slot_count(p->fn) - 1));
        expect(p, "=");
        vec_push(&p->cx->arena, &locals, value_ref(p));
        vec_push(&p->cx->arena, &bound, value_ref(p));
    }
    state->bound = bound.items;
    state->slots = slots.items;
    state->locals = locals.items;
    state->local_count = locals.count;
    if (stack.count > (call ? call->stack_size : p->fn->stack_size))
        fail(p, "more operands than the frame holds");
    state->stack = stack.items;
    state->stack_count = stack.count;
    if (state->frame == 0 || (ir_is_native(p->fn) && call->parent == 0)) return state;
    expect(p, "in @");
    state->parent = state_of(p, call->parent);
    if (state->there && call->parent && !state->parent->there) fail(p, "a frame whose caller has none");
    return state;
}

static void check_frame(Parser *p, const Ins *ins) {
    if (ins->frame && !ir_has_frame(ins)) fail(p, "an operation that is about no frame");
    if (ins->op != IR_push_OP && ins->op != IR_pop_OP) return;
    if (ins->frame == 0) fail(p, "a frame that is there always");
    if (ins->op == IR_push_OP && ins->arg_count != 1 + inlined_call(p, ins->frame)->local_count)
        fail(p, "wrong number of values");
}

static void instruction(Parser *p, Block *block) {
    uint32_t id = 0;
    IrType type = IR_VOID;
    bool nullable = false;
    skip_spaces(p);
    bool has_result =
        p->at < p->end && *p->at == 'v' && p->at + 1 < p->end && p->at[1] >= '0' && p->at[1] <= '9';
    if (has_result) {
        id = value_id(p);
        expect(p, ":");
        type = type_name(p);
        nullable = try_text(p, "?");
        expect(p, "=");
    }
    IrOp op = operation(p);
    if (IR_OPS[op].flags & OPF_CONST) fail(p, "a constant outside the pool");
    int32_t frame = try_text(p, "of ") ? (int32_t)number(p, 1, p->fn->inlined.count) : 0;
    int64_t immediate = imm(p, IR_OPS[op].imm, frame);
    IrType expected = op == IR_call_OP ? ir_helper((int)immediate)->result : IR_OPS[op].result;
    if (expected != IR_ANY && expected != type) fail(p, "the result's type does not fit the operation");
    Values args = value_list(p);
    int wanted = op == IR_call_OP ? ir_helper((int)immediate)->value_args : ir_arg_count(op);
    bool open = op == IR_call_OP ? ir_helper((int)immediate)->variadic : wanted < 0;
    if (open ? args.count < (wanted < 0 ? 0 : wanted) : args.count != wanted)
        fail(p, "wrong number of values");
    Ins *ins = ir_new_ins(p->fn, op, type, 0);
    ins->type = (uint8_t)type;
    ins->nullable = nullable;
    ins->imm = immediate;
    ins->args = args.items;
    ins->arg_count = args.count;
    ins->frame = frame;
    check_frame(p, ins);
    if (try_text(p, "@")) ins->state = state_of(p, -1);
    if (has_result) define(p, id, ins);
    ir_append(block, ins);
    if (IR_OPS[op].flags & OPF_TERMINATOR) {
        Block *succs[2] = {NULL, NULL};
        int count = op == IR_jump_OP ? 1 : op == IR_br_OP ? 2 : 0;
        for (int i = 0; i < count; i++) succs[i] = block_ref(p);
        ir_set_succs(block, succs[0], succs[1]);
    }
}

static void header(Parser *p) {
    expect(p, "fn \"");
    const char *start = p->at;
    while (p->at < p->end && *p->at != '"' && *p->at != '\n') p->at++;
    p->fn->name = arena_strndup(&p->cx->arena, start, (size_t)(p->at - start));
    expect(p, "\"");
    const struct {
        const char *name;
        int *field;
    } fields[] = {
        {"tier", &p->fn->tier},          {"args", &p->fn->argument_count}, {"locals", &p->fn->local_count},
        {"stack", &p->fn->stack_size},   {"consts", &p->fn->const_count},  {"names", &p->fn->name_count},
        {"caches", &p->fn->cache_count}, {"facts", &p->fn->fact_count},    {"units", &p->fn->unit_count}};
    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
        expect(p, fields[i].name);
        *fields[i].field = (int)number(p, i == 0 /* tier 0 is the interpreter */, MAX_SLOTS);
    }
    expect(p, "generator");
    p->fn->is_generator = number(p, 0, 1);
    expect(p, "force");
    p->fn->force_exits = number(p, 0, 1);
    end_line(p);
    expect(p, "layout");
    for (int i = 0; i < LAYOUT_COUNT; i++) {
        expect(p, IR_LAYOUT_NAMES[i]);
        p->fn->layout[i] = number(p, -4096, 1 << 20);
    }
    end_line(p);
}

static void entries_and_handlers(Parser *p) {
    static const char *const KINDS[] = {"start", "resume", "handler", "osr", "native"};
    while (try_text(p, "entry")) {
        const char *start;
        size_t length = word(p, &start);
        Entry entry = {.kind = (EntryKind)-1};
        for (int kind = ENTRY_START; kind <= ENTRY_NATIVE; kind++)
            if (same(start, length, KINDS[kind])) entry.kind = (EntryKind)kind;
        if ((int)entry.kind < 0) fail(p, "unknown kind of entry");
        entry.offset = (uint32_t)number(p, 0, p->fn->unit_count);
        entry.block = block_ref(p);
        entry.block->is_entry = true;
        vec_push(&p->cx->arena, &p->fn->entries, entry);
        end_line(p);
    }
    while (try_text(p, "handler")) {
        Handler handler = {.entry = (int)number(p, 0, p->fn->entries.count - 1)};
        handler.depth = (int32_t)number(p, 0, p->fn->stack_size);
        handler.lasti = number(p, 0, 1);
        if (p->fn->entries.items[handler.entry].kind != ENTRY_HANDLER) fail(p, "not a handler's entry");
        vec_push(&p->cx->arena, &p->fn->handlers, handler);
        end_line(p);
    }
}

static void inlined_calls(Parser *p) {
    while (try_text(p, "inlined")) {
        InlinedCall call = {.first_slot = ir_slot_count(p->fn)};
        const struct {
            const char *name;
            int *field;
        } fields[] = {{"parent", &call.parent},    {"locals", &call.local_count},
                      {"stack", &call.stack_size}, {"consts", &call.const_count},
                      {"names", &call.name_count}, {"units", &call.unit_count},
                      {"kind", &call.kind}};
        for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
            expect(p, fields[i].name);
            *fields[i].field = (int)number(p, 0, i == 0 ? p->fn->inlined.count : MAX_SLOTS);
        }
        if (call.kind >= INLINED_KINDS) fail(p, "no such kind of call");
        vec_push(&p->cx->arena, &p->fn->inlined, call);
        end_line(p);
    }
}

static void constant_pool(Parser *p) {
    for (skip_spaces(p); p->at < p->end && *p->at == 'v'; skip_spaces(p)) {
        uint32_t id = value_id(p);
        expect(p, "=");
        IrOp op = operation(p);
        if (!(IR_OPS[op].flags & OPF_CONST)) fail(p, "not a constant");
        Ins *ins = ir_new_ins(p->fn, op, IR_ANY, 0);
        ins->imm = imm(p, IR_OPS[op].imm, 0);
        define(p, id, ins);
        vec_push(&p->cx->arena, &p->fn->pool, ins);
        end_line(p);
    }
}

static Ins *resolved(Parser *p, Ins *reference) {
    uintptr_t id = (uintptr_t)reference - 1;
    if (id >= p->value_capacity || p->values[id] == NULL)
        bail(p->cx, "bad_ir", "value v%u is used and never defined", (unsigned)id);
    return p->values[id];
}

static void resolve(Parser *p) {
    for (uint32_t id = 0; id < p->block_capacity; id++)
        if (p->blocks[id] != NULL && p->blocks[id]->order < 0) fail(p, "a block is named and never defined");
    for (int i = 0; i < p->fn->blocks.count; i++) for_each_ins(ins, p->fn->blocks.items[i]) {
            for (int a = 0; a < ins->arg_count; a++) ins->args[a] = resolved(p, ins->args[a]);
            for (int s = 0; s < ir_state_count(ins->state); s++)
                *ir_state_value(ins->state, s) = resolved(p, *ir_state_value(ins->state, s));
        }
}

/* The text numbers results only; the other instructions come behind them, so that no two share a number. */
static void number_the_rest(Fn *fn) {
    for (int i = 0; i < fn->blocks.count; i++) for_each_ins(ins, fn->blocks.items[i]) {
            if (ins->type == IR_VOID) ins->id = fn->next_value++;
        }
}

Fn *ir_parse(CompileContext *cx, const char *text, size_t length) {
    Parser parser = {.cx = cx, .fn = ir_new_fn(cx), .at = text, .end = text + length, .line = 1};
    Parser *p = &parser;
    header(p);
    entries_and_handlers(p);
    inlined_calls(p);
    constant_pool(p);
    while (!try_text(p, "end\n")) {
        Block *block = block_ref(p);
        expect(p, ":");
        end_line(p);
        if (block->order >= 0) fail(p, "a block is defined twice");
        block->order = p->fn->blocks.count;
        vec_push(&cx->arena, &p->fn->blocks, block);
        do {
            instruction(p, block);
            end_line(p);
        } while (!(IR_OPS[block->last->op].flags & OPF_TERMINATOR));
    }
    resolve(p);
    number_the_rest(p->fn);
    ir_fill_preds(p->fn);
    return p->fn;
}
