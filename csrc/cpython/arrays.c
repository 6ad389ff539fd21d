#include "cpython/arrays.h"

#include <string.h>

static PyTypeObject *array_type;

static bool is_array_type(const PyTypeObject *type) {
    return (type->tp_flags & Py_TPFLAGS_IMMUTABLETYPE) && (type->tp_flags & Py_TPFLAGS_HEAPTYPE) &&
           strcmp(type->tp_name, "array.array") == 0 && type->tp_basicsize == sizeof(Array) &&
           type->tp_itemsize == 0;
}

char cp_array_kind(PyObject *object) {
    PyTypeObject *type = Py_TYPE(object);
    if (array_type == NULL && is_array_type(type)) array_type = (PyTypeObject *)Py_NewRef(type);
    return type == array_type ? *((Array *)object)->kind : 0;
}

PyTypeObject *cp_array_type(void) { return array_type; }
