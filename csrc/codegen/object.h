/* A shared object as dlopen wants it, written without assembler and linker. */
#ifndef DXPY_CODEGEN_OBJECT_H
#define DXPY_CODEGEN_OBJECT_H

#include <stdbool.h>

#include "base/strbuf.h"

/* Its e_flags, which nobody else looks at: each piece can be used by itself. */
enum { OBJECT_OF_PIECES = 0x64787079 };

/* What is in it: code or data under a name, at an address that `alignment` divides. */
typedef struct Piece {
    char name[40];
    bool is_code;
    StrBuf bytes;
} Piece;

/* Quick code of a function, as unit `index` of an object. The buffers are taken over. */
enum { UNIT_PIECES = 3 };
void object_take_unit(Piece pieces[UNIT_PIECES], int index, StrBuf *code, StrBuf *image);

/* As bytes; `file` has failed when memory ran out. */
void object_make(StrBuf *file, const Piece *pieces, int count);
bool object_write(const char *path, const Piece *pieces, int count);

#endif
