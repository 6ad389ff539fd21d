#include "jit/reasons.h"

#include <stddef.h>
#include <string.h>

const ReasonRow reason_table[REASON_COUNT] = {
#define REASON(name, kind, message) {#name, REASON_KIND_##kind, message},
#include "jit/reasons.def"
#undef REASON
};

const ReasonRow *reason_find(const char *name) {
    for (int i = 0; i < REASON_COUNT; i++) {
        if (strcmp(reason_table[i].name, name) == 0) return &reason_table[i];
    }
    return NULL;
}
