/* Constants, locals, cells, names and attributes. */
#include "lower/inline.h"

void lower_NOP(Lowerer *l) {}
/* Has a call put in line just ended? Its ways to return meet in a block that is new. */
static bool is_behind_call(const Block *block) {
    const Ins *last = block->last;
    return last == NULL || last->op == IR_phi_OP || last->op == IR_pop_OP || last->op == IR_keep_OP;
}

/* Is what is dropped here older than the instruction before, or than what a generator was sent? Its end may
 * run code, which can see the line. */
static bool drops_what_stood(const Lowerer *l) {
    const Instr *before = l->instr - 1;
    return l->framed && l->index > 0 && before->op != BC_RESUME && bc_pushes(before) == 0;
}

/* What such a call has given goes here, behind what its frame held, and so do a tuple's items. */
void lower_POP_TOP(Lowerer *l) {
    Ins *value = lower_pop_any(l);
    if (lower_is_over_sequence(value)) value = value->args[ITERATOR_SEQUENCE];
    bool is_made = lower_speculates(l) && (is_behind_call(l->block) || lower_is_made_tuple(value));
    if (lower_is_suspended(value)) lower_drop_generator(l, value);
    else if (lower_is_iterator(value)) lower_drop_iterator(l, value);
    else if (ir_is(value, OPF_CONST) || ir_is_box(value)) return;
    else if (is_made || drops_what_stood(l)) lower_keep(l, &value, 1);
}
void lower_PUSH_NULL(Lowerer *l) { lower_push(l, K_NULL(l)); }
void lower_COPY(Lowerer *l) {
    if (l->instr->arg < 1 || l->instr->arg > l->depth) lower_peek(l, l->instr->arg);
    lower_push(l, l->stack[l->depth - l->instr->arg]);
}

void lower_SWAP(Lowerer *l) {
    if (l->instr->arg < 1 || l->instr->arg > l->depth) lower_peek(l, l->instr->arg);
    Ins *top = l->stack[l->depth - 1], *other = l->stack[l->depth - l->instr->arg];
    l->stack[l->depth - 1] = other;
    l->stack[l->depth - l->instr->arg] = top;
}

void lower_LOAD_CONST(Lowerer *l) {
    Ins *value = K_CONST(l, l->instr->arg);
    value->scratch = &l->code->consts[l->instr->arg];
    lower_push(l, value);
}

/* What a caller knows of an argument says more than what was seen here. */
void lower_note_site(Lowerer *l) {
    Ins *value = l->stack[l->depth - 1];
    if (l->instr->site != NULL && value->type == IR_OBJ && !ir_is(value, OPF_CONST) && value->scratch == NULL)
        value->scratch = (void *)l->instr->site;
}

bool lower_is_made(const Ins *value) {
    return value != NULL &&
           (lower_is_made_function(value) || lower_is_made_tuple(value) || ir_is_complex(value));
}

Ins *lower_load_local(Lowerer *l, int slot) {
    Ins *value = l->locals != NULL ? lower_number_load(l, slot) : NULL;
    if (value != NULL) return value;
    value = l->locals != NULL ? l->locals[slot].loaded : NULL;
    if (value != NULL && (value->block == l->block || lower_is_made(value))) return value;
    value = INS0(l, ldloc, lower_slot(l, slot));
    INS(l, chkloc, lower_slot(l, slot), value);
    if (l->locals != NULL) l->locals[slot].loaded = value;
    return value;
}

void lower_LOAD_FAST(Lowerer *l) {
    lower_push(l, lower_load_local(l, l->instr->arg));
    lower_note_site(l);
}

void lower_LOAD_CLOSURE(Lowerer *l) { lower_LOAD_FAST(l); }

void lower_STORE_FAST(Lowerer *l) {
    if (l->locals != NULL && lower_number_store(l, l->instr->arg)) return;
    Ins *value = lower_pop(l);
    INS(l, stloc, lower_slot(l, l->instr->arg), value);
    if (l->locals != NULL && lower_is_made(value)) l->locals[l->instr->arg].loaded = value;
}

void lower_DELETE_FAST(Lowerer *l) {
    if (l->locals != NULL) lower_number_delete(l, l->instr->arg);
    Ins *value = INS0(l, ldloc, lower_slot(l, l->instr->arg));
    INS(l, chkloc, lower_slot(l, l->instr->arg), value);
    INS0(l, clrloc, lower_slot(l, l->instr->arg));
}

/* A variable of a call that has no frame. */
static void set_local(Lowerer *l, int slot, Ins *value) {
    l->locals[slot] = (Local){.value = value, .bound = K_INT(l, 1), .stale = true, .quiet = true};
}

void lower_MAKE_CELL(Lowerer *l) {
    int slot = l->instr->arg;
    if (!l->framed) {
        const Local *local = &l->locals[slot];
        set_local(l, slot,
                  EMIT_CALL(l, rt_new_cell, local->value ? lower_object(l, local->value) : K_NULL(l)));
        return;
    }
    if (l->locals != NULL) lower_number_delete(l, slot); /* the cell takes over what memory has */
    EMIT_CALL(l, rt_make_cell, K_INT(l, slot));
}

