#include "codegen/x86.h"

#include <stdbool.h>
#include <string.h>

static void byte(Assembler *a, int value) { vec_push(a->arena, &a->code, (uint8_t)value); }

static void int32(Assembler *a, int32_t value) {
    for (int i = 0; i < 4; i++) byte(a, (int)((uint32_t)value >> (8 * i)) & 0xff);
}

static void put_int32(Assembler *a, int32_t at, int32_t value) {
    for (int i = 0; i < 4; i++) a->code.items[at + i] = (uint8_t)((uint32_t)value >> (8 * i));
}

/* --- labels --- */

int x86_new_label(Assembler *a) {
    vec_push(a->arena, &a->labels, -1);
    return a->labels.count - 1;
}

void x86_place_label(Assembler *a, int label) { a->labels.items[label] = a->code.count; }

static void use_label(Assembler *a, LabelUseKind kind, int label, int32_t from) {
    LabelUse use = {kind, a->code.count, from, label};
    vec_push(a->arena, &a->uses, use);
    int32(a, 0);
}

/* Where bytes are taken out: behind `ends[i]`, as positions were, `gone[i]` are gone. */
typedef struct Cuts {
    int32_t *ends, *gone;
    int count;
} Cuts;

static int32_t moved(const Cuts *cuts, int32_t position) {
    int low = 0, high = cuts->count; /* how many end at the position or before */
    while (low < high) {
        int middle = (low + high) / 2;
        if (cuts->ends[middle] <= position) low = middle + 1;
        else high = middle;
    }
    return low > 0 ? position - cuts->gone[low - 1] : position;
}

/* Distances only become shorter by what is taken out: one that is short is so afterwards. */
static bool is_near(const Assembler *a, const LabelUse *use) {
    int32_t distance = a->labels.items[use->label] - use->from;
    return use->kind != USE_DISTANCE && distance >= INT8_MIN && distance <= INT8_MAX;
}

static int32_t opcode_size(const LabelUse *use) { return use->kind == USE_JUMP ? 1 : 2; }

static Cuts find_cuts(Assembler *a) {
    enum { SHORT_JUMP = 2, DISTANCE = 4 };
    Cuts cuts = {arena_array(a->arena, int32_t, a->uses.count), arena_array(a->arena, int32_t, a->uses.count),
                 0};
    int32_t gone = 0;
    for (int i = 0; i < a->uses.count; i++) {
        const LabelUse *use = &a->uses.items[i];
        if (!is_near(a, use)) continue;
        gone += opcode_size(use) + DISTANCE - SHORT_JUMP;
        cuts.ends[cuts.count] = use->at + DISTANCE;
        cuts.gone[cuts.count++] = gone;
    }
    return cuts;
}

/* The bytes up to a position go where they belong; `*from` is where those begin that are still to go. */
static void move_bytes(Assembler *a, int32_t *from, int32_t to, int32_t *end) {
    memmove(a->code.items + *end, a->code.items + *from, (size_t)(to - *from));
    *end += to - *from;
    *from = to;
}

static void shorten_jumps(Assembler *a) {
    enum { DISTANCE = 4, JUMP = 0xeb, JUMP_IF = 0x70, CONDITION = 15 };
    Cuts cuts = find_cuts(a);
    int32_t from = 0, end = 0;
    if (cuts.count == 0) return;
    for (int i = 0; i < a->uses.count; i++) {
        LabelUse *use = &a->uses.items[i];
        if (!is_near(a, use)) {
            use->at = moved(&cuts, use->at);
            use->from = moved(&cuts, use->from);
            continue;
        }
        int32_t behind = use->at + DISTANCE;
        uint8_t opcode =
            use->kind == USE_JUMP ? JUMP : (uint8_t)(JUMP_IF | (a->code.items[use->at - 1] & CONDITION));
        move_bytes(a, &from, use->at - opcode_size(use), &end);
        a->code.items[end] = opcode;
        *use = (LabelUse){USE_NEAR, end + 1, end + 2, use->label};
        end += 2;
        from = behind;
    }
    move_bytes(a, &from, a->code.count, &end);
    a->code.count = end;
    for (int i = 0; i < a->labels.count; i++)
        if (a->labels.items[i] >= 0) a->labels.items[i] = moved(&cuts, a->labels.items[i]);
}

void x86_resolve(Assembler *a) {
    shorten_jumps(a);
    for (int i = 0; i < a->uses.count; i++) {
        const LabelUse *use = &a->uses.items[i];
        int32_t distance = a->labels.items[use->label] - use->from;
        if (use->kind == USE_NEAR) a->code.items[use->at] = (uint8_t)distance;
        else put_int32(a, use->at, distance);
    }
}

