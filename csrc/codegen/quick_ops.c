/* Operations in quick code: one quick_<OP> for each row of ir/ops.def, here and in quick_number.c,
 * quick_container.c and quick_object.c. Each does what emit_<OP> has libgccjit do. */
#include "codegen/quick_code.h"

/* --- places --- */

/* Of the function's own frame, or of one made here, whose address r11 gets. */
Place quick_frame(Quick *q, int frame, LayoutField field) {
    Reg base = QUICK_FRAME;
    if (frame != 0) {
        base = R11;
        x86_load(&q->a, base, quick_word(q->frames + 2 * frame));
    }
    return (Place){base, (int32_t)q->fn->layout[field]};
}

void quick_load_frame(Quick *q, Reg to, int frame) {
    if (frame == 0) x86_move(&q->a, to, QUICK_FRAME);
    else x86_load(&q->a, to, quick_word(q->frames + 2 * frame));
}

void quick_load_tstate(Quick *q, Reg to) {
    if (q->is_native) x86_move(&q->a, to, QUICK_FRAME);
    else x86_load(&q->a, to, quick_word(q->frames));
}

Place quick_slot(Quick *q, int64_t slot) {
    int frame = ir_frame_of_slot(q->fn, slot);
    Place place = quick_frame(q, frame, LAYOUT_frame_localsplus);
    place.offset += (int32_t)(8 * (slot - ir_local_slot(q->fn, frame, 0)));
    return place;
}

Place quick_word(int32_t word) { return (Place){RSP, 8 * word}; }
Place quick_field(const Quick *q, Reg object, LayoutField field) {
    return (Place){object, (int32_t)q->fn->layout[field]};
}

Place quick_link(Quick *q, LinkKind kind, int index) {
    return (Place){QUICK_LINK, (int32_t)links_offset(q->fn, &q->links, kind, index)};
}

Place quick_place(const Quick *q, const Ins *value) { return quick_word(q->lives[value->id].place); }

static void load_place(Quick *q, Reg to, const Ins *value) {
    const Life *life = &q->lives[value->id];
    bool is_in_word = q->is_saved && life->last >= q->saved_from && life->place >= 0;
    if (q->held == value) x86_move(&q->a, to, RAX);
    else if (life->reg < 0 || is_in_word) x86_load(&q->a, to, quick_place(q, value));
    else if (value->type == IR_F64) x86_bits_of_real(&q->a, to, (Real)life->reg);
    else x86_move(&q->a, to, (Reg)life->reg);
}

void quick_load(Quick *q, Reg to, const Ins *value) {
    Assembler *a = &q->a;
    if (to == RAX && q->held != value) q->held = NULL;
    switch (value->op) {
    case IR_null_OP: x86_set(a, to, 0); return;
    case IR_ki64_OP:
    case IR_kf64_OP: x86_set(a, to, value->imm); return;
    case IR_fact_OP:
    case IR_factobj_OP:
    case IR_factptr_OP: x86_load(a, to, quick_link(q, LINK_FACT, (int)value->imm)); return;
    case IR_const_OP: x86_load(a, to, quick_link(q, LINK_CONST, (int)value->imm)); return;
    case IR_name_OP: x86_load(a, to, quick_link(q, LINK_NAME, (int)value->imm)); return;
    case IR_known_OP: x86_load(a, to, quick_link(q, LINK_KNOWN, (int)value->imm)); return;
    case IR_cache_OP: x86_address(a, to, (Place){QUICK_LINK, (int32_t)(value->imm * CACHE_BYTES)}); return;
    default: load_place(q, to, value);
    }
}

void quick_put(Quick *q, const Ins *ins, Reg from) {
    const Life *life = &q->lives[ins->id];
    if (life->reg >= 0 && ins->type == IR_F64) x86_real_of_bits(&q->a, (Real)life->reg, from);
    else if (life->reg >= 0) x86_move(&q->a, (Reg)life->reg, from);
    if (life->reg < 0 || life->kept) x86_store(&q->a, quick_place(q, ins), from);
    if (from == RAX) q->held = ins;
}