/* Who left a generator here would go on behind where its cells are taken over, and has gathered nothing yet.
 */
static Ins *closure_of(Lowerer *l, Ins *function) {
    if (l->inlined->steps != NULL || l->inlined->gathers) return EMIT_CALL(l, rt_closure_of, function);
    Ins *from = INS(l, itself, 0, function);
    return lower_guarded(INS(l, attr_item, l->fn->layout[LAYOUT_function_closure], function, from),
                         lower_state_here(l));
}

/* The tuple of the cells of a function that is made here, if it is made here too. */
static Ins *cells_of(const Ins *function, int count) {
    enum { CLOSURE = 4 };
    Ins *cells = lower_is_made_function(function) ? function->args[CLOSURE] : NULL;
    bool made = cells != NULL && cells->op == IR_call_OP && cells->imm == H_rt_build_tuple;
    return made && cells->arg_count == count ? cells : NULL;
}

void lower_COPY_FREE_VARS(Lowerer *l) {
    if (l->framed) {
        EMIT_CALL(l, rt_copy_free_vars, K_INT(l, l->instr->arg));
        return;
    }
    Ins *function = lower_inline_function(l), *cells = cells_of(function, l->instr->arg);
    Ins *closure = cells == NULL ? closure_of(l, function) : NULL;
    for (int i = 0, first = l->code->local_count - l->instr->arg; i < l->instr->arg; i++)
        set_local(l, first + i, cells != NULL ? cells->args[i] : INS(l, tuple_at, i, closure));
}

/* The cell in a slot; the compiler puts one there before anything reads it. */
static Ins *cell_in(Lowerer *l, int slot) {
    const Local *local = l->framed ? NULL : &l->locals[slot];
    if (local != NULL && local->value == NULL) lower_give_up_inlining(l);
    return local != NULL ? local->value : INS0(l, ldloc, lower_slot(l, slot));
}
static Ins *cell(Lowerer *l) { return cell_in(l, l->instr->arg); }

static Ins *cell_place(Lowerer *l, Ins *of) { return INS(l, itself, 0, of); }

Ins *lower_load_cell(Lowerer *l, int slot) {
    Ins *from = cell_in(l, slot);
    Ins *value = lower_guarded(INS(l, attr_item, l->fn->layout[LAYOUT_cell_value], from, cell_place(l, from)),
                               lower_state_here(l));
    value->nullable = false;
    return value;
}

/* Of what a cell that was made here had at first, which most of them keep. */
static const Site *site_in_cell(const Lowerer *l, int slot) {
    const Ins *cell = l->framed ? NULL : l->locals[slot].value;
    bool made = cell != NULL && cell->op == IR_call_OP && cell->imm == H_rt_new_cell;
    return made ? lower_site(cell->args[0]) : NULL;
}

void lower_LOAD_DEREF(Lowerer *l) {
    Ins *value = lower_speculates(l) ? lower_load_cell(l, l->instr->arg)
                                     : EMIT_CALL(l, rt_load_deref, cell(l), K_INT(l, l->instr->arg));
    value->nullable = false;
    value->scratch = (void *)site_in_cell(l, l->instr->arg);
    lower_note_given(l, value);
    lower_push(l, value);
    lower_note_site(l);
}

/* What the cell held goes: without a frame only if that runs no code. */
void lower_STORE_DEREF(Lowerer *l) {
    int64_t offset = l->fn->layout[LAYOUT_cell_value];
    if (!lower_speculates(l)) {
        Ins *value = lower_pop(l), *to = cell(l);
        EMIT_CALL(l, rt_store_deref, to, value);
        return;
    }
    Ins *value = lower_peek(l, 1), *to = cell(l);
    if (l->framed) INS(l, attr_swap, offset, to, cell_place(l, to), value);
    else lower_guarded(INS(l, attr_set, offset, to, cell_place(l, to), value), lower_state_here(l));
    lower_pop(l);
}

void lower_DELETE_DEREF(Lowerer *l) {
    Ins *from = cell(l);
    EMIT_CALL(l, rt_delete_deref, from, K_INT(l, l->instr->arg));
}

void lower_LOAD_CLASSDEREF(Lowerer *l) {
    Ins *from = cell(l);
    lower_push(l, EMIT_CALL(l, rt_load_classderef, from, K_INT(l, l->instr->arg)));
}

void lower_LOAD_NAME(Lowerer *l) { lower_push(l, EMIT_CALL(l, rt_load_name, K_NAME(l, l->instr->arg))); }

void lower_STORE_NAME(Lowerer *l) {
    Ins *value = lower_pop(l);
    EMIT_CALL(l, rt_store_name, K_NAME(l, l->instr->arg), value);
}

void lower_DELETE_NAME(Lowerer *l) { EMIT_CALL(l, rt_delete_name, K_NAME(l, l->instr->arg)); }

