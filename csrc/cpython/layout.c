#include "cpython/layout.h"

#include "cpython/compat.h"

/* range's iterator is private to CPython's rangeobject.c. */
typedef struct RangeIterator {
    PyObject_HEAD long index, start, step, length;
} RangeIterator;

const int64_t LAYOUT_OFFSETS[LAYOUT_COUNT] = {
    [LAYOUT_tstate_cframe] = offsetof(PyThreadState, cframe),
    [LAYOUT_cframe_use_tracing] = offsetof(_PyCFrame, use_tracing),
    [LAYOUT_frame_code] = offsetof(Frame, f_code),
    [LAYOUT_frame_prev_instr] = offsetof(Frame, prev_instr),
    [LAYOUT_frame_stacktop] = offsetof(Frame, stacktop),
    [LAYOUT_frame_globals] = offsetof(Frame, f_globals),
    [LAYOUT_frame_builtins] = offsetof(Frame, f_builtins),
    [LAYOUT_frame_localsplus] = offsetof(Frame, localsplus),
    [LAYOUT_code_units] = offsetof(PyCodeObject, co_code_adaptive),
    [LAYOUT_object_refcnt] = offsetof(PyObject, ob_refcnt),
    [LAYOUT_object_type] = offsetof(PyObject, ob_type),
    [LAYOUT_object_size] = offsetof(PyVarObject, ob_size),
    [LAYOUT_int_digits] = offsetof(PyLongObject, ob_digit),
    [LAYOUT_float_value] = offsetof(PyFloatObject, ob_fval),
    [LAYOUT_list_items] = offsetof(PyListObject, ob_item),
    [LAYOUT_tuple_items] = offsetof(PyTupleObject, ob_item),
    [LAYOUT_dict_keys] = offsetof(PyDictObject, ma_keys),
    [LAYOUT_keys_version] = offsetof(PyDictKeysObject, dk_version),
    [LAYOUT_function_version] = offsetof(PyFunctionObject, func_version),
    [LAYOUT_tstate_recursion] = offsetof(PyThreadState, recursion_remaining),
    [LAYOUT_type_version] = offsetof(PyTypeObject, tp_version_tag),
    [LAYOUT_type_shared_keys] = offsetof(PyHeapTypeObject, ht_cached_keys),
    [LAYOUT_instance_values] = CP_VALUES_OFFSET,
    [LAYOUT_module_dict] = offsetof(PyModuleObject, md_dict),
    [LAYOUT_range_index] = offsetof(RangeIterator, index),
    [LAYOUT_range_start] = offsetof(RangeIterator, start),
    [LAYOUT_range_step] = offsetof(RangeIterator, step),
    [LAYOUT_range_length] = offsetof(RangeIterator, length),
#ifdef Py_REF_DEBUG
    [LAYOUT_count_refs] = 1,
#endif
};
