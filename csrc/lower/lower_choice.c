/* Calls of a method that several classes have, each its own, and calls of what a site has met of several
 * functions: one way for each function, which is known there and may be put in line. */
#include <string.h>

#include "lower/inline.h"

void lower_choose(Lowerer *l, Ins *value, const Site *sites, Ins *index) {
    vec_push(&l->cx->arena, &l->choices, ((Choice){value, sites, index}));
}

static const Choice *choice_of(const Lowerer *l, const Ins *value) {
    for (int i = l->choices.count - 1; i >= 0; i--)
        if (l->choices.items[i].value == value) return &l->choices.items[i];
    return NULL;
}

/* --- what was noted at the call --- */

static const Site *function_of(const Site *site) { return site->unbound != NULL ? site->unbound : site; }

/* NULL: nothing was noted, or where it was read tells more. In a call put in line the caller knows. */
static const Site *noted_here(const Lowerer *l) {
    int place = l->depth - l->instr->arg - 2;
    if (place < 0 || !lower_speculates(l) || l->stack[place]->op != IR_null_OP) return NULL;
    const Ins *callable = l->stack[place + 1];
    if (callable->type != IR_OBJ || lower_is_made_function(callable) ||
        (callable->op == IR_call_OP && callable->imm == H_rt_bind))
        return NULL;
    return bc_noted(l->instr, lower_site(callable), l->inlined == NULL);
}

void lower_note_called(Lowerer *l) {
    const Site *noted = noted_here(l);
    if (noted != NULL && noted->next == NULL) l->stack[l->depth - l->instr->arg - 1]->scratch = (void *)noted;
}

/* May a call of it be more than that? */
static bool is_worth_a_way(const Lowerer *l, const Site *site) {
    if (site->definition != NULL || site->builtin != BI_NONE) return true;
    return l->callees != NULL && l->callees->find(l->callees->context, l->cx, function_of(site)) != NULL;
}

/* Several functions that were noted; those that stay calls are one way. */
static bool find_noted(const Lowerer *l, Choice *choice) {
    const Site *noted = noted_here(l);
    Site *last = NULL;
    *choice = (Choice){0};
    if (noted == NULL || noted->next == NULL) return false;
    choice->value = l->stack[l->depth - l->instr->arg - 1];
    for (; noted != NULL; noted = noted->next) {
        if (!is_worth_a_way(l, noted)) {
            choice->open = true;
            continue;
        }
        Site *site = arena_new(&l->cx->arena, Site);
        *site = *noted;
        site->next = NULL;
        if (last != NULL) last->next = site;
        else choice->sites = site;
        last = site;
    }
    return choice->sites != NULL;
}

/* Is called what the site leads to? A guard asks on its way whether that is what it was. */
static Ins *is_noted(Lowerer *l, const Choice *choice, const Site *site) {
    const Site *function = function_of(site);
    if (function->code == NULL) return INS(l, is, 0, choice->value, inline_pinned(l, function->object));
    return INS(l, calls, site->unbound != NULL, choice->value, K_PLACE(l, function->code));
}

/* --- ways --- */

/* The ways that have been lowered, on their way to where they meet. */
typedef struct Ways {
    Block *from[SEEN_CLASSES];
    Ins *results[SEEN_CLASSES];
    int count;
    bool ran_code;
} Ways;

static void end_way(Lowerer *l, Ways *ways) {
    ways->from[ways->count] = l->block;
    ways->results[ways->count++] = lower_pop_any(l);
    ways->ran_code |= l->ran_code;
}

/* What one function gives; control is at the end of its way then. */
static void lower_way(Lowerer *l, const Choice *choice, const Site *site, Ways *ways) {
    Site *alone = arena_new(&l->cx->arena, Site);
    int hints = l->hints->count;
    bool one_class = choice->index != NULL && site->bound == NULL;
    void *read = choice->value->scratch;
    *alone = *site;
    alone->next = NULL;
    for (const Site *s = choice->sites; s != NULL; s = s->next)
        one_class &= s == site || s->object != site->object;
    if (one_class) lower_hint(l, l->stack[l->depth - l->instr->arg - 1], site->type_version);
    choice->value->scratch = alone; /* on this way it is known */
    lower_unbind(l);
    lower_call_operands(l);
    choice->value->scratch = read;
    l->hints->count = hints;
    end_way(l, ways);
}

