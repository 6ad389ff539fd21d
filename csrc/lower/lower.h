/* Canonical bytecode -> IR. The abstract operand stack holds SSA values; the frame's slots stay in memory.
 * Written as if nothing were counted: passes insert reference counts and exits. */
#ifndef DXPY_LOWER_LOWER_H
#define DXPY_LOWER_LOWER_H

#include "bytecode/bytecode.h"
#include "ir/image.h"
#include "ir/ir.h"
#include "lower/infer.h"

/* Make the IR of one function. `layout` is cpython/layout.h's. `callees`: NULL to put no calls in line.
 * Bails on bytecode it cannot follow. */
Fn *lower_code(CompileContext *cx, Bytecode *code, int tier, const int64_t layout[LAYOUT_COUNT],
               const Callees *callees);

/* Make the IR of a function that runs without a frame (see docs/internals/lower.md). Bails when it needs one.
 */
Fn *lower_native(CompileContext *cx, const Callee *callee, const NativeSignature *signature,
                 const int64_t layout[LAYOUT_COUNT], const Callees *callees);
/* The type of what a callee gives for arguments of these types (Likely). */
IrType lower_native_result(CompileContext *cx, const Callee *callee, uint8_t *types, const Callees *callees);

/* --- for lower/ only --- */

/* Where a local variable's value is. Numbers are kept out of the frame's memory while nobody can look at it;
 * of a call put in line all values are, as long as it has no frame. */
typedef struct Local {
    Ins *number; /* of an object that is not in memory: its number, once it was unboxed */
    Ins *value;  /* the unboxed number; NULL: the frame's memory has the value */
    Ins *bound;  /* 0: it is unbound after all */
    bool stale;  /* the frame's memory does not have the number */
    Ins *lacks;  /* where it may: 0 when it has after all, and keeps the very object; NULL: like `bound` */
    Ins *loaded; /* the object read from the memory, which it still has; NULL: not read yet */
    bool quiet;  /* what the memory holds may be overwritten unseen: nothing, or a number */
    bool whole;  /* of an object: `value` is it where the memory has it, too */
} Local;

typedef struct Incoming {
    Block *from;
    Ins **values; /* for each phi of the place, in their order */
} Incoming;

/* A place in the bytecode where control flow joins or arrives by a jump. */
typedef struct Place {
    Block *block; /* NULL: nothing leads here */
    int edges;    /* how many */
    bool is_loop; /* control comes back to it */
    int depth;
    bool framed;   /* on arrival; always so where several edges meet in a call that may get a frame */
    Ins **stack;   /* phis, or the only predecessor's values */
    Local *locals; /* likewise; NULL: all in memory */
    VEC(Ins *) phis;
    VEC(Incoming) incoming;
    Block *before;       /* a loop: where it is entered; ends in its anchor. NULL: it is none */
    VEC(Ins *) entering; /* the phis of that block, in the order of `phis` */
    VEC(Incoming) entries;
} Place;

/* The class that a value was found to have. Nothing may rely on it. */
typedef struct Hint {
    const Ins *value;
    uint32_t type_version;
} Hint;
typedef VEC(Hint) Hints;

/* A method that depends on its owner's class, or what a call was noted to be of. */
typedef struct Choice {
    Ins *value;        /* the function; of what was noted a bound method as well */
    const Site *sites; /* by class, or by function */
    Ins *index;        /* the number of the class at hand; NULL: the value itself is asked */
    bool open;         /* other functions are called there too */
} Choice;

enum { SEEN_CLASSES = 12 }; /* at one site; there are fewer */

/* A call whose arguments came in a tuple or a dict: its operands as the interpreter has them, where it
 * begins. */
typedef struct Spread {
    Ins **stack;
    int depth;
    uint32_t offset;
    struct Lowerer
        *named; /* whose constants the names of its keyword arguments are among; NULL: it has none */
} Spread;

