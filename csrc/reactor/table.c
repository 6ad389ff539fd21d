/* ops.def as data. */
#include "reactor/op.h"

#define INLINE_YES true
#define INLINE_NO  false

const OpInfo op_table[OP_COUNT] = {
#define OP(NAME, name, lane, inlined, cancel, result, params, doc)                                           \
    {#name, LANE_##lane, INLINE_##inlined, CANCEL_##cancel, RESULT_##result, params, doc},
#include "reactor/ops.def"
};

const char *const lane_names[] = {"files", "meta", "dns", "loop", "pool"};

_Static_assert(sizeof lane_names / sizeof *lane_names == LANE_POOL + 1, "a name for each lane");