static bool are_one_way(const Choice *choice, const Site *a, const Site *b) {
    return a == b || (choice->index != NULL && a->object == b->object);
}

static bool is_first_of_its_object(const Choice *choice, const Site *site) {
    for (const Site *s = choice->sites; s != site; s = s->next)
        if (are_one_way(choice, s, site)) return false;
    return true;
}

static const Site *next_object(const Choice *choice, const Site *site) {
    do site = site->next;
    while (site != NULL && !is_first_of_its_object(choice, site));
    return site;
}

/* Is it one of the classes that have the function of this site? */
static Ins *is_one_of(Lowerer *l, const Choice *choice, const Site *site) {
    Ins *condition = NULL;
    int number = 0;
    if (choice->index == NULL) return is_noted(l, choice, site);
    for (const Site *s = choice->sites; s != NULL; s = s->next, number++) {
        if (s->object != site->object) continue;
        Ins *same = INS(l, icmp, 2 /* == */, choice->index, K_INT(l, number));
        condition = condition == NULL ? same : INS(l, ior, 0, condition, same);
    }
    return condition;
}

static IrType result_type(const Ways *ways) {
    IrType type = (IrType)ways->results[0]->type;
    for (int i = 1; i < ways->count; i++)
        if ((IrType)ways->results[i]->type != type) type = IR_OBJ;
    return type;
}

/* Everything but the result is as it was before the call. */
static void meet(Lowerer *l, const Fork *fork, const Ways *ways) {
    IrType type = result_type(ways);
    Block *join = lower_new_block(l);
    Ways ends = *ways;
    for (int i = 0; i < ways->count; i++) {
        lower_other_way(l, fork, ways->from[i]);
        if (type == IR_OBJ) ends.results[i] = lower_object(l, ways->results[i]);
        INS0(l, jump, 0);
        ends.from[i] = l->block;
        ir_set_succs(l->block, join, NULL);
    }
    ir_fill_preds(l->fn);
    Ins *phi = ir_new_ins(l->fn, IR_phi_OP, type, join->preds.count);
    for (int p = 0; p < phi->arg_count; p++)
        for (int i = 0; i < ends.count; i++)
            if (ends.from[i] == join->preds.items[p]) phi->args[p] = ends.results[i];
    for (int p = 0; p < phi->arg_count; p++) phi->nullable |= phi->args[p]->nullable;
    ir_append(join, phi);
    lower_other_way(l, fork, join);
    l->depth -= l->instr->arg + 2;
    l->ran_code = ways->ran_code;
    lower_push(l, phi);
}

static bool find_choice(Lowerer *l, Choice *choice) {
    int place = l->depth - l->instr->arg - 2;
    const Choice *known = place >= 0 ? choice_of(l, l->stack[place]) : NULL;
    if (known == NULL) return find_noted(l, choice);
    *choice = *known; /* the table may move */
    return choice->value->scratch == NULL && lower_speculates(l);
}

bool lower_choice_call(Lowerer *l) {
    Choice choice;
    Ways ways = {0};
    if (!find_choice(l, &choice)) return false;
    lower_need_frame_before_fork(l); /* on all ways, or on none */
    Fork fork = lower_fork(l);
    for (const Site *site = choice.sites, *next; site != NULL; site = next) {
        next = next_object(&choice, site);
        bool last = next == NULL && !choice.open;
        Block *way = l->block, *others = NULL;
        if (!last) {
            way = lower_new_block(l);
            others = lower_new_block(l);
            Ins *condition = is_one_of(l, &choice, site);
            lower_branch(l, condition, way, others);
        }
        l->block = way;
        lower_way(l, &choice, site, &ways);
        if (!last) lower_other_way(l, &fork, others);
    }
    if (choice.open) {
        lower_general_call(l);
        end_way(l, &ways);
    }
    meet(l, &fork, &ways);
    return true;
}
