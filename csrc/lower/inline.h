/* A call being put in line; for lower_inline.c and those who ask how it is done. */
#ifndef DXPY_LOWER_INLINE_H
#define DXPY_LOWER_INLINE_H

#include <setjmp.h>

#include "lower/lower.h"

typedef struct Return {
    Block *from;
    Ins *value;
} Return;

/* What is put in line: a callee that needs no frame, one that gets it when it needs it, or its beginning. */
typedef enum Way { WAY_FRAMELESS, WAY_FRAMED, WAY_BEGINNING } Way;

/* What a generator yields while it is put in line, and what it is then. */
typedef struct Give {
    Block *from;
    Ins *value, *generator;
} Give;

/* A raise that is a jump to behind the clause that catches it (lower_unseen.c). */
typedef struct Raised {
    Block *from;
    Ins *class;
    FrameState *state; /* in front of it */
    Lowerer *catcher;
    int clauses;               /* of its handler that can be done in line */
    VEC(Ins *) operands, kept; /* what goes where the handler is found, and with the exception; in order */
} Raised;

typedef struct Inlined {
    Lowerer *caller;
    FrameState *caller_state; /* the call has returned, its result is still to be pushed */
    Ins *function, *class;    /* called; of an __init__ the class was */
    const Callee *callee;
    jmp_buf *given_up;
    Way way;
    int kind;                      /* InlinedKind */
    int levels;                    /* of recursion */
    int rest_count, keyword_count; /* items of *args and **kwargs */
    bool gathers;                  /* a generator: see lower_gather.c */
    const ConstInfo *start;        /* what a sum of its items begins with; NULL: nothing */
    struct Steps *steps;           /* likewise, in a loop: see lower_steps.c. NULL: it is none */
    VEC(Give) gives;               /* of it */
    jmp_buf *over;                 /* WAY_BEGINNING: what follows in a place is not lowered */
    int ends;                      /* returns that need no call */
    int first_block;               /* of the callee's own */
    Ins *before;                   /* the last instruction that is not the callee's */
    bool *cold;                    /* by instruction: ends in a raise */
    IrType type;                   /* of the result */
    Block *join;
    VEC(Return) returns;
    VEC(Raised) raised; /* in it or in calls in it, and caught further out */
} Inlined;

/* What is called and with what, as it lies on the operand stack; then by parameter: NULL is the new instance,
 * or a default that is an object. */
typedef struct Call {
    Ins *function; /* NULL: an operator's or a property's, which its site tells */
    const Site *site;
    Ins **args;
    int count;
    Ins **rest; /* what goes into the tuple of *args */
    int rest_count;
    int names;      /* the constant that has the names of keyword arguments, -1: there are none */
    Lowerer *named; /* whose constant that is */
    Ins **keywords; /* likewise those that go into the dict of **kwargs: all or none */
    int keyword_count;
    uint8_t *types;   /* Likely of each parameter, once they are bound */
    int taker;        /* of a generator function: the index of the CALL that takes its items; else 0 */
    bool stays;       /* likewise: that call is made all the same, with a list of them */
    bool object;      /* the function is what an object that is called has for that */
    bool awaits;      /* of a coroutine function, whose coroutine is awaited at once */
    bool steps;       /* likewise: a loop does */
    const Site *exit; /* of a context manager's __enter__: its __exit__ */
    GatherKind kind;
    const ConstInfo *start; /* of a sum of the items; NULL: there is none */
} Call;

/* What must be as it was when the callee turns out to need a frame. */
typedef struct Before {
    Lowerer lowerer;
    Ins **stack;
    Local *locals;
    Ins *last;
    int blocks, inlined, const_count, name_count, pool, facts, caches, hints;
    int returns, ends, gives, raised; /* of the call at hand, in which this one is */
} Before;
Before inline_remember(Lowerer *l);
void inline_go_back(Lowerer *l, const Before *before);

/* A call whose operands stay with the caller until it has returned. */
static inline bool inline_is_operator(const Call *call) { return call->function == NULL; }

/* Arguments to parameters. False: they do not fit, or it cannot be said. */
bool inline_bind(Lowerer *l, Call *call, const Callee *callee);
Lowerer *inline_new_lowerer(Lowerer *l, const Call *call, const Callee *callee, Way way);
/* What a parameter has that gets no argument, read where it is no constant. */
Ins *inline_default(Lowerer *l, const Callee *callee, Ins *function, int parameter);
void inline_fill_locals(Lowerer *l, Lowerer *inner, const Call *call);
void inline_begin(Lowerer *l, Lowerer *inner, const Call *call);
/* An argument for what needs it to be an object: an iterator that is none becomes one. */
Ins *inline_as_object(Lowerer *l, Ins *value);
/* The value that the call has given; the join's block is empty still. */
Ins *inline_result(Lowerer *inner);
/* Go on with what it raises where that is caught. */
void inline_catch(Lowerer *l, Lowerer *inner);
/* A call in whatever way it can be put in line. False: in none, and nothing was done. */
bool inline_all_ways(Lowerer *l, Call *call);
/* Likewise, where it may be, of what has operands that stay; the site may be NULL. */
bool inline_call(Lowerer *l, Call *call);
bool inline_may(const Lowerer *l); /* may the instruction at hand be a call put in line? */
bool inline_may_be_operator(const Instr *instr);
/* lower_operator.c: what the caller gets of what the callee at hand returns; `state` is its own at its
 * return. And what an operator of this InlinedKind gives of that, in the place of its operands. */
Ins *inline_returned(Lowerer *l, Ins *value, FrameState *state);
void inline_give(Lowerer *l, int kind, Ins *value);
/* The method that ends a with statement, in the place of the manager; and a call of such a method
 * (lower_with.c). */
void inline_push_exit(Lowerer *l, const Call *call);
bool inline_find_exit(Lowerer *l, Ins *method, Call *call);
bool inline_try(Lowerer *l, const Call *call, const Callee *callee, Way way);
/* The CALL at hand; false: it is none of a function that a site leads to. */
bool inline_find_call(Lowerer *l, Call *call);
bool inline_is_affordable(const Lowerer *l, const Callee *callee, Way way);
/* Leave where what is called, a function, is not the callee. */
void inline_guard_function(Lowerer *l, const Callee *callee, Ins *function, FrameState *state);
/* Leave where what is called is not the callee. */
void inline_guard_callee(Lowerer *l, Inlined *inlined, const Call *call, FrameState *state);
/* What the callee has in its locals lives until here. */
void inline_keep_locals(Lowerer *l);
/* An object that is known to be alive. */
Ins *inline_pinned(Lowerer *l, void *object);
/* The CALL at hand as one of a native function. False: nothing was done. */
bool lower_native_call(Lowerer *l, const Call *call, const Callee *callee);

#endif
