/* The intermediate representation: blocks of instructions in SSA form over the frame's memory.
 *
 * A function has several entries: its start, the points where a generator resumes, exception handlers,
 * and loop headers for OSR. All but the start find their operand stack in the frame's memory (ldstk), so
 * nothing flows into them along an edge: an instruction that raises stores what its handler keeps and
 * control goes to the handler's entry. To the passes an entry is a block without predecessors. */
#ifndef DXPY_IR_IR_H
#define DXPY_IR_IR_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bail.h"
#include "base/strbuf.h"

/* IR_U64: an int from 0 to 2**64. IR_WIDE: one of any size, of which only the low 64 bits are there. */
typedef enum IrType { IR_VOID, IR_OBJ, IR_I64, IR_U64, IR_F64, IR_WIDE, IR_PTR, IR_ANY } IrType;

typedef enum IrOp {
#define OP(name, result, args, imm, flags, doc) IR_##name##_OP,
#include "ir/ops.def"
    IR_OP_COUNT
} IrOp;

typedef enum Helper {
#define HELPER(name, signature, flags, doc) H_##name,
#include "ir/helpers.def"
    HELPER_COUNT
} Helper;

typedef enum Known {
#define KNOWN(name, expression) KNOWN_##name,
#include "ir/known.def"
    KNOWN_COUNT
} Known;

typedef enum LayoutField {
#define LAYOUT(name) LAYOUT_##name,
#include "ir/layout.def"
    LAYOUT_COUNT
} LayoutField;

typedef enum ImmKind {
    IMM_NONE,
    IMM_INT,
    IMM_BITS,
    IMM_LOCAL,
    IMM_SLOT,
    IMM_CONST,
    IMM_NAME,
    IMM_KNOWN,
    IMM_FACT,
    IMM_CACHE,
    IMM_OUT,
    IMM_HELPER,
    IMM_UNIT
} ImmKind;

/* The flags column of ops.def. */
enum {
    OPF_CONST = 1,
    OPF_TERMINATOR = 2,
    OPF_RAISES = 4,
    OPF_LEAVES = 8,
    OPF_EFFECT = 16,
    OPF_BORROWED = 32,
    OPF_NULLABLE = 64,
    OPF_RUNS_CODE = 128,
    OPF_CONSUMES = 256,
    OPF_GUARD = 512,
    OPF_VIRTUAL = 1024,
    OPF_DECIDED = 2048,
    OPF_CHANGES = 4096
};

typedef struct OpInfo {
    const char *name;
    IrType result;
    const char *args; /* types of its arguments, as in ops.def */
    ImmKind imm;
    unsigned flags;
} OpInfo;

typedef struct HelperInfo {
    const char *name;
    const char *signature; /* result, ':', arguments */
    const char *args;      /* behind the colon */
    bool raises, runs_code, pure, last_goes_first, variadic;
    IrType result;
    int value_args; /* arguments that are values (before the rest) */
} HelperInfo;

extern const OpInfo IR_OPS[IR_OP_COUNT];
int ir_arg_count(IrOp op); /* -1: it varies */
extern const char *const IR_KNOWN_NAMES[KNOWN_COUNT];
/* What an iterator that gives bytes goes over; KNOWN_None: it gives none. */
Known ir_gone_over(Known iterator);
extern const char *const IR_LAYOUT_NAMES[LAYOUT_COUNT];
extern const char *const IR_TYPE_NAMES[];
const HelperInfo *ir_helper(int helper);
int ir_helper_by_name(const char *name, size_t length); /* -1: no such helper */

typedef struct Ins Ins;
typedef struct Block Block;

/* FrameState.handler in a call put in line: it has a handler, which the interpreter runs. */
enum { HANDLER_INTERPRETED = -2 };

/* Where the interpreter could go on, or where an exception is raised: what a frame must hold there. */
typedef struct FrameState {
    int32_t frame;             /* 0: the function's own; else 1 + index into Fn.inlined */
    bool there;                /* of a call put in line: it has its frame, and so have all its callers */
    struct FrameState *parent; /* of the caller, once the call has returned; NULL: the outermost */
    uint32_t offset;           /* code unit to go on with */
    uint32_t lasti;            /* code unit shown as running */
    int32_t handler;           /* index into Fn.handlers, -1: none, or HANDLER_INTERPRETED */
    int32_t stack_count;
    Ins **stack; /* operand stack, bottom first */
    int32_t local_count;
    int32_t *slots; /* local variables whose value the frame's memory does not have yet */
    Ins **locals;   /* their values */
    Ins **bound;    /* 0: the variable is unbound after all; a constant 1 for most */
} FrameState;

