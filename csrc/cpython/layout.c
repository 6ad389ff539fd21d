#include "cpython/layout.h"

#include "cpython/compat.h"

const int64_t LAYOUT_OFFSETS[LAYOUT_COUNT] = {
    [LAYOUT_tstate_cframe] = offsetof(PyThreadState, cframe),
    [LAYOUT_cframe_use_tracing] = offsetof(_PyCFrame, use_tracing),
    [LAYOUT_frame_code] = offsetof(Frame, f_code),
    [LAYOUT_frame_prev_instr] = offsetof(Frame, prev_instr),
    [LAYOUT_frame_stacktop] = offsetof(Frame, stacktop),
    [LAYOUT_frame_localsplus] = offsetof(Frame, localsplus),
    [LAYOUT_code_units] = offsetof(PyCodeObject, co_code_adaptive),
    [LAYOUT_object_refcnt] = offsetof(PyObject, ob_refcnt),
    [LAYOUT_object_type] = offsetof(PyObject, ob_type),
#ifdef Py_REF_DEBUG
    [LAYOUT_count_refs] = 1,
#endif
};
