/* The inner part of hash.c, in plain C and with the processor's own instructions. */
#ifndef DXPY_BASE_HASH_BLOCKS_H
#define DXPY_BASE_HASH_BLOCKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

extern const uint32_t hash_round_constants[64];

/* Take `count` blocks of 64 bytes into the state. The fast one only where the processor has the instructions.
 */
void hash_take_blocks_plain(uint32_t state[8], const uint8_t *data, size_t count);
void hash_take_blocks_fast(uint32_t state[8], const uint8_t *data, size_t count);
bool hash_has_instructions(void);

#endif