void quick_put_real(Quick *q, const Ins *ins, Real from) {
    const Life *life = &q->lives[ins->id];
    if (life->reg >= 0) x86_move_real(&q->a, (Real)life->reg, from);
    if (life->reg < 0 || life->kept) x86_store_real(&q->a, quick_place(q, ins), from);
}

void quick_set(Quick *q, const Ins *ins) { quick_put(q, ins, RAX); }

Reg quick_out(Quick *q, const Ins *ins) {
    int reg = quick_register(q, ins);
    if (reg >= 0 && ins->type != IR_F64) return (Reg)reg;
    quick_forget(q);
    return RAX;
}

Reg quick_out_before_exit(Quick *q, const Ins *ins) {
    Reg out = quick_out(q, ins);
    const Ins *tenant = q->tenants[QUICK_GENERAL][out];
    if (tenant == NULL || q->lives[tenant->id].last < 2 * q->position) return out;
    quick_forget(q);
    return RAX;
}

Real quick_real_out(const Quick *q, const Ins *ins) {
    return quick_register(q, ins) >= 0 ? (Real)quick_register(q, ins) : XMM0;
}

Reg quick_in(Quick *q, const Ins *value, Reg scratch) {
    int reg = quick_register(q, value);
    if (reg >= 0 && value->type != IR_F64) return (Reg)reg;
    quick_load(q, scratch, value);
    return scratch;
}

Real quick_real_in(Quick *q, const Ins *value, Real scratch) {
    int reg = quick_register(q, value);
    if (reg >= 0) return (Real)reg;
    quick_load_real(q, scratch, value);
    return scratch;
}

void quick_set_from(Quick *q, const Ins *ins, Place place) {
    int reg = quick_register(q, ins);
    if (reg >= 0 && ins->type == IR_F64) {
        x86_load_real(&q->a, (Real)reg, place);
        quick_put_real(q, ins, (Real)reg);
    } else if (reg >= 0) {
        x86_load(&q->a, (Reg)reg, place);
        quick_put(q, ins, (Reg)reg);
    } else {
        x86_load(&q->a, RAX, place);
        quick_set(q, ins);
    }
}

void quick_set_there(Quick *q, const Ins *ins, Place place) {
    Reg out = quick_out_before_exit(q, ins);
    x86_load(&q->a, out, place);
    x86_test(&q->a, out);
    quick_leave_if(q, ins, COND_EQUAL);
    quick_put(q, ins, out);
}

void quick_load_real(Quick *q, Real to, const Ins *value) {
    if (ir_is(value, OPF_CONST)) {
        quick_load(q, R11, value);
        x86_real_of_bits(&q->a, to, R11);
    } else if (quick_register(q, value) >= 0) {
        x86_move_real(&q->a, to, (Real)quick_register(q, value));
    } else {
        x86_load_real(&q->a, to, quick_place(q, value));
    }
}

void quick_set_real(Quick *q, const Ins *ins) { quick_put_real(q, ins, XMM0); }

/* --- calls --- */

typedef struct Saved {
    Quick *q;
    int kind, reg;
} Saved;

/* The next register, if any, that holds what is wanted at `wanted` or later, and that a call does not keep.
 */
static const Ins *next_to_save(Saved *saved, int32_t wanted) {
    for (; saved->kind < QUICK_KINDS; saved->kind++, saved->reg = -1)
        while (++saved->reg < X86_REGISTERS) {
            const Ins *tenant = saved->q->tenants[saved->kind][saved->reg];
            if (tenant != NULL && !quick_is_kept_by_calls(saved->kind, saved->reg) &&
                saved->q->lives[tenant->id].last >= wanted)
                return tenant;
        }
    return NULL;
}

void quick_save(Quick *q, int32_t wanted) {
    Saved saved = {q, 0, -1};
    for (const Ins *value; (value = next_to_save(&saved, wanted)) != NULL;) {
        if (q->lives[value->id].kept) continue;
        if (saved.kind == QUICK_REAL) x86_store_real(&q->a, quick_place(q, value), (Real)saved.reg);
        else x86_store(&q->a, quick_place(q, value), (Reg)saved.reg);
    }
    q->is_saved = true;
    q->saved_from = wanted;
}