/* The value where it was when this was compiled, as long as no key came or went. */
static Ins *global_by_site(Lowerer *l) {
    const Site *site = l->instr->site;
    if (l->inference == NULL || site == NULL || (l->instr->flags & BC_NO_SPECULATION)) return NULL;
    FrameState *state = lower_state_here(l);
    Ins *dict = l->inlined ? K_PLACE(l, site->globals) : INS0(l, globals, 0);
    INS(l, keys_are, 0, dict, K_FACT(l, KEYS, site->keys_version))->state = state;
    if (site->kind == SITE_BUILTIN) {
        dict = l->inlined ? K_PLACE(l, site->builtins) : INS0(l, builtins, 0);
        INS(l, keys_are, 0, dict, K_FACT(l, KEYS, site->builtin_version))->state = state;
    }
    uint32_t version = site->kind == SITE_BUILTIN ? site->builtin_version : site->keys_version;
    Ins *value = INS(l, keys_item, 0, dict, lower_fact_offset(l, site->offset, version));
    value->state = state;
    value->scratch = (void *)site;
    return value;
}

void lower_LOAD_GLOBAL(Lowerer *l) {
    Ins *value = global_by_site(l);
    if (value != NULL) {
        if (l->instr->arg2) lower_push(l, K_NULL(l));
        lower_push(l, value);
        return;
    }
    if (l->instr->arg2) lower_push(l, K_NULL(l));
    lower_push(l, EMIT_CALL(l, rt_load_global, K_NAME(l, l->instr->arg), K_CACHE(l)));
}

/* Of one that is there, where the old value's end runs nothing. */
static bool replace_global(Lowerer *l) {
    if (!lower_speculates(l) || l->inlined || l->depth < 1) return false;
    FrameState *state = lower_state_here(l);
    Ins *value = lower_object(l, l->stack[l->depth - 1]);
    Ins *done = EMIT_CALL(l, rt_replace_global, K_NAME(l, l->instr->arg), value, K_CACHE(l));
    lower_guarded(INS(l, settled, 0, done), state);
    l->depth--;
    return true;
}

void lower_STORE_GLOBAL(Lowerer *l) {
    if (replace_global(l)) return;
    Ins *value = lower_pop(l);
    EMIT_CALL(l, rt_store_global, K_NAME(l, l->instr->arg), value);
}

void lower_DELETE_GLOBAL(Lowerer *l) { EMIT_CALL(l, rt_delete_global, K_NAME(l, l->instr->arg)); }

void lower_LOAD_ATTR(Lowerer *l) {
    if (l->inference && (lower_complex_attr(l) || lower_attr_load(l))) return;
    Ins *owner = lower_pop(l);
    lower_push(l, EMIT_CALL(l, rt_load_attr, owner, K_NAME(l, l->instr->arg), K_CACHE(l)));
}

void lower_STORE_ATTR(Lowerer *l) {
    if (l->inference && lower_attr_store(l)) return;
    Ins *owner = lower_pop(l), *value = lower_pop(l);
    EMIT_CALL(l, rt_store_attr, owner, K_NAME(l, l->instr->arg), value, K_CACHE(l));
}

void lower_DELETE_ATTR(Lowerer *l) {
    Ins *owner = lower_pop(l);
    EMIT_CALL(l, rt_delete_attr, owner, K_NAME(l, l->instr->arg));
}

void lower_LOAD_METHOD(Lowerer *l) {
    if (lower_known_method(l)) return;
    if (l->inference && lower_attr_method(l)) return;
    Ins *owner = lower_pop(l);
    EMIT_CALL(l, rt_load_method, owner, K_NAME(l, l->instr->arg), K_CACHE(l));
    Ins *method = INS0(l, ldout, 0), *self = INS0(l, ldout, 1);
    self->nullable = false;
    lower_push(l, method);
    lower_push(l, self);
}

void lower_SETUP_ANNOTATIONS(Lowerer *l) { EMIT_CALL(l, rt_setup_annotations); }
void lower_LOAD_BUILD_CLASS(Lowerer *l) { lower_push(l, EMIT_CALL(l, rt_load_build_class)); }
void lower_LOAD_ASSERTION_ERROR(Lowerer *l) { lower_push(l, K_KNOWN(l, AssertionError)); }

void lower_IMPORT_NAME(Lowerer *l) {
    Ins *fromlist = lower_pop(l), *level = lower_pop(l);
    lower_push(l, EMIT_CALL(l, rt_import_name, K_NAME(l, l->instr->arg), fromlist, level));
    lower_leave(l);
}

void lower_IMPORT_FROM(Lowerer *l) {
    lower_push(l, EMIT_CALL(l, rt_import_from, lower_peek(l, 1), K_NAME(l, l->instr->arg)));
}

void lower_IMPORT_STAR(Lowerer *l) {
    if (l->code->local_count > 0) { // no compiler writes it into a function
        lower_leave_to_interpreter(l);
        return;
    }
    EMIT_CALL(l, rt_import_star, lower_pop(l));
    lower_leave(l);
}

void lower_PRINT_EXPR(Lowerer *l) {
    EMIT_CALL(l, rt_display, lower_pop(l));
    lower_leave(l);
}
