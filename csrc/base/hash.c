/* SHA-256, written from the standard's definition. */
#include "base/hash.h"

#include <string.h>

#include "base/hash_blocks.h"

/* The first 32 bits of the fractional parts of the cube roots of the first 64 primes. */
const uint32_t hash_round_constants[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

static inline uint32_t rotate(uint32_t word, int by) { return word >> by | word << (32 - by); }

static void take_block(uint32_t state[8], const uint8_t *block) {
    uint32_t schedule[64];
    for (int i = 0; i < 16; i++) {
        const uint8_t *word = block + 4 * i;
        schedule[i] = (uint32_t)word[0] << 24 | (uint32_t)word[1] << 16 | (uint32_t)word[2] << 8 | word[3];
    }
    for (int i = 16; i < 64; i++) {
        uint32_t before15 = schedule[i - 15], before2 = schedule[i - 2];
        uint32_t low = rotate(before15, 7) ^ rotate(before15, 18) ^ before15 >> 3;
        uint32_t high = rotate(before2, 17) ^ rotate(before2, 19) ^ before2 >> 10;
        schedule[i] = schedule[i - 16] + low + schedule[i - 7] + high;
    }
    uint32_t a = state[0], b = state[1], c = state[2], d = state[3];
    uint32_t e = state[4], f = state[5], g = state[6], h = state[7];
    for (int i = 0; i < 64; i++) {
        uint32_t choice = (e & f) ^ (~e & g);
        uint32_t majority = (a & b) ^ (a & c) ^ (b & c);
        uint32_t first = h + (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) + choice +
                         hash_round_constants[i] + schedule[i];
        uint32_t second = (rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) + majority;
        h = g, g = f, f = e, e = d + first;
        d = c, c = b, b = a, a = first + second;
    }
    state[0] += a, state[1] += b, state[2] += c, state[3] += d;
    state[4] += e, state[5] += f, state[6] += g, state[7] += h;
}

void hash_take_blocks_plain(uint32_t state[8], const uint8_t *data, size_t count) {
    for (; count; count--, data += 64) take_block(state, data);
}

static void take_blocks(uint32_t state[8], const uint8_t *data, size_t count) {
    static _Atomic int fast = -1; /* what the processor has; asked once */
    if (fast < 0) fast = hash_has_instructions();
    if (fast) hash_take_blocks_fast(state, data, count);
    else hash_take_blocks_plain(state, data, count);
}

void hash_init(Hash *hash) {
    /* The first 32 bits of the fractional parts of the square roots of the first 8 primes. */
    static const uint32_t initial[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                        0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
    memcpy(hash->state, initial, sizeof initial);
    hash->length = 0;
}

void hash_update(Hash *hash, const void *data, size_t length) {
    const uint8_t *next = data;
    size_t held = hash->length % 64;
    hash->length += length;
    if (held) {
        size_t part = length < 64 - held ? length : 64 - held;
        if (part) memcpy(hash->block + held, next, part);
        next += part, length -= part;
        if (held + part < 64) return;
        take_blocks(hash->state, hash->block, 1);
    }
    take_blocks(hash->state, next, length / 64);
    if (length % 64) memcpy(hash->block, next + length / 64 * 64, length % 64);
}

void hash_final(Hash *hash, uint8_t digest[32]) {
    static const uint8_t padding[64] = {0x80};
    uint64_t bits = hash->length * 8;
    size_t held = hash->length % 64;
    hash_update(hash, padding, held < 56 ? 56 - held : 120 - held);
    uint8_t tail[8];
    for (int i = 0; i < 8; i++) tail[i] = (uint8_t)(bits >> (56 - 8 * i));
    hash_update(hash, tail, 8);
    for (int i = 0; i < 32; i++) digest[i] = (uint8_t)(hash->state[i / 4] >> (24 - 8 * (i % 4)));
}

void hash_final_hex(Hash *hash, char hex[HASH_HEX + 1]) {
    uint8_t digest[32];
    hash_final(hash, digest);
    for (int i = 0; i < 32; i++) {
        hex[2 * i] = "0123456789abcdef"[digest[i] >> 4];
        hex[2 * i + 1] = "0123456789abcdef"[digest[i] & 15];
    }
    hex[HASH_HEX] = 0;
}
