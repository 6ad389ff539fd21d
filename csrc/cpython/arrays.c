#include "cpython/arrays.h"

#include <string.h>

/* The address of array.array, which never goes any more: compiled code compares with it. */
static void *array_type;

static bool is_array_type(const PyTypeObject *type) {
    return (type->tp_flags & Py_TPFLAGS_IMMUTABLETYPE) && (type->tp_flags & Py_TPFLAGS_HEAPTYPE) &&
           strcmp(type->tp_name, "array.array") == 0 && type->tp_basicsize == sizeof(Array) &&
           type->tp_itemsize == 0;
}

char cp_array_kind(PyObject *object) {
    PyTypeObject *type = Py_TYPE(object);
    if (array_type == NULL && is_array_type(type)) array_type = Py_NewRef(type);
    return (void *)type == array_type ? *((Array *)object)->kind : 0;
}

void *cp_array_type(void) { return array_type; }