typedef struct Lowerer {
    struct Region *region; /* the innermost loop that a generator is being put in line in; NULL: none */
    CompileContext *cx;
    const Bytecode *code;
    Fn *fn;
    Block *block; /* where instructions go; NULL: the code here is not reached */
    const Instr *instr;
    int index; /* of instr */
    Ins **stack;
    int depth;
    Local *locals;              /* NULL: this tier keeps all in memory */
    const Inference *inference; /* NULL: this tier does not speculate */
    bool **stale;               /* by instruction that control jumps to, then by local: see lower/stale.h */
    uint8_t **made;             /* likewise, Made; NULL: objects in variables go to the frame's memory */
    bool *made_ever;            /* in one of these */
    int *cache_numbers;         /* by instruction; NULL: they are numbered as they come */
    Block *marked_block;        /* where the running instruction was last said, and which it was */
    uint32_t marked_lasti;
    struct {
        const Ins *dict, *key;
        Ins *hint;     /* of cp_dict_find */
    } found;           /* the last item of a dict looked for; its hint's block says where it holds */
    const Ins *listed; /* the list of what a generator put in line yielded last */
    bool ran_code;     /* tracing may have been turned on since it was last looked at */
    bool enters;       /* a back-edge being lowered comes from outside its loop */
    Place *places;     /* by instruction */
    int *handlers;     /* BcHandler -> Fn.handlers */
    int *work;         /* places whose stack is known and that wait to be lowered */
    int work_count;
    const Callees *callees;
    struct Inlined *inlined;    /* of a call put in line: lower_inline.c; NULL: the function itself */
    struct Budget *budget;      /* of all calls put in line, likewise */
    int units_left, calls_left; /* of it, for its own calls and those in them; call sites to come */
    const Callee *native;       /* the function, when it is lowered as a native one */
    const Spread *spread;       /* the call at hand is such a one; NULL: it is not */
    bool framed;                /* its frame is there; always so of the function itself */
    int frame;                  /* as in FrameState */
    Hints *hints;               /* of the function and the calls put in line in it */
    int first_hint;             /* those before it hold wherever this function's code is */
    VEC(Choice) choices;
    int first_const, first_name; /* numbers of its own ones among those of all calls put in line */
} Lowerer;

void lower_push(Lowerer *l, Ins *value);
Ins *lower_pop(Lowerer *l);             /* as an object */
Ins *lower_peek(Lowerer *l, int depth); /* 1: the top; as an object */
Ins *lower_pop_any(Lowerer *l);         /* object or number */

/* --- numbers (lower_number.c); only where l->inference is there --- */
static inline IrType lower_unboxed_type(Likely likely) {
    switch (likely) {
    case LIKELY_INT: return IR_I64;
    case LIKELY_WORD: return IR_U64;
    case LIKELY_FLOAT: return IR_F64;
    default: return IR_OBJ;
    }
}
static inline Likely lower_likely_of(IrType type) {
    switch (type) {
    case IR_I64: return LIKELY_INT;
    case IR_U64: return LIKELY_WORD;
    case IR_WIDE: return LIKELY_BIG;
    case IR_F64: return LIKELY_FLOAT;
    default: return LIKELY_OTHER;
    }
}
/* What a constant of the code is; NULL: the value is none. */
static inline const ConstInfo *lower_const_info(const Ins *value) {
    return value->op == IR_const_OP ? value->scratch : NULL;
}
/* Where a value was read, NULL: not known. */
static inline const Site *lower_site(const Ins *value) {
    return value->op == IR_const_OP ? NULL : value->scratch;
}
Ins *lower_object(Lowerer *l, Ins *value); /* boxed if need be */
/* Is there an object already, in the operand or in the frame's memory? */
bool lower_has_object(const Lowerer *l, const Ins *value);
bool lower_is_int(Lowerer *l, const Ins *value);
/* The number a value is; an object is guarded: `state` is where to go on when it is not of the type. */
Ins *lower_i64(Lowerer *l, Ins *value, FrameState *state);
/* What is of another type already was guessed wrong: it is boxed, and the guard will leave. */
Ins *lower_as_type(Lowerer *l, Ins *value, IrType type, FrameState *state);
Ins *lower_f64(Lowerer *l, Ins *value, Likely type, FrameState *state);
/* A local variable that was unboxed once is known from now on; gives the number. */
Ins *lower_remember(Lowerer *l, const Ins *object, Ins *number);
/* An operator (BinaryKind) of two ints, of two floats; leaves with the state. */
Ins *lower_int_operator(Lowerer *l, int kind, Ins *a, Ins *b, FrameState *state);
Ins *lower_float_operator(Lowerer *l, int kind, Ins *a, Ins *b, FrameState *state);
bool lower_number_binary(Lowerer *l);
/* An operator or a comparison of numbers of either kind. */
bool lower_any_numbers(Lowerer *l);
bool lower_number_unary(Lowerer *l, BcOp op);
bool lower_number_compare(Lowerer *l);
/* The same of ints beyond 63 bits (lower_word.c). */
bool lower_word_binary(Lowerer *l);
bool lower_word_unary(Lowerer *l, BcOp op);
bool lower_word_compare(Lowerer *l);
Ins *lower_word(Lowerer *l, Ins *value, FrameState *state);
Ins *lower_signed(Lowerer *l, Ins *word, FrameState *state);
Ins *lower_word_as_float(Lowerer *l, Ins *word);
Ins *lower_wide_object(Lowerer *l, Ins *wide);
/* What an operator gives where it cannot overflow, as the operations say that gave a and b; NULL: it may. */
Ins *lower_sure_to_fit(Lowerer *l, int kind, Ins *a, Ins *b);
bool lower_number_subscr(Lowerer *l);
bool lower_number_store_subscr(Lowerer *l);
/* The item of what is guarded to be a list, or a tuple; `state` as above. */
Ins *lower_item(Lowerer *l, Ins *container, Ins *index, bool list, FrameState *state);
Ins *lower_truth(Lowerer *l, Ins *value, FrameState *state);
Ins *lower_truth_of_top(Lowerer *l); /* which goes */
/* What a variable has that memory may lack; NULL: it is in memory. */
Ins *lower_number_load(Lowerer *l, int slot);
bool lower_number_store(Lowerer *l, int slot);
void lower_number_delete(Lowerer *l, int slot);
Ins *lower_constant_object(Lowerer *l, const Ins *number);
/* The object of a number, from the memory of a variable that has both; NULL: there is none. */
Ins *lower_held_object(Lowerer *l, const Ins *number);

