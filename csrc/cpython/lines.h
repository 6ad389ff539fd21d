/* Lines of instructions at which something was raised lately. */
#ifndef DXPY_CPYTHON_LINES_H
#define DXPY_CPYTHON_LINES_H

#include <stdint.h>

typedef struct CpLine {
    int32_t unit; /* counted from 1; 0: there is none */
    int32_t line;
} CpLine;
enum { CP_LINES = 4 };

#endif