void quick_restore(Quick *q) {
    Saved saved = {q, 0, -1};
    for (const Ins *value; (value = next_to_save(&saved, q->saved_from)) != NULL;) {
        if (saved.kind == QUICK_REAL) x86_load_real(&q->a, (Real)saved.reg, quick_place(q, value));
        else x86_load(&q->a, (Reg)saved.reg, quick_place(q, value));
    }
    q->is_saved = false;
}

/* Whatever is called may change rax. */
void quick_call_helper(Quick *q, Helper helper) {
    if (!q->is_saved) quick_save(q, 2 * q->position);
    x86_call(&q->a, quick_link(q, LINK_HELPER, helper));
    q->held = NULL;
    quick_restore(q);
}

/* --- the frame's memory --- */

/* Constants are emitted where they are used. */
void quick_null_OP(Quick *q, Ins *ins) {}
void quick_const_OP(Quick *q, Ins *ins) {}
void quick_name_OP(Quick *q, Ins *ins) {}
void quick_known_OP(Quick *q, Ins *ins) {}
void quick_fact_OP(Quick *q, Ins *ins) {}
void quick_factptr_OP(Quick *q, Ins *ins) {}
void quick_factobj_OP(Quick *q, Ins *ins) {}
void quick_ki64_OP(Quick *q, Ins *ins) {}
void quick_kf64_OP(Quick *q, Ins *ins) {}
void quick_cache_OP(Quick *q, Ins *ins) {}
void quick_phi_OP(Quick *q, Ins *ins) {} /* set by its predecessors */
void quick_keep_OP(Quick *q, Ins *ins) {}
void quick_anchor_OP(Quick *q, Ins *ins) {}
void quick_range_OP(Quick *q, Ins *ins) {}  /* in frame states only */
void quick_wide_OP(Quick *q, Ins *ins) {}   /* likewise */
void quick_object_OP(Quick *q, Ins *ins) {} /* likewise */

static void load_slot(Quick *q, const Ins *ins, int64_t slot) { quick_set_from(q, ins, quick_slot(q, slot)); }

void quick_ldloc_OP(Quick *q, Ins *ins) { load_slot(q, ins, ins->imm); }
void quick_ldstk_OP(Quick *q, Ins *ins) { load_slot(q, ins, q->fn->local_count + ins->imm); }

void quick_ldout_OP(Quick *q, Ins *ins) { quick_set_from(q, ins, quick_word(q->outs + (int32_t)ins->imm)); }

/* Drop the reference to the object in rdi. */
void quick_drop(Quick *q, bool nullable) {
    Assembler *a = &q->a;
    int done = x86_new_label(a);
    if (nullable) {
        x86_test(a, RDI);
        x86_jump_if(a, COND_EQUAL, done);
    }
    x86_take_1(a, quick_field(q, RDI, LAYOUT_object_refcnt));
    x86_jump_if(a, COND_NOT_EQUAL, done);
    quick_call_helper(q, H_rt_dealloc);
    x86_place_label(a, done);
}

/* The slot is written before the old value is dropped: its finalizer may look. */
static void replace_slot(Quick *q, int64_t slot, const Ins *value) {
    x86_load(&q->a, RDI, quick_slot(q, slot));
    if (value != NULL) quick_load(q, RCX, value);
    else x86_set(&q->a, RCX, 0);
    x86_store(&q->a, quick_slot(q, slot), RCX);
    quick_drop(q, true);
}

void quick_stloc_OP(Quick *q, Ins *ins) { replace_slot(q, ins->imm, ins->args[0]); }
void quick_stboxed_OP(Quick *q, Ins *ins) { replace_slot(q, ins->imm, ins->args[0]); }
void quick_clrloc_OP(Quick *q, Ins *ins) { replace_slot(q, ins->imm, NULL); }

