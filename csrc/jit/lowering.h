/* From a record to the IR of its function, with what this process knows of it: samples, names, callees. */
#ifndef DXPY_JIT_LOWERING_H
#define DXPY_JIT_LOWERING_H

#include "cpython/decode.h"
#include "ir/ir.h"
#include "jit/install.h"
#include "jit/native.h"
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

/* A function on its way from a record to code. Zeroed: there is none. */
typedef struct Lowered {
    CompileContext cx; /* owns fn */
    Fn *fn;
    char *text;   /* of fn, as it goes to the worker; NULL: bailed, the record says why */
    Facts *facts; /* that the text leaves open */
    int level;    /* of the compiler, for that text */
} Lowered;

/* Lower at a tier. False: as if there had been no function. Always to be freed. */
bool lowering_do(FunctionRecord *record, Tier tier, const Surroundings *around, Lowered *lowered);
void lowered_free(Lowered *lowered);

/* Run the passes and make quick code of what was lowered, whose fn is used up. The milliseconds it took. The
 * code is empty where there is none of it; should a pass bail, that is the worker's to find out. */
double lowering_quick_code(Lowered *lowered, Tier tier, QuickCode *code);

/* Quick code of a native function. False: it cannot be one. */
bool lowering_native(const Native *native, void *function, QuickCode *code, Facts **facts);

/* The text of the IR, or of the bytecode. NULL: bailed, the record says why. */
char *lowering_text(FunctionRecord *record, Tier tier, const Surroundings *around);
char *lowering_bytecode(FunctionRecord *record, Tier tier, const Surroundings *around);

/* Room to note that a site has several kinds of owners, where tier 1 has left none. */
void lowering_make_room(FunctionRecord *record);

/* Facts tie an artifact to what only this process knows. */
bool facts_are_any(const Facts *facts);
void facts_free(Facts *facts);

#endif
