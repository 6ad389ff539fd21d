/* From a record to the IR of its function, with what this process knows of it: samples, names, callees. */
#ifndef DXPY_JIT_LOWERING_H
#define DXPY_JIT_LOWERING_H

#include "cpython/decode.h"
#include "ir/ir.h"
#include "jit/install.h"
#include "jit/record.h"
#include "jit/table.h"

/* While code whose guard failed is compiled anew: the innermost frame of then. Guarded by the GIL, like
 * publish_frame. */
extern Frame *lowering_met_frame;

/* The names of the frame that compiling is asked for by; NULL: there is none. */
const Surroundings *lowering_surroundings(PyCodeObject *code, Surroundings *around);

/* Lower at a tier; bails. Without `around` no call is put in line. `refused`: a dict that gets qualname ->
 * why its calls stay calls; may be NULL. */
Fn *lowering_fn(CompileContext *cx, FunctionRecord *record, Tier tier, const Surroundings *around,
                PyObject *refused);

/* What lowering gives beside the text. */
typedef struct Lowered {
    bool wants_code; /* to be set before: make quick code here, where that can be done */
    Facts *facts;    /* that the text leaves open */
    QuickCode code;
    double code_ms; /* what making it took */
} Lowered;

void lowered_free(Lowered *lowered);

/* The text of that as it goes to the worker (`lowered` may be NULL), or else that of the bytecode. NULL:
 * bailed, the record says why. */
char *lowering_text(FunctionRecord *record, Tier tier, const Surroundings *around, bool bytecode,
                    Lowered *lowered);

/* Room to note that a site has several kinds of owners, where tier 1 has left none. */
void lowering_make_room(FunctionRecord *record);

/* Facts tie an artifact to what only this process knows. */
bool facts_are_any(const Facts *facts);
void facts_free(Facts *facts);

#endif
