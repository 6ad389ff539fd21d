/* What instructions read and change of the memory that others share: the kinds of it, as bits. */
#ifndef DXPY_OPT_MEMORY_H
#define DXPY_OPT_MEMORY_H

#include "ir/ir.h"

enum {
    MEM_TYPES = 1,      /* versions of types, functions and dicts' keys, where objects have their values */
    MEM_SIZES = 2,      /* how long containers are, where lists have their items */
    MEM_ITEMS = 4,      /* the items of lists */
    MEM_ATTRIBUTES = 8, /* of objects, classes and modules that are not instance values; globals */
    MEM_ITERATORS = 16,
    MEM_BYTES = 32,       /* of bytearrays, arrays */
    MEM_FIRST_FIELD = 64, /* instance values by their place: those of one object never overlap another's */
    MEM_FIELD_KINDS = 8,
    MEM_FIELDS = MEM_FIRST_FIELD * ((1 << MEM_FIELD_KINDS) - 1),
    MEM_SHARED = MEM_FIELDS + MEM_FIRST_FIELD - 1, /* all of these: what code that runs may change */
    MEM_FIRST_SLOT = 14 /* bit of the frame's first slot; the last bit is all slots from there on */
};

enum { MEM_KINDS = 64 };

uint64_t memory_read(const Ins *ins);

/* Does the result depend on nothing but its arguments, imm and what memory_read says? */
bool memory_decides(const Ins *ins);

/* Which values are numbers for sure at some point, so that dropping them runs nothing. */
typedef struct Numbers Numbers;
Numbers *memory_find_numbers(Fn *fn); /* needs dominators */

uint64_t memory_changed(const Numbers *numbers, const Ins *ins);
uint64_t memory_changed_in(const Numbers *numbers, const Block *block);

#endif