/* The object that a variable of a call without a frame has of a number; else the number itself. */
Ins *lower_object_of(const Lowerer *l, Ins *number);
/* The object that a caller has of a number it has given; NULL: none, or all of that number are one. */
Ins *lower_given_object(Lowerer *caller, const Ins *number);
Ins *lower_lacks(const Local *local); /* 1 where the memory lacks a stale number */
void lower_flush(Lowerer *l);         /* numbers into the frame's memory: somebody may look */
void lower_flush_local(Lowerer *l, int slot);
bool lower_may_be_stale(const Lowerer *l, int target, int slot); /* on arrival there, in the frame's memory */

/* --- complex numbers (lower_complex.c); false: they are none, or nothing is known of them --- */
bool lower_complex_binary(Lowerer *l);
bool lower_complex_negative(Lowerer *l);
bool lower_complex_compare(Lowerer *l);
bool lower_complex_attr(Lowerer *l); /* real, imag */
bool lower_complex_call(Lowerer *l); /* complex, abs, conjugate */
/* A constant as an object whose parts are known; what is none is itself. */
Ins *lower_complex_constant(Lowerer *l, Ins *value);

/* --- objects in variables (lower_object.c) --- */

bool lower_is_lacking(const Local *local); /* may the memory lack what it has? */
/* Does a variable of the frame's have an object that memory may lack? */
bool lower_has_made(const Lowerer *l, const Local *local);
/* STORE_FAST of what was made here, which is on top of the stack; false: it goes to memory. */
bool lower_object_store(Lowerer *l, int slot, Ins *value);
/* Such a variable is read. */
void lower_object_load(Lowerer *l, int slot);
/* The memory has it now; `certain`: it lacked it. */
void lower_object_stored(Local *local, bool certain);
bool lower_carries(const Lowerer *l, int target, int slot);
/* In the form that the place at `target` has it in; false: it is to be in memory. */
bool lower_conform_object(Lowerer *l, int target, int slot, const Place *place, FrameState *state);
void lower_keep_objects(Lowerer *l); /* the function returns */

#define STEP_VARIES INT64_MIN
/* The step of the range that the operand `place` is the iterator of where control arrives at `target`; 0: it
 * is none, or one that is an object; STEP_VARIES: not known before it runs, but not below 1. */
int64_t lower_range_step(const Lowerer *l, int target, int place);
/* A range's iterator, which is no object but its parts. */
Ins *lower_new_range(Lowerer *l, Block *block, Ins *next, Ins *end, Ins *step);
/* Does the loop at `head` have such an instruction; may the function be suspended in it? */
bool lower_loop_has(const Lowerer *l, int head, BcOp op);
bool lower_loop_suspends(const Lowerer *l, int head);
/* CALL of range that a loop goes over at once. */
bool lower_range_loop(Lowerer *l);
/* The loop around `target` that the operand `place` is the iterator of; -1: of none. */
int lower_loop_over(const Lowerer *l, int target, int place);

