/* Native functions: quick code of a function without a frame, called by other compiled code with unboxed
 * numbers (docs/internals/lower.md). One at most for a record, of one function object. */
#ifndef DXPY_JIT_NATIVE_H
#define DXPY_JIT_NATIVE_H

#include "jit/table.h"
#include "lower/callees.h"
#include "runtime/rt.h"

typedef enum NativeStage {
    NATIVE_DROPPED, /* it has no code, and may get some */
    NATIVE_MAKING,
    NATIVE_READY,
    NATIVE_GIVEN_UP
} NativeStage;

typedef struct Native {
    NativeCell cell; /* keep first: call sites have its address */
    NativeSignature signature;
    FunctionRecord *record;   // borrowed: it owns this
    void *function;           // borrowed; alive where its version is asked for
    uint32_t version;         /* the function's */
    void *globals, *builtins; /* signature.of_code: as of a Callee; there is neither function nor version */
    NativeStage stage;
    int made;           /* how often */
    int32_t failed;     /* 1 + the code unit whose guard had it made last; 0: none had */
    CompiledCode *code; /* NULL: rt_absent_native is called */
} Native;

/* NULL: no memory. */
Native *native_new(FunctionRecord *record, const Callee *callee, const NativeSignature *signature);
/* Of the callee, its code made if there is none; NULL: there can be none. */
const NativeSignature *native_signature(Native *native, const Callee *callee);
/* Its code is not to be entered any more. NULL is allowed. */
void native_drop(Native *native);

/* Its code left in this frame since a guard of the instruction at a code unit failed again: it is made anew
 * without speculating there. Keeps the exception that is set. */
void native_failed(FunctionRecord *record, Frame *innermost, int32_t offset);
/* Likewise where code had never run. */
void native_is_cold(FunctionRecord *record, Frame *innermost, int32_t offset);

#endif
