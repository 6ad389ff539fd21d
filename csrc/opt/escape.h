/* What the files of the pass share that leaves objects out (opt_escape.c, escape_join.c). */
#ifndef DXPY_OPT_ESCAPE_H
#define DXPY_OPT_ESCAPE_H

#include "opt/opt.h"

enum { MAX_FIELDS = 30 };

typedef struct Use {
    Ins *ins;
    bool in_state;
} Use;

/* What the object is made of from a point on: just made, and after each store. */
typedef struct Version {
    const Ins *from;
    Ins *object; /* the virtual one */
    int count;   /* of its parts, in the order in which they came */
    int64_t places[MAX_FIELDS];
    Ins *values[MAX_FIELDS];
} Version;

typedef enum Sort { SORT_INSTANCE, SORT_TUPLE, SORT_LIST, SORT_DICT, SORT_FUNCTION, SORT_METHOD } Sort;

typedef struct Object {
    Ins *made;
    Sort sort;
    bool escapes;
    bool looked_at, can_go; /* is it known whether it can go, and can it? */
    VEC(Use) uses;
    VEC(Ins *) stores;
    VEC(Version *) versions;
    VEC(struct Join *) joins; /* that it comes to */
} Object;

/* A phi of such objects, of others like it, and of null where there is none yet. It is named by frame states
 * and kept alive, no more; a phi for each part does as well. */
typedef struct Join {
    Ins *phi;
    bool escapes;
    VEC(Use) uses;
    struct Join *group; /* the first of those that objects go on between; itself: this one */
    Sort sort;          /* of a group: what all have in common */
    int count;          /* likewise of parts; 0: not known yet */
    int64_t places[MAX_FIELDS];
    IrType types[MAX_FIELDS];
    Ins *class, *parts[MAX_FIELDS], *object; /* phis, and the virtual object of them */
} Join;

typedef struct Escape {
    Fn *fn;
    VEC(Object *) objects;
    VEC(Join *) joins;
    Ins **become; /* by value: what stands for it now */
    uint32_t become_count;
} Escape;

Object *escape_object(const Ins *value); /* that a value is, or whose values it points to; NULL */
bool escape_can_go(Escape *e, Object *object);
bool escape_comes_before(const Ins *a, const Ins *b);
bool *escape_reached_after(Escape *e, const Object *object, const Ins *store);
Version *escape_version_at(const Object *object, const Ins *ins);
int escape_part_at(const Version *version, int64_t place); /* -1: it has none there */
Ins *escape_class(Escape *e, const Object *object);        /* as a virtual object has it */
bool escape_ends_quietly(const Ins *value);
FrameState *escape_copy_state(Escape *e, const FrameState *state);

/* --- joins (escape_join.c) --- */

void escape_find_joins(Escape *e, Block *block);
Join *escape_join(const Ins *value); /* NULL: it is none */
/* An argument of an instruction is one of an object or a join; false: the object cannot go. */
bool escape_joins(Escape *e, Object *object, const Ins *phi);
void escape_use_join(Escape *e, Join *join, Ins *ins, bool in_state);
/* Which can go: an object that comes to one that cannot escapes. */
void escape_settle_joins(Escape *e);
/* Those go, before their objects do; true: there were any. */
bool escape_without_joins(Escape *e);

#endif