void x86_align(Assembler *a, int boundary) {
    enum { STOP = 0xcc };
    while (a->code.count % boundary) byte(a, STOP);
}

/* --- encoding --- */

enum { WIDE = 8, ESCAPE = 0x0f, BASE_NEEDS_INDEX_BYTE = 4, NO_INDEX = 0x24 };

static void prefix(Assembler *a, int wide, int reg, int index, int base) {
    int rex = wide | reg >> 3 << 2 | index >> 3 << 1 | base >> 3;
    if (rex) byte(a, 0x40 | rex);
}

static void opcode_bytes(Assembler *a, int opcode) {
    if (opcode >> 8) byte(a, opcode >> 8);
    byte(a, opcode & 0xff);
}

/* An instruction on a register, or an opcode's further bits, and memory. */
static void on_memory(Assembler *a, int wide, int opcode, int reg, Place place) {
    bool is_short = place.offset >= INT8_MIN && place.offset <= INT8_MAX;
    prefix(a, wide, reg, 0, place.base);
    opcode_bytes(a, opcode);
    byte(a, (is_short ? 0x40 : 0x80) | (reg & 7) << 3 | (place.base & 7));
    if ((place.base & 7) == BASE_NEEDS_INDEX_BYTE) byte(a, NO_INDEX);
    if (is_short) byte(a, place.offset & 0xff);
    else int32(a, place.offset);
}

static void on_registers(Assembler *a, int wide, int opcode, int reg, int other) {
    prefix(a, wide, reg, 0, other);
    opcode_bytes(a, opcode);
    byte(a, 0xc0 | (reg & 7) << 3 | (other & 7));
}

/* --- moving --- */

void x86_load(Assembler *a, Reg to, Place from) { on_memory(a, WIDE, 0x8b, to, from); }
void x86_load_byte(Assembler *a, Reg to, Place from) { on_memory(a, 0, ESCAPE << 8 | 0xb6, to, from); }
void x86_load_uint32(Assembler *a, Reg to, Place from) { on_memory(a, 0, 0x8b, to, from); }
void x86_load_int32(Assembler *a, Reg to, Place from) { on_memory(a, WIDE, 0x63, to, from); }
void x86_store(Assembler *a, Place to, Reg from) { on_memory(a, WIDE, 0x89, from, to); }
void x86_store_half(Assembler *a, Place to, Reg from) { on_memory(a, 0, 0x89, from, to); }
void x86_address(Assembler *a, Reg to, Place of) { on_memory(a, WIDE, 0x8d, to, of); }

void x86_store_int32(Assembler *a, Place to, int32_t value) {
    on_memory(a, 0, 0xc7, 0, to);
    int32(a, value);
}

void x86_store_byte(Assembler *a, Place to, uint8_t value) {
    on_memory(a, 0, 0xc6, 0, to);
    byte(a, value);
}

void x86_move(Assembler *a, Reg to, Reg from) {
    if (to != from) on_registers(a, WIDE, 0x8b, to, from);
}

void x86_set(Assembler *a, Reg to, int64_t value) {
    if (value >= 0 && value <= UINT32_MAX) {
        prefix(a, 0, 0, 0, to);
        byte(a, 0xb8 | (to & 7));
        int32(a, (int32_t)(uint32_t)value);
    } else if (value >= INT32_MIN && value < 0) {
        on_registers(a, WIDE, 0xc7, 0, to);
        int32(a, (int32_t)value);
    } else {
        prefix(a, WIDE, 0, 0, to);
        byte(a, 0xb8 | (to & 7));
        int32(a, (int32_t)(uint32_t)value);
        int32(a, (int32_t)(uint32_t)((uint64_t)value >> 32));
    }
}

/* The same on base + (index << scale) + offset. */
static void on_indexed(Assembler *a, int wide, int opcode, int reg, Reg base, Reg index, int scale,
                       int32_t offset) {
    prefix(a, wide, reg, index, base);
    opcode_bytes(a, opcode);
    byte(a, 0x80 | (reg & 7) << 3 | BASE_NEEDS_INDEX_BYTE);
    byte(a, scale << 6 | (index & 7) << 3 | (base & 7));
    int32(a, offset);
}

enum { TIMES_1 = 0, TIMES_8 = 3 };

