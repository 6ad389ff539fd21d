#include "jit/names.h"

int name_encode(PyObject *name, NameBytes *result) {
    Py_ssize_t length;
    if (PyUnicode_IS_ASCII(name)) {
        *result = (NameBytes){PyUnicode_DATA(name), (size_t)PyUnicode_GET_LENGTH(name), Py_NewRef(name)};
        return 0;
    }
    PyObject *encoded = PyUnicode_AsEncodedString(name, "utf-8", "surrogatepass");
    char *bytes;
    if (!encoded || PyBytes_AsStringAndSize(encoded, &bytes, &length) < 0) {
        Py_XDECREF(encoded);
        return -1;
    }
    *result = (NameBytes){bytes, (size_t)length, encoded};
    return 0;
}

void name_release(NameBytes *name) { Py_CLEAR(name->owner); }

PyObject *name_decode(const char *bytes, size_t length) {
    return PyUnicode_DecodeUTF8(bytes, (Py_ssize_t)length, "surrogatepass");
}

int name_check(PyObject *name, const char *what) {
    if (PyUnicode_Check(name)) return PyUnicode_READY(name);
    PyErr_Format(PyExc_TypeError, "%s(): a function's name must be str, not %.100s", what,
                 Py_TYPE(name)->tp_name);
    return -1;
}