/* --- iterators that are no objects (lower_iterator.c) --- */

/* What such an iterator is made of; of enumerate and zip, what they go over. */
typedef struct IterForm {
    Known type;
    int64_t step; /* of a range, or STEP_VARIES */
    int count;    /* of those within */
    const struct IterForm *inner[EXIT_MOST_ZIPPED];
} IterForm;
/* Of the iterator that the operand `place` is where control arrives at `target`; NULL: it is an object. A
 * range that nothing else is made of has lower_range_step. */
const IterForm *lower_form_at(Lowerer *l, int target, int place);
const IterForm *lower_form_of(Lowerer *l, const Ins *iterator);
bool lower_has_form(const Ins *value, const IterForm *form);
/* One in such a form, of one that is an object, which goes. */
Ins *lower_taken_iterator(Lowerer *l, Ins *object, const IterForm *form, FrameState *state);
/* The object that one would be. */
Ins *lower_iterator_object(Lowerer *l, Ins *iterator);
/* False: nothing was done. GET_ITER of what such an iterator goes over; CALL of enumerate, zip or reversed
 * that is gone over at once; FOR_ITER over such an iterator, which may have become an object. */
bool lower_get_iterator(Lowerer *l);
bool lower_iterator_call(Lowerer *l);
bool lower_go_over(Lowerer *l);
/* How many operands an exit that keeps so many has to know: an iterator of several parts drops them in their
 * order. */
int lower_known_depth(const Lowerer *l, int kept);
/* It goes here, and what it has in the order in which an object would drop it. */
void lower_drop_iterator(Lowerer *l, const Ins *iterator);
/* Bring operands and locals into the form that a place wants; before the jump there. */
void lower_conform(Lowerer *l, int target);

/* --- objects of built-in types (lower_iter.c, lower_container.c, lower_builtin.c); likewise --- */

/* The built-in function, type or method that a call is of whose first two operands these are; BI_NONE: it is
 * not known. And a guard that it still is. */
Builtin lower_builtin_at(Ins **operands);
void lower_guard_builtin(Lowerer *l, Ins **operands);
/* False: nothing was lowered, the general way is to be taken. */
bool lower_known_method(Lowerer *l);
bool lower_known_format(Lowerer *l);
bool lower_plain_format(Lowerer *l);
bool lower_percent(Lowerer *l);
bool lower_builtin_call(Lowerer *l);
/* What a helper that could say has given in its results; it leaves where the helper could not. */
Ins *lower_settled_result(Lowerer *l, Ins *found, FrameState *state);
/* The code of a method of a built-in type that LOAD_METHOD gave, and which it is; NULL: it is none such. */
const CCode *lower_method_code(const Lowerer *l, const Ins *method, Builtin *builtin);
/* Likewise of any C function or method whose code is known: called directly. */
bool lower_c_call(Lowerer *l);
/* Where the CALL at hand is of a bound method that is known, its operands become the method and its object.
 */
void lower_unbind(Lowerer *l);
/* Does a variable of a call without a frame get nothing but what it has on the way to a place: an argument, a
 * cell, a bound method that is no object yet? It is the same on all ways. */
bool lower_stays_one(const Lowerer *l, int target, int slot);
/* A method of a built-in type as LOAD_METHOD gives it; NULL: emitted code has no name for it. */
Ins *lower_named_method(Lowerer *l, Builtin builtin);
bool lower_known_subscr(Lowerer *l);
bool lower_known_store_subscr(Lowerer *l);
bool lower_known_slice(Lowerer *l);
bool lower_known_compare(Lowerer *l);
bool lower_quiet_compare(Lowerer *l); /* == and != of what nothing is known of */
bool lower_known_binary(Lowerer *l);
bool lower_known_contains(Lowerer *l);
bool lower_quiet_contains(Lowerer *l);
bool lower_known_add(Lowerer *l);
bool lower_known_unpack(Lowerer *l);
/* A tuple that the next instruction takes apart. */
bool lower_unpack_at_once(Lowerer *l);