void x86_load_indexed(Assembler *a, Reg to, Reg base, Reg index, int32_t offset) {
    on_indexed(a, WIDE, 0x8b, to, base, index, TIMES_8, offset);
}

void x86_address_indexed(Assembler *a, Reg to, Reg base, Reg index, int32_t offset) {
    on_indexed(a, WIDE, 0x8d, to, base, index, TIMES_8, offset);
}

void x86_load_byte_indexed(Assembler *a, Reg to, Reg base, Reg index, int32_t offset) {
    on_indexed(a, 0, ESCAPE << 8 | 0xb6, to, base, index, TIMES_1, offset);
}

void x86_store_byte_indexed(Assembler *a, Reg base, Reg index, int32_t offset, Reg from) {
    on_indexed(a, WIDE, 0x88, from, base, index, TIMES_1, offset); /* wide: else some mean other bytes */
}

/* --- arithmetic and conditions --- */

void x86_alu(Assembler *a, Alu op, Reg left, Reg right) { on_registers(a, WIDE, op << 3 | 3, left, right); }

void x86_alu_place(Assembler *a, Alu op, Reg left, Place right) {
    on_memory(a, WIDE, op << 3 | 3, left, right);
}

void x86_alu_number(Assembler *a, Alu op, Reg left, int32_t right) {
    bool is_short = right >= INT8_MIN && right <= INT8_MAX;
    on_registers(a, WIDE, is_short ? 0x83 : 0x81, op, left);
    if (is_short) byte(a, right & 0xff);
    else int32(a, right);
}

void x86_multiply(Assembler *a, Reg left, Reg right) {
    on_registers(a, WIDE, ESCAPE << 8 | 0xaf, left, right);
}

void x86_multiply_place(Assembler *a, Reg left, Place right) {
    on_memory(a, WIDE, ESCAPE << 8 | 0xaf, left, right);
}

void x86_multiply_number(Assembler *a, Reg left, int32_t right) {
    on_registers(a, WIDE, 0x69, left, left);
    int32(a, right);
}

void x86_divide(Assembler *a, Reg by) {
    byte(a, 0x48); /* the sign of rax into rdx */
    byte(a, 0x99);
    on_registers(a, WIDE, 0xf7, 7, by);
}

void x86_divide_unsigned(Assembler *a, Reg by) { on_registers(a, WIDE, 0xf7, 6, by); }

void x86_shift(Assembler *a, Shift op, Reg reg, int by) {
    on_registers(a, WIDE, 0xc1, op, reg);
    byte(a, by);
}

void x86_shift_by_rcx(Assembler *a, Shift op, Reg reg) { on_registers(a, WIDE, 0xd3, op, reg); }
void x86_negate(Assembler *a, Reg reg) { on_registers(a, WIDE, 0xf7, 3, reg); }
void x86_invert(Assembler *a, Reg reg) { on_registers(a, WIDE, 0xf7, 2, reg); }
void x86_compare(Assembler *a, Reg left, Place right) { on_memory(a, WIDE, 0x3b, left, right); }

void x86_compare_own(Assembler *a, Reg left, Reg right) {
    byte(a, 0x64);
    on_memory(a, WIDE, 0x3b, left, (Place){right, 0});
}

void x86_compare_number(Assembler *a, Place left, int32_t right) {
    on_memory(a, WIDE, 0x81, ALU_COMPARE, left);
    int32(a, right);
}

void x86_add_int32(Assembler *a, Place to, int32_t number) {
    on_memory(a, 0, 0x81, ALU_ADD, to);
    int32(a, number);
}

void x86_compare_int32_with_0(Assembler *a, Place left) {
    on_memory(a, 0, 0x83, 7, left);
    byte(a, 0);
}

void x86_compare_int32(Assembler *a, Place left, int32_t right) {
    on_memory(a, 0, 0x81, ALU_COMPARE, left);
    int32(a, right);
}

void x86_test(Assembler *a, Reg reg) { on_registers(a, WIDE, 0x85, reg, reg); }
void x86_or_byte(Assembler *a, Reg to, Place from) { on_memory(a, 0, 0x0a, to, from); }

void x86_set_if(Assembler *a, Condition condition, Reg to) {
    on_registers(a, 0, ESCAPE << 8 | 0x90 | condition, 0, to);
}

void x86_add_1(Assembler *a, Place to) { on_memory(a, WIDE, 0xff, 0, to); }
void x86_take_1(Assembler *a, Place from) { on_memory(a, WIDE, 0xff, 1, from); }

/* --- doubles --- */

