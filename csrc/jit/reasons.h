/* The table of jit/reasons.def. */
#ifndef DXPY_JIT_REASONS_H
#define DXPY_JIT_REASONS_H

typedef enum ReasonKind { REASON_KIND_BAIL, REASON_KIND_FAULT, REASON_KIND_EXIT } ReasonKind;

typedef enum ReasonId {
#define REASON(name, kind, message) REASON_##name,
#include "jit/reasons.def"
#undef REASON
    REASON_COUNT
} ReasonId;

typedef struct ReasonRow {
    const char *name;
    ReasonKind kind;
    const char *message;
} ReasonRow;

extern const ReasonRow reason_table[REASON_COUNT];

/* The row of a name; NULL when there is none. */
const ReasonRow *reason_find(const char *name);

#endif
