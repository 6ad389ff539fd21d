/* The few x86-64 instructions that quick code is made of. */
#ifndef DXPY_CODEGEN_X86_H
#define DXPY_CODEGEN_X86_H

#include <stdint.h>

#include "base/arena.h"

typedef enum Reg { RAX, RCX, RDX, RBX, RSP, RBP, RSI, RDI, R8, R9, R10, R11, R12, R13, R14, R15 } Reg;

/* Conditions as jumps and sets encode them. */
typedef enum Condition { COND_EQUAL = 4, COND_NOT_EQUAL = 5, COND_NEGATIVE = 8 } Condition;

/* A place in memory: bytes from where a register points to. */
typedef struct Place {
    Reg base;
    int32_t offset;
} Place;

typedef struct LabelUse {
    int32_t at;   /* of the 32 bits that are to hold the distance */
    int32_t from; /* what it is counted from */
    int label;
} LabelUse;

typedef struct Assembler {
    Arena *arena;
    VEC(uint8_t) code;
    VEC(int32_t) labels; /* where each is, -1: nowhere yet */
    VEC(LabelUse) uses;
} Assembler;

int x86_new_label(Assembler *a);
void x86_place_label(Assembler *a, int label);
/* When all labels have their places. */
void x86_resolve(Assembler *a);
void x86_align(Assembler *a, int boundary);

void x86_load(Assembler *a, Reg to, Place from);
void x86_load_byte(Assembler *a, Reg to, Place from); /* the rest of the register becomes 0 */
void x86_store(Assembler *a, Place to, Reg from);
void x86_store_int32(Assembler *a, Place to, int32_t value);
void x86_store_byte(Assembler *a, Place to, uint8_t value);
void x86_address(Assembler *a, Reg to, Place of);
void x86_move(Assembler *a, Reg to, Reg from);
void x86_set(Assembler *a, Reg to, int64_t value);
/* Word number `index` of those at a place. */
void x86_load_indexed(Assembler *a, Reg to, Reg base, Reg index, int32_t offset);

void x86_compare(Assembler *a, Reg left, Place right);
void x86_compare_int32_with_0(Assembler *a, Place left);
void x86_test(Assembler *a, Reg reg);
void x86_or_byte(Assembler *a, Reg to, Place from); /* sets the conditions */
/* 1 or 0 into a register that is 0 above its lowest byte. */
void x86_set_if(Assembler *a, Condition condition, Reg to);
void x86_add_1(Assembler *a, Place to);
void x86_take_1(Assembler *a, Place from); /* sets the conditions */

void x86_jump(Assembler *a, int label);
void x86_jump_if(Assembler *a, Condition condition, int label);
/* To the label with the number that `index` holds, below `count`; uses `table`. */
void x86_switch(Assembler *a, Reg index, Reg table, const int *labels, int count);
void x86_call(Assembler *a, Place function);
void x86_push(Assembler *a, Reg reg);
void x86_pop(Assembler *a, Reg reg);
void x86_move_stack(Assembler *a, int32_t bytes);
void x86_return(Assembler *a);

#endif
