/* What the files of the pass share that leaves objects out (opt_escape.c, escape_join.c). */
#ifndef DXPY_OPT_ESCAPE_H
#define DXPY_OPT_ESCAPE_H

#include "opt/opt.h"

enum { MAX_FIELDS = 30 };
enum { NOT_READ = -1000 }; /* where no part is read */

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

typedef enum Sort {
    SORT_INSTANCE,
    SORT_TUPLE,
    SORT_COMPLEX, /* its parts are doubles always */
    SORT_LIST,
    SORT_DICT,
    SORT_FUNCTION,
    SORT_METHOD
} Sort;

/* Where an object is made after all: in front of `at`. */
typedef struct Point {
    Ins *at;
    bool *reached; /* by block, until the join comes again */
} Point;

enum { MOST_MADE_PARTS = 12 }; /* of one that is made in the middle of the code */

/* Who looks at a value, and who needs the object itself. */
typedef struct Wanted {
    Ins *value;
    VEC(Use) uses;
    VEC(Ins *) by;
    VEC(Point) points; /* where it is made for these */
} Wanted;

typedef struct Object {
    Ins *made;
    Sort sort;
    bool escapes;
    bool looked_at, can_go; /* is it known whether it can go, and can it? */
    Wanted wanted;
    VEC(Ins *) stores;
    VEC(Version *) versions;
    VEC(struct Join *) joins; /* that it comes to */
} Object;

/* A phi of such objects, of others like it, of null where there is none yet, and of objects that the loop
 * began with (Foreign). What is read of it is a phi for each part; where the object itself is wanted after
 * all it is made. */
typedef struct Join {
    Ins *phi;
    bool escapes, is_read;
    Wanted wanted;
    struct Join *group;            /* the first of those that objects go on between; itself: this one */
    Sort sort;                     /* of a group: what all have in common */
    bool may_be_none, has_foreign; /* likewise: on one of the ways */
    const Ins *version,
        *shared; /* likewise: of the class and of its keys, as the uses ask; NULL: none asks */
    int count;   /* likewise of parts; 0: not known yet */
    int64_t places[MAX_FIELDS];
    IrType types[MAX_FIELDS];
    uint32_t boxed; /* parts that are objects here though the group has numbers */
    /* What stands for it. `whole` is the class, or the object that the loop began with. */
    Ins *class, *whole, *parts[MAX_FIELDS], *object;
} Join;

/* An object that was there before, which a variable's memory had. */
typedef struct Foreign {
    Ins *value, *guard; /* that there is one: what is asked of it stands behind */
    Ins *values, *class, *items[MAX_FIELDS], *numbers[MAX_FIELDS];
} Foreign;

typedef struct Escape {
    Fn *fn;
    VEC(Object *) objects;
    VEC(Join *) joins;
    VEC(Foreign *) foreign;
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

bool escape_is_part(const Ins *ins); /* does it store to an object that may go? */
void escape_become(Escape *e, const Ins *ins, Ins *value);
void escape_note_state(Escape *e, Ins *ins); /* of a new instruction */
Ins *escape_box(Escape *e, Ins *before, Ins *number, FrameState *state);
/* Where in an object of so many parts it reads one; NOT_READ: it reads none. */
int64_t escape_place_read(const Escape *e, const Ins *ins, int count);
bool escape_is_read(const Ins *ins, int arg); /* does it only ask what the object is or has? */
Sort escape_sort_read(const Ins *ins);        /* likewise: of which sort it takes it to be */

/* --- joins (escape_join.c) --- */

void escape_find_joins(Escape *e, Block *block);
Join *escape_join(const Ins *value); /* that a value is, or whose values it points to; NULL: none */
/* An argument of an instruction is one of an object or a join; false: the object cannot go. */
bool escape_joins(Escape *e, Object *object, const Ins *phi);
void escape_use_join(Escape *e, Join *join, Ins *ins, int arg);
void escape_name_join(Escape *e, Join *join, Ins *ins); /* by its frame state */
/* Which can go: an object that comes to one that cannot escapes. */
void escape_settle_joins(Escape *e);
Join *escape_group(Join *join);
/* Those go, before their objects do; true: there were any. */
bool escape_without_joins(Escape *e);

/* --- their parts (escape_parts.c) --- */

/* What is common to a group's objects; false: they do not fit together. */
bool escape_find_parts(Escape *e, Join *group);
IrType escape_type(Join *join, int part); /* of its phi */
/* What comes to a join on a way: for a part, or for what it is as a whole; or its class. */
Ins *escape_part_for(Escape *e, Join *join, int way, int part);
Ins *escape_whole_for(Escape *e, Join *join, int way);
Ins *escape_class_for(Escape *e, Join *join, int way);
FrameState *escape_reading_state(const Ins *ins);  /* in which what it reads would be boxed */
const Ins *escape_foreign_guard(const Ins *value); /* NULL: it is no object that a loop may begin with */

/* --- where the object itself is wanted (escape_whole.c) --- */

bool escape_can_be_made(Escape *e, Wanted *wanted);
/* Does a use have what is made of it? */
bool escape_is_made_before(const Wanted *wanted, const Ins *use);
/* Is there a way on which it is not? */
bool escape_is_rarely_made(Escape *e, const Wanted *wanted);
/* A part that may be a number, as an object in front of an instruction. */
Ins *escape_object_before(Escape *e, Ins *at, Ins *part);
/* Make it at each of its points: `whole` is its class, or itself. */
void escape_make_join(Escape *e, Join *join);
void escape_make_object(Escape *e, Object *object);

#endif
