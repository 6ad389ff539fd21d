/* What both emitters share: the link slots that code asks for, what its image says, and what decides how an
 * operation is done. */
#ifndef DXPY_CODEGEN_LINKS_H
#define DXPY_CODEGEN_LINKS_H

#include "ir/image.h"
#include "ir/ir.h"

typedef struct Links {
    VEC(int32_t) kinds;
    VEC(int32_t) indexes;
    int bool_slot; /* plus 1: slots of False and True, next to each other; 0: not yet */
} Links;

/* Bytes from the start of the link block to the slot of this kind and index, made when it is new. */
int64_t links_offset(const Fn *fn, Links *links, LinkKind kind, int index);
/* To the slot of False, which that of True follows. */
int64_t links_bool_offset(const Fn *fn, Links *links);

typedef VEC(int32_t) Words;
/* The image, see ir/image.h. */
void image_words(const Fn *fn, const Links *links, Words *words);

/* Locals of a call put in line that are dropped by code of their own. */
enum { MOST_DROPPED_IN_LINE = 6 };

/* Of an int; the first of two digits stands lowest. */
enum { DIGIT_BITS = 30 };

/* Bits of a str's state, from the lowest: interned (2), kind (3), compact, ascii, ready. */
enum { STR_STATE_MASK = 0xbc, STR_STATE_LATIN = 0xa4, STR_STATE_READY = 0x80, STR_ASCII_BIT = 6 };

/* Is it a whole constant? A power by it is known for negative numbers too. */
bool is_whole(const Ins *value);
/* Neither 0 nor -1, by which the smallest number does not divide? */
bool divides_all(const Ins *divisor);
/* A call that looks for the way into compiled code: which of its operands is the function, -1: it does not.
 * The arguments follow. */
int called_by_way_in(const Ins *call);
/* Likewise: may it be a bound method whose function is looked at too? */
bool may_call_bound(const Fn *fn, const Ins *call);
/* Can the frame be filled without a helper? Numbers have to be boxed, and what a variable held be dropped. */
bool yields_in_line(const Fn *fn, const Exit *exit);

#endif
