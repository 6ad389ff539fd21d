/* What values probably are, from the interpreter's inline caches, constants and a sample of the arguments.
 * Guesses: the lowering guards each one it uses. */
#ifndef DXPY_LOWER_INFER_H
#define DXPY_LOWER_INFER_H

#include "base/bail.h"
#include "bytecode/bytecode.h"
#include "lower/callees.h"

enum { MAY_BE_UNBOUND = 0x80 }; /* added to the Likely of a local: it may have no value */

typedef struct OperandTypes {
    uint8_t builtin;     /* of a CALL: the Builtin called, if it is known */
    uint8_t left, right; /* Likely of the two topmost operands before the instruction: left below right */
    uint8_t truth; /* of a jump by a truth that the types of a callee's operands decide: 1 false, 2 true; else
                      0 */
    uint8_t stored;       /* of a STORE_FAST: Likely of its local from there on */
    const Site *callable; /* of a CALL: where what is called was read, NULL: not known */
    uint8_t *arguments;   /* likewise: Likely of what it is called with, and how many */
    int32_t argument_count;
    int32_t depth; /* operands there, -1: control flow does not come here */
} OperandTypes;

typedef struct Inference {
    OperandTypes *operands; /* by instruction */
    uint8_t **locals; /* by instruction that control jumps to: Likely of each local on arrival; else NULL */
    uint8_t **stack;  /* likewise of the operand stack */
    bool **turns; /* likewise of a loop's head, by local: an int comes there first, but no more when the loop
                     is gone round; NULL: none is */
    const bool *compared; /* by local: it is asked with `is` whether it is another one */
} Inference;

/* `callees`: NULL to know nothing of functions called. */
Inference *infer_types(CompileContext *cx, const Bytecode *code, const Callees *callees);

/* Finds the instructions behind clauses whose bodies may be done without an exception (lower_unseen.c), where
 * control flow joins then. */
void lower_find_unseen(const Bytecode *code, void (*found)(void *context, int behind), void *context);

/* What it probably returns. */
Likely infer_return(const Inference *inference, const Bytecode *code);

static inline bool likely_str(Likely type) { return type == LIKELY_STR || type == LIKELY_CHAR; }
/* An int that is from -2**63 to 2**64, or of any size. */
static inline bool likely_int(Likely type) {
    return type == LIKELY_INT || type == LIKELY_WORD || type == LIKELY_BIG;
}
static inline bool likely_number(Likely type) { return type == LIKELY_INT || type == LIKELY_FLOAT; }

/* Are an operator's operands numbers of either kind by turns, or ints of any size? */
bool infer_is_mixed(const Instr *instr);
/* Is one of its operands an int that may be of any size, and the other no float? */
bool infer_is_big(const Instr *instr, Likely left, Likely right);
/* The number type an arithmetic operation works in: LIKELY_INT, LIKELY_FLOAT, or LIKELY_OTHER for neither. */
Likely infer_arithmetic(const Instr *instr, Likely left, Likely right);
/* Likewise of ints one of which, or what they give, is not from -2**63 to 2**63: LIKELY_INT, LIKELY_WORD or
 * LIKELY_BIG, where bits do to compute it; else LIKELY_OTHER. `constant`: the right operand, if it is one.
 * `types`: of the operands, and what they are taken for where nothing is known of them. */
Likely infer_word(const Instr *instr, Likely types[2], const ConstInfo *constant);
/* How many low bits a rest by a constant, if it is one, is; 0: it is none of bits. */
int infer_bits_of_rest(const ConstInfo *by);
/* The exponent of a complex number's power that is computed in line; 0: it is none. */
int64_t infer_exponent(const ConstInfo *exponent);
/* Does an operator probably give a complex number, that is computed in line? `right_constant`: the right
 * operand, if it is one. */
bool infer_is_complex(const Instr *instr, Likely left, Likely right, const ConstInfo *right_constant);
Likely infer_comparison(const Instr *instr, Likely left, Likely right);
/* The same where the interpreter has noted nothing. */
Likely infer_unwatched(const Instr *instr, Likely left, Likely right);

bool infer_is_sequence(Likely type);
/* What operators of sequences give: joined, repeated, formatted. */
uint8_t infer_joined(const Instr *instr, Likely left, Likely right);

/* How isinstance of a value of a built-in type goes: 1 no, 2 yes, 0: nothing is known. `class`: a Builtin. */
uint8_t infer_is_instance(Likely type, uint8_t class);

/* Of a value that comes from two ways. */
uint8_t infer_meet(uint8_t a, uint8_t b);

/* What a subscript of a built-in container gives. */
uint8_t infer_subscript(Likely container, Likely key);

/* Likely of the iterator of an object, and of an iterator's items. */
uint8_t infer_iterator_of(Likely type);
uint8_t infer_item_of(Likely iterator);
/* What a built-in function has of the items it takes: of an END_GATHER's kind. */
uint8_t infer_gathered(const Instr *instr);
/* Of what the loop in front of an UNPACK_SEQUENCE gets from enumerate or zip. False: it goes over nothing
 * like that. */
bool infer_items_of_loop(const Inference *inference, const Bytecode *code, const Instr *unpack,
                         Likely iterator, uint8_t *items);

/* Is it of a built-in type whose iterator is made without running code? */
bool infer_iterates_quietly(Likely type);

#endif
