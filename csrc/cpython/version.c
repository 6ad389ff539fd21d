#include "cpython/version.h"

#include <Python.h>

__attribute__((visibility("default"))) unsigned long dxpy_built_for = PY_VERSION_HEX;

bool version_check(char *message, size_t size) {
    if ((dxpy_built_for & 0xffffff00ul) == (Py_Version & 0xffffff00ul)) return true;
    snprintf(message, size,
             "built for CPython %lu.%lu.%lu, but this is %lu.%lu.%lu; build it again with this Python: "
             "pip install --force-reinstall --no-cache-dir dxpy-runtime",
             dxpy_built_for >> 24, (dxpy_built_for >> 16) & 0xff, (dxpy_built_for >> 8) & 0xff,
             Py_Version >> 24, (Py_Version >> 16) & 0xff, (Py_Version >> 8) & 0xff);
    return false;
}