struct Ins {
    uint16_t op; /* IrOp */
    uint8_t type;
    bool nullable; /* the object may be NULL */
    bool owned;    /* set by opt_refcount: this value holds a reference */
    int32_t frame; /* which one it is about, numbered as in FrameState: see ir_has_frame */
    int64_t imm;
    int arg_count;
    Ins **args;
    FrameState *state; /* NULL: it neither raises nor leaves */
    Block *block;
    Ins *prev, *next;
    uint32_t id;
    int32_t exit;       /* index into Fn.exits, -1: none; set by opt_refcount */
    int32_t leave_exit; /* likewise, of an instruction that may raise and may leave: where it leaves */
    uint64_t consumed;  /* calls with a rest: mask of its values that the helper consumes; stores that may
                           leave: whether the value's reference is given, else they take one */
    int32_t use_count;  /* scratch of passes */
    void *scratch;
};

struct Block {
    uint32_t id;
    Ins *first, *last;
    Block *succs[2];
    int succ_count;
    VEC(Block *) preds;
    bool is_entry;
    int order;   /* position in Fn.blocks */
    int rpo;     /* reverse postorder number from the entries, -1: not reached; by ir_fill_dominators */
    Block *idom; /* immediate dominator, NULL: an entry, or reached from several */
    void *scratch;
};

/* ENTRY_NATIVE: the only one of a native function, which has no frame of its own: frame 0 is nobody's, the
 * function is the call put in line that is frame 1, and the outermost. */
typedef enum EntryKind { ENTRY_START, ENTRY_RESUME, ENTRY_HANDLER, ENTRY_OSR, ENTRY_NATIVE } EntryKind;

/* NATIVE_LEFT_NUMBER: what a native function whose result is a number gives when it has left, and maybe else.
 */
enum { NATIVE_MOST_ARGUMENTS = 12, NATIVE_LEFT_NUMBER = -INT32_MAX };

typedef struct Entry {
    EntryKind kind;
    uint32_t offset; /* code unit the frame would go on with */
    Block *block;
} Entry;

typedef struct Handler {
    int entry;     /* index into Fn.entries */
    int32_t depth; /* stack entries kept */
    bool lasti;    /* lasti is pushed before the exception */
} Handler;

/* What an exit does with a value. Order known to ir/image.h. */
typedef enum ExitValueKind {
    EXIT_OWNED,
    EXIT_BORROWED,
    EXIT_DROP,
    EXIT_I64,
    EXIT_U64,
    EXIT_F64,
    EXIT_IF,    /* a number: when it is 0 the next row is skipped */
    EXIT_SAME,  /* the next number is the object that the row `slot` has made, where it made one */
    EXIT_RANGE, /* the next number of a range iterator that is made; two rows more, its end and its step */
    EXIT_PART,  /* one of these */
    EXIT_NEW,   /* the class of an object that is made, of the next `slot` rows: each a number or an object as
                   above, its slot being the place in the new one. All such rows come first. */
    EXIT_MADE   /* the object that the row was of which the next number is */
} ExitValueKind;

typedef struct ExitValue {
    uint8_t kind; /* ExitValueKind */
    int32_t slot; /* of localsplus, the operand stack behind the locals; of EXIT_SAME a row; of EXIT_DROP the
                     level that is left when it goes */
    Ins *value;
} ExitValue;

/* What was called, and so what becomes of the result. */
typedef enum InlinedKind {
    INLINED_CALL,
    INLINED_INIT,     /* a class's __init__: the instance is its caller's operand, the result only None */
    INLINED_PROPERTY, /* a property's getter: the owner stays with the caller until it has returned */
    INLINED_ITEM,     /* an operator's method: both operands stay with the caller until it has returned */
    INLINED_BINARY,   /* likewise, one that may give NotImplemented; 2 * BinaryKind + in place is added */
    INLINED_COMPARE = INLINED_BINARY + 26,  /* likewise, a comparison, of which there are six */
    INLINED_CONTAINS = INLINED_COMPARE + 6, /* likewise, `in` and `not in`, which give a bool */
    INLINED_LEN = INLINED_CONTAINS + 2,     /* likewise len(): three operands, it gives an int */
    INLINED_SET_ITEM,                       /* likewise, and nothing is given */
    INLINED_SETTER,                         /* a property's setter: likewise, of two operands */
    INLINED_STEP,   /* a generator that a loop goes over, up to its next yield: the loop's FOR_ITER is its
                       caller,   which goes on behind itself with what was yielded, and at its state's offset at
                       the end */
    INLINED_AWAIT,  /* a coroutine that does not wait: the SEND that awaits it is its caller */
    INLINED_OBJECT, /* a call of an object: the function that its class has for that */
    INLINED_GATHER, /* a generator whose items a built-in function takes; GatherKind is
                                             added. What that has is the lowest operand of its frame */
    INLINED_KINDS = INLINED_GATHER + 10
} InlinedKind;