/* May this instruction speculate? */
static inline bool lower_speculates(const Lowerer *l) {
    return l->inference != NULL && !(l->instr->flags & BC_NO_SPECULATION);
}
/* The next instruction, when control comes to it from here only; NULL: it does not, or there is none. */
const Instr *lower_next(const Lowerer *l);
/* The next one that is not empty, likewise, where it is a CALL with so many arguments and no names; 0. */
int lower_next_call(const Lowerer *l, int argument_count);
int lower_call_behind(const Lowerer *l, int index, int argument_count); /* likewise behind an instruction */
Ins *lower_guarded(Ins *guard, FrameState *state);
/* What is probably an int, by its type or by inference. */
bool lower_likely_int(const Lowerer *l, const Ins *value, Likely guess);
void lower_guard_type(Lowerer *l, Ins *object, Known type, FrameState *state);
/* May a value be a key that a dict or a set finds without running code? */
bool lower_is_hash_key(const Ins *key, Likely guess);
/* The parts of a key that is a tuple made here, of two or three; the last of them, or NULL, as an argument.
 */
bool lower_is_made_tuple(const Ins *value);
/* Made here, and still so when it has gone through a variable. */
bool lower_is_made(const Ins *value);
bool lower_item_made(Lowerer *l, const Ins *tuple, const Ins *key); /* a subscript of it; false: not known */
bool lower_key_parts(const Lowerer *l, const Ins *key, Ins *parts[3]);
Ins *lower_last_part(Lowerer *l, Ins *parts[3]);
/* A key was looked for in a dict; storing there in the same block starts from what it gave. */
void lower_note_found(Lowerer *l, const Ins *dict, const Ins *key, Ins *found);
/* The exact type that a guess means; KNOWN_COUNT: none that a guard knows. */
Known lower_known_type(Likely type);
Known lower_exact_type(Likely type); /* likewise, of numbers too */
bool lower_likely_str(const Lowerer *l, const Ins *value, Likely guess);
/* Is it probably a str of one character below 256? */
bool lower_is_char(const Lowerer *l, const Ins *value, Likely guess);
/* That character's code, guarded. */
Ins *lower_code_of(Lowerer *l, Ins *value, FrameState *state);
/* 1 or 0: is a code below 256 in a set? */
Ins *lower_code_in(Lowerer *l, Ins *code, const uint64_t set[4]);
/* --- calls put in line (lower_inline.c) --- */

/* The instructions from here to a CALL_FUNCTION_EX whose arguments are known one by one (lower_spread.c).
 * False: nothing was done. */
bool lower_spread_call(Lowerer *l);
/* The function whose constants the names of keyword arguments of the call at hand are among. */
static inline Lowerer *lower_named(Lowerer *l) {
    return l->spread != NULL && l->spread->named != NULL ? l->spread->named : l;
}
/* The CALL at hand, of a Python function that is known. False: nothing was done. */
bool lower_inline_call(Lowerer *l);
/* The operator at hand, of a class whose method for it is known. Likewise. */
bool lower_inline_operator(Lowerer *l);
bool lower_inline_contains(Lowerer *l);
bool lower_inline_store_subscr(Lowerer *l);
/* The CALL at hand of len, of an object whose class is known. Likewise. */
bool lower_inline_len(Lowerer *l);
/* The CALL at hand of an object whose class has a method for that. Likewise. */
bool lower_inline_object(Lowerer *l);
/* The with statement that begins here, over an object of such a class. Likewise (lower_with.c). */
bool lower_inline_with(Lowerer *l);
/* LOAD_ATTR of a property of a class that is known. Likewise. */
bool lower_inline_property(Lowerer *l, const Site *site);
/* The CALL at hand, of a generator function that is known; the CALL at the index `taker` is of a function
 * that does such a thing with the items. Likewise. */
bool lower_inline_generator(Lowerer *l, GatherKind kind, int taker, const ConstInfo *start);
/* Can such a sum begin with a constant? NULL: with nothing. */
bool lower_can_start(GatherKind kind, const ConstInfo *start);
/* lower_gather.c: a generator's code as one that does so itself; `kind` becomes what its items need. NULL: it
 * cannot be. */
