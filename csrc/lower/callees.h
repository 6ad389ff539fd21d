/* What the lowering may know of functions that are called. */
#ifndef DXPY_LOWER_CALLEES_H
#define DXPY_LOWER_CALLEES_H

#include "base/bail.h"
#include "bytecode/bytecode.h"
#include "ir/ir.h"

/* Where the default of a keyword-only parameter is; there is none where `keys_version` is 0. */
typedef struct KeywordDefault {
    uint32_t keys_version; /* fact, of the dict of defaults */
    int64_t offset;        /* of the value, from the start of its keys */
    uint8_t likely;        /* what it is now */
} KeywordDefault;

/* A Python function that a call may be put in line of. */
typedef struct Callee {
    Bytecode *code;
    uint32_t version; /* fact: its own, while its code and defaults stay */
    void *code_object, *function;
    int units; /* code units of it that have run, handlers not counted: what it takes to put it in line */
    int positional; /* parameters that an argument without a name may be for: the first ones. Behind them come
                       those that are keyword-only, then that of *args, then that of **kwargs */
    int default_count; /* of the last positional parameters */
    const ConstInfo *defaults;
    void **default_objects; /* NULL: they are read from the function called, and may be others */
    const KeywordDefault
        *keyword_defaults;  /* NULL: there are none; their dict may be changed without notice */
    uint32_t class_version; /* not 0: called is a class of that version, whose instances object.__new__ makes;
                               this is its __init__ */
    bool has_finalizer;     /* of that class: it sees in which frame an instance ends */
    bool plain;             /* likewise: their end goes unnoticed, see H_rt_new_plain */
    void *globals, *builtins; /* not NULL: called is any function of this code whose dicts they are; there is
                                 no version, `function` is NULL, and no default is known for certain */
    void *sample;             /* likewise: one of them, NULL: none is at hand */
    bool held;                /* likewise: nothing else keeps the code alive */
} Callee;

/* How a native function takes its arguments and gives its result: IrTypes. */
typedef struct NativeSignature {
    void *cell; /* of it, see runtime/rt.h */
    int argument_count;
    bool of_code; /* it is any function of its code: the last argument, an object, says which one */
    uint8_t arguments[NATIVE_MOST_ARGUMENTS];
    uint8_t result;
} NativeSignature;

/* Arguments that a caller gives it. */
static inline int native_given(const NativeSignature *signature) {
    return signature->argument_count - signature->of_code;
}

typedef struct KnownResult KnownResult;

/* Where they come from: find(context, cx, site) gives NULL for what a site leads to if it cannot be (too
 * long, a generator). */
typedef struct Callees {
    const Callee *(*find)(void *context, CompileContext *cx, const Site *site);
    /* Likewise, a generator function only. */
    const Callee *(*find_generator)(void *context, CompileContext *cx, const Site *site);
    /* The parameter that a keyword argument is for: `keyword` of the tuple that is constant `names` of the
     * caller's code (NULL: of the function being lowered). -1: none. */
    int (*parameter)(void *context, void *caller, int names, int keyword, const Callee *callee);
    /* Where an operator leads for a left operand whose class has this version, or a CALL of super() that has
     * a site for such a first argument; NULL: it cannot be told. */
    const Site *(*operator)(void *context, CompileContext *cx, const Instr *instr, uint32_t type_version);
    /* A callee as a native function; `types`: Likely of the arguments here. NULL: it cannot be one. */
    const NativeSignature *(*native)(void *context, CompileContext *cx, const Callee *callee,
                                     const uint8_t *types);
    void *context;
    KnownResult **results; /* of functions, as far as they were asked for; see infer.c */
} Callees;

/* Does a call with so many arguments, its self included, leave only such positional ones out that have a
 * default? */
static inline bool callee_takes(const Callee *callee, int count) {
    int missing = callee->positional - count;
    return (missing >= 0 || callee->code->rest_parameter >= 0) && missing <= callee->default_count;
}
/* The default of a positional parameter; negative: there is none. */
static inline int callee_default(const Callee *callee, int parameter) {
    return parameter - (callee->positional - callee->default_count);
}
/* Is it the one that gets a tuple of what is left, or the one that gets a dict? */
static inline bool callee_is_rest(const Callee *callee, int parameter) {
    return parameter == callee->code->rest_parameter;
}
static inline bool callee_is_keywords(const Callee *callee, int parameter) {
    return parameter == callee->code->keywords_parameter;
}

#endif
