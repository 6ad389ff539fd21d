/* Calls of a method that several classes have, each its own: one way for each function, which is known there
 * and may be put in line. */
#include <string.h>

#include "lower/lower.h"

void lower_choose(Lowerer *l, Ins *value, const Site *sites, Ins *index) {
    vec_push(&l->cx->arena, &l->choices, ((Choice){value, sites, index}));
}

static const Choice *choice_of(const Lowerer *l, const Ins *value) {
    for (int i = l->choices.count - 1; i >= 0; i--)
        if (l->choices.items[i].value == value) return &l->choices.items[i];
    return NULL;
}

/* The ways that have been lowered, on their way to where they meet. */
typedef struct Ways {
    Block *from[SEEN_CLASSES];
    Ins *results[SEEN_CLASSES];
    int count;
    bool ran_code;
} Ways;

/* What one function gives; control is at the end of its way then. */
static void lower_way(Lowerer *l, const Choice *choice, const Site *site, Ways *ways) {
    Site *alone = arena_new(&l->cx->arena, Site);
    int hints = l->hints->count;
    bool one_class = site->bound == NULL;
    *alone = *site;
    alone->next = NULL;
    for (const Site *s = choice->sites; s != NULL; s = s->next)
        one_class &= s == site || s->object != site->object;
    if (one_class) lower_hint(l, l->stack[l->depth - l->instr->arg - 1], site->type_version);
    choice->value->scratch = alone; /* on this way it is known */
    lower_call_operands(l);
    choice->value->scratch = NULL;
    l->hints->count = hints;
    ways->from[ways->count] = l->block;
    ways->results[ways->count++] = lower_pop_any(l);
    ways->ran_code |= l->ran_code;
}

static bool is_first_of_its_object(const Choice *choice, const Site *site) {
    for (const Site *s = choice->sites; s != site; s = s->next)
        if (s->object == site->object) return false;
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

bool lower_choice_call(Lowerer *l) {
    int place = l->depth - l->instr->arg - 2;
    const Choice *choice = place >= 0 ? choice_of(l, l->stack[place]) : NULL;
    if (choice == NULL || choice->value->scratch != NULL || !lower_speculates(l)) return false;
    const Choice copy = *choice; /* the table may move */
    Ways ways = {0};
    lower_need_frame_at_join(l); /* on all ways, or on none */
    Fork fork = lower_fork(l);
    for (const Site *site = copy.sites, *next; site != NULL; site = next) {
        next = next_object(&copy, site);
        Block *way = l->block, *others = NULL;
        if (next != NULL) {
            way = lower_new_block(l);
            others = lower_new_block(l);
            Ins *condition = is_one_of(l, &copy, site);
            lower_branch(l, condition, way, others);
        }
        l->block = way;
        lower_way(l, &copy, site, &ways);
        if (next != NULL) lower_other_way(l, &fork, others);
    }
    meet(l, &fork, &ways);
    return true;
}
