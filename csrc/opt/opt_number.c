/* Value numbering: what was computed, read or asked before, and holds still, is not computed, read or asked
 * again. What is read from memory carries a stamp of the kinds of memory it depends on; code that may run,
 * drops of references included, changes them, so the pass comes when the drops can be seen.
 *
 * needs: reference counts inserted, preds.  keeps: everything. */
#include "opt/memory.h"
#include "opt/opt.h"

#include <string.h>

enum { BUCKETS = 512, MANY_BLOCKS = 4000 };

typedef struct Computed {
    Ins *ins, *value; /* what gives it, and what it is */
    uint32_t stamp;   /* the newest change of what it reads: another one means that something changed */
    int bucket;
    struct Computed *next;
} Computed;

typedef struct Numbering {
    Fn *fn;
    const Numbers *numbers;
    Computed *buckets[BUCKETS];
    VEC(Computed *) scope; /* in the order they were entered, to be taken out again */
    uint32_t changes;
    uint32_t *now;     /* by kind of memory: its last change, at the point the walk has come to */
    uint32_t **ends;   /* by block: the same at its end */
    uint64_t *changed; /* by block: kinds that it changes */
    Block ***children; /* by block, ended by NULL: those it dominates immediately */
    int *seen, round;  /* by block: mark of the search for paths */
    Block **work;
    Ins **numbers_of; /* by value id: the number that an object read from memory is; NULL: not known */
} Numbering;

static int bucket_of(const Ins *ins) {
    uint64_t hash = (uint64_t)ins->op * 31 + (uint64_t)ins->imm;
    for (int a = 0; a < ins->arg_count; a++) hash = hash * 1000003 + ins->args[a]->id;
    return (int)((hash ^ hash >> 17) % BUCKETS);
}

static uint32_t stamp_of(const Numbering *n, const Ins *ins) {
    uint32_t stamp = 0;
    for (uint64_t kinds = memory_read(ins); kinds != 0; kinds &= kinds - 1) {
        uint32_t change = n->now[__builtin_ctzll(kinds)];
        if (change > stamp) stamp = change;
    }
    return stamp;
}

static bool same(const Ins *a, const Ins *b) {
    if (a->op != b->op || a->imm != b->imm || a->arg_count != b->arg_count) return false;
    for (int i = 0; i < a->arg_count; i++)
        if (a->args[i] != b->args[i]) return false;
    return true;
}

static Ins *find_earlier(const Numbering *n, const Ins *ins, int bucket, uint32_t stamp) {
    for (const Computed *entry = n->buckets[bucket]; entry != NULL; entry = entry->next)
        if (entry->stamp == stamp && same(entry->ins, ins)) return entry->value;
    return NULL;
}

static void enter(Numbering *n, Ins *ins, Ins *value, int bucket, uint32_t stamp) {
    Computed *entry = arena_new(fn_arena(n->fn), Computed);
    *entry = (Computed){ins, value, stamp, bucket, n->buckets[bucket]};
    n->buckets[bucket] = entry;
    vec_push(fn_arena(n->fn), &n->scope, entry);
}

static void leave_scope(Numbering *n, int count) {
    while (n->scope.count > count) {
        const Computed *entry = n->scope.items[--n->scope.count];
        n->buckets[entry->bucket] = entry->next;
    }
}

static void note_changes(Numbering *n, uint64_t kinds) {
    if (kinds == 0) return;
    n->changes++;
    for (; kinds != 0; kinds &= kinds - 1) n->now[__builtin_ctzll(kinds)] = n->changes;
}

static Ins *final_value(Ins *value) { return value->scratch != NULL ? value->scratch : value; }

/* --- searches in dicts --- */

/* Helpers that look a key up in their first argument, a dict. */
typedef struct Search {
    uint16_t helper;
    uint8_t key, parts; /* the argument that is the key, or the first part of so many */
    uint8_t hint;       /* the argument that says where it was found before; 0: there is none */
    bool gives;         /* it gives such a hint */
} Search;

