/* What the uses of local variables ask for. Of a value read from a container or handed in nothing is known
 * where it is stored; that every way from there adds ints to it before it is stored again says enough. */
#ifndef DXPY_LOWER_DEMAND_H
#define DXPY_LOWER_DEMAND_H

#include "lower/infer.h"

/* What one instruction asks of the locals that its operands were read from. */
typedef struct Asks {
    int16_t slot[2]; /* -1: of none */
    uint8_t type[2]; /* LIKELY_INT or LIKELY_FLOAT; LIKELY_UNSEEN: what is asked of the local stored to */
} Asks;

typedef struct Demand {
    uint8_t **on_arrival; /* by instruction that control jumps to, then by local: LIKELY_UNSEEN for nothing,
                             LIKELY_OTHER for different things */
    uint8_t *stored;      /* by instruction, of a STORE_FAST: what is asked of its local from there on */
} Demand;

Demand *demand_find(CompileContext *cx, const Bytecode *code, const Inference *inference, const Asks *asks);

#endif