Bytecode *lower_gathering(Lowerer *l, const Bytecode *code, uint8_t *argument_types, GatherKind *kind);
bool lower_gather_call(Lowerer *l); /* likewise, whatever the next one is of */
/* What a method of the operator at hand has given, or the other operand's where it was NotImplemented. */
Ins *lower_implemented(Lowerer *l, Ins *value);
/* Leave unless the recursion limit allows so many levels more. */
void lower_guard_room(Lowerer *l, int levels, FrameState *state);
void lower_begin_inlining(Lowerer *l); /* of the function itself, before anything is lowered */
/* Make the frame if it is not there; where that is not foreseen the call is lowered anew. */
void lower_need_frame(Lowerer *l);
/* Before control flow joins: only a call that has its frame for certain may not have it there. */
void lower_need_frame_at_join(Lowerer *l);
/* Before the ways of one instruction, each of which may need the frame or not. */
void lower_need_frame_before_fork(Lowerer *l);
/* Does this operation need the frame that a call put in line may not have? */
bool lower_needs_frame(IrOp op, int64_t imm);
_Noreturn void lower_give_up_inlining(Lowerer *l);
void lower_inline_return(Lowerer *l);
bool lower_is_cold(const Lowerer *l, int index);
FrameState *lower_caller_state(const Lowerer *l);
Lowerer *lower_caller(const Lowerer *l); /* of a call put in line */
Ins *lower_inline_function(const Lowerer *l);

/* --- exceptions that nobody sees (lower_unseen.c) --- */

void lower_count_unseen(Lowerer *l); /* edges, before anything is lowered */
/* The CALL at hand of a class that is raised next, or the raise of one. False: nothing was done. */
bool lower_unseen_call(Lowerer *l);
bool lower_unseen_raise(Lowerer *l);
/* May an error of the instruction at hand be caught where nobody sees it? And it is one of that class unless
 * the condition holds: its operands go, and one of them with the exception, which has it, or NULL. */
bool lower_may_catch(Lowerer *l, const Ins *kept);
void lower_unseen_unless(Lowerer *l, Ins *condition, Ins *class, Ins *kept, int operands, FrameState *state);
/* Likewise where a divisor is zero, or an index outside of a list or a tuple. */
void lower_unseen_zero(Lowerer *l, Ins *divisor, FrameState *state);
void lower_unseen_outside(Lowerer *l, Ins *container, Ins *index, Known type, FrameState *state);

/* --- for lower_inline.c --- */
void lower_general_call(Lowerer *l); /* the CALL at hand */
void lower_prepare(Lowerer *l);      /* its tables, before the first block */
Fn *lower_new_fn(CompileContext *cx, const Bytecode *code, int tier, const int64_t layout[LAYOUT_COUNT]);
void lower_all_places(Lowerer *l);
Local *lower_empty_locals(Lowerer *l);
void lower_mark_running(Lowerer *l);
/* Leave if tracing may have been turned on since that was last looked at; the interpreter does this
 * instruction. */
void lower_leave_here(Lowerer *l);
/* --- attributes by what their sites lead to (lower_attr.c); likewise. False: nothing was done --- */
bool lower_attr_load(Lowerer *l);
bool lower_attr_method(Lowerer *l);
bool lower_attr_store(Lowerer *l);
/* The CALL at hand of super(), and the LOAD_METHOD behind it. */
bool lower_super_method(Lowerer *l);
/* What LOAD_FAST of a slot pushes. */
Ins *lower_load_local(Lowerer *l, int slot);
/* What the cell in a slot has, guarded that it has something. */
Ins *lower_load_cell(Lowerer *l, int slot);
void lower_hint(Lowerer *l, Ins *owner, uint32_t type_version);
uint32_t lower_hinted(const Lowerer *l, const Ins *owner); /* 0: nothing is known */
/* The instruction's site, that of one class where the owner's is known. */
const Site *lower_site_of(Lowerer *l, const Ins *owner);
/* --- calls of methods of several classes (lower_choice.c) --- */

/* A method that was just read: which it is depends on the number. */
void lower_choose(Lowerer *l, Ins *value, const Site *sites, Ins *index);
/* The CALL at hand, of such a method, or of what was noted there of several functions. False: nothing was
 * done. */
bool lower_choice_call(Lowerer *l);
/* The CALL at hand leads to one function that was noted there. */
void lower_note_called(Lowerer *l);
/* Tier 1: the type of what the instruction at hand gave, for higher tiers. */
void lower_note_given(Lowerer *l, Ins *value);
/* The CALL at hand: its operands are replaced by the result. */
void lower_call_operands(Lowerer *l);

/* What was just pushed leads where the instruction's site does. */
void lower_note_site(Lowerer *l);