void quick_chkloc_OP(Quick *q, Ins *ins) {
    Assembler *a = &q->a;
    int bound = x86_new_label(a);
    const Ins *held = q->held;
    x86_test(a, quick_in(q, ins->args[0], RCX));
    x86_jump_if(a, COND_NOT_EQUAL, bound);
    int frame = ir_frame_of_slot(q->fn, ins->imm);
    quick_load_frame(q, RDI, frame);
    x86_set(a, RSI, ins->imm - ir_local_slot(q->fn, frame, 0));
    quick_call_helper(q, H_rt_unbound_local);
    x86_jump(a, q->exits[ins->exit]);
    x86_place_label(a, bound);
    q->held = held;
}

void quick_is_bound_OP(Quick *q, Ins *ins) {
    x86_test(&q->a, quick_in(q, ins->args[0], RCX));
    quick_leave_if(q, ins, COND_EQUAL);
}

/* --- tests --- */

void quick_mkbool_OP(Quick *q, Ins *ins) {
    quick_load(q, RCX, ins->args[0]);
    x86_load_indexed(&q->a, RAX, QUICK_LINK, RCX, (int32_t)links_bool_offset(q->fn, &q->links));
    quick_set(q, ins);
}

void quick_set_test(Quick *q, Ins *ins, Condition condition) {
    Reg out = quick_out(q, ins);
    x86_set(&q->a, out, 0); /* leaves the conditions as they are */
    x86_set_if(&q->a, condition, out);
    quick_put(q, ins, out);
}

/* --- comparisons that a branch comes behind --- */

bool quick_is_fused(const Quick *q, const Ins *ins) {
    const Ins *user = ins->next;
    bool is_comparison = ins->op == IR_icmp_OP || ins->op == IR_is_OP || ins->op == IR_not_OP ||
                         (ins->op == IR_fcmp_OP && ins->imm != PY_EQ && ins->imm != PY_NE);
    if (!is_comparison || q->lives[ins->id].uses != 1 || user->arg_count == 0 || user->args[0] != ins)
        return false;
    return user->op == IR_br_OP || user->op == IR_guard_OP ||
           (user->op == IR_not_OP && quick_is_fused(q, user));
}

static Condition inverse(Condition condition) { return (Condition)(condition ^ 1); }

static Condition compare_objects(Quick *q, const Ins *ins) {
    Reg left = quick_in(q, ins->args[0], RCX);
    if (ins->args[1]->op == IR_null_OP) x86_test(&q->a, left);
    else x86_alu(&q->a, ALU_COMPARE, left, quick_in(q, ins->args[1], RDX));
    return COND_EQUAL;
}

Condition quick_condition(Quick *q, const Ins *value) {
    if (quick_is_fused(q, value)) switch (value->op) {
        case IR_icmp_OP: return quick_compare_ints(q, value);
        case IR_fcmp_OP: return quick_compare_reals(q, value);
        case IR_is_OP: return compare_objects(q, value);
        default: return inverse(quick_condition(q, value->args[0]));
        }
    x86_test(&q->a, quick_in(q, value, RCX));
    return COND_NOT_EQUAL;
}

void quick_not_OP(Quick *q, Ins *ins) {
    if (quick_is_fused(q, ins)) return;
    quick_load(q, RCX, ins->args[0]);
    x86_test(&q->a, RCX);
    quick_set_test(q, ins, COND_EQUAL);
}

void quick_is_OP(Quick *q, Ins *ins) {
    if (!quick_is_fused(q, ins)) quick_set_test(q, ins, compare_objects(q, ins));
}

/* True, False and None are told by their address; `helper` is asked of the rest. */
static void truth(Quick *q, Ins *ins, Helper helper) {
    Assembler *a = &q->a;
    int done = x86_new_label(a);
    quick_load(q, RDI, ins->args[0]);
    quick_forget(q);
    x86_set(a, RAX, 0);
    x86_compare(a, RDI, quick_link(q, LINK_KNOWN, KNOWN_False));
    x86_jump_if(a, COND_EQUAL, done);
    x86_compare(a, RDI, quick_link(q, LINK_KNOWN, KNOWN_None));
    x86_jump_if(a, COND_EQUAL, done);
    x86_set(a, RAX, 1);
    x86_compare(a, RDI, quick_link(q, LINK_KNOWN, KNOWN_True));
    x86_jump_if(a, COND_EQUAL, done);
    quick_call_helper(q, helper);
    x86_test(a, RAX);
    if (ir_raises(ins)) x86_jump_if(a, COND_NEGATIVE, q->exits[ins->exit]);
    x86_place_label(a, done);
    quick_set(q, ins);
}

