/* What the frame hook has to do beside running frames. */
#ifndef DXPY_CPYTHON_DUE_H
#define DXPY_CPYTHON_DUE_H

#include "cpython/compat.h"
#include "jit/publish.h"
#include "jit/sampler.h"
#include "runtime/osr.h"

/* What evaluates frames while the hook is in. */
PyObject *hook_evaluate(PyThreadState *tstate, Frame *frame, int throwing);

static inline bool hook_is_something_due(void) { return publish_is_wanted | osr_is_armed | sampler_at_once; }

/* Would the hook see no more in a frame than what its record says? */
static inline bool hook_has_nothing_to_do(PyThreadState *tstate) {
    return tstate->interp->eval_frame == hook_evaluate && !hook_is_something_due();
}

#endif
