/* Where this CPython keeps what emitted code reads (ir/layout.def). */
#ifndef DXPY_CPYTHON_LAYOUT_H
#define DXPY_CPYTHON_LAYOUT_H

#include "ir/ir.h"

extern const int64_t LAYOUT_OFFSETS[LAYOUT_COUNT];

#endif