void quick_truth_OP(Quick *q, Ins *ins) { truth(q, ins, H_rt_is_true); }
void quick_truth_quiet_OP(Quick *q, Ins *ins) { truth(q, ins, H_rt_is_true_quiet); }

/* --- counts and bookkeeping --- */

void quick_add_reference(Quick *q, const Ins *value) {
    Assembler *a = &q->a;
    int done = x86_new_label(a);
    Reg object = quick_in(q, value, RCX);
    if (value->nullable) {
        x86_test(a, object);
        x86_jump_if(a, COND_EQUAL, done);
    }
    x86_add_1(a, quick_field(q, object, LAYOUT_object_refcnt));
    x86_place_label(a, done);
}

void quick_drop_value(Quick *q, const Ins *value) {
    quick_load(q, RDI, value);
    quick_drop(q, value->nullable);
}

void quick_incref_OP(Quick *q, Ins *ins) { quick_add_reference(q, ins->args[0]); }
void quick_decref_OP(Quick *q, Ins *ins) { quick_drop_value(q, ins->args[0]); }

void quick_set_running(Quick *q, int frame, int64_t code_unit) {
    Assembler *a = &q->a;
    x86_load(a, RCX, quick_word(q->frames + 2 * frame + 1));
    x86_alu_number(a, ALU_ADD, RCX, (int32_t)(2 * code_unit));
    x86_store(a, quick_frame(q, frame, LAYOUT_frame_prev_instr), RCX);
}

void quick_setlasti_OP(Quick *q, Ins *ins) { quick_set_running(q, ins->frame, ins->imm); }

void quick_leave_OP(Quick *q, Ins *ins) {
    Assembler *a = &q->a;
    x86_load(a, RDX, quick_link(q, LINK_INVALID, 0));
    quick_load_tstate(q, RCX);
    x86_load(a, RCX, quick_field(q, RCX, LAYOUT_tstate_cframe));
    x86_load_byte(a, RCX, quick_field(q, RCX, LAYOUT_cframe_use_tracing));
    x86_or_byte(a, RCX, (Place){RDX, 0});
    x86_jump_if(a, COND_NOT_EQUAL, q->exits[ins->exit]);
}

/* --- ends of blocks --- */

static void go(Quick *q, const Block *to) {
    if (to != q->next) x86_jump(&q->a, q->blocks[to->id]);
}

/* A phi and what it becomes. */
typedef struct Move {
    const Ins *to, *from;
} Move;

/* Would the first move overwrite what the second one reads? */
static bool overwrites(const Quick *q, const Move *first, const Move *second) {
    const Life *to = &q->lives[first->to->id], *from = &q->lives[second->from->id];
    if (ir_is(second->from, OPF_CONST) || first == second) return false;
    if (from->reg >= 0) return to->reg == from->reg && quick_kind(first->to) == quick_kind(second->from);
    return to->place == from->place && (to->reg < 0 || to->kept);
}

static void move(Quick *q, const Move *m) {
    const Life *to = &q->lives[m->to->id], *from = &q->lives[m->from->id];
    if (m->to->type == IR_F64) {
        Real through = to->reg >= 0 ? (Real)to->reg : XMM0;
        quick_load_real(q, through, m->from);
        quick_put_real(q, m->to, through);
    } else if (from->reg >= 0) {
        quick_put(q, m->to, (Reg)from->reg);
    } else {
        Reg through = to->reg >= 0 ? (Reg)to->reg : RCX;
        quick_load(q, through, m->from);
        quick_put(q, m->to, through);
    }
}

/* Moves of which each overwrites what another one reads. */
static void move_around(Quick *q, const Move *moves, int count) {
    for (int i = 0; i < count; i++) {
        quick_load(q, RCX, moves[i].from);
        x86_store(&q->a, quick_word(q->copies + i), RCX);
    }
    for (int i = 0; i < count; i++) {
        x86_load(&q->a, RCX, quick_word(q->copies + i));
        quick_put(q, moves[i].to, RCX);
    }
}