static inline bool ir_gathers(int kind) { return kind >= INLINED_GATHER; }
/* Is its frame a generator's or a coroutine's, which lies on its caller's operand stack? */
static inline bool ir_steps(int kind) { return kind == INLINED_STEP || kind == INLINED_AWAIT; }
/* How many operands stay with the caller until it has returned. */
static inline int ir_operands(int kind) {
    if (kind < INLINED_PROPERTY || ir_steps(kind) || kind >= INLINED_OBJECT) return 0;
    return kind == INLINED_PROPERTY ? 1 : kind == INLINED_LEN || kind == INLINED_SET_ITEM ? 3 : 2;
}
/* Is what it returns dropped? */
static inline bool ir_gives_nothing(int kind) { return kind == INLINED_SET_ITEM || kind == INLINED_SETTER; }
/* Levels of recursion that a call stands for: that of a class or an object is one too, and so is a
 * comparison. */
static inline int ir_levels(int kind) {
    return 1 + (kind == INLINED_INIT || kind >= INLINED_OBJECT ||
                (kind >= INLINED_COMPARE && kind < INLINED_CONTAINS));
}

/* A call that was put in line. Its frame is there between push and pop; elsewhere an exit makes it. */
typedef struct InlinedCall {
    int parent; /* frame of the caller, numbered as in FrameState */
    int local_count, stack_size, const_count, name_count, unit_count;
    int kind;       /* InlinedKind */
    int first_slot; /* slots of all frames are numbered in a row: locals, operand stack, and the function
                       called */
    void *code;     /* while lowering: the code object, borrowed */
    int units_run;  /* likewise: see Callee.units */
    bool held;      /* likewise: compiled code must keep it alive */
} InlinedCall;

typedef enum ExitKind {
    EXIT_RAISE,
    EXIT_RERAISE,
    EXIT_LEAVE,
    EXIT_YIELD,
    EXIT_GUARD,
    EXIT_COLD,
    EXIT_LOOP,
    EXIT_CATCH, /* something is raised that a call put in line has a handler for: the interpreter goes on */
    EXIT_CALLEE /* a native function that was called has left: the interpreter ends it and goes on behind it
                 */
} ExitKind;

typedef struct Exit {
    ExitKind kind;
    FrameState *state;
    VEC(ExitValue) values;
} Exit;

typedef struct Fn {
    CompileContext *cx;
    const char *name;
    int tier;
    int argument_count, local_count, stack_size, const_count, name_count, cache_count, unit_count;
    int fact_count;
    VEC(int64_t) facts;       /* while lowering; in the text there is only their number */
    VEC(uint64_t) fact_kinds; /* of these, likewise: what may be one number in the text */
    bool is_generator;
    bool force_exits; /* every guard asks whether it is to fail at this visit, for tests */
    int64_t layout[LAYOUT_COUNT];

    VEC(Ins *) pool;     /* constants */
    Ins **pool_table;    /* the same by hash of op and imm, open addressing; ir_const's own */
    uint32_t pool_room;  /* a power of 2 */
    VEC(Block *) blocks; /* in order of emission */
    VEC(Entry) entries;
    VEC(Handler) handlers;
    VEC(InlinedCall) inlined;
    VEC(Exit) exits;
    int64_t state_values; /* while lowering: how many all frame states have */
    uint32_t next_value, next_block;
} Fn;

/* How a C function takes its arguments, none of them by name. */
typedef enum CallConvention {
    CONVENTION_OTHER, /* none of these */
    CONVENTION_NOTHING,
    CONVENTION_ONE,
    CONVENTION_ARRAY,
    CONVENTION_ARRAY_AND_NAMES,
    CONVENTION_KINDS,
    /* beside one of them */
    CONVENTION_BOUND = 8, /* what c_call has for self is a function object that has it */
    CONVENTION_KEEPS = 16 /* a quiet_call changes no object, and collects no garbage */
} CallConvention;

enum { C_CALL_FIRST_ARGUMENT = 2 };
static inline CallConvention ir_convention(int64_t imm) {
    return (CallConvention)(imm & (CONVENTION_BOUND - 1));
}
static inline bool ir_takes_array(int64_t imm) { return ir_convention(imm) >= CONVENTION_ARRAY; }