/* Add an instruction to the current block; `state` where it needs one. */
Ins *lower_ins(Lowerer *l, IrOp op, int64_t imm, int arg_count, Ins **args);
/* Number of a local's slot among those of all frames. */
static inline int lower_slot(const Lowerer *l, int local) { return ir_local_slot(l->fn, l->frame, local); }
/* The local of this frame that a value was read from, -1: none. */
static inline int lower_local_of(const Lowerer *l, const Ins *value) {
    int64_t local = value->imm - lower_slot(l, 0);
    return value->op == IR_ldloc_OP && local >= 0 && local < l->code->local_count ? (int)local : -1;
}
Ins *lower_call(Lowerer *l, Helper helper, int arg_count, Ins **args);
/* The objects among the values live until here, and are dropped from the first one on. */
void lower_keep(Lowerer *l, Ins *const *values, int count);
#define EMIT_CALL(l, helper, ...)                                                                            \
    lower_call((l), H_##helper, (int)(sizeof((Ins *[]){__VA_ARGS__}) / sizeof(Ins *)), (Ins *[]){__VA_ARGS__})
#define INS(l, op, imm, ...)                                                                                 \
    lower_ins((l), IR_##op##_OP, (imm), (int)(sizeof((Ins *[]){__VA_ARGS__}) / sizeof(Ins *)),               \
              (Ins *[]){__VA_ARGS__})
#define INS0(l, op, imm) lower_ins((l), IR_##op##_OP, (imm), 0, NULL)

/* The whole operand stack as it is now, to go on with at `offset`. */
FrameState *lower_state(Lowerer *l, uint32_t offset);

/* What a state says of a handler of the bytecode, -1: none. */
int lower_handler(const Lowerer *l, int bc_handler);
FrameState *lower_state_here(Lowerer *l); /* to do this instruction again */

Ins *lower_const(Lowerer *l, IrOp op, int64_t imm);
/* A number of the running process: what the text of the IR must not hold, since other processes share it. */
/* What a fact is of. Facts of two kinds may be the same number in one process and not in another; in the text
 * they are never one. */
typedef enum FactKind { FACT_KEYS, FACT_TYPE, FACT_FUNCTION, FACT_OBJECT, FACT_PLACE, FACT_OFFSET } FactKind;
int lower_fact_number(Lowerer *l, FactKind kind, int64_t number);
/* Where a dict whose keys have a version keeps one of its values: other keys of the program's are in front of
 * it or not, from one run to the next. */
Ins *lower_fact_offset(Lowerer *l, int64_t offset, uint32_t keys_version);
Ins *lower_fact(Lowerer *l, FactKind kind, int64_t number);
Ins *lower_fact_place(Lowerer *l, void *place);
/* Number of the running instruction's inline cache: at tier 1 as bc_cache_count says, so that what a cache
 * has seen can be told. */
int lower_cache(Lowerer *l);
#define K_NULL(l)     lower_const((l), IR_null_OP, 0)
#define K_INT(l, i)   lower_const((l), IR_ki64_OP, (i))
#define K_NAME(l, i)  lower_const((l), IR_name_OP, (l)->first_name + (i))
#define K_CONST(l, i) lower_const((l), IR_const_OP, (l)->first_const + (i))
#define K_KNOWN(l, n) lower_const((l), IR_known_OP, KNOWN_##n)
#define K_PLACE(l, p) lower_fact_place((l), (p))
/* An object that lives as long as a native function does which knows it. */
#define K_PINNED(l, o)                                                                                       \
    lower_const((l), IR_factobj_OP, lower_fact_number((l), FACT_OBJECT, (int64_t)(intptr_t)(o)))
#define K_FACT(l, kind, n) lower_fact((l), FACT_##kind, (int64_t)(n))
#define K_CACHE(l)         lower_const((l), IR_cache_OP, lower_cache(l))

/* The operation has finished and its results are pushed: leave here if tracing was turned on meanwhile. */
void lower_leave(Lowerer *l);
void lower_leave_to_interpreter(Lowerer *l);
/* Signals and thread switches, as CPython looks at them on the way to instruction `target`. */
void lower_poll(Lowerer *l, int target);

/* --- coroutines put in line where they are awaited (lower_await.c) --- */

/* The CALL at hand, of a coroutine function that is known, and the await of what it gives. False: nothing was
 * done. */
bool lower_awaited_call(Lowerer *l);
FrameState *
lower_state_awaited(Lowerer *l); /* the coroutine has returned, its result is still to be pushed */

/* --- generators put in line in loops over them (lower_steps.c) --- */

/* A loop whose iterator is a generator that is put in line. It is lowered apart from the function, of which
 * it has places of its own: there the iterator is no object, but what it would be made of. */
typedef struct Region {
    Place *places; /* from `first` on */
    int *work;
    int first, end, work_count;
    bool starts; /* the first step is being lowered */
    struct Steps *steps;
    struct Region *outer;
} Region;

/* Is a value an iterator, of no range alone, that is no object? */
static inline bool lower_is_iterator(const Ins *value) {
    return value->op == IR_object_OP && value->args[0]->op == IR_known_OP;
}
/* How many such iterators there are within an enumerate or a zip; of others none. */
static inline int lower_inner_count(const Ins *iterator) {
    if (iterator->op == IR_range_OP) return 0;
    int64_t type = iterator->args[0]->imm;
    return type == KNOWN_enumerate ? 1 : type == KNOWN_zip ? iterator->arg_count / 4 : 0;
}
static inline Ins *lower_inner(const Ins *iterator, int i) {
    return iterator->args[iterator->arg_count + 1 + 2 * (i - lower_inner_count(iterator))];
}
/* The item that it gave last; null: nothing that needs to be kept. */
static inline Ins *lower_last_item(const Ins *iterator, int i) {
    return iterator->args[iterator->arg_count + 1 + 2 * (i - 2 * lower_inner_count(iterator))];
}
/* The arguments of an iterator that goes over a sequence. */
enum { ITERATOR_INDEX = 2, ITERATOR_SEQUENCE = 4, ENUMERATE_NUMBER = 2 };
static inline bool lower_is_over_sequence(const Ins *value) {
    return lower_is_iterator(value) && lower_inner_count(value) == 0 &&
           value->arg_count == ITERATOR_SEQUENCE + 1;
}
/* Is a value a function made here, of the code that its site says? */
static inline bool lower_is_made_function(const Ins *value) {
    return value->op == IR_call_OP && value->imm == H_rt_make_function;
}
/* Is it a suspended generator that is no object? */
static inline bool lower_is_suspended(const Ins *value) {
    return value->op == IR_object_OP && !lower_is_iterator(value);
}
Place *lower_place_at(const Lowerer *l, int target);
void lower_add_work(Lowerer *l, int target);
/* Is control on its way from the generator's yield to the beginning of the loop's body? */
bool lower_is_step(const Lowerer *l, int target);
bool lower_part_stays(const Lowerer *l, const Ins *generator, int argument);
/* Where an operand has another form than where it comes to, or must be an object, the loop is lowered the
 * general way. */
void lower_need_same_form(Lowerer *l, const Ins *there, const Ins *value);
_Noreturn void lower_give_up_steps(Lowerer *l);
void lower_find_steps(Lowerer *l); /* of a function or a callee, before the first block */
/* The CALL at hand, of a generator function, and the loop over what it gives. False: nothing was done. */
bool lower_generator_loop(Lowerer *l);
void lower_generator_next(Lowerer *l); /* FOR_ITER of such a loop */
/* FOR_ITER of a loop that may be such a one, which is come to with an object: where it can be taken apart the
 * loop goes on like that, else at the block at hand. */
void lower_take_generator(Lowerer *l);
/* The iterator of a range that is an object, which goes. */
Ins *lower_range_of(Lowerer *l, Ins *iterator, int64_t step, FrameState *state);
void lower_drop_generator(Lowerer *l, const Ins *generator);
void lower_generator_return(Lowerer *l);
void lower_place(Lowerer *l, int index);
void lower_fill_phis(Lowerer *l, Place *places, int place_count);

void lower_goto(Lowerer *l, int target); /* end the block: on to another instruction */
void lower_branch(Lowerer *l, Ins *condition, Block *if_true, Block *if_false); /* end the block */
static inline Block *lower_new_block(Lowerer *l) { return ir_new_block(l->fn); }

/* What is known at a fork: one way is lowered, then the other from the same point. */
typedef struct Fork {
    Ins **stack;
    int depth;
    Local *locals;
    bool ran_code, framed;
} Fork;
Fork lower_fork(Lowerer *l);
void lower_other_way(Lowerer *l, const Fork *fork, Block *block);
static inline void lower_end(Lowerer *l) { l->block = NULL; } /* the block has its terminator */
void lower_resume_entry(Lowerer *l, uint32_t offset, int target,
                        int depth); /* the generator goes on at `target` */

#define OP(name, arg, pops, pushes) void lower_##name(Lowerer *l);
#include "bytecode/ops.def"

#endif
