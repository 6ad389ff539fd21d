/* The one place that knows which CPython this is built for. */
#ifndef DXPY_CPYTHON_COMPAT_H
#define DXPY_CPYTHON_COMPAT_H

#if defined(Py_PYTHON_H) && !defined(Py_BUILD_CORE)
#error "include cpython/compat.h before Python.h"
#endif
#ifndef Py_BUILD_CORE
#define Py_BUILD_CORE 1
#endif
#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "cpython/lines.h"

/* Before 3.11.4, what an except* raises comes in a group even when it is a single exception. */
#define CP_STAR_WRAPS_ONE (PY_VERSION_HEX < 0x030b0400)

#if PY_VERSION_HEX >= 0x030b0000 && PY_VERSION_HEX < 0x030c0000
#include "cpython/v311.h"
#else
#error "dxpy is built for CPython 3.11"
#endif

#endif