static bool is_overwriting(const Quick *q, const Move *moves, int count, int index) {
    for (int i = 0; i < count; i++)
        if (overwrites(q, &moves[index], &moves[i])) return true;
    return false;
}

/* Set the phis of the successor. All are read before any is written: one may be another's value. */
static void set_phis(Quick *q, const Ins *ins) {
    Block *succ = ins->block->succs[0];
    int index = 0, count = 0, done = -1;
    while (succ->preds.items[index] != ins->block) index++;
    for (Ins *phi = succ->first; phi->op == IR_phi_OP; phi = phi->next) count++;
    if (count == 0) return;
    Move *moves = arena_array(fn_arena(q->fn), Move, count);
    count = 0;
    for (Ins *phi = succ->first; phi->op == IR_phi_OP; phi = phi->next)
        if (q->lives[phi->id].uses > 0) moves[count++] = (Move){phi, phi->args[index]};
    while (done != 0) {
        done = 0;
        for (int i = 0; i < count; i++) {
            if (is_overwriting(q, moves, count, i)) continue;
            move(q, &moves[i]);
            moves[i--] = moves[--count];
            done++;
        }
    }
    move_around(q, moves, count);
}

void quick_jump_OP(Quick *q, Ins *ins) {
    set_phis(q, ins);
    go(q, ins->block->succs[0]);
}

void quick_br_OP(Quick *q, Ins *ins) {
    Condition condition = quick_condition(q, ins->args[0]);
    const Block *taken = ins->block->succs[0], *other = ins->block->succs[1];
    bool falls_into_taken = taken == q->next;
    x86_jump_if(&q->a, falls_into_taken ? inverse(condition) : condition,
                q->blocks[falls_into_taken ? other->id : taken->id]);
    if (!falls_into_taken) go(q, other);
}

void quick_ret_OP(Quick *q, Ins *ins) {
    x86_store_int32(&q->a, quick_frame(q, 0, LAYOUT_frame_stacktop), q->fn->local_count);
    quick_load(q, RAX, ins->args[0]);
    x86_jump(&q->a, q->end);
}

static void to_exit(Quick *q, Ins *ins) { x86_jump(&q->a, q->exits[ins->exit]); }
void quick_throw_OP(Quick *q, Ins *ins) { to_exit(q, ins); }
void quick_rethrow_OP(Quick *q, Ins *ins) { to_exit(q, ins); }
void quick_exit_OP(Quick *q, Ins *ins) { to_exit(q, ins); }
void quick_cold_OP(Quick *q, Ins *ins) { to_exit(q, ins); }

/* --- exits --- */

static void fill_spill(Quick *q, const Exit *exit) {
    for (int i = 0; i < exit->values.count; i++) {
        const Ins *value = exit->values.items[i].value;
        x86_store(&q->a, quick_word(q->spill + i), quick_in(q, value, RCX));
    }
}

/* With the exit's number in rcx. */
static void call_exit(Quick *q, Helper helper) {
    quick_save(q, 2 * q->position);
    quick_load_tstate(q, RDI);
    x86_move(&q->a, RSI, QUICK_FRAME);
    x86_load(&q->a, RDX, quick_link(q, LINK_CODE, 0));
    x86_address(&q->a, R8, quick_word(q->spill));
    quick_call_helper(q, helper);
}

/* Mostly a look at the eval breaker. When it asks for something, the exit's values tell what the frame must
 * show. */
static void poll(Quick *q, Ins *ins, Helper helper) {
    Assembler *a = &q->a;
    int next = x86_new_label(a);
    x86_load(a, RCX, quick_link(q, LINK_BREAKER, 0));
    x86_compare_int32_with_0(a, (Place){RCX, 0});
    x86_jump_if(a, COND_EQUAL, next);
    fill_spill(q, &q->fn->exits.items[ins->leave_exit]);
    x86_set(a, RCX, ins->leave_exit);
    call_exit(q, helper);
    x86_test(a, RAX);
    x86_jump_if(a, COND_NEGATIVE, q->exits[ins->exit]);
    x86_jump_if(a, COND_NOT_EQUAL, q->exits[ins->leave_exit]);
    x86_place_label(a, next);
}

