#include "cpython/layout.h"

#include "cpython/compat.h"

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
    [LAYOUT_range_index] = offsetof(CpRangeIterator, index),
    [LAYOUT_range_start] = offsetof(CpRangeIterator, start),
    [LAYOUT_range_step] = offsetof(CpRangeIterator, step),
    [LAYOUT_range_length] = offsetof(CpRangeIterator, length),
    [LAYOUT_iterator_index] = offsetof(CpSequenceIterator, index),
    [LAYOUT_iterator_sequence] = offsetof(CpSequenceIterator, sequence),
    [LAYOUT_dict_used] = offsetof(PyDictObject, ma_used),
    [LAYOUT_set_used] = offsetof(PySetObject, used),
    [LAYOUT_str_length] = offsetof(PyASCIIObject, length),
    [LAYOUT_str_state] = offsetof(PyASCIIObject, state),
    [LAYOUT_ascii_data] = sizeof(PyASCIIObject),
    [LAYOUT_latin_data] = sizeof(PyCompactUnicodeObject),
    [LAYOUT_bytes_data] = offsetof(PyBytesObject, ob_sval),
    [LAYOUT_bytearray_data] = offsetof(PyByteArrayObject, ob_start),
    [LAYOUT_function_definition] = offsetof(PyCFunctionObject, m_ml),
    [LAYOUT_function_version] = offsetof(PyFunctionObject, func_version),
    [LAYOUT_tstate_recursion] = offsetof(PyThreadState, recursion_remaining),
#ifdef Py_REF_DEBUG
    [LAYOUT_count_refs] = 1,
#endif
};