#define fn_arena(fn) (&(fn)->cx->arena)

static inline bool ir_is_native(const Fn *fn) {
    return fn->entries.count > 0 && fn->entries.items[0].kind == ENTRY_NATIVE;
}

/* Levels of recursion that a state stands for and that nobody has counted: calls put in line that have no
 * frame. A native function's own is counted by `enter`. */
static inline int ir_uncounted_levels(const Fn *fn, const FrameState *state) {
    int levels = ir_is_native(fn) ? -1 : 0;
    for (; state != NULL && state->frame != 0 && !state->there; state = state->parent)
        levels += ir_levels(fn->inlined.items[state->frame - 1].kind);
    return levels;
}

/* --- build --- */
Fn *ir_new_fn(CompileContext *cx);
Block *ir_new_block(Fn *fn);
Ins *ir_new_ins(Fn *fn, IrOp op, IrType type, int arg_count);
void ir_append(Block *block, Ins *ins);
void ir_insert_before(Ins *at, Ins *ins);
void ir_insert_after(Ins *at, Ins *ins);
void ir_remove(Ins *ins);
void ir_set_succs(Block *block, Block *first, Block *second);
Ins *ir_const(Fn *fn, IrOp op, int64_t imm); /* from the pool, made when missing */
void ir_fill_preds(Fn *fn);                  /* recompute preds; phis must agree with their order */
void ir_fill_dominators(Fn *fn);             /* rpo and idom; needs preds */
bool ir_dominates(const Block *a, const Block *b);

static inline bool ir_is(const Ins *ins, unsigned flag) { return (IR_OPS[ins->op].flags & flag) != 0; }
/* Is it the object that was made of an unboxed number, its argument? */
static inline bool ir_is_box(const Ins *ins) {
    return ins->op == IR_box_i64_OP || ins->op == IR_box_u64_OP || ins->op == IR_box_f64_OP;
}
enum { PHI_OF_NUMBERS = 1 }; /* imm of a phi of objects that are numbers; set by opt_origin */
static inline bool ir_is_complex(const Ins *ins) {
    return ins->op == IR_complex_OP || ins->op == IR_complex_of_OP;
}
/* Is it surely an object whose end runs nothing: that of a number, or a bool? */
static inline bool ir_ends_quietly(const Ins *ins) {
    return ir_is_box(ins) || ir_is_complex(ins) || ins->op == IR_mkbool_OP ||
           (ins->op == IR_phi_OP && ins->imm == PHI_OF_NUMBERS);
}
/* Does it always call something, and leave afterwards, if it leaves? */
bool ir_calls(const Ins *ins);
bool ir_raises(const Ins *ins); /* has an error exit */
bool ir_leaves(const Ins *ins); /* has a side exit */
/* Is what is raised with this state handled first by a call put in line? */
bool ir_is_caught_in_line(const FrameState *state);
bool ir_runs_code(const Ins *ins); /* somebody may look at the frame meanwhile */
bool ir_has_effect(const Ins *ins);
/* Would doing it twice be noticed? */
bool ir_changes(const Ins *ins);
bool ir_is_borrowed(const Ins *ins); /* its object result is no reference of its own */
/* Does `ins` consume its i-th argument? Of the rest of a call the mask decides, not this. */
bool ir_consumes(const Ins *ins, int arg);
int ir_rest_index(const Ins *ins); /* first argument of the rest, or arg_count */

/* All values of a frame state and of its callers' states, one after the other: stack, locals, whether these
 * are bound. */
int ir_state_count(const FrameState *state);
Ins **ir_state_value(FrameState *state, int i);

int ir_slot_count(const Fn *fn); /* of all frames */
/* The slot of a frame's operand, of a local, and of the function called. */
int ir_stack_slot(const Fn *fn, int frame, int place);
int ir_local_slot(const Fn *fn, int frame, int local);
int ir_function_slot(const Fn *fn, int frame);
int ir_frame_of_slot(const Fn *fn, int64_t slot);
/* Is it about a frame, which Ins.frame tells? Of the others that have to do with one the slot tells. */
bool ir_has_frame(const Ins *ins);

/* How many of the rows behind a row of an exit are parts of what it makes, and no slots of a frame? */
int exit_parts(int kind, int32_t slot);

#define for_each_ins(ins, block) for (Ins *ins = (block)->first; ins != NULL; ins = ins->next)

/* --- text --- */
void ir_print(const Fn *fn, StrBuf *out);
Fn *ir_parse(CompileContext *cx, const char *text, size_t length); /* bails: bad_ir */
void ir_verify(Fn *fn, const char *after);                         /* bails: bad_ir */

#endif
