/* What both emitters share: the link slots that code asks for, and what its image says. */
#ifndef DXPY_CODEGEN_LINKS_H
#define DXPY_CODEGEN_LINKS_H

#include "ir/image.h"
#include "ir/ir.h"

typedef struct Links {
    VEC(int32_t) kinds;
    VEC(int32_t) indexes;
    int bool_slot; /* plus 1: slots of False and True, next to each other; 0: not yet */
} Links;

/* Bytes from the start of the link block to the slot of this kind and index, made when it is new. */
int64_t links_offset(const Fn *fn, Links *links, LinkKind kind, int index);
/* To the slot of False, which that of True follows. */
int64_t links_bool_offset(const Fn *fn, Links *links);

typedef VEC(int32_t) Words;
/* The image, see ir/image.h. */
void image_words(const Fn *fn, const Links *links, Words *words);

#endif