enum { SCALAR = 0xf2, PACKED = 0x66 };

static void real_on_registers(Assembler *a, int first, int wide, int opcode, int reg, int other) {
    byte(a, first);
    on_registers(a, wide, ESCAPE << 8 | opcode, reg, other);
}

void x86_load_real(Assembler *a, Real to, Place from) {
    byte(a, SCALAR);
    on_memory(a, 0, ESCAPE << 8 | 0x10, (int)to, from);
}

void x86_store_real(Assembler *a, Place to, Real from) {
    byte(a, SCALAR);
    on_memory(a, 0, ESCAPE << 8 | 0x11, (int)from, to);
}

void x86_real(Assembler *a, RealOp op, Real left, Real right) {
    real_on_registers(a, SCALAR, 0, op, (int)left, (int)right);
}

void x86_real_place(Assembler *a, RealOp op, Real left, Place right) {
    byte(a, SCALAR);
    on_memory(a, 0, ESCAPE << 8 | op, (int)left, right);
}

void x86_move_real(Assembler *a, Real to, Real from) {
    if (to != from) on_registers(a, 0, ESCAPE << 8 | 0x28, (int)to, (int)from);
}

void x86_clear_real(Assembler *a, Real to) { on_registers(a, 0, ESCAPE << 8 | 0x57, (int)to, (int)to); }

void x86_compare_real(Assembler *a, Real left, Real right) {
    real_on_registers(a, PACKED, 0, 0x2e, (int)left, (int)right);
}

void x86_real_of_int(Assembler *a, Real to, Reg from) {
    real_on_registers(a, SCALAR, WIDE, 0x2a, (int)to, from);
}
void x86_int_of_real(Assembler *a, Reg to, Real from) {
    real_on_registers(a, SCALAR, WIDE, 0x2c, to, (int)from);
}
void x86_real_of_bits(Assembler *a, Real to, Reg from) {
    real_on_registers(a, PACKED, WIDE, 0x6e, (int)to, from);
}
void x86_bits_of_real(Assembler *a, Reg to, Real from) {
    real_on_registers(a, PACKED, WIDE, 0x7e, (int)from, to);
}

/* --- control --- */

void x86_jump(Assembler *a, int label) {
    byte(a, 0xe9);
    use_label(a, USE_JUMP, label, a->code.count + 4);
}

void x86_jump_if(Assembler *a, Condition condition, int label) {
    byte(a, ESCAPE);
    byte(a, 0x80 | condition);
    use_label(a, USE_JUMP_IF, label, a->code.count + 4);
}

/* The table of distances from itself stands right behind the jump. */
void x86_switch(Assembler *a, Reg index, Reg table, const int *labels, int count) {
    enum { TIMES_4 = 2, PLACE_OF_NEXT = 5 };
    int start = x86_new_label(a);
    prefix(a, WIDE, table, 0, 0);
    byte(a, 0x8d);
    byte(a, (table & 7) << 3 | PLACE_OF_NEXT);
    use_label(a, USE_DISTANCE, start, a->code.count + 4);
    prefix(a, WIDE, index, index, table);
    byte(a, 0x63);
    byte(a, 0x80 | (index & 7) << 3 | BASE_NEEDS_INDEX_BYTE);
    byte(a, TIMES_4 << 6 | (index & 7) << 3 | (table & 7));
    int32(a, 0);
    on_registers(a, WIDE, 0x03, table, index);
    on_registers(a, 0, 0xff, 4, table);
    x86_place_label(a, start);
    int32_t from = a->code.count;
    for (int i = 0; i < count; i++) use_label(a, USE_DISTANCE, labels[i], from);
}

void x86_call(Assembler *a, Place function) { on_memory(a, 0, 0xff, 2, function); }
void x86_call_at(Assembler *a, Reg address) { on_registers(a, 0, 0xff, 2, address); }
void x86_jump_to(Assembler *a, Reg address) { on_registers(a, 0, 0xff, 4, address); }

void x86_push(Assembler *a, Reg reg) {
    prefix(a, 0, 0, 0, reg);
    byte(a, 0x50 | (reg & 7));
}

void x86_pop(Assembler *a, Reg reg) {
    prefix(a, 0, 0, 0, reg);
    byte(a, 0x58 | (reg & 7));
}

void x86_move_stack(Assembler *a, int32_t bytes) {
    on_registers(a, WIDE, 0x81, 0, RSP);
    int32(a, bytes);
}

void x86_return(Assembler *a) { byte(a, 0xc3); }
