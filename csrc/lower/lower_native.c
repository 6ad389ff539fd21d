/* Native functions: lowered like a call put in line that has no frame, but into a function of their own,
 * which other native functions and code with a frame call with numbers unboxed. What a frame is needed for
 * leaves: then all activations since the last one with a frame are left, and the interpreter ends them. */
#include "lower/inline.h"

enum { FIRST_ARGUMENT = 2 };

IrType lower_native_result(CompileContext *cx, const Callee *callee, uint8_t *types, const Callees *callees) {
    callee->code->argument_types = types;
    return lower_unboxed_type(infer_return(infer_types(cx, callee->code, callees), callee->code));
}

static Ins *param(Lowerer *l, const NativeSignature *signature, int index) {
    Ins *value = ir_new_ins(l->fn, IR_param_OP, (IrType)signature->arguments[index], 0);
    value->imm = index;
    ir_append(l->block, value);
    return value;
}

/* Its arguments, as the call puts them. */
static Call received(Lowerer *l, const Callee *callee, const NativeSignature *signature) {
    Arena *arena = &l->cx->arena;
    int count = native_given(signature);
    Call call = {.count = count, .names = -1};
    call.args = arena_array(arena, Ins *, count + 1);
    call.types = arena_array(arena, uint8_t, count + 1);
    for (int i = 0; i < count; i++) {
        call.types[i] = lower_likely_of((IrType)signature->arguments[i]);
        call.args[i] = param(l, signature, i);
    }
    call.function = signature->of_code ? param(l, signature, count) : K_PINNED(l, callee->function);
    return call;
}

static void add_entry(Lowerer *l) {
    Entry entry = {.kind = ENTRY_NATIVE, .block = ir_new_block(l->fn)};
    entry.block->is_entry = true;
    vec_push(&l->cx->arena, &l->fn->entries, entry);
    l->block = entry.block;
}

Fn *lower_native(CompileContext *cx, const Callee *callee, const NativeSignature *signature,
                 const int64_t layout[LAYOUT_COUNT], const Callees *callees) {
    jmp_buf given_up;
    Fn *fn = lower_new_fn(cx, callee->code, 2, layout);
    Lowerer outer = {.cx = cx, .code = callee->code, .fn = fn, .callees = callees, .framed = true},
            *l = &outer;
    l->hints = arena_new(&cx->arena, Hints);
    l->native = callee;
    lower_prepare(l);
    lower_begin_inlining(l);
    add_entry(l);
    Call call = received(l, callee, signature);
    Lowerer *inner = inline_new_lowerer(l, &call, callee, WAY_FRAMELESS);
    inner->inlined->given_up = &given_up;
    inner->inlined->type = (IrType)signature->result;
    if (setjmp(given_up)) bail(cx, "too_large", "it needs a frame");
    inline_fill_locals(l, inner, &call);
    inner->units_left = l->units_left;
    inline_begin(l, inner, &call);
    INS0(inner, enter, 0)->state = lower_state_here(inner);
    lower_goto(inner, 0);
    lower_all_places(inner);
    Ins *give = ir_new_ins(fn, IR_give_OP, IR_VOID, 1);
    give->args[0] = inline_result(inner);
    ir_append(inner->inlined->join, give);
    return fn;
}

/* --- calls --- */

static Ins *passed(Lowerer *l, const Call *call, const Callee *callee, int i, IrType type,
                   FrameState *state) {
    Ins *value = call->args[i];
    if (value == NULL) value = inline_default(l, callee, call->function, i);
    return type == IR_OBJ ? lower_object(l, value) : lower_as_type(l, value, type, state);
}

/* Is a value certainly not what the function takes there? */
static bool is_other(const Ins *value, IrType type) {
    const ConstInfo *info = value != NULL ? lower_const_info(value) : NULL;
    if (value == NULL || type == IR_OBJ || (IrType)value->type == type) return false;
    return info != NULL ? lower_unboxed_type(info->type) != type : value->type != IR_OBJ;
}

static bool fits(const Call *call, const NativeSignature *signature) {
    for (int i = 0; i < native_given(signature); i++)
        if (is_other(call->args[i], (IrType)signature->arguments[i])) return false;
    return true;
}

/* Does it take what the call gives, and nothing that is made for the call? */
static bool takes_as_given(const Call *call, const Callee *callee) {
    if (callee->code->rest_parameter >= 0 || callee->code->keywords_parameter >= 0) return false;
    for (int i = callee->positional; i < callee->code->argument_count; i++)
        if (call->args[i] == NULL) return false;
    return true;
}

bool lower_native_call(Lowerer *l, const Call *call, const Callee *callee) {
    if (callee->class_version != 0 || !takes_as_given(call, callee)) return false;
    const NativeSignature *signature = l->callees->native(l->callees->context, l->cx, callee, call->types);
    if (signature == NULL || !fits(call, signature)) return false;
    FrameState *state = lower_state_here(l);
    inline_guard_function(l, callee, call->function, state);
    Ins *invoke = ir_new_ins(l->fn, IR_invoke_OP, (IrType)signature->result,
                             FIRST_ARGUMENT + signature->argument_count);
    bool itself = l->native != NULL && callee->function != NULL && l->native->function == callee->function;
    int count = native_given(signature);
    invoke->args[0] = K_PLACE(l, signature->cell);
    invoke->args[1] = itself ? K_PINNED(l, callee->function) : call->function;
    for (int i = 0; i < count; i++)
        invoke->args[FIRST_ARGUMENT + i] = passed(l, call, callee, i, (IrType)signature->arguments[i], state);
    if (signature->of_code) invoke->args[FIRST_ARGUMENT + count] = call->function;
    lower_mark_running(l);
    l->depth -= l->instr->arg + 2;
    invoke->state = lower_state(l, l->code->instrs[l->index + 1].offset);
    invoke->state->handler = lower_handler(l, l->instr->handler);
    ir_append(l->block, invoke);
    lower_push(l, invoke);
    return true;
}