static const Search SEARCHES[] = {
    {H_rt_dict_has, 1, 1, 0, true},        {H_rt_dict_has_int, 1, 1, 0, true},
    {H_rt_dict_get, 1, 1, 0, true},        {H_rt_dict_get_int, 1, 1, 0, true},
    {H_rt_dict_item, 1, 1, 2, true},       {H_rt_dict_item_int, 1, 1, 2, true},
    {H_rt_dict_set, 1, 1, 3, false},       {H_rt_dict_set_int, 1, 1, 3, false},
    {H_rt_dict_has_parts, 1, 3, 0, true},  {H_rt_dict_get_parts, 2, 3, 0, true},
    {H_rt_dict_item_parts, 1, 3, 4, true}, {H_rt_dict_set_parts, 2, 3, 5, false},
};

static const Search *search_of(const Ins *ins) {
    for (size_t i = 0; ins->op == IR_call_OP && i < sizeof(SEARCHES) / sizeof(SEARCHES[0]); i++)
        if (SEARCHES[i].helper == ins->imm) return &SEARCHES[i];
    return NULL;
}

static bool is_same_search(const Ins *a, const Search *search, const Ins *b) {
    const Search *other = search_of(b);
    if (other == NULL || !other->gives || other->parts != search->parts || a->args[0] != b->args[0])
        return false;
    for (int i = 0; i < search->parts; i++)
        if (a->args[search->key + i] != b->args[other->key + i]) return false;
    return true;
}

/* A key is looked for where it was found before. Whether it is there still the helper asks. */
static void find_hint(Numbering *n, Ins *ins) {
    const Search *search = search_of(ins);
    if (search == NULL) return;
    int bucket = (int)((ins->args[0]->id * 31 + ins->args[search->key]->id) % BUCKETS), hint = search->hint;
    bool open = hint != 0 && ins->args[hint]->op == IR_ki64_OP;
    for (const Computed *entry = n->buckets[bucket]; entry != NULL && open; entry = entry->next) {
        if (!is_same_search(ins, search, entry->ins)) continue;
        ins->args[hint] = entry->ins;
        break;
    }
    if (search->gives) enter(n, ins, ins, bucket, 0);
}

/* --- attributes that were stored --- */

/* What was stored is what is read there next. */
static void note_stored(Numbering *n, const Ins *ins) {
    if (ins->op != IR_attr_set_OP && ins->op != IR_attr_set_f64_OP && ins->op != IR_attr_set_i64_OP) return;
    Ins *read = ir_new_ins(n->fn, IR_attr_item_OP, IR_OBJ, 2);
    read->imm = ins->imm;
    memcpy(read->args, ins->args, 2 * sizeof(Ins *));
    enter(n, read, ins->args[2], bucket_of(read), stamp_of(n, read));
}

/* The number that an unboxing gives, if it is there already; NULL: it is not. */
static Ins *known_number(const Numbering *n, const Ins *ins) {
    if (ins->op != IR_unbox_i64_OP && ins->op != IR_unbox_u64_OP && ins->op != IR_unbox_f64_OP) return NULL;
    const Ins *object = ins->args[0];
    Ins *number = ir_is_box(object) ? object->args[0] : n->numbers_of[object->id];
    return number != NULL && number->type == ins->type ? number : NULL;
}

static void walk_ins(Numbering *n, Ins *ins) {
    if (ins->op != IR_phi_OP)
        for (int a = 0; a < ins->arg_count; a++) ins->args[a] = final_value(ins->args[a]);
    if (memory_decides(ins)) {
        int bucket = bucket_of(ins);
        uint32_t stamp = stamp_of(n, ins);
        Ins *earlier = known_number(n, ins);
        if (earlier == NULL) earlier = find_earlier(n, ins, bucket, stamp);
        if (earlier != NULL && earlier->type == ins->type) {
            ins->scratch = earlier;
            ir_remove(ins);
            return;
        }
        n->numbers_of[ins->id] = earlier;
        enter(n, ins, ins, bucket, stamp);
    }
    find_hint(n, ins);
    note_changes(n, memory_changed(n->numbers, ins));
    note_stored(n, ins);
}

