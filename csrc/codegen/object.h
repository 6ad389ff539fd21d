/* A shared object as dlopen wants it, written without assembler and linker. */
#ifndef DXPY_CODEGEN_OBJECT_H
#define DXPY_CODEGEN_OBJECT_H

#include <stdbool.h>

#include "base/strbuf.h"

/* What is in it: code or data under a name, at an address that `alignment` divides. */
typedef struct Piece {
    char name[40];
    bool is_code;
    StrBuf bytes;
} Piece;

bool object_write(const char *path, const Piece *pieces, int count);

#endif