void quick_poll_OP(Quick *q, Ins *ins) { poll(q, ins, H_rt_exit_poll); }
void quick_turn_OP(Quick *q, Ins *ins) { poll(q, ins, H_rt_exit_turn); }

static void suspend_in_line(Quick *q, const Exit *exit) {
    Assembler *a = &q->a;
    for (int i = 0; i < exit->values.count; i++) {
        const ExitValue *row = &exit->values.items[i];
        if (row->kind == EXIT_DROP) continue;
        if (row->kind == EXIT_BORROWED) quick_add_reference(q, row->value);
        quick_load(q, RCX, row->value);
        x86_store(a, quick_slot(q, row->slot), RCX);
    }
    for (int i = exit->values.count - 1; i >= 0; i--)
        if (exit->values.items[i].kind == EXIT_DROP) quick_drop_value(q, exit->values.items[i].value);
    int depth = q->fn->local_count + exit->state->stack_count;
    x86_store_int32(a, quick_frame(q, 0, LAYOUT_frame_stacktop), depth);
    quick_set_running(q, 0, exit->state->lasti);
    x86_store_byte(a, quick_frame(q, 0, LAYOUT_generator_state), (uint8_t)q->fn->layout[LAYOUT_suspended]);
}

void quick_yield_OP(Quick *q, Ins *ins) {
    const Exit *exit = &q->fn->exits.items[ins->exit];
    if (yields_in_line(q->fn, exit)) {
        suspend_in_line(q, exit);
    } else {
        fill_spill(q, exit);
        x86_set(&q->a, RCX, ins->exit);
        call_exit(q, H_rt_exit_yield);
    }
    quick_load(q, RAX, ins->args[0]);
    x86_jump(&q->a, q->end);
}

/* On to the handler, or out: with what the interpreter made of it when it took over. */
void quick_exit(Quick *q, int number) {
    Assembler *a = &q->a;
    const Exit *exit = &q->fn->exits.items[number];
    const FrameState *state = exit->state;
    if (exit->kind == EXIT_YIELD) return; /* done in line */
    fill_spill(q, exit);
    x86_set(a, RCX, number);
    if (exit->kind == EXIT_CATCH || q->is_native) {
        x86_jump(a, q->tails[q->is_native ? TAIL_NATIVE : TAIL_CATCH]);
        return;
    }
    bool raises = exit->kind == EXIT_RAISE || exit->kind == EXIT_RERAISE;
    while (raises && state->handler < 0 && state->parent != NULL) state = state->parent;
    if (!raises || state->handler < 0) {
        x86_jump(a, q->tails[raises ? TAIL_RAISE : TAIL_LEAVE]);
        return;
    }
    const Entry *entry = &q->fn->entries.items[q->fn->handlers.items[state->handler].entry];
    call_exit(q, H_rt_exit_raise);
    x86_test(a, RAX);
    x86_jump_if(a, COND_NOT_EQUAL, q->blocks[entry->block->id]);
    x86_load(a, RAX, quick_word(q->spill));
    x86_jump(a, q->end);
}

void quick_tails(Quick *q) {
    Assembler *a = &q->a;
    if (q->is_native) {
        x86_place_label(a, q->tails[TAIL_NATIVE]);
        call_exit(q, H_rt_exit_native);
        x86_set(a, RAX, quick_left_value(q->gives));
        return;
    }
    x86_place_label(a, q->tails[TAIL_LEAVE]);
    call_exit(q, H_rt_exit_leave);
    x86_jump(a, q->end);
    x86_place_label(a, q->tails[TAIL_CATCH]);
    call_exit(q, H_rt_exit_catch);
    x86_jump(a, q->end);
    x86_place_label(a, q->tails[TAIL_RAISE]);
    call_exit(q, H_rt_exit_raise);
    x86_load(a, RAX, quick_word(q->spill));
}