/* Kinds of memory that change on the ways from the end of `from`, which dominates `block`, to it. */
static uint64_t changed_between(Numbering *n, const Block *from, Block *block) {
    if (block->preds.count == 1 && block->preds.items[0] == from) return 0;
    if (from == NULL || n->fn->blocks.count > MANY_BLOCKS) return UINT64_MAX;
    uint64_t changed = 0;
    int count = 0;
    n->round++;
    n->work[count++] = block;
    while (count > 0) {
        const Block *at = n->work[--count];
        for (int p = 0; p < at->preds.count; p++) {
            Block *pred = at->preds.items[p];
            if (pred == from || n->seen[pred->order] == n->round) continue;
            n->seen[pred->order] = n->round;
            changed |= n->changed[pred->order];
            n->work[count++] = pred;
        }
    }
    return changed;
}

static void walk_block(Numbering *n, Block *block) {
    int scope = n->scope.count;
    Arena *arena = fn_arena(n->fn);
    if (block->idom != NULL) memcpy(n->now, n->ends[block->idom->order], sizeof(uint32_t) * MEM_KINDS);
    note_changes(n, changed_between(n, block->idom, block));
    for (Ins *ins = block->first, *next; ins != NULL; ins = next) {
        next = ins->next;
        walk_ins(n, ins);
    }
    n->ends[block->order] = arena_array(arena, uint32_t, MEM_KINDS);
    memcpy(n->ends[block->order], n->now, sizeof(uint32_t) * MEM_KINDS);
    for (Block **child = n->children[block->order]; child != NULL && *child != NULL; child++)
        walk_block(n, *child);
    leave_scope(n, scope);
}

static void find_children(Numbering *n) {
    Fn *fn = n->fn;
    int *counts = arena_array(fn_arena(fn), int, fn->blocks.count + 1);
    n->children = arena_array(fn_arena(fn), Block **, fn->blocks.count + 1);
    for (int i = 0; i < fn->blocks.count; i++)
        if (fn->blocks.items[i]->idom != NULL) counts[fn->blocks.items[i]->idom->order]++;
    for (int i = 0; i < fn->blocks.count; i++) {
        if (counts[i] > 0) n->children[i] = arena_array(fn_arena(fn), Block *, counts[i] + 1);
        counts[i] = 0;
    }
    for (int i = 0; i < fn->blocks.count; i++) {
        Block *block = fn->blocks.items[i];
        if (block->idom != NULL) n->children[block->idom->order][counts[block->idom->order]++] = block;
    }
}

static void replace(Ins **value) { *value = final_value(*value); }

/* Values stand in phis, states and exits too. */
static void replace_all(Fn *fn) {
    for (int i = 0; i < fn->blocks.count; i++) for_each_ins(ins, fn->blocks.items[i]) {
            for (int a = 0; a < ins->arg_count; a++) replace(&ins->args[a]);
            for (int s = 0; s < ir_state_count(ins->state); s++) replace(ir_state_value(ins->state, s));
        }
    for (int i = 0; i < fn->exits.count; i++)
        for (int k = 0; k < fn->exits.items[i].values.count; k++)
            replace(&fn->exits.items[i].values.items[k].value);
}

void opt_number(Fn *fn) {
    Arena *arena = fn_arena(fn);
    Numbering numbering = {.fn = fn}, *n = &numbering;
    ir_fill_dominators(fn);
    n->numbers = memory_find_numbers(fn);
    n->now = arena_array(arena, uint32_t, MEM_KINDS);
    n->ends = arena_array(arena, uint32_t *, fn->blocks.count + 1);
    n->changed = arena_array(arena, uint64_t, fn->blocks.count + 1);
    n->seen = arena_array(arena, int, fn->blocks.count + 1);
    n->work = arena_array(arena, Block *, fn->blocks.count + 2);
    n->numbers_of = arena_array(arena, Ins *, fn->next_value + 1);
    for (int i = 0; i < fn->pool.count; i++) fn->pool.items[i]->scratch = NULL;
    for (int i = 0; i < fn->blocks.count; i++) {
        n->changed[i] = memory_changed_in(n->numbers, fn->blocks.items[i]);
        for_each_ins(ins, fn->blocks.items[i]) ins->scratch = NULL;
    }
    find_children(n);
    for (int i = 0; i < fn->blocks.count; i++)
        if (fn->blocks.items[i]->idom == NULL && fn->blocks.items[i]->rpo >= 0)
            walk_block(n, fn->blocks.items[i]);
    replace_all(fn);
}
