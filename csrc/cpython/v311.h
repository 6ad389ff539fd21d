/* CPython 3.11: its internal structures, under dxpy's names. */
#ifndef DXPY_CPYTHON_V311_H
#define DXPY_CPYTHON_V311_H

#include <stdbool.h>

#include <frameobject.h>
#include <internal/pycore_ceval.h>
#include <internal/pycore_code.h>
#include <internal/pycore_dict.h>
#include <internal/pycore_frame.h>
#include <internal/pycore_gc.h>
#include <internal/pycore_interp.h>
#include <internal/pycore_long.h>
#include <internal/pycore_object.h>
#include <internal/pycore_pystate.h>
#include <opcode.h>

typedef struct _PyInterpreterFrame Frame;

enum { CP_OWNED_BY_THREAD = FRAME_OWNED_BY_THREAD, CP_OWNED_BY_GENERATOR = FRAME_OWNED_BY_GENERATOR };

static inline _Py_CODEUNIT *cp_code_units(PyCodeObject *code) { return _PyCode_CODE(code); }
static inline int cp_frame_lasti(Frame *frame) {
    return (int)(frame->prev_instr - _PyCode_CODE(frame->f_code));
}

/* A frame is incomplete before its first RESUME: nobody may see it yet. */
static inline bool cp_frame_is_incomplete(Frame *frame) { return _PyFrame_IsIncomplete(frame); }
static inline PyGenObject *cp_frame_generator(Frame *frame) { return _PyFrame_GetGenerator(frame); }

/* The running frame, as everything that walks frames sees it. */
static inline Frame *cp_current_frame(PyThreadState *tstate) { return tstate->cframe->current_frame; }
static inline void cp_set_current_frame(PyThreadState *tstate, Frame *frame) {
    tstate->cframe->current_frame = frame;
}
static inline bool cp_is_tracing(PyThreadState *tstate) { return tstate->cframe->use_tracing != 0; }

static inline bool cp_enter_recursive(PyThreadState *tstate) {
    if (tstate->recursion_remaining-- > 0) return true;
    return _Py_CheckRecursiveCall(tstate, "") == 0; // gives the count back when it fails
}
static inline void cp_leave_recursive(PyThreadState *tstate) { tstate->recursion_remaining++; }

static inline void *cp_eval_breaker(PyInterpreterState *interp) { return &interp->ceval.eval_breaker; }

#endif
