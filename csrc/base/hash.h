/* SHA-256 (FIPS 180-4): names of cache keys and checksums of cached objects. */
#ifndef DXPY_BASE_HASH_H
#define DXPY_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

enum { HASH_HEX = 64 }; /* hexadecimal digits of a hash, without the NUL */

typedef struct Hash {
    uint32_t state[8];
    uint64_t length; /* bytes taken so far */
    uint8_t block[64];
} Hash;

void hash_init(Hash *hash);
void hash_update(Hash *hash, const void *data, size_t length);

/* Finish; the hash must be initialised again before further use. */
void hash_final(Hash *hash, uint8_t digest[32]);

/* Finish and write 64 lower-case digits and a NUL. */
void hash_final_hex(Hash *hash, char hex[HASH_HEX + 1]);

#endif
