/* The x86-64 instructions that quick code is made of. */
#ifndef DXPY_CODEGEN_X86_H
#define DXPY_CODEGEN_X86_H

#include <stdint.h>

#include "base/arena.h"

typedef enum Reg { RAX, RCX, RDX, RBX, RSP, RBP, RSI, RDI, R8, R9, R10, R11, R12, R13, R14, R15 } Reg;

/* Registers for doubles. */
typedef enum Real {
    XMM0,
    XMM1,
    XMM2,
    XMM3,
    XMM4,
    XMM5,
    XMM6,
    XMM7,
    XMM8,
    XMM9,
    XMM10,
    XMM11,
    XMM12,
    XMM13,
    XMM14,
    XMM15
} Real;

enum { X86_REGISTERS = 16 }; /* of either kind */

/* Conditions as jumps and sets encode them. ABOVE, BELOW and their like: of numbers without a sign, and of
 * doubles, of which those that are no numbers count as below. PARITY: one of two doubles is no number. */
typedef enum Condition {
    COND_OVERFLOW = 0,
    COND_BELOW = 2,
    COND_ABOVE_EQUAL = 3,
    COND_EQUAL = 4,
    COND_NOT_EQUAL = 5,
    COND_BELOW_EQUAL = 6,
    COND_ABOVE = 7,
    COND_NEGATIVE = 8,
    COND_NOT_NEGATIVE = 9,
    COND_PARITY = 10,
    COND_NO_PARITY = 11,
    COND_LESS = 12,
    COND_GREATER_EQUAL = 13,
    COND_LESS_EQUAL = 14,
    COND_GREATER = 15
} Condition;

/* Arithmetic on whole registers, and on doubles, as instructions encode it. */
typedef enum Alu { ALU_ADD = 0, ALU_OR = 1, ALU_AND = 4, ALU_SUB = 5, ALU_XOR = 6, ALU_COMPARE = 7 } Alu;
typedef enum Shift { SHIFT_LEFT = 4, SHIFT_UNSIGNED = 5, SHIFT_RIGHT = 7 } Shift;
typedef enum RealOp {
    REAL_ROOT = 0x51,
    REAL_ADD = 0x58,
    REAL_MUL = 0x59,
    REAL_SUB = 0x5c,
    REAL_DIV = 0x5e
} RealOp;

/* A place in memory: bytes from where a register points to. */
typedef struct Place {
    Reg base;
    int32_t offset;
} Place;

typedef enum LabelUseKind { USE_DISTANCE, USE_JUMP, USE_JUMP_IF, USE_NEAR } LabelUseKind;

typedef struct LabelUse {
    LabelUseKind kind;
    int32_t at;   /* of the 32 bits, of USE_NEAR the 8, that are to hold the distance */
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
/* When all labels have their places: jumps to those that are near become shorter, and distances are filled
 * in. */
void x86_resolve(Assembler *a);
void x86_align(Assembler *a, int boundary);

void x86_load(Assembler *a, Reg to, Place from);
void x86_load_byte(Assembler *a, Reg to, Place from); /* the rest of the register becomes 0 */
void x86_load_uint32(Assembler *a, Reg to, Place from);
void x86_load_int32(Assembler *a, Reg to, Place from);
void x86_store(Assembler *a, Place to, Reg from);
void x86_store_half(Assembler *a, Place to, Reg from); /* its lower 32 bits */
void x86_store_int32(Assembler *a, Place to, int32_t value);
void x86_store_byte(Assembler *a, Place to, uint8_t value);
void x86_address(Assembler *a, Reg to, Place of);
void x86_move(Assembler *a, Reg to, Reg from);
void x86_set(Assembler *a, Reg to, int64_t value);
/* Word number `index` of those at a place; its address; byte number `index`. */
void x86_load_indexed(Assembler *a, Reg to, Reg base, Reg index, int32_t offset);
void x86_address_indexed(Assembler *a, Reg to, Reg base, Reg index, int32_t offset);
void x86_load_byte_indexed(Assembler *a, Reg to, Reg base, Reg index, int32_t offset);
void x86_store_byte_indexed(Assembler *a, Reg base, Reg index, int32_t offset, Reg from);

/* All set the conditions. */
void x86_alu(Assembler *a, Alu op, Reg left, Reg right);
void x86_alu_place(Assembler *a, Alu op, Reg left, Place right);
void x86_alu_number(Assembler *a, Alu op, Reg left, int32_t right);
void x86_multiply(Assembler *a, Reg left, Reg right);
void x86_multiply_place(Assembler *a, Reg left, Place right);
void x86_multiply_number(Assembler *a, Reg left, int32_t right);
void x86_divide(Assembler *a, Reg by);          /* rax: the quotient, rdx: the rest; by is neither */
void x86_divide_unsigned(Assembler *a, Reg by); /* likewise; rdx is 0 before */
void x86_shift(Assembler *a, Shift op, Reg reg, int by);
void x86_shift_by_rcx(Assembler *a, Shift op, Reg reg);
void x86_negate(Assembler *a, Reg reg);
void x86_invert(Assembler *a, Reg reg);
void x86_compare(Assembler *a, Reg left, Place right);
/* With a variable of the thread's own, `right` bytes from where these are. */
void x86_compare_own(Assembler *a, Reg left, Reg right);
void x86_compare_number(Assembler *a, Place left, int32_t right);
void x86_add_int32(Assembler *a, Place to, int32_t number);
void x86_compare_int32_with_0(Assembler *a, Place left);
void x86_compare_int32(Assembler *a, Place left, int32_t right);
void x86_test(Assembler *a, Reg reg);
void x86_or_byte(Assembler *a, Reg to, Place from); /* sets the conditions */
/* 1 or 0 into a register that is 0 above its lowest byte. */
void x86_set_if(Assembler *a, Condition condition, Reg to);
void x86_add_1(Assembler *a, Place to);
void x86_take_1(Assembler *a, Place from); /* sets the conditions */

void x86_load_real(Assembler *a, Real to, Place from);
void x86_store_real(Assembler *a, Place to, Real from);
void x86_move_real(Assembler *a, Real to, Real from);
void x86_clear_real(Assembler *a, Real to);
void x86_real(Assembler *a, RealOp op, Real left, Real right);
void x86_real_place(Assembler *a, RealOp op, Real left, Place right);
void x86_compare_real(Assembler *a, Real left, Real right);
void x86_real_of_int(Assembler *a, Real to, Reg from);
void x86_int_of_real(Assembler *a, Reg to, Real from); /* truncated */
void x86_real_of_bits(Assembler *a, Real to, Reg from);
void x86_bits_of_real(Assembler *a, Reg to, Real from);

void x86_jump(Assembler *a, int label);
void x86_jump_if(Assembler *a, Condition condition, int label);
/* To the label with the number that `index` holds, below `count`; uses `table`. */
void x86_switch(Assembler *a, Reg index, Reg table, const int *labels, int count);
void x86_call(Assembler *a, Place function);
void x86_call_at(Assembler *a, Reg address);
void x86_jump_to(Assembler *a, Reg address);
void x86_push(Assembler *a, Reg reg);
void x86_pop(Assembler *a, Reg reg);
void x86_move_stack(Assembler *a, int32_t bytes);
void x86_return(Assembler *a);

#endif
