/* What is known of instructions at which something was raised lately: their lines, and who catches it. */
#ifndef DXPY_CPYTHON_LINES_H
#define DXPY_CPYTHON_LINES_H

#include <stdint.h>

typedef struct CpLine {
    int32_t unit; /* counted from 1; 0: there is none */
    int32_t line;
} CpLine;
enum { CP_LINES = 4 };

/* Where the clause begins that catches a class of exceptions without anybody seeing them; it holds for these
 * versions of the dicts that the clauses' classes are looked up in. */
typedef struct CpCatcher {
    int32_t unit;   /* counted from 1; 0: there is none */
    int32_t body;   /* -1: there is no such clause */
    uint64_t class; /* raised: one of CPython's own, or a version */
    uint64_t globals, builtins;
} CpCatcher;

#endif
